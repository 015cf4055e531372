//! The control panel's JSON types for slips. Amounts are satang, times milliseconds since the epoch.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// An account, wallet or proxy number. Kept out of `Debug`: training mode may be given the shop's own.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Number(pub String);

impl std::fmt::Debug for Number {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Number(…)")
    }
}

impl From<&str> for Number {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// Which service issued a slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlipKind {
    /// A bank transfer.
    #[default]
    Bank,
    /// A TrueMoney wallet transfer.
    Truewallet,
}

/// `account.bank.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AccountType {
    /// An account.
    #[default]
    Bankac,
    /// A token.
    Token,
    /// A dummy.
    Dummy,
}

impl AccountType {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Bankac => "BANKAC",
            Self::Token => "TOKEN",
            Self::Dummy => "DUMMY",
        }
    }
}

/// `account.proxy.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ProxyType {
    /// A national or tax id.
    Natid,
    /// A mobile number.
    Msisdn,
    /// An e-wallet.
    Ewalletid,
    /// A mail address.
    Email,
    /// A biller.
    Billerid,
}

impl ProxyType {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Natid => "NATID",
            Self::Msisdn => "MSISDN",
            Self::Ewalletid => "EWALLETID",
            Self::Email => "EMAIL",
            Self::Billerid => "BILLERID",
        }
    }
}

/// A PromptPay target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proxy {
    /// Its kind.
    pub kind: ProxyType,
    /// Masked when answered, unless it holds an `x` already.
    pub number: Number,
}

/// Who sent or received.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Party {
    /// Three digits.
    pub bank: Option<String>,
    /// In full.
    pub name_th: Option<String>,
    /// In full.
    pub name_en: Option<String>,
    /// Masked when answered, unless it holds an `x` already; for a wallet its phone number.
    pub account: Option<Number>,
    /// What kind of account.
    pub account_type: AccountType,
    /// A PromptPay target.
    pub proxy: Option<Proxy>,
}

impl Party {
    pub(super) fn training_sender(bank: &str) -> Self {
        Self {
            bank: Some(bank.to_owned()),
            name_th: Some("นาย ผู้โอน ทดสอบ".to_owned()),
            name_en: Some("MR. SENDER TEST".to_owned()),
            account: Some("1234987655".into()),
            ..Self::default()
        }
    }

    pub(super) fn other_shop() -> Self {
        Self {
            bank: Some("014".to_owned()),
            name_th: Some("บริษัท ร้านข้างเคียง จำกัด".to_owned()),
            name_en: Some("THE SHOP NEXT DOOR CO., LTD.".to_owned()),
            account: Some("9870001234".into()),
            ..Self::default()
        }
    }
}

/// An account that the shop has registered at EasySlip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredAccount {
    /// Three digits, or `PROMPTPAY` or `KSHOP`.
    pub bank: String,
    /// In full.
    pub name_th: String,
    /// In full.
    pub name_en: String,
    /// A company's, not a person's.
    pub is_juristic: bool,
    /// Digits.
    pub number: Number,
    /// PromptPay targets that lead here.
    #[serde(default)]
    pub promptpay: Vec<Number>,
    /// Merchants that lead here.
    #[serde(default)]
    pub merchant_ids: Vec<String>,
}

impl RegisteredAccount {
    /// The account of training mode: the one the simulator's own QRs pay.
    pub fn training() -> Self {
        Self {
            bank: "004".to_owned(),
            name_th: "บริษัท ตัวอย่าง จำกัด".to_owned(),
            name_en: "EXAMPLE CO., LTD.".to_owned(),
            is_juristic: true,
            number: "1234567890".into(),
            promptpay: vec!["0800000000".into(), "140000800000000".into()],
            merchant_ids: Vec::new(),
        }
    }
}

/// When EasySlip can see a slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Publish {
    /// At once.
    #[default]
    Known,
    /// `SLIP_PENDING` for so long; without a time for ever.
    Pending { for_ms: Option<u64> },
    /// `SLIP_NOT_FOUND` for so long: not published yet.
    Unpublished { for_ms: u64 },
    /// `SLIP_NOT_FOUND` for ever: made up, its checksum right all the same.
    Never,
}

