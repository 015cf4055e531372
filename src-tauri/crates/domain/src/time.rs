//! Moments and business days, as plain numbers handed in from outside.
//!
//! Thailand has kept UTC+07:00 without daylight saving since 1920, so the Bangkok day is arithmetic here; text
//! forms belong to the edges.

use std::fmt;
use std::str::FromStr;

/// Milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

const MS_PER_DAY: i64 = 86_400_000;
const BANGKOK_OFFSET_MS: i64 = 7 * 3_600_000;

impl Timestamp {
    /// Wraps milliseconds since the Unix epoch.
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// This moment moved by `ms`; stops at the ends of the range instead of wrapping.
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this moment; negative when `earlier` is later.
    pub const fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The calendar day in Bangkok.
    pub const fn bangkok_day(self) -> BusinessDay {
        BusinessDay(self.0.saturating_add(BANGKOK_OFFSET_MS).div_euclid(MS_PER_DAY))
    }

    /// The hour of the day in Bangkok, 0–23.
    pub fn bangkok_hour(self) -> u8 {
        let hour = self.0.saturating_add(BANGKOK_OFFSET_MS).rem_euclid(MS_PER_DAY) / 3_600_000;
        u8::try_from(hour).expect("a day has 24 hours")
    }

    /// The business day in Bangkok: a sale before the cut-off belongs to the day before (product.md §1).
    pub const fn business_day(self, cutoff: DayCutoff) -> BusinessDay {
        self.plus_ms(-cutoff.ms_after_midnight()).bangkok_day()
    }
}

/// A Bangkok calendar day, counted in days since 1970-01-01. Shown as `YYYY-MM-DD`, Common Era.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BusinessDay(i64);

impl BusinessDay {
    /// Days since 1970-01-01.
    pub const fn days(self) -> i64 {
        self.0
    }

    /// The first moment of this business day.
    pub const fn starts_at(self, cutoff: DayCutoff) -> Timestamp {
        Timestamp(self.0 * MS_PER_DAY - BANGKOK_OFFSET_MS + cutoff.ms_after_midnight())
    }

    /// Its midnight in Bangkok, whatever the shop's cut-off: the day of banks and providers.
    pub const fn midnight(self) -> Timestamp {
        Timestamp(self.0 * MS_PER_DAY - BANGKOK_OFFSET_MS)
    }

    /// The day after.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The day so many days later, or earlier when negative; stops at the ends of the range instead of wrapping.
    pub const fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Year, month (1–12), day (1–31) in the proleptic Gregorian calendar.
    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    pub const fn civil(self) -> (i64, i64, i64) {
        let z = self.0 + 719_468;
        let era = z.div_euclid(146_097);
        let day_of_era = z.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
        (year, month, day)
    }

    /// The day with this year, month and day; `None` when there is no such day.
    pub fn from_civil(year: i64, month: i64, day: i64) -> Option<Self> {
        if !(0..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        let shifted_year = if month <= 2 { year - 1 } else { year };
        let era = shifted_year.div_euclid(400);
        let year_of_era = shifted_year.rem_euclid(400);
        let shifted_month = if month > 2 { month - 3 } else { month + 9 };
        let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let found = Self(era * 146_097 + day_of_era - 719_468);
        (found.civil() == (year, month, day)).then_some(found)
    }
}

impl fmt::Display for BusinessDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// The text is not a day written `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a day written YYYY-MM-DD in the Common Era")]
pub struct ParseDayError;

impl FromStr for BusinessDay {
    type Err = ParseDayError;

    fn from_str(text: &str) -> Result<Self, ParseDayError> {
        let [year, month, day] = text.split('-').collect::<Vec<_>>()[..] else {
            return Err(ParseDayError);
        };
        let number = |digits: &str, width: usize| {
            (digits.len() == width && digits.bytes().all(|b| b.is_ascii_digit()))
                .then(|| digits.parse::<i64>().ok())
                .flatten()
                .ok_or(ParseDayError)
        };
        Self::from_civil(number(year, 4)?, number(month, 2)?, number(day, 2)?).ok_or(ParseDayError)
    }
}

/// When the business day turns, in minutes after Bangkok midnight. Default 04:00 (product.md §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCutoff {
    minutes: i64,
}

impl DayCutoff {
    /// 04:00.
    pub const DEFAULT: Self = Self { minutes: 240 };

    /// A cut-off at `hour:minute`; `None` outside 00:00–23:59.
    pub fn new(hour: u8, minute: u8) -> Option<Self> {
        (hour < 24 && minute < 60).then(|| Self {
            minutes: i64::from(hour) * 60 + i64::from(minute),
        })
    }

    /// The hour in which the business day begins, 0–23.
    pub fn hour(self) -> u8 {
        u8::try_from(self.minutes / 60).expect("a cut-off is within a day")
    }

    const fn ms_after_midnight(self) -> i64 {
        self.minutes * 60_000
    }
}

/// `HH:MM`, as in the settings.
impl fmt::Display for DayCutoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_turns_at_the_cut_off_in_bangkok() {
        // 2026-11-20T20:59:59Z is 03:59:59 on the 21st in Bangkok.
        let before = Timestamp::from_ms(1_795_208_399_000);
        assert_eq!(before.bangkok_day().to_string(), "2026-11-21");
        assert_eq!(before.business_day(DayCutoff::DEFAULT).to_string(), "2026-11-20");
        assert_eq!(before.bangkok_hour(), 3);
        let at = before.plus_ms(1_000);
        assert_eq!(at.bangkok_hour(), 4);
        assert_eq!(at.business_day(DayCutoff::DEFAULT).to_string(), "2026-11-21");
        assert_eq!(
            at.business_day(DayCutoff::DEFAULT).starts_at(DayCutoff::DEFAULT),
            at
        );
    }

    #[test]
    fn civil_days_round_trip_and_false_days_are_refused() {
        for days in (-800_000..800_000).step_by(37) {
            let day = BusinessDay(days);
            let (year, month, date) = day.civil();
            if (0..=9999).contains(&year) {
                assert_eq!(BusinessDay::from_civil(year, month, date), Some(day));
            }
        }
        assert_eq!("2026-11-21".parse::<BusinessDay>().unwrap().days(), 20_778);
        for bad in [
            "2026-02-29",
            "2026-13-01",
            "2026-1-01",
            "26-01-01",
            "2026-01-32",
            "",
            "2026-01-01-01",
            "2026-+1-01",
        ] {
            assert_eq!(bad.parse::<BusinessDay>(), Err(ParseDayError), "{bad}");
        }
    }
}
