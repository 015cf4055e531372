//! What can be wrong with the settings, in words for the owner. Codes are the closed list of cli.md, `provider_test`.

use super::config::Endpoint;
use keptang_ports::Fault;

pub(super) const API_KEY: &str = "KEPTANG_SECRET__JWT_GATEWAY__API_KEY";
pub(super) const BASE_URL: &str = "providers.jwt_gateway.base_url";
pub(super) const MERCHANT_ID: &str = "providers.jwt_gateway.merchant_id";
const ALLOW_LIST: &str = "IP allow-list";
const CLOCK: &str = "system clock";

/// Beyond this the clock is worth setting right (jwt-gateway.md §4).
pub(super) const CLOCK_SKEW_MS_MAX: i64 = 60_000;

fn fault(code: &'static str, setting: &str, th: &str, en: &str) -> Fault {
    Fault {
        code,
        setting: setting.to_owned(),
        message_th: th.to_owned(),
        message_en: en.to_owned(),
    }
}

pub(super) fn missing_secret() -> Fault {
    fault(
        "missing_secret",
        API_KEY,
        "ยังไม่ได้ใส่ API key ของเกตเวย์ JWT ขอจากผู้ให้บริการแล้วใส่ในการตั้งค่า",
        "The API key of the JWT gateway is missing. Ask the provider for it.",
    )
}

pub(super) fn not_a_key() -> Fault {
    fault(
        "bad_key",
        API_KEY,
        "API key ของเกตเวย์ JWT ไม่ถูกต้อง ใส่เฉพาะตัวคีย์ ไม่มีช่องว่าง",
        "This is no API key of the JWT gateway. Enter the key alone, without spaces.",
    )
}

pub(super) fn key_rejected() -> Fault {
    fault(
        "bad_key",
        API_KEY,
        "เกตเวย์ JWT ไม่รับ API key นี้ คัดลอกใหม่จากผู้ให้บริการ หรือถามว่าถูกยกเลิกแล้วหรือไม่",
        "The JWT gateway does not accept the API key. Copy it again, or ask the provider whether it was revoked.",
    )
}

pub(super) fn no_merchant() -> Fault {
    fault(
        "wrong_merchant",
        MERCHANT_ID,
        "ยังไม่ได้ใส่รหัสร้านค้าของเกตเวย์ JWT ขอจากผู้ให้บริการ",
        "The merchant id of the JWT gateway is missing. Ask the provider for it.",
    )
}

pub(super) fn merchant_rejected() -> Fault {
    fault(
        "wrong_merchant",
        MERCHANT_ID,
        "รหัสร้านค้าไม่ตรงกับ API key ของเกตเวย์ JWT ตรวจ merchant_id และคีย์ว่าเป็นของร้านเดียวกัน",
        "The merchant id does not belong to the API key of the JWT gateway. Use the id and key of the same merchant.",
    )
}

pub(super) fn ip_not_allowed() -> Fault {
    fault(
        "ip_not_allowed",
        ALLOW_LIST,
        "เกตเวย์ JWT ไม่อนุญาต IP ของร้าน แจ้ง IP สาธารณะของร้านให้ผู้ให้บริการเพิ่มใน whitelist ถ้า IP เปลี่ยนบ่อยให้ใช้เซิร์ฟเวอร์ร้านที่ IP คงที่",
        "The JWT gateway does not permit this IP address. Have the provider whitelist the shop's public IP; where it \
         changes, run a shop server with a fixed one.",
    )
}

/// What "Invalid signature" comes from: a key that is nearly right, or a clock that is not.
pub(super) fn signature_rejected(ahead_ms: Option<i64>) -> Fault {
    match ahead_ms.filter(|ms| ms.saturating_abs() > CLOCK_SKEW_MS_MAX) {
        Some(ahead_ms) => clock_skew(ahead_ms),
        None => fault(
            "bad_signature",
            API_KEY,
            "เกตเวย์ JWT ไม่รับลายเซ็น ลายเซ็นใช้ API key ตัวเดียวกัน คัดลอกคีย์ใหม่จากผู้ให้บริการ และตรวจเวลาของเครื่อง",
            "The JWT gateway does not accept the signature. It is made with the API key: copy the key again and check \
             the clock.",
        ),
    }
}

