//! kill -9 at any moment loses no payment and doubles none (product.md §2.8).
//!
//! Real processes, real files, real sockets: two shops, each with two tills taking payments and now and then a `serve`
//! beside them, all killed at random moments, while the provider answers late, cuts connections, and calls back twice,
//! early, forged or not at all. Then one `serve` per shop is left alone until every payment has ended, and the books
//! are held against what the provider knows.
//!
//! `KEPTANG_KILLS` (200) is how many living `charge` processes are killed; `KEPTANG_KILL_SEED` repeats the choices of
//! a run, though not the machine's own timing.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod audit;
mod chance;
mod shop;
mod victim;

use audit::Totals;
use chance::Chance;
use keptang_simulator::control::{Client, FaultRule};
use keptang_simulator::faults::{Endpoint, Fault, WebhookVariant};
use keptang_simulator::{Config, Running};
use shop::Shop;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use victim::{Run, Stage};

/// Tills of one shop that take payments at the same time.
const TILLS: usize = 2;
/// By then every payment has ended. A lost one is looked for three times within fifteen seconds.
const DRAIN_PATIENCE: Duration = Duration::from_secs(90);
const LOOK_AGAIN: Duration = Duration::from_millis(500);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_moment_loses_no_payment_and_doubles_none() {
    let kills = number_from("KEPTANG_KILLS").unwrap_or(200);
    let seed = number_from("KEPTANG_KILL_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    println!("KEPTANG_KILL_SEED={seed} KEPTANG_KILLS={kills}");
    let started = Instant::now();
    let mut chance = Chance::new(seed);
    let simulator = keptang_simulator::start(Config::default()).await.unwrap();
    let shops = ["A", "B"].map(|counter| Shop::new(counter, simulator.omise_base_url()));

    let left = AtomicUsize::new(usize::try_from(kills).unwrap());
    let (first, second) = tokio::join!(
        hard_day(&shops[0], &simulator, &left, chance.fork()),
        hard_day(&shops[1], &simulator, &left, chance.fork()),
    );
    let killing = started.elapsed();
    let customer = Client::new(&simulator.base_url()).unwrap();
    customer.clear_faults().await.unwrap();
    customer.release().await.unwrap();
    tokio::join!(quiet_end(&shops[0]), quiet_end(&shops[1]));

    for (shop, day) in shops.iter().zip([first, second]) {
        let totals = settle(shop, &day, &customer).await;
        println!(
            "shop {}: {:?}, serve killed {} times, charges killed or ended by stage {:?}",
            shop.counter(),
            totals,
            day.serves_killed,
            day.stages()
        );
    }
    let stats = customer.stats().await.unwrap();
    assert_eq!(
        stats.violations,
        [],
        "the provider's rules are kept, also across kills"
    );
    println!(
        "killing took {killing:?}, all {:?}; callbacks {:?}",
        started.elapsed(),
        stats.webhooks
    );
    simulator.stop().await;
}

fn number_from(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} is to be a whole number, not {text:?}")),
    )
}

/// What happened in one shop before the killing stopped.
struct Day {
    runs: Vec<Run>,
    serves_killed: u32,
}

impl Day {
    /// How many were killed at each stage, and how many ended by themselves.
    fn stages(&self) -> BTreeMap<(Stage, &'static str), usize> {
        let mut stages = BTreeMap::new();
        for run in &self.runs {
            let how = if run.exit.is_none() { "killed" } else { "ended" };
            *stages.entry((run.stage(), how)).or_default() += 1;
        }
        stages
    }
}

/// Takes payments and kills until no kill is left.
async fn hard_day(shop: &Shop, simulator: &Running, left: &AtomicUsize, mut chance: Chance) -> Day {
    let closed = CancellationToken::new();
    let mut tills: Vec<Chance> = (0..TILLS).map(|_| chance.fork()).collect();
    let tills = async {
        let days = tills.iter_mut().map(|chance| till(shop, simulator, left, chance));
        let runs = futures::future::join_all(days).await;
        closed.cancel();
        runs.into_iter().flatten().collect()
    };
    let (runs, serves_killed) = tokio::join!(tills, serve_now_and_then(shop, &closed, chance));
    Day { runs, serves_killed }
}

