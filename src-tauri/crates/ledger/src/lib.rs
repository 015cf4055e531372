//! The append-only ledger on SQLite.
//!
//! What happened is stored as events in a hash chain; orders, attempts and refunds are views of them. One task writes,
//! so that many small sales share one flush; several processes may hold the same file. The ledger decides nothing:
//! it stores what the domain decided, and refuses what is already taken.
//!
//! It does not ask providers, read a clock, or know what a payment is worth.

mod chain;
mod payload;
mod projection;
mod replay;
mod sqlite;

pub use sqlite::{Import, SqliteLedger, check_file, snapshot};
