//! Many statements as one.
//!
//! Each call into sqlx hands work to another thread and back, about 0.02 ms, a tenth of a durable commit. So all
//! statements of a request travel together. Texts must repeat from request to request, for prepared statements are
//! cached by the whole text: no values in it, ever.

use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection, SqliteQueryResult};
use sqlx::{Arguments, AssertSqlSafe, Encode, Type};

/// Statements with the values for their `?`, in order.
pub(super) struct Script {
    sql: String,
    values: SqliteArguments,
}

/// What stands around the statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    /// A transaction of their own.
    Transaction,
    /// A part of a running transaction that can fail alone.
    Savepoint,
}

impl Frame {
    const fn around(self) -> (&'static str, &'static str) {
        match self {
            Self::Transaction => ("BEGIN IMMEDIATE;", "COMMIT"),
            Self::Savepoint => ("SAVEPOINT request;", "RELEASE request"),
        }
    }
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

    /// Adds an insert of several rows; `row` is one row of values.
    pub(super) fn rows(&mut self, insert: &str, row: &str, count: usize) -> &mut Self {
        self.sql.push_str(insert);
        for index in 0..count {
            self.sql.push_str(if index == 0 { " VALUES " } else { "," });
            self.sql.push_str(row);
        }
        self.sql.push(';');
        self
    }

    /// Adds the value of the next `?`.
    pub(super) fn bind<'v, T: Encode<'v, Sqlite> + Type<Sqlite>>(&mut self, value: T) -> &mut Self {
        self.values
            .add(value)
            .expect("whole numbers, texts and bytes can always be bound");
        self
    }

    pub(super) async fn run(
        self,
        frame: Frame,
        connection: &mut SqliteConnection,
    ) -> Result<SqliteQueryResult, sqlx::Error> {
        let (before, after) = frame.around();
        let sql = [before, &self.sql, after].concat();
        sqlx::query_with(AssertSqlSafe(sql), self.values)
            .execute(connection)
            .await
    }
}
