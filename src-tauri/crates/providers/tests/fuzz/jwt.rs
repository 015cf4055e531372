//! The JWT gateway: deposits, orders, balance, banks, withdrawals and the connection test (jwt-gateway.md).

use crate::bench::Bench;
use crate::oracle::Said;
use crate::*;
use keptang_ports::{Lookup, PaymentProvider, Payouts, Report, Statement, StatusQuery, WithdrawRequest};
use keptang_providers::Secret;
use keptang_providers::jwt_gateway::{Config, JwtGateway};

const ORDER_NO: &str = "DP1640995200ABC123";
const SATANG: i64 = 100_000;
pub(crate) const KEY: &str = "demo_api_key_0123456789abcdef";
/// 2024-01-01T12:01:00Z, a minute after the fixtures.
pub(crate) const NOW: Timestamp = Timestamp::from_ms(1_704_110_460_000);

pub(crate) fn provider(bench: &Bench, config: impl FnOnce(Config) -> Config) -> JwtGateway {
    let plain = Config {
        callbacks: true,
        requests_per_second: 1_000_000,
        ..Config::new(&bench.base, "M0001", Secret::new(KEY))
    };
    JwtGateway::new(config(plain), &bench.client())
}

fn code(said: &Said) -> Option<i64> {
    said.get("code")?.number()?.times_ten_to(0)
}

/// The word of success (§6, "Client").
fn succeeds(said: &Said) -> bool {
    match code(said) {
        Some(code) => code == 200,
        None => said.says("status", &["success"]),
    }
}

/// The data of a success.
fn data(body: &[u8], status: u16) -> Option<Said> {
    let said = Said::read(body).filter(|said| succeeds(said) && (200..=299).contains(&status))?;
    said.get("data").filter(|data| data.members().is_some())
}

/// A "no" in the gateway's own words, with nothing beside it that says something was made (§6).
fn refuses(body: &[u8], reference: &str) -> bool {
    let Some(said) = Said::read(body) else {
        return false;
    };
    let data = said.get("data");
    let made = data
        .as_ref()
        .is_some_and(|data| data.word_at(reference).is_some());
    let dead = data.is_some_and(|data| data.says("status", &["failed", "expired"]));
    let message = said.text_at("message").is_some_and(|message| !message.is_empty());
    dead || (!succeeds(&said) && !made && (message || code(&said).is_some_and(|code| code != 200)))
}

fn is_paid(data: &Said, order_no: &str) -> bool {
    data.word_at("order_no").as_deref() == Some(order_no)
        && data.word_at("agent_order_no").as_deref() == Some(ATTEMPT)
        && data.says("status", &["completed"])
        && data.satang_at("amount") == Some(SATANG)
}

fn paid_only_if_said(report: &Report, data: Option<&Said>, order_no: &str) -> Finding {
    let Verdict::Paid(evidence) = &report.verdict else {
        return wrong(!claims_money(&report.verdict), "money without proof", report);
    };
    let holds = data.is_some_and(|data| {
        is_paid(data, order_no)
            && evidence
                .fee
                .is_none_or(|fee| data.satang_at("fee") == Some(fee.satang()))
    });
    wrong(
        holds
            && evidence.key == order_no
            && evidence.amount.satang() == SATANG
            && report.provider_ref == order_no,
        "wrong paid",
        report,
    )
}

#[test]
fn deposits_as_they_are_made() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench, |config| config);
    let made = Reached::default();
    attack(
        &bench.base,
        &seeds("jwt_gateway", &["deposit", "error"]),
        |body, recipe| {
            let script = vec![("", recipe.status, body.to_vec())];
            match bench.hear(script, provider.create(&payment(SATANG)))? {
                Ok(created) => {
                    made.once_more();
                    let data = data(body, recipe.status).ok_or("no data, and believed")?;
                    let foreign = data
                        .get("merchantId")
                        .is_some_and(|id| id.word().as_deref() != Some("M0001"));
                    let holds = data.word_at("transactionId").as_deref() == Some(ATTEMPT)
                        && data.word_at("referenceId") == created.provider_ref
                        && created.payable.is_positive()
                        && data.satang_at("amount") == Some(created.payable.satang())
                        && !(foreign && created.offer.is_ok());
                    wrong(holds, "not our deposit", &created)
                }
                Err(error) => leaves_open(&error, recipe.status, refuses(body, "transactionId")),
            }
        },
    );
}

