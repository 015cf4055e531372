//! Cash as a method: tendered, change, rounding to the smallest coin, and money that goes back out of the drawer.

use keptang_tests::till::{TestTill, newest};
use serde_json::{Value, json};

fn cash<'a>(amount: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["charge", "--amount", amount, "--method", "cash"], more].concat()
}

#[tokio::test]
async fn change_is_counted_from_what_was_handed_over() {
    let till = TestTill::new().await;
    for (amount, tendered, payable, adjustment, change) in [
        ("250", Some("500"), "250.00", "0.00", "250.00"),
        ("250", Some("250"), "250.00", "0.00", "0.00"),
        // Without a word about it, the exact sum.
        ("250", None, "250.00", "0.00", "0.00"),
        // The smallest coin is 25 satang; what is below it is the customer's.
        ("250.13", Some("300"), "250.00", "-0.13", "50.00"),
        ("250.49", Some("300"), "250.25", "-0.24", "49.75"),
        ("99.99", Some("100"), "99.75", "-0.24", "0.25"),
        ("๑๒๐.๕๐", Some("๑,๐๐๐"), "120.50", "0.00", "879.50"),
    ] {
        let more = tendered.map_or_else(Vec::new, |sum| vec!["--tendered", sum]);
        let ended = till.run(&cash(amount, &more)).await;
        ended.expect(0);
        let order = ended.last();
        assert_eq!(order["state"], "settled", "{amount}");
        assert_eq!(order["received"], payable, "{amount}");
        assert_eq!(
            order["flags"],
            json!([]),
            "{amount}: rounding is neither over- nor underpaid"
        );
        assert_eq!(
            (&order["missing"], &order["excess"]),
            (&json!("0.00"), &json!("0.00"))
        );
        let attempt = newest(&order);
        assert_eq!(attempt["provider"], "cash");
        assert_eq!(attempt["method"], "cash");
        assert_eq!(attempt["state"], "paid");
        assert_eq!(attempt["payable"], payable, "{amount}");
        assert_eq!(attempt["adjustment"], adjustment, "{amount}");
        assert_eq!(attempt["received"], payable, "{amount}");
        assert_eq!(attempt["change"], change, "{amount}");
        assert_eq!(attempt["confirmed_by"], "person");
        assert_eq!(attempt["tracking"], json!(["person"]));
        assert_eq!(attempt["instruction"], Value::Null);
        assert_eq!(attempt["fee"], Value::Null);
    }
    assert_eq!(till.charges().await, [], "nobody is asked about cash");
}

#[tokio::test]
async fn too_little_cash_is_bad_input_and_opens_nothing() {
    let till = TestTill::new().await;
    for (amount, tendered, said) in [
        ("250", "249.99", "฿0.01"),
        ("250", "100", "฿150.00"),
        ("99.99", "99.74", "฿0.01"),
    ] {
        let ended = till.run(&cash(amount, &["--tendered", tendered])).await;
        ended.expect(2);
        assert_eq!(ended.stdout, "");
        assert!(ended.stderr.contains(said), "{amount}: {}", ended.stderr);
    }
    for tendered in ["-5", "abc", "1,00", "", "1e3"] {
        till.run(&cash("250", &["--tendered", tendered])).await.expect(2);
    }
    // Nothing of it can be counted out in coins.
    let crumbs = till.run(&cash("0.10", &[])).await;
    crumbs.expect(2);
    assert!(crumbs.stderr.contains("฿0.25"), "{}", crumbs.stderr);
    assert_eq!(till.run(&["order", "list"]).await.stdout, "");
}

#[tokio::test]
async fn tendered_is_for_cash_only_and_cash_is_served_by_the_drawer_only() {
    let till = TestTill::with_every_provider().await;
    let promptpay = ["charge", "--amount", "250", "--method", "promptpay"];
    till.run(&[&promptpay[..], &["--tendered", "300"]].concat())
        .await
        .expect(2);
    till.run(&cash("250", &["--provider", "jwt_gateway"]))
        .await
        .expect(2);
    till.run(&cash("250", &["--coin", "USDT"])).await.expect(2);
    till.run(&cash("250", &["--provider", "cash"])).await.expect(0);
    assert_eq!(till.charges().await, []);
}

