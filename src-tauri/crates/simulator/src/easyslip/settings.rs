//! How the EasySlip look-alike behaves where its page leaves a choice, and the forms its answers come in.

use serde::{Deserialize, Serialize};

use super::wire::RegisteredAccount;
use crate::faults::AmountForm;

/// Switches of EasySlip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EasySlipSettings {
    /// Requests a second before 429 (page §10: unknown).
    pub rate_per_s: Option<u32>,
    /// What the account may do (page §5).
    pub account: AccountState,
    /// Checks of the month over all branches; `None` is unlimited (page §9).
    pub quota_max: Option<u64>,
    /// What `matchAccount` compares with.
    pub accounts: Vec<RegisteredAccount>,
    /// How alike names must be (given: 85).
    pub similarity_percent: u32,
    /// A repeat without `checkDuplicate` costs quota (page §6: unknown).
    pub is_unasked_repeat_charged: bool,
    /// `isDuplicate` is true on repeats also without `checkDuplicate` (page §6: unknown).
    pub is_unasked_repeat_told: bool,
    /// Errors about a slip cost quota (page §6: unknown).
    pub is_error_charged: bool,
    /// How a wrong amount or receiver is told (page §5, end).
    pub mismatch: Mismatch,
    /// A slip its bank has not published yet is `SLIP_NOT_FOUND`, as before `SLIP_PENDING` existed (page §5).
    pub is_pending_untold: bool,
    /// A payload that is no slip is `VALIDATION_ERROR` instead of `SLIP_NOT_FOUND` (page §5: "bad QR").
    pub is_foreign_payload_invalid: bool,
    /// Payloads whose checksum lost leading zeros are understood (page §11: unknown).
    pub is_short_checksum_taken: bool,
    /// Older slips are not found (page §7: unknown).
    pub window_days: Option<u32>,
    /// The form of the answers.
    pub dialect: Dialect,
}

impl Default for EasySlipSettings {
    fn default() -> Self {
        Self {
            rate_per_s: Some(2),
            account: AccountState::Active,
            quota_max: Some(1_000),
            accounts: vec![RegisteredAccount::training()],
            similarity_percent: 85,
            is_unasked_repeat_charged: true,
            is_unasked_repeat_told: false,
            is_error_charged: false,
            mismatch: Mismatch::Field,
            is_pending_untold: false,
            is_foreign_payload_invalid: false,
            is_short_checksum_taken: true,
            window_days: None,
            dialect: Dialect::default(),
        }
    }
}

/// What the account may do. All but the first two refuse every call with 403; an inactive branch can still read
/// `/info`, whose `isActive` would otherwise never be false.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// Everything.
    #[default]
    Active,
    /// `BRANCH_INACTIVE`.
    BranchInactive,
    /// `SERVICE_BANNED`.
    ServiceBanned,
    /// `SERVICE_DELETED`.
    ServiceDeleted,
    /// `IP_NOT_ALLOWED`.
    IpNotAllowed,
    /// `USER_BANNED`, whose status is a guess (page §5).
    UserBanned,
    /// `APPLICATION_EXPIRED`: v1's word, which v2 has no documented one for.
    Expired,
}

/// How a wrong amount or receiver is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mismatch {
    /// 200 with `false` or `null`, as documented.
    #[default]
    Field,
    /// 400 with `AMOUNT_NOT_MATCH` or `ACCOUNT_NOT_MATCH`, as integrators have seen.
    Error,
    /// The same in lower case.
    LowerCaseError,
}

/// Page §3: how real answers differ. The default is the given page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dialect {
    /// Amounts; the given page has two decimals.
    pub amounts: AmountForm,
    /// `amount.local`.
    pub local: LocalForm,
    /// `receiver.merchantId` where the slip has none.
    pub merchant_id: MerchantIdForm,
    /// Banks are called `ธนาคารกสิกรไทย`, not `กสิกรไทย`.
    pub is_bank_name_formal: bool,
    /// `receiver.bank`.
    pub receiver_bank: BankForm,
    /// Which names there are.
    pub names: NamesForm,
    /// Surnames end after their first letter.
    pub is_surname_cut: bool,
    /// How accounts that the slip has in full are masked.
    pub mask: MaskForm,
    /// An unknown field in `data` and in `rawSlip`.
    pub has_extra_field: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            amounts: AmountForm::TwoDecimals,
            local: LocalForm::Thb,
            merchant_id: MerchantIdForm::Null,
            is_bank_name_formal: false,
            receiver_bank: BankForm::Full,
            names: NamesForm::Both,
            is_surname_cut: false,
            mask: MaskForm::Given,
            has_extra_field: false,
        }
    }
}

/// `amount.local`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LocalForm {
    /// `"THB"`.
    #[default]
    Thb,
    /// `"764"`.
    Iso764,
    /// `""`, and the local amount is 0.
    Empty,
}

/// `receiver.merchantId` where the slip has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MerchantIdForm {
    /// `null`.
    #[default]
    Null,
    /// `""`.
    Empty,
    /// No such field.
    Missing,
}

/// `receiver.bank`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BankForm {
    /// `id`, `name` and `short`.
    #[default]
    Full,
    /// The three, all `""`.
    Blank,
    /// `{}`.
    Empty,
    /// No such field.
    Missing,
}

/// Which names there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NamesForm {
    /// What the slip has.
    #[default]
    Both,
    /// `th` only.
    Thai,
    /// `en` only.
    English,
    /// `{}`.
    Neither,
}

/// How accounts are masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaskForm {
    /// The sender by its head, the receiver by its tail, as the given page has them.
    #[default]
    Given,
    /// `123-4-xxxxx-5`.
    Head,
    /// `xxx-x-x5678-x`.
    Tail,
    /// `1234xxxx5678`.
    Middle,
}
