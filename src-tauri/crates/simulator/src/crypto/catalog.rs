//! Balance, exchange rates and directions (page §8, §9), and the list of payments (§5).

use super::coins::{self, COINS, ONE_E8};
use super::create::MIN_USD_E8;
use super::request::{Refusal, Request};
use super::state::{FILTERS, Payment};
use super::{lie, render, success};
use crate::answer::Reply;
use crate::app::Turn;
use crate::clock::iso;
use crate::faults::{Endpoint, FaultClass};
use crate::gateway::Call;
use crate::json::Doc;
use crate::money::fixed;

const PER_PAGE: i64 = 15;
const PER_PAGE_MAX: i64 = 5_000;
const MAX_USD_E8: i64 = 1_000_000 * ONE_E8;

pub(super) fn list(turn: &mut Turn<'_>, call: &Call) -> Result<Reply, Refusal> {
    let known = ["status", "date_from", "date_to", "page", "per_page"];
    let request = Request::read(turn, call, &known)?;
    let status = request.optional("status")?;
    if status.as_deref().is_some_and(|status| !FILTERS.contains(&status)) {
        return Err(Refusal::field("status", "is invalid"));
    }
    let (from, to) = (date(&request, "date_from")?, date(&request, "date_to")?);
    let page = request.integer("page", 1..=i64::MAX)?.unwrap_or(1);
    let per_page = request.integer("per_page", 1..=PER_PAGE_MAX)?.unwrap_or(PER_PAGE);
    let is_wanted = |payment: &&Payment| {
        // Days of UTC: the page does not say whose.
        let created = iso(payment.created_ms);
        let day = &created[..10];
        status.as_ref().is_none_or(|status| *status == payment.status)
            && from.as_deref().is_none_or(|from| from <= day)
            && to.as_deref().is_none_or(|to| day <= to)
    };
    let payments = &turn.world.crypto.payments;
    let found: Vec<&Payment> = payments.iter().rev().filter(is_wanted).collect();
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let skipped = usize::try_from((page - 1).saturating_mul(per_page)).unwrap_or(usize::MAX);
    let taken = usize::try_from(per_page).unwrap_or(usize::MAX);
    let settings = turn.world.settings.crypto.clone();
    let mut items: Vec<Doc> = found
        .into_iter()
        .skip(skipped)
        .take(taken)
        .map(|payment| render::info(payment, &settings))
        .collect();
    let rules = turn.take_all(Endpoint::CryptoPaymentList, |fault| {
        fault.class() == FaultClass::Answer
    });
    for item in &mut items {
        lie(&rules, item);
    }
    let pages = (total + per_page - 1) / per_page;
    let paginate = Doc::object([
        ("count", Doc::number(items.len())),
        ("current_page", Doc::number(page)),
        ("per_page", Doc::number(per_page)),
        ("total", Doc::number(total)),
        ("total_pages", Doc::number(pages)),
        ("has_more", Doc::Flag(page < pages)),
    ]);
    let result = Doc::object([("items", Doc::List(items)), ("paginate", paginate)]);
    Ok(success(result, &rules))
}

/// `YYYY-MM-DD`, which compares as text.
fn date(request: &Request, name: &str) -> Result<Option<String>, Refusal> {
    let text = request.optional(name)?;
    let is_date = |text: &String| text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok();
    match text {
        Some(text) if !is_date(&text) => Err(Refusal::field(name, "must be a date")),
        text => Ok(text),
    }
}

pub(super) fn balance(turn: &Turn<'_>) -> Reply {
    let settings = &turn.world.settings.crypto;
    let rows = COINS.iter().enumerate().map(|(place, coin)| {
        let paid = turn.world.crypto.payments.iter().filter(|payment| {
            let choice = payment.choice.as_ref();
            payment.is_paid() && choice.is_some_and(|choice| choice.coin == coin.name)
        });
        let balance_e8: i64 = paid.map(|payment| payment.received_e8 * 997 / 1_000).sum();
        Doc::object([
            ("uuid", Doc::Text(format!("00000000-0000-4000-9000-{place:012}"))),
            ("status", Doc::text("active")),
            ("currency_code", Doc::text(coins::printed(coin.name, settings))),
            ("balance", Doc::Text(fixed(balance_e8, 8))),
            (
                "balance_usd",
                Doc::Text(fixed(coins::times_e8(balance_e8, coin.usd_e8), 8)),
            ),
            ("locked_balance", Doc::Text(fixed(0, 8))),
        ])
    });
    success(Doc::List(rows.collect()), &[])
}

/// Fiat by coin: what one coin costs in that currency.
pub(super) fn rates(turn: &Turn<'_>) -> Reply {
    let settings = &turn.world.settings.crypto;
    let rows = coins::fiats(settings).map(|(fiat, usd_e8)| {
        let columns = COINS.iter().map(|coin| {
            (
                coins::printed(coin.name, settings).to_owned(),
                Doc::Text(fixed(coins::divided_e8(coin.usd_e8, usd_e8), 8)),
            )
        });
        (fiat.to_owned(), Doc::Object(columns.collect()))
    });
    success(Doc::Object(rows.collect()), &[])
}

pub(super) fn directions(turn: &Turn<'_>) -> Reply {
    let settings = &turn.world.settings.crypto;
    let pairs = COINS
        .iter()
        .flat_map(|coin| coin.networks.iter().map(move |network| (coin, *network)));
    let rows = pairs.map(|(coin, network)| {
        let word = if coins::is_open(network, settings) {
            "active"
        } else {
            "inactive"
        };
        let bound = |usd_e8| Doc::Text(fixed(coins::divided_e8(usd_e8, coin.usd_e8), 8));
        Doc::object([
            ("network", Doc::text(network)),
            ("network_code", Doc::text(network)),
            ("currency", Doc::text(coins::printed(coin.name, settings))),
            ("deposit_status", Doc::text(word)),
            ("withdrawal_status", Doc::text(word)),
            ("min_deposit", bound(MIN_USD_E8)),
            ("max_deposit", bound(MAX_USD_E8)),
            ("min_withdrawal", bound(ONE_E8)),
            ("max_withdrawal", bound(MAX_USD_E8)),
            ("deposit_fee_percent", Doc::text("0.30")),
            ("withdrawal_fee", bound(ONE_E8)),
            ("withdrawal_fee_type", Doc::text("fixed")),
        ])
    });
    success(Doc::List(rows.collect()), &[])
}
