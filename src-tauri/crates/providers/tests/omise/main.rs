//! The Omise client against a scripted server: what it sends, and what it makes of every kind of answer.
#![allow(clippy::unwrap_used)]

mod create;
mod follow;
mod notices;
mod probe;
mod server;

use keptang_domain::{AttemptId, Money, RefundId, Timestamp};
use keptang_ports::{Clock, CreatePayment, LostPayment, PaymentRef, RefundRequest};
use keptang_providers::omise_truemoney::{Config, OmiseTrueMoney};
use keptang_providers::{HttpClient, Secret};
use server::Reply;
use std::sync::Arc;

const CHARGE: &str = "chrg_test_0000000000000000001a";
const ATTEMPT: &str = "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0000";
const REFUND: &str = "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0009";
/// 2024-09-23T03:20:00Z, a minute after the fixtures.
const NOW: Timestamp = Timestamp::from_ms(1_727_061_600_000);

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        NOW
    }
}

fn config(base_url: &str) -> Config {
    Config {
        base_url: base_url.to_owned(),
        till: "counter-1".to_owned(),
        // Tests ask faster than people.
        requests_per_second: 1_000,
        ..Config::new(Secret::new("skey_test_canary"))
    }
}

fn provider(config: Config) -> OmiseTrueMoney {
    patient(config, 15_000)
}

fn patient(config: Config, request_timeout_ms: i64) -> OmiseTrueMoney {
    OmiseTrueMoney::new(
        config,
        &HttpClient::new(request_timeout_ms, Arc::new(Fixed)).unwrap(),
    )
}

fn fixture(name: &str) -> Vec<u8> {
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/providers/omise_truemoney"
    );
    std::fs::read(format!("{root}/{name}.json")).unwrap()
}

fn says(name: &str) -> Reply {
    Reply::Say(200, vec![], fixture(name))
}

fn fails(status: u16, name: &str) -> Reply {
    Reply::Say(status, vec![], fixture(name))
}

/// Not UTF-8, so the server sends it as it is.
fn picture_bytes() -> Vec<u8> {
    b"\x89PNG\r\n\x1a\nnot really".to_vec()
}

fn picture() -> Reply {
    Reply::Say(
        200,
        vec![("Content-Type", "image/png".to_owned())],
        picture_bytes(),
    )
}

fn attempt() -> AttemptId {
    ATTEMPT.parse().unwrap()
}

fn payment() -> CreatePayment {
    CreatePayment {
        attempt: attempt(),
        order_number: "1-0007".to_owned(),
        amount: Money::from_satang(25_000),
        callback_url: None,
        quote: None,
    }
}

fn payment_ref() -> PaymentRef {
    PaymentRef {
        attempt: attempt(),
        order_number: "1-0007".to_owned(),
        provider_ref: CHARGE.to_owned(),
        payable: Money::from_satang(25_000),
        quote: None,
    }
}

fn lost() -> LostPayment {
    LostPayment {
        attempt: attempt(),
        order_number: "1-0007".to_owned(),
        amount: Money::from_satang(25_000),
        submitted_at: NOW.plus_ms(-30_000),
        quote: None,
    }
}

fn refund(satang: i64) -> RefundRequest {
    RefundRequest {
        refund: REFUND.parse::<RefundId>().unwrap(),
        payment: payment_ref(),
        amount: Money::from_satang(satang),
        paid_at: NOW,
        now: NOW,
    }
}
