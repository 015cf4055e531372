//! What the simulator saw: request counts and broken contract rules. Kept in memory only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::faults::Endpoint;

/// Enough for any test; a till that misbehaves for days must not eat the memory.
const VIOLATIONS_MAX: usize = 1000;

/// A rule of the provider's page that a client broke although the request may have been answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ViolationKind {
    /// A credential or signature header came with a QR download.
    CredentialsOnQrDownload,
    /// A second create for the same `metadata.order_id` and `metadata.attempt`.
    RepeatedAttempt,
    /// No `Omise-Version` header.
    MissingVersion,
    /// A redirect of the API was followed.
    RedirectFollowed,
    /// A wrong key, the wrong kind of key, or a password.
    BadCredentials,
    /// A path or method the provider does not have.
    UnknownRoute,
    /// A signature that is not the one of the request.
    BadSignature,
    /// A signature over the right fields that is not the text JavaScript writes (JWT gateway).
    ForeignSignature,
    /// A timestamp too far from the provider's clock (JWT gateway).
    ClockOff,
    /// A key sent in a body (JWT gateway's sign helper).
    SecretInBody,
    /// A create with a reference that was used before; at 2328.io, where repeating is allowed, with another amount
    /// or currency.
    RepeatedReference,
    /// More requests in a second than the provider allows.
    RateLimitExceeded,
    /// No `User-Agent` header (2328.io).
    MissingUserAgent,
    /// A field the provider does not document.
    UnknownField,
    /// A request that the provider's page says is wrong (EasySlip: `VALIDATION_ERROR` and its kin).
    InvalidRequest,
    /// A QR text was sent to be verified that is no slip's, which costs a call for nothing (EasySlip).
    NotASlip,
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Which rule.
    pub kind: ViolationKind,
    /// Method and path; never a header.
    pub request: String,
}

/// Callbacks, counted by attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookStats {
    /// Answered with 2xx.
    pub accepted: u64,
    /// Answered with anything else.
    pub refused: u64,
    /// Not answered at all.
    pub failed: u64,
    /// Given up after the last attempt.
    pub given_up: u64,
}

/// All counts since start or reset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Requests by endpoint, whatever their answer.
    pub requests: BTreeMap<Endpoint, u64>,
    /// The first broken rules, oldest first.
    pub violations: Vec<Violation>,
    /// Callback attempts.
    pub webhooks: WebhookStats,
}

impl Stats {
    /// Requests seen at `endpoint`.
    pub fn count(&self, endpoint: Endpoint) -> u64 {
        self.requests.get(&endpoint).copied().unwrap_or(0)
    }

    pub(crate) fn record(&mut self, kind: ViolationKind, request: &str) {
        if self.violations.len() < VIOLATIONS_MAX {
            self.violations.push(Violation {
                kind,
                request: request.to_owned(),
            });
        }
    }
}
