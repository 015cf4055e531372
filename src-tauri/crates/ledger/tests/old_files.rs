//! A file of every release opens, migrates, verifies and says what it said then.

#![allow(clippy::unwrap_used)]

use keptang_domain::DayCutoff;
use keptang_domain::order::OrderState;
use keptang_ledger::SqliteLedger;
use keptang_ports::{Ledger, OrderFilter};
use keptang_testkit::builders::{baht, new_order};
use keptang_testkit::clock::TestIds;
use std::path::{Path, PathBuf};

fn kept_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/ledgers");
    let mut files: Vec<PathBuf> = folder
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "sqlite"))
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn every_kept_file_opens_and_says_what_it_said() {
    let files = kept_files();
    assert!(
        files.iter().any(|file| file.ends_with("0.1.0.sqlite")),
        "{files:?}"
    );
    for file in files {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        std::fs::copy(&file, &path).unwrap();
        let ledger = SqliteLedger::open(&path, DayCutoff::DEFAULT).await.unwrap();
        let report = ledger.verify().await.unwrap();
        assert_eq!(
            (report.events, report.orders, report.first_fault),
            (15, 2, None),
            "{file:?}"
        );

        let orders = ledger.list(OrderFilter::default()).await.unwrap();
        let [retried, paid] = orders.as_slice() else {
            panic!("{file:?} holds two orders, not {}", orders.len());
        };
        assert_eq!(
            (paid.opening.number.as_str(), paid.state),
            ("A-0001", OrderState::Settled)
        );
        assert_eq!(paid.opening.note.as_deref(), Some("ชาเย็น"));
        assert_eq!((paid.received(), paid.refunded()), (baht(250), baht(50)));
        assert_eq!(
            (retried.opening.number.as_str(), retried.state),
            ("A-0002", OrderState::Settled)
        );
        assert_eq!(retried.attempts[1].provider_ref.as_deref(), Some("jwt_1"));
        assert_eq!(ledger.people().await.unwrap()[0].name, "owner");

        let next = ledger.open_order(new_order(&TestIds::seeded(99))).await.unwrap();
        assert_eq!(next.opening.number, "A-0003");
        assert_eq!(ledger.verify().await.unwrap().first_fault, None);
        ledger.close().await;
    }
}
