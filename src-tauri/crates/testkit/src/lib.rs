//! Fake clock, scripted provider, contract suites, builders. For tests only.

pub mod builders;
pub mod clock;
pub mod ledger_contract;
pub mod ledger_history;
pub mod memory_ledger;
pub mod provider_contract;
pub mod scripted_provider;
pub mod scripted_verifier;
