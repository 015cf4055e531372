//! Keeps the simulated world in a file, so that killing the process loses nothing that was answered.
//!
//! A change is written to a temporary file and renamed before its answer goes out. Several processes may
//! share one file (the window and the command line both run the training simulator on one data directory):
//! a lock file serialises them and holds a generation number, so each sees what the others changed.
//! Not flushed to the disk: a process kill is survived, a power cut may lose training payments.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::crypto;
use crate::deposit;
use crate::easyslip;
use crate::faults::Book;
use crate::jwt;
use crate::omise;
use crate::settings::Settings;

/// Everything that survives a kill. Each provider adds its own part.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct World {
    pub(crate) tokens_issued: u64,
    pub(crate) clock_offset_ms: i64,
    pub(crate) faults: Book,
    pub(crate) omise: omise::State,
    // Files of versions that knew Omise only have none of these.
    #[serde(default)]
    pub(crate) settings: Settings,
    #[serde(default)]
    pub(crate) deposit: deposit::State,
    #[serde(default)]
    pub(crate) jwt: jwt::State,
    #[serde(default)]
    pub(crate) crypto: crypto::State,
    #[serde(default)]
    pub(crate) easyslip: easyslip::State,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("state file: {0}")]
    Io(#[from] io::Error),
    #[error("state file is not what the simulator writes: {0}")]
    Format(#[from] serde_json::Error),
}

#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    lock: File,
    generation: u64,
}

impl Store {
    /// Opens or creates the state next to its lock file. The flag says whether a saved world was there.
    pub(crate) fn open(path: &Path) -> Result<(Self, World, bool), StoreError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let lock_path = sibling(path, ".lock");
        let lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(lock_path)?;
        let mut store = Self {
            path: path.to_owned(),
            lock,
            generation: 0,
        };
        store.lock.lock()?;
        let loaded = store.read_generation().and_then(|generation| {
            store.generation = generation;
            store.read()
        });
        store.lock.unlock()?;
        let world = loaded?;
        let is_saved = world.is_some();
        Ok((store, world.unwrap_or_default(), is_saved))
    }

    /// Shuts the others out and brings `world` up to date; true when another process had changed it.
    pub(crate) fn begin(&mut self, world: &mut World) -> Result<bool, StoreError> {
        self.lock.lock()?;
        let refreshed = self.refresh(world);
        if refreshed.is_err() {
            self.lock.unlock()?;
        }
        refreshed
    }

    /// Saves `world` if given, then lets the others in.
    pub(crate) fn end(&mut self, changed: Option<&World>) -> Result<(), StoreError> {
        let saved = changed.map_or(Ok(()), |world| self.save(world));
        self.lock.unlock()?;
        saved
    }

    fn refresh(&mut self, world: &mut World) -> Result<bool, StoreError> {
        let generation = self.read_generation()?;
        if generation == self.generation {
            return Ok(false);
        }
        *world = self.read()?.unwrap_or_default();
        self.generation = generation;
        Ok(true)
    }

    fn save(&mut self, world: &World) -> Result<(), StoreError> {
        let fresh = sibling(&self.path, ".new");
        std::fs::write(&fresh, serde_json::to_vec(world)?)?;
        // The number first: dying in between makes the others re-read the old file, which is harmless; the
        // other order would hide this change from them.
        self.generation += 1;
        self.lock.seek(SeekFrom::Start(0))?;
        self.lock.write_all(&self.generation.to_le_bytes())?;
        std::fs::rename(&fresh, &self.path)?;
        Ok(())
    }

    fn read(&self) -> Result<Option<World>, StoreError> {
        match std::fs::read(&self.path) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn read_generation(&mut self) -> Result<u64, StoreError> {
        let mut bytes = [0_u8; 8];
        self.lock.seek(SeekFrom::Start(0))?;
        match self.lock.read_exact(&mut bytes) {
            Ok(()) => Ok(u64::from_le_bytes(bytes)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
            Err(error) => Err(error.into()),
        }
    }
}

fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_openers_see_each_others_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sim.json");
        let (mut one, mut world_one, was_saved) = Store::open(&path).unwrap();
        assert!(!was_saved);
        let (mut two, mut world_two, _) = Store::open(&path).unwrap();
        assert!(!one.begin(&mut world_one).unwrap());
        world_one.tokens_issued = 7;
        one.end(Some(&world_one)).unwrap();
        assert!(two.begin(&mut world_two).unwrap());
        assert_eq!(world_two.tokens_issued, 7);
        world_two.tokens_issued = 8;
        two.end(Some(&world_two)).unwrap();
        assert!(one.begin(&mut world_one).unwrap());
        assert_eq!(world_one.tokens_issued, 8);
        one.end(None).unwrap();
    }

    #[test]
    fn a_damaged_file_is_an_error_and_not_an_empty_world() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sim.json");
        std::fs::write(&path, b"{\"omise\":").unwrap();
        assert!(matches!(Store::open(&path), Err(StoreError::Format(_))));
    }
}
