//! One job to a printer in the network.
//!
//! Raw printing has no receipt: a printer that closed its end, or reset it after the last byte (some always do), has
//! taken the job as far as anybody can know. The buffer on this side is kept small, so that little can be lost in it.

use crate::fault::Fault;
use crate::pace::Pace;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::timeout;

const SEND_BUFFER_BYTES: u32 = 8 * 1024;

/// `DLE EOT 4`: "transmit paper sensor status", answered at once, also when offline (Epson, ESC/POS command reference).
const ASK_PAPER: [u8; 3] = [0x10, 0x04, 0x04];
/// Bits 0, 1, 4 and 7 of every real-time status are fixed; what differs is something else the printer said.
const STATUS_FIXED: (u8, u8) = (0b1001_0011, 0b0001_0010);
/// Bits 5 and 6: the paper's end is there.
const PAPER_END: u8 = 0b0110_0000;

/// A connection that nothing of the job has gone through yet.
#[derive(Debug)]
pub(crate) struct Line {
    stream: TcpStream,
    pace: Pace,
}

impl Line {
    /// Calls the printer and asks whether it has paper. `silent` remembers a printer that does not answer that, which
    /// would cost each job the time to wait for it.
    pub(crate) async fn open(host: &str, port: u16, pace: Pace, silent: &AtomicBool) -> Result<Self, Fault> {
        let stream = timeout(pace.connect, connect(host, port))
            .await
            .map_err(|_| Fault::Unreachable)??;
        let mut line = Self { stream, pace };
        if !silent.load(Ordering::Relaxed) {
            match line.paper_status().await? {
                Some(status) if status & PAPER_END != 0 => return Err(Fault::PaperOrOffline),
                Some(_) => {}
                None => silent.store(true, Ordering::Relaxed),
            }
        }
        Ok(line)
    }

    async fn paper_status(&mut self) -> Result<Option<u8>, Fault> {
        self.stream
            .write_all(&ASK_PAPER)
            .await
            .map_err(|error| Fault::of_network(&error))?;
        let stream = &mut self.stream;
        let reply = async {
            loop {
                match stream.read_u8().await {
                    Ok(byte) if byte & STATUS_FIXED.0 == STATUS_FIXED.1 => return Ok(Some(byte)),
                    Ok(_) => {}
                    Err(error) => return Err(Fault::of_network(&error)),
                }
            }
        };
        timeout(self.pace.paper_reply, reply).await.unwrap_or(Ok(None))
    }

    /// Sends all of `bytes`. Tells `stalled` when the printer stops taking them, and when it goes on.
    pub(crate) async fn send(mut self, bytes: &[u8], stalled: &(dyn Fn(bool) + Sync)) -> Result<(), Fault> {
        let mut left = bytes;
        while !left.is_empty() {
            let taken = self.write_some(left, stalled).await?;
            left = &left[taken..];
        }
        let mut close = async || {
            self.stream.shutdown().await?;
            let mut words = [0; 64];
            while self.stream.read(&mut words).await? > 0 {}
            Ok::<(), std::io::Error>(())
        };
        if let Ok(Err(error)) = timeout(self.pace.close, close()).await {
            tracing::debug!(kind = ?error.kind(), "the printer hung up after the last byte");
        }
        Ok(())
    }

    async fn write_some(&mut self, left: &[u8], stalled: &(dyn Fn(bool) + Sync)) -> Result<usize, Fault> {
        let rest = self.pace.give_up_after.saturating_sub(self.pace.stalled_after);
        let mut was_stalled = false;
        for patience in [self.pace.stalled_after, rest] {
            if let Some(written) = self.write_within(patience, left).await? {
                if was_stalled {
                    stalled(false);
                }
                return Ok(written);
            }
            was_stalled = true;
            stalled(true);
        }
        Err(Fault::PaperOrOffline)
    }

    async fn write_within(&mut self, patience: Duration, left: &[u8]) -> Result<Option<usize>, Fault> {
        match timeout(patience, self.stream.write(left)).await {
            Err(_) => Ok(None),
            Ok(Ok(0)) => Err(Fault::Refused),
            Ok(Ok(written)) => Ok(Some(written)),
            Ok(Err(error)) => Err(Fault::of_network(&error)),
        }
    }
}

async fn connect(host: &str, port: u16) -> Result<TcpStream, Fault> {
    let mut fault = Fault::Unreachable;
    let addresses = lookup_host((host, port)).await.map_err(|_| fault)?;
    for address in addresses {
        let socket = if address.is_ipv4() {
            TcpSocket::new_v4()
        } else {
            TcpSocket::new_v6()
        };
        let attempt = async {
            let socket = socket?;
            socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
            let stream = socket.connect(address).await?;
            stream.set_nodelay(true)?;
            Ok(stream)
        };
        match attempt.await {
            Ok(stream) => return Ok(stream),
            Err(error) => fault = Fault::of_network(&error),
        }
    }
    Err(fault)
}
