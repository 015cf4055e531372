//! The TypeScript side of the contract, written from the Rust side.

use crate::bills;
use crate::commands::COMMANDS;
use crate::configure;
use crate::day;
use crate::drawer;
use crate::dto;
use crate::error::{ApiError, ErrorCode};
use crate::paperwork::SavedFile;
use crate::payout::{self, Balance};
use crate::printing;
use crate::provider_lines::{ProviderLine, ProviderTest};
use crate::reconcile::{ReconcileLine, ReconcileSummary, Reconciled};
use crate::session::{Known, Session};
use crate::slips::Slip;
use crate::staff;
use crate::timeline::TimelineLine;
use keptang_domain::order::{AttemptState, ConfirmReason, Flag, OrderState, Reason, RefundReason};
use keptang_domain::role::{Right, Role};
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
    text += &union("RefundReason", RefundReason::ALL.iter().map(|value| value.word()));
    text += &union("SlipVerdict", Verdict::ALL.iter().map(|value| value.word()));
    text += &union("TrainingSlipStory", crate::training::SLIP_WORDS.iter().copied());
    text += &union("TrainingAct", crate::training::ACT_WORDS.iter().copied());
    text += &union("Role", Role::ALL.iter().map(|value| value.word()));
    text += &union("Right", Right::ALL.iter().map(|value| value.word()));
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
        declare::<dto::SignInRequest>(&config),
        declare::<Session>(&config),
        declare::<Known>(&config),
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
        declare::<bills::OrderFind>(&config),
        declare::<bills::MovedFind>(&config),
        declare::<bills::Found>(&config),
        declare::<TimelineLine>(&config),
        declare::<bills::DocumentLine>(&config),
        declare::<bills::Bill>(&config),
        declare::<bills::RefundOffer>(&config),
        declare::<bills::Refundable>(&config),
        declare::<bills::RefundRequest>(&config),
        declare::<bills::SlipPictureRequest>(&config),
        declare::<bills::SlipPictureReply>(&config),
        declare::<day::Totals>(&config),
        declare::<day::GroupLine>(&config),
        declare::<day::MethodLine>(&config),
        declare::<day::SettledLine>(&config),
        declare::<day::ReviewItem>(&config),
        declare::<day::OpenOrder>(&config),
        declare::<day::Report>(&config),
        declare::<day::ZLine>(&config),
        declare::<day::ProviderFailures>(&config),
        declare::<day::SlipCounts>(&config),
        declare::<day::Compared>(&config),
        declare::<day::SignedLine>(&config),
        declare::<day::DayReview>(&config),
        declare::<day::DayRequest>(&config),
        declare::<day::DaySignRequest>(&config),
        declare::<day::SettleRequest>(&config),
        declare::<drawer::ShiftLine>(&config),
        declare::<drawer::DrawerMove>(&config),
        declare::<drawer::DifferenceLine>(&config),
        declare::<drawer::Shift>(&config),
        declare::<drawer::Shifts>(&config),
        declare::<drawer::Counted>(&config),
        declare::<drawer::ShiftOpenRequest>(&config),
        declare::<drawer::DrawerMoveRequest>(&config),
        declare::<drawer::CountedSum>(&config),
        declare::<drawer::ShiftCountRequest>(&config),
        declare::<payout::PayoutLine>(&config),
        declare::<payout::PayoutTarget>(&config),
        declare::<payout::Payouts>(&config),
        declare::<payout::PayoutRequest>(&config),
        declare::<payout::PayoutSettleRequest>(&config),
        declare::<SavedFile>(&config),
        declare::<printing::PrinterState>(&config),
        declare::<printing::PrintJob>(&config),
        declare::<printing::ReceiptView>(&config),
        declare::<printing::ReceiptRequest>(&config),
        declare::<printing::PrintRequest>(&config),
        declare::<printing::JobRequest>(&config),
        declare::<printing::DayPaperRequest>(&config),
        declare::<printing::ExportRequest>(&config),
        declare::<configure::SettingsView>(&config),
        declare::<configure::SecretLine>(&config),
        declare::<configure::SettingsPutRequest>(&config),
        declare::<configure::SettingChangeLine>(&config),
        declare::<configure::SecretPutRequest>(&config),
        declare::<configure::BackupState>(&config),
        declare::<configure::CopyLine>(&config),
        declare::<configure::DrillRequest>(&config),
        declare::<configure::Proof>(&config),
        declare::<configure::Announcement>(&config),
        declare::<staff::PersonLine>(&config),
        declare::<staff::People>(&config),
        declare::<staff::PersonAddRequest>(&config),
        declare::<staff::PersonChangeRequest>(&config),
        declare::<staff::PinChangeRequest>(&config),
        declare::<staff::JournalLine>(&config),
        declare::<staff::Journal>(&config),
        declare::<staff::JournalRequest>(&config),
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
