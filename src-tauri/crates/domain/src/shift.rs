//! Shifts: one person's time at one counter, told as facts in the order in which they were noted.
//!
//! Counting is blind: whoever counts hears whether it agrees, never what was expected (product.md §4). Where the facts
//! are kept, and what the counter took meanwhile, is for others to say.

use crate::day::{Cell, SumTooLarge, Totals};
use crate::money::Money;
use crate::provider::{Method, words};
use crate::time::Timestamp;

/// How often a drawer may be counted: a third count would be guessing at what is expected.
pub const MAX_COUNTS: usize = 2;

words! {
    /// Which way cash went that no sale explains.
    Direction {
        /// Into the drawer: change fetched from the bank.
        In = "in",
        /// Out of it: ice bought, the safe filled.
        Out = "out",
    }
}

/// Cash put into the drawer or taken out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawerMove {
    /// When.
    pub at: Timestamp,
    /// Who, when known.
    pub by: Option<String>,
    /// Which way.
    pub direction: Direction,
    /// How much; more than nothing.
    pub amount: Money,
    /// Why.
    pub reason: String,
}

/// What somebody counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// When.
    pub at: Timestamp,
    /// Who, when known.
    pub by: Option<String>,
    /// How much of what, each method at most once.
    pub counted: Vec<(Method, Money)>,
    /// The newest event of the ledger at that moment.
    pub upto: i64,
    /// Moves of the drawer before it.
    pub moves: usize,
}

impl Count {
    fn of(&self, method: Method) -> Option<Money> {
        let counted = self.counted.iter().find(|(counted, _)| *counted == method);
        counted.map(|(_, amount)| *amount)
    }
}

/// What was counted, held against what should be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// Of what.
    pub method: Method,
    /// What was there.
    pub counted: Money,
    /// What should have been.
    pub expected: Money,
    /// `counted - expected`: negative when something is missing.
    pub difference: Money,
}

/// How a shift ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// When.
    pub at: Timestamp,
    /// Who, when known.
    pub by: Option<String>,
    /// The last event of the ledger that belongs to the shift.
    pub upto: i64,
    /// What was counted against what was expected, cash first.
    pub differences: Vec<Difference>,
    /// Numbers of bills that were still open and went over to the next shift.
    pub carried_over: Vec<String>,
}

impl Closing {
    /// Whether something was missing or too much.
    pub fn has_difference(&self) -> bool {
        self.differences.iter().any(|line| line.difference != Money::ZERO)
    }
}

/// One shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// At which counter.
    pub counter: String,
    /// Its number at this counter, from 1, without gaps.
    pub number: u64,
    /// When it began.
    pub opened_at: Timestamp,
    /// Who began it, when known.
    pub opened_by: Option<String>,
    /// What was in the drawer then.
    pub float: Money,
    /// The shift takes what the counter's orders moved after this event of the ledger.
    pub after: i64,
    /// Cash put in and taken out, oldest first.
    pub moves: Vec<DrawerMove>,
    /// Counts, oldest first. The last one stands.
    pub counts: Vec<Count>,
    /// How it ended; `None` while it runs.
    pub closing: Option<Closing>,
}

impl Shift {
    /// Whether the drawer may be counted (again).
    pub fn may_count(&self) -> bool {
        self.closing.is_none() && self.counts.len() < MAX_COUNTS
    }

    /// Whether cash was put in or taken out since the last count.
    pub fn moved_since_count(&self) -> bool {
        self.counts
            .last()
            .is_some_and(|count| count.moves < self.moves.len())
    }

    /// What should be there by now of a method. `cells` are what the counter's orders moved during the shift. The
    /// drawer also has its float and what was put in or taken out; fees are the provider's business, not the till's.
    pub fn expected(&self, method: Method, cells: &[Cell]) -> Result<Money, SumTooLarge> {
        let totals = Totals::of(cells.iter().filter(|cell| cell.provider.method() == method))?;
        let mut expected = totals.gross.checked_sub(totals.refunds);
        if method == Method::Cash {
            expected = expected.and_then(|sum| sum.checked_add(self.float));
            for moved in &self.moves {
                expected = expected.and_then(|sum| match moved.direction {
                    Direction::In => sum.checked_add(moved.amount),
                    Direction::Out => sum.checked_sub(moved.amount),
                });
            }
        }
        expected.ok_or(SumTooLarge)
    }

