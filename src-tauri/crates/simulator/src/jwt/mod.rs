//! The JWT gateway look-alike: deposits, withdrawals, and callbacks signed with the API key.
//!
//! Written from the provider's page alone. Where the page says UNKNOWN, its assumption is used: HTTP status =
//! `code`, 404 for an unknown order, 429 above ten requests a second, ±300 s for timestamps, five callback tries.
//! This simulator's own choices: every call needs the key header, undocumented body fields are refused, the type
//! of `timestamp` is the documented one, a deposit without a QR has an empty `qrcode`, a second payment shows in
//! `actual_amount`. Does not do: cancel and refund, which the provider does not have.

mod callback;
mod orders;
mod request;
mod state;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use serde_json::json;

pub(crate) use callback::{is_acknowledged, stamp};
use request::{Refusal, error_reply, read_object};
pub(crate) use state::State;
use state::{Code, Kind, Order};

use crate::answer::Reply;
use crate::app::{App, Turn};
use crate::charges::{Charges, Plan, WrongState, as_map, earlier};
use crate::clock::{iso, iso_millis};
use crate::control::{Act, Action, ChargeView};
use crate::faults::{Endpoint, Provider, QrForm, WebhookVariant};
use crate::gateway::{self, Call, Gateway, Mount};
use crate::json::Doc;
use crate::qr::{self, Payee, QrKind};
use crate::stats::ViolationKind;
use crate::store::World;

/// Where this provider lives on the simulator.
pub(crate) const MOUNT: &str = "/jwt_gateway";
/// What every path begins with; the till's base URL ends in it.
pub(crate) const PATHS: &str = "/api/v1";

/// Code, English name, Thai name. The page shows the first two; the codes are the ones in common use.
const BANKS: [(&str, &str, &str); 9] = [
    ("KBANK", "Kasikorn Bank", "ธนาคารกสิกรไทย"),
    ("SCB", "Siam Commercial Bank", "ธนาคารไทยพาณิชย์"),
    ("BBL", "Bangkok Bank", "ธนาคารกรุงเทพ"),
    ("KTB", "Krungthai Bank", "ธนาคารกรุงไทย"),
    ("BAY", "Bank of Ayudhya", "ธนาคารกรุงศรีอยุธยา"),
    ("TTB", "TMBThanachart Bank", "ธนาคารทหารไทยธนชาต"),
    ("GSB", "Government Savings Bank", "ธนาคารออมสิน"),
    ("UOBT", "United Overseas Bank (Thai)", "ธนาคารยูโอบี"),
    ("CIMBT", "CIMB Thai Bank", "ธนาคารซีไอเอ็มบีไทย"),
];

/// The merchant's account. The API key signs as well (page §3).
#[derive(Clone)]
pub struct JwtKeys {
    /// `x-api-key`, and the HMAC key of every signature.
    pub api_key: String,
    /// The merchant bound to the key.
    pub merchant_id: String,
}

impl Default for JwtKeys {
    fn default() -> Self {
        Self {
            api_key: crate::TRAINING_JWT_API_KEY.to_owned(),
            merchant_id: crate::TRAINING_JWT_MERCHANT_ID.to_owned(),
        }
    }
}

impl std::fmt::Debug for JwtKeys {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("JwtKeys")
            .field("merchant_id", &self.merchant_id)
            .finish_non_exhaustive()
    }
}

static GATEWAY: Gateway = Gateway {
    find,
    work,
    refuse: error_reply,
    rate_per_s: |settings| settings.jwt.rate_per_s,
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
        ("POST", "/deposit") => Some(Endpoint::JwtDeposit),
        ("POST", "/withdraw") => Some(Endpoint::JwtWithdraw),
        ("POST", "/balance") => Some(Endpoint::JwtBalance),
        ("POST", "/order/query") => Some(Endpoint::JwtOrderQuery),
        ("POST", "/jwt/create") => Some(Endpoint::JwtSign),
        ("GET", "/banks") => Some(Endpoint::JwtBanks),
        ("GET", "/health") => Some(Endpoint::JwtHealth),
        ("GET", path) if path.starts_with("/qr/") => Some(Endpoint::JwtQrDownload),
        _ => None,
    }
}

fn work(turn: &mut Turn<'_>, call: &Call) -> Reply {
    let result = match call.endpoint {
        Endpoint::JwtQrDownload => download(turn, call),
        endpoint => authenticate(turn, call).and_then(|()| match endpoint {
            Endpoint::JwtDeposit => orders::deposit(turn, call),
            Endpoint::JwtWithdraw => orders::withdraw(turn, call),
            Endpoint::JwtBalance => orders::balance(turn, call),
            Endpoint::JwtOrderQuery => orders::query(turn, call),
            Endpoint::JwtSign => sign_for(turn, call),
            Endpoint::JwtBanks => Ok(banks()),
            _ => Ok(health(turn)),
        }),
    };
    result.unwrap_or_else(Refusal::into_reply)
}

/// Page §6: the key first, then the address.
fn authenticate(turn: &Turn<'_>, call: &Call) -> Result<(), Refusal> {
    if call.header("x-api-key") != Some(turn.app.jwt.api_key.as_str()) {
        turn.app.record(ViolationKind::BadCredentials, &call.label);
        return Err(Refusal::new(401, "Invalid API key"));
    }
    if !turn.world.settings.jwt.is_ip_listed {
        return Err(Refusal::new(403, "IP not in whitelist"));
    }
    Ok(())
}

/// The envelope of everything but deposits.
fn success(message: &str, data: Doc) -> Reply {
    let envelope = Doc::object([
        ("code", Doc::number(200)),
        ("message", Doc::text(message)),
        ("data", data),
    ]);
    Reply::doc(200, &envelope)
}

