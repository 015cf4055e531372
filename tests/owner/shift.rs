//! `keptang shift`: a float, money in and out, a count that nobody is helped with, and the difference afterwards.

use crate::shop::{PIN, cash, opened, paid, refused, report, run, satang, shop, staffed_shop};
use keptang_tests::till::TestTill;
use serde_json::{Value, json};

const OPEN: [&str; 4] = ["shift", "open", "--float", "500"];

fn difference<'a>(shift: &'a Value, method: &str) -> &'a Value {
    let lines = shift["difference"].as_array().expect("told after the close");
    let found = lines.iter().find(|line| line["key"] == method);
    found.unwrap_or_else(|| panic!("{method}: {shift}"))
}

#[tokio::test]
async fn who_acts_has_to_be_said_and_proven() {
    let mut till = staffed_shop().await;
    let commands: [&[&str]; 5] = [
        &["shift", "open"],
        &["shift", "in", "5", "--reason", "change"],
        &["shift", "out", "5", "--reason", "ice"],
        &["shift", "close", "--counted", "0"],
        &["shift", "show"],
    ];
    for command in commands {
        refused(&till.run(command).await, 2, "--as");
        refused(&run(&till, "Nobody", command).await, 3, "Nobody");
    }
    // An auditor looks and does nothing.
    for command in &commands[..4] {
        refused(&run(&till, "Aud", command).await, 3, "cashier");
    }
    run(&till, "Aud", &["shift", "show"]).await.expect(0);
    till.set("KEPTANG_PIN", "000000");
    refused(&run(&till, "Fah", &OPEN).await, 3, "PIN");
    till.unset("KEPTANG_PIN");
    refused(&run(&till, "Fah", &OPEN).await, 2, "KEPTANG_PIN");
    till.set("KEPTANG_PIN", PIN);
    run(&till, "Nok", &["user", "disable", "Fah"]).await.expect(0);
    refused(&run(&till, "Fah", &OPEN).await, 3, "Fah");
    let never = run(&till, "Nok", &["shift", "show"]).await.last();
    assert_eq!(never["number"], Value::Null, "nothing was opened: {never}");
}

