//! Request bodies and queries: JSON, or the form encoding with brackets (`source[type]=truemoney_qr`).

use serde_json::{Map, Value};

use super::errors::Refusal;

/// Parameters as one JSON object. In a form every leaf is a string.
#[derive(Debug, Default)]
pub(super) struct Params {
    pub(super) fields: Map<String, Value>,
    is_form: bool,
}

impl Params {
    pub(super) fn from_body(content_type: &str, body: &[u8]) -> Result<Self, Refusal> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        match content_type.split(';').next().map(str::trim) {
            Some("application/json") => match serde_json::from_slice(body) {
                Ok(Value::Object(fields)) => Ok(Self {
                    fields,
                    is_form: false,
                }),
                _ => Err(Refusal::bad_request("the body is not a JSON object")),
            },
            Some("application/x-www-form-urlencoded") => {
                let text =
                    std::str::from_utf8(body).map_err(|_| Refusal::bad_request("the body is not text"))?;
                Self::from_form(text)
            }
            _ => Err(Refusal::bad_request("send JSON or a form")),
        }
    }

    pub(super) fn from_form(text: &str) -> Result<Self, Refusal> {
        let mut root = Value::Object(Map::new());
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            insert(&mut root, &key_path(&name)?, value)?;
        }
        match root {
            Value::Object(fields) => Ok(Self {
                fields,
                is_form: true,
            }),
            _ => Err(Refusal::bad_request("parameters clash")),
        }
    }

    /// Refuses parameters the page does not list: a misspelt one must not pass silently.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        match self.fields.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Refusal::bad_request(&format!("unknown parameter {name}"))),
            None => Ok(()),
        }
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(Refusal::bad_request(&format!("{name} must be text"))),
        }
    }

    /// An integer: a JSON number without fraction, or digits in a form. `4000.0` and `"4000"` are refused
    /// in JSON, as a careless float or text from a client must show in tests.
    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let refusal = || Refusal::bad_request(&format!("{name} must be an integer"));
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => number.as_i64().map(Some).ok_or_else(refusal),
            Some(Value::String(text)) if self.is_form => text.parse().map(Some).map_err(|_| refusal()),
            Some(_) => Err(refusal()),
        }
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(Value::String(text)) if self.is_form && text == "true" => Ok(Some(true)),
            Some(Value::String(text)) if self.is_form && text == "false" => Ok(Some(false)),
            Some(_) => Err(Refusal::bad_request(&format!("{name} must be true or false"))),
        }
    }

    pub(super) fn object(&self, name: &str) -> Result<Map<String, Value>, Refusal> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(fields)) => Ok(fields.clone()),
            Some(_) => Err(Refusal::bad_request(&format!("{name} must be an object"))),
        }
    }

    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, Refusal> {
        let refusal = || Refusal::bad_request(&format!("{name} must be a list of text"));
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned).ok_or_else(refusal))
                .collect(),
            Some(_) => Err(refusal()),
        }
    }

    /// The parameters of a nested object, with the same leaf rules.
    pub(super) fn nested(&self, fields: Map<String, Value>) -> Self {
        Self {
            fields,
            is_form: self.is_form,
        }
    }
}

/// `a[b][]` → `["a", "b", ""]`.
fn key_path(name: &str) -> Result<Vec<String>, Refusal> {
    let Some((head, rest)) = name.split_once('[') else {
        return Ok(vec![name.to_owned()]);
    };
    let inner = rest
        .strip_suffix(']')
        .ok_or_else(|| Refusal::bad_request("unbalanced brackets"))?;
    let mut path = vec![head.to_owned()];
    path.extend(inner.split("][").map(str::to_owned));
    Ok(path)
}

fn insert(place: &mut Value, path: &[String], value: String) -> Result<(), Refusal> {
    let clash = || Refusal::bad_request("parameters clash");
    let Some((name, rest)) = path.split_first() else {
        *place = Value::String(value);
        return Ok(());
    };
    if name.is_empty() {
        if place.is_null() {
            *place = Value::Array(Vec::new());
        }
        let items = place.as_array_mut().ok_or_else(clash)?;
        items.push(Value::Null);
        let last = items.last_mut().ok_or_else(clash)?;
        return insert(last, rest, value);
    }
    if place.is_null() {
        *place = Value::Object(Map::new());
    }
    let fields = place.as_object_mut().ok_or_else(clash)?;
    if rest.is_empty() && fields.contains_key(name) {
        return Err(Refusal::bad_request(&format!("{name} was given twice")));
    }
    insert(fields.entry(name.clone()).or_insert(Value::Null), rest, value)
}

fn decode(text: &str) -> Result<String, Refusal> {
    let refusal = || Refusal::bad_request("bad percent encoding");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = [rest.next().ok_or_else(refusal)?, rest.next().ok_or_else(refusal)?];
                let mut decoded = [0_u8; 1];
                hex::decode_to_slice(digits, &mut decoded).map_err(|_| refusal())?;
                bytes.push(decoded[0]);
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).map_err(|_| refusal())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn brackets_nest() {
        let params = Params::from_form(
            "amount=400000&source[type]=truemoney_qr&metadata%5Border_id%5D=A+1&hooks[]=x&hooks[]=%E0%B8%81",
        )
        .unwrap();
        let expected = json!({
            "amount": "400000", "source": {"type": "truemoney_qr"}, "metadata": {"order_id": "A 1"},
            "hooks": ["x", "ก"],
        });
        assert_eq!(Value::Object(params.fields), expected);
    }

    #[test]
    fn clashes_and_broken_encodings_are_refused() {
        for text in [
            "a=1&a=2",
            "a=1&a[b]=2",
            "a[b=1",
            "a=%4",
            "a=%ZZ",
            "a=%FF",
            "a[]=1&a[b]=2",
        ] {
            assert!(Params::from_form(text).is_err(), "{text}");
        }
    }
}
