//! Pictures of slips as files beside the ledger.

use async_trait::async_trait;
use keptang_ports::PictureStore;
use std::io;
use std::path::{Path, PathBuf};

/// The folder `slips` of the data directory.
pub(crate) struct PictureFolder {
    folder: PathBuf,
}

impl PictureFolder {
    pub(crate) fn of(data_dir: &Path) -> Self {
        Self {
            folder: data_dir.join("slips"),
        }
    }

    /// Names come from the ledger; one that is no plain name was put there by somebody else.
    fn path(&self, file: &str) -> io::Result<PathBuf> {
        let plain = !file.is_empty()
            && !file.starts_with('.')
            && file
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
        if plain {
            Ok(self.folder.join(file))
        } else {
            Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not the name of a picture",
            ))
        }
    }
}

#[async_trait]
impl PictureStore for PictureFolder {
    async fn keep(&self, name: &str, extension: &str, bytes: &[u8]) -> io::Result<String> {
        let file = format!("{name}.{extension}");
        let path = self.path(&file)?;
        tokio::fs::create_dir_all(&self.folder).await?;
        // Half a picture under the whole one's name would never be noticed.
        let half = self.folder.join(format!("{file}.part"));
        tokio::fs::write(&half, bytes).await?;
        tokio::fs::rename(half, path).await?;
        Ok(file)
    }

    async fn read(&self, file: &str) -> io::Result<Vec<u8>> {
        tokio::fs::read(self.path(file)?).await
    }

    async fn wipe(&self, file: &str) -> io::Result<()> {
        match tokio::fs::remove_file(self.path(file)?).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_picture_is_kept_read_and_wiped() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let store = PictureFolder::of(dir.path());
        let file = store.keep("00ff", "png", b"picture").await.expect("it is kept");
        assert_eq!(store.keep("00ff", "png", b"picture").await.expect("again"), file);
        assert_eq!(store.read(&file).await.expect("it is there"), b"picture");
        store.wipe(&file).await.expect("it is wiped");
        store.wipe(&file).await.expect("gone is gone");
        assert!(store.read(&file).await.is_err());
        for name in ["", "../secret", "/etc/passwd", ".hidden", "a b"] {
            assert!(store.read(name).await.is_err(), "{name}");
        }
    }
}
