//! Slips at the command line.

use crate::Session;
use crate::args::SlipVerifyArgs;
use crate::exit::{Exit, Failure};
use keptang_api::{App, Right, Slip, SlipSource, VerifyWish};
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// A change that was not heard of is made up for this soon.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// One byte more than is taken: enough to know that it is too large.
const READ_BYTES_MAX: u64 = 4 * 1024 * 1024 + 1;

impl Session {
    pub(crate) async fn slip_verify(&mut self, args: SlipVerifyArgs) -> Result<Exit, Failure> {
        let source = match (&args.file, args.text, args.url) {
            (Some(file), ..) => SlipSource::Picture(read(file)?),
            (None, Some(text), _) => SlipSource::Text(text),
            (None, None, Some(url)) => SlipSource::Link(url),
            (None, None, None) => unreachable!("the argument parser demands one of them"),
        };
        let app = self.open().await?;
        let overriding = match args.reason.filter(|_| args.overriding) {
            Some(reason) => Some((self.approved(&app, Right::Decide).await?.name, reason)),
            None => None,
        };
        if app.is_training() || args.wait.is_some() {
            app.run_background().await;
        }
        let slip = app
            .verify_slip(VerifyWish {
                source,
                order: args.order,
                by: self.user.clone(),
                overriding,
            })
            .await?;
        self.slip(&slip);
        let slip = match args.wait {
            Some(seconds) => self.wait_for(&app, slip, seconds).await?,
            None => slip,
        };
        Ok(exit_of(&slip.verdict))
    }

    /// Prints the slip at every change until nothing more is asked, or time is up.
    async fn wait_for(&self, app: &App, mut slip: Slip, seconds: u64) -> Result<Slip, Failure> {
        let end = Instant::now() + Duration::from_secs(seconds);
        let mut events = app.events();
        while slip.retry_at.is_some() && Instant::now() < end {
            let pause = LOOK_AGAIN.min(end.saturating_duration_since(Instant::now()));
            tokio::select! {
                _ = events.recv() => {}
                () = tokio::time::sleep(pause) => {}
            }
            let now = app.slip(&slip.slip_id).await?;
            if now != slip {
                slip = now;
                self.slip(&slip);
            }
        }
        Ok(slip)
    }

    pub(crate) async fn slip_queue(&mut self) -> Result<Exit, Failure> {
        let app = self.open().await?;
        for slip in app.slip_queue().await? {
            self.slip(&slip);
        }
        Ok(Exit::Done)
    }

    fn slip(&self, slip: &Slip) {
        self.printer.line(slip, |thai| {
            let message = if thai { &slip.message_th } else { &slip.message_en };
            let customer = if thai {
                &slip.customer_th
            } else {
                &slip.customer_en
            };
            let amount = slip
                .amount
                .as_ref()
                .map(|amount| format!("  ฿{amount}"))
                .unwrap_or_default();
            let order = slip
                .order
                .as_ref()
                .map(|order| format!("  {order}"))
                .unwrap_or_default();
            let setting = slip
                .setting
                .as_ref()
                .map(|setting| format!("  [{setting}]"))
                .unwrap_or_default();
            format!("{message}{amount}{order}{setting}\n  “{customer}”")
        });
    }
}

/// The file, or as much of it as shows that it is too large: what is wrong with a picture is a verdict like any other.
fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    use std::io::Read as _;
    let unreadable = |error: std::io::Error| Failure::File(file.display().to_string(), error.to_string());
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).map_err(unreadable)?;
    opened
        .take(READ_BYTES_MAX)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    Ok(bytes)
}

/// cli.md, `slip verify`.
fn exit_of(verdict: &str) -> Exit {
    match verdict {
        "accepted" => Exit::Done,
        "needs_review" => Exit::Review,
        "bank_pending" => Exit::NotYet,
        "unavailable" | "misconfigured" => Exit::Error,
        _ => Exit::No,
    }
}
