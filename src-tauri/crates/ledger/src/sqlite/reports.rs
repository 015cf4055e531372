//! What days and shifts took and did. Sums are made by SQLite over one index, not order by order.

use super::fault::told;
use crate::projection::day;
use keptang_domain::day::{Cell, Proof};
use keptang_domain::{BusinessDay, Money, ProviderId};
use keptang_ports::{AttemptFacts, DayFacts, LedgerError, TakingsFilter};
use sqlx::sqlite::{Sqlite, SqlitePool, SqliteRow};
use sqlx::{FromRow, QueryBuilder, Row};

/// Money that moved, as cells.
pub(super) async fn takings(readers: &SqlitePool, filter: &TakingsFilter) -> Result<Vec<Cell>, LedgerError> {
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT provider, cashier, hour, proof, sum(sales) AS sales, sum(received_satang) AS received, \
         sum(adjustments_satang) AS adjustments, sum(suspense_satang) AS suspense, sum(refunds_satang) AS refunds, \
         sum(fees_satang) AS fees FROM takings WHERE TRUE",
    );
    match filter.days {
        // With one day the index gives the rows group by group.
        Some((from, to)) if from == to => {
            query.push(" AND day = ").push_bind(day(from));
        }
        Some((from, to)) => {
            query.push(" AND day BETWEEN ").push_bind(day(from));
            query.push(" AND ").push_bind(day(to));
        }
        None => {}
    }
    if let Some((after, upto)) = filter.events {
        query.push(" AND seq > ").push_bind(after);
        query.push(" AND seq <= ").push_bind(upto);
    }
    if let Some(counter) = &filter.counter {
        query.push(" AND counter = ").push_bind(counter.clone());
    }
    query.push(" GROUP BY provider, cashier, hour, proof");
    let rows: Vec<CellRow> = query.build_query_as().fetch_all(readers).await.map_err(told)?;
    let mut cells: Vec<Cell> = rows.into_iter().map(|CellRow(cell)| cell).collect();
    // SQLite orders words by their letters.
    cells.sort_by(|a, b| {
        (a.provider, &a.cashier, a.hour, a.proof).cmp(&(b.provider, &b.cashier, b.hour, b.proof))
    });
    Ok(cells)
}

struct CellRow(Cell);

impl FromRow<'_, SqliteRow> for CellRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let satang = |column: &str| row.try_get(column).map(Money::from_satang);
        Ok(Self(Cell {
            provider: word(row, "provider")?,
            cashier: row.try_get("cashier")?,
            hour: row.try_get("hour")?,
            proof: word::<Proof>(row, "proof")?,
            sales: count(row.try_get("sales")?),
            received: satang("received")?,
            adjustments: satang("adjustments")?,
            suspense: satang("suspense")?,
            refunds: satang("refunds")?,
            fees: satang("fees")?,
        }))
    }
}

/// A word of a closed list.
fn word<T>(row: &SqliteRow, column: &str) -> Result<T, sqlx::Error>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|error| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: Box::new(error),
    })
}

fn count(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or(0)
}

/// What a business day did beside its money.
pub(super) async fn day_facts(readers: &SqlitePool, of: BusinessDay) -> Result<DayFacts, LedgerError> {
    // A transaction that only reads sees one moment.
    let mut moment = readers.begin().await.map_err(told)?;
    let orders: Vec<(String, Option<i64>)> =
        sqlx::query_as("SELECT state, settled_at_ms - created_at_ms FROM orders WHERE business_day = ?1")
            .bind(day(of))
            .fetch_all(&mut *moment)
            .await
            .map_err(told)?;
    let attempts: Vec<AttemptRow> = sqlx::query_as(
        "SELECT provider, count(*) AS opened, sum(a.state = 'paid') AS paid, sum(a.state = 'failed') AS failed, \
         sum(a.state = 'expired') AS expired, sum(a.state = 'cancelled') AS cancelled \
         FROM orders AS o CROSS JOIN attempts AS a ON a.order_id = o.id WHERE o.business_day = ?1 GROUP BY provider",
    )
    .bind(day(of))
    .fetch_all(&mut *moment)
    .await
    .map_err(told)?;
    let mut attempts: Vec<AttemptFacts> = attempts.into_iter().map(|AttemptRow(facts)| facts).collect();
    attempts.sort_by_key(|facts| facts.provider);
    let in_state = |words: &[&str]| {
        let those = orders.iter().filter(|(state, _)| words.contains(&state.as_str()));
        u64::try_from(those.count()).unwrap_or(u64::MAX)
    };
    Ok(DayFacts {
        opened: u64::try_from(orders.len()).unwrap_or(u64::MAX),
        paid: in_state(&["settled", "completed"]),
        voided: in_state(&["voided"]),
        open: in_state(&["open", "due"]),
        median_to_paid_ms: DayFacts::median(orders.iter().filter_map(|(_, to_paid)| *to_paid).collect()),
        attempts,
    })
}

struct AttemptRow(AttemptFacts);

impl FromRow<'_, SqliteRow> for AttemptRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let [opened, paid, failed, expired, cancelled] = [
            count(row.try_get("opened")?),
            count(row.try_get("paid")?),
            count(row.try_get("failed")?),
            count(row.try_get("expired")?),
            count(row.try_get("cancelled")?),
        ];
        Ok(Self(AttemptFacts {
            provider: word::<ProviderId>(row, "provider")?,
            opened,
            paid,
            failed,
            expired,
            cancelled,
            running: opened.saturating_sub(paid + failed + expired + cancelled),
        }))
    }
}

/// How long each order of a day took to be paid, and by whom.
pub(super) async fn times_to_paid(
    readers: &SqlitePool,
    of: BusinessDay,
) -> Result<Vec<(ProviderId, i64)>, LedgerError> {
    let rows: Vec<TimeRow> = sqlx::query_as(
        "SELECT a.provider AS provider, o.settled_at_ms - o.created_at_ms AS took_ms \
         FROM orders AS o CROSS JOIN attempts AS a ON a.order_id = o.id \
         WHERE o.business_day = ?1 AND o.settled_at_ms IS NOT NULL AND a.state = 'paid' AND NOT EXISTS \
         (SELECT 1 FROM attempts AS later WHERE later.order_id = o.id AND later.state = 'paid' \
         AND later.position > a.position)",
    )
    .bind(day(of))
    .fetch_all(readers)
    .await
    .map_err(told)?;
    Ok(rows
        .into_iter()
        .map(|TimeRow(provider, took_ms)| (provider, took_ms))
        .collect())
}

struct TimeRow(ProviderId, i64);

impl FromRow<'_, SqliteRow> for TimeRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self(
            word::<ProviderId>(row, "provider")?,
            row.try_get("took_ms")?,
        ))
    }
}

/// Number of the newest event.
pub(super) async fn head(readers: &SqlitePool) -> Result<i64, LedgerError> {
    sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM order_events")
        .fetch_one(readers)
        .await
        .map_err(told)
}

/// The last running number of a series.
pub(super) async fn last_document(readers: &SqlitePool, series: &str) -> Result<u64, LedgerError> {
    let last: i64 = sqlx::query_scalar("SELECT coalesce(max(running), 0) FROM documents WHERE series = ?1")
        .bind(series)
        .fetch_one(readers)
        .await
        .map_err(told)?;
    Ok(count(last))
}
