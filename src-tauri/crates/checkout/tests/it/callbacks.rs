//! Callbacks: stored before they are answered, believed only after a question, credited once.

use crate::world::*;
use futures::future::join_all;
use keptang_domain::order::{AttemptEvent, AttemptState, Flag, Order, OrderEvent, OrderState};
use keptang_ports::{Created, Ledger, Report, Verdict};
use keptang_testkit::scripted_provider::{accepts, reference_of, report};

async fn awaiting(world: &World, till: &keptang_checkout::Till) -> Order {
    let order = till.charge(charge()).await.unwrap();
    world.until_state(order.id, secs(1), AttemptState::Awaiting).await
}

fn confirmations(event: &AttemptEvent) -> bool {
    matches!(event, AttemptEvent::Confirmed { .. })
}

#[tokio::test(start_paused = true)]
async fn a_callback_is_asked_about_at_once() {
    let world = World::new();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    tokio::time::sleep(secs(400)).await;
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    let begun = world.now();
    assert_eq!(deliver(&till, seen(order.newest().unwrap())).await.status, 200);
    assert_eq!(
        world.order(order.id).await.newest().unwrap().state,
        AttemptState::Confirming,
        "answered only after it is stored"
    );
    world.until_state(order.id, secs(1), AttemptState::Paid).await;
    assert!(
        world.now().ms_since(begun) <= 40,
        "the next poll was ten seconds away"
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_provider_said_is_kept_with_what_the_till_made_of_it() {
    let world = World::new();
    let till = world.till(1);
    world.omise.creates.always(|payment| {
        Ok(Created {
            said: Some(r#"{"answer":"created"}"#.to_owned()),
            ..accepts(payment, SALE)
        })
    });
    let order = awaiting(&world, &till).await;
    world.omise.queries().always(|payment| {
        Ok(Report {
            said: Some(r#"{"answer":"paid"}"#.to_owned()),
            ..report(&payment.provider_ref, paid(payment))
        })
    });
    let callback = seen(order.newest().unwrap());
    let body = String::from_utf8(callback.body.clone()).unwrap();
    assert_eq!(deliver(&till, callback).await.status, 200);
    world.until_state(order.id, secs(1), AttemptState::Paid).await;
    let history = world.ledger.history(order.id).await.unwrap();
    let kept: Vec<_> = history
        .iter()
        .filter_map(|past| match &past.event {
            OrderEvent::Attempt { said, .. } => said.clone(),
            _ => None,
        })
        .collect();
    assert_eq!(
        kept,
        [
            r#"{"answer":"created"}"#.to_owned(),
            format!("{{\"callback\":\"{body}\"}}"),
            r#"{"answer":"paid"}"#.to_owned(),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_callback_before_the_create_answer_credits_once() {
    let world = World::new();
    let till = world.till(1);
    let release = world.omise.creates.then_hang();
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    let order = till.charge(charge()).await.unwrap();
    tokio::time::sleep(secs(2)).await;
    let attempt = order.newest().unwrap();
    assert_eq!(deliver(&till, seen(attempt)).await.status, 200);
    assert_eq!(
        world.order(order.id).await.newest().unwrap().state,
        AttemptState::Confirming
    );
    tokio::time::sleep(secs(2)).await;
    assert_eq!(
        world.omise.queries().count(),
        0,
        "whoever creates also asks first"
    );

    let payment = world.omise.creates.asked().remove(0);
    assert!(release.send(Ok(accepts(&payment, SALE))).is_ok());
    let order = world.until_state(order.id, secs(1), AttemptState::Paid).await;
    assert_eq!(order.received(), SALE);
    assert_eq!(world.stored(order.id, confirmations).await, 1);
    assert_eq!(flags(&order), []);
}

#[tokio::test(start_paused = true)]
async fn five_callbacks_at_once_credit_once() {
    let world = World::new();
    let (till, other) = (world.till(1), world.till(2));
    let order = awaiting(&world, &till).await;
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    let attempt = order.newest().unwrap();
    let answers =
        join_all((0..5).map(|n| deliver(if n % 2 == 0 { &till } else { &other }, seen(attempt)))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let order = world.until_state(order.id, secs(1), AttemptState::Paid).await;
    tokio::time::sleep(secs(60)).await;
    let order = world.order(order.id).await;
    assert_eq!((order.received(), order.state), (SALE, OrderState::Settled));
    assert_eq!(world.stored(order.id, confirmations).await, 1);
    assert_eq!(flags(&order), []);

    // Told again for days, a paid sale stays as it is.
    let version = order.version;
    assert_eq!(deliver(&till, seen(attempt)).await.status, 200);
    tokio::time::sleep(secs(60)).await;
    assert_eq!(world.order(order.id).await.version, version);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_believed_changes_nothing() {
    let world = World::new();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    let attempt = order.newest().unwrap();
    let mut elsewhere = seen(attempt);
    elsewhere.provider = keptang_domain::ProviderId::JwtGateway;
    let table = [
        // Forged.
        (notice("paid".to_owned()), 401),
        (notice(String::new()), 401),
        // Not readable.
        (
            keptang_ports::RawNotice {
                body: vec![0xff, 0xfe],
                ..notice(String::new())
            },
            400,
        ),
        // Signed, but about nothing of ours: nothing to store, and no reason to send it again.
        (notice("seen pay-somebody-elses".to_owned()), 200),
        // Signed, names our attempt with another payment's reference.
        (notice(format!("seen pay-somebody-elses {}", attempt.id)), 200),
        // Signed, and claims no success.
        (notice(format!("told {}", reference_of(attempt.id))), 200),
        // For a provider that is not there.
        (elsewhere, 404),
    ];
    for (raw, status) in table {
        let said = String::from_utf8_lossy(&raw.body).into_owned();
        assert_eq!(deliver(&till, raw).await.status, status, "{said:?}");
        tokio::time::sleep(secs(3)).await;
        let now = world.order(order.id).await;
        assert_eq!(now.version, order.version, "{said:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_forged_callback_causes_no_question() {
    let world = World::new();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    tokio::time::sleep(secs(400)).await;
    let watch = world.ledger.watch(order.newest().unwrap().id).await.unwrap();
    for _ in 0..50 {
        deliver(&till, notice("paid".to_owned())).await;
    }
    assert_eq!(
        world.ledger.watch(order.newest().unwrap().id).await.unwrap(),
        watch,
        "nobody can make the till ask more often"
    );
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_the_provider_itself_contradicts_settles_nothing() {
    let world = World::new();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    // Many questions before the callback: none of them was a doubt.
    tokio::time::sleep(secs(50)).await;
    let asked = world.note_questions(|_| Verdict::Pending);
    deliver(&till, seen(order.newest().unwrap())).await;

    let order = world
        .until(order.id, secs(30), |order| !order.flags().is_empty())
        .await;
    assert_eq!(flags(&order), [Flag::Contradiction]);
    assert_eq!(asked.all().len(), 3, "asked again before it is doubted");
    assert_eq!(order.newest().unwrap().state, AttemptState::Confirming);
    assert_eq!(order.received(), satang(0));

    tokio::time::sleep(secs(60)).await;
    assert!(asked.all().len() > 5, "and asked on");
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    let order = world.until_state(order.id, secs(20), AttemptState::Paid).await;
    assert_eq!(flags(&order), [Flag::Contradiction]);
}

#[tokio::test(start_paused = true)]
async fn a_callback_for_a_payment_the_provider_does_not_know_is_a_contradiction() {
    let world = World::new();
    let till = world.till(1);
    world
        .omise
        .creates
        .then(Err(keptang_ports::ProviderError::OutcomeUnknown));
    let order = till.charge(charge()).await.unwrap();
    deliver(&till, seen(order.newest().unwrap())).await;
    let order = world
        .until(order.id, secs(60), |order| !order.flags().is_empty())
        .await;
    assert_eq!(flags(&order), [Flag::Contradiction]);
    assert_eq!(order.newest().unwrap().state, AttemptState::Confirming);
}

#[tokio::test(start_paused = true)]
async fn one_payment_reported_for_two_sales_is_credited_to_one() {
    let world = World::new();
    let till = world.till(1);
    let first = awaiting(&world, &till).await;
    let second = awaiting(&world, &till).await;
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid_as("one-and-the-same", SALE))));
    tokio::time::sleep(secs(30)).await;
    let (first, second) = (world.order(first.id).await, world.order(second.id).await);
    assert_eq!(
        (first.received().satang() + second.received().satang()),
        SALE.satang(),
        "credited once"
    );
    let cheated = if first.received() == SALE { second } else { first };
    assert_eq!(flags(&cheated), [Flag::Contradiction]);
    assert_eq!(cheated.state, OrderState::Due);
    world.assert_proven().await;
}
