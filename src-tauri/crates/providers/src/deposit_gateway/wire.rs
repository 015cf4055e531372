//! The gateway's own words, read leniently (deposit-gateway.md §5, §6): unknown names are passed over, whatever is
//! absent, `null` or of another kind is `None`, and `map.rs` decides what that means.
//!
//! Nothing here can fail or panic, and no number goes through a float.

use super::config::Payer;
use crate::decimal;
use crate::json::Object;
use crate::said::said;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use keptang_domain::{AttemptId, Money};
use keptang_ports::{CreatePayment, Said};
use serde::Serialize;
use serde_json::value::RawValue;

/// What a deposit answer says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Deposit {
    pub(super) status: Option<String>,
    pub(super) ref_id: Option<String>,
    pub(super) order_id: Option<String>,
    pub(super) amount: Option<Money>,
    pub(super) qr_image: Option<String>,
    pub(super) qr_image_link: Option<String>,
    pub(super) channel: Option<String>,
    pub(super) bank_code: Option<String>,
    pub(super) account_no: Option<String>,
    pub(super) account_name: Option<String>,
    pub(super) created_ms: Option<i64>,
    pub(super) expires_ms: Option<i64>,
    /// As it may be kept.
    pub(super) said: Option<Said>,
}

impl Deposit {
    /// `None` when the body is no object.
    pub(super) fn from_body(body: &[u8]) -> Option<Self> {
        let object = Object::parse(body)?;
        let text = |name| filled(object.text_or_digits(name));
        Some(Self {
            status: text("status"),
            ref_id: text("ref_id"),
            order_id: text("order_id"),
            amount: object.baht("amount"),
            qr_image: filled(object.text("qr_image")),
            qr_image_link: filled(object.text("qr_image_link")),
            channel: text("deposit_channel"),
            bank_code: text("dest_bank_code"),
            account_no: text("dest_bank_acc_no"),
            account_name: text("dest_bank_acc_name"),
            created_ms: object.text("create_time").and_then(|text| moment_ms(&text)),
            expires_ms: object.text("expire_time").and_then(|text| moment_ms(&text)),
            said: said(body),
        })
    }
}

/// What a callback says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Callback {
    pub(super) kind: Option<String>,
    pub(super) status: Option<String>,
    /// For people; spelt `status_des` in an older sample.
    pub(super) status_desc: Option<String>,
    pub(super) amount: Option<Money>,
    pub(super) mdr_amount: Option<Money>,
    pub(super) ref_id: Option<String>,
    pub(super) order_id: Option<String>,
    /// As it may be kept.
    pub(super) said: Option<Said>,
}

impl Callback {
    /// `None` when the body is no object, or one with a name twice.
    pub(super) fn from_body(body: &[u8]) -> Option<Self> {
        let object = Object::parse(body)?;
        let text = |name| filled(object.text_or_digits(name));
        Some(Self {
            kind: text("type"),
            status: text("status"),
            status_desc: text("status_desc").or_else(|| text("status_des")),
            amount: object.baht("amount"),
            mdr_amount: object.baht("mdr_amount"),
            ref_id: text("txn_ref_id"),
            order_id: text("txn_ref_order_id"),
            said: said(body),
        })
    }

    /// Our reference: the exact text we sent, and nothing that merely means the same.
    pub(super) fn attempt(&self) -> Option<AttemptId> {
        our_attempt(self.order_id.as_deref()?)
    }
}

/// The attempt whose text this is.
pub(super) fn our_attempt(order_id: &str) -> Option<AttemptId> {
    let attempt: AttemptId = order_id.parse().ok()?;
    (attempt.to_string() == order_id).then_some(attempt)
}

/// Whether the answer is one about balances (§8).
pub(super) fn is_balance(body: &[u8]) -> bool {
    Object::parse(body).is_some_and(|object| {
        ["current_deposit_balance", "current_withdraw_balance"]
            .iter()
            .any(|name| object.number(name).is_some_and(|number| number.is_ok()))
    })
}

/// What an error answer says (§5, errors): `detail` is a text or a list; without it `msg` or `message`. `None` when the
/// body is none of the gateway's own.
pub(super) fn detail(body: &[u8]) -> Option<String> {
    let object = Object::parse(body)?;
    if let Some(items) = object.objects("detail") {
        let said: Vec<String> = items.iter().map(complaint).collect();
        return Some(said.join("; "));
    }
    ["detail", "msg", "message"]
        .iter()
        .find_map(|name| object.text(name))
}

