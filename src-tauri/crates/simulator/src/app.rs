//! The running simulator's centre: one lock around the world, and what every change has to do.
//!
//! All changes go through [`App::turn`]: catch up with due timers, change, save, and only then let
//! callbacks and answers out.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, mpsc, watch};

use crate::charges;
use crate::clock::Clock;
use crate::connection::Connections;
use crate::crypto::{CryptoKeys, Payments};
use crate::delivery::{Journal, Letter, Mail};
use crate::deposit::{DepositKeys, Deposits};
use crate::easyslip::EasySlipKeys;
use crate::faults::{Endpoint, Fault, FaultClass, FaultRule, Provider, WebhookVariant};
use crate::ids::Ids;
use crate::jwt::{JwtKeys, Orders};
use crate::omise;
use crate::settings::Settings;
use crate::stats::{Stats, ViolationKind};
use crate::store::{Store, StoreError, World};

pub(crate) struct App {
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) own_url: String,
    pub(crate) omise: omise::Account,
    pub(crate) deposit: DepositKeys,
    pub(crate) jwt: JwtKeys,
    pub(crate) crypto: CryptoKeys,
    pub(crate) easyslip: EasySlipKeys,
    /// What a reset goes back to.
    pub(crate) settings: Settings,
    /// When the latest requests came, for rate limits.
    pub(crate) paces: Mutex<BTreeMap<Provider, VecDeque<i64>>>,
    pub(crate) stats: Mutex<Stats>,
    pub(crate) journal: Mutex<Journal>,
    pub(crate) connections: Connections,
    /// Counts releases; whoever hangs waits for the next one.
    pub(crate) releases: watch::Sender<u64>,
    pub(crate) mail: mpsc::UnboundedSender<Mail>,
    /// Woken after every change: timers may be due at another time now.
    pub(crate) changed: Notify,
    pub(crate) is_closed: AtomicBool,
    pub(crate) inner: Mutex<Inner>,
}

pub(crate) struct Inner {
    pub(crate) world: World,
    pub(crate) store: Option<Store>,
}

/// One locked look at the world.
pub(crate) struct Turn<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) app: &'a App,
    pub(crate) now_ms: i64,
    letters: Vec<Letter>,
    is_changed: bool,
}

/// Everything that was due by now, provider by provider.
fn settle_due(turn: &mut Turn<'_>) {
    omise::settle_due(turn);
    charges::settle_due::<Deposits>(turn);
    charges::settle_due::<Orders>(turn);
    charges::settle_due::<Payments>(turn);
}

fn next_due_ms(world: &World) -> Option<i64> {
    [omise::next_due_ms(world), charges::next_due_ms::<Deposits>(world)]
        .into_iter()
        .flatten()
        .min()
}

impl App {
    /// Runs `work` on the up-to-date world and saves what it changed before returning.
    pub(crate) fn turn<R>(&self, work: impl FnOnce(&mut Turn<'_>) -> R) -> Result<R, StoreError> {
        let mut guard = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let Inner { world, store } = &mut *guard;
        if let Some(store) = store
            && store.begin(world)?
        {
            self.clock.set_offset_ms(world.clock_offset_ms);
        }
        let mut turn = Turn {
            now_ms: self.clock.now_ms(),
            world,
            app: self,
            letters: Vec::new(),
            is_changed: false,
        };
        settle_due(&mut turn);
        let result = work(&mut turn);
        let Turn {
            world,
            letters,
            is_changed,
            ..
        } = turn;
        if let Some(store) = store {
            store.end(is_changed.then_some(&*world))?;
        }
        drop(guard);
        for letter in letters {
            // The worker ends only when the server stops; then nobody is to be told anything.
            let _ = self.mail.send(Mail::Letter(Box::new(letter)));
        }
        if is_changed {
            self.changed.notify_one();
        }
        Ok(result)
    }

    pub(crate) fn stats(&self) -> MutexGuard<'_, Stats> {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::SeqCst)
    }

    pub(crate) fn record(&self, kind: ViolationKind, request: &str) {
        tracing::warn!(?kind, request, "contract violation");
        self.stats().record(kind, request);
    }

    pub(crate) async fn wait_for_release(&self) {
        let mut releases = self.releases.subscribe();
        // The sender lives in `self`.
        let _ = releases.changed().await;
    }

    /// From here on nothing is carried out any more and every connection is dead, as after a kill.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        self.connections.cut_all();
    }

    /// Runs timers at their time even when nobody asks.
    pub(crate) async fn keep_time(self: Arc<Self>) {
        loop {
            let next_due_ms = match self.turn(|turn| next_due_ms(turn.world)) {
                Ok(due) => due,
                Err(error) => {
                    tracing::error!(%error, "timers stand still until the next request");
                    None
                }
            };
            match next_due_ms {
                None => self.changed.notified().await,
                Some(due_ms) => tokio::select! {
                    () = self.clock.sleep_until_ms(due_ms) => {}
                    () = self.changed.notified() => {}
                },
            }
        }
    }
}

impl Turn<'_> {
    pub(crate) fn touch(&mut self) {
        self.is_changed = true;
    }

    pub(crate) fn token(&mut self) -> String {
        self.touch();
        self.app.ids.token(&mut self.world.tokens_issued)
    }

    pub(crate) fn send(&mut self, letter: Letter) {
        self.letters.push(letter);
    }

    /// A callback of this turn must arrive before the answer.
    pub(crate) fn has_early_letter(&self) -> bool {
        self.letters
            .iter()
            .any(|letter| letter.variant == Some(WebhookVariant::Early))
    }

    /// Uses up one rule of `class` that fits.
    pub(crate) fn take(&mut self, endpoint: Endpoint, class: FaultClass) -> Option<FaultRule> {
        self.take_where(endpoint, |fault| fault.class() == class)
    }

    pub(crate) fn take_where(
        &mut self,
        endpoint: Endpoint,
        wanted: impl Fn(&Fault) -> bool,
    ) -> Option<FaultRule> {
        let rule = self.world.faults.take(endpoint, wanted)?;
        self.touch();
        Some(rule)
    }

    pub(crate) fn take_webhook(&mut self, provider: Provider, key: &str) -> Option<WebhookVariant> {
        let variant = self.world.faults.take_webhook(provider, key)?;
        self.touch();
        Some(variant)
    }

    pub(crate) fn take_all(&mut self, endpoint: Endpoint, wanted: impl Fn(&Fault) -> bool) -> Vec<Fault> {
        let faults = self.world.faults.take_all(endpoint, wanted);
        if !faults.is_empty() {
            self.touch();
        }
        faults
    }
}
