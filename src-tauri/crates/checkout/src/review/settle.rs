//! What a permitted person said about a thing to look at.

use super::{ItemKey, ReviewError, ReviewItem};
use crate::till::Till;
use crate::trail::{damaged, facts_of};
use keptang_domain::order::{AttemptEvent, Flag, Order, OrderEvent, RefundState};
use keptang_domain::{Money, OrderId, Timestamp};
use keptang_ports::{LedgerError, OrderKey, TrailFilter};
use serde::{Deserialize, Serialize};

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is as it should be.
    Accepted,
    /// The money went back.
    Returned,
    /// The money belongs to another order.
    OtherOrder,
    /// It will be clear later.
    Wait,
    /// There is a reason.
    Explained,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 5] = [
        Self::Accepted,
        Self::Returned,
        Self::OtherOrder,
        Self::Wait,
        Self::Explained,
    ];

    /// The stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Returned => "returned",
            Self::OtherOrder => "other_order",
            Self::Wait => "wait",
            Self::Explained => "explained",
        }
    }
}

/// A word on a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: Outcome,
    /// Why.
    pub note: String,
}

#[derive(Serialize, Deserialize)]
struct SettledFacts {
    outcome: String,
    note: String,
    /// The newest event of the ledger at that moment.
    sequence: i64,
    /// What the order had received, where the thing is about one.
    received_satang: Option<i64>,
}

const SETTLED: &str = "review_settled";
const MAX_NOTE: usize = 500;

impl Till {
    /// Takes a permitted person's word on a thing to look at. It may be said again: the newest word counts, and all of
    /// them stay in the trail.
    pub async fn settle_item(
        &self,
        key: &ItemKey,
        outcome: Outcome,
        note: &str,
        by: String,
    ) -> Result<ReviewItem, ReviewError> {
        let note = note.trim();
        let length = note.chars().count();
        if length > MAX_NOTE || (length == 0 && outcome != Outcome::Accepted) {
            return Err(ReviewError::Note);
        }
        // Before the look at it, so that what comes between the two opens it again.
        let sequence = self.inner.ledger.head().await?;
        let mut item = self.find_item(key).await?.ok_or(ReviewError::NoSuchItem)?;
        let received = match key {
            ItemKey::Order(id, _) => Some(self.inner.ledger.load(OrderKey::Id(*id)).await?.received()),
            _ => None,
        };
        let facts = SettledFacts {
            outcome: outcome.word().to_owned(),
            note: note.to_owned(),
            sequence,
            received_satang: received.map(Money::satang),
        };
        self.note(Some(by), SETTLED, &key.to_string(), &facts, None)
            .await?;
        item.settled = self.settled(key, None).await?;
        Ok(item)
    }

    /// Everything that was said about a thing, oldest first.
    pub async fn settlements(&self, key: &ItemKey) -> Result<Vec<Settled>, LedgerError> {
        let lines = self.all_lines(TrailFilter {
            what: vec![SETTLED.to_owned()],
            subject: Some(key.to_string()),
            ..TrailFilter::default()
        });
        let read = |line| read(line).map(|(settled, _)| settled);
        lines.await?.iter().map(read).collect()
    }

    /// The word that stands on a thing; `None` when nobody said anything, or facts came since. `order` is the order it
    /// is about, where the caller has it at hand.
    pub(super) async fn settled(
        &self,
        key: &ItemKey,
        order: Option<&Order>,
    ) -> Result<Option<Settled>, LedgerError> {
        let Some(line) = self.last_line(SETTLED, Some(key.to_string())).await? else {
            return Ok(None);
        };
        let (settled, facts) = read(&line)?;
        let opened_again = match (key, order) {
            (ItemKey::Order(id, issue), Some(order)) => {
                let known = facts.received_satang.map_or(Money::ZERO, Money::from_satang);
                order.received() > known || self.raised_since(*id, issue, facts.sequence).await?
            }
            _ => false,
        };
        Ok((!opened_again).then_some(settled))
    }

    /// Whether the same thing happened once more, in a way that no sum shows.
    async fn raised_since(
        &self,
        order: OrderId,
        issue: &super::OrderIssue,
        sequence: i64,
    ) -> Result<bool, LedgerError> {
        let super::OrderIssue::Flag(flag) = issue else {
            return Ok(false);
        };
        let raises = |event: &OrderEvent| match (flag, event) {
            (Flag::RefundFailed, OrderEvent::RefundResolved { state, .. }) => *state == RefundState::Failed,
            (Flag::Contradiction, OrderEvent::Attempt { event, .. }) => {
                matches!(event, AttemptEvent::Contradicted | AttemptEvent::Declined { .. })
            }
            _ => false,
        };
        let history = self.inner.ledger.history(order).await?;
        Ok(history
            .iter()
            .any(|past| past.sequence > sequence && raises(&past.event)))
    }
}

fn read(line: &crate::trail::Numbered) -> Result<(Settled, SettledFacts), LedgerError> {
    let facts: SettledFacts = facts_of(line)?;
    let (number, line) = line;
    let outcome = Outcome::ALL
        .into_iter()
        .find(|outcome| outcome.word() == facts.outcome)
        .ok_or_else(|| damaged(*number))?;
    let settled = Settled {
        by: line.by.clone().unwrap_or_default(),
        at: line.at,
        outcome,
        note: facts.note.clone(),
    };
    Ok((settled, facts))
}
