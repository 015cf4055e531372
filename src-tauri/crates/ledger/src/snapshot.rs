//! A copy of a ledger that others are writing to: one moment of it, whole, without its free pages.

use keptang_ports::LedgerError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection as _};
use std::path::Path;
use std::time::Duration;

/// How long to wait for a writer that holds the whole file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Copies the ledger at `ledger` to the new file `into`, as it was at one moment. Tills that use it are not held up and
/// need not know (SQLite, `VACUUM INTO`).
///
/// # Errors
/// [`LedgerError::NotFound`] when there is no ledger; [`LedgerError::Unavailable`] when `into` is there already, cannot
/// be written, or the ledger cannot be read.
pub async fn snapshot(ledger: &Path, into: &Path) -> Result<(), LedgerError> {
    if !ledger.exists() {
        return Err(LedgerError::NotFound);
    }
    let unavailable = |error: sqlx::Error| LedgerError::Unavailable(Box::new(error));
    let options = SqliteConnectOptions::new()
        .filename(ledger)
        .read_only(true)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging();
    let mut connection: SqliteConnection = options.connect().await.map_err(unavailable)?;
    let copied = sqlx::query("VACUUM INTO ?")
        .bind(into.to_string_lossy().into_owned())
        .execute(&mut connection)
        .await;
    // What matters is whether it was copied.
    let _ = connection.close().await;
    copied.map(drop).map_err(unavailable)
}
