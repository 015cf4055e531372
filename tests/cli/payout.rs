//! `keptang payout`: the owner only, to registered accounts only, within the rules, and never twice.

use keptang_simulator::control::Action;
use keptang_simulator::faults::{Endpoint, Fault, FaultRule};
use keptang_tests::gateways::setting;
use keptang_tests::till::{Finished, TestTill};
use serde_json::{Value, json};

const PIN: &str = "482915";
const ACCOUNTS: &str =
    r#"[{ label = "main", bank_code = "KBANK", account_no = "1234567890", account_name = "ร้าน" }]"#;
const TWO_ACCOUNTS: &str = r#"[{ label = "main", bank_code = "KBANK", account_no = "1234567890", account_name = "ร้าน" },
{ label = "second", bank_code = "SCB", account_no = "9876543210", account_name = "ร้าน" }]"#;

/// A shop that registered its account before its first sale.
async fn shop() -> TestTill {
    let mut till = TestTill::with_every_provider().await;
    till.add_owner("Nok", PIN).await;
    till.set(&setting("jwt_gateway", "payout_accounts"), ACCOUNTS);
    till
}

async fn pay_out(till: &TestTill, who: &str, account: &str, amount: &str) -> Finished {
    let arguments = ["--as", who, "payout", "--account", account, "--amount", amount];
    till.run(&arguments).await
}

async fn withdrawals(till: &TestTill) -> Vec<i64> {
    let payouts = till.provider.payouts().await.unwrap();
    payouts.iter().map(|payout| payout.amount_satang).collect()
}

#[track_caller]
fn refused(ended: &Finished, said: &str) {
    ended.expect(3);
    assert_eq!(ended.stdout, "");
    assert!(ended.stderr.contains(said), "{said}: {}", ended.stderr);
}

#[tokio::test]
async fn the_owner_pays_out_to_a_registered_account() {
    let till = shop().await;
    let ended = pay_out(&till, "Nok", "main", "1000").await;
    ended.expect(0);
    let line = ended.last();
    assert_eq!(line["type"], "payout");
    assert_eq!(line["provider"], "jwt_gateway");
    assert_eq!(line["account"], "main");
    assert_eq!(line["amount"], "1000.00");
    assert_eq!(line["state"], "requested");
    assert_eq!(line["fee"], "15.00");
    let payouts = till.provider.payouts().await.unwrap();
    assert_eq!(payouts.len(), 1);
    assert_eq!(line["provider_ref"], payouts[0].id.as_str());
    assert_eq!(line["payout_id"], payouts[0].metadata["order_id"]);
    assert!(
        !ended.stdout.contains("1234567890"),
        "the account's number is not printed"
    );
    let balance = till.run(&["provider", "balance", "jwt_gateway"]).await;
    balance.expect(0);
    assert_eq!(balance.last()["available"], "49000.00");
    let stats = till.provider.stats().await.unwrap();
    assert!(stats.violations.is_empty(), "{:?}", stats.violations);
}

#[tokio::test]
async fn only_an_owner_with_the_right_pin_may() {
    let mut till = shop().await;
    for (name, role) in [("Fah", "cashier"), ("Mai", "manager"), ("Aud", "auditor")] {
        till.run(&["--as", "Nok", "user", "add", name, "--role", role])
            .await
            .expect(0);
        refused(&pay_out(&till, name, "main", "100").await, "owner");
    }
    refused(&pay_out(&till, "Nobody", "main", "100").await, "Nobody");
    till.run(&["payout", "--account", "main", "--amount", "100"])
        .await
        .expect(2);
    till.set("KEPTANG_PIN", "000000");
    refused(&pay_out(&till, "Nok", "main", "100").await, "PIN");
    till.unset("KEPTANG_PIN");
    pay_out(&till, "Nok", "main", "100").await.expect(2);
    assert!(withdrawals(&till).await.is_empty());
}

#[tokio::test]
async fn without_accounts_payouts_are_off() {
    let mut till = TestTill::with_every_provider().await;
    till.add_owner("Nok", PIN).await;
    refused(
        &pay_out(&till, "Nok", "main", "100").await,
        "providers.jwt_gateway.payout_accounts",
    );
    assert!(withdrawals(&till).await.is_empty());
}

#[tokio::test]
async fn bad_input_is_said_and_moves_nothing() {
    let till = shop().await;
    let other = pay_out(&till, "Nok", "somewhere", "100").await;
    other.expect(2);
    assert!(other.stderr.contains("main"), "it names those there are");
    for amount in ["0", "-5", "1e3", "abc", "1,00", "0.001"] {
        pay_out(&till, "Nok", "main", amount).await.expect(2);
    }
    till.run(&["--as", "Nok", "payout", "--account", "main"])
        .await
        .expect(2);
    let elsewhere = ["--provider", "omise_truemoney"];
    let arguments = ["--as", "Nok", "payout", "--account", "main", "--amount", "100"];
    till.run(&[&arguments[..], &elsewhere].concat()).await.expect(3);
    assert!(withdrawals(&till).await.is_empty());
}

