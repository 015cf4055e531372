//! Durable sales a second: the ledger, against prepared statements that write the same rows with the same pragmas.
//!
//! The peer gets its rows for nothing: no domain, no hash, no JSON, no asking whether another process wrote.

use crate::figures::{Row, Samples};
use keptang_domain::{AttemptId, CallbackToken, DayCutoff, Money, OrderId, ProviderId, Timestamp};
use keptang_ledger::SqliteLedger;
use keptang_ports::{Ledger, NewClaim, NewOrder, WorkerId};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

const SCHEMA: &str =
    include_str!("../../src-tauri/crates/ledger/migrations/sqlite/20261121000000_ledger.sql");
/// Small blocks, many turns: on a disk that others use, too, both are to meet the same minutes.
const BLOCKS: u128 = 100;
const BLOCK: u128 = 25;
const CALLERS: u128 = 8;
/// How many sales the eight make in one turn.
const CROWD: u128 = 160;

/// What one sale writes, in the order of its foreign keys: table, columns, rows.
const TABLES: [(&str, usize); 4] = [
    ("order_events", 8),
    ("orders", 16),
    ("attempts", 9),
    ("watches", 10),
];

fn sale(id: u128) -> NewOrder {
    let at = Timestamp::from_ms(1_795_000_000_000 + i64::try_from(id).unwrap());
    NewOrder {
        id: OrderId::from_bits(id << 1),
        counter: "A".to_owned(),
        amount_due: Money::from_satang(25_000),
        note: None,
        cashier: Some("นิด".to_owned()),
        business_day: at.business_day(DayCutoff::new(4, 0).unwrap()),
        at,
        attempt: AttemptId::from_bits((id << 1) + 1),
        provider: ProviderId::OmiseTrueMoney,
        token: CallbackToken::from_bits(id.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)),
        quote: None,
        claim: NewClaim {
            worker: WorkerId(7),
            lease_ms: 25_000,
        },
    }
}

