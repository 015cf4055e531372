//! What the Omise look-alike remembers, and the only moves a charge can make.
//!
//! Pure data: no clock, no transport. Times are milliseconds since the epoch, amounts satang.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::charges::{Plan, WrongState};
use crate::control::{Act, Action, Funding};
use crate::qr::QrKind;

/// Bangkok has had no clock change since 1920, so a fixed offset is the whole time zone.
const BANGKOK_OFFSET_MS: i64 = 7 * 3_600_000;
const DAY_MS: i64 = 86_400_000;
/// Omise page §8: refund within 30 days.
const REFUND_DAYS: i64 = 30;
/// Omise page §8: fewer than 15 partial refunds.
const PARTIAL_REFUNDS_MAX: usize = 14;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) sources: Vec<Source>,
    pub(crate) charges: Vec<Charge>,
    /// Set once a rotation happened; until then the configured secrets hold.
    pub(crate) rotated: Option<Secrets>,
}

/// Webhook secrets, base64 as the dashboard shows them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Secrets {
    pub(crate) current: String,
    pub(crate) previous: Option<String>,
    /// The previous secret signs too, until then; `None`: for as long as it is there.
    pub(crate) previous_until_ms: Option<i64>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Secrets").finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Source {
    pub(crate) id: String,
    pub(crate) created_ms: i64,
    pub(crate) amount_satang: i64,
    pub(crate) is_used: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Pending,
    Successful,
    Failed,
    Expired,
    Reversed,
}

impl Status {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Successful => "successful",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Reversed => "reversed",
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) message: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) transaction_id: String,
    pub(crate) amount_satang: i64,
    pub(crate) is_void: bool,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) created_ms: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) source_id: String,
    pub(crate) source_created_ms: i64,
    pub(crate) document_id: String,
    pub(crate) download_token: String,
    pub(crate) payment_id: String,
    pub(crate) transaction_id: Option<String>,
    pub(crate) amount_satang: i64,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) return_uri: Option<String>,
    pub(crate) ip: Option<String>,
    pub(crate) webhook_endpoints: Vec<String>,
    pub(crate) status: Status,
    pub(crate) failure: Option<Failure>,
    pub(crate) funding: Funding,
    pub(crate) created_ms: i64,
    pub(crate) expires_ms: i64,
    pub(crate) expired_ms: Option<i64>,
    pub(crate) paid_ms: Option<i64>,
    pub(crate) reversed_ms: Option<i64>,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) qr_kind: QrKind,
    /// What the QR asks for; the charge's amount unless a fault changed it.
    pub(crate) qr_amount_satang: i64,
    pub(crate) plan: Option<Plan>,
}

/// Why a refund cannot be made, as the error code and its sentence (Omise page §7, §8).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RefundRefused {
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
}

impl Charge {
    pub(crate) fn is_paid(&self) -> bool {
        self.status == Status::Successful
    }

    pub(crate) fn refunded_satang(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.amount_satang).sum()
    }

    pub(crate) fn is_voided(&self) -> bool {
        self.refunds.iter().any(|refund| refund.is_void)
    }

    pub(crate) fn can_void(&self, now_ms: i64) -> bool {
        let is_same_day = self
            .paid_ms
            .is_some_and(|paid_ms| bangkok_day(paid_ms) == bangkok_day(now_ms));
        self.is_paid() && self.refunds.is_empty() && is_same_day
    }

    /// In full or in part alike: the page says the object does not tell funding sources apart (§8), so a till
    /// that asks for a partial refund of a credit-card payment learns it from `failed_refund`.
    pub(crate) fn can_refund(&self, now_ms: i64) -> bool {
        let is_in_time = self
            .paid_ms
            .is_some_and(|paid_ms| now_ms - paid_ms <= REFUND_DAYS * DAY_MS);
        self.is_paid()
            && is_in_time
            && self.refunded_satang() < self.amount_satang
            && self.refunds.len() < PARTIAL_REFUNDS_MAX
    }

    /// Whether a refund of `amount_satang` is allowed, and if so whether it is carried out as a void.
    pub(crate) fn judge_refund(
        &self,
        amount_satang: i64,
        is_void_only: bool,
        now_ms: i64,
    ) -> Result<bool, RefundRefused> {
        let failed = |message| {
            Err(RefundRefused {
                code: "failed_refund",
                message,
            })
        };
        let is_whole = self.refunds.is_empty() && amount_satang == self.amount_satang;
        if is_void_only && !(is_whole && self.can_void(now_ms)) {
            return Err(RefundRefused {
                code: "failed_void",
                message: "charge can no longer be voided",
            });
        }
        if !self.is_paid() {
            return failed("charge was not paid");
        }
        if amount_satang > self.amount_satang - self.refunded_satang() {
            return failed("amount is larger than what is left to refund");
        }
        if !self.can_refund(now_ms) {
            return failed("charge is too old or has too many refunds");
        }
        let takes_partial = matches!(self.funding, Funding::WalletBalance | Funding::BankAccount);
        if !is_whole && !takes_partial {
            return failed("this payment can only be refunded in full");
        }
        Ok(is_whole && self.can_void(now_ms))
    }

    /// Carries `act` out at `now_ms` and names the webhook key it causes.
    pub(crate) fn apply(&mut self, act: &Act, now_ms: i64) -> Result<&'static str, WrongState> {
        match (act.action, self.status) {
            (Action::Pay, Status::Pending) | (Action::PayLate, Status::Expired | Status::Failed) => {
                self.status = Status::Successful;
                self.paid_ms = Some(now_ms);
                self.failure = None;
                self.amount_satang = act.details.amount_satang.unwrap_or(self.amount_satang);
                self.funding = act.details.funding.unwrap_or_default();
                self.plan = None;
                Ok("charge.complete")
            }
            (Action::Fail, Status::Pending) => {
                let code = act
                    .details
                    .failure_code
                    .clone()
                    .unwrap_or_else(|| "failed_processing".to_owned());
                self.status = Status::Failed;
                self.failure = Some(Failure {
                    code,
                    message: "the payment could not be processed".to_owned(),
                });
                self.plan = None;
                Ok("charge.complete")
            }
            (Action::Expire, Status::Pending) => {
                self.status = Status::Expired;
                self.expired_ms = Some(now_ms);
                self.plan = None;
                Ok("charge.expire")
            }
            (Action::Reverse, Status::Pending | Status::Successful) => {
                self.status = Status::Reversed;
                self.reversed_ms = Some(now_ms);
                self.plan = None;
                Ok("charge.reverse")
            }
            _ => Err(WrongState),
        }
    }

    /// The next thing that happens without anybody asking.
    pub(crate) fn next_due(&self) -> Option<Plan> {
        let expiry = (self.status == Status::Pending).then(|| Plan {
            act: Act::of(Action::Expire),
            due_ms: self.expires_ms,
        });
        match (&self.plan, expiry) {
            (Some(plan), Some(expiry)) if expiry.due_ms < plan.due_ms => Some(expiry),
            (Some(plan), _) => Some(plan.clone()),
            (None, expiry) => expiry,
        }
    }
}

