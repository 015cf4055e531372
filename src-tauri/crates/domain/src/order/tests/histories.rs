//! Random histories: whatever comes, in whatever order and however often, the books agree with the auditor; and what
//! providers report gives the same ledger in any order (architecture.md §9).

use super::auditor::{Auditor, post};
use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// One thing that may happen, still without its facts: they depend on how the order stands then.
#[derive(Debug, Clone, Copy)]
struct Happening {
    what: u8,
    attempt: usize,
    key: u8,
    size: u8,
}

const ASKED: Money = Money::from_satang(10_000);

fn happening() -> impl Strategy<Value = Happening> {
    (0_u8..36, 0_usize..3, 0_u8..3, 0_u8..8).prop_map(|(what, attempt, key, size)| Happening {
        what,
        attempt,
        key,
        size,
    })
}

fn satang(n: i64) -> Money {
    Money::from_satang(n)
}

/// A reason among those providers give for "no".
fn reason(size: u8) -> Reason {
    [
        Reason::Declined,
        Reason::FailedProcessing,
        Reason::InsufficientBalance,
        Reason::PaymentCancelled,
        Reason::Timeout,
    ][usize::from(size) % 5]
}

fn payable(asked: Money, size: u8) -> Money {
    let by = [0, 37, -3, 1, -100, 100, 500, 0][usize::from(size) % 8];
    satang((asked.satang() + by).max(1))
}

/// What a provider may report about one of two running attempts, with amounts that part, match and exceed.
fn report(happening: Happening) -> AttemptEvent {
    let Happening {
        what,
        attempt,
        key,
        size,
    } = happening;
    let amounts = [10_000, 10_037, 9_997, 4_000, 6_037, 1, 20_000, 0];
    let amount = satang(amounts[usize::from(size) % amounts.len()]);
    let fee = (key == 1).then_some(satang(i64::from(size) * 10));
    // One name per payment: a key never travels from one attempt to another here.
    let name = format!("{attempt}-{key}");
    match what % 9 {
        0 => AttemptEvent::Seen {
            source: Source::Callback,
        },
        1 | 2 => AttemptEvent::Short {
            evidence: proof(&name, amount, fee),
        },
        3 | 4 => AttemptEvent::Confirmed {
            evidence: proof(&name, amount.max(satang(1)), fee),
        },
        5 => AttemptEvent::Declined { reason: reason(size) },
        6 => AttemptEvent::Held,
        7 => AttemptEvent::Unrecognised {
            word: "maybe".to_owned(),
        },
        _ => AttemptEvent::WeakEvidence,
    }
}

/// Anything at all.
fn anything(order: &Order, happening: Happening, step: usize) -> OrderEvent {
    let Happening {
        what,
        attempt,
        key,
        size,
    } = happening;
    let n = attempt.min(order.attempts.len().saturating_sub(1));
    let asked = order.attempts.get(n).map_or(ASKED, |attempt| attempt.asked);
    let event = match what {
        0..=8 => report(Happening {
            what,
            attempt: n,
            key,
            size,
        }),
        9 => AttemptEvent::SubmitStarted,
        10 => accepted(payable(asked, size), Some(moment(step + 60))),
        11 => AttemptEvent::Unshowable {
            provider_ref: None,
            payable: payable(asked, size),
            why: [
                Unshowable::QrMismatch,
                Unshowable::QrUnavailable,
                Unshowable::AdjustedTooMuch,
                Unshowable::ModeMismatch,
            ][usize::from(size) % 4],
        },
        12 => AttemptEvent::Refused {
            reason: Reason::NeverCreated,
        },
        13 => AttemptEvent::OutcomeLost,
        14 | 15 => AttemptEvent::OperatorConfirmed {
            by: "Som".to_owned(),
            reason: ConfirmReason::Other,
            note: (size > 0).then(|| "seen on the phone".to_owned()),
        },
        16 => AttemptEvent::Lapsed,
        17 => AttemptEvent::Contradicted,
        18 => AttemptEvent::DeadlinePassed,
        19 => AttemptEvent::CancelRequested { by: None },
        20 => AttemptEvent::CancelDone,
        21 => AttemptEvent::ListenClosed,
        22 => return OrderEvent::Voided { by: None },
        30 => {
            return opens_at(ProviderId::Cash, order.attempts.len(), order.missing());
        }
        31 => AttemptEvent::CashTaken {
            payable: crate::cash::in_coins(asked).unwrap_or(asked),
            tendered: asked,
        },
        34 => return issued(DocumentKind::Receipt, None, u64::from(size)),
        35 => {
            let refund = (size > 0).then(|| refund_id(usize::from(key)));
            return issued(DocumentKind::CreditNote, refund, u64::from(size) + 1);
        }
        23..=25 => {
            return OrderEvent::RefundRequested {
                refund: refund_id(order.refunds.len()),
                attempt: attempt_id(n),
                amount: [
                    order.refundable_of(attempt_id(n)),
                    satang(3_000),
                    satang(1),
                    Money::ZERO,
                ][usize::from(size) % 4],
                kind: RefundKind::Refund,
                reason: RefundReason::CustomerRequest,
                by: "Som".to_owned(),
            };
        }
        26..=29 => {
            return OrderEvent::RefundResolved {
                refund: refund_id(usize::from(key)),
                state: RefundState::ALL[usize::from(size) % 4],
                kind: RefundKind::Void,
                provider_ref: None,
            };
        }
        _ => return opens(order.attempts.len(), order.missing()),
    };
    of(n, event)
}

