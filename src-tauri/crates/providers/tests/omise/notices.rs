use super::*;
use hmac::{Hmac, KeyInit, Mac};
use keptang_domain::{ProviderId, Tracking};
use keptang_ports::{
    NoticeError, NoticeOutcome, NoticeReader, PaymentProvider, RawNotice, Strength, Verdict,
};
use sha2::Sha256;

const S1: &str = "b21pc2Utc2ltLXdlYmhvb2stc2VjcmV0LTAwMDAwMDE=";
const S1_BYTES: &[u8] = b"omise-sim-webhook-secret-0000001";
const B1: &str = r#"{"object":"event","id":"evnt_test_000000000000000001a","key":"charge.complete","data":{"object":"charge","id":"chrg_test_000000000000000001a","status":"successful"}}"#;
const S1_B1: &str = "b3c256af512b2b22af0bf192de77bee17dd8bc397abe00649ff9eccf7a1d1398";
const S2_B1: &str = "6b6d3f92aca9834564d790020c64d9635fa6e05f66d40ee42346fe74cc4d1f96";
const AT_MS: i64 = 1_760_000_000_000;

fn listening() -> OmiseTrueMoney {
    provider(Config {
        webhook_secret: Secret::new(S1),
        callbacks: true,
        ..config("https://api.omise.co")
    })
}

fn notice(headers: &[(&str, &str)], body: &[u8]) -> RawNotice {
    RawNotice {
        provider: ProviderId::OmiseTrueMoney,
        token: None,
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: body.to_vec(),
    }
}

fn signed(body: &[u8]) -> RawNotice {
    let mut mac = Hmac::<Sha256>::new_from_slice(S1_BYTES).unwrap();
    mac.update(b"1760000000.");
    mac.update(body);
    let signature = hex::encode(mac.finalize().into_bytes());
    notice(
        &[
            ("omise-signature", &signature),
            ("omise-signature-timestamp", "1760000000"),
        ],
        body,
    )
}

fn read(notice: &RawNotice, now_ms: i64) -> Result<keptang_ports::Notice, NoticeError> {
    listening().read(notice, Timestamp::from_ms(now_ms))
}

