//! The EasySlip client against a scripted server, to the byte, and against the simulator, which was written from the
//! same page by somebody else.
#![allow(clippy::unwrap_used)]

mod account;
#[path = "../omise/server.rs"]
mod server;
mod simulator;
mod verify;

use keptang_domain::{Money, Timestamp};
use keptang_ports::{Clock, SlipInput, SlipKind, SlipQuestion};
use keptang_providers::easyslip::{Config, EasySlip};
use keptang_providers::{HttpClient, Secret};
use server::Reply;
use std::sync::Arc;

const KEY: &str = "00000000-0000-4000-8000-000000000000";
/// thai-qr-formats.md, S9.
const S9: &str = "0041000600000101030040220010000000000TST000015102TH9104809D";
/// thai-qr-formats.md, S12, whose checksum begins with a zero, as it is and as some apps print it.
const S12: &str = "0046000600000101030140225202601010TESTTESTTEST00015102TH91040C18";
const S12_SHORT: &str = "0046000600000101030140225202601010TESTTESTTEST00015102TH9104C18";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
/// 2024-01-15T07:31:00Z, a minute after the page's example.
const NOW: Timestamp = Timestamp::from_ms(1_705_303_860_000);

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        NOW
    }
}

fn config(base_url: &str) -> Config {
    Config {
        base_url: base_url.to_owned(),
        // Tests ask faster than people.
        requests_per_second: 1_000,
        ..Config::new(Secret::new(KEY))
    }
}

fn verifier(config: Config) -> EasySlip {
    patient(config, 15_000)
}

fn patient(config: Config, request_timeout_ms: i64) -> EasySlip {
    EasySlip::new(
        config,
        &HttpClient::new(request_timeout_ms, Arc::new(Fixed)).unwrap(),
    )
}

fn fixture(name: &str) -> Vec<u8> {
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/providers/easyslip"
    );
    std::fs::read(format!("{root}/{name}.json")).unwrap()
}

fn says(name: &str) -> Reply {
    fails(200, name)
}

fn fails(status: u16, name: &str) -> Reply {
    Reply::Say(status, vec![], fixture(name))
}

fn with(status: u16, header: (&'static str, &str), name: &str) -> Reply {
    Reply::Say(status, vec![(header.0, header.1.to_owned())], fixture(name))
}

fn question(input: SlipInput) -> SlipQuestion {
    SlipQuestion {
        kind: SlipKind::Bank,
        input,
        amount: Some(Money::from_satang(150_000)),
        remark: Some("A-0042".to_owned()),
    }
}

fn payload(text: &str) -> SlipQuestion {
    question(SlipInput::Payload(text.to_owned()))
}
