//! Reading the text of a payment QR, strictly: a provider's QR is checked against what was asked for, so a
//! text that can be read in two ways is refused.
//!
//! Does not read slip codes (it only recognises them, to tell the cashier), bar codes, the VAT extension or
//! TrueMoney's message (tags 80 and 81).

use std::fmt;

use super::target::{BillerId, Target, TargetKind, mask};
use super::tlv::{Fields, Reader, TlvError, crc16};
use super::{BAHT, BILL_PAYMENT_AID, CREDIT_TRANSFER_AID, CROSS_BORDER_BILL_AID};
use crate::Money;
use crate::money::{AmountError, parse_amount};

/// Longest text that is looked at (thai-qr-formats.md, section 1).
const CHARS_MAX: usize = 512;
const CRC_TAG: u8 = 63;

/// What a payment QR asks for. Amounts are baht: another currency is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentQr {
    /// Tag 01, `None` when absent.
    pub initiation: Option<Initiation>,
    /// Who is paid.
    pub recipient: Recipient,
    /// Tag 54; `None` leaves it to the customer. Independent of `initiation`: codes exist that say static and
    /// carry an amount, or the reverse (thai-qr-formats.md, section 2).
    pub amount: Option<Money>,
    /// Tag 58, two upper-case letters.
    pub country: String,
    /// Tag 52.
    pub category: Option<String>,
    /// Tag 59.
    pub name: Option<String>,
    /// Tag 60.
    pub city: Option<String>,
    /// Tag 61.
    pub post_code: Option<String>,
    /// Tag 62.
    pub additional: AdditionalData,
}

/// Tag 01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initiation {
    /// `11`: printed once, paid many times.
    Static,
    /// `12`: made for one payment.
    Dynamic,
}

/// Who a payment QR pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// Tag 29-01, 29-02 or 29-03.
    CreditTransfer(Target),
    /// Tag 29-04.
    BankAccount(BankAccount),
    /// Tag 30.
    BillPayment(BillPayment),
    /// A well-formed code of a scheme that is not read here: a card scheme, a foreign one, or the customer's
    /// own one-time code (AID A000000677010114), which asks nobody to pay the shop.
    Other,
}

/// Tag 29-04: three digits of the bank, then the account. `Debug` hides the account.
#[derive(Clone, PartialEq, Eq)]
pub struct BankAccount {
    /// Three digits.
    pub bank_code: String,
    /// The account's digits.
    pub number: String,
}

impl fmt::Debug for BankAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BankAccount({} {})", self.bank_code, mask(&self.number))
    }
}

/// The content of tag 30.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillPayment {
    /// 30-01.
    pub biller: BillerId,
    /// 30-02.
    pub ref1: String,
    /// 30-03.
    pub ref2: Option<String>,
}

/// The references in tag 62. A customer's mobile number (62-02) is left unread on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AdditionalData {
    /// 62-01.
    pub bill_number: Option<String>,
    /// 62-03.
    pub store: Option<String>,
    /// 62-05.
    pub reference: Option<String>,
    /// 62-07; some generators put a bill's third reference here.
    pub terminal: Option<String>,
    /// 62-08.
    pub purpose: Option<String>,
}

