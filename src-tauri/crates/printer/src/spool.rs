//! The queue's directory: a file per job, and a lock that one process at a time holds while it prints.
//!
//! The lock goes with its process, however that ends, and what it was doing stands in the lock file: whoever comes next
//! sees that the printer may have been left inside a job. A lock rather than renaming job by job keeps the order of jobs
//! also between processes, and leaves nothing claimed by the dead.

use crate::fault::QueueError;
use crate::job::{Job, JobId};
use keptang_domain::Timestamp;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many zero bytes go ahead of a job when the printer may have been left inside another one's picture. They end
/// the picture as white rows; outside of one, a printer ignores them. A job must not hold a longer band than this.
pub const RESYNC_BYTES: usize = 16 * 1024;

const KEEP_MS: i64 = 24 * 3_600_000;
const LOCK: &str = "printing.lock";
const UNFINISHED: &str = ".new";

#[derive(Debug, Clone)]
pub(crate) struct Spool {
    dir: Arc<Path>,
}

impl Spool {
    /// The queue in `dir`, which is made if it is missing.
    pub(crate) fn open(dir: PathBuf) -> Result<Self, QueueError> {
        fs::create_dir_all(&dir).map_err(QueueError::when("made"))?;
        Ok(Self { dir: dir.into() })
    }

    /// Stores a job for good before it returns.
    pub(crate) fn add(&self, job: Job, bytes: &[u8]) -> Result<(), QueueError> {
        let write = || -> io::Result<()> {
            let name = job.file_name();
            let unfinished = self.dir.join(format!("{name}{UNFINISHED}"));
            let mut file = File::create(&unfinished)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(unfinished, self.dir.join(name))?;
            sync_folder(&self.dir)
        };
        write().map_err(QueueError::when("written"))
    }

    /// The jobs, oldest first.
    pub(crate) fn jobs(&self) -> Result<Vec<Job>, QueueError> {
        let mut jobs: Vec<Job> = self
            .names()?
            .iter()
            .filter_map(|name| Job::of_file_name(name))
            .collect();
        jobs.sort_by_key(|job| job.id);
        Ok(jobs)
    }

    /// Removes what has waited for more than 24 hours, and what a process that died left half written.
    pub(crate) fn drop_old(&self, now: Timestamp) -> Result<(), QueueError> {
        for name in self.names()? {
            let finished = name.strip_suffix(UNFINISHED).unwrap_or(&name);
            let Some(job) = Job::of_file_name(finished) else {
                continue;
            };
            if now.ms_since(job.created_at) > KEEP_MS && remove(&self.dir.join(&name))? {
                let kind = job.kind.word();
                tracing::warn!(job = %job.id, kind, "dropped after 24 hours without a printer");
            }
        }
        Ok(())
    }

    fn names(&self) -> Result<Vec<String>, QueueError> {
        let list = || -> io::Result<Vec<String>> {
            let mut names = Vec::new();
            for entry in fs::read_dir(&self.dir)? {
                names.extend(entry?.file_name().into_string());
            }
            Ok(names)
        };
        list().map_err(QueueError::when("read"))
    }

    /// Takes a job off the queue; `false` when it is not there (any more).
    pub(crate) fn remove(&self, id: JobId) -> Result<bool, QueueError> {
        let job = self.jobs()?.into_iter().find(|job| job.id == id);
        job.map_or(Ok(false), |job| remove(&self.dir.join(job.file_name())))
    }

    /// The right to print, or `None` while another process has it.
    pub(crate) fn claim(&self) -> Result<Option<Claim>, QueueError> {
        let open = || -> io::Result<Option<Claim>> {
            let lock = OpenOptions::new()
                .create(true)
                .truncate(false)
                .read(true)
                .write(true)
                .open(self.dir.join(LOCK))?;
            match lock.try_lock() {
                Ok(()) => Ok(Some(Claim {
                    spool: self.clone(),
                    lock,
                })),
                Err(TryLockError::WouldBlock) => Ok(None),
                Err(TryLockError::Error(error)) => Err(error),
            }
        };
        open().map_err(QueueError::when("locked"))
    }
}

/// The right to print, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Claim {
    spool: Spool,
    lock: File,
}

impl Claim {
    /// The bytes of `job`; `None` when somebody cancelled it meanwhile.
    pub(crate) fn read(&self, job: Job) -> Result<Option<Vec<u8>>, QueueError> {
        match fs::read(self.spool.dir.join(job.file_name())) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(QueueError::when("read")(error)),
        }
    }

    /// The next byte goes to the printer. From here until [`Claim::finish`] it counts as left inside a job. Returns
    /// what has to go ahead to bring it back from an earlier one: usually nothing.
    pub(crate) fn begin(&self) -> Result<Vec<u8>, QueueError> {
        let mark = || -> io::Result<Vec<u8>> {
            let left_inside = self.lock.metadata()?.len() > 0;
            if left_inside {
                return Ok(vec![0; RESYNC_BYTES]);
            }
            self.lock.set_len(1)?;
            self.lock.sync_all()?;
            Ok(Vec::new())
        };
        mark().map_err(QueueError::when("written"))
    }

    /// The printer has taken all of `job`.
    pub(crate) fn finish(&self, job: Job) -> Result<(), QueueError> {
        remove(&self.spool.dir.join(job.file_name()))?;
        self.lock.set_len(0).map_err(QueueError::when("written"))
    }
}

fn remove(path: &Path) -> Result<bool, QueueError> {
    match fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(QueueError::when("written")(error)),
    }
    // A job that comes back after a power cut would be printed again.
    let folder = path.parent().expect("a job lies in the queue's folder");
    sync_folder(folder).map_err(QueueError::when("written"))?;
    Ok(true)
}

/// Windows makes renames durable by itself and does not open folders as files.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    File::open(folder)?.sync_all()
}
