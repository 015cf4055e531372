//! Numbers of receipts and credit notes: no gaps, no twins, one of each.

use crate::books::*;
use crate::world::*;
use keptang_checkout::{ReceiptError, RefundError, Till};
use keptang_domain::day::Totals;
use keptang_domain::order::{DocumentKind, OrderState, RefundState, TransitionError};
use keptang_domain::{RefundId, Timestamp};
use keptang_ports::Ledger;
use std::collections::BTreeSet;

#[tokio::test(start_paused = true)]
async fn a_receipt_is_given_once_and_completes_the_sale() {
    let world = World::new();
    let till = world.till(1);
    let sold = cash(&till, 10_700).await;
    let (order, first) = till
        .issue_receipt(sold.id, true, Some("Som".to_owned()))
        .await
        .unwrap();
    assert_eq!(order.state, OrderState::Completed);
    assert_eq!(
        (
            first.number.as_str(),
            first.running,
            first.vat_rate_bp,
            first.kind
        ),
        ("RA26-000001", 1, Some(700), DocumentKind::Receipt)
    );
    // Another till, another setting, another day: the paper stays what it was.
    world.clock.advance(secs(86_400));
    let (_, again) = world.till(2).issue_receipt(sold.id, false, None).await.unwrap();
    assert_eq!(again, first);

    let next = cash(&till, 100).await;
    let (_, second) = till.issue_receipt(next.id, false, None).await.unwrap();
    assert_eq!(
        (second.number.as_str(), second.vat_rate_bp),
        ("RA26-000002", None)
    );
    world.assert_proven().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_paid_gets_no_receipt() {
    let world = World::new();
    let till = world.till(1);
    let order = unpaid(&world, &till).await;
    assert!(matches!(
        till.issue_receipt(order.id, false, None).await,
        Err(ReceiptError::NotPaid(OrderState::Due))
    ));
    assert!(matches!(
        till.issue_credit_note(order.id, RefundId::from_bits(1), None)
            .await,
        Err(ReceiptError::NoReceipt)
    ));
    assert_eq!(world.ledger.last_document("RA26").await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn each_year_begins_anew() {
    let world = World::new();
    let till = world.till(1);
    let old = cash(&till, 100).await;
    till.issue_receipt(old.id, false, None).await.unwrap();
    world.clock.advance(secs(86_400 * 60));
    let new = cash(&till, 100).await;
    let (_, receipt) = till.issue_receipt(new.id, false, None).await.unwrap();
    assert_eq!(receipt.number, "RA27-000001");
}

#[tokio::test(start_paused = true)]
async fn the_tax_is_that_of_the_day_of_payment() {
    let world = World::new();
    let till = world.till(1);
    // 10:00 on 31 March 1999 in Bangkok, the last day of 10 %.
    world.clock.set(Timestamp::from_ms(922_849_200_000));
    let sold = cash(&till, 11_000).await;
    world.clock.advance(secs(86_400));
    let (_, receipt) = till.issue_receipt(sold.id, true, None).await.unwrap();
    assert_eq!(
        (
            receipt.day.to_string().as_str(),
            receipt.number.as_str(),
            receipt.vat_rate_bp
        ),
        ("1999-04-01", "RA99-000001", Some(1_000))
    );
    let next = cash(&till, 11_000).await;
    let (_, receipt) = till.issue_receipt(next.id, true, None).await.unwrap();
    assert_eq!(receipt.vat_rate_bp, Some(700));
}

#[tokio::test(start_paused = true)]
async fn a_completed_sale_goes_back_with_credit_notes_at_the_rate_of_its_receipt() {
    let world = World::new();
    let till = world.till(1);
    let order = wallet(&world, &till).await;
    let (order, _) = till.issue_receipt(order.id, true, None).await.unwrap();

    let (after, part) = till.refund(give_back(&order, Some(10_000))).await.unwrap();
    assert_eq!(after.state, OrderState::Completed, "part of it went back");
    let (_, note) = till.issue_credit_note(order.id, part, None).await.unwrap();
    assert_eq!(
        (note.number.as_str(), note.refund, note.vat_rate_bp),
        ("CA26-000001", Some(part), Some(700))
    );
    let (_, again) = till.issue_credit_note(order.id, part, None).await.unwrap();
    assert_eq!(again, note);
    assert!(matches!(
        till.refund(give_back(&order, Some(15_001))).await,
        Err(RefundError::Transition(TransitionError::MoreThanReceived))
    ));

    let (after, rest) = till.refund(give_back(&order, None)).await.unwrap();
    let rest = after.refunds.iter().find(|refund| refund.id == rest).unwrap();
    assert_eq!((rest.amount, rest.state), (satang(15_000), RefundState::Done));
    assert_eq!((after.state, after.refunded()), (OrderState::Voided, SALE));
    assert!(after.receipt().is_some(), "its papers stay");
    let (_, second) = till.issue_credit_note(order.id, rest.id, None).await.unwrap();
    assert_eq!(second.number, "CA26-000002");
    assert!(matches!(
        till.issue_credit_note(order.id, RefundId::from_bits(9), None)
            .await,
        Err(ReceiptError::NotRefunded)
    ));
    world.assert_proven().await;
}

#[tokio::test(start_paused = true)]
async fn a_refund_that_may_have_failed_has_no_credit_note_yet() {
    let world = World::new();
    let till = world.till(1);
    let order = wallet(&world, &till).await;
    till.issue_receipt(order.id, false, None).await.unwrap();
    let scripts = world.omise.refund_scripts();
    scripts
        .refund
        .then(Err(keptang_ports::ProviderError::OutcomeUnknown));
    let (_, refund) = till.refund(give_back(&order, None)).await.unwrap();
    assert!(matches!(
        till.issue_credit_note(order.id, refund, None).await,
        Err(ReceiptError::NotRefunded)
    ));
}

#[tokio::test(start_paused = true)]
async fn eight_tills_and_twenty_sales_leave_no_gap() {
    let world = World::new();
    let seller = world.till(1);
    let mut orders = Vec::new();
    for _ in 0..20 {
        orders.push(cash(&seller, 100).await.id);
    }
    let tills: Vec<_> = (2..10).map(|worker| world.till(worker)).collect();
    let tasks: Vec<_> = tills
        .iter()
        .enumerate()
        .map(|(at, till)| {
            let (till, mut orders) = (Till::clone(till), orders.clone());
            // Every till issues for every sale, each in another order.
            orders.rotate_left(at * 5 % 20);
            tokio::spawn(async move {
                let mut numbers = Vec::new();
                for order in orders {
                    let (_, receipt) = till.issue_receipt(order, false, None).await.unwrap();
                    numbers.push((order, receipt.running));
                    tokio::task::yield_now().await;
                }
                numbers
            })
        })
        .collect();
    let mut given = BTreeSet::new();
    for task in tasks {
        given.extend(task.await.unwrap());
    }
    let numbers: BTreeSet<u64> = given.iter().map(|(_, running)| *running).collect();
    assert_eq!(
        given.len(),
        20,
        "whoever asks for a sale's receipt gets the same one"
    );
    assert_eq!(numbers, (1..=20).collect());
    assert_eq!(world.ledger.last_document("RA26").await.unwrap(), 20);
    let took = Totals::of(&cells(&world, None).await).unwrap();
    assert_eq!(took.gross, satang(2_000), "papers move no money");
    world.assert_proven().await;
}
