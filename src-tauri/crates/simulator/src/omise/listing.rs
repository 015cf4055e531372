//! Lists with `from`, `to`, `limit`, `offset` and `order` (Omise page §4).

use jiff::Timestamp;
use serde_json::Value;

use super::charges::place_of;
use super::errors::Refusal;
use super::params::Params;
use super::render::{Page, View};
use super::{Call, render};
use crate::app::Turn;
use crate::clock::iso;

const LIMIT_DEFAULT: i64 = 20;
const LIMIT_MAX: i64 = 100;
const FROM_DEFAULT: &str = "1970-01-01T00:00:00Z";

struct Filter {
    from: String,
    to: String,
    from_s: i64,
    to_s: i64,
    limit: usize,
    offset: usize,
    is_reversed: bool,
}

impl Filter {
    fn read(call: &Call, now_ms: i64) -> Result<Self, Refusal> {
        let params = Params::from_form(&call.query)?;
        params.only(&["from", "to", "limit", "offset", "order"])?;
        let invalid_page = |what: &str| Refusal::new("invalid_page", what);
        let number = |name: &str, default: i64| {
            let number = params
                .integer(name)
                .map_err(|_| invalid_page(&format!("{name} is not a number")))?;
            Ok(number.unwrap_or(default))
        };
        let limit = number("limit", LIMIT_DEFAULT)?;
        if !(1..=LIMIT_MAX).contains(&limit) {
            return Err(invalid_page("limit must be between 1 and 100"));
        }
        let limit = usize::try_from(limit).map_err(|_| invalid_page("limit is out of range"))?;
        let offset = number("offset", 0)?;
        let offset = usize::try_from(offset).map_err(|_| invalid_page("offset must not be negative"))?;
        let is_reversed = match params.text("order")?.as_deref() {
            None | Some("chronological") => false,
            Some("reverse_chronological") => true,
            Some(_) => return Err(Refusal::new("invalid_filter", "unknown order")),
        };
        let (from, from_s) = read_time(&params, "from", FROM_DEFAULT)?;
        let (to, to_s) = read_time(&params, "to", &iso(now_ms))?;
        Ok(Self {
            from,
            to,
            from_s,
            to_s,
            limit,
            offset,
            is_reversed,
        })
    }

    /// `created_at` is printed in whole seconds, so it is compared in whole seconds.
    fn holds(&self, created_ms: i64) -> bool {
        (self.from_s..=self.to_s).contains(&created_ms.div_euclid(1000))
    }

    /// The wanted page of `items`, which come oldest first.
    fn page<'a, T>(&self, items: Vec<&'a T>) -> Vec<&'a T> {
        let wanted =
            |items: &mut dyn Iterator<Item = &'a T>| items.skip(self.offset).take(self.limit).collect();
        if self.is_reversed {
            wanted(&mut items.into_iter().rev())
        } else {
            wanted(&mut items.into_iter())
        }
    }

    fn render(&self, data: Vec<Value>, total: usize, location: &str) -> Value {
        render::list(&Page {
            data,
            limit: self.limit,
            offset: self.offset,
            total,
            location,
            is_reversed: self.is_reversed,
            from: &self.from,
            to: &self.to,
        })
    }
}

fn read_time(params: &Params, name: &str, default: &str) -> Result<(String, i64), Refusal> {
    let text = params.text(name)?.unwrap_or_else(|| default.to_owned());
    let time: Timestamp = text
        .parse()
        .map_err(|_| Refusal::new("invalid_filter", &format!("{name} is not an ISO 8601 time")))?;
    Ok((iso(time.as_millisecond()), time.as_second()))
}

pub(super) fn charges(turn: &Turn<'_>, call: &Call) -> Result<Value, Refusal> {
    let filter = Filter::read(call, turn.now_ms)?;
    let charges = turn.world.omise.charges.iter();
    let fitting: Vec<_> = charges.filter(|charge| filter.holds(charge.created_ms)).collect();
    let total = fitting.len();
    let view = View {
        base: &call.base,
        is_live: turn.app.omise.is_live,
        now_ms: turn.now_ms,
    };
    let data = filter
        .page(fitting)
        .into_iter()
        .map(|charge| render::charge(charge, view))
        .collect();
    Ok(filter.render(data, total, "/charges"))
}

pub(super) fn refunds(turn: &Turn<'_>, call: &Call, id: &str) -> Result<Value, Refusal> {
    let filter = Filter::read(call, turn.now_ms)?;
    let charge = &turn.world.omise.charges[place_of(turn.world, id)?];
    let fitting: Vec<_> = charge
        .refunds
        .iter()
        .filter(|refund| filter.holds(refund.created_ms))
        .collect();
    let total = fitting.len();
    let is_live = turn.app.omise.is_live;
    let data = filter
        .page(fitting)
        .into_iter()
        .map(|refund| render::refund(charge, refund, is_live))
        .collect();
    Ok(filter.render(data, total, &format!("/charges/{id}/refunds")))
}
