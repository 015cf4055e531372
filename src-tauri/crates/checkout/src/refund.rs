//! Giving money back. The wish is on disk before the provider is asked, never above what came in, and never asked
//! twice while the first answer is open.

use crate::driver::payment_ref;
use crate::record::RecordError;
use crate::till::Till;
use keptang_domain::order::{
    Attempt, Order, OrderEvent, Refund, RefundKind, RefundReason, RefundState, TransitionError,
};
use keptang_domain::{AttemptId, Money, OrderId, ProviderId, RefundId, Timestamp};
use keptang_ports::{LedgerError, OrderKey, ProviderError, RefundRequest, Refunded};
use serde::{Deserialize, Serialize};

/// A wish to give money back.
#[derive(Debug, Clone)]
pub struct RefundOrder {
    /// Of which order.
    pub order: OrderId,
    /// How much; everything that can go back of one payment when `None`.
    pub amount: Option<Money>,
    /// Why.
    pub reason: RefundReason,
    /// Who.
    pub by: String,
    /// A person already transferred it, under this reference.
    pub by_transfer: Option<String>,
    /// Of which payment; the newest that covers the amount when `None`.
    pub attempt: Option<AttemptId>,
}

/// How one payment can still go back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundPath {
    /// Which payment.
    pub attempt: AttemptId,
    /// Who has it.
    pub provider: ProviderId,
    /// At most so much.
    pub refundable: Money,
    /// How the whole of it would go back now.
    pub kind: RefundKind,
    /// The moment after which it goes back another way.
    pub until: Option<Timestamp>,
}

/// Why nothing was asked of the provider.
#[derive(Debug, thiserror::Error)]
pub enum RefundError {
    /// Nothing of the order can go back.
    #[error("nothing was received that could go back")]
    NothingToReturn,
    /// This provider gives nothing back itself.
    #[error("the provider cannot return money; return it by transfer and record the reference")]
    OnlyByTransfer,
    /// The order does not allow it.
    #[error(transparent)]
    Transition(#[from] TransitionError),
    /// The ledger could not take it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Word of the trail's line about a refund that a provider is asked for; its subject is the refund.
pub(crate) const REFUND_REQUESTED: &str = "refund_requested";

#[derive(Serialize, Deserialize)]
pub(crate) struct RefundFacts {
    pub(crate) order: String,
    amount_satang: i64,
    reason: String,
    pub(crate) business_day: String,
}

impl From<RecordError> for RefundError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Transition(error) => Self::Transition(error),
            RecordError::Ledger(error) => Self::Ledger(error),
        }
    }
}

impl Till {
    /// How each payment of an order can still go back, newest first.
    pub fn refund_paths(&self, order: &Order) -> Vec<RefundPath> {
        let newest_first = order.attempts.iter().rev();
        newest_first
            .filter_map(|attempt| {
                let refundable = order.refundable_of(attempt.id);
                if !refundable.is_positive() {
                    return None;
                }
                let provider = self.provider(attempt.provider);
                let refunds = provider
                    .filter(|_| attempt.provider_ref.is_some())
                    .and_then(|provider| provider.refunds());
                let way = refunds
                    .zip(attempt.paid_at)
                    .and_then(|(refunds, paid_at)| refunds.way_back(paid_at, self.now()));
                let (kind, until) = match way {
                    Some(way) => (way.kind, way.until),
                    // Out of the drawer it goes at once.
                    None if attempt.provider == ProviderId::Cash => (RefundKind::Refund, None),
                    None => (RefundKind::Transfer, None),
                };
                // What was returned in part before is no longer the whole, which is all a void can be.
                let is_whole = refundable == attempt.received();
                let kind = if kind == RefundKind::Void && !is_whole {
                    RefundKind::Refund
                } else {
                    kind
                };
                Some(RefundPath {
                    attempt: attempt.id,
                    provider: attempt.provider,
                    refundable,
                    kind,
                    until,
                })
            })
            .collect()
    }

    /// Gives money back and says what came of it: the refund in the order that comes back is done, failed or unknown.
    pub async fn refund(&self, wish: RefundOrder) -> Result<(Order, RefundId), RefundError> {
        let order = self.resolve_refunds(wish.order).await?;
        let attempt = match wish.attempt {
            Some(id) => order.attempt(id).cloned(),
            None => pick(&order, wish.amount),
        };
        let attempt = attempt.ok_or(RefundError::NothingToReturn)?;
        let amount = wish.amount.unwrap_or_else(|| order.refundable_of(attempt.id));
        let can_refund = self
            .provider(attempt.provider)
            .is_some_and(|provider| provider.refunds().is_some());
        let from_drawer = attempt.provider == ProviderId::Cash && wish.by_transfer.is_none();
        if wish.by_transfer.is_none() && !from_drawer && (!can_refund || attempt.provider_ref.is_none()) {
            return Err(RefundError::OnlyByTransfer);
        }
        let refund = RefundId::from_bits(self.inner.ids.next_id());
        let kind = if wish.by_transfer.is_some() {
            RefundKind::Transfer
        } else {
            RefundKind::Refund
        };
        let mut events = vec![OrderEvent::RefundRequested {
            refund,
            attempt: attempt.id,
            amount,
            kind,
            reason: wish.reason,
            by: wish.by,
        }];
        if from_drawer || wish.by_transfer.is_some() {
            // A person gave it back already: there is nobody to ask.
            events.push(OrderEvent::RefundResolved {
                refund,
                state: RefundState::Done,
                kind,
                provider_ref: wish.by_transfer,
            });
            return Ok((self.record_all(wish.order, events, None).await?, refund));
        }
        // The domain's word first: a wish that it refuses leaves no trace.
        order.record(events[0].clone(), self.now())?;
        self.note_refund_request(&events[0], wish.order).await?;
        let order = self.record_all(wish.order, events, None).await?;
        let order = self.send_refund(&order, attempt.id, refund, amount).await?;
        Ok((order, refund))
    }

