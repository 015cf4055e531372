//! Finding a payment by our own reference after its answer was lost.

use super::status::SPOILED;
use super::{Act, Stage, Trouble, lost, open, truth, usual_amount, wish, within};
use keptang_ports::{CreatePayment, Found, ProviderError, Verdict};

async fn find(stage: &dyn Stage, wish: &CreatePayment) -> Result<Option<Found>, ProviderError> {
    let lookup = stage.provider().lookup();
    let lookup = lookup.expect("this provider can be searched, or its suite leaves `lookup` out");
    within(lookup.find(&lost(stage, wish))).await
}

async fn made_without_an_answer(stage: &dyn Stage, trouble: Trouble) -> CreatePayment {
    stage.trouble(Act::Create, trouble).await;
    let payment = wish(stage, usual_amount(stage));
    let answer = within(stage.provider().create(&payment)).await;
    assert!(matches!(answer, Err(ProviderError::OutcomeUnknown)), "{answer:?}");
    payment
}

pub async fn a_lost_payment_is_found_and_is_the_only_one(stage: &dyn Stage) {
    let payment = made_without_an_answer(stage, Trouble::CutAfter).await;
    let found = find(stage, &payment)
        .await
        .expect("an answer")
        .expect("it exists");
    let payments = truth(stage, payment.attempt).await;
    assert_eq!(payments.len(), 1);
    assert_eq!(
        found.created.provider_ref.as_deref(),
        Some(payments[0].reference.as_str())
    );
    assert_eq!(found.created.payable, payment.amount);
    assert!(
        found.created.offer.is_ok(),
        "what the customer needs comes with it"
    );
    assert_eq!(found.report.verdict, Verdict::Pending);
    assert_eq!(stage.requests(Act::Create).await, 1, "looking makes nothing");
}

pub async fn what_was_never_made_is_not_found(stage: &dyn Stage) {
    open(stage).await;
    let never = wish(stage, usual_amount(stage));
    let found = find(stage, &never).await.expect("an answer");
    assert!(found.is_none());
}

pub async fn a_found_payment_comes_with_where_it_stands(stage: &dyn Stage) {
    let payment = made_without_an_answer(stage, Trouble::CutAfter).await;
    let reference = truth(stage, payment.attempt).await.remove(0).reference;
    stage.pay(&reference).await;
    let found = find(stage, &payment)
        .await
        .expect("an answer")
        .expect("it exists");
    assert!(
        matches!(found.report.verdict, Verdict::Paid(_)),
        "{:?}",
        found.report
    );
    assert_eq!(found.report.provider_ref, reference);
    assert!(found.created.offer.is_err(), "nobody is to pay it again");
}

pub async fn another_attempt_s_payment_is_not_ours(stage: &dyn Stage) {
    let mut wishes = Vec::new();
    for _ in 0..3 {
        let payment = wish(stage, usual_amount(stage));
        within(stage.provider().create(&payment))
            .await
            .expect("it is taken");
        wishes.push(payment);
    }
    // The same sale, the same amount, the same minute: only our reference tells them apart.
    for payment in &wishes {
        let found = find(stage, payment).await.expect("an answer").expect("it exists");
        let own = truth(stage, payment.attempt).await.remove(0);
        assert_eq!(found.created.provider_ref, Some(own.reference));
    }
}

pub async fn an_answer_that_is_none_is_not_not_found(stage: &dyn Stage) {
    let payment = made_without_an_answer(stage, Trouble::CutAfter).await;
    for trouble in SPOILED {
        stage.trouble(Act::Lookup, trouble).await;
        let answer = find(stage, &payment).await;
        assert!(
            matches!(answer, Err(ProviderError::Unavailable)),
            "\"does not exist\" would open a second payment: {trouble:?}: {answer:?}"
        );
    }
    stage.release().await;
    assert!(find(stage, &payment).await.expect("an answer").is_some());
}
