//! A counter with one provider: the ledger, the clock and the provider outlive every till that is started over them.

use futures::FutureExt;
use keptang_checkout::{Charge, Parts, SlipDesk, Till, TillConfig, Timing};
use keptang_domain::order::{Attempt, AttemptEvent, AttemptState, Evidence, Flag, Order, OrderEvent, Source};
use keptang_domain::{DayCutoff, Method, Money, OrderId, ProviderId, Timestamp};
use keptang_ports::{
    Clock, Ledger, Notice, NoticeAnswer, NoticeError, NoticeSink, OrderKey, PaymentProvider, PaymentRef,
    RawNotice, Strength, Verdict, WorkerId,
};
use keptang_testkit::clock::{START, TestClock, TestIds};
use keptang_testkit::memory_ledger::MemoryLedger;
use keptang_testkit::scripted_provider::{ScriptedProvider, reference_of, report};
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(crate) const OMISE: ProviderId = ProviderId::OmiseTrueMoney;
pub(crate) const SALE: Money = Money::from_satang(25_000);

/// How often a waiting test looks, in short waits finer than any interval of the till.
fn look_every(within: Duration) -> Duration {
    Duration::from_millis(if within <= secs(120) { 20 } else { 500 })
}

pub(crate) fn satang(satang: i64) -> Money {
    Money::from_satang(satang)
}

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Reads callbacks of these tests: `seen <reference> [<attempt>]`, `told <reference>` (a claim of no success), or
/// anything else, which is forged.
pub(crate) fn reading(raw: &RawNotice) -> Result<Notice, NoticeError> {
    let text = std::str::from_utf8(&raw.body).map_err(|_| NoticeError::Unreadable)?;
    let mut words = text.split(' ');
    let verdict = match words.next() {
        Some("seen") => Verdict::Seen,
        Some("told") => Verdict::Pending,
        _ => return Err(NoticeError::BadSignature),
    };
    Ok(Notice {
        provider_ref: words.next().map(str::to_owned),
        our_ref: words.next().and_then(|id| id.parse().ok()),
        verdict,
        strength: Strength::Signed,
        said: Some(format!("{{\"callback\":\"{text}\"}}")),
    })
}

/// "Paid", as the provider tells it of this payment.
pub(crate) fn paid(payment: &PaymentRef) -> Verdict {
    paid_as(&payment.provider_ref, payment.payable)
}

pub(crate) fn paid_as(key: &str, amount: Money) -> Verdict {
    Verdict::Paid(Evidence {
        key: key.to_owned(),
        source: Source::Query,
        amount,
        fee: None,
    })
}

/// The counter.
pub(crate) struct World {
    pub(crate) ledger: Arc<MemoryLedger>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) omise: Arc<ScriptedProvider>,
    /// Further providers of a till started from here.
    pub(crate) others: Vec<Arc<ScriptedProvider>>,
    pub(crate) timing: Timing,
    /// What the tills take slips with.
    pub(crate) slips: Option<SlipDesk>,
}

/// A till that runs until it is dropped.
pub(crate) struct Running {
    till: Till,
    stop: CancellationToken,
    driver: JoinHandle<()>,
}

impl Deref for Running {
    type Target = Till;

    fn deref(&self) -> &Till {
        &self.till
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
        self.driver.abort();
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(ScriptedProvider::able(OMISE, reading))
    }

    pub(crate) fn with(omise: ScriptedProvider) -> Self {
        Self {
            ledger: Arc::new(MemoryLedger::new()),
            clock: Arc::new(TestClock::running(START)),
            omise: Arc::new(omise),
            others: Vec::new(),
            timing: Timing::default(),
            slips: None,
        }
    }

    /// Starts a till; each number is another process.
    pub(crate) fn till(&self, worker: u64) -> Running {
        let mut providers = vec![Arc::clone(&self.omise)];
        providers.extend(self.others.iter().cloned());
        self.till_of(worker, providers)
    }

