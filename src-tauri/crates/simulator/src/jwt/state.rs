//! What the JWT gateway look-alike remembers. Amounts are satang, times milliseconds since the epoch.

use serde::{Deserialize, Serialize};

use crate::charges::{Plan, WrongState};
use crate::control::{Act, Action};
use crate::faults::QrForm;
use crate::money::fee_satang;
use crate::qr::QrKind;

pub(super) const PENDING: &str = "pending";
pub(super) const COMPLETED: &str = "completed";
pub(super) const FAILED: &str = "failed";
pub(super) const EXPIRED: &str = "expired";

/// The sample of the page: 5 on 1000.
const DEPOSIT_FEE_PER_10_000: i64 = 50;
/// The sample of the page: 15, whatever the amount.
pub(super) const WITHDRAWAL_FEE_SATANG: i64 = 1_500;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// Deposits and withdrawals: one query finds both.
    pub(crate) orders: Vec<Order>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Deposit,
    Withdrawal,
}

/// How the customer pays a deposit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Code {
    pub(crate) token: String,
    pub(crate) form: QrForm,
    pub(crate) kind: QrKind,
    pub(crate) satang: i64,
    pub(crate) is_broken: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) kind: Kind,
    /// The provider's number.
    pub(crate) order_no: String,
    /// The shop's.
    pub(crate) agent_order_no: String,
    pub(crate) callback_url: String,
    pub(crate) asked_satang: i64,
    /// What is to be paid; after a payment, what the provider reports.
    pub(crate) amount_satang: i64,
    pub(crate) received_satang: i64,
    /// The provider's own word.
    pub(crate) status: String,
    pub(crate) created_ms: i64,
    pub(crate) completed_ms: Option<i64>,
    /// Withdrawals do not expire.
    pub(crate) expires_ms: Option<i64>,
    pub(crate) code: Option<Code>,
    pub(crate) plan: Option<Plan>,
}

impl Order {
    pub(super) fn fee_satang(&self) -> i64 {
        match self.kind {
            Kind::Deposit => fee_satang(self.amount_satang, DEPOSIT_FEE_PER_10_000),
            Kind::Withdrawal => WITHDRAWAL_FEE_SATANG,
        }
    }

    /// Net of the fee: of what arrived, or of what is expected.
    pub(super) fn net_satang(&self) -> i64 {
        let gross = if self.received_satang > 0 {
            self.received_satang
        } else {
            self.amount_satang
        };
        gross - self.fee_satang()
    }

    pub(super) fn is_open(&self) -> bool {
        self.status == PENDING
    }

    pub(super) fn is_completed(&self) -> bool {
        self.status == COMPLETED
    }

    fn is_lost(&self) -> bool {
        self.status == EXPIRED || self.status == FAILED
    }

    fn complete(&mut self, act: &Act, at_ms: i64) {
        self.status = COMPLETED.to_owned();
        self.amount_satang = act.details.amount_satang.unwrap_or(self.amount_satang);
        self.received_satang = self.amount_satang;
        self.completed_ms = Some(at_ms);
    }

    /// Every change is news, also one to the same word.
    pub(super) fn apply(&mut self, act: &Act, at_ms: i64) -> Result<(), WrongState> {
        match act.action {
            Action::Pay if self.is_open() => self.complete(act, at_ms),
            Action::PayLate if self.is_lost() => self.complete(act, at_ms),
            Action::PayTwice if self.is_completed() && self.kind == Kind::Deposit => {
                self.received_satang += act.details.amount_satang.unwrap_or(self.amount_satang);
            }
            Action::Hold if self.is_open() => {}
            Action::Fail if self.is_open() => self.status = FAILED.to_owned(),
            Action::Expire if self.is_open() && self.kind == Kind::Deposit => {
                self.status = EXPIRED.to_owned();
            }
            Action::SetStatus => {
                let word = act.details.status.clone().ok_or(WrongState)?;
                if word == COMPLETED {
                    self.complete(act, at_ms);
                } else {
                    self.amount_satang = act.details.amount_satang.unwrap_or(self.amount_satang);
                    self.status = word;
                }
            }
            _ => return Err(WrongState),
        }
        self.plan = None;
        Ok(())
    }
}
