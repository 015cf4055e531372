//! The way of a request through the gateways that are not Omise: counted, slowed by a rate limit, spoiled by at
//! most one wire fault, carried out in one turn.
//!
//! What a request means is the provider's part, see [`Gateway`]. Omise has its own way: other routes, forms
//! besides JSON, and answers changed after the fact.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, HeaderValue, Method, Response, header};
use tokio::sync::oneshot;

use crate::answer::{ErrorForm, MOVED_PATH, Reply, answer};
use crate::app::{App, Turn};
use crate::clock::http_date;
use crate::connection::Switch;
use crate::delivery::Mail;
use crate::faults::{Endpoint, FaultClass, FaultRule};
use crate::settings::Settings;
use crate::stats::ViolationKind;

/// Enough for an order.
pub(crate) const ORDER_BYTES_MAX: usize = 64 * 1024;
const RATE_WINDOW_MS: i64 = 1_000;

/// One provider's API.
pub(crate) struct Gateway {
    /// Path below the mount.
    pub(crate) find: fn(&Method, &str) -> Option<Endpoint>,
    pub(crate) work: fn(&mut Turn<'_>, &Call) -> Reply,
    pub(crate) refuse: fn(ErrorForm, u16, &str) -> Reply,
    /// Requests allowed in a second.
    pub(crate) rate_per_s: fn(&Settings) -> Option<u32>,
    /// Longer requests are refused unread.
    pub(crate) body_bytes_max: usize,
}

/// One request, read in full.
pub(crate) struct Call {
    pub(crate) endpoint: Endpoint,
    pub(crate) headers: HeaderMap,
    /// Below the mount.
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
    /// Scheme, host and mount as the client reached us.
    pub(crate) base: String,
    /// Method and path, for violations.
    pub(crate) label: String,
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn is_json(&self) -> bool {
        let content_type = self.header("content-type").unwrap_or_default();
        content_type.split(';').next().map(str::trim) == Some("application/json")
    }
}

/// Where a provider's paths begin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mount {
    /// What the till's base URL ends in.
    pub(crate) prefix: &'static str,
    /// The part of the documented paths that routing to here has cut off.
    pub(crate) cut_off: &'static str,
}

/// The provider's API.
pub(crate) fn router(app: Arc<App>, gateway: &'static Gateway, mount: Mount) -> Router {
    Router::new().fallback(
        move |ConnectInfo(switch): ConnectInfo<Switch>, request: Request| {
            serve(Arc::clone(&app), gateway, mount, switch, request)
        },
    )
}

async fn serve(
    app: Arc<App>,
    gateway: &Gateway,
    mount: Mount,
    switch: Switch,
    request: Request,
) -> Response<Body> {
    if app.is_closed() {
        switch.cut();
    }
    let (parts, body) = request.into_parts();
    let path = format!("{}{}", mount.cut_off, parts.uri.path());
    let label = format!("{} {path}", parts.method);
    let Some(endpoint) = (gateway.find)(&parts.method, &path) else {
        let kind = match path.as_str() {
            MOVED_PATH => ViolationKind::RedirectFollowed,
            _ => ViolationKind::UnknownRoute,
        };
        app.record(kind, &label);
        return (gateway.refuse)(ErrorForm::Usual, 404, "Not Found").into_response();
    };
    *app.stats().requests.entry(endpoint).or_default() += 1;
    let Ok(body) = axum::body::to_bytes(body, gateway.body_bytes_max).await else {
        return (gateway.refuse)(ErrorForm::Usual, 413, "Request body too large").into_response();
    };
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let base = host.map_or_else(|| app.own_url.clone(), |host| format!("http://{host}")) + mount.prefix;
    let call = Call {
        endpoint,
        headers: parts.headers,
        path,
        body: body.to_vec(),
        base,
        label,
    };
    let admission = match app.turn(|turn| admit(turn, gateway, &call)) {
        Ok(admission) => admission,
        Err(error) => return not_saved(gateway, &error).into_response(),
    };
    let mut response = if admission.is_too_fast {
        let mut reply = (gateway.refuse)(ErrorForm::Usual, 429, "Too many requests");
        reply.retry_after_s = Some(1);
        reply.into_response()
    } else {
        let work = async || carry_out(&app, gateway, &call).await;
        answer(&app, &switch, admission.rule, &call.base, work, gateway.refuse).await
    };
    // The server writes the true time where there is no date yet.
    if let Some(date) = admission
        .own_date
        .and_then(|date| HeaderValue::from_str(&date).ok())
    {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

struct Admission {
    is_too_fast: bool,
    rule: Option<FaultRule>,
    /// Set while the provider's clock is not this machine's.
    own_date: Option<String>,
}

fn admit(turn: &mut Turn<'_>, gateway: &Gateway, call: &Call) -> Admission {
    let settings = &turn.world.settings;
    let ahead_s = settings.clock_ahead_s;
    let clock = &turn.app.clock;
    let is_own = ahead_s != 0 || clock.is_fixed();
    let own_date = is_own.then(|| http_date(clock.unmoved_ms() + ahead_s * 1000));
    let limit = (gateway.rate_per_s)(settings).filter(|_| !call.endpoint.is_download());
    let is_too_fast = limit.is_some_and(|limit| !has_room(turn, call, limit));
    if is_too_fast {
        turn.app.record(ViolationKind::RateLimitExceeded, &call.label);
    }
    let rule = if is_too_fast {
        None
    } else {
        turn.take(call.endpoint, FaultClass::Wire)
    };
    Admission {
        is_too_fast,
        rule,
        own_date,
    }
}

/// Counts the request when it is within the limit; refused ones are not counted, so that waiting one second
/// always helps.
fn has_room(turn: &Turn<'_>, call: &Call, limit: u32) -> bool {
    let mut paces = turn.app.paces.lock().unwrap_or_else(PoisonError::into_inner);
    let pace: &mut VecDeque<i64> = paces.entry(call.endpoint.provider()).or_default();
    pace.retain(|at_ms| turn.now_ms.saturating_sub(*at_ms).unsigned_abs() < RATE_WINDOW_MS.unsigned_abs());
    let has_room = u32::try_from(pace.len()).is_ok_and(|used| used < limit);
    if has_room {
        pace.push_back(turn.now_ms);
    }
    has_room
}

async fn carry_out(app: &App, gateway: &Gateway, call: &Call) -> Reply {
    if app.is_closed() {
        return not_saved(gateway, &"the simulator has stopped");
    }
    let result = app.turn(|turn| ((gateway.work)(turn, call), turn.has_early_letter()));
    match result {
        Ok((reply, is_callback_first)) => {
            if is_callback_first {
                let (done, is_done) = oneshot::channel();
                let _ = app.mail.send(Mail::Flush(done));
                // An error means the server stops; the answer then goes nowhere.
                let _ = is_done.await;
            }
            reply
        }
        Err(error) => not_saved(gateway, &error),
    }
}

fn not_saved(gateway: &Gateway, error: &dyn std::fmt::Display) -> Reply {
    tracing::error!(%error, "the simulator cannot keep its state");
    (gateway.refuse)(ErrorForm::Usual, 500, "Internal server error")
}
