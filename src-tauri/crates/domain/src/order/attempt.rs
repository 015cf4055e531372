//! One try to collect an order through one provider: its states, the events that move it, and the table of both.
//!
//! The table is data and covers every pair, so that a test can walk it whole. Three rules shape it
//! (architecture.md §5): payment wins over everything, nothing lowers a paid attempt, and a word we do not know is
//! never success.

use crate::day::Proof;
use crate::money::Money;
use crate::provider::{ProviderId, words};
use crate::time::Timestamp;
use crate::{AttemptId, CallbackToken};

use super::evidence::{Evidence, Source};
use super::flag::Flag;
use super::quote::Quote;

words! {
    /// Where an attempt stands.
    AttemptState {
        /// Stored, nothing sent.
        Prepared = "prepared",
        /// The request is on its way, or was when the till stopped.
        Submitted = "submitted",
        /// The customer can pay.
        Awaiting = "awaiting",
        /// Money was seen, not yet confirmed; the deadline no longer binds.
        Confirming = "confirming",
        /// The till asked the provider to cancel and does not know the end yet.
        Cancelling = "cancelling",
        /// The request may or may not have arrived.
        Unknown = "unknown",
        /// The provider holds the money back.
        Held = "held",
        /// The money is there. Final.
        Paid = "paid",
        /// The provider said no, or nothing was ever created.
        Failed = "failed",
        /// The time ran out without money.
        Expired = "expired",
        /// Cancelled, and no money came.
        Cancelled = "cancelled",
    }
}

impl AttemptState {
    /// Nothing more happens on its own: paid, or ended without money. Late money still moves an ended one.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Paid | Self::Failed | Self::Expired | Self::Cancelled)
    }

    /// Ended without money; still listened to for a while.
    pub const fn is_ended(self) -> bool {
        matches!(self, Self::Failed | Self::Expired | Self::Cancelled)
    }
}

words! {
    /// Why an attempt is where it is. A closed list, because the window has a sentence for each.
    Reason {
        /// The provider refused the request; nothing exists there.
        Refused = "refused",
        /// A setting or secret is wrong; nothing was created.
        Misconfigured = "misconfigured",
        /// The request never left this machine.
        NotSent = "not_sent",
        /// The provider answered with its own trouble.
        ProviderDown = "provider_down",
        /// The answer was lost; something may exist.
        OutcomeUnknown = "outcome_unknown",
        /// The answer was lost, and asking showed that nothing was created.
        NeverCreated = "never_created",
        /// The provider asked us to slow down; nothing was created.
        Throttled = "throttled",
        /// The QR carries another amount or receiver than it should.
        QrMismatch = "qr_mismatch",
        /// The QR picture could not be fetched or is not a picture.
        QrUnavailable = "qr_unavailable",
        /// The provider changed the amount by more than the owner allows.
        AdjustedTooMuch = "adjusted_too_much",
        /// The provider's own "processing failed".
        FailedProcessing = "failed_processing",
        /// The payer had too little money.
        InsufficientBalance = "insufficient_balance",
        /// The payer cancelled.
        PaymentCancelled = "payment_cancelled",
        /// The payer took too long at the provider.
        Timeout = "timeout",
        /// The provider said no with a word we have no better name for.
        Declined = "declined",
        /// The deadline passed.
        Deadline = "deadline",
        /// A person cancelled.
        CancelledByPerson = "cancelled_by_person",
        /// A live payment where a test one was expected, or the reverse.
        ModeMismatch = "mode_mismatch",
    }
}

/// What the customer must do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instruction {
    /// Text to show as a QR.
    QrText {
        /// The text.
        text: String,
    },
    /// The provider's own QR picture, as PNG, with its text where it could be decoded.
    QrImage {
        /// PNG bytes.
        png: Vec<u8>,
        /// What the picture says.
        text: Option<String>,
    },
    /// A bank account to transfer to.
    BankAccount {
        /// Three-digit bank code or the provider's own word.
        bank_code: String,
        /// Account number.
        number: String,
        /// Account holder.
        name: String,
    },
    /// A page to open.
    Redirect {
        /// https address.
        url: String,
    },
    /// A crypto address; amount as the provider's own decimal text.
    CryptoAddress {
        /// Address.
        address: String,
        /// Exact amount of the coin.
        amount: String,
        /// Coin.
        coin: String,
        /// Network.
        network: String,
        /// PNG of the address.
        qr_png: Vec<u8>,
    },
}

