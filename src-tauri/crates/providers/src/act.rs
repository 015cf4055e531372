//! What a failed request may have done: the one question that decides whether it may be repeated.

use crate::http::CallError;
use keptang_ports::ProviderError;

/// What kind of request an error answers, because that decides what may exist now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// Makes something payable or moves money: must not be repeated blindly.
    Once,
    /// Reads, or changes nothing that a second request would change again.
    Repeatable,
}

impl Act {
    /// The answer never came, or cannot be understood.
    pub(crate) fn lost(self) -> ProviderError {
        match self {
            Self::Once => ProviderError::OutcomeUnknown,
            Self::Repeatable => ProviderError::Unavailable,
        }
    }
}

/// There was no answer at all.
pub(crate) fn unsent(error: CallError, act: Act) -> ProviderError {
    match error {
        CallError::NotSent => ProviderError::NotSent,
        CallError::TooSoon { after_ms } => ProviderError::Throttled {
            after_ms: Some(after_ms),
        },
        CallError::Lost => act.lost(),
    }
}
