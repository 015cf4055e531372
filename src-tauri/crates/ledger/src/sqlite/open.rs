//! Opening a file: the right SQLite, the right schema, a copy before anything changes.

use super::fault::{OldSqlite, is_busy, told, unavailable};
use super::fill;
use keptang_ports::LedgerError;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, SqlSafeStr};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Version, topic and statements of one step of the schema.
type Step = (i64, &'static str, &'static str);

/// Forward only. A new step is a new file and a new line here; a published one never changes.
const SCHEMA: &[Step] = &[
    (
        20_261_121_000_000,
        "ledger",
        include_str!("../../migrations/sqlite/20261121000000_ledger.sql"),
    ),
    (
        20_261_121_180_000,
        "slips",
        include_str!("../../migrations/sqlite/20261121180000_slips.sql"),
    ),
    (
        20_261_122_000_000,
        "takings",
        include_str!("../../migrations/sqlite/20261122000000_takings.sql"),
    ),
    (
        20_261_122_010_000,
        "search",
        include_str!("../../migrations/sqlite/20261122010000_search.sql"),
    ),
    (
        20_261_122_020_000,
        "search_new",
        include_str!("../../migrations/sqlite/20261122020000_search_new.sql"),
    ),
    (
        20_261_122_030_000,
        "attempts_by_provider",
        include_str!("../../migrations/sqlite/20261122030000_attempts_by_provider.sql"),
    ),
];

/// Earlier versions can corrupt a file when one connection resets the WAL while another writes
/// (<https://www.sqlite.org/wal.html>, "The WAL-Reset Bug").
const OLDEST_SAFE_SQLITE: (&str, [u32; 3]) = ("3.51.3", [3, 51, 3]);

/// How long a statement waits for another process before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Switching a fresh file to WAL does not wait for other processes by itself, so opening tries again.
const OPEN_TRIES: u32 = 100;
const OPEN_RETRY_PAUSE: Duration = Duration::from_millis(50);

/// Reads are short; more connections than this only take memory.
const READERS: u32 = 4;

/// A statement is cached for each shape of a transaction; there are some dozens.
const CACHED_STATEMENTS: usize = 256;

/// The connection that writes, on a file that is up to date.
pub(super) async fn writer(path: &Path) -> Result<SqliteConnection, LedgerError> {
    let mut connection = connect(path).await?;
    require_safe_sqlite(&mut connection).await?;
    migrate(&mut connection, path, SCHEMA).await?;
    Ok(connection)
}

/// Connections that can only read. The file must exist.
pub(super) fn readers(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(CACHED_STATEMENTS)
        .disable_statement_logging();
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .connect_lazy_with(options)
}

/// One connection that can only read. The file must exist.
pub(super) async fn reader(path: &Path) -> Result<SqliteConnection, LedgerError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging();
    options.connect().await.map_err(told)
}

/// Whether a ledger needs nothing done to it before this till can read it.
///
/// # Errors
/// As for opening; a file that never was a ledger is damaged.
pub(super) async fn is_current(connection: &mut SqliteConnection) -> Result<bool, LedgerError> {
    let newest = newest(SCHEMA);
    match applied(connection, newest).await? {
        None => Err(LedgerError::Corrupt {
            at: "the file itself".to_owned(),
        }),
        Some(version) => Ok(version == newest && !fill::is_needed(connection).await?),
    }
}

async fn connect(path: &Path) -> Result<SqliteConnection, LedgerError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .busy_timeout(BUSY_TIMEOUT)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .statement_cache_capacity(CACHED_STATEMENTS)
        .disable_statement_logging();
    let mut tries = 0;
    loop {
        match options.connect().await {
            Ok(connection) => return Ok(connection),
            Err(error) if is_busy(&error) && tries < OPEN_TRIES => {
                tries += 1;
                tokio::time::sleep(OPEN_RETRY_PAUSE).await;
            }
            Err(error) => return Err(told(error)),
        }
    }
}

async fn require_safe_sqlite(connection: &mut SqliteConnection) -> Result<(), LedgerError> {
    let found: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(connection)
        .await
        .map_err(told)?;
    let (needed, oldest) = OLDEST_SAFE_SQLITE;
    let parts: Vec<u32> = found.split('.').filter_map(|part| part.parse().ok()).collect();
    if parts.as_slice() < oldest.as_slice() {
        return Err(unavailable(OldSqlite { found, needed }));
    }
    Ok(())
}

