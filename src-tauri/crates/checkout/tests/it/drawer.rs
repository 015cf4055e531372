//! Cash: counted, rounded to coins that exist, with its change, and handed back.

use crate::world::{OMISE, World, charge, secs};
use keptang_checkout::{Charge, ChargeError, Particulars, RefundOrder, RouteError};
use keptang_domain::order::{AttemptState, OrderState, RefundKind, RefundReason, RefundState, Source};
use keptang_domain::{Method, Money, ProviderId};
use keptang_ports::{Ledger, NewClaim, NewOrder, WorkerId};
use keptang_testkit::builders;
use keptang_testkit::clock::TestIds;

fn cash(satang: i64, tendered: Option<i64>) -> Charge {
    Charge {
        amount: Money::from_satang(satang),
        method: Method::Cash,
        provider: None,
        particulars: Particulars {
            tendered: tendered.map(Money::from_satang),
            ..Particulars::default()
        },
        ..charge()
    }
}

#[tokio::test(start_paused = true)]
async fn a_cash_sale_is_paid_with_its_change_and_rounding() {
    let world = World::new();
    let till = world.till(1);
    let order = till.charge(cash(12_037, Some(50_000))).await.unwrap();
    assert_eq!(order.state, OrderState::Settled);
    let attempt = order.newest().unwrap();
    assert_eq!(
        (attempt.state, attempt.provider, attempt.confirmed_by),
        (AttemptState::Paid, ProviderId::Cash, Some(Source::Person))
    );
    assert_eq!(
        (
            attempt.payable.satang(),
            attempt.adjustment().satang(),
            attempt.change().unwrap().satang()
        ),
        (12_025, -12, 37_975)
    );
    assert_eq!(order.received().satang(), 12_025);
    assert!(order.flags().is_empty(), "{:?}", order.flags());
    assert_eq!(
        world.ledger.next_due().await.unwrap(),
        None,
        "nothing is followed"
    );
    assert_eq!(world.ledger.verify().await.unwrap().first_fault, None);
}

#[tokio::test(start_paused = true)]
async fn too_little_cash_opens_no_sale() {
    let world = World::new();
    let till = world.till(1);
    let refused = till.charge(cash(12_000, Some(10_000))).await.unwrap_err();
    let ChargeError::TooLittle(too_little) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(too_little.missing.satang(), 2_000);
    let refused = till.charge(cash(24, None)).await.unwrap_err();
    assert!(matches!(
        refused,
        ChargeError::Route(RouteError::AmountOutside { .. })
    ));
    assert!(
        world
            .ledger
            .list(keptang_ports::OrderFilter::default())
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn a_bill_whose_qr_failed_is_paid_in_cash() {
    let world = World::new();
    let till = world.till(1);
    let order = till.charge(charge()).await.unwrap();
    let paid = till
        .retry(order.id, Method::Cash, None, &Particulars::default())
        .await
        .unwrap();
    assert_eq!(paid.state, OrderState::Settled);
    assert_eq!(paid.newest().unwrap().provider, ProviderId::Cash);
    assert_eq!(paid.attempts[0].provider, OMISE);
}

#[tokio::test(start_paused = true)]
async fn cash_goes_back_from_the_drawer() {
    let world = World::new();
    let till = world.till(1);
    let order = till.charge(cash(10_000, None)).await.unwrap();
    let (order, refund) = till
        .refund(RefundOrder {
            order: order.id,
            amount: Some(Money::from_satang(4_000)),
            reason: RefundReason::CustomerRequest,
            by: "Som".to_owned(),
            by_transfer: None,
            attempt: None,
        })
        .await
        .unwrap();
    let refund = order.refunds.iter().find(|known| known.id == refund).unwrap();
    assert_eq!(
        (refund.kind, refund.state),
        (RefundKind::Refund, RefundState::Done)
    );
    assert_eq!(order.refunded().satang(), 4_000);
}

#[tokio::test(start_paused = true)]
async fn a_till_that_died_before_the_money_was_counted_counted_nothing() {
    let world = World::new();
    let new = NewOrder {
        at: world.now(),
        provider: ProviderId::Cash,
        claim: NewClaim {
            worker: WorkerId(99),
            lease_ms: 1_000,
        },
        ..builders::new_order(&TestIds::seeded(99))
    };
    let left = world.ledger.open_order(new).await.unwrap();
    let _till = world.till(1);
    let order = world.until_state(left.id, secs(5), AttemptState::Failed).await;
    assert_eq!((order.state, order.received()), (OrderState::Due, Money::ZERO));
}
