use super::*;

const KEY: &str = "demo_2328_key";
const REQUEST: &str = r#"{"amount":"100.00","currency":"USD","order_id":"POS-0001","url_callback":"https://relay.example.com/cb/2328","description":"กาแฟ","ttl_seconds":900}"#;
const REQUEST_BASE64: &str = "eyJhbW91bnQiOiIxMDAuMDAiLCJjdXJyZW5jeSI6IlVTRCIsIm9yZGVyX2lkIjoiUE9TLTAwMDEiLCJ1cmxfY2FsbGJhY2siOiJodHRwczovL3JlbGF5LmV4YW1wbGUuY29tL2NiLzIzMjgiLCJkZXNjcmlwdGlvbiI6IuC4geC4suC5geC4nyIsInR0bF9zZWNvbmRzIjo5MDB9";
const REQUEST_SIGN: &str = "643d735f9f80184a7572d6733c1261848e6a7b3fbb7fc747edf4be49bb1a366b";
const CALLBACK: &str = r#"{"uuid":"db17d490-15b6-47b9-9015-91d1d8b119f2","order_id":"POS-0001","amount":"100.00000000","currency":"USD","payment_status":"paid","txid":"41c2a3","payment_amount":"100.00000000","url":"https://go.2328.io/db17d490-15b6-47b9-9015-91d1d8b119f2"}"#;
const CALLBACK_SIGN: &str = "a5004d105438cab16764173c8db66c8fe2e19029919e9d6eebecbaeaefe94946";
const SORTED_SIGN: &str = "ae016860a99eecd61480ed0373adbc919e3d50fe7a3c101f74dd430986ed5e3b";
const SLASH_SIGN: &str = "ca08df3e928e28998d812639168a6c89fad25539dc77a1cc64516399e51e4523";

fn key() -> SigningKey {
    SigningKey::new(&Secret::new(KEY).unwrap()).unwrap()
}

