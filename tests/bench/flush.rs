//! What this disk takes for one durable commit when nothing was written just before, as between two customers.

use crate::shop::SETTLE;
use std::path::Path;
use std::time::{Duration, Instant};

pub(crate) struct Flush(rusqlite::Connection);

impl Flush {
    pub(crate) fn open(path: &Path) -> Self {
        let connection = rusqlite::Connection::open(path).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.pragma_update(None, "synchronous", "FULL").unwrap();
        connection
            .execute_batch("CREATE TABLE rows (no INTEGER PRIMARY KEY)")
            .unwrap();
        Self(connection)
    }

    pub(crate) async fn commits(&self, how_many: u32) -> Duration {
        let mut insert = self.0.prepare("INSERT INTO rows DEFAULT VALUES").unwrap();
        tokio::time::sleep(SETTLE).await;
        let started = Instant::now();
        for _ in 0..how_many {
            insert.execute([]).unwrap();
        }
        started.elapsed()
    }
}
