//! How a gateway changes an amount so that it can tell open payments apart.

use crate::app::Turn;
use crate::faults::{Endpoint, Fault, FaultClass};
use crate::settings::Adjust;

/// The amount to pay for `asked_satang`: a fault's wish first, then the switch. `taken` are the amounts of the
/// open charges.
pub(crate) fn adjusted_satang(
    turn: &mut Turn<'_>,
    create: Endpoint,
    adjust: Adjust,
    asked_satang: i64,
    taken: &[i64],
) -> i64 {
    let rule = turn.take(create, FaultClass::Amount);
    let adjust = match rule.map(|rule| rule.fault) {
        Some(Fault::AdjustAmount { by_satang }) => Adjust::By { satang: by_satang },
        _ => adjust,
    };
    let payable_satang = match adjust {
        Adjust::None => asked_satang,
        Adjust::By { satang } => asked_satang.saturating_add(satang),
        Adjust::Unique => (asked_satang..)
            .find(|satang| !taken.contains(satang))
            .unwrap_or(asked_satang),
    };
    payable_satang.max(1)
}
