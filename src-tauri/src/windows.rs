//! The windows: the cashier's, the customer's, and the one that says why there is no cashier's.
//!
//! The first two are described in tauri.conf.json; a page may go nowhere but to its own files.

use crate::display;
use crate::fault::{Fault, FaultPage};
use tauri::webview::PageLoadEvent;
use tauri::{AppHandle, Manager, Runtime, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

pub(crate) const CASHIER: &str = "cashier";
pub(crate) const CUSTOMER: &str = "customer-display";
pub(crate) const FAULT: &str = "fault";

pub(crate) fn open_cashier<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<()> {
    declared(app, CASHIER)?.build().map(drop)
}

/// Opens or closes the customer's window. Asking for what is already so changes nothing.
pub(crate) fn set_customer<R: Runtime>(cashier: &WebviewWindow<R>, open: bool) -> tauri::Result<()> {
    let app = cashier.app_handle();
    match (app.get_webview_window(CUSTOMER), open) {
        (Some(window), false) => window.close(),
        (None, true) => {
            let window = declared(app, CUSTOMER)?
                .on_page_load(|window, load| {
                    if load.event() == PageLoadEvent::Finished {
                        display::tell_fresh_page(window.app_handle());
                    }
                })
                .build()?;
            to_the_other_screen(cashier, &window)
        }
        (Some(_), true) | (None, false) => Ok(()),
    }
}

/// A customer screen is a second monitor where there is one; otherwise an ordinary window.
fn to_the_other_screen<R: Runtime>(
    cashier: &WebviewWindow<R>,
    customer: &WebviewWindow<R>,
) -> tauri::Result<()> {
    let Some(here) = cashier.current_monitor()? else {
        return Ok(());
    };
    let other = cashier
        .available_monitors()?
        .into_iter()
        .find(|monitor| monitor.position() != here.position());
    let Some(other) = other else { return Ok(()) };
    customer.set_position(*other.position())?;
    customer.set_fullscreen(true)
}

/// Opens the window that says what went wrong and what to do.
pub(crate) fn open_fault<R: Runtime>(
    app: &AppHandle<R>,
    page: &FaultPage,
    fault: Fault,
) -> tauri::Result<()> {
    fault.report();
    let url = page.put(fault);
    WebviewWindowBuilder::new(app, FAULT, WebviewUrl::CustomProtocol(url))
        .title("Keptang เก็บตัง")
        .inner_size(760.0, 560.0)
        .center()
        .on_navigation(is_ours)
        .build()
        .map(drop)
}

/// Opens that window in the place of the cashier's, whose page waits for a till that will not come.
pub(crate) fn replace_cashier<R: Runtime>(
    app: &AppHandle<R>,
    page: &FaultPage,
    fault: Fault,
) -> tauri::Result<()> {
    open_fault(app, page, fault)?;
    app.get_webview_window(CASHIER)
        .map_or(Ok(()), |cashier| cashier.destroy())
}

/// A window of tauri.conf.json, not yet built.
pub(crate) fn declared<'a, R: Runtime>(
    app: &'a AppHandle<R>,
    label: &str,
) -> tauri::Result<WebviewWindowBuilder<'a, R, AppHandle<R>>> {
    let config = app
        .config()
        .app
        .windows
        .iter()
        .find(|window| window.label == label);
    let config = config.ok_or(tauri::Error::WindowNotFound)?;
    Ok(WebviewWindowBuilder::from_config(app, config)?.on_navigation(is_ours))
}

/// The app's own pages: `tauri://localhost`, on Windows `http://tauri.localhost`, and the fault page.
fn is_ours(url: &Url) -> bool {
    match url.scheme() {
        "tauri" | FaultPage::SCHEME => url.host_str() == Some("localhost"),
        "http" => url.host_str().is_some_and(|host| {
            host == "tauri.localhost" || host.strip_suffix(".localhost") == Some(FaultPage::SCHEME)
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_stays_at_home() {
        for (url, ours) in [
            ("tauri://localhost/index.html", true),
            ("http://tauri.localhost/index.html#/customer-display", true),
            ("keptang-fault://localhost/", true),
            ("http://keptang-fault.localhost/", true),
            ("https://tauri.localhost.example.com/", false),
            ("http://localhost:8787/", false),
            ("tauri://elsewhere/", false),
            ("file:///etc/passwd", false),
            ("data:text/html,x", false),
            ("javascript:alert(1)", false),
        ] {
            assert_eq!(is_ours(&url.parse().unwrap()), ours, "{url}");
        }
    }
}
