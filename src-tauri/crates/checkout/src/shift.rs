//! Shifts at this counter: opened with a float, counted blind, closed with the difference by method (product.md §4).
//!
//! Each shift is a few lines of the audit trail, about its counter. What it took is a range of the ledger's events, so
//! no clock decides to whom a sale belongs. A shop that keeps no shifts sells all the same.

use crate::till::Till;
use crate::trail::{MAX_TRIES, Numbered, damaged, facts_of};
use keptang_domain::day::{Cell, SumTooLarge};
use keptang_domain::order::OrderState;
use keptang_domain::shift::{Closing, Count, Difference, Direction, DrawerMove, Shift};
use keptang_domain::{BusinessDay, Method, Money};
use keptang_ports::{LedgerError, OrderFilter, TakingsFilter, TrailFilter};
use serde::{Deserialize, Serialize};

/// Why a shift did not go on.
#[derive(Debug, thiserror::Error)]
pub enum ShiftError {
    /// The counter has an open shift; it has to be closed first.
    #[error("a shift is open already")]
    AlreadyOpen(Box<Shift>),
    /// The counter has no open shift.
    #[error("no shift is open")]
    NotOpen,
    /// Something should be in the drawer, and nobody counted it.
    #[error("the drawer was not counted")]
    NeedsCount,
    /// Money moved after the count, and it may be counted once more.
    #[error("money moved since the count; count again")]
    MovedSinceCount,
    /// It was counted as often as it may be.
    #[error("the drawer was counted twice; close the shift")]
    CountsUsed,
    /// An amount that is negative, nothing where something is needed, or named twice.
    #[error("the amount is out of range")]
    Amount,
    /// No reason, or one that is too long.
    #[error("a reason of 1 to {} characters is needed", MAX_REASON)]
    Reason,
    /// The sums do not fit.
    #[error(transparent)]
    Sums(#[from] SumTooLarge),
    /// The ledger could not take it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// The shifts of a counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftState {
    /// The one that runs.
    pub open: Option<Shift>,
    /// The last ones that are closed, newest first.
    pub last: Vec<Shift>,
}

/// How a shift ended, without the moves and counts in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftEnd {
    /// At which counter.
    pub counter: String,
    /// Its number there.
    pub number: u64,
    /// What was in the drawer when it began.
    pub float: Money,
    /// The end itself.
    pub closing: Closing,
}

/// What may be said after a count. Neither what was expected nor how far off it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountOutcome {
    /// Everything that was counted is as it should be.
    pub agrees: bool,
    /// It does not agree, and may be counted once more.
    pub may_recount: bool,
    /// The shift with its counts.
    pub shift: Shift,
}

/// Most characters of a reason.
pub const MAX_REASON: usize = 120;
/// Closed shifts that are told of.
const LAST_SHIFTS: usize = 10;
/// Open bills that are carried over by name: more than any counter has.
const OPEN_BILLS: usize = 500;

const OPENED: &str = "shift_opened";
const MOVED: &str = "drawer_moved";
const COUNTED: &str = "shift_counted";
const CLOSED: &str = "shift_closed";

#[derive(Serialize, Deserialize)]
struct OpenedFacts {
    number: u64,
    after: i64,
    float_satang: i64,
}

#[derive(Serialize, Deserialize)]
struct MovedFacts {
    number: u64,
    direction: String,
    amount_satang: i64,
    reason: String,
}

#[derive(Serialize, Deserialize)]
struct CountedFacts {
    number: u64,
    upto: i64,
    counted: Vec<CountedSum>,
}

#[derive(Serialize, Deserialize)]
struct CountedSum {
    method: String,
    satang: i64,
}

