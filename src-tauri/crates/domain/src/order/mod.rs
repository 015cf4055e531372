//! One sale: the order, its attempts, and the single function through which anything happens to it.
//!
//! [`Order::open`] and [`Order::record`] are the only ways an order changes. Both are pure: event and time in, a
//! [`Change`] out, which the ledger stores as it is. Replaying the stored events through them gives the order back,
//! which is how the ledger is proven (architecture.md §6).

mod attempt;
mod document;
mod evidence;
mod flag;
mod posting;
mod quote;
mod refund;
mod taking;

pub use attempt::{
    Attempt, AttemptEvent, AttemptState, ConfirmReason, EventKind, Instruction, Move, Reason, Unshowable,
    rule,
};
pub use books::SalePart;
pub use document::{Document, DocumentKind};
pub use evidence::{Evidence, SLIPS, Source};
pub use flag::Flag;
pub use posting::{Account, Posting};
pub use quote::Quote;
pub use refund::{Refund, RefundKind, RefundReason, RefundState};
pub use taking::Taking;

use crate::money::Money;
use crate::provider::{ProviderId, words};
use crate::time::{BusinessDay, Timestamp};
use crate::{AttemptId, CallbackToken, OrderId, RefundId};
use std::collections::BTreeSet;

words! {
    /// Where a sale stands.
    OrderState {
        /// Lines may change. Not used by amount-only sales, which start due.
        Open = "open",
        /// Money is owed.
        Due = "due",
        /// Paid in full.
        Settled = "settled",
        /// Paid in full and a receipt number given.
        Completed = "completed",
        /// Called off. Final; money that still comes goes to suspense.
        Voided = "voided",
    }
}

/// Something that happened to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderEvent {
    /// The sale began.
    Opened(Opening),
    /// A try to collect began.
    AttemptOpened {
        /// Its id, which is our reference at the provider.
        attempt: AttemptId,
        /// Who serves it.
        provider: ProviderId,
        /// Secret part of its callback address.
        token: CallbackToken,
        /// What the till asks for.
        asked: Money,
        /// What an invoice paid with a coin says.
        quote: Option<Quote>,
    },
    /// Something happened to an attempt.
    Attempt {
        /// Which.
        attempt: AttemptId,
        /// What.
        event: AttemptEvent,
        /// What the provider said then, covered where it must be. Kept for the owner; no rule reads it.
        said: Option<String>,
    },
    /// The sale was called off.
    Voided {
        /// Who, when known.
        by: Option<String>,
    },
    /// Money is to go back; stored before the provider is asked.
    RefundRequested {
        /// Our id.
        refund: RefundId,
        /// Whose money.
        attempt: AttemptId,
        /// How much.
        amount: Money,
        /// How.
        kind: RefundKind,
        /// Why.
        reason: RefundReason,
        /// Who.
        by: String,
    },
    /// What became of a refund.
    RefundResolved {
        /// Which.
        refund: RefundId,
        /// Done, failed or unknown.
        state: RefundState,
        /// What it turned out to be.
        kind: RefundKind,
        /// The provider's reference.
        provider_ref: Option<String>,
    },
    /// A paper was given a number.
    DocumentIssued {
        /// What it is.
        kind: DocumentKind,
        /// The refund a credit note stands for.
        refund: Option<RefundId>,
        /// The series its number is counted in.
        series: String,
        /// Its place in the series; the first is 1.
        running: u64,
        /// The number as it is printed.
        number: String,
        /// The business day it carries.
        day: BusinessDay,
        /// The VAT rate in basis points; `None` where the shop is not registered.
        vat_rate_bp: Option<u32>,
        /// Who, when known.
        by: Option<String>,
    },
}

/// The facts of a new sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Number shown to people, unique in the ledger: `A-0147`.
    pub number: String,
    /// What the customer owes; at least one satang.
    pub amount_due: Money,
    /// Free text.
    pub note: Option<String>,
    /// Who stands at the till, when known.
    pub cashier: Option<String>,
    /// The day the sale belongs to.
    pub business_day: BusinessDay,
}