/// One entry of a list: where and what.
fn complaint(item: &Object) -> String {
    let message = item.text("msg").unwrap_or_default();
    let place = item.raw("loc").and_then(|raw| {
        let steps: Vec<Box<RawValue>> = serde_json::from_str(raw).ok()?;
        crate::json::text_of(steps.last()?.get())
    });
    match place {
        Some(place) => format!("{place}: {message}"),
        None => message,
    }
}

#[derive(Serialize)]
struct CreateBody<'a> {
    order_id: String,
    /// A number with two decimals, as the page writes it.
    amount: Box<RawValue>,
    ref_account: &'a str,
    ref_bank_code: &'a str,
    ref_name_th: &'a str,
    ref_name_en: &'a str,
    ref_user_id: &'a str,
    ref1: &'a str,
    ref2: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_url: Option<&'a str>,
}

/// Body of `create_deposit`.
pub(super) fn create_body(payment: &CreatePayment, payer: &Payer) -> Vec<u8> {
    let account = match &payer.account {
        Some(account) => account.expose().to_owned(),
        None => account_of(payment.attempt),
    };
    let body = CreateBody {
        order_id: payment.attempt.to_string(),
        amount: RawValue::from_string(decimal::fixed2(payment.amount)).expect("an amount is a JSON number"),
        ref_account: &account,
        ref_bank_code: &payer.bank_code,
        ref_name_th: &payer.name_th,
        ref_name_en: &payer.name_en,
        ref_user_id: &payer.user_id,
        ref1: &payment.order_number,
        ref2: "keptang",
        callback_url: payment.callback_url.as_deref(),
    };
    serde_json::to_vec(&body).expect("texts and one number can be written")
}

#[derive(Serialize)]
struct ResendBody<'a> {
    ref_id: &'a str,
}

/// Body of `resend_callback_for_transaction`.
pub(super) fn resend_body(ref_id: &str) -> Vec<u8> {
    serde_json::to_vec(&ResendBody { ref_id }).expect("a text can be written")
}

/// Ten digits that no other attempt of the shop has, near enough: an account with an open deposit may be refused.
fn account_of(attempt: AttemptId) -> String {
    format!("{:010}", attempt.bits() % 10_000_000_000)
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// A moment; without an offset it is Bangkok time (§6, ASSUMED).
fn moment_ms(text: &str) -> Option<i64> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(moment.as_millisecond());
    }
    let bangkok = Offset::from_hours(7).ok()?;
    let moment = bangkok.to_timestamp(text.parse::<DateTime>().ok()?).ok()?;
    Some(moment.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_come_with_an_offset_or_are_bangkok_time() {
        let noon = 1_751_342_400_123;
        for text in [
            "2025-07-01T11:00:00.123456+07:00",
            "2025-07-01T04:00:00.123Z",
            "2025-07-01T11:00:00.123456",
            "2025-07-01 11:00:00.123",
        ] {
            assert_eq!(moment_ms(text), Some(noon), "{text}");
        }
        for text in ["", "soon", "2025-07-01T25:00:00", "1751342400"] {
            assert_eq!(moment_ms(text), None, "{text}");
        }
    }

    #[test]
    fn a_placeholder_account_has_ten_digits_and_belongs_to_one_attempt() {
        let of = |bits| account_of(AttemptId::from_bits(bits));
        assert_eq!(of(7), "0000000007");
        assert_eq!(of(u128::MAX).len(), 10);
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn both_shapes_of_detail_are_read() {
        for (body, said) in [
            (r#"{"detail":"order not allowed"}"#, Some("order not allowed")),
            (
                r#"{"detail":[{"loc":["body","amount"],"msg":"field required","type":"value_error"},{"msg":"x"}]}"#,
                Some("amount: field required; x"),
            ),
            (
                r#"{"detail":[{"loc":["body",0],"msg":"invalid format"}]}"#,
                Some("invalid format"),
            ),
            (r#"{"detail":[]}"#, Some("")),
            (r#"{"msg":"invalid format"}"#, Some("invalid format")),
            (r#"{"detail":null}"#, None),
            (r#"{"detail":7}"#, None),
            ("<html>422</html>", None),
            ("", None),
        ] {
            assert_eq!(detail(body.as_bytes()).as_deref(), said, "{body}");
        }
    }

    #[test]
    fn only_the_very_text_we_sent_is_our_reference() {
        let ours = "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0000";
        assert_eq!(our_attempt(ours).unwrap().to_string(), ours);
        for other in [
            "0192aaaabbbb7ccc8dddeeeeffff0000",
            "0192AAAA-bbbb-7ccc-8ddd-eeeeffff0000",
            "POS-0001",
            "",
        ] {
            assert_eq!(our_attempt(other), None, "{other}");
        }
    }
}
