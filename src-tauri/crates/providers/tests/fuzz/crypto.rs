//! 2328.io: payments, lists, directions, rates, balance and callbacks (crypto-2328.md).

use crate::bench::{Bench, timed};
use crate::oracle::{Number, Said};
use crate::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use keptang_domain::order::Instruction;
use keptang_ports::{Created, Lookup, NoticeReader, PaymentProvider, Report, Statement, StatusQuery};
use keptang_providers::Secret;
use keptang_providers::crypto_2328::{Config, Crypto2328};

const UUID: &str = "db17d490-15b6-47b9-9015-91d1d8b119f2";
const SATANG: i64 = 12_050;
const KEY: &str = "demo_2328_key";
/// 2026-01-11T20:01:00Z, a minute after the fixtures.
const NOW: Timestamp = Timestamp::from_ms(1_768_161_660_000);
const DAY_MS: i64 = 86_400_000;

fn provider(bench: &Bench) -> Crypto2328 {
    let config = Config {
        base_url: bench.base.clone(),
        legal_note_acknowledged: true,
        requests_per_second: 1_000_000,
        ..Config::new(
            Some("2d0b0e9c-6f0e-4c58-a0c6-6d9d3a5c7e11".to_owned()),
            Secret::new(KEY),
        )
    };
    Crypto2328::new(config, &bench.client())
}

/// The result of a success (§10): HTTP 200, `state` 0 and a result.
fn result(body: &[u8], status: u16) -> Option<Said> {
    let said = Said::read(body).filter(|said| {
        status == 200
            && said
                .get("state")
                .and_then(|state| state.number())
                .is_some_and(|state| state.is_zero())
    })?;
    said.get("result")
}

/// A "no" (§10), with no payment beside it.
fn refuses(body: &[u8]) -> bool {
    Said::read(body).is_some_and(|said| {
        let state = said.get("state").and_then(|state| state.number());
        let made = said
            .get("result")
            .is_some_and(|result| result.get("uuid").is_some());
        state.is_some_and(|state| !state.is_zero()) && !made
    })
}

/// The invoice is ours: order, amount and currency (§6, "Then").
fn is_our_invoice(payment: &Said) -> bool {
    payment.text_at("order_id").as_deref() == Some(ATTEMPT)
        && payment.satang_at("amount") == Some(SATANG)
        && payment
            .text_at("currency")
            .is_some_and(|word| word.eq_ignore_ascii_case("THB"))
}

fn money_only_if_said(report: &Report, payment: Option<&Said>, uuid: &str) -> Finding {
    let words: &[&str] = match &report.verdict {
        Verdict::Paid(_) => &["paid", "overpaid"],
        Verdict::Short(_) => &["underpaid_check"],
        Verdict::ShortForGood(_) => &["underpaid"],
        Verdict::Seen => &["awaiting_confirmation", "underpaid_check"],
        _ => return Ok(()),
    };
    let said = |payment: &Said| {
        payment.text_at("uuid").as_deref() == Some(uuid)
            && payment
                .text_at("payment_status")
                .is_some_and(|word| words.contains(&word.as_str()))
    };
    // A payment that says how much arrived says a sum above nothing.
    let arrived = |payment: &Said| {
        let told = payment
            .members()
            .unwrap_or_default()
            .into_iter()
            .find(|(name, value)| name == "payment_amount" && value.raw() != "null");
        told.is_none_or(|(_, value)| value.number().is_some_and(|number| number.is_positive()))
    };
    let holds = payment.is_some_and(|payment| match &report.verdict {
        Verdict::Paid(evidence) => {
            said(payment)
                && is_our_invoice(payment)
                && arrived(payment)
                && evidence.key == uuid
                && evidence.amount.satang() >= SATANG
                && (evidence.amount.satang() == SATANG || payment.says("payment_status", &["overpaid"]))
        }
        Verdict::Short(evidence) | Verdict::ShortForGood(evidence) => {
            said(payment)
                && is_our_invoice(payment)
                && evidence.amount.is_positive()
                && evidence.amount.satang() < SATANG
        }
        _ => said(payment),
    });
    wrong(holds && report.provider_ref == uuid, "wrong money", report)
}

fn is_ours(created: &Created, payment: &Said) -> bool {
    let offered = match &created.offer {
        Ok(Instruction::CryptoAddress {
            address,
            amount,
            coin,
            network,
            ..
        }) => {
            payment.text_at("address").as_ref() == Some(address)
                && payment.text_at("payer_currency").as_ref() == Some(coin)
                && payment.text_at("network").as_ref() == Some(network)
                && Number::read(amount).is_some_and(|shown| {
                    shown.is_positive()
                        && payment.get("payer_amount").and_then(|asked| asked.number()) == Some(shown)
                })
        }
        _ => true,
    };
    payment.text_at("uuid") == created.provider_ref
        && payment.text_at("order_id").as_deref() == Some(ATTEMPT)
        && created.payable.satang() == SATANG
        && (created.offer.is_err() || is_our_invoice(payment))
        && offered
}

