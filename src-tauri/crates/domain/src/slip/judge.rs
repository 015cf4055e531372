//! The verdict on a slip (cli.md, slip line).
//!
//! Three ways in: the code alone ([`judge_code`]), the facts of a verified transfer ([`judge`]), and a verifier that
//! did not answer with facts ([`judge_failure`]). That the verifier saw the slip before (`isDuplicate`) is not even an
//! input: an honest retry after a lost answer looks the same, so only our own ledger decides (easyslip.md, section 6).

use super::facts::SlipFacts;
use super::mini_qr::{self, Damage, SlipCode};
use super::receiver::{self, ReceiverDoubt, ReceiverMatch, ShopAccount};
use super::reference::SlipRef;
use super::timetable::Next;
use crate::provider::words;
use crate::{Money, Timestamp};

words! {
    /// The word for a judgement on the command line and in the ledger.
    Verdict {
        /// It pays the order.
        Accepted = "accepted",
        /// Another sum than what is owed.
        WrongAmount = "wrong_amount",
        /// Paid to somebody else.
        WrongReceiver = "wrong_receiver",
        /// It paid an order already.
        AlreadyUsed = "already_used",
        /// Made before this order, or longer ago than the owner allows.
        TooOld = "too_old",
        /// No slip.
        NotASlip = "not_a_slip",
        /// A slip that cannot be read.
        Damaged = "damaged",
        /// No bank knows it.
        NotFound = "not_found",
        /// Its bank does not know it yet.
        BankPending = "bank_pending",
        /// It could not be checked just now.
        Unavailable = "unavailable",
        /// It cannot be checked until the owner sets something right.
        Misconfigured = "misconfigured",
        /// A person must look.
        NeedsReview = "needs_review",
    }
}

/// How far clocks may differ, and how long before its order a slip may have been made (easyslip.md, section 7).
const TOLERANCE_MS: i64 = 2 * 60_000;

/// What the shop expects of a slip.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// What the order still owes.
    pub owed: Money,
    /// What its open attempts ask for where a gateway changed the sum by some satang; a slip of such a sum pays too.
    pub payables: &'a [Money],
    /// When the order was opened.
    pub order_opened_at: Timestamp,
    /// Where slips may have been sent.
    pub accounts: &'a [ShopAccount],
    /// The owner's own limit on a slip's age (`slips.easyslip.max_age_minutes`); it can only shorten the window.
    pub max_age_ms: Option<i64>,
    /// When the slip was first shown. Its age is counted to then, so that a slow bank makes no slip too old.
    pub presented_at: Timestamp,
    /// The present.
    pub now: Timestamp,
    /// What the code on the slip said, when it was read here.
    pub asked: Option<&'a SlipRef>,
    /// The order that this transfer paid already, by our own ledger.
    pub used_by: Option<&'a Use>,
}

/// An order that a slip was used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The order's number, as people say it.
    pub order_number: String,
    /// When it was used.
    pub at: Timestamp,
    /// It is the order in question.
    pub is_this_order: bool,
}

/// A verdict with what explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It pays the order.
    Accepted,
    /// Another sum than what is owed.
    WrongAmount {
        /// The slip's sum, when the verifier told.
        slip: Option<Money>,
        /// What is owed.
        owed: Money,
    },
    /// Paid to somebody else.
    WrongReceiver,
    /// It paid an order already.
    AlreadyUsed(Use),
    /// Made before the window.
    TooOld {
        /// When the money moved.
        sent_at: Timestamp,
        /// The window's start.
        earliest: Timestamp,
    },
    /// No slip.
    NotASlip(NoSlip),
    /// A slip that cannot be read.
    Damaged(Unreadable),
    /// No bank knows it, and it is not asked about again.
    NotFound,
    /// It is asked about again.
    BankPending {
        /// When.
        retry_at: Timestamp,
    },
    /// It could not be checked just now.
    Unavailable {
        /// Why.
        outage: Outage,
        /// When it is tried again, if it is.
        retry_at: Option<Timestamp>,
    },
    /// It cannot be checked until the owner sets something right.
    Misconfigured(Fault),
    /// A person must look.
    NeedsReview(Doubt),
}

/// What was shown instead of a slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSlip {
    /// A code that asks for money.
    PaymentQr,
    /// Another code.
    OtherCode,
    /// A picture that the verifier finds no slip in.
    Picture,
}

