//! Callbacks as they arrive: keys, signatures, repeats, and every way they go wrong.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use keptang_simulator::control::Action;
use keptang_simulator::faults::{Fault, WebhookVariant};
use keptang_simulator::{Config, TRAINING_WEBHOOK_SECRET};
use serde_json::json;
use sha2::Sha256;

use crate::stage::{Arrival, START_S, Shop, Stage, config, order};

fn sign(secret: &str, arrival: &Arrival) -> String {
    let key = STANDARD.decode(secret).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.", arrival.timestamp).as_bytes());
    mac.update(&arrival.body);
    hex::encode(mac.finalize().into_bytes())
}

fn is_genuine(arrival: &Arrival) -> bool {
    arrival.signature == sign(TRAINING_WEBHOOK_SECRET, arrival)
}

async fn open() -> (Stage, Shop) {
    let shop = Shop::open().await;
    let stage = Stage::with(Config {
        webhook_url: Some(shop.url.clone()),
        ..config()
    })
    .await;
    (stage, shop)
}

/// A stage whose first charge has been announced.
async fn open_with_charge() -> (Stage, Shop, String) {
    let (stage, mut shop) = open().await;
    let (id, _) = stage.till.charge(400_000).await;
    assert_eq!(shop.next().await.key(), "charge.create");
    (stage, shop, id)
}

async fn complete_with(variant: WebhookVariant) -> (Stage, Shop, String) {
    let (stage, shop, id) = open_with_charge().await;
    stage
        .fault(Fault::Webhook {
            variant,
            key: Some("charge.complete".into()),
        })
        .await;
    stage.control.act(&id, Action::Pay).await.unwrap();
    (stage, shop, id)
}

#[tokio::test]
async fn events_are_signed_and_hold_the_charge() {
    let (stage, mut shop, id) = open_with_charge().await;
    stage.control.act(&id, Action::Pay).await.unwrap();
    let arrival = shop.next().await;
    assert!(is_genuine(&arrival));
    assert_eq!(arrival.timestamp, START_S.to_string());
    let event = arrival.event();
    assert_eq!(event["object"], "event");
    assert_eq!(event["key"], "charge.complete");
    assert_eq!(event["livemode"], false);
    assert_eq!(event["webhook_deliveries"], json!([]));
    assert_eq!(event["data"], stage.till.get(&format!("/charges/{id}")).await.1);

    // The answer to the callback may still be on its way; the event shows it once it is in.
    let path = format!("/events/{}", event["id"].as_str().unwrap());
    let seen = loop {
        let (status, seen) = stage.till.get(&path).await;
        assert_eq!(status, 200);
        if seen["webhook_deliveries"] != json!([]) {
            break seen;
        }
        tokio::task::yield_now().await;
    };
    let delivery = &seen["webhook_deliveries"][0];
    assert_eq!(
        (&delivery["status"], &delivery["key"]),
        (&json!(200), &json!("charge.complete"))
    );
    assert_eq!(delivery["payload"].as_str().unwrap().as_bytes(), arrival.body);
    assert!(delivery["id"].as_str().unwrap().starts_with("whdl_test_"));
}

#[tokio::test]
async fn every_ending_is_announced() {
    let (stage, mut shop, failed) = open_with_charge().await;
    stage.control.act(&failed, Action::Fail).await.unwrap();
    let event = shop.next().await.event();
    assert_eq!(
        (&event["key"], &event["data"]["status"]),
        (&json!("charge.complete"), &json!("failed"))
    );
    let (expired, _) = stage.till.charge(400_000).await;
    assert_eq!(shop.next().await.key(), "charge.create");
    stage
        .till
        .post(&format!("/charges/{expired}/expire"), &json!({}))
        .await;
    assert_eq!(shop.next().await.key(), "charge.expire");
    stage.control.act(&expired, Action::PayLate).await.unwrap();
    let event = shop.next().await.event();
    assert_eq!(
        (&event["key"], &event["data"]["status"]),
        (&json!("charge.complete"), &json!("successful"))
    );
    stage
        .till
        .post(
            &format!("/charges/{expired}/refunds"),
            &json!({"amount": 400_000}),
        )
        .await;
    let event = shop.next().await.event();
    assert_eq!(
        (&event["key"], &event["data"]["object"]),
        (&json!("refund.create"), &json!("refund"))
    );
}

