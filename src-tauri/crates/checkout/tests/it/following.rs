//! How attempts are followed: how often, by whom, and when it ends.

use crate::world::*;
use keptang_checkout::{CheckOutcome, Standing, Till};
use keptang_domain::order::{AttemptEvent, AttemptState, Flag, Order, OrderState};
use keptang_ports::{Ledger, ProviderError, Verdict};
use keptang_testkit::scripted_provider::{ScriptedProvider, accepts, report};
use std::sync::Arc;

async fn awaiting(world: &World, till: &Till) -> Order {
    let order = till.charge(charge()).await.unwrap();
    world.until_state(order.id, secs(1), AttemptState::Awaiting).await
}

#[tokio::test(start_paused = true)]
async fn fast_while_the_customer_stands_there_then_slower() {
    let world = World::new();
    let till = world.till(1);
    awaiting(&world, &till).await;
    let asked = world.note_questions(|_| Verdict::Pending);
    tokio::time::sleep(secs(600)).await;
    let gaps = asked.gaps();
    let at = |ms: i64| asked.all().iter().filter(|moment| **moment <= ms).count();
    assert!(
        (28..=31).contains(&at(60_000)),
        "every 2 s in the first minute: {gaps:?}"
    );
    assert!(
        (46..=49).contains(&(at(300_000) - at(60_000))),
        "then every 5 s: {gaps:?}"
    );
    assert!(
        (29..=31).contains(&(at(600_000) - at(300_000))),
        "then every 10 s: {gaps:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_named_pause_is_kept() {
    let world = World::new();
    let till = world.till(1);
    awaiting(&world, &till).await;
    world.omise.queries().then(Err(ProviderError::Throttled {
        after_ms: Some(30_000),
    }));
    world
        .until(
            till.ledger().list(Default::default()).await.unwrap()[0].id,
            secs(5),
            |_| world.omise.queries().count() == 1,
        )
        .await;
    let asked = world.note_questions(|_| Verdict::Pending);
    tokio::time::sleep(secs(40)).await;
    assert!(asked.all()[0] >= 29_900, "{:?}", asked.all());
    assert!(asked.all().len() > 1, "and then as usual");
}

#[tokio::test(start_paused = true)]
async fn a_provider_in_trouble_is_not_hammered_and_is_believed_again() {
    let world = World::new();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    world.omise.queries().always(|_| Err(ProviderError::Unavailable));
    tokio::time::sleep(secs(600)).await;
    let silent = world.omise.queries().count();
    assert!(
        (12..60).contains(&silent),
        "{silent} questions in ten minutes of silence"
    );
    assert_eq!(till.health(OMISE).standing, Standing::Down);
    let before = world.omise.queries().count();
    tokio::time::sleep(secs(500)).await;
    assert!(
        world.omise.queries().count() - before >= 9,
        "asked at least every 50 s"
    );
    assert_eq!(
        world.order(order.id).await.newest().unwrap().state,
        AttemptState::Awaiting,
        "silence means nothing"
    );
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    let order = world.until_state(order.id, secs(60), AttemptState::Paid).await;
    assert_eq!(flags(&order), []);
    assert_eq!(till.health(OMISE).standing, Standing::Ok);
}

#[tokio::test(start_paused = true)]
async fn a_question_that_hangs_ends_and_is_asked_again() {
    let world = World::new();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    let never = world.omise.queries().then_hang();
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    world.until_state(order.id, secs(40), AttemptState::Paid).await;
    drop(never);
}

#[tokio::test(start_paused = true)]
async fn what_the_provider_says_is_what_it_becomes() {
    for (verdict, state, raised) in [
        (Verdict::Held, AttemptState::Held, vec![Flag::Held]),
        (
            Verdict::Unrecognised("maybe".to_owned()),
            AttemptState::Awaiting,
            vec![Flag::UnrecognisedStatus],
        ),
        (
            Verdict::Contradiction("amount"),
            AttemptState::Awaiting,
            vec![Flag::Contradiction],
        ),
        (Verdict::Lapsed, AttemptState::Expired, vec![]),
        (
            Verdict::Declined(keptang_domain::order::Reason::InsufficientBalance),
            AttemptState::Failed,
            vec![],
        ),
    ] {
        let world = World::new();
        let till = world.till(1);
        let order = awaiting(&world, &till).await;
        let say = verdict.clone();
        world
            .omise
            .queries()
            .always(move |payment| Ok(report(&payment.provider_ref, say.clone())));
        tokio::time::sleep(secs(10)).await;
        let order = world.order(order.id).await;
        assert_eq!(order.newest().unwrap().state, state, "{verdict:?}");
        assert_eq!(flags(&order), raised, "{verdict:?}");
        assert_eq!((order.received(), order.state), (satang(0), OrderState::Due));
        let version = order.version;
        tokio::time::sleep(secs(60)).await;
        assert_eq!(
            world.order(order.id).await.version,
            version,
            "{verdict:?}: told again, nothing is stored again"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn two_tills_on_one_ledger_never_ask_at_once() {
    let world = World::new();
    let (one, two) = (world.till(1), world.till(2));
    let order = awaiting(&world, &one).await;
    world.omise.queries().takes(secs(3));
    let mut checks = Vec::new();
    for _ in 0..10 {
        for till in [&one, &two] {
            let (till, id) = (Till::clone(till), order.id);
            checks.push(tokio::spawn(async move { till.check(id).await }));
        }
        tokio::time::sleep(secs(7)).await;
    }
    for check in checks {
        let (_, outcome) = check.await.unwrap().unwrap();
        assert!(matches!(
            outcome,
            CheckOutcome::NothingYet | CheckOutcome::NoAnswer
        ));
    }
    assert!(
        world.omise.queries().count() >= 20,
        "{}",
        world.omise.queries().count()
    );
    assert_eq!(world.omise.queries().most_open(), 1);

    // The other goes on when one is gone.
    drop(one);
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    world.until_state(order.id, secs(60), AttemptState::Paid).await;
    drop(two);
}

#[tokio::test(start_paused = true)]
async fn a_check_says_what_it_found() {
    let world = World::new();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    let attempt = order.newest().unwrap().id;
    assert_eq!(till.check(order.id).await.unwrap().1, CheckOutcome::NothingYet);
    let watch = world.ledger.watch(attempt).await.unwrap().unwrap();
    assert_eq!(watch.nothing_found_at, Some(world.now()));
    world.omise.queries().then(Err(ProviderError::Unavailable));
    assert_eq!(till.check(order.id).await.unwrap().1, CheckOutcome::NoAnswer);
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    let (order, outcome) = till.check(order.id).await.unwrap();
    assert_eq!((outcome, order.state), (CheckOutcome::Paid, OrderState::Settled));
    assert_eq!(till.check(order.id).await.unwrap().1, CheckOutcome::Paid);
}

#[tokio::test(start_paused = true)]
async fn nobody_to_ask() {
    let world = World::with(ScriptedProvider::new(OMISE));
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    assert_eq!(till.check(order.id).await.unwrap().1, CheckOutcome::CannotAsk);
}

/// A payment that lives a minute, listened to for an hour after that.
fn hour() -> World {
    let mut world = World::new();
    world.timing.late_watch_ms = 3_600_000;
    world.omise.creates.always(|payment| {
        let mut created = accepts(payment, payment.amount);
        created.lifetime_ms = Some(60_000);
        Ok(created)
    });
    world
}

#[tokio::test(start_paused = true)]
async fn listening_ends() {
    let world = hour();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    let order = world.until_state(order.id, secs(62), AttemptState::Expired).await;
    let ended = world.now();
    let attempt = order.newest().unwrap().id;
    let order = world
        .until(order.id, secs(3_700), |order| order.newest().unwrap().closed)
        .await;
    assert!((3_599_000..3_602_000).contains(&world.now().ms_since(ended)));
    assert_eq!(order.newest().unwrap().state, AttemptState::Expired);
    assert_eq!(world.ledger.watch(attempt).await.unwrap(), None);
    let asked = world.omise.queries().count();
    tokio::time::sleep(secs(7_200)).await;
    assert_eq!(world.omise.queries().count(), asked);
    let closings = world
        .stored(order.id, |event| matches!(event, AttemptEvent::ListenClosed))
        .await;
    assert_eq!(closings, 1);
}

#[tokio::test(start_paused = true)]
async fn a_callback_after_that_is_still_asked_about() {
    for (is_paid, state, raised) in [
        (true, AttemptState::Paid, Flag::PaidLate),
        (false, AttemptState::Expired, Flag::Contradiction),
    ] {
        let world = hour();
        let till = world.till(1);
        let order = awaiting(&world, &till).await;
        let order = world
            .until(order.id, secs(3_700), |order| order.newest().unwrap().closed)
            .await;
        world.omise.queries().always(move |payment| {
            let verdict = if is_paid { paid(payment) } else { Verdict::Pending };
            Ok(report(&payment.provider_ref, verdict))
        });
        deliver(&till, seen(order.newest().unwrap())).await;
        let order = world.until_state(order.id, secs(2), state).await;
        assert_eq!(flags(&order), [raised]);
        tokio::time::sleep(secs(60)).await;
        assert_eq!(
            world.ledger.watch(order.newest().unwrap().id).await.unwrap(),
            None,
            "and then it is over again"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_was_switched_off_leaves_nothing_open_for_ever() {
    let mut world = World::new();
    world.timing.late_watch_ms = 3_600_000;
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    drop(till);
    let direct = Arc::new(ScriptedProvider::new(keptang_domain::ProviderId::PromptPayDirect));
    let _till = world.till_of(2, vec![direct]);
    tokio::time::sleep(secs(3_000)).await;
    assert_eq!(
        world.order(order.id).await.newest().unwrap().state,
        AttemptState::Awaiting
    );
    let order = world
        .until_state(order.id, secs(700), AttemptState::Expired)
        .await;
    assert_eq!(
        world.ledger.watch(order.newest().unwrap().id).await.unwrap(),
        None
    );
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_does_not_stop_the_questions() {
    let world = World::new();
    let till = world.till(1);
    let order = till.charge(charge()).await.unwrap();
    world.until_state(order.id, secs(5), AttemptState::Awaiting).await;
    let moments = world.note_questions(|_| Verdict::Pending);
    world.clock.shift(-3_600_000);
    tokio::time::sleep(secs(10)).await;
    let asked = moments.all().len();
    assert!((4..=7).contains(&asked), "asked {asked} times in ten seconds");
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_slept_asks_at_once_and_settles_what_was_paid_meanwhile() {
    let world = World::new();
    let till = world.till(1);
    let order = till.charge(charge()).await.unwrap();
    world.until_state(order.id, secs(5), AttemptState::Awaiting).await;
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    // Longer than the QR lives: the steady clock stands still while a machine sleeps.
    world.clock.shift(8 * 3_600_000);
    let order = world.until_state(order.id, secs(1), AttemptState::Paid).await;
    assert_eq!(flags(&order), [], "it was paid in time, for all the till knows");
}
