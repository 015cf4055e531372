//! The ledger in one SQLite file: WAL, every commit flushed, one writer and a few readers per process.

mod bulk;
mod copy;
mod fault;
mod fill;
mod list;
mod open;
mod people;
mod plan;
mod read;
mod reports;
mod rows;
mod script;
mod slips;
mod texts;
mod verify;
mod watches;
mod writer;

pub use bulk::Import;
pub use copy::{check_file, snapshot};

use async_trait::async_trait;
use fault::{Closed, told, unavailable};
use keptang_domain::day::Cell;
use keptang_domain::order::{Change, Order};
use keptang_domain::{AttemptId, BusinessDay, DayCutoff, OrderId, ProviderId, Timestamp};
use keptang_ports::{
    AuditLine, Claim, DayFacts, Ledger, LedgerError, NewClaim, NewOrder, OrderFilter, OrderKey, PastEvent,
    Person, Schedule, SlipFilter, SlipRecord, TakingsFilter, TrailFilter, VerifyReport, Watch, WorkerId,
};
use sqlx::sqlite::SqlitePool;
use std::path::Path;
use tokio::sync::{mpsc, oneshot};
use writer::{Answer, Job, Request, Writer};

/// Requests that may wait for the writer; more of them wait in front of the channel.
const QUEUE: usize = 256;

/// A ledger in one SQLite file. Several processes, and several of these in one process, may share a file.
#[derive(Debug)]
pub struct SqliteLedger {
    requests: mpsc::Sender<Request>,
    readers: SqlitePool,
}

impl SqliteLedger {
    /// Opens the ledger at `path`, creating it when there is none and bringing its schema up to date; before an
    /// existing file is changed, a copy of it is left beside it as `<path>.before-<schema>.bak`. Money stored from now on
    /// counts on business days that end at `cutoff`; what was stored before stays where it was.
    ///
    /// # Errors
    /// [`LedgerError::TooNew`] when a newer till wrote it, [`LedgerError::Corrupt`] when it is no ledger,
    /// [`LedgerError::Unavailable`] when it cannot be used or SQLite is older than 3.51.3.
    pub async fn open(path: &Path, cutoff: DayCutoff) -> Result<Self, LedgerError> {
        let writer = Writer::new(open::writer(path).await?, cutoff).await?;
        let (requests, inbox) = mpsc::channel(QUEUE);
        tokio::spawn(writer.run(inbox));
        Ok(Self {
            requests,
            readers: open::readers(path),
        })
    }

    /// Finishes what is being written and lets go of the file. Anything asked afterwards is
    /// [`LedgerError::Unavailable`].
    pub async fn close(&self) {
        self.readers.close().await;
        // Closed already: that is what was asked for.
        let _ = self.ask(Job::Close).await;
    }

    #[cfg(test)]
    fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    async fn ask(&self, job: Job) -> Result<Answer, LedgerError> {
        let (reply, answer) = oneshot::channel();
        self.requests
            .send(Request { job, reply })
            .await
            .map_err(|_| unavailable(Closed))?;
        answer.await.map_err(|_| unavailable(Closed))?
    }
}

#[async_trait]
impl Ledger for SqliteLedger {
    async fn open_order(&self, new: NewOrder) -> Result<Order, LedgerError> {
        match self.ask(Job::Open(Box::new(new))).await? {
            Answer::Order(order) => Ok(*order),
            _ => unreachable!("opening an order answers with the order"),
        }
    }

    async fn commit(&self, changes: Vec<Change>, claim_new: Option<NewClaim>) -> Result<(), LedgerError> {
        if changes.is_empty() {
            return Ok(());
        }
        self.ask(Job::Commit(changes, claim_new)).await.map(drop)
    }

    async fn load(&self, key: OrderKey) -> Result<Order, LedgerError> {
        read::load(&self.readers, &key).await
    }

    async fn list(&self, filter: OrderFilter) -> Result<Vec<Order>, LedgerError> {
        list::orders(&self.readers, &filter).await
    }

    async fn changed_since(&self, sequence: i64) -> Result<(i64, Vec<OrderId>), LedgerError> {
        read::changed_since(&self.readers, sequence).await
    }

    async fn claim_due(
        &self,
        worker: WorkerId,
        now: Timestamp,
        lease_ms: i64,
        limit: usize,
    ) -> Result<Vec<Claim>, LedgerError> {
        let job = Job::ClaimDue {
            worker,
            now,
            lease_ms,
            limit,
        };
        match self.ask(job).await? {
            Answer::Claims(claims) => Ok(claims),
            _ => unreachable!("claiming answers with claims"),
        }
    }

