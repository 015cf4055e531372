//! What the owner sets, and what is wrong with it as far as that shows without asking anybody.

use super::fault;
use crate::Secret;
use crate::http::is_acceptable;
use keptang_ports::Fault;
use reqwest::Url;

/// How customers pay (settings, `type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DepositType {
    /// A QR.
    Qr,
    /// A transfer to an account.
    BankTransfer,
}

impl DepositType {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Qr => "QR",
            Self::BankTransfer => "BANK_TRANSFER",
        }
    }
}

/// How much of a callback its token must cover (jwt-gateway.md §7; settings, `callback_signature`). There is no "off".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallbackSignature {
    /// Every field.
    Strict,
    /// `order_no`, `agent_order_no`, `status` and `amount`.
    CoreFields,
}

/// Who pays, as far as the gateway wants to know it. A counter does not ask its customers, so these are placeholders;
/// whether the gateway takes them is for it to say (§5).
#[derive(Debug, Clone)]
pub struct Payer {
    /// Account number; `None` for a new one with every attempt.
    pub account_number: Option<Secret>,
    /// Bank by the gateway's code.
    pub bank: String,
    /// Name; plain letters, because a server in another language may write others differently when it signs again.
    pub name: String,
}

impl Default for Payer {
    fn default() -> Self {
        Self {
            account_number: None,
            bank: "KBANK".to_owned(),
            name: "Walk-in Customer".to_owned(),
        }
    }
}

/// Paths below the base address (§2); `None` where the gateway has no such address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Create a deposit.
    pub deposit: Option<String>,
    /// Withdraw.
    pub withdraw: Option<String>,
    /// Balance.
    pub balance: Option<String>,
    /// Ask about an order. Without it a payment is known by its callback alone.
    pub order_query: Option<String>,
    /// List of banks.
    pub banks: Option<String>,
    /// Health.
    pub health: Option<String>,
    /// The gateway's own signing, for the connection test.
    pub jwt_create: Option<String>,
}

impl Default for Paths {
    fn default() -> Self {
        let path = |text: &str| Some(text.to_owned());
        Self {
            deposit: path("/deposit"),
            withdraw: path("/withdraw"),
            balance: path("/balance"),
            order_query: path("/order/query"),
            banks: path("/banks"),
            health: path("/health"),
            jwt_create: path("/jwt/create"),
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    Deposit,
    Withdraw,
    Balance,
    OrderQuery,
    Banks,
    Health,
    JwtCreate,
}

impl Endpoint {
    /// The word of the setting, and of the log.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Withdraw => "withdraw",
            Self::Balance => "balance",
            Self::OrderQuery => "order_query",
            Self::Banks => "banks",
            Self::Health => "health",
            Self::JwtCreate => "jwt_create",
        }
    }

    /// Its path, unless the owner emptied it.
    pub(super) fn path(self, paths: &Paths) -> Option<&str> {
        let path = match self {
            Self::Deposit => &paths.deposit,
            Self::Withdraw => &paths.withdraw,
            Self::Balance => &paths.balance,
            Self::OrderQuery => &paths.order_query,
            Self::Banks => &paths.banks,
            Self::Health => &paths.health,
            Self::JwtCreate => &paths.jwt_create,
        };
        path.as_deref().filter(|path| !path.is_empty())
    }
}

/// Settings and secrets of the provider.
#[derive(Debug, Clone)]
pub struct Config {
    /// The part before the paths; ends in `/api/v1`. The gateway gives it out, so there is no usual one.
    pub base_url: String,
    /// Our id there; bound to the key.
    pub merchant_id: String,
    /// Both the `x-api-key` header and the secret of every signature (§3).
    pub api_key: Option<Secret>,
    /// How customers pay.
    pub kind: DepositType,
    /// How much of a callback must be signed.
    pub callback_signature: CallbackSignature,
    /// Placeholders for the customer.
    pub payer: Payer,
    /// Paths below the base address.
    pub paths: Paths,
    /// Callbacks reach this till: a public address is set and the listener may run.
    pub callbacks: bool,
    /// Slips of this method can be verified.
    pub slips: bool,
    /// Real money; `false` in training. Nothing in the key tells.
    pub live: bool,
    /// Most requests in any second.
    pub requests_per_second: u32,
}

