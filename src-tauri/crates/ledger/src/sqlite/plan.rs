//! From what the domain decided to the rows that say so.
//!
//! Rows are gathered per table over all requests of a transaction, so that eight sales at once are as few statements
//! as one.

use super::rows::EvidenceRow;
use super::script::Script;
use super::watches::NewWatch;
use crate::chain::{Hash, Head, Link};
use crate::payload;
use crate::projection::{
    AttemptRow, DocumentRow, OrderRow, PostingRow, RefundRow, SEARCH_SPAN, SearchRow, TakingRow, id_bytes,
    version,
};
use keptang_domain::order::{AttemptEvent, Change, Opening, Order, OrderEvent, TransitionError};
use keptang_domain::{DayCutoff, OrderId};
use keptang_ports::{NewClaim, NewOrder};

/// Rows to be stored.
pub(super) struct Plan {
    /// Where the chain ends once they are.
    pub(super) head: Head,
    cutoff: DayCutoff,
    events: Vec<EventRow>,
    new_orders: Vec<OrderRow>,
    changed_orders: Vec<OrderRow>,
    new_attempts: Vec<AttemptRow>,
    changed_attempts: Vec<AttemptRow>,
    watches: Vec<NewWatch>,
    new_refunds: Vec<RefundRow>,
    changed_refunds: Vec<RefundRow>,
    evidence: Vec<EvidenceRow>,
    postings: Vec<PostingRow>,
    takings: Vec<TakingRow>,
    documents: Vec<DocumentRow>,
    texts: Vec<SearchRow>,
}

/// A row of `order_events`.
struct EventRow {
    seq: i64,
    order_id: [u8; 16],
    version: i64,
    at_ms: i64,
    kind: &'static str,
    payload: String,
    prev_hash: Hash,
    hash: Hash,
}

/// The three changes a new sale begins with, and the order after them.
pub(super) fn opening(new: &NewOrder, number: String) -> Result<(Vec<Change>, Order), TransitionError> {
    let opening = Opening {
        number,
        amount_due: new.amount_due,
        note: new.note.clone(),
        cashier: new.cashier.clone(),
        business_day: new.business_day,
    };
    let opened = Order::open(new.id, opening, new.at)?;
    let with_attempt = opened
        .after
        .record(
            OrderEvent::AttemptOpened {
                attempt: new.attempt,
                provider: new.provider,
                token: new.token,
                asked: new.amount_due,
                quote: new.quote.clone(),
            },
            new.at,
        )?
        .expect("opening an attempt always changes the order");
    let submitted = with_attempt
        .after
        .record(
            OrderEvent::Attempt {
                attempt: new.attempt,
                event: AttemptEvent::SubmitStarted,
                said: None,
            },
            new.at,
        )?
        .expect("a new attempt is not submitted yet");
    let order = submitted.after.clone();
    Ok((vec![opened, with_attempt, submitted], order))
}

impl Plan {
    /// Nothing yet, on top of the chain's end, for days that end at `cutoff`.
    pub(super) const fn on(head: Head, cutoff: DayCutoff) -> Self {
        Self {
            head,
            cutoff,
            events: Vec::new(),
            new_orders: Vec::new(),
            changed_orders: Vec::new(),
            new_attempts: Vec::new(),
            changed_attempts: Vec::new(),
            watches: Vec::new(),
            new_refunds: Vec::new(),
            changed_refunds: Vec::new(),
            evidence: Vec::new(),
            postings: Vec::new(),
            takings: Vec::new(),
            documents: Vec::new(),
            texts: Vec::new(),
        }
    }

    /// Adds changes of one order, at least one, each built on the one before, whose number is one a counter gives.
    pub(super) fn add(&mut self, changes: &[Change], claim_new: Option<NewClaim>) {
        let after = &changes.last().expect("there is at least one change").after;
        let first_seq = self.head.seq + 1;
        for change in changes {
            self.add_event(change);
        }
        let row = OrderRow::of(after, first_seq).expect("the caller looked at the number");
        if changes[0].from_version == 0 {
            self.new_orders.push(row);
        } else {
            self.changed_orders.push(row);
        }
        self.add_attempts(changes, after, claim_new);
        self.add_refunds(changes, after);
    }

