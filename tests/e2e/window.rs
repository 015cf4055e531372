//! A window under test: the real binary, driven through WebKit's own WebDriver.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use keptang_tests::binaries::binary;
use keptang_tests::till::{free_port, until};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::{Child, Command};

/// WebDriver's codes of keys without a character.
pub(crate) const ENTER: char = '\u{E007}';
const SHIFT: char = '\u{E008}';
pub(crate) const ESCAPE: char = '\u{E00C}';
pub(crate) const F1: char = '\u{E031}';
pub(crate) const F2: char = '\u{E032}';
pub(crate) const F3: char = '\u{E033}';
pub(crate) const F4: char = '\u{E034}';
pub(crate) const F5: char = '\u{E035}';
pub(crate) const F8: char = '\u{E038}';
pub(crate) const F10: char = '\u{E03A}';
pub(crate) const F12: char = '\u{E03C}';
pub(crate) const DELETE: char = '\u{E017}';
pub(crate) const NUMPAD_TIMES: char = '\u{E024}';
pub(crate) const NUMPAD_PLUS: char = '\u{E025}';

/// A till's window and the driver it hangs on. Both end with the value.
pub(crate) struct Window {
    pub(crate) page: Client,
    pub(crate) driver: Child,
    pid: u32,
}

impl Window {
    /// Opens the window of `data_dir` and waits until the keypad is there.
    pub(crate) async fn open(data_dir: &Path, environment: &[(String, String)]) -> Self {
        let window = Self::start(data_dir, environment).await;
        window.sign_in().await;
        window
    }

