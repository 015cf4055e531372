//! An independent model of the books. It hears the same events as the order and predicts what must come out; it shares
//! no arithmetic with the code it audits: satang in plain `i64`, one row per attempt, whole balances instead of
//! differences. What an event does to the *state* of an attempt is the business of the grid and is taken as given.

use super::*;
use std::collections::BTreeMap;

#[derive(Debug, Default, Clone)]
struct Row {
    asked: i64,
    payable: i64,
    answered: bool,
    /// Largest amount and largest fee told under each key.
    payments: BTreeMap<String, (i64, Option<i64>)>,
    word: Option<i64>,
    /// When it first ended without money, and when the provider first said no, in steps.
    ended: Option<usize>,
    said_no: Option<usize>,
    /// What was put on the order, to rounding and to fees so far.
    booked: [i64; 3],
}

impl Row {
    fn received(&self) -> i64 {
        let told: i64 = self.payments.values().map(|(amount, _)| amount).sum();
        told.max(self.word.unwrap_or(0))
    }

    fn rounding(&self) -> i64 {
        if self.received() >= self.payable {
            self.payable - self.asked
        } else {
            0
        }
    }

    fn fee(&self) -> i64 {
        self.payments.values().filter_map(|(_, fee)| *fee).sum()
    }

    fn payments(&self) -> usize {
        let told = self.payments.values().filter(|(amount, _)| *amount > 0).count();
        told.max(usize::from(self.word.is_some()))
    }
}

/// The model.
#[derive(Debug, Clone)]
pub(super) struct Auditor {
    due: i64,
    state: OrderState,
    rows: Vec<Row>,
    ids: Vec<AttemptId>,
    refunds: Vec<(RefundId, AttemptId, i64, RefundState)>,
    on_order: i64,
    suspense: i64,
    balances: BTreeMap<String, i64>,
    raised: BTreeSet<Flag>,
    step: usize,
}

impl Auditor {
    pub(super) fn new(due: Money) -> Self {
        Self {
            due: due.satang(),
            state: OrderState::Due,
            rows: Vec::new(),
            ids: Vec::new(),
            refunds: Vec::new(),
            on_order: 0,
            suspense: 0,
            balances: BTreeMap::new(),
            raised: BTreeSet::new(),
            step: 0,
        }
    }

    /// Hears one event that was recorded, and how the attempts stand after it.
    pub(super) fn hear(&mut self, change: &Change) {
        self.step += 1;
        match &change.event {
            OrderEvent::Opened(_) => {}
            OrderEvent::AttemptOpened { attempt, asked, .. } => {
                self.ids.push(*attempt);
                self.rows.push(Row {
                    asked: asked.satang(),
                    payable: asked.satang(),
                    ..Row::default()
                });
            }
            OrderEvent::Attempt { attempt, event, .. } => self.hear_attempt(*attempt, event, &change.after),
            OrderEvent::Voided { .. } => self.state = OrderState::Voided,
            OrderEvent::RefundRequested {
                refund,
                attempt,
                amount,
                ..
            } => self
                .refunds
                .push((*refund, *attempt, amount.satang(), RefundState::Requested)),
            OrderEvent::RefundResolved { refund, state, .. } => self.hear_refund(*refund, *state),
            OrderEvent::DocumentIssued { kind, .. } => {
                if *kind == DocumentKind::Receipt {
                    self.state = OrderState::Completed;
                }
            }
        }
        let running = change
            .after
            .attempts
            .iter()
            .any(|attempt| !attempt.state.is_final());
        self.settle(running);
    }

