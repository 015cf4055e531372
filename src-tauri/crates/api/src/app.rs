//! The composition root: the only place that knows every adapter and puts the till together.

use crate::dto;
use crate::error::{ApiError, ErrorCode};
use crate::people::Pepper;
use crate::printing;
use crate::session::Chair;
use crate::shift_word;
use crate::system::{AliveMark, SystemClock, SystemIds, dead_workers};
use crate::training::{self, Training};
use crate::wiring::{self, Wired};
use keptang_callbacks::{BindError, Listener};
use keptang_checkout::{Parts, Till, TillConfig, TillEvent, Timing};
use keptang_domain::order::OrderState;
use keptang_domain::{Money, Timestamp};
use keptang_ports::{Clock, Ids, Ledger, LedgerError, NoticeSink, PaymentProvider, WorkerId};
use keptang_printer::PrintQueue;
use keptang_providers::crypto_2328::Crypto2328;
use keptang_providers::{HttpClientError, Providers};
use keptang_settings::{Keychain, LedgerUrl, SecretName, Secrets, Settings, SettingsError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// How to open a till.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `--data-dir`; otherwise `KEPTANG_DATA_DIR`, otherwise the operating system's place.
    pub data_dir: Option<PathBuf>,
}

impl Options {
    /// The data directory they name, with the environment of this process.
    pub(crate) fn place(&self) -> Result<(PathBuf, Vec<(String, String)>), SettingsError> {
        let environment = keptang_settings::process_environment()?;
        let named = environment
            .iter()
            .find(|(name, _)| name == "KEPTANG_DATA_DIR")
            .map(|(_, dir)| dir.into());
        let data_dir = keptang_settings::data_dir(self.data_dir.clone(), named)?;
        Ok((data_dir, environment))
    }
}

/// Variables that set a setting.
pub(crate) fn overrides(environment: &[(String, String)]) -> impl Iterator<Item = (String, String)> {
    let named = environment
        .iter()
        .filter(|(name, _)| name.starts_with("KEPTANG__"));
    named.cloned()
}