    /// Opens the window of `data_dir`, whatever it shows first.
    pub(crate) async fn start(data_dir: &Path, environment: &[(String, String)]) -> Self {
        let port = free_port();
        let driver = Command::new("WebKitWebDriver")
            .args([format!("--port={port}"), "--host=127.0.0.1".to_owned()])
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .envs(environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("WebKitWebDriver is installed by script/setup");
        let window = json!({ "binary": binary("keptang-desktop"), "args": ["--data-dir", data_dir] });
        let mut capabilities = Capabilities::new();
        capabilities.insert("webkitgtk:browserOptions".to_owned(), window);
        let address = format!("http://127.0.0.1:{port}");
        let page = until("the driver starts the window", async || {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder
                .capabilities(capabilities.clone())
                .connect(&address)
                .await
                .ok()
        })
        .await;
        let pid = pid_of(data_dir).expect("the window runs");
        Self { page, driver, pid }
    }

    /// A till with people opens locked. One with one person asks for their PIN alone.
    async fn sign_in(&self) {
        let first = "[data-testid='lock-panel'], [data-testid='charge-key']";
        let found = until("the till is there", async || {
            self.page.find(Locator::Css(first)).await.ok()
        })
        .await;
        let id = found.attr("data-testid").await.expect("it is there");
        if id.as_deref() == Some("lock-panel") {
            self.type_keys(&['1', '2', '3', '4', ENTER]).await;
        }
        self.element("charge-key").await;
    }

    /// Waits until the program has ended and its till is open again, and ends the new one, which hangs on no driver.
    pub(crate) async fn until_started_again(mut self, data_dir: &Path) {
        let again = until("the program starts again", async || {
            let opened = log_of(data_dir).matches("the window is starting").count();
            pid_of(data_dir).filter(|pid| *pid != self.pid && opened == 2)
        })
        .await;
        let killed = Command::new("kill")
            .args(["-9", &again.to_string()])
            .status()
            .await;
        assert!(killed.is_ok_and(|status| status.success()));
        let _ = self.driver.kill().await;
    }

    /// Kills the window as a power cut would.
    pub(crate) async fn kill(mut self) {
        let killed = Command::new("kill")
            .args(["-9", &self.pid.to_string()])
            .status()
            .await;
        assert!(
            killed.is_ok_and(|status| status.success()),
            "the window was already gone"
        );
        let _ = self.driver.kill().await;
    }

    /// Closes the window politely.
    pub(crate) async fn close(mut self) {
        let _ = self.page.clone().close().await;
        let _ = Command::new("kill")
            .arg(self.pid.to_string())
            .stderr(Stdio::null())
            .status()
            .await;
        let _ = self.driver.kill().await;
    }

    /// Types keys one after the other, wherever the focus is.
    pub(crate) async fn type_keys(&self, keys: &[char]) {
        let mut actions = KeyActions::new("keys".to_owned());
        for key in keys {
            actions = actions
                .then(KeyAction::Down { value: *key })
                .then(KeyAction::Up { value: *key });
        }
        self.page
            .perform_actions(actions)
            .await
            .expect("keys can be typed");
    }

    /// A key in the paid screen's first moments was already on its way down and is not taken; the page's own clock says
    /// when that is over.
    pub(crate) async fn paid_takes_keys(&self) {
        self.half_a_second_on().await;
    }

    /// Nobody holds a slip under the scanner in the very frame in which a QR is drawn: half a second by the page's own
    /// clock.
    pub(crate) async fn half_a_second_on(&self) {
        let now_ms = async || self.script("return Math.floor(performance.now())").await.as_i64();
        let seen_at_ms = now_ms().await.expect("a page has a clock");
        until("the page's clock goes on", async || {
            (now_ms().await? > seen_at_ms + 450).then_some(())
        })
        .await;
    }

    /// A scanner reads a code: it types it as a keyboard would, capitals with Shift, and ends with Enter.
    pub(crate) async fn scan(&self, text: &str) {
        let mut actions = KeyActions::new("scanner".to_owned());
        for key in text.chars().chain([ENTER]) {
            let capital = key.is_ascii_uppercase();
            if capital {
                actions = actions.then(KeyAction::Down { value: SHIFT });
            }
            actions = actions
                .then(KeyAction::Down { value: key })
                .then(KeyAction::Up { value: key });
            if capital {
                actions = actions.then(KeyAction::Up { value: SHIFT });
            }
        }
        self.page
            .perform_actions(actions)
            .await
            .expect("a code can be scanned");
    }

    /// Waits for an element by its test id.
    pub(crate) async fn element(&self, id: &str) -> fantoccini::elements::Element {
        let selector = format!("[data-testid='{id}']");
        until(&format!("{id} appears"), async || {
            self.page.find(Locator::Css(&selector)).await.ok()
        })
        .await
    }

    /// Waits until an attribute of an element has this value.
    pub(crate) async fn until_attribute(&self, id: &str, attribute: &str, hoped: &str) {
        let selector = format!("[data-testid='{id}'][{attribute}='{hoped}']");
        until(&format!("{id} has {attribute} {hoped}"), async || {
            self.page.find(Locator::Css(&selector)).await.ok()
        })
        .await;
    }

    /// The text of an element, once it is there.
    pub(crate) async fn text(&self, id: &str) -> String {
        self.element(id).await.text().await.expect("the element is there")
    }

    /// Runs a script in the page.
    pub(crate) async fn script(&self, script: &str) -> Value {
        self.page
            .execute(script, Vec::new())
            .await
            .expect("the script runs")
    }

    /// Photographs the page into `folder`.
    pub(crate) async fn picture(&self, folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(format!("{name}.png"));
        let png = self
            .page
            .screenshot()
            .await
            .expect("the page can be photographed");
        std::fs::write(&path, png).expect("the folder can be written");
        path
    }

    /// Sets what the menu sets, and loads the page anew.
    pub(crate) async fn look(&self, language: &str, theme: &str) {
        let script = format!(
            "localStorage.setItem('keptang.language', '{language}'); localStorage.setItem('keptang.theme', '{theme}');"
        );
        self.script(&script).await;
        self.page.refresh().await.expect("the page loads again");
        self.element("bill-state").await;
    }

    /// The same through the menu, over whatever page is open.
    pub(crate) async fn look_by_menu(&self, language: &str, theme: &str) {
        self.type_keys(&[F10]).await;
        for choice in [
            format!("language-{language}"),
            format!("theme-{theme}"),
            "menu-close".to_owned(),
        ] {
            self.element(&choice)
                .await
                .click()
                .await
                .expect("it can be chosen");
        }
    }

    pub(crate) async fn size(&self, width: u32, height: u32) {
        self.page
            .set_window_size(width, height)
            .await
            .expect("the window can be sized");
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // A test that failed must not leave its window behind.
        let _ = std::process::Command::new("kill")
            .args(["-9", &self.pid.to_string()])
            .stderr(Stdio::null())
            .status();
    }
}

/// The process whose command line names this data directory.
/// All that the windows of a till wrote.
fn log_of(data_dir: &Path) -> String {
    let files = std::fs::read_dir(data_dir.join("logs")).into_iter().flatten();
    let texts = files.filter_map(|file| std::fs::read_to_string(file.ok()?.path()).ok());
    texts.collect()
}

fn pid_of(data_dir: &Path) -> Option<u32> {
    let wanted = data_dir.to_str()?;
    std::fs::read_dir("/proc")
        .ok()?
        .filter_map(Result::ok)
        .find_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let words = std::fs::read(entry.path().join("cmdline")).ok()?;
            let words = String::from_utf8_lossy(&words).into_owned();
            (words.contains("keptang-desktop") && words.contains(wanted)).then_some(pid)
        })
}
