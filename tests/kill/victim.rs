//! Processes that are killed: when, and what they had said by then.

use crate::audit::Sale;
use crate::chance::Chance;
use crate::shop::Shop;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout};
use tokio::time::Instant;

/// A till that says nothing for so long is stuck.
const PATIENCE: Duration = Duration::from_secs(30);

/// Longer than this nobody waits for a mark.
const MARK_PATIENCE: Duration = Duration::from_millis(1_500);

/// What a `charge` is waited for before the clock of its kill starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Started,
    /// The first line: the sale is on disk.
    Opened,
    /// The customer can pay.
    Shown,
}

/// How far a `charge` had come, by what it had printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Silent,
    Opened,
    Shown,
    /// It had printed how the sale ended.
    Ended,
}

/// One `charge` and its end.
#[derive(Debug)]
pub(crate) struct Run {
    /// What it printed, oldest first.
    pub(crate) printed: Vec<Sale>,
    /// `None`: our kill ended it.
    pub(crate) exit: Option<i32>,
}

impl Run {
    pub(crate) fn stage(&self) -> Stage {
        match self.printed.last() {
            None => Stage::Silent,
            Some(sale) if sale.is_over() => Stage::Ended,
            Some(sale) if sale.is_shown() => Stage::Shown,
            Some(_) => Stage::Opened,
        }
    }
}

/// Starts a `charge` and kills it at a moment chance chooses.
pub(crate) async fn charge(shop: &Shop, amount: &str, chance: &mut Chance) -> Run {
    let (mark, delay) = match chance.below(10) {
        0..=4 => (Mark::Started, chance.soon(250)),
        5..=6 => (Mark::Opened, chance.soon(60)),
        _ => (Mark::Shown, chance.soon(250)),
    };
    let words = ["charge", "--amount", amount, "--method", "truemoney"];
    let mut child = shop.command(&words).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut printed = Vec::new();
    let whole = tokio::time::timeout(PATIENCE, async {
        // A payment whose answer was lost is never shown, and is killed while it is being looked for.
        let marked = read_until(&mut lines, &mut printed, mark);
        if tokio::time::timeout(MARK_PATIENCE, marked).await != Ok(false) {
            read_for(&mut lines, &mut printed, delay).await;
        }
        // Fails when it ended by itself, which its exit status tells, too.
        let _ = child.start_kill();
        read_rest(&mut lines, &mut printed).await;
        child.wait().await.unwrap()
    });
    let status = whole
        .await
        .unwrap_or_else(|_| panic!("a charge got stuck after {printed:?}"));
    Run {
        printed,
        exit: status.code(),
    }
}

/// False when the output ended first.
async fn read_until(lines: &mut Lines<BufReader<ChildStdout>>, printed: &mut Vec<Sale>, mark: Mark) -> bool {
    let reached = |printed: &[Sale]| match mark {
        Mark::Started => true,
        Mark::Opened => !printed.is_empty(),
        Mark::Shown => printed.iter().any(Sale::is_shown),
    };
    while !reached(printed) {
        match lines.next_line().await.unwrap() {
            Some(line) => printed.push(Sale::read(&line)),
            None => return false,
        }
    }
    true
}

async fn read_for(lines: &mut Lines<BufReader<ChildStdout>>, printed: &mut Vec<Sale>, time: Duration) {
    let end = Instant::now() + time;
    while let Ok(Ok(Some(line))) = tokio::time::timeout_at(end, lines.next_line()).await {
        printed.push(Sale::read(&line));
    }
    // The output may have ended early; the kill comes at its moment all the same.
    tokio::time::sleep_until(end).await;
}

async fn read_rest(lines: &mut Lines<BufReader<ChildStdout>>, printed: &mut Vec<Sale>) {
    while let Some(line) = lines.next_line().await.unwrap() {
        // The kill may have cut the last line; a whole one ends with its bracket.
        if line.ends_with('}') {
            printed.push(Sale::read(&line));
        }
    }
}

/// Starts `serve`; returned once it says that it follows.
pub(crate) async fn serve(shop: &Shop) -> Child {
    let mut child = shop.command(&["serve"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = tokio::time::timeout(PATIENCE, lines.next_line()).await;
    assert!(
        matches!(first, Ok(Ok(Some(_)))),
        "serve did not start: {}",
        shop.stderr()
    );
    child
}
