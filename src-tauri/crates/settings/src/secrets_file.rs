//! `secrets.enc`: the shop's keys under a passphrase, for machines without a keychain.
//!
//! Layout: a version line, Argon2id cost (memory in KiB, passes, lanes as little-endian u32), 16 bytes of salt,
//! 24 bytes of nonce, then XChaCha20-Poly1305 over lines `NAME=value`. Everything before the ciphertext is
//! authenticated with it. Salt and nonce are new at every write.
//!
//! The passphrase is the caller's business: it is asked for every time and never kept here.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::error::SettingsError;
use crate::replace::{lock_beside, replace_file};
use crate::secret::{Secret, SecretName};

pub const SECRETS_FILE: &str = "secrets.enc";

const VERSION_LINE: &[u8] = b"keptang-secrets 1\n";
const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 24;

/// Argon2id cost. RFC 9106 section 4, second recommendation (64 MiB, 3 passes), with one lane: a till has few cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

const COST: Cost = Cost {
    memory_kib: 65_536,
    passes: 3,
    lanes: 1,
};
/// A damaged or forged header must not make the till allocate or compute without end.
const COST_MAX: Cost = Cost {
    memory_kib: 1_048_576,
    passes: 16,
    lanes: 16,
};

/// The encrypted file in a data directory.
#[derive(Debug, Clone)]
pub struct SecretsFile {
    path: PathBuf,
}

impl SecretsFile {
    #[must_use]
    pub fn in_dir(data_dir: &Path) -> Self {
        Self {
            path: data_dir.join(SECRETS_FILE),
        }
    }

    #[must_use]
    pub fn exists(&self) -> bool {
        self.path.exists()
    }

    /// All secrets in the file; none when there is no file.
    ///
    /// # Errors
    /// Unreadable, damaged, or not opened by this passphrase.
    pub fn open(&self, passphrase: &Secret) -> Result<BTreeMap<SecretName, Secret>, SettingsError> {
        match fs::read(&self.path) {
            Ok(bytes) => decrypt(&bytes, passphrase),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(self.access("read", &error)),
        }
    }

    /// Names of the secrets in the file.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn names(&self, passphrase: &Secret) -> Result<Vec<SecretName>, SettingsError> {
        Ok(self.open(passphrase)?.into_keys().collect())
    }

    /// Stores one secret; the first one makes the file, with this passphrase.
    ///
    /// # Errors
    /// As [`Self::open`]; also when the value cannot be a key, or the file cannot be written.
    pub fn set(&self, name: SecretName, value: &Secret, passphrase: &Secret) -> Result<(), SettingsError> {
        let value = name.usable(value)?;
        self.change(passphrase, |secrets| {
            secrets.insert(name, value);
        })
    }

    /// Removes one secret; one that is not there is no error.
    ///
    /// # Errors
    /// As [`Self::open`]; also when the file cannot be written.
    pub fn remove(&self, name: SecretName, passphrase: &Secret) -> Result<(), SettingsError> {
        self.change(passphrase, |secrets| {
            secrets.remove(&name);
        })
    }

    fn change(
        &self,
        passphrase: &Secret,
        edit: impl FnOnce(&mut BTreeMap<SecretName, Secret>),
    ) -> Result<(), SettingsError> {
        if passphrase.expose().is_empty() {
            return Err(SettingsError::PassphraseMissing);
        }
        let lock = lock_beside(&self.path).map_err(|error| self.access("locked", &error))?;
        let mut secrets = self.open(passphrase)?;
        edit(&mut secrets);
        let bytes = encrypt(&secrets, passphrase, COST)?;
        let written = replace_file(&self.path, &bytes, None).map_err(|error| self.access("written", &error));
        drop(lock);
        written
    }

    fn access(&self, act: &'static str, error: &io::Error) -> SettingsError {
        SettingsError::SecretsFileAccess {
            path: self.path.clone(),
            act,
            reason: error.kind(),
        }
    }
}

