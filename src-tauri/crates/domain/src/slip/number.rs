//! Account numbers as slips print them, with some digits hidden, and comparing one with a number that is known.
//!
//! Which digits a bank hides varies, so positions are compared and "the last four" are never assumed
//! (easyslip.md, section 3). Knows nothing of banks, names or kinds of numbers.

use std::fmt;

/// Digits that must be visible and equal before a number counts as the same (easyslip.md, section 3).
const VISIBLE_MIN: usize = 4;
/// Longer texts are no account number, and are not looked at.
const PLACES_MAX: usize = 32;

/// A number as printed, such as `xxx-x-x5678-x`, `1234xxxx5678` or `098-***-4321`. May show every digit, so `Debug`
/// gives [`MaskedNumber::masked`].
#[derive(Clone, PartialEq, Eq)]
pub struct MaskedNumber {
    text: String,
    /// `None` where the digit is hidden.
    places: Vec<Option<char>>,
}

/// What comparing a printed number with a known one says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// At least four visible digits agree and none differs. `complete` when no digit is hidden. Digits at the two ends
    /// have their places also when the hidden part between them is printed too long or too short (a page shows
    /// `08xxxxxxxx89` for a number of ten digits).
    Same { complete: bool },
    /// At least four visible digits occur in the right order, but the printed number has another length and some of
    /// them stand between hidden ones, so their places are not known.
    InOrder,
    /// The visible digits agree, but they are fewer than four.
    Few,
    /// No digit is visible.
    Hidden,
    /// The printed number has another length and the visible digits do not fit. Leading zeros may have been added or
    /// dropped, so this alone does not make it another number.
    Unclear,
    /// A visible digit differs.
    Differs,
}

/// Where visible digits stand in a number of unknown length.
enum Fit {
    /// All at its two ends.
    AtEnds,
    /// Some between hidden ones.
    Between,
}

impl MaskedNumber {
    /// Reads a printed number: digits, the marks banks hide digits with, and separators. `None` when there is any
    /// other character or no place at all, as with a token or an e-mail address.
    pub fn read(text: &str) -> Option<Self> {
        let mut places = Vec::new();
        for character in text.chars() {
            match character {
                '0'..='9' => places.push(Some(character)),
                'x' | 'X' | '*' | '•' | '●' | '×' | '#' | '_' => places.push(None),
                '-' | ' ' | '.' | '/' | '+' | '(' | ')' => {}
                _ => return None,
            }
            if places.len() > PLACES_MAX {
                return None;
            }
        }
        (!places.is_empty()).then(|| Self {
            text: text.trim().to_owned(),
            places,
        })
    }

    /// For screens and logs: as printed, but never with more than the last four of the visible digits.
    pub fn masked(&self) -> String {
        let mut hide = self.visible().saturating_sub(4);
        let hidden = self.text.chars().map(|character| {
            if character.is_ascii_digit() && hide > 0 {
                hide -= 1;
                'x'
            } else {
                character
            }
        });
        hidden.collect()
    }

    fn visible(&self) -> usize {
        self.places.iter().flatten().count()
    }

    pub(super) fn places(&self) -> usize {
        self.places.len()
    }

    /// Compares with the digits of a known number.
    pub(super) fn compare(&self, digits: &str) -> Likeness {
        let visible = self.visible();
        let complete = visible == self.places.len();
        if visible == 0 {
            return Likeness::Hidden;
        }
        if self.places.len() != digits.len() {
            return self.compare_other_length(digits, visible, complete);
        }
        let differs = self
            .places
            .iter()
            .zip(digits.chars())
            .any(|(place, digit)| place.is_some_and(|shown| shown != digit));
        match (differs, visible >= VISIBLE_MIN) {
            (true, _) => Likeness::Differs,
            (false, true) => Likeness::Same { complete },
            (false, false) => Likeness::Few,
        }
    }

    fn compare_other_length(&self, digits: &str, visible: usize, complete: bool) -> Likeness {
        if complete {
            let shown: String = self.places.iter().flatten().collect();
            return if shown.trim_start_matches('0') == digits.trim_start_matches('0') {
                Likeness::Same { complete: true }
            } else {
                Likeness::Differs
            };
        }
        match (self.fits_in_order(digits), visible >= VISIBLE_MIN) {
            (Some(Fit::AtEnds), true) => Likeness::Same { complete: false },
            (Some(Fit::Between), true) => Likeness::InOrder,
            (Some(_), false) => Likeness::Few,
            (None, _) => Likeness::Unclear,
        }
    }

