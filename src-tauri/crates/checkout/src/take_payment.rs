//! Opening a sale, and trying again.
//!
//! What a provider will be asked is decided and stored before it hears of the sale: who serves it and, for coins, the
//! terms. Cash has nobody to ask: the sale is paid with the word that the money was counted.

use crate::offer;
use crate::record::RecordError;
use crate::routing::RouteError;
use crate::till::{Till, TillEvent};
use keptang_domain::cash::{self, TooLittle};
use keptang_domain::order::{AttemptEvent, Order, OrderEvent, OrderState, Quote, Reason, TransitionError};
use keptang_domain::{AttemptId, CallbackToken, Method, Money, OrderId, ProviderId};
use keptang_ports::{
    Asset, Claim, CreatePayment, Created, LedgerError, NewClaim, NewOrder, OrderKey, PaymentProvider,
    ProviderError, Schedule, Watch,
};
use std::sync::Arc;
use std::time::Duration;

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
    /// What the method needs besides.
    pub particulars: Particulars,
}

/// What some methods need besides the amount.
#[derive(Debug, Clone, Default)]
pub struct Particulars {
    /// Coin the customer pays with; otherwise the shop's usual one.
    pub coin: Option<String>,
    /// Network it travels on; otherwise the shop's usual one for the coin.
    pub network: Option<String>,
    /// Cash the customer handed over; otherwise the exact sum.
    pub tendered: Option<Money>,
}

