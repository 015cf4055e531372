//! Holding the ledger against a provider's own list, for one business day.
//!
//! Five buckets (product.md §4): agree, only ours, only theirs, amount differs, state differs. Nothing is changed here:
//! what does not agree is for a person.

use crate::driver::payment_ref;
use crate::till::Till;
use keptang_domain::order::{Attempt, AttemptState, Order};
use keptang_domain::{BusinessDay, Money, ProviderId};
use keptang_ports::{LedgerError, OrderFilter, OrderKey, ProviderError, Statement, StatementLine};

/// Where an item belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bucket {
    /// Both say the same.
    Agree,
    /// The ledger has it, the provider does not.
    OnlyOurs,
    /// The provider has it, the ledger does not.
    OnlyTheirs,
    /// Both have it, over different sums.
    AmountDiffers,
    /// Both have it; one says paid, the other does not.
    StateDiffers,
}

impl Bucket {
    /// Every bucket, in the order of product.md.
    pub const ALL: [Self; 5] = [
        Self::Agree,
        Self::OnlyOurs,
        Self::OnlyTheirs,
        Self::AmountDiffers,
        Self::StateDiffers,
    ];

    /// The stable word (cli.md, reconcile).
    pub const fn word(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::OnlyOurs => "only_ours",
            Self::OnlyTheirs => "only_theirs",
            Self::AmountDiffers => "amount_differs",
            Self::StateDiffers => "state_differs",
        }
    }
}

/// One payment, as both sides have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Where it belongs.
    pub bucket: Bucket,
    /// Number of our order.
    pub order: Option<String>,
    /// The provider's reference.
    pub provider_ref: Option<String>,
    /// What we wanted paid.
    pub our_amount: Option<Money>,
    /// What they have.
    pub their_amount: Option<Money>,
    /// Our attempt's state.
    pub our_state: Option<AttemptState>,
    /// Their own word.
    pub their_state: Option<String>,
}

/// Why a day could not be held against a provider's list.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// Not set up, or it has no list and cannot be asked one by one.
    #[error("{0} has nothing to compare with")]
    NoStatement(ProviderId),
    /// The provider did not give its list.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// A payment is stored a moment before the provider creates it, and clocks differ a little: so much is asked for
/// beyond each edge of the day.
const EDGE_MS: i64 = 10 * 60_000;
const PAGE: usize = 500;

impl Till {
    /// Providers a day can be held against.
    pub fn reconcilable(&self) -> Vec<ProviderId> {
        self.providers()
            .filter(|provider| provider.statement().is_some())
            .map(|provider| provider.id())
            .collect()
    }

    /// Every payment of a business day, as the ledger and the provider have it.
    pub async fn reconcile(&self, id: ProviderId, day: BusinessDay) -> Result<Vec<Item>, ReconcileError> {
        let provider = self
            .provider(id)
            .cloned()
            .ok_or(ReconcileError::NoStatement(id))?;
        let statement = provider.statement().ok_or(ReconcileError::NoStatement(id))?;
        let ours = self.attempts_of(id, day).await?;
        let theirs = self.list(id, statement, day, &ours).await?;
        let mut items = Vec::new();
        let mut matched = vec![false; theirs.len()];
        for (order, attempt) in &ours {
            let at = theirs.iter().position(|line| is_about(line, attempt));
            if let Some(at) = at {
                matched[at] = true;
            }
            items.extend(compare(order, attempt, at.map(|at| &theirs[at])));
        }
        let cutoff = self.config().cutoff;
        let (from, to) = (day.starts_at(cutoff), day.next().starts_at(cutoff));
        for (line, _) in theirs.iter().zip(&matched).filter(|(_, matched)| !**matched) {
            let inside = line.created_at.is_none_or(|at| (from..to).contains(&at));
            if inside && !self.is_known(id, line).await? {
                items.push(only_theirs(line));
            }
        }
        Ok(items)
    }

