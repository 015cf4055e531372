//! Value added tax: dated rates, and a price that includes it split in two.
//!
//! Whether a shop is registered, and on which papers the tax stands, is decided elsewhere.

use crate::money::Money;
use crate::time::BusinessDay;

/// A rate and the first day on which it held.
struct Dated {
    from: (i64, i64, i64),
    /// Hundredths of a per cent: 700 is 7 %, local tax included.
    rate_bp: u32,
}

/// Revenue Code section 80 (Act No. 30, B.E. 2534) sets 10 %; royal decrees made under it reduce the rate. The reduction
/// now in force is prolonged a year or two at a time (Royal Decree No. 790, B.E. 2567, for 1 October 2024 on); the
/// table says 7 % until a decree says otherwise, and a changed rate is one more line.
const RATES: [Dated; 3] = [
    // With VAT itself: reduced to 7 % by decree from the first day on.
    Dated {
        from: (1992, 1, 1),
        rate_bp: 700,
    },
    // Royal Decree No. 309, B.E. 2540, given on 12 August 1997.
    Dated {
        from: (1997, 8, 16),
        rate_bp: 1_000,
    },
    // Reduced again by a decree of B.E. 2542.
    Dated {
        from: (1999, 4, 1),
        rate_bp: 700,
    },
];

/// The rate of a day in hundredths of a per cent; `None` before there was such a tax.
pub fn rate_on(day: BusinessDay) -> Option<u32> {
    let date = day.civil();
    let held = RATES.iter().rev().find(|rate| rate.from <= date);
    held.map(|rate| rate.rate_bp)
}

/// A price and the tax in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// The price without the tax.
    pub base: Money,
    /// The tax. `base + vat` is the total, to the satang.
    pub vat: Money,
}

/// Splits a total that includes the tax. Rounded once, half a satang up, and only the tax: the base is the rest. To be
/// called once per document, never per line.
pub fn split(total: Money, rate_bp: u32) -> Split {
    let rate = i128::from(rate_bp);
    let whole = 10_000 + rate;
    let size = i128::from(total.satang().unsigned_abs());
    let tax = (2 * size * rate + whole) / (2 * whole);
    let tax = i64::try_from(tax).expect("a part of an amount is no larger than the amount");
    let vat = Money::from_satang(if total.is_negative() { -tax } else { tax });
    let base = total
        .checked_sub(vat)
        .expect("the tax has the sign of the total and is no larger");
    Split { base, vat }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_rate_follows_the_day() {
        for (day, rate) in [
            ("1991-12-31", None),
            ("1992-01-01", Some(700)),
            ("1997-08-15", Some(700)),
            ("1997-08-16", Some(1_000)),
            ("1999-03-31", Some(1_000)),
            ("1999-04-01", Some(700)),
            ("2026-11-21", Some(700)),
        ] {
            assert_eq!(rate_on(day.parse().unwrap()), rate, "{day}");
        }
    }

    #[test]
    fn totals_split_as_an_accountant_does() {
        for (total, rate_bp, base, vat) in [
            (10_700, 700, 10_000, 700),
            (25_000, 700, 23_364, 1_636),
            (100, 700, 93, 7),
            (1, 700, 1, 0),
            // Half a satang of tax: 0.5 exactly goes up.
            (1, 10_000, 0, 1),
            (11_000, 1_000, 10_000, 1_000),
            (-10_700, 700, -10_000, -700),
            (0, 700, 0, 0),
            (999, 0, 999, 0),
        ] {
            let split = split(Money::from_satang(total), rate_bp);
            assert_eq!(
                (split.base.satang(), split.vat.satang()),
                (base, vat),
                "{total} at {rate_bp}"
            );
        }
    }

    proptest! {
        #[test]
        fn the_parts_add_up_and_the_tax_is_the_nearest(satang in any::<i64>(), rate_bp in 0..20_000_u32) {
            let total = Money::from_satang(satang);
            let parts = split(total, rate_bp);
            prop_assert_eq!(parts.base.checked_add(parts.vat), Some(total));
            // Off by at most half a satang from the exact tax, which is total * rate / (10000 + rate).
            let whole = 10_000 + i128::from(rate_bp);
            let off = i128::from(parts.vat.satang()) * whole - i128::from(satang) * i128::from(rate_bp);
            prop_assert!(2 * off.abs() <= whole);
            let back = split(Money::from_satang(satang.saturating_neg()), rate_bp);
            if satang != i64::MIN {
                prop_assert_eq!(back.vat.satang(), -parts.vat.satang());
            }
        }
    }
}
