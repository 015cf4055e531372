//! Following attempts until nothing more can happen to them.
//!
//! The ledger holds what is due when, so a restart forgets nothing, and a claim on each attempt, so that of several
//! processes only one asks. The driver asks outside any transaction and records what it heard.

mod advance;
mod check;

pub(crate) use advance::payment_ref;
pub use check::CheckOutcome;

use crate::crowd::with_jitter;
use crate::health::Health;
use crate::till::{Till, TillEvent};
use keptang_domain::{ProviderId, Timestamp};
use keptang_ports::{Claim, OrderKey, PaymentProvider, ProviderError, Schedule, Watch};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Questions in flight at once, over all providers. Each provider's own rate limit is kept by its client.
const MAX_IN_FLIGHT: usize = 64;
/// Another process may make something due without being able to wake this one, so never sleep longer than this.
const LONGEST_SLEEP_MS: i64 = 500;
/// How often this process looks for what others wrote.
const HEAR_OTHERS_EVERY: Duration = Duration::from_millis(300);
/// A provider client keeps its own timeout; this one is for a client that forgets.
const TIMEOUT_SLACK_MS: i64 = 5_000;

/// How soon an attempt comes again for which its provider had no place free: questions take a fraction of a second.
const NO_PLACE_MS: i64 = 1_000;
/// The clock is taken to have been set back when it is so much behind the time that really passed.
const SET_BACK_MS: i64 = 2_000;

/// Compares the clock on the wall, which people set, with the one that only counts on.
struct ClockWatch {
    wall: Timestamp,
    steady: tokio::time::Instant,
}

impl ClockWatch {
    fn new(wall: Timestamp) -> Self {
        Self {
            wall,
            steady: tokio::time::Instant::now(),
        }
    }

    /// How much the wall clock fell behind since the last look.
    fn set_back_ms(&mut self, wall: Timestamp) -> i64 {
        let next = Self::new(wall);
        let passed = next.steady.duration_since(self.steady).as_millis();
        let passed_ms = i64::try_from(passed).unwrap_or(i64::MAX);
        let back_ms = passed_ms.saturating_sub(next.wall.ms_since(self.wall));
        *self = next;
        back_ms
    }
}

impl Till {
    /// Follows attempts until `stop`. Runs in every process that has the ledger open; claims keep them apart.
    pub async fn drive(&self, stop: CancellationToken) {
        let slots = Arc::new(Semaphore::new(MAX_IN_FLIGHT));
        let mut clock = ClockWatch::new(self.now());
        while !stop.is_cancelled() {
            self.notice_clock_set_back(&mut clock).await;
            let pause_ms = match self.follow_due(&slots).await {
                Ok(pause_ms) => pause_ms,
                Err(error) => {
                    tracing::error!(error = %error, "the ledger could not be read; trying again");
                    LONGEST_SLEEP_MS
                }
            };
            let pause =
                Duration::from_millis(u64::try_from(pause_ms.clamp(0, LONGEST_SLEEP_MS)).unwrap_or(0));
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.inner.wake.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Everything in the ledger is due by the clock on the wall. When that is set back, everything would be due too late;
    /// a jump ahead, or a machine that slept, only makes it due at once, which is right.
    async fn notice_clock_set_back(&self, clock: &mut ClockWatch) {
        let back_ms = clock.set_back_ms(self.now());
        if back_ms < SET_BACK_MS {
            return;
        }
        tracing::warn!(
            back_ms,
            "the clock was set back; every open payment is looked at again"
        );
        let lease_ms = self.config().timing.lease_ms();
        if let Err(error) = self.inner.ledger.wake_all(self.now(), lease_ms).await {
            tracing::error!(error = %error, "open payments could not be woken after the clock was set back");
        }
    }

    async fn follow_due(&self, slots: &Arc<Semaphore>) -> Result<i64, keptang_ports::LedgerError> {
        let free = slots.available_permits();
        if free > 0 {
            let lease_ms = self.config().timing.lease_ms();
            let claims = self
                .inner
                .ledger
                .claim_due(self.inner.worker, self.now(), lease_ms, free)
                .await?;
            for claim in claims {
                let Ok(slot) = Arc::clone(slots).acquire_owned().await else {
                    break;
                };
                let till = self.clone();
                tokio::spawn(async move {
                    till.follow_in_turn(claim).await;
                    drop(slot);
                    // The next look may be due before the driver would wake by itself.
                    till.inner.wake.notify_one();
                });
            }
        }
        let next = self.inner.ledger.next_due().await?;
        Ok(next.map_or(LONGEST_SLEEP_MS, |next| next.ms_since(self.now()).max(1)))
    }

    /// Follows a claimed attempt when its provider has a place free; otherwise gives it back for a little later.
    async fn follow_in_turn(&self, claim: Claim) {
        let provider = match self.inner.ledger.load(OrderKey::Id(claim.order)).await {
            Ok(order) => order.attempt(claim.attempt).map(|attempt| attempt.provider),
            Err(_) => None,
        };
        let Some(_place) = provider.and_then(|provider| self.inner.crowd.enter(provider)) else {
            let watch = Watch {
                next_at: self
                    .now()
                    .plus_ms(with_jitter(NO_PLACE_MS, claim.attempt, self.now().ms())),
                ..claim.watch
            };
            if let Err(error) = self.inner.ledger.release(&claim, Schedule::Again(watch)).await {
                tracing::error!(error = %error, "a claim could not be given back; it will run out");
            }
            return;
        };
        self.follow(claim).await;
    }

    /// Announces changes that other processes make, until `stop`.
    pub async fn hear_others(&self, stop: CancellationToken) {
        let mut seen = match self.inner.ledger.changed_since(i64::MAX).await {
            Ok((newest, _)) => newest,
            Err(_) => 0,
        };
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(HEAR_OTHERS_EVERY) => {}
            }
            if let Ok((newest, orders)) = self.inner.ledger.changed_since(seen).await {
                seen = newest;
                for order in orders {
                    self.announce(TillEvent::OrderChanged { order });
                }
            }
        }
    }

    /// What is known of a provider's health.
    pub fn health(&self, provider: ProviderId) -> Health {
        self.inner.health.of(provider)
    }

    /// Waits for one answer of a provider, with an end, and notes how it went.
    pub(crate) async fn ask<T>(
        &self,
        provider: &dyn PaymentProvider,
        question: impl Future<Output = Result<T, ProviderError>>,
        when_silent: ProviderError,
    ) -> Result<T, ProviderError> {
        let limit_ms = self
            .config()
            .timing
            .request_timeout_ms
            .saturating_add(TIMEOUT_SLACK_MS);
        let limit = Duration::from_millis(u64::try_from(limit_ms).unwrap_or(0));
        let started = tokio::time::Instant::now();
        let answer = tokio::time::timeout(limit, question)
            .await
            .unwrap_or(Err(when_silent));
        let took_ms = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
        let id = provider.id();
        if let Err(error) = &answer {
            tracing::warn!(provider = %id, error = %error, took_ms, "the provider did not answer as hoped");
        }
        if self.inner.health.note(id, &answer, took_ms, self.now()) {
            self.announce(TillEvent::ProviderHealth { provider: id });
        }
        answer
    }
}
