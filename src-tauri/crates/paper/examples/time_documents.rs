//! How long documents take: median of many, printed for `script/bench`. With a folder as argument the documents
//! are also written there, to be looked at.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::time::{Duration, Instant};

use keptang_paper::document::Paper;
use keptang_paper::receipt::receipt_pdf;

#[path = "../tests/samples/mod.rs"]
mod samples;

fn main() {
    let folder = std::env::args_os().nth(1).map(std::path::PathBuf::from);
    let keep = |name: &str, bytes: &[u8]| {
        if let Some(folder) = &folder {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
    };
    for (name, receipt) in [
        ("receipt", samples::full_receipt()),
        ("receipt-plain", samples::plain_receipt()),
    ] {
        for (paper, width) in [(Paper::Mm58, "58"), (Paper::Mm80, "80"), (Paper::A4, "a4")] {
            let (median, bytes) = median(51, || receipt_pdf(&receipt, paper).unwrap());
            println!("{name}-{width}\t{median:?}\t{} bytes", bytes.len());
            keep(&format!("{name}-{width}.pdf"), &bytes);
        }
    }
}

fn median(runs: usize, make: impl Fn() -> Vec<u8>) -> (Duration, Vec<u8>) {
    let bytes = make();
    let mut times: Vec<_> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(make());
            start.elapsed()
        })
        .collect();
    times.sort();
    (times[runs / 2], bytes)
}
