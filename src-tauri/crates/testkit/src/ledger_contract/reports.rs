//! What days, shifts and papers say.

use super::{AnyLedger, assert_sound, open_new, record};
use crate::builders::{accepted, after_ms, baht, confirmed, new_order, of};
use crate::clock::{START, TestIds};
use keptang_domain::day::{Cell, Proof};
use keptang_domain::order::{
    AttemptEvent, ConfirmReason, DocumentKind, Evidence, Order, OrderEvent, OrderState, RefundKind,
    RefundReason, RefundState, Source,
};
use keptang_domain::{BusinessDay, DayCutoff, Money, ProviderId, RefundId, Timestamp};
use keptang_ports::{
    AttemptFacts, DayFacts, Ids, LedgerError, Moved, MovedWhat, NewOrder, OrderFilter, SlipRecord,
    TakingsFilter,
};

const DAY_MS: i64 = 86_400_000;

fn today() -> BusinessDay {
    START.business_day(DayCutoff::DEFAULT)
}

fn cell(cashier: Option<&str>, at: Timestamp, proof: Proof) -> Cell {
    Cell {
        provider: ProviderId::OmiseTrueMoney,
        cashier: cashier.map(str::to_owned),
        hour: at.bangkok_hour(),
        proof,
        sales: 0,
        received: Money::ZERO,
        adjustments: Money::ZERO,
        suspense: Money::ZERO,
        refunds: Money::ZERO,
        fees: Money::ZERO,
    }
}

async fn refund(ledger: &AnyLedger, ids: &TestIds, order: &Order, amount: Money, at: Timestamp) -> Order {
    let refund = RefundId::from_bits(ids.next_id());
    let asked = OrderEvent::RefundRequested {
        refund,
        attempt: order.attempts[0].id,
        amount,
        kind: RefundKind::Refund,
        reason: RefundReason::CustomerRequest,
        by: "owner".to_owned(),
    };
    let order = record(ledger, order, asked, at).await.expect("free");
    let done = OrderEvent::RefundResolved {
        refund,
        state: RefundState::Done,
        kind: RefundKind::Refund,
        provider_ref: None,
    };
    record(ledger, &order, done, at).await.expect("free")
}

/// A sale of 250 baht of one cashier, taken by the provider and paid at `at` with a fee of 4 baht.
async fn paid(
    ledger: &AnyLedger,
    ids: &TestIds,
    cashier: Option<&str>,
    reference: &str,
    at: Timestamp,
) -> Order {
    let new = NewOrder {
        cashier: cashier.map(str::to_owned),
        ..new_order(ids)
    };
    let order = open_new(ledger, new).await;
    let order = record(ledger, &order, accepted(&order, reference), at)
        .await
        .expect("free");
    let evidence = Evidence {
        key: reference.to_owned(),
        source: Source::Query,
        amount: baht(250),
        fee: Some(baht(4)),
    };
    let paid = of(order.attempts[0].id, AttemptEvent::Confirmed { evidence });
    record(ledger, &order, paid, at).await.expect("free")
}

