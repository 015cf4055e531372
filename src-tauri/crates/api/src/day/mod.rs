//! The owner's day across the border: totals and their groups, what somebody has to look at, and how the day was closed.

mod lines;

pub use lines::{
    Compared, DayRequest, DayReview, DaySignRequest, GroupLine, MethodLine, OpenOrder, ProviderFailures,
    Report, ReviewItem, SettleRequest, SettledLine, SignedLine, SlipCounts, Totals, ZLine,
};

use crate::app::App;
use crate::bills::business_day;
use crate::error::{ApiError, ErrorCode};
use crate::session::Who;
use keptang_checkout::{DayError, ItemKey, Outcome, ReviewError};
use keptang_domain::BusinessDay;
use keptang_domain::order::OrderState;
use keptang_ports::OrderFilter;
use lines::{Groups, by_hour, failures, item, method_lines, signed_line, slip_counts, z_line};

/// The day that is held against another is the same weekday of the week before.
const COMPARED_DAYS_BACK: i64 = 7;
/// Open bills of one day that are listed; a shop with more has another problem.
const MOST_OPEN: usize = 500;

impl App {
    /// A day as typed; today when nothing was.
    pub(crate) fn day_or_today(&self, date: Option<&str>) -> Result<BusinessDay, ApiError> {
        date.map_or(Ok(self.till().today()), business_day)
    }

    /// The same, as text.
    ///
    /// # Errors
    /// `bad_request` for a date that is none.
    pub fn day_text(&self, date: Option<&str>) -> Result<String, ApiError> {
        Ok(self.day_or_today(date)?.to_string())
    }

    async fn open_orders(&self, day: BusinessDay) -> Result<Vec<OpenOrder>, ApiError> {
        let mut open = Vec::new();
        for state in [OrderState::Open, OrderState::Due] {
            let filter = OrderFilter {
                day: Some(day),
                state: Some(state),
                limit: MOST_OPEN,
                ..OrderFilter::default()
            };
            open.extend(self.till().ledger().list(filter).await?);
        }
        let line = |order: &keptang_domain::order::Order| OpenOrder {
            number: order.opening.number.clone(),
            order_id: order.id.to_string(),
            amount_due: order.opening.amount_due.to_string(),
            state: order.state.word(),
        };
        Ok(open.iter().map(line).collect())
    }

    /// What a business day took, and what somebody has to look at; today when no day is given.
    ///
    /// # Errors
    /// `bad_request` for a date that is none.
    pub async fn report(&self, date: Option<&str>) -> Result<Report, ApiError> {
        let day = self.day_or_today(date)?;
        let report = self.till().x_report(day).await?;
        let groups = Groups::of(&report);
        let review = self.till().exceptions(day).await?;
        Ok(Report {
            kind: "report",
            business_day: day.to_string(),
            totals: Totals::from(&report.totals),
            by_method: groups.by_method,
            by_provider: groups.by_provider,
            by_cashier: groups.by_cashier,
            by_hour: groups.by_hour,
            open_orders: self.open_orders(day).await?,
            review: review.iter().map(item).collect(),
        })
    }

    /// Closes a day with a Z; today when no day is given.
    ///
    /// # Errors
    /// `day_refused` with `why`: `future`, `nothing_new`.
    pub async fn close_day(&self, date: Option<&str>, by: String) -> Result<ZLine, ApiError> {
        let day = self.day_or_today(date)?;
        Ok(z_line(&self.till().z_close(day, by).await?))
    }

    /// Signs a day off; today when no day is given. With a `reason`, everything still open is explained by it first,
    /// unless something else stands against it.
    ///
    /// # Errors
    /// `day_open_items` with the `count`; `day_refused` with `why`: `future`, `not_over`, `not_closed`, `signed`.
    pub async fn sign_day(
        &self,
        date: Option<&str>,
        by: String,
        note: Option<String>,
        reason: Option<&str>,
    ) -> Result<SignedLine, ApiError> {
        let day = self.day_or_today(date)?;
        let mut signed = self.till().sign_day(day, by.clone(), note.clone()).await;
        if let (Err(DayError::OpenItems(_)), Some(reason)) = (&signed, reason) {
            for open in self.till().exceptions(day).await? {
                if open.settled.is_none() {
                    self.till()
                        .settle_item(&open.key, Outcome::Explained, reason, by.clone())
                        .await?;
                }
            }
            signed = self.till().sign_day(day, by, note).await;
        }
        Ok(signed_line(&signed?))
    }
}

