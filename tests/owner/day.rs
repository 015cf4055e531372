//! `keptang day`: X at any time, Z numbered and never changed, and the owner's signature.

use crate::shop::{PIN, busy_day, cash, day_of, refused, report, run, satang, shop, staffed_shop};
use keptang_tests::till::TestTill;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn who_acts_has_to_be_said_and_proven() {
    let mut till = staffed_shop().await;
    cash(&till, "Fah", "10").await;
    for (word, may, may_not) in [
        ("x", &["Aud", "Mai", "Nok"][..], &["Fah"][..]),
        ("z", &[], &["Fah", "Aud"]),
        ("sign", &[], &["Fah", "Aud", "Mai"]),
    ] {
        let command = ["day", word];
        refused(&till.run(&command).await, 2, "--as");
        refused(&run(&till, "Nobody", &command).await, 3, "Nobody");
        for who in may_not {
            refused(&run(&till, who, &command).await, 3, who);
        }
        for who in may {
            run(&till, who, &command).await.expect(0);
        }
    }
    till.set("KEPTANG_PIN", "000000");
    refused(&run(&till, "Nok", &["day", "z"]).await, 3, "PIN");
    till.unset("KEPTANG_PIN");
    refused(&run(&till, "Nok", &["day", "z"]).await, 2, "KEPTANG_PIN");
    till.set("KEPTANG_PIN", PIN);
    // None of those who were refused has closed anything.
    let z = run(&till, "Mai", &["day", "z"]).await;
    z.expect(0);
    assert_eq!(z.last()["number"], 1);
    assert_eq!(z.last()["by"], "Mai");
}

#[tokio::test]
async fn x_says_what_the_report_says_and_closes_nothing() {
    let till = shop().await;
    let day = busy_day(&till).await;
    for _ in 0..2 {
        let x = run(&till, "Nok", &["day", "x", "--date", &day]).await;
        x.expect(0);
        let mut line = x.last();
        assert_eq!(line["type"], "x");
        line["type"] = json!("report");
        assert_eq!(line, report(&till, &day).await);
    }
    let z = run(&till, "Nok", &["day", "z", "--date", &day]).await;
    z.expect(0);
    assert_eq!(z.last()["number"], 1, "an X takes no number");
}

#[tokio::test]
async fn each_baht_is_in_one_z_and_x_is_their_sum() {
    let till = shop().await;
    let day = day_of(&cash(&till, "Fah", "100").await);
    let close = ["day", "z", "--date", &day];
    let first = run(&till, "Nok", &close).await;
    first.expect(0);
    let first = first.last();
    assert_eq!(first["type"], "z");
    assert_eq!(first["number"], 1);
    assert_eq!(first["business_day"], *day);
    assert_eq!(first["totals"]["gross"], "100.00");
    // Nothing moved since.
    refused(&run(&till, "Nok", &close).await, 3, "Nothing moved");
    let x = report(&till, &day).await;
    assert_eq!(x["gross"], "100.00");

    cash(&till, "Fah", "40.25").await;
    let second = run(&till, "Nok", &close).await;
    second.expect(0);
    let second = second.last();
    assert_eq!(second["number"], 2);
    assert_eq!(second["totals"]["gross"], "40.25");
    assert_eq!(report(&till, &day).await["gross"], "140.25");
    let line = till
        .run_as_text(&["--as", "Nok", "day", "x", "--date", &day])
        .await;
    assert!(line.stdout.contains("140.25"), "{}", line.stdout);
}

#[tokio::test]
async fn an_x_is_the_same_before_and_after_the_z() {
    let till = shop().await;
    let day = busy_day(&till).await;
    let command = ["day", "x", "--date", &day];
    let before = run(&till, "Nok", &command).await.last();
    let z = run(&till, "Nok", &["day", "z", "--date", &day]).await.last();
    assert_eq!(run(&till, "Nok", &command).await.last(), before);
    for sum in [
        "orders",
        "gross",
        "refunds",
        "fees",
        "net",
        "automatic",
        "manual",
        "cash",
    ] {
        assert_eq!(z["totals"][sum], before[sum], "{sum}");
    }
}

