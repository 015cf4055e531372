//! Finding orders, hearing of changes, proving.

use super::{AnyLedger, assert_sound, open, open_accepted, open_new, record};
use crate::builders::{accepted, after_ms, baht, confirmed, new_order, of};
use crate::clock::{START, TestIds};
use keptang_domain::order::{AttemptEvent, OrderEvent, OrderState, RefundKind, RefundReason, RefundState};
use keptang_domain::{AttemptId, CallbackToken, DayCutoff, OrderId, ProviderId, RefundId};
use keptang_ports::{Ids, LedgerError, NewOrder, OrderFilter, OrderKey, VerifyReport};

pub async fn an_empty_ledger_answers(ledger: AnyLedger) {
    assert_eq!(ledger.list(OrderFilter::default()).await.expect("it answers"), []);
    assert_eq!(ledger.changed_since(0).await.expect("it answers"), (0, vec![]));
    assert_eq!(
        ledger.changed_since(i64::MAX).await.expect("it answers"),
        (0, vec![])
    );
    assert_eq!(ledger.next_due().await.expect("it answers"), None);
    assert_eq!(ledger.people().await.expect("it answers"), []);
    let empty = VerifyReport {
        events: 0,
        orders: 0,
        first_fault: None,
    };
    assert_eq!(ledger.verify().await.expect("it answers"), empty);
}

pub async fn every_key_finds_the_order(ledger: AnyLedger) {
    let ids = TestIds::default();
    open_accepted(&ledger, &ids, "chrg_1").await;
    let order = open_accepted(&ledger, &ids, "chrg_2").await;
    open_accepted(&ledger, &ids, "chrg_3").await;
    let attempt = &order.attempts[0];
    for key in [
        OrderKey::Id(order.id),
        OrderKey::Number("A-0002".to_owned()),
        OrderKey::Attempt(attempt.id),
        OrderKey::ProviderRef(ProviderId::OmiseTrueMoney, "chrg_2".to_owned()),
        OrderKey::Token(ProviderId::OmiseTrueMoney, attempt.token),
    ] {
        let found = ledger.load(key.clone()).await.expect("it is there");
        assert_eq!(found, order, "{key:?}");
    }
}

pub async fn an_unknown_key_is_not_found(ledger: AnyLedger) {
    let ids = TestIds::default();
    let order = open_accepted(&ledger, &ids, "chrg_1").await;
    for key in [
        OrderKey::Id(OrderId::from_bits(ids.next_id())),
        OrderKey::Number("A-0002".to_owned()),
        OrderKey::Number("A-1".to_owned()),
        OrderKey::Number("A-00001".to_owned()),
        OrderKey::Number(String::new()),
        OrderKey::Attempt(AttemptId::from_bits(ids.next_id())),
        OrderKey::ProviderRef(ProviderId::JwtGateway, "chrg_1".to_owned()),
        OrderKey::ProviderRef(ProviderId::OmiseTrueMoney, "chrg".to_owned()),
        OrderKey::Token(
            ProviderId::OmiseTrueMoney,
            CallbackToken::from_bits(ids.next_token()),
        ),
        OrderKey::Token(ProviderId::JwtGateway, order.attempts[0].token),
    ] {
        let found = ledger.load(key.clone()).await;
        assert!(matches!(found, Err(LedgerError::NotFound)), "{key:?}");
    }
}

async fn numbers(ledger: &AnyLedger, filter: OrderFilter) -> Vec<String> {
    let orders = ledger.list(filter).await.expect("it answers");
    orders.into_iter().map(|order| order.opening.number).collect()
}

