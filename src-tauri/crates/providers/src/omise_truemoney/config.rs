//! What the owner sets, and what is wrong with it as far as that shows without asking anybody.

use super::fault;
use super::sign::WebhookKey;
use crate::Secret;
use crate::http::is_acceptable;
use keptang_ports::Fault;
use reqwest::Url;

/// How a charge is made (settings, `providers.omise_truemoney.flow`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// The charge and its source in one call with the secret key.
    OneCall,
    /// The source with the public key first, then the charge.
    SourceFirst,
}

/// Settings and secrets of the provider.
#[derive(Debug, Clone)]
pub struct Config {
    /// The part before `/charges`.
    pub base_url: String,
    /// How a charge is made.
    pub flow: Flow,
    /// `skey_…`; with `_test_` in it Omise moves no money.
    pub secret_key: Option<Secret>,
    /// `pkey_…`; only needed by [`Flow::SourceFirst`].
    pub public_key: Option<Secret>,
    /// Webhook secret of the dashboard, in base64. Without it no callback is believed.
    pub webhook_secret: Option<Secret>,
    /// Sent with every charge though the payment is offline (omise-truemoney.md §2); nobody is led there.
    pub return_uri: String,
    /// Name of this counter, for the dashboard.
    pub till: String,
    /// Callbacks reach this till: a public address is set and the listener may run.
    pub callbacks: bool,
    /// Slips of this method can be verified.
    pub slips: bool,
    /// How old or how far ahead a callback's signature may be, in milliseconds (omise-truemoney.md §5).
    pub freshness_ms: i64,
    /// Most requests in any second (omise-truemoney.md §7).
    pub requests_per_second: u32,
}

impl Config {
    /// Where the API lives.
    pub const BASE_URL: &'static str = "https://api.omise.co";
    /// A page that says nothing, reserved for such use (RFC 2606).
    pub const RETURN_URI: &'static str = "https://example.com/";
    /// Five minutes.
    pub const FRESHNESS_MS: i64 = 300_000;
    /// Omise publishes no number; five is the page's assumption.
    pub const REQUESTS_PER_SECOND: u32 = 5;

    /// The live provider through one call, polled only.
    pub fn new(secret_key: Option<Secret>) -> Self {
        Self {
            base_url: Self::BASE_URL.to_owned(),
            flow: Flow::OneCall,
            secret_key,
            public_key: None,
            webhook_secret: None,
            return_uri: Self::RETURN_URI.to_owned(),
            till: "1".to_owned(),
            callbacks: false,
            slips: false,
            freshness_ms: Self::FRESHNESS_MS,
            requests_per_second: Self::REQUESTS_PER_SECOND,
        }
    }
}

/// The keys, once nothing is wrong with them.
pub(super) struct Keys {
    pub(super) secret: Secret,
    pub(super) public: Option<Secret>,
    /// Real money.
    pub(super) live: bool,
}

/// The keys, or the first thing that is wrong.
pub(super) fn check(config: &Config) -> Result<Keys, Fault> {
    let address_fits = Url::parse(&config.base_url)
        .is_ok_and(|url| is_acceptable(&url) && url.query().is_none() && url.fragment().is_none());
    if !address_fits {
        return Err(fault::not_https());
    }
    let secret = config
        .secret_key
        .clone()
        .ok_or_else(|| fault::missing_secret(fault::SECRET_KEY))?;
    let live = mode_of(&secret, "skey_").ok_or_else(|| fault::not_a_key(fault::SECRET_KEY, "skey_"))?;
    let public = match (&config.public_key, config.flow) {
        (None, Flow::SourceFirst) => return Err(fault::missing_secret(fault::PUBLIC_KEY)),
        (None, Flow::OneCall) => None,
        (Some(key), _) => {
            let public_live =
                mode_of(key, "pkey_").ok_or_else(|| fault::not_a_key(fault::PUBLIC_KEY, "pkey_"))?;
            if public_live != live {
                return Err(fault::keys_of_two_modes());
            }
            Some(key.clone())
        }
    };
    Ok(Keys { secret, public, live })
}

/// The key of the webhook signature; a secret that is no base64 counts as none, and the connection test says so.
pub(super) fn webhook_key(config: &Config) -> Option<Result<WebhookKey, Fault>> {
    let secret = config.webhook_secret.as_ref()?;
    Some(WebhookKey::decode(secret.expose()).ok_or_else(fault::webhook_secret_not_base64))
}

/// `true` for a live key, `false` for a test key, `None` for a text that cannot be a key of that kind.
fn mode_of(key: &Secret, prefix: &str) -> Option<bool> {
    let key = key.expose();
    let well_formed = key.len() > prefix.len() && key.starts_with(prefix) && key.bytes().all(is_key_byte);
    well_formed.then(|| !key.contains("_test_"))
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(secret: &str, public: &str) -> Config {
        Config {
            public_key: Secret::new(public),
            ..Config::new(Secret::new(secret))
        }
    }

    #[test]
    fn test_and_live_keys_are_told_apart() {
        assert!(
            !check(&config("skey_test_5xyz", ""))
                .unwrap_or_else(|fault| panic!("{fault:?}"))
                .live
        );
        assert!(
            check(&config("skey_5xyz", "pkey_5abc"))
                .unwrap_or_else(|fault| panic!("{fault:?}"))
                .live
        );
    }

    #[test]
    fn the_first_fault_names_its_setting() {
        let url = |base_url: &str| Config {
            base_url: base_url.to_owned(),
            ..config("skey_test_1", "")
        };
        let source_first = Config {
            flow: Flow::SourceFirst,
            ..config("skey_test_1", "")
        };
        for (config, code, setting) in [
            (config("", ""), "missing_secret", fault::SECRET_KEY),
            (config("pkey_test_1", ""), "bad_key", fault::SECRET_KEY),
            (config("skey_", ""), "bad_key", fault::SECRET_KEY),
            (config("skey_test_1 x", ""), "bad_key", fault::SECRET_KEY),
            (config("skey_test_1", "skey_test_1"), "bad_key", fault::PUBLIC_KEY),
            (config("skey_test_1", "pkey_1"), "bad_key", fault::PUBLIC_KEY),
            (source_first, "missing_secret", fault::PUBLIC_KEY),
            (url("http://api.omise.co"), "not_https", fault::BASE_URL),
            (url("api.omise.co"), "not_https", fault::BASE_URL),
            (url(""), "not_https", fault::BASE_URL),
            (url("https://api.omise.co/?x=1"), "not_https", fault::BASE_URL),
        ] {
            let found = check(&config)
                .err()
                .unwrap_or_else(|| panic!("no fault: {code} {setting}"));
            assert_eq!((found.code, found.setting.as_str()), (code, setting));
        }
        assert!(check(&url("http://127.0.0.1:8800/omise/")).is_ok());
    }

    #[test]
    fn settings_can_be_printed_without_a_secret() {
        let printed = format!("{:?}", config("skey_canary", "pkey_canary"));
        assert!(!printed.contains("canary"), "{printed}");
    }
}