/// Brings the file to the newest schema. Processes that open one file at the same time take turns.
async fn migrate(connection: &mut SqliteConnection, path: &Path, schema: &[Step]) -> Result<(), LedgerError> {
    let newest = newest(schema);
    if applied(connection, newest).await? == Some(newest) && !fill::is_needed(connection).await? {
        return Ok(());
    }
    let turn = take_turn(beside(path, ".migrating")).await?;
    let before = applied(connection, newest).await?;
    if before != Some(newest) {
        if before.is_some() {
            back_up(connection, &beside(path, &format!(".before-{newest}.bak"))).await?;
        }
        migrator(schema)
            .run_direct(None, connection, false)
            .await
            .map_err(migration_fault)?;
        sqlx::query(
            "INSERT INTO meta (key, value) VALUES ('migrated_by', ?1) \
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(env!("CARGO_PKG_VERSION"))
        .execute(&mut *connection)
        .await
        .map_err(told)?;
    }
    if fill::is_needed(connection).await? {
        fill::views(connection).await?;
    }
    drop(turn);
    Ok(())
}

fn newest(schema: &[Step]) -> i64 {
    schema
        .iter()
        .map(|(version, ..)| *version)
        .max()
        .expect("there is a first schema")
}

fn migrator(schema: &[Step]) -> Migrator {
    let steps = schema
        .iter()
        .map(|(version, topic, sql)| {
            Migration::new(
                *version,
                (*topic).into(),
                MigrationType::Simple,
                (*sql).into_sql_str(),
                false,
            )
        })
        .collect();
    Migrator::with_migrations(steps)
}

/// The newest schema this file has had; `None` for a file that never was a ledger.
async fn applied(connection: &mut SqliteConnection, newest: i64) -> Result<Option<i64>, LedgerError> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('_sqlx_migrations', 'meta')",
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(told)?;
    if tables.iter().any(|table| table == "meta") {
        let min_reader: Option<String> =
            sqlx::query_scalar("SELECT value FROM meta WHERE key = 'min_reader'")
                .fetch_optional(&mut *connection)
                .await
                .map_err(told)?;
        match min_reader.map(|text| text.parse::<i64>()) {
            Some(Ok(min_reader)) if min_reader <= newest => {}
            Some(Ok(_)) => return Err(LedgerError::TooNew),
            Some(Err(_)) | None => {
                return Err(LedgerError::Corrupt {
                    at: "meta min_reader".to_owned(),
                });
            }
        }
    }
    if !tables.iter().any(|table| table == "_sqlx_migrations") {
        return Ok(None);
    }
    let version: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(connection)
        .await
        .map_err(told)?;
    if version.is_some_and(|version| version > newest) {
        return Err(LedgerError::TooNew);
    }
    Ok(version)
}

/// A copy before the schema changes.
async fn back_up(connection: &mut SqliteConnection, to: &Path) -> Result<(), LedgerError> {
    copy(connection, to).await?;
    tracing::info!(copy = %to.display(), "the ledger was copied before its schema changes");
    Ok(())
}

/// A consistent copy, complete under its name or not there at all.
pub(super) async fn copy(connection: &mut SqliteConnection, copy: &Path) -> Result<(), LedgerError> {
    let unfinished = beside(copy, ".part");
    match tokio::fs::remove_file(&unfinished).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(unavailable(error)),
        _ => {}
    }
    let target = unfinished.to_str().ok_or_else(|| {
        unavailable(std::io::Error::new(
            std::io::ErrorKind::InvalidFilename,
            "the ledger's path is not UTF-8, so its copy cannot be named in SQL",
        ))
    })?;
    sqlx::query("VACUUM INTO ?1")
        .bind(target)
        .execute(connection)
        .await
        .map_err(told)?;
    // On disk before it has its name.
    let written = tokio::fs::File::options().write(true).open(&unfinished).await;
    written
        .map_err(unavailable)?
        .sync_all()
        .await
        .map_err(unavailable)?;
    tokio::fs::rename(&unfinished, copy).await.map_err(unavailable)
}

