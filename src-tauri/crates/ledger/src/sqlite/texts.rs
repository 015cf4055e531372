//! Moving texts into the index that finds them, when nobody waits for the ledger.

use sqlx::sqlite::SqliteConnection;
use std::time::Duration;

/// Without a request for this long, it is quiet.
pub(super) const QUIET: Duration = Duration::from_millis(250);

/// Texts that may wait where it never gets quiet: a search reads them one by one.
pub(super) const WAITING: usize = 4_096;

/// Texts moved in one transaction; about as many milliseconds as a person does not notice.
pub(super) const PORTION: i64 = 512;

/// Moves up to `portion` texts in one transaction. `false` when there was nothing to move.
pub(super) async fn move_some(connection: &mut SqliteConnection, portion: i64) -> Result<bool, sqlx::Error> {
    let last: Option<i64> =
        sqlx::query_scalar("SELECT max(place) FROM (SELECT place FROM search_new ORDER BY place LIMIT ?1)")
            .bind(portion)
            .fetch_one(&mut *connection)
            .await?;
    let Some(last) = last else { return Ok(false) };
    sqlx::query(
        "BEGIN IMMEDIATE; \
         INSERT INTO search (rowid, text) SELECT place, text FROM search_new WHERE place <= ?1 ORDER BY place; \
         DELETE FROM search_new WHERE place <= ?1; COMMIT",
    )
    .bind(last)
    .execute(connection)
    .await?;
    Ok(true)
}
