//! From facts to postings: what the sale has now, less what it had before.
//!
//! Deriving postings from the difference of two states, instead of writing them event by event, is what makes the
//! order of events irrelevant: whatever way the facts arrived, the same facts give the same balances.

use super::posting::{Account, Posting};
use super::refund::RefundState;
use super::{Attempt, Order, OrderState};
use crate::money::Money;
use crate::provider::ProviderId;
use crate::time::Timestamp;
use crate::{AttemptId, RefundId};

/// What one attempt brought, by where it belongs.
#[derive(Default, Clone, Copy)]
struct Shares {
    order: Money,
    rounding: Money,
    fee: Money,
}

impl Attempt {
    /// The gateway's satang are apart from the sale once the whole payable sum is there.
    fn shares(&self) -> Shares {
        let received = self.received();
        let rounding = if received >= self.payable {
            self.adjustment()
        } else {
            Money::ZERO
        };
        Shares {
            order: received.checked_sub(rounding).unwrap_or(received),
            rounding,
            fee: self.fee.unwrap_or(Money::ZERO),
        }
    }
}

/// The part of one payment that paid the sale: what stands on its receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SalePart {
    /// Whose payment.
    pub attempt: AttemptId,
    /// What it paid of the amount due.
    pub of_due: Money,
    /// What rounding or the gateway added to it; negative when they took off.
    pub rounding: Money,
}

impl Order {
    /// The payments that paid the sale, in the order in which they did, up to the amount due. What came beyond it, by a
    /// second payment or a wrong sum, is the customer's and stands on no receipt.
    pub fn sale_parts(&self) -> Vec<SalePart> {
        let mut paid: Vec<&Attempt> = self
            .attempts
            .iter()
            .filter(|attempt| attempt.received().is_positive())
            .collect();
        // A part payment has no moment of being paid; it was there before the rest was asked for.
        paid.sort_by_key(|attempt| attempt.paid_at.unwrap_or(attempt.opened_at));
        let mut missing = self.opening.amount_due;
        let mut parts = Vec::new();
        for attempt in paid {
            let shares = attempt.shares();
            let of_due = shares.order.min(missing);
            if !of_due.is_positive() {
                continue;
            }
            missing = difference(missing, of_due);
            parts.push(SalePart {
                attempt: attempt.id,
                of_due,
                rounding: shares.rounding,
            });
        }
        parts
    }

    /// What the customer had to pay for the sale, as far as it was paid: the amount due with rounding and gateways'
    /// satang.
    pub fn sale_total(&self) -> Money {
        let parts = self.sale_parts();
        let sums = parts.iter().flat_map(|part| [part.of_due, part.rounding]);
        Money::checked_sum(sums).unwrap_or(self.opening.amount_due)
    }

    /// How much of a refund lowers the sale. What came beyond the sale goes back first, and that changes no receipt.
    pub fn refund_of_sale(&self, refund: RefundId) -> Money {
        let beyond = self.received().checked_sub(self.sale_total());
        let mut beyond = beyond.unwrap_or(Money::ZERO).max(Money::ZERO);
        for known in self
            .refunds
            .iter()
            .filter(|known| known.state == RefundState::Done)
        {
            let of_sale = known
                .amount
                .checked_sub(beyond)
                .unwrap_or(Money::ZERO)
                .max(Money::ZERO);
            if known.id == refund {
                return of_sale;
            }
            beyond = beyond
                .checked_sub(known.amount)
                .unwrap_or(Money::ZERO)
                .max(Money::ZERO);
        }
        Money::ZERO
    }
}

fn difference(after: Money, before: Money) -> Money {
    after
        .checked_sub(before)
        .expect("both are at most a few sales, far inside the range of i64 satang")
}

impl Order {
    /// Brings `after` up to date with its own facts and returns the postings that take the books there from `self`.
    pub(super) fn settle_books(&self, after: &mut Self, at: Timestamp) -> Vec<Posting> {
        let mut postings = Vec::new();
        for (index, attempt) in after.attempts.iter().enumerate() {
            let before = self.attempts.get(index).map(Attempt::shares).unwrap_or_default();
            let now = attempt.shares();
            let clearing = Account::Clearing(attempt.provider);
            let for_order = difference(now.order, before.order);
            // A sale that was called off owes nothing, so its late money has no home yet.
            let home = if after.state == OrderState::Voided {
                after.suspended = after.suspended.checked_add(for_order).unwrap_or(after.suspended);
                Account::Suspense
            } else {
                after.credited = after.credited.checked_add(for_order).unwrap_or(after.credited);
                Account::Order
            };
            postings.extend(Posting::moving(clearing, home, for_order));
            postings.extend(Posting::moving(
                clearing,
                Account::Rounding,
                difference(now.rounding, before.rounding),
            ));
            postings.extend(Posting::moving(
                Account::Fees(attempt.provider),
                clearing,
                difference(now.fee, before.fee),
            ));
        }
        postings.extend(self.refund_postings(after));
        if after.state == OrderState::Due && after.kept() >= after.opening.amount_due {
            after.state = OrderState::Settled;
            after.settled_at = Some(at);
        }
        let all_returned = after.refunded() >= after.received() && after.refunded().is_positive();
        // A part payment that went back ends the sale as well, once no QR is left that could still bring money.
        let over = match after.state {
            OrderState::Settled | OrderState::Completed => true,
            OrderState::Due => after.attempts.iter().all(|attempt| attempt.state.is_final()),
            _ => false,
        };
        if all_returned && over {
            after.state = OrderState::Voided;
        }
        postings
    }

    fn refund_postings(&self, after: &Self) -> Vec<Posting> {
        let newly_done = after.refunds.iter().enumerate().filter(|(index, refund)| {
            refund.state == RefundState::Done
                && self
                    .refunds
                    .get(*index)
                    .is_none_or(|before| before.state != RefundState::Done)
        });
        let home = if self.state == OrderState::Voided {
            Account::Suspense
        } else {
            Account::Order
        };
        newly_done
            .filter_map(|(_, refund)| {
                let provider: ProviderId = after.attempt(refund.attempt)?.provider;
                Posting::moving(home, Account::Clearing(provider), refund.amount)
            })
            .collect()
    }
}
