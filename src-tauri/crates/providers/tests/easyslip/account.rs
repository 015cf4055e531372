//! How the account stands, what is left of its checks, and the connection test.

use super::server::{Reply, Server};
use super::*;
use keptang_ports::{Allowance, Quota, SlipVerifier};

const API_KEY: &str = "KEPTANG_SECRET__EASYSLIP__API_KEY";
const BASE_URL: &str = "slips.easyslip.base_url";
const ACCOUNT: &str = "EasySlip account";

#[tokio::test]
async fn the_account_is_asked_with_the_key_alone() {
    let server = Server::start(vec![says("info/answered")]).await;
    let client = verifier(config(&server.base));
    let account = client.info().await.unwrap();
    assert_eq!(account.branch.as_deref(), Some("สาขา 1"));
    assert!(!format!("{account:?}").contains("canary"));
    let seen = &server.seen()[0];
    assert_eq!(seen.line, "GET /info");
    assert_eq!(
        seen.header("authorization"),
        Some(format!("Bearer {KEY}").as_str())
    );
    assert!(seen.body.is_empty() && seen.header("content-type").is_none());
}

#[tokio::test]
async fn what_is_left_is_counted_down_between_two_looks() {
    let server = Server::start(vec![
        says("info/answered"),
        says("verify_bank/page_example"),
        says("verify_bank/duplicate"),
        fails(404, "error/slip_not_found"),
        fails(403, "error/quota_exceeded"),
        says("info/unlimited"),
        says("verify_bank/page_example"),
    ])
    .await;
    let client = verifier(config(&server.base));
    assert_eq!(client.quota(), None);
    let said = client.info().await.unwrap().quota;
    assert_eq!(client.quota(), Some(said));
    let left = |used, remaining| {
        Some(Quota {
            used: Some(used),
            remaining: Allowance::Checks(remaining),
            ..said
        })
    };
    for expected in [left(121, 379), left(121, 379), left(121, 379), left(121, 0)] {
        let _ = client.verify(&payload(S9)).await;
        assert_eq!(client.quota(), expected);
    }
    let unlimited = client.info().await.unwrap().quota;
    client.verify(&payload(S9)).await.unwrap();
    assert_eq!(
        client.quota(),
        Some(Quota {
            used: Some(121),
            ..unlimited
        })
    );
}

#[tokio::test]
async fn a_refusal_for_quota_is_remembered_before_anybody_asked() {
    let server = Server::start(vec![fails(403, "error/quota_exceeded")]).await;
    let client = verifier(config(&server.base));
    client.verify(&payload(S9)).await.unwrap_err();
    assert!(client.quota().unwrap().is_used_up());
}

#[tokio::test]
async fn a_working_account_says_what_is_left() {
    for (case, words) in [
        ("info/answered", "380 checks are left"),
        ("info/low", "49 checks are left"),
        ("info/unlimited", "unlimited"),
        ("info/bare", "the account is open"),
    ] {
        let server = Server::start(vec![says(case)]).await;
        let report = verifier(config(&server.base)).test().await;
        assert_eq!(report.fault, None, "{case}");
        assert!(report.message_en.contains(words), "{}", report.message_en);
        assert!(!report.message_th.is_empty());
        assert_eq!(server.lines(), ["GET /info"], "no check is used up");
    }
}

#[tokio::test]
async fn each_fault_has_its_name_and_setting() {
    for (reply, code, setting) in [
        (fails(401, "error/missing_api_key"), "bad_key", API_KEY),
        (fails(401, "error/invalid_api_key"), "bad_key", API_KEY),
        (
            fails(403, "error/ip_not_allowed"),
            "ip_not_allowed",
            "IP allow-list",
        ),
        (fails(403, "error/branch_inactive"), "disabled", ACCOUNT),
        (fails(403, "error/service_deleted"), "disabled", ACCOUNT),
        (fails(403, "error/something_new"), "other", ACCOUNT),
        (fails(403, "error/quota_exceeded"), "quota_exceeded", ACCOUNT),
        (says("info/used_up"), "quota_exceeded", ACCOUNT),
        (says("info/overdrawn"), "quota_exceeded", ACCOUNT),
        (says("info/branch_inactive"), "disabled", ACCOUNT),
        (fails(404, "error/not_found"), "path_not_found", BASE_URL),
        (fails(404, "error/html"), "path_not_found", BASE_URL),
        (fails(301, "error/html"), "path_not_found", BASE_URL),
        (fails(429, "error/html"), "quota_exceeded", API_KEY),
        (fails(500, "error/internal_server_error"), "unreachable", BASE_URL),
        (fails(502, "error/html"), "unreachable", BASE_URL),
        (says("error/html"), "unreachable", BASE_URL),
        (fails(400, "error/validation_error"), "other", BASE_URL),
        (Reply::Cut, "unreachable", BASE_URL),
        (Reply::Hang, "unreachable", BASE_URL),
    ] {
        let server = Server::start(vec![reply]).await;
        let fault = patient(config(&server.base), 1_000).test().await.fault.unwrap();
        assert_eq!((fault.code, fault.setting.as_str()), (code, setting));
        assert!(!fault.message_th.is_empty() && !fault.message_en.is_empty());
    }
    let nobody = verifier(config("http://127.0.0.1:1")).test().await.fault.unwrap();
    assert_eq!((nobody.code, nobody.setting.as_str()), ("unreachable", BASE_URL));
    let keyless = Config {
        api_key: None,
        ..config("http://127.0.0.1:1")
    };
    assert_eq!(
        verifier(keyless).test().await.fault.unwrap().code,
        "missing_secret"
    );
}

#[tokio::test]
async fn a_clock_more_than_a_minute_off_is_named() {
    for (date, code) in [
        ("Mon, 15 Jan 2024 07:32:00 GMT", None),
        ("Mon, 15 Jan 2024 07:32:01 GMT", Some("clock_skew")),
        ("Mon, 15 Jan 2024 07:29:59 GMT", Some("clock_skew")),
        ("soon", None),
    ] {
        let server = Server::start(vec![with(200, ("Date", date), "info/answered")]).await;
        let fault = verifier(config(&server.base)).test().await.fault;
        assert_eq!(fault.map(|fault| fault.code), code, "{date}");
    }
}
