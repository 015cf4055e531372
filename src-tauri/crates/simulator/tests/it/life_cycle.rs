//! A charge from creation to its end, as the till sees it.

use keptang_simulator::control::{ActRequest, Action, ControlError};
use keptang_simulator::faults::{Fault, FaultRule};
use keptang_simulator::{Config, TRAINING_SECRET_KEY};
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Stage, answer, config, decode_png, download_uri, order};

/// The charge of the given page, `source/omise-truemoney-qr.txt`, with only its names.
const CHARGE_KEYS: &str = "object id location amount acquirer_reference_number net fee fee_vat interest \
    interest_vat funding_amount refunded_amount transaction_fees platform_fee currency funding_currency ip \
    refunds link description metadata card source schedule linked_account customer dispute transaction \
    failure_code failure_message status authorize_uri return_uri created_at paid_at authorized_at expires_at \
    expired_at reversed_at zero_interest_installments branch terminal device authorized capturable capture \
    disputable livemode refundable partially_refundable reversed reversible voided paid expired \
    can_perform_void approval_code";
const SOURCE_KEYS: &str = "object id livemode location amount barcode bank created_at currency email flow \
    installment_term ip absorption_type name mobile_number phone_number platform_type scannable_code billing \
    shipping items references provider_references store_id store_name terminal_id type \
    zero_interest_installments charge_status receipt_amount discounts promotion_code";

fn sorted_keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn sorted_words(words: &str) -> Vec<&str> {
    let mut words: Vec<&str> = words.split_whitespace().collect();
    words.sort_unstable();
    words
}

#[tokio::test]
async fn a_new_charge_has_every_key_of_the_page() {
    let stage = Stage::open().await;
    let (id, charge) = stage.till.charge(400_000).await;
    assert_eq!(sorted_keys(&charge), sorted_words(CHARGE_KEYS));
    assert_eq!(sorted_keys(&charge["source"]), sorted_words(SOURCE_KEYS));
    assert_eq!(
        sorted_keys(&stage.till.source(400_000).await),
        sorted_words(SOURCE_KEYS)
    );
    assert!(id.starts_with("chrg_test_"));
    for (name, expected) in [
        ("status", json!("pending")),
        ("amount", json!(400_000)),
        ("currency", json!("THB")),
        ("paid", json!(false)),
        ("net", json!(0)),
        ("livemode", json!(false)),
        ("created_at", json!("2025-10-09T08:53:20Z")),
        ("expires_at", json!("2025-10-10T08:53:20Z")),
        ("paid_at", Value::Null),
        ("transaction", Value::Null),
        ("can_perform_void", json!(false)),
        ("metadata", json!({})),
    ] {
        assert_eq!(charge[name], expected, "{name}");
    }
    assert_eq!(charge["source"]["charge_status"], "pending");
    assert!(download_uri(&charge).starts_with(&stage.till.base));
}

#[tokio::test]
async fn json_and_form_create_the_same_charge_at_both_mounts() {
    let stage = Stage::open().await;
    let form = "amount=400000&currency=THB&return_uri=https%3A%2F%2Fshop.example.com%2Fdone&source[type]=truemoney_qr\
                &description=%E0%B8%81%E0%B8%B2%E0%B9%81%E0%B8%9F&metadata[order_id]=o1";
    let root = stage.running.base_url();
    for base in [&root, &stage.till.base] {
        let request = stage
            .till
            .http
            .post(format!("{base}/charges"))
            .basic_auth(TRAINING_SECRET_KEY, Some(""));
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let (status, by_form) = answer(request).await;
        assert_eq!(status, 200, "{by_form}");
        assert_eq!(by_form["metadata"], json!({"order_id": "o1"}));
        assert_eq!(by_form["description"], "กาแฟ");
        assert!(download_uri(&by_form).starts_with(&format!("{base}/charges/")));
        let (_, by_json) = stage.till.charge(400_000).await;
        assert_eq!(by_form["return_uri"], by_json["return_uri"]);
        assert_eq!(by_form["amount"], by_json["amount"]);
    }
}

