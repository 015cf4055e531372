//! `keptang receipt`: a number once, paper as often as wanted, and none for what is not paid.

use crate::shop::{cash, known, number, opened, paid, refused, shop};
use keptang_simulator::control::{ActRequest, Action};
use keptang_tests::till::TestTill;
use std::collections::BTreeSet;

async fn receipt(till: &TestTill, order: &str, paper: &str, file: &str) -> (String, Vec<u8>) {
    let path = till.data_dir().join(file);
    let ended = till
        .run(&["receipt", order, "--paper", paper, "-o", path.to_str().unwrap()])
        .await;
    ended.expect(0);
    let line = ended.last();
    assert_eq!(line["type"], "receipt");
    assert_eq!(line["path"], path.to_str().unwrap());
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(line["bytes"], bytes.len());
    (line["number"].as_str().unwrap().to_owned(), bytes)
}

#[tokio::test]
async fn the_first_paper_gives_the_number_and_the_next_the_same() {
    let till = shop().await;
    let sale = paid(&till, "omise_truemoney", "250").await;
    assert_eq!(sale["state"], "settled");
    let mut numbers = BTreeSet::new();
    for (at, paper) in ["80", "58", "a4", "80"].into_iter().enumerate() {
        let (number, pdf) = receipt(&till, "A-0001", paper, &format!("{at}.pdf")).await;
        assert!(pdf.starts_with(b"%PDF-"), "{paper}");
        let pages = lopdf::Document::load_mem(&pdf).unwrap().get_pages();
        assert_eq!(pages.len(), 1, "{paper}");
        numbers.insert(number);
        assert_eq!(till.show("A-0001").await["state"], "completed", "{paper}");
    }
    assert_eq!(numbers.len(), 1, "{numbers:?}");
    // By id it is the same order.
    let id = sale["order_id"].as_str().unwrap();
    let (number, _) = receipt(&till, id, "80", "id.pdf").await;
    assert!(numbers.contains(&number));
    till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn numbers_have_no_gap_over_processes_that_race() {
    let till = shop().await;
    for _ in 0..4 {
        cash(&till, "Fah", "20").await;
    }
    let paths: Vec<String> = (0..8)
        .map(|n| {
            till.data_dir()
                .join(format!("{n}.pdf"))
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    // Each of the four orders is asked about by two processes at once.
    let racing: Vec<_> = paths
        .iter()
        .enumerate()
        .map(|(n, path)| till.start(&["receipt", &format!("A-000{}", n % 4 + 1), "-o", path]))
        .collect();
    let mut given = BTreeSet::new();
    for (n, process) in racing.into_iter().enumerate() {
        let ended = process.end().await;
        ended.expect(0);
        given.insert((n % 4, ended.last()["number"].as_str().unwrap().to_owned()));
    }
    assert_eq!(given.len(), 4, "one number each: {given:?}");
    let mut running: Vec<u32> = given
        .iter()
        .map(|(_, number)| number.rsplit('-').next().unwrap().parse().unwrap())
        .collect();
    running.sort_unstable();
    assert_eq!(running, [1, 2, 3, 4]);
    till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn what_is_not_paid_gets_no_receipt() {
    let till = shop().await;
    opened(&till, "omise_truemoney", "250").await;
    let file = till.data_dir().join("none.pdf");
    let path = file.to_str().unwrap();
    refused(
        &till.run(&["receipt", "A-0001", "-o", path]).await,
        3,
        "not paid in full yet",
    );
    let voided = opened(&till, "promptpay_direct", "60").await;
    till.run(&["order", "cancel", number(&voided)]).await.expect(0);
    refused(
        &till.run(&["receipt", number(&voided), "-o", path]).await,
        3,
        "cancelled",
    );
    // Less than the bill is not the bill.
    let short = opened(&till, "crypto_2328", "100").await;
    let part = ActRequest {
        amount_satang: Some(4_000),
        ..ActRequest::default()
    };
    till.act_on(&short, Action::Pay, &part).await;
    known(&till, &short).await.expect(4);
    let ended = till.run(&["receipt", number(&short), "-o", path]).await;
    refused(&ended, 3, "not paid in full yet");
    assert!(!file.exists(), "no paper of what is refused");
}

#[tokio::test]
async fn bad_input_is_said_and_gives_no_number() {
    let till = shop().await;
    cash(&till, "Fah", "20").await;
    let file = till.data_dir().join("r.pdf");
    let path = file.to_str().unwrap();
    till.run(&["receipt", "A-0001"]).await.expect(2);
    till.run(&["receipt", "-o", path]).await.expect(2);
    till.run(&["receipt", "A-0001", "--paper", "57", "-o", path])
        .await
        .expect(2);
    refused(
        &till.run(&["receipt", "A-0099", "-o", path]).await,
        2,
        "no such order",
    );
    assert_eq!(till.show("A-0001").await["state"], "settled");
    let nowhere = till.data_dir().join("no such folder").join("r.pdf");
    let ended = till
        .run(&["receipt", "A-0001", "-o", nowhere.to_str().unwrap()])
        .await;
    refused(&ended, 1, "cannot be written");
}
