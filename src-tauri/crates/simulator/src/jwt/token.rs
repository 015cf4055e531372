//! JSON Web Tokens by hand (page §3): signed as JavaScript's `jsonwebtoken` would, and checked in both ways a
//! server might: decoded and compared, and signed again and compared as text.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::json::Doc;
use crate::money::plain;

pub(super) const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
pub(super) const HEADER_NONE: &str = r#"{"alg":"none","typ":"JWT"}"#;

/// A token over exactly these texts.
pub(super) fn sign_texts(key: &[u8], header: &str, payload: &str) -> String {
    let covered = unsigned(header, payload);
    let signature = URL_SAFE_NO_PAD.encode(mac(key, &covered));
    format!("{covered}.{signature}")
}

/// The two parts before the signature.
pub(super) fn unsigned(header: &str, payload: &str) -> String {
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    )
}

/// The token JavaScript makes of these fields.
pub(super) fn sign(key: &[u8], fields: &Doc) -> String {
    sign_texts(key, HEADER, &sorted(&as_javascript(fields)).to_text())
}

fn mac(key: &[u8], covered: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(covered.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// By key. All keys here are ASCII, where bytes and code units sort alike.
pub(super) fn sorted(fields: &Doc) -> Doc {
    let mut fields = fields.fields().to_vec();
    fields.sort_by(|one, other| one.0.cmp(&other.0));
    Doc::Object(fields)
}

/// With numbers as JavaScript prints them after reading.
fn as_javascript(doc: &Doc) -> Doc {
    match doc {
        Doc::Number(text) => Doc::Number(plain(text).unwrap_or_else(|| text.clone())),
        Doc::List(items) => Doc::List(items.iter().map(as_javascript).collect()),
        Doc::Object(fields) => Doc::Object(
            fields
                .iter()
                .map(|(key, value)| (key.clone(), as_javascript(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// What is wrong with a request's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    /// Not a token of this key.
    Forged,
    /// Its payload is not the body's fields.
    OtherContent,
    /// The content is right, the text is not what JavaScript writes.
    OtherText,
}

/// Checks `token` against all fields of a body but `signature`.
pub(super) fn check(key: &[u8], token: &str, fields: &Doc) -> Result<(), Problem> {
    let payload = decode(key, token).ok_or(Problem::Forged)?;
    if as_javascript(&sorted(&payload)) != as_javascript(&sorted(fields)) {
        return Err(Problem::OtherContent);
    }
    if sign(key, fields) != token {
        return Err(Problem::OtherText);
    }
    Ok(())
}

/// The payload of a token that this key has signed with HS256.
fn decode(key: &[u8], token: &str) -> Option<Doc> {
    let (covered, signature) = token.rsplit_once('.')?;
    let (header, payload) = covered.split_once('.')?;
    let header = Doc::parse(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    let is_ours = header.get("alg") == Some(&Doc::text("HS256"))
        && URL_SAFE_NO_PAD.decode(signature).ok()? == mac(key, covered);
    let payload = Doc::parse(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    (is_ours && matches!(payload, Doc::Object(_))).then_some(payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"demo_api_key_0123456789abcdef";
    const PAYLOAD: &str = r#"{"amount":1000,"bankAccountNumber":"1234567890","bankName":"KBANK","callbackUrl":"https://relay.example.com/cb/abc","merchantId":"M0001","name":"สมชาย ใจดี","timestamp":1640995200,"transactionId":"POS-0001","type":"QR"}"#;
    const TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhbW91bnQiOjEwMDAsImJhbmtBY2NvdW50TnVtYmVyIjoiMTIzNDU2Nzg5MCIsImJhbmtOYW1lIjoiS0JBTksiLCJjYWxsYmFja1VybCI6Imh0dHBzOi8vcmVsYXkuZXhhbXBsZS5jb20vY2IvYWJjIiwibWVyY2hhbnRJZCI6Ik0wMDAxIiwibmFtZSI6IuC4quC4oeC4iuC4suC4oiDguYPguIjguJTguLUiLCJ0aW1lc3RhbXAiOjE2NDA5OTUyMDAsInRyYW5zYWN0aW9uSWQiOiJQT1MtMDAwMSIsInR5cGUiOiJRUiJ9.sJOmTeTKSUn1mqUxdiROnEF91sLep9-0BxcdjNADAgY";

    fn doc(text: &str) -> Doc {
        Doc::parse(text.as_bytes()).unwrap()
    }

    fn third(token: &str) -> &str {
        token.rsplit('.').next().unwrap()
    }

    #[test]
    fn the_worked_example_of_the_page() {
        // The order of the fields in a body is free.
        let mut fields = doc(PAYLOAD).fields().to_vec();
        fields.reverse();
        let fields = Doc::Object(fields);
        assert_eq!(sign(KEY, &fields), TOKEN);
        assert_eq!(check(KEY, TOKEN, &fields), Ok(()));
        assert_eq!(check(b"other", TOKEN, &fields), Err(Problem::Forged));
    }

    #[test]
    fn the_variants_of_the_page() {
        for (amount, segment) in [
            ("1000.5", "YzULXDmFDELhJAl2XU-61ojvlp7WrX97HMTvmvWdZuQ"),
            ("1000.25", "AjgVpWSLpNc5PPfG3yJa5kYG133hRvMskL2ESs_UdcI"),
        ] {
            let fields = doc(&PAYLOAD.replace(":1000,", &format!(":{amount},")));
            assert_eq!(third(&sign(KEY, &fields)), segment);
            // The same number, written longer in the body, is the same number to JavaScript.
            let longer = doc(&PAYLOAD.replace(":1000,", &format!(":{amount}0,")));
            assert_eq!(sign(KEY, &longer), sign(KEY, &fields));
        }
        let wrong_number = sign_texts(KEY, HEADER, &PAYLOAD.replace(":1000,", ":1000.0,"));
        assert_eq!(
            third(&wrong_number),
            "IETkqO3gxxOWwJpTGyDkCF3XbYPj6J8uie859DjYfuc"
        );
        assert_eq!(check(KEY, &wrong_number, &doc(PAYLOAD)), Err(Problem::OtherText));
        let wrong_header = sign_texts(KEY, r#"{"typ":"JWT","alg":"HS256"}"#, PAYLOAD);
        assert_eq!(
            third(&wrong_header),
            "IBUbEurOqp2zot7OLqVyfGOaAWIq4PUthB4EQ8vCDJg"
        );
        assert_eq!(check(KEY, &wrong_header, &doc(PAYLOAD)), Err(Problem::OtherText));
        assert_eq!(
            sign(KEY, &doc(r#"{"timestamp":1640995200}"#)),
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0aW1lc3RhbXAiOjE2NDA5OTUyMDB9.zBzb6xKNoVpB9JIZr9pZxwwkrAh3zWfAQswRWXcagXo"
        );
        let query = doc(r#"{"timestamp":1640995260,"agent_order_no":"POS-0001"}"#);
        assert_eq!(
            third(&sign(KEY, &query)),
            "OvkhTWQDcH0VfuONZvGj-6VQmXUd2crvuZKowfU8NYI"
        );
    }

    #[test]
    fn the_callback_of_the_page() {
        let fields = doc(
            r#"{"order_no":"DP1640995200ABC123","agent_order_no":"POS-0001","type":"deposit","amount":1000,"fee":5,"transfer_amount":995,"actual_amount":995,"status":"completed","timestamp":"1640995380"}"#,
        );
        assert_eq!(
            sign(KEY, &fields),
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhY3R1YWxfYW1vdW50Ijo5OTUsImFnZW50X29yZGVyX25vIjoiUE9TLTAwMDEiLCJhbW91bnQiOjEwMDAsImZlZSI6NSwib3JkZXJfbm8iOiJEUDE2NDA5OTUyMDBBQkMxMjMiLCJzdGF0dXMiOiJjb21wbGV0ZWQiLCJ0aW1lc3RhbXAiOiIxNjQwOTk1MzgwIiwidHJhbnNmZXJfYW1vdW50Ijo5OTUsInR5cGUiOiJkZXBvc2l0In0.kbzOqKglJDFXBUhFWVkXmXb-nfPt-GPg8jeUQae4l5U"
        );
    }

    #[test]
    fn tricks_are_seen_for_what_they_are() {
        let fields = doc(PAYLOAD);
        let escaped: String = PAYLOAD
            .chars()
            .map(|char| match char.is_ascii() {
                true => char.to_string(),
                false => format!("\\u{:04x}", u32::from(char)),
            })
            .collect();
        let unsorted = PAYLOAD.replacen(r#"{"amount":1000,"#, "{", 1);
        let unsorted = unsorted.replacen('}', r#","amount":1000}"#, 1);
        let table = [
            (sign_texts(KEY, HEADER, &escaped), Problem::OtherText),
            (sign_texts(KEY, HEADER, &unsorted), Problem::OtherText),
            (
                sign_texts(KEY, HEADER, &PAYLOAD.replace(":1000,", ":1001,")),
                Problem::OtherContent,
            ),
            (
                sign_texts(KEY, HEADER, &PAYLOAD.replace("{", r#"{"iat":1,"#)),
                Problem::OtherContent,
            ),
            (
                sign_texts(KEY, HEADER, &PAYLOAD.replace(r#","type":"QR""#, "")),
                Problem::OtherContent,
            ),
            (format!("{}.", unsigned(HEADER_NONE, PAYLOAD)), Problem::Forged),
            (sign_texts(KEY, HEADER_NONE, PAYLOAD), Problem::Forged),
            (sign_texts(KEY, HEADER, "[]"), Problem::Forged),
            (TOKEN.replace(".eyJhbW91", ".eyJhbW92"), Problem::Forged),
            (unsigned(HEADER, PAYLOAD), Problem::Forged),
            ("".to_owned(), Problem::Forged),
        ];
        for (token, problem) in table {
            assert_eq!(check(KEY, &token, &fields), Err(problem), "{token}");
        }
    }

    #[test]
    fn texts_that_need_care_are_written_as_javascript_does() {
        let fields = doc("{\"b\":\"a/b & \\\"q\\\" 😀 \u{2028}\",\"B\":0.1,\"a\":99999.99}");
        assert_eq!(
            sorted(&fields).to_text(),
            "{\"B\":0.1,\"a\":99999.99,\"b\":\"a/b & \\\"q\\\" 😀 \u{2028}\"}"
        );
        assert_eq!(check(KEY, &sign(KEY, &fields), &fields), Ok(()));
    }
}
