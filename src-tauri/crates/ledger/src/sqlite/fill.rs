//! Filling views that are younger than the file, from its events.

use super::fault::told;
use super::plan::insert_takings;
use super::rows::read_all;
use super::script::Script;
use crate::projection::TakingRow;
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
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'to_fill')")
        .fetch_one(connection)
        .await
        .map_err(told)
}

/// Fills what is to be filled, all or nothing.
pub(super) async fn views(connection: &mut SqliteConnection) -> Result<(), LedgerError> {
    let done = async {
        sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
        takings(connection).await?;
        sqlx::query("DELETE FROM meta WHERE key = 'to_fill'; COMMIT")
            .execute(&mut *connection)
            .await?;
        Ok::<_, sqlx::Error>(())
    };
    if let Err(error) = done.await {
        // Fails when SQLite already rolled back, which is just as well.
        let _ = sqlx::query("ROLLBACK").execute(connection).await;
        return Err(told(error));
    }
    Ok(())
}

async fn takings(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
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
        let mut rows = moved(&events);
        while !rows.is_empty() {
            let mut script = Script::new();
            insert_takings(&mut script, rows.drain(..rows.len().min(ROWS)).collect());
            script.run(connection).await?;
        }
        after.clone_from(last);
    }
}

/// What the events of some orders moved. Where an order cannot be replayed, the rest of it is left out: the till must
/// open all the same, and the proof names the row.
fn moved(events: &[StoredEvent]) -> Vec<TakingRow> {
    let mut rows = Vec::new();
    let mut damaged = None;
    let mut current: Option<Order> = None;
    for event in events {
        current.take_if(|order| order.id != event.order);
        if damaged == Some(event.order) {
            continue;
        }
        match (event.apply(current.as_ref()), event.counts_on()) {
            (Ok(change), Ok(counts_on)) => {
                rows.extend(TakingRow::of(event.seq, &change, counts_on));
                current = Some(change.after);
            }
            (Err(misfit), _) | (_, Err(misfit)) => {
                tracing::error!(row = misfit.0, "an order of the ledger cannot be rebuilt");
                damaged = Some(event.order);
            }
        }
    }
    rows
}
