//! Copies are whole, later writing does not reach them, nothing is overwritten, and a file is proven without being changed.

#![allow(clippy::unwrap_used)]

use keptang_domain::DayCutoff;
use keptang_domain::order::OrderState;
use keptang_ledger::{SqliteLedger, check_file, snapshot};
use keptang_ports::{Ledger, LedgerError, OrderFilter, TakingsFilter};
use keptang_testkit::builders::new_order;
use keptang_testkit::clock::TestIds;
use keptang_testkit::ledger_history::write_history;
use std::path::Path;
use std::sync::Arc;

async fn lived(path: &Path) -> SqliteLedger {
    let ledger = SqliteLedger::open(path, DayCutoff::DEFAULT).await.unwrap();
    write_history(&ledger).await;
    ledger
}

#[tokio::test]
async fn a_copy_says_what_the_ledger_said() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (
        folder.path().join("ledger.sqlite"),
        folder.path().join("copy.sqlite"),
    );
    let ledger = lived(&path).await;
    snapshot(&path, &copy).await.unwrap();
    let said = (
        ledger.takings(TakingsFilter::default()).await.unwrap(),
        ledger.list(OrderFilter::default()).await.unwrap(),
    );
    ledger.open_order(new_order(&TestIds::seeded(9))).await.unwrap();

    let before = std::fs::read(&copy).unwrap();
    let report = check_file(&copy).await.unwrap();
    assert_eq!((report.events, report.orders, report.first_fault), (15, 2, None));
    assert_eq!(std::fs::read(&copy).unwrap(), before, "looking changes nothing");

    let restored = SqliteLedger::open(&copy, DayCutoff::DEFAULT).await.unwrap();
    assert_eq!(
        (
            restored.takings(TakingsFilter::default()).await.unwrap(),
            restored.list(OrderFilter::default()).await.unwrap(),
        ),
        said
    );
    restored.close().await;
    ledger.close().await;
}

#[tokio::test]
async fn a_copy_while_tills_write_is_one_moment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = Arc::new(lived(&path).await);
    let writing = Arc::clone(&ledger);
    let till = tokio::spawn(async move {
        let ids = TestIds::seeded(9);
        for _ in 0..60 {
            writing.open_order(new_order(&ids)).await.unwrap();
        }
    });
    for n in 0..5 {
        let copy = folder.path().join(format!("copy-{n}.sqlite"));
        snapshot(&path, &copy).await.unwrap();
        assert_eq!(check_file(&copy).await.unwrap().first_fault, None);
    }
    till.await.unwrap();
    ledger.close().await;
}

#[tokio::test]
async fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (
        folder.path().join("ledger.sqlite"),
        folder.path().join("copy.sqlite"),
    );
    lived(&path).await.close().await;
    std::fs::write(&copy, "precious").unwrap();
    let refused = snapshot(&path, &copy).await;
    assert!(matches!(refused, Err(LedgerError::Unavailable(_))), "{refused:?}");
    assert_eq!(std::fs::read(&copy).unwrap(), b"precious");
    let nothing = folder.path().join("nothing.sqlite");
    let refused = snapshot(&nothing, &folder.path().join("other.sqlite")).await;
    assert!(matches!(refused, Err(LedgerError::NotFound)), "{refused:?}");
    let refused = check_file(&nothing).await;
    assert!(matches!(refused, Err(LedgerError::NotFound)), "{refused:?}");
    assert!(!nothing.exists(), "looking makes no file");
}

