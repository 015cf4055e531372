//! Starting and stopping the server.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinSet;

use crate::app::{App, Inner};
use crate::clock::Clock;
use crate::connection::{Connections, Listener, Switch};
use crate::control;
use crate::crypto::{self, CryptoKeys};
use crate::delivery::{self, Journal};
use crate::deposit::{self, DepositKeys};
use crate::easyslip::{self, EasySlipKeys};
use crate::faults::FaultRule;
use crate::ids::Ids;
use crate::jwt::{self, JwtKeys};
use crate::omise;
use crate::settings::Settings;
use crate::stats::Stats;
use crate::store::{Store, StoreError, World};
use crate::{TRAINING_PUBLIC_KEY, TRAINING_SECRET_KEY, TRAINING_WEBHOOK_SECRET};

/// How the simulator is set up. The default is training mode on a free port, without a file.
pub struct Config {
    /// Loopback only; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Charges, refunds, faults and moved time survive here; several simulators may share it.
    pub state_file: Option<PathBuf>,
    /// `skey_…`; `_test_` in it means test mode.
    pub secret_key: String,
    /// `pkey_…`.
    pub public_key: String,
    /// Base64. A secret rotated through the control panel takes its place.
    pub webhook_secret: String,
    /// Base64; signs too.
    pub webhook_secret_previous: Option<String>,
    /// Where callbacks go besides a charge's own `webhook_endpoints`.
    pub webhook_url: Option<String>,
    /// Life of a charge.
    pub ttl_seconds: u32,
    /// The `create_deposit` gateway's secrets.
    pub deposit: DepositKeys,
    /// The JWT gateway's account.
    pub jwt: JwtKeys,
    /// The 2328.io project.
    pub crypto: CryptoKeys,
    /// The EasySlip account.
    pub easyslip: EasySlipKeys,
    /// How the gateways behave, unless a saved state is found.
    pub settings: Settings,
    /// Rules in force from the start, unless a saved state is found.
    pub faults: Vec<FaultRule>,
    /// The time.
    pub clock: Clock,
    /// The source of ids.
    pub ids: Ids,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            state_file: None,
            secret_key: TRAINING_SECRET_KEY.to_owned(),
            public_key: TRAINING_PUBLIC_KEY.to_owned(),
            webhook_secret: TRAINING_WEBHOOK_SECRET.to_owned(),
            webhook_secret_previous: None,
            webhook_url: None,
            ttl_seconds: 86_400,
            deposit: DepositKeys::default(),
            jwt: JwtKeys::default(),
            crypto: CryptoKeys::default(),
            easyslip: EasySlipKeys::default(),
            settings: Settings::default(),
            faults: Vec::new(),
            clock: Clock::machine(),
            ids: Ids::Random,
        }
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Config")
            .field("listen", &self.listen)
            .field("state_file", &self.state_file)
            .field("ttl_seconds", &self.ttl_seconds)
            .finish_non_exhaustive()
    }
}

/// Why the simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It takes made-up money from anybody who asks, so it stays on this machine.
    #[error("the simulator listens on this machine only, not on {0}")]
    NotLoopback(SocketAddr),
    /// The address is taken or not allowed.
    #[error("cannot listen on {addr}: {source}")]
    Bind {
        /// The address asked for.
        addr: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A webhook secret is not base64.
    #[error("a webhook secret is not base64")]
    WebhookSecret,
    /// The two keys must be of the right kind and both test or both live.
    #[error("the keys must be skey_… and pkey_…, both test or both live")]
    Keys,
    /// A start fault has a number that makes no sense.
    #[error("a fault given at the start makes no sense")]
    Fault,
    /// The state file cannot be read or created.
    #[error("cannot use the state file {path}: {reason}")]
    State {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The client for callbacks cannot be set up.
    #[error("cannot set up callbacks: {0}")]
    Callbacks(#[from] reqwest::Error),
}

/// A running simulator. Dropping it ends it at once, as a kill would.
pub struct Running {
    addr: SocketAddr,
    app: Arc<App>,
    tasks: JoinSet<()>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Running")
            .field("addr", &self.addr)
            .finish_non_exhaustive()
    }
}

impl Running {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://127.0.0.1:PORT`; the control client takes this.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// `http://127.0.0.1:PORT/omise`; the till takes this.
    pub fn omise_base_url(&self) -> String {
        self.base_url() + omise::MOUNT
    }

    /// `http://127.0.0.1:PORT/deposit_gateway`; the till takes this.
    pub fn deposit_base_url(&self) -> String {
        self.base_url() + deposit::MOUNT
    }

    /// `http://127.0.0.1:PORT/jwt_gateway/api/v1`; the till takes this.
    pub fn jwt_base_url(&self) -> String {
        self.base_url() + jwt::MOUNT + jwt::PATHS
    }

    /// `http://127.0.0.1:PORT/crypto_2328/api`; the till takes this.
    pub fn crypto_base_url(&self) -> String {
        self.base_url() + crypto::MOUNT + crypto::PATHS
    }

    /// `http://127.0.0.1:PORT/easyslip`; the till takes this.
    pub fn easyslip_base_url(&self) -> String {
        self.base_url() + easyslip::MOUNT
    }

    /// Stops serving; what was answered is saved already. Open connections end.
    pub async fn stop(mut self) {
        self.app.close();
        self.tasks.shutdown().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The tasks end with their set; this ends the connections, which the server runs on its own.
        self.app.close();
    }
}

/// Starts the simulator.
///
/// # Errors
/// See [`StartError`].
pub async fn start(config: Config) -> Result<Running, StartError> {
    if !config.listen.ip().is_loopback() {
        return Err(StartError::NotLoopback(config.listen));
    }
    let account = account(&config)?;
    let (world, store) = open_world(&config)?;
    let http = crate::callback_client(Duration::from_secs(10))?;
    let bind_error = |source| StartError::Bind {
        addr: config.listen,
        source,
    };
    let tcp = TcpListener::bind(config.listen).await.map_err(bind_error)?;
    let addr = tcp.local_addr().map_err(bind_error)?;

    config.clock.set_offset_ms(world.clock_offset_ms);
    let (mail, letters) = mpsc::unbounded_channel();
    let app = Arc::new(App {
        clock: config.clock,
        ids: config.ids,
        own_url: format!("http://{addr}"),
        omise: account,
        deposit: config.deposit,
        jwt: config.jwt,
        crypto: config.crypto,
        easyslip: config.easyslip,
        settings: config.settings,
        paces: Mutex::default(),
        stats: Mutex::new(Stats::default()),
        journal: Mutex::new(Journal::default()),
        connections: Connections::default(),
        releases: watch::Sender::new(0),
        mail,
        changed: Notify::new(),
        is_closed: AtomicBool::new(false),
        inner: Mutex::new(Inner { world, store }),
    });
    let listener = Listener {
        tcp,
        connections: app.connections.clone(),
    };
    let service = router(&app).into_make_service_with_connect_info::<Switch>();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        if let Err(error) = axum::serve(listener, service).await {
            tracing::error!(%error, "the simulator stopped serving");
        }
    });
    tasks.spawn(delivery::run(Arc::clone(&app), http, letters));
    tasks.spawn(Arc::clone(&app).keep_time());
    Ok(Running { addr, app, tasks })
}

