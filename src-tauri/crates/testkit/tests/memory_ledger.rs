//! The memory ledger keeps the contract of every ledger.

use keptang_ports::Ledger;
use keptang_testkit::memory_ledger::MemoryLedger;
use std::sync::Arc;

async fn new_ledger() -> (Arc<dyn Ledger>, ()) {
    (Arc::new(MemoryLedger::new()), ())
}

keptang_testkit::ledger_contract!(new_ledger);
