//! One value against what its key may hold. Text is trimmed here; an empty text means "not set".

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use keptang_domain::promptpay::Target;
use keptang_domain::{DayCutoff, ProviderId};

use crate::address;
use crate::error::Expected;
use crate::schema::{Column, Kind};

/// A value as it came, before its key had a say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Raw {
    Text(String),
    Flag(bool),
    Number(i64),
    List(Vec<Raw>),
    Table(Vec<(String, Raw)>),
    /// Something no key takes, by its kind.
    Foreign(&'static str),
}

impl Raw {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Flag(_) => "true or false",
            Self::Number(_) => "a whole number",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Foreign(kind) => kind,
        }
    }
}

/// A value its key accepts.
#[derive(Clone, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Flag(bool),
    Number(i64),
    Texts(Vec<String>),
    Rows(Vec<Row>),
}

pub(crate) type Row = BTreeMap<&'static str, String>;

/// Why a value was turned down.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    WrongType { found: &'static str },
    Invalid,
}

const TEXT_MAX_CHARS: usize = 500;

/// The value, or `None` for an empty text, which is the same as no entry.
pub(crate) fn check(kind: Kind, raw: Raw) -> Result<Option<Value>, Refusal> {
    let found = raw.kind();
    let wrong = Refusal::WrongType { found };
    match (kind, raw) {
        (Kind::Flag, Raw::Flag(flag)) => Ok(Some(Value::Flag(flag))),
        (Kind::Number(min, max), Raw::Number(number)) => (min..=max)
            .contains(&number)
            .then_some(Some(Value::Number(number)))
            .ok_or(Refusal::Invalid),
        (Kind::NumberOf(choices), Raw::Number(number)) => choices
            .contains(&number)
            .then_some(Some(Value::Number(number)))
            .ok_or(Refusal::Invalid),
        (Kind::Coins | Kind::Providers(_), Raw::List(items)) => check_list(kind, items).map(Some),
        (Kind::Rows(columns), Raw::List(rows)) => {
            let rows = rows
                .into_iter()
                .map(|row| check_row(columns, row))
                .collect::<Result<_, _>>()?;
            Ok(Some(Value::Rows(rows)))
        }
        (
            Kind::Flag
            | Kind::Number(..)
            | Kind::NumberOf(_)
            | Kind::Coins
            | Kind::Providers(_)
            | Kind::Rows(_),
            _,
        ) => Err(wrong),
        (_, Raw::Text(text)) => {
            let text = text.trim();
            if text.is_empty() && kind != Kind::UrlPath {
                return Ok(None);
            }
            let clean =
                text.chars().count() <= TEXT_MAX_CHARS && !text.chars().any(|c| c.is_control() && c != '\n');
            (clean && is_valid(kind, text))
                .then(|| Some(Value::Text(text.to_owned())))
                .ok_or(Refusal::Invalid)
        }
        _ => Err(wrong),
    }
}

fn check_list(kind: Kind, items: Vec<Raw>) -> Result<Value, Refusal> {
    let mut texts: Vec<String> = Vec::new();
    for item in items {
        let found = item.kind();
        let Raw::Text(text) = item else {
            return Err(Refusal::WrongType { found });
        };
        let text = text.trim();
        let valid = match kind {
            Kind::Providers(method) => text.parse::<ProviderId>().is_ok_and(|id| id.method() == method),
            _ => is_coin(text),
        };
        if !valid || texts.iter().any(|earlier| earlier == text) {
            return Err(Refusal::Invalid);
        }
        texts.push(text.to_owned());
    }
    Ok(Value::Texts(texts))
}

fn check_row(columns: &[Column], row: Raw) -> Result<Row, Refusal> {
    let found = row.kind();
    let Raw::Table(entries) = row else {
        return Err(Refusal::WrongType { found });
    };
    let mut checked = Row::new();
    for (name, value) in entries {
        let column = columns
            .iter()
            .find(|column| column.name == name)
            .ok_or(Refusal::Invalid)?;
        let kind = if column.name == "promptpay" {
            Kind::PromptPayId
        } else {
            Kind::Text
        };
        if let Some(Value::Text(text)) = check(kind, value)? {
            checked.insert(column.name, text);
        }
    }
    let complete = columns
        .iter()
        .all(|column| !column.required || checked.contains_key(column.name));
    complete.then_some(checked).ok_or(Refusal::Invalid)
}

