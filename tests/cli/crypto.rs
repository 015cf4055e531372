//! Crypto at the command line: the owner's word first, the customer's coin, the terms that are fixed when the invoice is
//! made, and money that is too little, too much, or held.

use keptang_simulator::control::{ActRequest, Action};
use keptang_simulator::faults::{Endpoint, Fault, FaultRule, QrForm};
use keptang_simulator::settings::{CryptoSettings, Settings};
use keptang_tests::gateways::{secret, setting};
use keptang_tests::till::{TestTill, flags, newest};
use serde_json::{Value, json};

const CHARGE: [&str; 5] = ["charge", "--amount", "250", "--method", "crypto"];
const CHECK: [&str; 3] = ["order", "check", "A-0001"];
const ACKNOWLEDGED: &str = "providers.crypto_2328.legal_note_acknowledged";

fn charge(more: &[&'static str]) -> Vec<&'static str> {
    [&CHARGE[..], more].concat()
}

async fn opened(till: &TestTill, more: &[&'static str]) -> Value {
    let opened = till.run(&charge(&[more, &["--no-wait"]].concat())).await;
    opened.expect(0);
    opened.last()
}

/// Hundredths of the invoice currency that the customer sends.
async fn send(till: &TestTill, order: &Value, hundredths: Option<i64>) {
    let details = ActRequest {
        amount_satang: hundredths,
        ..ActRequest::default()
    };
    till.act_on(order, Action::Pay, &details).await;
}

async fn set_status(till: &TestTill, order: &Value, word: &str) {
    let details = ActRequest {
        status: Some(word.to_owned()),
        ..ActRequest::default()
    };
    till.act_on(order, Action::SetStatus, &details).await;
}

#[tokio::test]
async fn it_is_off_until_the_owner_acknowledges_the_legal_note() {
    let mut till = TestTill::with_every_provider().await;
    let note = setting("crypto_2328", "legal_note_acknowledged");
    for off in [None, Some("false")] {
        match off {
            Some(value) => till.set(&note, value),
            None => till.unset(&note),
        };
        for arguments in [charge(&[]), charge(&["--provider", "crypto_2328"])] {
            let ended = till.run(&arguments).await;
            ended.expect(1);
            assert_eq!(ended.stdout, "");
            assert!(ended.stderr.contains(ACKNOWLEDGED), "{}", ended.stderr);
        }
        let tested = till.run(&["provider", "test", "crypto_2328"]).await;
        tested.expect(1);
        assert_eq!(tested.last()["code"], "disabled");
        assert_eq!(tested.last()["setting"], ACKNOWLEDGED);
    }
    till.set(&note, "true");
    opened(&till, &[]).await;
    // With the note acknowledged it is the key that is missed, not the note.
    till.unset(&secret("crypto_2328", "API_KEY"));
    for arguments in [charge(&[]), charge(&["--provider", "crypto_2328"])] {
        let ended = till.run(&arguments).await;
        ended.expect(1);
        assert!(
            ended.stderr.contains("KEPTANG_SECRET__CRYPTO_2328__API_KEY"),
            "{}",
            ended.stderr
        );
    }
}

#[tokio::test]
async fn the_customer_s_coin_and_network_are_asked_for() {
    let mut till = TestTill::with_every_provider().await;
    // Many sales within a second, each from a process that knows nothing of the others' pace.
    let crypto = CryptoSettings {
        rate_per_s: None,
        ..CryptoSettings::default()
    };
    till.switches(&Settings {
        crypto,
        ..Settings::default()
    })
    .await;
    till.set(
        &setting("crypto_2328", "coins"),
        r#"["USDT/TRX-TRC20", "USDT/TON", "BTC/BTC"]"#,
    );
    for (more, coin, network) in [
        (&[][..], "USDT", "TRX-TRC20"),
        (&["--coin", "BTC"], "BTC", "BTC"),
        (&["--coin", "btc", "--network", "btc"], "BTC", "BTC"),
        (&["--coin", "USDT", "--network", "TON"], "USDT", "TON"),
        (&["--network", "TON"], "USDT", "TON"),
    ] {
        let order = opened(&till, more).await;
        let instruction = &newest(&order)["instruction"];
        assert_eq!(instruction["kind"], "crypto_address", "{more:?}");
        assert_eq!(instruction["coin"], coin, "{more:?}");
        assert_eq!(instruction["network"], network, "{more:?}");
        let charges = till.charges().await;
        let there = TestTill::only_one_of(&charges, &order);
        assert_eq!(instruction["amount"], there.metadata["payer_amount"], "{more:?}");
        assert_eq!(instruction["address"], there.metadata["address"], "{more:?}");
        let quote = &newest(&order)["quote"];
        assert_eq!(
            (&quote["coin"], &quote["network"]),
            (&json!(coin), &json!(network))
        );
    }
}

#[tokio::test]
async fn a_coin_the_shop_does_not_take_is_bad_input_and_opens_nothing() {
    let till = TestTill::with_every_provider().await;
    for more in [
        &["--coin", "DOGE"][..],
        &["--coin", "USDT", "--network", "BTC"],
        &["--network", "ETH-ERC20"],
    ] {
        let ended = till.run(&charge(more)).await;
        ended.expect(2);
        assert_eq!(ended.stdout, "", "{more:?}");
        assert!(ended.stderr.contains("USDT/TRX-TRC20"), "{}", ended.stderr);
    }
    let promptpay = [
        "charge",
        "--amount",
        "250",
        "--method",
        "promptpay",
        "--coin",
        "USDT",
    ];
    till.run(&promptpay).await.expect(2);
    assert_eq!(till.charges().await, []);
    assert_eq!(till.run(&["order", "list"]).await.stdout, "");
}

#[tokio::test]
async fn too_little_can_be_topped_up_at_the_same_address() {
    let till = TestTill::with_every_provider().await;
    let order = opened(&till, &[]).await;
    send(&till, &order, Some(10_000)).await;
    let short = till.run(&CHECK).await;
    short.expect(4);
    assert_eq!(flags(&short.last()), ["underpaid"]);
    assert_eq!(short.last()["received"], "100.00");
    assert_eq!(short.last()["missing"], "150.00");
    let attempt = newest(&short.last()).clone();
    assert_eq!(attempt["state"], "awaiting");
    assert_eq!(
        attempt["instruction"]["address"],
        newest(&order)["instruction"]["address"]
    );
    assert_eq!(
        till.charges().await[0].status,
        "underpaid_check",
        "they wait for the rest"
    );
    send(&till, &order, None).await;
    let paid = till.run(&CHECK).await;
    paid.expect(0);
    assert_eq!(paid.last()["received"], "250.00");
    assert_eq!(paid.last()["flags"], json!([]));
    assert_eq!(till.charges().await.len(), 1);
}

#[tokio::test]
async fn too_little_for_good_is_kept_and_flagged() {
    let till = TestTill::with_every_provider().await;
    let mut waiting = till.start(&CHARGE);
    let order = waiting.attempt_in("awaiting").await;
    send(&till, &order, Some(10_000)).await;
    till.act_on(&order, Action::Expire, &ActRequest::default()).await;
    let ended = waiting.end().await;
    ended.expect(4);
    assert_eq!(till.charges().await[0].status, "underpaid");
    assert_eq!(ended.last()["received"], "100.00");
    assert_eq!(ended.last()["state"], "due");
    assert_eq!(flags(&ended.last()), ["underpaid"]);
    // A new invoice for the rest.
    let rest = till
        .run(&["order", "retry", "A-0001", "--method", "crypto", "--no-wait"])
        .await;
    rest.expect(0);
    assert_eq!(newest(&rest.last())["payable"], "150.00");
}

#[tokio::test]
async fn too_much_is_paid_and_the_excess_is_flagged() {
    let till = TestTill::with_every_provider().await;
    let order = opened(&till, &[]).await;
    send(&till, &order, Some(30_000)).await;
    let checked = till.run(&CHECK).await;
    checked.expect(4);
    assert_eq!(checked.last()["state"], "settled");
    assert_eq!(checked.last()["received"], "300.00");
    assert_eq!(checked.last()["excess"], "50.00");
    assert_eq!(flags(&checked.last()), ["overpaid"]);
}

#[tokio::test]
async fn what_they_hold_is_never_released_by_the_till() {
    let till = TestTill::with_every_provider().await;
    let mut waiting = till.start(&charge(&["--timeout", "2"]));
    let order = waiting.attempt_in("awaiting").await;
    set_status(&till, &order, "aml_lock").await;
    let ended = waiting.end().await;
    ended.expect(4);
    let order = ended.last();
    assert_eq!(newest(&order)["state"], "held");
    assert_eq!(order["received"], "0.00");
    assert_eq!(order["state"], "due");
    assert_eq!(flags(&order), ["held"]);
}

#[tokio::test]
async fn a_seen_transaction_is_waited_for() {
    let till = TestTill::with_every_provider().await;
    let mut waiting = till.start(&CHARGE);
    let order = waiting.attempt_in("awaiting").await;
    till.act_on(&order, Action::Hold, &ActRequest::default()).await;
    waiting.attempt_in("confirming").await;
    send(&till, &order, None).await;
    waiting.end().await.expect(0);
}

#[tokio::test]
async fn an_unknown_word_changes_nothing_and_is_flagged() {
    let till = TestTill::with_every_provider().await;
    let order = opened(&till, &[]).await;
    set_status(&till, &order, "teleported").await;
    let checked = till.run(&CHECK).await;
    checked.expect(4);
    assert_eq!(newest(&checked.last())["state"], "awaiting");
    assert_eq!(flags(&checked.last()), ["unrecognised_status"]);
    assert_eq!(checked.last()["received"], "0.00");
}

#[tokio::test]
async fn a_dollar_invoice_is_fixed_with_its_rate_source_and_time() {
    let mut till = TestTill::with_every_provider().await;
    let crypto = CryptoSettings {
        has_thb: false,
        ..CryptoSettings::default()
    };
    till.switches(&Settings {
        crypto,
        ..Settings::default()
    })
    .await;
    till.set(&setting("crypto_2328", "invoice_currency"), "USD")
        .set(&setting("crypto_2328", "usd_thb_rate"), "36.50");
    let order = opened(&till, &[]).await;
    let quote = newest(&order)["quote"].clone();
    // 250 / 36.50 = 6.849…, rounded up to a cent so that the shop gets its baht.
    assert_eq!(quote["invoiced"], "6.85");
    assert_eq!(quote["currency"], "USD");
    assert!(
        matches!(quote["rate"].as_str(), Some("36.5" | "36.50")),
        "{quote}"
    );
    assert_eq!(quote["source"], "setting");
    assert!(
        quote["at"].as_str().is_some_and(|at| at.ends_with("+07:00")),
        "{quote}"
    );
    assert_eq!(newest(&order)["payable"], "250.00", "the customer owes baht");
    let charges = till.charges().await;
    let there = TestTill::only_one_of(&charges, &order);
    assert_eq!(there.metadata["currency"], "USD");
    assert_eq!(there.amount_satang, 685);

    // Another rate is for later sales.
    till.set(&setting("crypto_2328", "usd_thb_rate"), "30");
    assert_eq!(newest(&till.show("A-0001").await)["quote"], quote);
    send(&till, &order, None).await;
    let paid = till.run(&CHECK).await;
    paid.expect(0);
    assert_eq!(paid.last()["received"], "250.00");
    assert_eq!(newest(&paid.last())["quote"], quote);
    let timeline = till.run(&["order", "timeline", "A-0001"]).await;
    assert_eq!(timeline.lines()[1]["facts"]["quote"], quote);
    let later = opened(&till, &[]).await;
    assert_eq!(newest(&later)["quote"]["invoiced"], "8.34");
}

#[tokio::test]
async fn half_of_a_dollar_invoice_is_half_of_the_baht_rounded_down() {
    let mut till = TestTill::with_every_provider().await;
    till.set(&setting("crypto_2328", "invoice_currency"), "USD");
    let order = opened(&till, &[]).await;
    send(&till, &order, Some(342)).await;
    let short = till.run(&CHECK).await;
    short.expect(4);
    // 250 × 3.42 / 6.85 = 124.817…
    let received = short.last()["received"].as_str().unwrap().to_owned();
    assert!(matches!(received.as_str(), "124.81" | "124.80"), "{received}");
}

#[tokio::test]
async fn without_an_address_their_page_is_shown() {
    let till = TestTill::with_every_provider().await;
    till.fault(
        FaultRule::once(Fault::QrForm {
            form: QrForm::Missing,
        })
        .at(Endpoint::CryptoPaymentCreate),
    )
    .await;
    let order = opened(&till, &[]).await;
    let instruction = &newest(&order)["instruction"];
    assert_eq!(instruction["kind"], "redirect");
    assert!(
        instruction["url"]
            .as_str()
            .is_some_and(|url| url.starts_with("http")),
        "{instruction}"
    );
    assert_eq!(instruction.as_object().unwrap().len(), 2);
}
