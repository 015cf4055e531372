//! People and the audit trail.

use crate::chain::{GENESIS, Hash, TrailLink};
use keptang_domain::Timestamp;
use keptang_ports::{AuditLine, LedgerError, Person, TrailFilter};
use sqlx::sqlite::{Sqlite, SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{FromRow, QueryBuilder, Row};

use super::fault::told;

struct PersonRow {
    name: String,
    role: String,
    pin_hash: String,
    disabled: bool,
    wrong_pins: i64,
    locked_until_ms: Option<i64>,
}

impl FromRow<'_, SqliteRow> for PersonRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            name: row.try_get("name")?,
            role: row.try_get("role")?,
            pin_hash: row.try_get("pin_hash")?,
            disabled: row.try_get("disabled")?,
            wrong_pins: row.try_get("wrong_pins")?,
            locked_until_ms: row.try_get("locked_until_ms")?,
        })
    }
}

impl PersonRow {
    fn person(self) -> Result<Person, LedgerError> {
        let damaged = |name: &str| LedgerError::Corrupt {
            at: format!("people {name}"),
        };
        Ok(Person {
            role: self.role.parse().map_err(|_| damaged(&self.name))?,
            wrong_pins: u32::try_from(self.wrong_pins).map_err(|_| damaged(&self.name))?,
            name: self.name,
            pin_hash: self.pin_hash,
            disabled: self.disabled,
            locked_until: self.locked_until_ms.map(Timestamp::from_ms),
        })
    }
}

/// Everyone, by name.
pub(super) async fn all(readers: &SqlitePool) -> Result<Vec<Person>, LedgerError> {
    let rows: Vec<PersonRow> = sqlx::query_as(
        "SELECT name, role, pin_hash, disabled, wrong_pins, locked_until_ms FROM people ORDER BY name",
    )
    .fetch_all(readers)
    .await
    .map_err(told)?;
    rows.into_iter().map(PersonRow::person).collect()
}

/// Lines with one of these words, and the number of the newest line of all.
pub(super) async fn trail(readers: &SqlitePool, what: &[&str]) -> Result<(i64, Vec<AuditLine>), LedgerError> {
    // One statement sees one moment: the number belongs to the lines.
    let rows: Vec<SqliteRow> = sqlx::query(
        "SELECT (SELECT coalesce(max(id), 0) FROM audit) AS newest, at_ms, by_name, what, subject, detail \
         FROM (SELECT 0) LEFT JOIN audit ON what IN (SELECT value FROM json_each(?1)) ORDER BY id",
    )
    .bind(serde_json::json!(what).to_string())
    .fetch_all(readers)
    .await
    .map_err(told)?;
    let mut newest = 0;
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        newest = row.try_get("newest").map_err(told)?;
        // The one row of an empty join has no line in it.
        if row.try_get::<Option<i64>, _>("at_ms").map_err(told)?.is_some() {
            lines.push(line(&row).map_err(told)?);
        }
    }
    Ok((newest, lines))
}

/// Lines that fit a filter, with their numbers.
pub(super) async fn trail_lines(
    readers: &SqlitePool,
    filter: &TrailFilter,
) -> Result<Vec<(i64, AuditLine)>, LedgerError> {
    let mut query =
        QueryBuilder::<Sqlite>::new("SELECT id, at_ms, by_name, what, subject, detail FROM audit WHERE TRUE");
    if !filter.what.is_empty() {
        query.push(" AND what IN (");
        let mut words = query.separated(", ");
        for what in &filter.what {
            words.push_bind(what.clone());
        }
        query.push(")");
    }
    if let Some(subject) = &filter.subject {
        query.push(" AND subject = ").push_bind(subject.clone());
    }
    if let Some(by) = &filter.by {
        query.push(" AND by_name = ").push_bind(by.clone());
    }
    if let Some((from, before)) = filter.during {
        query.push(" AND at_ms >= ").push_bind(from.ms());
        query.push(" AND at_ms < ").push_bind(before.ms());
    }
    if let Some(after) = filter.after {
        query.push(" AND id > ").push_bind(after);
    }
    if let Some(before) = filter.before {
        query.push(" AND id < ").push_bind(before);
    }
    query.push(if filter.newest_first {
        " ORDER BY id DESC LIMIT "
    } else {
        " ORDER BY id LIMIT "
    });
    let limit = if filter.limit == 0 {
        TrailFilter::PAGE
    } else {
        filter.limit
    };
    query.push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows: Vec<SqliteRow> = query.build().fetch_all(readers).await.map_err(told)?;
    rows.iter()
        .map(|row| Ok((row.try_get("id")?, line(row)?)))
        .collect::<Result<_, sqlx::Error>>()
        .map_err(told)
}

