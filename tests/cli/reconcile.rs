//! `keptang reconcile`: a day of the ledger against each provider's list, in five buckets.

use keptang_simulator::control::{ActRequest, Action};
use keptang_simulator::faults::{Endpoint, Fault, FaultRule};
use keptang_simulator::{Clock, Config};
use keptang_tests::till::{Finished, TestTill, newest};
use serde_json::{Value, json};

/// Provider, method, where its list (or its answer about one payment) is read, and its word for paid.
const LISTS: [(&str, &str, Endpoint, &str); 3] = [
    (
        "omise_truemoney",
        "truemoney",
        Endpoint::OmiseChargeList,
        "successful",
    ),
    ("jwt_gateway", "promptpay", Endpoint::JwtOrderQuery, "completed"),
    ("crypto_2328", "crypto", Endpoint::CryptoPaymentList, "paid"),
];

async fn sale(till: &TestTill, provider: &str, method: &str, amount: &str) -> Value {
    let arguments = ["charge", "--amount", amount, "--method", method];
    let named = ["--provider", provider, "--no-wait"];
    let opened = till.run(&[&arguments[..], &named].concat()).await;
    opened.expect(0);
    opened.last()
}

async fn pay(till: &TestTill, order: &Value) {
    till.act_on(order, Action::Pay, &ActRequest::default()).await;
}

/// A sale that is paid and known to be.
async fn paid_sale(till: &TestTill, provider: &str, method: &str, amount: &str) -> Value {
    let order = sale(till, provider, method, amount).await;
    pay(till, &order).await;
    let checked = till
        .run(&["order", "check", order["number"].as_str().unwrap()])
        .await;
    checked.expect(0);
    checked.last()
}

async fn reconcile(till: &TestTill, day: &Value, provider: &str) -> Finished {
    let day = day.as_str().unwrap();
    till.run(&["reconcile", "--date", day, "--provider", provider])
        .await
}

#[track_caller]
fn counts(ended: &Finished) -> [u64; 5] {
    let summary = ended.last();
    assert_eq!(summary["type"], "reconcile_summary", "{summary}");
    [
        "agree",
        "only_ours",
        "only_theirs",
        "amount_differs",
        "state_differs",
    ]
    .map(|bucket| summary[bucket].as_u64().unwrap())
}

#[tokio::test]
async fn a_day_on_which_all_agree_is_zero() {
    let till = TestTill::with_every_provider().await;
    let mut day = Value::Null;
    for (provider, method, ..) in LISTS {
        day = paid_sale(&till, provider, method, "250").await["business_day"].clone();
        sale(&till, provider, method, "300").await;
    }
    till.run(&["charge", "--amount", "99", "--method", "cash"])
        .await
        .expect(0);
    let all = till.run(&["reconcile", "--date", day.as_str().unwrap()]).await;
    all.expect(0);
    let lines = all.lines();
    assert_eq!(lines.len(), 3, "nothing but the sums: {lines:?}");
    for (provider, ..) in LISTS {
        let summary = lines.iter().find(|line| line["provider"] == provider).unwrap();
        assert_eq!(summary["type"], "reconcile_summary");
        assert_eq!(summary["agree"], 2, "{provider}");
        let one = reconcile(&till, &day, provider).await;
        one.expect(0);
        assert_eq!(counts(&one), [2, 0, 0, 0, 0], "{provider}");
    }
    // Another day has nothing.
    let other = till.run(&["reconcile", "--date", "2020-02-29"]).await;
    other.expect(0);
    for summary in other.lines() {
        assert_eq!(summary["agree"], 0);
    }
}

#[tokio::test]
async fn paid_there_and_not_here_is_state_differs() {
    for (provider, method, _, word) in LISTS {
        let till = TestTill::with_every_provider().await;
        let order = sale(&till, provider, method, "250").await;
        pay(&till, &order).await;
        let ended = reconcile(&till, &order["business_day"], provider).await;
        ended.expect(4);
        let charges = till.charges().await;
        let there = TestTill::only_one_of(&charges, &order);
        assert_eq!(
            ended.lines()[0],
            json!({
                "type": "reconcile", "provider": provider, "bucket": "state_differs", "order": "A-0001",
                "provider_ref": there.id, "our_amount": "250.00", "their_amount": "250.00",
                "our_state": "awaiting", "their_state": word,
            })
        );
        assert_eq!(counts(&ended), [0, 0, 0, 0, 1], "{provider}");
        // Nothing is changed by it: what does not agree is for a person, who asks.
        assert_eq!(till.show("A-0001").await["received"], "0.00");
        till.run(&["order", "check", "A-0001"]).await.expect(0);
        reconcile(&till, &order["business_day"], provider).await.expect(0);
    }
}

