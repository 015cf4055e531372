//! Asking for a payment.

use super::server::{Reply, Server};
use super::*;
use keptang_domain::order::{Instruction, Unshowable};
use keptang_ports::{Created, PaymentProvider, ProviderError};

async fn created(config: impl Fn(&str) -> Config, reply: Reply) -> (Created, String) {
    let server = Server::start(vec![reply]).await;
    let created = provider(config(&server.base)).create(&payment()).await.unwrap();
    let body = String::from_utf8(server.seen()[0].body.clone()).unwrap();
    (created, body)
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
async fn the_very_bytes_that_are_sent_are_signed() {
    let server = Server::start(vec![says("create/address")]).await;
    let created = provider(config(&server.base)).create(&payment()).await.unwrap();
    assert_eq!(created.provider_ref.as_deref(), Some(UUID));
    let kept = created.said.clone().unwrap();
    assert!(
        kept.contains(UUID) && kept.contains(r#""payer_amount":"3.31""#),
        "{kept}"
    );
    assert!(!kept.contains("iVBOR"), "{kept}");
    assert_eq!(
        (created.payable.satang(), created.lifetime_ms),
        (12_050, Some(900_000))
    );
    let Ok(Instruction::CryptoAddress {
        address,
        amount,
        coin,
        network,
        qr_png,
    }) = created.offer
    else {
        panic!("{:?}", created.offer);
    };
    assert_eq!(
        [address.as_str(), &amount, &coin, &network],
        ["TXYZabc123FakeAddressForTestsOnly1", "3.31", "USDT", "TRX-TRC20"]
    );
    assert!(qr_png.starts_with(b"\x89PNG"));

    let seen = &server.seen()[0];
    assert_eq!(seen.line, "POST /v1/payment");
    let body = r#"{"amount":"120.50","currency":"THB","order_id":"0192aaaa-bbbb-7ccc-8ddd-eeeeffff0000","to_currency":"USDT","network":"TRX-TRC20","description":"Keptang A-0007","ttl_seconds":900}"#;
    assert_eq!(String::from_utf8_lossy(&seen.body), body);
    // Computed apart: hex(HMAC-SHA256(key, base64(body))).
    let sign = "d7a4008f38ddb17ebc6824403b7d3679194fdab22aa55bc3ca503fd2f8a4a7ac";
    assert_eq!(seen.header("sign"), Some(sign));
    assert_eq!(seen.header("project"), Some(PROJECT));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    let agent = concat!("Keptang/", env!("CARGO_PKG_VERSION"));
    assert_eq!(seen.header("user-agent"), Some(agent));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn every_field_has_its_place() {
    let full = |base: &str| Config {
        coins: vec!["USDC/SOL".to_owned(), "USDT/TRX-TRC20".to_owned()],
        ttl_seconds: 600,
        fee_split: Some("30".to_owned()),
        price_markup: Some("-10.5".to_owned()),
        invite_code: Some("friend/1".to_owned()),
        description: Some("กาแฟ\u{2028}\"เย็น\"\n".to_owned()),
        ..config(base)
    };
    let server = Server::start(vec![says("create/address")]).await;
    let payment = CreatePayment {
        callback_url: Some("https://till.example.com/callbacks/crypto_2328/00ff".to_owned()),
        ..payment()
    };
    provider(full(&server.base)).create(&payment).await.unwrap();
    let body = String::from_utf8(server.seen()[0].body.clone()).unwrap();
    assert_eq!(
        body,
        r#"{"amount":"120.50","currency":"THB","order_id":"0192aaaa-bbbb-7ccc-8ddd-eeeeffff0000","to_currency":"USDT","network":"TRX-TRC20","url_callback":"https://till.example.com/callbacks/crypto_2328/00ff","invite_code":"friend/1","fee_split":"30","price_markup":"-10.5","description":"กาแฟ\"เย็น\"","ttl_seconds":600}"#
    );
}

#[tokio::test]
async fn a_long_description_is_cut_between_characters() {
    let long = |base: &str| Config {
        description: Some("ก".repeat(201)),
        ..config(base)
    };
    let server = Server::start(vec![says("create/address")]).await;
    provider(long(&server.base)).create(&payment()).await.unwrap();
    assert_eq!(server.seen()[0].json()["description"], "ก".repeat(200));
}

#[tokio::test]
async fn a_dollar_invoice_is_made_out_by_the_shops_rate() {
    let dollars = |base: &str| Config {
        invoice_currency: "USD".to_owned(),
        ..config(base)
    };
    let server = Server::start(vec![says("create/address_in_dollars")]).await;
    let provider = provider(dollars(&server.base));
    let quote = provider
        .quote(Money::from_satang(12_050), None, NOW)
        .unwrap()
        .unwrap();
    assert_eq!(
        (
            quote.invoiced.as_str(),
            quote.currency.as_str(),
            quote.rate.as_deref(),
            quote.source.as_str(),
            quote.at
        ),
        ("3.31", "USD", Some("36.5"), "setting", NOW)
    );
    let payment = CreatePayment {
        quote: Some(quote),
        ..payment()
    };
    let created = provider.create(&payment).await.unwrap();
    let body = String::from_utf8(server.seen()[0].body.clone()).unwrap();
    assert!(
        body.starts_with(r#"{"amount":"3.31","currency":"USD","#),
        "{body}"
    );
    assert_eq!(created.payable.satang(), 12_050);
    assert!(created.offer.is_ok());
}

#[tokio::test]
async fn terms_that_were_stored_outlive_a_changed_rate() {
    let changed = |base: &str| Config {
        invoice_currency: "USD".to_owned(),
        usd_thb_rate: Some("40".to_owned()),
        ..config(base)
    };
    let server = Server::start(vec![says("create/address_in_dollars")]).await;
    let payment = CreatePayment {
        quote: Some(Quote {
            invoiced: "3.31".to_owned(),
            currency: "USD".to_owned(),
            rate: Some("36.5".to_owned()),
            source: "setting".to_owned(),
            ..quoted()
        }),
        ..payment()
    };
    let created = provider(changed(&server.base)).create(&payment).await.unwrap();
    assert!(created.offer.is_ok(), "{:?}", created.offer);
    assert!(String::from_utf8_lossy(&server.seen()[0].body).starts_with(r#"{"amount":"3.31","#));
}

#[tokio::test]
async fn only_pairs_of_the_settings_are_quoted_and_nothing_is_sent_without_terms() {
    let provider = provider(config("https://api.2328.io/api"));
    let other = keptang_ports::Asset {
        coin: "BTC".to_owned(),
        network: "BTC".to_owned(),
    };
    let refused = |code: &str| ProviderError::Refused {
        code: code.to_owned(),
    };
    assert_eq!(
        provider.quote(Money::from_satang(12_050), Some(&other), NOW),
        Err(refused("asset_not_offered"))
    );
    assert_eq!(provider.assets().len(), 1);
    let without = CreatePayment {
        quote: None,
        ..payment()
    };
    assert_eq!(provider.create(&without).await.unwrap_err(), refused("no_terms"));
}

#[tokio::test]
async fn what_is_offered_must_be_what_was_asked() {
    for (name, why) in [
        ("create/other_amount", Unshowable::QrMismatch),
        ("create/other_currency", Unshowable::QrMismatch),
        ("create/other_network", Unshowable::QrMismatch),
        ("create/page_elsewhere", Unshowable::QrMismatch),
        ("create/nothing_to_show", Unshowable::QrUnavailable),
    ] {
        let (created, _) = created(config, says(name)).await;
        assert_eq!(
            (created.provider_ref.as_deref(), created.offer),
            (Some(UUID), Err(why)),
            "{name}"
        );
    }
    let (created, _) = created(config, says("create/page_only")).await;
    let url = format!("https://2328.io/pay/{UUID}");
    assert_eq!(created.offer, Ok(Instruction::Redirect { url }));
}

#[tokio::test]
async fn only_a_clear_no_is_a_no() {
    for reply in [
        Reply::Cut,
        Reply::CutInBody,
        Reply::Hang,
        says("create/html"),
        says("create/malformed"),
        says("create/result_null"),
        says("create/state_missing"),
        says("create/null_everything"),
        says("create/other_order"),
        says("create/key_twice"),
        fails(500, "create/html"),
        fails(502, "error/validation"),
        fails(201, "create/html"),
    ] {
        assert_eq!(create_error(reply).await, (ProviderError::OutcomeUnknown, 1));
    }
    let (error, _) = create_error(fails(422, "error/validation")).await;
    let code = "invalid:amount,network".to_owned();
    assert_eq!(error, ProviderError::Refused { code });
    let slow = Reply::Say(
        429,
        vec![("Retry-After", "1".to_owned())],
        fixture("error/slow_down"),
    );
    let after_ms = Some(1_000);
    assert_eq!(create_error(slow).await.0, ProviderError::Throttled { after_ms });
}

#[tokio::test]
async fn a_wrong_key_names_the_key() {
    for (status, name, code) in [
        (403, "error/bad_sign", "bad_signature"),
        (200, "error/bad_sign", "bad_signature"),
        (403, "error/forbidden", "bad_key"),
        (403, "error/bad_project", "wrong_merchant"),
    ] {
        let (error, _) = create_error(fails(status, name)).await;
        let ProviderError::Misconfigured(fault) = error else {
            panic!("{status} {name}: {error:?}");
        };
        assert_eq!(fault.code, code, "{status} {name}");
    }
}

#[tokio::test]
async fn nothing_is_sent_while_a_setting_is_wrong() {
    let server = Server::start(vec![]).await;
    type Change = fn(&mut Config);
    let changes: [Change; 4] = [
        |c| c.legal_note_acknowledged = false,
        |c| c.project = None,
        |c| c.api_key = None,
        |c| c.invoice_currency = "EUR".to_owned(),
    ];
    for change in changes {
        let mut config = config(&server.base);
        change(&mut config);
        let provider = provider(config);
        let fault = provider.profile().fault.clone().unwrap();
        let error = provider.create(&payment()).await.unwrap_err();
        assert_eq!(error, ProviderError::Misconfigured(Box::new(fault.clone())));
        assert_eq!(provider.test().await.fault, Some(fault));
    }
    assert_eq!(server.seen().len(), 0);

    // A port that nobody listens on: nothing can have left.
    let nobody = provider(config("http://127.0.0.1:9"));
    assert_eq!(
        nobody.create(&payment()).await.unwrap_err(),
        ProviderError::NotSent
    );
}
