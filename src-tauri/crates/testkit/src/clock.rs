//! Time and ids that tests own.

use keptang_domain::Timestamp;
use keptang_ports::{Clock, Ids};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// 2026-11-20 10:00:00 in Bangkok, where every test begins unless it says otherwise.
pub const START: Timestamp = Timestamp::from_ms(1_795_143_600_000);

/// A clock a test can set.
///
/// It may also follow the runtime's own timer, so that with paused time a sleeping test moves both together.
pub struct TestClock {
    /// The reading when `since` was taken, or the reading itself.
    base_ms: AtomicI64,
    since: Option<Instant>,
}

impl TestClock {
    /// Stands still until it is told to move.
    pub fn standing(at: Timestamp) -> Self {
        Self {
            base_ms: AtomicI64::new(at.ms()),
            since: None,
        }
    }

    /// Runs with the runtime's timer, also while that is paused. Must be made inside a runtime.
    pub fn running(from: Timestamp) -> Self {
        Self {
            base_ms: AtomicI64::new(from.ms()),
            since: Some(Instant::now()),
        }
    }

    /// Moves the reading, backwards too: shops change their clocks.
    pub fn shift(&self, by_ms: i64) {
        self.base_ms.fetch_add(by_ms, Ordering::SeqCst);
    }

    /// Moves the reading forward by a duration.
    pub fn advance(&self, by: Duration) {
        self.shift(i64::try_from(by.as_millis()).expect("a test lasts less than 292 million years"));
    }

    /// Sets a standing clock; on a running one, what it says at this moment.
    pub fn set(&self, at: Timestamp) {
        self.shift(at.ms_since(self.now()));
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::standing(START)
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let elapsed = self.since.map_or(Duration::ZERO, |since| since.elapsed());
        let elapsed_ms =
            i64::try_from(elapsed.as_millis()).expect("a test lasts less than 292 million years");
        Timestamp::from_ms(self.base_ms.load(Ordering::SeqCst)).plus_ms(elapsed_ms)
    }
}

/// Ids that are the same in every run.
pub struct TestIds {
    next: AtomicU64,
    seed: u64,
}

impl TestIds {
    /// Ids that differ from those of every other seed.
    pub const fn seeded(seed: u64) -> Self {
        Self {
            next: AtomicU64::new(1),
            seed,
        }
    }

    fn count(&self) -> u64 {
        self.next.fetch_add(1, Ordering::SeqCst)
    }
}

impl Default for TestIds {
    fn default() -> Self {
        Self::seeded(0)
    }
}

impl Ids for TestIds {
    fn next_id(&self) -> u128 {
        // UUID version 7, variant 2, with the count where the time would be, so that ids sort as they were made.
        let count = u128::from(self.count()) & 0xffff_ffff_ffff;
        (count << 80) | (0x7 << 76) | (0b10 << 62) | (u128::from(self.seed) & 0x3fff_ffff_ffff_ffff)
    }

    fn next_token(&self) -> u128 {
        let count = self.count();
        (u128::from(scatter(self.seed ^ scatter(count))) << 64) | u128::from(scatter(count))
    }
}

/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
fn scatter(count: u64) -> u64 {
    let mut bits = count.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_standing_clock_moves_only_when_told() {
        let clock = TestClock::default();
        assert_eq!(clock.now(), START);
        clock.advance(Duration::from_millis(1_500));
        assert_eq!(clock.now(), START.plus_ms(1_500));
        clock.set(START.plus_ms(-7));
        assert_eq!(clock.now(), START.plus_ms(-7));
    }

    #[tokio::test(start_paused = true)]
    async fn a_running_clock_follows_paused_time() {
        let clock = TestClock::running(START);
        tokio::time::advance(Duration::from_millis(2_500)).await;
        assert_eq!(clock.now(), START.plus_ms(2_500));
        clock.shift(-1_000);
        assert_eq!(clock.now(), START.plus_ms(1_500));
    }

    #[test]
    fn ids_sort_as_they_were_made_and_never_repeat() {
        let (ids, others) = (TestIds::seeded(1), TestIds::seeded(2));
        let made: Vec<u128> = (0..100).map(|_| ids.next_id()).collect();
        assert!(made.is_sorted());
        let all: HashSet<u128> = made
            .into_iter()
            .chain((0..100).map(|_| others.next_id()))
            .chain((0..100).map(|_| ids.next_token()))
            .chain((0..100).map(|_| others.next_token()))
            .collect();
        assert_eq!(all.len(), 400);
    }
}
