//! What the till knows of each provider's health, from its own questions. In memory only: after a restart the first
//! answer says it again.

use keptang_domain::{ProviderId, Timestamp};
use keptang_ports::{Fault, ProviderError};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// How a provider is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Not asked yet.
    Unknown,
    /// It answers.
    Ok,
    /// It answers, slowly.
    Slow,
    /// It does not answer, or cannot be reached.
    Down,
    /// It answers that our settings are wrong.
    Misconfigured {
        /// Which setting, and what to do about it.
        fault: Fault,
    },
}

/// Health of one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// How it is doing.
    pub standing: Standing,
    /// When it last answered properly.
    pub answered_at: Option<Timestamp>,
    /// The last call could not even leave this machine: perhaps the line is down.
    pub unreachable: bool,
    /// Calls in a row that found it down or our settings wrong, and when the last of them was.
    failures: Option<(u32, Timestamp)>,
}

/// So many failures in a row open the breaker: the next sale starts with the owner's next choice instead of waiting
/// for a provider that does not answer.
const TRIPPED_BY: u32 = 3;
/// After this pause one sale may try the provider again.
const TRIPPED_FOR_MS: i64 = 30_000;

impl Health {
    /// New sales had better start elsewhere.
    pub fn is_tripped(&self, now: Timestamp) -> bool {
        self.failures.is_some_and(|(count, last)| {
            count >= TRIPPED_BY && (0..TRIPPED_FOR_MS).contains(&now.ms_since(last))
        })
    }
}

/// An answer that takes longer than this is called slow.
const SLOW_MS: i64 = 4_000;

#[derive(Default)]
pub(crate) struct HealthBoard {
    board: Mutex<BTreeMap<ProviderId, Health>>,
}

impl HealthBoard {
    pub(crate) fn of(&self, provider: ProviderId) -> Health {
        let board = self
            .board
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        board.get(&provider).cloned().unwrap_or(Health {
            standing: Standing::Unknown,
            answered_at: None,
            unreachable: false,
            failures: None,
        })
    }

    /// Notes how a call went; `true` when the standing changed.
    pub(crate) fn note<T>(
        &self,
        provider: ProviderId,
        outcome: &Result<T, ProviderError>,
        took_ms: i64,
        now: Timestamp,
    ) -> bool {
        let (standing, answered, unreachable) = match outcome {
            Ok(_) | Err(ProviderError::Refused { .. } | ProviderError::NotFound) => (
                if took_ms > SLOW_MS {
                    Standing::Slow
                } else {
                    Standing::Ok
                },
                true,
                false,
            ),
            Err(ProviderError::Throttled { .. }) => (Standing::Slow, true, false),
            Err(ProviderError::Misconfigured(fault)) => (
                Standing::Misconfigured {
                    fault: fault.as_ref().clone(),
                },
                true,
                false,
            ),
            Err(ProviderError::NotSent) => (Standing::Down, false, true),
            Err(ProviderError::OutcomeUnknown | ProviderError::Unavailable) => (Standing::Down, false, false),
        };
        let mut board = self
            .board
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let before = board.get(&provider).cloned();
        let answered_at = if answered {
            Some(now)
        } else {
            before.as_ref().and_then(|health| health.answered_at)
        };
        let failed = matches!(standing, Standing::Down | Standing::Misconfigured { .. });
        let so_far = before
            .as_ref()
            .and_then(|health| health.failures)
            .map_or(0, |(count, _)| count);
        let failures = failed.then_some((so_far.saturating_add(1), now));
        let changed = before.as_ref().is_none_or(|health| health.standing != standing);
        board.insert(
            provider,
            Health {
                standing,
                answered_at,
                unreachable,
                failures,
            },
        );
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_breaker_opens_after_three_failures_and_closes_by_itself_or_by_an_answer() {
        let board = HealthBoard::default();
        let provider = ProviderId::OmiseTrueMoney;
        let at = |seconds: i64| Timestamp::from_ms(seconds * 1_000);
        let down: Result<(), ProviderError> = Err(ProviderError::Unavailable);
        for second in 0..2 {
            board.note(provider, &down, 1, at(second));
            assert!(!board.of(provider).is_tripped(at(second)));
        }
        board.note(provider, &down, 1, at(2));
        assert!(board.of(provider).is_tripped(at(2)));
        assert!(board.of(provider).is_tripped(at(31)));
        assert!(!board.of(provider).is_tripped(at(32)), "one sale may try again");
        assert!(
            !board.of(provider).is_tripped(at(1)),
            "a clock set back does not keep it shut out"
        );
        board.note(provider, &Ok::<(), ProviderError>(()), 1, at(40));
        board.note(provider, &down, 1, at(41));
        assert!(
            !board.of(provider).is_tripped(at(41)),
            "an answer begins the count again"
        );
    }
}
