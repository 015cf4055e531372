//! What the core needs from the outside, as traits with their request, reply and error types.
//!
//! Adapters (providers, ledger, callbacks, settings) implement these and depend on nothing else of ours but the
//! domain. No trait method here has a default body: a capability is shown by having the code.
#![warn(missing_docs)]

mod clock;
mod ledger;
mod notice;
mod picture;
mod provider;
mod slip;

pub use clock::{Clock, Ids};
pub use keptang_domain::role::Role;
pub use ledger::{
    AttemptFacts, AuditLine, Claim, DayFacts, Ledger, LedgerError, Moved, MovedWhat, NewClaim, NewOrder,
    OrderFilter, OrderKey, PastEvent, Person, Schedule, SlipFilter, SlipPicture, SlipRecord, TakingsFilter,
    TrailFilter, VerifyReport, Watch, WorkerId,
};
pub use notice::{NoticeAnswer, NoticeSink, RawNotice};
pub use picture::PictureStore;
pub use provider::{
    Asset, Balance, Bank, Cancel, CancelOutcome, CreatePayment, Created, Fault, Found, Lookup, LostPayment,
    Notice, NoticeError, NoticeOutcome, NoticeReader, PaymentProvider, PaymentRef, Payouts, ProviderError,
    ProviderProfile, RefundRequest, Refunded, Refunds, Report, Resend, Said, Statement, StatementLine,
    StatusQuery, Strength, TestReport, Verdict, WayBack, WithdrawRequest, Withdrawn,
};
pub use slip::{
    Allowance, PictureType, Quota, SlipAccount, SlipAnswer, SlipError, SlipFault, SlipInput, SlipKind,
    SlipQuestion, SlipVerifier,
};
