//! What the owner sets, keeps and prints, through the commands of the window.
#![allow(clippy::unwrap_used)]

use keptang_api::{App, ErrorCode, Role};
use serde_json::{Value, json};
use std::io::Read as _;
use std::net::TcpListener;
use std::path::Path;

const CANARY: &str = "skey_test_5canary0canary1canary2";

async fn till(dir: &Path, more: &[(&str, &str)]) -> App {
    let fixed = [
        ("KEPTANG_KEYCHAIN", "off"),
        ("KEPTANG_PASSPHRASE", "a long passphrase"),
        ("KEPTANG__CALLBACKS__LISTEN", "127.0.0.1:0"),
    ];
    let environment = fixed.iter().chain(more);
    let environment = environment.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    App::open_with(dir, environment.collect()).await.unwrap()
}

async fn staffed(app: &App) {
    app.add_user("เจ้าของ", Role::Owner, "1234", None).await.unwrap();
    app.add_user("แพรว", Role::Cashier, "1234", Some("เจ้าของ".to_owned()))
        .await
        .unwrap();
    sign_in(app, "แพรว").await;
}

async fn sign_in(app: &App, user: &str) {
    app.call("sign_in", json!({ "user": user, "pin": "1234" }))
        .await
        .unwrap();
}

fn owners(mut request: Value) -> Value {
    request["as"] = json!({ "user": "เจ้าของ", "pin": "1234" });
    request
}

