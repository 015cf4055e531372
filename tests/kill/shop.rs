//! One shop: a data directory, a callback port, and the processes that share them.

use crate::audit::Sale;
use keptang_simulator::{TRAINING_SECRET_KEY, TRAINING_WEBHOOK_SECRET};
use keptang_tests::binaries::binary;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::Command;

/// Fast, but within what five requests a second (the till's own limit) can carry.
const TIMING: [(&str, &str); 3] = [
    ("KEPTANG__TIMING__POLL_FAST_MS", "200"),
    ("KEPTANG__TIMING__POLL_SLOW_MS", "400"),
    // A claim of a dead process whose mark is gone, too, runs out after this and ten seconds.
    ("KEPTANG__TIMING__REQUEST_TIMEOUT_MS", "2000"),
];

/// No command of the till may take longer.
const COMMAND_PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Shop {
    dir: TempDir,
    counter: &'static str,
    listen: SocketAddr,
    omise_base_url: String,
    till: PathBuf,
}

impl Shop {
    pub(crate) fn new(counter: &'static str, omise_base_url: String) -> Self {
        // Free now; should another program take it meanwhile, the till goes on by asking.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        Self {
            dir: tempfile::tempdir().unwrap(),
            counter,
            listen: port.local_addr().unwrap(),
            omise_base_url,
            till: binary("keptang"),
        }
    }

    pub(crate) fn counter(&self) -> &'static str {
        self.counter
    }

    /// A run of the till. Nothing of this machine's own settings reaches it; what it says to people goes to a file.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let words_of_people = File::options()
            .create(true)
            .append(true)
            .open(self.stderr_path())
            .unwrap();
        let listen = self.listen.to_string();
        let mut command = Command::new(&self.till);
        command
            .env_clear()
            .envs(TIMING)
            .env("KEPTANG_DATA_DIR", self.dir.path())
            .env("KEPTANG__SHOP__COUNTER", self.counter)
            .env("KEPTANG__CALLBACKS__PUBLIC_URL", format!("http://{listen}"))
            .env("KEPTANG__CALLBACKS__LISTEN", listen)
            .env(
                "KEPTANG__PROVIDERS__OMISE_TRUEMONEY__BASE_URL",
                &self.omise_base_url,
            )
            .env("KEPTANG_SECRET__OMISE_TRUEMONEY__SECRET_KEY", TRAINING_SECRET_KEY)
            .env(
                "KEPTANG_SECRET__OMISE_TRUEMONEY__WEBHOOK_SECRET",
                TRAINING_WEBHOOK_SECRET,
            )
            .arg("--json")
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(words_of_people)
            .kill_on_drop(true);
        command
    }

    /// What the processes of this shop wrote for people.
    pub(crate) fn stderr(&self) -> String {
        std::fs::read_to_string(self.stderr_path()).unwrap_or_default()
    }

    fn stderr_path(&self) -> PathBuf {
        self.dir.path().join("stderr.log")
    }

    /// Every sale, oldest first, as `order list` tells it.
    pub(crate) async fn sales(&self) -> Vec<Sale> {
        let (code, lines) = self.run(&["order", "list", "--limit", "1000000"]).await;
        assert_eq!(code, Some(0), "order list: {}", self.stderr());
        lines.lines().rev().map(Sale::read).collect()
    }

    /// What `ledger verify` says.
    pub(crate) async fn verify(&self) -> (Option<i32>, String) {
        self.run(&["ledger", "verify"]).await
    }

    async fn run(&self, words: &[&str]) -> (Option<i32>, String) {
        let output = tokio::time::timeout(COMMAND_PATIENCE, self.command(words).output());
        let output = output
            .await
            .unwrap_or_else(|_| panic!("{words:?} took longer than {COMMAND_PATIENCE:?}"))
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    }
}
