//! The 2328.io look-alike: crypto payments, strict about headers and signed bytes.
//!
//! Written from the provider's page alone. Where the page says UNKNOWN, its assumption is used: 403 for a bad
//! project, signature or missing user agent, 422 with `errors`, 404 for an unknown payment, 429 with
//! `Retry-After: 1`, webhook tries at 10, 30, 60, 300 and 900 s. This simulator's own choices: baht is offered
//! (a switch), exchange rates are `result[fiat][coin]`, directions say `active` or `inactive` and name the network
//! by its code twice, a session without a coin is `pending`, lists are newest first in days of UTC, loopback
//! webhook targets are allowed (a switch). Does not do: payouts, static wallets, conversion.

mod catalog;
mod coins;
mod create;
mod render;
mod request;
mod signature;
mod state;
mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use serde_json::json;

use request::{Refusal, Request, error_reply};
use state::Payment;
pub(crate) use state::State;
pub(crate) use webhook::stamp;

use crate::answer::Reply;
use crate::app::{App, Turn};
use crate::charges::{Charges, Plan, WrongState, as_map, earlier};
use crate::clock::iso;
use crate::control::{Act, Action, ChargeView};
use crate::faults::{Endpoint, Fault, FaultClass, Provider, WebhookVariant};
use crate::gateway::{self, Call, Gateway, Mount};
use crate::json::Doc;
use crate::money::fixed;
use crate::qr::QrKind;
use crate::stats::ViolationKind;
use crate::store::World;

/// Where this provider lives on the simulator.
pub(crate) const MOUNT: &str = "/crypto_2328";
/// The till's base URL ends in it.
pub(crate) const PATHS: &str = "/api";

/// The project and its key.
#[derive(Clone)]
pub struct CryptoKeys {
    /// The `project` header, a UUID.
    pub project: String,
    /// Signs requests and payment webhooks.
    pub api_key: String,
}

impl Default for CryptoKeys {
    fn default() -> Self {
        Self {
            project: crate::TRAINING_CRYPTO_PROJECT.to_owned(),
            api_key: crate::TRAINING_CRYPTO_API_KEY.to_owned(),
        }
    }
}

impl std::fmt::Debug for CryptoKeys {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("CryptoKeys")
            .field("project", &self.project)
            .finish_non_exhaustive()
    }
}

static GATEWAY: Gateway = Gateway {
    find,
    work,
    refuse: error_reply,
    rate_per_s: |settings| settings.crypto.rate_per_s,
    body_bytes_max: gateway::ORDER_BYTES_MAX,
};

pub(crate) fn router(app: Arc<App>) -> Router {
    let mount = Mount {
        prefix: MOUNT,
        cut_off: "",
    };
    gateway::router(app, &GATEWAY, mount)
}

fn find(method: &Method, path: &str) -> Option<Endpoint> {
    match (method.as_str(), path.strip_prefix(PATHS)?) {
        ("POST", "/v1/payment") => Some(Endpoint::CryptoPaymentCreate),
        ("POST", "/v1/payment/info") => Some(Endpoint::CryptoPaymentInfo),
        ("POST", "/v1/payment/list") => Some(Endpoint::CryptoPaymentList),
        ("GET", "/v1/balance") => Some(Endpoint::CryptoBalance),
        ("GET", "/v1/exchange-rates") => Some(Endpoint::CryptoRates),
        ("GET", "/v1/directions") => Some(Endpoint::CryptoDirections),
        _ => None,
    }
}

fn work(turn: &mut Turn<'_>, call: &Call) -> Reply {
    let result = authenticate(turn.app, call).and_then(|()| match call.endpoint {
        Endpoint::CryptoPaymentCreate => create::create(turn, call),
        Endpoint::CryptoPaymentInfo => info(turn, call),
        Endpoint::CryptoPaymentList => catalog::list(turn, call),
        Endpoint::CryptoBalance => Ok(catalog::balance(turn)),
        Endpoint::CryptoRates => Ok(catalog::rates(turn)),
        _ => Ok(catalog::directions(turn)),
    });
    result.unwrap_or_else(Refusal::into_reply)
}

/// Page §2, §3: the user agent, the project, and the signature over the very bytes that came.
fn authenticate(app: &App, call: &Call) -> Result<(), Refusal> {
    let is_named = call.header("user-agent").is_some_and(|agent| !agent.is_empty());
    let (kind, message) = if !is_named {
        (ViolationKind::MissingUserAgent, "User-Agent is required")
    } else if call.header("project") != Some(app.crypto.project.as_str()) {
        (ViolationKind::BadCredentials, "Project not found")
    } else if call.header("sign") != Some(signature::sign(app.crypto.api_key.as_bytes(), &call.body).as_str())
    {
        (ViolationKind::BadSignature, "Invalid sign")
    } else {
        return Ok(());
    };
    app.record(kind, &call.label);
    Err(Refusal::new(403, message))
}

/// The envelope, as far as the answer faults leave it whole.
fn success(result: Doc, rules: &[Fault]) -> Reply {
    let mut envelope = Doc::object([("state", Doc::number(0)), ("result", result)]);
    for rule in rules {
        match rule {
            Fault::StateMissing => envelope.remove("state"),
            Fault::ResultNull => envelope.set("result", Doc::Null),
            _ => {}
        }
    }
    Reply::doc(200, &envelope)
}

/// What the answer faults make of one payment.
fn lie(rules: &[Fault], result: &mut Doc) {
    for rule in rules {
        match rule {
            Fault::StatusWord { word } => result.set("payment_status", Doc::text(word)),
            Fault::QueryAmount { amount_satang } => result.set("amount", Doc::Text(fixed(*amount_satang, 2))),
            Fault::Currency { currency } => result.set("currency", Doc::text(currency)),
            Fault::OtherOrder { order_id } => result.set("order_id", Doc::text(order_id)),
            _ => {}
        }
    }
}

