//! Proof of the order: the table whole ([`grid`]), sales told as tables ([`sales`]), and random histories against an
//! auditor that knows nothing of the code it audits ([`histories`], [`auditor`]).

mod auditor;
mod grid;
mod histories;
mod papers;
mod sales;
mod tell;

use super::*;

/// The moment of the `n`th thing that happens; every test counts its own.
fn moment(n: usize) -> Timestamp {
    Timestamp::from_ms(1_795_000_000_000 + i64::try_from(n).unwrap() * 1_000)
}

fn baht(text: &str) -> Money {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, satang) = digits
        .split_once('.')
        .unwrap_or_else(|| panic!("{text:?} has no satang"));
    let whole: i64 = whole.parse().unwrap();
    let satang: i64 = satang.parse().unwrap();
    Money::from_satang(sign * (whole * 100 + satang))
}

fn opened(due: Money) -> Change {
    let opening = Opening {
        number: "A-0001".to_owned(),
        amount_due: due,
        note: None,
        cashier: None,
        business_day: "2026-11-21".parse().unwrap(),
    };
    Order::open(OrderId::from_bits(1), opening, moment(0)).unwrap()
}

fn attempt_id(n: usize) -> AttemptId {
    AttemptId::from_bits(u128::try_from(n).unwrap() + 100)
}

fn refund_id(n: usize) -> RefundId {
    RefundId::from_bits(u128::try_from(n).unwrap() + 200)
}

fn opens(n: usize, asked: Money) -> OrderEvent {
    opens_at(ProviderId::OmiseTrueMoney, n, asked)
}

fn opens_at(provider: ProviderId, n: usize, asked: Money) -> OrderEvent {
    OrderEvent::AttemptOpened {
        attempt: attempt_id(n),
        provider,
        token: CallbackToken::from_bits(7),
        asked,
        quote: None,
    }
}

fn of(n: usize, event: AttemptEvent) -> OrderEvent {
    OrderEvent::Attempt {
        attempt: attempt_id(n),
        event,
        said: None,
    }
}

fn accepted(payable: Money, deadline: Option<Timestamp>) -> AttemptEvent {
    AttemptEvent::Accepted {
        provider_ref: Some("chrg_1".to_owned()),
        payable,
        instruction: Some(Instruction::QrText {
            text: "scan me".to_owned(),
        }),
        deadline,
    }
}

fn issued(kind: DocumentKind, refund: Option<RefundId>, running: u64) -> OrderEvent {
    OrderEvent::DocumentIssued {
        kind,
        refund,
        series: "A".to_owned(),
        running,
        number: format!("A{running:06}"),
        day: "2026-11-21".parse().unwrap(),
        vat_rate_bp: Some(700),
        by: Some("Som".to_owned()),
    }
}

fn proof(key: &str, amount: Money, fee: Option<Money>) -> Evidence {
    Evidence {
        key: key.to_owned(),
        source: Source::Query,
        amount,
        fee,
    }
}

/// Gives the order back from what was stored, through the same two functions (architecture.md §6).
fn replayed(history: &[Change]) -> Order {
    let OrderEvent::Opened(opening) = &history[0].event else {
        panic!("a history begins with its opening")
    };
    let mut order = Order::open(history[0].after.id, opening.clone(), history[0].at)
        .unwrap()
        .after;
    for stored in &history[1..] {
        let again = order.record(stored.event.clone(), stored.at).unwrap().unwrap();
        assert_eq!(&again, stored, "replaying an event does what it did");
        order = again.after;
    }
    order
}

/// What every change keeps to, whatever the event (product.md §2.6, §2.7; architecture.md §5).
fn assert_sound(before: &Order, change: &Change) {
    let after = &change.after;
    assert_eq!(change.from_version, before.version);
    assert_eq!(after.version, before.version + 1);
    for posting in &change.postings {
        assert!(posting.amount.is_positive(), "a posting moves something");
        assert_ne!(posting.debit, posting.credit, "a posting has two sides");
    }
    assert!(
        after.received() >= before.received(),
        "nothing lowers what was received"
    );
    for was in &before.attempts {
        let now = after.attempt(was.id).expect("attempts are never forgotten");
        assert!(
            now.received() >= was.received(),
            "nothing lowers what an attempt received"
        );
        assert!(
            was.state != AttemptState::Paid || now.state == AttemptState::Paid,
            "paid stays paid"
        );
        assert!(
            now.evidence.len() >= was.evidence.len(),
            "evidence is never dropped"
        );
    }
    for attempt in &after.attempts {
        let hidden = attempt.state.is_final() || attempt.state == AttemptState::Cancelling;
        assert!(
            !hidden || attempt.instruction.is_none(),
            "{} shows no QR",
            attempt.state
        );
    }
    match before.state {
        OrderState::Settled | OrderState::Completed => {
            let legal = match change.event {
                OrderEvent::RefundResolved { .. } => matches!(after.state, OrderState::Voided),
                OrderEvent::DocumentIssued { .. } => matches!(after.state, OrderState::Completed),
                _ => false,
            };
            assert!(
                after.state == before.state || legal,
                "only a full return undoes a sale, only a receipt completes it"
            );
        }
        OrderState::Voided => assert_eq!(after.state, OrderState::Voided),
        _ => {}
    }
    if matches!(change.event, OrderEvent::DocumentIssued { .. }) {
        assert_eq!(change.postings, [], "a paper moves no money");
        assert_eq!(change.taking(), None);
        assert_eq!(
            (after.received(), after.refunded(), after.flags()),
            (before.received(), before.refunded(), before.flags())
        );
        assert_eq!(after.attempts, before.attempts);
    }
    assert!(
        after.documents.starts_with(&before.documents),
        "papers are never forgotten"
    );
    assert_eq!(
        after.state == OrderState::Completed,
        after.receipt().is_some() && after.state != OrderState::Voided
    );
    if matches!(after.state, OrderState::Settled | OrderState::Completed) {
        assert!(
            after.credited >= after.opening.amount_due,
            "a settled sale is paid"
        );
    }
    assert!(after.state == OrderState::Due || after.missing() == Money::ZERO);
}
