//! Passes what the till announces on to the cashier's page.
//!
//! An event names an order or a provider and says nothing about it: the page asks. So one that is lost, or overheard
//! by the customer's page (Tauri lets any listener hear an event sent to another window), does no harm.

use crate::windows;
use keptang_api::AppEvent;
use tauri::{AppHandle, Emitter, EventTarget, Runtime};
use tokio::sync::broadcast::{error::RecvError, Receiver};

pub(crate) fn forward<R: Runtime>(app: &AppHandle<R>, mut heard: Receiver<AppEvent>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        loop {
            match heard.recv().await {
                Ok(AppEvent { name, payload }) => {
                    let cashier = EventTarget::webview_window(windows::CASHIER);
                    if let Err(error) = app.emit_to(cashier, name, payload) {
                        tracing::warn!(event = name, error = %error, "the window could not be told");
                    }
                }
                // The page refetches on its own rhythm, so it catches up with what was skipped.
                Err(RecvError::Lagged(skipped)) => tracing::warn!(skipped, "the window was told too slowly"),
                Err(RecvError::Closed) => return,
            }
        }
    });
}
