//! The `x-signature` header (deposit-gateway.md §4): base64 of `secret:order:amount`.
//!
//! It proves nothing about the body and gives the secret key to whoever sees it, so it leaves over https only and is
//! never printed.

use super::AmountSignature;
use crate::{Secret, decimal};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keptang_domain::Money;

/// The header of a request about an order.
pub(super) fn of_order(secret_key: &Secret, order_id: &str, amount: Money, form: AmountSignature) -> String {
    let amount = match form {
        AmountSignature::Fixed2 => decimal::fixed2(amount),
        AmountSignature::Minimal => decimal::shortest(amount),
    };
    signature(secret_key, order_id, &amount)
}

/// The header of a request about nothing in particular: both parts are empty.
pub(super) fn of_nothing(secret_key: &Secret) -> String {
    signature(secret_key, "", "")
}

fn signature(secret_key: &Secret, order_id: &str, amount: &str) -> String {
    STANDARD.encode(format!("{}:{order_id}:{amount}", secret_key.expose()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use AmountSignature::{Fixed2, Minimal};

    #[test]
    fn the_worked_examples_of_the_page_hold() {
        let key = Secret::new("sk_demo_5f2a").unwrap();
        for (order, satang, form, header) in [
            (
                "POS-0001",
                100_000,
                Fixed2,
                "c2tfZGVtb181ZjJhOlBPUy0wMDAxOjEwMDAuMDA=",
            ),
            (
                "POS-0001",
                100_000,
                Minimal,
                "c2tfZGVtb181ZjJhOlBPUy0wMDAxOjEwMDA=",
            ),
            ("POS-0002", 50, Fixed2, "c2tfZGVtb181ZjJhOlBPUy0wMDAyOjAuNTA="),
            (
                "POS-0003",
                123_456_789,
                Fixed2,
                "c2tfZGVtb181ZjJhOlBPUy0wMDAzOjEyMzQ1NjcuODk=",
            ),
        ] {
            assert_eq!(of_order(&key, order, Money::from_satang(satang), form), header);
        }
        assert_eq!(of_nothing(&key), "c2tfZGVtb181ZjJhOjo=");
    }

    #[test]
    fn the_two_forms_differ_wherever_a_zero_ends_the_amount() {
        let key = Secret::new("sk_demo_5f2a").unwrap();
        let both = |satang| {
            let amount = Money::from_satang(satang);
            (
                of_order(&key, "A", amount, Fixed2),
                of_order(&key, "A", amount, Minimal),
            )
        };
        for satang in [1_000, 100, 150] {
            let (fixed, minimal) = both(satang);
            assert_ne!(fixed, minimal);
        }
        let (fixed, minimal) = both(125);
        assert_eq!(fixed, minimal);
    }
}
