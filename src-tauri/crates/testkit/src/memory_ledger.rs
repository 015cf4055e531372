//! The ledger without a file: the same port, kept in memory behind one lock.
//!
//! It passes the same contract as the real ones, so tests of the checkout may use it. Nothing survives it and nothing
//! is hashed.

mod finding;
mod reports;

use async_trait::async_trait;
use keptang_domain::day::Cell;
use keptang_domain::order::{AttemptEvent, Change, Opening, Order, OrderEvent, Taking};
use keptang_domain::{AttemptId, BusinessDay, DayCutoff, OrderId, ProviderId, SlipId, Timestamp};
use keptang_ports::{
    AuditLine, Claim, DayFacts, Ledger, LedgerError, NewClaim, NewOrder, OrderFilter, OrderKey, PastEvent,
    Person, Schedule, SlipFilter, SlipRecord, TakingsFilter, TrailFilter, VerifyReport, Watch, WorkerId,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard};

/// Orders on a page when the caller does not say.
const PAGE: usize = 50;

/// A ledger in memory.
pub struct MemoryLedger {
    state: Mutex<State>,
    cutoff: DayCutoff,
}

impl Default for MemoryLedger {
    fn default() -> Self {
        Self::with_cutoff(DayCutoff::DEFAULT)
    }
}

#[derive(Default)]
struct State {
    events: Vec<(OrderId, PastEvent)>,
    /// In the order of opening.
    orders: Vec<Order>,
    numbers: HashMap<String, u64>,
    evidence: HashMap<(&'static str, String), OrderId>,
    slips: BTreeMap<SlipId, SlipRecord>,
    slip_claims: HashMap<SlipId, Timestamp>,
    watches: BTreeMap<AttemptId, Followed>,
    people: BTreeMap<String, Person>,
    trail: Vec<AuditLine>,
    /// What events moved, in their order.
    moved: Vec<MovedMoney>,
    /// The last number of each series of documents, and all numbers.
    last_documents: HashMap<String, u64>,
    document_numbers: HashSet<String>,
}

/// Money that one event moved.
struct MovedMoney {
    sequence: i64,
    order: OrderId,
    day: BusinessDay,
    hour: u8,
    counter: String,
    cashier: Option<String>,
    taking: Taking,
}

/// A watch with what only the ledger knows of it.
struct Followed {
    order: OrderId,
    watch: Watch,
    /// The earliest wake-up nobody has answered yet by looking at or after it.
    woken_at: Option<Timestamp>,
    claimed: Option<(WorkerId, Timestamp)>,
}

impl Followed {
    fn is_free(&self, now: Timestamp) -> bool {
        self.claimed.is_none_or(|(_, until)| until <= now)
    }

    fn claim(&mut self, attempt: AttemptId, worker: WorkerId, now: Timestamp, lease_ms: i64) -> Claim {
        let until = now.plus_ms(lease_ms);
        self.claimed = Some((worker, until));
        self.woken_at = self.woken_at.filter(|woken_at| *woken_at > now);
        Claim {
            attempt,
            order: self.order,
            worker,
            until,
            watch: self.watch,
        }
    }
}

impl MemoryLedger {
    /// An empty ledger.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty ledger whose business days end at `cutoff`.
    pub fn with_cutoff(cutoff: DayCutoff) -> Self {
        Self {
            state: Mutex::default(),
            cutoff,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .expect("no test panics while it holds the ledger")
    }
}

impl State {
    fn order(&self, id: OrderId) -> Option<&Order> {
        self.orders.iter().find(|order| order.id == id)
    }

    fn attempt_exists(&self, attempt: AttemptId) -> bool {
        self.orders.iter().any(|order| order.attempt(attempt).is_some())
    }

    /// Everything the schema of a real ledger would refuse.
    fn check(&self, changes: &[Change]) -> Result<(), LedgerError> {
        let order = changes[0].after.id;
        for (book, key) in changes.iter().filter_map(|change| change.new_evidence.as_ref()) {
            match self.evidence.get(&(*book, key.clone())) {
                Some(holder) if *holder != order => {
                    return Err(LedgerError::EvidenceUsed { order: *holder });
                }
                _ => {}
            }
        }
        self.check_documents(changes)?;
        let after = &changes[changes.len() - 1].after;
        let known = || {
            self.orders
                .iter()
                .filter(|known| known.id != order)
                .chain([after])
                .flat_map(|known| known.attempts.iter().map(move |attempt| (known.id, attempt)))
        };
        let taken = after.attempts.iter().any(|ours| {
            known().any(|(holder, other)| {
                let same = holder == order && other.id == ours.id;
                let same_reference = ours.provider_ref.is_some()
                    && ours.provider == other.provider
                    && ours.provider_ref == other.provider_ref;
                !same && (same_reference || ours.token == other.token || ours.id == other.id)
            })
        });
        if taken {
            return Err(LedgerError::ReferenceUsed);
        }
        Ok(())
    }

