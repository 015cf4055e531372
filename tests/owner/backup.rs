//! `keptang ledger backup` and `restore`: sealed, whole or refused, and the same shop afterwards.

use crate::shop::{busy_day, cash, refused, run, satang, shop};
use keptang_settings::{Secret, SecretName, SecretsFile};
use keptang_simulator::{Config, TRAINING_DEPOSIT_TOKEN, TRAINING_JWT_API_KEY};
use keptang_tests::till::{SECRET_KEY, TestTill, WEBHOOK_SECRET};
use serde_json::Value;
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const PASSPHRASE: &str = "ผักบุ้งไฟแดง-canary-7Rs2";

fn passphrase(till: &mut TestTill) -> &mut TestTill {
    till.set("KEPTANG_PASSPHRASE", PASSPHRASE)
}

/// A copy of the shop at a place of its own.
async fn copied(till: &mut TestTill, folder: &Path) -> PathBuf {
    passphrase(till);
    let file = folder.join("shop.keptang");
    let made = till.run(&["ledger", "backup", file.to_str().unwrap()]).await;
    made.expect(0);
    let line = made.last();
    assert_eq!(line["type"], "backup");
    assert_eq!(line["bytes"], std::fs::metadata(&file).unwrap().len());
    file
}

/// Another computer: nothing is there yet.
async fn elsewhere() -> TestTill {
    let mut till = TestTill::with_every_provider().await;
    passphrase(&mut till);
    till
}

async fn restore(till: &TestTill, file: &Path, drill: bool) -> keptang_tests::till::Finished {
    let mut arguments = vec!["ledger", "restore", file.to_str().unwrap()];
    arguments.extend(drill.then_some("--drill"));
    till.run(&arguments).await
}

/// Every file of a folder with its bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.clone(), std::fs::read(path).unwrap());
            }
        }
    }
    found
}

async fn report_bytes(till: &TestTill, day: &str) -> String {
    let ended = till
        .run_as_text(&["report", "--date", day, "--format", "json"])
        .await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.stdout
}

