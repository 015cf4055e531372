//! The other ways to pay, in the real window: coins, cash, and the next provider when the first is down.

use crate::counter::{Counter, pictures, read_off};
use crate::window::{ENTER, F1, F3, F4};
use keptang_simulator::control::Action;
use keptang_simulator::easyslip::MakeSlip;
use keptang_simulator::faults::{Endpoint, Fault, FaultRule};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_coin_is_sent_to_the_address_on_the_screen() {
    let counter = Counter::new();
    let window = counter.window().await;
    window.type_keys(&[F3, '1', '5', '0', ENTER]).await;
    window.element("coin-body").await;
    let number = window.text("bill-number").await;
    let told = counter.order(&number)["attempts"][0]["instruction"].clone();
    assert_eq!(
        read_off(&window.picture(&pictures(), "pay-coin-th-light").await),
        [told["address"].as_str().unwrap()],
        "what the customer scans is the address and nothing else"
    );
    assert!(
        window
            .text("coin-amount")
            .await
            .contains(told["amount"].as_str().unwrap())
    );
    let charge = counter.charge(&[]).await;
    counter.act(&charge, Action::Pay).await;
    window.element("paid-screen").await;
    assert_eq!(counter.order(&number)["received"], "150.00");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cash_gives_change_and_its_rounding_is_a_line_of_its_own() {
    let counter = Counter::new();
    let window = counter.window().await;
    window.type_keys(&[F4, '1', '2', '0', '.', '3', '7', ENTER]).await;
    window.element("cash-payable").await;
    window.type_keys(&['5', '0', '0']).await;
    assert!(window.text("cash-change").await.contains("379.75"));
    window.picture(&pictures(), "pay-cash-th-light").await;
    window.type_keys(&[ENTER]).await;
    window.element("paid-screen").await;
    let order = &counter.keptang(&["order", "list"])[0];
    assert_eq!(
        (
            &order["received"],
            &order["attempts"][0]["change"],
            &order["attempts"][0]["adjustment"],
            &order["flags"]
        ),
        (&json!("120.25"), &json!("379.75"), &json!("-0.12"), &json!([]))
    );
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_refuses_is_followed_by_the_next() {
    let counter = Counter::new();
    let window = counter.window().await;
    let refuse = Fault::Refuse {
        status: 401,
        code: "Invalid API key".to_owned(),
    };
    counter
        .fault(FaultRule::always(refuse).at(Endpoint::JwtDeposit))
        .await;
    window.type_keys(&[F1, '9', '9', ENTER]).await;
    window
        .until_attribute("bill-state", "data-state", "not_opened")
        .await;
    let number = window.text("bill-number").await;
    window.picture(&pictures(), "next-provider-th-light").await;
    window.type_keys(&[ENTER]).await;
    window
        .until_attribute("bill-state", "data-state", "waiting")
        .await;
    assert_eq!(window.text("bill-number").await, number, "the same bill");
    let order = counter.order(&number);
    assert_eq!(order["attempts"][0]["provider"], "jwt_gateway");
    assert_eq!(order["attempts"][1]["provider"], "deposit_gateway");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scanned_slip_pays_the_bill_and_never_a_second_one() {
    let counter = Counter::with(&[("ROUTING__PROMPTPAY", r#"["promptpay_direct"]"#)]);
    let window = counter.window().await;
    window.type_keys(&[F1, '8', '0', ENTER]).await;
    window
        .until_attribute("bill-state", "data-state", "waiting")
        .await;
    let number = window.text("bill-number").await;
    let asked = counter.order(&number)["attempts"][0]["instruction"]["text"]
        .as_str()
        .unwrap()
        .to_owned();
    let wish = MakeSlip {
        payment_qr: Some(asked),
        ..MakeSlip::default()
    };
    let slip = counter.customer.make_slip(&wish).await.unwrap();

    window.scan(&slip.qr_text).await;
    window.element("paid-screen").await;
    let order = counter.order(&number);
    assert_eq!(
        (&order["received"], &order["attempts"][0]["confirmed_by"]),
        (&json!("80.00"), &json!("slip"))
    );

    window.paid_takes_keys().await;
    window.type_keys(&[ENTER]).await;
    window.until_attribute("bill-state", "data-state", "idle").await;
    window.type_keys(&[F1, '8', '0', ENTER]).await;
    window
        .until_attribute("bill-state", "data-state", "waiting")
        .await;
    window.half_a_second_on().await;
    window.scan(&slip.qr_text).await;
    window.element("slip-panel").await;
    let said = window.text("slip-panel").await;
    assert!(said.contains(&number), "the earlier bill is named: {said}");
    window.picture(&pictures(), "slip-used-th-light").await;
    let second = &counter.keptang(&["order", "list"])[0];
    assert_eq!(second["received"], "0.00");
    window.close().await;
}
