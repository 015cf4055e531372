//! Turns a provider's reply into an HTTP answer, spoiled by at most one wire fault.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::Value;

use crate::app::App;
use crate::connection::Switch;
use crate::faults::{Fault, FaultRule};
use crate::json::Doc;
use crate::qr::Picture;

/// An answer before the wire gets at it.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
    pub(crate) retry_after_s: Option<u32>,
}

/// Which of its error objects a provider sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorForm {
    Usual,
    Other,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            content_type: "application/json; charset=utf-8",
            body: body.to_string().into_bytes(),
            retry_after_s: None,
        }
    }

    /// JSON with its own order of keys.
    pub(crate) fn doc(status: u16, body: &Doc) -> Self {
        Self {
            status,
            content_type: "application/json",
            body: body.to_text().into_bytes(),
            retry_after_s: None,
        }
    }

    pub(crate) fn picture(picture: Picture) -> Self {
        Self {
            status: 200,
            content_type: picture.content_type,
            body: picture.bytes,
            retry_after_s: None,
        }
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self {
            status,
            content_type: "text/plain; charset=utf-8",
            body: body.as_bytes().to_vec(),
            retry_after_s: None,
        }
    }

    pub(crate) fn html(status: u16, body: &str) -> Self {
        Self {
            content_type: "text/html; charset=utf-8",
            ..Self::text(status, body)
        }
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        if let Some(seconds) = self.retry_after_s {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Where a redirect fault points, below the provider's own base.
pub(crate) const MOVED_PATH: &str = "/moved";

/// Answers one request. `work` carries it out and is called at most once, before or after the wait or not
/// at all, as `rule` says. `refuse` prints the provider's own error object; `base` is its mount.
pub(crate) async fn answer(
    app: &App,
    switch: &Switch,
    rule: Option<FaultRule>,
    base: &str,
    work: impl AsyncFnOnce() -> Reply,
    refuse: fn(ErrorForm, u16, &str) -> Reply,
) -> Response<Body> {
    let Some(rule) = rule else {
        return work().await.into_response();
    };
    let is_processed = rule.is_processed();
    if let Fault::Slow { .. } | Fault::Hang = rule.fault {
        let early = if is_processed { Err(work().await) } else { Ok(work) };
        match rule.fault {
            Fault::Slow { delay_ms } => app.clock.sleep_ms(delay_ms).await,
            _ => app.wait_for_release().await,
        }
        return match early {
            Err(reply) => reply,
            Ok(work) => work().await,
        }
        .into_response();
    }
    let reply = if is_processed { Some(work().await) } else { None };
    spoiled(switch, rule.fault, base, reply, refuse)
}

fn spoiled(
    switch: &Switch,
    fault: Fault,
    base: &str,
    reply: Option<Reply>,
    refuse: fn(ErrorForm, u16, &str) -> Reply,
) -> Response<Body> {
    match fault {
        Fault::ServerError { status } => Reply::text(status, "Internal Server Error").into_response(),
        Fault::RateLimited { retry_after_s } => Reply {
            retry_after_s,
            ..Reply::text(429, "Too Many Requests")
        }
        .into_response(),
        Fault::Refuse { status, code } => refuse(ErrorForm::Usual, status, &code).into_response(),
        Fault::RefuseOtherForm { status, code } => refuse(ErrorForm::Other, status, &code).into_response(),
        Fault::Html { status } => Reply::html(
            status,
            "<!doctype html><html><body><h1>Welcome to Free WiFi</h1></body></html>",
        )
        .into_response(),
        Fault::Empty => Reply {
            body: Vec::new(),
            ..Reply::text(200, "")
        }
        .into_response(),
        Fault::Malformed => {
            let mut reply =
                reply.unwrap_or_else(|| Reply::json(200, &serde_json::json!({"object": "charge"})));
            reply.body.truncate(reply.body.len() / 2);
            reply.into_response()
        }
        Fault::Redirect => {
            let mut response = Reply::text(307, "").into_response();
            if let Ok(target) = HeaderValue::from_str(&format!("{base}{MOVED_PATH}")) {
                response.headers_mut().insert(header::LOCATION, target);
            }
            response
        }
        // Only wire faults reach this place; the cut ones are the last two. What is returned is never sent.
        _ => {
            switch.cut();
            Reply::text(500, "").into_response()
        }
    }
}