/// Two processes close while a third sells: every number once, no gap, no baht twice and none lost.
#[tokio::test]
async fn numbers_have_no_gap_over_processes_that_race() {
    let till = shop().await;
    let day = day_of(&cash(&till, "Fah", "1").await);
    let close = ["--as", "Nok", "day", "z", "--date", &day];
    let sell = ["--as", "Fah", "charge", "--amount", "3.50", "--method", "cash"];
    let mut closed: Vec<Value> = Vec::new();
    for _ in 0..4 {
        let racing = [till.start(&close), till.start(&sell), till.start(&close)];
        for (at, process) in racing.into_iter().enumerate() {
            let ended = process.end().await;
            match (at, ended.code) {
                (1, Some(0)) | (0 | 2, Some(3)) => {}
                (0 | 2, Some(0)) => closed.push(ended.last()),
                _ => panic!("{ended:?}"),
            }
        }
    }
    let rest = run(&till, "Nok", &close[2..]).await;
    if rest.code == Some(0) {
        closed.push(rest.last());
    }
    let numbers: BTreeSet<u64> = closed.iter().map(|z| z["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers.len(), closed.len(), "each number once");
    assert_eq!(
        numbers.into_iter().collect::<Vec<_>>(),
        (1..=u64::try_from(closed.len()).unwrap()).collect::<Vec<_>>()
    );
    let sum: i64 = closed.iter().map(|z| satang(&z["totals"]["gross"])).sum();
    assert_eq!(sum, 100 + 4 * 350);
    assert_eq!(satang(&report(&till, &day).await["gross"]), sum);
    till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn a_day_is_signed_once_it_is_closed() {
    let till = shop().await;
    let day = day_of(&cash(&till, "Fah", "100").await);
    let sign = ["day", "sign", "--date", &day];
    refused(&run(&till, "Nok", &sign).await, 3, "day z");
    run(&till, "Nok", &["day", "z", "--date", &day]).await.expect(0);
    let signed = run(&till, "Nok", &sign).await;
    signed.expect(0);
    let line = signed.last();
    assert_eq!(line["type"], "day_signed");
    assert_eq!(line["business_day"], *day);
    assert_eq!(line["by"], "Nok");
    refused(&run(&till, "Nok", &sign).await, 3, "signed off already");
    // Money that comes later asks for a new Z and a new signature.
    cash(&till, "Fah", "5").await;
    refused(&run(&till, "Nok", &sign).await, 3, "day z");
    run(&till, "Nok", &["day", "z", "--date", &day]).await.expect(0);
    run(&till, "Nok", &sign).await.expect(0);
    till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn a_day_that_is_not_over_or_has_not_begun_is_not_signed() {
    let till = shop().await;
    for word in ["z", "sign"] {
        let ahead = run(&till, "Nok", &["day", word, "--date", "2999-01-01"]).await;
        refused(&ahead, 3, "has not begun");
    }
    refused(&run(&till, "Nok", &["day", "z"]).await, 3, "Nothing moved");
    refused(&run(&till, "Nok", &["day", "sign"]).await, 3, "day z");
    for date in ["2026-02-30", "today", ""] {
        for word in ["x", "z", "sign"] {
            let bad = run(&till, "Nok", &["day", word, "--date", date]).await;
            refused(&bad, 2, "YYYY-MM-DD");
        }
    }
    run(&till, "Nok", &["day"]).await.expect(2);
}

/// The books of the day as other commands see them are not moved by closing and signing.
#[tokio::test]
async fn closing_and_signing_move_no_money() {
    let till: TestTill = shop().await;
    let day = busy_day(&till).await;
    let before = report(&till, &day).await;
    run(&till, "Nok", &["day", "z", "--date", &day]).await.expect(0);
    let sign = ["day", "sign", "--date", &day, "--reason", "looked at by Nok"];
    run(&till, "Nok", &sign).await.expect(0);
    let after = report(&till, &day).await;
    assert_ne!(
        after["review"], before["review"],
        "the word is said about what was open"
    );
    let without_review = |mut report: Value| {
        report["review"] = Value::Null;
        report
    };
    assert_eq!(without_review(after), without_review(before));
}
