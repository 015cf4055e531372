//! From a fact to a thing to look at.

use super::runs::{Run, RunItem};
use super::{ItemKey, OrderIssue, ReviewItem, ReviewKind};
use crate::payout::{Payout, PayoutState};
use crate::shift::ShiftEnd;
use crate::slips::SlipDetail;
use keptang_domain::order::{Attempt, AttemptEvent, Flag, Order, OrderEvent, Refund, RefundState};
use keptang_domain::{BusinessDay, Money, Timestamp};
use keptang_ports::{PastEvent, SlipRecord};
use std::collections::BTreeMap;

/// What is the matter with an order, oldest kind first.
pub(super) fn issues(order: &Order) -> Vec<OrderIssue> {
    let mut issues: Vec<OrderIssue> = order.flags().into_iter().map(OrderIssue::Flag).collect();
    if order.suspended().is_positive() {
        issues.push(OrderIssue::Suspense);
    }
    issues
}

/// An order and one thing that is the matter with it. `history` is needed for what only events tell.
pub(super) fn of_order(order: &Order, issue: OrderIssue, history: &[PastEvent]) -> ReviewItem {
    let mut detail = BTreeMap::from([
        ("amount_due", order.opening.amount_due.to_string()),
        ("received", order.received().to_string()),
        ("refunded", order.refunded().to_string()),
        ("state", order.state.word().to_owned()),
    ]);
    let with_money = order
        .attempts
        .iter()
        .rev()
        .find(|attempt| attempt.received().is_positive());
    if let Some(attempt) = with_money.or_else(|| order.newest()) {
        detail.insert("provider", attempt.provider.word().to_owned());
    }
    if issue == OrderIssue::Flag(Flag::ManualConfirm) {
        detail.extend(word_of(history));
    }
    ReviewItem {
        key: ItemKey::Order(order.id, issue),
        kind: match issue {
            OrderIssue::Flag(flag) => ReviewKind::Flag(flag),
            OrderIssue::Suspense => ReviewKind::Suspense,
        },
        amount: Some(in_question(order, issue)),
        since: last_money(order).unwrap_or(order.created_at),
        detail,
        ..about(order)
    }
}

/// Who confirmed by hand, and why.
fn word_of(history: &[PastEvent]) -> Vec<(&'static str, String)> {
    let words = history.iter().rev().filter_map(|past| match &past.event {
        OrderEvent::Attempt {
            event: AttemptEvent::OperatorConfirmed { by, reason, note },
            ..
        } => Some((by, reason, note)),
        _ => None,
    });
    let mut said = Vec::new();
    if let Some((by, reason, note)) = words.into_iter().next() {
        said.push(("by", by.clone()));
        said.push(("reason", reason.word().to_owned()));
        said.extend(note.clone().map(|note| ("note", note)));
    }
    said
}

/// The money in question: what is missing, too much, or went astray, and else the whole bill.
fn in_question(order: &Order, issue: OrderIssue) -> Money {
    match issue {
        OrderIssue::Suspense => order.suspended(),
        OrderIssue::Flag(Flag::Underpaid) => order.missing(),
        OrderIssue::Flag(Flag::Overpaid | Flag::DuplicatePayment) => order.excess(),
        OrderIssue::Flag(Flag::ManualConfirm) => {
            let vouched = order.attempts.iter().filter_map(|attempt| attempt.person_word);
            Money::checked_sum(vouched).unwrap_or(order.opening.amount_due)
        }
        OrderIssue::Flag(Flag::RefundFailed) => {
            let failed = order.refunds.iter().rev();
            failed
                .filter(|refund| refund.state == RefundState::Failed)
                .map(|refund| refund.amount)
                .next()
                .unwrap_or(Money::ZERO)
        }
        OrderIssue::Flag(_) => order.opening.amount_due,
    }
}

fn last_money(order: &Order) -> Option<Timestamp> {
    let paid = order
        .attempts
        .iter()
        .filter_map(|attempt: &Attempt| attempt.paid_at);
    paid.max()
}

/// An item about an order, with nothing said yet about what is the matter.
fn about(order: &Order) -> ReviewItem {
    ReviewItem {
        key: ItemKey::Order(order.id, OrderIssue::Suspense),
        kind: ReviewKind::Suspense,
        order: Some(order.id),
        order_number: Some(order.opening.number.clone()),
        amount: None,
        since: order.created_at,
        cashier: order.opening.cashier.clone(),
        detail: BTreeMap::new(),
        settled: None,
    }
}

/// An item about no order.
fn alone(key: ItemKey, kind: ReviewKind, since: Timestamp) -> ReviewItem {
    ReviewItem {
        key,
        kind,
        order: None,
        order_number: None,
        amount: None,
        since,
        cashier: None,
        detail: BTreeMap::new(),
        settled: None,
    }
}

