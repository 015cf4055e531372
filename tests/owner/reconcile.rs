//! `keptang reconcile` leaves a fact behind: what does not agree keeps the day from being signed until it is explained,
//! or until a newer comparison agrees.

use crate::shop::{day_of, number, opened, paid, refused, report, run, shop};
use keptang_simulator::control::{ActRequest, Action};
use keptang_simulator::faults::{Endpoint, Fault, FaultRule};
use keptang_tests::till::{Finished, TestTill};
use serde_json::{Value, json};

async fn reconcile(till: &TestTill, day: &str) -> Finished {
    let arguments = ["reconcile", "--date", day, "--provider", "omise_truemoney"];
    run(till, "Nok", &arguments).await
}

async fn differing(till: &TestTill, day: &str) -> Vec<Value> {
    let review = report(till, day).await["review"].clone();
    let items = review.as_array().unwrap().iter();
    items
        .filter(|item| item["kind"] == "reconcile")
        .cloned()
        .collect()
}

/// A day with one payment that its provider has over another sum.
async fn day_that_differs(till: &TestTill) -> String {
    let order = paid(till, "omise_truemoney", "250").await;
    let fault = Fault::QueryAmount {
        amount_satang: 24_999,
    };
    till.fault(FaultRule::once(fault).at(Endpoint::OmiseChargeList))
        .await;
    let day = day_of(&order);
    reconcile(till, &day).await.expect(4);
    run(till, "Nok", &["day", "z", "--date", &day]).await.expect(0);
    day
}

#[tokio::test]
async fn what_does_not_agree_blocks_the_signature_until_it_is_explained() {
    let till = shop().await;
    let day = day_that_differs(&till).await;
    let items = differing(&till, &day).await;
    assert_eq!(items.len(), 1, "{items:?}");
    assert_eq!(items[0]["order"], "A-0001");
    assert_eq!(items[0]["amount"], "249.99");
    assert_eq!(items[0]["settled"], Value::Null);
    for (name, fact) in [
        ("bucket", "amount_differs"),
        ("provider", "omise_truemoney"),
        ("our_amount", "250.00"),
        ("their_amount", "249.99"),
        ("by", "Nok"),
    ] {
        assert_eq!(items[0]["detail"][name], fact, "{name}: {}", items[0]);
    }
    let sign = ["day", "sign", "--date", &day];
    refused(&run(&till, "Nok", &sign).await, 4, "--reason");
    let why = ["--reason", "the bank told us on the phone"];
    run(&till, "Nok", &[&sign[..], &why].concat()).await.expect(0);
    let items = differing(&till, &day).await;
    assert_eq!(items[0]["settled"]["note"], "the bank told us on the phone");
    till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn a_newer_comparison_that_agrees_takes_its_place() {
    let till = shop().await;
    let day = day_that_differs(&till).await;
    let sign = ["day", "sign", "--date", &day];
    refused(&run(&till, "Nok", &sign).await, 4, "--reason");
    reconcile(&till, &day).await.expect(0);
    assert!(differing(&till, &day).await.is_empty());
    run(&till, "Nok", &sign).await.expect(0);
}

#[tokio::test]
async fn asking_again_says_it_once() {
    let till = shop().await;
    let order = opened(&till, "omise_truemoney", "250").await;
    till.act_on(&order, Action::Pay, &ActRequest::default()).await;
    let day = day_of(&order);
    for _ in 0..3 {
        reconcile(&till, &day).await.expect(4);
    }
    let items = differing(&till, &day).await;
    assert_eq!(items.len(), 1, "{items:?}");
    assert_eq!(items[0]["detail"]["bucket"], "state_differs");
    // Asked about the order itself, both know it.
    till.run(&["order", "check", number(&order)]).await.expect(0);
    reconcile(&till, &day).await.expect(0);
    assert!(differing(&till, &day).await.is_empty());
}

#[tokio::test]
async fn a_list_that_could_not_be_read_is_no_comparison() {
    let till = shop().await;
    let day = day_that_differs(&till).await;
    till.fault(FaultRule::always(Fault::ServerError { status: 503 }).at(Endpoint::OmiseChargeList))
        .await;
    reconcile(&till, &day).await.expect(1);
    assert_eq!(
        differing(&till, &day).await.len(),
        1,
        "what was found still stands"
    );
}

#[tokio::test]
async fn another_day_and_another_provider_are_not_touched() {
    let till = shop().await;
    let day = day_that_differs(&till).await;
    reconcile(&till, "2020-02-29").await.expect(0);
    let crypto = ["reconcile", "--date", &day, "--provider", "crypto_2328"];
    run(&till, "Nok", &crypto).await.expect(0);
    assert_eq!(differing(&till, &day).await.len(), 1);
    assert_eq!(report(&till, "2020-02-29").await["review"], json!([]));
}