    fn hear_attempt(&mut self, attempt: AttemptId, event: &AttemptEvent, after: &Order) {
        let at = self.ids.iter().position(|id| *id == attempt).unwrap();
        let state = after.attempts[at].state;
        let was_paid = self.rows[at].received() > 0 && state == AttemptState::Paid;
        let row = &mut self.rows[at];
        let before = row.received();
        let ended_before = row.ended;
        match event {
            AttemptEvent::Accepted { payable, .. } | AttemptEvent::Unshowable { payable, .. }
                if !row.answered =>
            {
                row.payable = payable.satang();
                row.answered = true;
            }
            AttemptEvent::Short { evidence } | AttemptEvent::Confirmed { evidence } => {
                let known = row.payments.entry(evidence.key.clone()).or_default();
                known.0 = known.0.max(evidence.amount.satang());
                known.1 = known.1.max(evidence.fee.map(Money::satang));
            }
            AttemptEvent::CashTaken { payable, .. } => {
                row.payable = payable.satang();
                row.answered = true;
                row.payments
                    .insert("the drawer".to_owned(), (payable.satang(), None));
            }
            AttemptEvent::OperatorConfirmed { .. } => {
                row.word = Some(row.asked.min(row.payable).max(before));
            }
            AttemptEvent::Declined { .. } => {
                row.said_no.get_or_insert(self.step);
            }
            _ => {}
        }
        if matches!(
            state,
            AttemptState::Failed | AttemptState::Expired | AttemptState::Cancelled
        ) {
            row.ended.get_or_insert(self.step);
        }
        let grown = row.received() > before;
        let ended_by_itself = ended_before.is_some_and(|ended| row.said_no.is_none_or(|no| ended < no));
        if grown && ended_by_itself {
            self.raised.insert(Flag::PaidLate);
        }
        let said_no = row.said_no.is_some() && row.received() > 0;
        let no_after_paid = was_paid && matches!(event, AttemptEvent::Refused { .. } | AttemptEvent::Lapsed);
        if said_no || no_after_paid {
            self.raised.insert(Flag::Contradiction);
        }
        self.raised.extend(match event {
            AttemptEvent::OperatorConfirmed { .. } => Some(Flag::ManualConfirm),
            AttemptEvent::Held => Some(Flag::Held),
            AttemptEvent::Unrecognised { .. } => Some(Flag::UnrecognisedStatus),
            AttemptEvent::WeakEvidence => Some(Flag::WeakEvidence),
            AttemptEvent::Contradicted => Some(Flag::Contradiction),
            AttemptEvent::Unshowable { why, .. } => match why {
                Unshowable::QrMismatch => Some(Flag::QrMismatch),
                Unshowable::AdjustedTooMuch => Some(Flag::AdjustedTooMuch),
                Unshowable::ModeMismatch => Some(Flag::Contradiction),
                Unshowable::QrUnavailable => None,
            },
            _ => None,
        });
    }

    fn hear_refund(&mut self, id: RefundId, state: RefundState) {
        let refund = self.refunds.iter_mut().find(|refund| refund.0 == id).unwrap();
        refund.3 = state;
        let amount = refund.2;
        match state {
            RefundState::Done => {
                let home = if self.state == OrderState::Voided {
                    "suspense"
                } else {
                    "order"
                };
                self.book(home, -amount);
                self.book("clearing", -amount);
            }
            RefundState::Failed => {
                self.raised.insert(Flag::RefundFailed);
            }
            _ => {}
        }
    }

    fn book(&mut self, account: &str, amount: i64) {
        *self.balances.entry(account.to_owned()).or_default() += amount;
    }

    fn settle(&mut self, running: bool) {
        for at in 0..self.rows.len() {
            let row = &self.rows[at];
            let now = [row.received() - row.rounding(), row.rounding(), row.fee()];
            let [to_order, to_rounding, to_fees] = [0, 1, 2].map(|share| now[share] - row.booked[share]);
            self.rows[at].booked = now;
            if self.state == OrderState::Voided {
                self.suspense += to_order;
                self.book("suspense", to_order);
            } else {
                self.on_order += to_order;
                self.book("order", to_order);
            }
            self.book("rounding", to_rounding);
            self.book("fees", to_fees);
            self.book("clearing", to_order + to_rounding - to_fees);
        }
        let back = self.back();
        if self.state == OrderState::Due && self.on_order - back >= self.due {
            self.state = OrderState::Settled;
        }
        let all_back = back > 0 && back >= self.received();
        let may_end = match self.state {
            OrderState::Settled | OrderState::Completed => true,
            OrderState::Due => !running,
            _ => false,
        };
        if all_back && may_end {
            self.state = OrderState::Voided;
        }
    }

