//! Days made up at random, and every place that says what they took: the day's page, X, the Zs, the report as JSON, CSV,
//! XLSX and PDF, and the postings of the books themselves. All say the same, to the satang.
//!
//! The days are lived through on a real file by the ledger and the checkout; they are read through the till's contract
//! and by readers of other authors, as an accountant would.

use calamine::{Data, Reader, Xlsx};
use keptang_api::App;
use keptang_checkout::{Parts, PayoutRules, Till, TillConfig, Timing};
use keptang_domain::cash::in_coins;
use keptang_domain::order::{
    AttemptEvent, ConfirmReason, Evidence, Order, OrderEvent, RefundKind, RefundReason, RefundState, Source,
};
use keptang_domain::{
    AttemptId, BusinessDay, CallbackToken, DayCutoff, Money, OrderId, ProviderId, RefundId, Timestamp,
};
use keptang_ledger::SqliteLedger;
use keptang_ports::{Clock, Ids, Ledger, NewClaim, NewOrder, WorkerId};
use keptang_testkit::clock::{TestClock, TestIds};
use proptest::prelude::*;
use serde_json::{Value, json};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

/// Long ago, so that no day is ahead of the clock of whoever runs this.
const FIRST_MOMENT: &str = "2025-03-10T01:30:00+07:00";
const GATEWAYS: [ProviderId; 4] = [
    ProviderId::OmiseTrueMoney,
    ProviderId::JwtGateway,
    ProviderId::DepositGateway,
    ProviderId::Crypto2328,
];
const CASHIERS: [Option<&str>; 4] = [None, Some("ฟ้า"), Some("Som, \"the\" one"), Some("=1+1")];

#[derive(Debug, Clone)]
enum Step {
    /// Rounded to 25 satang, as cash is.
    Cash(i64),
    /// Through a gateway that adds some satang and keeps a fee; told by itself or by a slip.
    Gateway {
        which: usize,
        satang: i64,
        adjust: i64,
        fee: i64,
        slip: bool,
    },
    ByHand(i64),
    /// Called off, and paid all the same.
    Late(i64),
    /// Never paid.
    Waiting(i64),
    /// So many per cent of what one of the orders may still give back.
    Refund {
        which: usize,
        percent: i64,
    },
    Close,
    Minutes(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (25..900_000_i64).prop_map(Step::Cash),
        5 => (any::<usize>(), 100..5_000_000_i64, -99..100_i64, 0..99_i64, any::<bool>()).prop_map(
            |(which, satang, adjust, fee, slip)| Step::Gateway { which, satang, adjust, fee, slip }
        ),
        2 => (1..90_000_000_i64).prop_map(Step::ByHand),
        1 => (1..500_000_i64).prop_map(Step::Late),
        1 => (1..500_000_i64).prop_map(Step::Waiting),
        4 => (any::<usize>(), 1..=100_i64).prop_map(|(which, percent)| Step::Refund { which, percent }),
        2 => Just(Step::Close),
        4 => (1..1_500_i64).prop_map(Step::Minutes),
    ]
}

struct Shop {
    folder: tempfile::TempDir,
    ledger: Arc<SqliteLedger>,
    clock: Arc<TestClock>,
    ids: Arc<TestIds>,
    till: Till,
    paid: Vec<OrderId>,
    sold: usize,
}

