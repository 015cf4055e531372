//! What a person has to look at: each flag stands in the report with its kind, and keeps the day from being signed until
//! somebody says why it is right.

use crate::shop::{cash, day_of, known, number, opened, refused, report, run, shop};
use keptang_simulator::control::{ActRequest, Action};
use keptang_tests::till::{TestTill, flags};
use serde_json::Value;

async fn act(till: &TestTill, order: &Value, action: Action, amount_satang: Option<i64>) {
    let details = ActRequest {
        amount_satang,
        ..ActRequest::default()
    };
    till.act_on(order, action, &details).await;
}

/// An order with this flag, of these sums.
async fn flagged(till: &TestTill, flag: &str) -> Value {
    match flag {
        "manual_confirm" => {
            let order = opened(till, "promptpay_direct", "45").await;
            let confirm = ["order", "confirm", number(&order), "--reason", "phone_call"];
            run(till, "Nok", &confirm).await.expect(0);
            order
        }
        "paid_late" => {
            let order = opened(till, "omise_truemoney", "120").await;
            act(till, &order, Action::Expire, None).await;
            known(till, &order).await.expect(3);
            act(till, &order, Action::PayLate, None).await;
            order
        }
        "overpaid" => {
            let order = opened(till, "crypto_2328", "100").await;
            act(till, &order, Action::Pay, Some(13_000)).await;
            order
        }
        "underpaid" => {
            let order = opened(till, "crypto_2328", "100").await;
            act(till, &order, Action::Pay, Some(4_000)).await;
            order
        }
        "duplicate_payment" => {
            let order = opened(till, "omise_truemoney", "100").await;
            let retry = [
                "order",
                "retry",
                number(&order),
                "--method",
                "truemoney",
                "--no-wait",
            ];
            let again = till.run(&retry).await;
            again.expect(0);
            act(till, &order, Action::Pay, None).await;
            act(till, &again.last(), Action::Pay, None).await;
            order
        }
        other => panic!("no order with {other}"),
    }
}

#[tokio::test]
async fn a_flag_stands_in_the_report_and_blocks_the_signature() {
    for flag in [
        "manual_confirm",
        "paid_late",
        "overpaid",
        "underpaid",
        "duplicate_payment",
    ] {
        let till = shop().await;
        let order = flagged(&till, flag).await;
        known(&till, &order).await.expect(4);
        let shown = till.show(number(&order)).await;
        assert!(flags(&shown).contains(&flag), "{flag}: {shown}");
        let day = day_of(&order);
        // The till as a whole has sold something else, too.
        cash(&till, "Fah", "5").await;
        let found = report(&till, &day).await["review"].clone();
        let of_order: Vec<&Value> = found
            .as_array()
            .unwrap()
            .iter()
            .filter(|item| item["order"] == number(&order))
            .collect();
        let kinds: Vec<&str> = of_order
            .iter()
            .map(|item| item["kind"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, flags(&shown), "{flag}: {found}");
        for item in of_order {
            assert_eq!(item["order_id"], order["order_id"], "{flag}");
            assert_eq!(item["settled"], Value::Null, "{flag}");
        }

        run(&till, "Nok", &["day", "z", "--date", &day]).await.expect(0);
        let sign = ["day", "sign", "--date", &day];
        let blocked = run(&till, "Nok", &sign).await;
        refused(&blocked, 4, "--reason");
        // Blanks explain nothing.
        let blank = run(&till, "Nok", &[&sign[..], &["--reason", "  "]].concat()).await;
        refused(&blank, 4, "--reason");
        let why = ["--reason", "the customer was called"];
        let signed = run(&till, "Nok", &[&sign[..], &why].concat()).await;
        signed.expect(0);
        let after = report(&till, &day).await["review"].clone();
        for item in after.as_array().unwrap() {
            assert_eq!(item["settled"]["by"], "Nok", "{flag}: {item}");
            assert_eq!(item["settled"]["note"], "the customer was called", "{flag}");
        }
        till.run(&["ledger", "verify"]).await.expect(0);
    }
}

#[tokio::test]
async fn a_reason_explains_nothing_while_the_day_is_not_closed() {
    let till = shop().await;
    let order = flagged(&till, "manual_confirm").await;
    let day = day_of(&order);
    let sign = ["day", "sign", "--date", &day, "--reason", "looked at"];
    refused(&run(&till, "Nok", &sign).await, 3, "day z");
    let review = report(&till, &day).await["review"].clone();
    assert_eq!(review[0]["settled"], Value::Null, "the item is as open as before");
}

#[tokio::test]
async fn the_table_for_people_names_what_is_open() {
    let till = shop().await;
    let order = flagged(&till, "manual_confirm").await;
    let table = till.run_as_text(&["report", "--date", &day_of(&order)]).await;
    assert_eq!(table.code, Some(0));
    let open: Vec<&str> = table
        .stdout
        .lines()
        .filter(|line| line.starts_with('⚑'))
        .collect();
    assert_eq!(open.len(), 1, "{}", table.stdout);
    assert!(open[0].contains(number(&order)) && open[0].contains("manual_confirm"));
}
