//! The owner's day across the border: totals and their groups, what somebody has to look at, and how the day was closed.

use crate::app::App;
use crate::bills::business_day;
use crate::error::{ApiError, ErrorCode};
use crate::session::Who;
use crate::view::moment;
use keptang_checkout::{DayError, DayReport, ItemKey, Outcome, ReviewError, Signed, SlipsOfDay, ZReport};
use keptang_domain::day::{self, Group};
use keptang_domain::order::OrderState;
use keptang_domain::{BusinessDay, Method, ProviderId};
use keptang_ports::{DayFacts, OrderFilter};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// The day that is held against another is the same weekday of the week before.
const COMPARED_DAYS_BACK: i64 = 7;
/// Open bills of one day that are listed; a shop with more has another problem.
const MOST_OPEN: usize = 500;
/// Days of a trend.
const LONGEST_TREND: i64 = 92;

/// Sums of a day, a Z or a shift; amounts in baht.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Totals {
    /// Bills paid for the first time.
    #[ts(type = "number")]
    pub orders: u64,
    /// All that came in.
    pub gross: String,
    /// What went back.
    pub refunds: String,
    /// What providers kept.
    pub fees: String,
    /// What should be there: gross − refunds − fees.
    pub net: String,
    /// The part of gross that gateways added, less what they took off.
    pub adjustments: String,
    /// The part of gross that came for bills that were called off.
    pub suspense: String,
    /// The part of gross that providers confirmed.
    pub automatic: String,
    /// The part of gross that rests on verified slips.
    pub slip_confirmed: String,
    /// The part of gross that rests on a person's word.
    pub manual: String,
    /// The part of gross that was counted into the drawer.
    pub cash: String,
}

impl From<&day::Totals> for Totals {
    fn from(totals: &day::Totals) -> Self {
        Self {
            orders: totals.orders,
            gross: totals.gross.to_string(),
            refunds: totals.refunds.to_string(),
            fees: totals.fees.to_string(),
            net: totals.net.to_string(),
            adjustments: totals.adjustments.to_string(),
            suspense: totals.suspense.to_string(),
            automatic: totals.automatic.to_string(),
            slip_confirmed: totals.slip.to_string(),
            manual: totals.manual.to_string(),
            cash: totals.cash.to_string(),
        }
    }
}

/// Sums of one method, provider, cashier or hour (cli.md, Lines, Report).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct GroupLine {
    /// Its word; an hour as `00`–`23`; empty for bills without a cashier.
    pub key: String,
    /// Bills paid for the first time.
    #[ts(type = "number")]
    pub orders: u64,
    /// All that came in.
    pub gross: String,
    /// What went back.
    pub refunds: String,
    /// What providers kept.
    pub fees: String,
    /// What should be there.
    pub net: String,
}

impl GroupLine {
    pub(crate) fn of<K>(group: &Group<K>, key: String) -> Self {
        Self {
            key,
            orders: group.totals.orders,
            gross: group.totals.gross.to_string(),
            refunds: group.totals.refunds.to_string(),
            fees: group.totals.fees.to_string(),
            net: group.totals.net.to_string(),
        }
    }
}

/// Sums of one method, with how well it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct MethodLine {
    /// The sums; the key is the method.
    #[serde(flatten)]
    #[ts(flatten)]
    pub sums: GroupLine,
    /// Which.
    #[ts(type = "Method")]
    pub method: &'static str,
    /// Attempts of the day's bills.
    #[ts(type = "number")]
    pub attempts: u64,
    /// Of these, paid.
    #[ts(type = "number")]
    pub paid: u64,
    /// Seconds from opening to paid: the middle of all.
    #[ts(type = "number | null")]
    pub median_s: Option<i64>,
}

/// One thing a person must look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ReviewItem {
    /// Its name, for `review_settle`.
    pub item: String,
    /// A flag's word, or `payout_unknown`, `refund_unknown`, `shift_difference`, `suspense`, `reconcile`.
    pub kind: String,
    /// Number of the bill.
    pub order: Option<String>,
    /// Id of the bill.
    pub order_id: Option<String>,
    /// The money it is about.
    pub amount: Option<String>,
    /// Since when it stands.
    pub since: String,
    /// Whose bill.
    pub cashier: Option<String>,
    /// Facts for the sentence.
    pub detail: BTreeMap<String, String>,
    /// How it was settled.
    pub settled: Option<SettledLine>,
}

/// How somebody settled a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SettledLine {
    /// Who.
    pub by: String,
    /// When.
    pub at: String,
    /// How.
    pub outcome: String,
    /// Why.
    pub note: String,
}

/// A bill that still owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct OpenOrder {
    /// Its number.
    pub number: String,
    /// Its id.
    pub order_id: String,
    /// What it owes.
    pub amount_due: String,
    /// Where it stands.
    #[ts(type = "OrderState")]
    pub state: &'static str,
}

