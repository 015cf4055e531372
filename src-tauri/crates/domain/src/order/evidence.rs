//! Facts that say money moved.

use crate::money::Money;
use crate::provider::{ProviderId, words};

words! {
    /// Who spoke.
    Source {
        /// The provider, asked by us.
        Query = "query",
        /// The provider, calling us.
        Callback = "callback",
        /// A verified transfer slip.
        Slip = "slip",
        /// A permitted person.
        Person = "person",
    }
}

/// One fact that money moved.
///
/// The key names the *payment*, not the message: a poll and a callback about the same charge carry the same key,
/// so that the second of them changes nothing, whichever comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Stable name of the payment at its provider, unique in the whole ledger together with the provider.
    pub key: String,
    /// Who spoke first.
    pub source: Source,
    /// How much arrived in this payment so far; never negative.
    pub amount: Money,
    /// The provider's fee on it, when it told.
    pub fee: Option<Money>,
}

impl Evidence {
    /// The list on which the key is unique for all time: a slip is one transfer whoever serves the attempt it is shown
    /// for, so slips share one list; everything else is unique at its provider.
    pub const fn book(&self, provider: ProviderId) -> &'static str {
        match self.source {
            Source::Slip => SLIPS,
            Source::Query | Source::Callback | Source::Person => provider.word(),
        }
    }
}

/// The list of slips.
pub const SLIPS: &str = "slip";
