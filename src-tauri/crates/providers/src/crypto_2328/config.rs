//! What the owner sets, and what is wrong with it as far as that shows without asking anybody.

use super::decimal::{Decimal, hundredths_at};
use super::fault;
use super::sign::SigningKey;
use crate::Secret;
use crate::http::{is_acceptable, is_loopback};
use keptang_domain::order::Quote;
use keptang_domain::{Money, Timestamp};
use keptang_ports::{Asset, Fault};
use reqwest::Url;

/// Settings and secrets of the provider (cli.md, `providers.crypto_2328`).
#[derive(Debug, Clone)]
pub struct Config {
    /// The part before `/v1/payment`.
    pub base_url: String,
    /// Project UUID of the dashboard.
    pub project: Option<String>,
    /// API key of the project; not the payout key.
    pub api_key: Option<Secret>,
    /// The owner knows that payment with digital assets is restricted in Thailand. Nothing is sent before.
    pub legal_note_acknowledged: bool,
    /// `THB`, or `USD` where the provider does not offer baht.
    pub invoice_currency: String,
    /// Baht for one dollar, approved by the shop, as decimal text.
    pub usd_thb_rate: Option<String>,
    /// `COIN/NETWORK`, the first one being the usual.
    pub coins: Vec<String>,
    /// Life of an invoice, 300 to 86,400 seconds.
    pub ttl_seconds: u32,
    /// Percent of the fee that the payer carries, 0 to 100, as decimal text.
    pub fee_split: Option<String>,
    /// Percent added to (or with `-` taken off) the price, −99 to 100, as decimal text.
    pub price_markup: Option<String>,
    /// Referral code.
    pub invite_code: Option<String>,
    /// Text on the payment page; the number of the sale when absent.
    pub description: Option<String>,
    /// Where callbacks reach this till, when they do.
    pub public_url: Option<String>,
    /// Real money; `false` in training.
    pub live: bool,
    /// Most requests in any second over all attempts (crypto-2328.md §11).
    pub requests_per_second: u32,
}

impl Config {
    /// Where the API lives.
    pub const BASE_URL: &'static str = "https://api.2328.io/api";
    /// Half of what the provider allows, because several tills may share a project (§11).
    pub const REQUESTS_PER_SECOND: u32 = 5;

    /// The live provider, invoicing in baht, polled only, still switched off by the legal note.
    pub fn new(project: Option<String>, api_key: Option<Secret>) -> Self {
        Self {
            base_url: Self::BASE_URL.to_owned(),
            project,
            api_key,
            legal_note_acknowledged: false,
            invoice_currency: "THB".to_owned(),
            usd_thb_rate: Some("36.50".to_owned()),
            coins: vec!["USDT/TRX-TRC20".to_owned()],
            ttl_seconds: 900,
            fee_split: None,
            price_markup: None,
            invite_code: None,
            description: None,
            public_url: None,
            live: true,
            requests_per_second: Self::REQUESTS_PER_SECOND,
        }
    }
}

/// The settings, once nothing is wrong with them.
pub(super) struct Terms {
    pub(super) key: SigningKey,
    pub(super) project: String,
    pub(super) currency: Currency,
    /// At least one.
    pub(super) pairs: Vec<Asset>,
    /// The provider is this machine's own simulator, so pages of it are here as well.
    pub(super) at_home: bool,
}

/// What invoices are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Currency {
    Baht,
    Dollar { rate: Decimal },
}

impl Currency {
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Baht => "THB",
            Self::Dollar { .. } => "USD",
        }
    }

    /// The terms of an invoice over `baht` for that pair; `None` when it is beyond what can be invoiced.
    pub(super) fn quote(&self, baht: Money, pair: &Asset, at: Timestamp) -> Option<Quote> {
        let (invoiced, rate) = match self {
            Self::Baht => (baht.to_string(), None),
            Self::Dollar { rate } => {
                let cents = hundredths_at(baht, *rate)?;
                (
                    format!("{}.{:02}", cents / 100, cents % 100),
                    Some(rate.to_string()),
                )
            }
        };
        Some(Quote {
            coin: pair.coin.clone(),
            network: pair.network.clone(),
            invoiced,
            currency: self.word().to_owned(),
            source: match rate {
                None => "none",
                Some(_) => "setting",
            }
            .to_owned(),
            rate,
            at,
        })
    }
}

