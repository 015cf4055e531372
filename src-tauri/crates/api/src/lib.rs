//! The contract of the till: the command list, its data types and error codes, the handlers, and the composition
//! root. The window and the headless till are two thin hosts of this crate; neither reaches below it.
//!
//! Nothing here depends on Tauri, prints, or parses a command line.
#![warn(missing_docs)]

mod app;
pub mod backup;
pub mod bills;
mod commands;
pub mod configure;
pub mod day;
pub mod drawer;
pub mod dto;
mod error;
mod handlers;
mod headless;
pub mod paperwork;
mod payout;
mod people;
mod pictures;
pub mod printing;
mod provider_lines;
mod reconcile;
mod session;
mod setup;
mod shift_word;
mod simulator;
mod slips;
pub mod staff;
mod system;
mod timeline;
mod training;
mod typescript;
mod view;
mod wiring;
mod wrong;

pub use app::{App, AppEvent, Options, StartError};
pub use backup::restore;
pub use commands::{COMMANDS, Command, Needs};
pub use dto::{Attempt, Instruction, Order};
pub use error::{ApiError, ErrorCode};
pub use headless::{
    ChargeWish, ListWish, ParticularsWish, RefundEnd, RefundWish, UserError, UserLine, is_running,
    next_provider, terminal_qr,
};
pub use keptang_domain::money::{AmountError, parse_amount};
pub use keptang_domain::role::Right;
pub use keptang_ports::{Person, Role, VerifyReport};
pub use paperwork::{PaperSize, SavedFile, write_whole};
pub use payout::{
    Balance, BankLine, PayoutLine, PayoutRequest, PayoutSettleRequest, PayoutTarget, PayoutWish, Payouts,
};
pub use people::PersonError;
pub use provider_lines::{ProviderLine, ProviderTest};
pub use reconcile::{ReconcileLine, ReconcileSummary, Reconciled};
pub use session::{Known, Session};
pub use setup::{InitError, init};
pub use simulator::run_simulator;
pub use slips::{Slip, SlipSource, VerifyWish};
pub use timeline::TimelineLine;
pub use typescript::typescript;
pub use wrong::address_not_accepted;
