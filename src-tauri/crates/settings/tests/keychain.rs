//! Secrets and the pepper with a keychain that works, is locked, lies, or never answers.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use keptang_settings::{
    KEYCHAIN_NAMES_FILE, Keychain, KeychainStore, KeychainUnusable, PEPPER_FILE, Secret, SecretName,
    SecretPlace, Secrets, SettingsError, pepper, remove_secret, store_secret,
};

const KEY: SecretName = SecretName::OmiseSecretKey;

/// Secrets by service and account.
type Kept = BTreeMap<(String, String), Secret>;

#[derive(Default)]
struct Memory {
    kept: Mutex<Kept>,
    locked: AtomicBool,
}

impl Memory {
    fn guard(&self) -> Result<std::sync::MutexGuard<'_, Kept>, KeychainUnusable> {
        if self.locked.load(Ordering::SeqCst) {
            Err(KeychainUnusable)
        } else {
            Ok(self.kept.lock().unwrap())
        }
    }

    fn len(&self) -> usize {
        self.kept.lock().unwrap().len()
    }
}

impl KeychainStore for Memory {
    fn get(&self, service: &str, account: &str) -> Result<Option<Secret>, KeychainUnusable> {
        Ok(self
            .guard()?
            .get(&(service.to_owned(), account.to_owned()))
            .cloned())
    }
    fn set(&self, service: &str, account: &str, secret: &Secret) -> Result<(), KeychainUnusable> {
        self.guard()?
            .insert((service.to_owned(), account.to_owned()), secret.clone());
        Ok(())
    }
    fn remove(&self, service: &str, account: &str) -> Result<(), KeychainUnusable> {
        self.guard()?.remove(&(service.to_owned(), account.to_owned()));
        Ok(())
    }
}

/// Waits for a person who never comes.
#[derive(Default)]
struct Hanging {
    answered: Mutex<bool>,
    bell: Condvar,
}

impl Hanging {
    fn wait<T>(&self) -> Result<T, KeychainUnusable> {
        let answered = self.answered.lock().unwrap();
        drop(self.bell.wait_while(answered, |answered| !*answered).unwrap());
        Err(KeychainUnusable)
    }
}

impl KeychainStore for Hanging {
    fn get(&self, _: &str, _: &str) -> Result<Option<Secret>, KeychainUnusable> {
        self.wait()
    }
    fn set(&self, _: &str, _: &str, _: &Secret) -> Result<(), KeychainUnusable> {
        self.wait()
    }
    fn remove(&self, _: &str, _: &str) -> Result<(), KeychainUnusable> {
        self.wait()
    }
}

fn memory() -> (Arc<Memory>, Keychain) {
    let memory = Arc::new(Memory::default());
    (memory.clone(), Keychain::over(memory, Duration::from_secs(60)))
}

fn load(dir: &Path, passphrase: Option<&Secret>, keychain: &Keychain) -> Secrets {
    Secrets::load([], dir, passphrase, keychain).unwrap()
}

fn file_texts(dir: &Path) -> Vec<String> {
    let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned())
        .collect()
}

#[test]
fn a_usable_keychain_is_taken_first() {
    let dir = tempfile::tempdir().unwrap();
    let (memory, keychain) = memory();
    let place = store_secret(dir.path(), KEY, &Secret::new(" canary-1\n"), &keychain, None).unwrap();
    assert_eq!(place, SecretPlace::Keychain);
    let secrets = load(dir.path(), None, &keychain);
    assert_eq!(
        (secrets.get(KEY).unwrap().expose(), secrets.place(KEY)),
        ("canary-1", Some(SecretPlace::Keychain))
    );
    assert!(!secrets.is_locked() && !secrets.is_keychain_unreadable());
    assert!(
        !file_texts(dir.path()).iter().any(|text| text.contains("canary")),
        "names only are on disk"
    );
    assert!(!format!("{secrets:?} {keychain:?}").contains("canary"));

    let variable = [(KEY.variable().to_owned(), "from environment".to_owned())];
    let over = Secrets::load(variable, dir.path(), None, &keychain).unwrap();
    assert_eq!(
        (over.get(KEY).unwrap().expose(), over.place(KEY)),
        ("from environment", Some(SecretPlace::Environment))
    );

    remove_secret(dir.path(), KEY, &keychain, None).unwrap();
    remove_secret(dir.path(), KEY, &keychain, None).unwrap();
    assert_eq!(
        (memory.len(), load(dir.path(), None, &keychain).get(KEY).is_some()),
        (0, false)
    );
}