#[tokio::test]
async fn a_file_of_an_older_till_is_proven_and_left_as_it_is() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/ledgers/0.1.0.sqlite");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.sqlite");
    std::fs::copy(&kept, &path).unwrap();
    let report = check_file(&path).await.unwrap();
    assert_eq!((report.events, report.orders, report.first_fault), (15, 2, None));
    assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(&kept).unwrap());
    let beside = folder.path().read_dir().unwrap();
    for name in beside.map(|entry| entry.unwrap().file_name().into_string().unwrap()) {
        // What SQLite keeps beside a file it only reads.
        assert!(
            ["old.sqlite", "old.sqlite-wal", "old.sqlite-shm"].contains(&name.as_str()),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_damaged_copy_is_a_fault_and_junk_is_no_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (
        folder.path().join("ledger.sqlite"),
        folder.path().join("copy.sqlite"),
    );
    lived(&path).await.close().await;
    snapshot(&path, &copy).await.unwrap();
    let mut bytes = std::fs::read(&copy).unwrap();
    // Everywhere: a page may also hold leftovers that mean nothing.
    let places: Vec<usize> = (0..bytes.len() - 6)
        .filter(|at| bytes[*at..].starts_with(b"\"chrg_1\""))
        .collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at + 1] = b'X';
    }
    std::fs::write(&copy, &bytes).unwrap();
    assert!(check_file(&copy).await.unwrap().first_fault.is_some());

    let junk = folder.path().join("junk.sqlite");
    std::fs::write(&junk, vec![7; 4_096]).unwrap();
    let refused = check_file(&junk).await;
    assert!(matches!(refused, Err(LedgerError::Corrupt { .. })), "{refused:?}");
}

#[tokio::test]
async fn an_old_file_is_filled_with_what_a_new_one_would_hold() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/ledgers/0.1.0.sqlite");
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old.sqlite"), folder.path().join("new.sqlite"));
    std::fs::copy(&kept, &old).unwrap();
    let old = SqliteLedger::open(&old, DayCutoff::new(23, 0).unwrap())
        .await
        .unwrap();
    let new = lived(&new).await;
    let by_day = |day| TakingsFilter {
        days: Some((day, day)),
        ..TakingsFilter::default()
    };
    let mut filters = vec![TakingsFilter::default()];
    let day = new.list(OrderFilter::default()).await.unwrap()[0]
        .opening
        .business_day;
    filters.extend([by_day(day), by_day(day.next())]);
    for filter in filters {
        let cells = old.takings(filter.clone()).await.unwrap();
        assert_eq!(cells, new.takings(filter.clone()).await.unwrap(), "{filter:?}");
    }
    for text in ["ชาเย็น", "chrg_1", "rfnd_1", "A-0002"] {
        let found = OrderFilter {
            search: Some(text.to_owned()),
            state: Some(OrderState::Settled),
            ..OrderFilter::default()
        };
        let found = old.list(found).await.unwrap();
        assert_eq!(found.len(), 1, "{text}");
    }
    assert_eq!(old.verify().await.unwrap().first_fault, None);
    old.close().await;
    new.close().await;
}

#[tokio::test]
async fn a_later_cut_off_moves_no_past_money() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = lived(&path).await;
    let day = ledger.list(OrderFilter::default()).await.unwrap()[0]
        .opening
        .business_day;
    let of_day = TakingsFilter {
        days: Some((day, day)),
        ..TakingsFilter::default()
    };
    let counted = ledger.takings(of_day.clone()).await.unwrap();
    assert!(!counted.is_empty());
    ledger.close().await;
    let reopened = SqliteLedger::open(&path, DayCutoff::new(23, 59).unwrap())
        .await
        .unwrap();
    assert_eq!(reopened.takings(of_day.clone()).await.unwrap(), counted);
    assert_eq!(reopened.verify().await.unwrap().first_fault, None);
    // The same history, written with the late cut-off, counts on the day before.
    let late = SqliteLedger::open(
        &folder.path().join("late.sqlite"),
        DayCutoff::new(23, 59).unwrap(),
    )
    .await
    .unwrap();
    write_history(&late).await;
    assert_eq!(late.takings(of_day).await.unwrap(), []);
    assert_eq!(late.verify().await.unwrap().first_fault, None);
    reopened.close().await;
    late.close().await;
}