    async fn list(
        &self,
        id: ProviderId,
        statement: &dyn Statement,
        day: BusinessDay,
        ours: &[(Order, Attempt)],
    ) -> Result<Vec<StatementLine>, ReconcileError> {
        let cutoff = self.config().cutoff;
        let from = day.starts_at(cutoff).plus_ms(-EDGE_MS);
        let to = day.next().starts_at(cutoff).plus_ms(EDGE_MS);
        let known: Vec<_> = ours
            .iter()
            .filter_map(|(order, attempt)| payment_ref(order, attempt))
            .collect();
        // A long day is many pages: no single-answer timeout here, the client keeps its own for each page.
        let lines = statement.list(from, to, &known).await;
        if let Err(error) = &lines {
            tracing::warn!(provider = %id, error = %error, "the provider's list could not be read");
        }
        Ok(lines?)
    }

    async fn attempts_of(
        &self,
        id: ProviderId,
        day: BusinessDay,
    ) -> Result<Vec<(Order, Attempt)>, LedgerError> {
        let mut found = Vec::new();
        let mut before_number = None;
        loop {
            let filter = OrderFilter {
                day: Some(day),
                limit: PAGE,
                before_number,
                ..OrderFilter::default()
            };
            let orders = self.inner.ledger.list(filter).await?;
            let full = orders.len() == PAGE;
            before_number = orders.last().map(|order| order.opening.number.clone());
            for order in orders {
                let of_provider = order.attempts.iter().filter(|attempt| attempt.provider == id);
                found.extend(
                    of_provider
                        .cloned()
                        .map(|attempt| (order.clone(), attempt))
                        .collect::<Vec<_>>(),
                );
            }
            if !full {
                return Ok(found);
            }
        }
    }

    /// Whether a line belongs to an attempt of another day: a sale at the very edge.
    async fn is_known(&self, id: ProviderId, line: &StatementLine) -> Result<bool, LedgerError> {
        let by_reference = OrderKey::ProviderRef(id, line.provider_ref.clone());
        for key in [Some(by_reference), line.our_ref.map(OrderKey::Attempt)]
            .into_iter()
            .flatten()
        {
            match self.inner.ledger.load(key).await {
                Ok(_) => return Ok(true),
                Err(LedgerError::NotFound) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(false)
    }
}

fn is_about(line: &StatementLine, attempt: &Attempt) -> bool {
    line.our_ref == Some(attempt.id) || attempt.provider_ref.as_deref() == Some(line.provider_ref.as_str())
}

/// `None` when there is nothing to say: an attempt that never reached the provider and is not there either.
fn compare(order: &Order, attempt: &Attempt, line: Option<&StatementLine>) -> Option<Item> {
    // A person's word is not a payment the provider has to know.
    let paid_there = attempt
        .evidence
        .iter()
        .any(|evidence| evidence.amount.is_positive());
    let bucket = match line {
        None if attempt.provider_ref.is_none() && !paid_there => return None,
        None => Bucket::OnlyOurs,
        Some(line) if line.amount.is_some_and(|amount| amount != attempt.payable) => Bucket::AmountDiffers,
        Some(line) if line.paid != paid_there => Bucket::StateDiffers,
        Some(_) => Bucket::Agree,
    };
    Some(Item {
        bucket,
        order: Some(order.opening.number.clone()),
        provider_ref: line
            .map(|line| line.provider_ref.clone())
            .or_else(|| attempt.provider_ref.clone()),
        our_amount: Some(attempt.payable),
        their_amount: line.and_then(|line| line.amount),
        our_state: Some(attempt.state),
        their_state: line.map(|line| line.word.clone()),
    })
}

fn only_theirs(line: &StatementLine) -> Item {
    Item {
        bucket: Bucket::OnlyTheirs,
        order: None,
        provider_ref: Some(line.provider_ref.clone()),
        our_amount: None,
        their_amount: line.amount,
        our_state: None,
        their_state: Some(line.word.clone()),
    }
}