fn line(row: &SqliteRow) -> Result<AuditLine, sqlx::Error> {
    Ok(AuditLine {
        at: Timestamp::from_ms(row.try_get("at_ms")?),
        by: row.try_get("by_name")?,
        what: row.try_get("what")?,
        subject: row.try_get("subject")?,
        detail: row.try_get("detail")?,
    })
}

/// Adds a line; with `after`, only when that line is still the newest. `false` when it is not. Inside a transaction that
/// holds the write lock, so that nobody else adds the same line of the chain.
pub(super) async fn note(
    connection: &mut SqliteConnection,
    line: &AuditLine,
    after: Option<i64>,
) -> Result<bool, sqlx::Error> {
    let newest: Option<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1")
            .fetch_optional(&mut *connection)
            .await?;
    let (newest, previous) = match newest {
        None => (0, GENESIS),
        Some((id, hash)) => {
            let hash = Hash::try_from(hash.as_slice()).map_err(|error| sqlx::Error::Decode(error.into()))?;
            (id, hash)
        }
    };
    if after.is_some_and(|after| after != newest) {
        return Ok(false);
    }
    let link = TrailLink {
        id: newest + 1,
        at_ms: line.at.ms(),
        by: line.by.as_deref().map(str::as_bytes),
        what: line.what.as_bytes(),
        subject: line.subject.as_bytes(),
        detail: line.detail.as_bytes(),
    };
    sqlx::query(
        "INSERT INTO audit (id, at_ms, by_name, what, subject, detail, prev_hash, hash) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(link.id)
    .bind(link.at_ms)
    .bind(&line.by)
    .bind(&line.what)
    .bind(&line.subject)
    .bind(&line.detail)
    .bind(previous.to_vec())
    .bind(link.hash(&previous).to_vec())
    .execute(connection)
    .await?;
    Ok(true)
}

/// Stores a person and what changed about them. The trail says that a PIN changed, never to what.
pub(super) async fn put(
    connection: &mut SqliteConnection,
    person: &Person,
    by: Option<&str>,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    let before: Option<PersonRow> = sqlx::query_as(
        "SELECT name, role, pin_hash, disabled, wrong_pins, locked_until_ms FROM people WHERE name = ?1",
    )
    .bind(&person.name)
    .fetch_optional(&mut *connection)
    .await?;
    let what = if before.is_some() {
        "person_changed"
    } else {
        "person_added"
    };
    let detail = serde_json::json!({
        "role": person.role.word(),
        "disabled": person.disabled,
        "wrong_pins": person.wrong_pins,
        "locked_until_ms": person.locked_until.map(Timestamp::ms),
        "pin_changed": before.as_ref().is_none_or(|before| before.pin_hash != person.pin_hash),
        "before": before.map(|before| serde_json::json!({ "role": before.role, "disabled": before.disabled })),
    });
    sqlx::query(
        "INSERT INTO people (name, role, pin_hash, disabled, wrong_pins, locked_until_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (name) DO UPDATE SET role = excluded.role, pin_hash = excluded.pin_hash, \
             disabled = excluded.disabled, wrong_pins = excluded.wrong_pins, \
             locked_until_ms = excluded.locked_until_ms",
    )
    .bind(&person.name)
    .bind(person.role.word())
    .bind(&person.pin_hash)
    .bind(person.disabled)
    .bind(i64::from(person.wrong_pins))
    .bind(person.locked_until.map(Timestamp::ms))
    .execute(&mut *connection)
    .await?;
    let line = AuditLine {
        at,
        by: by.map(str::to_owned),
        what: what.to_owned(),
        subject: person.name.clone(),
        detail: detail.to_string(),
    };
    note(connection, &line, None).await.map(drop)
}
