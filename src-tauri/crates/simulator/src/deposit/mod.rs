//! The `create_deposit` look-alike (RichPay / CCoop v2 family): QR deposits and their unsigned callbacks.
//!
//! Written from the provider's page alone. Where the page says UNKNOWN, its assumption is used: 401 for bad
//! credentials, 422 with a sentence for a repeated `order_id`, five callback tries. This simulator's own choices:
//! undocumented body fields are refused, a deposit runs out silently, a resend repeats one callback per payment
//! and none before the first. Does not do: a status query (there is none), payouts that ever end.

mod callback;
mod create;
mod request;
mod signature;
mod state;

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use serde_json::json;

pub(crate) use callback::spoil;
use request::{Refusal, Request};
use signature::AmountText;
pub(crate) use state::State;
use state::{Deposit, Payout};

use crate::answer::{ErrorForm, Reply};
use crate::app::{App, Turn};
use crate::charges::{Charges, Plan, WrongState, as_map, earlier};
use crate::clock::{bangkok_digits, bangkok_micros, iso};
use crate::control::{Act, ChargeView};
use crate::faults::{Endpoint, Provider, QrForm, WebhookVariant};
use crate::gateway::{self, Call, Gateway, Mount};
use crate::json::Doc;
use crate::money::{fee_satang, fixed, scaled, shortest};
use crate::qr::{self, Payee, QrKind};
use crate::stats::ViolationKind;
use crate::store::World;

/// Where this provider lives on the simulator. Its documented paths are served at the root as well.
pub(crate) const MOUNT: &str = "/deposit_gateway";
/// What every documented path begins with.
pub(crate) const PATHS: &str = "/api/v1/client";
/// The sample of the page: 108.43 on 8032.
const FEE_PER_10_000: i64 = 135;
const OPENING_BALANCE_SATANG: i64 = 10_000_000;

/// The merchant's three secrets (page §3).
#[derive(Clone)]
pub struct DepositKeys {
    /// `Authorization: Bearer …`.
    pub token: String,
    /// `x-api-key`.
    pub api_key: String,
    /// For `x-signature`.
    pub secret_key: String,
}

impl Default for DepositKeys {
    fn default() -> Self {
        Self {
            token: crate::TRAINING_DEPOSIT_TOKEN.to_owned(),
            api_key: crate::TRAINING_DEPOSIT_API_KEY.to_owned(),
            secret_key: crate::TRAINING_DEPOSIT_SECRET_KEY.to_owned(),
        }
    }
}

impl std::fmt::Debug for DepositKeys {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("DepositKeys").finish_non_exhaustive()
    }
}

static GATEWAY: Gateway = Gateway {
    find,
    work,
    refuse,
    // Page §5: unknown.
    rate_per_s: |_| None,
    body_bytes_max: gateway::ORDER_BYTES_MAX,
};

pub(crate) fn router(app: Arc<App>) -> Router {
    let mount = Mount {
        prefix: MOUNT,
        cut_off: "",
    };
    gateway::router(app, &GATEWAY, mount)
}

/// For [`PATHS`] at the root of the simulator.
pub(crate) fn router_of_paths(app: Arc<App>) -> Router {
    let mount = Mount {
        prefix: "",
        cut_off: PATHS,
    };
    gateway::router(app, &GATEWAY, mount)
}

fn find(method: &Method, path: &str) -> Option<Endpoint> {
    match (method.as_str(), path.strip_prefix(PATHS)?) {
        ("POST", "/create_deposit") => Some(Endpoint::DepositCreate),
        ("POST", "/resend_callback_for_transaction") => Some(Endpoint::DepositResend),
        ("POST", "/create_withdraw") => Some(Endpoint::DepositWithdraw),
        ("GET", "/get_balance") => Some(Endpoint::DepositBalance),
        ("GET", path) if path.starts_with("/qr/") => Some(Endpoint::DepositQrDownload),
        _ => None,
    }
}

/// `detail` as a sentence or as an array (page §5).
fn refuse(form: ErrorForm, status: u16, sentence: &str) -> Reply {
    let body = match form {
        ErrorForm::Usual => json!({"detail": sentence}),
        ErrorForm::Other => {
            json!({"detail": [{"loc": ["body"], "msg": sentence, "type": "value_error"}]})
        }
    };
    Reply::json(status, &body)
}

fn work(turn: &mut Turn<'_>, call: &Call) -> Reply {
    let result = match call.endpoint {
        Endpoint::DepositQrDownload => download(turn, call),
        endpoint => authenticate(turn.app, call).and_then(|()| match endpoint {
            Endpoint::DepositCreate => create::create(turn, call),
            Endpoint::DepositResend => resend(turn, call),
            Endpoint::DepositWithdraw => withdraw(turn, call),
            _ => balance(turn, call),
        }),
    };
    result.unwrap_or_else(Refusal::into_reply)
}

