//! Copies of a ledger and the proof of a file that nobody works with: what backup and restore are made of.

use super::fault::unavailable;
use super::{SqliteLedger, open, verify};
use keptang_domain::DayCutoff;
use keptang_ports::{Ledger, LedgerError, VerifyReport};
use sqlx::Connection;
use std::io;
use std::path::Path;

/// Copies the ledger at `ledger` to `into`, consistent at one moment while tills go on writing. The copy is there whole or
/// not at all; nothing is ever overwritten.
///
/// # Errors
/// [`LedgerError::NotFound`] when there is no ledger; [`LedgerError::Unavailable`] when `into` is there already or cannot
/// be written.
pub async fn snapshot(ledger: &Path, into: &Path) -> Result<(), LedgerError> {
    if !ledger.try_exists().map_err(unavailable)? {
        return Err(LedgerError::NotFound);
    }
    if into.try_exists().map_err(unavailable)? {
        return Err(unavailable(io::Error::from(io::ErrorKind::AlreadyExists)));
    }
    let mut connection = open::reader(ledger).await?;
    let copied = open::copy(&mut connection, into).await;
    // It was only read from; there is nothing to lose.
    let _ = connection.close().await;
    copied
}

/// Proves the ledger in a file and leaves the file as it is. An older file is proven as this till would see it: copied
/// beside itself, brought up to date, proven, and the copy removed.
///
/// # Errors
/// [`LedgerError::NotFound`] when there is no file, else as for opening; what is wrong inside is
/// [`VerifyReport::first_fault`].
pub async fn check_file(path: &Path) -> Result<VerifyReport, LedgerError> {
    if !path.try_exists().map_err(unavailable)? {
        return Err(LedgerError::NotFound);
    }
    let mut connection = open::reader(path).await?;
    let is_current = open::is_current(&mut connection).await;
    // It was only read from; there is nothing to lose.
    let _ = connection.close().await;
    if is_current? {
        let readers = open::readers(path);
        let report = verify::ledger(&readers).await;
        readers.close().await;
        return report;
    }
    let folder = open::beside(path, ".checking");
    tokio::fs::create_dir(&folder).await.map_err(unavailable)?;
    let report = check_older(path, &folder.join("ledger.sqlite")).await;
    tokio::fs::remove_dir_all(&folder).await.map_err(unavailable)?;
    report
}

async fn check_older(path: &Path, copy: &Path) -> Result<VerifyReport, LedgerError> {
    snapshot(path, copy).await?;
    // Nothing new is stored, so the cut-off is of no account.
    let ledger = SqliteLedger::open(copy, DayCutoff::DEFAULT).await?;
    let report = ledger.verify().await;
    ledger.close().await;
    report
}
