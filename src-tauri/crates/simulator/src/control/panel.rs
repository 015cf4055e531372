//! The panel's hand on a charge, whichever provider has it.

use super::wire::{Act, ChargeView};
use crate::app::Turn;
use crate::charges::{self, ActRefused, Charges};
use crate::crypto::Payments;
use crate::deposit::Deposits;
use crate::faults::{Provider, WebhookVariant};
use crate::jwt::Orders;
use crate::omise;
use crate::store::World;

/// The JWT gateway's withdrawals, oldest first.
pub(super) fn payouts(world: &World) -> Vec<ChargeView> {
    let orders = Orders::all(world).iter();
    orders
        .filter(|order| !Orders::is_shown(order))
        .map(Orders::view)
        .collect()
}

/// Every charge, oldest first.
pub(super) fn views(world: &World) -> Vec<ChargeView> {
    let mut views = omise::views(world);
    views.extend(charges::views::<Deposits>(world));
    views.extend(charges::views::<Orders>(world));
    views.extend(charges::views::<Payments>(world));
    // Each provider's are in order already; times in one form compare as text.
    views.sort_by(|one, other| one.created_at.cmp(&other.created_at));
    views
}

pub(super) fn act(
    turn: &mut Turn<'_>,
    id: &str,
    act: Act,
    after_ms: Option<u64>,
) -> Result<ChargeView, ActRefused> {
    let found = charges::act::<Deposits>(turn, id, &act, after_ms)
        .or_else(|| charges::act::<Orders>(turn, id, &act, after_ms))
        .or_else(|| charges::act::<Payments>(turn, id, &act, after_ms));
    if let Some(result) = found {
        return result;
    }
    match after_ms {
        Some(after_ms) => omise::act_later(turn, id, act, after_ms),
        None => omise::act(turn, id, &act),
    }
}

pub(super) fn resend(
    turn: &mut Turn<'_>,
    id: &str,
    variant: Option<WebhookVariant>,
) -> Result<ChargeView, ActRefused> {
    let found = charges::resend::<Deposits>(turn, id, variant.clone())
        .or_else(|| charges::resend::<Orders>(turn, id, variant.clone()))
        .or_else(|| charges::resend::<Payments>(turn, id, variant.clone()));
    if let Some(result) = found {
        return result;
    }
    if variant
        .as_ref()
        .is_some_and(|variant| !variant.is_for(Provider::Omise))
    {
        return Err(ActRefused::WrongState);
    }
    omise::resend_webhook(turn, id, variant)
}