pub(crate) async fn measure() -> Vec<Row> {
    let dir = tempfile::tempdir().unwrap();
    let ours_path = dir.path().join("ours.sqlite");
    let ledger = Arc::new(SqliteLedger::open(&ours_path, DayCutoff::DEFAULT).await.unwrap());
    let mut peer = Peer::open(&dir.path().join("peer.sqlite"));
    let reader = Connection::open_with_flags(&ours_path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();

    let (mut alone, mut raw, mut together) = (Samples::default(), Samples::default(), Samples::default());
    let mut together_time = Duration::ZERO;
    let mut next = 1_u128;
    // The first round warms both and is thrown away.
    for round in 0..=BLOCKS {
        let block = one_caller(&ledger, next).await;
        next += BLOCK;
        let raw_block = peer.catch_up(&reader);
        let (crowd, took) = eight_callers(&ledger, next).await;
        next += CROWD;
        // The peer's file holds the same sales, so that both grow alike.
        peer.catch_up(&reader);
        if round > 0 {
            alone.extend(block);
            raw.extend(raw_block);
            together.extend(crowd);
            together_time += took;
        }
    }
    ledger.close().await;
    let together_rate = (BLOCKS * CROWD) as f64 / together_time.as_secs_f64();
    table(&alone, &raw, &together, together_rate)
}

fn table(alone: &Samples, raw: &Samples, together: &Samples, together_rate: f64) -> Vec<Row> {
    let (alone_rate, raw_rate) = (alone.per_second(), raw.per_second());
    let peer = format!(
        "{raw_rate:.0}/s, {:.2} ms; prepared statements, one writer",
        raw.median_ms()
    );
    let p95_ms = together.percentile_ms(95);
    vec![
        Row {
            what: "Durable sales, one counter".into(),
            ours: format!(
                "{alone_rate:.0}/s, median {:.2} ms, p95 {:.2} ms",
                alone.median_ms(),
                alone.percentile_ms(95)
            ),
            peer: peer.clone(),
            ratio: format!("{:.2}×", alone_rate / raw_rate),
            target: "≥ 0.8×",
            is_met: Some(alone_rate >= 0.8 * raw_rate),
        },
        Row {
            what: "Durable sales, eight counters at once".into(),
            ours: format!(
                "{together_rate:.0}/s, median {:.2} ms, p95 {p95_ms:.2} ms",
                together.median_ms()
            ),
            peer,
            ratio: format!("{:.2}×", together_rate / raw_rate),
            target: "≥ 1.3×, p95 ≤ 5 ms",
            is_met: Some(together_rate >= 1.3 * raw_rate && p95_ms <= 5.0),
        },
    ]
}

/// In a task of the runtime, where the window's and the listener's requests run, too.
async fn one_caller(ledger: &Arc<SqliteLedger>, first: u128) -> Samples {
    let ledger = Arc::clone(ledger);
    let caller = tokio::spawn(async move {
        let mut samples = Samples::default();
        for id in first..first + BLOCK {
            let new = sale(id);
            let started = Instant::now();
            ledger.open_order(new).await.unwrap();
            samples.add(started.elapsed());
        }
        samples
    });
    caller.await.unwrap()
}

async fn eight_callers(ledger: &Arc<SqliteLedger>, first: u128) -> (Samples, Duration) {
    let started = Instant::now();
    let callers = (0..CALLERS).map(|caller| {
        let ledger = Arc::clone(ledger);
        tokio::spawn(async move {
            let mut samples = Samples::default();
            for id in (first..first + CROWD).filter(|id| id % CALLERS == caller) {
                let new = sale(id);
                let started = Instant::now();
                ledger.open_order(new).await.unwrap();
                samples.add(started.elapsed());
            }
            samples
        })
    });
    let mut all = Samples::default();
    for caller in callers.collect::<Vec<_>>() {
        all.extend(caller.await.unwrap());
    }
    (all, started.elapsed())
}

/// Rows of one sale, by table.
type Sale = [Vec<Vec<Value>>; TABLES.len()];

/// The rows of every sale after the first `skip`, as the ledger wrote them.
fn rows_of(reader: &Connection, skip: u128) -> Vec<Sale> {
    let skip = i64::try_from(skip).unwrap();
    let read = |sql: &str, id: &[u8], columns: usize| -> Vec<Vec<Value>> {
        let mut statement = reader.prepare_cached(sql).unwrap();
        let rows = statement
            .query_map([id], |row| (0..columns).map(|column| row.get(column)).collect())
            .unwrap();
        rows.map(Result::unwrap).collect()
    };
    let mut orders = reader
        .prepare("SELECT id FROM orders ORDER BY opened_seq LIMIT -1 OFFSET ?1")
        .unwrap();
    let orders: Vec<Vec<u8>> = orders
        .query_map([skip], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let sqls = [
        "SELECT * FROM order_events WHERE order_id = ?1 ORDER BY seq",
        "SELECT * FROM orders WHERE id = ?1",
        "SELECT * FROM attempts WHERE id = ?1",
        "SELECT * FROM watches WHERE attempt_id = ?1",
    ];
    let rows_of_order = |order: &Vec<u8>| -> Sale {
        // See `sale`: the attempt's id is the order's and one.
        let mut attempt = order.clone();
        *attempt.last_mut().unwrap() += 1;
        let ids = [order, order, &attempt, &attempt];
        std::array::from_fn(|table| read(sqls[table], ids[table], TABLES[table].1))
    };
    orders.iter().map(rows_of_order).collect()
}

/// The same schema and pragmas, written to without anything around it, on a thread that does nothing else: what a
/// thread did before decides how soon a busy machine lets it go on after a flush.
struct Peer {
    to_write: mpsc::Sender<Vec<Sale>>,
    written: mpsc::Receiver<Samples>,
    sales: u128,
}

impl Peer {
    fn open(path: &Path) -> Self {
        let (to_write, inbox) = mpsc::channel::<Vec<Sale>>();
        let (outbox, written) = mpsc::channel();
        let mut connection = Connection::open(path).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.pragma_update(None, "synchronous", "FULL").unwrap();
        connection.pragma_update(None, "foreign_keys", true).unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        std::thread::spawn(move || {
            for sales in inbox {
                outbox.send(write(&mut connection, &sales)).unwrap();
            }
        });
        Self {
            to_write,
            written,
            sales: 0,
        }
    }

    /// Writes the sales that `reader` has and the peer has not.
    fn catch_up(&mut self, reader: &Connection) -> Samples {
        let sales = rows_of(reader, self.sales);
        self.sales += sales.len() as u128;
        self.to_write.send(sales).unwrap();
        self.written.recv().unwrap()
    }
}

fn write(connection: &mut Connection, sales: &[Sale]) -> Samples {
    let inserts = TABLES.map(|(table, columns)| {
        let values = vec!["?"; columns].join(",");
        format!("INSERT INTO {table} VALUES ({values})")
    });
    let mut samples = Samples::default();
    for sale in sales {
        let started = Instant::now();
        let run = |sql: &str, row: &[Value]| {
            let mut statement = connection.prepare_cached(sql).unwrap();
            statement.execute(params_from_iter(row)).unwrap();
        };
        run("BEGIN IMMEDIATE", &[]);
        for (insert, rows) in inserts.iter().zip(sale) {
            for row in rows {
                run(insert, row);
            }
        }
        run("COMMIT", &[]);
        samples.add(started.elapsed());
    }
    samples
}
