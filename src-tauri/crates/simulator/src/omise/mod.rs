//! The Omise look-alike: TrueMoney QR charges, refunds and webhooks, strict about what it is sent.
//!
//! Written from the provider's page alone. Where the page says UNKNOWN, the page's assumption is used:
//! 400 `invalid_charge` for an amount outside ฿100–฿50,000, `expires_at` accepted but not honoured, no
//! idempotency key. Two choices are this simulator's own: expiry is announced as `charge.expire` and a
//! refund as `refund.create`, because the page tells receivers to accept any key.
//! Does not do: cards, PromptPay as a source, captures, disputes, older API versions.

mod charges;
mod errors;
mod listing;
mod params;
mod refunds;
mod render;
mod state;
mod webhook;

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, Method, Response, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::sync::oneshot;

pub(crate) use charges::{act, act_later, next_due_ms, resend_webhook, settle_due, views};
use errors::{Refusal, error_reply};
use params::Params;
pub(crate) use state::{Secrets, State};
pub(crate) use webhook::{alter_callback, callback_headers, decode_secret};

use crate::answer::{ErrorForm, MOVED_PATH, Reply, answer};
use crate::app::{App, Turn};
use crate::connection::Switch;
use crate::delivery::Mail;
use crate::faults::{Endpoint, Fault, FaultClass};
use crate::stats::ViolationKind;

/// Where this provider lives on the simulator; it is served at the root as well.
pub(crate) const MOUNT: &str = "/omise";
const BODY_BYTES_MAX: usize = 64 * 1024;

/// The merchant account the simulator plays. No `Debug`: it holds keys.
pub(crate) struct Account {
    pub(crate) secret_key: String,
    pub(crate) public_key: String,
    pub(crate) secrets: Secrets,
    pub(crate) webhook_url: Mutex<Option<String>>,
    pub(crate) ttl_ms: i64,
    pub(crate) is_live: bool,
}

