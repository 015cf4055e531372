//! Cash at the counter: what is asked for in coins that exist, and what goes back.
//!
//! The smallest coin in use is 25 satang, so a cash sale is asked for in quarters of a baht. The difference is no
//! discount and no tip: it is kept apart as a line of its own (`Account::Rounding`). Nothing here decides whether a
//! customer paid; whoever counts the money says so.

use crate::money::Money;

/// The smallest coin in use.
pub const SMALLEST_COIN: Money = Money::from_satang(25);

/// Which way an amount goes that no coins can pay exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuarterRounding {
    /// Never more than the price: what Thai shops usually do.
    Down,
    /// The nearer one. 12.5 satang do not exist, so there is never a tie.
    Nearest,
    /// Never less than the price.
    Up,
}

/// A sale as coins can pay it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InCoins {
    /// What the customer is asked for.
    pub payable: Money,
    /// What that is more (or, negative, less) than the price.
    pub rounding: Money,
}

/// The customer handed over less than is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{missing} baht are missing")]
pub struct TooLittle {
    /// How much less.
    pub missing: Money,
}

/// `amount` in quarters of a baht. `None` when nothing would be left to pay, or more than a sale may have: such a sale
/// cannot be paid in cash.
pub fn round_to_quarter(amount: Money, mode: QuarterRounding) -> Option<InCoins> {
    let coin = SMALLEST_COIN.satang();
    let over = amount.satang().rem_euclid(coin);
    let down = Money::from_satang(-over);
    let up = Money::from_satang((coin - over) % coin);
    let rounding = match mode {
        QuarterRounding::Down => down,
        QuarterRounding::Up => up,
        QuarterRounding::Nearest if over * 2 < coin => down,
        QuarterRounding::Nearest => up,
    };
    let payable = amount.checked_add(rounding)?;
    (payable.is_positive() && payable <= Money::LARGEST_SALE).then_some(InCoins { payable, rounding })
}

/// What goes back of `tendered` when `payable` is asked for.
///
/// # Errors
/// [`TooLittle`] with what is missing.
pub fn change(payable: Money, tendered: Money) -> Result<Money, TooLittle> {
    match tendered.checked_sub(payable) {
        Some(change) if !change.is_negative() => Ok(change),
        _ => Err(TooLittle {
            missing: payable.checked_sub(tendered).unwrap_or(payable),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use QuarterRounding::{Down, Nearest, Up};
    use proptest::prelude::*;

    #[test]
    fn prices_become_quarters() {
        for (satang, mode, payable) in [
            (12_050, Down, Some(12_050)),
            (12_049, Down, Some(12_025)),
            (12_049, Nearest, Some(12_050)),
            (12_037, Nearest, Some(12_025)),
            (12_038, Nearest, Some(12_050)),
            (12_026, Up, Some(12_050)),
            (12_025, Up, Some(12_025)),
            (24, Down, None),
            (12, Nearest, None),
            (13, Nearest, Some(25)),
            (1, Up, Some(25)),
            (999_999_999, Down, Some(999_999_975)),
            (999_999_999, Up, None),
            (0, Up, None),
            (-25, Up, None),
        ] {
            let found = round_to_quarter(Money::from_satang(satang), mode);
            let expected = payable.map(|payable| InCoins {
                payable: Money::from_satang(payable),
                rounding: Money::from_satang(payable - satang),
            });
            assert_eq!(found, expected, "{satang} {mode:?}");
        }
    }

    #[test]
    fn change_is_what_is_over() {
        for (payable, tendered, back) in [
            (12_050, 50_000, Ok(37_950)),
            (12_050, 12_050, Ok(0)),
            (12_050, 12_025, Err(25)),
            (12_050, 0, Err(12_050)),
        ] {
            let found = change(Money::from_satang(payable), Money::from_satang(tendered));
            let expected = back.map(Money::from_satang).map_err(|missing| TooLittle {
                missing: Money::from_satang(missing),
            });
            assert_eq!(found, expected, "{payable} {tendered}");
        }
    }

    proptest! {
        #[test]
        fn rounding_moves_less_than_a_coin_in_its_direction(satang in 1..999_999_950_i64) {
            for mode in [Down, Nearest, Up] {
                let Some(found) = round_to_quarter(Money::from_satang(satang), mode) else {
                    prop_assert!(satang < 25 && mode != Up);
                    continue;
                };
                let rounding = found.rounding.satang();
                prop_assert_eq!(found.payable.satang() % 25, 0);
                prop_assert_eq!(found.payable.satang() - rounding, satang);
                let bounds = match mode {
                    Down => -24..=0,
                    Nearest => -12..=12,
                    Up => 0..=24,
                };
                prop_assert!(bounds.contains(&rounding), "{rounding} {mode:?}");
            }
        }
    }
}
