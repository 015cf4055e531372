//! What the EasySlip look-alike remembers: slips, who verified them, quota used.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::mini_qr::{self, MiniQr};
use super::wire::{HostedPicture, Party, Publish, SlipKind, SlipView, Usage};

/// Who has verified a slip of [`NewSlip::is_seen_elsewhere`](super::NewSlip::is_seen_elsewhere).
pub(super) const ELSEWHERE: &str = "elsewhere";

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// In the order of their making.
    pub(super) slips: Vec<Slip>,
    /// By branch.
    pub(super) usage: BTreeMap<String, Usage>,
    pub(super) pictures: Vec<HostedPicture>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Slip {
    pub(super) kind: SlipKind,
    pub(super) sending_bank: String,
    pub(super) trans_ref: String,
    pub(super) amount_satang: i64,
    pub(super) fee_satang: i64,
    pub(super) sender: Party,
    pub(super) receiver: Party,
    pub(super) at_ms: i64,
    pub(super) refs: [String; 3],
    pub(super) merchant_id: Option<String>,
    pub(super) publish: Publish,
    /// What `publish` counts from.
    pub(super) published_from_ms: i64,
    /// Names of branches.
    pub(super) seen_by: BTreeSet<String>,
}

/// What EasySlip can say about a slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    Known,
    Pending,
    Unknown,
}

impl Slip {
    pub(super) fn id(&self) -> String {
        match self.kind {
            SlipKind::Bank => format!("{}-{}", self.sending_bank, self.trans_ref),
            SlipKind::Truewallet => format!("truewallet-{}", self.trans_ref),
        }
    }

    pub(super) fn qr_text(&self) -> String {
        match self.kind {
            SlipKind::Bank => mini_qr::bank_text(&self.sending_bank, &self.trans_ref),
            SlipKind::Truewallet => mini_qr::truewallet_text(&self.trans_ref, self.at_ms),
        }
    }

    pub(super) fn is_of(&self, qr: &MiniQr) -> bool {
        match (self.kind, qr) {
            (
                SlipKind::Bank,
                MiniQr::Bank {
                    sending_bank,
                    trans_ref,
                },
            ) => self.sending_bank == *sending_bank && self.trans_ref == *trans_ref,
            (SlipKind::Truewallet, MiniQr::Truewallet { transaction_id }) => {
                self.trans_ref == *transaction_id
            }
            _ => false,
        }
    }

    pub(super) fn sight(&self, now_ms: i64) -> Sight {
        let is_over = |for_ms: u64| {
            let for_ms = i64::try_from(for_ms).unwrap_or(i64::MAX);
            now_ms >= self.published_from_ms.saturating_add(for_ms)
        };
        match self.publish {
            Publish::Known => Sight::Known,
            Publish::Pending { for_ms: Some(for_ms) } | Publish::Unpublished { for_ms }
                if is_over(for_ms) =>
            {
                Sight::Known
            }
            Publish::Pending { .. } => Sight::Pending,
            Publish::Unpublished { .. } | Publish::Never => Sight::Unknown,
        }
    }

    pub(super) fn view(&self, now_ms: i64) -> SlipView {
        SlipView {
            id: self.id(),
            kind: self.kind,
            qr_text: self.qr_text(),
            sending_bank: self.sending_bank.clone(),
            trans_ref: self.trans_ref.clone(),
            amount_satang: self.amount_satang,
            at_ms: self.at_ms,
            is_known: self.sight(now_ms) == Sight::Known,
            seen_by: self.seen_by.clone(),
        }
    }
}

impl State {
    pub(super) fn used(&self) -> Usage {
        self.usage.values().fold(Usage::default(), |sum, usage| Usage {
            used: sum.used.saturating_add(usage.used),
            total_used: sum.total_used.saturating_add(usage.total_used),
        })
    }

    pub(super) fn charge(&mut self, branch: &str) {
        let usage = self.usage.entry(branch.to_owned()).or_default();
        usage.used = usage.used.saturating_add(1);
        usage.total_used = usage.total_used.saturating_add(1);
    }
}
