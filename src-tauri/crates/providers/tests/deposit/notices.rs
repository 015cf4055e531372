//! Callbacks.

use super::*;
use keptang_domain::order::{Evidence, Reason, Source};
use keptang_domain::{CallbackToken, ProviderId, Tracking};
use keptang_ports::{
    Notice, NoticeError, NoticeOutcome, NoticeReader, PaymentProvider, RawNotice, Strength, Verdict,
};

fn raw(body: &[u8], token: Option<u128>) -> RawNotice {
    RawNotice {
        provider: ProviderId::DepositGateway,
        token: token.map(CallbackToken::from_bits),
        headers: vec![],
        body: body.to_vec(),
    }
}

fn read(body: &[u8]) -> Result<Notice, NoticeError> {
    provider(config("https://gateway.example")).read(&raw(body, Some(7)), NOW)
}

#[test]
fn a_success_names_its_order_its_reference_and_its_exact_amount() {
    for name in [
        "auto_success",
        "success",
        "success_other_case",
        "older_form",
        "amount_text",
    ] {
        let notice = read(&fixture(&format!("callback/{name}"))).unwrap();
        assert_eq!(notice.our_ref, Some(attempt()), "{name}");
        assert_eq!(notice.provider_ref.as_deref(), Some(REF), "{name}");
        assert_eq!(notice.strength, Strength::SecretPath, "{name}");
        let kept = notice.said.unwrap();
        assert!(
            kept.contains(REF) && !kept.contains("สมชาย") && !kept.contains("1234567890"),
            "{kept}"
        );
        let evidence = Evidence {
            key: REF.to_owned(),
            source: Source::Callback,
            amount: Money::from_satang(803_200),
            fee: Some(Money::from_satang(10_843)),
        };
        assert_eq!(notice.verdict, Verdict::Paid(evidence), "{name}");
    }
}

#[test]
fn every_other_word_is_no_success() {
    for (name, verdict) in [
        ("processing", Verdict::Pending),
        ("failed", Verdict::Declined(Reason::Declined)),
        ("unknown_status", Verdict::Unrecognised("REVERSED".to_owned())),
        ("no_amount", Verdict::Contradiction("amount")),
        ("no_reference", Verdict::Contradiction("reference")),
        ("no_order", Verdict::Contradiction("order")),
        ("no_type", Verdict::Contradiction("type")),
    ] {
        let notice = read(&fixture(&format!("callback/{name}"))).unwrap();
        assert_eq!(notice.verdict, verdict, "{name}");
    }
    let foreign = read(&fixture("callback/order_of_another_system")).unwrap();
    assert_eq!(
        (foreign.our_ref, foreign.verdict),
        (None, Verdict::Contradiction("order"))
    );
    assert_eq!(read(&fixture("callback/withdraw")), Err(NoticeError::NotAPayment));
}

#[test]
fn what_is_no_callback_is_unreadable() {
    for name in [
        "callback/malformed",
        "callback/duplicate_name",
        "callback/printed_with_comment",
        "error/html",
    ] {
        assert_eq!(read(&fixture(name)), Err(NoticeError::Unreadable), "{name}");
    }
    for body in ["", "null", "[]", "\"x\"", "7"] {
        assert_eq!(read(body.as_bytes()), Err(NoticeError::Unreadable), "{body}");
    }
    let mut large = fixture("callback/auto_success");
    large.resize(64 * 1024, b' ');
    assert!(read(&large).is_ok());
    large.push(b' ');
    assert_eq!(read(&large), Err(NoticeError::Unreadable));
}

#[test]
fn without_a_secret_address_anyone_could_have_sent_it() {
    let body = fixture("callback/auto_success");
    let notice = provider(config("https://gateway.example"))
        .read(&raw(&body, None), NOW)
        .unwrap();
    assert_eq!(notice.strength, Strength::Weak);
}

#[test]
fn the_gateway_is_told_what_the_page_promises() {
    let provider = provider(config("https://gateway.example"));
    assert!(!provider.account_wide());
    for (outcome, status, body) in [
        (NoticeOutcome::Stored, 200, r#"{"status":"ok"}"#),
        (NoticeOutcome::UnknownAddress, 404, r#"{"status":"not found"}"#),
        (NoticeOutcome::Unreadable, 400, r#"{"status":"unreadable"}"#),
        (NoticeOutcome::BadSignature, 401, r#"{"status":"bad signature"}"#),
        (NoticeOutcome::NotStored, 500, r#"{"status":"not stored"}"#),
    ] {
        let answer = provider.answer(outcome);
        assert_eq!((answer.status, answer.body.as_str()), (status, body));
        assert_eq!(answer.content_type, "application/json");
    }
}

#[test]
fn it_says_that_it_cannot_be_asked() {
    let listening = provider(Config {
        slips: true,
        ..config("https://gateway.example")
    });
    assert_eq!(
        listening.profile().tracking,
        [
            Tracking::Callback,
            Tracking::Resend,
            Tracking::Slip,
            Tracking::Person
        ]
    );
    assert!(listening.status().is_none() && listening.lookup().is_none());
    assert!(listening.cancel().is_none() && listening.refunds().is_none());
    assert!(listening.statement().is_none() && listening.payouts().is_none());
    assert!(listening.resend().is_some() && listening.notices().is_some());
    assert_eq!(listening.id(), ProviderId::DepositGateway);
    assert!(listening.profile().live && listening.profile().own_life_ms.is_none());

    let deaf = provider(Config {
        callbacks: false,
        live: false,
        ..config("https://gateway.example")
    });
    assert_eq!(deaf.profile().tracking, [Tracking::Person]);
    assert!(deaf.resend().is_none() && !deaf.profile().live);
}
