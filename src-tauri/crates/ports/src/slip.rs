//! The port of slip verifiers: asking whether a transfer exists, and what it was.
//!
//! It gives facts or says why there are none. Whether facts pay an order is `keptang_domain::slip`'s to judge, when a
//! question is asked again is its timetable's, and that a slip was used before is the ledger's to know.

use crate::provider::{Fault, TestReport};
use async_trait::async_trait;
use keptang_domain::slip::SlipFacts;
use keptang_domain::slip::judge::{Fault as FaultKind, LookupFailure, Outage};
use keptang_domain::{Money, Timestamp};
use std::fmt;

/// Somebody who knows which transfers banks made.
#[async_trait]
pub trait SlipVerifier: Send + Sync {
    /// What is wrong with its settings, when that is known without asking: nothing is sent then.
    fn fault(&self) -> Option<&SlipFault>;

    /// Real transfers (`true`) or those of training (`false`).
    fn is_live(&self) -> bool;

    /// Asks about one slip. Safe to repeat: a question that was answered before is answered again, and says so in
    /// [`SlipAnswer::is_duplicate`].
    ///
    /// # Errors
    /// Why there are no facts, and what the caller may do next.
    async fn verify(&self, question: &SlipQuestion) -> Result<SlipAnswer, SlipError>;

    /// Asks how the account stands.
    ///
    /// # Errors
    /// As [`verify`](Self::verify), without those about a slip.
    async fn info(&self) -> Result<SlipAccount, SlipError>;

    /// What is left of the month's checks by the latest [`info`](Self::info) and the answers since; `None` while
    /// nobody has said.
    fn quota(&self) -> Option<Quota>;

    /// Tries the connection and names the fault.
    async fn test(&self) -> TestReport;
}

/// A question about one slip.
#[derive(Debug, Clone)]
pub struct SlipQuestion {
    /// Who made the transfer.
    pub kind: SlipKind,
    /// What is known of the slip.
    pub input: SlipInput,
    /// What the order owes, when an order is meant.
    pub amount: Option<Money>,
    /// The order's number, which the verifier keeps for reconciliation.
    pub remark: Option<String>,
}

/// Whose slip it is; the two are asked about at different addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlipKind {
    /// A bank's.
    Bank,
    /// A TrueMoney wallet's. It cannot be asked about by its code.
    TrueMoneyWallet,
}

/// What is known of a slip. A picture shows accounts and names, and a code names a transfer, so `Debug` shows neither.
#[derive(Clone)]
pub enum SlipInput {
    /// The text of its code, as scanned.
    Payload(String),
    /// Its picture, as a file; its own first bytes say of which kind it is ([`PictureType::of`]).
    Image(Vec<u8>),
    /// Its picture as base64, with or without `data:…;base64,` in front.
    Base64(String),
    /// Where its picture can be fetched by the verifier.
    Url(String),
}

impl fmt::Debug for SlipInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Payload(text) => write!(f, "Payload({} bytes)", text.len()),
            Self::Image(bytes) => write!(f, "Image({} bytes)", bytes.len()),
            Self::Base64(text) => write!(f, "Base64({} bytes)", text.len()),
            Self::Url(text) => write!(f, "Url({} bytes)", text.len()),
        }
    }
}

/// Kinds of pictures that verifiers read (easyslip.md, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureType {
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
    /// `image/gif`
    Gif,
    /// `image/webp`
    WebP,
}

impl PictureType {
    /// The kind of picture a file is, by its first bytes; a name or a header may say anything.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            _ => None,
        }
    }

    /// `image/jpeg` and so on.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }

    /// The usual ending of a file's name, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::WebP => "webp",
        }
    }
}