#[tokio::test]
async fn a_timer_announces_without_any_request() {
    let (stage, mut shop) = open().await;
    stage.fault(Fault::AutoPay { after_ms: 0 }).await;
    stage.till.charge(400_000).await;
    assert_eq!(shop.next().await.key(), "charge.create");
    assert_eq!(shop.next().await.key(), "charge.complete");
}

#[tokio::test]
async fn a_charge_may_name_its_own_receivers() {
    let (stage, mut shop) = open().await;
    let mut own = Shop::open().await;
    let mut body = order(400_000);
    body["webhook_endpoints"] = json!([own.url, shop.url]);
    stage.till.post("/charges", &body).await;
    let (at_own, at_shop) = (own.next().await, shop.next().await);
    assert_eq!(at_own.event()["id"], at_shop.event()["id"]);
    stage.control.set_webhook_url(None).await.unwrap();
    stage.till.charge(400_000).await;
    stage.till.post("/charges", &body).await;
    own.next().await;
    shop.next().await;
    assert!(shop.here().is_empty(), "once, although it was named twice");
}

#[tokio::test]
async fn a_rotation_signs_with_both_secrets_for_a_day() {
    let (stage, mut shop, id) = open_with_charge().await;
    let fresh = "b21pc2Utc2ltLXdlYmhvb2stc2VjcmV0LTAwMDAwMDI=";
    assert_eq!(stage.control.rotate_secret(Some(fresh)).await.unwrap(), fresh);
    stage.control.act(&id, Action::Pay).await.unwrap();
    let arrival = shop.next().await;
    let both = format!(
        "{}, {}",
        sign(fresh, &arrival),
        sign(TRAINING_WEBHOOK_SECRET, &arrival)
    );
    assert_eq!(arrival.signature, both);
    stage.control.advance_clock_ms(86_400_000).await.unwrap();
    stage.control.resend_webhook(&id, None).await.unwrap();
    let arrival = shop.next().await;
    assert_eq!(arrival.signature, sign(fresh, &arrival));
    assert!(stage.control.rotate_secret(Some("not base64")).await.is_err());
}

