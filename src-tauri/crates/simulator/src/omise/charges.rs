//! Sources and charges: creating, reading, expiring, and what the customer does.

use axum::http::header;
use serde_json::{Map, Value};

use super::errors::Refusal;
use super::params::Params;
use super::render::View;
use super::state::{Charge, Source, Status};
use super::{Call, Outcome, render, webhook};
use crate::answer::Reply;
use crate::app::Turn;
use crate::charges::{ActRefused, Plan, WrongState, plan_after, plan_for};
use crate::clock::iso;
use crate::control::{Act, Action, ChargeView, Funding};
use crate::faults::{Endpoint, Fault, FaultClass, WebhookVariant};
use crate::qr::{self, Payee, QrKind};
use crate::stats::ViolationKind;
use crate::store::World;

/// Omise page §2: ฿100–฿50,000.
const AMOUNT_SATANG: std::ops::RangeInclusive<i64> = 10_000..=5_000_000;
const SOURCE_TYPE: &str = "truemoney_qr";
const CHARGE_PARAMETERS: [&str; 10] = [
    "amount",
    "currency",
    "source",
    "return_uri",
    "description",
    "metadata",
    "expires_at",
    "webhook_endpoints",
    "ip",
    "capture",
];

fn amount_of(params: &Params) -> Result<i64, Refusal> {
    let amount = params
        .integer("amount")?
        .ok_or_else(|| Refusal::bad_request("amount is required"))?;
    if !AMOUNT_SATANG.contains(&amount) {
        return Err(Refusal::invalid_charge(
            "amount must be between 10000 and 5000000",
        ));
    }
    Ok(amount)
}

fn check_currency(params: &Params) -> Result<(), Refusal> {
    let currency = params
        .text("currency")?
        .ok_or_else(|| Refusal::bad_request("currency is required"))?;
    // Case does not matter: older API versions print it in lower case (§1).
    if currency.eq_ignore_ascii_case("THB") {
        Ok(())
    } else {
        Err(Refusal::invalid_charge("currency must be THB for this source"))
    }
}

fn check_type(params: &Params) -> Result<(), Refusal> {
    match params.text("type")?.as_deref() {
        None => Err(Refusal::bad_request("source type is required")),
        Some(SOURCE_TYPE) => Ok(()),
        Some(_) => Err(Refusal::new(
            "feature_not_supported",
            "this source type is not enabled",
        )),
    }
}

pub(super) fn create_source(turn: &mut Turn<'_>, params: &Params) -> Result<Value, Refusal> {
    params.only(&["amount", "currency", "type"])?;
    check_type(params)?;
    check_currency(params)?;
    let source = Source {
        amount_satang: amount_of(params)?,
        id: turn.omise_id("src"),
        created_ms: turn.now_ms,
        is_used: false,
    };
    let object = render::bare_source(&source, turn.app.omise.is_live);
    turn.world.omise.sources.push(source);
    Ok(object)
}

/// A charge request that has passed every check.
struct Order {
    amount_satang: i64,
    /// The index of an existing source; `None` makes one (the one-call variant).
    source: Option<usize>,
    return_uri: Option<String>,
    description: Option<String>,
    metadata: Map<String, Value>,
    webhook_endpoints: Vec<String>,
    ip: Option<String>,
}

fn read_order(turn: &Turn<'_>, params: &Params) -> Result<Order, Refusal> {
    params.only(&CHARGE_PARAMETERS)?;
    let amount_satang = amount_of(params)?;
    check_currency(params)?;
    let source = match params.fields.get("source") {
        Some(Value::String(id)) => Some(find_source(turn, id, amount_satang)?),
        Some(Value::Object(fields)) => {
            let inner = params.nested(fields.clone());
            inner.only(&["type", "amount", "currency"])?;
            check_type(&inner)?;
            let is_same = inner
                .integer("amount")?
                .is_none_or(|amount| amount == amount_satang);
            if !is_same {
                return Err(Refusal::invalid_charge("amount does not match the source"));
            }
            if inner.fields.contains_key("currency") {
                check_currency(&inner)?;
            }
            None
        }
        _ => return Err(Refusal::bad_request("source is required")),
    };
    let return_uri = params.text("return_uri")?;
    if return_uri.as_deref().is_some_and(|uri| !is_url(uri)) {
        return Err(Refusal::bad_request("return_uri must be an address"));
    }
    // Accepted and not honoured (§2), but it must be text.
    params.text("expires_at")?;
    if params.flag("capture")? == Some(false) {
        return Err(Refusal::new(
            "feature_not_supported",
            "this source cannot be captured later",
        ));
    }
    let webhook_endpoints = params.texts("webhook_endpoints")?;
    if webhook_endpoints.iter().any(|url| !is_url(url)) {
        return Err(Refusal::bad_request("webhook_endpoints must be addresses"));
    }
    Ok(Order {
        amount_satang,
        source,
        return_uri,
        description: params.text("description")?,
        metadata: params.object("metadata")?,
        webhook_endpoints,
        ip: params.text("ip")?,
    })
}

