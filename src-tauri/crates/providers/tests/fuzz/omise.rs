//! Omise: charges, sources, lists, refunds, events and the capability (omise-truemoney.md).

use crate::bench::{Bench, timed};
use crate::oracle::{Said, is_same_id};
use crate::*;
use hmac::{Hmac, KeyInit, Mac};
use keptang_ports::{
    Cancel, CancelOutcome, Created, Lookup, NoticeReader, PaymentProvider, RefundRequest, Refunds, Report,
    Statement, StatusQuery,
};
use keptang_providers::Secret;
use keptang_providers::omise_truemoney::{Config, Flow, OmiseTrueMoney};

const CHARGE: &str = "chrg_test_0000000000000000001a";
const SATANG: i64 = 25_000;
/// 2024-09-23T03:20:00Z, a minute after the fixtures.
const NOW: Timestamp = Timestamp::from_ms(1_727_061_600_000);
const WEBHOOK_SECRET: &str = "b21pc2Utc2ltLXdlYmhvb2stc2VjcmV0LTAwMDAwMDE=";
const WEBHOOK_KEY: &[u8] = b"omise-sim-webhook-secret-0000001";

fn provider(bench: &Bench, flow: Flow) -> OmiseTrueMoney {
    let config = Config {
        base_url: bench.base.clone(),
        flow,
        public_key: Secret::new("pkey_test_canary"),
        webhook_secret: Secret::new(WEBHOOK_SECRET),
        callbacks: true,
        requests_per_second: 1_000_000,
        ..Config::new(Secret::new("skey_test_canary"))
    };
    OmiseTrueMoney::new(config, &bench.client())
}

/// A whole number of satang (§1), not one with a point.
fn satang(object: &Said, name: &str) -> Option<i64> {
    let value = object.get(name)?;
    let digits = value.word()?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    plain.then(|| value.number()?.times_ten_to(0)).flatten()
}

fn is_charge_of_ours(charge: &Said) -> bool {
    let attempt = charge
        .get("metadata")
        .and_then(|metadata| metadata.text_at("attempt"));
    charge.text_at("object").as_deref() == Some("charge")
        && attempt.is_some_and(|text| is_same_id(&text, ATTEMPT))
}

fn is_in_baht(object: &Said) -> bool {
    object
        .text_at("currency")
        .is_some_and(|word| word.eq_ignore_ascii_case("THB"))
}

/// The paid rule (§3); the id is the one asked for, or any when only our own reference was known.
fn is_paid(charge: &Said, id: Option<&str>) -> bool {
    let order = charge
        .get("metadata")
        .and_then(|metadata| metadata.text_at("order_id"));
    is_charge_of_ours(charge)
        && id.is_none_or(|id| charge.text_at("id").as_deref() == Some(id))
        && charge.text_at("status").as_deref() == Some("successful")
        && charge.get("paid").is_some_and(|paid| paid.is_true())
        && satang(charge, "amount") == Some(SATANG)
        && is_in_baht(charge)
        && order.as_deref() == Some(ORDER_NUMBER)
        && charge.get("livemode").is_some_and(|live| live.raw() == "false")
}

fn paid_only_if(report: &Report, holds: impl FnOnce() -> bool) -> Finding {
    match &report.verdict {
        Verdict::Paid(evidence) => wrong(
            holds() && evidence.amount.satang() == SATANG && evidence.key == report.provider_ref,
            "wrong paid",
            report,
        ),
        _ => Ok(()),
    }
}

fn is_ours(created: &Created, charge: &Said) -> bool {
    let shown = created.offer.is_ok();
    is_charge_of_ours(charge)
        && charge.text_at("id") == created.provider_ref
        && created.payable.is_positive()
        && (!is_in_baht(charge) || satang(charge, "amount") == Some(created.payable.satang()))
        && (!shown
            || (is_in_baht(charge) && charge.get("livemode").is_some_and(|live| live.raw() == "false")))
}

fn items(body: &[u8]) -> Vec<Said> {
    let list = Said::read(body).and_then(|list| list.get("data"));
    list.and_then(|data| data.items()).unwrap_or_default()
}

