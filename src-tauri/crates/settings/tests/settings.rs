//! The layers and their errors, as a shop owner and an integrator meet them.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use keptang_domain::{DayCutoff, Method, ProviderId};
use keptang_settings::{
    AmountSignature, CallbackSignature, Era, Flow, JwtType, Language, LedgerUrl, Place, PrinterKind, Secret,
    SecretName, Secrets, Settings, SettingsError, VatMode, init_text,
};

fn from_file(text: &str) -> Result<Settings, SettingsError> {
    Settings::from_sources(Some(text), [])
}

fn from_environment(pairs: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    Settings::from_sources(
        None,
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    )
}

/// Path and TOML value of every commented key in the written file.
fn keys_of_the_written_file() -> Vec<(String, String)> {
    let text = init_text(false);
    let mut section = String::new();
    let mut keys = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.trim_end_matches(']'));
        } else if let Some((name, value)) = line.strip_prefix('#').and_then(|rest| rest.split_once(" = "))
            && !line.starts_with("# ")
        {
            keys.push((format!("{section}{name}"), value.to_owned()));
        }
    }
    keys
}

#[test]
fn defaults_are_those_of_the_contract() {
    let settings = from_file("").unwrap();
    assert!(!settings.training);
    let shop = &settings.shop;
    assert_eq!(
        (shop.language, shop.era, shop.day_cutoff),
        (Language::Thai, Era::Christian, DayCutoff::DEFAULT)
    );
    assert_eq!((shop.adjust_limit_satang, shop.counter.as_str()), (100, "A"));
    assert!(shop.name.is_none() && shop.promptpay_id.is_none() && shop.accounts.is_empty());
    assert_eq!(shop.idle_lock_minutes, Some(5));
    let never = from_file("[shop]\nidle_lock_minutes = 0").unwrap();
    assert_eq!(never.shop.idle_lock_minutes, None);
    let backup = &settings.backup;
    assert_eq!((&backup.folder, backup.every_hours, backup.keep), (&None, 24, 14));
    assert_eq!(settings.vat.mode, VatMode::None);
    assert_eq!(
        settings.ledger.sqlite_path(Path::new("/d")).unwrap(),
        Path::new("/d/ledger.sqlite")
    );
    assert_eq!(settings.callbacks.listen, "127.0.0.1:8787".parse().unwrap());
    assert_eq!(settings.callbacks.public_url, None);

    let deposit = &settings.providers.deposit_gateway;
    assert_eq!((deposit.enabled, deposit.base_url.as_deref()), (None, None));
    assert_eq!(deposit.amount_signature, AmountSignature::Fixed2);
    assert!(deposit.payer_account.is_none(), "auto");
    let jwt = &settings.providers.jwt_gateway;
    assert_eq!(
        (jwt.kind, jwt.callback_signature),
        (JwtType::Qr, CallbackSignature::Strict)
    );
    assert_eq!(jwt.paths.order_query.as_deref(), Some("/order/query"));
    let omise = &settings.providers.omise_truemoney;
    assert_eq!(
        (omise.base_url.as_str(), omise.flow),
        ("https://api.omise.co", Flow::OneCall)
    );
    let crypto = &settings.providers.crypto_2328;
    assert_eq!(crypto.base_url, "https://api.2328.io/api");
    assert_eq!(
        (crypto.invoice_currency.as_str(), crypto.usd_thb_rate.as_str()),
        ("THB", "36.50")
    );
    assert_eq!(
        (crypto.coins.as_slice(), crypto.ttl_s),
        (["USDT/TRX-TRC20".to_owned()].as_slice(), 900)
    );
    assert!(!crypto.legal_note_acknowledged);

    assert_eq!(settings.easyslip.base_url, "https://api.easyslip.com/v2");
    assert_eq!(
        (
            settings.easyslip.keep_images_days,
            settings.easyslip.match_account
        ),
        (30, true)
    );
    assert_eq!(settings.easyslip.max_age_minutes, None);
    use ProviderId::{Cash, Crypto2328, DepositGateway, JwtGateway, OmiseTrueMoney, PromptPayDirect};
    assert_eq!(
        settings.routing.of(Method::PromptPay),
        [JwtGateway, DepositGateway, PromptPayDirect]
    );
    assert_eq!(settings.routing.of(Method::TrueMoney), [OmiseTrueMoney]);
    assert_eq!(settings.routing.of(Method::Crypto), [Crypto2328]);
    assert_eq!(settings.routing.of(Method::Cash), [Cash]);
    let timing = &settings.timing;
    assert_eq!(
        (
            timing.poll_fast_ms,
            timing.poll_slow_ms,
            timing.request_timeout_ms
        ),
        (2_000, 10_000, 15_000)
    );
    assert_eq!(
        (
            timing.late_watch_hours,
            timing.slip_retry_first_s,
            timing.slip_retry_every_s
        ),
        (48, 30, 60)
    );
    let printer = &settings.printer;
    assert_eq!(
        (printer.kind, printer.width_mm, printer.auto),
        (PrinterKind::None, 80, false)
    );
}

