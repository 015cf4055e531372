//! Changing settings.toml where it stands: what is asked for changes, every other byte stays.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;

use keptang_settings::{
    Changed, SettingChange, SettingValue, Settings, SettingsError, SettingsFile, edit, init_text, overridden,
};
use proptest::prelude::*;

fn text(text: &str) -> Option<SettingValue> {
    Some(SettingValue::Text(text.to_owned()))
}

fn row(cells: &[(&str, &str)]) -> BTreeMap<String, String> {
    cells
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

fn change(key: &str, value: Option<SettingValue>) -> SettingChange {
    (key.to_owned(), value)
}

/// The text of the file after the changes.
fn after(before: &str, changes: &[SettingChange]) -> Result<String, SettingsError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("settings.toml");
    fs::write(&path, before).unwrap();
    let result = edit(dir.path(), None, changes);
    let now = fs::read_to_string(&path).unwrap();
    if result.is_err() {
        assert_eq!(now, before, "an error writes nothing");
    }
    result.map(|_| now)
}

#[test]
fn only_the_value_changes() {
    let accounts = |number: &str| {
        Some(SettingValue::Rows(vec![row(&[
            ("number", number),
            ("bank_code", "004"),
        ])]))
    };
    for (before, key, value, expected) in [
        (
            "[shop]\nname = 'a' # ours\n",
            "shop.name",
            text("ข"),
            "[shop]\nname = \"ข\" # ours\n",
        ),
        (
            "shop.name = \"a\"\n",
            "shop.name",
            text("b"),
            "shop.name = \"b\"\n",
        ),
        (
            "shop = { name = \"a\", era = \"be\" }\n",
            "shop.name",
            text("b"),
            "shop = { name = \"b\", era = \"be\" }\n",
        ),
        (
            "[shop]\n# Name\n#name = \"\"\n# Tax\n",
            "shop.name",
            text("b"),
            "[shop]\n# Name\nname = \"b\"\n# Tax\n",
        ),
        (
            "[shop]\r\nera = \"be\"\r\n[vat]\r\n",
            "shop.name",
            text("b"),
            "[shop]\r\nname = \"b\"\r\nera = \"be\"\r\n[vat]\r\n",
        ),
        (
            "\u{feff}[shop]",
            "shop.name",
            text("b"),
            "\u{feff}[shop]\nname = \"b\"\n",
        ),
        (
            "[vat]\n#name = 1\nmode = \"none\"",
            "shop.name",
            text("b"),
            "[vat]\n#name = 1\nmode = \"none\"\n\n[shop]\nname = \"b\"\n",
        ),
        (
            "[shop]\nname = \"\"\"a\n#era = x\"\"\"\n",
            "shop.era",
            text("be"),
            "[shop]\nera = \"be\"\nname = \"\"\"a\n#era = x\"\"\"\n",
        ),
        (
            "",
            "training",
            Some(SettingValue::Flag(true)),
            "training = true\n",
        ),
        (
            "[providers.jwt_gateway.paths]\nbanks = \"\"\n",
            "providers.jwt_gateway.merchant_id",
            text("m"),
            "[providers.jwt_gateway.paths]\nbanks = \"\"\n\n[providers.jwt_gateway]\nmerchant_id = \"m\"\n",
        ),
        (
            "[shop]\nname = \"a\" # x\nera = \"be\"\n",
            "shop.name",
            None,
            "[shop]\n#name = \"\" # x\nera = \"be\"\n",
        ),
        (
            "shop.era = \"be\"\n",
            "shop.era",
            text(" "),
            "#shop.era = \"ce\"\n",
        ),
        (
            "[shop]\naccounts = [{ bank_code = \"1\", number = \"2\" }]\n",
            "shop.accounts",
            accounts("3"),
            "[shop]\naccounts = [\n  { bank_code = \"004\", number = \"3\" },\n]\n",
        ),
        (
            "[shop]\n#accounts = [{}]\n[vat]",
            "shop.accounts",
            accounts("3"),
            "[shop]\naccounts = [\n  { bank_code = \"004\", number = \"3\" },\n]\n[vat]",
        ),
        (
            "# a\n[[shop.accounts]]\nnumber = \"1\"\nbank_code = \"2\" # b\n# c\n[[shop.accounts]]\nnumber = \"4\"\nbank_code = \"5\"\n# d\n[vat]\n",
            "shop.accounts",
            accounts("3"),
            "# a\n[[shop.accounts]]\nbank_code = \"004\"\nnumber = \"3\" # b\n# c\n# d\n[vat]\n",
        ),
        (
            "# a\n[[shop.accounts]]\nnumber = \"1\"\nbank_code = \"2\"\n# d\n[vat]\n",
            "shop.accounts",
            None,
            "# a\n# d\n[vat]\n",
        ),
        (
            "[routing]\ncash = []\n",
            "routing.cash",
            Some(SettingValue::Texts(vec!["cash".to_owned()])),
            "[routing]\ncash = [\"cash\"]\n",
        ),
        (
            "[timing]\npoll_fast_ms = 2_000\n",
            "timing.poll_fast_ms",
            Some(SettingValue::Number(50)),
            "[timing]\npoll_fast_ms = 50\n",
        ),
        (
            "[timing]\npoll_fast_ms = 2_000\n",
            "timing.poll_fast_ms",
            Some(SettingValue::Number(2_000)),
            "[timing]\npoll_fast_ms = 2_000\n",
        ),
    ] {
        let now = after(before, &[change(key, value)]).unwrap();
        assert_eq!(now, expected, "{before}");
        assert!(Settings::from_sources(Some(&now), []).is_ok());
    }
}