/// A refund whose outcome is not known; `None` when it is.
pub(super) fn of_refund(order: &Order, refund: &Refund, since: Timestamp) -> Option<ReviewItem> {
    let open = matches!(refund.state, RefundState::Requested | RefundState::Unknown);
    let mut detail = BTreeMap::from([
        ("reason", refund.reason.word().to_owned()),
        ("by", refund.by.clone()),
    ]);
    if let Some(attempt) = order.attempt(refund.attempt) {
        detail.insert("provider", attempt.provider.word().to_owned());
    }
    open.then(|| ReviewItem {
        key: ItemKey::Refund(refund.id),
        kind: ReviewKind::RefundUnknown,
        amount: Some(refund.amount),
        since,
        detail,
        ..about(order)
    })
}

/// A payout whose outcome is not known; `None` when it is.
pub(super) fn of_payout(payout: &Payout, since: Timestamp) -> Option<ReviewItem> {
    let open = matches!(payout.state, PayoutState::Unknown | PayoutState::Requested);
    let mut detail = BTreeMap::from([
        ("provider", payout.provider.word().to_owned()),
        ("account", payout.label.clone()),
        ("state", payout.state.word().to_owned()),
    ]);
    detail.extend(
        payout
            .provider_ref
            .clone()
            .map(|reference| ("provider_ref", reference)),
    );
    open.then(|| ReviewItem {
        amount: Some(payout.amount),
        detail,
        ..alone(ItemKey::Payout(payout.id), ReviewKind::PayoutUnknown, since)
    })
}

/// A shift that ended with a difference; `None` when it ended well. The amount is what is missing or too much in all.
pub(super) fn of_shift(end: &ShiftEnd) -> Option<ReviewItem> {
    let lines = &end.closing.differences;
    let key = ItemKey::Shift {
        counter: end.counter.clone(),
        number: end.number,
    };
    let mut detail = BTreeMap::from([
        ("counter", end.counter.clone()),
        ("number", end.number.to_string()),
    ]);
    for line in lines.iter().filter(|line| line.difference != Money::ZERO) {
        detail.insert(line.method.word(), line.difference.to_string());
    }
    end.closing.has_difference().then(|| ReviewItem {
        amount: Money::checked_sum(lines.iter().map(|line| line.difference)),
        cashier: end.closing.by.clone(),
        detail,
        ..alone(key, ReviewKind::ShiftDifference, end.closing.at)
    })
}

/// A payment that the ledger and a provider see differently. The order is filled in by whoever has it.
pub(super) fn of_run(day: BusinessDay, run: &Run, item: &RunItem) -> ReviewItem {
    let key = ItemKey::Reconcile {
        day,
        provider: run.provider,
        n: item.n,
    };
    let baht = |satang: Option<i64>| satang.map(|satang| Money::from_satang(satang).to_string());
    let facts = [
        ("bucket", Some(item.bucket.clone())),
        ("provider", Some(run.provider.word().to_owned())),
        ("provider_ref", item.provider_ref.clone()),
        ("our_amount", baht(item.our_amount_satang)),
        ("their_amount", baht(item.their_amount_satang)),
        ("our_state", item.our_state.clone()),
        ("their_state", item.their_state.clone()),
        ("by", run.by.clone()),
    ];
    let told = facts.into_iter().filter_map(|(name, fact)| Some((name, fact?)));
    ReviewItem {
        order_number: item.order.clone(),
        amount: item
            .their_amount_satang
            .or(item.our_amount_satang)
            .map(Money::from_satang),
        detail: told.collect(),
        ..alone(key, ReviewKind::Reconcile, run.at)
    }
}

/// A slip that still waits; `None` when it does not.
pub(super) fn of_slip(slip: &SlipRecord, wanted: Option<&Order>) -> Option<ReviewItem> {
    slip.next_at?;
    let known = SlipDetail::from_json(&slip.detail);
    let key = ItemKey::Slip(slip.id);
    let base = match wanted {
        Some(order) => about(order),
        None => alone(key.clone(), ReviewKind::SlipWaiting, slip.presented_at),
    };
    let mut detail = BTreeMap::from([("verdict", slip.verdict.clone())]);
    detail.extend(known.amount.map(|amount| ("amount", amount)));
    Some(ReviewItem {
        key,
        kind: ReviewKind::SlipWaiting,
        amount: wanted.map(Order::missing),
        since: slip.presented_at,
        cashier: slip.by.clone().or(base.cashier.clone()),
        detail,
        ..base
    })
}
