//! The providers in a process of their own, which counts what they are asked.
//!
//! The measuring program starts itself once more for this; a line on its input begins a stretch, another one ends it
//! and is answered with the counts, and the end of the input ends the process.

use keptang_simulator::control::{Client, FaultRule};
use keptang_simulator::faults::{Fault, WebhookVariant};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;

/// What the program is called with to be this process.
pub(crate) const ARGUMENT: &str = "--serve-providers";
/// Between looks at the counts; what lies between two looks at most a second apart was asked within a second.
const LOOK_EVERY: Duration = Duration::from_millis(25);
const LIFE_S: u32 = 86_400;

/// What the providers were asked in a stretch.
pub(crate) struct Asked {
    pub(crate) seconds: f64,
    pub(crate) providers: BTreeMap<String, Count>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Count {
    pub(crate) total: u32,
    pub(crate) most_in_a_second: u32,
}

pub(crate) struct Server {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    base_url: String,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap()).lines();
        let base_url = output.next_line().await.unwrap().expect("the providers start");
        Self {
            process,
            input,
            output,
            base_url,
        }
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    pub(crate) async fn begin(&mut self) {
        self.line().await;
    }

    pub(crate) async fn end(&mut self) -> Asked {
        let counts: Value = serde_json::from_str(&self.line().await).unwrap();
        let providers = counts["providers"].as_object().unwrap().iter();
        let number = |value: &Value| u32::try_from(value.as_u64().unwrap()).unwrap();
        Asked {
            seconds: counts["seconds"].as_f64().unwrap(),
            providers: providers
                .map(|(name, count)| {
                    let count = Count {
                        total: number(&count["total"]),
                        most_in_a_second: number(&count["most_in_a_second"]),
                    };
                    (name.clone(), count)
                })
                .collect(),
        }
    }

    async fn line(&mut self) -> String {
        self.input.write_all(b"\n").await.unwrap();
        self.output
            .next_line()
            .await
            .unwrap()
            .expect("the providers answer")
    }

    pub(crate) async fn stop(mut self) {
        drop(self.input);
        self.process.wait().await.unwrap();
    }
}

/// One look at the counts, and the moments it lies between.
struct Look {
    before: Instant,
    after: Instant,
    requests: BTreeMap<String, u64>,
}

/// Is the process: serves until its input ends.
pub(crate) async fn serve() {
    let mut config = keptang_simulator::Config {
        ttl_seconds: LIFE_S,
        ..keptang_simulator::Config::default()
    };
    config.settings.jwt.ttl_seconds = LIFE_S;
    // While the attempts are opened there is no limit; afterwards it is the till that has to keep it.
    config.settings.jwt.rate_per_s = None;
    config.settings.crypto.rate_per_s = None;
    let simulator = keptang_simulator::start(config).await.unwrap();
    let panel = Client::new(&simulator.base_url()).unwrap();
    let silent = FaultRule::always(Fault::webhook(WebhookVariant::None));
    panel.set_fault(&silent).await.unwrap();
    println!("{}", simulator.base_url());
    let mut input = lines();
    while input.recv().await.is_some() {
        println!("counting");
        let mut looks = vec![look(&panel).await];
        let mut beat = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                line = input.recv() => match line {
                    Some(()) => break,
                    None => return,
                },
                _ = beat.tick() => looks.push(look(&panel).await),
            }
        }
        println!("{}", counts(&looks));
    }
}

/// A word for each line of the input.
fn lines() -> mpsc::UnboundedReceiver<()> {
    let (sender, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            if line.is_err() || sender.send(()).is_err() {
                return;
            }
        }
    });
    lines
}

async fn look(panel: &Client) -> Look {
    let before = Instant::now();
    let stats = panel.stats().await.unwrap();
    let after = Instant::now();
    let mut requests = BTreeMap::new();
    for (endpoint, count) in stats.requests {
        // `omise.charge.get`: the provider's word comes first.
        let name = serde_json::to_value(endpoint).unwrap();
        let (provider, _) = name.as_str().unwrap().split_once('.').unwrap();
        *requests.entry(provider.to_owned()).or_insert(0) += count;
    }
    Look {
        before,
        after,
        requests,
    }
}

fn counts(looks: &[Look]) -> Value {
    let (first, last) = (looks.first().unwrap(), looks.last().unwrap());
    let between = |early: &Look, late: &Look, provider: &str| {
        let of = |look: &Look| look.requests.get(provider).copied().unwrap_or(0);
        of(late) - of(early)
    };
    let most = |provider: &str| {
        let mut most = 0;
        for (no, early) in looks.iter().enumerate() {
            let within = looks[no..]
                .iter()
                .take_while(|late| late.after - early.before <= Duration::from_secs(1));
            most = most.max(
                within
                    .map(|late| between(early, late, provider))
                    .max()
                    .unwrap_or(0),
            );
        }
        most
    };
    let providers = last.requests.keys().map(|provider| {
        let total = between(first, last, provider);
        let counts = json!({ "total": total, "most_in_a_second": most(provider) });
        (provider.clone(), counts)
    });
    json!({
        "seconds": (last.after - first.before).as_secs_f64(),
        "providers": providers.collect::<serde_json::Map<_, _>>(),
    })
}