#[test]
fn invoices_as_they_are_made() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench);
    let made = Reached::default();
    attack(
        &bench.base,
        &seeds("crypto_2328", &["create", "error"]),
        |body, recipe| {
            let script = vec![("", recipe.status, body.to_vec())];
            match bench.hear(script, provider.create(&payment(SATANG)))? {
                Ok(created) => {
                    made.once_more();
                    let ours = result(body, recipe.status).is_some_and(|payment| is_ours(&created, &payment));
                    wrong(ours, "not our invoice", &created)
                }
                Err(error) => leaves_open(&error, recipe.status, refuses(body)),
            }
        },
    );
}

/// Found once: writing so many places again panicked, and so many names took minutes.
#[test]
fn many_places_and_many_names() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench);
    let seeds = seeds("crypto_2328", &["create"]);
    let plain = seeds
        .iter()
        .find(|seed| seed.name.ends_with("/address.json"))
        .unwrap();
    let plain = String::from_utf8(plain.body.clone()).unwrap();
    let places = plain.replace("\"3.31\"", &format!("\"0.{}1e0\"", "0".repeat(70_000)));
    let names: String = (0..80_000).map(|at| format!("\"{at:x}\":0,")).collect();
    let names = plain.replacen('{', &format!("{{{names}"), 1);
    for body in [places, names] {
        assert_ne!(body, plain);
        let script = vec![("", 200, body.into_bytes())];
        let created = bench.hear(script, provider.create(&payment(SATANG))).unwrap();
        let address = matches!(created.unwrap().offer, Ok(Instruction::CryptoAddress { amount, .. }) if amount.len() > 64);
        assert!(!address);
    }
}

#[test]
fn invoices_that_are_asked_about() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench);
    let payment = payment_ref(UUID, SATANG);
    let paid = Reached::default();
    attack(
        &bench.base,
        &seeds("crypto_2328", &["info", "error"]),
        |body, recipe| {
            let script = || vec![("", recipe.status, body.to_vec())];
            let result = result(body, recipe.status);
            if let Ok(report) = bench.hear(script(), StatusQuery::query(&provider, &payment))? {
                if matches!(report.verdict, Verdict::Paid(_)) {
                    paid.once_more();
                }
                money_only_if_said(&report, result.as_ref(), UUID)?;
            }
            match bench.hear(script(), Lookup::find(&provider, &lost(SATANG, NOW)))? {
                Ok(Some(found)) => {
                    let uuid = found.created.provider_ref.clone().unwrap_or_default();
                    let ours = result
                        .as_ref()
                        .is_some_and(|payment| is_ours(&found.created, payment));
                    wrong(ours, "found what is not ours", &found)?;
                    money_only_if_said(&found.report, result.as_ref(), &uuid)
                }
                Ok(None) => wrong(result.is_none(), "ours was passed over", &"none"),
                Err(_) => Ok(()),
            }
        },
    );
}

#[test]
fn statements() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench);
    let lines = Reached::default();
    attack(&bench.base, &seeds("crypto_2328", &["list"]), |body, recipe| {
        let script = vec![("", recipe.status, body.to_vec())];
        let list = Statement::list(&provider, NOW.plus_ms(-30 * DAY_MS), NOW.plus_ms(DAY_MS), &[]);
        let items = result(body, recipe.status)
            .and_then(|result| result.get("items"))
            .and_then(|items| items.items())
            .unwrap_or_default();
        for line in bench.hear(script, list)?.unwrap_or_default() {
            lines.once_more();
            let stands = items.iter().any(|payment| {
                payment.text_at("uuid").as_deref() == Some(&line.provider_ref)
                    && line.amount.is_none_or(|amount| {
                        payment.satang_at("amount") == Some(amount.satang())
                            && payment.says("currency", &["THB"])
                    })
                    && (!line.paid
                        || payment.says(
                            "payment_status",
                            &["paid", "overpaid", "refund_process", "refund_fail"],
                        ))
            });
            wrong(stands, "a line that nobody wrote", &line)?;
        }
        Ok(())
    });
}

