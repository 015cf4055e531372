//! The real clock, ids and sense of which processes live.

use keptang_domain::Timestamp;
use keptang_ports::{Clock, Ids, WorkerId};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// The clock of this machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(jiff::Timestamp::now().as_millisecond())
    }
}

/// Ids from the operating system's random source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemIds;

impl Ids for SystemIds {
    fn next_id(&self) -> u128 {
        uuid::Uuid::now_v7().as_u128()
    }

    fn next_token(&self) -> u128 {
        let mut bits = [0_u8; 16];
        getrandom::fill(&mut bits).expect("an operating system that runs a till has a secure random source");
        u128::from_be_bytes(bits)
    }
}

/// This process's mark among those that share a data directory: a locked file. The lock goes with the process, however
/// it ends, so others can tell at once that its claims are free, instead of waiting for them to run out. The file stays
/// behind also after a proper end, because that too may come between a step and giving its claim back; the next process
/// frees the claims and removes it.
#[derive(Debug)]
pub(crate) struct AliveMark {
    _lock: File,
}

impl AliveMark {
    /// Marks `worker` as alive.
    pub(crate) fn set(data_dir: &Path, worker: WorkerId) -> io::Result<Self> {
        let folder = folder(data_dir);
        std::fs::create_dir_all(&folder)?;
        let name = format!("{:032x}", worker.0);
        // Locked before it has its name: a mark that others see unlocked is taken for one of the dead.
        let unnamed = folder.join(format!("{name}.new"));
        let lock = File::create(&unnamed)?;
        lock.lock()?;
        std::fs::rename(unnamed, folder.join(name))?;
        Ok(Self { _lock: lock })
    }
}

fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("run")
}

/// Workers whose mark is there but whose process is gone, with the file to remove once their claims are free.
pub(crate) fn dead_workers(data_dir: &Path) -> Vec<(WorkerId, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(folder(data_dir)) else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let worker = u128::from_str_radix(path.file_name()?.to_str()?, 16).ok()?;
            let lock = File::open(&path).ok()?;
            lock.try_lock().ok()?;
            Some((WorkerId(worker), path))
        })
        .collect()
}

/// Whether some process has the data directory open now.
pub(crate) fn a_till_is_running(data_dir: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder(data_dir)) else {
        return false;
    };
    entries
        .filter_map(|entry| File::open(entry.ok()?.path()).ok())
        .any(|mark| mark.try_lock().is_err())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_living_process_is_not_taken_for_dead() {
        let dir = tempfile::tempdir().unwrap();
        let alive = AliveMark::set(dir.path(), WorkerId(7)).unwrap();
        assert!(dead_workers(dir.path()).is_empty());
        assert!(a_till_is_running(dir.path()));
        // What a killed process leaves behind: the file, without its lock.
        File::create(folder(dir.path()).join(format!("{:032x}", 9))).unwrap();
        let dead: Vec<WorkerId> = dead_workers(dir.path())
            .into_iter()
            .map(|(worker, _)| worker)
            .collect();
        assert_eq!(dead, [WorkerId(9)]);
        drop(alive);
        assert!(!a_till_is_running(dir.path()));
        let dead = dead_workers(dir.path()).into_iter();
        let mut dead: Vec<u128> = dead.map(|(worker, _)| worker.0).collect();
        dead.sort_unstable();
        assert_eq!(dead, [7, 9], "its last claim may not have been given back");
    }
    #[test]
    fn a_new_mark_is_locked_from_the_first_moment() {
        let dir = tempfile::tempdir().unwrap();
        let started = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            let marking = scope.spawn(|| {
                started.wait();
                (0..500)
                    .map(|worker| AliveMark::set(dir.path(), WorkerId(worker)).unwrap())
                    .collect::<Vec<_>>()
            });
            started.wait();
            while !marking.is_finished() {
                assert!(dead_workers(dir.path()).is_empty());
            }
        });
    }
}