    /// A count held against what should be there. The drawer is always compared, and holds nothing when nobody said
    /// what it holds; of the other methods those are compared that were counted, for theirs lie in an account that not
    /// everybody at a counter may look into.
    pub fn compare(&self, count: Option<&Count>, cells: &[Cell]) -> Result<Vec<Difference>, SumTooLarge> {
        let counted = |method| count.and_then(|count| count.of(method));
        let mut methods = vec![Method::Cash];
        methods.extend(
            Method::ALL
                .iter()
                .copied()
                .filter(|method| *method != Method::Cash && counted(*method).is_some()),
        );
        let compare = |method| {
            let expected = self.expected(method, cells)?;
            let counted = counted(method).unwrap_or(Money::ZERO);
            Ok(Difference {
                method,
                counted,
                expected,
                difference: counted.checked_sub(expected).ok_or(SumTooLarge)?,
            })
        };
        methods.into_iter().map(compare).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Proof;
    use crate::provider::ProviderId;

    fn baht(baht: i64) -> Money {
        Money::from_satang(baht * 100)
    }

    fn cell(provider: ProviderId, received: i64, refunds: i64) -> Cell {
        Cell {
            provider,
            cashier: None,
            hour: 12,
            proof: Proof::Automatic,
            sales: 1,
            received: baht(received),
            adjustments: Money::ZERO,
            suspense: Money::ZERO,
            refunds: baht(refunds),
            fees: baht(3),
        }
    }

    fn moved(direction: Direction, amount: i64) -> DrawerMove {
        DrawerMove {
            at: Timestamp::from_ms(0),
            by: None,
            direction,
            amount: baht(amount),
            reason: "ice".to_owned(),
        }
    }

    fn count(counted: &[(Method, i64)]) -> Count {
        Count {
            at: Timestamp::from_ms(0),
            by: None,
            counted: counted
                .iter()
                .map(|(method, amount)| (*method, baht(*amount)))
                .collect(),
            upto: 9,
            moves: 0,
        }
    }

    fn shift(moves: Vec<DrawerMove>) -> Shift {
        Shift {
            counter: "A".to_owned(),
            number: 1,
            opened_at: Timestamp::from_ms(0),
            opened_by: None,
            float: baht(1_000),
            after: 0,
            moves,
            counts: Vec::new(),
            closing: None,
        }
    }

    #[test]
    fn what_should_be_there() {
        let cells = [
            cell(ProviderId::Cash, 500, 40),
            cell(ProviderId::PromptPayDirect, 300, 0),
            cell(ProviderId::JwtGateway, 200, 50),
        ];
        let shift = shift(vec![moved(Direction::In, 100), moved(Direction::Out, 250)]);
        for (method, expected) in [
            (Method::Cash, 1_000 + 500 - 40 + 100 - 250),
            (Method::PromptPay, 450),
            (Method::TrueMoney, 0),
        ] {
            assert_eq!(shift.expected(method, &cells), Ok(baht(expected)), "{method}");
        }
    }

    #[test]
    fn only_what_was_counted_is_compared_and_always_the_drawer() {
        let cells = [
            cell(ProviderId::Cash, 500, 0),
            cell(ProviderId::JwtGateway, 200, 0),
        ];
        for (counted, differences) in [
            (None, vec![(Method::Cash, -1_500)]),
            (Some(vec![]), vec![(Method::Cash, -1_500)]),
            (Some(vec![(Method::Cash, 1_500)]), vec![(Method::Cash, 0)]),
            (
                Some(vec![(Method::PromptPay, 250), (Method::Cash, 1_480)]),
                vec![(Method::Cash, -20), (Method::PromptPay, 50)],
            ),
        ] {
            let count = counted.as_deref().map(count);
            let found = shift(Vec::new()).compare(count.as_ref(), &cells).unwrap();
            let found: Vec<_> = found.iter().map(|line| (line.method, line.difference)).collect();
            let differences: Vec<_> = differences
                .into_iter()
                .map(|(method, amount)| (method, baht(amount)))
                .collect();
            assert_eq!(found, differences, "{counted:?}");
        }
    }

    #[test]
    fn two_counts_and_no_third() {
        let mut shift = shift(Vec::new());
        assert!(shift.may_count());
        shift.counts.push(count(&[]));
        assert!(shift.may_count() && !shift.moved_since_count());
        shift.moves.push(moved(Direction::Out, 1));
        assert!(shift.moved_since_count());
        shift.counts.push(count(&[]));
        assert!(!shift.may_count());
    }
}
