//! The contract across the border: generated TypeScript, and who may call what.
#![allow(clippy::unwrap_used)]

use keptang_api::{ApiError, App, COMMANDS, ErrorCode, Needs, Right, Role};
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

/// A request of the right shape for each command.
fn request(name: &str, order: &str) -> serde_json::Value {
    match name {
        "till_state" | "lock" => json!({}),
        "sign_in" => json!({ "user": "owner", "pin": "1234" }),
        "charge" => json!({ "amount": "100", "method": "promptpay" }),
        "order_get" | "order_check" | "order_cancel" => json!({ "order": order }),
        "order_recent" => json!({ "limit": 5 }),
        "order_retry" => json!({ "order": order, "method": "promptpay" }),
        "order_confirm" => json!({ "order": order, "reason": "bank_app_shown" }),
        "slip_verify" => json!({ "text": "junk" }),
        "slip_waiting" | "provider_list" => json!({}),
        "provider_test" => json!({ "provider": "promptpay_direct" }),
        "balance" => json!({ "provider": "jwt_gateway" }),
        "reconcile" => json!({ "date": "2026-11-21" }),
        "order_find" => json!({ "search": "100" }),
        "order_timeline" | "refund_offer" => json!({ "order": order }),
        "order_refund" => json!({ "order": order, "reason": "customer_request" }),
        "people_list" | "audit_list" | "day_review" | "shift_state" | "shift_close" => json!({}),
        "person_add" => json!({ "name": "ใหม่", "role": "cashier", "pin": "1234" }),
        "pin_change" => json!({ "pin": "1234" }),
        // Nothing to change: only the gate is of interest.
        "person_change" => json!({ "name": "nobody at all" }),
        "slip_picture" => json!({ "slip_id": "00000000-0000-0000-0000-000000000000" }),
        "review_settle" => json!({ "item": "shift:A:999", "outcome": "accepted" }),
        "day_close" | "day_sign" => json!({ "date": "2026-11-20" }),
        "day_paper" => json!({ "date": "2026-11-20", "what": "z" }),
        "day_export" => json!({ "from": "2026-11-20", "to": "2026-11-20", "what": "day", "format": "csv" }),
        "order_receipt" => json!({ "order": order, "paper": "80" }),
        "receipt_print" => json!({ "order": order }),
        "printer_state" | "printer_test" | "settings_get" | "backup_state" | "backup_now"
        | "ledger_verify" | "diagnostics" => json!({}),
        "printer_drop" => json!({ "id": "00" }),
        "settings_put" => json!({ "changes": [], "file_version": "never seen" }),
        "secret_put" => json!({ "name": "KEPTANG_SECRET__NOBODY__KEY", "value": "x" }),
        "backup_drill" => json!({ "path": "/nowhere", "passphrase": "x" }),
        "payout_list" => json!({}),
        "payout_make" => json!({ "provider": "jwt_gateway", "account": "บ้าน", "amount": "1" }),
        "payout_settle" => json!({ "payout_id": "00000000-0000-0000-0000-000000000000", "outcome": "done" }),
        "day_print" => json!({ "date": "2026-11-20", "what": "x" }),
        "shift_open" => json!({ "float": "0" }),
        "drawer_move" => json!({ "direction": "in", "amount": "1", "reason": "ทอน" }),
        "shift_count" => json!({ "counted": [] }),
        "training_slip" => json!({ "story": "honest", "attempt_id": null }),
        "training_act" => json!({ "act": "recover" }),
        other => panic!("a new command needs a request here: {other}"),
    }
}

fn approved_by(mut request: serde_json::Value, user: &str, pin: &str) -> serde_json::Value {
    request["as"] = json!({ "user": user, "pin": pin });
    request
}

/// What the gate says, as far as it said anything: `None` is "come in", whatever the command itself then says.
fn gate(answer: &Result<serde_json::Value, ApiError>) -> Option<ErrorCode> {
    let gates = [
        ErrorCode::Locked,
        ErrorCode::ApprovalNeeded,
        ErrorCode::NoPeople,
        ErrorCode::Forbidden,
        ErrorCode::PinWrong,
        ErrorCode::PinLocked,
    ];
    answer
        .as_ref()
        .err()
        .map(|error| error.code)
        .filter(|code| gates.contains(code))
}

async fn staff(app: &App) {
    for role in Role::ALL.iter().copied() {
        app.add_user(role.word(), role, "1234", None).await.unwrap();
    }
    app.add_user("gone", Role::Owner, "1234", None).await.unwrap();
    app.disable_user("gone", None).await.unwrap();
}

/// Commands of the list that ask for a right, with whether they ask for the PIN every time.
fn guarded() -> impl Iterator<Item = (&'static str, Right, bool)> {
    COMMANDS.iter().filter_map(|command| match command.needs {
        Needs::Right(right) => Some((command.name, right, false)),
        Needs::Pin(right) => Some((command.name, right, true)),
        Needs::Nobody | Needs::Training => None,
    })
}

/// Role × command, approved in place: whoever may not, is unknown or disabled, or has the wrong PIN gets nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn every_command_asks_for_its_right_in_place() {
    let (_dir, app) = shop().await;
    let order = app.call("charge", request("charge", "")).await.unwrap();
    let number = order["number"].as_str().unwrap().to_owned();
    waiting(&app, &number).await;
    staff(&app).await;
    for (name, right, _) in guarded() {
        for role in Role::ALL.iter().copied() {
            let answer = app
                .call(name, approved_by(request(name, &number), role.word(), "1234"))
                .await;
            let expected = (!role.may(right)).then_some(ErrorCode::Forbidden);
            assert_eq!(gate(&answer), expected, "{name} as {role:?}: {answer:?}");
        }
        for stranger in ["gone", "nobody"] {
            let answer = app
                .call(name, approved_by(request(name, &number), stranger, "1234"))
                .await;
            assert_eq!(gate(&answer), Some(ErrorCode::Forbidden), "{name} as {stranger}");
        }
        let answer = app
            .call(name, approved_by(request(name, &number), "owner", "9999"))
            .await;
        assert_eq!(
            gate(&answer),
            Some(ErrorCode::PinWrong),
            "{name} with a wrong PIN"
        );
        // The next command is tried by somebody who made no mistake yet.
        app.call("sign_in", request("sign_in", "")).await.unwrap();
        app.call("lock", json!({})).await.unwrap();
    }
}