#[test]
fn without_a_keychain_the_encrypted_file_takes_it_and_needs_a_passphrase() {
    let dir = tempfile::tempdir().unwrap();
    let (value, passphrase) = (Secret::new("canary-2"), Secret::new("ก ข"));
    let none = Keychain::none();
    assert_eq!(
        store_secret(dir.path(), KEY, &value, &none, None),
        Err(SettingsError::PassphraseMissing)
    );
    let place = store_secret(dir.path(), KEY, &value, &none, Some(&passphrase)).unwrap();
    assert_eq!(place, SecretPlace::EncryptedFile);
    let secrets = load(dir.path(), Some(&passphrase), &none);
    assert_eq!(
        (secrets.get(KEY).unwrap().expose(), secrets.place(KEY)),
        ("canary-2", Some(SecretPlace::EncryptedFile))
    );
    assert!(load(dir.path(), None, &none).is_locked());
    assert!(
        !dir.path().join(KEYCHAIN_NAMES_FILE).exists(),
        "no keychain will be asked for it"
    );
    let empty = store_secret(dir.path(), KEY, &Secret::new(" "), &none, Some(&passphrase));
    assert_eq!(empty, Err(SettingsError::SecretUnusable { name: KEY }));
    assert_eq!(
        remove_secret(dir.path(), KEY, &none, None),
        Err(SettingsError::PassphraseMissing)
    );
    remove_secret(dir.path(), KEY, &none, Some(&passphrase)).unwrap();
    assert!(load(dir.path(), Some(&passphrase), &none).get(KEY).is_none());
}

#[test]
fn the_newest_value_counts_wherever_it_was_put() {
    let dir = tempfile::tempdir().unwrap();
    let (memory, keychain) = memory();
    let passphrase = Secret::new("p");
    let store = |value: &str, keychain: &Keychain| {
        store_secret(dir.path(), KEY, &Secret::new(value), keychain, Some(&passphrase)).unwrap()
    };
    let now = || {
        load(dir.path(), Some(&passphrase), &keychain)
            .get(KEY)
            .map(|secret| secret.expose().to_owned())
    };
    assert_eq!(store("one", &Keychain::none()), SecretPlace::EncryptedFile);
    assert_eq!(store("two", &keychain), SecretPlace::Keychain);
    assert_eq!(now().as_deref(), Some("two"));
    memory.locked.store(true, Ordering::SeqCst);
    assert_eq!(now(), None, "the older one does not come back");
    assert_eq!(store("three", &keychain), SecretPlace::EncryptedFile);
    memory.locked.store(false, Ordering::SeqCst);
    assert_eq!(now().as_deref(), Some("three"));
}

#[test]
fn a_keychain_that_is_locked_empty_or_hangs_is_told_and_does_not_stop_the_till() {
    let dir = tempfile::tempdir().unwrap();
    let (memory, keychain) = memory();
    store_secret(dir.path(), KEY, &Secret::new("x"), &keychain, None).unwrap();
    let unreadable = |keychain: &Keychain| {
        let secrets = load(dir.path(), None, keychain);
        assert!(secrets.get(KEY).is_none());
        secrets.is_keychain_unreadable()
    };
    let hanging = Arc::new(Hanging::default());
    assert!(unreadable(&Keychain::over(
        hanging.clone(),
        Duration::from_millis(1)
    )));
    *hanging.answered.lock().unwrap() = true;
    hanging.bell.notify_all();
    assert!(
        unreadable(&Keychain::none()),
        "the directory was carried to a computer without one"
    );
    memory.locked.store(true, Ordering::SeqCst);
    assert!(unreadable(&keychain));
    assert_eq!(
        remove_secret(dir.path(), KEY, &keychain, None),
        Err(SettingsError::KeychainUnreadable)
    );
    memory.locked.store(false, Ordering::SeqCst);
    memory.kept.lock().unwrap().clear();
    assert!(unreadable(&keychain), "someone emptied it");

    let other = tempfile::tempdir().unwrap();
    let hangs = Keychain::over(
        Arc::new(Hanging {
            answered: Mutex::new(true),
            bell: Condvar::new(),
        }),
        Duration::ZERO,
    );
    assert!(
        !load(other.path(), None, &hangs).is_keychain_unreadable(),
        "nothing is there, nobody is asked"
    );
}

