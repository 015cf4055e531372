//! What the gateway's words mean for the till. Pure: the rules of the page, and nothing else.

use super::config::{DepositType, Endpoint};
use super::fault;
use super::wire::{Deposit, Envelope, Order, is, our_attempt};
use crate::act::Act;
use crate::picture::png_of_base64;
use crate::words::{printable, sentence};
use keptang_domain::order::{Evidence, Instruction, Reason, Source, Unshowable};
use keptang_domain::{AttemptId, Money};
use keptang_ports::{Fault, PaymentRef, ProviderError, Report, Said, Verdict};

/// How far the parts of an amount may miss the whole (jwt-gateway.md §7).
const PARTS_OFF_MAX: Money = Money::from_satang(1);

/// What a deposit offers to the customer, before a linked picture is fetched.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) provider_ref: String,
    pub(super) payable: Money,
    pub(super) show: Result<Show, Unshowable>,
    pub(super) expires_ms: Option<i64>,
    pub(super) said: Option<Said>,
}

/// How it is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Show {
    /// As it is.
    Ready(Instruction),
    /// The picture behind the address; the account where that cannot be fetched.
    Link {
        address: String,
        otherwise: Option<Instruction>,
    },
}

/// Checks an answer that came back for `attempt`. What is not ours, or has no reference or amount, leaves open what
/// became of our request.
pub(super) fn draft(
    deposit: Deposit,
    attempt: AttemptId,
    merchant_id: &str,
    kind: DepositType,
) -> Result<Draft, ProviderError> {
    if deposit.transaction_id.as_deref().and_then(our_attempt) != Some(attempt) {
        return Err(ProviderError::OutcomeUnknown);
    }
    if let Some(word) = ["failed", "expired"]
        .into_iter()
        .find(|word| is(deposit.status.as_deref(), word))
    {
        return Err(ProviderError::Refused {
            code: word.to_owned(),
        });
    }
    let amount = deposit.amount.filter(|amount| amount.is_positive());
    // Money must not go to another merchant's account.
    let foreign = deposit.merchant_id.as_deref().is_some_and(|id| id != merchant_id);
    Ok(Draft {
        provider_ref: deposit
            .reference_id
            .clone()
            .ok_or(ProviderError::OutcomeUnknown)?,
        payable: amount.ok_or(ProviderError::OutcomeUnknown)?,
        expires_ms: deposit.expires_ms,
        said: deposit.said.clone(),
        show: if foreign {
            Err(Unshowable::QrMismatch)
        } else {
            show(deposit, kind).ok_or(Unshowable::QrUnavailable)
        },
    })
}

fn show(deposit: Deposit, kind: DepositType) -> Option<Show> {
    let qrcode = deposit.qrcode.clone();
    let account = account(deposit);
    match (kind, account) {
        (DepositType::BankTransfer, Some(account)) => Some(Show::Ready(account)),
        (_, account) => match qrcode.and_then(|qrcode| qr(&qrcode)) {
            Some(Qr::Shown(instruction)) => Some(Show::Ready(instruction)),
            Some(Qr::Link(address)) => Some(Show::Link {
                address,
                otherwise: account,
            }),
            None => account.map(Show::Ready),
        },
    }
}

enum Qr {
    Shown(Instruction),
    Link(String),
}

/// The forms of `qrcode` (§5): a picture, the address of one, or the text itself.
fn qr(qrcode: &str) -> Option<Qr> {
    let qrcode = qrcode.trim();
    if let Some(png) = png_of_base64(qrcode) {
        return Some(Qr::Shown(Instruction::QrImage { png, text: None }));
    }
    if qrcode.starts_with("https://") || qrcode.starts_with("http://") {
        return Some(Qr::Link(qrcode.to_owned()));
    }
    qrcode.starts_with("0002").then(|| {
        Qr::Shown(Instruction::QrText {
            text: qrcode.to_owned(),
        })
    })
}

