//! Killed in every state: whoever comes next finds the sale on disk and goes on, and nothing is sent twice.

use crate::world::*;
use keptang_domain::order::{
    AttemptEvent, AttemptState, ConfirmReason, Flag, Instruction, Order, OrderEvent, OrderState, Reason,
    Source,
};
use keptang_domain::{Money, OrderId};
use keptang_ports::{Ledger, NewClaim, NewOrder, OrderKey, Verdict, WorkerId};
use keptang_testkit::builders;
use keptang_testkit::clock::TestIds;
use keptang_testkit::scripted_provider::{reference_of, report};

const DEAD: WorkerId = WorkerId(99);
const LEASE_MS: i64 = 25_000;

/// Leaves a sale as a process that was killed left it: stored, and claimed by nobody alive.
async fn left(world: &World, events: Vec<AttemptEvent>) -> Order {
    let new = NewOrder {
        at: world.now(),
        amount_due: SALE,
        provider: OMISE,
        claim: NewClaim {
            worker: DEAD,
            lease_ms: LEASE_MS,
        },
        ..builders::new_order(&TestIds::seeded(99))
    };
    let order = world.ledger.open_order(new).await.unwrap();
    let attempt = order.newest().unwrap().id;
    for event in events {
        let order = world.order(order.id).await;
        let change = order
            .record(builders::of(attempt, event), world.now())
            .unwrap()
            .unwrap();
        world.ledger.commit(vec![change], None).await.unwrap();
    }
    world.order(order.id).await
}

fn accepted(order_amount: Money) -> AttemptEvent {
    AttemptEvent::Accepted {
        provider_ref: Some("pay-before".to_owned()),
        payable: order_amount,
        instruction: Some(Instruction::QrText {
            text: "the same qr".to_owned(),
        }),
        deadline: None,
    }
}

fn seen_event() -> AttemptEvent {
    AttemptEvent::Seen {
        source: Source::Callback,
    }
}

/// What was left, what the provider says, and what must become of it.
struct Case {
    left: Vec<AttemptEvent>,
    says: fn(&keptang_ports::PaymentRef) -> Verdict,
    state: AttemptState,
    order: OrderState,
    flags: Vec<Flag>,
}