fn find_source(turn: &Turn<'_>, id: &str, amount_satang: i64) -> Result<usize, Refusal> {
    let sources = &turn.world.omise.sources;
    let place = sources.iter().position(|source| source.id == id);
    let place = place.ok_or_else(|| Refusal::not_found("source"))?;
    if sources[place].is_used {
        return Err(Refusal::invalid_charge("source was already used"));
    }
    if sources[place].amount_satang != amount_satang {
        return Err(Refusal::invalid_charge("amount does not match the source"));
    }
    Ok(place)
}

/// Plain http is let through, unlike the real provider: receivers in tests listen on this machine.
fn is_url(text: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
}

pub(super) fn create(turn: &mut Turn<'_>, call: &Call) -> Result<Outcome, Refusal> {
    let order = read_order(turn, &call.params()?)?;
    let attempt = order
        .metadata
        .get("attempt")
        .filter(|attempt| attempt.is_string());
    let is_repeated = attempt.is_some()
        && turn.world.omise.charges.iter().any(|charge| {
            charge.metadata.get("attempt") == attempt
                && charge.metadata.get("order_id") == order.metadata.get("order_id")
        });
    if is_repeated {
        turn.app.record(ViolationKind::RepeatedAttempt, &call.label);
    }
    let charge = new_charge(turn, order);
    let id = charge.id.clone();
    turn.world.omise.charges.push(charge.clone());
    let is_callback_first = webhook::announce(turn, "charge.create", &charge);
    // A customer who pays at once (`after_ms` 0) is faster than the answer.
    settle_due(turn);
    let reply = Reply::json(200, &get(turn, call, &id)?);
    Ok(Outcome {
        reply,
        is_callback_first,
    })
}

fn new_charge(turn: &mut Turn<'_>, order: Order) -> Charge {
    let now_ms = turn.now_ms;
    let (source_id, source_created_ms) = match order.source {
        Some(place) => {
            let source = &mut turn.world.omise.sources[place];
            source.is_used = true;
            (source.id.clone(), source.created_ms)
        }
        None => (turn.omise_id("src"), now_ms),
    };
    let qr_fault = turn
        .take(Endpoint::OmiseChargeCreate, FaultClass::Qr)
        .map(|rule| rule.fault);
    let qr_amount_satang = match qr_fault {
        Some(Fault::QrAmount { amount_satang }) => amount_satang,
        _ => order.amount_satang,
    };
    let customer = turn.take(Endpoint::OmiseChargeCreate, FaultClass::Customer);
    let plan = customer.and_then(|rule| plan_for(&rule.fault, now_ms));
    Charge {
        id: turn.omise_id("chrg"),
        source_id,
        source_created_ms,
        document_id: turn.omise_id("docu"),
        download_token: turn.token().to_ascii_uppercase(),
        payment_id: turn.omise_id("pay2"),
        transaction_id: None,
        amount_satang: order.amount_satang,
        description: order.description,
        metadata: order.metadata,
        return_uri: order.return_uri,
        ip: order.ip,
        webhook_endpoints: order.webhook_endpoints,
        status: Status::Pending,
        failure: None,
        funding: Funding::default(),
        created_ms: now_ms,
        expires_ms: now_ms.saturating_add(turn.app.omise.ttl_ms),
        expired_ms: None,
        paid_ms: None,
        reversed_ms: None,
        refunds: Vec::new(),
        qr_kind: render::qr_kind(qr_fault.as_ref()),
        qr_amount_satang,
        plan,
    }
}

pub(super) fn place_of(world: &World, id: &str) -> Result<usize, Refusal> {
    let place = world.omise.charges.iter().position(|charge| charge.id == id);
    place.ok_or_else(|| Refusal::not_found("charge"))
}

pub(super) fn get(turn: &Turn<'_>, call: &Call, id: &str) -> Result<Value, Refusal> {
    let place = place_of(turn.world, id)?;
    let view = View {
        base: &call.base,
        is_live: turn.app.omise.is_live,
        now_ms: turn.now_ms,
    };
    Ok(render::charge(&turn.world.omise.charges[place], view))
}

pub(super) fn expire(turn: &mut Turn<'_>, call: &Call, id: &str) -> Result<Value, Refusal> {
    call.params()?.only(&[])?;
    let place = place_of(turn.world, id)?;
    let is_raced = turn.world.omise.charges[place].status == Status::Pending
        && turn
            .take_where(Endpoint::OmiseChargeExpire, |fault| *fault == Fault::PayOnExpire)
            .is_some();
    if is_raced {
        // Pending was just checked, so the payment goes through.
        let _ = carry_out(turn, place, &Act::of(Action::Pay), turn.now_ms);
    }
    match turn.world.omise.charges[place].status {
        Status::Expired => Err(Refusal::new("expired_charge", "charge has already expired")),
        _ => carry_out(turn, place, &Act::of(Action::Expire), turn.now_ms)
            .map_err(|WrongState| Refusal::new("failed_expire", "charge can no longer be expired")),
    }?;
    get(turn, call, id)
}

