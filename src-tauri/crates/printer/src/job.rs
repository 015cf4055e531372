//! A job and the name of its file, which says all about it that the queue needs: `<id>-<created ms>-<kind>.job`.

use keptang_domain::Timestamp;
use std::fmt;
use std::str::FromStr;

/// The name of a job. Sorts by the time it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(u128);

impl JobId {
    pub(crate) const fn new(id: u128) -> Self {
        Self(id)
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// The text is no job's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a job's name of 32 hexadecimal digits")]
pub struct ParseJobIdError;

impl FromStr for JobId {
    type Err = ParseJobIdError;

    fn from_str(text: &str) -> Result<Self, ParseJobIdError> {
        let plain = text.len() == 32
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        plain
            .then(|| u128::from_str_radix(text, 16).ok())
            .flatten()
            .map(Self)
            .ok_or(ParseJobIdError)
    }
}

/// What a job is, for whoever looks at the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// A receipt.
    Receipt,
    /// A credit note.
    CreditNote,
    /// An X, a Z or a day's report.
    Report,
    /// The printer's test page.
    TestPage,
    /// The pulse that opens the drawer.
    Drawer,
}

impl JobKind {
    const ALL: [Self; 5] = [
        Self::Receipt,
        Self::CreditNote,
        Self::Report,
        Self::TestPage,
        Self::Drawer,
    ];

    /// The stable word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::CreditNote => "credit_note",
            Self::Report => "report",
            Self::TestPage => "test_page",
            Self::Drawer => "drawer",
        }
    }
}

/// A job that waits, without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Job {
    /// Its name.
    pub id: JobId,
    /// When it was put.
    pub created_at: Timestamp,
    /// What it is.
    pub kind: JobKind,
}

const ENDING: &str = ".job";

impl Job {
    pub(crate) fn file_name(&self) -> String {
        format!(
            "{}-{}-{}{ENDING}",
            self.id,
            self.created_at.ms(),
            self.kind.word()
        )
    }

    /// The job of a file; `None` for every other file.
    pub(crate) fn of_file_name(name: &str) -> Option<Self> {
        let (id, rest) = name.strip_suffix(ENDING)?.split_once('-')?;
        let (created_ms, kind) = rest.split_once('-')?;
        let job = Self {
            id: id.parse().ok()?,
            created_at: Timestamp::from_ms(created_ms.parse().ok()?),
            kind: JobKind::ALL.into_iter().find(|known| known.word() == kind)?,
        };
        (job.file_name() == name).then_some(job)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_a_jobs_own_name_is_a_job() {
        let id = "0123456789abcdef0123456789abcdef";
        assert!(Job::of_file_name(&format!("{id}-17-receipt.job")).is_some());
        for wrong in [
            format!("{id}-17-receipt.job.new"),
            format!("{id}-017-receipt.job"),
            format!("{id}-+17-receipt.job"),
            format!("{id}-17-poem.job"),
            format!("{id}-receipt.job"),
            format!("{}-17-receipt.job", id.to_uppercase()),
            format!("{}-17-receipt.job", &id[1..]),
            "lock".to_owned(),
            String::new(),
        ] {
            assert_eq!(Job::of_file_name(&wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_name_says_all_about_a_job(id: u128, ms in 0..i64::MAX, kind in 0..JobKind::ALL.len()) {
            let job = Job { id: JobId(id), created_at: Timestamp::from_ms(ms), kind: JobKind::ALL[kind] };
            prop_assert_eq!(Job::of_file_name(&job.file_name()), Some(job));
            prop_assert_eq!(job.id.to_string().parse(), Ok(job.id));
        }
    }
}