impl Shop {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ledger.sqlite");
        let ledger = Arc::new(SqliteLedger::open(&file, DayCutoff::DEFAULT).await.unwrap());
        let at: jiff::Timestamp = FIRST_MOMENT.parse().unwrap();
        let clock = Arc::new(TestClock::standing(Timestamp::from_ms(at.as_millisecond())));
        let ids = Arc::new(TestIds::seeded(1));
        let till = Till::new(Parts {
            ledger: ledger.clone(),
            providers: BTreeMap::new(),
            clock: clock.clone(),
            ids: ids.clone(),
            config: TillConfig {
                counter: "A".to_owned(),
                cutoff: DayCutoff::DEFAULT,
                adjust_limit: Money::from_satang(100),
                routing: BTreeMap::new(),
                public_url: None,
                timing: Timing::default(),
                payouts: PayoutRules::default(),
            },
            worker: WorkerId(1),
            slips: None,
        });
        Self {
            folder,
            ledger,
            clock,
            ids,
            till,
            paid: Vec::new(),
            sold: 0,
        }
    }

    async fn open(&mut self, provider: ProviderId, satang: i64) -> Order {
        self.sold += 1;
        self.clock.shift(1_000);
        let at = self.clock.now();
        let opened = self.ledger.open_order(NewOrder {
            id: OrderId::from_bits(self.ids.next_id()),
            counter: "A".to_owned(),
            amount_due: Money::from_satang(satang),
            note: None,
            cashier: CASHIERS[self.sold % CASHIERS.len()].map(str::to_owned),
            business_day: at.business_day(DayCutoff::DEFAULT),
            at,
            attempt: AttemptId::from_bits(self.ids.next_id()),
            provider,
            token: CallbackToken::from_bits(self.ids.next_token()),
            quote: None,
            claim: NewClaim {
                worker: WorkerId(1),
                lease_ms: 30_000,
            },
        });
        opened.await.unwrap()
    }

    async fn record(&self, order: &Order, event: OrderEvent) -> Order {
        self.clock.shift(1_000);
        let change = order.record(event, self.clock.now()).unwrap();
        let change = change.expect("this is news");
        let after = change.after.clone();
        self.ledger.commit(vec![change], None).await.unwrap();
        after
    }

    async fn of_attempt(&self, order: &Order, event: AttemptEvent) -> Order {
        let attempt = order.newest().unwrap().id;
        self.record(
            order,
            OrderEvent::Attempt {
                attempt,
                event,
                said: None,
            },
        )
        .await
    }

    /// A gateway that took the sale with so many satang more.
    async fn accepted(&mut self, provider: ProviderId, satang: i64, adjust: i64) -> Order {
        let order = self.open(provider, satang).await;
        let accepted = AttemptEvent::Accepted {
            provider_ref: Some(format!("ref {}", self.sold)),
            payable: Money::from_satang(satang + adjust),
            instruction: None,
            deadline: None,
        };
        self.of_attempt(&order, accepted).await
    }

    fn evidence(&self, order: &Order, source: Source, fee: i64) -> Evidence {
        Evidence {
            key: format!("key {}", self.sold),
            source,
            amount: order.newest().unwrap().payable,
            fee: (fee > 0).then(|| Money::from_satang(fee)),
        }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Cash(satang) => {
                let order = self.open(ProviderId::Cash, satang).await;
                let payable = in_coins(order.opening.amount_due).unwrap();
                let taken = AttemptEvent::CashTaken {
                    payable,
                    tendered: payable,
                };
                self.of_attempt(&order, taken).await;
                self.paid.push(order.id);
            }
            Step::Gateway {
                which,
                satang,
                adjust,
                fee,
                slip,
            } => {
                let provider = GATEWAYS[which % GATEWAYS.len()];
                let order = self.accepted(provider, satang, adjust.max(1 - satang)).await;
                let source = if slip { Source::Slip } else { Source::Query };
                let evidence = self.evidence(&order, source, fee);
                self.of_attempt(&order, AttemptEvent::Confirmed { evidence })
                    .await;
                self.paid.push(order.id);
            }
            Step::ByHand(satang) => {
                let order = self.accepted(ProviderId::PromptPayDirect, satang, 0).await;
                let word = AttemptEvent::OperatorConfirmed {
                    by: "Nok".to_owned(),
                    reason: ConfirmReason::BankAppShown,
                    note: None,
                };
                self.of_attempt(&order, word).await;
                self.paid.push(order.id);
            }
            Step::Late(satang) => {
                let order = self.accepted(ProviderId::OmiseTrueMoney, satang, 0).await;
                let order = self
                    .of_attempt(&order, AttemptEvent::CancelRequested { by: None })
                    .await;
                let order = self.of_attempt(&order, AttemptEvent::CancelDone).await;
                let order = self.record(&order, OrderEvent::Voided { by: None }).await;
                let evidence = self.evidence(&order, Source::Callback, 3);
                self.of_attempt(&order, AttemptEvent::Confirmed { evidence })
                    .await;
                self.paid.push(order.id);
            }
            Step::Waiting(satang) => {
                self.accepted(ProviderId::PromptPayDirect, satang, 0).await;
            }
            Step::Refund { which, percent } => self.refund(which, percent).await,
            Step::Close => {
                // Nothing new is a clear no, and moves nothing.
                let _ = self.till.z_close(self.till.today(), "Nok".to_owned()).await;
            }
            Step::Minutes(minutes) => self.clock.shift(minutes * 60_000),
        }
    }

    async fn refund(&self, which: usize, percent: i64) {
        let Some(id) = self.paid.get(which % self.paid.len().max(1)) else {
            return;
        };
        let key = keptang_ports::OrderKey::Id(*id);
        let order = self.ledger.load(key).await.unwrap();
        let attempt = order.newest().unwrap().id;
        let amount = order.refundable_of(attempt).satang() * percent / 100;
        if amount < 1 {
            return;
        }
        let refund = RefundId::from_bits(self.ids.next_id());
        let asked = OrderEvent::RefundRequested {
            refund,
            attempt,
            amount: Money::from_satang(amount),
            kind: RefundKind::Refund,
            reason: RefundReason::CustomerRequest,
            by: "Nok".to_owned(),
        };
        let order = self.record(&order, asked).await;
        let done = OrderEvent::RefundResolved {
            refund,
            state: RefundState::Done,
            kind: RefundKind::Refund,
            provider_ref: None,
        };
        self.record(&order, done).await;
    }

    /// Every business day that was lived through, and the one after.
    fn days(&self) -> Vec<BusinessDay> {
        let at: jiff::Timestamp = FIRST_MOMENT.parse().unwrap();
        let mut days = vec![Timestamp::from_ms(at.as_millisecond()).business_day(DayCutoff::DEFAULT)];
        while days[days.len() - 1] <= self.till.today() {
            days.push(days[days.len() - 1].next());
        }
        days
    }
}

