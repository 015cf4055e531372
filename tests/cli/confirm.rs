//! `keptang order confirm`: a permitted person's word, marked for ever and never counted twice.

use keptang_simulator::control::Action;
use keptang_tests::till::{TestTill, flags, newest};

const CONFIRM: [&str; 5] = ["order", "confirm", "A-0001", "--reason", "bank_app_shown"];

async fn shop_with_an_owner() -> TestTill {
    let mut till = TestTill::new().await;
    till.add_owner("นก", "482913").await;
    till
}

fn by<'a>(name: &'a str, arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--as", name]].concat()
}

#[tokio::test]
async fn a_word_settles_the_sale_and_marks_it() {
    let till = shop_with_an_owner().await;
    till.open_sale().await;
    let ended = till.run(&by("นก", &CONFIRM)).await;
    ended.expect(0);
    let order = ended.last();
    assert_eq!(order["state"], "settled");
    assert_eq!(order["received"], "250.00");
    assert_eq!(flags(&order), ["manual_confirm"]);
    assert_eq!(newest(&order)["confirmed_by"], "person");
    let timeline = till.run(&["order", "timeline", "A-0001"]).await;
    timeline.expect(0);
    let told = timeline.lines();
    let word = told
        .iter()
        .find(|event| event["event"] == "operator_confirmed")
        .unwrap();
    assert_eq!(word["facts"]["by"], "นก");
    assert_eq!(word["facts"]["reason"], "bank_app_shown");
}