/// What a business day took, as `keptang report` writes it (cli.md, Lines).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Report {
    /// Always `report`.
    #[serde(rename = "type")]
    #[ts(type = "\"report\"")]
    pub kind: &'static str,
    /// Which day.
    pub business_day: String,
    /// Its sums.
    #[serde(flatten)]
    #[ts(flatten)]
    pub totals: Totals,
    /// By method.
    pub by_method: Vec<GroupLine>,
    /// By provider.
    pub by_provider: Vec<GroupLine>,
    /// By cashier.
    pub by_cashier: Vec<GroupLine>,
    /// By hour, in the order of the business day.
    pub by_hour: Vec<GroupLine>,
    /// Bills that still owe.
    pub open_orders: Vec<OpenOrder>,
    /// What a person must look at, settled or not.
    pub review: Vec<ReviewItem>,
}

/// A Z.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ZLine {
    /// Always `z`.
    #[serde(rename = "type")]
    #[ts(type = "\"z\"")]
    pub kind: &'static str,
    /// From 1, without gaps.
    #[ts(type = "number")]
    pub number: u64,
    /// Of which day.
    pub business_day: String,
    /// When.
    pub at: String,
    /// Who.
    pub by: String,
    /// The sums it stored.
    pub totals: Totals,
    /// By method.
    pub by_method: Vec<GroupLine>,
    /// The last event it covers.
    #[ts(type = "number")]
    pub upto: i64,
}

/// How a provider did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ProviderFailures {
    /// Which.
    #[ts(type = "Provider")]
    pub provider: &'static str,
    /// Attempts of the day's bills.
    #[ts(type = "number")]
    pub attempts: u64,
    /// Refused or never created.
    #[ts(type = "number")]
    pub failed: u64,
    /// Ran out of time.
    #[ts(type = "number")]
    pub expired: u64,
}

/// What checking slips was worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SlipCounts {
    /// Shown.
    #[ts(type = "number")]
    pub shown: usize,
    /// Accepted.
    #[ts(type = "number")]
    pub accepted: usize,
    /// A clear no.
    #[ts(type = "number")]
    pub stopped: usize,
    /// What the stopped ones were to pay.
    pub stopped_amount: String,
    /// Judged here, without asking and without quota.
    #[ts(type = "number")]
    pub calls_saved: usize,
}

/// The same weekday a week before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Compared {
    /// Which day.
    pub business_day: String,
    /// Its sums.
    pub totals: Totals,
    /// By hour.
    pub by_hour: Vec<GroupLine>,
}

/// The owner's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SignedLine {
    /// When.
    pub at: String,
    /// Who.
    pub by: String,
    /// What they had to say.
    pub note: Option<String>,
}

/// The owner's day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct DayReview {
    /// Which day.
    pub business_day: String,
    /// When it turns, `HH:MM`.
    pub cutoff: String,
    /// It is still going on.
    pub today: bool,
    /// Its sums.
    pub totals: Totals,
    /// The part of net that should be with banks and providers.
    pub bank: String,
    /// The part of net that should be in the drawer.
    pub drawer: String,
    /// By method.
    pub by_method: Vec<MethodLine>,
    /// By provider.
    pub by_provider: Vec<GroupLine>,
    /// By cashier.
    pub by_cashier: Vec<GroupLine>,
    /// By hour, in the order of the business day.
    pub by_hour: Vec<GroupLine>,
    /// The same weekday a week before.
    pub compared: Compared,
    /// Seconds from opening to paid: the middle of all.
    #[ts(type = "number | null")]
    pub median_s: Option<i64>,
    /// Bills of the day.
    #[ts(type = "number")]
    pub opened: u64,
    /// Of these, paid.
    #[ts(type = "number")]
    pub paid: u64,
    /// How providers did.
    pub failures: Vec<ProviderFailures>,
    /// Slips.
    pub slips: SlipCounts,
    /// What a person must look at, settled or not.
    pub exceptions: Vec<ReviewItem>,
    /// Bills that still owe.
    pub open_orders: Vec<OpenOrder>,
    /// Its Z reports, oldest first.
    pub closes: Vec<ZLine>,
    /// The number the next Z will have.
    #[ts(type = "number")]
    pub next_z: u64,
    /// Money of it is in no Z yet.
    pub unclosed: bool,
    /// The owner's signature, as long as nothing moved since.
    pub signed: Option<SignedLine>,
    /// It can be signed off now.
    pub may_close: bool,
    /// Why not: `open_review`, `not_over`, `not_closed`, `already`.
    #[ts(type = "(\"open_review\" | \"not_over\" | \"not_closed\" | \"already\")[]")]
    pub why_not: Vec<&'static str>,
}

/// One day of a trend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TrendDay {
    /// Which.
    pub business_day: String,
    /// All that came in.
    pub gross: String,
    /// Bills paid.
    #[ts(type = "number")]
    pub orders: u64,
}

/// The last days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Trend {
    /// Oldest first.
    pub days: Vec<TrendDay>,
}

/// Names a business day; today when left out.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct DayRequest {
    /// `YYYY-MM-DD`.
    #[ts(optional)]
    pub date: Option<String>,
}

/// Signs a day off.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct DaySignRequest {
    /// `YYYY-MM-DD`; today when left out.
    #[ts(optional)]
    pub date: Option<String>,
    /// What the owner has to say.
    #[ts(optional)]
    pub note: Option<String>,
}

