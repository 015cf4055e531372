//! The proof: every hash is computed again, every order is replayed through the domain, and every row that can be
//! rebuilt is compared with what is stored.
//!
//! It reads one moment of the ledger and changes nothing; sales go on meanwhile.

use super::fault::{is_damage, told};
use super::rows::{EvidenceRow, LinkRow, TrailRow, read_all};
use crate::chain::{GENESIS, Hash, Head, Link, TrailLink};
use crate::projection::{
    AttemptRow, DocumentRow, OrderRow, PostingRow, RefundRow, SEARCH_SPAN, SearchRow, TakingRow, id_bytes,
};
use crate::replay::{Misfit, StoredEvent};
use futures::TryStreamExt;
use keptang_domain::OrderId;
use keptang_domain::order::Order;
use keptang_ports::{LedgerError, VerifyReport};
use sqlx::sqlite::{SqliteConnection, SqlitePool};

/// Orders held in memory at a time.
const CHUNK: usize = 500;

/// Why the proof ends early.
enum Stop {
    /// Something is wrong: table, row, what.
    Fault(String),
    /// The file could not be read.
    Unread(sqlx::Error),
}

impl From<sqlx::Error> for Stop {
    fn from(error: sqlx::Error) -> Self {
        Self::Unread(error)
    }
}

impl From<Misfit> for Stop {
    fn from(misfit: Misfit) -> Self {
        Self::Fault(misfit.0)
    }
}

/// Proves the whole ledger.
pub(super) async fn ledger(readers: &SqlitePool) -> Result<VerifyReport, LedgerError> {
    let mut report = VerifyReport {
        events: 0,
        orders: 0,
        first_fault: None,
    };
    // A transaction that only reads sees one moment.
    let mut moment = readers.begin().await.map_err(told)?;
    match prove(&mut moment, &mut report).await {
        Ok(()) => {}
        Err(Stop::Fault(fault)) => report.first_fault = Some(fault),
        Err(Stop::Unread(error)) if is_damage(&error) => {
            report.first_fault = Some(format!("the file itself: {error}"));
        }
        Err(Stop::Unread(error)) => return Err(told(error)),
    }
    Ok(report)
}

async fn prove(moment: &mut SqliteConnection, report: &mut VerifyReport) -> Result<(), Stop> {
    chain(moment, report).await?;
    let mut after = Vec::new();
    let (mut postings, mut takings, mut texts) = (0, 0, 0);
    loop {
        let ids: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT DISTINCT order_id FROM order_events WHERE order_id > ?1 ORDER BY order_id LIMIT ?2",
        )
        .bind(&after)
        .bind(i64::try_from(CHUNK).unwrap_or(i64::MAX))
        .fetch_all(&mut *moment)
        .await?;
        let is_last = ids.len() < CHUNK;
        // Rows of orders that have no events would lie anywhere: the ranges leave no gap between them.
        let until = match ids.last() {
            Some(last) if !is_last => last.clone(),
            _ => vec![u8::MAX; 17],
        };
        let expected = Expected::replay(moment, &after, &until).await?;
        report.orders += u64::try_from(expected.orders.len()).unwrap_or(u64::MAX);
        postings += expected.postings.len();
        takings += expected.takings.len();
        texts += expected.texts.len();
        expected.compare(moment, &after, &until).await?;
        if is_last {
            break;
        }
        after = until;
    }
    all_postings(moment, postings).await?;
    all_takings(moment, takings).await?;
    let texts_found = "SELECT (SELECT count(*) FROM search) + (SELECT count(*) FROM search_new)";
    counted(moment, "search", texts_found, texts).await?;
    trail(moment).await?;
    sound_file(moment).await
}

/// Each hash again, and the numbers without a gap.
async fn chain(moment: &mut SqliteConnection, report: &mut VerifyReport) -> Result<(), Stop> {
    let mut head = Head::EMPTY;
    let mut rows = sqlx::query_as::<_, LinkRow>(
        "SELECT seq, order_id, version, at_ms, CAST(kind AS BLOB) AS kind, CAST(payload AS BLOB) AS payload, \
         prev_hash, hash FROM order_events ORDER BY seq",
    )
    .fetch(moment);
    while let Some(row) = rows.try_next().await? {
        let place = format!("order_events {}", row.seq);
        if row.seq != head.seq + 1 {
            return Err(Stop::Fault(format!("order_events {}: missing", head.seq + 1)));
        }
        if row.prev_hash != head.hash {
            return Err(Stop::Fault(format!(
                "{place}: does not follow the event before it"
            )));
        }
        let link = Link {
            seq: row.seq,
            order: row.order,
            version: row.version,
            at_ms: row.at_ms,
            kind: &row.kind,
            payload: &row.payload,
        };
        let hash: Hash = link.hash(&head.hash);
        if row.hash != hash {
            return Err(Stop::Fault(format!(
                "{place}: its content does not give its hash"
            )));
        }
        head = Head { seq: row.seq, hash };
        report.events += 1;
    }
    Ok(())
}

