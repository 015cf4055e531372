//! Words of a provider, made fit for logs and the screen: nothing that could be an account, a key or a control
//! character gets through, whatever the provider chose to echo.

/// Longer words are keys, tokens or data.
const WORD_CHARS_MAX: usize = 24;
/// Years, codes and counts have this many digits; accounts and telephone numbers have more.
const DIGITS_MAX: usize = 4;
const SENTENCE_CHARS_MAX: usize = 80;
const STATUS_CHARS_MAX: usize = 40;

/// A status word, as it came.
pub(crate) fn printable(word: &str) -> String {
    word.chars()
        .filter(char::is_ascii_graphic)
        .take(STATUS_CHARS_MAX)
        .collect()
}

/// A sentence for support; `None` when nothing readable is left of it.
pub(crate) fn sentence(text: &str) -> Option<String> {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| {
            let word: String = word.chars().filter(char::is_ascii_graphic).collect();
            let digits = word.chars().filter(char::is_ascii_digit).count();
            if word.len() > WORD_CHARS_MAX || digits > DIGITS_MAX {
                "***".to_owned()
            } else {
                word
            }
        })
        .filter(|word| !word.is_empty())
        .collect();
    let sentence: String = words.join(" ").chars().take(SENTENCE_CHARS_MAX).collect();
    (!sentence.is_empty()).then_some(sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_keeps_its_words_and_loses_accounts_and_keys() {
        for (text, kept) in [
            ("field required", Some("field required")),
            (
                "account 1234567890 is not known",
                Some("account *** is not known"),
            ),
            (
                "bad signature c2tfZGVtb181ZjJhOlBPUy0wMDAx",
                Some("bad signature ***"),
            ),
            ("line\none\u{7}", Some("line one")),
            ("สมชาย ใจดี", None),
            ("", None),
        ] {
            assert_eq!(sentence(text).as_deref(), kept, "{text}");
        }
        assert_eq!(sentence(&"word ".repeat(100)).unwrap().len(), SENTENCE_CHARS_MAX);
        assert_eq!(printable("a b\u{1b}[2J"), "ab[2J");
    }
}