#[test]
fn the_environment_goes_over_the_file_goes_over_the_defaults() {
    let file =
        "[shop]\nname = \"ร้าน ก\"\nlanguage = \"en\"\n[timing]\npoll_fast_ms = 50\n[printer]\nauto = true\n";
    let environment = [
        ("KEPTANG__SHOP__NAME", "ร้าน ข"),
        ("KEPTANG__TRAINING", "1"),
        ("KEPTANG__PRINTER__AUTO", "false"),
        (
            "KEPTANG__PROVIDERS__OMISE_TRUEMONEY__BASE_URL",
            "http://127.0.0.1:9/omise/",
        ),
        ("KEPTANG__ROUTING__PROMPTPAY", "promptpay_direct, jwt_gateway"),
        (
            "KEPTANG__PROVIDERS__CRYPTO_2328__COINS",
            r#"["BTC/BTC", "TON/TON"]"#,
        ),
        ("KEPTANG__TIMING__POLL_SLOW_MS", "70"),
        (
            "KEPTANG__SHOP__ACCOUNTS",
            r#"[{ bank_code = "004", number = "1234567890" }]"#,
        ),
        ("KEPTANG_PIN", "1234"),
        ("KEPTANG_SECRET__EASYSLIP__API_KEY", "elsewhere"),
        ("PATH", "/bin"),
    ];
    let pairs = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let settings = Settings::from_sources(Some(file), pairs).unwrap();
    assert_eq!(settings.shop.name.as_deref(), Some("ร้าน ข"));
    assert_eq!(settings.shop.language, Language::English);
    assert!(settings.training && !settings.printer.auto);
    assert_eq!(
        settings.providers.omise_truemoney.base_url, "http://127.0.0.1:9/omise",
        "no trailing slash"
    );
    assert_eq!(
        settings.routing.promptpay,
        [ProviderId::PromptPayDirect, ProviderId::JwtGateway]
    );
    assert_eq!(settings.providers.crypto_2328.coins, ["BTC/BTC", "TON/TON"]);
    assert_eq!(
        (settings.timing.poll_fast_ms, settings.timing.poll_slow_ms),
        (50, 70)
    );
    assert_eq!(settings.shop.accounts[0].number.expose(), "1234567890");
}

#[test]
fn an_empty_text_takes_a_value_back() {
    let file = "[shop]\nname = \"x\"\nlanguage = \"en\"\n[providers.jwt_gateway.paths]\nhealth = \"\"\n";
    let pairs =
        ["KEPTANG__SHOP__NAME", "KEPTANG__SHOP__LANGUAGE"].map(|name| (name.to_owned(), String::new()));
    let settings = Settings::from_sources(Some(file), pairs).unwrap();
    assert_eq!(settings.shop.name, None);
    assert_eq!(settings.shop.language, Language::Thai, "back to the default");
    assert_eq!(
        settings.providers.jwt_gateway.paths.health, None,
        "the provider has no such address"
    );
}