#[derive(Serialize, Deserialize)]
struct ClosedFacts {
    number: u64,
    business_day: String,
    after: i64,
    upto: i64,
    float_satang: i64,
    differences: Vec<DifferenceFacts>,
    carried_over: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct DifferenceFacts {
    method: String,
    counted_satang: i64,
    expected_satang: i64,
    difference_satang: i64,
}

impl Till {
    /// The shifts of a counter.
    pub async fn shift_state(&self, counter: &str) -> Result<ShiftState, LedgerError> {
        let mut shifts = self.shifts(counter, LAST_SHIFTS + 1).await?;
        let open = shifts.pop_if(|shift| shift.closing.is_none());
        shifts.reverse();
        shifts.truncate(LAST_SHIFTS);
        Ok(ShiftState { open, last: shifts })
    }

    /// Shifts of every counter that were closed on a business day, oldest first.
    pub async fn shifts_closed_on(&self, day: BusinessDay) -> Result<Vec<ShiftEnd>, LedgerError> {
        let mut ends = Vec::new();
        for line in self.lines_around(&[CLOSED], day).await? {
            let facts: ClosedFacts = facts_of(&line)?;
            if facts.business_day == day.to_string() {
                ends.push(end_of(&line, facts)?);
            }
        }
        Ok(ends)
    }

    /// How one shift of a counter ended.
    pub(crate) async fn shift_end(
        &self,
        counter: &str,
        number: u64,
    ) -> Result<Option<ShiftEnd>, LedgerError> {
        let lines = self.all_lines(TrailFilter {
            what: vec![CLOSED.to_owned()],
            subject: Some(counter.to_owned()),
            newest_first: true,
            ..TrailFilter::default()
        });
        for line in lines.await? {
            let facts: ClosedFacts = facts_of(&line)?;
            if facts.number == number {
                return end_of(&line, facts).map(Some);
            }
        }
        Ok(None)
    }

    /// Begins a shift at this counter with `float` in the drawer.
    pub async fn open_shift(&self, by: Option<String>, float: Money) -> Result<Shift, ShiftError> {
        if float.is_negative() {
            return Err(ShiftError::Amount);
        }
        let counter = &self.config().counter;
        for _ in 0..MAX_TRIES {
            let newest = self.newest_line().await?;
            let last = self.shifts(counter, 1).await?.pop();
            if let Some(open) = last.clone().filter(|shift| shift.closing.is_none()) {
                return Err(ShiftError::AlreadyOpen(Box::new(open)));
            }
            let facts = OpenedFacts {
                number: last.map_or(0, |shift| shift.number) + 1,
                after: self.inner.ledger.head().await?,
                float_satang: float.satang(),
            };
            if self
                .note(by.clone(), OPENED, counter, &facts, Some(newest))
                .await?
            {
                return self.open_one().await;
            }
        }
        Err(LedgerError::VersionMoved.into())
    }

    /// Puts cash into the drawer or takes it out, for a reason. What really lies there is what the count says.
    pub async fn move_drawer(
        &self,
        by: Option<String>,
        direction: Direction,
        amount: Money,
        reason: &str,
    ) -> Result<Shift, ShiftError> {
        if !amount.is_positive() {
            return Err(ShiftError::Amount);
        }
        let reason = reason.trim();
        if !(1..=MAX_REASON).contains(&reason.chars().count()) {
            return Err(ShiftError::Reason);
        }
        for _ in 0..MAX_TRIES {
            let newest = self.newest_line().await?;
            let shift = self.open_one().await?;
            let facts = MovedFacts {
                number: shift.number,
                direction: direction.word().to_owned(),
                amount_satang: amount.satang(),
                reason: reason.to_owned(),
            };
            if self
                .note(by.clone(), MOVED, &shift.counter, &facts, Some(newest))
                .await?
            {
                return self.open_one().await;
            }
        }
        Err(LedgerError::VersionMoved.into())
    }

