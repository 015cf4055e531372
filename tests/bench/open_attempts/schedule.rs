//! The ledger, watched: when each question was due, and when it was answered.
//!
//! A question that is put off, because its provider has no place free or asks for a pause, is still due since the first
//! time: otherwise putting off would hide how late everything is.

use crate::figures::Samples;
use crate::shop::MachineClock;
use async_trait::async_trait;
use keptang_domain::day::Cell;
use keptang_domain::order::{Change, Order};
use keptang_domain::{AttemptId, BusinessDay, OrderId, ProviderId, Timestamp};
use keptang_ledger::SqliteLedger;
use keptang_ports::{
    AuditLine, Claim, Clock, DayFacts, Ledger, LedgerError, NewClaim, NewOrder, OrderFilter, OrderKey,
    PastEvent, Person, Schedule, SlipFilter, SlipRecord, TakingsFilter, TrailFilter, VerifyReport, Watch,
    WorkerId,
};
use rusqlite::{Connection, OpenFlags};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

/// How late questions were.
pub(super) struct Lateness {
    /// Of those that were answered, and of those still waiting as late as they were then.
    pub(super) all: Samples,
    pub(super) asked: usize,
    pub(super) waiting: usize,
}

pub(super) struct Watched {
    inner: SqliteLedger,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// Claimed by the driver and not answered yet: due since when.
    due: HashMap<AttemptId, Timestamp>,
    answered: Samples,
}

/// Has every watch due at some moment of the next `round_ms`.
pub(super) fn spread(path: &Path, now: Timestamp, round_ms: i64) {
    let connection = Connection::open(path).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    let moved = connection.execute(
        "UPDATE watches SET next_at_ms = ?1 + abs(random() % ?2)",
        [now.ms(), round_ms],
    );
    assert!(moved.unwrap() > 0);
}

impl Watched {
    pub(super) fn new(inner: SqliteLedger) -> Self {
        Self {
            inner,
            seen: Mutex::default(),
        }
    }

    /// Forgets what was seen so far.
    pub(super) fn forget(&self) {
        *self.seen.lock().unwrap() = Seen::default();
    }

    /// What was seen, with those that should have been asked by `now` and were not.
    pub(super) fn lateness(&self, path: &Path, now: Timestamp) -> Lateness {
        let seen = self.seen.lock().unwrap();
        let mut late = Lateness {
            all: seen.answered.clone(),
            asked: seen.answered.len(),
            waiting: 0,
        };
        let reader = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let mut watches = reader
            .prepare("SELECT attempt_id, next_at_ms FROM watches")
            .unwrap();
        let mut rows = watches.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let (id, next_at_ms): ([u8; 16], i64) = (row.get(0).unwrap(), row.get(1).unwrap());
            let id = AttemptId::from_bits(u128::from_be_bytes(id));
            let due = seen.due.get(&id).copied();
            let late_ms = now.ms_since(due.unwrap_or(Timestamp::from_ms(next_at_ms)));
            if let Ok(late_ms @ 1..) = u64::try_from(late_ms) {
                late.all.add(Duration::from_millis(late_ms));
                late.waiting += 1;
            }
        }
        late
    }

    fn note_release(&self, claim: &Claim, schedule: Schedule) {
        let answered_at = match schedule {
            Schedule::Again(watch) if watch.answered_at <= claim.watch.answered_at => return,
            Schedule::Again(watch) => watch.answered_at,
            Schedule::Done => None,
        };
        let mut seen = self.seen.lock().unwrap();
        // Not claimed by the driver: the sale's own claim of its first moment.
        let Some(due) = seen.due.remove(&claim.attempt) else {
            return;
        };
        let late_ms = answered_at.unwrap_or(MachineClock.now()).ms_since(due);
        let late = Duration::from_millis(u64::try_from(late_ms).unwrap_or(0));
        seen.answered.add(late);
    }
}

#[async_trait]
impl Ledger for Watched {
    async fn open_order(&self, new: NewOrder) -> Result<Order, LedgerError> {
        self.inner.open_order(new).await
    }

    async fn commit(&self, changes: Vec<Change>, claim_new: Option<NewClaim>) -> Result<(), LedgerError> {
        self.inner.commit(changes, claim_new).await
    }

    async fn load(&self, key: OrderKey) -> Result<Order, LedgerError> {
        self.inner.load(key).await
    }

