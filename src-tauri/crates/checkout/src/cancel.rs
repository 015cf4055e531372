//! Cancelling a sale. Cancel tells the truth: the provider is asked, and payment beats cancel (product.md §2.6).

use crate::record::RecordError;
use crate::till::Till;
use keptang_domain::OrderId;
use keptang_domain::order::{AttemptEvent, AttemptState, Order, OrderEvent, OrderState, TransitionError};
use keptang_ports::{LedgerError, OrderKey};

/// Why a cancel could not even be asked for.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// The order is paid, in part or in full, or the provider holds the money.
    #[error("not cancelled: money has arrived")]
    MoneyArrived,
    /// The ledger could not take it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The domain forbids it.
    #[error(transparent)]
    Transition(#[from] TransitionError),
}

impl From<RecordError> for CancelError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Transition(error) => Self::Transition(error),
            RecordError::Ledger(error) => Self::Ledger(error),
        }
    }
}

impl Till {
    /// Asks for everything that still runs to be cancelled and takes the first step of it. The order that comes back
    /// may still be cancelling: the driver goes on.
    pub async fn cancel(&self, id: OrderId, by: Option<String>) -> Result<Order, CancelError> {
        let order = self.inner.ledger.load(OrderKey::Id(id)).await?;
        if order.state == OrderState::Voided {
            return Ok(order);
        }
        let held = order
            .attempts
            .iter()
            .any(|attempt| attempt.state == AttemptState::Held);
        if order.received() > order.refunded() || held {
            return Err(CancelError::MoneyArrived);
        }
        let running: Vec<_> = order
            .attempts
            .iter()
            .filter(|attempt| !attempt.state.is_final())
            .map(|attempt| attempt.id)
            .collect();
        for attempt in &running {
            match self
                .record_attempt(
                    id,
                    *attempt,
                    AttemptEvent::CancelRequested { by: by.clone() },
                    None,
                )
                .await
            {
                Ok(_) => self.inner.ledger.wake(*attempt, self.now()).await?,
                // It ended or was paid while we asked; the order below tells.
                Err(RecordError::Transition(TransitionError::AttemptState(state))) if state.is_final() => {}
                Err(other) => return Err(other.into()),
            }
        }
        for attempt in running {
            // A create that hangs holds its attempt for long; the cashier is told "cancelling" meanwhile.
            self.look_if_free(attempt).await?;
        }
        let order = self.inner.ledger.load(OrderKey::Id(id)).await?;
        let all_ended = order.attempts.iter().all(|attempt| attempt.state.is_ended());
        if order.state == OrderState::Due && all_ended && order.received() <= order.refunded() {
            return Ok(self.record(id, OrderEvent::Voided { by }, None).await?);
        }
        Ok(order)
    }
}
