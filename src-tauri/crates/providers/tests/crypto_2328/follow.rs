//! Asking what became of a payment, and finding one whose answer was lost.

use super::server::{Reply, Server};
use super::*;
use keptang_domain::order::{Instruction, Unshowable};
use keptang_ports::{Found, PaymentProvider, ProviderError, Report, Verdict};

async fn query(reply: Reply) -> Result<Report, ProviderError> {
    let server = Server::start(vec![reply]).await;
    let provider = patient(config(&server.base), 400);
    provider.status().unwrap().query(&payment_ref()).await
}

async fn find(reply: Reply) -> Result<Option<Found>, ProviderError> {
    let server = Server::start(vec![reply]).await;
    let provider = patient(config(&server.base), 400);
    provider.lookup().unwrap().find(&lost()).await
}

#[tokio::test]
async fn a_question_is_signed_too() {
    let server = Server::start(vec![says("info/paid"), says("info/check")]).await;
    let provider = provider(config(&server.base));
    let report = provider.status().unwrap().query(&payment_ref()).await.unwrap();
    assert_eq!(report.provider_ref, UUID);
    let kept = report.said.clone().unwrap();
    assert!(
        kept.contains(UUID) && kept.contains(r#""payment_status":"paid""#),
        "{kept}"
    );
    let Verdict::Paid(evidence) = report.verdict else {
        panic!("{report:?}")
    };
    assert_eq!((evidence.key.as_str(), evidence.amount.satang()), (UUID, 12_050));
    provider.lookup().unwrap().find(&lost()).await.unwrap();

    let seen = server.seen();
    assert_eq!(seen[0].line, "POST /v1/payment/info");
    assert_eq!(seen[0].body, format!(r#"{{"uuid":"{UUID}"}}"#).into_bytes());
    assert_eq!(seen[1].line, "POST /v1/payment/info");
    assert_eq!(
        seen[1].body,
        format!(r#"{{"order_id":"{ATTEMPT}"}}"#).into_bytes()
    );
    for seen in seen {
        assert_eq!(seen.header("sign").unwrap().len(), 64);
        assert_eq!(seen.header("project"), Some(PROJECT));
    }
}

#[tokio::test]
async fn the_words_of_a_payment_over_its_life() {
    for (name, word) in [
        ("pending", "pending"),
        ("check", "pending"),
        ("awaiting_confirmation", "seen"),
        ("underpaid_check", "short"),
        ("paid", "paid"),
        ("overpaid", "paid"),
        ("underpaid", "short for good"),
        ("cancel", "lapsed"),
        ("aml_lock", "held"),
        ("refund_paid", "unrecognised"),
        ("paid_other_amount", "contradiction"),
        ("paid_other_uuid", "contradiction"),
    ] {
        let found = match query(says(&format!("info/{name}"))).await.unwrap().verdict {
            Verdict::Pending => "pending",
            Verdict::Seen => "seen",
            Verdict::Short(_) => "short",
            Verdict::ShortForGood(_) => "short for good",
            Verdict::Paid(_) => "paid",
            Verdict::Declined(_) => "declined",
            Verdict::Lapsed => "lapsed",
            Verdict::Held => "held",
            Verdict::Unrecognised(_) => "unrecognised",
            Verdict::Contradiction(_) => "contradiction",
        };
        assert_eq!(found, word, "{name}");
    }
}

#[tokio::test]
async fn no_answer_is_no_word_about_the_payment() {
    for reply in [
        Reply::Cut,
        Reply::CutInBody,
        Reply::Hang,
        says("create/html"),
        says("create/result_null"),
        says("create/state_missing"),
        says("info/no_status"),
        says("info/cancel_other_uuid"),
        fails(500, "info/paid"),
        // Success is HTTP 200 and nothing else (§10).
        fails(202, "info/paid"),
    ] {
        assert_eq!(query(reply).await, Err(ProviderError::Unavailable));
    }
    assert_eq!(
        query(fails(404, "error/unknown_payment")).await,
        Err(ProviderError::NotFound)
    );
    assert_eq!(
        query(says("error/unknown_payment")).await,
        Err(ProviderError::NotFound)
    );
    let after_ms = None;
    let slow = query(fails(429, "create/html")).await;
    assert_eq!(slow, Err(ProviderError::Throttled { after_ms }));
    assert!(matches!(
        query(fails(403, "error/bad_sign")).await,
        Err(ProviderError::Misconfigured(_))
    ));
}

#[tokio::test]
async fn a_lost_payment_is_found_by_our_own_reference() {
    let found = find(says("info/check")).await.unwrap().unwrap();
    assert_eq!(found.report.verdict, Verdict::Pending);
    assert_eq!(found.created.provider_ref.as_deref(), Some(UUID));
    // A quarter of an hour, a minute of which is over.
    assert_eq!(found.created.lifetime_ms, Some(840_000));
    assert!(matches!(
        found.created.offer,
        Ok(Instruction::CryptoAddress { .. })
    ));

    let found = find(says("info/underpaid_check")).await.unwrap().unwrap();
    assert!(matches!(found.report.verdict, Verdict::Short(_)));
    assert!(found.created.offer.is_ok(), "to be topped up");

    for name in [
        "info/paid",
        "info/cancel",
        "info/aml_lock",
        "info/awaiting_confirmation",
    ] {
        let found = find(says(name)).await.unwrap().unwrap();
        assert_eq!(found.created.offer, Err(Unshowable::QrUnavailable), "{name}");
    }
}

#[tokio::test]
async fn not_known_is_told_from_not_answered() {
    for reply in [
        fails(404, "error/unknown_payment"),
        says("error/unknown_payment"),
        fails(400, "error/message_only"),
        Reply::Say(404, vec![], vec![]),
    ] {
        assert!(find(reply).await.unwrap().is_none());
    }
    for reply in [
        Reply::Cut,
        Reply::Hang,
        says("error/busy"),
        fails(500, "error/unknown_payment"),
        says("create/html"),
        says("create/result_null"),
        // Somebody else's payment under our reference says nothing about ours.
        says("info/paid_other_order"),
    ] {
        assert!(find(reply).await.is_err());
    }
    // A page of somebody in between must not make the till believe that nothing exists.
    assert!(matches!(
        find(fails(404, "create/html")).await,
        Err(ProviderError::Misconfigured(_))
    ));
}

#[tokio::test]
async fn one_limit_holds_for_every_payment_of_the_shop() {
    let server = Server::start((0..10).map(|_| Reply::Hang).collect()).await;
    let provider = Arc::new(provider(Config {
        requests_per_second: Config::REQUESTS_PER_SECOND,
        ..config(&server.base)
    }));
    assert_eq!(provider.profile().requests_per_second, 5);
    // Five leave at once and five a second later; the next would wait too long and is told so.
    for _ in 0..10 {
        let provider = Arc::clone(&provider);
        tokio::spawn(async move { provider.status().unwrap().query(&payment_ref()).await });
    }
    tokio::task::yield_now().await;
    let next = provider.status().unwrap().query(&payment_ref()).await;
    assert!(
        matches!(next, Err(ProviderError::Throttled { after_ms: Some(after_ms) }) if after_ms > 1_500),
        "{next:?}"
    );
}
