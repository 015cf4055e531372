//! Callbacks (crypto-2328.md §6): one address for each attempt, signed inside the JSON, and only ever a hint. There is
//! no time in them, so an old one may come again; what it says is asked about before anything moves.

use super::Crypto2328;
use super::map;
use super::sign::Distrust;
use super::wire::Payment;
use keptang_domain::Timestamp;
use keptang_ports::{
    Notice, NoticeAnswer, NoticeError, NoticeOutcome, NoticeReader, RawNotice, Strength, Verdict,
};

const BODY_BYTES_MAX: usize = 64 * 1024;

impl NoticeReader for Crypto2328 {
    fn account_wide(&self) -> bool {
        false
    }

    fn read(&self, notice: &RawNotice, _now: Timestamp) -> Result<Notice, NoticeError> {
        if notice.body.len() > BODY_BYTES_MAX {
            return Err(NoticeError::Unreadable);
        }
        // Without a key nothing can be believed.
        let terms = self.terms.as_ref().map_err(|_| NoticeError::BadSignature)?;
        let content = terms
            .key
            .verified(&notice.body)
            .map_err(|distrust| match distrust {
                Distrust::Unreadable => NoticeError::Unreadable,
                Distrust::BadSignature => NoticeError::BadSignature,
            })?;
        let payment = Payment::read(&content).ok_or(NoticeError::Unreadable)?;
        let verdict = if map::claims_success(&payment) {
            Verdict::Seen
        } else {
            Verdict::Pending
        };
        Ok(Notice {
            our_ref: payment.order_id.as_deref().and_then(|id| id.parse().ok()),
            provider_ref: Some(payment.uuid),
            verdict,
            said: payment.said,
            strength: Strength::Signed,
        })
    }

    fn answer(&self, outcome: NoticeOutcome) -> NoticeAnswer {
        let (status, body) = match outcome {
            NoticeOutcome::Stored => (200, "ok"),
            NoticeOutcome::BadSignature => (401, "bad signature"),
            NoticeOutcome::Unreadable => (400, "unreadable"),
            NoticeOutcome::UnknownAddress => (404, "not found"),
            NoticeOutcome::NotStored => (500, "retry later"),
        };
        NoticeAnswer {
            status,
            content_type: "text/plain",
            body: body.to_owned(),
        }
    }
}
