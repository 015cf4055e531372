//! `keptang provider list|test`: what can be used, and the name of what is wrong.

use keptang_simulator::faults::{Endpoint, Fault, FaultRule};
use keptang_tests::till::{PUBLIC_KEY, SECRET_KEY, TestTill, WEBHOOK_SECRET, free_port};
use serde_json::{Value, json};

const TEST: [&str; 3] = ["provider", "test", "omise_truemoney"];

async fn fault_found(till: &TestTill, code: &str, setting: &str) {
    let ended = till.run(&TEST).await;
    ended.expect(1);
    let line = ended.last();
    assert_eq!(line["type"], "provider_test");
    assert_eq!(line["id"], "omise_truemoney");
    assert_eq!(line["ok"], false);
    assert_eq!(line["code"], code, "{line}");
    assert_eq!(line["setting"], setting, "{line}");
    for sentence in ["message_th", "message_en"] {
        assert!(
            line[sentence].as_str().is_some_and(|text| text.len() > 20),
            "{line}"
        );
    }
}

#[tokio::test]
async fn a_working_account_is_ok() {
    let till = TestTill::new().await;
    let ended = till.run(&TEST).await;
    ended.expect(0);
    assert_eq!(ended.last()["ok"], true);
    assert_eq!(ended.last()["code"], "ok");
    assert_eq!(ended.last()["setting"], Value::Null);
    let stats = till.provider.stats().await.unwrap();
    assert_eq!(
        stats.count(Endpoint::OmiseChargeCreate),
        0,
        "a test changes nothing there"
    );
    assert!(stats.violations.is_empty(), "{:?}", stats.violations);
}

#[tokio::test]
async fn each_fault_has_its_name_and_its_setting() {
    let base_url = "providers.omise_truemoney.base_url";
    let mut till = TestTill::new().await;
    till.unset(SECRET_KEY);
    fault_found(&till, "missing_secret", SECRET_KEY).await;
    till.set(SECRET_KEY, "pkey_test_thatisthewrongone");
    fault_found(&till, "bad_key", SECRET_KEY).await;
    till.set(SECRET_KEY, "skey_test_revoked");
    fault_found(&till, "bad_key", SECRET_KEY).await;
    till.set(SECRET_KEY, keptang_simulator::TRAINING_SECRET_KEY);
    till.set(PUBLIC_KEY, "pkey_ofthelivemode");
    fault_found(&till, "bad_key", PUBLIC_KEY).await;
    till.unset(PUBLIC_KEY);
    till.set(WEBHOOK_SECRET, "this is not base64");
    fault_found(&till, "bad_signature", WEBHOOK_SECRET).await;
    till.unset(WEBHOOK_SECRET);
    till.run(&TEST).await.expect(0);
    till.set("KEPTANG__PROVIDERS__OMISE_TRUEMONEY__ENABLED", "false");
    fault_found(&till, "disabled", "providers.omise_truemoney.enabled").await;
    till.unset("KEPTANG__PROVIDERS__OMISE_TRUEMONEY__ENABLED");

    let at = |path: &str| format!("http://127.0.0.1:{}{path}", free_port());
    till.set("KEPTANG__PROVIDERS__OMISE_TRUEMONEY__BASE_URL", &at("/omise"));
    fault_found(&till, "unreachable", base_url).await;
}

#[tokio::test]
async fn what_the_provider_answers_is_told_apart() {
    let base_url = "providers.omise_truemoney.base_url";
    let till = TestTill::new().await;
    let refuse = |status, code: &str| Fault::Refuse {
        status,
        code: code.to_owned(),
    };
    for (fault, code, setting) in [
        (Fault::Redirect, "path_not_found", base_url),
        (refuse(404, "not_found"), "path_not_found", base_url),
        (refuse(403, "forbidden"), "ip_not_allowed", SECRET_KEY),
        (Fault::ServerError { status: 503 }, "unreachable", base_url),
        (Fault::CutAfter, "unreachable", base_url),
        (Fault::Html { status: 200 }, "other", base_url),
        (Fault::Malformed, "other", base_url),
        (
            Fault::RateLimited { retry_after_s: None },
            "quota_exceeded",
            SECRET_KEY,
        ),
    ] {
        till.fault(FaultRule::once(fault).at(Endpoint::OmiseCapabilityGet))
            .await;
        fault_found(&till, code, setting).await;
    }
    till.run(&TEST).await.expect(0);
}

