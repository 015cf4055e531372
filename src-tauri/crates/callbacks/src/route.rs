//! Which addresses exist (cli.md, callback addresses), and taking one callback in through them.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures::StreamExt;
use keptang_domain::{CallbackToken, ProviderId};
use keptang_ports::{NoticeAnswer, NoticeSink, RawNotice};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Many times what any provider sends.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// From the end of the headers to the end of the body.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) fn router(sink: Arc<dyn NoticeSink>) -> Router {
    Router::new()
        .route("/callbacks/{provider}", post(account_wide))
        .route("/callbacks/{provider}/{token}", post(per_attempt))
        .with_state(sink)
}

/// How a provider's callbacks are addressed.
#[derive(PartialEq, Eq)]
enum Address {
    AccountWide,
    PerAttempt,
    None,
}

fn address_of(provider: ProviderId) -> Address {
    match provider {
        ProviderId::OmiseTrueMoney => Address::AccountWide,
        ProviderId::DepositGateway | ProviderId::JwtGateway | ProviderId::Crypto2328 => Address::PerAttempt,
        ProviderId::PromptPayDirect | ProviderId::Cash => Address::None,
    }
}

fn known(word: &str, address: Address) -> Option<ProviderId> {
    word.parse()
        .ok()
        .filter(|provider| address_of(*provider) == address)
}

async fn account_wide(
    State(sink): State<Arc<dyn NoticeSink>>,
    Path(word): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match known(&word, Address::AccountWide) {
        Some(provider) => take_in(sink, provider, None, &headers, body).await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn per_attempt(
    State(sink): State<Arc<dyn NoticeSink>>,
    Path((word, token)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match (known(&word, Address::PerAttempt), CallbackToken::parse(&token)) {
        (Some(provider), Some(token)) => take_in(sink, provider, Some(token), &headers, body).await,
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn take_in(
    sink: Arc<dyn NoticeSink>,
    provider: ProviderId,
    token: Option<CallbackToken>,
    headers: &HeaderMap,
    body: Body,
) -> Response {
    let started = Instant::now();
    let response = match read(headers, body).await {
        Ok(body) => {
            deliver(
                sink,
                RawNotice {
                    provider,
                    token,
                    headers: plain(headers),
                    body,
                },
            )
            .await
        }
        // The rest of the body is not worth reading, so the connection cannot be used again.
        Err(status) => (status, [(header::CONNECTION, HeaderValue::from_static("close"))]).into_response(),
    };
    let (status, elapsed_ms) = (response.status().as_u16(), started.elapsed().as_millis());
    tracing::info!(%provider, status, elapsed_ms, "callback answered");
    response
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, StatusCode> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| usize::try_from(bytes).map_or(true, |bytes| bytes > BODY_BYTES_MAX)) {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let collect = async {
        let mut chunks = body.into_data_stream();
        let mut bytes = Vec::new();
        while let Some(chunk) = chunks.next().await {
            let chunk: Bytes = chunk.map_err(|_| StatusCode::BAD_REQUEST)?;
            if bytes.len() + chunk.len() > BODY_BYTES_MAX {
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    timeout(BODY_TIMEOUT, collect)
        .await
        .unwrap_or(Err(StatusCode::REQUEST_TIMEOUT))
}

/// Header names in lower case, values as text; a value that is none is left out, as no provider signs with one.
fn plain(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)))
        .collect()
}

async fn deliver(sink: Arc<dyn NoticeSink>, notice: RawNotice) -> Response {
    // In a task of its own: a caller who hangs up must not stop what is being written half way.
    let answer = tokio::spawn(async move { sink.deliver(notice).await }).await;
    let Ok(NoticeAnswer {
        status,
        content_type,
        body,
    }) = answer
    else {
        tracing::error!("taking a callback in panicked");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (
        status,
        [(header::CONTENT_TYPE, HeaderValue::from_static(content_type))],
        body,
    )
        .into_response()
}
