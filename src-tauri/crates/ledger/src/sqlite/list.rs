//! Lists of orders: found through indexes of the views, rebuilt from their events.

use super::fault::told;
use crate::projection::{counter_of, day};
use crate::replay::{self, StoredEvent};
use keptang_domain::money::parse_amount;
use keptang_domain::order::Order;
use keptang_ports::{LedgerError, Moved, MovedWhat, OrderFilter};
use sqlx::QueryBuilder;
use sqlx::sqlite::{Sqlite, SqlitePool};

/// Orders on a page when the caller does not say.
const PAGE: usize = 50;

/// A text shorter than this is not looked for inside others.
const SHORTEST_PART: usize = 3;

/// Orders that fit a filter, newest first.
pub(super) async fn orders(readers: &SqlitePool, filter: &OrderFilter) -> Result<Vec<Order>, LedgerError> {
    let mut query = QueryBuilder::<Sqlite>::new(
        "WITH page AS MATERIALIZED (SELECT id, opened_seq FROM orders WHERE TRUE",
    );
    conditions(&mut query, filter);
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

fn conditions(query: &mut QueryBuilder<Sqlite>, filter: &OrderFilter) {
    if let Some(only) = filter.day {
        query.push(" AND business_day = ").push_bind(day(only));
    }
    if let Some((from, to)) = filter.days {
        query.push(" AND business_day BETWEEN ").push_bind(day(from));
        query.push(" AND ").push_bind(day(to));
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
    if let Some(cashier) = &filter.cashier {
        query.push(" AND cashier = ").push_bind(cashier.clone());
    }
    if let Some((from, to)) = filter.amount {
        query
            .push(" AND amount_due_satang BETWEEN ")
            .push_bind(from.satang());
        query.push(" AND ").push_bind(to.satang());
    }
    match filter.flagged {
        Some(true) => {
            query.push(" AND flags <> ''");
        }
        Some(false) => {
            query.push(" AND flags = ''");
        }
        None => {}
    }
    if let Some(flag) = filter.flag {
        query.push(" AND flags <> '' AND instr(',' || flags || ',', ");
        query.push_bind(format!(",{},", flag.word())).push(") > 0");
    }
    if let Some(provider) = filter.provider {
        query.push(" AND EXISTS (SELECT 1 FROM attempts WHERE order_id = orders.id AND provider = ");
        query.push_bind(provider.word()).push(")");
    }
    if let Some(moved) = &filter.moved {
        money(query, moved);
    }
}

/// Orders for which money moved: few, and the index of the days knows them.
fn money(query: &mut QueryBuilder<Sqlite>, moved: &Moved) {
    let (from, to) = moved.days;
    query.push(" AND id IN (SELECT order_id FROM takings WHERE day BETWEEN ");
    query.push_bind(day(from)).push(" AND ").push_bind(day(to));
    if !moved.providers.is_empty() {
        let mut list = query.push(" AND provider IN (").separated(", ");
        for provider in &moved.providers {
            list.push_bind(provider.word());
        }
        query.push(")");
    }
    match &moved.cashier {
        Some(Some(cashier)) => {
            query.push(" AND cashier = ").push_bind(cashier.clone());
        }
        Some(None) => {
            query.push(" AND cashier IS NULL");
        }
        None => {}
    }
    if let Some(hour) = moved.hour {
        query.push(" AND hour = ").push_bind(i64::from(hour));
    }
    if let Some(proof) = moved.proof {
        query.push(" AND proof = ").push_bind(proof.word());
    }
    match moved.what {
        Some(MovedWhat::Received) => query.push(" AND received_satang <> 0"),
        Some(MovedWhat::Adjustment) => query.push(" AND adjustments_satang <> 0"),
        Some(MovedWhat::Suspense) => query.push(" AND suspense_satang <> 0"),
        Some(MovedWhat::Refund) => query.push(" AND refunds_satang <> 0"),
        Some(MovedWhat::Fee) => query.push(" AND fees_satang <> 0"),
        None => query,
    };
    query.push(")");
}

/// LIKE ignores the case of ASCII letters only, which suits references; Thai has no case.
fn search(query: &mut QueryBuilder<Sqlite>, text: &str) {
    if text.is_empty() {
        return;
    }
    query.push(" AND (");
    match parse_amount(text) {
        Ok(amount) => query.push("amount_due_satang = ").push_bind(amount.satang()),
        Err(_) => query.push("FALSE"),
    };
    if text.chars().count() < SHORTEST_PART {
        query.push(" OR cashier = ").push_bind(text.to_owned());
        if let Ok(counter_no) = text.parse::<u32>() {
            query.push(" OR counter_no = ").push_bind(i64::from(counter_no));
        }
        query.push(")");
        return;
    }
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    for column in ["number", "note", "cashier"] {
        query.push(" OR ").push(column).push(" LIKE ");
        query.push_bind(pattern.clone()).push(" ESCAPE '\\'");
    }
    for (table, column, order) in [
        ("attempts", "provider_ref", "order_id"),
        ("refunds", "provider_ref", "order_id"),
        ("documents", "number", "order_id"),
        ("slips", "reference", "coalesce(paid_order, wanted_order)"),
        (
            "slips",
            "json_extract(detail, '$.sender')",
            "coalesce(paid_order, wanted_order)",
        ),
    ] {
        query
            .push(" OR id IN (SELECT ")
            .push(order)
            .push(" FROM ")
            .push(table);
        query.push(" WHERE ").push(column).push(" LIKE ");
        query.push_bind(pattern.clone()).push(" ESCAPE '\\')");
    }
    query.push(")");
}