/// A transfer that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlipAnswer {
    /// What it was.
    pub facts: SlipFacts,
    /// The verifier was asked about it before. A mere note: an honest repeat after a lost answer looks the same, so
    /// it never rejects (easyslip.md, section 6). `None` when it did not say.
    pub is_duplicate: Option<bool>,
    /// The verifier's own comparison with the amount in the question. A note too: the sums are compared here.
    pub is_amount_matched: Option<bool>,
    /// What is worth keeping as evidence, as one JSON object: no name of a person is in it, and no account or
    /// telephone number with more than four visible digits.
    pub kept: String,
}

/// How an account at a verifier stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlipAccount {
    /// What the verifier calls the shop's application.
    pub application: Option<String>,
    /// What it calls the branch whose key this till has.
    pub branch: Option<String>,
    /// Whether that branch is switched on there, when told.
    pub is_branch_active: Option<bool>,
    /// The plan.
    pub product: Option<String>,
    /// The month's checks.
    pub quota: Quota,
    /// When the plan ends or renews.
    pub expires_at: Option<Timestamp>,
}

/// The checks of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// How many were used.
    pub used: Option<u64>,
    /// How many there are.
    pub max: Allowance,
    /// How many are left.
    pub remaining: Allowance,
    /// When the verifier said so.
    pub as_of: Timestamp,
}

/// A number of checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    /// So many.
    Checks(u64),
    /// No limit.
    Unlimited,
    /// The verifier did not say.
    Unknown,
}

impl Quota {
    /// Fewer left than this are few, whatever the plan.
    const FEW: u64 = 50;

    /// Whether the owner should be warned: fewer than 50 checks or a tenth of the month's are left (easyslip.md,
    /// section 9).
    pub const fn is_low(&self) -> bool {
        match (self.remaining, self.max) {
            (Allowance::Checks(left), Allowance::Checks(max)) => {
                left < Self::FEW || left.saturating_mul(10) < max
            }
            (Allowance::Checks(left), _) => left < Self::FEW,
            (Allowance::Unlimited | Allowance::Unknown, _) => false,
        }
    }

    /// Whether nothing is left.
    pub const fn is_used_up(&self) -> bool {
        matches!(self.remaining, Allowance::Checks(0))
    }
}

/// A setting that is wrong, and the class of it that the cashier's sentence depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlipFault {
    /// The class.
    pub kind: FaultKind,
    /// The setting and the sentences for the owner.
    pub fault: Fault,
}

/// Why there are no facts, said as what the caller may do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlipError {
    /// No bank knows the transfer: false, unreadable, too old, or not published yet. The timetable says which.
    #[error("the transfer is not known")]
    NotFound,
    /// Its bank has not published it yet: ask again later.
    #[error("the bank has not published the transfer yet")]
    Pending,
    /// There is no slip in the picture.
    #[error("there is no slip in the picture")]
    NoSlipInPicture,
    /// The picture is too large or of a kind that is not taken; it may not even have been sent.
    #[error("the picture is too large or of another kind")]
    PictureRefused,
    /// The verifier says that the receiver is another; a clear no.
    #[error("the transfer went to another receiver")]
    OtherReceiver,
    /// The verifier says that the sum is another; a clear no.
    #[error("the transfer is of another sum")]
    OtherAmount,
    /// A setting or secret is wrong: stop and say which. Nothing is wrong with the slip.
    #[error("a setting is wrong: {}", .0.fault.setting)]
    Misconfigured(Box<SlipFault>),
    /// The month's checks are used up: do not ask again, check by hand.
    #[error("the month's checks are used up")]
    QuotaExceeded,
    /// The verifier did not understand the question, or it was not fit to be sent: our fault, asking again is of no
    /// use.
    #[error("the question was not understood ({code})")]
    BadQuestion {
        /// The verifier's own word, or ours for what was not sent.
        code: String,
    },
    /// The transfer exists, but what was said about it cannot be used. Asking again is of no use.
    #[error("the answer cannot be used: {part}")]
    Unusable {
        /// Which part is missing, unreadable or contradicts another.
        part: &'static str,
    },
    /// The request never left this machine.
    #[error("the request could not be sent")]
    NotSent,
    /// No answer came, or none that can be read. The check may have been made and counted; asking again is safe.
    #[error("the answer was lost")]
    OutcomeUnknown,
    /// Slow down.
    #[error("the verifier asked to slow down")]
    Throttled {
        /// How long, in milliseconds, when that is known.
        after_ms: Option<i64>,
    },
    /// The verifier, or a bank behind it, has trouble of its own: ask again later.
    #[error("the verifier is not answering properly")]
    Unavailable {
        /// How long, in milliseconds, when the verifier said so.
        after_ms: Option<i64>,
    },
}

