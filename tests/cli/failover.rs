//! Routing of PromptPay: the next provider is tried by itself where nothing can exist at the one before, and never
//! where something may.

use keptang_simulator::faults::{Endpoint, Fault, FaultRule};
use keptang_tests::gateways::{secret, setting};
use keptang_tests::till::{TestTill, free_port, newest};
use serde_json::{Value, json};

const CHARGE: [&str; 5] = ["charge", "--amount", "250", "--method", "promptpay"];

/// Provider, state and reason of each attempt.
fn attempts(order: &Value) -> Vec<[&str; 3]> {
    let attempts = order["attempts"].as_array().unwrap();
    attempts
        .iter()
        .map(|attempt| ["provider", "state", "reason"].map(|key| attempt[key].as_str().unwrap_or("—")))
        .collect()
}

fn charge(more: &[&'static str]) -> Vec<&'static str> {
    [&CHARGE[..], more].concat()
}

/// A till whose first choice goes wrong like this.
async fn till_with(fault: Fault) -> TestTill {
    let till = TestTill::with_every_provider().await;
    till.fault(FaultRule::once(fault).at(Endpoint::JwtDeposit)).await;
    till
}

fn refuse(status: u16, code: &str) -> Fault {
    Fault::Refuse {
        status,
        code: code.to_owned(),
    }
}

#[tokio::test]
async fn where_nothing_can_exist_the_next_one_is_tried_by_itself() {
    for (fault, reason) in [
        (refuse(400, "Amount is below the minimum"), "refused"),
        (refuse(401, "Invalid API key"), "misconfigured"),
        (refuse(403, "IP not in whitelist"), "misconfigured"),
        (
            Fault::RateLimited {
                retry_after_s: Some(60),
            },
            "throttled",
        ),
    ] {
        let till = till_with(fault).await;
        let ended = till.run(&charge(&["--no-wait"])).await;
        ended.expect(0);
        let order = ended.last();
        assert_eq!(
            attempts(&order),
            [
                ["jwt_gateway", "failed", reason],
                ["deposit_gateway", "awaiting", "—"]
            ]
        );
        assert_eq!(newest(&order)["instruction"]["kind"], "qr_image");
        assert_eq!(order["flags"], json!([]));
        assert!(
            ended
                .stderr
                .contains(&format!("jwt_gateway cannot serve ({reason})")),
            "it says why: {}",
            ended.stderr
        );
        assert_eq!(till.charges().await.len(), 1, "only one can be paid");
    }
}

#[tokio::test]
async fn one_that_cannot_be_reached_is_passed_over_and_the_result_decides() {
    let mut till = TestTill::with_every_provider().await;
    till.with_callbacks_of_all().await;
    let nobody = format!("http://127.0.0.1:{}/api/v1", free_port());
    till.set(&setting("jwt_gateway", "base_url"), &nobody);
    till.fault(FaultRule::once(Fault::AutoPay { after_ms: 100 }))
        .await;
    let ended = till.run(&CHARGE).await;
    ended.expect(0);
    assert_eq!(
        attempts(&ended.last()),
        [
            ["jwt_gateway", "failed", "not_sent"],
            ["deposit_gateway", "paid", "—"]
        ]
    );
    assert_eq!(ended.last()["received"], "250.00");
}

#[tokio::test]
async fn the_last_resort_is_the_shop_s_own_qr() {
    let mut till = TestTill::with_every_provider().await;
    for provider in ["jwt_gateway", "deposit_gateway"] {
        let nobody = format!("http://127.0.0.1:{}", free_port());
        till.set(&setting(provider, "base_url"), &nobody);
    }
    let ended = till.run(&charge(&["--no-wait"])).await;
    ended.expect(0);
    assert_eq!(
        attempts(&ended.last()),
        [
            ["jwt_gateway", "failed", "not_sent"],
            ["deposit_gateway", "failed", "not_sent"],
            ["promptpay_direct", "awaiting", "—"]
        ]
    );
    assert_eq!(newest(&ended.last())["instruction"]["kind"], "qr_text");
}

#[tokio::test]
async fn when_all_are_down_the_exit_is_an_error_and_each_was_asked_once() {
    let mut till = TestTill::with_every_provider().await;
    till.set(
        "KEPTANG__ROUTING__PROMPTPAY",
        r#"["jwt_gateway", "deposit_gateway"]"#,
    );
    for provider in ["jwt_gateway", "deposit_gateway"] {
        let nobody = format!("http://127.0.0.1:{}", free_port());
        till.set(&setting(provider, "base_url"), &nobody);
    }
    let ended = till.run(&CHARGE).await;
    ended.expect(1);
    assert_eq!(
        attempts(&ended.last()),
        [
            ["jwt_gateway", "failed", "not_sent"],
            ["deposit_gateway", "failed", "not_sent"]
        ]
    );
}

#[tokio::test]
async fn when_the_last_one_refuses_it_is_a_clear_no() {
    let mut till = till_with(refuse(401, "Invalid API key")).await;
    till.set(
        "KEPTANG__ROUTING__PROMPTPAY",
        r#"["jwt_gateway", "deposit_gateway"]"#,
    );
    till.fault(FaultRule::once(refuse(422, "amount")).at(Endpoint::DepositCreate))
        .await;
    let ended = till.run(&CHARGE).await;
    ended.expect(3);
    assert_eq!(
        attempts(&ended.last()),
        [
            ["jwt_gateway", "failed", "misconfigured"],
            ["deposit_gateway", "failed", "refused"]
        ]
    );
}

#[tokio::test]
async fn one_whose_settings_are_wrong_from_the_start_is_not_even_asked() {
    let mut till = TestTill::with_every_provider().await;
    till.set(&setting("jwt_gateway", "merchant_id"), "");
    let ended = till.run(&charge(&["--no-wait"])).await;
    ended.expect(0);
    assert_eq!(attempts(&ended.last()), [["deposit_gateway", "awaiting", "—"]]);
}

#[tokio::test]
async fn the_owner_s_order_is_kept() {
    let mut till = TestTill::with_every_provider().await;
    till.set(
        "KEPTANG__ROUTING__PROMPTPAY",
        r#"["deposit_gateway", "jwt_gateway"]"#,
    );
    let ended = till.run(&charge(&["--no-wait"])).await;
    ended.expect(0);
    assert_eq!(attempts(&ended.last()), [["deposit_gateway", "awaiting", "—"]]);
}

#[tokio::test]
async fn after_a_lost_answer_nobody_else_is_asked() {
    for fault in [
        Fault::CutAfter,
        Fault::CutBefore,
        Fault::ServerError { status: 500 },
        Fault::Html { status: 502 },
        Fault::Malformed,
        Fault::Empty,
    ] {
        let till = till_with(fault.clone()).await;
        let ended = till.run(&charge(&["--timeout", "2"])).await;
        assert!(matches!(ended.code, Some(1 | 5)), "{fault:?}: {:?}", ended.code);
        for line in ended.lines() {
            assert_eq!(line["next_provider"], Value::Null, "{fault:?}: not even offered");
            assert_eq!(line["attempts"].as_array().unwrap().len(), 1, "{fault:?}: {line}");
        }
        let elsewhere = till.charges().await;
        assert!(
            elsewhere.iter().all(|charge| charge.provider == "jwt_gateway"),
            "{fault:?}: {elsewhere:?}"
        );
    }
}

#[tokio::test]
async fn a_named_provider_is_the_only_one_asked() {
    for (fault, exit, reason) in [
        (refuse(400, "Amount is below the minimum"), 3, "refused"),
        (refuse(401, "Invalid API key"), 1, "misconfigured"),
        (
            Fault::RateLimited {
                retry_after_s: Some(60),
            },
            1,
            "throttled",
        ),
    ] {
        let till = till_with(fault).await;
        let ended = till.run(&charge(&["--provider", "jwt_gateway"])).await;
        ended.expect(exit);
        assert_eq!(attempts(&ended.last()), [["jwt_gateway", "failed", reason]]);
        assert_eq!(till.charges().await, []);
    }
    let mut till = TestTill::with_every_provider().await;
    let nobody = format!("http://127.0.0.1:{}/api/v1", free_port());
    till.set(&setting("jwt_gateway", "base_url"), &nobody);
    let ended = till.run(&charge(&["--provider", "jwt_gateway"])).await;
    ended.expect(1);
    assert_eq!(attempts(&ended.last()), [["jwt_gateway", "failed", "not_sent"]]);
    assert_eq!(ended.last()["next_provider"], "deposit_gateway", "it is offered");
}

#[tokio::test]
async fn a_retry_asks_the_one_that_is_named_and_the_older_attempt_stays_listened_to() {
    let till = TestTill::with_every_provider().await;
    let first = till.run(&charge(&["--no-wait"])).await;
    first.expect(0);
    let retried = till
        .run(&[
            "order",
            "retry",
            "A-0001",
            "--method",
            "promptpay",
            "--provider",
            "promptpay_direct",
            "--no-wait",
        ])
        .await;
    retried.expect(0);
    assert_eq!(
        attempts(&retried.last()),
        [
            ["jwt_gateway", "awaiting", "—"],
            ["promptpay_direct", "awaiting", "—"]
        ]
    );
    let pay = keptang_simulator::control::Action::Pay;
    till.act_on(&first.last(), pay, &Default::default()).await;
    let checked = till.run(&["order", "check", "A-0001"]).await;
    checked.expect(0);
    assert_eq!(checked.last()["received"], "250.00");
    assert_eq!(checked.last()["attempts"][0]["state"], "paid");
}

#[tokio::test]
async fn a_wrong_key_moves_on_and_the_sale_is_paid_at_the_next() {
    let mut till = TestTill::with_every_provider().await;
    till.with_callbacks_of_all().await;
    till.set(&secret("jwt_gateway", "API_KEY"), "not-the-key");
    till.fault(FaultRule::once(Fault::AutoPay { after_ms: 100 }))
        .await;
    let ended = till.run(&CHARGE).await;
    ended.expect(0);
    assert_eq!(
        attempts(&ended.last()),
        [
            ["jwt_gateway", "failed", "misconfigured"],
            ["deposit_gateway", "paid", "—"]
        ]
    );
}

#[tokio::test]
async fn a_moments_pause_is_waited_for_at_the_same_provider() {
    for retry_after_s in [Some(1), None] {
        let till = till_with(Fault::RateLimited { retry_after_s }).await;
        let ended = till.run(&charge(&["--no-wait"])).await;
        ended.expect(0);
        assert_eq!(
            attempts(&ended.last()),
            [["jwt_gateway", "awaiting", "—"]],
            "{retry_after_s:?}"
        );
        assert_eq!(till.charges().await.len(), 1);
    }
}