/// What the events of a range of orders say, each list in the order of its key.
#[derive(Default)]
struct Expected {
    orders: Vec<OrderRow>,
    attempts: Vec<AttemptRow>,
    refunds: Vec<RefundRow>,
    evidence: Vec<EvidenceRow>,
    postings: Vec<PostingRow>,
    takings: Vec<TakingRow>,
    documents: Vec<DocumentRow>,
    /// Row number and text.
    texts: Vec<(i64, String)>,
}

impl Expected {
    async fn replay(moment: &mut SqliteConnection, after: &[u8], until: &[u8]) -> Result<Self, Stop> {
        let events: Vec<StoredEvent> = read_all(
            moment,
            "SELECT seq, order_id, version, at_ms, payload FROM order_events \
             WHERE order_id > ?1 AND order_id <= ?2 ORDER BY order_id, version",
            after,
            until,
        )
        .await?;
        let mut expected = Self::default();
        let mut current: Option<(Order, i64)> = None;
        for event in &events {
            if let Some((order, opened_seq)) = current.take_if(|(order, _)| order.id != event.order) {
                expected.take(&order, opened_seq)?;
            }
            let change = event.apply(current.as_ref().map(|(order, _)| order))?;
            expected
                .postings
                .extend(PostingRow::of(event.seq, &change.postings));
            if !change.postings.is_empty() {
                let counts_on = event.counts_on()?;
                expected
                    .takings
                    .extend(TakingRow::of(event.seq, &change, counts_on));
            }
            expected.documents.extend(DocumentRow::of(event.seq, &change));
            let opened_seq = current.as_ref().map_or(event.seq, |(_, opened_seq)| *opened_seq);
            if let Some(row) = SearchRow::of(&change) {
                expected
                    .texts
                    .push((opened_seq * SEARCH_SPAN + row.slot, row.text));
            }
            if let Some((book, key)) = change.new_evidence {
                expected.evidence.push(EvidenceRow {
                    provider: book.to_owned(),
                    key,
                    order_id: id_bytes(event.order),
                    seq: event.seq,
                });
            }
            current = Some((change.after, opened_seq));
        }
        if let Some((order, opened_seq)) = current {
            expected.take(&order, opened_seq)?;
        }
        expected.attempts.sort_by_key(|row| row.id);
        expected.refunds.sort_by_key(|row| row.id);
        expected.postings.sort_by_key(|row| (row.seq, row.line));
        expected.texts.sort_unstable();
        expected.takings.sort_by_key(|row| row.seq);
        expected.documents.sort_by(|a, b| a.number.cmp(&b.number));
        // Of two reports of one payment in one order, the first holds the row.
        expected
            .evidence
            .sort_by(|a, b| (&a.provider, &a.key, a.seq).cmp(&(&b.provider, &b.key, b.seq)));
        expected
            .evidence
            .dedup_by(|later, first| (&later.provider, &later.key) == (&first.provider, &first.key));
        Ok(expected)
    }

    fn take(&mut self, order: &Order, opened_seq: i64) -> Result<(), Stop> {
        let row = OrderRow::of(order, opened_seq).ok_or_else(|| {
            Stop::Fault(format!(
                "order_events {opened_seq}: the number is none a counter gives"
            ))
        })?;
        self.orders.push(row);
        self.attempts.extend(
            order
                .attempts
                .iter()
                .enumerate()
                .map(|(position, attempt)| AttemptRow::of(order.id, position, attempt)),
        );
        self.refunds
            .extend(order.refunds.iter().map(|refund| RefundRow::of(order.id, refund)));
        Ok(())
    }