#[test]
fn charges_as_they_are_made() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench, Flow::OneCall);
    let made = Reached::default();
    attack(
        &bench.base,
        &seeds("omise_truemoney", &["charge", "error", "list"]),
        |body, recipe| {
            let script = vec![("", recipe.status, body.to_vec())];
            let said = Said::read(body);
            match bench.hear(script, provider.create(&payment(SATANG)))? {
                Ok(created) => {
                    made.once_more();
                    let ours = said.is_some_and(|charge| is_ours(&created, &charge));
                    wrong(ours, "not our charge", &created)
                }
                Err(error) => {
                    let dead = said.is_some_and(|charge| {
                        is_charge_of_ours(&charge) && charge.says("status", &["failed"])
                    });
                    leaves_open(&error, recipe.status, dead)
                }
            }
        },
    );
}

#[test]
fn sources_before_their_charge() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench, Flow::SourceFirst);
    let pending = seeds("omise_truemoney", &["charge"]);
    let pending = &pending
        .iter()
        .find(|seed| seed.name.ends_with("/pending.json"))
        .unwrap()
        .body;
    let made = Reached::default();
    attack(
        &bench.base,
        &seeds("omise_truemoney", &["source"]),
        |body, recipe| {
            let script = vec![
                ("/sources", recipe.status, body.to_vec()),
                ("/charges", 200, pending.clone()),
            ];
            let outcome = bench.hear(script, provider.create(&payment(SATANG)))?;
            let charged = bench.asked().iter().any(|line| line.starts_with("POST /charges"));
            let source = Said::read(body).filter(|source| {
                source.text_at("object").as_deref() == Some("source")
                    && satang(source, "amount") == Some(SATANG)
                    && is_in_baht(source)
            });
            if outcome.is_ok() {
                made.once_more();
            }
            wrong(outcome.is_ok() == charged, "the charge was sent", &outcome)?;
            wrong(
                !charged || source.is_some(),
                "a charge for another source",
                &outcome,
            )
        },
    );
}

#[test]
fn charges_that_are_asked_about() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench, Flow::OneCall);
    let payment = payment_ref(CHARGE, SATANG);
    let paid = Reached::default();
    attack(
        &bench.base,
        &seeds("omise_truemoney", &["charge", "error"]),
        |body, recipe| {
            let holds = || {
                (200..=299).contains(&recipe.status)
                    && Said::read(body).is_some_and(|charge| is_paid(&charge, Some(CHARGE)))
            };
            let script = || vec![("", recipe.status, body.to_vec())];
            let asked = bench.hear(script(), StatusQuery::query(&provider, &payment))?;
            let cancelled = bench.hear(script(), Cancel::cancel(&provider, &payment))?;
            if let Ok(report) = &asked {
                if matches!(report.verdict, Verdict::Paid(_)) {
                    paid.once_more();
                }
                paid_only_if(report, holds)?;
            }
            match &cancelled {
                Ok(CancelOutcome::StandsAt(report)) => paid_only_if(report, holds),
                Ok(CancelOutcome::Cancelled) => {
                    let expired = Said::read(body).is_some_and(|charge| {
                        charge.text_at("id").as_deref() == Some(CHARGE) && charge.says("status", &["expired"])
                    });
                    wrong(expired, "not cancelled", &cancelled)
                }
                Err(_) => Ok(()),
            }
        },
    );
}

#[test]
fn charges_that_are_looked_for() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench, Flow::OneCall);
    let paid = Reached::default();
    let mut seeds = seeds("omise_truemoney", &["list"]);
    let alone = crate::seeds("omise_truemoney", &["charge"]);
    seeds.extend(
        alone
            .into_iter()
            .filter(|seed| Said::read(&seed.body).is_some())
            .map(|seed| Seed {
                body: [
                    &b"{\"object\":\"list\",\"total\":1,\"data\":["[..],
                    &seed.body,
                    b"]}",
                ]
                .concat(),
                ..seed
            }),
    );
    attack(&bench.base, &seeds, |body, recipe| {
        let script = vec![("", recipe.status, body.to_vec())];
        match bench.hear(script, Lookup::find(&provider, &lost(SATANG, NOW)))? {
            Ok(Some(found)) => {
                if matches!(found.report.verdict, Verdict::Paid(_)) {
                    paid.once_more();
                }
                let id = found.created.provider_ref.as_deref();
                let ours = items(body).iter().any(|charge| is_ours(&found.created, charge));
                wrong(ours, "found what is not ours", &found)?;
                paid_only_if(&found.report, || {
                    items(body).iter().any(|charge| is_paid(charge, id))
                })
            }
            Ok(None) => wrong(
                !items(body).iter().any(is_charge_of_ours),
                "ours was passed over",
                &"none",
            ),
            Err(_) => Ok(()),
        }
    });
}

