//! Amounts in Thai words.
