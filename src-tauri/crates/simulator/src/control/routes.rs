//! The routes of the control panel.

use std::sync::{Arc, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::Response;
use axum::routing::{delete, get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::wire::{Act, ActRequest, Action};
use super::{panel, slips};
use crate::answer::Reply;
use crate::app::App;
use crate::charges::ActRefused;
use crate::clock::iso;
use crate::delivery::Mail;
use crate::faults::{ActiveRule, FaultRule, WebhookVariant};
use crate::omise::{self, Secrets};
use crate::settings::Settings;
use crate::stats::Stats;
use crate::store::{StoreError, World};

/// Omise page §5: both secrets sign for about a day after a rotation.
const ROTATION_MS: i64 = 24 * 3_600_000;

pub(super) type Answer = Result<Response<Body>, Problem>;
pub(super) type Panel = State<Arc<App>>;

/// Why the panel refuses.
pub(super) enum Problem {
    Unknown(&'static str),
    BadRequest(String),
    WrongState,
    NotSaved(StoreError),
}

impl axum::response::IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        let (status, sentence) = match self {
            Self::Unknown(what) => (404, format!("{what} is not known")),
            Self::BadRequest(why) => (400, why),
            Self::WrongState => (
                409,
                "the charge is not in a state from which this can happen".to_owned(),
            ),
            Self::NotSaved(error) => (500, error.to_string()),
        };
        Reply::json(status, &json!({"error": sentence})).into_response()
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::NotSaved(error)
    }
}

impl From<ActRefused> for Problem {
    fn from(refused: ActRefused) -> Self {
        match refused {
            ActRefused::Unknown => Self::Unknown("this charge"),
            ActRefused::WrongState => Self::WrongState,
        }
    }
}

pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route(
            "/",
            get(async || Reply::html(200, include_str!("page.html")).into_response()),
        )
        .route("/charges", get(charges))
        .route("/payouts", get(payouts))
        .route("/charges/{id}/webhook", post(webhook))
        .route("/charges/{id}/{action}", post(act))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/faults/{id}", delete(remove_fault))
        .route("/release", post(release))
        .route("/flush-webhooks", post(flush_webhooks))
        .route("/webhook-url", post(webhook_url))
        .route("/rotate-secret", post(rotate_secret))
        .route("/clock", post(move_clock))
        .route("/settings", get(settings).post(set_settings))
        .route("/stats", get(stats))
        .route("/reset", post(reset))
        .nest("/easyslip", slips::router())
        .with_state(app)
}

pub(super) fn ok(body: &impl Serialize) -> Answer {
    let body = serde_json::to_value(body).map_err(|error| Problem::BadRequest(error.to_string()))?;
    Ok(Reply::json(200, &body).into_response())
}

/// An empty body stands for `{}`.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| Problem::BadRequest(error.to_string()))
}

async fn charges(State(app): Panel) -> Answer {
    ok(&app.turn(|turn| panel::views(turn.world))?)
}

async fn payouts(State(app): Panel) -> Answer {
    ok(&app.turn(|turn| panel::payouts(turn.world))?)
}

