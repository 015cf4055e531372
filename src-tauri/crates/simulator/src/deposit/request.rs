//! Request bodies and the provider's validation errors (page §5).

use serde_json::{Value, json};

use super::scaled;
use crate::answer::Reply;
use crate::app::Turn;
use crate::gateway::Call;
use crate::json::Doc;
use crate::stats::ViolationKind;

/// A request that is not carried out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    status: u16,
    detail: Value,
}

impl Refusal {
    /// `detail` is a sentence.
    pub(super) fn sentence(status: u16, sentence: &str) -> Self {
        Self {
            status,
            detail: json!(sentence),
        }
    }

    /// 422 with `detail` as an array.
    pub(super) fn field(name: &str, message: &str, kind: &str) -> Self {
        Self {
            status: 422,
            detail: json!([{"loc": ["body", name], "msg": message, "type": kind}]),
        }
    }

    fn invalid(name: &str) -> Self {
        Self::field(name, "invalid format", "value_error")
    }

    pub(super) fn into_reply(self) -> Reply {
        Reply::json(self.status, &json!({"detail": self.detail}))
    }
}

/// A JSON body whose fields are all known.
pub(super) struct Request(Doc);

impl Request {
    pub(super) fn read(turn: &Turn<'_>, call: &Call, known: &[&str]) -> Result<Self, Refusal> {
        let body = call.is_json().then(|| Doc::parse(&call.body));
        let Some(Ok(body @ Doc::Object(_))) = body else {
            return Err(Refusal {
                status: 422,
                detail: json!([{
                    "loc": ["body"], "msg": "value is not a valid dict", "type": "type_error.dict",
                }]),
            });
        };
        let mut names = body.fields().iter().map(|(name, _)| name.as_str());
        if let Some(unknown) = names.find(|name| !known.contains(name)) {
            turn.app.record(ViolationKind::UnknownField, &call.label);
            return Err(Refusal::field(
                unknown,
                "extra fields not permitted",
                "value_error.extra",
            ));
        }
        Ok(Self(body))
    }

    pub(super) fn optional(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.0.get(name) {
            None | Some(Doc::Null) => Ok(None),
            Some(Doc::Text(text)) => Ok(Some(text.clone())),
            Some(_) => Err(Refusal::field(name, "str type expected", "type_error.str")),
        }
    }

    /// There, and maybe empty.
    pub(super) fn present(&self, name: &str) -> Result<String, Refusal> {
        self.optional(name)?
            .ok_or_else(|| Refusal::field(name, "field required", "value_error.missing"))
    }

    /// There, and not empty.
    pub(super) fn required(&self, name: &str) -> Result<String, Refusal> {
        self.matching(name, |text| !text.is_empty())
    }

    pub(super) fn matching(&self, name: &str, is_right: impl Fn(&str) -> bool) -> Result<String, Refusal> {
        let text = self.present(name)?;
        if is_right(&text) {
            Ok(text)
        } else {
            Err(Refusal::invalid(name))
        }
    }

    /// An address to call back, if one is given.
    pub(super) fn address(&self, name: &str) -> Result<Option<String>, Refusal> {
        let text = self.optional(name)?.filter(|text| !text.is_empty());
        // Plain http is let through, unlike the real provider: receivers in tests listen on this machine.
        let is_address = |text: &String| {
            ["http://", "https://"]
                .iter()
                .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
        };
        match text {
            Some(text) if !is_address(&text) => Err(Refusal::invalid(name)),
            text => Ok(text),
        }
    }

    /// Satang of a JSON number or of the text of one: both were accepted (page §4).
    pub(super) fn amount(&self) -> Result<i64, Refusal> {
        let text = match self.0.get("amount") {
            None | Some(Doc::Null) => {
                return Err(Refusal::field("amount", "field required", "value_error.missing"));
            }
            Some(Doc::Number(text) | Doc::Text(text)) => text,
            Some(_) => {
                return Err(Refusal::field(
                    "amount",
                    "value is not a valid float",
                    "type_error.float",
                ));
            }
        };
        scaled(text, 2)
            .filter(|satang| *satang > 0)
            .ok_or_else(|| Refusal::invalid("amount"))
    }
}