#[tokio::test]
async fn the_qr_is_a_png_that_reads_back_to_amount_and_reference() {
    let stage = Stage::open().await;
    let (id, charge) = stage.till.charge(123_456).await;
    let (content_type, png) = stage.till.qr(&charge).await;
    assert_eq!(content_type, "image/png");
    let text = decode_png(&png).unwrap();
    let reference = id.strip_prefix("chrg_test_").unwrap();
    assert!(text.contains("54071234.56"), "{text}");
    assert!(text.contains(&format!("0519{reference}")), "{text}");
    assert_eq!(
        stage.control.charges().await.unwrap()[0].qr_text.as_deref(),
        Some(text.as_str())
    );
    let wrong = download_uri(&charge).replace("/downloads/", "/downloads/X");
    assert_eq!(answer(stage.till.http.get(wrong)).await.0, 404);
}

#[tokio::test]
async fn a_paid_charge_shows_it_everywhere() {
    let stage = Stage::open().await;
    let (id, _) = stage.till.charge(400_000).await;
    stage.control.advance_clock_ms(5_000).await.unwrap();
    let view = stage.control.act(&id, Action::Pay).await.unwrap();
    assert_eq!(view.status, "successful");
    let (_, charge) = stage.till.get(&format!("/charges/{id}")).await;
    for (name, expected) in [
        ("status", json!("successful")),
        ("paid", json!(true)),
        ("authorized", json!(true)),
        ("paid_at", json!("2025-10-09T08:53:25Z")),
        ("fee", json!(6_400)),
        ("fee_vat", json!(448)),
        ("net", json!(393_152)),
        ("refundable", json!(true)),
        ("partially_refundable", json!(true)),
        ("can_perform_void", json!(true)),
        ("refunded_amount", json!(0)),
    ] {
        assert_eq!(charge[name], expected, "{name}");
    }
    assert!(charge["transaction"].as_str().unwrap().starts_with("trxn_test_"));
    assert_eq!(charge["transaction_fees"]["fee_rate"], "1.6");
    assert_eq!(charge["source"]["charge_status"], "successful");
}

#[tokio::test]
async fn a_failed_charge_names_its_code() {
    let stage = Stage::open().await;
    let (id, _) = stage.till.charge(400_000).await;
    stage.control.act(&id, Action::Fail).await.unwrap();
    let (_, charge) = stage.till.get(&format!("/charges/{id}")).await;
    assert_eq!(
        (&charge["status"], &charge["failure_code"]),
        (&json!("failed"), &json!("failed_processing"))
    );
    assert_eq!(charge["paid"], false);
    let (other, _) = stage.till.charge(400_000).await;
    let details = ActRequest {
        failure_code: Some("insufficient_balance".into()),
        ..ActRequest::default()
    };
    stage
        .control
        .act_with(&other, Action::Fail, &details)
        .await
        .unwrap();
    let (_, charge) = stage.till.get(&format!("/charges/{other}")).await;
    assert_eq!(charge["failure_code"], "insufficient_balance");
}

#[tokio::test]
async fn expiring_works_once_and_only_while_pending() {
    let stage = Stage::open().await;
    let (id, _) = stage.till.charge(400_000).await;
    let path = format!("/charges/{id}/expire");
    let (status, charge) = answer(stage.till.request(Method::POST, &path)).await;
    assert_eq!(
        (status, &charge["status"], &charge["expired"]),
        (200, &json!("expired"), &json!(true))
    );
    assert_eq!(charge["expired_at"], "2025-10-09T08:53:20Z");
    let (status, error) = answer(stage.till.request(Method::POST, &path)).await;
    assert_eq!((status, error["code"].as_str()), (400, Some("expired_charge")));
    let (paid, _) = stage.till.charge(400_000).await;
    stage.control.act(&paid, Action::Pay).await.unwrap();
    let (status, error) = stage
        .till
        .post(&format!("/charges/{paid}/expire"), &json!({}))
        .await;
    assert_eq!((status, error["code"].as_str()), (400, Some("failed_expire")));
    assert_eq!(stage.till.status_of(&paid).await, "successful");
}

#[tokio::test]
async fn a_charge_expires_by_itself_after_its_life() {
    let stage = Stage::with(Config {
        ttl_seconds: 60,
        ..config()
    })
    .await;
    let (id, _) = stage.till.charge(400_000).await;
    stage.control.advance_clock_ms(59_999).await.unwrap();
    assert_eq!(stage.till.status_of(&id).await, "pending");
    stage.control.advance_clock_ms(1).await.unwrap();
    assert_eq!(stage.till.status_of(&id).await, "expired");
    let refused = stage.control.act(&id, Action::Pay).await.unwrap_err();
    assert!(
        matches!(refused, ControlError::Refused { status: 409, .. }),
        "{refused}"
    );
    assert_eq!(
        stage.control.act(&id, Action::PayLate).await.unwrap().status,
        "successful"
    );
}

