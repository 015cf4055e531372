//! Comparisons with a provider's list, kept as facts of the day: the newest of each provider counts.

use crate::reconcile::{Bucket, Item};
use crate::till::Till;
use crate::trail::{MAX_TRIES, Numbered, facts_of};
use keptang_domain::{BusinessDay, Money, ProviderId, Timestamp};
use keptang_ports::{LedgerError, TrailFilter};
use serde::{Deserialize, Serialize};

const RECONCILED: &str = "reconciled";
/// A provider's words and references are cut to this many characters: they come from outside and stay for ever.
const LONGEST_WORD: usize = 80;

#[derive(Serialize, Deserialize)]
struct RunFacts {
    provider: String,
    agree: usize,
    /// The number the next item that was not seen before will have.
    next: u64,
    items: Vec<RunItem>,
}

/// One payment that both sides see differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RunItem {
    /// Stays the same from run to run while nothing about it changes, so that a word said about it stands.
    pub(super) n: u64,
    pub(super) bucket: String,
    pub(super) order: Option<String>,
    pub(super) provider_ref: Option<String>,
    pub(super) our_amount_satang: Option<i64>,
    pub(super) their_amount_satang: Option<i64>,
    pub(super) our_state: Option<String>,
    pub(super) their_state: Option<String>,
}

/// The newest comparison with one provider's list.
pub(super) struct Run {
    pub(super) provider: ProviderId,
    pub(super) at: Timestamp,
    pub(super) by: Option<String>,
    pub(super) items: Vec<RunItem>,
    next: u64,
}

impl RunItem {
    fn of(item: &Item, n: u64) -> Self {
        Self {
            n,
            bucket: item.bucket.word().to_owned(),
            order: item.order.clone(),
            provider_ref: item.provider_ref.as_deref().map(plain),
            our_amount_satang: item.our_amount.map(Money::satang),
            their_amount_satang: item.their_amount.map(Money::satang),
            our_state: item.our_state.map(|state| state.word().to_owned()),
            their_state: item.their_state.as_deref().map(plain),
        }
    }
}

fn plain(word: &str) -> String {
    let shown = word.chars().filter(|c| !c.is_control());
    shown.take(LONGEST_WORD).collect()
}

impl Till {
    /// Keeps what [`Till::reconcile`] found as a fact of the day. What does not agree has to be settled before the day
    /// is signed; a later comparison of the same day and provider takes the place of this one.
    pub async fn note_reconciled(
        &self,
        provider: ProviderId,
        day: BusinessDay,
        items: &[Item],
        by: Option<String>,
    ) -> Result<(), LedgerError> {
        for _ in 0..MAX_TRIES {
            let newest = self.newest_line().await?;
            let before = self
                .runs(day)
                .await?
                .into_iter()
                .find(|run| run.provider == provider);
            let mut next = before.as_ref().map_or(1, |run| run.next);
            let mut known = before.map_or(Vec::new(), |run| run.items);
            let differing = items.iter().filter(|item| item.bucket != Bucket::Agree);
            let numbered: Vec<RunItem> = differing
                .map(|item| {
                    let seen = known
                        .iter()
                        .position(|known| RunItem::of(item, known.n) == *known);
                    if let Some(seen) = seen {
                        return known.swap_remove(seen);
                    }
                    next += 1;
                    RunItem::of(item, next - 1)
                })
                .collect();
            let facts = RunFacts {
                provider: provider.word().to_owned(),
                agree: items.len() - numbered.len(),
                next,
                items: numbered,
            };
            if self
                .note(by.clone(), RECONCILED, &day.to_string(), &facts, Some(newest))
                .await?
            {
                return Ok(());
            }
        }
        Err(LedgerError::VersionMoved)
    }

    /// The newest comparison of a day with each provider's list.
    pub(super) async fn runs(&self, day: BusinessDay) -> Result<Vec<Run>, LedgerError> {
        let lines = self.all_lines(TrailFilter {
            what: vec![RECONCILED.to_owned()],
            subject: Some(day.to_string()),
            newest_first: true,
            ..TrailFilter::default()
        });
        let mut runs: Vec<Run> = Vec::new();
        for line in lines.await? {
            let run = read(&line)?;
            if !runs.iter().any(|newer| newer.provider == run.provider) {
                runs.push(run);
            }
        }
        Ok(runs)
    }
}

fn read(numbered: &Numbered) -> Result<Run, LedgerError> {
    let facts: RunFacts = facts_of(numbered)?;
    let (number, line) = numbered;
    Ok(Run {
        provider: facts
            .provider
            .parse()
            .map_err(|_| crate::trail::damaged(*number))?,
        at: line.at,
        by: line.by.clone(),
        items: facts.items,
        next: facts.next,
    })
}
