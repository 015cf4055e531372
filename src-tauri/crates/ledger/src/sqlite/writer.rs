//! The one task that writes.
//!
//! Requests that arrive while a transaction is being flushed go into the next one together: the flush is most of the
//! cost of a commit, and eight counters can share it. Nobody is answered before COMMIT returned. Other processes
//! write the same file; each transaction takes the write lock first and either reads the end of the chain under it or
//! lets the schema refuse a sequence number that is taken.

use super::fault::{Shared, is_constraint, told};
use super::plan::{self, Plan};
use super::script::{self, CommitBell};
use super::{people, slips, texts, watches};
use crate::chain::{Hash, Head};
use crate::projection::{counter_of, id_bytes, number, token_bytes};
use keptang_domain::order::{Change, Order, OrderEvent};
use keptang_domain::{AttemptId, DayCutoff, OrderId, Timestamp};
use keptang_ports::{
    AuditLine, Claim, LedgerError, NewClaim, NewOrder, Person, Schedule, SlipRecord, WorkerId,
};
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Requests in one transaction at most, so that the first of a flood does not wait for all of it.
const MAX_BATCH: usize = 128;

/// Something to be written.
pub(super) enum Job {
    Open(Box<NewOrder>),
    /// At least one change.
    Commit(Vec<Change>, Option<NewClaim>),
    ClaimDue {
        worker: WorkerId,
        now: Timestamp,
        lease_ms: i64,
        limit: usize,
    },
    ClaimOne {
        attempt: AttemptId,
        worker: WorkerId,
        now: Timestamp,
        lease_ms: i64,
    },
    Release {
        attempt: AttemptId,
        worker: WorkerId,
        schedule: Schedule,
    },
    Wake(AttemptId, Timestamp),
    WakeAll {
        at: Timestamp,
        lease_ms: i64,
    },
    BreakClaims(WorkerId),
    PutPerson {
        person: Box<Person>,
        by: Option<String>,
        at: Timestamp,
    },
    PutSlip(Box<SlipRecord>),
    ClaimSlips {
        now: Timestamp,
        lease_ms: i64,
        limit: usize,
    },
    Note {
        line: Box<AuditLine>,
        after: Option<i64>,
    },
    /// Stop writing and let go of the file.
    Close,
}

/// What a job gave.
pub(super) enum Answer {
    Order(Box<Order>),
    Claims(Vec<Claim>),
    Claim(Option<Claim>),
    Slips(Vec<SlipRecord>),
    Nothing,
}

/// A job and who waits for it.
pub(super) struct Request {
    pub(super) job: Job,
    pub(super) reply: oneshot::Sender<Result<Answer, LedgerError>>,
}

impl Request {
    fn answer(self, answer: Result<Answer, LedgerError>) {
        // Whoever asked may have stopped waiting; what was written stays written.
        let _ = self.reply.send(answer);
    }
}

pub(super) struct Writer {
    connection: SqliteConnection,
    bell: CommitBell,
    /// Texts that may still wait for the index, ours and those of others.
    texts: usize,
    /// When the business day ends, for the day stamped on money.
    cutoff: DayCutoff,
    /// Where the chain ended after our last transaction; `None` when that is not known.
    head: Option<Head>,
    /// The last number of each counter, true as long as `head` is.
    numbers: HashMap<String, i64>,
}

impl Writer {
    pub(super) async fn new(
        mut connection: SqliteConnection,
        cutoff: DayCutoff,
    ) -> Result<Self, LedgerError> {
        Ok(Self {
            bell: CommitBell::hang(&mut connection).await?,
            connection,
            texts: 1,
            cutoff,
            head: None,
            numbers: HashMap::new(),
        })
    }

    /// Serves requests until the last sender is gone or one of them asks to close.
    pub(super) async fn run(mut self, mut inbox: mpsc::Receiver<Request>) {
        let mut batch = Vec::with_capacity(MAX_BATCH);
        let mut closing = Vec::new();
        while closing.is_empty() && self.next(&mut inbox, &mut batch).await {
            closing.extend(batch.extract_if(.., |request| matches!(request.job, Job::Close)));
            self.serve(std::mem::take(&mut batch)).await;
        }
        // The rest, if there is one, goes on when the file is opened again.
        if self.texts > 0 {
            self.move_texts().await;
        }
        if let Err(error) = self.connection.close().await {
            tracing::warn!(error = %error, "the ledger's file was not closed cleanly; nothing is lost by it");
        }
        for request in closing {
            request.answer(Ok(Answer::Nothing));
        }
    }

