//! `keptang ledger verify`: a ledger that was not touched is proven, one that was names the row.

use keptang_simulator::control::Action;
use keptang_tests::till::TestTill;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Executor};

/// A ledger with a paid sale, a cancelled one and one that waits.
async fn used_till() -> TestTill {
    let till = TestTill::new().await;
    for _ in 0..3 {
        till.open_sale().await;
    }
    let paid = till.charges().await.remove(0);
    till.provider.act(&paid.id, Action::Pay).await.unwrap();
    till.run(&["order", "check", "A-0001"]).await.expect(0);
    till.run(&["order", "cancel", "A-0002"]).await.expect(0);
    // What was written is in the one file, so that a test may copy it.
    let mut file = file_of(&till).await;
    file.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    till
}

async fn file_of(till: &TestTill) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(till.data_dir().join("ledger.sqlite"));
    options.connect().await.unwrap()
}

/// The file as somebody with the right tool sees it, with every guard against changes gone.
async fn unguarded(till: &TestTill) -> SqliteConnection {
    let mut file = file_of(till).await;
    let guards: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        .fetch_all(&mut file)
        .await
        .unwrap();
    assert!(!guards.is_empty());
    for guard in guards {
        file.execute(sqlx::AssertSqlSafe(format!("DROP TRIGGER {guard}")))
            .await
            .unwrap();
    }
    file
}

async fn change(till: &TestTill, statement: &'static str) {
    let mut file = unguarded(till).await;
    let changed = file.execute(statement).await.unwrap();
    assert!(changed.rows_affected() > 0, "{statement}");
}

#[tokio::test]
async fn an_untouched_ledger_is_intact() {
    let till = used_till().await;
    let ended = till.run(&["ledger", "verify"]).await;
    ended.expect(0);
    let line = ended.last();
    assert_eq!(line["ok"], true);
    assert_eq!(line["orders"], 3);
    assert!(line["events"].as_u64().unwrap() > 10, "{line}");
    let empty = TestTill::new().await;
    empty.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn one_changed_byte_of_history_is_found_and_named() {
    let till = used_till().await;
    // The same length, one digit of the payload.
    change(
        &till,
        "UPDATE order_events SET payload = replace(payload, '25000', '25001') \
         WHERE seq = (SELECT min(seq) FROM order_events WHERE payload LIKE '%25000%')",
    )
    .await;
    let ended = till.run(&["ledger", "verify"]).await;
    ended.expect(1);
    let line = ended.last();
    assert_eq!(line["ok"], false);
    assert!(
        line["first_bad"].as_str().unwrap().contains("order_events 1"),
        "{line}"
    );
    let told = till.run_as_text(&["ledger", "verify"]).await;
    assert_eq!(told.code, Some(1));
    assert!(told.stdout.contains("order_events 1"), "{}", told.stdout);
}

#[tokio::test]
async fn every_kind_of_change_is_found() {
    let till = used_till().await;
    let path = till.data_dir().join("ledger.sqlite");
    let untouched = std::fs::read(&path).unwrap();
    for (statement, named) in [
        (
            "DELETE FROM order_events WHERE seq = (SELECT max(seq) FROM order_events) - 1",
            "order_events",
        ),
        (
            "UPDATE order_events SET at_ms = at_ms + 1 WHERE seq = 4",
            "order_events 4",
        ),
        (
            "UPDATE orders SET state = 'settled' WHERE number = 'A-0003'",
            "orders",
        ),
        (
            "UPDATE orders SET amount_due_satang = 1 WHERE number = 'A-0001'",
            "orders",
        ),
        (
            "UPDATE postings SET amount_satang = amount_satang + 1",
            "postings",
        ),
        ("DELETE FROM evidence", "evidence"),
        (
            "UPDATE attempts SET provider_ref = provider_ref || 'x'",
            "attempts",
        ),
    ] {
        till.run(&["ledger", "verify"]).await.expect(0);
        change(&till, statement).await;
        let ended = till.run(&["ledger", "verify"]).await;
        ended.expect(1);
        let first_bad = ended.last()["first_bad"].as_str().unwrap().to_owned();
        assert!(first_bad.contains(named), "{statement}: {first_bad}");
        for beside in ["ledger.sqlite-wal", "ledger.sqlite-shm"] {
            let beside = till.data_dir().join(beside);
            assert!(!beside.exists() || std::fs::remove_file(beside).is_ok());
        }
        std::fs::write(&path, &untouched).unwrap();
    }
}

#[tokio::test]
async fn history_cannot_be_changed_through_the_front_door() {
    let till = used_till().await;
    let mut file = file_of(&till).await;
    for statement in [
        "UPDATE order_events SET payload = '{}'",
        "DELETE FROM order_events",
        "INSERT OR REPLACE INTO order_events SELECT * FROM order_events WHERE seq = 1",
        "UPDATE postings SET amount_satang = 1",
        "DELETE FROM evidence",
    ] {
        assert!(file.execute(statement).await.is_err(), "{statement}");
    }
    till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn what_is_no_ledger_is_an_error_with_advice() {
    let till = TestTill::new().await;
    let path = till.data_dir().join("ledger.sqlite");
    std::fs::write(
        &path,
        b"this was a shopping list, and it is long enough to be looked at as a file header",
    )
    .unwrap();
    let ended = till.run(&["order", "list"]).await;
    ended.expect(1);
    assert_eq!(ended.stdout, "");
    assert!(!ended.stderr.is_empty());
    let untouched = std::fs::read(&path).unwrap();
    assert!(untouched.starts_with(b"this was"), "it is left as it was");
}
