//! Slips that were shown.

use super::fault::told;
use super::rows;
use crate::projection::id_bytes;
use keptang_domain::{OrderId, SlipId, Timestamp};
use keptang_ports::{LedgerError, SlipFilter, SlipPicture, SlipRecord};
use serde::Deserialize;
use sqlx::sqlite::{SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{FromRow, Row};

/// Slips on a page when the caller does not say.
const PAGE: usize = 50;

struct SlipRow(SlipRecord);

impl FromRow<'_, SqliteRow> for SlipRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let order = |column: &str| -> Result<Option<OrderId>, sqlx::Error> {
            let bytes: Option<Vec<u8>> = row.try_get(column)?;
            let Some(bytes) = bytes else { return Ok(None) };
            let bytes =
                <[u8; 16]>::try_from(bytes.as_slice()).map_err(|error| sqlx::Error::Decode(error.into()))?;
            Ok(Some(OrderId::from_bits(u128::from_be_bytes(bytes))))
        };
        let sha256: Option<String> = row.try_get("picture_sha256")?;
        let file: Option<String> = row.try_get("picture_file")?;
        let next_at: Option<i64> = row.try_get("next_at_ms")?;
        Ok(Self(SlipRecord {
            id: SlipId::from_bits(rows::bits(row, "id")?),
            presented_at: Timestamp::from_ms(row.try_get("presented_at_ms")?),
            by: row.try_get("by_name")?,
            wanted: order("wanted_order")?,
            order: order("paid_order")?,
            code: row.try_get("code")?,
            reference: row.try_get("reference")?,
            picture: sha256.map(|sha256| SlipPicture { file, sha256 }),
            url: row.try_get("url")?,
            next_at: next_at.map(Timestamp::from_ms),
            verdict: row.try_get("verdict")?,
            times: row.try_get("times")?,
            failure: row.try_get("failure")?,
            detail: row.try_get("detail")?,
        }))
    }
}

const COLUMNS: &str = "id, presented_at_ms, by_name, wanted_order, paid_order, code, reference, picture_file, \
                       picture_sha256, url, next_at_ms, verdict, times, failure, detail";

/// Stores a slip and lets go of a claim on it.
pub(super) async fn put(connection: &mut SqliteConnection, slip: &SlipRecord) -> Result<(), sqlx::Error> {
    let picture = slip.picture.as_ref();
    sqlx::query(
        "INSERT INTO slips (id, presented_at_ms, by_name, wanted_order, paid_order, code, reference, picture_file, \
             picture_sha256, url, next_at_ms, verdict, times, failure, detail, place) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, \
             (SELECT coalesce(max(place), 0) + 1 FROM slips)) \
         ON CONFLICT (id) DO UPDATE SET wanted_order = ?4, paid_order = ?5, code = ?6, reference = ?7, \
             picture_file = ?8, picture_sha256 = ?9, url = ?10, next_at_ms = ?11, verdict = ?12, times = ?13, \
             failure = ?14, detail = ?15, claimed_until_ms = NULL",
    )
    .bind(slip.id.bits().to_be_bytes().to_vec())
    .bind(slip.presented_at.ms())
    .bind(&slip.by)
    .bind(slip.wanted.map(|order| id_bytes(order).to_vec()))
    .bind(slip.order.map(|order| id_bytes(order).to_vec()))
    .bind(&slip.code)
    .bind(&slip.reference)
    .bind(picture.and_then(|picture| picture.file.clone()))
    .bind(picture.map(|picture| picture.sha256.clone()))
    .bind(&slip.url)
    .bind(slip.next_at.map(Timestamp::ms))
    .bind(&slip.verdict)
    .bind(slip.times)
    .bind(&slip.failure)
    .bind(&slip.detail)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT OR REPLACE INTO slip_search (rowid, text) VALUES ((SELECT place FROM slips WHERE id = ?1), ?2)",
    )
    .bind(slip.id.bits().to_be_bytes().to_vec())
    .bind(searched(slip))
    .execute(connection)
    .await?;
    Ok(())
}

