//! What a provider said, kept as evidence for the owner beside what the till made of it (product.md §4: one timeline of
//! all evidence).
//!
//! Digits and words stay as they were written; what nobody needs for proof is covered before it is stored, because the
//! ledger forgets nothing: secrets and signatures, names of people, account and telephone numbers but for their last
//! four digits, and long texts such as pictures and payment codes. A number of that length under a name this file does
//! not know is covered too: a gateway may call an account anything. Members that are `null` are left out.

use crate::json::{Object, text_of};
use keptang_domain::slip::MaskedNumber;
use serde_json::value::RawValue;

/// Deeper than any answer of a page.
const DEPTH_MAX: usize = 16;
/// No answer about one payment is longer once its pictures are gone.
const BYTES_MAX: usize = 8 * 1024;
/// References and addresses are shorter; payment codes and pictures are longer or begin alike.
const TEXT_CHARS_MAX: usize = 120;
/// How every EMV payment code begins.
const PAYMENT_CODE: &str = "000201";
const HIDDEN: &str = "[hidden]";
/// Accounts, telephone numbers, national ids and e-wallets have so many digits.
const ACCOUNT_DIGITS: std::ops::RangeInclusive<usize> = 9..=16;

/// The JSON object `body` as it may be kept; `None` when it is none, or is larger than any answer about one payment.
pub(crate) fn said(body: &[u8]) -> Option<String> {
    let mut kept = String::new();
    let root: &RawValue = serde_json::from_slice(body).ok()?;
    root.get().starts_with('{').then_some(())?;
    write(root, Means::Anything, DEPTH_MAX, &mut kept)?;
    (kept.len() <= BYTES_MAX).then_some(kept)
}

/// What a member's name says about its value.
#[derive(Clone, Copy)]
enum Means {
    Secret,
    Person,
    /// A bank's own line about a transfer, which may name the payer; one word of it is a code.
    Remark,
    Account,
    /// A payment code or a picture of one.
    Code,
    /// A reference, a moment or a sum, which may look like an account.
    Plain,
    Anything,
}

impl Means {
    fn of(name: &str) -> Self {
        let words = words(name);
        let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
        let ends = |known: &[&str]| words.last().is_some_and(|word| known.contains(&word.as_str()));
        if has(SECRETS) || (has(&["api", "private", "public"]) && has(&["key"])) {
            Self::Secret
        } else if ends(&[
            "email", "mail", "payer", "sender", "receiver", "customer", "holder",
        ]) || (has(&["name"])
            && !matches!(&words[..], [.., what, name] if name == "name" && is_firm(what)))
        {
            Self::Person
        } else if has(&["desc", "remark", "memo"]) {
            Self::Remark
        } else if has(&["qr", "qrcode", "image"]) {
            Self::Code
        } else if has(ACCOUNTS) {
            Self::Account
        } else if has(PLAIN) {
            Self::Plain
        } else {
            Self::Anything
        }
    }
}

/// `bankName` is no person.
fn is_firm(word: &str) -> bool {
    matches!(word, "bank" | "network")
}

const SECRETS: &[&str] = &[
    "secret",
    "callback",
    "webhook",
    "token",
    "sign",
    "signature",
    "password",
    "authorization",
    "authorize",
    "apikey",
];
const ACCOUNTS: &[&str] = &[
    "account",
    "acc",
    "acct",
    "phone",
    "tel",
    "mobile",
    "msisdn",
    "card",
    "proxy",
    "promptpay",
    "citizen",
    "national",
    "tax",
];
const PLAIN: &[&str] = &[
    "id",
    "uuid",
    "txid",
    "txn",
    "transaction",
    "ref",
    "reference",
    "order",
    "no",
    "hash",
    "amount",
    "fee",
    "balance",
    "time",
    "date",
    "at",
    "created",
    "expire",
    "expires",
    "expired",
    "timestamp",
    "iat",
    "exp",
];