fn authenticate(app: &App, call: &Call) -> Result<(), Refusal> {
    let keys = &app.deposit;
    let token = call
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "));
    let problem = if token != Some(keys.token.as_str()) {
        "Invalid token"
    } else if call.header("x-api-key") != Some(keys.api_key.as_str()) {
        "Invalid api key"
    } else {
        return Ok(());
    };
    app.record(ViolationKind::BadCredentials, &call.label);
    Err(Refusal::sentence(401, problem))
}

fn check_signature(app: &App, call: &Call, order_id: &str, amount: AmountText<'_>) -> Result<(), Refusal> {
    let header = call.header("x-signature").unwrap_or_default();
    if signature::is_right(header, &app.deposit.secret_key, order_id, amount) {
        return Ok(());
    }
    app.record(ViolationKind::BadSignature, &call.label);
    Err(Refusal::sentence(401, "Invalid signature"))
}

/// Six letters, milliseconds, Bangkok time, six hexadecimal digits (page §5).
fn reference(turn: &mut Turn<'_>) -> String {
    let token = turn.token();
    let tail = &token.as_bytes()[token.len() - 6..];
    let letters: String = tail.iter().map(|byte| char::from(b'A' + byte % 26)).collect();
    let digits: String = tail.iter().map(|byte| format!("{:x}", byte % 16)).collect();
    format!(
        "{letters}-{}-{}-{digits}",
        turn.now_ms,
        bangkok_digits(turn.now_ms)
    )
}

fn resend(turn: &mut Turn<'_>, call: &Call) -> Result<Reply, Refusal> {
    let request = Request::read(turn, call, &["ref_id"])?;
    check_signature(turn.app, call, "", AmountText::Absent)?;
    let ref_id = request.required("ref_id")?;
    let deposits = &turn.world.deposit.deposits;
    let place = deposits.iter().position(|deposit| deposit.ref_id == ref_id);
    let place = place.ok_or_else(|| Refusal::sentence(404, "Transaction not found"))?;
    callback::announce_again(turn, place, None);
    Ok(Reply::json(200, &json!({"detail": "resend callback success"})))
}

fn withdraw(turn: &mut Turn<'_>, call: &Call) -> Result<Reply, Refusal> {
    let known = [
        "amount",
        "dest_bank_acc_no",
        "dest_bank_acc_name",
        "dest_bank_code",
        "withdraw_code",
        "callback_url",
        "order_id",
    ];
    let request = Request::read(turn, call, &known)?;
    let amount_satang = request.amount()?;
    let destination = ["dest_bank_code", "dest_bank_acc_no", "dest_bank_acc_name"];
    let order_id = request.optional("order_id")?;
    check_signature(
        turn.app,
        call,
        order_id.as_deref().unwrap_or_default(),
        amount_text(turn, amount_satang, &fixed(amount_satang, 2)),
    )?;
    let is_repeated = order_id.is_some()
        && turn
            .world
            .deposit
            .payouts
            .iter()
            .any(|payout| payout.order_id == order_id);
    if is_repeated {
        turn.app.record(ViolationKind::RepeatedReference, &call.label);
        return Err(Refusal::sentence(422, "order_id already exists"));
    }
    if amount_satang > available_satang(turn.world) {
        return Err(Refusal::sentence(422, "Insufficient balance"));
    }
    let ref_id = reference(turn);
    let mut answer = Doc::object([
        ("status", Doc::text(state::PROCESSING)),
        ("ref_id", Doc::text(&ref_id)),
    ]);
    for name in destination {
        answer.set(name, Doc::text(&request.required(name)?));
    }
    answer.set("amount", Doc::number(shortest(amount_satang, 2)));
    answer.set("withdraw_time", Doc::text(&bangkok_micros(turn.now_ms)));
    let at_ms = turn.now_ms;
    turn.world.deposit.payouts.push(Payout {
        ref_id,
        order_id,
        amount_satang,
        at_ms,
    });
    Ok(Reply::doc(200, &answer))
}

fn amount_text<'a>(turn: &Turn<'_>, satang: i64, fixed2: &'a str) -> AmountText<'a> {
    if turn.world.settings.deposit.is_fixed2_demanded {
        AmountText::Exactly(fixed2)
    } else {
        AmountText::Worth(satang)
    }
}

