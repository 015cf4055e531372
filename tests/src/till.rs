//! A till of one's own: the real `keptang` binary on a fresh data directory, with a provider simulator in this process.
//!
//! It is set up as an outside integrator would do it, by environment variables only, and seen as one sees it: exit
//! codes, lines on stdout, words on stderr. Nothing of the machine's own environment reaches it.

use crate::binaries::binary;
use keptang_simulator::control::{Action, ChargeView, Client};
use keptang_simulator::faults::FaultRule;
use keptang_simulator::{Config, Running};
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// Nothing a test waits for takes this long, also on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Names of the variables that hold the secrets of the Omise account.
pub const SECRET_KEY: &str = "KEPTANG_SECRET__OMISE_TRUEMONEY__SECRET_KEY";
/// See [`SECRET_KEY`].
pub const PUBLIC_KEY: &str = "KEPTANG_SECRET__OMISE_TRUEMONEY__PUBLIC_KEY";
/// See [`SECRET_KEY`].
pub const WEBHOOK_SECRET: &str = "KEPTANG_SECRET__OMISE_TRUEMONEY__WEBHOOK_SECRET";

/// A till, its data directory and its provider.
#[derive(Debug)]
pub struct TestTill {
    /// Plays the customer and sets faults.
    pub provider: Client,
    /// The port that callbacks come to, once [`TestTill::with_callbacks`] was called.
    pub port: u16,
    environment: BTreeMap<String, String>,
    folder: TempDir,
    simulator: Running,
}

impl TestTill {
    /// A till that asks quickly and receives no callbacks, with the training keys.
    ///
    /// # Panics
    /// When this machine gives no folder or no port.
    pub async fn new() -> Self {
        Self::with(Config::default()).await
    }

    /// The same, with a simulator set up like this.
    ///
    /// # Panics
    /// When the simulator does not start.
    pub async fn with(config: Config) -> Self {
        let keys = [
            (SECRET_KEY, config.secret_key.clone()),
            (PUBLIC_KEY, config.public_key.clone()),
            (WEBHOOK_SECRET, config.webhook_secret.clone()),
        ];
        let simulator = keptang_simulator::start(config)
            .await
            .expect("the simulator starts");
        let provider = Client::new(&simulator.base_url()).expect("the simulator can be controlled");
        let folder = tempfile::tempdir().expect("a folder for the till");
        let mut till = Self {
            provider,
            port: 0,
            environment: BTreeMap::new(),
            folder,
            simulator,
        };
        let omise = till.simulator.omise_base_url();
        till.set("KEPTANG__PROVIDERS__OMISE_TRUEMONEY__BASE_URL", &omise)
            .set("KEPTANG__SHOP__LANGUAGE", "en")
            .set("KEPTANG__CALLBACKS__LISTEN", "127.0.0.1:0")
            .set("KEPTANG__TIMING__POLL_FAST_MS", "50")
            .set("KEPTANG__TIMING__POLL_SLOW_MS", "500");
        for (name, key) in keys {
            till.set(name, &key);
        }
        till
    }

    /// Sets a variable of the till's environment.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Removes a variable of the till's environment.
    pub fn unset(&mut self, name: &str) -> &mut Self {
        self.environment.remove(name);
        self
    }

    /// Has callbacks sent to a port of its own.
    pub fn with_callbacks(&mut self) -> &mut Self {
        self.port = free_port();
        let address = format!("127.0.0.1:{}", self.port);
        self.set("KEPTANG__CALLBACKS__LISTEN", &address)
            .set("KEPTANG__CALLBACKS__PUBLIC_URL", &format!("http://{address}"))
    }

    /// Asks the provider so seldom that within a test only a callback or a person makes it ask.
    pub fn with_seldom_polling(&mut self) -> &mut Self {
        self.set("KEPTANG__TIMING__POLL_FAST_MS", "600000")
            .set("KEPTANG__TIMING__POLL_SLOW_MS", "600000")
    }

    /// Where everything lies.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// The simulator itself.
    #[must_use]
    pub fn simulator(&self) -> &Running {
        &self.simulator
    }

    /// The simulator as a till reaches it.
    #[must_use]
    pub fn omise_base_url(&self) -> String {
        self.simulator.omise_base_url()
    }