#[test]
fn orders_that_are_asked_about() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench, |config| config);
    let payment = payment_ref(ORDER_NO, SATANG);
    let paid = Reached::default();
    attack(
        &bench.base,
        &seeds("jwt_gateway", &["order_query", "error"]),
        |body, recipe| {
            let script = || vec![("", recipe.status, body.to_vec())];
            let data = data(body, recipe.status);
            if let Ok(report) = bench.hear(script(), StatusQuery::query(&provider, &payment))? {
                if matches!(report.verdict, Verdict::Paid(_)) {
                    paid.once_more();
                }
                paid_only_if_said(&report, data.as_ref(), ORDER_NO)?;
            }
            if let Ok(Some(found)) = bench.hear(script(), Lookup::find(&provider, &lost(SATANG, NOW)))? {
                let order_no = data
                    .as_ref()
                    .and_then(|data| data.word_at("order_no"))
                    .unwrap_or_default();
                let ours = data
                    .as_ref()
                    .is_some_and(|data| data.word_at("agent_order_no").as_deref() == Some(ATTEMPT));
                wrong(
                    ours && found.created.provider_ref.as_ref() == Some(&order_no),
                    "found what is not ours",
                    &found,
                )?;
                paid_only_if_said(&found.report, data.as_ref(), &order_no)?;
            }
            let list = Statement::list(&provider, NOW, NOW, std::slice::from_ref(&payment));
            for line in bench.hear(script(), list)?.unwrap_or_default() {
                let data = data.as_ref().ok_or("no data, and listed")?;
                let holds = line.our_ref == Some(attempt())
                    && data.word_at("order_no").as_deref() == Some(&line.provider_ref)
                    && line
                        .amount
                        .is_none_or(|amount| data.satang_at("amount") == Some(amount.satang()))
                    && (!line.paid || data.says("status", &["completed"]));
                wrong(holds, "a line that nobody wrote", &line)?;
            }
            Ok(())
        },
    );
}

#[test]
fn balances_and_banks() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench, |config| config);
    let (balances, lists) = (Reached::default(), Reached::default());
    attack(
        &bench.base,
        &seeds("jwt_gateway", &["balance", "banks", "error"]),
        |body, recipe| {
            let script = || vec![("", recipe.status, body.to_vec())];
            let data = data(body, recipe.status);
            if let Ok(balance) = bench.hear(script(), Payouts::balance(&provider))? {
                balances.once_more();
                let said = data.as_ref().and_then(|data| data.satang_at("balance"));
                wrong(
                    said == Some(balance.available.satang()),
                    "another balance",
                    &balance,
                )?;
            }
            if let Ok(banks) = bench.hear(script(), Payouts::banks(&provider))? {
                lists.once_more();
                let said = data
                    .and_then(|data| data.get("banks"))
                    .and_then(|banks| banks.items());
                let codes: Vec<_> = said
                    .unwrap_or_default()
                    .iter()
                    .filter_map(|bank| bank.word_at("code"))
                    .collect();
                wrong(
                    banks.iter().all(|bank| codes.contains(&bank.code)),
                    "a bank that nobody named",
                    &banks,
                )?;
            }
            Ok(())
        },
    );
}

#[test]
fn withdrawals_as_they_are_answered() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench, |config| config);
    let request = WithdrawRequest {
        our_ref: refund_id(),
        amount: Money::from_satang(SATANG),
        bank_code: "KBANK".to_owned(),
        account_no: "1112223334".to_owned(),
        account_name: "Shop".to_owned(),
        callback_url: None,
    };
    let taken = Reached::default();
    attack(
        &bench.base,
        &seeds("jwt_gateway", &["withdraw", "error"]),
        |body, recipe| {
            let script = vec![("", recipe.status, body.to_vec())];
            match bench.hear(script, Payouts::withdraw(&provider, &request))? {
                Ok(withdrawn) => {
                    taken.once_more();
                    let data = data(body, recipe.status).ok_or("no data, and believed")?;
                    let silent = !data
                        .members()
                        .unwrap_or_default()
                        .iter()
                        .any(|(name, value)| name == "amount" && value.raw() != "null");
                    let holds = data.word_at("agent_order_no").as_deref() == Some(REFUND)
                        && data.word_at("order_no").as_deref() == Some(&withdrawn.provider_ref)
                        && (silent || data.satang_at("amount") == Some(SATANG))
                        && withdrawn
                            .fee
                            .is_none_or(|fee| data.satang_at("fee") == Some(fee.satang()))
                        && !data.says("status", &["failed"]);
                    wrong(holds, "not our withdrawal", &withdrawn)
                }
                Err(error) => leaves_open(&error, recipe.status, refuses(body, "agent_order_no")),
            }
        },
    );
}

#[test]
fn the_connection_test() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench, |config| config);
    let fine = Reached::default();
    let good = |name: &str| seeds("jwt_gateway", &[name]).swap_remove(0).body;
    let (balance, refused) = (
        good("balance"),
        br#"{"code":400,"message":"amount is too small"}"#.to_vec(),
    );
    attack(
        &bench.base,
        &seeds("jwt_gateway", &["health", "balance", "sign", "error"]),
        |body, recipe| {
            for altered in ["/health", "/balance", "/order/query", "/deposit", "/jwt/create"] {
                let script = vec![
                    (altered, recipe.status, body.to_vec()),
                    ("/balance", 200, balance.clone()),
                    ("", 400, refused.clone()),
                ];
                let report = bench.hear(script, provider.test())?;
                if report.fault.is_none() {
                    fine.once_more();
                    let baht = altered != "/balance"
                        || data(body, recipe.status).is_some_and(|data| data.satang_at("balance").is_some());
                    wrong(baht, "no balance", &altered)?;
                }
            }
            Ok(())
        },
    );
}