    async fn claim_one(
        &self,
        attempt: AttemptId,
        worker: WorkerId,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<Option<Claim>, LedgerError> {
        let job = Job::ClaimOne {
            attempt,
            worker,
            now,
            lease_ms,
        };
        match self.ask(job).await? {
            Answer::Claim(claim) => Ok(claim),
            _ => unreachable!("claiming one answers with one claim"),
        }
    }

    async fn release(&self, claim: &Claim, schedule: Schedule) -> Result<(), LedgerError> {
        let job = Job::Release {
            attempt: claim.attempt,
            worker: claim.worker,
            schedule,
        };
        self.ask(job).await.map(drop)
    }

    async fn wake(&self, attempt: AttemptId, at: Timestamp) -> Result<(), LedgerError> {
        self.ask(Job::Wake(attempt, at)).await.map(drop)
    }

    async fn wake_all(&self, at: Timestamp, lease_ms: i64) -> Result<(), LedgerError> {
        self.ask(Job::WakeAll { at, lease_ms }).await.map(drop)
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, LedgerError> {
        watches::next_due(&self.readers).await.map_err(told)
    }

    async fn watch(&self, attempt: AttemptId) -> Result<Option<Watch>, LedgerError> {
        watches::watch(&self.readers, attempt).await.map_err(told)
    }

    async fn break_claims(&self, worker: WorkerId) -> Result<(), LedgerError> {
        self.ask(Job::BreakClaims(worker)).await.map(drop)
    }

    async fn history(&self, order: OrderId) -> Result<Vec<PastEvent>, LedgerError> {
        read::history(&self.readers, order).await
    }

    async fn verify(&self) -> Result<VerifyReport, LedgerError> {
        verify::ledger(&self.readers).await
    }

    async fn people(&self) -> Result<Vec<Person>, LedgerError> {
        people::all(&self.readers).await
    }

    async fn put_person(&self, person: Person, by: Option<String>, at: Timestamp) -> Result<(), LedgerError> {
        let job = Job::PutPerson {
            person: Box::new(person),
            by,
            at,
        };
        self.ask(job).await.map(drop)
    }

    async fn evidence_holder(
        &self,
        book: &str,
        key: &str,
    ) -> Result<Option<(OrderId, Timestamp)>, LedgerError> {
        slips::holder(&self.readers, book, key).await
    }

    async fn put_slip(&self, slip: SlipRecord) -> Result<(), LedgerError> {
        self.ask(Job::PutSlip(Box::new(slip))).await.map(drop)
    }

    async fn slips(&self, filter: SlipFilter) -> Result<Vec<SlipRecord>, LedgerError> {
        slips::list(&self.readers, &filter).await
    }

    async fn claim_slips(
        &self,
        now: Timestamp,
        lease_ms: i64,
        limit: usize,
    ) -> Result<Vec<SlipRecord>, LedgerError> {
        let job = Job::ClaimSlips { now, lease_ms, limit };
        match self.ask(job).await? {
            Answer::Slips(slips) => Ok(slips),
            _ => unreachable!("claiming slips answers with slips"),
        }
    }

    async fn trail(&self, what: &[&str]) -> Result<(i64, Vec<AuditLine>), LedgerError> {
        people::trail(&self.readers, what).await
    }

    async fn note(&self, line: AuditLine, after: Option<i64>) -> Result<(), LedgerError> {
        let line = Box::new(line);
        self.ask(Job::Note { line, after }).await.map(drop)
    }

    async fn trail_lines(&self, filter: TrailFilter) -> Result<Vec<(i64, AuditLine)>, LedgerError> {
        people::trail_lines(&self.readers, &filter).await
    }

    async fn takings(&self, filter: TakingsFilter) -> Result<Vec<Cell>, LedgerError> {
        reports::takings(&self.readers, &filter).await
    }

    async fn day_facts(&self, day: BusinessDay) -> Result<DayFacts, LedgerError> {
        reports::day_facts(&self.readers, day).await
    }

    async fn times_to_paid(&self, day: BusinessDay) -> Result<Vec<(ProviderId, i64)>, LedgerError> {
        reports::times_to_paid(&self.readers, day).await
    }

    async fn head(&self) -> Result<i64, LedgerError> {
        reports::head(&self.readers).await
    }

    async fn last_document(&self, series: &str) -> Result<u64, LedgerError> {
        reports::last_document(&self.readers, series).await
    }
}
