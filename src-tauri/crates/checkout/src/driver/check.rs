//! "Check now": asking the provider because a person wants to know.

use super::advance::{Heard, payment_ref};
use crate::till::Till;
use keptang_domain::order::{Attempt, AttemptState, Order};
use keptang_domain::{AttemptId, OrderId};
use keptang_ports::{LedgerError, OrderKey, ProviderError, Schedule};
use std::time::Duration;

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckOutcome {
    /// The order is paid.
    Paid,
    /// The provider answered: no money yet.
    NothingYet,
    /// The provider did not answer.
    NoAnswer,
    /// The provider cannot be asked, but was asked to call again.
    AskedForCallback,
    /// Nobody can be asked.
    CannotAsk,
    /// The attempt ended without money.
    Ended,
}

/// How often to try again while somebody else is asking.
const WAIT_FOR_OTHERS: Duration = Duration::from_millis(50);

impl Till {
    /// Asks about every attempt of the order that is not paid yet.
    pub async fn check(&self, id: OrderId) -> Result<(Order, CheckOutcome), LedgerError> {
        let mut order = self.inner.ledger.load(OrderKey::Id(id)).await?;
        let open: Vec<AttemptId> = order
            .attempts
            .iter()
            .rev()
            .filter(|attempt| attempt.state != AttemptState::Paid)
            .map(|a| a.id)
            .collect();
        let mut heard = Vec::new();
        for attempt in &open {
            heard.push(self.look_now(*attempt).await?);
        }
        let called = self.ask_for_callbacks(&order, &open).await;
        order = self.inner.ledger.load(OrderKey::Id(id)).await?;
        let outcome = if order.missing() == keptang_domain::Money::ZERO && order.received().is_positive() {
            CheckOutcome::Paid
        } else if order.newest().is_some_and(|attempt| attempt.state.is_ended()) {
            CheckOutcome::Ended
        } else if heard.contains(&Heard::Silence) {
            CheckOutcome::NoAnswer
        } else if heard.contains(&Heard::Answer) {
            CheckOutcome::NothingYet
        } else if called {
            CheckOutcome::AskedForCallback
        } else {
            CheckOutcome::CannotAsk
        };
        if !matches!(outcome, CheckOutcome::Paid | CheckOutcome::Ended) {
            self.remember_nothing_found(order.newest()).await?;
        }
        Ok((order, outcome))
    }

    /// Asks providers that cannot be asked themselves to call again. `true` when one of them said it would.
    async fn ask_for_callbacks(&self, order: &Order, attempts: &[AttemptId]) -> bool {
        let mut called = false;
        for id in attempts {
            let Some(attempt) = order.attempt(*id) else {
                continue;
            };
            let Some(provider) = self.provider(attempt.provider).cloned() else {
                continue;
            };
            if provider.status().is_some() {
                continue;
            }
            let (Some(resend), Some(payment)) = (provider.resend(), payment_ref(order, attempt)) else {
                continue;
            };
            let answer = self
                .ask(
                    provider.as_ref(),
                    resend.resend(&payment),
                    ProviderError::Unavailable,
                )
                .await;
            called |= answer.is_ok();
        }
        called
    }

    /// Takes one step of an attempt now, waiting its turn if somebody else is asking.
    pub(crate) async fn look_now(&self, attempt: AttemptId) -> Result<Heard, LedgerError> {
        let timing = self.config().timing;
        let patience = Duration::from_millis(u64::try_from(timing.lease_ms()).unwrap_or(0));
        let give_up = tokio::time::Instant::now() + patience;
        loop {
            let claim = self
                .inner
                .ledger
                .claim_one(attempt, self.inner.worker, self.now(), timing.lease_ms())
                .await?;
            if let Some(claim) = claim {
                return Ok(self
                    .follow(claim)
                    .await
                    .map_or(Heard::Silence, |(_, heard)| heard));
            }
            if self.inner.ledger.watch(attempt).await?.is_none() {
                return Ok(Heard::CannotAsk);
            }
            if tokio::time::Instant::now() >= give_up {
                return Ok(Heard::Silence);
            }
            tokio::time::sleep(WAIT_FOR_OTHERS).await;
        }
    }

    /// Takes one step of an attempt now, unless somebody else is asking: they will see what was recorded meanwhile.
    pub(crate) async fn look_if_free(&self, attempt: AttemptId) -> Result<(), LedgerError> {
        let lease_ms = self.config().timing.lease_ms();
        let claim = self
            .inner
            .ledger
            .claim_one(attempt, self.inner.worker, self.now(), lease_ms)
            .await?;
        if let Some(claim) = claim {
            self.follow(claim).await;
        }
        Ok(())
    }

    /// Remembers that a person asked and nothing was found: only then may a person's word take the place of evidence
    /// (product.md §2.8).
    async fn remember_nothing_found(&self, newest: Option<&Attempt>) -> Result<(), LedgerError> {
        let Some(attempt) = newest else { return Ok(()) };
        let timing = self.config().timing;
        let now = self.now();
        if let Some(claim) = self
            .inner
            .ledger
            .claim_one(attempt.id, self.inner.worker, now, timing.lease_ms())
            .await?
        {
            let mut watch = claim.watch;
            watch.nothing_found_at = Some(now);
            self.inner.ledger.release(&claim, Schedule::Again(watch)).await?;
            self.announce(crate::till::TillEvent::OrderChanged { order: claim.order });
        }
        Ok(())
    }
}