    /// Leaves attempts that have ended unfollowed.
    pub(super) fn follow_only_running(&mut self) {
        let ended = ["paid", "failed", "expired", "cancelled"];
        let running: Vec<[u8; 16]> = self
            .new_attempts
            .iter()
            .filter(|row| !ended.contains(&row.state.as_str()))
            .map(|row| row.id)
            .collect();
        self.watches
            .retain(|watch| running.contains(&watch.attempt.bits().to_be_bytes()));
    }

    /// How many texts it holds.
    pub(super) fn texts(&self) -> usize {
        self.texts.len()
    }

    /// Whether it already holds changes of this order.
    pub(super) fn touches(&self, order: OrderId) -> bool {
        let id = id_bytes(order);
        self.events.iter().any(|event| event.order_id == id)
    }

    fn add_event(&mut self, change: &Change) {
        let seq = self.head.seq + 1;
        let kind = payload::kind(&change.event);
        let payload = if change.postings.is_empty() {
            payload::encode(&change.event)
        } else {
            let counts_on = change.at.business_day(self.cutoff);
            self.takings.extend(TakingRow::of(seq, change, counts_on));
            payload::stamped(&change.event, counts_on)
        };
        let link = Link {
            seq,
            order: change.after.id.bits(),
            version: version(&change.after),
            at_ms: change.at.ms(),
            kind: kind.as_bytes(),
            payload: payload.as_bytes(),
        };
        let hash = link.hash(&self.head.hash);
        self.events.push(EventRow {
            seq,
            order_id: id_bytes(change.after.id),
            version: version(&change.after),
            at_ms: change.at.ms(),
            kind,
            payload,
            prev_hash: self.head.hash,
            hash,
        });
        self.postings.extend(PostingRow::of(seq, &change.postings));
        self.documents.extend(DocumentRow::of(seq, change));
        self.texts.extend(SearchRow::of(change));
        if let Some((book, key)) = &change.new_evidence {
            self.evidence.push(EvidenceRow {
                provider: (*book).to_owned(),
                key: key.clone(),
                order_id: id_bytes(change.after.id),
                seq,
            });
        }
        self.head = Head { seq, hash };
    }

    fn add_attempts(&mut self, changes: &[Change], after: &Order, claim_new: Option<NewClaim>) {
        for (position, attempt) in after.attempts.iter().enumerate() {
            let opened = changes.iter().find(|change| {
                matches!(change.event, OrderEvent::AttemptOpened { attempt: id, .. } if id == attempt.id)
            });
            let touched = || {
                changes.iter().any(|change| {
                    matches!(change.event, OrderEvent::Attempt { attempt: id, .. } if id == attempt.id)
                })
            };
            if let Some(opened) = opened {
                self.new_attempts
                    .push(AttemptRow::of(after.id, position, attempt));
                self.watches.push(NewWatch {
                    attempt: attempt.id,
                    order: after.id,
                    at: opened.at,
                    claim: claim_new,
                });
            } else if touched() {
                self.changed_attempts
                    .push(AttemptRow::of(after.id, position, attempt));
            }
        }
    }

    fn add_refunds(&mut self, changes: &[Change], after: &Order) {
        for refund in &after.refunds {
            let requested = changes.iter().any(|change| {
                matches!(change.event, OrderEvent::RefundRequested { refund: id, .. } if id == refund.id)
            });
            let resolved = || {
                changes.iter().any(|change| {
                    matches!(change.event, OrderEvent::RefundResolved { refund: id, .. } if id == refund.id)
                })
            };
            if requested {
                self.new_refunds.push(RefundRow::of(after.id, refund));
            } else if resolved() {
                self.changed_refunds.push(RefundRow::of(after.id, refund));
            }
        }
    }

