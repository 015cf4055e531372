//! What Omise's words mean for the till. Pure: the rules of the page, and nothing else.

use super::fault;
use super::wire::{CURRENCY, Charge, error_code};
use crate::act::Act;
use crate::words::printable;
use keptang_domain::order::{Evidence, Reason, Source, Unshowable};
use keptang_domain::{AttemptId, Money};
use keptang_ports::{PaymentRef, ProviderError, Report, Said, Verdict};

/// What a charge must say to be the one we mean.
#[derive(Debug, Clone)]
pub(super) struct Expected<'a> {
    pub(super) attempt: AttemptId,
    pub(super) order_number: &'a str,
    pub(super) payable: Money,
    pub(super) live: bool,
}

impl<'a> Expected<'a> {
    pub(super) fn of(payment: &'a PaymentRef, live: bool) -> Self {
        Self {
            attempt: payment.attempt,
            order_number: &payment.order_number,
            payable: payment.payable,
            live,
        }
    }
}

/// Where the charge `asked_for` stands (omise-truemoney.md §3). `None` when the answer is not about it or says
/// nothing, which is no answer at all: a foreign charge must not end our attempt (§4, traps of the shop plug-in).
pub(super) fn report(charge: &Charge, asked_for: &str, expected: &Expected<'_>) -> Option<Report> {
    let claims_success = charge.status.as_deref() == Some("successful");
    let verdict = if charge.id != asked_for {
        claims_success.then_some(Verdict::Contradiction("reference"))?
    } else {
        verdict(charge, expected)?
    };
    Some(Report {
        provider_ref: asked_for.to_owned(),
        verdict,
        said: charge.said.clone(),
    })
}

fn verdict(charge: &Charge, expected: &Expected<'_>) -> Option<Verdict> {
    Some(match charge.status.as_deref()? {
        "pending" => Verdict::Pending,
        "successful" => match paid_contradiction(charge, expected) {
            Some(word) => Verdict::Contradiction(word),
            None => Verdict::Paid(Evidence {
                key: charge.id.clone(),
                source: Source::Query,
                amount: expected.payable,
                fee: fee(charge),
            }),
        },
        "failed" => Verdict::Declined(failure_reason(charge.failure_code.as_deref())),
        "expired" => Verdict::Lapsed,
        "reversed" => Verdict::Declined(Reason::Declined),
        word => Verdict::Unrecognised(printable(word)),
    })
}

/// Which part of the paid rule does not hold (omise-truemoney.md §3); `None` when all of it does.
fn paid_contradiction(charge: &Charge, expected: &Expected<'_>) -> Option<&'static str> {
    if charge.amount != Some(expected.payable.satang()) {
        Some("amount")
    } else if !is_baht(charge.currency.as_deref()) {
        Some("currency")
    } else if charge.livemode != Some(expected.live) {
        Some("mode")
    } else if charge.order_id.as_deref() != Some(expected.order_number)
        || charge.attempt != Some(expected.attempt)
    {
        Some("reference")
    } else if charge.paid != Some(true) {
        Some("paid")
    } else {
        None
    }
}

pub(super) fn is_baht(currency: Option<&str>) -> bool {
    currency.is_some_and(|word| word.eq_ignore_ascii_case(CURRENCY))
}

/// Fee and the tax on it; absent when Omise does not tell the fee.
fn fee(charge: &Charge) -> Option<Money> {
    let fee = charge.fee.filter(|fee| *fee >= 0)?;
    let vat = charge.fee_vat.filter(|vat| *vat >= 0).unwrap_or(0);
    Money::from_satang(fee).checked_add(Money::from_satang(vat))
}

/// `failed_processing` is the one code given for this method; the others are known from its siblings (§3).
fn failure_reason(code: Option<&str>) -> Reason {
    match code {
        Some("failed_processing") => Reason::FailedProcessing,
        Some("insufficient_balance") => Reason::InsufficientBalance,
        Some("payment_cancelled") => Reason::PaymentCancelled,
        Some("timeout" | "payment_expired") => Reason::Timeout,
        _ => Reason::Declined,
    }
}

/// What a charge offers to the customer, before its picture is fetched.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) provider_ref: String,
    pub(super) payable: Money,
    /// Address of the picture.
    pub(super) picture: Result<String, Unshowable>,
    /// Whole life of the charge, in milliseconds.
    pub(super) lifetime_ms: Option<i64>,
    pub(super) said: Option<Said>,
}

/// Checks a charge that came back as ours; `None` when it is not: then what became of ours is unknown.
pub(super) fn draft(charge: &Charge, attempt: AttemptId, asked: Money, live: bool) -> Option<Draft> {
    if charge.attempt != Some(attempt) {
        return None;
    }
    let amount = charge.amount.filter(|satang| *satang > 0)?;
    let foreign = !is_baht(charge.currency.as_deref());
    let picture = if charge.livemode != Some(live) {
        Err(Unshowable::ModeMismatch)
    } else if foreign {
        Err(Unshowable::QrMismatch)
    } else {
        charge.qr_address.clone().ok_or(Unshowable::QrUnavailable)
    };
    let lifetime_ms = match (charge.created_at_ms, charge.expires_at_ms) {
        (Some(created), Some(expires)) => expires.checked_sub(created).filter(|life| *life > 0),
        _ => None,
    };
    Some(Draft {
        provider_ref: charge.id.clone(),
        // An amount of another currency is no number of baht.
        payable: if foreign {
            asked
        } else {
            Money::from_satang(amount)
        },
        picture,
        lifetime_ms,
        said: charge.said.clone(),
    })
}

/// The error table (omise-truemoney.md §7), for an answer that is no success.
pub(super) fn refusal(act: Act, status: u16, body: &[u8], retry_after_ms: Option<i64>) -> ProviderError {
    let code = error_code(body);
    match (status, act) {
        (401, _) => misconfigured(fault::key_rejected()),
        (429, _) => ProviderError::Throttled {
            after_ms: retry_after_ms,
        },
        // Trouble of the provider's own in the dress of a refusal: it may have created something first.
        (400, act) if code.as_deref() == Some("backend_error") => act.lost(),
        (400 | 403 | 404 | 422, Act::Once) => match (status, code) {
            (_, Some(code)) => ProviderError::Refused { code },
            (404, None) => misconfigured(fault::path_not_found()),
            (403 | 422, None) => ProviderError::Refused {
                code: format!("http_{status}"),
            },
            // Not in Omise's form, so somebody in between wrote it.
            (_, None) => ProviderError::OutcomeUnknown,
        },
        (403, Act::Repeatable) => misconfigured(fault::not_permitted()),
        (404, Act::Repeatable) => ProviderError::NotFound,
        // A question that is refused says nothing about the payment.
        (400 | 422, Act::Repeatable) => ProviderError::Unavailable,
        // Redirects are not followed: the API lives elsewhere.
        (301 | 302 | 303 | 307 | 308, _) => misconfigured(fault::path_not_found()),
        (_, act) => act.lost(),
    }
}

pub(super) fn misconfigured(fault: keptang_ports::Fault) -> ProviderError {
    ProviderError::Misconfigured(Box::new(fault))
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