    /// Takes a count. Cash that is not named was counted as nothing; another method that is not named was not counted.
    pub async fn count_shift(
        &self,
        by: Option<String>,
        counted: Vec<(Method, Money)>,
    ) -> Result<CountOutcome, ShiftError> {
        let twice = |(at, (method, _)): (usize, &(Method, Money))| {
            counted[..at].iter().any(|(earlier, _)| earlier == method)
        };
        if counted.iter().any(|(_, amount)| amount.is_negative()) || counted.iter().enumerate().any(twice) {
            return Err(ShiftError::Amount);
        }
        for _ in 0..MAX_TRIES {
            let newest = self.newest_line().await?;
            let shift = self.open_one().await?;
            if !shift.may_count() {
                return Err(ShiftError::CountsUsed);
            }
            let upto = self.inner.ledger.head().await?;
            let facts = CountedFacts {
                number: shift.number,
                upto,
                counted: counted.iter().map(counted_sum).collect(),
            };
            if self
                .note(by.clone(), COUNTED, &shift.counter, &facts, Some(newest))
                .await?
            {
                let shift = self.open_one().await?;
                let cells = self.counter_took(&shift.counter, shift.after, upto).await?;
                let differences = shift.compare(shift.counts.last(), &cells)?;
                let agrees = differences.iter().all(|line| line.difference == Money::ZERO);
                return Ok(CountOutcome {
                    agrees,
                    may_recount: !agrees && shift.may_count(),
                    shift,
                });
            }
        }
        Err(LedgerError::VersionMoved.into())
    }

    /// Ends the shift: the last count stands, held against everything the counter took until now. Bills that are still
    /// open go over to the next shift.
    pub async fn close_shift(&self, by: Option<String>) -> Result<Shift, ShiftError> {
        for _ in 0..MAX_TRIES {
            let newest = self.newest_line().await?;
            let shift = self.open_one().await?;
            let upto = self.inner.ledger.head().await?;
            let cells = self.counter_took(&shift.counter, shift.after, upto).await?;
            let count = shift.counts.last();
            match count {
                None if shift.expected(Method::Cash, &cells)? != Money::ZERO => {
                    return Err(ShiftError::NeedsCount);
                }
                // With no count left, what moved since is part of the difference, for the owner to see.
                Some(count) if shift.may_count() => {
                    let since = self.counter_took(&shift.counter, count.upto, upto).await?;
                    if shift.moved_since_count() || !since.is_empty() {
                        return Err(ShiftError::MovedSinceCount);
                    }
                }
                None | Some(_) => {}
            }
            let differences = shift.compare(count, &cells)?;
            let facts = ClosedFacts {
                number: shift.number,
                business_day: self.now().business_day(self.config().cutoff).to_string(),
                after: shift.after,
                upto,
                float_satang: shift.float.satang(),
                differences: differences.iter().map(difference_facts).collect(),
                carried_over: self.open_bills_of(&shift.counter).await?,
            };
            if self
                .note(by.clone(), CLOSED, &shift.counter, &facts, Some(newest))
                .await?
            {
                let last = self.shifts(&shift.counter, 1).await?.pop();
                return last.ok_or(ShiftError::NotOpen);
            }
        }
        Err(LedgerError::VersionMoved.into())
    }

    async fn open_one(&self) -> Result<Shift, ShiftError> {
        let last = self.shifts(&self.config().counter, 1).await?.pop();
        last.filter(|shift| shift.closing.is_none())
            .ok_or(ShiftError::NotOpen)
    }

    async fn counter_took(&self, counter: &str, after: i64, upto: i64) -> Result<Vec<Cell>, LedgerError> {
        let filter = TakingsFilter {
            days: None,
            events: Some((after, upto)),
            counter: Some(counter.to_owned()),
        };
        self.inner.ledger.takings(filter).await
    }

    async fn open_bills_of(&self, counter: &str) -> Result<Vec<String>, LedgerError> {
        let due = OrderFilter {
            state: Some(OrderState::Due),
            limit: OPEN_BILLS,
            ..OrderFilter::default()
        };
        let prefix = format!("{counter}-");
        let orders = self.inner.ledger.list(due).await?.into_iter();
        Ok(orders
            .map(|order| order.opening.number)
            .filter(|number| number.starts_with(&prefix))
            .collect())
    }