#[tokio::test]
async fn a_drawer_that_agrees_closes_with_zero() {
    let till = staffed_shop().await;
    let begun = run(&till, "Fah", &OPEN).await;
    begun.expect(0);
    let shift = begun.last();
    assert_eq!(shift["type"], "shift");
    assert_eq!(shift["number"], 1);
    assert_eq!(shift["float"], "500.00");
    assert_eq!(shift["opened_by"], "Fah");
    refused(&run(&till, "Fah", &OPEN).await, 3, "already open");
    cash(&till, "Fah", "120.50").await;
    run(
        &till,
        "Fah",
        &["shift", "in", "200", "--reason", "change from the bank"],
    )
    .await
    .expect(0);
    let out = run(&till, "Fah", &["shift", "out", "๘๐.๒๕", "--reason", "ice"]).await;
    out.expect(0);
    let line = out.last();
    let moves: Vec<[&Value; 3]> = line["moves"]
        .as_array()
        .unwrap()
        .iter()
        .map(|moved| ["direction", "amount", "reason"].map(|name| &moved[name]))
        .collect();
    assert_eq!(
        json!(moves),
        json!([["in", "200.00", "change from the bank"], ["out", "80.25", "ice"]])
    );
    // Cards and wallets are no part of the drawer.
    paid(&till, "omise_truemoney", "250").await;
    let others = "truemoney=250.00";
    let closed = run(
        &till,
        "Fah",
        &["shift", "close", "--counted", "740.25", "--counted-by", others],
    )
    .await;
    closed.expect(0);
    assert_ne!(closed.last()["closed_at"], Value::Null);
    assert_eq!(closed.last()["difference"], Value::Null, "a cashier is not told");
    let told = run(&till, "Mai", &["shift", "show"]).await.last();
    assert_eq!(
        *difference(&told, "cash"),
        json!({ "key": "cash", "counted": "740.25", "expected": "740.25", "difference": "0.00" })
    );
    // The next one has the next number.
    let next = run(&till, "Mai", &["shift", "open"]).await;
    next.expect(0);
    assert_eq!(next.last()["number"], 2);
    assert_eq!(next.last()["float"], "0.00");
    till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn nobody_hears_before_the_close_what_should_be_there() {
    let till = staffed_shop().await;
    run(&till, "Fah", &OPEN).await.expect(0);
    // A sum that is like no other figure here.
    cash(&till, "Fah", "123.75").await;
    for who in ["Fah", "Mai", "Aud", "Nok"] {
        let shown = run(&till, who, &["shift", "show"]).await;
        shown.expect(0);
        assert_eq!(shown.last()["difference"], Value::Null);
        for sum in ["123.75", "623.75"] {
            assert!(!shown.stdout.contains(sum), "{who}: {}", shown.stdout);
        }
        let text = till.run_as_text(&["--as", who, "shift", "show"]).await;
        assert!(!text.stdout.contains("623.75"), "{who}: {}", text.stdout);
    }
    let uncounted = run(&till, "Fah", &["shift", "close"]).await;
    refused(&uncounted, 3, "Count the drawer first");
    assert!(!uncounted.stderr.contains("623.75"), "{}", uncounted.stderr);
}

#[tokio::test]
async fn a_difference_is_told_afterwards_and_waits_for_the_owner() {
    let till = staffed_shop().await;
    run(&till, "Fah", &OPEN).await.expect(0);
    let sale = cash(&till, "Fah", "100").await;
    let by_fah = run(&till, "Fah", &["shift", "close", "--counted", "580"]).await;
    by_fah.expect(4);
    assert_eq!(by_fah.last()["difference"], Value::Null, "Fah is not told");
    assert!(!by_fah.stdout.contains("600.00") && !by_fah.stderr.contains("600.00"));
    let told = run(&till, "Nok", &["shift", "show"]).await.last();
    assert_eq!(
        *difference(&told, "cash"),
        json!({ "key": "cash", "counted": "580.00", "expected": "600.00", "difference": "-20.00" })
    );
    refused(
        &run(&till, "Fah", &["shift", "close", "--counted", "600"]).await,
        3,
        "No shift is open",
    );
    let day = sale["business_day"].as_str().unwrap();
    let review = report(&till, day).await["review"].clone();
    assert_eq!(review.as_array().unwrap().len(), 1, "{review}");
    assert_eq!(review[0]["kind"], "shift_difference");
    assert_eq!(satang(&review[0]["amount"]), -2_000);
    // Too much is a difference as well.
    run(&till, "Mai", &OPEN).await.expect(0);
    let by_mai = run(&till, "Mai", &["shift", "close", "--counted", "500.25"]).await;
    by_mai.expect(4);
    assert_eq!(difference(&by_mai.last(), "cash")["difference"], "0.25");
}

#[tokio::test]
async fn a_count_may_be_given_for_other_methods_too() {
    let till = staffed_shop().await;
    run(&till, "Fah", &["shift", "open"]).await.expect(0);
    paid(&till, "omise_truemoney", "250").await;
    let close = ["shift", "close", "--counted-by", "truemoney=240"];
    run(&till, "Fah", &close).await.expect(4);
    let told = run(&till, "Nok", &["shift", "show"]).await.last();
    assert_eq!(difference(&told, "truemoney")["difference"], "-10.00");
}

#[tokio::test]
async fn a_drawer_that_should_be_empty_needs_no_count() {
    let till = staffed_shop().await;
    run(&till, "Fah", &["shift", "open"]).await.expect(0);
    run(&till, "Fah", &["shift", "close"]).await.expect(0);
}

#[tokio::test]
async fn open_bills_go_over_to_the_next_shift() {
    let till = staffed_shop().await;
    run(&till, "Fah", &["shift", "open"]).await.expect(0);
    opened(&till, "promptpay_direct", "60").await;
    let closed = run(&till, "Fah", &["shift", "close"]).await;
    closed.expect(0);
    assert_eq!(closed.last()["carried_over"], json!(["A-0001"]));
}

#[tokio::test]
async fn bad_input_moves_nothing() {
    let till = shop().await;
    for amount in ["-1", "abc", "1,00", "1e3", "0.001", "฿5"] {
        run(&till, "Nok", &["shift", "open", "--float", amount])
            .await
            .expect(2);
    }
    let in_or_out = ["shift", "in", "5", "--reason", "change"];
    refused(&run(&till, "Nok", &in_or_out).await, 3, "No shift is open");
    refused(
        &run(&till, "Nok", &["shift", "close", "--counted", "1"]).await,
        3,
        "No shift is open",
    );
    run(&till, "Nok", &OPEN).await.expect(0);
    for bad in [
        &["shift", "in", "0", "--reason", "nothing"][..],
        &["shift", "in", "-5", "--reason", "minus"],
        &["shift", "out", "x", "--reason", "no sum"],
        &["shift", "out", "5"],
        &["shift", "close", "--counted", "minus"],
        &["shift", "close", "--counted", "500", "--counted-by", "promptpay"],
        &["shift", "close", "--counted", "500", "--counted-by", "gold=5"],
        &["shift", "close", "--counted", "500", "--counted-by", "cash=5"],
    ] {
        run(&till, "Nok", bad).await.expect(2);
    }
    refused(
        &run(&till, "Nok", &["shift", "out", "5", "--reason", "  "]).await,
        3,
        "--reason",
    );
    let shown = run(&till, "Nok", &["shift", "show"]).await.last();
    assert_eq!(shown["moves"], json!([]));
    assert_eq!(shown["closed_at"], Value::Null);
}

/// Shifts of one counter are numbered without a gap, and only one is open, whoever comes at the same moment.
#[tokio::test]
async fn two_that_open_at_once_open_one() {
    let till: TestTill = shop().await;
    let open = ["--as", "Nok", "shift", "open"];
    let racing = [till.start(&open), till.start(&open), till.start(&open)];
    let mut codes = Vec::new();
    for process in racing {
        codes.push(process.end().await.code.unwrap());
    }
    codes.sort_unstable();
    assert_eq!(codes, [0, 3, 3]);
    let shown = run(&till, "Nok", &["shift", "show"]).await.last();
    assert_eq!(shown["number"], 1);
}
