//! Crypto through 2328.io, as the page crypto-2328.md describes it.
//!
//! An invoice is made once under the attempt's id; a lost answer is looked up by that id, never sent again blindly.
//! Polling is the primary path, since a till is rarely reachable from outside; a callback is a signed hint, and the
//! payment is asked about before anything settles. There is no cancel and no refund: the page knows neither.
//!
//! Nothing here turns coins into baht by a market rate. What arrived is worth its part of what the sale asked for,
//! and an invoice in dollars is made out by the rate the shop approved.

mod calls;
mod config;
mod decimal;
mod fault;
mod json;
mod limits;
mod map;
mod notices;
mod probe;
mod sign;
mod statement;
mod wire;

pub use config::{Config, Quote};
pub use wire::Direction;

use crate::HttpClient;
use crate::act::Act;
use crate::http::Channel;
use async_trait::async_trait;
use config::Terms;
use decimal::Decimal;
use keptang_domain::order::Unshowable;
use keptang_domain::{AttemptId, Money, ProviderId, Timestamp, Tracking};
use keptang_ports::{
    Cancel, CreatePayment, Created, Fault, Found, Lookup, LostPayment, NoticeReader, PaymentProvider,
    PaymentRef, Payouts, ProviderError, ProviderProfile, Refunds, Report, Resend, Statement, StatusQuery,
    TestReport, Verdict,
};
use map::{Expected, Request};
use std::sync::OnceLock;
use tokio::sync::watch;
use wire::{Body, Payment};

/// The provider.
pub struct Crypto2328 {
    config: Config,
    terms: Result<Terms, Fault>,
    channel: Channel,
    profile: ProviderProfile,
    /// The profile with the provider's own limits, once they were asked for.
    limited: OnceLock<ProviderProfile>,
}

impl Crypto2328 {
    /// The provider with these settings. With wrong ones it exists, says what is wrong, and sends nothing.
    pub fn new(config: Config, http: &HttpClient) -> Self {
        let terms = config::check(&config);
        let mut tracking = vec![Tracking::Poll];
        if config.public_url.is_some() {
            tracking.push(Tracking::Callback);
        }
        tracking.push(Tracking::Person);
        let profile = ProviderProfile {
            min: Money::SMALLEST_SALE,
            max: Money::LARGEST_SALE,
            tracking,
            own_life_ms: None,
            requests_per_second: config.requests_per_second,
            live: config.live,
            fault: terms.as_ref().err().cloned(),
        };
        let channel = Channel::new(
            http,
            ProviderId::Crypto2328,
            &config.base_url,
            config.requests_per_second,
        );
        Self {
            config,
            terms,
            channel,
            profile,
            limited: OnceLock::new(),
        }
    }

    /// What an invoice over `amount` says when it is made at `at`: the same that [`PaymentProvider::create`] sends, so
    /// that it can be stored first.
    ///
    /// # Errors
    /// [`ProviderError::Misconfigured`] with the setting that is wrong; [`ProviderError::Refused`] for an amount that
    /// cannot be invoiced.
    pub fn quote(&self, amount: Money, at: Timestamp) -> Result<Quote, ProviderError> {
        self.terms()?
            .currency
            .quote(amount, at)
            .ok_or_else(|| ProviderError::Refused {
                code: "amount_out_of_range".to_owned(),
            })
    }

    /// How far the provider's clock is ahead of this machine's in milliseconds, from its latest answer.
    pub fn clock_offset(&self) -> watch::Receiver<Option<i64>> {
        self.channel.clock_offset()
    }

    fn terms(&self) -> Result<&Terms, ProviderError> {
        self.terms
            .as_ref()
            .map_err(|fault| map::misconfigured(fault.clone()))
    }

    /// What a payment of the attempt must say. The invoice is recomputed by today's rate: until the ledger keeps the
    /// quote, a changed rate makes an open dollar invoice one for a person to look at.
    fn expected(&self, attempt: AttemptId, payable: Money) -> Result<Expected, ProviderError> {
        let quote = self.quote(payable, self.channel.now())?;
        Ok(Expected {
            attempt,
            payable,
            invoiced: Decimal::parse(&quote.amount).ok_or(ProviderError::Unavailable)?,
            currency: quote.currency,
        })
    }
}

