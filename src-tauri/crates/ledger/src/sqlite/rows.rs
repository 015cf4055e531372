//! Rows as SQLite gives them back.

use crate::chain::Hash;
use crate::projection::{AttemptRow, DocumentRow, OrderRow, PostingRow, RefundRow, TakingRow};
use crate::replay::StoredEvent;
use keptang_domain::{OrderId, Timestamp};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{FromRow, Row};

/// A row of `order_events`, whole.
pub(super) struct LinkRow {
    pub(super) seq: i64,
    pub(super) order: u128,
    pub(super) version: i64,
    pub(super) at_ms: i64,
    pub(super) kind: Vec<u8>,
    pub(super) payload: Vec<u8>,
    pub(super) prev_hash: Hash,
    pub(super) hash: Hash,
}

/// A row of `evidence`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EvidenceRow {
    pub(super) provider: String,
    pub(super) key: String,
    pub(super) order_id: [u8; 16],
    pub(super) seq: i64,
}

/// A row of `audit`, whole; texts as bytes, and hashes as whatever lies there.
pub(super) struct TrailRow {
    pub(super) id: i64,
    pub(super) at_ms: i64,
    pub(super) by_name: Option<Vec<u8>>,
    pub(super) what: Vec<u8>,
    pub(super) subject: Vec<u8>,
    pub(super) detail: Vec<u8>,
    pub(super) prev_hash: Option<Vec<u8>>,
    pub(super) hash: Option<Vec<u8>>,
}

impl FromRow<'_, SqliteRow> for TrailRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            at_ms: row.try_get("at_ms")?,
            by_name: row.try_get("by_name")?,
            what: row.try_get("what")?,
            subject: row.try_get("subject")?,
            detail: row.try_get("detail")?,
            prev_hash: row.try_get("prev_hash")?,
            hash: row.try_get("hash")?,
        })
    }
}

/// Every row of a query over orders with an id above `after` up to and including `until`.
pub(super) async fn read_all<T>(
    connection: &mut SqliteConnection,
    sql: &'static str,
    after: &[u8],
    until: &[u8],
) -> Result<Vec<T>, sqlx::Error>
where
    T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
{
    sqlx::query_as(sql)
        .bind(after)
        .bind(until)
        .fetch_all(connection)
        .await
}

/// Bytes of a fixed length: ids and hashes.
pub(super) fn bytes<const N: usize>(row: &SqliteRow, column: &str) -> Result<[u8; N], sqlx::Error> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes
        .try_into()
        .map_err(|error: std::array::TryFromSliceError| sqlx::Error::ColumnDecode {
            index: column.to_owned(),
            source: Box::new(error),
        })
}

/// The 128 bits of a stored id.
pub(super) fn bits(row: &SqliteRow, column: &str) -> Result<u128, sqlx::Error> {
    bytes(row, column).map(u128::from_be_bytes)
}

impl FromRow<'_, SqliteRow> for StoredEvent {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            seq: row.try_get("seq")?,
            order: OrderId::from_bits(bits(row, "order_id")?),
            version: row.try_get("version")?,
            at: Timestamp::from_ms(row.try_get("at_ms")?),
            payload: row.try_get("payload")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for LinkRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            seq: row.try_get("seq")?,
            order: bits(row, "order_id")?,
            version: row.try_get("version")?,
            at_ms: row.try_get("at_ms")?,
            kind: row.try_get("kind")?,
            payload: row.try_get("payload")?,
            prev_hash: bytes(row, "prev_hash")?,
            hash: bytes(row, "hash")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for OrderRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            opened_seq: row.try_get("opened_seq")?,
            id: bytes(row, "id")?,
            version: row.try_get("version")?,
            counter: row.try_get("counter")?,
            counter_no: row.try_get("counter_no")?,
            number: row.try_get("number")?,
            amount_due_satang: row.try_get("amount_due_satang")?,
            note: row.try_get("note")?,
            cashier: row.try_get("cashier")?,
            business_day: row.try_get("business_day")?,
            created_at_ms: row.try_get("created_at_ms")?,
            state: row.try_get("state")?,
            settled_at_ms: row.try_get("settled_at_ms")?,
            running: row.try_get("running")?,
            newest_state: row.try_get("newest_state")?,
            flags: row.try_get("flags")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for AttemptRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: bytes(row, "id")?,
            order_id: bytes(row, "order_id")?,
            position: row.try_get("position")?,
            provider: row.try_get("provider")?,
            provider_ref: row.try_get("provider_ref")?,
            token: bytes(row, "token")?,
            state: row.try_get("state")?,
            asked_satang: row.try_get("asked_satang")?,
            payable_satang: row.try_get("payable_satang")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for RefundRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: bytes(row, "id")?,
            order_id: bytes(row, "order_id")?,
            attempt_id: bytes(row, "attempt_id")?,
            amount_satang: row.try_get("amount_satang")?,
            kind: row.try_get("kind")?,
            state: row.try_get("state")?,
            provider_ref: row.try_get("provider_ref")?,
            reason: row.try_get("reason")?,
            by_name: row.try_get("by_name")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for EvidenceRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            provider: row.try_get("provider")?,
            key: row.try_get("key")?,
            order_id: bytes(row, "order_id")?,
            seq: row.try_get("seq")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for PostingRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            seq: row.try_get("seq")?,
            line: row.try_get("line")?,
            debit: row.try_get("debit")?,
            credit: row.try_get("credit")?,
            amount_satang: row.try_get("amount_satang")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for TakingRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            seq: row.try_get("seq")?,
            order_id: bytes(row, "order_id")?,
            day: row.try_get("day")?,
            hour: row.try_get("hour")?,
            counter: row.try_get("counter")?,
            cashier: row.try_get("cashier")?,
            provider: row.try_get("provider")?,
            proof: row.try_get("proof")?,
            sales: row.try_get("sales")?,
            received_satang: row.try_get("received_satang")?,
            adjustments_satang: row.try_get("adjustments_satang")?,
            suspense_satang: row.try_get("suspense_satang")?,
            refunds_satang: row.try_get("refunds_satang")?,
            fees_satang: row.try_get("fees_satang")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for DocumentRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            number: row.try_get("number")?,
            series: row.try_get("series")?,
            running: row.try_get("running")?,
            kind: row.try_get("kind")?,
            order_id: bytes(row, "order_id")?,
            seq: row.try_get("seq")?,
        })
    }
}
