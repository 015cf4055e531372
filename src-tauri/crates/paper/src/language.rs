//! The language and the calendar of a document.

use keptang_domain::{BusinessDay, Timestamp};

/// The language of a document's own words. What people typed stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Thai.
    #[default]
    Thai,
    /// English.
    English,
}

impl Language {
    /// One of two words that mean the same.
    pub const fn pick<'a>(self, thai: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Thai => thai,
            Self::English => english,
        }
    }

    /// As a language tag (BCP 47).
    pub(crate) const fn tag(self) -> &'static str {
        self.pick("th-TH", "en")
    }
}

/// How years are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Era {
    /// Buddhist era: 543 years ahead.
    #[default]
    Buddhist,
    /// Common era.
    Common,
}

/// How a document speaks: its words, and its dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Locale {
    /// Its words.
    pub language: Language,
    /// Its years.
    pub era: Era,
}

const THAI_MONTHS: [&str; 12] = [
    "ม.ค.",
    "ก.พ.",
    "มี.ค.",
    "เม.ย.",
    "พ.ค.",
    "มิ.ย.",
    "ก.ค.",
    "ส.ค.",
    "ก.ย.",
    "ต.ค.",
    "พ.ย.",
    "ธ.ค.",
];
const ENGLISH_MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl Locale {
    /// One of two words that mean the same.
    pub const fn pick<'a>(self, thai: &'a str, english: &'a str) -> &'a str {
        self.language.pick(thai, english)
    }

    /// `21 พ.ย. 2568`, `21 Nov 2025`; English says so when the year is a Buddhist one: `21 Nov 2568 BE`.
    pub fn day(self, day: BusinessDay) -> String {
        let (year, month, date) = day.civil();
        let months = match self.language {
            Language::Thai => THAI_MONTHS,
            Language::English => ENGLISH_MONTHS,
        };
        let name = usize::try_from(month - 1)
            .ok()
            .and_then(|index| months.get(index))
            .unwrap_or(&"");
        match (self.era, self.language) {
            (Era::Common, _) => format!("{date} {name} {year}"),
            (Era::Buddhist, Language::Thai) => format!("{date} {name} {}", year + BUDDHIST_YEARS_AHEAD),
            (Era::Buddhist, Language::English) => format!("{date} {name} {} BE", year + BUDDHIST_YEARS_AHEAD),
        }
    }

    /// The day and the minute in Bangkok: `21 พ.ย. 2568 14:32`.
    pub fn moment(self, at: Timestamp) -> String {
        let minutes = at.ms().saturating_add(BANGKOK_OFFSET_MS).div_euclid(60_000);
        let minute_of_day = minutes.rem_euclid(24 * 60);
        format!(
            "{} {:02}:{:02}",
            self.day(at.bangkok_day()),
            minute_of_day / 60,
            minute_of_day % 60
        )
    }
}

const BUDDHIST_YEARS_AHEAD: i64 = 543;
const BANGKOK_OFFSET_MS: i64 = 7 * 3_600_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_in_both_languages_and_eras() {
        let at = Timestamp::from_ms(1_763_683_920_000);
        for (language, era, expected) in [
            (Language::Thai, Era::Buddhist, "21 พ.ย. 2568 07:12"),
            (Language::Thai, Era::Common, "21 พ.ย. 2025 07:12"),
            (Language::English, Era::Buddhist, "21 Nov 2568 BE 07:12"),
            (Language::English, Era::Common, "21 Nov 2025 07:12"),
        ] {
            assert_eq!(Locale { language, era }.moment(at), expected);
        }
    }

    #[test]
    fn a_minute_after_midnight_in_bangkok_is_the_new_day() {
        let at = Timestamp::from_ms(1_763_683_920_000 - 7 * 3_600_000 - 11 * 60_000);
        assert_eq!(Locale::default().moment(at), "21 พ.ย. 2568 00:01");
    }

    #[test]
    fn the_ends_of_time_break_nothing() {
        for ms in [i64::MIN, -1, 0, i64::MAX] {
            assert!(!Locale::default().moment(Timestamp::from_ms(ms)).is_empty());
        }
    }
}