    async fn compare(&self, moment: &mut SqliteConnection, after: &[u8], until: &[u8]) -> Result<(), Stop> {
        let orders: Vec<OrderRow> = read_all(
            moment,
            "SELECT opened_seq, id, version, counter, counter_no, number, amount_due_satang, note, cashier, \
             business_day, created_at_ms, state, settled_at_ms, running, newest_state, flags \
             FROM orders WHERE id > ?1 AND id <= ?2 ORDER BY id",
            after,
            until,
        )
        .await?;
        same("orders", &self.orders, &orders, |row| row.id)?;
        let attempts: Vec<AttemptRow> = read_all(
            moment,
            "SELECT id, order_id, position, provider, provider_ref, token, state, asked_satang, payable_satang \
             FROM attempts WHERE order_id > ?1 AND order_id <= ?2 ORDER BY id",
            after,
            until,
        )
        .await?;
        same("attempts", &self.attempts, &attempts, |row| row.id)?;
        let refunds: Vec<RefundRow> = read_all(
            moment,
            "SELECT id, order_id, attempt_id, amount_satang, kind, state, provider_ref, reason, by_name \
             FROM refunds WHERE order_id > ?1 AND order_id <= ?2 ORDER BY id",
            after,
            until,
        )
        .await?;
        same("refunds", &self.refunds, &refunds, |row| row.id)?;
        let evidence: Vec<EvidenceRow> = read_all(
            moment,
            "SELECT provider, key, order_id, seq FROM evidence \
             WHERE order_id > ?1 AND order_id <= ?2 ORDER BY provider, key",
            after,
            until,
        )
        .await?;
        same("evidence", &self.evidence, &evidence, |row| {
            (row.provider.clone(), row.key.clone())
        })?;
        let postings: Vec<PostingRow> = read_all(
            moment,
            "SELECT p.seq, p.line, p.debit, p.credit, p.amount_satang \
             FROM order_events AS e CROSS JOIN postings AS p ON p.seq = e.seq \
             WHERE e.order_id > ?1 AND e.order_id <= ?2 ORDER BY p.seq, p.line",
            after,
            until,
        )
        .await?;
        same("postings", &self.postings, &postings, |row| (row.seq, row.line))?;
        let takings: Vec<TakingRow> = read_all(
            moment,
            "SELECT t.seq, t.order_id, t.day, t.hour, t.counter, t.cashier, t.provider, t.proof, t.sales, \
             t.received_satang, t.adjustments_satang, t.suspense_satang, t.refunds_satang, t.fees_satang \
             FROM order_events AS e CROSS JOIN takings AS t ON t.seq = e.seq \
             WHERE e.order_id > ?1 AND e.order_id <= ?2 ORDER BY t.seq",
            after,
            until,
        )
        .await?;
        same("takings", &self.takings, &takings, |row| row.seq)?;
        let documents: Vec<DocumentRow> = read_all(
            moment,
            "SELECT number, series, running, kind, order_id, seq FROM documents \
             WHERE order_id > ?1 AND order_id <= ?2 ORDER BY number",
            after,
            until,
        )
        .await?;
        same("documents", &self.documents, &documents, |row| row.number.clone())?;
        let texts: Vec<(i64, String)> = sqlx::query_as(
            "SELECT search.rowid, search.text FROM orders CROSS JOIN search \
             ON search.rowid >= orders.opened_seq * ?3 AND search.rowid < (orders.opened_seq + 1) * ?3 \
             WHERE orders.id > ?1 AND orders.id <= ?2 \
             UNION ALL SELECT place, text FROM orders CROSS JOIN search_new \
             ON place >= orders.opened_seq * ?3 AND place < (orders.opened_seq + 1) * ?3 \
             WHERE orders.id > ?1 AND orders.id <= ?2 ORDER BY 1",
        )
        .bind(after)
        .bind(until)
        .bind(SEARCH_SPAN)
        .fetch_all(moment)
        .await?;
        same("search", &self.texts, &texts, |(row, _)| *row)
    }
}

/// Compares two lists, both in the order of their key.
fn same<T: PartialEq, K: Ord + Named>(
    table: &str,
    expected: &[T],
    found: &[T],
    key: impl Fn(&T) -> K,
) -> Result<(), Stop> {
    let fault = |key: &K, what: &str| Err(Stop::Fault(format!("{table} {}: {what}", key.name())));
    for index in 0..expected.len().max(found.len()) {
        let (wanted, stored) = (expected.get(index), found.get(index));
        if wanted == stored {
            continue;
        }
        return match (wanted.map(&key), stored.map(&key)) {
            (Some(wanted), Some(stored)) if wanted == stored => {
                fault(&stored, "differs from what the events give")
            }
            (Some(wanted), Some(stored)) if wanted < stored => fault(&wanted, "missing"),
            (_, Some(stored)) => fault(&stored, "is not in the events"),
            (Some(wanted), None) => fault(&wanted, "missing"),
            (None, None) => Ok(()),
        };
    }
    Ok(())
}

