//! Reading an amount a person typed. Refuses rather than guesses.
//!
//! The grammar is cli.md, "Amounts". Nothing is trimmed, rounded or completed here: a keypad that wants to be
//! forgiving about spaces does it before it asks.

use super::Money;

/// Why a text is not an amount: one variant per cause. The message says what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// No text at all.
    #[error("no amount was given, expected one such as 120.50")]
    Empty,
    /// A plus or minus sign.
    #[error("an amount has no sign, expected one such as 120.50")]
    Sign,
    /// An exponent, as in `1e5`.
    #[error("an amount has no exponent, expected all digits written out, such as 100000")]
    Exponent,
    /// A currency word or sign: the till is in baht only.
    #[error("an amount has no currency word, expected the number of baht alone, such as 120.50")]
    CurrencyWord,
    /// White space, also around the number.
    #[error("an amount has no spaces, expected one such as 1,234.50")]
    Space,
    /// Anything else that is not a digit, a comma or the point.
    #[error("unexpected character {0:?} in an amount, expected digits, commas and one point")]
    UnexpectedCharacter(char),
    /// Arabic and Thai digits in one amount.
    #[error("arabic and thai digits are mixed, expected one kind")]
    MixedDigits,
    /// A comma that does not separate thousands.
    #[error("a comma is in the wrong place, expected one before every three digits, such as 1,234,567.50")]
    MisplacedComma,
    /// More than one decimal point.
    #[error("an amount has one decimal point, expected one such as 120.50")]
    SecondPoint,
    /// Nothing in front of the point, as in `.5`.
    #[error("digits are missing before the point, expected one such as 0.50")]
    MissingWhole,
    /// Nothing behind the point, as in `1.`.
    #[error("digits are missing after the point, expected one such as 1.00")]
    MissingDecimals,
    /// Three or more decimals, even when they are zeros: `1.000` may have meant a thousand.
    #[error("too many digits after the point, expected one or two")]
    TooManyDecimals,
    /// Nothing to pay.
    #[error("the amount is too small, expected at least 0.01")]
    TooSmall,
    /// Above [`Money::LARGEST_SALE`].
    #[error("the amount is too large, expected at most 9,999,999.99")]
    TooLarge,
}

impl AmountError {
    /// The same sentence for a cashier, in Thai.
    pub const fn th(self) -> &'static str {
        match self {
            Self::Empty => "ยังไม่ได้ใส่จำนวนเงิน ตัวอย่างเช่น 120.50",
            Self::Sign => "จำนวนเงินต้องไม่มีเครื่องหมายบวกหรือลบ ตัวอย่างเช่น 120.50",
            Self::Exponent => "เขียนจำนวนเงินเป็นตัวเลขเต็ม ตัวอย่างเช่น 100000",
            Self::CurrencyWord => "ใส่เฉพาะตัวเลขเป็นบาท ไม่ต้องมีชื่อสกุลเงิน ตัวอย่างเช่น 120.50",
            Self::Space => "จำนวนเงินต้องไม่มีช่องว่าง ตัวอย่างเช่น 1,234.50",
            Self::UnexpectedCharacter(_) => "ใช้ได้เฉพาะตัวเลข จุลภาค และจุดทศนิยมหนึ่งจุด",
            Self::MixedDigits => "ใช้เลขอารบิกหรือเลขไทยอย่างใดอย่างหนึ่ง",
            Self::MisplacedComma => "จุลภาคผิดตำแหน่ง ต้องคั่นทุกสามหลัก ตัวอย่างเช่น 1,234,567.50",
            Self::SecondPoint => "จำนวนเงินมีจุดทศนิยมได้จุดเดียว ตัวอย่างเช่น 120.50",
            Self::MissingWhole => "ต้องมีตัวเลขหน้าจุดทศนิยม ตัวอย่างเช่น 0.50",
            Self::MissingDecimals => "ต้องมีตัวเลขหลังจุดทศนิยม ตัวอย่างเช่น 1.00",
            Self::TooManyDecimals => "หลังจุดทศนิยมมีได้หนึ่งหรือสองหลัก",
            Self::TooSmall => "จำนวนเงินน้อยเกินไป ต้องไม่น้อยกว่า 0.01 บาท",
            Self::TooLarge => "จำนวนเงินมากเกินไป ต้องไม่เกิน 9,999,999.99 บาท",
        }
    }
}

