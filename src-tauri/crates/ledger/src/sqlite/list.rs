//! Lists of orders: found through indexes of the views, rebuilt from their events.
//!
//! SQLite keeps no statistics of the file, so it would guess. Each list names the one index it goes by, and `+` keeps
//! the other conditions away from theirs.

use super::fault::told;
use crate::projection::{SEARCH_SPAN, counter_of, day};
use crate::replay::{self, StoredEvent};
use keptang_domain::money::parse_amount;
use keptang_domain::order::Order;
use keptang_domain::{BusinessDay, ProviderId};
use keptang_ports::{LedgerError, Moved, MovedWhat, OrderFilter};
use sqlx::QueryBuilder;
use sqlx::sqlite::{Sqlite, SqlitePool};

/// Orders on a page when the caller does not say.
const PAGE: usize = 50;

/// A text shorter than this is not looked for inside others: the index holds three letters at a time.
const SHORTEST_PART: usize = 3;

/// Attempts of a provider that is rarely used.
const RARE: i64 = 2_000;

/// Days in a row whose orders are sorted; of more, the newest orders are looked at one after another.
const MANY_DAYS: i64 = 14;

/// Orders that fit a filter, newest first.
pub(super) async fn orders(readers: &SqlitePool, filter: &OrderFilter) -> Result<Vec<Order>, LedgerError> {
    let rare = match filter.provider {
        Some(provider) => is_rare(readers, provider).await?,
        None => false,
    };
    let Some(mut query) = statement(filter, rare) else {
        return Ok(Vec::new());
    };
    let events: Vec<StoredEvent> = query.build_query_as().fetch_all(readers).await.map_err(told)?;
    Ok(replay::orders(events)?)
}

/// Whether so few orders went through a provider that looking at all of them is quicker than looking for them.
async fn is_rare(readers: &SqlitePool, provider: ProviderId) -> Result<bool, LedgerError> {
    let attempts: i64 =
        sqlx::query_scalar("SELECT count(*) FROM (SELECT 1 FROM attempts WHERE provider = ?1 LIMIT ?2)")
            .bind(provider.word())
            .bind(RARE + 1)
            .fetch_one(readers)
            .await
            .map_err(told)?;
    Ok(attempts <= RARE)
}

/// The statement of a list; `None` when it cannot find anything. `rare` says that the provider asked for is.
fn statement(filter: &OrderFilter, rare: bool) -> Option<QueryBuilder<Sqlite>> {
    let before = match &filter.before_number {
        Some(number) => Some(counter_of(number)?),
        None => None,
    };
    let limit = if filter.limit == 0 { PAGE } else { filter.limit };
    let page = Page {
        filter,
        before,
        limit: i64::try_from(limit).unwrap_or(i64::MAX),
    };
    let mut query = QueryBuilder::new("WITH page AS MATERIALIZED (");
    match filter.search.as_deref() {
        None | Some("") => page.of_orders(&mut query, By::best_of(filter, rare)),
        Some(text) => page.of_search(&mut query, text),
    }
    query.push(
        ") SELECT e.seq, e.order_id, e.version, e.at_ms, e.payload \
         FROM page CROSS JOIN order_events AS e ON e.order_id = page.id \
         ORDER BY page.opened_seq DESC, e.version",
    );
    Some(query)
}

/// The index a list goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Money,
    Day,
    Days,
    Flags,
    Running,
    Cashier,
    State,
    Amount,
    Provider,
    /// The newest orders, one after another.
    Age,
    /// What another index found.
    Given,
}

impl By {
    /// The one that most likely leaves least to look at.
    fn best_of(filter: &OrderFilter, rare: bool) -> Self {
        let few_days = |(from, to): (BusinessDay, BusinessDay)| to.days() - from.days() < MANY_DAYS;
        if filter.moved.is_some() {
            Self::Money
        } else if filter.day.is_some() {
            Self::Day
        } else if filter.running == Some(true) {
            Self::Running
        } else if filter.flag.is_some() || filter.flagged == Some(true) {
            Self::Flags
        } else if filter.provider.is_some() && rare {
            Self::Provider
        } else if filter.days.is_some_and(few_days) {
            Self::Days
        } else if filter.cashier.is_some() {
            Self::Cashier
        } else if filter.state.is_some() {
            Self::State
        } else if filter.amount.is_some() {
            Self::Amount
        } else {
            Self::Age
        }
    }

    /// Where the rows are read from.
    fn table(self) -> &'static str {
        match self {
            Self::Day | Self::Days => "orders INDEXED BY orders_by_day",
            Self::Flags => "orders INDEXED BY orders_flagged",
            Self::Running => "orders INDEXED BY orders_running",
            Self::Cashier => "orders INDEXED BY orders_by_cashier",
            Self::State => "orders INDEXED BY orders_by_state",
            Self::Amount => "orders INDEXED BY orders_by_amount",
            Self::Age => "orders NOT INDEXED",
            Self::Money | Self::Provider | Self::Given => "orders",
        }
    }

    /// The age of an order where the index holds the newest first, and kept away from it where it does not.
    fn age(self) -> &'static str {
        match self {
            Self::Day | Self::Flags | Self::Running | Self::Cashier | Self::State | Self::Age => "opened_seq",
            Self::Days | Self::Amount | Self::Money | Self::Provider | Self::Given => "+opened_seq",
        }
    }

    /// Before a column: nothing where this goes by its index, `+` where it must not.
    fn unless(self, index: Self) -> &'static str {
        if self == index { " AND " } else { " AND +" }
    }
}

