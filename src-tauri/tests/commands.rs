//! The border between pages and till, under Tauri's mock runtime and with the capability files of the product.

#![allow(clippy::unwrap_used)]

use keptang_api::{App as Till, COMMANDS};
use serde_json::{json, Value};
use std::collections::BTreeSet;
use std::sync::mpsc;
use tauri::test::{get_ipc_response, mock_builder, mock_context, noop_assets, MockRuntime, INVOKE_KEY};
use tauri::{Listener, Manager, WebviewWindow, WebviewWindowBuilder};

/// A window application over a training till of its own. No background work runs: nobody is asked anything.
struct Desk {
    app: tauri::App<MockRuntime>,
    data_dir: tempfile::TempDir,
}

impl Desk {
    fn new(context: tauri::Context<MockRuntime>) -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        // Nobody listens on port 1, also not a training till that somebody has open on this machine.
        let settings = "training = true\n[providers.omise_truemoney]\nbase_url = \"http://127.0.0.1:1\"\n";
        std::fs::write(data_dir.path().join("settings.toml"), settings).unwrap();
        let till = tauri::async_runtime::block_on(Till::open_with(data_dir.path(), Vec::new())).unwrap();
        let app = keptang_desktop::builder(mock_builder()).build(context).unwrap();
        app.manage(till);
        Self { app, data_dir }
    }

    /// With the capabilities of the product.
    fn real() -> Self {
        Self::new(keptang_desktop::context())
    }

    fn window(&self, label: &str) -> WebviewWindow<MockRuntime> {
        keptang_desktop::open_window(self.app.handle(), label).unwrap()
    }
}

fn invoke(window: &WebviewWindow<MockRuntime>, command: &str, body: Value) -> Result<Value, Value> {
    let request = tauri::webview::InvokeRequest {
        cmd: command.to_owned(),
        callback: tauri::ipc::CallbackFn(0),
        error: tauri::ipc::CallbackFn(1),
        url: if cfg!(windows) {
            "http://tauri.localhost"
        } else {
            "tauri://localhost"
        }
        .parse()
        .unwrap(),
        body: tauri::ipc::InvokeBody::Json(body),
        headers: tauri::http::HeaderMap::default(),
        invoke_key: INVOKE_KEY.to_owned(),
    };
    get_ipc_response(window, request).map(|reply| reply.deserialize().unwrap())
}

fn call(window: &WebviewWindow<MockRuntime>, name: &str, request: Value) -> Result<Value, Value> {
    invoke(window, "call", json!({ "name": name, "request": request }))
}