pub async fn money_is_counted_in_cells_on_the_day_it_moved(ledger: AnyLedger) {
    let ids = TestIds::default();
    let nothing = ledger
        .takings(TakingsFilter::default())
        .await
        .expect("it answers");
    assert_eq!(nothing, []);
    let (now, tomorrow) = (after_ms(1_000), after_ms(DAY_MS));
    let nok = paid(&ledger, &ids, Some("นก"), "chrg_1", now).await;
    paid(&ledger, &ids, None, "chrg_2", now).await;
    let middle = ledger.head().await.expect("it answers");
    paid(&ledger, &ids, None, "chrg_3", now).await;
    refund(&ledger, &ids, &nok, baht(50), tomorrow).await;

    let sold = Cell {
        sales: 1,
        received: baht(250),
        fees: baht(4),
        ..cell(None, now, Proof::Automatic)
    };
    let of_nok = Cell {
        cashier: Some("นก".to_owned()),
        ..sold.clone()
    };
    let both = Cell {
        sales: 2,
        received: baht(500),
        fees: baht(8),
        ..sold.clone()
    };
    let back = Cell {
        refunds: baht(50),
        ..cell(Some("นก"), tomorrow, Proof::Automatic)
    };
    assert_eq!(now.bangkok_hour(), tomorrow.bangkok_hour());
    let of_nok_in_all = Cell {
        refunds: baht(50),
        ..of_nok.clone()
    };
    let all = TakingsFilter::default;
    let newest = ledger.head().await.expect("it answers");
    for (filter, expected) in [
        (all(), vec![both.clone(), of_nok_in_all.clone()]),
        (
            TakingsFilter {
                days: Some((today(), today())),
                ..all()
            },
            vec![both.clone(), of_nok.clone()],
        ),
        (
            TakingsFilter {
                days: Some((today().next(), today().next())),
                ..all()
            },
            vec![back.clone()],
        ),
        (
            TakingsFilter {
                days: Some((today(), today().next())),
                ..all()
            },
            vec![both.clone(), of_nok_in_all],
        ),
        (
            TakingsFilter {
                events: Some((0, middle)),
                ..all()
            },
            vec![sold.clone(), of_nok.clone()],
        ),
        (
            TakingsFilter {
                events: Some((middle, newest)),
                ..all()
            },
            vec![sold.clone(), back],
        ),
        (
            TakingsFilter {
                events: Some((middle, newest)),
                days: Some((today(), today())),
                counter: Some("A".to_owned()),
            },
            vec![sold],
        ),
        (
            TakingsFilter {
                counter: Some("B".to_owned()),
                ..all()
            },
            vec![],
        ),
    ] {
        let cells = ledger.takings(filter.clone()).await.expect("it answers");
        assert_eq!(cells, expected, "{filter:?}");
    }
    assert_sound(&ledger).await;
}

pub async fn a_day_says_what_became_of_its_orders(ledger: AnyLedger) {
    let ids = TestIds::default();
    let nothing = ledger.day_facts(today()).await.expect("it answers");
    assert_eq!(nothing, DayFacts::default());
    paid(&ledger, &ids, None, "chrg_1", after_ms(3_000)).await;
    paid(&ledger, &ids, None, "chrg_2", after_ms(6_000)).await;
    let returned = paid(&ledger, &ids, None, "chrg_3", after_ms(9_001)).await;
    let returned = refund(&ledger, &ids, &returned, baht(250), after_ms(10_000)).await;
    assert_eq!(returned.state, OrderState::Voided);
    let receipted = paid(&ledger, &ids, None, "chrg_4", after_ms(100_000)).await;
    record(&ledger, &receipted, receipt("R", 1), after_ms(101_000))
        .await
        .expect("free");
    let declined = open_new(&ledger, new_order(&ids)).await;
    let no = AttemptEvent::Declined {
        reason: keptang_domain::order::Reason::Timeout,
    };
    record(
        &ledger,
        &declined,
        of(declined.attempts[0].id, no),
        after_ms(1_000),
    )
    .await
    .expect("free");
    open_new(&ledger, new_order(&ids)).await;
    let of_tomorrow = NewOrder {
        business_day: today().next(),
        ..new_order(&ids)
    };
    open_new(&ledger, of_tomorrow).await;
    assert_eq!(
        ledger.day_facts(today()).await.expect("it answers"),
        DayFacts {
            opened: 6,
            paid: 3,
            voided: 1,
            open: 2,
            // Of 3,000, 6,000, 9,001 and 100,000.
            median_to_paid_ms: Some(7_500),
            attempts: vec![AttemptFacts {
                provider: ProviderId::OmiseTrueMoney,
                opened: 6,
                paid: 4,
                failed: 1,
                expired: 0,
                cancelled: 0,
                running: 1,
            }],
        }
    );
    let mut times = ledger.times_to_paid(today()).await.expect("it answers");
    times.sort_unstable();
    // One is called off since, which does not unpay it.
    let took_ms = [3_000, 6_000, 9_001, 100_000].map(|ms| (ProviderId::OmiseTrueMoney, ms));
    assert_eq!(times, took_ms);
    assert_eq!(
        ledger.times_to_paid(today().next()).await.expect("it answers"),
        []
    );
}

