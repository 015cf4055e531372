//! The ledger as one till sees it. It can be cut off, which is all that the books notice of a kill, and it knows which
//! attempts somebody is asking about, so that a test waits for the end of that instead of for a time.

use async_trait::async_trait;
use keptang_domain::day::Cell;
use keptang_domain::order::{Change, Order, OrderEvent};
use keptang_domain::{AttemptId, BusinessDay, OrderId, ProviderId, Timestamp};
use keptang_ports::{
    AuditLine, Claim, DayFacts, Ledger, LedgerError, NewClaim, NewOrder, OrderFilter, OrderKey, PastEvent,
    Person, Schedule, SlipFilter, SlipRecord, TakingsFilter, TrailFilter, VerifyReport, Watch, WorkerId,
};
use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// Nothing here takes a tenth of it; a test that waits this long waits for what never comes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Books {
    inner: Arc<dyn Ledger>,
    cut: AtomicBool,
    asking: Mutex<BTreeSet<AttemptId>>,
    /// Claims that are being written: on disk, perhaps, and not among `asking` yet.
    claiming: AtomicUsize,
    changed: Notify,
}

/// One claim being written.
struct Claiming<'a>(&'a Books);

impl Drop for Claiming<'_> {
    fn drop(&mut self) {
        self.0.claiming.fetch_sub(1, Ordering::SeqCst);
        self.0.changed.notify_waiters();
    }
}

impl Books {
    pub(crate) fn of(inner: Arc<dyn Ledger>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            cut: AtomicBool::new(false),
            asking: Mutex::default(),
            claiming: AtomicUsize::new(0),
            changed: Notify::new(),
        })
    }

    /// From here on the till that holds these books can neither read nor write.
    pub(crate) fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
    }

    /// Waits until nobody asks and nothing is due at `now`.
    pub(crate) async fn quiet(&self, now: Timestamp) {
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let due = self.inner.next_due().await.unwrap();
            // Looked at after the reading: what was claimed before it is known by now.
            let idle = self.claiming.load(Ordering::SeqCst) == 0 && self.asking.lock().unwrap().is_empty();
            if idle && due.is_none_or(|due| due > now) {
                return;
            }
            let woken = tokio::time::timeout(PATIENCE, changed).await;
            let asking = self.asking.lock().unwrap().clone();
            assert!(
                woken.is_ok(),
                "never quiet: asking {asking:?}, due {due:?} at {now:?}"
            );
        }
    }

    fn open(&self) -> Result<&dyn Ledger, LedgerError> {
        if self.cut.load(Ordering::SeqCst) {
            return Err(LedgerError::Unavailable("the process is gone".into()));
        }
        Ok(self.inner.as_ref())
    }

    fn claim(&self) -> Claiming<'_> {
        self.claiming.fetch_add(1, Ordering::SeqCst);
        Claiming(self)
    }

    fn expect_answers(&self, attempts: impl IntoIterator<Item = AttemptId>) {
        self.asking.lock().unwrap().extend(attempts);
        self.changed.notify_waiters();
    }
}

#[async_trait]
impl Ledger for Books {
    async fn open_order(&self, new: NewOrder) -> Result<Order, LedgerError> {
        let _claiming = self.claim();
        let attempt = new.attempt;
        let order = self.open()?.open_order(new).await?;
        self.expect_answers([attempt]);
        Ok(order)
    }

    async fn commit(&self, changes: Vec<Change>, claim_new: Option<NewClaim>) -> Result<(), LedgerError> {
        let opened: Vec<AttemptId> = changes
            .iter()
            .filter_map(|change| match &change.event {
                OrderEvent::AttemptOpened { attempt, .. } if claim_new.is_some() => Some(*attempt),
                _ => None,
            })
            .collect();
        let _claiming = self.claim();
        self.open()?.commit(changes, claim_new).await?;
        self.expect_answers(opened);
        Ok(())
    }

    async fn load(&self, key: OrderKey) -> Result<Order, LedgerError> {
        self.open()?.load(key).await
    }

    async fn list(&self, filter: OrderFilter) -> Result<Vec<Order>, LedgerError> {
        self.open()?.list(filter).await
    }

    async fn changed_since(&self, sequence: i64) -> Result<(i64, Vec<OrderId>), LedgerError> {
        self.open()?.changed_since(sequence).await
    }

