//! Exact decimals of 2328.io: money as text with 2, 8 or 18 places, as `1E-8`, or as a bare JSON number
//! (crypto-2328.md §12.1). No float, no rounding that is not asked for by name.
//!
//! Amounts only, so nothing here is negative. What does not fit into 36 digits is no amount, which is far beyond
//! every coin of the page.

use keptang_domain::Money;
use std::fmt;

/// Digits of a value, so that ten times any of them still fits twice into a `u128`.
const DIGITS_MAX: usize = 36;
/// Longer texts are no amounts: written plainly again they would fill a page.
const TEXT_CHARS_MAX: usize = 64;
/// A power of ten beyond this is a mistake of its sender.
const EXPONENT_MAX: i32 = 60;

/// A number that is not negative: `digits × 10^-places`, with no zero at the end of the digits, so that equal values
/// are equal structs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: u128,
    places: i32,
}

/// Quotient and remainder of a division, for the caller to round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Division {
    quotient: u128,
    exact: bool,
}

impl Decimal {
    /// Reads `100`, `100.00000000`, `0.1`, `1E-8`; `None` for a sign, thousands separators, white space and anything
    /// else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() > TEXT_CHARS_MAX {
            return None;
        }
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
            None => (text, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (mantissa, ""),
        };
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let written = format!("{whole}{fraction}");
        let significant = written.trim_end_matches('0');
        let dropped = i32::try_from(written.len() - significant.len()).ok()?;
        let significant = significant.trim_start_matches('0');
        if significant.is_empty() {
            return Some(Self::ZERO);
        }
        if significant.len() > DIGITS_MAX {
            return None;
        }
        let places = i32::try_from(fraction.len()).ok()?.checked_sub(dropped)?;
        Some(Self {
            digits: significant.parse().ok()?,
            places: places.checked_sub(exponent)?,
        })
    }

    /// Nothing.
    pub(super) const ZERO: Self = Self { digits: 0, places: 0 };

    pub(super) const fn is_positive(self) -> bool {
        self.digits > 0
    }

    /// The amount in baht; `None` when it is no whole number of satang, or more than the till can hold.
    pub(super) fn to_baht(self) -> Option<Money> {
        let satang = match u32::try_from(2_i32.checked_sub(self.places)?) {
            Ok(zeros) => self.digits.checked_mul(10_u128.checked_pow(zeros)?)?,
            Err(_) => return None,
        };
        i64::try_from(satang).ok().map(Money::from_satang)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits.to_string();
        match usize::try_from(self.places) {
            Err(_) => {
                let zeros = usize::try_from(self.places.unsigned_abs()).unwrap_or(0);
                write!(f, "{digits}{}", "0".repeat(zeros))
            }
            Ok(0) => f.write_str(&digits),
            Ok(places) => {
                let padded = format!("{digits:0>width$}", width = places + 1);
                let (whole, fraction) = padded.split_at(padded.len() - places);
                write!(f, "{whole}.{fraction}")
            }
        }
    }
}

fn read_exponent(text: &str) -> Option<i32> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let plain = (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let size: i32 = plain.then(|| digits.parse().ok()).flatten()?;
    (size <= EXPONENT_MAX).then_some(sign * size)
}

/// `amount × arrived ÷ asked`, rounded down to the satang (cli.md, `received`). `None` when nothing was asked or the
/// numbers are beyond every real payment.
pub(super) fn pro_rata(amount: Money, arrived: Decimal, asked: Decimal) -> Option<Money> {
    let (arrived, asked) = same_places(arrived, asked)?;
    let satang = u64::try_from(amount.satang()).ok()?;
    let division = multiply_divide(satang, arrived, asked)?;
    i64::try_from(division.quotient).ok().map(Money::from_satang)
}