/// What cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// The code.
    Code(Damage),
    /// The code has parts that are not known here.
    UnusualCode,
    /// A wallet's code, which says nothing without its picture (easyslip.md, section 8).
    WalletCode,
    /// The code in the picture, for a reason that can be seen.
    Photo(Flaw),
    /// The picture's file.
    File(BadFile),
    /// The picture: too large, or of a format that the verifier does not take.
    Picture,
}

/// What is wrong with a picture in which no code can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Too little light.
    Dark,
    /// Out of focus, or moved.
    Blurred,
    /// Too few pixels.
    Small,
    /// Part of the code is outside.
    CutOff,
    /// A finger or a reflection is over the code.
    Covered,
}

/// What is wrong with a picture's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadFile {
    /// More bytes or pixels than are taken.
    TooLarge,
    /// A picture or document of another format; its name.
    OtherFormat(&'static str),
    /// No picture.
    NotAPicture,
    /// Damaged, or cut off on its way.
    Broken,
}

/// Why a slip could not be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// Nobody answered, or with something that is no answer.
    Unreachable,
    /// Too many questions at once.
    Busy,
    /// Their fault, or a bank's.
    Theirs,
    /// The month's checks are used up.
    QuotaGone,
    /// They did not understand our question, which is our fault.
    Ours,
    /// They cannot fetch a picture from the address that was given.
    Link,
}

/// What the owner must set right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// There is no key, or it is wrong.
    Key,
    /// This machine's address is not on the list.
    Address,
    /// The account or branch is closed.
    Account,
    /// Slip checks are switched off.
    Disabled,
}

/// What a person must decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Who was paid.
    Receiver(ReceiverDoubt),
    /// The transfer is dated in the future: it is scheduled and not made yet, or a clock is wrong.
    FutureTime,
    /// The answer is about another transfer than the code on the slip.
    OtherTransfer,
    /// The bank did not answer in its time.
    BankSilent,
    /// A gateway, or a person, told of a transfer like it for another order, which has no slip yet: it may be the same
    /// money.
    ToldForAnother,
}

impl Judgement {
    /// The word for it.
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::Accepted => Verdict::Accepted,
            Self::WrongAmount { .. } => Verdict::WrongAmount,
            Self::WrongReceiver => Verdict::WrongReceiver,
            Self::AlreadyUsed(_) => Verdict::AlreadyUsed,
            Self::TooOld { .. } => Verdict::TooOld,
            Self::NotASlip(_) => Verdict::NotASlip,
            Self::Damaged(_) => Verdict::Damaged,
            Self::NotFound => Verdict::NotFound,
            Self::BankPending { .. } => Verdict::BankPending,
            Self::Unavailable { .. } => Verdict::Unavailable,
            Self::Misconfigured(_) => Verdict::Misconfigured,
            Self::NeedsReview(_) => Verdict::NeedsReview,
        }
    }

    /// When it is asked about again by itself.
    pub const fn retry_at(&self) -> Option<Timestamp> {
        match self {
            Self::BankPending { retry_at } => Some(*retry_at),
            Self::Unavailable { retry_at, .. } => *retry_at,
            _ => None,
        }
    }

    /// Whether a permitted person may accept the slip all the same. Only where the transfer is known to exist, is of
    /// the right sum, and only its time, its receiver's name or its order is in question: `judge` looks at the sum
    /// before those.
    pub const fn may_be_overridden(&self) -> bool {
        matches!(
            self,
            Self::TooOld { .. }
                | Self::NeedsReview(Doubt::Receiver(_) | Doubt::FutureTime | Doubt::ToldForAnother)
        )
    }

    /// The same, where no slip was found in a picture and this machine saw why: then it may well be one.
    #[must_use]
    pub fn because_of(self, flaw: Option<Flaw>) -> Self {
        match (self, flaw) {
            (Self::NotASlip(NoSlip::Picture), Some(flaw)) => Self::Damaged(Unreadable::Photo(flaw)),
            (judgement, _) => judgement,
        }
    }
}

/// Judges a code before anybody is asked, without internet and quota. `None`: ask.
pub fn judge_code(code: &SlipCode, used_by: Option<&Use>) -> Option<Judgement> {
    match code {
        SlipCode::Bank(_) | SlipCode::TrueMoney(_) => used_by.cloned().map(Judgement::AlreadyUsed),
        SlipCode::PaymentQr => Some(Judgement::NotASlip(NoSlip::PaymentQr)),
        SlipCode::Damaged(damage) => Some(Judgement::Damaged(Unreadable::Code(*damage))),
        SlipCode::NotASlip(mini_qr::NotASlip::Unusual) => Some(Judgement::Damaged(Unreadable::UnusualCode)),
        SlipCode::NotASlip(_) => Some(Judgement::NotASlip(NoSlip::OtherCode)),
    }
}

