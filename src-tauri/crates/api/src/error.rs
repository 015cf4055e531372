//! What the window is told when something does not work: a code from a closed list, its parameters, and the number
//! of the log line that holds the rest.

use keptang_checkout::{CancelError, ChargeError, ConfirmError, PayoutError, RecordError, RouteError};
use keptang_domain::Money;
use keptang_domain::money::AmountError;
use keptang_domain::order::TransitionError;
use keptang_domain::provider::UnknownWord;
use keptang_ports::{Fault, LedgerError};
use serde::Serialize;
use std::collections::BTreeMap;
use std::str::FromStr;

/// The closed list of codes. Grown only when the window does something different about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the window's message of the same name is the documentation"
)]
pub enum ErrorCode {
    AmountInvalid,
    AmountTooSmall,
    AmountTooLarge,
    MethodUnavailable,
    NoProvider,
    Misconfigured,
    ProviderDown,
    NotFound,
    WrongState,
    PinWrong,
    PinLocked,
    Forbidden,
    Locked,
    ApprovalNeeded,
    NoPeople,
    PersonRefused,
    ReasonMissing,
    CoinNotTaken,
    CashTooLittle,
    PayoutRefused,
    LedgerUnavailable,
    ShiftRefused,
    DayRefused,
    DayOpenItems,
    NoPrinter,
    BadSetting,
    ChangedMeanwhile,
    BackupRefused,
    FileNotWritten,
    NotBuilt,
    BadRequest,
    Internal,
}

/// A failed command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ts_rs::TS, thiserror::Error)]
#[error("{code:?}")]
pub struct ApiError {
    /// What kind of failure.
    pub code: ErrorCode,
    /// Facts for the sentence.
    #[ts(type = "Record<string, string>")]
    pub params: BTreeMap<&'static str, String>,
    /// Number of the log line with the whole chain of causes.
    pub incident: Option<String>,
}

impl ApiError {
    pub(crate) fn new(code: ErrorCode) -> Self {
        Self {
            code,
            params: BTreeMap::new(),
            incident: None,
        }
    }

    pub(crate) fn with(mut self, key: &'static str, value: impl ToString) -> Self {
        self.params.insert(key, value.to_string());
        self
    }

    /// Logs the chain of causes under a number and keeps only the number.
    fn logged(code: ErrorCode, error: &dyn std::error::Error) -> Self {
        let mut bits = [0_u8; 4];
        // Without random numbers the incident is still logged; only its number is less unique.
        let _ = getrandom::fill(&mut bits);
        let incident = format!("{:08x}", u32::from_be_bytes(bits));
        let mut chain = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            chain.push_str(": ");
            chain.push_str(&error.to_string());
            cause = error.source();
        }
        tracing::error!(incident, chain, "a command failed");
        Self {
            code,
            params: BTreeMap::new(),
            incident: Some(incident),
        }
    }

    pub(crate) fn misconfigured(fault: &Fault) -> Self {
        Self::new(ErrorCode::Misconfigured)
            .with("setting", &fault.setting)
            .with("fault", fault.code)
            .with("message_th", &fault.message_th)
            .with("message_en", &fault.message_en)
    }
}

/// A word of a closed list, as the window or the command line sent it.
///
/// # Errors
/// `bad_request` with the word.
pub(crate) fn word<T: FromStr<Err = UnknownWord>>(text: &str) -> Result<T, ApiError> {
    text.parse()
        .map_err(|UnknownWord| ApiError::new(ErrorCode::BadRequest).with("word", text))
}

impl From<AmountError> for ApiError {
    fn from(error: AmountError) -> Self {
        let code = match error {
            AmountError::TooSmall => ErrorCode::AmountTooSmall,
            AmountError::TooLarge => ErrorCode::AmountTooLarge,
            _ => ErrorCode::AmountInvalid,
        };
        Self::new(code)
            .with("min", Money::SMALLEST_SALE)
            .with("max", Money::LARGEST_SALE)
            .with("message_th", error.th())
            .with("message_en", error)
    }
}

