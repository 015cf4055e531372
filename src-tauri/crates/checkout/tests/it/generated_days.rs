//! Days made up at random and lived through with the real till: the X, the Zs, the cells and the postings of the books
//! say the same to the satang, and no baht is in two Zs or in none.

use crate::books::*;
use crate::slips_stage::{Shop, show};
use crate::world::*;
use keptang_domain::day::{Totals, by_hour};
use keptang_domain::order::{Account, AttemptState, ConfirmReason, Order, OrderEvent, OrderState};
use keptang_domain::{BusinessDay, DayCutoff, Money};
use keptang_ports::{Ledger, OrderFilter, Verdict};
use keptang_testkit::scripted_provider::{accepts, report};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

/// Something that happens at the counter.
#[derive(Debug, Clone)]
enum Step {
    Cash(i64),
    /// Paid at the gateway, which adds seven satang and keeps a fee.
    Wallet,
    /// Called off, and paid all the same.
    Late,
    ByHand,
    BySlip(i64),
    /// So many per cent of what one of the orders may still give back.
    Refund {
        which: usize,
        percent: i64,
    },
    Receipt(usize),
    Close,
    Hours(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (25..500_000_i64).prop_map(Step::Cash),
        3 => Just(Step::Wallet),
        1 => Just(Step::Late),
        1 => Just(Step::ByHand),
        2 => (1..900_000_i64).prop_map(Step::BySlip),
        3 => (any::<usize>(), 1..=100_i64).prop_map(|(which, percent)| Step::Refund { which, percent }),
        1 => any::<usize>().prop_map(Step::Receipt),
        2 => Just(Step::Close),
        3 => (1..20_u64).prop_map(Step::Hours),
    ]
}

struct Lived {
    shop: Shop,
    till: Running,
    orders: Vec<Order>,
    slips: usize,
}

impl Lived {
    fn new() -> Self {
        let shop = Shop::new();
        shop.omise.creates.always(|payment| {
            let payable = payment.amount.checked_add(satang(7)).unwrap();
            Ok(accepts(payment, payable))
        });
        let till = shop.till(1);
        Self {
            shop,
            till,
            orders: Vec::new(),
            slips: 0,
        }
    }

    fn gateway_pays(&self) {
        self.shop.omise.queries().always(|payment| {
            let Verdict::Paid(evidence) = paid(payment) else {
                panic!("{payment:?}")
            };
            let fee = Some(satang(413));
            Ok(report(
                &payment.provider_ref,
                Verdict::Paid(keptang_domain::order::Evidence { fee, ..evidence }),
            ))
        });
    }

    async fn take(&mut self, step: Step) {
        let till = &self.till;
        let at = |which: usize, orders: &[Order]| orders.get(which % orders.len().max(1)).cloned();
        match step {
            Step::Cash(amount) => {
                let cashier = [None, Some("Som"), Some("Nok")][self.orders.len() % 3];
                self.orders.push(cash_by(till, amount, cashier).await);
            }
            Step::Wallet => {
                self.gateway_pays();
                let order = till.charge(charge()).await.unwrap();
                let order = self
                    .shop
                    .until_state(order.id, secs(20), AttemptState::Paid)
                    .await;
                self.orders.push(order);
            }
            Step::Late => {
                let order = unpaid(&self.shop, till).await;
                till.cancel(order.id, None).await.unwrap();
                let order = self
                    .shop
                    .until_state(order.id, secs(20), AttemptState::Cancelled)
                    .await;
                self.gateway_pays();
                deliver(till, seen(order.newest().unwrap())).await;
                let has_money = |order: &Order| order.received().is_positive();
                self.orders
                    .push(self.shop.until(order.id, secs(20), has_money).await);
            }
            Step::ByHand => {
                let order = unpaid(&self.shop, till).await;
                let confirmed = till.confirm(order.id, "Nok".to_owned(), ConfirmReason::BankAppShown, None);
                self.orders.push(confirmed.await.unwrap());
            }
            Step::BySlip(amount) => {
                self.slips += 1;
                let order = self.shop.bill(till, satang(amount)).await;
                let slip = self.shop.pays(&format!("R{}", self.slips), satang(amount));
                show(till, slip, Some(&order)).await;
                self.orders.push(self.shop.order(order.id).await);
            }
            Step::Refund { which, percent } => {
                let Some(order) = at(which, &self.orders) else {
                    return;
                };
                let order = self.shop.order(order.id).await;
                let left = order.refundable_of(order.newest().unwrap().id).satang();
                let mut wish = give_back(&order, Some(left * percent / 100));
                let way = till.provider(order.newest().unwrap().provider);
                let by_itself = way.is_none_or(|provider| provider.refunds().is_some());
                wish.by_transfer = (!by_itself).then(|| format!("T{percent}"));
                // Nothing left, or less than a satang of it: the till says no, and nothing moves.
                let _ = till.refund(wish).await;
            }
            Step::Receipt(which) => {
                let Some(order) = at(which, &self.orders) else {
                    return;
                };
                let is_settled = self.shop.order(order.id).await.state == OrderState::Settled;
                let issued = till.issue_receipt(order.id, true, None).await;
                assert!(issued.is_ok() || !is_settled);
            }
            Step::Close => {
                let _ = till.z_close(till.today(), "Mali".to_owned()).await;
            }
            Step::Hours(hours) => self.shop.clock.advance(Duration::from_secs(hours * 3_600)),
        }
    }