fn is_valid(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::OneOf(choices) => choices.contains(&text),
        Kind::Baht => satang(text).is_some(),
        Kind::Rate => decimal(text).is_some_and(|(whole, fraction)| {
            fraction.len() <= 6 && format!("{whole}{fraction}").bytes().any(|digit| digit != b'0')
        }),
        Kind::Percent(min, max) => is_percent(text, min, max),
        Kind::Currency => text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()),
        Kind::WebAddress => address::is_acceptable(text),
        Kind::UrlPath => is_url_path(text),
        Kind::TimeOfDay => time_of_day(text).is_some(),
        Kind::Socket => text.parse::<SocketAddr>().is_ok(),
        // On Windows, `/x` is a folder of the current drive.
        Kind::Folder => Path::new(text).is_absolute() || (cfg!(windows) && text.starts_with('/')),
        Kind::PromptPayId => text.parse::<Target>().is_ok(),
        Kind::LedgerUrl => is_ledger_url(text),
        Kind::CounterLetters => (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase()),
        Kind::Text => true,
        // Not texts; `check` dealt with them.
        Kind::Flag
        | Kind::Number(..)
        | Kind::NumberOf(_)
        | Kind::Coins
        | Kind::Providers(_)
        | Kind::Rows(_) => false,
    }
}

/// Whole and fractional digits of `12`, `12.5`; no sign, no exponent.
fn decimal(text: &str) -> Option<(&str, &str)> {
    let (whole, fraction) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (text, ""),
    };
    let digits = |text: &str| text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    (!whole.is_empty() && digits(whole) && digits(fraction)).then_some((whole, fraction))
}

/// Baht text to satang, exactly; up to 9,999,999.99.
pub(crate) fn satang(text: &str) -> Option<i64> {
    let (whole, fraction) = decimal(text)?;
    if whole.len() > 7 || fraction.len() > 2 {
        return None;
    }
    format!("{whole}{fraction:0<2}").parse().ok()
}

fn is_percent(text: &str, min: i64, max: i64) -> bool {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    // In hundredths, as the page's limits have no more digits than that.
    satang(digits).is_some_and(|hundredths| (min * 100..=max * 100).contains(&(sign * hundredths)))
}

fn is_url_path(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    text.is_empty()
        || (text.starts_with('/') && !text.contains("//") && !text.contains("..") && text.bytes().all(plain))
}

pub(crate) fn time_of_day(text: &str) -> Option<DayCutoff> {
    let (hour, minute) = text.split_once(':')?;
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !two_digits(hour) || !two_digits(minute) {
        return None;
    }
    DayCutoff::new(hour.parse().ok()?, minute.parse().ok()?)
}

fn is_ledger_url(text: &str) -> bool {
    match text.split_once(':') {
        // `:memory:` and other SQLite words would be a ledger that forgets.
        Some(("sqlite", path)) => {
            !path.is_empty() && !path.starts_with(':') && !path.starts_with("//") && !path.contains('?')
        }
        Some(("postgres" | "postgresql", rest)) => {
            rest.strip_prefix("//").is_some_and(|rest| !rest.is_empty())
        }
        _ => false,
    }
}

fn is_coin(text: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
    };
    text.split_once('/')
        .is_some_and(|(coin, network)| word(coin) && word(network))
}

