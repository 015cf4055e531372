//! A person's word: asked about first, marked for ever, and matched by the real payment when that comes.

use crate::world::*;
use keptang_checkout::{ConfirmError, Particulars, Till};
use keptang_domain::order::{
    AttemptEvent, AttemptState, ConfirmReason, Flag, Order, OrderState, TransitionError,
};
use keptang_ports::{Ledger, Verdict};
use keptang_testkit::scripted_provider::{ScriptedProvider, accepts, report};

async fn awaiting(world: &World, till: &Till) -> Order {
    let order = till.charge(charge()).await.unwrap();
    world.until_state(order.id, secs(1), AttemptState::Awaiting).await
}

async fn word(till: &Till, order: &Order) -> Result<Order, ConfirmError> {
    till.confirm(order.id, "Som".to_owned(), ConfirmReason::BankAppShown, None)
        .await
}

#[tokio::test(start_paused = true)]
async fn the_provider_is_asked_first() {
    let world = World::new();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    let refused = word(&till, &order).await;
    assert!(matches!(refused, Err(ConfirmError::AlreadyPaid(_))));
    assert_eq!(world.omise.queries().count(), 1);
    let order = world.order(order.id).await;
    assert_eq!((order.state, flags(&order)), (OrderState::Settled, vec![]));
}

#[tokio::test(start_paused = true)]
async fn the_real_payment_is_matched_not_credited_again() {
    for (by, received) in [(0, 25_000), (37, 25_037), (-3, 24_997)] {
        let world = World::new();
        let till = world.till(1);
        world
            .omise
            .creates
            .always(move |payment| Ok(accepts(payment, satang(payment.amount.satang() + by))));
        let order = awaiting(&world, &till).await;
        let order = word(&till, &order).await.unwrap();
        assert_eq!(order.state, OrderState::Settled);
        assert_eq!(order.missing(), satang(0));
        assert_eq!(flags(&order), [Flag::ManualConfirm]);

        tokio::time::sleep(secs(600)).await;
        world
            .omise
            .queries()
            .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
        deliver(&till, seen(order.newest().unwrap())).await;
        let order = world
            .until(order.id, secs(1), |order| {
                !order.newest().unwrap().rests_on_word()
            })
            .await;
        assert_eq!(order.received(), satang(received), "{by}");
        assert_eq!((order.missing(), order.excess()), (satang(0), satang(0)), "{by}");
        assert_eq!(flags(&order), [Flag::ManualConfirm], "marked for ever");
        world.assert_proven().await;
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_callback_the_driver_finds_the_payment() {
    let world = World::new();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    let order = word(&till, &order).await.unwrap();
    tokio::time::sleep(secs(1_200)).await;
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    let order = world
        .until(order.id, secs(700), |order| {
            !order.newest().unwrap().rests_on_word()
        })
        .await;
    assert_eq!(order.received(), SALE);
    assert_eq!(
        world.ledger.watch(order.newest().unwrap().id).await.unwrap(),
        None
    );
}

#[tokio::test(start_paused = true)]
async fn a_word_the_provider_denies_is_looked_at_and_stands() {
    let world = World::new();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    let order = word(&till, &order).await.unwrap();
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, Verdict::Lapsed)));
    let order = world
        .until(order.id, secs(60), |order| order.flags().len() == 2)
        .await;
    assert_eq!(flags(&order), [Flag::Contradiction, Flag::ManualConfirm]);
    assert_eq!((order.state, order.received()), (OrderState::Settled, SALE));
}

#[tokio::test(start_paused = true)]
async fn the_driver_stops_asking_after_a_word_too() {
    let mut world = World::new();
    world.timing.late_watch_ms = 3_600_000;
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    let order = word(&till, &order).await.unwrap();
    tokio::time::sleep(secs(4_300)).await;
    assert_eq!(
        world.ledger.watch(order.newest().unwrap().id).await.unwrap(),
        None
    );
    let order = world.order(order.id).await;
    assert_eq!(order.newest().unwrap().state, AttemptState::Paid);
    let asked = world.omise.queries().count();
    tokio::time::sleep(secs(7_200)).await;
    assert_eq!(world.omise.queries().count(), asked);
}

#[tokio::test(start_paused = true)]
async fn where_nobody_can_be_asked_the_word_is_taken() {
    let world = World::with(ScriptedProvider::new(OMISE));
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    let order = word(&till, &order).await.unwrap();
    assert_eq!(
        (order.received(), flags(&order)),
        (SALE, vec![Flag::ManualConfirm])
    );
    let again = word(&till, &order).await;
    assert!(matches!(
        again,
        Err(ConfirmError::Transition(TransitionError::AttemptState(
            AttemptState::Paid
        )))
    ));
    let words = world
        .stored(order.id, |event| {
            matches!(event, AttemptEvent::OperatorConfirmed { .. })
        })
        .await;
    assert_eq!(words, 1);
}

#[tokio::test(start_paused = true)]
async fn no_word_for_a_sale_that_another_attempt_paid() {
    let world = World::new();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    let first = order.newest().unwrap().clone();
    let order = till
        .retry(
            order.id,
            keptang_domain::Method::TrueMoney,
            None,
            &Particulars::default(),
        )
        .await
        .unwrap();
    let order = world.until_state(order.id, secs(1), AttemptState::Awaiting).await;
    world.omise.queries().always(move |payment| {
        let verdict = if payment.attempt == first.id {
            paid(payment)
        } else {
            Verdict::Pending
        };
        Ok(report(&payment.provider_ref, verdict))
    });
    let order = world
        .until(order.id, secs(5), |order| order.state == OrderState::Settled)
        .await;
    assert_eq!(order.newest().unwrap().state, AttemptState::Awaiting);
    assert!(word(&till, &order).await.is_err());
    assert_eq!(world.order(order.id).await.received(), SALE);
}
