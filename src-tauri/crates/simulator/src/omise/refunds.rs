//! Voids and refunds (Omise page §8). The rules themselves are in `state`.

use serde_json::Value;

use super::charges::place_of;
use super::errors::Refusal;
use super::state::Refund;
use super::{Call, render, webhook};
use crate::app::Turn;

pub(super) fn create(turn: &mut Turn<'_>, call: &Call, id: &str) -> Result<Value, Refusal> {
    let params = call.params()?;
    params.only(&["amount", "metadata", "void"])?;
    let place = place_of(turn.world, id)?;
    let amount_satang = params
        .integer("amount")?
        .ok_or_else(|| Refusal::bad_request("amount is required"))?;
    if amount_satang < 1 {
        return Err(Refusal::new("invalid_amount", "amount must be positive"));
    }
    let is_void_only = params.flag("void")?.unwrap_or_default();
    let metadata = params.object("metadata")?;
    let is_void = turn.world.omise.charges[place]
        .judge_refund(amount_satang, is_void_only, turn.now_ms)
        .map_err(|refused| Refusal::new(refused.code, refused.message))?;
    let refund = Refund {
        id: turn.omise_id("rfnd"),
        transaction_id: turn.omise_id("trxn"),
        amount_satang,
        is_void,
        metadata,
        created_ms: turn.now_ms,
    };
    turn.world.omise.charges[place].refunds.push(refund.clone());
    let charge = turn.world.omise.charges[place].clone();
    webhook::announce_refund(turn, &charge, &refund);
    Ok(render::refund(&charge, &refund, turn.app.omise.is_live))
}

pub(super) fn get(turn: &Turn<'_>, id: &str, refund_id: &str) -> Result<Value, Refusal> {
    let charge = &turn.world.omise.charges[place_of(turn.world, id)?];
    let refund = charge.refunds.iter().find(|refund| refund.id == refund_id);
    let refund = refund.ok_or_else(|| Refusal::not_found("refund"))?;
    Ok(render::refund(charge, refund, turn.app.omise.is_live))
}