async fn put(app: &App, key: &str, value: Value) -> Result<Value, keptang_api::ApiError> {
    let seen = app.call("settings_get", json!({})).await.unwrap();
    let request =
        json!({ "changes": [{ "key": key, "value": value }], "file_version": seen["file_version"] });
    app.call("settings_put", owners(request)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_changes_settings_and_the_file_keeps_its_comments() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("settings.toml"),
        "# ของร้าน\n[shop]\nname = \"เดิม\" # ชื่อ\n",
    )
    .unwrap();
    let app = till(dir.path(), &[]).await;
    staffed(&app).await;
    let view = put(&app, "shop.name", json!("ร้านใหม่")).await.unwrap();
    assert_eq!(view["values"]["shop.name"], "ร้านใหม่");
    assert_eq!(view["restart_needed"], true);
    let text = std::fs::read_to_string(dir.path().join("settings.toml")).unwrap();
    assert_eq!(text, "# ของร้าน\n[shop]\nname = \"ร้านใหม่\" # ชื่อ\n");

    let refused = put(&app, "shop.day_cutoff", json!("25:99")).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.params["setting"].as_str()),
        (ErrorCode::BadSetting, "shop.day_cutoff")
    );
    let stale =
        json!({ "changes": [{ "key": "shop.name", "value": "x" }], "file_version": "of another day" });
    let refused = app.call("settings_put", owners(stale)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ChangedMeanwhile);
    let told = app
        .call("audit_list", owners(json!({ "what": "settings_changed" })))
        .await
        .unwrap();
    assert_eq!(told["lines"][0]["by"], "เจ้าของ");
    assert_eq!(
        told["lines"][0]["facts"],
        json!({ "old": "เดิม", "new": "ร้านใหม่" })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_account_is_masked_for_cashiers_and_announced_until_a_shift_is_over() {
    let dir = tempfile::tempdir().unwrap();
    let app = till(dir.path(), &[]).await;
    staffed(&app).await;
    put(&app, "shop.promptpay_id", json!("0812345678")).await.unwrap();
    let seen = app.call("settings_get", json!({})).await.unwrap();
    assert_eq!(seen["values"]["shop.promptpay_id"], "••••••5678");
    let whole = app.call("settings_get", owners(json!({}))).await.unwrap();
    assert_eq!(whole["values"]["shop.promptpay_id"], "0812345678");

    let announced = |state: Value| state["announcements"].as_array().unwrap().len();
    let state = || app.call("till_state", json!({}));
    let first = state().await.unwrap();
    assert_eq!(first["announcements"][0]["what"], "account_changed");
    assert_eq!(first["announcements"][0]["by"], "เจ้าของ");
    app.call("shift_open", json!({ "float": "0" })).await.unwrap();
    assert_eq!(
        announced(state().await.unwrap()),
        1,
        "the shift that has to hear of it is still on"
    );
    app.call("shift_close", json!({})).await.unwrap();
    assert_eq!(announced(state().await.unwrap()), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_kept_and_never_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let app = till(dir.path(), &[]).await;
    staffed(&app).await;
    let name = "KEPTANG_SECRET__OMISE_TRUEMONEY__SECRET_KEY";
    let view = app
        .call("secret_put", owners(json!({ "name": name, "value": CANARY })))
        .await
        .unwrap();
    assert!(!view.to_string().contains(CANARY));
    let line = view["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["name"] == name)
        .unwrap();
    assert_eq!(line["set"], true);
    let journal = app.call("audit_list", owners(json!({}))).await.unwrap();
    assert!(!journal.to_string().contains(CANARY));
    drop(app);
    let again = till(dir.path(), &[]).await;
    sign_in(&again, "แพรว").await;
    let view = again.call("settings_get", json!({})).await.unwrap();
    let line = view["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["name"] == name)
        .unwrap();
    assert_eq!(
        (line["set"].clone(), line["from"].clone(), line["live"].clone()),
        (json!(true), json!("file"), json!(false))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn support_gets_a_file_without_secrets() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("settings.toml"),
        "[shop]\nname = \"ร้าน\"\npromptpay_id = \"0812345678\"\n",
    )
    .unwrap();
    std::fs::create_dir_all(dir.path().join("logs")).unwrap();
    let log = format!("{{\"note\":\"sent {CANARY} for 0812345678\"}}\n");
    std::fs::write(dir.path().join("logs/keptang.log"), log).unwrap();
    let app = till(
        dir.path(),
        &[("KEPTANG_SECRET__OMISE_TRUEMONEY__SECRET_KEY", CANARY)],
    )
    .await;
    staffed(&app).await;
    let file = app.call("diagnostics", owners(json!({}))).await.unwrap();
    let bytes = std::fs::read(file["path"].as_str().unwrap()).unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut all = String::new();
    let mut names = Vec::new();
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at).unwrap();
        names.push(entry.name().unwrap().into_owned());
        entry.read_to_string(&mut all).unwrap();
    }
    assert_eq!(names, ["settings.toml", "about.json", "keptang.log"]);
    assert!(all.contains("[shop]") && all.contains("\"version\""));
    let pepper = std::fs::read_to_string(dir.path().join("pepper")).unwrap();
    for secret in [CANARY, "0812345678", "a long passphrase", pepper.trim()] {
        assert!(!all.contains(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_go_to_the_owners_folder_and_can_be_tried() {
    let (dir, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let place = folder.path().to_str().unwrap();
    let more = [
        ("KEPTANG__BACKUP__FOLDER", place),
        ("KEPTANG__BACKUP__KEEP", "2"),
        ("KEPTANG_SECRET__BACKUP__PASSPHRASE", "another long passphrase"),
    ];
    let app = till(dir.path(), &more).await;
    staffed(&app).await;
    for _ in 0..3 {
        app.call("backup_now", owners(json!({}))).await.unwrap();
    }
    let state = app.call("backup_state", owners(json!({}))).await.unwrap();
    assert_eq!(state["passphrase_set"], true);
    assert!(state["last"]["bytes"].as_u64().unwrap() > 1_000);
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        2,
        "the oldest is gone"
    );
    let proof = app.call("backup_drill", owners(json!({}))).await.unwrap();
    assert_eq!(proof["ok"], true, "{proof}");
    let wrong = app
        .call("backup_drill", owners(json!({ "passphrase": "wrong" })))
        .await
        .unwrap_err();
    assert_eq!(wrong.code, ErrorCode::BackupRefused);
}

/// What a printer in the network took, until it has heard a cut.
fn printed(printer: &TcpListener) -> Vec<u8> {
    const CUT: [u8; 3] = [0x1d, b'V', 66];
    let mut all = Vec::new();
    loop {
        let (mut stream, _) = printer.accept().unwrap();
        let mut bytes = Vec::new();
        // A question about paper comes on a line of its own and is not answered, as by most printers.
        let _ = stream.read_to_end(&mut bytes);
        all.extend(bytes);
        if all.windows(CUT.len()).any(|window| window == CUT) {
            return all;
        }
    }
}

async fn next_print(printer: TcpListener) -> (TcpListener, Vec<u8>) {
    let heard = tokio::task::spawn_blocking(move || {
        let bytes = printed(&printer);
        (printer, bytes)
    });
    heard.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_bill_prints_by_itself_and_a_copy_on_demand() {
    let printer = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = printer.local_addr().unwrap().to_string();
    let dir = tempfile::tempdir().unwrap();
    let more = [
        ("KEPTANG__PRINTER__KIND", "tcp"),
        ("KEPTANG__PRINTER__ADDRESS", address.as_str()),
        ("KEPTANG__PRINTER__AUTO", "true"),
    ];
    let app = till(dir.path(), &more).await;
    staffed(&app).await;
    sign_in(&app, "เจ้าของ").await;
    app.run_background().await;
    let paid = json!({ "amount": "120", "method": "cash", "tendered": "150" });
    let order = app.call("charge", paid).await.unwrap();
    let (printer, strip) = next_print(printer).await;
    assert!(
        strip.windows(4).any(|window| window == [0x1d, b'v', b'0', 0]),
        "a picture"
    );
    let after = app
        .call("order_get", json!({ "order": order["number"] }))
        .await
        .unwrap();
    assert_eq!(after["state"], "completed");

    let view = app
        .call(
            "order_receipt",
            json!({ "order": order["number"], "paper": "58" }),
        )
        .await
        .unwrap();
    assert_eq!(
        view["copy"], true,
        "its number was given when it printed by itself"
    );
    assert!(
        std::fs::read(view["file"]["path"].as_str().unwrap())
            .unwrap()
            .starts_with(b"%PDF")
    );
    app.call("receipt_print", json!({ "order": order["number"] }))
        .await
        .unwrap();
    let (printer, copy) = next_print(printer).await;
    assert!(copy.len() > 1_000);
    let refund = json!({ "order": order["number"], "amount": "20", "reason": "customer_request" });
    app.call("order_refund", owners(refund)).await.unwrap();
    let (printer, note) = next_print(printer).await;
    assert!(note.len() > 1_000 && note != copy, "the credit note");
    let day = json!({ "date": order["business_day"], "what": "x" });
    app.call("day_print", day).await.unwrap();
    let (_, strip) = next_print(printer).await;
    assert!(strip.len() > 1_000 && strip != note, "the day on the same roll");
    app.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printer_that_is_out_never_holds_up_a_sale() {
    let dir = tempfile::tempdir().unwrap();
    // Nobody listens on port 1.
    let more = [
        ("KEPTANG__PRINTER__KIND", "tcp"),
        ("KEPTANG__PRINTER__ADDRESS", "127.0.0.1:1"),
    ];
    let app = till(dir.path(), &more).await;
    let order = app
        .call("charge", json!({ "amount": "10", "method": "cash" }))
        .await
        .unwrap();
    assert_eq!(order["state"], "settled");
    let state = app
        .call("receipt_print", json!({ "order": order["number"] }))
        .await
        .unwrap();
    assert_eq!(state["waiting"], 1);
    let job = state["jobs"][0]["id"].clone();
    let state = app.call("printer_drop", json!({ "id": job })).await.unwrap();
    assert_eq!(state["waiting"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_goes_back_gets_its_paper_and_a_bill_that_is_not_paid_gets_none() {
    let dir = tempfile::tempdir().unwrap();
    let more = [
        ("KEPTANG__VAT__MODE", "registered"),
        ("KEPTANG__SHOP__TAX_ID", "0105561234567"),
        ("KEPTANG__SHOP__PROMPTPAY_ID", "0812345678"),
    ];
    let app = till(dir.path(), &more).await;
    staffed(&app).await;
    let order = app
        .call("charge", json!({ "amount": "107", "method": "cash" }))
        .await
        .unwrap();
    let number = order["number"].clone();
    let receipt = app
        .call("order_receipt", json!({ "order": number, "paper": "80" }))
        .await
        .unwrap();
    assert_eq!(receipt["copy"], false);
    let refund = owners(json!({ "order": number, "amount": "7", "reason": "customer_request" }));
    let refunded = app.call("order_refund", refund).await.unwrap();
    assert_eq!(refunded["refunded"], "7.00");
    let bill = app
        .call("order_timeline", json!({ "order": number }))
        .await
        .unwrap();
    let kinds: Vec<&str> = bill["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["receipt", "credit_note"]);
    let note = json!({ "order": number, "paper": "a4", "refund_id": refunded["refunds"][0]["refund_id"] });
    let note = app.call("order_receipt", note).await.unwrap();
    assert_eq!(note["number"], bill["documents"][1]["number"]);
    let over = owners(json!({ "order": number, "amount": "100.01", "reason": "customer_request" }));
    assert_eq!(
        app.call("order_refund", over).await.unwrap_err().code,
        ErrorCode::WrongState
    );

    let open = app
        .call("charge", json!({ "amount": "50", "method": "promptpay" }))
        .await
        .unwrap();
    let refused = app
        .call("order_receipt", json!({ "order": open["number"], "paper": "80" }))
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code, refused.params["state"].as_str()),
        (ErrorCode::WrongState, "not_paid_yet")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_of_the_day_is_a_file_in_every_format() {
    let dir = tempfile::tempdir().unwrap();
    let app = till(dir.path(), &[]).await;
    staffed(&app).await;
    for amount in ["120", "35.50"] {
        app.call("charge", json!({ "amount": amount, "method": "cash" }))
            .await
            .unwrap();
    }
    let z = app.call("day_close", owners(json!({}))).await.unwrap();
    let day = z["business_day"].clone();
    for what in ["orders", "day", "z", "methods"] {
        for (format, begins) in [
            ("csv", b"\xEF\xBB\xBF".as_slice()),
            ("xlsx", b"PK"),
            ("pdf", b"%PDF"),
        ] {
            let request = owners(json!({ "from": day, "to": day, "what": what, "format": format }));
            let file = app.call("day_export", request).await.unwrap();
            let bytes = std::fs::read(file["path"].as_str().unwrap()).unwrap();
            assert!(bytes.starts_with(begins), "{what} as {format}");
            if (what, format) == ("z", "csv") {
                let text = String::from_utf8(bytes).unwrap();
                let row = text.lines().nth(1).unwrap();
                assert!(
                    row.starts_with("0001,") && row.ends_with("2,155.50,0.00,0.00,155.50"),
                    "{row}"
                );
            }
        }
    }
    for what in ["x", "z", "day"] {
        let file = app
            .call("day_paper", owners(json!({ "date": day, "what": what })))
            .await
            .unwrap();
        assert!(
            std::fs::read(file["path"].as_str().unwrap())
                .unwrap()
                .starts_with(b"%PDF"),
            "{what}"
        );
    }
    let backwards =
        owners(json!({ "from": "2026-11-21", "to": "2026-11-20", "what": "day", "format": "csv" }));
    assert_eq!(
        app.call("day_export", backwards).await.unwrap_err().code,
        ErrorCode::BadRequest
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_says_what_somebody_was_before() {
    let dir = tempfile::tempdir().unwrap();
    let app = till(dir.path(), &[]).await;
    staffed(&app).await;
    let promote = owners(json!({ "name": "แพรว", "role": "manager" }));
    assert_eq!(
        app.call("person_change", promote).await.unwrap()["role"],
        "manager"
    );
    let lines = app
        .call("audit_list", owners(json!({ "what": "person_changed" })))
        .await
        .unwrap();
    let change = lines["lines"]
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["subject"] == "แพรว" && line["facts"]["role"] == "manager")
        .unwrap();
    assert_eq!(change["by"], "เจ้าของ");
    assert_eq!(change["facts"]["before"]["role"], "cashier");
    let last = owners(json!({ "name": "เจ้าของ", "disabled": true }));
    let refused = app.call("person_change", last).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.params["why"].as_str()),
        (ErrorCode::PersonRefused, "last_owner")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_very_first_person_needs_nobody_to_vouch() {
    let dir = tempfile::tempdir().unwrap();
    let app = till(dir.path(), &[]).await;
    let person = |name: &str, role: &str| json!({ "name": name, "role": role, "pin": "1234" });
    let refused = app
        .call("person_add", person("แพรว", "cashier"))
        .await
        .unwrap_err();
    assert_eq!(refused.params["why"], "owner_first");
    app.call("person_add", person("เจ้าของ", "owner")).await.unwrap();
    // Signed in at once, and yet the next one takes the PIN again.
    let state = app.call("till_state", json!({})).await.unwrap();
    assert_eq!(state["session"]["person"], "เจ้าของ");
    let refused = app.call("person_add", person("บอย", "owner")).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ApprovalNeeded);
    app.call("person_add", owners(person("แพรว", "cashier")))
        .await
        .unwrap();
    let by_cashier =
        json!({ "name": "บอย", "role": "owner", "pin": "1234", "as": { "user": "แพรว", "pin": "1234" } });
    let refused = app.call("person_add", by_cashier).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ApprovalNeeded);
    let people = app.call("people_list", json!({})).await.unwrap();
    assert_eq!(people["people"].as_array().unwrap().len(), 2);
}
