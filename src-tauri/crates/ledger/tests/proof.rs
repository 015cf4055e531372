//! `verify` finds every change of history: bytes flipped, rows removed, added or exchanged behind the ledger's back.

#![allow(clippy::unwrap_used, clippy::as_conversions)]

use keptang_domain::DayCutoff;
use keptang_domain::order::{DocumentKind, OrderEvent};
use keptang_ledger::SqliteLedger;
use keptang_ports::{AuditLine, Ledger, OrderKey};
use keptang_testkit::builders::{after_ms, new_order};
use keptang_testkit::clock::TestIds;
use keptang_testkit::ledger_history::write_history;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};
use tempfile::TempDir;

/// A ledger with some history, and a connection that stops at nothing.
struct Tampered {
    ledger: SqliteLedger,
    hand: SqliteConnection,
    _folder: TempDir,
}

async fn tampered() -> Tampered {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = SqliteLedger::open(&path, DayCutoff::DEFAULT).await.unwrap();
    write_history(&ledger).await;
    write_more(&ledger).await;
    // Texts go into their index in a quiet moment, or at the end.
    ledger.close().await;
    let ledger = SqliteLedger::open(&path, DayCutoff::DEFAULT).await.unwrap();
    let mut hand = SqliteConnectOptions::new()
        .filename(&path)
        .foreign_keys(false)
        .pragma("ignore_check_constraints", "ON")
        .connect()
        .await
        .unwrap();
    let triggers: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .fetch_all(&mut hand)
        .await
        .unwrap();
    for trigger in triggers {
        sqlx::raw_sql(AssertSqlSafe(format!("DROP TRIGGER {trigger}")))
            .execute(&mut hand)
            .await
            .unwrap();
    }
    let mut tampered = Tampered {
        ledger,
        hand,
        _folder: folder,
    };
    assert_eq!(
        tampered.fault().await,
        None,
        "without its triggers it is still sound"
    );
    tampered
}

/// A receipt, and lines of the trail.
async fn write_more(ledger: &SqliteLedger) {
    let order = ledger.load(OrderKey::Number("A-0002".to_owned())).await.unwrap();
    let receipt = OrderEvent::DocumentIssued {
        kind: DocumentKind::Receipt,
        refund: None,
        series: "R".to_owned(),
        running: 1,
        number: "R000001".to_owned(),
        day: order.opening.business_day,
        vat_rate_bp: Some(700),
        by: None,
    };
    let change = order.record(receipt, after_ms(60_000)).unwrap().unwrap();
    ledger.commit(vec![change], None).await.unwrap();
    for by in [Some("นก".to_owned()), None] {
        let line = AuditLine {
            at: after_ms(70_000),
            by,
            what: "shift_opened".to_owned(),
            subject: "A".to_owned(),
            detail: r#"{"float":"500.00"}"#.to_owned(),
        };
        ledger.note(line, None).await.unwrap();
    }
}

impl Tampered {
    async fn fault(&mut self) -> Option<String> {
        self.ledger.verify().await.unwrap().first_fault
    }

    async fn run(&mut self, sql: &str) {
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.hand).await;
        assert!(done.unwrap().rows_affected() > 0, "{sql}");
    }

    /// The bytes of a value, by row.
    async fn bytes(&mut self, table: &str, key: &str, column: &str) -> Vec<(String, Vec<u8>)> {
        let sql = format!(
            "SELECT CAST({key} AS TEXT), CAST({column} AS BLOB) FROM {table} WHERE {column} IS NOT NULL"
        );
        sqlx::query_as(AssertSqlSafe(sql))
            .fetch_all(&mut self.hand)
            .await
            .unwrap()
    }

    async fn put(&mut self, table: &str, key: &str, column: &str, kind: &str, row: &str, bytes: &[u8]) {
        let sql = format!("UPDATE {table} SET {column} = CAST(?1 AS {kind}) WHERE CAST({key} AS TEXT) = ?2");
        let done = sqlx::query(AssertSqlSafe(sql))
            .bind(bytes)
            .bind(row)
            .execute(&mut self.hand)
            .await
            .unwrap();
        assert_eq!(done.rows_affected(), 1);
    }
}

