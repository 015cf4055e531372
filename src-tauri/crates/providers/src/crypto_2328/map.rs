//! What 2328.io's words mean for the till. Pure: the rules of the page, and nothing else.

use super::decimal::{Decimal, pro_rata};
use super::fault;
use super::wire::{Complaint, Payment, is_same_coin};
use crate::act::Act;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keptang_domain::order::{Evidence, Instruction, Quote, Source, Unshowable};
use keptang_domain::{AttemptId, Money};
use keptang_ports::{Fault, ProviderError, Report, Said, Verdict};
use reqwest::Url;

/// Where the provider's own pages live, with everything below it (crypto-2328.md §4).
const PAGES: &str = "2328.io";
const PNG_URI: &str = "data:image/png;base64,";
const PNG_MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What a payment must say to be the one we mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) attempt: AttemptId,
    pub(super) payable: Money,
    /// What the invoice was made out for.
    pub(super) invoiced: Decimal,
    pub(super) currency: String,
}

/// Where the payment `asked_for` stands (crypto-2328.md §7). `None` when the answer is not about it or says nothing,
/// which is no answer at all: a foreign payment must not end our attempt.
pub(super) fn report(payment: &Payment, asked_for: &str, expected: &Expected) -> Option<Report> {
    let foreign = payment.uuid != asked_for
        || payment
            .order_id
            .as_deref()
            .is_some_and(|id| !is_ours(id, expected.attempt));
    let verdict = if foreign {
        claims_success(payment).then_some(Verdict::Contradiction("reference"))?
    } else {
        verdict(payment, expected)?
    };
    Some(Report {
        provider_ref: asked_for.to_owned(),
        verdict,
        said: payment.said.clone(),
    })
}

/// Whether it says that the money is there.
pub(super) fn claims_success(payment: &Payment) -> bool {
    matches!(payment.status.as_deref(), Some("paid" | "overpaid"))
}

fn verdict(payment: &Payment, expected: &Expected) -> Option<Verdict> {
    Some(match payment.status.as_deref()? {
        "pending" | "check" => Verdict::Pending,
        "awaiting_confirmation" => Verdict::Seen,
        "paid" => paid(payment, expected, expected.payable),
        "overpaid" => {
            let arrived = arrived(payment, expected.payable).unwrap_or(expected.payable);
            paid(payment, expected, arrived.max(expected.payable))
        }
        // How much is missing is not known yet; the next question tells.
        "underpaid_check" => short(payment, expected, Verdict::Seen),
        // Final, and money did arrive: with an amount it is on the order, without one a person has to look.
        word @ "underpaid" => match short(payment, expected, Verdict::Unrecognised(word.to_owned())) {
            Verdict::Short(evidence) => Verdict::ShortForGood(evidence),
            other => other,
        },
        "cancel" => Verdict::Lapsed,
        "aml_lock" => Verdict::Held,
        // The refund statuses among them: a payment that is asked about is not paid here, and one that is being
        // given back must not become so. A person looks; a paid one is not asked about and stays as it is.
        word => Verdict::Unrecognised(printable(word)),
    })
}

fn paid(payment: &Payment, expected: &Expected, amount: Money) -> Verdict {
    // "Paid" with nothing arrived, or with more than a till can hold, contradicts itself.
    let nothing = payment
        .payment_amount
        .is_some_and(|arrived| !arrived.is_positive());
    if nothing || amount > Money::LARGEST_SALE {
        return Verdict::Contradiction("payment_amount");
    }
    match money_contradiction(payment, expected) {
        Some(word) => Verdict::Contradiction(word),
        None => Verdict::Paid(evidence(payment, amount)),
    }
}

fn short(payment: &Payment, expected: &Expected, unknown: Verdict) -> Verdict {
    if let Some(word) = money_contradiction(payment, expected) {
        return Verdict::Contradiction(word);
    }
    match arrived(payment, expected.payable) {
        Some(amount) if amount >= expected.payable => Verdict::Contradiction("payment_amount"),
        Some(amount) if amount.is_positive() => Verdict::Short(evidence(payment, amount)),
        _ => unknown,
    }
}

/// The key is the payment's own id, so that a top-up adds to the same evidence and a second message adds nothing.
fn evidence(payment: &Payment, amount: Money) -> Evidence {
    Evidence {
        key: payment.uuid.clone(),
        source: Source::Query,
        amount,
        // What the shop is credited is told in the coin, and no rate makes baht of it.
        fee: None,
    }
}