    /// The statements, parents before children.
    pub(super) fn script(self) -> Script {
        let mut script = Script::new();
        insert_events(&mut script, self.events);
        insert_orders(&mut script, self.new_orders);
        update_orders(&mut script, self.changed_orders);
        insert_attempts(&mut script, self.new_attempts);
        update_attempts(&mut script, self.changed_attempts);
        NewWatch::insert(&mut script, self.watches);
        insert_refunds(&mut script, self.new_refunds);
        update_refunds(&mut script, self.changed_refunds);
        insert_evidence(&mut script, self.evidence);
        insert_postings(&mut script, self.postings);
        insert_takings(&mut script, self.takings);
        insert_documents(&mut script, self.documents);
        insert_texts(&mut script, self.texts);
        script
    }
}

fn insert_events(script: &mut Script, rows: Vec<EventRow>) {
    script.rows(
        "INSERT INTO order_events (seq, order_id, version, at_ms, kind, payload, prev_hash, hash)",
        "(?,?,?,?,?,?,?,?)",
        rows.len(),
    );
    for row in rows {
        script
            .bind(row.seq)
            .bind(row.order_id.to_vec())
            .bind(row.version)
            .bind(row.at_ms)
            .bind(row.kind)
            .bind(row.payload)
            .bind(row.prev_hash.to_vec())
            .bind(row.hash.to_vec());
    }
}

fn insert_orders(script: &mut Script, rows: Vec<OrderRow>) {
    script.rows(
        "INSERT INTO orders (opened_seq, id, version, counter, counter_no, number, amount_due_satang, note, \
         cashier, business_day, created_at_ms, state, settled_at_ms, running, newest_state, flags)",
        "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        rows.len(),
    );
    for row in rows {
        script
            .bind(row.opened_seq)
            .bind(row.id.to_vec())
            .bind(row.version)
            .bind(row.counter)
            .bind(row.counter_no)
            .bind(row.number)
            .bind(row.amount_due_satang)
            .bind(row.note)
            .bind(row.cashier)
            .bind(row.business_day)
            .bind(row.created_at_ms)
            .bind(row.state)
            .bind(row.settled_at_ms)
            .bind(row.running)
            .bind(row.newest_state)
            .bind(row.flags);
    }
}

fn update_orders(script: &mut Script, rows: Vec<OrderRow>) {
    for row in rows {
        script
            .statement(
                "UPDATE orders SET version = ?, state = ?, settled_at_ms = ?, running = ?, newest_state = ?, \
                 flags = ? WHERE id = ?",
            )
            .bind(row.version)
            .bind(row.state)
            .bind(row.settled_at_ms)
            .bind(row.running)
            .bind(row.newest_state)
            .bind(row.flags)
            .bind(row.id.to_vec());
    }
}

fn insert_attempts(script: &mut Script, rows: Vec<AttemptRow>) {
    script.rows(
        "INSERT INTO attempts (id, order_id, position, provider, provider_ref, token, state, asked_satang, \
         payable_satang)",
        "(?,?,?,?,?,?,?,?,?)",
        rows.len(),
    );
    for row in rows {
        script
            .bind(row.id.to_vec())
            .bind(row.order_id.to_vec())
            .bind(row.position)
            .bind(row.provider)
            .bind(row.provider_ref)
            .bind(row.token.to_vec())
            .bind(row.state)
            .bind(row.asked_satang)
            .bind(row.payable_satang);
    }
}

fn update_attempts(script: &mut Script, rows: Vec<AttemptRow>) {
    for row in rows {
        script
            .statement("UPDATE attempts SET state = ?, provider_ref = ?, payable_satang = ? WHERE id = ?")
            .bind(row.state)
            .bind(row.provider_ref)
            .bind(row.payable_satang)
            .bind(row.id.to_vec());
    }
}