#[test]
fn two_tills_of_one_person_do_not_share_secrets() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (_, keychain) = memory();
    for (dir, value) in [(&one, "first"), (&two, "second")] {
        store_secret(dir.path(), KEY, &Secret::new(value), &keychain, None).unwrap();
    }
    for (dir, value) in [(&one, "first"), (&two, "second")] {
        assert_eq!(
            load(dir.path(), None, &keychain).get(KEY).unwrap().expose(),
            value
        );
    }
    assert_ne!(
        pepper(one.path(), &keychain).unwrap().expose(),
        pepper(two.path(), &keychain).unwrap().expose()
    );
}

#[test]
fn the_pepper_is_made_once() {
    let dir = tempfile::tempdir().unwrap();
    let first = pepper(dir.path(), &Keychain::none()).unwrap();
    assert_eq!(first.expose().len(), 64);
    assert_eq!(
        pepper(dir.path(), &Keychain::none()).unwrap().expose(),
        first.expose()
    );
    let (memory, keychain) = memory();
    assert_eq!(
        pepper(dir.path(), &keychain).unwrap().expose(),
        first.expose(),
        "a keychain that comes later changes nothing"
    );
    assert_eq!(memory.len(), 0);
    let path = dir.path().join(PEPPER_FILE);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    fs::write(&path, "short").unwrap();
    assert_eq!(
        pepper(dir.path(), &Keychain::none()).unwrap_err(),
        SettingsError::PepperDamaged
    );
}

#[test]
fn the_pepper_lies_in_the_keychain_where_there_is_one() {
    let dir = tempfile::tempdir().unwrap();
    let (memory, keychain) = memory();
    let first = pepper(dir.path(), &keychain).unwrap();
    assert!(!dir.path().join(PEPPER_FILE).exists());
    assert!(
        !file_texts(dir.path())
            .iter()
            .any(|text| text.contains(first.expose()))
    );
    assert_eq!(pepper(dir.path(), &keychain).unwrap().expose(), first.expose());
    memory.locked.store(true, Ordering::SeqCst);
    assert_eq!(
        pepper(dir.path(), &keychain).unwrap_err(),
        SettingsError::KeychainUnreadable,
        "another one would make every PIN wrong"
    );
    assert!(!dir.path().join(PEPPER_FILE).exists());
    let other = tempfile::tempdir().unwrap();
    assert!(pepper(other.path(), &keychain).is_ok() && other.path().join(PEPPER_FILE).exists());
}

#[test]
fn many_at_once_come_out_with_the_same_pepper() {
    let dir = tempfile::tempdir().unwrap();
    let peppers: Vec<_> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| pepper(dir.path(), &Keychain::none()).unwrap()))
            .collect();
        started
            .into_iter()
            .map(|one| one.join().unwrap().expose().to_owned())
            .collect()
    });
    assert!(peppers.iter().all(|one| *one == peppers[0]));
}

#[test]
fn the_systems_keychain_can_be_switched_off() {
    let of = |pairs: &[(&str, &str)]| format!("{:?}", Keychain::of_system(pairs.iter().copied()));
    assert_eq!(of(&[("KEPTANG_KEYCHAIN", "off")]), "Keychain(none)");
    assert_eq!(
        of(&[("KEPTANG_KEYCHAIN", ""), ("KEPTANG_PIN", "off")]),
        "Keychain"
    );
}
