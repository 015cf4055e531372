//! How long things take before something is said or done about them.

use std::time::Duration;

/// The queue's patience.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// A printer in the network has this long to pick up.
    pub connect: Duration,
    /// A printer has this long to say whether it has paper; many never say.
    pub paper_reply: Duration,
    /// A printer that takes nothing for this long is reported as out of paper or offline. The job stays on its way: a
    /// printer that gets paper goes on where it stopped.
    pub stalled_after: Duration,
    /// A printer in the network that takes nothing for this long is hung up on, and the job starts again later.
    pub give_up_after: Duration,
    /// A printer in the network has this long to close its end after the last byte; many leave it open.
    pub close: Duration,
    /// The first pause after a failure; each further one is twice as long.
    pub retry_first: Duration,
    /// The longest pause after a failure.
    pub retry_longest: Duration,
    /// How often to look for jobs that another process put.
    pub look_every: Duration,
    /// A job that is being sent when the till closes has this long to get through.
    pub finish: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            paper_reply: Duration::from_millis(500),
            stalled_after: Duration::from_secs(10),
            give_up_after: Duration::from_secs(300),
            close: Duration::from_secs(3),
            retry_first: Duration::from_secs(1),
            retry_longest: Duration::from_secs(60),
            look_every: Duration::from_secs(5),
            finish: Duration::from_secs(3),
        }
    }
}
