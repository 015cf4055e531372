//! A ledger that was made is a ledger that was lived: the same figures, the same lists, sound, and open for more.

#![allow(clippy::unwrap_used)]

use keptang_domain::DayCutoff;
use keptang_domain::order::{Change, Order, OrderEvent};
use keptang_ledger::{Import, SqliteLedger, check_file};
use keptang_ports::{Ledger, LedgerError, OrderFilter, TakingsFilter};
use keptang_testkit::builders::new_order;
use keptang_testkit::clock::TestIds;
use keptang_testkit::ledger_history::write_history;

/// The changes of every order, oldest order first.
async fn changes(ledger: &SqliteLedger) -> Vec<Vec<Change>> {
    let mut all = Vec::new();
    for order in ledger.list(OrderFilter::default()).await.unwrap() {
        let mut changes: Vec<Change> = Vec::new();
        for past in ledger.history(order.id).await.unwrap() {
            let change = match (past.event, changes.last()) {
                (OrderEvent::Opened(opening), None) => Order::open(order.id, opening, past.at).unwrap(),
                (event, Some(last)) => last.after.record(event, past.at).unwrap().unwrap(),
                (event, None) => panic!("{event:?} before the opening"),
            };
            changes.push(change);
        }
        all.push(changes);
    }
    all.reverse();
    all
}

#[tokio::test]
async fn what_was_made_says_what_was_lived() {
    let folder = tempfile::tempdir().unwrap();
    let lived = SqliteLedger::open(&folder.path().join("lived.sqlite"), DayCutoff::DEFAULT)
        .await
        .unwrap();
    write_history(&lived).await;
    let orders = changes(&lived).await;

    let path = folder.path().join("made.sqlite");
    let mut import = Import::new(&path, DayCutoff::DEFAULT).await.unwrap();
    import.add(&orders[..1]).await.unwrap();
    import.add(&orders[1..]).await.unwrap();
    import.finish().await.unwrap();
    assert!(
        matches!(
            Import::new(&path, DayCutoff::DEFAULT).await,
            Err(LedgerError::Unavailable(_))
        ),
        "nothing is overwritten"
    );
    let report = check_file(&path).await.unwrap();
    assert_eq!((report.events, report.orders, report.first_fault), (15, 2, None));

    let made = SqliteLedger::open(&path, DayCutoff::DEFAULT).await.unwrap();
    for search in [None, Some("ชาเย็น"), Some("chrg_1"), Some("rfnd_1"), Some("250")] {
        let filter = OrderFilter {
            search: search.map(str::to_owned),
            ..OrderFilter::default()
        };
        assert_eq!(
            made.list(filter.clone()).await.unwrap(),
            lived.list(filter).await.unwrap(),
            "{search:?}"
        );
    }
    let all = TakingsFilter::default();
    assert_eq!(
        made.takings(all.clone()).await.unwrap(),
        lived.takings(all).await.unwrap()
    );
    let next = made.open_order(new_order(&TestIds::seeded(9))).await.unwrap();
    assert_eq!(next.opening.number, "A-0003");
    assert_eq!(made.verify().await.unwrap().first_fault, None);
    made.close().await;
    lived.close().await;
}

#[tokio::test]
async fn an_order_without_its_beginning_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let lived = SqliteLedger::open(&folder.path().join("lived.sqlite"), DayCutoff::DEFAULT)
        .await
        .unwrap();
    write_history(&lived).await;
    let orders = changes(&lived).await;
    lived.close().await;
    let mut import = Import::new(&folder.path().join("made.sqlite"), DayCutoff::DEFAULT)
        .await
        .unwrap();
    for wrong in [vec![], orders[0][1..].to_vec()] {
        let refused = import.add(&[wrong]).await;
        assert!(matches!(refused, Err(LedgerError::Corrupt { .. })), "{refused:?}");
    }
}
