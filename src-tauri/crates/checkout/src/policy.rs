//! How often and how long to ask. Pure, so that every rule can be tested as a table.

use keptang_domain::Timestamp;
use keptang_domain::order::{Attempt, AttemptState};

/// Intervals and limits (settings `timing`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Between questions in the first minute.
    pub poll_fast_ms: i64,
    /// Between questions after five minutes.
    pub poll_slow_ms: i64,
    /// How long an ended attempt is still listened to.
    pub late_watch_ms: i64,
    /// How long a provider may take to answer.
    pub request_timeout_ms: i64,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            poll_fast_ms: 2_000,
            poll_slow_ms: 10_000,
            late_watch_ms: 48 * 3_600_000,
            request_timeout_ms: 15_000,
        }
    }
}

const MINUTE_MS: i64 = 60_000;
/// A lost create is looked for at these ages, and given up as never created after the last
/// (providers/omise-truemoney.md §6: absent after 3 looks within 15 s).
pub(crate) const LOST_LOOKS_MS: [i64; 3] = [1_000, 6_000, 14_000];
/// A callback that says "paid" is doubted after so many answers that say otherwise (cli.md, evidence).
pub(crate) const DOUBTS_BEFORE_CONTRADICTION: u32 = 3;
/// How long past its deadline an attempt whose provider does not answer stays on the screen.
pub(crate) const DEADLINE_GRACE_MS: i64 = MINUTE_MS;

impl Timing {
    /// How long a claim on an attempt lasts: longer than any single question may take.
    pub const fn lease_ms(&self) -> i64 {
        self.request_timeout_ms + 10_000
    }

    /// How long an attempt counts as one whose customer stands at the counter.
    pub const fn young_ms(&self) -> i64 {
        MINUTE_MS
    }

    /// The pause before the next question to a provider that can be asked, for an attempt of this age. Fast while the
    /// customer stands there, slower later (product.md §2.4: 2 s at first, slower later).
    pub fn poll_every_ms(&self, state: AttemptState, age_ms: i64) -> i64 {
        let fast = self.poll_fast_ms.max(1);
        let slow = self.poll_slow_ms.max(fast);
        match state {
            AttemptState::Paid | AttemptState::Failed | AttemptState::Expired | AttemptState::Cancelled => {
                if age_ms < 10 * MINUTE_MS {
                    slow.max(30_000)
                } else {
                    slow.max(10 * MINUTE_MS)
                }
            }
            AttemptState::Held => slow,
            _ if age_ms < MINUTE_MS => fast,
            _ if age_ms < 5 * MINUTE_MS => (fast * 5 / 2).min(slow),
            _ => slow,
        }
    }

    /// When listening to an ended attempt stops.
    pub fn listen_until(&self, attempt: &Attempt) -> Timestamp {
        attempt
            .ended_at
            .unwrap_or(attempt.opened_at)
            .plus_ms(self.late_watch_ms)
    }

    /// The pause after a question that got no proper answer: the usual one, doubled for each further silence up to
    /// five times the slow one, so that a provider in trouble is not hammered by the tills that wait for it.
    pub fn retry_after_ms(&self, usual_ms: i64, silences: u32) -> i64 {
        let factor = 1_i64 << silences.min(6);
        usual_ms
            .saturating_mul(factor)
            .min(self.poll_slow_ms.saturating_mul(5))
            .max(usual_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_fast_at_first_and_slower_later() {
        let timing = Timing::default();
        let table = [
            (AttemptState::Awaiting, 0, 2_000),
            (AttemptState::Awaiting, 59_999, 2_000),
            (AttemptState::Awaiting, 60_000, 5_000),
            (AttemptState::Confirming, 299_999, 5_000),
            (AttemptState::Awaiting, 300_000, 10_000),
            (AttemptState::Held, 0, 10_000),
            (AttemptState::Expired, 0, 30_000),
            (AttemptState::Cancelled, 700_000, 600_000),
            // Paid by a person's word: the real payment may still be reported.
            (AttemptState::Paid, 0, 30_000),
        ];
        for (state, age_ms, expected) in table {
            assert_eq!(
                timing.poll_every_ms(state, age_ms),
                expected,
                "{state} at {age_ms} ms"
            );
        }
    }

    #[test]
    fn silence_slows_down_within_a_bound() {
        let timing = Timing::default();
        let pauses: Vec<i64> = (0..8)
            .map(|silences| timing.retry_after_ms(2_000, silences))
            .collect();
        assert_eq!(
            pauses,
            [2_000, 4_000, 8_000, 16_000, 32_000, 50_000, 50_000, 50_000]
        );
    }
}