#[tokio::test]
async fn timed_customers_act_at_their_time() {
    let stage = Stage::open().await;
    for (fault, ending) in [
        (Fault::AutoPay { after_ms: 3_000 }, "successful"),
        (Fault::AutoFail { after_ms: 3_000 }, "failed"),
        (Fault::AutoExpire { after_ms: 3_000 }, "expired"),
    ] {
        stage.fault(fault).await;
        let (id, _) = stage.till.charge(400_000).await;
        stage.control.advance_clock_ms(2_999).await.unwrap();
        assert_eq!(stage.till.status_of(&id).await, "pending");
        stage.control.advance_clock_ms(1).await.unwrap();
        assert_eq!(stage.till.status_of(&id).await, ending);
    }
    stage.fault(Fault::AutoPay { after_ms: 0 }).await;
    let (_, charge) = stage.till.charge(400_000).await;
    assert_eq!(
        charge["status"], "successful",
        "paid before the answer to its creation"
    );
}

#[tokio::test]
async fn a_start_fault_pays_every_charge() {
    let faults = vec![FaultRule::always(Fault::AutoPay { after_ms: 10 })];
    let stage = Stage::with(Config { faults, ..config() }).await;
    let (first, _) = stage.till.charge(400_000).await;
    let (second, _) = stage.till.charge(400_000).await;
    stage.control.advance_clock_ms(10).await.unwrap();
    assert_eq!(stage.till.status_of(&first).await, "successful");
    assert_eq!(stage.till.status_of(&second).await, "successful");
}

#[tokio::test]
async fn a_payment_may_beat_the_cancel_or_follow_it() {
    let stage = Stage::open().await;
    stage.fault(Fault::PayOnExpire).await;
    let (id, _) = stage.till.charge(400_000).await;
    let (status, error) = stage
        .till
        .post(&format!("/charges/{id}/expire"), &json!({}))
        .await;
    assert_eq!((status, error["code"].as_str()), (400, Some("failed_expire")));
    assert_eq!(stage.till.status_of(&id).await, "successful");

    stage.fault(Fault::PayAfterExpire { after_ms: 7_000 }).await;
    let (id, _) = stage.till.charge(400_000).await;
    assert_eq!(
        stage
            .till
            .post(&format!("/charges/{id}/expire"), &json!({}))
            .await
            .0,
        200
    );
    assert_eq!(stage.till.status_of(&id).await, "expired");
    stage.control.advance_clock_ms(7_000).await.unwrap();
    let (_, charge) = stage.till.get(&format!("/charges/{id}")).await;
    assert_eq!(
        (&charge["status"], &charge["paid"]),
        (&json!("successful"), &json!(true))
    );
}

#[tokio::test]
async fn live_keys_make_live_charges() {
    let keys = Config {
        secret_key: "skey_abc".into(),
        public_key: "pkey_abc".into(),
        ..config()
    };
    let stage = Stage::with(keys).await;
    let request = stage
        .till
        .bare(Method::POST, "/charges")
        .basic_auth("skey_abc", Some(""));
    let (status, charge) = answer(request.json(&order(400_000))).await;
    assert_eq!(
        (status, &charge["livemode"], &charge["source"]["livemode"]),
        (200, &json!(true), &json!(true))
    );
    let id = charge["id"].as_str().unwrap();
    assert!(id.starts_with("chrg_") && !id.contains("test"));
}

#[tokio::test]
async fn capability_and_account_can_be_read() {
    let stage = Stage::open().await;
    let (status, capability) = stage.till.get("/capability").await;
    assert_eq!(status, 200);
    assert_eq!(capability["payment_methods"][0]["name"], "truemoney_qr");
    assert_eq!(capability["limits"]["charge_amount"]["min"], 2000);
    let (status, account) = stage.till.get("/account").await;
    assert_eq!(
        (status, &account["object"], &account["livemode"]),
        (200, &json!("account"), &json!(false))
    );
}