/// Settles a thing.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SettleRequest {
    /// Its name.
    pub item: String,
    /// How.
    #[ts(type = "\"accepted\" | \"returned\" | \"other_order\" | \"wait\" | \"explained\"")]
    pub outcome: String,
    /// Why; needed unless it is accepted.
    #[serde(default)]
    #[ts(optional)]
    pub note: Option<String>,
}

/// Asks for the last days.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TrendRequest {
    /// How many.
    #[ts(type = "number")]
    pub days: i64,
}

struct Groups {
    by_method: Vec<GroupLine>,
    by_provider: Vec<GroupLine>,
    by_cashier: Vec<GroupLine>,
    by_hour: Vec<GroupLine>,
}

fn by_method(report: &DayReport) -> Vec<GroupLine> {
    let line = |group: &Group<Method>| GroupLine::of(group, group.key.word().to_owned());
    report.by_method.iter().map(line).collect()
}

fn by_hour(report: &DayReport) -> Vec<GroupLine> {
    let line = |group: &Group<u8>| GroupLine::of(group, format!("{:02}", group.key));
    report.by_hour.iter().map(line).collect()
}

impl Groups {
    fn of(report: &DayReport) -> Self {
        let provider = |group: &Group<ProviderId>| GroupLine::of(group, group.key.word().to_owned());
        let cashier =
            |group: &Group<Option<String>>| GroupLine::of(group, group.key.clone().unwrap_or_default());
        Self {
            by_method: by_method(report),
            by_provider: report.by_provider.iter().map(provider).collect(),
            by_cashier: report.by_cashier.iter().map(cashier).collect(),
            by_hour: by_hour(report),
        }
    }
}

fn item(found: &keptang_checkout::ReviewItem) -> ReviewItem {
    ReviewItem {
        item: found.key.to_string(),
        kind: found.kind.word().to_owned(),
        order: found.order_number.clone(),
        order_id: found.order.map(|id| id.to_string()),
        amount: found.amount.map(|amount| amount.to_string()),
        since: moment(found.since),
        cashier: found.cashier.clone(),
        detail: found
            .detail
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
        settled: found.settled.as_ref().map(|settled| SettledLine {
            by: settled.by.clone(),
            at: moment(settled.at),
            outcome: settled.outcome.word().to_owned(),
            note: settled.note.clone(),
        }),
    }
}

fn z_line(z: &ZReport) -> ZLine {
    ZLine {
        kind: "z",
        number: z.number,
        business_day: z.report.day.to_string(),
        at: moment(z.at),
        by: z.by.clone(),
        totals: Totals::from(&z.report.totals),
        by_method: by_method(&z.report),
        upto: z.report.upto,
    }
}

fn failures(facts: &DayFacts) -> Vec<ProviderFailures> {
    let line = |facts: &keptang_ports::AttemptFacts| ProviderFailures {
        provider: facts.provider.word(),
        attempts: facts.opened,
        failed: facts.failed,
        expired: facts.expired,
    };
    facts.attempts.iter().map(line).collect()
}

fn method_lines(report: &DayReport) -> Vec<MethodLine> {
    let line = |group: &Group<Method>| {
        let of_method = || {
            let attempts = report.facts.attempts.iter();
            attempts.filter(|facts| facts.provider.method() == group.key)
        };
        MethodLine {
            sums: GroupLine::of(group, group.key.word().to_owned()),
            method: group.key.word(),
            attempts: of_method().map(|facts| facts.opened).sum(),
            paid: of_method().map(|facts| facts.paid).sum(),
            median_s: None,
        }
    };
    report.by_method.iter().map(line).collect()
}

fn slip_counts(slips: &SlipsOfDay) -> SlipCounts {
    SlipCounts {
        shown: slips.shown,
        accepted: slips.accepted,
        stopped: slips.stopped,
        stopped_amount: slips.stopped_amount.to_string(),
        calls_saved: slips.calls_saved,
    }
}

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

    /// Signs a day off; today when no day is given. With a `reason`, everything still open is explained by it first.
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
        if let Some(reason) = reason {
            for open in self.till().exceptions(day).await? {
                if open.settled.is_none() {
                    self.till()
                        .settle_item(&open.key, Outcome::Explained, reason, by.clone())
                        .await?;
                }
            }
        }
        Ok(signed_line(&self.till().sign_day(day, by, note).await?))
    }
}

fn signed_line(signed: &Signed) -> SignedLine {
    SignedLine {
        at: moment(signed.at),
        by: signed.by.clone(),
        note: signed.note.clone(),
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
        by_method: method_lines(&report),
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

pub(crate) async fn trend(app: &App, _: Who, request: TrendRequest) -> Result<Trend, ApiError> {
    let days = request.days.clamp(1, LONGEST_TREND);
    let today = app.till().today();
    let mut told = Vec::new();
    for back in (0..days).rev() {
        let day = today.plus_days(-back);
        let totals = app.till().day_totals(day).await?;
        told.push(TrendDay {
            business_day: day.to_string(),
            gross: totals.gross.to_string(),
            orders: totals.orders,
        });
    }
    Ok(Trend { days: told })
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