    async fn claim_due(
        &self,
        worker: WorkerId,
        now: Timestamp,
        lease_ms: i64,
        limit: usize,
    ) -> Result<Vec<Claim>, LedgerError> {
        let _claiming = self.claim();
        let claims = self.open()?.claim_due(worker, now, lease_ms, limit).await?;
        self.expect_answers(claims.iter().map(|claim| claim.attempt));
        Ok(claims)
    }

    async fn claim_one(
        &self,
        attempt: AttemptId,
        worker: WorkerId,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<Option<Claim>, LedgerError> {
        let _claiming = self.claim();
        let claim = self.open()?.claim_one(attempt, worker, now, lease_ms).await?;
        self.expect_answers(claim.iter().map(|claim| claim.attempt));
        Ok(claim)
    }

    async fn release(&self, claim: &Claim, schedule: Schedule) -> Result<(), LedgerError> {
        self.open()?.release(claim, schedule).await?;
        self.asking.lock().unwrap().remove(&claim.attempt);
        self.changed.notify_waiters();
        Ok(())
    }

    async fn wake(&self, attempt: AttemptId, at: Timestamp) -> Result<(), LedgerError> {
        self.open()?.wake(attempt, at).await
    }

    async fn wake_all(&self, at: Timestamp, lease_ms: i64) -> Result<(), LedgerError> {
        self.open()?.wake_all(at, lease_ms).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, LedgerError> {
        self.open()?.next_due().await
    }

    async fn watch(&self, attempt: AttemptId) -> Result<Option<Watch>, LedgerError> {
        self.open()?.watch(attempt).await
    }

    async fn break_claims(&self, worker: WorkerId) -> Result<(), LedgerError> {
        self.open()?.break_claims(worker).await
    }

    async fn history(&self, order: OrderId) -> Result<Vec<PastEvent>, LedgerError> {
        self.open()?.history(order).await
    }

    async fn verify(&self) -> Result<VerifyReport, LedgerError> {
        self.open()?.verify().await
    }

    async fn people(&self) -> Result<Vec<Person>, LedgerError> {
        self.open()?.people().await
    }

    async fn put_person(&self, person: Person, by: Option<String>, at: Timestamp) -> Result<(), LedgerError> {
        self.open()?.put_person(person, by, at).await
    }

    async fn evidence_holder(
        &self,
        book: &str,
        key: &str,
    ) -> Result<Option<(OrderId, Timestamp)>, LedgerError> {
        self.open()?.evidence_holder(book, key).await
    }

    async fn put_slip(&self, slip: SlipRecord) -> Result<(), LedgerError> {
        self.open()?.put_slip(slip).await
    }

    async fn slips(&self, filter: SlipFilter) -> Result<Vec<SlipRecord>, LedgerError> {
        self.open()?.slips(filter).await
    }

    async fn claim_slips(
        &self,
        now: Timestamp,
        lease_ms: i64,
        limit: usize,
    ) -> Result<Vec<SlipRecord>, LedgerError> {
        self.open()?.claim_slips(now, lease_ms, limit).await
    }

    async fn trail(&self, what: &[&str]) -> Result<(i64, Vec<AuditLine>), LedgerError> {
        self.open()?.trail(what).await
    }

    async fn note(&self, line: AuditLine, after: Option<i64>) -> Result<(), LedgerError> {
        self.open()?.note(line, after).await
    }

    async fn trail_lines(&self, filter: TrailFilter) -> Result<Vec<(i64, AuditLine)>, LedgerError> {
        self.open()?.trail_lines(filter).await
    }

    async fn takings(&self, filter: TakingsFilter) -> Result<Vec<Cell>, LedgerError> {
        self.open()?.takings(filter).await
    }

    async fn day_facts(&self, day: BusinessDay) -> Result<DayFacts, LedgerError> {
        self.open()?.day_facts(day).await
    }

    async fn times_to_paid(&self, day: BusinessDay) -> Result<Vec<(ProviderId, i64)>, LedgerError> {
        self.open()?.times_to_paid(day).await
    }

    async fn head(&self) -> Result<i64, LedgerError> {
        self.open()?.head().await
    }

    async fn last_document(&self, series: &str) -> Result<u64, LedgerError> {
        self.open()?.last_document(series).await
    }
}
