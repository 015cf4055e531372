//! What the `create_deposit` look-alike remembers. Amounts are satang, times milliseconds since the epoch.

use serde::{Deserialize, Serialize};

use crate::charges::{Plan, WrongState};
use crate::control::{Act, Action};
use crate::faults::QrForm;
use crate::qr::QrKind;

pub(super) const CREATED: &str = "CREATED";
pub(super) const PROCESSING: &str = "PROCESSING";
pub(super) const AUTO_SUCCESS: &str = "AUTO_SUCCESS";
pub(super) const SUCCESS: &str = "SUCCESS";
pub(super) const FAILED: &str = "FAILED";
/// The simulator's own word: the page knows no callback at expiry (§7).
pub(super) const EXPIRED: &str = "EXPIRED";

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) deposits: Vec<Deposit>,
    pub(crate) payouts: Vec<Payout>,
}

/// The request, as far as it comes back in callbacks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) order_id: String,
    pub(crate) asked_satang: i64,
    pub(crate) ref_account: String,
    pub(crate) ref_bank_code: String,
    pub(crate) ref_name_th: String,
    pub(crate) ref_name_en: Option<String>,
    pub(crate) ref_user_id: String,
    pub(crate) ref1: Option<String>,
    pub(crate) ref2: Option<String>,
    pub(crate) callback_url: Option<String>,
}

/// One line of the bank statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Receipt {
    pub(crate) statement_id: String,
    pub(crate) amount_satang: i64,
    pub(crate) at_ms: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Deposit {
    pub(crate) order: Order,
    pub(crate) ref_id: String,
    /// What the payer has to pay.
    pub(crate) payable_satang: i64,
    /// The provider's own word.
    pub(crate) status: String,
    pub(crate) description: Option<String>,
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) created_ms: i64,
    pub(crate) expires_ms: i64,
    pub(crate) qr_token: String,
    pub(crate) qr_form: QrForm,
    pub(crate) qr_kind: QrKind,
    pub(crate) qr_satang: i64,
    pub(crate) is_qr_broken: bool,
    pub(crate) is_bank_transfer: bool,
    pub(crate) plan: Option<Plan>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Payout {
    pub(crate) ref_id: String,
    pub(crate) order_id: Option<String>,
    pub(crate) amount_satang: i64,
    pub(crate) at_ms: i64,
}

/// What has to be told after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    Nothing,
    /// The state, with the latest receipt if there is one.
    State,
    /// The latest two receipts, one callback each.
    TwoReceipts,
}

impl Deposit {
    pub(super) fn is_open(&self) -> bool {
        self.status == CREATED || self.status == PROCESSING
    }

    pub(super) fn is_paid(&self) -> bool {
        self.status == AUTO_SUCCESS || self.status == SUCCESS
    }

    fn is_lost(&self) -> bool {
        self.status == EXPIRED || self.status == FAILED
    }

    fn receive(&mut self, act: &Act, statement_id: String, at_ms: i64) {
        self.status = AUTO_SUCCESS.to_owned();
        self.description = Some("DEPOSIT_MATCH".to_owned());
        self.receipts.push(Receipt {
            statement_id,
            amount_satang: act.details.amount_satang.unwrap_or(self.payable_satang),
            at_ms,
        });
    }

    /// Carries `act` out. `statement_id` numbers a new line of the statement.
    pub(super) fn apply(
        &mut self,
        act: &Act,
        at_ms: i64,
        mut statement_id: impl FnMut() -> String,
    ) -> Result<News, WrongState> {
        let news = match act.action {
            Action::Pay if self.is_open() => {
                self.receive(act, statement_id(), at_ms);
                News::State
            }
            Action::PayLate if self.is_lost() => {
                self.receive(act, statement_id(), at_ms);
                News::State
            }
            Action::PayTwice if self.is_open() => {
                self.receive(act, statement_id(), at_ms);
                self.receive(act, statement_id(), at_ms);
                News::TwoReceipts
            }
            Action::PayTwice if self.is_paid() => {
                self.receive(act, statement_id(), at_ms);
                News::State
            }
            Action::Hold if self.is_open() => {
                self.say(PROCESSING, None);
                News::State
            }
            Action::Fail if self.is_open() => {
                let code = act.details.failure_code.as_deref();
                self.say(FAILED, Some(code.unwrap_or("DEPOSIT_FAILED")));
                News::State
            }
            Action::Expire if self.is_open() => {
                self.say(EXPIRED, None);
                News::Nothing
            }
            Action::SetStatus => {
                let word = act.details.status.as_deref().ok_or(WrongState)?;
                if let Some(amount_satang) = act.details.amount_satang {
                    self.receipts.push(Receipt {
                        statement_id: statement_id(),
                        amount_satang,
                        at_ms,
                    });
                } else if (word == AUTO_SUCCESS || word == SUCCESS) && self.receipts.is_empty() {
                    self.receive(act, statement_id(), at_ms);
                }
                self.say(word, None);
                News::State
            }
            _ => return Err(WrongState),
        };
        self.plan = None;
        Ok(news)
    }

    fn say(&mut self, word: &str, description: Option<&str>) {
        self.status = word.to_owned();
        self.description = description.map(str::to_owned);
    }
}
