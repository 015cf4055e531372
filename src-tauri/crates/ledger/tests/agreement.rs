//! The memory ledger and the SQLite ledger, told the same random things, know the same.

#![allow(clippy::unwrap_used)]

use keptang_domain::day::Cell;
use keptang_domain::order::{
    Account, AttemptEvent, Change, ConfirmReason, DocumentKind, Evidence, Instruction, Order, OrderEvent,
    OrderState, Posting, Reason, RefundKind, RefundReason, RefundState, Source, Unshowable,
};
use keptang_domain::{
    AttemptId, BusinessDay, CallbackToken, DayCutoff, Money, OrderId, ProviderId, RefundId,
};
use keptang_ledger::SqliteLedger;
use keptang_ports::{Ids, Ledger, NewOrder, OrderFilter, OrderKey, TakingsFilter};
use keptang_testkit::builders::{after_ms, new_order, of, png};
use keptang_testkit::clock::TestIds;
use keptang_testkit::memory_ledger::MemoryLedger;
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeMap;

/// Something that happens to one of the orders, chosen by numbers so that it fits whatever is there.
#[derive(Debug, Clone)]
enum Happening {
    Open {
        satang: i64,
    },
    Event {
        order: Index,
        attempt: Index,
        kind: u8,
        key: u8,
        satang: i64,
    },
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        1 => (1_i64..50_000).prop_map(|satang| Happening::Open { satang }),
        9 => (any::<Index>(), any::<Index>(), 0_u8..26, 0_u8..6, 0_i64..60_000).prop_map(
            |(order, attempt, kind, key, satang)| Happening::Event { order, attempt, kind, key, satang }
        ),
    ]
}

fn event(order: &Order, attempt: AttemptId, (kind, key, satang): (u8, u8, i64), ids: &TestIds) -> OrderEvent {
    let amount = Money::from_satang(satang);
    let evidence = || Evidence {
        key: format!("key {key}"),
        source: [Source::Query, Source::Callback, Source::Slip][usize::from(key) % 3],
        amount,
        fee: (key == 3).then(|| Money::from_satang(satang / 50)),
    };
    let reference = Some(format!("ref {key}"));
    let event = match kind {
        0 => AttemptEvent::SubmitStarted,
        1 | 2 => AttemptEvent::Accepted {
            provider_ref: reference,
            payable: amount,
            instruction: Some(Instruction::QrImage {
                png: png(),
                text: None,
            }),
            deadline: Some(after_ms(satang)),
        },
        3 => AttemptEvent::Unshowable {
            provider_ref: reference,
            payable: amount,
            why: Unshowable::QrMismatch,
        },
        4 => AttemptEvent::Refused {
            reason: Reason::Refused,
        },
        5 => AttemptEvent::OutcomeLost,
        6 => AttemptEvent::Seen {
            source: Source::Callback,
        },
        7 => AttemptEvent::Short { evidence: evidence() },
        8 | 9 => AttemptEvent::Confirmed { evidence: evidence() },
        10 => AttemptEvent::OperatorConfirmed {
            by: "owner".to_owned(),
            reason: ConfirmReason::PhoneCall,
            note: None,
        },
        11 => AttemptEvent::Declined {
            reason: Reason::Timeout,
        },
        12 => AttemptEvent::Lapsed,
        13 => AttemptEvent::Held,
        14 => AttemptEvent::Unrecognised {
            word: "odd".to_owned(),
        },
        15 => AttemptEvent::DeadlinePassed,
        16 => AttemptEvent::CancelRequested { by: None },
        17 => AttemptEvent::CancelDone,
        18 => AttemptEvent::ListenClosed,
        19 => return OrderEvent::Voided { by: None },
        20 | 21 => {
            return OrderEvent::AttemptOpened {
                attempt: AttemptId::from_bits(ids.next_id()),
                provider: if key % 2 == 0 {
                    ProviderId::OmiseTrueMoney
                } else {
                    ProviderId::JwtGateway
                },
                token: CallbackToken::from_bits(ids.next_token()),
                asked: order.missing(),
                quote: None,
            };
        }
        22 => {
            return OrderEvent::RefundRequested {
                refund: RefundId::from_bits(ids.next_id()),
                attempt,
                amount,
                kind: RefundKind::Refund,
                reason: RefundReason::CustomerRequest,
                by: "owner".to_owned(),
            };
        }
        23 => {
            let credits = key % 2 == 0 && order.receipt().is_some();
            return OrderEvent::DocumentIssued {
                kind: if credits {
                    DocumentKind::CreditNote
                } else {
                    DocumentKind::Receipt
                },
                refund: order.refunds.last().filter(|_| credits).map(|refund| refund.id),
                series: format!("S{}", key % 2),
                running: u64::from(key) + 1,
                number: format!("S{}-{key}", key % 3),
                day: order.opening.business_day,
                vat_rate_bp: None,
                by: None,
            };
        }
        _ => {
            return OrderEvent::RefundResolved {
                refund: order
                    .refunds
                    .last()
                    .map_or(RefundId::from_bits(0), |refund| refund.id),
                state: if key % 3 == 0 {
                    RefundState::Failed
                } else {
                    RefundState::Done
                },
                kind: RefundKind::Void,
                provider_ref: reference,
            };
        }
    };
    of(attempt, event)
}

