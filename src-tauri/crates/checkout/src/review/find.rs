//! Where things to look at are found: all of a day, or one by its key.

use super::item::{issues, of_order, of_payout, of_refund, of_run, of_shift, of_slip};
use super::{ItemKey, OrderIssue, ReviewItem};
use crate::refund::{REFUND_REQUESTED, RefundFacts};
use crate::till::Till;
use crate::trail::{Numbered, damaged, facts_of};
use keptang_domain::order::{Flag, Order};
use keptang_domain::{BusinessDay, OrderId, RefundId};
use keptang_ports::{LedgerError, Moved, MovedWhat, OrderFilter, OrderKey, SlipFilter, SlipRecord};
use std::collections::BTreeMap;

const PAGE: usize = 200;

impl Till {
    /// Everything of a business day that a person has to look at, settled or not, oldest first: orders of that day, or
    /// whose money moved on it; refunds and payouts asked for on it; shifts closed on it; slips shown on it; and what
    /// the newest comparison with each provider's list says.
    pub async fn exceptions(&self, day: BusinessDay) -> Result<Vec<ReviewItem>, LedgerError> {
        let mut items = Vec::new();
        for order in self.orders_to_look_at(day).await? {
            for issue in issues(&order) {
                let item = self.order_item(&order, issue).await?;
                items.push(ReviewItem {
                    settled: self.settled(&item.key, Some(&order)).await?,
                    ..item
                });
            }
        }
        let mut others = self.open_refunds(day).await?;
        others.extend(self.open_payouts(day).await?);
        others.extend(self.shifts_closed_on(day).await?.iter().filter_map(of_shift));
        for run in self.runs(day).await? {
            for item in &run.items {
                others.push(self.with_order(of_run(day, &run, item)).await?);
            }
        }
        for slip in self.slips_shown_on(day, Some(true)).await? {
            others.extend(self.slip_item(&slip).await?);
        }
        for item in others {
            items.push(ReviewItem {
                settled: self.settled(&item.key, None).await?,
                ..item
            });
        }
        items.sort_by(|one, other| (one.since, &one.key).cmp(&(other.since, &other.key)));
        Ok(items)
    }

    /// The thing with this key, without what was said about it; `None` when there is nothing to look at, or not any
    /// more.
    pub(super) async fn find_item(&self, key: &ItemKey) -> Result<Option<ReviewItem>, LedgerError> {
        match key {
            ItemKey::Order(id, issue) => {
                let Some(order) = self.known(*id).await? else {
                    return Ok(None);
                };
                if !issues(&order).contains(issue) {
                    return Ok(None);
                }
                self.order_item(&order, *issue).await.map(Some)
            }
            ItemKey::Refund(id) => match self.last_line(REFUND_REQUESTED, Some(id.to_string())).await? {
                Some(line) => self.refund_item(&line).await,
                None => Ok(None),
            },
            ItemKey::Payout(id) => {
                let payouts = self.payouts().await?;
                let payout = payouts.iter().find(|payout| payout.id == *id);
                Ok(payout.and_then(|payout| of_payout(payout, payout.day.starts_at(self.config().cutoff))))
            }
            ItemKey::Shift { counter, number } => {
                let end = self.shift_end(counter, *number).await?;
                Ok(end.as_ref().and_then(of_shift))
            }
            ItemKey::Reconcile { day, provider, n } => {
                for run in self.runs(*day).await? {
                    if run.provider == *provider
                        && let Some(item) = run.items.iter().find(|item| item.n == *n)
                    {
                        return self.with_order(of_run(*day, &run, item)).await.map(Some);
                    }
                }
                Ok(None)
            }
            ItemKey::Slip(id) => {
                let filter = SlipFilter {
                    id: Some(*id),
                    ..SlipFilter::default()
                };
                match self.inner.ledger.slips(filter).await?.first() {
                    Some(slip) => self.slip_item(slip).await,
                    None => Ok(None),
                }
            }
        }
    }

