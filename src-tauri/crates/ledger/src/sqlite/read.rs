//! Reading orders: found through the views, rebuilt from their events.
//!
//! Each question is one statement, so that it sees one moment of the ledger.

use super::fault::told;
use super::rows;
use super::watches::attempt_bytes;
use crate::projection::{counter_of, day, id_bytes, token_bytes};
use crate::replay::{self, StoredEvent};
use keptang_domain::OrderId;
use keptang_domain::money::parse_amount;
use keptang_domain::order::Order;
use keptang_ports::{LedgerError, OrderFilter, OrderKey, PastEvent};
use sqlx::sqlite::{Sqlite, SqlitePool, SqliteRow};
use sqlx::{FromRow, QueryBuilder, Row, ValueRef};

/// Orders on a page when the caller does not say.
const PAGE: usize = 50;

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

/// Orders that fit a filter, newest first.
pub(super) async fn list(readers: &SqlitePool, filter: &OrderFilter) -> Result<Vec<Order>, LedgerError> {
    let mut query = QueryBuilder::<Sqlite>::new(
        "WITH page AS MATERIALIZED (SELECT id, opened_seq FROM orders WHERE TRUE",
    );
    if let Some(only) = filter.day {
        query.push(" AND business_day = ").push_bind(day(only));
    }
    if let Some(state) = filter.state {
        query.push(" AND state = ").push_bind(state.word());
    }
    match filter.running {
        Some(true) => {
            query.push(" AND running = 1");
        }
        Some(false) => {
            query.push(" AND running = 0");
        }
        None => {}
    }
    if let Some(text) = &filter.search {
        search(&mut query, text);
    }
    if let Some(number) = &filter.before_number {
        let Some((counter, counter_no)) = counter_of(number) else {
            return Ok(Vec::new());
        };
        query.push(" AND opened_seq < (SELECT opened_seq FROM orders WHERE counter = ");
        query.push_bind(counter.to_owned()).push(" AND counter_no = ");
        query.push_bind(counter_no).push(")");
    }
    let limit = if filter.limit == 0 { PAGE } else { filter.limit };
    query.push(" ORDER BY opened_seq DESC LIMIT ");
    query.push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    query.push(
        ") SELECT e.seq, e.order_id, e.version, e.at_ms, e.payload \
         FROM page CROSS JOIN order_events AS e ON e.order_id = page.id \
         ORDER BY page.opened_seq DESC, e.version",
    );
    let events: Vec<StoredEvent> = query.build_query_as().fetch_all(readers).await.map_err(told)?;
    Ok(replay::orders(events)?)
}

/// LIKE ignores the case of ASCII letters only, which suits references; Thai has no case.
fn search(query: &mut QueryBuilder<Sqlite>, text: &str) {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    query.push(" AND (");
    for column in ["number", "note", "cashier"] {
        query.push(column).push(" LIKE ").push_bind(pattern.clone());
        query.push(" ESCAPE '\\' OR ");
    }
    for table in ["attempts", "refunds"] {
        query.push("id IN (SELECT order_id FROM ").push(table);
        query.push(" WHERE provider_ref LIKE ").push_bind(pattern.clone());
        query.push(" ESCAPE '\\') OR ");
    }
    match parse_amount(text) {
        Ok(amount) => query.push("amount_due_satang = ").push_bind(amount.satang()),
        Err(_) => query.push("FALSE"),
    };
    query.push(")");
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
