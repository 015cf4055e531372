//! Reading callbacks.

use super::*;
use keptang_domain::{CallbackToken, ProviderId};
use keptang_ports::{
    Notice, NoticeError, NoticeOutcome, NoticeReader, PaymentProvider, RawNotice, Strength, Verdict,
};

fn raw(body: Vec<u8>) -> RawNotice {
    RawNotice {
        provider: ProviderId::Crypto2328,
        token: Some(CallbackToken::from_bits(7)),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body,
    }
}

fn reader() -> Crypto2328 {
    provider(config("https://api.2328.io/api"))
}

fn read(body: Vec<u8>) -> Result<Notice, NoticeError> {
    reader().notices().unwrap().read(&raw(body), NOW)
}

#[test]
fn a_signed_callback_is_a_hint() {
    for (name, verdict, ours) in [
        ("paid", Verdict::Seen, true),
        ("overpaid", Verdict::Seen, true),
        ("check", Verdict::Pending, true),
        ("underpaid_check", Verdict::Pending, true),
        ("cancel", Verdict::Pending, true),
        ("brand_new_status", Verdict::Pending, true),
        ("unknown_field_and_thai", Verdict::Seen, true),
        ("order_of_a_stranger", Verdict::Seen, false),
    ] {
        let kept = read(fixture(&format!("webhook/{name}"))).unwrap().said;
        let hidden = r#""sign":"[hidden]""#;
        assert!(
            kept.as_ref()
                .is_some_and(|kept| kept.contains(UUID) && kept.contains(hidden)),
            "{name}"
        );
        let notice = Notice {
            said: kept,
            our_ref: ours.then(attempt),
            provider_ref: Some(UUID.to_owned()),
            verdict,
            strength: Strength::Signed,
        };
        assert_eq!(read(fixture(&format!("webhook/{name}"))), Ok(notice), "{name}");
    }
    // There is no time in it, so it reads the same every time; crediting once is the ledger's part.
    assert_eq!(read(fixture("webhook/paid")), read(fixture("webhook/paid")));
}

#[test]
fn what_is_not_signed_as_the_page_says_is_not_believed() {
    for name in ["payout_key", "keys_sorted", "amount_altered"] {
        let read = read(fixture(&format!("webhook/{name}")));
        assert_eq!(read, Err(NoticeError::BadSignature), "{name}");
    }
    for name in ["key_twice", "not_an_object", "html", "without_uuid"] {
        let read = read(fixture(&format!("webhook/{name}")));
        assert_eq!(read, Err(NoticeError::Unreadable), "{name}");
    }
    let unset = provider(Config {
        api_key: None,
        ..config("https://api.2328.io/api")
    });
    let read = NoticeReader::read(&unset, &raw(fixture("webhook/paid")), NOW);
    assert_eq!(read, Err(NoticeError::BadSignature));
}

#[test]
fn an_upper_case_signature_is_as_good() {
    let body = String::from_utf8(fixture("webhook/paid")).unwrap();
    let (content, sign) = body.split_once(r#""sign":""#).unwrap();
    let upper = format!(r#"{content}"sign":"{}"}}"#, sign[..64].to_ascii_uppercase());
    assert!(read(upper.into_bytes()).is_ok());
}

#[test]
fn a_body_beyond_64_kib_is_not_read() {
    let body = String::from_utf8(fixture("webhook/paid")).unwrap();
    let padded = |bytes: usize| format!("{}{}", body.trim_end(), " ".repeat(bytes - body.trim_end().len()));
    assert!(read(padded(64 * 1024).into_bytes()).is_ok());
    assert_eq!(
        read(padded(64 * 1024 + 1).into_bytes()),
        Err(NoticeError::Unreadable)
    );
}

#[test]
fn the_answer_tells_the_provider_whether_to_come_again() {
    let reader = reader();
    let notices = reader.notices().unwrap();
    assert!(!notices.account_wide());
    for (outcome, status) in [
        (NoticeOutcome::Stored, 200),
        (NoticeOutcome::BadSignature, 401),
        (NoticeOutcome::Unreadable, 400),
        (NoticeOutcome::UnknownAddress, 404),
        (NoticeOutcome::NotStored, 500),
    ] {
        assert_eq!(notices.answer(outcome).status, status, "{outcome:?}");
    }
    assert_eq!(notices.answer(NoticeOutcome::Stored).body, "ok");
}
