//! The small code on a transfer slip: reading it strictly, and telling a payment code apart.
//!
//! It holds a sending bank and a reference, and no amount, time or receiver, so a code that reads well proves
//! nothing (thai-qr-formats.md, section 4). Whether the transfer exists is EasySlip's to say; whether the reference
//! was used before is the ledger's.

use std::fmt;

use super::banks::BankCode;
use super::reference::{SendingBank, SlipRef, TransRef};
use crate::BusinessDay;
use crate::promptpay::TlvError;
use crate::promptpay::tlv::{Fields, Reader, crc16};

/// Longest text that EasySlip takes (easyslip.md, section 2).
const CHARS_MAX: usize = 128;
/// The checksum's tag and length on a slip.
const CRC: &str = "9104";
/// The checksum's tag and length on payment codes; some odd slips carry it too.
const PAYMENT_CRC: &str = "6304";

/// What a scanned text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlipCode {
    /// The code of a bank's slip.
    Bank(BankSlipCode),
    /// The code of a TrueMoney wallet's slip.
    TrueMoney(TrueMoneySlipCode),
    /// A code that asks for money: the shop's own, or another shop's.
    PaymentQr,
    /// It begins as a slip's code does, but is broken or edited.
    Damaged(Damage),
    /// Anything else.
    NotASlip(NotASlip),
}

/// A bank slip's code.
#[derive(Clone, PartialEq, Eq)]
pub struct BankSlipCode {
    /// Tag 00-01.
    pub sending_bank: BankCode,
    /// Tag 00-02.
    pub trans_ref: TransRef,
    /// The text as scanned, to be sent first.
    pub payload: String,
    /// The text with its whole checksum, when the bank's app dropped the checksum's leading zeros: to be tried once
    /// when the text as scanned is not understood (easyslip.md, section 11).
    pub payload_padded: Option<String>,
}

/// The payload is as telling as the reference, so only that is shown.
impl fmt::Debug for BankSlipCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BankSlipCode({} {})", self.sending_bank, self.trans_ref)
    }
}

/// A TrueMoney slip's code. It cannot be verified as text, only as a picture (easyslip.md, section 8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrueMoneySlipCode {
    /// Tag 00-02, such as `P2P`.
    pub event: String,
    /// Tag 00-03.
    pub transaction_id: TransRef,
    /// Tag 00-04, the Bangkok day.
    pub day: BusinessDay,
}

/// Why a slip's code cannot be trusted. The paper or the picture may still be read another way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// Not tag, length and value, at the root.
    #[error("the code is not well formed: {0}")]
    Fields(TlvError),
    /// Not tag, length and value, inside tag 00.
    #[error("the template of the code is not well formed: {0}")]
    Template(TlvError),
    /// No tag 91.
    #[error("the code has no checksum")]
    MissingCrc,
    /// Tag 91 is not one to four hex digits.
    #[error("the checksum is not hex digits")]
    MalformedCrc,
    /// Text behind the checksum, which it does not cover.
    #[error("something follows the checksum")]
    AfterCrc,
    /// The checksum belongs to another text: damaged or edited.
    #[error("the checksum does not match the code")]
    WrongCrc,
}

/// Why a text is no slip's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotASlip {
    /// No text.
    #[error("the code is empty")]
    Empty,
    /// More than 128 characters.
    #[error("the code is longer than a slip's")]
    TooLong,
    /// It does not begin as a slip's code does.
    #[error("the code is of another kind")]
    OtherKind,
    /// Its checksum is right, but a part is missing, malformed or of an unknown kind.
    #[error("the code resembles a slip's, but is not one that is known")]
    Unusual,
}

impl SlipCode {
    /// What names the transfer, for looking it up in the ledger before anybody is asked.
    pub fn reference(&self) -> Option<SlipRef> {
        match self {
            Self::Bank(code) => Some(SlipRef {
                sending_bank: SendingBank::Bank(code.sending_bank),
                trans_ref: code.trans_ref.clone(),
            }),
            Self::TrueMoney(code) => Some(SlipRef {
                sending_bank: SendingBank::TrueMoney,
                trans_ref: code.transaction_id.clone(),
            }),
            Self::PaymentQr | Self::Damaged(_) | Self::NotASlip(_) => None,
        }
    }

    /// Whether the picture should be sent to EasySlip although its code was not accepted here: the code is never
    /// sent, but their reading of the picture may be better than ours (thai-qr-formats.md, section 4, oddities).
    pub const fn is_worth_a_picture(&self) -> bool {
        matches!(self, Self::Damaged(_) | Self::NotASlip(NotASlip::Unusual))
    }
}

/// Which of the two kinds of slip code a text begins like.
#[derive(Clone, Copy)]
enum Kind {
    Bank,
    TrueMoney,
}

