//! Giving money back: never more than came, never twice, and never a guess about what happened.

use super::status::SPOILED;
use super::{Act, Stage, Trouble, open, within};
use keptang_domain::order::RefundKind;
use keptang_domain::{Money, RefundId};
use keptang_ports::{PaymentProvider, PaymentRef, ProviderError, RefundRequest, Refunded, Refunds};

fn refunds(provider: &dyn PaymentProvider) -> &dyn Refunds {
    let refunds = provider.refunds();
    refunds.expect("this provider gives money back, or its suite leaves `refunds` out")
}

async fn refund(stage: &dyn Stage, request: &RefundRequest) -> Result<Refunded, ProviderError> {
    within(refunds(stage.provider()).refund(request)).await
}

async fn find(stage: &dyn Stage, request: &RefundRequest) -> Result<Option<Refunded>, ProviderError> {
    within(refunds(stage.provider()).find(request)).await
}

async fn paid(stage: &dyn Stage) -> PaymentRef {
    let (_, payment) = open(stage).await;
    stage.pay(&payment.provider_ref).await;
    payment
}

fn request(stage: &dyn Stage, payment: &PaymentRef, number: u128, amount: Money) -> RefundRequest {
    RefundRequest {
        refund: RefundId::from_bits(number),
        payment: payment.clone(),
        amount,
        paid_at: stage.now(),
        now: stage.now(),
    }
}

async fn returned(stage: &dyn Stage, payment: &PaymentRef) -> Money {
    super::truth(stage, payment.attempt).await.remove(0).returned
}

pub async fn everything_goes_back(stage: &dyn Stage) {
    let payment = paid(stage).await;
    let everything = request(stage, &payment, 1, payment.payable);
    let made = refund(stage, &everything).await.expect("it goes back");
    assert!(!made.provider_ref.is_empty());
    assert_ne!(
        made.kind,
        RefundKind::Transfer,
        "a provider makes no transfers of the shop's"
    );
    assert_eq!(returned(stage, &payment).await, payment.payable);
    assert_eq!(
        find(stage, &everything).await,
        Ok(Some(made)),
        "and it is found again"
    );
    let again = refund(stage, &request(stage, &payment, 2, payment.payable)).await;
    assert!(matches!(again, Err(ProviderError::Refused { .. })), "{again:?}");
    assert_eq!(returned(stage, &payment).await, payment.payable);
}

pub async fn a_part_goes_back_and_never_more_than_came(stage: &dyn Stage) {
    let payment = paid(stage).await;
    let part = Money::from_satang(payment.payable.satang() / 3);
    let first = refund(stage, &request(stage, &payment, 1, part)).await;
    assert_eq!(first.expect("a part goes back").kind, RefundKind::Refund);
    assert_eq!(returned(stage, &payment).await, part);
    for too_much in [payment.payable, Money::LARGEST_SALE] {
        let answer = refund(stage, &request(stage, &payment, 2, too_much)).await;
        assert!(matches!(answer, Err(ProviderError::Refused { .. })), "{answer:?}");
    }
    assert_eq!(returned(stage, &payment).await, part);
    let rest = payment.payable.checked_sub(part).expect("a part is smaller");
    refund(stage, &request(stage, &payment, 3, rest))
        .await
        .expect("the rest goes back");
    assert_eq!(returned(stage, &payment).await, payment.payable);
}

pub async fn what_was_not_paid_does_not_go_back(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    let answer = refund(stage, &request(stage, &payment, 1, payment.payable)).await;
    assert!(matches!(answer, Err(ProviderError::Refused { .. })), "{answer:?}");
    assert_eq!(returned(stage, &payment).await, Money::ZERO);
}

pub async fn a_refusal_is_one(stage: &dyn Stage) {
    let payment = paid(stage).await;
    stage.trouble(Act::Refund, Trouble::Refusal).await;
    let asked = request(stage, &payment, 1, payment.payable);
    let answer = refund(stage, &asked).await;
    assert!(matches!(answer, Err(ProviderError::Refused { .. })), "{answer:?}");
    assert_eq!(find(stage, &asked).await, Ok(None));
}

pub async fn a_lost_answer_is_found_and_nothing_is_asked_twice(stage: &dyn Stage) {
    for (asked, trouble) in (1_u64..).zip([
        Trouble::CutAfter,
        Trouble::Half,
        Trouble::ServerErrorAfter,
        Trouble::Hang,
    ]) {
        let payment = paid(stage).await;
        let everything = request(stage, &payment, asked.into(), payment.payable);
        stage.trouble(Act::Refund, trouble).await;
        let answer = refund(stage, &everything).await;
        assert!(
            matches!(answer, Err(ProviderError::OutcomeUnknown)),
            "{trouble:?}: {answer:?}"
        );
        stage.release().await;
        assert_eq!(stage.requests(Act::Refund).await, asked, "sent once: {trouble:?}");
        let found = find(stage, &everything).await.expect("an answer");
        assert!(found.is_some(), "{trouble:?}");
    }
}

pub async fn a_request_that_never_arrived_is_not_found(stage: &dyn Stage) {
    let payment = paid(stage).await;
    let everything = request(stage, &payment, 1, payment.payable);
    stage.trouble(Act::Refund, Trouble::CutBefore).await;
    let answer = refund(stage, &everything).await;
    assert!(matches!(answer, Err(ProviderError::OutcomeUnknown)), "{answer:?}");
    assert_eq!(find(stage, &everything).await, Ok(None));
    assert_eq!(returned(stage, &payment).await, Money::ZERO);
}

pub async fn what_cannot_be_read_is_not_not_found(stage: &dyn Stage) {
    let payment = paid(stage).await;
    let everything = request(stage, &payment, 1, payment.payable);
    refund(stage, &everything).await.expect("it goes back");
    for trouble in SPOILED {
        stage.trouble(Act::FindRefund, trouble).await;
        let answer = find(stage, &everything).await;
        assert!(
            matches!(answer, Err(ProviderError::Unavailable)),
            "\"does not exist\" would send it a second time: {trouble:?}: {answer:?}"
        );
    }
    stage.release().await;
    assert!(find(stage, &everything).await.expect("an answer").is_some());
}

pub async fn a_refused_connection_was_not_sent(stage: &dyn Stage) {
    let payment = paid(stage).await;
    let everything = request(stage, &payment, 1, payment.payable);
    let answer = within(refunds(stage.unreachable()).refund(&everything)).await;
    assert!(matches!(answer, Err(ProviderError::NotSent)), "{answer:?}");
    assert_eq!(returned(stage, &payment).await, Money::ZERO);
}
