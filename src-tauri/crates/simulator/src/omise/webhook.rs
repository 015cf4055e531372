//! Events and their signatures (Omise page §5).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::render::View;
use super::state::{Charge, Refund, Secrets};
use super::{MOUNT, render};
use crate::app::Turn;
use crate::clock::iso;
use crate::delivery::{Event, Letter, SigningKey};
use crate::faults::{Provider, WebhookVariant};

/// The decoded secret, or `None` when the text is not base64 or empty.
pub(crate) fn decode_secret(base64: &str) -> Option<SigningKey> {
    STANDARD
        .decode(base64)
        .ok()
        .filter(|bytes| !bytes.is_empty())
        .map(SigningKey)
}

fn signing_keys(secrets: &Secrets, now_ms: i64) -> Vec<SigningKey> {
    let is_rotating = secrets.previous_until_ms.is_none_or(|until_ms| now_ms < until_ms);
    let previous = secrets.previous.as_deref().filter(|_| is_rotating);
    [Some(secrets.current.as_str()), previous]
        .into_iter()
        .flatten()
        .filter_map(decode_secret)
        .collect()
}

fn signature(key: &SigningKey, timestamp: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).expect("HMAC takes a key of any length");
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

/// One signature per key, newest first, two of them while a rotation lasts.
pub(crate) fn callback_headers(
    keys: &[SigningKey],
    signed_ms: i64,
    body: &[u8],
) -> Vec<(&'static str, String)> {
    let timestamp = signed_ms.div_euclid(1000).to_string();
    let signatures: Vec<String> = keys.iter().map(|key| signature(key, &timestamp, body)).collect();
    vec![
        ("omise-signature", signatures.join(", ")),
        ("omise-signature-timestamp", timestamp),
    ]
}

/// Makes the event one satang larger.
pub(crate) fn alter_callback(body: &mut Vec<u8>) {
    let Ok(mut event) = serde_json::from_slice::<Value>(body) else {
        return;
    };
    let amount = event["data"]["amount"].as_i64().unwrap_or_default();
    event["data"]["amount"] = json!(amount + 1);
    *body = event.to_string().into_bytes();
}

/// Tells the shop about `charge`. True when the callback must arrive before the API answer.
pub(super) fn announce(turn: &mut Turn<'_>, key: &'static str, charge: &Charge) -> bool {
    announce_as(turn, key, charge, None)
}

/// Like [`announce`], with a given fault instead of the menu's.
pub(super) fn announce_as(
    turn: &mut Turn<'_>,
    key: &'static str,
    charge: &Charge,
    forced: Option<WebhookVariant>,
) -> bool {
    let urls = urls_for(turn, charge);
    let variant = match forced {
        Some(variant) => Some(variant),
        None if urls.is_empty() => None,
        None => turn.take_webhook(Provider::Omise, key),
    };
    let told = match variant {
        Some(WebhookVariant::OtherCharge) => another_charge(turn, charge),
        _ => charge.clone(),
    };
    let base = format!("{}{MOUNT}", turn.app.own_url);
    let view = View {
        base: &base,
        is_live: turn.app.omise.is_live,
        now_ms: turn.now_ms,
    };
    let data = render::charge(&told, view);
    send(turn, key, &data, urls, variant)
}

pub(super) fn announce_refund(turn: &mut Turn<'_>, charge: &Charge, refund: &Refund) {
    let urls = urls_for(turn, charge);
    let variant = if urls.is_empty() {
        None
    } else {
        turn.take_webhook(Provider::Omise, "refund.create")
    };
    let data = render::refund(charge, refund, turn.app.omise.is_live);
    send(turn, "refund.create", &data, urls, variant);
}

fn send(
    turn: &mut Turn<'_>,
    key: &'static str,
    data: &Value,
    urls: Vec<String>,
    variant: Option<WebhookVariant>,
) -> bool {
    let id = turn.omise_id("evnt");
    let event = json!({
        "object": "event", "id": id, "livemode": turn.app.omise.is_live, "location": format!("/events/{id}"),
        "webhook_deliveries": [], "data": data, "key": key, "created_at": iso(turn.now_ms),
    });
    let body = event.to_string();
    turn.app.journal().add(Event {
        id: id.clone(),
        body: body.clone(),
        attempts: Vec::new(),
    });
    let is_early = variant == Some(WebhookVariant::Early);
    if !urls.is_empty() {
        let secrets = turn.omise_secrets();
        let keys = signing_keys(&secrets, turn.now_ms);
        turn.send(Letter {
            sender: Provider::Omise,
            event_id: id,
            urls,
            body: body.into_bytes(),
            token_body: None,
            keys,
            variant,
        });
    }
    is_early
}

