//! Thousands of open attempts behind one driver, under each provider's own rate limit: what following them costs, how
//! late a question comes, and whether a new sale in the middle is noticed. The peer is the same with fifty.
//!
//! The attempts are as a till has them that has long followed them: one to five minutes old, their next questions
//! spread over one round. The simulator lives in a process of its own, so that processor time and memory are the
//! till's. The deposit gateway is not among them: it cannot be asked.

mod gate;
mod schedule;
mod server;

pub(crate) use server::{ARGUMENT, serve};

use crate::figures::{Row, Samples};
use crate::shop::{self, MachineClock};
use gate::Gate;
use keptang_checkout::{Till, Timing};
use keptang_domain::order::{AttemptState, Order};
use keptang_domain::{DayCutoff, ProviderId, Timestamp};
use keptang_ledger::SqliteLedger;
use keptang_ports::{Clock, Ledger, PaymentProvider};
use keptang_simulator::control::{Action, Client};
use rustix::time::{ClockId, clock_gettime};
use schedule::{Lateness, Watched};
use server::{Asked, Server};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub(crate) const MANY: usize = 5_000;
const FEW: usize = 50;
/// Of each provider, by its settings' default.
const LIMIT_PER_SECOND: u32 = 5;
const ASKED: [ProviderId; 3] = [
    ProviderId::OmiseTrueMoney,
    ProviderId::JwtGateway,
    ProviderId::Crypto2328,
];
const YOUNGEST_MS: i64 = 60_000;
const OLDEST_MS: i64 = 300_000;
/// Between questions at that age, when there is no crowd (`Timing::poll_every_ms`).
const USUAL_MS: i64 = 5_000;
const OPENED_AT_ONCE: usize = 24;

/// How long they are followed.
const SPAN: Duration = Duration::from_secs(20);
/// New sales come in the first half, so that each has the other half to be noticed.
const SALES: u32 = 24;
const SALE_EVERY: Duration = Duration::from_millis(400);
/// How long everything is due at once.
const WOKEN: Duration = Duration::from_secs(8);

/// A clock that is set back while the attempts are opened, so that they have ages.
#[derive(Default)]
struct PastClock {
    back_ms: AtomicI64,
}

impl Clock for PastClock {
    fn now(&self) -> Timestamp {
        MachineClock.now().plus_ms(-self.back_ms.load(Ordering::Relaxed))
    }
}

/// What was seen of one shop.
struct Figures {
    attempts: usize,
    opened_in: Duration,
    rss_before_kb: u64,
    rss_after_kb: u64,
    followed: Span,
    late: Lateness,
    shown: Samples,
    seen: Samples,
    unseen: usize,
    woken: Span,
}

/// A stretch of following.
struct Span {
    /// Of one processor, in thousandths.
    busy: f64,
    asked: Asked,
}

pub(crate) async fn measure(many: usize) -> Vec<Row> {
    let few = follow(FEW).await;
    let many = follow(many).await;
    rows(&many, &few)
}

async fn follow(attempts: usize) -> Figures {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.sqlite");
    let mut server = Server::start().await;
    let ledger = Arc::new(Watched::new(
        SqliteLedger::open(&path, DayCutoff::DEFAULT).await.unwrap(),
    ));
    let clock = Arc::new(PastClock::default());
    let is_limited = Arc::new(AtomicBool::new(false));
    let gates = ASKED.map(|id| {
        let of = |per_second| shop::provider(id, server.base_url(), per_second);
        Arc::new(Gate::new(
            of(10_000),
            of(LIMIT_PER_SECOND),
            Arc::clone(&is_limited),
        )) as Arc<dyn PaymentProvider>
    });
    let timing = Timing::default();
    let till = shop::till(
        Arc::clone(&ledger) as Arc<dyn Ledger>,
        gates.to_vec(),
        clock.clone(),
        timing,
    );

    let rss_before_kb = rss_kb();
    let started = Instant::now();
    open_all(&till, &clock, attempts).await;
    let opened_in = started.elapsed();
    let rss_after_kb = rss_kb();
    let share_ms = i64::try_from(attempts / ASKED.len()).unwrap() * 1_000 / i64::from(LIMIT_PER_SECOND);
    schedule::spread(&path, clock.now(), share_ms.max(USUAL_MS));
    is_limited.store(true, Ordering::Relaxed);

    let stop = CancellationToken::new();
    let mut work = JoinSet::new();
    work.spawn({
        let (till, stop) = (till.clone(), stop.clone());
        async move { till.drive(stop).await }
    });
    work.spawn({
        let (till, stop) = (till.clone(), stop.clone());
        async move { till.hear_others(stop).await }
    });
    ledger.forget();
    let (sales, followed) = {
        let meter = Meter::start(&mut server).await;
        let sales = sell(&till, server.base_url()).await;
        (sales, meter.read(&mut server).await)
    };
    let late = ledger.lateness(&path, clock.now());
    // As after a night's sleep of the machine, or a clock that was set back.
    ledger.wake_all(clock.now(), timing.lease_ms()).await.unwrap();
    let meter = Meter::start(&mut server).await;
    tokio::time::sleep(WOKEN).await;
    let woken = meter.read(&mut server).await;
    stop.cancel();
    work.join_all().await;
    server.stop().await;
    Figures {
        attempts,
        opened_in,
        rss_before_kb,
        rss_after_kb,
        followed,
        late,
        shown: sales.shown,
        seen: sales.seen,
        unseen: sales.unseen,
        woken,
    }
}

