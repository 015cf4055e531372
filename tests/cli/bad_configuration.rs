//! Wrong settings of every provider: one clear sentence that names the setting, in `provider test` and in `charge`.

use keptang_simulator::faults::{Endpoint, Fault, FaultRule};
use keptang_simulator::settings::{CryptoSettings, JwtSettings, Settings};
use keptang_tests::gateways::{secret, setting};
use keptang_tests::till::{TestTill, free_port};
use serde_json::Value;

const PROVIDERS: [(&str, &str, Endpoint); 4] = [
    ("deposit_gateway", "promptpay", Endpoint::DepositBalance),
    ("jwt_gateway", "promptpay", Endpoint::JwtBalance),
    ("omise_truemoney", "truemoney", Endpoint::OmiseCapabilityGet),
    ("crypto_2328", "crypto", Endpoint::CryptoBalance),
];

#[track_caller]
fn is_named(line: &Value, provider: &str, code: &str, wrong: &str) {
    assert_eq!(line["type"], "provider_test", "{line}");
    assert_eq!(line["id"], provider, "{line}");
    assert_eq!(line["ok"], false, "{line}");
    assert_eq!(line["code"], code, "{line}");
    assert_eq!(line["setting"], wrong, "{line}");
    for sentence in ["message_th", "message_en"] {
        let said = line[sentence].as_str().unwrap();
        assert!(said.len() > 20 && !said.contains('\n'), "{line}");
    }
}

async fn test_names(till: &TestTill, provider: &str, code: &str, wrong: &str) {
    let ended = till.run(&["provider", "test", provider]).await;
    ended.expect(1);
    is_named(&ended.last(), provider, code, wrong);
}

async fn charge(till: &TestTill, provider: &str, method: &str) -> keptang_tests::till::Finished {
    let arguments = ["charge", "--amount", "250", "--method", method];
    let named = ["--provider", provider, "--timeout", "2"];
    till.run(&[&arguments[..], &named].concat()).await
}

/// Checks what `charge` says on stderr when a setting is wrong: one object that names the setting, by itself and in
/// a sentence of both languages.
#[track_caller]
fn says(ended: &keptang_tests::till::Finished, wrong: &str) -> [String; 2] {
    ended.expect(1);
    let mut lines = ended
        .stderr
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let line = lines
        .find(|line| line["type"] == "error")
        .unwrap_or_else(|| panic!("no sentence: {}", ended.stderr));
    assert_eq!(line["exit"], 1, "{line}");
    assert_eq!(line["setting"], wrong, "{line}");
    ["message_th", "message_en"].map(|key| {
        let said = line[key].as_str().unwrap().to_owned();
        assert!(said.contains(wrong) && said.len() > wrong.len() + 10, "{line}");
        said
    })
}

#[tokio::test]
async fn a_good_configuration_is_ok() {
    let mut till = TestTill::with_every_provider().await;
    till.with_callbacks_of_all().await;
    for (provider, ..) in PROVIDERS {
        let ended = till.run(&["provider", "test", provider]).await;
        ended.expect(0);
        assert_eq!(ended.last()["code"], "ok", "{provider}");
        assert_eq!(ended.last()["setting"], Value::Null, "{provider}");
    }
    for charge in till.charges().await {
        // A deposit over nothing is how the JWT gateway is asked about its merchant.
        assert_eq!(charge.amount_satang, 0, "a test makes nothing to pay: {charge:?}");
    }
    for provider in ["cash", "promptpay_direct"] {
        till.run(&["provider", "test", provider]).await.expect(0);
    }
}

#[tokio::test]
async fn wrong_keys_are_told_apart() {
    for (provider, method, name, value, code) in [
        ("deposit_gateway", "promptpay", "TOKEN", "wrong", "bad_key"),
        ("deposit_gateway", "promptpay", "API_KEY", "wrong", "bad_key"),
        (
            "deposit_gateway",
            "promptpay",
            "SECRET_KEY",
            "wrong",
            "bad_signature",
        ),
        ("jwt_gateway", "promptpay", "API_KEY", "wrong", "bad_key"),
        ("jwt_gateway", "promptpay", "API_KEY", "two words", "bad_key"),
        (
            "omise_truemoney",
            "truemoney",
            "SECRET_KEY",
            "skey_test_revoked",
            "bad_key",
        ),
        ("crypto_2328", "crypto", "API_KEY", "wrong", "bad_signature"),
    ] {
        let mut till = TestTill::with_every_provider().await;
        let wrong = secret(provider, name);
        till.set(&wrong, value);
        test_names(&till, provider, code, &wrong).await;
        let said = says(&charge(&till, provider, method).await, &wrong);
        let test = till.run(&["provider", "test", provider]).await.last();
        for (key, said) in ["message_th", "message_en"].into_iter().zip(said) {
            let tested = test[key].as_str().unwrap();
            assert!(
                said.starts_with(tested),
                "{provider} {name}: {said}, test: {tested}"
            );
        }
        assert_eq!(till.charges().await, [], "{provider} {name}");
    }
}