async fn act(State(app): Panel, Path((id, action)): Path<(String, String)>, body: Bytes) -> Answer {
    let action = Action::from_word(&action).ok_or(Problem::Unknown("this action"))?;
    let request: ActRequest = read(&body)?;
    let after_ms = request.after_ms;
    let wanted = Act::with(action, request);
    ok(&app.turn(|turn| panel::act(turn, &id, wanted, after_ms))??)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resend {
    #[serde(default)]
    variant: Option<WebhookVariant>,
}

async fn webhook(State(app): Panel, Path(id): Path<String>, body: Bytes) -> Answer {
    let Resend { variant } = read(&body)?;
    ok(&app.turn(|turn| panel::resend(turn, &id, variant))??)
}

async fn faults(State(app): Panel) -> Answer {
    ok(&app.turn(|turn| turn.world.faults.rules().to_vec())?)
}

async fn add_fault(State(app): Panel, body: Bytes) -> Answer {
    let rule: FaultRule = read(&body)?;
    let id = app.turn(|turn| {
        turn.touch();
        turn.world.faults.add(rule.clone())
    })?;
    let id = id.ok_or_else(|| Problem::BadRequest("a number in this fault makes no sense".to_owned()))?;
    ok(&ActiveRule { id, rule })
}

async fn clear_faults(State(app): Panel) -> Answer {
    app.turn(|turn| {
        turn.touch();
        turn.world.faults.clear();
    })?;
    ok(&json!({}))
}

async fn remove_fault(State(app): Panel, Path(id): Path<u64>) -> Answer {
    let is_removed = app.turn(|turn| {
        turn.touch();
        turn.world.faults.remove(id)
    })?;
    if is_removed {
        ok(&json!({}))
    } else {
        Err(Problem::Unknown("this fault"))
    }
}

fn release_all(app: &App) {
    app.releases.send_modify(|count| *count += 1);
    // The worker ends only when the server stops.
    let _ = app.mail.send(Mail::Release);
}

async fn release(State(app): Panel) -> Answer {
    release_all(&app);
    ok(&json!({}))
}

async fn flush_webhooks(State(app): Panel) -> Answer {
    let (done, is_done) = oneshot::channel();
    // The worker ends only when the server stops; an error then goes nowhere.
    let _ = app.mail.send(Mail::Flush(done));
    let _ = is_done.await;
    ok(&json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookUrl {
    url: Option<String>,
}

async fn webhook_url(State(app): Panel, body: Bytes) -> Answer {
    let WebhookUrl { url } = read(&body)?;
    *app.omise
        .webhook_url
        .lock()
        .unwrap_or_else(PoisonError::into_inner) = url;
    ok(&json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotate {
    #[serde(default)]
    secret: Option<String>,
}

async fn rotate_secret(State(app): Panel, body: Bytes) -> Answer {
    let Rotate { secret } = read(&body)?;
    if secret
        .as_deref()
        .is_some_and(|secret| omise::decode_secret(secret).is_none())
    {
        return Err(Problem::BadRequest("the secret is not base64".to_owned()));
    }
    let secret = app.turn(|turn| {
        let token = turn.token();
        let current = secret.unwrap_or_else(|| STANDARD.encode(token));
        let previous = turn.omise_secrets().current;
        turn.world.omise.rotated = Some(Secrets {
            current: current.clone(),
            previous: Some(previous),
            previous_until_ms: Some(turn.now_ms + ROTATION_MS),
        });
        current
    })?;
    ok(&json!({"secret": secret}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MoveClock {
    advance_ms: u64,
}

async fn move_clock(State(app): Panel, body: Bytes) -> Answer {
    let MoveClock { advance_ms } = read(&body)?;
    let advance_ms = i64::try_from(advance_ms)
        .map_err(|_| Problem::BadRequest("the clock cannot be moved that far".to_owned()))?;
    app.turn(|turn| {
        turn.world.clock_offset_ms = app.clock.offset_ms().saturating_add(advance_ms);
        turn.touch();
        app.clock.set_offset_ms(turn.world.clock_offset_ms);
    })?;
    // A second look at the world fires what is due at the new time.
    let now_ms = app.turn(|turn| turn.now_ms)?;
    ok(&json!({"now": iso(now_ms)}))
}

async fn settings(State(app): Panel) -> Answer {
    ok(&app.turn(|turn| turn.world.settings.clone())?)
}

async fn set_settings(State(app): Panel, body: Bytes) -> Answer {
    let settings: Settings = read(&body)?;
    app.turn(|turn| {
        turn.touch();
        turn.world.settings = settings.clone();
    })?;
    ok(&settings)
}

async fn stats(State(app): Panel) -> Answer {
    let stats: Stats = app.stats().clone();
    ok(&stats)
}

async fn reset(State(app): Panel) -> Answer {
    app.turn(|turn| {
        let tokens_issued = turn.world.tokens_issued;
        *turn.world = World {
            tokens_issued,
            settings: app.settings.clone(),
            ..World::default()
        };
        turn.touch();
        app.clock.set_offset_ms(0);
    })?;
    *app.stats() = Stats::default();
    app.journal().clear();
    app.paces.lock().unwrap_or_else(PoisonError::into_inner).clear();
    release_all(&app);
    let nothing: Value = json!({});
    ok(&nothing)
}
