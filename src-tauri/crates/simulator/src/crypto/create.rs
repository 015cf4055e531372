//! `/v1/payment`: checks, prices, and the choice of a coin (page §4).

use sha2::{Digest, Sha256};

use super::coins::{self, Coin};
use super::render;
use super::request::{Refusal, Request, is_public};
use super::state::{CHECK, Choice, PENDING, Payment};
use super::{Payments, lie, success};
use crate::answer::Reply;
use crate::app::Turn;
use crate::charges;
use crate::faults::{Endpoint, Fault, FaultClass, QrForm};
use crate::gateway::Call;
use crate::qr::QrKind;
use crate::settings::CryptoSettings;
use crate::stats::ViolationKind;

const KNOWN: [&str; 13] = [
    "amount",
    "currency",
    "order_id",
    "to_currency",
    "network",
    "url_callback",
    "url_return",
    "url_success",
    "invite_code",
    "fee_split",
    "price_markup",
    "description",
    "ttl_seconds",
];
const TEXT_CHARS_MAX: usize = 2_000;
const TTL_SECONDS: i64 = 3_600;
/// Page §4: 0.3 %.
const FEE_E7: i64 = 30_000;
/// Directions say the same: half a dollar.
pub(super) const MIN_USD_E8: i64 = 50_000_000;

/// A create request that has passed every check.
struct Order {
    order_id: String,
    amount_e8: i64,
    currency: String,
    usd_rate_e8: i64,
    selected: Option<(&'static Coin, String)>,
    url_callback: Option<String>,
    fee_share_e7: i64,
    markup_e7: i64,
    description: Option<String>,
    ttl_seconds: i64,
}

fn read_order(request: &Request, settings: &CryptoSettings) -> Result<Order, Refusal> {
    let amount_e8 = request
        .decimal("amount", 8)?
        .ok_or_else(|| Refusal::field("amount", "is required"))?;
    if amount_e8 <= 0 {
        return Err(Refusal::field("amount", "must be greater than 0"));
    }
    let currency = request.required("currency", 10)?;
    let invoice_coin = coins::find(&currency, settings);
    let usd_rate_e8 =
        coins::usd_e8(&currency, settings).ok_or_else(|| Refusal::field("currency", "is not supported"))?;
    if coins::times_e8(amount_e8, usd_rate_e8) < MIN_USD_E8 {
        return Err(Refusal::field("amount", "is below the minimum"));
    }
    for name in ["url_return", "url_success"] {
        if request
            .text(name, TEXT_CHARS_MAX)?
            .is_some_and(|url| !is_url(&url))
        {
            return Err(Refusal::field(name, "must be a URL"));
        }
    }
    request.text("invite_code", TEXT_CHARS_MAX)?;
    // Percent with two decimals: 10,000 is 100 %.
    let percent = |name, range: std::ops::RangeInclusive<i64>| match request.decimal(name, 2)? {
        Some(percent) if !range.contains(&percent) => Err(Refusal::field(name, "is out of range")),
        percent => Ok(percent.unwrap_or_default()),
    };
    Ok(Order {
        order_id: request.required("order_id", 128)?,
        amount_e8,
        usd_rate_e8,
        selected: read_selection(request, settings, invoice_coin)?,
        currency: invoice_coin.map_or(currency, |coin| coin.name.to_owned()),
        url_callback: read_callback(request, settings)?,
        fee_share_e7: percent("fee_split", 0..=10_000)? * FEE_E7 / 10_000,
        markup_e7: percent("price_markup", -9_900..=10_000)? * 1_000,
        description: request.text("description", 200)?,
        ttl_seconds: request
            .integer("ttl_seconds", 300..=86_400)?
            .unwrap_or(TTL_SECONDS),
    })
}

fn read_selection(
    request: &Request,
    settings: &CryptoSettings,
    invoice_coin: Option<&'static Coin>,
) -> Result<Option<(&'static Coin, String)>, Refusal> {
    let named = match request.text("to_currency", 10)? {
        Some(name) => Some(
            coins::find(&name, settings).ok_or_else(|| Refusal::field("to_currency", "is not supported"))?,
        ),
        None => invoice_coin,
    };
    let network = request.text("network", 30)?;
    match (named, network) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(Refusal::field("to_currency", "is required with network")),
        (Some(_), None) => Err(Refusal::field("network", "is required")),
        (Some(coin), Some(network)) => {
            if !coin.networks.contains(&network.as_str()) {
                return Err(Refusal::field("network", "does not carry this currency"));
            }
            if !coins::is_open(&network, settings) {
                return Err(Refusal::field("network", "is temporarily disabled"));
            }
            Ok(Some((coin, network)))
        }
    }
}

fn read_callback(request: &Request, settings: &CryptoSettings) -> Result<Option<String>, Refusal> {
    let url = request.text("url_callback", TEXT_CHARS_MAX)?;
    match &url {
        None if settings.is_callback_demanded => Err(Refusal::field("url_callback", "is required")),
        Some(url) if !is_url(url) => Err(Refusal::field("url_callback", "must be a URL")),
        Some(url) if settings.is_callback_public_only && !is_public(url) => {
            Err(Refusal::field("url_callback", "must be a public address"))
        }
        _ => Ok(url),
    }
}

