//! Which orders fit a filter.

use super::{MovedMoney, State};
use keptang_domain::money::parse_amount;
use keptang_domain::order::Order;
use keptang_ports::{Moved, MovedWhat, OrderFilter};
use serde_json::Value;

/// A text shorter than this is not looked for inside others.
const SHORTEST_PART: usize = 3;

impl State {
    pub(super) fn fits(&self, order: &Order, filter: &OrderFilter) -> bool {
        let running = order.attempts.iter().any(|attempt| !attempt.state.is_final());
        let opening = &order.opening;
        let moved = |moved: &Moved| {
            self.moved
                .iter()
                .any(|money| money.order == order.id && money.is(moved))
        };
        filter.day.is_none_or(|day| day == opening.business_day)
            && filter
                .days
                .is_none_or(|(from, to)| (from..=to).contains(&opening.business_day))
            && filter.state.is_none_or(|state| state == order.state)
            && filter.running.is_none_or(|wanted| wanted == running)
            && filter
                .flagged
                .is_none_or(|wanted| wanted != order.flags().is_empty())
            && filter.flag.is_none_or(|flag| order.flags().contains(&flag))
            && filter
                .provider
                .is_none_or(|provider| order.attempts.iter().any(|attempt| attempt.provider == provider))
            && (filter.cashier.is_none() || filter.cashier == opening.cashier)
            && filter
                .amount
                .is_none_or(|(from, to)| (from..=to).contains(&opening.amount_due))
            && filter.moved.as_ref().is_none_or(moved)
            && filter.search.as_ref().is_none_or(|text| self.says(order, text))
    }

    fn says(&self, order: &Order, text: &str) -> bool {
        if text.is_empty() || parse_amount(text) == Ok(order.opening.amount_due) {
            return true;
        }
        let wanted = text.to_lowercase();
        if text.chars().count() < SHORTEST_PART {
            let counted = order.opening.number.rsplit_once('-').map(|(_, digits)| digits);
            let is_number = text.bytes().all(|byte| byte.is_ascii_digit())
                && counted.and_then(|digits| digits.parse::<u64>().ok()) == text.parse().ok();
            return is_number || order.opening.cashier.as_deref() == Some(text);
        }
        self.texts(order)
            .iter()
            .any(|said| said.to_lowercase().contains(&wanted))
    }

    /// Everything a person may remember an order by.
    fn texts(&self, order: &Order) -> Vec<String> {
        let mut texts = vec![order.opening.number.clone()];
        texts.extend(order.opening.note.clone());
        texts.extend(order.opening.cashier.clone());
        texts.extend(
            order
                .attempts
                .iter()
                .filter_map(|attempt| attempt.provider_ref.clone()),
        );
        texts.extend(
            order
                .refunds
                .iter()
                .filter_map(|refund| refund.provider_ref.clone()),
        );
        texts.extend(order.documents.iter().map(|document| document.number.clone()));
        let its_slips = self
            .slips
            .values()
            .filter(|slip| slip.order.or(slip.wanted) == Some(order.id));
        for slip in its_slips {
            texts.extend(slip.reference.clone());
            let detail: Value = serde_json::from_str(&slip.detail).unwrap_or_default();
            texts.extend(detail.get("sender").and_then(Value::as_str).map(str::to_owned));
        }
        texts
    }
}

impl MovedMoney {
    fn is(&self, wanted: &Moved) -> bool {
        let taking = &self.taking;
        let (from, to) = wanted.days;
        let amount = match wanted.what {
            None => None,
            Some(MovedWhat::Received) => Some(taking.received),
            Some(MovedWhat::Adjustment) => Some(taking.adjustments),
            Some(MovedWhat::Suspense) => Some(taking.suspense),
            Some(MovedWhat::Refund) => Some(taking.refunds),
            Some(MovedWhat::Fee) => Some(taking.fees),
        };
        (from..=to).contains(&self.day)
            && (wanted.providers.is_empty() || wanted.providers.contains(&taking.provider))
            && wanted
                .cashier
                .as_ref()
                .is_none_or(|cashier| *cashier == self.cashier)
            && wanted.hour.is_none_or(|hour| hour == self.hour)
            && wanted.proof.is_none_or(|proof| proof == taking.proof)
            && amount.is_none_or(|amount| amount.satang() != 0)
    }
}
