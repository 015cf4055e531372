//! `sign` (page §3): lower-case hex of HMAC-SHA256 over the Base64 text of the body's bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub(super) fn sign(key: &[u8], body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(STANDARD.encode(body).as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// The same JSON with `/` as `\/` and everything beyond ASCII as `\u…`, as PHP writes it by default.
pub(super) fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for char in json.chars() {
        match char {
            '/' => text.push_str("\\/"),
            char if char.is_ascii() => text.push(char),
            char => {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Doc;

    const KEY: &[u8] = b"demo_2328_key";
    const BODY: &str = r#"{"amount":"100.00","currency":"USD","order_id":"POS-0001","url_callback":"https://relay.example.com/cb/2328","description":"กาแฟ","ttl_seconds":900}"#;
    const WEBHOOK: &str = r#"{"uuid":"db17d490-15b6-47b9-9015-91d1d8b119f2","order_id":"POS-0001","amount":"100.00000000","currency":"USD","payment_status":"paid","txid":"41c2a3","payment_amount":"100.00000000","url":"https://go.2328.io/db17d490-15b6-47b9-9015-91d1d8b119f2"}"#;

    #[test]
    fn requests_are_signed_as_in_the_page() {
        assert_eq!(BODY.len(), 156);
        let thai: String = BODY
            .chars()
            .map(|char| {
                if char.is_ascii() {
                    char.to_string()
                } else {
                    escaped(&char.to_string())
                }
            })
            .collect();
        for (body, expected) in [
            (
                BODY,
                "643d735f9f80184a7572d6733c1261848e6a7b3fbb7fc747edf4be49bb1a366b",
            ),
            (
                &BODY.replace('/', "\\/"),
                "b2aac59e367bdf4125369d04ad8f2de4248c8b9126c964a9b950087c84141b91",
            ),
            (
                &thai,
                "12f6350dc84f10245936ee961b5c74f5be168dfea19bfd318355086618ea4678",
            ),
            (
                r#"{"order_id":"POS-0001"}"#,
                "992c66024b5e735fb9290c85b325148094e9e93cc3c32a670c7cfad2c49d4e7a",
            ),
            (
                r#"{"page":1,"per_page":15}"#,
                "ce67ba3d40ebd98fc6ce161c7515c57a77c1bfeb913644042cf06d659e6cebae",
            ),
            (
                "",
                "7c8728935b1dba174fe973634a10b2f55e8df1f28ea7af5ab228bdafba2b4047",
            ),
        ] {
            assert_eq!(sign(KEY, body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn webhooks_are_signed_as_in_the_page() {
        assert_eq!(
            sign(KEY, WEBHOOK.as_bytes()),
            "a5004d105438cab16764173c8db66c8fe2e19029919e9d6eebecbaeaefe94946"
        );
        let doc = Doc::parse(WEBHOOK.as_bytes()).unwrap();
        assert_eq!(doc.to_text(), WEBHOOK, "the writer keeps every byte");
        let mut fields = doc.fields().to_vec();
        fields.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(
            sign(KEY, Doc::Object(fields).to_text().as_bytes()),
            "ae016860a99eecd61480ed0373adbc919e3d50fe7a3c101f74dd430986ed5e3b"
        );
        assert_eq!(
            sign(KEY, escaped(WEBHOOK).as_bytes()),
            "ca08df3e928e28998d812639168a6c89fad25539dc77a1cc64516399e51e4523"
        );
    }

    #[test]
    fn escaping_reaches_beyond_the_first_plane() {
        assert_eq!(escaped("{\"a\":\"ก/😀\"}"), r#"{"a":"\u0e01\/\ud83d\ude00"}"#);
    }
}