fn encrypt(
    secrets: &BTreeMap<SecretName, Secret>,
    passphrase: &Secret,
    cost: Cost,
) -> Result<Vec<u8>, SettingsError> {
    let mut random = [0_u8; SALT_BYTES + NONCE_BYTES];
    getrandom::fill(&mut random).map_err(|_| SettingsError::NoRandomness)?;
    let (salt, nonce) = random.split_at(SALT_BYTES);

    let mut bytes = VERSION_LINE.to_vec();
    for number in [cost.memory_kib, cost.passes, cost.lanes] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(random);

    let mut plain = Zeroizing::new(String::new());
    for (name, secret) in secrets {
        for part in [name.variable(), "=", secret.expose(), "\n"] {
            plain.push_str(part);
        }
    }
    let payload = Payload {
        msg: plain.as_bytes(),
        aad: &bytes,
    };
    let sealed = cipher(passphrase, salt, cost)?
        .encrypt(XNonce::from_slice(nonce), payload)
        .expect("a few kilobytes are far below the cipher's limit");
    bytes.extend(sealed);
    Ok(bytes)
}

fn decrypt(bytes: &[u8], passphrase: &Secret) -> Result<BTreeMap<SecretName, Secret>, SettingsError> {
    const HEADER_BYTES: usize = VERSION_LINE.len() + 12 + SALT_BYTES + NONCE_BYTES;
    let damaged = SettingsError::SecretsDamaged;
    let (header, sealed) = bytes.split_at_checked(HEADER_BYTES).ok_or(damaged.clone())?;
    let rest = header.strip_prefix(VERSION_LINE).ok_or(damaged.clone())?;
    let (numbers, rest) = rest.split_at(12);
    let (salt, nonce) = rest.split_at(SALT_BYTES);
    let number = |at: usize| {
        let four = numbers.get(at..at + 4).and_then(|four| four.try_into().ok());
        u32::from_le_bytes(four.expect("twelve bytes were split off above"))
    };
    let cost = Cost {
        memory_kib: number(0),
        passes: number(4),
        lanes: number(8),
    };
    if cost.memory_kib > COST_MAX.memory_kib || cost.passes > COST_MAX.passes || cost.lanes > COST_MAX.lanes {
        return Err(damaged);
    }
    let payload = Payload {
        msg: sealed,
        aad: header,
    };
    let plain = cipher(passphrase, salt, cost)?
        .decrypt(XNonce::from_slice(nonce), payload)
        .map(Zeroizing::new)
        .map_err(|_| SettingsError::SecretsNotOpened)?;

    let text = std::str::from_utf8(&plain).map_err(|_| damaged.clone())?;
    let mut secrets = BTreeMap::new();
    for line in text.lines() {
        let (variable, value) = line.split_once('=').ok_or(damaged.clone())?;
        // A name of a later version is none of ours.
        if let Some(name) = SecretName::from_variable(variable) {
            secrets.insert(name, Secret::new(value));
        }
    }
    Ok(secrets)
}