    /// Waits for requests, and moves texts into their index while there are none. `false` at the end.
    async fn next(&mut self, inbox: &mut mpsc::Receiver<Request>, batch: &mut Vec<Request>) -> bool {
        while self.texts > 0 {
            if self.texts < texts::WAITING
                && let Ok(requests) =
                    tokio::time::timeout(texts::QUIET, inbox.recv_many(batch, MAX_BATCH)).await
            {
                return requests > 0;
            }
            self.move_texts().await;
            while self.texts > 0 && inbox.is_empty() {
                self.move_texts().await;
            }
        }
        inbox.recv_many(batch, MAX_BATCH).await > 0
    }

    async fn move_texts(&mut self) {
        self.texts = match texts::move_some(&mut self.connection, texts::PORTION).await {
            Ok(true) => 1,
            Ok(false) => 0,
            // They are found where they wait.
            Err(error) => {
                tracing::warn!(error = %error, "texts could not be moved into their index");
                self.abandon().await;
                0
            }
        };
    }

    async fn serve(&mut self, batch: Vec<Request>) {
        if batch.is_empty() {
            return;
        }
        match self.swiftly(&batch).await {
            Some(Ok(answers)) => {
                for (request, answer) in batch.into_iter().zip(answers) {
                    request.answer(answer);
                }
            }
            Some(Err(error)) => fail(batch, error),
            None => self.together(batch).await,
        }
    }

    /// Sales and changes in one call to SQLite, trusting that nobody else wrote since our last transaction and that
    /// nothing is refused. Where the trust was wrong, the schema refuses a row and nothing is stored. `None` means that
    /// the jobs are to be done the long way.
    async fn swiftly(&mut self, batch: &[Request]) -> Option<Result<Answers, sqlx::Error>> {
        let mut plan = Plan::on(self.head?, self.cutoff);
        let mut numbers: HashMap<&str, i64> = HashMap::new();
        let mut answers = Vec::with_capacity(batch.len());
        for request in batch {
            let added = match &request.job {
                Job::Open(new) => {
                    let known = *self.numbers.get(&new.counter)?;
                    let last = numbers.entry(&new.counter).or_insert(known);
                    let added = open(&mut plan, new, *last + 1);
                    *last += i64::from(added.is_ok());
                    added
                }
                // One of two writers of one version loses, and the schema cannot say which without losing both.
                Job::Commit(changes, _) if plan.touches(changes[0].after.id) => return None,
                Job::Commit(changes, claim) => commit(&mut plan, changes, *claim),
                _ => return None,
            };
            answers.push(added);
        }
        let (head, texts) = (plan.head, plan.texts());
        if Some(head) == self.head {
            return Some(Ok(answers));
        }
        match plan
            .script()
            .run_in_transaction(&mut self.connection, &self.bell)
            .await
        {
            Ok(()) => {
                self.head = Some(head);
                self.texts += texts;
                for (counter, last) in numbers {
                    self.numbers.insert(counter.to_owned(), last);
                }
                Some(Ok(answers))
            }
            Err(error) => {
                self.abandon().await;
                (!is_constraint(&error)).then_some(Err(error))
            }
        }
    }

    /// Many jobs in one transaction, each of which can fail alone.
    async fn together(&mut self, batch: Vec<Request>) {
        match self.transaction(&batch).await {
            Ok(answers) => {
                for (request, answer) in batch.into_iter().zip(answers) {
                    request.answer(answer);
                }
            }
            Err(error) => {
                self.abandon().await;
                fail(batch, error);
            }
        }
    }

    async fn transaction(&mut self, batch: &[Request]) -> Result<Answers, sqlx::Error> {
        let head = self.begin().await?;
        if self.head != Some(head) {
            self.head = Some(head);
            self.numbers.clear();
        }
        let mut answers = Vec::with_capacity(batch.len());
        for request in batch {
            answers.push(self.one(&request.job).await?);
        }
        sqlx::query("COMMIT").execute(&mut self.connection).await?;
        Ok(answers)
    }

    async fn begin(&mut self) -> Result<Head, sqlx::Error> {
        let row: Option<(i64, Vec<u8>)> =
            sqlx::query_as("BEGIN IMMEDIATE; SELECT seq, hash FROM order_events ORDER BY seq DESC LIMIT 1")
                .fetch_optional(&mut self.connection)
                .await?;
        let Some((seq, hash)) = row else {
            return Ok(Head::EMPTY);
        };
        let hash = Hash::try_from(hash.as_slice()).map_err(|error| sqlx::Error::Decode(error.into()))?;
        Ok(Head { seq, hash })
    }

