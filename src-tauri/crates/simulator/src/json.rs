//! JSON that keeps what two of the providers sign: the order of keys and the text of numbers.
//!
//! `serde_json::Value` keeps neither by default, and its features are shared by the whole build, so this
//! module does not depend on them. Printing is JavaScript's `JSON.stringify`: compact, nothing escaped that
//! need not be. Does not do: pretty printing, comments, more than [`DEPTH_MAX`] levels.

const DEPTH_MAX: usize = 32;

/// A JSON document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doc {
    Null,
    Flag(bool),
    /// As written.
    Number(String),
    Text(String),
    List(Vec<Doc>),
    Object(Vec<(String, Doc)>),
}

/// The text is not JSON, or it names a key twice.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotJson;

impl Doc {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, NotJson> {
        let text = std::str::from_utf8(bytes).map_err(|_| NotJson)?;
        let mut reader = Reader { text, at: 0 };
        let doc = reader.value(0)?;
        reader.skip_space();
        if reader.at == text.len() {
            Ok(doc)
        } else {
            Err(NotJson)
        }
    }

    pub(crate) fn object<const N: usize>(fields: [(&str, Self); N]) -> Self {
        Self::Object(
            fields
                .into_iter()
                .map(|(key, doc)| (key.to_owned(), doc))
                .collect(),
        )
    }

    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub(crate) fn text_or_null(text: Option<&str>) -> Self {
        text.map_or(Self::Null, Self::text)
    }

    /// `number` is its text.
    pub(crate) fn number(number: impl std::fmt::Display) -> Self {
        Self::Number(number.to_string())
    }

    pub(crate) fn fields(&self) -> &[(String, Self)] {
        match self {
            Self::Object(fields) => fields,
            _ => &[],
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.fields()
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, doc)| doc)
    }

    /// Replaces a field where it stands, or adds it at the end.
    pub(crate) fn set(&mut self, name: &str, doc: Self) {
        let Self::Object(fields) = self else { return };
        match fields.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = doc,
            None => fields.push((name.to_owned(), doc)),
        }
    }

    pub(crate) fn remove(&mut self, name: &str) {
        if let Self::Object(fields) = self {
            fields.retain(|(key, _)| key != name);
        }
    }

    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Self::Number(number) => out.push_str(number),
            Self::Text(text) => write_text(text, out),
            Self::List(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(fields) => {
                out.push('{');
                for (place, (key, value)) in fields.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    write_text(key, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
}

/// Whether `text` is a number by the grammar of JSON.
pub(crate) fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_exponent = |part: &str| is_digits(part.strip_prefix(['+', '-']).unwrap_or(part));
    is_digits(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && fraction.is_none_or(is_digits)
        && exponent.is_none_or(is_exponent)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip_space();
        let is_there = self.text[self.at..].starts_with(token);
        if is_there {
            self.at += token.len();
        }
        is_there
    }

    fn expect(&mut self, token: &str) -> Result<(), NotJson> {
        if self.take(token) { Ok(()) } else { Err(NotJson) }
    }

    fn value(&mut self, depth: usize) -> Result<Doc, NotJson> {
        if depth > DEPTH_MAX {
            return Err(NotJson);
        }
        for (word, doc) in [
            ("null", Doc::Null),
            ("true", Doc::Flag(true)),
            ("false", Doc::Flag(false)),
        ] {
            if self.take(word) {
                return Ok(doc);
            }
        }
        if self.take("{") {
            return self.fields(depth);
        }
        if self.take("[") {
            return self.items(depth);
        }
        if self.text[self.at..].starts_with('"') {
            return self.string().map(Doc::Text);
        }
        self.number()
    }

    fn fields(&mut self, depth: usize) -> Result<Doc, NotJson> {
        let mut fields: Vec<(String, Doc)> = Vec::new();
        if self.take("}") {
            return Ok(Doc::Object(fields));
        }
        loop {
            self.skip_space();
            let key = self.string()?;
            if fields.iter().any(|(other, _)| *other == key) {
                return Err(NotJson);
            }
            self.expect(":")?;
            fields.push((key, self.value(depth + 1)?));
            if self.take("}") {
                return Ok(Doc::Object(fields));
            }
            self.expect(",")?;
        }
    }

    fn items(&mut self, depth: usize) -> Result<Doc, NotJson> {
        let mut items = Vec::new();
        if self.take("]") {
            return Ok(Doc::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take("]") {
                return Ok(Doc::List(items));
            }
            self.expect(",")?;
        }
    }

    fn string(&mut self) -> Result<String, NotJson> {
        let rest = &self.text[self.at..];
        if !rest.starts_with('"') {
            return Err(NotJson);
        }
        let mut is_escaped = false;
        let end = rest.bytes().skip(1).position(|byte| {
            let is_end = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            is_end
        });
        let length = end.ok_or(NotJson)? + 2;
        self.at += length;
        // Escapes and their surrogate pairs are serde_json's part; features do not change it.
        serde_json::from_str(&rest[..length]).map_err(|_| NotJson)
    }

    fn number(&mut self) -> Result<Doc, NotJson> {
        let rest = &self.text[self.at..];
        let end = rest.find(|char: char| !(char.is_ascii_digit() || "+-.eE".contains(char)));
        let number = &rest[..end.unwrap_or(rest.len())];
        if !is_number(number) {
            return Err(NotJson);
        }
        self.at += number.len();
        Ok(Doc::Number(number.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_number_text_survive() {
        let text = r#"{"z":1.50,"a":[1E-8,-0,{"b":null}],"ไทย":"a/\"\\\n\u001f😀","t":true}"#;
        let doc = Doc::parse(text.as_bytes()).unwrap();
        assert_eq!(doc.to_text(), text);
        let spaced = " { \"a\" : [ 1 , 2 ] } ";
        assert_eq!(Doc::parse(spaced.as_bytes()).unwrap().to_text(), r#"{"a":[1,2]}"#);
        let escaped = Doc::parse(br#"{"a":"\/\u0e01\ud83d\ude00"}"#).unwrap();
        assert_eq!(escaped.to_text(), "{\"a\":\"/ก😀\"}");
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for bad in [
            "",
            "{",
            "{}x",
            "{\"a\":1,}",
            "[1,]",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "\"a",
            "{\"a\":1,\"a\":2}",
            "nul",
            "{a:1}",
            "\"\\x\"",
            "1 2",
        ] {
            assert_eq!(Doc::parse(bad.as_bytes()), Err(NotJson), "{bad}");
        }
        assert_eq!(Doc::parse(&[b'"', 0xff, b'"']), Err(NotJson));
        let deep = "[".repeat(40) + &"]".repeat(40);
        assert_eq!(Doc::parse(deep.as_bytes()), Err(NotJson));
    }
}
