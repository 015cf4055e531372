//! What a day or a shift took: cells in, totals out.

use crate::money::Money;
use crate::provider::{Method, ProviderId, words};
use crate::time::DayCutoff;
use std::collections::BTreeMap;

words! {
    /// Whose word a payment rests on; the owner sees the four apart (product.md §4).
    Proof {
        /// The provider's own answer or signed callback.
        Automatic = "automatic",
        /// A verified slip.
        Slip = "slip",
        /// A permitted person.
        Manual = "manual",
        /// Counted into the drawer.
        Cash = "cash",
    }
}

/// The money of one hour at one provider, of one cashier's bills, resting on one kind of proof. The smallest unit that
/// reports are made of: every figure is a sum over cells, so no two figures can disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Who brought it.
    pub provider: ProviderId,
    /// Who stood at the till when the bill was opened.
    pub cashier: Option<String>,
    /// Hour of the day in Bangkok, 0–23.
    pub hour: u8,
    /// What it rests on.
    pub proof: Proof,
    /// Bills that were paid for the first time here. A bill counts once in its life.
    pub sales: u64,
    /// What came in, with the satang of gateways and with what came for bills that were called off.
    pub received: Money,
    /// The part of `received` that gateways added; negative where they took off.
    pub adjustments: Money,
    /// The part of `received` that came for bills that were called off.
    pub suspense: Money,
    /// What went back.
    pub refunds: Money,
    /// What providers kept.
    pub fees: Money,
}

/// A day's sums do not fit into what the till can hold. No shop gets there; a damaged file might.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sums are larger than the till can hold")]
pub struct SumTooLarge;

/// What a day, a shift or a part of one took. Every field is a sum over cells, or follows from such sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Bills that were paid for the first time.
    pub orders: u64,
    /// Everything that came in: `automatic + slip + manual + cash`.
    pub gross: Money,
    /// What went back.
    pub refunds: Money,
    /// What providers kept.
    pub fees: Money,
    /// What should be with banks, providers and in the drawer: `gross - refunds - fees`.
    pub net: Money,
    /// The part of `gross` that gateways added to tell bills apart; negative where they took off.
    pub adjustments: Money,
    /// The part of `gross` that came for bills that were called off.
    pub suspense: Money,
    /// Came in on a provider's word.
    pub automatic: Money,
    /// Came in on a slip.
    pub slip: Money,
    /// Came in on a person's word.
    pub manual: Money,
    /// Came into the drawer.
    pub cash: Money,
}

impl Totals {
    /// The sums over cells.
    pub fn of<'a>(cells: impl IntoIterator<Item = &'a Cell>) -> Result<Self, SumTooLarge> {
        let mut totals = Self::default();
        for cell in cells {
            totals.add(cell).ok_or(SumTooLarge)?;
        }
        Ok(totals)
    }

    fn add(&mut self, cell: &Cell) -> Option<()> {
        self.orders = self.orders.checked_add(cell.sales)?;
        self.gross = self.gross.checked_add(cell.received)?;
        self.refunds = self.refunds.checked_add(cell.refunds)?;
        self.fees = self.fees.checked_add(cell.fees)?;
        self.adjustments = self.adjustments.checked_add(cell.adjustments)?;
        self.suspense = self.suspense.checked_add(cell.suspense)?;
        let by_proof = match cell.proof {
            Proof::Automatic => &mut self.automatic,
            Proof::Slip => &mut self.slip,
            Proof::Manual => &mut self.manual,
            Proof::Cash => &mut self.cash,
        };
        *by_proof = by_proof.checked_add(cell.received)?;
        self.net = self.gross.checked_sub(self.refunds)?.checked_sub(self.fees)?;
        Some(())
    }
}

/// The part of the totals that shares a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<K> {
    /// What they share.
    pub key: K,
    /// Their sums.
    pub totals: Totals,
}

/// Cells by what they share, in the order of the keys. The groups add up to the totals, for every cell is in just one.
pub fn group_by<K: Ord>(cells: &[Cell], key: impl Fn(&Cell) -> K) -> Result<Vec<Group<K>>, SumTooLarge> {
    let mut groups: BTreeMap<K, Totals> = BTreeMap::new();
    for cell in cells {
        groups
            .entry(key(cell))
            .or_default()
            .add(cell)
            .ok_or(SumTooLarge)?;
    }
    let groups = groups.into_iter();
    Ok(groups.map(|(key, totals)| Group { key, totals }).collect())
}

/// By what the cashier picked, in the order of product.md.
pub fn by_method(cells: &[Cell]) -> Result<Vec<Group<Method>>, SumTooLarge> {
    group_by(cells, |cell| cell.provider.method())
}

/// By who brought it, in the order of product.md.
pub fn by_provider(cells: &[Cell]) -> Result<Vec<Group<ProviderId>>, SumTooLarge> {
    group_by(cells, |cell| cell.provider)
}

/// By who stood at the till, bills without a name first.
pub fn by_cashier(cells: &[Cell]) -> Result<Vec<Group<Option<String>>>, SumTooLarge> {
    group_by(cells, |cell| cell.cashier.clone())
}

/// By hour in Bangkok, in the order in which a business day runs: from the hour of its cut-off to the one before.
pub fn by_hour(cells: &[Cell], cutoff: DayCutoff) -> Result<Vec<Group<u8>>, SumTooLarge> {
    let first = cutoff.hour();
    let since_cutoff = |hour: u8| if hour >= first { (0, hour) } else { (1, hour) };
    let groups = group_by(cells, |cell| since_cutoff(cell.hour))?;
    Ok(groups
        .into_iter()
        .map(
            |Group {
                 key: (_, hour),
                 totals,
             }| Group { key: hour, totals },
        )
        .collect())
}