#[tokio::test]
async fn a_flipped_bit_anywhere_in_history_is_found() {
    let mut tampered = tampered().await;
    let mut flipped = 0;
    for (table, key, columns) in [
        (
            "order_events",
            "seq",
            [
                ("payload", "TEXT"),
                ("kind", "TEXT"),
                ("order_id", "BLOB"),
                ("prev_hash", "BLOB"),
                ("hash", "BLOB"),
            ]
            .as_slice(),
        ),
        (
            "postings",
            "seq || ' ' || line",
            &[("debit", "TEXT"), ("credit", "TEXT")],
        ),
        (
            "orders",
            "opened_seq",
            &[
                ("number", "TEXT"),
                ("note", "TEXT"),
                ("cashier", "TEXT"),
                ("state", "TEXT"),
                ("business_day", "TEXT"),
            ],
        ),
        (
            "attempts",
            "hex(token)",
            &[("provider_ref", "TEXT"), ("state", "TEXT"), ("provider", "TEXT")],
        ),
        ("evidence", "seq", &[("key", "TEXT"), ("order_id", "BLOB")]),
        (
            "refunds",
            "hex(id)",
            &[("state", "TEXT"), ("provider_ref", "TEXT"), ("by_name", "TEXT")],
        ),
        (
            "takings",
            "seq",
            &[
                ("order_id", "BLOB"),
                ("day", "TEXT"),
                ("counter", "TEXT"),
                ("cashier", "TEXT"),
                ("provider", "TEXT"),
                ("proof", "TEXT"),
            ],
        ),
        (
            "documents",
            "seq",
            &[
                ("number", "TEXT"),
                ("series", "TEXT"),
                ("kind", "TEXT"),
                ("order_id", "BLOB"),
            ],
        ),
        (
            "audit",
            "id",
            &[
                ("by_name", "TEXT"),
                ("what", "TEXT"),
                ("subject", "TEXT"),
                ("detail", "TEXT"),
                ("prev_hash", "BLOB"),
                ("hash", "BLOB"),
            ],
        ),
        ("search", "rowid", &[("text", "TEXT")]),
    ] {
        for (column, kind) in columns {
            for (row, bytes) in tampered.bytes(table, key, column).await {
                // Every byte of a row in the middle, some bytes of the others.
                let step = if row == "5" { 1 } else { 1 + bytes.len() / 4 };
                for at in (0..bytes.len()).step_by(step) {
                    let mut wrong = bytes.clone();
                    wrong[at] ^= 1 << (at % 8);
                    tampered.put(table, key, column, kind, &row, &wrong).await;
                    let fault = tampered.fault().await;
                    let fault =
                        fault.unwrap_or_else(|| panic!("{table} {row} {column} byte {at} went unseen"));
                    if ["order_events", "audit"].contains(&table) {
                        assert!(fault.starts_with(&format!("{table} {row}:")), "{fault}");
                    }
                    tampered.put(table, key, column, kind, &row, &bytes).await;
                    flipped += 1;
                }
            }
        }
    }
    assert!(flipped > 500, "{flipped}");
    assert_eq!(tampered.fault().await, None, "every byte is back in its place");
}

