//! Moving one attempt by one event: the table's verdict, and the facts the event carries.

use super::attempt::{AttemptEvent, AttemptState, Move, Reason, flag_of, rule};
use super::evidence::{Evidence, Source};
use super::flag::Flag;
use super::taking::proof_of;
use super::{Attempt, Order, OrderState, TransitionError};
use crate::cash::in_coins;
use crate::money::Money;
use crate::provider::ProviderId;
use crate::time::Timestamp;

impl Order {
    /// Applies `event` to the attempt at `index`. `Ok(false)` when nothing changes.
    pub(super) fn step(
        &mut self,
        index: usize,
        event: &AttemptEvent,
        at: Timestamp,
    ) -> Result<bool, TransitionError> {
        check_amounts(event)?;
        if let AttemptEvent::CashTaken { payable, .. } = event {
            let attempt = &self.attempts[index];
            // Only the drawer takes cash, and only the rounding to coins may differ from what is asked.
            if attempt.provider != ProviderId::Cash || in_coins(attempt.asked) != Some(*payable) {
                return Err(TransitionError::Amount);
            }
        }
        if self.counted_elsewhere(index, event) {
            return Ok(self.raised.insert(Flag::Contradiction));
        }
        let owes = self.state == OrderState::Due;
        let attempt = &mut self.attempts[index];
        let before = attempt.clone();
        let mut raised: Vec<Flag> = flag_of(event).into_iter().collect();
        match rule(attempt.state, event.kind()) {
            Move::Illegal => return Err(TransitionError::AttemptState(attempt.state)),
            Move::Ignore => return Ok(false),
            // A person vouches for what is owed. Where nothing is, only evidence may add money.
            _ if !owes && matches!(event, AttemptEvent::OperatorConfirmed { .. }) => {
                return Err(TransitionError::OrderState(self.state));
            }
            Move::To(state) => {
                attempt.take_facts(event, at);
                attempt.enter(state, at);
            }
            Move::Keep => attempt.take_facts(event, at),
            Move::Raise(flag) => {
                attempt.take_facts(event, at);
                raised.push(flag);
            }
            Move::Credit => attempt.take_facts(event, at),
            Move::Pay => {
                attempt.take_facts(event, at);
                attempt.enter(AttemptState::Paid, at);
            }
        }
        if attempt.proof.is_none() && attempt.received().is_positive() {
            attempt.proof = proof_of(attempt.provider, event);
        }
        let late = attempt.received() > before.received() && before.ended_by_itself();
        let contradicted = attempt.declined_at.is_some() && attempt.received().is_positive();
        let changed = *attempt != before;
        raised.extend(late.then_some(Flag::PaidLate));
        raised.extend(contradicted.then_some(Flag::Contradiction));
        let known = self.raised.len();
        self.raised.extend(raised);
        Ok(changed || self.raised.len() > known)
    }
}

impl Order {
    /// One payment cannot have paid two attempts of a sale. (Of two sales, the ledger's unique key says the same.)
    fn counted_elsewhere(&self, index: usize, event: &AttemptEvent) -> bool {
        let (AttemptEvent::Short { evidence } | AttemptEvent::Confirmed { evidence }) = event else {
            return false;
        };
        let book = evidence.book(self.attempts[index].provider);
        self.attempts.iter().enumerate().any(|(other, attempt)| {
            let same = |known: &Evidence| known.key == evidence.key && known.book(attempt.provider) == book;
            other != index && attempt.evidence.iter().any(same)
        })
    }
}

fn check_amounts(event: &AttemptEvent) -> Result<(), TransitionError> {
    let in_range = |amount: Money| !amount.is_negative() && amount <= Money::LARGEST_SALE;
    let ok = match event {
        AttemptEvent::Accepted { payable, .. } | AttemptEvent::Unshowable { payable, .. } => {
            in_range(*payable) && payable.is_positive()
        }
        AttemptEvent::Short { evidence } => in_range(evidence.amount) && evidence.fee.is_none_or(in_range),
        // "Paid" without money would end the attempt and leave the sale open for ever.
        AttemptEvent::Confirmed { evidence } => {
            in_range(evidence.amount) && evidence.amount.is_positive() && evidence.fee.is_none_or(in_range)
        }
        AttemptEvent::CashTaken { payable, tendered } => {
            in_range(*payable) && payable.is_positive() && tendered >= payable && in_range(*tendered)
        }
        AttemptEvent::OperatorConfirmed { reason, note, .. } => {
            let explained = note.as_deref().is_some_and(|note| !note.trim().is_empty());
            if *reason == super::ConfirmReason::Other && !explained {
                return Err(TransitionError::NoteMissing);
            }
            true
        }
        _ => true,
    };
    if ok { Ok(()) } else { Err(TransitionError::Amount) }
}

impl Attempt {
    /// It ended without money before any "no" of the provider. Money after a "no" is no matter of time but a
    /// contradiction, whichever of the two was heard first.
    fn ended_by_itself(&self) -> bool {
        self.ended_at
            .is_some_and(|ended| self.declined_at.is_none_or(|declined| ended < declined))
    }

