//! Money that comes, does not come, comes late, twice, in part, or in another sum.

use crate::provider::Can;
use crate::stage::{BEYOND_EXPIRY_MS, SALE, Stage};
use keptang_checkout::CheckOutcome;
use keptang_domain::order::{AttemptState, Flag, Instruction, OrderState, Reason};
use keptang_domain::{Money, OrderId};
use keptang_simulator::control::Action;
use keptang_simulator::faults::Fault;

const SHORT_BY: Money = Money::from_satang(5_000);

fn less(sum: Money) -> Money {
    sum.checked_sub(SHORT_BY).unwrap()
}

fn more(sum: Money) -> Money {
    sum.checked_add(SHORT_BY).unwrap()
}

/// Settled by one payment of exactly what was asked, with nothing to look at.
pub(crate) async fn expect_plainly_paid(stage: &Stage, id: OrderId) {
    stage
        .expect(id, OrderState::Settled, AttemptState::Paid, &[])
        .await;
    let attempt = stage.newest(id).await;
    assert_eq!(attempt.received(), attempt.payable);
    stage.expect_true(id).await;
}

pub(crate) async fn create(stage: &mut Stage) {
    let id = stage.sell().await;
    stage
        .expect(id, OrderState::Due, AttemptState::Awaiting, &[])
        .await;
    let attempt = stage.newest(id).await;
    assert_eq!((attempt.asked, attempt.payable), (SALE, SALE));
    assert_eq!(attempt.deadline.is_some(), stage.can(Can::Expire));
    assert!(attempt.instruction.is_some());
    if !stage.can(Can::BeCalled) {
        assert!(matches!(attempt.instruction, Some(Instruction::QrText { .. })));
        return;
    }
    let view = stage.record(attempt.id).await.unwrap();
    assert_eq!(attempt.provider_ref.as_deref(), Some(view.id.as_str()));
    assert_eq!(Money::from_satang(view.amount_satang), attempt.payable);
    match attempt.instruction.unwrap() {
        Instruction::QrImage { text, .. } => assert_eq!(text, view.qr_text),
        Instruction::CryptoAddress { address, .. } => assert_eq!(Some(address), view.qr_text),
        other => panic!("{other:?}"),
    }
    stage.expect_true(id).await;
}

/// No callback arrives: asking is enough.
pub(crate) async fn pay_and_be_asked(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.pay(stage.newest(id).await.id).await;
    stage.gate.take();
    stage.pass(2_500).await;
    expect_plainly_paid(stage, id).await;
}

/// No time passes: the callback is enough, with the question it causes where one can be asked.
pub(crate) async fn pay_and_call_back(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.pay(stage.newest(id).await.id).await;
    stage.deliver_all().await;
    expect_plainly_paid(stage, id).await;
}

/// The callback is lost; asking for it again brings another.
pub(crate) async fn pay_and_call_again(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.pay(stage.newest(id).await.id).await;
    stage.gate.take();
    assert_eq!(stage.check(id).await, CheckOutcome::AskedForCallback);
    stage.deliver_all().await;
    expect_plainly_paid(stage, id).await;
}

pub(crate) async fn pay_late_after_expiry(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.pass(BEYOND_EXPIRY_MS).await;
    stage
        .expect(id, OrderState::Due, AttemptState::Expired, &[])
        .await;
    stage.pay(stage.newest(id).await.id).await;
    stage.learn(id).await;
    stage
        .expect(id, OrderState::Settled, AttemptState::Paid, &[Flag::PaidLate])
        .await;
    stage.expect_true(id).await;
}

/// The sale is called off, so its money has no home and goes to suspense; it is recorded all the same.
pub(crate) async fn pay_late_after_cancel(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.cancel(id).await;
    stage
        .expect(id, OrderState::Voided, AttemptState::Cancelled, &[])
        .await;
    stage.pay(stage.newest(id).await.id).await;
    stage.learn(id).await;
    stage
        .expect(id, OrderState::Voided, AttemptState::Paid, &[Flag::PaidLate])
        .await;
    stage.expect_true(id).await;
}

pub(crate) async fn pay_twice(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.act(stage.newest(id).await.id, Action::PayTwice).await;
    stage.learn(id).await;
    stage
        .expect(id, OrderState::Settled, AttemptState::Paid, &[Flag::Overpaid])
        .await;
    stage.expect_true(id).await;
}

/// The second payment comes when everybody thinks that it is over.
pub(crate) async fn pay_again_when_settled(stage: &mut Stage) {
    let id = stage.sell().await;
    let attempt = stage.newest(id).await.id;
    stage.pay(attempt).await;
    stage.learn(id).await;
    expect_plainly_paid(stage, id).await;
    stage.act(attempt, Action::PayTwice).await;
    stage.learn(id).await;
    stage
        .expect(id, OrderState::Settled, AttemptState::Paid, &[Flag::Overpaid])
        .await;
    stage.expect_true(id).await;
}

pub(crate) async fn pay_two_attempts(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.retry(id).await;
    let order = stage.order(id).await;
    for attempt in &order.attempts {
        stage.pay(attempt.id).await;
    }
    stage.learn(id).await;
    stage
        .expect(
            id,
            OrderState::Settled,
            AttemptState::Paid,
            &[Flag::DuplicatePayment],
        )
        .await;
    stage.expect_true(id).await;
    assert!(stage.order(id).await.received() >= SALE.checked_add(SALE).unwrap());
}

