//! EasySlip's own words, read leniently (easyslip.md §3, §8, §9): every field may be missing, `null` or of another kind,
//! both shapes of an amount and of a name are taken, and `map.rs` decides what that means.
//!
//! Nothing here can fail or panic, and no number goes through a float.

use crate::decimal::Decimal;
use crate::json::Object;
use keptang_domain::{Money, Timestamp};
use std::fmt;

/// A longer text is no name.
const NAME_CHARS_MAX: usize = 255;

/// What is around every answer (§3, §5).
#[derive(Debug)]
pub(super) struct Envelope {
    pub(super) is_success: bool,
    /// Their word for a failure, in upper case: some are seen in both (§5).
    pub(super) code: Option<String>,
    pub(super) data: Option<Object>,
}

impl Envelope {
    /// `None` when the body is no object.
    pub(super) fn from_body(body: &[u8]) -> Option<Self> {
        let object = Object::parse(body)?;
        let code = object.object("error").and_then(|error| error.text("code"));
        Some(Self {
            is_success: object.flag("success") == Some(true),
            code: code.map(|code| code.trim().to_ascii_uppercase()),
            data: object.object("data"),
        })
    }
}

/// A sum of baht that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sum {
    Absent,
    /// It is there, but no whole number of satang.
    Unreadable,
    Of(Money),
}

impl Sum {
    fn read(object: &Object, name: &str) -> Self {
        match object.raw(name) {
            None => Self::Absent,
            Some(_) => object.baht(name).map_or(Self::Unreadable, Self::Of),
        }
    }
}

/// What the answer says about a slip, of a bank or of a wallet.
#[derive(Debug)]
pub(super) struct Slip {
    pub(super) is_duplicate: Option<bool>,
    pub(super) is_amount_matched: Option<bool>,
    pub(super) amount_in_slip: Sum,
    pub(super) matched: Option<Matched>,
    pub(super) payload: Option<String>,
    /// `transRef` of a bank.
    pub(super) trans_ref: Option<String>,
    /// `transactionId` of a wallet.
    pub(super) transaction_id: Option<String>,
    pub(super) sent_at: Option<Timestamp>,
    pub(super) amount: Sum,
    pub(super) local_amount: Sum,
    /// What stands for the currency; absent also when it is an empty text.
    pub(super) currency: Option<String>,
    pub(super) fee: Sum,
    pub(super) sender: Side,
    pub(super) receiver: Side,
}

impl Slip {
    /// `None` without `rawSlip`.
    pub(super) fn read(data: &Object) -> Option<Self> {
        let raw = data.object("rawSlip")?;
        let amount = raw.object("amount");
        let local = amount.as_ref().and_then(|amount| amount.object("local"));
        Some(Self {
            is_duplicate: data.flag("isDuplicate"),
            is_amount_matched: data.flag("isAmountMatched"),
            amount_in_slip: Sum::read(data, "amountInSlip"),
            matched: data.object("matchedAccount").as_ref().map(Matched::read),
            payload: filled(raw.text("payload")),
            trans_ref: filled(raw.text("transRef")),
            transaction_id: filled(raw.text_or_digits("transactionId")),
            sent_at: moment(&raw, "date"),
            amount: match &amount {
                Some(amount) => Sum::read(amount, "amount"),
                None => Sum::read(&raw, "amount"),
            },
            local_amount: local
                .as_ref()
                .map_or(Sum::Absent, |local| Sum::read(local, "amount")),
            currency: local.as_ref().and_then(|local| {
                match (local.raw("currency"), local.text_or_digits("currency")) {
                    (Some(_), None) => Some("unreadable".to_owned()),
                    (_, text) => filled(text),
                }
            }),
            fee: Sum::read(&raw, "fee"),
            sender: Side::read(raw.object("sender").as_ref()),
            receiver: Side::read(raw.object("receiver").as_ref()),
        })
    }
}

/// One end of a transfer.
#[derive(Default)]
pub(super) struct Side {
    pub(super) bank_id: Option<String>,
    pub(super) name_th: Option<String>,
    pub(super) name_en: Option<String>,
    pub(super) account_type: Option<String>,
    pub(super) account: Option<String>,
    pub(super) proxy_type: Option<String>,
    pub(super) proxy: Option<String>,
    /// Of a wallet's receiver.
    pub(super) phone: Option<String>,
}

