//! The routes of the slip registry.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::routing::{get, post};
use serde_json::json;

use super::panel;
use super::routes::{Answer, Panel, Problem, ok, read};
use crate::answer::Reply;
use crate::app::App;
use crate::easyslip::make::{self, NoSlip};
use crate::easyslip::{self, HostedPicture, MakeSlip, NewSlip, Publish};
use crate::qr::{self, QrKind};

const PICTURE_BYTES_MAX: usize = 16 * 1024 * 1024;

impl From<NoSlip> for Problem {
    fn from(no_slip: NoSlip) -> Self {
        match no_slip {
            NoSlip::Field(name) => Self::BadRequest(format!("{name} makes no sense")),
            NoSlip::WrongState => Self::WrongState,
            NoSlip::UnknownCharge => Self::Unknown("this charge"),
            NoSlip::UnknownSlip => Self::Unknown("this slip"),
        }
    }
}

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/slips", get(slips).post(add))
        .route("/slips/{id}/publish", post(publish))
        .route("/slips/{id}/picture", get(picture))
        .route("/make_slip", post(make_slip))
        // Pictures that are too large for EasySlip must fit in here.
        .route(
            "/pictures",
            post(host).layer(DefaultBodyLimit::max(PICTURE_BYTES_MAX)),
        )
        .route("/usage", get(usage))
}

async fn slips(State(app): Panel) -> Answer {
    ok(&app.turn(|turn| make::views(turn))?)
}

async fn add(State(app): Panel, body: Bytes) -> Answer {
    let new: NewSlip = read(&body)?;
    ok(&app.turn(|turn| make::add(turn, new))??)
}

async fn publish(State(app): Panel, Path(id): Path<String>, body: Bytes) -> Answer {
    let publish: Publish = read(&body)?;
    ok(&app.turn(|turn| make::set_publish(turn, &id, publish))??)
}

async fn picture(State(app): Panel, Path(id): Path<String>) -> Answer {
    let text = app.turn(|turn| make::payload_of(turn, &id))?;
    let text = text.ok_or(Problem::Unknown("this slip"))?;
    Ok(Reply::picture(qr::image(QrKind::Png, &text)).into_response())
}

async fn make_slip(State(app): Panel, body: Bytes) -> Answer {
    let wish: MakeSlip = read(&body)?;
    let made = app.turn(|turn| {
        let charge = match &wish.charge {
            None => None,
            Some(id) => {
                let mut charges = panel::views(turn.world).into_iter();
                Some(
                    charges
                        .find(|charge| charge.id == *id)
                        .ok_or(NoSlip::UnknownCharge)?,
                )
            }
        };
        make::make(turn, wish, charge)
    })?;
    ok(&made?)
}

async fn host(State(app): Panel, body: Bytes) -> Answer {
    let picture: HostedPicture = read(&body)?;
    app.turn(|turn| easyslip::host(turn, picture))?;
    ok(&json!({}))
}

async fn usage(State(app): Panel) -> Answer {
    ok(&app.turn(|turn| easyslip::usage(turn.world))?)
}
