//! One payment from the first key to the money, through a kill.

use crate::counter::{Counter, OWNER, PIN, pictures, read_off};
use crate::window::{ENTER, ESCAPE, F1, F2, F5};
use keptang_simulator::control::Action;

fn newest_state(order: &serde_json::Value) -> &str {
    order["attempts"]
        .as_array()
        .and_then(|attempts| attempts.last())
        .and_then(|a| a["state"].as_str())
        .unwrap_or("")
}

#[tokio::test(flavor = "multi_thread")]
async fn four_keys_a_scan_and_the_money_and_a_kill_in_between() {
    let counter = Counter::new();
    let window = counter.window().await;
    let folder = pictures();

    // Four keys, no mouse.
    window.type_keys(&['2', '5', '0', ENTER]).await;
    window
        .until_attribute("bill-state", "data-state", "waiting")
        .await;
    let number = window.text("bill-number").await;
    window.element("qr").await;
    let seen = read_off(&window.picture(&folder, "journey-waiting").await);
    let order = counter.order(&number);
    let text = order["attempts"][0]["instruction"]["text"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        seen,
        std::slice::from_ref(&text),
        "what the customer scans is what the provider gave"
    );
    assert!(text.contains("5406250.00"), "the QR carries the amount: {text}");

    // A power cut. The same bill, the same QR.
    window.kill().await;
    let window = counter.window().await;
    window
        .until_attribute("bill-state", "data-state", "waiting")
        .await;
    assert_eq!(window.text("bill-number").await, number);
    let again = read_off(&window.picture(&folder, "journey-restarted").await);
    assert_eq!(again, seen);

    let charge = counter.charge(&[]).await;
    counter.act(&charge, Action::Pay).await;
    window.element("paid-screen").await;
    assert!(window.text("paid-screen").await.contains("สองร้อยห้าสิบบาทถ้วน"));
    let order = counter.order(&number);
    assert_eq!(
        (newest_state(&order), order["received"].as_str()),
        ("paid", Some("250.00"))
    );

    // Paid stays until a key; a digit is the first of the next sale.
    window.picture(&folder, "journey-paid").await;
    window.paid_takes_keys().await;
    window.type_keys(&['9']).await;
    window
        .until_attribute("entry-amount", "data-amount", "9.00")
        .await;
    window.close().await;

    let intact = counter.keptang(&["ledger", "verify"]);
    assert_eq!(intact[0]["ok"], true);
    assert_eq!(counter.keptang(&["order", "list"]).len(), 1, "nothing doubled");
}

#[tokio::test(flavor = "multi_thread")]
async fn escape_twice_cancels_truthfully() {
    let counter = Counter::new();
    let window = counter.window().await;
    // Omise can be told to let go of a payment.
    window.type_keys(&[F2, '1', '2', '0', ENTER]).await;
    window
        .until_attribute("bill-state", "data-state", "waiting")
        .await;
    let number = window.text("bill-number").await;
    window.type_keys(&[ESCAPE]).await;
    window.type_keys(&[ESCAPE]).await;
    window
        .until_attribute("bill-state", "data-state", "cancelled")
        .await;
    assert_eq!(counter.order(&number)["state"], "voided");
    assert_eq!(
        counter.charge(&[]).await.status,
        "expired",
        "the provider was told"
    );
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_word_is_offered_after_a_check_and_takes_a_pin() {
    let counter = Counter::new();
    let window = counter.window().await;
    window.type_keys(&[F1, '8', '5', ENTER]).await;
    window
        .until_attribute("bill-state", "data-state", "waiting")
        .await;
    let number = window.text("bill-number").await;
    let text = counter.order(&number)["attempts"][0]["instruction"]["text"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        read_off(&window.picture(&pictures(), "journey-promptpay").await),
        [text]
    );
    window.type_keys(&[F5]).await;
    window.element("confirm-offer").await.click().await.unwrap();
    window.element("pin-pad").await;
    assert!(
        window.page.source().await.unwrap().contains(OWNER),
        "the person is named"
    );
    window.picture(&pictures(), "confirm-by-hand-th-light").await;
    window
        .element("reason-bank_app_shown")
        .await
        .click()
        .await
        .unwrap();
    window.type_keys(&PIN.chars().collect::<Vec<_>>()).await;
    window.element("confirm-do").await.click().await.unwrap();
    window.element("paid-screen").await;
    let order = counter.order(&number);
    assert_eq!(order["flags"], serde_json::json!(["manual_confirm"]));
    assert_eq!(order["received"], "85.00");
    window.close().await;
}
