//! A verification from the request to the answer (page §2, §3, §6). The order of the checks is this look-alike's
//! own: request, picture, free repeat, quota, slip, age, mismatch.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::matching;
use super::mini_qr::{self, MiniQr};
use super::picture;
use super::refusal::Refusal;
use super::render;
use super::request::{Asked, Input};
use super::settings::Mismatch;
use super::state::{Sight, Slip};
use super::wire::SlipKind;
use crate::answer::Reply;
use crate::app::Turn;
use crate::faults::{Fault, FaultClass};
use crate::gateway::Call;
use crate::json::Doc;
use crate::stats::ViolationKind;

const DAY_MS: i64 = 86_400_000;

pub(super) fn verify(
    turn: &mut Turn<'_>,
    call: &Call,
    branch: &str,
    kind: SlipKind,
) -> Result<Reply, Refusal> {
    let asked = Asked::read(turn, call, kind)?;
    let result = carry_out(turn, call, branch, kind, &asked);
    if let Err(refusal) = &result
        && refusal.is_slip_error()
        && turn.world.settings.easyslip.is_error_charged
    {
        turn.world.easyslip.charge(branch);
        turn.touch();
    }
    result
}

fn carry_out(
    turn: &mut Turn<'_>,
    call: &Call,
    branch: &str,
    kind: SlipKind,
    asked: &Asked,
) -> Result<Reply, Refusal> {
    let qr = qr(turn, call, asked)?;
    let slips = &turn.world.easyslip.slips;
    let place = qr.and_then(|qr| slips.iter().position(|slip| slip.kind == kind && slip.is_of(&qr)));
    let settings = &turn.world.settings.easyslip;
    let is_repeat = place.is_some_and(|place| slips[place].seen_by.contains(branch));
    let is_free = is_repeat && (asked.is_repeat_checked || !settings.is_unasked_repeat_charged);
    let used = turn.world.easyslip.used().used;
    if !is_free && settings.quota_max.is_some_and(|max| used >= max) {
        return Err(Refusal::of("QUOTA_EXCEEDED"));
    }
    let place = place.ok_or_else(|| Refusal::of("SLIP_NOT_FOUND"))?;
    let slip = &slips[place];
    match slip.sight(turn.now_ms) {
        Sight::Known => {}
        Sight::Pending if !settings.is_pending_untold => return Err(Refusal::of("SLIP_PENDING")),
        Sight::Pending | Sight::Unknown => return Err(Refusal::of("SLIP_NOT_FOUND")),
    }
    let is_too_old = settings
        .window_days
        .is_some_and(|days| turn.now_ms.saturating_sub(slip.at_ms) > i64::from(days).saturating_mul(DAY_MS));
    if is_too_old {
        return Err(Refusal::of("SLIP_NOT_FOUND"));
    }
    let is_duplicate =
        (asked.is_repeat_checked || settings.is_unasked_repeat_told) && !slip.seen_by.is_empty();
    let slip = slip.clone();
    turn.world.easyslip.slips[place].seen_by.insert(branch.to_owned());
    if !is_free {
        turn.world.easyslip.charge(branch);
    }
    turn.touch();
    success(turn, call, asked, slip, is_duplicate)
}

/// What the input says, if it is a slip at all.
fn qr(turn: &Turn<'_>, call: &Call, asked: &Asked) -> Result<Option<MiniQr>, Refusal> {
    let settings = &turn.world.settings.easyslip;
    let bytes = match &asked.input {
        Input::Payload(text) => {
            let qr = mini_qr::read(text, settings.is_short_checksum_taken);
            if qr.is_none() {
                // The till can see this by itself (page §11) and must not spend a call on it.
                turn.app.record(ViolationKind::NotASlip, &call.label);
                if settings.is_foreign_payload_invalid {
                    return Err(Refusal::invalid("payload is not valid"));
                }
            }
            return Ok(qr);
        }
        Input::Picture(bytes) => bytes.clone(),
        Input::Link(url) => fetched(turn, url)?,
    };
    let texts = picture::qr_texts(&bytes)?;
    let slip = texts
        .iter()
        .find_map(|text| mini_qr::read(text, settings.is_short_checksum_taken));
    slip.map(Some).ok_or_else(|| Refusal::of("INVALID_IMAGE"))
}

