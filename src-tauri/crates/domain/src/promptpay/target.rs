//! Who is paid: a PromptPay ID as the owner typed it, or a biller ID.
//!
//! Nothing here asks whether an ID is registered; only the bank knows. The check digit of a national ID is not
//! verified either: published test IDs do not carry a right one (thai-qr-formats.md, section 5, P3).

use std::fmt;
use std::str::FromStr;

/// Which kind of PromptPay ID, and with it the tag inside template 29.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TargetKind {
    /// A Thai mobile number, tag 01.
    Mobile,
    /// A national ID or a tax ID, 13 digits, tag 02. The two cannot be told apart in a QR.
    NationalId,
    /// An e-wallet ID, 15 digits, tag 03.
    EWallet,
}

impl TargetKind {
    /// The sub-tag of template 29 (thai-qr-formats.md, section 2).
    pub(super) const fn tag(self) -> u8 {
        match self {
            Self::Mobile => 1,
            Self::NationalId => 2,
            Self::EWallet => 3,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::NationalId => "id",
            Self::EWallet => "e-wallet",
        }
    }
}

/// A PromptPay ID. Always well formed: made from text only, by [`FromStr`] or from a QR.
///
/// `Display` gives the whole ID, in the form people use in Thailand (`0812345678`); for logs there is
/// [`Target::masked`], which `Debug` uses too.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Target {
    kind: TargetKind,
    /// A mobile number in its domestic form, ten digits from 0; otherwise the ID's digits.
    digits: String,
}

/// Why a text is no PromptPay ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No text, or separators only.
    #[error("no PromptPay ID was given, expected a mobile number, a national or tax ID, or an e-wallet ID")]
    Empty,
    /// Not a digit, a separator, or a plus in front.
    #[error("unexpected character {0:?} in a PromptPay ID, expected digits, spaces, hyphens or a leading +")]
    UnexpectedCharacter(char),
    /// A plus and another country than 66.
    #[error("PromptPay takes Thai mobile numbers only, expected +66 and nine digits")]
    ForeignNumber,
    /// As many digits as a phone number has, but not the form of a Thai mobile number.
    #[error("this is not a Thai mobile number, expected ten digits from 0, or 66 and nine digits")]
    NotMobile,
    /// A digit count that no PromptPay ID has.
    #[error(
        "{0} digits are no PromptPay ID, expected a mobile number, 13 digits of an ID or 15 of an e-wallet"
    )]
    DigitCount(usize),
}

impl Target {
    /// Which kind of ID it is.
    pub const fn kind(&self) -> TargetKind {
        self.kind
    }

    /// For logs and screens that others see: all digits but the last four hidden.
    pub fn masked(&self) -> String {
        mask(&self.digits)
    }

    /// The value inside template 29: mobile numbers as `0066` and nine digits.
    pub(super) fn qr_value(&self) -> String {
        match self.kind {
            TargetKind::Mobile => format!("0066{}", &self.digits[1..]),
            TargetKind::NationalId | TargetKind::EWallet => self.digits.clone(),
        }
    }

    /// Reads the value inside template 29 back; `None` when it has not the form its kind must have.
    pub(super) fn from_qr_value(kind: TargetKind, value: &str) -> Option<Self> {
        if !value.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits = match (kind, value.len()) {
            (TargetKind::Mobile, 13) => format!("0{}", value.strip_prefix("0066")?),
            (TargetKind::NationalId, 13) | (TargetKind::EWallet, 15) => value.to_owned(),
            _ => return None,
        };
        Some(Self { kind, digits })
    }

    fn mobile(subscriber: &str) -> Self {
        Self {
            kind: TargetKind::Mobile,
            digits: format!("0{subscriber}"),
        }
    }
}

/// Reads what the owner typed: spaces, hyphens and brackets are dropped, then the digit count decides
/// (thai-qr-formats.md, section 2).
impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let trimmed = text.trim();
        let (international, rest) = match trimmed.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, trimmed),
        };
        let mut digits = String::new();
        for character in rest.chars() {
            match character {
                '0'..='9' => digits.push(character),
                ' ' | '-' | '(' | ')' => {}
                _ => return Err(TargetError::UnexpectedCharacter(character)),
            }
        }
        if international {
            return international_number(&digits);
        }
        // `0066…` has 13 digits, as many as an ID, but no ID begins with two zeros: a national ID begins with
        // 1 to 9, a juristic one with 0 and its kind.
        match (digits.len(), digits.strip_prefix("0066")) {
            (0, _) => Err(TargetError::Empty),
            (13, Some(subscriber)) => Ok(Self::mobile(subscriber)),
            (13, None) => Ok(Self {
                kind: TargetKind::NationalId,
                digits,
            }),
            (15, _) => Ok(Self {
                kind: TargetKind::EWallet,
                digits,
            }),
            (10, _) => digits
                .strip_prefix('0')
                .map(Self::mobile)
                .ok_or(TargetError::NotMobile),
            (11, _) => digits
                .strip_prefix("66")
                .map(Self::mobile)
                .ok_or(TargetError::NotMobile),
            (9 | 12, _) => Err(TargetError::NotMobile),
            (count, _) => Err(TargetError::DigitCount(count)),
        }
    }
}

