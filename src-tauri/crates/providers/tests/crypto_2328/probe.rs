//! The connection test, and the provider's own limits.

use super::server::{Reply, Server};
use super::*;
use keptang_ports::{PaymentProvider, ProviderError};

fn dated(date: &str, name: &str) -> Reply {
    Reply::Say(200, vec![("Date", date.to_owned())], fixture(name))
}

fn working() -> Vec<Reply> {
    vec![
        says("balance/two_coins"),
        says("rates/with_baht"),
        says("directions/open"),
    ]
}

async fn fault_of(script: Vec<Reply>) -> Option<(&'static str, String)> {
    let server = Server::start(script).await;
    let fault = patient(config(&server.base), 400).test().await.fault?;
    assert!(!fault.message_th.is_empty() && !fault.message_en.is_empty());
    Some((fault.code, fault.setting))
}

#[tokio::test]
async fn a_working_project_is_asked_three_questions() {
    let server = Server::start(working()).await;
    let provider = provider(config(&server.base));
    assert_eq!(
        (provider.profile().min.satang(), provider.profile().max.satang()),
        (1, 999_999_999)
    );
    let report = provider.test().await;
    assert_eq!(report.fault, None);
    assert!(report.message_en.contains("THB"), "{}", report.message_en);
    assert_eq!(
        server.lines(),
        ["GET /v1/balance", "GET /v1/exchange-rates", "GET /v1/directions"]
    );
    for seen in server.seen() {
        // The signature of the empty text, from the page.
        let empty = "7c8728935b1dba174fe973634a10b2f55e8df1f28ea7af5ab228bdafba2b4047";
        assert_eq!((seen.header("sign"), seen.body.len()), (Some(empty), 0));
        assert_eq!(seen.header("project"), Some(PROJECT));
        assert_eq!(seen.header("content-type"), Some("application/json"));
    }
    // One to a hundred thousand USDT at 36.50.
    assert_eq!(
        (provider.profile().min.satang(), provider.profile().max.satang()),
        (3_650, 365_000_000)
    );
}

#[tokio::test]
async fn each_fault_has_its_name() {
    let (ok, rates) = (|| says("balance/two_coins"), || says("rates/with_baht"));
    for (script, code, key) in [
        (vec![fails(403, "error/bad_sign")], "bad_signature", None),
        (vec![fails(403, "error/forbidden")], "bad_key", None),
        (vec![says("error/bad_sign")], "bad_signature", None),
        (
            vec![fails(403, "error/bad_project")],
            "wrong_merchant",
            Some("project"),
        ),
        (vec![fails(403, "error/ip")], "ip_not_allowed", Some("base_url")),
        (
            vec![fails(404, "create/html")],
            "path_not_found",
            Some("base_url"),
        ),
        (
            vec![fails(404, "error/unknown_payment")],
            "path_not_found",
            Some("base_url"),
        ),
        (
            vec![fails(302, "create/html")],
            "path_not_found",
            Some("base_url"),
        ),
        (
            vec![fails(429, "error/slow_down")],
            "quota_exceeded",
            Some("project"),
        ),
        (vec![fails(503, "create/html")], "unreachable", Some("base_url")),
        (vec![Reply::Cut], "unreachable", Some("base_url")),
        (vec![Reply::Hang], "unreachable", Some("base_url")),
        (vec![says("create/html")], "other", Some("base_url")),
        (
            vec![ok(), says("rates/without_baht")],
            "unsupported_currency",
            Some("invoice_currency"),
        ),
        (
            vec![ok(), rates(), says("directions/closed")],
            "disabled",
            Some("coins"),
        ),
        (
            vec![ok(), rates(), says("directions/others")],
            "disabled",
            Some("coins"),
        ),
    ] {
        let setting = key.map_or("KEPTANG_SECRET__CRYPTO_2328__API_KEY".to_owned(), |key| {
            format!("providers.crypto_2328.{key}")
        });
        assert_eq!(fault_of(script).await, Some((code, setting)));
    }
    assert_eq!(
        fault_of(vec![ok(), says("rates/bare_list"), says("directions/open")]).await,
        None
    );
}

#[tokio::test]
async fn a_clock_more_than_a_minute_off_is_named_either_way() {
    for (date, code) in [
        ("Sun, 11 Jan 2026 20:02:00 GMT", None),
        ("Sun, 11 Jan 2026 20:02:01 GMT", Some("clock_skew")),
        ("Sun, 11 Jan 2026 19:51:00 GMT", Some("clock_skew")),
    ] {
        let mut script = working();
        script[2] = dated(date, "directions/open");
        assert_eq!(fault_of(script).await.map(|(code, _)| code), code, "{date}");
    }
}

#[tokio::test]
async fn a_coin_is_known_by_its_old_and_its_new_name() {
    for coin in ["TON/TON", "GRAM/TON"] {
        let server = Server::start(working()).await;
        let config = Config {
            coins: vec![coin.to_owned()],
            ..config(&server.base)
        };
        let provider = provider(config);
        assert_eq!(provider.test().await.fault, None, "{coin}");
        // No rate the shop approved tells its limits in baht.
        assert_eq!(provider.profile().min.satang(), 1, "{coin}");
    }
}

#[tokio::test]
async fn directions_can_be_read_before_a_sale() {
    let server = Server::start(vec![says("directions/open"), fails(500, "create/html")]).await;
    let provider = provider(config(&server.base));
    let directions = provider.directions().await.unwrap();
    assert_eq!((directions.len(), directions[0].open), (2, true));
    assert_eq!(directions[0].min_deposit.as_deref(), Some("1"));
    assert_eq!(provider.profile().min.satang(), 3_650);
    assert_eq!(provider.directions().await, Err(ProviderError::Unavailable));
}
