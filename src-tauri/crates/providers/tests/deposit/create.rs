//! Asking for a payment.

use super::server::{Reply, Server};
use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keptang_domain::order::{Instruction, Unshowable};
use keptang_ports::{PaymentProvider, ProviderError};
use keptang_providers::deposit_gateway::{AmountSignature, Payer};

/// The picture of the fixtures.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg==";

fn pixel() -> Vec<u8> {
    STANDARD.decode(PIXEL).unwrap()
}

fn account() -> Instruction {
    Instruction::BankAccount {
        bank_code: "014".to_owned(),
        number: "1112223334".to_owned(),
        name: "บจก. รับเงินแทน".to_owned(),
    }
}

fn picture() -> Instruction {
    Instruction::QrImage {
        png: pixel(),
        text: None,
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
    let server = Server::start(vec![says("create_deposit/created")]).await;
    let created = provider(config(&server.base)).create(&payment()).await.unwrap();
    assert_eq!(created.provider_ref.as_deref(), Some(REF));
    let kept = created.said.clone().unwrap();
    assert!(
        kept.contains(REF) && kept.contains(r#""amount":1000.0"#),
        "{kept}"
    );
    assert!(kept.contains(r#""dest_bank_acc_no":"xxxxxx3334""#), "{kept}");
    assert!(!kept.contains("iVBOR"), "{kept}");
    assert_eq!(
        (created.payable.satang(), created.lifetime_ms),
        (100_000, Some(900_000))
    );
    assert_eq!(created.offer, Ok(picture()));

    let seen = server.seen();
    assert_eq!(server.lines(), ["POST /api/v1/client/create_deposit"]);
    assert_eq!(seen[0].header("authorization"), Some("Bearer token_canary"));
    assert_eq!(seen[0].header("x-api-key"), Some("api_canary"));
    assert_eq!(seen[0].header("content-type"), Some("application/json"));
    let signature = STANDARD.encode(format!("secret_canary:{ATTEMPT}:1000.00"));
    assert_eq!(seen[0].header("x-signature"), Some(signature.as_str()));
    let account = format!("{:010}", attempt().bits() % 10_000_000_000);
    let body = format!(
        r#"{{"order_id":"{ATTEMPT}","amount":1000.00,"ref_account":"{account}","ref_bank_code":"004","ref_name_th":"ลูกค้า หน้าร้าน","ref_name_en":"Walk-in Customer","ref_user_id":"counter-1","ref1":"1-0007","ref2":"keptang","callback_url":"https://relay.example/callbacks/deposit_gateway/0a0b"}}"#
    );
    assert_eq!(String::from_utf8(seen[0].body.clone()).unwrap(), body);
}

#[tokio::test]
async fn placeholders_form_and_callback_follow_the_settings() {
    let server = Server::start(vec![says("create_deposit/created")]).await;
    let config = Config {
        amount_signature: AmountSignature::Minimal,
        payer: Payer {
            account: Secret::new("5556667778"),
            bank_code: String::new(),
            name_th: "สมชาย \"ใจดี\"".to_owned(),
            name_en: "Somchai".to_owned(),
            user_id: "till-2".to_owned(),
        },
        ..config(&server.base)
    };
    let payment = CreatePayment {
        callback_url: None,
        ..payment()
    };
    provider(config).create(&payment).await.unwrap();
    let seen = server.seen();
    let signature = STANDARD.encode(format!("secret_canary:{ATTEMPT}:1000"));
    assert_eq!(seen[0].header("x-signature"), Some(signature.as_str()));
    let body = seen[0].json();
    for (name, value) in [
        ("ref_account", "5556667778"),
        ("ref_bank_code", ""),
        ("ref_name_th", "สมชาย \"ใจดี\""),
        ("ref_name_en", "Somchai"),
        ("ref_user_id", "till-2"),
    ] {
        assert_eq!(body[name], value);
    }
    assert!(body.get("callback_url").is_none());
}

#[tokio::test]
async fn the_adjusted_amount_is_payable() {
    let server = Server::start(vec![says("create_deposit/adjusted")]).await;
    let created = provider(config(&server.base)).create(&payment()).await.unwrap();
    assert_eq!(created.payable.satang(), 100_003);
}

#[tokio::test]
async fn a_linked_picture_is_fetched_without_any_key() {
    let png = Reply::Say(200, vec![("Content-Type", "image/png".to_owned())], pixel());
    let server = Server::start(vec![says("create_deposit/link_only"), png]).await;
    let created = provider(config(&server.base)).create(&payment()).await.unwrap();
    assert_eq!(created.offer, Ok(picture()));
    let seen = server.seen();
    assert_eq!(seen[1].line, "GET /qr/1.png");
    for name in ["authorization", "x-api-key", "x-signature"] {
        assert_eq!(seen[1].header(name), None, "{name}");
    }
    assert_eq!(seen.len(), 2);
}

#[tokio::test]
async fn without_a_picture_that_can_be_shown_the_account_is() {
    let html = || Reply::Say(200, vec![], b"<html></html>".to_vec());
    let missing = || Reply::Say(404, vec![], vec![]);
    for script in [
        vec![says("create_deposit/no_qr")],
        vec![says("create_deposit/null_qr")],
        vec![says("create_deposit/broken_base64_no_link")],
        vec![says("create_deposit/bank_transfer")],
        vec![says("create_deposit/bank_transfer_with_picture")],
        vec![says("create_deposit/link_only"), html()],
        vec![
            says("create_deposit/broken_base64"),
            missing(),
            missing(),
            missing(),
        ],
    ] {
        let server = Server::start(script).await;
        let created = provider(config(&server.base)).create(&payment()).await.unwrap();
        assert_eq!(created.offer, Ok(account()));
    }
    let server = Server::start(vec![says("create_deposit/nothing_to_show")]).await;
    let created = provider(config(&server.base)).create(&payment()).await.unwrap();
    assert_eq!(created.offer, Err(Unshowable::QrUnavailable));
    assert_eq!(created.provider_ref.as_deref(), Some(REF));
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_or_unreadable_is_unknown_and_never_repeated() {
    for reply in [
        Reply::Cut,
        Reply::CutInBody,
        Reply::Hang,
        Reply::Say(200, vec![], vec![]),
        Reply::Say(204, vec![], vec![]),
        says("create_deposit/html"),
        says("create_deposit/malformed"),
        says("create_deposit/null_everything"),
        says("create_deposit/other_order"),
        says("create_deposit/no_ref_id"),
        says("create_deposit/amount_half_satang"),
        says("error/detail_text"),
        fails(422, "error/duplicate_order"),
        fails(500, "error/detail_text"),
        fails(502, "create_deposit/html"),
        fails(504, "create_deposit/html"),
    ] {
        assert_eq!(create_error(reply).await, (ProviderError::OutcomeUnknown, 1));
    }
}

#[tokio::test]
async fn a_clear_no_a_wrong_setting_and_a_pause_are_told_apart() {
    let refused = |code: &str| ProviderError::Refused {
        code: code.to_owned(),
    };
    let slow = Reply::Say(429, vec![("Retry-After", "7".to_owned())], fixture("error/html"));
    let throttled = ProviderError::Throttled {
        after_ms: Some(7_000),
    };
    for (reply, error) in [
        (
            fails(422, "error/detail_list"),
            refused("ref_account: field required"),
        ),
        (fails(422, "error/html"), refused("http_422")),
        (slow, throttled),
    ] {
        assert_eq!(create_error(reply).await, (error, 1));
    }
    for (reply, code) in [
        (fails(401, "error/bad_token"), "bad_key"),
        (fails(401, "error/bad_signature"), "bad_signature"),
        (fails(403, "error/ip"), "ip_not_allowed"),
        (fails(404, "error/not_found_path"), "path_not_found"),
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
            token: None,
            ..config(&server.base)
        },
        Config {
            api_key: Secret::new("two words"),
            ..config(&server.base)
        },
        Config {
            secret_key: None,
            ..config(&server.base)
        },
        config("http://gateway.example"),
        config(""),
    ] {
        let provider = provider(broken);
        let fault = provider.profile().fault.clone().unwrap();
        let misconfigured = ProviderError::Misconfigured(Box::new(fault.clone()));
        assert_eq!(provider.create(&payment()).await.unwrap_err(), misconfigured);
        let again = provider.resend().unwrap().resend(&payment_ref()).await;
        assert_eq!(again, Err(misconfigured));
        assert_eq!(provider.test().await.fault, Some(fault));
    }
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn no_secret_reaches_an_error_or_a_report() {
    for (status, name) in [
        (200, "error/echoes_secrets"),
        (400, "error/echoes_secrets"),
        (401, "error/echoes_secrets"),
        (403, "error/echoes_secrets"),
        (404, "error/echoes_secrets"),
        (422, "error/echoes_secrets"),
        (500, "error/echoes_secrets"),
    ] {
        let server = Server::start(vec![fails(status, name), fails(status, name)]).await;
        let provider = provider(config(&server.base));
        let error = provider.create(&payment()).await.unwrap_err();
        let report = provider.test().await;
        let printed = format!("{error} {error:?} {report:?}");
        assert!(
            !printed.contains("canary") && !printed.contains("9876543210"),
            "{printed}"
        );
    }
}
