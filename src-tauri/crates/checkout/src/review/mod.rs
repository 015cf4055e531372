//! What a person has to look at before a day is signed off, and what was said about it (product.md §4).
//!
//! Nothing here is stored but what people said: the things themselves are found anew each time, in orders, payouts,
//! shifts, slips and the newest comparison with each provider's list. A word is a line of the audit trail about the
//! thing's key; the newest counts, and facts that came after it open the thing again.

mod find;
mod item;
mod key;
mod runs;
mod settle;
mod stopped;

pub use key::{ItemKey, OrderIssue, ParseKeyError};
pub use settle::{Outcome, Settled};
pub use stopped::SlipsOfDay;

use keptang_domain::order::Flag;
use keptang_domain::{Money, OrderId, Timestamp};
use keptang_ports::LedgerError;
use std::collections::BTreeMap;

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReviewKind {
    /// An order with a flag.
    Flag(Flag),
    /// A payout whose outcome is not known.
    PayoutUnknown,
    /// A refund whose outcome is not known.
    RefundUnknown,
    /// A shift that ended with something missing or too much.
    ShiftDifference,
    /// A slip whose bank has not answered yet.
    SlipWaiting,
    /// Money that came for an order that was called off.
    Suspense,
    /// A payment that the ledger and the provider see differently.
    Reconcile,
}

impl ReviewKind {
    /// The stable word; a flag's own word for a flag.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Flag(flag) => flag.word(),
            Self::PayoutUnknown => "payout_unknown",
            Self::RefundUnknown => "refund_unknown",
            Self::ShiftDifference => "shift_difference",
            Self::SlipWaiting => "slip_waiting",
            Self::Suspense => "suspense",
            Self::Reconcile => "reconcile",
        }
    }
}

/// One thing to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewItem {
    /// Names it for [`crate::Till::settle_item`].
    pub key: ItemKey,
    /// What kind of thing it is.
    pub kind: ReviewKind,
    /// The order it is about.
    pub order: Option<OrderId>,
    /// Its number.
    pub order_number: Option<String>,
    /// The money in question.
    pub amount: Option<Money>,
    /// Since when there is something to look at.
    pub since: Timestamp,
    /// Who stood at the till.
    pub cashier: Option<String>,
    /// Further facts for people: words and amounts in baht.
    pub detail: BTreeMap<&'static str, String>,
    /// What was said about it, unless facts came since.
    pub settled: Option<Settled>,
}

/// Why a word was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// There is nothing of that name to look at, or not any more.
    #[error("there is nothing of that name to review")]
    NoSuchItem,
    /// Anything but "as it should be" needs a reason, of at most 500 characters.
    #[error("a note of 1 to 500 characters is needed")]
    Note,
    /// The ledger could not take it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}