fn account(deposit: Deposit) -> Option<Instruction> {
    let name = deposit.account_name.unwrap_or_default();
    match (deposit.account_number, deposit.promptpay_number) {
        (Some(number), _) => Some(Instruction::BankAccount {
            bank_code: deposit.bank_name.unwrap_or_default(),
            number,
            name,
        }),
        (None, Some(number)) => Some(Instruction::BankAccount {
            bank_code: "PROMPTPAY".to_owned(),
            number,
            name,
        }),
        (None, None) => None,
    }
}

/// What an order must say to be the one we mean.
#[derive(Debug, Clone)]
pub(super) struct Expected<'a> {
    pub(super) attempt: AttemptId,
    /// Absent while only our own reference is known.
    pub(super) provider_ref: Option<&'a str>,
    pub(super) payable: Money,
}

impl<'a> Expected<'a> {
    pub(super) fn of(payment: &'a PaymentRef) -> Self {
        Self {
            attempt: payment.attempt,
            provider_ref: Some(&payment.provider_ref),
            payable: payment.payable,
        }
    }
}

/// Where the order stands (§8). `None` when the answer is not about it or says nothing, which is no answer at all: a
/// foreign order must not end our attempt.
pub(super) fn report(order: &Order, expected: &Expected<'_>) -> Option<Report> {
    let known = expected.provider_ref.or(order.order_no.as_deref());
    let ours = order.attempt() == Some(expected.attempt)
        && order.order_no.is_some()
        && order.order_no.as_deref() == known;
    let verdict = if ours {
        verdict(order, expected.payable)?
    } else {
        order
            .says("completed")
            .then_some(Verdict::Contradiction("reference"))?
    };
    Some(Report {
        provider_ref: known?.to_owned(),
        verdict,
        said: order.said.clone(),
    })
}

fn verdict(order: &Order, payable: Money) -> Option<Verdict> {
    let word = order.status.as_deref()?;
    Some(if order.says("completed") {
        match (&order.order_no, order.amount) {
            (Some(key), Some(amount)) if amount == payable => Verdict::Paid(Evidence {
                key: key.clone(),
                source: Source::Query,
                amount,
                // A fee that does not add up is not posted.
                fee: order.fee.filter(|fee| !fee.is_negative() && adds_up(order)),
            }),
            _ => Verdict::Contradiction("amount"),
        }
    } else if order.says("pending") {
        Verdict::Pending
    } else if order.says("failed") {
        Verdict::Declined(Reason::Declined)
    } else if order.says("expired") {
        Verdict::Lapsed
    } else {
        Verdict::Unrecognised(printable(word))
    })
}

/// `amount − fee = actual_amount`, where all three are told.
fn adds_up(order: &Order) -> bool {
    let (Some(amount), Some(fee), Some(actual)) = (order.amount, order.fee, order.actual_amount) else {
        return true;
    };
    let off = amount.checked_sub(fee).and_then(|net| net.checked_sub(actual));
    off.is_some_and(|off| off.abs() <= PARTS_OFF_MAX)
}

/// What a callback claims, once its token proved it. `None` when it is about a withdrawal.
///
/// Where the order can be asked for, that decides; a callback only says that it is worth asking. Where it cannot, the
/// callback is taken at its word, and whoever knows the payment compares reference and amount.
pub(super) fn claim(order: &Order, askable: bool) -> Option<Verdict> {
    if is(order.kind.as_deref(), "withdrawal") {
        return None;
    }
    let word = printable(order.status.as_deref().unwrap_or_default());
    Some(if order.says("completed") {
        match (askable, taken_at_its_word(order)) {
            (true, _) => Verdict::Seen,
            (false, Ok(evidence)) => Verdict::Paid(evidence),
            (false, Err(word)) => Verdict::Contradiction(word),
        }
    } else if order.says("pending") {
        Verdict::Pending
    } else if order.says("failed") && !askable {
        Verdict::Declined(Reason::Declined)
    } else if order.says("expired") && !askable {
        Verdict::Lapsed
    } else if order.says("failed") || order.says("expired") {
        Verdict::Pending
    } else {
        Verdict::Unrecognised(word)
    })
}

