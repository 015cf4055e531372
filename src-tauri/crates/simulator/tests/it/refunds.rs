//! Voids and refunds (page §8). The stage starts at 15:53:20 in Bangkok.

use keptang_simulator::control::{ActRequest, Action, Funding};
use serde_json::{Value, json};

use crate::stage::{DAY_MS, Stage};

const TO_MIDNIGHT_MS: u64 = (8 * 3600 + 6 * 60 + 40) * 1000;

async fn paid(stage: &Stage, funding: Funding) -> String {
    let (id, _) = stage.till.charge(400_000).await;
    let details = ActRequest {
        funding: Some(funding),
        ..ActRequest::default()
    };
    stage.control.act_with(&id, Action::Pay, &details).await.unwrap();
    id
}

async fn refund(stage: &Stage, id: &str, body: Value) -> Result<Value, String> {
    let (status, answer) = stage.till.post(&format!("/charges/{id}/refunds"), &body).await;
    match status {
        200 => Ok(answer),
        _ => Err(answer["code"].as_str().unwrap().to_owned()),
    }
}

async fn charge(stage: &Stage, id: &str) -> Value {
    stage.till.get(&format!("/charges/{id}")).await.1
}

#[tokio::test]
async fn a_full_refund_on_the_same_bangkok_day_is_a_void() {
    let stage = Stage::open().await;
    let id = paid(&stage, Funding::CreditCard).await;
    stage.control.advance_clock_ms(TO_MIDNIGHT_MS - 1).await.unwrap();
    assert_eq!(charge(&stage, &id).await["can_perform_void"], true);
    let refund = refund(&stage, &id, json!({"amount": 400_000, "metadata": {"why": "x"}}))
        .await
        .unwrap();
    for (name, expected) in [
        ("object", json!("refund")),
        ("voided", json!(true)),
        ("amount", json!(400_000)),
        ("charge", json!(id)),
        ("status", json!("closed")),
        ("metadata", json!({"why": "x"})),
    ] {
        assert_eq!(refund[name], expected, "{name}");
    }
    let charge = charge(&stage, &id).await;
    for (name, expected) in [
        ("status", json!("successful")),
        ("voided", json!(true)),
        ("refunded_amount", json!(400_000)),
        ("refundable", json!(false)),
        ("partially_refundable", json!(false)),
        ("can_perform_void", json!(false)),
    ] {
        assert_eq!(charge[name], expected, "{name}");
    }
    assert_eq!(charge["refunds"]["data"][0], refund);
    let path = format!("/charges/{id}/refunds/{}", refund["id"].as_str().unwrap());
    assert_eq!(stage.till.get(&path).await, (200, refund));
}

#[tokio::test]
async fn from_midnight_on_it_is_a_refund_for_thirty_days() {
    let stage = Stage::open().await;
    let id = paid(&stage, Funding::CreditCard).await;
    let late = paid(&stage, Funding::WalletBalance).await;
    stage.control.advance_clock_ms(TO_MIDNIGHT_MS).await.unwrap();
    let seen = charge(&stage, &id).await;
    assert_eq!(
        (&seen["can_perform_void"], &seen["refundable"]),
        (&json!(false), &json!(true))
    );
    let void_only = refund(&stage, &id, json!({"amount": 400_000, "void": true})).await;
    assert_eq!(void_only, Err("failed_void".to_owned()));
    assert_eq!(
        refund(&stage, &id, json!({"amount": 400_000})).await.unwrap()["voided"],
        false
    );

    stage
        .control
        .advance_clock_ms(30 * DAY_MS - TO_MIDNIGHT_MS)
        .await
        .unwrap();
    assert_eq!(charge(&stage, &late).await["refundable"], true);
    stage.control.advance_clock_ms(1).await.unwrap();
    let seen = charge(&stage, &late).await;
    assert_eq!(
        (&seen["refundable"], &seen["partially_refundable"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(
        refund(&stage, &late, json!({"amount": 400_000})).await,
        Err("failed_refund".to_owned())
    );
}

#[tokio::test]
async fn partial_refunds_depend_on_the_funding_and_never_exceed_the_payment() {
    let stage = Stage::open().await;
    for funding in [Funding::WalletBalance, Funding::BankAccount] {
        let id = paid(&stage, funding).await;
        assert_eq!(
            refund(&stage, &id, json!({"amount": 150_000})).await.unwrap()["voided"],
            false
        );
        let seen = charge(&stage, &id).await;
        assert_eq!(
            (&seen["refunded_amount"], &seen["can_perform_void"]),
            (&json!(150_000), &json!(false))
        );
        assert_eq!(
            refund(&stage, &id, json!({"amount": 250_001})).await,
            Err("failed_refund".to_owned())
        );
        assert!(refund(&stage, &id, json!({"amount": 250_000})).await.is_ok());
        let seen = charge(&stage, &id).await;
        assert_eq!(
            (&seen["refunded_amount"], &seen["voided"]),
            (&json!(400_000), &json!(false))
        );
        assert_eq!(
            refund(&stage, &id, json!({"amount": 1})).await,
            Err("failed_refund".to_owned())
        );
        let (_, list) = stage
            .till
            .get(&format!("/charges/{id}/refunds?order=reverse_chronological"))
            .await;
        assert_eq!(
            (&list["total"], &list["data"][0]["amount"]),
            (&json!(2), &json!(250_000))
        );
    }
    for funding in [Funding::CreditCard, Funding::PayNext, Funding::PayNextExtra] {
        let id = paid(&stage, funding).await;
        assert_eq!(
            refund(&stage, &id, json!({"amount": 150_000})).await,
            Err("failed_refund".to_owned())
        );
        assert!(refund(&stage, &id, json!({"amount": 400_000})).await.is_ok());
    }
}

#[tokio::test]
async fn there_are_fewer_than_fifteen_partial_refunds() {
    let stage = Stage::open().await;
    let id = paid(&stage, Funding::WalletBalance).await;
    for _ in 0..14 {
        refund(&stage, &id, json!({"amount": 1_000})).await.unwrap();
    }
    assert_eq!(charge(&stage, &id).await["partially_refundable"], false);
    assert_eq!(
        refund(&stage, &id, json!({"amount": 1_000})).await,
        Err("failed_refund".to_owned())
    );
    assert_eq!(charge(&stage, &id).await["refunded_amount"], 14_000);
}

#[tokio::test]
async fn senseless_refunds_are_refused() {
    let stage = Stage::open().await;
    let id = paid(&stage, Funding::WalletBalance).await;
    for (body, code) in [
        (json!({}), "bad_request"),
        (json!({"amount": "1"}), "bad_request"),
        (json!({"amount": 1.5}), "bad_request"),
        (json!({"amount": 0}), "invalid_amount"),
        (json!({"amount": -1}), "invalid_amount"),
        (json!({"amount": 400_001}), "failed_refund"),
        (json!({"amount": 1_000, "void": true}), "failed_void"),
        (json!({"amount": 1_000, "void": "yes"}), "bad_request"),
        (json!({"amount": 1_000, "reason": "x"}), "bad_request"),
    ] {
        assert_eq!(
            refund(&stage, &id, body.clone()).await,
            Err(code.to_owned()),
            "{body}"
        );
    }
    let (pending, _) = stage.till.charge(400_000).await;
    assert_eq!(
        refund(&stage, &pending, json!({"amount": 400_000})).await,
        Err("failed_refund".to_owned())
    );
    assert_eq!(
        refund(&stage, "chrg_test_x", json!({"amount": 1})).await,
        Err("not_found".to_owned())
    );
    assert_eq!(charge(&stage, &id).await["refunded_amount"], 0);
}