/// Hundredths of a foreign unit that `amount` costs at `rate` baht a unit, rounded up: the shop asks for no less than
/// it is owed (crypto-2328.md §4).
pub(super) fn hundredths_at(amount: Money, rate: Decimal) -> Option<u128> {
    // Baht and unit both have two places, so satang divided by the rate are hundredths.
    let one = Decimal { digits: 1, places: 0 };
    let (one, rate) = same_places(one, rate)?;
    let division = multiply_divide(u64::try_from(amount.satang()).ok()?, one, rate)?;
    division.quotient.checked_add(u128::from(!division.exact))
}

/// Satang that `units` are worth at `rate` baht a unit, rounded down or up.
pub(super) fn satang_of(units: Decimal, rate: Decimal, up: bool) -> Option<Money> {
    let digits = units.digits.checked_mul(rate.digits)?;
    let places = units.places.checked_add(rate.places)?.checked_sub(2)?;
    let satang = match u32::try_from(places) {
        Ok(places) => {
            let unit = 10_u128.checked_pow(places)?;
            digits / unit + u128::from(up && digits % unit != 0)
        }
        Err(_) => digits.checked_mul(10_u128.checked_pow(places.unsigned_abs())?)?,
    };
    i64::try_from(satang).ok().map(Money::from_satang)
}

/// Both as whole numbers of the same, smaller unit.
fn same_places(left: Decimal, right: Decimal) -> Option<(u128, u128)> {
    let places = left.places.max(right.places);
    let scaled = |value: Decimal| {
        let zeros = u32::try_from(places.checked_sub(value.places)?).ok()?;
        value
            .digits
            .checked_mul(10_u128.checked_pow(zeros)?)
            // So that twice the remainder fits in `multiply_divide`.
            .filter(|scaled| *scaled <= u128::MAX >> 1)
    };
    Some((scaled(left)?, scaled(right)?))
}

/// `factor × value ÷ divisor` without the product ever being formed: bit by bit of the factor, from the top, as one
/// multiplies by doubling and adding. `value` and `divisor` are below 2^127.
fn multiply_divide(factor: u64, value: u128, divisor: u128) -> Option<Division> {
    let (step, step_rest) = (value.checked_div(divisor)?, value.checked_rem(divisor)?);
    let (mut quotient, mut rest) = (0_u128, 0_u128);
    for bit in (0..u64::BITS).rev() {
        (quotient, rest) = carried(quotient.checked_mul(2)?, rest * 2, divisor)?;
        if factor >> bit & 1 == 1 {
            (quotient, rest) = carried(quotient.checked_add(step)?, rest + step_rest, divisor)?;
        }
    }
    Some(Division {
        quotient,
        exact: rest == 0,
    })
}

