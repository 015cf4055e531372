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

mod bare;
mod commits;
mod figures;
mod flush;
mod open_attempts;
mod overhead;
mod payment;
mod picture;
mod shop;
mod window;

use figures::{Report, Row};
use std::path::PathBuf;
use window::Windows;

const USAGE: &str = "script/bench [--record] [--only PART]... [--attempts N]\n\
    parts: commits, overhead, callback, open_attempts, picture, window";
const PARTS: [&str; 6] = [
    "commits",
    "overhead",
    "callback",
    "open_attempts",
    "picture",
    "window",
];

/// What is to be measured.
#[derive(Default)]
struct Asked {
    record: bool,
    /// Everything when empty.
    only: Vec<String>,
    attempts: Option<usize>,
    till_window: Option<PathBuf>,
    empty_window: Option<PathBuf>,
    serves_providers: bool,
}

impl Asked {
    /// `None` for words that are not understood.
    fn read(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let mut asked = Self::default();
        while let Some(word) = words.next() {
            match word.as_str() {
                // Cargo itself adds it.
                "--bench" => {}
                "--record" => asked.record = true,
                "--only" => {
                    let part = words.next().filter(|part| PARTS.contains(&part.as_str()))?;
                    asked.only.push(part);
                }
                "--attempts" => {
                    asked.attempts = Some(words.next()?.parse().ok().filter(|count| *count >= 3)?)
                }
                "--till-window" => asked.till_window = Some(words.next()?.into()),
                "--empty-window" => asked.empty_window = Some(words.next()?.into()),
                open_attempts::ARGUMENT => asked.serves_providers = true,
                _ => return None,
            }
        }
        // A table with a part of its rows, or with another count, would replace the whole one.
        let is_whole = asked.only.is_empty() && asked.attempts.is_none();
        (is_whole || !asked.record).then_some(asked)
    }

    fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == part)
    }
}

fn main() {
    let Some(asked) = Asked::read(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        std::process::exit(2);
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    if asked.serves_providers {
        return runtime.block_on(open_attempts::serve());
    }
    let report = Report::new(runtime.block_on(measure(&asked)));
    println!("{}", report.for_people());
    if asked.record {
        report.record();
    }
}

async fn measure(asked: &Asked) -> Vec<Row> {
    let mut rows = Vec::new();
    // First, while this process is small: it measures memory.
    let mut open = Vec::new();
    if asked.wants("open_attempts") {
        open = open_attempts::measure(asked.attempts.unwrap_or(open_attempts::MANY)).await;
    }
    if asked.wants("commits") {
        rows.extend(commits::measure().await);
    }
    if asked.wants("overhead") {
        rows.extend(overhead::measure().await);
    }
    if asked.wants("callback") {
        rows.extend(payment::measure().await);
    }
    if asked.wants("picture") {
        rows.extend(picture::measure());
    }
    rows.extend(open);
    match (&asked.till_window, &asked.empty_window) {
        (Some(till), Some(empty)) if asked.wants("window") => {
            let windows = Windows {
                till: till.clone(),
                empty: empty.clone(),
            };
            rows.extend(window::measure(&windows).await);
        }
        _ if asked.wants("window") => println!("The window was not measured: script/bench says where it is."),
        _ => {}
    }
    rows
}
