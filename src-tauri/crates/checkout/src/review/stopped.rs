//! What checking slips was worth on a day: how many were stopped, and the money they would have cost.

use crate::slips::SlipDetail;
use crate::till::Till;
use keptang_domain::money::parse_amount;
use keptang_domain::slip::Verdict;
use keptang_domain::{BusinessDay, Money, OrderId};
use keptang_ports::{LedgerError, OrderKey, SlipFilter, SlipRecord};
use std::collections::{BTreeMap, BTreeSet};

/// The slips of a day in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SlipsOfDay {
    /// Slips that were shown.
    pub shown: usize,
    /// Of these, accepted.
    pub accepted: usize,
    /// Of these, a clear no: used before, for somebody else, of another sum, no slip at all, or no such transfer.
    pub stopped: usize,
    /// What the stopped ones were to pay. A bill counts once, however often something was shown for it.
    pub stopped_amount: Money,
    /// Slips judged here, without asking anybody and without using quota.
    pub calls_saved: usize,
}

/// More slips than a counter sees in a day.
const MOST_SLIPS: usize = 100_000;

impl Till {
    /// The slips that were shown on a business day, in numbers.
    pub async fn slips_of_day(&self, day: BusinessDay) -> Result<SlipsOfDay, LedgerError> {
        let slips = self.slips_shown_on(day, None).await?;
        let mut found = SlipsOfDay {
            shown: slips.len(),
            ..SlipsOfDay::default()
        };
        let mut worth: BTreeMap<String, Money> = BTreeMap::new();
        let mut paid: BTreeSet<OrderId> = BTreeSet::new();
        for slip in &slips {
            let detail = SlipDetail::from_json(&slip.detail);
            let verdict = Verdict::ALL.iter().find(|verdict| verdict.word() == slip.verdict);
            if verdict == Some(&Verdict::Accepted) {
                found.accepted += 1;
                paid.extend(slip.order);
            }
            if !detail.asked && verdict.is_some_and(|verdict| is_judged_here(*verdict)) {
                found.calls_saved += 1;
            }
            if slip.next_at.is_none() && verdict.is_some_and(|verdict| is_stopped(*verdict)) {
                found.stopped += 1;
                let (name, amount) = self.worth(slip, &detail).await?;
                worth.entry(name).or_insert(amount);
            }
        }
        // The right slip came in the end: nothing was saved by stopping the wrong one.
        for order in paid {
            worth.remove(&of_order(order));
        }
        found.stopped_amount = Money::checked_sum(worth.into_values()).unwrap_or(Money::ZERO);
        Ok(found)
    }

    pub(super) async fn slips_shown_on(
        &self,
        day: BusinessDay,
        waiting: Option<bool>,
    ) -> Result<Vec<SlipRecord>, LedgerError> {
        let cutoff = self.config().cutoff;
        let filter = SlipFilter {
            waiting,
            shown: Some((day.starts_at(cutoff), day.next().starts_at(cutoff))),
            limit: MOST_SLIPS,
            ..SlipFilter::default()
        };
        self.inner.ledger.slips(filter).await
    }

    /// What a stopped slip was to pay, and the name under which that counts once.
    async fn worth(&self, slip: &SlipRecord, detail: &SlipDetail) -> Result<(String, Money), LedgerError> {
        if let Some(wanted) = slip.wanted {
            let order = self.inner.ledger.load(OrderKey::Id(wanted)).await?;
            return Ok((of_order(wanted), order.opening.amount_due));
        }
        let claimed = detail.amount.as_deref().and_then(|text| parse_amount(text).ok());
        let name = slip.reference.clone().unwrap_or_else(|| slip.id.to_string());
        Ok((name, claimed.unwrap_or(Money::ZERO)))
    }
}

fn of_order(order: OrderId) -> String {
    format!("order {order}")
}

const fn is_stopped(verdict: Verdict) -> bool {
    matches!(
        verdict,
        Verdict::AlreadyUsed
            | Verdict::WrongReceiver
            | Verdict::WrongAmount
            | Verdict::NotASlip
            | Verdict::NotFound
    )
}

/// A line that was down or a key that is missing is no judgement.
const fn is_judged_here(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Unavailable | Verdict::Misconfigured)
}
