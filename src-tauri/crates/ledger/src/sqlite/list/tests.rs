//! How SQLite goes about each list.

use super::*;
use crate::SqliteLedger;
use keptang_domain::day::Proof;
use keptang_domain::order::{Flag, OrderState};
use keptang_domain::{DayCutoff, Money, Timestamp};
use sqlx::Row;

/// How SQLite would go about finding the orders of a list, a line for each step.
async fn plan_of(readers: &SqlitePool, filter: &OrderFilter, rare: bool) -> String {
    let sql = format!(
        "EXPLAIN QUERY PLAN {}",
        statement(filter, rare).unwrap().into_string()
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .fetch_all(readers)
        .await
        .unwrap();
    let steps: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
    steps.join("\n")
}

#[tokio::test]
async fn every_list_goes_by_its_index() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = SqliteLedger::open(&path, DayCutoff::DEFAULT).await.unwrap();
    let day = Timestamp::from_ms(0).bangkok_day();
    let moved = Moved {
        days: (day, day),
        providers: vec![ProviderId::Cash],
        cashier: Some(None),
        hour: Some(3),
        proof: Some(Proof::Cash),
        what: Some(MovedWhat::Received),
    };
    let all = OrderFilter::default;
    let text = |text: &str| OrderFilter {
        search: Some(text.to_owned()),
        ..all()
    };
    let cases = [
        (all(), "INTEGER PRIMARY KEY (rowid<?)"),
        (text(""), "INTEGER PRIMARY KEY (rowid<?)"),
        (
            OrderFilter {
                day: Some(day),
                ..all()
            },
            "orders_by_day (business_day=? AND opened_seq<?)",
        ),
        (
            OrderFilter {
                days: Some((day, day)),
                ..all()
            },
            "orders_by_day (business_day>? AND business_day<?)",
        ),
        (
            OrderFilter {
                running: Some(true),
                ..all()
            },
            "orders_running (opened_seq<?)",
        ),
        (
            OrderFilter {
                running: Some(false),
                ..all()
            },
            "INTEGER PRIMARY KEY (rowid<?)",
        ),
        (
            OrderFilter {
                flagged: Some(true),
                ..all()
            },
            "orders_flagged (opened_seq<?)",
        ),
        (
            OrderFilter {
                flag: Some(Flag::Held),
                ..all()
            },
            "orders_flagged (opened_seq<?)",
        ),
        (
            OrderFilter {
                state: Some(OrderState::Due),
                ..all()
            },
            "orders_by_state (state=? AND opened_seq<?)",
        ),
        (
            OrderFilter {
                cashier: Some("นก".to_owned()),
                ..all()
            },
            "orders_by_cashier (cashier=? AND opened_seq<?)",
        ),
        (
            OrderFilter {
                amount: Some((Money::ZERO, Money::ZERO)),
                ..all()
            },
            "orders_by_amount (amount_due_satang>? AND amount_due_satang<?)",
        ),
        (
            OrderFilter {
                moved: Some(moved.clone()),
                ..all()
            },
            "takings_by_day (day>? AND day<?)",
        ),
        (
            OrderFilter {
                provider: Some(ProviderId::Cash),
                ..all()
            },
            "attempts_by_order (order_id=?)",
        ),
        (text("A-0147"), "SCAN search VIRTUAL TABLE"),
        (text("100"), "orders_by_amount (amount_due_satang=?)"),
        (text("10"), "(counter=? AND counter_no=?)"),
        (text("นก"), "orders_by_cashier (cashier=?)"),
        // Everything at once goes by the money.
        (
            OrderFilter {
                day: Some(day),
                days: Some((day, day)),
                state: Some(OrderState::Due),
                running: Some(true),
                flagged: Some(true),
                flag: Some(Flag::Held),
                cashier: Some("นก".to_owned()),
                amount: Some((Money::ZERO, Money::ZERO)),
                moved: Some(moved),
                ..all()
            },
            "takings_by_day (day>? AND day<?)",
        ),
    ];
    for (filter, step) in cases {
        for before_number in [None, Some("A-0147".to_owned())] {
            let filter = OrderFilter {
                before_number,
                ..filter.clone()
            };
            let plan = plan_of(ledger.readers(), &filter, false).await;
            assert!(plan.contains(step), "{filter:?}\n{plan}");
            for whole in [
                "SCAN orders",
                "SCAN attempts",
                "SCAN takings",
                "SCAN e ",
                "SCAN slips",
            ] {
                assert!(!plan.contains(whole), "{filter:?}\n{plan}");
            }
        }
    }
    ledger.close().await;
}

#[tokio::test]
async fn a_rare_provider_and_many_days_go_another_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = SqliteLedger::open(&path, DayCutoff::DEFAULT).await.unwrap();
    let of_provider = OrderFilter {
        provider: Some(ProviderId::Cash),
        ..OrderFilter::default()
    };
    let plan = plan_of(ledger.readers(), &of_provider, true).await;
    assert!(plan.contains("attempts_by_provider (provider=?)"), "{plan}");
    assert!(!plan.contains("SCAN orders"), "{plan}");
    let day = Timestamp::from_ms(0).bangkok_day();
    let of_month = OrderFilter {
        days: Some((day, Timestamp::from_ms(30 * 86_400_000).bangkok_day())),
        ..OrderFilter::default()
    };
    let plan = plan_of(ledger.readers(), &of_month, false).await;
    assert!(plan.contains("INTEGER PRIMARY KEY (rowid<?)"), "{plan}");
    ledger.close().await;
}

#[tokio::test]
async fn texts_come_newest_first_without_sorting() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = SqliteLedger::open(&path, DayCutoff::DEFAULT).await.unwrap();
    let sql = {
        let mut query = QueryBuilder::new("EXPLAIN QUERY PLAN SELECT * FROM (SELECT NULL, NULL");
        let page = Page {
            filter: &OrderFilter::default(),
            before: None,
            limit: 50,
        };
        page.in_texts(&mut query, "ชาเย็น");
        query.push(")");
        query.into_string()
    };
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .fetch_all(ledger.readers())
        .await
        .unwrap();
    let steps: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
    assert!(
        steps
            .iter()
            .any(|step| step.contains("SCAN search VIRTUAL TABLE")),
        "{steps:?}"
    );
    assert!(steps.iter().all(|step| !step.contains("ORDER BY")), "{steps:?}");
    ledger.close().await;
}
