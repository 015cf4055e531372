//! After the payment exists: asking, finding, cancelling, giving back.

use super::server::{Reply, Server};
use super::*;
use keptang_domain::order::{Reason, RefundKind, Unshowable};
use keptang_ports::{CancelOutcome, PaymentProvider, ProviderError, Refunded, Verdict};
use serde_json::json;

#[tokio::test]
async fn a_question_is_answered_or_may_be_asked_again() {
    let query = |reply: Reply| async move {
        let server = Server::start(vec![reply]).await;
        let provider = patient(config(&server.base), 400);
        let answer = provider.status().unwrap().query(&payment_ref()).await;
        assert_eq!(server.lines(), [format!("GET /charges/{CHARGE}")]);
        answer.map(|report| {
            assert!(report.said.is_some_and(|kept| kept.contains(CHARGE)));
            (report.provider_ref, report.verdict)
        })
    };
    let (reference, verdict) = query(says("charge/successful")).await.unwrap();
    assert_eq!(reference, CHARGE);
    let Verdict::Paid(evidence) = verdict else {
        panic!("{verdict:?}")
    };
    assert_eq!(
        (evidence.key.as_str(), evidence.amount.satang()),
        (CHARGE, 25_000)
    );
    assert_eq!(evidence.fee, Some(Money::from_satang(427)));
    let declined = Verdict::Declined(Reason::FailedProcessing);
    assert_eq!(query(says("charge/failed")).await.unwrap().1, declined);
    for reply in [
        Reply::Cut,
        Reply::CutInBody,
        Reply::Hang,
        says("charge/html"),
        says("charge/malformed"),
        says("charge/no_status"),
        Reply::Say(200, vec![], vec![]),
        fails(500, "charge/html"),
        fails(400, "error/backend_error"),
        fails(400, "error/invalid_charge"),
    ] {
        assert_eq!(query(reply).await, Err(ProviderError::Unavailable));
    }
    assert_eq!(
        query(fails(404, "error/not_found")).await,
        Err(ProviderError::NotFound)
    );
}

#[tokio::test]
async fn a_reference_that_is_no_id_is_never_put_into_an_address() {
    let server = Server::start(vec![]).await;
    let provider = provider(config(&server.base));
    for reference in ["", "../account", "chrg_test_1?x=1", "chrg_test_1/expire", "กาแฟ"] {
        let payment = PaymentRef {
            provider_ref: reference.to_owned(),
            ..payment_ref()
        };
        assert_eq!(
            provider.status().unwrap().query(&payment).await,
            Err(ProviderError::NotFound)
        );
        assert_eq!(
            provider.cancel().unwrap().cancel(&payment).await,
            Err(ProviderError::NotFound)
        );
        let request = RefundRequest {
            payment,
            ..refund(25_000)
        };
        assert_eq!(
            provider.refunds().unwrap().refund(&request).await,
            Err(ProviderError::NotFound)
        );
        assert_eq!(
            provider.refunds().unwrap().find(&request).await,
            Err(ProviderError::NotFound)
        );
    }
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn a_lost_charge_is_found_by_the_attempt_in_its_metadata() {
    let server = Server::start(vec![says("list/ours_among_others"), picture()]).await;
    let provider = provider(config(&server.base));
    let found = provider.lookup().unwrap().find(&lost()).await.unwrap().unwrap();
    assert_eq!(
        (found.report.provider_ref.as_str(), found.report.verdict),
        (CHARGE, Verdict::Pending)
    );
    assert!(found.created.offer.is_ok());
    // Half a minute of the day is over.
    assert_eq!(found.created.lifetime_ms, Some(86_370_000));
    // Submitted at 03:19:30, looked for from a minute before.
    let line = "GET /charges?from=2024-09-23T03:18:30Z&limit=100&offset=0&order=reverse_chronological";
    assert_eq!(server.lines()[0], line);
}

#[tokio::test]
async fn of_several_charges_the_successful_one_counts() {
    let server = Server::start(vec![says("list/failed_newer_than_successful")]).await;
    let found = provider(config(&server.base))
        .lookup()
        .unwrap()
        .find(&lost())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.report.provider_ref, "chrg_test_0000000000000000002a");
    assert!(
        matches!(found.report.verdict, Verdict::Paid(_)),
        "{:?}",
        found.report.verdict
    );
    assert_eq!(
        found.created.offer,
        Err(Unshowable::QrUnavailable),
        "a paid charge needs no picture"
    );
}

