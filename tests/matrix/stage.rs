//! A counter with one provider: the real till over the real client, against the simulator. The simulator, the clock
//! and the ledger outlive every till that is started over them.

use crate::books::{Books, PATIENCE};
use crate::gate::Gate;
use crate::provider::{self, Can, Endpoints, Player};
use keptang_checkout::{Charge, CheckOutcome, Particulars, Parts, PayoutRules, Till, TillConfig, Timing};
use keptang_domain::order::{Attempt, AttemptState, ConfirmReason, Flag, Order, OrderState};
use keptang_domain::{AttemptId, DayCutoff, Money, OrderId, ProviderId};
use keptang_ledger::SqliteLedger;
use keptang_ports::{Clock as _, Ledger, NoticeAnswer, NoticeSink, OrderKey, RawNotice, WorkerId};
use keptang_providers::HttpClient;
use keptang_simulator::control::{ActRequest, Action, ChargeView, Client};
use keptang_simulator::faults::{Endpoint, Fault, FaultRule};
use keptang_simulator::settings::Settings;
use keptang_simulator::{Clock, Config, Ids, Running, start};
use keptang_testkit::clock::{START, TestClock, TestIds};
use keptang_testkit::memory_ledger::MemoryLedger;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What is sold.
pub(crate) const SALE: Money = Money::from_satang(25_000);
/// Longer than any provider's QR stands.
pub(crate) const BEYOND_EXPIRY_MS: i64 = 17 * 60_000;
/// Longer than the pause between two questions about a payment that ended lately.
pub(crate) const LATE_LOOK_MS: i64 = 35_000;

