//! What the words mean for the till: facts about a transfer, or the reason why there are none.
//!
//! A fact that is missing stays unknown; the four without which a transfer cannot be judged (its name, sum, currency and
//! time) make the answer unusable when they are missing or contradict each other.

use super::fault;
use super::wire::{Count, Envelope, Info, Matched, Side, Slip, Sum};
use crate::words::sentence;
use keptang_domain::slip::mini_qr;
use keptang_domain::slip::{
    BankCode, MaskedNumber, Party, Proxy, ProxyKind, SendingBank, SlipFacts, SlipRef, TransRef,
};
use keptang_domain::{Money, Timestamp};
use keptang_ports::{Allowance, Quota, SlipAccount, SlipAnswer, SlipError, SlipFault, SlipKind};
use serde_json::{Map, Value, json};

/// The answer to a question. `asked` is what the code in the question said.
pub(super) fn answer(slip: Slip, kind: SlipKind, asked: Option<&SlipRef>) -> Result<SlipAnswer, SlipError> {
    let unusable = |part| SlipError::Unusable { part };
    let facts = SlipFacts {
        reference: reference(&slip, kind, asked)?,
        amount: amount(&slip)?,
        sent_at: slip.sent_at.ok_or(unusable("date"))?,
        sender: party(&slip.sender),
        receiver: party(&slip.receiver),
        matched: slip.matched.as_ref().map(matched),
    };
    Ok(SlipAnswer {
        kept: kept(&facts, &slip, kind),
        facts,
        is_duplicate: slip.is_duplicate,
        is_amount_matched: slip.is_amount_matched,
    })
}

/// The sending bank as the slip's code writes it, because a slip that is shown once by its code and once as a picture
/// must have the same name both times; the bank in the answer only where no code is known.
fn reference(slip: &Slip, kind: SlipKind, asked: Option<&SlipRef>) -> Result<SlipRef, SlipError> {
    let (text, part) = match kind {
        SlipKind::Bank => (&slip.trans_ref, "transRef"),
        SlipKind::TrueMoneyWallet => (&slip.transaction_id, "transactionId"),
    };
    let trans_ref = text
        .as_deref()
        .and_then(TransRef::new)
        .ok_or(SlipError::Unusable { part })?;
    if kind == SlipKind::TrueMoneyWallet {
        return Ok(SlipRef {
            sending_bank: SendingBank::TrueMoney,
            trans_ref,
        });
    }
    let in_answer = slip
        .payload
        .as_deref()
        .and_then(|text| mini_qr::read(text).reference());
    let by_code = [asked, in_answer.as_ref()]
        .into_iter()
        .flatten()
        .find(|known| known.trans_ref == trans_ref)
        .map(|known| known.sending_bank);
    let by_sender = || slip.sender.bank_id.as_deref().and_then(BankCode::new);
    let sending_bank = by_code
        .or_else(|| by_sender().map(SendingBank::Bank))
        .ok_or(SlipError::Unusable { part: "sender bank" })?;
    Ok(SlipRef {
        sending_bank,
        trans_ref,
    })
}

/// The one sum of baht that every part of the answer agrees on.
fn amount(slip: &Slip) -> Result<Money, SlipError> {
    let unusable = |part| SlipError::Unusable { part };
    // Seen for baht: the name, the number, and nothing at all (§3).
    let is_baht = slip
        .currency
        .as_deref()
        .is_none_or(|word| word.eq_ignore_ascii_case("THB") || word == "764");
    if !is_baht {
        return Err(unusable("currency"));
    }
    let amount = match (slip.amount, slip.amount_in_slip) {
        (Sum::Of(amount), Sum::Of(same)) if amount == same => amount,
        (Sum::Of(amount), Sum::Absent) | (Sum::Absent, Sum::Of(amount)) => amount,
        _ => return Err(unusable("amount")),
    };
    // Seen beside an empty currency: a local amount of 0 (§3).
    let local_agrees = match slip.local_amount {
        Sum::Absent | Sum::Of(Money::ZERO) => true,
        Sum::Of(local) => local == amount,
        Sum::Unreadable => false,
    };
    if !amount.is_positive() || !local_agrees {
        return Err(unusable("amount"));
    }
    Ok(amount)
}