fn urls_for(turn: &Turn<'_>, charge: &Charge) -> Vec<String> {
    let mut urls: Vec<String> = turn.app.omise.webhook_url().into_iter().collect();
    for url in &charge.webhook_endpoints {
        if !urls.contains(url) {
            urls.push(url.clone());
        }
    }
    urls
}

fn another_charge(turn: &Turn<'_>, charge: &Charge) -> Charge {
    let other = turn
        .world
        .omise
        .charges
        .iter()
        .rev()
        .find(|other| other.id != charge.id);
    other.cloned().unwrap_or_else(|| Charge {
        id: if turn.app.omise.is_live {
            "chrg_"
        } else {
            "chrg_test_"
        }
        .to_owned()
            + "000000000000nowhere",
        ..charge.clone()
    })
}

/// The event as `GET /events/:id` shows it, with its deliveries.
pub(super) fn event_object(event: &Event, is_live: bool) -> Option<Value> {
    let mut object: Value = serde_json::from_str(&event.body).ok()?;
    let key = object["key"].clone();
    let prefix = if is_live { "whdl_" } else { "whdl_test_" };
    let deliveries = event.attempts.iter().enumerate().map(|(place, attempt)| {
        json!({
            "object": "webhook_delivery", "id": format!("{prefix}{place:03}{}", render::token_of(&event.id)),
            "uri": attempt.url, "status": attempt.status, "key": key, "error": attempt.error,
            "payload": event.body, "created_at": iso(attempt.at_ms),
        })
    });
    object["webhook_deliveries"] = deliveries.collect();
    Some(object)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S1: &str = "b21pc2Utc2ltLXdlYmhvb2stc2VjcmV0LTAwMDAwMDE=";
    const S2: &str = "b21pc2Utc2ltLXdlYmhvb2stc2VjcmV0LTAwMDAwMDI=";
    const B1: &str = r#"{"object":"event","id":"evnt_test_000000000000000001a","key":"charge.complete","data":{"object":"charge","id":"chrg_test_000000000000000001a","status":"successful"}}"#;
    const B2: &str = r#"{"object":"event","key":"charge.complete","data":{"description":"กาแฟเย็น 1 แก้ว"}}"#;
    const S1_B1: &str = "b3c256af512b2b22af0bf192de77bee17dd8bc397abe00649ff9eccf7a1d1398";
    const S2_B1: &str = "6b6d3f92aca9834564d790020c64d9635fa6e05f66d40ee42346fe74cc4d1f96";

    #[test]
    fn signatures_equal_the_vectors_of_the_page() {
        let vectors = [
            (decode_secret(S1).unwrap(), B1, S1_B1),
            (decode_secret(S2).unwrap(), B1, S2_B1),
            (
                SigningKey(S1.as_bytes().to_vec()),
                B1,
                "688e020c39a02995fb4dab09a2053d94110d608402e6f90a88717cbe23c19718",
            ),
            (
                decode_secret(S1).unwrap(),
                B2,
                "e085b99ead2840e578547308705b1fba3b10ea6464a6cc4e3e20c13fd64551b2",
            ),
        ];
        for (key, body, expected) in vectors {
            assert_eq!(signature(&key, "1760000000", body.as_bytes()), expected);
        }
    }

    #[test]
    fn a_rotation_signs_twice_until_it_is_over() {
        let secrets = Secrets {
            current: S2.to_owned(),
            previous: Some(S1.to_owned()),
            previous_until_ms: Some(1_760_086_400_000),
        };
        let headers =
            |now_ms| callback_headers(&signing_keys(&secrets, now_ms), 1_760_000_000_999, B1.as_bytes());
        assert_eq!(
            headers(1_760_000_000_000),
            [
                ("omise-signature", format!("{S2_B1}, {S1_B1}")),
                ("omise-signature-timestamp", "1760000000".to_owned())
            ]
        );
        assert_eq!(headers(1_760_086_400_000)[0].1, S2_B1);
    }

    #[test]
    fn secrets_that_are_not_base64_are_refused() {
        for bad in ["", "not base64!", "b21pc2U"] {
            assert!(decode_secret(bad).is_none(), "{bad}");
        }
    }
}