fn banks() -> Reply {
    let banks = BANKS.iter().map(|(code, name, name_th)| {
        Doc::object([
            ("code", Doc::text(code)),
            ("name", Doc::text(name)),
            ("name_th", Doc::text(name_th)),
            ("active", Doc::Flag(true)),
        ])
    });
    success("Success", Doc::object([("banks", Doc::List(banks.collect()))]))
}

fn health(turn: &Turn<'_>) -> Reply {
    success(
        "OK",
        Doc::object([
            ("status", Doc::text("healthy")),
            ("timestamp", Doc::Text(iso_millis(turn.now_ms))),
            // The page's sample: nobody reads more from it than that it is a number.
            ("uptime", Doc::number("3600.5")),
        ]),
    )
}

/// The sign helper. The key belongs in the header; in the body it is one more place to leak from.
fn sign_for(turn: &Turn<'_>, call: &Call) -> Result<Reply, Refusal> {
    let body = read_object(call)?;
    let known = ["params", "api_key"];
    if body
        .fields()
        .iter()
        .any(|(name, _)| !known.contains(&name.as_str()))
    {
        return Err(Refusal::new(400, "Invalid request body"));
    }
    let key = &turn.app.jwt.api_key;
    if let Some(given) = body.get("api_key") {
        turn.app.record(ViolationKind::SecretInBody, &call.label);
        if *given != Doc::text(key) {
            return Err(Refusal::new(401, "Invalid API key"));
        }
    }
    let Some(params @ Doc::Object(_)) = body.get("params") else {
        return Err(Refusal::invalid("params"));
    };
    let mut params = params.clone();
    params.remove("signature");
    let data = Doc::object([
        ("signature", Doc::Text(token::sign(key.as_bytes(), &params))),
        ("algorithm", Doc::text("HS256")),
        ("payload", token::sorted(&params)),
    ]);
    Ok(success("Success", data))
}

fn download(turn: &Turn<'_>, call: &Call) -> Result<Reply, Refusal> {
    if call.headers.contains_key("x-api-key") {
        turn.app
            .record(ViolationKind::CredentialsOnQrDownload, &call.label);
        return Err(Refusal::new(400, "This download takes no credentials"));
    }
    let found = turn.world.jwt.orders.iter().find_map(|order| {
        let code = order.code.as_ref().filter(|code| code.form == QrForm::Link)?;
        (call.path == format!("{PATHS}/qr/{}.png", code.token)).then_some((order, code))
    });
    let (order, code) = found.ok_or_else(|| Refusal::new(404, "Not Found"))?;
    Ok(Reply::picture(qr::image(code.kind, &code_text(order, code))))
}

fn code_text(order: &Order, code: &Code) -> String {
    qr::text(Payee::Mobile, code.satang, &order.order_no)
}

/// This provider's charges, payouts among them.
pub(crate) struct Orders;

impl Charges for Orders {
    const PROVIDER: Provider = Provider::JwtGateway;
    const CREATE: Endpoint = Endpoint::JwtDeposit;
    type Charge = Order;

    fn all(world: &World) -> &[Order] {
        &world.jwt.orders
    }

    fn id(order: &Order) -> &str {
        &order.order_no
    }

    fn next_due(order: &Order) -> Option<Plan> {
        // Also one that `set_status` has brought back to pending after a payment stays as it is.
        let can_expire = order.is_open() && order.received_satang == 0;
        let expires_ms = order.expires_ms.filter(|_| can_expire);
        earlier(order.plan.as_ref(), expires_ms)
    }

    fn plan(world: &mut World, place: usize) -> &mut Option<Plan> {
        &mut world.jwt.orders[place].plan
    }

    fn is_expired(order: &Order) -> bool {
        order.status == state::EXPIRED
    }

    fn carry_out(turn: &mut Turn<'_>, place: usize, act: &Act, at_ms: i64) -> Result<(), WrongState> {
        let order = &turn.world.jwt.orders[place];
        if act.action == Action::PayTwice && order.is_open() && order.kind == Kind::Deposit {
            let first = Act {
                action: Action::Pay,
                ..act.clone()
            };
            Self::carry_out(turn, place, &first, at_ms)?;
        }
        turn.world.jwt.orders[place].apply(act, at_ms)?;
        turn.touch();
        callback::announce(turn, place, None);
        Ok(())
    }

    fn resend(turn: &mut Turn<'_>, place: usize, variant: Option<WebhookVariant>) {
        callback::announce(turn, place, variant);
    }

    fn is_shown(order: &Order) -> bool {
        order.kind == Kind::Deposit
    }

    fn view(order: &Order) -> ChargeView {
        let code = order.code.as_ref().filter(|code| {
            code.kind != QrKind::Undecodable && code.form != QrForm::Missing && !code.is_broken
        });
        let metadata = json!({
            "order_id": order.agent_order_no, "callback_url": order.callback_url,
            "asked_satang": order.asked_satang, "received_satang": order.received_satang,
            "fee_satang": order.fee_satang(),
        });
        ChargeView {
            provider: Provider::JwtGateway.word().to_owned(),
            id: order.order_no.clone(),
            status: order.status.clone(),
            amount_satang: order.amount_satang,
            refunded_satang: 0,
            voided: false,
            description: None,
            metadata: as_map(metadata),
            created_at: iso(order.created_ms),
            expires_at: order.expires_ms.map_or_else(String::new, iso),
            qr_text: code.map(|code| code_text(order, code)),
        }
    }
}