fn international_number(digits: &str) -> Result<Target, TargetError> {
    if digits.is_empty() {
        return Err(TargetError::Empty);
    }
    let subscriber = digits.strip_prefix("66").ok_or(TargetError::ForeignNumber)?;
    if subscriber.len() != 9 {
        return Err(TargetError::NotMobile);
    }
    Ok(Target::mobile(subscriber))
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.digits)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({} {})", self.kind.word(), self.masked())
    }
}

/// Who a bill is paid to: a tax ID and a two-digit suffix (15 digits), or 13 digits alone
/// (thai-qr-formats.md, section 3). `Debug` hides it, since a sole trader's is their national ID.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BillerId(String);

impl BillerId {
    /// Takes exactly 13 or 15 ASCII digits; `None` for anything else.
    pub fn new(digits: &str) -> Option<Self> {
        let well_formed = matches!(digits.len(), 13 | 15) && digits.bytes().all(|byte| byte.is_ascii_digit());
        well_formed.then(|| Self(digits.to_owned()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for BillerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BillerId({})", mask(&self.0))
    }
}

/// Hides all but the last four digits; a text of four or fewer is hidden whole.
pub(super) fn mask(digits: &str) -> String {
    let shown = if digits.len() > 4 { 4 } else { 0 };
    let hidden = digits.len() - shown;
    format!("{}{}", "x".repeat(hidden), &digits[hidden..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn owners_may_type_their_id_in_every_usual_form() {
        for (text, kind, canonical) in [
            ("0801234567", TargetKind::Mobile, "0801234567"),
            ("080-123-4567", TargetKind::Mobile, "0801234567"),
            (" 080 123 4567 ", TargetKind::Mobile, "0801234567"),
            ("(080) 123-4567", TargetKind::Mobile, "0801234567"),
            ("+66-89-123-4567", TargetKind::Mobile, "0891234567"),
            ("+66 89 123 4567", TargetKind::Mobile, "0891234567"),
            ("66891234567", TargetKind::Mobile, "0891234567"),
            ("0066891234567", TargetKind::Mobile, "0891234567"),
            ("0000000000", TargetKind::Mobile, "0000000000"),
            ("1111111111111", TargetKind::NationalId, "1111111111111"),
            ("1-1111-11111-11-1", TargetKind::NationalId, "1111111111111"),
            ("0123456789012", TargetKind::NationalId, "0123456789012"),
            ("012345678901234", TargetKind::EWallet, "012345678901234"),
            ("14000 0801234567", TargetKind::EWallet, "140000801234567"),
        ] {
            let target: Target = text.parse().unwrap();
            assert_eq!(
                (target.kind(), target.to_string().as_str()),
                (kind, canonical),
                "{text}"
            );
        }
    }

    #[test]
    fn anything_else_is_refused_by_cause() {
        for (text, error) in [
            ("", TargetError::Empty),
            (" - ", TargetError::Empty),
            ("+", TargetError::Empty),
            ("0801234x67", TargetError::UnexpectedCharacter('x')),
            ("080+1234567", TargetError::UnexpectedCharacter('+')),
            ("๐๘๐๑๒๓๔๕๖๗", TargetError::UnexpectedCharacter('๐')),
            ("shop@example", TargetError::UnexpectedCharacter('s')),
            ("+1 202 555 0100", TargetError::ForeignNumber),
            ("+0066891234567", TargetError::ForeignNumber),
            ("+66 0891234567", TargetError::NotMobile),
            ("+66 8912345", TargetError::NotMobile),
            ("1801234567", TargetError::NotMobile),
            ("12345678901", TargetError::NotMobile),
            ("021234567", TargetError::NotMobile),
            ("660891234567", TargetError::NotMobile),
            ("123", TargetError::DigitCount(3)),
            ("12345678901234", TargetError::DigitCount(14)),
            ("1234567890123456", TargetError::DigitCount(16)),
        ] {
            assert_eq!(text.parse::<Target>(), Err(error), "{text}");
        }
    }

    #[test]
    fn logs_see_the_last_four_digits_only() {
        let target: Target = "0801234567".parse().unwrap();
        assert_eq!(target.masked(), "xxxxxx4567");
        assert_eq!(format!("{target:?}"), "Target(mobile xxxxxx4567)");
        assert_eq!(
            format!("{:?}", BillerId::new("010553600000000").unwrap()),
            "BillerId(xxxxxxxxxxx0000)"
        );
        assert_eq!(mask("123"), "xxx");
    }

    #[test]
    fn a_biller_has_13_or_15_digits() {
        assert_eq!(BillerId::new("0112233445566").unwrap().as_str(), "0112233445566");
        for text in ["", "01055360000000", "01055360000000A", "0105536000000000", "๐๑๑"] {
            assert_eq!(BillerId::new(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn canonical_form_and_qr_value_read_back(
            digits in prop_oneof!["0[0-9]{9}", "[1-9][0-9]{12}", "01[0-9]{11}", "[0-9]{15}"],
        ) {
            let target: Target = digits.parse().unwrap();
            prop_assert_eq!(target.to_string().parse::<Target>(), Ok(target.clone()));
            prop_assert_eq!(Target::from_qr_value(target.kind(), &target.qr_value()), Some(target));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC*") {
            if let Ok(target) = text.parse::<Target>() {
                prop_assert_eq!(target.to_string().parse::<Target>(), Ok(target));
            }
        }
    }
}
