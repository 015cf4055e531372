//! Cancelling: it tells the truth, and payment beats it.

use super::{Act, Stage, Trouble, open, within};
use keptang_ports::{CancelOutcome, PaymentRef, ProviderError, Verdict};

async fn cancel(stage: &dyn Stage, payment: &PaymentRef) -> Result<CancelOutcome, ProviderError> {
    let cancel = stage.provider().cancel();
    let cancel = cancel.expect("this provider can cancel, or its suite leaves `cancel` out");
    within(cancel.cancel(payment)).await
}

async fn truth(stage: &dyn Stage, payment: &PaymentRef) -> super::Payment {
    super::truth(stage, payment.attempt).await.remove(0)
}

fn assert_paid(outcome: &CancelOutcome, payment: &PaymentRef) {
    let CancelOutcome::StandsAt(report) = outcome else {
        panic!("money came first: {outcome:?}");
    };
    assert_eq!(report.provider_ref, payment.provider_ref);
    let Verdict::Paid(evidence) = &report.verdict else {
        panic!("money came first: {report:?}");
    };
    assert_eq!(evidence.amount, payment.payable);
}

pub async fn a_cancelled_payment_can_no_longer_be_paid(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    let outcome = cancel(stage, &payment).await.expect("an answer");
    assert_eq!(outcome, CancelOutcome::Cancelled);
    let truth = truth(stage, &payment).await;
    assert!(!truth.payable && !truth.paid, "{truth:?}");
}

pub async fn a_second_cancel_does_no_harm(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    cancel(stage, &payment).await.expect("an answer");
    let outcome = cancel(stage, &payment).await.expect("an answer");
    let ended = match &outcome {
        CancelOutcome::Cancelled => true,
        CancelOutcome::StandsAt(report) => report.verdict == Verdict::Lapsed,
    };
    assert!(ended, "{outcome:?}");
}

pub async fn payment_beats_cancel(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    stage.pay(&payment.provider_ref).await;
    let outcome = cancel(stage, &payment).await.expect("an answer");
    assert_paid(&outcome, &payment);
    assert!(truth(stage, &payment).await.paid);
}

pub async fn a_payment_during_the_cancel_beats_it(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    stage.pay_during_cancel().await;
    let outcome = cancel(stage, &payment).await.expect("an answer");
    assert_paid(&outcome, &payment);
}

pub async fn a_failed_payment_says_so(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    stage.fail(&payment.provider_ref).await;
    let outcome = cancel(stage, &payment).await.expect("an answer");
    let CancelOutcome::StandsAt(report) = &outcome else {
        panic!("it had ended before: {outcome:?}");
    };
    assert!(matches!(report.verdict, Verdict::Declined(_)), "{report:?}");
}

pub async fn a_cancel_without_an_answer_says_nothing(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    for trouble in [
        Trouble::ServerError,
        Trouble::Html,
        Trouble::Empty,
        Trouble::CutBefore,
        Trouble::CutAfter,
    ] {
        stage.trouble(Act::Cancel, trouble).await;
        let outcome = cancel(stage, &payment).await;
        assert!(
            matches!(outcome, Err(ProviderError::Unavailable)),
            "nobody is told \"cancelled\" on a guess: {trouble:?}: {outcome:?}"
        );
    }
    let (_, payment) = open(stage).await;
    stage.trouble(Act::Cancel, Trouble::Hang).await;
    let outcome = cancel(stage, &payment).await;
    assert!(matches!(outcome, Err(ProviderError::Unavailable)), "{outcome:?}");
    stage.release().await;
}

pub async fn an_unknown_payment_is_not_cancelled(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    let unknown = PaymentRef {
        provider_ref: "nobodyknowsthis".to_owned(),
        ..payment.clone()
    };
    let outcome = cancel(stage, &unknown).await;
    assert!(matches!(outcome, Err(ProviderError::NotFound)), "{outcome:?}");
    assert!(truth(stage, &payment).await.payable, "and nobody else's was");
}
