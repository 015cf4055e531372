//! The socket: who holds the port, how many talk at once, how long a slow one may take, and an end.

use crate::route;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use keptang_ports::NoticeSink;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Connections at once. A callback takes milliseconds, so this many wait only behind callers that are slow on purpose,
/// and those are cut off.
const CONNECTIONS_MAX: usize = 64;
/// From the first byte of a request, or the end of the last one, to the end of its headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
const HEADER_BYTES_MAX: usize = 32 * 1024;
/// Reading an answer of a few bytes takes no caller longer than this.
const CONNECTION_LIFE: Duration = Duration::from_secs(120);
/// What is under way at the end may finish for this long.
const GOODBYE: Duration = Duration::from_secs(5);
/// After the system refused a connection (out of descriptors), a moment for others to close.
const AFTER_REFUSAL: Duration = Duration::from_millis(100);

/// Why there is no listener.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another process holds the port: it receives the callbacks.
    #[error("the address {address} is in use by another program")]
    PortTaken {
        /// What was asked for.
        address: SocketAddr,
    },
    /// The system does not allow it, or this machine has no such address.
    #[error("cannot listen on {address}")]
    Failed {
        /// What was asked for.
        address: SocketAddr,
        /// The system's word.
        #[source]
        source: io::Error,
    },
}

/// The port, held by this process from now on.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Takes the port (settings, `callbacks.listen`). Port 0 takes any free one.
    ///
    /// # Errors
    /// [`BindError::PortTaken`] when somebody else has it; then this process carries on without callbacks.
    pub async fn bind(address: SocketAddr) -> Result<Self, BindError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => BindError::PortTaken { address },
            _ => BindError::Failed { address, source },
        };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self { socket, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Receives callbacks until `shutdown` completes, then lets what is under way finish for a few seconds.
pub async fn serve(listener: Listener, sink: Arc<dyn NoticeSink>, shutdown: impl Future<Output = ()>) {
    let router = route::router(sink);
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let (stop, stopped) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let (stream, slot) = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener.socket, &slots) => accepted,
            Some(_) = connections.join_next() => continue,
        };
        let service = TowerToHyperService::new(router.clone());
        connections.spawn(converse(stream, slot, service, stopped.clone()));
    }
    drop(listener);
    drop(stop);
    let _ = timeout(GOODBYE, async {
        while connections.join_next().await.is_some() {}
    })
    .await;
}

/// The next connection, once there is room for it; until then callers wait in the system's queue.
async fn accept(socket: &TcpListener, slots: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    let slot = Arc::clone(slots)
        .acquire_owned()
        .await
        .expect("the semaphore is never closed");
    loop {
        match socket.accept().await {
            Ok((stream, _)) => return (stream, slot),
            Err(error) => {
                tracing::warn!(kind = ?error.kind(), "a callback connection could not be accepted");
                sleep(AFTER_REFUSAL).await;
            }
        }
    }
}

async fn converse(
    stream: TcpStream,
    slot: OwnedSemaphorePermit,
    service: TowerToHyperService<axum::Router>,
    mut stopped: watch::Receiver<()>,
) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_header_size(HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let mut life = pin!(sleep(CONNECTION_LIFE));
    let mut parting = false;
    loop {
        tokio::select! {
            // A caller's broken connection is its own affair: it sends again.
            _ = connection.as_mut() => break,
            // The sender never sends; it is dropped at the end.
            _ = stopped.changed(), if !parting => {
                parting = true;
                connection.as_mut().graceful_shutdown();
            }
            () = &mut life => break,
        }
    }
    drop(slot);
}