#[test]
fn a_new_file_is_the_commented_one() {
    let dir = tempfile::tempdir().unwrap();
    let seen = SettingsFile::read(dir.path()).unwrap().fingerprint().to_owned();
    edit(dir.path(), Some(&seen), &[change("shop.name", text("ร้าน"))]).unwrap();
    let now = fs::read_to_string(dir.path().join("settings.toml")).unwrap();
    assert_eq!(
        now,
        init_text(false).replace("\n#name = \"\"", "\nname = \"ร้าน\"")
    );
    let leftover: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        !leftover.iter().any(|name| name == "settings.toml.new"),
        "{leftover:?}"
    );
}

#[test]
fn what_changed_is_told_without_whole_accounts() {
    let dir = tempfile::tempdir().unwrap();
    let before = "[shop]\npromptpay_id = \"0812345678\"\n[ledger]\nurl = \"postgres://u:canary@db/x\"\n";
    fs::write(dir.path().join("settings.toml"), before).unwrap();
    let changes = [
        change("ledger.url", text("sqlite:a.sqlite")),
        change("shop.promptpay_id", text("0899999999")),
        change("shop.language", text("en")),
        change("shop.era", None),
        change("providers.deposit_gateway.payer_account", text("auto")),
        change(
            "providers.jwt_gateway.payout_accounts",
            Some(SettingValue::Rows(vec![row(&[
                ("label", "main"),
                ("bank_code", "004"),
                ("account_no", "1112223334"),
                ("account_name", "Shop"),
            ])])),
        ),
    ];
    let changed = edit(dir.path(), None, &changes).unwrap();
    let line = |key, old: Option<&str>, new: Option<&str>| Changed {
        key,
        old: old.map(str::to_owned),
        new: new.map(str::to_owned),
    };
    assert_eq!(
        changed,
        [
            line("shop.promptpay_id", Some("…5678"), Some("…9999")),
            line("shop.language", None, Some("en")),
            line("ledger.url", Some("postgres://…"), Some("sqlite:a.sqlite")),
            line("providers.deposit_gateway.payer_account", None, Some("auto")),
            line(
                "providers.jwt_gateway.payout_accounts",
                None,
                Some("Shop …3334 004 main")
            ),
        ]
    );
    assert_eq!(
        format!("{:?}", changes[1].1),
        "Some(a text)",
        "a value does not print"
    );
    let file = SettingsFile::read(dir.path()).unwrap();
    assert_eq!(file.get("shop.promptpay_id"), text("0899999999"));
    assert_eq!(file.get("shop.era"), None);
    assert_eq!(
        edit(dir.path(), None, &changes).unwrap(),
        [],
        "the same again is no change"
    );
}

#[test]
fn what_cannot_be_is_refused_and_nothing_is_written() {
    let before = "[shop]\nname = \"a\"\n";
    for (key, value, code, named) in [
        ("shop.nmae", text("x"), "unknown_setting", "shop.name"),
        ("shop", text("x"), "unknown_setting", "shop"),
        ("shop.era", text("ad"), "setting_invalid", "\"be\""),
        (
            "shop.name",
            Some(SettingValue::Number(1)),
            "setting_wrong_type",
            "a text",
        ),
        ("backup.folder", text("usb"), "setting_invalid", "whole path"),
        (
            "shop.idle_lock_minutes",
            Some(SettingValue::Number(-1)),
            "setting_invalid",
            "from 0",
        ),
        (
            "shop.accounts",
            Some(SettingValue::Rows(vec![row(&[("number", "1")])])),
            "setting_invalid",
            "bank_code",
        ),
        (
            "slips.easyslip.api_key",
            text("canary"),
            "secret_in_settings",
            "KEPTANG_SECRET__EASYSLIP__API_KEY",
        ),
    ] {
        let good = change("shop.tax_id", text("1"));
        let error = after(before, &[good, change(key, value)]).unwrap_err();
        assert_eq!((error.code(), error.key()), (code, Some(key)));
        assert!(error.to_string().contains(named), "{error}");
        assert!(
            error.th().contains(key) && error.to_string().starts_with("not changed"),
            "{error}"
        );
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
    let inline = after("shop = { name = \"a\" }\n", &[change("shop.era", text("be"))]).unwrap_err();
    assert_eq!(inline.code(), "setting_not_editable");
    let broken = after("[shop]\nnmae = 1\n", &[change("shop.era", text("be"))]).unwrap_err();
    assert_eq!(
        broken.code(),
        "unknown_setting",
        "a file that is not right is not written over"
    );
}

#[test]
fn a_file_that_changed_meanwhile_is_not_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("settings.toml");
    fs::write(&path, "[shop]\nname = \"a\"\n").unwrap();
    let seen = SettingsFile::read(dir.path()).unwrap().fingerprint().to_owned();
    fs::write(&path, "[shop]\nname = \"b\"\n").unwrap();
    let late = edit(dir.path(), Some(&seen), &[change("shop.era", text("be"))]);
    assert_eq!(late, Err(SettingsError::ChangedMeanwhile));
    assert_eq!(fs::read_to_string(&path).unwrap(), "[shop]\nname = \"b\"\n");
    let seen = SettingsFile::read(dir.path()).unwrap().fingerprint().to_owned();
    assert!(edit(dir.path(), Some(&seen), &[change("shop.era", text("be"))]).is_ok());
    assert_ne!(SettingsFile::read(dir.path()).unwrap().fingerprint(), seen);
}

