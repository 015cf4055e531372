//! One job to a device file.
//!
//! A write to a printer without paper blocks inside the operating system and cannot be taken back. So it has a thread
//! of its own, which also ends the job: whoever waits may stop waiting, and no second job goes between its bytes.

use crate::fault::{Fault, QueueError};
use crate::job::Job;
use crate::pace::Pace;
use crate::spool::Claim;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::timeout;

const CHUNK_BYTES: usize = 4 * 1024;

enum News {
    Taken,
    Ended(Result<(), Fault>),
}

/// Sends all of `bytes` and takes the job off the queue. Tells `stalled` when the printer stops taking them, and when it
/// goes on. A device is waited for without end: it still has the bytes that it has not printed.
pub(crate) async fn send(
    path: PathBuf,
    job: Job,
    bytes: Vec<u8>,
    claim: Arc<Claim>,
    pace: Pace,
    stalled: &(dyn Fn(bool) + Sync),
) -> Result<(), Fault> {
    let (news, mut heard) = unbounded_channel();
    let work = move || {
        let ended = write(&path, &bytes, &claim, &news).and_then(|()| claim.finish(job).map_err(queue_fault));
        // The right to print is given back before anybody hears that it is free.
        drop(claim);
        let nobody_waits_any_more = news.send(News::Ended(ended)).is_err();
        tracing::debug!(nobody_waits_any_more, "a job to a device ended");
    };
    if std::thread::Builder::new()
        .name("printer".to_owned())
        .spawn(work)
        .is_err()
    {
        return Err(Fault::QueueUnreadable);
    }
    let mut was_stalled = false;
    loop {
        match timeout(pace.stalled_after, heard.recv()).await {
            Err(_) => {
                if !was_stalled {
                    stalled(true);
                }
                was_stalled = true;
            }
            Ok(Some(News::Taken)) => {
                if was_stalled {
                    stalled(false);
                }
                was_stalled = false;
            }
            Ok(Some(News::Ended(ended))) => return ended,
            Ok(None) => return Err(Fault::Unreachable),
        }
    }
}

fn write(path: &Path, bytes: &[u8], claim: &Claim, news: &UnboundedSender<News>) -> Result<(), Fault> {
    let fault = |error: std::io::Error| Fault::of_device(&error);
    // Appending spares what a plain file already holds; a device has no end to append to. Windows' ports refuse it.
    let mut device = OpenOptions::new()
        .write(true)
        .append(cfg!(unix))
        .open(path)
        .map_err(fault)?;
    let ahead = claim.begin().map_err(queue_fault)?;
    for chunk in ahead.chunks(CHUNK_BYTES).chain(bytes.chunks(CHUNK_BYTES)) {
        device.write_all(chunk).map_err(fault)?;
        if news.send(News::Taken).is_err() {
            tracing::debug!("nobody waits for the device; the job goes on");
        }
    }
    device.flush().map_err(fault)
}

pub(crate) fn queue_fault(error: QueueError) -> Fault {
    tracing::error!(reason = %error.source, "{error}");
    Fault::QueueUnreadable
}
