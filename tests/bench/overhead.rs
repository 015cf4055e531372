//! From the cashier's Enter to the instruction in the ledger, for every provider that is asked over a network, beside a
//! bare client making the same requests to the same simulator.

use crate::bare::Bare;
use crate::figures::{Row, Samples};
use crate::flush::Flush;
use crate::shop::{self, MachineClock, PROVIDERS, SETTLE};
use keptang_checkout::{Till, Timing};
use keptang_domain::{DayCutoff, ProviderId};
use keptang_ledger::SqliteLedger;
use keptang_simulator::control::{Client, FaultRule};
use keptang_simulator::faults::{Endpoint, Fault, WebhookVariant};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const WARM_UP: u32 = 10;
const PAYMENTS: u32 = 100;
/// The simulator answers at once; a provider on the internet takes at least this long.
const FAR_MS: u64 = 50;
const FAR_PAYMENTS: u32 = 30;
/// So long that nobody asks how a payment of this run stands.
const NEVER_MS: i64 = 3_600_000;
const BARE: &str = "bare reqwest, the same requests";
const CREATES: [Endpoint; 4] = [
    Endpoint::OmiseChargeCreate,
    Endpoint::DepositCreate,
    Endpoint::JwtDeposit,
    Endpoint::CryptoPaymentCreate,
];

/// One provider's figures.
struct Figures {
    provider: ProviderId,
    at_once: Pair,
    far: Pair,
}

#[derive(Default)]
struct Pair {
    shown: Samples,
    bare: Samples,
}

pub(crate) async fn measure() -> Vec<Row> {
    let dir = tempfile::tempdir().unwrap();
    let simulator = keptang_simulator::start(unhurried()).await.unwrap();
    let customer = Client::new(&simulator.base_url()).unwrap();
    let silent = FaultRule::always(Fault::webhook(WebhookVariant::None));
    customer.set_fault(&silent).await.unwrap();
    let ledger = SqliteLedger::open(&dir.path().join("ledger.sqlite"), DayCutoff::DEFAULT)
        .await
        .unwrap();
    let timing = Timing {
        poll_fast_ms: NEVER_MS,
        poll_slow_ms: NEVER_MS,
        ..Timing::default()
    };
    // The pages' five requests a second would be all there is to measure.
    let clients = PROVIDERS.map(|(id, _)| shop::provider(id, &simulator.base_url(), 10_000));
    let till = shop::till(Arc::new(ledger), clients.to_vec(), Arc::new(MachineClock), timing);
    let bare = Bare::new(simulator.base_url());

    let mut all: Vec<Figures> = PROVIDERS
        .map(|(provider, _)| Figures {
            provider,
            at_once: Pair::default(),
            far: Pair::default(),
        })
        .into();
    for round in 0..WARM_UP + PAYMENTS {
        for figures in &mut all {
            let (shown, took) = (
                charge(&till, figures.provider).await,
                bare.create(figures.provider).await,
            );
            if round >= WARM_UP {
                figures.at_once.shown.add(shown);
                figures.at_once.bare.add(took);
            }
        }
    }
    for endpoint in CREATES {
        let far = FaultRule::always(Fault::Slow { delay_ms: FAR_MS }).at(endpoint);
        customer.set_fault(&far).await.unwrap();
    }
    for _ in 0..FAR_PAYMENTS {
        for figures in &mut all {
            figures.far.shown.add(charge(&till, figures.provider).await);
            figures.far.bare.add(bare.create(figures.provider).await);
        }
    }
    simulator.stop().await;
    let mut rows: Vec<Row> = all.iter().flat_map(Figures::rows).collect();
    rows.push(nobody_asked(dir.path()).await);
    rows
}

/// The shop's own PromptPay QR, beside the two commits that any payment takes.
async fn nobody_asked(dir: &Path) -> Row {
    let ledger = SqliteLedger::open(&dir.join("direct.sqlite"), DayCutoff::DEFAULT)
        .await
        .unwrap();
    let direct = vec![shop::promptpay_direct()];
    let till = shop::till(
        Arc::new(ledger),
        direct,
        Arc::new(MachineClock),
        Timing::default(),
    );
    let flush = Flush::open(&dir.join("flush.sqlite"));
    let mut pair = Pair::default();
    for round in 0..WARM_UP + PAYMENTS {
        let shown = charge(&till, ProviderId::PromptPayDirect).await;
        let commits = flush.commits(2).await;
        if round >= WARM_UP {
            pair.shown.add(shown);
            pair.bare.add(commits);
        }
    }
    let what = "Charge to instruction in the ledger, promptpay_direct, nobody is asked";
    Row {
        target: "",
        is_met: None,
        ..pair.row(what.to_owned(), "two commits by SQLite alone")
    }
}

/// A simulator that takes as many requests as come.
fn unhurried() -> keptang_simulator::Config {
    let mut config = keptang_simulator::Config::default();
    config.settings.jwt.rate_per_s = None;
    config.settings.crypto.rate_per_s = None;
    config
}

/// One charge, as the window asks for it.
async fn charge(till: &Till, provider: ProviderId) -> Duration {
    let mut events = till.subscribe();
    tokio::time::sleep(SETTLE).await;
    let started = Instant::now();
    let opened = shop::open(till, provider).await;
    shop::until(till, &mut events, opened.id, shop::is_shown).await;
    started.elapsed()
}

impl Figures {
    fn rows(&self) -> [Row; 2] {
        let what = |how: &str| format!("Charge to instruction in the ledger, {}, {how}", self.provider);
        [
            self.at_once.row(what("provider answers at once"), BARE),
            self.far.row(what("provider takes 50 ms"), BARE),
        ]
    }
}

impl Pair {
    fn row(&self, what: String, peer: &str) -> Row {
        let (shown_ms, bare_ms) = (self.shown.median_ms(), self.bare.median_ms());
        let extra_ms = shown_ms - bare_ms;
        let of = |samples: &Samples| {
            format!(
                "median {:.2} ms, p95 {:.2} ms",
                samples.median_ms(),
                samples.percentile_ms(95)
            )
        };
        Row {
            what: what.into(),
            ours: of(&self.shown),
            peer: format!("{}; {peer}", of(&self.bare)),
            ratio: format!("{:.2}×, {extra_ms:+.2} ms", shown_ms / bare_ms),
            target: "≤ 1.3× and ≤ 10 ms more",
            is_met: Some(shown_ms <= 1.3 * bare_ms && extra_ms <= 10.0),
        }
    }
}
