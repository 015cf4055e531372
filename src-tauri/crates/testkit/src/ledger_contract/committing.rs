//! Storing what happened.

use super::{AnyLedger, assert_sound, assert_stored, change, open, open_accepted, open_new, record};
use crate::builders::{
    LEASE_MS, WORKER, accepted, after_ms, another_attempt, baht, confirmed, evidence, new_order, of, png,
};
use crate::clock::TestIds;
use keptang_domain::order::{
    AttemptEvent, AttemptState, Change, ConfirmReason, Evidence, Instruction, Order, OrderEvent, OrderState,
    Reason, RefundKind, RefundReason, RefundState, Source, Unshowable,
};
use keptang_domain::{AttemptId, CallbackToken, Money, ProviderId, RefundId};
use keptang_ports::{Ids, LedgerError, NewClaim, NewOrder, OrderKey, WorkerId};
use std::sync::Arc;

pub async fn a_change_is_stored(ledger: AnyLedger) {
    let ids = TestIds::default();
    let order = open_accepted(&ledger, &ids, "chrg_1").await;
    assert_eq!(order.attempts[0].state, AttemptState::Awaiting);
    assert_stored(&ledger, &order).await;
    let paid = record(&ledger, &order, confirmed(&order, "chrg_1"), after_ms(900))
        .await
        .expect("free");
    assert_eq!(paid.state, OrderState::Settled);
    assert_stored(&ledger, &paid).await;
    assert_sound(&ledger).await;
}

pub async fn a_second_writer_of_one_version_is_refused(ledger: AnyLedger) {
    let ids = TestIds::default();
    let order = open_accepted(&ledger, &ids, "chrg_1").await;
    let (id, at) = (order.attempts[0].id, after_ms(500));
    let first = change(&order, of(id, AttemptEvent::Lapsed), at);
    let second = change(&order, of(id, AttemptEvent::CancelRequested { by: None }), at);
    ledger
        .commit(vec![first.clone()], None)
        .await
        .expect("the first writer wins");
    let refused = ledger.commit(vec![second], None).await;
    assert!(matches!(refused, Err(LedgerError::VersionMoved)));
    assert_stored(&ledger, &first.after).await;
    assert_sound(&ledger).await;
}

pub async fn of_many_writers_of_one_version_one_wins(ledger: AnyLedger) {
    let ids = TestIds::default();
    let order = open_accepted(&ledger, &ids, "chrg_1").await;
    let changes = (0..16).map(|index| {
        let word = format!("word {index}");
        change(
            &order,
            of(order.attempts[0].id, AttemptEvent::Unrecognised { word }),
            after_ms(index),
        )
    });
    let results = at_once(&ledger, changes).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(
        results
            .iter()
            .all(|result| matches!(result, Ok(()) | Err(LedgerError::VersionMoved)))
    );
    let stored = ledger.load(OrderKey::Id(order.id)).await.expect("it is there");
    assert_eq!(stored.version, order.version + 1);
    assert_sound(&ledger).await;
}

async fn at_once(ledger: &AnyLedger, changes: impl Iterator<Item = Change>) -> Vec<Result<(), LedgerError>> {
    let tasks: Vec<_> = changes
        .map(|change| {
            let ledger = Arc::clone(ledger);
            tokio::spawn(async move { ledger.commit(vec![change], None).await })
        })
        .collect();
    futures::future::join_all(tasks)
        .await
        .into_iter()
        .map(|result| result.expect("no task panics"))
        .collect()
}

pub async fn several_changes_are_stored_together(ledger: AnyLedger) {
    let ids = TestIds::default();
    let order = open_accepted(&ledger, &ids, "chrg_1").await;
    let id = order.attempts[0].id;
    let first = change(
        &order,
        of(id, AttemptEvent::CancelRequested { by: None }),
        after_ms(500),
    );
    let second = change(&first.after, of(id, AttemptEvent::CancelDone), after_ms(500));
    let third = change(
        &second.after,
        OrderEvent::Voided {
            by: Some("nok".to_owned()),
        },
        after_ms(501),
    );
    let after = third.after.clone();
    ledger
        .commit(vec![first, second, third], None)
        .await
        .expect("free");
    assert_eq!(after.state, OrderState::Voided);
    assert_stored(&ledger, &after).await;
    assert_sound(&ledger).await;
}