/// A request of the right shape for each command, and the code it gets on an empty till.
fn samples() -> Vec<(&'static str, Value, Option<&'static str>)> {
    let order = json!({ "order": "A-9999" });
    vec![
        ("till_state", json!({}), None),
        ("lock", json!({}), None),
        (
            "sign_in",
            json!({ "user": "malee", "pin": "1234" }),
            Some("forbidden"),
        ),
        (
            "charge",
            json!({ "amount": "250.00", "method": "promptpay" }),
            Some("misconfigured"),
        ),
        ("order_get", order.clone(), Some("not_found")),
        ("order_recent", json!({ "limit": 5 }), None),
        (
            "order_retry",
            json!({ "order": "A-9999", "method": "truemoney" }),
            Some("not_found"),
        ),
        ("order_check", order.clone(), Some("not_found")),
        ("order_cancel", order, Some("not_found")),
        (
            "order_confirm",
            json!({ "order": "A-9999", "reason": "bank_app_shown" }),
            Some("no_people"),
        ),
        ("provider_list", json!({}), None),
        ("provider_test", json!({ "provider": "promptpay_direct" }), None),
        (
            "balance",
            json!({ "provider": "jwt_gateway" }),
            Some("misconfigured"),
        ),
        (
            "reconcile",
            json!({ "date": "2026-11-21" }),
            Some("provider_down"),
        ),
        ("order_find", json!({ "search": "250" }), None),
        ("order_timeline", json!({ "order": "A-9999" }), Some("not_found")),
        ("refund_offer", json!({ "order": "A-9999" }), Some("not_found")),
        (
            "order_refund",
            json!({ "order": "A-9999", "reason": "customer_request" }),
            Some("no_people"),
        ),
        ("people_list", json!({}), None),
        (
            "person_add",
            json!({ "name": "malee", "role": "cashier", "pin": "1234" }),
            Some("person_refused"),
        ),
        ("person_change", json!({ "name": "malee" }), Some("no_people")),
        ("pin_change", json!({ "pin": "1234" }), Some("no_people")),
        ("audit_list", json!({}), None),
        ("day_review", json!({}), None),
        (
            "review_settle",
            json!({ "item": "shift:A:9", "outcome": "accepted" }),
            Some("no_people"),
        ),
        ("day_close", json!({}), Some("no_people")),
        ("day_sign", json!({}), Some("no_people")),
        (
            "day_paper",
            json!({ "date": "2026-11-20", "what": "z" }),
            Some("not_found"),
        ),
        (
            "day_export",
            json!({ "from": "2026-11-20", "to": "2026-11-20", "what": "day", "format": "csv" }),
            None,
        ),
        ("payout_list", json!({}), None),
        (
            "payout_make",
            json!({ "provider": "jwt_gateway", "account": "บ้าน", "amount": "1" }),
            Some("no_people"),
        ),
        (
            "payout_settle",
            json!({ "payout_id": "00000000-0000-0000-0000-000000000000", "outcome": "done" }),
            Some("no_people"),
        ),
        (
            "day_print",
            json!({ "date": "2026-11-20", "what": "x" }),
            Some("no_printer"),
        ),
        ("shift_state", json!({}), None),
        ("shift_open", json!({ "float": "500" }), None),
        (
            "drawer_move",
            json!({ "direction": "in", "amount": "20", "reason": "ทอน" }),
            None,
        ),
        (
            "shift_count",
            json!({ "counted": [{ "method": "cash", "amount": "520" }] }),
            None,
        ),
        ("shift_close", json!({}), None),
        (
            "order_receipt",
            json!({ "order": "A-9999", "paper": "80" }),
            Some("not_found"),
        ),
        ("receipt_print", json!({ "order": "A-9999" }), Some("no_printer")),
        ("printer_state", json!({}), None),
        ("printer_test", json!({}), Some("no_printer")),
        ("printer_drop", json!({ "id": "00" }), Some("bad_request")),
        ("settings_get", json!({}), None),
        (
            "settings_put",
            json!({ "changes": [], "file_version": "" }),
            Some("no_people"),
        ),
        (
            "secret_put",
            json!({ "name": "KEPTANG_SECRET__EASYSLIP__API_KEY", "value": "x" }),
            Some("no_people"),
        ),
        ("backup_state", json!({}), None),
        ("backup_now", json!({}), Some("no_people")),
        ("backup_drill", json!({}), Some("no_people")),
        ("ledger_verify", json!({}), None),
        ("diagnostics", json!({}), Some("no_people")),
        (
            "slip_picture",
            json!({ "slip_id": "00000000-0000-0000-0000-000000000000" }),
            Some("not_found"),
        ),
        ("slip_verify", json!({ "text": "junk" }), None),
        ("slip_waiting", json!({}), None),
        (
            "training_slip",
            json!({ "attempt_id": null, "story": "honest" }),
            Some("misconfigured"),
        ),
        (
            "training_act",
            json!({ "attempt_id": null, "act": "recover" }),
            Some("provider_down"),
        ),
    ]
}

#[test]
fn every_command_of_the_list_is_reached_from_the_cashiers_window() {
    let desk = Desk::real();
    let cashier = desk.window("cashier");
    let listed: BTreeSet<&str> = COMMANDS.iter().map(|command| command.name).collect();
    let sampled: BTreeSet<&str> = samples().iter().map(|(name, ..)| *name).collect();
    assert_eq!(listed, sampled, "each declared command has a sample here");
    for (name, request, code) in samples() {
        let reply = call(&cashier, name, request);
        assert_eq!(
            reply.as_ref().err().map(|error| error["code"].as_str().unwrap()),
            code,
            "{name}: {reply:?}"
        );
    }
}

#[test]
fn what_is_not_a_command_is_told_so_with_a_code() {
    let desk = Desk::real();
    let cashier = desk.window("cashier");
    for (name, request) in [
        ("ledger_drop", json!({})),
        ("", json!({})),
        ("order_get", json!({ "order": 7 })),
        ("order_get", json!({ "order": "A-1", "extra": true })),
        ("order_get", json!(null)),
        ("display_open", json!({ "open": "yes" })),
        ("display_show", json!({ "kind": "waiting" })),
    ] {
        let error = call(&cashier, name, request.clone()).unwrap_err();
        assert_eq!(error["code"], "bad_request", "{name} {request}");
        assert!(
            error["params"].is_object() && error["incident"].is_null(),
            "{error}"
        );
    }
}

