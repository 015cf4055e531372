//! How a command ends: the exit codes of cli.md, and every way to fail with the sentence that says what to do.

use crate::sentences::{api_sentence, failed_setting};
use keptang_api::{
    AmountError, ApiError, ErrorCode, InitError, Order, PersonError, StartError, UserError, is_running,
};

/// The exit codes of cli.md, "Common".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, nothing to review.
    Done,
    /// Configuration, outage, provider unavailable.
    Error,
    /// Bad usage or input.
    Usage,
    /// A clear no.
    No,
    /// A flag was raised, paid or not.
    Review,
    /// Not known yet.
    NotYet,
}

impl Exit {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Error => 1,
            Self::Usage => 2,
            Self::No => 3,
            Self::Review => 4,
            Self::NotYet => 5,
        }
    }

    /// What an order says when nobody asks for anything special.
    pub(crate) fn of(order: &Order) -> Self {
        if !order.flags.is_empty() {
            return Self::Review;
        }
        if matches!(order.state, "settled" | "completed") {
            return Self::Done;
        }
        if order.attempts.iter().any(is_running) {
            return Self::NotYet;
        }
        match order.attempts.last().and_then(|attempt| attempt.reason) {
            // Nobody said no: nobody could be asked.
            Some(
                "misconfigured" | "not_sent" | "provider_down" | "throttled" | "never_created"
                | "qr_unavailable",
            ) => Self::Error,
            _ => Self::No,
        }
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The till could not be opened.
    Start(StartError),
    /// The data directory was not made.
    Init(InitError),
    /// A person was not added or changed.
    User(UserError),
    /// The amount is not one.
    Amount(AmountError),
    /// The till said no.
    Api(ApiError),
    /// `--as` is missing.
    WhoIsMissing,
    /// No PIN in the environment and no terminal to ask at.
    PinMissing(&'static str),
    /// No passphrase in the environment and no terminal to ask at.
    PassphraseMissing,
    /// A file that cannot be read, and why.
    File(String, String),
    /// A file that cannot be written, and why.
    NotWritten(String, String),
    /// This format is no text for a terminal: it needs a file.
    FileNeeded,
    /// A count that is not METHOD=AMOUNT.
    CountShape,
    /// The simulator did not start.
    Simulator(String),
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::Start(error)
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<UserError> for Failure {
    fn from(error: UserError) -> Self {
        Self::User(error)
    }
}

impl From<AmountError> for Failure {
    fn from(error: AmountError) -> Self {
        Self::Amount(error)
    }
}

impl Failure {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Start(_) | Self::NotWritten(..) | Self::Simulator(_) => Exit::Error,
            Self::Init(InitError::Owner(error)) | Self::User(error) => user_exit(error),
            Self::Init(_) => Exit::Error,
            Self::Amount(_)
            | Self::WhoIsMissing
            | Self::PinMissing(_)
            | Self::PassphraseMissing
            | Self::FileNeeded
            | Self::CountShape
            | Self::File(..) => Exit::Usage,
            // A label that is none is a slip of the fingers, not a rule that forbids it.
            Self::Api(error)
                if error.code == ErrorCode::PayoutRefused
                    && error
                        .params
                        .get("why")
                        .is_some_and(|why| why == "unknown_account" || why == "not_open") =>
            {
                Exit::Usage
            }
            Self::Api(error) => api_exit(error.code),
        }
    }

    /// One sentence: what happened and what to do, in Thai and English.
    pub(crate) fn sentence(&self, thai: bool) -> String {
        match self {
            Self::Start(error) => pick(thai, error.th(), error.to_string()),
            Self::Init(error) => init_sentence(error, thai),
            Self::User(error) => user_sentence(error, thai),
            Self::Amount(error) => pick(thai, error.th().to_owned(), error.to_string()),
            Self::Api(error) => api_sentence(error, thai),
            Self::WhoIsMissing => pick(
                thai,
                "คำสั่งนี้ต้องรู้ว่าใครสั่ง ใส่ --as ชื่อ".to_owned(),
                "This needs to know who acts: add --as NAME.".to_owned(),
            ),
            Self::PinMissing(variable) => pick(
                thai,
                format!("ต้องใช้รหัส ตั้ง {variable} หรือสั่งจากหน้าจอเทอร์มินัล"),
                format!("A PIN is needed: set {variable} or run this at a terminal."),
            ),
            Self::File(file, why) => pick(
                thai,
                format!("อ่านไฟล์ {file} ไม่ได้: {why}"),
                format!("{file} cannot be read: {why}"),
            ),
            Self::PassphraseMissing => pick(
                thai,
                "ต้องใช้รหัสผ่านของสำเนา ตั้ง KEPTANG_PASSPHRASE หรือสั่งจากหน้าจอเทอร์มินัล".to_owned(),
                "The copy's passphrase is needed: set KEPTANG_PASSPHRASE or run this at a terminal."
                    .to_owned(),
            ),
            Self::NotWritten(file, why) => pick(
                thai,
                format!("เขียนไฟล์ {file} ไม่ได้: {why}"),
                format!("{file} cannot be written: {why}. Check the folder and the disk."),
            ),
            Self::CountShape => pick(
                thai,
                "ยอดนับของวิธีอื่นเขียนแบบ promptpay=120.00".to_owned(),
                "A count of another method is written like promptpay=120.00.".to_owned(),
            ),
            Self::FileNeeded => pick(
                thai,
                "รูปแบบนี้ต้องลงไฟล์ ใส่ -o ไฟล์".to_owned(),
                "This format goes into a file: add -o FILE.".to_owned(),
            ),
            Self::Simulator(why) => pick(
                thai,
                format!("เปิดตัวจำลองไม่ได้: {why}"),
                format!("The simulator did not start: {why}"),
            ),
        }
    }

    /// The setting to look at, when it is about one.
    pub(crate) fn setting(&self) -> Option<&str> {
        match self {
            Self::Start(StartError::Settings(error)) => error.key(),
            Self::Api(error) => failed_setting(error),
            _ => None,
        }
    }

    /// The code for programs.
    pub(crate) fn word(&self) -> String {
        match self {
            Self::Start(StartError::Settings(error)) => error.code().to_owned(),
            Self::Start(_) => "start_failed".to_owned(),
            Self::Init(InitError::AlreadyThere(_)) => "already_there".to_owned(),
            Self::Init(_) => "init_failed".to_owned(),
            Self::User(_) => "user_refused".to_owned(),
            Self::Amount(_) => "amount_invalid".to_owned(),
            Self::Api(error) => serde_json::to_value(error.code)
                .ok()
                .and_then(|code| code.as_str().map(str::to_owned))
                .unwrap_or_else(|| "internal".to_owned()),
            Self::WhoIsMissing => "who_is_missing".to_owned(),
            Self::PinMissing(_) => "pin_missing".to_owned(),
            Self::File(..) => "file_unreadable".to_owned(),
            Self::PassphraseMissing => "passphrase_missing".to_owned(),
            Self::NotWritten(..) => "file_not_written".to_owned(),
            Self::FileNeeded => "file_needed".to_owned(),
            Self::CountShape => "count_shape".to_owned(),
            Self::Simulator(_) => "simulator_failed".to_owned(),
        }
    }
}