/// Only a provider that takes parts can say how much came; from the others another sum than asked is a contradiction.
pub(crate) async fn underpay(stage: &mut Stage) {
    let id = stage.sell().await;
    let attempt = stage.newest(id).await;
    stage.pay_sum(attempt.id, less(attempt.payable)).await;
    stage.learn(id).await;
    let order = stage.order(id).await;
    assert_eq!(order.state, OrderState::Due, "{order:#?}");
    if stage.can(Can::TakePart) {
        assert!(order.flags().contains(&Flag::Underpaid), "{order:#?}");
        assert!(order.received().is_positive());
        stage.expect_true(id).await;
    } else {
        stage.expect_review(id).await;
    }
}

pub(crate) async fn underpay_and_top_up(stage: &mut Stage) {
    let id = stage.sell().await;
    let attempt = stage.newest(id).await;
    stage.pay_sum(attempt.id, less(attempt.payable)).await;
    stage.learn(id).await;
    stage.act(attempt.id, Action::Pay).await;
    stage.learn(id).await;
    expect_plainly_paid(stage, id).await;
}

pub(crate) async fn overpay(stage: &mut Stage) {
    let id = stage.sell().await;
    let attempt = stage.newest(id).await;
    stage.pay_sum(attempt.id, more(attempt.payable)).await;
    stage.learn(id).await;
    if stage.can(Can::TakePart) {
        stage
            .expect(id, OrderState::Settled, AttemptState::Paid, &[Flag::Overpaid])
            .await;
        stage.expect_true(id).await;
    } else {
        assert_eq!(stage.order(id).await.state, OrderState::Due);
        stage.expect_review(id).await;
    }
}

/// A failed payment leaves the sale due, and the next attempt pays it.
pub(crate) async fn fail(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.act(stage.newest(id).await.id, Action::Fail).await;
    stage.learn(id).await;
    stage.expect(id, OrderState::Due, AttemptState::Failed, &[]).await;
    stage.expect_true(id).await;
    stage.retry(id).await;
    stage.pay(stage.newest(id).await.id).await;
    stage.learn(id).await;
    expect_plainly_paid(stage, id).await;
}

pub(crate) async fn expire(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.pass(BEYOND_EXPIRY_MS).await;
    stage
        .expect(id, OrderState::Due, AttemptState::Expired, &[])
        .await;
    let attempt = stage.newest(id).await;
    assert_eq!(
        (attempt.instruction, attempt.reason),
        (None, Some(Reason::Deadline))
    );
    stage.expect_true(id).await;
}

pub(crate) async fn cancel(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.cancel(id).await;
    stage
        .expect(id, OrderState::Voided, AttemptState::Cancelled, &[])
        .await;
    let attempt = stage.newest(id).await;
    assert_eq!(attempt.instruction, None);
    if stage.can(Can::LetGo) {
        assert_eq!(stage.record(attempt.id).await.unwrap().status, "expired");
    }
    stage.expect_true(id).await;
}

pub(crate) async fn payment_beats_cancel(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.pay(stage.newest(id).await.id).await;
    stage.gate.take();
    stage.cancel(id).await;
    expect_plainly_paid(stage, id).await;
}

pub(crate) async fn manual_word(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.vouch(id).await;
    stage
        .expect(
            id,
            OrderState::Settled,
            AttemptState::Paid,
            &[Flag::ManualConfirm],
        )
        .await;
    assert_eq!(stage.order(id).await.received(), SALE);
}

/// The word and the payment that follows speak of the same money.
pub(crate) async fn manual_word_before_the_payment(stage: &mut Stage) {
    let id = stage.sell().await;
    stage.vouch(id).await;
    stage.pay(stage.newest(id).await.id).await;
    stage.learn(id).await;
    stage
        .expect(
            id,
            OrderState::Settled,
            AttemptState::Paid,
            &[Flag::ManualConfirm],
        )
        .await;
    stage.expect_true(id).await;
}

pub(crate) async fn adjusted_amount(stage: &mut Stage) {
    let by_satang = 37;
    stage
        .fault(Fault::AdjustAmount { by_satang }, stage.endpoints().create)
        .await;
    let id = stage.sell().await;
    let payable = SALE.checked_add(Money::from_satang(by_satang)).unwrap();
    assert_eq!(stage.newest(id).await.payable, payable);
    stage.pay(stage.newest(id).await.id).await;
    stage.learn(id).await;
    expect_plainly_paid(stage, id).await;
    assert_eq!(stage.order(id).await.received(), payable);
}

/// Nothing is shown; what comes all the same is recorded.
pub(crate) async fn adjusted_beyond_the_limit(stage: &mut Stage) {
    let by_satang = 101;
    stage
        .fault(Fault::AdjustAmount { by_satang }, stage.endpoints().create)
        .await;
    let id = stage.sell().await;
    assert_eq!(stage.newest(id).await.instruction, None);
    stage.pass(2_500).await;
    stage
        .expect(
            id,
            OrderState::Due,
            AttemptState::Cancelled,
            &[Flag::AdjustedTooMuch],
        )
        .await;
    stage.pay(stage.newest(id).await.id).await;
    stage.learn(id).await;
    let flags = [Flag::PaidLate, Flag::AdjustedTooMuch];
    stage
        .expect(id, OrderState::Settled, AttemptState::Paid, &flags)
        .await;
    stage.expect_true(id).await;
}

pub(crate) async fn wrong_qr(stage: &mut Stage) {
    let amount_satang = 1_000_000;
    stage
        .fault(Fault::QrAmount { amount_satang }, stage.endpoints().create)
        .await;
    let id = stage.sell().await;
    assert_eq!(stage.newest(id).await.instruction, None);
    stage.pass(2_500).await;
    stage
        .expect(id, OrderState::Due, AttemptState::Cancelled, &[Flag::QrMismatch])
        .await;
    stage.expect_true(id).await;
}
