//! The account's charges as lines to reconcile with (omise-truemoney.md §4.4).

use super::wire::Charge;
use super::{OmiseTrueMoney, rfc3339};
use async_trait::async_trait;
use keptang_domain::{Money, Timestamp};
use keptang_ports::{PaymentRef, ProviderError, Statement, StatementLine};

#[async_trait]
impl Statement for OmiseTrueMoney {
    async fn list(
        &self,
        from: Timestamp,
        to: Timestamp,
        _known: &[PaymentRef],
    ) -> Result<Vec<StatementLine>, ProviderError> {
        let edges = rfc3339(from).zip(rfc3339(to)).ok_or(ProviderError::Unavailable)?;
        let range = format!("from={}&to={}", edges.0, edges.1);
        let charges = self.listed(&range, || self.channel.deadline(), |_| true).await?;
        Ok(charges.into_iter().map(line).collect())
    }
}

fn line(charge: Charge) -> StatementLine {
    let word = charge.status.unwrap_or_default();
    let in_baht = charge
        .currency
        .is_some_and(|currency| currency.eq_ignore_ascii_case("THB"));
    StatementLine {
        provider_ref: charge.id,
        our_ref: charge.attempt,
        created_at: charge.created_at_ms.map(Timestamp::from_ms),
        amount: charge.amount.filter(|_| in_baht).map(Money::from_satang),
        // Both, as the paid rule has it; a later refund or void leaves the status as it was (§3).
        paid: word == "successful" && charge.paid == Some(true),
        word,
    }
}
