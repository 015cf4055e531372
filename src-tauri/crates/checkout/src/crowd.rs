//! How many attempts wait for the same provider, and what that means for each of them.
//!
//! A provider answers so many questions a second. When more attempts wait than it can answer at the usual pace, all
//! of them are asked less often, the youngest least so, because their customers stand at the counter.

use keptang_domain::{AttemptId, ProviderId};
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Questions to one provider at once: one that hangs must not keep the others from being asked.
const MAX_TO_ONE: usize = 16;

/// What this process follows.
#[derive(Default)]
pub(crate) struct Crowd {
    followed: Mutex<BTreeMap<ProviderId, HashSet<AttemptId>>>,
    lanes: Mutex<BTreeMap<ProviderId, Arc<Semaphore>>>,
}

impl Crowd {
    /// Notes that an attempt is followed, or no longer.
    pub(crate) fn note(&self, provider: ProviderId, attempt: AttemptId, followed: bool) {
        let mut all = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        let of_provider = all.entry(provider).or_default();
        if followed {
            of_provider.insert(attempt);
        } else {
            of_provider.remove(&attempt);
        }
    }

    /// Attempts followed at a provider.
    pub(crate) fn size(&self, provider: ProviderId) -> usize {
        let all = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&provider).map_or(0, HashSet::len)
    }

    /// A place among the questions in flight to a provider; `None` when all are taken.
    pub(crate) fn enter(&self, provider: ProviderId) -> Option<OwnedSemaphorePermit> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes
            .entry(provider)
            .or_insert_with(|| Arc::new(Semaphore::new(MAX_TO_ONE)));
        Arc::clone(lane).try_acquire_owned().ok()
    }
}

/// The pause between questions about one of `crowd` attempts, when the provider takes so many a second in all.
pub(crate) fn fair_pause_ms(usual_ms: i64, young: bool, crowd: usize, per_second: u32) -> i64 {
    let share_ms =
        i64::try_from(crowd).unwrap_or(i64::MAX).saturating_mul(1_000) / i64::from(per_second.max(1));
    usual_ms.max(if young { share_ms / 4 } else { share_ms })
}

/// The pause moved by up to a tenth either way, so that attempts opened together are not asked about together for
/// ever. The same attempt at the same moment always gets the same pause.
pub(crate) fn with_jitter(pause_ms: i64, attempt: AttemptId, salt: i64) -> i64 {
    let bits = attempt.bits();
    let mixed = (bits ^ (bits >> 64) ^ u128::from(salt.unsigned_abs()))
        .wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    let thousandths = i64::try_from((mixed >> 96) % 201).unwrap_or(100) - 100;
    pause_ms.saturating_add(pause_ms / 1_000 * thousandths + pause_ms % 1_000 * thousandths / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_is_asked_no_faster_than_the_provider_answers() {
        let table = [
            // usual, young, crowd, per second, pause
            (2_000, true, 1, 5, 2_000),
            (2_000, true, 40, 5, 2_000),
            (2_000, true, 80, 5, 4_000),
            (10_000, false, 50, 5, 10_000),
            (10_000, false, 5_000, 5, 1_000_000),
            (2_000, true, 5_000, 5, 250_000),
            (2_000, true, 10, 0, 2_500),
        ];
        for (usual, young, crowd, per_second, pause) in table {
            assert_eq!(
                fair_pause_ms(usual, young, crowd, per_second),
                pause,
                "{crowd} at {per_second}/s"
            );
        }
    }

    #[test]
    fn jitter_stays_within_a_tenth_and_spreads() {
        let pauses: HashSet<i64> = (0..200_u128)
            .map(|id| with_jitter(10_000, AttemptId::from_bits(id << 70 | id), 7))
            .collect();
        assert!(
            pauses.iter().all(|pause| (9_000..=11_000).contains(pause)),
            "{pauses:?}"
        );
        assert!(pauses.len() > 50, "{}", pauses.len());
        assert_eq!(with_jitter(0, AttemptId::from_bits(3), 1), 0);
        assert!(with_jitter(i64::MAX, AttemptId::from_bits(3), 1) > 0);
    }

    #[test]
    fn a_provider_that_hangs_fills_only_its_own_lane() {
        let crowd = Crowd::default();
        let held: Vec<_> = (0..MAX_TO_ONE)
            .map(|_| crowd.enter(ProviderId::JwtGateway))
            .collect();
        assert!(held.iter().all(Option::is_some));
        assert!(crowd.enter(ProviderId::JwtGateway).is_none());
        assert!(crowd.enter(ProviderId::Crypto2328).is_some());
        drop(held);
        assert!(crowd.enter(ProviderId::JwtGateway).is_some());
    }
}