/// Waits for the right to migrate; given back when the file is dropped, also by a process that dies.
async fn take_turn(path: PathBuf) -> Result<std::fs::File, LedgerError> {
    let taken = tokio::task::spawn_blocking(move || {
        let file = std::fs::File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    });
    taken.await.map_err(unavailable)?.map_err(unavailable)
}

fn migration_fault(error: MigrateError) -> LedgerError {
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => LedgerError::TooNew,
        MigrateError::VersionMismatch(version) | MigrateError::Dirty(version) => LedgerError::Corrupt {
            at: format!("_sqlx_migrations {version}"),
        },
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => told(error),
        other => unavailable(other),
    }
}

pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SqliteLedger;
    use keptang_domain::DayCutoff;
    use keptang_ports::Ledger;
    use keptang_testkit::ledger_history::write_history;
    use sqlx::Connection;

    const LATER: i64 = 20_991_231_000_000;

    async fn a_file_with_history() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let ledger = SqliteLedger::open(&path, DayCutoff::DEFAULT).await.unwrap();
        write_history(&ledger).await;
        ledger.close().await;
        (folder, path)
    }

    async fn migrate_to(path: &Path, sql: &'static str) -> Result<(), LedgerError> {
        let schema = [SCHEMA, &[(LATER, "later", sql)]].concat();
        let mut connection = connect(path).await?;
        let done = migrate(&mut connection, path, &schema).await;
        connection.close().await.unwrap();
        done
    }

    async fn is_sound_and_current(path: &Path) -> bool {
        match SqliteLedger::open(path, DayCutoff::DEFAULT).await {
            Ok(ledger) => {
                let report = ledger.verify().await.unwrap();
                assert_eq!((report.events, report.first_fault), (15, None));
                ledger.close().await;
                true
            }
            Err(LedgerError::TooNew) => false,
            Err(other) => panic!("{other}"),
        }
    }

    #[tokio::test]
    async fn every_commit_is_flushed_and_every_reference_checked() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = writer(&folder.path().join("ledger.sqlite")).await.unwrap();
        for (pragma, expected) in [("PRAGMA synchronous", 2_i64), ("PRAGMA foreign_keys", 1)] {
            let found: i64 = sqlx::query_scalar(pragma).fetch_one(&mut writer).await.unwrap();
            assert_eq!(found, expected, "{pragma}");
        }
    }

    #[tokio::test]
    async fn a_new_file_has_no_copy() {
        let (folder, _) = a_file_with_history().await;
        let names: Vec<_> = folder
            .path()
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert!(
            names.iter().all(|name| !name.to_string_lossy().contains(".bak")),
            "{names:?}"
        );
    }

    #[tokio::test]
    async fn an_existing_file_is_copied_before_it_changes() {
        let (_folder, path) = a_file_with_history().await;
        migrate_to(&path, "CREATE TABLE later (id INTEGER) STRICT;")
            .await
            .unwrap();
        assert!(
            !is_sound_and_current(&path).await,
            "this till is now too old for it"
        );
        let copy = beside(&path, ".before-20991231000000.bak");
        assert!(
            is_sound_and_current(&copy).await,
            "the copy is the file as it was"
        );
        assert!(!beside(&copy, ".part").exists());
    }

    #[tokio::test]
    async fn a_step_that_fails_leaves_the_file_as_it_was() {
        let (_folder, path) = a_file_with_history().await;
        for _ in 0..2 {
            let failed = migrate_to(&path, "DELETE FROM meta; CREATE TABLE orders (id INTEGER);").await;
            assert!(matches!(failed, Err(LedgerError::Unavailable(_))));
            assert!(is_sound_and_current(&path).await);
        }
        migrate_to(&path, "CREATE TABLE later (id INTEGER) STRICT;")
            .await
            .unwrap();
        assert!(is_sound_and_current(&beside(&path, ".before-20991231000000.bak")).await);
    }

    #[tokio::test]
    async fn a_published_step_that_changed_is_noticed() {
        let (_folder, path) = a_file_with_history().await;
        let mut schema = SCHEMA.to_vec();
        schema[0].2 = "SELECT 1;";
        schema.push((LATER, "later", "SELECT 2;"));
        let mut connection = connect(&path).await.unwrap();
        let refused = migrate(&mut connection, &path, &schema).await;
        assert!(matches!(refused, Err(LedgerError::Corrupt { .. })), "{refused:?}");
    }
}