#[tokio::test]
async fn a_payment_reported_later_is_the_same_money() {
    let till = shop_with_an_owner().await;
    till.open_sale().await;
    till.run(&by("นก", &CONFIRM)).await.expect(0);
    till.act(Action::Pay).await;
    for _ in 0..2 {
        let checked = till.run(&["order", "check", "A-0001"]).await;
        checked.expect(4);
        assert_eq!(checked.last()["received"], "250.00");
        assert_eq!(checked.last()["excess"], "0.00");
        assert_eq!(
            flags(&checked.last()),
            ["manual_confirm"],
            "marked for ever, and nothing else"
        );
    }
    till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn money_that_is_there_needs_no_word() {
    let till = shop_with_an_owner().await;
    till.open_sale().await;
    till.act(Action::Pay).await;
    let ended = till.run(&by("นก", &CONFIRM)).await;
    ended.expect(0);
    assert_eq!(flags(&ended.last()), [""; 0]);
    assert_eq!(newest(&ended.last())["confirmed_by"], "query");
}

#[tokio::test]
async fn who_and_the_pin_are_needed() {
    let mut till = shop_with_an_owner().await;
    till.open_sale().await;
    let unnamed = till.run(&CONFIRM).await;
    unnamed.expect(2);
    assert!(unnamed.stderr.contains("--as"), "{}", unnamed.stderr);
    till.unset("KEPTANG_PIN");
    let without_pin = till.run(&by("นก", &CONFIRM)).await;
    without_pin.expect(2);
    assert!(
        without_pin.stderr.contains("KEPTANG_PIN"),
        "{}",
        without_pin.stderr
    );
    till.set("KEPTANG_PIN", "482913");
    till.run(&by("nobody", &CONFIRM)).await.expect(3);
    assert_eq!(till.show("A-0001").await["received"], "0.00");
}

#[tokio::test]
async fn a_wrong_pin_is_refused_and_soon_locks() {
    let mut till = shop_with_an_owner().await;
    till.open_sale().await;
    till.set("KEPTANG_PIN", "111111");
    for code in ["pin_wrong", "pin_wrong", "pin_locked"] {
        let ended = till.run(&by("นก", &CONFIRM)).await;
        ended.expect(3);
        assert!(ended.stderr.contains(code), "{}", ended.stderr);
    }
    till.set("KEPTANG_PIN", "482913");
    let right_but_locked = till.run(&by("นก", &CONFIRM)).await;
    right_but_locked.expect(3);
    assert!(
        right_but_locked.stderr.contains("pin_locked"),
        "{}",
        right_but_locked.stderr
    );
    assert_eq!(till.show("A-0001").await["received"], "0.00");
}

#[tokio::test]
async fn a_cashier_may_not_vouch_and_a_manager_may() {
    let mut till = shop_with_an_owner().await;
    till.set("KEPTANG_NEW_PIN", "7777");
    for (name, role) in [
        ("cashier1", "cashier"),
        ("auditor1", "auditor"),
        ("manager1", "manager"),
    ] {
        till.run(&by("นก", &["user", "add", name, "--role", role]))
            .await
            .expect(0);
    }
    till.open_sale().await;
    till.set("KEPTANG_PIN", "7777");
    for name in ["cashier1", "auditor1"] {
        let refused = till.run(&by(name, &CONFIRM)).await;
        refused.expect(3);
        assert!(refused.stderr.contains("forbidden"), "{}", refused.stderr);
    }
    assert_eq!(till.show("A-0001").await["received"], "0.00");
    till.run(&by("manager1", &CONFIRM)).await.expect(0);
}

#[tokio::test]
async fn the_reason_other_needs_a_note() {
    let till = shop_with_an_owner().await;
    till.open_sale().await;
    let other = ["order", "confirm", "A-0001", "--reason", "other"];
    let unexplained = till.run(&by("นก", &other)).await;
    unexplained.expect(2);
    assert!(unexplained.stderr.contains("--note"), "{}", unexplained.stderr);
    let explained = [&other[..], &["--note", "เจ้าของร้านเห็นเงินเข้า"]].concat();
    till.run(&by("นก", &explained)).await.expect(0);
}

#[tokio::test]
async fn the_shop_s_own_promptpay_is_settled_by_a_word() {
    let mut till = shop_with_an_owner().await;
    till.set("KEPTANG__SHOP__PROMPTPAY_ID", "0812345678");
    till.run(&["charge", "--amount", "80", "--method", "promptpay", "--no-wait"])
        .await
        .expect(0);
    let ended = till.run(&by("นก", &CONFIRM)).await;
    ended.expect(0);
    assert_eq!(ended.last()["received"], "80.00");
    let again = till.run(&by("นก", &CONFIRM)).await;
    again.expect(3);
}

#[tokio::test]
async fn people_are_added_by_an_owner_only() {
    let mut till = TestTill::new().await;
    till.set("KEPTANG_NEW_PIN", "12ab");
    let no_pin = till.run(&["user", "add", "นก", "--role", "owner"]).await;
    no_pin.expect(2);
    till.set("KEPTANG_NEW_PIN", "4829");
    let first = till.run(&["user", "add", "นก", "--role", "owner"]).await;
    first.expect(0);
    assert_eq!(first.last()["name"], "นก");
    assert_eq!(first.last()["role"], "owner");
    till.run(&["user", "add", "second", "--role", "owner"])
        .await
        .expect(2);
    till.set("KEPTANG_PIN", "4829");
    let add = by("นก", &["user", "add", "somchai", "--role", "cashier"]);
    till.run(&add).await.expect(0);
    till.run(&add).await.expect(2);
    till.run(&by("somchai", &["user", "list"])).await.expect(3);
    let last_owner = till.run(&by("นก", &["user", "disable", "นก"])).await;
    last_owner.expect(2);
    till.run(&by("นก", &["user", "disable", "somchai"]))
        .await
        .expect(0);
    let listed = till.run(&by("นก", &["user", "list"])).await;
    listed.expect(0);
    let lines = listed.lines();
    let somchai = lines.iter().find(|user| user["name"] == "somchai").unwrap();
    assert_eq!(somchai["disabled"], true);
    assert!(!listed.stdout.contains("argon2"), "no hash is shown");
}
