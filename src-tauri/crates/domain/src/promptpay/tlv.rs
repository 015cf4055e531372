//! The grammar under every Thai QR: two-digit tag, two-digit length, value; and its checksum.
//!
//! Knows no tag's meaning. Strict on purpose: some decoders tolerate a length past the end, this one does not
//! (thai-qr-formats.md, section 1).

/// Why a text is not a run of tag, length and value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlvError {
    /// A tag is not two ASCII digits, or is cut off.
    #[error("a tag is not two digits")]
    Tag,
    /// A length is not two ASCII digits, or is cut off.
    #[error("the length of tag {0:02} is not two digits")]
    Length(u8),
    /// A length points past the end of the text.
    #[error("the value of tag {0:02} is cut off")]
    CutOff(u8),
    /// One tag twice, which leaves open which one counts.
    #[error("tag {0:02} is there twice")]
    Duplicate(u8),
}

/// One tag and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field<'a> {
    pub(crate) tag: u8,
    pub(crate) value: &'a str,
}

/// Takes fields off the front of a text.
pub(crate) struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// What is not read yet.
    pub(crate) const fn rest(&self) -> &'a str {
        self.rest
    }

    fn read(&mut self) -> Result<Field<'a>, TlvError> {
        let (tag, rest) = split_chars(self.rest, 2).ok_or(TlvError::Tag)?;
        let tag = two_digits(tag).ok_or(TlvError::Tag)?;
        let (length, rest) = split_chars(rest, 2).ok_or(TlvError::Length(tag))?;
        let length = two_digits(length).ok_or(TlvError::Length(tag))?;
        let (value, rest) = split_chars(rest, usize::from(length)).ok_or(TlvError::CutOff(tag))?;
        self.rest = rest;
        Ok(Field { tag, value })
    }
}

/// Ends after the first error: what follows it has no known start.
impl<'a> Iterator for Reader<'a> {
    type Item = Result<Field<'a>, TlvError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.read();
        if field.is_err() {
            self.rest = "";
        }
        Some(field)
    }
}

/// Fields in the order they were written, no tag twice.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a>(Vec<Field<'a>>);

impl<'a> Fields<'a> {
    /// Reads a whole text, such as a template's value.
    pub(crate) fn read(text: &'a str) -> Result<Self, TlvError> {
        let mut fields = Self::default();
        for field in Reader::new(text) {
            fields.push(field?)?;
        }
        Ok(fields)
    }

    pub(crate) fn push(&mut self, field: Field<'a>) -> Result<(), TlvError> {
        if self.get(field.tag).is_some() {
            return Err(TlvError::Duplicate(field.tag));
        }
        self.0.push(field);
        Ok(())
    }

    pub(crate) fn get(&self, tag: u8) -> Option<&'a str> {
        self.0
            .iter()
            .find(|field| field.tag == tag)
            .map(|field| field.value)
    }

    /// The value to keep; some generators write an optional tag with nothing in it, which says no more than
    /// leaving it out.
    pub(crate) fn text(&self, tag: u8) -> Option<String> {
        self.get(tag).filter(|value| !value.is_empty()).map(str::to_owned)
    }

    pub(crate) fn first(&self) -> Option<Field<'a>> {
        self.0.first().copied()
    }

    pub(crate) fn tags(&self) -> impl Iterator<Item = u8> + '_ {
        self.0.iter().map(|field| field.tag)
    }
}

/// Splits after `count` characters. A length counts characters, not bytes (thai-qr-formats.md, section 1).
fn split_chars(text: &str, count: usize) -> Option<(&str, &str)> {
    let mut ends = text
        .char_indices()
        .map(|(at, _)| at)
        .chain(std::iter::once(text.len()));
    ends.nth(count).map(|end| text.split_at(end))
}

fn two_digits(text: &str) -> Option<u8> {
    let all_digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| text.parse().expect("two digits fit in a byte"))
}

/// Appends one field. The caller keeps tags and values below 100.
pub(crate) fn push_field(text: &mut String, tag: u8, value: &str) {
    let length = value.chars().count();
    debug_assert!(tag < 100 && length < 100, "tag and length have two digits");
    text.push_str(&format!("{tag:02}{length:02}{value}"));
}

/// CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, no reflection, no final xor.
pub(crate) fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc: u16, _| {
            if crc & 0x8000 == 0 {
                crc << 1
            } else {
                (crc << 1) ^ 0x1021
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_matches_the_published_check_value() {
        assert_eq!(crc16(b"123456789"), 0x29B1);
        assert_eq!(crc16(b""), 0xFFFF);
    }

    #[test]
    fn fields_are_read_in_order() {
        let fields = Fields::read("0002015903กขค6200").unwrap();
        assert_eq!(fields.first(), Some(Field { tag: 0, value: "01" }));
        assert_eq!(fields.tags().collect::<Vec<_>>(), [0, 59, 62]);
        assert_eq!(fields.get(59), Some("กขค"));
        assert_eq!(fields.get(62), Some(""));
        assert_eq!(fields.get(1), None);
        assert_eq!((fields.text(0), fields.text(62)), (Some("01".to_owned()), None));
        assert_eq!(Fields::read("").unwrap().first(), None);
    }

    #[test]
    fn every_break_of_the_grammar_is_named() {
        for (text, error) in [
            ("A", TlvError::Tag),
            ("0", TlvError::Tag),
            ("AAAA0000", TlvError::Tag),
            ("+1020000", TlvError::Tag),
            ("๐๐02", TlvError::Tag),
            ("00", TlvError::Length(0)),
            ("540", TlvError::Length(54)),
            ("54-1x", TlvError::Length(54)),
            ("5405123", TlvError::CutOff(54)),
            ("000201540", TlvError::Length(54)),
            ("5401154021", TlvError::CutOff(54)),
            ("5401154012", TlvError::Duplicate(54)),
        ] {
            assert_eq!(Fields::read(text).unwrap_err(), error, "{text}");
        }
    }

    #[test]
    fn what_is_pushed_is_read_back() {
        let mut text = String::new();
        push_field(&mut text, 5, "INV-0001");
        push_field(&mut text, 99, "");
        assert_eq!(text, "0508INV-00019900");
        assert_eq!(Fields::read(&text).unwrap().get(5), Some("INV-0001"));
    }
}
