//! The pepper of PIN hashes: a random secret made once for a till, so that a stolen ledger alone does not let anyone try
//! PINs. It never goes into the ledger or the settings. An encrypted backup holds it, because it belongs to the hashes in
//! the ledger: without it nobody could sign in after a restore on another computer.

use std::fs;
use std::io;
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::SettingsError;
use crate::keychain::{Keychain, KeychainNames};
use crate::replace::{lock_beside, replace_file};
use crate::secret::Secret;

/// Where the pepper lies when there is no keychain, readable by its owner only.
pub const PEPPER_FILE: &str = "pepper";
const KEYCHAIN_NAME: &str = "PIN_PEPPER";
const PEPPER_BYTES: usize = 32;

/// The pepper of a data directory, as 64 hexadecimal digits; made at the first call, in the keychain where one is
/// usable, else in a file.
///
/// # Errors
/// When the keychain that holds it is locked or gone, the file is damaged, or it cannot be stored. Another pepper is
/// never made then: all PINs would stop working.
pub fn pepper(data_dir: &Path, keychain: &Keychain) -> Result<Secret, SettingsError> {
    let path = data_dir.join(PEPPER_FILE);
    let not_written = |error: &io::Error| SettingsError::FileNotWritten {
        path: path.clone(),
        reason: error.kind(),
    };
    // Two processes that start a new till together must come out with the same one.
    let lock = lock_beside(&KeychainNames::path(data_dir)).map_err(|error| not_written(&error))?;
    let names = KeychainNames::read(data_dir)?;
    let found = match fs::read_to_string(&path) {
        Ok(text) => Some(Secret::new(text.trim())),
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(SettingsError::FileUnreadable {
                path,
                reason: error.kind(),
            });
        }
        Err(_) if names.has(KEYCHAIN_NAME) => {
            let service = names.service();
            let kept = keychain.read(move |store| store.get(&service, KEYCHAIN_NAME));
            Some(kept.ok().flatten().ok_or(SettingsError::KeychainUnreadable)?)
        }
        Err(_) => None,
    };
    if let Some(found) = found {
        return if is_pepper(found.expose()) {
            Ok(found)
        } else {
            Err(SettingsError::PepperDamaged)
        };
    }
    let fresh = fresh()?;
    if !keep_in_keychain(data_dir, names, keychain, &fresh)? {
        replace_file(&path, fresh.expose().as_bytes(), None).map_err(|error| not_written(&error))?;
    }
    drop(lock);
    Ok(fresh)
}

fn fresh() -> Result<Secret, SettingsError> {
    let mut bytes = Zeroizing::new([0_u8; PEPPER_BYTES]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| SettingsError::NoRandomness)?;
    Ok(Secret::new(hex::encode(bytes.as_slice())))
}

fn is_pepper(text: &str) -> bool {
    text.len() == 2 * PEPPER_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn keep_in_keychain(
    data_dir: &Path,
    names: KeychainNames,
    keychain: &Keychain,
    pepper: &Secret,
) -> Result<bool, SettingsError> {
    let mut names = names.named()?;
    let (service, pepper) = (names.service(), pepper.clone());
    // The till is starting and nobody may be there to unlock anything, hence the short limit.
    let kept = keychain.read(move |store| {
        store.set(&service, KEYCHAIN_NAME, &pepper)?;
        Ok(store
            .get(&service, KEYCHAIN_NAME)?
            .is_some_and(|kept| kept.expose() == pepper.expose()))
    });
    let kept = kept.unwrap_or(false);
    if kept {
        names.add(KEYCHAIN_NAME, data_dir)?;
    }
    Ok(kept)
}
