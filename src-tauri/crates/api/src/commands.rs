//! The command list: every command of the window, declared once, with what it asks for, what it gives and whose
//! approval it needs. The router, the TypeScript client and the tests all come from this list.

use crate::app::App;
use crate::dto::{
    BalanceRequest, ChargeRequest, Checked, ConfirmRequest, Nothing, Order, OrderRequest, Orders,
    ProviderRequest, Providers, RecentRequest, Reconcile, ReconcileRequest, RetryRequest, SlipRequest, Slips,
    TillState, TrainingRequest, TrainingSlip, TrainingSlipRequest,
};
use crate::error::{ApiError, ErrorCode};
use crate::handlers;
use crate::payout::Balance;
use crate::provider_lines::ProviderTest;
use crate::slips::Slip;
use keptang_ports::Role;
use serde_json::Value;
use ts_rs::TS;

/// Whose approval a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Whoever stands at the till.
    Nobody,
    /// A person of at least this role, whose name and PIN come with the request (`user`, `pin`).
    Approval(Role),
    /// Only in training mode.
    Training,
}

/// One declared command.
#[derive(Debug, Clone, Copy)]
pub struct Command {
    /// What it is called across the border.
    pub name: &'static str,
    /// Whose approval it needs.
    pub needs: Needs,
    /// Its request in TypeScript.
    pub request: fn() -> String,
    /// Its reply in TypeScript.
    pub reply: fn() -> String,
}

macro_rules! command_list {
    ($($name:ident($request:ty) -> $reply:ty, $needs:expr;)+) => {
        /// Every command.
        pub const COMMANDS: &[Command] = &[$(Command {
            name: stringify!($name),
            needs: $needs,
            request: || <$request as TS>::name(&ts_rs::Config::default()),
            reply: || <$reply as TS>::name(&ts_rs::Config::default()),
        },)+];

        impl App {
            /// Runs a command by name. This is the only way in from a window.
            ///
            /// # Errors
            /// `bad_request` for an unknown name or a request of the wrong shape; otherwise what the command says.
            pub async fn call(&self, name: &str, request: Value) -> Result<Value, ApiError> {
                match name {
                    $(stringify!($name) => {
                        let request: $request = serde_json::from_value(request)
                            .map_err(|_| ApiError::new(ErrorCode::BadRequest).with("command", name))?;
                        self.admit($needs)?;
                        let reply: $reply = handlers::$name(self, request).await?;
                        serde_json::to_value(reply).map_err(|_| ApiError::new(ErrorCode::Internal))
                    })+
                    _ => Err(ApiError::new(ErrorCode::BadRequest).with("command", name)),
                }
            }
        }
    };
}

command_list! {
    till_state(Nothing) -> TillState, Needs::Nobody;
    charge(ChargeRequest) -> Order, Needs::Nobody;
    order_get(OrderRequest) -> Order, Needs::Nobody;
    order_recent(RecentRequest) -> Orders, Needs::Nobody;
    order_retry(RetryRequest) -> Order, Needs::Nobody;
    order_check(OrderRequest) -> Checked, Needs::Nobody;
    order_cancel(OrderRequest) -> Order, Needs::Nobody;
    order_confirm(ConfirmRequest) -> Order, Needs::Approval(Role::Manager);
    provider_list(Nothing) -> Providers, Needs::Nobody;
    provider_test(ProviderRequest) -> ProviderTest, Needs::Nobody;
    balance(BalanceRequest) -> Balance, Needs::Approval(Role::Manager);
    reconcile(ReconcileRequest) -> Reconcile, Needs::Approval(Role::Manager);
    slip_verify(SlipRequest) -> Slip, Needs::Nobody;
    slip_waiting(Nothing) -> Slips, Needs::Nobody;
    training_act(TrainingRequest) -> Nothing, Needs::Training;
    training_slip(TrainingSlipRequest) -> TrainingSlip, Needs::Training;
}

impl App {
    /// What can be decided before the request is read. An approval is checked by the handler, which has the PIN; the
    /// test that walks this list proves that each of them does.
    fn admit(&self, needs: Needs) -> Result<(), ApiError> {
        match needs {
            Needs::Training if !self.is_training() => Err(ApiError::new(ErrorCode::Forbidden)),
            Needs::Nobody | Needs::Approval(_) | Needs::Training => Ok(()),
        }
    }
}
