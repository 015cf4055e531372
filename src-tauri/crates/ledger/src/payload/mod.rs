//! Events as the text stored in the ledger.
//!
//! Stored text outlives every version of the code: fields are added, never renamed or given another meaning, and
//! fields that are not known are skipped. The domain knows nothing of this (docs/adr/0007); the mirror types here are
//! checked against the domain's by the compiler.

mod fields;

use fields::{base64, ms, ms_option, satang, satang_option, text, text_option, token, unshowable};
use keptang_domain::order::{
    AttemptEvent, ConfirmReason, DocumentKind, EventKind, Evidence, Instruction, Opening, OrderEvent, Quote,
    Reason, RefundKind, RefundReason, RefundState, Source, Unshowable,
};
use keptang_domain::{AttemptId, BusinessDay, CallbackToken, Money, ProviderId, RefundId, Timestamp};
use serde::{Deserialize, Serialize};

/// The text of an event. Deterministic: the same event gives the same text.
pub(crate) fn encode(event: &OrderEvent) -> String {
    #[derive(Serialize)]
    struct Row<'a>(#[serde(with = "OrderEventRow")] &'a OrderEvent);
    serde_json::to_string(&Row(event)).expect("the rows hold only texts, whole numbers and booleans")
}

/// The event of a text.
pub(crate) fn decode(text: &str) -> Result<OrderEvent, serde_json::Error> {
    OrderEventRow::deserialize(&mut serde_json::Deserializer::from_str(text))
}

/// The text of an event that moved money, with the business day on which it counts. Whatever the cut-off becomes later,
/// it counts there.
pub(crate) fn stamped(event: &OrderEvent, day: BusinessDay) -> String {
    let mut text = encode(event);
    let end = text.pop();
    debug_assert_eq!(end, Some('}'), "an event is a JSON object");
    text.push_str(",\"day\":\"");
    text.push_str(&day.to_string());
    text.push_str("\"}");
    text
}

/// The business day stamped in a text; `None` where there is none.
pub(crate) fn stamp(text: &str) -> Result<Option<BusinessDay>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Stamp {
        #[serde(default)]
        day: Option<String>,
    }
    let stamp: Stamp = serde_json::from_str(text)?;
    stamp
        .day
        .map(|day| {
            day.parse()
                .map_err(<serde_json::Error as serde::de::Error>::custom)
        })
        .transpose()
}

