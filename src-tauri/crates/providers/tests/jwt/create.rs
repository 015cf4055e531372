//! Asking for a payment.

use super::server::{Reply, Server};
use super::*;
use base64::engine::general_purpose::STANDARD;
use keptang_domain::order::{Instruction, Unshowable};
use keptang_ports::{PaymentProvider, ProviderError};
use keptang_providers::jwt_gateway::{DepositType, Paths, Payer};

/// The picture of the fixtures.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg==";

fn pixel() -> Vec<u8> {
    STANDARD.decode(PIXEL).unwrap()
}

fn picture() -> Instruction {
    Instruction::QrImage {
        png: pixel(),
        text: None,
    }
}

fn account() -> Instruction {
    Instruction::BankAccount {
        bank_code: "KBANK".to_owned(),
        number: "1112223334".to_owned(),
        name: "Platform Bank Account".to_owned(),
    }
}

async fn create_error(reply: Reply) -> (ProviderError, usize) {
    let server = Server::start(vec![reply]).await;
    let error = patient(config(&server.base), 400)
        .create(&payment())
        .await
        .unwrap_err();
    (error, server.seen().len())
}

#[tokio::test]
async fn the_request_is_the_page_s_to_the_byte() {
    let server = Server::start(vec![dated(
        200,
        "deposit/created",
        "Mon, 01 Jan 2024 12:01:30 GMT",
    )])
    .await;
    let created = provider(config(&format!("{}/api/v1", server.base)))
        .create(&payment())
        .await
        .unwrap();
    assert_eq!(created.provider_ref.as_deref(), Some(DP));
    let kept = created.said.clone().unwrap();
    assert!(
        kept.contains(DP) && kept.contains(r#""bankAccountNumber":"xxxxxx3334""#),
        "{kept}"
    );
    assert!(
        !kept.contains("iVBOR") && kept.contains(r#""name":"W… C…""#),
        "{kept}"
    );
    // 12:05:00 by the gateway's clock, which says 12:01:30.
    assert_eq!(
        (created.payable.satang(), created.lifetime_ms),
        (100_000, Some(210_000))
    );
    assert_eq!(created.offer, Ok(picture()));

    let seen = server.seen();
    assert_eq!(server.lines(), ["POST /api/v1/deposit"]);
    assert_eq!(seen[0].header("x-api-key"), Some(KEY));
    assert_eq!(seen[0].header("content-type"), Some("application/json"));
    assert_eq!(seen[0].header("authorization"), None);
    let account = format!("{:010}", attempt().bits() % 10_000_000_000);
    assert_eq!(
        signed_payload(&seen[0]),
        format!(
            r#"{{"amount":1000,"bankAccountNumber":"{account}","bankName":"KBANK","callbackUrl":"https://relay.example/callbacks/jwt_gateway/0a0b","merchantId":"M0001","name":"Walk-in Customer","timestamp":1704110460,"transactionId":"{ATTEMPT}","type":"QR"}}"#
        )
    );
}

#[tokio::test]
async fn every_amount_is_written_as_javascript_writes_it() {
    for (satang, text) in [
        (100, "1"),
        (150, "1.5"),
        (100_050, "1000.5"),
        (100_025, "1000.25"),
        (9_999_999, "99999.99"),
        (1_000, "10"),
    ] {
        let server = Server::start(vec![says("deposit/created")]).await;
        let payment = CreatePayment {
            amount: Money::from_satang(satang),
            ..payment()
        };
        provider(config(&server.base)).create(&payment).await.unwrap();
        let signed = signed_payload(&server.seen()[0]);
        assert!(signed.starts_with(&format!(r#"{{"amount":{text},"#)), "{signed}");
    }
}

#[tokio::test]
async fn placeholders_type_paths_and_callback_follow_the_settings() {
    let server = Server::start(vec![says("deposit/created")]).await;
    let config = Config {
        kind: DepositType::BankTransfer,
        payer: Payer {
            account_number: Secret::new("5556667778"),
            bank: "SCB".to_owned(),
            name: "ร้าน \"A\" & B/C 🍜".to_owned(),
        },
        paths: Paths {
            deposit: Some("/v2/make-deposit".to_owned()),
            ..Paths::default()
        },
        ..config(&server.base)
    };
    let payment = CreatePayment {
        callback_url: None,
        ..payment()
    };
    let created = provider(config).create(&payment).await.unwrap();
    assert_eq!(created.offer, Ok(account()));
    let seen = server.seen();
    assert_eq!(seen[0].line, "POST /v2/make-deposit");
    signed_payload(&seen[0]);
    let body = seen[0].json();
    for (name, value) in [
        ("bankAccountNumber", "5556667778"),
        ("bankName", "SCB"),
        ("name", "ร้าน \"A\" & B/C 🍜"),
        ("type", "BANK_TRANSFER"),
        // A name that leads nowhere, because the field is required.
        ("callbackUrl", "https://callbacks-are-off.invalid/"),
    ] {
        assert_eq!(body[name], value);
    }
}

#[tokio::test]
async fn life_is_counted_by_the_gateway_s_clock_and_ours_only_without_one() {
    for (name, date, life_ms) in [
        ("deposit/created", None, Some(240_000)),
        (
            "deposit/created",
            Some("Mon, 01 Jan 2024 12:00:00 GMT"),
            Some(300_000),
        ),
        ("deposit/created", Some("Mon, 01 Jan 2024 12:11:00 GMT"), None),
        ("deposit/expired_already", None, None),
        ("deposit/no_expiry", None, None),
    ] {
        let reply = match date {
            Some(date) => dated(200, name, date),
            None => says(name),
        };
        let server = Server::start(vec![reply]).await;
        let created = provider(config(&server.base)).create(&payment()).await.unwrap();
        assert_eq!(created.lifetime_ms, life_ms, "{name} {date:?}");
    }
}

#[tokio::test]
async fn a_linked_picture_is_fetched_without_the_key_and_the_account_stands_in_for_it() {
    let png = Reply::Say(200, vec![("Content-Type", "image/png".to_owned())], pixel());
    let server = Server::start(vec![says("deposit/link"), png]).await;
    let created = provider(config(&server.base)).create(&payment()).await.unwrap();
    assert_eq!(created.offer, Ok(picture()));
    let seen = server.seen();
    assert_eq!(
        (seen[1].line.as_str(), seen[1].header("x-api-key")),
        ("GET /qr/1.png", None)
    );

    let html = || Reply::Say(200, vec![], b"<html></html>".to_vec());
    let missing = || Reply::Say(404, vec![], vec![]);
    for script in [
        vec![says("deposit/link"), html()],
        vec![says("deposit/link"), missing(), missing(), missing()],
    ] {
        let server = Server::start(script).await;
        let created = provider(config(&server.base)).create(&payment()).await.unwrap();
        assert_eq!(created.offer, Ok(account()));
    }
}

#[tokio::test]
async fn what_cannot_be_shown_says_why_and_is_still_followed() {
    for (name, why) in [
        ("deposit/nothing_to_show", Unshowable::QrUnavailable),
        ("deposit/other_merchant", Unshowable::QrMismatch),
    ] {
        let server = Server::start(vec![says(name)]).await;
        let created = provider(config(&server.base)).create(&payment()).await.unwrap();
        assert_eq!(
            (created.provider_ref.as_deref(), created.offer),
            (Some(DP), Err(why)),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_or_unreadable_is_unknown_and_never_repeated() {
    for reply in [
        Reply::Cut,
        Reply::CutInBody,
        Reply::Hang,
        Reply::Say(200, vec![], vec![]),
        says("deposit/html"),
        says("deposit/malformed"),
        says("deposit/duplicate_name"),
        says("deposit/no_data"),
        says("deposit/data_not_object"),
        says("deposit/error_status"),
        says("deposit/null_everything"),
        says("deposit/other_order"),
        says("deposit/amount_three_decimals"),
        says("deposit/code_400_in_200"),
        fails(400, "error/already_exists"),
        fails(500, "error/internal"),
        fails(502, "error/html"),
    ] {
        assert_eq!(create_error(reply).await, (ProviderError::OutcomeUnknown, 1));
    }
}

#[tokio::test]
async fn a_clear_no_a_wrong_setting_and_a_pause_are_told_apart() {
    let refused = ProviderError::Refused {
        code: "amount must be at least 1".to_owned(),
    };
    assert_eq!(
        create_error(fails(400, "error/amount_too_small")).await,
        (refused, 1)
    );
    let slow = Reply::Say(429, vec![("Retry-After", "7".to_owned())], fixture("error/html"));
    let throttled = ProviderError::Throttled {
        after_ms: Some(7_000),
    };
    assert_eq!(create_error(slow).await, (throttled, 1));
    let skewed = "Mon, 01 Jan 2024 12:11:00 GMT";
    for (reply, code) in [
        (fails(400, "error/invalid_signature"), "bad_signature"),
        (dated(400, "error/invalid_signature", skewed), "clock_skew"),
        (fails(401, "error/invalid_api_key"), "bad_key"),
        (fails(403, "error/ip_not_in_whitelist"), "ip_not_allowed"),
        (fails(403, "error/wrong_merchant"), "wrong_merchant"),
        (fails(404, "error/express"), "path_not_found"),
        (
            Reply::Say(307, vec![("Location", "{base}/x".to_owned())], vec![]),
            "path_not_found",
        ),
    ] {
        let (error, requests) = create_error(reply).await;
        let ProviderError::Misconfigured(fault) = error else {
            panic!("{error:?}");
        };
        assert_eq!((fault.code, requests), (code, 1));
    }
    let nobody = provider(config("http://127.0.0.1:1"));
    assert_eq!(
        nobody.create(&payment()).await.unwrap_err(),
        ProviderError::NotSent
    );
}

#[tokio::test]
async fn wrong_settings_send_nothing() {
    let server = Server::start(vec![]).await;
    for broken in [
        Config {
            api_key: None,
            ..config(&server.base)
        },
        Config {
            merchant_id: String::new(),
            ..config(&server.base)
        },
        config("http://gateway.example/api/v1"),
        config(""),
    ] {
        let provider = provider(broken);
        let fault = provider.profile().fault.clone().unwrap();
        let misconfigured = ProviderError::Misconfigured(Box::new(fault.clone()));
        assert_eq!(provider.create(&payment()).await.unwrap_err(), misconfigured);
        let asked = provider.status().unwrap().query(&payment_ref()).await;
        assert_eq!(asked, Err(misconfigured));
        assert_eq!(provider.test().await.fault, Some(fault));
    }
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn no_secret_reaches_an_error_or_a_report() {
    for status in [200, 400, 401, 403, 404, 500] {
        let reply = || fails(status, "error/echoes_secrets");
        let server = Server::start(vec![reply(), reply(), reply(), reply(), reply(), reply()]).await;
        let config = Config {
            api_key: Secret::new("api_canary_0123456789abcdef"),
            ..config(&server.base)
        };
        let provider = provider(config);
        let error = provider.create(&payment()).await.unwrap_err();
        let asked = provider
            .status()
            .unwrap()
            .query(&payment_ref())
            .await
            .unwrap_err();
        let report = provider.test().await;
        let printed = format!("{error} {error:?} {asked:?} {report:?}");
        assert!(
            !printed.contains("canary") && !printed.contains("9876543210"),
            "{printed}"
        );
    }
}
