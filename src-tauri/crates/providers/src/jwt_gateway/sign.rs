//! Tokens as JavaScript writes them (jwt-gateway.md §3): header `{"alg":"HS256","typ":"JWT"}`, names in code-unit
//! order, compact, raw UTF-8, numbers in their shortest form.
//!
//! Built by hand, because a server may sign again and compare the texts: the crate we verify with writes the header
//! the other way round, and other languages escape Thai letters. Verifying lives in `verify.rs`.

use crate::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// One value of a body.
pub(super) enum Field<'a> {
    /// A text.
    Text(&'a str),
    /// A number, as its text: the body and the token carry the same.
    Number(String),
}

/// The fields as one JSON object, names in order.
pub(super) fn payload(fields: &[(&str, Field<'_>)]) -> String {
    let mut sorted: Vec<_> = fields.iter().collect();
    // What JavaScript's `sort` compares; for plain letters the same as bytes.
    sorted.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
    let pairs: Vec<String> = sorted
        .into_iter()
        .map(|(name, value)| match value {
            Field::Text(text) => format!("{}:{}", quoted(name), quoted(text)),
            Field::Number(number) => format!("{}:{number}", quoted(name)),
        })
        .collect();
    format!("{{{}}}", pairs.join(","))
}

/// Escapes what `JSON.stringify` escapes, and nothing else.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The token of a payload.
pub(super) fn token(api_key: &Secret, payload: &str) -> String {
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(HEADER),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let mut mac = keyed(api_key.expose().as_bytes());
    mac.update(message.as_bytes());
    format!(
        "{message}.{}",
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    )
}

/// HMAC-SHA256 with that key.
pub(super) fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

/// The body of a request: the payload with its token as one more field.
pub(super) fn body(api_key: &Secret, fields: &[(&str, Field<'_>)]) -> Vec<u8> {
    let payload = payload(fields);
    let open = payload.strip_suffix('}').unwrap_or(&payload);
    let token = token(api_key, &payload);
    format!(r#"{open},"signature":"{token}"}}"#).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decimal::shortest;
    use crate::json::{Object, text_of};
    use keptang_domain::Money;

    const KEY: &str = "demo_api_key_0123456789abcdef";

    fn key() -> Secret {
        Secret::new(KEY).unwrap()
    }

    /// The worked example of the page (§3).
    fn example(amount: &str) -> String {
        payload(&[
            ("merchantId", Field::Text("M0001")),
            ("transactionId", Field::Text("POS-0001")),
            ("bankAccountNumber", Field::Text("1234567890")),
            ("bankName", Field::Text("KBANK")),
            ("name", Field::Text("สมชาย ใจดี")),
            ("amount", Field::Number(amount.to_owned())),
            ("callbackUrl", Field::Text("https://relay.example.com/cb/abc")),
            ("type", Field::Text("QR")),
            ("timestamp", Field::Number("1640995200".to_owned())),
        ])
    }

    fn third(token: &str) -> &str {
        token.rsplit('.').next().unwrap()
    }

    #[test]
    fn the_worked_example_of_the_page_holds_to_the_byte() {
        assert_eq!(
            example("1000"),
            r#"{"amount":1000,"bankAccountNumber":"1234567890","bankName":"KBANK","callbackUrl":"https://relay.example.com/cb/abc","merchantId":"M0001","name":"สมชาย ใจดี","timestamp":1640995200,"transactionId":"POS-0001","type":"QR"}"#
        );
        assert_eq!(
            token(&key(), &example("1000")),
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhbW91bnQiOjEwMDAsImJhbmtBY2NvdW50TnVtYmVyIjoiMTIzNDU2Nzg5MCIsImJhbmtOYW1lIjoiS0JBTksiLCJjYWxsYmFja1VybCI6Imh0dHBzOi8vcmVsYXkuZXhhbXBsZS5jb20vY2IvYWJjIiwibWVyY2hhbnRJZCI6Ik0wMDAxIiwibmFtZSI6IuC4quC4oeC4iuC4suC4oiDguYPguIjguJTguLUiLCJ0aW1lc3RhbXAiOjE2NDA5OTUyMDAsInRyYW5zYWN0aW9uSWQiOiJQT1MtMDAwMSIsInR5cGUiOiJRUiJ9.sJOmTeTKSUn1mqUxdiROnEF91sLep9-0BxcdjNADAgY"
        );
    }

    #[test]
    fn the_variants_of_the_page_hold() {
        for (satang, segment) in [
            (100_050, "YzULXDmFDELhJAl2XU-61ojvlp7WrX97HMTvmvWdZuQ"),
            (100_025, "AjgVpWSLpNc5PPfG3yJa5kYG133hRvMskL2ESs_UdcI"),
        ] {
            let amount = shortest(Money::from_satang(satang));
            assert_eq!(third(&token(&key(), &example(&amount))), segment);
        }
        let balance = payload(&[("timestamp", Field::Number("1640995200".to_owned()))]);
        assert_eq!(
            token(&key(), &balance),
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0aW1lc3RhbXAiOjE2NDA5OTUyMDB9.zBzb6xKNoVpB9JIZr9pZxwwkrAh3zWfAQswRWXcagXo"
        );
        let query = payload(&[
            ("timestamp", Field::Number("1640995260".to_owned())),
            ("agent_order_no", Field::Text("POS-0001")),
        ]);
        assert_eq!(
            third(&token(&key(), &query)),
            "OvkhTWQDcH0VfuONZvGj-6VQmXUd2crvuZKowfU8NYI"
        );
    }

    #[test]
    fn the_wrong_variants_of_the_page_are_what_we_do_not_send() {
        const DECIMAL: &str = "IETkqO3gxxOWwJpTGyDkCF3XbYPj6J8uie859DjYfuc";
        const HEADER_ORDER: &str = "IBUbEurOqp2zot7OLqVyfGOaAWIq4PUthB4EQ8vCDJg";
        let ours = token(&key(), &example(&shortest(Money::from_satang(100_000))));
        assert_eq!(third(&token(&key(), &example("1000.0"))), DECIMAL);
        assert_ne!(third(&ours), DECIMAL);

        // The crate that verifies for us writes `typ` first, which is why it does not sign.
        super::super::verify::install();
        let claims: serde_json::Value = serde_json::from_str(&example("1000")).unwrap();
        let theirs = jsonwebtoken::encode(
            &jsonwebtoken::Header::default(),
            &claims,
            &jsonwebtoken::EncodingKey::from_secret(KEY.as_bytes()),
        )
        .unwrap();
        assert_eq!(third(&theirs), HEADER_ORDER);
        assert_ne!(third(&ours), HEADER_ORDER);
    }

    /// `jsonwebtoken` 9.0.3 on Node 20 signed these; the script sorted the fields as the page's sample does.
    #[test]
    fn every_token_of_node_is_ours_to_the_byte() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../tests/fixtures/providers/jwt_gateway/sign/node.json"
        );
        let vectors = Object::parse(&std::fs::read(path).unwrap()).unwrap();
        let key = Secret::new(&vectors.text("key").unwrap()).unwrap();
        let tokens = vectors.objects("tokens").unwrap();
        assert_eq!(tokens.len(), 26);
        for vector in tokens {
            let name = vector.text("name").unwrap();
            let params = vector.object("params").unwrap();
            let texts: Vec<_> = params
                .fields()
                .map(|(name, raw)| (name, raw, text_of(raw)))
                .collect();
            let satang = vector
                .number("amount_satang")
                .map(|number| number.unwrap().units(0).unwrap());
            let fields: Vec<_> = texts
                .iter()
                .map(|(name, raw, text)| match (text, *name) {
                    (Some(text), _) => (*name, Field::Text(text)),
                    (None, "amount") => {
                        let amount = Money::from_satang(i64::try_from(satang.unwrap()).unwrap());
                        (*name, Field::Number(shortest(amount)))
                    }
                    (None, _) => (*name, Field::Number((*raw).to_owned())),
                })
                .collect();
            assert_eq!(payload(&fields), vector.text("payload").unwrap(), "{name}");
            assert_eq!(
                token(&key, &payload(&fields)),
                vector.text("token").unwrap(),
                "{name}"
            );
        }
    }

    #[test]
    fn the_body_is_the_payload_and_its_token() {
        let fields = || [("b", Field::Text("x")), ("a", Field::Number("1000.5".to_owned()))];
        let body = String::from_utf8(body(&key(), &fields())).unwrap();
        let token = token(&key(), r#"{"a":1000.5,"b":"x"}"#);
        assert_eq!(body, format!(r#"{{"a":1000.5,"b":"x","signature":"{token}"}}"#));
    }
}
