//! A second reading of the same bytes, written from the pages of the providers and not from their clients: lazily, one
//! level at a time, so that no depth of nesting matters, and with every name that comes twice counted as absent.

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::fmt;

/// A JSON value as it was written.
#[derive(Clone)]
pub(crate) struct Said(Box<RawValue>);

struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut all = Vec::new();
                while let Some(member) = map.next_entry()? {
                    all.push(member);
                }
                Ok(Members(all))
            }
        }
        deserializer.deserialize_map(All)
    }
}

impl Said {
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().map(Self)
    }

    pub(crate) fn raw(&self) -> &str {
        self.0.get()
    }

    /// Names and values in order; `None` when it is no object.
    pub(crate) fn members(&self) -> Option<Vec<(String, Said)>> {
        let members: Members = serde_json::from_str(self.raw()).ok()?;
        Some(
            members
                .0
                .into_iter()
                .map(|(name, value)| (name, Self(value)))
                .collect(),
        )
    }

    pub(crate) fn items(&self) -> Option<Vec<Said>> {
        let items: Vec<Box<RawValue>> = serde_json::from_str(self.raw()).ok()?;
        Some(items.into_iter().map(Self).collect())
    }

    /// The value of a name that stands here exactly once and is not `null`.
    pub(crate) fn get(&self, name: &str) -> Option<Said> {
        let mut found = self.members()?.into_iter().filter(|(known, _)| known == name);
        let (_, value) = found.next()?;
        (found.next().is_none() && value.raw() != "null").then_some(value)
    }

    pub(crate) fn text(&self) -> Option<String> {
        serde_json::from_str(self.raw()).ok()
    }

    /// A text, or the digits of a number.
    pub(crate) fn word(&self) -> Option<String> {
        self.text()
            .or_else(|| self.number().map(|_| self.raw().to_owned()))
    }

    pub(crate) fn is_true(&self) -> bool {
        self.raw() == "true"
    }

    /// A number, bare or in quotes.
    pub(crate) fn number(&self) -> Option<Number> {
        match self.text() {
            Some(text) => Number::read(&text),
            None => Number::read(self.raw()),
        }
    }

    pub(crate) fn text_at(&self, name: &str) -> Option<String> {
        self.get(name)?.text()
    }

    pub(crate) fn word_at(&self, name: &str) -> Option<String> {
        self.get(name)?.word()
    }

    /// Baht as satang, where they are whole.
    pub(crate) fn satang_at(&self, name: &str) -> Option<i64> {
        self.get(name)?.number()?.times_ten_to(2)
    }

    pub(crate) fn says(&self, name: &str, words: &[&str]) -> bool {
        self.word_at(name)
            .is_some_and(|said| words.iter().any(|word| said.trim().eq_ignore_ascii_case(word)))
    }
}

/// A decimal: sign, digits without zeros at either end, power of ten of the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    negative: bool,
    digits: String,
    power: i64,
}

impl Number {
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, power) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], rest[at + 1..].parse::<i64>().ok()?),
            None => (rest, 0),
        };
        let (whole, places) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: String = [whole, places].concat();
        if whole.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let cut = all.trim_end_matches('0');
        let dropped = i64::try_from(all.len() - cut.len()).ok()?;
        let digits = cut.trim_start_matches('0').to_owned();
        let power = power
            .checked_sub(i64::try_from(places.len()).ok()?)?
            .checked_add(dropped)?;
        Some(match digits.is_empty() {
            true => Self {
                negative: false,
                digits,
                power: 0,
            },
            false => Self {
                negative,
                digits,
                power,
            },
        })
    }

    pub(crate) fn is_positive(&self) -> bool {
        !self.negative && !self.digits.is_empty()
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// The whole number that this is after a shift of the point; `None` when it is none or does not fit.
    pub(crate) fn times_ten_to(&self, places: i64) -> Option<i64> {
        if self.is_zero() {
            return Some(0);
        }
        let zeros = usize::try_from(self.power.checked_add(places)?)
            .ok()
            .filter(|zeros| *zeros < 20)?;
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{}{}", self.digits, "0".repeat(zeros)).parse().ok()
    }
}

/// Whether two texts are the same UUID, hyphens and case aside.
pub(crate) fn is_same_id(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.replace('-', "").to_ascii_lowercase();
    plain(one) == plain(other)
}
