//! Facts that say money moved.

use crate::money::Money;
use crate::provider::words;

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