#[tokio::test]
async fn a_missing_secret_is_named() {
    for (provider, method, names) in [
        (
            "deposit_gateway",
            "promptpay",
            &["TOKEN", "API_KEY", "SECRET_KEY"][..],
        ),
        ("jwt_gateway", "promptpay", &["API_KEY"]),
        ("omise_truemoney", "truemoney", &["SECRET_KEY"]),
        ("crypto_2328", "crypto", &["API_KEY"]),
    ] {
        for name in names {
            let mut till = TestTill::with_every_provider().await;
            let wrong = secret(provider, name);
            till.unset(&wrong);
            // Off because of it, and also when the owner insists.
            for insists in [false, true] {
                if insists {
                    till.set(&setting(provider, "enabled"), "true");
                }
                test_names(&till, provider, "missing_secret", &wrong).await;
                let ended = charge(&till, provider, method).await;
                says(&ended, &wrong);
                assert_eq!(ended.stdout, "", "{provider}: nothing was opened");
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_merchant_is_named() {
    for (provider, method, key, values) in [
        ("jwt_gateway", "promptpay", "merchant_id", &["M0002", ""][..]),
        (
            "crypto_2328",
            "crypto",
            "project",
            &["00000000-0000-4000-8000-000000000000"],
        ),
    ] {
        for value in values {
            let mut till = TestTill::with_every_provider().await;
            till.set(&setting(provider, key), value);
            let named = format!("providers.{provider}.{key}");
            test_names(&till, provider, "wrong_merchant", &named).await;
            says(&charge(&till, provider, method).await, &named);
        }
    }
}

#[tokio::test]
async fn an_address_that_is_not_allowed_is_named() {
    let till = TestTill::with_every_provider().await;
    let jwt = JwtSettings {
        is_ip_listed: false,
        ..JwtSettings::default()
    };
    till.switches(&Settings {
        jwt,
        ..Settings::default()
    })
    .await;
    test_names(&till, "jwt_gateway", "ip_not_allowed", "IP allow-list").await;
    says(&charge(&till, "jwt_gateway", "promptpay").await, "IP allow-list");
    for (provider, _, endpoint) in PROVIDERS {
        let code = "IP address is not allowed".to_owned();
        let refuse = Fault::Refuse { status: 403, code };
        till.fault(FaultRule::once(refuse).at(endpoint)).await;
        let ended = till.run(&["provider", "test", provider]).await;
        ended.expect(1);
        assert_eq!(
            ended.last()["code"],
            "ip_not_allowed",
            "{provider}: {}",
            ended.last()
        );
    }
}

#[tokio::test]
async fn a_clock_ten_minutes_off_is_named() {
    for ahead_s in [600, -600] {
        let mut till = TestTill::with_every_provider().await;
        till.with_callbacks_of_all().await;
        till.switches(&Settings {
            clock_ahead_s: ahead_s,
            ..Settings::default()
        })
        .await;
        for provider in ["deposit_gateway", "jwt_gateway", "crypto_2328"] {
            test_names(&till, provider, "clock_skew", "system clock").await;
        }
        // Only this one refuses to work with it.
        says(&charge(&till, "jwt_gateway", "promptpay").await, "system clock");
    }
}

#[tokio::test]
async fn an_address_without_encryption_is_named_and_nothing_is_sent() {
    for (provider, method, _) in PROVIDERS {
        for address in [
            "http://pay.example.com/api/v1",
            "http://192.168.1.4",
            "ftp://pay.example.com",
            "pay.example.com",
        ] {
            let mut till = TestTill::with_every_provider().await;
            till.set(&setting(provider, "base_url"), address);
            let named = format!("providers.{provider}.base_url");
            test_names(&till, provider, "not_https", &named).await;
            says(&charge(&till, provider, method).await, &named);
        }
    }
}

#[tokio::test]
async fn a_missing_address_is_named() {
    for provider in ["deposit_gateway", "jwt_gateway"] {
        let mut till = TestTill::with_every_provider().await;
        till.unset(&setting(provider, "base_url"));
        let named = format!("providers.{provider}.base_url");
        test_names(&till, provider, "other", &named).await;
        says(&charge(&till, provider, "promptpay").await, &named);
    }
}

#[tokio::test]
async fn a_wrong_path_is_not_mistaken_for_an_outage() {
    for (provider, wrong) in [
        ("deposit_gateway", "providers.deposit_gateway.base_url"),
        ("jwt_gateway", "providers.jwt_gateway.paths.balance"),
        ("omise_truemoney", "providers.omise_truemoney.base_url"),
        ("crypto_2328", "providers.crypto_2328.base_url"),
    ] {
        let mut till = TestTill::with_every_provider().await;
        let elsewhere = till.simulator().base_url() + "/nothing/here";
        till.set(&setting(provider, "base_url"), &elsewhere);
        test_names(&till, provider, "path_not_found", wrong).await;
    }
    for path in ["deposit", "order_query"] {
        let mut till = TestTill::with_every_provider().await;
        till.set(&setting("jwt_gateway", &format!("paths__{path}")), "/elsewhere");
        let wrong = format!("providers.jwt_gateway.paths.{path}");
        test_names(&till, "jwt_gateway", "path_not_found", &wrong).await;
    }
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_unreachable() {
    for (provider, method, _) in PROVIDERS {
        let mut till = TestTill::with_every_provider().await;
        let nobody = format!("http://127.0.0.1:{}", free_port());
        till.set(&setting(provider, "base_url"), &nobody);
        let named = format!("providers.{provider}.base_url");
        test_names(&till, provider, "unreachable", &named).await;
        charge(&till, provider, method).await.expect(1);
    }
}

#[tokio::test]
async fn what_a_provider_answers_is_told_apart() {
    let mut till = TestTill::with_every_provider().await;
    till.with_callbacks_of_all().await;
    // Many tests within a second.
    let jwt = JwtSettings {
        rate_per_s: None,
        ..JwtSettings::default()
    };
    let crypto = CryptoSettings {
        rate_per_s: None,
        ..CryptoSettings::default()
    };
    till.switches(&Settings {
        jwt,
        crypto,
        ..Settings::default()
    })
    .await;
    for (provider, _, endpoint) in PROVIDERS {
        for (fault, code) in [
            (Fault::ServerError { status: 503 }, "unreachable"),
            (Fault::CutAfter, "unreachable"),
            (Fault::RateLimited { retry_after_s: None }, "quota_exceeded"),
            (Fault::Html { status: 200 }, "other"),
            (Fault::Malformed, "other"),
            (Fault::Redirect, "path_not_found"),
        ] {
            till.fault(FaultRule::once(fault.clone()).at(endpoint)).await;
            let ended = till.run(&["provider", "test", provider]).await;
            ended.expect(1);
            assert_eq!(
                ended.last()["code"],
                // A page instead of an answer: to this one that is as good as nobody there.
                if provider == "jwt_gateway" && code == "other" {
                    "unreachable"
                } else {
                    code
                },
                "{provider} {fault:?}: {}",
                ended.last()
            );
        }
    }
}

#[tokio::test]
async fn a_switched_off_provider_says_so() {
    for (provider, method, _) in PROVIDERS {
        let mut till = TestTill::with_every_provider().await;
        till.set(&setting(provider, "enabled"), "false");
        let named = format!("providers.{provider}.enabled");
        test_names(&till, provider, "disabled", &named).await;
        says(&charge(&till, provider, method).await, &named);
    }
}

#[tokio::test]
async fn a_currency_that_is_not_offered_is_named() {
    let till = TestTill::with_every_provider().await;
    let crypto = CryptoSettings {
        has_thb: false,
        ..CryptoSettings::default()
    };
    till.switches(&Settings {
        crypto,
        ..Settings::default()
    })
    .await;
    test_names(
        &till,
        "crypto_2328",
        "unsupported_currency",
        "providers.crypto_2328.invoice_currency",
    )
    .await;
}

#[tokio::test]
async fn a_coin_that_is_closed_is_named() {
    let till = TestTill::with_every_provider().await;
    let crypto = CryptoSettings {
        disabled_networks: vec!["TRX-TRC20".to_owned()],
        ..CryptoSettings::default()
    };
    till.switches(&Settings {
        crypto,
        ..Settings::default()
    })
    .await;
    test_names(&till, "crypto_2328", "disabled", "providers.crypto_2328.coins").await;
}

#[tokio::test]
async fn a_gateway_that_cannot_be_asked_wants_callbacks() {
    let till = TestTill::with_every_provider().await;
    test_names(
        &till,
        "deposit_gateway",
        "callback_not_public",
        "callbacks.public_url",
    )
    .await;
}
