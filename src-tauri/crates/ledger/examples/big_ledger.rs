//! A shop's two years, and how long they take to look at.
//!
//! `big_ledger build FILE N` makes a ledger of N orders over 730 days; `big_ledger time FILE` reads it in the ways a shop
//! does and prints the medians in milliseconds as JSON, each beside raw SQL over the same rows of the same file.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::float_arithmetic
)]

use keptang_domain::order::{
    AttemptEvent, Change, ConfirmReason, DocumentKind, Evidence, Instruction, Opening, Order, OrderEvent,
    RefundKind, RefundReason, RefundState, Source,
};
use keptang_domain::{
    AttemptId, BusinessDay, CallbackToken, DayCutoff, Money, OrderId, ProviderId, RefundId, Timestamp,
};
use keptang_ledger::{Import, SqliteLedger};
use keptang_ports::{Ledger, OrderFilter, TakingsFilter};
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use std::path::Path;
use tokio::time::Instant;

/// 2024-11-21 in Bangkok.
const FIRST_DAY: i64 = 20_048;
const DAYS: u64 = 730;
const DAY_MS: i64 = 86_400_000;
const CASHIERS: [&str; 4] = ["นก", "แดง", "สมชาย", "Ploy"];
const DISHES: [&str; 8] = [
    "ชาเย็น",
    "ข้าวมันไก่",
    "ผัดไทย",
    "ส้มตำ",
    "ก๋วยเตี๋ยวเรือ",
    "กาแฟ",
    "ข้าวผัดปู",
    "ต้มยำกุ้ง",
];

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        // SplitMix64, Steele and others 2014.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn id(&mut self, at: Timestamp) -> u128 {
        // As ids of a shop are: the time first, then chance.
        (at.ms() as u128) << 80 | u128::from(self.next())
    }
}

/// One order's life.
struct Life {
    changes: Vec<Change>,
    at: Timestamp,
}

impl Life {
    fn order(&self) -> &Order {
        &self.changes.last().unwrap().after
    }

    fn then(&mut self, later_ms: u64, event: OrderEvent) {
        self.at = self.at.plus_ms(i64::try_from(later_ms).unwrap());
        let change = self.order().record(event, self.at).unwrap().unwrap();
        self.changes.push(change);
    }
}