async fn till(shop: &Shop, simulator: &Running, left: &AtomicUsize, chance: &mut Chance) -> Vec<Run> {
    let provider = Client::new(&simulator.base_url()).unwrap();
    let mut runs = Vec::new();
    while left.load(Ordering::Relaxed) > 0 {
        for rule in weather(chance) {
            provider.set_fault(&rule).await.unwrap();
        }
        let amount = format!("{}.{:02}", 100 + chance.below(49_000), chance.below(100));
        let run = victim::charge(shop, &amount, chance).await;
        // One that ended by itself was not killed, and does not count as a kill.
        if run.exit.is_none() {
            let _ = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        }
        runs.push(run);
    }
    runs
}

/// What the customer does with the next charge, and what goes wrong around it.
fn weather(chance: &mut Chance) -> Vec<FaultRule> {
    let after_ms = chance.below(300);
    let customer = match chance.below(10) {
        0 => Fault::AutoFail { after_ms },
        1 => Fault::AutoExpire { after_ms },
        _ => Fault::AutoPay { after_ms },
    };
    // One for each charge that can come, so that every charge ends.
    let mut rules = vec![FaultRule::once(customer)];
    if chance.percent(30) {
        let at_create = match chance.below(4) {
            0 => Fault::CutBefore,
            1 => Fault::ServerError { status: 503 },
            2 => Fault::Slow { delay_ms: 100 },
            _ => Fault::CutAfter,
        };
        rules.push(FaultRule::once(at_create).at(Endpoint::OmiseChargeCreate));
    }
    if chance.percent(15) {
        let at_question = match chance.below(3) {
            0 => Fault::CutBefore,
            1 => Fault::Html { status: 502 },
            _ => Fault::Slow { delay_ms: 150 },
        };
        rules.push(FaultRule::once(at_question).at(Endpoint::OmiseChargeGet));
    }
    if chance.percent(30) {
        let variant = match chance.below(6) {
            0 => WebhookVariant::Duplicate { copies: 5 },
            1 => WebhookVariant::Forged,
            2 => WebhookVariant::Replay,
            3 => WebhookVariant::Early,
            4 => WebhookVariant::Reordered,
            _ => WebhookVariant::None,
        };
        rules.push(FaultRule::once(Fault::webhook(variant)));
    }
    rules
}

/// A `serve` that comes and is killed, again and again, beside the tills.
async fn serve_now_and_then(shop: &Shop, closed: &CancellationToken, mut chance: Chance) -> u32 {
    let mut killed = 0;
    while !closed.is_cancelled() {
        let pause = chance.soon(1_500);
        let _ = tokio::time::timeout(pause, closed.cancelled()).await;
        let mut serve = victim::serve(shop).await;
        let life = chance.soon(3_000);
        let _ = tokio::time::timeout(life, closed.cancelled()).await;
        let ended = serve.try_wait().unwrap();
        assert_eq!(ended, None, "serve ended by itself: {}", shop.stderr());
        serve.kill().await.unwrap();
        killed += 1;
    }
    killed
}

/// Leaves one `serve` alone until every payment of the shop has ended.
async fn quiet_end(shop: &Shop) {
    let mut serve = victim::serve(shop).await;
    let end = Instant::now() + DRAIN_PATIENCE;
    loop {
        let sales = shop.sales().await;
        let open: Vec<_> = sales.iter().filter(|sale| !sale.is_over()).collect();
        if open.is_empty() {
            break;
        }
        assert!(
            Instant::now() < end,
            "shop {}: still open after {DRAIN_PATIENCE:?}: {open:#?}\n{}",
            shop.counter(),
            shop.stderr()
        );
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    serve.kill().await.unwrap();
}

/// The books against the provider, against what was promised, and against themselves.
async fn settle(shop: &Shop, day: &Day, provider: &Client) -> Totals {
    let sales = shop.sales().await;
    let ours = format!("{}-", shop.counter());
    let charges: Vec<_> = provider
        .charges()
        .await
        .unwrap()
        .into_iter()
        .filter(|charge| charge.metadata["order_id"].as_str().unwrap().starts_with(&ours))
        .collect();
    let totals = audit::books(shop.counter(), &sales, &charges);
    audit::promises(&day.runs, &sales);

    let (code, report) = shop.verify().await;
    assert_eq!(code, Some(0), "ledger verify: {report}");
    let panics = shop.stderr();
    assert!(!panics.contains("panicked"), "{panics}");

    // A day on which nothing happened would prove nothing.
    let killed_at = |stage| day.stages().contains_key(&(stage, "killed"));
    for stage in [Stage::Silent, Stage::Opened, Stage::Shown] {
        assert!(
            killed_at(stage),
            "nothing was killed at stage {stage:?}: {:?}",
            day.stages()
        );
    }
    assert!(totals.paid > 0 && day.serves_killed > 0, "{totals:?}");
    totals
}