/// One page of a list.
struct Page<'a> {
    filter: &'a OrderFilter,
    before: Option<(&'a str, i64)>,
    limit: i64,
}

impl Page<'_> {
    /// Without a text to look for.
    fn of_orders(&self, query: &mut QueryBuilder<Sqlite>, by: By) {
        query
            .push("SELECT id, opened_seq FROM ")
            .push(by.table())
            .push(" WHERE ");
        match self.filter.days.filter(|_| by == By::Age) {
            Some((from, to)) => {
                // Not through everything that came after those days.
                query.push(
                    "opened_seq < min(coalesce((SELECT max(opened_seq) + 1 FROM orders INDEXED BY orders_by_day \
                     WHERE business_day BETWEEN ",
                );
                query
                    .push_bind(day(from))
                    .push(" AND ")
                    .push_bind(day(to))
                    .push("), 0), ");
                self.newest(query);
                query.push(")");
            }
            None => self.older(query, by.age()),
        }
        self.conditions(query, by);
        query
            .push(" ORDER BY opened_seq DESC LIMIT ")
            .push_bind(self.limit);
    }

    /// With a text: what each index finds, a page of each, and of these a page.
    fn of_search(&self, query: &mut QueryBuilder<Sqlite>, text: &str) {
        query.push("SELECT id, opened_seq FROM (SELECT NULL AS id, NULL AS opened_seq WHERE FALSE");
        if let Ok(amount) = parse_amount(text) {
            self.found(query, By::Amount, |query| {
                query.push("amount_due_satang = ").push_bind(amount.satang());
            });
        }
        if text.chars().count() < SHORTEST_PART {
            self.found(query, By::Cashier, |query| {
                query.push("cashier = ").push_bind(text.to_owned());
            });
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            if let Some(counter_no) = text.parse::<i64>().ok().filter(|_| digits) {
                // Each counter by the index that keeps numbers unique, instead of an index of its own.
                self.found(query, By::Given, |query| {
                    query.push(
                        "opened_seq IN (WITH RECURSIVE counters (name) AS (SELECT min(counter) FROM orders \
                         UNION ALL SELECT (SELECT min(counter) FROM orders WHERE counter > name) FROM counters \
                         WHERE name IS NOT NULL) SELECT named.opened_seq FROM counters CROSS JOIN orders AS named \
                         ON named.counter = name AND named.counter_no = ",
                    );
                    query.push_bind(counter_no).push(")");
                });
            }
        } else {
            self.in_texts(query, text);
            // Texts of the last moments are not in the index yet.
            self.found(query, By::Given, |query| {
                query
                    .push("opened_seq IN (SELECT place / ")
                    .push_bind(SEARCH_SPAN);
                query
                    .push(" FROM search_new WHERE text LIKE ")
                    .push_bind(part(text));
                query.push(" ESCAPE '\\')");
            });
            self.found(query, By::Given, |query| {
                query.push(
                    "id IN (SELECT coalesce(paid_order, wanted_order) FROM slip_search CROSS JOIN slips \
                     ON slips.place = slip_search.rowid WHERE slip_search MATCH ",
                );
                query.push_bind(phrase(text)).push(")");
            });
        }
        query.push(") GROUP BY opened_seq ORDER BY opened_seq DESC LIMIT ");
        query.push_bind(self.limit);
    }

    /// A page of what one condition finds.
    fn found(
        &self,
        query: &mut QueryBuilder<Sqlite>,
        by: By,
        condition: impl FnOnce(&mut QueryBuilder<Sqlite>),
    ) {
        query.push(" UNION ALL SELECT * FROM (SELECT id, opened_seq FROM ");
        query.push(by.table()).push(" WHERE ");
        condition(query);
        query.push(" AND ");
        self.older(query, By::Given.age());
        self.conditions(query, By::Given);
        query
            .push(" ORDER BY opened_seq DESC LIMIT ")
            .push_bind(self.limit);
        query.push(")");
    }

    /// A page of the orders whose texts hold `text`. Its rows come newest order first, so that a word of every bill
    /// costs no more than a rare one; an order may come twice.
    fn in_texts(&self, query: &mut QueryBuilder<Sqlite>, text: &str) {
        query.push(
            " UNION ALL SELECT * FROM (SELECT DISTINCT id, opened_seq FROM search CROSS JOIN orders \
             ON orders.opened_seq = search.rowid / ",
        );
        query.push_bind(SEARCH_SPAN).push(" WHERE search MATCH ");
        query.push_bind(phrase(text)).push(" AND ");
        self.older(query, By::Given.age());
        if let Some((counter, counter_no)) = self.before {
            query.push(" AND search.rowid < (SELECT opened_seq FROM orders WHERE counter = ");
            query.push_bind(counter.to_owned()).push(" AND counter_no = ");
            query.push_bind(counter_no).push(") * ").push_bind(SEARCH_SPAN);
        }
        self.conditions(query, By::Given);
        query
            .push(" ORDER BY search.rowid DESC LIMIT ")
            .push_bind(self.limit);
        query.push(")");
    }

    fn older(&self, query: &mut QueryBuilder<Sqlite>, column: &str) {
        query.push(column).push(" < ");
        self.newest(query);
    }

    /// Where the page begins: before this place.
    fn newest(&self, query: &mut QueryBuilder<Sqlite>) {
        match self.before {
            Some((counter, counter_no)) => {
                query.push("(SELECT opened_seq FROM orders WHERE counter = ");
                query.push_bind(counter.to_owned()).push(" AND counter_no = ");
                query.push_bind(counter_no).push(")");
            }
            None => {
                query.push_bind(i64::MAX);
            }
        }
    }

    fn conditions(&self, query: &mut QueryBuilder<Sqlite>, by: By) {
        let filter = self.filter;
        if let Some(only) = filter.day {
            query.push(by.unless(By::Day)).push("business_day = ");
            query.push_bind(day(only));
        }
        if let Some((from, to)) = filter.days {
            query.push(by.unless(By::Days)).push("business_day BETWEEN ");
            query.push_bind(day(from)).push(" AND ").push_bind(day(to));
        }
        if let Some(state) = filter.state {
            query
                .push(by.unless(By::State))
                .push("state = ")
                .push_bind(state.word());
        }
        if let Some(running) = filter.running {
            let is = if running { "running = 1" } else { "running = 0" };
            query.push(by.unless(By::Running)).push(is);
        }
        if let Some(cashier) = &filter.cashier {
            query.push(by.unless(By::Cashier)).push("cashier = ");
            query.push_bind(cashier.clone());
        }
        if let Some((from, to)) = filter.amount {
            query
                .push(by.unless(By::Amount))
                .push("amount_due_satang BETWEEN ");
            query
                .push_bind(from.satang())
                .push(" AND ")
                .push_bind(to.satang());
        }
        if filter.flagged == Some(false) {
            query.push(" AND flags = ''");
        }
        if filter.flagged == Some(true) || filter.flag.is_some() {
            query.push(by.unless(By::Flags)).push("flags <> ''");
        }
        if let Some(flag) = filter.flag {
            query.push(" AND instr(',' || flags || ',', ");
            query.push_bind(format!(",{},", flag.word())).push(") > 0");
        }
        if let Some(provider) = filter.provider {
            query.push(if by == By::Provider {
                " AND id IN (SELECT order_id FROM attempts INDEXED BY attempts_by_provider WHERE provider = "
            } else {
                " AND EXISTS (SELECT 1 FROM attempts INDEXED BY attempts_by_order \
                 WHERE order_id = orders.id AND provider = "
            });
            query.push_bind(provider.word()).push(")");
        }
        if let Some(moved) = &filter.moved {
            query.push(by.unless(By::Money));
            money(query, moved);
        }
    }
}

