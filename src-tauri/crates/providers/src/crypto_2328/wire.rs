//! 2328.io's own words, read leniently: whatever is absent or of another kind than the page says is `None`, and
//! `map.rs` decides what that means.
//!
//! Nothing here can fail or panic, and no number goes through a float.

use super::config::Config;
use super::decimal::Decimal;
use super::json::{Json, write_text};
use crate::said::said;
use keptang_domain::order::Quote;
use keptang_ports::{Asset, CreatePayment, Said};

/// Longest text on the payment page, in characters (crypto-2328.md §4).
const DESCRIPTION_CHARS_MAX: usize = 200;

/// A payment (crypto-2328.md §4, "Result"), as far as the till uses it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Payment {
    pub(super) uuid: String,
    pub(super) order_id: Option<String>,
    pub(super) amount: Option<Decimal>,
    pub(super) currency: Option<String>,
    pub(super) status: Option<String>,
    pub(super) url: Option<String>,
    pub(super) payer_currency: Option<String>,
    /// As written, because the customer types it.
    pub(super) payer_amount: Option<String>,
    pub(super) network: Option<String>,
    pub(super) address: Option<String>,
    pub(super) payment_amount: Option<Decimal>,
    pub(super) qr: Option<String>,
    pub(super) created_at_ms: Option<i64>,
    pub(super) expires_at_ms: Option<i64>,
    /// As it may be kept.
    pub(super) said: Option<Said>,
}

impl Payment {
    /// Reads a payment; `None` when it has no id that could be asked for again.
    pub(super) fn read(value: &Json) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Json::text).map(str::to_owned);
        let decimal = |name: &str| value.get(name).and_then(Json::digits).and_then(Decimal::parse);
        Some(Self {
            uuid: text("uuid").filter(|uuid| is_id(uuid))?,
            order_id: text("order_id"),
            amount: decimal("amount"),
            currency: text("currency"),
            status: text("payment_status"),
            url: text("url"),
            payer_currency: text("payer_currency"),
            payer_amount: value
                .get("payer_amount")
                .and_then(Json::digits)
                .map(str::to_owned),
            network: text("network"),
            address: text("address"),
            // A sum that cannot be read proves no arrival.
            payment_amount: value
                .get("payment_amount")
                .map(|said| said.digits().and_then(Decimal::parse).unwrap_or(Decimal::ZERO)),
            qr: text("qr"),
            created_at_ms: moment_ms(value.get("created_at")),
            expires_at_ms: moment_ms(value.get("expires_at")),
            said: said(value.to_json().as_bytes()),
        })
    }

    /// What the customer was asked for, in the coin.
    pub(super) fn asked(&self) -> Option<Decimal> {
        Decimal::parse(self.payer_amount.as_deref()?).filter(|asked| asked.is_positive())
    }
}

/// The result of an answer that says it succeeded: `state` 0 and a result (§10).
pub(super) fn result(body: &[u8]) -> Option<Json> {
    let answer = Json::parse(body)?;
    let succeeded = answer.get("state").and_then(Json::digits) == Some("0");
    answer.get("result").filter(|_| succeeded).cloned()
}

/// The same for the answers whose top level may be a bare list (§9).
pub(super) fn result_or_list(body: &[u8]) -> Option<Json> {
    match Json::parse(body)? {
        list @ Json::List(_) => Some(list),
        _ => result(body),
    }
}

/// A refusal in the provider's own form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Complaint {
    /// In lower case, to look for words in; never shown or logged, because nobody knows what stands in it.
    message: String,
    /// Names of the fields it is about.
    pub(super) fields: Vec<String>,
}

impl Complaint {
    /// `None` when the body is no refusal in the provider's form (§10): a non-zero `state`, or a `message` beside an
    /// HTTP status that is an error. A success in form that says something else is not understood, which is no "no".
    pub(super) fn from_answer(status: u16, body: &[u8]) -> Option<Self> {
        let answer = Json::parse(body)?;
        let message = answer.get("message").and_then(Json::text);
        let state = answer.get("state").and_then(Json::digits);
        let failed = state
            .and_then(|digits| digits.parse::<i64>().ok())
            .map(|state| state != 0);
        let is_refusal = match failed {
            Some(failed) => failed,
            None => message.is_some() && !(200..=299).contains(&status),
        };
        // A "no" beside a payment is not understood either.
        let made = answer.get("result").and_then(|result| result.get("uuid"));
        if !is_refusal || made.is_some() {
            return None;
        }
        let names = answer.get("errors").and_then(Json::members).unwrap_or_default();
        let is_name = |name: &str| {
            (1..=32).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        };
        Some(Self {
            message: message.unwrap_or_default().to_lowercase(),
            fields: names
                .iter()
                .map(|member| member.name.clone())
                .filter(|name| is_name(name))
                .take(4)
                .collect(),
        })
    }

    /// Whether one of these words stands in it.
    pub(super) fn names(&self, words: &[&str]) -> bool {
        self.message
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| words.contains(&word))
    }

    pub(super) fn says(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.message.contains(phrase))
    }

    pub(super) fn is_silent(&self) -> bool {
        self.message.trim().is_empty()
    }
}

/// One page of the list (§5).
#[derive(Debug)]
pub(super) struct Page {
    pub(super) items: Vec<Json>,
    /// There is another page after this one.
    pub(super) more: bool,
}

