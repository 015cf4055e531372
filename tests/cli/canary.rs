//! No secret leaves the till: every key, PIN and attempt address is a canary, every kind of success and failure is
//! run with the log turned all the way up, and then everything that was written anywhere is searched.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use keptang_simulator::Config;
use keptang_simulator::control::Action;
use keptang_simulator::faults::{Endpoint, Fault, FaultRule, WebhookVariant};
use keptang_tests::till::{Finished, SECRET_KEY, TestTill, free_port, until};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use std::path::Path;

const OMISE_SECRET: &str = "skey_test_canaryTweetOmiseSecret7Kq2";
const OMISE_PUBLIC: &str = "pkey_test_canaryTweetOmisePublic8Lw3";
/// What the webhook secret decodes to.
const WEBHOOK_KEY: &str = "canaryTweetWebhookKey9Mx4";
const REJECTED_SECRET: &str = "skey_test_canaryTweetRejected1Np5";
const PIN: &str = "739184625017";
const WRONG_PIN: &str = "846293751908";
const PASSPHRASE: &str = "canaryTweetPassphrase3Rs7";
/// Secrets of providers that are not asked; set all the same, as a shop would have them.
const OTHERS: [(&str, &str); 6] = [
    (
        "KEPTANG_SECRET__DEPOSIT_GATEWAY__TOKEN",
        "canaryTweetDepositToken4Tu8",
    ),
    (
        "KEPTANG_SECRET__DEPOSIT_GATEWAY__API_KEY",
        "canaryTweetDepositApi5Vw9",
    ),
    (
        "KEPTANG_SECRET__DEPOSIT_GATEWAY__SECRET_KEY",
        "canaryTweetDepositSecret6Xy1",
    ),
    ("KEPTANG_SECRET__JWT_GATEWAY__API_KEY", "canaryTweetJwtApi7Za2"),
    ("KEPTANG_SECRET__CRYPTO_2328__API_KEY", "canaryTweetCryptoApi8Bc3"),
    ("KEPTANG_SECRET__EASYSLIP__API_KEY", "canaryTweetEasySlip9De4"),
];

fn webhook_secret() -> String {
    base64::engine::general_purpose::STANDARD.encode(WEBHOOK_KEY)
}

fn canaries() -> Vec<String> {
    let own = [
        OMISE_SECRET,
        OMISE_PUBLIC,
        WEBHOOK_KEY,
        REJECTED_SECRET,
        PIN,
        WRONG_PIN,
        PASSPHRASE,
    ];
    let others = OTHERS.map(|(_, secret)| secret);
    let mut all: Vec<String> = own.into_iter().chain(others).map(str::to_owned).collect();
    all.push(webhook_secret());
    all
}

/// A secret as it may show up: as it is, in hex, and in base64, there also in the middle of a longer text such as an
/// `Authorization` header.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned(), hex::encode(secret), hex::encode_upper(secret)];
    for before in 0..3 {
        let padded = [&b"???"[..before], secret.as_bytes()].concat();
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&padded);
            // The first and last characters also carry bits of the neighbours.
            let from = (before * 8).div_ceil(6);
            let until = padded.len() * 8 / 6;
            forms.push(encoded[from..until].to_owned());
        }
    }
    forms
}

fn found_in<'a>(text: &str, secrets: &'a [String]) -> Vec<&'a str> {
    let shows = |secret: &&String| forms(secret).iter().any(|form| text.contains(form.as_str()));
    secrets.iter().filter(shows).map(String::as_str).collect()
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let secrets = canaries();
    for secret in &secrets {
        for text in [
            format!("x{secret}y"),
            hex::encode(format!("x{secret}")),
            STANDARD_NO_PAD.encode(format!("{secret}:")),
            STANDARD_NO_PAD.encode(format!("u{secret}:")),
            URL_SAFE_NO_PAD.encode(format!("us{secret}er")),
        ] {
            assert!(found_in(&text, &secrets).contains(&secret.as_str()), "{text}");
        }
    }
    assert!(found_in("a text without any of them", &secrets).is_empty());
}

/// Everything a till printed, run by run.
struct Said(Vec<(String, Finished)>);

