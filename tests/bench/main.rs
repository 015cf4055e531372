//! `script/bench`: how long the till takes, each figure beside a peer that is measured in the same run.
//!
//! Machines differ, so ratios count, and what is compared takes turns in small blocks. Even so a busy machine tells
//! little: who gets a processor first after a flush is its scheduler's choice, not ours. A figure that misses its
//! target is printed as a miss; the exit code stays 0, for a busy machine is no fault of the code. With `--record` the
//! table in docs/performance.md is replaced.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::as_conversions,
    reason = "a measuring program: it may stop at the first surprise, and its fractions are times, not money"
)]

mod commits;
mod figures;
mod payment;
mod picture;

use figures::{Report, Row};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Cargo itself adds `--bench`.
    let unknown = arguments
        .iter()
        .find(|argument| !["--bench", "--record"].contains(&argument.as_str()));
    if let Some(unknown) = unknown {
        eprintln!("script/bench does not know {unknown:?}. Use: script/bench [--record]");
        std::process::exit(2);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut rows: Vec<Row> = Vec::new();
    rows.extend(runtime.block_on(commits::measure()));
    rows.extend(runtime.block_on(payment::measure()));
    rows.extend(picture::measure());
    let report = Report::new(rows);
    println!("{}", report.for_people());
    if arguments.iter().any(|argument| argument == "--record") {
        report.record();
    }
}
