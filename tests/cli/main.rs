//! The headless till from the outside: the real binary, its exit codes and lines (the contract of the command line),
//! against the provider simulator.
//!
//! Nothing here reaches into a crate of the till. What a crate does alone is tested there; this proves that together
//! they do what an integrator was promised.
#![allow(clippy::unwrap_used)]

mod amounts;
mod bad_configuration;
mod canary;
mod cancel;
mod cash;
mod charge;
mod confirm;
mod crypto;
mod doubt;
mod each_provider;
mod failover;
mod help;
mod ledger;
mod orders;
mod payout;
mod providers;
mod reconcile;
mod refund;
mod serve;
mod settings;
mod slips;
mod slips_fraud;
mod slips_stage;
mod slips_trouble;
mod trouble;
mod ways;
mod webhooks;
