//! `keptang charge` when the provider is down, slow, cut off or elsewhere: never a second charge, never a wrong
//! "paid", and an exit code that says what is known.

use keptang_simulator::control::Action;
use keptang_simulator::faults::{Endpoint, Fault, FaultRule, Lasts};
use keptang_simulator::stats::ViolationKind;
use keptang_simulator::{Config, TRAINING_PUBLIC_KEY};
use keptang_tests::till::{SECRET_KEY, TestTill, free_port, newest};
use serde_json::{Value, json};

const CHARGE: [&str; 5] = ["charge", "--amount", "250", "--method", "truemoney"];

async fn creates(till: &TestTill) -> u64 {
    till.provider
        .stats()
        .await
        .unwrap()
        .count(Endpoint::OmiseChargeCreate)
}

/// The create goes wrong like this without anything being made: one request, no charge, exit 1.
async fn nothing_was_made(fault: Fault, reason: &str) {
    let till = TestTill::new().await;
    let rule = FaultRule {
        processed: Some(false),
        ..FaultRule::always(fault.clone())
    };
    till.fault(rule.at(Endpoint::OmiseChargeCreate)).await;
    let ended = till.run(&CHARGE).await;
    ended.expect(1);
    let order = ended.last();
    assert_eq!(newest(&order)["state"], "failed", "{fault:?}");
    assert_eq!(newest(&order)["reason"], reason, "{fault:?}");
    assert_eq!(order["state"], "due", "the sale can be tried again: {fault:?}");
    assert_eq!(order["received"], "0.00");
    assert_eq!(newest(&order)["instruction"], Value::Null);
    assert_eq!(creates(&till).await, 1, "never asked twice: {fault:?}");
    assert!(till.charges().await.is_empty());
}

/// The charge is made but its answer is spoiled like this: found by its attempt, shown, paid, made once.
async fn adopted(fault: Fault) {
    let till = TestTill::new().await;
    let rule = FaultRule {
        processed: Some(true),
        ..FaultRule::once(fault.clone())
    };
    till.fault(rule.at(Endpoint::OmiseChargeCreate)).await;
    let mut charge = till.start(&CHARGE);
    charge.attempt_in("unknown").await;
    let awaiting = charge.attempt_in("awaiting").await;
    let made = till.only_charge().await;
    assert_eq!(newest(&awaiting)["provider_ref"], made.id.as_str());
    assert_eq!(
        newest(&awaiting)["instruction"]["text"].as_str(),
        made.qr_text.as_deref()
    );
    till.act(Action::Pay).await;
    let ended = charge.end().await;
    ended.expect(0);
    assert_eq!(ended.last()["received"], "250.00");
    assert_eq!(creates(&till).await, 1, "{fault:?}");
    assert_eq!(till.charges().await.len(), 1);
}

#[tokio::test]
async fn a_create_without_a_proper_answer_is_never_repeated() {
    // Each takes the three looks within fifteen seconds that the provider's page asks for, so all wait together.
    let looked_for = "never_created";
    tokio::join!(
        nothing_was_made(Fault::ServerError { status: 500 }, looked_for),
        nothing_was_made(Fault::ServerError { status: 503 }, looked_for),
        nothing_was_made(Fault::CutBefore, looked_for),
        nothing_was_made(Fault::Html { status: 200 }, looked_for),
        nothing_was_made(Fault::Empty, looked_for),
    );
}

#[tokio::test]
async fn being_told_to_slow_down_is_no_charge() {
    nothing_was_made(
        Fault::RateLimited {
            retry_after_s: Some(60),
        },
        "throttled",
    )
    .await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    nothing_was_made(Fault::Redirect, "misconfigured").await;
}

#[tokio::test]
async fn a_refusal_is_a_clear_no() {
    let till = TestTill::new().await;
    let refuse = Fault::Refuse {
        status: 400,
        code: "invalid_charge".to_owned(),
    };
    till.fault(FaultRule::once(refuse).at(Endpoint::OmiseChargeCreate))
        .await;
    let ended = till.run(&CHARGE).await;
    ended.expect(3);
    assert_eq!(newest(&ended.last())["reason"], "refused");
    assert_eq!(creates(&till).await, 1);
}

#[tokio::test]
async fn a_lost_answer_is_adopted() {
    adopted(Fault::CutAfter).await;
}

#[tokio::test]
async fn a_charge_behind_a_server_error_is_adopted() {
    adopted(Fault::ServerError { status: 500 }).await;
}

#[tokio::test]
async fn a_charge_behind_half_an_answer_is_adopted() {
    adopted(Fault::Malformed).await;
}

