//! The day's shapes across the border, and how the checkout's facts become them. Which facts, the handlers decide.

use crate::view::moment;
use keptang_checkout::{DayReport, Signed, SlipsOfDay, ZReport};
use keptang_domain::day::{self, Group};
use keptang_domain::{Method, ProviderId};
use keptang_ports::DayFacts;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

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

pub(super) struct Groups {
    pub(super) by_method: Vec<GroupLine>,
    pub(super) by_provider: Vec<GroupLine>,
    pub(super) by_cashier: Vec<GroupLine>,
    pub(super) by_hour: Vec<GroupLine>,
}

pub(super) fn by_method(report: &DayReport) -> Vec<GroupLine> {
    let line = |group: &Group<Method>| GroupLine::of(group, group.key.word().to_owned());
    report.by_method.iter().map(line).collect()
}

pub(super) fn by_hour(report: &DayReport) -> Vec<GroupLine> {
    let line = |group: &Group<u8>| GroupLine::of(group, format!("{:02}", group.key));
    report.by_hour.iter().map(line).collect()
}

impl Groups {
    pub(super) fn of(report: &DayReport) -> Self {
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

pub(super) fn item(found: &keptang_checkout::ReviewItem) -> ReviewItem {
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

pub(super) fn z_line(z: &ZReport) -> ZLine {
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

pub(super) fn failures(facts: &DayFacts) -> Vec<ProviderFailures> {
    let line = |facts: &keptang_ports::AttemptFacts| ProviderFailures {
        provider: facts.provider.word(),
        attempts: facts.opened,
        failed: facts.failed,
        expired: facts.expired,
    };
    facts.attempts.iter().map(line).collect()
}

/// `times_ms` are how long each bill of the day took to be paid, and through whom.
pub(super) fn method_lines(report: &DayReport, times_ms: &[(ProviderId, i64)]) -> Vec<MethodLine> {
    let line = |group: &Group<Method>| {
        let took = times_ms
            .iter()
            .filter(|(provider, _)| provider.method() == group.key);
        let of_method = || {
            let attempts = report.facts.attempts.iter();
            attempts.filter(|facts| facts.provider.method() == group.key)
        };
        MethodLine {
            sums: GroupLine::of(group, group.key.word().to_owned()),
            method: group.key.word(),
            attempts: of_method().map(|facts| facts.opened).sum(),
            paid: of_method().map(|facts| facts.paid).sum(),
            median_s: DayFacts::median(took.map(|(_, ms)| *ms).collect()).map(|ms| ms / 1_000),
        }
    };
    report.by_method.iter().map(line).collect()
}

pub(super) fn slip_counts(slips: &SlipsOfDay) -> SlipCounts {
    SlipCounts {
        shown: slips.shown,
        accepted: slips.accepted,
        stopped: slips.stopped,
        stopped_amount: slips.stopped_amount.to_string(),
        calls_saved: slips.calls_saved,
    }
}

pub(super) fn signed_line(signed: &Signed) -> SignedLine {
    SignedLine {
        at: moment(signed.at),
        by: signed.by.clone(),
        note: signed.note.clone(),
    }
}
