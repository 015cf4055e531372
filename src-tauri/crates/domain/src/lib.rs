//! The rules of the till: money, orders, attempts, postings, PromptPay text.
//!
//! Everything here is pure. Nothing reads a clock, a file, the environment, the network or a random source;
//! time and identifiers are passed in. Nothing is serialised here either: the wire, the ledger's rows and the
//! window's data types each have their own structs (docs/adr/0007).
#![warn(missing_docs)]

pub mod cash;
pub mod day;
pub mod id;
pub mod money;
pub mod order;
pub mod promptpay;
pub mod provider;
pub mod role;
pub mod shift;
pub mod slip;
pub mod tax;
pub mod time;

pub use id::{AttemptId, CallbackToken, OrderId, RefundId, SlipId};
pub use money::Money;
pub use provider::{Method, ProviderId, Tracking};
pub use time::{BusinessDay, DayCutoff, Timestamp};
