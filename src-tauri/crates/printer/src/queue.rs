//! The queue: what is put, in what order it is printed, and what is known about the printer.
//!
//! A job stays until the printer took all its bytes. If that ends in between (power, cable, a killed till), the whole job
//! is printed again: half a receipt and a whole one are better than half a receipt.

use crate::device::{self, queue_fault};
use crate::fault::{Fault, QueueError};
use crate::job::{Job, JobId, JobKind};
use crate::pace::Pace;
use crate::spool::{Claim, Spool};
use crate::target::Target;
use crate::tcp::Line;
use keptang_domain::Timestamp;
use keptang_ports::{Clock, Ids};
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// What is known about the printer. Errors and times are of this process; the jobs are everybody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status {
    /// How many jobs wait, the one being printed included.
    pub waiting: usize,
    /// The job on its way.
    pub printing: Option<JobId>,
    /// What went wrong last; `None` once a job came through.
    pub last_error: Option<Fault>,
    /// When the printer last took a whole job.
    pub last_printed_at: Option<Timestamp>,
}

/// The print jobs of one data directory. Cheap to clone; all clones are the same queue.
#[derive(Clone)]
pub struct PrintQueue {
    inner: Arc<Inner>,
}

struct Inner {
    spool: Spool,
    target: Target,
    pace: Pace,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    status: watch::Sender<Status>,
    wake: Notify,
    printer_is_silent: AtomicBool,
    /// The job being sent, and the word that hangs up on it.
    sending: Mutex<Option<(JobId, CancellationToken)>>,
}

impl fmt::Debug for PrintQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrintQueue")
            .field("target", &self.inner.target)
            .field("status", &*self.inner.status.borrow())
            .finish_non_exhaustive()
    }
}

/// How one look at the queue ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Nothing is left to do.
    Empty,
    /// Another process is printing.
    Elsewhere,
    /// The printer did not take a job.
    Failed,
}

