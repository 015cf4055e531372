//! A shop in training mode whose window is under test.

use keptang_simulator::control::{Action, ChargeView, Client, FaultRule};
use keptang_tests::binaries::binary;
use keptang_tests::till::{free_port, until};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

use crate::window::Window;

/// The one who may confirm by hand.
pub(crate) const OWNER: &str = "พี่นก";
pub(crate) const PIN: &str = "1234";

pub(crate) struct Counter {
    folder: TempDir,
    environment: Vec<(String, String)>,
    pub(crate) customer: Client,
}

impl Counter {
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// A shop in which nobody works yet and nothing is named.
    pub(crate) fn nobodys() -> Self {
        let mut counter = Self::unopened(&[]);
        counter
            .environment
            .retain(|(name, _)| !name.starts_with("KEPTANG__SHOP__"));
        counter.keptang(&["init"]);
        counter
    }

    /// With these settings besides, by the names of their variables.
    pub(crate) fn with(settings: &[(&str, &str)]) -> Self {
        let counter = Self::unopened(settings);
        counter.keptang(&["init", "--training", "--owner", OWNER]);
        // Otherwise the window offers a shift to whoever signs in.
        counter.keptang(&["--as", OWNER, "shift", "open", "--float", "500"]);
        counter
    }

    fn unopened(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (simulator, callbacks) = (free_port(), free_port());
        let at = |mount: &str| format!("http://127.0.0.1:{simulator}{mount}");
        let set = |name: &str, value: String| (format!("KEPTANG__{name}"), value);
        // The web view remembers the last method and the language outside the till's own folder: each shop its own.
        let web_view = |name: &str| {
            (
                name.to_owned(),
                folder.path().join("web-view").display().to_string(),
            )
        };
        let given = settings
            .iter()
            .map(|(name, value)| set(name, (*value).to_owned()));
        let mut environment = vec![
            web_view("XDG_DATA_HOME"),
            web_view("XDG_CACHE_HOME"),
            web_view("XDG_CONFIG_HOME"),
            set("PROVIDERS__OMISE_TRUEMONEY__BASE_URL", at("/omise")),
            set("PROVIDERS__DEPOSIT_GATEWAY__BASE_URL", at("/deposit_gateway")),
            set("PROVIDERS__JWT_GATEWAY__BASE_URL", at("/jwt_gateway/api/v1")),
            set("PROVIDERS__CRYPTO_2328__BASE_URL", at("/crypto_2328/api")),
            set("SLIPS__EASYSLIP__BASE_URL", at("/easyslip")),
            set("CALLBACKS__LISTEN", format!("127.0.0.1:{callbacks}")),
            set("TIMING__POLL_FAST_MS", "200".to_owned()),
            set("SHOP__NAME", "ชื่นใจ คาเฟ่ แอนด์ บาร์".to_owned()),
            set("SHOP__BRANCH", "สาขาอารีย์".to_owned()),
        ];
        environment.extend(given);
        Self {
            folder,
            environment,
            customer: Client::new(&format!("http://127.0.0.1:{simulator}")).unwrap(),
        }
    }

    pub(crate) fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) async fn window(&self) -> Window {
        Window::open(self.data_dir(), &self.environment).await
    }

    /// The window, once this is there; nobody signs in.
    pub(crate) async fn window_at(&self, testid: &str) -> Window {
        let window = Window::start(self.data_dir(), &self.environment).await;
        window.element(testid).await;
        window
    }

    /// Runs the headless till on the same data directory and gives its lines.
    pub(crate) fn keptang(&self, arguments: &[&str]) -> Vec<Value> {
        let output = Command::new(binary("keptang"))
            .arg("--data-dir")
            .arg(self.data_dir())
            .arg("--json")
            .args(arguments)
            .envs(self.environment.iter().cloned())
            .env("KEPTANG_NEW_PIN", PIN)
            .env("KEPTANG_PIN", PIN)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    pub(crate) fn order(&self, number: &str) -> Value {
        self.keptang(&["order", "show", number]).remove(0)
    }

    /// The provider's newest charge, once there is one that is not `before`.
    pub(crate) async fn charge(&self, before: &[String]) -> ChargeView {
        until("the provider has a new charge", async || {
            let charges = self.customer.charges().await.ok()?;
            charges
                .into_iter()
                .rev()
                .find(|charge| !before.contains(&charge.id))
        })
        .await
    }

    pub(crate) async fn act(&self, charge: &ChargeView, action: Action) {
        self.customer.act(&charge.id, action).await.unwrap();
    }

    pub(crate) async fn fault(&self, rule: FaultRule) {
        self.customer.set_fault(&rule).await.unwrap();
    }

    pub(crate) async fn no_more_faults(&self) {
        self.customer.clear_faults().await.unwrap();
        self.customer.release().await.unwrap();
    }
}

/// Where pictures go.
pub(crate) fn pictures() -> PathBuf {
    let folder = binary("keptang").parent().unwrap().parent().unwrap().join("e2e");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// What an independent decoder reads off a picture.
pub(crate) fn read_off(picture: &Path) -> Vec<String> {
    let output = Command::new("zbarimg")
        .args(["--raw", "--quiet"])
        .arg(picture)
        .output();
    let output = output.expect("zbarimg is installed by script/setup");
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}
