//! What an invoice says when it is not simply the price in baht.

use crate::time::Timestamp;

/// The terms of an invoice that is paid with a coin, fixed before it is asked for and kept for ever: which coin, how
/// much in which currency, and by which rate (crypto-2328.md §4). Amounts and rates are decimal text, because they
/// are compared with the provider's own text and never calculated with here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Coin the customer pays with: `USDT`.
    pub coin: String,
    /// Network it travels on: `TRX-TRC20`.
    pub network: String,
    /// What the invoice asks for, in `currency`.
    pub invoiced: String,
    /// `THB` or `USD`.
    pub currency: String,
    /// Baht for one unit of the currency; `None` when it is baht.
    pub rate: Option<String>,
    /// Where the rate comes from.
    pub source: String,
    /// When it was taken.
    pub at: Timestamp,
}