impl From<RouteError> for ApiError {
    fn from(error: RouteError) -> Self {
        match error {
            RouteError::NoProvider { method } => Self::new(ErrorCode::NoProvider).with("method", method),
            RouteError::NotThisProvider { provider, method } => Self::new(ErrorCode::MethodUnavailable)
                .with("method", method)
                .with("provider", provider),
            RouteError::AmountOutside { method, min, max } => Self::new(ErrorCode::MethodUnavailable)
                .with("method", method)
                .with("min", min)
                .with("max", max),
            RouteError::Misconfigured(fault) => Self::misconfigured(&fault),
        }
    }
}

impl From<TransitionError> for ApiError {
    fn from(error: TransitionError) -> Self {
        match error {
            TransitionError::AttemptState(state) => Self::new(ErrorCode::WrongState).with("state", state),
            TransitionError::OrderState(state) => Self::new(ErrorCode::WrongState).with("state", state),
            TransitionError::NoSuchAttempt | TransitionError::NoSuchRefund => Self::new(ErrorCode::NotFound),
            TransitionError::NoteMissing => Self::new(ErrorCode::ReasonMissing),
            TransitionError::Amount | TransitionError::MoreThanReceived => {
                Self::new(ErrorCode::AmountInvalid)
            }
            TransitionError::DocumentIssuedAlready
            | TransitionError::NoReceipt
            | TransitionError::RefundNotDone => Self::new(ErrorCode::WrongState).with("reason", error),
            TransitionError::IdUsed | TransitionError::AlreadyOpen | TransitionError::DocumentNumber => {
                Self::logged(ErrorCode::Internal, &error)
            }
        }
    }
}

impl From<LedgerError> for ApiError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::NotFound => Self::new(ErrorCode::NotFound),
            other => Self::logged(ErrorCode::LedgerUnavailable, &other),
        }
    }
}

impl From<RecordError> for ApiError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Transition(error) => error.into(),
            RecordError::Ledger(error) => error.into(),
        }
    }
}

impl From<ChargeError> for ApiError {
    fn from(error: ChargeError) -> Self {
        match error {
            ChargeError::Route(error) => error.into(),
            ChargeError::AssetNotOffered { offered } => {
                let pairs: Vec<String> = offered
                    .iter()
                    .map(|asset| format!("{}/{}", asset.coin, asset.network))
                    .collect();
                Self::new(ErrorCode::CoinNotTaken).with("offered", pairs.join(" "))
            }
            ChargeError::NotInvoiceable => Self::new(ErrorCode::AmountTooLarge)
                .with("min", Money::SMALLEST_SALE)
                .with("max", Money::LARGEST_SALE),
            ChargeError::TooLittle(too_little) => {
                Self::new(ErrorCode::CashTooLittle).with("missing", too_little.missing)
            }
            ChargeError::Transition(error) => error.into(),
            ChargeError::Ledger(error) => error.into(),
        }
    }
}

impl From<PayoutError> for ApiError {
    fn from(error: PayoutError) -> Self {
        let refused = |why: &str| Self::new(ErrorCode::PayoutRefused).with("why", why);
        match error {
            PayoutError::NotOffered => refused("not_offered"),
            PayoutError::Off => refused("off").with("setting", "providers.jwt_gateway.payout_accounts"),
            PayoutError::UnknownAccount { known } => {
                refused("unknown_account").with("known", known.join(", "))
            }
            PayoutError::CoolingDown { until } => {
                refused("cooling_down").with("until", crate::view::moment(until))
            }
            PayoutError::OverDayLimit { left } => refused("over_day_limit").with("left", left),
            PayoutError::EarlierOpen(open) => refused("earlier_open")
                .with("payout_id", open.id)
                .with("amount", open.amount),
            PayoutError::NotOpen => refused("not_open"),
            PayoutError::Ledger(error) => error.into(),
        }
    }
}

impl From<CancelError> for ApiError {
    fn from(error: CancelError) -> Self {
        match error {
            CancelError::MoneyArrived => Self::new(ErrorCode::WrongState).with("state", "paid"),
            CancelError::Ledger(error) => error.into(),
            CancelError::Transition(error) => error.into(),
        }
    }
}

impl From<ConfirmError> for ApiError {
    fn from(error: ConfirmError) -> Self {
        match error {
            ConfirmError::AlreadyPaid(_) => Self::new(ErrorCode::WrongState).with("state", "paid"),
            ConfirmError::Transition(error) => error.into(),
            ConfirmError::Ledger(error) => error.into(),
        }
    }
}
