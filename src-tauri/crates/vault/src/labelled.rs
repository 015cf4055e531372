//! Values that stand behind a telling name: `"api_key": "…"`, `token=…`, `Authorization: …`, `sender: { … }`, in JSON,
//! JSON within JSON, TOML, headers, addresses and Rust's own output.
//!
//! The text is looked through, not parsed: a log line cut in half still has to be redacted. Where the end of a value
//! cannot be told, everything to the end is taken.

use std::sync::LazyLock;

use regex::Regex;

use crate::redact::GONE;

/// A name, the quote behind it, and what parts it from its value.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"([A-Za-z][A-Za-z0-9_.\-]*)(\\*["'])?[ \t]*(=>|:=|[:=,]|%3[dDaA])[ \t]*"#)
        .expect("a pattern of ours is run by every test")
});

pub(crate) fn without(text: &str) -> String {
    let (mut result, mut at) = (String::with_capacity(text.len()), 0);
    while let Some(found) = LABEL.captures_at(text, at) {
        let (Some(all), Some(name), Some(parted)) = (found.get(0), found.get(1), found.get(3)) else {
            break;
        };
        let quote = found.get(2).map(|quote| quote.as_str());
        let value = text.get(all.end()..).unwrap_or_default();
        let is_pair = parted.as_str() != "," || (quote.is_some() && opening(value).is_some());
        result.push_str(text.get(at..all.end()).unwrap_or_default());
        at = all.end();
        if is_pair && is_telling(name.as_str()) {
            let (length, kept) = replaced(value, quote, parted.as_str());
            result.push_str(&kept);
            at += length;
        }
    }
    result.push_str(text.get(at..).unwrap_or_default());
    result
}

/// Whether what this names must not leave the shop.
fn is_telling(name: &str) -> bool {
    const SECRETS: [&str; 10] = [
        "auth",
        "authorization",
        "proxyauthorization",
        "bearer",
        "cookie",
        "setcookie",
        "jwt",
        "otp",
        "pepper",
        "privatekey",
    ];
    const SECRET_PARTS: [&str; 8] = [
        "secret",
        "password",
        "passwd",
        "passphrase",
        "apikey",
        "publickey",
        "pinhash",
        "credential",
    ];
    // A picture of a QR says what its text says, and no rule can read it.
    const PICTURES: &str = "base64";
    const PEOPLE: [&str; 7] = [
        "sender",
        "receiver",
        "payer",
        "payee",
        "recipient",
        "customer",
        "holder",
    ];
    const OF_PEOPLE: [&str; 6] = ["account", "display", "first", "last", "full", "nick"];
    // `a.b.c` is told by its last part: `shop.accounts` says nothing of `shop`.
    let own = name.trim_end_matches('.').rsplit('.').next().unwrap_or(name);
    let own: String = own
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    let is_secret = SECRETS.contains(&own.as_str())
        || SECRET_PARTS.iter().any(|part| own.contains(part))
        || ["token", "pin"].iter().any(|end| own.ends_with(end));
    let is_name = own.contains("name")
        && (PEOPLE.iter().chain(&OF_PEOPLE).any(|word| own.contains(word))
            || ["nameth", "nameen", "fromname", "toname"].contains(&own.as_str()));
    is_secret || is_name || own.contains(PICTURES) || PEOPLE.contains(&own.as_str())
}

/// How much of `value` goes, and what stands instead.
fn replaced(value: &str, quote: Option<&str>, parted: &str) -> (usize, String) {
    for triple in ["\"\"\"", "'''"] {
        if let Some(inner) = value.strip_prefix(triple) {
            let length = inner
                .find(triple)
                .map_or(value.len(), |end| end + 2 * triple.len());
            return (length, format!("\"{GONE}\""));
        }
    }
    if let Some(opening) = opening(value) {
        let inner = value.get(opening.len()..).unwrap_or_default();
        let length = closing(inner, opening).map_or(value.len(), |end| opening.len() + end + opening.len());
        return (length, format!("{opening}{GONE}{opening}"));
    }
    let quote = quote.unwrap_or_default();
    if value.starts_with(['{', '[']) {
        return (
            balanced(value, if quote.is_empty() { "\"" } else { quote }),
            format!("{quote}{GONE}{quote}"),
        );
    }
    let length = bare(value, !quote.is_empty(), parted);
    let nothing = value
        .get(..length)
        .is_none_or(|own| own.trim().is_empty() || own == "null" || own == "None");
    let kept = if nothing {
        value.get(..length).unwrap_or_default().to_owned()
    } else {
        format!("{quote}{GONE}{quote}")
    };
    (length, kept)
}

/// A quote with the backslashes that stand before it inside another text.
fn opening(value: &str) -> Option<&str> {
    let slashes = value.len() - value.trim_start_matches('\\').len();
    let is_quote = value
        .get(slashes..)
        .is_some_and(|rest| rest.starts_with(['"', '\'']));
    is_quote.then(|| value.get(..=slashes)).flatten()
}

/// Where `quote` stands again with as many backslashes; a pair of them in front only means one more inside.
fn closing(inner: &str, quote: &str) -> Option<usize> {
    let (mark, own) = (quote.chars().last()?, quote.len() - 1);
    inner
        .char_indices()
        .filter(|(_, c)| *c == mark)
        .find_map(|(at, _)| {
            let before = inner.get(..at)?;
            let slashes = before.len() - before.trim_end_matches('\\').len();
            let closes = if own == 0 {
                slashes % 2 == 0
            } else {
                slashes == own
            };
            at.checked_sub(own).filter(|_| closes)
        })
}

/// The length of a bracketed value, brackets in texts not counted.
fn balanced(value: &str, quote: &str) -> usize {
    let (mut depth, mut at) = (0_u32, 0);
    while let Some(rest) = value.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(inner) = rest.strip_prefix(quote) {
            let Some(end) = closing(inner, quote) else {
                return value.len();
            };
            at += quote.len() + end + quote.len();
            continue;
        }
        let Some(c) = rest.chars().next() else { break };
        at += c.len_utf8();
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    value.len()
}

/// The length of a value without quotes: a JSON number, a header to the end of its line, `a=b c=d` to the next name.
fn bare(value: &str, is_json: bool, parted: &str) -> usize {
    let line = value.find('\n').unwrap_or(value.len());
    let own = value.get(..line).unwrap_or_default();
    if is_json {
        return own.find([',', '}', ']', ' ']).unwrap_or(line);
    }
    if parted == ":" {
        return line;
    }
    let ends = own
        .find([',', ';', '&', '}', ']', ')', '"', '\''])
        .unwrap_or(line);
    let own = own.get(..ends).unwrap_or_default();
    NEXT_NAME.find(own).map_or(ends, |next| next.start())
}

static NEXT_NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[ \t]+[A-Za-z][A-Za-z0-9_.\-]*[ \t]*=").expect("a pattern of ours is run by every test")
});
