//! The operating system's keychain: the first place for secrets, where there is one (product.md §5).
//!
//! A keychain may be missing, locked, or waiting for a person to answer a question on another screen. So each visit
//! happens in a thread of its own with a time limit, and one that takes longer counts as no keychain: the till starts
//! without it and says which secrets are missing.
//!
//! What lies there is remembered in `keychain.names`, by name and never by value. A data directory that never stored
//! anything in a keychain does not ask one, and one whose keychain is locked can tell that from an empty one. The
//! random id in that file keeps two tills of one person apart, and goes along when the directory is moved.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use crate::error::SettingsError;
use crate::keychain_system::SystemKeychain;
use crate::replace::replace_file;
use crate::secret::Secret;

/// The names of what a data directory has in the keychain.
pub const KEYCHAIN_NAMES_FILE: &str = "keychain.names";
/// Set to `off`, keeps the till from the operating system's keychain.
pub const KEYCHAIN_VARIABLE: &str = "KEPTANG_KEYCHAIN";

/// At the start nobody is asked to wait for longer than this.
const READ_LIMIT: Duration = Duration::from_secs(2);
/// A person who stores a key may first have to unlock the keychain.
const WRITE_LIMIT: Duration = Duration::from_secs(30);

/// There is no keychain, or it is locked, refuses, or does not answer in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeychainUnusable;

/// What a keychain must be able to do. `service` is one till, `account` one secret.
pub trait KeychainStore: Send + Sync {
    /// # Errors
    /// When it cannot tell whether there is such a secret.
    fn get(&self, service: &str, account: &str) -> Result<Option<Secret>, KeychainUnusable>;
    /// # Errors
    /// When nothing was stored.
    fn set(&self, service: &str, account: &str, secret: &Secret) -> Result<(), KeychainUnusable>;
    /// Removing what is not there is no error.
    ///
    /// # Errors
    /// When it may still be there.
    fn remove(&self, service: &str, account: &str) -> Result<(), KeychainUnusable>;
}

/// A keychain, or the lack of one.
#[derive(Clone)]
pub struct Keychain {
    store: Option<Arc<dyn KeychainStore>>,
    read_limit: Duration,
    write_limit: Duration,
}

impl fmt::Debug for Keychain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.store.is_some() {
            "Keychain"
        } else {
            "Keychain(none)"
        })
    }
}

impl Keychain {
    /// The keychain of this computer, unless the environment says `KEPTANG_KEYCHAIN=off`.
    #[must_use]
    pub fn of_system<'a>(environment: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let is_off = |(name, value): (&str, &str)| name == KEYCHAIN_VARIABLE && value.trim() == "off";
        if environment.into_iter().any(is_off) {
            return Self::none();
        }
        Self {
            store: Some(Arc::new(SystemKeychain)),
            ..Self::none()
        }
    }

    /// For headless use, training and tests.
    #[must_use]
    pub fn none() -> Self {
        Self {
            store: None,
            read_limit: READ_LIMIT,
            write_limit: WRITE_LIMIT,
        }
    }

    /// Another keychain than the system's own.
    #[must_use]
    pub fn over(store: Arc<dyn KeychainStore>, limit: Duration) -> Self {
        Self {
            store: Some(store),
            read_limit: limit,
            write_limit: limit,
        }
    }

    /// Whether there is one to ask; whether it is unlocked shows when it is asked.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.store.is_some()
    }

    pub(crate) fn read<T: Send + 'static>(
        &self,
        visit: impl FnOnce(&dyn KeychainStore) -> Result<T, KeychainUnusable> + Send + 'static,
    ) -> Result<T, KeychainUnusable> {
        self.visit(self.read_limit, visit)
    }

    pub(crate) fn write(
        &self,
        visit: impl FnOnce(&dyn KeychainStore) -> Result<(), KeychainUnusable> + Send + 'static,
    ) -> Result<(), KeychainUnusable> {
        self.visit(self.write_limit, visit)
    }

    fn visit<T: Send + 'static>(
        &self,
        limit: Duration,
        visit: impl FnOnce(&dyn KeychainStore) -> Result<T, KeychainUnusable> + Send + 'static,
    ) -> Result<T, KeychainUnusable> {
        let store = Arc::clone(self.store.as_ref().ok_or(KeychainUnusable)?);
        let (tell, hear) = mpsc::sync_channel(1);
        std::thread::Builder::new()
            .name("keychain".to_owned())
            // Nobody listens any more when it comes back too late.
            .spawn(move || drop(tell.send(visit(store.as_ref()))))
            .map_err(|_| KeychainUnusable)?;
        hear.recv_timeout(limit).unwrap_or(Err(KeychainUnusable))
    }
}

/// `keychain.names`: which secrets of this data directory lie in the keychain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct KeychainNames {
    id: String,
    names: BTreeSet<String>,
}

impl KeychainNames {
    const HEAD: &'static str = "# What this till keeps in the keychain of this computer: names only.\n";

    pub(crate) fn read(data_dir: &Path) -> Result<Self, SettingsError> {
        let path = Self::path(data_dir);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => {
                return Err(SettingsError::FileUnreadable {
                    path,
                    reason: error.kind(),
                });
            }
        };
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let id = lines.next().unwrap_or_default().to_owned();
        Ok(Self {
            id,
            names: lines.map(str::to_owned).collect(),
        })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// What the keychain files these secrets under.
    pub(crate) fn service(&self) -> String {
        format!("keptang {}", self.id)
    }

    /// Makes the id if there is none yet.
    pub(crate) fn named(mut self) -> Result<Self, SettingsError> {
        if self.id.is_empty() {
            let mut id = [0_u8; 8];
            getrandom::fill(&mut id).map_err(|_| SettingsError::NoRandomness)?;
            self.id = hex::encode(id);
        }
        Ok(self)
    }

    pub(crate) fn add(&mut self, name: &str, data_dir: &Path) -> Result<(), SettingsError> {
        if self.names.insert(name.to_owned()) {
            self.write(data_dir)
        } else {
            Ok(())
        }
    }

    pub(crate) fn remove(&mut self, name: &str, data_dir: &Path) -> Result<(), SettingsError> {
        if self.names.remove(name) {
            self.write(data_dir)
        } else {
            Ok(())
        }
    }

    fn write(&self, data_dir: &Path) -> Result<(), SettingsError> {
        let path = Self::path(data_dir);
        let mut text = format!("{}{}\n", Self::HEAD, self.id);
        for name in &self.names {
            text.push_str(name);
            text.push('\n');
        }
        replace_file(&path, text.as_bytes(), None).map_err(|error| SettingsError::FileNotWritten {
            path,
            reason: error.kind(),
        })
    }

    pub(crate) fn path(data_dir: &Path) -> PathBuf {
        data_dir.join(KEYCHAIN_NAMES_FILE)
    }
}