    async fn orders_to_look_at(&self, day: BusinessDay) -> Result<Vec<Order>, LedgerError> {
        let moved = |what| Moved {
            days: (day, day),
            providers: Vec::new(),
            cashier: None,
            hour: None,
            proof: None,
            what,
        };
        let of_day = OrderFilter {
            day: Some(day),
            flagged: Some(true),
            ..OrderFilter::default()
        };
        let moved_on_it = OrderFilter {
            flagged: Some(true),
            moved: Some(moved(None)),
            ..OrderFilter::default()
        };
        let suspended = OrderFilter {
            moved: Some(moved(Some(MovedWhat::Suspense))),
            ..OrderFilter::default()
        };
        let mut found: BTreeMap<OrderId, Order> = BTreeMap::new();
        for filter in [of_day, moved_on_it, suspended] {
            let orders = self.every_order(filter).await?;
            found.extend(orders.into_iter().map(|order| (order.id, order)));
        }
        Ok(found.into_values().collect())
    }

    async fn every_order(&self, mut filter: OrderFilter) -> Result<Vec<Order>, LedgerError> {
        filter.limit = PAGE;
        let mut all = Vec::new();
        loop {
            let page = self.inner.ledger.list(filter.clone()).await?;
            let full = page.len() == PAGE;
            filter.before_number = page.last().map(|order| order.opening.number.clone());
            all.extend(page);
            if !full {
                return Ok(all);
            }
        }
    }

    async fn order_item(&self, order: &Order, issue: OrderIssue) -> Result<ReviewItem, LedgerError> {
        let history = if issue == OrderIssue::Flag(Flag::ManualConfirm) {
            self.inner.ledger.history(order.id).await?
        } else {
            Vec::new()
        };
        Ok(of_order(order, issue, &history))
    }

    async fn open_refunds(&self, day: BusinessDay) -> Result<Vec<ReviewItem>, LedgerError> {
        let mut items = Vec::new();
        for line in self.lines_around(&[REFUND_REQUESTED], day).await? {
            let facts: RefundFacts = facts_of(&line)?;
            if facts.business_day == day.to_string() {
                items.extend(self.refund_item(&line).await?);
            }
        }
        Ok(items)
    }

    /// `None` for a refund whose end is known, and for one that was never stored: the till died in between, and nobody
    /// was asked.
    async fn refund_item(&self, line: &Numbered) -> Result<Option<ReviewItem>, LedgerError> {
        let facts: RefundFacts = facts_of(line)?;
        let (number, line) = line;
        let id: RefundId = line.subject.parse().map_err(|_| damaged(*number))?;
        let order: OrderId = facts.order.parse().map_err(|_| damaged(*number))?;
        let Some(order) = self.known(order).await? else {
            return Ok(None);
        };
        let refund = order.refunds.iter().find(|refund| refund.id == id);
        Ok(refund.and_then(|refund| of_refund(&order, refund, line.at)))
    }

    async fn open_payouts(&self, day: BusinessDay) -> Result<Vec<ReviewItem>, LedgerError> {
        let since = day.starts_at(self.config().cutoff);
        let payouts = self.payouts().await?;
        let of_day = payouts.iter().filter(|payout| payout.day == day);
        Ok(of_day.filter_map(|payout| of_payout(payout, since)).collect())
    }

    async fn slip_item(&self, slip: &SlipRecord) -> Result<Option<ReviewItem>, LedgerError> {
        let wanted = match slip.wanted {
            Some(id) => self.known(id).await?,
            None => None,
        };
        Ok(of_slip(slip, wanted.as_ref()))
    }

    /// Fills in what an order's number leads to.
    async fn with_order(&self, item: ReviewItem) -> Result<ReviewItem, LedgerError> {
        let Some(number) = item.order_number.clone() else {
            return Ok(item);
        };
        match self.inner.ledger.load(OrderKey::Number(number)).await {
            Ok(order) => Ok(ReviewItem {
                order: Some(order.id),
                cashier: order.opening.cashier,
                ..item
            }),
            Err(LedgerError::NotFound) => Ok(item),
            Err(other) => Err(other),
        }
    }

    async fn known(&self, order: OrderId) -> Result<Option<Order>, LedgerError> {
        match self.inner.ledger.load(OrderKey::Id(order)).await {
            Ok(order) => Ok(Some(order)),
            Err(LedgerError::NotFound) => Ok(None),
            Err(other) => Err(other),
        }
    }
}
