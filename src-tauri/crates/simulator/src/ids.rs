//! Where identifiers come from: the system's random source, or a plain sequence for repeatable tests.

const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const TOKEN_CHARS: usize = 19;

/// The source of the random part of every id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// Unguessable and unique across restarts.
    Random,
    /// `…0000001`, `…0000002`; the position is kept with the saved state.
    Sequence,
}

impl Ids {
    /// 19 characters of base 36, the length seen in the Omise page. `issued` counts all tokens so far.
    pub(crate) fn token(self, issued: &mut u64) -> String {
        *issued += 1;
        match self {
            Self::Random => {
                let mut bytes = [0_u8; TOKEN_CHARS];
                getrandom::fill(&mut bytes).expect("the system's random source works");
                bytes
                    .iter()
                    .map(|byte| char::from(ALPHABET[usize::from(*byte) % 36]))
                    .collect()
            }
            Self::Sequence => format!("{issued:019}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_the_given_length_and_do_not_repeat() {
        let mut issued = 0;
        let tokens: std::collections::BTreeSet<_> =
            (0..200).map(|_| Ids::Random.token(&mut issued)).collect();
        assert_eq!(tokens.len(), 200);
        assert!(tokens.iter().all(|token| token.len() == TOKEN_CHARS));
        assert_eq!(Ids::Sequence.token(&mut issued), "0000000000000000201");
    }
}