pub async fn one_refused_change_refuses_all(ledger: AnyLedger) {
    let ids = TestIds::default();
    let holder = open_accepted(&ledger, &ids, "chrg_1").await;
    record(&ledger, &holder, confirmed(&holder, "chrg_1"), after_ms(900))
        .await
        .expect("free");
    let order = open_accepted(&ledger, &ids, "chrg_2").await;
    let (seen, _) = ledger.changed_since(i64::MAX).await.expect("it answers");
    let first = change(
        &order,
        another_attempt(&order, ProviderId::PromptPayDirect, &ids),
        after_ms(950),
    );
    let taken = of(
        order.attempts[0].id,
        AttemptEvent::Confirmed {
            evidence: evidence("chrg_1", baht(250)),
        },
    );
    let second = change(&first.after, taken, after_ms(960));
    let opened = first.after.attempts[1].id;
    let refused = ledger.commit(vec![first, second], None).await;
    assert!(matches!(refused, Err(LedgerError::EvidenceUsed { order }) if order == holder.id));
    assert_stored(&ledger, &order).await;
    assert_eq!(ledger.watch(opened).await.expect("it answers"), None);
    assert_eq!(
        ledger.changed_since(seen).await.expect("it answers"),
        (seen, vec![])
    );
    assert_sound(&ledger).await;
}

pub async fn changes_that_do_not_follow_each_other_are_refused(ledger: AnyLedger) {
    let ids = TestIds::default();
    let order = open_accepted(&ledger, &ids, "chrg_1").await;
    let other = open_accepted(&ledger, &ids, "chrg_2").await;
    let weak = |order: &Order| {
        change(
            order,
            of(order.attempts[0].id, AttemptEvent::WeakEvidence),
            after_ms(500),
        )
    };
    let (first, elsewhere) = (weak(&order), weak(&other));
    for pair in [vec![first.clone(), first.clone()], vec![first.clone(), elsewhere]] {
        let refused = ledger.commit(pair, None).await;
        assert!(matches!(refused, Err(LedgerError::VersionMoved)));
    }
    let skipping = change(
        &first.after,
        of(order.attempts[0].id, AttemptEvent::Contradicted),
        after_ms(600),
    );
    assert!(matches!(
        ledger.commit(vec![skipping], None).await,
        Err(LedgerError::VersionMoved)
    ));
    assert_stored(&ledger, &order).await;
    assert_stored(&ledger, &other).await;
    assert_sound(&ledger).await;
}

pub async fn an_unknown_order_is_not_found(ledger: AnyLedger) {
    let ids = TestIds::default();
    let order = open(&ledger, &ids).await;
    let mut change = change(&order, accepted(&order, "chrg_1"), after_ms(200));
    change.after.id = keptang_domain::OrderId::from_bits(ids.next_id());
    assert!(matches!(
        ledger.commit(vec![change], None).await,
        Err(LedgerError::NotFound)
    ));
    assert_sound(&ledger).await;
}

pub async fn nothing_to_store_is_fine(ledger: AnyLedger) {
    ledger.commit(Vec::new(), None).await.expect("nothing was asked");
    assert_sound(&ledger).await;
}

pub async fn evidence_belongs_to_one_order(ledger: AnyLedger) {
    let ids = TestIds::default();
    let first = open_accepted(&ledger, &ids, "chrg_1").await;
    let second = open_accepted(&ledger, &ids, "chrg_2").await;
    record(&ledger, &first, confirmed(&first, "payment"), after_ms(900))
        .await
        .expect("free");
    let refused = record(&ledger, &second, confirmed(&second, "payment"), after_ms(901)).await;
    assert!(matches!(refused, Err(LedgerError::EvidenceUsed { order }) if order == first.id));
    assert_stored(&ledger, &second).await;
    assert_sound(&ledger).await;
}

