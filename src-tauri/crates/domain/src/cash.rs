//! Cash at the counter: what is asked for in coins that exist, and what goes back.
//!
//! The smallest coin in use is 25 satang, so a cash sale is asked for in quarters of a baht. The difference is no
//! discount and no tip: it is kept apart as a line of its own (`Account::Rounding`). Nothing here decides whether a
//! customer paid; whoever counts the money says so.

use crate::money::Money;

/// The smallest coin in use.
pub const SMALLEST_COIN: Money = Money::from_satang(25);

/// The customer handed over less than is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{missing} baht are missing")]
pub struct TooLittle {
    /// How much less.
    pub missing: Money,
}

/// `amount` in coins that exist, never more than the price: what Thai shops do. `None` when nothing would be left to
/// pay: such a sale cannot be paid in cash.
pub fn in_coins(amount: Money) -> Option<Money> {
    let over = Money::from_satang(amount.satang().rem_euclid(SMALLEST_COIN.satang()));
    amount.checked_sub(over).filter(|payable| payable.is_positive())
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
    use proptest::prelude::*;

    #[test]
    fn prices_become_quarters_and_never_more() {
        for (satang, payable) in [
            (12_050, Some(12_050)),
            (12_049, Some(12_025)),
            (12_026, Some(12_025)),
            (12_025, Some(12_025)),
            (12_024, Some(12_000)),
            (25, Some(25)),
            (24, None),
            (1, None),
            (999_999_999, Some(999_999_975)),
            (0, None),
            (-25, None),
        ] {
            let found = in_coins(Money::from_satang(satang));
            assert_eq!(found, payable.map(Money::from_satang), "{satang}");
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
        fn rounding_takes_off_less_than_a_coin(satang in 25..999_999_950_i64) {
            let payable = in_coins(Money::from_satang(satang)).unwrap().satang();
            prop_assert_eq!(payable % 25, 0);
            prop_assert!((0..25).contains(&(satang - payable)));
        }
    }
}
