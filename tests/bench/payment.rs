//! From the provider's callback to "paid", with real sockets and a real file.

use crate::bare::{Bare, hmac};
use crate::figures::{Row, Samples};
use crate::flush::Flush;
use crate::shop::{self, AMOUNT_SATANG, MachineClock, SETTLE};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keptang_callbacks::Listener;
use keptang_checkout::{Till, Timing};
use keptang_domain::order::{AttemptState, Order};
use keptang_domain::{DayCutoff, Money, OrderId, ProviderId};
use keptang_ledger::SqliteLedger;
use keptang_ports::{Clock, NoticeSink};
use keptang_simulator::TRAINING_WEBHOOK_SECRET;
use keptang_simulator::control::{Action, Client, FaultRule};
use keptang_simulator::faults::{Fault, WebhookVariant};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const WARM_UP: u32 = 20;
const PAYMENTS: u32 = 150;
/// So long that only the callback can be what makes the till ask.
const NEVER_MS: i64 = 3_600_000;

pub(crate) async fn measure() -> Vec<Row> {
    let dir = tempfile::tempdir().unwrap();
    let simulator = keptang_simulator::start(keptang_simulator::Config::default())
        .await
        .unwrap();
    let customer = Client::new(&simulator.base_url()).unwrap();
    // Callbacks are sent by the measurement itself, so that it knows when.
    let silent = FaultRule::always(Fault::webhook(WebhookVariant::None));
    customer.set_fault(&silent).await.unwrap();
    let ledger = SqliteLedger::open(&dir.path().join("ledger.sqlite"), DayCutoff::DEFAULT)
        .await
        .unwrap();
    let timing = Timing {
        poll_fast_ms: NEVER_MS,
        poll_slow_ms: NEVER_MS,
        ..Timing::default()
    };
    let omise = shop::provider(ProviderId::OmiseTrueMoney, &simulator.base_url(), 10_000);
    let till = shop::till(Arc::new(ledger), vec![omise], Arc::new(MachineClock), timing);
    let bare = Bare::new(simulator.base_url());

    let stop = CancellationToken::new();
    let listener = Listener::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
    let callback_url = format!("http://{}/callbacks/omise_truemoney", listener.address());
    let sink: Arc<dyn NoticeSink> = Arc::new(till.clone());
    tokio::spawn(keptang_callbacks::serve(
        listener,
        sink,
        stop.clone().cancelled_owned(),
    ));
    let driver = tokio::spawn({
        let (till, stop) = (till.clone(), stop.clone());
        async move { till.drive(stop).await }
    });

    let flush = Flush::open(&dir.path().join("flush.sqlite"));
    let (mut paid, mut asked, mut flushed) = (Samples::default(), Samples::default(), Samples::default());
    for round in 0..WARM_UP + PAYMENTS {
        let mut events = till.subscribe();
        let opened = shop::open(&till, ProviderId::OmiseTrueMoney).await;
        let shown = shop::until(&till, &mut events, opened.id, shop::is_shown).await;
        let reference = shown.newest().unwrap().provider_ref.clone().unwrap();
        customer.act(&reference, Action::Pay).await.unwrap();
        let (asked_took, charge) = bare.query(&reference).await;
        let paid_took = callback(&till, &bare, &callback_url, shown.id, &charge).await;
        let flush_took = flush.commits(1).await;
        if round >= WARM_UP {
            paid.add(paid_took);
            asked.add(asked_took);
            flushed.add(flush_took);
        }
    }
    stop.cancel();
    driver.await.unwrap();
    simulator.stop().await;
    rows(&paid, &asked, &flushed)
}

fn rows(paid: &Samples, asked: &Samples, flushed: &Samples) -> Vec<Row> {
    let (paid_ms, asked_ms) = (paid.median_ms(), asked.median_ms());
    vec![
        Row {
            what: "For scale: one row committed by SQLite alone after a rest".into(),
            ours: "a payment takes two such commits before its QR shows, one or two more to be paid"
                .to_owned(),
            peer: format!(
                "median {:.2} ms, p95 {:.2} ms",
                flushed.median_ms(),
                flushed.percentile_ms(95)
            ),
            ratio: String::new(),
            target: "",
            is_met: None,
        },
        Row {
            what: "Callback received to order paid in the ledger".into(),
            ours: format!("median {paid_ms:.2} ms, p95 {:.2} ms", paid.percentile_ms(95)),
            peer: format!("median {asked_ms:.2} ms; bare reqwest, asking the provider once"),
            ratio: format!("{:.1}×", paid_ms / asked_ms),
            target: "≤ 15 ms median",
            is_met: Some(paid_ms <= 15.0),
        },
    ]
}

/// Posts one signed callback; the time until the ledger has the order paid.
async fn callback(till: &Till, bare: &Bare, url: &str, id: OrderId, charge: &Value) -> Duration {
    let event = json!({
        "object": "event", "id": "evnt_test_bench", "livemode": false, "key": "charge.complete", "data": charge,
    });
    let body = event.to_string();
    let signed_at = (MachineClock.now().ms() / 1_000).to_string();
    let key = STANDARD.decode(TRAINING_WEBHOOK_SECRET).unwrap();
    let signature = hex::encode(hmac(&key, format!("{signed_at}.{body}").as_bytes()));
    let request = bare
        .http
        .post(url)
        .header("omise-signature", signature)
        .header("omise-signature-timestamp", signed_at)
        .body(body);

    let mut events = till.subscribe();
    tokio::time::sleep(SETTLE).await;
    let started = Instant::now();
    let answer = tokio::spawn(request.send());
    let is_paid = |order: &Order| order.newest().unwrap().state == AttemptState::Paid;
    let paid = shop::until(till, &mut events, id, is_paid).await;
    let took = started.elapsed();
    assert_eq!(paid.received(), Money::from_satang(AMOUNT_SATANG));
    assert_eq!(answer.await.unwrap().unwrap().status(), 200);
    took
}
