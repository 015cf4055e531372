//! The signature of a callback (omise-truemoney.md §5): HMAC-SHA256 over `<timestamp>.<raw body>`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use keptang_domain::Timestamp;
use sha2::Sha256;

/// The webhook secret, decoded.
pub(super) struct WebhookKey(Hmac<Sha256>);

impl WebhookKey {
    /// Decodes the secret as the dashboard shows it.
    pub(super) fn decode(base64: &str) -> Option<Self> {
        let bytes = STANDARD.decode(base64).ok().filter(|bytes| !bytes.is_empty())?;
        Hmac::new_from_slice(&bytes).ok().map(Self)
    }

    /// Whether one of the comma-separated signatures is right. After the owner rolls the secret, Omise sends two for
    /// a day; what is no signature by its form is passed over.
    pub(super) fn verify(&self, signatures: &str, timestamp: &str, body: &[u8]) -> bool {
        let mut message = self.0.clone();
        message.update(timestamp.as_bytes());
        message.update(b".");
        message.update(body);
        signatures
            .split(',')
            .map(str::trim)
            .filter(|entry| entry.len() == 64)
            .any(|entry| {
                // `verify_slice` takes the same time wherever the first difference is.
                hex::decode(entry).is_ok_and(|signature| message.clone().verify_slice(&signature).is_ok())
            })
    }
}

/// Whether a signature's time, in Unix seconds, is close enough to now.
pub(super) fn is_fresh(timestamp: &str, now: Timestamp, freshness_ms: i64) -> bool {
    let digits_only =
        (1..=12).contains(&timestamp.len()) && timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let Some(seconds) = digits_only.then(|| timestamp.parse::<i64>().ok()).flatten() else {
        return false;
    };
    let signed_at = Timestamp::from_ms(seconds.saturating_mul(1_000));
    now.ms_since(signed_at).saturating_abs() <= freshness_ms
}

#[cfg(test)]
mod tests {
    use super::*;

    const S1: &str = "b21pc2Utc2ltLXdlYmhvb2stc2VjcmV0LTAwMDAwMDE=";
    const S2: &str = "b21pc2Utc2ltLXdlYmhvb2stc2VjcmV0LTAwMDAwMDI=";
    const AT: &str = "1760000000";
    const B1: &str = r#"{"object":"event","id":"evnt_test_000000000000000001a","key":"charge.complete","data":{"object":"charge","id":"chrg_test_000000000000000001a","status":"successful"}}"#;
    const B2: &str = r#"{"object":"event","key":"charge.complete","data":{"description":"กาแฟเย็น 1 แก้ว"}}"#;
    const S1_B1: &str = "b3c256af512b2b22af0bf192de77bee17dd8bc397abe00649ff9eccf7a1d1398";
    const S2_B1: &str = "6b6d3f92aca9834564d790020c64d9635fa6e05f66d40ee42346fe74cc4d1f96";
    const S1_NOT_DECODED_B1: &str = "688e020c39a02995fb4dab09a2053d94110d608402e6f90a88717cbe23c19718";
    const S1_B2: &str = "e085b99ead2840e578547308705b1fba3b10ea6464a6cc4e3e20c13fd64551b2";

    fn verify(secret: &str, signatures: &str, timestamp: &str, body: &str) -> bool {
        WebhookKey::decode(secret)
            .unwrap()
            .verify(signatures, timestamp, body.as_bytes())
    }

    #[test]
    fn the_vectors_of_the_page_hold() {
        assert!(verify(S1, S1_B1, AT, B1));
        assert!(verify(S2, S2_B1, AT, B1));
        assert!(verify(S1, S1_B2, AT, B2));
        assert!(!verify(S1, S1_NOT_DECODED_B1, AT, B1));
    }

    #[test]
    fn one_right_signature_of_several_is_enough() {
        assert!(verify(S1, &format!("{S2_B1}, {S1_B1}"), AT, B1));
        assert!(verify(S1, &format!("{S1_B1},{S2_B1}"), AT, B1));
        assert!(verify(S1, &format!("nonsense,,{S1_B1}"), AT, B1));
        assert!(verify(S1, &S1_B1.to_ascii_uppercase(), AT, B1));
    }

    #[test]
    fn whatever_is_altered_is_rejected() {
        assert!(!verify(S1, S2_B1, AT, B1), "another secret");
        assert!(
            !verify(S1, S1_B1, AT, &B1.replace("successful", "successfuL")),
            "another body"
        );
        assert!(!verify(S1, S1_B1, AT, B2), "another body");
        assert!(!verify(S1, S1_B1, "1760000001", B1), "another time");
        assert!(
            !verify(S1, S1_B1, "01760000000", B1),
            "another writing of the time"
        );
        for broken in [
            "",
            ",",
            &S1_B1[..63],
            &format!("{S1_B1}0"),
            &format!("sha256={S1_B1}"),
            &"g".repeat(64),
        ] {
            assert!(!verify(S1, broken, AT, B1), "{broken}");
        }
    }

    #[test]
    fn a_secret_is_base64_of_something() {
        for secret in ["", "not base64!", "b21pc2U"] {
            assert!(WebhookKey::decode(secret).is_none(), "{secret}");
        }
    }

    #[test]
    fn five_minutes_either_way_are_fresh() {
        let at_ms = 1_760_000_000_000;
        for (now_ms, timestamp, fresh) in [
            (at_ms, AT, true),
            (at_ms + 300_000, AT, true),
            (at_ms + 300_001, AT, false),
            (at_ms - 300_000, AT, true),
            (at_ms - 300_001, AT, false),
            (at_ms + 600_000, AT, false),
            (at_ms, "1760000000.0", false),
            (at_ms, "+1760000000", false),
            (at_ms, "-1760000000", false),
            (at_ms, "", false),
            (at_ms, "9999999999999999999", false),
        ] {
            assert_eq!(
                is_fresh(timestamp, Timestamp::from_ms(now_ms), 300_000),
                fresh,
                "{timestamp} at {now_ms}"
            );
        }
    }
}