    async fn check(&self) {
        let first = START_DAY.parse::<BusinessDay>().unwrap();
        let mut days = vec![first];
        while days[days.len() - 1] < self.till.today() {
            days.push(days[days.len() - 1].next());
        }
        for day in &days {
            let open = self.till.unclosed(*day).await.unwrap();
            let closed = self.till.z_close(*day, "Mali".to_owned()).await;
            assert_eq!(open.is_some(), closed.is_ok(), "{day}");
            assert_eq!(self.till.unclosed(*day).await.unwrap(), None);
        }
        let mut numbers = Vec::new();
        let mut sums = Vec::new();
        for day in &days {
            let x = self.till.x_report(*day).await.unwrap();
            let closes = self.till.z_list(*day).await.unwrap();
            let cells = cells(&self.shop, Some(*day)).await;
            assert_eq!(x.totals, Totals::of(&cells).unwrap());
            assert_eq!(x.totals, sum(closes.iter().map(|z| &z.report.totals)), "{day}");
            assert_eq!(x.by_hour, by_hour(&cells, DayCutoff::DEFAULT).unwrap());
            numbers.extend(closes.iter().map(|z| z.number));
            sums.push(x.totals);
        }
        numbers.sort_unstable();
        let without_gap: Vec<u64> = (1..=numbers.len().try_into().unwrap()).collect();
        assert_eq!(numbers, without_gap);
        let all = Totals::of(&cells(&self.shop, None).await).unwrap();
        assert_eq!(sum(&sums), all, "every day is counted, and no day twice");
        self.check_books(&all).await;
        self.shop.assert_proven().await;
    }

    /// The same sums out of the postings, made anew by replaying every event.
    async fn check_books(&self, totals: &Totals) {
        let every = OrderFilter {
            limit: 10_000,
            ..OrderFilter::default()
        };
        let mut balances: BTreeMap<&str, i64> = BTreeMap::new();
        let mut paid = 0;
        for order in self.shop.ledger.list(every).await.unwrap() {
            paid += u64::from(order.received().is_positive());
            let history = self.shop.ledger.history(order.id).await.unwrap();
            let mut replayed: Option<Order> = None;
            for past in history {
                let change = match (&replayed, past.event) {
                    (None, OrderEvent::Opened(opening)) => Order::open(order.id, opening, past.at).unwrap(),
                    (Some(before), event) => before.record(event, past.at).unwrap().unwrap(),
                    (None, event) => panic!("{event:?} before the order"),
                };
                for posting in &change.postings {
                    *balances.entry(name(posting.debit)).or_default() += posting.amount.satang();
                    *balances.entry(name(posting.credit)).or_default() -= posting.amount.satang();
                }
                replayed = Some(change.after);
            }
        }
        let balance = |name: &str| Money::from_satang(balances.get(name).copied().unwrap_or(0));
        assert_eq!(balance("clearing"), totals.net);
        assert_eq!(balance("fees"), totals.fees);
        assert_eq!(balance("rounding").satang(), -totals.adjustments.satang());
        let kept = totals.gross.checked_sub(totals.refunds).unwrap();
        let owed = balance("order").satang() + balance("suspense").satang() + balance("rounding").satang();
        assert_eq!(owed, -kept.satang());
        assert_eq!(paid, totals.orders);
    }
}

/// The business day of [`keptang_testkit::clock::START`].
const START_DAY: &str = "2026-11-20";

const fn name(account: Account) -> &'static str {
    match account {
        Account::Clearing(_) => "clearing",
        Account::Fees(_) => "fees",
        Account::Order => "order",
        Account::Rounding => "rounding",
        Account::Suspense => "suspense",
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_figure_is_the_same_figure(steps in prop::collection::vec(step(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut lived = Lived::new();
            for step in steps {
                lived.take(step).await;
            }
            lived.check().await;
        });
    }
}