fn assert_refunds_covered(order: &Order) {
    for attempt in &order.attempts {
        let open = |refund: &&Refund| refund.attempt == attempt.id && refund.state != RefundState::Failed;
        let spoken_for: i64 = order
            .refunds
            .iter()
            .filter(open)
            .map(|refund| refund.amount.satang())
            .sum();
        assert!(
            spoken_for <= attempt.received().satang(),
            "more would go back than came"
        );
    }
    assert!(order.refunded() <= order.received());
}

/// How far an attempt has come before the reports begin.
fn begun(order: Order, n: usize, stage: u8) -> Order {
    let asked = order.missing();
    let mut events = vec![opens(n, asked), of(n, AttemptEvent::SubmitStarted)];
    match stage {
        0 => {}
        1 => events.push(of(n, AttemptEvent::OutcomeLost)),
        2 => events.push(of(n, accepted(satang(asked.satang() + 37), None))),
        3 => events.push(of(n, accepted(satang(asked.satang() - 3), None))),
        4 => {
            events.push(of(n, accepted(asked, None)));
            events.push(of(n, AttemptEvent::DeadlinePassed));
        }
        5 => {
            events.push(of(n, accepted(asked, None)));
            events.push(of(n, AttemptEvent::CancelRequested { by: None }));
        }
        _ => {
            events.push(of(n, accepted(asked, None)));
            events.push(of(n, AttemptEvent::CancelRequested { by: None }));
            events.push(of(n, AttemptEvent::CancelDone));
        }
    }
    events
        .into_iter()
        .enumerate()
        .fold(order, |order, (step, event)| {
            order
                .record(event, moment(1 + n * 10 + step))
                .unwrap()
                .unwrap()
                .after
        })
}

/// What must not depend on the order of reports: money by account, flags, what is paid.
#[derive(Debug, PartialEq, Eq)]
struct Ledger {
    balances: BTreeMap<String, i64>,
    received: Vec<Money>,
    fees: Vec<Option<Money>>,
    credited: Money,
    suspended: Money,
    flags: BTreeSet<Flag>,
    state: OrderState,
    paid: Vec<bool>,
}

fn told(start: &Order, reports: &[Happening]) -> Ledger {
    let mut order = start.clone();
    let mut balances = BTreeMap::new();
    for (step, happening) in reports.iter().enumerate() {
        let event = of(happening.attempt, report(*happening));
        let result = order
            .record(event, moment(100 + step))
            .expect("reports are never refused");
        if let Some(change) = result {
            assert_sound(&order, &change);
            post(&mut balances, &change.postings);
            order = change.after;
        }
    }
    balances.retain(|_, balance| *balance != 0);
    Ledger {
        balances,
        received: order.attempts.iter().map(Attempt::received).collect(),
        fees: order.attempts.iter().map(|attempt| attempt.fee).collect(),
        credited: order.credited,
        suspended: order.suspended,
        flags: order.flags(),
        state: order.state,
        paid: order
            .attempts
            .iter()
            .map(|attempt| attempt.state == AttemptState::Paid)
            .collect(),
    }
}

fn reports() -> impl Strategy<Value = Vec<Happening>> {
    let report = (0_u8..9, 0_usize..2, 0_u8..3, 0_u8..8).prop_map(|(what, attempt, key, size)| Happening {
        what,
        attempt,
        key,
        size,
    });
    prop::collection::vec(report, 1..10)
}

/// Reports, and the same ones repeated at random and shuffled.
fn retold() -> impl Strategy<Value = (Vec<Happening>, Vec<Happening>)> {
    reports().prop_flat_map(|reports| {
        let repeats = prop::collection::vec(prop::sample::select(reports.clone()), 0..8);
        repeats.prop_flat_map(move |repeats| {
            let all: Vec<Happening> = reports.iter().copied().chain(repeats).collect();
            (Just(reports.clone()), Just(all).prop_shuffle())
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reports_in_any_order_with_any_repeats_give_the_same_ledger(
        (reports, retold) in retold(),
        stages in (0_u8..7, 0_u8..7),
    ) {
        let order = begun(begun(opened(ASKED).after, 0, stages.0), 1, stages.1);
        prop_assert_eq!(told(&order, &reports), told(&order, &retold));
    }

    #[test]
    fn after_a_sale_was_called_off_too((reports, retold) in retold()) {
        let order = begun(begun(opened(ASKED).after, 0, 6), 1, 4);
        let voided = order.record(OrderEvent::Voided { by: None }, moment(90)).unwrap().unwrap().after;
        let ledger = told(&voided, &reports);
        prop_assert_eq!(ledger.credited, Money::ZERO);
        prop_assert_eq!(ledger, told(&voided, &retold));
    }

    #[test]
    fn anything_at_all_agrees_with_the_auditor(happenings in prop::collection::vec(happening(), 1..60)) {
        let mut history = vec![opened(ASKED)];
        let mut order = history[0].after.clone();
        let mut auditor = Auditor::new(ASKED);
        let mut posted = BTreeMap::new();
        // Start with an attempt on its way, or most of the history would be refused.
        let begin = [opens(0, ASKED), of(0, AttemptEvent::SubmitStarted)];
        let mut step = 0;
        let mut one = |order: Order, event: OrderEvent| {
            step += 1;
            let Ok(Some(change)) = order.record(event, moment(step)) else { return order };
            assert_sound(&order, &change);
            assert_refunds_covered(&change.after);
            auditor.hear(&change);
            post(&mut posted, &change.postings);
            auditor.agree(&change.after, &posted);
            let after = change.after.clone();
            history.push(change);
            after
        };
        for event in begin {
            order = one(order, event);
        }
        for (step, happening) in happenings.into_iter().enumerate() {
            let event = anything(&order, happening, step);
            order = one(order, event);
        }
        Auditor::agree_on_takings(&history, &posted);
        prop_assert_eq!(replayed(&history), order);
    }
}
