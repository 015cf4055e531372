//! Shifts across the border. Counting is blind: what was expected comes back only after the close, and only to whoever
//! may review (product.md §4).

use crate::app::App;
use crate::dto::Nothing;
use crate::error::{ApiError, ErrorCode, word};
use crate::session::Who;
use crate::view::moment;
use keptang_checkout::ShiftError;
use keptang_domain::money::{AmountError, parse_amount};
use keptang_domain::role::Right;
use keptang_domain::shift::{self, Direction};
use keptang_domain::{Method, Money};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A shift in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ShiftLine {
    /// Its number at this counter.
    #[ts(type = "number")]
    pub number: u64,
    /// When it began.
    pub opened_at: String,
    /// Who began it.
    pub opened_by: Option<String>,
}

/// A shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Shift {
    /// Always `shift`.
    #[serde(rename = "type")]
    #[ts(type = "\"shift\"")]
    pub kind: &'static str,
    /// Its number at this counter.
    #[ts(type = "number")]
    pub number: u64,
    /// At which counter.
    pub counter: String,
    /// When it began.
    pub opened_at: String,
    /// Who began it.
    pub opened_by: Option<String>,
    /// What was in the drawer then.
    pub float: String,
    /// Cash put in and taken out, oldest first.
    pub moves: Vec<DrawerMove>,
    /// How often it was counted.
    #[ts(type = "number")]
    pub counts: usize,
    /// It may be counted (again).
    pub may_recount: bool,
    /// When it ended.
    pub closed_at: Option<String>,
    /// Who ended it.
    pub closed_by: Option<String>,
    /// What was counted against what was expected; told after the close, to whoever may review.
    pub difference: Option<Vec<DifferenceLine>>,
    /// Bills that went over to the next shift.
    pub carried_over: Vec<String>,
}

/// Cash that no sale explains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct DrawerMove {
    /// When.
    pub at: String,
    /// Who.
    pub by: Option<String>,
    /// Which way.
    #[ts(type = "\"in\" | \"out\"")]
    pub direction: &'static str,
    /// How much.
    pub amount: String,
    /// What for.
    pub reason: String,
}

/// One method of a count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct DifferenceLine {
    /// Of what.
    #[ts(type = "Method")]
    pub key: &'static str,
    /// What was there.
    pub counted: String,
    /// What should have been.
    pub expected: String,
    /// Less is negative.
    pub difference: String,
}

/// The shifts of this counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Shifts {
    /// The one that runs.
    pub open: Option<Shift>,
    /// The last ones, newest first.
    pub last: Vec<Shift>,
}

/// What may be said after a count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Counted {
    /// Everything is as it should be.
    pub agrees: bool,
    /// It does not agree and may be counted once more.
    pub may_recount: bool,
    /// The shift.
    pub shift: Shift,
}

/// Begins a shift.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ShiftOpenRequest {
    /// Baht in the drawer.
    pub float: String,
}

/// Moves cash.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DrawerMoveRequest {
    /// Which way.
    #[ts(type = "\"in\" | \"out\"")]
    pub direction: String,
    /// Baht.
    pub amount: String,
    /// What for.
    pub reason: String,
}

/// Says what was counted.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ShiftCountRequest {
    /// Each method at most once.
    pub counted: Vec<CountedSum>,
}

/// Baht of one method.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CountedSum {
    /// Of what.
    #[ts(type = "Method")]
    pub method: String,
    /// How much; nothing is an answer too.
    pub amount: String,
}

pub(crate) fn line(shift: &shift::Shift) -> ShiftLine {
    ShiftLine {
        number: shift.number,
        opened_at: moment(shift.opened_at),
        opened_by: shift.opened_by.clone(),
    }
}

/// `told` is whether the reader may hear what was expected.
fn shown(shift: &shift::Shift, told: bool) -> Shift {
    let closing = shift.closing.as_ref();
    Shift {
        kind: "shift",
        number: shift.number,
        counter: shift.counter.clone(),
        opened_at: moment(shift.opened_at),
        opened_by: shift.opened_by.clone(),
        float: shift.float.to_string(),
        moves: shift
            .moves
            .iter()
            .map(|moved| DrawerMove {
                at: moment(moved.at),
                by: moved.by.clone(),
                direction: moved.direction.word(),
                amount: moved.amount.to_string(),
                reason: moved.reason.clone(),
            })
            .collect(),
        counts: shift.counts.len(),
        may_recount: shift.may_count(),
        closed_at: closing.map(|closing| moment(closing.at)),
        closed_by: closing.and_then(|closing| closing.by.clone()),
        difference: closing.filter(|_| told).map(|closing| {
            let line = |line: &shift::Difference| DifferenceLine {
                key: line.method.word(),
                counted: line.counted.to_string(),
                expected: line.expected.to_string(),
                difference: line.difference.to_string(),
            };
            closing.differences.iter().map(line).collect()
        }),
        carried_over: closing
            .map(|closing| closing.carried_over.clone())
            .unwrap_or_default(),
    }
}

