//! JSON that keeps what a signature covers: the order of keys and the text of numbers (crypto-2328.md §6).
//!
//! Stricter than the common reader in one way, a key twice in one object is refused, because two readers would then
//! see two different payments. Written again it is compact and escapes only what JSON demands.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

/// Far deeper than any answer of the page.
const DEPTH_MAX: usize = 32;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Flag(bool),
    /// As it was written.
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<Member>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) value: Json,
    /// Where it stands in what was read, from the key's quote to the end of the value.
    pub(super) span: Range<usize>,
}

impl Json {
    /// Reads one value; `None` when it is not JSON, is too deep, or has a key twice.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader {
            text: std::str::from_utf8(bytes).ok()?,
            at: 0,
        };
        let value = reader.value(0)?;
        reader.blank();
        (reader.at == reader.text.len()).then_some(value)
    }

    pub(super) fn members(&self) -> Option<&[Member]> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The member's value; `null` counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let member = self.members()?.iter().find(|member| member.name == name)?;
        (member.value != Self::Null).then_some(&member.value)
    }

    pub(super) fn items(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A number's or a text's characters: money comes as either (§12.1).
    pub(super) fn digits(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            _ => None,
        }
    }

    /// The value as [`Json::write`] writes it.
    pub(super) fn to_json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// Compact, in the order it was read.
    pub(super) fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Self::Number(text) => out.push_str(text),
            Self::Text(text) => write_text(text, out),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => write_object(members.iter(), out),
        }
    }
}

/// Members as a compact object.
pub(super) fn write_object<'a>(members: impl Iterator<Item = &'a Member>, out: &mut String) {
    out.push('{');
    for (index, member) in members.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_text(&member.name, out);
        out.push(':');
        member.value.write(out);
    }
    out.push('}');
}

/// A text with its quotes; `/` and everything beyond ASCII stay as they are (§3.1).
pub(super) fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                // Writing to a `String` cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Goes past `byte`, and the white space before it.
    fn take(&mut self, byte: u8) -> Option<()> {
        self.blank();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        self.blank();
        match self.peek()? {
            b'{' if depth < DEPTH_MAX => self.object(depth + 1),
            b'[' if depth < DEPTH_MAX => self.list(depth + 1),
            b'"' => self.string().map(Json::Text),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word("true", Json::Flag(true)),
            b'f' => self.word("false", Json::Flag(false)),
            b'n' => self.word("null", Json::Null),
            _ => None,
        }
    }

    fn word(&mut self, word: &str, value: Json) -> Option<Json> {
        self.text[self.at..].starts_with(word).then(|| {
            self.at += word.len();
            value
        })
    }

    fn object(&mut self, depth: usize) -> Option<Json> {
        self.take(b'{')?;
        let mut members: Vec<Member> = Vec::new();
        let mut names = BTreeSet::new();
        if self.take(b'}').is_some() {
            return Some(Json::Object(members));
        }
        loop {
            self.blank();
            let start = self.at;
            let name = self.string()?;
            self.take(b':')?;
            let value = self.value(depth)?;
            if !names.insert(name.clone()) {
                return None;
            }
            members.push(Member {
                name,
                value,
                span: start..self.at,
            });
            if self.take(b'}').is_some() {
                return Some(Json::Object(members));
            }
            self.take(b',')?;
        }
    }

    fn list(&mut self, depth: usize) -> Option<Json> {
        self.take(b'[')?;
        let mut items = Vec::new();
        if self.take(b']').is_some() {
            return Some(Json::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.take(b']').is_some() {
                return Some(Json::List(items));
            }
            self.take(b',')?;
        }
    }

    fn string(&mut self) -> Option<String> {
        let start = self.at;
        if self.peek()? != b'"' {
            return None;
        }
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        // The end stands on an ASCII quote, but a broken escape may have stepped into a letter of several bytes.
        serde_json::from_str(self.text.get(start..self.at)?).ok()
    }

    /// RFC 8259 §6, kept as text.
    fn number(&mut self) -> Option<Json> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let whole = self.run()?;
        if whole > 1 && self.text.as_bytes()[self.at - whole] == b'0' {
            return None;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.run()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.run()?;
        }
        Some(Json::Number(self.text[start..self.at].to_owned()))
    }

    /// One or more digits; how many.
    fn run(&mut self) -> Option<usize> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > start).then(|| self.at - start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn compact(text: &str) -> Option<String> {
        let mut out = String::new();
        Json::parse(text.as_bytes())?.write(&mut out);
        Some(out)
    }

    #[test]
    fn order_and_numbers_survive() {
        for (read, written) in [
            (
                r#" { "b" : 1 , "a" : [ true , null ] } "#,
                r#"{"b":1,"a":[true,null]}"#,
            ),
            (
                r#"{"n":100.00000000,"m":1E-8,"k":-0.10}"#,
                r#"{"n":100.00000000,"m":1E-8,"k":-0.10}"#,
            ),
            (
                r#"{"big":123456789012345678901234567890.123}"#,
                r#"{"big":123456789012345678901234567890.123}"#,
            ),
            (
                r#"{"url":"https:\/\/x\/","t":"\u0e01"}"#,
                r#"{"url":"https://x/","t":"ก"}"#,
            ),
            (
                r#"{"s":"\"\\\b\f\n\r\t\u0001\u007f"}"#,
                "{\"s\":\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\u{7f}\"}",
            ),
            ("{}", "{}"),
            ("[]", "[]"),
            (r#"{"":{"":""}}"#, r#"{"":{"":""}}"#),
        ] {
            assert_eq!(compact(read).as_deref(), Some(written));
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "}",
            "{}{}",
            "{},",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{a:1}"#,
            "[1,]",
            "[1 2]",
            "01",
            "1.",
            ".1",
            "1e",
            "-",
            "+1",
            "tru",
            "nul",
            "NaN",
            "'a'",
            "\"",
            "\"\\",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\n\"",
            "\"\\ก\"",
            "\u{feff}{}",
        ] {
            assert_eq!(Json::parse(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(Json::parse(b"\"\xff\""), None);
    }

    #[test]
    fn a_key_twice_is_refused_however_it_is_written() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":1}"#,
            r#"{"x":{"a":1,"b":2,"a":3}}"#,
            r#"[{"a":1,"a":1}]"#,
        ] {
            assert_eq!(Json::parse(text.as_bytes()), None, "{text}");
        }
        assert!(Json::parse(br#"{"a":{"a":1},"b":{"a":1}}"#).is_some());
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Json::parse(nested(DEPTH_MAX).as_bytes()).is_some());
        assert!(Json::parse(nested(DEPTH_MAX + 1).as_bytes()).is_none());
        assert!(Json::parse("[".repeat(60_000).as_bytes()).is_none());
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(".{0,4}", inner, 0..5)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_writes_what_the_common_writer_writes(value in any_value()) {
            let common = value.to_string();
            prop_assert_eq!(compact(&common), Some(common));
        }

        #[test]
        fn it_takes_nothing_that_the_common_reader_refuses(text in r#"[\[\]{}:,"\\a-c0-2eE.+\- tnu]{0,24}"#) {
            if Json::parse(text.as_bytes()).is_some() {
                let common = serde_json::from_str::<Value>(&text);
                // Numbers beyond a double are the one thing kept as text here and refused there.
                let out_of_range = common.as_ref().is_err_and(|error| error.to_string().contains("out of range"));
                prop_assert!(common.is_ok() || out_of_range, "{}", text);
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Json::parse(&bytes);
        }
    }
}
