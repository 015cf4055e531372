//! The deposit gateway: deposits, callbacks, the request for one more callback and the balance (deposit-gateway.md).

use crate::bench::{Bench, timed};
use crate::oracle::Said;
use crate::*;
use keptang_ports::{NoticeReader, PaymentProvider, Resend, Strength};
use keptang_providers::Secret;
use keptang_providers::deposit_gateway::{Config, DepositGateway};

const REF: &str = "QPDKXA-1751342400123-20250701110000-a1b2c3";
/// 2025-07-01T04:00:30Z, half a minute after the fixtures.
const NOW: Timestamp = Timestamp::from_ms(1_751_342_430_000);

fn provider(bench: &Bench) -> DepositGateway {
    let secret = || Secret::new("canary");
    let config = Config {
        callbacks: true,
        requests_per_second: 1_000_000,
        ..Config::new(&bench.base, secret(), secret(), secret())
    };
    DepositGateway::new(config, &bench.client())
}

#[test]
fn deposits_as_they_are_made() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench);
    let made = Reached::default();
    attack(
        &bench.base,
        &seeds("deposit_gateway", &["create_deposit", "error"]),
        |body, recipe| {
            let script = vec![("", recipe.status, body.to_vec())];
            let said = Said::read(body);
            let ours = said
                .as_ref()
                .is_some_and(|said| said.word_at("order_id").as_deref() == Some(ATTEMPT));
            match bench.hear(script, provider.create(&payment(100_000)))? {
                Ok(created) => {
                    made.once_more();
                    let said = said.ok_or("no JSON, and believed")?;
                    let holds = ours
                        && said.word_at("ref_id") == created.provider_ref
                        && created.payable.is_positive()
                        && said.satang_at("amount") == Some(created.payable.satang())
                        && !said.says("status", &["FAILED"]);
                    wrong(holds, "not our deposit", &created)
                }
                Err(error) => {
                    let failed = ours && said.is_some_and(|said| said.says("status", &["FAILED"]));
                    leaves_open(&error, recipe.status, failed)
                }
            }
        },
    );
}

#[test]
fn callbacks() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench);
    let paid = Reached::default();
    attack(
        &bench.base,
        &seeds("deposit_gateway", &["callback", "error"]),
        |body, recipe| {
            let mut notice = raw_notice(ProviderId::DepositGateway, vec![], body);
            if recipe.resigned {
                notice.token = None;
            }
            let read = timed(|| provider.read(&notice, NOW))?;
            too_long_is_refused(body, &read)?;
            let Ok(read) = read else { return Ok(()) };
            let strength = if recipe.resigned {
                Strength::Weak
            } else {
                Strength::SecretPath
            };
            wrong(read.strength == strength, "believed too far", &read)?;
            if let Verdict::Paid(evidence) = &read.verdict {
                paid.once_more();
                // Ours is for the till to compare; here it must be what the callback says (§6, authenticity, 3).
                let said = Said::read(body).ok_or("no JSON, and believed")?;
                let order = said.word_at("txn_ref_order_id").ok_or("no order, and believed")?;
                let holds = said.says("type", &["DEPOSIT"])
                    && said.says("status", &["SUCCESS", "AUTO_SUCCESS"])
                    && read.our_ref.is_some_and(|attempt| attempt.to_string() == order)
                    && said.word_at("txn_ref_id") == read.provider_ref
                    && read.provider_ref.as_ref() == Some(&evidence.key)
                    && evidence.amount.is_positive()
                    && said.satang_at("amount") == Some(evidence.amount.satang())
                    && evidence
                        .fee
                        .is_none_or(|fee| said.satang_at("mdr_amount") == Some(fee.satang()));
                return wrong(holds, "wrong paid", &read);
            }
            wrong(!claims_money(&read.verdict), "money without proof", &read)
        },
    );
}

#[test]
fn what_only_answers() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench);
    let (fine, repeated) = (Reached::default(), Reached::default());
    attack(
        &bench.base,
        &seeds("deposit_gateway", &["balance", "resend", "error"]),
        |body, recipe| {
            let good = (200..=299).contains(&recipe.status);
            let script = || vec![("", recipe.status, body.to_vec())];
            if bench.hear(script(), provider.test())?.fault.is_none() {
                fine.once_more();
                let balance = Said::read(body).is_some_and(|said| {
                    ["current_deposit_balance", "current_withdraw_balance"]
                        .iter()
                        .any(|name| said.get(name).is_some_and(|value| value.number().is_some()))
                });
                wrong(good && balance, "no balance", &"no fault")?;
            }
            let again = bench.hear(script(), Resend::resend(&provider, &payment_ref(REF, 100_000)))?;
            if again.is_ok() {
                repeated.once_more();
            }
            // What the body says is for people; a bodiless or too long answer is lost.
            wrong(again.is_err() || good, "not asked again", &again)
        },
    );
}
