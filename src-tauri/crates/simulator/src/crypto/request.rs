//! Request bodies and the provider's errors (page §4, §5, §10).

use std::collections::BTreeMap;

use crate::answer::{ErrorForm, Reply};
use crate::app::Turn;
use crate::gateway::Call;
use crate::json::Doc;
use crate::money::scaled;
use crate::stats::ViolationKind;

/// A request that is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    message: String,
    errors: BTreeMap<String, String>,
}

impl Refusal {
    pub(super) fn new(status: u16, message: &str) -> Self {
        Self {
            status,
            message: message.to_owned(),
            errors: BTreeMap::new(),
        }
    }

    pub(super) fn field(name: &str, message: &str) -> Self {
        Self {
            status: 422,
            message: "The given data was invalid.".to_owned(),
            errors: BTreeMap::from([(name.to_owned(), message.to_owned())]),
        }
    }

    pub(super) fn into_reply(self) -> Reply {
        let mut body = envelope(&self.message);
        if !self.errors.is_empty() {
            let errors = self.errors.iter().map(|(name, message)| {
                (
                    name.clone(),
                    Doc::List(vec![Doc::text(&format!("The {name} field {message}."))]),
                )
            });
            body.set("errors", Doc::Object(errors.collect()));
        }
        Reply::doc(self.status, &body)
    }
}

fn envelope(message: &str) -> Doc {
    Doc::object([("state", Doc::number(1)), ("message", Doc::text(message))])
}

/// With an HTTP status, or with HTTP 200 and `state` alone.
pub(super) fn error_reply(form: ErrorForm, status: u16, message: &str) -> Reply {
    let status = match form {
        ErrorForm::Usual => status,
        ErrorForm::Other => 200,
    };
    Reply::doc(status, &envelope(message))
}

/// A JSON object whose fields are all known.
pub(super) struct Request(Doc);

impl Request {
    pub(super) fn read(turn: &Turn<'_>, call: &Call, known: &[&str]) -> Result<Self, Refusal> {
        let body = call.is_json().then(|| Doc::parse(&call.body));
        let Some(Ok(body @ Doc::Object(_))) = body else {
            return Err(Refusal::new(422, "The body must be a JSON object."));
        };
        let mut names = body.fields().iter().map(|(name, _)| name.as_str());
        if let Some(unknown) = names.find(|name| !known.contains(name)) {
            turn.app.record(ViolationKind::UnknownField, &call.label);
            return Err(Refusal::field(unknown, "is not known"));
        }
        Ok(Self(body))
    }

    pub(super) fn optional(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.0.get(name) {
            None | Some(Doc::Null) => Ok(None),
            Some(Doc::Text(text)) if !text.is_empty() => Ok(Some(text.clone())),
            Some(_) => Err(Refusal::field(name, "must be a string")),
        }
    }

    pub(super) fn text(&self, name: &str, chars_max: usize) -> Result<Option<String>, Refusal> {
        let text = self.optional(name)?;
        match text {
            Some(text) if text.chars().count() > chars_max => Err(Refusal::field(name, "is too long")),
            text => Ok(text),
        }
    }

    pub(super) fn required(&self, name: &str, chars_max: usize) -> Result<String, Refusal> {
        self.text(name, chars_max)?
            .ok_or_else(|| Refusal::field(name, "is required"))
    }

    /// A decimal, as text or as a number, in units of 10^-`places`.
    pub(super) fn decimal(&self, name: &str, places: usize) -> Result<Option<i64>, Refusal> {
        match self.0.get(name) {
            None | Some(Doc::Null) => Ok(None),
            Some(Doc::Text(text) | Doc::Number(text)) => scaled(text, places)
                .map(Some)
                .ok_or_else(|| Refusal::field(name, "must be a number")),
            Some(_) => Err(Refusal::field(name, "must be a number")),
        }
    }

    /// A JSON number without a fraction inside `range`.
    pub(super) fn integer(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<i64>,
    ) -> Result<Option<i64>, Refusal> {
        match self.0.get(name) {
            None | Some(Doc::Null) => Ok(None),
            Some(Doc::Number(text)) => text
                .parse()
                .ok()
                .filter(|number| range.contains(number))
                .map(Some)
                .ok_or_else(|| Refusal::field(name, "is out of range")),
            Some(_) => Err(Refusal::field(name, "must be an integer")),
        }
    }
}

/// Whether an address can be reached from the internet, as far as its text tells (page §4).
pub(super) fn is_public(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let authority = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    let Some(host) = authority.map(host_of).filter(|host| !host.is_empty()) else {
        return false;
    };
    if let Ok(address) = host.parse::<std::net::Ipv4Addr>() {
        return !(address.is_private()
            || address.is_loopback()
            || address.is_link_local()
            || address.is_unspecified());
    }
    if let Ok(address) = host.parse::<std::net::Ipv6Addr>() {
        return !(address.is_loopback() || address.is_unspecified() || address.is_unique_local());
    }
    host.contains('.') && !host.ends_with(".local") && !host.ends_with(".localhost")
}

fn host_of(authority: &str) -> &str {
    let host_and_port = authority.rsplit('@').next().unwrap_or(authority);
    match host_and_port.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => host_and_port.split(':').next().unwrap_or(host_and_port),
    }
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn private_targets_are_told_from_public_ones() {
        for public in [
            "https://relay.example.com/cb",
            "http://relay.example.com:8080",
            "https://8.8.8.8/x",
            "https://[2001:db8::1]/x",
        ] {
            assert!(is_public(public), "{public}");
        }
        for private in [
            "http://127.0.0.1:8787/cb",
            "http://localhost/cb",
            "http://till.local/cb",
            "https://192.168.1.5/cb",
            "http://10.0.0.1",
            "http://172.16.0.1",
            "http://169.254.1.1",
            "http://[::1]:80/",
            "http://[fd00::1]/",
            "ftp://relay.example.com",
            "relay.example.com",
            "https://",
        ] {
            assert!(!is_public(private), "{private}");
        }
    }
}