fn party(side: &Side) -> Party {
    // A token or a dummy only looks like an account, and of another kind it is not known what it is.
    let is_account = is(side.account_type.as_deref(), "BANKAC");
    let number = side.account.as_deref().filter(|_| is_account);
    let phone = side.phone.as_deref().map(|phone| Proxy {
        kind: ProxyKind::TrueMoneyPhone,
        number: MaskedNumber::read(phone),
    });
    Party {
        bank: side.bank_id.as_deref().and_then(BankCode::new),
        account: number.and_then(MaskedNumber::read),
        proxy: proxy(side).or(phone),
        name_th: side.name_th.clone(),
        name_en: side.name_en.clone(),
    }
}

fn proxy(side: &Side) -> Option<Proxy> {
    let (_, kind) = PROXIES
        .iter()
        .find(|(word, _)| is(side.proxy_type.as_deref(), word))?;
    let number = side.proxy.as_deref().and_then(MaskedNumber::read);
    Some(Proxy { kind: *kind, number })
}

/// Their words (§3), and one of ours for what the wallet's page has no word for.
const PROXIES: [(&str, ProxyKind); 5] = [
    ("NATID", ProxyKind::NationalId),
    ("MSISDN", ProxyKind::Mobile),
    ("EWALLETID", ProxyKind::EWallet),
    ("EMAIL", ProxyKind::Email),
    ("BILLERID", ProxyKind::Biller),
];

/// Pseudo banks such as `PROMPTPAY` (thai-banks.md) are no bank.
fn matched(found: &Matched) -> Party {
    Party {
        bank: found.bank_code.as_deref().and_then(BankCode::new),
        account: found.number.as_deref().and_then(MaskedNumber::read),
        proxy: None,
        name_th: found.name_th.clone(),
        name_en: found.name_en.clone(),
    }
}

fn is(word: Option<&str>, known: &str) -> bool {
    word.is_some_and(|word| word.eq_ignore_ascii_case(known))
}

/// The evidence: what was decided upon, without names and with numbers masked.
fn kept(facts: &SlipFacts, slip: &Slip, kind: SlipKind) -> String {
    let fee = match slip.fee {
        Sum::Of(fee) => Some(fee.to_string()),
        Sum::Absent | Sum::Unreadable => None,
    };
    json!({
        "verifier": "easyslip",
        "kind": match kind {
            SlipKind::Bank => "bank",
            SlipKind::TrueMoneyWallet => "truemoney_wallet",
        },
        "sending_bank": facts.reference.sending_bank.word(),
        "trans_ref": facts.reference.trans_ref.as_str(),
        "sent_at_ms": facts.sent_at.ms(),
        "amount": facts.amount.to_string(),
        "currency": slip.currency,
        "fee": fee,
        "sender": kept_party(&facts.sender),
        "receiver": kept_party(&facts.receiver),
        "matched_account": facts.matched.as_ref().map(kept_party),
        "is_duplicate": slip.is_duplicate,
        "is_amount_matched": slip.is_amount_matched,
    })
    .to_string()
}

fn kept_party(party: &Party) -> Value {
    let mut kept = Map::new();
    if let Some(bank) = party.bank {
        kept.insert("bank".to_owned(), bank.as_str().into());
    }
    if let Some(account) = &party.account {
        kept.insert("account".to_owned(), account.masked().into());
    }
    if let Some(proxy) = &party.proxy {
        let word = PROXIES.iter().find(|(_, kind)| *kind == proxy.kind);
        kept.insert(
            "proxy_type".to_owned(),
            word.map_or("TRUEMONEY_PHONE", |(word, _)| word).into(),
        );
        if let Some(number) = &proxy.number {
            kept.insert("proxy".to_owned(), number.masked().into());
        }
    }
    Value::Object(kept)
}