/// Why a text is not a payment QR that can be trusted: one variant per cause. No message repeats the text, which
/// may hold somebody's ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PaymentQrError {
    /// No text.
    #[error("the code is empty")]
    Empty,
    /// More than 512 characters.
    #[error("the code is longer than 512 characters")]
    TooLong,
    /// A line break or another control character.
    #[error("the code holds a control character")]
    ControlCharacter,
    /// The small code on a transfer slip, which asks for no payment.
    #[error("this is the code of a transfer slip, expected a payment code")]
    IsSlip,
    /// The root is not tag, length and value.
    #[error("the code is not well formed: {0}")]
    Fields(TlvError),
    /// A template is not tag, length and value inside.
    #[error("the template in tag {tag:02} is not well formed: {cause}")]
    Template {
        /// The template's tag.
        tag: u8,
        /// What is wrong inside.
        cause: TlvError,
    },
    /// Tag 00 is not first, or not `01`.
    #[error("the code does not begin with payload format 01")]
    Format,
    /// No tag 63.
    #[error("the code has no checksum")]
    MissingCrc,
    /// Text behind the checksum, which it does not cover.
    #[error("something follows the checksum")]
    AfterCrc,
    /// Tag 63 is not four hex digits.
    #[error("the checksum is not four hex digits")]
    MalformedCrc,
    /// The checksum belongs to another text: damaged or edited.
    #[error("the checksum does not match the code")]
    WrongCrc,
    /// Tag 01 is neither `11` nor `12`.
    #[error("tag 01 is neither static nor dynamic")]
    Initiation,
    /// No tag 53.
    #[error("the code names no currency")]
    MissingCurrency,
    /// Tag 53 is not baht.
    #[error("the code asks for another currency than baht")]
    ForeignCurrency,
    /// No tag 58.
    #[error("the code names no country")]
    MissingCountry,
    /// Tag 58 is not two upper-case letters.
    #[error("the country is not two upper-case letters")]
    Country,
    /// Tag 54 is no amount.
    #[error("the amount in the code is wrong: {0}")]
    Amount(AmountError),
    /// No tag from 02 to 51.
    #[error("the code names no recipient")]
    MissingRecipient,
    /// Tags 29 and 30 at once, or several IDs in tag 29.
    #[error("the code names more than one recipient")]
    SeveralRecipients,
    /// Template 29 or 30 without sub-tag 00.
    #[error("the template in tag {0:02} names no application")]
    MissingApplication(u8),
    /// 29-01, 29-02 or 29-03 has not its form.
    #[error("the PromptPay ID in the code is malformed")]
    Target,
    /// 29-04 is not digits of a bank and an account.
    #[error("the bank account in the code is malformed")]
    BankAccount,
    /// 30-01 is missing or has neither 13 nor 15 digits.
    #[error("the biller in the code is missing or malformed")]
    Biller,
    /// 30-02 is missing or empty.
    #[error("the bill's first reference is missing")]
    MissingRef1,
}

/// Reads a payment QR's text. Both tag orders in use are accepted (thai-qr-formats.md, section 2).
///
/// # Errors
/// The first cause found: what kind of text it is, then the grammar, the checksum, and the fields.
pub fn parse(text: &str) -> Result<PaymentQr, PaymentQrError> {
    if text.is_empty() {
        return Err(PaymentQrError::Empty);
    }
    if text.chars().nth(CHARS_MAX).is_some() {
        return Err(PaymentQrError::TooLong);
    }
    if text.contains(char::is_control) {
        return Err(PaymentQrError::ControlCharacter);
    }
    if looks_like_slip(text) {
        return Err(PaymentQrError::IsSlip);
    }
    let fields = checked_root(text)?;
    require_baht(&fields)?;
    Ok(PaymentQr {
        initiation: initiation(&fields)?,
        recipient: recipient(&fields)?,
        amount: fields.get(54).map(amount).transpose()?,
        country: country(&fields)?,
        category: fields.text(52),
        name: fields.text(59),
        city: fields.text(60),
        post_code: fields.text(61),
        additional: fields
            .get(62)
            .map(additional_data)
            .transpose()?
            .unwrap_or_default(),
    })
}

/// A payment QR begins `000201`; a slip's code wraps its content in tag 00, 20 to 59 characters long, which
/// begins with API type `000001`, or on TrueMoney slips with `01` twice (thai-qr-formats.md, section 4).
fn looks_like_slip(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("00") else {
        return false;
    };
    let Some(rest) = rest.strip_prefix(['2', '3', '4', '5']) else {
        return false;
    };
    let Some(content) = rest.strip_prefix(|digit: char| digit.is_ascii_digit()) else {
        return false;
    };
    content.starts_with("0006000001") || content.starts_with("000201010201")
}

/// The root's fields, once grammar, first tag and checksum are right.
fn checked_root(text: &str) -> Result<Fields<'_>, PaymentQrError> {
    let mut fields = Fields::default();
    let mut reader = Reader::new(text);
    while let Some(field) = reader.next() {
        let field = field.map_err(PaymentQrError::Fields)?;
        fields.push(field).map_err(PaymentQrError::Fields)?;
        if field.tag == CRC_TAG && !reader.rest().is_empty() {
            return Err(PaymentQrError::AfterCrc);
        }
    }
    if fields
        .first()
        .is_none_or(|first| first.tag != 0 || first.value != "01")
    {
        return Err(PaymentQrError::Format);
    }
    let crc = fields.get(CRC_TAG).ok_or(PaymentQrError::MissingCrc)?;
    if crc.len() != 4 || !crc.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(PaymentQrError::MalformedCrc);
    }
    let covered = text.strip_suffix(crc).expect("the checksum was read last");
    if !crc.eq_ignore_ascii_case(&format!("{:04X}", crc16(covered.as_bytes()))) {
        return Err(PaymentQrError::WrongCrc);
    }
    Ok(fields)
}

