//! A secret that does not print, and the closed list of secrets there are (cli.md, Settings).

use std::fmt;

use zeroize::Zeroizing;

use crate::error::SettingsError;

/// A key, token or passphrase. Only [`Secret::expose`] gives the text; the memory is wiped when it is dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Every secret the till knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SecretName {
    DepositGatewayToken,
    DepositGatewayApiKey,
    DepositGatewaySecretKey,
    JwtGatewayApiKey,
    OmiseSecretKey,
    OmisePublicKey,
    OmiseWebhookSecret,
    Crypto2328ApiKey,
    EasySlipApiKey,
    /// For copies that are made by themselves; those a person makes ask for one.
    BackupPassphrase,
}

/// What the names of environment variables that hold secrets begin with.
pub(crate) const SECRET_PREFIX: &str = "KEPTANG_SECRET";

impl SecretName {
    pub const ALL: [Self; 10] = [
        Self::DepositGatewayToken,
        Self::DepositGatewayApiKey,
        Self::DepositGatewaySecretKey,
        Self::JwtGatewayApiKey,
        Self::OmiseSecretKey,
        Self::OmisePublicKey,
        Self::OmiseWebhookSecret,
        Self::Crypto2328ApiKey,
        Self::EasySlipApiKey,
        Self::BackupPassphrase,
    ];

    /// The environment variable that holds it; also its name in the encrypted file.
    #[must_use]
    pub const fn variable(self) -> &'static str {
        match self {
            Self::DepositGatewayToken => "KEPTANG_SECRET__DEPOSIT_GATEWAY__TOKEN",
            Self::DepositGatewayApiKey => "KEPTANG_SECRET__DEPOSIT_GATEWAY__API_KEY",
            Self::DepositGatewaySecretKey => "KEPTANG_SECRET__DEPOSIT_GATEWAY__SECRET_KEY",
            Self::JwtGatewayApiKey => "KEPTANG_SECRET__JWT_GATEWAY__API_KEY",
            Self::OmiseSecretKey => "KEPTANG_SECRET__OMISE_TRUEMONEY__SECRET_KEY",
            Self::OmisePublicKey => "KEPTANG_SECRET__OMISE_TRUEMONEY__PUBLIC_KEY",
            Self::OmiseWebhookSecret => "KEPTANG_SECRET__OMISE_TRUEMONEY__WEBHOOK_SECRET",
            Self::Crypto2328ApiKey => "KEPTANG_SECRET__CRYPTO_2328__API_KEY",
            Self::EasySlipApiKey => "KEPTANG_SECRET__EASYSLIP__API_KEY",
            Self::BackupPassphrase => "KEPTANG_SECRET__BACKUP__PASSPHRASE",
        }
    }

    /// The secret with exactly this variable name.
    #[must_use]
    pub fn from_variable(variable: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.variable() == variable)
    }

    /// `value` without the blanks that pasting adds.
    ///
    /// # Errors
    /// When it is empty or holds what no key has.
    pub(crate) fn usable(self, value: &Secret) -> Result<Secret, SettingsError> {
        let value = value.expose().trim();
        if value.is_empty() || value.chars().any(char::is_control) {
            return Err(SettingsError::SecretUnusable { name: self });
        }
        Ok(Secret::new(value))
    }

    /// The secret whose variable name is most like `variable`.
    pub(crate) fn nearest(variable: &str) -> Self {
        let distance = |name: &Self| strsim::damerau_levenshtein(name.variable(), variable);
        Self::ALL
            .into_iter()
            .min_by_key(distance)
            .expect("the list is not empty")
    }

    /// The secret someone meant who wrote `path` (`providers.omise_truemoney.secret_key`) into the settings.
    pub(crate) fn meant_by(path: &str) -> Option<Self> {
        let mut parts = path.rsplit('.');
        let (key, section) = (
            parts.next()?.to_ascii_uppercase(),
            parts.next()?.to_ascii_uppercase(),
        );
        let score = |name: &Self| {
            let (own_section, own_key) = name.parts();
            let by_section = strsim::jaro_winkler(own_section, &section);
            (by_section > 0.8).then(|| (by_section, strsim::jaro_winkler(own_key, &key)))
        };
        let scored = Self::ALL
            .into_iter()
            .filter_map(|name| Some((score(&name)?, name)));
        scored
            .max_by(|(a, _), (b, _)| a.partial_cmp(b).expect("similarities are numbers"))
            .map(|(_, name)| name)
    }

    /// Section and key as in the variable name.
    fn parts(self) -> (&'static str, &'static str) {
        let mut parts = self.variable().split("__").skip(1);
        parts
            .next()
            .zip(parts.next())
            .expect("every name has a section and a key")
    }
}

/// Whether a settings key of this name would hold a secret.
pub(crate) fn looks_secret(key: &str) -> bool {
    const EXACT: [&str; 6] = ["token", "api_key", "apikey", "public_key", "private_key", "pin"];
    const PARTS: [&str; 5] = ["secret", "password", "passphrase", "api_key", "_token"];
    let key = key.to_ascii_lowercase().replace('-', "_");
    EXACT.contains(&key.as_str()) || PARTS.iter().any(|part| key.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_nothing() {
        let secret = Secret::new("canary-4711");
        assert_eq!(
            format!("{secret} {secret:?} {:?}", Some(&secret)),
            "[secret] [secret] Some([secret])"
        );
        assert_eq!(secret.expose(), "canary-4711");
    }

    #[test]
    fn variables_are_unique_and_read_back() {
        for name in SecretName::ALL {
            assert_eq!(SecretName::from_variable(name.variable()), Some(name));
            assert!(name.variable().starts_with("KEPTANG_SECRET__"));
        }
        assert_eq!(
            SecretName::from_variable("KEPTANG_SECRET__EASYSLIP__API_KEY "),
            None
        );
    }

    #[test]
    fn misplaced_keys_are_recognised() {
        let cases = [
            (
                "providers.omise_truemoney.secret_key",
                Some(SecretName::OmiseSecretKey),
            ),
            (
                "providers.omise_truemoney.webhook_secret",
                Some(SecretName::OmiseWebhookSecret),
            ),
            ("providers.omise.public_key", Some(SecretName::OmisePublicKey)),
            (
                "providers.deposit_gateway.token",
                Some(SecretName::DepositGatewayToken),
            ),
            ("slips.easyslip.api_key", Some(SecretName::EasySlipApiKey)),
            ("backup.passphrase", Some(SecretName::BackupPassphrase)),
            ("ledger.password", None),
            ("secret_key", None),
        ];
        for (path, expected) in cases {
            assert_eq!(SecretName::meant_by(path), expected, "{path}");
            assert!(looks_secret(path.rsplit('.').next().unwrap()));
        }
        for ordinary in [
            "base_url",
            "payer_name",
            "coins",
            "promptpay_id",
            "key",
            "printer",
        ] {
            assert!(!looks_secret(ordinary), "{ordinary}");
        }
    }
}