/// Reads an amount of baht between [`Money::SMALLEST_SALE`] and [`Money::LARGEST_SALE`].
///
/// Arabic or Thai digits, not mixed; optional correct thousands commas; an optional point with one or two
/// digits (cli.md, "Amounts"). Leading zeros are accepted where no comma is written.
///
/// # Errors
/// The first thing wrong, reading from the left; the range is looked at last.
pub fn parse_amount(text: &str) -> Result<Money, AmountError> {
    if text.is_empty() {
        return Err(AmountError::Empty);
    }
    let plain = plain_digits(text)?;
    let (whole, decimals) = match plain.split_once('.') {
        Some((_, "")) if plain.len() > 1 => return Err(AmountError::MissingDecimals),
        Some((whole, decimals)) => (whole, decimals),
        None => (plain.as_str(), ""),
    };
    if whole.is_empty() {
        return Err(AmountError::MissingWhole);
    }
    let baht = whole_baht(whole)?;
    let satang = match decimals.as_bytes() {
        [] => 0,
        [tens] => value(*tens) * 10,
        [tens, ones] => value(*tens) * 10 + value(*ones),
        _ => return Err(AmountError::TooManyDecimals),
    };
    let amount = Money::from_satang(baht.ok_or(AmountError::TooLarge)? * 100 + satang);
    if amount < Money::SMALLEST_SALE {
        return Err(AmountError::TooSmall);
    }
    Ok(amount)
}

/// The same text in ASCII digits, holding nothing but digits, commas in front of the point, and one point.
fn plain_digits(text: &str) -> Result<String, AmountError> {
    let mut plain = String::new();
    let (mut arabic, mut thai, mut point) = (false, false, false);
    for (at, character) in text.char_indices() {
        match character {
            '0'..='9' => {
                arabic = true;
                plain.push(character);
            }
            '๐'..='๙' => {
                thai = true;
                plain.push(arabic_digit(character));
            }
            '.' if point => return Err(AmountError::SecondPoint),
            '.' => {
                point = true;
                plain.push('.');
            }
            ',' if point => return Err(AmountError::MisplacedComma),
            ',' => plain.push(','),
            'e' | 'E' if arabic || thai => return Err(AmountError::Exponent),
            _ => return Err(refusal(character, text.get(at..).unwrap_or_default())),
        }
        if arabic && thai {
            return Err(AmountError::MixedDigits);
        }
    }
    Ok(plain)
}

fn arabic_digit(thai: char) -> char {
    let value = u32::from(thai) - u32::from('๐');
    char::from_digit(value, 10).expect("a thai digit is 0 to 9")
}

