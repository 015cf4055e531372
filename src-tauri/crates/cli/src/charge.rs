//! Taking a payment at the command line: open, print at every change, end when nothing more can happen on its own.

use crate::Session;
use crate::args::{ChargeArgs, ParticularsArgs, Watching};
use crate::exit::{Exit, Failure};
use keptang_api::{App, ChargeWish, Order, ParticularsWish, is_running, next_provider, parse_amount};
use std::time::Duration;
use tokio::time::Instant;

/// An event that was missed is made up for this soon.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

impl Session {
    pub(crate) async fn charge(&mut self, args: ChargeArgs) -> Result<Exit, Failure> {
        // Before anything is opened: a typing mistake touches nothing.
        parse_amount(&args.amount)?;
        if let Some(tendered) = &args.particulars.tendered {
            parse_amount(tendered)?;
        }
        let fail_over = args.provider.is_none();
        let app = self.open().await?;
        app.run_background().await;
        let order = app
            .open_charge(ChargeWish {
                amount: args.amount,
                method: args.method.word(),
                provider: args.provider,
                note: args.note,
                cashier: self.user.clone(),
                particulars: args.particulars.wish(),
            })
            .await?;
        self.watch(&app, order, &args.watching, fail_over).await
    }

    pub(crate) async fn retry(
        &mut self,
        order: &str,
        method: &str,
        provider: Option<&str>,
        particulars: ParticularsArgs,
        watching: &Watching,
    ) -> Result<Exit, Failure> {
        let app = self.open().await?;
        app.run_background().await;
        let order = app.retry(order, method, provider, particulars.wish()).await?;
        self.watch(&app, order, watching, provider.is_none()).await
    }

    /// Prints the order at every change until it ends, the customer can pay (`--no-wait`) or time is up. With
    /// `fail_over`, the next provider is asked where nothing can exist at the one before (cli.md, charge).
    async fn watch(
        &self,
        app: &App,
        mut order: Order,
        watching: &Watching,
        fail_over: bool,
    ) -> Result<Exit, Failure> {
        let end = watching
            .timeout
            .map(|seconds| Instant::now() + Duration::from_secs(seconds));
        let mut events = app.events();
        let mut drawn = false;
        self.printer.order(&order);
        loop {
            let can_pay = order
                .attempts
                .last()
                .is_some_and(|attempt| attempt.instruction.is_some());
            if let Some((method, next)) = next_provider(&order).filter(|_| fail_over) {
                self.printer.next_provider(&order, next);
                order = app
                    .retry(&order.order_id, method, Some(next), ParticularsWish::default())
                    .await?;
                self.printer.order(&order);
                continue;
            }
            if can_pay && !drawn {
                drawn = true;
                self.printer.qr(&order);
            }
            let settled = matches!(order.state, "settled" | "completed");
            if settled || order.state == "voided" || !order.attempts.iter().any(is_running) {
                let newest = order.attempts.last();
                let misconfigured = newest.filter(|attempt| attempt.reason == Some("misconfigured"));
                // The line has the word; which setting it is, only the provider's answer told.
                if let Some(wrong) = misconfigured.and_then(|attempt| app.wrong_setting(attempt)) {
                    return Err(wrong.into());
                }
                return Ok(Exit::of(&order));
            }
            if watching.no_wait && can_pay {
                return Ok(Exit::Done);
            }
            if end.is_some_and(|end| Instant::now() >= end) {
                // A flag is for a person whatever else is open (cli.md, exit code 4: "paid or not").
                return Ok(if order.flags.is_empty() {
                    Exit::NotYet
                } else {
                    Exit::Review
                });
            }
            let pause = end.map_or(LOOK_AGAIN, |end| {
                LOOK_AGAIN.min(end.saturating_duration_since(Instant::now()))
            });
            tokio::select! {
                _ = events.recv() => {}
                () = tokio::time::sleep(pause) => {}
            }
            let now = app.order(&order.order_id).await?;
            if now.version != order.version {
                order = now;
                self.printer.order(&order);
            }
        }
    }
}