#[tokio::test]
async fn every_page_of_the_window_is_read() {
    let page = |data: &[serde_json::Value], total: usize| {
        let list = json!({ "object": "list", "data": data, "total": total, "limit": 100 });
        Reply::Say(200, vec![], list.to_string().into_bytes())
    };
    let other: serde_json::Value = serde_json::from_slice(&fixture("list/ours_among_others")).unwrap();
    let (other, ours) = (other["data"][0].clone(), other["data"][1].clone());
    let full = vec![other.clone(); 100];
    let server = Server::start(vec![
        page(&full, 201),
        page(&full, 201),
        page(&[ours], 201),
        picture(),
    ])
    .await;
    let found = provider(config(&server.base))
        .lookup()
        .unwrap()
        .find(&lost())
        .await
        .unwrap();
    assert_eq!(found.unwrap().report.provider_ref, CHARGE);
    let offsets: Vec<bool> = server.lines()[..3]
        .iter()
        .zip(["offset=0", "offset=100", "offset=200"])
        .map(|(line, offset)| line.contains(offset))
        .collect();
    assert_eq!(offsets, [true; 3]);

    // A list that stops short of its own total proves nothing.
    let server = Server::start(vec![page(&full, 201), page(&[], 201)]).await;
    let error = provider(config(&server.base))
        .lookup()
        .unwrap()
        .find(&lost())
        .await
        .unwrap_err();
    assert_eq!(error, ProviderError::Unavailable);
}

#[tokio::test]
async fn absence_is_told_from_silence() {
    for name in ["list/empty", "list/without_metadata"] {
        let server = Server::start(vec![says(name)]).await;
        assert!(
            provider(config(&server.base))
                .lookup()
                .unwrap()
                .find(&lost())
                .await
                .unwrap()
                .is_none(),
            "{name}"
        );
    }
    for reply in [
        Reply::Cut,
        says("charge/html"),
        says("charge/pending"),
        fails(500, "charge/html"),
    ] {
        let server = Server::start(vec![reply]).await;
        let error = provider(config(&server.base))
            .lookup()
            .unwrap()
            .find(&lost())
            .await
            .unwrap_err();
        assert_eq!(error, ProviderError::Unavailable);
    }
}

async fn cancel(script: Vec<Reply>) -> (Result<CancelOutcome, ProviderError>, Vec<String>) {
    let server = Server::start(script).await;
    let provider = patient(config(&server.base), 400);
    let outcome = provider.cancel().unwrap().cancel(&payment_ref()).await;
    (outcome, server.lines())
}

#[tokio::test]
async fn cancel_expires_the_charge() {
    let (outcome, lines) = cancel(vec![says("charge/expired")]).await;
    assert_eq!(outcome, Ok(CancelOutcome::Cancelled));
    assert_eq!(lines, [format!("POST /charges/{CHARGE}/expire")]);
}