#[tokio::test]
async fn refused_callbacks_come_again_a_few_times() {
    let mut shop = Shop::answering(&[500, 302, 404]).await;
    let stage = Stage::with(Config {
        webhook_url: Some(shop.url.clone()),
        ..config()
    })
    .await;
    stage.till.charge(400_000).await;
    let mut arrivals = vec![shop.next().await];
    for _ in 0..3 {
        // The pause starts once the refusal is in; moving the clock again is harmless.
        arrivals.push(loop {
            stage.control.advance_clock_ms(1_000).await.unwrap();
            if let Some(arrival) = shop.here().pop() {
                break arrival;
            }
            tokio::task::yield_now().await;
        });
    }
    assert!(arrivals.iter().all(is_genuine));
    assert!(arrivals.iter().all(|arrival| arrival.body == arrivals[0].body));
    loop {
        let counts = stage.control.stats().await.unwrap().webhooks;
        assert_eq!(counts.given_up, 0);
        if (counts.refused, counts.accepted) == (3, 1) {
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn unreachable_receivers_are_given_up_and_block_nothing() {
    // A port nobody listens on any more.
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let stage = Stage::with(Config {
        webhook_url: Some(format!("http://{closed}/")),
        ..config()
    })
    .await;
    stage.till.charge(400_000).await;
    loop {
        stage.control.advance_clock_ms(1_000).await.unwrap();
        let counts = stage.control.stats().await.unwrap().webhooks;
        if counts.given_up == 1 {
            assert_eq!(counts.failed, 4);
            break;
        }
    }
}

#[tokio::test]
async fn a_duplicate_is_the_same_event_again() {
    let (_stage, mut shop, _) = complete_with(WebhookVariant::Duplicate { copies: 5 }).await;
    let first = shop.next().await;
    for _ in 1..5 {
        assert_eq!(shop.next().await, first);
    }
    assert!(is_genuine(&first));
}

#[tokio::test]
async fn bad_callbacks_are_bad_in_the_named_way() {
    let (_stage, mut shop, _) = complete_with(WebhookVariant::Forged).await;
    let forged = shop.next().await;
    assert!(!is_genuine(&forged) && forged.signature.len() == 64);

    let (_stage, mut shop, _) = complete_with(WebhookVariant::Altered).await;
    let mut altered = shop.next().await;
    assert!(!is_genuine(&altered));
    assert_eq!(altered.event()["data"]["amount"], 400_001);
    altered.body = String::from_utf8(altered.body)
        .unwrap()
        .replacen("\"amount\":400001", "\"amount\":400000", 1)
        .into();
    assert!(is_genuine(&altered), "it was signed before it was changed");

    let (_stage, mut shop, _) = complete_with(WebhookVariant::Stale).await;
    let stale = shop.next().await;
    assert!(is_genuine(&stale));
    assert_eq!(stale.timestamp, (START_S - 600).to_string());

    let (_stage, mut shop, id) = complete_with(WebhookVariant::OtherCharge).await;
    let other = shop.next().await;
    assert!(is_genuine(&other));
    assert_ne!(other.event()["data"]["id"], json!(id));
}

#[tokio::test]
async fn a_replay_repeats_an_old_one_to_the_byte() {
    let (stage, mut shop) = open().await;
    let (id, _) = stage.till.charge(400_000).await;
    let old = shop.next().await;
    stage.control.advance_clock_ms(1_000_000).await.unwrap();
    stage.fault(Fault::webhook(WebhookVariant::Replay)).await;
    stage.control.act(&id, Action::Pay).await.unwrap();
    assert_eq!(shop.next().await.key(), "charge.complete");
    assert_eq!(shop.next().await, old);
}

#[tokio::test]
async fn a_held_callback_comes_after_the_next_one_or_on_release() {
    let (stage, mut shop) = open().await;
    stage.fault(Fault::webhook(WebhookVariant::Reordered)).await;
    let (id, _) = stage.till.charge(400_000).await;
    stage.control.act(&id, Action::Pay).await.unwrap();
    assert_eq!(shop.next().await.key(), "charge.complete");
    assert_eq!(shop.next().await.key(), "charge.create");
    stage.fault(Fault::webhook(WebhookVariant::Reordered)).await;
    stage.till.charge(400_000).await;
    stage.control.release().await.unwrap();
    assert_eq!(shop.next().await.key(), "charge.create");
}

#[tokio::test]
async fn an_early_callback_is_there_before_the_answer() {
    let (stage, mut shop) = open().await;
    stage.fault(Fault::webhook(WebhookVariant::Early)).await;
    stage.fault(Fault::AutoPay { after_ms: 0 }).await;
    let (id, _) = stage.till.charge(400_000).await;
    let here = shop.here();
    assert_eq!(
        here.iter().map(Arrival::key).collect::<Vec<_>>(),
        ["charge.create", "charge.complete"]
    );
    assert_eq!(here[1].event()["data"]["id"], json!(id));
}

#[tokio::test]
async fn a_missing_callback_stays_missing() {
    let (stage, mut shop, id) = complete_with(WebhookVariant::None).await;
    assert_eq!(stage.till.status_of(&id).await, "successful");
    stage.control.resend_webhook(&id, None).await.unwrap();
    shop.next().await;
    assert!(shop.here().is_empty());
    assert_eq!(stage.control.stats().await.unwrap().webhooks.failed, 0);
}
