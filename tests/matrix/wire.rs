//! Answers that are lost, late, refused or not the provider's at all. A payment is never asked for twice.

use crate::money::expect_plainly_paid;
use crate::provider::Can;
use crate::stage::{SALE, Stage};
use keptang_domain::order::{AttemptState, Flag, OrderState, Reason};
use keptang_domain::{Money, OrderId};
use keptang_simulator::faults::{Fault, FaultRule, Lasts};

/// Longer than the three looks for a lost payment.
const ALL_LOOKS_MS: [i64; 3] = [1_100, 5_100, 8_100];

/// What follows when the request arrived and the answer did not: the payment is found, or waits for its callback; it
/// is never made again, and its money is credited once.
pub(crate) async fn expect_adopted(stage: &Stage, id: OrderId) {
    for look_ms in ALL_LOOKS_MS {
        stage.pass(look_ms).await;
    }
    let attempt = stage.newest(id).await;
    let known = stage.record(attempt.id).await.expect("the request arrived");
    if stage.can(Can::FindLost) {
        assert_eq!(attempt.provider_ref.as_deref(), Some(known.id.as_str()));
    } else {
        assert_eq!(attempt.state, AttemptState::Unknown);
    }
    assert_eq!(stage.control.charges().await.unwrap().len(), 1);
    assert_eq!(stage.asked(stage.endpoints().create).await, 1);
    stage.pay(attempt.id).await;
    stage.learn(id).await;
    let order = stage.order(id).await;
    assert_eq!(order.state, OrderState::Settled, "{order:#?}");
    let late = attempt.state.is_ended();
    assert_eq!(order.flags().contains(&Flag::PaidLate), late, "{order:#?}");
    assert_eq!(order.received(), SALE);
    stage.expect_true(id).await;
}

/// What follows when nothing was created: the till says so where it can ask, and another attempt pays the sale.
async fn expect_nothing_there(stage: &Stage, id: OrderId) {
    for look_ms in ALL_LOOKS_MS {
        stage.pass(look_ms).await;
    }
    let attempt = stage.newest(id).await;
    assert_eq!(stage.control.charges().await.unwrap().len(), 0);
    assert_eq!(stage.asked(stage.endpoints().create).await, 1);
    if stage.can(Can::FindLost) {
        assert_eq!(
            (attempt.state, attempt.reason),
            (AttemptState::Failed, Some(Reason::NeverCreated))
        );
    } else {
        assert_eq!(attempt.state, AttemptState::Unknown);
    }
    expect_next_attempt_pays(stage, id).await;
}

async fn expect_next_attempt_pays(stage: &Stage, id: OrderId) {
    stage.retry(id).await;
    stage.pay(stage.newest(id).await.id).await;
    stage.learn(id).await;
    expect_plainly_paid(stage, id).await;
}

pub(crate) async fn answer_lost(stage: &mut Stage) {
    stage.fault(Fault::CutAfter, stage.endpoints().create).await;
    let id = stage.sell().await;
    assert_eq!(stage.newest(id).await.state, AttemptState::Unknown);
    expect_adopted(stage, id).await;
}

/// The customer is faster than the till: the callback is the first that is heard of the payment.
pub(crate) async fn answer_lost_and_called_back(stage: &mut Stage) {
    stage.fault(Fault::CutAfter, stage.endpoints().create).await;
    let id = stage.sell().await;
    stage.pay(stage.newest(id).await.id).await;
    stage.deliver_all().await;
    expect_plainly_paid(stage, id).await;
}

pub(crate) async fn request_lost(stage: &mut Stage) {
    stage.fault(Fault::CutBefore, stage.endpoints().create).await;
    let id = stage.sell().await;
    assert_eq!(stage.newest(id).await.state, AttemptState::Unknown);
    expect_nothing_there(stage, id).await;
}

pub(crate) async fn slow_down_when_asked_to_create(stage: &mut Stage) {
    let create = stage.endpoints().create;
    let retry_after_s = Some(7);
    stage.fault(Fault::RateLimited { retry_after_s }, create).await;
    let id = stage.sell().await;
    stage.expect(id, OrderState::Due, AttemptState::Failed, &[]).await;
    assert_eq!(stage.newest(id).await.reason, Some(Reason::Throttled));
    stage.pass(3_000).await;
    stage.retry(id).await;
    assert_eq!(
        stage.newest(id).await.reason,
        Some(Reason::Throttled),
        "four seconds are too long to stand there"
    );
    assert_eq!(stage.asked(create).await, 1, "the pause is kept");
    stage.pass(3_000).await;
    // What is left of it now is waited for.
    expect_next_attempt_pays(stage, id).await;
    assert_eq!(stage.asked(create).await, 2);
}

