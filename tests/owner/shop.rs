//! A shop with its people and its sales, and how its lines are read.

use keptang_simulator::control::{ActRequest, Action};
use keptang_simulator::faults::{Endpoint, Fault, FaultRule};
use keptang_tests::till::{Finished, TestTill, until};
use serde_json::Value;

/// The PIN of everyone.
pub(crate) const PIN: &str = "482913";

/// A shop with every provider and its owner, Nok.
pub(crate) async fn shop() -> TestTill {
    let mut till = TestTill::with_every_provider().await;
    till.add_owner("Nok", PIN).await;
    till
}

/// The same with a manager, a cashier and an auditor.
pub(crate) async fn staffed_shop() -> TestTill {
    let till = shop().await;
    for (name, role) in [("Mai", "manager"), ("Fah", "cashier"), ("Aud", "auditor")] {
        run(&till, "Nok", &["user", "add", name, "--role", role])
            .await
            .expect(0);
    }
    till
}

/// Runs a command as this person.
pub(crate) async fn run(till: &TestTill, who: &str, arguments: &[&str]) -> Finished {
    till.run(&[&["--as", who], arguments].concat()).await
}

pub(crate) async fn cash(till: &TestTill, cashier: &str, amount: &str) -> Value {
    let sold = run(till, cashier, &["charge", "--amount", amount, "--method", "cash"]).await;
    sold.expect(0);
    sold.last()
}

/// A sale that waits for its customer.
pub(crate) async fn opened(till: &TestTill, provider: &str, amount: &str) -> Value {
    let method = match provider {
        "omise_truemoney" => "truemoney",
        "crypto_2328" => "crypto",
        _ => "promptpay",
    };
    let arguments = ["charge", "--amount", amount, "--method", method];
    let more = ["--provider", provider, "--no-wait"];
    let sold = run(till, "Fah", &[&arguments[..], &more].concat()).await;
    sold.expect(0);
    sold.last()
}

/// A sale that its customer paid, as the provider says when asked.
pub(crate) async fn paid(till: &TestTill, provider: &str, amount: &str) -> Value {
    let order = opened(till, provider, amount).await;
    till.act_on(&order, Action::Pay, &ActRequest::default()).await;
    let checked = known(till, &order).await;
    checked.expect(0);
    checked.last()
}

/// Asks the provider, and again where it wants to be asked more slowly, until something is known.
pub(crate) async fn known(till: &TestTill, order: &Value) -> Finished {
    until("the provider answers", async || {
        let checked = till.run(&["order", "check", number(order)]).await;
        (checked.code != Some(5)).then_some(checked)
    })
    .await
}

/// A day of every kind of money: cash that was rounded, a wallet with its fee, a gateway that added satang, a person's
/// word, and some of it given back. One sale is still open. Gives the business day.
pub(crate) async fn busy_day(till: &TestTill) -> String {
    let first = cash(till, "Fah", "100.10").await;
    cash(till, "Som", "1,250").await;
    let wallet = paid(till, "omise_truemoney", "250").await;
    till.fault(FaultRule::once(Fault::AdjustAmount { by_satang: 37 }).at(Endpoint::JwtDeposit))
        .await;
    paid(till, "jwt_gateway", "80.50").await;
    let word = opened(till, "promptpay_direct", "45").await;
    let confirm = ["order", "confirm", number(&word), "--reason", "bank_app_shown"];
    run(till, "Nok", &confirm).await.expect(0);
    for (order, amount) in [(&first, "20"), (&wallet, "50")] {
        let refund = ["order", "refund", number(order), "--amount", amount];
        let why = ["--reason", "customer_request"];
        run(till, "Nok", &[&refund[..], &why].concat()).await.expect(0);
    }
    opened(till, "promptpay_direct", "999").await;
    day_of(&first)
}

pub(crate) fn number(order: &Value) -> &str {
    order["number"].as_str().unwrap()
}

pub(crate) fn day_of(order: &Value) -> String {
    order["business_day"].as_str().unwrap().to_owned()
}

pub(crate) async fn report(till: &TestTill, day: &str) -> Value {
    let ended = till.run(&["report", "--date", day]).await;
    ended.expect(0);
    assert_eq!(ended.lines().len(), 1, "one object");
    ended.last()
}

/// Satang of a decimal string with two digits, and of nothing else.
#[track_caller]
pub(crate) fn satang(amount: &Value) -> i64 {
    let text = amount
        .as_str()
        .unwrap_or_else(|| panic!("money is a string: {amount}"));
    satang_of(text)
}

/// The same of a text.
#[track_caller]
pub(crate) fn satang_of(text: &str) -> i64 {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (baht, satang) = digits
        .split_once('.')
        .unwrap_or_else(|| panic!("two digits after the point: {text}"));
    assert_eq!(satang.len(), 2, "{text}");
    assert!(
        !baht.is_empty() && baht.bytes().all(|c| c.is_ascii_digit()),
        "{text}"
    );
    let sum = baht.parse::<i64>().unwrap() * 100 + satang.parse::<i64>().unwrap();
    if text.starts_with('-') { -sum } else { sum }
}

/// A refusal: its code, nothing on stdout, and a sentence that says this.
#[track_caller]
pub(crate) fn refused(ended: &Finished, code: i32, said: &str) {
    ended.expect(code);
    assert_eq!(ended.stdout, "");
    assert!(ended.stderr.contains(said), "{said}: {}", ended.stderr);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
}
