//! What can go wrong between a job and its paper, as far as somebody at the counter can act on it.

use std::fmt;
use std::io;

/// Why the printer has not taken a job yet. The job waits; nothing is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Nothing answers at the address: off, unplugged, or another address.
    Unreachable,
    /// Something answers and does not want the job: busy with another till, or no printer.
    Refused,
    /// The printer is there and takes nothing: no paper, cover open, or offline.
    PaperOrOffline,
    /// The operating system does not let this user write to the device.
    Permission,
    /// There is no such device file.
    NotFound,
    /// The job itself could not be read from this machine's disk.
    QueueUnreadable,
}

impl Fault {
    /// The stable word for it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
            Self::PaperOrOffline => "paper_or_offline",
            Self::Permission => "permission",
            Self::NotFound => "not_found",
            Self::QueueUnreadable => "queue_unreadable",
        }
    }

    /// What an error of the operating system says about a printer in the network.
    pub(crate) fn of_network(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Self::Refused,
            io::ErrorKind::PermissionDenied => Self::Permission,
            _ => Self::Unreachable,
        }
    }

    /// What an error of the operating system says about a device file.
    pub(crate) fn of_device(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            io::ErrorKind::PermissionDenied => Self::Permission,
            io::ErrorKind::ResourceBusy | io::ErrorKind::IsADirectory => Self::Refused,
            // Linux' `usblp` says ENOSPC for a printer without paper.
            io::ErrorKind::StorageFull | io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                Self::PaperOrOffline
            }
            _ => Self::Unreachable,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The queue's own directory cannot be used: the disk is full, or not ours to write to.
#[derive(Debug, thiserror::Error)]
#[error("the print queue on disk cannot be {doing}")]
pub struct QueueError {
    /// What was tried.
    pub doing: &'static str,
    /// Why it failed.
    #[source]
    pub source: io::Error,
}

impl QueueError {
    pub(crate) fn when(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self { doing, source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;

    #[test]
    fn what_the_operating_system_says_is_what_somebody_can_act_on() {
        for (kind, network, device) in [
            (ErrorKind::ConnectionRefused, "refused", "unreachable"),
            (ErrorKind::ConnectionReset, "refused", "unreachable"),
            (ErrorKind::HostUnreachable, "unreachable", "unreachable"),
            (ErrorKind::NetworkUnreachable, "unreachable", "unreachable"),
            (ErrorKind::PermissionDenied, "permission", "permission"),
            (ErrorKind::NotFound, "unreachable", "not_found"),
            (ErrorKind::ResourceBusy, "unreachable", "refused"),
            (ErrorKind::StorageFull, "unreachable", "paper_or_offline"),
            (ErrorKind::Other, "unreachable", "unreachable"),
        ] {
            let error = io::Error::from(kind);
            assert_eq!(Fault::of_network(&error).to_string(), network, "{kind}");
            assert_eq!(Fault::of_device(&error).to_string(), device, "{kind}");
        }
    }
}
