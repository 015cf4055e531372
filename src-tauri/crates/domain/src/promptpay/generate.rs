//! Writing the text of a payment QR.
//!
//! Tags are written in ascending order (00, 01, 29 or 30, 53, 54, 58, 62, 63), our choice among the orders that
//! bank apps scan; readers compare parsed values, never text (thai-qr-formats.md, section 2).

use super::target::{BillerId, Target};
use super::tlv::{crc16, push_field};
use super::{BAHT, BILL_PAYMENT_AID, CREDIT_TRANSFER_AID};
use crate::Money;

/// Longest reference that tag 62-05 holds (EMV merchant-presented QR, additional data).
const REFERENCE_CHARS_MAX: usize = 25;
/// Longest reference that banks take on a bill (thai-qr-formats.md, section 3).
const BILL_REFERENCE_CHARS_MAX: usize = 20;

/// Why no QR can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GenerateError {
    /// Below nothing or above [`Money::LARGEST_SALE`].
    #[error("the amount is outside what a sale may have, expected at most 9,999,999.99")]
    Amount,
    /// Tag 62-05 that is empty, too long or not printable ASCII.
    #[error("a reference has 1 to 25 printable ASCII characters")]
    Reference,
    /// Tag 30-02 or 30-03 that is empty, too long or of other characters.
    #[error("a bill reference has 1 to 20 upper-case letters and digits")]
    BillReference,
}

/// The text of a PromptPay transfer QR (tag 29).
///
/// Without an amount, or with zero, the QR is static and the customer types the amount (thai-qr-formats.md,
/// section 2). `reference` goes into tag 62-05; banks are not bound to hand it on.
///
/// # Errors
/// An amount no sale may have, or a reference that does not fit.
pub fn credit_transfer(
    target: &Target,
    amount: Option<Money>,
    reference: Option<&str>,
) -> Result<String, GenerateError> {
    let mut template = String::new();
    push_field(&mut template, 0, CREDIT_TRANSFER_AID);
    push_field(&mut template, target.kind().tag(), &target.qr_value());
    let additional = reference.map(additional_data).transpose()?;
    root(29, &template, amount, additional.as_deref())
}

/// The text of a bill-payment QR (tag 30). Without an amount, or with zero, the customer types it.
///
/// # Errors
/// An amount no sale may have, or references that banks would not take.
pub fn bill_payment(
    biller: &BillerId,
    ref1: &str,
    ref2: Option<&str>,
    amount: Option<Money>,
) -> Result<String, GenerateError> {
    let mut template = String::new();
    push_field(&mut template, 0, BILL_PAYMENT_AID);
    push_field(&mut template, 1, biller.as_str());
    push_field(&mut template, 2, bill_reference(ref1)?);
    if let Some(ref2) = ref2 {
        push_field(&mut template, 3, bill_reference(ref2)?);
    }
    root(30, &template, amount, None)
}

fn additional_data(reference: &str) -> Result<String, GenerateError> {
    let fits = (1..=REFERENCE_CHARS_MAX).contains(&reference.len());
    if !fits
        || !reference
            .bytes()
            .all(|byte| byte == b' ' || byte.is_ascii_graphic())
    {
        return Err(GenerateError::Reference);
    }
    let mut data = String::new();
    push_field(&mut data, 5, reference);
    Ok(data)
}

fn bill_reference(reference: &str) -> Result<&str, GenerateError> {
    let fits = (1..=BILL_REFERENCE_CHARS_MAX).contains(&reference.len());
    let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    if fits && reference.bytes().all(allowed) {
        Ok(reference)
    } else {
        Err(GenerateError::BillReference)
    }
}

fn root(
    template_tag: u8,
    template: &str,
    amount: Option<Money>,
    additional: Option<&str>,
) -> Result<String, GenerateError> {
    let amount = amount.filter(|amount| *amount != Money::ZERO);
    if amount.is_some_and(|amount| amount.is_negative() || amount > Money::LARGEST_SALE) {
        return Err(GenerateError::Amount);
    }
    let mut text = String::new();
    push_field(&mut text, 0, "01");
    push_field(&mut text, 1, if amount.is_some() { "12" } else { "11" });
    push_field(&mut text, template_tag, template);
    push_field(&mut text, 53, BAHT);
    if let Some(amount) = amount {
        push_field(&mut text, 54, &amount.to_string());
    }
    push_field(&mut text, 58, "TH");
    if let Some(additional) = additional {
        push_field(&mut text, 62, additional);
    }
    // The checksum covers its own tag and length.
    text.push_str("6304");
    let crc = crc16(text.as_bytes());
    text.push_str(&format!("{crc:04X}"));
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> Target {
        "0800000000".parse().unwrap()
    }

    #[test]
    fn no_amount_and_zero_give_the_same_static_code() {
        let open = credit_transfer(&shop(), None, None).unwrap();
        assert!(open.starts_with("000201010211"), "{open}");
        assert_eq!(credit_transfer(&shop(), Some(Money::ZERO), None).unwrap(), open);
    }

    #[test]
    fn amounts_outside_a_sale_are_refused() {
        for satang in [-1, i64::MIN, 1_000_000_000, i64::MAX] {
            let amount = Some(Money::from_satang(satang));
            assert_eq!(
                credit_transfer(&shop(), amount, None),
                Err(GenerateError::Amount),
                "{satang}"
            );
        }
        assert!(credit_transfer(&shop(), Some(Money::LARGEST_SALE), None).is_ok());
    }

    #[test]
    fn references_that_do_not_fit_are_refused() {
        for reference in ["", "ใบที่1", "A\nB", "12345678901234567890123456"] {
            let text = credit_transfer(&shop(), None, Some(reference));
            assert_eq!(text, Err(GenerateError::Reference), "{reference}");
        }
        let biller = BillerId::new("010553600000000").unwrap();
        for reference in ["", "order1", "A-1", "ก", "123456789012345678901"] {
            let refused = Err(GenerateError::BillReference);
            assert_eq!(
                bill_payment(&biller, reference, None, None),
                refused,
                "{reference}"
            );
            assert_eq!(
                bill_payment(&biller, "A1", Some(reference), None),
                refused,
                "{reference}"
            );
        }
    }

    #[test]
    fn the_longest_templates_still_fit() {
        let biller = BillerId::new("010553600000000").unwrap();
        let reference = "Z".repeat(20);
        let text = bill_payment(&biller, &reference, Some(&reference), Some(Money::LARGEST_SALE)).unwrap();
        assert!(super::super::parse(&text).is_ok(), "{text}");
        let text = credit_transfer(&shop(), Some(Money::LARGEST_SALE), Some(&"z".repeat(25))).unwrap();
        assert!(super::super::parse(&text).is_ok(), "{text}");
    }
}
