//! The contract across the border: generated TypeScript, and who may call what.
#![allow(clippy::unwrap_used)]

use keptang_api::{App, COMMANDS, ErrorCode, Needs, Role};
use serde_json::json;
use std::path::PathBuf;

fn generated_file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/ipc/generated/index.ts")
}

/// With `UPDATE_GENERATED=1` the file is written instead of compared.
#[test]
fn the_generated_typescript_is_current() {
    let fresh = keptang_api::typescript();
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(generated_file(), &fresh).unwrap();
    }
    let stored = std::fs::read_to_string(generated_file()).unwrap();
    assert_eq!(
        stored, fresh,
        "run UPDATE_GENERATED=1 cargo test -p keptang-api and commit the file"
    );
}

async fn shop() -> (tempfile::TempDir, App) {
    let dir = tempfile::tempdir().unwrap();
    let settings = [
        ("KEPTANG__SHOP__PROMPTPAY_ID", "0800000000"),
        ("KEPTANG__CALLBACKS__LISTEN", "127.0.0.1:0"),
    ];
    let environment = settings
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let app = App::open_with(dir.path(), environment).await.unwrap();
    (dir, app)
}

/// A request of the right shape for each command, acting as `user` with `pin` where an approval is asked for.
fn request(name: &str, order: &str, user: &str, pin: &str) -> serde_json::Value {
    match name {
        "till_state" => json!({}),
        "charge" => json!({ "amount": "100", "method": "promptpay" }),
        "order_get" | "order_check" | "order_cancel" => json!({ "order": order }),
        "order_recent" => json!({ "limit": 5 }),
        "order_retry" => json!({ "order": order, "method": "promptpay" }),
        "order_confirm" => {
            json!({ "order": order, "user": user, "pin": pin, "reason": "bank_app_shown" })
        }
        "slip_verify" => json!({ "text": "junk" }),
        "slip_waiting" => json!({}),
        "provider_list" => json!({}),
        "provider_test" => json!({ "provider": "promptpay_direct" }),
        "balance" => json!({ "provider": "jwt_gateway", "user": user, "pin": pin }),
        "reconcile" => json!({ "date": "2026-11-21", "user": user, "pin": pin }),
        "training_slip" => json!({ "story": "honest", "attempt_id": null }),
        "training_act" => json!({ "act": "recover" }),
        other => panic!("a new command needs a request here: {other}"),
    }
}

/// Role × command: whoever is too low, unknown, disabled or has the wrong PIN gets nowhere, and nothing changes.
#[tokio::test(flavor = "multi_thread")]
async fn every_approval_is_checked() {
    let (_dir, app) = shop().await;
    for role in Role::ALL.iter().copied() {
        app.add_user(role.word(), role, "1234", None).await.unwrap();
    }
    app.add_user("gone", Role::Owner, "1234", None).await.unwrap();
    app.disable_user("gone", None).await.unwrap();
    for command in COMMANDS {
        let Needs::Approval(at_least) = command.needs else {
            continue;
        };
        for (user, pin, may) in [
            ("auditor", "1234", Role::Auditor >= at_least),
            ("cashier", "1234", Role::Cashier >= at_least),
            ("manager", "1234", Role::Manager >= at_least),
            ("owner", "1234", Role::Owner >= at_least),
            ("owner", "9999", false),
            ("gone", "1234", false),
            ("nobody", "1234", false),
        ] {
            let opened = app.call("charge", request("charge", "", "", "")).await.unwrap();
            let number = opened["number"].as_str().unwrap().to_owned();
            let before = waiting(&app, &number).await;
            let answer = app
                .call(command.name, request(command.name, &number, user, pin))
                .await;
            // This shop has nothing to reconcile and no balance, which is another "no".
            let refused = matches!(&answer, Err(error) if matches!(error.code, ErrorCode::Forbidden | ErrorCode::PinWrong));
            assert_eq!(!refused, may, "{} as {user} with {pin}: {answer:?}", command.name);
            if !may {
                let after = app.call("order_get", json!({ "order": number })).await.unwrap();
                assert_eq!(after["version"], before["version"], "{} as {user}", command.name);
            }
        }
    }
}

/// The order once its QR is there, so that what is compared later does not move by itself.
async fn waiting(app: &App, number: &str) -> serde_json::Value {
    for _ in 0..1_000 {
        let order = app.call("order_get", json!({ "order": number })).await.unwrap();
        if order["attempts"][0]["state"] == "awaiting" {
            return order;
        }
        tokio::task::yield_now().await;
    }
    panic!("the QR of {number} never came");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_pins_are_counted_on_disk_and_slow_the_next_one_down() {
    let (dir, app) = shop().await;
    app.add_user("เจ้าของ", Role::Owner, "1234", None).await.unwrap();
    let order = app.call("charge", request("charge", "", "", "")).await.unwrap();
    let number = order["number"].as_str().unwrap().to_owned();
    waiting(&app, &number).await;
    let confirm = |pin: &'static str| request("order_confirm", &number, "เจ้าของ", pin);
    for tries_left in ["2", "1"] {
        let error = app.call("order_confirm", confirm("0000")).await.unwrap_err();
        assert_eq!(
            (error.code, error.params["tries_left"].as_str()),
            (ErrorCode::PinWrong, tries_left)
        );
    }
    let error = app.call("order_confirm", confirm("0000")).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::PinLocked);
    drop(app);
    // Neither the right PIN nor a restart shortens the pause.
    let reopened = App::open_with(dir.path(), vec![]).await.unwrap();
    let error = reopened.call("order_confirm", confirm("1234")).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::PinLocked);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_names_and_shapes_are_bad_requests() {
    let (_dir, app) = shop().await;
    for (name, request) in [
        ("drop_tables", json!({})),
        ("charge", json!({ "amount": 250, "method": "promptpay" })),
        (
            "charge",
            json!({ "amount": "250", "method": "promptpay", "price": "1" }),
        ),
        ("charge", json!({ "amount": "250", "method": "barter" })),
        ("order_get", json!(null)),
    ] {
        let error = app.call(name, request.clone()).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::BadRequest, "{name} {request}");
    }
    let error = app
        .call("training_act", request("training_act", "", "", ""))
        .await
        .unwrap_err();
    assert_eq!(
        error.code,
        ErrorCode::Forbidden,
        "the panel that plays the customer belongs to training only"
    );
}

/// A window runs commands on whatever thread is free, with names and tills of any lifetime. What holds something
/// across an await that cannot move compiles everywhere but there; this line is where it shows early.
#[expect(
    clippy::manual_async_fn,
    reason = "only this spelling says that the future is Send"
)]
fn movable<'a>(app: &'a App, name: &'a str) -> impl Future<Output = bool> + Send + 'a {
    async move { app.call(name, json!({})).await.is_ok() }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_can_run_on_any_thread() {
    let (_dir, app) = shop().await;
    assert!(movable(&app, "till_state").await);
}
