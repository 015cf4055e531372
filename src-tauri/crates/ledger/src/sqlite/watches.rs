//! Who asks about which attempt when. Claims are compare-and-set, so no two workers, in one process or in several,
//! ever hold the same watch.

use super::rows;
use super::script::Script;
use crate::projection::id_bytes;
use keptang_domain::{AttemptId, OrderId, Timestamp};
use keptang_ports::{Claim, NewClaim, Schedule, Watch, WorkerId};
use sqlx::sqlite::{SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{FromRow, Row};

/// What a reader sees of a watch.
struct WatchRow {
    attempt: AttemptId,
    order: OrderId,
    watch: Watch,
}

impl FromRow<'_, SqliteRow> for WatchRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let moment = |column: &str| -> Result<Option<Timestamp>, sqlx::Error> {
            Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_ms))
        };
        Ok(Self {
            attempt: AttemptId::from_bits(rows::bits(row, "attempt_id")?),
            order: OrderId::from_bits(rows::bits(row, "order_id")?),
            watch: Watch {
                next_at: Timestamp::from_ms(row.try_get("next_at_ms")?),
                asked_at: moment("asked_at_ms")?,
                answered_at: moment("answered_at_ms")?,
                looks: row.try_get("looks")?,
                nothing_found_at: moment("nothing_found_at_ms")?,
            },
        })
    }
}

impl WatchRow {
    fn claim(&self, worker: WorkerId, until: Timestamp) -> Claim {
        Claim {
            attempt: self.attempt,
            order: self.order,
            worker,
            until,
            watch: self.watch,
        }
    }
}

/// A watch for a new attempt, due at once.
pub(super) struct NewWatch {
    pub(super) attempt: AttemptId,
    pub(super) order: OrderId,
    pub(super) at: Timestamp,
    pub(super) claim: Option<NewClaim>,
}

impl NewWatch {
    pub(super) fn insert(script: &mut Script, watches: Vec<Self>) {
        script.rows(
            "INSERT INTO watches (attempt_id, order_id, next_at_ms, claimed_by, claimed_until_ms)",
            "(?,?,?,?,?)",
            watches.len(),
        );
        for watch in watches {
            script
                .bind(attempt_bytes(watch.attempt))
                .bind(id_bytes(watch.order).to_vec())
                .bind(watch.at.ms())
                .bind(watch.claim.map(|claim| worker_bytes(claim.worker)))
                .bind(watch.claim.map(|claim| watch.at.plus_ms(claim.lease_ms).ms()));
        }
    }
}

/// Claims what is due at `now` and free.
pub(super) async fn claim_due(
    connection: &mut SqliteConnection,
    worker: WorkerId,
    now: Timestamp,
    lease_ms: i64,
    limit: usize,
) -> Result<Vec<Claim>, sqlx::Error> {
    let until = now.plus_ms(lease_ms);
    let rows: Vec<WatchRow> = sqlx::query_as(
        "UPDATE watches SET claimed_by = ?1, claimed_until_ms = ?2, \
             woken_at_ms = CASE WHEN woken_at_ms <= ?3 THEN NULL ELSE woken_at_ms END \
         WHERE attempt_id IN (SELECT attempt_id FROM watches \
             WHERE next_at_ms <= ?3 AND (claimed_until_ms IS NULL OR claimed_until_ms <= ?3) \
             ORDER BY next_at_ms, attempt_id LIMIT ?4) \
         RETURNING attempt_id, order_id, next_at_ms, asked_at_ms, answered_at_ms, looks, nothing_found_at_ms",
    )
    .bind(worker_bytes(worker))
    .bind(until.ms())
    .bind(now.ms())
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await?;
    let mut claims: Vec<Claim> = rows.iter().map(|row| row.claim(worker, until)).collect();
    // RETURNING promises no order.
    claims.sort_by_key(|claim| (claim.watch.next_at, claim.attempt));
    Ok(claims)
}

/// Claims one watch if it is free.
pub(super) async fn claim_one(
    connection: &mut SqliteConnection,
    attempt: AttemptId,
    worker: WorkerId,
    now: Timestamp,
    lease_ms: i64,
) -> Result<Option<Claim>, sqlx::Error> {
    let until = now.plus_ms(lease_ms);
    let row: Option<WatchRow> = sqlx::query_as(
        "UPDATE watches SET claimed_by = ?1, claimed_until_ms = ?2, \
             woken_at_ms = CASE WHEN woken_at_ms <= ?3 THEN NULL ELSE woken_at_ms END \
         WHERE attempt_id = ?4 AND (claimed_until_ms IS NULL OR claimed_until_ms <= ?3) \
         RETURNING attempt_id, order_id, next_at_ms, asked_at_ms, answered_at_ms, looks, nothing_found_at_ms",
    )
    .bind(worker_bytes(worker))
    .bind(until.ms())
    .bind(now.ms())
    .bind(attempt_bytes(attempt))
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.claim(worker, until)))
}

