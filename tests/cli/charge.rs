//! `keptang charge`: how a payment ends when everybody behaves.

use keptang_simulator::control::Action;
use keptang_simulator::faults::{Endpoint, Fault, FaultRule, WebhookVariant};
use keptang_tests::till::{TestTill, flags, newest, until};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const CHARGE: [&str; 5] = ["charge", "--amount", "250", "--method", "truemoney"];

/// Starts a sale, lets the provider do `action` once the QR is up, and gives the end.
async fn sale_that_ends_with(till: &TestTill, action: Action) -> keptang_tests::till::Finished {
    let mut charge = till.start(&CHARGE);
    charge.attempt_in("awaiting").await;
    till.act(action).await;
    charge.end().await
}

#[tokio::test]
async fn a_polled_payment_ends_paid() {
    let till = TestTill::new().await;
    let ended = sale_that_ends_with(&till, Action::Pay).await;
    ended.expect(0);
    let order = ended.last();
    assert_eq!(order["type"], "order");
    assert_eq!(order["state"], "settled");
    assert_eq!(order["amount_due"], "250.00");
    assert_eq!(order["received"], "250.00");
    assert_eq!(order["refunded"], "0.00");
    assert_eq!(order["flags"], json!([]));
    let attempt = newest(&order);
    assert_eq!(attempt["state"], "paid");
    assert_eq!(attempt["provider"], "omise_truemoney");
    assert_eq!(attempt["method"], "truemoney");
    assert_eq!(attempt["payable"], "250.00");
    assert_eq!(attempt["received"], "250.00");
    assert_eq!(attempt["reason"], Value::Null);
    assert_eq!(attempt["instruction"], Value::Null, "nobody is to scan it again");
    let charge = till.only_charge().await;
    assert_eq!(attempt["provider_ref"], charge.id.as_str());
    assert_eq!(charge.amount_satang, 25_000);
    assert_eq!(charge.metadata["attempt"], attempt["our_ref"]);
    assert_eq!(charge.metadata["order_id"], order["number"]);
    let stats = till.provider.stats().await.unwrap();
    assert!(stats.violations.is_empty(), "{:?}", stats.violations);
}

#[tokio::test]
async fn the_sale_is_printed_at_every_change() {
    let till = TestTill::new().await;
    let ended = sale_that_ends_with(&till, Action::Pay).await;
    let lines = ended.lines();
    let states: Vec<&Value> = lines.iter().map(|order| &newest(order)["state"]).collect();
    assert_eq!(states, ["submitted", "awaiting", "paid"]);
    assert!(lines.windows(2).all(|pair| pair[0] != pair[1]), "no line twice");
    for order in &lines {
        for key in [
            "type",
            "order_id",
            "number",
            "state",
            "amount_due",
            "received",
            "refunded",
            "cashier",
            "note",
            "business_day",
            "flags",
            "attempts",
            "refunds",
        ] {
            assert!(order.get(key).is_some(), "an order line has {key}");
        }
        for key in [
            "attempt_id",
            "provider",
            "method",
            "state",
            "our_ref",
            "provider_ref",
            "payable",
            "received",
            "fee",
            "instruction",
            "deadline",
            "tracking",
            "reason",
        ] {
            assert!(newest(order).get(key).is_some(), "an attempt has {key}");
        }
    }
}

#[tokio::test]
async fn the_instruction_is_a_picture_that_says_what_the_provider_made() {
    let till = TestTill::new().await;
    let order = till.open_sale().await;
    let instruction = &newest(&order)["instruction"];
    assert_eq!(instruction["kind"], "qr_image");
    let charge = till.only_charge().await;
    assert_eq!(instruction["text"].as_str(), charge.qr_text.as_deref());
    let png = base64::Engine::decode(
        &base64::engine::general_purpose::STANDARD,
        instruction["png_base64"].as_str().unwrap(),
    );
    assert!(png.unwrap().starts_with(b"\x89PNG\r\n\x1a\n"));
    assert_eq!(instruction.get("qr"), None, "the drawing is for the window only");
    let deadline = newest(&order)["deadline"].as_str().unwrap();
    assert!(deadline.ends_with("+07:00"), "{deadline}");
}

