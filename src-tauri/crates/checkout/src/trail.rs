//! The audit trail as the use cases see it: facts read and noted, and decisions that cannot be made twice.
//!
//! Whoever decides by what the trail says reads the number of its newest line first, and notes the decision only while
//! that line still is the newest. So numbers have no gaps and no twins, with any number of tills on one ledger.

use crate::till::Till;
use keptang_domain::{BusinessDay, DayCutoff};
use keptang_ports::{AuditLine, LedgerError, TrailFilter};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Any line noted meanwhile makes a decision start anew, so this is more than an order's writers need; a till that
/// loses this often is better told than kept spinning.
pub(crate) const MAX_TRIES: usize = 256;

/// A line of the trail with its number.
pub(crate) type Numbered = (i64, AuditLine);

impl Till {
    /// Number of the newest line of all; 0 in an empty trail. To be read before what a decision rests on.
    pub(crate) async fn newest_line(&self) -> Result<i64, LedgerError> {
        let newest = TrailFilter {
            newest_first: true,
            limit: 1,
            ..TrailFilter::default()
        };
        let lines = self.inner.ledger.trail_lines(newest).await?;
        Ok(lines.first().map_or(0, |(number, _)| *number))
    }

    /// The newest line with this word, of this subject where one is named.
    pub(crate) async fn last_line(
        &self,
        what: &str,
        subject: Option<String>,
    ) -> Result<Option<Numbered>, LedgerError> {
        let newest = TrailFilter {
            what: vec![what.to_owned()],
            subject,
            newest_first: true,
            limit: 1,
            ..TrailFilter::default()
        };
        Ok(self.inner.ledger.trail_lines(newest).await?.into_iter().next())
    }

    /// Every line that fits, however many pages that are, in the order the filter says.
    pub(crate) async fn all_lines(&self, mut filter: TrailFilter) -> Result<Vec<Numbered>, LedgerError> {
        filter.limit = TrailFilter::PAGE;
        let mut all = Vec::new();
        loop {
            let page = self.inner.ledger.trail_lines(filter.clone()).await?;
            let full = page.len() >= TrailFilter::PAGE;
            if let Some((last, _)) = page.last() {
                if filter.newest_first {
                    filter.before = Some(*last);
                } else {
                    filter.after = Some(*last);
                }
            }
            all.extend(page);
            if !full {
                return Ok(all);
            }
        }
    }

    /// Lines with these words noted about the time of a business day. The facts name the day they belong to, so that a
    /// cut-off that was changed meanwhile loses none: there are more lines here than those of the day.
    pub(crate) async fn lines_around(
        &self,
        what: &[&str],
        day: BusinessDay,
    ) -> Result<Vec<Numbered>, LedgerError> {
        let from = day.plus_days(-1).starts_at(DayCutoff::DEFAULT);
        let to = day.plus_days(2).starts_at(DayCutoff::DEFAULT);
        self.all_lines(TrailFilter {
            what: what.iter().map(|word| (*word).to_owned()).collect(),
            during: Some((from, to)),
            ..TrailFilter::default()
        })
        .await
    }

    /// Notes a fact. `false` when somebody else wrote meanwhile and `after` is not the newest line any more.
    pub(crate) async fn note(
        &self,
        by: Option<String>,
        what: &str,
        subject: &str,
        facts: &impl Serialize,
        after: Option<i64>,
    ) -> Result<bool, LedgerError> {
        let line = AuditLine {
            at: self.now(),
            by,
            what: what.to_owned(),
            subject: subject.to_owned(),
            detail: serde_json::to_string(facts).expect("facts are texts and whole numbers"),
        };
        match self.inner.ledger.note(line, after).await {
            Ok(()) => Ok(true),
            Err(LedgerError::VersionMoved) => Ok(false),
            Err(other) => Err(other),
        }
    }
}

/// Reads the facts of a line. One that cannot be read is damage: a number that rests on guessing would not be gapless.
pub(crate) fn facts_of<T: DeserializeOwned>((number, line): &Numbered) -> Result<T, LedgerError> {
    serde_json::from_str(&line.detail).map_err(|_| damaged(*number))
}

/// A line that makes no sense.
pub(crate) fn damaged(number: i64) -> LedgerError {
    LedgerError::Corrupt {
        at: format!("audit {number}"),
    }
}
