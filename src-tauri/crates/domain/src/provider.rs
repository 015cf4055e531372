//! The closed lists of methods, providers and sources of knowledge (product.md §1).

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
        }

        impl $name {
            /// Every value, in the order of product.md.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable word used in ledger rows, settings, command line and data types.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::provider::UnknownWord;

            fn from_str(text: &str) -> Result<Self, crate::provider::UnknownWord> {
                Self::ALL.iter().copied().find(|value| value.word() == text).ok_or(crate::provider::UnknownWord)
            }
        }
    };
}
pub(crate) use words;

/// The word is not on the closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the word is not on the list of known words")]
pub struct UnknownWord;

words! {
    /// What the cashier picks.
    Method {
        /// Thai bank QR.
        PromptPay = "promptpay",
        /// TrueMoney wallet QR.
        TrueMoney = "truemoney",
        /// A digital asset.
        Crypto = "crypto",
        /// Notes and coins.
        Cash = "cash",
    }
}

words! {
    /// Who serves a method.
    ProviderId {
        /// The shop's own PromptPay ID; we make the QR, nobody can be asked.
        PromptPayDirect = "promptpay_direct",
        /// The "create_deposit" gateway.
        DepositGateway = "deposit_gateway",
        /// The gateway that signs with JWT.
        JwtGateway = "jwt_gateway",
        /// TrueMoney QR through Omise.
        OmiseTrueMoney = "omise_truemoney",
        /// Crypto through 2328.io.
        Crypto2328 = "crypto_2328",
        /// The cash drawer.
        Cash = "cash",
    }
}

impl ProviderId {
    /// The method this provider serves.
    pub const fn method(self) -> Method {
        match self {
            Self::PromptPayDirect | Self::DepositGateway | Self::JwtGateway => Method::PromptPay,
            Self::OmiseTrueMoney => Method::TrueMoney,
            Self::Crypto2328 => Method::Crypto,
            Self::Cash => Method::Cash,
        }
    }
}

words! {
    /// How the till can learn what became of an attempt.
    Tracking {
        /// The provider can be asked.
        Poll = "poll",
        /// The provider calls us.
        Callback = "callback",
        /// The provider can be asked to call again.
        Resend = "resend",
        /// A transfer slip.
        Slip = "slip",
        /// A permitted person's word.
        Person = "person",
    }
}