    /// Starts a till with these providers switched on.
    pub(crate) fn till_of(&self, worker: u64, providers: Vec<Arc<ScriptedProvider>>) -> Running {
        let mut routing: BTreeMap<Method, Vec<ProviderId>> =
            BTreeMap::from([(Method::Cash, vec![ProviderId::Cash])]);
        let mut known: BTreeMap<ProviderId, Arc<dyn PaymentProvider>> = BTreeMap::new();
        for provider in providers {
            let id = provider.id();
            routing.entry(id.method()).or_default().push(id);
            known.insert(id, provider);
        }
        let till = Till::new(Parts {
            ledger: self.ledger.clone(),
            providers: known,
            clock: self.clock.clone(),
            ids: Arc::new(TestIds::seeded(worker)),
            config: TillConfig {
                counter: "A".to_owned(),
                cutoff: DayCutoff::DEFAULT,
                adjust_limit: satang(100),
                routing,
                public_url: Some("https://shop.example".to_owned()),
                timing: self.timing,
                payouts: keptang_checkout::PayoutRules::default(),
            },
            worker: WorkerId(worker.into()),
            slips: self.slips.clone(),
        });
        let stop = CancellationToken::new();
        let driver = tokio::spawn({
            let (till, stop) = (till.clone(), stop.clone());
            async move {
                tokio::join!(till.drive(stop.clone()), till.drive_slips(stop));
            }
        });
        Running { till, stop, driver }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) async fn order(&self, id: OrderId) -> Order {
        self.ledger.load(OrderKey::Id(id)).await.unwrap()
    }

    /// Waits until the order is as hoped, and says how it is.
    pub(crate) async fn until(&self, id: OrderId, within: Duration, hoped: impl Fn(&Order) -> bool) -> Order {
        let give_up = tokio::time::Instant::now() + within;
        loop {
            let order = self.order(id).await;
            if hoped(&order) {
                return order;
            }
            assert!(
                tokio::time::Instant::now() < give_up,
                "after {within:?} the order is still {order:#?}"
            );
            tokio::time::sleep(look_every(within)).await;
        }
    }

    /// Waits until the newest attempt is in this state.
    pub(crate) async fn until_state(&self, id: OrderId, within: Duration, state: AttemptState) -> Order {
        self.until(id, within, |order| order.newest().unwrap().state == state)
            .await
    }

    /// How often an event of this kind was stored for the order.
    pub(crate) async fn stored(&self, id: OrderId, is: impl Fn(&AttemptEvent) -> bool) -> usize {
        let history = self.ledger.history(id).await.unwrap();
        history
            .iter()
            .filter(|past| matches!(&past.event, OrderEvent::Attempt { event, .. } if is(event)))
            .count()
    }

    /// The moments at which the provider is asked from now on, in milliseconds since now.
    pub(crate) fn note_questions(
        &self,
        verdict: impl Fn(&PaymentRef) -> Verdict + Send + 'static,
    ) -> Moments {
        let moments = Moments::default();
        let (clock, from, noted) = (self.clock.clone(), self.now(), moments.clone());
        self.omise.queries().always(move |payment| {
            noted.0.lock().unwrap().push(clock.now().ms_since(from));
            Ok(report(&payment.provider_ref, verdict(payment)))
        });
        moments
    }

    /// The whole ledger proves itself.
    pub(crate) async fn assert_proven(&self) {
        let report = self.ledger.verify().await.unwrap();
        assert_eq!(report.first_fault, None);
    }
}

/// Moments shared with a script.
#[derive(Default, Clone)]
pub(crate) struct Moments(pub(crate) Arc<std::sync::Mutex<Vec<i64>>>);

impl Moments {
    pub(crate) fn all(&self) -> Vec<i64> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn gaps(&self) -> Vec<i64> {
        self.all().windows(2).map(|pair| pair[1] - pair[0]).collect()
    }
}

pub(crate) fn charge() -> Charge {
    Charge {
        amount: SALE,
        method: Method::TrueMoney,
        provider: None,
        note: None,
        cashier: None,
        particulars: keptang_checkout::Particulars::default(),
    }
}

pub(crate) fn seen(attempt: &Attempt) -> RawNotice {
    notice(format!("seen {} {}", reference_of(attempt.id), attempt.id))
}

pub(crate) fn notice(body: String) -> RawNotice {
    RawNotice {
        provider: OMISE,
        token: None,
        headers: Vec::new(),
        body: body.into_bytes(),
    }
}

/// Delivers a callback without letting any time pass.
pub(crate) async fn deliver(till: &Till, raw: RawNotice) -> NoticeAnswer {
    till.deliver(raw).await
}

pub(crate) fn flags(order: &Order) -> Vec<Flag> {
    order.flags().into_iter().collect()
}

/// The order an attempt belongs to, read without waiting: for use inside scripts.
pub(crate) fn order_now(ledger: &MemoryLedger, key: OrderKey) -> Option<Order> {
    ledger.load(key).now_or_never()?.ok()
}