fn signed(sign: &str) -> String {
    with_tail(&format!(r#","sign":"{sign}"}}"#))
}

fn with_tail(tail: &str) -> String {
    format!("{}{tail}", CALLBACK.strip_suffix('}').unwrap())
}

fn verdict(body: &str) -> Result<(), Distrust> {
    key().verified(body.as_bytes()).map(|_| ())
}

/// Signs as 2328.io would: compact text, then the member added at the end.
fn sent(content: &str) -> String {
    let sign = key().sign(content.as_bytes());
    format!(r#"{},"sign":"{sign}"}}"#, content.strip_suffix('}').unwrap())
}

#[test]
fn the_vectors_of_the_page_hold() {
    assert_eq!(REQUEST.len(), 156);
    assert_eq!(STANDARD.encode(REQUEST), REQUEST_BASE64);
    for (body, sign) in [
        (REQUEST, REQUEST_SIGN),
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
        (CALLBACK, CALLBACK_SIGN),
    ] {
        assert_eq!(key().sign(body.as_bytes()), sign, "{body}");
    }
}

#[test]
fn the_wrong_variants_of_the_page_are_what_it_says_and_differ() {
    let escaped_slash = REQUEST.replace('/', "\\/");
    let escaped_thai: String = REQUEST
        .chars()
        .map(|c| {
            if c.is_ascii() {
                c.to_string()
            } else {
                format!("\\u{:04x}", u32::from(c))
            }
        })
        .collect();
    for (body, sign) in [
        (
            escaped_slash,
            "b2aac59e367bdf4125369d04ad8f2de4248c8b9126c964a9b950087c84141b91",
        ),
        (
            escaped_thai,
            "12f6350dc84f10245936ee961b5c74f5be168dfea19bfd318355086618ea4678",
        ),
        (CALLBACK.replace('/', "\\/"), SLASH_SIGN),
    ] {
        assert_eq!(key().sign(body.as_bytes()), sign, "{body}");
        assert_ne!(sign, REQUEST_SIGN);
    }
    // A reader that sorts keys would compute this one.
    let sorted: serde_json::Map<String, serde_json::Value> = serde_json::from_str(CALLBACK).unwrap();
    let sorted: std::collections::BTreeMap<_, _> = sorted.into_iter().collect();
    assert_eq!(key().sign(&serde_json::to_vec(&sorted).unwrap()), SORTED_SIGN);
}

#[test]
fn the_callback_of_the_page_is_believed_and_its_wrong_variants_are_not() {
    assert_eq!(verdict(&signed(CALLBACK_SIGN)), Ok(()));
    assert_eq!(verdict(&signed(&CALLBACK_SIGN.to_ascii_uppercase())), Ok(()));
    for wrong in [SORTED_SIGN, SLASH_SIGN, REQUEST_SIGN] {
        assert_eq!(verdict(&signed(wrong)), Err(Distrust::BadSignature));
    }
}

#[test]
fn a_body_signed_with_its_escapes_is_believed_too() {
    let escaped = CALLBACK.replace('/', "\\/");
    let body = format!(
        r#"{},"sign":"{SLASH_SIGN}"}}"#,
        escaped.strip_suffix('}').unwrap()
    );
    assert_eq!(verdict(&body), Ok(()));
    // The usual signature over the same content, sent escaped, is believed as well.
    let body = format!(
        r#"{},"sign":"{CALLBACK_SIGN}"}}"#,
        escaped.strip_suffix('}').unwrap()
    );
    assert_eq!(verdict(&body), Ok(()));
}

#[test]
fn the_signature_may_stand_anywhere_and_white_space_does_not_matter() {
    let first = format!(
        r#"{{"sign":"{CALLBACK_SIGN}",{}"#,
        CALLBACK.strip_prefix('{').unwrap()
    );
    let middle = CALLBACK.replace(
        r#","currency""#,
        &format!(r#","sign":"{CALLBACK_SIGN}","currency""#),
    );
    let spaced = signed(CALLBACK_SIGN)
        .replace(r#"":""#, r#"" : ""#)
        .replace(r#"","#, "\" ,\n ");
    for body in [first, middle, spaced] {
        assert_eq!(verdict(&body), Ok(()), "{body}");
    }
    let alone = format!(r#"{{"sign":"{}"}}"#, key().sign(b"{}"));
    assert_eq!(verdict(&alone), Ok(()));
    // Signed as they stand, with the signature cut out of either end.
    for (content, body) in [
        (r#"{"a":"\u0e01"}"#, r#"{"a":"\u0e01","sign":"#),
        (r#"{"a":"\u0e01"}"#, r#"{"sign":"#),
    ] {
        let sign = key().sign(content.as_bytes());
        let rest = if body.starts_with(r#"{"sign""#) {
            r#","a":"\u0e01"}"#
        } else {
            "}"
        };
        assert_eq!(verdict(&format!(r#"{body}"{sign}"{rest}"#)), Ok(()), "{body}");
    }
}

#[test]
fn whatever_is_altered_is_not_believed() {
    let body = signed(CALLBACK_SIGN);
    for altered in [
        body.replace("POS-0001", "POS-0002"),
        body.replace(r#""amount":"100.00000000""#, r#""amount":"100.0000000""#),
        body.replace("USD", "THB"),
        body.replace(
            r#""currency":"USD","payment_status":"paid""#,
            r#""payment_status":"paid","currency":"USD""#,
        ),
        with_tail(&format!(r#","extra":1,"sign":"{CALLBACK_SIGN}"}}"#)),
        signed(&CALLBACK_SIGN[..63]),
        signed(&format!("{CALLBACK_SIGN}0")),
        signed(&"g".repeat(64)),
        signed(""),
        with_tail(r#","sign":null}"#),
        with_tail(r#","sign":5}"#),
        CALLBACK.to_owned(),
    ] {
        assert_eq!(verdict(&altered), Err(Distrust::BadSignature), "{altered}");
    }
    let other = SigningKey::new(&Secret::new("payout_2328_key").unwrap()).unwrap();
    assert_eq!(
        other.verified(body.as_bytes()).err(),
        Some(Distrust::BadSignature)
    );
}

#[test]
fn what_is_signed_but_unknown_is_kept() {
    for content in [
        r#"{"uuid":"x","brand_new":{"b":1,"a":[1.50,2E-8,true,null]}}"#,
        r#"{"uuid":"x","amount":100.00000000}"#,
        r#"{"uuid":"x","description":"กาแฟ/เย็น \"ใหญ่\""}"#,
    ] {
        assert_eq!(verdict(&sent(content)), Ok(()), "{content}");
    }
}

#[test]
fn what_two_readers_would_read_differently_is_refused() {
    let body = signed(CALLBACK_SIGN);
    for body in [
        with_tail(&format!(r#","amount":"1.00","sign":"{CALLBACK_SIGN}"}}"#)),
        with_tail(&format!(
            r#","sign":"{CALLBACK_SIGN}","sign":"{CALLBACK_SIGN}"}}"#
        )),
        format!("[{body}]"),
        format!("{body}x"),
        "null".to_owned(),
        "\"sign\"".to_owned(),
        "<html>".to_owned(),
        String::new(),
    ] {
        assert_eq!(verdict(&body), Err(Distrust::Unreadable), "{body}");
    }
}