pub(crate) fn pick(thai: bool, th: String, en: String) -> String {
    if thai { th } else { en }
}

fn user_exit(error: &UserError) -> Exit {
    match error {
        UserError::Person(PersonError::Hash) | UserError::Ledger(_) => Exit::Error,
        UserError::Person(_) => Exit::Usage,
    }
}

fn api_exit(code: ErrorCode) -> Exit {
    match code {
        ErrorCode::AmountInvalid
        | ErrorCode::AmountTooSmall
        | ErrorCode::AmountTooLarge
        | ErrorCode::MethodUnavailable
        | ErrorCode::NotFound
        | ErrorCode::ReasonMissing
        | ErrorCode::CoinNotTaken
        | ErrorCode::CashTooLittle
        | ErrorCode::PersonRefused
        | ErrorCode::BadSetting
        | ErrorCode::BadRequest => Exit::Usage,
        ErrorCode::PayoutRefused
        | ErrorCode::ShiftRefused
        | ErrorCode::DayRefused
        | ErrorCode::Locked
        | ErrorCode::ApprovalNeeded
        | ErrorCode::NoPeople
        | ErrorCode::WrongState
        | ErrorCode::PinWrong
        | ErrorCode::PinLocked
        | ErrorCode::Forbidden => Exit::No,
        // Something has to be looked at first.
        ErrorCode::DayOpenItems => Exit::Review,
        ErrorCode::NoProvider
        | ErrorCode::NoPrinter
        | ErrorCode::ChangedMeanwhile
        | ErrorCode::BackupRefused
        | ErrorCode::FileNotWritten
        | ErrorCode::Misconfigured
        | ErrorCode::ProviderDown
        | ErrorCode::LedgerUnavailable
        | ErrorCode::NotBuilt
        | ErrorCode::Internal => Exit::Error,
    }
}

fn init_sentence(error: &InitError, thai: bool) -> String {
    match error {
        InitError::AlreadyThere(path) => pick(
            thai,
            format!("มี {} อยู่แล้ว ไม่ได้แก้อะไร ใช้โฟลเดอร์อื่นด้วย --data-dir", path.display()),
            format!(
                "{} is already there. Nothing was changed; choose another folder with --data-dir.",
                path.display()
            ),
        ),
        InitError::Write(why) => pick(
            thai,
            format!("เขียน settings.toml ไม่ได้: {why}"),
            format!("settings.toml could not be written: {why}. Check the folder and the disk."),
        ),
        InitError::Start(error) => pick(thai, error.th(), error.to_string()),
        InitError::Owner(error) => user_sentence(error, thai),
    }
}

fn user_sentence(error: &UserError, thai: bool) -> String {
    let (th, en) = match error {
        UserError::Person(PersonError::PinShape) => (
            "รหัสต้องเป็นตัวเลข 4 ถึง 12 หลัก",
            "A PIN is 4 to 12 digits. Set KEPTANG_NEW_PIN or type it again.",
        ),
        UserError::Person(PersonError::NameShape) => {
            ("ชื่อต้องยาว 1 ถึง 40 ตัวอักษร", "A name is 1 to 40 visible characters.")
        }
        UserError::Person(PersonError::NameTaken) => (
            "มีคนชื่อนี้แล้ว ใช้ชื่ออื่น",
            "There is already someone with this name. Choose another.",
        ),
        UserError::Person(PersonError::NoSuchPerson) => (
            "ไม่มีคนชื่อนี้ ดูรายชื่อด้วย keptang user list",
            "There is nobody with this name. See keptang user list.",
        ),
        UserError::Person(PersonError::LastOwner) => (
            "ร้านต้องมีเจ้าของอย่างน้อยหนึ่งคน",
            "The shop needs at least one owner. Add another owner first.",
        ),
        UserError::Person(PersonError::Hash) => (
            "เข้ารหัสไม่ได้ หน่วยความจำไม่พอ",
            "The PIN could not be hashed: the computer is out of memory.",
        ),
        UserError::Ledger(_) => (
            "เขียนสมุดบัญชีไม่ได้ ตรวจดิสก์",
            "The ledger could not be written. Check the disk.",
        ),
    };
    pick(thai, th.to_owned(), en.to_owned())
}
