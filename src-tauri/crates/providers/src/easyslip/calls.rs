//! The requests, each sent once: path, key, and the error of everything that is no proper answer.

use super::EasySlip;
use super::map;
use super::request::Body;
use super::wire::Envelope;
use crate::http::{Answer, Call, CallError};
use crate::json::Object;
use crate::pace::Patience;
use keptang_ports::SlipError;
use reqwest::Method;
use tokio::time::Instant;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    VerifyBank,
    VerifyTrueWallet,
    Info,
}

impl Endpoint {
    /// The word of the log.
    const fn word(self) -> &'static str {
        match self {
            Self::VerifyBank => "verify_bank",
            Self::VerifyTrueWallet => "verify_truewallet",
            Self::Info => "info",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::VerifyBank => "/verify/bank",
            Self::VerifyTrueWallet => "/verify/truewallet",
            Self::Info => "/info",
        }
    }
}

impl EasySlip {
    /// One request; the `data` of a success.
    pub(super) async fn ask(&self, endpoint: Endpoint, body: Option<Body>) -> Result<Object, SlipError> {
        data(self.send(endpoint, body).await?)
    }

    /// One request, answered as it came.
    pub(super) async fn send(&self, endpoint: Endpoint, body: Option<Body>) -> Result<Answer, SlipError> {
        let key = self.key()?;
        let _turn = self
            .in_flight
            .acquire()
            .await
            .expect("the semaphore is never closed");
        let bearer = format!("Bearer {}", key.expose());
        let (deadline, content_type, bytes) = match body {
            Some(body) => (
                self.deadline(body.has_picture),
                body.content_type,
                Some(body.bytes),
            ),
            None => (self.deadline(false), String::new(), None),
        };
        let mut headers = vec![("Authorization", bearer.as_str())];
        if bytes.is_some() {
            headers.push(("Content-Type", &content_type));
        }
        let call = Call {
            endpoint: endpoint.word(),
            method: if bytes.is_some() {
                Method::POST
            } else {
                Method::GET
            },
            path: endpoint.path(),
            basic_user: None,
            headers: &headers,
            json: None,
            deadline,
            patience: Patience::Customer,
        };
        let answer = match bytes {
            Some(bytes) => self.channel.send_bytes(call, bytes).await,
            None => self.channel.send(call).await,
        };
        answer.map_err(unanswered)
    }

    /// A picture takes twice as long as a text (easyslip.md §7: 30 s and 15 s).
    fn deadline(&self, has_picture: bool) -> Instant {
        let deadline = self.channel.deadline();
        if has_picture {
            deadline + deadline.saturating_duration_since(Instant::now())
        } else {
            deadline
        }
    }
}

/// There was no answer at all.
fn unanswered(error: CallError) -> SlipError {
    match error {
        CallError::NotSent => SlipError::NotSent,
        CallError::Lost => SlipError::OutcomeUnknown,
        CallError::TooSoon { after_ms } => SlipError::Throttled {
            after_ms: Some(after_ms),
        },
    }
}

/// Success is a 2xx, the word of success and data, all three (easyslip.md §3).
pub(super) fn data(answer: Answer) -> Result<Object, SlipError> {
    let envelope = Envelope::from_body(&answer.body);
    let succeeded = (200..=299).contains(&answer.status)
        && envelope
            .as_ref()
            .is_some_and(|envelope| envelope.is_success && envelope.code.is_none());
    match envelope {
        Some(Envelope { data: Some(data), .. }) if succeeded => Ok(data),
        envelope => Err(map::failure(
            answer.status,
            envelope.as_ref(),
            answer.retry_after_ms,
        )),
    }
}