impl Config {
    /// The gateway publishes no number; half of what the page assumes it bears (§6).
    pub const REQUESTS_PER_SECOND: u32 = 5;

    /// The live provider at that address with the page's paths, polled only.
    pub fn new(base_url: &str, merchant_id: &str, api_key: Option<Secret>) -> Self {
        Self {
            base_url: base_url.to_owned(),
            merchant_id: merchant_id.to_owned(),
            api_key,
            kind: DepositType::Qr,
            callback_signature: CallbackSignature::Strict,
            payer: Payer::default(),
            paths: Paths::default(),
            callbacks: false,
            slips: false,
            live: true,
            requests_per_second: Self::REQUESTS_PER_SECOND,
        }
    }
}

/// The key, or the first thing that is wrong.
pub(super) fn check(config: &Config) -> Result<Secret, Fault> {
    if config.base_url.trim().is_empty() {
        return Err(fault::no_address());
    }
    let address_fits = Url::parse(&config.base_url)
        .is_ok_and(|url| is_acceptable(&url) && url.query().is_none() && url.fragment().is_none());
    if !address_fits {
        return Err(fault::not_https());
    }
    let key = config.api_key.clone().ok_or_else(fault::missing_secret)?;
    if !key.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(fault::not_a_key());
    }
    if config.merchant_id.trim().is_empty() {
        return Err(fault::no_merchant());
    }
    if Endpoint::Deposit.path(&config.paths).is_none() {
        return Err(fault::path_not_found(Endpoint::Deposit));
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://pay.example.com/api/v1";

    fn config(base_url: &str, merchant_id: &str, api_key: &str) -> Config {
        Config::new(base_url, merchant_id, Secret::new(api_key))
    }

    #[test]
    fn the_first_fault_names_its_setting() {
        let mut no_deposit = config(URL, "M", "k");
        no_deposit.paths.deposit = None;
        for (config, code, setting) in [
            (config("", "M", "k"), "other", fault::BASE_URL),
            (
                config("http://pay.example.com/api/v1", "M", "k"),
                "not_https",
                fault::BASE_URL,
            ),
            (config("pay.example.com", "M", "k"), "not_https", fault::BASE_URL),
            (
                config("https://pay.example.com/?x=1", "M", "k"),
                "not_https",
                fault::BASE_URL,
            ),
            (config(URL, "M", " "), "missing_secret", fault::API_KEY),
            (config(URL, "M", "two words"), "bad_key", fault::API_KEY),
            (config(URL, "M", "คีย์"), "bad_key", fault::API_KEY),
            (config(URL, " ", "k"), "wrong_merchant", fault::MERCHANT_ID),
            (
                no_deposit,
                "path_not_found",
                "providers.jwt_gateway.paths.deposit",
            ),
        ] {
            let found = check(&config)
                .err()
                .unwrap_or_else(|| panic!("no fault: {code} {setting}"));
            assert_eq!((found.code, found.setting.as_str()), (code, setting));
        }
        assert!(check(&config("http://127.0.0.1:8800/api/v1", "M", "k")).is_ok());
    }

    #[test]
    fn an_emptied_path_is_no_path() {
        let paths = Paths {
            health: Some(String::new()),
            ..Paths::default()
        };
        assert_eq!(Endpoint::Health.path(&paths), None);
        assert_eq!(Endpoint::OrderQuery.path(&paths), Some("/order/query"));
    }

    #[test]
    fn settings_can_be_printed_without_a_secret_or_an_account() {
        let mut config = config(URL, "M0001", "canary1");
        config.payer.account_number = Secret::new("canary2");
        let printed = format!("{config:?}");
        assert!(!printed.contains("canary"), "{printed}");
    }
}
