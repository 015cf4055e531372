//! How a command ends: the exit codes of cli.md, and every way to fail with the sentence that says what to do.

use keptang_api::{
    AmountError, ApiError, ErrorCode, InitError, Order, PersonError, StartError, UserError, is_running,
};
use std::collections::BTreeMap;

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
    /// A file that cannot be read, and why.
    File(String, String),
    /// A later version has it.
    NotBuilt,
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
            Self::Start(_) | Self::NotBuilt | Self::Simulator(_) => Exit::Error,
            Self::Init(InitError::Owner(error)) | Self::User(error) => user_exit(error),
            Self::Init(_) => Exit::Error,
            Self::Amount(_) | Self::WhoIsMissing | Self::PinMissing(_) | Self::File(..) => Exit::Usage,
            // A label that is none is a slip of the fingers, not a rule that forbids it.
            Self::Api(error)
                if error
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
            Self::NotBuilt => pick(
                thai,
                "ยังไม่มีในรุ่นนี้".to_owned(),
                "Not built yet in this version.".to_owned(),
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
            Self::NotBuilt => "not_built".to_owned(),
            Self::Simulator(_) => "simulator_failed".to_owned(),
        }
    }
}

fn pick(thai: bool, th: String, en: String) -> String {
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
        | ErrorCode::BadRequest => Exit::Usage,
        ErrorCode::PayoutRefused
        | ErrorCode::WrongState
        | ErrorCode::PinWrong
        | ErrorCode::PinLocked
        | ErrorCode::Forbidden => Exit::No,
        ErrorCode::NoProvider
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

/// The setting an error is about.
fn failed_setting(error: &ApiError) -> Option<&str> {
    error.params.get("setting").map(String::as_str)
}

fn api_sentence(error: &ApiError, thai: bool) -> String {
    let param = |key: &str| error.params.get(key).cloned().unwrap_or_default();
    // Some errors bring their own sentence.
    let own = if thai {
        error.params.get("message_th")
    } else {
        error.params.get("message_en")
    };
    if let Some(own) = own {
        return match failed_setting(error) {
            Some(setting) if !own.contains(setting) => format!("{own} ({setting})"),
            _ => own.clone(),
        };
    }
    let (th, en) = match error.code {
        ErrorCode::AmountInvalid | ErrorCode::AmountTooSmall | ErrorCode::AmountTooLarge => {
            ("ยอดเงินไม่ถูกต้อง".to_owned(), "The amount is not valid.".to_owned())
        }
        ErrorCode::MethodUnavailable if error.params.contains_key("min") => (
            format!("{}: รับ ฿{} ถึง ฿{}", param("method"), param("min"), param("max")),
            format!(
                "{} takes ฿{} to ฿{}.",
                param("method"),
                param("min"),
                param("max")
            ),
        ),
        ErrorCode::MethodUnavailable => (
            format!(
                "{} ใช้กับ {} ไม่ได้ หรือยังไม่ได้เปิดใช้",
                param("provider"),
                param("method")
            ),
            format!(
                "{} does not serve {} here, or is not switched on.",
                param("provider"),
                param("method")
            ),
        ),
        ErrorCode::NoProvider => no_provider(&param("method"), &param("setting")),
        ErrorCode::Misconfigured => (
            format!("ตั้งค่าผิด ดู {}", param("setting")),
            format!("A setting is wrong: {}.", param("setting")),
        ),
        ErrorCode::ProviderDown => (
            format!("{} ไม่ตอบ ลองใหม่", param("provider")),
            format!("{} does not answer. Try again.", param("provider")),
        ),
        ErrorCode::NotFound => (
            "ไม่มีบิลนี้ในสมุดบัญชี ดูรายการด้วย keptang order list".to_owned(),
            "There is no such order in the ledger. See keptang order list.".to_owned(),
        ),
        ErrorCode::WrongState => wrong_state(&param("state")),
        ErrorCode::PinWrong => (
            format!("รหัสไม่ถูก เหลืออีก {} ครั้ง", param("tries_left")),
            format!("Wrong PIN. {} tries left.", param("tries_left")),
        ),
        ErrorCode::PinLocked => (
            format!("รหัสผิดหลายครั้ง รออีก {} วินาที", param("seconds")),
            format!("Too many wrong PINs. Wait {} seconds.", param("seconds")),
        ),
        ErrorCode::Forbidden if error.params.contains_key("role") => (
            format!("{} ไม่มีสิทธิ์ทำสิ่งนี้ ต้องเป็น {} ขึ้นไป", param("user"), param("role")),
            format!(
                "{} may not do this; it takes a {} or higher.",
                param("user"),
                param("role")
            ),
        ),
        ErrorCode::Forbidden => (
            format!("ไม่มีคนชื่อ {} หรือถูกปิดไว้", param("user")),
            format!("There is nobody called {}, or they were disabled.", param("user")),
        ),
        ErrorCode::ReasonMissing => (
            "เหตุผล other ต้องมี --note".to_owned(),
            "The reason \"other\" needs a --note.".to_owned(),
        ),
        ErrorCode::CoinNotTaken => (
            format!("ร้านรับเฉพาะ {}", param("offered")),
            format!(
                "The shop takes only: {}. Set providers.crypto_2328.coins for others.",
                param("offered")
            ),
        ),
        ErrorCode::CashTooLittle => (
            format!("เงินที่รับมายังขาด ฿{}", param("missing")),
            format!("The cash is ฿{} too little.", param("missing")),
        ),
        ErrorCode::PayoutRefused => payout_refused(&param("why"), &error.params),
        ErrorCode::LedgerUnavailable => (
            "ใช้สมุดบัญชีไม่ได้ ตรวจว่าดิสก์ไม่เต็ม".to_owned(),
            "The ledger cannot be used. Check that the disk is not full.".to_owned(),
        ),
        ErrorCode::NotBuilt => (
            "ยังไม่มีในรุ่นนี้".to_owned(),
            "Not built yet in this version.".to_owned(),
        ),
        ErrorCode::BadRequest if param("argument") == "date" => (
            "วันที่ต้องเป็นแบบ ปี-เดือน-วัน เช่น 2026-11-21".to_owned(),
            "A date is YYYY-MM-DD, such as 2026-11-21.".to_owned(),
        ),
        ErrorCode::BadRequest if param("argument") == "provider" || error.params.contains_key("word") => (
            format!("ไม่รู้จัก {} ดูรายชื่อด้วย keptang provider list", param("word")),
            format!("Not known: {}. See keptang provider list.", param("word")),
        ),
        ErrorCode::BadRequest => (
            format!(
                "ไม่รู้จัก {}",
                error.params.values().cloned().collect::<Vec<_>>().join(" ")
            ),
            format!(
                "Not understood: {}.",
                error.params.values().cloned().collect::<Vec<_>>().join(" ")
            ),
        ),
        ErrorCode::Internal => (
            format!(
                "เกิดข้อผิดพลาดในโปรแกรม เลขบันทึก {}",
                error.incident.clone().unwrap_or_default()
            ),
            format!(
                "Something went wrong in the program; log entry {}.",
                error.incident.clone().unwrap_or_default()
            ),
        ),
    };
    pick(thai, th, en)
}

fn payout_refused(why: &str, params: &BTreeMap<&'static str, String>) -> (String, String) {
    let param = |key: &str| params.get(key).cloned().unwrap_or_default();
    match why {
        "off" => (
            format!("ยังไม่ได้เปิดการถอนเงิน เพิ่มบัญชีที่ {} ก่อน", param("setting")),
            format!(
                "Payouts are off. Register an account in {} first.",
                param("setting")
            ),
        ),
        "unknown_account" => (
            format!("ไม่มีบัญชีชื่อนี้ มีแต่ {}", param("known")),
            format!("There is no account of that name. Known: {}.", param("known")),
        ),
        "cooling_down" => (
            format!("บัญชีนี้เพิ่งเพิ่มหรือเพิ่งแก้ ถอนได้ตั้งแต่ {}", param("until")),
            format!(
                "The account was added or changed lately. It can be used from {}.",
                param("until")
            ),
        ),
        "over_day_limit" => (
            format!("เกินวงเงินถอนของวันนี้ เหลือ ฿{}", param("left")),
            format!(
                "Over today's limit (providers.jwt_gateway.payout_day_limit). ฿{} is left.",
                param("left")
            ),
        ),
        "earlier_open" => (
            format!(
                "ยังไม่รู้ผลการถอน ฿{} ครั้งก่อน ดูที่ผู้ให้บริการแล้วสั่ง keptang payout --resolve {} --outcome done|failed",
                param("amount"),
                param("payout_id")
            ),
            format!(
                "What became of an earlier payout of ฿{} is not known. Look at the provider's dashboard, then: keptang payout --resolve {} --outcome done|failed.",
                param("amount"),
                param("payout_id")
            ),
        ),
        "not_open" => (
            "ไม่มีรายการถอนที่ค้างรหัสนี้".to_owned(),
            "No open payout has this id.".to_owned(),
        ),
        _ => (
            "ผู้ให้บริการรายนี้ไม่มียอดคงเหลือหรือการถอน".to_owned(),
            "This provider has no balance and pays nothing out.".to_owned(),
        ),
    }
}

fn no_provider(method: &str, setting: &str) -> (String, String) {
    if method.is_empty() {
        return (
            "ไม่มีผู้ให้บริการรายใดมีรายการให้ตรวจ".to_owned(),
            "No provider that is switched on has a list to compare with.".to_owned(),
        );
    }
    (
        format!("ยังไม่ได้ตั้งค่าผู้ให้บริการสำหรับ {method} ตั้ง {setting} ก่อน"),
        format!("No provider is set up for {method}. Set {setting} first."),
    )
}

fn wrong_state(state: &str) -> (String, String) {
    let (th, en) = match state {
        "paid" | "settled" | "completed" => ("บิลนี้ได้รับเงินแล้ว", "This order is paid."),
        "voided" => ("บิลนี้ถูกยกเลิกแล้ว", "This order was cancelled."),
        "not_paid" => (
            "บิลนี้ไม่มีเงินให้คืน",
            "Nothing was received on this order that could go back.",
        ),
        "only_by_transfer" => (
            "ผู้ให้บริการรายนี้คืนเงินเองไม่ได้ โอนคืนแล้วบันทึกด้วย --by-transfer",
            "This provider cannot return money. Transfer it back and record it with --by-transfer.",
        ),
        "more_than_received" => (
            "คืนเกินกว่าที่รับมาไม่ได้",
            "More would go back than came in. Give a smaller --amount.",
        ),
        other => {
            return (
                format!("ทำไม่ได้ตอนที่บิลเป็น {other}"),
                format!("Not possible while it is {other}."),
            );
        }
    };
    (th.to_owned(), en.to_owned())
}