/// Why an accepted payment is not shown to the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unshowable {
    /// The QR differs from what it should say.
    QrMismatch,
    /// There is no picture to show.
    QrUnavailable,
    /// The amount was adjusted beyond the owner's limit.
    AdjustedTooMuch,
    /// Live where test was expected, or the reverse.
    ModeMismatch,
}

impl Unshowable {
    /// The reason the attempt carries.
    pub const fn reason(self) -> Reason {
        match self {
            Self::QrMismatch => Reason::QrMismatch,
            Self::QrUnavailable => Reason::QrUnavailable,
            Self::AdjustedTooMuch => Reason::AdjustedTooMuch,
            Self::ModeMismatch => Reason::ModeMismatch,
        }
    }

    const fn flag(self) -> Option<Flag> {
        match self {
            Self::QrMismatch => Some(Flag::QrMismatch),
            Self::AdjustedTooMuch => Some(Flag::AdjustedTooMuch),
            Self::ModeMismatch => Some(Flag::Contradiction),
            Self::QrUnavailable => None,
        }
    }
}

/// What happened to an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptEvent {
    /// The request is about to leave. Committed before the first byte.
    SubmitStarted,
    /// The provider took it.
    Accepted {
        /// The provider's reference.
        provider_ref: Option<String>,
        /// What the provider wants paid.
        payable: Money,
        /// What to show; `None` for a payment that was found again after a lost answer where nobody gives the QR a
        /// second time. It may still be paid, so it is followed to its end.
        instruction: Option<Instruction>,
        /// The provider's own expiry.
        deadline: Option<Timestamp>,
    },
    /// The provider took it, but what it returned may not be shown.
    Unshowable {
        /// The provider's reference.
        provider_ref: Option<String>,
        /// What the provider wants paid.
        payable: Money,
        /// Why.
        why: Unshowable,
    },
    /// Nothing exists at the provider.
    Refused {
        /// Why.
        reason: Reason,
    },
    /// The answer was lost; something may exist.
    OutcomeLost,
    /// Someone with standing says money moved; a query has to confirm it.
    Seen {
        /// Who said so.
        source: Source,
    },
    /// Part of the money arrived.
    Short {
        /// The part, cumulative for its key.
        evidence: Evidence,
    },
    /// The money arrived.
    Confirmed {
        /// The proof.
        evidence: Evidence,
    },
    /// Notes and coins were counted into the drawer.
    CashTaken {
        /// What was asked for in coins that exist: within a coin of the price.
        payable: Money,
        /// What the customer handed over; the rest went back.
        tendered: Money,
    },
    /// A permitted person says it was paid.
    OperatorConfirmed {
        /// Who.
        by: String,
        /// One of the listed reasons (cli.md, `order confirm`).
        reason: ConfirmReason,
        /// Free text.
        note: Option<String>,
    },
    /// The provider says it failed.
    Declined {
        /// Why.
        reason: Reason,
    },
    /// The provider says its time is over.
    Lapsed,
    /// The provider holds the money.
    Held,
    /// The provider used a word we do not know.
    Unrecognised {
        /// The word.
        word: String,
    },
    /// Evidence that contradicts other evidence.
    Contradicted,
    /// A claim too weak to settle anything.
    WeakEvidence,
    /// Our clock passed the deadline and a last question found no money.
    DeadlinePassed,
    /// A person wants it cancelled.
    CancelRequested {
        /// Who, when known.
        by: Option<String>,
    },
    /// The provider confirmed that it can no longer be paid, or there was nothing to ask.
    CancelDone,
    /// Nobody listens any longer.
    ListenClosed,
}

