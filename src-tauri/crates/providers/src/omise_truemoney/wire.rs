//! Omise's own words, read leniently: whatever is absent or of another kind than the page says is `None`, and
//! `map.rs` decides what that means. Works for API versions 2017-11-02 and 2019-05-29 (omise-truemoney.md §1).
//!
//! Nothing here can fail or panic, and no number goes through a float.

use crate::json::tree;
use crate::said::said;
use keptang_domain::AttemptId;
use keptang_ports::{CreatePayment, Said};
use serde_json::{Map, Value, json};

/// A charge (omise-truemoney.md §2, "Charge object used by us").
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Charge {
    pub(super) id: String,
    pub(super) status: Option<String>,
    pub(super) amount: Option<i64>,
    pub(super) currency: Option<String>,
    pub(super) livemode: Option<bool>,
    pub(super) paid: Option<bool>,
    pub(super) voided: Option<bool>,
    pub(super) refundable: Option<bool>,
    pub(super) partially_refundable: Option<bool>,
    pub(super) can_perform_void: Option<bool>,
    pub(super) refunded_amount: Option<i64>,
    pub(super) fee: Option<i64>,
    pub(super) fee_vat: Option<i64>,
    pub(super) failure_code: Option<String>,
    pub(super) order_id: Option<String>,
    pub(super) attempt: Option<AttemptId>,
    pub(super) qr_address: Option<String>,
    pub(super) created_at_ms: Option<i64>,
    pub(super) expires_at_ms: Option<i64>,
    /// As it may be kept.
    pub(super) said: Option<Said>,
}

impl Charge {
    /// Reads a charge; `None` when it is none, or has no id that could be asked for again.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let object = object_of_kind(value, "charge")?;
        let metadata = object.get("metadata").unwrap_or(&Value::Null);
        let qr = value.pointer("/source/scannable_code/image/download_uri");
        Some(Self {
            id: text(object, &["id"]).filter(|id| is_id(id))?,
            status: text(object, &["status"]),
            amount: whole(object, &["amount"]),
            currency: text(object, &["currency"]),
            livemode: flag(object, "livemode"),
            paid: flag(object, "paid"),
            voided: flag(object, "voided"),
            refundable: flag(object, "refundable"),
            partially_refundable: flag(object, "partially_refundable"),
            can_perform_void: flag(object, "can_perform_void"),
            refunded_amount: whole(object, &["refunded_amount", "refunded"]),
            fee: whole(object, &["fee"]),
            fee_vat: whole(object, &["fee_vat"]),
            failure_code: text(object, &["failure_code"]),
            order_id: metadata
                .get("order_id")
                .and_then(Value::as_str)
                .map(str::to_owned),
            attempt: metadata
                .get("attempt")
                .and_then(Value::as_str)
                .and_then(|text| text.parse().ok()),
            qr_address: qr.and_then(Value::as_str).map(str::to_owned),
            created_at_ms: moment_ms(object, &["created_at", "created"]),
            expires_at_ms: moment_ms(object, &["expires_at"]),
            said: said(value.to_string().as_bytes()),
        })
    }

    pub(super) fn from_body(body: &[u8]) -> Option<Self> {
        Self::read(&tree(body)?)
    }
}

/// A source (omise-truemoney.md §2), as far as the charge after it needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) id: String,
    pub(super) amount: Option<i64>,
    pub(super) currency: Option<String>,
}

impl Source {
    pub(super) fn from_body(body: &[u8]) -> Option<Self> {
        let value = tree(body)?;
        let object = object_of_kind(&value, "source")?;
        Some(Self {
            id: text(object, &["id"]).filter(|id| is_id(id))?,
            amount: whole(object, &["amount"]),
            currency: text(object, &["currency"]),
        })
    }
}

/// A refund (omise-truemoney.md §8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) amount: Option<i64>,
    pub(super) voided: Option<bool>,
    pub(super) status: Option<String>,
    /// Our id of it, as we wrote it.
    pub(super) ours: Option<String>,
}

impl Refund {
    pub(super) fn read(value: &Value) -> Option<Self> {
        let object = object_of_kind(value, "refund")?;
        let ours = object.get("metadata").and_then(|metadata| metadata.get("refund"));
        Some(Self {
            id: text(object, &["id"]).filter(|id| is_id(id))?,
            amount: whole(object, &["amount"]),
            voided: flag(object, "voided"),
            status: text(object, &["status"]),
            ours: ours.and_then(Value::as_str).map(str::to_owned),
        })
    }

    pub(super) fn from_body(body: &[u8]) -> Option<Self> {
        Self::read(&tree(body)?)
    }
}

/// One page of a list (omise-truemoney.md §4).
#[derive(Debug)]
pub(super) struct Page {
    pub(super) data: Vec<Value>,
    pub(super) total: Option<usize>,
}

impl Page {
    pub(super) fn from_body(body: &[u8]) -> Option<Self> {
        let mut value = tree(body)?;
        let total = object_of_kind(&value, "list")?
            .get("total")
            .and_then(Value::as_u64);
        let Some(Value::Array(data)) = value.get_mut("data").map(Value::take) else {
            return None;
        };
        Some(Self {
            data,
            total: total.and_then(|total| usize::try_from(total).ok()),
        })
    }