#[tokio::test]
async fn a_webhook_ends_a_sale_that_is_hardly_polled() {
    let mut till = TestTill::new().await;
    till.with_callbacks().with_seldom_polling();
    // The announcement of the charge would make the till ask too early.
    till.fault(FaultRule::once(Fault::Webhook {
        variant: WebhookVariant::None,
        key: Some("charge.create".to_owned()),
    }))
    .await;
    let mut charge = till.start(&CHARGE);
    let awaiting = charge.attempt_in("awaiting").await;
    assert!(
        newest(&awaiting)["tracking"]
            .as_array()
            .unwrap()
            .contains(&json!("callback")),
        "{awaiting}"
    );
    till.act(Action::Pay).await;
    let ended = charge.end().await;
    ended.expect(0);
    assert_eq!(ended.last()["received"], "250.00");
}

#[tokio::test]
async fn with_the_callback_port_taken_the_sale_goes_on_by_polling() {
    let mut till = TestTill::new().await;
    till.with_callbacks();
    let _other_program = TcpListener::bind(("127.0.0.1", till.port)).await.unwrap();
    sale_that_ends_with(&till, Action::Pay).await.expect(0);
}

#[tokio::test]
async fn failed_expired_and_cancelled_are_a_clear_no_with_a_reason() {
    for (action, state, reason) in [
        (Action::Fail, "failed", "failed_processing"),
        (Action::Expire, "expired", "deadline"),
    ] {
        let till = TestTill::new().await;
        let ended = sale_that_ends_with(&till, action).await;
        ended.expect(3);
        let order = ended.last();
        assert_eq!(newest(&order)["state"], state);
        assert_eq!(newest(&order)["reason"], reason);
        assert_eq!(order["received"], "0.00");
        assert_eq!(order["flags"], json!([]));
    }
}

#[tokio::test]
async fn a_sale_cancelled_by_another_process_ends_with_a_no() {
    let till = TestTill::new().await;
    let mut charge = till.start(&CHARGE);
    let order = charge.attempt_in("awaiting").await;
    till.run(&["order", "cancel", order["number"].as_str().unwrap()])
        .await
        .expect(0);
    let ended = charge.end().await;
    ended.expect(3);
    assert_eq!(ended.last()["state"], "voided");
    assert_eq!(newest(&ended.last())["state"], "cancelled");
    assert_eq!(newest(&ended.last())["reason"], "cancelled_by_person");
}

#[tokio::test]
async fn no_wait_returns_once_the_customer_can_pay() {
    let till = TestTill::new().await;
    let order = till.open_sale().await;
    assert_eq!(newest(&order)["state"], "awaiting");
    assert_eq!(order["state"], "due");
    assert_eq!(till.only_charge().await.status, "pending");
}

#[tokio::test]
async fn a_timeout_stops_the_watching_and_nothing_else() {
    let till = TestTill::new().await;
    let ended = till.run(&[&CHARGE[..], &["--timeout", "1"]].concat()).await;
    ended.expect(5);
    let order = ended.last();
    assert_eq!(newest(&order)["state"], "awaiting");
    assert_eq!(
        till.only_charge().await.status,
        "pending",
        "nothing was cancelled"
    );
    till.act(Action::Pay).await;
    let checked = till
        .run(&["order", "check", order["number"].as_str().unwrap()])
        .await;
    checked.expect(0);
    assert_eq!(checked.last()["received"], "250.00");
}

#[tokio::test]
async fn the_cashier_and_the_note_are_kept() {
    let till = TestTill::new().await;
    let opened = till
        .run(&[&CHARGE[..], &["--as", "แพรว", "--note", "โต๊ะ 4", "--no-wait"]].concat())
        .await;
    opened.expect(0);
    assert_eq!(opened.last()["cashier"], "แพรว");
    assert_eq!(opened.last()["note"], "โต๊ะ 4");
    assert_eq!(till.show("A-0001").await["note"], "โต๊ะ 4", "and found again");
}