/// In a shop without people whoever counts is the owner as well.
async fn is_told(app: &App, who: &Who) -> Result<bool, ApiError> {
    Ok(who.may(Right::Review) || !app.session().await?.has_people)
}

impl App {
    /// The shifts of this counter; `told` is whether what was expected may be heard.
    pub async fn shifts(&self, told: bool) -> Result<Shifts, ApiError> {
        let state = self.till().shift_state(&self.till().config().counter).await?;
        Ok(Shifts {
            open: state.open.as_ref().map(|shift| shown(shift, told)),
            last: state.last.iter().map(|shift| shown(shift, told)).collect(),
        })
    }

    /// Begins a shift.
    pub async fn shift_open(&self, by: Option<String>, float: &str) -> Result<Shift, ApiError> {
        let shift = self.till().open_shift(by, drawer_amount(float)?).await?;
        Ok(shown(&shift, false))
    }

    /// Moves cash; `direction` is `in` or `out`.
    pub async fn drawer_move(
        &self,
        by: Option<String>,
        direction: &str,
        amount: &str,
        reason: &str,
    ) -> Result<Shift, ApiError> {
        let direction: Direction = word(direction)?;
        let moved = self
            .till()
            .move_drawer(by, direction, drawer_amount(amount)?, reason);
        Ok(shown(&moved.await?, false))
    }

    /// Takes a count of methods and amounts as typed.
    pub async fn shift_count(
        &self,
        by: Option<String>,
        counted: &[(String, String)],
    ) -> Result<Counted, ApiError> {
        let sums: Result<Vec<(Method, Money)>, ApiError> = counted
            .iter()
            .map(|(method, amount)| Ok((word(method)?, drawer_amount(amount)?)))
            .collect();
        let outcome = self.till().count_shift(by, sums?).await?;
        Ok(Counted {
            agrees: outcome.agrees,
            may_recount: outcome.may_recount,
            shift: shown(&outcome.shift, false),
        })
    }

    /// Ends the shift; `told` is whether what was expected may be heard.
    pub async fn shift_close(&self, by: Option<String>, told: bool) -> Result<Shift, ApiError> {
        Ok(shown(&self.till().close_shift(by).await?, told))
    }
}

/// What lies in a drawer may be nothing, unlike the amount of a sale.
fn drawer_amount(text: &str) -> Result<Money, AmountError> {
    match parse_amount(text) {
        Err(AmountError::TooSmall) => Ok(Money::ZERO),
        read => read,
    }
}

pub(crate) async fn shift_state(app: &App, who: Who, _: Nothing) -> Result<Shifts, ApiError> {
    app.shifts(is_told(app, &who).await?).await
}

pub(crate) async fn shift_open(app: &App, who: Who, request: ShiftOpenRequest) -> Result<Shift, ApiError> {
    app.shift_open(who.name(), &request.float).await
}

pub(crate) async fn drawer_move(app: &App, who: Who, request: DrawerMoveRequest) -> Result<Shift, ApiError> {
    app.drawer_move(who.name(), &request.direction, &request.amount, &request.reason)
        .await
}

pub(crate) async fn shift_count(
    app: &App,
    who: Who,
    request: ShiftCountRequest,
) -> Result<Counted, ApiError> {
    let counted: Vec<(String, String)> = request
        .counted
        .into_iter()
        .map(|sum| (sum.method, sum.amount))
        .collect();
    app.shift_count(who.name(), &counted).await
}

pub(crate) async fn shift_close(app: &App, who: Who, _: Nothing) -> Result<Shift, ApiError> {
    app.shift_close(who.name(), is_told(app, &who).await?).await
}

impl From<ShiftError> for ApiError {
    fn from(error: ShiftError) -> Self {
        let refused = |why: &str| Self::new(ErrorCode::ShiftRefused).with("why", why);
        match error {
            ShiftError::AlreadyOpen(_) => refused("open_already"),
            ShiftError::NotOpen => refused("not_open"),
            ShiftError::NeedsCount => refused("count_first"),
            ShiftError::MovedSinceCount => refused("count_again"),
            ShiftError::CountsUsed => refused("no_recount"),
            ShiftError::Reason => refused("reason"),
            ShiftError::Amount => Self::new(ErrorCode::AmountInvalid),
            ShiftError::Sums(_) => Self::new(ErrorCode::AmountTooLarge),
            ShiftError::Ledger(error) => error.into(),
        }
    }
}
