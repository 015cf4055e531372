//! What a person has to look at, and what was said about it.

use crate::books::*;
use crate::slips_stage::{OURS, Shop, THEIRS, code, show};
use crate::world::*;
use keptang_checkout::{
    Bucket, Item, ItemKey, OrderIssue, Outcome, ReviewError, ReviewItem, ReviewKind, SlipDetail, SlipsOfDay,
    Till,
};
use keptang_domain::order::{AttemptState, ConfirmReason, Flag, Order};
use keptang_domain::{BusinessDay, Money, ProviderId, RefundId};
use keptang_ports::{AuditLine, Ledger, ProviderError, Refunded};
use keptang_testkit::scripted_provider::{ScriptedProvider, report};

fn owner() -> String {
    "Mali".to_owned()
}

async fn kinds(till: &Till, day: BusinessDay) -> Vec<(ReviewKind, bool)> {
    let items = till.exceptions(day).await.unwrap();
    items
        .iter()
        .map(|item| (item.kind, item.settled.is_some()))
        .collect()
}

async fn accept(till: &Till, item: &ReviewItem) {
    till.settle_item(&item.key, Outcome::Accepted, "", owner())
        .await
        .unwrap();
}

/// A bill that was called off, and whose money comes all the same.
async fn suspended(world: &World, till: &Till) -> Order {
    let order = unpaid(world, till).await;
    till.cancel(order.id, None).await.unwrap();
    let order = world
        .until_state(order.id, secs(5), AttemptState::Cancelled)
        .await;
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    deliver(till, seen(order.newest().unwrap())).await;
    world
        .until(order.id, secs(10), |order| order.received().is_positive())
        .await
}

#[tokio::test(start_paused = true)]
async fn a_word_by_hand_is_looked_at_and_a_later_callback_does_not_open_it_again() {
    let world = World::new();
    let till = world.till(1);
    let day = till.today();
    let order = unpaid(&world, &till).await;
    let order = till
        .confirm(order.id, "Nok".to_owned(), ConfirmReason::PhoneCall, None)
        .await
        .unwrap();
    let items = till.exceptions(day).await.unwrap();
    let [item] = &items[..] else { panic!("{items:?}") };
    assert_eq!(item.kind, ReviewKind::Flag(Flag::ManualConfirm));
    assert_eq!(item.key.to_string(), format!("order:{}:manual_confirm", order.id));
    assert_eq!(
        (item.amount, item.order_number.as_ref()),
        (Some(SALE), Some(&order.opening.number))
    );
    assert_eq!(
        (item.detail["by"].as_str(), item.detail["reason"].as_str()),
        ("Nok", "phone_call")
    );
    accept(&till, item).await;

    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    deliver(&till, seen(order.newest().unwrap())).await;
    world
        .until(order.id, secs(10), |order| {
            !order.newest().unwrap().evidence.is_empty()
        })
        .await;
    assert_eq!(
        kinds(&till, day).await,
        [(ReviewKind::Flag(Flag::ManualConfirm), true)]
    );
}

#[tokio::test(start_paused = true)]
async fn a_word_needs_a_reason_and_a_thing_and_may_be_said_again() {
    let world = World::new();
    let till = world.till(1);
    let order = suspended(&world, &till).await;
    let key = ItemKey::Order(order.id, OrderIssue::Suspense);
    let long = "ก".repeat(501);
    for (outcome, note) in [
        (Outcome::Explained, ""),
        (Outcome::Wait, "  "),
        (Outcome::Accepted, &long),
    ] {
        assert!(matches!(
            till.settle_item(&key, outcome, note, owner()).await,
            Err(ReviewError::Note)
        ));
    }
    for nothing in [
        ItemKey::Order(order.id, OrderIssue::Flag(Flag::Overpaid)),
        ItemKey::Payout(RefundId::from_bits(1)),
        ItemKey::Refund(RefundId::from_bits(1)),
        ItemKey::Shift {
            counter: "A".to_owned(),
            number: 1,
        },
    ] {
        assert!(
            matches!(
                till.settle_item(&nothing, Outcome::Accepted, "", owner()).await,
                Err(ReviewError::NoSuchItem)
            ),
            "{nothing}"
        );
    }
    till.settle_item(&key, Outcome::Wait, "asking the bank", owner())
        .await
        .unwrap();
    let item = till
        .settle_item(&key, Outcome::Explained, "customer was told", "Som".to_owned())
        .await
        .unwrap();
    let settled = item.settled.unwrap();
    assert_eq!(
        (settled.outcome, settled.by.as_str(), settled.note.as_str()),
        (Outcome::Explained, "Som", "customer was told")
    );
    let history: Vec<Outcome> = till
        .settlements(&key)
        .await
        .unwrap()
        .iter()
        .map(|settled| settled.outcome)
        .collect();
    assert_eq!(history, [Outcome::Wait, Outcome::Explained]);
}

