//! What one event moved, as reports count it.
//!
//! Read off the postings, so that what reports say and what the books say cannot differ.

use super::evidence::Source;
use super::posting::Account;
use super::{Attempt, AttemptEvent, Change, OrderEvent};
use crate::day::Proof;
use crate::money::Money;
use crate::provider::ProviderId;

/// The money one event moved: of one attempt, because an event is about one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taking {
    /// Who brought it.
    pub provider: ProviderId,
    /// What it rests on.
    pub proof: Proof,
    /// The first money the sale ever received.
    pub is_sale: bool,
    /// What came in, with what gateways added and with what came for a sale that was called off.
    pub received: Money,
    /// The part of `received` that gateways added; negative where they took off.
    pub adjustments: Money,
    /// The part of `received` that came for a sale that was called off.
    pub suspense: Money,
    /// What went back.
    pub refunds: Money,
    /// What the provider kept.
    pub fees: Money,
}

impl Change {
    /// The money this event moved; `None` when it moved none.
    pub fn taking(&self) -> Option<Taking> {
        let attempt = self.moved_attempt()?;
        let given_back = matches!(self.event, OrderEvent::RefundResolved { .. });
        let [mut received, mut adjustments, mut suspense, mut refunds, mut fees] = [0_i64; 5];
        for posting in &self.postings {
            let satang = posting.amount.satang();
            // Seen from the clearing account: what it gains came in.
            let (other, gained) = match (posting.debit, posting.credit) {
                (Account::Clearing(_), other) => (other, satang),
                (other, Account::Clearing(_)) => (other, -satang),
                _ => continue,
            };
            match other {
                Account::Fees(_) => fees -= gained,
                _ if given_back => refunds -= gained,
                Account::Rounding => {
                    received += gained;
                    adjustments += gained;
                }
                Account::Suspense => {
                    received += gained;
                    suspense += gained;
                }
                Account::Order | Account::Clearing(_) => received += gained,
            }
        }
        if [received, adjustments, suspense, refunds, fees] == [0; 5] {
            return None;
        }
        let received = Money::from_satang(received);
        Some(Taking {
            provider: attempt.provider,
            proof: self.proof(attempt, received),
            is_sale: received.is_positive() && self.after.received() == received,
            received,
            adjustments: Money::from_satang(adjustments),
            suspense: Money::from_satang(suspense),
            refunds: Money::from_satang(refunds),
            fees: Money::from_satang(fees),
        })
    }

    fn moved_attempt(&self) -> Option<&Attempt> {
        match &self.event {
            OrderEvent::Attempt { attempt, .. } => self.after.attempt(*attempt),
            OrderEvent::RefundResolved { refund, .. } => {
                let refund = self.after.refunds.iter().find(|known| known.id == *refund)?;
                self.after.attempt(refund.attempt)
            }
            _ => None,
        }
    }

    /// Money that a person's word brings is counted under that word, whatever came before. Everything else has the proof
    /// of the attempt's first money: what a provider tells later about money that was counted by hand matches it and
    /// stays with it (product.md §2.8).
    fn proof(&self, attempt: &Attempt, received: Money) -> Proof {
        let own = match &self.event {
            OrderEvent::Attempt { event, .. } => proof_of(attempt.provider, event),
            _ => None,
        };
        let by_hand = own == Some(Proof::Manual) && received.is_positive();
        own.filter(|_| by_hand)
            .or(attempt.proof)
            .or(own)
            .unwrap_or(Proof::Automatic)
    }
}

/// What the money of an event rests on; `None` when it speaks of none.
pub(super) fn proof_of(provider: ProviderId, event: &AttemptEvent) -> Option<Proof> {
    let proof = match event {
        AttemptEvent::Short { evidence } | AttemptEvent::Confirmed { evidence } => match evidence.source {
            Source::Query | Source::Callback => Proof::Automatic,
            Source::Slip => Proof::Slip,
            Source::Person => Proof::Manual,
        },
        AttemptEvent::CashTaken { .. } => Proof::Cash,
        AttemptEvent::OperatorConfirmed { .. } => Proof::Manual,
        _ => return None,
    };
    Some(if provider == ProviderId::Cash {
        Proof::Cash
    } else {
        proof
    })
}