words! {
    /// Why a person says an attempt was paid (cli.md, `order confirm`).
    ConfirmReason {
        /// The customer's bank app showed it.
        BankAppShown = "bank_app_shown",
        /// The provider's dashboard showed it.
        ProviderDashboard = "provider_dashboard",
        /// A slip was checked by eye.
        SlipCheckedByHand = "slip_checked_by_hand",
        /// The provider said so on the phone.
        PhoneCall = "phone_call",
        /// Something else; needs a note.
        Other = "other",
    }
}

/// The kinds of [`AttemptEvent`], for the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is documented at the event of the same name")]
pub enum EventKind {
    SubmitStarted,
    Accepted,
    Unshowable,
    Refused,
    OutcomeLost,
    Seen,
    Short,
    Confirmed,
    CashTaken,
    OperatorConfirmed,
    Declined,
    Lapsed,
    Held,
    Unrecognised,
    Contradicted,
    WeakEvidence,
    DeadlinePassed,
    CancelRequested,
    CancelDone,
    ListenClosed,
}

impl AttemptEvent {
    /// The kind, for the table.
    pub const fn kind(&self) -> EventKind {
        match self {
            Self::SubmitStarted => EventKind::SubmitStarted,
            Self::Accepted { .. } => EventKind::Accepted,
            Self::Unshowable { .. } => EventKind::Unshowable,
            Self::Refused { .. } => EventKind::Refused,
            Self::OutcomeLost => EventKind::OutcomeLost,
            Self::Seen { .. } => EventKind::Seen,
            Self::Short { .. } => EventKind::Short,
            Self::Confirmed { .. } => EventKind::Confirmed,
            Self::CashTaken { .. } => EventKind::CashTaken,
            Self::OperatorConfirmed { .. } => EventKind::OperatorConfirmed,
            Self::Declined { .. } => EventKind::Declined,
            Self::Lapsed => EventKind::Lapsed,
            Self::Held => EventKind::Held,
            Self::Unrecognised { .. } => EventKind::Unrecognised,
            Self::Contradicted => EventKind::Contradicted,
            Self::WeakEvidence => EventKind::WeakEvidence,
            Self::DeadlinePassed => EventKind::DeadlinePassed,
            Self::CancelRequested { .. } => EventKind::CancelRequested,
            Self::CancelDone => EventKind::CancelDone,
            Self::ListenClosed => EventKind::ListenClosed,
        }
    }
}

/// What the table says about one pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Go to this state.
    To(AttemptState),
    /// Keep the state; the event's facts are stored.
    Keep,
    /// The money is credited and the attempt is paid.
    Pay,
    /// Money is recorded without deciding the attempt.
    Credit,
    /// Keep the state and raise this flag.
    Raise(Flag),
    /// Nothing to do; the event is not even stored.
    Ignore,
    /// Cannot happen, or may not be asked for.
    Illegal,
}

