//! Exact decimals, read from the text a provider wrote and written in the form a provider reads (architecture.md §3).
//! No number passes through a float, and a digit that does not fit is an error, never rounded away.

use keptang_domain::Money;

/// Longer texts are no amounts.
const TEXT_CHARS_MAX: usize = 64;
/// An exponent beyond this is no amount either, and padding for it would be work for nothing.
const EXPONENT_MAX: i32 = 60;

/// A decimal number in lowest terms, so that `1000`, `1000.00` and `1e3` are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    /// Without leading or trailing zeros; empty for zero.
    digits: String,
    /// Power of ten of the last digit.
    exponent: i32,
}

/// Why a text is not the number that was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DecimalError {
    /// Not written as JSON writes numbers (RFC 8259 §6).
    #[error("not a number")]
    NotANumber,
    /// It has more places than there are.
    #[error("too many decimal places")]
    TooManyPlaces,
    /// It does not fit.
    #[error("out of range")]
    OutOfRange,
}

impl Decimal {
    /// Reads a number as JSON writes it, exponent included.
    pub(crate) fn parse(text: &str) -> Result<Self, DecimalError> {
        if text.len() > TEXT_CHARS_MAX {
            return Err(DecimalError::NotANumber);
        }
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, power) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, exponent(power)?),
            None => (unsigned, 0),
        };
        let (whole, places) = match mantissa.split_once('.') {
            Some((whole, places)) if is_digits(places) => (whole, places),
            Some(_) => return Err(DecimalError::NotANumber),
            None => (mantissa, ""),
        };
        if !is_digits(whole) || (whole.len() > 1 && whole.starts_with('0')) {
            return Err(DecimalError::NotANumber);
        }
        let all = format!("{whole}{places}");
        let written = all.trim_start_matches('0');
        let digits = written.trim_end_matches('0');
        if digits.is_empty() {
            return Ok(Self {
                negative: false,
                digits: String::new(),
                exponent: 0,
            });
        }
        let count = |n: usize| i32::try_from(n).map_err(|_| DecimalError::OutOfRange);
        Ok(Self {
            negative,
            digits: digits.to_owned(),
            exponent: power - count(places.len())? + count(written.len() - digits.len())?,
        })
    }

    /// The number in units of `10^-places`.
    ///
    /// # Errors
    /// When it is no whole number of them, or too large.
    pub(crate) fn units(&self, places: u8) -> Result<i128, DecimalError> {
        if self.digits.is_empty() {
            return Ok(0);
        }
        let zeros = self.exponent + i32::from(places);
        let zeros = u32::try_from(zeros).map_err(|_| DecimalError::TooManyPlaces)?;
        let size = 10_i128
            .checked_pow(zeros)
            .zip(self.digits.parse::<i128>().ok())
            .and_then(|(scale, digits)| digits.checked_mul(scale))
            .ok_or(DecimalError::OutOfRange)?;
        Ok(if self.negative { -size } else { size })
    }

    /// The number as an amount of baht.
    pub(crate) fn baht(&self) -> Result<Money, DecimalError> {
        let satang = i64::try_from(self.units(2)?).map_err(|_| DecimalError::OutOfRange)?;
        Ok(Money::from_satang(satang))
    }
}

fn exponent(text: &str) -> Result<i32, DecimalError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !is_digits(digits) {
        return Err(DecimalError::NotANumber);
    }
    let power: i32 = text.parse().map_err(|_| DecimalError::OutOfRange)?;
    if power.abs() > EXPONENT_MAX {
        return Err(DecimalError::OutOfRange);
    }
    Ok(power)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Always two decimals: `1000.00`.
pub(crate) fn fixed2(amount: Money) -> String {
    amount.to_string()
}