/// Which part of the rule for money does not hold (§6, "Then"); `None` when all of it does.
fn money_contradiction(payment: &Payment, expected: &Expected) -> Option<&'static str> {
    if !payment
        .order_id
        .as_deref()
        .is_some_and(|id| is_ours(id, expected.attempt))
    {
        Some("reference")
    } else if payment.amount != Some(expected.invoiced) {
        Some("amount")
    } else if !is_currency(payment, &expected.currency) {
        Some("currency")
    } else {
        None
    }
}

/// Baht for what arrived on chain, against what was asked there, rounded down (cli.md, `received`).
fn arrived(payment: &Payment, payable: Money) -> Option<Money> {
    pro_rata(payable, payment.payment_amount?, payment.asked()?)
}

fn is_ours(order_id: &str, attempt: AttemptId) -> bool {
    order_id == attempt.to_string()
}

fn is_currency(payment: &Payment, currency: &str) -> bool {
    payment
        .currency
        .as_deref()
        .is_some_and(|word| word.eq_ignore_ascii_case(currency))
}

/// A word of theirs, fit for a log line.
pub(super) fn printable(word: &str) -> String {
    word.chars().filter(|c| c.is_ascii_graphic()).take(40).collect()
}

/// What the till asked for beyond the money.
#[derive(Debug, Clone)]
pub(super) struct Request<'a> {
    /// What was asked for.
    pub(super) quote: &'a Quote,
    /// Pages of this machine are the provider's own.
    pub(super) at_home: bool,
}

/// What a payment offers to the customer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) provider_ref: String,
    pub(super) offer: Result<Instruction, Unshowable>,
    /// Whole life of the payment, in milliseconds, by the provider's own two times.
    pub(super) lifetime_ms: Option<i64>,
    pub(super) said: Option<Said>,
}

/// Checks a payment that came back as ours; `None` when it is not: then what became of ours is unknown.
pub(super) fn draft(payment: &Payment, expected: &Expected, request: &Request<'_>) -> Option<Draft> {
    if !payment
        .order_id
        .as_deref()
        .is_some_and(|id| is_ours(id, expected.attempt))
    {
        return None;
    }
    let lifetime_ms = match (payment.created_at_ms, payment.expires_at_ms) {
        (Some(created), Some(expires)) => expires.checked_sub(created).filter(|life| *life > 0),
        _ => None,
    };
    let offer = match money_contradiction(payment, expected) {
        // It exists, and it asks the customer for something else than the sale.
        Some(_) => Err(Unshowable::QrMismatch),
        None => offer(payment, request),
    };
    Some(Draft {
        provider_ref: payment.uuid.clone(),
        offer,
        lifetime_ms,
        said: payment.said.clone(),
    })
}

fn offer(payment: &Payment, request: &Request<'_>) -> Result<Instruction, Unshowable> {
    let Some(address) = payment.address.as_deref().filter(|address| is_address(address)) else {
        return page(payment, request);
    };
    let (Some(asked), Some(coin), Some(network)) = (
        payment.asked(),
        payment.payer_currency.as_deref(),
        payment.network.as_deref(),
    ) else {
        // An address without its exact amount, coin and network would lose the customer's money.
        return page(payment, request);
    };
    let as_asked =
        is_same_coin(coin, &request.quote.coin) && network.eq_ignore_ascii_case(&request.quote.network);
    if !as_asked {
        return Err(Unshowable::QrMismatch);
    }
    let written = payment.payer_amount.clone().unwrap_or_default();
    let plain = written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    Ok(Instruction::CryptoAddress {
        address: address.to_owned(),
        amount: if plain { written } else { asked.to_string() },
        coin: coin.to_owned(),
        network: network.to_owned(),
        qr_png: payment.qr.as_deref().and_then(picture).unwrap_or_default(),
    })
}

/// The provider's own page, on a host that is the provider's (§4).
fn page(payment: &Payment, request: &Request<'_>) -> Result<Instruction, Unshowable> {
    let written = payment.url.as_deref().ok_or(Unshowable::QrUnavailable)?;
    let url = Url::parse(written).map_err(|_| Unshowable::QrUnavailable)?;
    let theirs = url.scheme() == "https"
        && url.host_str().is_some_and(|host| {
            host == PAGES || host.strip_suffix(PAGES).is_some_and(|below| below.ends_with('.'))
        });
    let here = request.at_home && crate::http::is_acceptable(&url) && crate::http::is_loopback(&url);
    let anonymous = url.username().is_empty() && url.password().is_none();
    if anonymous && (theirs || here) {
        Ok(Instruction::Redirect { url: url.to_string() })
    } else {
        Err(Unshowable::QrMismatch)
    }
}

