//! A Z and a signature as their lines in the audit trail hold them. The form is numbered: a line is read as it was
//! written, for ever.

use crate::day::{DayReport, ZReport};
use crate::trail::damaged;
use keptang_domain::day::{Group, Totals, Whereabouts};
use keptang_domain::{Money, ProviderId, Timestamp};
use keptang_ports::{AttemptFacts, DayFacts, LedgerError};
use serde::{Deserialize, Serialize};

/// The form that is written.
const FORM: u32 = 1;

#[derive(Serialize, Deserialize)]
pub(crate) struct SignedFacts {
    pub(crate) upto: i64,
    /// Numbers of the day's Zs.
    pub(crate) closes: Vec<u64>,
    /// How many things a person had settled.
    pub(crate) settled: usize,
    pub(crate) note: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct ZFacts {
    form: u32,
    number: u64,
    business_day: String,
    after: i64,
    upto: i64,
    totals: Sums,
    bank_satang: i64,
    drawer_satang: i64,
    by_method: Vec<Part<String>>,
    by_provider: Vec<Part<String>>,
    by_cashier: Vec<Part<Option<String>>>,
    by_hour: Vec<Part<u8>>,
    opened: u64,
    paid: u64,
    voided: u64,
    open: u64,
    median_to_paid_ms: Option<i64>,
    attempts: Vec<AttemptSums>,
}

#[derive(Serialize, Deserialize)]
struct Part<K> {
    key: K,
    #[serde(flatten)]
    sums: Sums,
}

#[derive(Serialize, Deserialize)]
struct Sums {
    orders: u64,
    gross_satang: i64,
    refunds_satang: i64,
    fees_satang: i64,
    net_satang: i64,
    adjustments_satang: i64,
    suspense_satang: i64,
    automatic_satang: i64,
    slip_satang: i64,
    manual_satang: i64,
    cash_satang: i64,
}

#[derive(Serialize, Deserialize)]
struct AttemptSums {
    provider: String,
    opened: u64,
    paid: u64,
    failed: u64,
    expired: u64,
    cancelled: u64,
    running: u64,
}

impl Sums {
    fn of(totals: &Totals) -> Self {
        Self {
            orders: totals.orders,
            gross_satang: totals.gross.satang(),
            refunds_satang: totals.refunds.satang(),
            fees_satang: totals.fees.satang(),
            net_satang: totals.net.satang(),
            adjustments_satang: totals.adjustments.satang(),
            suspense_satang: totals.suspense.satang(),
            automatic_satang: totals.automatic.satang(),
            slip_satang: totals.slip.satang(),
            manual_satang: totals.manual.satang(),
            cash_satang: totals.cash.satang(),
        }
    }

    fn read(&self) -> Totals {
        Totals {
            orders: self.orders,
            gross: Money::from_satang(self.gross_satang),
            refunds: Money::from_satang(self.refunds_satang),
            fees: Money::from_satang(self.fees_satang),
            net: Money::from_satang(self.net_satang),
            adjustments: Money::from_satang(self.adjustments_satang),
            suspense: Money::from_satang(self.suspense_satang),
            automatic: Money::from_satang(self.automatic_satang),
            slip: Money::from_satang(self.slip_satang),
            manual: Money::from_satang(self.manual_satang),
            cash: Money::from_satang(self.cash_satang),
        }
    }
}

fn parts<K, W>(groups: &[Group<K>], word: impl Fn(&K) -> W) -> Vec<Part<W>> {
    groups
        .iter()
        .map(|group| Part {
            key: word(&group.key),
            sums: Sums::of(&group.totals),
        })
        .collect()
}

/// `None` when a key is no word we know.
fn groups<W, K>(parts: Vec<Part<W>>, key: impl Fn(W) -> Option<K>) -> Option<Vec<Group<K>>> {
    parts
        .into_iter()
        .map(|part| {
            Some(Group {
                totals: part.sums.read(),
                key: key(part.key)?,
            })
        })
        .collect()
}

impl ZFacts {
    pub(crate) fn of(number: u64, report: &DayReport) -> Self {
        let facts = &report.facts;
        Self {
            form: FORM,
            number,
            business_day: report.day.to_string(),
            after: report.after,
            upto: report.upto,
            totals: Sums::of(&report.totals),
            bank_satang: report.found.bank.satang(),
            drawer_satang: report.found.drawer.satang(),
            by_method: parts(&report.by_method, |method| method.word().to_owned()),
            by_provider: parts(&report.by_provider, |provider| provider.word().to_owned()),
            by_cashier: parts(&report.by_cashier, Clone::clone),
            by_hour: parts(&report.by_hour, |hour| *hour),
            opened: facts.opened,
            paid: facts.paid,
            voided: facts.voided,
            open: facts.open,
            median_to_paid_ms: facts.median_to_paid_ms,
            attempts: facts.attempts.iter().map(AttemptSums::of).collect(),
        }
    }

    /// Reads a line's facts back. `line` is its number, for the case that it makes no sense.
    pub(crate) fn read(self, line: i64, at: Timestamp, by: String) -> Result<ZReport, LedgerError> {
        if self.form > FORM {
            return Err(LedgerError::TooNew);
        }
        self.report(at, by).ok_or_else(|| damaged(line))
    }

    fn report(self, at: Timestamp, by: String) -> Option<ZReport> {
        let report = DayReport {
            day: self.business_day.parse().ok()?,
            after: self.after,
            upto: self.upto,
            totals: self.totals.read(),
            found: Whereabouts {
                bank: Money::from_satang(self.bank_satang),
                drawer: Money::from_satang(self.drawer_satang),
            },
            by_method: groups(self.by_method, |word| word.parse().ok())?,
            by_provider: groups(self.by_provider, |word| word.parse().ok())?,
            by_cashier: groups(self.by_cashier, Some)?,
            by_hour: groups(self.by_hour, Some)?,
            facts: DayFacts {
                opened: self.opened,
                paid: self.paid,
                voided: self.voided,
                open: self.open,
                median_to_paid_ms: self.median_to_paid_ms,
                attempts: self
                    .attempts
                    .iter()
                    .map(AttemptSums::read)
                    .collect::<Option<_>>()?,
            },
        };
        Some(ZReport {
            number: self.number,
            at,
            by,
            report,
        })
    }
}

impl AttemptSums {
    fn of(facts: &AttemptFacts) -> Self {
        Self {
            provider: facts.provider.word().to_owned(),
            opened: facts.opened,
            paid: facts.paid,
            failed: facts.failed,
            expired: facts.expired,
            cancelled: facts.cancelled,
            running: facts.running,
        }
    }

    fn read(&self) -> Option<AttemptFacts> {
        let provider: ProviderId = self.provider.parse().ok()?;
        Some(AttemptFacts {
            provider,
            opened: self.opened,
            paid: self.paid,
            failed: self.failed,
            expired: self.expired,
            cancelled: self.cancelled,
            running: self.running,
        })
    }
}