fn receipt(series: &str, running: u64) -> OrderEvent {
    OrderEvent::DocumentIssued {
        kind: DocumentKind::Receipt,
        refund: None,
        series: series.to_owned(),
        running,
        number: format!("{series}{running:06}"),
        day: today(),
        vat_rate_bp: Some(700),
        by: Some("นก".to_owned()),
    }
}

pub async fn a_series_of_papers_has_no_gap(ledger: AnyLedger) {
    let ids = TestIds::default();
    let mut orders = Vec::new();
    for n in 0..5 {
        orders.push(paid(&ledger, &ids, None, &format!("chrg_{n}"), after_ms(1_000)).await);
    }
    assert_eq!(ledger.last_document("R").await.expect("it answers"), 0);
    // Where another till's books ended.
    let first = record(&ledger, &orders[0], receipt("R", 41), after_ms(2_000))
        .await
        .expect("a series begins anywhere");
    assert_eq!(first.state, OrderState::Completed);
    assert_eq!(first.receipt().expect("it was given").number, "R000041");
    for taken in [41, 40, 43] {
        let refused = record(&ledger, &orders[1], receipt("R", taken), after_ms(2_000)).await;
        assert!(
            matches!(refused, Err(LedgerError::DocumentNumberUsed)),
            "{taken}: {refused:?}"
        );
    }
    let OrderEvent::DocumentIssued {
        kind,
        refund,
        day,
        vat_rate_bp,
        by,
        ..
    } = receipt("S", 1)
    else {
        unreachable!("a receipt is a document")
    };
    let same_number = OrderEvent::DocumentIssued {
        kind,
        refund,
        series: "S".to_owned(),
        running: 1,
        number: "R000041".to_owned(),
        day,
        vat_rate_bp,
        by,
    };
    let refused = record(&ledger, &orders[1], same_number, after_ms(2_000)).await;
    assert!(
        matches!(refused, Err(LedgerError::DocumentNumberUsed)),
        "{refused:?}"
    );
    record(&ledger, &orders[1], receipt("R", 42), after_ms(2_000))
        .await
        .expect("it follows");
    record(&ledger, &orders[2], receipt("S", 1), after_ms(2_000))
        .await
        .expect("another series");
    assert_eq!(ledger.last_document("R").await.expect("it answers"), 42);
    assert_eq!(ledger.last_document("S").await.expect("it answers"), 1);
    let found = OrderFilter {
        search: Some("r00004".to_owned()),
        ..OrderFilter::default()
    };
    assert_eq!(ledger.list(found).await.expect("it answers").len(), 2);
    assert_sound(&ledger).await;
}

