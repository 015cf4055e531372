//! A provider that says something that cannot be: nothing of it is shown or believed, and a person is told.

use keptang_simulator::control::{ActRequest, Action};
use keptang_simulator::faults::{Endpoint, Fault, FaultRule};
use keptang_tests::till::{Finished, TestTill, flags, newest};

const CHARGE: [&str; 5] = ["charge", "--amount", "250", "--method", "truemoney"];

fn never_paid(ended: &Finished) {
    for order in ended.lines() {
        assert_eq!(order["received"], "0.00", "{order}");
        assert_ne!(order["state"], "settled", "{order}");
        assert_ne!(newest(&order)["state"], "paid", "{order}");
    }
}

#[tokio::test]
async fn a_qr_with_another_amount_is_never_shown() {
    let till = TestTill::new().await;
    let another = Fault::QrAmount { amount_satang: 100 };
    till.fault(FaultRule::once(another)).await;
    let ended = till.run(&CHARGE).await;
    ended.expect(4);
    let order = ended.last();
    assert_eq!(flags(&order), ["qr_mismatch"]);
    assert_eq!(newest(&order)["reason"], "qr_mismatch");
    for order in ended.lines() {
        assert!(newest(&order)["instruction"].is_null(), "{order}");
    }
    let charge = till.only_charge().await;
    assert!(!ended.stdout.contains(&charge.qr_text.unwrap()));
    assert_eq!(charge.status, "expired", "it is let go, so that nobody pays it");
    never_paid(&ended);
    let shown = till.show("A-0001").await;
    assert!(newest(&shown)["instruction"].is_null());
}

#[tokio::test]
async fn with_no_wait_a_qr_that_is_not_shown_is_no_success() {
    let till = TestTill::new().await;
    let another = Fault::QrAmount {
        amount_satang: 30_000,
    };
    till.fault(FaultRule::once(another)).await;
    till.run(&[&CHARGE[..], &["--no-wait"]].concat()).await.expect(4);
}

#[tokio::test]
async fn a_picture_we_cannot_read_is_shown_as_it_came() {
    // A wallet's own design may be beyond our decoder and still scan; only a code that says something else is a mismatch.
    let till = TestTill::new().await;
    till.fault(FaultRule::once(Fault::QrUndecodable)).await;
    let order = till.open_sale().await;
    assert_eq!(newest(&order)["instruction"]["kind"], "qr_image");
    assert_eq!(
        newest(&order)["instruction"].get("text"),
        None,
        "we do not say what we could not read"
    );
}

#[tokio::test]
async fn an_unknown_status_word_is_flagged_and_never_paid() {
    let till = TestTill::new().await;
    let word = Fault::StatusWord {
        word: "paid_probably".to_owned(),
    };
    till.fault(FaultRule::always(word).at(Endpoint::OmiseChargeGet))
        .await;
    let mut charge = till.start(&[&CHARGE[..], &["--timeout", "3"]].concat());
    charge.attempt_in("awaiting").await;
    till.act(Action::Pay).await;
    let ended = charge.end().await;
    ended.expect(4);
    assert_eq!(flags(&ended.last()), ["unrecognised_status"]);
    never_paid(&ended);
    till.provider.clear_faults().await.unwrap();
    let checked = till.run(&["order", "check", "A-0001"]).await;
    checked.expect(4);
    assert_eq!(
        checked.last()["received"],
        "250.00",
        "once it speaks plainly, it is believed"
    );
}

/// A success that is not about our payment.
async fn a_lie_about(fault: Fault) {
    let till = TestTill::new().await;
    let mut charge = till.start(&[&CHARGE[..], &["--timeout", "3"]].concat());
    charge.attempt_in("awaiting").await;
    till.fault(FaultRule::always(fault.clone()).at(Endpoint::OmiseChargeGet))
        .await;
    till.act(Action::Pay).await;
    let ended = charge.end().await;
    ended.expect(4);
    assert_eq!(flags(&ended.last()), ["contradiction"], "{fault:?}");
    never_paid(&ended);
    till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn success_that_is_not_about_our_payment_is_a_contradiction() {
    let currency = "USD".to_owned();
    tokio::join!(
        a_lie_about(Fault::QueryAmount {
            amount_satang: 24_999
        }),
        a_lie_about(Fault::QueryAmount {
            amount_satang: 2_500_000
        }),
        a_lie_about(Fault::Currency { currency }),
        a_lie_about(Fault::LivemodeFlipped),
    );
}

#[tokio::test]
async fn a_customer_who_paid_less_at_the_provider_has_not_paid() {
    let till = TestTill::new().await;
    let mut charge = till.start(&[&CHARGE[..], &["--timeout", "3"]].concat());
    charge.attempt_in("awaiting").await;
    let less = ActRequest {
        amount_satang: Some(20_000),
        ..ActRequest::default()
    };
    let id = till.only_charge().await.id;
    till.provider.act_with(&id, Action::Pay, &less).await.unwrap();
    let ended = charge.end().await;
    ended.expect(4);
    assert_eq!(flags(&ended.last()), ["contradiction"]);
    never_paid(&ended);
}

#[tokio::test]
async fn a_charge_made_in_the_other_mode_is_never_shown() {
    let till = TestTill::new().await;
    till.fault(FaultRule::once(Fault::LivemodeFlipped).at(Endpoint::OmiseChargeCreate))
        .await;
    let ended = till.run(&CHARGE).await;
    ended.expect(4);
    assert_eq!(newest(&ended.last())["reason"], "mode_mismatch");
    assert!(
        ended
            .lines()
            .iter()
            .all(|order| newest(order)["instruction"].is_null())
    );
}

#[tokio::test]
async fn a_charge_made_in_another_currency_is_never_shown() {
    let till = TestTill::new().await;
    let dollars = Fault::Currency {
        currency: "USD".to_owned(),
    };
    till.fault(FaultRule::once(dollars).at(Endpoint::OmiseChargeCreate))
        .await;
    let ended = till.run(&CHARGE).await;
    ended.expect(4);
    assert_eq!(newest(&ended.last())["reason"], "qr_mismatch");
    assert!(
        ended
            .lines()
            .iter()
            .all(|order| newest(order)["instruction"].is_null())
    );
}
