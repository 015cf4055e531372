//! The name of a transfer: who sent it and under which reference. Unique for all time in the whole ledger
//! (product.md §3), which is what stops a slip from paying twice.

use std::fmt;

use super::banks::BankCode;

/// Longest reference that is kept (thai-qr-formats.md, section 4: 12 to 25 characters were seen).
const CHARS_MAX: usize = 35;

/// A transfer's reference as its bank wrote it. Opaque and case-sensitive: no date, order or bank is ever read out
/// of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransRef(String);

impl TransRef {
    /// Takes 1 to 35 visible ASCII characters; `None` for anything else.
    pub fn new(text: &str) -> Option<Self> {
        let well_formed =
            (1..=CHARS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The reference, unchanged.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TransRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who sent a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SendingBank {
    /// A bank.
    Bank(BankCode),
    /// The TrueMoney wallet, which has no bank code.
    TrueMoney,
}

impl SendingBank {
    /// The stable word of ledger rows and of the command line: the bank's three digits, or `truemoney`.
    pub fn word(&self) -> &str {
        match self {
            Self::Bank(code) => code.as_str(),
            Self::TrueMoney => "truemoney",
        }
    }

    /// Reads [`word`](Self::word) back.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "truemoney" => Some(Self::TrueMoney),
            _ => BankCode::new(word).map(Self::Bank),
        }
    }
}

/// The name of a transfer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SlipRef {
    /// Who sent it.
    pub sending_bank: SendingBank,
    /// Their reference.
    pub trans_ref: TransRef,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_kept_as_it_came() {
        for text in [
            "0002123123121200011",
            "202601010TESTtestTEST0001",
            "a",
            &"9".repeat(35),
        ] {
            assert_eq!(TransRef::new(text).unwrap().as_str(), text);
        }
        for text in ["", " ", "a b", "กข", "a\n", &"9".repeat(36)] {
            assert_eq!(TransRef::new(text), None, "{text:?}");
        }
        assert_ne!(TransRef::new("abc"), TransRef::new("ABC"));
    }

    #[test]
    fn sender_words_read_back() {
        for word in ["002", "014", "999", "truemoney"] {
            assert_eq!(SendingBank::from_word(word).unwrap().word(), word);
        }
        for word in ["", "14", "TrueMoney", "SCB"] {
            assert_eq!(SendingBank::from_word(word), None, "{word}");
        }
    }
}