#[tokio::test]
async fn a_day_has_a_limit() {
    let mut till = shop().await;
    till.set(&setting("jwt_gateway", "payout_day_limit"), "1000.00");
    refused(&pay_out(&till, "Nok", "main", "1000.01").await, "1000.00");
    pay_out(&till, "Nok", "main", "700").await.expect(0);
    refused(&pay_out(&till, "Nok", "main", "300.01").await, "300.00");
    pay_out(&till, "Nok", "main", "300").await.expect(0);
    refused(&pay_out(&till, "Nok", "main", "0.01").await, "0.00");
    assert_eq!(withdrawals(&till).await, [70_000, 30_000]);
}

#[tokio::test]
async fn what_was_not_paid_out_does_not_count() {
    let mut till = shop().await;
    till.set(&setting("jwt_gateway", "payout_day_limit"), "1000.00");
    let code = "Insufficient balance".to_owned();
    let refuse = Fault::Refuse { status: 400, code };
    till.fault(FaultRule::once(refuse).at(Endpoint::JwtWithdraw))
        .await;
    let failed = pay_out(&till, "Nok", "main", "1000").await;
    failed.expect(3);
    assert_eq!(failed.last()["state"], "failed");
    pay_out(&till, "Nok", "main", "1000").await.expect(0);
    assert_eq!(withdrawals(&till).await, [100_000]);
}

#[tokio::test]
async fn an_account_added_after_the_first_sale_waits() {
    let mut till = shop().await;
    // The account is known from before the first sale.
    till.run(&["order", "list"]).await.expect(0);
    till.run(&["charge", "--amount", "250", "--method", "cash"])
        .await
        .expect(0);
    till.set(&setting("jwt_gateway", "payout_accounts"), TWO_ACCOUNTS);
    refused(&pay_out(&till, "Nok", "second", "100").await, "+07:00");
    // A changed number is a new account.
    let changed = ACCOUNTS.replace("1234567890", "5555555555");
    till.set(&setting("jwt_gateway", "payout_accounts"), &changed);
    refused(&pay_out(&till, "Nok", "main", "100").await, "+07:00");
    assert!(withdrawals(&till).await.is_empty());
    // The owner who wants no wait says so.
    till.set(&setting("jwt_gateway", "payout_cool_down_hours"), "0");
    pay_out(&till, "Nok", "main", "100").await.expect(0);
    assert_eq!(withdrawals(&till).await, [10_000]);
}

#[tokio::test]
async fn an_account_from_before_the_first_sale_need_not_wait() {
    let till = shop().await;
    till.run(&["charge", "--amount", "250", "--method", "cash"])
        .await
        .expect(0);
    pay_out(&till, "Nok", "main", "100").await.expect(0);
}

#[tokio::test]
async fn after_a_lost_answer_no_second_one_is_made_until_a_person_has_looked() {
    let till = shop().await;
    // A gateway whose query does not cover withdrawals.
    let code = "Order not found".to_owned();
    till.fault(FaultRule::always(Fault::Refuse { status: 404, code }).at(Endpoint::JwtOrderQuery))
        .await;
    till.fault(FaultRule::once(Fault::CutAfter).at(Endpoint::JwtWithdraw))
        .await;
    let lost = pay_out(&till, "Nok", "main", "1000").await;
    lost.expect(5);
    assert_eq!(lost.last()["state"], "unknown");
    let id = lost.last()["payout_id"].as_str().unwrap().to_owned();
    for amount in ["1000", "1"] {
        refused(&pay_out(&till, "Nok", "main", amount).await, &id);
    }
    assert_eq!(withdrawals(&till).await, [100_000], "exactly one");

    let resolve = |outcome: &'static str| {
        let id = id.clone();
        let till = &till;
        async move {
            let arguments = ["--as", "Nok", "payout", "--resolve", &id, "--outcome", outcome];
            till.run(&arguments).await
        }
    };
    till.run(&["payout", "--resolve", &id, "--outcome", "done"])
        .await
        .expect(2);
    let done = resolve("done").await;
    done.expect(0);
    assert_eq!(done.last()["state"], "done");
    assert_eq!(done.last()["amount"], "1000.00");
    resolve("failed").await.expect(2);
    pay_out(&till, "Nok", "main", "200").await.expect(0);
    assert_eq!(withdrawals(&till).await, [100_000, 20_000]);
    till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn a_lost_one_that_can_be_asked_about_is_found_before_the_next() {
    let till = shop().await;
    till.fault(FaultRule::once(Fault::CutAfter).at(Endpoint::JwtWithdraw))
        .await;
    pay_out(&till, "Nok", "main", "1000").await.expect(5);
    let first = till.provider.payouts().await.unwrap().remove(0);
    till.provider.act(&first.id, Action::Pay).await.unwrap();
    pay_out(&till, "Nok", "main", "200").await.expect(0);
    assert_eq!(withdrawals(&till).await, [100_000, 20_000]);
}

