//! Callbacks (deposit-gateway.md §6): one secret address for each attempt and no signature, so what comes there counts
//! only when order, reference and amount are exactly ours. They are compared by the till, which knows them.

use super::DepositGateway;
use super::map;
use super::wire::Callback;
use keptang_domain::Timestamp;
use keptang_ports::{Notice, NoticeAnswer, NoticeError, NoticeOutcome, NoticeReader, RawNotice, Strength};

const BODY_BYTES_MAX: usize = 64 * 1024;

impl NoticeReader for DepositGateway {
    fn account_wide(&self) -> bool {
        false
    }

    fn read(&self, notice: &RawNotice, _now: Timestamp) -> Result<Notice, NoticeError> {
        if notice.body.len() > BODY_BYTES_MAX {
            return Err(NoticeError::Unreadable);
        }
        let callback = Callback::from_body(&notice.body).ok_or(NoticeError::Unreadable)?;
        let verdict = map::verdict(&callback).ok_or(NoticeError::NotAPayment)?;
        tracing::debug!(
            status = %crate::words::printable(callback.status.as_deref().unwrap_or_default()),
            description = ?callback.status_desc.as_deref().and_then(crate::words::sentence),
            "deposit callback"
        );
        Ok(Notice {
            our_ref: callback.attempt(),
            provider_ref: callback.ref_id,
            verdict,
            said: callback.said,
            // Without the secret of the address anyone could have sent it.
            strength: match notice.token {
                Some(_) => Strength::SecretPath,
                None => Strength::Weak,
            },
        })
    }

    fn answer(&self, outcome: NoticeOutcome) -> NoticeAnswer {
        let (status, word) = match outcome {
            NoticeOutcome::Stored => (200, "ok"),
            NoticeOutcome::BadSignature => (401, "bad signature"),
            NoticeOutcome::Unreadable => (400, "unreadable"),
            NoticeOutcome::UnknownAddress => (404, "not found"),
            NoticeOutcome::NotStored => (500, "not stored"),
        };
        NoticeAnswer {
            status,
            content_type: "application/json",
            body: format!(r#"{{"status":"{word}"}}"#),
        }
    }
}
