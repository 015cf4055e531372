//! Everything that happened to an order, as lines.

use crate::app::App;
use crate::error::ApiError;
use crate::view::{self, moment};
use keptang_domain::order::{AttemptEvent, Order, OrderEvent};
use keptang_ports::PastEvent;
use serde::Serialize;
use serde_json::{Value, json};
use ts_rs::TS;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct TimelineLine {
    /// Always `event`.
    #[serde(rename = "type")]
    #[ts(type = "\"event\"")]
    pub kind: &'static str,
    /// Its place in the whole ledger.
    #[ts(type = "number")]
    pub sequence: i64,
    /// When.
    pub at: String,
    /// What.
    pub event: String,
    /// To which attempt.
    pub attempt_id: Option<String>,
    /// Whose attempt that is.
    #[ts(type = "Provider | null")]
    pub provider: Option<&'static str>,
    /// Who said so.
    #[ts(type = "\"us\" | \"provider\" | \"query\" | \"callback\" | \"slip\" | \"person\"")]
    pub source: &'static str,
    /// Money it brought or took, when it did.
    pub amount: Option<String>,
    /// Facts for people; pictures and tokens are left out.
    #[ts(type = "Record<string, unknown>")]
    pub facts: Value,
    /// What the provider said, covered where it must be, else the facts as they were stored; for the owner.
    pub raw: Option<String>,
}

impl App {
    /// Everything that happened to an order, oldest first.
    ///
    /// # Errors
    /// `not_found` for an order that is none.
    pub async fn timeline(&self, order: &str) -> Result<Vec<TimelineLine>, ApiError> {
        let order = self.find(order).await?;
        self.timeline_lines(&order, false).await
    }

    pub(crate) async fn timeline_lines(
        &self,
        order: &Order,
        with_raw: bool,
    ) -> Result<Vec<TimelineLine>, ApiError> {
        let history = self.till().ledger().history(order.id).await?;
        let line = |past: &PastEvent| {
            let (event, attempt_id, facts) = told(&past.event);
            let attempt = match &past.event {
                OrderEvent::AttemptOpened { attempt, .. }
                | OrderEvent::Attempt { attempt, .. }
                | OrderEvent::RefundRequested { attempt, .. } => order.attempt(*attempt),
                _ => None,
            };
            TimelineLine {
                kind: "event",
                sequence: past.sequence,
                at: moment(past.at),
                event,
                attempt_id,
                provider: attempt.map(|attempt| attempt.provider.word()),
                source: source(&past.event),
                amount: amount(&past.event),
                raw: with_raw.then(|| said(&past.event).unwrap_or_else(|| format!("{facts:#}"))),
                facts,
            }
        };
        Ok(history.iter().map(line).collect())
    }
}

fn said(event: &OrderEvent) -> Option<String> {
    match event {
        OrderEvent::Attempt { said, .. } => said.clone(),
        _ => None,
    }
}

/// Who said what happened: the strength of a line.
fn source(event: &OrderEvent) -> &'static str {
    let OrderEvent::Attempt { event, .. } = event else {
        return match event {
            OrderEvent::RefundResolved { .. } => "provider",
            _ => "us",
        };
    };
    match event {
        AttemptEvent::Seen { source } => source.word(),
        AttemptEvent::Short { evidence } | AttemptEvent::Confirmed { evidence } => evidence.source.word(),
        AttemptEvent::OperatorConfirmed { .. } | AttemptEvent::CashTaken { .. } => "person",
        AttemptEvent::Accepted { .. }
        | AttemptEvent::Unshowable { .. }
        | AttemptEvent::Refused { .. }
        | AttemptEvent::Declined { .. }
        | AttemptEvent::Lapsed
        | AttemptEvent::Held
        | AttemptEvent::Unrecognised { .. }
        | AttemptEvent::CancelDone => "provider",
        AttemptEvent::WeakEvidence => "callback",
        AttemptEvent::SubmitStarted
        | AttemptEvent::OutcomeLost
        | AttemptEvent::Contradicted
        | AttemptEvent::DeadlinePassed
        | AttemptEvent::CancelRequested { .. }
        | AttemptEvent::ListenClosed => "us",
    }
}

fn amount(event: &OrderEvent) -> Option<String> {
    match event {
        OrderEvent::Attempt { event, .. } => match event {
            AttemptEvent::Short { evidence } | AttemptEvent::Confirmed { evidence } => {
                Some(evidence.amount.to_string())
            }
            AttemptEvent::CashTaken { payable, .. } => Some(payable.to_string()),
            _ => None,
        },
        OrderEvent::RefundRequested { amount, .. } => Some(amount.to_string()),
        _ => None,
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
        OrderEvent::Attempt { attempt, event, .. } => {
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