#[tokio::test]
async fn two_sales_at_once_on_a_new_data_directory_get_different_numbers() {
    let till = TestTill::new().await;
    let arguments = [&CHARGE[..], &["--no-wait"]].concat();
    let (one, two) = tokio::join!(till.run(&arguments), till.run(&arguments));
    one.expect(0);
    two.expect(0);
    let mut numbers = [one.last(), two.last()].map(|order| order["number"].as_str().unwrap().to_owned());
    numbers.sort();
    assert_eq!(numbers, ["A-0001", "A-0002"]);
    assert_eq!(till.charges().await.len(), 2);
    till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn the_shop_s_own_promptpay_shows_its_text_and_waits_for_a_person() {
    let mut till = TestTill::new().await;
    till.set("KEPTANG__SHOP__PROMPTPAY_ID", "0812345678");
    let opened = till
        .run(&[
            "charge",
            "--amount",
            "120.50",
            "--method",
            "promptpay",
            "--no-wait",
        ])
        .await;
    opened.expect(0);
    let order = opened.last();
    let instruction = &newest(&order)["instruction"];
    assert_eq!(instruction["kind"], "qr_text");
    let text = instruction["text"].as_str().unwrap();
    assert!(text.contains("01130066812345678"), "the shop's own ID: {text}");
    assert!(text.contains("5406120.50"), "the amount: {text}");
    assert_eq!(instruction.get("qr"), None, "the drawing is for the window only");
    assert!(
        newest(&order)["tracking"]
            .as_array()
            .unwrap()
            .contains(&json!("person"))
    );
    assert!(till.charges().await.is_empty());
}

#[tokio::test]
async fn for_people_there_is_aligned_text_and_a_qr() {
    let mut till = TestTill::new().await;
    till.set("KEPTANG__SHOP__LANGUAGE", "th");
    till.fault(FaultRule::once(Fault::AutoPay { after_ms: 300 }))
        .await;
    let ended = till.run_as_text(&CHARGE).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("฿250.00"), "{}", ended.stdout);
    assert!(ended.stdout.contains("รอลูกค้าสแกน"), "{}", ended.stdout);
    assert!(ended.stdout.contains("รับเงินแล้ว"), "{}", ended.stdout);
    assert!(ended.stdout.contains('█'), "the QR is drawn: {}", ended.stdout);
    assert!(!ended.stdout.contains('{'), "no JSON: {}", ended.stdout);
}

#[tokio::test]
async fn a_killed_sale_is_gone_on_with_by_whoever_comes_next() {
    let till = TestTill::new().await;
    let mut charge = till.start(&CHARGE);
    let before = charge.attempt_in("awaiting").await;
    charge.kill().await;
    let number = before["number"].as_str().unwrap();
    let after = till.show(number).await;
    assert_eq!(
        newest(&after)["instruction"],
        newest(&before)["instruction"],
        "the same QR"
    );
    assert_eq!(newest(&after)["deadline"], newest(&before)["deadline"]);
    let mut serve = till.start(&["serve"]);
    serve.line("serve", |line| line["type"] == "serve").await;
    till.act(Action::Pay).await;
    until("the sale is paid", async || {
        let order = till.show(number).await;
        (order["state"] == "settled").then_some(())
    })
    .await;
    assert_eq!(till.charges().await.len(), 1);
}

#[tokio::test]
async fn paid_late_is_recorded_and_flagged() {
    let till = TestTill::new().await;
    let ended = sale_that_ends_with(&till, Action::Expire).await;
    ended.expect(3);
    till.act(Action::PayLate).await;
    let checked = till.run(&["order", "check", "A-0001"]).await;
    checked.expect(4);
    let order = checked.last();
    assert_eq!(order["received"], "250.00");
    assert_eq!(order["state"], "settled");
    assert_eq!(flags(&order), ["paid_late"]);
}

#[tokio::test]
async fn an_svg_qr_is_shown_as_a_picture_all_the_same() {
    let till = TestTill::new().await;
    till.fault(FaultRule::once(Fault::QrSvg).at(Endpoint::OmiseChargeCreate))
        .await;
    let order = till.open_sale().await;
    let instruction = &newest(&order)["instruction"];
    assert_eq!(instruction["kind"], "qr_image");
    assert!(
        instruction["png_base64"]
            .as_str()
            .unwrap()
            .starts_with("iVBORw0KGgo")
    );
    let stats = till.provider.stats().await.unwrap();
    assert!(
        stats.violations.is_empty(),
        "the picture is fetched without the key"
    );
}