    fn back(&self) -> i64 {
        let done = self.refunds.iter().filter(|refund| refund.3 == RefundState::Done);
        done.map(|refund| refund.2).sum()
    }

    fn received(&self) -> i64 {
        self.rows.iter().map(Row::received).sum()
    }

    fn flags(&self) -> BTreeSet<Flag> {
        let mut flags = self.raised.clone();
        if self.on_order > 0 && self.on_order < self.due {
            flags.insert(Flag::Underpaid);
        }
        if self.on_order > self.due {
            let payments: usize = self.rows.iter().map(Row::payments).sum();
            flags.insert(if payments > 1 {
                Flag::DuplicatePayment
            } else {
                Flag::Overpaid
            });
        }
        flags
    }

    /// Compares what reports would say of a history with what was posted for it.
    pub(super) fn agree_on_takings(history: &[Change], posted: &BTreeMap<String, i64>) {
        let takings: Vec<Taking> = history.iter().filter_map(Change::taking).collect();
        let sum = |of: fn(&Taking) -> Money| takings.iter().map(|taking| of(taking).satang()).sum::<i64>();
        let received = sum(|taking| taking.received);
        let posted = |account: &str| posted.get(account).copied().unwrap_or(0);
        assert_eq!(sum(|taking| taking.fees), posted("fees"), "fees");
        assert_eq!(sum(|taking| taking.adjustments), posted("rounding"), "rounding");
        assert_eq!(
            received - sum(|taking| taking.refunds) - sum(|taking| taking.fees),
            posted("clearing"),
            "what providers hold"
        );
        let last = &history[history.len() - 1].after;
        assert_eq!(received, last.received().satang());
        assert_eq!(sum(|taking| taking.refunds), last.refunded().satang());
        assert_eq!(sum(|taking| taking.suspense), last.suspended.satang());
        let sales = takings.iter().filter(|taking| taking.is_sale).count();
        assert_eq!(sales, usize::from(received > 0), "a bill counts once in its life");
    }

    /// Compares the order, and the sum of everything ever posted, with what must have come out.
    pub(super) fn agree(&self, order: &Order, posted: &BTreeMap<String, i64>) {
        assert_eq!(order.received().satang(), self.received(), "received");
        assert_eq!(order.refunded().satang(), self.back(), "refunded");
        assert_eq!(order.credited.satang(), self.on_order, "credited");
        assert_eq!(order.suspended.satang(), self.suspense, "suspense");
        assert_eq!(order.state, self.state, "state");
        assert_eq!(order.flags(), self.flags(), "flags");
        for account in ["clearing", "order", "rounding", "fees", "suspense"] {
            let expected = self.balances.get(account).copied().unwrap_or(0);
            assert_eq!(posted.get(account).copied().unwrap_or(0), expected, "{account}");
        }
        let elsewhere: i64 = ["order", "rounding", "suspense"]
            .iter()
            .map(|account| posted.get(*account).copied().unwrap_or(0))
            .sum();
        let held = posted.get("clearing").copied().unwrap_or(0) + posted.get("fees").copied().unwrap_or(0);
        assert_eq!(held, elsewhere, "what providers hold or kept is all explained");
        assert_eq!(
            held,
            self.received() - self.back(),
            "and it is what came less what went"
        );
    }
}

/// Adds postings to balances by the name of the account. Money in is counted as positive on both sides: clearing and
/// fees by what they were debited with, the others by what they were credited with.
pub(super) fn post(balances: &mut BTreeMap<String, i64>, postings: &[Posting]) {
    for posting in postings {
        for (account, debit) in [(posting.debit, true), (posting.credit, false)] {
            let (name, grows_by_debit) = match account {
                Account::Clearing(_) => ("clearing", true),
                Account::Fees(_) => ("fees", true),
                Account::Order => ("order", false),
                Account::Rounding => ("rounding", false),
                Account::Suspense => ("suspense", false),
            };
            let amount = posting.amount.satang();
            *balances.entry(name.to_owned()).or_default() +=
                if debit == grows_by_debit { amount } else { -amount };
        }
    }
}