/// The settings, or the first thing that is wrong. The legal note comes first: without it nothing else matters.
pub(super) fn check(config: &Config) -> Result<Terms, Fault> {
    if !config.legal_note_acknowledged {
        return Err(fault::legal_note());
    }
    let url = Url::parse(&config.base_url)
        .ok()
        .filter(|url| is_acceptable(url) && url.query().is_none() && url.fragment().is_none())
        .ok_or_else(fault::not_https)?;
    let project = config.project.as_deref().map_or("", str::trim);
    // It becomes a header.
    if project.is_empty() || !project.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(fault::no_project());
    }
    let secret = config.api_key.as_ref().ok_or_else(fault::missing_secret)?;
    let key = SigningKey::new(secret).ok_or_else(fault::missing_secret)?;
    let currency = match config.invoice_currency.trim() {
        "THB" => Currency::Baht,
        "USD" => Currency::Dollar {
            rate: usd_rate(config).ok_or_else(fault::bad_rate)?,
        },
        _ => return Err(fault::unsupported_currency()),
    };
    let pairs: Option<Vec<Asset>> = config.coins.iter().map(|pair| read_pair(pair)).collect();
    let pairs = pairs
        .filter(|pairs| !pairs.is_empty())
        .ok_or_else(fault::bad_coins)?;
    if !(300..=86_400).contains(&config.ttl_seconds) {
        return Err(fault::bad_ttl());
    }
    if !percent_fits(config.fee_split.as_deref(), 0, 100) {
        return Err(fault::bad_percent("fee_split", 0, 100));
    }
    if !percent_fits(config.price_markup.as_deref(), 99, 100) {
        return Err(fault::bad_percent("price_markup", -99, 100));
    }
    Ok(Terms {
        key,
        project: project.to_owned(),
        currency,
        pairs,
        at_home: is_loopback(&url),
    })
}

pub(super) fn usd_rate(config: &Config) -> Option<Decimal> {
    let rate = Decimal::parse(config.usd_thb_rate.as_deref()?.trim())?;
    rate.is_positive().then_some(rate)
}

fn read_pair(text: &str) -> Option<Asset> {
    let (coin, network) = text.trim().split_once('/')?;
    let word = |part: &str| {
        let fits = (1..=32).contains(&part.len())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        fits.then(|| part.to_owned())
    };
    Some(Asset {
        coin: word(coin)?,
        network: word(network)?,
    })
}