impl Account {
    pub(crate) fn webhook_url(&self) -> Option<String> {
        self.webhook_url
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Turn<'_> {
    /// `chrg_test_…` and the like.
    fn omise_id(&mut self, prefix: &str) -> String {
        let mode = if self.app.omise.is_live { "" } else { "test_" };
        format!("{prefix}_{mode}{}", self.token())
    }

    pub(crate) fn omise_secrets(&self) -> Secrets {
        self.world
            .omise
            .rotated
            .clone()
            .unwrap_or_else(|| self.app.omise.secrets.clone())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Route {
    SourceCreate,
    ChargeCreate,
    ChargeList,
    ChargeGet(String),
    ChargeExpire(String),
    RefundCreate(String),
    RefundList(String),
    RefundGet(String, String),
    QrDownload {
        charge: String,
        document: String,
        token: String,
    },
    Event(String),
    Capability,
    Account,
}

impl Route {
    fn find(method: &Method, path: &str) -> Option<Self> {
        let own = |part: &str| part.to_owned();
        let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        match (method.as_str(), parts.as_slice()) {
            ("POST", ["sources"]) => Some(Self::SourceCreate),
            ("POST", ["charges"]) => Some(Self::ChargeCreate),
            ("GET", ["charges"]) => Some(Self::ChargeList),
            ("GET", ["charges", id]) => Some(Self::ChargeGet(own(id))),
            ("POST", ["charges", id, "expire"]) => Some(Self::ChargeExpire(own(id))),
            ("POST", ["charges", id, "refunds"]) => Some(Self::RefundCreate(own(id))),
            ("GET", ["charges", id, "refunds"]) => Some(Self::RefundList(own(id))),
            ("GET", ["charges", id, "refunds", refund]) => Some(Self::RefundGet(own(id), own(refund))),
            ("GET", ["charges", charge, "documents", document, "downloads", token]) => {
                Some(Self::QrDownload {
                    charge: own(charge),
                    document: own(document),
                    token: own(token),
                })
            }
            ("GET", ["events", id]) => Some(Self::Event(own(id))),
            ("GET", ["capability"]) => Some(Self::Capability),
            ("GET", ["account"]) => Some(Self::Account),
            _ => None,
        }
    }

    fn endpoint(&self) -> Endpoint {
        match self {
            Self::SourceCreate => Endpoint::OmiseSourceCreate,
            Self::ChargeCreate => Endpoint::OmiseChargeCreate,
            Self::ChargeList => Endpoint::OmiseChargeList,
            Self::ChargeGet(_) => Endpoint::OmiseChargeGet,
            Self::ChargeExpire(_) => Endpoint::OmiseChargeExpire,
            Self::RefundCreate(_) => Endpoint::OmiseRefundCreate,
            Self::RefundList(_) => Endpoint::OmiseRefundList,
            Self::RefundGet(..) => Endpoint::OmiseRefundGet,
            Self::QrDownload { .. } => Endpoint::OmiseQrDownload,
            Self::Event(_) => Endpoint::OmiseEventGet,
            Self::Capability => Endpoint::OmiseCapabilityGet,
            Self::Account => Endpoint::OmiseAccountGet,
        }
    }
}

/// One request, read in full.
struct Call {
    route: Route,
    headers: HeaderMap,
    query: String,
    body: Vec<u8>,
    /// Scheme, host and mount as the client reached us.
    base: String,
    /// Method and path, for violations.
    label: String,
}

impl Call {
    fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    fn params(&self) -> Result<Params, Refusal> {
        Params::from_body(self.header(header::CONTENT_TYPE).unwrap_or_default(), &self.body)
    }
}

/// What a request led to.
struct Outcome {
    reply: Reply,
    /// The callbacks it caused must arrive before the answer.
    is_callback_first: bool,
}

impl From<Reply> for Outcome {
    fn from(reply: Reply) -> Self {
        Self {
            reply,
            is_callback_first: false,
        }
    }
}

impl From<Value> for Outcome {
    fn from(object: Value) -> Self {
        Reply::json(200, &object).into()
    }
}

/// The provider's API below `prefix`.
pub(crate) fn router(app: Arc<App>, prefix: &'static str) -> Router {
    Router::new().fallback(
        move |ConnectInfo(switch): ConnectInfo<Switch>, request: Request| {
            serve(Arc::clone(&app), prefix, switch, request)
        },
    )
}

async fn serve(app: Arc<App>, prefix: &'static str, switch: Switch, request: Request) -> Response<Body> {
    if app.is_closed() {
        switch.cut();
    }
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let label = format!("{} {path}", parts.method);
    let Some(route) = Route::find(&parts.method, path) else {
        let is_moved = path == MOVED_PATH;
        app.record(
            if is_moved {
                ViolationKind::RedirectFollowed
            } else {
                ViolationKind::UnknownRoute
            },
            &label,
        );
        return Refusal::not_found("path").into_reply().into_response();
    };
    let endpoint = route.endpoint();
    *app.stats().requests.entry(endpoint).or_default() += 1;
    if endpoint != Endpoint::OmiseQrDownload && !parts.headers.contains_key("omise-version") {
        app.record(ViolationKind::MissingVersion, &label);
    }
    let Ok(body) = axum::body::to_bytes(body, BODY_BYTES_MAX).await else {
        return Refusal::bad_request("the body is too large")
            .into_reply()
            .into_response();
    };
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let base = host.map_or_else(|| app.own_url.clone(), |host| format!("http://{host}")) + prefix;
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let call = Call {
        route,
        headers: parts.headers,
        query,
        body: body.to_vec(),
        base,
        label,
    };

    let rule = match app.turn(|turn| turn.take(endpoint, FaultClass::Wire)) {
        Ok(rule) => rule,
        Err(error) => return not_saved(&error).into_response(),
    };
    let work = async || carry_out(&app, &call).await;
    let refuse = |_: ErrorForm, status: u16, code: &str| error_reply(status, code, "refused on request");
    answer(&app, &switch, rule, &call.base, work, refuse).await
}

async fn carry_out(app: &App, call: &Call) -> Reply {
    if app.is_closed() {
        return not_saved(&"the simulator has stopped");
    }
    let result = app.turn(|turn| {
        let outcome = dispatch(turn, call);
        if outcome.is_ok() {
            outcome.map(|outcome| lie(turn, call, outcome))
        } else {
            outcome
        }
    });
    match result {
        Ok(Ok(outcome)) => {
            if outcome.is_callback_first {
                let (done, is_done) = oneshot::channel();
                let _ = app.mail.send(Mail::Flush(done));
                // An error means the server stops; the answer then goes nowhere.
                let _ = is_done.await;
            }
            outcome.reply
        }
        Ok(Err(refusal)) => {
            if refusal.status == 401 {
                app.record(ViolationKind::BadCredentials, &call.label);
            }
            refusal.into_reply()
        }
        Err(error) => not_saved(&error),
    }
}

fn not_saved(error: &dyn std::fmt::Display) -> Reply {
    tracing::error!(%error, "the simulator cannot keep its state");
    error_reply(500, "internal_error", "the simulator cannot keep its state")
}

fn dispatch(turn: &mut Turn<'_>, call: &Call) -> Result<Outcome, Refusal> {
    if let Route::QrDownload {
        charge,
        document,
        token,
    } = &call.route
    {
        return charges::download(turn, call, charge, document, token).map(Outcome::from);
    }
    authenticate(turn.app, call)?;
    match &call.route {
        Route::SourceCreate => charges::create_source(turn, &call.params()?).map(Outcome::from),
        Route::ChargeCreate => charges::create(turn, call),
        Route::ChargeList => listing::charges(turn, call).map(Outcome::from),
        Route::ChargeGet(id) => charges::get(turn, call, id).map(Outcome::from),
        Route::ChargeExpire(id) => charges::expire(turn, call, id).map(Outcome::from),
        Route::RefundCreate(id) => refunds::create(turn, call, id).map(Outcome::from),
        Route::RefundList(id) => listing::refunds(turn, call, id).map(Outcome::from),
        Route::RefundGet(id, refund) => refunds::get(turn, id, refund).map(Outcome::from),
        Route::Event(id) => {
            let found = turn.app.journal().find(id).cloned();
            let object = found.and_then(|event| webhook::event_object(&event, turn.app.omise.is_live));
            object
                .map(Outcome::from)
                .ok_or_else(|| Refusal::not_found("event"))
        }
        Route::Capability => Ok(render::capability(turn.app.omise.is_live).into()),
        Route::Account => Ok(render::account(turn.app.omise.is_live).into()),
        Route::QrDownload { .. } => Err(Refusal::not_found("path")),
    }
}

/// The public key for sources, the secret key for everything else, as the user with an empty password.
fn authenticate(app: &App, call: &Call) -> Result<(), Refusal> {
    let expected = match call.route {
        Route::SourceCreate => &app.omise.public_key,
        _ => &app.omise.secret_key,
    };
    let credentials = call
        .header(header::AUTHORIZATION)
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|text| STANDARD.decode(text).ok());
    // A plain comparison: the keys are made up and the server answers this machine only.
    if credentials.is_some_and(|given| given == format!("{expected}:").into_bytes()) {
        Ok(())
    } else {
        Err(Refusal::unauthenticated())
    }
}

/// Applies the answer faults to every charge object in the answer.
fn lie(turn: &mut Turn<'_>, call: &Call, mut outcome: Outcome) -> Outcome {
    let endpoint = call.route.endpoint();
    let is_query = matches!(endpoint, Endpoint::OmiseChargeGet | Endpoint::OmiseChargeList);
    let shows_charges = is_query
        || matches!(
            endpoint,
            Endpoint::OmiseChargeCreate | Endpoint::OmiseChargeExpire
        );
    if !shows_charges {
        return outcome;
    }
    let faults = turn.take_all(endpoint, |fault| {
        fault.class() == FaultClass::Answer && (is_query || !matches!(fault, Fault::QueryAmount { .. }))
    });
    if faults.is_empty() {
        return outcome;
    }
    if let Ok(mut object) = serde_json::from_slice::<Value>(&outcome.reply.body) {
        let charges = match object.get_mut("data").and_then(Value::as_array_mut) {
            Some(list) => list.iter_mut().collect(),
            None => vec![&mut object],
        };
        for charge in charges.into_iter().filter_map(Value::as_object_mut) {
            for fault in &faults {
                render::tamper(charge, fault);
            }
        }
        outcome.reply = Reply::json(outcome.reply.status, &object);
    }
    outcome
}
