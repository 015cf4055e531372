//! The shop that is measured: its clock, its ids, its providers at the simulator, and a till over them.

use keptang_checkout::{Charge, Particulars, Parts, PayoutRules, Till, TillConfig, TillEvent, Timing};
use keptang_domain::order::Order;
use keptang_domain::{DayCutoff, Method, Money, OrderId, ProviderId, Timestamp};
use keptang_ports::{Clock, Ids, Ledger, OrderKey, PaymentProvider, WorkerId};
use keptang_providers::promptpay_direct::PromptPayDirect;
use keptang_providers::{
    HttpClient, Secret, crypto_2328, deposit_gateway, jwt_gateway, omise_truemoney, promptpay_direct,
};
use keptang_simulator::{
    TRAINING_CRYPTO_API_KEY, TRAINING_CRYPTO_PROJECT, TRAINING_DEPOSIT_API_KEY, TRAINING_DEPOSIT_SECRET_KEY,
    TRAINING_DEPOSIT_TOKEN, TRAINING_JWT_API_KEY, TRAINING_JWT_MERCHANT_ID, TRAINING_SECRET_KEY,
    TRAINING_WEBHOOK_SECRET,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::broadcast;

pub(crate) const AMOUNT_SATANG: i64 = 25_000;
/// Before each figure: what the payment before left to do is not part of it.
pub(crate) const SETTLE: Duration = Duration::from_millis(10);
const PATIENCE: Duration = Duration::from_secs(10);

/// The providers that are asked over a network, and how a customer pays through them.
pub(crate) const PROVIDERS: [(ProviderId, Method); 4] = [
    (ProviderId::OmiseTrueMoney, Method::TrueMoney),
    (ProviderId::DepositGateway, Method::PromptPay),
    (ProviderId::JwtGateway, Method::PromptPay),
    (ProviderId::Crypto2328, Method::Crypto),
];

pub(crate) fn method_of(provider: ProviderId) -> Method {
    let asked = PROVIDERS.iter().find(|(id, _)| *id == provider);
    // The shop's own QR is the only one that is not in the list.
    asked.map_or(Method::PromptPay, |(_, method)| *method)
}

pub(crate) struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap())
    }
}

/// Ids that never repeat in this run, which is all that is asked of them here.
pub(crate) struct CountedIds(AtomicU64);

impl CountedIds {
    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(1))
    }
}

impl Ids for CountedIds {
    fn next_id(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::Relaxed))
    }

    fn next_token(&self) -> u128 {
        self.next_id()
    }
}

/// A client of `id` whose simulator is at `base_url`, without its mount.
pub(crate) fn provider(id: ProviderId, base_url: &str, requests_per_second: u32) -> Arc<dyn PaymentProvider> {
    let http = HttpClient::new(15_000, Arc::new(MachineClock)).unwrap();
    match id {
        ProviderId::OmiseTrueMoney => Arc::new(omise_truemoney::OmiseTrueMoney::new(
            omise_truemoney::Config {
                base_url: format!("{base_url}/omise"),
                webhook_secret: Secret::new(TRAINING_WEBHOOK_SECRET),
                callbacks: true,
                requests_per_second,
                ..omise_truemoney::Config::new(Secret::new(TRAINING_SECRET_KEY))
            },
            &http,
        )),
        ProviderId::DepositGateway => Arc::new(deposit_gateway::DepositGateway::new(
            deposit_gateway::Config {
                requests_per_second,
                ..deposit_gateway::Config::new(
                    &format!("{base_url}/deposit_gateway"),
                    Secret::new(TRAINING_DEPOSIT_TOKEN),
                    Secret::new(TRAINING_DEPOSIT_API_KEY),
                    Secret::new(TRAINING_DEPOSIT_SECRET_KEY),
                )
            },
            &http,
        )),
        ProviderId::JwtGateway => Arc::new(jwt_gateway::JwtGateway::new(
            jwt_gateway::Config {
                requests_per_second,
                ..jwt_gateway::Config::new(
                    &format!("{base_url}/jwt_gateway/api/v1"),
                    TRAINING_JWT_MERCHANT_ID,
                    Secret::new(TRAINING_JWT_API_KEY),
                )
            },
            &http,
        )),
        ProviderId::Crypto2328 => Arc::new(crypto_2328::Crypto2328::new(
            crypto_2328::Config {
                base_url: format!("{base_url}/crypto_2328/api"),
                legal_note_acknowledged: true,
                ttl_seconds: 86_400,
                requests_per_second,
                ..crypto_2328::Config::new(
                    Some(TRAINING_CRYPTO_PROJECT.to_owned()),
                    Secret::new(TRAINING_CRYPTO_API_KEY),
                )
            },
            &http,
        )),
        ProviderId::PromptPayDirect | ProviderId::Cash => unreachable!("nobody is asked over a network"),
    }
}