    /// A series of documents has no gap and no number twice.
    fn check_documents(&self, changes: &[Change]) -> Result<(), LedgerError> {
        let mut last = self.last_documents.clone();
        let mut numbers = self.document_numbers.clone();
        for change in changes {
            if let OrderEvent::DocumentIssued {
                series,
                running,
                number,
                ..
            } = &change.event
            {
                let before = last.insert(series.clone(), *running);
                if before.is_some_and(|before| *running != before + 1) || !numbers.insert(number.clone()) {
                    return Err(LedgerError::DocumentNumberUsed);
                }
            }
        }
        Ok(())
    }

    fn store(&mut self, changes: Vec<Change>, claim_new: Option<NewClaim>, cutoff: DayCutoff) {
        for change in changes {
            let id = change.after.id;
            if let OrderEvent::DocumentIssued {
                series,
                running,
                number,
                ..
            } = &change.event
            {
                self.last_documents.insert(series.clone(), *running);
                self.document_numbers.insert(number.clone());
            }
            self.moved
                .extend(MovedMoney::of(&change, self.newest() + 1, cutoff));
            if let OrderEvent::AttemptOpened { attempt, .. } = &change.event {
                self.watches.insert(
                    *attempt,
                    Followed {
                        order: id,
                        watch: Watch {
                            next_at: change.at,
                            asked_at: None,
                            answered_at: None,
                            looks: 0,
                            nothing_found_at: None,
                        },
                        woken_at: None,
                        claimed: claim_new.map(|claim| (claim.worker, change.at.plus_ms(claim.lease_ms))),
                    },
                );
            }
            if let Some(evidence) = change.new_evidence {
                self.evidence.entry(evidence).or_insert(id);
            }
            let sequence = self.newest() + 1;
            let past = PastEvent {
                sequence,
                at: change.at,
                event: change.event,
            };
            self.events.push((id, past));
            match self.orders.iter_mut().find(|order| order.id == id) {
                Some(order) => *order = change.after,
                None => self.orders.push(change.after),
            }
        }
    }

    fn newest(&self) -> i64 {
        self.events.last().map_or(0, |(_, past)| past.sequence)
    }

