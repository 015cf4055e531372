//! Every setting, once: its key, what it may hold, its default, and a line for the shop owner in Thai and English
//! (cli.md, Settings). `training`, `shop.counter`, `shop.idle_lock_minutes`,
//! `[backup]`, the routing lists besides `promptpay` and the two limits of payouts are additions of ours.

use keptang_domain::Method;

/// What a key may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Flag,
    Text,
    /// Within these bounds, both included.
    Number(i64, i64),
    NumberOf(&'static [i64]),
    OneOf(&'static [&'static str]),
    /// Baht with up to two decimals, as text.
    Baht,
    /// A positive decimal, as text.
    Rate,
    /// A decimal within these bounds, as text.
    Percent(i64, i64),
    /// A currency code.
    Currency,
    /// https, or http to this machine.
    WebAddress,
    /// Follows a base address; empty when the provider has no such address.
    UrlPath,
    TimeOfDay,
    Socket,
    /// A folder with its whole path: the till may be started from anywhere.
    Folder,
    PromptPayId,
    LedgerUrl,
    CounterLetters,
    /// `COIN/NETWORK` pairs.
    Coins,
    /// Providers of one method, in the owner's order.
    Providers(Method),
    /// A list of tables with these texts.
    Rows(&'static [Column]),
}

/// One text of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub(crate) path: &'static str,
    pub(crate) kind: Kind,
    /// As written in TOML: the default, or an example where [`Key::has_default`] is false.
    pub(crate) shown: &'static str,
    pub(crate) has_default: bool,
    pub(crate) th: &'static str,
    pub(crate) en: &'static str,
}

impl Key {
    /// Whether its text is an account number or PromptPay ID.
    pub(crate) fn is_account(&self) -> bool {
        const OTHERS: [&str; 2] = [
            "providers.deposit_gateway.payer_account",
            "providers.jwt_gateway.payer_account_number",
        ];
        self.kind == Kind::PromptPayId || OTHERS.contains(&self.path)
    }
}

const fn key(path: &'static str, kind: Kind, shown: &'static str, th: &'static str, en: &'static str) -> Key {
    Key {
        path,
        kind,
        shown,
        has_default: true,
        th,
        en,
    }
}

/// A key that nobody but the shop can fill, or that means something by being absent.
const fn unset(
    path: &'static str,
    kind: Kind,
    shown: &'static str,
    th: &'static str,
    en: &'static str,
) -> Key {
    Key {
        path,
        kind,
        shown,
        has_default: false,
        th,
        en,
    }
}

pub(crate) struct Section {
    pub(crate) path: &'static str,
    pub(crate) th: &'static str,
    pub(crate) en: &'static str,
}

const fn section(path: &'static str, th: &'static str, en: &'static str) -> Section {
    Section { path, th, en }
}

/// In the order of the written file. The first has no header: its keys stand at the top.
pub(crate) const SECTIONS: &[Section] = &[
    section("", "โหมดการทำงาน", "Mode"),
    section("shop", "ร้าน", "Your shop"),
    section("vat", "ภาษีมูลค่าเพิ่ม", "VAT"),
    section("ledger", "สมุดบัญชี", "Ledger"),
    section("backup", "สำรองข้อมูล", "Backups"),
    section("callbacks", "รับแจ้งเตือนจากผู้ให้บริการ", "Callbacks from providers"),
    section("providers.deposit_gateway", "เกตเวย์ฝากเงิน", "Deposit gateway"),
    section("providers.jwt_gateway", "เกตเวย์แบบ JWT", "JWT gateway"),
    section(
        "providers.jwt_gateway.paths",
        "ที่อยู่ย่อยของเกตเวย์ JWT",
        "Paths of the JWT gateway",
    ),
    section(
        "providers.omise_truemoney",
        "ทรูมันนี่ผ่าน Omise",
        "TrueMoney through Omise",
    ),
    section("providers.crypto_2328", "คริปโต 2328.io", "Crypto through 2328.io"),
    section("slips.easyslip", "ตรวจสลิปกับ EasySlip", "Slip checks by EasySlip"),
    section("routing", "ลำดับผู้ให้บริการ", "Which provider is tried first"),
    section("timing", "จังหวะเวลา", "Timing"),
    section("printer", "เครื่องพิมพ์ใบเสร็จ", "Receipt printer"),
];

