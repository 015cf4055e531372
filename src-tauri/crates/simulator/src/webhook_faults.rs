//! What can go wrong with a callback.

use serde::{Deserialize, Serialize};

use crate::endpoints::Provider;

/// How an amount is printed where the provider prints a number. The first is the provider's habit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountForm {
    /// `1000`, `1000.5`, `1000.25`.
    #[default]
    Shortest,
    /// `1000.0`, `1000.5`, `1000.25`.
    OneDecimal,
    /// `1000.00`.
    TwoDecimals,
    /// `"1000.00"`.
    Text,
}

/// What goes wrong with a webhook. Those that name a provider are used by that one only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WebhookVariant {
    /// Sent `copies` times in all.
    Duplicate { copies: u32 },
    /// Kept back until the next one has been sent (or `POST /_control/release`).
    Reordered,
    /// Signed with a key nobody has. The deposit gateway signs nothing: the last character of the address is
    /// another one, as somebody who guesses would write it.
    Forged,
    /// Changed after signing: one satang (or hundredth) more.
    Altered,
    /// Signed properly, ten minutes ago (Omise and JWT: the others sign no time).
    Stale,
    /// Sent properly, followed by the oldest remembered one again, byte for byte, headers included.
    Replay,
    /// Names another charge, properly signed.
    OtherCharge,
    /// Delivered before the API answer that caused it.
    Early,
    /// Never sent.
    None,

    /// Says another amount, properly signed; not Omise.
    WrongAmount { amount_satang: i64 },
    /// Names our order and a number of the provider's that belongs to nothing; not Omise.
    WrongReference,
    /// Has a field nobody documented, covered by the signature; not Omise.
    ExtraField,
    /// Names its status twice, differently; JWT and crypto.
    DuplicateKey,
    /// Prints amounts in another way; deposit.
    AmountForm { form: AmountForm },
    /// As the older sample: `status_des`, one account name, times without an offset; deposit.
    LegacyKeys,
    /// The token says `alg: none` and has no third part; JWT.
    AlgNone,
    /// The token's payload is not sorted, which is no fault; JWT.
    UnsortedPayload,
    /// The token is the one of another order; JWT.
    TokenOfOtherCharge,
    /// The token leaves out the amount; JWT.
    UncoveredAmount,
    /// `timestamp` is a number, which is no fault; JWT.
    NumberTimestamp,
    /// The keys are sorted after signing; crypto.
    KeysReordered,
    /// `sign` is in upper case, which is no fault; crypto.
    UpperCaseSign,
    /// Slashes and Thai are escaped in the signed text and in the body; crypto.
    EscapedText,
    /// Says another currency, properly signed; crypto.
    WrongCurrency { currency: String },
}

impl WebhookVariant {
    pub(crate) fn is_for(&self, provider: Provider) -> bool {
        use Provider::{Crypto2328, DepositGateway, JwtGateway, Omise};
        match self {
            Self::Duplicate { .. }
            | Self::Reordered
            | Self::Forged
            | Self::Altered
            | Self::Replay
            | Self::OtherCharge
            | Self::Early
            | Self::None => true,
            Self::Stale => matches!(provider, Omise | JwtGateway),
            Self::WrongAmount { .. } | Self::WrongReference | Self::ExtraField => provider != Omise,
            Self::DuplicateKey => matches!(provider, JwtGateway | Crypto2328),
            Self::AmountForm { .. } | Self::LegacyKeys => provider == DepositGateway,
            Self::AlgNone
            | Self::UnsortedPayload
            | Self::TokenOfOtherCharge
            | Self::UncoveredAmount
            | Self::NumberTimestamp => provider == JwtGateway,
            Self::KeysReordered | Self::UpperCaseSign | Self::EscapedText | Self::WrongCurrency { .. } => {
                provider == Crypto2328
            }
        }
    }

    pub(crate) fn is_well_formed(&self) -> bool {
        match self {
            Self::Duplicate { copies } => (1..=100).contains(copies),
            Self::WrongAmount { amount_satang } => *amount_satang >= 0,
            _ => true,
        }
    }
}
