//! The connection test: names the first fault between this till and the account, and changes nothing there.

use super::wire::{Offer, Page};
use super::{OmiseTrueMoney, fault};
use crate::http::{Answer, CallError};
use keptang_ports::{Fault, ProviderError, TestReport};

/// Callbacks are refused at five minutes; a minute is worth setting right.
const CLOCK_SKEW_MS_MAX: i64 = 60_000;

impl OmiseTrueMoney {
    pub(super) async fn probe(&self) -> TestReport {
        let (mode_th, mode_en) = if self.profile.live {
            ("ใช้เงินจริง", "live")
        } else {
            ("ทดสอบ", "test")
        };
        TestReport {
            fault: self.first_fault().await.err(),
            message_th: format!("เชื่อมต่อ Omise ได้ บัญชีรับ TrueMoney QR ได้ (โหมด{mode_th})"),
            message_en: format!("Omise answers and the account takes TrueMoney QR ({mode_en} mode)."),
        }
    }

    async fn first_fault(&self) -> Result<(), Fault> {
        let offer =
            Offer::from_body(&self.ask("capability", "/capability").await?).ok_or_else(fault::unexpected)?;
        match offer {
            Offer::Offered => {}
            Offer::NotOffered => return Err(fault::method_not_offered()),
            Offer::OtherCurrencies => return Err(fault::no_baht()),
        }
        // What an account can do may be told to anybody; its charges are told to the secret key only.
        let charges = self.ask("charges", "/charges?limit=1").await?;
        Page::from_body(&charges).ok_or_else(fault::unexpected)?;
        let offset_ms = self.channel.clock_ahead_ms();
        if let Some(ahead_ms) = offset_ms.filter(|ms| ms.saturating_abs() > CLOCK_SKEW_MS_MAX) {
            return Err(fault::clock_skew(ahead_ms));
        }
        self.webhook_fault.clone().map_or(Ok(()), Err)
    }

    async fn ask(&self, endpoint: &'static str, path: &str) -> Result<Vec<u8>, Fault> {
        let answer = match self.raw_get(endpoint, path, self.channel.deadline()).await {
            Ok(answer) => answer.map_err(|error| match error {
                CallError::NotSent | CallError::Lost => fault::unreachable(),
                CallError::TooSoon { .. } => fault::too_many_requests(),
            })?,
            Err(ProviderError::Misconfigured(fault)) => return Err(*fault),
            Err(_) => return Err(fault::unexpected()),
        };
        match answer {
            Answer {
                status: 200..=299,
                body,
                ..
            } => Ok(body),
            Answer { status: 401, .. } => Err(fault::key_rejected()),
            Answer { status: 403, .. } => Err(fault::not_permitted()),
            Answer {
                status: 301 | 302 | 303 | 307 | 308 | 404,
                ..
            } => Err(fault::path_not_found()),
            Answer { status: 429, .. } => Err(fault::too_many_requests()),
            Answer { status: 500.., .. } => Err(fault::unreachable()),
            _ => Err(fault::unexpected()),
        }
    }
}