/// What `kind` wants, in words.
pub(crate) fn expected(kind: Kind) -> Expected {
    let list = |items: Vec<String>| items.join(", ");
    match kind {
        Kind::Flag => Expected::new("true or false", " true หรือ false"),
        Kind::Text => Expected::new(
            "a text in quotes of at most 500 characters",
            "ข้อความในเครื่องหมายคำพูด ไม่เกิน 500 ตัว",
        ),
        Kind::Number(min, max) => Expected::new(
            format!("a whole number from {min} to {max}"),
            format!("จำนวนเต็มตั้งแต่ {min} ถึง {max}"),
        ),
        Kind::NumberOf(choices) => {
            let choices = list(choices.iter().map(ToString::to_string).collect());
            Expected::new(
                format!("one of the numbers {choices}"),
                format!("ตัวเลข {choices}"),
            )
        }
        Kind::OneOf(choices) => {
            let choices = list(choices.iter().map(|choice| format!("\"{choice}\"")).collect());
            Expected::new(format!("one of {choices}"), format!("หนึ่งใน {choices}"))
        }
        Kind::Baht => Expected::new("baht as text, such as \"1.00\"", "จำนวนบาทเป็นข้อความ เช่น \"1.00\""),
        Kind::Rate => Expected::new("a rate as text, such as \"36.50\"", "อัตราเป็นข้อความ เช่น \"36.50\""),
        Kind::Percent(min, max) => Expected::new(
            format!("percent as text from \"{min}\" to \"{max}\", such as \"1.5\""),
            format!("ร้อยละเป็นข้อความ ตั้งแต่ \"{min}\" ถึง \"{max}\""),
        ),
        Kind::Currency => Expected::new("a currency code such as \"THB\"", "รหัสสกุลเงิน เช่น \"THB\""),
        Kind::WebAddress => Expected::new(
            "an https:// address without user name, query or fragment (http:// only for this machine: 127.0.0.1, [::1], localhost)",
            "ที่อยู่แบบ https:// (http:// ใช้ได้เฉพาะเครื่องนี้)",
        ),
        Kind::UrlPath => Expected::new(
            "a path such as \"/deposit\", or \"\"",
            "ที่อยู่ย่อย เช่น \"/deposit\" หรือ \"\"",
        ),
        Kind::TimeOfDay => Expected::new("a time such as \"04:00\"", "เวลา เช่น \"04:00\""),
        Kind::Socket => Expected::new(
            "an address and port such as \"127.0.0.1:8787\"",
            "ที่อยู่และพอร์ต เช่น \"127.0.0.1:8787\"",
        ),
        Kind::Folder => Expected::new(
            "the whole path of a folder, such as \"/media/usb/keptang\" or \"D:\\\\keptang\"",
            "ที่อยู่เต็มของโฟลเดอร์ เช่น \"/media/usb/keptang\" หรือ \"D:\\\\keptang\"",
        ),
        Kind::PromptPayId => Expected::new(
            "a PromptPay ID: mobile number (10 digits), national or tax ID (13) or e-wallet (15)",
            "พร้อมเพย์: มือถือ 10 หลัก บัตรประชาชน/ผู้เสียภาษี 13 หลัก หรือ e-wallet 15 หลัก",
        ),
        Kind::LedgerUrl => Expected::new(
            "\"sqlite:FILE\" or \"postgres://…\"",
            " \"sqlite:ไฟล์\" หรือ \"postgres://…\"",
        ),
        Kind::CounterLetters => Expected::new(
            "one or two capital letters, A to Z",
            "อักษร A ถึง Z ตัวใหญ่หนึ่งหรือสองตัว",
        ),
        Kind::Coins => Expected::new(
            "a list such as [\"USDT/TRX-TRC20\"], nothing twice",
            "รายการ เช่น [\"USDT/TRX-TRC20\"] ไม่ซ้ำกัน",
        ),
        Kind::Providers(method) => {
            let serving = ProviderId::ALL.iter().filter(|id| id.method() == method);
            let words = list(serving.map(|id| format!("\"{id}\"")).collect());
            Expected::new(
                format!("a list of {words}, nothing twice"),
                format!("รายการของ {words} ไม่ซ้ำกัน"),
            )
        }
        Kind::Rows(columns) => {
            let names = |required| {
                list(
                    columns
                        .iter()
                        .filter(|c| c.required == required)
                        .map(|c| c.name.to_owned())
                        .collect(),
                )
            };
            let (must, may) = (names(true), names(false));
            let may_en = if may.is_empty() {
                String::new()
            } else {
                format!(" and, if wanted, {may}")
            };
            let may_th = if may.is_empty() {
                String::new()
            } else {
                format!(" และถ้ามี {may}")
            };
            Expected::new(
                format!("tables with the texts {must}{may_en}"),
                format!("ตารางที่มี {must}{may_th}"),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn baht_is_exact() {
        for (text, expected) in [
            ("1.00", Some(100)),
            ("0", Some(0)),
            ("0.1", Some(10)),
            ("0.07", Some(7)),
            ("9999999.99", Some(999_999_999)),
            ("10000000", None),
            ("1.005", None),
            ("-1", None),
            ("+1", None),
            ("1.", None),
            (".5", None),
            ("1e2", None),
            ("1,000", None),
            ("", None),
        ] {
            assert_eq!(satang(text), expected, "{text}");
        }
    }

    #[test]
    fn texts_by_kind() {
        let cases: [(Kind, &[&str], &[&str]); 12] = [
            (
                Kind::Percent(-99, 100),
                &["0", "-99", "100", "1.5", "-0.25"],
                &["-100", "100.01", "+1", "--1", "x"],
            ),
            (Kind::Percent(0, 100), &["0", "100"], &["-1", "101"]),
            (
                Kind::Rate,
                &["36.50", "1", "0.000001"],
                &["0", "0.00", "-1", "1.2345678", "thirty"],
            ),
            (
                Kind::TimeOfDay,
                &["04:00", "00:00", "23:59"],
                &["24:00", "4:00", "04:60", "04.00", "+4:00", "04:00:00"],
            ),
            (
                Kind::Socket,
                &["127.0.0.1:8787", "[::1]:0"],
                &["localhost:1", "127.0.0.1", "127.0.0.1:99999"],
            ),
            (
                Kind::PromptPayId,
                &[
                    "0800000000",
                    "080-000-0000",
                    "+66 80 000 0000",
                    "0105536000000",
                    "012345678901234",
                ],
                &["12345", "08000000000", "080000000a", "shop@bank"],
            ),
            (
                Kind::LedgerUrl,
                &["sqlite:ledger.sqlite", "sqlite:/srv/a.db", "postgres://u:p@db/x"],
                &[
                    "ledger.sqlite",
                    "sqlite:",
                    "sqlite::memory:",
                    "sqlite://x",
                    "sqlite:a?mode=memory",
                    "mysql://x",
                    "postgres:",
                ],
            ),
            (Kind::CounterLetters, &["A", "ZZ"], &["a", "ABC", "1", "ก"]),
            (
                Kind::UrlPath,
                &["", "/deposit", "/order/query"],
                &["deposit", "//x", "/../x", "/a b", "/x?y=1"],
            ),
            (Kind::Currency, &["THB", "USD"], &["thb", "BAHT"]),
            (Kind::OneOf(&["th", "en"]), &["th", " en "], &["TH", "de"]),
            (Kind::WebAddress, &["https://x.example"], &["http://x.example"]),
        ];
        for (kind, good, bad) in cases {
            for text in good {
                assert!(
                    check(kind, Raw::Text((*text).to_owned())).is_ok(),
                    "{kind:?} takes {text}"
                );
            }
            for text in bad {
                let refusal = check(kind, Raw::Text((*text).to_owned())).err();
                assert_eq!(refusal, Some(Refusal::Invalid), "{kind:?} refuses {text}");
            }
        }
    }

    #[test]
    fn lists_and_rows() {
        let texts =
            |texts: &[&str]| Raw::List(texts.iter().map(|text| Raw::Text((*text).to_owned())).collect());
        let promptpay = Kind::Providers(keptang_domain::Method::PromptPay);
        assert!(check(promptpay, texts(&["promptpay_direct"])).is_ok());
        assert!(check(promptpay, texts(&[])).is_ok(), "nobody serves it");
        assert_eq!(
            check(promptpay, texts(&["cash"])).err(),
            Some(Refusal::Invalid),
            "serves another method"
        );
        assert_eq!(
            check(promptpay, texts(&["jwt_gateway", "jwt_gateway"])).err(),
            Some(Refusal::Invalid)
        );
        assert_eq!(check(Kind::Coins, texts(&["USDT"])).err(), Some(Refusal::Invalid));
        let number = Raw::List(vec![Raw::Number(1)]);
        assert_eq!(
            check(Kind::Coins, number).err(),
            Some(Refusal::WrongType {
                found: "a whole number"
            })
        );

        let columns = &[
            Column {
                name: "label",
                required: true,
            },
            Column {
                name: "promptpay",
                required: false,
            },
        ];
        let row = |entries: &[(&str, &str)]| {
            let entries = entries
                .iter()
                .map(|(k, v)| ((*k).to_owned(), Raw::Text((*v).to_owned())));
            Raw::List(vec![Raw::Table(entries.collect())])
        };
        assert!(check(Kind::Rows(columns), row(&[("label", "x"), ("promptpay", "")])).is_ok());
        for bad in [
            row(&[]),
            row(&[("label", "")]),
            row(&[("label", "x"), ("lable", "y")]),
            row(&[("label", "x"), ("promptpay", "1")]),
        ] {
            assert_eq!(check(Kind::Rows(columns), bad).err(), Some(Refusal::Invalid));
        }
    }
}