pub(crate) struct Stage {
    pub(crate) player: Player,
    pub(crate) control: Client,
    pub(crate) gate: Arc<Gate>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) till: Till,
    simulator: Running,
    ledger: Arc<dyn Ledger>,
    /// Where the ledger lies, for tests in which a process ends.
    data_dir: Option<TempDir>,
    books: Arc<Books>,
    ids: Arc<TestIds>,
    public_url: String,
    worker: u128,
    stop: CancellationToken,
    driver: JoinHandle<()>,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Stage {
    /// With a ledger in memory.
    pub(crate) async fn open(player: Player) -> Self {
        Self::over(player, Arc::new(MemoryLedger::new()), None).await
    }

    /// With a ledger on disk, which every till opens anew.
    pub(crate) async fn open_on_disk(player: Player) -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        let ledger = open_file(&data_dir).await;
        Self::over(player, ledger, Some(data_dir)).await
    }

    async fn over(player: Player, ledger: Arc<dyn Ledger>, data_dir: Option<TempDir>) -> Self {
        let (gate, public_url) = Gate::open().await;
        let begins = jiff::Timestamp::from_millisecond(START.ms()).unwrap();
        // Only the clocks of this stage move, so a simulator that counts requests by them would see a burst.
        let mut settings = Settings::default();
        settings.jwt.rate_per_s = None;
        settings.crypto.rate_per_s = None;
        let simulator = start(Config {
            clock: Clock::fixed(begins),
            ids: Ids::Sequence,
            settings,
            webhook_url: Some(format!("{public_url}/callbacks/omise_truemoney")),
            ..Config::default()
        })
        .await
        .unwrap();
        let control = Client::new(&simulator.base_url()).unwrap();
        let clock = Arc::new(TestClock::standing(START));
        let ids = Arc::new(TestIds::seeded(7));
        let books = Books::of(ledger.clone());
        let till = assemble(player, &simulator, &public_url, &books, &clock, &ids, 1);
        let (stop, driver) = drive(&till);
        Self {
            player,
            control,
            gate,
            clock,
            till,
            simulator,
            ledger,
            data_dir,
            books,
            ids,
            public_url,
            worker: 1,
            stop,
            driver,
        }
    }

    pub(crate) fn provider(&self) -> ProviderId {
        self.player.provider()
    }

    pub(crate) fn can(&self, can: Can) -> bool {
        self.player.can(can)
    }

    pub(crate) fn endpoints(&self) -> Endpoints {
        provider::endpoints(self.player)
    }

    /// Kills the till where it stands and starts another over the same books, as `App::open` would.
    pub(crate) async fn restart(&mut self) {
        self.kill();
        if let Some(data_dir) = &self.data_dir {
            self.ledger = open_file(data_dir).await;
        }
        self.ledger.break_claims(WorkerId(self.worker)).await.unwrap();
        self.worker += 1;
        self.books = Books::of(self.ledger.clone());
        self.till = assemble(
            self.player,
            &self.simulator,
            &self.public_url,
            &self.books,
            &self.clock,
            &self.ids,
            self.worker,
        );
        (self.stop, self.driver) = drive(&self.till);
        self.quiet().await;
    }

    fn kill(&mut self) {
        self.books.cut();
        self.stop.cancel();
        self.driver.abort();
    }

    /// Empties the counter for the next case: nothing is left at the provider or in the books.
    pub(crate) async fn clear(&mut self) {
        self.kill();
        self.control.flush_webhooks().await.unwrap();
        self.control.reset().await.unwrap();
        self.gate.take();
        self.clock.set(START);
        self.ledger = Arc::new(MemoryLedger::new());
        self.restart().await;
    }

    /// Waits until the till has done all there is to do now.
    pub(crate) async fn quiet(&self) {
        self.books.quiet(self.clock.now()).await;
    }

    /// Lets time pass for everybody at once; nobody really waits.
    pub(crate) async fn pass(&self, ms: i64) {
        self.pass_without_waiting(ms).await;
        self.quiet().await;
    }

    /// The same, for questions that get no answer.
    pub(crate) async fn pass_without_waiting(&self, ms: i64) {
        let span = u64::try_from(ms).unwrap();
        self.control.advance_clock_ms(span).await.unwrap();
        self.control.flush_webhooks().await.unwrap();
        self.clock.shift(ms);
        tokio::time::pause();
        tokio::time::advance(Duration::from_millis(span)).await;
        tokio::time::resume();
    }

    // The cashier.

    pub(crate) fn charge(&self) -> Charge {
        Charge {
            amount: SALE,
            method: self.provider().method(),
            provider: Some(self.provider()),
            note: None,
            cashier: None,
            particulars: Particulars::default(),
        }
    }

    /// A sale whose provider has answered, or has not.
    pub(crate) async fn sell(&self) -> OrderId {
        let order = self.till.charge(self.charge()).await.unwrap();
        self.quiet().await;
        order.id
    }

    /// Another attempt on the same sale.
    pub(crate) async fn retry(&self, id: OrderId) {
        let method = self.provider().method();
        self.till
            .retry(id, method, Some(self.provider()), &Particulars::default())
            .await
            .unwrap();
        self.quiet().await;
    }

    pub(crate) async fn cancel(&self, id: OrderId) {
        self.till.cancel(id, Some("Malee".to_owned())).await.unwrap();
        self.quiet().await;
    }

    pub(crate) async fn vouch(&self, id: OrderId) {
        let reason = ConfirmReason::BankAppShown;
        self.till
            .confirm(id, "Somchai".to_owned(), reason, None)
            .await
            .unwrap();
        self.quiet().await;
    }

    pub(crate) async fn check(&self, id: OrderId) -> CheckOutcome {
        let (_, outcome) = self.till.check(id).await.unwrap();
        self.control.flush_webhooks().await.unwrap();
        self.quiet().await;
        outcome
    }

    // The customer and the provider.

    /// The simulator's own record of an attempt: the truth.
    pub(crate) async fn record(&self, attempt: AttemptId) -> Option<ChargeView> {
        let ours = attempt.to_string();
        let mut all = self.control.charges().await.unwrap().into_iter();
        all.find(|view| {
            ["attempt", "order_id"]
                .iter()
                .any(|name| view.metadata.get(*name).and_then(|value| value.as_str()) == Some(ours.as_str()))
        })
    }

    pub(crate) async fn act(&self, attempt: AttemptId, action: Action) {
        self.act_with(attempt, action, ActRequest::default()).await;
    }

    pub(crate) async fn act_with(&self, attempt: AttemptId, action: Action, details: ActRequest) {
        let view = self
            .record(attempt)
            .await
            .expect("the provider knows the payment");
        self.control.act_with(&view.id, action, &details).await.unwrap();
        self.control.flush_webhooks().await.unwrap();
    }

    /// The customer pays, whether or not the provider thinks it is over.
    pub(crate) async fn pay(&self, attempt: AttemptId) {
        let view = self
            .record(attempt)
            .await
            .expect("the provider knows the payment");
        let over = ["expired", "EXPIRED", "failed", "FAILED", "cancel", "underpaid"];
        let action = if over.contains(&view.status.as_str()) {
            Action::PayLate
        } else {
            Action::Pay
        };
        self.act(attempt, action).await;
    }

    pub(crate) async fn pay_sum(&self, attempt: AttemptId, sum: Money) {
        let details = ActRequest {
            amount_satang: Some(sum.satang()),
            ..ActRequest::default()
        };
        self.act_with(attempt, Action::Pay, details).await;
    }

    pub(crate) async fn fault(&self, fault: Fault, endpoint: Endpoint) {
        self.rule(FaultRule::once(fault).at(endpoint)).await;
    }

    pub(crate) async fn rule(&self, rule: FaultRule) {
        self.control.set_fault(&rule).await.unwrap();
    }

    /// No question about a payment gets an answer until [`Stage::repair`].
    pub(crate) async fn break_questions(&self) {
        let endpoints = self.endpoints();
        for endpoint in [endpoints.query, endpoints.find, endpoints.cancel] {
            let down = Fault::ServerError { status: 503 };
            self.rule(FaultRule::always(down).at(endpoint)).await;
        }
    }

    pub(crate) async fn repair(&self) {
        self.control.clear_faults().await.unwrap();
    }

    /// Requests the provider has seen.
    pub(crate) async fn asked(&self, endpoint: Endpoint) -> u64 {
        self.control.stats().await.unwrap().count(endpoint)
    }

    /// Waits until a request is there, for those that are never answered.
    pub(crate) async fn until_asked(&self, endpoint: Endpoint, times: u64) {
        let asked = async {
            while self.asked(endpoint).await < times {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.unwrap();
    }

    // Callbacks.

    pub(crate) async fn deliver(&self, notice: RawNotice) -> NoticeAnswer {
        let answer = self.till.deliver(notice).await;
        self.quiet().await;
        answer
    }

    /// Hands on every callback that came, in order.
    pub(crate) async fn deliver_all(&self) {
        for notice in self.gate.take() {
            self.deliver(notice).await;
        }
    }

    /// Lets the till hear the truth in every way there is: callbacks, questions, and the patience for late ones.
    pub(crate) async fn learn(&self, id: OrderId) {
        self.deliver_all().await;
        self.check(id).await;
        self.deliver_all().await;
        self.pass(LATE_LOOK_MS).await;
        self.deliver_all().await;
    }

    // Looking.

    pub(crate) async fn order(&self, id: OrderId) -> Order {
        self.ledger.load(OrderKey::Id(id)).await.unwrap()
    }

    pub(crate) async fn newest(&self, id: OrderId) -> Attempt {
        self.order(id).await.newest().unwrap().clone()
    }

    pub(crate) async fn expect(&self, id: OrderId, order: OrderState, attempt: AttemptState, flags: &[Flag]) {
        let found = self.order(id).await;
        let seen = (found.state, found.newest().unwrap().state);
        let raised: Vec<Flag> = found.flags().into_iter().collect();
        assert_eq!((seen, raised.as_slice()), ((order, attempt), flags), "{found:#?}");
    }

    pub(crate) fn ledger(&self) -> &dyn Ledger {
        self.ledger.as_ref()
    }
}

async fn open_file(data_dir: &TempDir) -> Arc<dyn Ledger> {
    let path = data_dir.path().join("ledger.sqlite");
    Arc::new(SqliteLedger::open(&path, DayCutoff::DEFAULT).await.unwrap())
}

fn assemble(
    player: Player,
    simulator: &Running,
    public_url: &str,
    books: &Arc<Books>,
    clock: &Arc<TestClock>,
    ids: &Arc<TestIds>,
    worker: u128,
) -> Till {
    let provider = player.provider();
    let timing = Timing::default();
    let http = HttpClient::new(timing.request_timeout_ms, clock.clone()).unwrap();
    Till::new(Parts {
        ledger: books.clone(),
        providers: BTreeMap::from([(provider, provider::client(player, &http, simulator, public_url))]),
        clock: clock.clone(),
        ids: ids.clone(),
        config: TillConfig {
            counter: "A".to_owned(),
            cutoff: DayCutoff::DEFAULT,
            adjust_limit: Money::from_satang(100),
            routing: BTreeMap::from([(provider.method(), vec![provider])]),
            public_url: Some(public_url.to_owned()),
            timing,
            payouts: PayoutRules::default(),
        },
        worker: WorkerId(worker),
        slips: None,
    })
}

fn drive(till: &Till) -> (CancellationToken, JoinHandle<()>) {
    let stop = CancellationToken::new();
    let (till, ends) = (till.clone(), stop.clone());
    (stop, tokio::spawn(async move { till.drive(ends).await }))
}
