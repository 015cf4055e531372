//! Asking what became of a payment.

use super::{Act, Lie, Stage, Trouble, ask, open, verdict};
use keptang_ports::{PaymentRef, ProviderError, Verdict};

/// Everything that may happen to an answer to a question.
pub(crate) const SPOILED: [Trouble; 7] = [
    Trouble::CutBefore,
    Trouble::CutAfter,
    Trouble::ServerError,
    Trouble::Html,
    Trouble::Empty,
    Trouble::Half,
    Trouble::Hang,
];

fn says_nothing(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Pending)
}

pub async fn what_nobody_paid_is_pending(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    for _ in 0..2 {
        assert_eq!(verdict(stage, &payment).await, Verdict::Pending);
    }
}

pub async fn what_was_paid_is_paid_with_the_same_evidence_each_time(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    stage.pay(&payment.provider_ref).await;
    let Verdict::Paid(first) = verdict(stage, &payment).await else {
        panic!("it was paid");
    };
    assert_eq!(first.amount, payment.payable);
    assert!(!first.key.is_empty());
    assert!(
        first
            .fee
            .is_none_or(|fee| !fee.is_negative() && fee < payment.payable)
    );
    let Verdict::Paid(second) = verdict(stage, &payment).await else {
        panic!("it stays paid");
    };
    assert_eq!(
        first.key, second.key,
        "one payment has one key, or it would be credited twice"
    );
    assert_eq!(first.amount, second.amount);
}

pub async fn what_failed_is_declined(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    stage.fail(&payment.provider_ref).await;
    let verdict = verdict(stage, &payment).await;
    assert!(matches!(verdict, Verdict::Declined(_)), "{verdict:?}");
}

pub async fn what_lapsed_has_lapsed(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    stage.lapse(&payment.provider_ref).await;
    assert_eq!(verdict(stage, &payment).await, Verdict::Lapsed);
}

pub async fn what_is_paid_late_is_paid(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    stage.lapse(&payment.provider_ref).await;
    stage.pay(&payment.provider_ref).await;
    let verdict = verdict(stage, &payment).await;
    assert!(matches!(verdict, Verdict::Paid(_)), "{verdict:?}");
}

pub async fn a_success_that_is_not_ours_is_a_contradiction(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    stage.pay(&payment.provider_ref).await;
    for lie in [Lie::Amount, Lie::Currency, Lie::Mode] {
        stage.lie(lie).await;
        let verdict = verdict(stage, &payment).await;
        assert!(
            matches!(verdict, Verdict::Contradiction(_)),
            "{lie:?}: {verdict:?}"
        );
    }
}

pub async fn an_unknown_word_is_never_success(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    stage.pay(&payment.provider_ref).await;
    stage.lie(Lie::Word).await;
    let verdict = verdict(stage, &payment).await;
    let Verdict::Unrecognised(word) = verdict else {
        panic!("{verdict:?}");
    };
    assert!(
        !word.is_empty() && word.chars().all(|c| c.is_ascii_graphic()),
        "fit for a log: {word}"
    );
}

pub async fn an_unknown_payment_is_not_found(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    for reference in ["nobodyknowsthis", "../../etc/passwd", "a b?c#d", ""] {
        let unknown = PaymentRef {
            provider_ref: reference.to_owned(),
            ..payment.clone()
        };
        let answer = ask(stage, &unknown).await;
        assert_eq!(answer, Err(ProviderError::NotFound), "{reference:?}");
    }
}

pub async fn a_spoiled_answer_says_nothing(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    stage.pay(&payment.provider_ref).await;
    for trouble in SPOILED {
        stage.trouble(Act::Query, trouble).await;
        let answer = ask(stage, &payment).await;
        let silent = match &answer {
            Ok(report) => says_nothing(&report.verdict),
            Err(error) => *error == ProviderError::Unavailable,
        };
        assert!(silent, "{trouble:?}: {answer:?}");
    }
    stage.release().await;
    let after = verdict(stage, &payment).await;
    assert!(
        matches!(after, Verdict::Paid(_)),
        "and afterwards it is asked as before: {after:?}"
    );
}

pub async fn a_rejected_key_is_named(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    stage.trouble(Act::Query, Trouble::KeyRejected).await;
    let answer = ask(stage, &payment).await;
    assert!(
        matches!(answer, Err(ProviderError::Misconfigured(_))),
        "{answer:?}"
    );
}

pub async fn a_redirect_is_not_followed(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    stage.pay(&payment.provider_ref).await;
    stage.trouble(Act::Query, Trouble::Redirect).await;
    let answer = ask(stage, &payment).await;
    assert!(answer.is_err(), "{answer:?}");
    assert_eq!(stage.redirects_followed().await, 0);
}

pub async fn a_pause_is_passed_on(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    stage.trouble(Act::Query, Trouble::SlowDown).await;
    let asked = stage.requests(Act::Query).await;
    let answer = ask(stage, &payment).await;
    let Err(ProviderError::Throttled {
        after_ms: Some(after_ms),
    }) = answer
    else {
        panic!("{answer:?}");
    };
    assert!(after_ms > 0);
    // During the pause nothing leaves this machine.
    let too_soon = ask(stage, &payment).await;
    assert!(
        matches!(too_soon, Err(ProviderError::Throttled { .. })),
        "{too_soon:?}"
    );
    assert_eq!(stage.requests(Act::Query).await, asked + 1);
}