/// Between two events: a day passes now and then.
const STEP_MS: i64 = 3_700_000;

/// What was posted, by day and in all, kept apart from both ledgers.
#[derive(Default)]
struct Books {
    days: BTreeMap<BusinessDay, Sums>,
    all: Sums,
}

/// Satang by account: money in is positive everywhere.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Sums {
    clearing: i64,
    rounding: i64,
    fees: i64,
    order_and_suspense: i64,
}

impl Sums {
    fn post(&mut self, posting: &Posting) {
        for (account, satang) in [
            (posting.debit, posting.amount.satang()),
            (posting.credit, -posting.amount.satang()),
        ] {
            match account {
                Account::Clearing(_) => self.clearing += satang,
                Account::Fees(_) => self.fees += satang,
                Account::Rounding => self.rounding -= satang,
                Account::Order | Account::Suspense => self.order_and_suspense -= satang,
            }
        }
    }

    fn of(cells: &[Cell]) -> Self {
        let sum = |of: fn(&Cell) -> Money| cells.iter().map(|cell| of(cell).satang()).sum::<i64>();
        let (received, refunds, fees) = (
            sum(|cell| cell.received),
            sum(|cell| cell.refunds),
            sum(|cell| cell.fees),
        );
        let rounding = sum(|cell| cell.adjustments);
        Self {
            clearing: received - refunds - fees,
            rounding,
            fees,
            order_and_suspense: received - rounding - refunds,
        }
    }
}

impl Books {
    fn post(&mut self, change: &Change) {
        let day = self
            .days
            .entry(change.at.business_day(DayCutoff::DEFAULT))
            .or_default();
        for posting in &change.postings {
            day.post(posting);
            self.all.post(posting);
        }
    }

    /// Every figure of both ledgers against what was posted: in all, by day, by counter, and by ranges of events.
    async fn agree_with(&self, sqlite: &SqliteLedger, memory: &MemoryLedger) {
        let cells = async |filter: TakingsFilter| {
            let cells = sqlite.takings(filter.clone()).await.unwrap();
            assert_eq!(cells, memory.takings(filter.clone()).await.unwrap(), "{filter:?}");
            cells
        };
        let all = cells(TakingsFilter::default()).await;
        assert_eq!(Sums::of(&all), self.all);
        let mut by_day = Vec::new();
        for (day, sums) in &self.days {
            let of_day = cells(TakingsFilter {
                days: Some((*day, *day)),
                ..TakingsFilter::default()
            });
            let of_day = of_day.await;
            assert_eq!(Sums::of(&of_day), *sums, "{day}");
            by_day.extend(of_day);
            assert_eq!(
                sqlite.day_facts(*day).await.unwrap(),
                memory.day_facts(*day).await.unwrap()
            );
        }
        assert_eq!(Sums::of(&by_day), self.all, "the days are the whole");
        let head = sqlite.head().await.unwrap();
        assert_eq!(head, memory.head().await.unwrap());
        let mut halves = cells(TakingsFilter {
            events: Some((0, head / 2)),
            ..TakingsFilter::default()
        })
        .await;
        halves.extend(
            cells(TakingsFilter {
                events: Some((head / 2, head)),
                counter: Some("A".to_owned()),
                ..TakingsFilter::default()
            })
            .await,
        );
        assert_eq!(Sums::of(&halves), self.all, "two shifts are the whole");
        let sales: u64 = all.iter().map(|cell| cell.sales).sum();
        let mut ever_paid: Vec<OrderId> = Vec::new();
        for order in sqlite
            .list(OrderFilter {
                limit: 1_000,
                ..OrderFilter::default()
            })
            .await
            .unwrap()
        {
            if order.received().is_positive() {
                ever_paid.push(order.id);
            }
        }
        assert_eq!(
            sales,
            u64::try_from(ever_paid.len()).unwrap(),
            "a bill counts once"
        );
    }
}