/// Whether a percentage, when there is one, lies between `-below` and `above`.
fn percent_fits(text: Option<&str>, below: i64, above: i64) -> bool {
    let Some(text) = text else { return true };
    let (bound, size) = text.strip_prefix('-').map_or((above, text), |size| (below, size));
    // The size of a percentage in hundredths is read as baht in satang: both have two places.
    let size = Decimal::parse(size).and_then(Decimal::to_baht);
    size.is_some_and(|size| size.satang() <= bound * 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config {
            legal_note_acknowledged: true,
            ..Config::new(
                Some("2d0b0e9c-6f0e-4c58-a0c6-6d9d3a5c7e11".to_owned()),
                Secret::new("canary_key"),
            )
        }
    }

    #[test]
    fn the_first_fault_names_its_setting() {
        let with = |change: fn(&mut Config)| {
            let mut config = config();
            change(&mut config);
            config
        };
        let url = |base_url: &str| Config {
            base_url: base_url.to_owned(),
            ..config()
        };
        for (config, code, key) in [
            (
                with(|c| c.legal_note_acknowledged = false),
                "disabled",
                "legal_note_acknowledged",
            ),
            (url("http://api.2328.io/api"), "not_https", "base_url"),
            (url("api.2328.io"), "not_https", "base_url"),
            (url(""), "not_https", "base_url"),
            (url("https://api.2328.io/api?x=1"), "not_https", "base_url"),
            (with(|c| c.project = None), "wrong_merchant", "project"),
            (
                with(|c| c.project = Some("  ".to_owned())),
                "wrong_merchant",
                "project",
            ),
            (
                with(|c| c.project = Some("a\nb".to_owned())),
                "wrong_merchant",
                "project",
            ),
            (
                with(|c| c.invoice_currency = "EUR".to_owned()),
                "unsupported_currency",
                "invoice_currency",
            ),
            (
                with(|c| {
                    c.invoice_currency = "USD".to_owned();
                    c.usd_thb_rate = None;
                }),
                "other",
                "usd_thb_rate",
            ),
            (
                with(|c| {
                    c.invoice_currency = "USD".to_owned();
                    c.usd_thb_rate = Some("0".to_owned());
                }),
                "other",
                "usd_thb_rate",
            ),
            (with(|c| c.coins = vec![]), "other", "coins"),
            (with(|c| c.coins = vec!["USDT".to_owned()]), "other", "coins"),
            (
                with(|c| c.coins = vec!["USDT/TRX TRC20".to_owned()]),
                "other",
                "coins",
            ),
            (with(|c| c.ttl_seconds = 299), "other", "ttl_seconds"),
            (with(|c| c.ttl_seconds = 86_401), "other", "ttl_seconds"),
            (
                with(|c| c.fee_split = Some("-1".to_owned())),
                "other",
                "fee_split",
            ),
            (
                with(|c| c.fee_split = Some("100.01".to_owned())),
                "other",
                "fee_split",
            ),
            (
                with(|c| c.price_markup = Some("-99.01".to_owned())),
                "other",
                "price_markup",
            ),
            (
                with(|c| c.price_markup = Some("101".to_owned())),
                "other",
                "price_markup",
            ),
        ] {
            let found = check(&config)
                .err()
                .unwrap_or_else(|| panic!("no fault: {code} {key}"));
            let setting = format!("providers.crypto_2328.{key}");
            assert_eq!((found.code, found.setting.as_str()), (code, setting.as_str()));
            assert!(!found.message_th.is_empty() && !found.message_en.is_empty());
        }
        let keyless = check(&with(|c| c.api_key = None)).err().unwrap();
        assert_eq!(
            (keyless.code, keyless.setting.as_str()),
            ("missing_secret", "KEPTANG_SECRET__CRYPTO_2328__API_KEY")
        );
        for config in [
            config(),
            url("http://127.0.0.1:8800/crypto/api"),
            with(|c| c.price_markup = Some("-99".to_owned())),
            with(|c| c.fee_split = Some("0.5".to_owned())),
            with(|c| c.ttl_seconds = 86_400),
        ] {
            assert!(check(&config).is_ok());
        }
    }

    #[test]
    fn a_quote_says_amount_rate_source_and_time() {
        let at = Timestamp::from_ms(1_790_000_000_000);
        let baht = Money::from_satang(12_050);
        let pair = Asset {
            coin: "USDT".to_owned(),
            network: "TRX-TRC20".to_owned(),
        };
        let in_baht = Currency::Baht.quote(baht, &pair, at).unwrap();
        assert_eq!(
            (in_baht.invoiced.as_str(), in_baht.currency.as_str(), in_baht.rate),
            ("120.50", "THB", None)
        );
        let rate = Decimal::parse("36.50").unwrap();
        let in_dollars = Currency::Dollar { rate }.quote(baht, &pair, at).unwrap();
        let expected = Quote {
            coin: "USDT".to_owned(),
            network: "TRX-TRC20".to_owned(),
            // 120.50 / 36.50 = 3.3013…
            invoiced: "3.31".to_owned(),
            currency: "USD".to_owned(),
            rate: Some("36.5".to_owned()),
            source: "setting".to_owned(),
            at,
        };
        assert_eq!(in_dollars, expected);
    }

    #[test]
    fn settings_can_be_printed_without_a_secret() {
        let printed = format!("{:?}", config());
        assert!(!printed.contains("canary"), "{printed}");
    }
}
