//! The JWT gateway's balance, withdrawals, bank list, health and sign helper.

use keptang_simulator::TRAINING_JWT_API_KEY;
use keptang_simulator::control::Action;
use keptang_simulator::settings::Settings;
use keptang_simulator::stats::ViolationKind;
use serde_json::{Value, json};

use crate::jwt::{HEADER, URL, deposit, is_error, payload, post, query, send, stage, token, violations};
use crate::stage::{START_S, answer};

#[tokio::test]
async fn payouts_take_a_text_timestamp_and_leave_the_balance() {
    let stage = stage().await;
    let balance = async || {
        let (status, answer) = send(&stage, "/balance", json!({"timestamp": START_S})).await;
        assert_eq!((status, &answer["data"]["currency"]), (200, &json!("THB")));
        answer["data"]["balance"].clone()
    };
    assert_eq!(balance().await, json!(50000));
    let body = |id: &str, amount: Value, timestamp: Value| {
        json!({
            "agent_order_no": id, "amount": amount, "bank_code": "SCB", "account_no": "1112223334",
            "account_name": "ร้าน", "callback_url": URL, "timestamp": timestamp,
        })
    };
    let text = json!(START_S.to_string());
    let number = send(&stage, "/withdraw", body("W-1", json!(1000), json!(START_S))).await;
    assert!(
        is_error(&number, 400, "timestamp is missing or invalid"),
        "{number:?}"
    );
    let (status, answer) = send(&stage, "/withdraw", body("W-1", json!(1000), text.clone())).await;
    assert_eq!(status, 200, "{answer}");
    let data = &answer["data"];
    assert_eq!(
        (&data["fee"], &data["transfer_amount"]),
        (&json!(15), &json!(985))
    );
    let number = data["order_no"].as_str().unwrap().to_owned();
    assert!(number.starts_with("WD1760000000"), "{number}");
    assert_eq!(balance().await, json!(49000));
    let again = send(&stage, "/withdraw", body("W-1", json!(1000), text.clone())).await;
    assert!(is_error(&again, 400, "transactionId already exists"));
    let much = send(&stage, "/withdraw", body("W-2", json!(49001), text.clone())).await;
    assert!(is_error(&much, 400, "Insufficient balance"));
    assert!(stage.control.charges().await.unwrap().is_empty(), "no charge");
    assert_eq!(stage.control.payouts().await.unwrap()[0].id, number);
    let view = stage.control.act(&number, Action::Pay).await.unwrap();
    assert_eq!(view.status, "completed");
    let found = query(&stage, "W-1").await;
    assert_eq!(
        (&found["status"], &found["actual_amount"]),
        (&json!("completed"), &json!(985))
    );
    let (_, failed) = send(&stage, "/withdraw", body("W-3", json!(2000), text)).await;
    let number = failed["data"]["order_no"].as_str().unwrap();
    assert_eq!(balance().await, json!(47000));
    stage.control.act(number, Action::Fail).await.unwrap();
    assert_eq!(balance().await, json!(49000), "a failed payout comes back");
    deposit(&stage, "W-4", json!(1000), URL).await;
    let id = stage.control.charges().await.unwrap()[0].id.clone();
    stage.control.act(&id, Action::Pay).await.unwrap();
    assert_eq!(balance().await, json!(49995));
}

#[tokio::test]
async fn banks_health_and_the_sign_helper() {
    let stage = stage().await;
    let get = async |path: &str| {
        let url = format!("{}{path}", stage.running.jwt_base_url());
        answer(stage.till.http.get(url).header("x-api-key", TRAINING_JWT_API_KEY)).await
    };
    let (_, banks) = get("/banks").await;
    assert_eq!(
        banks["data"]["banks"][0],
        json!({"code": "KBANK", "name": "Kasikorn Bank", "name_th": "ธนาคารกสิกรไทย", "active": true})
    );
    let (_, health) = get("/health").await;
    assert_eq!(
        (&health["message"], &health["data"]["status"]),
        (&json!("OK"), &json!("healthy"))
    );
    let params = json!({"transactionId": "J-1", "amount": 1000.5, "merchantId": "M"});
    let (status, answer_) = answer(post(&stage, "/jwt/create").json(&json!({"params": params}))).await;
    assert_eq!(status, 200);
    assert_eq!(
        answer_["data"]["signature"],
        json!(token(TRAINING_JWT_API_KEY, HEADER, &payload(&params)))
    );
    assert_eq!(answer_["data"]["algorithm"], "HS256");
    let body = json!({"params": params, "api_key": TRAINING_JWT_API_KEY});
    assert_eq!(answer(post(&stage, "/jwt/create").json(&body)).await.0, 200);
    assert_eq!(violations(&stage).await, [ViolationKind::SecretInBody]);
    let body = json!({"params": []});
    assert_eq!(answer(post(&stage, "/jwt/create").json(&body)).await.0, 400);
    assert_eq!(
        stage.control.settings().await.unwrap().jwt.rate_per_s,
        None,
        "as this stage set it"
    );
    assert_eq!(Settings::default().jwt.rate_per_s, Some(10));
}