    fn find(&self, key: &OrderKey) -> Option<&Order> {
        self.orders.iter().find(|order| match key {
            OrderKey::Id(id) => order.id == *id,
            OrderKey::Number(number) => order.opening.number == *number,
            OrderKey::Attempt(attempt) => order.attempt(*attempt).is_some(),
            OrderKey::ProviderRef(provider, reference) => order.attempts.iter().any(|attempt| {
                attempt.provider == *provider && attempt.provider_ref.as_ref() == Some(reference)
            }),
            OrderKey::Token(provider, token) => order
                .attempts
                .iter()
                .any(|attempt| attempt.provider == *provider && attempt.token == *token),
        })
    }
}

fn opening_changes(new: &NewOrder, number: String) -> Result<Vec<Change>, LedgerError> {
    let refused = |error: keptang_domain::order::TransitionError| LedgerError::Corrupt {
        at: format!("new order ({error})"),
    };
    let opening = Opening {
        number,
        amount_due: new.amount_due,
        note: new.note.clone(),
        cashier: new.cashier.clone(),
        business_day: new.business_day,
    };
    let opened = Order::open(new.id, opening, new.at).map_err(refused)?;
    let mut changes = vec![opened];
    for event in [
        OrderEvent::AttemptOpened {
            attempt: new.attempt,
            provider: new.provider,
            token: new.token,
            asked: new.amount_due,
            quote: new.quote.clone(),
        },
        OrderEvent::Attempt {
            attempt: new.attempt,
            event: AttemptEvent::SubmitStarted,
            said: None,
        },
    ] {
        let before = &changes[changes.len() - 1].after;
        let change = before.record(event, new.at).map_err(refused)?;
        changes.push(change.expect("a new attempt changes the order"));
    }
    Ok(changes)
}

fn newest(trail: &[AuditLine]) -> i64 {
    i64::try_from(trail.len()).expect("a test writes few lines")
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn open_order(&self, new: NewOrder) -> Result<Order, LedgerError> {
        let mut state = self.state();
        if state.order(new.id).is_some() {
            return Err(LedgerError::VersionMoved);
        }
        let next = state.numbers.get(&new.counter).copied().unwrap_or(0) + 1;
        let changes = opening_changes(&new, format!("{}-{next:04}", new.counter))?;
        state.check(&changes)?;
        let order = changes[changes.len() - 1].after.clone();
        state.numbers.insert(new.counter, next);
        state.store(changes, Some(new.claim), self.cutoff);
        Ok(order)
    }

    async fn commit(&self, changes: Vec<Change>, claim_new: Option<NewClaim>) -> Result<(), LedgerError> {
        let Some(first) = changes.first() else {
            return Ok(());
        };
        let mut state = self.state();
        let order = state.order(first.after.id).ok_or(LedgerError::NotFound)?;
        let one_after_another = changes.windows(2).all(|pair| {
            pair[1].from_version == pair[0].after.version && pair[1].after.id == pair[0].after.id
        });
        if order.version != first.from_version || !one_after_another {
            return Err(LedgerError::VersionMoved);
        }
        state.check(&changes)?;
        state.store(changes, claim_new, self.cutoff);
        Ok(())
    }

    async fn load(&self, key: OrderKey) -> Result<Order, LedgerError> {
        self.state().find(&key).cloned().ok_or(LedgerError::NotFound)
    }

    async fn list(&self, filter: OrderFilter) -> Result<Vec<Order>, LedgerError> {
        let state = self.state();
        let end = match &filter.before_number {
            None => state.orders.len(),
            Some(number) => state
                .orders
                .iter()
                .position(|order| order.opening.number == *number)
                .unwrap_or(0),
        };
        let limit = if filter.limit == 0 { PAGE } else { filter.limit };
        Ok(state.orders[..end]
            .iter()
            .rev()
            .filter(|order| state.fits(order, &filter))
            .take(limit)
            .cloned()
            .collect())
    }

    async fn changed_since(&self, sequence: i64) -> Result<(i64, Vec<OrderId>), LedgerError> {
        let state = self.state();
        let mut changed: Vec<OrderId> = Vec::new();
        for (order, past) in &state.events {
            if past.sequence > sequence {
                changed.retain(|known| known != order);
                changed.push(*order);
            }
        }
        Ok((state.newest(), changed))
    }

    async fn claim_due(
        &self,
        worker: WorkerId,
        now: Timestamp,
        lease_ms: i64,
        limit: usize,
    ) -> Result<Vec<Claim>, LedgerError> {
        let mut state = self.state();
        let mut due: Vec<_> = state
            .watches
            .iter_mut()
            .filter(|(_, followed)| followed.watch.next_at <= now && followed.is_free(now))
            .collect();
        due.sort_by_key(|(attempt, followed)| (followed.watch.next_at, **attempt));
        Ok(due
            .into_iter()
            .take(limit)
            .map(|(attempt, followed)| followed.claim(*attempt, worker, now, lease_ms))
            .collect())
    }

    async fn claim_one(
        &self,
        attempt: AttemptId,
        worker: WorkerId,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<Option<Claim>, LedgerError> {
        Ok(self
            .state()
            .watches
            .get_mut(&attempt)
            .filter(|followed| followed.is_free(now))
            .map(|followed| followed.claim(attempt, worker, now, lease_ms)))
    }

    async fn release(&self, claim: &Claim, schedule: Schedule) -> Result<(), LedgerError> {
        let mut state = self.state();
        let Some(followed) = state
            .watches
            .get_mut(&claim.attempt)
            .filter(|followed| followed.claimed.is_some_and(|(worker, _)| worker == claim.worker))
        else {
            return Ok(());
        };
        match (schedule, followed.woken_at) {
            (Schedule::Done, None) => {
                state.watches.remove(&claim.attempt);
                return Ok(());
            }
            // Whoever held it did not know of the wake-up, so somebody has to look again.
            (Schedule::Done, Some(woken_at)) => followed.watch.next_at = woken_at,
            (Schedule::Again(watch), woken_at) => {
                followed.watch = watch;
                followed.watch.next_at =
                    woken_at.map_or(watch.next_at, |woken_at| woken_at.min(watch.next_at));
            }
        }
        followed.claimed = None;
        Ok(())
    }

    async fn wake(&self, attempt: AttemptId, at: Timestamp) -> Result<(), LedgerError> {
        let mut state = self.state();
        if !state.attempt_exists(attempt) {
            return Err(LedgerError::NotFound);
        }
        let order = state.find(&OrderKey::Attempt(attempt)).map(|order| order.id);
        let followed = state.watches.entry(attempt).or_insert(Followed {
            order: order.expect("an order with this attempt was found"),
            watch: Watch {
                next_at: at,
                asked_at: None,
                answered_at: None,
                looks: 0,
                nothing_found_at: None,
            },
            woken_at: None,
            claimed: None,
        });
        followed.watch.next_at = followed.watch.next_at.min(at);
        followed.woken_at = Some(followed.woken_at.map_or(at, |woken_at| woken_at.min(at)));
        Ok(())
    }

    async fn wake_all(&self, at: Timestamp, lease_ms: i64) -> Result<(), LedgerError> {
        let longest = at.plus_ms(lease_ms);
        for followed in self.state().watches.values_mut() {
            followed.watch.next_at = followed.watch.next_at.min(at);
            if let Some((_, until)) = &mut followed.claimed {
                *until = (*until).min(longest);
            }
        }
        Ok(())
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, LedgerError> {
        Ok(self
            .state()
            .watches
            .values()
            .map(|followed| {
                let next_at = followed.watch.next_at;
                followed.claimed.map_or(next_at, |(_, until)| until.max(next_at))
            })
            .min())
    }

    async fn watch(&self, attempt: AttemptId) -> Result<Option<Watch>, LedgerError> {
        Ok(self.state().watches.get(&attempt).map(|followed| followed.watch))
    }

    async fn break_claims(&self, worker: WorkerId) -> Result<(), LedgerError> {
        for followed in self.state().watches.values_mut() {
            if followed.claimed.is_some_and(|(holder, _)| holder == worker) {
                followed.claimed = None;
            }
        }
        Ok(())
    }

    async fn history(&self, order: OrderId) -> Result<Vec<PastEvent>, LedgerError> {
        let state = self.state();
        let events: Vec<PastEvent> = state
            .events
            .iter()
            .filter(|(id, _)| *id == order)
            .map(|(_, past)| past.clone())
            .collect();
        if events.is_empty() {
            return Err(LedgerError::NotFound);
        }
        Ok(events)
    }

    async fn verify(&self) -> Result<VerifyReport, LedgerError> {
        let state = self.state();
        let mut rebuilt: BTreeMap<OrderId, Order> = BTreeMap::new();
        let mut first_fault = None;
        for (id, past) in &state.events {
            let change = match (&past.event, rebuilt.get(id)) {
                (OrderEvent::Opened(opening), None) => Order::open(*id, opening.clone(), past.at).map(Some),
                (event, Some(order)) => order.record(event.clone(), past.at),
                (_, None) => Ok(None),
            };
            match change {
                Ok(Some(change)) => {
                    rebuilt.insert(*id, change.after);
                }
                _ => first_fault = first_fault.or(Some(format!("events {}: impossible", past.sequence))),
            }
        }
        let differing = state
            .orders
            .iter()
            .find(|order| rebuilt.get(&order.id) != Some(order));
        Ok(VerifyReport {
            events: u64::try_from(state.events.len()).expect("few events"),
            orders: u64::try_from(state.orders.len()).expect("few orders"),
            first_fault: first_fault
                .or_else(|| differing.map(|order| format!("orders {}: differs", order.id))),
        })
    }

    async fn people(&self) -> Result<Vec<Person>, LedgerError> {
        Ok(self.state().people.values().cloned().collect())
    }

    async fn put_person(&self, person: Person, by: Option<String>, at: Timestamp) -> Result<(), LedgerError> {
        let mut state = self.state();
        let known = state.people.contains_key(&person.name);
        state.trail.push(AuditLine {
            at,
            by,
            what: if known { "person_changed" } else { "person_added" }.to_owned(),
            subject: person.name.clone(),
            detail: "{}".to_owned(),
        });
        state.people.insert(person.name.clone(), person);
        Ok(())
    }

    async fn evidence_holder(
        &self,
        book: &str,
        key: &str,
    ) -> Result<Option<(OrderId, Timestamp)>, LedgerError> {
        let state = self.state();
        let holder = state
            .evidence
            .iter()
            .find(|((known, name), _)| *known == book && name == key)
            .map(|(_, order)| *order);
        let told = |past: &PastEvent| match &past.event {
            OrderEvent::Attempt {
                event: AttemptEvent::Short { evidence } | AttemptEvent::Confirmed { evidence },
                ..
            } => evidence.key == key,
            _ => false,
        };
        Ok(holder.and_then(|order| {
            let past = state.events.iter().find(|(id, past)| *id == order && told(past));
            past.map(|(_, past)| (order, past.at))
        }))
    }

    async fn put_slip(&self, slip: SlipRecord) -> Result<(), LedgerError> {
        let mut state = self.state();
        state.slip_claims.remove(&slip.id);
        state.slips.insert(slip.id, slip);
        Ok(())
    }

    async fn slips(&self, filter: SlipFilter) -> Result<Vec<SlipRecord>, LedgerError> {
        let state = self.state();
        let mut found: Vec<SlipRecord> = state
            .slips
            .values()
            .filter(|slip| {
                filter.id.is_none_or(|id| id == slip.id)
                    && filter
                        .waiting
                        .is_none_or(|wanted| wanted == slip.next_at.is_some())
                    && filter
                        .order
                        .is_none_or(|order| slip.order == Some(order) || slip.wanted == Some(order))
                    && filter.with_picture_before.is_none_or(|before| {
                        slip.picture
                            .as_ref()
                            .is_some_and(|picture| picture.file.is_some())
                            && slip.presented_at < before
                    })
                    && filter
                        .shown
                        .is_none_or(|(from, before)| (from..before).contains(&slip.presented_at))
            })
            .cloned()
            .collect();
        found.sort_by_key(|slip| std::cmp::Reverse((slip.presented_at, slip.id)));
        found.truncate(if filter.limit == 0 { PAGE } else { filter.limit });
        Ok(found)
    }

    async fn claim_slips(
        &self,
        now: Timestamp,
        lease_ms: i64,
        limit: usize,
    ) -> Result<Vec<SlipRecord>, LedgerError> {
        let mut state = self.state();
        let mut due: Vec<SlipRecord> = state
            .slips
            .values()
            .filter(|slip| slip.next_at.is_some_and(|at| at <= now))
            .filter(|slip| state.slip_claims.get(&slip.id).is_none_or(|until| *until <= now))
            .cloned()
            .collect();
        due.sort_by_key(|slip| (slip.next_at, slip.id));
        due.truncate(limit);
        for slip in &due {
            state.slip_claims.insert(slip.id, now.plus_ms(lease_ms));
        }
        Ok(due)
    }

    async fn trail(&self, what: &[&str]) -> Result<(i64, Vec<AuditLine>), LedgerError> {
        let state = self.state();
        let lines = state
            .trail
            .iter()
            .filter(|line| what.contains(&line.what.as_str()));
        Ok((newest(&state.trail), lines.cloned().collect()))
    }

    async fn note(&self, line: AuditLine, after: Option<i64>) -> Result<(), LedgerError> {
        let mut state = self.state();
        if after.is_some_and(|after| after != newest(&state.trail)) {
            return Err(LedgerError::VersionMoved);
        }
        state.trail.push(line);
        Ok(())
    }

    async fn trail_lines(&self, filter: TrailFilter) -> Result<Vec<(i64, AuditLine)>, LedgerError> {
        Ok(self.state().trail_lines(&filter))
    }

    async fn takings(&self, filter: TakingsFilter) -> Result<Vec<Cell>, LedgerError> {
        Ok(self.state().takings(&filter))
    }

    async fn day_facts(&self, day: BusinessDay) -> Result<DayFacts, LedgerError> {
        Ok(self.state().day_facts(day))
    }

    async fn times_to_paid(&self, day: BusinessDay) -> Result<Vec<(ProviderId, i64)>, LedgerError> {
        Ok(self.state().times_to_paid(day))
    }

    async fn head(&self) -> Result<i64, LedgerError> {
        Ok(self.state().newest())
    }

    async fn last_document(&self, series: &str) -> Result<u64, LedgerError> {
        Ok(self.state().last_documents.get(series).copied().unwrap_or(0))
    }
}
