//! The owner's day on a real file that two tills share, each with its own connection, on several threads.
#![allow(clippy::unwrap_used)]

mod agreement;

use keptang_checkout::{Charge, Particulars, Parts, PayoutRules, Till, TillConfig, Timing, ZReport};
use keptang_domain::day::Totals;
use keptang_domain::{DayCutoff, Method, Money, OrderId, ProviderId};
use keptang_ledger::SqliteLedger;
use keptang_ports::WorkerId;
use keptang_testkit::clock::{TestClock, TestIds};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// A till of its own process, as far as the file can tell.
async fn till(file: &Path, worker: u64) -> Till {
    let ledger = SqliteLedger::open(file, DayCutoff::DEFAULT).await.unwrap();
    Till::new(Parts {
        ledger: Arc::new(ledger),
        providers: BTreeMap::new(),
        clock: Arc::new(TestClock::default()),
        ids: Arc::new(TestIds::seeded(worker)),
        config: TillConfig {
            counter: "A".to_owned(),
            cutoff: DayCutoff::DEFAULT,
            adjust_limit: Money::from_satang(100),
            routing: BTreeMap::from([(Method::Cash, vec![ProviderId::Cash])]),
            public_url: None,
            timing: Timing::default(),
            payouts: PayoutRules::default(),
        },
        worker: WorkerId(worker.into()),
        slips: None,
    })
}

async fn sell(till: &Till, satang: i64) -> OrderId {
    let charge = Charge {
        amount: Money::from_satang(satang),
        method: Method::Cash,
        provider: None,
        note: None,
        cashier: None,
        particulars: Particulars::default(),
    };
    till.charge(charge).await.unwrap().id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_tasks_give_twenty_receipts_without_a_gap() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("ledger.sqlite");
    let tills = [till(&file, 1).await, till(&file, 2).await];
    let mut orders = Vec::new();
    for _ in 0..20 {
        orders.push(sell(&tills[0], 10_700).await);
    }
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let (till, mut orders) = (tills[task % 2].clone(), orders.clone());
            orders.rotate_left(task * 5 % 20);
            tokio::spawn(async move {
                let mut given = Vec::new();
                for order in orders {
                    let (_, receipt) = till.issue_receipt(order, true, None).await.unwrap();
                    given.push((order, receipt.number));
                }
                given
            })
        })
        .collect();
    let mut given = BTreeSet::new();
    for task in tasks {
        given.extend(task.await.unwrap());
    }
    let numbers: BTreeSet<String> = given.iter().map(|(_, number)| number.clone()).collect();
    let expected: BTreeSet<String> = (1..=20).map(|running| format!("RA26-{running:06}")).collect();
    assert_eq!((given.len(), numbers), (20, expected));
    assert_eq!(tills[1].ledger().verify().await.unwrap().first_fault, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_tills_that_sell_and_close_put_each_baht_into_one_z() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("ledger.sqlite");
    let tills = [till(&file, 1).await, till(&file, 2).await];
    let day = tills[0].today();
    let tasks: Vec<_> = (0_i64..4)
        .map(|task| {
            let till = tills[usize::from(task % 2 == 1)].clone();
            tokio::spawn(async move {
                for sale in 0..12 {
                    sell(&till, 100 + 25 * (task * 12 + sale)).await;
                    // Whoever comes too late has nothing left to close, which is no fault.
                    let _ = till.z_close(day, "Mali".to_owned()).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let _ = tills[0].z_close(day, "Mali".to_owned()).await;
    assert_eq!(tills[1].unclosed(day).await.unwrap(), None);

    let closes: Vec<ZReport> = tills[1].z_list(day).await.unwrap();
    let numbers: Vec<u64> = closes.iter().map(|z| z.number).collect();
    let without_gap: Vec<u64> = (1..=numbers.len().try_into().unwrap()).collect();
    assert_eq!(numbers, without_gap);
    assert!(
        closes
            .windows(2)
            .all(|pair| pair[0].report.upto == pair[1].report.after)
    );
    let x: Totals = tills[0].x_report(day).await.unwrap().totals;
    let closed = Money::checked_sum(closes.iter().map(|z| z.report.totals.gross)).unwrap();
    assert_eq!((x.orders, x.gross), (48, closed));
    assert_eq!(closes.iter().map(|z| z.report.totals.orders).sum::<u64>(), 48);

    // As another process reads it after a restart.
    drop(tills);
    let later = till(&file, 3).await;
    assert_eq!(later.z_list(day).await.unwrap(), closes);
    let signed = later.sign_day(day, "Mali".to_owned(), None).await.unwrap();
    assert!(signed.stands);
    assert_eq!(later.ledger().verify().await.unwrap().first_fault, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_shift_at_a_time_on_one_counter() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("ledger.sqlite");
    let tills = [till(&file, 1).await, till(&file, 2).await];
    for number in 1..=3 {
        let (one, other) = tokio::join!(
            tills[0].open_shift(None, Money::ZERO),
            tills[1].open_shift(None, Money::ZERO)
        );
        let opened: Vec<u64> = [one, other]
            .into_iter()
            .flatten()
            .map(|shift| shift.number)
            .collect();
        assert_eq!(opened, [number]);
        sell(&tills[1], 5_000).await;
        let counted = vec![(Method::Cash, Money::from_satang(5_000))];
        assert!(tills[0].count_shift(None, counted).await.unwrap().agrees);
        let closed = tills[1].close_shift(None).await.unwrap();
        assert!(!closed.closing.unwrap().has_difference());
    }
}
