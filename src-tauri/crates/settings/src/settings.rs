//! The settings as typed data. Everything was checked when it was loaded, so building this cannot fail.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use keptang_domain::{DayCutoff, Method, ProviderId};

use crate::check::{Row, Value, satang, time_of_day};
use crate::load::Values;
use crate::secret::SecretName;
use crate::secrets::Secrets;

const CHECKED: &str = "values are checked against the schema when they are loaded";

/// An account number or PromptPay ID. Prints its last four digits only.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountText(String);

impl AccountText {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccountText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self
            .0
            .char_indices()
            .rev()
            .nth(3)
            .map_or(self.0.len(), |(at, _)| at);
        write!(f, "…{}", self.0.get(start..).unwrap_or_default())
    }
}

/// A decimal as text, checked for its shape; read it with a decimal type, never as a float.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecimalText(String);

impl DecimalText {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where the ledger is. A PostgreSQL address may hold a password, so it does not print.
#[derive(Clone, PartialEq, Eq)]
pub enum LedgerUrl {
    /// As written; relative to the data directory.
    Sqlite(PathBuf),
    Postgres(String),
}

impl LedgerUrl {
    /// The SQLite file, when it is one.
    #[must_use]
    pub fn sqlite_path(&self, data_dir: &Path) -> Option<PathBuf> {
        match self {
            Self::Sqlite(path) => Some(data_dir.join(path)),
            Self::Postgres(_) => None,
        }
    }
}

impl fmt::Debug for LedgerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres([secret])"),
        }
    }
}

/// A closed list of words in the settings.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($variant,)+
        }

        impl $name {
            /// The word in settings.toml.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            fn from_word(word: &str) -> Self {
                let all = [$(Self::$variant,)+];
                all.into_iter().find(|value| value.word() == word).expect(CHECKED)
            }
        }
    };
}

choice! { Language { Thai = "th", English = "en", } }
choice! {
    /// How years are shown; stored dates are ISO either way.
    Era { Christian = "ce", Buddhist = "be", }
}
choice! { VatMode { None = "none", Registered = "registered", } }
choice! {
    /// deposit-gateway.md §4: `1000.00`, or `1000` without needless digits.
    AmountSignature { Fixed2 = "fixed2", Minimal = "minimal", }
}
choice! { JwtType { Qr = "QR", BankTransfer = "BANK_TRANSFER", } }
choice! {
    /// jwt-gateway.md: whether every field or only the core fields of a callback must be signed.
    CallbackSignature { Strict = "strict", CoreFields = "core_fields", }
}
choice! {
    /// omise-truemoney.md: one call with the secret key, or a source with the public key first.
    Flow { OneCall = "one_call", SourceFirst = "source_first", }
}
choice! { PrinterKind { None = "none", Tcp = "tcp", Device = "device", } }

