//! What the owner sets, and what is wrong with it as far as that shows without asking anybody.

use super::fault;
use crate::Secret;
use crate::http::is_acceptable;
use keptang_ports::Fault;
use reqwest::Url;

/// How the amount is written inside the signature (deposit-gateway.md §4; settings, `amount_signature`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountSignature {
    /// Always two decimals: `1000.00`.
    Fixed2,
    /// Without needless digits: `1000`.
    Minimal,
}

/// Who pays, as far as the gateway wants to know it. A counter does not ask its customers, so these are placeholders;
/// whether a merchant profile takes them is for the gateway to say (§5, walk-in customers).
#[derive(Debug, Clone)]
pub struct Payer {
    /// Account number; `None` for a new one with every attempt, because an account with an open deposit is refused.
    pub account: Option<Secret>,
    /// Three digits (§9).
    pub bank_code: String,
    /// Name in Thai.
    pub name_th: String,
    /// Name in English.
    pub name_en: String,
    /// Our word for the customer; the counter's name does.
    pub user_id: String,
}

impl Default for Payer {
    fn default() -> Self {
        Self {
            account: None,
            bank_code: "004".to_owned(),
            name_th: "ลูกค้า หน้าร้าน".to_owned(),
            name_en: "Walk-in Customer".to_owned(),
            user_id: "counter-1".to_owned(),
        }
    }
}

/// Settings and secrets of the provider.
#[derive(Debug, Clone)]
pub struct Config {
    /// The part before `/api/v1/client`; the gateway gives it out, so there is no usual one.
    pub base_url: String,
    /// Sent as `Authorization: Bearer`.
    pub token: Option<Secret>,
    /// Sent as `x-api-key`.
    pub api_key: Option<Secret>,
    /// Inside `x-signature`.
    pub secret_key: Option<Secret>,
    /// How the amount is written inside the signature.
    pub amount_signature: AmountSignature,
    /// Placeholders for the customer.
    pub payer: Payer,
    /// Callbacks reach this till: a public address is set and the listener may run.
    pub callbacks: bool,
    /// Slips of this method can be verified.
    pub slips: bool,
    /// Real money; `false` in training. Nothing in the keys tells.
    pub live: bool,
    /// Most requests in any second (§5, ASSUMED).
    pub requests_per_second: u32,
}

impl Config {
    /// The gateway publishes no number; five is the page's assumption.
    pub const REQUESTS_PER_SECOND: u32 = 5;

    /// The live provider at that address, without callbacks.
    pub fn new(
        base_url: &str,
        token: Option<Secret>,
        api_key: Option<Secret>,
        secret_key: Option<Secret>,
    ) -> Self {
        Self {
            base_url: base_url.to_owned(),
            token,
            api_key,
            secret_key,
            amount_signature: AmountSignature::Fixed2,
            payer: Payer::default(),
            callbacks: false,
            slips: false,
            live: true,
            requests_per_second: Self::REQUESTS_PER_SECOND,
        }
    }
}

/// The keys, once nothing is wrong with them.
pub(super) struct Keys {
    /// With the word `Bearer` before it.
    pub(super) authorization: Secret,
    pub(super) api_key: Secret,
    pub(super) secret_key: Secret,
}

/// The keys, or the first thing that is wrong.
pub(super) fn check(config: &Config) -> Result<Keys, Fault> {
    if config.base_url.trim().is_empty() {
        return Err(fault::no_address());
    }
    let address_fits = Url::parse(&config.base_url)
        .is_ok_and(|url| is_acceptable(&url) && url.query().is_none() && url.fragment().is_none());
    if !address_fits {
        return Err(fault::not_https());
    }
    let token = header_key(config.token.as_ref(), fault::TOKEN)?;
    let api_key = header_key(config.api_key.as_ref(), fault::API_KEY)?.clone();
    let secret_key = config
        .secret_key
        .clone()
        .ok_or_else(|| fault::missing_secret(fault::SECRET_KEY))?;
    let authorization = Secret::new(&format!("Bearer {}", token.expose()))
        .ok_or_else(|| fault::missing_secret(fault::TOKEN))?;
    Ok(Keys {
        authorization,
        api_key,
        secret_key,
    })
}

/// A key that can stand in a header: one word of plain characters.
fn header_key<'a>(key: Option<&'a Secret>, setting: &'static str) -> Result<&'a Secret, Fault> {
    let key = key.ok_or_else(|| fault::missing_secret(setting))?;
    if key.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(key)
    } else {
        Err(fault::not_a_key(setting))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(base_url: &str, token: &str, api_key: &str, secret_key: &str) -> Config {
        Config::new(
            base_url,
            Secret::new(token),
            Secret::new(api_key),
            Secret::new(secret_key),
        )
    }

    #[test]
    fn the_first_fault_names_its_setting() {
        const URL: &str = "https://service.example.com";
        for (config, code, setting) in [
            (config("", "t", "a", "s"), "other", fault::BASE_URL),
            (config("  ", "t", "a", "s"), "other", fault::BASE_URL),
            (
                config("http://service.example.com", "t", "a", "s"),
                "not_https",
                fault::BASE_URL,
            ),
            (
                config("service.example.com", "t", "a", "s"),
                "not_https",
                fault::BASE_URL,
            ),
            (
                config("https://service.example.com/?a=b", "t", "a", "s"),
                "not_https",
                fault::BASE_URL,
            ),
            (config(URL, "", "a", "s"), "missing_secret", fault::TOKEN),
            (config(URL, "t", "", "s"), "missing_secret", fault::API_KEY),
            (config(URL, "t", "a", " "), "missing_secret", fault::SECRET_KEY),
            (config(URL, "Bearer t", "a", "s"), "bad_key", fault::TOKEN),
            (config(URL, "t", "คีย์", "s"), "bad_key", fault::API_KEY),
        ] {
            let found = check(&config)
                .err()
                .unwrap_or_else(|| panic!("no fault: {code} {setting}"));
            assert_eq!((found.code, found.setting.as_str()), (code, setting));
        }
        assert!(check(&config("http://127.0.0.1:8800", "t", "a", "s")).is_ok());
        assert!(check(&config(URL, "t", "a", "รหัส ลับ:1")).is_ok());
    }

    #[test]
    fn settings_can_be_printed_without_a_secret_or_an_account() {
        let mut config = config("https://a.example", "canary1", "canary2", "canary3");
        config.payer.account = Secret::new("canary4");
        let printed = format!("{config:?}");
        assert!(!printed.contains("canary"), "{printed}");
    }
}
