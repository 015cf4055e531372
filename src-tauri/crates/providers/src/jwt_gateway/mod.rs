//! The gateway that signs with an HS256 token over sorted fields, as the page jwt-gateway.md describes it.
//!
//! A deposit is made once and never repeated; a lost answer is looked up by our own reference. A callback is a hint and
//! the order is asked for before anything settles, unless the owner emptied that path because the gateway has none.
//! There is no cancel and no refund.

mod calls;
mod config;
mod fault;
mod map;
mod notices;
mod payouts;
mod probe;
mod sign;
mod verify;
mod wire;

pub use config::{CallbackSignature, Config, DepositType, Paths, Payer};

use crate::http::Channel;
use crate::picture::is_png;
use crate::{HttpClient, Secret};
use async_trait::async_trait;
use config::Endpoint;
use keptang_domain::order::{Instruction, Quote, Unshowable};
use keptang_domain::{Money, ProviderId, Timestamp, Tracking};
use keptang_ports::{
    Asset, Cancel, CreatePayment, Created, Fault, Found, Lookup, LostPayment, NoticeReader, PaymentProvider,
    PaymentRef, Payouts, ProviderError, ProviderProfile, Refunds, Report, Resend, Statement, StatusQuery,
    TestReport,
};
use map::{Expected, Show};
use verify::Checker;
use wire::{Deposit, DepositRequest, Order};

/// ฿1 (jwt-gateway.md §5, ASSUMED).
const MIN: Money = Money::from_satang(100);

/// The provider.
pub struct JwtGateway {
    config: Config,
    key: Result<Secret, Fault>,
    checker: Option<Checker>,
    channel: Channel,
    profile: ProviderProfile,
}

impl JwtGateway {
    /// The provider with these settings. With wrong ones it exists, says what is wrong, and sends nothing.
    pub fn new(config: Config, http: &HttpClient) -> Self {
        let key = config::check(&config);
        let checker = key
            .as_ref()
            .ok()
            .map(|key| Checker::new(key, config.callback_signature));
        let mut tracking = Vec::new();
        if Endpoint::OrderQuery.path(&config.paths).is_some() {
            tracking.push(Tracking::Poll);
        }
        if config.callbacks {
            tracking.push(Tracking::Callback);
        }
        if config.slips {
            tracking.push(Tracking::Slip);
        }
        tracking.push(Tracking::Person);
        let profile = ProviderProfile {
            min: MIN,
            // The page names no upper limit.
            max: Money::LARGEST_SALE,
            tracking,
            own_life_ms: None,
            requests_per_second: config.requests_per_second,
            live: config.live,
            fault: key.as_ref().err().cloned(),
        };
        let channel = Channel::new(
            http,
            ProviderId::JwtGateway,
            &config.base_url,
            config.requests_per_second,
        );
        Self {
            config,
            key,
            checker,
            channel,
            profile,
        }
    }

    fn key(&self) -> Result<&Secret, ProviderError> {
        self.key
            .as_ref()
            .map_err(|fault| ProviderError::Misconfigured(Box::new(fault.clone())))
    }

    fn has(&self, endpoint: Endpoint) -> bool {
        endpoint.path(&self.config.paths).is_some()
    }

    fn path(&self, endpoint: Endpoint) -> Result<&str, ProviderError> {
        endpoint
            .path(&self.config.paths)
            .ok_or_else(|| ProviderError::Misconfigured(Box::new(fault::path_not_found(endpoint))))
    }

    /// The gateway can be asked what became of an order.
    fn is_askable(&self) -> bool {
        self.has(Endpoint::OrderQuery)
    }

    async fn offer(&self, show: Result<Show, Unshowable>) -> Result<Instruction, Unshowable> {
        match show? {
            Show::Ready(instruction) => Ok(instruction),
            Show::Link { address, otherwise } => {
                let png = self.channel.picture(&address).await.filter(|bytes| is_png(bytes));
                png.map(|png| Instruction::QrImage { png, text: None })
                    .or(otherwise)
                    .ok_or(Unshowable::QrUnavailable)
            }
        }
    }
}

#[async_trait]
impl PaymentProvider for JwtGateway {
    fn id(&self) -> ProviderId {
        ProviderId::JwtGateway
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
        let request = DepositRequest::new(payment, &self.config, self.channel.now());
        let fields = request.fields(&self.config);
        let data = self
            .ask(crate::act::Act::Once, Endpoint::Deposit, &fields)
            .await?;
        let draft = map::draft(
            Deposit::read(&data),
            payment.attempt,
            &self.config.merchant_id,
            self.config.kind,
        )?;
        // By the gateway's clock at both ends, so that ours may be wrong; taken before a picture is fetched.
        let their_now_ms = self.channel.their_now().ms();
        let life_ms = draft
            .expires_ms
            .and_then(|end_ms| end_ms.checked_sub(their_now_ms));
        Ok(Created {
            provider_ref: Some(draft.provider_ref),
            payable: draft.payable,
            offer: self.offer(draft.show).await,
            lifetime_ms: life_ms.filter(|life_ms| *life_ms > 0),
            said: draft.said,
        })
    }

    fn status(&self) -> Option<&dyn StatusQuery> {
        if self.is_askable() { Some(self) } else { None }
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        if self.is_askable() { Some(self) } else { None }
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
        if self.is_askable() { Some(self) } else { None }
    }

    fn payouts(&self) -> Option<&dyn Payouts> {
        Some(self)
    }

    async fn test(&self) -> TestReport {
        self.probe().await
    }
}

#[async_trait]
impl StatusQuery for JwtGateway {
    async fn query(&self, payment: &PaymentRef) -> Result<Report, ProviderError> {
        let data = self.query_order(&payment.attempt.to_string()).await?;
        map::report(&Order::read(&data), &Expected::of(payment)).ok_or(ProviderError::Unavailable)
    }
}

#[async_trait]
impl Lookup for JwtGateway {
    async fn find(&self, lost: &LostPayment) -> Result<Option<Found>, ProviderError> {
        let data = match self.query_order(&lost.attempt.to_string()).await {
            Err(ProviderError::NotFound) => return Ok(None),
            other => other?,
        };
        let order = Order::read(&data);
        if order.attempt() != Some(lost.attempt) {
            return Err(ProviderError::Unavailable);
        }
        let expected = Expected {
            attempt: lost.attempt,
            provider_ref: None,
            payable: lost.amount,
        };
        let report = map::report(&order, &expected).ok_or(ProviderError::Unavailable)?;
        let created = Created {
            provider_ref: Some(report.provider_ref.clone()),
            payable: order
                .amount
                .filter(|amount| amount.is_positive())
                .unwrap_or(lost.amount),
            // Only the answer that was lost carried the QR.
            offer: Err(Unshowable::QrUnavailable),
            lifetime_ms: None,
            said: report.said.clone(),
        };
        Ok(Some(Found { created, report }))
    }
}
