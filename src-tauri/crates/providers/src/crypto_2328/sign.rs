//! The signature of requests and callbacks: hex(HMAC-SHA256(API key as text, base64(body))) (crypto-2328.md §3, §6).
//!
//! A request is signed over the very bytes that are sent. A callback carries its signature inside its JSON, so what
//! was signed has to be rebuilt first.

use super::json::{Json, Member, write_object};
use crate::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const SIGN: &str = "sign";

/// The API key, ready to sign. The payout key is another one and is never used here.
pub(super) struct SigningKey(Hmac<Sha256>);

/// Why a callback is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Distrust {
    /// No JSON object, or a key twice.
    Unreadable,
    /// The signature is missing, malformed or wrong.
    BadSignature,
}

impl SigningKey {
    pub(super) fn new(key: &Secret) -> Option<Self> {
        Hmac::new_from_slice(key.expose().as_bytes()).ok().map(Self)
    }

    /// The `sign` header for a body; for a request without one, of the empty text.
    pub(super) fn sign(&self, body: &[u8]) -> String {
        hex::encode(self.mac(body).finalize().into_bytes())
    }

    fn mac(&self, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(STANDARD.encode(body).as_bytes());
        mac
    }

    /// A callback's content, once its own `sign` is right.
    pub(super) fn verified(&self, body: &[u8]) -> Result<Json, Distrust> {
        let content = Json::parse(body).ok_or(Distrust::Unreadable)?;
        let members = content.members().ok_or(Distrust::Unreadable)?;
        let position = members.iter().position(|member| member.name == SIGN);
        let position = position.ok_or(Distrust::BadSignature)?;
        let signature = members[position]
            .value
            .text()
            .filter(|text| text.len() == 64)
            .and_then(|text| hex::decode(text).ok())
            .ok_or(Distrust::BadSignature)?;
        let mut rebuilt = String::with_capacity(body.len());
        write_object(members.iter().filter(|member| member.name != SIGN), &mut rebuilt);
        // `verify_slice` takes the same time wherever the first difference is.
        let signed = |bytes: &[u8]| self.mac(bytes).verify_slice(&signature).is_ok();
        // The second way covers a body that was signed with its escapes (§6.4); the key is the same, so it is no weaker.
        if signed(rebuilt.as_bytes()) || signed(&without(body, members, position)) {
            Ok(content)
        } else {
            Err(Distrust::BadSignature)
        }
    }
}

/// The raw body with one member and one comma cut out.
fn without(body: &[u8], members: &[Member], position: usize) -> Vec<u8> {
    let own = &members[position].span;
    let cut = match (position.checked_sub(1), members.get(position + 1)) {
        (Some(before), _) => members[before].span.end..own.end,
        (None, Some(next)) => own.start..next.span.start,
        (None, None) => own.clone(),
    };
    [&body[..cut.start], &body[cut.end..]].concat()
}

#[cfg(test)]
#[path = "sign_tests.rs"]
mod tests;
