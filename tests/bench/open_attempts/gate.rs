//! A provider without a limit until the attempts are open, and with its own from then on.

use async_trait::async_trait;
use keptang_domain::order::Quote;
use keptang_domain::{Money, ProviderId, Timestamp};
use keptang_ports::{
    Asset, Cancel, CreatePayment, Created, Lookup, NoticeReader, PaymentProvider, Payouts, ProviderError,
    ProviderProfile, Refunds, Resend, Statement, StatusQuery, TestReport,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) struct Gate {
    free: Arc<dyn PaymentProvider>,
    limited: Arc<dyn PaymentProvider>,
    is_limited: Arc<AtomicBool>,
}

impl Gate {
    pub(super) fn new(
        free: Arc<dyn PaymentProvider>,
        limited: Arc<dyn PaymentProvider>,
        is_limited: Arc<AtomicBool>,
    ) -> Self {
        Self {
            free,
            limited,
            is_limited,
        }
    }

    fn now(&self) -> &dyn PaymentProvider {
        if self.is_limited.load(Ordering::Relaxed) {
            self.limited.as_ref()
        } else {
            self.free.as_ref()
        }
    }
}

#[async_trait]
impl PaymentProvider for Gate {
    fn id(&self) -> ProviderId {
        self.limited.id()
    }

    /// The limit the driver plans with is the real one from the start.
    fn profile(&self) -> &ProviderProfile {
        self.limited.profile()
    }

    fn assets(&self) -> Vec<Asset> {
        self.limited.assets()
    }

    fn quote(
        &self,
        amount: Money,
        asset: Option<&Asset>,
        now: Timestamp,
    ) -> Result<Option<Quote>, ProviderError> {
        self.limited.quote(amount, asset, now)
    }

    fn clock_ahead_ms(&self) -> Option<i64> {
        self.now().clock_ahead_ms()
    }

    async fn create(&self, payment: &CreatePayment) -> Result<Created, ProviderError> {
        self.now().create(payment).await
    }

    fn status(&self) -> Option<&dyn StatusQuery> {
        self.now().status()
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        self.now().lookup()
    }

    fn notices(&self) -> Option<&dyn NoticeReader> {
        self.now().notices()
    }

    fn cancel(&self) -> Option<&dyn Cancel> {
        self.now().cancel()
    }

    fn refunds(&self) -> Option<&dyn Refunds> {
        self.now().refunds()
    }

    fn resend(&self) -> Option<&dyn Resend> {
        self.now().resend()
    }

    fn statement(&self) -> Option<&dyn Statement> {
        self.now().statement()
    }

    fn payouts(&self) -> Option<&dyn Payouts> {
        self.now().payouts()
    }

    async fn test(&self) -> TestReport {
        self.now().test().await
    }
}