fn insert_refunds(script: &mut Script, rows: Vec<RefundRow>) {
    script.rows(
        "INSERT INTO refunds (id, order_id, attempt_id, amount_satang, kind, state, provider_ref, reason, by_name)",
        "(?,?,?,?,?,?,?,?,?)",
        rows.len(),
    );
    for row in rows {
        script
            .bind(row.id.to_vec())
            .bind(row.order_id.to_vec())
            .bind(row.attempt_id.to_vec())
            .bind(row.amount_satang)
            .bind(row.kind)
            .bind(row.state)
            .bind(row.provider_ref)
            .bind(row.reason)
            .bind(row.by_name);
    }
}

fn update_refunds(script: &mut Script, rows: Vec<RefundRow>) {
    for row in rows {
        script
            .statement("UPDATE refunds SET state = ?, kind = ?, provider_ref = ? WHERE id = ?")
            .bind(row.state)
            .bind(row.kind)
            .bind(row.provider_ref)
            .bind(row.id.to_vec());
    }
}

fn insert_evidence(script: &mut Script, rows: Vec<EvidenceRow>) {
    for row in rows {
        // What the order itself already holds stays as it is; any other order runs into evidence_stays.
        script
            .statement(
                "INSERT INTO evidence (provider, key, order_id, seq) VALUES (?,?,?,?) \
                 ON CONFLICT (provider, key) DO UPDATE SET order_id = excluded.order_id \
                 WHERE order_id IS NOT excluded.order_id",
            )
            .bind(row.provider)
            .bind(row.key)
            .bind(row.order_id.to_vec())
            .bind(row.seq);
    }
}

fn insert_postings(script: &mut Script, rows: Vec<PostingRow>) {
    script.rows(
        "INSERT INTO postings (seq, line, debit, credit, amount_satang)",
        "(?,?,?,?,?)",
        rows.len(),
    );
    for row in rows {
        script
            .bind(row.seq)
            .bind(row.line)
            .bind(row.debit)
            .bind(row.credit)
            .bind(row.amount_satang);
    }
}

/// Also what fills a file that is older than the table.
pub(super) fn insert_takings(script: &mut Script, rows: Vec<TakingRow>) {
    script.rows(
        "INSERT INTO takings (seq, order_id, day, hour, counter, cashier, provider, proof, sales, received_satang, \
         adjustments_satang, suspense_satang, refunds_satang, fees_satang)",
        "(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        rows.len(),
    );
    for row in rows {
        script
            .bind(row.seq)
            .bind(row.order_id.to_vec())
            .bind(row.day)
            .bind(row.hour)
            .bind(row.counter)
            .bind(row.cashier)
            .bind(row.provider)
            .bind(row.proof)
            .bind(row.sales)
            .bind(row.received_satang)
            .bind(row.adjustments_satang)
            .bind(row.suspense_satang)
            .bind(row.refunds_satang)
            .bind(row.fees_satang);
    }
}

fn insert_documents(script: &mut Script, rows: Vec<DocumentRow>) {
    script.rows(
        "INSERT INTO documents (number, series, running, kind, order_id, seq)",
        "(?,?,?,?,?,?)",
        rows.len(),
    );
    for row in rows {
        script
            .bind(row.number)
            .bind(row.series)
            .bind(row.running)
            .bind(row.kind)
            .bind(row.order_id.to_vec())
            .bind(row.seq);
    }
}

/// Texts go to where they wait for a quiet moment, also those of a file that is older than the table.
pub(super) fn insert_texts(script: &mut Script, rows: Vec<SearchRow>) {
    script.rows(
        "INSERT INTO search_new (place, text)",
        "((SELECT opened_seq FROM orders WHERE id = ?) * ? + ?, ?)",
        rows.len(),
    );
    for row in rows {
        script
            .bind(row.order_id.to_vec())
            .bind(SEARCH_SPAN)
            .bind(row.slot)
            .bind(row.text);
    }
}
