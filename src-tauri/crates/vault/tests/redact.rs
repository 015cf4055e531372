//! Canaries in every place where a secret, an account or a person's name has been seen in logs. None survives.
#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use keptang_vault::{Redactor, VaultError, bundle};
use proptest::prelude::*;
use std::io::Read as _;

/// Made up, like every value here.
const SECRET: &str = r#"skEY/canary+4711"ก\x"#;

fn redact(text: &str) -> String {
    let redactor = Redactor::new([SECRET, "abc", ""]);
    let once = redactor.redact(text);
    assert_eq!(redactor.redact(&once), once, "twice is the same as once: {text}");
    once
}

#[test]
fn a_known_secret_is_found_in_every_spelling() {
    let json = serde_like(SECRET);
    for written in [
        SECRET.to_owned(),
        SECRET.to_uppercase(),
        format!("{SECRET:?}"),
        json.clone(),
        serde_like(&json),
        SECRET.escape_default().to_string(),
        json.replace('ก', "\\u0e01"),
        SECRET.bytes().map(|byte| format!("%{byte:02X}")).collect(),
        hex::encode(SECRET),
        hex::encode_upper(SECRET),
        "skEY%2Fcanary%2B4711%22%E0%B8%81%5Cx".to_owned(),
        format!("\u{1b}[31mskEY\u{1b}[0m{}", &SECRET[4..]),
        format!("skEY\u{200b}{}", &SECRET[4..]),
        SECRET.chars().flat_map(|c| [c, '\0']).collect(),
    ] {
        let text = redact(&format!("before {written} behind"));
        assert!(
            !text.to_lowercase().contains("canary") && text.contains("[secret]"),
            "{written}: {text}"
        );
        assert!(text.starts_with("before ") && text.ends_with(" behind"), "{text}");
        assert!(
            !text.contains(&hex::encode("canary")) && !text.contains(&hex::encode_upper("canary")),
            "{text}"
        );
    }
}

/// As a JSON writer escapes it.
fn serde_like(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"")
}