#[tokio::test]
async fn the_rounding_is_a_line_of_its_own() {
    let till = TestTill::new().await;
    till.run(&cash("250.12", &["--tendered", "300"])).await.expect(0);
    let timeline = till.run(&["order", "timeline", "A-0001"]).await;
    timeline.expect(0);
    let lines = timeline.lines();
    let taken = lines.iter().find(|line| line["event"] == "cash_taken").unwrap();
    assert_eq!(
        taken["facts"],
        json!({ "payable": "250.00", "tendered": "300.00" })
    );
    assert_eq!(lines[0]["facts"]["amount_due"], "250.12");
    till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn cash_goes_back_out_of_the_drawer_never_more_than_came_in() {
    let mut till = TestTill::new().await;
    till.add_owner("Nok", "482915").await;
    till.run(&cash("250", &["--tendered", "500"])).await.expect(0);
    let refund = |amount: &'static str| {
        [
            "--as",
            "Nok",
            "order",
            "refund",
            "A-0001",
            "--amount",
            amount,
            "--reason",
            "customer_request",
        ]
    };
    let part = till.run(&refund("100")).await;
    part.expect(0);
    assert_eq!(part.last()["refunded"], "100.00");
    assert_eq!(part.last()["refunds"][0]["state"], "done");
    assert_eq!(part.last()["refunds"][0]["amount"], "100.00");
    till.run(&refund("150.01")).await.expect(3);
    let rest = till.run(&refund("150")).await;
    rest.expect(0);
    assert_eq!(rest.last()["refunded"], "250.00");
    till.run(&refund("0.01")).await.expect(3);
}

#[tokio::test]
async fn cash_is_in_the_list_and_needs_no_check() {
    let till = TestTill::new().await;
    till.run(&cash("250", &["--note", "โต๊ะ 4", "--as", "แพรว"]))
        .await
        .expect(0);
    let listed = till.run(&["order", "list", "--status", "settled"]).await;
    listed.expect(0);
    assert_eq!(listed.lines().len(), 1);
    assert_eq!(listed.last()["note"], "โต๊ะ 4");
    assert_eq!(listed.last()["cashier"], "แพรว");
    assert_eq!(newest(&listed.last())["provider"], "cash");
    till.run(&["order", "check", "A-0001"]).await.expect(0);
    till.run(&["order", "cancel", "A-0001"]).await.expect(3);
}

#[tokio::test]
async fn an_order_begun_with_a_qr_can_be_paid_in_cash() {
    let till = TestTill::with_every_provider().await;
    let opened = till
        .run(&[
            "charge",
            "--amount",
            "250.12",
            "--method",
            "promptpay",
            "--no-wait",
        ])
        .await;
    opened.expect(0);
    let paid = till
        .run(&[
            "order",
            "retry",
            "A-0001",
            "--method",
            "cash",
            "--tendered",
            "300",
        ])
        .await;
    paid.expect(0);
    assert_eq!(paid.last()["state"], "settled");
    assert_eq!(paid.last()["received"], "250.00");
    assert_eq!(newest(&paid.last())["change"], "50.00");
    // The QR is still out there: both paid is what a person must look at.
    let pay = keptang_simulator::control::Action::Pay;
    till.act_on(&opened.last(), pay, &Default::default()).await;
    let checked = till.run(&["order", "check", "A-0001"]).await;
    checked.expect(4);
    assert_eq!(checked.last()["flags"], json!(["duplicate_payment"]));
    assert_eq!(checked.last()["received"], "500.12");
}

#[tokio::test]
async fn the_owner_can_take_cash_off_the_list() {
    let mut till = TestTill::new().await;
    till.set("KEPTANG__ROUTING__CASH", "[]");
    let ended = till.run(&cash("250", &[])).await;
    ended.expect(1);
    assert!(ended.stderr.contains("routing.cash"), "{}", ended.stderr);
}
