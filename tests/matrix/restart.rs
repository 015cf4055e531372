//! A till that dies in every state an attempt can be in, and another that takes over its books.
//!
//! `prepared` is missing: it is never on disk alone, for the submission is stored in the same transaction.

use crate::money::expect_plainly_paid;
use crate::provider::Can;
use crate::stage::{BEYOND_EXPIRY_MS, Stage};
use crate::wire::expect_adopted;
use keptang_domain::OrderId;
use keptang_domain::order::{AttemptState, Flag, OrderState};
use keptang_simulator::control::{ActRequest, Action};
use keptang_simulator::faults::Fault;

/// Late money after the restart is recorded, once.
async fn expect_late_money_counted(stage: &Stage, id: OrderId, order: OrderState, flags: &[Flag]) {
    stage.pay(stage.newest(id).await.id).await;
    stage.learn(id).await;
    stage.expect(id, order, AttemptState::Paid, flags).await;
    stage.expect_true(id).await;
}

/// The request is on its way; the till that sent it never hears the answer.
pub(crate) async fn submitted(stage: &mut Stage) {
    let create = stage.endpoints().create;
    stage.fault(Fault::Hang, create).await;
    let id = stage.till.charge(stage.charge()).await.unwrap().id;
    stage.until_asked(create, 1).await;
    assert_eq!(stage.newest(id).await.state, AttemptState::Submitted);
    stage.restart().await;
    stage.control.release().await.unwrap();
    expect_adopted(stage, id).await;
}

/// The same QR and the same end are there again.
pub(crate) async fn awaiting(stage: &mut Stage) {
    let id = stage.sell().await;
    let before = stage.newest(id).await;
    assert_eq!(before.state, AttemptState::Awaiting);
    stage.restart().await;
    assert_eq!(stage.newest(id).await, before);
    if stage.can(Can::BeCalled) {
        stage.pay(before.id).await;
        stage.learn(id).await;
        expect_plainly_paid(stage, id).await;
    } else {
        stage.vouch(id).await;
        stage
            .expect(
                id,
                OrderState::Settled,
                AttemptState::Paid,
                &[Flag::ManualConfirm],
            )
            .await;
    }
}

pub(crate) async fn confirming(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.pay(stage.newest(id).await.id).await;
    stage.break_questions().await;
    stage.deliver_all().await;
    assert_eq!(stage.newest(id).await.state, AttemptState::Confirming);
    stage.restart().await;
    assert_eq!(stage.newest(id).await.state, AttemptState::Confirming);
    stage.repair().await;
    stage.learn(id).await;
    expect_plainly_paid(stage, id).await;
}

pub(crate) async fn cancelling(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.break_questions().await;
    stage.cancel(id).await;
    stage
        .expect(id, OrderState::Due, AttemptState::Cancelling, &[])
        .await;
    stage.restart().await;
    stage
        .expect(id, OrderState::Due, AttemptState::Cancelling, &[])
        .await;
    stage.repair().await;
    stage.learn(id).await;
    stage
        .expect(id, OrderState::Voided, AttemptState::Cancelled, &[])
        .await;
    expect_late_money_counted(stage, id, OrderState::Voided, &[Flag::PaidLate]).await;
}

pub(crate) async fn unknown(stage: &mut Stage) {
    stage.fault(Fault::CutAfter, stage.endpoints().create).await;
    stage.break_questions().await;
    let id = stage.sell().await;
    assert_eq!(stage.newest(id).await.state, AttemptState::Unknown);
    stage.restart().await;
    stage.repair().await;
    expect_adopted(stage, id).await;
}

pub(crate) async fn held(stage: &mut Stage) {
    let id = stage.sell().await;
    let attempt = stage.newest(id).await.id;
    let says = |word: &str| ActRequest {
        status: Some(word.to_owned()),
        ..ActRequest::default()
    };
    stage.act_with(attempt, Action::SetStatus, says("aml_lock")).await;
    stage.learn(id).await;
    stage
        .expect(id, OrderState::Due, AttemptState::Held, &[Flag::Held])
        .await;
    stage.restart().await;
    stage
        .expect(id, OrderState::Due, AttemptState::Held, &[Flag::Held])
        .await;
    stage.act_with(attempt, Action::SetStatus, says("paid")).await;
    stage.learn(id).await;
    stage
        .expect(id, OrderState::Settled, AttemptState::Paid, &[Flag::Held])
        .await;
    stage.expect_true(id).await;
}

/// What is paid stays as it is, whatever is told again.
pub(crate) async fn paid(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.pay(stage.newest(id).await.id).await;
    let callbacks = stage.gate.take();
    for callback in &callbacks {
        stage.deliver(callback.clone()).await;
    }
    expect_plainly_paid(stage, id).await;
    let before = stage.order(id).await;
    stage.restart().await;
    for callback in callbacks {
        stage.deliver(callback).await;
    }
    stage.learn(id).await;
    assert_eq!(stage.order(id).await, before);
}

pub(crate) async fn failed(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.act(stage.newest(id).await.id, Action::Fail).await;
    stage.learn(id).await;
    stage.restart().await;
    stage.expect(id, OrderState::Due, AttemptState::Failed, &[]).await;
    // Money after a "no" of the provider is a contradiction, not a matter of time.
    expect_late_money_counted(stage, id, OrderState::Settled, &[Flag::Contradiction]).await;
}

pub(crate) async fn expired(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.pass(BEYOND_EXPIRY_MS).await;
    stage.restart().await;
    stage
        .expect(id, OrderState::Due, AttemptState::Expired, &[])
        .await;
    expect_late_money_counted(stage, id, OrderState::Settled, &[Flag::PaidLate]).await;
}

pub(crate) async fn cancelled(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.cancel(id).await;
    stage.restart().await;
    stage
        .expect(id, OrderState::Voided, AttemptState::Cancelled, &[])
        .await;
    expect_late_money_counted(stage, id, OrderState::Voided, &[Flag::PaidLate]).await;
}

/// A person's word survives, and the payment it speaks of is still matched to it.
pub(crate) async fn vouched_for(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.vouch(id).await;
    stage.restart().await;
    expect_late_money_counted(stage, id, OrderState::Settled, &[Flag::ManualConfirm]).await;
}