    fn enter(&mut self, state: AttemptState, at: Timestamp) {
        self.state = state;
        if state.is_ended() && self.ended_at.is_none() {
            self.ended_at = Some(at);
        }
        if state == AttemptState::Paid {
            self.paid_at.get_or_insert(at);
            self.reason = None;
        }
        if state.is_final() || state == AttemptState::Cancelling {
            // Nobody may scan it any longer.
            self.instruction = None;
        }
    }

    fn take_facts(&mut self, event: &AttemptEvent, at: Timestamp) {
        match event {
            AttemptEvent::Accepted {
                provider_ref,
                payable,
                instruction,
                deadline,
            } => {
                self.accept(provider_ref.as_ref(), *payable, at);
                self.deadline = *deadline;
                // Where a callback, a cancel or an end overtook the reply, the QR must not appear any more.
                if matches!(
                    self.state,
                    AttemptState::Submitted | AttemptState::Unknown | AttemptState::Confirming
                ) {
                    self.instruction.clone_from(instruction);
                }
                if matches!(self.state, AttemptState::Submitted | AttemptState::Unknown) {
                    self.reason = instruction.is_none().then_some(Reason::QrUnavailable);
                }
            }
            AttemptEvent::Unshowable {
                provider_ref,
                payable,
                why,
            } => {
                self.accept(provider_ref.as_ref(), *payable, at);
                match self.state {
                    AttemptState::Submitted | AttemptState::Unknown => self.reason = Some(why.reason()),
                    AttemptState::Paid => {}
                    // It was overtaken: what already happened is the better reason.
                    _ => {
                        self.reason.get_or_insert(why.reason());
                    }
                }
            }
            AttemptEvent::Refused { reason } => match self.state {
                AttemptState::Cancelling => {
                    self.reason.get_or_insert(*reason);
                }
                AttemptState::Paid => {}
                _ => self.reason = Some(*reason),
            },
            AttemptEvent::OutcomeLost => self.reason = Some(Reason::OutcomeUnknown),
            AttemptEvent::Declined { reason } => {
                self.declined_at.get_or_insert(at);
                match self.state {
                    AttemptState::Paid => {}
                    ended if ended.is_ended() => {
                        self.reason.get_or_insert(*reason);
                    }
                    _ => self.reason = Some(*reason),
                }
            }
            AttemptEvent::Lapsed | AttemptEvent::DeadlinePassed => {
                self.reason.get_or_insert(Reason::Deadline);
            }
            AttemptEvent::CancelRequested { .. } => self.reason = Some(Reason::CancelledByPerson),
            AttemptEvent::Short { evidence } => self.take_evidence(evidence),
            AttemptEvent::Confirmed { evidence } => {
                self.take_evidence(evidence);
                if self.confirmed_by.is_none() {
                    self.confirmed_by = Some(evidence.source);
                }
            }
            AttemptEvent::CashTaken { payable, tendered } => {
                self.accept(None, *payable, at);
                self.tendered = Some(*tendered);
                self.take_evidence(&Evidence {
                    key: format!("cash:{}", self.id),
                    source: Source::Person,
                    amount: *payable,
                    fee: None,
                });
                self.confirmed_by = Some(Source::Person);
            }
            AttemptEvent::OperatorConfirmed { .. } => {
                // A person vouches for the amount due (cli.md, `received`), but for no more than the QR asked for: where
                // the gateway took satang off, the evidence that may follow could only say less. What already arrived
                // is part of it.
                self.person_word = Some(self.asked.min(self.payable).max(self.evidenced()));
                self.confirmed_by = Some(Source::Person);
            }
            AttemptEvent::ListenClosed => {
                self.closed = true;
                self.reason.get_or_insert(Reason::Deadline);
            }
            AttemptEvent::SubmitStarted
            | AttemptEvent::Seen { .. }
            | AttemptEvent::Held
            | AttemptEvent::Unrecognised { .. }
            | AttemptEvent::Contradicted
            | AttemptEvent::WeakEvidence
            | AttemptEvent::CancelDone => {}
        }
    }

    fn accept(&mut self, provider_ref: Option<&String>, payable: Money, at: Timestamp) {
        if self.provider_ref.is_none() {
            self.provider_ref = provider_ref.cloned();
        }
        // The first answer is the one the customer saw; a second one with another sum must not move the books.
        if self.accepted_at.is_none() {
            self.payable = payable;
            self.accepted_at = Some(at);
        }
    }

    /// Evidence only ever adds: an amount that shrank under the same key is an older message.
    fn take_evidence(&mut self, evidence: &Evidence) {
        match self.evidence.iter_mut().find(|known| known.key == evidence.key) {
            Some(known) => {
                known.amount = known.amount.max(evidence.amount);
                known.fee = known.fee.max(evidence.fee);
            }
            None => self.evidence.push(evidence.clone()),
        }
        let fees: Vec<Money> = self.evidence.iter().filter_map(|known| known.fee).collect();
        if !fees.is_empty() {
            self.fee = Money::checked_sum(fees);
        }
    }
}
