//! What the till knows of each provider's health, from its own questions. In memory only: after a restart the first
//! answer says it again.

use keptang_domain::{ProviderId, Timestamp};
use keptang_ports::ProviderError;
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
        /// Which setting.
        setting: String,
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
                    setting: fault.setting.clone(),
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
        let changed = before.as_ref().is_none_or(|health| health.standing != standing);
        board.insert(
            provider,
            Health {
                standing,
                answered_at,
                unreachable,
            },
        );
        changed
    }
}
