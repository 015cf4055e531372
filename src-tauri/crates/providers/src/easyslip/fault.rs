//! What can be wrong with the settings, in words for the owner. Codes are the closed list of cli.md, `provider_test`.

use keptang_domain::slip::judge::Fault as FaultKind;
use keptang_ports::{Fault, SlipFault};

pub(super) const API_KEY: &str = "KEPTANG_SECRET__EASYSLIP__API_KEY";
pub(super) const BASE_URL: &str = "slips.easyslip.base_url";
const ACCOUNT: &str = "EasySlip account";
const ALLOW_LIST: &str = "IP allow-list";
const CLOCK: &str = "system clock";

/// A slip's time is judged to two minutes (easyslip.md §7), so a clock that is a minute off is worth setting right.
pub(super) const CLOCK_SKEW_MS_MAX: i64 = 60_000;

fn fault(code: &'static str, setting: &str, th: &str, en: &str) -> Fault {
    Fault {
        code,
        setting: setting.to_owned(),
        message_th: th.to_owned(),
        message_en: en.to_owned(),
    }
}

fn of(kind: FaultKind, fault: Fault) -> SlipFault {
    SlipFault { kind, fault }
}

pub(super) fn missing_secret() -> SlipFault {
    of(
        FaultKind::Key,
        fault(
            "missing_secret",
            API_KEY,
            "ยังไม่ได้ใส่ API key ของ EasySlip คัดลอกจากหน้าสาขาใน EasySlip แล้วใส่ในการตั้งค่า",
            "The EasySlip API key is missing. Copy it from the branch's page at EasySlip.",
        ),
    )
}

pub(super) fn not_a_key() -> SlipFault {
    of(
        FaultKind::Key,
        fault(
            "bad_key",
            API_KEY,
            "API key ของ EasySlip ไม่ถูกต้อง ใส่เฉพาะตัวคีย์ ไม่มีช่องว่าง",
            "This is no EasySlip API key. Enter the key alone, without spaces.",
        ),
    )
}

pub(super) fn key_rejected() -> SlipFault {
    of(
        FaultKind::Key,
        fault(
            "bad_key",
            API_KEY,
            "EasySlip ไม่รับ API key นี้ คัดลอกใหม่จากหน้าสาขาใน EasySlip หรือดูว่าคีย์ถูกยกเลิกแล้วหรือไม่",
            "EasySlip does not accept the API key. Copy it again from the branch's page, or see whether it was revoked.",
        ),
    )
}

pub(super) fn ip_not_allowed() -> SlipFault {
    of(
        FaultKind::Address,
        fault(
            "ip_not_allowed",
            ALLOW_LIST,
            "EasySlip ไม่อนุญาต IP ของร้าน เพิ่ม IP สาธารณะของร้านในหน้าสาขาของ EasySlip หรือใส่ * ถ้า IP เปลี่ยนบ่อย",
            "EasySlip does not permit this IP address. Add the shop's public IP on the branch's page, or * where it \
             changes.",
        ),
    )
}

pub(super) fn branch_inactive() -> SlipFault {
    of(
        FaultKind::Account,
        fault(
            "disabled",
            ACCOUNT,
            "สาขานี้ถูกปิดใน EasySlip เปิดสาขาในหน้าจัดการของ EasySlip",
            "This branch is switched off at EasySlip. Switch it on in the EasySlip portal.",
        ),
    )
}

pub(super) fn account_closed() -> SlipFault {
    of(
        FaultKind::Account,
        fault(
            "disabled",
            ACCOUNT,
            "บัญชีหรือบริการ EasySlip ถูกระงับหรือลบแล้ว ติดต่อ EasySlip",
            "The EasySlip account or service was suspended or deleted. Ask EasySlip.",
        ),
    )
}

/// A 403 with a word that is not known.
pub(super) fn refused() -> SlipFault {
    of(
        FaultKind::Account,
        fault(
            "other",
            ACCOUNT,
            "EasySlip ไม่ให้บัญชีนี้ตรวจสลิป ดูสถานะบัญชี สาขา และ IP ที่อนุญาตในหน้าจัดการของ EasySlip",
            "EasySlip does not let this account check slips. See the account, the branch and the allowed IPs in the \
             EasySlip portal.",
        ),
    )
}

/// The shop's own choice of address is wrong, so slip checks are as good as switched off.
pub(super) fn not_https() -> SlipFault {
    of(
        FaultKind::Disabled,
        fault(
            "not_https",
            BASE_URL,
            "ที่อยู่ของ EasySlip ต้องขึ้นต้นด้วย https:// ปกติคือ https://api.easyslip.com/v2",
            "The address of EasySlip must be https, usually https://api.easyslip.com/v2.",
        ),
    )
}

pub(super) fn path_not_found() -> Fault {
    fault(
        "path_not_found",
        BASE_URL,
        "ไม่พบ EasySlip ที่ที่อยู่นี้ ปกติคือ https://api.easyslip.com/v2",
        "EasySlip is not at this address. It usually is https://api.easyslip.com/v2.",
    )
}

pub(super) fn unreachable() -> Fault {
    fault(
        "unreachable",
        BASE_URL,
        "ติดต่อ EasySlip ไม่ได้ ตรวจอินเทอร์เน็ตของร้านและที่อยู่ แล้วลองใหม่",
        "EasySlip cannot be reached. Check the shop's internet and the address, then try again.",
    )
}

pub(super) fn too_many_requests() -> Fault {
    fault(
        "quota_exceeded",
        API_KEY,
        "EasySlip ขอให้ช้าลง รอหนึ่งนาทีแล้วลองใหม่",
        "EasySlip asks to slow down. Wait a minute, then try again.",
    )
}

pub(super) fn quota_gone() -> Fault {
    fault(
        "quota_exceeded",
        ACCOUNT,
        "โควตาตรวจสลิปของเดือนนี้หมดแล้ว ซื้อเพิ่มใน EasySlip ระหว่างนี้ดูยอดในแอปธนาคาร",
        "This month's slip checks are used up. Buy more at EasySlip; until then look in the bank's app.",
    )
}

pub(super) fn unexpected() -> Fault {
    fault(
        "other",
        BASE_URL,
        "EasySlip ตอบกลับมาแบบที่ไม่รู้จัก ตรวจที่อยู่ แล้วลองใหม่ ถ้ายังเป็นอยู่ให้ติดต่อ EasySlip",
        "EasySlip answered in a way the till does not know. Check the address; if it stays, ask EasySlip.",
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