/// Role × command for the person signed in: what is above them, and what asks for a PIN every time, wants an approval.
#[tokio::test(flavor = "multi_thread")]
async fn every_command_asks_for_its_right_of_the_person_signed_in() {
    let (_dir, app) = shop().await;
    let order = app.call("charge", request("charge", "")).await.unwrap();
    let number = order["number"].as_str().unwrap().to_owned();
    waiting(&app, &number).await;
    staff(&app).await;
    for role in Role::ALL.iter().copied() {
        for (name, right, pin_each_time) in guarded() {
            let seated = app
                .call("sign_in", json!({ "user": role.word(), "pin": "1234" }))
                .await
                .unwrap();
            assert_eq!(seated["role"], role.word());
            let answer = app.call(name, request(name, &number)).await;
            let expected = (pin_each_time || !role.may(right)).then_some(ErrorCode::ApprovalNeeded);
            assert_eq!(gate(&answer), expected, "{name} as {role:?}: {answer:?}");
        }
    }
}

/// A shop without people sells and looks at its day; with people and nobody signed in, the till is locked.
#[tokio::test(flavor = "multi_thread")]
async fn a_till_is_open_before_it_has_people_and_locked_after() {
    let (_dir, app) = shop().await;
    let order = app.call("charge", request("charge", "")).await.unwrap();
    let number = order["number"].as_str().unwrap().to_owned();
    waiting(&app, &number).await;
    for (name, right, pin_each_time) in guarded() {
        let answer = app.call(name, request(name, &number)).await;
        let is_open = !pin_each_time && [Right::Look, Right::Take, Right::Review].contains(&right);
        assert_eq!(
            gate(&answer),
            (!is_open).then_some(ErrorCode::NoPeople),
            "{name}: {answer:?}"
        );
    }
    staff(&app).await;
    for (name, ..) in guarded() {
        let answer = app.call(name, request(name, &number)).await;
        assert_eq!(gate(&answer), Some(ErrorCode::Locked), "{name}: {answer:?}");
    }
    let state = app.call("till_state", json!({})).await.unwrap();
    assert_eq!(state["session"]["locked"], true);
    assert_eq!(
        state["recent"],
        json!([]),
        "a locked till tells nothing of earlier bills"
    );
}

/// The bill at the counter stays visible on a locked till, every other one does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_locked_till_shows_the_live_bill_only() {
    let (_dir, app) = shop().await;
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let order = app.call("charge", request("charge", "")).await.unwrap();
        let number = order["number"].as_str().unwrap().to_owned();
        waiting(&app, &number).await;
        numbers.push(number);
    }
    app.call("order_cancel", json!({ "order": numbers[0] }))
        .await
        .unwrap();
    staff(&app).await;
    let ended = app
        .call("order_get", json!({ "order": numbers[0] }))
        .await
        .unwrap_err();
    assert_eq!(ended.code, ErrorCode::Locked);
    let live = app
        .call("order_get", json!({ "order": numbers[1] }))
        .await
        .unwrap();
    assert_eq!(live["attempts"][0]["state"], "awaiting");
}

/// Somebody who was disabled a moment ago is out at once, wherever they sat.
#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_person_is_out_at_once() {
    let (_dir, app) = shop().await;
    staff(&app).await;
    app.call("sign_in", json!({ "user": "manager", "pin": "1234" }))
        .await
        .unwrap();
    app.call("order_recent", json!({ "limit": 1 })).await.unwrap();
    app.disable_user("manager", Some("owner".to_owned()))
        .await
        .unwrap();
    let answer = app.call("order_recent", json!({ "limit": 1 })).await;
    assert_eq!(gate(&answer), Some(ErrorCode::Locked));
}

/// The name of whoever acts goes into the ledger, not the name of whoever sits there.
#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_says_who_acted() {
    let (_dir, app) = shop().await;
    staff(&app).await;
    app.call("sign_in", json!({ "user": "cashier", "pin": "1234" }))
        .await
        .unwrap();
    let order = app.call("charge", request("charge", "")).await.unwrap();
    assert_eq!(order["cashier"], "cashier");
    let number = order["number"].as_str().unwrap().to_owned();
    waiting(&app, &number).await;
    app.call("order_check", json!({ "order": number })).await.unwrap();
    let confirm = approved_by(request("order_confirm", &number), "manager", "1234");
    app.call("order_confirm", confirm).await.unwrap();
    let lines = app.timeline(&number).await.unwrap();
    let said = lines
        .iter()
        .find(|line| line.event == "operator_confirmed")
        .unwrap();
    assert_eq!(said.facts["by"], "manager");
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
    let order = app.call("charge", request("charge", "")).await.unwrap();
    let number = order["number"].as_str().unwrap().to_owned();
    waiting(&app, &number).await;
    app.add_user("เจ้าของ", Role::Owner, "1234", None).await.unwrap();
    let confirm = |pin: &'static str| approved_by(request("order_confirm", &number), "เจ้าของ", pin);
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
        .call("training_act", request("training_act", ""))
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
