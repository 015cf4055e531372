//! `keptang order list|show|timeline|check`: finding a sale again.

use keptang_simulator::control::Action;
use keptang_tests::till::{Finished, TestTill};
use serde_json::{Value, json};

async fn sale(till: &TestTill, amount: &str, note: &str) -> Value {
    let opened = till
        .run(&[
            "charge",
            "--amount",
            amount,
            "--method",
            "truemoney",
            "--note",
            note,
            "--no-wait",
        ])
        .await;
    opened.expect(0);
    opened.last()
}

fn numbers(listed: &Finished) -> Vec<String> {
    listed.expect(0);
    let number = |order: Value| order["number"].as_str().unwrap().to_owned();
    listed.lines().into_iter().map(number).collect()
}

#[tokio::test]
async fn a_list_is_newest_first_and_can_be_paged_and_narrowed() {
    let till = TestTill::new().await;
    for (amount, note) in [
        ("100", "กาแฟ"),
        ("200", "ข้าวผัด"),
        ("300.50", "ชาเย็น"),
        ("400", "100%_"),
    ] {
        sale(&till, amount, note).await;
    }
    let list = async |arguments: &[&str]| numbers(&till.run(&[&["order", "list"], arguments].concat()).await);
    assert_eq!(list(&[]).await, ["A-0004", "A-0003", "A-0002", "A-0001"]);
    assert_eq!(list(&["--limit", "2"]).await, ["A-0004", "A-0003"]);
    assert_eq!(
        list(&["--limit", "2", "--after", "A-0003"]).await,
        ["A-0002", "A-0001"]
    );
    assert_eq!(list(&["--after", "A-0001"]).await, [""; 0]);
    assert_eq!(list(&["--search", "ข้าว"]).await, ["A-0002"]);
    assert_eq!(list(&["--search", "0%_"]).await, ["A-0004"], "no wildcard");
    assert_eq!(list(&["--search", "___"]).await, [""; 0], "no wildcard");
    assert_eq!(list(&["--search", "300.50"]).await, ["A-0003"]);
    let charge = till.charges().await.remove(1);
    assert_eq!(
        list(&["--search", &charge.id]).await,
        ["A-0002"],
        "the provider's reference"
    );
    till.provider.act(&charge.id, Action::Pay).await.unwrap();
    till.run(&["order", "check", "A-0002"]).await.expect(0);
    assert_eq!(list(&["--status", "settled"]).await, ["A-0002"]);
    assert_eq!(list(&["--status", "due"]).await, ["A-0004", "A-0003", "A-0001"]);
    assert_eq!(list(&["--status", "voided"]).await, [""; 0]);
    let day = till.show("A-0001").await["business_day"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(list(&["--date", &day]).await.len(), 4);
    assert_eq!(list(&["--date", "2001-01-01"]).await, [""; 0]);
    for bad in [
        ["--date", "yesterday"],
        ["--status", "lost"],
        ["--after", "A-9999"],
        ["--limit", "many"],
    ] {
        till.run(&[&["order", "list"], &bad[..]].concat()).await.expect(2);
    }
}

#[tokio::test]
async fn a_sale_is_found_by_number_and_by_id() {
    let till = TestTill::new().await;
    let opened = sale(&till, "100", "").await;
    let id = opened["order_id"].as_str().unwrap();
    assert_eq!(till.show(id).await["number"], "A-0001");
    assert_eq!(till.show("a-0001").await["order_id"], id, "as people type it");
    let none = till.run(&["order", "show", "A-0002"]).await;
    none.expect(2);
    assert_eq!(none.stdout, "");
}

#[tokio::test]
async fn the_timeline_tells_everything_once_oldest_first() {
    let till = TestTill::new().await;
    sale(&till, "100", "").await;
    till.act(Action::Pay).await;
    till.run(&["order", "check", "A-0001"]).await.expect(0);
    let told = till.run(&["order", "timeline", "A-0001"]).await;
    told.expect(0);
    let events: Vec<Value> = told.lines().iter().map(|event| event["event"].clone()).collect();
    assert_eq!(
        events,
        [
            "opened",
            "attempt_opened",
            "submit_started",
            "accepted",
            "confirmed"
        ]
    );
    let confirmed = told.last();
    assert_eq!(confirmed["type"], "event");
    assert_eq!(confirmed["facts"]["source"], "query");
    assert_eq!(confirmed["facts"]["amount"], "100.00");
    let sequences: Vec<i64> = told
        .lines()
        .iter()
        .map(|event| event["sequence"].as_i64().unwrap())
        .collect();
    assert!(sequences.is_sorted(), "{sequences:?}");
}

#[tokio::test]
async fn a_check_asks_and_says_what_is_known() {
    let till = TestTill::new().await;
    sale(&till, "100", "").await;
    let nothing_yet = till.run(&["order", "check", "A-0001"]).await;
    nothing_yet.expect(5);
    assert_eq!(nothing_yet.last()["received"], "0.00");
    till.act(Action::Fail).await;
    till.run(&["order", "check", "A-0001"]).await.expect(3);
}

#[tokio::test]
async fn the_drawing_of_a_qr_is_in_no_line() {
    let mut till = TestTill::new().await;
    till.set("KEPTANG__SHOP__PROMPTPAY_ID", "0812345678");
    sale(&till, "100", "").await;
    till.run(&["charge", "--amount", "1", "--method", "promptpay", "--no-wait"])
        .await
        .expect(0);
    let listed = till.run(&["order", "list"]).await;
    listed.expect(0);
    for order in listed.lines() {
        let instruction = order["attempts"][0]["instruction"].as_object().unwrap();
        assert!(!instruction.contains_key("qr"), "{instruction:?}");
        assert!(instruction.contains_key("text"));
    }
}

#[tokio::test]
async fn a_sale_that_is_paid_or_cancelled_takes_no_further_attempt() {
    let till = TestTill::new().await;
    let retry = ["order", "retry", "A-0001", "--method", "truemoney", "--no-wait"];
    sale(&till, "100", "").await;
    till.act(Action::Pay).await;
    till.run(&["order", "check", "A-0001"]).await.expect(0);
    till.run(&retry).await.expect(3);
    assert_eq!(till.charges().await.len(), 1);
    assert_eq!(till.show("A-0001").await["attempts"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn changing_the_method_keeps_the_older_attempt_in_view() {
    let mut till = TestTill::new().await;
    till.set("KEPTANG__SHOP__PROMPTPAY_ID", "0812345678");
    sale(&till, "100", "").await;
    let retried = till
        .run(&["order", "retry", "A-0001", "--method", "promptpay", "--no-wait"])
        .await;
    retried.expect(0);
    assert_eq!(retried.last()["attempts"][1]["method"], "promptpay");
    till.act(Action::Pay).await;
    let checked = till.run(&["order", "check", "A-0001"]).await;
    checked.expect(0);
    assert_eq!(checked.last()["state"], "settled");
    assert_eq!(checked.last()["received"], "100.00");
    assert_eq!(checked.last()["attempts"][0]["state"], "paid");
    assert_eq!(checked.last()["flags"], json!([]));
}