#[test]
fn statements() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench, Flow::OneCall);
    let lines = Reached::default();
    attack(
        &bench.base,
        &seeds("omise_truemoney", &["list"]),
        |body, recipe| {
            let script = vec![("", recipe.status, body.to_vec())];
            let list = Statement::list(&provider, NOW.plus_ms(-86_400_000), NOW, &[]);
            for line in bench.hear(script, list)?.unwrap_or_default() {
                lines.once_more();
                let stands = items(body).iter().any(|charge| {
                    charge.text_at("id").as_deref() == Some(&line.provider_ref)
                        && line.amount.is_none_or(|amount| {
                            is_in_baht(charge) && satang(charge, "amount") == Some(amount.satang())
                        })
                        && (!line.paid
                            || (charge.text_at("status").as_deref() == Some("successful")
                                && charge.get("paid").is_some_and(|paid| paid.is_true())))
                });
                wrong(stands, "a line that nobody wrote", &line)?;
            }
            Ok(())
        },
    );
}

fn request() -> RefundRequest {
    RefundRequest {
        refund: refund_id(),
        payment: payment_ref(CHARGE, SATANG),
        amount: Money::from_satang(5_000),
        paid_at: NOW,
        now: NOW,
    }
}

/// Of the sum asked for, ours or silent about whose it is, and not failed (§8).
fn is_our_refund(refund: &Said, id: &str) -> bool {
    let ours = refund
        .get("metadata")
        .and_then(|metadata| metadata.text_at("refund"));
    refund.text_at("object").as_deref() == Some("refund")
        && refund.text_at("id").as_deref() == Some(id)
        && satang(refund, "amount") == Some(5_000)
        && ours.is_none_or(|ours| ours == REFUND)
        && refund.text_at("status").as_deref() != Some("failed")
}

#[test]
fn nothing_goes_back_for_a_charge_that_is_not_paid() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench, Flow::OneCall);
    let sent = Reached::default();
    attack(
        &bench.base,
        &seeds("omise_truemoney", &["charge", "error"]),
        |body, recipe| {
            let script = vec![("GET", recipe.status, body.to_vec()), ("POST", 500, vec![])];
            let outcome = bench.hear(script, Refunds::refund(&provider, &request()))?;
            if !bench.asked().iter().any(|line| line.starts_with("POST")) {
                return wrong(outcome.is_err(), "no refund was asked for", &outcome);
            }
            sent.once_more();
            let paid = Said::read(body).is_some_and(|charge| is_paid(&charge, Some(CHARGE)));
            wrong(paid, "a refund of what is not paid", &outcome)
        },
    );
}