/// Why the till could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Settings or secrets.
    #[error("{0}")]
    Settings(#[from] SettingsError),
    /// The ledger.
    #[error("{0}")]
    Ledger(#[from] LedgerError),
    /// A ledger this version cannot use yet.
    #[error("PostgreSQL is not built yet: set ledger.url to sqlite:ledger.sqlite")]
    PostgresNotBuilt,
    /// The data directory.
    #[error("the data directory cannot be used: {0}")]
    DataDir(#[from] std::io::Error),
    /// The HTTP client.
    #[error("the network client cannot be made")]
    Network(#[from] HttpClientError),
}

impl StartError {
    /// The same in Thai.
    pub fn th(&self) -> String {
        match self {
            Self::Settings(error) => error.th(),
            Self::Ledger(LedgerError::TooNew) => "สมุดบัญชีถูกเขียนด้วยโปรแกรมรุ่นใหม่กว่า ติดตั้งรุ่นล่าสุดก่อน".to_owned(),
            Self::Ledger(LedgerError::Corrupt { at }) => {
                format!("สมุดบัญชีเสียหายที่ {at} หยุดใช้เครื่องนี้แล้วกู้จากสำเนา")
            }
            Self::Ledger(_) => "เปิดสมุดบัญชีไม่ได้ ตรวจว่าดิสก์ไม่เต็มและไฟล์ไม่ถูกล็อก".to_owned(),
            Self::PostgresNotBuilt => {
                "รุ่นนี้ยังใช้ PostgreSQL ไม่ได้ ตั้ง ledger.url เป็น sqlite:ledger.sqlite".to_owned()
            }
            Self::DataDir(_) => "ใช้โฟลเดอร์ข้อมูลไม่ได้ ตรวจสิทธิ์ของโฟลเดอร์".to_owned(),
            Self::Network(_) => "เตรียมการเชื่อมต่อไม่ได้ เปิดโปรแกรมใหม่อีกครั้ง".to_owned(),
        }
    }
}

/// Something the window should hear of.
#[derive(Debug, Clone)]
pub struct AppEvent {
    /// `order_changed`, `slip_changed` or `provider_health`.
    pub name: &'static str,
    /// Which one; never what.
    pub payload: serde_json::Value,
}

/// A till that is open: what the window and the headless till share. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    till: Till,
    /// Its limits are the provider's own and asked for in the background.
    crypto: Option<Arc<Crypto2328>>,
    clock: SystemClock,
    settings: Settings,
    secrets: Secrets,
    data_dir: PathBuf,
    started_at: Timestamp,
    training: Option<Training>,
    /// This process holds the callback port.
    listening: AtomicBool,
    stop: CancellationToken,
    events: broadcast::Sender<AppEvent>,
    chair: Chair,
    pepper: Pepper,
    keychain: Keychain,
    /// Variables of ours that this till was opened with.
    environment: Vec<(String, String)>,
    /// Keys that were given since.
    stored: Mutex<Vec<SecretName>>,
    /// A setting or a key was changed; it holds after the next start.
    restart_needed: AtomicBool,
    printer: Option<PrintQueue>,
    /// Why the last copy was not made.
    copy_fault: Mutex<Option<String>>,
    _alive: AliveMark,
}

/// How often to look for processes that died and ports that became free.
const HOUSEKEEPING_EVERY: Duration = Duration::from_secs(2);
/// A minute is more than a network's delay; callbacks are refused at five.
const CLOCK_OFF_MS: u64 = 60_000;
/// How soon after the start, and how often, the slip checks that are left are asked for (easyslip.md, section 9).
const QUOTA_FIRST: Duration = Duration::from_secs(5);
const QUOTA_EVERY: Duration = Duration::from_secs(3_600);
/// How soon after the start limits are asked for: a command that is over in a moment must not spend a question that the
/// payment itself may need (crypto-2328.md, rate limit).
const LIMITS_FIRST: Duration = Duration::from_secs(2);
/// How soon limits that were not told are asked for again.
const LIMITS_AGAIN: Duration = Duration::from_secs(60);
/// How soon after the start, and how often, is looked whether a copy is due.
const COPY_FIRST: Duration = Duration::from_secs(60);
const COPY_EVERY: Duration = Duration::from_secs(600);
const EVENT_BACKLOG: usize = 256;

impl App {
    /// Opens the till of a data directory: settings, secrets, ledger, providers. Asks nobody anything yet.
    pub async fn open(options: Options) -> Result<Self, StartError> {
        let (data_dir, environment) = options.place()?;
        Self::open_with(&data_dir, environment).await
    }

    /// Opens the till of `data_dir` with these environment pairs instead of the process's own.
    pub async fn open_with(data_dir: &Path, environment: Vec<(String, String)>) -> Result<Self, StartError> {
        keptang_settings::create_data_dir(data_dir)?;
        let settings = Settings::load(data_dir, overrides(&environment))?;
        let keychain = Keychain::of_system(
            environment
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        let secrets = if settings.training {
            training::secrets()
        } else {
            let passphrase = environment.iter().find(|(name, _)| name == "KEPTANG_PASSPHRASE");
            let passphrase = passphrase.map(|(_, text)| keptang_settings::Secret::new(text.clone()));
            Secrets::load(
                environment.iter().cloned(),
                data_dir,
                passphrase.as_ref(),
                &keychain,
            )?
        };
        // In a file and not in the keychain: without it nobody could approve anything, and a till has to start where no
        // keychain can be opened, such as in a cron job.
        let pepper = keptang_settings::pepper(data_dir, &Keychain::none())?;
        let pepper = Pepper::new(pepper.expose().as_bytes());
        let ledger: Arc<dyn Ledger> = Arc::new(open_ledger(&settings, data_dir).await?);
        let worker = WorkerId(SystemIds.next_token());
        let alive = AliveMark::set(data_dir, worker)?;
        let public_url = public_url(&settings);
        let Wired { providers, crypto } =
            wiring::providers(&settings, &secrets, public_url.as_deref(), Arc::new(SystemClock))?;
        let slips = wiring::slip_desk(&settings, &secrets, data_dir, Arc::new(SystemClock))?;
        let till = Till::new(Parts {
            ledger,
            config: till_config(&settings, &providers, public_url),
            providers: providers.into_iter().collect(),
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
            worker,
            slips: Some(slips),
        });
        let printer = printing::queue(&settings, data_dir);
        let (events, _) = broadcast::channel(EVENT_BACKLOG);
        let training = settings.training.then(|| Training::new(&settings, data_dir));
        let app = Self {
            inner: Arc::new(Inner {
                till,
                crypto,
                clock: SystemClock,
                secrets,
                data_dir: data_dir.to_owned(),
                started_at: SystemClock.now(),
                training,
                listening: AtomicBool::new(false),
                stop: CancellationToken::new(),
                events,
                settings,
                chair: Chair::default(),
                pepper,
                keychain,
                environment: environment
                    .into_iter()
                    .filter(|(name, _)| name.starts_with("KEPTANG_"))
                    .collect(),
                stored: Mutex::new(Vec::new()),
                restart_needed: AtomicBool::new(false),
                copy_fault: Mutex::new(None),
                printer,
                _alive: alive,
            }),
        };
        app.free_the_dead().await;
        app.inner.till.note_payout_accounts().await?;
        Ok(app)
    }

    /// Starts following attempts, listening for callbacks and, in training, the simulator. Returns once the simulator
    /// can be reached, so that a first payment does not race it.
    pub async fn run_background(&self) {
        if let Some(training) = &self.inner.training {
            training.hold_simulator().await;
        }
        self.take_port().await;
        let till = self.inner.till.clone();
        tokio::spawn({
            let (till, stop) = (till.clone(), self.inner.stop.clone());
            async move { till.drive(stop).await }
        });
        tokio::spawn({
            let (till, stop) = (till.clone(), self.inner.stop.clone());
            async move { till.hear_others(stop).await }
        });
        tokio::spawn(self.clone().pass_events_on(till.subscribe()));
        tokio::spawn({
            let (till, stop) = (till.clone(), self.inner.stop.clone());
            async move { till.drive_slips(stop).await }
        });
        if let Some(printer) = self.inner.printer.clone() {
            let stop = self.inner.stop.clone();
            tokio::spawn(async move { printer.run(stop).await });
        }
        if let Some(lock) = self.auto_print_lock() {
            tokio::spawn(self.clone().print_receipts(till.subscribe(), lock));
        }
        tokio::spawn(self.clone().keep_copies());
        tokio::spawn(self.clone().keep_house());
        tokio::spawn(self.clone().learn_limits());
        tokio::spawn(self.clone().watch_quota());
    }

    /// Stops the background work. The ledger needs no goodbye: a kill is as good.
    pub fn stop(&self) {
        self.inner.stop.cancel();
    }

    /// What the window should hear of.
    pub fn events(&self) -> broadcast::Receiver<AppEvent> {
        self.inner.events.subscribe()
    }

    /// The till.
    pub fn till(&self) -> &Till {
        &self.inner.till
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Where everything lies.
    pub fn data_dir(&self) -> &Path {
        &self.inner.data_dir
    }

    /// Nothing here is real.
    pub fn is_training(&self) -> bool {
        self.inner.training.is_some()
    }

    /// This process holds the callback port.
    pub fn is_listening(&self) -> bool {
        self.inner.listening.load(Ordering::Relaxed)
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.inner.secrets
    }

    pub(crate) fn print_queue(&self) -> Option<&PrintQueue> {
        self.inner.printer.as_ref()
    }

    pub(crate) fn keychain(&self) -> &Keychain {
        &self.inner.keychain
    }

    /// Variables of ours that this till was opened with.
    pub(crate) fn environment(&self) -> &[(String, String)] {
        &self.inner.environment
    }

    pub(crate) fn copy_fault(&self) -> Option<String> {
        let fault = self.inner.copy_fault.lock();
        fault.expect("nobody panics while holding it").clone()
    }

    pub(crate) fn set_copy_fault(&self, fault: Option<String>) {
        let mut kept = self
            .inner
            .copy_fault
            .lock()
            .expect("nobody panics while holding it");
        *kept = fault;
    }

    pub(crate) fn restart_needed(&self) -> &AtomicBool {
        &self.inner.restart_needed
    }

    /// Remembers that a key was given; the running till goes on with the ones it has.
    pub(crate) fn stored(&self, name: SecretName) {
        let mut stored = self.inner.stored.lock().expect("nobody panics while holding it");
        stored.push(name);
    }

    pub(crate) fn was_stored(&self, name: SecretName) -> bool {
        let stored = self.inner.stored.lock().expect("nobody panics while holding it");
        stored.contains(&name)
    }

    pub(crate) fn chair(&self) -> &Chair {
        &self.inner.chair
    }

    pub(crate) fn pepper(&self) -> &Pepper {
        &self.inner.pepper
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &self.inner.clock
    }

    pub(crate) fn started_at(&self) -> Timestamp {
        self.inner.started_at
    }

    pub(crate) fn language(&self) -> &'static str {
        self.inner.settings.shop.language.word()
    }

    pub(crate) fn era(&self) -> &'static str {
        self.inner.settings.shop.era.word()
    }

    pub(crate) fn callbacks_on(&self) -> bool {
        self.inner.till.config().public_url.is_some()
    }

    pub(crate) fn shift_word(&self, now: Timestamp) -> &'static str {
        shift_word::shift_word(
            &self.inner.data_dir,
            now.business_day(self.inner.settings.shop.day_cutoff),
        )
    }

    /// Which money the keys move: one live key is enough to be careful.
    pub(crate) fn mode(&self) -> &'static str {
        if self.is_training() {
            return "training";
        }
        let by_key = || {
            self.inner
                .till
                .providers()
                .filter(|provider| provider.profile().fault.is_none())
        };
        if by_key().next().is_some() && by_key().all(|provider| !provider.profile().live) {
            "test"
        } else {
            "live"
        }
    }

    pub(crate) async fn training_slip(
        &self,
        amount: Option<Money>,
        story: training::SlipStory,
    ) -> Result<String, ApiError> {
        let id = self.inner.settings.shop.promptpay_id.as_ref();
        let shop = id.and_then(|id| id.expose().parse().ok());
        match (&self.inner.training, shop) {
            (Some(training), Some(shop)) => training.slip(&shop, amount, story).await,
            (Some(_), None) => {
                Err(ApiError::new(ErrorCode::Misconfigured).with("setting", "shop.promptpay_id"))
            }
            (None, _) => Err(ApiError::new(ErrorCode::Forbidden)),
        }
    }

    pub(crate) async fn training_act(
        &self,
        attempt: Option<keptang_domain::AttemptId>,
        act: training::Act,
    ) -> Result<(), ApiError> {
        match &self.inner.training {
            Some(training) => training.act(attempt, act).await,
            None => Err(ApiError::new(ErrorCode::Forbidden)),
        }
    }

    /// How far the clock of this machine is off, by the providers' own: the largest of what they say, in milliseconds,
    /// when it is worth a warning. Positive when this machine is behind.
    pub(crate) fn clock_behind_ms(&self) -> Option<i64> {
        let offsets = self.inner.till.providers();
        offsets
            .filter_map(|provider| provider.clock_ahead_ms())
            .max_by_key(|offset| offset.unsigned_abs())
            .filter(|offset| offset.unsigned_abs() >= CLOCK_OFF_MS)
    }

    async fn pass_events_on(self, mut heard: broadcast::Receiver<TillEvent>) {
        loop {
            let event = match heard.recv().await {
                Ok(TillEvent::OrderChanged { order }) => AppEvent {
                    name: "order_changed",
                    payload: serde_json::json!({ "order_id": order.to_string() }),
                },
                Ok(TillEvent::SlipChanged { slip }) => AppEvent {
                    name: "slip_changed",
                    payload: serde_json::json!({ "slip_id": slip.to_string() }),
                },
                Ok(TillEvent::ProviderHealth { provider }) => AppEvent {
                    name: "provider_health",
                    payload: serde_json::json!({ "provider": provider.word() }),
                },
                // Too slow to hear everything; the window refetches on its own rhythm.
                Err(broadcast::error::RecvError::Lagged(_)) => continue,
                Err(broadcast::error::RecvError::Closed) => return,
            };
            // Nobody listening is no fault.
            let _ = self.inner.events.send(event);
        }
    }

    /// Prints the receipt of every order that is paid from now on.
    async fn print_receipts(self, mut heard: broadcast::Receiver<TillEvent>, _lock: std::fs::File) {
        loop {
            match heard.recv().await {
                Ok(TillEvent::OrderChanged { order }) => self.print_by_itself(order).await,
                // What was missed is one key away.
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return,
            }
        }
    }

    /// Makes the owner's copies when they are due. A command that is over in a moment makes none.
    async fn keep_copies(self) {
        let mut pause = COPY_FIRST;
        loop {
            tokio::select! {
                () = self.inner.stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            pause = COPY_EVERY;
            self.copy_when_due().await;
        }
    }

    /// Asks once for the limits that only the provider knows. Until it answers, the till's own stand: a payment outside
    /// the provider's is refused there, which costs a moment and no money.
    async fn learn_limits(self) {
        let Some(crypto) = &self.inner.crypto else { return };
        let mut pause = LIMITS_FIRST;
        while crypto.profile().fault.is_none() {
            tokio::select! {
                () = self.inner.stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            pause = LIMITS_AGAIN;
            match crypto.directions().await {
                Ok(_) => return,
                Err(error) => tracing::info!(error = %error, "the limits of crypto are not known yet"),
            }
        }
    }

    /// Asks how many slip checks are left, now and then, so that the owner hears of it before the counter does. A command
    /// that is over in a moment does not ask.
    async fn watch_quota(self) {
        let Some(verifier) = self.inner.till.slip_verifier() else {
            return;
        };
        let mut pause = QUOTA_FIRST;
        loop {
            tokio::select! {
                () = self.inner.stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            pause = QUOTA_EVERY;
            match verifier.info().await {
                Ok(account) if account.quota.is_low() => {
                    tracing::warn!("few slip checks are left this month");
                }
                Ok(_) => {}
                Err(error) => tracing::info!(error = %error, "the slip checks that are left are not known"),
            }
        }
    }

    async fn keep_house(self) {
        loop {
            tokio::select! {
                () = self.inner.stop.cancelled() => return,
                () = tokio::time::sleep(HOUSEKEEPING_EVERY) => {}
            }
            self.free_the_dead().await;
            self.take_port().await;
            if let Some(training) = &self.inner.training {
                training.hold_simulator().await;
            }
        }
    }

    /// Frees what processes that are gone still hold, so that their attempts are followed at once.
    async fn free_the_dead(&self) {
        for (worker, mark) in dead_workers(&self.inner.data_dir) {
            match self.inner.till.ledger().break_claims(worker).await {
                Ok(()) => {
                    // Another process may have removed it first.
                    let _ = std::fs::remove_file(mark);
                }
                Err(error) => {
                    tracing::warn!(error = %error, "claims of a dead process could not be freed yet")
                }
            }
        }
    }

    /// Takes the callback port unless another process has it.
    async fn take_port(&self) {
        if self.is_listening() {
            return;
        }
        let listen = self.inner.settings.callbacks.listen;
        match Listener::bind(listen).await {
            Ok(bound) => {
                self.inner.listening.store(true, Ordering::Relaxed);
                let sink: Arc<dyn NoticeSink> = Arc::new(self.inner.till.clone());
                let stop = self.inner.stop.clone();
                tokio::spawn(
                    async move { keptang_callbacks::serve(bound, sink, stop.cancelled_owned()).await },
                );
            }
            Err(BindError::PortTaken { .. }) => {}
            Err(error) => tracing::warn!(error = %error, "callbacks cannot be received"),
        }
    }

    /// The newest bill that is still running, as the window would come back to it.
    pub async fn running(&self) -> Result<Option<dto::Order>, ApiError> {
        let filter = keptang_ports::OrderFilter {
            running: Some(true),
            state: Some(OrderState::Due),
            limit: 1,
            ..keptang_ports::OrderFilter::default()
        };
        match self.inner.till.ledger().list(filter).await?.first() {
            Some(order) => Ok(Some(self.show(order).await)),
            None => Ok(None),
        }
    }
}

async fn open_ledger(
    settings: &Settings,
    data_dir: &Path,
) -> Result<keptang_ledger::SqliteLedger, StartError> {
    let LedgerUrl::Sqlite(_) = &settings.ledger else {
        return Err(StartError::PostgresNotBuilt);
    };
    let path = ledger_path(settings, data_dir).ok_or(StartError::PostgresNotBuilt)?;
    Ok(keptang_ledger::SqliteLedger::open(&path, settings.shop.day_cutoff).await?)
}

/// The file of the ledger; `None` when it is on a server. Training never writes into the books of the shop, even when
/// only the one switch was flipped.
pub(crate) fn ledger_path(settings: &Settings, data_dir: &Path) -> Option<PathBuf> {
    let mut path = settings.ledger.sqlite_path(data_dir)?;
    if settings.training {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or("ledger.sqlite")
            .to_owned();
        path.set_file_name(format!("training-{name}"));
    }
    Some(path)
}

/// Where providers reach us. In training the simulator is on this machine, so the listener itself is public enough.
fn public_url(settings: &Settings) -> Option<String> {
    let given = settings.callbacks.public_url.clone();
    given.or_else(|| {
        settings
            .training
            .then(|| format!("http://{}", settings.callbacks.listen))
    })
}

fn till_config(settings: &Settings, providers: &Providers, public_url: Option<String>) -> TillConfig {
    let ms = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
    TillConfig {
        counter: settings.shop.counter.clone(),
        cutoff: settings.shop.day_cutoff,
        adjust_limit: Money::from_satang(settings.shop.adjust_limit_satang),
        routing: wiring::routing(settings, providers),
        public_url,
        timing: Timing {
            poll_fast_ms: ms(settings.timing.poll_fast_ms),
            poll_slow_ms: ms(settings.timing.poll_slow_ms),
            late_watch_ms: i64::from(settings.timing.late_watch_hours).saturating_mul(3_600_000),
            request_timeout_ms: ms(settings.timing.request_timeout_ms),
        },
        payouts: wiring::payout_rules(settings),
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
