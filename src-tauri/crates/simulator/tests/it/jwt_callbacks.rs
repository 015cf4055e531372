//! The JWT gateway's charges and what the shop is told about them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keptang_simulator::control::{ActRequest, Action, ControlError};
use keptang_simulator::faults::{Fault, WebhookVariant};
use keptang_simulator::{Config, TRAINING_JWT_API_KEY};
use serde_json::{Value, json};

use crate::jwt::{HEADER, deposit, order, payload, query, send, stage, token};
use crate::stage::{Arrival, OK_WITHOUT_CODE, Shop, Stage, config};

async fn opened(stage: &Stage, shop: &Shop, id: &str) -> String {
    let data = deposit(stage, id, json!(1000), &shop.url).await;
    data["referenceId"].as_str().unwrap().to_owned()
}

/// The body without its signature, and the signature.
fn parts(arrival: &Arrival) -> (Value, String) {
    let mut body = arrival.event();
    let token = body["signature"].as_str().unwrap().to_owned();
    body.as_object_mut().unwrap().remove("signature");
    (body, token)
}

/// Signed by the key over exactly the body's fields, sorted.
fn is_genuine(arrival: &Arrival) -> bool {
    let (body, given) = parts(arrival);
    given == token(TRAINING_JWT_API_KEY, HEADER, &payload(&body))
}

/// Signed by the key, over whatever it is.
fn claims(token_text: &str) -> Option<Value> {
    let (covered, _) = token_text.rsplit_once('.')?;
    let (header, claims) = covered.split_once('.')?;
    let text = |part: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let again = token(TRAINING_JWT_API_KEY, &text(header), &text(claims));
    (again == token_text && text(header) == HEADER).then(|| serde_json::from_str(&text(claims)).unwrap())
}

fn is_wrong_state(result: Result<impl std::fmt::Debug, ControlError>) -> bool {
    matches!(result, Err(ControlError::Refused { status: 409, .. }))
}

#[tokio::test]
async fn a_payment_is_told_in_the_words_of_the_page() {
    let stage = stage().await;
    let mut shop = Shop::open().await;
    let id = opened(&stage, &shop, "C-1").await;
    stage.control.act(&id, Action::Pay).await.unwrap();
    let arrival = shop.next().await;
    let (body, _) = parts(&arrival);
    assert_eq!(
        body,
        json!({
            "order_no": id, "agent_order_no": "C-1", "type": "deposit", "amount": 1000, "fee": 5,
            "transfer_amount": 995, "actual_amount": 995, "status": "completed", "timestamp": "1760000000",
        })
    );
    assert!(is_genuine(&arrival));
    let found = query(&stage, "C-1").await;
    assert_eq!(
        (&found["status"], &found["completed_at"]),
        (&json!("completed"), &json!("2025-10-09T08:53:20.000Z"))
    );
}

#[tokio::test]
async fn every_action_in_every_state_is_decided() {
    let stage = stage().await;
    let shop = Shop::open().await;
    let ways = [
        ("pending", None),
        ("completed", Some(Action::Pay)),
        ("failed", Some(Action::Fail)),
        ("expired", Some(Action::Expire)),
    ];
    for (place, (state, way)) in ways.into_iter().enumerate() {
        for action in [
            Action::Pay,
            Action::PayLate,
            Action::PayTwice,
            Action::Hold,
            Action::Fail,
            Action::Expire,
            Action::Reverse,
            Action::Choose,
            Action::SetStatus,
        ] {
            let id = opened(&stage, &shop, &format!("L-{place}-{}", action.word())).await;
            if let Some(way) = way {
                assert_eq!(stage.control.act(&id, way).await.unwrap().status, state);
            }
            let expected = match (action, state) {
                (Action::Pay | Action::PayTwice, "pending") => Some("completed"),
                (Action::PayLate, "failed" | "expired") => Some("completed"),
                (Action::PayTwice, "completed") => Some("completed"),
                (Action::Hold, "pending") => Some("pending"),
                (Action::Fail, "pending") => Some("failed"),
                (Action::Expire, "pending") => Some("expired"),
                (Action::SetStatus, _) => Some("mystery"),
                _ => None,
            };
            let details = ActRequest {
                status: (action == Action::SetStatus).then(|| "mystery".to_owned()),
                ..ActRequest::default()
            };
            let result = stage.control.act_with(&id, action, &details).await;
            match expected {
                Some(word) => assert_eq!(result.unwrap().status, word, "{action:?} in {state}"),
                None => assert!(is_wrong_state(result), "{action:?} in {state}"),
            }
        }
    }
}