/// Names the cause when `character`, the first of `rest`, can be no part of an amount.
fn refusal(character: char, rest: &str) -> AmountError {
    const WORDS: [&str; 4] = ["baht", "thb", "บาท", "สตางค์"];
    let starts_with = |word: &str| {
        rest.get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    match character {
        '+' | '-' | '\u{2212}' | '\u{2013}' | '\u{2014}' => AmountError::Sign,
        '฿' => AmountError::CurrencyWord,
        _ if WORDS.into_iter().any(starts_with) => AmountError::CurrencyWord,
        _ if character.is_whitespace() => AmountError::Space,
        _ => AmountError::UnexpectedCharacter(character),
    }
}

/// The number in front of the point, or `None` when it has more than the seven digits of the largest sale.
fn whole_baht(whole: &str) -> Result<Option<i64>, AmountError> {
    if whole.contains(',') {
        let mut groups = whole.split(',');
        let first = groups.next().unwrap_or_default();
        // A zero in front of a comma is not how thousands are written: `0,500` is more likely a slip of a finger.
        let first_is_right = (1..=3).contains(&first.len()) && !first.starts_with('0');
        if !first_is_right || groups.any(|group| group.len() != 3) {
            return Err(AmountError::MisplacedComma);
        }
    }
    let digits = whole
        .bytes()
        .filter(u8::is_ascii_digit)
        .skip_while(|digit| *digit == b'0');
    let fits = digits.clone().nth(7).is_none();
    Ok(fits.then(|| digits.fold(0, |sum, digit| sum * 10 + value(digit))))
}

fn value(digit: u8) -> i64 {
    i64::from(digit - b'0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn thai(text: &str) -> String {
        let digit = |c: char| {
            c.to_digit(10)
                .and_then(|value| char::from_u32(u32::from('๐') + value))
        };
        text.chars().map(|c| digit(c).unwrap_or(c)).collect()
    }

    fn with_commas(amount: Money) -> String {
        let text = amount.to_string();
        let (whole, decimals) = text.split_once('.').unwrap();
        let groups: Vec<_> = whole
            .as_bytes()
            .rchunks(3)
            .rev()
            .map(|g| std::str::from_utf8(g).unwrap())
            .collect();
        format!("{}.{decimals}", groups.join(","))
    }

    #[test]
    fn amounts_are_read() {
        for (text, satang) in [
            ("0.01", 1),
            ("0.1", 10),
            ("1", 100),
            ("120.5", 12_050),
            ("120.50", 12_050),
            ("007", 700),
            ("0000000000000000000000000000.05", 5),
            ("1,000", 100_000),
            ("12,345.60", 1_234_560),
            ("1,234,567.89", 123_456_789),
            ("9,999,999.99", 999_999_999),
            ("9999999.99", 999_999_999),
            ("๑๒๐.๕๐", 12_050),
            ("๑,๒๓๔", 123_400),
        ] {
            assert_eq!(parse_amount(text), Ok(Money::from_satang(satang)), "{text}");
        }
    }

    #[test]
    fn every_refusal_names_its_cause() {
        use AmountError as E;
        for (text, error) in [
            ("", E::Empty),
            ("--", E::Sign),
            ("-5", E::Sign),
            ("+5", E::Sign),
            ("\u{2212}5", E::Sign),
            ("1e5", E::Exponent),
            ("๑E๕", E::Exponent),
            ("฿100", E::CurrencyWord),
            ("100บาท", E::CurrencyWord),
            ("100THB", E::CurrencyWord),
            ("Baht100", E::CurrencyWord),
            (" 100", E::Space),
            ("1 000", E::Space),
            ("1\u{a0}000", E::Space),
            ("100\n", E::Space),
            ("NaN", E::UnexpectedCharacter('N')),
            ("inf", E::UnexpectedCharacter('i')),
            ("0x10", E::UnexpectedCharacter('x')),
            ("1_000", E::UnexpectedCharacter('_')),
            ("５０", E::UnexpectedCharacter('５')),
            ("١٢", E::UnexpectedCharacter('١')),
            ("1๒", E::MixedDigits),
            ("๑.5", E::MixedDigits),
            ("1,00", E::MisplacedComma),
            ("1,0000", E::MisplacedComma),
            (",100", E::MisplacedComma),
            ("100,", E::MisplacedComma),
            ("1,,000", E::MisplacedComma),
            ("1000,000", E::MisplacedComma),
            ("0,100", E::MisplacedComma),
            ("1.000,50", E::MisplacedComma),
            ("1.2.3", E::SecondPoint),
            ("1..", E::SecondPoint),
            (".5", E::MissingWhole),
            (".", E::MissingWhole),
            ("1.", E::MissingDecimals),
            ("0.001", E::TooManyDecimals),
            ("1.000", E::TooManyDecimals),
            ("99999999999.000", E::TooManyDecimals),
            ("0", E::TooSmall),
            ("0.00", E::TooSmall),
            ("10000000", E::TooLarge),
            ("10,000,000.00", E::TooLarge),
            ("999999999999999999999999999999999999", E::TooLarge),
        ] {
            assert_eq!(parse_amount(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn length_alone_breaks_nothing() {
        assert_eq!(parse_amount(&"9".repeat(100_000)), Err(AmountError::TooLarge));
        assert_eq!(
            parse_amount(&format!("{}1", "0".repeat(100_000))),
            Ok(Money::from_satang(100))
        );
        assert_eq!(
            parse_amount(&format!("1.{}", "0".repeat(100_000))),
            Err(AmountError::TooManyDecimals)
        );
    }

    #[test]
    fn messages_are_sentences_in_both_languages() {
        let message = AmountError::UnexpectedCharacter('\u{1b}').to_string();
        assert_eq!(
            message,
            r"unexpected character '\u{1b}' in an amount, expected digits, commas and one point"
        );
        assert!(AmountError::TooLarge.th().contains("9,999,999.99"));
        assert!(AmountError::TooLarge.to_string().contains("9,999,999.99"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(satang in 1..=999_999_999_i64) {
            let amount = Money::from_satang(satang);
            for text in [amount.to_string(), with_commas(amount), thai(&amount.to_string()), thai(&with_commas(amount))] {
                prop_assert_eq!(parse_amount(&text), Ok(amount), "{}", text);
            }
        }

        #[test]
        fn any_text_is_answered(text in "\\PC*") {
            if let Ok(amount) = parse_amount(&text) {
                prop_assert!((Money::SMALLEST_SALE..=Money::LARGEST_SALE).contains(&amount));
            }
        }

        #[test]
        fn near_misses_are_answered(text in "[0-9๐-๙.,eE+฿ -]{0,12}") {
            if let Ok(amount) = parse_amount(&text) {
                prop_assert!((Money::SMALLEST_SALE..=Money::LARGEST_SALE).contains(&amount));
                prop_assert!(!text.contains(['e', 'E', '+', '฿', ' ', '-']));
            }
        }
    }
}
