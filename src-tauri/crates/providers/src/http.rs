//! The one HTTP client of all providers, held to limits: https only (plain http for this machine alone), no
//! redirects for API calls, timeouts, body sizes, a pace for each provider.
//!
//! It says precisely what may have happened when no answer came, because a payment request is never sent twice.
//! It knows no provider: what an answer means is decided by the provider's own module. No key, header or body text
//! reaches an error or a log; what is logged is the provider, the name of the call, the status and how long it took.

use crate::Secret;
use crate::pace::{Pace, Patience, TooSoon};
use keptang_domain::{ProviderId, Timestamp};
use keptang_ports::Clock;
use reqwest::header::{ACCEPT, CONTENT_LENGTH, DATE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Method, Response, Url};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Providers close idle connections after about a minute; giving them up earlier keeps a request from being written
/// into a connection that is just going away, which would leave its outcome unknown.
const IDLE_CONNECTION: Duration = Duration::from_secs(20);
const API_BODY_BYTES_MAX: usize = 1024 * 1024;
const PICTURE_BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
const PICTURE_REDIRECTS_MAX: usize = 3;
/// The customer waits for the picture, so it is tried quickly and then given up.
const PICTURE_TRIES: u32 = 3;
const PICTURE_PAUSE: Duration = Duration::from_millis(150);
const PICTURE_PATIENCE: Duration = Duration::from_secs(4);
/// A `Retry-After` beyond a day is a mistake of its sender.
const RETRY_AFTER_MS_MAX: i64 = 86_400_000;

/// The client all providers share. Cheap to clone.
#[derive(Clone)]
pub struct HttpClient {
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    request_timeout: Duration,
}

/// No client could be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the HTTPS client could not be set up on this machine")]
pub struct HttpClientError;

impl HttpClient {
    /// A client whose requests each end after `request_timeout_ms` (settings, `timing.request_timeout_ms`).
    ///
    /// # Errors
    /// When the TLS library refuses to start. A machine without certificates of authority is no error here, since
    /// training mode needs none: there every https connection fails as not sent.
    pub fn new(request_timeout_ms: i64, clock: Arc<dyn Clock>) -> Result<Self, HttpClientError> {
        // Fails when a provider is installed already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = match builder().build() {
            Ok(client) => client,
            Err(_) => {
                tracing::warn!("no certificates of authority on this machine: https connections will fail");
                builder()
                    .tls_certs_only([])
                    .build()
                    .map_err(|_| HttpClientError)?
            }
        };
        let request_timeout = Duration::from_millis(u64::try_from(request_timeout_ms).unwrap_or(0).max(1));
        Ok(Self {
            client,
            clock,
            request_timeout,
        })
    }
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(concat!("Keptang/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_CONNECTION)
        .redirect(reqwest::redirect::Policy::none())
        // A request leaves once; whether it may leave again is for the caller to know.
        .retry(reqwest::retry::never())
        .referer(false)
        // A proxy from the environment would see calls to this machine's own simulator.
        .no_proxy()
}

/// The way to one provider.
pub(crate) struct Channel {
    http: HttpClient,
    /// For the log.
    provider: &'static str,
    base_url: String,
    pace: Pace,
    clock_offset_ms: watch::Sender<Option<i64>>,
}

/// One call of the provider's API.
pub(crate) struct Call<'a> {
    /// Name for the log.
    pub(crate) endpoint: &'static str,
    pub(crate) method: Method,
    /// Path and query, from the slash on.
    pub(crate) path: &'a str,
    /// User of HTTP Basic, with an empty password.
    pub(crate) basic_user: Option<&'a Secret>,
    /// Values may be secrets: none is ever printed.
    pub(crate) headers: &'a [(&'static str, &'a str)],
    pub(crate) json: Option<&'a serde_json::Value>,
    pub(crate) deadline: Instant,
    pub(crate) patience: Patience,
}

/// An answer, whatever its status.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) retry_after_ms: Option<i64>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallError {
    /// Refused connection, unknown host, TLS: nothing left this machine.
    NotSent,
    /// The request may have arrived.
    Lost,
    /// Not sent, because the provider must not be asked yet.
    TooSoon {
        /// How long to wait.
        after_ms: i64,
    },
}

impl Channel {
    pub(crate) fn new(
        http: &HttpClient,
        provider: ProviderId,
        base_url: &str,
        requests_per_second: u32,
    ) -> Self {
        Self::named(http, provider.word(), base_url, requests_per_second)
    }