/// Why no attempt was opened. Nothing was stored and nobody was asked.
#[derive(Debug, thiserror::Error)]
pub enum ChargeError {
    /// No provider can serve.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// The coin, or the coin on that network, is not one the shop takes.
    #[error("the shop does not take this coin on this network")]
    AssetNotOffered {
        /// What it takes.
        offered: Vec<Asset>,
    },
    /// The amount cannot be invoiced in this coin.
    #[error("the amount cannot be invoiced")]
    NotInvoiceable,
    /// Less cash than the sale costs.
    #[error(transparent)]
    TooLittle(#[from] TooLittle),
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
    /// disk; everything after it can be lost and found again. A cash sale is paid when this returns.
    pub async fn charge(&self, charge: Charge) -> Result<Order, ChargeError> {
        let terms = self.terms(charge.method, charge.provider, charge.amount, &charge.particulars)?;
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
                provider: terms.provider,
                token: CallbackToken::from_bits(inner.ids.next_token()),
                quote: terms.quote,
                claim: self.new_claim(),
            })
            .await?;
        self.announce(TillEvent::OrderChanged { order: order.id });
        match (terms.cash, order.newest()) {
            (Some(taken), Some(attempt)) => {
                let order = self.record_attempt(order.id, attempt.id, taken, None).await?;
                Ok(self.close_drawer(order).await?)
            }
            _ => {
                self.submit_in_background(&order);
                Ok(order)
            }
        }
    }

    /// Opens another attempt for what the order still owes. Older attempts stay listened to.
    pub async fn retry(
        &self,
        id: OrderId,
        method: Method,
        provider: Option<ProviderId>,
        particulars: &Particulars,
    ) -> Result<Order, ChargeError> {
        let order = self.inner.ledger.load(OrderKey::Id(id)).await?;
        if order.state != OrderState::Due {
            return Err(TransitionError::OrderState(order.state).into());
        }
        let asked = order.missing();
        let terms = self.terms(method, provider, asked, particulars)?;
        let attempt = AttemptId::from_bits(self.inner.ids.next_id());
        let of_attempt = |event| OrderEvent::Attempt {
            attempt,
            event,
            said: None,
        };
        let mut events = vec![
            OrderEvent::AttemptOpened {
                attempt,
                provider: terms.provider,
                token: CallbackToken::from_bits(self.inner.ids.next_token()),
                asked,
                quote: terms.quote,
            },
            of_attempt(AttemptEvent::SubmitStarted),
        ];
        let is_cash = terms.cash.is_some();
        events.extend(terms.cash.map(of_attempt));
        let order = self.record_all(id, events, Some(self.new_claim())).await?;
        if is_cash {
            return Ok(self.close_drawer(order).await?);
        }
        self.submit_in_background(&order);
        Ok(order)
    }

    /// Who will be asked for what.
    fn terms(
        &self,
        method: Method,
        named: Option<ProviderId>,
        amount: Money,
        particulars: &Particulars,
    ) -> Result<Terms, ChargeError> {
        if method == Method::Cash {
            if !self.routed(method).contains(&ProviderId::Cash) {
                return Err(RouteError::NoProvider { method }.into());
            }
            return cash_terms(named, amount, particulars.tendered);
        }
        let provider = self.route(method, named, amount)?;
        let quote = match self.provider(provider) {
            Some(known) => self.quote(known.as_ref(), amount, particulars)?,
            None => None,
        };
        Ok(Terms {
            provider,
            quote,
            cash: None,
        })
    }

    fn quote(
        &self,
        provider: &dyn PaymentProvider,
        amount: Money,
        particulars: &Particulars,
    ) -> Result<Option<Quote>, ChargeError> {
        let offered = provider.assets();
        let named = particulars.coin.is_some() || particulars.network.is_some();
        let is = |wanted: &Option<String>, word: &str| {
            wanted
                .as_ref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(word))
        };
        let asset = offered
            .iter()
            .find(|asset| is(&particulars.coin, &asset.coin) && is(&particulars.network, &asset.network));
        if named && asset.is_none() {
            return Err(ChargeError::AssetNotOffered { offered });
        }
        match provider.quote(amount, asset, self.now()) {
            Ok(quote) => Ok(quote),
            Err(ProviderError::Misconfigured(fault)) => Err(RouteError::Misconfigured(fault).into()),
            Err(_) => Err(ChargeError::NotInvoiceable),
        }
    }

    /// Nobody is to be asked about cash: its watch ends with the sale.
    async fn close_drawer(&self, order: Order) -> Result<Order, LedgerError> {
        if let Some(attempt) = order.newest() {
            let claim = self.own_claim(order.id, attempt.id);
            self.inner.ledger.release(&claim, Schedule::Done).await?;
        }
        Ok(order)
    }

    /// The claim this process holds on an attempt it has just opened, seen from now.
    fn own_claim(&self, order: OrderId, attempt: AttemptId) -> Claim {
        let now = self.now();
        Claim {
            attempt,
            order,
            worker: self.inner.worker,
            until: now,
            watch: Watch {
                next_at: now,
                asked_at: Some(now),
                answered_at: Some(now),
                looks: 0,
                nothing_found_at: None,
            },
        }
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
                quote: attempt.quote.clone(),
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

    /// Asks for the payment. Told to slow down for a moment, it waits that long and asks once more: nothing was made, and
    /// a customer would rather wait two seconds than start again. The pause is short enough that nobody takes this till
    /// for dead meanwhile.
    async fn create(
        &self,
        provider: &dyn PaymentProvider,
        payment: &CreatePayment,
    ) -> Result<Created, ProviderError> {
        let ask = || self.ask(provider, provider.create(payment), ProviderError::OutcomeUnknown);
        match ask().await {
            Err(ProviderError::Throttled { after_ms }) => {
                let pause_ms = after_ms.unwrap_or(USUAL_PAUSE_MS);
                if !(0..=SHORT_PAUSE_MS).contains(&pause_ms) {
                    return Err(ProviderError::Throttled { after_ms });
                }
                tokio::time::sleep(Duration::from_millis(pause_ms.unsigned_abs())).await;
                ask().await
            }
            answer => answer,
        }
    }

    async fn submit(
        &self,
        id: OrderId,
        provider: &Arc<dyn PaymentProvider>,
        payment: CreatePayment,
    ) -> Result<(), RecordError> {
        let (event, said) = match self.create(provider.as_ref(), &payment).await {
            Ok(mut created) => {
                let said = created.said.take();
                let limit = self.config().adjust_limit;
                let event =
                    offer::examine(created, payment.amount, limit, provider.profile(), self.now()).await;
                (event, said)
            }
            Err(error) => (lost_or_refused(&error), None),
        };
        let order = self.record_attempt(id, payment.attempt, event, said).await?;
        let claim = self.own_claim(id, payment.attempt);
        let schedule = self.schedule(&order, payment.attempt, claim.watch);
        self.inner.ledger.release(&claim, schedule).await?;
        self.inner.wake.notify_one();
        Ok(())
    }
}

/// A pause this long is waited for with the customer standing there.
const SHORT_PAUSE_MS: i64 = 3_000;
/// The pause when nobody says how long: limits are counted by the second.
const USUAL_PAUSE_MS: i64 = 1_000;

/// What is decided before anything is stored.
struct Terms {
    provider: ProviderId,
    quote: Option<Quote>,
    /// The money is already in the drawer.
    cash: Option<AttemptEvent>,
}

fn cash_terms(
    named: Option<ProviderId>,
    amount: Money,
    tendered: Option<Money>,
) -> Result<Terms, ChargeError> {
    if let Some(provider) = named.filter(|named| *named != ProviderId::Cash) {
        let method = Method::Cash;
        return Err(RouteError::NotThisProvider { provider, method }.into());
    }
    let Some(payable) = cash::in_coins(amount) else {
        return Err(RouteError::AmountOutside {
            method: Method::Cash,
            min: cash::SMALLEST_COIN,
            max: Money::LARGEST_SALE,
        }
        .into());
    };
    let tendered = tendered.unwrap_or(payable);
    cash::change(payable, tendered)?;
    Ok(Terms {
        provider: ProviderId::Cash,
        quote: None,
        cash: Some(AttemptEvent::CashTaken { payable, tendered }),
    })
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
