//! The SQLite ledger keeps the contract of every ledger.

#![allow(clippy::unwrap_used)]

use keptang_domain::DayCutoff;
use keptang_ledger::SqliteLedger;
use keptang_ports::Ledger;
use std::sync::Arc;
use tempfile::TempDir;

async fn new_ledger() -> (Arc<dyn Ledger>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(&folder.path().join("ledger.sqlite"), DayCutoff::DEFAULT)
        .await
        .unwrap();
    (Arc::new(ledger), folder)
}

keptang_testkit::ledger_contract!(new_ledger);
