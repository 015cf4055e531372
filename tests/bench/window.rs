//! Cold start: from the process to the keypad, beside an empty window of the same toolkit and the same build.
//!
//! The two take turns. A start ends when WebDriver finds the element that says so; looking for it costs both the same.
//! The till's folder is one of training with a ledger in it, as on the second day.

use crate::figures::{Row, Samples};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use keptang_tests::till::{free_port, until};
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

const STARTS: u32 = 8;
/// Short, because looking is part of what is measured; not none, because the page wants the processor too.
const LOOK_AGAIN: Duration = Duration::from_millis(4);
/// Of the times in `/proc`, in every Linux (`USER_HZ`).
const TICKS_PER_SECOND: u64 = 100;

/// The two programs, built by `script/bench` with the feature that lets WebDriver drive them.
#[derive(Debug, Clone)]
pub(crate) struct Windows {
    pub(crate) till: PathBuf,
    pub(crate) empty: PathBuf,
}

pub(crate) async fn measure(windows: &Windows) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("settings.toml"), training()).unwrap();
    let data_dir = folder.path().to_str().unwrap();
    let (mut ours, mut empty) = (Samples::default(), Samples::default());
    // The first start of each fills the machine's caches and the till's folder, and is thrown away.
    for round in 0..=STARTS {
        let till = start(
            &windows.till,
            &["--data-dir", data_dir],
            "charge-key",
            folder.path(),
        )
        .await;
        let bare = start(&windows.empty, &[], "ready", folder.path()).await;
        if round > 0 {
            ours.add(till);
            empty.add(bare);
        }
    }
    let ratio = ours.median_ms() / empty.median_ms();
    let of = |samples: &Samples| {
        format!(
            "median {:.0} ms, slowest {:.0} ms",
            samples.median_ms(),
            samples.percentile_ms(100)
        )
    };
    vec![Row {
        what: "Cold start of the window: process to keypad, in training".into(),
        ours: of(&ours),
        peer: format!("{}; an empty window", of(&empty)),
        ratio: format!("{ratio:.2}×"),
        target: "≤ 1.3×",
        is_met: Some(ratio <= 1.3),
    }]
}

fn training() -> String {
    let simulator = format!("http://127.0.0.1:{}", free_port());
    let callbacks = free_port();
    format!(
        "training = true\n\
         [callbacks]\nlisten = \"127.0.0.1:{callbacks}\"\n\
         [providers.omise_truemoney]\nbase_url = \"{simulator}/omise\"\n\
         [providers.deposit_gateway]\nbase_url = \"{simulator}/deposit_gateway\"\n\
         [providers.jwt_gateway]\nbase_url = \"{simulator}/jwt_gateway/api/v1\"\n\
         [providers.crypto_2328]\nbase_url = \"{simulator}/crypto_2328/api\"\n"
    )
}

/// Starts a window, waits for the element and ends it again; the time from its process to the element.
async fn start(binary: &Path, arguments: &[&str], element: &str, folder: &Path) -> Duration {
    let port = free_port();
    let web_view = folder.join("web-view");
    let mut driver = Command::new("WebKitWebDriver")
        .args([format!("--port={port}"), "--host=127.0.0.1".to_owned()])
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .env("XDG_DATA_HOME", &web_view)
        .env("XDG_CACHE_HOME", &web_view)
        .env("XDG_CONFIG_HOME", &web_view)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("WebKitWebDriver is installed by script/setup");
    let page = connect(binary, arguments, port).await;
    let selector = format!("[data-testid='{element}']");
    let found = tokio::time::timeout(Duration::from_secs(20), async {
        while page.find(Locator::Css(&selector)).await.is_err() {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        since_boot()
    });
    let shown_at = found.await.expect("the window shows its element");
    let pid = only_child(&driver);
    let took = shown_at.saturating_sub(started_at(pid));
    let _ = page.close().await;
    end(pid, &mut driver).await;
    took
}

async fn connect(binary: &Path, arguments: &[&str], port: u16) -> Client {
    let window = json!({ "binary": binary, "args": arguments });
    let mut capabilities = Capabilities::new();
    capabilities.insert("webkitgtk:browserOptions".to_owned(), window);
    let address = format!("http://127.0.0.1:{port}");
    until("the driver starts the window", async || {
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let builder = builder.capabilities(capabilities.clone());
        builder.connect(&address).await.ok()
    })
    .await
}

/// Ends the window, which the driver may have done already, and waits until it is gone: it holds the callback port.
async fn end(pid: u32, driver: &mut Child) {
    let kill = Command::new("kill")
        .args(["-9", &pid.to_string()])
        .stderr(Stdio::null())
        .status();
    let _ = kill.await;
    let _ = driver.kill().await;
    until("the window is gone", async || {
        parent_of(pid).is_none().then_some(())
    })
    .await;
}

fn since_boot() -> Duration {
    let now = clock_gettime(ClockId::Boottime);
    Duration::new(now.tv_sec.try_into().unwrap(), now.tv_nsec.try_into().unwrap())
}

/// The fields of `/proc/PID/stat` after the program's name, which may itself hold blanks; `None` when it is gone.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(") ")?;
    let fields: Vec<String> = fields.split(' ').map(str::to_owned).collect();
    // A process that has ended but that nobody has asked about yet is gone, too.
    (fields[0] != "Z").then_some(fields)
}

/// Field 4 (proc_pid_stat(5)).
fn parent_of(pid: u32) -> Option<u32> {
    stat(pid)?[1].parse().ok()
}

/// Field 22, in ticks since the machine started.
fn started_at(pid: u32) -> Duration {
    let ticks: u64 = stat(pid).expect("the window still runs")[19].parse().unwrap();
    Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND)
}

fn only_child(driver: &Child) -> u32 {
    let driver = driver.id().expect("the driver still runs");
    let pids = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .find(|pid| parent_of(*pid) == Some(driver))
        .expect("the driver has started the window")
}