#[test]
fn what_only_answers() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench);
    let good = |folder: &str, end: &str| {
        let seeds = seeds("crypto_2328", &[folder]);
        seeds
            .into_iter()
            .find(|seed| seed.name.ends_with(end))
            .unwrap()
            .body
    };
    let balance = good("balance", "two_coins.json");
    let rates = good("rates", "with_baht.json");
    let directions = good("directions", "open.json");
    let (fine, listed) = (Reached::default(), Reached::default());
    attack(
        &bench.base,
        &seeds("crypto_2328", &["directions", "rates", "balance", "error"]),
        |body, recipe| {
            for altered in ["/balance", "/exchange-rates", "/directions"] {
                let script = vec![
                    (altered, recipe.status, body.to_vec()),
                    ("/balance", 200, balance.clone()),
                    ("/exchange-rates", 200, rates.clone()),
                    ("/directions", 200, directions.clone()),
                ];
                if bench.hear(script, provider.test())?.fault.is_none() {
                    fine.once_more();
                    wrong(
                        recipe.status == 200 && Said::read(body).is_some(),
                        "no answer, and no fault",
                        &altered,
                    )?;
                }
            }
            let script = vec![("", recipe.status, body.to_vec())];
            if let Ok(directions) = bench.hear(script, provider.directions())? {
                listed.once_more();
                let limits = directions
                    .iter()
                    .flat_map(|direction| [&direction.min_deposit, &direction.max_deposit]);
                let plain = limits.flatten().all(|limit| Number::read(limit).is_some());
                wrong(plain, "a limit that is no number", &directions)?;
            }
            let profile = provider.profile();
            let range =
                profile.min.is_positive() && profile.min <= profile.max && profile.max <= Money::LARGEST_SALE;
            wrong(range, "limits nobody can meet", &(profile.min, profile.max))
        },
    );
}

/// Compact, names in order, numbers as written, `/` and Thai as they are (§3.1); a name twice has no form.
fn compact(value: &Said, leave_out_sign: bool, depth: u32) -> Option<String> {
    if depth > 40 {
        return None;
    }
    if let Some(text) = value.text() {
        return Some(serde_json::Value::from(text).to_string());
    }
    if let Some(items) = value.items() {
        let items: Option<Vec<_>> = items.iter().map(|item| compact(item, false, depth + 1)).collect();
        return Some(format!("[{}]", items?.join(",")));
    }
    let Some(members) = value.members() else {
        return Some(value.raw().to_owned());
    };
    let names: std::collections::BTreeSet<_> = members.iter().map(|(name, _)| name).collect();
    if names.len() < members.len() {
        return None;
    }
    let members: Option<Vec<_>> = members
        .iter()
        .filter(|(name, _)| !(leave_out_sign && name == "sign"))
        .map(|(name, value)| {
            Some(format!(
                "{}:{}",
                serde_json::Value::from(name.as_str()),
                compact(value, false, depth + 1)?
            ))
        })
        .collect();
    Some(format!("{{{}}}", members?.join(",")))
}

fn sign(content: &[u8]) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(STANDARD.encode(content).as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// The body signed anew, with `sign` as its last member.
fn signed(body: &[u8]) -> Option<Vec<u8>> {
    let content = compact(
        &Said::read(body).filter(|said| said.members().is_some())?,
        true,
        0,
    )?;
    let open = content.strip_suffix('}')?;
    let comma = if open == "{" { "" } else { "," };
    Some(format!("{open}{comma}\"sign\":\"{}\"}}", sign(content.as_bytes())).into_bytes())
}

#[test]
fn callbacks() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench);
    let seen = Reached::default();
    // As they are made out, so that those signed over their escapes are among them.
    let seeds = seeds("crypto_2328", &["webhook", "info", "error"]);
    attack(&bench.base, &seeds, |body, recipe| {
        let body = match recipe.resigned {
            true => signed(body).unwrap_or_else(|| body.to_vec()),
            false => body.to_vec(),
        };
        let (body, _) = recipe.tamper(body);
        let read = timed(|| provider.read(&raw_notice(ProviderId::Crypto2328, vec![], &body), NOW))?;
        too_long_is_refused(&body, &read)?;
        let Ok(read) = read else { return Ok(()) };
        let said = Said::read(&body).ok_or("no JSON, and believed")?;
        let content = compact(&said, true, 0).ok_or("a name twice, and believed")?;
        let proven = said
            .text_at("sign")
            .is_some_and(|written| written.eq_ignore_ascii_case(&sign(content.as_bytes())));
        wrong(proven, "not signed, and believed", &read)?;
        if claims_money(&read.verdict) {
            seen.once_more();
            let holds = read.verdict == Verdict::Seen
                && said.text_at("uuid") == read.provider_ref
                && said.says("payment_status", &["paid", "overpaid"]);
            wrong(holds, "not what the callback says", &read)?;
        }
        Ok(())
    });
}
