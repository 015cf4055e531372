//! One changed byte, anywhere in what the ledger stands on, is found, and the row is named.

use crate::shop::{busy_day, paid, run, shop};
use keptang_tests::till::TestTill;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row};
use std::path::PathBuf;

/// What history is made of, and what is rebuilt from it and read instead of it.
const TABLES: [&str; 9] = [
    "order_events",
    "postings",
    "audit",
    "evidence",
    "orders",
    "attempts",
    "refunds",
    "takings",
    "documents",
];

/// A shop with a day that was closed and signed, a receipt, and every kind of money.
async fn old_shop() -> TestTill {
    let till = shop().await;
    let day = busy_day(&till).await;
    paid(&till, "crypto_2328", "100").await;
    let receipt = till.data_dir().join("r.pdf");
    till.run(&["receipt", "A-0001", "-o", receipt.to_str().unwrap()])
        .await
        .expect(0);
    run(&till, "Nok", &["day", "z", "--date", &day]).await.expect(0);
    let sign = ["day", "sign", "--date", &day, "--reason", "looked at"];
    run(&till, "Nok", &sign).await.expect(0);
    // Everything is in the one file, so that a test may put it back.
    let mut file = open(&till).await;
    file.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    file.close().await.unwrap();
    till
}

fn path(till: &TestTill) -> PathBuf {
    till.data_dir().join("ledger.sqlite")
}

async fn open(till: &TestTill) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(path(till))
        .foreign_keys(false);
    options.connect().await.unwrap()
}

/// The file as somebody with the right tool sees it: no guard stands any more.
async fn unguarded(till: &TestTill) -> SqliteConnection {
    let mut file = open(till).await;
    file.execute("PRAGMA ignore_check_constraints = ON")
        .await
        .unwrap();
    let guards: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        .fetch_all(&mut file)
        .await
        .unwrap();
    assert!(!guards.is_empty());
    for guard in guards {
        let drop = AssertSqlSafe(format!("DROP TRIGGER {guard}"));
        file.execute(drop).await.unwrap();
    }
    file
}

/// The columns of a table, and of its key.
async fn columns(till: &TestTill, table: &str) -> (Vec<String>, String) {
    let mut file = open(till).await;
    let rows = file
        .fetch_all(AssertSqlSafe(format!("PRAGMA table_info({table})")))
        .await
        .unwrap();
    file.close().await.unwrap();
    assert!(!rows.is_empty(), "there is a table {table}");
    let name = |row: &SqliteRow| row.get::<String, _>("name");
    let key: Vec<String> = rows
        .iter()
        .filter(|row| row.get::<i64, _>("pk") > 0)
        .map(name)
        .collect();
    assert!(!key.is_empty(), "{table} has a key");
    (rows.iter().map(name).collect(), key.join(", "))
}

/// Which row of those that have something in a column, and which byte of it.
#[derive(Debug, Clone, Copy)]
enum Place {
    OldestFirst,
    NewestMiddle,
    NewestLast,
}

impl Place {
    const ALL: [Self; 3] = [Self::OldestFirst, Self::NewestMiddle, Self::NewestLast];

    const fn order(self) -> &'static str {
        match self {
            Self::OldestFirst => "ASC",
            Self::NewestMiddle | Self::NewestLast => "DESC",
        }
    }

    const fn byte(self, length: usize) -> usize {
        match self {
            Self::OldestFirst => 0,
            Self::NewestMiddle => length / 2,
            Self::NewestLast => length - 1,
        }
    }
}

/// Changes one bit of this column: the lowest of a byte of a text or blob, a low one of a number. False when no row has
/// anything there.
async fn change(till: &TestTill, table: &str, key: &str, column: &str, place: Place) -> bool {
    let mut file = unguarded(till).await;
    let changed = flip(&mut file, (table, key, column), place).await;
    // Closed for good before the till opens it, and before the test puts the old file back.
    file.close().await.unwrap();
    changed
}

async fn flip(file: &mut SqliteConnection, (table, key, column): (&str, &str, &str), place: Place) -> bool {
    let order = place.order();
    let by_key = key.replace(',', &format!(" {order},"));
    let row = format!(
        "FROM {table} WHERE {column} IS NOT NULL AND length({column}) > 0 ORDER BY {by_key} {order} LIMIT 1"
    );
    let value = format!("SELECT typeof({column}) AS kind, CAST({column} AS BLOB) AS bytes {row}");
    let found = file.fetch_optional(AssertSqlSafe(value)).await.unwrap();
    let Some(found) = found else { return false };
    let (kind, mut bytes): (String, Vec<u8>) = (found.get("kind"), found.get("bytes"));
    let at = format!("WHERE ({key}) = (SELECT {key} {row})");
    if kind == "integer" {
        // Where the lowest bit makes the number of another row, a bit of the next byte does not.
        for bit in [1, 4096] {
            let flipped =
                format!("CASE WHEN {column} & {bit} THEN {column} - {bit} ELSE {column} + {bit} END");
            let update = format!("UPDATE {table} SET {column} = {flipped} {at}");
            if let Ok(changed) = file.execute(AssertSqlSafe(update)).await {
                return changed.rows_affected() == 1;
            }
        }
        panic!("{table}.{column} takes no other number");
    }
    let byte = place.byte(bytes.len());
    // A letter becomes another letter, and the text stays a text.
    bytes[byte] ^= 1;
    let cast = if kind == "text" { "CAST(?1 AS TEXT)" } else { "?1" };
    let changed = sqlx::query(AssertSqlSafe(format!(
        "UPDATE {table} SET {column} = {cast} {at}"
    )))
    .bind(bytes)
    .execute(&mut *file)
    .await;
    let changed = changed.unwrap_or_else(|error| panic!("{table}.{column}: {error}"));
    changed.rows_affected() == 1
}

/// The proof fails and names a row of this table.
async fn check_found(till: &TestTill, table: &str, what: &str) {
    let ended = till.run(&["ledger", "verify"]).await;
    assert_eq!(ended.code, Some(1), "{what}: {} {}", ended.stdout, ended.stderr);
    let line = ended.last();
    assert_eq!(line["ok"], false, "{what}");
    let named = line["first_bad"].as_str().unwrap();
    assert!(named.contains(table), "{what}: {named}");
    assert!(
        named.chars().any(|c| c.is_ascii_digit()),
        "{what} names no row: {named}"
    );
}

#[tokio::test]
async fn one_byte_of_any_column_is_found_and_its_row_is_named() {
    let till = old_shop().await;
    let untouched = std::fs::read(path(&till)).unwrap();
    till.run(&["ledger", "verify"]).await.expect(0);
    let mut looked_at = 0;
    for table in TABLES {
        let mut of_table = 0;
        let (columns, key) = columns(&till, table).await;
        for column in columns {
            let mut is_filled = false;
            for place in Place::ALL {
                if change(&till, table, &key, &column, place).await {
                    is_filled = true;
                    check_found(&till, table, &format!("{table}.{column} {place:?}")).await;
                }
                for beside in ["ledger.sqlite-wal", "ledger.sqlite-shm"] {
                    let beside = till.data_dir().join(beside);
                    assert!(!beside.exists() || std::fs::remove_file(beside).is_ok());
                }
                std::fs::write(path(&till), &untouched).unwrap();
            }
            of_table += usize::from(is_filled);
        }
        assert!(of_table >= 4, "{table}: {of_table} columns were looked at");
        looked_at += of_table;
    }
    assert!(looked_at >= 60, "{looked_at}");
    till.run(&["ledger", "verify"]).await.expect(0);
}
