//! Decimal texts and integers: exact in both directions, never through a float.

use crate::json::is_number;

/// The farthest exponent read; no price has more.
const EXPONENT_MAX: i32 = 40;

/// A JSON number's value as plain digits without needless zeros: `1e3` and `1000.00` are `1000`. It is what
/// JavaScript prints for numbers between 1e-6 and 1e21 that a double holds exactly enough, money among them.
pub(crate) fn plain(text: &str) -> Option<String> {
    if !is_number(text) {
        return None;
    }
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let exponent: i32 = exponent.parse().ok()?;
    if exponent.abs() > EXPONENT_MAX {
        return None;
    }
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut whole = whole.to_owned();
    let mut fraction = fraction.to_owned();
    for _ in 0..exponent.abs() {
        if exponent > 0 {
            let moved = if fraction.is_empty() {
                '0'
            } else {
                fraction.remove(0)
            };
            whole.push(moved);
        } else {
            fraction.insert(0, whole.pop().unwrap_or('0'));
        }
    }
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let is_zero = whole == "0" && fraction.is_empty();
    let sign = if is_zero { "" } else { sign };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}"))
}

/// The value in units of 10^-`places`, when it is a whole number of them.
pub(crate) fn scaled(text: &str, places: usize) -> Option<i64> {
    let plain = plain(text)?;
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    if fraction.len() > places {
        return None;
    }
    format!("{whole}{fraction}{}", "0".repeat(places - fraction.len()))
        .parse()
        .ok()
}

/// `1000.00`: exactly `places` digits after the point.
pub(crate) fn fixed(value: i64, places: usize) -> String {
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let sign = if value < 0 { "-" } else { "" };
    let point = if places == 0 { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

/// `1000`, `1000.5`, `1000.25`.
pub(crate) fn shortest(value: i64, places: usize) -> String {
    let text = fixed(value, places);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// `part` in 10,000 of `amount_satang`, half a satang up.
pub(crate) fn fee_satang(amount_satang: i64, per_10_000: i64) -> i64 {
    amount_satang.saturating_mul(per_10_000).saturating_add(5_000) / 10_000
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_become_plain() {
        for (text, expected) in [
            ("1000", "1000"),
            ("1000.0", "1000"),
            ("1000.50", "1000.5"),
            ("0.10", "0.1"),
            ("1E-8", "0.00000001"),
            ("12.5e1", "125"),
            ("1.25e+1", "12.5"),
            ("1e3", "1000"),
            ("-0.0", "0"),
            ("-1.50", "-1.5"),
            ("0", "0"),
        ] {
            assert_eq!(plain(text).as_deref(), Some(expected), "{text}");
        }
        for bad in ["", "1,000", "1.", "abc", "1e99", "0x1", " 1", "+1"] {
            assert_eq!(plain(bad), None, "{bad}");
        }
    }

    #[test]
    fn fees_equal_the_samples_of_the_pages() {
        assert_eq!(fee_satang(803_200, 135), 10_843);
        assert_eq!(fee_satang(100_000, 50), 500);
    }

    proptest! {
        #[test]
        fn printing_and_reading_agree(value in -10_i64.pow(15)..10_i64.pow(15), places in 0_usize..9) {
            prop_assert_eq!(scaled(&fixed(value, places), places), Some(value));
            prop_assert_eq!(scaled(&shortest(value, places), places), Some(value));
            prop_assert_eq!(plain(&fixed(value, places)), Some(shortest(value, places)));
        }

        #[test]
        fn a_digit_too_many_is_refused(value in 1_i64..1_000_000_000) {
            prop_assume!(value % 10 != 0);
            prop_assert_eq!(scaled(&fixed(value, 3), 2), None);
        }
    }
}