/// Gives a watch back. A wake-up that came while it was held still counts, even against "nothing more to follow",
/// for whoever held it decided without knowing.
pub(super) async fn release(
    connection: &mut SqliteConnection,
    attempt: AttemptId,
    worker: WorkerId,
    schedule: Schedule,
) -> Result<(), sqlx::Error> {
    let query = match schedule {
        Schedule::Done => sqlx::query(
            "DELETE FROM watches WHERE attempt_id = ?1 AND claimed_by = ?2 AND woken_at_ms IS NULL; \
             UPDATE watches SET next_at_ms = woken_at_ms, claimed_by = NULL, claimed_until_ms = NULL \
             WHERE attempt_id = ?1 AND claimed_by = ?2",
        )
        .bind(attempt_bytes(attempt))
        .bind(worker_bytes(worker)),
        Schedule::Again(watch) => sqlx::query(
            "UPDATE watches SET next_at_ms = min(?3, coalesce(woken_at_ms, ?3)), asked_at_ms = ?4, \
                 answered_at_ms = ?5, looks = ?6, nothing_found_at_ms = ?7, \
                 claimed_by = NULL, claimed_until_ms = NULL \
             WHERE attempt_id = ?1 AND claimed_by = ?2",
        )
        .bind(attempt_bytes(attempt))
        .bind(worker_bytes(worker))
        .bind(watch.next_at.ms())
        .bind(watch.asked_at.map(Timestamp::ms))
        .bind(watch.answered_at.map(Timestamp::ms))
        .bind(i64::from(watch.looks))
        .bind(watch.nothing_found_at.map(Timestamp::ms)),
    };
    query.execute(connection).await?;
    Ok(())
}

/// Makes an attempt due at `at` unless it is due sooner, and has it followed again if nobody does any more. The
/// wake-up is remembered until somebody claims at or after it, so that no release can lose it. `false` when there is
/// no such attempt.
pub(super) async fn wake(
    connection: &mut SqliteConnection,
    attempt: AttemptId,
    at: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "INSERT INTO watches (attempt_id, order_id, next_at_ms, woken_at_ms) \
         SELECT id, order_id, ?2, ?2 FROM attempts WHERE id = ?1 \
         ON CONFLICT (attempt_id) DO UPDATE SET next_at_ms = min(next_at_ms, ?2), \
             woken_at_ms = min(coalesce(woken_at_ms, ?2), ?2)",
    )
    .bind(attempt_bytes(attempt))
    .bind(at.ms())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Makes everything due at `at` unless it is due sooner; no claim runs longer than `lease_ms` from then.
pub(super) async fn wake_all(
    connection: &mut SqliteConnection,
    at: Timestamp,
    lease_ms: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE watches SET next_at_ms = min(next_at_ms, ?1), claimed_until_ms = min(claimed_until_ms, ?2) \
         WHERE next_at_ms > ?1 OR claimed_until_ms > ?2",
    )
    .bind(at.ms())
    .bind(at.plus_ms(lease_ms).ms())
    .execute(connection)
    .await?;
    Ok(())
}

/// Frees everything a worker holds.
pub(super) async fn break_claims(
    connection: &mut SqliteConnection,
    worker: WorkerId,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE watches SET claimed_by = NULL, claimed_until_ms = NULL WHERE claimed_by = ?1")
        .bind(worker_bytes(worker))
        .execute(connection)
        .await?;
    Ok(())
}

/// The earliest moment at which something can be claimed: due, and not held any more.
pub(super) async fn next_due(readers: &SqlitePool) -> Result<Option<Timestamp>, sqlx::Error> {
    let at_ms: Option<i64> = sqlx::query_scalar(
        "SELECT min(max(next_at_ms, coalesce(claimed_until_ms, next_at_ms))) FROM watches",
    )
    .fetch_one(readers)
    .await?;
    Ok(at_ms.map(Timestamp::from_ms))
}

/// What is known of one watch.
pub(super) async fn watch(readers: &SqlitePool, attempt: AttemptId) -> Result<Option<Watch>, sqlx::Error> {
    let row: Option<WatchRow> = sqlx::query_as(
        "SELECT attempt_id, order_id, next_at_ms, asked_at_ms, answered_at_ms, looks, nothing_found_at_ms \
         FROM watches WHERE attempt_id = ?1",
    )
    .bind(attempt_bytes(attempt))
    .fetch_optional(readers)
    .await?;
    Ok(row.map(|row| row.watch))
}

pub(super) fn attempt_bytes(attempt: AttemptId) -> Vec<u8> {
    attempt.bits().to_be_bytes().to_vec()
}

fn worker_bytes(worker: WorkerId) -> Vec<u8> {
    worker.0.to_be_bytes().to_vec()
}
