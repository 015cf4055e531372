//! The copies in a folder: which are there, and which of them have had their time.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::VaultError;
use crate::stream::peek;

/// What the name of a backup ends in.
pub const BACKUP_ENDING: &str = "keptang";

/// A backup by its own words; only opening it tells whether they are true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupCopy {
    pub path: PathBuf,
    /// Milliseconds since 1970.
    pub created_at_ms: i64,
    /// On disk.
    pub bytes: u64,
}

/// Backups in `folder` whose names begin with `beginning`, the newest first. Other files are passed over, and so are
/// copies that cannot be read.
///
/// # Errors
/// When the folder cannot be read, such as a stick that is not there.
pub fn copies(folder: &Path, beginning: &str) -> Result<Vec<BackupCopy>, VaultError> {
    let unreadable = |error: io::Error| VaultError::Read(error.kind());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let (path, name) = (entry.path(), entry.file_name());
        let is_ours = name.to_string_lossy().starts_with(beginning)
            && path.extension().is_some_and(|ending| ending == BACKUP_ENDING);
        if !is_ours {
            continue;
        }
        let says = File::open(&path).ok().and_then(|file| peek(file).ok());
        if let (Some(says), Ok(metadata)) = (says, entry.metadata()) {
            found.push(BackupCopy {
                path,
                created_at_ms: says.created_at_ms,
                bytes: metadata.len(),
            });
        }
    }
    found.sort_by(|a, b| (b.created_at_ms, &b.path).cmp(&(a.created_at_ms, &a.path)));
    Ok(found)
}

/// Removes all but the `keep` newest of [`copies`], and names the removed. To be called after a new copy was written;
/// the newest is never removed.
///
/// # Errors
/// As [`copies`], or one cannot be removed.
pub fn prune(folder: &Path, beginning: &str, keep: usize) -> Result<Vec<PathBuf>, VaultError> {
    let mut removed = Vec::new();
    for copy in copies(folder, beginning)?.into_iter().skip(keep.max(1)) {
        fs::remove_file(&copy.path).map_err(|error| VaultError::Write(error.kind()))?;
        removed.push(copy.path);
    }
    Ok(removed)
}
