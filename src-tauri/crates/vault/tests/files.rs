//! Backups as files: whole or not there, for their owner only, and nothing overwritten when they are taken apart.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use keptang_vault::{VaultError, copies, peek, prune, seal_files, unpack};

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

#[test]
fn the_oldest_copies_are_removed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let others = ["A-note.txt", "A-5.zip", "A-not-ours.keptang", "A-cut.keptang"];
    fs::write(at("A-note.txt"), "x").unwrap();
    seal_files(&[], &at("A-5.zip"), "p", 1).unwrap();
    fs::write(at("A-not-ours.keptang"), "x").unwrap();
    fs::write(at("A-cut.keptang"), "KEPTANG-BACKUP 1\n").unwrap();
    // By when they were made, not by name.
    for (name, created_at_ms) in [
        ("A-1.keptang", 30),
        ("A-2.keptang", 10),
        ("A-3.keptang", 20),
        ("B-1.keptang", 1),
    ] {
        seal_files(&[], &at(name), "p", created_at_ms).unwrap();
    }
    let listed = copies(folder.path(), "A-").unwrap();
    let told: Vec<_> = listed
        .iter()
        .map(|copy| (copy.path.clone(), copy.created_at_ms))
        .collect();
    assert_eq!(
        told,
        [
            (at("A-1.keptang"), 30),
            (at("A-3.keptang"), 20),
            (at("A-2.keptang"), 10)
        ]
    );
    assert!(
        listed
            .iter()
            .all(|copy| copy.bytes == fs::metadata(&copy.path).unwrap().len())
    );
    assert_eq!(prune(folder.path(), "A-", 2).unwrap(), [at("A-2.keptang")]);
    assert_eq!(
        prune(folder.path(), "A-", 2).unwrap(),
        Vec::<std::path::PathBuf>::new()
    );
    assert_eq!(
        prune(folder.path(), "A-", 0).unwrap(),
        [at("A-3.keptang")],
        "the newest stays"
    );
    assert_eq!(copies(folder.path(), "").unwrap().len(), 2);
    assert!(others.iter().all(|name| at(name).exists()));
    let missing = copies(&at("missing"), "").unwrap_err();
    assert_eq!(missing, VaultError::Read(std::io::ErrorKind::NotFound));
}