/// How the account stands, by an answer of `now`.
pub(super) fn account(info: Info, now: Timestamp) -> SlipAccount {
    let allowance = |count| match count {
        Count::Absent => Allowance::Unknown,
        Count::Null => Allowance::Unlimited,
        Count::Of(checks) => Allowance::Checks(checks),
    };
    let used = match info.used {
        Count::Of(used) => Some(used),
        Count::Absent | Count::Null => None,
    };
    let remaining = match (info.remaining, info.max, used) {
        (Count::Absent, Count::Null, _) => Allowance::Unlimited,
        (Count::Absent, Count::Of(max), Some(used)) => Allowance::Checks(max.saturating_sub(used)),
        (remaining, _, _) => allowance(remaining),
    };
    SlipAccount {
        application: info.application,
        branch: info.branch,
        is_branch_active: info.is_branch_active,
        product: info.product,
        quota: Quota {
            used,
            max: allowance(info.max),
            remaining,
            as_of: now,
        },
        expires_at: info.expires_at,
    }
}

/// The error table (§5). Their word decides, except where the status leaves nothing to decide; a word that is not known
/// is classed by the status, and never as something that is wrong with the slip.
pub(super) fn failure(status: u16, envelope: Option<&Envelope>, retry_after_ms: Option<i64>) -> SlipError {
    let code = envelope.and_then(|envelope| envelope.code.as_deref());
    let after_ms = retry_after_ms;
    match (status, code) {
        (_, Some("QUOTA_EXCEEDED")) => return SlipError::QuotaExceeded,
        (429, _) => return SlipError::Throttled { after_ms },
        (500..=599, _) => return SlipError::Unavailable { after_ms },
        // Refused for its size by whatever stands before EasySlip; its own word for it comes with a 400.
        (413, _) => return SlipError::PictureRefused,
        _ => {}
    }
    // A page of a proxy or of the shop's own network says nothing about key, account or slip.
    let Some(envelope) = envelope else {
        return SlipError::OutcomeUnknown;
    };
    if envelope.is_success {
        // Success under another status, or without data: two readings, so none.
        return SlipError::OutcomeUnknown;
    }
    let code = code.unwrap_or_default();
    if let Some(fault) = named_fault(code) {
        return SlipError::Misconfigured(Box::new(fault));
    }
    match (status, code) {
        (401, _) => SlipError::Misconfigured(Box::new(fault::key_rejected())),
        (403, _) => SlipError::Misconfigured(Box::new(fault::refused())),
        (407 | 408, _) => SlipError::Unavailable { after_ms },
        (_, "SLIP_NOT_FOUND") => SlipError::NotFound,
        (_, "SLIP_PENDING") => SlipError::Pending,
        (_, "INVALID_IMAGE") => SlipError::NoSlipInPicture,
        (_, "IMAGE_SIZE_TOO_LARGE" | "INVALID_IMAGE_FORMAT") => SlipError::PictureRefused,
        (_, "ACCOUNT_NOT_MATCH") => SlipError::OtherReceiver,
        (_, "AMOUNT_NOT_MATCH") => SlipError::OtherAmount,
        (_, "API_SERVER_ERROR" | "INTERNAL_SERVER_ERROR") => SlipError::Unavailable { after_ms },
        (400..=499, _) => SlipError::BadQuestion {
            code: sentence(code).unwrap_or_else(|| format!("http_{status}")),
        },
        _ => SlipError::OutcomeUnknown,
    }
}

fn named_fault(code: &str) -> Option<SlipFault> {
    match code {
        "MISSING_API_KEY" | "INVALID_API_KEY" => Some(fault::key_rejected()),
        "IP_NOT_ALLOWED" => Some(fault::ip_not_allowed()),
        "BRANCH_INACTIVE" => Some(fault::branch_inactive()),
        "SERVICE_BANNED" | "SERVICE_DELETED" | "USER_BANNED" => Some(fault::account_closed()),
        _ => None,
    }
}

#[cfg(test)]
#[path = "vectors_tests.rs"]
mod tests;