    /// One job inside a transaction. The outer error means that the whole transaction is lost.
    async fn one(&mut self, job: &Job) -> Result<Result<Answer, LedgerError>, sqlx::Error> {
        let connection = &mut self.connection;
        Ok(Ok(match job {
            Job::Open(_) | Job::Commit(..) => return self.store(job).await,
            Job::ClaimDue {
                worker,
                now,
                lease_ms,
                limit,
            } => Answer::Claims(watches::claim_due(connection, *worker, *now, *lease_ms, *limit).await?),
            Job::ClaimOne {
                attempt,
                worker,
                now,
                lease_ms,
            } => Answer::Claim(watches::claim_one(connection, *attempt, *worker, *now, *lease_ms).await?),
            Job::Release {
                attempt,
                worker,
                schedule,
            } => {
                watches::release(connection, *attempt, *worker, *schedule).await?;
                Answer::Nothing
            }
            Job::Wake(attempt, at) => {
                if !watches::wake(connection, *attempt, *at).await? {
                    return Ok(Err(LedgerError::NotFound));
                }
                Answer::Nothing
            }
            Job::WakeAll { at, lease_ms } => {
                watches::wake_all(connection, *at, *lease_ms).await?;
                Answer::Nothing
            }
            Job::BreakClaims(worker) => {
                watches::break_claims(connection, *worker).await?;
                Answer::Nothing
            }
            Job::PutPerson { person, by, at } => {
                people::put(connection, person, by.as_deref(), *at).await?;
                Answer::Nothing
            }
            Job::PutSlip(slip) => {
                slips::put(connection, slip).await?;
                Answer::Nothing
            }
            Job::ClaimSlips { now, lease_ms, limit } => {
                Answer::Slips(slips::claim(connection, *now, *lease_ms, *limit).await?)
            }
            Job::Note { line, after } => {
                if !people::note(connection, line, *after).await? {
                    return Ok(Err(LedgerError::VersionMoved));
                }
                Answer::Nothing
            }
            Job::Close => Answer::Nothing,
        }))
    }

    async fn store(&mut self, job: &Job) -> Result<Result<Answer, LedgerError>, sqlx::Error> {
        let mut plan = Plan::on(self.head.expect("set when the transaction began"), self.cutoff);
        let added = match job {
            Job::Open(new) => {
                let next = self.last_number(&new.counter).await? + 1;
                open(&mut plan, new, next)
            }
            Job::Commit(changes, claim) => commit(&mut plan, changes, *claim),
            _ => return Ok(Ok(Answer::Nothing)),
        };
        if added.is_err() {
            return Ok(added);
        }
        let head = plan.head;
        self.texts += plan.texts();
        match plan.script().run_in_savepoint(&mut self.connection).await {
            Ok(()) => {
                self.head = Some(head);
                if let Job::Open(new) = job
                    && let Some(last) = self.numbers.get_mut(&new.counter)
                {
                    *last += 1;
                }
                Ok(added)
            }
            Err(error) if is_constraint(&error) => {
                script::undo(&mut self.connection).await?;
                Ok(Err(self.why(job, error).await?))
            }
            Err(error) => Err(error),
        }
    }

    async fn last_number(&mut self, counter: &str) -> Result<i64, sqlx::Error> {
        if let Some(last) = self.numbers.get(counter) {
            return Ok(*last);
        }
        let last: Option<i64> = sqlx::query_scalar("SELECT max(counter_no) FROM orders WHERE counter = ?1")
            .bind(counter)
            .fetch_one(&mut self.connection)
            .await?;
        let last = last.unwrap_or(0);
        self.numbers.insert(counter.to_owned(), last);
        Ok(last)
    }

    /// Ends a transaction that failed, wherever it stands.
    async fn abandon(&mut self) {
        self.head = None;
        self.numbers.clear();
        // Fails when SQLite already rolled back or never began, which is just as well.
        let _ = sqlx::query("ROLLBACK").execute(&mut self.connection).await;
    }

