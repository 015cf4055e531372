//! The connection test.

use super::server::{Reply, Server};
use super::*;
use keptang_ports::PaymentProvider;

async fn fault_of(reply: Reply) -> Option<(&'static str, String)> {
    let server = Server::start(vec![reply]).await;
    let fault = patient(config(&server.base), 400).test().await.fault?;
    Some((fault.code, fault.setting))
}

fn dated(date: &str) -> Reply {
    Reply::Say(200, vec![("Date", date.to_owned())], fixture("balance/both"))
}

#[tokio::test]
async fn the_balance_proves_all_three_keys() {
    for name in ["balance/both", "balance/as_text"] {
        let server = Server::start(vec![says(name)]).await;
        let report = provider(config(&server.base)).test().await;
        assert_eq!(report.fault, None, "{name}");
        assert!(!report.message_th.is_empty() && report.message_en.contains("cannot be asked"));
        let seen = server.seen();
        assert_eq!(server.lines(), ["GET /api/v1/client/get_balance"]);
        assert_eq!(seen[0].header("x-signature"), Some("c2VjcmV0X2NhbmFyeTo6"));
        assert_eq!(seen[0].header("authorization"), Some("Bearer token_canary"));
        assert_eq!(seen[0].header("x-api-key"), Some("api_canary"));
        assert!(seen[0].body.is_empty());
    }
}

#[tokio::test]
async fn each_fault_has_its_name_and_setting() {
    const TOKEN: &str = "KEPTANG_SECRET__DEPOSIT_GATEWAY__TOKEN";
    const API_KEY: &str = "KEPTANG_SECRET__DEPOSIT_GATEWAY__API_KEY";
    const SECRET_KEY: &str = "KEPTANG_SECRET__DEPOSIT_GATEWAY__SECRET_KEY";
    const BASE_URL: &str = "providers.deposit_gateway.base_url";
    for (reply, code, setting) in [
        (fails(401, "error/bad_token"), "bad_key", TOKEN),
        (fails(401, "error/bad_api_key"), "bad_key", API_KEY),
        (fails(401, "error/bad_signature"), "bad_signature", SECRET_KEY),
        (fails(422, "error/missing_signature"), "bad_signature", SECRET_KEY),
        (fails(403, "error/ip"), "ip_not_allowed", "IP allow-list"),
        (fails(403, "error/html"), "ip_not_allowed", "IP allow-list"),
        (fails(404, "error/html"), "path_not_found", BASE_URL),
        (fails(404, "error/not_found_ref"), "path_not_found", BASE_URL),
        (
            Reply::Say(302, vec![("Location", "/x".to_owned())], vec![]),
            "path_not_found",
            BASE_URL,
        ),
        (fails(429, "error/html"), "quota_exceeded", API_KEY),
        (fails(503, "error/html"), "unreachable", BASE_URL),
        (Reply::Hang, "unreachable", BASE_URL),
        (Reply::Cut, "unreachable", BASE_URL),
        (says("error/html"), "other", BASE_URL),
        (says("balance/other"), "other", BASE_URL),
        (fails(400, "error/detail_text"), "other", BASE_URL),
    ] {
        assert_eq!(fault_of(reply).await, Some((code, setting.to_owned())));
    }
    let nobody = provider(config("http://127.0.0.1:1")).test().await.fault.unwrap();
    assert_eq!(nobody.code, "unreachable");
}

#[tokio::test]
async fn a_clock_more_than_a_minute_off_is_named_either_way() {
    for (date, code) in [
        ("Tue, 01 Jul 2025 04:01:30 GMT", None),
        ("Tue, 01 Jul 2025 04:01:31 GMT", Some("clock_skew")),
        ("Tue, 01 Jul 2025 03:59:30 GMT", None),
        ("Tue, 01 Jul 2025 03:50:30 GMT", Some("clock_skew")),
        ("soon", None),
    ] {
        let fault = fault_of(dated(date)).await;
        assert_eq!(fault.map(|(code, _)| code), code, "{date}");
    }
}

#[tokio::test]
async fn without_callbacks_the_till_would_never_learn_of_a_payment() {
    let server = Server::start(vec![says("balance/both")]).await;
    let config = Config {
        callbacks: false,
        ..config(&server.base)
    };
    let fault = provider(config).test().await.fault.unwrap();
    assert_eq!(
        (fault.code, fault.setting.as_str()),
        ("callback_not_public", "callbacks.public_url")
    );
}
