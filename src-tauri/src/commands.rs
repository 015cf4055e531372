//! The one command of the pages. The list of what can be asked is `keptang_api::COMMANDS`; the two names added here
//! move windows about and are nobody's business but the shell's.

use crate::display::{self, Display};
use crate::windows;
use keptang_api::{ApiError, App as Till, ErrorCode};
use serde::Deserialize;
use serde_json::Value;
use tauri::{Manager, Runtime, WebviewWindow};
use tokio::sync::watch;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DisplayOpen {
    open: bool,
}

/// Whether the till is open. The cashier's page is there before it and asks at once.
#[derive(Debug, Default)]
pub(crate) struct Opened(watch::Sender<bool>);

impl Opened {
    /// The till is among what the application manages.
    pub(crate) fn now(&self) {
        self.0.send_replace(true);
    }
}

/// The till, once there is one. When it cannot be opened the page that waits here is closed.
async fn till<R: Runtime>(window: &WebviewWindow<R>) -> Till {
    loop {
        if let Some(till) = window.try_state::<Till>() {
            return till.inner().clone();
        }
        let mut opened = window.state::<Opened>().0.subscribe();
        // The sender lives as long as the application.
        let _ = opened.wait_for(|is_open| *is_open).await;
    }
}

#[tauri::command]
pub(crate) async fn call<R: Runtime>(
    window: WebviewWindow<R>,
    name: String,
    request: Value,
) -> Result<Value, ApiError> {
    // The capability files say the same; this holds even if one of them is edited carelessly.
    if window.label() != windows::CASHIER {
        tracing::warn!(
            window = window.label(),
            command = name,
            "a command from a window that has none"
        );
        return Err(refusal(ErrorCode::Forbidden, &name));
    }
    match name.as_str() {
        "display_open" => {
            let DisplayOpen { open } = shape(&name, request)?;
            windows::set_customer(&window, open).map_err(|error| toolkit(&name, &error))
        }
        "display_show" => {
            let shown: Display = shape(&name, request)?;
            display::show(&window, shown).map_err(|error| toolkit(&name, &error))
        }
        _ => return till(&window).await.call(&name, request).await,
    }
    .map(|()| Value::Object(serde_json::Map::new()))
}

fn shape<T: serde::de::DeserializeOwned>(name: &str, request: Value) -> Result<T, ApiError> {
    serde_json::from_value(request).map_err(|_| refusal(ErrorCode::BadRequest, name))
}

fn toolkit(name: &str, error: &tauri::Error) -> ApiError {
    tracing::error!(command = name, error = %error, "the window toolkit refused");
    refusal(ErrorCode::Internal, name)
}

fn refusal(code: ErrorCode, name: &str) -> ApiError {
    ApiError {
        code,
        params: [("command", name.to_owned())].into(),
        incident: None,
    }
}
