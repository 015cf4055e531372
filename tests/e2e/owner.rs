//! The owner's evening in the real window: something to look at, money back, the drawer, the Z, the signature; every
//! page photographed in several looks and checked for what is cut off.

use crate::counter::{Counter, OWNER, PIN};
use crate::looks::photograph;
use crate::window::{ENTER, ESCAPE, F2, F8, F12, Window};
use fantoccini::Locator;
use keptang_simulator::control::{Action, ChargeView};
use keptang_tests::till::until;
use serde_json::json;

/// Photographs what is open in every look and size.
async fn in_every_look(window: &Window, page: &str, testid: &str) {
    for (language, theme) in [("th", "light"), ("en", "light"), ("th", "dark"), ("en", "dark")] {
        window.look_by_menu(language, theme).await;
        window.element(testid).await;
        photograph(window, &format!("{page}-{language}-{theme}")).await;
    }
    window.look_by_menu("th", "light").await;
    for (width, height) in [(1024, 768), (1920, 1080)] {
        window.size(width, height).await;
        window.element(testid).await;
        photograph(window, &format!("{page}-th-light-{width}")).await;
    }
    window.size(1366, 768).await;
}

/// The same for a page that is left by the menu: the themes alone.
async fn in_every_theme(window: &Window, page: &str, testid: &str) {
    for theme in ["dark", "hc", "light"] {
        // Without the fade, which would be photographed halfway.
        let script = format!(
            "const still = document.createElement('style'); still.textContent = '* {{ transition: none !important }}'; \
             document.head.append(still); document.documentElement.dataset.theme = '{theme}'"
        );
        window.script(&script).await;
        photograph(window, &format!("{page}-th-{theme}")).await;
    }
    for (width, height) in [(1024, 768), (1920, 1080)] {
        window.size(width, height).await;
        window.element(testid).await;
        photograph(window, &format!("{page}-th-light-{width}")).await;
    }
    window.size(1366, 768).await;
}

async fn click(window: &Window, id: &str) {
    window.element(id).await.click().await.unwrap();
}

async fn type_pin(window: &Window) {
    window.element("pin-pad").await;
    let keys: Vec<char> = PIN.chars().chain([ENTER]).collect();
    window.type_keys(&keys).await;
}

/// A TrueMoney QR of ฿250 on the screen.
async fn ask_for_250(window: &Window) {
    window.type_keys(&[F2, '2', '5', '0', ENTER]).await;
    window
        .until_attribute("bill-state", "data-state", "waiting")
        .await;
}

/// The customer pays what is on the screen.
async fn pay(counter: &Counter, window: &Window) -> ChargeView {
    let charge = counter.charge(&[]).await;
    counter.act(&charge, Action::Pay).await;
    window.element("paid-screen").await;
    charge
}

