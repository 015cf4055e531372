//! The use cases and the driver that follows open attempts.
//!
//! Decides when to ask whom; the domain decides what an answer means for the books, the ledger keeps it. Nothing here
//! knows a wire format, SQL, a window or a command line.

mod cancel;
mod confirm;
mod crowd;
mod day;
mod day_line;
mod driver;
mod health;
mod notice;
mod offer;
mod payout;
mod policy;
mod receipts;
mod reconcile;
mod record;
mod refund;
mod review;
mod routing;
mod shift;
mod slips;
mod take_payment;
mod till;
mod trail;

pub use cancel::CancelError;
pub use confirm::ConfirmError;
pub use day::{DayError, DayReport, Signed, ZReport};
pub use driver::CheckOutcome;
pub use health::{Health, Standing};
pub use payout::{Payout, PayoutAccount, PayoutError, PayoutRules, PayoutState};
pub use policy::Timing;
pub use receipts::ReceiptError;
pub use reconcile::{Bucket, Item, ReconcileError};
pub use record::RecordError;
pub use refund::{RefundError, RefundOrder, RefundPath};
pub use review::{
    ItemKey, OrderIssue, Outcome, ParseKeyError, ReviewError, ReviewItem, ReviewKind, Settled, SlipsOfDay,
};
pub use routing::RouteError;
pub use shift::{CountOutcome, MAX_REASON, ShiftEnd, ShiftError, ShiftState};
pub use slips::{Override, Shown, SlipDesk, SlipDetail, SlipError, SlipOutcome, SlipWish};
pub use take_payment::{Charge, ChargeError, Particulars};
pub use till::{Parts, Till, TillConfig, TillEvent};
