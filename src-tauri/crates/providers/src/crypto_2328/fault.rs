//! What can be wrong with the settings, in words for the owner. Codes are the closed list of cli.md, `provider_test`.

use keptang_ports::Fault;

pub(super) const API_KEY: &str = "KEPTANG_SECRET__CRYPTO_2328__API_KEY";
const CLOCK: &str = "system clock";
const PUBLIC_URL: &str = "callbacks.public_url";

fn fault(code: &'static str, setting: &str, th: &str, en: &str) -> Fault {
    Fault {
        code,
        setting: setting.to_owned(),
        message_th: th.to_owned(),
        message_en: en.to_owned(),
    }
}

fn of_key(code: &'static str, key: &str, th: &str, en: &str) -> Fault {
    fault(code, &format!("providers.crypto_2328.{key}"), th, en)
}

pub(super) fn legal_note() -> Fault {
    of_key(
        "disabled",
        "legal_note_acknowledged",
        "คริปโตปิดอยู่ การรับชำระด้วยสินทรัพย์ดิจิทัลมีข้อจำกัดทางกฎหมายในไทย เจ้าของร้านต้องรับทราบก่อนในการตั้งค่า",
        "Crypto is off: payment with digital assets is restricted in Thailand, and the owner has to acknowledge that \
         in the settings first.",
    )
}

pub(super) fn not_https() -> Fault {
    of_key(
        "not_https",
        "base_url",
        "ที่อยู่ของ 2328.io ต้องขึ้นต้นด้วย https:// เช่น https://api.2328.io/api",
        "The address of 2328.io must be https, such as https://api.2328.io/api.",
    )
}

pub(super) fn no_project() -> Fault {
    of_key(
        "wrong_merchant",
        "project",
        "ยังไม่ได้ใส่รหัสโครงการของ 2328.io หรือใส่ไม่ถูก คัดลอกจากหน้าโครงการในแดชบอร์ด",
        "The 2328.io project id is missing or not valid. Copy it from the project page of the dashboard.",
    )
}

pub(super) fn wrong_project() -> Fault {
    of_key(
        "wrong_merchant",
        "project",
        "2328.io ไม่รู้จักรหัสโครงการนี้ คัดลอกใหม่จากหน้าโครงการในแดชบอร์ด",
        "2328.io does not know this project id. Copy it again from the project page of the dashboard.",
    )
}

pub(super) fn missing_secret() -> Fault {
    fault(
        "missing_secret",
        API_KEY,
        "ยังไม่ได้ใส่ API key ของ 2328.io คัดลอกจากหน้าโครงการในแดชบอร์ด (ไม่ใช่ Payout API key)",
        "The 2328.io API key is missing. Copy it from the project page of the dashboard (not the payout key).",
    )
}

pub(super) fn key_rejected() -> Fault {
    fault(
        "bad_key",
        API_KEY,
        "2328.io ไม่รับคีย์นี้ ตรวจว่าเป็น API key ของโครงการนี้ ไม่ใช่ Payout API key แล้วคัดลอกใหม่",
        "2328.io does not accept the key. Check that it is this project's API key, not the payout key, and copy it \
         again.",
    )
}

pub(super) fn signature_rejected() -> Fault {
    fault(
        "bad_signature",
        API_KEY,
        "2328.io บอกว่าลายเซ็นผิด ตรวจว่า API key (ไม่ใช่ Payout API key) เป็นของโครงการที่ตั้งไว้ แล้วคัดลอกใหม่",
        "2328.io says the signature is wrong. Check that the API key (not the payout key) belongs to the project that \
         is set, and copy it again.",
    )
}

pub(super) fn not_permitted() -> Fault {
    of_key(
        "ip_not_allowed",
        "base_url",
        "2328.io ไม่อนุญาตคำขอจากเครื่องนี้ ตรวจรายการ IP ที่อนุญาตในแดชบอร์ด หรือเครือข่ายของร้าน",
        "2328.io does not permit requests from here. Check the allowed IP list in the dashboard and the shop's network.",
    )
}

pub(super) fn path_not_found() -> Fault {
    of_key(
        "path_not_found",
        "base_url",
        "ที่อยู่นี้ไม่ใช่ API ของ 2328.io ค่าปกติคือ https://api.2328.io/api",
        "There is no 2328.io API at this address. The usual one is https://api.2328.io/api.",
    )
}

