//! Text without what must not leave the shop: secrets, hashes of PINs, whole account and phone numbers, names of
//! people who paid.
//!
//! A bundle for support is read by strangers, so every rule takes too much rather than too little: a number that only
//! looks like an account is cut as well. Known secrets are taken out first, in every spelling (`known`); then what
//! stands behind a telling name (`labelled`); then what has a telling shape (here). It cannot know a name that stands
//! alone in a sentence; logs of the till hold none.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::known::Known;
use crate::labelled;

pub(crate) const GONE: &str = "[redacted]";

/// How many digits of an account stay.
const DIGITS_KEPT: usize = 4;

/// Takes out what must not leave the shop.
pub struct Redactor {
    known: Known,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

impl Redactor {
    /// `secrets`: every secret at hand, so that each is found wherever it is written. Those shorter than four
    /// characters are left to the other rules: they would be found in every word.
    #[must_use]
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            known: Known::new(secrets),
        }
    }

    /// `text` as a stranger may read it. Doing it twice changes nothing more.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let text = plain(text);
        let text = self.known.without(&text);
        let text = by_shape(&text);
        let text = labelled::without(&text);
        without_numbers(&text)
    }
}

/// Without colours, control characters and letters of no width, which would part a secret in two.
fn plain(text: &str) -> String {
    let visible = |c: &char| match c {
        '\n' | '\t' => true,
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => false,
        c => !c.is_control(),
    };
    COLOURS.replace_all(text, "").chars().filter(visible).collect()
}

fn by_shape(text: &str) -> String {
    let mut text = Cow::Borrowed(text);
    for (shape, with) in &*SHAPES {
        if let Cow::Owned(changed) = shape.replace_all(&text, *with) {
            text = Cow::Owned(changed);
        }
    }
    let header = |found: &Captures<'_>| {
        // "Basic information" is no header.
        let is_word = found[2].bytes().all(|byte| byte.is_ascii_lowercase());
        if is_word {
            found[0].to_owned()
        } else {
            format!("{} {GONE}", &found[1])
        }
    };
    HEADER.replace_all(&text, header).into_owned()
}

/// Accounts, phones and national ids: the last four digits stay.
fn without_numbers(text: &str) -> String {
    NUMBER
        .replace_all(text, |found: &Captures<'_>| masked(&found[0]))
        .into_owned()
}

fn masked(number: &str) -> String {
    if number.contains(':') {
        return number.to_owned();
    }
    // A day and what follows it, such as a time or a phone number.
    if let Some(day) = DAY.find(number) {
        return format!("{}{}", day.as_str(), without_numbers(&number[day.end()..]));
    }
    let digits: Vec<char> = number.chars().filter(|c| is_digit(*c)).collect();
    let is_phone = number.starts_with('+') || matches!(digits.first(), Some('0' | '๐'));
    let is_long = digits.len() >= 10 || (is_phone && digits.len() >= 9);
    if !is_long {
        return number.to_owned();
    }
    let kept: String = digits.iter().skip(digits.len() - DIGITS_KEPT).collect();
    format!("…{kept}")
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('๐'..='๙').contains(&c)
}

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern of ours is run by every test")
}

static COLOURS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\x1b\[[0-9;?]*[ -/]*[@-~]"));

/// What is secret by its looks, and what stands instead.
static SHAPES: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        // Our callback addresses end in the attempt's own token (cli.md, Callback addresses).
        (
            r#"(?i)((?:/|%2f)callbacks(?:/|%2f)[a-z0-9_-]+(?:/|%2f))[^/\s"'\\?&#<>()\[\]{}%,;]+"#,
            "${1}[redacted]",
        ),
        // A signed token of three parts.
        (
            r"eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?",
            GONE,
        ),
        // Password hashes as PHC and crypt write them.
        (
            r"\$(?:argon2[a-z]*|scrypt|pbkdf2[a-z0-9-]*|2[abxy])\$[A-Za-z0-9+/=,.$_-]+",
            GONE,
        ),
        (
            r"\b(?:skey|pkey|rskey|whsec|sk_live|sk_test|pk_live|pk_test)_[A-Za-z0-9_]{4,}",
            GONE,
        ),
        (r#"(?i)\b(postgres(?:ql)?://)[^\s"']*@"#, "${1}[redacted]@"),
        (r#"://[^\s"'/?#]*@"#, "://[redacted]@"),
        (
            r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)",
            GONE,
        ),
    ]
    .map(|(shape, with)| (pattern(shape), with))
    .into()
});

static HEADER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(bearer|basic)(?:\s|%20|\+)+([A-Za-z0-9+/=._~-]{6,})"));

/// Nine digits or more, Thai ones too, in groups as people write them. A time of day is found first, so that its
/// seconds are not taken for the beginning of a number.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?\b|\+?[0-9๐-๙](?:[-\u{2010}-\u{2013}\u{a0} ]?[0-9๐-๙]){8,}")
});

static DAY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:19|20|24|25|26)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"));