#[tokio::test]
async fn killed_in_the_middle_it_counts_as_one_that_may_have_been_made() {
    let till = shop().await;
    let code = "Order not found".to_owned();
    till.fault(FaultRule::always(Fault::Refuse { status: 404, code }).at(Endpoint::JwtOrderQuery))
        .await;
    till.fault(FaultRule::once(Fault::Hang).at(Endpoint::JwtWithdraw))
        .await;
    let running = till.start(&["--as", "Nok", "payout", "--account", "main", "--amount", "1000"]);
    keptang_tests::till::until("it is made there", async || {
        (!withdrawals(&till).await.is_empty()).then_some(())
    })
    .await;
    running.kill().await;
    till.provider.release().await.unwrap();
    refused(&pay_out(&till, "Nok", "main", "1000").await, "1000.00");
    assert_eq!(withdrawals(&till).await, [100_000], "exactly one");
}

#[tokio::test]
async fn a_wrong_setting_is_an_error_and_takes_nothing() {
    let mut till = shop().await;
    till.set(&setting("jwt_gateway", "paths__withdraw"), "/elsewhere");
    let ended = pay_out(&till, "Nok", "main", "1000").await;
    assert!(matches!(ended.code, Some(1 | 3)), "{:?}", ended.code);
    assert!(withdrawals(&till).await.is_empty());
}

#[tokio::test]
async fn balance_and_banks_are_told_by_whoever_has_them() {
    let mut till = shop().await;
    let balance = till.run(&["provider", "balance", "jwt_gateway"]).await;
    balance.expect(0);
    let line = balance.last();
    assert_eq!(line["type"], "balance");
    assert_eq!(line["id"], "jwt_gateway");
    assert_eq!(line["available"], "50000.00");
    assert_eq!(line["currency"], "THB");
    assert!(
        line["as_of"].as_str().is_some_and(|at| at.ends_with("+07:00")),
        "{line}"
    );
    let banks = till.run(&["provider", "banks", "jwt_gateway"]).await;
    banks.expect(0);
    let kbank = banks
        .lines()
        .into_iter()
        .find(|bank| bank["code"] == "KBANK")
        .unwrap();
    assert_eq!(kbank["type"], "bank");
    assert_eq!(kbank["name"], "Kasikorn Bank");
    assert_eq!(kbank["name_th"], "ธนาคารกสิกรไทย");
    assert_eq!(kbank["active"], json!(true));
    for what in ["balance", "banks"] {
        for provider in [
            "deposit_gateway",
            "omise_truemoney",
            "crypto_2328",
            "promptpay_direct",
            "cash",
        ] {
            refused(&till.run(&["provider", what, provider]).await, "no balance");
        }
        till.run(&["provider", what, "nobody"]).await.expect(2);
    }
    till.set(&setting("jwt_gateway", "merchant_id"), "");
    till.run(&["provider", "balance", "jwt_gateway"]).await.expect(1);
    till.fault(FaultRule::once(Fault::ServerError { status: 500 }).at(Endpoint::JwtBalance))
        .await;
    till.run(&["provider", "balance", "jwt_gateway"]).await.expect(1);
}

#[tokio::test]
async fn every_provider_says_what_it_can_do() {
    let mut till = shop().await;
    till.with_callbacks_of_all().await;
    let listed = till.run(&["provider", "list"]).await;
    listed.expect(0);
    let lines = listed.lines();
    let of = |id: &str| lines.iter().find(|line| line["id"] == id).unwrap();
    for (id, method, min, max, can) in [
        (
            "deposit_gateway",
            "promptpay",
            "0.01",
            "9999999.99",
            [false, false, false, false],
        ),
        (
            "jwt_gateway",
            "promptpay",
            "1.00",
            "9999999.99",
            [false, false, true, true],
        ),
        (
            "omise_truemoney",
            "truemoney",
            "100.00",
            "50000.00",
            [true, true, true, false],
        ),
        (
            "crypto_2328",
            "crypto",
            "0.01",
            "9999999.99",
            [false, false, true, false],
        ),
        ("cash", "cash", "0.25", "9999999.99", [false, true, false, false]),
    ] {
        let line = of(id);
        assert_eq!(line["enabled"], true, "{id}");
        assert_eq!(line["methods"], json!([method]), "{id}");
        assert_eq!((&line["min"], &line["max"]), (&json!(min), &json!(max)), "{id}");
        let found = ["cancel", "refund", "statement", "payout"].map(|key| line[key].clone());
        assert_eq!(found, can.map(Value::from), "{id}");
    }
}
