//! Everything that happened to an order, as lines.

use crate::app::App;
use crate::error::ApiError;
use crate::view::{self, moment};
use keptang_domain::order::{AttemptEvent, OrderEvent};
use serde_json::{Value, json};

impl App {
    /// Everything that happened to an order, oldest first, one JSON object each.
    pub async fn timeline(&self, order: &str) -> Result<Vec<Value>, ApiError> {
        let order = self.find(order).await?;
        let history = self.till().ledger().history(order.id).await?;
        Ok(history
            .into_iter()
            .map(|past| {
                let (what, attempt, facts) = told(&past.event);
                json!({
                    "type": "event", "sequence": past.sequence, "at": moment(past.at), "event": what,
                    "attempt_id": attempt, "facts": facts,
                })
            })
            .collect())
    }
}

/// The name of an event, its attempt, and its facts for people; pictures and tokens are left out.
fn told(event: &OrderEvent) -> (String, Option<String>, Value) {
    match event {
        OrderEvent::Opened(opening) => {
            let facts = json!({ "number": opening.number, "amount_due": opening.amount_due.to_string() });
            ("opened".to_owned(), None, facts)
        }
        OrderEvent::AttemptOpened {
            attempt,
            provider,
            asked,
            quote,
            ..
        } => {
            let quote = quote.as_ref().map(view::quote);
            let facts = json!({ "provider": provider.word(), "asked": asked.to_string(), "quote": quote });
            ("attempt_opened".to_owned(), Some(attempt.to_string()), facts)
        }
        OrderEvent::Attempt { attempt, event } => {
            let (what, facts) = told_of_attempt(event);
            (what.to_owned(), Some(attempt.to_string()), facts)
        }
        OrderEvent::Voided { by } => ("voided".to_owned(), None, json!({ "by": by })),
        OrderEvent::RefundRequested {
            refund,
            attempt,
            amount,
            kind,
            reason,
            by,
        } => {
            let facts = json!({
                "refund_id": refund.to_string(), "amount": amount.to_string(), "kind": kind.word(),
                "reason": reason.word(), "by": by,
            });
            ("refund_requested".to_owned(), Some(attempt.to_string()), facts)
        }
        OrderEvent::RefundResolved {
            refund,
            state,
            kind,
            provider_ref,
        } => {
            let facts = json!({
                "refund_id": refund.to_string(), "state": state.word(), "kind": kind.word(),
                "provider_ref": provider_ref,
            });
            ("refund_resolved".to_owned(), None, facts)
        }
        OrderEvent::DocumentIssued {
            kind,
            refund,
            number,
            vat_rate_bp,
            by,
            ..
        } => {
            let facts = json!({
                "kind": kind.word(), "number": number, "refund_id": refund.map(|id| id.to_string()),
                "vat_rate_bp": vat_rate_bp, "by": by,
            });
            ("document_issued".to_owned(), None, facts)
        }
    }
}

fn told_of_attempt(event: &AttemptEvent) -> (&'static str, Value) {
    let evidence = |evidence: &keptang_domain::order::Evidence| {
        json!({
            "key": evidence.key, "source": evidence.source.word(), "amount": evidence.amount.to_string(),
            "fee": evidence.fee.map(|fee| fee.to_string()),
        })
    };
    match event {
        AttemptEvent::SubmitStarted => ("submit_started", json!({})),
        AttemptEvent::Accepted {
            provider_ref,
            payable,
            deadline,
            ..
        } => (
            "accepted",
            json!({
                "provider_ref": provider_ref, "payable": payable.to_string(), "deadline": deadline.map(moment),
            }),
        ),
        AttemptEvent::Unshowable {
            provider_ref,
            payable,
            why,
        } => (
            "unshowable",
            json!({
                "provider_ref": provider_ref, "payable": payable.to_string(), "reason": why.reason().word(),
            }),
        ),
        AttemptEvent::Refused { reason } => ("refused", json!({ "reason": reason.word() })),
        AttemptEvent::OutcomeLost => ("outcome_lost", json!({})),
        AttemptEvent::Seen { source } => ("seen", json!({ "source": source.word() })),
        AttemptEvent::Short { evidence: short } => ("short", evidence(short)),
        AttemptEvent::Confirmed { evidence: full } => ("confirmed", evidence(full)),
        AttemptEvent::CashTaken { payable, tendered } => (
            "cash_taken",
            json!({ "payable": payable.to_string(), "tendered": tendered.to_string() }),
        ),
        AttemptEvent::OperatorConfirmed { by, reason, note } => (
            "operator_confirmed",
            json!({ "by": by, "reason": reason.word(), "note": note }),
        ),
        AttemptEvent::Declined { reason } => ("declined", json!({ "reason": reason.word() })),
        AttemptEvent::Lapsed => ("lapsed", json!({})),
        AttemptEvent::Held => ("held", json!({})),
        AttemptEvent::Unrecognised { word } => ("unrecognised", json!({ "word": word })),
        AttemptEvent::Contradicted => ("contradicted", json!({})),
        AttemptEvent::WeakEvidence => ("weak_evidence", json!({})),
        AttemptEvent::DeadlinePassed => ("deadline_passed", json!({})),
        AttemptEvent::CancelRequested { by } => ("cancel_requested", json!({ "by": by })),
        AttemptEvent::CancelDone => ("cancel_done", json!({})),
        AttemptEvent::ListenClosed => ("listen_closed", json!({})),
    }
}
