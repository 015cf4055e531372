//! The connection test.

use super::server::{Reply, Server};
use super::*;
use keptang_ports::PaymentProvider;
use keptang_providers::jwt_gateway::Paths;
use serde_json::{Value, json};

const API_KEY: &str = "KEPTANG_SECRET__JWT_GATEWAY__API_KEY";
const BASE_URL: &str = "providers.jwt_gateway.base_url";

/// A gateway where all is well, as far as the signature helper, which cannot know the answer before it was asked.
fn all_well() -> Vec<Reply> {
    vec![
        says("health/healthy"),
        says("balance/answered"),
        fails(404, "error/order_not_found"),
        fails(400, "error/amount_too_small"),
        fails(404, "error/express"),
    ]
}

/// The same with another answer in one place.
fn except(at: usize, reply: Reply) -> Vec<Reply> {
    let mut script = all_well();
    script[at] = reply;
    script
}

async fn fault_of(script: Vec<Reply>) -> Option<(&'static str, String)> {
    let server = Server::start(script).await;
    let fault = patient(config(&server.base), 400).test().await.fault?;
    Some((fault.code, fault.setting))
}

#[tokio::test]
async fn a_working_gateway_proves_key_signature_and_merchant() {
    let server = Server::start(all_well()).await;
    let report = provider(config(&server.base)).test().await;
    assert_eq!(report.fault, None);
    assert!(report.message_en.contains("merchant id"), "{}", report.message_en);
    assert_eq!(
        server.lines(),
        [
            "GET /health",
            "POST /balance",
            "POST /order/query",
            "POST /deposit",
            "POST /jwt/create"
        ]
    );
    let seen = server.seen();
    // Over nothing, so that nobody could ever pay it.
    let deposit = signed_payload(&seen[3]);
    assert!(
        deposit.contains(r#""amount":0,"#) && deposit.contains(r#""merchantId":"M0001""#),
        "{deposit}"
    );
    assert!(
        deposit.contains(r#""transactionId":"probe-1704110460000""#),
        "{deposit}"
    );
    // The key goes into the header and nowhere else.
    let helper = seen[4].json();
    assert_eq!(helper.as_object().unwrap().keys().collect::<Vec<_>>(), ["params"]);
    assert_eq!(seen[4].header("x-api-key"), Some(KEY));
}

#[tokio::test]
async fn what_nothing_depends_on_may_be_missing() {
    for script in [
        except(0, fails(404, "error/html")),
        except(0, fails(500, "error/html")),
    ] {
        assert_eq!(fault_of(script).await, None);
    }
    let server = Server::start(vec![says("balance/answered"), says("deposit/created")]).await;
    let config = Config {
        paths: Paths {
            health: None,
            order_query: None,
            jwt_create: None,
            ..Paths::default()
        },
        ..config(&server.base)
    };
    let report = provider(config).test().await;
    assert_eq!(report.fault, None);
    assert!(
        report.message_en.contains("callback only"),
        "{}",
        report.message_en
    );
    assert_eq!(server.lines(), ["POST /balance", "POST /deposit"]);
}

#[tokio::test]
async fn each_fault_has_its_name_and_setting() {
    const PATHS: &str = "providers.jwt_gateway.paths";
    let ip = || fails(403, "error/ip_not_in_whitelist");
    for (script, code, setting) in [
        (vec![ip()], "ip_not_allowed", "IP allow-list".to_owned()),
        (except(1, ip()), "ip_not_allowed", "IP allow-list".to_owned()),
        (
            vec![fails(401, "error/invalid_api_key")],
            "bad_key",
            API_KEY.to_owned(),
        ),
        (
            except(1, fails(401, "error/invalid_api_key")),
            "bad_key",
            API_KEY.to_owned(),
        ),
        (
            except(1, fails(400, "error/invalid_signature")),
            "bad_signature",
            API_KEY.to_owned(),
        ),
        (
            except(1, fails(404, "error/express")),
            "path_not_found",
            format!("{PATHS}.balance"),
        ),
        (
            except(1, fails(429, "error/html")),
            "quota_exceeded",
            API_KEY.to_owned(),
        ),
        (
            except(1, fails(500, "error/internal")),
            "unreachable",
            BASE_URL.to_owned(),
        ),
        (except(1, says("error/html")), "unreachable", BASE_URL.to_owned()),
        (
            except(1, says("balance/other_currency")),
            "unsupported_currency",
            "providers.jwt_gateway.merchant_id".to_owned(),
        ),
        (
            except(2, fails(404, "error/html")),
            "path_not_found",
            format!("{PATHS}.order_query"),
        ),
        (
            except(2, fails(400, "error/invalid_signature")),
            "bad_signature",
            API_KEY.to_owned(),
        ),
        (
            except(3, fails(403, "error/wrong_merchant")),
            "wrong_merchant",
            "providers.jwt_gateway.merchant_id".to_owned(),
        ),
        (
            except(3, fails(404, "error/express")),
            "path_not_found",
            format!("{PATHS}.deposit"),
        ),
        (vec![Reply::Hang, Reply::Hang], "unreachable", BASE_URL.to_owned()),
        (vec![Reply::Cut, Reply::Cut], "unreachable", BASE_URL.to_owned()),
    ] {
        assert_eq!(fault_of(script).await, Some((code, setting)));
    }
    let nobody = provider(config("http://127.0.0.1:1")).test().await.fault.unwrap();
    assert_eq!(nobody.code, "unreachable");
}

#[tokio::test]
async fn a_refused_signature_is_the_clock_s_fault_when_the_clock_is_off() {
    let skewed = "Mon, 01 Jan 2024 12:11:00 GMT";
    let refused = dated(400, "error/invalid_signature", skewed);
    let script = vec![dated(200, "health/healthy", skewed), refused];
    assert_eq!(
        fault_of(script).await,
        Some(("clock_skew", "system clock".to_owned()))
    );
}

#[tokio::test]
async fn a_clock_more_than_a_minute_off_is_named_either_way() {
    for (date, code) in [
        ("Mon, 01 Jan 2024 12:02:00 GMT", None),
        ("Mon, 01 Jan 2024 12:02:01 GMT", Some("clock_skew")),
        ("Mon, 01 Jan 2024 12:00:00 GMT", None),
        ("Mon, 01 Jan 2024 11:51:00 GMT", Some("clock_skew")),
        ("soon", None),
    ] {
        let fault = fault_of(except(4, dated(404, "error/express", date))).await;
        assert_eq!(fault.map(|(code, _)| code), code, "{date}");
    }
}

/// The token the gateway would make of what the test sent, from the request it saw first.
fn their_token(params: &Value) -> String {
    // Names in order and compact, as the request was.
    let payload = params.to_string();
    let message = format!(
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.{}",
        URL_SAFE_NO_PAD.encode(payload)
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    format!(
        "{message}.{}",
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    )
}

#[tokio::test]
async fn our_token_is_compared_with_theirs() {
    // What is signed does not change while the clock stands still, so one run shows it to the next.
    let first = Server::start(all_well()).await;
    provider(config(&first.base)).test().await;
    let params = first.seen()[4].json()["params"].clone();
    assert_eq!(params["name"], "ลูกค้า A/B & \"C\"");
    let helper = |signature: &str| {
        let body = json!({ "code": 200, "message": "Success", "data": { "signature": signature, "algorithm": "HS256" } });
        Reply::Say(200, vec![], body.to_string().into_bytes())
    };
    let right = their_token(&params);
    assert_eq!(fault_of(except(4, helper(&right))).await, None);
    let wrong = format!("{right}A");
    assert_eq!(
        fault_of(except(4, helper(&wrong))).await,
        Some(("bad_signature", API_KEY.to_owned()))
    );
}