    /// Whether the runs of visible digits occur in `digits` in their order, any number of digits standing for each
    /// hidden run, and where they stand.
    fn fits_in_order(&self, digits: &str) -> Option<Fit> {
        let runs: Vec<String> = self
            .places
            .split(Option::is_none)
            .map(|run| run.iter().flatten().collect())
            .collect();
        let mut rest = digits
            .strip_prefix(runs.first()?.as_str())?
            .strip_suffix(runs.last()?.as_str())?;
        let mut fit = Fit::AtEnds;
        let between = runs.get(1..runs.len() - 1).unwrap_or_default();
        for run in between.iter().filter(|run| !run.is_empty()) {
            let at = rest.find(run.as_str())?;
            rest = &rest[at + run.len()..];
            fit = Fit::Between;
        }
        Some(fit)
    }
}

impl fmt::Debug for MaskedNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MaskedNumber({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn compare(printed: &str, digits: &str) -> Likeness {
        MaskedNumber::read(printed).unwrap().compare(digits)
    }

    #[test]
    fn visible_digits_are_compared_by_their_places() {
        let same = Likeness::Same { complete: false };
        for (printed, digits, likeness) in [
            // The forms of easyslip.md, sections 3 and 8.
            ("123-4-xxxxx-5", "1234000005", same),
            ("123-4-xxxxx-5", "1234000006", Likeness::Differs),
            ("xxx-x-x5678-x", "1234556789", same),
            ("xxx-x-x5678-x", "1234565678", Likeness::Differs),
            ("1234xxxx5678", "123400005678", same),
            ("1234xxxx5678", "123400005679", Likeness::Differs),
            ("098-***-4321", "0981234321", same),
            ("098-***-4321", "0991234321", Likeness::Differs),
            ("08xxxxxxxx89", "0812345689", same),
            ("08xxxxxxxx89", "0812345688", Likeness::Unclear),
            // Other marks and spaces.
            ("xx xx •••• 5678", "990000005678", same),
            ("XX-X-X5678-X", "123456789", same),
            ("●●●●●●5678", "0000005678", same),
            ("123-4-56789-0", "1234567890", Likeness::Same { complete: true }),
            ("123-4-56789-1", "1234567890", Likeness::Differs),
            ("0001234567890", "1234567890", Likeness::Same { complete: true }),
            ("991234567890", "1234567890", Likeness::Differs),
            // Too little to see.
            ("xxx-x-xx678-x", "1234556789", Likeness::Few),
            ("xxx-x-xx679-x", "1234556789", Likeness::Differs),
            ("xxx-x-xxxxx-x", "1234556789", Likeness::Hidden),
            ("xxxxxx78", "1234556778", Likeness::Few),
            // Another length.
            ("xxxx5678", "1234565678", same),
            ("xxxx5678", "1234565679", Likeness::Unclear),
            ("xxxx5678xxxx", "1256789000", Likeness::InOrder),
            ("12xx56xx90xx", "1200560900", Likeness::InOrder),
            ("12xx56xx90xx", "1200950600", Likeness::Unclear),
            ("12345xxxxx56789", "123456789", Likeness::Unclear),
        ] {
            assert_eq!(compare(printed, digits), likeness, "{printed} against {digits}");
        }
    }

    #[test]
    fn other_texts_are_no_number() {
        for text in [
            "",
            "-",
            " ",
            "shop@example.com",
            "TOKEN-77",
            "๑๒๓๔",
            &"1".repeat(33),
        ] {
            assert_eq!(MaskedNumber::read(text), None, "{text}");
        }
    }

    #[test]
    fn screens_and_logs_see_four_digits_at_most() {
        for (printed, masked) in [
            ("xxx-x-x5678-x", "xxx-x-x5678-x"),
            ("123-4-56789-0", "xxx-x-xx789-0"),
            ("123-4-xxxxx-5", "x23-4-xxxxx-5"),
            (" 0812345678 ", "xxxxxx5678"),
        ] {
            let number = MaskedNumber::read(printed).unwrap();
            assert_eq!(number.masked(), masked);
            assert_eq!(format!("{number:?}"), format!("MaskedNumber({masked})"));
        }
    }

    proptest! {
        #[test]
        fn hiding_digits_never_makes_another_number(
            digits in "[0-9]{1,20}",
            hidden in proptest::collection::vec(any::<bool>(), 20),
        ) {
            let printed: String = digits
                .chars()
                .zip(hidden)
                .map(|(digit, hidden)| if hidden { 'x' } else { digit })
                .collect();
            let likeness = compare(&printed, &digits);
            prop_assert!(!matches!(likeness, Likeness::Differs | Likeness::Unclear | Likeness::InOrder));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC*", digits in "[0-9]{0,20}") {
            if let Some(number) = MaskedNumber::read(&text) {
                number.compare(&digits);
            }
        }

        #[test]
        fn any_mask_is_answered(text in "[0-9x-]{0,20}", digits in "[0-9]{0,20}") {
            if let Some(number) = MaskedNumber::read(&text) {
                number.compare(&digits);
            }
        }
    }
}
