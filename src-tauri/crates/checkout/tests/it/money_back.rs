//! Giving money back: on disk first, sent once, never more than came.

use crate::world::*;
use keptang_checkout::{Particulars, RefundError, RefundOrder, Till};
use keptang_domain::order::{
    AttemptState, Flag, Order, OrderState, Refund, RefundKind, RefundReason, RefundState, TransitionError,
};
use keptang_domain::{Method, Money, RefundId};
use keptang_ports::{OrderKey, ProviderError, Refunded};
use keptang_testkit::scripted_provider::{ScriptedProvider, report};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

async fn paid_sale(world: &World, till: &Till) -> Order {
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    let order = till.charge(charge()).await.unwrap();
    world.until_state(order.id, secs(5), AttemptState::Paid).await
}

fn wish(order: &Order, amount: Option<Money>) -> RefundOrder {
    RefundOrder {
        order: order.id,
        amount,
        reason: RefundReason::CustomerRequest,
        by: "Som".to_owned(),
        by_transfer: None,
        attempt: None,
    }
}

fn of(order: &Order, id: RefundId) -> &Refund {
    order.refunds.iter().find(|refund| refund.id == id).unwrap()
}

#[tokio::test(start_paused = true)]
async fn all_of_it_goes_back_once() {
    let world = World::new();
    let till = world.till(1);
    let order = paid_sale(&world, &till).await;
    let on_disk = Arc::new(AtomicBool::new(false));
    let (ledger, saw) = (world.ledger.clone(), on_disk.clone());
    world.omise.refund_scripts().refund.always(move |request| {
        let order = order_now(&ledger, OrderKey::Attempt(request.payment.attempt)).unwrap();
        saw.store(
            of(&order, request.refund).state == RefundState::Requested,
            Ordering::SeqCst,
        );
        Ok(Refunded {
            kind: RefundKind::Void,
            provider_ref: "rfnd-1".to_owned(),
        })
    });
    let (order, id) = till.refund(wish(&order, None)).await.unwrap();
    assert!(
        on_disk.load(Ordering::SeqCst),
        "stored before the provider hears of it"
    );
    let refund = of(&order, id);
    assert_eq!(
        (refund.state, refund.kind, refund.amount),
        (RefundState::Done, RefundKind::Void, SALE)
    );
    assert_eq!(order.state, OrderState::Voided);
    assert!(matches!(
        till.refund(wish(&order, Some(satang(1)))).await,
        Err(RefundError::Transition(TransitionError::MoreThanReceived))
    ));
    assert_eq!(world.omise.refund_scripts().refund.count(), 1);
    world.assert_proven().await;
}