/// The words of a name in any of the usual spellings, in lower case: `bankAccNo`, `bank_acc_no`, `bank-acc-no`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && after_small) {
            words.push(String::new());
        }
        after_small = c.is_lowercase() || c.is_ascii_digit();
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn write(raw: &RawValue, means: Means, depth_left: usize, out: &mut String) -> Option<()> {
    let depth_left = depth_left.checked_sub(1)?;
    let text = raw.get();
    match text.as_bytes().first()? {
        b'{' => {
            out.push('{');
            let object = Object::parse(text.as_bytes())?;
            let told = object.members().filter(|(_, value)| value.get() != "null");
            for (index, (name, value)) in told.enumerate() {
                if index > 0 {
                    out.push(',');
                }
                push_text(name, out);
                out.push(':');
                let inner = match (Means::of(name), means) {
                    // Whatever stands under an account or a secret is part of it.
                    (_, Means::Secret) => Means::Secret,
                    (Means::Anything | Means::Plain, Means::Account) => Means::Account,
                    (inner, _) => inner,
                };
                write(value, inner, depth_left, out)?;
            }
            out.push('}');
        }
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            out.push('[');
            for (index, item) in items.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, means, depth_left, out)?;
            }
            out.push(']');
        }
        b'"' => push_text(&covered(&text_of(text)?, means), out),
        b't' | b'f' | b'n' => out.push_str(text),
        _ => match means {
            Means::Secret => push_text(HIDDEN, out),
            Means::Plain => out.push_str(text),
            _ if is_account(text) => push_text(&last_digits(text), out),
            _ => out.push_str(text),
        },
    }
    Some(())
}

fn covered(text: &str, means: Means) -> String {
    let chars = text.chars().count();
    if matches!(means, Means::Secret) && chars > 0 {
        HIDDEN.to_owned()
    } else if let Some((address, _)) = text.split_once('?').filter(|_| is_address(text)) {
        // What follows may open the picture or the payment to whoever reads it.
        format!("{address}?[hidden]")
    } else if chars > TEXT_CHARS_MAX
        || text.starts_with(PAYMENT_CODE)
        || (matches!(means, Means::Code) && !is_address(text))
    {
        format!("[{chars} characters]")
    } else {
        match means {
            Means::Person => initials(text),
            Means::Remark if text.contains(char::is_whitespace) || !text.is_ascii() => initials(text),
            Means::Account => last_digits(text),
            Means::Anything | Means::Remark if is_account(text) => last_digits(text),
            _ => text.to_owned(),
        }
    }
}

/// A sentence with an address in it is none: it may name people.
fn is_address(text: &str) -> bool {
    text.contains("://") && !text.contains(char::is_whitespace)
}

/// Nothing but digits and what people put between them, and as many as an account has.
fn is_account(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    ACCOUNT_DIGITS.contains(&digits)
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '-' | ' ' | '+' | '(' | ')'))
}

/// As screens show it; what is no number at all, such as a token that stands for one, is hidden.
fn last_digits(text: &str) -> String {
    MaskedNumber::read(text).map_or_else(|| HIDDEN.to_owned(), |number| number.masked())
}

/// Enough to tell two people apart, too little to know one.
fn initials(text: &str) -> String {
    let initial = |word: &str| word.chars().next().map(|first| format!("{first}…"));
    text.split_whitespace()
        .filter_map(initial)
        .collect::<Vec<_>>()
        .join(" ")
}

