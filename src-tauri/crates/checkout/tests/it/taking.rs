//! Opening a sale: what is on disk when, what is shown, what is refused.

use crate::world::*;
use keptang_checkout::{ChargeError, Particulars};
use keptang_domain::order::{AttemptState, Flag, Instruction, OrderState, Reason, TransitionError};
use keptang_domain::{Method, OrderId, promptpay};
use keptang_ports::{OrderKey, ProviderError};
use keptang_testkit::scripted_provider::{ScriptedProvider, accepts, report};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[tokio::test(start_paused = true)]
async fn a_sale_is_paid_by_asking() {
    let world = World::new();
    let till = world.till(1);
    let order = till.charge(charge()).await.unwrap();
    assert_eq!(order.newest().unwrap().state, AttemptState::Submitted);
    assert_eq!(
        world.omise.creates.count(),
        0,
        "the sale is there before the provider is asked"
    );

    let order = world.until_state(order.id, secs(1), AttemptState::Awaiting).await;
    let attempt = order.newest().unwrap();
    assert!(matches!(&attempt.instruction, Some(Instruction::QrText { .. })));
    let sent = &world.omise.creates.asked()[0];
    assert_eq!((sent.attempt, sent.amount), (attempt.id, SALE));
    assert_eq!(
        sent.callback_url.as_deref(),
        Some("https://shop.example/callbacks/omise_truemoney")
    );

    tokio::time::sleep(secs(20)).await;
    assert_eq!(
        world.order(order.id).await.newest().unwrap().state,
        AttemptState::Awaiting
    );
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    let order = world.until_state(order.id, secs(3), AttemptState::Paid).await;
    assert_eq!(order.state, OrderState::Settled);
    assert_eq!(order.received(), SALE);
    assert_eq!(flags(&order), []);

    let asked = world.omise.queries().count();
    tokio::time::sleep(secs(3_600)).await;
    assert_eq!(
        world.omise.queries().count(),
        asked,
        "a paid attempt is asked about no more"
    );
    assert_eq!(world.omise.creates.count(), 1);
    world.assert_proven().await;
}