#[test]
fn tables_of_accounts_are_read() {
    let settings = from_file(
        r#"
        [[shop.accounts]]
        bank_code = "004"
        number = "123-4-56789-0"
        name_th = "ร้าน"
        [[shop.accounts]]
        bank_code = "014"
        number = "9876543210"
        promptpay = "0812345678"
        [[providers.jwt_gateway.payout_accounts]]
        label = "main"
        bank_code = "004"
        account_no = "1112223334"
        account_name = "Shop"
        "#,
    )
    .unwrap();
    assert_eq!(settings.shop.accounts.len(), 2);
    assert_eq!(
        settings.shop.accounts[1].promptpay.as_ref().unwrap().expose(),
        "0812345678"
    );
    assert_eq!(settings.providers.jwt_gateway.payout_accounts[0].label, "main");
    let printed = format!("{settings:?}");
    for hidden in ["56789", "9876543210", "0812345678", "1112223334"] {
        assert!(!printed.contains(hidden), "{hidden} is printed");
    }
    assert!(printed.contains("…3210"));
}

#[test]
fn unknown_keys_name_the_nearest_and_the_place() {
    for (file, line, key, nearest) in [
        ("[shop]\nnmae = 1\n", 2, "shop.nmae", "shop.name"),
        ("\n\n[shopp]\nname = 1\n", 3, "shopp", "shop"),
        ("promptpay_id = 1", 1, "promptpay_id", "shop.promptpay_id"),
        (
            "[providers.omise]\nflow = 1\n",
            1,
            "providers.omise",
            "providers.omise_truemoney",
        ),
        (
            "[timing]\npoll_fast_ms = 1000\npoll_fst_ms = 1\nzzz = 1\n",
            3,
            "timing.poll_fst_ms",
            "timing.poll_fast_ms",
        ),
    ] {
        let error = from_file(file).unwrap_err();
        let place = Place::File { line };
        assert_eq!(
            error,
            SettingsError::UnknownKey {
                key: key.to_owned(),
                place,
                nearest: nearest.to_owned()
            }
        );
        for text in [error.to_string(), error.th()] {
            assert!(
                text.contains(key) && text.contains(nearest) && text.contains(&line.to_string()),
                "{text}"
            );
        }
        assert_eq!(error.code(), "unknown_setting");
    }
    let error = from_environment(&[("KEPTANG__PROVIDERS__OMISE_TRUEMONY__BASE_URL", "x")]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("'KEPTANG__PROVIDERS__OMISE_TRUEMONEY__BASE_URL'"),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains("environment variable KEPTANG__PROVIDERS__OMISE_TRUEMONY__BASE_URL")
    );
}

#[test]
fn wrong_types_name_what_was_found_and_expected() {
    for (file, key, found, expected) in [
        ("[shop]\nname = 5", "shop.name", "a whole number", "a text"),
        ("training = \"yes\"", "training", "a text", "true or false"),
        (
            "[shop]\nadjust_limit = 1.00",
            "shop.adjust_limit",
            "a number with a decimal point",
            "\"1.00\"",
        ),
        (
            "[shop]\nday_cutoff = 04:00:00",
            "shop.day_cutoff",
            "a date or time without quotes",
            "\"04:00\"",
        ),
        (
            "[timing]\npoll_fast_ms = \"2000\"",
            "timing.poll_fast_ms",
            "a text",
            "a whole number from 10",
        ),
        (
            "[timing]\npoll_fast_ms = 99999999999999999999",
            "timing.poll_fast_ms",
            "too large",
            "a whole number",
        ),
        (
            "[routing]\npromptpay = \"cash\"",
            "routing.promptpay",
            "a text",
            "\"promptpay_direct\"",
        ),
        (
            "[shop]\naccounts = [\"x\"]",
            "shop.accounts",
            "a text",
            "bank_code, number",
        ),
        ("shop = 3", "shop", "a whole number", "a section [shop]"),
        ("[shop.name]\nx = 1", "shop.name", "a table", "a text"),
    ] {
        let error = from_file(file).unwrap_err();
        assert_eq!(
            (error.code(), error.key()),
            ("setting_wrong_type", Some(key)),
            "{error}"
        );
        assert!(
            error.to_string().contains(found) && error.to_string().contains(expected),
            "{error}"
        );
        assert!(error.th().contains(key));
    }
    let error = from_environment(&[("KEPTANG__TRAINING", "maybe")]).unwrap_err();
    assert_eq!(
        (error.code(), error.key()),
        ("setting_wrong_type", Some("training"))
    );
}