/// A transfer that took place, or pretends to have.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewSlip {
    /// Bank or wallet.
    pub kind: SlipKind,
    /// Three digits; the sender's bank, or 004.
    pub sending_bank: Option<String>,
    /// Made in the bank's length otherwise.
    pub trans_ref: Option<String>,
    /// More than nothing.
    pub amount_satang: i64,
    /// The sender's fee.
    pub fee_satang: i64,
    /// A training customer otherwise.
    pub sender: Option<Party>,
    /// The first registered account otherwise.
    pub receiver: Option<Party>,
    /// Now otherwise.
    pub at_ms: Option<i64>,
    /// A bill's reference.
    pub ref1: String,
    /// A bill's reference.
    pub ref2: String,
    /// A bill's reference.
    pub ref3: String,
    /// A merchant's.
    pub merchant_id: Option<String>,
    /// When EasySlip can see it.
    pub publish: Publish,
    /// Another branch of the account has verified it already.
    pub is_seen_elsewhere: bool,
}

/// A slip of the registry: the truth, whatever switches make the API say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlipView {
    /// `004-…` or `truewallet-…`, for the other calls.
    pub id: String,
    /// Bank or wallet.
    pub kind: SlipKind,
    /// What its mini-QR says.
    pub qr_text: String,
    /// Three digits.
    pub sending_bank: String,
    /// The bank's or the wallet's number of the transfer.
    pub trans_ref: String,
    /// What was sent.
    pub amount_satang: i64,
    /// When it was sent.
    pub at_ms: i64,
    /// Whether EasySlip would answer for it now.
    pub is_known: bool,
    /// The branches that have verified it.
    pub seen_by: BTreeSet<String>,
}

/// What the customer does with a slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Story {
    /// Has paid, and shows the slip.
    #[default]
    Honest,
    /// Has paid the amount, and has written another one into the picture.
    Edited { printed_satang: i64 },
    /// Shows the latest slip once more.
    Reused,
    /// Has paid somebody else.
    OtherShop,
    /// Has paid so long ago.
    Old { age_s: u32 },
    /// Has ordered the bank to pay later. No bank knows it before then, unless `is_known`.
    Scheduled { in_s: u32, is_known: bool },
    /// Has paid so much more, or less.
    OffBy { satang: i64 },
    /// Has paid from a bank that is late.
    Pending { for_ms: Option<u64> },
    /// Has paid, and EasySlip has not seen it yet.
    Unpublished { for_ms: u64 },
    /// Has made the slip up, with a right checksum.
    Fake,
    /// Has used the slip at another branch.
    SeenElsewhere,
    /// Shows the shop's own payment QR.
    ShopQr,
    /// Shows a QR that has nothing to do with it.
    Junk,
}

/// A slip for a payment to the till.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MakeSlip {
    /// A charge of this simulator, paid or not: its amount and receiver.
    pub charge: Option<String>,
    /// The text of the QR the till shows, PromptPay or bill payment: its amount and receiver.
    pub payment_qr: Option<String>,
    /// Goes before the amount of either.
    pub amount_satang: Option<i64>,
    /// Goes before the receiver of either.
    pub receiver: Option<Party>,
    /// Bank or wallet.
    pub slip: SlipKind,
    /// Three digits; 004 otherwise.
    pub sending_bank: Option<String>,
    /// What the customer does.
    pub story: Story,
}

/// What the customer holds up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeSlip {
    /// What the QR says.
    pub qr_text: String,
    /// The amount to be read in the picture.
    pub printed_satang: i64,
    /// The slip behind it; none for QRs that are no slip.
    pub slip: Option<SlipView>,
}

/// A picture that EasySlip finds at an address. The simulator itself fetches nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostedPicture {
    /// Where.
    pub url: String,
    /// `image/png`.
    pub content_type: String,
    /// The file.
    pub base64: String,
}

/// Quota used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// This month; the simulator's month never ends.
    pub used: u64,
    /// Ever.
    pub total_used: u64,
}