/// Says what a scanned text is. White space around it, such as a scanner's Enter, is not part of it.
pub fn read(text: &str) -> SlipCode {
    let text = text.trim_ascii();
    if text.is_empty() {
        return SlipCode::NotASlip(NotASlip::Empty);
    }
    if asks_for_money(text) {
        return SlipCode::PaymentQr;
    }
    let Some(kind) = kind(text) else {
        return SlipCode::NotASlip(NotASlip::OtherKind);
    };
    if text.chars().nth(CHARS_MAX).is_some() {
        return SlipCode::NotASlip(NotASlip::TooLong);
    }
    let sealed = match unseal(text) {
        Ok(sealed) => sealed,
        Err(damage) => return SlipCode::Damaged(damage),
    };
    let template = match Fields::read(sealed.fields.get(0).unwrap_or_default()) {
        Ok(template) => template,
        Err(cause) => return SlipCode::Damaged(Damage::Template(cause)),
    };
    let code = match kind {
        Kind::Bank => bank_code(&sealed, &template, text).map(SlipCode::Bank),
        Kind::TrueMoney => truemoney_code(&sealed, &template).map(SlipCode::TrueMoney),
    };
    code.unwrap_or(SlipCode::NotASlip(NotASlip::Unusual))
}

/// A payment QR begins with payload format 01 (thai-qr-formats.md, section 4), damaged or not; a bill's bar code
/// with `|` and the biller's digits (section 3).
fn asks_for_money(text: &str) -> bool {
    let is_bar_code = text
        .strip_prefix('|')
        .and_then(|rest| rest.split_once('\r'))
        .is_some_and(|(biller, _)| {
            matches!(biller.len(), 13 | 15) && biller.bytes().all(|byte| byte.is_ascii_digit())
        });
    text.starts_with("000201") || is_bar_code
}

/// A bank's code begins with API type 000001; TrueMoney's with both its markers. One right marker is not enough
/// (thai-qr-formats.md, section 4).
fn kind(text: &str) -> Option<Kind> {
    let rest = text.strip_prefix("00")?;
    let rest = rest.strip_prefix(|digit: char| digit.is_ascii_digit())?;
    let content = rest.strip_prefix(|digit: char| digit.is_ascii_digit())?;
    if content.starts_with("0006000001") {
        Some(Kind::Bank)
    } else if content.starts_with("000201010201") {
        Some(Kind::TrueMoney)
    } else {
        None
    }
}

/// The root's fields, once the checksum is right.
struct Sealed<'a> {
    fields: Fields<'a>,
    /// Without its zeros when they were dropped.
    crc: &'a str,
    /// Under tag 91, where a slip has it.
    is_slip_crc: bool,
}

fn unseal(text: &str) -> Result<Sealed<'_>, Damage> {
    let mut fields = Fields::default();
    let mut reader = Reader::new(text);
    loop {
        // The checksum is looked for before each field, because with dropped zeros its length is a lie and the
        // grammar would call it cut off.
        let rest = reader.rest();
        if let Some(crc) = rest.strip_prefix(CRC).or_else(|| rest.strip_prefix(PAYMENT_CRC)) {
            let covered = text.strip_suffix(crc).expect("it was read last");
            check_crc(covered, crc)?;
            let is_slip_crc = rest.starts_with(CRC);
            return Ok(Sealed {
                fields,
                crc,
                is_slip_crc,
            });
        }
        let field = reader.next().ok_or(Damage::MissingCrc)?;
        let field = field.map_err(Damage::Fields)?;
        fields.push(field).map_err(Damage::Fields)?;
    }
}

/// Bank apps drop the checksum's leading zeros, so one to four digits are compared by value; TrueMoney writes them
/// in lower case (thai-qr-formats.md, section 4).
fn check_crc(covered: &str, crc: &str) -> Result<(), Damage> {
    if crc.len() > 4 {
        return Err(Damage::AfterCrc);
    }
    if crc.is_empty() || !crc.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Damage::MalformedCrc);
    }
    let value = u16::from_str_radix(crc, 16).expect("up to four hex digits fit");
    if value == crc16(covered.as_bytes()) {
        Ok(())
    } else {
        Err(Damage::WrongCrc)
    }
}

fn bank_code(sealed: &Sealed<'_>, template: &Fields<'_>, text: &str) -> Option<BankSlipCode> {
    if !sealed.is_slip_crc || sealed.fields.get(51) != Some("TH") {
        return None;
    }
    let covered = text.strip_suffix(sealed.crc).expect("it was read last");
    Some(BankSlipCode {
        sending_bank: BankCode::new(template.get(1)?)?,
        trans_ref: TransRef::new(template.get(2)?)?,
        payload: text.to_owned(),
        payload_padded: (sealed.crc.len() < 4).then(|| format!("{covered}{:0>4}", sealed.crc)),
    })
}

fn truemoney_code(sealed: &Sealed<'_>, template: &Fields<'_>) -> Option<TrueMoneySlipCode> {
    // A country would make it a third kind: TrueMoney's has none.
    if !sealed.is_slip_crc || sealed.fields.get(51).is_some() {
        return None;
    }
    Some(TrueMoneySlipCode {
        event: template.text(2)?,
        transaction_id: TransRef::new(template.get(3)?)?,
        day: day(template.get(4)?)?,
    })
}

/// `DDMMYYYY`, Common Era.
fn day(text: &str) -> Option<BusinessDay> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |part: &str| part.parse().expect("up to four digits fit");
    BusinessDay::from_civil(number(&text[4..]), number(&text[2..4]), number(&text[..2]))
}

#[cfg(test)]
#[path = "mini_qr_vectors.rs"]
mod vectors;