    /// The way to somebody who is no payment provider.
    pub(crate) fn named(
        http: &HttpClient,
        provider: &'static str,
        base_url: &str,
        requests_per_second: u32,
    ) -> Self {
        Self {
            http: http.clone(),
            provider,
            base_url: base_url.trim_end_matches('/').to_owned(),
            pace: Pace::new(requests_per_second),
            clock_offset_ms: watch::Sender::new(None),
        }
    }

    /// The moment at which a request started now has to be over.
    pub(crate) fn deadline(&self) -> Instant {
        Instant::now() + self.http.request_timeout
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.http.clock.now()
    }

    /// How far the provider's clock is ahead of ours in milliseconds, from its latest answer.
    pub(crate) fn clock_ahead_ms(&self) -> Option<i64> {
        *self.clock_offset_ms.borrow()
    }

    /// Sends one request, once.
    pub(crate) async fn send(&self, call: Call<'_>) -> Result<Answer, CallError> {
        let mut request = self.request(&call)?;
        if let Some(json) = call.json {
            request = request.json(json);
        }
        self.exchange(
            call.endpoint,
            request,
            call.deadline,
            call.patience,
            API_BODY_BYTES_MAX,
        )
        .await
        .map(|(answer, _)| answer)
    }

    /// Sends one request whose body is these very bytes, once: for providers that sign them. The call's own headers
    /// say what they are.
    pub(crate) async fn send_bytes(&self, call: Call<'_>, body: Vec<u8>) -> Result<Answer, CallError> {
        let request = self.request(&call)?.body(body);
        self.exchange(
            call.endpoint,
            request,
            call.deadline,
            call.patience,
            API_BODY_BYTES_MAX,
        )
        .await
        .map(|(answer, _)| answer)
    }

    /// Address, method and headers; no body yet.
    fn request(&self, call: &Call<'_>) -> Result<reqwest::RequestBuilder, CallError> {
        let url = Url::parse(&format!("{}{}", self.base_url, call.path)).map_err(|_| CallError::NotSent)?;
        if !is_acceptable(&url) {
            return Err(CallError::NotSent);
        }
        let mut request = self
            .http
            .client
            .request(call.method.clone(), url)
            .header(ACCEPT, "application/json");
        for (name, value) in call.headers {
            let mut value = HeaderValue::from_str(value).map_err(|_| CallError::NotSent)?;
            value.set_sensitive(true);
            request = request.header(*name, value);
        }
        if let Some(user) = call.basic_user {
            request = request.basic_auth(user.expose(), Some(""));
        }
        Ok(request)
    }

    /// The provider's time, by the `Date` of its latest answer; ours before the first one.
    pub(crate) fn their_now(&self) -> Timestamp {
        self.now().plus_ms(self.clock_offset_ms.borrow().unwrap_or(0))
    }

    /// Fetches a picture without any credentials, following up to three redirects. `None` when there is none to show
    /// after a few quick tries.
    pub(crate) async fn picture(&self, address: &str) -> Option<Vec<u8>> {
        let deadline = Instant::now() + PICTURE_PATIENCE;
        for attempt in 0..PICTURE_TRIES {
            if attempt > 0 {
                tokio::time::sleep(PICTURE_PAUSE).await;
            }
            if let Some(bytes) = self.picture_once(address, deadline).await {
                return Some(bytes);
            }
        }
        None
    }

    async fn picture_once(&self, address: &str, deadline: Instant) -> Option<Vec<u8>> {
        let home = Url::parse(&self.base_url).ok()?;
        let mut url = Url::parse(address).ok()?;
        for _ in 0..=PICTURE_REDIRECTS_MAX {
            // What a provider on the internet names must not make us call services of this machine.
            if !is_acceptable(&url) || (is_loopback(&url) && !is_loopback(&home)) {
                return None;
            }
            let request = self.http.client.get(url.clone());
            let (answer, headers) = self
                .exchange(
                    "picture",
                    request,
                    deadline,
                    Patience::Customer,
                    PICTURE_BODY_BYTES_MAX,
                )
                .await
                .ok()?;
            match answer.status {
                200 => return (!answer.body.is_empty()).then_some(answer.body),
                301 | 302 | 303 | 307 | 308 => url = url.join(headers.get(LOCATION)?.to_str().ok()?).ok()?,
                _ => return None,
            }
        }
        None
    }

