//! Whether the one who was paid is the shop.
//!
//! Visible digits decide; the name supports or questions them. A slip that shows too little is never called wrong:
//! it goes to a person. The verifier's own match is used only where the slip shows too little, and never against a
//! digit that differs (easyslip.md, sections 3 and 6).

use std::fmt;

use super::banks::BankCode;
use super::facts::{Party, Proxy, ProxyKind};
use super::name::{self, NameMatch};
use super::number::{Likeness, MaskedNumber};
use crate::promptpay::{Target, TargetError, TargetKind};

/// What stands in front of the phone number in a TrueMoney wallet's e-wallet ID (thai-qr-formats.md, section 2).
const TRUEMONEY_PREFIX: &str = "14000";
/// Fewer digits are no account number, and comparing four visible ones would say too much.
const ACCOUNT_DIGITS_MIN: usize = 6;
/// More digits than any account has.
const ACCOUNT_DIGITS_MAX: usize = 20;

/// An account of the shop, where slips may have been sent (cli.md, `shop.accounts`).
#[derive(Clone, PartialEq, Eq)]
pub struct ShopAccount {
    account: Option<Account>,
    promptpay: Option<Target>,
    names: Vec<String>,
}

#[derive(Clone, PartialEq, Eq)]
enum Account {
    Bank { code: BankCode, number: String },
    TrueMoney { phone: String },
}

/// Why settings do not name an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShopAccountError {
    /// Neither three digits nor the word for a TrueMoney wallet.
    #[error("a bank is named by three digits, such as 004, or by TRUEMONEYWALLET")]
    Bank,
    /// Not 6 to 20 digits, or for a wallet not ten from 0.
    #[error("an account number has 6 to 20 digits, a TrueMoney wallet's is a phone number")]
    Number,
    /// No PromptPay ID.
    #[error("the PromptPay ID is wrong: {0}")]
    PromptPay(TargetError),
}

impl ShopAccount {
    /// An account as the owner wrote it. `bank_code` is three digits, or `TRUEMONEYWALLET` or `TRUEWALLET` for a
    /// wallet, whose number is its phone number.
    ///
    /// # Errors
    /// The first part that is wrong.
    pub fn new(
        bank_code: &str,
        number: &str,
        names: impl IntoIterator<Item = String>,
        promptpay: Option<&str>,
    ) -> Result<Self, ShopAccountError> {
        let digits: String = number.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
        let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
        let account = match bank_code.trim() {
            "TRUEMONEYWALLET" | "TRUEWALLET" if all_digits && is_phone(&digits) => {
                Account::TrueMoney { phone: digits }
            }
            "TRUEMONEYWALLET" | "TRUEWALLET" => return Err(ShopAccountError::Number),
            code => {
                let code = BankCode::new(code).ok_or(ShopAccountError::Bank)?;
                let fits = (ACCOUNT_DIGITS_MIN..=ACCOUNT_DIGITS_MAX).contains(&digits.len());
                if !all_digits || !fits {
                    return Err(ShopAccountError::Number);
                }
                Account::Bank { code, number: digits }
            }
        };
        let promptpay = promptpay.map(str::parse).transpose();
        Ok(Self {
            account: Some(account),
            promptpay: promptpay.map_err(ShopAccountError::PromptPay)?,
            names: names.into_iter().collect(),
        })
    }

    /// The shop's own PromptPay ID, with no account named behind it (`shop.promptpay_id`).
    pub const fn promptpay(id: Target) -> Self {
        Self {
            account: None,
            promptpay: Some(id),
            names: Vec::new(),
        }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The phone number of the TrueMoney wallet that this account surely is.
    fn wallet_phone(&self) -> Option<String> {
        match (&self.account, &self.promptpay) {
            (Some(Account::TrueMoney { phone }), _) => Some(phone.clone()),
            (_, Some(id)) if id.kind() == TargetKind::EWallet => {
                let digits = id.to_string();
                digits
                    .strip_prefix(TRUEMONEY_PREFIX)
                    .filter(|phone| is_phone(phone))
                    .map(str::to_owned)
            }
            _ => None,
        }
    }
}

fn is_phone(digits: &str) -> bool {
    digits.len() == 10 && digits.starts_with('0')
}

/// Names no account and no person.
impl fmt::Debug for ShopAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = match &self.account {
            Some(Account::Bank { code, .. }) => code.as_str(),
            Some(Account::TrueMoney { .. }) => "truemoney",
            None => "promptpay",
        };
        write!(f, "ShopAccount({account})")
    }
}

/// Whether the shop was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiverMatch {
    /// Yes: the account at this place in the list.
    Shop(usize),
    /// No: what is visible belongs to none of the shop's accounts.
    SomebodyElse,
    /// It cannot be told.
    CannotTell(ReceiverDoubt),
}

