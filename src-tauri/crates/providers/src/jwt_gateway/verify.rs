//! Callbacks (jwt-gateway.md §7, "Verifying"): the token is checked with the algorithm pinned, then every field of the
//! body is compared with what the token says. What the token does not cover is never handed on.

use super::CallbackSignature;
use super::sign::keyed;
use crate::Secret;
use crate::decimal::Decimal;
use crate::json::{Object, text_of};
use hmac::Mac;
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result as JwtResult};
use jsonwebtoken::signature::{self, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use keptang_domain::Timestamp;

const SIGNATURE: &str = "signature";
const TIMESTAMP: &str = "timestamp";
/// What must be in every callback, and in every token.
const CORE: [&str; 4] = ["order_no", "agent_order_no", "status", "amount"];
/// How far `exp` and `nbf` may be off.
const LEEWAY_MS: i128 = 60_000;

/// What the key and the rule are.
pub(super) struct Checker {
    key: DecodingKey,
    rule: CallbackSignature,
}

/// The token does not prove the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotProven;

impl Checker {
    pub(super) fn new(api_key: &Secret, rule: CallbackSignature) -> Self {
        install();
        Self {
            key: DecodingKey::from_secret(api_key.expose().as_bytes()),
            rule,
        }
    }

    /// What the token says, once it proves the body.
    pub(super) fn claims(&self, body: &Object, now: Timestamp) -> Result<Object, NotProven> {
        let token = body.text(SIGNATURE).ok_or(NotProven)?;
        let mut validation = Validation::new(Algorithm::HS256);
        // Times are checked below against the till's clock; there is no audience.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let data = jsonwebtoken::decode::<Object>(&token, &self.key, &validation).map_err(|_| NotProven)?;
        let claims = data.claims;
        if !is_plain(&data.header) || !is_timely(&claims, now) || !self.covers(body, &claims) {
            return Err(NotProven);
        }
        let unknown = claims
            .fields()
            .filter(|(name, _)| raw(body, name).is_none())
            .count();
        if unknown > 0 {
            tracing::debug!(unknown, "a callback's token says more than its body");
        }
        Ok(claims)
    }

    fn covers(&self, body: &Object, claims: &Object) -> bool {
        let same = |name: &str| {
            raw(body, name)
                .zip(raw(claims, name))
                .is_some_and(|(said, signed)| is_same(name, said, signed))
        };
        let every_field = || body.fields().all(|(name, _)| name == SIGNATURE || same(name));
        CORE.iter().all(|name| same(name))
            && match self.rule {
                CallbackSignature::Strict => every_field(),
                CallbackSignature::CoreFields => true,
            }
    }
}

/// A value with its `null`s: a `null` that was not signed was added by somebody.
fn raw<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    object
        .fields()
        .find_map(|(known, value)| (known == name).then_some(value))
}

fn is_same(name: &str, said: &str, signed: &str) -> bool {
    match (text_of(said), text_of(signed)) {
        (Some(said), Some(signed)) => said == signed,
        (None, None) => match (Decimal::parse(said), Decimal::parse(signed)) {
            (Ok(said), Ok(signed)) => said == signed,
            _ => said == signed,
        },
        // The page's own samples disagree about the type of this one field.
        (Some(text), None) => name == TIMESTAMP && is_number(&text, signed),
        (None, Some(text)) => name == TIMESTAMP && is_number(&text, said),
    }
}

fn is_number(text: &str, number: &str) -> bool {
    Decimal::parse(text).is_ok_and(|text| Decimal::parse(number) == Ok(text))
}

/// A header that names neither a key nor a rule of its own.
fn is_plain(header: &Header) -> bool {
    let plain = Header {
        typ: header.typ.clone(),
        cty: header.cty.clone(),
        ..Header::new(Algorithm::HS256)
    };
    *header == plain
}

/// `exp` and `nbf` hold where they are present; `iat` says nothing here.
fn is_timely(claims: &Object, now: Timestamp) -> bool {
    let now_ms = i128::from(now.ms());
    let moment = |name: &str| {
        let seconds = claims.number(name)?;
        Some(seconds.ok().and_then(|seconds| seconds.units(3).ok()))
    };
    let in_force = moment("nbf").is_none_or(|from| from.is_some_and(|from| from <= now_ms + LEEWAY_MS));
    let not_over = moment("exp").is_none_or(|end| end.is_some_and(|end| end >= now_ms - LEEWAY_MS));
    in_force && not_over
}

/// HS256 and nothing else: the backends the crate offers bring RSA and elliptic curves that nobody here needs.
static HS256_ONLY: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Makes the crate usable in this process.
pub(super) fn install() {
    // Fails when one is installed already, which serves as well.
    let _ = HS256_ONLY.install_default();
}

struct Hs256(hmac::Hmac<sha2::Sha256>);

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> JwtResult<Box<dyn JwtSigner>> {
    match algorithm {
        Algorithm::HS256 => Ok(Box::new(Hs256(keyed(key.as_bytes())))),
        _ => Err(ErrorKind::UnsupportedAlgorithm.into()),
    }
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> JwtResult<Box<dyn JwtVerifier>> {
    match algorithm {
        Algorithm::HS256 => Ok(Box::new(Hs256(keyed(key.try_get_as_bytes()?)))),
        _ => Err(ErrorKind::UnsupportedAlgorithm.into()),
    }
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        let mut mac = self.0.clone();
        mac.update(message);
        Ok(mac.finalize().into_bytes().to_vec())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let mut mac = self.0.clone();
        mac.update(message);
        // Takes the same time wherever the first difference is.
        mac.verify_slice(signature).map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
