//! Samples, and the table they end in.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

/// Times of one thing, done many times.
#[derive(Debug, Clone, Default)]
pub(crate) struct Samples(Vec<Duration>);

impl Samples {
    pub(crate) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The time within which so many percent were done, in milliseconds.
    pub(crate) fn percentile_ms(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * percent / 100).min(sorted.len() - 1);
        sorted[at].as_secs_f64() * 1_000.0
    }

    pub(crate) fn median_ms(&self) -> f64 {
        self.percentile_ms(50)
    }

    /// How many were done in a second, one after the other.
    pub(crate) fn per_second(&self) -> f64 {
        self.0.len() as f64 / self.0.iter().sum::<Duration>().as_secs_f64()
    }
}

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) what: Cow<'static, str>,
    pub(crate) ours: String,
    pub(crate) peer: String,
    pub(crate) ratio: String,
    pub(crate) target: &'static str,
    /// `None` when the figure has no target.
    pub(crate) is_met: Option<bool>,
}

pub(crate) struct Report {
    rows: Vec<Row>,
    /// How busy the machine was, where the system tells.
    busy: Option<String>,
}

/// Programs that wanted to run at once, over the last minute, against the processors there are.
fn how_busy() -> Option<String> {
    let load = std::fs::read_to_string("/proc/loadavg").ok()?;
    let load: f64 = load.split(' ').next()?.parse().ok()?;
    let processors = std::thread::available_parallelism().ok()?;
    Some(format!(
        "Load average {load:.1} on {processors} processors while measuring, the measurement itself included."
    ))
}

/// Where `--record` writes, and between which lines.
const DOCUMENT: &str = "../docs/performance.md";
const BEGIN: &str = "<!-- script/bench writes from here -->\n";
const END: &str = "<!-- to here -->\n";

impl Report {
    pub(crate) fn new(rows: Vec<Row>) -> Self {
        Self {
            rows,
            busy: how_busy(),
        }
    }

    fn verdict(row: &Row) -> &'static str {
        match row.is_met {
            Some(true) => "met",
            Some(false) => "**missed**",
            None => "",
        }
    }

    pub(crate) fn for_people(&self) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let verdict = Self::verdict(row).replace('*', "");
            write!(
                text,
                "\n{}\n  Keptang  {}\n  peer     {}\n  ratio    {}\n",
                row.what, row.ours, row.peer, row.ratio
            )
            .unwrap();
            if row.is_met.is_some() {
                writeln!(text, "  target   {}: {verdict}", row.target).unwrap();
            }
        }
        if let Some(busy) = &self.busy {
            writeln!(text, "\n{busy}").unwrap();
        }
        text
    }

    fn markdown(&self) -> String {
        let mut text =
            String::from("| What | Keptang | Peer | Ratio | Target | |\n|---|---|---|---|---|---|\n");
        for row in &self.rows {
            writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} |",
                row.what,
                row.ours,
                row.peer,
                row.ratio,
                row.target,
                Self::verdict(row)
            )
            .unwrap();
        }
        if let Some(busy) = &self.busy {
            writeln!(text, "\n{busy}").unwrap();
        }
        text
    }

    /// Replaces the table of docs/performance.md.
    pub(crate) fn record(&self) {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
        let document = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = document
            .split_once(BEGIN)
            .expect("docs/performance.md marks where the table begins");
        let (_, after) = rest
            .split_once(END)
            .expect("docs/performance.md marks where the table ends");
        std::fs::write(&path, [before, BEGIN, &self.markdown(), END, after].concat()).unwrap();
        println!("docs/performance.md has the new table. Its date, machine and remarks are yours to check.");
    }
}
