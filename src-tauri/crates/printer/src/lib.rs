//! The way of bytes to a receipt printer: jobs wait on disk until the printer has taken them, however often it is off,
//! out of paper or unplugged meanwhile. A sale puts a job and goes on; nothing here is ever waited for at the counter.
//!
//! * [`PrintQueue`]: the jobs of one data directory, printed in order by whichever process gets to it.
//! * [`Target`]: where they go, a printer in the network (port 9100) or a device file.
//!
//! What the bytes mean is not known here, with one exception: a printer that was cut off inside a picture is brought
//! back by [`RESYNC_BYTES`] zero bytes, and is asked whether it has paper (ESC/POS, `DLE EOT 4`). How fast a serial
//! port runs is the operating system's setting.
#![warn(missing_docs)]

mod device;
mod fault;
mod job;
mod pace;
mod queue;
mod spool;
mod target;
mod tcp;

pub use fault::{Fault, QueueError};
pub use job::{Job, JobId, JobKind};
pub use pace::Pace;
pub use queue::{PrintQueue, Status};
pub use spool::RESYNC_BYTES;
pub use target::{AddressError, Target};