#[test]
fn invalid_values_name_the_setting() {
    for (file, key) in [
        (
            "[providers.omise_truemoney]\nbase_url = \"http://api.omise.co\"",
            "providers.omise_truemoney.base_url",
        ),
        (
            "[callbacks]\npublic_url = \"http://shop.example\"",
            "callbacks.public_url",
        ),
        ("[callbacks]\nlisten = \"8787\"", "callbacks.listen"),
        ("[shop]\nday_cutoff = \"25:00\"", "shop.day_cutoff"),
        ("[shop]\nlanguage = \"de\"", "shop.language"),
        ("[shop]\nera = \"ad\"", "shop.era"),
        ("[shop]\npromptpay_id = \"12345\"", "shop.promptpay_id"),
        ("[shop]\nadjust_limit = \"1.005\"", "shop.adjust_limit"),
        ("[shop]\ncounter = \"counter\"", "shop.counter"),
        ("[shop]\naccounts = [{ bank_code = \"004\" }]", "shop.accounts"),
        ("[ledger]\nurl = \"mysql://x\"", "ledger.url"),
        ("[routing]\ntruemoney = [\"omise\"]", "routing.truemoney"),
        ("[printer]\nwidth_mm = 72", "printer.width_mm"),
        ("[backup]\nfolder = \"copies\"", "backup.folder"),
        ("[backup]\nevery_hours = 0", "backup.every_hours"),
        ("[backup]\nkeep = 0", "backup.keep"),
        ("[shop]\nidle_lock_minutes = 1441", "shop.idle_lock_minutes"),
        ("[timing]\nlate_watch_hours = -1", "timing.late_watch_hours"),
        (
            "[providers.crypto_2328]\nttl_seconds = 60",
            "providers.crypto_2328.ttl_seconds",
        ),
    ] {
        let error = from_file(file).unwrap_err();
        assert_eq!(
            (error.code(), error.key()),
            ("setting_invalid", Some(key)),
            "{error}"
        );
        assert!(error.to_string().contains(key) && error.th().contains(key));
    }
}

#[test]
fn secrets_in_settings_are_refused_and_told_where_to_go() {
    for (file, key, variable) in [
        (
            "[providers.omise_truemoney]\nsecret_key = \"canary\"",
            "providers.omise_truemoney.secret_key",
            "KEPTANG_SECRET__OMISE_TRUEMONEY__SECRET_KEY",
        ),
        (
            "[providers.omise]\npublic_key = \"canary\"",
            "providers.omise.public_key",
            "KEPTANG_SECRET__OMISE_TRUEMONEY__PUBLIC_KEY",
        ),
        (
            "nonsense = 1\n[providers.deposit_gateway]\ntoken = \"canary\"",
            "providers.deposit_gateway.token",
            "KEPTANG_SECRET__DEPOSIT_GATEWAY__TOKEN",
        ),
        (
            "[slips.easyslip]\napi_key = \"canary\"",
            "slips.easyslip.api_key",
            "KEPTANG_SECRET__EASYSLIP__API_KEY",
        ),
        (
            "[[providers.jwt_gateway.payout_accounts]]\nlabel = \"x\"\napi_key = \"canary\"",
            "providers.jwt_gateway.payout_accounts.api_key",
            "KEPTANG_SECRET__",
        ),
        (
            "[ledger]\npassword = \"canary\"",
            "ledger.password",
            "KEPTANG_SECRET__",
        ),
    ] {
        let error = from_file(file).unwrap_err();
        assert_eq!(
            (error.code(), error.key()),
            ("secret_in_settings", Some(key)),
            "{error}"
        );
        for text in [error.to_string(), error.th()] {
            assert!(text.contains(variable) && text.contains("keychain"), "{text}");
        }
        assert!(error.to_string().contains("encrypted secrets file"));
        assert!(!format!("{error} {error:?} {}", error.th()).contains("canary"));
    }
    let misplaced = [("KEPTANG__PROVIDERS__JWT_GATEWAY__API_KEY", "canary")];
    let error = from_environment(&misplaced).unwrap_err();
    assert_eq!(error.code(), "secret_in_settings");
    assert!(
        error.to_string().contains("KEPTANG_SECRET__JWT_GATEWAY__API_KEY"),
        "{error}"
    );
}