fn push_text(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

#[cfg(test)]
mod tests {
    use super::said;

    fn kept(body: &str) -> String {
        said(body.as_bytes()).unwrap()
    }

    #[test]
    fn what_proves_a_payment_stays_as_it_was_written() {
        for body in [
            r#"{"object":"charge","id":"chrg_test_5xyz","amount":25000,"paid":true,"fee":12.50}"#,
            r#"{"order_id":"0193f2c7-1111-7000-8000-000000000000","ref_id":"20261121123456789","status":"ชำระแล้ว"}"#,
            r#"{"transactionId":"1234567890","expireTime":1763742000000,"amount":"1000.00","list":[{"txid":"0xab"}]}"#,
            r#"{"accepted_at":"2026-11-21T10:00:00Z","payer_currency":"USDT","note":"no name","bankName":"KBANK","status_desc":"DEPOSIT_MATCH"}"#,
            r#"{"address":"TQrY8tryqsYVCYS3MFbtffiPp2ccyn4STm","network":"TRX-TRC20","payer_amount":"7.112300"}"#,
        ] {
            assert_eq!(kept(body), body);
        }
        // Half of some answers is what they do not say.
        assert_eq!(
            kept("{ \"a\" : [ 1.00 , {} ], \"b\": null }"),
            r#"{"a":[1.00,{}]}"#
        );
    }

    #[test]
    fn people_accounts_secrets_and_pictures_are_covered() {
        for (body, expected) in [
            (
                r#"{"bankAccountNumber":"123-4-56789-0"}"#,
                r#"{"bankAccountNumber":"xxx-x-xx789-0"}"#,
            ),
            (
                r#"{"dest_bank_acc_no":1234567890}"#,
                r#"{"dest_bank_acc_no":"xxxxxx7890"}"#,
            ),
            (
                r#"{"dest_bank_acc_name":"สมชาย ใจดี"}"#,
                r#"{"dest_bank_acc_name":"ส… ใ…"}"#,
            ),
            (
                r#"{"bankAccountName":"Somchai Jaidee"}"#,
                r#"{"bankAccountName":"S… J…"}"#,
            ),
            (
                r#"{"stm_desc":"จาก SCB x1234 นาย สมชาย"}"#,
                r#"{"stm_desc":"จ… S… x… น… ส…"}"#,
            ),
            (
                r#"{"memo":"สมชาย https://x.example/?a=1"}"#,
                r#"{"memo":"ส… h…"}"#,
            ),
            (r#"{"qrcode":"iVBORw0KGgo="}"#, r#"{"qrcode":"[12 characters]"}"#),
            (r#"{"email":"somchai@example.com"}"#, r#"{"email":"s…"}"#),
            (
                r#"{"phone_number":"0812345678"}"#,
                r#"{"phone_number":"xxxxxx5678"}"#,
            ),
            (
                r#"{"national_id":"1-2345-67890-12-3"}"#,
                r#"{"national_id":"x-xxxx-xxxx0-12-3"}"#,
            ),
            (r#"{"payerX":"(081) 2345678"}"#, r#"{"payerX":"(xxx) xxx5678"}"#),
            (r#"{"payerX":"081-234-5678"}"#, r#"{"payerX":"xxx-xxx-5678"}"#),
            (r#"{"payerX":1234567890123}"#, r#"{"payerX":"xxxxxxxxx0123"}"#),
            (
                r#"{"account":{"value":"1234567890"}}"#,
                r#"{"account":{"value":"xxxxxx7890"}}"#,
            ),
            (
                r#"{"sign":"abc","access_token":"x","n":1}"#,
                r#"{"sign":"[hidden]","access_token":"[hidden]","n":1}"#,
            ),
            // Our own secret address, told back to us.
            (
                r#"{"callback_url":"https://shop.example/callbacks/deposit_gateway/0011"}"#,
                r#"{"callback_url":"[hidden]"}"#,
            ),
            (r#"{"signature":{"v":12}}"#, r#"{"signature":{"v":"[hidden]"}}"#),
            (
                r#"{"link":"https://pay.example/q.png?key=s3cret"}"#,
                r#"{"link":"https://pay.example/q.png?[hidden]"}"#,
            ),
            (
                r#"{"qr":"00020101021129370016A000000677010111"}"#,
                r#"{"qr":"[36 characters]"}"#,
            ),
        ] {
            assert_eq!(kept(body), expected);
        }
        let picture = format!(r#"{{"qr_image":"{}"}}"#, "A".repeat(5_000));
        assert_eq!(kept(&picture), r#"{"qr_image":"[5000 characters]"}"#);
    }

    #[test]
    fn what_is_no_object_or_too_much_is_not_kept() {
        for body in ["", "null", "[]", "<html>", r#"{"a":1"#, r#"{"a":1,"a":2}"#] {
            assert_eq!(said(body.as_bytes()), None, "{body}");
        }
        let long = format!(r#"{{"a":[{}1]}}"#, "100,".repeat(5_000));
        assert_eq!(said(long.as_bytes()), None);
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(1_000), "]".repeat(1_000));
        assert_eq!(said(deep.as_bytes()), None);
    }
}
