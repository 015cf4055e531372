//! The hash chain: each event carries the hash of the one before it, so that no byte of history can change unseen.
//!
//! The chain shows that something changed, not who did it, and it does not protect its own newest end: whoever can
//! rewrite the file can cut whole orders off it.

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub(crate) type Hash = [u8; 32];

/// What comes before the first event.
pub(crate) const GENESIS: Hash = [0; 32];

/// Where the chain ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Sequence number of the newest event; 0 in an empty ledger.
    pub(crate) seq: i64,
    /// Its hash.
    pub(crate) hash: Hash,
}

impl Head {
    /// The end of an empty ledger.
    pub(crate) const EMPTY: Self = Self {
        seq: 0,
        hash: GENESIS,
    };
}

/// The columns a hash covers; texts as bytes, for a damaged one need not be text any more.
pub(crate) struct Link<'a> {
    pub(crate) seq: i64,
    pub(crate) order: u128,
    pub(crate) version: i64,
    pub(crate) at_ms: i64,
    pub(crate) kind: &'a [u8],
    pub(crate) payload: &'a [u8],
}

impl Link<'_> {
    /// The hash of this event after `previous`. Numbers are big-endian and of fixed width, texts carry their length
    /// in front, so that no two different events give the same bytes.
    pub(crate) fn hash(&self, previous: &Hash) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(b"keptang order event 1\0");
        hasher.update(previous);
        hasher.update(self.seq.to_be_bytes());
        hasher.update(self.order.to_be_bytes());
        hasher.update(self.version.to_be_bytes());
        hasher.update(self.at_ms.to_be_bytes());
        for text in [self.kind, self.payload] {
            let length = u64::try_from(text.len()).expect("a length in memory fits 64 bits");
            hasher.update(length.to_be_bytes());
            hasher.update(text);
        }
        hasher.finalize().into()
    }
}

/// The columns the hash of a line of the audit trail covers.
pub(crate) struct TrailLink<'a> {
    pub(crate) id: i64,
    pub(crate) at_ms: i64,
    pub(crate) by: Option<&'a [u8]>,
    pub(crate) what: &'a [u8],
    pub(crate) subject: &'a [u8],
    pub(crate) detail: &'a [u8],
}

impl TrailLink<'_> {
    /// The hash of this line after `previous`. Nobody and a person without a name are told apart by a byte in front.
    pub(crate) fn hash(&self, previous: &Hash) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(b"keptang audit line 1\0");
        hasher.update(previous);
        hasher.update(self.id.to_be_bytes());
        hasher.update(self.at_ms.to_be_bytes());
        hasher.update([u8::from(self.by.is_some())]);
        for text in [self.by.unwrap_or_default(), self.what, self.subject, self.detail] {
            let length = u64::try_from(text.len()).expect("a length in memory fits 64 bits");
            hasher.update(length.to_be_bytes());
            hasher.update(text);
        }
        hasher.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link<'a>() -> Link<'a> {
        Link {
            seq: 1,
            order: 2,
            version: 3,
            at_ms: 4,
            kind: b"ab",
            payload: b"cd",
        }
    }

    #[test]
    fn every_column_and_the_previous_hash_count() {
        let base = link().hash(&GENESIS);
        let changed = [
            Link { seq: 2, ..link() }.hash(&GENESIS),
            Link { order: 3, ..link() }.hash(&GENESIS),
            Link { version: 4, ..link() }.hash(&GENESIS),
            Link { at_ms: 5, ..link() }.hash(&GENESIS),
            Link {
                kind: b"ac",
                ..link()
            }
            .hash(&GENESIS),
            Link {
                payload: b"ce",
                ..link()
            }
            .hash(&GENESIS),
            // The same letters, split elsewhere.
            Link {
                kind: b"a",
                payload: b"bcd",
                ..link()
            }
            .hash(&GENESIS),
            link().hash(&base),
        ];
        for (index, hash) in changed.iter().enumerate() {
            assert_ne!(*hash, base, "case {index}");
        }
    }

    #[test]
    fn the_bytes_stay_what_they_are() {
        // Computed apart, with Python. Stored files depend on it: a different value here means that no existing ledger verifies any more.
        let hex: String = link()
            .hash(&GENESIS)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(
            hex,
            "0cb02758c1c95db39a6a39e6ff676645188ad33bc5fe49e6e2f283dfa46f5ea1"
        );
    }

    const fn line<'a>() -> TrailLink<'a> {
        TrailLink {
            id: 1,
            at_ms: 2,
            by: Some(b"ab"),
            what: b"cd",
            subject: b"ef",
            detail: b"gh",
        }
    }

    #[test]
    fn every_column_of_a_trail_line_counts() {
        let base = line().hash(&GENESIS);
        let changed = [
            TrailLink { id: 2, ..line() }.hash(&GENESIS),
            TrailLink { at_ms: 3, ..line() }.hash(&GENESIS),
            TrailLink { by: None, ..line() }.hash(&GENESIS),
            TrailLink {
                by: Some(b""),
                ..line()
            }
            .hash(&GENESIS),
            TrailLink {
                what: b"ce",
                ..line()
            }
            .hash(&GENESIS),
            TrailLink {
                subject: b"",
                ..line()
            }
            .hash(&GENESIS),
            TrailLink {
                what: b"cde",
                subject: b"f",
                ..line()
            }
            .hash(&GENESIS),
            TrailLink {
                detail: b"g",
                ..line()
            }
            .hash(&GENESIS),
            line().hash(&base),
        ];
        for (index, hash) in changed.iter().enumerate() {
            assert_ne!(*hash, base, "case {index}");
            assert!(!changed[..index].contains(hash), "case {index}");
        }
    }

    #[test]
    fn the_bytes_of_a_trail_line_stay_what_they_are() {
        // Computed apart, with Python.
        let hex: String = line()
            .hash(&GENESIS)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(
            hex,
            "19d2eb8b8a89c55316206465a2496dc809375d9c3c61d8c5bc5ab6e47d6a7cc1"
        );
    }
}
