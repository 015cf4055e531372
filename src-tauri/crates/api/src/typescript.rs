//! The TypeScript side of the contract, written from the Rust side.

use crate::commands::COMMANDS;
use crate::dto;
use crate::error::{ApiError, ErrorCode};
use crate::payout::Balance;
use crate::provider_lines::{ProviderLine, ProviderTest};
use crate::reconcile::{ReconcileLine, ReconcileSummary, Reconciled};
use crate::slips::Slip;
use keptang_domain::order::{AttemptState, ConfirmReason, Flag, OrderState, Reason};
use keptang_domain::slip::Verdict;
use keptang_domain::{Method, ProviderId, Tracking};
use ts_rs::{Config, TS};

fn union(name: &str, words: impl Iterator<Item = &'static str>) -> String {
    let words: Vec<String> = words.map(|word| format!("\"{word}\"")).collect();
    format!("export type {name} = {};\n", words.join(" | "))
}

fn declare<T: TS>(config: &Config) -> String {
    format!("export {}\n", T::decl(config))
}

/// The whole generated file.
pub fn typescript() -> String {
    let config = Config::default();
    let mut text = String::from(
        "// Generated from the Rust contract (src-tauri/crates/api). Do not edit: script/check refreshes and compares it.\n\n",
    );
    text += &union("Method", Method::ALL.iter().map(|value| value.word()));
    text += &union("Provider", ProviderId::ALL.iter().map(|value| value.word()));
    text += &union("Tracking", Tracking::ALL.iter().map(|value| value.word()));
    text += &union("OrderState", OrderState::ALL.iter().map(|value| value.word()));
    text += &union("AttemptState", AttemptState::ALL.iter().map(|value| value.word()));
    text += &union("Flag", Flag::ALL.iter().map(|value| value.word()));
    text += &union("ReasonCode", Reason::ALL.iter().map(|value| value.word()));
    text += &union(
        "ConfirmReason",
        ConfirmReason::ALL.iter().map(|value| value.word()),
    );
    text += &union("SlipVerdict", Verdict::ALL.iter().map(|value| value.word()));
    text += &union("TrainingSlipStory", crate::training::SLIP_WORDS.iter().copied());
    text += &union("TrainingAct", crate::training::ACT_WORDS.iter().copied());
    text += "\n";
    for declaration in [
        declare::<dto::Qr>(&config),
        declare::<dto::Instruction>(&config),
        declare::<dto::Attempt>(&config),
        declare::<dto::Quote>(&config),
        declare::<dto::Asset>(&config),
        declare::<dto::Refund>(&config),
        declare::<dto::Order>(&config),
        declare::<dto::ProviderInfo>(&config),
        declare::<dto::MethodInfo>(&config),
        declare::<dto::TillState>(&config),
        declare::<dto::Orders>(&config),
        declare::<dto::Checked>(&config),
        declare::<Slip>(&config),
        declare::<dto::Slips>(&config),
        declare::<dto::SlipRequest>(&config),
        declare::<dto::SlipApproval>(&config),
        declare::<ProviderLine>(&config),
        declare::<dto::Providers>(&config),
        declare::<ProviderTest>(&config),
        declare::<Balance>(&config),
        declare::<ReconcileLine>(&config),
        declare::<ReconcileSummary>(&config),
        declare::<Reconciled>(&config),
        declare::<dto::Reconcile>(&config),
        declare::<dto::ProviderRequest>(&config),
        declare::<dto::BalanceRequest>(&config),
        declare::<dto::ReconcileRequest>(&config),
        declare::<dto::Nothing>(&config),
        declare::<dto::ChargeRequest>(&config),
        declare::<dto::OrderRequest>(&config),
        declare::<dto::RecentRequest>(&config),
        declare::<dto::RetryRequest>(&config),
        declare::<dto::ConfirmRequest>(&config),
        declare::<dto::TrainingRequest>(&config),
        declare::<dto::TrainingSlipRequest>(&config),
        declare::<dto::TrainingSlip>(&config),
        declare::<ErrorCode>(&config),
        declare::<ApiError>(&config),
    ] {
        text += &declaration;
    }
    text += "\n/** Every command of the till: what it asks for and what it gives. */\nexport interface Commands {\n";
    for command in COMMANDS {
        text += &format!(
            "  {}: {{ req: {}; reply: {} }};\n",
            command.name,
            (command.request)(),
            (command.reply)()
        );
    }
    text += "}\n";
    text
}