/// Orders, gross, refunds, fees, net; money in satang.
type Sums = [i64; 5];

/// Satang of an amount as a till writes it: two digits, commas or none, the sign of a hyphen or of a minus.
#[track_caller]
fn satang(text: &str) -> i64 {
    let plain = text.replace(',', "").replace('−', "-");
    let digits = plain.trim_start_matches(['-', '฿']);
    let (baht, small) = digits.split_once('.').unwrap_or_else(|| panic!("{text}"));
    assert_eq!(small.len(), 2, "{text}");
    let sum = baht.parse::<i64>().unwrap() * 100 + small.parse::<i64>().unwrap();
    if plain.contains('-') { -sum } else { sum }
}

fn money(value: &Value) -> i64 {
    satang(value.as_str().expect("money is a string"))
}

fn sums(line: &Value) -> Sums {
    let orders = line["orders"].as_i64().unwrap();
    [
        orders,
        money(&line["gross"]),
        money(&line["refunds"]),
        money(&line["fees"]),
        money(&line["net"]),
    ]
}

fn groups(report: &Value, name: &str) -> Vec<(String, Sums)> {
    let lines = report[name].as_array().unwrap().iter();
    lines
        .map(|line| (line["key"].as_str().unwrap().to_owned(), sums(line)))
        .collect()
}

/// What of the gross was known how, in the order of [`KNOWN`].
fn known(line: &Value) -> [i64; 6] {
    KNOWN.map(|(name, _)| money(&line[name]))
}

/// Names of the contract, and the words of a sheet.
const KNOWN: [(&str, &str); 6] = [
    ("automatic", "Confirmed by providers"),
    ("slip_confirmed", "Confirmed by slips"),
    ("manual", "Confirmed by a person"),
    ("cash", "Cash"),
    ("adjustments", "Satang adjustments"),
    ("suspense", "For cancelled bills"),
];
const GROUPS: [(&str, &str); 4] = [
    ("by_method", "Method"),
    ("by_provider", "Provider"),
    ("by_cashier", "Cashier"),
    ("by_hour", "Hour"),
];

/// A sheet of sums, row by row, each cell as text.
#[track_caller]
fn check_sheet(report: &Value, rows: &[Vec<String>], place: &str) {
    let of = |by: &str| -> Vec<&Vec<String>> { rows.iter().filter(|row| row[0] == by).collect() };
    let figures = |row: &Vec<String>| -> Sums {
        [
            row[2].parse().unwrap(),
            satang(&row[3]),
            satang(&row[4]),
            satang(&row[5]),
            satang(&row[6]),
        ]
    };
    let day: Vec<Sums> = of("Day").into_iter().map(figures).collect();
    assert_eq!(day, [sums(report)], "{place}");
    for (name, by) in GROUPS {
        let there: Vec<Sums> = of(by).into_iter().map(figures).collect();
        let here: Vec<Sums> = groups(report, name).into_iter().map(|group| group.1).collect();
        assert_eq!(there, here, "{place}: {name}");
    }
    let of_gross = of("Of gross");
    let amounts = KNOWN.map(|(_, words)| {
        let row = of_gross.iter().find(|row| row[1] == words);
        satang(&row.unwrap_or_else(|| panic!("{place}: no {words}"))[3])
    });
    assert_eq!(amounts, known(report), "{place}");
}