    /// Whether nothing follows once `read` items were read, this page's among them.
    pub(super) fn is_last(&self, read: usize) -> bool {
        match self.total {
            Some(total) => read >= total,
            None => self.data.is_empty(),
        }
    }
}

/// What a callback says (omise-truemoney.md §5).
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// About a charge.
    Charge {
        key: Option<String>,
        id: String,
        status: Option<String>,
        attempt: Option<AttemptId>,
        livemode: Option<bool>,
        said: Option<Said>,
    },
    /// About something else, or a stub of something deleted.
    Else,
}

impl Event {
    /// `None` when it is no event, or one about a charge it does not name.
    pub(super) fn from_body(body: &[u8]) -> Option<Self> {
        let value = tree(body)?;
        let event = object_of_kind(&value, "event")?;
        let data = event.get("data")?.as_object()?;
        let is_charge = data.get("object").and_then(Value::as_str) == Some("charge");
        if !is_charge || flag(data, "deleted") == Some(true) {
            return Some(Self::Else);
        }
        let attempt = data
            .get("metadata")
            .and_then(|metadata| metadata.get("attempt"))
            .and_then(Value::as_str);
        Some(Self::Charge {
            key: text(event, &["key"]),
            id: text(data, &["id"]).filter(|id| is_id(id))?,
            status: text(data, &["status"]),
            attempt: attempt.and_then(|text| text.parse().ok()),
            livemode: flag(data, "livemode").or_else(|| flag(event, "livemode")),
            said: said(body),
        })
    }
}

/// What the account can do (omise-truemoney.md §2, "Feature detection").
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// TrueMoney QR in baht.
    Offered,
    /// Not this method.
    NotOffered,
    /// This method, but not in baht.
    OtherCurrencies,
}

impl Offer {
    /// `None` when the answer is no capability object.
    pub(super) fn from_body(body: &[u8]) -> Option<Self> {
        let value = tree(body)?;
        let methods = object_of_kind(&value, "capability")?
            .get("payment_methods")?
            .as_array()?;
        let named = |method: &&Value| method.get("name").and_then(Value::as_str) == Some(METHOD);
        let Some(method) = methods.iter().find(named) else {
            return Some(Self::NotOffered);
        };
        let is_baht = |currency: &Value| {
            currency
                .as_str()
                .is_some_and(|word| word.eq_ignore_ascii_case(CURRENCY))
        };
        Some(match method.get("currencies").and_then(Value::as_array) {
            Some(currencies) if !currencies.iter().any(is_baht) => Self::OtherCurrencies,
            _ => Self::Offered,
        })
    }
}

/// The code of an error object (omise-truemoney.md §7); `None` when the body is none.
pub(super) fn error_code(body: &[u8]) -> Option<String> {
    let value = tree(body)?;
    let code = text(object_of_kind(&value, "error")?, &["code"])?;
    // It reaches logs and the screen, so only what a code can look like.
    let is_code =
        (1..=64).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_code.then_some(code)
}

pub(super) const METHOD: &str = "truemoney_qr";
pub(super) const CURRENCY: &str = "THB";

/// Body of `POST /sources`.
pub(super) fn source_body(payment: &CreatePayment) -> Value {
    json!({ "type": METHOD, "amount": payment.amount.satang(), "currency": CURRENCY })
}

/// Body of `POST /charges`. `source` is an id, or the source itself in the one-call flow.
pub(super) fn charge_body(
    payment: &CreatePayment,
    source: Option<&str>,
    return_uri: &str,
    till: &str,
) -> Value {
    let mut body = json!({
        "amount": payment.amount.satang(),
        "currency": CURRENCY,
        "source": source.map_or_else(|| json!({ "type": METHOD }), |id| json!(id)),
        "return_uri": return_uri,
        "description": format!("Keptang {}", payment.order_number),
        "metadata": {
            "order_id": payment.order_number,
            "till": till,
            "attempt": payment.attempt.to_string(),
        },
    });
    if let Some(url) = &payment.callback_url {
        body["webhook_endpoints"] = json!([url]);
    }
    body
}

/// Whether a text may stand in a path as it is.
pub(super) fn is_id(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn object_of_kind<'a>(value: &'a Value, kind: &str) -> Option<&'a Map<String, Value>> {
    value
        .as_object()
        .filter(|object| object.get("object").and_then(Value::as_str) == Some(kind))
}

fn first<'a>(object: &'a Map<String, Value>, names: &[&str]) -> Option<&'a Value> {
    names
        .iter()
        .find_map(|name| object.get(*name).filter(|value| !value.is_null()))
}

fn text(object: &Map<String, Value>, names: &[&str]) -> Option<String> {
    first(object, names)?.as_str().map(str::to_owned)
}

fn flag(object: &Map<String, Value>, name: &str) -> Option<bool> {
    object.get(name)?.as_bool()
}

/// A whole number of satang, also when written as text. A number with a point is none: Omise writes integers only,
/// and a float would have to be guessed back.
fn whole(object: &Map<String, Value>, names: &[&str]) -> Option<i64> {
    match first(object, names)? {
        Value::Number(number) => number.as_i64(),
        Value::String(digits) => {
            let plain = (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten()
        }
        _ => None,
    }
}

fn moment_ms(object: &Map<String, Value>, names: &[&str]) -> Option<i64> {
    let moment: jiff::Timestamp = first(object, names)?.as_str()?.parse().ok()?;
    Some(moment.as_millisecond())
}