fn a_life(n: u64, of: u64, receipts: &mut u64, dice: &mut Dice) -> Vec<Change> {
    let day = i64::try_from(n * DAYS / of).unwrap();
    let share = (n * DAYS % of) * 43_200_000 / of;
    // Nine in the morning to nine in the evening in Bangkok, which is two to fourteen of UTC.
    let at = Timestamp::from_ms((FIRST_DAY + day) * DAY_MS + 7_200_000 + i64::try_from(share).unwrap());
    let due =
        Money::from_satang(i64::try_from(2_000 + dice.below(1_000) * 100 + dice.below(2) * 50).unwrap());
    let note = format!("โต๊ะ {} {}", 1 + dice.below(40), DISHES[dice.below(8) as usize]);
    let opening = Opening {
        number: format!("A-{:04}", n + 1),
        amount_due: due,
        note: (dice.below(3) > 0).then_some(note),
        cashier: Some(CASHIERS[dice.below(4) as usize].to_owned()),
        business_day: at.business_day(DayCutoff::DEFAULT),
    };
    let opened = Order::open(OrderId::from_bits(dice.id(at)), opening, at).unwrap();
    let mut life = Life {
        changes: vec![opened],
        at,
    };
    let provider = [
        ProviderId::PromptPayDirect,
        ProviderId::JwtGateway,
        ProviderId::DepositGateway,
        ProviderId::OmiseTrueMoney,
        ProviderId::Cash,
    ][dice.below(5) as usize];
    let attempt = AttemptId::from_bits(dice.id(at));
    let of = |event| OrderEvent::Attempt {
        attempt,
        event,
        said: None,
    };
    let token = u128::from(dice.next()) << 64 | u128::from(dice.next());
    life.then(
        0,
        OrderEvent::AttemptOpened {
            attempt,
            provider,
            token: CallbackToken::from_bits(token),
            asked: due,
            quote: None,
        },
    );
    life.then(0, of(AttemptEvent::SubmitStarted));
    if provider == ProviderId::Cash {
        let payable = keptang_domain::cash::in_coins(due).unwrap();
        life.then(
            8_000,
            of(AttemptEvent::CashTaken {
                payable,
                tendered: payable,
            }),
        );
    } else {
        let satang = if provider == ProviderId::DepositGateway {
            i64::try_from(dice.below(99)).unwrap()
        } else {
            0
        };
        let payable = due.checked_add(Money::from_satang(satang)).unwrap();
        let reference = format!("{}_{:012x}", provider.word(), dice.next() & 0xffff_ffff_ffff);
        life.then(
            300,
            of(AttemptEvent::Accepted {
                provider_ref: (provider != ProviderId::PromptPayDirect).then(|| reference.clone()),
                payable,
                instruction: Some(Instruction::QrText {
                    text: format!("00020101021229370016A000000677010111{reference}5802TH6304ABCD"),
                }),
                deadline: Some(life.at.plus_ms(900_000)),
            }),
        );
        let by_hand = provider == ProviderId::PromptPayDirect && dice.below(8) == 0;
        let paid = if by_hand {
            AttemptEvent::OperatorConfirmed {
                by: "สมชาย".to_owned(),
                reason: ConfirmReason::BankAppShown,
                note: None,
            }
        } else {
            AttemptEvent::Confirmed {
                evidence: Evidence {
                    key: reference,
                    source: if provider == ProviderId::PromptPayDirect {
                        Source::Slip
                    } else {
                        Source::Callback
                    },
                    amount: payable,
                    fee: (provider == ProviderId::OmiseTrueMoney)
                        .then(|| Money::from_satang(payable.satang() * 165 / 10_000)),
                },
            }
        };
        life.then(5_000 + dice.below(60_000), of(paid));
    }
    if n.is_multiple_of(4) {
        *receipts += 1;
        let event = OrderEvent::DocumentIssued {
            kind: DocumentKind::Receipt,
            refund: None,
            series: "R".to_owned(),
            running: *receipts,
            number: format!("R{receipts:07}"),
            day: life.order().opening.business_day,
            vat_rate_bp: Some(700),
            by: life.order().opening.cashier.clone(),
        };
        life.then(1_000, event);
    }
    if n % 100 == 7 {
        let refund = RefundId::from_bits(dice.id(life.at));
        let amount = Money::from_satang((life.order().received().satang() / 2).max(1));
        life.then(
            600_000,
            OrderEvent::RefundRequested {
                refund,
                attempt,
                amount,
                kind: RefundKind::Refund,
                reason: RefundReason::CustomerRequest,
                by: "สมชาย".to_owned(),
            },
        );
        life.then(
            500,
            OrderEvent::RefundResolved {
                refund,
                state: RefundState::Done,
                kind: RefundKind::Refund,
                provider_ref: Some(format!("rfnd_{:012x}", dice.next() & 0xffff_ffff_ffff)),
            },
        );
    }
    life.changes
}

async fn build(path: &Path, orders: u64) {
    let begun = Instant::now();
    let mut import = Import::new(path, DayCutoff::DEFAULT).await.unwrap();
    let mut dice = Dice(1);
    let mut receipts = 0;
    let mut portion = Vec::with_capacity(500);
    for n in 0..orders {
        portion.push(a_life(n, orders, &mut receipts, &mut dice));
        if portion.len() == portion.capacity() || n + 1 == orders {
            import.add(&portion).await.unwrap();
            portion.clear();
        }
    }
    import.finish().await.unwrap();
    let bytes = std::fs::metadata(path).unwrap().len();
    println!(
        "{{\"orders\":{orders},\"seconds\":{},\"megabytes\":{}}}",
        begun.elapsed().as_secs(),
        bytes / 1_000_000
    );
}

const RUNS: usize = 15;

/// The median of some runs, in milliseconds with three places.
macro_rules! median_ms {
    ($what:expr) => {{
        let mut times = Vec::with_capacity(RUNS);
        for _ in 0..RUNS {
            let begun = Instant::now();
            let _ = $what;
            times.push(begun.elapsed().as_micros());
        }
        times.sort_unstable();
        times[RUNS / 2] as f64 / 1_000.0
    }};
}

async fn raw(file: &mut SqliteConnection, sql: &'static str, value: &str) -> usize {
    sqlx::query(sql).bind(value).fetch_all(file).await.unwrap().len()
}

/// The events of a page, which is what a list is made of.
macro_rules! page {
    ($orders:literal) => {
        concat!(
            "WITH page AS MATERIALIZED (",
            $orders,
            ") SELECT e.seq, e.order_id, e.version, e.at_ms, e.payload FROM page CROSS JOIN order_events AS e \
             ON e.order_id = page.id"
        )
    };
}