/// One sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Ours.
    pub id: OrderId,
    /// Events recorded so far. Grows by one each time, which is how two writers notice each other.
    pub version: u64,
    /// The facts it began with.
    pub opening: Opening,
    /// When it began.
    pub created_at: Timestamp,
    /// Where it stands.
    pub state: OrderState,
    /// When it was first paid in full.
    pub settled_at: Option<Timestamp>,
    /// Every try, oldest first.
    pub attempts: Vec<Attempt>,
    /// Every refund, oldest first.
    pub refunds: Vec<Refund>,
    /// Every paper with a number, oldest first.
    pub documents: Vec<Document>,
    /// Flags that stay once raised. See [`Order::flags`] for all of them.
    raised: BTreeSet<Flag>,
    /// Money credited to the sale itself, without what gateways added.
    credited: Money,
    /// Money that came after the sale was called off.
    suspended: Money,
}

/// The event cannot happen to this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransitionError {
    /// The table forbids it in this state.
    #[error("not possible while the attempt is {0}")]
    AttemptState(AttemptState),
    /// The order forbids it in this state.
    #[error("not possible while the order is {0}")]
    OrderState(OrderState),
    /// No such attempt in this order.
    #[error("the order has no such attempt")]
    NoSuchAttempt,
    /// No such refund in this order.
    #[error("the order has no such refund")]
    NoSuchRefund,
    /// An attempt or refund with this id is already there.
    #[error("the id is already used in this order")]
    IdUsed,
    /// An amount that is nothing, negative or beyond what the till can hold.
    #[error("the amount is out of range")]
    Amount,
    /// More would go back than came in.
    #[error("more would be returned than was received")]
    MoreThanReceived,
    /// A note is needed with the reason "other".
    #[error("the reason \"other\" needs a note")]
    NoteMissing,
    /// A receipt, or a credit note of this refund, has its number already.
    #[error("the document was issued already")]
    DocumentIssuedAlready,
    /// A credit note points at a receipt, and there is none.
    #[error("no receipt was issued")]
    NoReceipt,
    /// A credit note is for money that went back, and it has not.
    #[error("the refund is not done")]
    RefundNotDone,
    /// A document without a number or a series.
    #[error("the document's number is empty")]
    DocumentNumber,
    /// Opening events go through [`Order::open`].
    #[error("the order is already open")]
    AlreadyOpen,
}

/// What one event did. The ledger stores it whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub event: OrderEvent,
    /// When.
    pub at: Timestamp,
    /// The order's version before it.
    pub from_version: u64,
    /// The order after it.
    pub after: Order,
    /// Value it moved.
    pub postings: Vec<Posting>,
    /// Evidence it added, as its list ([`Evidence::book`]) and key: no other order may have it.
    pub new_evidence: Option<(&'static str, String)>,
}

impl Order {
    /// Begins a sale. It is due at once: an amount-only sale has no lines to change.
    pub fn open(id: OrderId, opening: Opening, at: Timestamp) -> Result<Change, TransitionError> {
        if !(Money::SMALLEST_SALE..=Money::LARGEST_SALE).contains(&opening.amount_due) {
            return Err(TransitionError::Amount);
        }
        let event = OrderEvent::Opened(opening.clone());
        let after = Self {
            id,
            version: 1,
            opening,
            created_at: at,
            state: OrderState::Due,
            settled_at: None,
            attempts: Vec::new(),
            refunds: Vec::new(),
            documents: Vec::new(),
            raised: BTreeSet::new(),
            credited: Money::ZERO,
            suspended: Money::ZERO,
        };
        Ok(Change {
            event,
            at,
            from_version: 0,
            after,
            postings: Vec::new(),
            new_evidence: None,
        })
    }

