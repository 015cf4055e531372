//! The memory ledger and the SQLite ledger, told the same random things, know the same.

#![allow(clippy::unwrap_used)]

use keptang_domain::order::{
    AttemptEvent, ConfirmReason, Evidence, Instruction, Order, OrderEvent, OrderState, Reason, RefundKind,
    RefundReason, RefundState, Source, Unshowable,
};
use keptang_domain::{AttemptId, CallbackToken, DayCutoff, Money, ProviderId, RefundId};
use keptang_ledger::SqliteLedger;
use keptang_ports::{Ids, Ledger, NewOrder, OrderFilter, OrderKey};
use keptang_testkit::builders::{after_ms, new_order, of, png};
use keptang_testkit::clock::TestIds;
use keptang_testkit::memory_ledger::MemoryLedger;
use proptest::prelude::*;
use proptest::sample::Index;

/// Something that happens to one of the orders, chosen by numbers so that it fits whatever is there.
#[derive(Debug, Clone)]
enum Happening {
    Open {
        satang: i64,
    },
    Event {
        order: Index,
        attempt: Index,
        kind: u8,
        key: u8,
        satang: i64,
    },
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        1 => (1_i64..50_000).prop_map(|satang| Happening::Open { satang }),
        9 => (any::<Index>(), any::<Index>(), 0_u8..24, 0_u8..6, 0_i64..60_000).prop_map(
            |(order, attempt, kind, key, satang)| Happening::Event { order, attempt, kind, key, satang }
        ),
    ]
}

fn event(order: &Order, attempt: AttemptId, (kind, key, satang): (u8, u8, i64), ids: &TestIds) -> OrderEvent {
    let amount = Money::from_satang(satang);
    let evidence = || Evidence {
        key: format!("key {key}"),
        source: if key % 2 == 0 {
            Source::Query
        } else {
            Source::Callback
        },
        amount,
        fee: (key == 3).then(|| Money::from_satang(satang / 50)),
    };
    let reference = Some(format!("ref {key}"));
    let event = match kind {
        0 => AttemptEvent::SubmitStarted,
        1 | 2 => AttemptEvent::Accepted {
            provider_ref: reference,
            payable: amount,
            instruction: Some(Instruction::QrImage {
                png: png(),
                text: None,
            }),
            deadline: Some(after_ms(satang)),
        },
        3 => AttemptEvent::Unshowable {
            provider_ref: reference,
            payable: amount,
            why: Unshowable::QrMismatch,
        },
        4 => AttemptEvent::Refused {
            reason: Reason::Refused,
        },
        5 => AttemptEvent::OutcomeLost,
        6 => AttemptEvent::Seen {
            source: Source::Callback,
        },
        7 => AttemptEvent::Short { evidence: evidence() },
        8 | 9 => AttemptEvent::Confirmed { evidence: evidence() },
        10 => AttemptEvent::OperatorConfirmed {
            by: "owner".to_owned(),
            reason: ConfirmReason::PhoneCall,
            note: None,
        },
        11 => AttemptEvent::Declined {
            reason: Reason::Timeout,
        },
        12 => AttemptEvent::Lapsed,
        13 => AttemptEvent::Held,
        14 => AttemptEvent::Unrecognised {
            word: "odd".to_owned(),
        },
        15 => AttemptEvent::DeadlinePassed,
        16 => AttemptEvent::CancelRequested { by: None },
        17 => AttemptEvent::CancelDone,
        18 => AttemptEvent::ListenClosed,
        19 => return OrderEvent::Voided { by: None },
        20 | 21 => {
            return OrderEvent::AttemptOpened {
                attempt: AttemptId::from_bits(ids.next_id()),
                provider: if key % 2 == 0 {
                    ProviderId::OmiseTrueMoney
                } else {
                    ProviderId::JwtGateway
                },
                token: CallbackToken::from_bits(ids.next_token()),
                asked: order.missing(),
                quote: None,
            };
        }
        22 => {
            return OrderEvent::RefundRequested {
                refund: RefundId::from_bits(ids.next_id()),
                attempt,
                amount,
                kind: RefundKind::Refund,
                reason: RefundReason::CustomerRequest,
                by: "owner".to_owned(),
            };
        }
        _ => {
            return OrderEvent::RefundResolved {
                refund: order
                    .refunds
                    .last()
                    .map_or(RefundId::from_bits(0), |refund| refund.id),
                state: if key % 3 == 0 {
                    RefundState::Failed
                } else {
                    RefundState::Done
                },
                kind: RefundKind::Void,
                provider_ref: reference,
            };
        }
    };
    of(attempt, event)
}

async fn agree(happenings: Vec<Happening>) {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = SqliteLedger::open(&folder.path().join("ledger.sqlite"), DayCutoff::DEFAULT)
        .await
        .unwrap();
    let memory = MemoryLedger::new();
    let ids = TestIds::default();
    let mut orders: Vec<Order> = Vec::new();
    for (step, happening) in (0..).zip(happenings) {
        match happening {
            Happening::Open { satang } => {
                let new = NewOrder {
                    amount_due: Money::from_satang(satang),
                    ..new_order(&ids)
                };
                let order = sqlite.open_order(new.clone()).await.unwrap();
                assert_eq!(memory.open_order(new).await.unwrap(), order);
                orders.push(order);
            }
            Happening::Event {
                order,
                attempt,
                kind,
                key,
                satang,
            } if !orders.is_empty() => {
                let order = order.get_mut(&mut orders);
                let attempt = attempt.get(&order.attempts).id;
                let event = event(order, attempt, (kind, key, satang), &ids);
                let Ok(Some(change)) = order.record(event, after_ms(step)) else {
                    continue;
                };
                let after = change.after.clone();
                let stored = sqlite.commit(vec![change.clone()], None).await;
                let kept = memory.commit(vec![change], None).await;
                assert_eq!(format!("{stored:?}"), format!("{kept:?}"));
                if stored.is_ok() {
                    *order = after;
                }
            }
            Happening::Event { .. } => {}
        }
    }
    for order in &orders {
        assert_eq!(sqlite.load(OrderKey::Id(order.id)).await.unwrap(), *order);
        assert_eq!(memory.load(OrderKey::Id(order.id)).await.unwrap(), *order);
        let history = sqlite.history(order.id).await.unwrap();
        assert_eq!(history, memory.history(order.id).await.unwrap());
        for attempt in &order.attempts {
            let watch = sqlite.watch(attempt.id).await.unwrap();
            assert_eq!(watch, memory.watch(attempt.id).await.unwrap());
        }
    }
    assert_eq!(
        sqlite.changed_since(0).await.unwrap(),
        memory.changed_since(0).await.unwrap()
    );
    assert_eq!(sqlite.next_due().await.unwrap(), memory.next_due().await.unwrap());
    for (state, running) in OrderState::ALL
        .iter()
        .flat_map(|state| [(state, true), (state, false)])
    {
        let filter = OrderFilter {
            state: Some(*state),
            running: Some(running),
            ..OrderFilter::default()
        };
        assert_eq!(
            sqlite.list(filter.clone()).await.unwrap(),
            memory.list(filter).await.unwrap()
        );
    }
    let (proof, expected) = (sqlite.verify().await.unwrap(), memory.verify().await.unwrap());
    assert_eq!(expected.first_fault, None);
    assert_eq!(proof, expected);
    sqlite.close().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn memory_and_sqlite_agree(happenings in prop::collection::vec(happening(), 1..120)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(agree(happenings));
    }
}