/// What a person may remember a slip by: its reference and who paid.
fn searched(slip: &SlipRecord) -> String {
    #[derive(Default, Deserialize)]
    struct Detail {
        #[serde(default)]
        sender: Option<String>,
    }
    let detail: Detail = serde_json::from_str(&slip.detail).unwrap_or_default();
    let reference = slip.reference.clone().unwrap_or_default();
    format!("{reference}\n{}", detail.sender.unwrap_or_default())
}

/// Slips, newest first.
pub(super) async fn list(readers: &SqlitePool, filter: &SlipFilter) -> Result<Vec<SlipRecord>, LedgerError> {
    let limit = if filter.limit == 0 { PAGE } else { filter.limit };
    let rows: Vec<SlipRow> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM slips WHERE (?1 IS NULL OR (next_at_ms IS NOT NULL) = ?1) \
             AND (?2 IS NULL OR wanted_order = ?2 OR paid_order = ?2) \
             AND (?3 IS NULL OR (presented_at_ms < ?3 AND picture_file IS NOT NULL)) \
             AND (?5 IS NULL OR id = ?5) \
             AND (?6 IS NULL OR (presented_at_ms >= ?6 AND presented_at_ms < ?7)) \
         ORDER BY presented_at_ms DESC, id DESC LIMIT ?4"
    )))
    .bind(filter.waiting)
    .bind(filter.order.map(|order| id_bytes(order).to_vec()))
    .bind(filter.with_picture_before.map(Timestamp::ms))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .bind(filter.id.map(|id| id.bits().to_be_bytes().to_vec()))
    .bind(filter.shown.map(|(from, _)| from.ms()))
    .bind(filter.shown.map(|(_, before)| before.ms()))
    .fetch_all(readers)
    .await
    .map_err(told)?;
    Ok(rows.into_iter().map(|SlipRow(slip)| slip).collect())
}

/// Claims slips that are due and free.
pub(super) async fn claim(
    connection: &mut SqliteConnection,
    now: Timestamp,
    lease_ms: i64,
    limit: usize,
) -> Result<Vec<SlipRecord>, sqlx::Error> {
    let rows: Vec<SlipRow> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "UPDATE slips SET claimed_until_ms = ?2 WHERE id IN (SELECT id FROM slips \
             WHERE next_at_ms <= ?1 AND (claimed_until_ms IS NULL OR claimed_until_ms <= ?1) \
             ORDER BY next_at_ms, id LIMIT ?3) RETURNING {COLUMNS}"
    )))
    .bind(now.ms())
    .bind(now.plus_ms(lease_ms).ms())
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await?;
    let mut slips: Vec<SlipRecord> = rows.into_iter().map(|SlipRow(slip)| slip).collect();
    // RETURNING promises no order.
    slips.sort_by_key(|slip| (slip.next_at, slip.id));
    Ok(slips)
}

/// Which order holds a piece of evidence, and since when.
pub(super) async fn holder(
    readers: &SqlitePool,
    book: &str,
    key: &str,
) -> Result<Option<(OrderId, Timestamp)>, LedgerError> {
    let row: Option<SqliteRow> = sqlx::query(
        "SELECT evidence.order_id AS order_id, order_events.at_ms AS at_ms FROM evidence \
         JOIN order_events ON order_events.seq = evidence.seq WHERE evidence.provider = ?1 AND evidence.key = ?2",
    )
    .bind(book)
    .bind(key)
    .fetch_optional(readers)
    .await
    .map_err(told)?;
    let Some(row) = row else { return Ok(None) };
    let order = OrderId::from_bits(rows::bits(&row, "order_id").map_err(told)?);
    let at: i64 = row.try_get("at_ms").map_err(told)?;
    Ok(Some((order, Timestamp::from_ms(at))))
}
