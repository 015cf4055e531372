//! The command list: every command of the window, declared once, with what it asks for, what it gives and whose
//! approval it needs. The router, the TypeScript client and the tests all come from this list.

use crate::app::App;
use crate::bills::{
    Bill, Found, OrderFind, RefundOffer, RefundRequest, SlipPictureReply, SlipPictureRequest,
};
use crate::configure::{
    BackupState, DrillRequest, Proof, SecretPutRequest, SettingsPutRequest, SettingsView,
};
use crate::day::{DayRequest, DayReview, DaySignRequest, ReviewItem, SettleRequest, ZLine};
use crate::drawer::{Counted, DrawerMoveRequest, Shift, ShiftCountRequest, ShiftOpenRequest, Shifts};
use crate::dto::{
    ChargeRequest, Checked, ConfirmRequest, Nothing, Order, OrderRequest, Orders, ProviderRequest, Providers,
    RecentRequest, Reconcile, ReconcileRequest, RetryRequest, SignInRequest, SlipRequest, Slips, TillState,
    TrainingRequest, TrainingSlip, TrainingSlipRequest,
};
use crate::error::{ApiError, ErrorCode};
use crate::handlers;
use crate::paperwork::SavedFile;
use crate::payout::{Balance, PayoutLine, PayoutRequest, PayoutSettleRequest, Payouts};
use crate::printing::{
    DayPaperRequest, ExportRequest, JobRequest, PrintRequest, PrinterState, ReceiptRequest, ReceiptView,
};
use crate::provider_lines::ProviderTest;
use crate::session::{As, Session};
use crate::slips::Slip;
use crate::staff::{
    Journal, JournalRequest, People, PersonAddRequest, PersonChangeRequest, PersonLine, PinChangeRequest,
};
use keptang_domain::role::Right;
use serde_json::Value;
use ts_rs::TS;

/// Whose approval a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Anyone, also while the till is locked.
    Nobody,
    /// A person with this right: the one signed in, or another who approves this one action (`as` beside the request).
    Right(Right),
    /// A person with this right who gives the PIN every time, also when signed in: `as` has to be there.
    Pin(Right),
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
            /// Whoever may not gets `locked`, `approval_needed`, `no_people` or `forbidden`, and nothing has happened.
            pub async fn call(&self, name: &str, mut request: Value) -> Result<Value, ApiError> {
                let given = As::taken_from(&mut request)?;
                match name {
                    $(stringify!($name) => {
                        let request: $request = serde_json::from_value(request)
                            .map_err(|_| ApiError::new(ErrorCode::BadRequest).with("command", name))?;
                        let who = self.admit($needs, given).await?;
                        let reply: $reply = handlers::$name(self, who, request).await?;
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
    sign_in(SignInRequest) -> Session, Needs::Nobody;
    lock(Nothing) -> Session, Needs::Nobody;
    charge(ChargeRequest) -> Order, Needs::Right(Right::Take);
    // Of a locked till's bills only the one at the counter is shown: the handler sees to it.
    order_get(OrderRequest) -> Order, Needs::Nobody;
    order_recent(RecentRequest) -> Orders, Needs::Right(Right::Look);
    order_retry(RetryRequest) -> Order, Needs::Right(Right::Take);
    order_check(OrderRequest) -> Checked, Needs::Right(Right::Look);
    order_cancel(OrderRequest) -> Order, Needs::Right(Right::Take);
    order_confirm(ConfirmRequest) -> Order, Needs::Pin(Right::Decide);
    order_find(OrderFind) -> Found, Needs::Right(Right::Look);
    order_timeline(OrderRequest) -> Bill, Needs::Right(Right::Look);
    refund_offer(OrderRequest) -> RefundOffer, Needs::Right(Right::Look);
    order_refund(RefundRequest) -> Order, Needs::Pin(Right::Decide);
    day_review(DayRequest) -> DayReview, Needs::Right(Right::Review);
    review_settle(SettleRequest) -> ReviewItem, Needs::Pin(Right::Decide);
    day_close(DayRequest) -> ZLine, Needs::Pin(Right::Decide);
    day_sign(DaySignRequest) -> DayReview, Needs::Pin(Right::Own);
    day_paper(DayPaperRequest) -> SavedFile, Needs::Right(Right::Review);
    day_print(DayPaperRequest) -> PrinterState, Needs::Right(Right::Review);
    day_export(ExportRequest) -> SavedFile, Needs::Right(Right::Review);
    order_receipt(ReceiptRequest) -> ReceiptView, Needs::Right(Right::Take);
    receipt_print(PrintRequest) -> PrinterState, Needs::Right(Right::Take);
    printer_state(Nothing) -> PrinterState, Needs::Right(Right::Take);
    printer_test(Nothing) -> PrinterState, Needs::Right(Right::Take);
    printer_drop(JobRequest) -> PrinterState, Needs::Right(Right::Take);
    settings_get(Nothing) -> SettingsView, Needs::Right(Right::Look);
    settings_put(SettingsPutRequest) -> SettingsView, Needs::Pin(Right::Own);
    secret_put(SecretPutRequest) -> SettingsView, Needs::Pin(Right::Own);
    backup_state(Nothing) -> BackupState, Needs::Right(Right::Review);
    backup_now(Nothing) -> BackupState, Needs::Pin(Right::Own);
    backup_drill(DrillRequest) -> Proof, Needs::Pin(Right::Own);
    ledger_verify(Nothing) -> Proof, Needs::Right(Right::Review);
    diagnostics(Nothing) -> SavedFile, Needs::Right(Right::Own);
    payout_list(Nothing) -> Payouts, Needs::Right(Right::Review);
    payout_make(PayoutRequest) -> PayoutLine, Needs::Pin(Right::Own);
    payout_settle(PayoutSettleRequest) -> PayoutLine, Needs::Pin(Right::Own);
    shift_state(Nothing) -> Shifts, Needs::Right(Right::Take);
    shift_open(ShiftOpenRequest) -> Shift, Needs::Right(Right::Take);
    drawer_move(DrawerMoveRequest) -> Shift, Needs::Right(Right::Take);
    shift_count(ShiftCountRequest) -> Counted, Needs::Right(Right::Take);
    shift_close(Nothing) -> Shift, Needs::Right(Right::Take);
    people_list(Nothing) -> People, Needs::Right(Right::Look);
    // The first person of a shop has nobody to vouch for them: the handler asks everyone later for an owner's PIN.
    person_add(PersonAddRequest) -> PersonLine, Needs::Nobody;
    person_change(PersonChangeRequest) -> PersonLine, Needs::Pin(Right::Own);
    pin_change(PinChangeRequest) -> PersonLine, Needs::Pin(Right::Look);
    audit_list(JournalRequest) -> Journal, Needs::Right(Right::Review);
    provider_list(Nothing) -> Providers, Needs::Right(Right::Look);
    provider_test(ProviderRequest) -> ProviderTest, Needs::Right(Right::Look);
    balance(ProviderRequest) -> Balance, Needs::Right(Right::Review);
    reconcile(ReconcileRequest) -> Reconcile, Needs::Right(Right::Review);
    slip_verify(SlipRequest) -> Slip, Needs::Right(Right::Take);
    slip_waiting(Nothing) -> Slips, Needs::Right(Right::Look);
    slip_picture(SlipPictureRequest) -> SlipPictureReply, Needs::Right(Right::Review);
    training_act(TrainingRequest) -> Nothing, Needs::Training;
    training_slip(TrainingSlipRequest) -> TrainingSlip, Needs::Training;
}