#[test]
fn the_vector_is_believed_and_what_it_says_is_a_hint() {
    let both = format!("{S2_B1}, {S1_B1}");
    let upper = S1_B1.to_ascii_uppercase();
    for signature in [S1_B1, &both, &upper] {
        let headers = [
            ("omise-signature", signature),
            ("omise-signature-timestamp", "1760000000"),
        ];
        let read = read(&notice(&headers, B1.as_bytes()), AT_MS).unwrap();
        let kept = read.said.unwrap();
        assert!(kept.contains(r#""status":"successful""#), "{kept}");
        assert_eq!(
            read.provider_ref.as_deref(),
            Some("chrg_test_000000000000000001a")
        );
        assert_eq!(
            (read.our_ref, read.verdict, read.strength),
            (None, Verdict::Seen, Strength::Signed)
        );
    }
    let two_headers = [
        ("omise-signature", S2_B1),
        ("omise-signature", S1_B1),
        ("omise-signature-timestamp", "1760000000"),
    ];
    assert!(read(&notice(&two_headers, B1.as_bytes()), AT_MS).is_ok());
}

#[test]
fn whatever_is_not_signed_now_by_omise_is_refused() {
    let at = ("omise-signature-timestamp", "1760000000");
    let right = ("omise-signature", S1_B1);
    let altered = B1.replace("successful", "Successful");
    for (headers, body, now_ms) in [
        (vec![at], B1, AT_MS),
        (vec![right], B1, AT_MS),
        (vec![], B1, AT_MS),
        (vec![right, at], altered.as_str(), AT_MS),
        (
            vec![right, ("omise-signature-timestamp", "1760000001")],
            B1,
            AT_MS,
        ),
        (vec![("omise-signature", S2_B1), at], B1, AT_MS),
        (vec![("omise-signature", ""), at], B1, AT_MS),
        (vec![right, at], B1, AT_MS + 600_000),
        (vec![right, at], B1, AT_MS - 600_000),
    ] {
        assert_eq!(
            read(&notice(&headers, body.as_bytes()), now_ms),
            Err(NoticeError::BadSignature),
            "{headers:?}"
        );
    }
    let deaf = provider(config("https://api.omise.co"));
    assert_eq!(
        deaf.read(&signed(B1.as_bytes()), Timestamp::from_ms(AT_MS)),
        Err(NoticeError::BadSignature)
    );
}

#[test]
fn every_event_of_the_page_is_read() {
    let reads = |name: &str| read(&signed(&fixture(&format!("event/{name}"))), AT_MS);
    for (name, verdict) in [
        ("charge_complete_successful", Verdict::Seen),
        ("charge_complete_2017_11_02", Verdict::Seen),
        ("charge_complete_failed", Verdict::Pending),
        ("charge_create", Verdict::Pending),
    ] {
        let notice = reads(name).unwrap();
        assert_eq!(
            (notice.provider_ref.as_deref(), notice.our_ref),
            (Some(CHARGE), Some(attempt())),
            "{name}"
        );
        assert_eq!(notice.verdict, verdict, "{name}");
    }
    for name in ["deleted_stub", "refund", "other_mode"] {
        assert_eq!(reads(name), Err(NoticeError::NotAPayment), "{name}");
    }
    assert_eq!(reads("charge_without_id"), Err(NoticeError::Unreadable));
    for body in [
        "",
        "{",
        "[]",
        "null",
        r#"{"object":"charge"}"#,
        r#"{"object":"event","key":"charge.complete"}"#,
    ] {
        assert_eq!(
            read(&signed(body.as_bytes()), AT_MS),
            Err(NoticeError::Unreadable),
            "{body}"
        );
    }
    let large = vec![b' '; 64 * 1024 + 1];
    assert_eq!(read(&signed(&large), AT_MS), Err(NoticeError::Unreadable));
}

#[test]
fn answers_are_what_omise_expects() {
    let provider = listening();
    let answered = |outcome| provider.answer(outcome).status;
    assert!(provider.account_wide());
    assert_eq!(provider.answer(NoticeOutcome::Stored).body, "ok");
    for (outcome, status) in [
        (NoticeOutcome::Stored, 200),
        (NoticeOutcome::BadSignature, 401),
        (NoticeOutcome::Unreadable, 400),
        (NoticeOutcome::UnknownAddress, 404),
        (NoticeOutcome::NotStored, 500),
    ] {
        assert_eq!(answered(outcome), status);
    }
}

#[test]
fn callbacks_are_claimed_only_where_they_can_be_believed() {
    let tracking = |config: Config| provider(config).profile().tracking.clone();
    let base = || config("https://api.omise.co");
    assert_eq!(tracking(base()), [Tracking::Poll, Tracking::Person]);
    assert_eq!(
        tracking(Config {
            callbacks: true,
            ..base()
        }),
        [Tracking::Poll, Tracking::Person]
    );
    let garbled = Config {
        callbacks: true,
        webhook_secret: Secret::new("not base64!"),
        ..base()
    };
    assert_eq!(tracking(garbled), [Tracking::Poll, Tracking::Person]);
    let full = Config {
        callbacks: true,
        slips: true,
        webhook_secret: Secret::new(S1),
        ..base()
    };
    assert_eq!(
        tracking(full),
        [
            Tracking::Poll,
            Tracking::Callback,
            Tracking::Slip,
            Tracking::Person
        ]
    );
}

#[test]
fn limits_mode_and_life_are_the_page_s() {
    let provider = provider(Config::new(Secret::new("skey_test_1")));
    let profile = provider.profile();
    assert_eq!((profile.min.satang(), profile.max.satang()), (10_000, 5_000_000));
    assert_eq!(
        (profile.own_life_ms, profile.requests_per_second, profile.live),
        (Some(900_000), 5, false)
    );
    assert_eq!(profile.fault, None);
    let live = Config {
        secret_key: Secret::new("skey_5abc"),
        ..config("https://api.omise.co")
    };
    assert!(super::provider(live).profile().live);
}
