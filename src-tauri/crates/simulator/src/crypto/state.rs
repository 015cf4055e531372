//! What the 2328.io look-alike remembers, and the moves of a payment. Amounts have eight decimals (`_e8`), times
//! are milliseconds since the epoch.

use serde::{Deserialize, Serialize};

use crate::charges::{Plan, WrongState};
use crate::control::{Act, Action};
use crate::qr::QrKind;

pub(super) const PENDING: &str = "pending";
pub(super) const CHECK: &str = "check";
pub(super) const CONFIRMING: &str = "awaiting_confirmation";
pub(super) const UNDERPAID_CHECK: &str = "underpaid_check";
pub(super) const PAID: &str = "paid";
pub(super) const OVERPAID: &str = "overpaid";
pub(super) const UNDERPAID: &str = "underpaid";
pub(super) const CANCEL: &str = "cancel";
/// Page §7; `aml_lock` is known and not accepted as a filter (page §5).
pub(super) const FILTERS: [&str; 11] = [
    PENDING,
    CHECK,
    CONFIRMING,
    UNDERPAID_CHECK,
    PAID,
    OVERPAID,
    UNDERPAID,
    CANCEL,
    "refund_process",
    "refund_fail",
    "refund_paid",
];

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) payments: Vec<Payment>,
}

/// What the customer sends, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) coin: String,
    pub(crate) network: String,
    pub(crate) address: String,
    pub(crate) payer_e8: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) uuid: String,
    pub(crate) order_id: String,
    pub(crate) amount_e8: i64,
    /// Fiat or coin, by its own name.
    pub(crate) currency: String,
    /// One unit of it in dollars, when the payment was created.
    pub(crate) usd_rate_e8: i64,
    /// Markup and fee share on top of the price, in parts of 10,000,000.
    pub(crate) markup_e7: i64,
    pub(crate) fee_share_e7: i64,
    pub(crate) choice: Option<Choice>,
    pub(crate) received_e8: i64,
    pub(crate) txid: Option<String>,
    /// The provider's own word.
    pub(crate) status: String,
    pub(crate) created_ms: i64,
    pub(crate) expires_ms: i64,
    pub(crate) url_callback: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) qr_kind: QrKind,
    pub(crate) is_qr_broken: bool,
    pub(crate) plan: Option<Plan>,
}

impl Payment {
    pub(super) fn is_open(&self) -> bool {
        [PENDING, CHECK, CONFIRMING, UNDERPAID_CHECK].contains(&self.status.as_str())
    }

    pub(super) fn is_paid(&self) -> bool {
        self.status == PAID || self.status == OVERPAID
    }

    pub(super) fn is_lost(&self) -> bool {
        self.status == CANCEL || self.status == UNDERPAID
    }

    fn payer_e8(&self) -> i64 {
        self.choice.as_ref().map_or(0, |choice| choice.payer_e8)
    }

    /// A transaction on chain cannot run out, and neither can one that is paid.
    pub(super) fn can_expire(&self) -> bool {
        self.is_open()
            && self.status != CONFIRMING
            && (self.received_e8 == 0 || self.received_e8 < self.payer_e8())
    }

    /// Coin units of one payment: so many hundredths of the invoice, or what is missing, or the whole again.
    fn sent_e8(&self, act: &Act) -> i64 {
        let payer_e8 = self.payer_e8();
        match act.details.amount_satang {
            Some(hundredths) => {
                let part = i128::from(payer_e8) * i128::from(hundredths) * 1_000_000;
                i64::try_from(part / i128::from(self.amount_e8.max(1))).unwrap_or(i64::MAX)
            }
            None if self.received_e8 < payer_e8 => payer_e8 - self.received_e8,
            None => payer_e8,
        }
    }

    fn receive(&mut self, act: &Act, txid: String, short: &str) {
        self.received_e8 = self.received_e8.saturating_add(self.sent_e8(act));
        self.txid = Some(txid);
        let payer_e8 = self.payer_e8();
        let word = match self.received_e8.cmp(&payer_e8) {
            std::cmp::Ordering::Less => short,
            std::cmp::Ordering::Equal => PAID,
            std::cmp::Ordering::Greater => OVERPAID,
        };
        self.status = word.to_owned();
    }

    /// Carries `act` out; for everything that sends money a coin has been chosen before.
    pub(super) fn apply(&mut self, act: &Act, txid: impl FnOnce() -> String) -> Result<(), WrongState> {
        match act.action {
            Action::Pay if self.is_open() => self.receive(act, txid(), UNDERPAID_CHECK),
            Action::PayLate if self.is_lost() => self.receive(act, txid(), UNDERPAID),
            Action::PayTwice if self.is_paid() => self.receive(act, txid(), UNDERPAID),
            Action::Hold if self.is_open() => {
                self.txid = Some(txid());
                self.status = CONFIRMING.to_owned();
            }
            Action::Fail | Action::Expire if self.is_open() => {
                let word = if self.received_e8 > 0 { UNDERPAID } else { CANCEL };
                self.status = word.to_owned();
            }
            Action::Choose if self.is_open() && self.received_e8 == 0 => self.status = CHECK.to_owned(),
            Action::SetStatus => {
                let word = act.details.status.clone().ok_or(WrongState)?;
                let is_paying = word == PAID || word == OVERPAID;
                if act.details.amount_satang.is_some() || (is_paying && self.received_e8 == 0) {
                    self.receive(act, txid(), UNDERPAID);
                }
                self.status = word;
            }
            _ => return Err(WrongState),
        }
        self.plan = None;
        Ok(())
    }
}
