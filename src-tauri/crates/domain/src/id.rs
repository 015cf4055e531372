//! Identifiers. They are minted by the till and stored before any provider hears of them, so that an unknown
//! outcome can always be looked up by a name we already have (product.md §2.2).

use std::fmt;
use std::str::FromStr;

/// The text is not an identifier of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 32 hexadecimal digits, with or without hyphens")]
pub struct ParseIdError;

fn parse_hyphenated(text: &str) -> Result<u128, ParseIdError> {
    let digits: String = match text.len() {
        32 => text.to_owned(),
        36 => {
            let hyphens_in_place = text
                .char_indices()
                .all(|(at, c)| (c == '-') == matches!(at, 8 | 13 | 18 | 23));
            if !hyphens_in_place {
                return Err(ParseIdError);
            }
            text.replace('-', "")
        }
        _ => return Err(ParseIdError),
    };
    // `from_str_radix` would take a leading `+`.
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(ParseIdError);
    }
    u128::from_str_radix(&digits, 16).map_err(|_| ParseIdError)
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(u128);

        impl $name {
            /// Wraps 128 bits minted by the caller (UUID version 7, so that ids sort by time).
            pub const fn from_bits(bits: u128) -> Self {
                Self(bits)
            }

            /// The 128 bits.
            pub const fn bits(self) -> u128 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let hex = format!("{:032x}", self.0);
                write!(f, "{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                parse_hyphenated(text).map(Self)
            }
        }
    };
}

identifier! {
    /// One transfer slip that was shown.
    SlipId
}

identifier! {
    /// One sale at the counter.
    OrderId
}
identifier! {
    /// One try to collect an order through one provider. Its text is the reference sent to the provider: 36
    /// characters of `[0-9a-f-]`, which every provider page allows and which holds no `:`.
    AttemptId
}
identifier! {
    /// One refund, void or recorded return by transfer.
    RefundId
}

/// The unguessable part of an attempt's callback address: 128 random bits (cli.md, callback addresses).
/// Whoever holds it can speak for a provider that signs nothing, so it is never printed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallbackToken(u128);

impl CallbackToken {
    /// Wraps 128 random bits.
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// The token as it stands in the callback address: 32 lower-case hexadecimal digits.
    pub fn expose(self) -> String {
        format!("{:032x}", self.0)
    }

    /// Reads a token out of an address; anything but 32 hexadecimal digits is none.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 32)
            .then(|| parse_hyphenated(text).ok().map(Self))
            .flatten()
    }
}

impl fmt::Debug for CallbackToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallbackToken([secret])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips_and_refuses_look_alikes() {
        let id = OrderId::from_bits(0x0192_aaaa_bbbb_7ccc_8ddd_eeee_ffff_0000);
        assert_eq!(id.to_string(), "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0000");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("0192aaaabbbb7ccc8dddeeeeffff0000".parse(), Ok(id));
        for bad in [
            "",
            "0192aaaa",
            "0192aaaa_bbbb-7ccc-8ddd-eeeeffff0000",
            "+192aaaabbbb7ccc8dddeeeeffff0000",
        ] {
            assert_eq!(bad.parse::<OrderId>(), Err(ParseIdError), "{bad}");
        }
    }

    #[test]
    fn a_token_is_never_printed() {
        let token = CallbackToken::from_bits(7);
        assert_eq!(format!("{token:?}"), "CallbackToken([secret])");
        assert_eq!(CallbackToken::parse(&token.expose()), Some(token));
        assert_eq!(CallbackToken::parse("7"), None);
    }
}
