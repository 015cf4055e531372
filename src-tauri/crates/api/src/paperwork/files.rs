//! Files that people asked for: written whole or not at all, in one folder that is easy to find.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use serde::Serialize;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use ts_rs::TS;

/// Where the window puts files.
const FOLDER: &str = "exports";

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SavedFile {
    /// Where it lies.
    pub path: String,
    /// Its name.
    pub name: String,
    /// How long it is.
    #[ts(type = "number")]
    pub bytes: usize,
}

/// Writes a file in one step: whoever opens it finds the old one or the whole new one.
///
/// # Errors
/// Of the operating system: no such folder, no space, no permission.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not the name of a file"))?;
    let mut half = name.to_owned();
    half.push(".part");
    let half = path.with_file_name(half);
    let written = std::fs::File::create(&half).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let done = written.and_then(|()| std::fs::rename(&half, path));
    if done.is_err() {
        // The error at hand says more than one about cleaning up.
        let _ = std::fs::remove_file(&half);
    }
    done
}

impl App {
    /// Where files for people go.
    pub fn exports_folder(&self) -> PathBuf {
        self.data_dir().join(FOLDER)
    }

    /// Writes a file for a person into the folder of exports.
    pub(crate) async fn save(&self, name: &str, bytes: Vec<u8>) -> Result<SavedFile, ApiError> {
        let folder = self.exports_folder();
        let path = folder.join(name);
        let shown = path.display().to_string();
        let saved = SavedFile {
            path: shown.clone(),
            name: name.to_owned(),
            bytes: bytes.len(),
        };
        let written = tokio::task::spawn_blocking(move || {
            std::fs::create_dir_all(&folder)?;
            write_whole(&path, &bytes)
        });
        match written.await {
            Ok(Ok(())) => Ok(saved),
            Ok(Err(error)) => {
                tracing::warn!(error = %error, "a file could not be written");
                Err(ApiError::new(ErrorCode::FileNotWritten).with("path", shown))
            }
            Err(_) => Err(ApiError::new(ErrorCode::Internal)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_and_leaves_no_half_behind() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let path = dir.path().join("วันนี้.csv");
        write_whole(&path, b"one").expect("written");
        write_whole(&path, b"two").expect("written again");
        assert_eq!(std::fs::read(&path).expect("there"), b"two");
        assert_eq!(std::fs::read_dir(dir.path()).expect("readable").count(), 1);
        assert!(write_whole(&dir.path().join("no such/folder.csv"), b"x").is_err());
    }
}