/// Why it cannot be told who was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiverDoubt {
    /// The owner named no account that slips may be sent to.
    NoShopAccounts,
    /// The slip shows no number of a kind that the shop has.
    NothingToCompare,
    /// Fewer than four visible digits, or their places are not known and no name helps.
    TooFewDigits,
    /// The digits are the shop's, but the name is another.
    OtherName,
    /// The digits are the shop's, but the bank is another.
    OtherBank,
    /// Account number and PromptPay ID contradict each other.
    Contradiction,
    /// The account is not listed, but the name is the shop's, and it may be the one behind the shop's PromptPay ID.
    UnlistedAccount,
}

/// What one number on the slip says about the shop's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Ours(usize),
    Doubt(ReceiverDoubt),
    Nothing,
    NotOurs,
}

/// Compares the receiver with the shop's accounts. `matched` is the account that the verifier itself found to be the
/// receiver.
pub fn compare(receiver: &Party, matched: Option<&Party>, shop: &[ShopAccount]) -> ReceiverMatch {
    use ReceiverDoubt as Doubt;
    if shop.is_empty() {
        return ReceiverMatch::CannotTell(Doubt::NoShopAccounts);
    }
    let doubt = match (account_side(receiver, shop), proxy_side(receiver, shop)) {
        (Side::NotOurs, Side::Ours(at)) if has_unlisted_account(&shop[at], shop) => {
            return ReceiverMatch::Shop(at);
        }
        (Side::Ours(_) | Side::Doubt(_), Side::NotOurs) | (Side::NotOurs, Side::Ours(_) | Side::Doubt(_)) => {
            Doubt::Contradiction
        }
        (Side::Ours(at), _) | (_, Side::Ours(at)) => return ReceiverMatch::Shop(at),
        (Side::NotOurs, Side::Nothing) if may_be_unlisted(receiver, shop) => Doubt::UnlistedAccount,
        (Side::NotOurs, _) | (_, Side::NotOurs) => return ReceiverMatch::SomebodyElse,
        (Side::Doubt(doubt), _) | (Side::Nothing, Side::Doubt(doubt)) => doubt,
        (Side::Nothing, Side::Nothing) => Doubt::NothingToCompare,
    };
    let shows_too_little = matches!(doubt, Doubt::NothingToCompare | Doubt::TooFewDigits);
    match matched.map(|found| account_side(found, shop)) {
        Some(Side::Ours(at)) if shows_too_little => ReceiverMatch::Shop(at),
        _ => ReceiverMatch::CannotTell(doubt),
    }
}

/// Whether nobody said which account stands behind this PromptPay ID.
fn has_unlisted_account(id: &ShopAccount, shop: &[ShopAccount]) -> bool {
    let same_id = |other: &&ShopAccount| other.promptpay == id.promptpay;
    shop.iter().filter(same_id).all(|other| other.account.is_none())
}

/// The account behind a PromptPay ID shows up on slips too, and an owner who wrote only the ID did not list it.
fn may_be_unlisted(receiver: &Party, shop: &[ShopAccount]) -> bool {
    let names = shop.iter().flat_map(ShopAccount::names);
    shop.iter().any(|account| has_unlisted_account(account, shop))
        && name::compare_all(receiver.names(), names) == NameMatch::Alike
}

fn account_side(receiver: &Party, shop: &[ShopAccount]) -> Side {
    let sides = shop
        .iter()
        .enumerate()
        .filter_map(|(at, ours)| match &ours.account {
            Some(Account::Bank { code, number }) => {
                let likeness = receiver.account.as_ref().map(|printed| printed.compare(number));
                let bank = banks_agree(receiver.bank, *code);
                Some(side(at, likeness, bank, &Names { receiver, ours }))
            }
            Some(Account::TrueMoney { .. }) | None => None,
        });
    strongest(sides)
}

/// `None` when the slip names no bank, or a code that stands for another.
fn banks_agree(printed: Option<BankCode>, ours: BankCode) -> Option<bool> {
    let printed = printed.filter(|code| code.keeps_accounts())?;
    Some(printed.surviving() == ours.surviving())
}

fn proxy_side(receiver: &Party, shop: &[ShopAccount]) -> Side {
    let Some(Proxy {
        kind,
        number: Some(printed),
    }) = &receiver.proxy
    else {
        return Side::Nothing;
    };
    let sides = shop.iter().enumerate().filter_map(|(at, ours)| {
        let id = ProxyId::of(ours, *kind)?;
        let likeness = compare_forms(printed, &id.forms);
        match side(at, Some(likeness), None, &Names { receiver, ours }) {
            Side::NotOurs if !id.is_decisive => None,
            side => Some(side),
        }
    });
    strongest(sides)
}

/// A PromptPay ID in every way it is printed.
struct ProxyId {
    forms: Vec<String>,
    /// Whether other digits mean another receiver.
    is_decisive: bool,
}

