//! The list of payments, for reconciliation (crypto-2328.md §5).

use super::json::Json;
use super::map::printable;
use super::wire::{Body, Page, Payment};
use super::{Crypto2328, calls};
use crate::act::Act;
use async_trait::async_trait;
use keptang_domain::Timestamp;
use keptang_ports::{PaymentRef, ProviderError, Statement, StatementLine};
use std::collections::BTreeSet;

const PER_PAGE: u16 = 100;
/// A shop makes a few thousand payments a day; a list that goes on beyond this is none.
const PAGES_MAX: u32 = 1_000;
/// In which zone the provider counts its days is not known, so a day more is asked for on each side.
const DAY_MS: i64 = 86_400_000;

#[async_trait]
impl Statement for Crypto2328 {
    async fn list(
        &self,
        from: Timestamp,
        to: Timestamp,
        _known: &[PaymentRef],
    ) -> Result<Vec<StatementLine>, ProviderError> {
        let (date_from, date_to) = (
            from.plus_ms(-DAY_MS).bangkok_day(),
            to.plus_ms(DAY_MS).bangkok_day(),
        );
        let mut seen = BTreeSet::new();
        let mut lines = Vec::new();
        for page in 1..=PAGES_MAX {
            let body = Body::new()
                .text("date_from", &date_from.to_string())
                .text("date_to", &date_to.to_string())
                .whole("page", page)
                .whole("per_page", PER_PAGE.into())
                .bytes();
            let result = self
                .post(Act::Repeatable, calls::LIST, body, self.channel.deadline())
                .await?;
            let page = Page::read(&result, page, PER_PAGE.into()).ok_or(ProviderError::Unavailable)?;
            let mut fresh = false;
            for (line, uuid) in page.items.iter().filter_map(line) {
                // Payments made while we read push others onto the next page, where they come a second time.
                if seen.insert(uuid) {
                    fresh = true;
                    lines.push(line);
                }
            }
            if !page.more {
                lines.retain(|line| line.created_at.is_none_or(|at| from <= at && at < to));
                return Ok(lines);
            }
            // A list that promises more and brings nothing new is not the whole truth.
            if !fresh {
                return Err(ProviderError::Unavailable);
            }
        }
        Err(ProviderError::Unavailable)
    }
}

fn line(item: &Json) -> Option<(StatementLine, String)> {
    let payment = Payment::read(item)?;
    let in_baht = payment
        .currency
        .as_deref()
        .is_some_and(|word| word.eq_ignore_ascii_case("THB"));
    // The money came, and is still the shop's: a refund that runs or failed has not taken it away.
    let paid = matches!(
        payment.status.as_deref(),
        Some("paid" | "overpaid" | "refund_process" | "refund_fail")
    );
    let line = StatementLine {
        provider_ref: payment.uuid.clone(),
        our_ref: payment.order_id.as_deref().and_then(|id| id.parse().ok()),
        created_at: payment.created_at_ms.map(Timestamp::from_ms),
        amount: payment
            .amount
            .filter(|_| in_baht)
            .and_then(|amount| amount.to_baht()),
        paid,
        word: printable(payment.status.as_deref().unwrap_or_default()),
    };
    Some((line, payment.uuid))
}
