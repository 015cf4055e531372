//! `GET /info` and `GET /health` (page §1, §9).

use super::settings::AccountState;
use crate::answer::Reply;
use crate::app::Turn;
use crate::clock::bangkok_seconds;
use crate::faults::FaultClass;
use crate::gateway::Call;
use crate::json::Doc;

const MONTH_MS: i64 = 30 * 86_400_000;

pub(super) fn info(turn: &mut Turn<'_>, call: &Call, branch: &str) -> Reply {
    let settings = &turn.world.settings.easyslip;
    let state = &turn.world.easyslip;
    let (all, own) = (state.used(), state.usage.get(branch).copied().unwrap_or_default());
    let or_null = |number: Option<u64>| number.map_or(Doc::Null, Doc::number);
    let left = settings.quota_max.map(|max| max.saturating_sub(all.used));
    let auto_renew = Doc::object([
        ("expired", Doc::Flag(false)),
        ("quota", Doc::Flag(false)),
        ("createdAt", Doc::Text(bangkok_seconds(turn.now_ms))),
        ("expiresAt", Doc::Text(bangkok_seconds(turn.now_ms + MONTH_MS))),
    ]);
    let quota = Doc::object([
        ("used", Doc::number(all.used)),
        ("max", or_null(settings.quota_max)),
        ("remaining", or_null(left)),
        ("totalUsed", Doc::number(all.total_used)),
    ]);
    let own_quota = Doc::object([
        ("used", Doc::number(own.used)),
        ("totalUsed", Doc::number(own.total_used)),
    ]);
    let data = Doc::object([
        (
            "application",
            Doc::object([
                ("name", Doc::text("Keptang training")),
                ("autoRenew", auto_renew),
                ("quota", quota),
            ]),
        ),
        (
            "branch",
            Doc::object([
                ("name", Doc::text(branch)),
                (
                    "isActive",
                    Doc::Flag(settings.account != AccountState::BranchInactive),
                ),
                ("quota", own_quota),
            ]),
        ),
        (
            "account",
            Doc::object([
                ("email", Doc::text("owner@shop.example.com")),
                ("credit", Doc::number(0)),
            ]),
        ),
        ("product", Doc::object([("name", Doc::text("Training"))])),
    ]);
    let rules = turn.take_all(call.endpoint, |fault| fault.class() == FaultClass::Answer);
    super::envelope(data, "Application information retrieved successfully", &rules)
}

/// Page §1: the body is unknown, any 2xx is up.
pub(super) fn health() -> Reply {
    super::envelope(Doc::object([("status", Doc::text("ok"))]), "OK", &[])
}
