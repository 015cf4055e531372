//! The "create_deposit" QR gateway, as the page deposit-gateway.md describes it.
//!
//! A deposit is made once and never repeated. The gateway cannot be asked what became of it, cannot cancel and cannot
//! refund: the till learns the outcome from a callback to the attempt's own secret address, which it can have sent
//! again, and otherwise from a slip or a person.

mod calls;
mod config;
mod fault;
mod map;
mod notices;
mod probe;
mod sign;
mod wire;

pub use config::{AmountSignature, Config, Payer};

use crate::HttpClient;
use crate::http::Channel;
use crate::picture::is_png;
use async_trait::async_trait;
use config::Keys;
use keptang_domain::order::{Instruction, Quote, Unshowable};
use keptang_domain::{Money, ProviderId, Timestamp, Tracking};
use keptang_ports::{
    Asset, Cancel, CreatePayment, Created, Fault, Lookup, NoticeReader, PaymentProvider, PaymentRef, Payouts,
    ProviderError, ProviderProfile, Refunds, Resend, Statement, StatusQuery, TestReport,
};
use map::Draft;
use wire::Deposit;

/// The provider.
pub struct DepositGateway {
    config: Config,
    keys: Result<Keys, Fault>,
    channel: Channel,
    profile: ProviderProfile,
}

impl DepositGateway {
    /// The provider with these settings. With wrong ones it exists, says what is wrong, and sends nothing.
    pub fn new(config: Config, http: &HttpClient) -> Self {
        let keys = config::check(&config);
        let mut tracking = Vec::new();
        if config.callbacks {
            tracking.extend([Tracking::Callback, Tracking::Resend]);
        }
        if config.slips {
            tracking.push(Tracking::Slip);
        }
        tracking.push(Tracking::Person);
        let profile = ProviderProfile {
            // The page names no limits.
            min: Money::SMALLEST_SALE,
            max: Money::LARGEST_SALE,
            tracking,
            own_life_ms: None,
            requests_per_second: config.requests_per_second,
            live: config.live,
            fault: keys.as_ref().err().cloned(),
        };
        let channel = Channel::new(
            http,
            ProviderId::DepositGateway,
            &config.base_url,
            config.requests_per_second,
        );
        Self {
            config,
            keys,
            channel,
            profile,
        }
    }

    fn keys(&self) -> Result<&Keys, ProviderError> {
        self.keys
            .as_ref()
            .map_err(|fault| map::misconfigured(fault.clone()))
    }

    /// The QR, inside the answer or behind its link; without one that can be shown, the account to transfer to.
    async fn offer(&self, draft: &mut Draft) -> Result<Instruction, Unshowable> {
        let png = match (draft.png.take(), draft.link.as_deref()) {
            (Some(png), _) => Some(png),
            (None, Some(link)) => self.channel.picture(link).await.filter(|bytes| is_png(bytes)),
            (None, None) => None,
        };
        png.map(|png| Instruction::QrImage { png, text: None })
            .or(draft.account.take())
            .ok_or(Unshowable::QrUnavailable)
    }
}

#[async_trait]
impl PaymentProvider for DepositGateway {
    fn id(&self) -> ProviderId {
        ProviderId::DepositGateway
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
        let body = self.create_deposit(payment).await?;
        let deposit = Deposit::from_body(&body).ok_or(ProviderError::OutcomeUnknown)?;
        let mut draft = map::draft(deposit, payment.attempt)?;
        let offer = self.offer(&mut draft).await;
        Ok(Created {
            provider_ref: Some(draft.provider_ref),
            payable: draft.payable,
            offer,
            lifetime_ms: draft.lifetime_ms,
            said: draft.said,
        })
    }

    fn status(&self) -> Option<&dyn StatusQuery> {
        None
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        None
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

    /// Only where the callback it asks for can arrive.
    fn resend(&self) -> Option<&dyn Resend> {
        if self.config.callbacks { Some(self) } else { None }
    }

    fn statement(&self) -> Option<&dyn Statement> {
        None
    }

    fn payouts(&self) -> Option<&dyn Payouts> {
        None
    }

    async fn test(&self) -> TestReport {
        self.probe().await
    }
}

#[async_trait]
impl Resend for DepositGateway {
    async fn resend(&self, payment: &PaymentRef) -> Result<(), ProviderError> {
        self.ask_again(&payment.provider_ref).await
    }
}