    /// Which rule a refused job ran into.
    async fn why(&mut self, job: &Job, error: sqlx::Error) -> Result<LedgerError, sqlx::Error> {
        match job {
            Job::Open(new) => {
                if self.version_of(new.id).await?.is_some() {
                    return Ok(LedgerError::VersionMoved);
                }
                let used: bool =
                    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM attempts WHERE id = ?1 OR token = ?2)")
                        .bind(watches::attempt_bytes(new.attempt))
                        .bind(token_bytes(new.token).to_vec())
                        .fetch_one(&mut self.connection)
                        .await?;
                Ok(if used {
                    LedgerError::ReferenceUsed
                } else {
                    told(error)
                })
            }
            Job::Commit(changes, _) => self.why_not_committed(changes, error).await,
            _ => Ok(told(error)),
        }
    }

    async fn why_not_committed(
        &mut self,
        changes: &[Change],
        error: sqlx::Error,
    ) -> Result<LedgerError, sqlx::Error> {
        let order = changes[0].after.id;
        match self.version_of(order).await? {
            None => return Ok(LedgerError::NotFound),
            Some(version) if u64::try_from(version) != Ok(changes[0].from_version) => {
                return Ok(LedgerError::VersionMoved);
            }
            Some(_) => {}
        }
        for (book, key) in changes.iter().filter_map(|change| change.new_evidence.as_ref()) {
            let holder: Option<Vec<u8>> =
                sqlx::query_scalar("SELECT order_id FROM evidence WHERE provider = ?1 AND key = ?2")
                    .bind(book)
                    .bind(key)
                    .fetch_optional(&mut self.connection)
                    .await?;
            if let Some(holder) = holder
                && holder != id_bytes(order)
            {
                let holder = <[u8; 16]>::try_from(holder.as_slice())
                    .map_err(|error| sqlx::Error::Decode(error.into()))?;
                let order = OrderId::from_bits(u128::from_be_bytes(holder));
                return Ok(LedgerError::EvidenceUsed { order });
            }
        }
        if let Some(refused) = self.why_no_document(changes).await? {
            return Ok(refused);
        }
        let after = &changes.last().expect("there is at least one change").after;
        for attempt in &after.attempts {
            let used: bool = sqlx::query_scalar(
                "SELECT EXISTS (SELECT 1 FROM attempts WHERE (provider = ?1 AND provider_ref = ?2 AND id <> ?3) \
                 OR (token = ?4 AND id <> ?3) OR (id = ?3 AND order_id <> ?5))",
            )
            .bind(attempt.provider.word())
            .bind(&attempt.provider_ref)
            .bind(watches::attempt_bytes(attempt.id))
            .bind(token_bytes(attempt.token).to_vec())
            .bind(id_bytes(order).to_vec())
            .fetch_one(&mut self.connection)
            .await?;
            if used {
                return Ok(LedgerError::ReferenceUsed);
            }
        }
        Ok(told(error))
    }

    /// Documents are numbered without a gap, so a number that does not follow the last one is an old reading.
    async fn why_no_document(&mut self, changes: &[Change]) -> Result<Option<LedgerError>, sqlx::Error> {
        let mut given: HashMap<&str, i64> = HashMap::new();
        for change in changes {
            let OrderEvent::DocumentIssued {
                series,
                running,
                number,
                ..
            } = &change.event
            else {
                continue;
            };
            let (last, is_taken): (Option<i64>, bool) = sqlx::query_as(
                "SELECT (SELECT max(running) FROM documents WHERE series = ?1), \
                 EXISTS (SELECT 1 FROM documents WHERE number = ?2)",
            )
            .bind(series)
            .bind(number)
            .fetch_one(&mut self.connection)
            .await?;
            let last = given.get(series.as_str()).copied().or(last);
            let running = i64::try_from(*running).unwrap_or(i64::MAX);
            if is_taken || last.is_some_and(|last| running != last + 1) {
                return Ok(Some(LedgerError::DocumentNumberUsed));
            }
            given.insert(series, running);
        }
        Ok(None)
    }

    async fn version_of(&mut self, order: OrderId) -> Result<Option<i64>, sqlx::Error> {
        sqlx::query_scalar("SELECT version FROM orders WHERE id = ?1")
            .bind(id_bytes(order).to_vec())
            .fetch_optional(&mut self.connection)
            .await
    }
}

type Answers = Vec<Result<Answer, LedgerError>>;

/// Tells everyone of a transaction that nothing of it was stored.
fn fail(batch: Vec<Request>, error: sqlx::Error) {
    tracing::error!(error = %error, requests = batch.len(), "a transaction of the ledger failed");
    let shared = Shared(Arc::new(error));
    for request in batch {
        request.answer(Err(shared.clone().into()));
    }
}

/// Adds a sale to the plan; the answer holds once the plan is stored.
fn open(plan: &mut Plan, new: &NewOrder, counter_no: i64) -> Result<Answer, LedgerError> {
    let (changes, order) =
        plan::opening(new, number(&new.counter, counter_no)).map_err(|error| LedgerError::Corrupt {
            at: format!("new order ({error})"),
        })?;
    plan.add(&changes, Some(new.claim));
    Ok(Answer::Order(Box::new(order)))
}

/// Adds changes of one order to the plan; the answer holds once the plan is stored.
fn commit(plan: &mut Plan, changes: &[Change], claim: Option<NewClaim>) -> Result<Answer, LedgerError> {
    // Sales begin in `open`, which alone gives numbers.
    let first = &changes[0];
    if first.from_version == 0 || counter_of(&first.after.opening.number).is_none() {
        return Err(LedgerError::NotFound);
    }
    let builds_on = |pair: &[Change]| {
        pair[1].from_version == pair[0].after.version && pair[1].after.id == pair[0].after.id
    };
    if !changes.windows(2).all(builds_on) {
        return Err(LedgerError::VersionMoved);
    }
    plan.add(changes, claim);
    Ok(Answer::Nothing)
}
