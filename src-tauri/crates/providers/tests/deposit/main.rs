//! The deposit gateway's client against a scripted server: what it sends, and what it makes of every kind of answer.
#![allow(clippy::unwrap_used)]

mod create;
mod notices;
mod probe;
mod resend;
#[path = "../omise/server.rs"]
mod server;

use keptang_domain::{AttemptId, Money, Timestamp};
use keptang_ports::{Clock, CreatePayment, PaymentRef};
use keptang_providers::deposit_gateway::{Config, DepositGateway};
use keptang_providers::{HttpClient, Secret};
use server::Reply;
use std::sync::Arc;

const REF: &str = "QPDKXA-1751342400123-20250701110000-a1b2c3";
const ATTEMPT: &str = "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0000";
/// 2025-07-01T04:00:30Z, half a minute after the fixtures.
const NOW: Timestamp = Timestamp::from_ms(1_751_342_430_000);

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
        ..Config::new(
            base_url,
            Secret::new("token_canary"),
            Secret::new("api_canary"),
            Secret::new("secret_canary"),
        )
    }
}

fn provider(config: Config) -> DepositGateway {
    patient(config, 15_000)
}

fn patient(config: Config, request_timeout_ms: i64) -> DepositGateway {
    DepositGateway::new(
        config,
        &HttpClient::new(request_timeout_ms, Arc::new(Fixed)).unwrap(),
    )
}

fn fixture(name: &str) -> Vec<u8> {
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/providers/deposit_gateway"
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
        order_number: "1-0007".to_owned(),
        amount: Money::from_satang(100_000),
        callback_url: Some("https://relay.example/callbacks/deposit_gateway/0a0b".to_owned()),
        quote: None,
    }
}

fn payment_ref() -> PaymentRef {
    PaymentRef {
        attempt: attempt(),
        order_number: "1-0007".to_owned(),
        provider_ref: REF.to_owned(),
        payable: Money::from_satang(100_000),
        quote: None,
    }
}