/// Whatever is typed wherever: no error and no Debug text repeats it.
#[test]
fn a_canary_never_comes_back() {
    const CANARY: &str = "skey_live_canary0815";
    let mut texts = Vec::new();
    let mut report = |result: Result<Settings, SettingsError>| match result {
        Ok(_) => {}
        Err(error) => texts.push(format!("{error} {error:?} {}", error.th())),
    };
    for (path, _) in keys_of_the_written_file() {
        if path.contains("printer") || !path.contains('.') {
            continue;
        }
        report(from_file(&format!("{path} = \"{CANARY}\"")));
        report(from_file(&format!("{path} = [\"{CANARY}\"]")));
        report(from_file(&format!("{path} = [{{ {CANARY} = \"{CANARY}\" }}]")));
        let variable = format!("KEPTANG__{}", path.to_uppercase().replace('.', "__"));
        report(from_environment(&[(&variable, CANARY)]));
        report(from_environment(&[(&variable, &format!("[\"{CANARY}\""))]));
    }
    for broken in [
        format!("secret_key = \"{CANARY}\nx"),
        format!("secret_key = {CANARY}"),
        format!("{{{CANARY}"),
        format!("a = \"{CANARY}\"\na = \"{CANARY}\""),
        format!("url = 'https://user:{CANARY}@host'"),
    ] {
        report(from_file(&broken));
        report(from_file(&format!("[ledger]\n{broken}")));
    }
    assert!(texts.len() > 200, "{}", texts.len());
    for text in texts {
        assert!(!text.contains("canary"), "{text}");
    }

    let postgres = format!("[ledger]\nurl = \"postgres://till:{CANARY}@db/keptang\"");
    let settings = from_file(&postgres).unwrap();
    assert!(matches!(&settings.ledger, LedgerUrl::Postgres(url) if url.contains(CANARY)));
    assert!(!format!("{settings:?}").contains("canary"));
}

#[test]
fn broken_toml_names_the_line() {
    let error = from_file("[shop]\nname = \"x\"\nlanguage = th\n").unwrap_err();
    assert!(
        matches!(error, SettingsError::Syntax { line: 3, .. }),
        "{error:?}"
    );
    assert!(error.th().contains('3'));
    assert!(matches!(
        from_file("[shop]\n[shop]\n"),
        Err(SettingsError::Syntax { line: 2, .. })
    ));
}

#[test]
fn the_written_file_loads_as_it_is_and_changes_nothing() {
    assert_eq!(from_file(&init_text(false)).unwrap(), from_file("").unwrap());
    assert!(keys_of_the_written_file().len() > 60);
}

#[test]
fn any_line_of_the_written_file_may_be_uncommented_alone_and_all_together() {
    let text = init_text(false);
    let is_key = |line: &str| line.starts_with('#') && !line.starts_with("# ") && line.contains(" = ");
    let defaults = from_file("").unwrap();
    let mut unchanged = 0;
    for (at, line) in text.lines().enumerate().filter(|(_, line)| is_key(line)) {
        let uncommented = |(n, line): (usize, &str)| {
            if n == at {
                line.trim_start_matches('#').to_owned()
            } else {
                line.to_owned()
            }
        };
        let lines: Vec<_> = text.lines().enumerate().map(uncommented).collect();
        let settings = from_file(&lines.join("\n")).unwrap_or_else(|error| panic!("{line}: {error}"));
        unchanged += usize::from(settings == defaults);
    }
    // Both lists of accounts, the age of slips, the folder for backups and `enabled` of five services show an example.
    let examples = 2 + 1 + 1 + 5;
    assert_eq!(
        unchanged,
        keys_of_the_written_file().len() - examples,
        "a shown default is not the default"
    );
    let all: Vec<_> = text
        .lines()
        .map(|line| if is_key(line) { &line[1..] } else { line })
        .collect();
    let settings = from_file(&all.join("\n")).unwrap();
    assert_eq!(settings.providers.jwt_gateway.payout_accounts.len(), 1);
}