    /// The command, ready to run; everything but the arguments is set.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(binary("keptang"));
        command
            .env_clear()
            .envs(&self.environment)
            .arg("--data-dir")
            .arg(self.data_dir())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Starts `keptang --json …`.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn start(&self, arguments: &[&str]) -> Process {
        let mut child = self
            .command()
            .arg("--json")
            .args(arguments)
            .spawn()
            .expect("keptang starts");
        let stdout = child.stdout.take().expect("stdout is a pipe");
        let stderr = child.stderr.take().expect("stderr is a pipe");
        Process {
            child,
            unread: BufReader::new(stdout),
            stdout: String::new(),
            stderr: tokio::spawn(read_all(stderr)),
        }
    }

    /// Runs `keptang --json …` to its end.
    pub async fn run(&self, arguments: &[&str]) -> Finished {
        self.start(arguments).end().await
    }

    /// Runs `keptang …` for a person, without `--json`.
    ///
    /// # Panics
    /// When it cannot be started or does not end.
    pub async fn run_as_text(&self, arguments: &[&str]) -> Finished {
        let output = self.command().args(arguments).output();
        let output = timeout(PATIENCE, output).await.expect("keptang ends");
        let output = output.expect("keptang starts");
        Finished {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("stdout is text"),
            stderr: String::from_utf8(output.stderr).expect("stderr is text"),
        }
    }

    /// Sets a fault.
    ///
    /// # Panics
    /// When the simulator refuses it.
    pub async fn fault(&self, rule: FaultRule) {
        self.provider.set_fault(&rule).await.expect("a fault is set");
    }

    /// Every payment the provider knows.
    ///
    /// # Panics
    /// When the simulator does not answer.
    pub async fn charges(&self) -> Vec<ChargeView> {
        self.provider.charges().await.expect("the simulator answers")
    }

    /// The only payment the provider knows.
    ///
    /// # Panics
    /// When there is none or more than one.
    pub async fn only_charge(&self) -> ChargeView {
        let mut charges = self.charges().await;
        assert_eq!(charges.len(), 1, "{charges:?}");
        charges.remove(0)
    }

    /// Does something to the only payment.
    ///
    /// # Panics
    /// When there is not exactly one, or it cannot happen to it.
    pub async fn act(&self, action: Action) {
        let charge = self.only_charge().await;
        self.provider
            .act(&charge.id, action)
            .await
            .expect("the action fits");
    }

    /// Opens a sale of ฿250 and comes back with it once the customer can pay.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn open_sale(&self) -> Value {
        let opened = self
            .run(&["charge", "--amount", "250", "--method", "truemoney", "--no-wait"])
            .await;
        opened.expect(0);
        opened.last()
    }

    /// The order as it is now.
    ///
    /// # Panics
    /// When it cannot be shown.
    pub async fn show(&self, number: &str) -> Value {
        let shown = self.run(&["order", "show", number]).await;
        shown.expect(0);
        shown.last()
    }

    /// The first user, an owner.
    ///
    /// # Panics
    /// When it cannot be added.
    pub async fn add_owner(&mut self, name: &str, pin: &str) {
        self.set("KEPTANG_NEW_PIN", pin);
        self.run(&["user", "add", name, "--role", "owner"])
            .await
            .expect(0);
        self.set("KEPTANG_PIN", pin);
    }
}

/// A running `keptang --json …`. Dropping it kills it.
#[derive(Debug)]
pub struct Process {
    child: Child,
    unread: BufReader<ChildStdout>,
    stdout: String,
    stderr: JoinHandle<String>,
}

impl Process {
    /// The next line for which `is_it` holds.
    ///
    /// # Panics
    /// When the process ends or time runs out before; says what it printed.
    pub async fn line(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let from = self.stdout.len();
        let found = timeout(PATIENCE, async {
            loop {
                let start = self.stdout.len();
                let read = self.unread.read_line(&mut self.stdout).await;
                if read.expect("stdout can be read") == 0 {
                    return None;
                }
                let line = parsed(&self.stdout[start..]);
                if is_it(&line) {
                    return Some(line);
                }
            }
        })
        .await;
        match found {
            Ok(Some(line)) => line,
            Ok(None) => panic!("ended without {what}, after\n{}", &self.stdout[from..]),
            Err(_) => panic!("no {what} in time, only\n{}", &self.stdout[from..]),
        }
    }