#[test]
fn refunds_as_they_are_answered() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench, Flow::OneCall);
    let charges = seeds("omise_truemoney", &["charge"]);
    let paid = &charges
        .iter()
        .find(|seed| seed.name.ends_with("/successful.json"))
        .unwrap()
        .body;
    let mut seeds = seeds("omise_truemoney", &["refund", "error"]);
    seeds.push(Seed {
        name: "a plain refund".to_owned(),
        body: format!(r#"{{"object":"refund","id":"rfnd_test_1","amount":5000,"voided":false,"status":"closed","metadata":{{"refund":"{REFUND}"}}}}"#).into_bytes(),
    });
    seeds.push(Seed {
        name: "a list of one".to_owned(),
        body: format!(r#"{{"object":"list","total":1,"data":[{{"object":"refund","id":"rfnd_test_1","amount":5000,"status":"closed","metadata":{{"refund":"{REFUND}"}}}}]}}"#).into_bytes(),
    });
    let made = Reached::default();
    attack(&bench.base, &seeds, |body, recipe| {
        let script = vec![("GET", 200, paid.clone()), ("POST", recipe.status, body.to_vec())];
        let said = Said::read(body);
        match bench.hear(script, Refunds::refund(&provider, &request()))? {
            Ok(refunded) => {
                made.once_more();
                let ours = said.is_some_and(|refund| is_our_refund(&refund, &refunded.provider_ref));
                wrong(ours, "not our refund", &refunded)?;
            }
            Err(error) => {
                let failed = said.is_some_and(|refund| refund.text_at("status").as_deref() == Some("failed"));
                leaves_open(&error, recipe.status, failed)?;
            }
        }
        let script = vec![("", recipe.status, body.to_vec())];
        match bench.hear(script, Refunds::find(&provider, &request()))? {
            Ok(Some(found)) => {
                let ours = items(body)
                    .iter()
                    .any(|refund| is_our_refund(refund, &found.provider_ref));
                wrong(ours, "found what is not our refund", &found)
            }
            Ok(None) => {
                let passed_over = items(body).iter().any(|refund| {
                    refund
                        .get("metadata")
                        .and_then(|metadata| metadata.text_at("refund"))
                        .as_deref()
                        == Some(REFUND)
                        && refund.text_at("object").as_deref() == Some("refund")
                        && refund.text_at("status").as_deref() != Some("failed")
                });
                wrong(!passed_over, "our refund was passed over", &"none")
            }
            Err(_) => Ok(()),
        }
    });
}

#[test]
fn the_connection_test() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench, Flow::OneCall);
    let fine = Reached::default();
    let list = br#"{"object":"list","data":[]}"#.to_vec();
    attack(
        &bench.base,
        &seeds("omise_truemoney", &["capability", "list", "error"]),
        |body, recipe| {
            let script = vec![
                ("/capability", recipe.status, body.to_vec()),
                ("/charges", 200, list.clone()),
            ];
            if bench.hear(script, provider.test())?.fault.is_none() {
                fine.once_more();
                let offered = (200..=299).contains(&recipe.status)
                    && Said::read(body).is_some_and(|said| {
                        let methods = said.get("payment_methods").and_then(|methods| methods.items());
                        methods
                            .unwrap_or_default()
                            .iter()
                            .any(|method| method.text_at("name").as_deref() == Some("truemoney_qr"))
                    });
                return wrong(offered, "the method is not offered", &"no fault");
            }
            Ok(())
        },
    );
}

fn signed(body: &[u8]) -> Vec<(String, String)> {
    let seconds = (NOW.ms() / 1_000).to_string();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(WEBHOOK_KEY).unwrap();
    mac.update(seconds.as_bytes());
    mac.update(b".");
    mac.update(body);
    vec![
        (
            "omise-signature".to_owned(),
            hex::encode(mac.finalize().into_bytes()),
        ),
        ("omise-signature-timestamp".to_owned(), seconds),
    ]
}

#[test]
fn events() {
    let bench = Bench::new(NOW);
    let provider = provider(&bench, Flow::OneCall);
    let seen = Reached::default();
    attack(
        &bench.base,
        &seeds("omise_truemoney", &["event", "charge", "error"]),
        |body, recipe| {
            let headers = signed(body);
            let (body, altered) = recipe.tamper(body.to_vec());
            let notice = raw_notice(ProviderId::OmiseTrueMoney, headers, &body);
            let read = timed(|| provider.read(&notice, NOW))?;
            too_long_is_refused(&body, &read)?;
            let Ok(notice) = read else { return Ok(()) };
            wrong(!altered, "altered, and believed", &notice)?;
            if !claims_money(&notice.verdict) {
                return Ok(());
            }
            seen.once_more();
            let event = Said::read(&body).ok_or("no JSON, and believed")?;
            let charge = event.get("data").ok_or("no data, and believed")?;
            let live = charge.get("livemode").or(event.get("livemode"));
            let holds = notice.verdict == Verdict::Seen
                && event.text_at("object").as_deref() == Some("event")
                && event.text_at("key").as_deref() == Some("charge.complete")
                && charge.text_at("object").as_deref() == Some("charge")
                && charge.text_at("status").as_deref() == Some("successful")
                && charge.text_at("id") == notice.provider_ref
                && !charge.get("deleted").is_some_and(|deleted| deleted.is_true())
                && !live.is_some_and(|live| live.is_true());
            wrong(holds, "not what the event says", &notice)
        },
    );
}
