//! Cancel tells the truth, and time runs out truthfully too: the provider is asked, and payment beats both.

use crate::world::*;
use keptang_checkout::{CancelError, Till};
use keptang_domain::order::{AttemptEvent, AttemptState, Flag, Order, OrderEvent, OrderState, Reason};
use keptang_ports::{CancelOutcome, Ledger, ProviderError, Verdict};
use keptang_testkit::scripted_provider::{ScriptedProvider, accepts, report};

async fn awaiting(world: &World, till: &Till) -> Order {
    let order = till.charge(charge()).await.unwrap();
    world.until_state(order.id, secs(1), AttemptState::Awaiting).await
}

#[tokio::test(start_paused = true)]
async fn cancelled_at_the_provider_and_called_off_in_one_breath() {
    let world = World::new();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    let order = till.cancel(order.id, Some("Som".to_owned())).await.unwrap();
    assert_eq!(order.state, OrderState::Voided);
    assert_eq!(order.newest().unwrap().state, AttemptState::Cancelled);
    assert_eq!(world.omise.cancels().count(), 1);
    assert_eq!(flags(&order), []);

    let history = world.ledger.history(order.id).await.unwrap();
    let [.., ended, off] = &history[..] else {
        panic!("two events at least")
    };
    assert!(matches!(
        &ended.event,
        OrderEvent::Attempt {
            event: AttemptEvent::CancelDone,
            ..
        }
    ));
    assert!(matches!(&off.event, OrderEvent::Voided { .. }));
    let again = till.cancel(order.id, None).await.unwrap();
    assert_eq!(
        again.version, order.version,
        "cancelling twice is cancelling once"
    );
    world.assert_proven().await;
}

#[tokio::test(start_paused = true)]
async fn payment_wins_over_cancel() {
    let world = World::new();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    world.omise.cancels().always(|payment| {
        Ok(CancelOutcome::StandsAt(report(
            &payment.provider_ref,
            paid(payment),
        )))
    });
    let order = till.cancel(order.id, None).await.unwrap();
    assert_eq!(order.state, OrderState::Settled);
    assert_eq!(order.newest().unwrap().state, AttemptState::Paid);
    assert_eq!(flags(&order), []);
    assert!(matches!(
        till.cancel(order.id, None).await,
        Err(CancelError::MoneyArrived)
    ));
}

