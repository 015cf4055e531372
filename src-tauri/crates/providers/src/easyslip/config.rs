//! What the owner sets, and what is wrong with it without asking anybody.

use super::fault;
use crate::Secret;
use crate::http::is_acceptable;
use keptang_ports::SlipFault;
use reqwest::Url;

/// Settings and secret of the verifier.
#[derive(Debug, Clone)]
pub struct Config {
    /// The part before the paths; ends in `/v2`.
    pub base_url: String,
    /// The key of this shop's branch (easyslip.md §1).
    pub api_key: Option<Secret>,
    /// EasySlip looks for the receiver among the accounts registered there (`slips.easyslip.match_account`).
    pub match_account: bool,
    /// Real transfers; `false` in training. Nothing in the key tells.
    pub live: bool,
    /// Most requests in any second.
    pub requests_per_second: u32,
}

impl Config {
    /// Where EasySlip is (§1).
    pub const BASE_URL: &'static str = "https://api.easyslip.com/v2";

    /// EasySlip publishes no number for this version; the page assumes two (§10).
    pub const REQUESTS_PER_SECOND: u32 = 2;

    /// The live verifier with its usual address.
    pub fn new(api_key: Option<Secret>) -> Self {
        Self {
            base_url: Self::BASE_URL.to_owned(),
            api_key,
            match_account: true,
            live: true,
            requests_per_second: Self::REQUESTS_PER_SECOND,
        }
    }
}

/// The key, or the first thing that is wrong. Its form is not checked beyond what a header can carry: that keys are
/// UUIDs is a habit of EasySlip, not a rule.
pub(super) fn check(config: &Config) -> Result<Secret, SlipFault> {
    let address_fits = Url::parse(&config.base_url)
        .is_ok_and(|url| is_acceptable(&url) && url.query().is_none() && url.fragment().is_none());
    if !address_fits {
        return Err(fault::not_https());
    }
    let key = config.api_key.clone().ok_or_else(fault::missing_secret)?;
    if !key.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(fault::not_a_key());
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use keptang_domain::slip::judge::Fault as FaultKind;

    fn config(base_url: &str, api_key: &str) -> Config {
        Config {
            base_url: base_url.to_owned(),
            ..Config::new(Secret::new(api_key))
        }
    }

    #[test]
    fn the_first_fault_names_its_setting() {
        for (base_url, api_key, code, setting, kind) in [
            ("", "k", "not_https", fault::BASE_URL, FaultKind::Disabled),
            (
                "http://api.easyslip.com/v2",
                "k",
                "not_https",
                fault::BASE_URL,
                FaultKind::Disabled,
            ),
            (
                "api.easyslip.com",
                "k",
                "not_https",
                fault::BASE_URL,
                FaultKind::Disabled,
            ),
            (
                "https://api.easyslip.com/v2?x=1",
                "k",
                "not_https",
                fault::BASE_URL,
                FaultKind::Disabled,
            ),
            (
                Config::BASE_URL,
                " ",
                "missing_secret",
                fault::API_KEY,
                FaultKind::Key,
            ),
            (
                Config::BASE_URL,
                "two words",
                "bad_key",
                fault::API_KEY,
                FaultKind::Key,
            ),
            (Config::BASE_URL, "คีย์", "bad_key", fault::API_KEY, FaultKind::Key),
        ] {
            let found = check(&config(base_url, api_key)).unwrap_err();
            assert_eq!(
                (found.fault.code, found.fault.setting.as_str(), found.kind),
                (code, setting, kind),
                "{base_url} {api_key}"
            );
        }
        assert!(check(&config("http://127.0.0.1:8800/v2", "k")).is_ok());
        assert!(check(&config(Config::BASE_URL, "k")).is_ok());
    }

    #[test]
    fn settings_can_be_printed_without_the_key() {
        let printed = format!("{:?}", config(Config::BASE_URL, "canary"));
        assert!(!printed.contains("canary"), "{printed}");
    }
}