fn router(app: &Arc<App>) -> Router {
    Router::new()
        .nest("/_control", control::router(Arc::clone(app)))
        .nest_service(omise::MOUNT, omise::router(Arc::clone(app), omise::MOUNT))
        .nest_service(deposit::MOUNT, deposit::router(Arc::clone(app)))
        .nest_service(deposit::PATHS, deposit::router_of_paths(Arc::clone(app)))
        .nest_service(jwt::MOUNT, jwt::router(Arc::clone(app)))
        .nest_service(crypto::MOUNT, crypto::router(Arc::clone(app)))
        .nest_service(easyslip::MOUNT, easyslip::router(Arc::clone(app)))
        .fallback_service(omise::router(Arc::clone(app), ""))
}

fn account(config: &Config) -> Result<omise::Account, StartError> {
    let is_test = config.secret_key.starts_with("skey_test_");
    let are_keys_right = config.secret_key.starts_with("skey_")
        && config.public_key.starts_with("pkey_")
        && is_test == config.public_key.starts_with("pkey_test_");
    if !are_keys_right {
        return Err(StartError::Keys);
    }
    let secrets = [
        Some(&config.webhook_secret),
        config.webhook_secret_previous.as_ref(),
    ];
    if secrets
        .into_iter()
        .flatten()
        .any(|secret| omise::decode_secret(secret).is_none())
    {
        return Err(StartError::WebhookSecret);
    }
    Ok(omise::Account {
        secret_key: config.secret_key.clone(),
        public_key: config.public_key.clone(),
        secrets: omise::Secrets {
            current: config.webhook_secret.clone(),
            previous: config.webhook_secret_previous.clone(),
            previous_until_ms: None,
        },
        webhook_url: Mutex::new(config.webhook_url.clone()),
        ttl_ms: i64::from(config.ttl_seconds) * 1000,
        is_live: !is_test,
    })
}

fn open_world(config: &Config) -> Result<(World, Option<Store>), StartError> {
    let (mut world, mut store, is_saved) = match &config.state_file {
        None => (World::default(), None, false),
        Some(path) => {
            let opened = Store::open(path).map_err(|error| state_error(path, &error))?;
            let (store, world, is_saved) = opened;
            (world, Some(store), is_saved)
        }
    };
    if !is_saved {
        world.settings = config.settings.clone();
    }
    if !is_saved && !config.faults.is_empty() {
        if let Some((store, path)) = store.as_mut().zip(config.state_file.as_ref()) {
            store
                .begin(&mut world)
                .map_err(|error| state_error(path, &error))?;
        }
        for rule in &config.faults {
            world.faults.add(rule.clone()).ok_or(StartError::Fault)?;
        }
        if let Some((store, path)) = store.as_mut().zip(config.state_file.as_ref()) {
            store
                .end(Some(&world))
                .map_err(|error| state_error(path, &error))?;
        }
    }
    Ok((world, store))
}

fn state_error(path: &std::path::Path, error: &StoreError) -> StartError {
    StartError::State {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}