#[async_trait]
impl PaymentProvider for Crypto2328 {
    fn id(&self) -> ProviderId {
        ProviderId::Crypto2328
    }

    fn profile(&self) -> &ProviderProfile {
        self.limited.get().unwrap_or(&self.profile)
    }

    async fn create(&self, payment: &CreatePayment) -> Result<Created, ProviderError> {
        let terms = self.terms()?;
        let quote = self.quote(payment.amount, self.channel.now())?;
        let expected = self.expected(payment.attempt, payment.amount)?;
        // `check` lets no empty list through.
        let asset = payment.asset.as_ref().unwrap_or(&terms.pairs[0]);
        let body = wire::create_body(payment, &self.config, &quote, asset);
        let result = self
            .post(Act::Once, calls::CREATE, body, self.channel.deadline())
            .await?;
        let request = Request {
            asset: Some(asset),
            at_home: terms.at_home,
        };
        let draft = Payment::read(&result).and_then(|made| map::draft(&made, &expected, &request));
        let draft = draft.ok_or(ProviderError::OutcomeUnknown)?;
        Ok(Created {
            provider_ref: Some(draft.provider_ref),
            payable: payment.amount,
            offer: draft.offer,
            lifetime_ms: draft.lifetime_ms,
        })
    }

    fn status(&self) -> Option<&dyn StatusQuery> {
        Some(self)
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        Some(self)
    }

    fn notices(&self) -> Option<&dyn NoticeReader> {
        Some(self)
    }

    fn cancel(&self) -> Option<&dyn Cancel> {
        None
    }

    fn refunds(&self) -> Option<&dyn Refunds> {
        None
    }

    fn resend(&self) -> Option<&dyn Resend> {
        None
    }

    fn statement(&self) -> Option<&dyn Statement> {
        Some(self)
    }

    fn payouts(&self) -> Option<&dyn Payouts> {
        None
    }

    async fn test(&self) -> TestReport {
        self.probe().await
    }
}

#[async_trait]
impl StatusQuery for Crypto2328 {
    async fn query(&self, payment: &PaymentRef) -> Result<Report, ProviderError> {
        let expected = self.expected(payment.attempt, payment.payable)?;
        let body = Body::new().text("uuid", &payment.provider_ref).bytes();
        let result = self
            .post(Act::Repeatable, calls::INFO, body, self.channel.deadline())
            .await?;
        let found = Payment::read(&result).ok_or(ProviderError::Unavailable)?;
        map::report(&found, &payment.provider_ref, &expected).ok_or(ProviderError::Unavailable)
    }
}

#[async_trait]
impl Lookup for Crypto2328 {
    async fn find(&self, lost: &LostPayment) -> Result<Option<Found>, ProviderError> {
        let terms = self.terms()?;
        let expected = self.expected(lost.attempt, lost.amount)?;
        let body = Body::new().text("order_id", &lost.attempt.to_string()).bytes();
        let answer = self
            .post(Act::Repeatable, calls::INFO, body, self.channel.deadline())
            .await;
        let result = match answer {
            Err(ProviderError::NotFound) => return Ok(None),
            answer => answer?,
        };
        let request = Request {
            // The pair that was asked for is not kept with a lost payment.
            asset: None,
            at_home: terms.at_home,
        };
        let found = Payment::read(&result).ok_or(ProviderError::Unavailable)?;
        let draft = map::draft(&found, &expected, &request).ok_or(ProviderError::Unavailable)?;
        let report = map::report(&found, &found.uuid, &expected).ok_or(ProviderError::Unavailable)?;
        let offer = match (&report.verdict, draft.offer) {
            // Nobody is to pay it any more; the report says how it ended.
            (verdict, Ok(_)) if !is_open(verdict) => Err(Unshowable::QrUnavailable),
            (_, offer) => offer,
        };
        let elapsed_ms = self.channel.now().ms_since(lost.submitted_at).max(0);
        Ok(Some(Found {
            created: Created {
                provider_ref: Some(draft.provider_ref),
                payable: lost.amount,
                offer,
                lifetime_ms: draft.lifetime_ms.map(|life_ms| (life_ms - elapsed_ms).max(0)),
            },
            report,
        }))
    }
}

/// The customer may still have to pay, or to top up.
const fn is_open(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Pending | Verdict::Short(_))
}