#[tokio::test]
async fn a_changed_number_anywhere_in_history_is_found() {
    let mut tampered = tampered().await;
    for (change, back, named) in [
        (
            "UPDATE order_events SET at_ms = at_ms + 1 WHERE seq = 4",
            "at_ms = at_ms - 1 WHERE seq = 4",
            "order_events 4",
        ),
        (
            "UPDATE order_events SET version = 99 WHERE seq = 4",
            "version = 4 WHERE seq = 4",
            "order_events 4",
        ),
        (
            "UPDATE order_events SET seq = 99 WHERE seq = 16",
            "seq = 16 WHERE seq = 99",
            "order_events",
        ),
        (
            "UPDATE order_events SET seq = -1 WHERE seq = 1",
            "seq = 1 WHERE seq = -1",
            "order_events 1",
        ),
        (
            "UPDATE postings SET amount_satang = amount_satang + 1 WHERE seq = 5",
            "amount_satang = amount_satang - 1 WHERE seq = 5",
            "postings 5 line 1",
        ),
        (
            "UPDATE postings SET line = 2 WHERE seq = 5",
            "line = 1 WHERE seq = 5",
            "postings 5",
        ),
        (
            "UPDATE postings SET seq = 99 WHERE seq = 5",
            "seq = 5 WHERE seq = 99",
            "postings 5 line 1",
        ),
        (
            "UPDATE orders SET amount_due_satang = 1 WHERE opened_seq = 1",
            "amount_due_satang = 25000 WHERE opened_seq = 1",
            "orders 0000",
        ),
        (
            "UPDATE orders SET running = 1 WHERE opened_seq = 1",
            "running = 0 WHERE opened_seq = 1",
            "orders 0000",
        ),
        (
            "UPDATE orders SET counter_no = 9 WHERE opened_seq = 1",
            "counter_no = 1 WHERE opened_seq = 1",
            "orders 0000",
        ),
        (
            "UPDATE orders SET settled_at_ms = NULL WHERE opened_seq = 1",
            "settled_at_ms = 1795143605000 WHERE opened_seq = 1",
            "orders 0000",
        ),
        (
            "UPDATE attempts SET payable_satang = 1 WHERE provider_ref = 'chrg_1'",
            "payable_satang = 25000 WHERE provider_ref = 'chrg_1'",
            "attempts 0000",
        ),
        (
            "UPDATE refunds SET amount_satang = 1",
            "amount_satang = 5000",
            "refunds 0000",
        ),
        (
            "UPDATE evidence SET seq = 4 WHERE key = 'part'",
            "seq = 5 WHERE key = 'part'",
            "evidence omise_truemoney part",
        ),
        (
            "UPDATE takings SET seq = 99 WHERE seq = 5",
            "seq = 5 WHERE seq = 99",
            "takings 5: missing",
        ),
        (
            "UPDATE takings SET hour = hour + 1 WHERE seq = 5",
            "hour = hour - 1 WHERE seq = 5",
            "takings 5",
        ),
        (
            "UPDATE takings SET sales = 0 WHERE seq = 5",
            "sales = 1 WHERE seq = 5",
            "takings 5",
        ),
        (
            "UPDATE takings SET received_satang = received_satang + 1 WHERE seq = 5",
            "received_satang = received_satang - 1 WHERE seq = 5",
            "takings 5",
        ),
        (
            "UPDATE takings SET adjustments_satang = 1 WHERE seq = 5",
            "adjustments_satang = 0 WHERE seq = 5",
            "takings 5",
        ),
        (
            "UPDATE takings SET suspense_satang = 1 WHERE seq = 5",
            "suspense_satang = 0 WHERE seq = 5",
            "takings 5",
        ),
        (
            "UPDATE takings SET refunds_satang = 1 WHERE seq = 5",
            "refunds_satang = 0 WHERE seq = 5",
            "takings 5",
        ),
        (
            "UPDATE takings SET fees_satang = 1 WHERE seq = 5",
            "fees_satang = 0 WHERE seq = 5",
            "takings 5",
        ),
        (
            "UPDATE documents SET running = 2",
            "running = 1",
            "documents R000001",
        ),
        ("UPDATE documents SET seq = 15", "seq = 16", "documents R000001"),
        (
            "UPDATE audit SET at_ms = at_ms + 1 WHERE id = 2",
            "at_ms = at_ms - 1 WHERE id = 2",
            "audit 2",
        ),
        (
            "UPDATE audit SET by_name = NULL WHERE id = 2",
            "by_name = 'นก' WHERE id = 2",
            "audit 2",
        ),
        (
            "UPDATE audit SET by_name = '' WHERE id = 3",
            "by_name = NULL WHERE id = 3",
            "audit 3",
        ),
        (
            "UPDATE audit SET id = 99 WHERE id = 3",
            "id = 3 WHERE id = 99",
            "audit 3: missing",
        ),
    ] {
        tampered.run(change).await;
        let fault = tampered
            .fault()
            .await
            .unwrap_or_else(|| panic!("{change} went unseen"));
        assert!(fault.starts_with(named), "{change}: {fault}");
        let table = change.split(' ').nth(1).unwrap();
        tampered.run(&format!("UPDATE {table} SET {back}")).await;
        assert_eq!(tampered.fault().await, None, "{back}");
    }
}