#[cfg(unix)]
#[test]
fn who_may_read_the_file_and_where_it_lies_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let real = elsewhere.path().join("till.toml");
    fs::write(&real, "").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    let link = dir.path().join("settings.toml");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    edit(dir.path(), None, &[change("shop.name", text("b"))]).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains("\"b\""));
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn keys_of_the_environment_are_named() {
    let variables = [
        "KEPTANG__SHOP__NAME",
        "KEPTANG_PIN",
        "PATH",
        "KEPTANG__PROVIDERS__JWT_GATEWAY__PATHS__BANKS",
    ];
    assert_eq!(
        overridden(variables),
        ["shop.name", "providers.jwt_gateway.paths.banks"]
    );
}

fn a_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~ก-๙\n\"'\\\\#=]{0,30}",
        Just("\"\"\"".to_owned()),
        Just("a\\\n#name = x".to_owned()),
        Just("[shop]\nera = \"be\"".to_owned()),
    ]
}

fn a_change() -> impl Strategy<Value = SettingChange> {
    let texts = [
        "shop.name",
        "shop.address",
        "vat.pos_id",
        "providers.jwt_gateway.payer_name",
    ];
    let rows = prop::collection::vec((a_text(), a_text()), 0..3).prop_map(|rows| {
        let row = |(name, number): &(String, String)| {
            row(&[
                ("bank_code", "004"),
                ("number", &format!("1{number}")),
                ("name_th", name),
            ])
        };
        change(
            "shop.accounts",
            Some(SettingValue::Rows(rows.iter().map(row).collect())),
        )
    });
    prop_oneof![
        (prop::sample::select(texts.to_vec()), prop::option::of(a_text()))
            .prop_map(|(key, value)| change(key, value.map(SettingValue::Text))),
        prop::option::of(any::<bool>()).prop_map(|flag| change("training", flag.map(SettingValue::Flag))),
        prop::option::of(0_i64..1_441)
            .prop_map(|n| change("shop.idle_lock_minutes", n.map(SettingValue::Number))),
        rows,
        Just(change("shop.accounts", None)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    /// Whatever is typed, in whatever order: each key holds what was last asked for it, and no comment is lost.
    #[test]
    fn any_changes_are_what_the_file_then_says(changes in prop::collection::vec(a_change(), 1..8), tables in any::<bool>()) {
        let dir = tempfile::tempdir().unwrap();
        let mut before = init_text(false);
        if tables {
            before.push_str("# last\n[[shop.accounts]]\nbank_code = \"9\"\nnumber = \"9\"\n# very last\n");
        }
        fs::write(dir.path().join("settings.toml"), &before).unwrap();
        let mut last = BTreeMap::new();
        for step in &changes {
            edit(dir.path(), None, std::slice::from_ref(step)).unwrap();
            last.insert(step.0.as_str(), &step.1);
        }
        let file = SettingsFile::read(dir.path()).unwrap();
        for (key, value) in last {
            let expected = match value {
                Some(SettingValue::Text(text)) if text.trim().is_empty() => None,
                Some(SettingValue::Text(text)) => Some(SettingValue::Text(text.trim().to_owned())),
                Some(SettingValue::Rows(rows)) if rows.is_empty() => None,
                Some(SettingValue::Rows(rows)) => Some(SettingValue::Rows(rows.iter().map(|row| {
                    row.iter()
                        .map(|(name, text)| (name.clone(), text.trim().to_owned()))
                        .filter(|(_, text)| !text.is_empty())
                        .collect()
                }).collect())),
                other => other.clone(),
            };
            prop_assert!(file.get(key) == expected, "{key}: {value:?}");
        }
        let now = fs::read_to_string(dir.path().join("settings.toml")).unwrap();
        for comment in before.lines().filter(|line| line.starts_with("# ")) {
            prop_assert!(now.lines().any(|line| line == comment), "{comment} is gone");
        }
    }
}