#[tokio::test]
async fn a_wrong_path_is_not_mistaken_for_an_outage() {
    let mut till = TestTill::new().await;
    let wrong = till.omise_base_url() + "/v2";
    till.set("KEPTANG__PROVIDERS__OMISE_TRUEMONEY__BASE_URL", &wrong);
    fault_found(&till, "path_not_found", "providers.omise_truemoney.base_url").await;
}

#[tokio::test]
async fn a_hanging_provider_is_unreachable_within_the_time_that_was_set() {
    let mut till = TestTill::new().await;
    till.set("KEPTANG__TIMING__REQUEST_TIMEOUT_MS", "300");
    till.fault(FaultRule::always(Fault::Hang)).await;
    fault_found(&till, "unreachable", "providers.omise_truemoney.base_url").await;
}

#[tokio::test]
async fn every_provider_has_a_line_that_says_what_it_can_do() {
    let mut till = TestTill::new().await;
    till.set("KEPTANG__SHOP__PROMPTPAY_ID", "0812345678");
    till.with_callbacks();
    let listed = till.run(&["provider", "list"]).await;
    listed.expect(0);
    let lines = listed.lines();
    let ids: Vec<&str> = lines.iter().map(|line| line["id"].as_str().unwrap()).collect();
    for id in [
        "promptpay_direct",
        "deposit_gateway",
        "jwt_gateway",
        "omise_truemoney",
        "crypto_2328",
        "cash",
        "easyslip",
    ] {
        assert!(ids.contains(&id), "{ids:?}");
    }
    for line in &lines {
        assert_eq!(line["type"], "provider");
        for key in [
            "enabled",
            "methods",
            "min",
            "max",
            "tracking",
            "cancel",
            "refund",
            "statement",
            "payout",
            "live",
        ] {
            assert!(line.get(key).is_some(), "{key}: {line}");
        }
    }
    let of = |id: &str| lines.iter().find(|line| line["id"] == id).unwrap();
    let omise = of("omise_truemoney");
    assert_eq!(omise["enabled"], true);
    assert_eq!(omise["methods"], json!(["truemoney"]));
    assert_eq!(
        (&omise["min"], &omise["max"]),
        (&json!("100.00"), &json!("50000.00"))
    );
    assert_eq!(omise["tracking"], json!(["poll", "callback", "person"]));
    assert_eq!((&omise["cancel"], &omise["refund"]), (&json!(true), &json!(true)));
    assert_eq!(omise["live"], false, "a test key moves no money");
    let own = of("promptpay_direct");
    assert_eq!(own["enabled"], true);
    assert_eq!((&own["cancel"], &own["refund"]), (&json!(false), &json!(false)));
    assert_eq!(own["live"], true);
    assert_eq!(of("crypto_2328")["enabled"], false);
}

#[tokio::test]
async fn without_a_public_address_no_callback_is_promised() {
    let till = TestTill::new().await;
    let listed = till.run(&["provider", "list"]).await;
    listed.expect(0);
    let lines = listed.lines();
    let omise = lines.iter().find(|line| line["id"] == "omise_truemoney").unwrap();
    assert_eq!(omise["tracking"], json!(["poll", "person"]));
}

#[tokio::test]
async fn the_shop_s_own_id_is_tested_too() {
    let mut till = TestTill::new().await;
    let test = ["provider", "test", "promptpay_direct"];
    let missing = till.run(&test).await;
    missing.expect(1);
    assert_eq!(missing.last()["setting"], "shop.promptpay_id");
    till.set("KEPTANG__SHOP__PROMPTPAY_ID", "0812345678");
    till.run(&test).await.expect(0);
    till.run(&["provider", "test", "nobody"]).await.expect(2);
}
