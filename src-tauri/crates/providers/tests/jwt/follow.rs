//! Asking what became of a payment, finding a lost one, and the statement.

use super::server::{Reply, Server};
use super::*;
use keptang_domain::order::{Evidence, Reason, Source, Unshowable};
use keptang_ports::{PaymentProvider, ProviderError, Report, Verdict};
use keptang_providers::jwt_gateway::Paths;

fn paid() -> Verdict {
    Verdict::Paid(Evidence {
        key: DP.to_owned(),
        source: Source::Query,
        amount: Money::from_satang(100_000),
        fee: Some(Money::from_satang(500)),
    })
}

async fn query(reply: Reply) -> Result<Report, ProviderError> {
    let server = Server::start(vec![reply]).await;
    let provider = patient(config(&server.base), 400);
    provider.status().unwrap().query(&payment_ref()).await
}

#[tokio::test]
async fn the_question_names_our_own_reference_only() {
    let server = Server::start(vec![says("order_query/completed")]).await;
    let provider = provider(config(&server.base));
    let report = provider.status().unwrap().query(&payment_ref()).await.unwrap();
    let kept = report.said.unwrap();
    assert!(kept.contains(DP) && kept.contains(r#""amount":1000,"#), "{kept}");
    assert_eq!((report.provider_ref.as_str(), report.verdict), (DP, paid()));
    let seen = server.seen();
    assert_eq!(seen[0].line, "POST /order/query");
    assert_eq!(seen[0].header("x-api-key"), Some(KEY));
    assert_eq!(
        signed_payload(&seen[0]),
        format!(r#"{{"agent_order_no":"{ATTEMPT}","timestamp":1704110460}}"#)
    );
}

#[tokio::test]
async fn a_question_is_answered_or_may_be_asked_again() {
    for (name, verdict) in [
        ("order_query/pending", Verdict::Pending),
        ("order_query/failed", Verdict::Declined(Reason::Declined)),
        ("order_query/expired", Verdict::Lapsed),
        (
            "order_query/completed_other_amount",
            Verdict::Contradiction("amount"),
        ),
        (
            "order_query/completed_other_agent",
            Verdict::Contradiction("reference"),
        ),
    ] {
        assert_eq!(query(says(name)).await.unwrap().verdict, verdict, "{name}");
    }
    for reply in [
        Reply::Cut,
        Reply::CutInBody,
        Reply::Hang,
        Reply::Say(200, vec![], vec![]),
        says("order_query/no_data"),
        says("order_query/malformed"),
        says("order_query/no_status"),
        says("order_query/failed_other_order"),
        fails(500, "error/internal"),
        fails(502, "error/html"),
        fails(400, "error/amount_too_small"),
    ] {
        assert_eq!(query(reply).await, Err(ProviderError::Unavailable));
    }
}

#[tokio::test]
async fn a_bare_404_is_a_path_and_never_a_missing_order() {
    for name in [
        "error/express",
        "error/html",
        "error/route_not_found",
        "error/empty_object",
    ] {
        let Err(ProviderError::Misconfigured(fault)) = query(fails(404, name)).await else {
            panic!("{name}");
        };
        assert_eq!(fault.code, "path_not_found", "{name}");
        assert_eq!(fault.setting, "providers.jwt_gateway.paths.order_query", "{name}");
        assert!(
            fault.message_en.contains("Path not configured"),
            "{}",
            fault.message_en
        );
    }
    let said_so = query(fails(404, "error/order_not_found")).await;
    assert_eq!(said_so, Err(ProviderError::NotFound));
}

#[tokio::test]
async fn a_lost_create_is_adopted_by_query() {
    for (name, verdict) in [
        ("order_query/completed", paid()),
        ("order_query/pending", Verdict::Pending),
    ] {
        // The create left, its answer did not come; asked again it would only say that the id is taken.
        let server = Server::start(vec![Reply::Cut, says(name)]).await;
        let provider = provider(config(&server.base));
        assert_eq!(
            provider.create(&payment()).await.unwrap_err(),
            ProviderError::OutcomeUnknown
        );
        let found = provider.lookup().unwrap().find(&lost()).await.unwrap().unwrap();
        assert_eq!(found.report.verdict, verdict, "{name}");
        assert_eq!(found.report.provider_ref, DP);
        assert_eq!(found.created.provider_ref.as_deref(), Some(DP));
        assert_eq!(found.created.payable.satang(), 100_000);
        assert_eq!(found.created.offer, Err(Unshowable::QrUnavailable));
        assert_eq!(server.lines(), ["POST /deposit", "POST /order/query"]);
    }
}

#[tokio::test]
async fn an_adopted_order_of_another_sum_is_no_payment_of_ours() {
    let server = Server::start(vec![says("order_query/completed_other_amount")]).await;
    let provider = provider(config(&server.base));
    let found = provider.lookup().unwrap().find(&lost()).await.unwrap().unwrap();
    assert_eq!(found.report.verdict, Verdict::Contradiction("amount"));
    assert_eq!(found.created.payable.satang(), 99_999);
}

#[tokio::test]
async fn absence_is_told_from_silence() {
    for (reply, found) in [
        (fails(404, "error/order_not_found"), Ok(None)),
        (
            says("order_query/completed_other_agent"),
            Err(ProviderError::Unavailable),
        ),
        (
            says("order_query/completed_no_order"),
            Err(ProviderError::Unavailable),
        ),
        (fails(500, "error/internal"), Err(ProviderError::Unavailable)),
        (Reply::Cut, Err(ProviderError::Unavailable)),
    ] {
        let server = Server::start(vec![reply]).await;
        let answer = provider(config(&server.base))
            .lookup()
            .unwrap()
            .find(&lost())
            .await;
        assert_eq!(answer.map(|found| found.map(|found| found.report)), found);
    }
    let server = Server::start(vec![fails(404, "error/html")]).await;
    let answer = provider(config(&server.base))
        .lookup()
        .unwrap()
        .find(&lost())
        .await;
    assert!(matches!(answer, Err(ProviderError::Misconfigured(_))));
}

#[tokio::test]
async fn without_its_path_nothing_is_asked_and_nothing_claims_to() {
    let deaf = provider(Config {
        paths: Paths {
            order_query: None,
            ..Paths::default()
        },
        ..config("https://gateway.example/api/v1")
    });
    assert!(deaf.status().is_none() && deaf.lookup().is_none() && deaf.statement().is_none());
    assert!(!deaf.profile().tracking.contains(&keptang_domain::Tracking::Poll));
}

#[tokio::test(start_paused = true)]
async fn a_statement_asks_about_every_payment_we_know() {
    let slow = Reply::Say(429, vec![("Retry-After", "1".to_owned())], vec![]);
    let server = Server::start(vec![
        says("order_query/completed"),
        fails(404, "error/order_not_found"),
        slow,
        says("order_query/pending"),
    ])
    .await;
    let provider = provider(config(&server.base));
    let known = [payment_ref(), payment_ref(), payment_ref()];
    let lines = provider
        .statement()
        .unwrap()
        .list(NOW, NOW, &known)
        .await
        .unwrap();
    let words: Vec<_> = lines.iter().map(|line| (line.word.as_str(), line.paid)).collect();
    assert_eq!(words, [("completed", true), ("pending", false)]);
    assert_eq!(lines[0].our_ref, Some(attempt()));
    assert_eq!(lines[0].provider_ref, DP);
    assert_eq!(lines[0].amount, Some(Money::from_satang(100_000)));
    // 2024-01-01T12:00:00Z.
    assert_eq!(lines[0].created_at, Some(Timestamp::from_ms(1_704_110_400_000)));
    assert_eq!(server.seen().len(), 4);

    let server = Server::start(vec![says("order_query/completed"), fails(500, "error/internal")]).await;
    let provider = super::provider(config(&server.base));
    let half = provider.statement().unwrap().list(NOW, NOW, &known).await;
    assert_eq!(half, Err(ProviderError::Unavailable), "half a statement is none");
}