fn available_satang(world: &World) -> i64 {
    let receipts = world
        .deposit
        .deposits
        .iter()
        .flat_map(|deposit| &deposit.receipts);
    let received: i64 = receipts
        .map(|receipt| receipt.amount_satang - fee_satang(receipt.amount_satang, FEE_PER_10_000))
        .sum();
    let paid_out: i64 = world
        .deposit
        .payouts
        .iter()
        .map(|payout| payout.amount_satang)
        .sum();
    OPENING_BALANCE_SATANG + received - paid_out
}

fn balance(turn: &mut Turn<'_>, call: &Call) -> Result<Reply, Refusal> {
    check_signature(turn.app, call, "", AmountText::Absent)?;
    let available = shortest(available_satang(turn.world), 2);
    let answer = Doc::object([
        ("current_deposit_balance", Doc::number(&available)),
        ("current_withdraw_balance", Doc::number(&available)),
    ]);
    Ok(Reply::doc(200, &answer))
}

fn download(turn: &mut Turn<'_>, call: &Call) -> Result<Reply, Refusal> {
    let credentials = ["authorization", "x-api-key", "x-signature"];
    if credentials.iter().any(|name| call.headers.contains_key(*name)) {
        turn.app
            .record(ViolationKind::CredentialsOnQrDownload, &call.label);
        return Err(Refusal::sentence(400, "This download takes no credentials"));
    }
    let deposits = &turn.world.deposit.deposits;
    let found = deposits
        .iter()
        .find(|deposit| deposit.qr_form == QrForm::Link && call.path == qr_path(deposit));
    let deposit = found.ok_or_else(|| Refusal::sentence(404, "Not Found"))?;
    Ok(Reply::picture(qr::image(deposit.qr_kind, &qr_text(deposit))))
}

fn qr_path(deposit: &Deposit) -> String {
    format!("{PATHS}/qr/{}.png", deposit.qr_token)
}

fn qr_text(deposit: &Deposit) -> String {
    qr::text(Payee::Mobile, deposit.qr_satang, &deposit.qr_token)
}

/// This provider's charges.
pub(crate) struct Deposits;

impl Charges for Deposits {
    const PROVIDER: Provider = Provider::DepositGateway;
    const CREATE: Endpoint = Endpoint::DepositCreate;
    type Charge = Deposit;

    fn all(world: &World) -> &[Deposit] {
        &world.deposit.deposits
    }

    fn id(deposit: &Deposit) -> &str {
        &deposit.ref_id
    }

    fn next_due(deposit: &Deposit) -> Option<Plan> {
        // Also one that `set_status` has brought back to an open word after a payment stays as it is.
        let can_expire = deposit.is_open() && deposit.receipts.is_empty();
        earlier(deposit.plan.as_ref(), can_expire.then_some(deposit.expires_ms))
    }

    fn plan(world: &mut World, place: usize) -> &mut Option<Plan> {
        &mut world.deposit.deposits[place].plan
    }

    fn is_expired(deposit: &Deposit) -> bool {
        deposit.status == state::EXPIRED
    }

    fn carry_out(turn: &mut Turn<'_>, place: usize, act: &Act, at_ms: i64) -> Result<(), WrongState> {
        let (ids, issued) = (turn.app.ids, &mut turn.world.tokens_issued);
        let statement_id = || ids.token(issued);
        let news = turn.world.deposit.deposits[place].apply(act, at_ms, statement_id)?;
        turn.touch();
        callback::announce(turn, place, news);
        Ok(())
    }

    fn resend(turn: &mut Turn<'_>, place: usize, variant: Option<WebhookVariant>) {
        callback::announce_again(turn, place, variant);
    }

    fn view(deposit: &Deposit) -> ChargeView {
        let received: i64 = deposit.receipts.iter().map(|receipt| receipt.amount_satang).sum();
        let latest = deposit.receipts.last().map(|receipt| receipt.amount_satang);
        let metadata = json!({
            "order_id": deposit.order.order_id, "callback_url": deposit.order.callback_url,
            "asked_satang": deposit.order.asked_satang, "payable_satang": deposit.payable_satang,
            "received_satang": received, "ref1": deposit.order.ref1, "ref2": deposit.order.ref2,
        });
        let is_readable = deposit.qr_kind != QrKind::Undecodable
            && !deposit.is_bank_transfer
            && !deposit.is_qr_broken
            && deposit.qr_form != QrForm::Missing;
        ChargeView {
            provider: Provider::DepositGateway.word().to_owned(),
            id: deposit.ref_id.clone(),
            status: deposit.status.clone(),
            amount_satang: latest.unwrap_or(deposit.payable_satang),
            refunded_satang: 0,
            voided: false,
            description: deposit.description.clone(),
            metadata: as_map(metadata),
            created_at: iso(deposit.created_ms),
            expires_at: iso(deposit.expires_ms),
            qr_text: is_readable.then(|| qr_text(deposit)),
        }
    }
}
