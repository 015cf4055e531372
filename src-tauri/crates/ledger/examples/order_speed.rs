//! How fast sales are written: `order_speed FOLDER N` opens and pays N orders one after another, then N by eight tills
//! at once, each commit flushed, and prints the medians as JSON.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use keptang_domain::DayCutoff;
use keptang_ledger::SqliteLedger;
use keptang_ports::{Ledger, NewOrder};
use keptang_testkit::builders::{accepted, confirmed, new_order};
use keptang_testkit::clock::{START, TestIds};
use std::path::Path;
use std::sync::Arc;
use tokio::time::Instant;

async fn one(ledger: &SqliteLedger, ids: &TestIds, n: usize) -> u128 {
    let begun = Instant::now();
    let new = NewOrder {
        note: Some(format!("โต๊ะ {} ชาเย็น", n % 40)),
        cashier: Some("นก".to_owned()),
        ..new_order(ids)
    };
    let mut order = ledger.open_order(new).await.unwrap();
    let reference = format!("chrg_test_{}", order.id);
    for paid in [false, true] {
        let event = if paid {
            confirmed(&order, &reference)
        } else {
            accepted(&order, &reference)
        };
        let change = order.record(event, START.plus_ms(100)).unwrap().unwrap();
        order = change.after.clone();
        ledger.commit(vec![change], None).await.unwrap();
    }
    begun.elapsed().as_micros()
}

fn median(mut times: Vec<u128>) -> u128 {
    times.sort_unstable();
    times[times.len() / 2]
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, folder, n] = arguments.as_slice() else {
        panic!("order_speed FOLDER N");
    };
    let n: usize = n.parse().unwrap();
    let path = Path::new(folder).join("order_speed.sqlite");
    let ledger = Arc::new(SqliteLedger::open(&path, DayCutoff::DEFAULT).await.unwrap());
    let ids = Arc::new(TestIds::default());
    let mut alone = Vec::new();
    for order in 0..n {
        alone.push(one(&ledger, &ids, order).await);
    }
    let begun = Instant::now();
    let tills: Vec<_> = (0..8)
        .map(|till| {
            let (ledger, ids) = (Arc::clone(&ledger), Arc::clone(&ids));
            tokio::spawn(async move {
                for order in 0..n / 8 {
                    one(&ledger, &ids, till * n + order).await;
                }
            })
        })
        .collect();
    for till in tills {
        till.await.unwrap();
    }
    let together = begun.elapsed().as_micros() / u128::try_from(n / 8 * 8).unwrap();
    ledger.close().await;
    println!(
        "{{\"one_after_another_us\":{},\"eight_at_once_us_each\":{together}}}",
        median(alone)
    );
}