#[tokio::test(start_paused = true)]
async fn without_a_cancel_a_last_question_decides() {
    for (verdict_is_paid, state) in [(true, OrderState::Settled), (false, OrderState::Voided)] {
        let world = World::with(ScriptedProvider::new(OMISE).with_status());
        let till = world.till(1);
        let order = awaiting(&world, &till).await;
        world.omise.queries().always(move |payment| {
            let verdict = if verdict_is_paid {
                paid(payment)
            } else {
                Verdict::Pending
            };
            Ok(report(&payment.provider_ref, verdict))
        });
        assert_eq!(till.cancel(order.id, None).await.unwrap().state, state);
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_cannot_be_reached_keeps_the_cancel_open() {
    let world = World::new();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    world.omise.cancels().always(|_| Err(ProviderError::Unavailable));
    let order = till.cancel(order.id, None).await.unwrap();
    assert_eq!(order.newest().unwrap().state, AttemptState::Cancelling);
    assert_eq!(order.state, OrderState::Due);
    assert_eq!(
        order.newest().unwrap().instruction,
        None,
        "nobody may pay it any longer"
    );
    tokio::time::sleep(secs(30)).await;
    assert!(world.omise.cancels().count() > 1, "the driver goes on");
    world.omise.cancels().always(|_| Ok(CancelOutcome::Cancelled));
    let order = world
        .until_state(order.id, secs(60), AttemptState::Cancelled)
        .await;
    assert_eq!(order.state, OrderState::Voided);
}

#[tokio::test(start_paused = true)]
async fn declined_while_cancelling_calls_the_sale_off_as_well() {
    let world = World::new();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    world
        .omise
        .cancels()
        .then(Err(ProviderError::Unavailable))
        .always(|payment| {
            let declined = Verdict::Declined(Reason::FailedProcessing);
            Ok(CancelOutcome::StandsAt(report(&payment.provider_ref, declined)))
        });
    till.cancel(order.id, None).await.unwrap();
    let order = world.until_state(order.id, secs(30), AttemptState::Failed).await;
    assert_eq!(order.newest().unwrap().reason, Some(Reason::FailedProcessing));
    assert_eq!(order.state, OrderState::Voided);
}

#[tokio::test(start_paused = true)]
async fn cancelled_while_the_request_is_on_its_way() {
    let world = World::new();
    let till = world.till(1);
    let release = world.omise.creates.then_hang();
    let order = till.charge(charge()).await.unwrap();
    tokio::time::sleep(secs(1)).await;
    // The answer hangs; the cashier is not kept waiting for it.
    let now = till.cancel(order.id, None).await.unwrap();
    assert_eq!(now.newest().unwrap().state, AttemptState::Cancelling);
    let payment = world.omise.creates.asked().remove(0);
    assert!(release.send(Ok(accepts(&payment, SALE))).is_ok());
    let order = world
        .until_state(order.id, secs(5), AttemptState::Cancelled)
        .await;
    assert_eq!(order.state, OrderState::Voided);
    assert_eq!(world.omise.cancels().count(), 1, "what exists there is let go");
    assert_eq!(world.omise.creates.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn cancelled_while_the_answer_is_lost() {
    let world = World::new();
    let till = world.till(1);
    world.omise.creates.then(Err(ProviderError::OutcomeUnknown));
    let order = till.charge(charge()).await.unwrap();
    world.until_state(order.id, secs(1), AttemptState::Unknown).await;
    let now = till.cancel(order.id, None).await.unwrap();
    assert_eq!(
        now.newest().unwrap().state,
        AttemptState::Cancelling,
        "one look proves nothing"
    );
    let order = world
        .until_state(order.id, secs(20), AttemptState::Cancelled)
        .await;
    assert_eq!(order.state, OrderState::Voided);
    assert_eq!(world.omise.lookups().count(), 3);
}

#[tokio::test(start_paused = true)]
async fn held_money_cannot_be_cancelled() {
    let world = World::new();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, Verdict::Held)));
    world.until_state(order.id, secs(5), AttemptState::Held).await;
    assert!(matches!(
        till.cancel(order.id, None).await,
        Err(CancelError::MoneyArrived)
    ));
}

/// A provider whose payments live one minute.
fn minute() -> World {
    let world = World::new();
    world.omise.creates.always(|payment| {
        let mut created = accepts(payment, payment.amount);
        created.lifetime_ms = Some(60_000);
        Ok(created)
    });
    world
}

#[tokio::test(start_paused = true)]
async fn at_the_deadline_the_provider_is_told_to_let_go() {
    let world = minute();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    let deadline = order.newest().unwrap().deadline.unwrap();
    assert_eq!(
        deadline,
        order.newest().unwrap().accepted_at.unwrap().plus_ms(60_000)
    );
    let order = world.until_state(order.id, secs(62), AttemptState::Expired).await;
    assert!((0..100).contains(&world.now().ms_since(deadline)));
    assert_eq!(order.newest().unwrap().reason, Some(Reason::Deadline));
    assert_eq!(world.omise.cancels().count(), 1);
    assert_eq!((order.state, flags(&order)), (OrderState::Due, vec![]));
}

#[tokio::test(start_paused = true)]
async fn the_tills_own_limit_counts_when_it_is_shorter() {
    let world = World::with(
        ScriptedProvider::able(OMISE, reading).with_profile(|profile| profile.own_life_ms = Some(30_000)),
    );
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    world.until_state(order.id, secs(31), AttemptState::Expired).await;
    assert!(world.now().ms_since(order.created_at) >= 30_000);
}

#[tokio::test(start_paused = true)]
async fn paid_in_the_last_second() {
    let world = minute();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    world.omise.cancels().always(|payment| {
        Ok(CancelOutcome::StandsAt(report(
            &payment.provider_ref,
            paid(payment),
        )))
    });
    let order = world.until_state(order.id, secs(62), AttemptState::Paid).await;
    assert_eq!(flags(&order), [], "in time is not late");
}

#[tokio::test(start_paused = true)]
async fn paid_after_the_deadline_is_credited_and_flagged() {
    let world = minute();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    let order = world.until_state(order.id, secs(62), AttemptState::Expired).await;
    tokio::time::sleep(secs(1_800)).await;
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    let order = world.until_state(order.id, secs(700), AttemptState::Paid).await;
    assert_eq!(flags(&order), [Flag::PaidLate]);
    assert_eq!((order.state, order.received()), (OrderState::Settled, SALE));
}

#[tokio::test(start_paused = true)]
async fn paid_after_a_cancel_waits_in_suspense() {
    let world = World::new();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    let order = till.cancel(order.id, None).await.unwrap();
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    deliver(&till, seen(order.newest().unwrap())).await;
    let order = world.until_state(order.id, secs(2), AttemptState::Paid).await;
    assert_eq!(order.state, OrderState::Voided);
    assert_eq!((order.received(), order.excess()), (SALE, satang(0)));
    assert_eq!(flags(&order), [Flag::PaidLate]);
    world.assert_proven().await;
}

#[tokio::test(start_paused = true)]
async fn a_deadline_waits_a_little_for_a_silent_provider() {
    let world = minute();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    world.omise.queries().always(|_| Err(ProviderError::Unavailable));
    world.omise.cancels().always(|_| Err(ProviderError::Unavailable));
    tokio::time::sleep(secs(90)).await;
    assert_eq!(
        world.order(order.id).await.newest().unwrap().state,
        AttemptState::Awaiting,
        "nobody knows yet that it was not paid"
    );
    world
        .until_state(order.id, secs(120), AttemptState::Expired)
        .await;
}