/// Opens them through the till, oldest first, as fast as it takes them.
async fn open_all(till: &Till, clock: &Arc<PastClock>, attempts: usize) {
    let at_once = Arc::new(Semaphore::new(OPENED_AT_ONCE));
    let mut opening = JoinSet::new();
    for no in 0..attempts {
        let place = Arc::clone(&at_once).acquire_owned().await.unwrap();
        let left = i64::try_from(attempts - no).unwrap();
        let back_ms = YOUNGEST_MS + (OLDEST_MS - YOUNGEST_MS) * left / i64::try_from(attempts).unwrap();
        clock.back_ms.store(back_ms, Ordering::Relaxed);
        let till = till.clone();
        opening.spawn(async move {
            let mut events = till.subscribe();
            let opened = shop::open(&till, ASKED[no % ASKED.len()]).await;
            shop::until(&till, &mut events, opened.id, shop::is_shown).await;
            drop(place);
        });
    }
    opening.join_all().await;
    clock.back_ms.store(0, Ordering::Relaxed);
}

#[derive(Default)]
struct Sales {
    shown: Samples,
    seen: Samples,
    unseen: usize,
}

/// New sales, each paid as soon as its instruction is there, until the span is over.
async fn sell(till: &Till, base_url: &str) -> Sales {
    let end = Instant::now() + SPAN;
    let customer = Client::new(base_url).unwrap();
    let mut selling = JoinSet::new();
    let mut beat = tokio::time::interval(SALE_EVERY);
    for no in 0..SALES {
        beat.tick().await;
        let (till, customer) = (till.clone(), customer.clone());
        let provider = ASKED[no as usize % ASKED.len()];
        selling.spawn(async move { sell_one(&till, &customer, provider, end).await });
    }
    let mut sales = Sales::default();
    for (shown, seen) in selling.join_all().await {
        sales.shown.add(shown);
        match seen {
            Some(seen) => sales.seen.add(seen),
            None => sales.unseen += 1,
        }
    }
    tokio::time::sleep_until(end.into()).await;
    sales
}

/// Until its instruction was there, and from the payment until the till knew of it.
async fn sell_one(
    till: &Till,
    customer: &Client,
    provider: ProviderId,
    end: Instant,
) -> (Duration, Option<Duration>) {
    let left = |end: Instant| end.saturating_duration_since(Instant::now());
    let mut events = till.subscribe();
    let started = Instant::now();
    let opened = shop::open(till, provider).await;
    let shown = shop::until_within(left(end), till, &mut events, opened.id, shop::is_shown).await;
    let took = started.elapsed();
    // One that was never shown counts with the time that was waited for it.
    let Some(shown) = shown else { return (took, None) };
    let reference = shown.newest().unwrap().provider_ref.clone().unwrap();
    customer.act(&reference, Action::Pay).await.unwrap();
    let paid_at = Instant::now();
    let is_paid = |order: &Order| order.newest().unwrap().state == AttemptState::Paid;
    let paid = shop::until_within(left(end), till, &mut events, opened.id, is_paid).await;
    (took, paid.map(|_| paid_at.elapsed()))
}

/// Measures a stretch: processor time of this process, and what the providers were asked.
struct Meter {
    started: Instant,
    cpu: Duration,
}

impl Meter {
    async fn start(server: &mut Server) -> Self {
        server.begin().await;
        Self {
            started: Instant::now(),
            cpu: cpu(),
        }
    }

    async fn read(self, server: &mut Server) -> Span {
        let busy = (cpu() - self.cpu).as_secs_f64() / self.started.elapsed().as_secs_f64();
        Span {
            busy,
            asked: server.end().await,
        }
    }
}

