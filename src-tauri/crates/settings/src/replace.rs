//! Replacing a small file as one step: a power cut leaves the old one or the new one, never half of either.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Puts `bytes` where `path` is. The file is readable by its owner only, or, when `like` is given, by whom `like` was.
pub(crate) fn replace_file(path: &Path, bytes: &[u8], like: Option<&fs::Permissions>) -> io::Result<()> {
    let fresh = beside(path, "new");
    let mut file = private_file(&fresh, true)?;
    file.write_all(bytes)?;
    if let Some(permissions) = like {
        file.set_permissions(permissions.clone())?;
    }
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    #[cfg(unix)]
    if let Some(parent) = path.parent() {
        File::open(parent)?.sync_all()?;
    }
    Ok(())
}

/// Held while a file is read, changed and replaced, because window and command line may both be open. Free again
/// when it is dropped, and when its process dies.
pub(crate) fn lock_beside(path: &Path) -> io::Result<File> {
    let lock = private_file(&path.with_extension("lock"), false)?;
    lock.lock()?;
    Ok(lock)
}

pub(crate) fn private_file(path: &Path, truncate: bool) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(truncate);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}
