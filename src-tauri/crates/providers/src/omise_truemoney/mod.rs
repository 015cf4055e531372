//! TrueMoney QR through Omise (Opn Payments), as the page omise-truemoney.md describes it.
//!
//! A charge is made once and never repeated: Omise knows no idempotency key, so a lost answer is looked up by the
//! attempt's id in the charge's metadata (§6). A callback is a hint only; the charge is asked before anything settles.

mod calls;
mod config;
mod fault;
mod map;
mod notices;
mod probe;
mod refunds;
mod sign;
mod statement;
mod wire;

pub use config::{Config, Flow};

use crate::HttpClient;
use crate::http::Channel;
use async_trait::async_trait;
use calls::LIST_LIMIT;
use config::Keys;
use keptang_domain::order::{Instruction, Quote, Unshowable};
use keptang_domain::{Money, ProviderId, Timestamp, Tracking};
use keptang_ports::{
    Asset, Cancel, CancelOutcome, CreatePayment, Created, Fault, Found, Lookup, LostPayment, NoticeReader,
    PaymentProvider, PaymentRef, Payouts, ProviderError, ProviderProfile, Refunds, Report, Resend, Statement,
    StatusQuery, TestReport, Verdict,
};
use map::{Draft, Expected};
use sign::WebhookKey;
use std::collections::BTreeSet;
use tokio::time::Instant;
use wire::{Charge, Page};

/// ฿100–฿50,000 (omise-truemoney.md §2, limits).
const MIN: Money = Money::from_satang(10_000);
const MAX: Money = Money::from_satang(5_000_000);
/// Omise lets a charge stand for a day; at a counter that is too long, so the till closes it itself (§2, ASSUMPTION).
const OWN_LIFE_MS: i64 = 15 * 60_000;
/// A charge may carry a time a little before our clock's (§6: list from start − 1 min).
const LOOK_BACK_MS: i64 = 60_000;

/// The provider.
pub struct OmiseTrueMoney {
    config: Config,
    keys: Result<Keys, Fault>,
    webhook_key: Option<WebhookKey>,
    webhook_fault: Option<Fault>,
    channel: Channel,
    profile: ProviderProfile,
}

impl OmiseTrueMoney {
    /// The provider with these settings. With wrong ones it exists, says what is wrong, and sends nothing.
    pub fn new(config: Config, http: &HttpClient) -> Self {
        let keys = config::check(&config);
        let (webhook_key, webhook_fault) = match config::webhook_key(&config) {
            None => (None, None),
            Some(Ok(key)) => (Some(key), None),
            Some(Err(fault)) => (None, Some(fault)),
        };
        let mut tracking = vec![Tracking::Poll];
        if config.callbacks && webhook_key.is_some() {
            tracking.push(Tracking::Callback);
        }
        if config.slips {
            tracking.push(Tracking::Slip);
        }
        tracking.push(Tracking::Person);
        let profile = ProviderProfile {
            min: MIN,
            max: MAX,
            tracking,
            own_life_ms: Some(OWN_LIFE_MS),
            requests_per_second: config.requests_per_second,
            live: keys.as_ref().is_ok_and(|keys| keys.live),
            fault: keys.as_ref().err().cloned(),
        };
        let channel = Channel::new(
            http,
            ProviderId::OmiseTrueMoney,
            &config.base_url,
            config.requests_per_second,
        );
        Self {
            config,
            keys,
            webhook_key,
            webhook_fault,
            channel,
            profile,
        }
    }

    fn keys(&self) -> Result<&Keys, ProviderError> {
        self.keys
            .as_ref()
            .map_err(|fault| map::misconfigured(fault.clone()))
    }

    /// The charge as it stands; errors are those of a question.
    async fn charge(&self, id: &str, deadline: Instant) -> Result<Charge, ProviderError> {
        // An id we cannot put into an address was never given out by Omise.
        if !wire::is_id(id) {
            return Err(ProviderError::NotFound);
        }
        let body = self.get("charge", &format!("/charges/{id}"), deadline).await?;
        Charge::from_body(&body).ok_or(ProviderError::Unavailable)
    }

    async fn report(&self, payment: &PaymentRef, deadline: Instant) -> Result<Report, ProviderError> {
        let live = self.keys()?.live;
        let charge = self.charge(&payment.provider_ref, deadline).await?;
        map::report(&charge, &payment.provider_ref, &Expected::of(payment, live))
            .ok_or(ProviderError::Unavailable)
    }

    /// The picture of the QR, or why there is none.
    async fn offer(&self, picture: Result<String, Unshowable>) -> Result<Instruction, Unshowable> {
        let address = picture?;
        let png = self.channel.picture(&address).await;
        png.map(|png| Instruction::QrImage { png, text: None })
            .ok_or(Unshowable::QrUnavailable)
    }

    async fn accepted(&self, draft: Draft) -> Created {
        Created {
            provider_ref: Some(draft.provider_ref),
            payable: draft.payable,
            offer: self.offer(draft.picture).await,
            lifetime_ms: draft.lifetime_ms,
            said: draft.said,
        }
    }

    /// Every charge of the account since the request left that carries the attempt's id, newest first.
    async fn charges_of(&self, lost: &LostPayment, deadline: Instant) -> Result<Vec<Charge>, ProviderError> {
        let from = rfc3339(lost.submitted_at.plus_ms(-LOOK_BACK_MS)).ok_or(ProviderError::Unavailable)?;
        self.listed(
            &format!("from={from}"),
            || deadline,
            |charge| charge.attempt == Some(lost.attempt),
        )
        .await
    }

