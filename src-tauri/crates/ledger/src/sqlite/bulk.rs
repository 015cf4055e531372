//! Ledgers that are made, not lived: whole orders into a new file, many at a time, for measurements and tests of scale.
//! The rows are those a till would have written; only the flush after each sale is left out, and a till has no way here.

use super::fault::{told, unavailable};
use super::open;
use super::plan::Plan;
use super::texts;
use crate::chain::Head;
use crate::projection::counter_of;
use keptang_domain::DayCutoff;
use keptang_domain::order::Change;
use keptang_ports::LedgerError;
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;
use std::io;
use std::path::Path;

/// A ledger being made.
pub struct Import {
    connection: SqliteConnection,
    head: Head,
    cutoff: DayCutoff,
}

/// A statement of SQLite takes 32,766 values, and an event has 8.
const EVENTS: usize = 4_000;

/// Texts that go into their index at once, and the memory that takes; usually SQLite takes a megabyte.
const IMPORT_PORTION: i64 = 100_000;
const IMPORT_MEMORY: i64 = 64 << 20;
const USUAL_MEMORY: i64 = 1 << 20;

impl Import {
    /// Begins a new ledger at `path`, where nothing may be yet.
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`] when something is there, or the file cannot be written.
    pub async fn new(path: &Path, cutoff: DayCutoff) -> Result<Self, LedgerError> {
        if path.try_exists().map_err(unavailable)? {
            return Err(unavailable(io::Error::from(io::ErrorKind::AlreadyExists)));
        }
        let mut connection = open::writer(path).await?;
        // Whoever makes a ledger makes it again after a power cut or a fault.
        sqlx::query("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144")
            .execute(&mut connection)
            .await
            .map_err(told)?;
        Ok(Self {
            connection,
            head: Head::EMPTY,
            cutoff,
        })
    }

    /// Adds orders, each with all its changes from its opening on.
    ///
    /// # Errors
    /// [`LedgerError::Corrupt`] for an order that does not begin with its opening, or whose number no counter gives;
    /// [`LedgerError::Unavailable`] for what the schema refuses.
    pub async fn add(&mut self, orders: &[Vec<Change>]) -> Result<(), LedgerError> {
        let mut rest = orders;
        while !rest.is_empty() {
            let mut events = 0;
            let fitting = rest.iter().take_while(|changes| {
                events += changes.len();
                events <= EVENTS
            });
            let (portion, later) = rest.split_at(fitting.count().max(1));
            self.add_portion(portion).await?;
            rest = later;
        }
        Ok(())
    }

    async fn add_portion(&mut self, orders: &[Vec<Change>]) -> Result<(), LedgerError> {
        let mut plan = Plan::on(self.head, self.cutoff);
        for changes in orders {
            let begins = changes.first().is_some_and(|first| {
                first.from_version == 0 && counter_of(&first.after.opening.number).is_some()
            });
            if !begins {
                return Err(LedgerError::Corrupt {
                    at: "an order to be added".to_owned(),
                });
            }
            plan.add(changes, None);
        }
        plan.follow_only_running();
        let head = plan.head;
        sqlx::query("BEGIN IMMEDIATE")
            .execute(&mut self.connection)
            .await
            .map_err(told)?;
        plan.script().run(&mut self.connection).await.map_err(told)?;
        sqlx::query("COMMIT")
            .execute(&mut self.connection)
            .await
            .map_err(told)?;
        self.head = head;
        Ok(())
    }

    /// All texts at once: the fewer pieces the index is made of, the less of it is merged.
    async fn index_texts(&mut self) -> Result<(), sqlx::Error> {
        self.set_index_memory(IMPORT_MEMORY).await?;
        while texts::move_some(&mut self.connection, IMPORT_PORTION).await? {}
        self.set_index_memory(USUAL_MEMORY).await
    }

    async fn set_index_memory(&mut self, bytes: i64) -> Result<(), sqlx::Error> {
        sqlx::query("INSERT INTO search (search, rank) VALUES ('hashsize', ?1)")
            .bind(bytes)
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    /// Ends the ledger and flushes it.
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`] when it cannot be written.
    pub async fn finish(mut self) -> Result<(), LedgerError> {
        self.index_texts().await.map_err(told)?;
        sqlx::query("PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL")
            .execute(&mut self.connection)
            .await
            .map_err(told)?;
        self.connection.close().await.map_err(told)
    }
}
