//! The rows that make an order findable. They hold nothing that its events do not say, so they can be compared with
//! what the events say and rebuilt from them.

use keptang_domain::order::{Attempt, AttemptEvent, Change, Order, OrderEvent, Posting, Refund};
use keptang_domain::{BusinessDay, OrderId};

/// Smallest number of digits in an order number.
const NUMBER_WIDTH: usize = 4;

/// The number people see: `A-0147`.
pub(crate) fn number(counter: &str, counter_no: i64) -> String {
    format!("{counter}-{counter_no:0NUMBER_WIDTH$}")
}

/// The counter and place a number names; `None` when no counter gives such a number.
pub(crate) fn counter_of(text: &str) -> Option<(&str, i64)> {
    let (counter, digits) = text.rsplit_once('-')?;
    let counter_no = digits.parse().ok()?;
    (number(counter, counter_no) == text).then_some((counter, counter_no))
}

/// A row of `orders`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OrderRow {
    pub(crate) opened_seq: i64,
    pub(crate) id: [u8; 16],
    pub(crate) version: i64,
    pub(crate) counter: String,
    pub(crate) counter_no: i64,
    pub(crate) number: String,
    pub(crate) amount_due_satang: i64,
    pub(crate) note: Option<String>,
    pub(crate) cashier: Option<String>,
    pub(crate) business_day: String,
    pub(crate) created_at_ms: i64,
    pub(crate) state: String,
    pub(crate) settled_at_ms: Option<i64>,
    pub(crate) running: bool,
    pub(crate) newest_state: Option<String>,
    pub(crate) flags: String,
}

impl OrderRow {
    /// `None` when the order's number is not one a counter gives.
    pub(crate) fn of(order: &Order, opened_seq: i64) -> Option<Self> {
        let (counter, counter_no) = counter_of(&order.opening.number)?;
        let flags: Vec<&str> = order.flags().into_iter().map(|flag| flag.word()).collect();
        Some(Self {
            opened_seq,
            id: id_bytes(order.id),
            version: version(order),
            counter: counter.to_owned(),
            counter_no,
            number: order.opening.number.clone(),
            amount_due_satang: order.opening.amount_due.satang(),
            note: order.opening.note.clone(),
            cashier: order.opening.cashier.clone(),
            business_day: day(order.opening.business_day),
            created_at_ms: order.created_at.ms(),
            state: order.state.word().to_owned(),
            settled_at_ms: order.settled_at.map(|at| at.ms()),
            running: is_running(order),
            newest_state: order.newest().map(|attempt| attempt.state.word().to_owned()),
            flags: flags.join(","),
        })
    }
}

/// A row of `attempts`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AttemptRow {
    pub(crate) id: [u8; 16],
    pub(crate) order_id: [u8; 16],
    pub(crate) position: i64,
    pub(crate) provider: String,
    pub(crate) provider_ref: Option<String>,
    pub(crate) token: [u8; 16],
    pub(crate) state: String,
    pub(crate) asked_satang: i64,
    pub(crate) payable_satang: i64,
}

impl AttemptRow {
    /// The row of the attempt at `position` (0 is the first) of an order.
    pub(crate) fn of(order: OrderId, position: usize, attempt: &Attempt) -> Self {
        Self {
            id: attempt.id.bits().to_be_bytes(),
            order_id: id_bytes(order),
            position: i64::try_from(position).expect("an order has few attempts"),
            provider: attempt.provider.word().to_owned(),
            provider_ref: attempt.provider_ref.clone(),
            token: token_bytes(attempt.token),
            state: attempt.state.word().to_owned(),
            asked_satang: attempt.asked.satang(),
            payable_satang: attempt.payable.satang(),
        }
    }
}

/// A row of `refunds`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RefundRow {
    pub(crate) id: [u8; 16],
    pub(crate) order_id: [u8; 16],
    pub(crate) attempt_id: [u8; 16],
    pub(crate) amount_satang: i64,
    pub(crate) kind: String,
    pub(crate) state: String,
    pub(crate) provider_ref: Option<String>,
    pub(crate) reason: String,
    pub(crate) by_name: String,
}

impl RefundRow {
    /// The row of a refund of an order.
    pub(crate) fn of(order: OrderId, refund: &Refund) -> Self {
        Self {
            id: refund.id.bits().to_be_bytes(),
            order_id: id_bytes(order),
            attempt_id: refund.attempt.bits().to_be_bytes(),
            amount_satang: refund.amount.satang(),
            kind: refund.kind.word().to_owned(),
            state: refund.state.word().to_owned(),
            provider_ref: refund.provider_ref.clone(),
            reason: refund.reason.word().to_owned(),
            by_name: refund.by.clone(),
        }
    }
}

/// A row of `postings`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PostingRow {
    pub(crate) seq: i64,
    pub(crate) line: i64,
    pub(crate) debit: String,
    pub(crate) credit: String,
    pub(crate) amount_satang: i64,
}

impl PostingRow {
    /// The rows of one event's postings.
    pub(crate) fn of(seq: i64, postings: &[Posting]) -> impl Iterator<Item = Self> {
        (1..).zip(postings).map(move |(line, posting)| Self {
            seq,
            line,
            debit: posting.debit.to_string(),
            credit: posting.credit.to_string(),
            amount_satang: posting.amount.satang(),
        })
    }
}

