//! What tests of shifts, days and papers do over and over: sales whose money is there at once, and sums.

use crate::world::*;
use keptang_checkout::{Charge, Particulars, RefundOrder, Till};
use keptang_domain::day::{Cell, Totals};
use keptang_domain::order::{AttemptState, Order, RefundReason};
use keptang_domain::{BusinessDay, Method, Money};
use keptang_ports::{Ledger, TakingsFilter};
use keptang_testkit::scripted_provider::report;

/// A sale in cash by this cashier.
pub(crate) async fn cash_by(till: &Till, satang: i64, cashier: Option<&str>) -> Order {
    let charge = Charge {
        amount: Money::from_satang(satang),
        method: Method::Cash,
        cashier: cashier.map(str::to_owned),
        particulars: Particulars::default(),
        ..charge()
    };
    till.charge(charge).await.unwrap()
}

/// A sale in cash.
pub(crate) async fn cash(till: &Till, satang: i64) -> Order {
    cash_by(till, satang, None).await
}

/// A sale of 250 baht that the provider itself says is paid.
pub(crate) async fn wallet(world: &World, till: &Till) -> Order {
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    let order = till.charge(charge()).await.unwrap();
    world.until_state(order.id, secs(5), AttemptState::Paid).await
}

/// A sale that is shown to the customer and not paid.
pub(crate) async fn unpaid(world: &World, till: &Till) -> Order {
    world
        .omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, keptang_ports::Verdict::Pending)));
    let order = till.charge(charge()).await.unwrap();
    world.until_state(order.id, secs(5), AttemptState::Awaiting).await
}

pub(crate) fn give_back(order: &Order, satang: Option<i64>) -> RefundOrder {
    RefundOrder {
        order: order.id,
        amount: satang.map(Money::from_satang),
        reason: RefundReason::CustomerRequest,
        by: "Som".to_owned(),
        by_transfer: None,
        attempt: None,
    }
}

/// What the ledger's cells of a day say, or of all days.
pub(crate) async fn cells(world: &World, day: Option<BusinessDay>) -> Vec<Cell> {
    let filter = TakingsFilter {
        days: day.map(|day| (day, day)),
        ..TakingsFilter::default()
    };
    world.ledger.takings(filter).await.unwrap()
}

/// The sum of several totals, field by field.
pub(crate) fn sum<'a>(parts: impl IntoIterator<Item = &'a Totals>) -> Totals {
    let add = |one: Money, other: Money| one.checked_add(other).unwrap();
    parts.into_iter().fold(Totals::default(), |sum, part| Totals {
        orders: sum.orders + part.orders,
        gross: add(sum.gross, part.gross),
        refunds: add(sum.refunds, part.refunds),
        fees: add(sum.fees, part.fees),
        net: add(sum.net, part.net),
        adjustments: add(sum.adjustments, part.adjustments),
        suspense: add(sum.suspense, part.suspense),
        automatic: add(sum.automatic, part.automatic),
        slip: add(sum.slip, part.slip),
        manual: add(sum.manual, part.manual),
        cash: add(sum.cash, part.cash),
    })
}
