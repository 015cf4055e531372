//! The keychain of this computer: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.

use std::sync::Arc;

use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};

use crate::keychain::{KeychainStore, KeychainUnusable};
use crate::secret::Secret;

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
#[cfg(windows)]
use windows_native_keyring_store::Store;
#[cfg(all(unix, not(target_os = "macos")))]
use zbus_secret_service_keyring_store::Store;

/// Connects anew at every visit: a till runs for weeks, and its keychain is restarted, locked and unlocked meanwhile.
pub(crate) struct SystemKeychain;

fn entry(service: &str, account: &str) -> Result<Entry, KeychainUnusable> {
    let store: Arc<Store> = Store::new().map_err(unusable)?;
    store.build(service, account, None).map_err(unusable)
}

/// The library's errors hold what was found, so none of them goes further.
fn unusable(_: Error) -> KeychainUnusable {
    KeychainUnusable
}

impl KeychainStore for SystemKeychain {
    fn get(&self, service: &str, account: &str) -> Result<Option<Secret>, KeychainUnusable> {
        match entry(service, account)?.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(unusable(error)),
        }
    }

    fn set(&self, service: &str, account: &str, secret: &Secret) -> Result<(), KeychainUnusable> {
        entry(service, account)?
            .set_password(secret.expose())
            .map_err(unusable)
    }

    fn remove(&self, service: &str, account: &str) -> Result<(), KeychainUnusable> {
        match entry(service, account)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(unusable(error)),
        }
    }
}
