//! Writing what happened: load, let the domain decide, commit; again if somebody else was faster.

use crate::till::{Till, TillEvent};
use keptang_domain::order::{AttemptEvent, AttemptState, Change, Order, OrderEvent, Reason, TransitionError};
use keptang_domain::{AttemptId, OrderId};
use keptang_ports::{LedgerError, NewClaim, OrderKey, Said};

/// Why something could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The domain forbids it.
    #[error(transparent)]
    Transition(#[from] TransitionError),
    /// The ledger could not take it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Writers of one order meet rarely; a till that loses this often is better told than kept spinning.
const MAX_TRIES: usize = 32;

impl Till {
    /// Records one event of an attempt, with what the provider said where it did, and returns the order as it is then.
    ///
    /// Evidence that already belongs to another order is not credited here: this order gets a contradiction flag, for
    /// one payment cannot have paid two sales. The same holds for a provider's reference that another attempt has.
    pub(crate) async fn record_attempt(
        &self,
        order: OrderId,
        attempt: AttemptId,
        event: AttemptEvent,
        said: Option<Said>,
    ) -> Result<Order, RecordError> {
        let told = OrderEvent::Attempt {
            attempt,
            event,
            said: said.clone(),
        };
        match self.record(order, told, None).await {
            Err(RecordError::Ledger(
                error @ (LedgerError::EvidenceUsed { .. } | LedgerError::ReferenceUsed),
            )) => {
                tracing::warn!(%order, %attempt, error = %error, "one payment was reported for two");
                let event = OrderEvent::Attempt {
                    attempt,
                    event: AttemptEvent::Contradicted,
                    said,
                };
                self.record(order, event, None).await
            }
            other => other,
        }
    }

    /// Records one event of an order.
    pub(crate) async fn record(
        &self,
        id: OrderId,
        event: OrderEvent,
        claim_new: Option<NewClaim>,
    ) -> Result<Order, RecordError> {
        self.record_all(id, vec![event], claim_new).await
    }

    /// Records several events of an order in one transaction.
    pub(crate) async fn record_all(
        &self,
        id: OrderId,
        events: Vec<OrderEvent>,
        claim_new: Option<NewClaim>,
    ) -> Result<Order, RecordError> {
        for _ in 0..MAX_TRIES {
            let order = self.inner.ledger.load(OrderKey::Id(id)).await?;
            let (changes, after) = self.decide(order, &events)?;
            if changes.is_empty() {
                return Ok(after);
            }
            match self.inner.ledger.commit(changes, claim_new).await {
                Ok(()) => {
                    self.announce(TillEvent::OrderChanged { order: id });
                    return Ok(after);
                }
                Err(LedgerError::VersionMoved) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(LedgerError::VersionMoved.into())
    }

    fn decide(&self, order: Order, events: &[OrderEvent]) -> Result<(Vec<Change>, Order), TransitionError> {
        let at = self.inner.clock.now();
        let mut after = order;
        let mut changes = Vec::new();
        let mut cancelled = false;
        for event in events {
            if let Some(change) = after.record(event.clone(), at)? {
                cancelled |= ends_a_cancel(&after, &change);
                after = change.after.clone();
                changes.push(change);
            }
        }
        // A sale that a person cancelled ends with its last attempt, in the same transaction, so that no moment
        // exists in which the customer is told "cancelled" and the sale still waits for money.
        if cancelled && let Ok(Some(change)) = after.record(OrderEvent::Voided { by: None }, at) {
            after = change.after.clone();
            changes.push(change);
        }
        Ok((changes, after))
    }
}

/// The attempt that a person wanted cancelled has ended without money, whether it was cancelled, refused or declined.
fn ends_a_cancel(before: &Order, change: &Change) -> bool {
    let OrderEvent::Attempt { attempt, event, .. } = &change.event else {
        return false;
    };
    let was = before.attempt(*attempt);
    let wanted = matches!(event, AttemptEvent::CancelRequested { .. })
        || was.is_some_and(|was| {
            was.state == AttemptState::Cancelling && was.reason == Some(Reason::CancelledByPerson)
        });
    wanted
        && change
            .after
            .attempt(*attempt)
            .is_some_and(|attempt| attempt.state.is_ended())
}
