//! The day: what it took so far (X), its numbered close (Z), and the owner's signature under it (product.md §4).
//!
//! A Z is a line of the audit trail that holds its whole report; it is read back and never computed again. Money of a
//! day is in exactly one Z: each covers what the day moved after the one before it, by event numbers and not by clocks.

use crate::day_line::{SignedFacts, ZFacts};
use crate::till::Till;
use crate::trail::{MAX_TRIES, Numbered, facts_of};
use keptang_domain::day::{self, Cell, Group, SumTooLarge, Totals, Whereabouts};
use keptang_domain::{BusinessDay, Method, ProviderId, Timestamp};
use keptang_ports::{DayFacts, LedgerError, TakingsFilter, TrailFilter};

/// Why a day was not closed or signed.
#[derive(Debug, thiserror::Error)]
pub enum DayError {
    /// It has not begun.
    #[error("the day has not begun")]
    Future,
    /// It is not over, and no Z was made of it.
    #[error("the day is not over")]
    NotOver,
    /// Every baht of it is in a Z already, or there is none.
    #[error("nothing moved that is not in a Z already")]
    NothingNew,
    /// Money of it is in no Z yet.
    #[error("money of the day is in no Z yet")]
    NotClosed,
    /// Somebody has to look at something first.
    #[error("{0} things are not settled")]
    OpenItems(usize),
    /// It was signed, and nothing moved since.
    #[error("the day was signed already")]
    AlreadySigned(Box<Signed>),
    /// The sums do not fit.
    #[error(transparent)]
    Sums(#[from] SumTooLarge),
    /// The ledger could not take it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// What a day took, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayReport {
    /// Which day.
    pub day: BusinessDay,
    /// It covers what moved by events after this one …
    pub after: i64,
    /// … up to and including this one.
    pub upto: i64,
    /// The sums.
    pub totals: Totals,
    /// Where the net should be.
    pub found: Whereabouts,
    /// By method.
    pub by_method: Vec<Group<Method>>,
    /// By provider.
    pub by_provider: Vec<Group<ProviderId>>,
    /// By cashier; `None` for bills without a name.
    pub by_cashier: Vec<Group<Option<String>>>,
    /// By hour in Bangkok, in the order of the business day.
    pub by_hour: Vec<Group<u8>>,
    /// What the day's orders did beside the money, at the moment of the report.
    pub facts: DayFacts,
}

/// The numbered close of a day, as it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZReport {
    /// From 1, without gaps, over all days.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What it covers.
    pub report: DayReport,
}

/// The owner's signature under a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What the owner had to say.
    pub note: Option<String>,
    /// The last event it covers: that of the day's last Z.
    pub upto: i64,
    /// Nothing of the day moved since.
    pub stands: bool,
}

const CLOSED: &str = "day_closed";
const SIGNED: &str = "day_signed";
/// A Z is a few kilobytes.
const Z_PAGE: usize = 100;

impl Till {
    /// The business day of this moment.
    pub fn today(&self) -> BusinessDay {
        self.now().business_day(self.config().cutoff)
    }

    /// What a day took so far, or altogether. Changes nothing.
    pub async fn x_report(&self, day: BusinessDay) -> Result<DayReport, DayError> {
        let upto = self.inner.ledger.head().await?;
        let cells = self.day_took(day, 0, upto).await?;
        self.report(day, (0, upto), &cells).await
    }

    /// The sums of a day, and nothing else.
    pub async fn day_totals(&self, day: BusinessDay) -> Result<Totals, DayError> {
        let filter = TakingsFilter {
            days: Some((day, day)),
            ..TakingsFilter::default()
        };
        Ok(Totals::of(&self.inner.ledger.takings(filter).await?)?)
    }

    /// Closes a day, or what of it no Z has yet. A day that is not over may be closed several times; one before the
    /// last closed day may, too, as long as money of it is in no Z.
    pub async fn z_close(&self, day: BusinessDay, by: String) -> Result<ZReport, DayError> {
        if day > self.today() {
            return Err(DayError::Future);
        }
        for _ in 0..MAX_TRIES {
            let newest = self.newest_line().await?;
            let number = self.last_z_number().await? + 1;
            let after = self.covered_upto(day).await?;
            let upto = self.inner.ledger.head().await?;
            let cells = self.day_took(day, after, upto).await?;
            if cells.is_empty() {
                return Err(DayError::NothingNew);
            }
            let report = self.report(day, (after, upto), &cells).await?;
            let facts = ZFacts::of(number, &report);
            if self
                .note(Some(by.clone()), CLOSED, &day.to_string(), &facts, Some(newest))
                .await?
            {
                // As it is stored, not as it was meant.
                return self.z_get(number).await?.ok_or(LedgerError::NotFound.into());
            }
        }
        Err(LedgerError::VersionMoved.into())
    }

    /// Every Z of a day, oldest first.
    pub async fn z_list(&self, day: BusinessDay) -> Result<Vec<ZReport>, LedgerError> {
        let lines = self.all_lines(TrailFilter {
            what: vec![CLOSED.to_owned()],
            subject: Some(day.to_string()),
            ..TrailFilter::default()
        });
        lines.await?.iter().map(z_of).collect()
    }