fn csv_rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let text = std::str::from_utf8(bytes).unwrap();
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let records = reader.records().map(Result::unwrap);
    let rows: Vec<Vec<String>> = records
        .map(|record| record.iter().map(str::to_owned).collect())
        .collect();
    rows.into_iter()
        .filter(|row: &Vec<String>| row.len() == 7)
        .collect()
}

fn xlsx_rows(bytes: Vec<u8>) -> Vec<Vec<String>> {
    let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
    let first = book.sheet_names().remove(0);
    let range = book.worksheet_range(&first).unwrap();
    let text = |(at, cell): (usize, &Data)| match cell {
        // A count is shown whole, money with two digits.
        Data::Float(number) if at == 2 => format!("{number:.0}"),
        Data::Float(number) => format!("{number:.2}"),
        Data::String(text) => text.clone(),
        _ => String::new(),
    };
    range
        .rows()
        .map(|row| row.iter().enumerate().map(text).collect())
        .collect()
}

/// Every run of text of a PDF as it can be copied, in order.
fn pdf_texts(bytes: &[u8]) -> Vec<String> {
    let document = lopdf::Document::load_mem(bytes).unwrap();
    let mut texts = Vec::new();
    for page in document.get_pages().into_values() {
        let content = document.get_page_content(page);
        for operation in lopdf::content::Content::decode(&content).unwrap().operations {
            if operation.operator == "BDC" {
                let properties = operation.operands[1].as_dict().unwrap();
                let text = properties.get(b"ActualText").unwrap().as_str().unwrap();
                let units: Vec<u16> = text[2..]
                    .chunks(2)
                    .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
                    .collect();
                texts.push(String::from_utf16(&units).unwrap());
            }
        }
    }
    texts
}

/// Gross, refunds, fees and net as they stand at the head of a paper.
fn pdf_sums(texts: &[String]) -> [i64; 4] {
    let is_figure = |text: &&String| text.chars().any(|c| c.is_ascii_digit()) && text.contains('.');
    ["Gross", "Refunds", "Fees", "Net"].map(|word| {
        let at = texts.iter().position(|text| text.starts_with(word));
        let after = &texts[at.unwrap_or_else(|| panic!("{word}: {texts:?}"))..];
        satang(after.iter().skip(1).find(is_figure).unwrap())
    })
}

/// What a day's postings come to: debits less credits of each kind of account.
async fn balances(file: &Path, day: BusinessDay) -> BTreeMap<String, i64> {
    let mut file = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .connect()
        .await
        .unwrap();
    let rows: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT p.debit, p.credit, p.amount_satang FROM postings AS p JOIN order_events AS e ON e.seq = p.seq \
         WHERE json_extract(e.payload, '$.day') = ?1",
    )
    .bind(day.to_string())
    .fetch_all(&mut file)
    .await
    .unwrap();
    let mut balances = BTreeMap::new();
    for (debit, credit, amount) in rows {
        let kind = |account: &str| account.split(':').next().unwrap_or_default().to_owned();
        *balances.entry(kind(&debit)).or_default() += amount;
        *balances.entry(kind(&credit)).or_default() -= amount;
    }
    balances
}

