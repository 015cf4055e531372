//! The connection test: names the first fault between this till and the account. It asks how the account stands, which
//! proves address, key, IP address and account, and uses up no check.

use super::calls::{self, Endpoint};
use super::wire::Info;
use super::{EasySlip, fault, map};
use keptang_ports::{Allowance, Fault, SlipAccount, SlipError, TestReport};

impl EasySlip {
    pub(super) async fn probe(&self) -> TestReport {
        let found = self.first_fault().await;
        let left = match found.as_ref().map(|account| account.quota.remaining) {
            Ok(Allowance::Checks(left)) => {
                Some((format!(" เหลือ {left} ครั้ง"), format!(" {left} checks are left.")))
            }
            Ok(Allowance::Unlimited) => {
                Some((" ไม่จำกัดจำนวน".to_owned(), " Checks are unlimited.".to_owned()))
            }
            Ok(Allowance::Unknown) | Err(_) => None,
        };
        let (left_th, left_en) = left.unwrap_or_default();
        TestReport {
            fault: found.err(),
            message_th: format!("เชื่อมต่อ EasySlip ได้ คีย์ใช้ได้ และบัญชีเปิดอยู่{left_th}"),
            message_en: format!("EasySlip takes the key and the account is open.{left_en}"),
        }
    }

    async fn first_fault(&self) -> Result<SlipAccount, Fault> {
        let answer = self.send(Endpoint::Info, None).await.map_err(named)?;
        if matches!(answer.status, 301 | 302 | 303 | 307 | 308 | 404 | 405) {
            return Err(fault::path_not_found());
        }
        let data = calls::data(answer).map_err(named)?;
        let account = map::account(Info::read(&data), self.channel.now());
        self.remember(account.quota);
        if account.is_branch_active == Some(false) {
            return Err(fault::branch_inactive().fault);
        }
        if account.quota.is_used_up() {
            return Err(fault::quota_gone());
        }
        let offset_ms = self.channel.clock_ahead_ms();
        match offset_ms.filter(|ms| ms.saturating_abs() > fault::CLOCK_SKEW_MS_MAX) {
            Some(ahead_ms) => Err(fault::clock_skew(ahead_ms)),
            None => Ok(account),
        }
    }
}

fn named(error: SlipError) -> Fault {
    match error {
        SlipError::Misconfigured(fault) => fault.fault,
        SlipError::QuotaExceeded => fault::quota_gone(),
        SlipError::Throttled { .. } => fault::too_many_requests(),
        SlipError::NotSent | SlipError::OutcomeUnknown | SlipError::Unavailable { .. } => {
            fault::unreachable()
        }
        SlipError::NotFound
        | SlipError::Pending
        | SlipError::NoSlipInPicture
        | SlipError::PictureRefused
        | SlipError::OtherReceiver
        | SlipError::OtherAmount
        | SlipError::BadQuestion { .. }
        | SlipError::Unusable { .. } => fault::unexpected(),
    }
}