#[tokio::test]
async fn less_twice_and_out_of_order() {
    let stage = stage().await;
    let mut shop = Shop::open().await;
    let id = opened(&stage, &shop, "O-1").await;
    let less = ActRequest {
        amount_satang: Some(90_000),
        ..ActRequest::default()
    };
    stage.control.act_with(&id, Action::Pay, &less).await.unwrap();
    let (body, _) = parts(&shop.next().await);
    assert_eq!(
        (&body["amount"], &body["fee"], &body["actual_amount"]),
        (&json!(900), &json!(4.5), &json!(895.5))
    );
    let twice = opened(&stage, &shop, "O-2").await;
    stage.control.act(&twice, Action::PayTwice).await.unwrap();
    let nets: Vec<Value> = [shop.next().await, shop.next().await]
        .iter()
        .map(|arrival| arrival.event()["actual_amount"].clone())
        .collect();
    assert_eq!(nets, [json!(995), json!(1995)]);
    assert_eq!(query(&stage, "O-2").await["actual_amount"], json!(1995));
    for word in ["pending", "expired", "completed"] {
        let details = ActRequest {
            status: Some(word.to_owned()),
            ..ActRequest::default()
        };
        stage
            .control
            .act_with(&twice, Action::SetStatus, &details)
            .await
            .unwrap();
        assert_eq!(shop.next().await.event()["status"], word);
    }
}

#[tokio::test]
async fn a_deposit_lives_five_minutes_and_says_so() {
    let stage = stage().await;
    let mut shop = Shop::open().await;
    stage.fault(Fault::PayAfterExpire { after_ms: 1_000 }).await;
    opened(&stage, &shop, "X-1").await;
    stage.control.advance_clock_ms(299_999).await.unwrap();
    assert_eq!(query(&stage, "X-1").await["status"], "pending");
    stage.control.advance_clock_ms(1).await.unwrap();
    assert_eq!(query(&stage, "X-1").await["status"], "expired");
    assert_eq!(shop.next().await.event()["status"], "expired");
    stage.control.advance_clock_ms(1_000).await.unwrap();
    assert_eq!(shop.next().await.event()["status"], "completed");
}

#[tokio::test]
async fn only_code_200_in_an_http_200_ends_the_tries() {
    let stage = stage().await;
    let mut shop = Shop::answering(&[OK_WITHOUT_CODE, 500, 201, 401]).await;
    let id = opened(&stage, &shop, "A-1").await;
    stage.control.act(&id, Action::Pay).await.unwrap();
    let first = shop.next().await;
    for gap_ms in [10_000, 20_000, 30_000, 240_000] {
        stage.control.advance_clock_ms(gap_ms - 1).await.unwrap();
        assert!(shop.here().is_empty());
        stage.control.advance_clock_ms(1).await.unwrap();
        assert_eq!(shop.next().await, first, "byte for byte, old timestamp and all");
    }
}