pub(crate) async fn day_review(app: &App, _: Who, request: DayRequest) -> Result<DayReview, ApiError> {
    let day = app.day_or_today(request.date.as_deref())?;
    let till = app.till();
    let report = till.x_report(day).await?;
    let before = till.x_report(day.plus_days(-COMPARED_DAYS_BACK)).await?;
    let exceptions = till.exceptions(day).await?;
    let closes = till.z_list(day).await?;
    let unclosed = till.unclosed(day).await?.is_some();
    let signed = till.signed(day).await?.filter(|signed| signed.stands);
    let today = day == till.today();
    let mut why_not = Vec::new();
    if signed.is_some() {
        why_not.push("already");
    }
    if exceptions.iter().any(|item| item.settled.is_none()) {
        why_not.push("open_review");
    }
    if unclosed {
        why_not.push("not_closed");
    } else if today && closes.is_empty() {
        why_not.push("not_over");
    }
    let groups = Groups::of(&report);
    Ok(DayReview {
        business_day: day.to_string(),
        cutoff: till.config().cutoff.to_string(),
        today,
        totals: Totals::from(&report.totals),
        bank: report.found.bank.to_string(),
        drawer: report.found.drawer.to_string(),
        by_method: method_lines(&report, &till.ledger().times_to_paid(day).await?),
        by_provider: groups.by_provider,
        by_cashier: groups.by_cashier,
        by_hour: groups.by_hour,
        compared: Compared {
            business_day: before.day.to_string(),
            totals: Totals::from(&before.totals),
            by_hour: by_hour(&before),
        },
        median_s: report.facts.median_to_paid_ms.map(|ms| ms / 1_000),
        opened: report.facts.opened,
        paid: report.facts.paid,
        failures: failures(&report.facts),
        slips: slip_counts(&till.slips_of_day(day).await?),
        exceptions: exceptions.iter().map(item).collect(),
        open_orders: app.open_orders(day).await?,
        closes: closes.iter().map(z_line).collect(),
        next_z: till.next_z().await?,
        unclosed,
        signed: signed.as_ref().map(signed_line),
        may_close: why_not.is_empty(),
        why_not,
    })
}

pub(crate) async fn review_settle(
    app: &App,
    who: Who,
    request: SettleRequest,
) -> Result<ReviewItem, ApiError> {
    let bad = |argument: &'static str| ApiError::new(ErrorCode::BadRequest).with("argument", argument);
    let key: ItemKey = request.item.parse().map_err(|_| bad("item"))?;
    let outcome = Outcome::ALL
        .into_iter()
        .find(|outcome| outcome.word() == request.outcome)
        .ok_or_else(|| bad("outcome"))?;
    let note = request.note.unwrap_or_default();
    let settled = app.till().settle_item(&key, outcome, &note, who.named()?).await?;
    Ok(item(&settled))
}

pub(crate) async fn day_close(app: &App, who: Who, request: DayRequest) -> Result<ZLine, ApiError> {
    app.close_day(request.date.as_deref(), who.named()?).await
}

pub(crate) async fn day_sign(app: &App, who: Who, request: DaySignRequest) -> Result<DayReview, ApiError> {
    let note = request.note.filter(|note| !note.trim().is_empty());
    app.sign_day(request.date.as_deref(), who.named()?, note, None)
        .await?;
    let same = DayRequest { date: request.date };
    day_review(app, who, same).await
}

impl From<DayError> for ApiError {
    fn from(error: DayError) -> Self {
        let refused = |why: &str| Self::new(ErrorCode::DayRefused).with("why", why);
        match error {
            DayError::Future => refused("future"),
            DayError::NotOver => refused("not_over"),
            DayError::NothingNew => refused("nothing_new"),
            DayError::NotClosed => refused("not_closed"),
            DayError::AlreadySigned(_) => refused("signed"),
            DayError::OpenItems(count) => Self::new(ErrorCode::DayOpenItems).with("count", count),
            DayError::Sums(_) => Self::new(ErrorCode::AmountTooLarge),
            DayError::Ledger(error) => error.into(),
        }
    }
}

impl From<ReviewError> for ApiError {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::NoSuchItem => Self::new(ErrorCode::NotFound),
            ReviewError::Note => Self::new(ErrorCode::ReasonMissing),
            ReviewError::Ledger(error) => error.into(),
        }
    }
}