#[tokio::test]
async fn a_charge_that_took_too_long_is_adopted() {
    let mut till = TestTill::new().await;
    till.set("KEPTANG__TIMING__REQUEST_TIMEOUT_MS", "300");
    till.fault(FaultRule::once(Fault::Hang).at(Endpoint::OmiseChargeCreate))
        .await;
    let mut charge = till.start(&CHARGE);
    charge.attempt_in("unknown").await;
    charge.attempt_in("awaiting").await;
    till.act(Action::Pay).await;
    charge.end().await.expect(0);
    assert_eq!(creates(&till).await, 1);
}

#[tokio::test]
async fn a_refused_connection_is_not_sent() {
    let mut till = TestTill::new().await;
    let nobody = format!("http://127.0.0.1:{}/omise", free_port());
    till.set("KEPTANG__PROVIDERS__OMISE_TRUEMONEY__BASE_URL", &nobody);
    let ended = till.run(&CHARGE).await;
    ended.expect(1);
    assert_eq!(newest(&ended.last())["state"], "failed");
    assert_eq!(newest(&ended.last())["reason"], "not_sent");
}

#[tokio::test]
async fn a_rejected_key_names_the_setting() {
    let mut till = TestTill::new().await;
    till.set(SECRET_KEY, "skey_test_anothershopskey");
    let ended = till.run(&CHARGE).await;
    ended.expect(1);
    assert_eq!(newest(&ended.last())["reason"], "misconfigured");
    let said: Value = serde_json::from_str(ended.stderr.trim()).unwrap();
    assert_eq!(said["code"], "misconfigured");
    assert!(
        said["message_en"].as_str().unwrap().contains(SECRET_KEY),
        "{said}"
    );
    assert!(!ended.stderr.contains("anothershopskey"));
    let as_text = till.run_as_text(&CHARGE).await;
    assert_eq!(as_text.code, Some(1));
    assert!(as_text.stderr.contains(SECRET_KEY), "{}", as_text.stderr);
}

#[tokio::test]
async fn a_key_that_cannot_be_one_is_refused_before_anything_is_opened() {
    let mut till = TestTill::new().await;
    for key in ["pkey_test_1", "skey_", "sk_test_1"] {
        till.set(SECRET_KEY, key);
        let ended = till.run(&CHARGE).await;
        ended.expect(1);
        assert_eq!(ended.stdout, "");
        assert!(ended.stderr.contains("skey_"), "{}", ended.stderr);
    }
    let listed = till.run(&["order", "list"]).await;
    assert_eq!(listed.lines().len(), 0);
    till.unset(SECRET_KEY);
    let without = till.run(&CHARGE).await;
    without.expect(1);
    assert!(without.stderr.contains(SECRET_KEY), "{}", without.stderr);
}

#[tokio::test]
async fn a_hanging_provider_does_not_hold_the_watcher() {
    let till = TestTill::new().await;
    till.fault(FaultRule::always(Fault::Hang)).await;
    let started = tokio::time::Instant::now();
    let ended = till.run(&[&CHARGE[..], &["--timeout", "1"]].concat()).await;
    ended.expect(5);
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    assert_eq!(newest(&ended.last())["state"], "submitted");
    assert_eq!(
        till.only_charge().await.status,
        "pending",
        "nothing was cancelled"
    );
    till.provider.clear_faults().await.unwrap();
    till.provider.release().await.unwrap();
    let mut serve = till.start(&["serve"]);
    serve.line("serve", |line| line["type"] == "serve").await;
    till.act(Action::Pay).await;
    keptang_tests::till::until("what was left open is adopted and paid", async || {
        (till.show("A-0001").await["state"] == "settled").then_some(())
    })
    .await;
    assert_eq!(creates(&till).await, 1);
}

#[tokio::test]
async fn a_provider_that_falls_silent_after_the_qr_is_asked_again_until_it_answers() {
    let mut till = TestTill::new().await;
    till.set("KEPTANG__TIMING__REQUEST_TIMEOUT_MS", "300");
    for fault in [
        Fault::ServerError { status: 503 },
        Fault::Html { status: 200 },
        Fault::Empty,
        Fault::Malformed,
        Fault::CutAfter,
        Fault::Redirect,
        Fault::Refuse {
            status: 404,
            code: "not_found".to_owned(),
        },
    ] {
        let rule = FaultRule::once(fault.clone());
        till.fault(rule.at(Endpoint::OmiseChargeGet)).await;
    }
    let mut charge = till.start(&CHARGE);
    charge.attempt_in("awaiting").await;
    till.act(Action::Pay).await;
    let ended = charge.end().await;
    ended.expect(0);
    assert_eq!(ended.last()["flags"], json!([]));
    assert!(
        till.provider.faults().await.unwrap().is_empty(),
        "every trouble was met"
    );
    let violations = till.provider.stats().await.unwrap().violations;
    let followed = violations
        .iter()
        .any(|violation| violation.kind == ViolationKind::RedirectFollowed);
    assert!(!followed, "{violations:?}");
}