/// How a row is named in a fault.
trait Named {
    fn name(&self) -> String;
}

impl Named for [u8; 16] {
    fn name(&self) -> String {
        OrderId::from_bits(u128::from_be_bytes(*self)).to_string()
    }
}

impl Named for i64 {
    fn name(&self) -> String {
        self.to_string()
    }
}

impl Named for String {
    fn name(&self) -> String {
        self.clone()
    }
}

impl Named for (i64, i64) {
    fn name(&self) -> String {
        format!("{} line {}", self.0, self.1)
    }
}

impl Named for (String, String) {
    fn name(&self) -> String {
        format!("{} {}", self.0, self.1)
    }
}

/// Postings of events that do not exist are in no range above.
async fn all_postings(moment: &mut SqliteConnection, expected: usize) -> Result<(), Stop> {
    let stray: Option<(i64, i64)> = sqlx::query_as(
        "SELECT seq, line FROM postings WHERE seq NOT IN (SELECT seq FROM order_events) ORDER BY seq, line LIMIT 1",
    )
    .fetch_optional(&mut *moment)
    .await?;
    if let Some((seq, line)) = stray {
        return Err(Stop::Fault(format!(
            "postings {seq} line {line}: is not in the events"
        )));
    }
    counted(moment, "postings", "SELECT count(*) FROM postings", expected).await
}

/// Takings of events that do not exist are in no range above either.
async fn all_takings(moment: &mut SqliteConnection, expected: usize) -> Result<(), Stop> {
    let stray: Option<i64> = sqlx::query_scalar(
        "SELECT seq FROM takings WHERE seq NOT IN (SELECT seq FROM order_events) ORDER BY seq LIMIT 1",
    )
    .fetch_optional(&mut *moment)
    .await?;
    if let Some(seq) = stray {
        return Err(Stop::Fault(format!("takings {seq}: is not in the events")));
    }
    counted(moment, "takings", "SELECT count(*) FROM takings", expected).await
}

async fn counted(
    moment: &mut SqliteConnection,
    table: &str,
    count: &'static str,
    expected: usize,
) -> Result<(), Stop> {
    let found: i64 = sqlx::query_scalar(count).fetch_one(moment).await?;
    if i64::try_from(expected) == Ok(found) {
        return Ok(());
    }
    Err(Stop::Fault(format!(
        "{table}: {found} rows, the events give {expected}"
    )))
}

/// Each hash of the audit trail again, and its numbers without a gap.
async fn trail(moment: &mut SqliteConnection) -> Result<(), Stop> {
    let (mut newest, mut hash) = (0, GENESIS);
    let mut rows = sqlx::query_as::<_, TrailRow>(
        "SELECT id, at_ms, CAST(by_name AS BLOB) AS by_name, CAST(what AS BLOB) AS what, \
         CAST(subject AS BLOB) AS subject, CAST(detail AS BLOB) AS detail, prev_hash, hash FROM audit ORDER BY id",
    )
    .fetch(moment);
    while let Some(row) = rows.try_next().await? {
        if row.id != newest + 1 {
            return Err(Stop::Fault(format!("audit {}: missing", newest + 1)));
        }
        if row.prev_hash.as_deref() != Some(hash.as_slice()) {
            return Err(Stop::Fault(format!(
                "audit {}: does not follow the line before it",
                row.id
            )));
        }
        let link = TrailLink {
            id: row.id,
            at_ms: row.at_ms,
            by: row.by_name.as_deref(),
            what: &row.what,
            subject: &row.subject,
            detail: &row.detail,
        };
        hash = link.hash(&hash);
        if row.hash.as_deref() != Some(hash.as_slice()) {
            return Err(Stop::Fault(format!(
                "audit {}: its content does not give its hash",
                row.id
            )));
        }
        newest = row.id;
    }
    Ok(())
}

/// SQLite's own proof: pages, indexes and constraints.
async fn sound_file(moment: &mut SqliteConnection) -> Result<(), Stop> {
    let verdict: String = sqlx::query_scalar("PRAGMA integrity_check(1)")
        .fetch_one(moment)
        .await?;
    if verdict == "ok" {
        return Ok(());
    }
    Err(Stop::Fault(format!("the file itself: {verdict}")))
}
