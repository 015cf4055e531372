//! The simulator from the outside: real HTTP on loopback, a fixed clock, no sleeps.
#![allow(clippy::unwrap_used, clippy::as_conversions)]

mod control_panel;
mod crypto;
mod crypto_webhooks;
mod deposit;
mod deposit_callbacks;
mod easyslip;
mod easyslip_account;
mod easyslip_requests;
mod easyslip_stories;
mod jwt;
mod jwt_callbacks;
mod jwt_payouts;
mod life_cycle;
mod lists;
mod persistence;
mod refunds;
mod stage;
mod strictness;
mod webhooks;
mod wire_faults;