    /// The next order line whose newest attempt is in this state.
    pub async fn attempt_in(&mut self, state: &str) -> Value {
        self.line(state, |line| newest(line)["state"] == state).await
    }

    /// Whether it still runs.
    ///
    /// # Panics
    /// When the system does not say.
    pub fn is_running(&mut self) -> bool {
        self.child
            .try_wait()
            .expect("the system knows its processes")
            .is_none()
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it does not end in time.
    pub async fn end(mut self) -> Finished {
        let ended = timeout(PATIENCE, async {
            self.unread
                .read_to_string(&mut self.stdout)
                .await
                .expect("stdout is text");
            self.child.wait().await.expect("the system knows its processes")
        });
        let Ok(status) = ended.await else {
            panic!("keptang did not end, after\n{}", self.stdout);
        };
        let stderr = self.stderr.await.expect("stderr can be read");
        Finished {
            code: status.code(),
            stdout: self.stdout,
            stderr,
        }
    }

    /// Kills it, as a power cut would, and gives what it had printed.
    ///
    /// # Panics
    /// When the system does not kill it.
    pub async fn kill(mut self) -> Finished {
        self.child.start_kill().expect("it can be killed");
        self.end().await
    }
}

async fn read_all(mut from: impl AsyncRead + Unpin) -> String {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes).await.expect("a pipe can be read");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What a run came to.
#[derive(Debug)]
pub struct Finished {
    /// Exit code; none when it was killed.
    pub code: Option<i32>,
    /// Everything on stdout.
    pub stdout: String,
    /// Everything on stderr.
    pub stderr: String,
}

impl Finished {
    /// Checks the exit code, and with it that stdout holds JSON objects and nothing else.
    ///
    /// # Panics
    /// When it is another one; shows both streams.
    #[track_caller]
    pub fn expect(&self, code: i32) -> &Self {
        assert_eq!(
            self.code,
            Some(code),
            "\n— stdout\n{}\n— stderr\n{}",
            self.stdout,
            self.stderr
        );
        self.lines();
        self
    }

    /// Every line, as the object it is.
    ///
    /// # Panics
    /// When a line is anything else.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        self.stdout.lines().map(parsed).collect()
    }

    /// The last line.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    #[track_caller]
    pub fn last(&self) -> Value {
        let mut lines = self.lines();
        lines
            .pop()
            .unwrap_or_else(|| panic!("no line; stderr:\n{}", self.stderr))
    }
}

#[track_caller]
fn parsed(line: &str) -> Value {
    match serde_json::from_str(line) {
        Ok(value @ Value::Object(_)) => value,
        _ => panic!("stdout holds something that is no JSON object: {line}"),
    }
}

/// The newest attempt of an order line.
#[must_use]
pub fn newest(order: &Value) -> &Value {
    order["attempts"]
        .as_array()
        .and_then(|attempts| attempts.last())
        .unwrap_or(&Value::Null)
}

/// The words of an order line's flags.
#[must_use]
pub fn flags(order: &Value) -> Vec<&str> {
    let flags = order["flags"].as_array().into_iter().flatten();
    flags.filter_map(Value::as_str).collect()
}

/// Waits until `look` gives something.
///
/// # Panics
/// When time runs out.
pub async fn until<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let found = timeout(PATIENCE, async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            sleep(LOOK_AGAIN).await;
        }
    });
    found.await.unwrap_or_else(|_| panic!("{what}: not in time"))
}

/// A port that nobody has. Below the range from which systems choose ports by themselves, so that nothing else on this
/// machine takes it before the till does; each test process begins elsewhere.
///
/// # Panics
/// When all are taken.
#[must_use]
pub fn free_port() -> u16 {
    static STEP: AtomicU16 = AtomicU16::new(0);
    const FIRST: u32 = 15_000;
    const PORTS: u32 = 15_000;
    let own = std::process::id().wrapping_mul(13);
    for _ in 0..PORTS {
        let step = u32::from(STEP.fetch_add(1, Ordering::Relaxed));
        let port = FIRST + own.wrapping_add(step) % PORTS;
        let port = u16::try_from(port).expect("the range ends below 65536");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no free port");
}
