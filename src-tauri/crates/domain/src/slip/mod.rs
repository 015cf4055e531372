//! Judging a transfer slip that a customer shows at the counter: what its code says, who was paid, how much and
//! when, whether it was used before, and what to tell the customer.
//!
//! Rules only. Pictures are read in the `qr` crate, EasySlip is asked in `providers`, and who used a slip before is
//! looked up in the ledger; all of it is handed in. Nothing here decides that a slip is genuine: a code that reads
//! well proves nothing by itself (thai-qr-formats.md, section 4), only the bank's answer does.

pub mod banks;
mod facts;
pub mod judge;
pub mod mini_qr;
mod name;
mod number;
pub mod receiver;
mod reference;
pub mod timetable;
pub mod words;

pub use banks::BankCode;
pub use facts::{Party, Proxy, ProxyKind, SlipFacts};
pub use judge::{Expected, Judgement, LookupFailure, Use, Verdict, judge};
pub use mini_qr::SlipCode;
pub use name::NameMatch;
pub use number::MaskedNumber;
pub use receiver::{ReceiverMatch, ShopAccount};
pub use reference::{SendingBank, SlipRef, TransRef};