    /// One Z by its number.
    pub async fn z_get(&self, number: u64) -> Result<Option<ZReport>, LedgerError> {
        let mut before = None;
        loop {
            let page = TrailFilter {
                what: vec![CLOSED.to_owned()],
                before,
                newest_first: true,
                limit: Z_PAGE,
                ..TrailFilter::default()
            };
            let lines = self.inner.ledger.trail_lines(page).await?;
            for line in &lines {
                let z = z_of(line)?;
                if z.number == number {
                    return Ok(Some(z));
                }
            }
            match lines.last() {
                Some((last, _)) if lines.len() == Z_PAGE => before = Some(*last),
                _ => return Ok(None),
            }
        }
    }

    /// The number the next Z will have.
    pub async fn next_z(&self) -> Result<u64, LedgerError> {
        Ok(self.last_z_number().await? + 1)
    }

    /// What of a day no Z has yet; `None` when every baht is in one.
    pub async fn unclosed(&self, day: BusinessDay) -> Result<Option<Totals>, DayError> {
        let after = self.covered_upto(day).await?;
        let upto = self.inner.ledger.head().await?;
        let cells = self.day_took(day, after, upto).await?;
        if cells.is_empty() {
            return Ok(None);
        }
        Ok(Some(Totals::of(&cells)?))
    }

    /// The newest signature under a day.
    pub async fn signed(&self, day: BusinessDay) -> Result<Option<Signed>, LedgerError> {
        let Some(numbered) = self.last_line(SIGNED, Some(day.to_string())).await? else {
            return Ok(None);
        };
        let facts: SignedFacts = facts_of(&numbered)?;
        let upto = self.inner.ledger.head().await?;
        let since = self.day_took(day, facts.upto, upto).await?;
        let (_, line) = numbered;
        Ok(Some(Signed {
            at: line.at,
            by: line.by.unwrap_or_default(),
            note: facts.note,
            upto: facts.upto,
            stands: since.is_empty(),
        }))
    }

    /// Signs a day off: every baht of it is in a Z, and everything a person had to look at is settled.
    pub async fn sign_day(
        &self,
        day: BusinessDay,
        by: String,
        note: Option<String>,
    ) -> Result<Signed, DayError> {
        if day > self.today() {
            return Err(DayError::Future);
        }
        for _ in 0..MAX_TRIES {
            let newest = self.newest_line().await?;
            if let Some(signed) = self.signed(day).await?.filter(|signed| signed.stands) {
                return Err(DayError::AlreadySigned(Box::new(signed)));
            }
            if self.unclosed(day).await?.is_some() {
                return Err(DayError::NotClosed);
            }
            let closes = self.z_list(day).await?;
            if day == self.today() && closes.is_empty() {
                return Err(DayError::NotOver);
            }
            let items = self.exceptions(day).await?;
            let open = items.iter().filter(|item| item.settled.is_none()).count();
            if open > 0 {
                return Err(DayError::OpenItems(open));
            }
            let facts = SignedFacts {
                upto: closes.last().map_or(0, |z| z.report.upto),
                closes: closes.iter().map(|z| z.number).collect(),
                settled: items.len(),
                note: note.clone(),
            };
            if self
                .note(Some(by.clone()), SIGNED, &day.to_string(), &facts, Some(newest))
                .await?
            {
                return self.signed(day).await?.ok_or(LedgerError::NotFound.into());
            }
        }
        Err(LedgerError::VersionMoved.into())
    }

    async fn report(
        &self,
        day: BusinessDay,
        (after, upto): (i64, i64),
        cells: &[Cell],
    ) -> Result<DayReport, DayError> {
        Ok(DayReport {
            day,
            after,
            upto,
            totals: Totals::of(cells)?,
            found: Whereabouts::of(cells)?,
            by_method: day::by_method(cells)?,
            by_provider: day::by_provider(cells)?,
            by_cashier: day::by_cashier(cells)?,
            by_hour: day::by_hour(cells, self.config().cutoff)?,
            facts: self.inner.ledger.day_facts(day).await?,
        })
    }

    async fn day_took(&self, day: BusinessDay, after: i64, upto: i64) -> Result<Vec<Cell>, LedgerError> {
        let filter = TakingsFilter {
            days: Some((day, day)),
            events: Some((after, upto)),
            counter: None,
        };
        self.inner.ledger.takings(filter).await
    }

    /// The last event that a Z of this day covers.
    async fn covered_upto(&self, day: BusinessDay) -> Result<i64, LedgerError> {
        let last = self.last_line(CLOSED, Some(day.to_string())).await?;
        last.map_or(Ok(0), |line| Ok(z_of(&line)?.report.upto))
    }

    async fn last_z_number(&self) -> Result<u64, LedgerError> {
        let last = self.last_line(CLOSED, None).await?;
        last.map_or(Ok(0), |line| Ok(z_of(&line)?.number))
    }
}

fn z_of(numbered: &Numbered) -> Result<ZReport, LedgerError> {
    let facts: ZFacts = facts_of(numbered)?;
    let (number, line) = numbered;
    facts.read(*number, line.at, line.by.clone().unwrap_or_default())
}
