//! The EasySlip v2 look-alike: verifies slips of its own registry, counts quota, remembers who verified what.
//!
//! Written from the provider's page alone. Where the page says UNKNOWN, its assumption is used: several inputs are
//! a `VALIDATION_ERROR`, unknown fields are ignored, errors cost no quota, `matchAmount` is exact to the satang,
//! `/verify/truewallet` takes no payload. This simulator's own choices are switches
//! ([`EasySlipSettings`]), and beyond them: the order of the checks (credentials, account, request, picture, free
//! repeat, quota, slip); a free repeat is answered with the quota used up; a verification without
//! `checkDuplicate` is remembered as well; an inactive branch may still read `/info`; 429 carries
//! `TOO_MANY_REQUESTS` and `Retry-After: 1`; `/health` takes no key. Pictures are looked for QRs while the world
//! is locked: one till asks at a time. Does not do: fetching an address (pictures are hosted through the control
//! panel), reading anything of a picture but its QR, v1, the partner API.

mod banks;
mod info;
pub(crate) mod make;
mod matching;
mod mini_qr;
mod multipart;
mod picture;
mod refusal;
mod render;
mod request;
mod settings;
mod state;
mod verify;
mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::http::Method;

use refusal::{Refusal, error_reply};
pub use settings::{
    AccountState, BankForm, Dialect, EasySlipSettings, LocalForm, MaskForm, MerchantIdForm, Mismatch,
    NamesForm,
};
pub(crate) use state::State;
pub use wire::{
    AccountType, HostedPicture, MadeSlip, MakeSlip, NewSlip, Number, Party, Proxy, ProxyType, Publish,
    RegisteredAccount, SlipKind, SlipView, Story, Usage,
};

use crate::answer::Reply;
use crate::app::{App, Turn};
use crate::faults::{Endpoint, Fault};
use crate::gateway::{self, Call, Gateway, Mount};
use crate::json::Doc;
use crate::stats::ViolationKind;
use crate::store::World;

/// Where this provider lives on the simulator; the till's base URL ends in it.
pub(crate) const MOUNT: &str = "/easyslip";
/// A picture of 4 MB in Base64 with room to spare, so that one byte too many gets EasySlip's own answer.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The keys of one account. Each belongs to a branch with a memory of its own (page §1).
#[derive(Clone)]
pub struct EasySlipKeys {
    /// The till's branch.
    pub api_key: String,
    /// Another branch of the same account.
    pub other_branch_api_key: String,
}

impl Default for EasySlipKeys {
    fn default() -> Self {
        Self {
            api_key: crate::TRAINING_EASYSLIP_API_KEY.to_owned(),
            other_branch_api_key: crate::TRAINING_EASYSLIP_OTHER_BRANCH_API_KEY.to_owned(),
        }
    }
}

impl std::fmt::Debug for EasySlipKeys {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("EasySlipKeys(…)")
    }
}

static GATEWAY: Gateway = Gateway {
    find,
    work,
    refuse: error_reply,
    rate_per_s: |settings| settings.easyslip.rate_per_s,
    body_bytes_max: BODY_BYTES_MAX,
};

pub(crate) fn router(app: Arc<App>) -> Router {
    let mount = Mount {
        prefix: MOUNT,
        cut_off: "",
    };
    gateway::router(app, &GATEWAY, mount)
}

fn find(method: &Method, path: &str) -> Option<Endpoint> {
    match (method.as_str(), path) {
        ("POST", "/verify/bank") => Some(Endpoint::EasySlipVerifyBank),
        ("POST", "/verify/truewallet") => Some(Endpoint::EasySlipVerifyTruewallet),
        ("GET", "/info") => Some(Endpoint::EasySlipInfo),
        ("GET", "/health") => Some(Endpoint::EasySlipHealth),
        _ => None,
    }
}

fn work(turn: &mut Turn<'_>, call: &Call) -> Reply {
    if call.endpoint == Endpoint::EasySlipHealth {
        return info::health();
    }
    let result = authenticate(turn, call).and_then(|branch| match call.endpoint {
        Endpoint::EasySlipInfo => Ok(info::info(turn, call, branch)),
        Endpoint::EasySlipVerifyBank => verify::verify(turn, call, branch, SlipKind::Bank),
        _ => verify::verify(turn, call, branch, SlipKind::Truewallet),
    });
    result.unwrap_or_else(Refusal::into_reply)
}

/// The name of the branch whose key it is (page §1), unless the account may not do this (page §5).
fn authenticate(turn: &Turn<'_>, call: &Call) -> Result<&'static str, Refusal> {
    let keys = &turn.app.easyslip;
    let header = call.header("authorization");
    let branch = match header.map(|value| value.strip_prefix("Bearer ")) {
        None => Err("MISSING_API_KEY"),
        Some(Some(key)) if key == keys.api_key => Ok("Till"),
        Some(Some(key)) if key == keys.other_branch_api_key => Ok("Other branch"),
        Some(_) => Err("INVALID_API_KEY"),
    };
    let branch = branch.map_err(|code| {
        turn.app.record(ViolationKind::BadCredentials, &call.label);
        Refusal::of(code)
    })?;
    let code = match turn.world.settings.easyslip.account {
        AccountState::BranchInactive if call.endpoint == Endpoint::EasySlipInfo => return Ok(branch),
        AccountState::Active => return Ok(branch),
        AccountState::BranchInactive => "BRANCH_INACTIVE",
        AccountState::ServiceBanned => "SERVICE_BANNED",
        AccountState::ServiceDeleted => "SERVICE_DELETED",
        AccountState::IpNotAllowed => "IP_NOT_ALLOWED",
        AccountState::UserBanned => "USER_BANNED",
        AccountState::Expired => "APPLICATION_EXPIRED",
    };
    Err(Refusal::of(code))
}

/// The success envelope (page §3), as far as the answer faults leave it whole.
fn envelope(data: Doc, message: &str, rules: &[Fault]) -> Reply {
    let mut envelope = Doc::object([
        ("success", Doc::Flag(true)),
        ("data", data),
        ("message", Doc::text(message)),
    ]);
    for rule in rules {
        match rule {
            Fault::StateMissing => envelope.remove("success"),
            Fault::ResultNull => envelope.set("data", Doc::Null),
            _ => {}
        }
    }
    Reply::doc(200, &envelope)
}

/// Quota used, by branch.
pub(crate) fn usage(world: &World) -> BTreeMap<String, Usage> {
    world.easyslip.usage.clone()
}

/// Puts a picture where [`Input::Link`](request::Input::Link) finds it.
pub(crate) fn host(turn: &mut Turn<'_>, picture: HostedPicture) {
    turn.touch();
    turn.world.easyslip.pictures.push(picture);
}