/// Orders for which money moved: few, and the index of the days knows them.
fn money(query: &mut QueryBuilder<Sqlite>, moved: &Moved) {
    let (from, to) = moved.days;
    query.push("id IN (SELECT order_id FROM takings WHERE day BETWEEN ");
    query.push_bind(day(from)).push(" AND ").push_bind(day(to));
    if !moved.providers.is_empty() {
        let mut list = query.push(" AND provider IN (").separated(", ");
        for provider in &moved.providers {
            list.push_bind(provider.word());
        }
        query.push(")");
    }
    match &moved.cashier {
        Some(Some(cashier)) => {
            query.push(" AND cashier = ").push_bind(cashier.clone());
        }
        Some(None) => {
            query.push(" AND cashier IS NULL");
        }
        None => {}
    }
    if let Some(hour) = moved.hour {
        query.push(" AND hour = ").push_bind(i64::from(hour));
    }
    if let Some(proof) = moved.proof {
        query.push(" AND proof = ").push_bind(proof.word());
    }
    match moved.what {
        Some(MovedWhat::Received) => query.push(" AND received_satang <> 0"),
        Some(MovedWhat::Adjustment) => query.push(" AND adjustments_satang <> 0"),
        Some(MovedWhat::Suspense) => query.push(" AND suspense_satang <> 0"),
        Some(MovedWhat::Refund) => query.push(" AND refunds_satang <> 0"),
        Some(MovedWhat::Fee) => query.push(" AND fees_satang <> 0"),
        None => query,
    };
    query.push(")");
}

/// A text as FTS5 takes it literally: one phrase, its quotes doubled.
fn phrase(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A text as LIKE takes it literally, wherever it stands.
fn part(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests;