fn is_address(text: &str) -> bool {
    (1..=256).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The PNG inside a data URI; a picture of another kind, or none, leaves the address to be drawn by the till.
fn picture(uri: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode(uri.strip_prefix(PNG_URI)?.trim()).ok()?;
    bytes.starts_with(PNG_MAGIC).then_some(bytes)
}

/// The error rules (crypto-2328.md §10), for an answer that is no success, whatever its status.
pub(super) fn refusal(act: Act, status: u16, body: &[u8], retry_after_ms: Option<i64>) -> ProviderError {
    let complaint = Complaint::from_answer(status, body);
    if status == 429 || (status < 500 && complaint.as_ref().is_some_and(is_about_pace)) {
        return ProviderError::Throttled {
            after_ms: retry_after_ms,
        };
    }
    if let Some(fault) = settings_fault(status, body, complaint.as_ref()) {
        return misconfigured(fault);
    }
    match (act, status, complaint) {
        // Somebody else's page where the API should be.
        (_, 404, None) if is_page(body) => misconfigured(fault::path_not_found()),
        (Act::Repeatable, 404, _) => ProviderError::NotFound,
        (Act::Repeatable, 200..=299 | 400..=499, Some(complaint)) if is_unknown(&complaint) => {
            ProviderError::NotFound
        }
        // "It is there already" is no "no": asking by our reference tells what is there.
        (Act::Once, 408 | 409 | 425, _) => ProviderError::OutcomeUnknown,
        (Act::Once, 200..=299 | 400..=499, Some(complaint)) => ProviderError::Refused {
            code: code(status, &complaint),
        },
        (Act::Once, 404 | 405 | 422, None) => ProviderError::Refused {
            code: format!("http_{status}"),
        },
        (act, _, _) => act.lost(),
    }
}

/// The setting that a refusal is about, if it is about one.
pub(super) fn settings_fault(status: u16, body: &[u8], complaint: Option<&Complaint>) -> Option<Fault> {
    let unauthorised = matches!(status, 401 | 403);
    let answered = matches!(status, 200..=299 | 400..=499);
    match (status, complaint) {
        // Redirects are not followed: the API lives elsewhere.
        (301 | 302 | 303 | 307 | 308, _) => Some(fault::path_not_found()),
        (_, Some(complaint)) if answered && complaint.names(&["sign", "signature", "hmac"]) => {
            Some(fault::signature_rejected())
        }
        (_, Some(complaint)) if unauthorised && complaint.names(&["project", "merchant"]) => {
            Some(fault::wrong_project())
        }
        (_, Some(complaint)) if unauthorised && is_about_address(complaint) => Some(fault::not_permitted()),
        (403, None) if is_page(body) => Some(fault::not_permitted()),
        (401 | 403, _) => Some(fault::key_rejected()),
        _ => None,
    }
}

fn is_about_pace(complaint: &Complaint) -> bool {
    complaint.says(&["too many", "rate limit", "ratelimit"])
}

fn is_about_address(complaint: &Complaint) -> bool {
    complaint.names(&["whitelist", "whitelisted", "allowlist"])
        || complaint.says(&["ip address", "ip not", "your ip", "ip is"])
}

/// "No such payment" as state 1 (§5). A complaint about anything else is no proof that nothing exists.
fn is_unknown(complaint: &Complaint) -> bool {
    complaint.is_silent()
        || complaint.says(&[
            "not found",
            "not_found",
            "notfound",
            "unknown",
            "no such",
            "not exist",
            "n't exist",
            "no payment",
        ])
}

fn is_page(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'<')
}

/// The fields a refusal names, or its status: the message itself stays inside.
fn code(status: u16, complaint: &Complaint) -> String {
    if complaint.fields.is_empty() {
        return match status {
            200..=299 => "state".to_owned(),
            _ => format!("http_{status}"),
        };
    }
    format!("invalid:{}", complaint.fields.join(","))
}

pub(super) fn misconfigured(fault: Fault) -> ProviderError {
    ProviderError::Misconfigured(Box::new(fault))
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
