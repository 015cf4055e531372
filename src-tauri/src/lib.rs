//! The till's window: a thin host of `keptang_api`.
//!
//! It opens the till, shows two windows, passes one command in and events out. It decides nothing about money, reads
//! no settings and knows no provider; what a page may do is decided in `keptang_api` and in `capabilities/`.

mod arguments;
mod clipboard;
mod commands;
mod display;
mod events;
mod fault;
mod logging;
mod windows;

pub use display::Display;

use arguments::{Asked, USAGE};
use commands::Opened;
use fault::{Fault, FaultPage};
use keptang_api::{App as Till, Options, StartError};
use std::io::Write;
use std::process::ExitCode;
use tauri::async_runtime::JoinHandle;
use tauri::{AppHandle, Manager, RunEvent, Runtime, WindowEvent};

/// Runs the window until it is closed.
pub fn run() -> ExitCode {
    // WebKit obeys this variable in release builds too: with it set, any program of this user could drive the till.
    #[cfg(not(feature = "e2e"))]
    std::env::remove_var("TAURI_WEBVIEW_AUTOMATION");

    let data_dir = match arguments::read(std::env::args_os().skip(1)) {
        Ok(Asked::Open { data_dir }) => data_dir,
        Ok(Asked::Text(text)) => return written(std::io::stdout(), &text, ExitCode::SUCCESS),
        Err(unknown) => {
            return written(
                std::io::stderr(),
                &format!("{unknown}\n{USAGE}"),
                ExitCode::from(2),
            )
        }
    };
    logging::start();
    // The toolkit, the page and the till take long to start; all of them at once. A page that asks before there is a
    // till waits for its answer (`commands`).
    let opening = tauri::async_runtime::spawn(open(Options { data_dir }));
    let context = context();
    let pages_built = context.assets().get(&"index.html".into()).is_some();
    let fault_page = FaultPage::default();
    let page = fault_page.clone();
    let builder = fault_page
        .serve(builder(tauri::Builder::default()))
        .setup(move |app| {
            if !pages_built {
                return Ok(windows::open_fault(app.handle(), &page, Fault::pages_missing())?);
            }
            windows::open_cashier(app.handle())?;
            tauri::async_runtime::spawn(hand_over(app.handle().clone(), page, opening));
            Ok(())
        });
    let app = match builder.build(context) {
        Ok(app) => app,
        Err(error) => {
            tracing::error!(error = %error, "the window toolkit could not start");
            let text = format!(
                "The window could not be opened: {error}\nThe till works without one: keptang --help"
            );
            return written(std::io::stderr(), &text, ExitCode::FAILURE);
        }
    };
    let faulty = fault_page.clone();
    let code = app.run_return(move |app, event| {
        // The customer's window shows what the cashier's sends: alone it would show the past. A cashier's window that
        // made room for the fault page leaves that page open.
        if matches!(event, RunEvent::WindowEvent { label, event: WindowEvent::Destroyed, .. } if label == windows::CASHIER)
            && !faulty.is_shown()
        {
            app.exit(0);
        }
    });
    if fault_page.is_shown() {
        return ExitCode::FAILURE;
    }
    u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// What the window and its tests share: the one command, under any runtime.
pub fn builder<R: Runtime>(builder: tauri::Builder<R>) -> tauri::Builder<R> {
    builder
        .manage(display::Newest::default())
        .manage(clipboard::LastSeen::default())
        .manage(Opened::default())
        .invoke_handler(tauri::generate_handler![commands::call])
}

/// Configuration, capabilities and pages, as compiled in.
pub fn context<R: Runtime>() -> tauri::Context<R> {
    tauri::generate_context!()
}

/// Opens one of the windows of tauri.conf.json, for tests; the product opens them itself.
///
/// # Errors
/// When the toolkit refuses.
pub fn open_window<R: Runtime>(
    app: &tauri::AppHandle<R>,
    label: &str,
) -> tauri::Result<tauri::WebviewWindow<R>> {
    windows::declared(app, label)?.build()
}

/// Gives the pages their till once it is open, or puts the reason why there is none in their place.
async fn hand_over(app: AppHandle, page: FaultPage, opening: JoinHandle<Result<Till, StartError>>) {
    let fault = match opening.await {
        Ok(Ok(till)) => {
            events::forward(&app, till.events());
            app.manage(till);
            app.state::<Opened>().now();
            return;
        }
        Ok(Err(error)) => Fault::start(&error),
        Err(panicked) => Fault::broken(&panicked),
    };
    let windows = app.clone();
    let replaced = app.run_on_main_thread(move || {
        if let Err(error) = windows::replace_cashier(&windows, &page, fault) {
            tracing::error!(error = %error, "the window could not say why the till is not open");
            windows.exit(1);
        }
    });
    if let Err(error) = replaced {
        tracing::error!(error = %error, "the window toolkit is gone");
    }
}

async fn open(options: Options) -> Result<Till, StartError> {
    let till = Till::open(options).await?;
    logging::keep_in(till.data_dir());
    till.run_background().await;
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        training = till.is_training(),
        "the window is starting"
    );
    Ok(till)
}

/// Writes a line for whoever started the program from a terminal.
fn written(mut to: impl Write, text: &str, code: ExitCode) -> ExitCode {
    // Started without a terminal there is nobody to tell.
    let _ = writeln!(to, "{text}");
    code
}
