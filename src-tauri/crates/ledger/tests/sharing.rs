//! Files, processes and versions: what only a ledger in a file has to get right.

#![allow(clippy::unwrap_used)]

use keptang_domain::order::AttemptEvent;
use keptang_domain::{DayCutoff, Money};
use keptang_ledger::SqliteLedger;
use keptang_ports::{Ledger, LedgerError, OrderFilter, OrderKey, WorkerId};
use keptang_testkit::builders::{LEASE_MS, accepted, after_ms, confirmed, new_order, of};
use keptang_testkit::clock::{START, TestIds};
use keptang_testkit::ledger_contract::change;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

fn a_file() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    (folder, path)
}

async fn open(path: &Path) -> Arc<SqliteLedger> {
    Arc::new(SqliteLedger::open(path, DayCutoff::DEFAULT).await.unwrap())
}

async fn by_hand(path: &Path, sql: &str) {
    let mut connection: SqliteConnection = SqliteConnectOptions::new()
        .filename(path)
        .connect()
        .await
        .unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

async fn assert_sound(ledger: &SqliteLedger) {
    assert_eq!(ledger.verify().await.unwrap().first_fault, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_file_may_be_opened_by_many_at_once() {
    let (_folder, path) = a_file();
    let opening: Vec<_> = (0..8)
        .map(|_| {
            let path = path.clone();
            tokio::spawn(async move { SqliteLedger::open(&path, DayCutoff::DEFAULT).await })
        })
        .collect();
    let ids = TestIds::default();
    let mut numbers = BTreeSet::new();
    let mut ledgers = Vec::new();
    for ledger in opening {
        let ledger = ledger.await.unwrap().unwrap();
        numbers.insert(ledger.open_order(new_order(&ids)).await.unwrap().opening.number);
        ledgers.push(ledger);
    }
    assert_eq!(numbers.len(), 8);
    assert_sound(&ledgers[0]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_handles_write_one_gapless_chain() {
    let (_folder, path) = a_file();
    let handles = [open(&path).await, open(&path).await];
    let ids = Arc::new(TestIds::default());
    let tasks: Vec<_> = (0..40)
        .map(|index| {
            let (ledger, ids) = (Arc::clone(&handles[index % 2]), Arc::clone(&ids));
            tokio::spawn(async move {
                let order = ledger.open_order(new_order(&ids)).await.unwrap();
                let taken = change(&order, accepted(&order, &format!("chrg_{index}")), after_ms(100));
                let paid = change(
                    &taken.after,
                    confirmed(&taken.after, &format!("pay_{index}")),
                    after_ms(200),
                );
                ledger.commit(vec![taken], None).await.unwrap();
                ledger.commit(vec![paid], None).await.unwrap();
                order.opening.number
            })
        })
        .collect();
    let mut numbers = BTreeSet::new();
    for task in tasks {
        numbers.insert(task.await.unwrap());
    }
    let expected: BTreeSet<String> = (1..=40).map(|number| format!("A-{number:04}")).collect();
    assert_eq!(numbers, expected);
    for ledger in &handles {
        let report = ledger.verify().await.unwrap();
        assert_eq!(
            (report.events, report.orders, report.first_fault),
            (200, 40, None)
        );
        assert_eq!(ledger.changed_since(0).await.unwrap().1.len(), 40);
    }
}

#[tokio::test]
async fn another_handle_hears_of_changes_and_is_refused_when_late() {
    let (_folder, path) = a_file();
    let (here, there) = (open(&path).await, open(&path).await);
    let ids = TestIds::default();
    let order = here.open_order(new_order(&ids)).await.unwrap();
    let (seen, changed) = there.changed_since(0).await.unwrap();
    assert_eq!((seen, changed), (3, vec![order.id]));
    let taken = change(&order, accepted(&order, "chrg_1"), after_ms(100));
    let lost = change(
        &order,
        of(order.attempts[0].id, AttemptEvent::OutcomeLost),
        after_ms(100),
    );
    there.commit(vec![taken.clone()], None).await.unwrap();
    assert!(matches!(
        here.commit(vec![lost], None).await,
        Err(LedgerError::VersionMoved)
    ));
    assert_eq!(here.load(OrderKey::Id(order.id)).await.unwrap(), taken.after);
    assert_eq!(
        there.open_order(new_order(&ids)).await.unwrap().opening.number,
        "A-0002"
    );
    assert_eq!(
        here.open_order(new_order(&ids)).await.unwrap().opening.number,
        "A-0003"
    );
    assert_sound(&here).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_handles_never_hold_the_same_watch() {
    let (_folder, path) = a_file();
    let handles = [open(&path).await, open(&path).await];
    let ids = TestIds::default();
    for _ in 0..30 {
        handles[0].open_order(new_order(&ids)).await.unwrap();
    }
    let now = START.plus_ms(LEASE_MS);
    let tasks: Vec<_> = (0..10)
        .map(|index| {
            let ledger = Arc::clone(&handles[index % 2]);
            let worker = WorkerId(if index % 2 == 0 { 10 } else { 11 });
            tokio::spawn(async move { ledger.claim_due(worker, now, LEASE_MS, 5).await.unwrap() })
        })
        .collect();
    let mut claimed = Vec::new();
    for task in tasks {
        claimed.extend(task.await.unwrap().into_iter().map(|claim| claim.attempt));
    }
    assert_eq!(claimed.len(), 30);
    assert_eq!(claimed.iter().collect::<BTreeSet<_>>().len(), 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_request_does_not_spoil_those_beside_it() {
    let (_folder, path) = a_file();
    let ledger = open(&path).await;
    let ids = Arc::new(TestIds::default());
    let taken = ledger.open_order(new_order(&ids)).await.unwrap();
    // Sent before anyone is answered, so that they share transactions.
    let tasks: Vec<_> = (0..60)
        .map(|index| {
            let (ledger, ids, id) = (Arc::clone(&ledger), Arc::clone(&ids), taken.id);
            tokio::spawn(async move {
                let mut new = new_order(&ids);
                match index % 3 {
                    0 => new.id = id,
                    1 => new.amount_due = Money::ZERO,
                    _ => {}
                }
                ledger.open_order(new).await.is_ok()
            })
        })
        .collect();
    let mut stored = 0;
    for task in tasks {
        stored += usize::from(task.await.unwrap());
    }
    assert_eq!(stored, 20);
    let all = OrderFilter {
        limit: 100,
        ..OrderFilter::default()
    };
    let orders = ledger.list(all).await.unwrap();
    let numbers: Vec<&str> = orders
        .iter()
        .rev()
        .map(|order| order.opening.number.as_str())
        .collect();
    let expected: Vec<String> = (1..=21).map(|number| format!("A-{number:04}")).collect();
    assert_eq!(numbers, expected);
    assert_sound(&ledger).await;
}

#[tokio::test]
async fn what_was_answered_survives_closing() {
    let (_folder, path) = a_file();
    let ids = TestIds::default();
    let ledger = open(&path).await;
    let order = ledger.open_order(new_order(&ids)).await.unwrap();
    ledger.close().await;
    let closed = ledger.open_order(new_order(&ids)).await;
    assert!(matches!(closed, Err(LedgerError::Unavailable(_))));
    assert!(matches!(
        ledger.load(OrderKey::Id(order.id)).await,
        Err(LedgerError::Unavailable(_))
    ));
    ledger.close().await;
    let again = open(&path).await;
    assert_eq!(again.load(OrderKey::Id(order.id)).await.unwrap(), order);
    let next = again.open_order(new_order(&ids)).await.unwrap();
    assert_eq!(next.opening.number, "A-0002");
}

#[tokio::test]
async fn history_cannot_be_changed_with_sql() {
    let (_folder, path) = a_file();
    let ledger = open(&path).await;
    let order = ledger.open_order(new_order(&TestIds::default())).await.unwrap();
    let taken = change(&order, accepted(&order, "chrg_1"), after_ms(100));
    let paid = change(&taken.after, confirmed(&taken.after, "chrg_1"), after_ms(200));
    ledger.commit(vec![taken, paid], None).await.unwrap();
    let mut connection = SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .unwrap();
    for sql in [
        "UPDATE order_events SET at_ms = 0",
        "DELETE FROM order_events",
        "INSERT OR REPLACE INTO order_events SELECT seq, order_id, version, 0, kind, payload, prev_hash, hash FROM order_events WHERE seq = 1",
        "INSERT INTO order_events SELECT 99, order_id, 6, at_ms, kind, payload, prev_hash, hash FROM order_events WHERE seq = 1",
        "UPDATE postings SET amount_satang = 1",
        "DELETE FROM postings",
        "INSERT OR REPLACE INTO postings SELECT seq, line, debit, credit, 1 FROM postings",
        "UPDATE evidence SET key = 'other'",
        "DELETE FROM evidence",
    ] {
        let refused = sqlx::query(sql).execute(&mut connection).await;
        assert!(refused.is_err(), "{sql}");
    }
    assert_sound(&ledger).await;
}

#[tokio::test]
async fn the_file_is_in_wal_mode_and_its_tables_are_strict() {
    let (_folder, path) = a_file();
    let ledger = open(&path).await;
    let mut connection = SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .unwrap();
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(mode, "wal");
    let loose: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 \
         AND name NOT LIKE 'sqlite_%' AND name <> '_sqlx_migrations'",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(loose, 0, "every table of ours is STRICT");
    ledger.close().await;
}

#[tokio::test]
async fn a_file_of_a_newer_till_is_left_alone() {
    for newer in [
        "UPDATE meta SET value = '99990101000000' WHERE key = 'min_reader'",
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (99990101000000, 'later', TRUE, x'00', 0)",
    ] {
        let (_folder, path) = a_file();
        open(&path).await.close().await;
        by_hand(&path, newer).await;
        assert!(
            matches!(
                SqliteLedger::open(&path, DayCutoff::DEFAULT).await,
                Err(LedgerError::TooNew)
            ),
            "{newer}"
        );
    }
}

#[tokio::test]
async fn a_file_that_is_no_ledger_is_damaged_not_overwritten() {
    let (_folder, path) = a_file();
    let text = "this is a shopping list, long enough to have a header of a hundred bytes. ".repeat(20);
    std::fs::write(&path, &text).unwrap();
    let refused = SqliteLedger::open(&path, DayCutoff::DEFAULT).await.map(drop);
    assert!(matches!(refused, Err(LedgerError::Corrupt { .. })), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_unavailable() {
    let (_folder, path) = a_file();
    let refused = SqliteLedger::open(&path.join("deeper"), DayCutoff::DEFAULT)
        .await
        .map(drop);
    assert!(matches!(refused, Err(LedgerError::Unavailable(_))), "{refused:?}");
}

#[tokio::test]
async fn people_leave_a_trail_without_their_pin() {
    let (_folder, path) = a_file();
    let ledger = open(&path).await;
    let mut person = keptang_ports::Person {
        name: "owner".to_owned(),
        role: keptang_ports::Role::Owner,
        pin_hash: "c4n4ry".to_owned(),
        disabled: false,
        wrong_pins: 0,
        locked_until: None,
    };
    ledger.put_person(person.clone(), None, START).await.unwrap();
    person.wrong_pins = 1;
    ledger
        .put_person(person, Some("owner".to_owned()), after_ms(5))
        .await
        .unwrap();
    let mut connection = SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .unwrap();
    let trail: Vec<(i64, Option<String>, String, String, String)> =
        sqlx::query_as("SELECT at_ms, by_name, what, subject, detail FROM audit ORDER BY id")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    assert_eq!(trail.len(), 2);
    assert_eq!(
        (trail[0].0, &trail[0].1, trail[0].2.as_str()),
        (START.ms(), &None, "person_added")
    );
    assert_eq!(trail[1].1.as_deref(), Some("owner"));
    assert_eq!(
        (trail[1].2.as_str(), trail[1].3.as_str()),
        ("person_changed", "owner")
    );
    assert!(trail[0].4.contains(r#""pin_changed":true"#) && trail[1].4.contains(r#""pin_changed":false"#));
    assert!(trail.iter().all(|line| !line.4.contains("c4n4ry")));
    assert!(
        sqlx::query("DELETE FROM audit")
            .execute(&mut connection)
            .await
            .is_err()
    );
}
