//! The one command of the pages. The list of what can be asked is `keptang_api::COMMANDS`; the names added here
//! move windows about, read the clipboard, show a file in its folder or start the program again, and are nobody's
//! business but the shell's.

use crate::clipboard::LastSeen;
use crate::display::{self, Display};
use crate::windows;
use keptang_api::{ApiError, App as Till, ErrorCode};
use serde::Deserialize;
use serde_json::Value;
use std::path::{Path, PathBuf};
use tauri::{Manager, Runtime, WebviewWindow};
use tokio::sync::watch;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DisplayOpen {
    open: bool,
}

#[derive(Debug, Deserialize)]
struct FileOpen {
    path: PathBuf,
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
        "file_open" => {
            let FileOpen { path } = shape(&name, request)?;
            reveal(&till(&window).await, &path)
        }
        "restart" => {
            tracing::info!("the page asked to start again");
            // A kill is as good for the till; the new process finds every bill where it was.
            window.app_handle().request_restart();
            Ok(())
        }
        "clipboard_look" => return clipboard_look(&window, &name).await,
        _ => return till(&window).await.call(&name, request).await,
    }
    .map(|()| Value::Object(serde_json::Map::new()))
}

/// Shows a file that the till wrote in the folder it lies in. Only such a file: a page that could name any path could
/// have anything opened.
fn reveal(till: &Till, path: &Path) -> Result<(), ApiError> {
    let folder = till.exports_folder().canonicalize();
    let known = path.canonicalize().ok().filter(|path| {
        folder
            .as_ref()
            .is_ok_and(|folder| path.parent() == Some(folder.as_path()))
    });
    let known = known.ok_or_else(|| refusal(ErrorCode::NotFound, "file_open"))?;
    tauri_plugin_opener::reveal_item_in_dir(known).map_err(|error| {
        tracing::warn!(error = %error, "no file manager could be opened");
        refusal(ErrorCode::Internal, "file_open")
    })
}

/// What lies on the clipboard. Only a page whose switch is on asks.
async fn clipboard_look<R: Runtime>(window: &WebviewWindow<R>, name: &str) -> Result<Value, ApiError> {
    let app = window.app_handle().clone();
    let looked = tauri::async_runtime::spawn_blocking(move || app.state::<LastSeen>().look()).await;
    match looked {
        Ok(Ok(clip)) => serde_json::to_value(clip).map_err(|_| refusal(ErrorCode::Internal, name)),
        Ok(Err(error)) => {
            tracing::warn!(error = %error, "the clipboard cannot be read");
            Err(refusal(ErrorCode::Internal, name))
        }
        Err(_) => Err(refusal(ErrorCode::Internal, name)),
    }
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
