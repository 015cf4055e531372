//! What can be wrong with the settings, in words for the owner. Codes are the closed list of cli.md, `provider_test`.

use keptang_ports::Fault;

pub(super) const SECRET_KEY: &str = "KEPTANG_SECRET__OMISE_TRUEMONEY__SECRET_KEY";
pub(super) const PUBLIC_KEY: &str = "KEPTANG_SECRET__OMISE_TRUEMONEY__PUBLIC_KEY";
pub(super) const WEBHOOK_SECRET: &str = "KEPTANG_SECRET__OMISE_TRUEMONEY__WEBHOOK_SECRET";
pub(super) const BASE_URL: &str = "providers.omise_truemoney.base_url";
const ENABLED: &str = "providers.omise_truemoney.enabled";
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
        "ยังไม่ได้ใส่คีย์ของ Omise คัดลอกจากหน้า Keys ในแดชบอร์ด Omise แล้วใส่ในการตั้งค่า",
        "An Omise key is missing. Copy it from the Keys page of the Omise dashboard.",
    )
}

pub(super) fn not_a_key(setting: &str, prefix: &str) -> Fault {
    Fault {
        code: "bad_key",
        setting: setting.to_owned(),
        message_th: format!("คีย์ของ Omise ไม่ถูกชนิด ต้องขึ้นต้นด้วย {prefix} คัดลอกใหม่จากแดชบอร์ด"),
        message_en: format!(
            "This is not the right Omise key: it starts with {prefix}. Copy it again from the dashboard."
        ),
    }
}

pub(super) fn keys_of_two_modes() -> Fault {
    fault(
        "bad_key",
        PUBLIC_KEY,
        "คีย์สองตัวของ Omise อยู่คนละโหมด ใช้คีย์ทดสอบทั้งคู่ หรือคีย์จริงทั้งคู่",
        "One Omise key is for test and the other for live. Use both of the same mode.",
    )
}

pub(super) fn key_rejected() -> Fault {
    fault(
        "bad_key",
        SECRET_KEY,
        "Omise ไม่รับคีย์นี้ คัดลอกคีย์ใหม่จากแดชบอร์ด หรือดูว่าคีย์ถูกยกเลิกแล้วหรือไม่",
        "Omise does not accept the key. Copy it again from the dashboard, or see whether it was revoked.",
    )
}

pub(super) fn not_https() -> Fault {
    fault(
        "not_https",
        BASE_URL,
        "ที่อยู่ของ Omise ต้องขึ้นต้นด้วย https:// เช่น https://api.omise.co",
        "The address of Omise must be https, such as https://api.omise.co.",
    )
}

pub(super) fn path_not_found() -> Fault {
    fault(
        "path_not_found",
        BASE_URL,
        "ที่อยู่นี้ไม่ใช่ API ของ Omise ค่าปกติคือ https://api.omise.co",
        "There is no Omise API at this address. The usual one is https://api.omise.co.",
    )
}

pub(super) fn not_permitted() -> Fault {
    fault(
        "ip_not_allowed",
        SECRET_KEY,
        "Omise ไม่อนุญาตคำขอจากเครื่องนี้ ตรวจรายการ IP ที่อนุญาตและสิทธิ์ของคีย์ในแดชบอร์ด",
        "Omise does not permit requests from here. Check the allowed IP list and the key's rights in the dashboard.",
    )
}

pub(super) fn unreachable() -> Fault {
    fault(
        "unreachable",
        BASE_URL,
        "ติดต่อ Omise ไม่ได้ ตรวจอินเทอร์เน็ตของร้าน แล้วลองใหม่",
        "Omise cannot be reached. Check the shop's internet, then try again.",
    )
}

pub(super) fn too_many_requests() -> Fault {
    fault(
        "quota_exceeded",
        SECRET_KEY,
        "Omise ขอให้ช้าลง รอหนึ่งนาทีแล้วลองใหม่",
        "Omise asks to slow down. Wait a minute, then try again.",
    )
}

pub(super) fn method_not_offered() -> Fault {
    fault(
        "disabled",
        ENABLED,
        "บัญชี Omise นี้ยังไม่ได้เปิดรับ TrueMoney QR ส่งอีเมลถึง support@opn.ooo เพื่อขอเปิด",
        "This Omise account does not offer TrueMoney QR yet. Ask support@opn.ooo to switch it on.",
    )
}

pub(super) fn no_baht() -> Fault {
    fault(
        "unsupported_currency",
        ENABLED,
        "บัญชี Omise นี้รับ TrueMoney QR เป็นเงินบาทไม่ได้ ติดต่อ support@opn.ooo",
        "This Omise account does not take baht with TrueMoney QR. Ask support@opn.ooo.",
    )
}

pub(super) fn webhook_secret_not_base64() -> Fault {
    fault(
        "bad_signature",
        WEBHOOK_SECRET,
        "รหัสลับของ webhook ไม่ถูกต้อง คัดลอกใหม่จากหน้า Webhooks ในแดชบอร์ด ระหว่างนี้ใช้การถามสถานะแทน",
        "The webhook secret is not valid. Copy it again from the Webhooks page; until then the till asks by itself.",
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
        "Omise ตอบกลับมาแบบที่ไม่รู้จัก ลองใหม่ ถ้ายังเป็นอยู่ให้ติดต่อ support@opn.ooo",
        "Omise answered in a way the till does not know. Try again; if it stays, ask support@opn.ooo.",
    )
}
