//! Reading orders: found through the views, rebuilt from their events.
//!
//! Each question is one statement, so that it sees one moment of the ledger.

use super::fault::told;
use super::rows;
use super::watches::attempt_bytes;
use crate::projection::{counter_of, id_bytes, token_bytes};
use crate::replay::{self, StoredEvent};
use keptang_domain::OrderId;
use keptang_domain::order::Order;
use keptang_ports::{LedgerError, OrderKey, PastEvent};
use sqlx::sqlite::{Sqlite, SqlitePool, SqliteRow};
use sqlx::{FromRow, QueryBuilder, Row, ValueRef};

/// One order.
pub(super) async fn load(readers: &SqlitePool, key: &OrderKey) -> Result<Order, LedgerError> {
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT seq, order_id, version, at_ms, payload FROM order_events WHERE order_id = ",
    );
    match key {
        OrderKey::Id(id) => {
            query.push_bind(id_bytes(*id).to_vec());
        }
        OrderKey::Number(number) => {
            let (counter, counter_no) = counter_of(number).ok_or(LedgerError::NotFound)?;
            query.push("(SELECT id FROM orders WHERE counter = ");
            query.push_bind(counter.to_owned()).push(" AND counter_no = ");
            query.push_bind(counter_no).push(")");
        }
        OrderKey::Attempt(attempt) => {
            query.push("(SELECT order_id FROM attempts WHERE id = ");
            query.push_bind(attempt_bytes(*attempt)).push(")");
        }
        OrderKey::ProviderRef(provider, reference) => {
            query.push("(SELECT order_id FROM attempts WHERE provider = ");
            query.push_bind(provider.word()).push(" AND provider_ref = ");
            query.push_bind(reference.clone()).push(")");
        }
        OrderKey::Token(provider, token) => {
            query.push("(SELECT order_id FROM attempts WHERE token = ");
            query
                .push_bind(token_bytes(*token).to_vec())
                .push(" AND provider = ");
            query.push_bind(provider.word()).push(")");
        }
    }
    query.push(" ORDER BY version");
    let events: Vec<StoredEvent> = query.build_query_as().fetch_all(readers).await.map_err(told)?;
    replay::orders(events)?.pop().ok_or(LedgerError::NotFound)
}

/// The newest sequence number, and orders with events after `sequence`.
pub(super) async fn changed_since(
    readers: &SqlitePool,
    sequence: i64,
) -> Result<(i64, Vec<OrderId>), LedgerError> {
    let rows: Vec<ChangedRow> = sqlx::query_as(
        "SELECT coalesce(max(seq), 0) AS last, NULL AS order_id FROM order_events \
         UNION ALL SELECT max(seq) AS last, order_id FROM order_events WHERE seq > ?1 GROUP BY order_id",
    )
    .bind(sequence)
    .fetch_all(readers)
    .await
    .map_err(told)?;
    let newest = rows.iter().map(|row| row.last).max().unwrap_or(0);
    let mut changed: Vec<(i64, OrderId)> = rows
        .iter()
        .filter_map(|row| Some((row.last, row.order?)))
        .collect();
    changed.sort_unstable();
    Ok((newest, changed.into_iter().map(|(_, order)| order).collect()))
}

/// The newest event of the ledger or of one order.
struct ChangedRow {
    last: i64,
    order: Option<OrderId>,
}

impl FromRow<'_, SqliteRow> for ChangedRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let no_order = row.try_get_raw("order_id")?.is_null();
        Ok(Self {
            last: row.try_get("last")?,
            order: if no_order {
                None
            } else {
                Some(OrderId::from_bits(rows::bits(row, "order_id")?))
            },
        })
    }
}

/// What happened to an order.
pub(super) async fn history(readers: &SqlitePool, order: OrderId) -> Result<Vec<PastEvent>, LedgerError> {
    let events: Vec<StoredEvent> = sqlx::query_as(
        "SELECT seq, order_id, version, at_ms, payload FROM order_events WHERE order_id = ?1 ORDER BY version",
    )
    .bind(id_bytes(order).to_vec())
    .fetch_all(readers)
    .await
    .map_err(told)?;
    if events.is_empty() {
        return Err(LedgerError::NotFound);
    }
    events
        .iter()
        .map(|stored| {
            Ok(PastEvent {
                sequence: stored.seq,
                at: stored.at,
                event: stored.event()?,
            })
        })
        .collect()
}
