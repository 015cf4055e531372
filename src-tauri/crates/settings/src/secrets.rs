//! The secrets at hand: environment first, then the encrypted file.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::SettingsError;
use crate::secret::{SECRET_PREFIX, Secret, SecretName};
use crate::secrets_file::SecretsFile;

/// All secrets found, by name. A locked file is no error by itself: many commands need no secret, and what was
/// given through the environment still works.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    found: BTreeMap<SecretName, Secret>,
    locked: bool,
}

impl Secrets {
    /// Gathers secrets from `KEPTANG_SECRET__…` pairs, then from `secrets.enc` in `data_dir` when `passphrase`
    /// (`KEPTANG_PASSPHRASE` or a prompt) is given. Other pairs of the environment are passed over.
    ///
    /// # Errors
    /// An unknown or unusable secret, a damaged file, a wrong passphrase.
    pub fn load(
        environment: impl IntoIterator<Item = (String, String)>,
        data_dir: &Path,
        passphrase: Option<&Secret>,
    ) -> Result<Self, SettingsError> {
        let file = SecretsFile::in_dir(data_dir);
        let (mut found, locked) = match passphrase {
            Some(passphrase) => (file.open(passphrase)?, false),
            None => (BTreeMap::new(), file.exists()),
        };
        for (variable, value) in environment {
            if !variable.starts_with(SECRET_PREFIX) {
                continue;
            }
            let Some(name) = SecretName::from_variable(&variable) else {
                return Err(SettingsError::UnknownSecret {
                    nearest: SecretName::nearest(&variable),
                    variable,
                });
            };
            let value = value.trim();
            if value.chars().any(char::is_control) {
                return Err(SettingsError::SecretUnusable { name });
            }
            if !value.is_empty() {
                found.insert(name, Secret::new(value));
            }
        }
        Ok(Self { found, locked })
    }

    /// Secrets from elsewhere, such as the simulator's own in training mode.
    #[must_use]
    pub fn from_pairs(pairs: impl IntoIterator<Item = (SecretName, Secret)>) -> Self {
        Self {
            found: pairs.into_iter().collect(),
            locked: false,
        }
    }

    #[must_use]
    pub fn get(&self, name: SecretName) -> Option<&Secret> {
        self.found.get(&name)
    }

    #[must_use]
    pub fn has_all(&self, names: &[SecretName]) -> bool {
        names.iter().all(|name| self.found.contains_key(name))
    }

    /// Names of the secrets at hand.
    pub fn names(&self) -> impl Iterator<Item = SecretName> {
        self.found.keys().copied()
    }

    /// There is an encrypted file and no passphrase was given, so some secrets may be missing for that reason.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.locked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn the_environment_goes_before_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = SecretsFile::in_dir(dir.path());
        let passphrase = Secret::new("p");
        file.set(SecretName::OmiseSecretKey, &Secret::new("from file"), &passphrase)
            .unwrap();
        file.set(SecretName::OmisePublicKey, &Secret::new("from file"), &passphrase)
            .unwrap();

        let environment = || {
            [
                pair("KEPTANG_SECRET__OMISE_TRUEMONEY__SECRET_KEY", " canary-env "),
                pair("KEPTANG_SECRET__OMISE_TRUEMONEY__PUBLIC_KEY", ""),
                pair("KEPTANG__SHOP__NAME", "x"),
                pair("PATH", "/bin"),
            ]
        };
        let secrets = Secrets::load(environment(), dir.path(), Some(&passphrase)).unwrap();
        assert_eq!(
            secrets.get(SecretName::OmiseSecretKey).unwrap().expose(),
            "canary-env"
        );
        assert_eq!(
            secrets.get(SecretName::OmisePublicKey).unwrap().expose(),
            "from file"
        );
        assert!(!secrets.is_locked());
        assert!(!format!("{secrets:?}").contains("canary"));

        let locked = Secrets::load(environment(), dir.path(), None).unwrap();
        assert!(locked.is_locked());
        assert_eq!(locked.names().collect::<Vec<_>>(), [SecretName::OmiseSecretKey]);
        let wrong = Secrets::load(environment(), dir.path(), Some(&Secret::new("q")));
        assert_eq!(wrong.unwrap_err(), SettingsError::SecretsNotOpened);
    }

    #[test]
    fn unknown_or_broken_variables_are_named_without_their_value() {
        let dir = tempfile::tempdir().unwrap();
        for (variable, nearest) in [
            (
                "KEPTANG_SECRET__OMISE_TRUEMONEY__SECRETKEY",
                SecretName::OmiseSecretKey,
            ),
            (
                "KEPTANG_SECRET__OMISE__WEBHOOK_SECRET",
                SecretName::OmiseWebhookSecret,
            ),
            ("KEPTANG_SECRET_EASYSLIP_API_KEY", SecretName::EasySlipApiKey),
        ] {
            let error = Secrets::load([pair(variable, "canary")], dir.path(), None).unwrap_err();
            assert_eq!(
                error,
                SettingsError::UnknownSecret {
                    variable: variable.to_owned(),
                    nearest
                }
            );
            assert!(error.to_string().contains(nearest.variable()));
            assert!(error.th().contains(nearest.variable()));
            assert!(!format!("{error} {error:?} {}", error.th()).contains("canary"));
        }
        let broken = pair("KEPTANG_SECRET__EASYSLIP__API_KEY", "canary\ncanary");
        let error = Secrets::load([broken], dir.path(), None).unwrap_err();
        assert_eq!(
            error,
            SettingsError::SecretUnusable {
                name: SecretName::EasySlipApiKey
            }
        );
    }
}
