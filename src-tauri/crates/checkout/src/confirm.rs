//! A permitted person says it was paid. Who may say so is decided by the caller; this only keeps the books right.

use crate::record::RecordError;
use crate::till::Till;
use keptang_domain::OrderId;
use keptang_domain::order::{AttemptEvent, ConfirmReason, EventKind, Move, Order, TransitionError, rule};
use keptang_ports::{LedgerError, OrderKey};

/// Why a person's word was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// Asking once more showed that it is paid: no word is needed.
    #[error("the provider says it is paid; nothing to confirm")]
    AlreadyPaid(Box<Order>),
    /// The order or attempt does not allow it.
    #[error(transparent)]
    Transition(#[from] TransitionError),
    /// The ledger could not take it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<RecordError> for ConfirmError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Transition(error) => Self::Transition(error),
            RecordError::Ledger(error) => Self::Ledger(error),
        }
    }
}

impl Till {
    /// Takes a person's word that the newest attempt was paid, after asking the provider once more.
    pub async fn confirm(
        &self,
        id: OrderId,
        by: String,
        reason: ConfirmReason,
        note: Option<String>,
    ) -> Result<Order, ConfirmError> {
        let order = self.inner.ledger.load(OrderKey::Id(id)).await?;
        let attempt = order.newest().ok_or(TransitionError::NoSuchAttempt)?;
        let askable = self
            .provider(attempt.provider)
            .is_some_and(|provider| provider.status().is_some());
        let allowed = rule(attempt.state, EventKind::OperatorConfirmed) == Move::Pay;
        if askable && allowed {
            self.look_now(attempt.id).await?;
            let now = self.inner.ledger.load(OrderKey::Id(id)).await?;
            if now.received().is_positive() && now.missing() == keptang_domain::Money::ZERO {
                return Err(ConfirmError::AlreadyPaid(Box::new(now)));
            }
        }
        let event = AttemptEvent::OperatorConfirmed { by, reason, note };
        Ok(self.record_attempt(id, attempt.id, event, None).await?)
    }
}
