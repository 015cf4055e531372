//! Callbacks.

use super::*;
use keptang_domain::order::{Evidence, Source};
use keptang_domain::{CallbackToken, ProviderId, Tracking};
use keptang_ports::{
    Notice, NoticeError, NoticeOutcome, NoticeReader, PaymentProvider, RawNotice, Strength, Verdict,
};
use keptang_providers::jwt_gateway::{CallbackSignature, Paths};

fn raw(body: &[u8]) -> RawNotice {
    RawNotice {
        provider: ProviderId::JwtGateway,
        token: Some(CallbackToken::from_bits(7)),
        headers: vec![],
        body: body.to_vec(),
    }
}

fn listening() -> JwtGateway {
    provider(config("https://gateway.example/api/v1"))
}

fn read(name: &str) -> Result<Notice, NoticeError> {
    listening().read(&raw(&fixture(&format!("callback/{name}"))), NOW)
}

#[test]
fn a_proven_callback_is_a_hint_that_names_its_order() {
    for (name, verdict) in [
        ("completed", Verdict::Seen),
        ("unsorted_payload", Verdict::Seen),
        ("with_iat", Verdict::Seen),
        ("timestamp_number", Verdict::Seen),
        ("numbers_otherwise_written", Verdict::Seen),
        ("fee_off", Verdict::Seen),
        ("pending", Verdict::Pending),
        ("failed", Verdict::Pending),
        ("expired", Verdict::Pending),
        ("unknown_status", Verdict::Unrecognised("reversed".to_owned())),
    ] {
        let notice = read(name).unwrap();
        assert_eq!(notice.our_ref, Some(attempt()), "{name}");
        assert_eq!(notice.provider_ref.as_deref(), Some(DP), "{name}");
        let kept = notice.said.unwrap();
        assert!(kept.contains(DP), "{kept}");
        assert_eq!(
            (notice.verdict, notice.strength),
            (verdict, Strength::Signed),
            "{name}"
        );
    }
    let foreign = read("page_example").unwrap();
    assert_eq!((foreign.our_ref, foreign.verdict), (None, Verdict::Seen));
    assert_eq!(read("withdrawal"), Err(NoticeError::NotAPayment));
}

#[test]
fn where_the_order_cannot_be_asked_for_the_callback_is_all_there_is() {
    let alone = provider(Config {
        paths: Paths {
            order_query: None,
            ..Paths::default()
        },
        ..config("https://gateway.example/api/v1")
    });
    let notice = alone.read(&raw(&fixture("callback/completed")), NOW).unwrap();
    let evidence = Evidence {
        key: DP.to_owned(),
        source: Source::Callback,
        amount: Money::from_satang(100_000),
        fee: Some(Money::from_satang(500)),
    };
    assert_eq!(notice.verdict, Verdict::Paid(evidence));
    let notice = alone.read(&raw(&fixture("callback/expired")), NOW).unwrap();
    assert_eq!(notice.verdict, Verdict::Lapsed);
}

#[test]
fn forged_altered_and_unreadable_callbacks_are_refused() {
    for name in [
        "altered_amount",
        "altered_status",
        "altered_agent",
        "altered_fee",
        "added_field",
        "token_of_another",
        "wrong_key",
        "alg_none",
        "kid",
        "jku",
        "no_signature",
        "exp_past",
    ] {
        assert_eq!(read(name), Err(NoticeError::BadSignature), "{name}");
    }
    for name in ["duplicate_name", "malformed"] {
        assert_eq!(read(name), Err(NoticeError::Unreadable), "{name}");
    }
    for body in ["", "null", "[]", "\"x\"", "<html></html>"] {
        let answer = listening().read(&raw(body.as_bytes()), NOW);
        assert_eq!(answer, Err(NoticeError::Unreadable), "{body}");
    }
    let mut large = fixture("callback/completed");
    large.resize(64 * 1024, b' ');
    assert!(listening().read(&raw(&large), NOW).is_ok());
    large.push(b' ');
    assert_eq!(listening().read(&raw(&large), NOW), Err(NoticeError::Unreadable));
}

#[test]
fn the_weaker_rule_takes_only_what_the_token_says() {
    let core = provider(Config {
        callback_signature: CallbackSignature::CoreFields,
        ..config("https://gateway.example/api/v1")
    });
    for name in ["altered_fee", "added_field", "core_only_signed"] {
        let notice = core
            .read(&raw(&fixture(&format!("callback/{name}"))), NOW)
            .unwrap();
        assert_eq!(
            (notice.our_ref, notice.verdict),
            (Some(attempt()), Verdict::Seen),
            "{name}"
        );
    }
    for name in ["altered_amount", "altered_status", "removed_status"] {
        let answer = core.read(&raw(&fixture(&format!("callback/{name}"))), NOW);
        assert_eq!(answer, Err(NoticeError::BadSignature), "{name}");
    }
}

#[test]
fn a_till_without_a_key_believes_nobody() {
    let keyless = provider(Config {
        api_key: None,
        ..config("https://gateway.example/api/v1")
    });
    for name in ["completed", "empty_key"] {
        let answer = keyless.read(&raw(&fixture(&format!("callback/{name}"))), NOW);
        assert_eq!(answer, Err(NoticeError::BadSignature), "{name}");
    }
}

#[test]
fn the_gateway_is_told_what_the_page_promises() {
    let provider = listening();
    assert!(!provider.account_wide());
    for (outcome, status, body) in [
        (NoticeOutcome::Stored, 200, r#"{"code":200,"message":"Success"}"#),
        (
            NoticeOutcome::BadSignature,
            401,
            r#"{"code":401,"message":"Invalid signature"}"#,
        ),
        (
            NoticeOutcome::Unreadable,
            400,
            r#"{"code":400,"message":"Unreadable"}"#,
        ),
        (
            NoticeOutcome::UnknownAddress,
            404,
            r#"{"code":404,"message":"Not found"}"#,
        ),
        (
            NoticeOutcome::NotStored,
            500,
            r#"{"code":500,"message":"Not stored"}"#,
        ),
    ] {
        let answer = provider.answer(outcome);
        assert_eq!((answer.status, answer.body.as_str()), (status, body));
        assert_eq!(answer.content_type, "application/json");
    }
}

#[test]
fn what_it_can_do_is_what_it_has() {
    let provider = provider(Config {
        slips: true,
        ..config("https://gateway.example/api/v1")
    });
    let profile = provider.profile();
    assert_eq!(
        profile.tracking,
        [
            Tracking::Poll,
            Tracking::Callback,
            Tracking::Slip,
            Tracking::Person
        ]
    );
    assert_eq!((profile.min.satang(), profile.max), (100, Money::LARGEST_SALE));
    assert!(profile.live && profile.fault.is_none());
    assert_eq!(provider.id(), ProviderId::JwtGateway);
    assert!(provider.status().is_some() && provider.lookup().is_some());
    assert!(provider.statement().is_some() && provider.payouts().is_some());
    assert!(provider.cancel().is_none() && provider.refunds().is_none() && provider.resend().is_none());
}
