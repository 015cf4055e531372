//! Callbacks (page §7): the body of the page with a token over all of it.

use super::state::{COMPLETED, FAILED, Kind, Order};
use super::token::{HEADER, HEADER_NONE, sign, sign_texts, unsigned};
use crate::app::Turn;
use crate::delivery::{Letter, SigningKey};
use crate::faults::{Provider, WebhookVariant};
use crate::json::Doc;
use crate::money::{scaled, shortest};

const STALE_S: i64 = 600;

pub(super) fn announce(turn: &mut Turn<'_>, place: usize, forced: Option<WebhookVariant>) {
    let order = turn.world.jwt.orders[place].clone();
    let variant = forced.or_else(|| turn.take_webhook(Provider::JwtGateway, &order.status));
    let told = match variant {
        Some(WebhookVariant::OtherCharge) => another(turn, &order),
        _ => order.clone(),
    };
    let body = body(&told, turn.now_ms, variant.as_ref());
    let is_of_other = variant == Some(WebhookVariant::TokenOfOtherCharge);
    let token_body = is_of_other.then(|| {
        let other = another(turn, &order);
        self::body(&other, turn.now_ms, None).to_text().into_bytes()
    });
    turn.send(Letter {
        sender: Provider::JwtGateway,
        event_id: told.order_no,
        urls: vec![order.callback_url],
        body: body.to_text().into_bytes(),
        token_body,
        keys: vec![SigningKey(turn.app.jwt.api_key.as_bytes().to_vec())],
        variant,
    });
}

fn another(turn: &Turn<'_>, order: &Order) -> Order {
    let mut orders = turn.world.jwt.orders.iter().rev();
    let other = orders.find(|other| other.order_no != order.order_no && other.kind == order.kind);
    let mut other = other.cloned().unwrap_or_else(|| Order {
        order_no: "DP0NOBODY".to_owned(),
        agent_order_no: "NOBODY-0001".to_owned(),
        ..order.clone()
    });
    other.status.clone_from(&order.status);
    other
}

fn body(order: &Order, now_ms: i64, variant: Option<&WebhookVariant>) -> Doc {
    let mut order = order.clone();
    let mut timestamp_s = now_ms.div_euclid(1000);
    match variant {
        Some(WebhookVariant::WrongAmount { amount_satang }) => {
            order.amount_satang = *amount_satang;
            order.received_satang = *amount_satang;
        }
        Some(WebhookVariant::WrongReference) => order.order_no = "DP0NOBODY".to_owned(),
        Some(WebhookVariant::Stale) => timestamp_s -= STALE_S,
        _ => {}
    }
    let timestamp = match variant {
        Some(WebhookVariant::NumberTimestamp) => Doc::number(timestamp_s),
        _ => Doc::Text(timestamp_s.to_string()),
    };
    let kind = match order.kind {
        Kind::Deposit => "deposit",
        Kind::Withdrawal => "withdrawal",
    };
    let net = shortest(order.net_satang(), 2);
    let mut body = Doc::object([
        ("order_no", Doc::text(&order.order_no)),
        ("agent_order_no", Doc::text(&order.agent_order_no)),
        ("type", Doc::text(kind)),
        ("amount", Doc::number(shortest(order.amount_satang, 2))),
        ("fee", Doc::number(shortest(order.fee_satang(), 2))),
        ("transfer_amount", Doc::number(&net)),
        ("actual_amount", Doc::number(&net)),
        ("status", Doc::text(&order.status)),
        ("timestamp", timestamp),
    ]);
    if variant == Some(&WebhookVariant::ExtraField) {
        body.set("undocumented", Doc::text("ไม่มีในคู่มือ / \"x\""));
    }
    body
}

/// Adds the signature, right or wrong, to an unsigned body.
pub(crate) fn stamp(
    key: &SigningKey,
    variant: Option<&WebhookVariant>,
    body: &[u8],
    token_body: Option<&[u8]>,
) -> Vec<u8> {
    let Ok(mut doc) = Doc::parse(body) else {
        return body.to_vec();
    };
    let key = key.0.as_slice();
    let token = match variant {
        Some(WebhookVariant::AlgNone) => format!("{}.", unsigned(HEADER_NONE, &doc.to_text())),
        // The keys of a body are not in the order of the alphabet.
        Some(WebhookVariant::UnsortedPayload) => sign_texts(key, HEADER, &doc.to_text()),
        Some(WebhookVariant::UncoveredAmount) => {
            let mut covered = doc.clone();
            covered.remove("amount");
            sign(key, &covered)
        }
        _ => {
            let covered = token_body.and_then(|other| Doc::parse(other).ok());
            sign(key, covered.as_ref().unwrap_or(&doc))
        }
    };
    if variant == Some(&WebhookVariant::Altered) {
        let amount = match doc.get("amount") {
            Some(Doc::Number(text)) => scaled(text, 2),
            _ => None,
        };
        doc.set("amount", Doc::number(shortest(amount.unwrap_or_default() + 1, 2)));
    }
    let status = doc.get("status").cloned();
    doc.set("signature", Doc::Text(token));
    let mut text = doc.to_text();
    if variant == Some(&WebhookVariant::DuplicateKey) {
        let other = if status == Some(Doc::text(COMPLETED)) {
            FAILED
        } else {
            COMPLETED
        };
        text.pop();
        text.push_str(&format!(r#","status":"{other}"}}"#));
    }
    text.into_bytes()
}

/// Page §7: HTTP 200 and `code` 200 in the body.
pub(crate) fn is_acknowledged(status: u16, body: &[u8]) -> bool {
    let code = Doc::parse(body).ok().and_then(|doc| doc.get("code").cloned());
    status == 200 && code == Some(Doc::number(200))
}