#[tokio::test]
async fn a_clean_computer_tells_the_same_day_afterwards() {
    let mut till = shop().await;
    let day = busy_day(&till).await;
    run(&till, "Nok", &["day", "z", "--date", &day]).await.expect(0);
    let sign = ["day", "sign", "--date", &day, "--reason", "looked at"];
    run(&till, "Nok", &sign).await.expect(0);
    let report = report_bytes(&till, &day).await;
    let proven = till.run(&["ledger", "verify"]).await.last();
    let folder = tempfile::tempdir().unwrap();
    let file = copied(&mut till, folder.path()).await;

    let mut other = elsewhere().await;
    let restored = restore(&other, &file, false).await;
    restored.expect(0);
    let line = restored.last();
    assert_eq!(line["type"], "restore");
    assert_eq!(
        [&line["ok"], &line["drill"]],
        [&Value::Bool(true), &Value::Bool(false)]
    );
    assert_eq!(line["events"], proven["events"]);
    assert_eq!(line["orders"], proven["orders"]);
    assert_eq!(report_bytes(&other, &day).await, report);
    other.run(&["ledger", "verify"]).await.expect(0);
    // The people and their PINs came along.
    other.set("KEPTANG_PIN", crate::shop::PIN);
    run(&other, "Nok", &["day", "x", "--date", &day]).await.expect(0);
    other.set("KEPTANG_PIN", "000000");
    run(&other, "Nok", &["day", "x", "--date", &day]).await.expect(3);
    // And the shop goes on.
    cash(&other, "Fah", "5").await;
    other.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn nothing_is_overwritten() {
    let mut till = shop().await;
    cash(&till, "Fah", "5").await;
    let folder = tempfile::tempdir().unwrap();
    let file = copied(&mut till, folder.path()).await;
    let before = std::fs::read(&file).unwrap();
    let again = till.run(&["ledger", "backup", file.to_str().unwrap()]).await;
    refused(&again, 1, "never overwritten");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    let nowhere = folder.path().join("no such folder").join("copy");
    let lost = till.run(&["ledger", "backup", nowhere.to_str().unwrap()]).await;
    refused(&lost, 1, "written");
    till.run(&["ledger", "backup"]).await.expect(2);
    assert_eq!(contents(folder.path()).len(), 1, "no half of a copy is left");
    let left: Vec<PathBuf> = contents(till.data_dir()).into_keys().collect();
    assert!(
        left.iter().all(|path| {
            let inside = path.strip_prefix(till.data_dir()).unwrap();
            !inside.to_string_lossy().starts_with(".tmp")
        }),
        "{left:?}"
    );
}

#[tokio::test]
async fn a_passphrase_is_needed_and_the_right_one() {
    let mut till = shop().await;
    cash(&till, "Fah", "5").await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy");
    till.unset("KEPTANG_PASSPHRASE");
    let without = till.run(&["ledger", "backup", path.to_str().unwrap()]).await;
    refused(&without, 2, "KEPTANG_PASSPHRASE");
    assert!(!path.exists());
    let file = copied(&mut till, folder.path()).await;
    let mut other = elsewhere().await;
    for wrong in ["ผักบุ้งไฟแดง-canary-7Rs3", "x", " "] {
        other.set("KEPTANG_PASSPHRASE", wrong);
        for drill in [true, false] {
            let ended = restore(&other, &file, drill).await;
            refused(&ended, 1, "passphrase");
            assert!(
                !ended.stderr.contains(wrong) || wrong.len() < 3,
                "{}",
                ended.stderr
            );
        }
    }
    other.unset("KEPTANG_PASSPHRASE");
    refused(&restore(&other, &file, true).await, 2, "KEPTANG_PASSPHRASE");
    passphrase(&mut other);
    refused(
        &restore(&other, &folder.path().join("none"), true).await,
        2,
        "not found",
    );
    assert_eq!(other.run(&["order", "list"]).await.stdout, "");
}

#[tokio::test]
async fn a_damaged_copy_is_refused_and_replaces_nothing() {
    let mut till = shop().await;
    let day = busy_day(&till).await;
    let folder = tempfile::tempdir().unwrap();
    let file = copied(&mut till, folder.path()).await;
    let whole = std::fs::read(&file).unwrap();
    let mut other = elsewhere().await;
    cash(&other, "Som", "77").await;
    let own = report_bytes(&other, &day).await;
    let bad = folder.path().join("bad");
    let mut damaged: Vec<(String, Vec<u8>)> = Vec::new();
    for length in [0, 7, 100, whole.len() / 2, whole.len() - 1] {
        damaged.push((format!("cut to {length}"), whole[..length].to_vec()));
    }
    for at in [0, 9, 40, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        damaged.push((format!("bit of byte {at}"), flipped));
    }
    damaged.push(("longer".to_owned(), [&whole[..], b"x"].concat()));
    damaged.push(("another file".to_owned(), b"shopping list ".repeat(100)));
    for (what, bytes) in damaged {
        std::fs::write(&bad, bytes).unwrap();
        for drill in [true, false] {
            let ended = restore(&other, &bad, drill).await;
            assert_eq!(ended.code, Some(1), "{what}: {}", ended.stderr);
            assert_eq!(ended.stdout, "", "{what}");
            assert!(!ended.stderr.contains("panicked"), "{what}: {}", ended.stderr);
        }
    }
    assert_eq!(report_bytes(&other, &day).await, own);
    other.run(&["ledger", "verify"]).await.expect(0);
    other.unset("KEPTANG_PASSPHRASE");
}

#[tokio::test]
async fn a_drill_replaces_nothing() {
    let mut till = shop().await;
    busy_day(&till).await;
    let folder = tempfile::tempdir().unwrap();
    let file = copied(&mut till, folder.path()).await;
    let other = elsewhere().await;
    cash(&other, "Som", "77").await;
    let before = contents(other.data_dir());
    let drill = restore(&other, &file, true).await;
    drill.expect(0);
    assert_eq!(drill.last()["drill"], true);
    assert_eq!(drill.last()["ok"], true);
    assert_eq!(drill.last()["orders"], 6);
    assert!(contents(other.data_dir()) == before, "not a byte");
    // It harms nobody who sells meanwhile, and the till of the copy itself may be the one.
    let mut serve = till.start(&["serve"]);
    serve.line("serve", |line| line["type"] == "serve").await;
    restore(&till, &file, true).await.expect(0);
    serve.kill().await;
}

#[tokio::test]
async fn a_till_that_runs_is_not_pulled_away() {
    let mut till = shop().await;
    let day = busy_day(&till).await;
    let folder = tempfile::tempdir().unwrap();
    let file = copied(&mut till, folder.path()).await;
    cash(&till, "Fah", "5").await;
    let mut serve = till.start(&["serve"]);
    serve.line("serve", |line| line["type"] == "serve").await;
    let report = report_bytes(&till, &day).await;
    refused(&restore(&till, &file, false).await, 1, "A till is running");
    assert!(serve.is_running());
    assert_eq!(report_bytes(&till, &day).await, report);
    serve.kill().await;
    // Killed is not running.
    restore(&till, &file, false).await.expect(0);
    assert_ne!(report_bytes(&till, &day).await, report);
}

/// What was there before is kept, the last sales in the write-ahead log with it.
#[tokio::test]
async fn what_was_there_is_kept_whole() {
    let mut till = shop().await;
    cash(&till, "Fah", "5").await;
    let folder = tempfile::tempdir().unwrap();
    let file = copied(&mut till, folder.path()).await;
    let mut serve = till.start(&["serve"]);
    serve.line("serve", |line| line["type"] == "serve").await;
    // While another has the file open, the last sale stays in the log; a power cut leaves it there.
    cash(&till, "Fah", "7").await;
    serve.kill().await;
    assert!(till.data_dir().join("ledger.sqlite-wal").exists());
    restore(&till, &file, false).await.expect(0);
    let kept: Vec<PathBuf> = contents(till.data_dir())
        .into_keys()
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with("ledger.sqlite.before-restore-")
                && !name.ends_with("-wal")
                && !name.ends_with("-shm")
        })
        .collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    let mut old = SqliteConnectOptions::new()
        .filename(&kept[0])
        .connect()
        .await
        .unwrap();
    let numbers: Vec<String> = sqlx::query_scalar("SELECT number FROM orders ORDER BY number")
        .fetch_all(&mut old)
        .await
        .unwrap();
    assert_eq!(numbers, ["A-0001", "A-0002"]);
    let restored = till.run(&["order", "list"]).await;
    assert_eq!(restored.lines().len(), 1);
}

