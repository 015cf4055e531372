//! The till: what every use case shares.

use crate::crowd::Crowd;
use crate::health::HealthBoard;
use crate::payout::PayoutRules;
use crate::policy::Timing;
use crate::slips::SlipDesk;
use keptang_domain::{DayCutoff, Method, Money, OrderId, ProviderId, SlipId};
use keptang_ports::{Clock, Ids, Ledger, PaymentProvider, WorkerId};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{Notify, broadcast};

/// What the owner decided, as far as taking payments needs it.
#[derive(Debug, Clone)]
pub struct TillConfig {
    /// Prefix of order numbers.
    pub counter: String,
    /// When the business day turns.
    pub cutoff: DayCutoff,
    /// Largest change of the amount by a gateway that is accepted (product.md §2.3).
    pub adjust_limit: Money,
    /// Providers of each method, first choice first. Only enabled ones.
    pub routing: BTreeMap<Method, Vec<ProviderId>>,
    /// Address under which providers reach the callback listener, without a slash at the end.
    pub public_url: Option<String>,
    /// How often and how long to ask.
    pub timing: Timing,
    /// Where money may go.
    pub payouts: PayoutRules,
}

/// Something changed; says which, never what. Whoever cares reads it again, so a lost event does no harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TillEvent {
    /// An order has a new version.
    OrderChanged {
        /// Which.
        order: OrderId,
    },
    /// Something was learnt about a slip.
    SlipChanged {
        /// Which.
        slip: SlipId,
    },
    /// A provider's health changed.
    ProviderHealth {
        /// Whose.
        provider: ProviderId,
    },
}

/// What a till is made of.
pub struct Parts {
    /// The ledger.
    pub ledger: Arc<dyn Ledger>,
    /// Enabled providers.
    pub providers: BTreeMap<ProviderId, Arc<dyn PaymentProvider>>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Ids and tokens.
    pub ids: Arc<dyn Ids>,
    /// What the owner decided.
    pub config: TillConfig,
    /// This process, among those that share the ledger.
    pub worker: WorkerId,
    /// What is needed to take slips, where they are taken.
    pub slips: Option<SlipDesk>,
}

/// The till. Cheap to clone; all clones are the same till.
#[derive(Clone)]
pub struct Till {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) providers: BTreeMap<ProviderId, Arc<dyn PaymentProvider>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) config: TillConfig,
    pub(crate) worker: WorkerId,
    pub(crate) slips: Option<SlipDesk>,
    pub(crate) events: broadcast::Sender<TillEvent>,
    /// Wakes the driver of this process.
    pub(crate) wake: Notify,
    pub(crate) health: HealthBoard,
    pub(crate) crowd: Crowd,
}

/// Enough for a burst while the window is busy; one that falls behind refetches anyway.
const EVENT_BACKLOG: usize = 256;

impl Till {
    /// Puts a till together.
    pub fn new(parts: Parts) -> Self {
        let (events, _) = broadcast::channel(EVENT_BACKLOG);
        Self {
            inner: Arc::new(Inner {
                ledger: parts.ledger,
                providers: parts.providers,
                clock: parts.clock,
                ids: parts.ids,
                config: parts.config,
                worker: parts.worker,
                slips: parts.slips,
                events,
                wake: Notify::new(),
                health: HealthBoard::default(),
                crowd: Crowd::default(),
            }),
        }
    }

    /// Hears of every change this process makes or notices.
    pub fn subscribe(&self) -> broadcast::Receiver<TillEvent> {
        self.inner.events.subscribe()
    }

    /// The ledger, for reading.
    pub fn ledger(&self) -> &dyn Ledger {
        self.inner.ledger.as_ref()
    }

    /// What the owner decided.
    pub fn config(&self) -> &TillConfig {
        &self.inner.config
    }

    /// An enabled provider.
    pub fn provider(&self, id: ProviderId) -> Option<&Arc<dyn PaymentProvider>> {
        self.inner.providers.get(&id)
    }

    /// Enabled providers.
    pub fn providers(&self) -> impl Iterator<Item = &Arc<dyn PaymentProvider>> {
        self.inner.providers.values()
    }

    /// Now, by the till's clock.
    pub fn now(&self) -> keptang_domain::Timestamp {
        self.inner.clock.now()
    }

    pub(crate) fn announce(&self, event: TillEvent) {
        // Nobody listening is no fault: a headless till may have no window.
        let _ = self.inner.events.send(event);
    }
}
