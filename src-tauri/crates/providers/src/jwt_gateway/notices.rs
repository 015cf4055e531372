//! Callbacks (jwt-gateway.md §7): one address for each attempt, a token over the body, and where the order can be asked
//! for, a hint only: the key that signs travels with every request of ours.

use super::JwtGateway;
use super::map;
use super::wire::Order;
use crate::json::Object;
use keptang_domain::Timestamp;
use keptang_ports::{Notice, NoticeAnswer, NoticeError, NoticeOutcome, NoticeReader, RawNotice, Strength};

const BODY_BYTES_MAX: usize = 64 * 1024;

impl NoticeReader for JwtGateway {
    fn account_wide(&self) -> bool {
        false
    }

    fn read(&self, notice: &RawNotice, now: Timestamp) -> Result<Notice, NoticeError> {
        if notice.body.len() > BODY_BYTES_MAX {
            return Err(NoticeError::Unreadable);
        }
        let body = Object::parse(&notice.body).ok_or(NoticeError::Unreadable)?;
        let checker = self.checker.as_ref().ok_or(NoticeError::BadSignature)?;
        let claims = checker
            .claims(&body, now)
            .map_err(|_| NoticeError::BadSignature)?;
        let order = Order::read(&claims);
        let verdict = map::claim(&order, self.is_askable()).ok_or(NoticeError::NotAPayment)?;
        Ok(Notice {
            our_ref: order.attempt(),
            provider_ref: order.order_no,
            verdict,
            said: order.said,
            strength: Strength::Signed,
        })
    }

    fn answer(&self, outcome: NoticeOutcome) -> NoticeAnswer {
        let (status, message) = match outcome {
            NoticeOutcome::Stored => (200, "Success"),
            NoticeOutcome::BadSignature => (401, "Invalid signature"),
            NoticeOutcome::Unreadable => (400, "Unreadable"),
            NoticeOutcome::UnknownAddress => (404, "Not found"),
            NoticeOutcome::NotStored => (500, "Not stored"),
        };
        NoticeAnswer {
            status,
            content_type: "application/json",
            body: format!(r#"{{"code":{status},"message":"{message}"}}"#),
        }
    }
}
