//! The shop's own PromptPay QR: text and modules, against the QR library alone.

use crate::figures::{Row, Samples};
use keptang_domain::Money;
use keptang_domain::promptpay::{Target, credit_transfer};
use std::hint::black_box;
use std::time::Instant;

const BLOCKS: i64 = 40;
const BLOCK: i64 = 25;

pub(crate) fn measure() -> Vec<Row> {
    let shop: Target = "0812345678".parse().unwrap();
    let text = |satang: i64| credit_transfer(&shop, Some(Money::from_satang(satang)), None).unwrap();
    let (mut ours, mut library) = (Samples::default(), Samples::default());
    for block in 0..BLOCKS {
        for satang in block * BLOCK..(block + 1) * BLOCK {
            let amount = 10_000 + satang;
            let started = Instant::now();
            black_box(keptang_qr::encode(&text(black_box(amount))).unwrap());
            ours.add(started.elapsed());
        }
        for satang in block * BLOCK..(block + 1) * BLOCK {
            let text = text(10_000 + satang);
            let started = Instant::now();
            let level = qrcode::EcLevel::M;
            black_box(qrcode::QrCode::with_error_correction_level(black_box(&text), level).unwrap());
            library.add(started.elapsed());
        }
    }
    let (ours_us, library_us) = (ours.median_ms() * 1_000.0, library.median_ms() * 1_000.0);
    vec![Row {
        what: "PromptPay QR: text with checksum, and modules".into(),
        ours: format!("{ours_us:.0} µs"),
        peer: format!("{library_us:.0} µs, crate `qrcode` encoding the finished text"),
        ratio: format!("{:.2}×", ours_us / library_us),
        target: "",
        is_met: None,
    }]
}
