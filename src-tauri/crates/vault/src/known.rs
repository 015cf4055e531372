//! Secrets that are at hand, in the spellings in which they get into logs: as they are, escaped for JSON or Rust,
//! for an address, in hexadecimal, and in base64 wherever in a longer text they stood.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

const SHORTEST_CHARS: usize = 4;
/// Shorter ones would be found by chance.
const SHORTEST_BASE64: usize = 6;
const INSTEAD: &str = "[secret]";

/// Spellings, in small letters, the longest first.
pub(crate) struct Known(Vec<String>);

impl Known {
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut spellings = BTreeSet::new();
        for secret in secrets {
            let secret = secret.trim();
            if secret.chars().count() >= SHORTEST_CHARS {
                spellings.extend(spellings_of(secret).map(|spelling| spelling.to_ascii_lowercase()));
            }
        }
        let mut spellings: Vec<_> = spellings.into_iter().collect();
        spellings.sort_by_key(|spelling| std::cmp::Reverse(spelling.len()));
        Self(spellings)
    }

    /// Small and capital letters count as the same: a mask too many does no harm.
    pub(crate) fn without(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for spelling in &self.0 {
            let small = text.to_ascii_lowercase();
            if !small.contains(spelling.as_str()) {
                continue;
            }
            let (mut result, mut at) = (String::with_capacity(text.len()), 0);
            for (start, found) in small.match_indices(spelling.as_str()) {
                // ASCII letters keep their length, so places in both texts are the same.
                result.push_str(text.get(at..start).unwrap_or_default());
                result.push_str(INSTEAD);
                at = start + found.len();
            }
            result.push_str(text.get(at..).unwrap_or_default());
            text = result;
        }
        text
    }
}

fn spellings_of(secret: &str) -> impl Iterator<Item = String> {
    let json = secret.replace('\\', r"\\").replace('"', "\\\"");
    let json_ascii = json.chars().fold(String::new(), |mut text, c| {
        if c.is_ascii() {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
        text
    });
    let plain = [
        secret.to_owned(),
        json.replace('/', r"\/"),
        // JSON in JSON.
        json.replace('\\', r"\\").replace('"', "\\\""),
        json,
        json_ascii,
        secret.escape_debug().collect(),
        secret.escape_default().collect(),
        percent(secret, "%20"),
        percent(secret, "+"),
        secret.bytes().map(|byte| format!("%{byte:02x}")).collect(),
        hex::encode(secret),
        secret
            .bytes()
            .map(|byte| format!("{byte:02x}"))
            .collect::<Vec<_>>()
            .join(" "),
        secret
            .bytes()
            .map(|byte| format!("{byte:02x}"))
            .collect::<Vec<_>>()
            .join(":"),
    ];
    plain.into_iter().chain(base64_of(secret.as_bytes()))
}

fn percent(secret: &str, blank: &str) -> String {
    secret.bytes().fold(String::new(), |mut text, byte| {
        match byte {
            b' ' => text.push_str(blank),
            byte if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) => text.push(char::from(byte)),
            byte => {
                let _ = write!(text, "%{byte:02x}");
            }
        }
        text
    })
}

/// Three bytes make four letters, so what comes before decides among three spellings. Letters that also depend on the
/// neighbours are left out, and what is left is the same wherever the secret stood.
fn base64_of(secret: &[u8]) -> Vec<String> {
    let mut spellings = Vec::new();
    for before in 0..3 {
        let mut bytes = vec![0_u8; before];
        bytes.extend(secret);
        let text = STANDARD_NO_PAD.encode(&bytes);
        let first = (before * 8).div_ceil(6);
        let last = bytes.len() * 8 / 6;
        if let Some(own) = text.get(first..last).filter(|own| own.len() >= SHORTEST_BASE64) {
            spellings.push(own.to_owned());
            spellings.push(own.replace('+', "-").replace('/', "_"));
            spellings.push(own.replace('/', r"\/"));
            spellings.push(own.replace('+', "%2b").replace('/', "%2f"));
        }
    }
    spellings
}