impl Said {
    async fn run(&mut self, till: &TestTill, arguments: &[&str], code: i32) {
        let ended = till.run(arguments).await;
        ended.expect(code);
        self.0.push((arguments.join(" "), ended));
    }
}

const CHARGE: [&str; 5] = ["charge", "--amount", "250", "--method", "truemoney"];

async fn canary_till() -> TestTill {
    let mut till = TestTill::with(Config {
        secret_key: OMISE_SECRET.to_owned(),
        public_key: OMISE_PUBLIC.to_owned(),
        webhook_secret: webhook_secret(),
        ..Config::default()
    })
    .await;
    till.with_callbacks()
        .set("RUST_LOG", "trace")
        .set("KEPTANG__TIMING__REQUEST_TIMEOUT_MS", "500")
        .set("KEPTANG__SHOP__PROMPTPAY_ID", "0812345678")
        .set("KEPTANG_PASSPHRASE", PASSPHRASE)
        .set("KEPTANG_NEW_PIN", PIN)
        .set("KEPTANG_PIN", PIN);
    for (name, secret) in OTHERS {
        till.set(name, secret);
    }
    till
}

/// Sales that end in every way, with a `serve` beside them that hears the callbacks.
async fn sales(till: &TestTill, said: &mut Said) {
    let mut serve = till.start(&["serve"]);
    serve.line("serve", |line| line["type"] == "serve").await;
    for (action, code) in [(Action::Pay, 0), (Action::Fail, 3), (Action::Expire, 3)] {
        let mut charge = till.start(&CHARGE);
        charge.attempt_in("awaiting").await;
        let id = till.charges().await.pop().unwrap().id;
        till.provider.act(&id, action).await.unwrap();
        let ended = charge.end().await;
        ended.expect(code);
        said.0.push((format!("charge, then {action:?}"), ended));
    }
    let id = till.charges().await[0].id.clone();
    let refused_before = till.provider.stats().await.unwrap().webhooks.refused;
    for variant in [
        WebhookVariant::Forged,
        WebhookVariant::Altered,
        WebhookVariant::Stale,
    ] {
        till.provider.resend_webhook(&id, Some(variant)).await.unwrap();
    }
    until("bad callbacks are refused", async || {
        let refused = till.provider.stats().await.unwrap().webhooks.refused;
        (refused >= refused_before + 3).then_some(())
    })
    .await;
    said.run(
        till,
        &["order", "refund", "A-0001", "--reason", "other", "--as", "นก"],
        0,
    )
    .await;
    for fault in [
        Fault::CutAfter,
        Fault::Malformed,
        Fault::Redirect,
        Fault::RateLimited {
            retry_after_s: Some(1),
        },
        Fault::QrAmount { amount_satang: 100 },
        Fault::Refuse {
            status: 400,
            code: "invalid_charge".to_owned(),
        },
        Fault::Hang,
    ] {
        till.fault(FaultRule::once(fault.clone()).at(Endpoint::OmiseChargeCreate))
            .await;
        let ended = till.run(&[&CHARGE[..], &["--timeout", "3"]].concat()).await;
        assert!(matches!(ended.code, Some(1 | 3 | 4 | 5)), "{fault:?}: {ended:?}");
        said.0.push((format!("charge with {fault:?}"), ended));
        till.provider.clear_faults().await.unwrap();
        till.provider.release().await.unwrap();
    }
    let ended = serve.kill().await;
    said.0.push(("serve".to_owned(), ended));
}

