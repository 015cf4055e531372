//! Looking at orders and acting on them.

use crate::Session;
use crate::args::OrderCommand;
use crate::exit::{Exit, Failure};
use keptang_api::{App, ErrorCode, ListWish, Order, RefundEnd, RefundWish, Right, is_running, parse_amount};
use std::time::Duration;
use tokio::time::Instant;

/// How long `order cancel` waits for the provider's word before it says "still cancelling".
const CANCEL_PATIENCE: Duration = Duration::from_secs(20);
/// How long `order check` waits for a callback that a provider promised to send again.
const CALLBACK_PATIENCE: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

impl Session {
    pub(crate) async fn order_command(&mut self, command: OrderCommand) -> Result<Exit, Failure> {
        match command {
            OrderCommand::Retry {
                order,
                method,
                provider,
                particulars,
                watching,
            } => {
                self.retry(&order, method.word(), provider.as_deref(), particulars, &watching)
                    .await
            }
            OrderCommand::List {
                date,
                status,
                search,
                limit,
                after,
            } => {
                let app = self.open().await?;
                for order in app
                    .orders(ListWish {
                        date,
                        status,
                        search,
                        limit,
                        after,
                    })
                    .await?
                {
                    self.printer.order(&order);
                }
                Ok(Exit::Done)
            }
            OrderCommand::Show { order } => {
                let app = self.open().await?;
                self.printer.order(&app.order(&order).await?);
                Ok(Exit::Done)
            }
            OrderCommand::Timeline { order } => self.timeline(&order).await,
            OrderCommand::Check { order } => {
                let app = self.open().await?;
                app.run_background().await;
                let (order, is_called_back) = app.check(&order).await?;
                let order = if is_called_back {
                    self.until_called_back(&app, order).await?
                } else {
                    order
                };
                self.printer.order(&order);
                Ok(Exit::of(&order))
            }
            OrderCommand::Cancel { order } => self.cancel(&order).await,
            OrderCommand::Confirm { order, reason, note } => {
                let app = self.open().await?;
                let person = self.approved(&app, Right::Decide).await?;
                let before = app.order(&order).await?;
                app.run_background().await;
                let order = match app.confirm(&order, person.name, &reason, note).await {
                    // The driver of this very command may find the money first: as good as finding it when asked.
                    Err(refused) if refused.code == ErrorCode::WrongState && before.state == "due" => {
                        let now = app.order(&order).await?;
                        if now.state != "settled" {
                            return Err(refused.into());
                        }
                        now
                    }
                    confirmed => confirmed?,
                };
                self.printer.order(&order);
                // The flag is what was asked for, so it is not a review here (cli.md, `order confirm`).
                Ok(Exit::Done)
            }
            OrderCommand::Refund {
                order,
                amount,
                reason,
                by_transfer,
            } => {
                if let Some(amount) = &amount {
                    parse_amount(amount)?;
                }
                let app = self.open().await?;
                let person = self.approved(&app, Right::Decide).await?;
                app.run_background().await;
                let wish = RefundWish {
                    order,
                    amount,
                    reason,
                    by: person.name,
                    by_transfer,
                    attempt: None,
                };
                let (order, end) = app.refund(wish).await?;
                self.printer.order(&order);
                Ok(match end {
                    RefundEnd::Done => Exit::Done,
                    RefundEnd::Failed => Exit::No,
                    RefundEnd::Unknown => Exit::NotYet,
                })
            }
        }
    }

    /// A callback that was asked for comes to this process when it has the port; gone, it would miss it.
    async fn until_called_back(&self, app: &App, asked: Order) -> Result<Order, Failure> {
        let end = Instant::now() + CALLBACK_PATIENCE;
        let version = asked.version;
        let mut order = asked;
        while order.version == version && Instant::now() < end {
            tokio::time::sleep(LOOK_AGAIN).await;
            order = app.order(&order.order_id).await?;
        }
        Ok(order)
    }

    async fn timeline(&mut self, order: &str) -> Result<Exit, Failure> {
        let app = self.open().await?;
        for line in app.timeline(order).await? {
            self.printer.line(&line, |_| {
                let facts = line.facts.as_object().into_iter().flatten();
                let facts: Vec<String> = facts
                    .filter(|(_, value)| !value.is_null())
                    .map(|(key, value)| {
                        format!(
                            "{key}={}",
                            value.as_str().map_or(value.to_string(), str::to_owned)
                        )
                    })
                    .collect();
                format!("{}  {:<18}  {}", line.at, line.event, facts.join("  "))
            });
        }
        Ok(Exit::Done)
    }

    async fn cancel(&mut self, order: &str) -> Result<Exit, Failure> {
        let app = self.open().await?;
        app.run_background().await;
        let order = match app.cancel(order, self.user.clone()).await {
            Ok(order) => self.until_not_cancelling(&app, order).await?,
            Err(refused) if refused.code == ErrorCode::WrongState => {
                // Money was there first: the order itself tells it best.
                let order = app.order(order).await?;
                self.printer.order(&order);
                return Ok(Exit::No);
            }
            Err(other) => return Err(other.into()),
        };
        self.printer.order(&order);
        Ok(cancel_exit(&order))
    }

    async fn until_not_cancelling(&self, app: &App, mut order: Order) -> Result<Order, Failure> {
        let end = Instant::now() + CANCEL_PATIENCE;
        while order.attempts.iter().any(is_running) && Instant::now() < end {
            tokio::time::sleep(LOOK_AGAIN).await;
            order = app.order(&order.order_id).await?;
        }
        // The last attempt may have ended only now; ask again so that the order itself ends too.
        if order.state == "due" && !order.attempts.iter().any(is_running) {
            order = match app.cancel(&order.order_id, self.user.clone()).await {
                Ok(order) => order,
                Err(_) => app.order(&order.order_id).await?,
            };
        }
        Ok(order)
    }
}

/// 0 cancelled · 3 it was paid · 5 still cancelling (cli.md, `order cancel`).
fn cancel_exit(order: &Order) -> Exit {
    if order.received != "0.00" {
        Exit::No
    } else if order.attempts.iter().any(is_running) {
        Exit::NotYet
    } else {
        Exit::Done
    }
}