pub async fn evidence_claimed_by_two_orders_at_once_has_one_winner(ledger: AnyLedger) {
    let ids = TestIds::default();
    let mut orders = Vec::new();
    for index in 0..8 {
        orders.push(open_accepted(&ledger, &ids, &format!("chrg_{index}")).await);
    }
    let changes = orders
        .iter()
        .map(|order| change(order, confirmed(order, "payment"), after_ms(900)));
    let results = at_once(&ledger, changes).await;
    let winner = results.iter().position(Result::is_ok).expect("somebody wins");
    for (index, (order, result)) in orders.iter().zip(&results).enumerate() {
        let stored = ledger.load(OrderKey::Id(order.id)).await.expect("it is there");
        if index == winner {
            assert_eq!(stored.state, OrderState::Settled);
        } else {
            assert!(
                matches!(result, Err(LedgerError::EvidenceUsed { order }) if *order == orders[winner].id)
            );
            assert_eq!(stored, *order);
        }
    }
    assert_sound(&ledger).await;
}

pub async fn the_same_key_at_another_provider_is_other_evidence(ledger: AnyLedger) {
    let ids = TestIds::default();
    let first = open_accepted(&ledger, &ids, "chrg_1").await;
    record(&ledger, &first, confirmed(&first, "1"), after_ms(900))
        .await
        .expect("free");
    let second = open(&ledger, &ids).await;
    let retry = another_attempt(&second, ProviderId::JwtGateway, &ids);
    let second = record(&ledger, &second, retry, after_ms(910))
        .await
        .expect("free");
    record(&ledger, &second, confirmed(&second, "1"), after_ms(920))
        .await
        .expect("another provider's key");
    assert_sound(&ledger).await;
}

pub async fn two_attempts_of_one_order_may_hear_of_one_payment(ledger: AnyLedger) {
    let ids = TestIds::default();
    let order = open_accepted(&ledger, &ids, "chrg_1").await;
    let retry = another_attempt(&order, ProviderId::OmiseTrueMoney, &ids);
    let order = record(&ledger, &order, retry, after_ms(800)).await.expect("free");
    let mut after = order;
    for attempt in [0, 1] {
        let event = AttemptEvent::Short {
            evidence: evidence("payment", baht(100)),
        };
        let event = of(after.attempts[attempt].id, event);
        after = record(&ledger, &after, event, after_ms(900))
            .await
            .expect("no other order holds it");
    }
    assert_stored(&ledger, &after).await;
    assert_sound(&ledger).await;
}

pub async fn a_reference_belongs_to_one_attempt(ledger: AnyLedger) {
    let ids = TestIds::default();
    let first = open_accepted(&ledger, &ids, "chrg_1").await;
    let second = open(&ledger, &ids).await;
    let refused = record(&ledger, &second, accepted(&second, "chrg_1"), after_ms(300)).await;
    assert!(matches!(refused, Err(LedgerError::ReferenceUsed)));
    assert_stored(&ledger, &second).await;
    let found = ledger
        .load(OrderKey::ProviderRef(
            ProviderId::OmiseTrueMoney,
            "chrg_1".to_owned(),
        ))
        .await;
    assert_eq!(found.expect("it is there"), first);
    let retry = another_attempt(&second, ProviderId::JwtGateway, &ids);
    let second = record(&ledger, &second, retry, after_ms(400))
        .await
        .expect("free");
    let submitted = of(second.attempts[1].id, AttemptEvent::SubmitStarted);
    let second = record(&ledger, &second, submitted, after_ms(400))
        .await
        .expect("free");
    record(&ledger, &second, accepted(&second, "chrg_1"), after_ms(500))
        .await
        .expect("another provider's");
    assert_sound(&ledger).await;
}

pub async fn a_callback_may_overtake_the_answer(ledger: AnyLedger) {
    let ids = TestIds::default();
    let order = open(&ledger, &ids).await;
    let paid = record(&ledger, &order, confirmed(&order, "chrg_1"), after_ms(100))
        .await
        .expect("free");
    assert_eq!(paid.state, OrderState::Settled);
    let answered = record(&ledger, &paid, accepted(&paid, "chrg_1"), after_ms(200))
        .await
        .expect("free");
    assert_eq!(answered.attempts[0].provider_ref.as_deref(), Some("chrg_1"));
    let found = ledger
        .load(OrderKey::ProviderRef(
            ProviderId::OmiseTrueMoney,
            "chrg_1".to_owned(),
        ))
        .await;
    assert_eq!(found.expect("it is there"), answered);
    assert_sound(&ledger).await;
}