pub(super) fn signature_differs() -> Fault {
    fault(
        "bad_signature",
        API_KEY,
        "ลายเซ็นที่เครื่องนี้สร้างไม่ตรงกับที่เกตเวย์ JWT สร้างเอง ติดต่อผู้ให้บริการว่ากติกาลายเซ็นเปลี่ยนหรือไม่",
        "The JWT gateway signs the same data differently. Ask the provider whether its rule of signing has changed.",
    )
}

pub(super) fn no_address() -> Fault {
    fault(
        "other",
        BASE_URL,
        "ยังไม่ได้ใส่ที่อยู่ของเกตเวย์ JWT ถามผู้ให้บริการ ที่อยู่ลงท้ายด้วย /api/v1",
        "The address of the JWT gateway is missing. Ask the provider; it ends in /api/v1.",
    )
}

pub(super) fn not_https() -> Fault {
    fault(
        "not_https",
        BASE_URL,
        "ที่อยู่ของเกตเวย์ JWT ต้องขึ้นต้นด้วย https:// เช่น https://ชื่อโฮสต์/api/v1",
        "The address of the JWT gateway must be https, such as https://host/api/v1.",
    )
}

/// A 404 says nothing about an order: the path itself is not there (§2).
pub(super) fn path_not_found(endpoint: Endpoint) -> Fault {
    let setting = format!("providers.jwt_gateway.paths.{}", endpoint.word());
    Fault {
        code: "path_not_found",
        message_th: format!(
            "เกตเวย์ JWT ไม่มีที่อยู่ย่อยนี้ ถามผู้ให้บริการแล้วตั้ง {setting} และตรวจว่า base_url ลงท้ายด้วย /api/v1"
        ),
        message_en: format!(
            "Path not configured: the JWT gateway has nothing there. Ask the provider, set {setting}, and see that \
             base_url ends in /api/v1."
        ),
        setting,
    }
}

pub(super) fn unreachable() -> Fault {
    fault(
        "unreachable",
        BASE_URL,
        "ติดต่อเกตเวย์ JWT ไม่ได้ ตรวจอินเทอร์เน็ตของร้านและที่อยู่ แล้วลองใหม่",
        "The JWT gateway cannot be reached. Check the shop's internet and the address, then try again.",
    )
}

pub(super) fn too_many_requests() -> Fault {
    fault(
        "quota_exceeded",
        API_KEY,
        "เกตเวย์ JWT ขอให้ช้าลง รอหนึ่งนาทีแล้วลองใหม่",
        "The JWT gateway asks to slow down. Wait a minute, then try again.",
    )
}

pub(super) fn no_baht() -> Fault {
    fault(
        "unsupported_currency",
        MERCHANT_ID,
        "บัญชีเกตเวย์ JWT นี้ไม่ใช่เงินบาท ติดต่อผู้ให้บริการ",
        "This account of the JWT gateway is not kept in baht. Ask the provider.",
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
        code: "clock_skew",
        setting: CLOCK.to_owned(),
        message_th: format!("นาฬิกาของเครื่องนี้{th}ไป {seconds} วินาที ตั้งเวลาให้ตรงโดยเปิดตั้งเวลาอัตโนมัติ"),
        message_en: format!("This machine's clock is {seconds} seconds {en}. Switch on automatic time."),
    }
}

pub(super) fn unexpected() -> Fault {
    fault(
        "other",
        BASE_URL,
        "เกตเวย์ JWT ตอบกลับมาแบบที่ไม่รู้จัก ตรวจที่อยู่ แล้วลองใหม่ ถ้ายังเป็นอยู่ให้ติดต่อผู้ให้บริการ",
        "The JWT gateway answered in a way the till does not know. Check the address; if it stays, ask the provider.",
    )
}
