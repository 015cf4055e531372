//! Signed request bodies and the provider's errors (page §3 to §6).

use serde_json::json;

use super::token::{self, Problem};
use crate::answer::{ErrorForm, Reply};
use crate::app::Turn;
use crate::gateway::Call;
use crate::json::Doc;
use crate::money::scaled;
use crate::stats::ViolationKind;

/// Page §4.
const CLOCK_SKEW_S: i64 = 300;
/// Later than any second for three thousand years: milliseconds (page §4, later edition).
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// A request that is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    code: u16,
    message: String,
}

impl Refusal {
    pub(super) fn new(code: u16, message: &str) -> Self {
        Self {
            code,
            message: message.to_owned(),
        }
    }

    pub(super) fn invalid(name: &str) -> Self {
        Self::new(400, &format!("{name} is missing or invalid"))
    }

    fn signature() -> Self {
        Self::new(400, "Invalid signature")
    }

    pub(super) fn into_reply(self) -> Reply {
        error_reply(ErrorForm::Usual, self.code, &self.message)
    }
}

/// HTTP status = code, and the general envelope; or the one of deposits.
pub(super) fn error_reply(form: ErrorForm, code: u16, message: &str) -> Reply {
    let body = match form {
        ErrorForm::Usual => json!({"code": code, "message": message}),
        ErrorForm::Other => json!({"status": "error", "message": message}),
    };
    Reply::json(code, &body)
}

/// The type a `timestamp` has in a call (page §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimestampType {
    Number,
    Text,
}

/// A body whose fields are known and whose signature is right, without that signature.
pub(super) struct Request(Doc);

impl Request {
    pub(super) fn read(
        turn: &Turn<'_>,
        call: &Call,
        known: &[&str],
        timestamp: TimestampType,
    ) -> Result<Self, Refusal> {
        let mut body = read_object(call)?;
        let signature = match body.get("signature") {
            Some(Doc::Text(signature)) => signature.clone(),
            _ => String::new(),
        };
        body.remove("signature");
        let key = turn.app.jwt.api_key.as_bytes();
        if let Err(problem) = token::check(key, &signature, &body) {
            let kind = match problem {
                Problem::Forged | Problem::OtherContent => ViolationKind::BadSignature,
                Problem::OtherText => ViolationKind::ForeignSignature,
            };
            turn.app.record(kind, &call.label);
            return Err(Refusal::signature());
        }
        let request = Self(body);
        request.check_timestamp(turn, timestamp)?;
        let mut names = request.0.fields().iter().map(|(name, _)| name.as_str());
        if let Some(unknown) = names.find(|name| *name != "timestamp" && !known.contains(name)) {
            turn.app.record(ViolationKind::UnknownField, &call.label);
            return Err(Refusal::new(400, &format!("{unknown} is not a known field")));
        }
        Ok(request)
    }

    fn check_timestamp(&self, turn: &Turn<'_>, expected: TimestampType) -> Result<(), Refusal> {
        let (text, found) = match self.0.get("timestamp") {
            Some(Doc::Number(text)) => (text, TimestampType::Number),
            Some(Doc::Text(text)) => (text, TimestampType::Text),
            _ => return Err(Refusal::invalid("timestamp")),
        };
        let given = scaled(text, 0).filter(|_| found == expected);
        let given = given.ok_or_else(|| Refusal::invalid("timestamp"))?;
        let given_s = if given >= MILLISECONDS_FROM {
            given / 1000
        } else {
            given
        };
        let settings = &turn.world.settings;
        // A clock moved through the panel is time that passed, for who moved with it and for who did not.
        let is_near = [turn.now_ms, turn.app.clock.unmoved_ms()].iter().any(|now_ms| {
            let own_s = now_ms.div_euclid(1000) + settings.clock_ahead_s;
            own_s.abs_diff(given_s) <= CLOCK_SKEW_S.unsigned_abs()
        });
        if settings.jwt.is_clock_checked && !is_near {
            turn.app.record(ViolationKind::ClockOff, "timestamp");
            return Err(Refusal::signature());
        }
        Ok(())
    }

    /// There, and not empty.
    pub(super) fn text(&self, name: &str) -> Result<String, Refusal> {
        self.optional(name)?.ok_or_else(|| Refusal::invalid(name))
    }

    pub(super) fn optional(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Doc::Text(text)) if !text.is_empty() => Ok(Some(text.clone())),
            Some(_) => Err(Refusal::invalid(name)),
        }
    }

    /// The shop's own reference: 1 to 36 of `[A-Za-z0-9_-]` (page §5).
    pub(super) fn reference(&self, name: &str) -> Result<String, Refusal> {
        let text = self.text(name)?;
        let is_right = text.len() <= 36
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        if is_right {
            Ok(text)
        } else {
            Err(Refusal::invalid(name))
        }
    }

    /// Plain http is let through, unlike the real provider: receivers in tests listen on this machine.
    pub(super) fn address(&self, name: &str) -> Result<String, Refusal> {
        let text = self.text(name)?;
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        if rest.is_some_and(|rest| !rest.is_empty()) {
            Ok(text)
        } else {
            Err(Refusal::invalid(name))
        }
    }

    /// Satang of a JSON number of at least 1.00 with at most two decimals (page §5).
    pub(super) fn amount(&self) -> Result<i64, Refusal> {
        let satang = match self.0.get("amount") {
            Some(Doc::Number(text)) => scaled(text, 2),
            _ => None,
        };
        satang
            .filter(|satang| *satang >= 100)
            .ok_or_else(|| Refusal::invalid("amount"))
    }
}

pub(super) fn read_object(call: &Call) -> Result<Doc, Refusal> {
    let body = call.is_json().then(|| Doc::parse(&call.body));
    match body {
        Some(Ok(body @ Doc::Object(_))) => Ok(body),
        _ => Err(Refusal::new(400, "Invalid request body")),
    }
}
