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
    /// The charge is reversed (Omise only).
    Reverse,
    /// The customer pays the same QR twice, or once more when it is paid already (not Omise, whose charges can be
    /// paid once).
    PayTwice,
    /// The provider says that it is still looking: `PROCESSING`, `pending`, `awaiting_confirmation` (not Omise).
    Hold,
    /// The provider says the word in [`ActRequest::status`], whatever was before (not Omise).
    SetStatus,
    /// The customer picks [`ActRequest::coin`] and [`ActRequest::network`] on the hosted page (crypto only).
    Choose,
}

impl Action {
    const ALL: [Self; 9] = [
        Self::Pay,
        Self::PayLate,
        Self::Fail,
        Self::Expire,
        Self::Reverse,
        Self::PayTwice,
        Self::Hold,
        Self::SetStatus,
        Self::Choose,
    ];

    /// The word in the path.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pay => "pay",
            Self::PayLate => "pay_late",
            Self::Fail => "fail",
            Self::Expire => "expire",
            Self::Reverse => "reverse",
            Self::PayTwice => "pay_twice",
            Self::Hold => "hold",
            Self::SetStatus => "set_status",
            Self::Choose => "choose",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.word() == word)
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
    /// For a payment: the amount the provider reports afterwards. Crypto: hundredths of the invoice currency
    /// that arrive in this payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_satang: Option<i64>,
    /// For a payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding: Option<Funding>,
    /// For a failure; `failed_processing` otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_code: Option<String>,
    /// For `set_status`: the provider's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// For `choose`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coin: Option<String>,
    /// For `choose`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
}

/// An action with its details, as it is carried out or planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Act {
    pub(crate) action: Action,
    #[serde(flatten)]
    pub(crate) details: Details,
}

/// [`ActRequest`] without its wait.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Details {
    pub(crate) amount_satang: Option<i64>,
    pub(crate) funding: Option<Funding>,
    pub(crate) failure_code: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) coin: Option<String>,
    pub(crate) network: Option<String>,
}

impl Act {
    pub(crate) fn of(action: Action) -> Self {
        Self {
            action,
            details: Details::default(),
        }
    }

    pub(crate) fn with(action: Action, request: ActRequest) -> Self {
        let ActRequest {
            after_ms: _,
            amount_satang,
            funding,
            failure_code,
            status,
            coin,
            network,
        } = request;
        Self {
            action,
            details: Details {
                amount_satang,
                funding,
                failure_code,
                status,
                coin,
                network,
            },
        }
    }
}

/// A charge as the control panel shows it: the truth, whatever faults make the API say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeView {
    /// `omise`, `deposit_gateway`, `jwt_gateway`, `crypto_2328`.
    pub provider: String,
    /// The provider's id.
    pub id: String,
    /// The provider's status word.
    pub status: String,
    /// What the charge is over, with a gateway's adjustment; after a payment, what the provider reports. Crypto:
    /// hundredths of the invoice currency.
    pub amount_satang: i64,
    /// What was given back.
    pub refunded_satang: i64,
    /// Whether a refund was a void.
    pub voided: bool,
    /// As sent by the till.
    pub description: Option<String>,
    /// As sent by the till (Omise). The others have no metadata; here is what is worth knowing about theirs:
    /// `order_id`, `callback_url`, `asked_satang`, and more by provider.
    pub metadata: Map<String, Value>,
    /// ISO 8601, UTC.
    pub created_at: String,
    /// ISO 8601, UTC.
    pub expires_at: String,
    /// What the QR says; `None` when a fault made it unreadable.
    pub qr_text: Option<String>,
}
