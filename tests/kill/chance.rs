//! Chance that can be repeated: the same seed gives the same kills, as far as the machine's own timing lets it.

use std::time::Duration;

/// SplitMix64 (Steele, Lea, Flood 2014): one word of state, good enough to choose moments.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// One whose choices do not depend on how often this one is asked later.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A whole number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// True so many times out of a hundred.
    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Up to `most_ms`; half of all draws fall into the first quarter, where a till does most of its writing.
    pub(crate) fn soon(&mut self, most_ms: u64) -> Duration {
        let part = self.below(1_001);
        Duration::from_millis(most_ms * part * part / 1_000_000)
    }
}
