//! `keptang order refund`: void or refund by the provider's rules, never more than came in, never twice.

use keptang_simulator::control::{ActRequest, Action, Funding};
use keptang_simulator::faults::{Endpoint, Fault, FaultRule};
use keptang_tests::till::{TestTill, flags};
use serde_json::{Value, json};

const REFUND: [&str; 7] = [
    "order",
    "refund",
    "A-0001",
    "--reason",
    "customer_request",
    "--as",
    "owner",
];

fn of(amount: &str) -> Vec<&str> {
    [&REFUND[..], &["--amount", amount]].concat()
}

/// A shop with an owner and one sale of ฿250 that was paid.
async fn paid_sale_from(funding: Funding) -> TestTill {
    let mut till = TestTill::new().await;
    till.add_owner("owner", "482913").await;
    till.open_sale().await;
    let id = till.only_charge().await.id;
    let payment = ActRequest {
        funding: Some(funding),
        ..ActRequest::default()
    };
    till.provider.act_with(&id, Action::Pay, &payment).await.unwrap();
    till.run(&["order", "check", "A-0001"]).await.expect(0);
    till
}

async fn paid_sale() -> TestTill {
    paid_sale_from(Funding::WalletBalance).await
}

/// Kind, amount and state of each.
fn refunds(order: &Value) -> Vec<[&str; 3]> {
    let refunds = order["refunds"].as_array().unwrap().iter();
    refunds
        .map(|refund| ["kind", "amount", "state"].map(|key| refund[key].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn everything_on_the_same_day_is_a_void() {
    let till = paid_sale().await;
    let ended = till.run(&REFUND).await;
    ended.expect(0);
    let order = ended.last();
    assert_eq!(refunds(&order), [["void", "250.00", "done"]]);
    assert_eq!(order["refunded"], "250.00");
    assert_eq!(order["received"], "250.00");
    assert_eq!(order["refunds"][0]["reason"], "customer_request");
    assert!(
        order["refunds"][0]["provider_ref"]
            .as_str()
            .unwrap()
            .starts_with("rfnd_")
    );
    let charge = till.only_charge().await;
    assert!(charge.voided);
    assert_eq!(charge.refunded_satang, 25_000);
    till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn parts_are_refunds_and_never_more_than_came_in() {
    let till = paid_sale().await;
    till.run(&of("100.50")).await.expect(0);
    let too_much = till.run(&of("149.51")).await;
    too_much.expect(3);
    assert_eq!(too_much.stdout, "");
    let rest = till.run(&REFUND).await;
    rest.expect(0);
    let order = rest.last();
    assert_eq!(
        refunds(&order),
        [["refund", "100.50", "done"], ["refund", "149.50", "done"]]
    );
    assert_eq!(order["refunded"], "250.00");
    assert_eq!(till.only_charge().await.refunded_satang, 25_000);
    till.run(&REFUND).await.expect(3);
}

#[tokio::test]
async fn more_than_came_in_is_refused_without_asking_the_provider() {
    let till = paid_sale().await;
    let ended = till.run(&of("250.01")).await;
    ended.expect(3);
    let stats = till.provider.stats().await.unwrap();
    assert_eq!(stats.count(Endpoint::OmiseRefundCreate), 0);
    assert_eq!(till.show("A-0001").await["refunds"], json!([]));
    for bad in ["0", "-5", "abc"] {
        till.run(&of(bad)).await.expect(2);
    }
}

#[tokio::test]
async fn a_part_the_provider_refuses_is_a_failed_refund() {
    let till = paid_sale_from(Funding::CreditCard).await;
    let ended = till.run(&of("100")).await;
    ended.expect(3);
    let order = ended.last();
    assert_eq!(refunds(&order), [["refund", "100.00", "failed"]]);
    assert_eq!(flags(&order), ["refund_failed"]);
    assert_eq!(order["refunded"], "0.00");
    // In full it works, as the page says of this source of money.
    till.run(&REFUND).await.expect(0);
}

#[tokio::test]
async fn money_returned_by_transfer_is_recorded_with_its_reference() {
    let till = paid_sale().await;
    let ended = till
        .run(&[&of("50")[..], &["--by-transfer", "KBANK 0042"]].concat())
        .await;
    ended.expect(0);
    let order = ended.last();
    assert_eq!(refunds(&order), [["transfer", "50.00", "done"]]);
    assert_eq!(order["refunds"][0]["provider_ref"], "KBANK 0042");
    let stats = till.provider.stats().await.unwrap();
    assert_eq!(stats.count(Endpoint::OmiseRefundCreate), 0);
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_and_never_asked_twice() {
    let till = paid_sale().await;
    till.fault(FaultRule::once(Fault::CutAfter).at(Endpoint::OmiseRefundCreate))
        .await;
    let ended = till.run(&REFUND).await;
    ended.expect(5);
    assert_eq!(refunds(&ended.last())[0][2], "unknown");
    let again = till.run(&REFUND).await;
    again.expect(3);
    let order = till.show("A-0001").await;
    assert_eq!(refunds(&order), [["void", "250.00", "done"]]);
    let stats = till.provider.stats().await.unwrap();
    assert_eq!(stats.count(Endpoint::OmiseRefundCreate), 1);
    assert_eq!(till.only_charge().await.refunded_satang, 25_000);
}

#[tokio::test]
async fn a_request_that_never_arrived_is_found_out_and_can_be_made_again() {
    let till = paid_sale().await;
    till.fault(FaultRule::once(Fault::CutBefore).at(Endpoint::OmiseRefundCreate))
        .await;
    till.run(&REFUND).await.expect(5);
    let checked = till.run(&["order", "check", "A-0001"]).await;
    checked.expect(4);
    assert_eq!(refunds(&checked.last())[0][2], "failed");
    till.run(&REFUND).await.expect(0);
    assert_eq!(till.only_charge().await.refunded_satang, 25_000);
}

#[tokio::test]
async fn what_was_never_paid_cannot_go_back() {
    let mut till = TestTill::new().await;
    till.add_owner("owner", "482913").await;
    till.open_sale().await;
    let ended = till.run(&REFUND).await;
    ended.expect(3);
    assert_eq!(ended.stdout, "");
}

#[tokio::test]
async fn a_refund_needs_a_permitted_person() {
    let mut till = paid_sale().await;
    till.run(&REFUND[..5]).await.expect(2);
    till.set("KEPTANG_NEW_PIN", "5555");
    till.run(&["user", "add", "cashier1", "--role", "cashier", "--as", "owner"])
        .await
        .expect(0);
    till.set("KEPTANG_PIN", "5555");
    till.run(&[&REFUND[..5], &["--as", "cashier1"]].concat())
        .await
        .expect(3);
    assert_eq!(till.only_charge().await.refunded_satang, 0);
}

#[tokio::test]
async fn the_second_of_two_payments_goes_back() {
    let mut till = TestTill::new().await;
    till.add_owner("owner", "482913").await;
    till.open_sale().await;
    till.run(&["order", "retry", "A-0001", "--method", "truemoney", "--no-wait"])
        .await
        .expect(0);
    for charge in till.charges().await {
        till.provider.act(&charge.id, Action::Pay).await.unwrap();
    }
    till.run(&["order", "check", "A-0001"]).await.expect(4);
    let duplicate = [
        "order",
        "refund",
        "A-0001",
        "--amount",
        "250",
        "--reason",
        "duplicate_payment",
        "--as",
        "owner",
    ];
    let ended = till.run(&duplicate).await;
    ended.expect(0);
    let charges = till.charges().await;
    assert_eq!(charges[0].refunded_satang, 0);
    assert_eq!(charges[1].refunded_satang, 25_000);
    assert_eq!(ended.last()["state"], "settled");
}
