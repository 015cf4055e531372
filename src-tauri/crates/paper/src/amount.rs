//! Amounts as people read them.

use keptang_domain::Money;

/// Two decimals and commas between thousands: `1,234.50`, `-0.37`.
pub fn grouped(amount: Money) -> String {
    let plain = amount.to_string();
    let (sign, size) = plain
        .strip_prefix('-')
        .map_or(("", plain.as_str()), |size| ("-", size));
    let (baht, satang) = size
        .split_once('.')
        .expect("an amount is written with two decimals");
    format!("{sign}{}.{satang}", group(baht))
}

/// A number of things, with commas between thousands: `1,234`.
pub fn grouped_count(count: i64) -> String {
    let sign = if count < 0 { "-" } else { "" };
    format!("{sign}{}", group(&count.unsigned_abs().to_string()))
}

fn group(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted() {
        for (satang, expected) in [
            (0, "0.00"),
            (7, "0.07"),
            (-37, "-0.37"),
            (99_999, "999.99"),
            (100_000, "1,000.00"),
            (123_450, "1,234.50"),
            (999_999_999, "9,999,999.99"),
            (-12_345_678, "-123,456.78"),
            (i64::MIN, "-92,233,720,368,547,758.08"),
        ] {
            assert_eq!(grouped(Money::from_satang(satang)), expected);
        }
        assert_eq!(grouped_count(1_800), "1,800");
        assert_eq!(grouped_count(-12), "-12");
    }
}