pub(crate) async fn slow_down_when_asked_about(stage: &mut Stage) {
    let query = stage.endpoints().query;
    let id = stage.sell().await;
    let retry_after_s = Some(7);
    stage.fault(Fault::RateLimited { retry_after_s }, query).await;
    stage.pass(2_500).await;
    assert_eq!(stage.asked(query).await, 1);
    stage.pay(stage.newest(id).await.id).await;
    stage.gate.take();
    stage.pass(4_000).await;
    assert_eq!(stage.asked(query).await, 1, "the pause is kept");
    stage.pass(5_000).await;
    expect_plainly_paid(stage, id).await;
}

fn page(processed: bool) -> FaultRule {
    FaultRule {
        processed: Some(processed),
        lasts: Lasts::Once,
        ..FaultRule::once(Fault::Html { status: 200 })
    }
}

/// Somebody in between answers with a page of their own, after the request went through.
pub(crate) async fn page_instead_of_the_answer(stage: &mut Stage) {
    stage.rule(page(true).at(stage.endpoints().create)).await;
    let id = stage.sell().await;
    assert_eq!(stage.newest(id).await.state, AttemptState::Unknown);
    expect_adopted(stage, id).await;
}

/// The sign-in page of a network that lets nothing through.
pub(crate) async fn page_instead_of_the_provider(stage: &mut Stage) {
    stage.rule(page(false).at(stage.endpoints().create)).await;
    let id = stage.sell().await;
    assert_eq!(stage.newest(id).await.state, AttemptState::Unknown);
    expect_nothing_there(stage, id).await;
}

pub(crate) async fn page_when_asked_about(stage: &mut Stage) {
    let id = stage.sell().await;
    let query = stage.endpoints().query;
    stage
        .rule(FaultRule::always(Fault::Html { status: 200 }).at(query))
        .await;
    stage.pass(2_500).await;
    stage
        .expect(id, OrderState::Due, AttemptState::Awaiting, &[])
        .await;
    stage.pay(stage.newest(id).await.id).await;
    stage.repair().await;
    stage.learn(id).await;
    expect_plainly_paid(stage, id).await;
}

/// The provider takes the request and says nothing.
pub(crate) async fn hang(stage: &mut Stage) {
    let create = stage.endpoints().create;
    stage.fault(Fault::Hang, create).await;
    let id = stage.till.charge(stage.charge()).await.unwrap().id;
    stage.until_asked(create, 1).await;
    assert_eq!(stage.newest(id).await.state, AttemptState::Submitted);
    stage.pass(16_000).await;
    assert_eq!(stage.newest(id).await.state, AttemptState::Unknown);
    stage.control.release().await.unwrap();
    expect_adopted(stage, id).await;
}

pub(crate) async fn hang_when_asked_about(stage: &mut Stage) {
    let query = stage.endpoints().query;
    let id = stage.sell().await;
    stage.fault(Fault::Hang, query).await;
    stage.pass_without_waiting(2_500).await;
    stage.until_asked(query, 1).await;
    stage.pay(stage.newest(id).await.id).await;
    stage.gate.take();
    stage.pass(16_000).await;
    stage
        .expect(id, OrderState::Due, AttemptState::Awaiting, &[])
        .await;
    stage.control.release().await.unwrap();
    stage.pass(LATER_MS).await;
    expect_plainly_paid(stage, id).await;
}

/// Longer than the pause after a question that got no answer.
const LATER_MS: i64 = 10_000;

/// Nothing anybody says about a lost answer makes the sum another one.
pub(crate) async fn answer_about_another_order(stage: &mut Stage) {
    let order_id = "01900000-0000-7000-8000-000000000000".to_owned();
    stage
        .fault(Fault::OtherOrder { order_id }, stage.endpoints().create)
        .await;
    let id = stage.sell().await;
    let attempt = stage.newest(id).await;
    assert_eq!(attempt.state, AttemptState::Unknown, "not our payment");
    assert_eq!(attempt.received(), Money::ZERO);
    expect_adopted(stage, id).await;
}
