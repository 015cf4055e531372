//! Listing for reconciliation.

use super::server::{Reply, Server};
use super::*;
use keptang_ports::{PaymentProvider, ProviderError, StatementLine};

/// The Bangkok day 2026-01-12: from 2026-01-11T17:00Z.
const FROM: Timestamp = Timestamp::from_ms(1_768_150_800_000);
const TO: Timestamp = Timestamp::from_ms(1_768_237_200_000);

async fn list(script: Vec<Reply>) -> (Result<Vec<StatementLine>, ProviderError>, Vec<String>) {
    let server = Server::start(script).await;
    let provider = patient(config(&server.base), 400);
    let lines = provider.statement().unwrap().list(FROM, TO, &[]).await;
    let bodies = server.seen().into_iter().map(|seen| {
        assert_eq!(seen.line, "POST /v1/payment/list");
        String::from_utf8(seen.body).unwrap()
    });
    (lines, bodies.collect())
}

#[tokio::test]
async fn every_page_is_read_and_the_edges_of_the_day_are_ours() {
    let (lines, bodies) = list(vec![says("list/page_1"), says("list/page_2")]).await;
    let body = |page: u32| {
        format!(r#"{{"date_from":"2026-01-11","date_to":"2026-01-14","page":{page},"per_page":100}}"#)
    };
    assert_eq!(bodies, [body(1), body(2)]);
    let lines = lines.unwrap();
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            let amount = line.amount.map(Money::satang);
            (
                &line.provider_ref[35..],
                line.our_ref.is_some(),
                amount,
                line.paid,
                line.word.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("1", true, Some(12_050), true, "paid"),
            ("2", true, Some(12_050), false, "cancel"),
            // Kept in dollars, and its refund failed: the money is still the shop's. It stood on both pages.
            ("3", true, None, true, "refund_fail"),
            ("4", false, Some(12_050), false, "refund_paid"),
            // Midnight in Bangkok is inside, the second before the day is not.
            ("5", true, Some(12_050), true, "paid"),
        ]
    );
}

#[tokio::test]
async fn a_list_that_is_not_whole_is_none() {
    let (lines, bodies) = list(vec![says("list/empty")]).await;
    assert_eq!((lines, bodies.len()), (Ok(vec![]), 1));
    for script in [
        vec![says("list/page_1"), fails(500, "list/page_2")],
        vec![says("list/page_1"), Reply::Cut],
        vec![says("list/page_1"), says("create/html")],
        vec![says("create/address")],
        // The same page for ever.
        vec![says("list/never_ends"), says("list/never_ends")],
    ] {
        assert_eq!(list(script).await.0, Err(ProviderError::Unavailable));
    }
}