    /// Notes in the trail that a provider is about to be asked, so that a refund whose answer is lost is found among the
    /// day's open questions, whatever day its order is of.
    async fn note_refund_request(&self, event: &OrderEvent, order: OrderId) -> Result<(), LedgerError> {
        let OrderEvent::RefundRequested {
            refund,
            amount,
            reason,
            by,
            ..
        } = event
        else {
            return Ok(());
        };
        let facts = RefundFacts {
            order: order.to_string(),
            amount_satang: amount.satang(),
            reason: reason.word().to_owned(),
            business_day: self.today().to_string(),
        };
        self.note(
            Some(by.clone()),
            REFUND_REQUESTED,
            &refund.to_string(),
            &facts,
            None,
        )
        .await
        .map(drop)
    }

    async fn send_refund(
        &self,
        order: &Order,
        attempt: AttemptId,
        refund: RefundId,
        amount: Money,
    ) -> Result<Order, RefundError> {
        let Some((request, provider)) = self.request(order, attempt, refund, amount) else {
            return Err(RefundError::OnlyByTransfer);
        };
        let Some(refunds) = provider.refunds() else {
            return Err(RefundError::OnlyByTransfer);
        };
        let answer = self
            .ask(
                provider.as_ref(),
                refunds.refund(&request),
                ProviderError::OutcomeUnknown,
            )
            .await;
        let (state, kind, provider_ref) = match answer {
            Ok(Refunded { kind, provider_ref }) => (RefundState::Done, kind, Some(provider_ref)),
            Err(ProviderError::OutcomeUnknown | ProviderError::Unavailable) => {
                (RefundState::Unknown, RefundKind::Refund, None)
            }
            Err(
                ProviderError::Refused { .. }
                | ProviderError::Misconfigured(_)
                | ProviderError::NotSent
                | ProviderError::Throttled { .. }
                | ProviderError::NotFound,
            ) => (RefundState::Failed, RefundKind::Refund, None),
        };
        let event = OrderEvent::RefundResolved {
            refund,
            state,
            kind,
            provider_ref,
        };
        Ok(self.record(order.id, event, None).await?)
    }

    /// Looks for refunds whose answer was lost, by asking what exists. One whose answer is known to be lost and that the
    /// provider clearly does not know has failed.
    pub async fn resolve_refunds(&self, id: OrderId) -> Result<Order, RefundError> {
        let mut order = self.inner.ledger.load(OrderKey::Id(id)).await?;
        let open: Vec<Refund> = order
            .refunds
            .iter()
            .filter(|refund| matches!(refund.state, RefundState::Requested | RefundState::Unknown))
            .cloned()
            .collect();
        for refund in open {
            let Some((request, provider)) = self.request(&order, refund.attempt, refund.id, refund.amount)
            else {
                continue;
            };
            let Some(refunds) = provider.refunds() else {
                continue;
            };
            let (state, kind, provider_ref) = match self
                .ask(
                    provider.as_ref(),
                    refunds.find(&request),
                    ProviderError::Unavailable,
                )
                .await
            {
                Ok(Some(Refunded { kind, provider_ref })) => (RefundState::Done, kind, Some(provider_ref)),
                // Its request may still be on the way from another till: only a second look may say that it failed.
                Ok(None) if refund.state == RefundState::Requested => {
                    (RefundState::Unknown, refund.kind, None)
                }
                Ok(None) => (RefundState::Failed, refund.kind, None),
                Err(_) => continue,
            };
            let event = OrderEvent::RefundResolved {
                refund: refund.id,
                state,
                kind,
                provider_ref,
            };
            order = self.record(id, event, None).await?;
        }
        Ok(order)
    }

    fn request(
        &self,
        order: &Order,
        attempt: AttemptId,
        refund: RefundId,
        amount: Money,
    ) -> Option<(RefundRequest, std::sync::Arc<dyn keptang_ports::PaymentProvider>)> {
        let attempt = order.attempt(attempt)?;
        let request = RefundRequest {
            refund,
            payment: payment_ref(order, attempt)?,
            amount,
            paid_at: attempt.paid_at?,
            now: self.now(),
        };
        Some((request, self.provider(attempt.provider)?.clone()))
    }
}

/// The payment to return from: the newest that covers the amount, so that the second of two payments goes back first.
fn pick(order: &Order, amount: Option<Money>) -> Option<Attempt> {
    let wanted = amount.unwrap_or(Money::SMALLEST_SALE);
    let newest_first = || order.attempts.iter().rev();
    newest_first()
        .find(|attempt| order.refundable_of(attempt.id) >= wanted)
        // Too much for any: let the domain say so. Everything, when nothing is left, is no amount at all.
        .or_else(|| {
            let named = amount.is_some();
            newest_first().find(|attempt| named && attempt.received().is_positive())
        })
        .cloned()
}