fn require_baht(fields: &Fields<'_>) -> Result<(), PaymentQrError> {
    match fields.get(53) {
        Some(BAHT) => Ok(()),
        Some(_) => Err(PaymentQrError::ForeignCurrency),
        None => Err(PaymentQrError::MissingCurrency),
    }
}

fn initiation(fields: &Fields<'_>) -> Result<Option<Initiation>, PaymentQrError> {
    match fields.get(1) {
        None => Ok(None),
        Some("11") => Ok(Some(Initiation::Static)),
        Some("12") => Ok(Some(Initiation::Dynamic)),
        Some(_) => Err(PaymentQrError::Initiation),
    }
}

fn country(fields: &Fields<'_>) -> Result<String, PaymentQrError> {
    let country = fields.get(58).ok_or(PaymentQrError::MissingCountry)?;
    let well_formed = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    if well_formed {
        Ok(country.to_owned())
    } else {
        Err(PaymentQrError::Country)
    }
}

/// Takes `20.15`, `50` and `50.5`, but not the commas and Thai digits that a person may type.
fn amount(value: &str) -> Result<Money, PaymentQrError> {
    let refused = value
        .chars()
        .find(|character| !character.is_ascii_digit() && *character != '.');
    let amount = match refused {
        Some(character) => Err(AmountError::UnexpectedCharacter(character)),
        None => parse_amount(value),
    };
    amount.map_err(PaymentQrError::Amount)
}

fn recipient(fields: &Fields<'_>) -> Result<Recipient, PaymentQrError> {
    match (fields.get(29), fields.get(30)) {
        (Some(_), Some(_)) => Err(PaymentQrError::SeveralRecipients),
        (Some(template), None) => credit_transfer(template),
        (None, Some(template)) => bill_payment(template),
        // Tags 02 to 51 are where EMV puts merchant accounts.
        (None, None) if fields.tags().any(|tag| (2..=51).contains(&tag)) => Ok(Recipient::Other),
        (None, None) => Err(PaymentQrError::MissingRecipient),
    }
}

fn template(tag: u8, text: &str) -> Result<Fields<'_>, PaymentQrError> {
    Fields::read(text).map_err(|cause| PaymentQrError::Template { tag, cause })
}

fn credit_transfer(text: &str) -> Result<Recipient, PaymentQrError> {
    let fields = template(29, text)?;
    if fields.get(0).ok_or(PaymentQrError::MissingApplication(29))? != CREDIT_TRANSFER_AID {
        return Ok(Recipient::Other);
    }
    let kinds = [TargetKind::Mobile, TargetKind::NationalId, TargetKind::EWallet];
    let mut targets = kinds
        .into_iter()
        .filter_map(|kind| Some((kind, fields.get(kind.tag())?)));
    match (targets.next(), targets.next(), fields.get(4)) {
        (None, _, None) => Err(PaymentQrError::MissingRecipient),
        (Some((kind, value)), None, None) => {
            let target = Target::from_qr_value(kind, value).ok_or(PaymentQrError::Target)?;
            Ok(Recipient::CreditTransfer(target))
        }
        (None, _, Some(value)) => bank_account(value).map(Recipient::BankAccount),
        _ => Err(PaymentQrError::SeveralRecipients),
    }
}

fn bank_account(value: &str) -> Result<BankAccount, PaymentQrError> {
    let all_digits = value.bytes().all(|byte| byte.is_ascii_digit());
    match value.split_at_checked(3) {
        Some((bank_code, number)) if all_digits && !number.is_empty() => Ok(BankAccount {
            bank_code: bank_code.to_owned(),
            number: number.to_owned(),
        }),
        _ => Err(PaymentQrError::BankAccount),
    }
}

fn bill_payment(text: &str) -> Result<Recipient, PaymentQrError> {
    let fields = template(30, text)?;
    let application = fields.get(0).ok_or(PaymentQrError::MissingApplication(30))?;
    if ![BILL_PAYMENT_AID, CROSS_BORDER_BILL_AID].contains(&application) {
        return Ok(Recipient::Other);
    }
    Ok(Recipient::BillPayment(BillPayment {
        biller: fields
            .get(1)
            .and_then(BillerId::new)
            .ok_or(PaymentQrError::Biller)?,
        ref1: fields.text(2).ok_or(PaymentQrError::MissingRef1)?,
        ref2: fields.text(3),
    }))
}

fn additional_data(text: &str) -> Result<AdditionalData, PaymentQrError> {
    let fields = template(62, text)?;
    Ok(AdditionalData {
        bill_number: fields.text(1),
        store: fields.text(3),
        reference: fields.text(5),
        terminal: fields.text(7),
        purpose: fields.text(8),
    })
}
