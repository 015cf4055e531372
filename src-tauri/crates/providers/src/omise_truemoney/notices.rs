//! Callbacks (omise-truemoney.md §5): one address for the whole account, signed, and only ever a hint.

use super::OmiseTrueMoney;
use super::sign::is_fresh;
use super::wire::Event;
use keptang_domain::Timestamp;
use keptang_ports::{
    Notice, NoticeAnswer, NoticeError, NoticeOutcome, NoticeReader, RawNotice, Strength, Verdict,
};

const BODY_BYTES_MAX: usize = 64 * 1024;
const SIGNATURE: &str = "omise-signature";
const SIGNED_AT: &str = "omise-signature-timestamp";

impl OmiseTrueMoney {
    fn is_signed(&self, notice: &RawNotice, now: Timestamp) -> bool {
        let (Some(key), Some(signed_at)) = (&self.webhook_key, notice.header(SIGNED_AT)) else {
            return false;
        };
        // Two signatures may come as one header with a comma or as two headers (RFC 9110 §5.3).
        let values = notice
            .headers
            .iter()
            .filter(|(name, _)| name == SIGNATURE)
            .map(|(_, value)| value.as_str());
        let signatures = values.collect::<Vec<_>>().join(",");
        is_fresh(signed_at, now, self.config.freshness_ms) && key.verify(&signatures, signed_at, &notice.body)
    }
}

impl NoticeReader for OmiseTrueMoney {
    fn account_wide(&self) -> bool {
        true
    }

    fn read(&self, notice: &RawNotice, now: Timestamp) -> Result<Notice, NoticeError> {
        if notice.body.len() > BODY_BYTES_MAX {
            return Err(NoticeError::Unreadable);
        }
        if !self.is_signed(notice, now) {
            return Err(NoticeError::BadSignature);
        }
        match Event::from_body(&notice.body).ok_or(NoticeError::Unreadable)? {
            // An event of the other mode is none of ours, whatever it says.
            Event::Charge {
                livemode: Some(live), ..
            } if live != self.profile.live => Err(NoticeError::NotAPayment),
            Event::Charge {
                key,
                id,
                status,
                attempt,
                said,
                ..
            } => {
                let complete = key.as_deref() == Some("charge.complete");
                let successful = status.as_deref() == Some("successful");
                let verdict = if complete && successful {
                    Verdict::Seen
                } else {
                    Verdict::Pending
                };
                Ok(Notice {
                    our_ref: attempt,
                    provider_ref: Some(id),
                    verdict,
                    strength: Strength::Signed,
                    said,
                })
            }
            Event::Else => Err(NoticeError::NotAPayment),
        }
    }

    fn answer(&self, outcome: NoticeOutcome) -> NoticeAnswer {
        let (status, body) = match outcome {
            NoticeOutcome::Stored => (200, "ok"),
            NoticeOutcome::BadSignature => (401, "bad signature"),
            NoticeOutcome::Unreadable => (400, "unreadable"),
            NoticeOutcome::UnknownAddress => (404, "not found"),
            NoticeOutcome::NotStored => (500, "not stored"),
        };
        NoticeAnswer {
            status,
            content_type: "text/plain",
            body: body.to_owned(),
        }
    }
}
