//! What a thing to look at is called, so that a word said about it finds it again.

use keptang_domain::order::Flag;
use keptang_domain::{BusinessDay, OrderId, ProviderId, RefundId, SlipId};
use std::fmt;
use std::str::FromStr;

/// What is the matter with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OrderIssue {
    /// It has this flag.
    Flag(Flag),
    /// Money came after it was called off.
    Suspense,
}

/// Names one thing that a person must look at. Its text is stable: `order:<id>:<flag>`, `order:<id>:suspense`,
/// `refund:<id>`, `payout:<id>`, `shift:<counter>:<number>`, `reconcile:<day>:<provider>:<n>`, `slip:<id>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ItemKey {
    /// An order and what is the matter with it.
    Order(OrderId, OrderIssue),
    /// A refund whose outcome is not known.
    Refund(RefundId),
    /// A payout whose outcome is not known.
    Payout(RefundId),
    /// A shift that ended with a difference.
    Shift {
        /// At which counter.
        counter: String,
        /// Its number there.
        number: u64,
    },
    /// A payment that the ledger and a provider's list see differently.
    Reconcile {
        /// Of which day.
        day: BusinessDay,
        /// Whose list.
        provider: ProviderId,
        /// Its number among those of this day and provider.
        n: u64,
    },
    /// A slip that waits for its bank.
    Slip(SlipId),
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order(id, OrderIssue::Flag(flag)) => write!(f, "order:{id}:{flag}"),
            Self::Order(id, OrderIssue::Suspense) => write!(f, "order:{id}:suspense"),
            Self::Refund(id) => write!(f, "refund:{id}"),
            Self::Payout(id) => write!(f, "payout:{id}"),
            Self::Shift { counter, number } => write!(f, "shift:{counter}:{number}"),
            Self::Reconcile { day, provider, n } => write!(f, "reconcile:{day}:{provider}:{n}"),
            Self::Slip(id) => write!(f, "slip:{id}"),
        }
    }
}

/// The text names nothing that could be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text names nothing to review")]
pub struct ParseKeyError;

impl FromStr for ItemKey {
    type Err = ParseKeyError;

    fn from_str(text: &str) -> Result<Self, ParseKeyError> {
        let parts: Vec<&str> = text.split(':').collect();
        let key = match parts[..] {
            ["order", id, "suspense"] => id.parse().ok().map(|id| Self::Order(id, OrderIssue::Suspense)),
            ["order", id, flag] => id
                .parse()
                .ok()
                .zip(flag.parse().ok())
                .map(|(id, flag)| Self::Order(id, OrderIssue::Flag(flag))),
            ["refund", id] => id.parse().ok().map(Self::Refund),
            ["payout", id] => id.parse().ok().map(Self::Payout),
            ["slip", id] => id.parse().ok().map(Self::Slip),
            ["shift", counter, number] => number.parse().ok().map(|number| Self::Shift {
                counter: counter.to_owned(),
                number,
            }),
            ["reconcile", day, provider, n] => {
                let (day, provider, n) = (day.parse().ok(), provider.parse().ok(), n.parse().ok());
                day.zip(provider)
                    .zip(n)
                    .map(|((day, provider), n)| Self::Reconcile { day, provider, n })
            }
            _ => None,
        };
        key.ok_or(ParseKeyError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_finds_itself_again() {
        let mut keys = vec![
            ItemKey::Order(OrderId::from_bits(7), OrderIssue::Suspense),
            ItemKey::Refund(RefundId::from_bits(8)),
            ItemKey::Payout(RefundId::from_bits(9)),
            ItemKey::Slip(SlipId::from_bits(10)),
            ItemKey::Shift {
                counter: "A2".to_owned(),
                number: 12,
            },
            ItemKey::Reconcile {
                day: "2026-11-21".parse().unwrap(),
                provider: ProviderId::OmiseTrueMoney,
                n: 3,
            },
        ];
        keys.extend(
            Flag::ALL
                .iter()
                .map(|flag| ItemKey::Order(OrderId::from_bits(7), OrderIssue::Flag(*flag))),
        );
        for key in keys {
            assert_eq!(key.to_string().parse(), Ok(key));
        }
        for bad in [
            "",
            "order",
            "order:x:overpaid",
            "shift:A:-1",
            "reconcile:2026-11-21:nobody:1",
            "order:1:2:3",
        ] {
            assert_eq!(bad.parse::<ItemKey>(), Err(ParseKeyError), "{bad}");
        }
    }
}