/// The word in the column `kind`.
pub(crate) const fn kind(event: &OrderEvent) -> &'static str {
    let event = match event {
        OrderEvent::Opened(_) => return "opened",
        OrderEvent::AttemptOpened { .. } => return "attempt_opened",
        OrderEvent::Voided { .. } => return "voided",
        OrderEvent::RefundRequested { .. } => return "refund_requested",
        OrderEvent::RefundResolved { .. } => return "refund_resolved",
        OrderEvent::DocumentIssued { .. } => return "document_issued",
        OrderEvent::Attempt { event, .. } => event,
    };
    match event.kind() {
        EventKind::SubmitStarted => "submit_started",
        EventKind::Accepted => "accepted",
        EventKind::Unshowable => "unshowable",
        EventKind::Refused => "refused",
        EventKind::OutcomeLost => "outcome_lost",
        EventKind::Seen => "seen",
        EventKind::Short => "short",
        EventKind::Confirmed => "confirmed",
        EventKind::CashTaken => "cash_taken",
        EventKind::OperatorConfirmed => "operator_confirmed",
        EventKind::Declined => "declined",
        EventKind::Lapsed => "lapsed",
        EventKind::Held => "held",
        EventKind::Unrecognised => "unrecognised",
        EventKind::Contradicted => "contradicted",
        EventKind::WeakEvidence => "weak_evidence",
        EventKind::DeadlinePassed => "deadline_passed",
        EventKind::CancelRequested => "cancel_requested",
        EventKind::CancelDone => "cancel_done",
        EventKind::ListenClosed => "listen_closed",
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "OrderEvent", tag = "kind", rename_all = "snake_case")]
enum OrderEventRow {
    Opened(#[serde(with = "OpeningRow")] Opening),
    AttemptOpened {
        #[serde(with = "text")]
        attempt: AttemptId,
        #[serde(with = "text")]
        provider: ProviderId,
        #[serde(with = "token")]
        token: CallbackToken,
        #[serde(rename = "asked_satang", with = "satang")]
        asked: Money,
        #[serde(default, skip_serializing_if = "Option::is_none", with = "quote_option")]
        quote: Option<Quote>,
    },
    Attempt {
        #[serde(with = "text")]
        attempt: AttemptId,
        #[serde(with = "AttemptEventRow")]
        event: AttemptEvent,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<String>,
    },
    Voided {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    RefundRequested {
        #[serde(with = "text")]
        refund: RefundId,
        #[serde(with = "text")]
        attempt: AttemptId,
        #[serde(rename = "amount_satang", with = "satang")]
        amount: Money,
        #[serde(rename = "how", with = "text")]
        kind: RefundKind,
        #[serde(with = "text")]
        reason: RefundReason,
        by: String,
    },
    RefundResolved {
        #[serde(with = "text")]
        refund: RefundId,
        #[serde(with = "text")]
        state: RefundState,
        #[serde(rename = "how", with = "text")]
        kind: RefundKind,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider_ref: Option<String>,
    },
    DocumentIssued {
        #[serde(rename = "document", with = "text")]
        kind: DocumentKind,
        #[serde(default, skip_serializing_if = "Option::is_none", with = "text_option")]
        refund: Option<RefundId>,
        series: String,
        running: u64,
        number: String,
        // Not "day", which is the stamp of the ledger.
        #[serde(rename = "issued_on", with = "text")]
        day: BusinessDay,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vat_rate_bp: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Opening")]
struct OpeningRow {
    number: String,
    #[serde(rename = "amount_due_satang", with = "satang")]
    amount_due: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cashier: Option<String>,
    #[serde(with = "text")]
    business_day: BusinessDay,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "AttemptEvent", tag = "kind", rename_all = "snake_case")]
enum AttemptEventRow {
    SubmitStarted,
    Accepted {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider_ref: Option<String>,
        #[serde(rename = "payable_satang", with = "satang")]
        payable: Money,
        #[serde(default, skip_serializing_if = "Option::is_none", with = "instruction_option")]
        instruction: Option<Instruction>,
        #[serde(
            rename = "deadline_ms",
            default,
            skip_serializing_if = "Option::is_none",
            with = "ms_option"
        )]
        deadline: Option<Timestamp>,
    },
    Unshowable {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider_ref: Option<String>,
        #[serde(rename = "payable_satang", with = "satang")]
        payable: Money,
        #[serde(with = "unshowable")]
        why: Unshowable,
    },
    Refused {
        #[serde(with = "text")]
        reason: Reason,
    },
    OutcomeLost,
    Seen {
        #[serde(with = "text")]
        source: Source,
    },
    Short {
        #[serde(with = "EvidenceRow")]
        evidence: Evidence,
    },
    Confirmed {
        #[serde(with = "EvidenceRow")]
        evidence: Evidence,
    },
    CashTaken {
        #[serde(rename = "payable_satang", with = "satang")]
        payable: Money,
        #[serde(rename = "tendered_satang", with = "satang")]
        tendered: Money,
    },
    OperatorConfirmed {
        by: String,
        #[serde(with = "text")]
        reason: ConfirmReason,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    Declined {
        #[serde(with = "text")]
        reason: Reason,
    },
    Lapsed,
    Held,
    Unrecognised {
        word: String,
    },
    Contradicted,
    WeakEvidence,
    DeadlinePassed,
    CancelRequested {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    CancelDone,
    ListenClosed,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Evidence")]
struct EvidenceRow {
    key: String,
    #[serde(with = "text")]
    source: Source,
    #[serde(rename = "amount_satang", with = "satang")]
    amount: Money,
    #[serde(
        rename = "fee_satang",
        default,
        skip_serializing_if = "Option::is_none",
        with = "satang_option"
    )]
    fee: Option<Money>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Quote")]
struct QuoteRow {
    coin: String,
    network: String,
    invoiced: String,
    currency: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rate: Option<String>,
    source: String,
    #[serde(rename = "at_ms", with = "ms")]
    at: Timestamp,
}

/// What to show, when there is something.
mod instruction_option {
    use super::{Instruction, InstructionRow};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Row(#[serde(with = "InstructionRow")] Instruction);

    pub(super) fn serialize<S: Serializer>(
        instruction: &Option<Instruction>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        instruction.clone().map(Row).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Instruction>, D::Error> {
        Ok(Option::<Row>::deserialize(from)?.map(|Row(instruction)| instruction))
    }
}

/// Terms that may be missing.
mod quote_option {
    use super::{Quote, QuoteRow};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Row(#[serde(with = "QuoteRow")] Quote);

    pub(super) fn serialize<S: Serializer>(quote: &Option<Quote>, to: S) -> Result<S::Ok, S::Error> {
        quote.clone().map(Row).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Quote>, D::Error> {
        Ok(Option::<Row>::deserialize(from)?.map(|Row(quote)| quote))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Instruction", tag = "type", rename_all = "snake_case")]
enum InstructionRow {
    QrText {
        text: String,
    },
    QrImage {
        #[serde(rename = "png_base64", with = "base64")]
        png: Vec<u8>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    BankAccount {
        bank_code: String,
        number: String,
        name: String,
    },
    Redirect {
        url: String,
    },
    CryptoAddress {
        address: String,
        amount: String,
        coin: String,
        network: String,
        #[serde(rename = "qr_png_base64", with = "base64")]
        qr_png: Vec<u8>,
    },
}

#[cfg(test)]
mod tests;
