//! A little history with something of everything in it, for proofs and for the files kept from each release.

use crate::builders::{accepted, after_ms, another_attempt, baht, confirmed, evidence, new_order, of};
use crate::clock::{START, TestIds};
use crate::ledger_contract::change;
use keptang_domain::order::{AttemptEvent, Order, OrderEvent, RefundKind, RefundReason, RefundState};
use keptang_domain::{ProviderId, RefundId};
use keptang_ports::{Ids, Ledger, NewOrder, Person, Role};

async fn record(ledger: &dyn Ledger, order: &mut Order, event: OrderEvent) {
    let change = change(
        order,
        event,
        after_ms(1_000 * i64::try_from(order.version).expect("few events")),
    );
    *order = change.after.clone();
    ledger
        .commit(vec![change], None)
        .await
        .expect("nobody else writes this ledger");
}

/// Writes two orders, 15 events, and one person into an empty ledger: a sale paid in two parts and partly voided, and
/// one paid on its second try.
pub async fn write_history(ledger: &dyn Ledger) {
    let ids = TestIds::default();
    let new = NewOrder {
        note: Some("ชาเย็น".to_owned()),
        cashier: Some("nok".to_owned()),
        ..new_order(&ids)
    };
    let mut paid = ledger
        .open_order(new)
        .await
        .expect("nobody else writes this ledger");
    let event = accepted(&paid, "chrg_1");
    record(ledger, &mut paid, event).await;
    let attempt = paid.attempts[0].id;
    let part = AttemptEvent::Short {
        evidence: evidence("part", baht(100)),
    };
    record(ledger, &mut paid, of(attempt, part)).await;
    let rest = AttemptEvent::Confirmed {
        evidence: evidence("rest", baht(150)),
    };
    record(ledger, &mut paid, of(attempt, rest)).await;
    let refund = RefundId::from_bits(ids.next_id());
    let asked = OrderEvent::RefundRequested {
        refund,
        attempt,
        amount: baht(50),
        kind: RefundKind::Refund,
        reason: RefundReason::CustomerRequest,
        by: "owner".to_owned(),
    };
    record(ledger, &mut paid, asked).await;
    let done = OrderEvent::RefundResolved {
        refund,
        state: RefundState::Done,
        kind: RefundKind::Void,
        provider_ref: Some("rfnd_1".to_owned()),
    };
    record(ledger, &mut paid, done).await;

    let mut retried = ledger
        .open_order(new_order(&ids))
        .await
        .expect("nobody else writes this ledger");
    let event = another_attempt(&retried, ProviderId::JwtGateway, &ids);
    record(ledger, &mut retried, event).await;
    let submitted = of(retried.attempts[1].id, AttemptEvent::SubmitStarted);
    record(ledger, &mut retried, submitted).await;
    let event = accepted(&retried, "jwt_1");
    record(ledger, &mut retried, event).await;
    let event = confirmed(&retried, "jwt_1");
    record(ledger, &mut retried, event).await;

    let owner = Person {
        name: "owner".to_owned(),
        role: Role::Owner,
        pin_hash: "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA".to_owned(),
        disabled: false,
        wrong_pins: 0,
        locked_until: None,
    };
    ledger
        .put_person(owner, None, START)
        .await
        .expect("nobody else writes this ledger");
}