fn carried(quotient: u128, rest: u128, divisor: u128) -> Option<(u128, u128)> {
    if rest < divisor {
        return Some((quotient, rest));
    }
    Some((quotient.checked_add(1)?, rest - divisor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn the_same_number_is_equal_however_it_is_written() {
        for (one, other) in [
            ("100", "100.00000000"),
            ("100", "1E2"),
            ("100", "1e+2"),
            ("0.00000001", "1E-8"),
            ("0", "0.000"),
            ("0", "0E-8"),
            ("007.10", "7.1"),
            ("180.000000000000000000", "180"),
            ("0.000000000000000001", "1e-18"),
        ] {
            assert_eq!(decimal(one), decimal(other), "{one} {other}");
        }
        assert_ne!(decimal("100"), decimal("100.000000000000000001"));
        assert_ne!(decimal("1"), decimal("10"));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "+1",
            "1,000",
            " 1",
            "1 ",
            "0x10",
            "1e",
            "1e-",
            "1e61",
            "1e--2",
            "NaN",
            "Infinity",
            "๑๐๐",
            "1.2.3",
            "1e1e1",
            "1234567890123456789012345678901234567",
            "0.00000000000000000000000000000000000000000000000000000000000000001",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn it_is_written_plainly() {
        for (text, plain) in [
            ("1E-8", "0.00000001"),
            ("100.50", "100.5"),
            ("2e3", "2000"),
            ("0.00", "0"),
            ("3.31", "3.31"),
        ] {
            assert_eq!(decimal(text).to_string(), plain);
        }
    }

    #[test]
    fn baht_are_exact_or_none() {
        for (text, satang) in [
            ("120.50", Some(12_050)),
            ("120.50000000", Some(12_050)),
            ("0", Some(0)),
            ("1e3", Some(100_000)),
            ("120.505", None),
            ("1e40", None),
        ] {
            assert_eq!(decimal(text).to_baht(), satang.map(Money::from_satang), "{text}");
        }
    }

    #[test]
    fn a_part_is_worth_its_part_rounded_down() {
        for (satang, arrived, asked, worth) in [
            (12_050, "3.31", "3.31", Some(12_050)),
            (12_050, "1.655", "3.31", Some(6_025)),
            (10_000, "1", "3", Some(3_333)),
            (10_000, "0.000000000000000001", "1", Some(0)),
            (10_000, "4", "3", Some(13_333)),
            (10_000, "100.50000000", "100.50", Some(10_000)),
            (10_000, "1", "0", None),
            (
                999_999_999,
                "123456789012345678.123456789012345678",
                "123456789012345678.123456789012345678",
                Some(999_999_999),
            ),
            (1, "1E60", "1E-60", None),
        ] {
            let found = pro_rata(Money::from_satang(satang), decimal(arrived), decimal(asked));
            assert_eq!(found, worth.map(Money::from_satang), "{satang} {arrived}/{asked}");
        }
    }

    #[test]
    fn a_price_in_dollars_is_rounded_up() {
        for (satang, rate, cents) in [
            (3_650, "36.50", Some(100)),
            (3_651, "36.50", Some(101)),
            (12_050, "36.50", Some(331)),
            (1, "36.50", Some(1)),
            (999_999_999, "36.50", Some(27_397_261)),
            (10_000, "0", None),
            (100, "0.000001", Some(100_000_000)),
        ] {
            assert_eq!(
                hundredths_at(Money::from_satang(satang), decimal(rate)),
                cents,
                "{satang} at {rate}"
            );
        }
    }

    #[test]
    fn limits_in_coins_become_baht() {
        let rate = decimal("36.50");
        for (units, down, up) in [
            ("1", 3_650, 3_650),
            ("0.5", 1_825, 1_825),
            ("0.00001", 0, 1),
            ("1e4", 36_500_000, 36_500_000),
        ] {
            assert_eq!(
                satang_of(decimal(units), rate, false),
                Some(Money::from_satang(down))
            );
            assert_eq!(
                satang_of(decimal(units), rate, true),
                Some(Money::from_satang(up))
            );
        }
        assert_eq!(satang_of(decimal("1e30"), rate, false), None);
    }

    proptest! {
        #[test]
        fn multiplying_and_dividing_agrees_with_plain_arithmetic(factor in 0..u64::MAX, value in 0..u128::from(u64::MAX), divisor in 1..u128::from(u64::MAX)) {
            let product = u128::from(factor) * value;
            prop_assert_eq!(
                multiply_divide(factor, value, divisor),
                Some(Division { quotient: product / divisor, exact: product % divisor == 0 })
            );
        }

        #[test]
        fn written_and_read_again_it_is_the_same(digits in 0..u128::from(u64::MAX), places in 0..30_usize) {
            let padded = format!("{digits:0>width$}", width = places + 1);
            let (whole, fraction) = padded.split_at(padded.len() - places);
            let text = if places == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") };
            let read = Decimal::parse(&text).unwrap();
            prop_assert_eq!(Decimal::parse(&read.to_string()), Some(read));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = Decimal::parse(&text);
        }

        #[test]
        fn a_shop_never_asks_for_less_than_it_is_owed(satang in 1..999_999_999_i64, hundredths in 1..100_000_u128) {
            let rate = decimal(&format!("{}.{:02}", hundredths / 100, hundredths % 100));
            let cents = hundredths_at(Money::from_satang(satang), rate).unwrap();
            let owed = u128::try_from(satang).unwrap() * 100;
            prop_assert!(cents * hundredths >= owed);
            prop_assert!((cents - 1) * hundredths < owed);
        }
    }
}
