//! Whoever reads may leave early, and a disk may be full: neither is a reason to fall over.

use crate::shop::{busy_day, refused, shop};
use keptang_tests::till::{Finished, PATIENCE, TestTill};
use std::process::Stdio;
use tokio::time::timeout;

/// Runs a command whose stdout goes here.
async fn into(till: &TestTill, stdout: Stdio, arguments: &[&str]) -> Finished {
    // `output` would put a pipe of its own in its place.
    let child = till.command().stdout(stdout).args(arguments).spawn().unwrap();
    let output = timeout(PATIENCE, child.wait_with_output())
        .await
        .unwrap()
        .unwrap();
    Finished {
        code: output.status.code(),
        stdout: String::new(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs a command whose stdout is a pipe that nobody reads any more.
async fn unread(till: &TestTill, arguments: &[&str]) -> Finished {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    into(till, Stdio::from(writer), arguments).await
}

#[tokio::test]
async fn a_reader_that_left_ends_it_quietly() {
    let till = shop().await;
    busy_day(&till).await;
    for (command, code) in [
        (&["report"][..], 0),
        (&["report", "--format", "json"], 0),
        (&["report", "--format", "csv"], 0),
        (&["--json", "report"], 0),
        (&["order", "list"], 0),
        (&["--json", "order", "list"], 0),
        (&["order", "timeline", "A-0001"], 0),
        (&["provider", "list"], 0),
        (&["ledger", "verify"], 0),
        (&["--as", "Nok", "day", "x"], 0),
        (&["--as", "Nok", "shift", "show"], 0),
        (&["reconcile", "--date", "2020-02-29"], 0),
        (
            &["charge", "--amount", "60", "--method", "promptpay", "--no-wait"],
            0,
        ),
        (&["--help"], 0),
    ] {
        let ended = unread(&till, command).await;
        assert_eq!(ended.code, Some(code), "{command:?}: {}", ended.stderr);
        assert_eq!(ended.stderr, "", "{command:?}");
    }
    // What the till does is not cut short by it.
    let listed = till.run(&["order", "list"]).await;
    assert_eq!(listed.lines().len(), 7, "the sale nobody read about was made");
}

#[tokio::test]
async fn an_error_nobody_reads_keeps_its_code() {
    let till = shop().await;
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let (quiet, also_quiet) = (Stdio::from(writer.try_clone().unwrap()), Stdio::from(writer));
    let mut command = till.command();
    let run = command
        .stdout(quiet)
        .stderr(also_quiet)
        .args(["order", "show", "A-0099"])
        .status();
    let status = timeout(PATIENCE, run).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(2));
}

/// Linux has a disk that is always full.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_an_error() {
    let till = shop().await;
    for command in [
        &["report"][..],
        &["--json", "report"],
        &["report", "--format", "csv"],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ended = into(&till, Stdio::from(full), command).await;
        refused(&ended, 1, "stdout could not be written");
    }
}