pub(super) fn unreachable() -> Fault {
    of_key(
        "unreachable",
        "base_url",
        "ติดต่อ 2328.io ไม่ได้ ตรวจอินเทอร์เน็ตของร้าน แล้วลองใหม่",
        "2328.io cannot be reached. Check the shop's internet, then try again.",
    )
}

pub(super) fn too_many_requests() -> Fault {
    of_key(
        "quota_exceeded",
        "project",
        "2328.io ขอให้ช้าลง รอหนึ่งนาทีแล้วลองใหม่",
        "2328.io asks to slow down. Wait a minute, then try again.",
    )
}

pub(super) fn unsupported_currency() -> Fault {
    of_key(
        "unsupported_currency",
        "invoice_currency",
        "ออกใบแจ้งเป็นสกุลเงินนี้ไม่ได้ ใช้ THB หรือถ้า 2328.io ไม่มี THB ให้ใช้ USD พร้อมอัตราใน usd_thb_rate",
        "Invoices cannot be in this currency. Use THB, or USD with usd_thb_rate where 2328.io does not offer baht.",
    )
}

pub(super) fn bad_rate() -> Fault {
    of_key(
        "other",
        "usd_thb_rate",
        "ใส่อัตราบาทต่อดอลลาร์เป็นตัวเลขมากกว่าศูนย์ เช่น \"36.50\"",
        "Set the baht for one dollar as a number above zero, such as \"36.50\".",
    )
}

pub(super) fn bad_coins() -> Fault {
    of_key(
        "other",
        "coins",
        "ใส่เหรียญกับเครือข่ายอย่างน้อยหนึ่งคู่ เช่น \"USDT/TRX-TRC20\"",
        "Set at least one coin with its network, such as \"USDT/TRX-TRC20\".",
    )
}

pub(super) fn pair_closed(pair: &str) -> Fault {
    Fault {
        message_th: format!("2328.io ไม่รับ {pair} ในตอนนี้ เลือกเหรียญหรือเครือข่ายอื่น"),
        message_en: format!("2328.io does not take {pair} at the moment. Choose another coin or network."),
        ..of_key("disabled", "coins", "", "")
    }
}

pub(super) fn bad_ttl() -> Fault {
    of_key(
        "other",
        "ttl_seconds",
        "อายุใบแจ้งต้องอยู่ระหว่าง 300 ถึง 86400 วินาที",
        "The life of an invoice lies between 300 and 86400 seconds.",
    )
}

pub(super) fn bad_percent(key: &str, low: i64, high: i64) -> Fault {
    Fault {
        message_th: format!("{key} ต้องเป็นตัวเลขระหว่าง {low} ถึง {high} ทศนิยมไม่เกินสองตำแหน่ง"),
        message_en: format!("{key} is a number between {low} and {high} with up to two decimals."),
        ..of_key("other", key, "", "")
    }
}

pub(super) fn callback_not_public() -> Fault {
    fault(
        "callback_not_public",
        PUBLIC_URL,
        "2328.io ไม่รับที่อยู่ callback ในเครือข่ายภายใน ใส่ที่อยู่สาธารณะ หรือลบออกแล้วใช้การถามสถานะ",
        "2328.io refuses callback addresses of a private network. Set a public one, or remove it: the till then asks \
         by itself.",
    )
}

pub(super) fn clock_skew(ahead_ms: i64) -> Fault {
    let seconds = ahead_ms.unsigned_abs() / 1_000;
    let (th, en) = if ahead_ms > 0 {
        ("ช้า", "slow")
    } else {
        ("เร็ว", "fast")
    };
    Fault {
        message_th: format!("นาฬิกาของเครื่องนี้{th}ไป {seconds} วินาที ตั้งเวลาให้ตรงโดยเปิดตั้งเวลาอัตโนมัติ"),
        message_en: format!("This machine's clock is {seconds} seconds {en}. Switch on automatic time."),
        ..fault("clock_skew", CLOCK, "", "")
    }
}

pub(super) fn unexpected() -> Fault {
    of_key(
        "other",
        "base_url",
        "2328.io ตอบกลับมาแบบที่ไม่รู้จัก ลองใหม่ ถ้ายังเป็นอยู่ให้ติดต่อ 2328.io",
        "2328.io answered in a way the till does not know. Try again; if it stays, ask 2328.io.",
    )
}