/// The table: every state × every event.
pub const fn rule(state: AttemptState, event: EventKind) -> Move {
    use AttemptState as S;
    use EventKind as E;
    match event {
        // Money is taken in every state: a paid order is never lost, whatever we believed before.
        E::Confirmed => Move::Pay,
        E::Short => Move::Credit,
        E::SubmitStarted => match state {
            S::Prepared => Move::To(S::Submitted),
            _ => Move::Illegal,
        },
        E::Accepted => match state {
            S::Prepared => Move::Illegal,
            S::Submitted | S::Unknown => Move::To(S::Awaiting),
            // The reference is worth keeping wherever the reply finds us: a callback or a cancel overtook it.
            S::Confirming | S::Cancelling | S::Held | S::Paid | S::Failed | S::Expired | S::Cancelled => {
                Move::Keep
            }
            S::Awaiting => Move::Ignore,
        },
        E::Unshowable => match state {
            S::Submitted | S::Unknown => Move::To(S::Cancelling),
            S::Confirming | S::Cancelling | S::Held | S::Paid | S::Failed | S::Expired | S::Cancelled => {
                Move::Keep
            }
            S::Prepared | S::Awaiting => Move::Illegal,
        },
        E::Refused => match state {
            S::Prepared | S::Submitted | S::Unknown => Move::To(S::Failed),
            S::Cancelling => Move::To(S::Cancelled),
            S::Awaiting => Move::Illegal,
            // "Any no: review only" (architecture.md §5, row Paid).
            S::Paid => Move::Raise(Flag::Contradiction),
            S::Confirming | S::Held | S::Failed | S::Expired | S::Cancelled => Move::Ignore,
        },
        E::OutcomeLost => match state {
            S::Submitted => Move::To(S::Unknown),
            S::Prepared => Move::Illegal,
            _ => Move::Ignore,
        },
        E::Seen => match state {
            S::Submitted
            | S::Awaiting
            | S::Unknown
            | S::Cancelling
            | S::Failed
            | S::Expired
            | S::Cancelled => Move::To(S::Confirming),
            S::Prepared => Move::Illegal,
            S::Confirming | S::Held | S::Paid => Move::Ignore,
        },
        // The money is in the drawer the moment it is said; there is nothing to wait for and nobody to ask.
        E::CashTaken => match state {
            S::Submitted => Move::Pay,
            _ => Move::Illegal,
        },
        E::OperatorConfirmed => match state {
            S::Awaiting | S::Confirming | S::Unknown | S::Expired => Move::Pay,
            _ => Move::Illegal,
        },
        E::Declined => match state {
            S::Submitted | S::Awaiting | S::Confirming | S::Cancelling | S::Unknown | S::Held => {
                Move::To(S::Failed)
            }
            S::Paid => Move::Raise(Flag::Contradiction),
            S::Prepared => Move::Illegal,
            // Kept, because money that still comes contradicts it.
            S::Failed | S::Expired | S::Cancelled => Move::Keep,
        },
        E::Lapsed => match state {
            S::Submitted | S::Awaiting | S::Confirming | S::Unknown | S::Held => Move::To(S::Expired),
            S::Cancelling => Move::To(S::Cancelled),
            S::Prepared => Move::Illegal,
            S::Paid => Move::Raise(Flag::Contradiction),
            S::Failed | S::Expired | S::Cancelled => Move::Ignore,
        },
        E::Held => match state {
            S::Prepared => Move::Illegal,
            S::Held => Move::Ignore,
            S::Paid => Move::Raise(Flag::Held),
            _ => Move::To(S::Held),
        },
        E::Unrecognised => Move::Raise(Flag::UnrecognisedStatus),
        E::Contradicted => Move::Raise(Flag::Contradiction),
        E::WeakEvidence => Move::Raise(Flag::WeakEvidence),
        E::DeadlinePassed => match state {
            S::Awaiting => Move::To(S::Expired),
            S::Prepared => Move::Illegal,
            _ => Move::Ignore,
        },
        E::CancelRequested => match state {
            S::Prepared => Move::To(S::Cancelled),
            S::Submitted | S::Awaiting | S::Confirming | S::Unknown => Move::To(S::Cancelling),
            S::Cancelling => Move::Ignore,
            // The provider has the money: only it can let go.
            S::Held | S::Paid | S::Failed | S::Expired | S::Cancelled => Move::Illegal,
        },
        E::CancelDone => match state {
            S::Cancelling => Move::To(S::Cancelled),
            S::Confirming | S::Held | S::Paid | S::Failed | S::Expired | S::Cancelled => Move::Ignore,
            S::Prepared | S::Submitted | S::Awaiting | S::Unknown => Move::Illegal,
        },
        E::ListenClosed => match state {
            S::Awaiting | S::Confirming | S::Unknown | S::Held | S::Submitted => Move::To(S::Expired),
            S::Cancelling => Move::To(S::Cancelled),
            S::Failed | S::Expired | S::Cancelled => Move::Keep,
            S::Prepared => Move::Illegal,
            S::Paid => Move::Ignore,
        },
    }
}

