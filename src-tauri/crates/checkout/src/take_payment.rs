//! Opening a sale, and trying again.

use crate::offer;
use crate::record::RecordError;
use crate::routing::RouteError;
use crate::till::{Till, TillEvent};
use keptang_domain::order::{AttemptEvent, Order, OrderEvent, OrderState, Reason, TransitionError};
use keptang_domain::{AttemptId, CallbackToken, Method, Money, OrderId, ProviderId};
use keptang_ports::{
    Claim, CreatePayment, LedgerError, NewClaim, NewOrder, OrderKey, PaymentProvider, ProviderError, Watch,
};
use std::sync::Arc;

/// A sale to open.
#[derive(Debug, Clone)]
pub struct Charge {
    /// What the customer owes.
    pub amount: Money,
    /// What the cashier picked.
    pub method: Method,
    /// A provider named by the caller; otherwise the first that fits.
    pub provider: Option<ProviderId>,
    /// Free text.
    pub note: Option<String>,
    /// Who stands at the till.
    pub cashier: Option<String>,
}

/// Why no attempt was opened. Nothing was stored and nobody was asked.
#[derive(Debug, thiserror::Error)]
pub enum ChargeError {
    /// No provider can serve.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// The order does not allow it.
    #[error(transparent)]
    Transition(#[from] TransitionError),
    /// The ledger could not take it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<RecordError> for ChargeError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Transition(error) => Self::Transition(error),
            RecordError::Ledger(error) => Self::Ledger(error),
        }
    }
}

impl Till {
    /// Opens a sale with its first attempt and asks the provider in the background. When this returns, the sale is on
    /// disk; everything after it can be lost and found again.
    pub async fn charge(&self, charge: Charge) -> Result<Order, ChargeError> {
        let provider = self.route(charge.method, charge.provider, charge.amount)?;
        let now = self.now();
        let inner = &self.inner;
        let order = inner
            .ledger
            .open_order(NewOrder {
                id: OrderId::from_bits(inner.ids.next_id()),
                counter: inner.config.counter.clone(),
                amount_due: charge.amount,
                note: charge.note,
                cashier: charge.cashier,
                business_day: now.business_day(inner.config.cutoff),
                at: now,
                attempt: AttemptId::from_bits(inner.ids.next_id()),
                provider,
                token: CallbackToken::from_bits(inner.ids.next_token()),
                claim: self.new_claim(),
            })
            .await?;
        self.announce(TillEvent::OrderChanged { order: order.id });
        self.submit_in_background(&order);
        Ok(order)
    }

    /// Opens another attempt for what the order still owes. Older attempts stay listened to.
    pub async fn retry(
        &self,
        id: OrderId,
        method: Method,
        provider: Option<ProviderId>,
    ) -> Result<Order, ChargeError> {
        let order = self.inner.ledger.load(OrderKey::Id(id)).await?;
        if order.state != OrderState::Due {
            return Err(TransitionError::OrderState(order.state).into());
        }
        let asked = order.missing();
        let provider = self.route(method, provider, asked)?;
        let attempt = AttemptId::from_bits(self.inner.ids.next_id());
        let token = CallbackToken::from_bits(self.inner.ids.next_token());
        let events = vec![
            OrderEvent::AttemptOpened {
                attempt,
                provider,
                token,
                asked,
            },
            OrderEvent::Attempt {
                attempt,
                event: AttemptEvent::SubmitStarted,
            },
        ];
        let order = self.record_all(id, events, Some(self.new_claim())).await?;
        self.submit_in_background(&order);
        Ok(order)
    }

    fn new_claim(&self) -> NewClaim {
        NewClaim {
            worker: self.inner.worker,
            lease_ms: self.inner.config.timing.lease_ms(),
        }
    }

    fn submit_in_background(&self, order: &Order) {
        let (id, number) = (order.id, order.opening.number.clone());
        let Some((attempt, provider, asked)) = order.newest().and_then(|attempt| {
            Some((
                attempt.clone(),
                self.provider(attempt.provider)?.clone(),
                attempt.asked,
            ))
        }) else {
            return;
        };
        let till = self.clone();
        tokio::spawn(async move {
            let payment = CreatePayment {
                attempt: attempt.id,
                order_number: number,
                amount: asked,
                callback_url: till.callback_url(provider.as_ref(), attempt.token),
                asset: None,
            };
            if let Err(error) = till.submit(id, &provider, payment).await {
                // The attempt stays submitted on disk; the driver finds it when the claim runs out.
                tracing::error!(order = %id, attempt = %attempt.id, error = %error, "the provider's answer could not be stored");
            }
        });
    }

    /// The address a provider may call for this attempt; none when callbacks are off or the provider sends none.
    fn callback_url(&self, provider: &dyn PaymentProvider, token: CallbackToken) -> Option<String> {
        let base = self.config().public_url.as_ref()?;
        let path = provider.id();
        Some(if provider.notices()?.account_wide() {
            format!("{base}/callbacks/{path}")
        } else {
            format!("{base}/callbacks/{path}/{}", token.expose())
        })
    }

    async fn submit(
        &self,
        id: OrderId,
        provider: &Arc<dyn PaymentProvider>,
        payment: CreatePayment,
    ) -> Result<(), RecordError> {
        let answer = self
            .ask(
                provider.as_ref(),
                provider.create(&payment),
                ProviderError::OutcomeUnknown,
            )
            .await;
        let event = match answer {
            Ok(created) => {
                let limit = self.config().adjust_limit;
                offer::examine(created, payment.amount, limit, provider.profile(), self.now()).await
            }
            Err(error) => lost_or_refused(&error),
        };
        let order = self.record_attempt(id, payment.attempt, event).await?;
        let now = self.now();
        let claim = Claim {
            attempt: payment.attempt,
            order: id,
            worker: self.inner.worker,
            until: now,
            watch: Watch {
                next_at: now,
                asked_at: Some(now),
                answered_at: Some(now),
                looks: 0,
                nothing_found_at: None,
            },
        };
        let schedule = self.schedule(&order, payment.attempt, claim.watch);
        self.inner.ledger.release(&claim, schedule).await?;
        self.inner.wake.notify_one();
        Ok(())
    }
}

/// What a failed create means: nothing exists, or something may.
fn lost_or_refused(error: &ProviderError) -> AttemptEvent {
    match error {
        ProviderError::Refused { .. } | ProviderError::NotFound => AttemptEvent::Refused {
            reason: Reason::Refused,
        },
        ProviderError::Misconfigured(_) => AttemptEvent::Refused {
            reason: Reason::Misconfigured,
        },
        ProviderError::NotSent => AttemptEvent::Refused {
            reason: Reason::NotSent,
        },
        ProviderError::Throttled { .. } => AttemptEvent::Refused {
            reason: Reason::Throttled,
        },
        ProviderError::OutcomeUnknown | ProviderError::Unavailable => AttemptEvent::OutcomeLost,
    }
}
