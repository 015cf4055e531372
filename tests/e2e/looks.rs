//! Every state of the bill in the real window, photographed, and checked for what must never be: text that is cut off
//! and a QR that cannot be scanned.

use crate::counter::{Counter, pictures, read_off};
use crate::window::{DELETE, ENTER, F2, F8, F10, NUMPAD_PLUS, NUMPAD_TIMES, Window};
use keptang_simulator::control::Action;
use keptang_simulator::faults::{Endpoint, Fault, FaultRule};
use keptang_tests::till::until;

/// Texts that are wider or higher than their box and would be cut off by it.
const CUT_OFF: &str = r#"
    const cut = [];
    for (const element of document.querySelectorAll("button, h1, h2, b, p, span, strong, dl, li")) {
        const style = getComputedStyle(element);
        if (style.visibility === "hidden" || element.clientWidth === 0) continue;
        // Sentences for screen readers live in a box of one pixel on purpose.
        let box = element;
        while (box && !(box.clientWidth <= 1 && box.clientHeight <= 1)) box = box.parentElement;
        if (box) continue;
        const hides = style.overflowX === "hidden" || style.overflowX === "clip";
        const meant = style.textOverflow === "ellipsis";
        if (hides && !meant && element.scrollWidth > element.clientWidth + 1) cut.push(element.textContent.trim());
        const hidesHeight = style.overflowY === "hidden" || style.overflowY === "clip";
        if (hidesHeight && element.scrollHeight > element.clientHeight + 2) cut.push(element.textContent.trim());
    }
    const page = document.documentElement;
    if (page.scrollWidth > page.clientWidth) cut.push("the page scrolls sideways");
    if (page.scrollHeight > page.clientHeight) cut.push("the page scrolls down");
    return cut;
"#;

/// Photographs what is open, of which nothing may be cut off.
pub(crate) async fn photograph(window: &Window, name: &str) {
    let picture = window.picture(&pictures(), name).await;
    assert!(
        picture.metadata().is_ok_and(|file| file.len() > 10_000),
        "{name} is a picture of something"
    );
    let cut = window.script(CUT_OFF).await;
    assert_eq!(cut, serde_json::json!([]), "{name}: nothing may be cut off");
}

async fn sale(window: &Window, keys: &[char]) {
    window.type_keys(keys).await;
    window.type_keys(&[ENTER]).await;
}

async fn next(window: &Window) {
    window.type_keys(&[F8]).await;
    window.until_attribute("bill-state", "data-state", "idle").await;
}

/// Opens the customer's window, photographs it, and comes back.
async fn customer_display(window: &Window) {
    let cashier = window.page.window().await.unwrap();
    window.type_keys(&[F10]).await;
    window.element("display-open").await.click().await.unwrap();
    let other = until("the customer's window opens", async || {
        let all = window.page.windows().await.ok()?;
        all.into_iter().find(|handle| *handle != cashier)
    })
    .await;
    window.element("menu-close").await.click().await.unwrap();
    window.page.switch_to_window(other).await.unwrap();
    window.element("qr").await;
    let picture = window.picture(&pictures(), "customer-display").await;
    assert_eq!(read_off(&picture).len(), 1, "the customer can scan it");
    window.page.switch_to_window(cashier).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_state_of_a_bill() {
    let counter = Counter::new();
    let window = counter.window().await;
    window.size(1366, 768).await;
    let mut known = Vec::new();
    photograph(&window, "cashier-idle-th-light").await;
    window
        .type_keys(&['4', '5', NUMPAD_TIMES, '2', NUMPAD_PLUS, '8'])
        .await;
    window
        .until_attribute("entry-amount", "data-amount", "98.00")
        .await;
    photograph(&window, "cashier-typing-th-light").await;

    // Asked for, waiting, and in every look.
    window.type_keys(&[DELETE]).await;
    // Omise plays every state; the method used last stays.
    window.type_keys(&[F2]).await;
    sale(&window, &['2', '5', '0']).await;
    window
        .until_attribute("bill-state", "data-state", "waiting")
        .await;
    photograph(&window, "cashier-waiting-th-light").await;
    for (language, theme) in [("th", "dark"), ("en", "light"), ("en", "dark"), ("th", "hc")] {
        window.look(language, theme).await;
        window
            .until_attribute("bill-state", "data-state", "waiting")
            .await;
        window.element("qr").await;
        photograph(&window, &format!("cashier-waiting-{language}-{theme}")).await;
        let picture = window.picture(&pictures(), "scan").await;
        assert_eq!(read_off(&picture).len(), 1, "the QR scans in {language} {theme}");
    }
    window.look("th", "light").await;
    for (width, height) in [(1024, 768), (1920, 1080)] {
        window.size(width, height).await;
        window.element("qr").await;
        photograph(&window, &format!("cashier-waiting-th-light-{width}")).await;
    }
    window.size(1366, 768).await;
    customer_display(&window).await;
    let charge = counter.charge(&known).await;
    known.push(charge.id.clone());
    counter.act(&charge, Action::Pay).await;
    window.element("paid-screen").await;
    // The green has risen over the whole window by then.
    window.paid_takes_keys().await;
    photograph(&window, "paid-th-light").await;
    window.look("en", "dark").await;
    window.look("th", "light").await;

    // The ends without money.
    for (action, state) in [(Action::Fail, "failed"), (Action::Expire, "expired")] {
        sale(&window, &['1', '4', '5']).await;
        window
            .until_attribute("bill-state", "data-state", "waiting")
            .await;
        let charge = counter.charge(&known).await;
        known.push(charge.id.clone());
        counter.act(&charge, action).await;
        window.until_attribute("bill-state", "data-state", state).await;
        photograph(&window, &format!("cashier-{state}-th-light")).await;
        next(&window).await;
    }

    // What the provider gets wrong.
    counter
        .fault(FaultRule::once(Fault::QrAmount { amount_satang: 100 }))
        .await;
    sale(&window, &['3', '2', '0']).await;
    window
        .until_attribute("bill-state", "data-state", "mismatch")
        .await;
    assert!(
        window
            .page
            .find(fantoccini::Locator::Css("[data-testid='qr']"))
            .await
            .is_err(),
        "nothing to scan"
    );
    photograph(&window, "cashier-mismatch-th-light").await;
    next(&window).await;

    counter
        .fault(FaultRule::always(Fault::CutAfter).at(Endpoint::OmiseChargeCreate))
        .await;
    counter
        .fault(FaultRule::always(Fault::ServerError { status: 503 }).at(Endpoint::OmiseChargeList))
        .await;
    sale(&window, &['1', '8', '0']).await;
    window
        .until_attribute("bill-state", "data-state", "unknown")
        .await;
    photograph(&window, "cashier-unknown-th-light").await;
    counter.no_more_faults().await;
    window
        .until_attribute("bill-state", "data-state", "waiting")
        .await;
    window.close().await;
}
