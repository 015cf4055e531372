//! Filling views that are younger than the file, from its events.

use super::fault::told;
use super::plan::{insert_takings, insert_texts};
use super::rows::{TrailRow, read_all};
use super::script::Script;
use crate::chain::{GENESIS, TrailLink};
use crate::projection::{SearchRow, TakingRow};
use crate::replay::StoredEvent;
use keptang_domain::order::Order;
use keptang_ports::LedgerError;
use sqlx::sqlite::SqliteConnection;

/// Orders replayed at a time.
const CHUNK: i64 = 500;

/// Rows in one statement: each has 14 values, and a statement of SQLite takes 32,766.
const ROWS: usize = 1_000;

/// Whether a migration left something to be filled.
pub(super) async fn is_needed(connection: &mut SqliteConnection) -> Result<bool, LedgerError> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM meta WHERE key IN ('to_fill', 'to_fill_texts'))")
        .fetch_one(connection)
        .await
        .map_err(told)
}

/// What is to be filled. The proof compares both, so an old file gives the same rows as a new one.
struct Wanted {
    takings: bool,
    texts: bool,
}

/// Fills what is to be filled, all or nothing.
pub(super) async fn views(connection: &mut SqliteConnection) -> Result<(), LedgerError> {
    if let Err(error) = in_transaction(connection).await {
        // Fails when SQLite already rolled back, which is just as well.
        let _ = sqlx::query("ROLLBACK").execute(connection).await;
        return Err(told(error));
    }
    Ok(())
}

async fn in_transaction(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
    let keys: Vec<String> =
        sqlx::query_scalar("SELECT key FROM meta WHERE key IN ('to_fill', 'to_fill_texts')")
            .fetch_all(&mut *connection)
            .await?;
    let wanted = Wanted {
        takings: keys.iter().any(|key| key == "to_fill"),
        texts: keys.iter().any(|key| key == "to_fill_texts"),
    };
    from_events(connection, &wanted).await?;
    if wanted.texts {
        trail(connection).await?;
    }
    sqlx::query("DELETE FROM meta WHERE key IN ('to_fill', 'to_fill_texts'); COMMIT")
        .execute(connection)
        .await?;
    Ok(())
}

async fn from_events(connection: &mut SqliteConnection, wanted: &Wanted) -> Result<(), sqlx::Error> {
    let mut after = Vec::new();
    loop {
        let ids: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT DISTINCT order_id FROM order_events WHERE order_id > ?1 ORDER BY order_id LIMIT ?2",
        )
        .bind(&after)
        .bind(CHUNK)
        .fetch_all(&mut *connection)
        .await?;
        let Some(last) = ids.last() else {
            return Ok(());
        };
        let events: Vec<StoredEvent> = read_all(
            connection,
            "SELECT seq, order_id, version, at_ms, payload FROM order_events \
             WHERE order_id > ?1 AND order_id <= ?2 ORDER BY order_id, version",
            &after,
            last,
        )
        .await?;
        let (mut takings, mut texts) = rows_of(&events);
        while wanted.takings && !takings.is_empty() {
            let mut script = Script::new();
            insert_takings(&mut script, takings.drain(..takings.len().min(ROWS)).collect());
            script.run(connection).await?;
        }
        while wanted.texts && !texts.is_empty() {
            let mut script = Script::new();
            insert_texts(&mut script, texts.drain(..texts.len().min(ROWS)).collect());
            script.run(connection).await?;
        }
        after.clone_from(last);
    }
}

/// What the events of some orders give. Where an order cannot be replayed, the rest of it is left out: the till must
/// open all the same, and the proof names the row.
fn rows_of(events: &[StoredEvent]) -> (Vec<TakingRow>, Vec<SearchRow>) {
    let (mut takings, mut texts) = (Vec::new(), Vec::new());
    let mut damaged = None;
    let mut current: Option<Order> = None;
    for event in events {
        current.take_if(|order| order.id != event.order);
        if damaged == Some(event.order) {
            continue;
        }
        match (event.apply(current.as_ref()), event.counts_on()) {
            (Ok(change), Ok(counts_on)) => {
                takings.extend(TakingRow::of(event.seq, &change, counts_on));
                texts.extend(SearchRow::of(&change));
                current = Some(change.after);
            }
            (Err(misfit), _) | (_, Err(misfit)) => {
                tracing::error!(row = misfit.0, "an order of the ledger cannot be rebuilt");
                damaged = Some(event.order);
            }
        }
    }
    (takings, texts)
}

/// Gives lines of the audit trail that were written before there were hashes their own.
async fn trail(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let rows: Vec<TrailRow> = sqlx::query_as(
        "SELECT id, at_ms, CAST(by_name AS BLOB) AS by_name, CAST(what AS BLOB) AS what, \
         CAST(subject AS BLOB) AS subject, CAST(detail AS BLOB) AS detail, prev_hash, hash FROM audit ORDER BY id",
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut previous = GENESIS;
    for row in rows {
        let link = TrailLink {
            id: row.id,
            at_ms: row.at_ms,
            by: row.by_name.as_deref(),
            what: &row.what,
            subject: &row.subject,
            detail: &row.detail,
        };
        let hash = link.hash(&previous);
        sqlx::query("UPDATE audit SET prev_hash = ?2, hash = ?3 WHERE id = ?1")
            .bind(row.id)
            .bind(previous.to_vec())
            .bind(hash.to_vec())
            .execute(&mut *connection)
            .await?;
        previous = hash;
    }
    Ok(())
}