fn is_url(text: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
}

pub(super) fn create(turn: &mut Turn<'_>, call: &Call) -> Result<Reply, Refusal> {
    let request = Request::read(turn, call, &KNOWN)?;
    let order = read_order(&request, &turn.world.settings.crypto)?;
    let payments = &turn.world.crypto.payments;
    let existing = payments
        .iter()
        .position(|payment| payment.order_id == order.order_id);
    let place = match existing {
        // Page §4: a repeated create returns the session that is there.
        Some(place) => {
            let there = &payments[place];
            if there.amount_e8 != order.amount_e8 || there.currency != order.currency {
                turn.app.record(ViolationKind::RepeatedReference, &call.label);
            }
            place
        }
        None => {
            let payment = new_payment(turn, order);
            turn.world.crypto.payments.push(payment);
            turn.touch();
            turn.world.crypto.payments.len() - 1
        }
    };
    // A customer who pays at once (`after_ms` 0) is faster than the answer.
    charges::settle_due::<Payments>(turn);
    let mut result = render::created(&turn.world.crypto.payments[place], &turn.world.settings.crypto);
    let rules = turn.take_all(Endpoint::CryptoPaymentCreate, |fault| {
        fault.class() == FaultClass::Answer && !matches!(fault, Fault::QueryAmount { .. })
    });
    lie(&rules, &mut result);
    Ok(success(result, &rules))
}

fn new_payment(turn: &mut Turn<'_>, order: Order) -> Payment {
    let uuid = uuid_of(&turn.token());
    let mut payment = Payment {
        uuid,
        order_id: order.order_id,
        amount_e8: order.amount_e8,
        currency: order.currency,
        usd_rate_e8: order.usd_rate_e8,
        markup_e7: order.markup_e7,
        fee_share_e7: order.fee_share_e7,
        choice: None,
        received_e8: 0,
        txid: None,
        status: PENDING.to_owned(),
        created_ms: turn.now_ms,
        expires_ms: turn.now_ms + order.ttl_seconds * 1_000,
        url_callback: order.url_callback,
        description: order.description,
        qr_kind: QrKind::Png,
        is_qr_broken: false,
        plan: charges::customer_plan::<Payments>(turn),
    };
    let mut selected = order.selected;
    for fault in turn.take_all(Endpoint::CryptoPaymentCreate, |fault| {
        fault.class() == FaultClass::Qr
    }) {
        match fault {
            Fault::QrSvg => payment.qr_kind = QrKind::Svg,
            Fault::QrUndecodable => payment.qr_kind = QrKind::Undecodable,
            Fault::QrBrokenBase64 => payment.is_qr_broken = true,
            Fault::QrForm {
                form: QrForm::Missing,
            } => selected = None,
            _ => {}
        }
    }
    if let Some((coin, network)) = selected {
        payment.choice = Some(choice(&payment, coin, &network));
        payment.status = CHECK.to_owned();
    }
    payment
}

/// What a payer of this payment sends in `coin`.
pub(super) fn choice(payment: &Payment, coin: &Coin, network: &str) -> Choice {
    let is_same = payment.currency == coin.name;
    let bare_e8 = if is_same {
        payment.amount_e8
    } else {
        let usd_e8 = coins::times_e8(payment.amount_e8, payment.usd_rate_e8);
        coins::divided_e8(usd_e8, coin.usd_e8)
    };
    Choice {
        coin: coin.name.to_owned(),
        network: network.to_owned(),
        address: address(network, &payment.uuid),
        payer_e8: coins::raised(coins::raised(bare_e8, payment.markup_e7), payment.fee_share_e7),
    }
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// The shape of a version 4 UUID.
fn uuid_of(token: &str) -> String {
    let digits = digest(token);
    format!(
        "{}-{}-4{}-9{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[13..16],
        &digits[17..20],
        &digits[20..32]
    )
}

/// 64 hexadecimal digits, another one for every transaction.
pub(super) fn txid(token: &str) -> String {
    digest(&format!("transaction {token}"))
}

/// Looks like an address of the network and belongs to nobody: its checksum is a matter of luck.
fn address(network: &str, uuid: &str) -> String {
    let digits = digest(&format!("{network} {uuid}"));
    match network {
        "TRX-TRC20" => format!("T{}", &digits[..33]),
        "BTC" => format!("bc1q{}", &digits[..38]),
        "LTC" => format!("ltc1q{}", &digits[..38]),
        "TON" => format!("UQ{}", &digits[..46]),
        "SOL" => digits[..44].to_owned(),
        "DOGE" => format!("D{}", &digits[..33]),
        "DASH" => format!("X{}", &digits[..33]),
        _ => format!("0x{}", &digits[..40]),
    }
}
