use super::server::{Reply, Server};
use super::*;
use keptang_ports::PaymentProvider;

fn dated(date: &str, name: &str) -> Reply {
    Reply::Say(200, vec![("Date", date.to_owned())], fixture(name))
}

async fn fault_of(script: Vec<Reply>) -> Option<&'static str> {
    let server = Server::start(script).await;
    patient(config(&server.base), 400)
        .test()
        .await
        .fault
        .map(|fault| {
            assert!(
                !fault.message_th.is_empty() && !fault.message_en.is_empty() && !fault.setting.is_empty()
            );
            fault.code
        })
}

#[tokio::test]
async fn a_working_account_is_named_with_its_mode() {
    let now = "Mon, 23 Sep 2024 03:20:01 GMT";
    let server = Server::start(vec![dated(now, "capability/offered"), dated(now, "list/empty")]).await;
    let provider = provider(config(&server.base));
    let report = provider.test().await;
    assert_eq!(report.fault, None);
    assert!(report.message_en.contains("test mode"), "{}", report.message_en);
    assert_eq!(server.lines(), ["GET /capability", "GET /charges?limit=1"]);
    assert_eq!(provider.clock_ahead_ms(), Some(1_000));
}

#[tokio::test]
async fn each_fault_has_its_name() {
    let offered = || says("capability/offered");
    for (script, code) in [
        (vec![fails(401, "error/authentication_failure")], "bad_key"),
        (
            vec![offered(), fails(401, "error/authentication_failure")],
            "bad_key",
        ),
        (vec![fails(403, "charge/html")], "ip_not_allowed"),
        (vec![fails(404, "charge/html")], "path_not_found"),
        (
            vec![Reply::Say(302, vec![("Location", "/x".to_owned())], vec![])],
            "path_not_found",
        ),
        (vec![fails(429, "charge/html")], "quota_exceeded"),
        (vec![fails(503, "charge/html")], "unreachable"),
        (vec![Reply::Hang], "unreachable"),
        (vec![Reply::Cut], "unreachable"),
        (vec![says("charge/html")], "other"),
        (vec![says("capability/not_offered")], "disabled"),
        (vec![says("capability/other_currency")], "unsupported_currency"),
    ] {
        assert_eq!(fault_of(script).await, Some(code));
    }
}

#[tokio::test]
async fn a_clock_more_than_a_minute_off_is_named_either_way() {
    for (date, code) in [
        ("Mon, 23 Sep 2024 03:21:00 GMT", None),
        ("Mon, 23 Sep 2024 03:21:01 GMT", Some("clock_skew")),
        ("Mon, 23 Sep 2024 03:19:00 GMT", None),
        ("Mon, 23 Sep 2024 03:18:59 GMT", Some("clock_skew")),
        ("yesterday", None),
    ] {
        let script = vec![dated(date, "capability/offered"), dated(date, "list/empty")];
        assert_eq!(fault_of(script).await, code, "{date}");
    }
}

#[tokio::test]
async fn a_garbled_webhook_secret_is_named_after_all_else_works() {
    let server = Server::start(vec![says("capability/offered"), says("list/empty")]).await;
    let config = Config {
        webhook_secret: Secret::new("not base64!"),
        ..config(&server.base)
    };
    let fault = provider(config).test().await.fault.unwrap();
    assert_eq!(fault.code, "bad_signature");
    assert_eq!(fault.setting, "KEPTANG_SECRET__OMISE_TRUEMONEY__WEBHOOK_SECRET");
}

#[tokio::test]
async fn a_wrong_setting_is_named_without_asking_anybody() {
    let server = Server::start(vec![]).await;
    let config = Config {
        secret_key: Secret::new("pkey_test_1"),
        ..config(&server.base)
    };
    assert_eq!(provider(config).test().await.fault.unwrap().code, "bad_key");
    assert_eq!(server.seen().len(), 0);
}
