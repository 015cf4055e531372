//! Encrypted copies of the shop: making one, trying whether one could be brought back, bringing one back.
//!
//! A copy holds the ledger, the settings and the pepper of the PINs, which belongs to the ledger's hashes. The keys of
//! providers are not in it: they stay on this computer, and a new one is given them anew.

use crate::app::{App, Options, ledger_path, overrides};
use crate::error::{ApiError, ErrorCode};
use crate::system::{SystemClock, a_till_is_running};
use keptang_domain::DayCutoff;
use keptang_ports::{Clock, Ledger, LedgerError, VerifyReport};
use keptang_settings::{PEPPER_FILE, SETTINGS_FILE, Settings};
use keptang_vault::VaultError;
use serde::Serialize;
use std::path::{Path, PathBuf};
use ts_rs::TS;

/// The ledger's name inside a copy, whatever the file is called.
const LEDGER_ENTRY: &str = "ledger.sqlite";

/// A copy that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct BackupLine {
    /// Always `backup`.
    #[serde(rename = "type")]
    #[ts(type = "\"backup\"")]
    pub kind: &'static str,
    /// Where it lies.
    pub path: String,
    /// How long it is.
    #[ts(type = "number")]
    pub bytes: u64,
    /// When.
    pub at: String,
}

/// What trying or bringing back a copy showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct RestoreLine {
    /// Always `restore`.
    #[serde(rename = "type")]
    #[ts(type = "\"restore\"")]
    pub kind: &'static str,
    /// Nothing is wrong with it.
    pub ok: bool,
    /// It was only tried.
    pub drill: bool,
    /// Events in it.
    #[ts(type = "number")]
    pub events: u64,
    /// Bills in it.
    #[ts(type = "number")]
    pub orders: u64,
    /// The first bad row.
    pub fault: Option<String>,
    /// When it was made.
    pub made_at: String,
}

impl From<VaultError> for ApiError {
    fn from(error: VaultError) -> Self {
        Self::new(ErrorCode::BackupRefused)
            .with("why", error.code())
            .with("message_th", error.th())
            .with("message_en", error)
    }
}

fn io_fault(path: &Path, error: &std::io::Error) -> ApiError {
    tracing::warn!(error = %error, "a file of a copy could not be used");
    ApiError::new(ErrorCode::FileNotWritten).with("path", path.display())
}

fn refused(why: &str) -> ApiError {
    ApiError::new(ErrorCode::BackupRefused).with("why", why)
}

impl App {
    /// Writes an encrypted copy of ledger, settings and pepper to the new file `to`.
    ///
    /// # Errors
    /// `backup_refused` with `why`: `exists`, `passphrase_missing`, or what is wrong with the files;
    /// `ledger_unavailable`.
    pub async fn back_up(&self, to: &Path, passphrase: &str) -> Result<BackupLine, ApiError> {
        if to.exists() {
            return Err(refused("exists"));
        }
        let work =
            tempfile::tempdir_in(self.data_dir()).map_err(|error| io_fault(self.data_dir(), &error))?;
        let copy = work.path().join(LEDGER_ENTRY);
        let ledger = ledger_path(self.settings(), self.data_dir()).ok_or_else(|| refused("no_file"))?;
        keptang_ledger::snapshot(&ledger, &copy).await?;
        let mut files: Vec<(&str, PathBuf)> = vec![(LEDGER_ENTRY, copy)];
        for name in [SETTINGS_FILE, PEPPER_FILE] {
            let path = self.data_dir().join(name);
            if path.exists() {
                files.push((name, path));
            }
        }
        let (target, passphrase, now) = (to.to_owned(), passphrase.to_owned(), self.till().now());
        let sealed = tokio::task::spawn_blocking(move || {
            let files: Vec<(&str, &Path)> =
                files.iter().map(|(name, path)| (*name, path.as_path())).collect();
            keptang_vault::seal_files(&files, &target, &passphrase, now.ms())
        });
        sealed.await.map_err(|_| ApiError::new(ErrorCode::Internal))??;
        let bytes = std::fs::metadata(to).map_err(|error| io_fault(to, &error))?.len();
        Ok(BackupLine {
            kind: "backup",
            path: to.display().to_string(),
            bytes,
            at: crate::view::moment(now),
        })
    }
}