fn bangkok_day(at_ms: i64) -> i64 {
    (at_ms + BANGKOK_OFFSET_MS).div_euclid(DAY_MS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAID_MS: i64 = 1_760_000_000_000;

    fn pending() -> Charge {
        Charge {
            id: "chrg_test_1".to_owned(),
            source_id: "src_test_1".to_owned(),
            source_created_ms: PAID_MS,
            document_id: "docu_test_1".to_owned(),
            download_token: "1".to_owned(),
            payment_id: "pay2_test_1".to_owned(),
            transaction_id: None,
            amount_satang: 400_000,
            description: None,
            metadata: Map::new(),
            return_uri: None,
            ip: None,
            webhook_endpoints: Vec::new(),
            status: Status::Pending,
            failure: None,
            funding: Funding::default(),
            created_ms: PAID_MS,
            expires_ms: PAID_MS + DAY_MS,
            expired_ms: None,
            paid_ms: None,
            reversed_ms: None,
            refunds: Vec::new(),
            qr_kind: QrKind::Png,
            qr_amount_satang: 400_000,
            plan: None,
        }
    }

    #[test]
    fn the_bangkok_day_turns_at_17_utc() {
        let midnight_ms = 1_759_942_800_000; // 2025-10-08T17:00:00Z
        assert_eq!(bangkok_day(midnight_ms) - bangkok_day(midnight_ms - 1), 1);
        assert_eq!(bangkok_day(midnight_ms), bangkok_day(midnight_ms + 86_399_999));
    }

    #[test]
    fn every_action_in_every_state_is_decided() {
        let leads_to = |action, status| match (action, status) {
            (Action::Pay, Status::Pending) | (Action::PayLate, Status::Expired | Status::Failed) => {
                Some(Status::Successful)
            }
            (Action::Fail, Status::Pending) => Some(Status::Failed),
            (Action::Expire, Status::Pending) => Some(Status::Expired),
            (Action::Reverse, Status::Pending | Status::Successful) => Some(Status::Reversed),
            _ => None,
        };
        for action in [
            Action::Pay,
            Action::PayLate,
            Action::Fail,
            Action::Expire,
            Action::Reverse,
        ] {
            for status in [
                Status::Pending,
                Status::Successful,
                Status::Failed,
                Status::Expired,
                Status::Reversed,
            ] {
                let mut charge = Charge { status, ..pending() };
                let result = charge.apply(&Act::of(action), PAID_MS);
                let expected = leads_to(action, status);
                assert_eq!(result.is_ok(), expected.is_some(), "{action:?} in {status:?}");
                assert_eq!(
                    charge.status,
                    expected.unwrap_or(status),
                    "{action:?} in {status:?}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn refunds_never_exceed_the_payment(
            wishes in prop::collection::vec((1_i64..450_000, any::<bool>(), 0_i64..3 * DAY_MS), 1..40),
        ) {
            let mut charge = pending();
            charge.apply(&Act::of(Action::Pay), PAID_MS).unwrap();
            let mut now_ms = PAID_MS;
            for (amount_satang, is_void_only, passed_ms) in wishes {
                now_ms += passed_ms;
                if let Ok(is_void) = charge.judge_refund(amount_satang, is_void_only, now_ms) {
                    prop_assert!(!is_void || amount_satang == charge.amount_satang);
                    prop_assert!(is_void || !is_void_only);
                    charge.refunds.push(Refund {
                        id: String::new(),
                        transaction_id: String::new(),
                        amount_satang,
                        is_void,
                        metadata: Map::new(),
                        created_ms: now_ms,
                    });
                }
                prop_assert!(charge.refunded_satang() <= charge.amount_satang);
                prop_assert!(charge.refunds.len() <= PARTIAL_REFUNDS_MAX);
            }
        }
    }
}