impl PrintQueue {
    /// The queue in `dir` (by convention `<data_dir>/print-queue`), which is made if it is missing. Nothing is printed
    /// before [`PrintQueue::run`]. Blocks for as long as it takes to make a directory.
    pub fn open(
        dir: PathBuf,
        target: Target,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Result<Self, QueueError> {
        Self::open_at(dir, target, clock, ids, Pace::default())
    }

    /// As [`PrintQueue::open`], with another patience.
    pub fn open_at(
        dir: PathBuf,
        target: Target,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        pace: Pace,
    ) -> Result<Self, QueueError> {
        let spool = Spool::open(dir)?;
        let waiting = spool.jobs()?.len();
        let status = Status {
            waiting,
            ..Status::default()
        };
        Ok(Self {
            inner: Arc::new(Inner {
                spool,
                target,
                pace,
                clock,
                ids,
                status: watch::Sender::new(status),
                wake: Notify::new(),
                printer_is_silent: AtomicBool::new(false),
                sending: Mutex::new(None),
            }),
        })
    }

    /// Stores a job for good and wakes the printer's task. A band of a picture in it has to be shorter than
    /// [`crate::RESYNC_BYTES`].
    pub async fn put(&self, kind: JobKind, bytes: Vec<u8>) -> Result<JobId, QueueError> {
        let job = Job {
            id: JobId::new(self.inner.ids.next_id()),
            created_at: self.inner.clock.now(),
            kind,
        };
        self.on_disk(move |spool| spool.add(job, &bytes)).await?;
        self.count().await?;
        self.inner.wake.notify_one();
        Ok(job.id)
    }

    /// The jobs that wait, oldest first.
    pub async fn jobs(&self) -> Result<Vec<Job>, QueueError> {
        self.on_disk(Spool::jobs).await
    }

    /// Cancels a job; `false` when it is not in the queue (any more). One that is being sent through the network is
    /// hung up on; what a device file has begun to take, it prints.
    pub async fn drop_job(&self, id: JobId) -> Result<bool, QueueError> {
        let removed = self.on_disk(move |spool| spool.remove(id)).await?;
        if let Some((sending, hang_up)) = &*self.sending()
            && *sending == id
        {
            hang_up.cancel();
        }
        self.count().await?;
        self.inner.wake.notify_one();
        Ok(removed)
    }

    /// What is known about the printer now.
    pub async fn status(&self) -> Result<Status, QueueError> {
        self.count().await?;
        Ok(*self.inner.status.borrow())
    }

    /// Tells of every change of the status.
    pub fn updates(&self) -> watch::Receiver<Status> {
        self.inner.status.subscribe()
    }

    /// Tries again now instead of when the pause after a failure is over.
    pub fn retry_now(&self) {
        self.inner.wake.notify_one();
    }

    /// Prints what is put, here or by another process, until `cancel`. A job that is on its way then gets a moment to
    /// come through.
    pub async fn run(&self, cancel: CancellationToken) {
        let pace = self.inner.pace;
        let mut pause = pace.retry_first;
        while !cancel.is_cancelled() {
            let look = self.look(&cancel).await.unwrap_or_else(|error| {
                self.failed(queue_fault(error));
                Look::Failed
            });
            let wait = match look {
                Look::Empty => pace.look_every,
                Look::Elsewhere => pace.retry_first,
                Look::Failed => pause,
            };
            pause = match look {
                Look::Failed => pause.saturating_mul(2).min(pace.retry_longest),
                Look::Empty | Look::Elsewhere => pace.retry_first,
            };
            self.rest(wait, &cancel).await;
        }
    }

    async fn rest(&self, wait: Duration, cancel: &CancellationToken) {
        tokio::select! {
            () = cancel.cancelled() => {}
            () = self.inner.wake.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }

    /// Prints all jobs that wait, or up to the first that the printer does not take.
    async fn look(&self, cancel: &CancellationToken) -> Result<Look, QueueError> {
        let now = self.inner.clock.now();
        self.on_disk(move |spool| spool.drop_old(now)).await?;
        if self.count().await?.is_none() {
            return Ok(Look::Empty);
        }
        let Some(claim) = self.on_disk(Spool::claim).await? else {
            return Ok(Look::Elsewhere);
        };
        let claim = Arc::new(claim);
        while let Some(job) = self.count().await? {
            if cancel.is_cancelled() {
                break;
            }
            let hang_up = CancellationToken::new();
            *self.sending() = Some((job.id, hang_up.clone()));
            self.inner
                .status
                .send_modify(|status| status.printing = Some(job.id));
            let sent = tokio::select! {
                sent = self.send(job, &claim, hang_up) => Some(sent),
                () = self.out_of_time(cancel) => None,
            };
            *self.sending() = None;
            self.inner.status.send_modify(|status| status.printing = None);
            match sent {
                Some(Ok(true)) => self.printed(job),
                Some(Ok(false)) => {}
                Some(Err(fault)) => {
                    self.failed(fault);
                    return Ok(Look::Failed);
                }
                None => break,
            }
        }
        Ok(Look::Empty)
    }

    async fn out_of_time(&self, cancel: &CancellationToken) {
        cancel.cancelled().await;
        tokio::time::sleep(self.inner.pace.finish).await;
    }

    /// Sends one job and takes it off the queue; `false` when it was cancelled.
    async fn send(&self, job: Job, claim: &Arc<Claim>, hang_up: CancellationToken) -> Result<bool, Fault> {
        let inner = &self.inner;
        let Some(bytes) = on_claim(claim, move |claim| claim.read(job)).await? else {
            return Ok(false);
        };
        let stalled = |stalled: bool| {
            let fault = stalled.then_some(Fault::PaperOrOffline);
            inner.status.send_modify(|status| status.last_error = fault);
        };
        match &inner.target {
            Target::Device(path) => {
                let (path, claim) = (path.clone(), Arc::clone(claim));
                device::send(path, job, bytes, claim, inner.pace, &stalled).await?;
                Ok(true)
            }
            Target::Tcp { host, port } => {
                let through = async {
                    let line = Line::open(host, *port, inner.pace, &inner.printer_is_silent).await?;
                    let mut all = on_claim(claim, Claim::begin).await?;
                    all.extend(bytes);
                    line.send(&all, &stalled).await?;
                    on_claim(claim, move |claim| claim.finish(job)).await
                };
                tokio::select! {
                    sent = through => sent.map(|()| true),
                    () = hang_up.cancelled() => Ok(false),
                }
            }
        }
    }

    fn printed(&self, job: Job) {
        let now = self.inner.clock.now();
        tracing::info!(job = %job.id, kind = job.kind.word(), "printed");
        self.inner.status.send_modify(|status| {
            status.waiting = status.waiting.saturating_sub(1);
            status.last_error = None;
            status.last_printed_at = Some(now);
        });
    }

    fn failed(&self, fault: Fault) {
        let before = self.inner.status.borrow().last_error;
        if before != Some(fault) {
            tracing::warn!(%fault, "the printer did not take a job; it is kept and tried again");
        }
        self.inner
            .status
            .send_modify(|status| status.last_error = Some(fault));
    }

    /// Counts what waits into the status, and returns the oldest.
    async fn count(&self) -> Result<Option<Job>, QueueError> {
        let jobs = self.jobs().await?;
        self.inner.status.send_if_modified(|status| {
            let changed = status.waiting != jobs.len();
            status.waiting = jobs.len();
            changed
        });
        Ok(jobs.first().copied())
    }

    fn sending(&self) -> std::sync::MutexGuard<'_, Option<(JobId, CancellationToken)>> {
        self.inner.sending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Spool) -> Result<T, QueueError> + Send + 'static,
    ) -> Result<T, QueueError> {
        let spool = self.inner.spool.clone();
        tokio::task::spawn_blocking(move || work(&spool))
            .await
            .expect("the queue's work on disk does not panic")
    }
}

async fn on_claim<T: Send + 'static>(
    claim: &Arc<Claim>,
    work: impl FnOnce(&Claim) -> Result<T, QueueError> + Send + 'static,
) -> Result<T, Fault> {
    let claim = Arc::clone(claim);
    tokio::task::spawn_blocking(move || work(&claim))
        .await
        .expect("the queue's work on disk does not panic")
        .map_err(queue_fault)
}
