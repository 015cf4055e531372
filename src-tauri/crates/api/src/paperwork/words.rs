//! What things are called on paper, in the language of the shop.

use keptang_domain::{Method, ProviderId};
use keptang_paper::language::Locale;

pub(super) fn method(locale: Locale, method: Method) -> &'static str {
    match method {
        Method::PromptPay => locale.pick("พร้อมเพย์", "PromptPay"),
        Method::TrueMoney => locale.pick("ทรูมันนี่", "TrueMoney"),
        Method::Crypto => locale.pick("คริปโต", "Crypto"),
        Method::Cash => locale.pick("เงินสด", "Cash"),
    }
}

pub(super) fn provider(locale: Locale, provider: ProviderId) -> &'static str {
    match provider {
        ProviderId::PromptPayDirect => locale.pick("พร้อมเพย์ของร้าน", "Shop's own PromptPay"),
        ProviderId::DepositGateway => locale.pick("เกตเวย์ฝากเงิน", "Deposit gateway"),
        ProviderId::JwtGateway => locale.pick("เกตเวย์ JWT", "JWT gateway"),
        ProviderId::OmiseTrueMoney => "Omise",
        ProviderId::Crypto2328 => "2328.io",
        ProviderId::Cash => locale.pick("ลิ้นชัก", "Drawer"),
    }
}

/// Method and provider; cash has nobody behind it.
pub(super) fn way(locale: Locale, by: ProviderId) -> String {
    let word = method(locale, by.method());
    if by == ProviderId::Cash {
        word.to_owned()
    } else {
        format!("{word} · {}", provider(locale, by))
    }
}

/// Why somebody has to look (design.md §7); a word that is not in the list stands as it is.
pub(super) fn review(locale: Locale, word: &str) -> String {
    let (th, en) = match word {
        "paid_late" => ("เงินมาหลังหมดเวลา", "Paid late"),
        "underpaid" => ("จ่ายไม่ครบ", "Underpaid"),
        "overpaid" => ("จ่ายเกิน", "Overpaid"),
        "duplicate_payment" => ("จ่ายซ้ำ", "Paid twice"),
        "contradiction" => ("หลักฐานขัดกัน", "Evidence disagrees"),
        "unrecognised_status" => ("สถานะที่ไม่รู้จัก", "Unknown status"),
        "weak_evidence" => ("หลักฐานอ่อน", "Weak evidence"),
        "manual_confirm" => ("ยืนยันด้วยคน", "Confirmed by a person"),
        "qr_mismatch" => ("คิวอาร์ไม่ตรง", "QR mismatch"),
        "adjusted_too_much" => ("ปรับยอดเกินกำหนด", "Adjusted too much"),
        "held" => ("ผู้ให้บริการพักเงินไว้", "Held by the provider"),
        "refund_failed" => ("คืนเงินไม่สำเร็จ", "Refund failed"),
        "payout_unknown" => ("ไม่รู้ผลการถอน", "Payout not known"),
        "refund_unknown" => ("ไม่รู้ผลการคืนเงิน", "Refund not known"),
        "shift_difference" => ("เงินในกะไม่ตรง", "Shift difference"),
        "slip_waiting" => ("สลิปรอธนาคาร", "Slip waits for its bank"),
        "suspense" => ("เงินของบิลที่ยกเลิก", "Money for a cancelled bill"),
        "reconcile" => ("ไม่ตรงกับผู้ให้บริการ", "Differs from the provider"),
        other => return other.to_owned(),
    };
    locale.pick(th, en).to_owned()
}

/// How a thing was settled.
pub(super) fn outcome(locale: Locale, word: &str) -> String {
    let (th, en) = match word {
        "accepted" => ("ถูกต้องแล้ว", "Accepted"),
        "returned" => ("คืนเงินแล้ว", "Returned"),
        "other_order" => ("เป็นของบิลอื่น", "Belongs to another bill"),
        "wait" => ("รอต่อไป", "Waiting"),
        "explained" => ("มีเหตุผล", "Explained"),
        other => return other.to_owned(),
    };
    locale.pick(th, en).to_owned()
}

/// Where a bill stands.
pub(super) fn state(locale: Locale, word: &str) -> String {
    let (th, en) = match word {
        "open" => ("เปิด", "Open"),
        "due" => ("ค้างจ่าย", "Due"),
        "settled" | "completed" => ("รับเงินแล้ว", "Paid"),
        "voided" => ("ยกเลิก", "Cancelled"),
        other => return other.to_owned(),
    };
    locale.pick(th, en).to_owned()
}

/// Why money went back.
pub(super) fn refund_reason(locale: Locale, word: &str) -> String {
    let (th, en) = match word {
        "customer_request" => ("ลูกค้าขอคืน", "The customer asked"),
        "wrong_amount" => ("ยอดผิด", "The amount was wrong"),
        "duplicate_payment" => ("จ่ายซ้ำ", "Paid twice"),
        "goods_unavailable" => ("ไม่มีสินค้า", "Nothing to hand over"),
        _ => ("อื่น ๆ", "Other"),
    };
    locale.pick(th, en).to_owned()
}