/// All settings (cli.md, Settings). `None` means that nothing was set and there is no default.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Built-in simulator, training secrets, watermark.
    pub training: bool,
    pub shop: Shop,
    pub vat: Vat,
    /// `ledger.url`
    pub ledger: LedgerUrl,
    pub backup: Backup,
    pub callbacks: Callbacks,
    pub providers: Providers,
    /// `slips.easyslip`
    pub easyslip: EasySlip,
    pub routing: Routing,
    pub timing: Timing,
    pub printer: Printer,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Shop {
    pub name: Option<String>,
    pub tax_id: Option<String>,
    pub branch: Option<String>,
    pub address: Option<String>,
    pub promptpay_id: Option<AccountText>,
    pub language: Language,
    pub era: Era,
    pub day_cutoff: DayCutoff,
    pub adjust_limit_satang: i64,
    /// One or two capital letters before order numbers.
    pub counter: String,
    /// How long the till waits without use before it locks; `None` when it never does.
    pub idle_lock_minutes: Option<u32>,
    pub accounts: Vec<ShopAccount>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ShopAccount {
    pub bank_code: String,
    pub number: AccountText,
    pub name_th: Option<String>,
    pub name_en: Option<String>,
    pub promptpay: Option<AccountText>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Vat {
    pub mode: VatMode,
    pub pos_id: Option<String>,
}

/// Encrypted copies of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Backup {
    /// Where copies go by themselves; nowhere without it.
    pub folder: Option<PathBuf>,
    pub every_hours: u32,
    /// How many of the newest copies are kept.
    pub keep: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Callbacks {
    pub listen: SocketAddr,
    /// Without a trailing slash; callbacks are off without it.
    pub public_url: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Providers {
    pub deposit_gateway: DepositGateway,
    pub jwt_gateway: JwtGateway,
    pub omise_truemoney: OmiseTrueMoney,
    pub crypto_2328: Crypto2328,
}

#[derive(Debug, Clone, PartialEq)]
pub struct DepositGateway {
    pub enabled: Option<bool>,
    /// Like every `base_url`: without a trailing slash.
    pub base_url: Option<String>,
    pub amount_signature: AmountSignature,
    /// `None` stands for `auto`: a new number for every order.
    pub payer_account: Option<AccountText>,
    pub payer_bank_code: Option<String>,
    pub payer_name_th: Option<String>,
    pub payer_name_en: Option<String>,
    pub payer_user_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct JwtGateway {
    pub enabled: Option<bool>,
    pub base_url: Option<String>,
    pub merchant_id: Option<String>,
    /// `type`
    pub kind: JwtType,
    pub callback_signature: CallbackSignature,
    pub payer_account_number: Option<AccountText>,
    pub payer_bank: Option<String>,
    pub payer_name: Option<String>,
    pub paths: JwtPaths,
    pub payout_accounts: Vec<PayoutAccount>,
    /// Most that may be paid out in one business day.
    pub payout_day_limit_satang: i64,
    /// How long a new or changed account must wait.
    pub payout_cool_down_hours: u32,
}

/// Paths below the base address; `None` where the owner emptied one because the provider has no such address.
#[derive(Debug, Clone, PartialEq)]
pub struct JwtPaths {
    pub deposit: Option<String>,
    pub withdraw: Option<String>,
    pub balance: Option<String>,
    pub order_query: Option<String>,
    pub banks: Option<String>,
    pub health: Option<String>,
    pub jwt_create: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PayoutAccount {
    pub label: String,
    pub bank_code: String,
    pub account_no: AccountText,
    pub account_name: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct OmiseTrueMoney {
    pub enabled: Option<bool>,
    pub base_url: String,
    pub flow: Flow,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Crypto2328 {
    pub enabled: Option<bool>,
    pub base_url: String,
    pub project: Option<String>,
    pub legal_note_acknowledged: bool,
    pub invoice_currency: String,
    pub usd_thb_rate: DecimalText,
    /// `COIN/NETWORK`
    pub coins: Vec<String>,
    pub ttl_s: u32,
    pub fee_split: Option<DecimalText>,
    pub price_markup: Option<DecimalText>,
    pub invite_code: Option<String>,
    pub description: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct EasySlip {
    pub enabled: Option<bool>,
    pub base_url: String,
    pub keep_images_days: u32,
    pub match_account: bool,
    pub max_age_minutes: Option<u32>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Routing {
    pub promptpay: Vec<ProviderId>,
    pub truemoney: Vec<ProviderId>,
    pub crypto: Vec<ProviderId>,
    pub cash: Vec<ProviderId>,
}

impl Routing {
    /// Providers of `method` in the owner's order, enabled or not.
    #[must_use]
    pub fn of(&self, method: Method) -> &[ProviderId] {
        match method {
            Method::PromptPay => &self.promptpay,
            Method::TrueMoney => &self.truemoney,
            Method::Crypto => &self.crypto,
            Method::Cash => &self.cash,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Timing {
    pub poll_fast_ms: u64,
    pub poll_slow_ms: u64,
    pub late_watch_hours: u32,
    pub request_timeout_ms: u64,
    pub slip_retry_first_s: u32,
    pub slip_retry_every_s: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Printer {
    pub kind: PrinterKind,
    pub address: Option<String>,
    pub width_mm: u32,
    pub auto: bool,
}

impl Settings {
    /// Whether `provider` is on: as the owner said, else when its secrets are there. PromptPay direct has none and
    /// is on with a PromptPay ID. Crypto stays off, whatever else is set, until the legal note is acknowledged.
    #[must_use]
    pub fn is_enabled(&self, provider: ProviderId, secrets: &Secrets) -> bool {
        use SecretName as Name;
        let providers = &self.providers;
        match provider {
            ProviderId::Cash => true,
            ProviderId::PromptPayDirect => self.shop.promptpay_id.is_some(),
            ProviderId::DepositGateway => providers.deposit_gateway.enabled.unwrap_or_else(|| {
                let keys = [
                    Name::DepositGatewayToken,
                    Name::DepositGatewayApiKey,
                    Name::DepositGatewaySecretKey,
                ];
                secrets.has_all(&keys)
            }),
            ProviderId::JwtGateway => providers
                .jwt_gateway
                .enabled
                .unwrap_or_else(|| secrets.has_all(&[Name::JwtGatewayApiKey])),
            ProviderId::OmiseTrueMoney => {
                let by_secrets = || match providers.omise_truemoney.flow {
                    Flow::OneCall => secrets.has_all(&[Name::OmiseSecretKey]),
                    Flow::SourceFirst => secrets.has_all(&[Name::OmiseSecretKey, Name::OmisePublicKey]),
                };
                providers.omise_truemoney.enabled.unwrap_or_else(by_secrets)
            }
            ProviderId::Crypto2328 => {
                let crypto = &providers.crypto_2328;
                crypto.legal_note_acknowledged
                    && crypto
                        .enabled
                        .unwrap_or_else(|| secrets.has_all(&[Name::Crypto2328ApiKey]))
            }
        }
    }

    /// Whether slips are checked with EasySlip.
    #[must_use]
    pub fn is_easyslip_enabled(&self, secrets: &Secrets) -> bool {
        self.easyslip
            .enabled
            .unwrap_or_else(|| secrets.has_all(&[SecretName::EasySlipApiKey]))
    }

    pub(crate) fn from_values(values: &Values) -> Self {
        Self {
            training: values.flag("training"),
            shop: shop(values),
            vat: Vat {
                mode: VatMode::from_word(&values.text("vat.mode")),
                pos_id: values.optional_text("vat.pos_id"),
            },
            ledger: ledger_url(&values.text("ledger.url")),
            backup: Backup {
                folder: values.optional_text("backup.folder").map(PathBuf::from),
                every_hours: values.number("backup.every_hours"),
                keep: values.number("backup.keep"),
            },
            callbacks: Callbacks {
                listen: values.text("callbacks.listen").parse().expect(CHECKED),
                public_url: values.optional_address("callbacks.public_url"),
            },
            providers: Providers {
                deposit_gateway: deposit_gateway(values),
                jwt_gateway: jwt_gateway(values),
                omise_truemoney: OmiseTrueMoney {
                    enabled: values.optional_flag("providers.omise_truemoney.enabled"),
                    base_url: values.address("providers.omise_truemoney.base_url"),
                    flow: Flow::from_word(&values.text("providers.omise_truemoney.flow")),
                },
                crypto_2328: crypto_2328(values),
            },
            easyslip: EasySlip {
                enabled: values.optional_flag("slips.easyslip.enabled"),
                base_url: values.address("slips.easyslip.base_url"),
                keep_images_days: values.number("slips.easyslip.keep_images_days"),
                match_account: values.flag("slips.easyslip.match_account"),
                max_age_minutes: values.optional_number("slips.easyslip.max_age_minutes"),
            },
            routing: Routing {
                promptpay: values.providers("routing.promptpay"),
                truemoney: values.providers("routing.truemoney"),
                crypto: values.providers("routing.crypto"),
                cash: values.providers("routing.cash"),
            },
            timing: Timing {
                poll_fast_ms: values.number("timing.poll_fast_ms").into(),
                poll_slow_ms: values.number("timing.poll_slow_ms").into(),
                late_watch_hours: values.number("timing.late_watch_hours"),
                request_timeout_ms: values.number("timing.request_timeout_ms").into(),
                slip_retry_first_s: values.number("timing.slip_retry_first_s"),
                slip_retry_every_s: values.number("timing.slip_retry_every_s"),
            },
            printer: Printer {
                kind: PrinterKind::from_word(&values.text("printer.kind")),
                address: values.optional_text("printer.address"),
                width_mm: values.number("printer.width_mm"),
                auto: values.flag("printer.auto"),
            },
        }
    }
}

fn shop(values: &Values) -> Shop {
    let account = |row: &Row| ShopAccount {
        bank_code: column(row, "bank_code"),
        number: AccountText(column(row, "number")),
        name_th: row.get("name_th").cloned(),
        name_en: row.get("name_en").cloned(),
        promptpay: row.get("promptpay").cloned().map(AccountText),
    };
    Shop {
        name: values.optional_text("shop.name"),
        tax_id: values.optional_text("shop.tax_id"),
        branch: values.optional_text("shop.branch"),
        address: values.optional_text("shop.address"),
        promptpay_id: values.optional_text("shop.promptpay_id").map(AccountText),
        language: Language::from_word(&values.text("shop.language")),
        era: Era::from_word(&values.text("shop.era")),
        day_cutoff: time_of_day(&values.text("shop.day_cutoff")).expect(CHECKED),
        adjust_limit_satang: satang(&values.text("shop.adjust_limit")).expect(CHECKED),
        counter: values.text("shop.counter"),
        idle_lock_minutes: Some(values.number("shop.idle_lock_minutes")).filter(|minutes| *minutes > 0),
        accounts: values.rows("shop.accounts").iter().map(account).collect(),
    }
}

fn deposit_gateway(values: &Values) -> DepositGateway {
    let own = |name: &str| values.optional_text(&format!("providers.deposit_gateway.{name}"));
    DepositGateway {
        enabled: values.optional_flag("providers.deposit_gateway.enabled"),
        base_url: values.optional_address("providers.deposit_gateway.base_url"),
        amount_signature: AmountSignature::from_word(
            &values.text("providers.deposit_gateway.amount_signature"),
        ),
        payer_account: own("payer_account")
            .filter(|account| account != "auto")
            .map(AccountText),
        payer_bank_code: own("payer_bank_code"),
        payer_name_th: own("payer_name_th"),
        payer_name_en: own("payer_name_en"),
        payer_user_id: own("payer_user_id"),
    }
}

fn jwt_gateway(values: &Values) -> JwtGateway {
    let own = |name: &str| values.optional_text(&format!("providers.jwt_gateway.{name}"));
    let path = |name: &str| own(&format!("paths.{name}")).filter(|path| !path.is_empty());
    let payout_account = |row: &Row| PayoutAccount {
        label: column(row, "label"),
        bank_code: column(row, "bank_code"),
        account_no: AccountText(column(row, "account_no")),
        account_name: column(row, "account_name"),
    };
    JwtGateway {
        enabled: values.optional_flag("providers.jwt_gateway.enabled"),
        base_url: values.optional_address("providers.jwt_gateway.base_url"),
        merchant_id: own("merchant_id"),
        kind: JwtType::from_word(&values.text("providers.jwt_gateway.type")),
        callback_signature: CallbackSignature::from_word(
            &values.text("providers.jwt_gateway.callback_signature"),
        ),
        payer_account_number: own("payer_account_number").map(AccountText),
        payer_bank: own("payer_bank"),
        payer_name: own("payer_name"),
        paths: JwtPaths {
            deposit: path("deposit"),
            withdraw: path("withdraw"),
            balance: path("balance"),
            order_query: path("order_query"),
            banks: path("banks"),
            health: path("health"),
            jwt_create: path("jwt_create"),
        },
        payout_accounts: values
            .rows("providers.jwt_gateway.payout_accounts")
            .iter()
            .map(payout_account)
            .collect(),
        payout_day_limit_satang: satang(&values.text("providers.jwt_gateway.payout_day_limit"))
            .expect(CHECKED),
        payout_cool_down_hours: values.number("providers.jwt_gateway.payout_cool_down_hours"),
    }
}

fn crypto_2328(values: &Values) -> Crypto2328 {
    let own = |name: &str| values.optional_text(&format!("providers.crypto_2328.{name}"));
    Crypto2328 {
        enabled: values.optional_flag("providers.crypto_2328.enabled"),
        base_url: values.address("providers.crypto_2328.base_url"),
        project: own("project"),
        legal_note_acknowledged: values.flag("providers.crypto_2328.legal_note_acknowledged"),
        invoice_currency: values.text("providers.crypto_2328.invoice_currency"),
        usd_thb_rate: DecimalText(values.text("providers.crypto_2328.usd_thb_rate")),
        coins: values.texts("providers.crypto_2328.coins").to_vec(),
        ttl_s: values.number("providers.crypto_2328.ttl_seconds"),
        fee_split: own("fee_split").map(DecimalText),
        price_markup: own("price_markup").map(DecimalText),
        invite_code: own("invite_code"),
        description: own("description"),
    }
}

fn ledger_url(text: &str) -> LedgerUrl {
    match text.strip_prefix("sqlite:") {
        Some(path) => LedgerUrl::Sqlite(PathBuf::from(path)),
        None => LedgerUrl::Postgres(text.to_owned()),
    }
}

fn column(row: &Row, name: &str) -> String {
    row.get(name).cloned().expect(CHECKED)
}

/// Reading accepted values by the type their key has in the schema.
impl Values {
    fn optional_text(&self, path: &str) -> Option<String> {
        match self.get(path)? {
            Value::Text(text) => Some(text.clone()),
            _ => unreachable!("{CHECKED}"),
        }
    }

    fn text(&self, path: &str) -> String {
        self.optional_text(path).expect(CHECKED)
    }

    fn optional_address(&self, path: &str) -> Option<String> {
        Some(self.optional_text(path)?.trim_end_matches('/').to_owned())
    }

    fn address(&self, path: &str) -> String {
        self.optional_address(path).expect(CHECKED)
    }

    fn optional_flag(&self, path: &str) -> Option<bool> {
        match self.get(path)? {
            Value::Flag(flag) => Some(*flag),
            _ => unreachable!("{CHECKED}"),
        }
    }

    fn flag(&self, path: &str) -> bool {
        self.optional_flag(path).expect(CHECKED)
    }

    fn optional_number(&self, path: &str) -> Option<u32> {
        match self.get(path)? {
            Value::Number(number) => Some(u32::try_from(*number).expect(CHECKED)),
            _ => unreachable!("{CHECKED}"),
        }
    }

    fn number(&self, path: &str) -> u32 {
        self.optional_number(path).expect(CHECKED)
    }

    fn texts(&self, path: &str) -> &[String] {
        match self.get(path) {
            Some(Value::Texts(texts)) => texts,
            _ => unreachable!("{CHECKED}"),
        }
    }

    fn providers(&self, path: &str) -> Vec<ProviderId> {
        self.texts(path)
            .iter()
            .map(|word| word.parse().expect(CHECKED))
            .collect()
    }

    fn rows(&self, path: &str) -> &[Row] {
        match self.get(path) {
            Some(Value::Rows(rows)) => rows,
            None => &[],
            _ => unreachable!("{CHECKED}"),
        }
    }
}
