//! The provider's error object (Omise page §7).

use serde_json::json;

use crate::answer::Reply;

/// A request that is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(code: &'static str, message: &str) -> Self {
        Self {
            status: 400,
            code,
            message: message.to_owned(),
        }
    }

    pub(super) fn bad_request(message: &str) -> Self {
        Self::new("bad_request", message)
    }

    pub(super) fn invalid_charge(message: &str) -> Self {
        Self::new("invalid_charge", message)
    }

    pub(super) fn unauthenticated() -> Self {
        Self {
            status: 401,
            ..Self::new("authentication_failure", "authentication failed")
        }
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self {
            status: 404,
            ..Self::new("not_found", &format!("{what} was not found"))
        }
    }

    pub(super) fn into_reply(self) -> Reply {
        error_reply(self.status, self.code, &self.message)
    }
}

pub(super) fn error_reply(status: u16, code: &str, message: &str) -> Reply {
    let location = format!("https://www.omise.co/api-errors#{}", code.replace('_', "-"));
    Reply::json(
        status,
        &json!({"object": "error", "location": location, "code": code, "message": message}),
    )
}
