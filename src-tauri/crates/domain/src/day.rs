//! What a day or a shift took: cells in, totals out.

use crate::money::Money;
use crate::provider::{ProviderId, words};

words! {
    /// Whose word a payment rests on; the owner sees the four apart (product.md §4).
    Proof {
        /// The provider's own answer or signed callback.
        Automatic = "automatic",
        /// A verified slip.
        Slip = "slip",
        /// A permitted person.
        Manual = "manual",
        /// Counted into the drawer.
        Cash = "cash",
    }
}

/// The money of one hour at one provider, of one cashier's bills, resting on one kind of proof. The smallest unit that
/// reports are made of: every figure is a sum over cells, so no two figures can disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Who brought it.
    pub provider: ProviderId,
    /// Who stood at the till when the bill was opened.
    pub cashier: Option<String>,
    /// Hour of the day in Bangkok, 0–23.
    pub hour: u8,
    /// What it rests on.
    pub proof: Proof,
    /// Bills that were paid for the first time here. A bill counts once in its life.
    pub sales: u64,
    /// What came in, with the satang of gateways and with what came for bills that were called off.
    pub received: Money,
    /// The part of `received` that gateways added; negative where they took off.
    pub adjustments: Money,
    /// The part of `received` that came for bills that were called off.
    pub suspense: Money,
    /// What went back.
    pub refunds: Money,
    /// What providers kept.
    pub fees: Money,
}