/// As JavaScript prints the number: `1000`, `1000.5`, `1000.25`.
pub(crate) fn shortest(amount: Money) -> String {
    let text = fixed2(amount);
    let trimmed = text.trim_end_matches('0').trim_end_matches('.');
    match trimmed {
        "" | "-" => "0".to_owned(),
        _ if text.ends_with(".00") => text.trim_end_matches(".00").to_owned(),
        _ => trimmed.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn baht(text: &str) -> Result<i64, DecimalError> {
        Decimal::parse(text)?.baht().map(Money::satang)
    }

    #[test]
    fn every_writing_of_an_amount_is_the_same_amount() {
        for text in [
            "1000",
            "1000.0",
            "1000.00",
            "1000.000000",
            "1e3",
            "1E+3",
            "10.00e2",
            "1000000e-3",
        ] {
            assert_eq!(baht(text), Ok(100_000), "{text}");
            assert_eq!(Decimal::parse(text), Decimal::parse("1000"), "{text}");
        }
        for (text, satang) in [
            ("0", 0),
            ("-0", 0),
            ("0.00", 0),
            ("0e9", 0),
            ("0.01", 1),
            ("0.1", 10),
            ("1000.5", 100_050),
            ("1000.25", 100_025),
            ("-5.5", -550),
            ("99999.99", 9_999_999),
            ("92233720368547758.07", i64::MAX),
            ("-92233720368547758.08", i64::MIN),
        ] {
            assert_eq!(baht(text), Ok(satang), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error_and_never_rounded() {
        for (text, error) in [
            ("0.001", DecimalError::TooManyPlaces),
            ("1000.005", DecimalError::TooManyPlaces),
            ("1e-3", DecimalError::TooManyPlaces),
            ("0.1e-60", DecimalError::TooManyPlaces),
            ("92233720368547758.08", DecimalError::OutOfRange),
            ("1e30", DecimalError::OutOfRange),
            ("1e60", DecimalError::OutOfRange),
            ("1e61", DecimalError::OutOfRange),
            ("1e99999999999", DecimalError::OutOfRange),
            ("", DecimalError::NotANumber),
            ("-", DecimalError::NotANumber),
            ("+1", DecimalError::NotANumber),
            ("01", DecimalError::NotANumber),
            (".5", DecimalError::NotANumber),
            ("1.", DecimalError::NotANumber),
            ("1.e2", DecimalError::NotANumber),
            ("1e", DecimalError::NotANumber),
            ("1e+-2", DecimalError::NotANumber),
            ("--1", DecimalError::NotANumber),
            ("1,000.00", DecimalError::NotANumber),
            (" 1", DecimalError::NotANumber),
            ("1 ", DecimalError::NotANumber),
            ("0x10", DecimalError::NotANumber),
            ("NaN", DecimalError::NotANumber),
            ("Infinity", DecimalError::NotANumber),
            ("๑๐๐", DecimalError::NotANumber),
        ] {
            assert_eq!(baht(text), Err(error), "{text}");
        }
        assert_eq!(baht(&"1".repeat(65)), Err(DecimalError::NotANumber));
        assert_eq!(baht(&"1".repeat(64)), Err(DecimalError::OutOfRange));
    }

    #[test]
    fn units_of_a_coin_are_exact_at_eighteen_places() {
        let units = |text: &str, places| Decimal::parse(text).unwrap().units(places);
        assert_eq!(units("0.000000000000000001", 18), Ok(1));
        assert_eq!(units("1234.5", 6), Ok(1_234_500_000));
        assert_eq!(units("0.0000001", 6), Err(DecimalError::TooManyPlaces));
    }

    #[test]
    fn amounts_are_written_in_both_forms() {
        for (satang, fixed, short) in [
            (100_000, "1000.00", "1000"),
            (100_050, "1000.50", "1000.5"),
            (100_025, "1000.25", "1000.25"),
            (50, "0.50", "0.5"),
            (10, "0.10", "0.1"),
            (1, "0.01", "0.01"),
            (0, "0.00", "0"),
            (100, "1.00", "1"),
            (1_000, "10.00", "10"),
            (9_999_999, "99999.99", "99999.99"),
            (123_456_789, "1234567.89", "1234567.89"),
            (999_999_999, "9999999.99", "9999999.99"),
            (-150, "-1.50", "-1.5"),
            (-1_000, "-10.00", "-10"),
        ] {
            let amount = Money::from_satang(satang);
            assert_eq!(
                (fixed2(amount).as_str(), shortest(amount).as_str()),
                (fixed, short)
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(satang in any::<i64>()) {
            let amount = Money::from_satang(satang);
            prop_assert_eq!(baht(&fixed2(amount)), Ok(satang));
            prop_assert_eq!(baht(&shortest(amount)), Ok(satang));
            prop_assert!(shortest(amount).len() <= fixed2(amount).len());
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-+0-9.eE]{0,70}") {
            let _ = baht(&text);
        }
    }
}