fn fetched(turn: &Turn<'_>, url: &str) -> Result<Vec<u8>, Refusal> {
    let mut pictures = turn.world.easyslip.pictures.iter().rev();
    let hosted = pictures
        .find(|picture| picture.url == url)
        .ok_or_else(|| Refusal::of("IMAGE_URL_UNREACHABLE"))?;
    if !hosted.content_type.starts_with("image/") {
        return Err(Refusal::of("INVALID_IMAGE_TYPE"));
    }
    STANDARD
        .decode(&hosted.base64)
        .map_err(|_| Refusal::of("INVALID_IMAGE_FORMAT"))
}

fn success(
    turn: &mut Turn<'_>,
    call: &Call,
    asked: &Asked,
    mut slip: Slip,
    is_duplicate: bool,
) -> Result<Reply, Refusal> {
    let settings = turn.world.settings.easyslip.clone();
    let account = matching::matched(&settings.accounts, &slip, settings.similarity_percent)
        .filter(|_| asked.is_account_matched);
    let is_amount_right = asked.order_satang.map(|satang| satang == slip.amount_satang);
    let mismatch = match is_amount_right {
        Some(false) => Some("AMOUNT_NOT_MATCH"),
        _ if asked.is_account_matched && account.is_none() => Some("ACCOUNT_NOT_MATCH"),
        _ => None,
    };
    match (mismatch, settings.mismatch) {
        (Some(code), Mismatch::Error) => return Err(Refusal::of(code)),
        (Some(code), Mismatch::LowerCaseError) => return Err(Refusal::of(&code.to_lowercase())),
        _ => {}
    }
    let rules = turn.take_all(call.endpoint, |fault| fault.class() == FaultClass::Answer);
    let mut remark = asked.remark.clone();
    let mut currency = None;
    for rule in &rules {
        match rule {
            Fault::QueryAmount { amount_satang } => slip.amount_satang = *amount_satang,
            Fault::OtherSlip { trans_ref } => slip.trans_ref.clone_from(trans_ref),
            Fault::OtherOrder { order_id } => remark = Some(order_id.clone()),
            Fault::Currency { currency: word } => currency = Some(word.as_str()),
            _ => {}
        }
    }
    let dialect = &settings.dialect;
    let baht = |satang| render::baht(satang, dialect.amounts);
    let mut raw = match slip.kind {
        SlipKind::Bank => render::bank_slip(&slip, dialect, currency),
        SlipKind::Truewallet => render::wallet_slip(&slip, dialect),
    };
    let mut data = Doc::Object(Vec::new());
    if let Some(remark) = &remark {
        data.set("remark", Doc::text(remark));
    }
    data.set("isDuplicate", Doc::Flag(is_duplicate));
    data.set(
        "matchedAccount",
        account.map_or(Doc::Null, render::matched_account),
    );
    if let Some(order_satang) = asked.order_satang {
        data.set("amountInOrder", baht(order_satang));
    }
    data.set("amountInSlip", baht(slip.amount_satang));
    if let Some(is_amount_right) = is_amount_right {
        data.set("isAmountMatched", Doc::Flag(is_amount_right));
    }
    if dialect.has_extra_field {
        raw.set("channel", Doc::text("MOBILE"));
        data.set("traceId", Doc::text("0"));
    }
    data.set("rawSlip", raw);
    let message = match slip.kind {
        SlipKind::Bank => "Bank slip verified successfully",
        SlipKind::Truewallet => "TrueMoney Wallet slip verified successfully",
    };
    Ok(super::envelope(data, message, &rules))
}
