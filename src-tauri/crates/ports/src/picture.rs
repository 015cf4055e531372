//! The port of the place where pictures of slips are kept for a while.

use async_trait::async_trait;
use std::io;

/// Keeps pictures as files, apart from the ledger, so that they can be wiped while the proof stays.
#[async_trait]
pub trait PictureStore: Send + Sync {
    /// Keeps a picture under a name made of `name` and `extension`, both of plain letters and digits, and gives that
    /// name. The same picture kept twice is one file.
    async fn keep(&self, name: &str, extension: &str, bytes: &[u8]) -> io::Result<String>;

    /// Reads one back.
    async fn read(&self, file: &str) -> io::Result<Vec<u8>>;

    /// Wipes one; one that is gone already is fine.
    async fn wipe(&self, file: &str) -> io::Result<()>;
}
