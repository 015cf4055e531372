//! Settings and the data directory: what is wrong is named, what is secret is never repeated.

use keptang_tests::till::{Finished, TestTill};
use serde_json::Value;

fn refused(ended: &Finished, code: &str) -> String {
    ended.expect(1);
    assert_eq!(ended.stdout, "");
    let line: Value = serde_json::from_str(ended.stderr.trim()).unwrap();
    assert_eq!(line["code"], code);
    line["message_en"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_unknown_override_names_the_nearest_setting() {
    let mut till = TestTill::new().await;
    till.set("KEPTANG__TIMING__POLL_FAST", "50");
    let said = refused(&till.run(&["order", "list"]).await, "unknown_setting");
    assert!(said.contains("KEPTANG__TIMING__POLL_FAST_MS"), "{said}");
}

#[tokio::test]
async fn an_unknown_key_in_the_file_names_line_and_nearest() {
    let till = TestTill::new().await;
    let file = "[shop]\nname = \"x\"\npromptpay = \"0812345678\"\n";
    std::fs::write(till.data_dir().join("settings.toml"), file).unwrap();
    let said = refused(&till.run(&["order", "list"]).await, "unknown_setting");
    assert!(said.contains("shop.promptpay_id") && said.contains('3'), "{said}");
}

#[tokio::test]
async fn a_secret_in_the_settings_is_refused_and_not_repeated() {
    let canary = "skey_test_canaryinthefile";
    let mut till = TestTill::new().await;
    let path = till.data_dir().join("settings.toml");
    std::fs::write(
        &path,
        format!("[providers.omise_truemoney]\nsecret_key = \"{canary}\"\n"),
    )
    .unwrap();
    let ended = till.run(&["order", "list"]).await;
    let said = refused(&ended, "secret_in_settings");
    assert!(
        said.contains("KEPTANG_SECRET__OMISE_TRUEMONEY__SECRET_KEY"),
        "{said}"
    );
    assert!(!ended.stderr.contains("canary"));
    std::fs::write(
        &path,
        format!("[providers.omise_truemoney\nsecret_key = \"{canary}\"\n"),
    )
    .unwrap();
    let broken = till.run(&["order", "list"]).await;
    broken.expect(1);
    assert!(!broken.stderr.contains("canary"), "{}", broken.stderr);
    std::fs::remove_file(path).unwrap();
    till.set("KEPTANG__PROVIDERS__OMISE_TRUEMONEY__SECRET_KEY", canary);
    let overridden = till.run(&["order", "list"]).await;
    refused(&overridden, "secret_in_settings");
    assert!(!overridden.stderr.contains("canary"));
}

#[tokio::test]
async fn plain_http_is_for_this_machine_only() {
    let mut till = TestTill::new().await;
    for address in [
        "http://api.omise.co",
        "http://10.0.0.1/omise",
        "ftp://127.0.0.1",
        "api.omise.co",
    ] {
        till.set("KEPTANG__PROVIDERS__OMISE_TRUEMONEY__BASE_URL", address);
        let ended = till
            .run(&["charge", "--amount", "250", "--method", "truemoney"])
            .await;
        ended.expect(1);
        assert_eq!(ended.stdout, "", "{address}");
        assert!(ended.stderr.contains("https"), "{address}: {}", ended.stderr);
    }
    assert!(!till.data_dir().join("ledger.sqlite").exists());
}

#[tokio::test]
async fn a_value_of_the_wrong_kind_says_what_was_expected() {
    let mut till = TestTill::new().await;
    till.set("KEPTANG__TIMING__POLL_FAST_MS", "soon");
    let ended = till.run(&["order", "list"]).await;
    ended.expect(1);
    assert!(ended.stderr.contains("timing.poll_fast_ms"), "{}", ended.stderr);
}

#[tokio::test]
async fn postgres_is_said_to_be_missing() {
    let mut till = TestTill::new().await;
    till.set(
        "KEPTANG__LEDGER__URL",
        "postgres://keptang:canaryword@127.0.0.1/keptang",
    );
    let ended = till.run(&["order", "list"]).await;
    ended.expect(1);
    assert!(ended.stderr.contains("not built yet"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("canaryword"));
}

#[tokio::test]
async fn init_makes_a_directory_and_never_overwrites_one() {
    let mut till = TestTill::new().await;
    till.set("KEPTANG_NEW_PIN", "482913");
    till.run(&["init", "--owner", "นก"]).await.expect(0);
    let path = till.data_dir().join("settings.toml");
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.contains("[providers.omise_truemoney]"));
    assert!(!written.contains("482913"));
    let mut edited = written.clone();
    edited.push_str("# mine\n");
    std::fs::write(&path, &edited).unwrap();
    let again = till.run(&["init", "--training"]).await;
    again.expect(1);
    assert_eq!(again.stdout, "");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), edited);
    // What it wrote is understood, and the owner can act.
    till.set("KEPTANG_PIN", "482913");
    till.run(&["user", "list", "--as", "นก"]).await.expect(0);
}

#[tokio::test]
async fn a_refused_owner_leaves_nothing_behind() {
    let mut till = TestTill::new().await;
    till.set("KEPTANG_NEW_PIN", "12");
    till.run(&["init", "--owner", "นก"]).await.expect(2);
    assert!(std::fs::read_dir(till.data_dir()).unwrap().next().is_none());
}

#[tokio::test]
async fn training_takes_a_payment_with_nothing_set() {
    let mut till = TestTill::new().await;
    for name in [
        keptang_tests::till::SECRET_KEY,
        keptang_tests::till::PUBLIC_KEY,
        keptang_tests::till::WEBHOOK_SECRET,
    ] {
        till.unset(name);
    }
    till.run(&["init", "--training"]).await.expect(0);
    // Two trainings on one machine must not meet.
    let simulator = format!("http://127.0.0.1:{}/omise", keptang_tests::till::free_port());
    till.set("KEPTANG__PROVIDERS__OMISE_TRUEMONEY__BASE_URL", &simulator);
    let opened = till
        .run(&["charge", "--amount", "250", "--method", "truemoney", "--no-wait"])
        .await;
    opened.expect(0);
    assert!(
        !till.data_dir().join("ledger.sqlite").exists(),
        "practice has books of its own"
    );
}

#[tokio::test]
async fn the_data_directory_can_come_from_the_environment() {
    let till = TestTill::new().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let output = tokio::process::Command::new(keptang_tests::binaries::binary("keptang"))
        .env_clear()
        .env("KEPTANG_DATA_DIR", elsewhere.path())
        .args(["--json", "order", "list"])
        .output()
        .await
        .unwrap();
    assert!(output.status.success());
    assert!(elsewhere.path().join("ledger.sqlite").exists());
    assert!(std::fs::read_dir(till.data_dir()).unwrap().next().is_none());
}