pub async fn a_retry_is_held_by_its_opener(ledger: AnyLedger) {
    let ids = TestIds::default();
    let order = open(&ledger, &ids).await;
    let at = after_ms(60_000);
    let held = change(&order, another_attempt(&order, ProviderId::JwtGateway, &ids), at);
    let submitted = of(held.after.attempts[1].id, AttemptEvent::SubmitStarted);
    let held = vec![held.clone(), change(&held.after, submitted, at)];
    let claim = NewClaim {
        worker: WORKER,
        lease_ms: LEASE_MS,
    };
    let after = held[1].after.clone();
    ledger.commit(held, Some(claim)).await.expect("free");
    let free = change(
        &after,
        another_attempt(&after, ProviderId::PromptPayDirect, &ids),
        at,
    );
    let after = free.after.clone();
    ledger.commit(vec![free], None).await.expect("free");
    let claims = ledger
        .claim_due(WorkerId(9), at, LEASE_MS, 10)
        .await
        .expect("it answers");
    let claimed: Vec<AttemptId> = claims.iter().map(|claim| claim.attempt).collect();
    // The first attempt's lease is over, the second's is not, the third never had one.
    assert_eq!(claimed, [after.attempts[0].id, after.attempts[2].id]);
    assert_stored(&ledger, &after).await;
    assert_sound(&ledger).await;
}

pub async fn a_long_life_is_rebuilt_from_its_events(ledger: AnyLedger) {
    let ids = TestIds::default();
    let order = open_accepted(&ledger, &ids, "chrg_1").await;
    let first = order.attempts[0].id;
    let refund = RefundId::from_bits(ids.next_id());
    let events = [
        of(
            first,
            AttemptEvent::Short {
                evidence: evidence("part", baht(100)),
            },
        ),
        of(first, AttemptEvent::Lapsed),
        OrderEvent::AttemptOpened {
            attempt: AttemptId::from_bits(ids.next_id()),
            provider: ProviderId::JwtGateway,
            token: CallbackToken::from_bits(ids.next_token()),
            asked: baht(150),
            quote: None,
        },
        of(
            first,
            AttemptEvent::Confirmed {
                evidence: evidence("rest", baht(150)),
            },
        ),
        of(
            first,
            AttemptEvent::Confirmed {
                evidence: evidence("once more", baht(250)),
            },
        ),
        OrderEvent::RefundRequested {
            refund,
            attempt: first,
            amount: baht(250),
            kind: RefundKind::Refund,
            reason: RefundReason::DuplicatePayment,
            by: "owner".to_owned(),
        },
        OrderEvent::RefundResolved {
            refund,
            state: RefundState::Done,
            kind: RefundKind::Void,
            provider_ref: Some("rfnd_1".to_owned()),
        },
    ];
    let mut after = order;
    for (index, event) in (0..).zip(events) {
        after = record(&ledger, &after, event, after_ms(1_000 * index))
            .await
            .expect("free");
        assert_stored(&ledger, &after).await;
    }
    assert_eq!(after.refunded(), baht(250));
    assert_sound(&ledger).await;
}

