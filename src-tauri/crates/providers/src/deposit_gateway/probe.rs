//! The connection test: names the first fault between this till and the account, and changes nothing there.
//!
//! The gateway has no health address. Asking for the balance is its only harmless call, and it needs all three keys.

use super::{DepositGateway, fault, map, wire};
use crate::http::{Answer, CallError};
use keptang_ports::{Fault, ProviderError, TestReport};

/// Beyond this the clock is worth setting right: days and deadlines are counted by it.
const CLOCK_SKEW_MS_MAX: i64 = 60_000;

impl DepositGateway {
    pub(super) async fn probe(&self) -> TestReport {
        TestReport {
            fault: self.first_fault().await.err(),
            message_th: "เชื่อมต่อเกตเวย์ฝากเงินได้ คีย์ทั้งสามใช้ได้ เกตเวย์นี้ถามสถานะไม่ได้ จะรู้ผลเมื่อเกตเวย์แจ้งมา".to_owned(),
            message_en: "The deposit gateway answers and takes all three keys. It cannot be asked about a payment: the \
                         till learns of it when the gateway calls."
                .to_owned(),
        }
    }

    async fn first_fault(&self) -> Result<(), Fault> {
        let answer = match self.balances().await {
            Ok(answer) => answer.map_err(|error| match error {
                CallError::NotSent | CallError::Lost => fault::unreachable(),
                CallError::TooSoon { .. } => fault::too_many_requests(),
            })?,
            Err(ProviderError::Misconfigured(fault)) => return Err(*fault),
            Err(_) => return Err(fault::unexpected()),
        };
        named(&answer)?;
        let offset_ms = self.channel.clock_ahead_ms();
        if let Some(ahead_ms) = offset_ms.filter(|ms| ms.saturating_abs() > CLOCK_SKEW_MS_MAX) {
            return Err(fault::clock_skew(ahead_ms));
        }
        if self.config.callbacks {
            Ok(())
        } else {
            Err(fault::callbacks_off())
        }
    }
}

/// The fault in an answer, if there is one.
fn named(answer: &Answer) -> Result<(), Fault> {
    let said = wire::detail(&answer.body)
        .unwrap_or_default()
        .to_ascii_lowercase();
    match answer.status {
        200..=299 if wire::is_balance(&answer.body) => Ok(()),
        401 | 403 => Err(map::not_permitted(answer.status, &said)),
        400 | 422 if said.contains("signature") => Err(fault::signature_rejected()),
        301 | 302 | 303 | 307 | 308 | 404 | 405 => Err(fault::path_not_found()),
        429 => Err(fault::too_many_requests()),
        500.. => Err(fault::unreachable()),
        _ => Err(fault::unexpected()),
    }
}
