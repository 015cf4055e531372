//! Balance, banks, withdrawals and the statement. Who may withdraw where is decided before anything here is called
//! (product.md §4).

use super::config::Endpoint;
use super::wire::{self, Order, Withdrawal, WithdrawalRequest};
use super::{JwtGateway, sign};
use crate::act::Act;
use async_trait::async_trait;
use keptang_domain::{Money, RefundId, Timestamp};
use keptang_ports::{
    Balance, Bank, PaymentRef, Payouts, ProviderError, Statement, StatementLine, WithdrawRequest, Withdrawn,
};
use std::time::Duration;

/// How often one question of a statement is asked while the gateway asks for patience.
const PATIENT_TRIES: u32 = 3;
/// A longer pause is for the caller.
const PATIENCE_MS_MAX: i64 = 5_000;
/// The gateway keeps baht only (jwt-gateway.md §1).
const CURRENCY: &str = "THB";

#[async_trait]
impl Payouts for JwtGateway {
    async fn balance(&self) -> Result<Balance, ProviderError> {
        let fields = [(
            "timestamp",
            sign::Field::Number(wire::seconds(self.channel.now())),
        )];
        let data = self.ask(Act::Repeatable, Endpoint::Balance, &fields).await?;
        Ok(Balance {
            available: data.baht("balance").ok_or(ProviderError::Unavailable)?,
            currency: data.text("currency").unwrap_or_else(|| CURRENCY.to_owned()),
        })
    }

    async fn banks(&self) -> Result<Vec<Bank>, ProviderError> {
        let data = self.fetch(Endpoint::Banks).await?;
        wire::banks(&data).ok_or(ProviderError::Unavailable)
    }

    async fn find(&self, our_ref: RefundId, amount: Money) -> Result<Option<Withdrawn>, ProviderError> {
        let data = match self.query_order(&our_ref.to_string()).await {
            Err(ProviderError::NotFound) => return Ok(None),
            answer => answer?,
        };
        let withdrawal = Withdrawal::read(&data);
        if !wire::is_ours(&withdrawal, our_ref, amount) {
            return Err(ProviderError::Unavailable);
        }
        withdrawn(withdrawal).map(Some).ok_or(ProviderError::Unavailable)
    }

    async fn withdraw(&self, request: &WithdrawRequest) -> Result<Withdrawn, ProviderError> {
        let texts = WithdrawalRequest::new(request, self.channel.now());
        let data = self.ask(Act::Once, Endpoint::Withdraw, &texts.fields()).await?;
        let withdrawal = Withdrawal::read(&data);
        // Another reference or sum than asked for: a person has to look before anything is asked again.
        if !wire::is_ours(&withdrawal, request.our_ref, request.amount) {
            return Err(ProviderError::OutcomeUnknown);
        }
        let made = withdrawn(withdrawal).ok_or(ProviderError::OutcomeUnknown)?;
        if made.word.eq_ignore_ascii_case("failed") {
            return Err(ProviderError::Refused { code: made.word });
        }
        Ok(made)
    }
}

/// `None` without the gateway's own number.
fn withdrawn(withdrawal: Withdrawal) -> Option<Withdrawn> {
    Some(Withdrawn {
        provider_ref: withdrawal.order_no?,
        fee: withdrawal.fee.filter(|fee| !fee.is_negative()),
        word: crate::words::printable(withdrawal.status.as_deref().unwrap_or_default()),
    })
}

#[async_trait]
impl Statement for JwtGateway {
    /// The gateway has no list, so each payment we know is asked for, whenever it was made.
    async fn list(
        &self,
        _from: Timestamp,
        _to: Timestamp,
        known: &[PaymentRef],
    ) -> Result<Vec<StatementLine>, ProviderError> {
        let mut lines = Vec::new();
        for payment in known {
            match self.patient_query(&payment.attempt.to_string()).await {
                Ok(order) => lines.push(line(order, payment).ok_or(ProviderError::Unavailable)?),
                // What it does not know is missing from its side, which is what a statement is to show.
                Err(ProviderError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(lines)
    }
}

fn line(order: Order, payment: &PaymentRef) -> Option<StatementLine> {
    if order.attempt() != Some(payment.attempt) {
        return None;
    }
    Some(StatementLine {
        our_ref: order.attempt(),
        created_at: order.created_ms.map(Timestamp::from_ms),
        amount: order.amount,
        paid: order.says("completed"),
        word: crate::words::printable(order.status.as_deref()?),
        provider_ref: order.order_no?,
    })
}

impl JwtGateway {
    /// Asks about one order of many, waiting a little where the gateway or our own pace asks for it.
    async fn patient_query(&self, agent_order_no: &str) -> Result<Order, ProviderError> {
        let mut tries = 1;
        loop {
            match self.query_order(agent_order_no).await {
                Ok(data) => return Ok(Order::read(&data)),
                Err(ProviderError::Throttled {
                    after_ms: Some(after_ms),
                }) if tries < PATIENT_TRIES && after_ms <= PATIENCE_MS_MAX => {
                    tries += 1;
                    let pause = u64::try_from(after_ms).unwrap_or(0);
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }
}