/// Processor time of this process, in user mode and in the system.
fn cpu() -> Duration {
    let spent = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        spent.tv_sec.try_into().unwrap(),
        spent.tv_nsec.try_into().unwrap(),
    )
}

fn rss_kb() -> u64 {
    let status = std::fs::read_to_string(Path::new("/proc/self/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let words = line.unwrap().split_whitespace().next();
    words.unwrap().parse().unwrap()
}

fn rows(many: &Figures, few: &Figures) -> Vec<Row> {
    let attempts = many.attempts;
    let peer = format!("{} attempts", few.attempts);
    let grown_kb = many.rss_after_kb.saturating_sub(many.rss_before_kb);
    let row = |what: String, ours: String, theirs: String, ratio: String| Row {
        what: what.into(),
        ours,
        peer: format!("{theirs}; {peer}"),
        ratio,
        target: "",
        is_met: None,
    };
    let busy = |span: &Span| format!("{:.1} % of one processor", span.busy * 100.0);
    let times = |ours: f64, theirs: f64| format!("{:.1}×", ours / theirs);
    let late = |late: &Lateness| {
        format!(
            "median {:.1} s, p95 {:.1} s, worst {:.1} s; {} asked, {} overdue at the end",
            late.all.median_ms() / 1_000.0,
            late.all.percentile_ms(95) / 1_000.0,
            late.all.percentile_ms(100) / 1_000.0,
            late.asked,
            late.waiting
        )
    };
    let shown = |figures: &Figures| {
        format!(
            "median {:.0} ms, p95 {:.0} ms",
            figures.shown.median_ms(),
            figures.shown.percentile_ms(95)
        )
    };
    let seen = |figures: &Figures| {
        let all = figures.seen.len() + figures.unseen;
        if figures.seen.len() == 0 {
            return format!("none of {all} within the span");
        }
        format!(
            "median {:.1} s, slowest {:.1} s; {} of {all} within the span",
            figures.seen.median_ms() / 1_000.0,
            figures.seen.percentile_ms(100) / 1_000.0,
            figures.seen.len()
        )
    };
    let of = |what: &str| format!("{attempts} open attempts: {what}");
    vec![
        row(
            of("processor time while followed"),
            busy(&many.followed),
            busy(&few.followed),
            times(many.followed.busy, few.followed.busy),
        ),
        row(
            of("processor time when all are due at once"),
            busy(&many.woken),
            busy(&few.woken),
            times(many.woken.busy, few.woken.busy),
        ),
        row(
            of("memory"),
            format!(
                "{:.1} MB before, {:.1} MB with them, {} bytes an attempt; opened in {:.0} s",
                many.rss_before_kb as f64 / 1_024.0,
                many.rss_after_kb as f64 / 1_024.0,
                grown_kb * 1_024 / attempts as u64,
                many.opened_in.as_secs_f64()
            ),
            format!(
                "{:.1} MB before, {:.1} MB with them",
                few.rss_before_kb as f64 / 1_024.0,
                few.rss_after_kb as f64 / 1_024.0
            ),
            times(many.rss_after_kb as f64, few.rss_after_kb as f64),
        ),
        limit(
            &of("requests while followed"),
            &many.followed.asked,
            &few.followed.asked,
            few.attempts,
        ),
        limit(
            &of("requests when all are due at once"),
            &many.woken.asked,
            &few.woken.asked,
            few.attempts,
        ),
        row(
            of("how late a question is answered by its own schedule"),
            late(&many.late),
            late(&few.late),
            String::new(),
        ),
        row(
            of("a new sale among them, charge to instruction"),
            shown(many),
            shown(few),
            times(many.shown.median_ms(), few.shown.median_ms()),
        ),
        row(
            of("a new sale among them, paid to noticed, without callbacks"),
            seen(many),
            seen(few),
            String::new(),
        ),
    ]
}

fn limit(what: &str, many: &Asked, few: &Asked, attempts: usize) -> Row {
    let of = |asked: &Asked| {
        let one = |(name, count): (&String, &server::Count)| {
            format!(
                "{name} {:.1}/s, most in a second {}",
                f64::from(count.total) / asked.seconds,
                count.most_in_a_second
            )
        };
        asked.providers.iter().map(one).collect::<Vec<_>>().join("; ")
    };
    let most = many.providers.values().map(|count| count.most_in_a_second).max();
    Row {
        what: what.to_owned().into(),
        ours: of(many),
        peer: format!("{}; {attempts} attempts", of(few)),
        ratio: String::new(),
        target: "≤ 5 in any second",
        is_met: Some(most.is_some_and(|most| most <= LIMIT_PER_SECOND)),
    }
}