/// A copy whose settings this computer cannot use is refused before anything has moved.
#[tokio::test]
async fn settings_that_cannot_be_used_replace_nothing() {
    let mut till = shop().await;
    std::fs::write(
        till.data_dir().join("settings.toml"),
        "[shop]\nname = \"ร้านเดิม\"\n",
    )
    .unwrap();
    cash(&till, "Fah", "5").await;
    let folder = tempfile::tempdir().unwrap();
    let file = copied(&mut till, folder.path()).await;
    let mut other = elsewhere().await;
    std::fs::write(
        other.data_dir().join("settings.toml"),
        "[shop]\nname = \"ร้านใหม่\"\n",
    )
    .unwrap();
    cash(&other, "Som", "77").await;
    let own = contents(other.data_dir());
    other.set("KEPTANG__SHOP__DAY_CUTOFF", "half past four");
    refused(&restore(&other, &file, false).await, 1, "Nothing was replaced");
    assert!(contents(other.data_dir()) == own, "not a byte");
    other.unset("KEPTANG__SHOP__DAY_CUTOFF");
    restore(&other, &file, false).await.expect(0);
    let settings = std::fs::read_to_string(other.data_dir().join("settings.toml")).unwrap();
    assert!(settings.contains("ร้านเดิม"));
}