#[tokio::test(start_paused = true)]
async fn in_parts_never_above_what_came() {
    let world = World::new();
    let till = world.till(1);
    let order = paid_sale(&world, &till).await;
    let (order, _) = till.refund(wish(&order, Some(satang(10_000)))).await.unwrap();
    assert_eq!(
        (order.refunded(), order.state),
        (satang(10_000), OrderState::Settled)
    );
    for too_much in [15_001, 25_000] {
        assert!(matches!(
            till.refund(wish(&order, Some(satang(too_much)))).await,
            Err(RefundError::Transition(TransitionError::MoreThanReceived))
        ));
    }
    assert!(matches!(
        till.refund(wish(&order, Some(satang(0)))).await,
        Err(RefundError::Transition(TransitionError::Amount))
    ));
    let (order, _) = till.refund(wish(&order, None)).await.unwrap();
    assert_eq!((order.refunded(), order.state), (SALE, OrderState::Voided));
    assert_eq!(world.omise.refund_scripts().refund.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_looked_for_and_never_sent_again() {
    for exists in [true, false] {
        let world = World::new();
        let till = world.till(1);
        let order = paid_sale(&world, &till).await;
        let refunds = world.omise.refund_scripts();
        refunds.refund.then(Err(ProviderError::OutcomeUnknown));
        let (order, id) = till.refund(wish(&order, None)).await.unwrap();
        assert_eq!(of(&order, id).state, RefundState::Unknown);
        assert_eq!(order.refunded(), satang(0));

        // While it is not known, its money cannot be asked for again, and a silent provider proves nothing.
        refunds.find.then(Err(ProviderError::Unavailable));
        assert!(till.refund(wish(&order, Some(satang(100)))).await.is_err());
        assert_eq!(refunds.refund.count(), 1);

        refunds.find.always(move |_| {
            Ok(exists.then(|| Refunded {
                kind: RefundKind::Refund,
                provider_ref: "rfnd-1".to_owned(),
            }))
        });
        let order = till.resolve_refunds(order.id).await.unwrap();
        assert_eq!(refunds.refund.count(), 1, "never sent again");
        if exists {
            assert_eq!(of(&order, id).state, RefundState::Done);
            assert_eq!((order.refunded(), flags(&order)), (SALE, vec![]));
        } else {
            assert_eq!(of(&order, id).state, RefundState::Failed);
            assert_eq!(flags(&order), [Flag::RefundFailed]);
            assert_eq!(
                order.refundable_of(order.newest().unwrap().id),
                SALE,
                "it may be asked anew"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_leaves_the_refund_unknown() {
    let world = World::new();
    let till = world.till(1);
    let order = paid_sale(&world, &till).await;
    let _never = world.omise.refund_scripts().refund.then_hang();
    let (order, id) = till.refund(wish(&order, None)).await.unwrap();
    assert_eq!(of(&order, id).state, RefundState::Unknown);
}

#[tokio::test(start_paused = true)]
async fn two_tills_cannot_return_the_same_money() {
    let world = World::new();
    let (one, two) = (world.till(1), world.till(2));
    let order = paid_sale(&world, &one).await;
    world.omise.refund_scripts().refund.takes(secs(5));
    let first = tokio::spawn({
        let (till, wish) = (Till::clone(&one), wish(&order, None));
        async move { till.refund(wish).await }
    });
    tokio::time::sleep(secs(1)).await;
    // The first request is still on its way, so the provider knows of nothing yet.
    assert!(two.refund(wish(&order, None)).await.is_err());
    let (order, id) = first.await.unwrap().unwrap();
    assert_eq!(of(&order, id).state, RefundState::Done);
    assert_eq!(world.omise.refund_scripts().refund.count(), 1);
    assert_eq!(world.order(order.id).await.refunded(), SALE);
}

#[tokio::test(start_paused = true)]
async fn a_clear_no_is_flagged_and_may_be_tried_again() {
    let world = World::new();
    let till = world.till(1);
    let order = paid_sale(&world, &till).await;
    world
        .omise
        .refund_scripts()
        .refund
        .then(Err(ProviderError::Refused {
            code: "failed_refund".to_owned(),
        }));
    let (order, id) = till.refund(wish(&order, None)).await.unwrap();
    assert_eq!(of(&order, id).state, RefundState::Failed);
    assert_eq!(flags(&order), [Flag::RefundFailed]);
    let (order, _) = till.refund(wish(&order, None)).await.unwrap();
    assert_eq!(order.refunded(), SALE);
}

#[tokio::test(start_paused = true)]
async fn of_two_payments_the_second_goes_back() {
    let world = World::new();
    let till = world.till(1);
    let order = till.charge(charge()).await.unwrap();
    let order = world.until_state(order.id, secs(1), AttemptState::Awaiting).await;
    let order = till
        .retry(order.id, Method::TrueMoney, None, &Particulars::default())
        .await
        .unwrap();
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    let order = world
        .until(order.id, secs(20), |order| order.received() == satang(50_000))
        .await;
    let (order, id) = till.refund(wish(&order, None)).await.unwrap();
    assert_eq!(of(&order, id).attempt, order.newest().unwrap().id);
    assert_eq!((order.refunded(), order.state), (SALE, OrderState::Settled));
}

#[tokio::test(start_paused = true)]
async fn returned_by_transfer_where_the_provider_cannot() {
    let world = World::with(ScriptedProvider::new(OMISE).with_status());
    let till = world.till(1);
    let order = paid_sale(&world, &till).await;
    assert!(matches!(
        till.refund(wish(&order, None)).await,
        Err(RefundError::OnlyByTransfer)
    ));
    assert!(
        world.order(order.id).await.refunds.is_empty(),
        "nothing was stored"
    );
    let by_transfer = RefundOrder {
        by_transfer: Some("KBANK 2026-11-20 014".to_owned()),
        attempt: None,
        ..wish(&order, None)
    };
    let (order, id) = till.refund(by_transfer).await.unwrap();
    let refund = of(&order, id);
    assert_eq!(
        (refund.state, refund.kind),
        (RefundState::Done, RefundKind::Transfer)
    );
    assert_eq!(refund.provider_ref.as_deref(), Some("KBANK 2026-11-20 014"));
    assert_eq!(order.state, OrderState::Voided);
}

#[tokio::test(start_paused = true)]
async fn nothing_came_nothing_goes_back() {
    let world = World::new();
    let till = world.till(1);
    let order = till.charge(charge()).await.unwrap();
    assert!(matches!(
        till.refund(wish(&order, None)).await,
        Err(RefundError::NothingToReturn)
    ));
}
