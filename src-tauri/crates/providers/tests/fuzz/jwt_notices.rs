//! Callbacks of the JWT gateway (jwt-gateway.md §7), with the order path and without, under both rules of coverage.

use crate::bench::{Bench, timed};
use crate::jwt::{KEY, NOW, provider};
use crate::oracle::{Number, Said};
use crate::*;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use keptang_ports::NoticeReader;
use keptang_providers::jwt_gateway::{CallbackSignature, Config, Paths};

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
const CORE: [&str; 4] = ["order_no", "agent_order_no", "status", "amount"];

fn mac(message: &str) -> Vec<u8> {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// The body with a token over its own members, as they stand; what is no object cannot be signed.
fn signed(body: &[u8]) -> Option<Vec<u8>> {
    let members = Said::read(body)?.members()?;
    let pairs: Vec<String> = members
        .iter()
        .filter(|(name, _)| name != "signature")
        .map(|(name, value)| format!("{}:{}", serde_json::Value::from(name.as_str()), value.raw()))
        .collect();
    let payload = pairs.join(",");
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(HEADER),
        URL_SAFE_NO_PAD.encode(format!("{{{payload}}}"))
    );
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac(&message)));
    let comma = if pairs.is_empty() { "" } else { "," };
    Some(format!("{{{payload}{comma}\"signature\":\"{token}\"}}").into_bytes())
}

/// What the token says, when its header is plain and its signature right (§7, steps 2 and 3).
fn claims(body: &Said) -> Option<Said> {
    let token = body.text_at("signature")?;
    let (message, signature) = token.rsplit_once('.')?;
    let (header, payload) = message.split_once('.')?;
    let header = Said::read(&URL_SAFE_NO_PAD.decode(header).ok()?)?;
    let plain = header.text_at("alg").as_deref() == Some("HS256")
        && header
            .members()?
            .iter()
            .all(|(name, _)| ["alg", "typ", "cty"].contains(&name.as_str()));
    let right = URL_SAFE_NO_PAD.decode(signature).ok()? == mac(message);
    Said::read(&URL_SAFE_NO_PAD.decode(payload).ok()?).filter(|_| plain && right)
}

/// Texts exactly, numbers as numbers, a text against a number for the time only (§7, step 4).
fn is_same(name: &str, said: &Said, signed: &Said) -> bool {
    match (said.text(), signed.text()) {
        (Some(said), Some(signed)) => said == signed,
        (None, None) => match (Number::read(said.raw()), Number::read(signed.raw())) {
            (Some(said), Some(signed)) => said == signed,
            _ => said.raw() == signed.raw(),
        },
        _ => name == "timestamp" && said.number().is_some() && said.number() == signed.number(),
    }
}

fn proven(body: &[u8], rule: CallbackSignature) -> Option<Said> {
    let body = Said::read(body)?;
    let claims = claims(&body)?;
    let members = body.members()?;
    let covered = |name: &str| {
        let one = |said: &Said| {
            let mut values = said.members()?.into_iter().filter(|(known, _)| known == name);
            values.next().filter(|_| values.next().is_none())
        };
        one(&body)
            .zip(one(&claims))
            .is_some_and(|((_, said), (_, signed))| is_same(name, &said, &signed))
    };
    let all = match rule {
        CallbackSignature::Strict => members
            .iter()
            .all(|(name, _)| name == "signature" || covered(name)),
        CallbackSignature::CoreFields => true,
    };
    (CORE.iter().all(|name| covered(name)) && all).then_some(claims)
}

fn notices(rule: CallbackSignature, askable: bool) {
    let bench = Bench::new(NOW);
    let provider = provider(&bench, |config| Config {
        callback_signature: rule,
        paths: match askable {
            true => Paths::default(),
            false => Paths {
                order_query: None,
                ..Paths::default()
            },
        },
        ..config
    });
    let money = Reached::default();
    attack(
        &bench.base,
        &seeds("jwt_gateway", &["callback", "error"]),
        |body, recipe| {
            let body = match recipe.resigned {
                true => signed(body).unwrap_or_else(|| body.to_vec()),
                false => body.to_vec(),
            };
            let (body, _) = recipe.tamper(body);
            let read = timed(|| provider.read(&raw_notice(ProviderId::JwtGateway, vec![], &body), NOW))?;
            too_long_is_refused(&body, &read)?;
            let Ok(read) = read else { return Ok(()) };
            let claims = proven(&body, rule).ok_or_else(|| format!("not signed, and believed: {read:?}"))?;
            let told = claims.word_at("agent_order_no");
            let ours = read
                .our_ref
                .is_none_or(|attempt| Some(attempt.to_string()) == told);
            wrong(ours, "another order", &read)?;
            if !claims_money(&read.verdict) {
                return Ok(());
            }
            money.once_more();
            let mut holds = claims.says("status", &["completed"]) && !claims.says("type", &["withdrawal"]);
            holds &= match &read.verdict {
                Verdict::Seen => askable,
                Verdict::Paid(evidence) => {
                    !askable
                        && claims.says("type", &["deposit"])
                        && read.our_ref.is_some()
                        && claims.word_at("order_no").as_ref() == Some(&evidence.key)
                        && read.provider_ref.as_ref() == Some(&evidence.key)
                        && evidence.amount.is_positive()
                        && claims.satang_at("amount") == Some(evidence.amount.satang())
                        && evidence
                            .fee
                            .is_none_or(|fee| claims.satang_at("fee") == Some(fee.satang()))
                }
                _ => false,
            };
            wrong(holds, "wrong money", &read)
        },
    );
}

#[test]
fn callbacks_where_orders_can_be_asked_for() {
    notices(CallbackSignature::Strict, true);
}

#[test]
fn callbacks_that_are_all_there_is() {
    notices(CallbackSignature::Strict, false);
}

#[test]
fn callbacks_under_the_weaker_rule() {
    notices(CallbackSignature::CoreFields, false);
}