fn info(turn: &mut Turn<'_>, call: &Call) -> Result<Reply, Refusal> {
    let request = Request::read(turn, call, &["uuid", "order_id"])?;
    let (uuid, order_id) = (request.optional("uuid")?, request.optional("order_id")?);
    if uuid.is_none() && order_id.is_none() {
        return Err(Refusal::field("uuid", "is required without order_id"));
    }
    let found = turn.world.crypto.payments.iter().find(|payment| {
        uuid.as_ref().is_none_or(|uuid| *uuid == payment.uuid)
            && order_id
                .as_ref()
                .is_none_or(|order_id| *order_id == payment.order_id)
    });
    let payment = found.ok_or_else(|| Refusal::new(404, "Payment not found"))?;
    let mut result = render::info(payment, &turn.world.settings.crypto);
    let rules = turn.take_all(Endpoint::CryptoPaymentInfo, |fault| {
        fault.class() == FaultClass::Answer
    });
    lie(&rules, &mut result);
    Ok(success(result, &rules))
}

/// This provider's charges.
pub(crate) struct Payments;

impl Payments {
    /// The coin the act names, or the first one that is taken, unless one is chosen already.
    fn choose(turn: &mut Turn<'_>, place: usize, act: &Act) -> Result<(), WrongState> {
        let settings = &turn.world.settings.crypto;
        let payment = &turn.world.crypto.payments[place];
        if payment.choice.is_some() && act.action != Action::Choose {
            return Ok(());
        }
        let wanted = act.details.coin.as_deref().unwrap_or("USDT");
        let coin = coins::find(wanted, settings).ok_or(WrongState)?;
        let mut networks = coin.networks.iter().filter(|network| {
            let is_wanted = act
                .details
                .network
                .as_deref()
                .is_none_or(|wanted| wanted == **network);
            is_wanted && coins::is_open(network, settings)
        });
        let network = networks.next().ok_or(WrongState)?;
        let choice = create::choice(payment, coin, network);
        turn.world.crypto.payments[place].choice = Some(choice);
        Ok(())
    }

    fn do_once(turn: &mut Turn<'_>, place: usize, act: &Act) -> Result<(), WrongState> {
        let before = turn.world.crypto.payments[place].clone();
        let sends_money = matches!(
            act.action,
            Action::Pay | Action::PayLate | Action::PayTwice | Action::Hold | Action::SetStatus
        );
        if sends_money || (act.action == Action::Choose && before.is_open()) {
            Self::choose(turn, place, act)?;
        }
        let txid = create::txid(&turn.token());
        let payment = &mut turn.world.crypto.payments[place];
        if let Err(wrong) = payment.apply(act, || txid) {
            *payment = before;
            return Err(wrong);
        }
        turn.touch();
        webhook::announce(turn, place, None);
        Ok(())
    }
}

impl Charges for Payments {
    const PROVIDER: Provider = Provider::Crypto2328;
    const CREATE: Endpoint = Endpoint::CryptoPaymentCreate;
    type Charge = Payment;

    fn all(world: &World) -> &[Payment] {
        &world.crypto.payments
    }

    fn id(payment: &Payment) -> &str {
        &payment.uuid
    }

    fn next_due(payment: &Payment) -> Option<Plan> {
        let expires_ms = payment.can_expire().then_some(payment.expires_ms);
        earlier(payment.plan.as_ref(), expires_ms)
    }

    fn plan(world: &mut World, place: usize) -> &mut Option<Plan> {
        &mut world.crypto.payments[place].plan
    }

    fn is_expired(payment: &Payment) -> bool {
        payment.is_lost()
    }

    fn carry_out(turn: &mut Turn<'_>, place: usize, act: &Act, _at_ms: i64) -> Result<(), WrongState> {
        if act.action == Action::PayTwice && turn.world.crypto.payments[place].is_open() {
            let first = Act {
                action: Action::Pay,
                ..act.clone()
            };
            Self::do_once(turn, place, &first)?;
        }
        Self::do_once(turn, place, act)
    }

    fn resend(turn: &mut Turn<'_>, place: usize, variant: Option<WebhookVariant>) {
        webhook::announce(turn, place, variant);
    }

    fn view(payment: &Payment) -> ChargeView {
        let choice = payment.choice.as_ref();
        let metadata = json!({
            "order_id": payment.order_id, "callback_url": payment.url_callback, "currency": payment.currency,
            "asked_satang": payment.amount_e8 / 1_000_000,
            "coin": choice.map(|choice| &choice.coin), "network": choice.map(|choice| &choice.network),
            "address": choice.map(|choice| &choice.address),
            "payer_amount": choice.map(|choice| render::at_least_two(choice.payer_e8)),
            "payment_amount": fixed(payment.received_e8, 8),
        });
        let is_readable = payment.qr_kind != QrKind::Undecodable && !payment.is_qr_broken;
        ChargeView {
            provider: Provider::Crypto2328.word().to_owned(),
            id: payment.uuid.clone(),
            status: payment.status.clone(),
            amount_satang: payment.amount_e8 / 1_000_000,
            refunded_satang: 0,
            voided: false,
            description: payment.description.clone(),
            metadata: as_map(metadata),
            created_at: iso(payment.created_ms),
            expires_at: iso(payment.expires_ms),
            qr_text: choice
                .filter(|_| is_readable)
                .map(|choice| choice.address.clone()),
        }
    }
}
