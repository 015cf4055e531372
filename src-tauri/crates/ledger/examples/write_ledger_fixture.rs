//! Writes the file that stands for this release in `tests/fixtures/ledgers/`. Run once per release, from the top:
//! `cargo run -p keptang-ledger --example write_ledger_fixture -- tests/fixtures/ledgers/<version>.sqlite`.
//! A published file is never written again: it is what shops have on their disks.

use keptang_domain::DayCutoff;
use keptang_ledger::SqliteLedger;
use keptang_testkit::ledger_history::write_history;
use std::path::PathBuf;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("name the file to write, such as tests/fixtures/ledgers/0.1.0.sqlite");
        return ExitCode::from(2);
    };
    if path.exists() {
        eprintln!(
            "{} is there already; a published ledger is never written again",
            path.display()
        );
        return ExitCode::FAILURE;
    }
    match SqliteLedger::open(&path, DayCutoff::DEFAULT).await {
        Ok(ledger) => {
            write_history(&ledger).await;
            ledger.close().await;
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}: {error:?}");
            ExitCode::FAILURE
        }
    }
}
