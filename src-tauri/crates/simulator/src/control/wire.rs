//! The control panel's JSON types.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What happens to a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The customer pays.
    Pay,
    /// The customer pays although the charge has expired or failed.
    PayLate,
    /// The payment fails.
    Fail,
    /// The charge expires.
    Expire,
    /// The charge is reversed.
    Reverse,
}

impl Action {
    /// The word in the path.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pay => "pay",
            Self::PayLate => "pay_late",
            Self::Fail => "fail",
            Self::Expire => "expire",
            Self::Reverse => "reverse",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Pay, Self::PayLate, Self::Fail, Self::Expire, Self::Reverse]
            .into_iter()
            .find(|action| action.word() == word)
    }
}

/// Where the customer's money comes from (Omise page §8); never shown by the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Funding {
    /// Partial refunds work.
    #[default]
    WalletBalance,
    /// Partial refunds work.
    BankAccount,
    /// Full refunds only.
    CreditCard,
    /// Full refunds only.
    PayNext,
    /// Full refunds only.
    PayNextExtra,
}

/// The details of an action; everything may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActRequest {
    /// Wait this long first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_ms: Option<u64>,
    /// For a payment: the amount the provider reports afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_satang: Option<i64>,
    /// For a payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding: Option<Funding>,
    /// For a failure; `failed_processing` otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_code: Option<String>,
}

/// An action with its details, as it is carried out or planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Act {
    pub(crate) action: Action,
    pub(crate) amount_satang: Option<i64>,
    pub(crate) funding: Option<Funding>,
    pub(crate) failure_code: Option<String>,
}

impl Act {
    pub(crate) fn of(action: Action) -> Self {
        Self {
            action,
            amount_satang: None,
            funding: None,
            failure_code: None,
        }
    }

    pub(crate) fn with(action: Action, request: ActRequest) -> Self {
        let ActRequest {
            after_ms: _,
            amount_satang,
            funding,
            failure_code,
        } = request;
        Self {
            action,
            amount_satang,
            funding,
            failure_code,
        }
    }
}

/// A charge as the control panel shows it: the truth, whatever faults make the API say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeView {
    /// `omise`.
    pub provider: String,
    /// The provider's id.
    pub id: String,
    /// The provider's status word.
    pub status: String,
    /// What the charge is over.
    pub amount_satang: i64,
    /// What was given back.
    pub refunded_satang: i64,
    /// Whether a refund was a void.
    pub voided: bool,
    /// As sent by the till.
    pub description: Option<String>,
    /// As sent by the till.
    pub metadata: Map<String, Value>,
    /// ISO 8601, UTC.
    pub created_at: String,
    /// ISO 8601, UTC.
    pub expires_at: String,
    /// What the QR says; `None` when a fault made it unreadable.
    pub qr_text: Option<String>,
}