#[tokio::test]
async fn another_sum_there_is_amount_differs() {
    for (provider, method, list, word) in LISTS {
        let till = TestTill::with_every_provider().await;
        let order = paid_sale(&till, provider, method, "250").await;
        let fault = Fault::QueryAmount {
            amount_satang: 24_999,
        };
        till.fault(FaultRule::once(fault).at(list)).await;
        let ended = reconcile(&till, &order["business_day"], provider).await;
        ended.expect(4);
        let line = ended.lines()[0].clone();
        assert_eq!(line["bucket"], "amount_differs", "{provider}");
        assert_eq!(line["our_amount"], "250.00", "{provider}");
        assert_eq!(line["their_amount"], "249.99", "{provider}");
        assert_eq!(line["our_state"], "paid", "{provider}");
        assert_eq!(line["their_state"], word, "{provider}");
        assert_eq!(counts(&ended), [0, 0, 0, 1, 0], "{provider}");
    }
}

#[tokio::test]
async fn a_payment_they_have_forgotten_is_only_ours() {
    for (provider, method, ..) in LISTS {
        let till = TestTill::with_every_provider().await;
        let order = paid_sale(&till, provider, method, "250").await;
        till.provider.reset().await.unwrap();
        let ended = reconcile(&till, &order["business_day"], provider).await;
        ended.expect(4);
        let line = ended.lines()[0].clone();
        assert_eq!(line["bucket"], "only_ours", "{provider}");
        assert_eq!(line["order"], "A-0001");
        assert_eq!(line["provider_ref"], newest(&order)["provider_ref"]);
        assert_eq!(line["our_amount"], "250.00");
        assert_eq!(line["their_amount"], Value::Null);
        assert_eq!(line["our_state"], "paid");
        assert_eq!(line["their_state"], Value::Null);
        assert_eq!(counts(&ended), [0, 1, 0, 0, 0], "{provider}");
    }
}

#[tokio::test]
async fn a_payment_of_somebody_else_is_only_theirs() {
    // The JWT gateway has no list: it is asked about our payments one by one.
    for (provider, method) in [("omise_truemoney", "truemoney"), ("crypto_2328", "crypto")] {
        let till = TestTill::with_every_provider().await;
        let order = paid_sale(&till, provider, method, "250").await;
        let day = order["business_day"].clone();
        // The ledger of this shop is another one from here on.
        let mut other = till;
        other.set("KEPTANG__LEDGER__URL", "sqlite:another.sqlite");
        let ended = reconcile(&other, &day, provider).await;
        ended.expect(4);
        let charges = other.charges().await;
        assert_eq!(
            ended.lines()[0],
            json!({
                "type": "reconcile", "provider": provider, "bucket": "only_theirs", "order": null,
                "provider_ref": charges[0].id, "our_amount": null, "their_amount": "250.00",
                "our_state": null, "their_state": charges[0].status,
            })
        );
        assert_eq!(counts(&ended), [0, 0, 1, 0, 0], "{provider}");
    }
}

#[tokio::test]
async fn what_was_refused_there_is_in_no_bucket() {
    for (provider, method, create, status) in [
        ("omise_truemoney", "truemoney", Endpoint::OmiseChargeCreate, 400),
        ("jwt_gateway", "promptpay", Endpoint::JwtDeposit, 400),
        ("crypto_2328", "crypto", Endpoint::CryptoPaymentCreate, 422),
    ] {
        let till = TestTill::with_every_provider().await;
        let code = "no".to_owned();
        till.fault(FaultRule::once(Fault::Refuse { status, code }).at(create))
            .await;
        let arguments = ["charge", "--amount", "250", "--method", method];
        let refused = till
            .run(&[&arguments[..], &["--provider", provider]].concat())
            .await;
        refused.expect(3);
        let ended = reconcile(&till, &refused.last()["business_day"], provider).await;
        ended.expect(0);
        assert_eq!(counts(&ended), [0, 0, 0, 0, 0], "{provider}");
    }
}

