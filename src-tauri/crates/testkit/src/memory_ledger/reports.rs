//! What days, shifts and the trail say.

use super::{MovedMoney, State};
use keptang_domain::day::Cell;
use keptang_domain::order::{AttemptState, Change, OrderState};
use keptang_domain::{BusinessDay, DayCutoff, Money, ProviderId};
use keptang_ports::{AttemptFacts, AuditLine, DayFacts, TakingsFilter, TrailFilter};
use std::collections::BTreeMap;

impl MovedMoney {
    pub(super) fn of(change: &Change, sequence: i64, cutoff: DayCutoff) -> Option<Self> {
        let opening = &change.after.opening;
        Some(Self {
            sequence,
            order: change.after.id,
            day: change.at.business_day(cutoff),
            hour: change.at.bangkok_hour(),
            counter: opening.number.rsplit_once('-')?.0.to_owned(),
            cashier: opening.cashier.clone(),
            taking: change.taking()?,
        })
    }

    fn counts(&self, filter: &TakingsFilter) -> bool {
        filter
            .days
            .is_none_or(|(from, to)| (from..=to).contains(&self.day))
            && filter
                .events
                .is_none_or(|(after, upto)| self.sequence > after && self.sequence <= upto)
            && filter
                .counter
                .as_ref()
                .is_none_or(|counter| *counter == self.counter)
    }
}

fn add(sum: &mut Money, more: Money) {
    *sum = sum.checked_add(more).expect("a test's money fits 64 bits");
}

impl State {
    pub(super) fn takings(&self, filter: &TakingsFilter) -> Vec<Cell> {
        let mut cells = BTreeMap::new();
        for money in self.moved.iter().filter(|money| money.counts(filter)) {
            let taking = &money.taking;
            let key = (taking.provider, money.cashier.clone(), money.hour, taking.proof);
            let cell = cells.entry(key).or_insert_with(|| Cell {
                provider: taking.provider,
                cashier: money.cashier.clone(),
                hour: money.hour,
                proof: taking.proof,
                sales: 0,
                received: Money::ZERO,
                adjustments: Money::ZERO,
                suspense: Money::ZERO,
                refunds: Money::ZERO,
                fees: Money::ZERO,
            });
            cell.sales += u64::from(taking.is_sale);
            add(&mut cell.received, taking.received);
            add(&mut cell.adjustments, taking.adjustments);
            add(&mut cell.suspense, taking.suspense);
            add(&mut cell.refunds, taking.refunds);
            add(&mut cell.fees, taking.fees);
        }
        cells.into_values().collect()
    }

    pub(super) fn day_facts(&self, day: BusinessDay) -> DayFacts {
        let of_day = || {
            self.orders
                .iter()
                .filter(move |order| order.opening.business_day == day)
        };
        let in_state = |states: &[OrderState]| {
            let count = of_day().filter(|order| states.contains(&order.state)).count();
            u64::try_from(count).expect("few orders")
        };
        let to_paid = of_day()
            .filter_map(|order| Some(order.settled_at?.ms_since(order.created_at)))
            .collect();
        DayFacts {
            opened: in_state(OrderState::ALL),
            paid: in_state(&[OrderState::Settled, OrderState::Completed]),
            voided: in_state(&[OrderState::Voided]),
            open: in_state(&[OrderState::Open, OrderState::Due]),
            median_to_paid_ms: DayFacts::median(to_paid),
            attempts: ProviderId::ALL
                .iter()
                .filter_map(|provider| {
                    let states: Vec<AttemptState> = of_day()
                        .flat_map(|order| &order.attempts)
                        .filter(|attempt| attempt.provider == *provider)
                        .map(|attempt| attempt.state)
                        .collect();
                    (!states.is_empty()).then(|| attempt_facts(*provider, &states))
                })
                .collect(),
        }
    }

    pub(super) fn times_to_paid(&self, day: BusinessDay) -> Vec<(ProviderId, i64)> {
        let of_day = self
            .orders
            .iter()
            .filter(|order| order.opening.business_day == day);
        of_day
            .filter_map(|order| {
                let took_ms = order.settled_at?.ms_since(order.created_at);
                let mut newest_first = order.attempts.iter().rev();
                let paid = newest_first.find(|attempt| attempt.state == AttemptState::Paid)?;
                Some((paid.provider, took_ms))
            })
            .collect()
    }

    pub(super) fn trail_lines(&self, filter: &TrailFilter) -> Vec<(i64, AuditLine)> {
        let fits = |(number, line): &(i64, &AuditLine)| {
            (filter.what.is_empty() || filter.what.contains(&line.what))
                && filter
                    .subject
                    .as_ref()
                    .is_none_or(|subject| *subject == line.subject)
                && (filter.by.is_none() || filter.by == line.by)
                && filter
                    .during
                    .is_none_or(|(from, before)| (from..before).contains(&line.at))
                && filter.after.is_none_or(|after| *number > after)
                && filter.before.is_none_or(|before| *number < before)
        };
        let mut lines: Vec<(i64, AuditLine)> = (1..)
            .zip(&self.trail)
            .filter(fits)
            .map(|(number, line)| (number, line.clone()))
            .collect();
        if filter.newest_first {
            lines.reverse();
        }
        lines.truncate(if filter.limit == 0 {
            TrailFilter::PAGE
        } else {
            filter.limit
        });
        lines
    }
}

fn attempt_facts(provider: ProviderId, states: &[AttemptState]) -> AttemptFacts {
    let count = |fits: fn(AttemptState) -> bool| {
        let count = states.iter().filter(|state| fits(**state)).count();
        u64::try_from(count).expect("few attempts")
    };
    AttemptFacts {
        provider,
        opened: count(|_| true),
        paid: count(|state| state == AttemptState::Paid),
        failed: count(|state| state == AttemptState::Failed),
        expired: count(|state| state == AttemptState::Expired),
        cancelled: count(|state| state == AttemptState::Cancelled),
        running: count(|state| !state.is_final()),
    }
}