pub async fn many_tills_number_papers_without_a_gap(ledger: AnyLedger) {
    let ids = TestIds::default();
    let mut tills = Vec::new();
    for n in 0..8 {
        let order = paid(&ledger, &ids, None, &format!("chrg_{n}"), after_ms(1_000)).await;
        let ledger = AnyLedger::clone(&ledger);
        tills.push(tokio::spawn(async move {
            loop {
                let next = ledger.last_document("R").await.expect("it answers") + 1;
                match record(&ledger, &order, receipt("R", next), after_ms(2_000)).await {
                    Ok(order) => return order.receipt().expect("it was given").running,
                    Err(LedgerError::DocumentNumberUsed) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
        }));
    }
    let mut given = Vec::new();
    for till in tills {
        given.push(till.await.expect("no till panics"));
    }
    given.sort_unstable();
    assert_eq!(given, (1..=8).collect::<Vec<u64>>());
    assert_sound(&ledger).await;
}

pub async fn a_figure_opens_its_orders(ledger: AnyLedger) {
    let ids = TestIds::default();
    let (now, tomorrow) = (after_ms(1_000), after_ms(DAY_MS));
    let nok = paid(&ledger, &ids, Some("นก"), "chrg_1", now).await;
    paid(&ledger, &ids, None, "chrg_2", now).await;
    refund(&ledger, &ids, &nok, baht(50), tomorrow).await;
    let by_hand = open_new(&ledger, new_order(&ids)).await;
    let by_hand = record(&ledger, &by_hand, accepted(&by_hand, "chrg_3"), now)
        .await
        .expect("free");
    let word = AttemptEvent::OperatorConfirmed {
        by: "นก".to_owned(),
        reason: ConfirmReason::PhoneCall,
        note: None,
    };
    record(&ledger, &by_hand, of(by_hand.attempts[0].id, word), now)
        .await
        .expect("free");
    let unpaid = NewOrder {
        amount_due: baht(99),
        ..new_order(&ids)
    };
    open_new(&ledger, unpaid).await;

    let today = (today(), today());
    let later = (today.0.next(), today.0.next());
    let moved = |days, change: fn(&mut Moved)| {
        let mut moved = Moved {
            days,
            providers: Vec::new(),
            cashier: None,
            hour: None,
            proof: None,
            what: None,
        };
        change(&mut moved);
        OrderFilter {
            moved: Some(moved),
            ..OrderFilter::default()
        }
    };
    let all = OrderFilter::default;
    for (filter, expected) in [
        (moved(today, |_| {}), vec![3, 2, 1]),
        (moved(later, |_| {}), vec![1]),
        (
            moved(later, |moved| moved.what = Some(MovedWhat::Received)),
            vec![],
        ),
        (
            moved(later, |moved| moved.what = Some(MovedWhat::Refund)),
            vec![1],
        ),
        (
            moved(today, |moved| moved.what = Some(MovedWhat::Fee)),
            vec![2, 1],
        ),
        (
            moved(today, |moved| moved.what = Some(MovedWhat::Adjustment)),
            vec![],
        ),
        (
            moved(today, |moved| moved.what = Some(MovedWhat::Suspense)),
            vec![],
        ),
        (moved(today, |moved| moved.proof = Some(Proof::Manual)), vec![3]),
        (moved(today, |moved| moved.cashier = Some(None)), vec![3, 2]),
        (
            moved(today, |moved| moved.cashier = Some(Some("นก".to_owned()))),
            vec![1],
        ),
        (
            moved(today, |moved| moved.hour = Some(START.bangkok_hour())),
            vec![3, 2, 1],
        ),
        (
            moved(today, |moved| moved.hour = Some((START.bangkok_hour() + 1) % 24)),
            vec![],
        ),
        (
            moved(today, |moved| moved.providers = vec![ProviderId::Cash]),
            vec![],
        ),
        (
            moved(today, |moved| {
                moved.providers = vec![ProviderId::Cash, ProviderId::OmiseTrueMoney]
            }),
            vec![3, 2, 1],
        ),
        (
            OrderFilter {
                flagged: Some(true),
                ..all()
            },
            vec![3],
        ),
        (
            OrderFilter {
                flagged: Some(false),
                ..all()
            },
            vec![4, 2, 1],
        ),
        (
            OrderFilter {
                flag: Some(keptang_domain::order::Flag::ManualConfirm),
                ..all()
            },
            vec![3],
        ),
        (
            OrderFilter {
                flag: Some(keptang_domain::order::Flag::Held),
                ..all()
            },
            vec![],
        ),
        (
            OrderFilter {
                provider: Some(ProviderId::OmiseTrueMoney),
                ..all()
            },
            vec![4, 3, 2, 1],
        ),
        (
            OrderFilter {
                provider: Some(ProviderId::Cash),
                ..all()
            },
            vec![],
        ),
        (
            OrderFilter {
                cashier: Some("นก".to_owned()),
                ..all()
            },
            vec![1],
        ),
        (
            OrderFilter {
                cashier: Some("น".to_owned()),
                ..all()
            },
            vec![],
        ),
        (
            OrderFilter {
                amount: Some((baht(99), baht(100))),
                ..all()
            },
            vec![4],
        ),
        (
            OrderFilter {
                amount: Some((baht(250), baht(250))),
                ..all()
            },
            vec![3, 2, 1],
        ),
        (
            OrderFilter {
                days: Some(today),
                ..all()
            },
            vec![4, 3, 2, 1],
        ),
        (
            OrderFilter {
                days: Some((today.0, START.plus_ms(90 * DAY_MS).bangkok_day())),
                ..all()
            },
            vec![4, 3, 2, 1],
        ),
        (
            OrderFilter {
                days: Some((today.0, START.plus_ms(90 * DAY_MS).bangkok_day())),
                before_number: Some("A-0003".to_owned()),
                ..all()
            },
            vec![2, 1],
        ),
        (
            OrderFilter {
                days: Some((
                    START.plus_ms(30 * DAY_MS).bangkok_day(),
                    START.plus_ms(90 * DAY_MS).bangkok_day(),
                )),
                ..all()
            },
            vec![],
        ),
        (
            OrderFilter {
                days: Some(later),
                ..all()
            },
            vec![],
        ),
        (
            OrderFilter {
                amount: Some((baht(1), baht(1_000))),
                search: Some("chrg_".to_owned()),
                before_number: Some("A-0003".to_owned()),
                limit: 1,
                ..all()
            },
            vec![2],
        ),
    ] {
        let found = ledger.list(filter.clone()).await.expect("it answers");
        let numbers: Vec<&str> = found.iter().map(|order| order.opening.number.as_str()).collect();
        let expected: Vec<String> = expected.iter().map(|n| format!("A-{n:04}")).collect();
        assert_eq!(numbers, expected, "{filter:?}");
    }
}

pub async fn a_bill_is_found_by_its_slip(ledger: AnyLedger) {
    let ids = TestIds::default();
    let order = open_new(&ledger, new_order(&ids)).await;
    open_new(&ledger, new_order(&ids)).await;
    let slip = SlipRecord {
        wanted: Some(order.id),
        reference: Some("014:ref-77".to_owned()),
        detail: r#"{"sender":"SOMCHAI J. x-1234","answer":{"secret":"elsewhere"}}"#.to_owned(),
        ..super::slips::slip(1, 0, None)
    };
    ledger.put_slip(slip.clone()).await.expect("it is taken");
    let numbers = async |text: &str| {
        let filter = OrderFilter {
            search: Some(text.to_owned()),
            ..OrderFilter::default()
        };
        let found = ledger.list(filter).await.expect("it answers");
        found
            .into_iter()
            .map(|order| order.opening.number)
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers("somchai").await, ["A-0001"]);
    assert_eq!(numbers("014:REF").await, ["A-0001"]);
    assert_eq!(numbers("elsewhere").await, Vec::<String>::new());
    let corrected = SlipRecord {
        detail: r#"{"sender":"Somsri"}"#.to_owned(),
        ..slip
    };
    ledger.put_slip(corrected).await.expect("it is taken");
    assert_eq!(numbers("somchai").await, Vec::<String>::new());
    assert_eq!(numbers("SOMSRI").await, ["A-0001"]);
    let order = record(&ledger, &order, accepted(&order, "chrg_1"), after_ms(100))
        .await
        .expect("free");
    record(&ledger, &order, confirmed(&order, "chrg_1"), after_ms(200))
        .await
        .expect("free");
    assert_eq!(numbers("somsri").await, ["A-0001"]);
    assert_sound(&ledger).await;
}
