//! A day held against the provider's list.

use crate::world::*;
use keptang_checkout::{Bucket, ReconcileError};
use keptang_domain::order::{AttemptState, Order};
use keptang_domain::{DayCutoff, Money, Timestamp};
use keptang_ports::{ProviderError, StatementLine};
use keptang_testkit::scripted_provider::{ScriptedProvider, reference_of, report};

fn listed() -> World {
    World::with(ScriptedProvider::able(OMISE, reading).with_statement())
}

fn line(order: &Order, amount: Money, paid: bool) -> StatementLine {
    let attempt = order.newest().unwrap();
    StatementLine {
        provider_ref: reference_of(attempt.id),
        our_ref: Some(attempt.id),
        created_at: Some(order.created_at),
        amount: Some(amount),
        paid,
        word: if paid { "successful" } else { "pending" }.to_owned(),
    }
}

fn stranger(reference: &str, at: Timestamp) -> StatementLine {
    StatementLine {
        provider_ref: reference.to_owned(),
        our_ref: None,
        created_at: Some(at),
        amount: Some(SALE),
        paid: true,
        word: "successful".to_owned(),
    }
}

async fn sale(world: &World, till: &keptang_checkout::Till, is_paid: bool) -> Order {
    world.omise.queries().always(move |payment| {
        let verdict = if is_paid {
            paid(payment)
        } else {
            keptang_ports::Verdict::Pending
        };
        Ok(report(&payment.provider_ref, verdict))
    });
    let order = till.charge(charge()).await.unwrap();
    let hoped = if is_paid {
        AttemptState::Paid
    } else {
        AttemptState::Awaiting
    };
    world.until_state(order.id, secs(5), hoped).await
}

#[tokio::test(start_paused = true)]
async fn every_payment_lands_in_its_bucket() {
    let world = listed();
    let till = world.till(1);
    let paid = sale(&world, &till, true).await;
    let dearer = sale(&world, &till, true).await;
    let gone = sale(&world, &till, true).await;
    let open = sale(&world, &till, false).await;
    let late = sale(&world, &till, false).await;
    // Never reached the provider and is not there: nothing to say about it.
    world.omise.creates.then(Err(ProviderError::NotSent));
    let unsent = till.charge(charge()).await.unwrap();
    world.until_state(unsent.id, secs(1), AttemptState::Failed).await;

    let day = paid.opening.business_day;
    let begins = day.starts_at(DayCutoff::DEFAULT);
    let lines = vec![
        line(&paid, SALE, true),
        line(&dearer, satang(30_000), true),
        line(&open, SALE, false),
        line(&late, SALE, true),
        stranger("chrg_nobody", begins),
        stranger("chrg_yesterday", begins.plus_ms(-1)),
        stranger("chrg_tomorrow", day.next().starts_at(DayCutoff::DEFAULT)),
    ];
    world.omise.statements().always(move |_| Ok(lines.clone()));
    let items = till.reconcile(OMISE, day).await.unwrap();
    let bucket_of = |order: &Order| {
        items
            .iter()
            .find(|item| item.order.as_ref() == Some(&order.opening.number))
            .map(|item| item.bucket)
    };
    assert_eq!(bucket_of(&paid), Some(Bucket::Agree));
    assert_eq!(bucket_of(&dearer), Some(Bucket::AmountDiffers));
    assert_eq!(bucket_of(&gone), Some(Bucket::OnlyOurs));
    assert_eq!(bucket_of(&open), Some(Bucket::Agree));
    assert_eq!(bucket_of(&late), Some(Bucket::StateDiffers));
    assert_eq!(bucket_of(&unsent), None);
    let theirs: Vec<_> = items
        .iter()
        .filter(|item| item.bucket == Bucket::OnlyTheirs)
        .collect();
    assert_eq!(theirs.len(), 1, "neighbouring days are not this day's business");
    assert_eq!(theirs[0].provider_ref.as_deref(), Some("chrg_nobody"));
    let (from, to) = world.omise.statements().asked()[0];
    assert!(
        from < begins && to > day.next().starts_at(DayCutoff::DEFAULT),
        "asked a little beyond both edges"
    );
}

#[tokio::test(start_paused = true)]
async fn a_list_that_cannot_be_read_is_no_agreement() {
    let world = listed();
    let till = world.till(1);
    world.omise.statements().then(Err(ProviderError::Unavailable));
    let day = world.now().business_day(DayCutoff::DEFAULT);
    assert!(matches!(
        till.reconcile(OMISE, day).await,
        Err(ReconcileError::Provider(ProviderError::Unavailable))
    ));
    let without = World::new();
    let till = without.till(1);
    assert!(matches!(
        till.reconcile(OMISE, day).await,
        Err(ReconcileError::NoStatement(_))
    ));
    assert!(till.reconcilable().is_empty());
}
