//! What the gateway's words mean for the till. Pure: the rules of the page, and nothing else.

use super::fault;
use super::wire::{Callback, Deposit, detail, our_attempt};
use crate::act::Act;
use crate::picture::png_of_base64;
use crate::words::{printable, sentence};
use keptang_domain::order::{Evidence, Instruction, Reason, Source};
use keptang_domain::{AttemptId, Money};
use keptang_ports::{Fault, ProviderError, Said, Verdict};

/// What a deposit offers to the customer, before a linked picture is fetched.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) provider_ref: String,
    /// What the payer must pay; the gateway may have moved it by satang (deposit-gateway.md §5).
    pub(super) payable: Money,
    /// The picture that came inside.
    pub(super) png: Option<Vec<u8>>,
    /// Where else the picture is.
    pub(super) link: Option<String>,
    pub(super) account: Option<Instruction>,
    pub(super) lifetime_ms: Option<i64>,
    pub(super) said: Option<Said>,
}

/// Checks an answer that came back for `attempt`. What is not ours, or has no reference or amount, leaves open what
/// became of our request.
pub(super) fn draft(deposit: Deposit, attempt: AttemptId) -> Result<Draft, ProviderError> {
    if deposit.order_id.as_deref().and_then(our_attempt) != Some(attempt) {
        return Err(ProviderError::OutcomeUnknown);
    }
    if is(deposit.status.as_deref(), "FAILED") {
        return Err(ProviderError::Refused {
            code: "failed".to_owned(),
        });
    }
    let provider_ref = deposit.ref_id.ok_or(ProviderError::OutcomeUnknown)?;
    let payable = deposit
        .amount
        .filter(|amount| amount.is_positive())
        .ok_or(ProviderError::OutcomeUnknown)?;
    let account = deposit.account_no.map(|number| Instruction::BankAccount {
        bank_code: deposit.bank_code.unwrap_or_default(),
        number,
        name: deposit.account_name.unwrap_or_default(),
    });
    // A transfer to an account has no QR (§5, `deposit_channel`), whatever else the answer carries.
    let by_transfer = is(deposit.channel.as_deref(), "BANK_TRANSFER") && account.is_some();
    let png = deposit.qr_image.as_deref().and_then(png_of_base64);
    let lifetime_ms = match (deposit.created_ms, deposit.expires_ms) {
        (Some(created), Some(expires)) => expires.checked_sub(created).filter(|life| *life > 0),
        _ => None,
    };
    Ok(Draft {
        provider_ref,
        payable,
        png: png.filter(|_| !by_transfer),
        link: deposit.qr_image_link.filter(|_| !by_transfer),
        account,
        lifetime_ms,
        said: deposit.said,
    })
}

/// What a callback claims (§6, §7). `None` when it is about a payout.
///
/// Order, reference and amount are compared with ours by whoever knows them; here they only have to be readable.
pub(super) fn verdict(callback: &Callback) -> Option<Verdict> {
    if is(callback.kind.as_deref(), "WITHDRAW") {
        return None;
    }
    let status = callback.status.as_deref();
    let succeeded = is(status, "AUTO_SUCCESS") || is(status, "SUCCESS");
    Some(if succeeded {
        paid(callback).map_or_else(Verdict::Contradiction, Verdict::Paid)
    } else if is(status, "PROCESSING") || is(status, "CREATED") {
        Verdict::Pending
    } else if is(status, "FAILED") {
        Verdict::Declined(Reason::Declined)
    } else {
        Verdict::Unrecognised(printable(status.unwrap_or_default()))
    })
}

/// The proof in a success, or which part of it is missing.
fn paid(callback: &Callback) -> Result<Evidence, &'static str> {
    if !is(callback.kind.as_deref(), "DEPOSIT") {
        return Err("type");
    }
    if callback.attempt().is_none() {
        return Err("order");
    }
    let key = callback.ref_id.clone().ok_or("reference")?;
    let amount = callback
        .amount
        .filter(|amount| amount.is_positive())
        .ok_or("amount")?;
    Ok(Evidence {
        key,
        source: Source::Callback,
        amount,
        fee: callback.mdr_amount.filter(|fee| !fee.is_negative()),
    })
}

/// The gateway's words are compared without regard to case: a live client met `Failed` (§7).
fn is(word: Option<&str>, known: &str) -> bool {
    word.is_some_and(|word| word.trim().eq_ignore_ascii_case(known))
}

/// The error table (§5), for an answer that is no success.
pub(super) fn refusal(act: Act, status: u16, body: &[u8], retry_after_ms: Option<i64>) -> ProviderError {
    let detail = detail(body);
    let said = detail.as_deref().unwrap_or_default().to_ascii_lowercase();
    let code = detail
        .as_deref()
        .map(|text| sentence(text).unwrap_or_else(|| format!("http_{status}")));
    match (status, code) {
        (401 | 403, _) => misconfigured(not_permitted(status, &said)),
        (400 | 422, _) if said.contains("signature") => misconfigured(fault::signature_rejected()),
        (429, _) => ProviderError::Throttled {
            after_ms: retry_after_ms,
        },
        // Our reference was used before: by us, so what it made may still be paid.
        (400 | 409 | 422, Some(_)) if act == Act::Once && is_repeated_order(&said) => {
            ProviderError::OutcomeUnknown
        }
        // Its framework says "Not Found" for an address it does not have; anything else is about the request.
        (404, Some(code)) if said != "not found" => match act {
            Act::Once => ProviderError::Refused { code },
            Act::Repeatable => ProviderError::NotFound,
        },
        // Redirects are not followed: the API lives elsewhere.
        (301 | 302 | 303 | 307 | 308 | 404 | 405, _) => misconfigured(fault::path_not_found()),
        (400 | 422, Some(code)) => ProviderError::Refused { code },
        (422, None) => ProviderError::Refused {
            code: "http_422".to_owned(),
        },
        _ => act.lost(),
    }
}

/// Which key or list a 401 or 403 is about; the page does not say, so their own words decide.
pub(super) fn not_permitted(status: u16, said: &str) -> Fault {
    let about_address = said.contains("whitelist")
        || said.contains("allow list")
        || said
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| word == "ip");
    if said.contains("signature") {
        fault::signature_rejected()
    } else if about_address || (status == 403 && said.is_empty()) {
        fault::ip_not_allowed()
    } else if said.contains("api key") || said.contains("api-key") || said.contains("api_key") {
        fault::key_rejected(fault::API_KEY)
    } else {
        fault::key_rejected(fault::TOKEN)
    }
}

fn is_repeated_order(said: &str) -> bool {
    let about_order = said.contains("order_id") || said.contains("order id");
    about_order
        && ["duplicate", "already", "exist", "repeat"]
            .iter()
            .any(|word| said.contains(word))
}

pub(super) fn misconfigured(fault: Fault) -> ProviderError {
    ProviderError::Misconfigured(Box::new(fault))
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