    /// Records one event. `Ok(None)` means that nothing changes and nothing is to be stored: the same evidence
    /// again, an answer overtaken by a later one.
    pub fn record(&self, event: OrderEvent, at: Timestamp) -> Result<Option<Change>, TransitionError> {
        let mut after = self.clone();
        let mut new_evidence = None;
        match &event {
            OrderEvent::Opened(_) => return Err(TransitionError::AlreadyOpen),
            OrderEvent::AttemptOpened {
                attempt,
                provider,
                token,
                asked,
                quote,
            } => {
                after.open_attempt(*attempt, *provider, *token, *asked, at)?;
                if let Some(opened) = after.attempts.last_mut() {
                    opened.quote.clone_from(quote);
                }
            }
            OrderEvent::Attempt { attempt, event, .. } => {
                let index = self.position(*attempt)?;
                if !after.step(index, event, at)? {
                    return Ok(None);
                }
                // Evidence is only ever appended.
                new_evidence = after.attempts[index]
                    .evidence
                    .get(self.attempts[index].evidence.len())
                    .map(|added| (added.book(self.attempts[index].provider), added.key.clone()));
            }
            OrderEvent::Voided { .. } => after.void()?,
            OrderEvent::RefundRequested {
                refund,
                attempt,
                amount,
                kind,
                reason,
                by,
            } => {
                let refund = Refund {
                    id: *refund,
                    attempt: *attempt,
                    amount: *amount,
                    kind: *kind,
                    state: RefundState::Requested,
                    provider_ref: None,
                    reason: *reason,
                    by: by.clone(),
                };
                after.request_refund(refund)?;
            }
            OrderEvent::RefundResolved {
                refund,
                state,
                kind,
                provider_ref,
            } => {
                if !after.resolve_refund(*refund, *state, *kind, provider_ref.clone())? {
                    return Ok(None);
                }
            }
            OrderEvent::DocumentIssued {
                kind,
                refund,
                series,
                running,
                number,
                day,
                vat_rate_bp,
                by,
            } => after.take_document(Document {
                kind: *kind,
                refund: *refund,
                series: series.clone(),
                running: *running,
                number: number.clone(),
                day: *day,
                at,
                vat_rate_bp: *vat_rate_bp,
                by: by.clone(),
            })?,
        }
        after.version += 1;
        let postings = self.settle_books(&mut after, at);
        Ok(Some(Change {
            event,
            at,
            from_version: self.version,
            after,
            postings,
            new_evidence,
        }))
    }

    /// All flags: those that stay once raised, and those that follow from the money as it stands now. An
    /// underpayment that is topped up is no longer one.
    pub fn flags(&self) -> BTreeSet<Flag> {
        let mut flags = self.raised.clone();
        let owed = self.opening.amount_due;
        let held_for_order = self.credited;
        let payments: usize = self.attempts.iter().map(Attempt::payments).sum();
        if held_for_order.is_positive() && held_for_order < owed {
            flags.insert(Flag::Underpaid);
        }
        if held_for_order > owed {
            flags.insert(if payments > 1 {
                Flag::DuplicatePayment
            } else {
                Flag::Overpaid
            });
        }
        flags
    }

    /// What evidence says arrived, over all attempts, with the satang that gateways added.
    pub fn received(&self) -> Money {
        Money::checked_sum(self.attempts.iter().map(Attempt::received)).unwrap_or(Money::ZERO)
    }

    /// What went back.
    pub fn refunded(&self) -> Money {
        self.refund_sum(|refund| refund.state == RefundState::Done)
    }

    /// What may still go back of one attempt: what arrived less what went back or may have gone back.
    pub fn refundable_of(&self, attempt: AttemptId) -> Money {
        let received = self.attempt(attempt).map_or(Money::ZERO, Attempt::received);
        let spoken_for =
            self.refund_sum(|refund| refund.attempt == attempt && refund.state != RefundState::Failed);
        received
            .checked_sub(spoken_for)
            .unwrap_or(Money::ZERO)
            .max(Money::ZERO)
    }

    /// What is still owed; nothing once paid in full or called off. What went back before that is owed again.
    pub fn missing(&self) -> Money {
        if self.state != OrderState::Due {
            return Money::ZERO;
        }
        self.opening
            .amount_due
            .checked_sub(self.kept())
            .unwrap_or(Money::ZERO)
            .max(Money::ZERO)
    }

    /// What the sale was credited with and did not give back.
    fn kept(&self) -> Money {
        self.credited.checked_sub(self.refunded()).unwrap_or(Money::ZERO)
    }

