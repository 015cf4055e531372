//! Double entry: the only way value moves in the ledger. Every posting takes from one account what it gives to
//! another, so a set of postings always balances.

use crate::money::Money;
use crate::provider::ProviderId;
use std::fmt;

/// An account of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Account {
    /// Money a provider has for the shop.
    Clearing(ProviderId),
    /// What a sale has been paid. One account per order; the order stands on the posting.
    Order,
    /// What gateways add or take to tell sales apart.
    Rounding,
    /// What a provider keeps for its service.
    Fees(ProviderId),
    /// Money that came for a sale that no longer exists; a person decides.
    Suspense,
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clearing(provider) => write!(f, "clearing:{provider}"),
            Self::Order => f.write_str("order"),
            Self::Rounding => f.write_str("rounding"),
            Self::Fees(provider) => write!(f, "fees:{provider}"),
            Self::Suspense => f.write_str("suspense"),
        }
    }
}

/// One movement; `amount` is always more than nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// Grows.
    pub debit: Account,
    /// Shrinks.
    pub credit: Account,
    /// Satang moved, > 0.
    pub amount: Money,
}

impl Posting {
    /// Moves `amount` from `credit` to `debit`; a negative amount moves the other way, nothing gives no posting.
    pub fn moving(debit: Account, credit: Account, amount: Money) -> Option<Self> {
        match amount.satang().signum() {
            1 => Some(Self {
                debit,
                credit,
                amount,
            }),
            -1 => Some(Self {
                debit: credit,
                credit: debit,
                amount: amount.abs(),
            }),
            _ => None,
        }
    }
}
