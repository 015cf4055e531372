//! Balance, banks and withdrawals.

use super::server::{Reply, Server};
use super::*;
use keptang_domain::RefundId;
use keptang_ports::{Balance, PaymentProvider, ProviderError, WithdrawRequest, Withdrawn};
use keptang_providers::jwt_gateway::Paths;

const REF: &str = "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0009";

fn withdrawal() -> WithdrawRequest {
    WithdrawRequest {
        our_ref: REF.parse::<RefundId>().unwrap(),
        amount: Money::from_satang(100_000),
        bank_code: "KBANK".to_owned(),
        account_no: "1112223334".to_owned(),
        account_name: "ร้าน เก็บตัง".to_owned(),
        callback_url: None,
    }
}

async fn withdraw(reply: Reply) -> (Result<Withdrawn, ProviderError>, usize) {
    let server = Server::start(vec![reply]).await;
    let provider = patient(config(&server.base), 400);
    let answer = provider.payouts().unwrap().withdraw(&withdrawal()).await;
    (answer, server.seen().len())
}

#[tokio::test]
async fn the_balance_is_exact() {
    let balance = |satang, currency: &str| {
        Ok(Balance {
            available: Money::from_satang(satang),
            currency: currency.to_owned(),
        })
    };
    for (reply, answer) in [
        (says("balance/answered"), balance(5_000_000, "THB")),
        (says("balance/satang"), balance(5_000_075, "THB")),
        (says("balance/no_currency"), balance(5_000_000, "THB")),
        (says("balance/other_currency"), balance(100, "USD")),
        (says("balance/half_satang"), Err(ProviderError::Unavailable)),
        (says("balance/no_balance"), Err(ProviderError::Unavailable)),
        (fails(500, "error/internal"), Err(ProviderError::Unavailable)),
    ] {
        let server = Server::start(vec![reply]).await;
        let provider = provider(config(&server.base));
        assert_eq!(provider.payouts().unwrap().balance().await, answer);
        let seen = server.seen();
        assert_eq!(seen[0].line, "POST /balance");
        assert_eq!(signed_payload(&seen[0]), r#"{"timestamp":1704110460}"#);
    }
}

#[tokio::test]
async fn banks_are_listed_by_code() {
    let server = Server::start(vec![
        says("banks/listed"),
        says("banks/lenient"),
        says("banks/empty"),
        says("banks/not_a_list"),
    ])
    .await;
    let provider = provider(config(&server.base));
    let payouts = provider.payouts().unwrap();
    let banks = payouts.banks().await.unwrap();
    assert_eq!(
        (banks[0].code.as_str(), banks[0].name.as_str()),
        ("KBANK", "Kasikorn Bank")
    );
    assert_eq!(banks[0].name_th.as_deref(), Some("ธนาคารกสิกรไทย"));
    let lenient = payouts.banks().await.unwrap();
    let lenient: Vec<_> = lenient
        .iter()
        .map(|bank| (bank.code.as_str(), bank.name.as_str(), bank.active))
        .collect();
    assert_eq!(lenient, [("TTB", "ttb", false), ("BBL", "BBL", true)]);
    assert!(payouts.banks().await.unwrap().is_empty());
    assert_eq!(payouts.banks().await, Err(ProviderError::Unavailable));
    let seen = server.seen();
    assert_eq!(
        (seen[0].line.as_str(), seen[0].header("x-api-key")),
        ("GET /banks", Some(KEY))
    );
}

#[tokio::test]
async fn a_withdrawal_is_asked_for_once_with_its_time_as_a_text() {
    let server = Server::start(vec![says("withdraw/taken")]).await;
    let provider = provider(config(&server.base));
    let taken = provider.payouts().unwrap().withdraw(&withdrawal()).await.unwrap();
    let expected = Withdrawn {
        provider_ref: "WD1640995200XYZ789".to_owned(),
        fee: Some(Money::from_satang(1_500)),
        word: "pending".to_owned(),
    };
    assert_eq!(taken, expected);
    let seen = server.seen();
    assert_eq!(seen[0].line, "POST /withdraw");
    assert_eq!(
        signed_payload(&seen[0]),
        format!(
            r#"{{"account_name":"ร้าน เก็บตัง","account_no":"1112223334","agent_order_no":"{REF}","amount":1000,"bank_code":"KBANK","callback_url":"https://callbacks-are-off.invalid/","timestamp":"1704110460"}}"#
        )
    );
}

#[tokio::test]
async fn whatever_is_not_a_clear_answer_needs_a_person() {
    for reply in [
        Reply::Cut,
        Reply::CutInBody,
        Reply::Hang,
        says("withdraw/other_ref"),
        says("withdraw/other_amount"),
        says("withdraw/no_order_no"),
        says("error/empty_object"),
        fails(400, "error/already_exists"),
        fails(500, "error/internal"),
        fails(502, "error/html"),
    ] {
        assert_eq!(withdraw(reply).await, (Err(ProviderError::OutcomeUnknown), 1));
    }
    let refused = |code: &str| {
        Err(ProviderError::Refused {
            code: code.to_owned(),
        })
    };
    assert_eq!(withdraw(says("withdraw/failed")).await, (refused("failed"), 1));
    let small = fails(400, "error/amount_too_small");
    assert_eq!(withdraw(small).await, (refused("amount must be at least 1"), 1));
    let (no_fee, _) = withdraw(says("withdraw/no_fee")).await;
    assert_eq!(no_fee.unwrap().fee, None);
}

#[tokio::test]
async fn an_emptied_path_is_named_and_nothing_is_sent() {
    let server = Server::start(vec![]).await;
    let provider = provider(Config {
        paths: Paths {
            withdraw: None,
            banks: Some(String::new()),
            ..Paths::default()
        },
        ..config(&server.base)
    });
    let payouts = provider.payouts().unwrap();
    let errors = [
        payouts.withdraw(&withdrawal()).await.unwrap_err(),
        payouts.banks().await.unwrap_err(),
    ];
    let settings: Vec<String> = errors
        .into_iter()
        .map(|error| match error {
            ProviderError::Misconfigured(fault) => fault.setting,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        settings,
        [
            "providers.jwt_gateway.paths.withdraw",
            "providers.jwt_gateway.paths.banks"
        ]
    );
    assert_eq!(server.seen().len(), 0);
}