#[tokio::test]
async fn rows_removed_added_or_exchanged_are_found() {
    for (change, named) in [
        (
            "DELETE FROM order_events WHERE seq = 4",
            "order_events 4: missing",
        ),
        (
            "DELETE FROM order_events WHERE seq = 1",
            "order_events 1: missing",
        ),
        // The newest end of the chain is protected by what hangs on it.
        (
            "DELETE FROM order_events WHERE seq = (SELECT max(seq) FROM order_events)",
            "orders",
        ),
        ("DELETE FROM order_events", "orders"),
        (
            "UPDATE order_events SET payload = (SELECT o.payload FROM order_events AS o WHERE o.seq = 11 - order_events.seq) \
             WHERE seq IN (5, 6)",
            "order_events 5",
        ),
        (
            "INSERT INTO order_events SELECT max(seq) + 1, order_id, 99, at_ms, kind, payload, hash, prev_hash FROM order_events",
            "order_events",
        ),
        ("DELETE FROM postings WHERE seq = 5", "postings 5 line 1: missing"),
        (
            "INSERT INTO postings VALUES (5, 2, 'order', 'suspense', 100)",
            "postings 5 line 2: is not in the events",
        ),
        (
            "INSERT INTO postings VALUES (4, 1, 'order', 'suspense', 100)",
            "postings 4 line 1: is not in the events",
        ),
        (
            "INSERT INTO postings VALUES (999, 1, 'order', 'suspense', 100)",
            "postings 999 line 1: is not in the events",
        ),
        ("DELETE FROM orders WHERE opened_seq = 1", "orders"),
        (
            "INSERT INTO orders SELECT 999, x'ffffffffffffffffffffffffffffffff', version, 'Z', 1, 'Z-0001', 1, note, cashier, \
          business_day, created_at_ms, state, settled_at_ms, running, newest_state, flags FROM orders LIMIT 1",
            "orders ffffffff",
        ),
        (
            "INSERT INTO orders SELECT 999, x'00000000000000000000000000000000', version, 'Z', 1, 'Z-0001', 1, note, cashier, \
          business_day, created_at_ms, state, settled_at_ms, running, newest_state, flags FROM orders LIMIT 1",
            "orders 00000000",
        ),
        ("DELETE FROM attempts WHERE provider_ref = 'jwt_1'", "attempts"),
        (
            "DELETE FROM evidence WHERE key = 'part'",
            "evidence omise_truemoney part: missing",
        ),
        (
            "INSERT INTO evidence SELECT provider, 'more', order_id, seq FROM evidence WHERE key = 'part'",
            "evidence omise_truemoney more: is not in the events",
        ),
        ("DELETE FROM refunds", "refunds"),
        ("DELETE FROM takings WHERE seq = 5", "takings 5: missing"),
        (
            "INSERT INTO takings SELECT 4, order_id, day, hour, counter, cashier, provider, proof, sales, received_satang, \
             adjustments_satang, suspense_satang, refunds_satang, fees_satang FROM takings LIMIT 1",
            "takings 4: is not in the events",
        ),
        (
            "INSERT INTO takings SELECT 999, order_id, day, hour, counter, cashier, provider, proof, sales, received_satang, \
             adjustments_satang, suspense_satang, refunds_satang, fees_satang FROM takings LIMIT 1",
            "takings 999: is not in the events",
        ),
        ("DELETE FROM documents", "documents R000001: missing"),
        (
            "INSERT INTO documents SELECT 'R000002', series, 2, kind, order_id, seq FROM documents",
            "documents R000002: is not in the events",
        ),
        ("DELETE FROM audit WHERE id = 1", "audit 1: missing"),
        ("DELETE FROM audit WHERE id = 2", "audit 2: missing"),
        (
            "UPDATE audit SET detail = (SELECT a.detail FROM audit AS a WHERE a.id = 3 - audit.id) WHERE id IN (1, 2)",
            "audit 1",
        ),
        (
            "INSERT INTO audit SELECT 4, at_ms, by_name, what, subject, detail, prev_hash, hash FROM audit WHERE id = 3",
            "audit 4",
        ),
        (
            "DELETE FROM search WHERE rowid = (SELECT min(rowid) FROM search)",
            "search 4097: missing",
        ),
        (
            "INSERT INTO search (rowid, text) VALUES (4099, 'more')",
            "search 4099: is not in the events",
        ),
        (
            "INSERT INTO search (rowid, text) VALUES (99999999, 'more')",
            "search",
        ),
    ] {
        let mut tampered = tampered().await;
        tampered.run(change).await;
        let fault = tampered
            .fault()
            .await
            .unwrap_or_else(|| panic!("{change} went unseen"));
        assert!(fault.starts_with(named), "{change}: {fault}");
    }
}

#[tokio::test]
async fn a_damaged_page_is_a_fault_and_not_an_excuse() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = SqliteLedger::open(&path, DayCutoff::DEFAULT).await.unwrap();
    write_history(&ledger).await;
    ledger.close().await;
    let sound = std::fs::read(&path).unwrap();
    let mut hand = SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .unwrap();
    let page: i64 = sqlx::query_scalar("SELECT rootpage FROM sqlite_schema WHERE name = 'order_events'")
        .fetch_one(&mut hand)
        .await
        .unwrap();
    drop(hand);
    let mut broken = sound;
    let start = usize::try_from((page - 1) * 4_096).unwrap();
    broken[start..start + 4_096].fill(0x5a);
    std::fs::write(&path, broken).unwrap();
    let ledger = SqliteLedger::open(&path, DayCutoff::DEFAULT).await.unwrap();
    let fault = ledger.verify().await.unwrap().first_fault.unwrap();
    assert!(fault.starts_with("the file itself"), "{fault}");
}

#[tokio::test]
async fn sales_go_on_during_the_proof() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = SqliteLedger::open(&path, DayCutoff::DEFAULT).await.unwrap();
    let ids = TestIds::seeded(7);
    for _ in 0..20 {
        ledger.open_order(new_order(&ids)).await.unwrap();
    }
    let selling = async {
        for _ in 0..40 {
            ledger.open_order(new_order(&ids)).await.unwrap();
        }
    };
    let proving = async {
        for _ in 0..10 {
            let report = ledger.verify().await.unwrap();
            assert_eq!(report.first_fault, None);
            assert_eq!(report.events, report.orders * 3, "one moment, not several");
        }
    };
    tokio::join!(selling, proving);
}
