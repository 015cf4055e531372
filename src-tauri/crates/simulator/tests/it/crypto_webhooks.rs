//! 2328.io's payments and what the shop is told about them.

use keptang_simulator::control::{ActRequest, Action, ControlError};
use keptang_simulator::faults::{Fault, WebhookVariant};
use keptang_simulator::{Config, TRAINING_CRYPTO_API_KEY};
use serde_json::{Value, json};

use crate::crypto::{create, info, order, post, sign, stage};
use crate::stage::{Arrival, Shop, Stage, config};

async fn opened(stage: &Stage, shop: &Shop, id: &str) -> String {
    let result = create(stage, &order(id, &shop.url)).await;
    result["uuid"].as_str().unwrap().to_owned()
}

fn text(arrival: &Arrival) -> String {
    String::from_utf8(arrival.body.clone()).unwrap()
}

/// The body as it was before `sign` was added at its end, and the sign.
fn parts(arrival: &Arrival) -> (String, String) {
    let text = text(arrival);
    let (body, sign) = text.rsplit_once(r#","sign":""#).unwrap();
    (format!("{body}}}"), sign[..64].to_owned())
}

fn is_genuine(arrival: &Arrival) -> bool {
    let (body, given) = parts(arrival);
    given == sign(TRAINING_CRYPTO_API_KEY, &body)
}

fn hundredths(amount: i64) -> ActRequest {
    ActRequest {
        amount_satang: Some(amount),
        ..ActRequest::default()
    }
}

fn word(word: &str) -> ActRequest {
    ActRequest {
        status: Some(word.to_owned()),
        ..ActRequest::default()
    }
}

fn is_wrong_state(result: Result<impl std::fmt::Debug, ControlError>) -> bool {
    matches!(result, Err(ControlError::Refused { status: 409, .. }))
}

#[tokio::test]
async fn a_payment_is_told_in_the_order_of_the_sample() {
    let stage = stage().await;
    let mut shop = Shop::open().await;
    let uuid = opened(&stage, &shop, "C-1").await;
    stage.control.act(&uuid, Action::Pay).await.unwrap();
    let arrival = shop.next().await;
    assert!(is_genuine(&arrival));
    let body = text(&arrival);
    let mut from = 0;
    for key in [
        "uuid",
        "order_id",
        "amount",
        "currency",
        "url",
        "expires_at",
        "created_at",
        "payer_currency",
        "payer_amount",
        "network",
        "address",
        "payment_status",
        "txid",
        "payment_amount",
        "merchant_amount",
        "amount_usd",
        "exchange_rate",
        "sign",
    ] {
        let place = body[from..].find(&format!("\"{key}\":"));
        from += place.unwrap_or_else(|| panic!("{key} in its place: {body}"));
    }
    let event = arrival.event();
    assert_eq!(event.as_object().unwrap().len(), 18);
    assert_eq!(event["amount"], "365.00000000");
    assert_eq!(event["created_at"], "2025-10-09T11:53:20+03:00");
    assert_eq!(event["payment_status"], "paid");
    assert_eq!(event["payment_amount"], "9.99999990");
    assert_eq!(event["merchant_amount"], "9.969999900300000000");
    assert_eq!(event["amount_usd"], "9.99999990");
    assert_eq!(event["txid"].as_str().unwrap().len(), 64);
    let found = info(&stage, "C-1").await;
    assert_eq!(
        (
            &found["payment_status"],
            &found["merchant_amount"],
            &found["txid"]
        ),
        (&json!("paid"), &event["merchant_amount"], &event["txid"])
    );
}

#[tokio::test]
async fn too_little_is_topped_up_or_ends_as_a_shortfall() {
    let stage = stage().await;
    let mut shop = Shop::open().await;
    let topped = opened(&stage, &shop, "U-1").await;
    stage
        .control
        .act_with(&topped, Action::Pay, &hundredths(30_000))
        .await
        .unwrap();
    let first = shop.next().await.event();
    assert_eq!(
        (&first["payment_status"], &first["payment_amount"]),
        (&json!("underpaid_check"), &json!("8.21917800"))
    );
    stage.control.act(&topped, Action::Pay).await.unwrap();
    let second = shop.next().await.event();
    assert_eq!(
        (&second["payment_status"], &second["payment_amount"]),
        (&json!("paid"), &json!("9.99999990"))
    );
    assert_ne!(first["txid"], second["txid"]);

    let short = opened(&stage, &shop, "U-2").await;
    stage
        .control
        .act_with(&short, Action::Pay, &hundredths(36_499))
        .await
        .unwrap();
    assert_eq!(shop.next().await.event()["payment_status"], "underpaid_check");
    stage.control.advance_clock_ms(900_000).await.unwrap();
    assert_eq!(shop.next().await.event()["payment_status"], "underpaid");
    stage.control.act(&short, Action::PayLate).await.unwrap();
    assert_eq!(info(&stage, "U-2").await["payment_status"], "paid");
}

#[tokio::test]
async fn too_much_and_twice_are_overpaid() {
    let stage = stage().await;
    let mut shop = Shop::open().await;
    let more = opened(&stage, &shop, "O-1").await;
    stage
        .control
        .act_with(&more, Action::Pay, &hundredths(73_000))
        .await
        .unwrap();
    let event = shop.next().await.event();
    assert_eq!(
        (&event["payment_status"], &event["payment_amount"]),
        (&json!("overpaid"), &json!("19.99999980"))
    );
    let twice = opened(&stage, &shop, "O-2").await;
    stage.control.act(&twice, Action::PayTwice).await.unwrap();
    let words =
        [shop.next().await, shop.next().await].map(|arrival| arrival.event()["payment_status"].clone());
    assert_eq!(words, [json!("paid"), json!("overpaid")]);
    let again = stage.control.act(&twice, Action::PayTwice).await.unwrap();
    assert_eq!(again.metadata["payment_amount"], "29.99999970");
}

#[tokio::test]
async fn every_action_in_every_state_is_decided() {
    let stage = stage().await;
    let shop = Shop::open().await;
    let states = [
        "check",
        "awaiting_confirmation",
        "underpaid_check",
        "paid",
        "overpaid",
        "underpaid",
        "cancel",
        "aml_lock",
    ];
    for state in states {
        for action in [
            Action::Pay,
            Action::PayLate,
            Action::PayTwice,
            Action::Hold,
            Action::Fail,
            Action::Expire,
            Action::Reverse,
            Action::Choose,
        ] {
            let uuid = opened(&stage, &shop, &format!("L-{state}-{}", action.word())).await;
            if state != "check" {
                let set = word(state);
                stage
                    .control
                    .act_with(&uuid, Action::SetStatus, &set)
                    .await
                    .unwrap();
            }
            let is_open = ["check", "awaiting_confirmation", "underpaid_check"].contains(&state);
            let is_paid = state == "paid" || state == "overpaid";
            let is_lost = state == "underpaid" || state == "cancel";
            let expected = match action {
                Action::Pay if is_open => Some("paid"),
                Action::PayLate if is_lost => Some("paid"),
                Action::PayTwice if is_open || is_paid => Some("overpaid"),
                Action::Hold if is_open => Some("awaiting_confirmation"),
                Action::Fail | Action::Expire if is_open => Some("cancel"),
                Action::Choose if is_open => Some("check"),
                _ => None,
            };
            let result = stage.control.act(&uuid, action).await;
            match expected {
                Some(word) => assert_eq!(result.unwrap().status, word, "{action:?} in {state}"),
                None => assert!(is_wrong_state(result), "{action:?} in {state}"),
            }
        }
    }
}

#[tokio::test]
async fn every_word_can_be_said_in_any_order() {
    let stage = stage().await;
    let mut shop = Shop::open().await;
    let uuid = opened(&stage, &shop, "W-1").await;
    for said in [
        "cancel",
        "paid",
        "check",
        "aml_lock",
        "refund_process",
        "refund_fail",
        "refund_paid",
        "underpaid",
        "mystery",
    ] {
        stage
            .control
            .act_with(&uuid, Action::SetStatus, &word(said))
            .await
            .unwrap();
        let arrival = shop.next().await;
        assert_eq!(arrival.event()["payment_status"], said);
        assert!(is_genuine(&arrival));
        assert_eq!(info(&stage, "W-1").await["payment_status"], said);
    }
}

#[tokio::test]
async fn a_confirming_payment_does_not_run_out() {
    let stage = stage().await;
    let mut shop = Shop::open().await;
    stage.fault(Fault::PayAfterExpire { after_ms: 1_000 }).await;
    opened(&stage, &shop, "X-1").await;
    let held = opened(&stage, &shop, "X-2").await;
    stage.control.act(&held, Action::Hold).await.unwrap();
    assert_eq!(
        shop.next().await.event()["payment_status"],
        "awaiting_confirmation"
    );
    stage.control.advance_clock_ms(900_000).await.unwrap();
    assert_eq!(shop.next().await.event()["payment_status"], "cancel");
    stage.control.advance_clock_ms(1_000).await.unwrap();
    let late = shop.next().await.event();
    assert_eq!(
        (&late["order_id"], &late["payment_status"]),
        (&json!("X-1"), &json!("paid"))
    );
    assert_eq!(
        info(&stage, "X-2").await["payment_status"],
        "awaiting_confirmation"
    );
    stage.control.act(&held, Action::Pay).await.unwrap();
    assert_eq!(info(&stage, "X-2").await["payment_status"], "paid");
}

#[tokio::test]
async fn refused_webhooks_are_tried_at_the_assumed_times() {
    let stage = stage().await;
    let mut shop = Shop::answering(&[500, 401, 404, 302, 503, 500]).await;
    let uuid = opened(&stage, &shop, "Y-1").await;
    stage.control.act(&uuid, Action::Pay).await.unwrap();
    let first = shop.next().await;
    for gap_ms in [10_000, 20_000, 30_000, 240_000, 600_000] {
        stage.control.advance_clock_ms(gap_ms - 1).await.unwrap();
        assert!(shop.here().is_empty());
        stage.control.advance_clock_ms(1).await.unwrap();
        assert_eq!(shop.next().await, first, "byte for byte");
    }
}

#[tokio::test]
async fn webhooks_go_wrong_as_named() {
    let stage = stage().await;
    let mut shop = Shop::open().await;
    opened(&stage, &shop, "V-0").await;
    let uuid = opened(&stage, &shop, "V-1").await;
    stage.control.act(&uuid, Action::Pay).await.unwrap();
    let good = shop.next().await;
    assert!(is_genuine(&good));
    let mut tell = async |variant: WebhookVariant| {
        stage.control.resend_webhook(&uuid, Some(variant)).await.unwrap();
        shop.next().await
    };
    // Must be refused by whoever checks the sign.
    let forged = tell(WebhookVariant::Forged).await;
    assert!(!is_genuine(&forged) && parts(&forged).0 == parts(&good).0);
    let altered = tell(WebhookVariant::Altered).await;
    assert_eq!(altered.event()["amount"], "365.01000000");
    assert_eq!(parts(&altered).1, parts(&good).1);
    let reordered = tell(WebhookVariant::KeysReordered).await;
    assert!(!is_genuine(&reordered) && text(&reordered).starts_with("{\"address\":"));
    assert_eq!(reordered.event(), good.event(), "the same to a careless reader");
    let doubled = text(&tell(WebhookVariant::DuplicateKey).await);
    assert!(doubled.ends_with(r#","payment_status":"cancel"}"#), "{doubled}");
    // Signed properly, and wrong or odd in what they say.
    for (variant, field, expected) in [
        (WebhookVariant::OtherCharge, "order_id", json!("V-0")),
        (
            WebhookVariant::WrongAmount { amount_satang: 100 },
            "amount",
            json!("1.00000000"),
        ),
        (
            WebhookVariant::WrongReference,
            "uuid",
            json!("00000000-0000-4000-9000-000000000000"),
        ),
        (
            WebhookVariant::WrongCurrency {
                currency: "EUR".into(),
            },
            "currency",
            json!("EUR"),
        ),
        (
            WebhookVariant::ExtraField,
            "undocumented",
            json!("ไม่มีในคู่มือ / \"x\""),
        ),
    ] {
        let arrival = tell(variant.clone()).await;
        assert!(is_genuine(&arrival), "{variant:?}");
        assert_eq!(arrival.event()[field], expected, "{variant:?}");
    }
    // No fault at all.
    let upper = tell(WebhookVariant::UpperCaseSign).await;
    assert_eq!(parts(&upper), (parts(&good).0, parts(&good).1.to_uppercase()));
    let escaped = tell(WebhookVariant::EscapedText).await;
    assert!(is_genuine(&escaped), "signed as it is written");
    assert!(text(&escaped).contains(r#""https:\/\/2328.io\/pay\/"#));
    let refused = stage
        .control
        .resend_webhook(&uuid, Some(WebhookVariant::LegacyKeys))
        .await;
    assert!(is_wrong_state(refused), "another provider's");
}

#[tokio::test]
async fn a_webhook_can_come_before_the_answer() {
    let stage = stage().await;
    let mut shop = Shop::open().await;
    stage.fault(Fault::AutoPay { after_ms: 0 }).await;
    stage.fault(Fault::webhook(WebhookVariant::Early)).await;
    let (status, answer) = post(&stage, "/v1/payment", &order("E-1", &shop.url)).await;
    let arrivals = shop.here();
    assert_eq!((status, arrivals.len()), (200, 1));
    assert_eq!(arrivals[0].event()["uuid"], answer["result"]["uuid"]);
}

#[tokio::test]
async fn payments_survive_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let with_file = || Config {
        state_file: Some(folder.path().join("simulator.json")),
        ..config()
    };
    let stage = Stage::with(with_file()).await;
    stage.fault(Fault::AutoPay { after_ms: 5_000 }).await;
    let shop = Shop::open().await;
    let paid = opened(&stage, &shop, "K-1").await;
    let short = opened(&stage, &shop, "K-2").await;
    stage
        .control
        .act_with(&short, Action::Pay, &hundredths(10_000))
        .await
        .unwrap();
    let before = stage.control.charges().await.unwrap();
    let result = info(&stage, "K-2").await;
    drop(stage);
    let stage = Stage::with(with_file()).await;
    assert_eq!(stage.control.charges().await.unwrap(), before);
    assert_eq!(info(&stage, "K-2").await, result);
    assert_eq!(
        create(&stage, &order("K-1", &shop.url)).await["uuid"],
        Value::String(paid.clone()),
        "still the same session"
    );
    stage.control.advance_clock_ms(900_000).await.unwrap();
    let after = stage.control.charges().await.unwrap();
    assert_eq!(
        (after[0].id.as_str(), after[0].status.as_str()),
        (paid.as_str(), "paid")
    );
    assert_eq!(after[1].status, "underpaid");
}

#[tokio::test]
async fn one_panel_serves_every_provider() {
    let stage = stage().await;
    let (omise, _) = stage.till.charge(400_000).await;
    let shop = Shop::open().await;
    stage.control.advance_clock_ms(1_000).await.unwrap();
    let crypto = opened(&stage, &shop, "A-1").await;
    let views = stage.control.charges().await.unwrap();
    let listed: Vec<(&str, &str)> = views
        .iter()
        .map(|view| (view.provider.as_str(), view.id.as_str()))
        .collect();
    assert_eq!(
        listed,
        [("omise", omise.as_str()), ("crypto_2328", crypto.as_str())]
    );
    for id in [&omise, &crypto] {
        stage.control.act(id, Action::Pay).await.unwrap();
    }
    // A rule at one provider's endpoint is not used up by another's callback.
    stage
        .control
        .set_fault(
            &keptang_simulator::faults::FaultRule::once(Fault::webhook(WebhookVariant::None))
                .at(keptang_simulator::faults::Endpoint::OmiseChargeGet),
        )
        .await
        .unwrap();
    stage.control.act(&crypto, Action::PayTwice).await.unwrap();
    assert_eq!(stage.control.faults().await.unwrap().len(), 1);
    for unfit in [Action::PayTwice, Action::Hold, Action::SetStatus, Action::Choose] {
        assert!(
            is_wrong_state(stage.control.act(&omise, unfit).await),
            "{unfit:?}"
        );
    }
}
