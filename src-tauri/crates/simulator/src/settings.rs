//! How the gateways behave where their pages leave a choice: switches that a test may turn while running.
//!
//! Kept with the saved state and read and written through `/_control/settings`. Omise's choices are in
//! [`Config`](crate::Config). Amounts are satang.

use serde::{Deserialize, Serialize};

pub use crate::easyslip::{
    AccountState, BankForm, Dialect, EasySlipSettings, LocalForm, MaskForm, MerchantIdForm, Mismatch,
    NamesForm,
};
use crate::faults::QrForm;

/// Every switch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The `create_deposit` gateway.
    pub deposit: DepositSettings,
    /// The gateway with JWT signatures.
    pub jwt: JwtSettings,
    /// 2328.io.
    pub crypto: CryptoSettings,
    /// EasySlip.
    pub easyslip: EasySlipSettings,
    /// How far the gateways' clock is ahead of the true time: their `Date` header and the JWT gateway's check of
    /// timestamps. Moving the simulator's clock through the panel is waiting, not a wrong clock, and changes
    /// neither.
    pub clock_ahead_s: i64,
}

/// How a gateway changes an amount so that it can tell payments apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Adjust {
    /// As few satang more as make the amount differ from every other open charge's; none for the first.
    #[default]
    Unique,
    /// Never.
    None,
    /// Always by this much, more or less.
    By { satang: i64 },
}

/// Switches of the `create_deposit` gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DepositSettings {
    /// What happens to amounts (page §5).
    pub adjust: Adjust,
    /// `image`, `link` or `missing` (page §5).
    pub qr: QrForm,
    /// The amount in `x-signature` must have exactly two decimals (page §4); otherwise it may be any text of the
    /// same value.
    pub is_fixed2_demanded: bool,
    /// A second open deposit for one `ref_account` is refused (page §5).
    pub is_same_account_refused: bool,
    /// Where callbacks go when the order names no `callback_url`: the shop's profile.
    pub callback_url: Option<String>,
    /// Life of a deposit (page §5: 15 minutes).
    pub ttl_seconds: u32,
}

impl Default for DepositSettings {
    fn default() -> Self {
        Self {
            adjust: Adjust::Unique,
            qr: QrForm::Image,
            is_fixed2_demanded: false,
            is_same_account_refused: false,
            callback_url: None,
            ttl_seconds: 900,
        }
    }
}

/// Switches of the JWT gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JwtSettings {
    /// Our address is registered; otherwise every call is refused with 403 (page §1).
    pub is_ip_listed: bool,
    /// Timestamps more than 300 s off are refused (page §4).
    pub is_clock_checked: bool,
    /// Requests a second before 429 (page §6).
    pub rate_per_s: Option<u32>,
    /// What happens to amounts (page §5: unknown).
    pub adjust: Adjust,
    /// `image` (data URI), `link`, `text` or `missing` (page §5).
    pub qr: QrForm,
    /// Life of a deposit (page §5: 5 minutes).
    pub ttl_seconds: u32,
}

impl Default for JwtSettings {
    fn default() -> Self {
        Self {
            is_ip_listed: true,
            is_clock_checked: true,
            rate_per_s: Some(10),
            adjust: Adjust::None,
            qr: QrForm::Image,
            ttl_seconds: 300,
        }
    }
}

/// Switches of 2328.io.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CryptoSettings {
    /// Baht can be invoiced and are among the exchange rates (page §4: unknown).
    pub has_thb: bool,
    /// Requests a second before 429 (page §1).
    pub rate_per_s: Option<u32>,
    /// The coin TON is called GRAM in answers; TON is still accepted (page §8).
    pub is_ton_gram: bool,
    /// Networks whose deposits are switched off (page §12).
    pub disabled_networks: Vec<String>,
    /// `url_callback` must be there (page §4).
    pub is_callback_demanded: bool,
    /// `url_callback` must not be a private or loopback address (page §4). Off, because receivers in tests listen
    /// on this machine.
    pub is_callback_public_only: bool,
}

impl Default for CryptoSettings {
    fn default() -> Self {
        Self {
            has_thb: true,
            rate_per_s: Some(10),
            is_ton_gram: false,
            disabled_networks: Vec::new(),
            is_callback_demanded: false,
            is_callback_public_only: false,
        }
    }
}
