//! The books against the simulator's own record.

use crate::stage::Stage;
use keptang_domain::order::{Account, Attempt, Order, OrderEvent, Posting};
use keptang_domain::{Money, OrderId, ProviderId};
use keptang_ports::OrderFilter;
use keptang_simulator::control::ChargeView;
use std::collections::BTreeMap;

/// What the provider took for a payment, in baht.
fn taken_by(view: &ChargeView, attempt: &Attempt) -> Money {
    let number = |name: &str| view.metadata.get(name).and_then(|value| value.as_i64());
    match attempt.provider {
        ProviderId::OmiseTrueMoney if view.status == "successful" => Money::from_satang(view.amount_satang),
        ProviderId::DepositGateway | ProviderId::JwtGateway => {
            Money::from_satang(number("received_satang").expect("the simulator says what it received"))
        }
        ProviderId::Crypto2328 => {
            let units = |name: &str| coin_units(view.metadata.get(name).and_then(|value| value.as_str()));
            let (arrived, asked) = (units("payment_amount"), units("payer_amount"));
            let baht = i128::from(attempt.payable.satang()) * arrived / asked.max(1);
            Money::from_satang(i64::try_from(baht).unwrap())
        }
        _ => Money::ZERO,
    }
}

/// Hundred-millionths of a coin.
fn coin_units(text: Option<&str>) -> i128 {
    let text = text.expect("the simulator says what it received");
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{part:0<8}").parse().unwrap()
}

impl Stage {
    /// What the provider took for an attempt.
    pub(crate) async fn taken(&self, attempt: &Attempt) -> Money {
        match self.record(attempt.id).await {
            Some(view) => taken_by(&view, attempt),
            None => Money::ZERO,
        }
    }

    /// Every baht the provider took is in the books, once, and nothing else is.
    pub(crate) async fn expect_true(&self, id: OrderId) {
        let order = self.order(id).await;
        for attempt in &order.attempts {
            assert_eq!(
                attempt.received(),
                self.taken(attempt).await,
                "received against taken: {order:#?}"
            );
        }
    }

    /// The provider took money that a person has to look at first (cli.md, evidence): nothing is credited, and a flag
    /// says so.
    pub(crate) async fn expect_review(&self, id: OrderId) {
        let order = self.order(id).await;
        assert_eq!(order.received(), Money::ZERO, "{order:#?}");
        assert!(!order.flags().is_empty(), "nobody is told: {order:#?}");
    }

    /// The books balance and prove themselves, and the provider saw no request it should not have.
    pub(crate) async fn expect_sound(&self) {
        let proof = self.ledger().verify().await.unwrap();
        assert_eq!(proof.first_fault, None);
        for order in self.ledger().list(OrderFilter::default()).await.unwrap() {
            self.expect_balanced(&order).await;
        }
        let stats = self.control.stats().await.unwrap();
        assert_eq!(stats.violations, [], "the provider's page was not followed");
    }

    async fn expect_balanced(&self, order: &Order) {
        let mut so_far: Option<Order> = None;
        let mut accounts: BTreeMap<Account, i64> = BTreeMap::new();
        for past in self.ledger().history(order.id).await.unwrap() {
            let change = match (&past.event, &so_far) {
                (OrderEvent::Opened(opening), None) => {
                    Order::open(order.id, opening.clone(), past.at).unwrap()
                }
                (event, Some(order)) => order.record(event.clone(), past.at).unwrap().unwrap(),
                (event, None) => panic!("{event:?} before the opening"),
            };
            let was = so_far.as_ref().map_or(Money::ZERO, Order::received);
            assert!(change.after.received() >= was, "nothing lowers what was received");
            for Posting {
                debit,
                credit,
                amount,
            } in change.postings
            {
                *accounts.entry(debit).or_default() += amount.satang();
                *accounts.entry(credit).or_default() -= amount.satang();
            }
            so_far = Some(change.after);
        }
        assert_eq!(so_far.as_ref(), Some(order), "the events lead to the order");
        assert_eq!(accounts.values().sum::<i64>(), 0, "{accounts:?}");
        let with_providers: i64 = accounts
            .iter()
            .filter(|(account, _)| matches!(account, Account::Clearing(_) | Account::Fees(_)))
            .map(|(_, satang)| satang)
            .sum();
        assert_eq!(with_providers, order.received().satang(), "{accounts:?}");
    }
}
