//! `x-signature` (page §4): Base64 of `secret_key:order_id:amount`. Neither a MAC nor a signature, but the name stays.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::money::scaled;

/// What the amount part has to look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AmountText<'a> {
    /// Nothing: the call has no order.
    Absent,
    /// Any text of this many satang; PHP clients leave out the decimals.
    Worth(i64),
    /// This text.
    Exactly(&'a str),
}

/// Whether `header` belongs to this order. The decoded text is never split on `:`, which a secret may contain.
pub(super) fn is_right(header: &str, secret_key: &str, order_id: &str, amount: AmountText<'_>) -> bool {
    let Ok(bytes) = STANDARD.decode(header) else {
        return false;
    };
    let Ok(text) = String::from_utf8(bytes) else {
        return false;
    };
    let Some(given) = text.strip_prefix(&format!("{secret_key}:{order_id}:")) else {
        return false;
    };
    match amount {
        AmountText::Absent => given.is_empty(),
        AmountText::Worth(satang) => scaled(given, 2) == Some(satang),
        AmountText::Exactly(text) => given == text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk_demo_5f2a";

    #[test]
    fn the_worked_examples_of_the_page_pass() {
        for (order_id, satang, text, header) in [
            (
                "POS-0001",
                100_000,
                "1000.00",
                "c2tfZGVtb181ZjJhOlBPUy0wMDAxOjEwMDAuMDA=",
            ),
            (
                "POS-0001",
                100_000,
                "1000",
                "c2tfZGVtb181ZjJhOlBPUy0wMDAxOjEwMDA=",
            ),
            ("POS-0002", 50, "0.50", "c2tfZGVtb181ZjJhOlBPUy0wMDAyOjAuNTA="),
            (
                "POS-0003",
                123_456_789,
                "1234567.89",
                "c2tfZGVtb181ZjJhOlBPUy0wMDAzOjEyMzQ1NjcuODk=",
            ),
        ] {
            assert_eq!(STANDARD.encode(format!("{KEY}:{order_id}:{text}")), header);
            assert!(
                is_right(header, KEY, order_id, AmountText::Worth(satang)),
                "{text}"
            );
            assert!(
                is_right(header, KEY, order_id, AmountText::Exactly(text)),
                "{text}"
            );
            assert!(!is_right(header, KEY, order_id, AmountText::Worth(satang + 1)));
            assert!(!is_right(
                header,
                "sk_demo_5f2",
                order_id,
                AmountText::Worth(satang)
            ));
            assert!(!is_right(header, KEY, "POS-0009", AmountText::Worth(satang)));
            assert!(!is_right(header, KEY, order_id, AmountText::Absent));
        }
        let minimal = "c2tfZGVtb181ZjJhOlBPUy0wMDAxOjEwMDA=";
        assert!(!is_right(
            minimal,
            KEY,
            "POS-0001",
            AmountText::Exactly("1000.00")
        ));
        assert!(is_right("c2tfZGVtb181ZjJhOjo=", KEY, "", AmountText::Absent));
    }

    #[test]
    fn other_encodings_and_quoted_emptiness_fail() {
        let raw = format!("{KEY}::");
        for header in [
            hex::encode(&raw),
            STANDARD.encode(&raw).trim_end_matches('=').to_owned(),
            format!("{}\n", STANDARD.encode(&raw)),
            STANDARD.encode(format!("{KEY}:\"\":\"\"")),
            raw,
        ] {
            assert!(!is_right(&header, KEY, "", AmountText::Absent), "{header}");
        }
        let commas = STANDARD.encode(format!("{KEY}:A:1,000.00"));
        assert!(!is_right(&commas, KEY, "A", AmountText::Worth(100_000)));
        let colons = STANDARD.encode("a:b:A:1.00");
        assert!(is_right(&colons, "a:b", "A", AmountText::Worth(100)));
    }
}