impl Page {
    pub(super) fn read(result: &Json, page: u32, per_page: usize) -> Option<Self> {
        let items = result.get("items")?.items()?.to_vec();
        let paginate = result.get("paginate");
        let has_more = match paginate.and_then(|paginate| paginate.get("has_more")) {
            Some(Json::Flag(more)) => Some(*more),
            _ => None,
        };
        let pages = paginate
            .and_then(|paginate| paginate.get("total_pages"))
            .and_then(Json::digits)
            .and_then(|digits| digits.parse::<u32>().ok());
        // Either one that promises another page is believed: asking once too often costs nothing.
        let more = match (has_more, pages) {
            (None, None) => items.len() >= per_page,
            (more, pages) => more == Some(true) || pages.is_some_and(|pages| page < pages),
        };
        Some(Self { items, more })
    }
}

/// A coin on a network as the provider takes it now (§8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Direction {
    /// Coin and network code.
    pub asset: Asset,
    /// The network's name for people, when told.
    pub network_name: Option<String>,
    /// It takes deposits now.
    pub open: bool,
    /// Least deposit in the coin, as decimal text.
    pub min_deposit: Option<String>,
    /// Largest deposit in the coin, as decimal text.
    pub max_deposit: Option<String>,
}

impl Direction {
    pub(super) fn read(value: &Json) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Json::text);
        let limit = |name: &str| {
            let digits = value.get(name).and_then(Json::digits)?;
            Decimal::parse(digits).map(|limit| limit.to_string())
        };
        let code = text("network_code").or_else(|| text("network"))?;
        Some(Self {
            asset: Asset {
                coin: text("currency")?.to_owned(),
                network: code.to_owned(),
            },
            network_name: text("network").map(str::to_owned),
            open: is_open(value.get("deposit_status")),
            min_deposit: limit("min_deposit"),
            max_deposit: limit("max_deposit"),
        })
    }

    /// Whether it is the pair the owner chose.
    pub(super) fn is(&self, pair: &Asset) -> bool {
        let network = self.asset.network.eq_ignore_ascii_case(&pair.network)
            || self
                .network_name
                .as_deref()
                .is_some_and(|name| name.eq_ignore_ascii_case(&pair.network));
        network && is_same_coin(&self.asset.coin, &pair.coin)
    }
}

/// The words of `deposit_status` are nowhere listed, so only those that clearly mean "no" close a direction; a wrong
/// guess then shows when the invoice is refused.
fn is_open(status: Option<&Json>) -> bool {
    const CLOSED: [&str; 9] = [
        "dis", "inact", "off", "maint", "susp", "paus", "unav", "clos", "fals",
    ];
    match status {
        Some(Json::Flag(open)) => *open,
        Some(Json::Number(number)) => number != "0",
        Some(Json::Text(word)) => {
            let word = word.to_ascii_lowercase();
            word != "0" && !CLOSED.iter().any(|beginning| word.starts_with(beginning))
        }
        _ => true,
    }
}

/// TON was renamed GRAM; either name may come back (§8).
pub(super) fn is_same_coin(one: &str, other: &str) -> bool {
    let plain = |coin: &str| match coin.to_ascii_uppercase() {
        coin if coin == "GRAM" => "TON".to_owned(),
        coin => coin,
    };
    plain(one) == plain(other)
}

/// Whether the word stands anywhere in it, as a key or as a text: the form of the rates is nowhere given (§9).
pub(super) fn mentions(value: &Json, word: &str) -> bool {
    match value {
        Json::Text(text) => text.eq_ignore_ascii_case(word),
        Json::List(items) => items.iter().any(|item| mentions(item, word)),
        Json::Object(members) => members
            .iter()
            .any(|member| member.name.eq_ignore_ascii_case(word) || mentions(&member.value, word)),
        _ => false,
    }
}

/// A compact JSON object in the order it is written: the bytes that are signed are the bytes that are sent (§3).
pub(super) struct Body(String);

impl Body {
    pub(super) fn new() -> Self {
        Self("{".to_owned())
    }

    fn name(&mut self, name: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        write_text(name, &mut self.0);
        self.0.push(':');
    }

    /// Without U+2028 and U+2029, which one encoder would escape and another not (§3).
    pub(super) fn text(mut self, name: &str, value: &str) -> Self {
        let value: String = value
            .chars()
            .filter(|c| !matches!(c, '\u{2028}' | '\u{2029}'))
            .collect();
        self.name(name);
        write_text(&value, &mut self.0);
        self
    }

    pub(super) fn optional(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    pub(super) fn whole(mut self, name: &str, value: u32) -> Self {
        self.name(name);
        self.0.push_str(&value.to_string());
        self
    }

    pub(super) fn bytes(mut self) -> Vec<u8> {
        self.0.push('}');
        self.0.into_bytes()
    }
}

/// Body of `POST /v1/payment`.
pub(super) fn create_body(payment: &CreatePayment, config: &Config, quote: &Quote) -> Vec<u8> {
    let by_number = format!("Keptang {}", payment.order_number);
    let description = cut(config.description.as_deref().unwrap_or(&by_number));
    Body::new()
        .text("amount", &quote.invoiced)
        .text("currency", &quote.currency)
        .text("order_id", &payment.attempt.to_string())
        .text("to_currency", &quote.coin)
        .text("network", &quote.network)
        .optional("url_callback", payment.callback_url.as_deref())
        .optional("invite_code", config.invite_code.as_deref())
        .optional("fee_split", config.fee_split.as_deref())
        .optional("price_markup", config.price_markup.as_deref())
        .text("description", &description)
        .whole("ttl_seconds", config.ttl_seconds)
        .bytes()
}

/// On one line, and no longer than the provider takes, counted in characters.
fn cut(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}'))
        .take(DESCRIPTION_CHARS_MAX)
        .collect()
}

/// Whether a text can be an id of theirs.
pub(super) fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn moment_ms(value: Option<&Json>) -> Option<i64> {
    let moment: jiff::Timestamp = value?.text()?.parse().ok()?;
    Some(moment.as_millisecond())
}