#[tokio::test]
async fn a_pause_the_provider_asks_for_is_kept() {
    let till = TestTill::new().await;
    let slower = Fault::RateLimited {
        retry_after_s: Some(2),
    };
    till.fault(FaultRule::once(slower).at(Endpoint::OmiseChargeGet))
        .await;
    let mut charge = till.start(&CHARGE);
    charge.attempt_in("awaiting").await;
    till.act(Action::Pay).await;
    keptang_tests::till::until("the provider has asked for a pause", async || {
        till.provider.faults().await.unwrap().is_empty().then_some(())
    })
    .await;
    let asked_at = tokio::time::Instant::now();
    let before = till
        .provider
        .stats()
        .await
        .unwrap()
        .count(Endpoint::OmiseChargeGet);
    charge.end().await.expect(0);
    assert!(
        asked_at.elapsed().as_millis() >= 1_500,
        "{:?}",
        asked_at.elapsed()
    );
    let after = till
        .provider
        .stats()
        .await
        .unwrap()
        .count(Endpoint::OmiseChargeGet);
    assert_eq!(
        (before, after),
        (1, 2),
        "one question before the pause, one after"
    );
}

#[tokio::test]
async fn a_picture_that_cannot_be_fetched_is_an_error_and_lets_the_charge_go() {
    let till = TestTill::new().await;
    let rule = FaultRule {
        lasts: Lasts::Always,
        ..FaultRule::once(Fault::ServerError { status: 500 })
    };
    till.fault(rule.at(Endpoint::OmiseQrDownload)).await;
    let ended = till.run(&CHARGE).await;
    ended.expect(1);
    assert_eq!(newest(&ended.last())["reason"], "qr_unavailable");
    assert!(
        ended
            .lines()
            .iter()
            .all(|order| newest(order)["instruction"].is_null())
    );
    assert_eq!(
        till.only_charge().await.status,
        "expired",
        "nobody can pay what nobody saw"
    );
}

#[tokio::test]
async fn a_new_attempt_after_an_outage_is_a_new_charge_on_the_same_order() {
    let mut till = TestTill::new().await;
    let reachable = till.omise_base_url();
    till.set(
        "KEPTANG__PROVIDERS__OMISE_TRUEMONEY__BASE_URL",
        &format!("http://127.0.0.1:{}/omise", free_port()),
    );
    till.run(&CHARGE).await.expect(1);
    till.set("KEPTANG__PROVIDERS__OMISE_TRUEMONEY__BASE_URL", &reachable);
    let mut retry = till.start(&["order", "retry", "A-0001", "--method", "truemoney"]);
    let awaiting = retry.attempt_in("awaiting").await;
    assert_eq!(awaiting["attempts"].as_array().unwrap().len(), 2);
    till.act(Action::Pay).await;
    let ended = retry.end().await;
    ended.expect(0);
    let order = ended.last();
    assert_eq!(order["received"], "250.00");
    let states: Vec<&Value> = order["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| &a["state"])
        .collect();
    assert_eq!(states, ["failed", "paid"], "oldest first");
}

#[tokio::test]
async fn live_and_test_are_never_mixed() {
    let mut till = TestTill::with(Config {
        secret_key: "skey_keptanglive000000".to_owned(),
        public_key: "pkey_keptanglive000000".to_owned(),
        ..Config::default()
    })
    .await;
    // One key of each kind: which money would move is not known, so nothing does.
    till.set("KEPTANG_SECRET__OMISE_TRUEMONEY__PUBLIC_KEY", TRAINING_PUBLIC_KEY);
    let ended = till.run(&CHARGE).await;
    ended.expect(1);
    assert_eq!(ended.stdout, "");
    assert!(till.charges().await.is_empty());
}

#[tokio::test]
async fn the_source_can_be_made_first() {
    let mut till = TestTill::new().await;
    till.set("KEPTANG__PROVIDERS__OMISE_TRUEMONEY__FLOW", "source_first");
    let mut charge = till.start(&CHARGE);
    charge.attempt_in("awaiting").await;
    till.act(Action::Pay).await;
    charge.end().await.expect(0);
    let stats = till.provider.stats().await.unwrap();
    assert_eq!(stats.count(Endpoint::OmiseSourceCreate), 1);
    assert!(stats.violations.is_empty(), "{:?}", stats.violations);
}