/// The proof in a callback, or which part of it is missing.
fn taken_at_its_word(order: &Order) -> Result<Evidence, &'static str> {
    if !is(order.kind.as_deref(), "deposit") {
        return Err("type");
    }
    if order.attempt().is_none() {
        return Err("order");
    }
    if !adds_up(order) {
        return Err("fee");
    }
    Ok(Evidence {
        key: order.order_no.clone().ok_or("reference")?,
        source: Source::Callback,
        amount: order
            .amount
            .filter(|amount| amount.is_positive())
            .ok_or("amount")?,
        fee: order.fee.filter(|fee| !fee.is_negative()),
    })
}

/// What went wrong, for an answer that is no success.
pub(super) struct Failure<'a> {
    pub(super) act: Act,
    pub(super) endpoint: Endpoint,
    pub(super) http_status: u16,
    pub(super) envelope: Option<&'a Envelope>,
    pub(super) retry_after_ms: Option<i64>,
    /// How far the gateway's clock is ahead of ours, when known.
    pub(super) ahead_ms: Option<i64>,
}

impl Failure<'_> {
    /// The error table (§6). Words only choose between actions that a status leaves open.
    pub(super) fn error(&self) -> ProviderError {
        let message = self
            .envelope
            .and_then(|envelope| envelope.message.as_deref())
            .unwrap_or_default();
        let said = message.to_ascii_lowercase();
        let status = self.status();
        if self.is_muddled() {
            return self.act.lost();
        }
        if status == 429 {
            return ProviderError::Throttled {
                after_ms: self.retry_after_ms,
            };
        }
        if status >= 500 {
            return self.act.lost();
        }
        if let Some(fault) = self.named_fault(status, &said) {
            return ProviderError::Misconfigured(Box::new(fault));
        }
        // Our reference was used before: by us, so what it made may still be paid.
        if self.act == Act::Once && said.contains("already exist") {
            return ProviderError::OutcomeUnknown;
        }
        match status {
            404 if is_missing_order(&said) => ProviderError::NotFound,
            301 | 302 | 303 | 307 | 308 | 404 | 405 => {
                ProviderError::Misconfigured(Box::new(fault::path_not_found(self.endpoint)))
            }
            400..=499 if self.act == Act::Once && status != 408 && !message.is_empty() => {
                ProviderError::Refused {
                    code: sentence(message).unwrap_or_else(|| format!("http_{status}")),
                }
            }
            _ => self.act.lost(),
        }
    }

    /// A 2xx that claims success without its data, that names what was made beside a "no", or whose data cannot be
    /// read: no refusal of anything.
    fn is_muddled(&self) -> bool {
        let Some(envelope) = self.envelope.filter(|_| (200..=299).contains(&self.http_status)) else {
            return false;
        };
        let named = |name| envelope.data.as_ref().and_then(|data| data.raw(name)).is_some();
        envelope.is_success()
            || envelope.unreadable_data
            || ["referenceId", "transactionId", "order_no", "agent_order_no"]
                .into_iter()
                .any(named)
    }

    /// The HTTP status, or the code inside where HTTP itself says that all is well.
    fn status(&self) -> u16 {
        let inside = self.envelope.and_then(|envelope| envelope.code);
        match (self.http_status, inside.and_then(|code| u16::try_from(code).ok())) {
            (200..=299, Some(code @ 400..=599)) => code,
            (status, _) => status,
        }
    }

    fn named_fault(&self, status: u16, said: &str) -> Option<Fault> {
        if said.contains("invalid signature") || (status == 401 && said.contains("signature")) {
            Some(fault::signature_rejected(self.ahead_ms))
        } else if said.contains("merchant") && (status == 403 || said.contains("match")) {
            Some(fault::merchant_rejected())
        } else if status == 401 || said.contains("invalid api key") {
            Some(fault::key_rejected())
        } else if status == 403 || said.contains("whitelist") {
            Some(fault::ip_not_allowed())
        } else {
            None
        }
    }
}

/// A 404 about an order is one only when the gateway says so in its own words; any other is a path that is not there
/// (§2).
fn is_missing_order(said: &str) -> bool {
    let about_order = said.contains("order") || said.contains("transaction");
    about_order && (said.contains("not found") || said.contains("not exist"))
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