const ACCOUNT: &[Column] = &[
    Column {
        name: "bank_code",
        required: true,
    },
    Column {
        name: "number",
        required: true,
    },
    Column {
        name: "name_th",
        required: false,
    },
    Column {
        name: "name_en",
        required: false,
    },
    Column {
        name: "promptpay",
        required: false,
    },
];
const PAYOUT_ACCOUNT: &[Column] = &[
    Column {
        name: "label",
        required: true,
    },
    Column {
        name: "bank_code",
        required: true,
    },
    Column {
        name: "account_no",
        required: true,
    },
    Column {
        name: "account_name",
        required: true,
    },
];

const DAYS_MAX: i64 = 3_650;
const MS_MAX: i64 = 600_000;
const S_MAX: i64 = 86_400;

#[rustfmt::skip]
pub(crate) const KEYS: &[Key] = &[
    key("training", Kind::Flag, "false",
        "true = โหมดฝึก ใช้ตัวจำลอง ไม่มีเงินจริง", "true = training: the built-in simulator, no real money"),

    unset("shop.name", Kind::Text, r#""""#, "ชื่อร้านบนใบเสร็จ", "Shop name on receipts"),
    unset("shop.tax_id", Kind::Text, r#""""#, "เลขประจำตัวผู้เสียภาษี", "Tax ID"),
    unset("shop.branch", Kind::Text, r#""""#, "สาขา", "Branch"),
    unset("shop.address", Kind::Text, r#""""#, "ที่อยู่ร้าน", "Address"),
    unset("shop.promptpay_id", Kind::PromptPayId, r#""""#,
        "พร้อมเพย์ของร้าน: มือถือ 10 หลัก บัตรประชาชน/ผู้เสียภาษี 13 หลัก หรือ e-wallet 15 หลัก",
        "The shop's PromptPay: mobile (10 digits), national or tax ID (13) or e-wallet (15)"),
    key("shop.language", Kind::OneOf(&["th", "en"]), r#""th""#, "ภาษา: th หรือ en", "Language: th or en"),
    key("shop.era", Kind::OneOf(&["ce", "be"]), r#""ce""#, "ปี: ce = ค.ศ. be = พ.ศ.", "Years: ce = Christian, be = Buddhist"),
    key("shop.day_cutoff", Kind::TimeOfDay, r#""04:00""#, "เวลาตัดวันขาย", "When the business day ends"),
    key("shop.adjust_limit", Kind::Baht, r#""1.00""#,
        "เกตเวย์ปรับยอดได้ไม่เกินกี่บาท", "By how many baht a gateway may change the amount"),
    key("shop.counter", Kind::CounterLetters, r#""A""#,
        "อักษรหน้าเลขบิล แต่ละเคาน์เตอร์ต้องไม่ซ้ำกัน", "Letter before order numbers; each counter its own"),
    key("shop.idle_lock_minutes", Kind::Number(0, 1_440), "5",
        "ล็อกจอเมื่อไม่ได้ใช้กี่นาที 0 = ไม่ล็อก", "Minutes without use before the till locks; 0 = never"),
    unset("shop.accounts", Kind::Rows(ACCOUNT),
        r#"[{ bank_code = "004", number = "0000000000", name_th = "", name_en = "", promptpay = "" }]"#,
        "บัญชีของร้านที่ลูกค้าโอนเข้าได้ ใช้ตรวจสลิป", "Accounts of the shop that customers may pay into; slips are checked against them"),

    key("vat.mode", Kind::OneOf(&["none", "registered"]), r#""none""#,
        "none = ไม่จด VAT, registered = จด VAT", "none = not registered, registered = registered"),
    unset("vat.pos_id", Kind::Text, r#""""#, "เลขเครื่องบันทึกการเก็บเงิน", "Registered POS number"),

    key("ledger.url", Kind::LedgerUrl, r#""sqlite:ledger.sqlite""#,
        "ไฟล์ในโฟลเดอร์ข้อมูล หรือ postgres:// เมื่อมีหลายเคาน์เตอร์", "A file in the data directory, or postgres:// for several counters"),

    unset("backup.folder", Kind::Folder, r#""/media/usb/keptang""#,
        "โฟลเดอร์เก็บไฟล์สำรองที่เข้ารหัส ไม่ตั้ง = ไม่สำรองเอง", "Folder for encrypted copies, best on another disk; not set = no copies by themselves"),
    key("backup.every_hours", Kind::Number(1, 720), "24", "สำรองทุกกี่ชั่วโมง", "Hours between copies"),
    key("backup.keep", Kind::Number(1, 1_000), "14", "เก็บไฟล์สำรองล่าสุดกี่ไฟล์", "How many of the newest copies are kept"),

    key("callbacks.listen", Kind::Socket, r#""127.0.0.1:8787""#, "ที่อยู่ที่รอรับในเครื่องนี้", "Where this machine listens"),
    unset("callbacks.public_url", Kind::WebAddress, r#""""#,
        "ที่อยู่ที่ผู้ให้บริการเรียกได้ ว่าง = ปิด", "Address that providers can reach; empty = callbacks are off"),

    unset("providers.deposit_gateway.enabled", Kind::Flag, "true", "ไม่ตั้ง = เปิดเมื่อมีคีย์", "Not set = on when its keys are there"),
    unset("providers.deposit_gateway.base_url", Kind::WebAddress, r#""""#, "ที่อยู่ที่ได้จากผู้ให้บริการ", "Address given by the provider"),
    key("providers.deposit_gateway.amount_signature", Kind::OneOf(&["fixed2", "minimal"]), r#""fixed2""#,
        "รูปแบบยอดเงินในลายเซ็น", "How the amount is written in the signature"),
    key("providers.deposit_gateway.payer_account", Kind::Text, r#""auto""#,
        "บัญชีผู้จ่าย auto = สร้างใหม่ทุกบิล", "Payer's account; auto = a new one per order"),
    unset("providers.deposit_gateway.payer_bank_code", Kind::Text, r#""""#, "รหัสธนาคารผู้จ่าย", "Payer's bank code"),
    unset("providers.deposit_gateway.payer_name_th", Kind::Text, r#""""#, "ชื่อผู้จ่าย (ไทย)", "Payer's name in Thai"),
    unset("providers.deposit_gateway.payer_name_en", Kind::Text, r#""""#, "ชื่อผู้จ่าย (อังกฤษ)", "Payer's name in English"),
    unset("providers.deposit_gateway.payer_user_id", Kind::Text, r#""""#, "รหัสลูกค้า", "Customer id"),

    unset("providers.jwt_gateway.enabled", Kind::Flag, "true", "ไม่ตั้ง = เปิดเมื่อมีคีย์", "Not set = on when its key is there"),
    unset("providers.jwt_gateway.base_url", Kind::WebAddress, r#""""#,
        "ที่อยู่ที่ได้จากผู้ให้บริการ ลงท้ายด้วย /api/v1", "Address given by the provider, ends in /api/v1"),
    unset("providers.jwt_gateway.merchant_id", Kind::Text, r#""""#, "รหัสร้านค้า", "Merchant id"),
    key("providers.jwt_gateway.type", Kind::OneOf(&["QR", "BANK_TRANSFER"]), r#""QR""#, "วิธีรับเงิน", "How customers pay"),
    key("providers.jwt_gateway.callback_signature", Kind::OneOf(&["strict", "core_fields"]), r#""strict""#,
        "ความเข้มของการตรวจลายเซ็น", "How strictly callback signatures are checked"),
    unset("providers.jwt_gateway.payer_account_number", Kind::Text, r#""""#, "บัญชีผู้จ่าย", "Payer's account"),
    unset("providers.jwt_gateway.payer_bank", Kind::Text, r#""""#, "ธนาคารผู้จ่าย เช่น KBANK", "Payer's bank, such as KBANK"),
    unset("providers.jwt_gateway.payer_name", Kind::Text, r#""""#, "ชื่อผู้จ่าย", "Payer's name"),
    unset("providers.jwt_gateway.payout_accounts", Kind::Rows(PAYOUT_ACCOUNT),
        r#"[{ label = "main", bank_code = "004", account_no = "0000000000", account_name = "ร้าน" }]"#,
        "บัญชีที่ถอนเงินไปได้ ไม่มี = ปิดการถอน", "Accounts that money may be withdrawn to; none = withdrawals are off"),
    key("providers.jwt_gateway.payout_day_limit", Kind::Baht, r#""50000.00""#,
        "ถอนได้รวมวันละไม่เกิน", "Most that may be withdrawn in one business day"),
    key("providers.jwt_gateway.payout_cool_down_hours", Kind::Number(0, 720), "24",
        "บัญชีใหม่ต้องรอกี่ชั่วโมง (บัญชีที่ตั้งก่อนขายครั้งแรกไม่ต้องรอ)", "Hours a new account must wait; one that was there before the first sale need not"),
    key("providers.jwt_gateway.paths.deposit", Kind::UrlPath, r#""/deposit""#, "สร้างรายการรับเงิน", "Create a deposit"),
    key("providers.jwt_gateway.paths.withdraw", Kind::UrlPath, r#""/withdraw""#, "ถอนเงิน", "Withdraw"),
    key("providers.jwt_gateway.paths.balance", Kind::UrlPath, r#""/balance""#, "ยอดคงเหลือ", "Balance"),
    key("providers.jwt_gateway.paths.order_query", Kind::UrlPath, r#""/order/query""#, "ถามสถานะ", "Ask about an order"),
    key("providers.jwt_gateway.paths.banks", Kind::UrlPath, r#""/banks""#, "รายชื่อธนาคาร", "List of banks"),
    key("providers.jwt_gateway.paths.health", Kind::UrlPath, r#""/health""#, "ตรวจการเชื่อมต่อ", "Connection check"),
    key("providers.jwt_gateway.paths.jwt_create", Kind::UrlPath, r#""/jwt/create""#, "ตัวช่วยลายเซ็น", "Signature helper"),

    unset("providers.omise_truemoney.enabled", Kind::Flag, "true", "ไม่ตั้ง = เปิดเมื่อมีคีย์", "Not set = on when its key is there"),
    key("providers.omise_truemoney.base_url", Kind::WebAddress, r#""https://api.omise.co""#, "ที่อยู่ของ Omise", "Address of Omise"),
    key("providers.omise_truemoney.flow", Kind::OneOf(&["one_call", "source_first"]), r#""one_call""#,
        "one_call = เรียกครั้งเดียว, source_first = สร้าง source ด้วย public key ก่อน", "one_call, or source_first: a source with the public key, then the charge"),

    unset("providers.crypto_2328.enabled", Kind::Flag, "true", "ไม่ตั้ง = เปิดเมื่อมีคีย์", "Not set = on when its key is there"),
    key("providers.crypto_2328.base_url", Kind::WebAddress, r#""https://api.2328.io/api""#, "ที่อยู่ของผู้ให้บริการ", "Address of the provider"),
    unset("providers.crypto_2328.project", Kind::Text, r#""""#, "รหัสโครงการ", "Project id"),
    key("providers.crypto_2328.legal_note_acknowledged", Kind::Flag, "false",
        "รับทราบว่าการรับชำระด้วยสินทรัพย์ดิจิทัลมีข้อจำกัดทางกฎหมายในไทย", "You know that payment with digital assets is restricted in Thailand"),
    key("providers.crypto_2328.invoice_currency", Kind::Currency, r#""THB""#, "สกุลเงินในใบแจ้ง", "Currency of the invoice"),
    key("providers.crypto_2328.usd_thb_rate", Kind::Rate, r#""36.50""#,
        "กี่บาทต่อดอลลาร์ ใช้เมื่อไม่มี THB", "Baht per dollar, when THB is not offered"),
    key("providers.crypto_2328.coins", Kind::Coins, r#"["USDT/TRX-TRC20"]"#, "เหรียญ/เครือข่ายที่รับ", "Coins and networks taken"),
    key("providers.crypto_2328.ttl_seconds", Kind::Number(300, S_MAX), "900", "อายุใบแจ้ง (วินาที)", "Life of an invoice in seconds"),
    unset("providers.crypto_2328.fee_split", Kind::Percent(0, 100), r#""""#, "ลูกค้าออกค่าธรรมเนียมกี่ %", "Percent of the fee that the customer pays"),
    unset("providers.crypto_2328.price_markup", Kind::Percent(-99, 100), r#""""#, "บวกหรือลดราคากี่ %", "Percent added to or taken off the price"),
    unset("providers.crypto_2328.invite_code", Kind::Text, r#""""#, "รหัสเชิญ", "Invite code"),
    unset("providers.crypto_2328.description", Kind::Text, r#""""#, "ข้อความบนหน้าชำระ", "Text on the payment page"),

    unset("slips.easyslip.enabled", Kind::Flag, "true", "ไม่ตั้ง = เปิดเมื่อมีคีย์", "Not set = on when its key is there"),
    key("slips.easyslip.base_url", Kind::WebAddress, r#""https://api.easyslip.com/v2""#, "ที่อยู่ของ EasySlip", "Address of EasySlip"),
    key("slips.easyslip.keep_images_days", Kind::Number(0, DAYS_MAX), "30", "เก็บรูปสลิปกี่วัน", "Days that slip pictures are kept"),
    key("slips.easyslip.match_account", Kind::Flag, "true", "ตรวจว่าโอนเข้าบัญชีของร้าน", "Check that the money went to the shop's account"),
    unset("slips.easyslip.max_age_minutes", Kind::Number(1, DAYS_MAX * 1_440), "60",
        "สลิปเก่าได้ไม่เกินกี่นาที ไม่ตั้ง = ไม่จำกัดเพิ่ม", "How old a slip may be in minutes; not set = no limit of its own"),

    key("routing.promptpay", Kind::Providers(Method::PromptPay), r#"["jwt_gateway", "deposit_gateway", "promptpay_direct"]"#, "พร้อมเพย์", "PromptPay"),
    key("routing.truemoney", Kind::Providers(Method::TrueMoney), r#"["omise_truemoney"]"#, "ทรูมันนี่", "TrueMoney"),
    key("routing.crypto", Kind::Providers(Method::Crypto), r#"["crypto_2328"]"#, "คริปโต", "Crypto"),
    key("routing.cash", Kind::Providers(Method::Cash), r#"["cash"]"#, "เงินสด", "Cash"),

    key("timing.poll_fast_ms", Kind::Number(10, MS_MAX), "2000", "ถามสถานะช่วงแรกทุกกี่มิลลิวินาที", "Milliseconds between questions at first"),
    key("timing.poll_slow_ms", Kind::Number(10, MS_MAX), "10000", "ถามสถานะภายหลังทุกกี่มิลลิวินาที", "Milliseconds between questions later"),
    key("timing.late_watch_hours", Kind::Number(0, 720), "48", "เฝ้าดูเงินที่มาช้ากี่ชั่วโมง", "Hours to watch for late money"),
    key("timing.request_timeout_ms", Kind::Number(10, MS_MAX), "15000", "รอคำตอบนานสุดกี่มิลลิวินาที", "Milliseconds to wait for an answer"),
    key("timing.slip_retry_first_s", Kind::Number(1, S_MAX), "30", "ตรวจสลิปซ้ำครั้งแรกหลังกี่วินาที", "Seconds before a slip is first checked again"),
    key("timing.slip_retry_every_s", Kind::Number(1, S_MAX), "60", "แล้วตรวจซ้ำทุกกี่วินาที", "Seconds between later checks"),

    key("printer.kind", Kind::OneOf(&["none", "tcp", "device"]), r#""none""#,
        "none = ไม่มี, tcp = ผ่านเครือข่าย, device = ต่อกับเครื่อง", "none, tcp (network) or device (attached)"),
    unset("printer.address", Kind::Text, r#""""#,
        "เช่น 192.168.1.50:9100 หรือ /dev/usb/lp0", "Such as 192.168.1.50:9100 or /dev/usb/lp0"),
    key("printer.width_mm", Kind::NumberOf(&[80, 58]), "80", "ความกว้างกระดาษ (มม.)", "Paper width in millimetres"),
    key("printer.auto", Kind::Flag, "false", "พิมพ์เองเมื่อจ่ายแล้ว และเมื่อคืนเงิน", "Print by itself when paid and when money goes back"),
];

/// Whether a key holds, or its rows hold, an account that only its owner should see whole.
#[must_use]
pub fn is_account(path: &str) -> bool {
    const ROWS: [&str; 2] = ["shop.accounts", "providers.jwt_gateway.payout_accounts"];
    ROWS.contains(&path) || find(path).is_some_and(Key::is_account)
}

pub(crate) fn find(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}

/// Whether `path` is a table on the way to some key.
pub(crate) fn is_section(path: &str) -> bool {
    KEYS.iter().any(|key| {
        key.path
            .strip_prefix(path)
            .is_some_and(|rest| rest.starts_with('.'))
    })
}

/// The key or section most like `path`: among its siblings when one is close, else anywhere.
pub(crate) fn nearest(path: &str) -> &'static str {
    let (parent, own) = path.rsplit_once('.').unwrap_or(("", path));
    let known = || {
        let sections = SECTIONS
            .iter()
            .map(|section| section.path)
            .filter(|path| !path.is_empty());
        KEYS.iter()
            .map(|key| key.path)
            .chain(sections)
            .chain(["providers", "slips"])
    };
    let split = |known: &'static str| known.rsplit_once('.').unwrap_or(("", known));
    // The better of whole path and own name counts; the other one decides between equals, such as all `base_url`.
    let likeness = |known: &'static str| {
        let (by_path, by_name) = (
            strsim::jaro_winkler(known, path),
            strsim::jaro_winkler(split(known).1, own),
        );
        (by_path.max(by_name), by_path.min(by_name))
    };
    let by_likeness = |a: &&'static str, b: &&'static str| {
        likeness(a)
            .partial_cmp(&likeness(b))
            .expect("similarities are numbers")
    };
    known()
        .filter(|known| split(known).0 == parent && strsim::jaro_winkler(split(known).1, own) > 0.75)
        .max_by(by_likeness)
        .or_else(|| known().max_by(by_likeness))
        .expect("there are keys")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique_and_belong_to_a_section() {
        for (at, key) in KEYS.iter().enumerate() {
            assert!(
                KEYS.iter().skip(at + 1).all(|other| other.path != key.path),
                "{} twice",
                key.path
            );
            let parent = key.path.rsplit_once('.').map_or("", |(parent, _)| parent);
            assert!(
                SECTIONS.iter().any(|section| section.path == parent),
                "{}",
                key.path
            );
            assert!(!crate::secret::looks_secret(key.path), "{}", key.path);
        }
    }

    #[test]
    fn the_nearest_key_is_the_one_meant() {
        for (wrong, meant) in [
            ("shop.nmae", "shop.name"),
            ("shop.promptpayid", "shop.promptpay_id"),
            ("shopp", "shop"),
            ("promptpay_id", "shop.promptpay_id"),
            ("trainning", "training"),
            ("providers.omise", "providers.omise_truemoney"),
            (
                "providers.omise_truemoney.baseurl",
                "providers.omise_truemoney.base_url",
            ),
            ("timing.poll_fast", "timing.poll_fast_ms"),
            ("easyslip", "slips.easyslip"),
            ("shop.day_cut_off", "shop.day_cutoff"),
        ] {
            assert_eq!(nearest(wrong), meant, "{wrong}");
        }
    }
}
