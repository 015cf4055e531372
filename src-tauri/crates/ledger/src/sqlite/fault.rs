//! What SQLite's own errors mean to a caller.

use keptang_ports::LedgerError;
use std::sync::Arc;

/// The library is older than the ledger can trust.
#[derive(Debug, thiserror::Error)]
#[error("SQLite {found} has the WAL-reset bug; at least {needed} is needed")]
pub(super) struct OldSqlite {
    pub(super) found: String,
    pub(super) needed: &'static str,
}

/// The ledger was closed.
#[derive(Debug, thiserror::Error)]
#[error("the ledger is closed")]
pub(super) struct Closed;

/// One fault, told to everyone whose request shared the transaction.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the transaction failed")]
pub(super) struct Shared(#[source] pub(super) Arc<sqlx::Error>);

impl From<Shared> for LedgerError {
    fn from(shared: Shared) -> Self {
        if is_damage(&shared.0) {
            return Self::Corrupt {
                at: "the file itself".to_owned(),
            };
        }
        Self::Unavailable(Box::new(shared))
    }
}

/// Turns an error into what the caller may do about it.
pub(super) fn told(error: sqlx::Error) -> LedgerError {
    Shared(Arc::new(error)).into()
}

pub(super) fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> LedgerError {
    LedgerError::Unavailable(Box::new(error))
}

/// <https://www.sqlite.org/rescode.html>: primary result codes are the low byte of extended ones.
fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let code = error.as_database_error()?.code()?.parse::<u32>().ok()?;
    Some(code & 0xff)
}

const SQLITE_BUSY: u32 = 5;
const SQLITE_CORRUPT: u32 = 11;
const SQLITE_CONSTRAINT: u32 = 19;
const SQLITE_NOTADB: u32 = 26;

/// A rule of the schema refused a row.
pub(super) fn is_constraint(error: &sqlx::Error) -> bool {
    primary_code(error) == Some(SQLITE_CONSTRAINT)
}

/// Another process holds the file.
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    primary_code(error) == Some(SQLITE_BUSY)
}

/// The file does not hold what a database file or a ledger must hold.
pub(super) fn is_damage(error: &sqlx::Error) -> bool {
    matches!(primary_code(error), Some(SQLITE_CORRUPT | SQLITE_NOTADB))
        || matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_))
}