/// Events of one attempt, each list possible one after the other from "submitted" on.
fn lives() -> Vec<Vec<AttemptEvent>> {
    let take = |instruction| AttemptEvent::Accepted {
        provider_ref: None,
        payable: Money::from_satang(25_003),
        instruction: Some(instruction),
        deadline: Some(after_ms(900_000)),
    };
    let full = |source| Evidence {
        source,
        fee: Some(Money::from_satang(402)),
        ..evidence(source.word(), Money::from_satang(25_003))
    };
    let text = |text: &str| text.to_owned();
    vec![
        vec![
            take(Instruction::QrText { text: text("000201") }),
            AttemptEvent::Seen {
                source: Source::Callback,
            },
            AttemptEvent::Held,
            AttemptEvent::Confirmed {
                evidence: full(Source::Callback),
            },
            AttemptEvent::Declined {
                reason: Reason::InsufficientBalance,
            },
        ],
        vec![
            take(Instruction::QrImage {
                png: png(),
                text: None,
            }),
            AttemptEvent::Short {
                evidence: evidence("part", Money::from_satang(1)),
            },
            AttemptEvent::DeadlinePassed,
            AttemptEvent::OperatorConfirmed {
                by: text("owner"),
                reason: ConfirmReason::Other,
                note: Some(text("โทรถามธนาคารแล้ว")),
            },
        ],
        vec![
            take(Instruction::BankAccount {
                bank_code: text("014"),
                number: text("1234567890"),
                name: text("ร้านทดสอบ"),
            }),
            AttemptEvent::CancelRequested {
                by: Some(text("nok")),
            },
            AttemptEvent::CancelDone,
            AttemptEvent::ListenClosed,
        ],
        vec![
            take(Instruction::Redirect {
                url: text("https://pay.example/1"),
            }),
            AttemptEvent::Lapsed,
        ],
        vec![
            take(Instruction::CryptoAddress {
                address: text("T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb"),
                amount: text("7.123456"),
                coin: text("USDT"),
                network: text("TRX"),
                qr_png: png(),
            }),
            AttemptEvent::Unrecognised {
                word: text("on_hold?"),
            },
            AttemptEvent::Contradicted,
            AttemptEvent::WeakEvidence,
        ],
        vec![
            AttemptEvent::OutcomeLost,
            AttemptEvent::Refused {
                reason: Reason::NeverCreated,
            },
        ],
        vec![AttemptEvent::Unshowable {
            provider_ref: Some(text("chrg_9")),
            payable: baht(900),
            why: Unshowable::AdjustedTooMuch,
        }],
    ]
}

pub async fn every_kind_of_event_comes_back(ledger: AnyLedger) {
    let ids = TestIds::default();
    for life in lives() {
        let mut after = open(&ledger, &ids).await;
        let mut expected = Vec::new();
        for event in life {
            let event = of(after.attempts[0].id, event);
            expected.push(event.clone());
            after = record(&ledger, &after, event, after_ms(1_000))
                .await
                .expect("free");
        }
        let history = ledger.history(after.id).await.expect("it is there");
        let stored: Vec<OrderEvent> = history.into_iter().skip(3).map(|past| past.event).collect();
        assert_eq!(stored, expected);
        assert_stored(&ledger, &after).await;
    }
    assert_sound(&ledger).await;
}

pub async fn strange_texts_come_back(ledger: AnyLedger) {
    let ids = TestIds::default();
    let strange = [
        "",
        "ref'; DROP TABLE orders; --",
        "\"`\\",
        "line\nbreak\ttab",
        "น้ำ ปั้น 🍜",
        "nul\0inside",
        "\u{202e}right to left",
    ];
    for text in strange {
        let new = NewOrder {
            note: Some(text.to_owned()),
            cashier: Some(text.to_owned()),
            ..new_order(&ids)
        };
        let order = open_new(&ledger, new).await;
        assert_stored(&ledger, &order).await;
        let taken = AttemptEvent::Accepted {
            provider_ref: Some(text.to_owned()),
            payable: baht(250),
            instruction: Some(Instruction::QrText {
                text: text.to_owned(),
            }),
            deadline: None,
        };
        let taken = of(order.attempts[0].id, taken);
        let order = record(&ledger, &order, taken, after_ms(200)).await.expect("free");
        let found = ledger
            .load(OrderKey::ProviderRef(ProviderId::OmiseTrueMoney, text.to_owned()))
            .await;
        assert_eq!(found.expect("it is there"), order);
        let order = record(&ledger, &order, confirmed(&order, text), after_ms(300))
            .await
            .expect("free");
        assert_stored(&ledger, &order).await;
    }
    assert_sound(&ledger).await;
}
