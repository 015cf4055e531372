//! What the providers' charges have in common: timers, plans, and the control panel's hand on them.
//!
//! Omise's part keeps its own copy of these walks (its charges expire through an API call as well); the other
//! providers implement [`Charges`].

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::app::Turn;
use crate::control::{Act, Action, ChargeView};
use crate::faults::{Endpoint, Fault, FaultClass, Provider, WebhookVariant};
use crate::store::World;

/// Something that happens to a charge by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) act: Act,
    pub(crate) due_ms: i64,
}

/// The charge is not in a state from which this can happen.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WrongState;

/// Why the control panel cannot do what it was asked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ActRefused {
    Unknown,
    WrongState,
}

impl From<WrongState> for ActRefused {
    fn from(WrongState: WrongState) -> Self {
        Self::WrongState
    }
}

pub(crate) fn plan_after(now_ms: i64, after_ms: u64, act: Act) -> Plan {
    Plan {
        act,
        due_ms: now_ms.saturating_add(i64::try_from(after_ms).unwrap_or(i64::MAX)),
    }
}

/// What a fault of the customer class makes happen to a charge created now.
pub(crate) fn plan_for(fault: &Fault, now_ms: i64) -> Option<Plan> {
    let (action, after_ms) = match fault {
        Fault::AutoPay { after_ms } => (Action::Pay, after_ms),
        Fault::AutoFail { after_ms } => (Action::Fail, after_ms),
        Fault::AutoExpire { after_ms } => (Action::Expire, after_ms),
        _ => return None,
    };
    Some(plan_after(now_ms, *after_ms, Act::of(action)))
}

/// The earlier of a plan and an expiry.
pub(crate) fn earlier(plan: Option<&Plan>, expires_ms: Option<i64>) -> Option<Plan> {
    let expiry = expires_ms.map(|due_ms| Plan {
        act: Act::of(Action::Expire),
        due_ms,
    });
    match (plan, expiry) {
        (Some(plan), Some(expiry)) if expiry.due_ms < plan.due_ms => Some(expiry),
        (Some(plan), _) => Some(plan.clone()),
        (None, expiry) => expiry,
    }
}

/// One provider's charges in the order of their creation.
pub(crate) trait Charges {
    const PROVIDER: Provider;
    /// Where the customer faults of a new charge are looked up.
    const CREATE: Endpoint;
    type Charge;

    fn all(world: &World) -> &[Self::Charge];
    fn id(charge: &Self::Charge) -> &str;
    fn next_due(charge: &Self::Charge) -> Option<Plan>;
    fn plan(world: &mut World, place: usize) -> &mut Option<Plan>;
    /// Whether the charge has just run out, so that `pay_after_expire` applies.
    fn is_expired(charge: &Self::Charge) -> bool;
    /// Does `act`, clears the plan it fulfils, and announces what changed.
    fn carry_out(turn: &mut Turn<'_>, place: usize, act: &Act, at_ms: i64) -> Result<(), WrongState>;
    /// Announces the present state once more.
    fn resend(turn: &mut Turn<'_>, place: usize, variant: Option<WebhookVariant>);
    /// Whether it is listed: a payout is not.
    fn is_shown(_charge: &Self::Charge) -> bool {
        true
    }
    fn view(charge: &Self::Charge) -> ChargeView;
}

fn place_of<C: Charges>(world: &World, id: &str) -> Option<usize> {
    C::all(world).iter().position(|charge| C::id(charge) == id)
}

fn next_due<C: Charges>(world: &World) -> Option<(usize, Plan)> {
    let charges = C::all(world).iter().enumerate();
    charges
        .filter_map(|(place, charge)| C::next_due(charge).map(|plan| (place, plan)))
        .min_by_key(|(_, plan)| plan.due_ms)
}

/// When the next timer fires, if any.
pub(crate) fn next_due_ms<C: Charges>(world: &World) -> Option<i64> {
    next_due::<C>(world).map(|(_, plan)| plan.due_ms)
}

fn perform<C: Charges>(turn: &mut Turn<'_>, place: usize, act: &Act, at_ms: i64) -> Result<(), WrongState> {
    let was_expired = C::is_expired(&C::all(turn.world)[place]);
    C::carry_out(turn, place, act, at_ms)?;
    turn.touch();
    if !was_expired && C::is_expired(&C::all(turn.world)[place]) {
        let rule = turn.take_where(C::CREATE, |fault| matches!(fault, Fault::PayAfterExpire { .. }));
        if let Some(Fault::PayAfterExpire { after_ms }) = rule.map(|rule| rule.fault) {
            *C::plan(turn.world, place) = Some(plan_after(at_ms, after_ms, Act::of(Action::PayLate)));
        }
    }
    Ok(())
}

/// Lets everything happen that was due by now, in order and dated when it was due.
pub(crate) fn settle_due<C: Charges>(turn: &mut Turn<'_>) {
    while let Some((place, plan)) = next_due::<C>(turn.world) {
        if plan.due_ms > turn.now_ms {
            return;
        }
        // A plan whose time has come is gone, also when it no longer fits the state.
        if C::plan(turn.world, place).as_ref() == Some(&plan) {
            *C::plan(turn.world, place) = None;
            turn.touch();
        }
        // An expiry always fits: only charges that can expire have one due.
        let _ = perform::<C>(turn, place, &plan.act, plan.due_ms);
    }
}

/// What the fault menu plans for a charge created now.
pub(crate) fn customer_plan<C: Charges>(turn: &mut Turn<'_>) -> Option<Plan> {
    let rule = turn.take(C::CREATE, FaultClass::Customer)?;
    plan_for(&rule.fault, turn.now_ms)
}

/// `None` when this provider has no such charge; then another may.
pub(crate) fn act<C: Charges>(
    turn: &mut Turn<'_>,
    id: &str,
    act: &Act,
    after_ms: Option<u64>,
) -> Option<Result<ChargeView, ActRefused>> {
    let place = place_of::<C>(turn.world, id)?;
    let now_ms = turn.now_ms;
    let result = match after_ms {
        Some(after_ms) => {
            *C::plan(turn.world, place) = Some(plan_after(now_ms, after_ms, act.clone()));
            turn.touch();
            Ok(())
        }
        None => perform::<C>(turn, place, act, now_ms),
    };
    Some(match result {
        Ok(()) => Ok(C::view(&C::all(turn.world)[place])),
        Err(wrong) => Err(wrong.into()),
    })
}

/// `None` when this provider has no such charge.
pub(crate) fn resend<C: Charges>(
    turn: &mut Turn<'_>,
    id: &str,
    variant: Option<WebhookVariant>,
) -> Option<Result<ChargeView, ActRefused>> {
    let place = place_of::<C>(turn.world, id)?;
    if variant
        .as_ref()
        .is_some_and(|variant| !variant.is_for(C::PROVIDER))
    {
        return Some(Err(ActRefused::WrongState));
    }
    C::resend(turn, place, variant);
    Some(Ok(C::view(&C::all(turn.world)[place])))
}

pub(crate) fn views<C: Charges>(world: &World) -> Vec<ChargeView> {
    let shown = C::all(world).iter().filter(|charge| C::is_shown(charge));
    shown.map(C::view).collect()
}

/// The fields of a JSON object.
pub(crate) fn as_map(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
