//! Callbacks that come early, late, often or in another order.

use crate::forge::Claim;
use crate::money::expect_plainly_paid;
use crate::provider::Can;
use crate::stage::{SALE, Stage};
use futures::future::join_all;
use keptang_domain::Money;
use keptang_domain::order::{AttemptState, Flag, OrderState};
use keptang_simulator::control::Action;
use keptang_simulator::faults::{Fault, WebhookVariant};

/// The customer pays, and the callback is there before the answer that names the payment.
pub(crate) async fn early(stage: &mut Stage) {
    let create = stage.endpoints().create;
    stage.fault(Fault::AutoPay { after_ms: 0 }, create).await;
    stage.fault(Fault::webhook(WebhookVariant::Early), create).await;
    stage.gate.lead_to(Some(stage.till.clone()));
    let id = stage.sell().await;
    stage.pass(2_500).await;
    let order = stage.order(id).await;
    assert_eq!(
        (order.state, order.received()),
        (OrderState::Settled, SALE),
        "{order:#?}"
    );
    assert!(order.flags().is_empty(), "{order:#?}");
    assert_eq!(stage.control.charges().await.unwrap().len(), 1);
    stage.gate.lead_to(None);
    stage.expect_true(id).await;
}

/// "Still looking" arrives after "paid".
pub(crate) async fn out_of_order(stage: &mut Stage) {
    let id = stage.sell().await;
    let attempt = stage.newest(id).await.id;
    if stage.can(Can::CallAttempt) {
        stage.act(attempt, Action::Hold).await;
    }
    stage.pay(attempt).await;
    let callbacks = stage.gate.take();
    assert!(callbacks.len() >= 2, "{callbacks:?}");
    for callback in callbacks.into_iter().rev() {
        assert_eq!(stage.deliver(callback).await.status, 200);
    }
    expect_plainly_paid(stage, id).await;
}

/// The same callback five times at once, and once more a day later.
pub(crate) async fn repeated(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.pay(stage.newest(id).await.id).await;
    let callback = stage.gate.take().pop().unwrap();
    let copies = (0..5).map(|_| stage.deliver(callback.clone()));
    for answer in join_all(copies).await {
        assert_eq!(answer.status, 200);
    }
    expect_plainly_paid(stage, id).await;
    stage.pass(60_000).await;
    assert_eq!(stage.deliver(callback).await.status, 200);
    expect_plainly_paid(stage, id).await;
}

/// Signed, about the right payment, and not true: the provider itself says otherwise, again and again.
pub(crate) async fn contradicted_by_the_provider(stage: &mut Stage) {
    let id = stage.sell().await;
    let claim = Claim::about(stage, id).await;
    assert_eq!(stage.deliver(claim.written()).await.status, 200);
    stage
        .expect(id, OrderState::Due, AttemptState::Confirming, &[])
        .await;
    for _ in 0..3 {
        stage.pass(2_500).await;
    }
    let order = stage.order(id).await;
    assert_eq!((order.state, order.received()), (OrderState::Due, Money::ZERO));
    assert!(order.flags().contains(&Flag::Contradiction), "{order:#?}");
    stage.pay(stage.newest(id).await.id).await;
    stage.learn(id).await;
    assert_eq!(stage.order(id).await.state, OrderState::Settled);
    stage.expect_true(id).await;
}
