//! How many attempts wait for the same provider, and what that means for each of them.
//!
//! A provider answers so many questions a second. When more attempts wait than it can answer at the usual pace, all
//! of them are asked less often, the youngest least so, because their customers stand at the counter.

use keptang_domain::{AttemptId, ProviderId};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Questions to one provider at once. More than one, because one that hangs must not keep the others from being asked;
/// few, because each waits for its turn in the provider's pace, and a question of several requests that loses its turn in
/// the middle begins anew: with many in flight nobody would ever come to the end.
const MAX_TO_ONE: usize = 6;

/// What this process follows.
#[derive(Default)]
pub(crate) struct Crowd {
    /// Whom we follow, and whether their customer still stands at the counter.
    followed: Mutex<BTreeMap<ProviderId, HashMap<AttemptId, bool>>>,
    lanes: Mutex<BTreeMap<ProviderId, Arc<Semaphore>>>,
}

impl Crowd {
    /// Notes that an attempt is followed, and whether it is young; `None` when it is followed no longer.
    pub(crate) fn note(&self, provider: ProviderId, attempt: AttemptId, young: Option<bool>) {
        let mut all = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        let of_provider = all.entry(provider).or_default();
        match young {
            Some(young) => of_provider.insert(attempt, young),
            None => of_provider.remove(&attempt),
        };
    }

    /// Attempts followed at a provider: the young ones when `young`, the others otherwise.
    pub(crate) fn size(&self, provider: ProviderId, young: bool) -> usize {
        let all = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        let of_provider = all.get(&provider);
        of_provider.map_or(0, |all| all.values().filter(|is| **is == young).count())
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

/// Attempts of one kind, young or not, that wait for a provider, and how often each would like to be asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group {
    pub(crate) size: usize,
    pub(crate) usual_ms: i64,
}

impl Group {
    /// Questions in a thousand seconds, were there no limit.
    fn demand(self) -> i64 {
        let size = i64::try_from(self.size).unwrap_or(i64::MAX);
        size.saturating_mul(1_000_000) / self.usual_ms.max(1)
    }
}

/// The pause between questions about one of `group`, when the provider takes so many a second for both groups. Neither
/// may take more than half from the other: however many old ones are watched for late money, the customer at the counter
/// is seen in time, and a rush at the counter does not end the watch.
pub(crate) fn fair_pause_ms(group: Group, others: Group, per_second: u32) -> i64 {
    let all = i64::from(per_second.max(1)).saturating_mul(1_000);
    let ours = all - others.demand().min(all / 2);
    let size = i64::try_from(group.size).unwrap_or(i64::MAX);
    group.usual_ms.max(size.saturating_mul(1_000_000) / ours.max(1))
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
        let group = |(size, usual_ms)| Group { size, usual_ms };
        let table = [
            // group, others, per second, pause
            ((1, 2_000), (0, 10_000), 5, 2_000),
            ((10, 2_000), (0, 10_000), 5, 2_000),
            ((20, 2_000), (0, 10_000), 5, 4_000),
            // Ten old ones want one question a second.
            ((10, 2_000), (10, 10_000), 5, 2_500),
            // However many they are, half is left for the young.
            ((10, 2_000), (5_000, 10_000), 5, 4_000),
            ((5_000, 10_000), (10, 2_000), 5, 2_000_000),
            ((5_000, 10_000), (0, 2_000), 5, 1_000_000),
            ((50, 10_000), (0, 2_000), 5, 10_000),
            ((10, 2_000), (0, 10_000), 0, 10_000),
        ];
        for (ours, others, per_second, pause) in table {
            let found = fair_pause_ms(group(ours), group(others), per_second);
            assert_eq!(found, pause, "{ours:?} beside {others:?} at {per_second}/s");
        }
    }

    #[test]
    fn jitter_stays_within_a_tenth_and_spreads() {
        let pauses: std::collections::HashSet<i64> = (0..200_u128)
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