/// Judges a transfer that exists. A clear no comes before a doubt, and the no that helps most comes first.
pub fn judge(facts: &SlipFacts, expected: &Expected<'_>) -> Judgement {
    if let Some(used_by) = expected.used_by {
        return Judgement::AlreadyUsed(used_by.clone());
    }
    // Verifiers write the sending bank in other ways than the code does; the reference alone names the transfer.
    if expected
        .asked
        .is_some_and(|asked| asked.trans_ref != facts.reference.trans_ref)
    {
        return Judgement::NeedsReview(Doubt::OtherTransfer);
    }
    let receiver = receiver::compare(&facts.receiver, facts.matched.as_ref(), expected.accounts);
    if receiver == ReceiverMatch::SomebodyElse {
        return Judgement::WrongReceiver;
    }
    if facts.amount != expected.owed && !expected.payables.contains(&facts.amount) {
        return Judgement::WrongAmount {
            slip: Some(facts.amount),
            owed: expected.owed,
        };
    }
    let earliest = earliest(expected);
    if facts.sent_at < earliest {
        return Judgement::TooOld {
            sent_at: facts.sent_at,
            earliest,
        };
    }
    if facts.sent_at > expected.now.plus_ms(TOLERANCE_MS) {
        return Judgement::NeedsReview(Doubt::FutureTime);
    }
    match receiver {
        ReceiverMatch::CannotTell(doubt) => Judgement::NeedsReview(Doubt::Receiver(doubt)),
        ReceiverMatch::Shop(_) | ReceiverMatch::SomebodyElse => Judgement::Accepted,
    }
}

/// Two minutes before the order was opened, or later when the owner limits a slip's age (easyslip.md, section 7).
fn earliest(expected: &Expected<'_>) -> Timestamp {
    let by_order = expected.order_opened_at.plus_ms(-TOLERANCE_MS);
    match expected.max_age_ms {
        Some(max_age_ms) => by_order.max(expected.presented_at.plus_ms(max_age_ms.saturating_neg())),
        None => by_order,
    }
}

/// What a verifier answers when it has no facts (easyslip.md, section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookupFailure {
    /// `SLIP_NOT_FOUND`: false, unreadable, too old, or not published yet.
    NotFound,
    /// `SLIP_PENDING`: the bank has not published it.
    Pending,
    /// `INVALID_IMAGE`.
    NoSlipInPicture,
    /// `IMAGE_SIZE_TOO_LARGE`, `INVALID_IMAGE_FORMAT`.
    PictureRefused,
    /// `ACCOUNT_NOT_MATCH`, where it comes as an error.
    OtherReceiver,
    /// `AMOUNT_NOT_MATCH`, where it comes as an error.
    OtherAmount,
    /// It cannot answer now.
    Outage(Outage),
    /// It will not answer until the owner sets something right.
    Fault(Fault),
}

/// Judges a slip that nobody knows facts about. `next` is the timetable's word on asking again.
pub const fn judge_failure(failure: LookupFailure, next: Next, owed: Money) -> Judgement {
    match (failure, next) {
        (LookupFailure::NotFound | LookupFailure::Pending, Next::AskAt(retry_at)) => {
            Judgement::BankPending { retry_at }
        }
        (LookupFailure::NotFound, Next::GiveUp) => Judgement::NotFound,
        (LookupFailure::Pending, Next::GiveUp) => Judgement::NeedsReview(Doubt::BankSilent),
        (LookupFailure::NoSlipInPicture, _) => Judgement::NotASlip(NoSlip::Picture),
        (LookupFailure::PictureRefused, _) => Judgement::Damaged(Unreadable::Picture),
        (LookupFailure::OtherReceiver, _) => Judgement::WrongReceiver,
        (LookupFailure::OtherAmount, _) => Judgement::WrongAmount { slip: None, owed },
        (LookupFailure::Outage(outage), Next::AskAt(at)) => Judgement::Unavailable {
            outage,
            retry_at: Some(at),
        },
        (LookupFailure::Outage(outage), Next::GiveUp) => Judgement::Unavailable {
            outage,
            retry_at: None,
        },
        (LookupFailure::Fault(fault), _) => Judgement::Misconfigured(fault),
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