#[tokio::test(start_paused = true)]
async fn the_attempt_is_on_disk_before_the_provider_hears_of_it() {
    let world = World::new();
    let stored = Arc::new(AtomicBool::new(false));
    let (ledger, saw) = (world.ledger.clone(), stored.clone());
    world.omise.creates.always(move |payment| {
        let order = order_now(&ledger, OrderKey::Attempt(payment.attempt));
        let submitted = order.is_some_and(|order| order.newest().unwrap().state == AttemptState::Submitted);
        saw.store(submitted, Ordering::SeqCst);
        Ok(accepts(payment, payment.amount))
    });
    let till = world.till(1);
    let order = till.charge(charge()).await.unwrap();
    world.until_state(order.id, secs(1), AttemptState::Awaiting).await;
    assert!(stored.load(Ordering::SeqCst));
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_neither_freezes_the_keypad_nor_is_asked_twice() {
    let world = World::new();
    let till = world.till(1);
    let never = world.omise.creates.then_hang();
    let stuck = till.charge(charge()).await.unwrap();
    tokio::time::sleep(secs(1)).await;

    let begun = world.now();
    let next = till.charge(charge()).await.unwrap();
    world.until_state(next.id, secs(1), AttemptState::Awaiting).await;
    assert!(world.now().ms_since(begun) < 200, "the next sale does not wait");

    // The answer never comes: the till stops waiting, looks, and finds that nothing exists.
    let gone = world.until_state(stuck.id, secs(60), AttemptState::Failed).await;
    assert_eq!(gone.newest().unwrap().reason, Some(Reason::NeverCreated));
    tokio::time::sleep(secs(600)).await;
    let stuck_attempt = stuck.newest().unwrap().id;
    let sent = world.omise.creates.asked();
    assert_eq!(
        sent.iter().filter(|sent| sent.attempt == stuck_attempt).count(),
        1
    );
    drop(never);
}

#[tokio::test(start_paused = true)]
async fn a_clear_no_creates_nothing_and_says_why() {
    for (error, reason) in [
        (
            ProviderError::Refused {
                code: "invalid_amount".to_owned(),
            },
            Reason::Refused,
        ),
        (ProviderError::NotSent, Reason::NotSent),
        (
            ProviderError::Throttled {
                after_ms: Some(60_000),
            },
            Reason::Throttled,
        ),
    ] {
        let world = World::new();
        let till = world.till(1);
        world.omise.creates.then(Err(error));
        let order = till.charge(charge()).await.unwrap();
        let order = world.until_state(order.id, secs(1), AttemptState::Failed).await;
        assert_eq!(order.newest().unwrap().reason, Some(reason));
        assert_eq!(order.state, OrderState::Due, "another try is possible");
        tokio::time::sleep(secs(60)).await;
        assert_eq!(world.omise.creates.count(), 1);
        assert_eq!(world.omise.lookups().count(), 0, "nothing is lost");

        let order = till
            .retry(order.id, Method::TrueMoney, None, &Particulars::default())
            .await
            .unwrap();
        world.until_state(order.id, secs(1), AttemptState::Awaiting).await;
    }
}

fn payment_qr(satang_of_qr: i64) -> Instruction {
    let target = "0812345678".parse().unwrap();
    Instruction::QrText {
        text: promptpay::credit_transfer(&target, Some(satang(satang_of_qr)), None).unwrap(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_qr_over_another_sum_is_never_shown() {
    for (in_qr, shown) in [(25_000, true), (25_001, false), (2_500, false)] {
        let world = World::new();
        let till = world.till(1);
        world.omise.creates.always(move |payment| {
            let mut created = accepts(payment, payment.amount);
            created.offer = Ok(payment_qr(in_qr));
            Ok(created)
        });
        let order = till.charge(charge()).await.unwrap();
        if shown {
            world.until_state(order.id, secs(1), AttemptState::Awaiting).await;
            continue;
        }
        let order = world
            .until_state(order.id, secs(5), AttemptState::Cancelled)
            .await;
        assert_eq!(order.newest().unwrap().reason, Some(Reason::QrMismatch));
        assert_eq!(flags(&order), [Flag::QrMismatch]);
        assert_eq!(order.state, OrderState::Due, "nobody cancelled the sale");
        assert_eq!(world.omise.cancels().count(), 1, "the provider is told to let go");
        assert_never_shown(&world, order.id).await;
    }
}

async fn assert_never_shown(world: &World, id: OrderId) {
    let shown = world
        .stored(id, |event| {
            matches!(event, keptang_domain::order::AttemptEvent::Accepted { .. })
        })
        .await;
    assert_eq!(shown, 0);
}

#[tokio::test(start_paused = true)]
async fn a_gateway_may_change_the_sum_within_the_owners_limit() {
    for (by, shown) in [
        (37, true),
        (100, true),
        (-3, true),
        (-100, true),
        (101, false),
        (-101, false),
    ] {
        let world = World::new();
        let till = world.till(1);
        world
            .omise
            .creates
            .always(move |payment| Ok(accepts(payment, satang(payment.amount.satang() + by))));
        world
            .omise
            .queries()
            .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
        let order = till.charge(charge()).await.unwrap();
        if shown {
            let order = world.until_state(order.id, secs(5), AttemptState::Paid).await;
            assert_eq!(order.received(), satang(25_000 + by), "{by}");
            assert_eq!((order.missing(), order.excess()), (satang(0), satang(0)), "{by}");
            assert_eq!(flags(&order), [], "{by}");
        } else {
            let order = world
                .until_state(order.id, secs(5), AttemptState::Cancelled)
                .await;
            assert_eq!(order.newest().unwrap().reason, Some(Reason::AdjustedTooMuch));
            assert_eq!(flags(&order), [Flag::AdjustedTooMuch], "{by}");
            assert_never_shown(&world, order.id).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_paid_sale_takes_no_further_attempt() {
    let world = World::new();
    let till = world.till(1);
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    let order = till.charge(charge()).await.unwrap();
    let order = world.until_state(order.id, secs(5), AttemptState::Paid).await;
    let refused = till
        .retry(order.id, Method::TrueMoney, None, &Particulars::default())
        .await;
    assert!(matches!(
        refused,
        Err(ChargeError::Transition(TransitionError::OrderState(
            OrderState::Settled
        )))
    ));
}

#[tokio::test(start_paused = true)]
async fn both_of_two_attempts_paid_is_seen() {
    let world = World::new();
    let till = world.till(1);
    let order = till.charge(charge()).await.unwrap();
    world.until_state(order.id, secs(1), AttemptState::Awaiting).await;
    let order = till
        .retry(order.id, Method::TrueMoney, None, &Particulars::default())
        .await
        .unwrap();
    world.until_state(order.id, secs(1), AttemptState::Awaiting).await;
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    let order = world
        .until(order.id, secs(20), |order| order.received() == satang(50_000))
        .await;
    assert_eq!(flags(&order), [Flag::DuplicatePayment]);
    assert_eq!(order.excess(), SALE);
}

#[tokio::test(start_paused = true)]
async fn a_provider_with_wrong_settings_is_not_asked() {
    let fault = keptang_ports::Fault {
        code: "missing_secret",
        setting: "KEPTANG_SECRET__OMISE_TRUEMONEY__SECRET_KEY".to_owned(),
        message_th: "ไม่มีคีย์".to_owned(),
        message_en: "the key is missing".to_owned(),
    };
    let world = World::with(ScriptedProvider::able(OMISE, reading).with_profile(|profile| {
        profile.fault = Some(fault);
    }));
    let till = world.till(1);
    assert!(matches!(till.charge(charge()).await, Err(ChargeError::Route(_))));
    assert_eq!(world.omise.creates.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn told_to_slow_down_for_a_moment_the_till_waits_and_asks_once_more() {
    let world = World::new();
    let till = world.till(1);
    let slow_down = |after_ms| Err(ProviderError::Throttled { after_ms });
    world.omise.creates.then(slow_down(Some(2_000)));
    let before = world.now();
    let order = till.charge(charge()).await.unwrap();
    let order = world.until_state(order.id, secs(5), AttemptState::Awaiting).await;
    assert!(world.now().ms_since(before) >= 2_000, "the pause is kept");
    assert_eq!(order.attempts.len(), 1, "it is the same attempt");
    for (pause, asked) in [(Some(2_000), 2), (Some(3_001), 1), (None, 2)] {
        let so_far = world.omise.creates.count();
        world.omise.creates.then(slow_down(pause)).then(slow_down(pause));
        let order = till.charge(charge()).await.unwrap();
        world.until_state(order.id, secs(5), AttemptState::Failed).await;
        assert_eq!(world.omise.creates.count() - so_far, asked, "{pause:?}");
        // What was not asked is no answer to the next.
        for _ in asked..2 {
            let order = till.charge(charge()).await.unwrap();
            world.until_state(order.id, secs(5), AttemptState::Failed).await;
        }
    }
}