#[tokio::test]
async fn payment_beats_cancel() {
    for error in [
        "error/failed_expire",
        "error/expired_charge",
        "error/invalid_charge",
    ] {
        let (outcome, lines) = cancel(vec![fails(400, error), says("charge/successful")]).await;
        let Ok(CancelOutcome::StandsAt(report)) = outcome else {
            panic!("{outcome:?}")
        };
        assert!(matches!(report.verdict, Verdict::Paid(_)));
        assert_eq!(lines[1], format!("GET /charges/{CHARGE}"));
    }
    let (outcome, _) = cancel(vec![fails(400, "error/expired_charge"), says("charge/expired")]).await;
    let Ok(CancelOutcome::StandsAt(report)) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(report.verdict, Verdict::Lapsed);
    // Omise may answer the expire with a charge that was paid.
    let (outcome, _) = cancel(vec![says("charge/successful")]).await;
    assert!(matches!(outcome, Ok(CancelOutcome::StandsAt(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_cancel_without_an_answer_may_be_asked_again() {
    for reply in [
        Reply::Cut,
        Reply::Hang,
        says("charge/html"),
        fails(500, "charge/html"),
        fails(400, "charge/html"),
        fails(400, "error/backend_error"),
    ] {
        assert_eq!(cancel(vec![reply]).await.0, Err(ProviderError::Unavailable));
    }
    assert_eq!(
        cancel(vec![fails(404, "error/not_found")]).await.0,
        Err(ProviderError::NotFound)
    );
    let (outcome, _) = cancel(vec![fails(400, "error/failed_expire"), Reply::Cut]).await;
    assert_eq!(outcome, Err(ProviderError::Unavailable));
}

#[tokio::test]
async fn a_whole_refund_on_the_same_day_is_a_void() {
    let server = Server::start(vec![says("charge/successful"), says("refund/void")]).await;
    let refunded = provider(config(&server.base))
        .refunds()
        .unwrap()
        .refund(&refund(25_000))
        .await
        .unwrap();
    let provider_ref = "rfnd_test_0000000000000000001a".to_owned();
    assert_eq!(
        refunded,
        Refunded {
            kind: RefundKind::Void,
            provider_ref
        }
    );
    let seen = server.seen();
    assert_eq!(seen[1].line, format!("POST /charges/{CHARGE}/refunds"));
    assert_eq!(
        seen[1].json(),
        json!({ "amount": 25_000, "metadata": { "refund": REFUND }, "void": true })
    );
}

#[tokio::test]
async fn a_part_goes_back_as_a_refund() {
    let server = Server::start(vec![says("charge/successful"), says("refund/partial")]).await;
    let refunded = provider(config(&server.base))
        .refunds()
        .unwrap()
        .refund(&refund(10_000))
        .await
        .unwrap();
    assert_eq!(refunded.kind, RefundKind::Refund);
    assert_eq!(
        server.seen()[1].json(),
        json!({ "amount": 10_000, "metadata": { "refund": REFUND } })
    );
}

#[tokio::test]
async fn a_refund_is_asked_for_once_and_only_of_a_paid_charge() {
    let refund_with = |script: Vec<Reply>, satang: i64| async move {
        let server = Server::start(script).await;
        let provider = patient(config(&server.base), 400);
        let outcome = provider
            .refunds()
            .unwrap()
            .refund(&refund(satang))
            .await
            .unwrap_err();
        (outcome, server.seen().len())
    };
    let refused = |code: &str| ProviderError::Refused {
        code: code.to_owned(),
    };
    for name in ["charge/pending", "charge/failed", "charge/amount_as_float"] {
        assert_eq!(
            refund_with(vec![says(name)], 25_000).await,
            (refused("charge_not_paid"), 1),
            "{name}"
        );
    }
    assert_eq!(
        refund_with(vec![says("charge/voided")], 25_000).await,
        (refused("nothing_left"), 1)
    );
    assert_eq!(
        refund_with(vec![says("charge/successful")], 25_001).await,
        (refused("more_than_paid"), 1)
    );
    // The question before it failed, so no money was asked for.
    assert_eq!(
        refund_with(vec![Reply::Cut], 25_000).await,
        (ProviderError::NotSent, 1)
    );
    for reply in [
        Reply::Cut,
        Reply::Hang,
        says("charge/html"),
        fails(500, "charge/html"),
        says("refund/partial"),
    ] {
        let lost = (ProviderError::OutcomeUnknown, 2);
        assert_eq!(
            refund_with(vec![says("charge/successful"), reply], 25_000).await,
            lost
        );
    }
    let no = vec![says("charge/successful"), fails(400, "error/failed_refund")];
    assert_eq!(refund_with(no, 25_000).await, (refused("failed_refund"), 2));
}

#[tokio::test]
async fn a_lost_refund_is_found_by_its_id() {
    let find = |reply: Reply, satang: i64| async move {
        let server = Server::start(vec![reply]).await;
        let provider = provider(config(&server.base));
        let found = provider.refunds().unwrap().find(&refund(satang)).await;
        assert_eq!(
            server.lines(),
            [format!("GET /charges/{CHARGE}/refunds?limit=100&offset=0")]
        );
        found
    };
    let found = find(says("refund/list"), 10_000).await.unwrap().unwrap();
    assert_eq!(
        (found.kind, found.provider_ref.as_str()),
        (RefundKind::Refund, "rfnd_test_0000000000000000001a")
    );
    assert_eq!(find(says("list/empty"), 10_000).await, Ok(None));
    // It exists, but of another amount: a person has to look.
    assert_eq!(
        find(says("refund/list"), 20_000).await,
        Err(ProviderError::Unavailable)
    );
    assert_eq!(
        find(says("charge/html"), 10_000).await,
        Err(ProviderError::Unavailable)
    );
}