#[test]
fn only_a_file_that_the_till_wrote_is_shown_in_its_folder() {
    let desk = Desk::real();
    let cashier = desk.window("cashier");
    let outside = desk.data_dir.path().join("settings.toml");
    let sideways = desk.data_dir.path().join("exports/../settings.toml");
    std::fs::create_dir_all(desk.data_dir.path().join("exports")).unwrap();
    for path in [
        outside.as_path(),
        sideways.as_path(),
        "/etc/hostname".as_ref(),
        "exports".as_ref(),
    ] {
        let error = call(&cashier, "file_open", json!({ "path": path })).unwrap_err();
        assert_eq!(error["code"], "not_found", "{}", path.display());
    }
}

#[test]
fn the_customers_window_may_listen_and_nothing_else() {
    let desk = Desk::real();
    let cashier = desk.window("cashier");
    let customer = desk.window("customer-display");
    let listen = json!({ "event": "display", "target": { "kind": "Any" }, "handler": 1 });
    assert!(invoke(&customer, "plugin:event|listen", listen.clone()).is_ok());
    assert!(invoke(&cashier, "plugin:event|listen", listen).is_ok());

    let refused = call(&customer, "till_state", json!({})).unwrap_err();
    assert!(refused.as_str().unwrap().contains("not allowed"), "{refused}");

    let shout = json!({ "event": "display", "payload": {} });
    for window in [&cashier, &customer] {
        for command in [
            "plugin:event|emit",
            "plugin:window|close",
            "plugin:webview|create_webview_window",
            "plugin:path|resolve",
        ] {
            let refused = invoke(window, command, shout.clone()).unwrap_err();
            assert!(
                refused.as_str().unwrap().contains("not allowed"),
                "{command} from {}: {refused}",
                window.label()
            );
        }
    }
}

#[test]
fn a_window_that_slipped_through_the_capabilities_is_refused_by_its_label() {
    // A context without capability files lets every window call the app's commands.
    let desk = Desk::new(mock_context(noop_assets()));
    for label in ["customer-display", "fault", "main"] {
        let window = WebviewWindowBuilder::new(&desk.app, label, Default::default())
            .build()
            .unwrap();
        for name in ["till_state", "display_open", "display_show", "restart", "no_such"] {
            let error = call(&window, name, json!({})).unwrap_err();
            assert_eq!(error["code"], "forbidden", "{name} from {label}");
        }
    }
}

#[test]
fn a_picture_goes_to_the_customer_and_their_window_opens_once() {
    let desk = Desk::real();
    let cashier = desk.window("cashier");
    let picture = json!({
        "kind": "waiting", "shop_name": "ร้านน้ำปั่น", "amount": "250.00", "qr": { "size": 33, "path": "M0 0h1v1z" },
        "png_base64": null, "remaining_ms": 60_000, "lifetime_ms": 600_000, "rail": "truemoney", "paid_at": null,
        "theme": "light"
    });

    assert_eq!(
        call(&cashier, "display_show", picture.clone()),
        Ok(json!({})),
        "no window yet is no fault"
    );
    for _ in 0..2 {
        assert_eq!(
            call(&cashier, "display_open", json!({ "open": true })),
            Ok(json!({}))
        );
    }
    let customer = desk.app.get_webview_window("customer-display").unwrap();
    let (heard, hears) = mpsc::channel();
    customer.listen("display", move |event| {
        heard.send(event.payload().to_owned()).unwrap()
    });
    assert_eq!(call(&cashier, "display_show", picture.clone()), Ok(json!({})));
    assert_eq!(
        serde_json::from_str::<Value>(&hears.recv().unwrap()).unwrap(),
        picture
    );

    let mut with_a_name = picture;
    with_a_name["payer_name"] = json!("สมชาย");
    assert_eq!(
        call(&cashier, "display_show", with_a_name).unwrap_err()["code"],
        "bad_request"
    );
    assert!(hears.try_recv().is_err(), "what was refused is not shown");
}
