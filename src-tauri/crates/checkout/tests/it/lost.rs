//! Lost answers: looked for by our own reference, never sent again.

use crate::world::*;
use keptang_domain::order::{AttemptEvent, AttemptState, Flag, OrderState, Reason};
use keptang_ports::{Found, LostPayment, ProviderError, Verdict};
use keptang_testkit::scripted_provider::{Lookups, ScriptedProvider, accepts, report};
use std::sync::Arc;

/// Lets lookups find the payment of `world`'s first create, from the `nth` look on.
fn found_at(world: &World, nth: usize, verdict: impl Fn() -> Verdict + Send + 'static) {
    let (omise, mut looks) = (Arc::clone(&world.omise), 0);
    world.omise.lookups().always(move |lost: &LostPayment| {
        looks += 1;
        let sent = omise.creates.asked();
        let payment = sent.iter().find(|sent| sent.attempt == lost.attempt).unwrap();
        let created = accepts(payment, payment.amount);
        let reference = created.provider_ref.clone().unwrap();
        Ok((looks >= nth).then(|| Found {
            created,
            report: report(&reference, verdict()),
        }))
    });
}

#[tokio::test(start_paused = true)]
async fn a_lost_payment_is_adopted() {
    for error in [ProviderError::OutcomeUnknown, ProviderError::Unavailable] {
        let world = World::new();
        let till = world.till(1);
        found_at(&world, 2, || Verdict::Pending);
        world.omise.creates.then(Err(error));
        let order = till.charge(charge()).await.unwrap();
        let lost = world.until_state(order.id, secs(1), AttemptState::Unknown).await;
        assert_eq!(lost.newest().unwrap().reason, Some(Reason::OutcomeUnknown));
        let order = world
            .until_state(order.id, secs(10), AttemptState::Awaiting)
            .await;
        assert!(order.newest().unwrap().instruction.is_some());
        assert_eq!(world.omise.creates.count(), 1, "never sent again");
        let look = &world.omise.lookups().asked()[0];
        assert_eq!((look.attempt, look.amount), (order.newest().unwrap().id, SALE));
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_payment_that_was_paid_meanwhile_is_paid() {
    let world = World::new();
    let till = world.till(1);
    found_at(&world, 1, || paid_as("pay", SALE));
    world.omise.creates.then(Err(ProviderError::OutcomeUnknown));
    let order = till.charge(charge()).await.unwrap();
    let order = world.until_state(order.id, secs(5), AttemptState::Paid).await;
    assert_eq!((order.received(), flags(&order)), (SALE, vec![]));
}

#[tokio::test(start_paused = true)]
async fn a_lost_payment_with_a_wrong_sum_is_not_shown() {
    let world = World::new();
    let till = world.till(1);
    world.omise.creates.then(Err(ProviderError::OutcomeUnknown));
    let order = till.charge(charge()).await.unwrap();
    let payment = world
        .until(order.id, secs(1), |_| world.omise.creates.count() == 1)
        .await;
    let payment = payment.newest().unwrap().id;
    let sent = world.omise.creates.asked().remove(0);
    assert_eq!(sent.attempt, payment);
    world.omise.lookups().always(move |_| {
        let created = accepts(&sent, satang(99_900));
        let reference = created.provider_ref.clone().unwrap();
        Ok(Some(Found {
            created,
            report: report(&reference, Verdict::Pending),
        }))
    });
    let order = world
        .until_state(order.id, secs(10), AttemptState::Cancelled)
        .await;
    assert_eq!(flags(&order), [Flag::AdjustedTooMuch]);
    assert_eq!(world.omise.cancels().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn absent_in_three_looks_was_never_created() {
    let world = World::new();
    let till = world.till(1);
    world.omise.creates.then(Err(ProviderError::OutcomeUnknown));
    let order = till.charge(charge()).await.unwrap();
    world.until_state(order.id, secs(1), AttemptState::Unknown).await;
    let begun = world.now();
    let order = world.until_state(order.id, secs(20), AttemptState::Failed).await;
    assert_eq!(order.newest().unwrap().reason, Some(Reason::NeverCreated));
    assert_eq!(world.omise.lookups().count(), 3);
    assert!(
        (13_000..=15_000).contains(&world.now().ms_since(begun)),
        "within fifteen seconds"
    );
    tokio::time::sleep(secs(60)).await;
    assert_eq!(
        (world.omise.creates.count(), world.omise.lookups().count()),
        (1, 3)
    );
    assert_eq!(world.order(order.id).await.state, OrderState::Due);
}

#[tokio::test(start_paused = true)]
async fn a_silent_lookup_proves_nothing() {
    let world = World::new();
    let till = world.till(1);
    world.omise.creates.then(Err(ProviderError::OutcomeUnknown));
    let lookups: &Lookups = world.omise.lookups();
    lookups.always(|_| Err(ProviderError::Unavailable));
    let order = till.charge(charge()).await.unwrap();
    tokio::time::sleep(secs(600)).await;
    assert_eq!(
        world.order(order.id).await.newest().unwrap().state,
        AttemptState::Unknown
    );
    lookups.always(|_| Ok(None));
    world.until_state(order.id, secs(60), AttemptState::Failed).await;
}

#[tokio::test(start_paused = true)]
async fn without_a_lookup_the_unknown_stays_unknown_until_nobody_listens() {
    let mut world = World::with(ScriptedProvider::new(OMISE));
    world.timing.late_watch_ms = 3_600_000;
    let till = world.till(1);
    world.omise.creates.then(Err(ProviderError::OutcomeUnknown));
    let order = till.charge(charge()).await.unwrap();
    tokio::time::sleep(secs(3_500)).await;
    assert_eq!(
        world.order(order.id).await.newest().unwrap().state,
        AttemptState::Unknown
    );
    let order = world
        .until_state(order.id, secs(200), AttemptState::Expired)
        .await;
    assert!(order.newest().unwrap().closed);
    assert_eq!(world.omise.creates.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_reference_that_another_sale_has_is_not_taken() {
    let world = World::new();
    let till = world.till(1);
    world.omise.creates.always(|payment| {
        let mut created = accepts(payment, payment.amount);
        created.provider_ref = Some("one-for-all".to_owned());
        Ok(created)
    });
    let first = till.charge(charge()).await.unwrap();
    world.until_state(first.id, secs(1), AttemptState::Awaiting).await;
    let second = till.charge(charge()).await.unwrap();
    let second = world
        .until(second.id, secs(2), |order| !order.flags().is_empty())
        .await;
    assert_eq!(flags(&second), [Flag::Contradiction]);
    let shown = world
        .stored(second.id, |event| matches!(event, AttemptEvent::Accepted { .. }))
        .await;
    assert_eq!(shown, 0, "a customer must not pay the QR of another sale");
    let second = world.until_state(second.id, secs(60), AttemptState::Failed).await;
    assert_eq!(second.received(), satang(0));
}
