//! JSON objects as they were written: every value keeps its own text, so that no digit of a number is lost, and a name
//! that comes twice makes the whole object unreadable, because two readers would see two different objects.

use crate::decimal::{Decimal, DecimalError};
use keptang_domain::Money;
use serde::Deserialize;
use serde::de::{self, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::fmt;

/// An object of a provider, in the order it was written.
#[derive(Clone)]
pub(crate) struct Object(Vec<(String, Box<RawValue>)>);

impl Object {
    /// Reads one object; `None` for anything else.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// Names and values, in order.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), &**value))
    }

    /// Names and raw values, in order.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.get()))
    }

    /// The object, written again without spaces around its values.
    pub(crate) fn to_json(&self) -> String {
        let member = |(name, value): (&str, &str)| format!("{}:{value}", Value::from(name));
        let members: Vec<String> = self.fields().map(member).collect();
        format!("{{{}}}", members.join(","))
    }

    /// The raw text of a value that is there and not `null`.
    pub(crate) fn raw(&self, name: &str) -> Option<&str> {
        self.fields()
            .find_map(|(known, value)| (known == name && value != "null").then_some(value))
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        text_of(self.raw(name)?)
    }

    /// A text, or a number's digits where the provider forgot the quotes.
    pub(crate) fn text_or_digits(&self, name: &str) -> Option<String> {
        let raw = self.raw(name)?;
        text_of(raw).or_else(|| Decimal::parse(raw).is_ok().then(|| raw.to_owned()))
    }

    /// A number, also when it is written as a text.
    pub(crate) fn number(&self, name: &str) -> Option<Result<Decimal, DecimalError>> {
        let raw = self.raw(name)?;
        Some(match text_of(raw) {
            Some(text) => Decimal::parse(&text),
            None => Decimal::parse(raw),
        })
    }

    /// An amount of baht; `None` also when it has more than two decimals or does not fit.
    pub(crate) fn baht(&self, name: &str) -> Option<Money> {
        self.number(name)?.ok()?.baht().ok()
    }

    /// An object inside.
    pub(crate) fn object(&self, name: &str) -> Option<Self> {
        Self::parse(self.raw(name)?.as_bytes())
    }

    /// The objects of a list inside; what is no object in it is left out.
    pub(crate) fn objects(&self, name: &str) -> Option<Vec<Self>> {
        let items: Vec<Box<RawValue>> = serde_json::from_str(self.raw(name)?).ok()?;
        Some(
            items
                .iter()
                .filter_map(|item| Self::parse(item.get().as_bytes()))
                .collect(),
        )
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.raw(name)?.parse().ok()
    }
}

/// What a raw JSON string says; `None` when it is none.
pub(crate) fn text_of(raw: &str) -> Option<String> {
    raw.starts_with('"')
        .then(|| serde_json::from_str(raw).ok())
        .flatten()
}

/// Deeper than any answer of a page.
const DEPTH_MAX: usize = 64;

/// The common tree of a body, refused where a name comes twice anywhere in it: for providers whose numbers are whole.
pub(crate) fn tree(bytes: &[u8]) -> Option<Value> {
    branch(serde_json::from_slice(bytes).ok()?, DEPTH_MAX)
}

fn branch(raw: &RawValue, depth_left: usize) -> Option<Value> {
    let depth_left = depth_left.checked_sub(1)?;
    let text = raw.get();
    match text.as_bytes().first()? {
        b'{' => {
            let Object(fields) = Object::parse(text.as_bytes())?;
            let members: Option<Map<_, _>> = fields
                .into_iter()
                .map(|(name, value)| Some((name, branch(&value, depth_left)?)))
                .collect();
            members.map(Value::Object)
        }
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            let items: Option<Vec<_>> = items.into_iter().map(|item| branch(item, depth_left)).collect();
            items.map(Value::Array)
        }
        _ => serde_json::from_str(text).ok(),
    }
}

/// Names only: values may be accounts or names of people.
impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut fields: Vec<(String, Box<RawValue>)> = Vec::new();
                let mut names = std::collections::BTreeSet::new();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    if !names.insert(name.clone()) {
                        return Err(de::Error::custom("a name comes twice"));
                    }
                    fields.push((name, value));
                }
                Ok(Object(fields))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_text_and_order() {
        let object =
            Object::parse(br#" {"b":1000.00, "a":"x\u0e01", "n":null, "o":{"c":true}, "l":[{"d":1},2]} "#)
                .unwrap();
        let names: Vec<_> = object.fields().map(|(name, _)| name).collect();
        assert_eq!(names, ["b", "a", "n", "o", "l"]);
        assert_eq!(object.raw("b"), Some("1000.00"));
        assert_eq!(object.baht("b"), Some(Money::from_satang(100_000)));
        assert_eq!(object.text("a").as_deref(), Some("xก"));
        assert_eq!((object.raw("n"), object.raw("z")), (None, None));
        assert_eq!(object.object("o").unwrap().flag("c"), Some(true));
        assert_eq!(object.objects("l").unwrap().len(), 1);
        assert!(object.object("l").is_none() && object.objects("o").is_none());
    }

    #[test]
    fn an_amount_may_be_a_number_or_a_text_but_never_half_a_satang() {
        for (json, satang) in [
            (r#"{"a":1000}"#, Some(100_000)),
            (r#"{"a":1000.0}"#, Some(100_000)),
            (r#"{"a":"1000.00"}"#, Some(100_000)),
            (r#"{"a":1e3}"#, Some(100_000)),
            (r#"{"a":1000.001}"#, None),
            (r#"{"a":"1,000.00"}"#, None),
            (r#"{"a":""}"#, None),
            (r#"{"a":true}"#, None),
            (r#"{"a":[1000]}"#, None),
            (r#"{"a":null}"#, None),
            (r"{}", None),
        ] {
            let amount = Object::parse(json.as_bytes()).unwrap().baht("a");
            assert_eq!(amount.map(Money::satang), satang, "{json}");
        }
    }

    #[test]
    fn what_is_not_one_plain_object_is_nothing() {
        for json in [
            "",
            "null",
            "[]",
            "1",
            r#""x""#,
            r#"{"a":1"#,
            r#"{"a":1,}"#,
            r#"{"a":1} x"#,
            r#"{"a":1} // x"#,
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"b":2,"\u0061":3}"#,
        ] {
            assert!(Object::parse(json.as_bytes()).is_none(), "{json}");
        }
        assert!(Object::parse(b"{\"a\":\"\xff\"}").is_none());
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let _ = Object::parse(deep.as_bytes());
    }

    #[test]
    fn a_tree_is_the_common_one_unless_a_name_comes_twice() {
        let text = r#"{"a":[1,-1,18446744073709551615,2.5,"x",true,null,{"b":{}}]}"#;
        assert_eq!(tree(text.as_bytes()), serde_json::from_str(text).ok());
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":[{"b":1,"\u0062":2}]}"#,
            r#"{"a":1} x"#,
            "",
        ] {
            assert_eq!(tree(text.as_bytes()), None, "{text}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(tree(deep.as_bytes()), None);
    }

    #[test]
    fn an_object_is_printed_without_its_values() {
        let object = Object::parse(br#"{"account":"1234567890"}"#).unwrap();
        assert_eq!(format!("{object:?}"), r#"{"account"}"#);
    }
}
