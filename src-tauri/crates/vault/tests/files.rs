//! Backups as files: whole or not there, for their owner only, and nothing overwritten when they are taken apart.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use keptang_vault::{VaultError, peek, seal_files, unpack};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_backup_is_written_and_taken_apart() {
    let (from, copies, to) = (
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let (ledger, settings) = (from.path().join("snapshot"), from.path().join("settings.toml"));
    fs::write(&ledger, vec![5; 200_000]).unwrap();
    fs::write(&settings, "[shop]\n").unwrap();
    let backup = copies.path().join("till.keptang");
    fs::write(&backup, "an older one").unwrap();
    let files = [
        ("ledger.sqlite", ledger.as_path()),
        ("settings.toml", settings.as_path()),
    ];
    seal_files(&files, &backup, "ก ข ค", 42).unwrap();
    assert_eq!(names(copies.path()), ["till.keptang"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(peek(fs::File::open(&backup).unwrap()).unwrap().created_at_ms, 42);

    let (header, made) = unpack(&backup, "ก ข ค", to.path()).unwrap();
    assert_eq!(header.created_at_ms, 42);
    assert_eq!(
        made,
        ["ledger.sqlite", "settings.toml"].map(|name| to.path().join(name))
    );
    assert_eq!(fs::read(&made[0]).unwrap(), vec![5; 200_000]);
    assert_eq!(fs::read_to_string(&made[1]).unwrap(), "[shop]\n");
    let again = unpack(&backup, "ก ข ค", to.path()).unwrap_err();
    assert_eq!(
        again,
        VaultError::Write(std::io::ErrorKind::AlreadyExists),
        "nothing is overwritten"
    );
}

#[test]
fn what_fails_leaves_nothing_half_done() {
    let (from, copies, to) = (
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let source = from.path().join("snapshot");
    fs::write(&source, vec![5; 200_000]).unwrap();
    let backup = copies.path().join("till.keptang");
    seal_files(&[("a", &source), ("b", &source)], &backup, "p", 0).unwrap();
    let whole = fs::read(&backup).unwrap();

    let missing = from.path().join("missing");
    let failed = seal_files(&[("a", source.as_path()), ("b", &missing)], &backup, "q", 0);
    assert_eq!(failed, Err(VaultError::Read(std::io::ErrorKind::NotFound)));
    assert_eq!(
        seal_files(&[("a/b", source.as_path())], &backup, "q", 0),
        Err(VaultError::BadName)
    );
    assert_eq!(
        seal_files(&[("a", source.as_path())], &backup, "", 0),
        Err(VaultError::PassphraseMissing)
    );
    assert!(
        fs::read(&backup).unwrap() == whole && names(copies.path()) == ["till.keptang"],
        "the older one stays"
    );

    fs::write(&backup, &whole[..whole.len() - 1]).unwrap();
    assert_eq!(
        unpack(&backup, "p", to.path()).unwrap_err(),
        VaultError::Truncated
    );
    let mut changed = whole.clone();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(&backup, changed).unwrap();
    assert_eq!(
        unpack(&backup, "p", to.path()).unwrap_err(),
        VaultError::WrongPassphraseOrDamaged
    );
    fs::write(&backup, &whole).unwrap();
    assert_eq!(
        unpack(&backup, "q", to.path()).unwrap_err(),
        VaultError::WrongPassphraseOrDamaged
    );
    assert!(
        names(to.path()).is_empty(),
        "files of a backup that broke off are removed"
    );
}

#[test]
fn every_error_has_its_own_word_and_both_languages() {
    use VaultError as E;
    let kind = std::io::ErrorKind::PermissionDenied;
    let all = [
        E::NotABackup,
        E::TooNew,
        E::Truncated,
        E::WrongPassphraseOrDamaged,
        E::PassphraseMissing,
        E::BadName,
        E::SourceChanged,
        E::NoRandomness,
        E::Read(kind),
        E::Write(kind),
    ];
    for (at, error) in all.iter().enumerate() {
        assert!(
            all.iter().skip(at + 1).all(|other| other.code() != error.code()),
            "{error:?}"
        );
        assert!(
            !error.th().is_ascii() && error.to_string().ends_with('.'),
            "{error:?}"
        );
    }
}
