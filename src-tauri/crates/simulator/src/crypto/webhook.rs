//! Webhooks (page §6): the info object without QR and deep link, signed inside.

use super::render;
use super::signature::{escaped, sign};
use super::state::{CANCEL, PAID, Payment};
use crate::app::Turn;
use crate::delivery::{Letter, SigningKey};
use crate::faults::{Provider, WebhookVariant};
use crate::json::Doc;
use crate::money::{fixed, scaled};

const NOBODY: &str = "00000000-0000-4000-9000-000000000000";

pub(super) fn announce(turn: &mut Turn<'_>, place: usize, forced: Option<WebhookVariant>) {
    let payment = turn.world.crypto.payments[place].clone();
    let Some(url) = payment.url_callback.clone() else {
        return;
    };
    let variant = forced.or_else(|| turn.take_webhook(Provider::Crypto2328, &payment.status));
    let told = match variant {
        Some(WebhookVariant::OtherCharge) => another(turn, &payment),
        _ => payment,
    };
    let mut body = render::webhook(&told, &turn.world.settings.crypto);
    match &variant {
        Some(WebhookVariant::WrongAmount { amount_satang }) => {
            body.set("amount", Doc::Text(fixed(*amount_satang, 2) + "000000"));
        }
        Some(WebhookVariant::WrongCurrency { currency }) => body.set("currency", Doc::text(currency)),
        Some(WebhookVariant::WrongReference) => body.set("uuid", Doc::text(NOBODY)),
        Some(WebhookVariant::ExtraField) => body.set("undocumented", Doc::text("ไม่มีในคู่มือ / \"x\"")),
        _ => {}
    }
    turn.send(Letter {
        sender: Provider::Crypto2328,
        event_id: told.uuid,
        urls: vec![url],
        body: body.to_text().into_bytes(),
        token_body: None,
        keys: vec![SigningKey(turn.app.crypto.api_key.as_bytes().to_vec())],
        variant,
    });
}

fn another(turn: &Turn<'_>, payment: &Payment) -> Payment {
    let payments = turn.world.crypto.payments.iter().rev();
    let mut others = payments.filter(|other| other.uuid != payment.uuid);
    let mut other = others.next().cloned().unwrap_or_else(|| Payment {
        uuid: NOBODY.to_owned(),
        order_id: "NOBODY-0001".to_owned(),
        ..payment.clone()
    });
    other.status.clone_from(&payment.status);
    other
}

/// Adds `sign`, right or wrong, to an unsigned body.
pub(crate) fn stamp(key: &SigningKey, variant: Option<&WebhookVariant>, body: &[u8]) -> Vec<u8> {
    let Ok(mut doc) = Doc::parse(body) else {
        return body.to_vec();
    };
    let mut text = match variant {
        Some(WebhookVariant::EscapedText) => escaped(&doc.to_text()),
        _ => doc.to_text(),
    };
    let mut sign = sign(&key.0, text.as_bytes());
    match variant {
        Some(WebhookVariant::Altered) => {
            let amount = doc.get("amount").cloned();
            if let Some(Doc::Text(amount)) = amount {
                let raised_e8 = scaled(&amount, 8).unwrap_or_default() + 1_000_000;
                doc.set("amount", Doc::Text(fixed(raised_e8, 8)));
            }
            text = doc.to_text();
        }
        Some(WebhookVariant::KeysReordered) => {
            let mut fields = doc.fields().to_vec();
            fields.sort_by(|one, other| one.0.cmp(&other.0));
            text = Doc::Object(fields).to_text();
        }
        Some(WebhookVariant::UpperCaseSign) => sign.make_ascii_uppercase(),
        _ => {}
    }
    text.pop();
    text.push_str(&format!(r#","sign":"{sign}""#));
    if variant == Some(&WebhookVariant::DuplicateKey) {
        let is_paid = doc.get("payment_status") == Some(&Doc::text(PAID));
        let other = if is_paid { CANCEL } else { PAID };
        text.push_str(&format!(r#","payment_status":"{other}""#));
    }
    text.push('}');
    text.into_bytes()
}