    /// The last `wanted` shifts of a counter, oldest first.
    async fn shifts(&self, counter: &str, wanted: usize) -> Result<Vec<Shift>, LedgerError> {
        let mut newest_first: Vec<Numbered> = Vec::new();
        let mut begun = 0;
        let mut before = None;
        while begun < wanted {
            let page = TrailFilter {
                what: [OPENED, MOVED, COUNTED, CLOSED].map(str::to_owned).to_vec(),
                subject: Some(counter.to_owned()),
                before,
                newest_first: true,
                limit: TrailFilter::PAGE,
                ..TrailFilter::default()
            };
            let lines = self.inner.ledger.trail_lines(page).await?;
            let full = lines.len() >= TrailFilter::PAGE;
            for line in lines {
                before = Some(line.0);
                if begun < wanted {
                    begun += usize::from(line.1.what == OPENED);
                    newest_first.push(line);
                }
            }
            if !full {
                break;
            }
        }
        told(newest_first.iter().rev())
    }
}

fn counted_sum((method, amount): &(Method, Money)) -> CountedSum {
    CountedSum {
        method: method.word().to_owned(),
        satang: amount.satang(),
    }
}

fn difference_facts(line: &Difference) -> DifferenceFacts {
    DifferenceFacts {
        method: line.method.word().to_owned(),
        counted_satang: line.counted.satang(),
        expected_satang: line.expected.satang(),
        difference_satang: line.difference.satang(),
    }
}

/// The shifts that lines, oldest first, tell of.
fn told<'a>(lines: impl Iterator<Item = &'a Numbered>) -> Result<Vec<Shift>, LedgerError> {
    let mut shifts: Vec<Shift> = Vec::new();
    for numbered in lines {
        let (number, line) = numbered;
        if line.what == OPENED {
            let facts: OpenedFacts = facts_of(numbered)?;
            shifts.push(Shift {
                counter: line.subject.clone(),
                number: facts.number,
                opened_at: line.at,
                opened_by: line.by.clone(),
                float: Money::from_satang(facts.float_satang),
                after: facts.after,
                moves: Vec::new(),
                counts: Vec::new(),
                closing: None,
            });
            continue;
        }
        let shift = shifts.last_mut().ok_or_else(|| damaged(*number))?;
        match line.what.as_str() {
            MOVED => {
                let facts: MovedFacts = facts_of(numbered)?;
                shift.moves.push(DrawerMove {
                    at: line.at,
                    by: line.by.clone(),
                    direction: facts.direction.parse().map_err(|_| damaged(*number))?,
                    amount: Money::from_satang(facts.amount_satang),
                    reason: facts.reason,
                });
            }
            COUNTED => {
                let facts: CountedFacts = facts_of(numbered)?;
                let sums = facts.counted.into_iter().map(|sum| {
                    let method = sum.method.parse().map_err(|_| damaged(*number))?;
                    Ok((method, Money::from_satang(sum.satang)))
                });
                shift.counts.push(Count {
                    at: line.at,
                    by: line.by.clone(),
                    counted: sums.collect::<Result<_, LedgerError>>()?,
                    upto: facts.upto,
                    moves: shift.moves.len(),
                });
            }
            _ => shift.closing = Some(closing(numbered, facts_of(numbered)?)?),
        }
    }
    Ok(shifts)
}

fn end_of(numbered: &Numbered, facts: ClosedFacts) -> Result<ShiftEnd, LedgerError> {
    Ok(ShiftEnd {
        counter: numbered.1.subject.clone(),
        number: facts.number,
        float: Money::from_satang(facts.float_satang),
        closing: closing(numbered, facts)?,
    })
}

fn closing((number, line): &Numbered, facts: ClosedFacts) -> Result<Closing, LedgerError> {
    let differences = facts.differences.into_iter().map(|difference| {
        Ok(Difference {
            method: difference.method.parse().map_err(|_| damaged(*number))?,
            counted: Money::from_satang(difference.counted_satang),
            expected: Money::from_satang(difference.expected_satang),
            difference: Money::from_satang(difference.difference_satang),
        })
    });
    Ok(Closing {
        at: line.at,
        by: line.by.clone(),
        upto: facts.upto,
        differences: differences.collect::<Result<_, LedgerError>>()?,
        carried_over: facts.carried_over,
    })
}
