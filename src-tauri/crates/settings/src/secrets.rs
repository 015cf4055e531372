//! The secrets at hand: environment first, then the keychain, then the encrypted file. And where a new one goes: into
//! the keychain where one is usable, else into the file.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::SettingsError;
use crate::keychain::{Keychain, KeychainNames};
use crate::replace::lock_beside;
use crate::secret::{SECRET_PREFIX, Secret, SecretName};
use crate::secrets_file::SecretsFile;

/// Where a secret lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretPlace {
    Environment,
    Keychain,
    EncryptedFile,
}

/// All secrets found, by name. A locked file or keychain is no error by itself: many commands need no secret, and what
/// was given through the environment still works.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    found: BTreeMap<SecretName, (SecretPlace, Secret)>,
    locked: bool,
    keychain_unreadable: bool,
}

impl Secrets {
    /// Gathers secrets from `KEPTANG_SECRET__…` pairs, then from the keychain where this data directory put some
    /// there, then from `secrets.enc` in `data_dir` when `passphrase` (`KEPTANG_PASSPHRASE` or a prompt) is given.
    /// Other pairs of the environment are passed over. Waits for a keychain two seconds at most.
    ///
    /// # Errors
    /// An unknown or unusable secret, a damaged file, a wrong passphrase.
    pub fn load(
        environment: impl IntoIterator<Item = (String, String)>,
        data_dir: &Path,
        passphrase: Option<&Secret>,
        keychain: &Keychain,
    ) -> Result<Self, SettingsError> {
        let file = SecretsFile::in_dir(data_dir);
        let (in_file, locked) = match passphrase {
            Some(passphrase) => (file.open(passphrase)?, false),
            None => (BTreeMap::new(), file.exists()),
        };
        let (in_keychain, keychain_unreadable) = match from_keychain(data_dir, keychain)? {
            Some(found) => (found, false),
            None => (BTreeMap::new(), true),
        };
        let mut found = BTreeMap::new();
        for (place, secrets) in [
            (SecretPlace::EncryptedFile, in_file),
            (SecretPlace::Keychain, in_keychain),
            (SecretPlace::Environment, from_environment(environment)?),
        ] {
            found.extend(secrets.into_iter().map(|(name, secret)| (name, (place, secret))));
        }
        Ok(Self {
            found,
            locked,
            keychain_unreadable,
        })
    }

    /// Secrets from elsewhere, such as the simulator's own in training mode.
    #[must_use]
    pub fn from_pairs(pairs: impl IntoIterator<Item = (SecretName, Secret)>) -> Self {
        let given = |(name, secret)| (name, (SecretPlace::Environment, secret));
        Self {
            found: pairs.into_iter().map(given).collect(),
            ..Self::default()
        }
    }

    #[must_use]
    pub fn get(&self, name: SecretName) -> Option<&Secret> {
        self.found.get(&name).map(|(_, secret)| secret)
    }

