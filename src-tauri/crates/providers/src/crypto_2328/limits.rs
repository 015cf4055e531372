//! The provider's own limits, which are in coins, as far as they can be told in baht.

use super::config::usd_rate;
use super::decimal::{Decimal, satang_of};
use super::map;
use super::wire::{self, Direction};
use super::{Crypto2328, calls, json::Json};
use crate::act::{Act, unsent};
use keptang_domain::Money;
use keptang_ports::{Asset, ProviderError, ProviderProfile};

/// Coins that are worth a dollar, so that the shop's own rate tells their baht. For others there is no rate the shop
/// approved, and the limits stay those of the till.
const DOLLAR_COINS: [&str; 2] = ["USDT", "USDC"];

impl Crypto2328 {
    /// Coins and networks as the provider takes them now (crypto-2328.md §8). The first time this is answered, the
    /// profile takes over the limits.
    ///
    /// # Errors
    /// As for any question.
    pub async fn directions(&self) -> Result<Vec<Direction>, ProviderError> {
        let answer = self.get(calls::DIRECTIONS, self.channel.deadline()).await?;
        let answer = answer.map_err(|error| unsent(error, Act::Repeatable))?;
        let result = wire::result_or_list(&answer.body).filter(|_| answer.status == 200);
        let Some(result) = result else {
            return Err(map::refusal(
                Act::Repeatable,
                answer.status,
                &answer.body,
                answer.retry_after_ms,
            ));
        };
        let directions = read(&result).ok_or(ProviderError::Unavailable)?;
        self.take_limits(&directions);
        Ok(directions)
    }

    pub(super) fn take_limits(&self, directions: &[Direction]) {
        let Ok(terms) = self.terms.as_ref() else { return };
        if let Some((min, max)) =
            usd_rate(&self.config).and_then(|rate| range(directions, &terms.pairs, rate))
        {
            self.limited.get_or_init(|| ProviderProfile {
                min,
                max,
                ..self.profile.clone()
            });
        }
    }
}

/// The list, which may stand bare or as the one list of an object.
pub(super) fn read(result: &Json) -> Option<Vec<Direction>> {
    let items = match result {
        Json::List(items) => items,
        Json::Object(members) => members.iter().find_map(|member| member.value.items())?,
        _ => return None,
    };
    Some(items.iter().filter_map(Direction::read).collect())
}

/// The widest range of the pairs that are open; `None` when one of them cannot be told in baht.
fn range(directions: &[Direction], pairs: &[Asset], rate: Decimal) -> Option<(Money, Money)> {
    let mut widest: Option<(Money, Money)> = None;
    for direction in directions.iter().filter(|direction| direction.open) {
        let Some(pair) = pairs.iter().find(|pair| direction.is(pair)) else {
            continue;
        };
        if !DOLLAR_COINS.contains(&pair.coin.to_ascii_uppercase().as_str()) {
            return None;
        }
        let baht = |limit: &Option<String>, up: bool| {
            let limit = Decimal::parse(limit.as_deref()?)?;
            limit.is_positive().then(|| satang_of(limit, rate, up)).flatten()
        };
        let min = baht(&direction.min_deposit, true).unwrap_or(Money::SMALLEST_SALE);
        let max = baht(&direction.max_deposit, false).unwrap_or(Money::LARGEST_SALE);
        let (least, most) = widest.unwrap_or((min, max));
        widest = Some((least.min(min), most.max(max)));
    }
    let (min, max) = widest?;
    let (min, max) = (min.max(Money::SMALLEST_SALE), max.min(Money::LARGEST_SALE));
    (min <= max).then_some((min, max))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(coin: &str, network: &str) -> Asset {
        Asset {
            coin: coin.to_owned(),
            network: network.to_owned(),
        }
    }

    fn range_of(json: &str, pairs: &[Asset]) -> Option<(i64, i64)> {
        let directions = read(&Json::parse(json.as_bytes()).unwrap()).unwrap();
        let rate = Decimal::parse("36.50").unwrap();
        range(&directions, pairs, rate).map(|(min, max)| (min.satang(), max.satang()))
    }

    const LIST: &str = r#"[
        {"network":"TRON","network_code":"TRX-TRC20","currency":"USDT","deposit_status":"active","min_deposit":"1.00","max_deposit":"1000"},
        {"network":"TON","network_code":"TON","currency":"USDT","deposit_status":"active","min_deposit":0.333,"max_deposit":null},
        {"network":"SOL","network_code":"SOL","currency":"USDC","deposit_status":"disabled","min_deposit":"0.01","max_deposit":"9"},
        {"network":"TON","network_code":"TON","currency":"GRAM","deposit_status":"active","min_deposit":"0.5","max_deposit":"500"},
        {"network":"x"}]"#;

    #[test]
    fn limits_are_the_widest_of_the_open_pairs() {
        let tron = pair("USDT", "TRX-TRC20");
        assert_eq!(
            range_of(LIST, std::slice::from_ref(&tron)),
            Some((3_650, 3_650_000))
        );
        let both = [tron.clone(), pair("usdt", "ton")];
        // 0.333 × 36.50 = 12.1545 baht, rounded up; no upper limit told is the till's own.
        assert_eq!(range_of(LIST, &both), Some((1_216, 999_999_999)));
        // A closed pair sets no limit, and a coin without a rate leaves them unknown.
        assert_eq!(range_of(LIST, &[pair("USDC", "SOL")]), None);
        assert_eq!(range_of(LIST, &[tron, pair("TON", "TON")]), None);
        assert_eq!(range_of("[]", &both), None);
    }

    #[test]
    fn a_direction_is_found_by_either_name_of_coin_and_network() {
        let directions = read(&Json::parse(LIST.as_bytes()).unwrap()).unwrap();
        assert_eq!(directions.len(), 4);
        assert!(directions[3].is(&pair("TON", "TON")));
        assert!(directions[3].is(&pair("GRAM", "TON")));
        assert!(directions[0].is(&pair("USDT", "tron")));
        assert!(!directions[0].is(&pair("USDC", "TRX-TRC20")));
        assert!(!directions[2].open);
        let wrapped = format!(r#"{{"directions":{LIST}}}"#);
        assert_eq!(read(&Json::parse(wrapped.as_bytes()).unwrap()), Some(directions));
        assert_eq!(read(&Json::Null), None);
    }
}
