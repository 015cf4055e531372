//! A TCP listener whose connections can be cut from inside a request handler.
//!
//! HTTP frameworks always send an answer. A lost answer, the case that makes tills charge twice, needs the
//! connection to die without one byte: every accepted stream carries a switch, and a request reaches the
//! switch of its own connection through `ConnectInfo`.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use futures::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Ends one connection at once, in both directions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Switch(Arc<SwitchState>);

#[derive(Debug, Default)]
struct SwitchState {
    is_cut: AtomicBool,
    reader: AtomicWaker,
}

impl Switch {
    pub(crate) fn cut(&self) {
        self.0.is_cut.store(true, Ordering::SeqCst);
        self.0.reader.wake();
    }

    fn check(&self) -> io::Result<()> {
        if self.0.is_cut.load(Ordering::SeqCst) {
            Err(io::ErrorKind::ConnectionAborted.into())
        } else {
            Ok(())
        }
    }
}

/// Every open connection, so that stopping the server ends them all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Connections(Arc<Mutex<Vec<Weak<SwitchState>>>>);

impl Connections {
    fn add(&self, switch: &Switch) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|other| other.strong_count() > 0);
        open.push(Arc::downgrade(&switch.0));
    }

    pub(crate) fn cut_all(&self) {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for switch in open.iter().filter_map(Weak::upgrade) {
            Switch(switch).cut();
        }
    }
}

pub(crate) struct Listener {
    pub(crate) tcp: TcpListener,
    pub(crate) connections: Connections,
}

impl axum::serve::Listener for Listener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            match self.tcp.accept().await {
                Ok((stream, peer)) => {
                    // Small answers must not wait for each other; a failure only costs time.
                    let _ = stream.set_nodelay(true);
                    let switch = Switch::default();
                    self.connections.add(&switch);
                    return (Connection { stream, switch }, peer);
                }
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection");
                    // Out of file handles is the usual cause; retrying at once would spin.
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

impl Connected<IncomingStream<'_, Listener>> for Switch {
    fn connect_info(stream: IncomingStream<'_, Listener>) -> Self {
        stream.io().switch.clone()
    }
}

pub(crate) struct Connection {
    stream: TcpStream,
    switch: Switch,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.switch.0.reader.register(context.waker());
        self.switch.check()?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.switch.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.switch.check()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.switch.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