async fn agree(happenings: Vec<Happening>) {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = SqliteLedger::open(&folder.path().join("ledger.sqlite"), DayCutoff::DEFAULT)
        .await
        .unwrap();
    let memory = MemoryLedger::new();
    let ids = TestIds::default();
    let mut orders: Vec<Order> = Vec::new();
    let mut books = Books::default();
    for (step, happening) in (0..).zip(happenings) {
        match happening {
            Happening::Open { satang } => {
                let new = NewOrder {
                    amount_due: Money::from_satang(satang),
                    ..new_order(&ids)
                };
                let order = sqlite.open_order(new.clone()).await.unwrap();
                assert_eq!(memory.open_order(new).await.unwrap(), order);
                orders.push(order);
            }
            Happening::Event {
                order,
                attempt,
                kind,
                key,
                satang,
            } if !orders.is_empty() => {
                let order = order.get_mut(&mut orders);
                let attempt = attempt.get(&order.attempts).id;
                let event = event(order, attempt, (kind, key, satang), &ids);
                let Ok(Some(change)) = order.record(event, after_ms(step * STEP_MS)) else {
                    continue;
                };
                let after = change.after.clone();
                let stored = sqlite.commit(vec![change.clone()], None).await;
                let kept = memory.commit(vec![change.clone()], None).await;
                assert_eq!(format!("{stored:?}"), format!("{kept:?}"));
                if stored.is_ok() {
                    books.post(&change);
                    *order = after;
                }
            }
            Happening::Event { .. } => {}
        }
    }
    for order in &orders {
        assert_eq!(sqlite.load(OrderKey::Id(order.id)).await.unwrap(), *order);
        assert_eq!(memory.load(OrderKey::Id(order.id)).await.unwrap(), *order);
        let history = sqlite.history(order.id).await.unwrap();
        assert_eq!(history, memory.history(order.id).await.unwrap());
        for attempt in &order.attempts {
            let watch = sqlite.watch(attempt.id).await.unwrap();
            assert_eq!(watch, memory.watch(attempt.id).await.unwrap());
        }
    }
    assert_eq!(
        sqlite.changed_since(0).await.unwrap(),
        memory.changed_since(0).await.unwrap()
    );
    assert_eq!(sqlite.next_due().await.unwrap(), memory.next_due().await.unwrap());
    for (state, running) in OrderState::ALL
        .iter()
        .flat_map(|state| [(state, true), (state, false)])
    {
        let filter = OrderFilter {
            state: Some(*state),
            running: Some(running),
            ..OrderFilter::default()
        };
        assert_eq!(
            sqlite.list(filter.clone()).await.unwrap(),
            memory.list(filter).await.unwrap()
        );
    }
    books.agree_with(&sqlite, &memory).await;
    let (proof, expected) = (sqlite.verify().await.unwrap(), memory.verify().await.unwrap());
    assert_eq!(expected.first_fault, None);
    assert_eq!(proof, expected);
    sqlite.close().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn memory_and_sqlite_agree(happenings in prop::collection::vec(happening(), 1..120)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(agree(happenings));
    }
}