#[tokio::test]
async fn callbacks_go_wrong_as_named() {
    let stage = stage().await;
    let mut shop = Shop::open().await;
    opened(&stage, &shop, "V-0").await;
    let id = opened(&stage, &shop, "V-1").await;
    stage.control.act(&id, Action::Pay).await.unwrap();
    assert!(is_genuine(&shop.next().await));
    let mut tell = async |variant: WebhookVariant| {
        stage.control.resend_webhook(&id, Some(variant)).await.unwrap();
        let arrival = shop.next().await;
        let (body, token) = parts(&arrival);
        (arrival, body, token)
    };
    // Must be refused by whoever checks the token.
    let (_, _, forged) = tell(WebhookVariant::Forged).await;
    assert_eq!(claims(&forged), None);
    let (_, body, none) = tell(WebhookVariant::AlgNone).await;
    assert!(
        none.ends_with('.') && none.starts_with(&URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#))
    );
    assert_eq!(body["amount"], json!(1000));
    let (_, body, token) = tell(WebhookVariant::Altered).await;
    assert_eq!(
        (&body["amount"], &claims(&token).unwrap()["amount"]),
        (&json!(1000.01), &json!(1000))
    );
    let (_, body, token) = tell(WebhookVariant::TokenOfOtherCharge).await;
    assert_eq!(
        (
            &body["agent_order_no"],
            &claims(&token).unwrap()["agent_order_no"]
        ),
        (&json!("V-1"), &json!("V-0"))
    );
    let (_, body, token) = tell(WebhookVariant::UncoveredAmount).await;
    assert!(body.get("amount").is_some() && claims(&token).unwrap().get("amount").is_none());
    let (arrival, ..) = tell(WebhookVariant::DuplicateKey).await;
    let text = String::from_utf8(arrival.body).unwrap();
    assert!(
        text.contains(r#""status":"completed""#) && text.ends_with(r#","status":"failed"}"#),
        "{text}"
    );
    // Signed properly, and wrong or odd in what they say.
    for (variant, field, expected) in [
        (WebhookVariant::OtherCharge, "agent_order_no", json!("V-0")),
        (
            WebhookVariant::WrongAmount { amount_satang: 100 },
            "amount",
            json!(1),
        ),
        (WebhookVariant::WrongReference, "order_no", json!("DP0NOBODY")),
        (WebhookVariant::Stale, "timestamp", json!("1759999400")),
        (WebhookVariant::NumberTimestamp, "timestamp", json!(1_760_000_000)),
        (
            WebhookVariant::ExtraField,
            "undocumented",
            json!("ไม่มีในคู่มือ / \"x\""),
        ),
    ] {
        let (arrival, body, _) = tell(variant.clone()).await;
        assert!(is_genuine(&arrival), "{variant:?}");
        assert_eq!(body[field], expected, "{variant:?}");
    }
    let (arrival, body, token) = tell(WebhookVariant::UnsortedPayload).await;
    assert!(!is_genuine(&arrival), "not the sorted text");
    assert_eq!(claims(&token), Some(body), "and signed all the same");
    let refused = stage
        .control
        .resend_webhook(&id, Some(WebhookVariant::KeysReordered))
        .await;
    assert!(is_wrong_state(refused), "another provider's");
}

#[tokio::test]
async fn a_callback_can_come_before_the_answer() {
    let stage = stage().await;
    let mut shop = Shop::open().await;
    stage.fault(Fault::AutoPay { after_ms: 0 }).await;
    stage
        .fault(Fault::Webhook {
            variant: WebhookVariant::Early,
            key: Some("completed".into()),
        })
        .await;
    let (status, answer) = send(&stage, "/deposit", order("E-1", json!(15), &shop.url)).await;
    let arrivals = shop.here();
    assert_eq!((status, arrivals.len()), (200, 1));
    assert_eq!(arrivals[0].event()["order_no"], answer["data"]["referenceId"]);
    assert_eq!(answer["data"]["status"], "pending");
}

#[tokio::test]
async fn withdrawals_are_told_as_such() {
    let stage = stage().await;
    let mut shop = Shop::open().await;
    let body = json!({
        "agent_order_no": "W-1", "amount": 1000, "bank_code": "SCB", "account_no": "1", "account_name": "ร้าน",
        "callback_url": shop.url, "timestamp": "1760000000",
    });
    let (_, answer) = send(&stage, "/withdraw", body).await;
    let id = answer["data"]["order_no"].as_str().unwrap();
    stage.control.act(id, Action::Pay).await.unwrap();
    let arrival = shop.next().await;
    let (body, _) = parts(&arrival);
    assert_eq!(
        (&body["type"], &body["transfer_amount"], &body["status"]),
        (&json!("withdrawal"), &json!(985), &json!("completed"))
    );
    assert!(is_genuine(&arrival));
    assert!(is_wrong_state(stage.control.act(id, Action::PayTwice).await));
}

#[tokio::test]
async fn orders_survive_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let with_file = || Config {
        state_file: Some(folder.path().join("simulator.json")),
        ..config()
    };
    let stage = Stage::with(with_file()).await;
    stage.fault(Fault::AutoPay { after_ms: 5_000 }).await;
    let shop = Shop::open().await;
    let paid = opened(&stage, &shop, "K-1").await;
    opened(&stage, &shop, "K-2").await;
    let before = stage.control.charges().await.unwrap();
    drop(stage);
    let stage = Stage::with(with_file()).await;
    assert_eq!(stage.control.charges().await.unwrap(), before);
    let (status, _) = send(&stage, "/deposit", order("K-1", json!(1000), &shop.url)).await;
    assert_eq!(status, 400, "the id is still taken");
    stage.control.advance_clock_ms(300_000).await.unwrap();
    let after = stage.control.charges().await.unwrap();
    assert_eq!(
        (after[0].id.as_str(), after[0].status.as_str()),
        (paid.as_str(), "completed")
    );
    assert_eq!(after[1].status, "expired");
}