    /// What came after the sale was called off and has not gone back.
    pub fn suspended(&self) -> Money {
        let held = self
            .received()
            .checked_sub(self.refunded())
            .unwrap_or(Money::ZERO);
        self.suspended.min(held).max(Money::ZERO)
    }

    /// What arrived beyond what was owed.
    pub fn excess(&self) -> Money {
        self.credited
            .checked_sub(self.opening.amount_due)
            .unwrap_or(Money::ZERO)
            .max(Money::ZERO)
    }

    /// The attempt with this id.
    pub fn attempt(&self, id: AttemptId) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.id == id)
    }

    /// The newest attempt.
    pub fn newest(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    fn position(&self, id: AttemptId) -> Result<usize, TransitionError> {
        self.attempts
            .iter()
            .position(|attempt| attempt.id == id)
            .ok_or(TransitionError::NoSuchAttempt)
    }

    fn open_attempt(
        &mut self,
        id: AttemptId,
        provider: ProviderId,
        token: CallbackToken,
        asked: Money,
        at: Timestamp,
    ) -> Result<(), TransitionError> {
        if self.state != OrderState::Due {
            return Err(TransitionError::OrderState(self.state));
        }
        if self.position(id).is_ok() {
            return Err(TransitionError::IdUsed);
        }
        // More than is missing would ask the customer for money the sale does not need.
        if !(Money::SMALLEST_SALE..=self.missing()).contains(&asked) {
            return Err(TransitionError::Amount);
        }
        self.attempts.push(Attempt {
            id,
            provider,
            token,
            state: AttemptState::Prepared,
            asked,
            payable: asked,
            provider_ref: None,
            instruction: None,
            deadline: None,
            opened_at: at,
            accepted_at: None,
            ended_at: None,
            declined_at: None,
            paid_at: None,
            closed: false,
            reason: None,
            evidence: Vec::new(),
            proof: None,
            person_word: None,
            fee: None,
            confirmed_by: None,
            quote: None,
            tendered: None,
        });
        Ok(())
    }

    fn void(&mut self) -> Result<(), TransitionError> {
        if self.state != OrderState::Due {
            return Err(TransitionError::OrderState(self.state));
        }
        if self.received() > self.refunded() {
            return Err(TransitionError::OrderState(self.state));
        }
        if let Some(running) = self.attempts.iter().find(|attempt| !attempt.state.is_final()) {
            return Err(TransitionError::AttemptState(running.state));
        }
        self.state = OrderState::Voided;
        Ok(())
    }

    fn request_refund(&mut self, refund: Refund) -> Result<(), TransitionError> {
        self.position(refund.attempt)?;
        if self.refunds.iter().any(|known| known.id == refund.id) {
            return Err(TransitionError::IdUsed);
        }
        if !refund.amount.is_positive() {
            return Err(TransitionError::Amount);
        }
        if refund.amount > self.refundable_of(refund.attempt) {
            return Err(TransitionError::MoreThanReceived);
        }
        self.refunds.push(refund);
        Ok(())
    }

    fn resolve_refund(
        &mut self,
        id: RefundId,
        state: RefundState,
        kind: RefundKind,
        provider_ref: Option<String>,
    ) -> Result<bool, TransitionError> {
        let refund = self
            .refunds
            .iter_mut()
            .find(|refund| refund.id == id)
            .ok_or(TransitionError::NoSuchRefund)?;
        // A refund that is done stays done; a failed one stays failed, for its amount may have been asked again.
        if matches!(refund.state, RefundState::Done | RefundState::Failed) || refund.state == state {
            return Ok(false);
        }
        refund.state = state;
        refund.kind = kind;
        if provider_ref.is_some() {
            refund.provider_ref = provider_ref;
        }
        if state == RefundState::Failed {
            self.raised.insert(Flag::RefundFailed);
        }
        Ok(true)
    }

    fn refund_sum(&self, counts: impl Fn(&Refund) -> bool) -> Money {
        let amounts = self
            .refunds
            .iter()
            .filter(|refund| counts(refund))
            .map(|refund| refund.amount);
        Money::checked_sum(amounts).unwrap_or(Money::ZERO)
    }
}

mod books;
mod step;

#[cfg(test)]
mod tests;
