//! The 2328.io client against a scripted server: what it sends, and what it makes of every kind of answer.
#![allow(clippy::unwrap_used)]

mod create;
mod follow;
mod notices;
mod probe;
mod secrets;
#[path = "../omise/server.rs"]
mod server;
mod statement;

use keptang_domain::order::Quote;
use keptang_domain::{AttemptId, Money, Timestamp};
use keptang_ports::{Clock, CreatePayment, LostPayment, PaymentRef};
use keptang_providers::crypto_2328::{Config, Crypto2328};
use keptang_providers::{HttpClient, Secret};
use server::Reply;
use std::sync::Arc;

const UUID: &str = "db17d490-15b6-47b9-9015-91d1d8b119f2";
const ATTEMPT: &str = "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0000";
const PROJECT: &str = "2d0b0e9c-6f0e-4c58-a0c6-6d9d3a5c7e11";
/// The key of the page's examples.
const KEY: &str = "demo_2328_key";
/// 2026-01-11T20:01:00Z, a minute after the fixtures.
const NOW: Timestamp = Timestamp::from_ms(1_768_161_660_000);

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        NOW
    }
}

fn config(base_url: &str) -> Config {
    Config {
        base_url: base_url.to_owned(),
        legal_note_acknowledged: true,
        // Tests ask faster than people.
        requests_per_second: 1_000,
        ..Config::new(Some(PROJECT.to_owned()), Secret::new(KEY))
    }
}

fn provider(config: Config) -> Crypto2328 {
    patient(config, 15_000)
}

fn patient(config: Config, request_timeout_ms: i64) -> Crypto2328 {
    Crypto2328::new(
        config,
        &HttpClient::new(request_timeout_ms, Arc::new(Fixed)).unwrap(),
    )
}

fn fixture(name: &str) -> Vec<u8> {
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/providers/crypto_2328"
    );
    std::fs::read(format!("{root}/{name}.json")).unwrap()
}

fn says(name: &str) -> Reply {
    fails(200, name)
}

fn fails(status: u16, name: &str) -> Reply {
    Reply::Say(status, vec![], fixture(name))
}

fn attempt() -> AttemptId {
    ATTEMPT.parse().unwrap()
}

fn payment() -> CreatePayment {
    CreatePayment {
        attempt: attempt(),
        order_number: "A-0007".to_owned(),
        amount: Money::from_satang(12_050),
        callback_url: None,
        quote: Some(quoted()),
    }
}

/// The terms of the usual invoice: baht, paid with USDT.
fn quoted() -> Quote {
    Quote {
        coin: "USDT".to_owned(),
        network: "TRX-TRC20".to_owned(),
        invoiced: "120.50".to_owned(),
        currency: "THB".to_owned(),
        rate: None,
        source: "none".to_owned(),
        at: NOW,
    }
}

fn payment_ref() -> PaymentRef {
    PaymentRef {
        attempt: attempt(),
        order_number: "A-0007".to_owned(),
        provider_ref: UUID.to_owned(),
        payable: Money::from_satang(12_050),
        quote: Some(quoted()),
    }
}

fn lost() -> LostPayment {
    LostPayment {
        attempt: attempt(),
        order_number: "A-0007".to_owned(),
        amount: Money::from_satang(12_050),
        submitted_at: NOW.plus_ms(-60_000),
        quote: Some(quoted()),
    }
}