impl SlipError {
    /// The class by which the slip is judged and the timetable is chosen.
    pub fn failure(&self) -> LookupFailure {
        match self {
            Self::NotFound => LookupFailure::NotFound,
            Self::Pending => LookupFailure::Pending,
            Self::NoSlipInPicture => LookupFailure::NoSlipInPicture,
            Self::PictureRefused => LookupFailure::PictureRefused,
            Self::OtherReceiver => LookupFailure::OtherReceiver,
            Self::OtherAmount => LookupFailure::OtherAmount,
            Self::Misconfigured(fault) => LookupFailure::Fault(fault.kind),
            Self::QuotaExceeded => LookupFailure::Outage(Outage::QuotaGone),
            Self::BadQuestion { .. } | Self::Unusable { .. } => LookupFailure::Outage(Outage::Ours),
            Self::NotSent | Self::OutcomeUnknown => LookupFailure::Outage(Outage::Unreachable),
            Self::Throttled { .. } => LookupFailure::Outage(Outage::Busy),
            Self::Unavailable { .. } => LookupFailure::Outage(Outage::Theirs),
        }
    }

    /// How long to leave the verifier alone, in milliseconds, when that is known.
    pub const fn retry_after_ms(&self) -> Option<i64> {
        match self {
            Self::Throttled { after_ms } | Self::Unavailable { after_ms } => *after_ms,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_told_by_their_first_bytes() {
        for (bytes, kind) in [
            (&b"\xFF\xD8\xFF\xE0"[..], Some(PictureType::Jpeg)),
            (b"\x89PNG\r\n\x1a\n", Some(PictureType::Png)),
            (b"GIF89a...", Some(PictureType::Gif)),
            (b"GIF87a", Some(PictureType::Gif)),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some(PictureType::WebP)),
            (b"RIFF\0\0\0\0WAVE", None),
            (b"BM", None),
            (b"<svg", None),
            (b"", None),
        ] {
            assert_eq!(PictureType::of(bytes), kind, "{bytes:?}");
        }
    }

    #[test]
    fn the_owner_is_warned_below_a_tenth_or_fifty() {
        use Allowance::{Checks, Unknown, Unlimited};
        for (remaining, max, low, used_up) in [
            (Checks(50), Checks(500), false, false),
            (Checks(49), Checks(100), true, false),
            (Checks(99), Checks(1_000), true, false),
            (Checks(100), Checks(1_000), false, false),
            (Checks(50), Unknown, false, false),
            (Checks(0), Unlimited, true, true),
            (Checks(u64::MAX), Checks(u64::MAX), false, false),
            (Unlimited, Unlimited, false, false),
            (Unknown, Checks(10), false, false),
        ] {
            let quota = Quota {
                used: None,
                max,
                remaining,
                as_of: Timestamp::from_ms(0),
            };
            assert_eq!((quota.is_low(), quota.is_used_up()), (low, used_up), "{quota:?}");
        }
    }

    #[test]
    fn a_question_is_printed_without_what_it_shows() {
        for input in [
            SlipInput::Payload("canary".to_owned()),
            SlipInput::Base64("canary".to_owned()),
            SlipInput::Url("https://canary.example".to_owned()),
            SlipInput::Image(b"canary".to_vec()),
        ] {
            let printed = format!("{input:?}");
            assert!(
                !printed.contains("canary") && !printed.contains("99"),
                "{printed}"
            );
        }
    }
}