    /// Where the secret that counts was found.
    #[must_use]
    pub fn place(&self, name: SecretName) -> Option<SecretPlace> {
        self.found.get(&name).map(|(place, _)| *place)
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

    /// Some secrets lie in a keychain that is locked, gone or did not answer in time, and are missing for that reason.
    #[must_use]
    pub fn is_keychain_unreadable(&self) -> bool {
        self.keychain_unreadable
    }
}

/// Keeps one secret: in the keychain where one is usable, else in the encrypted file under `passphrase`. A till that is
/// running goes on with the ones it has.
///
/// # Errors
/// [`SettingsError::PassphraseMissing`] when there is no usable keychain and no passphrase; a value that cannot be a
/// key; a file that cannot be opened or written.
pub fn store_secret(
    data_dir: &Path,
    name: SecretName,
    value: &Secret,
    keychain: &Keychain,
    passphrase: Option<&Secret>,
) -> Result<SecretPlace, SettingsError> {
    let value = name.usable(value)?;
    let (path, file) = (KeychainNames::path(data_dir), SecretsFile::in_dir(data_dir));
    let lock = lock_beside(&path).map_err(|error| SettingsError::FileNotWritten {
        path,
        reason: error.kind(),
    })?;
    let mut names = KeychainNames::read(data_dir)?.named()?;
    let (service, kept) = (names.service(), value.clone());
    let in_keychain = keychain
        .write(move |store| store.set(&service, name.variable(), &kept))
        .is_ok();
    if in_keychain {
        names.add(name.variable(), data_dir)?;
        // An older one must not come back when the keychain is locked one day.
        if let Some(passphrase) = passphrase.filter(|_| file.exists()) {
            file.remove(name, passphrase)?;
        }
        return Ok(SecretPlace::Keychain);
    }
    file.set(name, &value, passphrase.ok_or(SettingsError::PassphraseMissing)?)?;
    // Else the older one in the keychain would go before it, once it can be read again.
    names.remove(name.variable(), data_dir)?;
    drop(lock);
    Ok(SecretPlace::EncryptedFile)
}

/// Forgets one secret, wherever it lies; one that is nowhere is no error.
///
/// # Errors
/// [`SettingsError::PassphraseMissing`] when there is an encrypted file and no passphrase; as [`store_secret`].
pub fn remove_secret(
    data_dir: &Path,
    name: SecretName,
    keychain: &Keychain,
    passphrase: Option<&Secret>,
) -> Result<(), SettingsError> {
    let (path, file) = (KeychainNames::path(data_dir), SecretsFile::in_dir(data_dir));
    if file.exists() {
        file.remove(name, passphrase.ok_or(SettingsError::PassphraseMissing)?)?;
    }
    let lock = lock_beside(&path).map_err(|error| SettingsError::FileNotWritten {
        path,
        reason: error.kind(),
    })?;
    let mut names = KeychainNames::read(data_dir)?;
    if names.has(name.variable()) {
        let service = names.service();
        keychain
            .write(move |store| store.remove(&service, name.variable()))
            .map_err(|_| SettingsError::KeychainUnreadable)?;
        names.remove(name.variable(), data_dir)?;
    }
    drop(lock);
    Ok(())
}

/// `None` when there should be some and the keychain does not give them.
fn from_keychain(
    data_dir: &Path,
    keychain: &Keychain,
) -> Result<Option<BTreeMap<SecretName, Secret>>, SettingsError> {
    let kept = KeychainNames::read(data_dir)?;
    let names: Vec<_> = SecretName::ALL
        .into_iter()
        .filter(|name| kept.has(name.variable()))
        .collect();
    if names.is_empty() {
        return Ok(Some(BTreeMap::new()));
    }
    let (service, wanted) = (kept.service(), names.len());
    let found = keychain.read(move |store| {
        let mut found = BTreeMap::new();
        for name in names {
            if let Some(secret) = store.get(&service, name.variable())? {
                found.insert(name, secret);
            }
        }
        Ok(found)
    });
    Ok(found.ok().filter(|found| found.len() == wanted))
}

fn from_environment(
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<BTreeMap<SecretName, Secret>, SettingsError> {
    let mut found = BTreeMap::new();
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
    Ok(found)
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
        let secrets = Secrets::load(environment(), dir.path(), Some(&passphrase), &Keychain::none()).unwrap();
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

        let locked = Secrets::load(environment(), dir.path(), None, &Keychain::none()).unwrap();
        assert!(locked.is_locked());
        assert_eq!(locked.names().collect::<Vec<_>>(), [SecretName::OmiseSecretKey]);
        let wrong = Secrets::load(
            environment(),
            dir.path(),
            Some(&Secret::new("q")),
            &Keychain::none(),
        );
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
            let error =
                Secrets::load([pair(variable, "canary")], dir.path(), None, &Keychain::none()).unwrap_err();
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
        let error = Secrets::load([broken], dir.path(), None, &Keychain::none()).unwrap_err();
        assert_eq!(
            error,
            SettingsError::SecretUnusable {
                name: SecretName::EasySlipApiKey
            }
        );
    }
}
