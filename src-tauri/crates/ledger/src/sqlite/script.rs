//! Many statements as one.
//!
//! Each call into sqlx hands work to another thread and back, which costs about a tenth of a durable commit. So all
//! statements of a transaction travel together. Texts must repeat from request to request, for prepared statements
//! are cached by the whole text: no values in it, ever.

use super::fault::told;
use keptang_ports::LedgerError;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection};
use sqlx::{Arguments, AssertSqlSafe, Encode, Type};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::sync::Notify;

/// Statements with the values for their `?`, in order.
pub(super) struct Script {
    sql: String,
    values: SqliteArguments,
}

impl Script {
    pub(super) fn new() -> Self {
        Self {
            sql: String::with_capacity(1_024),
            values: SqliteArguments::default(),
        }
    }

    /// Adds a statement.
    pub(super) fn statement(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self.sql.push(';');
        self
    }

    /// Adds an insert of `count` rows, if there are any; `row` is one row of values.
    pub(super) fn rows(&mut self, insert: &str, row: &str, count: usize) {
        if count == 0 {
            return;
        }
        self.sql.push_str(insert);
        self.sql.push_str(" VALUES ");
        self.sql.push_str(row);
        for _ in 1..count {
            self.sql.push(',');
            self.sql.push_str(row);
        }
        self.sql.push(';');
    }

    /// Adds the value of the next `?`.
    pub(super) fn bind<'v, T: Encode<'v, Sqlite> + Type<Sqlite>>(&mut self, value: T) -> &mut Self {
        self.values
            .add(value)
            .expect("whole numbers, texts and bytes can always be bound");
        self
    }

    /// Runs as a part of a running transaction that can fail alone: after an error, [`undo`] it.
    pub(super) async fn run_in_savepoint(self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let sql = ["SAVEPOINT request;", &self.sql, "RELEASE request"].concat();
        sqlx::query_with(AssertSqlSafe(sql), self.values)
            .execute(connection)
            .await?;
        Ok(())
    }

    /// Runs as a part of a running transaction.
    pub(super) async fn run(self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        sqlx::query_with(AssertSqlSafe(self.sql), self.values)
            .execute(connection)
            .await?;
        Ok(())
    }

    /// Runs as a transaction of its own. After an error, part of it may still be open.
    pub(super) async fn run_in_transaction(
        self,
        connection: &mut SqliteConnection,
        bell: &CommitBell,
    ) -> Result<(), sqlx::Error> {
        let sql = ["BEGIN IMMEDIATE;", &self.sql, "COMMIT"].concat();
        let query = sqlx::query_with(AssertSqlSafe(sql), self.values).execute(connection);
        bell.wait_for(query).await?;
        Ok(())
    }
}

/// Takes back what a failed savepoint did.
pub(super) async fn undo(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("ROLLBACK TO request; RELEASE request")
        .execute(connection)
        .await?;
    Ok(())
}

/// Rings when SQLite begins to commit.
///
/// sqlx reports each statement of a script on its own, and each report would wake this task: as much work as the
/// statement itself. With the bell the task sleeps until only the flush is left to wait for, and takes all reports
/// at once while that goes on.
pub(super) struct CommitBell(Arc<Notify>);

/// How long a script may take before its reports are read one by one: one that failed never rings, and one that
/// waits for another process is in no hurry.
const UNRUNG: Duration = Duration::from_millis(2);

impl CommitBell {
    pub(super) async fn hang(connection: &mut SqliteConnection) -> Result<Self, LedgerError> {
        let rings = Arc::new(Notify::new());
        let bell = Self(Arc::clone(&rings));
        let mut handle = connection.lock_handle().await.map_err(told)?;
        handle.set_commit_hook(move || {
            rings.notify_one();
            // Anything else would turn the commit into a rollback.
            true
        });
        Ok(bell)
    }

    async fn wait_for<T>(&self, query: impl Future<Output = T>) -> T {
        // Other commits on the connection rang as well.
        let mut stale = pin!(self.0.notified());
        if stale.as_mut().enable() {
            stale.set(self.0.notified());
        }
        let rung = stale;
        let mut query = pin!(query);
        // Sends the script off without asking to be woken by its first report.
        if let Poll::Ready(done) = query.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done;
        }
        // Either way the script goes on; its end is awaited below.
        let _ = tokio::time::timeout(UNRUNG, rung).await;
        query.await
    }
}
