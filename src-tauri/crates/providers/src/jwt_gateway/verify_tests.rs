use super::*;
use proptest::prelude::*;

const KEY: &str = "demo_api_key_0123456789abcdef";
/// 2024-01-01T12:01:00Z.
const NOW: Timestamp = Timestamp::from_ms(1_704_110_460_000);

fn fixture(name: &str) -> Vec<u8> {
    let path = format!(
        "{}/../../../tests/fixtures/providers/jwt_gateway/callback/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn check(rule: CallbackSignature, body: &[u8]) -> Option<Object> {
    let checker = Checker::new(&Secret::new(KEY).unwrap(), rule);
    checker.claims(&Object::parse(body)?, NOW).ok()
}

fn holds(rule: CallbackSignature, name: &str) -> bool {
    check(rule, &fixture(name)).is_some()
}

use CallbackSignature::{CoreFields, Strict};

#[test]
fn the_worked_callback_of_the_page_holds() {
    let body = Object::parse(&fixture("page_example")).unwrap();
    assert_eq!(
        body.text(SIGNATURE).unwrap(),
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhY3R1YWxfYW1vdW50Ijo5OTUsImFnZW50X29yZGVyX25vIjoiUE9TLTAwMDEiLCJhbW91bnQiOjEwMDAsImZlZSI6NSwib3JkZXJfbm8iOiJEUDE2NDA5OTUyMDBBQkMxMjMiLCJzdGF0dXMiOiJjb21wbGV0ZWQiLCJ0aW1lc3RhbXAiOiIxNjQwOTk1MzgwIiwidHJhbnNmZXJfYW1vdW50Ijo5OTUsInR5cGUiOiJkZXBvc2l0In0.kbzOqKglJDFXBUhFWVkXmXb-nfPt-GPg8jeUQae4l5U"
    );
    for rule in [Strict, CoreFields] {
        let claims = check(rule, &fixture("page_example")).unwrap();
        assert_eq!(claims.text("agent_order_no").as_deref(), Some("POS-0001"));
        assert_eq!(claims.raw("amount"), Some("1000"));
    }
}

#[test]
fn what_the_token_covers_is_believed() {
    for name in [
        "completed",
        "pending",
        "failed",
        "expired",
        "withdrawal",
        "unsorted_payload",
        "with_iat",
        "more_claims",
        "header_order",
        "timestamp_number",
        "timestamp_number_in_token",
        "numbers_otherwise_written",
        "satang",
        "no_fee",
        "no_type",
        "exp_leeway",
        "exp_future",
        "exp_fraction",
        "nbf_leeway",
    ] {
        assert!(holds(Strict, name), "{name}");
        assert!(holds(CoreFields, name), "{name}");
    }
}

#[test]
fn what_is_altered_forged_or_out_of_time_is_not() {
    for name in [
        "altered_amount",
        "altered_status",
        "altered_agent",
        "altered_order",
        "amount_as_text",
        "removed_status",
        "token_of_another",
        "wrong_key",
        "empty_key",
        "alg_none",
        "alg_none_signed",
        "alg_hs512",
        "alg_rs256",
        "alg_lower_case",
        "alg_missing",
        "alg_twice",
        "kid",
        "jku",
        "jwk",
        "x5u",
        "crit",
        "payload_twice",
        "payload_not_object",
        "no_signature",
        "signature_null",
        "signature_words",
        "signature_two_parts",
        "signature_padded",
        "exp_past",
        "exp_words",
        "nbf_future",
    ] {
        assert!(!holds(Strict, name), "{name}");
        assert!(!holds(CoreFields, name), "{name}");
    }
}

#[test]
fn strict_covers_every_field_and_the_other_rule_the_four_that_matter() {
    for name in [
        "altered_fee",
        "added_field",
        "null_for_absent",
        "core_only_signed",
    ] {
        assert!(!holds(Strict, name), "{name}");
        assert!(holds(CoreFields, name), "{name}");
    }
    // What the token does not cover is never handed on.
    let claims = check(CoreFields, &fixture("core_only_signed")).unwrap();
    assert!(claims.raw("fee").is_none() && claims.raw("type").is_none());
    let claims = check(CoreFields, &fixture("altered_fee")).unwrap();
    assert_eq!(claims.raw("fee"), Some("5"));
}

#[test]
fn numbers_are_compared_as_numbers_and_texts_as_texts() {
    for (name, said, signed, same) in [
        ("amount", "1000", "1000.0", true),
        ("amount", "1000", "1e3", true),
        ("amount", "1000", "1000.001", false),
        ("amount", "1000", "\"1000\"", false),
        ("timestamp", "1640995380", "\"1640995380\"", true),
        ("timestamp", "\"1640995380\"", "1640995380.0", true),
        ("timestamp", "\"1640995381\"", "1640995380", false),
        ("timestamp", "\"soon\"", "1640995380", false),
        ("status", "\"completed\"", "\"comple\\u0074ed\"", true),
        ("status", "\"completed\"", "\"Completed\"", false),
        ("flag", "true", "true", true),
        ("flag", "true", "false", false),
        ("flag", "null", "null", true),
        ("flag", "null", "\"\"", false),
        ("list", "[1]", "[1.0]", false),
    ] {
        assert_eq!(is_same(name, said, signed), same, "{name} {said} {signed}");
    }
}

proptest! {
    /// One changed byte of the token, wherever it is, and the body is no longer proven.
    #[test]
    fn a_stained_token_proves_nothing(at in 0_usize..400, byte in "[A-Za-z0-9_.-]") {
        let text = String::from_utf8(fixture("completed")).unwrap();
        let body = Object::parse(text.as_bytes()).unwrap();
        let token = body.text(SIGNATURE).unwrap();
        let at = at % token.len();
        let mut stained = token.clone();
        stained.replace_range(at..=at, &byte);
        let changed = text.replace(&token, &stained);
        prop_assert_eq!(check(Strict, changed.as_bytes()).is_some(), stained == token);
    }

    /// A changed value of the body is refused, or it is the same value in another dress.
    #[test]
    fn a_changed_field_is_refused(
        name in prop::sample::select(vec!["order_no", "agent_order_no", "type", "amount", "fee", "status"]),
        to in prop_oneof![
            any::<i32>().prop_map(|number| number.to_string()),
            "[ -~&&[^\"\\\\]]{0,12}".prop_map(|text| format!("\"{text}\"")),
            prop::sample::select(vec!["null", "true", "[]", "{}", "1000.0", "5e0"]).prop_map(str::to_owned),
        ],
    ) {
        let body = Object::parse(&fixture("completed")).unwrap();
        let signed = body.raw(name).unwrap().to_owned();
        let fields: Vec<String> = body
            .fields()
            .map(|(known, raw)| format!("\"{known}\":{}", if known == name { &to } else { raw }))
            .collect();
        let changed = format!("{{{}}}", fields.join(","));
        let same = Decimal::parse(&to).is_ok_and(|to| Decimal::parse(&signed) == Ok(to)) || to == signed;
        prop_assert_eq!(check(Strict, changed.as_bytes()).is_some(), same);
    }

    #[test]
    fn no_token_makes_it_panic(token in "[A-Za-z0-9_.=-]{0,120}") {
        let body = format!(r#"{{"order_no":"a","agent_order_no":"b","status":"c","amount":1,"signature":"{token}"}}"#);
        prop_assert!(check(Strict, body.as_bytes()).is_none());
    }
}
