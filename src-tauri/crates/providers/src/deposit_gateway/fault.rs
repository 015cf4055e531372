//! What can be wrong with the settings, in words for the owner. Codes are the closed list of cli.md, `provider_test`.

use keptang_ports::Fault;

pub(super) const TOKEN: &str = "KEPTANG_SECRET__DEPOSIT_GATEWAY__TOKEN";
pub(super) const API_KEY: &str = "KEPTANG_SECRET__DEPOSIT_GATEWAY__API_KEY";
pub(super) const SECRET_KEY: &str = "KEPTANG_SECRET__DEPOSIT_GATEWAY__SECRET_KEY";
pub(super) const BASE_URL: &str = "providers.deposit_gateway.base_url";
const PUBLIC_URL: &str = "callbacks.public_url";
const ALLOW_LIST: &str = "IP allow-list";
const CLOCK: &str = "system clock";

fn fault(code: &'static str, setting: &str, th: &str, en: &str) -> Fault {
    Fault {
        code,
        setting: setting.to_owned(),
        message_th: th.to_owned(),
        message_en: en.to_owned(),
    }
}

pub(super) fn missing_secret(setting: &str) -> Fault {
    fault(
        "missing_secret",
        setting,
        "ยังใส่คีย์ของเกตเวย์ฝากเงินไม่ครบ ต้องมี token, API key และ secret key ที่ได้จากผู้ให้บริการ",
        "A key of the deposit gateway is missing. It needs the token, the API key and the secret key from the provider.",
    )
}

pub(super) fn not_a_key(setting: &str) -> Fault {
    fault(
        "bad_key",
        setting,
        "คีย์ของเกตเวย์ฝากเงินไม่ถูกต้อง ใส่เฉพาะตัวคีย์ ไม่มีช่องว่างและไม่มีคำว่า Bearer",
        "This is no key of the deposit gateway. Enter the key alone, without spaces and without the word Bearer.",
    )
}

pub(super) fn key_rejected(setting: &str) -> Fault {
    let (th, en) = match setting {
        API_KEY => ("API key", "API key"),
        _ => ("token", "token"),
    };
    Fault {
        code: "bad_key",
        setting: setting.to_owned(),
        message_th: format!("เกตเวย์ฝากเงินไม่รับ {th} นี้ คัดลอกใหม่จากผู้ให้บริการ หรือถามว่าถูกยกเลิกแล้วหรือไม่"),
        message_en: format!(
            "The deposit gateway does not accept the {en}. Copy it again, or ask the provider whether it was revoked."
        ),
    }
}

pub(super) fn signature_rejected() -> Fault {
    fault(
        "bad_signature",
        SECRET_KEY,
        "เกตเวย์ฝากเงินไม่รับลายเซ็น ตรวจ secret key และค่า amount_signature (ลองเปลี่ยน fixed2 เป็น minimal)",
        "The deposit gateway does not accept the signature. Check the secret key and amount_signature (try minimal).",
    )
}

pub(super) fn ip_not_allowed() -> Fault {
    fault(
        "ip_not_allowed",
        ALLOW_LIST,
        "เกตเวย์ฝากเงินไม่อนุญาตคำขอจากที่นี่ แจ้ง IP สาธารณะของร้านให้ผู้ให้บริการเพิ่มในรายการที่อนุญาต",
        "The deposit gateway does not permit requests from here. Have the provider allow the shop's public IP address.",
    )
}

pub(super) fn no_address() -> Fault {
    fault(
        "other",
        BASE_URL,
        "ยังไม่ได้ใส่ที่อยู่ของเกตเวย์ฝากเงิน ถามผู้ให้บริการแล้วใส่ส่วนก่อน /api/v1/client",
        "The address of the deposit gateway is missing. Ask the provider; enter the part before /api/v1/client.",
    )
}

pub(super) fn not_https() -> Fault {
    fault(
        "not_https",
        BASE_URL,
        "ที่อยู่ของเกตเวย์ฝากเงินต้องขึ้นต้นด้วย https://",
        "The address of the deposit gateway must be https.",
    )
}

pub(super) fn path_not_found() -> Fault {
    fault(
        "path_not_found",
        BASE_URL,
        "ที่อยู่นี้ไม่ใช่ API ของเกตเวย์ฝากเงิน ใส่เฉพาะส่วนก่อน /api/v1/client",
        "There is no deposit gateway API at this address. Enter only the part before /api/v1/client.",
    )
}

pub(super) fn unreachable() -> Fault {
    fault(
        "unreachable",
        BASE_URL,
        "ติดต่อเกตเวย์ฝากเงินไม่ได้ ตรวจอินเทอร์เน็ตของร้านและที่อยู่ แล้วลองใหม่",
        "The deposit gateway cannot be reached. Check the shop's internet and the address, then try again.",
    )
}

pub(super) fn too_many_requests() -> Fault {
    fault(
        "quota_exceeded",
        API_KEY,
        "เกตเวย์ฝากเงินขอให้ช้าลง รอหนึ่งนาทีแล้วลองใหม่",
        "The deposit gateway asks to slow down. Wait a minute, then try again.",
    )
}

pub(super) fn callbacks_off() -> Fault {
    fault(
        "callback_not_public",
        PUBLIC_URL,
        "เกตเวย์ฝากเงินถามสถานะไม่ได้ ต้องตั้ง callbacks.public_url ให้ผู้ให้บริการแจ้งผลได้ ระหว่างนี้ใช้สลิปหรือคนยืนยัน",
        "The deposit gateway cannot be asked. Set callbacks.public_url so that it can call; until then slips or a person \
         confirm.",
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
        "เกตเวย์ฝากเงินตอบกลับมาแบบที่ไม่รู้จัก ตรวจที่อยู่ แล้วลองใหม่ ถ้ายังเป็นอยู่ให้ติดต่อผู้ให้บริการ",
        "The deposit gateway answered in a way the till does not know. Check the address; if it stays, ask the provider.",
    )
}