async fn time(path: &Path) {
    let ledger = SqliteLedger::open(path, DayCutoff::DEFAULT).await.unwrap();
    let mut file = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .connect()
        .await
        .unwrap();
    let day: BusinessDay = Timestamp::from_ms((FIRST_DAY + 365) * DAY_MS + 14_400_000).bangkok_day();
    let of_day = || TakingsFilter {
        days: Some((day, day)),
        ..TakingsFilter::default()
    };
    let cells = ledger.takings(of_day()).await.unwrap();
    assert!(!cells.is_empty(), "the day has money");
    let (number, reference): (String, String) = sqlx::query_as(
        "SELECT o.number, a.provider_ref FROM orders AS o JOIN attempts AS a ON a.order_id = o.id \
         WHERE o.business_day = ?1 AND a.provider_ref IS NOT NULL LIMIT 1",
    )
    .bind(day.to_string())
    .fetch_one(&mut file)
    .await
    .unwrap();
    let finds = |text: &str| OrderFilter {
        search: Some(text.to_owned()),
        ..OrderFilter::default()
    };
    let dish = "ต้มยำกุ้ง";
    for (text, at_least) in [(number.as_str(), 1), (&reference, 1), (dish, 50)] {
        assert!(
            ledger.list(finds(text)).await.unwrap().len() >= at_least,
            "{text}"
        );
    }

    let mut figures: Vec<(&str, f64, f64)> = Vec::new();
    figures.push((
        "day_takings",
        median_ms!(ledger.takings(of_day()).await.unwrap()),
        median_ms!(
            raw(
                &mut file,
                "SELECT provider, cashier, hour, proof, sum(sales), sum(received_satang), sum(adjustments_satang), \
                 sum(suspense_satang), sum(refunds_satang), sum(fees_satang) FROM takings WHERE day = ?1 \
                 GROUP BY provider, cashier, hour, proof",
                &day.to_string()
            )
            .await
        ),
    ));
    figures.push((
        "day_facts",
        median_ms!(ledger.day_facts(day).await.unwrap()),
        median_ms!(
            raw(
                &mut file,
                "SELECT o.state, o.settled_at_ms - o.created_at_ms, a.provider, a.state FROM orders AS o \
                 JOIN attempts AS a ON a.order_id = o.id WHERE o.business_day = ?1",
                &day.to_string()
            )
            .await
        ),
    ));
    figures.push((
        "first_page",
        median_ms!(ledger.list(OrderFilter::default()).await.unwrap()),
        median_ms!(
            raw(
                &mut file,
                page!("SELECT id FROM orders WHERE ?1 = '' ORDER BY opened_seq DESC LIMIT 50"),
                ""
            )
            .await
        ),
    ));
    let flagged = || OrderFilter {
        flagged: Some(true),
        ..OrderFilter::default()
    };
    figures.push((
        "flagged_page",
        median_ms!(ledger.list(flagged()).await.unwrap()),
        median_ms!(
            raw(
                &mut file,
                page!(
                    "SELECT id FROM orders WHERE ?1 = '' AND flags <> '' ORDER BY opened_seq DESC LIMIT 50"
                ),
                ""
            )
            .await
        ),
    ));
    let listed = || OrderFilter {
        day: Some(day),
        ..OrderFilter::default()
    };
    figures.push((
        "day_page",
        median_ms!(ledger.list(listed()).await.unwrap()),
        median_ms!(
            raw(
                &mut file,
                page!("SELECT id FROM orders WHERE business_day = ?1 ORDER BY opened_seq DESC LIMIT 50"),
                &day.to_string()
            )
            .await
        ),
    ));
    for (name, text) in [
        ("search_number", number.as_str()),
        ("search_reference", &reference),
        ("search_note", dish),
    ] {
        let quoted = format!("\"{text}\"");
        figures.push((
            name,
            median_ms!(ledger.list(finds(text)).await.unwrap()),
            median_ms!(
                raw(
                    &mut file,
                    page!(
                        "SELECT orders.id FROM search JOIN orders ON orders.opened_seq = search.rowid / 4096 \
                         WHERE search MATCH ?1 ORDER BY search.rowid DESC LIMIT 50"
                    ),
                    &quoted
                )
                .await
            ),
        ));
    }
    let lines: Vec<String> = figures
        .iter()
        .map(|(name, ours, raw)| format!("\"{name}\":{{\"ms\":{ours:.3},\"raw_sql_ms\":{raw:.3}}}"))
        .collect();
    println!("{{{}}}", lines.join(",\n"));
    ledger.close().await;
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["build", file, orders] => build(Path::new(file), orders.parse().unwrap()).await,
        ["time", file] => time(Path::new(file)).await,
        _ => panic!("big_ledger build FILE N, or big_ledger time FILE"),
    }
}