    /// Every charge on every page of a list that `keep` wants, newest first.
    async fn listed(
        &self,
        range: &str,
        page_deadline: impl Fn() -> Instant + Send,
        keep: impl Fn(&Charge) -> bool + Send,
    ) -> Result<Vec<Charge>, ProviderError> {
        let mut seen = BTreeSet::new();
        let mut kept = Vec::new();
        let mut offset = 0_usize;
        let mut stale_pages = 0_u32;
        for _ in 0..calls::PAGES_MAX {
            let path =
                format!("/charges?{range}&limit={LIST_LIMIT}&offset={offset}&order=reverse_chronological");
            let body = self.get("charges", &path, page_deadline()).await?;
            let page = Page::from_body(&body).ok_or(ProviderError::Unavailable)?;
            offset += page.data.len();
            let mut fresh = false;
            for item in &page.data {
                // What cannot be read may be the very charge that is looked for.
                let charge = Charge::read(item).ok_or(ProviderError::Unavailable)?;
                // Charges made while we read push others onto the next page, where they come a second time.
                if seen.insert(charge.id.clone()) {
                    fresh = true;
                    if keep(&charge) {
                        kept.push(charge);
                    }
                }
            }
            if page.is_last(offset) {
                return Ok(kept);
            }
            stale_pages = if fresh { 0 } else { stale_pages + 1 };
            // A burst may push one whole page down. A list that ends before its own total, or goes on and brings
            // nothing new, is not the whole truth.
            if page.data.is_empty() || stale_pages > 1 {
                return Err(ProviderError::Unavailable);
            }
        }
        Err(ProviderError::Unavailable)
    }
}

/// UTC, whole seconds, as Omise writes and reads times.
fn rfc3339(moment: Timestamp) -> Option<String> {
    let moment = jiff::Timestamp::from_second(moment.ms().div_euclid(1_000)).ok()?;
    Some(moment.to_string())
}

#[async_trait]
impl PaymentProvider for OmiseTrueMoney {
    fn id(&self) -> ProviderId {
        ProviderId::OmiseTrueMoney
    }

    fn profile(&self) -> &ProviderProfile {
        &self.profile
    }

    fn assets(&self) -> Vec<Asset> {
        Vec::new()
    }

    fn quote(
        &self,
        _amount: Money,
        _asset: Option<&Asset>,
        _now: Timestamp,
    ) -> Result<Option<Quote>, ProviderError> {
        Ok(None)
    }

    fn clock_ahead_ms(&self) -> Option<i64> {
        self.channel.clock_ahead_ms()
    }

    async fn create(&self, payment: &CreatePayment) -> Result<Created, ProviderError> {
        let live = self.keys()?.live;
        let charge = self.create_charge(payment).await?;
        // A charge that is dead on arrival can never be paid.
        if charge.status.as_deref() == Some("failed") && charge.attempt == Some(payment.attempt) {
            let code = charge.failure_code.filter(|code| wire::is_id(code));
            return Err(ProviderError::Refused {
                code: code.unwrap_or_else(|| "failed".to_owned()),
            });
        }
        let draft = map::draft(&charge, payment.attempt, payment.amount, live);
        Ok(self.accepted(draft.ok_or(ProviderError::OutcomeUnknown)?).await)
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
        Some(self)
    }

    fn refunds(&self) -> Option<&dyn Refunds> {
        Some(self)
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
impl StatusQuery for OmiseTrueMoney {
    async fn query(&self, payment: &PaymentRef) -> Result<Report, ProviderError> {
        self.report(payment, self.channel.deadline()).await
    }
}

#[async_trait]
impl Lookup for OmiseTrueMoney {
    async fn find(&self, lost: &LostPayment) -> Result<Option<Found>, ProviderError> {
        let live = self.keys()?.live;
        let charges = self.charges_of(lost, self.channel.deadline()).await?;
        let successful = charges
            .iter()
            .find(|charge| charge.status.as_deref() == Some("successful"));
        let Some(charge) = successful.or(charges.first()) else {
            return Ok(None);
        };
        let mut draft =
            map::draft(charge, lost.attempt, lost.amount, live).ok_or(ProviderError::Unavailable)?;
        let elapsed_ms = self.channel.now().ms_since(lost.submitted_at).max(0);
        draft.lifetime_ms = draft.lifetime_ms.map(|life_ms| (life_ms - elapsed_ms).max(0));
        let expected = Expected {
            attempt: lost.attempt,
            order_number: &lost.order_number,
            payable: lost.amount,
            live,
        };
        let report = map::report(charge, &charge.id, &expected).ok_or(ProviderError::Unavailable)?;
        if report.verdict != Verdict::Pending && draft.picture.is_ok() {
            // Nobody is to scan it any more; the report says how it ended.
            draft.picture = Err(Unshowable::QrUnavailable);
        }
        Ok(Some(Found {
            created: self.accepted(draft).await,
            report,
        }))
    }
}

#[async_trait]
impl Cancel for OmiseTrueMoney {
    async fn cancel(&self, payment: &PaymentRef) -> Result<CancelOutcome, ProviderError> {
        let live = self.keys()?.live;
        match self.expire(&payment.provider_ref).await? {
            calls::Expired::Answered(charge) => {
                let report = map::report(&charge, &payment.provider_ref, &Expected::of(payment, live))
                    .ok_or(ProviderError::Unavailable)?;
                Ok(match report.verdict {
                    Verdict::Lapsed => CancelOutcome::Cancelled,
                    _ => CancelOutcome::StandsAt(report),
                })
            }
            // It may just have been paid (§4.3).
            calls::Expired::Refused => {
                let deadline = Instant::now() + calls::SECOND_QUESTION;
                self.report(payment, deadline).await.map(CancelOutcome::StandsAt)
            }
        }
    }
}
