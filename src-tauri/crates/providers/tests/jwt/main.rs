//! The JWT gateway's client against a scripted server: what it sends, and what it makes of every kind of answer.
#![allow(clippy::unwrap_used)]

mod create;
mod follow;
mod notices;
mod payouts;
mod probe;
#[path = "../omise/server.rs"]
mod server;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use keptang_domain::{AttemptId, Money, Timestamp};
use keptang_ports::{Clock, CreatePayment, LostPayment, PaymentRef};
use keptang_providers::jwt_gateway::{Config, JwtGateway};
use keptang_providers::{HttpClient, Secret};
use server::{Reply, Seen};
use sha2::Sha256;
use std::sync::Arc;

const DP: &str = "DP1640995200ABC123";
const ATTEMPT: &str = "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0000";
/// The key of the page; the fixtures are signed with it.
const KEY: &str = "demo_api_key_0123456789abcdef";
/// 2024-01-01T12:01:00Z, a minute after the fixtures.
const NOW: Timestamp = Timestamp::from_ms(1_704_110_460_000);

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        NOW
    }
}

fn config(base_url: &str) -> Config {
    Config {
        callbacks: true,
        // Tests ask faster than people.
        requests_per_second: 1_000,
        ..Config::new(base_url, "M0001", Secret::new(KEY))
    }
}

fn provider(config: Config) -> JwtGateway {
    patient(config, 15_000)
}

fn patient(config: Config, request_timeout_ms: i64) -> JwtGateway {
    JwtGateway::new(
        config,
        &HttpClient::new(request_timeout_ms, Arc::new(Fixed)).unwrap(),
    )
}

fn fixture(name: &str) -> Vec<u8> {
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/providers/jwt_gateway"
    );
    std::fs::read(format!("{root}/{name}.json")).unwrap()
}

fn says(name: &str) -> Reply {
    fails(200, name)
}

fn fails(status: u16, name: &str) -> Reply {
    Reply::Say(status, vec![], fixture(name))
}

fn dated(status: u16, name: &str, date: &str) -> Reply {
    Reply::Say(status, vec![("Date", date.to_owned())], fixture(name))
}

fn attempt() -> AttemptId {
    ATTEMPT.parse().unwrap()
}

fn payment() -> CreatePayment {
    CreatePayment {
        attempt: attempt(),
        order_number: "1-0007".to_owned(),
        amount: Money::from_satang(100_000),
        callback_url: Some("https://relay.example/callbacks/jwt_gateway/0a0b".to_owned()),
        quote: None,
    }
}

fn payment_ref() -> PaymentRef {
    PaymentRef {
        attempt: attempt(),
        order_number: "1-0007".to_owned(),
        provider_ref: DP.to_owned(),
        payable: Money::from_satang(100_000),
        quote: None,
    }
}

fn lost() -> LostPayment {
    LostPayment {
        attempt: attempt(),
        order_number: "1-0007".to_owned(),
        amount: Money::from_satang(100_000),
        submitted_at: NOW.plus_ms(-30_000),
        quote: None,
    }
}

/// Checks that a request's token covers its body to the byte, as JavaScript would have signed it.
fn signed_payload(seen: &Seen) -> String {
    let body = String::from_utf8(seen.body.clone()).unwrap();
    let (open, rest) = body.split_once(r#","signature":""#).unwrap();
    let token = rest.strip_suffix("\"}").unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    assert_eq!(header, "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9");
    let payload = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    assert_eq!(payload, format!("{open}}}"), "body and token carry the same text");
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    mac.verify_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap())
        .unwrap();
    payload
}
