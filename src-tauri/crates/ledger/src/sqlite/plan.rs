//! From what the domain decided to the rows that say so.

use super::script::Script;
use super::watches;
use crate::chain::{Head, Link};
use crate::payload;
use crate::projection::{AttemptRow, OrderRow, PostingRow, RefundRow, id_bytes};
use keptang_domain::AttemptId;
use keptang_domain::order::{AttemptEvent, Change, Opening, Order, OrderEvent, TransitionError};
use keptang_ports::{NewClaim, NewOrder};

/// Rows to be stored, and where the chain ends once they are.
pub(super) struct Plan {
    pub(super) script: Script,
    pub(super) head: Head,
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
            },
            new.at,
        )?
        .expect("a new attempt is not submitted yet");
    let order = submitted.after.clone();
    Ok((vec![opened, with_attempt, submitted], order))
}

/// Plans changes of one order, at least one, each built on the one before.
pub(super) fn store(changes: &[Change], claim_new: Option<NewClaim>, head: Head) -> Plan {
    let mut script = Script::new();
    let last = changes.last().expect("there is at least one change");
    let first_seq = head.seq + 1;
    let new_head = events(&mut script, changes, head);
    postings(&mut script, changes, first_seq);
    if changes[0].from_version == 0 {
        insert_order(&mut script, &last.after, first_seq);
    } else {
        update_order(&mut script, &last.after);
    }
    attempts(&mut script, changes, claim_new);
    refunds(&mut script, changes);
    evidence(&mut script, changes, first_seq);
    Plan {
        script,
        head: new_head,
    }
}

fn events(script: &mut Script, changes: &[Change], mut head: Head) -> Head {
    script.rows(
        "INSERT INTO order_events (seq, order_id, version, at_ms, kind, payload, prev_hash, hash)",
        "(?,?,?,?,?,?,?,?)",
        changes.len(),
    );
    for change in changes {
        let kind = payload::kind(&change.event);
        let text = payload::encode(&change.event);
        let link = Link {
            seq: head.seq + 1,
            order: change.after.id.bits(),
            version: crate::projection::version(&change.after),
            at_ms: change.at.ms(),
            kind,
            payload: &text,
        };
        let hash = link.hash(&head.hash);
        script
            .bind(link.seq)
            .bind(id_bytes(change.after.id).to_vec())
            .bind(link.version)
            .bind(link.at_ms)
            .bind(kind);
        script.bind(text).bind(head.hash.to_vec()).bind(hash.to_vec());
        head = Head {
            seq: head.seq + 1,
            hash,
        };
    }
    head
}

fn postings(script: &mut Script, changes: &[Change], first_seq: i64) {
    let rows: Vec<PostingRow> = (first_seq..)
        .zip(changes)
        .flat_map(|(seq, change)| PostingRow::of(seq, &change.postings))
        .collect();
    if rows.is_empty() {
        return;
    }
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

fn insert_order(script: &mut Script, order: &Order, opened_seq: i64) {
    let row = OrderRow::of(order, opened_seq).expect("a new order's number comes from a counter");
    script
        .statement(
            "INSERT INTO orders (opened_seq, id, version, counter, counter_no, number, amount_due_satang, note, \
             cashier, business_day, created_at_ms, state, settled_at_ms, running, newest_state, flags) \
             VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        )
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

fn update_order(script: &mut Script, order: &Order) {
    // An order that does not exist is refused by order_events_in_order before this runs.
    let Some(row) = OrderRow::of(order, 0) else { return };
    script
        .statement(
            "UPDATE orders SET version = ?, state = ?, settled_at_ms = ?, running = ?, newest_state = ?, flags = ? \
             WHERE id = ?",
        )
        .bind(row.version)
        .bind(row.state)
        .bind(row.settled_at_ms)
        .bind(row.running)
        .bind(row.newest_state)
        .bind(row.flags)
        .bind(row.id.to_vec());
}

fn attempts(script: &mut Script, changes: &[Change], claim_new: Option<NewClaim>) {
    let after = &changes.last().expect("there is at least one change").after;
    let mut opened: Vec<(AttemptId, keptang_domain::Timestamp)> = Vec::new();
    let mut touched: Vec<AttemptId> = Vec::new();
    for change in changes {
        match &change.event {
            OrderEvent::AttemptOpened { attempt, .. } => opened.push((*attempt, change.at)),
            OrderEvent::Attempt { attempt, .. } if !touched.contains(attempt) => touched.push(*attempt),
            _ => {}
        }
    }
    for (position, attempt) in after.attempts.iter().enumerate() {
        let row = AttemptRow::of(after.id, position, attempt);
        if let Some((_, at)) = opened.iter().find(|(id, _)| *id == attempt.id) {
            insert_attempt(script, row);
            watches::begin(script, attempt.id, after.id, *at, claim_new);
        } else if touched.contains(&attempt.id) {
            script
                .statement("UPDATE attempts SET state = ?, provider_ref = ?, payable_satang = ? WHERE id = ?")
                .bind(row.state)
                .bind(row.provider_ref)
                .bind(row.payable_satang)
                .bind(row.id.to_vec());
        }
    }
}

fn insert_attempt(script: &mut Script, row: AttemptRow) {
    script
        .statement(
            "INSERT INTO attempts (id, order_id, position, provider, provider_ref, token, state, asked_satang, \
             payable_satang) VALUES (?,?,?,?,?,?,?,?,?)",
        )
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

fn refunds(script: &mut Script, changes: &[Change]) {
    let after = &changes.last().expect("there is at least one change").after;
    for change in changes {
        match &change.event {
            OrderEvent::RefundRequested { refund, .. } => {
                let Some(found) = after.refunds.iter().find(|known| known.id == *refund) else {
                    continue;
                };
                let row = RefundRow::of(after.id, found);
                script
                    .statement(
                        "INSERT INTO refunds (id, order_id, attempt_id, amount_satang, kind, state, provider_ref, \
                         reason, by_name) VALUES (?,?,?,?,?,?,?,?,?)",
                    )
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
            OrderEvent::RefundResolved { refund, .. } => {
                let Some(found) = after.refunds.iter().find(|known| known.id == *refund) else {
                    continue;
                };
                let row = RefundRow::of(after.id, found);
                script
                    .statement("UPDATE refunds SET state = ?, kind = ?, provider_ref = ? WHERE id = ?")
                    .bind(row.state)
                    .bind(row.kind)
                    .bind(row.provider_ref)
                    .bind(row.id.to_vec());
            }
            _ => {}
        }
    }
}

fn evidence(script: &mut Script, changes: &[Change], first_seq: i64) {
    for (seq, change) in (first_seq..).zip(changes) {
        let Some((provider, key)) = &change.new_evidence else {
            continue;
        };
        // The same order may hear of one payment through two attempts; any other order runs into evidence_stays.
        script
            .statement(
                "INSERT INTO evidence (provider, key, order_id, seq) VALUES (?,?,?,?) \
                 ON CONFLICT (provider, key) DO UPDATE SET order_id = excluded.order_id \
                 WHERE order_id IS NOT excluded.order_id",
            )
            .bind(provider.word())
            .bind(key.clone())
            .bind(id_bytes(change.after.id).to_vec())
            .bind(seq);
    }
}
