//! The owner's day from the outside: the real binary, its exit codes and lines (the contract of the command line), for
//! reports, receipts, shifts, X, Z, sign-off and copies.
//!
//! Nothing here reaches into a crate of the till; where a file is read back, it is by a reader of other authors.
#![allow(clippy::unwrap_used)]

mod backup;
mod day;
mod exceptions;
mod pipe;
mod receipt;
mod reconcile;
mod report;
mod shift;
mod shop;
mod tamper;