fn cipher(passphrase: &Secret, salt: &[u8], cost: Cost) -> Result<XChaCha20Poly1305, SettingsError> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
        .map_err(|_| SettingsError::SecretsDamaged)?;
    let mut key = Zeroizing::new([0_u8; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.expose().as_bytes(), salt, key.as_mut_slice())
        .map_err(|_| SettingsError::SecretsDamaged)?;
    Ok(XChaCha20Poly1305::new(key.as_slice().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANARY: &str = "skey_test_canary0815";

    fn place() -> (tempfile::TempDir, SecretsFile, Secret) {
        let dir = tempfile::tempdir().unwrap();
        let file = SecretsFile::in_dir(dir.path());
        (dir, file, Secret::new("ข้าวมันไก่ 2 จาน"))
    }

    #[test]
    fn set_list_open_remove() {
        let (dir, file, passphrase) = place();
        assert!(file.names(&passphrase).unwrap().is_empty(), "no file is no error");
        file.set(
            SecretName::OmiseSecretKey,
            &Secret::new(format!(" {CANARY}\n")),
            &passphrase,
        )
        .unwrap();
        file.set(SecretName::EasySlipApiKey, &Secret::new("a=b=c"), &passphrase)
            .unwrap();
        assert_eq!(
            file.names(&passphrase).unwrap(),
            [SecretName::OmiseSecretKey, SecretName::EasySlipApiKey]
        );
        let opened = file.open(&passphrase).unwrap();
        assert_eq!(
            opened[&SecretName::OmiseSecretKey].expose(),
            CANARY,
            "pasted blanks are cut off"
        );
        assert_eq!(opened[&SecretName::EasySlipApiKey].expose(), "a=b=c");
        assert!(!format!("{opened:?} {file:?}").contains("canary"));

        file.remove(SecretName::OmiseSecretKey, &passphrase).unwrap();
        file.remove(SecretName::OmiseSecretKey, &passphrase).unwrap();
        assert_eq!(file.names(&passphrase).unwrap(), [SecretName::EasySlipApiKey]);
        assert!(!dir.path().join("secrets.enc.new").exists());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(dir.path().join(SECRETS_FILE))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn nothing_readable_is_on_disk_and_every_write_differs() {
        let (dir, file, passphrase) = place();
        let read = || fs::read(dir.path().join(SECRETS_FILE)).unwrap();
        file.set(SecretName::OmiseSecretKey, &Secret::new(CANARY), &passphrase)
            .unwrap();
        let first = read();
        assert!(
            !first
                .windows(6)
                .any(|window| window == b"canary" || window == b"SECRET")
        );
        file.set(SecretName::OmiseSecretKey, &Secret::new(CANARY), &passphrase)
            .unwrap();
        assert_ne!(
            first.get(30..70),
            read().get(30..70),
            "salt and nonce are used once"
        );
    }

    #[test]
    fn wrong_passphrase_and_unusable_values_are_refused() {
        let (_dir, file, passphrase) = place();
        file.set(SecretName::OmiseSecretKey, &Secret::new(CANARY), &passphrase)
            .unwrap();
        let wrong = Secret::new("wrong");
        assert_eq!(file.open(&wrong).unwrap_err(), SettingsError::SecretsNotOpened);
        let other = file.set(SecretName::EasySlipApiKey, &Secret::new("x"), &wrong);
        assert_eq!(
            other,
            Err(SettingsError::SecretsNotOpened),
            "a second passphrase cannot take over the file"
        );
        let empty = file.set(SecretName::EasySlipApiKey, &Secret::new("x"), &Secret::new(""));
        assert_eq!(empty, Err(SettingsError::PassphraseMissing));
        for value in ["", "  ", "a\nb", "a\u{0}b"] {
            let error = file
                .set(SecretName::EasySlipApiKey, &Secret::new(value), &passphrase)
                .unwrap_err();
            assert_eq!(
                error,
                SettingsError::SecretUnusable {
                    name: SecretName::EasySlipApiKey
                }
            );
        }
        assert_eq!(file.names(&passphrase).unwrap(), [SecretName::OmiseSecretKey]);
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let cheap = Cost {
            memory_kib: 8,
            passes: 1,
            lanes: 1,
        };
        let passphrase = Secret::new("p");
        let secrets = BTreeMap::from([(SecretName::OmiseSecretKey, Secret::new(CANARY))]);
        let good = encrypt(&secrets, &passphrase, cheap).unwrap();
        assert_eq!(decrypt(&good, &passphrase).unwrap().len(), 1);
        for at in 0..good.len() {
            let mut bad = good.clone();
            // The lowest bit of the cost numbers keeps the test quick; the tag covers them all the same.
            bad[at] ^= 1;
            let error = decrypt(&bad, &passphrase).unwrap_err();
            assert!(
                matches!(
                    error,
                    SettingsError::SecretsDamaged | SettingsError::SecretsNotOpened
                ),
                "{at}"
            );
            assert!(
                decrypt(good.get(..at).unwrap(), &passphrase).is_err(),
                "cut at {at}"
            );
        }
        let mut greedy = good;
        greedy[VERSION_LINE.len() + 3] = 0xff;
        assert_eq!(
            decrypt(&greedy, &passphrase).unwrap_err(),
            SettingsError::SecretsDamaged
        );
    }
}
