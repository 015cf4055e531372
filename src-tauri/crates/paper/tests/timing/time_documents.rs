//! How long documents take: median of many, printed for `script/bench`. With a folder as argument the documents
//! are also written there, to be looked at.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::time::{Duration, Instant};

use keptang_paper::credit_note::credit_note_pdf;
use keptang_paper::document::{Manner, Paper};
use keptang_paper::receipt::receipt_pdf;
use keptang_paper::report::report_pdf;
use keptang_paper::sheet::table_pdf;
use keptang_paper::test_page::test_page_pdf;

#[path = "../samples/mod.rs"]
mod samples;

fn main() {
    let folder = std::env::args_os().nth(1).map(std::path::PathBuf::from);
    let time = |name: &str, runs: usize, make: &dyn Fn() -> Vec<u8>| {
        let (median, bytes) = median(runs, make);
        println!("{name}\t{} us\t{} bytes", median.as_micros(), bytes.len());
        if let Some(folder) = &folder {
            std::fs::write(folder.join(name).with_extension("pdf"), bytes).unwrap();
        }
    };
    let training = keptang_paper::receipt::Receipt {
        manner: Manner {
            is_copy: true,
            is_training: true,
            ..samples::ENGLISH
        },
        ..samples::full_receipt()
    };
    let receipts = [
        ("receipt", samples::full_receipt()),
        ("receipt-plain", samples::plain_receipt()),
        ("receipt-training", training),
    ];
    for (paper, width) in [(Paper::Mm58, "58"), (Paper::Mm80, "80"), (Paper::A4, "a4")] {
        for (name, receipt) in &receipts {
            time(&format!("{name}-{width}"), 51, &|| {
                receipt_pdf(receipt, paper).unwrap()
            });
        }
        time(&format!("credit-note-{width}"), 51, &|| {
            credit_note_pdf(&samples::credit_note(), paper)
        });
        time(&format!("test-page-{width}"), 51, &|| {
            test_page_pdf(&samples::test_page(), paper).unwrap()
        });
    }
    let report = samples::z_report(1_400);
    time("z-report-30-pages", 11, &|| report_pdf(&report));
    let table = samples::table_document(samples::order_table(1_400));
    time("order-list-30-pages", 11, &|| table_pdf(&table));
}

fn median(runs: usize, make: &dyn Fn() -> Vec<u8>) -> (Duration, Vec<u8>) {
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