#[test]
fn what_stands_behind_a_telling_name_is_taken() {
    for (text, expected) in [
        (
            r#"{"api_key":"canary","amount":"250.00"}"#,
            r#"{"api_key":"[redacted]","amount":"250.00"}"#,
        ),
        (r#"{"pin":1234,"to":"x"}"#, r#"{"pin":"[redacted]","to":"x"}"#),
        (
            r#"{"pin":null,"token":""}"#,
            r#"{"pin":null,"token":"[redacted]"}"#,
        ),
        (
            r#"{"passphrase":"a\"canary\\","b":1}"#,
            r#"{"passphrase":"[redacted]","b":1}"#,
        ),
        (
            r#"body="{\"secretKey\":\"can\\\"ary\",\"n\":1}""#,
            r#"body="{\"secretKey\":\"[redacted]\",\"n\":1}""#,
        ),
        (
            "Authorization: Basic c2tleTo=\nHost: x",
            "Authorization: [redacted]\nHost: x",
        ),
        ("x-api-key: canary, and more", "x-api-key: [redacted]"),
        (
            r#"headers: [("x-api-key", "canary")]"#,
            r#"headers: [("x-api-key", "[redacted]")]"#,
        ),
        (
            "GET /x?token=canary&page=2 HTTP/1.1",
            "GET /x?token=[redacted]&page=2 HTTP/1.1",
        ),
        (
            "KEPTANG_PIN=4711 KEPTANG_DATA_DIR=/d",
            "KEPTANG_PIN=[redacted] KEPTANG_DATA_DIR=/d",
        ),
        (
            "KEPTANG_SECRET__EASYSLIP__API_KEY=canary",
            "KEPTANG_SECRET__EASYSLIP__API_KEY=[redacted]",
        ),
        (
            "payer_name = \"นาย สมชาย\" # ours",
            "payer_name = \"[redacted]\" # ours",
        ),
        ("name_th = 'สมชาย'\n[vat]", "name_th = '[redacted]'\n[vat]"),
        (
            "account_name = \"\"\"สม\nชาย\"\"\"\nx = 1",
            "account_name = \"[redacted]\"\nx = 1",
        ),
        (
            "sender=นาย สมชาย ใจดี amount=250.00",
            "sender=[redacted] amount=250.00",
        ),
        (
            "paid receiver: Some(\"สมชาย\"), amount: 1",
            "paid receiver: [redacted]",
        ),
        (
            r#"{"sender":{"bank":{"id":"004"},"account":{"name":{"th":"นาย ส}","en":"MR \"S"}}},"ok":true}"#,
            r#"{"sender":"[redacted]","ok":true}"#,
        ),
        (
            r#""raw":"{\"receiver\":{\"displayName\":\"สมชาย {\"},\"ok\":true}""#,
            r#""raw":"{\"receiver\":\"[redacted]\",\"ok\":true}""#,
        ),
        (r#"{"sender":{"name":"สมชาย"#, r#"{"sender":"[redacted]""#),
        (r#"{"token":"canary"#, r#"{"token":"[redacted]""#),
        (
            "\u{1b}[3mapi_key\u{1b}[0m\u{1b}[2m=\u{1b}[0mcanary",
            "api_key=[redacted]",
        ),
        (
            r#"{"png_base64":"iVBORw0=","n":1}"#,
            r#"{"png_base64":"[redacted]","n":1}"#,
        ),
        ("api_key: \\\"\"", "api_key: \\\"[redacted]\\\""),
        (
            "callback_signature = \"strict\"",
            "callback_signature = \"strict\"",
        ),
        (
            "shop.name = \"ร้าน\" language = \"th\"",
            "shop.name = \"ร้าน\" language = \"th\"",
        ),
    ] {
        assert_eq!(redact(text), expected, "{text}");
    }
}

#[test]
fn what_looks_secret_is_taken_wherever_it_stands() {
    for (text, expected) in [
        ("sent Bearer canary.12345 to x", "sent Bearer [redacted] to x"),
        ("bearer%20canary12345", "bearer [redacted]"),
        ("Basic Y2FuYXJ5OnB3", "Basic [redacted]"),
        (
            "Basic information and basic settings",
            "Basic information and basic settings",
        ),
        (
            "got eyJhbGciOiJI.eyJjYW5hcnkiOjF9.c2lnbmF0dXJl-_x.",
            "got [redacted].",
        ),
        (
            "$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$Y2FuYXJ5 end",
            "[redacted] end",
        ),
        (
            "omise skey_test_canary01 pkey_canary02",
            "omise [redacted] [redacted]",
        ),
        (
            "/callbacks/jwt_gateway/canaryTOKEN?x=1",
            "/callbacks/jwt_gateway/[redacted]?x=1",
        ),
        (
            "https://s.example/callbacks/deposit_gateway/canary",
            "https://s.example/callbacks/deposit_gateway/[redacted]",
        ),
        (
            "u=%2Fcallbacks%2Fjwt_gateway%2Fcanary%26",
            "u=%2Fcallbacks%2Fjwt_gateway%2F[redacted]%26",
        ),
        ("/callbacks/omise_truemoney 404", "/callbacks/omise_truemoney 404"),
        ("postgres://till:can/a#ry@db/x", "postgres://[redacted]@db/x"),
        ("https://user:canary@host/x@y", "https://[redacted]@host/x@y"),
        (
            "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\nx",
            "[redacted]\nx",
        ),
    ] {
        assert_eq!(redact(text), expected, "{text}");
    }
}

#[test]
fn of_accounts_and_phones_four_digits_stay() {
    for (text, expected) in [
        ("to 1234567890.", "to …7890."),
        ("123-4-56789-0", "…7890"),
        (
            "0812345678 and 081-234-5678, 02 123 4567",
            "…5678 and …5678, …4567",
        ),
        ("+66 81 234 5678", "…5678"),
        ("๐๘๑๒๓๔๕๖๗๘", "…๕๖๗๘"),
        ("1101700207366", "…7366"),
        (
            "00020101021129370016A000000677010111011300668123456785802TH",
            "…0016A…5802TH",
        ),
        ("2026-11-21 18:50:14 0812345678", "2026-11-21 18:50:14 …5678"),
        ("2026-11-21 0812345678", "2026-11-21 …5678"),
        (
            "2026-11-21T18:50:14.123456789Z paid 1,250.00 in 12345 ms",
            "2026-11-21T18:50:14.123456789Z paid 1,250.00 in 12345 ms",
        ),
        (
            "order A-000123 amount 9999999.99 satang 999999999",
            "order A-000123 amount 9999999.99 satang 999999999",
        ),
    ] {
        assert_eq!(redact(text), expected, "{text}");
    }
}

#[test]
fn a_bundle_holds_nothing_that_was_not_redacted() {
    let redactor = Redactor::new([SECRET]);
    let log = format!("token={SECRET} paid\nto 1234567890\n").repeat(50);
    let utf16: Vec<u8> = SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let zipped = bundle(
        [
            ("till.log", log.as_bytes()),
            ("settings.toml", b"[shop]\n"),
            ("odd.bin", &utf16),
        ],
        &redactor,
    )
    .unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&zipped)).unwrap();
    let mut texts = Vec::new();
    for at in 0..zip.len() {
        let mut text = String::new();
        zip.by_index(at).unwrap().read_to_string(&mut text).unwrap();
        assert!(!text.contains("canary") && !text.contains("1234567890"), "{text}");
        texts.push(text);
    }
    assert_eq!(texts[0], "token=[redacted] paid\nto …7890\n".repeat(50));
    assert_eq!(texts[2], format!("[{} bytes that are no text]\n", utf16.len()));
    assert_eq!(texts[1], "[shop]\n");
    assert!(zipped.len() < log.len(), "compressed");
    for name in ["../x", "a/b", ""] {
        assert_eq!(
            bundle([(name, b"x".as_slice())], &redactor),
            Err(VaultError::BadName)
        );
    }
    assert_eq!(
        bundle([("x", b"1".as_slice()), ("x", b"2")], &redactor),
        Err(VaultError::BadName)
    );
    assert!(!format!("{redactor:?}").contains("canary"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_024) })]

    /// Whatever stands around it, and in whatever alphabet of base64 or hexadecimal the whole was written.
    #[test]
    fn an_encoded_secret_does_not_survive(
        secret in "[!-~]{12,40}",
        before in prop::collection::vec(any::<u8>(), 0..7),
        behind in prop::collection::vec(any::<u8>(), 0..7),
    ) {
        let redactor = Redactor::new([secret.as_str()]);
        let whole = [before.as_slice(), secret.as_bytes(), behind.as_slice()].concat();
        // The inner letters: those at the borders also say something of the neighbours.
        for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
            let written = engine.encode(&whole);
            let first = (before.len() * 8).div_ceil(6);
            let last = (before.len() + secret.len()) * 8 / 6;
            let text = redactor.redact(&format!("x {written} y"));
            prop_assert!(!text.contains(&written[first..last]), "{text}");
            prop_assert!(text.contains("[secret]"), "{text}");
        }
        let text = redactor.redact(&format!("x {} y", hex::encode(&whole)));
        prop_assert!(!text.contains(&hex::encode(&secret)), "{text}");
    }

    /// No text makes it fall over, and what was taken stays taken.
    #[test]
    fn any_text_is_redacted_without_harm(
        parts in prop::collection::vec(prop_oneof![
            "\\PC{0,12}",
            Just(SECRET.to_owned()),
            prop::sample::select(vec![
                "\"sender\":{", "}", "\"", "\\\"", "token=", "\"\"\"", "api_key: ", "[", "]", "\n", "Bearer ", "$argon2id$",
                "/callbacks/jwt_gateway/", "0812345678", "2026-11-21", "://", "@", "eyJ0.", "ก", "\u{1b}[0m", "%3D", "\\",
            ]).prop_map(str::to_owned),
        ], 0..24),
    ) {
        let redactor = Redactor::new([SECRET]);
        let once = redactor.redact(&parts.concat());
        prop_assert!(!once.contains("canary"), "{once}");
        prop_assert!(!once.contains("0812345678"), "{once}");
    }
}
