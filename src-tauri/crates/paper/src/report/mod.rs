//! The X report, the Z report and the day report: what came in, what went back, how sure it is, what was counted, and
//! what had to be looked at.
//!
//! No figure is worked out here: a Z is printed from what was stored when the day was closed.

mod layout;
mod strip;

pub use layout::{report_document, report_pdf};
pub use strip::report_strip;

use keptang_domain::{BusinessDay, Money, Timestamp};

use crate::document::{Manner, Seller};
use crate::table::Table;

/// Which report it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKind {
    /// The totals so far; closes nothing.
    X,
    /// The numbered close of a business day.
    Z,
    /// The owner's report of a day.
    Day,
}

/// A report, every word and amount of it decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Words, copy, training.
    pub manner: Manner,
    /// Whose report it is.
    pub seller: Seller,
    /// Which one.
    pub kind: ReportKind,
    /// Its number without the kind, `0323`: a Z has one, without gaps.
    pub number: Option<String>,
    /// The business day.
    pub day: BusinessDay,
    /// The counter, when it is about one alone.
    pub counter: Option<String>,
    /// From when to when, when it is about a part of the day.
    pub period: Option<(Timestamp, Timestamp)>,
    /// Who asked for it.
    pub made_by: Option<String>,
    /// When.
    pub made_at: Timestamp,
    /// The sums.
    pub sums: ReportSums,
    /// The same money by method, provider, cashier, hour.
    pub sections: Vec<Section>,
    /// What is worth knowing besides: words and figure, `มัธยฐานเวลาจนได้เงิน` and `17 วินาที`.
    pub remarks: Vec<(String, String)>,
    /// What moved in the drawer besides sales: the float, cash in and out.
    pub drawer: Vec<DrawerLine>,
    /// What was counted, by method.
    pub counts: Vec<CountLine>,
    /// What a person had to look at.
    pub exceptions: Vec<ExceptionLine>,
    /// The bills, one row each.
    pub orders: Option<Table>,
    /// Who answers for the day.
    pub sign_off: Option<SignOff>,
}

/// The sums of a report. `gross − refunds − fees = net`; `automatic + slip + manual + cash = gross`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReportSums {
    /// All money that came in.
    pub gross: Money,
    /// What went back.
    pub refunds: Money,
    /// What providers kept.
    pub fees: Money,
    /// What should be in the bank and the drawer.
    pub net: Money,
    /// Bills paid.
    pub orders: u64,
    /// The part a provider itself confirmed.
    pub automatic: Money,
    /// The part a verified slip confirmed.
    pub slip: Money,
    /// The part a person confirmed.
    pub manual: Money,
    /// The part counted into the drawer.
    pub cash: Money,
    /// The satang that gateways added, part of gross.
    pub adjustments: Money,
    /// What came for bills that were called off, part of gross.
    pub suspense: Money,
}

/// By what the money is grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// PromptPay, TrueMoney, cash.
    Method,
    /// Who served the method.
    Provider,
    /// Who stood at the till.
    Cashier,
    /// The hour of the day.
    Hour,
}

/// The money of the report, grouped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// By what.
    pub by: Grouping,
    /// The groups, in the order they are to stand in.
    pub shares: Vec<Share>,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Its name, in the language of the report.
    pub label: String,
    /// Bills paid.
    pub orders: u64,
    /// What came in.
    pub gross: Money,
    /// What went back.
    pub refunds: Money,
    /// What providers kept.
    pub fees: Money,
    /// What is left.
    pub net: Money,
}

/// A movement of the drawer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawerLine {
    /// What it was, and why.
    pub words: String,
    /// In, or out when negative.
    pub amount: Money,
}

/// What should be there and what was counted, of one method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountLine {
    /// The method, in the language of the report.
    pub words: String,
    /// What the ledger says.
    pub expected: Money,
    /// What was counted; `None`: nobody counted it.
    pub counted: Option<Money>,
    /// Counted less expected.
    pub difference: Option<Money>,
}

/// Something a person had to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionLine {
    /// The bill.
    pub order_number: String,
    /// What is wrong with it.
    pub what: String,
    /// How much is in question.
    pub amount: Money,
    /// How it was settled, and by whom; `None`: it is still open.
    pub settlement: Option<String>,
}

/// The signature under a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOff {
    /// Who signed.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The reason given for what was left open.
    pub note: Option<String>,
}