/// The shop's own PromptPay QR.
pub(crate) fn promptpay_direct() -> Arc<dyn PaymentProvider> {
    Arc::new(PromptPayDirect::new(&promptpay_direct::Config {
        promptpay_id: Some("0812345678".to_owned()),
        live: false,
    }))
}

/// A till that serves each method by all of `providers` that can.
pub(crate) fn till(
    ledger: Arc<dyn Ledger>,
    providers: Vec<Arc<dyn PaymentProvider>>,
    clock: Arc<dyn Clock>,
    timing: Timing,
) -> Till {
    let mut routing: BTreeMap<Method, Vec<ProviderId>> = BTreeMap::new();
    for provider in &providers {
        routing
            .entry(method_of(provider.id()))
            .or_default()
            .push(provider.id());
    }
    Till::new(Parts {
        ledger,
        providers: providers
            .into_iter()
            .map(|provider| (provider.id(), provider))
            .collect(),
        clock,
        ids: Arc::new(CountedIds::new()),
        config: TillConfig {
            counter: "A".to_owned(),
            cutoff: DayCutoff::new(4, 0).unwrap(),
            adjust_limit: Money::from_satang(100),
            routing,
            public_url: None,
            timing,
            payouts: PayoutRules::default(),
        },
        worker: WorkerId(1),
        slips: None,
    })
}

/// A sale as the window asks for it.
pub(crate) async fn open(till: &Till, provider: ProviderId) -> Order {
    let opened = till.charge(Charge {
        amount: Money::from_satang(AMOUNT_SATANG),
        method: method_of(provider),
        provider: Some(provider),
        note: None,
        cashier: None,
        particulars: Particulars::default(),
    });
    opened.await.unwrap()
}

/// Waits until the ledger holds `what`; `None` when it does not within `patience`.
pub(crate) async fn until_within(
    patience: Duration,
    till: &Till,
    events: &mut broadcast::Receiver<TillEvent>,
    id: OrderId,
    what: impl Fn(&Order) -> bool,
) -> Option<Order> {
    let found = tokio::time::timeout(patience, async {
        loop {
            let order = till.ledger().load(OrderKey::Id(id)).await.unwrap();
            if what(&order) {
                return order;
            }
            loop {
                match events.recv().await {
                    Ok(TillEvent::OrderChanged { order }) if order == id => break,
                    // What was missed may have been about this order.
                    Err(_) => break,
                    Ok(_) => {}
                }
            }
        }
    });
    found.await.ok()
}

/// Waits until the ledger holds `what`, which it does soon.
pub(crate) async fn until(
    till: &Till,
    events: &mut broadcast::Receiver<TillEvent>,
    id: OrderId,
    what: impl Fn(&Order) -> bool,
) -> Order {
    let found = until_within(PATIENCE, till, events, id, what).await;
    found.expect("the ledger holds it soon")
}

pub(crate) fn is_shown(order: &Order) -> bool {
    order.newest().unwrap().instruction.is_some()
}