/// Where the net of the cells should be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Whereabouts {
    /// With banks and providers.
    pub bank: Money,
    /// In the drawer, without its float and what was put in or taken out.
    pub drawer: Money,
}

impl Whereabouts {
    /// The net of everything but cash, and of cash.
    pub fn of(cells: &[Cell]) -> Result<Self, SumTooLarge> {
        let net = |in_drawer: bool| {
            let part = cells
                .iter()
                .filter(|cell| (cell.provider == ProviderId::Cash) == in_drawer);
            Totals::of(part).map(|totals| totals.net)
        };
        Ok(Self {
            bank: net(false)?,
            drawer: net(true)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cell() -> impl Strategy<Value = Cell> {
        let sums = (
            0..5_000_000_i64,
            -200..200_i64,
            0..5_000_000_i64,
            0..5_000_000_i64,
            0..100_000_i64,
        );
        (0..6_usize, 0..4_usize, 0..24_u8, 0..4_usize, 0..50_u64, sums).prop_map(
            |(provider, cashier, hour, proof, sales, (received, adjustments, suspense, refunds, fees))| {
                Cell {
                    provider: ProviderId::ALL[provider],
                    cashier: [None, Some("Som"), Some("Nok"), Some("แก้ว")][cashier].map(str::to_owned),
                    hour,
                    proof: Proof::ALL[proof],
                    sales,
                    received: Money::from_satang(received),
                    adjustments: Money::from_satang(adjustments),
                    suspense: Money::from_satang(suspense.min(received)),
                    refunds: Money::from_satang(refunds),
                    fees: Money::from_satang(fees),
                }
            },
        )
    }

    fn sum(parts: &[Totals], of: impl Fn(&Totals) -> Money) -> Money {
        Money::checked_sum(parts.iter().map(of)).unwrap()
    }

    fn assert_adds_up<K>(groups: Vec<Group<K>>, totals: &Totals) {
        let parts: Vec<Totals> = groups.into_iter().map(|group| group.totals).collect();
        let sums = Totals {
            orders: parts.iter().map(|part| part.orders).sum(),
            gross: sum(&parts, |part| part.gross),
            refunds: sum(&parts, |part| part.refunds),
            fees: sum(&parts, |part| part.fees),
            net: sum(&parts, |part| part.net),
            adjustments: sum(&parts, |part| part.adjustments),
            suspense: sum(&parts, |part| part.suspense),
            automatic: sum(&parts, |part| part.automatic),
            slip: sum(&parts, |part| part.slip),
            manual: sum(&parts, |part| part.manual),
            cash: sum(&parts, |part| part.cash),
        };
        assert_eq!(sums, *totals);
    }

    proptest! {
        #[test]
        fn no_figure_disagrees_with_another(cells in prop::collection::vec(cell(), 0..60), hour in 0..24_u8) {
            let totals = Totals::of(&cells).unwrap();
            let cutoff = DayCutoff::new(hour, 30).unwrap();
            assert_adds_up(by_method(&cells).unwrap(), &totals);
            assert_adds_up(by_provider(&cells).unwrap(), &totals);
            assert_adds_up(by_cashier(&cells).unwrap(), &totals);
            assert_adds_up(by_hour(&cells, cutoff).unwrap(), &totals);
            assert_adds_up(group_by(&cells, |cell| cell.proof).unwrap(), &totals);
            let proofs = [totals.automatic, totals.slip, totals.manual, totals.cash];
            prop_assert_eq!(Money::checked_sum(proofs).unwrap(), totals.gross);
            let found = Whereabouts::of(&cells).unwrap();
            prop_assert_eq!(found.bank.checked_add(found.drawer).unwrap(), totals.net);
            let net = totals.gross.satang() - totals.refunds.satang() - totals.fees.satang();
            prop_assert_eq!(totals.net.satang(), net);
        }
    }

    #[test]
    fn hours_run_from_the_cut_off() {
        let cells: Vec<Cell> = [3, 4, 23, 0]
            .into_iter()
            .map(|hour| Cell {
                provider: ProviderId::Cash,
                cashier: None,
                hour,
                proof: Proof::Cash,
                sales: 1,
                received: Money::from_satang(100),
                adjustments: Money::ZERO,
                suspense: Money::ZERO,
                refunds: Money::ZERO,
                fees: Money::ZERO,
            })
            .collect();
        let hours = |cutoff| -> Vec<u8> {
            by_hour(&cells, cutoff)
                .unwrap()
                .into_iter()
                .map(|group| group.key)
                .collect()
        };
        assert_eq!(hours(DayCutoff::DEFAULT), [4, 23, 0, 3]);
        assert_eq!(hours(DayCutoff::new(0, 0).unwrap()), [0, 3, 4, 23]);
    }

    #[test]
    fn sums_that_do_not_fit_are_said_to() {
        let cell = Cell {
            provider: ProviderId::Cash,
            cashier: None,
            hour: 12,
            proof: Proof::Cash,
            sales: 1,
            received: Money::from_satang(i64::MAX),
            adjustments: Money::ZERO,
            suspense: Money::ZERO,
            refunds: Money::ZERO,
            fees: Money::ZERO,
        };
        let cells = [cell.clone(), cell];
        assert_eq!(Totals::of(&cells), Err(SumTooLarge));
        assert_eq!(by_method(&cells), Err(SumTooLarge));
        assert_eq!(Whereabouts::of(&cells), Err(SumTooLarge));
    }
}
