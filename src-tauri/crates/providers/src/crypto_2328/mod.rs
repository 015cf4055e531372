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

pub use config::Config;
pub use wire::Direction;

use crate::HttpClient;
use crate::act::Act;
use crate::http::Channel;
use async_trait::async_trait;
use config::Terms;
use decimal::Decimal;
use keptang_domain::order::{Quote, Unshowable};
use keptang_domain::{AttemptId, Money, ProviderId, Timestamp, Tracking};
use keptang_ports::{
    Asset, Cancel, CreatePayment, Created, Fault, Found, Lookup, LostPayment, NoticeReader, PaymentProvider,
    PaymentRef, Payouts, ProviderError, ProviderProfile, Refunds, Report, Resend, Statement, StatusQuery,
    TestReport, Verdict,
};
use map::{Expected, Request};
use std::sync::OnceLock;
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

    fn terms(&self) -> Result<&Terms, ProviderError> {
        self.terms
            .as_ref()
            .map_err(|fault| map::misconfigured(fault.clone()))
    }
}

/// What a payment of the attempt must say.
fn expected(attempt: AttemptId, payable: Money, quote: &Quote) -> Result<Expected, ProviderError> {
    Ok(Expected {
        attempt,
        payable,
        invoiced: Decimal::parse(&quote.invoiced).ok_or_else(no_terms)?,
        currency: quote.currency.clone(),
    })
}

/// Every attempt of this provider is stored with its terms; without them nothing can be compared.
fn terms_of(quote: Option<&Quote>) -> Result<&Quote, ProviderError> {
    quote.ok_or_else(no_terms)
}

fn no_terms() -> ProviderError {
    refused("no_terms")
}

fn refused(code: &str) -> ProviderError {
    ProviderError::Refused {
        code: code.to_owned(),
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

    fn assets(&self) -> Vec<Asset> {
        self.terms
            .as_ref()
            .map(|terms| terms.pairs.clone())
            .unwrap_or_default()
    }

    fn quote(
        &self,
        amount: Money,
        asset: Option<&Asset>,
        now: Timestamp,
    ) -> Result<Option<Quote>, ProviderError> {
        let terms = self.terms()?;
        // `check` lets no empty list through.
        let pair = asset.unwrap_or(&terms.pairs[0]);
        if !terms.pairs.contains(pair) {
            return Err(refused("asset_not_offered"));
        }
        let quote = terms.currency.quote(amount, pair, now);
        quote.map(Some).ok_or_else(|| refused("amount_out_of_range"))
    }

    fn clock_ahead_ms(&self) -> Option<i64> {
        self.channel.clock_ahead_ms()
    }

    async fn create(&self, payment: &CreatePayment) -> Result<Created, ProviderError> {
        let terms = self.terms()?;
        let quote = terms_of(payment.quote.as_ref())?;
        let expected = expected(payment.attempt, payment.amount, quote)?;
        let body = wire::create_body(payment, &self.config, quote);
        let result = self
            .post(Act::Once, calls::CREATE, body, self.channel.deadline())
            .await?;
        let request = Request {
            quote,
            at_home: terms.at_home,
        };
        let draft = Payment::read(&result).and_then(|made| map::draft(&made, &expected, &request));
        let draft = draft.ok_or(ProviderError::OutcomeUnknown)?;
        Ok(Created {
            provider_ref: Some(draft.provider_ref),
            payable: payment.amount,
            offer: draft.offer,
            lifetime_ms: draft.lifetime_ms,
            said: draft.said,
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
        self.terms()?;
        let expected = expected(
            payment.attempt,
            payment.payable,
            terms_of(payment.quote.as_ref())?,
        )?;
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
        let quote = terms_of(lost.quote.as_ref())?;
        let expected = expected(lost.attempt, lost.amount, quote)?;
        let body = Body::new().text("order_id", &lost.attempt.to_string()).bytes();
        let answer = self
            .post(Act::Repeatable, calls::INFO, body, self.channel.deadline())
            .await;
        let result = match answer {
            Err(ProviderError::NotFound) => return Ok(None),
            answer => answer?,
        };
        let request = Request {
            quote,
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
                said: draft.said,
            },
            report,
        }))
    }
}

/// The customer may still have to pay, or to top up.
const fn is_open(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Pending | Verdict::Short(_))
}