#[test]
fn every_key_can_be_overridden_by_the_environment() {
    for (path, value) in keys_of_the_written_file() {
        let variable = format!("KEPTANG__{}", path.to_uppercase().replace('.', "__"));
        let text = value.trim_matches('"');
        from_environment(&[(&variable, text)]).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn every_key_is_explained_in_both_languages() {
    let text = init_text(false);
    let lines: Vec<_> = text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with('#') && !line.starts_with("# ") && line.contains(" = ") {
            let above = lines[at - 1];
            let (th, en) = above.strip_prefix("# ").unwrap().split_once(" · ").unwrap();
            assert!(!th.is_empty() && en.is_ascii() && en.len() > 3, "{above}");
        }
    }
}

#[test]
fn training_is_a_plainly_invented_shop_at_the_simulator() {
    let settings = from_file(&init_text(true)).unwrap();
    assert!(settings.training);
    assert_eq!(settings.shop.name.as_deref(), Some("ร้านฝึกเก็บตัง"));
    assert_eq!(
        settings.shop.promptpay_id.as_ref().unwrap().expose(),
        "0800000000"
    );
    assert_eq!(
        settings.providers.omise_truemoney.base_url,
        "http://127.0.0.1:8790/omise"
    );
    let back = init_text(true).replace("training = true", "training = false");
    assert!(!from_file(&back).unwrap().training);
}

#[test]
fn providers_are_on_when_their_secrets_are_there_unless_the_owner_says_otherwise() {
    let secrets =
        |names: &[SecretName]| Secrets::from_pairs(names.iter().map(|name| (*name, Secret::new("x"))));
    let none = secrets(&[]);
    let all = secrets(&SecretName::ALL);
    let plain = from_file("").unwrap();
    let on = |settings: &Settings, secrets: &Secrets| {
        ProviderId::ALL
            .iter()
            .copied()
            .filter(|id| settings.is_enabled(*id, secrets))
            .collect::<Vec<_>>()
    };
    use ProviderId::{Cash, DepositGateway, JwtGateway, OmiseTrueMoney};
    assert_eq!(on(&plain, &none), [Cash]);
    assert_eq!(
        on(&plain, &all),
        [DepositGateway, JwtGateway, OmiseTrueMoney, Cash],
        "crypto needs its note"
    );
    let part = secrets(&[SecretName::DepositGatewayToken, SecretName::OmiseSecretKey]);
    assert_eq!(on(&plain, &part), [OmiseTrueMoney, Cash]);
    assert!(!plain.is_easyslip_enabled(&none) && plain.is_easyslip_enabled(&all));

    let source_first = from_file("[providers.omise_truemoney]\nflow = \"source_first\"").unwrap();
    assert!(
        !source_first.is_enabled(OmiseTrueMoney, &part),
        "needs the public key too"
    );
    let off = from_file("[providers.omise_truemoney]\nenabled = false").unwrap();
    assert!(!off.is_enabled(OmiseTrueMoney, &all));
    let forced = from_file("[providers.jwt_gateway]\nenabled = true").unwrap();
    assert!(forced.is_enabled(JwtGateway, &none));
    let crypto = from_file("[providers.crypto_2328]\nenabled = true").unwrap();
    assert!(
        !crypto.is_enabled(ProviderId::Crypto2328, &all),
        "not without the legal note"
    );
    let noted = from_file("[providers.crypto_2328]\nlegal_note_acknowledged = true").unwrap();
    assert!(
        noted.is_enabled(ProviderId::Crypto2328, &all) && !noted.is_enabled(ProviderId::Crypto2328, &none)
    );
    let direct = from_file("[shop]\npromptpay_id = \"080-000-0000\"").unwrap();
    assert!(direct.is_enabled(ProviderId::PromptPayDirect, &none));
    assert_eq!(
        direct.shop.promptpay_id.unwrap().expose(),
        "080-000-0000",
        "kept as written"
    );
}

#[test]
fn the_file_in_the_data_directory_is_read() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(
        Settings::load(dir.path(), []).unwrap(),
        from_file("").unwrap(),
        "no file is no error"
    );
    let path = dir.path().join("settings.toml");
    std::fs::write(&path, "\u{feff}[shop]\r\nname = \"ร้าน\"\r\n").unwrap();
    assert_eq!(
        Settings::load(dir.path(), []).unwrap().shop.name.as_deref(),
        Some("ร้าน")
    );
    std::fs::write(&path, [0xff, 0xfe]).unwrap();
    assert_eq!(
        Settings::load(dir.path(), []).unwrap_err().code(),
        "settings_unreadable"
    );
}