pub(super) fn download(
    turn: &Turn<'_>,
    call: &Call,
    charge: &str,
    document: &str,
    token: &str,
) -> Result<Reply, Refusal> {
    if call.headers.contains_key(header::AUTHORIZATION) {
        turn.app
            .record(ViolationKind::CredentialsOnQrDownload, &call.label);
        return Err(Refusal::bad_request("this download takes no credentials"));
    }
    let charge = &turn.world.omise.charges[place_of(turn.world, charge)?];
    if charge.document_id != document || charge.download_token != token {
        return Err(Refusal::not_found("document"));
    }
    Ok(Reply::picture(qr::image(charge.qr_kind, &qr_text(charge))))
}

fn qr_text(charge: &Charge) -> String {
    qr::text(
        Payee::Wallet,
        charge.qr_amount_satang,
        render::token_of(&charge.id),
    )
}

/// Does `act` to a charge, announces it, and plans what a fault wants to follow.
fn carry_out(turn: &mut Turn<'_>, place: usize, act: &Act, at_ms: i64) -> Result<(), WrongState> {
    let key = turn.world.omise.charges[place].apply(act, at_ms)?;
    turn.touch();
    if turn.world.omise.charges[place].is_paid() {
        let transaction_id = turn.omise_id("trxn");
        turn.world.omise.charges[place].transaction_id = Some(transaction_id);
    }
    if turn.world.omise.charges[place].status == Status::Expired {
        let rule = turn.take_where(Endpoint::OmiseChargeExpire, |fault| {
            matches!(fault, Fault::PayAfterExpire { .. })
        });
        if let Some(Fault::PayAfterExpire { after_ms }) = rule.map(|rule| rule.fault) {
            turn.world.omise.charges[place].plan =
                Some(plan_after(at_ms, after_ms, Act::of(Action::PayLate)));
        }
    }
    let charge = turn.world.omise.charges[place].clone();
    webhook::announce(turn, key, &charge);
    Ok(())
}

fn next_due(world: &World) -> Option<(usize, Plan)> {
    let charges = world.omise.charges.iter().enumerate();
    charges
        .filter_map(|(place, charge)| charge.next_due().map(|plan| (place, plan)))
        .min_by_key(|(_, plan)| plan.due_ms)
}

/// When the next timer fires, if any.
pub(crate) fn next_due_ms(world: &World) -> Option<i64> {
    next_due(world).map(|(_, plan)| plan.due_ms)
}

/// Lets everything happen that was due by now, in order and dated when it was due.
pub(crate) fn settle_due(turn: &mut Turn<'_>) {
    while let Some((place, plan)) = next_due(turn.world) {
        if plan.due_ms > turn.now_ms {
            return;
        }
        // A plan whose time has come is gone, also when it no longer fits the state.
        if carry_out(turn, place, &plan.act, plan.due_ms).is_err() {
            turn.world.omise.charges[place].plan = None;
            turn.touch();
        }
    }
}

/// The control panel's hand on a charge.
pub(crate) fn act(turn: &mut Turn<'_>, id: &str, act: &Act) -> Result<ChargeView, ActRefused> {
    let place = place_of(turn.world, id).map_err(|_| ActRefused::Unknown)?;
    let now_ms = turn.now_ms;
    carry_out(turn, place, act, now_ms).map_err(|WrongState| ActRefused::WrongState)?;
    Ok(view(&turn.world.omise.charges[place]))
}

/// The same, some time from now; replaces an earlier plan.
pub(crate) fn act_later(
    turn: &mut Turn<'_>,
    id: &str,
    act: Act,
    after_ms: u64,
) -> Result<ChargeView, ActRefused> {
    let place = place_of(turn.world, id).map_err(|_| ActRefused::Unknown)?;
    turn.world.omise.charges[place].plan = Some(plan_after(turn.now_ms, after_ms, act));
    turn.touch();
    Ok(view(&turn.world.omise.charges[place]))
}

/// Sends `charge.complete` once more, with the given fault.
pub(crate) fn resend_webhook(
    turn: &mut Turn<'_>,
    id: &str,
    variant: Option<WebhookVariant>,
) -> Result<ChargeView, ActRefused> {
    let place = place_of(turn.world, id).map_err(|_| ActRefused::Unknown)?;
    let charge = turn.world.omise.charges[place].clone();
    webhook::announce_as(turn, "charge.complete", &charge, variant);
    Ok(view(&charge))
}

/// Every charge, oldest first, for the control panel.
pub(crate) fn views(world: &World) -> Vec<ChargeView> {
    world.omise.charges.iter().map(view).collect()
}

fn view(charge: &Charge) -> ChargeView {
    ChargeView {
        provider: "omise".to_owned(),
        id: charge.id.clone(),
        status: charge.status.word().to_owned(),
        amount_satang: charge.amount_satang,
        refunded_satang: charge.refunded_satang(),
        voided: charge.is_voided(),
        description: charge.description.clone(),
        metadata: charge.metadata.clone(),
        created_at: iso(charge.created_ms),
        expires_at: iso(charge.expires_ms),
        qr_text: (charge.qr_kind != QrKind::Undecodable).then(|| qr_text(charge)),
    }
}