impl Side {
    fn read(side: Option<&Object>) -> Self {
        let Some(side) = side else { return Self::default() };
        let account = side.object("account");
        let inner = |name| account.as_ref().and_then(|account| account.object(name));
        let (number, proxy) = (inner("bank"), inner("proxy"));
        let text =
            |object: &Option<Object>, name| filled(object.as_ref().and_then(|object| object.text(name)));
        // A wallet's name stands one level higher than a bank's.
        let (name_th, name_en) = names(account.as_ref().unwrap_or(side));
        Self {
            bank_id: text(&side.object("bank"), "id"),
            name_th,
            name_en,
            account_type: text(&number, "type"),
            account: text(&number, "account"),
            proxy_type: text(&proxy, "type"),
            proxy: text(&proxy, "account"),
            phone: filled(side.text("phone")),
        }
    }
}

/// Names and numbers are personal data.
impl fmt::Debug for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Side")
            .field("bank_id", &self.bank_id)
            .field("account_type", &self.account_type)
            .field("proxy_type", &self.proxy_type)
            .finish_non_exhaustive()
    }
}

/// The account registered at EasySlip that it found to be the receiver.
pub(super) struct Matched {
    pub(super) bank_code: Option<String>,
    pub(super) number: Option<String>,
    pub(super) name_th: Option<String>,
    pub(super) name_en: Option<String>,
}

impl Matched {
    fn read(matched: &Object) -> Self {
        Self {
            bank_code: filled(matched.object("bank").and_then(|bank| bank.text("code"))),
            number: filled(matched.text("bankNumber")),
            name_th: name(matched.text("nameTh")),
            name_en: name(matched.text("nameEn")),
        }
    }
}

impl fmt::Debug for Matched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matched")
            .field("bank_code", &self.bank_code)
            .finish_non_exhaustive()
    }
}

/// A number of checks: `null` says that there is no limit (§9), and absence says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    Absent,
    Null,
    Of(u64),
}

impl Count {
    fn read(object: Option<&Object>, name: &str) -> Self {
        let raw = object.and_then(|object| {
            object
                .fields()
                .find_map(|(known, value)| (known == name).then_some(value))
        });
        match (raw, object) {
            (Some("null"), _) => Self::Null,
            (Some(_), Some(object)) => object
                .number(name)
                .and_then(|number| count(&number.ok()?))
                .map_or(Self::Absent, Self::Of),
            _ => Self::Absent,
        }
    }
}

/// Overdrawn is nothing left.
fn count(number: &Decimal) -> Option<u64> {
    u64::try_from(number.units(0).ok()?.max(0)).ok()
}

/// What `/info` says (§9). The owner's e-mail address is not read.
#[derive(Debug)]
pub(super) struct Info {
    pub(super) application: Option<String>,
    pub(super) used: Count,
    pub(super) max: Count,
    pub(super) remaining: Count,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) branch: Option<String>,
    pub(super) is_branch_active: Option<bool>,
    pub(super) product: Option<String>,
}

impl Info {
    pub(super) fn read(data: &Object) -> Self {
        let application = data.object("application");
        let inner = |name| {
            application
                .as_ref()
                .and_then(|application| application.object(name))
        };
        let (quota, renewal) = (inner("quota"), inner("autoRenew"));
        let branch = data.object("branch");
        let named = |object: Option<&Object>| name(object.and_then(|object| object.text("name")));
        Self {
            application: named(application.as_ref()),
            used: Count::read(quota.as_ref(), "used"),
            max: Count::read(quota.as_ref(), "max"),
            remaining: Count::read(quota.as_ref(), "remaining"),
            expires_at: renewal.as_ref().and_then(|renewal| moment(renewal, "expiresAt")),
            branch: named(branch.as_ref()),
            is_branch_active: branch.as_ref().and_then(|branch| branch.flag("isActive")),
            product: named(data.object("product").as_ref()),
        }
    }
}

/// Both languages, or one text where the languages are not told apart.
fn names(account: &Object) -> (Option<String>, Option<String>) {
    match account.object("name") {
        Some(both) => (name(both.text("th")), name(both.text("en"))),
        None => (name(account.text("name")), None),
    }
}

fn name(text: Option<String>) -> Option<String> {
    filled(text).filter(|text| text.chars().nth(NAME_CHARS_MAX).is_none())
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

/// A moment with its offset; without one it could be any of a day's hours.
fn moment(object: &Object, name: &str) -> Option<Timestamp> {
    let moment: jiff::Timestamp = object.text(name)?.trim().parse().ok()?;
    Some(Timestamp::from_ms(moment.as_millisecond()))
}