/// Takes a copy apart beside the ledger of `options`, proves it, and with `drill` throws it away again; without, it
/// takes the place of what is there, whose files are kept under another name.
///
/// # Errors
/// `backup_refused` with `why`: `in_use` while a till runs on the data directory, `not_intact`, or what is wrong with
/// the copy. Nothing is replaced then.
pub async fn restore(
    options: Options,
    from: &Path,
    passphrase: &str,
    drill: bool,
) -> Result<RestoreLine, ApiError> {
    let (data_dir, environment) = options.place().map_err(|_| refused("no_folder"))?;
    keptang_settings::create_data_dir(&data_dir).map_err(|_| refused("no_folder"))?;
    let work = tempfile::tempdir_in(&data_dir).map_err(|error| io_fault(&data_dir, &error))?;
    let (copy, passphrase, folder) = (from.to_owned(), passphrase.to_owned(), work.path().to_owned());
    let unpacked = tokio::task::spawn_blocking(move || keptang_vault::unpack(&copy, &passphrase, &folder));
    let (header, _) = unpacked.await.map_err(|_| ApiError::new(ErrorCode::Internal))??;
    let proof = prove(&work.path().join(LEDGER_ENTRY)).await?;
    let line = RestoreLine {
        kind: "restore",
        ok: proof.first_fault.is_none(),
        drill,
        events: proof.events,
        orders: proof.orders,
        fault: proof.first_fault,
        made_at: crate::view::moment(keptang_domain::Timestamp::from_ms(header.created_at_ms)),
    };
    if !drill {
        if !line.ok {
            return Err(refused("not_intact"));
        }
        if a_till_is_running(&data_dir) {
            return Err(refused("in_use"));
        }
        put_in_place(work.path(), &data_dir, &environment)?;
    }
    Ok(line)
}

/// Proves the ledger of a copy. It is a copy: bringing its schema up to date changes nothing of the shop's.
async fn prove(path: &Path) -> Result<VerifyReport, ApiError> {
    let ledger = match keptang_ledger::SqliteLedger::open(path, DayCutoff::DEFAULT).await {
        Ok(ledger) => ledger,
        Err(LedgerError::TooNew) => return Err(refused("too_new")),
        Err(LedgerError::Corrupt { at }) => {
            return Ok(VerifyReport {
                events: 0,
                orders: 0,
                first_fault: Some(at),
            });
        }
        Err(error) => return Err(error.into()),
    };
    let report = ledger.verify().await;
    ledger.close().await;
    Ok(report?)
}

/// What is there moves aside first, all of it under one stamp, so that a ledger and its write-ahead log still belong
/// together; only then does the copy take its place. A step that fails leaves both on the disk.
fn put_in_place(unpacked: &Path, data_dir: &Path, environment: &[(String, String)]) -> Result<(), ApiError> {
    let fault = |error: std::io::Error| io_fault(data_dir, &error);
    // The settings of the copy say where the ledger goes, or else those that stay.
    let has_settings = unpacked.join(SETTINGS_FILE).exists();
    let source = if has_settings { unpacked } else { data_dir };
    let settings = Settings::load(source, overrides(environment)).map_err(|_| refused("settings"))?;
    let ledger = ledger_path(&settings, data_dir).ok_or_else(|| refused("no_file"))?;
    let mut put = vec![(unpacked.join(LEDGER_ENTRY), ledger)];
    for name in [SETTINGS_FILE, PEPPER_FILE] {
        if unpacked.join(name).exists() {
            put.push((unpacked.join(name), data_dir.join(name)));
        }
    }
    let kept = format!(".before-restore-{}", SystemClock.now().ms());
    let with = |path: &Path, ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    for (_, place) in &put {
        for beside in ["", "-wal", "-shm"] {
            let there = with(place, beside);
            if there.exists() {
                // SQLite looks for the log of `x` at `x-wal`.
                std::fs::rename(there, with(&with(place, &kept), beside)).map_err(fault)?;
            }
        }
    }
    for (fresh, place) in put {
        std::fs::rename(fresh, place).map_err(fault)?;
    }
    Ok(())
}