/// Everything else that can go right or wrong.
async fn the_rest(till: &mut TestTill, said: &mut Said) {
    for (command, code) in [
        (&["user", "list", "--as", "นก"][..], 0),
        (&["order", "list"][..], 0),
        (&["order", "timeline", "A-0001"][..], 0),
        (&["provider", "list"][..], 0),
        (&["provider", "test", "omise_truemoney"][..], 0),
        (&["ledger", "verify"][..], 0),
        (&["init"][..], 1),
        (
            &["charge", "--amount", "1", "--method", "promptpay", "--no-wait"][..],
            0,
        ),
        (&["charge", "--amount", "abc", "--method", "truemoney"][..], 2),
    ] {
        said.run(till, command, code).await;
    }
    till.set("KEPTANG_PIN", WRONG_PIN);
    said.run(till, &["user", "list", "--as", "นก"], 3).await;
    let address = "KEPTANG__PROVIDERS__OMISE_TRUEMONEY__BASE_URL";
    let reachable = till.omise_base_url();
    till.set(address, &format!("http://127.0.0.1:{}", free_port()));
    said.run(till, &CHARGE, 1).await;
    said.run(till, &["provider", "test", "omise_truemoney"], 1).await;
    till.set(address, "http://api.omise.co");
    said.run(till, &CHARGE, 1).await;
    till.set(address, &reachable).set(SECRET_KEY, REJECTED_SECRET);
    said.run(till, &CHARGE, 1).await;
    said.run(till, &["provider", "test", "omise_truemoney"], 1).await;
    // Secrets in the wrong place: in a mistyped variable, as a setting, in the file.
    let wrong_places = [
        "KEPTANG_SECRET__OMISE_TRUEMONEY__SECRET",
        "KEPTANG__PROVIDERS__OMISE_TRUEMONEY__SECRET_KEY",
        "KEPTANG__TIMING__POLL_FAST_MS",
    ];
    till.unset("KEPTANG__TIMING__POLL_FAST_MS");
    for name in wrong_places {
        till.set(name, OMISE_SECRET);
        said.run(till, &["order", "list"], 1).await;
        till.unset(name);
    }
    let file = till.data_dir().join("settings.toml");
    let proper = std::fs::read(&file).unwrap();
    std::fs::write(&file, format!("[shop]\nname = {OMISE_SECRET}\n")).unwrap();
    said.run(till, &["order", "list"], 1).await;
    std::fs::write(
        &file,
        format!("[providers.omise_truemoney]\nsecret_key = \"{OMISE_SECRET}\"\n"),
    )
    .unwrap();
    said.run(till, &["order", "list"], 1).await;
    std::fs::write(&file, proper).unwrap();
}

fn search_folder(folder: &Path, secrets: &[String], searched: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search_folder(&path, secrets, searched);
            continue;
        }
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        assert_eq!(found_in(&text, secrets), [""; 0], "in {}", path.display());
        searched.push(path.file_name().unwrap().to_string_lossy().into_owned());
    }
}

async fn attempt_tokens(till: &TestTill) -> Vec<String> {
    let path = till.data_dir().join("ledger.sqlite");
    let mut file = SqliteConnectOptions::new()
        .filename(path)
        .connect()
        .await
        .unwrap();
    let tokens: Vec<Vec<u8>> = sqlx::query_scalar("SELECT token FROM attempts")
        .fetch_all(&mut file)
        .await
        .unwrap();
    tokens.iter().map(hex::encode).collect()
}

#[tokio::test]
async fn no_secret_is_printed_logged_or_stored() {
    let mut till = canary_till().await;
    let mut said = Said(Vec::new());
    said.run(&till, &["init", "--owner", "นก"], 0).await;
    sales(&till, &mut said).await;
    the_rest(&mut till, &mut said).await;

    let secrets = canaries();
    let tokens = attempt_tokens(&till).await;
    assert!(tokens.len() >= 10, "{} attempts", tokens.len());
    for (run, ended) in &said.0 {
        for (stream, text) in [("stdout", &ended.stdout), ("stderr", &ended.stderr)] {
            assert_eq!(found_in(text, &secrets), [""; 0], "{stream} of {run}");
            let lower = text.to_lowercase();
            let token = tokens.iter().find(|token| lower.contains(token.as_str()));
            assert_eq!(token, None, "the address of an attempt, on {stream} of {run}");
        }
    }
    let logged: usize = said.0.iter().map(|(_, ended)| ended.stderr.len()).sum();
    assert!(logged > 100_000, "the log was really turned up: {logged} bytes");
    let mut searched = Vec::new();
    search_folder(till.data_dir(), &secrets, &mut searched);
    for file in ["ledger.sqlite", "settings.toml"] {
        assert!(searched.iter().any(|name| name == file), "{searched:?}");
    }
}