/// One day, in every place. Gives its sums.
async fn check_day(shop: &Shop, app: &App, day: BusinessDay) -> Sums {
    let date = Some(day.to_string());
    let date = date.as_deref();
    let open = shop.till.unclosed(day).await.unwrap();
    let closed = shop.till.z_close(day, "Nok".to_owned()).await;
    assert_eq!(open.is_some(), closed.is_ok(), "{day}");

    let report = serde_json::to_value(app.report(date).await.unwrap()).unwrap();
    let whole = sums(&report);
    let review = app.call("day_review", json!({ "date": date })).await.unwrap();
    assert_eq!(sums(&review["totals"]), whole, "{day}: the page");
    assert_eq!(known(&review["totals"]), known(&report), "{day}: the page");
    assert_eq!(
        money(&review["bank"]) + money(&review["drawer"]),
        whole[4],
        "{day}"
    );
    for (name, _) in GROUPS {
        assert_eq!(groups(&review, name), groups(&report, name), "{day}: {name}");
        let mut sum = [0; 5];
        for (_, group) in groups(&report, name) {
            sum.iter_mut().zip(group).for_each(|(sum, part)| *sum += part);
        }
        assert_eq!(sum, whole, "{day}: {name}");
    }
    assert_eq!(known(&report)[..4].iter().sum::<i64>(), whole[1], "{day}");

    let x = shop.till.x_report(day).await.unwrap().totals;
    let of_x = [x.gross, x.refunds, x.fees, x.net].map(Money::satang);
    assert_eq!(of_x, whole[1..], "{day}: X");
    let mut of_zs = [0; 5];
    let mut known_of_zs = [0; 6];
    for z in review["closes"].as_array().unwrap() {
        let parts = sums(&z["totals"]);
        of_zs.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        let parts = known(&z["totals"]);
        known_of_zs
            .iter_mut()
            .zip(parts)
            .for_each(|(sum, part)| *sum += part);
    }
    assert_eq!((of_zs, known_of_zs), (whole, known(&report)), "{day}: the Zs");

    check_sheet(&report, &csv_rows(&app.report_csv(date).await.unwrap()), "CSV");
    check_sheet(&report, &xlsx_rows(app.report_xlsx(date).await.unwrap()), "XLSX");
    let pdf = pdf_texts(&app.report_pdf(date, None).await.unwrap());
    assert_eq!(pdf_sums(&pdf), whole[1..], "{day}: PDF");
    check_papers(app, &review, &whole).await;
    check_books(&shop.folder.path().join("ledger.sqlite"), day, &report).await;
    whole
}

/// X and each Z on paper.
async fn check_papers(app: &App, review: &Value, whole: &Sums) {
    let date = &review["business_day"];
    let paper = async |request: Value| {
        let saved = app.call("day_paper", request).await.unwrap();
        let bytes = std::fs::read(saved["path"].as_str().unwrap()).unwrap();
        pdf_sums(&pdf_texts(&bytes))
    };
    assert_eq!(paper(json!({ "date": date, "what": "x" })).await, whole[1..]);
    for z in review["closes"].as_array().unwrap() {
        let number = &z["number"];
        let printed = paper(json!({ "date": date, "what": "z", "number": number })).await;
        assert_eq!(printed, sums(&z["totals"])[1..], "Z {number}");
    }
}

/// The same out of the postings, which no report is made of.
async fn check_books(file: &Path, day: BusinessDay, report: &Value) {
    let balances = balances(file, day).await;
    let balance = |kind: &str| balances.get(kind).copied().unwrap_or(0);
    let [_, gross, refunds, fees, net] = sums(report);
    assert_eq!(balance("clearing"), net, "{day}: with banks, providers, drawer");
    assert_eq!(balance("fees"), fees, "{day}");
    assert_eq!(-balance("rounding"), money(&report["adjustments"]), "{day}");
    let kept = balance("order") + balance("suspense") + balance("rounding");
    assert_eq!(-kept, gross - refunds, "{day}");
    assert_eq!(
        balances.values().sum::<i64>(),
        0,
        "{day}: what one gives another takes"
    );
}

async fn check(shop: &Shop) {
    let fixed = [
        ("KEPTANG_KEYCHAIN", "off"),
        ("KEPTANG__SHOP__LANGUAGE", "en"),
        ("KEPTANG__CALLBACKS__LISTEN", "127.0.0.1:0"),
    ];
    let environment = fixed.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let app = App::open_with(shop.folder.path(), environment.to_vec())
        .await
        .unwrap();
    let mut all = [0; 5];
    for day in shop.days() {
        let of_day = check_day(shop, &app, day).await;
        all.iter_mut().zip(of_day).for_each(|(sum, part)| *sum += part);
    }
    assert_eq!(
        all[0],
        i64::try_from(shop.paid.len()).unwrap(),
        "each sale on one day"
    );
    let closes = shop.till.next_z().await.unwrap() - 1;
    let mut numbers = BTreeSet::new();
    for day in shop.days() {
        let of_day = shop.till.z_list(day).await.unwrap();
        numbers.extend(of_day.iter().map(|z| z.number));
    }
    assert_eq!(numbers, (1..=closes).collect(), "no number twice, none left out");
    assert_eq!(shop.ledger.verify().await.unwrap().first_fault, None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_place_says_the_same(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut shop = Shop::new().await;
            for step in steps {
                shop.take(step).await;
            }
            check(&shop).await;
        });
    }
}
