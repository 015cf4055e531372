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
