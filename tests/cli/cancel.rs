//! `keptang order cancel`: it tells the truth, and payment beats it.

use keptang_simulator::control::Action;
use keptang_simulator::faults::{Endpoint, Fault, FaultRule};
use keptang_tests::till::{TestTill, flags, newest};
use serde_json::json;

const CANCEL: [&str; 3] = ["order", "cancel", "A-0001"];

#[tokio::test]
async fn a_cancelled_sale_can_no_longer_be_paid() {
    let till = TestTill::new().await;
    till.open_sale().await;
    let ended = till.run(&CANCEL).await;
    ended.expect(0);
    let order = ended.last();
    assert_eq!(order["state"], "voided");
    assert_eq!(newest(&order)["state"], "cancelled");
    assert_eq!(newest(&order)["reason"], "cancelled_by_person");
    assert!(newest(&order)["instruction"].is_null());
    assert_eq!(
        till.only_charge().await.status,
        "expired",
        "the provider let go of it"
    );
    till.run(&CANCEL).await.expect(0);
}

#[tokio::test]
async fn what_was_paid_is_not_cancelled() {
    let till = TestTill::new().await;
    till.open_sale().await;
    till.act(Action::Pay).await;
    // Nobody has asked yet: the cancel itself finds the money.
    let ended = till.run(&CANCEL).await;
    ended.expect(3);
    assert_eq!(ended.last()["state"], "settled");
    assert_eq!(ended.last()["received"], "250.00");
    assert_eq!(ended.last()["flags"], json!([]));
    let again = till.run(&CANCEL).await;
    again.expect(3);
    assert_eq!(again.last()["received"], "250.00");
    assert_eq!(till.only_charge().await.status, "successful");
}

#[tokio::test]
async fn a_payment_during_the_cancel_wins() {
    let till = TestTill::new().await;
    till.open_sale().await;
    till.fault(FaultRule::once(Fault::PayOnExpire)).await;
    let ended = till.run(&CANCEL).await;
    ended.expect(3);
    assert_eq!(ended.last()["state"], "settled");
    assert_eq!(ended.last()["received"], "250.00");
    till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn while_the_provider_is_silent_it_is_still_cancelling() {
    let mut till = TestTill::new().await;
    till.set("KEPTANG__TIMING__REQUEST_TIMEOUT_MS", "300");
    till.open_sale().await;
    let down = FaultRule::always(Fault::ServerError { status: 503 });
    till.fault(down).await;
    let ended = till.run(&CANCEL).await;
    ended.expect(5);
    assert_eq!(newest(&ended.last())["state"], "cancelling");
    assert_eq!(
        ended.last()["state"],
        "due",
        "nothing is claimed that is not known"
    );
    assert!(
        newest(&ended.last())["instruction"].is_null(),
        "nobody is to scan it any more"
    );
    till.provider.clear_faults().await.unwrap();
    till.run(&CANCEL).await.expect(0);
    assert_eq!(till.only_charge().await.status, "expired");
}

#[tokio::test]
async fn money_after_a_cancel_is_recorded_and_flagged() {
    let till = TestTill::new().await;
    till.open_sale().await;
    till.run(&CANCEL).await.expect(0);
    till.act(Action::PayLate).await;
    let checked = till.run(&["order", "check", "A-0001"]).await;
    checked.expect(4);
    assert_eq!(checked.last()["received"], "250.00");
    assert_eq!(flags(&checked.last()), ["paid_late"]);
}

#[tokio::test]
async fn both_of_two_attempts_paid_is_a_duplicate_and_both_sums_are_received() {
    let till = TestTill::new().await;
    till.open_sale().await;
    let retry = ["order", "retry", "A-0001", "--method", "truemoney", "--no-wait"];
    till.run(&retry).await.expect(0);
    let charges = till.charges().await;
    assert_eq!(charges.len(), 2);
    for charge in &charges {
        assert_eq!(charge.status, "pending", "the older attempt stays listened to");
        till.provider.act(&charge.id, Action::Pay).await.unwrap();
    }
    let checked = till.run(&["order", "check", "A-0001"]).await;
    checked.expect(4);
    assert_eq!(checked.last()["received"], "500.00");
    assert_eq!(checked.last()["excess"], "250.00");
    assert!(
        flags(&checked.last()).contains(&"duplicate_payment"),
        "{}",
        checked.last()
    );
    till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn a_sale_whose_create_answer_was_lost_is_found_and_cancelled() {
    let till = TestTill::new().await;
    till.fault(FaultRule::once(Fault::CutAfter).at(Endpoint::OmiseChargeCreate))
        .await;
    let mut charge = till.start(&["charge", "--amount", "250", "--method", "truemoney"]);
    charge.attempt_in("unknown").await;
    charge.kill().await;
    till.run(&CANCEL).await.expect(0);
    assert_eq!(till.only_charge().await.status, "expired");
}

#[tokio::test]
async fn an_order_that_is_not_there_cannot_be_cancelled() {
    let till = TestTill::new().await;
    let ended = till.run(&CANCEL).await;
    ended.expect(2);
    assert_eq!(ended.stdout, "");
    assert!(ended.stderr.contains("not_found"), "{}", ended.stderr);
}