#[tokio::test(start_paused = true)]
async fn money_for_a_bill_that_was_called_off_is_on_the_day_it_came() {
    let world = World::new();
    let till = world.till(1);
    let first = till.today();
    let order = suspended(&world, &till).await;
    let items = till.exceptions(first).await.unwrap();
    let suspense = items
        .iter()
        .find(|item| item.kind == ReviewKind::Suspense)
        .unwrap();
    assert_eq!((suspense.amount, suspense.order), (Some(SALE), Some(order.id)));
    accept(&till, suspense).await;

    // Its money goes back the day after: then nothing is suspended any more, on any day.
    world.clock.advance(secs(86_400));
    till.refund(give_back(&order, None)).await.unwrap();
    for day in [first, first.next()] {
        let kinds = kinds(&till, day).await;
        assert!(
            kinds.iter().all(|(kind, _)| *kind != ReviewKind::Suspense),
            "{day}: {kinds:?}"
        );
    }
    // What stays flagged is seen on both days: it was opened on one, and its money moved on the other.
    let late = (ReviewKind::Flag(Flag::PaidLate), false);
    assert!(kinds(&till, first).await.contains(&late));
    assert!(kinds(&till, first.next()).await.contains(&late));
}

#[tokio::test(start_paused = true)]
async fn more_money_opens_a_settled_thing_again() {
    let world = World::new();
    let till = world.till(1);
    let day = till.today();
    let order = till.charge(charge()).await.unwrap();
    let order = world.until_state(order.id, secs(2), AttemptState::Awaiting).await;
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid_as("p1", satang(30_000)))));
    deliver(&till, seen(order.newest().unwrap())).await;
    world
        .until(order.id, secs(10), |order| order.received() == satang(30_000))
        .await;
    let items = till.exceptions(day).await.unwrap();
    assert_eq!(
        (items[0].kind, items[0].amount),
        (ReviewKind::Flag(Flag::Overpaid), Some(satang(5_000)))
    );
    accept(&till, &items[0]).await;
    assert_eq!(
        kinds(&till, day).await,
        [(ReviewKind::Flag(Flag::Overpaid), true)]
    );
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid_as("p1", satang(40_000)))));
    deliver(&till, seen(order.newest().unwrap())).await;
    world
        .until(order.id, secs(30), |order| order.received() == satang(40_000))
        .await;
    assert_eq!(
        kinds(&till, day).await,
        [(ReviewKind::Flag(Flag::Overpaid), false)]
    );
}

#[tokio::test(start_paused = true)]
async fn a_refund_whose_answer_was_lost_is_on_the_day_it_was_asked_for() {
    let world = World::new();
    let till = world.till(1);
    let order = wallet(&world, &till).await;
    let first = till.today();
    world.clock.advance(secs(86_400));
    let scripts = world.omise.refund_scripts();
    scripts.refund.then(Err(ProviderError::OutcomeUnknown));
    let (_, refund) = till.refund(give_back(&order, Some(10_000))).await.unwrap();
    assert_eq!(kinds(&till, first).await, []);
    let items = till.exceptions(first.next()).await.unwrap();
    let [item] = &items[..] else { panic!("{items:?}") };
    assert_eq!(
        (item.kind, &item.key, item.amount),
        (
            ReviewKind::RefundUnknown,
            &ItemKey::Refund(refund),
            Some(satang(10_000))
        )
    );
    accept(&till, item).await;
    assert_eq!(
        kinds(&till, first.next()).await,
        [(ReviewKind::RefundUnknown, true)]
    );
    // Once its end is known there is nothing to look at any more.
    scripts.find.always(|_| {
        Ok(Some(Refunded {
            kind: keptang_domain::order::RefundKind::Refund,
            provider_ref: "rfnd-1".to_owned(),
        }))
    });
    till.resolve_refunds(order.id).await.unwrap();
    assert_eq!(kinds(&till, first.next()).await, []);
}

fn differing(order: &str, theirs: i64) -> Item {
    Item {
        bucket: Bucket::AmountDiffers,
        order: Some(order.to_owned()),
        provider_ref: Some(format!("pay-{order}")),
        our_amount: Some(SALE),
        their_amount: Some(Money::from_satang(theirs)),
        our_state: Some(AttemptState::Paid),
        their_state: Some("success\u{7}ful".to_owned()),
    }
}