/// A payment that another till made at this moment, on the list of a shop whose day ends at `cutoff`: on which of the
/// two days it is.
async fn day_of(moment: &str, cutoff: &str, days: [&str; 2]) -> Vec<u64> {
    let clock = Clock::fixed(moment.parse().unwrap());
    let mut till = TestTill::with_every_provider_at(Config {
        clock,
        ..Config::default()
    })
    .await;
    let opened = till
        .run(&["charge", "--amount", "250", "--method", "truemoney", "--no-wait"])
        .await;
    assert_eq!(till.charges().await.len(), 1, "{}", opened.stderr);
    till.set("KEPTANG__LEDGER__URL", "sqlite:another.sqlite")
        .set("KEPTANG__SHOP__DAY_CUTOFF", cutoff);
    let mut found = Vec::new();
    for day in days {
        let ended = reconcile(&till, &json!(day), "omise_truemoney").await;
        let theirs = counts(&ended)[2];
        ended.expect(if theirs == 0 { 0 } else { 4 });
        found.push(theirs);
    }
    found
}

#[tokio::test]
async fn a_day_begins_at_the_cut_off_in_bangkok() {
    let days = ["2026-03-09", "2026-03-10"];
    for (moment, cutoff, on) in [
        ("2026-03-10T03:59:59+07:00", "04:00", [1, 0]),
        ("2026-03-10T04:00:00+07:00", "04:00", [0, 1]),
        ("2026-03-11T03:59:59+07:00", "04:00", [0, 1]),
        ("2026-03-11T04:00:00+07:00", "04:00", [0, 0]),
        // Midnight in Bangkok is five in the afternoon elsewhere.
        ("2026-03-09T23:59:59+07:00", "00:00", [1, 0]),
        ("2026-03-10T00:00:00+07:00", "00:00", [0, 1]),
    ] {
        assert_eq!(day_of(moment, cutoff, days).await, on, "{moment} {cutoff}");
    }
}

#[tokio::test]
async fn bad_input_and_a_list_that_cannot_be_read_are_told_apart() {
    let till = TestTill::with_every_provider().await;
    for date in ["2026-02-30", "today", "21-11-2026", ""] {
        till.run(&["reconcile", "--date", date]).await.expect(2);
    }
    till.run(&["reconcile"]).await.expect(2);
    till.run(&["reconcile", "--date", "2026-11-21", "--provider", "nobody"])
        .await
        .expect(2);
    for provider in ["deposit_gateway", "promptpay_direct", "cash"] {
        let ended = reconcile(&till, &json!("2026-11-21"), provider).await;
        ended.expect(1);
        assert!(ended.stderr.contains(provider), "{}", ended.stderr);
    }
    for (provider, method, list, _) in LISTS {
        let order = sale(&till, provider, method, "250").await;
        till.fault(FaultRule::always(Fault::ServerError { status: 503 }).at(list))
            .await;
        let ended = reconcile(&till, &order["business_day"], provider).await;
        ended.expect(1);
        assert_eq!(ended.stdout, "", "{provider}: half a list is no list");
        till.provider.clear_faults().await.unwrap();
    }
}

#[tokio::test]
async fn for_people_there_is_a_line_each_and_a_sum() {
    let till = TestTill::with_every_provider().await;
    let order = sale(&till, "omise_truemoney", "truemoney", "250").await;
    pay(&till, &order).await;
    let day = order["business_day"].as_str().unwrap();
    let ended = till
        .run_as_text(&["reconcile", "--date", day, "--provider", "omise_truemoney"])
        .await;
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert!(ended.stdout.contains("state_differs"), "{}", ended.stdout);
    assert!(ended.stdout.contains("A-0001"), "{}", ended.stdout);
    assert!(ended.stdout.contains("0 agree, 1 do not"), "{}", ended.stdout);
}