    async fn list(&self, filter: OrderFilter) -> Result<Vec<Order>, LedgerError> {
        self.inner.list(filter).await
    }

    async fn changed_since(&self, sequence: i64) -> Result<(i64, Vec<OrderId>), LedgerError> {
        self.inner.changed_since(sequence).await
    }

    async fn claim_due(
        &self,
        worker: WorkerId,
        now: Timestamp,
        lease_ms: i64,
        limit: usize,
    ) -> Result<Vec<Claim>, LedgerError> {
        let claims = self.inner.claim_due(worker, now, lease_ms, limit).await?;
        let mut seen = self.seen.lock().unwrap();
        for claim in &claims {
            seen.due.entry(claim.attempt).or_insert(claim.watch.next_at);
        }
        Ok(claims)
    }

    async fn claim_one(
        &self,
        attempt: AttemptId,
        worker: WorkerId,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<Option<Claim>, LedgerError> {
        self.inner.claim_one(attempt, worker, now, lease_ms).await
    }

    async fn release(&self, claim: &Claim, schedule: Schedule) -> Result<(), LedgerError> {
        self.note_release(claim, schedule);
        self.inner.release(claim, schedule).await
    }

    async fn wake(&self, attempt: AttemptId, at: Timestamp) -> Result<(), LedgerError> {
        self.inner.wake(attempt, at).await
    }

    async fn wake_all(&self, at: Timestamp, lease_ms: i64) -> Result<(), LedgerError> {
        self.inner.wake_all(at, lease_ms).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, LedgerError> {
        self.inner.next_due().await
    }

    async fn watch(&self, attempt: AttemptId) -> Result<Option<Watch>, LedgerError> {
        self.inner.watch(attempt).await
    }

    async fn break_claims(&self, worker: WorkerId) -> Result<(), LedgerError> {
        self.inner.break_claims(worker).await
    }

    async fn history(&self, order: OrderId) -> Result<Vec<PastEvent>, LedgerError> {
        self.inner.history(order).await
    }

    async fn verify(&self) -> Result<VerifyReport, LedgerError> {
        self.inner.verify().await
    }

    async fn people(&self) -> Result<Vec<Person>, LedgerError> {
        self.inner.people().await
    }

    async fn put_person(&self, person: Person, by: Option<String>, at: Timestamp) -> Result<(), LedgerError> {
        self.inner.put_person(person, by, at).await
    }

    async fn evidence_holder(
        &self,
        book: &str,
        key: &str,
    ) -> Result<Option<(OrderId, Timestamp)>, LedgerError> {
        self.inner.evidence_holder(book, key).await
    }

    async fn put_slip(&self, slip: SlipRecord) -> Result<(), LedgerError> {
        self.inner.put_slip(slip).await
    }

    async fn slips(&self, filter: SlipFilter) -> Result<Vec<SlipRecord>, LedgerError> {
        self.inner.slips(filter).await
    }

    async fn claim_slips(
        &self,
        now: Timestamp,
        lease_ms: i64,
        limit: usize,
    ) -> Result<Vec<SlipRecord>, LedgerError> {
        self.inner.claim_slips(now, lease_ms, limit).await
    }

    async fn trail(&self, what: &[&str]) -> Result<(i64, Vec<AuditLine>), LedgerError> {
        self.inner.trail(what).await
    }

    async fn note(&self, line: AuditLine, after: Option<i64>) -> Result<(), LedgerError> {
        self.inner.note(line, after).await
    }

    async fn trail_lines(&self, filter: TrailFilter) -> Result<Vec<(i64, AuditLine)>, LedgerError> {
        self.inner.trail_lines(filter).await
    }

    async fn takings(&self, filter: TakingsFilter) -> Result<Vec<Cell>, LedgerError> {
        self.inner.takings(filter).await
    }

    async fn day_facts(&self, day: BusinessDay) -> Result<DayFacts, LedgerError> {
        self.inner.day_facts(day).await
    }

    async fn times_to_paid(&self, day: BusinessDay) -> Result<Vec<(ProviderId, i64)>, LedgerError> {
        self.inner.times_to_paid(day).await
    }

    async fn head(&self) -> Result<i64, LedgerError> {
        self.inner.head().await
    }

    async fn last_document(&self, series: &str) -> Result<u64, LedgerError> {
        self.inner.last_document(series).await
    }
}
