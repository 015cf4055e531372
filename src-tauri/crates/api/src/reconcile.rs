//! `keptang reconcile`: a day against each provider's list, as lines.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use keptang_checkout::{Bucket, Item, ReconcileError};
use keptang_domain::{BusinessDay, ProviderId};
use keptang_ports::ProviderError;
use serde::Serialize;

/// One payment that does not agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ts_rs::TS)]
pub struct ReconcileLine {
    /// Always `reconcile`.
    #[serde(rename = "type")]
    #[ts(type = "\"reconcile\"")]
    pub kind: &'static str,
    /// Whose list.
    #[ts(type = "Provider")]
    pub provider: &'static str,
    /// Where it belongs.
    #[ts(type = "\"only_ours\" | \"only_theirs\" | \"amount_differs\" | \"state_differs\"")]
    pub bucket: &'static str,
    /// Number of our order.
    pub order: Option<String>,
    /// The provider's reference.
    pub provider_ref: Option<String>,
    /// What we wanted paid.
    pub our_amount: Option<String>,
    /// What they have.
    pub their_amount: Option<String>,
    /// Our attempt's state.
    #[ts(type = "AttemptState | null")]
    pub our_state: Option<&'static str>,
    /// Their own word.
    pub their_state: Option<String>,
}

/// How many payments of a provider are in each bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ts_rs::TS)]
pub struct ReconcileSummary {
    /// Always `reconcile_summary`.
    #[serde(rename = "type")]
    #[ts(type = "\"reconcile_summary\"")]
    pub kind: &'static str,
    /// Whose list.
    #[ts(type = "Provider")]
    pub provider: &'static str,
    /// Both say the same.
    #[ts(type = "number")]
    pub agree: usize,
    /// Only the ledger has it.
    #[ts(type = "number")]
    pub only_ours: usize,
    /// Only the provider has it.
    #[ts(type = "number")]
    pub only_theirs: usize,
    /// Different sums.
    #[ts(type = "number")]
    pub amount_differs: usize,
    /// Paid on one side only.
    #[ts(type = "number")]
    pub state_differs: usize,
}

/// A day against one provider's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ts_rs::TS)]
pub struct Reconciled {
    /// What does not agree.
    pub lines: Vec<ReconcileLine>,
    /// The counts.
    pub summary: ReconcileSummary,
}

impl App {
    /// Holds a day against a provider's list, or against every list there is, and keeps what was found as a fact of
    /// the day: what does not agree has to be settled before the day is signed, or agree in a newer run. `by` is who
    /// asked.
    ///
    /// # Errors
    /// `bad_request` for a day or provider that is none, `no_provider` when there is no list to compare with,
    /// `provider_down` or `misconfigured` when a list could not be read.
    pub async fn reconcile(
        &self,
        date: &str,
        provider: Option<&str>,
        by: Option<String>,
    ) -> Result<Vec<Reconciled>, ApiError> {
        let bad = |what: &'static str| ApiError::new(ErrorCode::BadRequest).with("argument", what);
        let day: BusinessDay = date.parse().map_err(|_| bad("date"))?;
        let named: Option<ProviderId> = provider
            .map(|id| id.parse().map_err(|_| bad("provider").with("word", id)))
            .transpose()?;
        let providers = named.map_or_else(|| self.till().reconcilable(), |id| vec![id]);
        if providers.is_empty() {
            return Err(ApiError::new(ErrorCode::NoProvider));
        }
        let mut reconciled = Vec::new();
        for id in providers {
            let items = self.till().reconcile(id, day).await?;
            self.till().note_reconciled(id, day, &items, by.clone()).await?;
            reconciled.push(summed(id, &items));
        }
        Ok(reconciled)
    }
}

fn summed(id: ProviderId, items: &[Item]) -> Reconciled {
    let count = |bucket: Bucket| items.iter().filter(|item| item.bucket == bucket).count();
    let lines = items
        .iter()
        .filter(|item| item.bucket != Bucket::Agree)
        .map(|item| ReconcileLine {
            kind: "reconcile",
            provider: id.word(),
            bucket: word(item.bucket),
            order: item.order.clone(),
            provider_ref: item.provider_ref.clone(),
            our_amount: item.our_amount.map(|amount| amount.to_string()),
            their_amount: item.their_amount.map(|amount| amount.to_string()),
            our_state: item.our_state.map(|state| state.word()),
            their_state: item.their_state.clone(),
        });
    Reconciled {
        lines: lines.collect(),
        summary: ReconcileSummary {
            kind: "reconcile_summary",
            provider: id.word(),
            agree: count(Bucket::Agree),
            only_ours: count(Bucket::OnlyOurs),
            only_theirs: count(Bucket::OnlyTheirs),
            amount_differs: count(Bucket::AmountDiffers),
            state_differs: count(Bucket::StateDiffers),
        },
    }
}

const fn word(bucket: Bucket) -> &'static str {
    match bucket {
        Bucket::Agree => "agree",
        Bucket::OnlyOurs => "only_ours",
        Bucket::OnlyTheirs => "only_theirs",
        Bucket::AmountDiffers => "amount_differs",
        Bucket::StateDiffers => "state_differs",
    }
}

impl From<ReconcileError> for ApiError {
    fn from(error: ReconcileError) -> Self {
        match error {
            ReconcileError::NoStatement(provider) => Self::new(ErrorCode::NoProvider)
                .with("provider", provider)
                .with("message_th", format!("{provider} ไม่มีรายการให้เทียบ หรือยังไม่ได้เปิดใช้"))
                .with(
                    "message_en",
                    format!("{provider} has no list to compare with, or is not switched on."),
                ),
            ReconcileError::Provider(ProviderError::Misconfigured(fault)) => Self::misconfigured(&fault),
            ReconcileError::Provider(_) => Self::new(ErrorCode::ProviderDown).with("provider", "list"),
            ReconcileError::Ledger(error) => error.into(),
        }
    }
}