/// A day with cash, a refund to come, and something that a person said.
fn a_day(counter: &Counter) -> String {
    for amount in ["120", "85.25", "1250", "60", "340"] {
        counter.keptang(&["--as", OWNER, "charge", "--amount", amount, "--method", "cash"]);
    }
    let opened = counter.keptang(&["charge", "--amount", "500", "--method", "promptpay", "--no-wait"]);
    let number = opened.last().unwrap()["number"].as_str().unwrap().to_owned();
    counter.keptang(&["order", "check", &number]);
    counter.keptang(&[
        "--as",
        OWNER,
        "order",
        "confirm",
        &number,
        "--reason",
        "bank_app_shown",
    ]);
    number
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evening_from_the_first_exception_to_the_signature() {
    let counter = Counter::new();
    let confirmed = a_day(&counter);
    let window = counter.window().await;
    window.size(1366, 768).await;

    // Everything at a glance, in every look.
    click(&window, "menu").await;
    click(&window, "menu-day").await;
    window.until_attribute("gross", "data-amount", "2355.25").await;
    in_every_look(&window, "owner-day", "day-page").await;
    window.until_attribute("day-end", "data-stage", "close").await;

    // The case, answered with one key and a PIN.
    click(&window, "need").await;
    window
        .until_attribute("case-page", "data-kind", "manual_confirm")
        .await;
    in_every_theme(&window, "owner-case", "case-page").await;
    window.type_keys(&['1']).await;
    type_pin(&window).await;
    window.element("day-page").await;

    // Its bill: everything that happened, and the receipt.
    click(&window, "nav-bills").await;
    window.element("bills-page").await;
    in_every_look(&window, "owner-bills", "bills-page").await;
    click(&window, "find").await;
    let text: Vec<char> = confirmed.chars().collect();
    window.type_keys(&text).await;
    window.until_attribute("bills-page", "data-count", "1").await;
    window.type_keys(&[ENTER]).await;
    window.element("timeline").await;
    in_every_theme(&window, "owner-bill", "timeline").await;
    click(&window, "receipt").await;
    window.element("receipt-picture").await;
    photograph(&window, "owner-receipt-th-light").await;
    assert_eq!(counter.order(&confirmed)["state"], "completed");
    click(&window, "receipt-close").await;

    // Money back: never without a PIN, and on the books at once.
    click(&window, "refund").await;
    window.element("refund-dialog").await;
    photograph(&window, "owner-refund-th-light").await;
    window.type_keys(&[ESCAPE]).await;
    let paid = counter.keptang(&["order", "list", "--search", "60.00"]).remove(0);
    let number = paid["number"].as_str().unwrap();
    counter.keptang(&[
        "--as",
        OWNER,
        "order",
        "refund",
        number,
        "--reason",
        "customer_request",
    ]);

    // The drawer, counted blind, by keys of coins and notes.
    click(&window, "nav-shift").await;
    window.element("shift-page").await;
    in_every_look(&window, "owner-shift", "shift-page").await;
    click(&window, "shift-count").await;
    window.element("count-form").await;
    photograph(&window, "owner-count-th-light").await;

    click(&window, "nav-providers").await;
    window.element("providers-page").await;
    photograph(&window, "owner-providers-th-light").await;
    click(&window, "nav-settings").await;
    window.element("settings-page").await;
    in_every_look(&window, "owner-settings", "settings-page").await;

    // Z, then the signature.
    click(&window, "nav-day").await;
    window.until_attribute("refunds", "data-amount", "60.00").await;
    click(&window, "day-close").await;
    type_pin(&window).await;
    window.until_attribute("day-end", "data-stage", "sign").await;
    click(&window, "day-sign").await;
    let note = until("a note or a PIN is asked for", async || {
        let either = "[data-testid='note-do'], [data-testid='pin-pad']";
        window.page.find(Locator::Css(either)).await.ok()
    })
    .await;
    if note.attr("data-testid").await.unwrap().as_deref() == Some("note-do") {
        note.click().await.unwrap();
    }
    type_pin(&window).await;
    window.until_attribute("day-end", "data-stage", "signed").await;
    photograph(&window, "owner-day-signed-th-light").await;

    let report = counter.keptang(&["report"]).remove(0);
    assert_eq!(
        (
            &report["gross"],
            &report["refunds"],
            &report["manual"],
            &report["cash"]
        ),
        (
            &json!("2355.25"),
            &json!("60.00"),
            &json!("500.00"),
            &json!("1855.25")
        )
    );
    assert_eq!(counter.keptang(&["ledger", "verify"])[0]["ok"], true);
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_till_keeps_the_live_qr_and_tells_when_it_is_paid() {
    let counter = Counter::new();
    let window = counter.window().await;
    window.size(1366, 768).await;
    ask_for_250(&window).await;
    window.type_keys(&[F12]).await;
    window.element("lock-panel").await;
    window.element("qr").await;
    photograph(&window, "lock-th-light").await;
    pay(&counter, &window).await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_said_opens_for_the_owner() {
    let counter = Counter::new();
    let window = counter.window().await;
    window.size(1366, 768).await;
    ask_for_250(&window).await;
    let charge = pay(&counter, &window).await;
    window.paid_takes_keys().await;
    window.type_keys(&[ENTER]).await;
    window.until_attribute("bill-state", "data-state", "idle").await;

    click(&window, "menu").await;
    click(&window, "menu-day").await;
    click(&window, "nav-bills").await;
    window.until_attribute("bills-page", "data-count", "1").await;
    window.type_keys(&[ENTER]).await;
    window.element("timeline").await;
    let confirmed = r#"[data-event="confirmed"]"#;
    let open = format!("document.querySelector('{confirmed} [data-testid=\"timeline-raw\"]').click()");
    window.script(&open).await;
    let is_open = format!("return document.querySelector('{confirmed} pre') !== null");
    until("the evidence is open", async || {
        (window.script(&is_open).await == json!(true)).then_some(())
    })
    .await;
    let evidence = window.text("timeline").await;
    for part in [
        charge.id.as_str(),
        "\"object\": \"charge\"",
        "\"paid\": true",
        "\"amount\": 25000",
    ] {
        assert!(evidence.contains(part), "{part}: {evidence}");
    }
    in_every_theme(&window, "owner-evidence", "timeline").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_that_is_read_at_the_start_is_there_after_one_click() {
    let counter = Counter::new();
    let window = counter.window().await;
    window.size(1366, 768).await;
    click(&window, "menu").await;
    click(&window, "menu-settings").await;
    click(&window, "section-timing").await;
    window.element("set-timing-poll_slow_ms").await;
    let field = Locator::Css("input#set-timing-poll_slow_ms");
    let field = window.page.find(field).await.unwrap();
    field.clear().await.unwrap();
    field.send_keys("9000").await.unwrap();
    click(&window, "settings-save").await;
    type_pin(&window).await;
    window.element("restart-note").await;
    in_every_look(&window, "owner-restart", "restart-note").await;
    // The program may be gone before it has answered the driver.
    let _ = window.element("restart").await.click().await;
    window.until_started_again(counter.data_dir()).await;
    let file = std::fs::read_to_string(counter.data_dir().join("settings.toml")).unwrap();
    assert!(file.contains("poll_slow_ms = 9000"), "{file}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_nobody_set_up_begins_with_the_wizard() {
    let counter = Counter::nobodys();
    let window = counter.window_at("setup-wizard").await;
    window.size(1366, 768).await;
    photograph(&window, "setup-wizard-th-light").await;
    click(&window, "wizard-leave").await;
    window.element("charge-key").await;
    window.type_keys(&[F8]).await;
    window.close().await;
}