/// The flag an event raises besides what the table says.
pub(super) const fn flag_of(event: &AttemptEvent) -> Option<Flag> {
    match event {
        AttemptEvent::Unshowable { why, .. } => why.flag(),
        AttemptEvent::OperatorConfirmed { .. } => Some(Flag::ManualConfirm),
        AttemptEvent::Held => Some(Flag::Held),
        _ => None,
    }
}

/// One try, as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Our reference, also sent to the provider.
    pub id: AttemptId,
    /// Who serves it.
    pub provider: ProviderId,
    /// Secret part of its callback address.
    pub token: CallbackToken,
    /// Where it stands.
    pub state: AttemptState,
    /// What the till asked for.
    pub asked: Money,
    /// What the provider wants paid; equals `asked` until the provider says otherwise.
    pub payable: Money,
    /// The provider's reference.
    pub provider_ref: Option<String>,
    /// What the customer must do. Gone once it must not be shown any longer.
    pub instruction: Option<Instruction>,
    /// The provider's own expiry.
    pub deadline: Option<Timestamp>,
    /// When it was stored.
    pub opened_at: Timestamp,
    /// When the provider took it: the start of the countdown.
    pub accepted_at: Option<Timestamp>,
    /// When it first ended without money. Stays when late money moves it on, which is how late money is known.
    pub ended_at: Option<Timestamp>,
    /// When the provider first said no.
    pub declined_at: Option<Timestamp>,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// Listening is over.
    pub closed: bool,
    /// Why it is where it is.
    pub reason: Option<Reason>,
    /// Everything that says money moved, by key. Amounts are cumulative for their key and never shrink.
    pub evidence: Vec<Evidence>,
    /// What its first money rests on.
    pub proof: Option<Proof>,
    /// What a person's word credited, if one did.
    pub person_word: Option<Money>,
    /// The provider's fee, when it told.
    pub fee: Option<Money>,
    /// Who settled it.
    pub confirmed_by: Option<Source>,
    /// What an invoice paid with a coin says.
    pub quote: Option<Quote>,
    /// What the customer handed over in cash.
    pub tendered: Option<Money>,
}

impl Attempt {
    /// What the provider changed the amount by; negative when it asks for less.
    pub fn adjustment(&self) -> Money {
        self.payable.checked_sub(self.asked).unwrap_or(Money::ZERO)
    }

    /// What went back of the cash that was handed over.
    pub fn change(&self) -> Option<Money> {
        self.tendered?.checked_sub(self.payable)
    }

    /// What arrived, by all evidence. A person's word, slips and what the provider tells speak of the same money, so
    /// they are never added (product.md §2.8, §3): the largest of them counts.
    pub fn received(&self) -> Money {
        self.evidenced().max(self.person_word.unwrap_or(Money::ZERO))
    }

    /// A person's word or a slip still stands for money that the provider has not told of yet; what it tells is matched
    /// to it.
    pub fn rests_on_word(&self) -> bool {
        self.told() < self.received()
    }

    pub(super) fn evidenced(&self) -> Money {
        self.told()
            .max(self.sum(|evidence| evidence.source == Source::Slip))
    }

    /// What the provider itself, or the drawer, told of.
    fn told(&self) -> Money {
        self.sum(|evidence| evidence.source != Source::Slip)
    }

    fn sum(&self, counts: impl Fn(&Evidence) -> bool) -> Money {
        let amounts = self.evidence.iter().filter(|evidence| counts(evidence));
        Money::checked_sum(amounts.map(|evidence| evidence.amount)).unwrap_or(Money::ZERO)
    }

    /// Separate payments: distinct evidence with money of the kind that tells of most, or a person's word standing
    /// alone.
    pub(super) fn payments(&self) -> usize {
        let of = |slips: bool| {
            let with_money = self.evidence.iter().filter(|e| e.amount.is_positive());
            with_money.filter(|e| (e.source == Source::Slip) == slips).count()
        };
        of(false)
            .max(of(true))
            .max(usize::from(self.person_word.is_some()))
    }
}
