//! Making a payment: what exists afterwards, and what the client says exists.

use super::{Act, Stage, Trouble, open, truth, usual_amount, wish, within};
use keptang_domain::Money;
use keptang_domain::order::Instruction;
use keptang_ports::{Created, ProviderError};
use std::collections::BTreeSet;

async fn troubled(stage: &dyn Stage, trouble: Trouble) -> Result<Created, ProviderError> {
    stage.trouble(Act::Create, trouble).await;
    let payment = wish(stage, usual_amount(stage));
    within(stage.provider().create(&payment)).await
}

pub async fn a_payment_is_made_as_it_was_asked(stage: &dyn Stage) {
    let payment = wish(stage, usual_amount(stage));
    let created = within(stage.provider().create(&payment))
        .await
        .expect("it is taken");
    let payments = truth(stage, payment.attempt).await;
    assert_eq!(payments.len(), 1, "{payments:?}");
    assert_eq!(
        created.provider_ref.as_deref(),
        Some(payments[0].reference.as_str())
    );
    assert_eq!(payments[0].amount, payment.amount);
    assert_eq!(created.payable, payments[0].amount);
    assert!(payments[0].payable && !payments[0].paid);
    assert!(created.lifetime_ms.is_none_or(|life_ms| life_ms > 0));
    match created.offer.expect("there is something to show") {
        Instruction::QrImage { png, .. } => assert!(!png.is_empty()),
        Instruction::QrText { text } => assert!(!text.is_empty()),
        Instruction::BankAccount { number, .. } => assert!(!number.is_empty()),
        Instruction::Redirect { url } => assert!(url.starts_with("https://")),
        Instruction::CryptoAddress { address, amount, .. } => {
            assert!(!address.is_empty() && !amount.is_empty());
        }
    }
    assert_eq!(stage.requests(Act::Create).await, 1);
}

pub async fn each_attempt_is_a_payment_of_its_own(stage: &dyn Stage) {
    let mut references = BTreeSet::new();
    for _ in 0..3 {
        let payment = wish(stage, usual_amount(stage));
        let created = within(stage.provider().create(&payment))
            .await
            .expect("it is taken");
        references.insert(created.provider_ref);
    }
    assert_eq!(references.len(), 3);
    assert_eq!(stage.payments().await.len(), 3);
}

pub async fn the_limits_are_the_provider_s_own(stage: &dyn Stage) {
    let provider = stage.provider();
    let (min, max) = (provider.profile().min, provider.profile().max);
    for amount in [min, max] {
        let created = within(provider.create(&wish(stage, amount))).await;
        assert!(created.is_ok(), "{amount}: {created:?}");
    }
    let one = Money::from_satang(1);
    let outside = [min.checked_sub(one), max.checked_add(one)];
    for amount in outside
        .into_iter()
        .flatten()
        .filter(|amount| amount.is_positive())
    {
        let payment = wish(stage, amount);
        let refused = within(provider.create(&payment)).await;
        assert!(
            matches!(refused, Err(ProviderError::Refused { .. })),
            "{amount}: {refused:?}"
        );
        assert!(truth(stage, payment.attempt).await.is_empty());
    }
}

pub async fn a_refusal_left_nothing_behind(stage: &dyn Stage) {
    let answer = troubled(stage, Trouble::Refusal).await;
    let Err(ProviderError::Refused { code }) = answer else {
        panic!("{answer:?}");
    };
    assert!(!code.is_empty(), "the provider's word is kept for support");
    assert!(stage.payments().await.is_empty());
}

pub async fn a_rejected_key_is_a_setting(stage: &dyn Stage) {
    let answer = troubled(stage, Trouble::KeyRejected).await;
    let Err(ProviderError::Misconfigured(fault)) = answer else {
        panic!("{answer:?}");
    };
    assert!(!fault.setting.is_empty() && !fault.message_th.is_empty() && !fault.message_en.is_empty());
    assert!(stage.payments().await.is_empty());
}

pub async fn being_slowed_down_left_nothing_behind(stage: &dyn Stage) {
    let answer = troubled(stage, Trouble::SlowDown).await;
    assert!(
        matches!(answer, Err(ProviderError::Throttled { .. })),
        "{answer:?}"
    );
    assert!(stage.payments().await.is_empty());
    assert_eq!(stage.requests(Act::Create).await, 1);
}

pub async fn a_redirect_is_not_followed(stage: &dyn Stage) {
    let answer = troubled(stage, Trouble::Redirect).await;
    assert!(answer.is_err(), "{answer:?}");
    assert_eq!(stage.redirects_followed().await, 0);
    assert!(stage.payments().await.is_empty());
}

pub async fn a_refused_connection_was_not_sent(stage: &dyn Stage) {
    let payment = wish(stage, usual_amount(stage));
    let answer = within(stage.unreachable().create(&payment)).await;
    assert!(matches!(answer, Err(ProviderError::NotSent)), "{answer:?}");
}

pub async fn without_a_proper_answer_the_outcome_is_unknown(stage: &dyn Stage) {
    let troubles = [
        Trouble::CutBefore,
        Trouble::CutAfter,
        Trouble::ServerError,
        Trouble::ServerErrorAfter,
        Trouble::Html,
        Trouble::Empty,
        Trouble::Half,
    ];
    for (asked, trouble) in (1..).zip(troubles) {
        let answer = troubled(stage, trouble).await;
        assert!(
            matches!(answer, Err(ProviderError::OutcomeUnknown)),
            "{trouble:?}: {answer:?}"
        );
        assert_eq!(stage.requests(Act::Create).await, asked, "sent once: {trouble:?}");
    }
    open(stage).await;
}

pub async fn a_hanging_create_ends_by_itself(stage: &dyn Stage) {
    let answer = troubled(stage, Trouble::Hang).await;
    assert!(matches!(answer, Err(ProviderError::OutcomeUnknown)), "{answer:?}");
    assert_eq!(stage.requests(Act::Create).await, 1, "sent once");
    stage.release().await;
}