fn cases() -> Vec<Case> {
    let pending: fn(&keptang_ports::PaymentRef) -> Verdict = |_| Verdict::Pending;
    let case = |left, says, state, order, flags| Case {
        left,
        says,
        state,
        order,
        flags,
    };
    vec![
        case(
            vec![accepted(SALE)],
            paid,
            AttemptState::Paid,
            OrderState::Settled,
            vec![],
        ),
        case(
            vec![accepted(SALE)],
            pending,
            AttemptState::Awaiting,
            OrderState::Due,
            vec![],
        ),
        case(
            vec![accepted(SALE), seen_event()],
            paid,
            AttemptState::Paid,
            OrderState::Settled,
            vec![],
        ),
        case(
            vec![accepted(SALE), AttemptEvent::CancelRequested { by: None }],
            pending,
            AttemptState::Cancelled,
            OrderState::Voided,
            vec![],
        ),
        case(
            vec![accepted(SALE), AttemptEvent::Held],
            paid,
            AttemptState::Paid,
            OrderState::Settled,
            vec![Flag::Held],
        ),
        case(
            vec![
                accepted(SALE),
                AttemptEvent::Declined {
                    reason: Reason::FailedProcessing,
                },
            ],
            paid,
            AttemptState::Paid,
            OrderState::Settled,
            vec![Flag::Contradiction],
        ),
        case(
            vec![accepted(SALE), AttemptEvent::DeadlinePassed],
            paid,
            AttemptState::Paid,
            OrderState::Settled,
            vec![Flag::PaidLate],
        ),
        case(
            vec![
                accepted(SALE),
                AttemptEvent::CancelRequested { by: None },
                AttemptEvent::CancelDone,
            ],
            paid,
            AttemptState::Paid,
            OrderState::Settled,
            vec![Flag::PaidLate],
        ),
        case(
            vec![
                accepted(SALE),
                AttemptEvent::OperatorConfirmed {
                    by: "Som".to_owned(),
                    reason: ConfirmReason::PhoneCall,
                    note: None,
                },
            ],
            paid,
            AttemptState::Paid,
            OrderState::Settled,
            vec![Flag::ManualConfirm],
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_next_goes_on() {
    for Case {
        left: events,
        says,
        state,
        order,
        flags: raised,
    } in cases()
    {
        let name = format!("{events:?}");
        let world = World::new();
        world
            .omise
            .queries()
            .always(move |payment| Ok(report(&payment.provider_ref, says(payment))));
        let was = left(&world, events).await;
        let _till = world.till(2);
        tokio::time::sleep(secs(24)).await;
        assert_eq!(
            world.order(was.id).await.version,
            was.version,
            "{name}: the claim of the dead still holds"
        );
        tokio::time::sleep(secs(30)).await;
        let now = world.order(was.id).await;
        assert_eq!(now.newest().unwrap().state, state, "{name}");
        assert_eq!((now.state, flags(&now)), (order, raised), "{name}");
        assert_eq!(world.omise.creates.count(), 0, "{name}: nothing is sent again");
        assert!(
            world.omise.queries().count() + world.omise.cancels().count() > 0,
            "{name}: somebody asked"
        );
        if state == AttemptState::Awaiting {
            assert_eq!(
                now.newest().unwrap().instruction,
                was.newest().unwrap().instruction,
                "the same QR"
            );
        }
        world.assert_proven().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_on_its_way_is_looked_for() {
    for lost_already in [false, true] {
        for exists in [false, true] {
            let world = World::new();
            let events = if lost_already {
                vec![AttemptEvent::OutcomeLost]
            } else {
                vec![]
            };
            let was = left(&world, events).await;
            let attempt = was.newest().unwrap().id;
            if exists {
                world.omise.lookups().always(move |lost| {
                    assert_eq!(lost.attempt, attempt);
                    Ok(Some(keptang_ports::Found {
                        created: keptang_ports::Created {
                            provider_ref: Some(reference_of(attempt)),
                            payable: SALE,
                            offer: Ok(Instruction::QrText {
                                text: "the same qr".to_owned(),
                            }),
                            lifetime_ms: None,
                            said: None,
                        },
                        report: report(&reference_of(attempt), Verdict::Pending),
                    }))
                });
            }
            let _till = world.till(2);
            let state = if exists {
                AttemptState::Awaiting
            } else {
                AttemptState::Failed
            };
            let now = world.until_state(was.id, secs(60), state).await;
            assert_eq!(world.omise.creates.count(), 0, "nothing is sent again");
            if !exists {
                assert_eq!(now.newest().unwrap().reason, Some(Reason::NeverCreated));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_till_known_to_be_gone_is_taken_over_at_once() {
    let world = World::new();
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    let was = left(&world, vec![accepted(SALE)]).await;
    world.ledger.break_claims(DEAD).await.unwrap();
    let _till = world.till(2);
    world.until_state(was.id, secs(1), AttemptState::Paid).await;
}

#[tokio::test(start_paused = true)]
async fn a_till_that_dies_between_question_and_answer() {
    let world = World::new();
    let one = world.till(1);
    let order = one.charge(charge()).await.unwrap();
    let id: OrderId = order.id;
    world.until_state(id, secs(1), AttemptState::Awaiting).await;
    let _never = world.omise.queries().then_hang();
    world
        .until(id, secs(5), |_| world.omise.queries().count() == 1)
        .await;
    drop(one);
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    let _two = world.till(2);
    let order = world.until_state(id, secs(40), AttemptState::Paid).await;
    assert_eq!(order.received(), SALE);
    let by_reference = OrderKey::ProviderRef(OMISE, reference_of(order.newest().unwrap().id));
    assert_eq!(world.ledger.load(by_reference).await.unwrap().id, id);
    let confirmations = world
        .ledger
        .history(id)
        .await
        .unwrap()
        .into_iter()
        .filter(|past| {
            matches!(
                past.event,
                OrderEvent::Attempt {
                    event: AttemptEvent::Confirmed { .. },
                    ..
                }
            )
        })
        .count();
    assert_eq!(confirmations, 1);
}
