//! The provider's objects, field for field as in the page (§4 to §6).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::coins;
use super::state::Payment;
use crate::clock::{iso, with_offset_3};
use crate::json::Doc;
use crate::money::{fixed, shortest};
use crate::qr;
use crate::settings::CryptoSettings;

/// What is left of 1000 after the fee of 0.3 % (page §4).
const NET_OF_1000: i64 = 997;

/// `100.00`, `0.00123`: at least two decimals.
pub(super) fn at_least_two(amount_e8: i64) -> String {
    let short = shortest(amount_e8, 8);
    match short.split_once('.') {
        Some((_, decimals)) if decimals.len() >= 2 => short,
        _ => fixed(amount_e8 / 1_000_000, 2),
    }
}

/// Eighteen decimals of what is credited.
fn merchant_amount(payment: &Payment) -> Doc {
    if payment.received_e8 == 0 {
        return Doc::Null;
    }
    Doc::Text(fixed(payment.received_e8.saturating_mul(NET_OF_1000), 11) + "0000000")
}

fn usd_e8(payment: &Payment) -> i64 {
    coins::times_e8(payment.amount_e8, payment.usd_rate_e8)
}

fn url(payment: &Payment) -> Doc {
    Doc::Text(format!("https://2328.io/pay/{}", payment.uuid))
}

/// The result of a create.
pub(super) fn created(payment: &Payment, settings: &CryptoSettings) -> Doc {
    let choice = payment.choice.as_ref();
    let rate = choice.map(|_| fixed(payment.usd_rate_e8, 8));
    let usd = fixed((usd_e8(payment) + 500_000) / 1_000_000, 2);
    let received = (payment.received_e8 > 0).then(|| fixed(payment.received_e8, 8));
    let deeplink = format!("https://t.me/my2328bot?start=pay_{}", payment.uuid);
    Doc::object([
        ("uuid", Doc::text(&payment.uuid)),
        ("order_id", Doc::text(&payment.order_id)),
        ("amount", Doc::Text(at_least_two(payment.amount_e8))),
        ("currency", Doc::text(coins::printed(&payment.currency, settings))),
        ("amount_usd", Doc::Text(usd)),
        ("exchange_rate", Doc::text_or_null(rate.as_deref())),
        ("url", url(payment)),
        ("tg_deeplink", Doc::Text(deeplink)),
        ("expires_at", Doc::Text(iso(payment.expires_ms))),
        ("created_at", Doc::Text(iso(payment.created_ms))),
        (
            "payer_currency",
            Doc::text_or_null(choice.map(|choice| coins::printed(&choice.coin, settings))),
        ),
        (
            "payer_amount",
            Doc::text_or_null(choice.map(|choice| at_least_two(choice.payer_e8)).as_deref()),
        ),
        (
            "network",
            Doc::text_or_null(choice.map(|choice| choice.network.as_str())),
        ),
        (
            "address",
            Doc::text_or_null(choice.map(|choice| choice.address.as_str())),
        ),
        ("payment_status", Doc::text(&payment.status)),
        ("txid", Doc::text_or_null(payment.txid.as_deref())),
        ("payment_amount", Doc::text_or_null(received.as_deref())),
        ("qr", Doc::text_or_null(qr_uri(payment).as_deref())),
    ])
}

/// The result of a query and an item of a list.
pub(super) fn info(payment: &Payment, settings: &CryptoSettings) -> Doc {
    let mut result = created(payment, settings);
    result.set("merchant_amount", merchant_amount(payment));
    result
}

/// The address and nothing but the address.
fn qr_uri(payment: &Payment) -> Option<String> {
    let choice = payment.choice.as_ref()?;
    let picture = qr::image(payment.qr_kind, &choice.address);
    let mut base64 = STANDARD.encode(picture.bytes);
    if payment.is_qr_broken {
        base64.truncate(41);
        base64.push('*');
    }
    Some(format!("data:{};base64,{base64}", picture.content_type))
}

/// The body of a webhook without its `sign`, in the order of the sample (§6).
pub(super) fn webhook(payment: &Payment, settings: &CryptoSettings) -> Doc {
    let info = info(payment, settings);
    let copied = |name: &str| info.get(name).cloned().unwrap_or(Doc::Null);
    Doc::object([
        ("uuid", copied("uuid")),
        ("order_id", copied("order_id")),
        ("amount", Doc::Text(fixed(payment.amount_e8, 8))),
        ("currency", copied("currency")),
        ("url", copied("url")),
        ("expires_at", Doc::Text(with_offset_3(payment.expires_ms))),
        ("created_at", Doc::Text(with_offset_3(payment.created_ms))),
        ("payer_currency", copied("payer_currency")),
        ("payer_amount", copied("payer_amount")),
        ("network", copied("network")),
        ("address", copied("address")),
        ("payment_status", copied("payment_status")),
        ("txid", copied("txid")),
        ("payment_amount", copied("payment_amount")),
        ("merchant_amount", copied("merchant_amount")),
        ("amount_usd", Doc::Text(fixed(usd_e8(payment), 8))),
        ("exchange_rate", copied("exchange_rate")),
    ])
}
