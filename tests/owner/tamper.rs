//! One changed byte, anywhere in what the ledger stands on, is found, and the row is named.

use crate::shop::{busy_day, paid, run, shop};
use keptang_tests::till::TestTill;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, Row};
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

/// Changes one byte of this column in a row that has something there: the lowest bit of the middle byte of a text or
/// blob, a bit of a number. False when no row has anything.
async fn change(till: &TestTill, table: &str, key: &str, column: &str) -> bool {
    let mut file = unguarded(till).await;
    let newest_first = key.replace(',', " DESC,");
    let row = format!(
        "FROM {table} WHERE {column} IS NOT NULL AND length({column}) > 0 ORDER BY {newest_first} DESC LIMIT 1"
    );
    let value = format!("SELECT typeof({column}) AS kind, CAST({column} AS BLOB) AS bytes {row}");
    let found = file.fetch_optional(AssertSqlSafe(value)).await.unwrap();
    let Some(found) = found else { return false };
    let (kind, mut bytes): (String, Vec<u8>) = (found.get("kind"), found.get("bytes"));
    let place = format!("WHERE ({key}) = (SELECT {key} {row})");
    if kind == "integer" {
        // Where the lowest bit makes the number of another row, a bit of the next byte does not.
        for bit in [1, 4096] {
            let flipped =
                format!("CASE WHEN {column} & {bit} THEN {column} - {bit} ELSE {column} + {bit} END");
            let update = format!("UPDATE {table} SET {column} = {flipped} {place}");
            if let Ok(changed) = file.execute(AssertSqlSafe(update)).await {
                return changed.rows_affected() == 1;
            }
        }
        panic!("{table}.{column} takes no other number");
    }
    let middle = bytes.len() / 2;
    // A letter becomes another letter, and the text stays a text.
    bytes[middle] ^= 1;
    let cast = if kind == "text" { "CAST(?1 AS TEXT)" } else { "?1" };
    let changed = sqlx::query(AssertSqlSafe(format!(
        "UPDATE {table} SET {column} = {cast} {place}"
    )))
    .bind(bytes)
    .execute(&mut file)
    .await;
    let changed = changed.unwrap_or_else(|error| panic!("{table}.{column}: {error}"));
    changed.rows_affected() == 1
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
            if change(&till, table, &key, &column).await {
                of_table += 1;
                let ended = till.run(&["ledger", "verify"]).await;
                assert_eq!(
                    ended.code,
                    Some(1),
                    "{table}.{column}: {} {}",
                    ended.stdout,
                    ended.stderr
                );
                let line = ended.last();
                assert_eq!(line["ok"], false, "{table}.{column}");
                let named = line["first_bad"].as_str().unwrap();
                assert!(named.contains(table), "{table}.{column}: {named}");
                assert!(
                    named.chars().any(|c| c.is_ascii_digit()),
                    "{table}.{column} names no row: {named}"
                );
            }
            for beside in ["ledger.sqlite-wal", "ledger.sqlite-shm"] {
                let beside = till.data_dir().join(beside);
                assert!(!beside.exists() || std::fs::remove_file(beside).is_ok());
            }
            std::fs::write(path(&till), &untouched).unwrap();
        }
        assert!(of_table >= 4, "{table}: {of_table} columns were looked at");
        looked_at += of_table;
    }
    assert!(looked_at >= 60, "{looked_at}");
    till.run(&["ledger", "verify"]).await.expect(0);
}
