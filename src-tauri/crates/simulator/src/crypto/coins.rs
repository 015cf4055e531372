//! Coins, networks and prices (page §8). The prices are this simulator's own and never move.

use crate::settings::CryptoSettings;

/// Prices and amounts have eight decimals here: this many units make one.
pub(super) const ONE_E8: i64 = 100_000_000;

/// Currency and its price in US dollars. One dollar is 36.50 baht.
const FIATS: [(&str, i64); 4] = [
    ("USD", ONE_E8),
    ("EUR", 110_000_000),
    ("RUB", 1_250_000),
    ("THB", 2_739_726),
];

/// A coin, its price in US dollars, and where it is taken.
pub(super) struct Coin {
    pub(super) name: &'static str,
    pub(super) usd_e8: i64,
    pub(super) networks: &'static [&'static str],
}

pub(super) static COINS: [Coin; 13] = [
    Coin {
        name: "USDT",
        usd_e8: ONE_E8,
        networks: &[
            "TRX-TRC20",
            "BSC-BEP20",
            "ETH-ERC20",
            "AVAX-C",
            "POL-MATIC",
            "TON",
            "SOL",
        ],
    },
    Coin {
        name: "USDC",
        usd_e8: ONE_E8,
        networks: &["BSC-BEP20", "ETH-ERC20", "AVAX-C", "POL-MATIC", "SOL"],
    },
    Coin {
        name: "ETH",
        usd_e8: 3_000 * ONE_E8,
        networks: &["ETH-ERC20"],
    },
    Coin {
        name: "BNB",
        usd_e8: 600 * ONE_E8,
        networks: &["BSC-BEP20"],
    },
    Coin {
        name: "TRX",
        usd_e8: 12_000_000,
        networks: &["TRX-TRC20"],
    },
    Coin {
        name: "AVAX",
        usd_e8: 30 * ONE_E8,
        networks: &["AVAX-C"],
    },
    Coin {
        name: "POL",
        usd_e8: 50_000_000,
        networks: &["POL-MATIC"],
    },
    Coin {
        name: "BTC",
        usd_e8: 65_000 * ONE_E8,
        networks: &["BTC"],
    },
    Coin {
        name: "LTC",
        usd_e8: 80 * ONE_E8,
        networks: &["LTC"],
    },
    Coin {
        name: "DASH",
        usd_e8: 30 * ONE_E8,
        networks: &["DASH"],
    },
    Coin {
        name: TON,
        usd_e8: 6 * ONE_E8,
        networks: &[TON],
    },
    Coin {
        name: "SOL",
        usd_e8: 150 * ONE_E8,
        networks: &["SOL"],
    },
    Coin {
        name: "DOGE",
        usd_e8: 15_000_000,
        networks: &["DOGE"],
    },
];

const TON: &str = "TON";
const GRAM: &str = "GRAM";

/// The coin by the name a client uses. TON stays accepted after its renaming.
pub(super) fn find(name: &str, settings: &CryptoSettings) -> Option<&'static Coin> {
    let name = if name == GRAM && settings.is_ton_gram {
        TON
    } else {
        name
    };
    COINS.iter().find(|coin| coin.name == name)
}

/// The name answers use.
pub(super) fn printed<'a>(name: &'a str, settings: &CryptoSettings) -> &'a str {
    if name == TON && settings.is_ton_gram {
        GRAM
    } else {
        name
    }
}

pub(super) fn fiats(settings: &CryptoSettings) -> impl Iterator<Item = (&'static str, i64)> {
    let has_thb = settings.has_thb;
    FIATS
        .into_iter()
        .filter(move |(name, _)| *name != "THB" || has_thb)
}

/// The price of one unit of `currency`, fiat or coin, in dollars.
pub(super) fn usd_e8(currency: &str, settings: &CryptoSettings) -> Option<i64> {
    let fiat = fiats(settings).find(|(name, _)| *name == currency);
    fiat.map(|(_, price)| price)
        .or_else(|| find(currency, settings).map(|coin| coin.usd_e8))
}

pub(super) fn is_open(network: &str, settings: &CryptoSettings) -> bool {
    !settings.disabled_networks.iter().any(|closed| closed == network)
}

/// `amount × price`, both with eight decimals, half a unit up.
pub(super) fn times_e8(amount_e8: i64, price_e8: i64) -> i64 {
    let one = i128::from(ONE_E8);
    let product = i128::from(amount_e8) * i128::from(price_e8) + one / 2;
    i64::try_from(product / one).unwrap_or(i64::MAX)
}

/// `amount ÷ price`, both with eight decimals, upwards: the payer is never asked for too little.
pub(super) fn divided_e8(amount_e8: i64, price_e8: i64) -> i64 {
    let price = i128::from(price_e8.max(1));
    let scaled = i128::from(amount_e8) * i128::from(ONE_E8) + price - 1;
    i64::try_from(scaled / price).unwrap_or(i64::MAX)
}

/// `amount × (10,000,000 + part) ÷ 10,000,000`, upwards.
pub(super) fn raised(amount_e8: i64, part_e7: i64) -> i64 {
    let whole = 10_000_000_i128;
    let product = i128::from(amount_e8) * (whole + i128::from(part_e7)) + whole - 1;
    i64::try_from(product / whole).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_multiply_and_divide_without_loss_to_the_shop() {
        // Page §4: 180 × 0.01340691.
        assert_eq!(times_e8(180 * ONE_E8, 1_340_691), 241_324_380);
        assert_eq!(divided_e8(10 * ONE_E8, 3 * ONE_E8), 333_333_334);
        assert_eq!(divided_e8(ONE_E8, ONE_E8), ONE_E8);
        assert_eq!(raised(100 * ONE_E8, 500_000), 105 * ONE_E8);
        assert_eq!(raised(100 * ONE_E8, -1_000_000), 90 * ONE_E8);
    }

    #[test]
    fn ton_answers_to_both_names_once_renamed() {
        let mut settings = CryptoSettings::default();
        assert!(find("TON", &settings).is_some() && find("GRAM", &settings).is_none());
        assert_eq!(printed("TON", &settings), "TON");
        settings.is_ton_gram = true;
        assert!(find("TON", &settings).is_some() && find("GRAM", &settings).is_some());
        assert_eq!(printed("TON", &settings), "GRAM");
        assert_eq!(printed("BTC", &settings), "BTC");
    }

    #[test]
    fn baht_can_be_missing() {
        let mut settings = CryptoSettings::default();
        assert_eq!(usd_e8("THB", &settings), Some(2_739_726));
        settings.has_thb = false;
        assert_eq!(usd_e8("THB", &settings), None);
        assert_eq!(usd_e8("USD", &settings), Some(ONE_E8));
        assert_eq!(usd_e8("NOMONEY", &settings), None);
    }
}
