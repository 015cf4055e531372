//! Opening sales.

use super::{AnyLedger, assert_sound, assert_stored, open, open_new};
use crate::builders::{LEASE_MS, new_order};
use crate::clock::{START, TestIds};
use keptang_domain::Money;
use keptang_domain::order::{AttemptState, OrderState};
use keptang_ports::{Ids, LedgerError, NewOrder, OrderFilter, OrderKey, WorkerId};
use std::collections::BTreeSet;
use std::sync::Arc;

pub async fn an_opened_order_is_loaded_as_it_was_answered(ledger: AnyLedger) {
    let ids = TestIds::default();
    let new = NewOrder {
        note: Some("ผัดไทย 2 จาน".to_owned()),
        cashier: Some("nok".to_owned()),
        ..new_order(&ids)
    };
    let order = open_new(&ledger, new.clone()).await;
    assert_eq!(order.id, new.id);
    assert_eq!(order.version, 3);
    assert_eq!(order.state, OrderState::Due);
    assert_eq!(order.opening.number, "A-0001");
    assert_eq!(order.opening.amount_due, new.amount_due);
    assert_eq!(order.opening.note, new.note);
    assert_eq!(order.opening.cashier, new.cashier);
    assert_eq!(order.opening.business_day, new.business_day);
    let attempt = order.newest().expect("it has its first attempt");
    assert_eq!(
        (attempt.id, attempt.provider, attempt.token),
        (new.attempt, new.provider, new.token)
    );
    assert_eq!(attempt.state, AttemptState::Submitted);
    assert_stored(&ledger, &order).await;
    assert_sound(&ledger).await;
}

pub async fn numbers_count_up_per_counter(ledger: AnyLedger) {
    let ids = TestIds::default();
    let mut numbers = Vec::new();
    for counter in ["A", "A", "B", "A", "A-1", "B"] {
        let new = NewOrder {
            counter: counter.to_owned(),
            ..new_order(&ids)
        };
        numbers.push(open_new(&ledger, new).await.opening.number);
    }
    assert_eq!(
        numbers,
        ["A-0001", "A-0002", "B-0001", "A-0003", "A-1-0001", "B-0002"]
    );
}

pub async fn numbers_have_no_gaps_when_many_open_at_once(ledger: AnyLedger) {
    let ids = Arc::new(TestIds::default());
    let opening = (0..60).map(|index| {
        let (ledger, ids) = (Arc::clone(&ledger), Arc::clone(&ids));
        tokio::spawn(async move {
            let new = NewOrder {
                counter: if index % 3 == 0 { "B" } else { "A" }.to_owned(),
                ..new_order(&ids)
            };
            open_new(&ledger, new).await.opening.number
        })
    });
    let numbers: BTreeSet<String> = futures::future::join_all(opening.collect::<Vec<_>>())
        .await
        .into_iter()
        .map(|number| number.expect("no task panics"))
        .collect();
    let expected: BTreeSet<String> = (1..=40)
        .map(|number| format!("A-{number:04}"))
        .chain((1..=20).map(|number| format!("B-{number:04}")))
        .collect();
    assert_eq!(numbers, expected);
    assert_sound(&ledger).await;
}

pub async fn a_used_order_id_is_refused_and_takes_no_number(ledger: AnyLedger) {
    let ids = TestIds::default();
    let first = open(&ledger, &ids).await;
    let again = NewOrder {
        id: first.id,
        ..new_order(&ids)
    };
    assert!(matches!(
        ledger.open_order(again).await,
        Err(LedgerError::VersionMoved)
    ));
    assert_stored(&ledger, &first).await;
    assert_eq!(open(&ledger, &ids).await.opening.number, "A-0002");
    assert_sound(&ledger).await;
}

pub async fn a_used_attempt_id_or_token_is_refused(ledger: AnyLedger) {
    let ids = TestIds::default();
    let first = open(&ledger, &ids).await;
    let attempt = first.newest().expect("it has an attempt");
    let same_id = NewOrder {
        attempt: attempt.id,
        ..new_order(&ids)
    };
    let same_token = NewOrder {
        token: attempt.token,
        ..new_order(&ids)
    };
    for new in [same_id, same_token] {
        let id = new.id;
        assert!(matches!(
            ledger.open_order(new).await,
            Err(LedgerError::ReferenceUsed)
        ));
        assert!(matches!(
            ledger.load(OrderKey::Id(id)).await,
            Err(LedgerError::NotFound)
        ));
    }
    assert_eq!(open(&ledger, &ids).await.opening.number, "A-0002");
    assert_sound(&ledger).await;
}

pub async fn an_impossible_sale_is_refused(ledger: AnyLedger) {
    let ids = TestIds::default();
    for satang in [0, -1, 1_000_000_000] {
        let new = NewOrder {
            amount_due: Money::from_satang(satang),
            ..new_order(&ids)
        };
        assert!(ledger.open_order(new).await.is_err(), "{satang}");
    }
    assert_eq!(ledger.list(OrderFilter::default()).await.expect("it answers"), []);
    assert_eq!(open(&ledger, &ids).await.opening.number, "A-0001");
}

pub async fn the_opener_holds_the_watch(ledger: AnyLedger) {
    let ids = TestIds::default();
    let order = open(&ledger, &ids).await;
    let attempt = order.attempts[0].id;
    let watch = ledger
        .watch(attempt)
        .await
        .expect("it answers")
        .expect("it is followed");
    assert_eq!((watch.next_at, watch.looks), (START, 0));
    assert_eq!(
        (watch.asked_at, watch.answered_at, watch.nothing_found_at),
        (None, None, None)
    );
    let before_the_end = START.plus_ms(LEASE_MS - 1);
    let other = WorkerId(ids.next_id());
    let claims = ledger.claim_due(other, before_the_end, LEASE_MS, 10).await;
    assert!(claims.expect("it answers").is_empty());
    let claims = ledger
        .claim_due(other, START.plus_ms(LEASE_MS), LEASE_MS, 10)
        .await;
    assert_eq!(claims.expect("it answers")[0].attempt, attempt);
}