#[tokio::test(start_paused = true)]
async fn of_comparisons_the_newest_counts_and_a_word_stands_while_nothing_changes() {
    let world = World::new();
    let till = world.till(1);
    let day = till.today();
    let order = wallet(&world, &till).await;
    let number = order.opening.number.clone();
    let agree = Item {
        bucket: Bucket::Agree,
        ..differing(&number, 25_000)
    };
    let items = [agree.clone(), differing(&number, 1), differing("A-9999", 2)];
    till.note_reconciled(OMISE, day, &items, Some(owner()))
        .await
        .unwrap();
    let found = till.exceptions(day).await.unwrap();
    let keys: Vec<String> = found.iter().map(|item| item.key.to_string()).collect();
    assert_eq!(
        keys,
        [
            format!("reconcile:{day}:omise_truemoney:1"),
            format!("reconcile:{day}:omise_truemoney:2"),
        ]
    );
    assert_eq!((found[0].order, found[1].order), (Some(order.id), None));
    assert_eq!(found[0].detail["their_state"], "successful");
    for item in &found {
        accept(&till, item).await;
    }
    // The same again, and one more: only that one is new.
    let items = [
        differing("A-9999", 2),
        differing("A-7777", 3),
        differing(&number, 1),
    ];
    till.note_reconciled(OMISE, day, &items, None).await.unwrap();
    till.note_reconciled(ProviderId::JwtGateway, day, &[differing("A-1", 5)], None)
        .await
        .unwrap();
    let open: Vec<String> = till
        .exceptions(day)
        .await
        .unwrap()
        .into_iter()
        .filter(|item| item.settled.is_none())
        .map(|item| item.key.to_string())
        .collect();
    assert_eq!(
        open,
        [
            format!("reconcile:{day}:jwt_gateway:1"),
            format!("reconcile:{day}:omise_truemoney:3"),
        ]
        .map(String::from)
    );
    // Other sums for the same payment are another thing; what agrees is none.
    till.note_reconciled(OMISE, day, &[agree, differing("A-9999", 4)], None)
        .await
        .unwrap();
    till.note_reconciled(ProviderId::JwtGateway, day, &[], None)
        .await
        .unwrap();
    let left = till.exceptions(day).await.unwrap();
    let [item] = &left[..] else { panic!("{left:?}") };
    assert_eq!(
        (item.key.to_string(), item.settled.is_some()),
        (format!("reconcile:{day}:omise_truemoney:4"), false)
    );
}

#[tokio::test(start_paused = true)]
async fn slips_that_were_stopped_and_what_they_would_have_cost() {
    let shop = Shop::new();
    let till = shop.till(1);
    let day = till.today();
    let [one, two, three] = [
        shop.bill(&till, satang(10_000)).await,
        shop.bill(&till, satang(20_000)).await,
        shop.bill(&till, satang(40_000)).await,
    ];
    show(&till, shop.pays("R1", satang(10_000)), Some(&one)).await;
    // The same slip for another bill, twice: judged here, counted as one saved bill.
    show(&till, code("004", "R1"), Some(&two)).await;
    show(&till, code("004", "R1"), Some(&two)).await;
    // Somebody else's account; then the right slip comes, so nothing was saved on that bill.
    let wrong = shop.transfers("004", "R2", satang(40_000), shop.now(), THEIRS);
    show(&till, wrong, Some(&three)).await;
    let right = shop.transfers("004", "R3", satang(40_000), shop.now(), OURS);
    show(&till, right, Some(&three)).await;
    // One that waits for its bank.
    show(&till, code("002", "R4"), Some(&two)).await;
    assert_eq!(
        till.slips_of_day(day).await.unwrap(),
        SlipsOfDay {
            shown: 6,
            accepted: 2,
            stopped: 3,
            stopped_amount: satang(20_000),
            calls_saved: 2,
        }
    );
    assert_eq!(
        till.slips_of_day(day.next()).await.unwrap(),
        SlipsOfDay::default()
    );
    let waiting: Vec<ReviewKind> = till
        .exceptions(day)
        .await
        .unwrap()
        .iter()
        .map(|item| item.kind)
        .collect();
    assert_eq!(waiting, [ReviewKind::SlipWaiting]);
}

#[test]
fn a_slip_of_an_older_till_counts_as_asked() {
    assert!(SlipDetail::from_json(r#"{"verdict":"accepted"}"#).asked);
}

#[tokio::test(start_paused = true)]
async fn a_payout_whose_end_is_not_known() {
    let world = World::new();
    let till = world.till(1);
    let day = till.today();
    let id = RefundId::from_bits(77);
    let line = |what: &str, detail: String| AuditLine {
        at: world.now(),
        by: Some(owner()),
        what: what.to_owned(),
        subject: id.to_string(),
        detail,
    };
    let requested = format!(
        r#"{{"provider":"jwt_gateway","label":"main","amount_satang":50000,"business_day":"{day}"}}"#
    );
    world
        .ledger
        .note(line("payout_requested", requested), None)
        .await
        .unwrap();
    let items = till.exceptions(day).await.unwrap();
    let [item] = &items[..] else { panic!("{items:?}") };
    assert_eq!(
        (item.kind, &item.key, item.amount),
        (
            ReviewKind::PayoutUnknown,
            &ItemKey::Payout(id),
            Some(satang(50_000))
        )
    );
    accept(&till, item).await;
    assert_eq!(kinds(&till, day).await, [(ReviewKind::PayoutUnknown, true)]);
    till.settle_payout(id, true, owner()).await.unwrap();
    assert_eq!(kinds(&till, day).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_provider_without_faults_leaves_nothing_to_look_at() {
    let world = World::with(ScriptedProvider::able(OMISE, reading));
    let till = world.till(1);
    wallet(&world, &till).await;
    cash(&till, 100).await;
    assert_eq!(kinds(&till, till.today()).await, []);
}