/// A row of `takings`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TakingRow {
    pub(crate) seq: i64,
    pub(crate) order_id: [u8; 16],
    pub(crate) day: String,
    pub(crate) hour: i64,
    pub(crate) counter: String,
    pub(crate) cashier: Option<String>,
    pub(crate) provider: String,
    pub(crate) proof: String,
    pub(crate) sales: i64,
    pub(crate) received_satang: i64,
    pub(crate) adjustments_satang: i64,
    pub(crate) suspense_satang: i64,
    pub(crate) refunds_satang: i64,
    pub(crate) fees_satang: i64,
}

impl TakingRow {
    /// The row of one event that counts on `counts_on`; `None` when it moved no money.
    pub(crate) fn of(seq: i64, change: &Change, counts_on: BusinessDay) -> Option<Self> {
        let taking = change.taking()?;
        let opening = &change.after.opening;
        let (counter, _) = counter_of(&opening.number)?;
        Some(Self {
            seq,
            order_id: id_bytes(change.after.id),
            day: day(counts_on),
            hour: i64::from(change.at.bangkok_hour()),
            counter: counter.to_owned(),
            cashier: opening.cashier.clone(),
            provider: taking.provider.word().to_owned(),
            proof: taking.proof.word().to_owned(),
            sales: i64::from(taking.is_sale),
            received_satang: taking.received.satang(),
            adjustments_satang: taking.adjustments.satang(),
            suspense_satang: taking.suspense.satang(),
            refunds_satang: taking.refunds.satang(),
            fees_satang: taking.fees.satang(),
        })
    }
}

/// A row of `documents`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DocumentRow {
    pub(crate) number: String,
    pub(crate) series: String,
    pub(crate) running: i64,
    pub(crate) kind: String,
    pub(crate) order_id: [u8; 16],
    pub(crate) seq: i64,
}

impl DocumentRow {
    /// The row of one event; `None` when it gave no number.
    pub(crate) fn of(seq: i64, change: &Change) -> Option<Self> {
        let OrderEvent::DocumentIssued {
            kind,
            series,
            running,
            number,
            ..
        } = &change.event
        else {
            return None;
        };
        Some(Self {
            number: number.clone(),
            series: series.clone(),
            // Nobody prints 2^63 receipts; a number beyond that would be refused as taken.
            running: i64::try_from(*running).unwrap_or(i64::MAX),
            kind: kind.word().to_owned(),
            order_id: id_bytes(change.after.id),
            seq,
        })
    }
}

/// Row numbers of `search` for one order: one for each of its events.
pub(crate) const SEARCH_SPAN: i64 = 4_096;

/// A row of `search`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SearchRow {
    pub(crate) order_id: [u8; 16],
    /// Place among the order's own rows.
    pub(crate) slot: i64,
    pub(crate) text: String,
}

impl SearchRow {
    /// What one event brought that a person may remember the order by; `None` when nothing. An order with more events
    /// than fit is found by what the first of them brought.
    pub(crate) fn of(change: &Change) -> Option<Self> {
        let slot = version(&change.after);
        let texts: Vec<&str> = match &change.event {
            OrderEvent::Opened(opening) => {
                let texts = [
                    Some(&opening.number),
                    opening.note.as_ref(),
                    opening.cashier.as_ref(),
                ];
                texts.into_iter().flatten().map(String::as_str).collect()
            }
            OrderEvent::Attempt {
                attempt,
                event:
                    AttemptEvent::Accepted {
                        provider_ref: Some(told),
                        ..
                    }
                    | AttemptEvent::Unshowable {
                        provider_ref: Some(told),
                        ..
                    },
                ..
            } => {
                let kept = change
                    .after
                    .attempt(*attempt)
                    .and_then(|attempt| attempt.provider_ref.as_ref());
                (kept == Some(told))
                    .then_some(told.as_str())
                    .into_iter()
                    .collect()
            }
            OrderEvent::RefundResolved { provider_ref, .. } => provider_ref.as_deref().into_iter().collect(),
            OrderEvent::DocumentIssued { number, .. } => vec![number.as_str()],
            _ => Vec::new(),
        };
        (!texts.is_empty() && slot < SEARCH_SPAN).then(|| Self {
            order_id: id_bytes(change.after.id),
            slot,
            text: texts.join("\n"),
        })
    }
}

/// Has an attempt that has not ended.
pub(crate) fn is_running(order: &Order) -> bool {
    order.attempts.iter().any(|attempt| !attempt.state.is_final())
}

pub(crate) fn version(order: &Order) -> i64 {
    i64::try_from(order.version).expect("nobody records more than 2^63 events")
}

pub(crate) fn day(day: BusinessDay) -> String {
    day.to_string()
}

pub(crate) fn id_bytes(id: OrderId) -> [u8; 16] {
    id.bits().to_be_bytes()
}

/// The 128 bits of a token. The domain shows them only as digits.
pub(crate) fn token_bytes(token: keptang_domain::CallbackToken) -> [u8; 16] {
    u128::from_str_radix(&token.expose(), 16)
        .expect("a token is written in 32 hexadecimal digits")
        .to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_counted_per_counter_and_read_back_strictly() {
        assert_eq!(number("A", 7), "A-0007");
        assert_eq!(number("A", 12_345), "A-12345");
        assert_eq!(counter_of("A-0007"), Some(("A", 7)));
        assert_eq!(counter_of("BAR-2-0007"), Some(("BAR-2", 7)));
        for bad in ["", "A", "A-7", "A-00007", "A-+007", "A-", "A-x"] {
            assert_eq!(counter_of(bad), None, "{bad}");
        }
    }
}