pub async fn the_list_is_newest_first_and_pages(ledger: AnyLedger) {
    let ids = TestIds::default();
    let mut opened = Vec::new();
    for index in 0..53 {
        let new = NewOrder {
            counter: if index % 2 == 0 { "A" } else { "B" }.to_owned(),
            ..new_order(&ids)
        };
        opened.push(open_new(&ledger, new).await);
    }
    opened.reverse();
    let first_page = ledger.list(OrderFilter::default()).await.expect("it answers");
    assert_eq!(first_page, opened[..50]);
    let mut paged = Vec::new();
    loop {
        let filter = OrderFilter {
            before_number: paged.last().cloned(),
            limit: 20,
            ..OrderFilter::default()
        };
        let page = numbers(&ledger, filter).await;
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    let expected: Vec<&String> = opened.iter().map(|order| &order.opening.number).collect();
    assert_eq!(paged.iter().collect::<Vec<_>>(), expected);
    for unknown in ["A-9999", "nonsense"] {
        let filter = OrderFilter {
            before_number: Some(unknown.to_owned()),
            ..OrderFilter::default()
        };
        assert!(numbers(&ledger, filter).await.is_empty());
    }
}

pub async fn the_list_filters(ledger: AnyLedger) {
    let ids = TestIds::default();
    let today = START.business_day(DayCutoff::DEFAULT);
    // A-0001 paid · A-0002 waiting · A-0003 called off · A-0004 waiting, tomorrow
    let paid = open_accepted(&ledger, &ids, "chrg_1").await;
    record(&ledger, &paid, confirmed(&paid, "chrg_1"), after_ms(900))
        .await
        .expect("free");
    open_accepted(&ledger, &ids, "chrg_2").await;
    let ended = open_accepted(&ledger, &ids, "chrg_3").await;
    let lapsed = of(ended.attempts[0].id, AttemptEvent::Lapsed);
    let ended = record(&ledger, &ended, lapsed, after_ms(900))
        .await
        .expect("free");
    record(&ledger, &ended, OrderEvent::Voided { by: None }, after_ms(950))
        .await
        .expect("free");
    let tomorrow = NewOrder {
        business_day: today.next(),
        ..new_order(&ids)
    };
    open_new(&ledger, tomorrow).await;

    let all = OrderFilter::default;
    for (filter, expected) in [
        (
            OrderFilter {
                day: Some(today),
                ..all()
            },
            vec!["A-0003", "A-0002", "A-0001"],
        ),
        (
            OrderFilter {
                day: Some(today.next()),
                ..all()
            },
            vec!["A-0004"],
        ),
        (
            OrderFilter {
                day: Some(today.next().next()),
                ..all()
            },
            vec![],
        ),
        (
            OrderFilter {
                state: Some(OrderState::Settled),
                ..all()
            },
            vec!["A-0001"],
        ),
        (
            OrderFilter {
                state: Some(OrderState::Due),
                ..all()
            },
            vec!["A-0004", "A-0002"],
        ),
        (
            OrderFilter {
                state: Some(OrderState::Voided),
                ..all()
            },
            vec!["A-0003"],
        ),
        (
            OrderFilter {
                running: Some(true),
                ..all()
            },
            vec!["A-0004", "A-0002"],
        ),
        (
            OrderFilter {
                running: Some(false),
                ..all()
            },
            vec!["A-0003", "A-0001"],
        ),
        (
            OrderFilter {
                day: Some(today),
                running: Some(true),
                state: Some(OrderState::Due),
                ..all()
            },
            vec!["A-0002"],
        ),
        (
            OrderFilter {
                running: Some(true),
                limit: 1,
                ..all()
            },
            vec!["A-0004"],
        ),
    ] {
        assert_eq!(numbers(&ledger, filter.clone()).await, expected, "{filter:?}");
    }
}

fn searching(text: &str) -> OrderFilter {
    OrderFilter {
        search: Some(text.to_owned()),
        ..OrderFilter::default()
    }
}

pub async fn the_search_finds(ledger: AnyLedger) {
    let ids = TestIds::default();
    let first = NewOrder {
        note: Some("โต๊ะ 5 ข้าวมันไก่".to_owned()),
        cashier: Some("Nok".to_owned()),
        ..new_order(&ids)
    };
    let first = open_new(&ledger, first).await;
    let first = record(&ledger, &first, accepted(&first, "chrg_test_5xyz"), after_ms(100))
        .await
        .expect("free");
    let first = record(
        &ledger,
        &first,
        confirmed(&first, "chrg_test_5xyz"),
        after_ms(200),
    )
    .await
    .expect("free");
    let refund = RefundId::from_bits(ids.next_id());
    let asked = OrderEvent::RefundRequested {
        refund,
        attempt: first.attempts[0].id,
        amount: baht(1),
        kind: RefundKind::Refund,
        reason: RefundReason::CustomerRequest,
        by: "owner".to_owned(),
    };
    let first = record(&ledger, &first, asked, after_ms(300)).await.expect("free");
    let done = OrderEvent::RefundResolved {
        refund,
        state: RefundState::Done,
        kind: RefundKind::Refund,
        provider_ref: Some("rfnd_test_77".to_owned()),
    };
    record(&ledger, &first, done, after_ms(400)).await.expect("free");
    let second = NewOrder {
        amount_due: baht(1_234),
        ..new_order(&ids)
    };
    open_new(&ledger, second).await;

    for (text, expected) in [
        ("A-0001", vec!["A-0001"]),
        ("a-000", vec!["A-0002", "A-0001"]),
        ("ข้าวมัน", vec!["A-0001"]),
        ("nok", vec!["A-0001"]),
        ("TEST_5X", vec!["A-0001"]),
        ("rfnd_test_77", vec!["A-0001"]),
        ("250", vec!["A-0001"]),
        ("1,234.00", vec!["A-0002"]),
        ("๒๕๐", vec!["A-0001"]),
        ("1234.01", vec![]),
        // Too short to be looked for inside other texts: whole numbers, whole amounts, whole names.
        ("2", vec!["A-0002"]),
        ("02", vec!["A-0002"]),
        ("no", vec![]),
        ("ok", vec![]),
        ("nobody", vec![]),
        ("", vec!["A-0002", "A-0001"]),
    ] {
        assert_eq!(numbers(&ledger, searching(text)).await, expected, "{text}");
    }
}

pub async fn the_search_takes_wildcards_literally(ledger: AnyLedger) {
    let ids = TestIds::default();
    for note in ["100% off", "under_score", "back\\slash", "it's"] {
        let new = NewOrder {
            note: Some(note.to_owned()),
            ..new_order(&ids)
        };
        open_new(&ledger, new).await;
    }
    for (text, expected) in [
        ("00%", vec!["A-0001"]),
        ("r_s", vec!["A-0002"]),
        ("k\\s", vec!["A-0003"]),
        ("t's", vec!["A-0004"]),
        ("1%f", vec![]),
        ("u_der", vec![]),
    ] {
        assert_eq!(numbers(&ledger, searching(text)).await, expected, "{text}");
    }
}

pub async fn changes_are_heard_once(ledger: AnyLedger) {
    let ids = TestIds::default();
    let first = open(&ledger, &ids).await;
    let second = open(&ledger, &ids).await;
    let (newest, changed) = ledger.changed_since(0).await.expect("it answers");
    assert_eq!(changed, [first.id, second.id]);
    assert_eq!(
        ledger.changed_since(newest).await.expect("it answers"),
        (newest, vec![])
    );
    assert_eq!(
        ledger.changed_since(i64::MAX).await.expect("it answers"),
        (newest, vec![])
    );
    let first = record(&ledger, &first, accepted(&first, "chrg_1"), after_ms(100))
        .await
        .expect("free");
    let weak = of(first.attempts[0].id, AttemptEvent::WeakEvidence);
    record(&ledger, &first, weak, after_ms(200)).await.expect("free");
    let (later, changed) = ledger.changed_since(newest).await.expect("it answers");
    assert_eq!((later, changed), (newest + 2, vec![first.id]));
    // The last to change comes last.
    assert_eq!(
        ledger.changed_since(0).await.expect("it answers").1,
        [second.id, first.id]
    );
}

pub async fn the_history_is_complete(ledger: AnyLedger) {
    let ids = TestIds::default();
    let order = open(&ledger, &ids).await;
    open(&ledger, &ids).await;
    let event = accepted(&order, "chrg_1");
    let after = record(&ledger, &order, event.clone(), after_ms(100))
        .await
        .expect("free");
    let history = ledger.history(after.id).await.expect("it is there");
    let sequences: Vec<i64> = history.iter().map(|past| past.sequence).collect();
    assert_eq!(sequences, [1, 2, 3, 7]);
    assert!(matches!(history[0].event, OrderEvent::Opened(_)));
    assert!(matches!(history[1].event, OrderEvent::AttemptOpened { .. }));
    assert_eq!(
        history[2].event,
        of(order.attempts[0].id, AttemptEvent::SubmitStarted)
    );
    assert_eq!((&history[3].event, history[3].at), (&event, after_ms(100)));
    let unknown = ledger.history(OrderId::from_bits(ids.next_id())).await;
    assert!(matches!(unknown, Err(LedgerError::NotFound)));
}

pub async fn the_proof_counts(ledger: AnyLedger) {
    let ids = TestIds::default();
    open(&ledger, &ids).await;
    open_accepted(&ledger, &ids, "chrg_1").await;
    let report = ledger.verify().await.expect("it answers");
    assert_eq!((report.events, report.orders), (7, 2));
    assert_sound(&ledger).await;
}