    async fn exchange(
        &self,
        endpoint: &'static str,
        request: reqwest::RequestBuilder,
        deadline: Instant,
        patience: Patience,
        body_bytes_max: usize,
    ) -> Result<(Answer, HeaderMap), CallError> {
        self.pace
            .turn(patience)
            .await
            .map_err(|TooSoon { after_ms }| CallError::TooSoon { after_ms })?;
        let started = Instant::now();
        let left = deadline.saturating_duration_since(started);
        if left.is_zero() {
            return Err(CallError::NotSent);
        }
        let outcome = async {
            let mut response = request
                .timeout(left)
                .send()
                .await
                .map_err(|error| what_left(&error))?;
            let body = read_body(&mut response, body_bytes_max).await?;
            Ok((
                response.status().as_u16(),
                std::mem::take(response.headers_mut()),
                body,
            ))
        }
        .await;
        let elapsed_ms = started.elapsed().as_millis();
        let provider = self.provider;
        match outcome {
            Ok((status, headers, body)) => {
                tracing::debug!(%provider, endpoint, status, elapsed_ms, "answer");
                let retry_after_ms = self.note(status, &headers);
                Ok((
                    Answer {
                        status,
                        body,
                        retry_after_ms,
                    },
                    headers,
                ))
            }
            Err(error) => {
                tracing::debug!(%provider, endpoint, elapsed_ms, ?error, "no answer");
                Err(error)
            }
        }
    }

    /// Takes from an answer's headers what concerns every later call.
    fn note(&self, status: u16, headers: &HeaderMap) -> Option<i64> {
        let now = self.now();
        let their_now = header(headers, &DATE).and_then(http_date);
        if let Some(theirs) = their_now {
            self.clock_offset_ms.send_replace(Some(theirs.ms_since(now)));
        }
        if !matches!(status, 429 | 503) {
            return None;
        }
        let retry_after_ms =
            header(headers, &RETRY_AFTER).and_then(|text| retry_after_ms(text, their_now.unwrap_or(now)));
        if let Some(ms) = retry_after_ms {
            self.pace
                .pause(Duration::from_millis(u64::try_from(ms).unwrap_or(0)));
        }
        retry_after_ms
    }
}

fn what_left(error: &reqwest::Error) -> CallError {
    // The connector covers name lookup, TCP and TLS; a request it could not carry was never written.
    if error.is_connect() || error.is_builder() {
        CallError::NotSent
    } else {
        CallError::Lost
    }
}

async fn read_body(response: &mut Response, bytes_max: usize) -> Result<Vec<u8>, CallError> {
    let claimed = header(response.headers(), &CONTENT_LENGTH).and_then(|text| text.parse::<usize>().ok());
    if claimed.is_some_and(|bytes| bytes > bytes_max) {
        return Err(CallError::Lost);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| CallError::Lost)? {
        if body.len() + chunk.len() > bytes_max {
            return Err(CallError::Lost);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn header<'a>(headers: &'a HeaderMap, name: &reqwest::header::HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// https anywhere, plain http on this machine only; never with a user name in the address.
pub(crate) fn is_acceptable(url: &Url) -> bool {
    let scheme_fits = match url.scheme() {
        "https" => url.host_str().is_some(),
        "http" => is_loopback(url),
        _ => false,
    };
    scheme_fits && url.username().is_empty() && url.password().is_none()
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The preferred form of an HTTP date (RFC 9110 §5.6.7). The two obsolete forms count as absent: what depends on a
/// date here can do without.
fn http_date(text: &str) -> Option<Timestamp> {
    let parsed = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .ok()?;
    Some(Timestamp::from_ms(parsed.as_millisecond()))
}

fn retry_after_ms(text: &str, their_now: Timestamp) -> Option<i64> {
    let text = text.trim();
    let ms = match text.parse::<i64>() {
        Ok(seconds) => seconds.saturating_mul(1_000),
        Err(_) => http_date(text)?.ms_since(their_now),
    };
    Some(ms.clamp(0, RETRY_AFTER_MS_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for (address, fits) in [
            ("https://api.omise.co", true),
            ("http://127.0.0.1:9000/x", true),
            ("http://127.8.8.8/", true),
            ("http://[::1]:9000/", true),
            ("http://localhost:9000/", true),
            ("http://api.omise.co", false),
            ("http://127.0.0.1.example.com/", false),
            ("http://localhost.example.com/", false),
            ("http://10.0.0.1/", false),
            ("https://user@api.omise.co/", false),
            ("https://:word@api.omise.co/", false),
            ("ftp://127.0.0.1/", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(is_acceptable(&Url::parse(address).unwrap()), fits, "{address}");
        }
    }

    #[test]
    fn a_pause_is_read_as_seconds_or_as_a_date() {
        let now = http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(now.ms(), 784_111_777_000);
        for (text, ms) in [
            ("7", Some(7_000)),
            (" 0 ", Some(0)),
            ("-3", Some(0)),
            ("99999999999999999", Some(RETRY_AFTER_MS_MAX)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30_000)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("soon", None),
            ("", None),
            ("1.5", None),
        ] {
            assert_eq!(retry_after_ms(text, now), ms, "{text}");
        }
    }
}
