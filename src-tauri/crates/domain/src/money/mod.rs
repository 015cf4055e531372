//! Baht as whole satang. No float comes near it, and nothing wraps.
//!
//! One currency only: the shop's ledger is in baht. Foreign and crypto amounts are other types, and only a
//! stored quote turns one into the other (docs/adr/0012).

mod parse;
mod words;

pub use parse::{AmountError, parse_amount};

use std::fmt;

/// An amount of baht, held as satang (1 baht = 100 satang). May be negative: postings and differences are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Money {
    satang: i64,
}

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self { satang: 0 };
    /// The smallest amount a sale may have: 1 satang (cli.md, amounts).
    pub const SMALLEST_SALE: Self = Self { satang: 1 };
    /// The largest amount a sale may have: 9,999,999.99 baht (cli.md, amounts).
    pub const LARGEST_SALE: Self = Self { satang: 999_999_999 };

    /// An amount of `satang`.
    pub const fn from_satang(satang: i64) -> Self {
        Self { satang }
    }

    /// The amount in satang.
    pub const fn satang(self) -> i64 {
        self.satang
    }

    /// The sum, or `None` when it does not fit.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.satang.checked_add(other.satang) {
            Some(satang) => Some(Self { satang }),
            None => None,
        }
    }

    /// The difference, or `None` when it does not fit.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.satang.checked_sub(other.satang) {
            Some(satang) => Some(Self { satang }),
            None => None,
        }
    }

    /// The sum of many amounts, or `None` when it does not fit.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// The size without the sign.
    pub const fn abs(self) -> Self {
        Self {
            satang: self.satang.saturating_abs(),
        }
    }

    /// More than nothing.
    pub const fn is_positive(self) -> bool {
        self.satang > 0
    }

    /// Less than nothing.
    pub const fn is_negative(self) -> bool {
        self.satang < 0
    }
}

/// Two decimals, no thousands separator, ASCII minus: `-1234.50`. The form of the command line and the wire.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.satang.unsigned_abs();
        let sign = if self.satang < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", size / 100, size % 100)
    }
}