const OMISE_CANARY: &str = "skey_test_canaryCopyOmise4Hq8";
const WEBHOOK_CANARY: &str = "Y2FuYXJ5Q29weVdlYmhvb2s5";

/// The keys of providers are neither in the sealed file nor in what comes out of it.
#[tokio::test]
async fn keys_are_not_inside() {
    let mut till = TestTill::with_every_provider_at(Config {
        secret_key: OMISE_CANARY.to_owned(),
        webhook_secret: WEBHOOK_CANARY.to_owned(),
        ..Config::default()
    })
    .await;
    till.add_owner("Nok", "739184625017").await;
    till.set(SECRET_KEY, OMISE_CANARY)
        .set(WEBHOOK_SECRET, WEBHOOK_CANARY);
    busy_day(&till).await;
    // Keys that were put away by the till itself lie beside the ledger.
    SecretsFile::in_dir(till.data_dir())
        .set(
            SecretName::EasySlipApiKey,
            &Secret::new("canaryCopySecretsFile6Jw1"),
            &Secret::new(PASSPHRASE),
        )
        .unwrap();
    let kept_keys = std::fs::read(till.data_dir().join("secrets.enc")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = copied(&mut till, folder.path()).await;
    let other = elsewhere().await;
    restore(&other, &file, false).await.expect(0);
    let mut searched = contents(other.data_dir());
    assert!(searched.keys().any(|path| path.ends_with("ledger.sqlite")));
    assert!(
        searched
            .iter()
            .all(|(path, bytes)| !path.ends_with("secrets.enc") && *bytes != kept_keys),
        "not even sealed"
    );
    searched.insert(file.clone(), std::fs::read(&file).unwrap());
    for (path, bytes) in &searched {
        let text = String::from_utf8_lossy(bytes);
        for secret in [
            OMISE_CANARY,
            WEBHOOK_CANARY,
            "canaryCopySecretsFile6Jw1",
            "739184625017",
            PASSPHRASE,
            TRAINING_JWT_API_KEY,
            TRAINING_DEPOSIT_TOKEN,
        ] {
            assert!(!text.contains(secret), "{secret} in {}", path.display());
            assert!(
                !text.contains(&hex::encode(secret)),
                "{secret} in {}",
                path.display()
            );
        }
    }
    // Sealed: not even the name of an order can be read.
    let sealed = String::from_utf8_lossy(&searched[&file]).into_owned();
    for word in ["A-0001", "SQLite format 3", "Nok", "order_events"] {
        assert!(!sealed.contains(word), "{word}");
    }
}

/// A copy is one moment of a shop that goes on selling.
#[tokio::test]
async fn a_copy_can_be_made_while_others_sell() {
    let mut till = shop().await;
    let first = cash(&till, "Fah", "5").await;
    passphrase(&mut till);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy");
    let sell = ["charge", "--amount", "2", "--method", "cash"];
    let backup = ["ledger", "backup", path.to_str().unwrap()];
    let running = [
        till.start(&sell),
        till.start(&backup),
        till.start(&sell),
        till.start(&sell),
    ];
    for process in running {
        process.end().await.expect(0);
    }
    let other = elsewhere().await;
    let restored = restore(&other, &path, false).await;
    restored.expect(0);
    other.run(&["ledger", "verify"]).await.expect(0);
    let orders = restored.last()["orders"].as_i64().unwrap();
    let report: Value =
        serde_json::from_str(&report_bytes(&other, first["business_day"].as_str().unwrap()).await).unwrap();
    let gross = satang(&report["gross"]);
    assert!((500..=500 + 3 * 200).contains(&gross) && gross >= 500, "{report}");
    assert!(orders >= report["orders"].as_i64().unwrap());
}