impl ProxyId {
    fn of(ours: &ShopAccount, kind: ProxyKind) -> Option<Self> {
        let id = ours.promptpay.as_ref();
        let digits_of = |kind: TargetKind| id.filter(|id| id.kind() == kind).map(Target::to_string);
        let wallet = ours.wallet_phone();
        match kind {
            ProxyKind::Mobile => digits_of(TargetKind::Mobile).map(|phone| Self::phone(&phone, true)),
            ProxyKind::NationalId => digits_of(TargetKind::NationalId).map(|id| Self::exact(id, true)),
            ProxyKind::EWallet => {
                let id = wallet.map(|phone| format!("{TRUEMONEY_PREFIX}{phone}"));
                id.or_else(|| digits_of(TargetKind::EWallet))
                    .map(|id| Self::exact(id, true))
            }
            // The bank gives billers their number, so another one may still be the shop's.
            ProxyKind::Biller => {
                let id = digits_of(TargetKind::NationalId).or_else(|| digits_of(TargetKind::EWallet));
                id.map(|id| Self::exact(id, false))
            }
            // The shop's phone may have a wallet too, which nobody listed.
            ProxyKind::TrueMoneyPhone => match wallet {
                Some(phone) => Some(Self::phone(&phone, true)),
                None => digits_of(TargetKind::Mobile).map(|phone| Self::phone(&phone, false)),
            },
            ProxyKind::Email => None,
        }
    }

    fn exact(id: String, is_decisive: bool) -> Self {
        Self {
            forms: vec![id],
            is_decisive,
        }
    }

    fn phone(phone: &str, is_decisive: bool) -> Self {
        let subscriber = phone.strip_prefix('0').expect("a Thai number begins with 0");
        let forms = [
            phone.to_owned(),
            format!("66{subscriber}"),
            format!("0066{subscriber}"),
        ];
        Self {
            forms: forms.into(),
            is_decisive,
        }
    }
}

/// A form of the printed length is the one that was printed; only without one are the others tried.
fn compare_forms(printed: &MaskedNumber, forms: &[String]) -> Likeness {
    let of_length = forms.iter().find(|form| form.len() == printed.places());
    if let Some(form) = of_length {
        return printed.compare(form);
    }
    let all = forms.iter().map(|form| printed.compare(form));
    all.max_by_key(|likeness| match likeness {
        Likeness::Same { .. } => 5,
        Likeness::InOrder => 4,
        Likeness::Few => 3,
        Likeness::Hidden => 2,
        Likeness::Unclear => 1,
        Likeness::Differs => 0,
    })
    .unwrap_or(Likeness::Hidden)
}

struct Names<'a> {
    receiver: &'a Party,
    ours: &'a ShopAccount,
}

impl Names<'_> {
    fn compare(&self) -> NameMatch {
        name::compare_all(self.receiver.names(), self.ours.names())
    }
}

/// What one number of ours says, given how alike the printed one is and whether the banks agree.
fn side(at: usize, likeness: Option<Likeness>, bank: Option<bool>, names: &Names<'_>) -> Side {
    let likeness = likeness.unwrap_or(Likeness::Hidden);
    if bank == Some(false) {
        return match likeness {
            Likeness::Same { .. } => Side::Doubt(ReceiverDoubt::OtherBank),
            _ => Side::NotOurs,
        };
    }
    match likeness {
        Likeness::Same { complete: true } => Side::Ours(at),
        Likeness::Same { complete: false } => match names.compare() {
            NameMatch::Different => Side::Doubt(ReceiverDoubt::OtherName),
            NameMatch::Alike | NameMatch::Unknown => Side::Ours(at),
        },
        Likeness::InOrder => match names.compare() {
            NameMatch::Alike => Side::Ours(at),
            NameMatch::Different | NameMatch::Unknown => Side::Doubt(ReceiverDoubt::TooFewDigits),
        },
        Likeness::Few | Likeness::Unclear => Side::Doubt(ReceiverDoubt::TooFewDigits),
        Likeness::Hidden => Side::Nothing,
        Likeness::Differs => Side::NotOurs,
    }
}

/// The side of the account that fits best; no account of that kind at all says nothing.
fn strongest(sides: impl Iterator<Item = Side>) -> Side {
    // The first of equals, so that the answer does not depend on what is listed behind it.
    sides
        .reduce(|best, side| if rank(side) > rank(best) { side } else { best })
        .unwrap_or(Side::Nothing)
}

const fn rank(side: Side) -> u8 {
    match side {
        Side::Ours(_) => 4,
        Side::Doubt(ReceiverDoubt::OtherName | ReceiverDoubt::OtherBank) => 3,
        Side::Doubt(_) => 2,
        Side::Nothing => 1,
        Side::NotOurs => 0,
    }
}

#[cfg(test)]
#[path = "receiver_tests.rs"]
mod tests;
