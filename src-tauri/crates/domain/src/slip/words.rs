//! What the cashier reads and says for every judgement, in Thai and English.
//!
//! Never more than the evidence: not found is not false, and no sentence doubts the customer's honesty. A fault that
//! is not the customer's is said to be so (design.md, sections 1 and 7). Amounts, bill numbers and times are the only
//! values that appear; no name or account.

use super::judge::{BadFile, Doubt, Fault, Flaw, Judgement, NoSlip, Outage, Unreadable, Use};
use super::receiver::ReceiverDoubt;
use crate::{Money, Timestamp};

/// One text in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Both {
    /// Thai.
    pub th: String,
    /// English.
    pub en: String,
}

/// The texts for one judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What happened and what to do, for the cashier.
    pub cashier: Both,
    /// What to say to the customer, without quotation marks.
    pub customer: Both,
}

/// Which years are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Era {
    /// 2026.
    #[default]
    Common,
    /// 2569.
    Buddhist,
}

/// The words for a judgement made at `now`.
pub fn words(judgement: &Judgement, now: Timestamp, era: Era) -> Words {
    match judgement {
        Judgement::Accepted => fixed(
            ["สลิปผ่าน รับเงินแล้ว", "Slip accepted, the money is in"],
            ["ได้รับเงินแล้วค่ะ ขอบคุณค่ะ", "We have it, thank you"],
        ),
        Judgement::WrongAmount { slip, owed } => wrong_amount(*slip, *owed),
        Judgement::WrongReceiver => fixed(
            [
                "เงินเข้าบัญชีอื่น ไม่ใช่ของร้าน ให้ลูกค้าดูชื่อผู้รับในสลิป",
                "The money went to an account that is not the shop's. Look at the receiver's name together",
            ],
            [
                "สลิปนี้โอนเข้าบัญชีอื่นค่ะ รบกวนดูชื่อผู้รับในสลิปอีกทีนะคะ",
                "This went to another account. Could you check the receiver's name on the slip?",
            ],
        ),
        Judgement::AlreadyUsed(used_by) => already_used(used_by, now, era),
        Judgement::TooOld { sent_at, earliest } => too_old(*sent_at, *earliest, now, era),
        Judgement::NotASlip(what) => not_a_slip(*what),
        Judgement::Damaged(what) => damaged(*what),
        Judgement::NotFound => fixed(
            [
                "ยังไม่พบรายการโอนนี้ในระบบธนาคาร รอสักครู่แล้วตรวจใหม่ หรือดูในแอปธนาคารของร้าน",
                "The banks do not show this transfer yet. Wait a little and check again, or look in the shop's bank app",
            ],
            [
                "ยังไม่เห็นรายการในระบบธนาคารค่ะ ขอดูหน้ารายการในแอปของลูกค้าหน่อยนะคะ ยังไม่ต้องโอนซ้ำค่ะ",
                "The banks do not show it yet. Could you open the transfer in your app? No need to pay again yet",
            ],
        ),
        Judgement::BankPending { retry_at } => bank_pending(*retry_at, now),
        Judgement::Unavailable { outage, retry_at } => unavailable(*outage, *retry_at, now),
        Judgement::Misconfigured(fault) => misconfigured(*fault),
        Judgement::NeedsReview(doubt) => needs_review(*doubt),
    }
}

/// Thai, then English, for the cashier and for the customer.
fn fixed(cashier: [&str; 2], customer: [&str; 2]) -> Words {
    let both = |[th, en]: [&str; 2]| Both {
        th: th.to_owned(),
        en: en.to_owned(),
    };
    Words {
        cashier: both(cashier),
        customer: both(customer),
    }
}

fn wrong_amount(slip: Option<Money>, owed: Money) -> Words {
    let bill = baht(owed);
    let Some(paid) = slip else {
        return fixed(
            [
                &format!("ยอดในสลิปไม่ตรงกับบิลนี้ {bill}"),
                &format!("The slip's amount is not this bill's {bill}"),
            ],
            [
                &format!("ยอดในสลิปไม่ตรงกับบิลค่ะ บิลนี้ {bill} ค่ะ"),
                &format!("The amount differs. This bill is {bill}"),
            ],
        );
    };
    let difference = owed.checked_sub(paid).unwrap_or(Money::ZERO);
    let paid = baht(paid);
    let size = baht(difference.abs());
    if difference.is_negative() {
        return fixed(
            [
                &format!("สลิปนี้ {paid} บิลนี้ {bill} เกิน {size} ดูว่าเป็นสลิปของบิลอื่นหรือไม่"),
                &format!(
                    "This slip is {paid}, the bill {bill}. {size} too much. It may belong to another bill"
                ),
            ],
            [
                &format!("สลิปนี้ {paid} เกินจากบิล {size} ค่ะ เป็นสลิปของรายการนี้ใช่ไหมคะ"),
                &format!("This slip is {paid}, {size} more than the bill. Is it the slip for this bill?"),
            ],
        );
    }
    fixed(
        [
            &format!("สลิปนี้ {paid} บิลนี้ {bill} ขาด {size}"),
            &format!("This slip is {paid}, the bill {bill}. {size} short"),
        ],
        [
            &format!("สลิปนี้ {paid} บิลนี้ {bill} ค่ะ ยังขาดอีก {size} ค่ะ"),
            &format!("This slip is {paid} and the bill {bill}, so {size} is missing"),
        ],
    )
}

fn already_used(used_by: &Use, now: Timestamp, era: Era) -> Words {
    let number = &used_by.order_number;
    let when = when(used_by.at, now, era);
    if used_by.is_this_order {
        return fixed(
            [
                &format!("สลิปนี้จ่ายบิล {number} นี้ไปแล้ว {} ไม่ต้องทำอะไรเพิ่ม", when.th),
                &format!(
                    "This slip has paid this bill {number}, {}. Nothing more to do",
                    when.en
                ),
            ],
            ["สลิปนี้รับไว้แล้วค่ะ ขอบคุณค่ะ", "We have this one already, thank you"],
        );
    }
    fixed(
        [
            &format!("สลิปนี้ใช้ไปแล้ว กับบิล {number} {}", when.th),
            &format!("This slip was used for bill {number}, {}", when.en),
        ],
        [
            &format!("สลิปนี้ใช้จ่ายไปแล้ว {} ค่ะ รบกวนเปิดสลิปล่าสุดให้ดูหน่อยนะคะ", when.th),
            &format!("This one was used {}. Could you show the latest slip?", when.en),
        ],
    )
}

fn too_old(sent_at: Timestamp, earliest: Timestamp, now: Timestamp, era: Era) -> Words {
    let sent = when(sent_at, now, era);
    let limit = when(earliest, now, era);
    fixed(
        [
            &format!(
                "สลิปนี้โอน {} บิลนี้รับสลิปตั้งแต่ {} ถ้าเป็นของบิลนี้จริง ให้ผู้จัดการยืนยัน",
                sent.th, limit.th
            ),
            &format!(
                "This slip was sent {}, this bill takes slips from {}. If it is for this bill, a manager can confirm",
                sent.en, limit.en
            ),
        ],
        [
            &format!("สลิปนี้โอน {} ค่ะ รบกวนเปิดสลิปล่าสุดให้ดูหน่อยนะคะ", sent.th),
            &format!("This slip is from {}. Could you show the latest one?", sent.en),
        ],
    )
}

fn not_a_slip(what: NoSlip) -> Words {
    let ask = [
        "รบกวนเปิดหน้าสลิปที่โอนแล้วให้ดูหน่อยนะคะ",
        "Could you open the slip of the transfer?",
    ];
    let cashier = match what {
        NoSlip::PaymentQr => [
            "นี่คือคิวอาร์รับเงิน ไม่ใช่สลิป ให้ลูกค้าเปิดสลิปหลังโอน",
            "This is a payment QR, not a slip. Ask for the slip after the transfer",
        ],
        NoSlip::OtherCode => [
            "โค้ดนี้ไม่ใช่สลิปโอนเงิน สแกนคิวอาร์เล็กบนสลิป",
            "This code is not a transfer slip's. Scan the small QR on the slip",
        ],
        NoSlip::Picture => [
            "ไม่พบสลิปในรูปนี้ ถ่ายใหม่ให้เห็นทั้งสลิป",
            "There is no slip in this picture. Take it again with the whole slip in view",
        ],
    };
    fixed(cashier, ask)
}

fn damaged(what: Unreadable) -> Words {
    let cashier = match what {
        Unreadable::Code(_) => [
            "อ่านคิวอาร์บนสลิปไม่ครบ สแกนใหม่ หรือใช้รูปสลิป",
            "The slip's QR was not read whole. Scan it again, or use the picture of the slip",
        ],
        Unreadable::UnusualCode => [
            "คิวอาร์บนสลิปนี้ไม่ใช่แบบที่รู้จัก ใช้รูปสลิปแทน",
            "This slip's QR is of an unknown kind. Use the picture of the slip",
        ],
        Unreadable::WalletCode => [
            "สลิปทรูมันนี่ตรวจจากโค้ดอย่างเดียวไม่ได้ ใช้รูปสลิป",
            "A TrueMoney slip cannot be checked by its code alone. Use the picture of the slip",
        ],
        Unreadable::Photo(flaw) => return blemished(flaw),
        Unreadable::File(file) => return bad_file(file),
        Unreadable::Picture => [
            "รูปสลิปใหญ่เกินไปหรือเป็นชนิดที่ตรวจไม่ได้ ถ่ายใหม่เป็น JPEG หรือ PNG ไม่เกิน 4 MB",
            "The picture is too large or of a kind that cannot be checked. Take a JPEG or PNG of up to 4 MB",
        ],
    };
    let ask = [
        "อ่านสลิปไม่ชัดค่ะ รบกวนเปิดสลิปเต็มจอให้สแกนอีกครั้งนะคะ",
        "It did not read well. Could you show the slip full screen once more?",
    ];
    fixed(cashier, ask)
}

/// What whoever holds the camera, or the phone, can change.
fn blemished(flaw: Flaw) -> Words {
    let (cashier, ask) = match flaw {
        Flaw::Dark => (
            [
                "รูปมืดเกินไป อ่านคิวอาร์บนสลิปไม่ได้ เพิ่มความสว่างหน้าจอโทรศัพท์แล้วถ่ายใหม่",
                "The picture is too dark to read the slip's QR. Turn the phone's brightness up and take it again",
            ],
            [
                "รูปมืดไปค่ะ รบกวนเพิ่มแสงหน้าจอแล้วเปิดสลิปอีกครั้งนะคะ",
                "It came out too dark. Could you turn the brightness up and show it again?",
            ],
        ),
        Flaw::Blurred => (
            [
                "รูปเบลอ อ่านคิวอาร์บนสลิปไม่ได้ ถือให้นิ่งแล้วถ่ายใหม่ให้คิวอาร์ชัด หรือขอภาพหน้าจอสลิป",
                "The picture is blurred. Hold still and take it again with the QR sharp, or ask for a screenshot",
            ],
            [
                "รูปไม่ชัดค่ะ รบกวนถือโทรศัพท์นิ่ง ๆ หรือส่งภาพหน้าจอให้หน่อยนะคะ",
                "It came out blurred. Could you hold the phone still, or send a screenshot?",
            ],
        ),
        Flaw::Small => (
            [
                "รูปเล็กเกินไป อ่านคิวอาร์บนสลิปไม่ได้ ถ่ายใกล้ขึ้น หรือใช้รูปต้นฉบับ ไม่ใช่รูปย่อ",
                "The slip's QR has too few pixels. Go closer, or use the original picture, not its thumbnail",
            ],
            [
                "รูปเล็กไปค่ะ รบกวนเปิดสลิปเต็มจอ หรือส่งรูปต้นฉบับนะคะ",
                "It came out too small. Could you open the slip full screen, or send the original?",
            ],
        ),
        Flaw::CutOff => (
            [
                "คิวอาร์บนสลิปถูกตัดออกไปบางส่วน ถ่ายใหม่ให้เห็นครบทุกมุม",
                "Part of the slip's QR is outside the picture. Take it again with all its corners in view",
            ],
            [
                "เห็นคิวอาร์ไม่ครบค่ะ รบกวนเปิดสลิปทั้งใบให้ดูอีกครั้งนะคะ",
                "The QR is cut off. Could you show the whole slip once more?",
            ],
        ),
        Flaw::Covered => (
            [
                "คิวอาร์บนสลิปถูกบังหรือมีแสงสะท้อน เอียงโทรศัพท์ หรือเลื่อนนิ้วออก แล้วถ่ายใหม่",
                "A finger or a reflection covers the slip's QR. Tilt the phone and take it again",
            ],
            [
                "มีแสงสะท้อนหรือมีอะไรบังคิวอาร์ค่ะ รบกวนเอียงโทรศัพท์ให้อีกครั้งนะคะ",
                "Something covers the QR. Could you tilt the phone a little?",
            ],
        ),
    };
    fixed(cashier, ask)
}

fn bad_file(file: BadFile) -> Words {
    let cashier = match file {
        BadFile::TooLarge => [
            "รูปใหญ่เกินไป ใช้รูปไม่เกิน 4 MB หรือภาพหน้าจอสลิป",
            "The picture is too large. Use one of up to 4 MB, or a screenshot of the slip",
        ],
        BadFile::OtherFormat(name) => {
            return fixed(
                [
                    &format!("ไฟล์ {name} ตรวจไม่ได้ ใช้ JPEG หรือ PNG หรือภาพหน้าจอสลิป"),
                    &format!(
                        "{name} files cannot be checked. Use a JPEG or PNG, or a screenshot of the slip"
                    ),
                ],
                ASK_ANOTHER_PICTURE,
            );
        }
        BadFile::NotAPicture => [
            "ไฟล์นี้ไม่ใช่รูป เลือกรูปสลิปที่เป็น JPEG, PNG, GIF หรือ WebP",
            "This file is no picture. Choose the picture of the slip: JPEG, PNG, GIF or WebP",
        ],
        BadFile::Broken => [
            "ไฟล์รูปเสียหรือมาไม่ครบ ขอรูปสลิปใหม่อีกครั้ง",
            "The picture's file is damaged or cut off. Ask for the picture of the slip again",
        ],
    };
    fixed(cashier, ASK_ANOTHER_PICTURE)
}

const ASK_ANOTHER_PICTURE: [&str; 2] = [
    "รูปนี้เปิดไม่ได้ค่ะ รบกวนเปิดสลิปในแอปให้สแกน หรือส่งภาพหน้าจอนะคะ",
    "This picture does not open here. Could you show the slip in your app, or send a screenshot?",
];

fn bank_pending(retry_at: Timestamp, now: Timestamp) -> Words {
    let wait = countdown(retry_at, now);
    fixed(
        [
            &format!("ธนาคารยังไม่ตอบ ถามใหม่เองใน {wait} เก็บบิลต่อไปได้"),
            &format!("The bank has not answered. Asking again in {wait}; go on with the next bill"),
        ],
        [
            "ธนาคารส่งข้อมูลช้าค่ะ ขอรอสักครู่ ไม่ต้องโอนซ้ำค่ะ",
            "The bank is slow. One moment, no need to pay again",
        ],
    )
}

fn unavailable(outage: Outage, retry_at: Option<Timestamp>, now: Timestamp) -> Words {
    let [th, en] = match outage {
        Outage::Unreachable => [
            "ติดต่อระบบตรวจสลิปไม่ได้ (ไม่เกี่ยวกับสลิปลูกค้า)",
            "The slip check cannot be reached (not the customer's slip)",
        ],
        Outage::Busy => [
            "ระบบตรวจสลิปคิวเต็ม (ไม่เกี่ยวกับสลิปลูกค้า)",
            "The slip check is busy (not the customer's slip)",
        ],
        Outage::Theirs => [
            "ระบบตรวจสลิปขัดข้อง (ไม่เกี่ยวกับสลิปลูกค้า)",
            "The slip check is down (not the customer's slip)",
        ],
        Outage::QuotaGone => [
            "ตรวจสลิปไม่ได้ตอนนี้ โควตาหมด แจ้งเจ้าของร้าน (ไม่เกี่ยวกับสลิปลูกค้า)",
            "Slip check is unavailable, its quota is used up. Tell the owner (not the customer's slip)",
        ],
        Outage::Link => {
            return fixed(
                [
                    "เปิดลิงก์ของรูปไม่ได้ ใช้ตัวรูปสลิปแทน (ไม่เกี่ยวกับสลิปลูกค้า)",
                    "The link gives no picture. Use the picture of the slip itself (not the customer's slip)",
                ],
                ASK_PATIENCE,
            );
        }
        Outage::Ours => [
            "ตรวจสลิปไม่ได้ตอนนี้ แจ้งเจ้าของร้าน (ไม่เกี่ยวกับสลิปลูกค้า)",
            "Slip check is unavailable. Tell the owner (not the customer's slip)",
        ],
    };
    let [then_th, then_en] = match retry_at {
        Some(retry_at) => {
            let wait = countdown(retry_at, now);
            [format!("ถามใหม่เองใน {wait}"), format!("Asking again in {wait}")]
        }
        None => [
            "ดูยอดในแอปธนาคารของร้าน แล้วให้ผู้จัดการยืนยัน".to_owned(),
            "Look in the shop's bank app and let a manager confirm".to_owned(),
        ],
    };
    fixed(
        [&format!("{th} {then_th}"), &format!("{en}. {then_en}")],
        ASK_PATIENCE,
    )
}

/// For every fault that is the shop's side: the customer hears nothing about their slip, and does not pay twice.
const ASK_PATIENCE: [&str; 2] = [
    "ระบบของร้านตรวจช้าค่ะ ขอเช็กสักครู่นะคะ ไม่ต้องโอนซ้ำค่ะ",
    "Our system is slow. One moment while we check, no need to pay again",
];

fn misconfigured(fault: Fault) -> Words {
    let cashier = match fault {
        Fault::Key => [
            "ตรวจสลิปไม่ได้ กุญแจ EasySlip ไม่ถูกต้อง แจ้งเจ้าของร้าน (ไม่เกี่ยวกับสลิปลูกค้า)",
            "Slips cannot be checked: the EasySlip key is missing or wrong. Tell the owner (not the customer's slip)",
        ],
        Fault::Address => [
            "ตรวจสลิปไม่ได้ EasySlip ไม่รับอินเทอร์เน็ตของร้านนี้ แจ้งเจ้าของร้าน (ไม่เกี่ยวกับสลิปลูกค้า)",
            "Slips cannot be checked: EasySlip does not allow this shop's IP address. Tell the owner (not the customer's slip)",
        ],
        Fault::Account => [
            "ตรวจสลิปไม่ได้ บัญชี EasySlip ถูกปิดหรือระงับ แจ้งเจ้าของร้าน (ไม่เกี่ยวกับสลิปลูกค้า)",
            "Slips cannot be checked: the EasySlip account is closed or suspended. Tell the owner (not the customer's slip)",
        ],
        Fault::Disabled => [
            "ยังไม่ได้เปิดการตรวจสลิป แจ้งเจ้าของร้าน (ไม่เกี่ยวกับสลิปลูกค้า)",
            "Slip checks are switched off. Tell the owner (not the customer's slip)",
        ],
    };
    fixed(cashier, ASK_PATIENCE)
}

fn needs_review(doubt: Doubt) -> Words {
    let cashier = match doubt {
        Doubt::Receiver(doubt) => receiver_doubt(doubt),
        Doubt::FutureTime => [
            "เวลาในรายการโอนยังมาไม่ถึง อาจเป็นการตั้งเวลาโอน หรือนาฬิกาเครื่องไม่ตรง ให้ผู้จัดการดู",
            "The transfer is dated ahead of now. It may be scheduled, or this machine's clock is wrong. Let a manager look",
        ],
        Doubt::OtherTransfer => [
            "คำตอบที่ได้เป็นของรายการโอนอื่น สแกนสลิปใหม่ หรือให้ผู้จัดการดู",
            "The answer is about another transfer. Scan the slip again, or let a manager look",
        ],
        Doubt::BankSilent => [
            "ธนาคารยังไม่ส่งข้อมูลจนครบเวลา ดูยอดในแอปธนาคารของร้าน แล้วให้ผู้จัดการยืนยัน",
            "The bank did not answer in time. Look in the shop's bank app and let a manager confirm",
        ],
        Doubt::ToldForAnother => [
            "เงินยอดนี้อาจเป็นของบิลอื่นที่รับไปแล้วและยังไม่มีสลิป เลือกบิลนั้น ถ้าเป็นการโอนอีกครั้งหนึ่ง ให้ผู้จัดการยืนยัน",
            "This may be the money of another bill that is paid and has no slip yet. Choose that bill. If it is a second transfer, a manager can confirm",
        ],
    };
    fixed(
        cashier,
        [
            "ขอเช็กสักครู่นะคะ ยังไม่ต้องโอนซ้ำค่ะ",
            "One moment while we check. Do not pay again yet",
        ],
    )
}

const fn receiver_doubt(doubt: ReceiverDoubt) -> [&'static str; 2] {
    match doubt {
        ReceiverDoubt::NoShopAccounts => [
            "ยังไม่ได้ตั้งบัญชีของร้าน จึงเทียบผู้รับไม่ได้ ให้ผู้จัดการดู และแจ้งเจ้าของร้าน",
            "The shop's accounts are not set, so the receiver cannot be compared. Let a manager look, tell the owner",
        ],
        ReceiverDoubt::NothingToCompare => [
            "สลิปไม่แสดงเลขบัญชีที่เทียบกับของร้านได้ ให้ผู้จัดการดูชื่อผู้รับ",
            "The slip shows no number that can be compared with the shop's. Let a manager look at the receiver",
        ],
        ReceiverDoubt::TooFewDigits => [
            "สลิปแสดงเลขบัญชีน้อยเกินไป ให้ผู้จัดการดูชื่อผู้รับ",
            "The slip shows too few digits of the account. Let a manager look at the receiver",
        ],
        ReceiverDoubt::OtherName => [
            "เลขบัญชีตรง แต่ชื่อผู้รับไม่เหมือนที่ตั้งไว้ ให้ผู้จัดการดู",
            "The account's digits agree, but the name is not the one that was set. Let a manager look",
        ],
        ReceiverDoubt::OtherBank => [
            "เลขบัญชีตรง แต่ธนาคารไม่ตรง ให้ผู้จัดการดู",
            "The account's digits agree, but the bank differs. Let a manager look",
        ],
        ReceiverDoubt::Contradiction => [
            "เลขบัญชีกับพร้อมเพย์ในสลิปชี้คนละที่ ให้ผู้จัดการดู",
            "Account and PromptPay ID on the slip do not agree about the receiver. Let a manager look",
        ],
        ReceiverDoubt::UnlistedAccount => [
            "ชื่อผู้รับเป็นของร้าน แต่บัญชีนี้ไม่อยู่ในรายการ ให้ผู้จัดการดู",
            "The receiver has the shop's name, but this account is not listed. Let a manager look",
        ],
    }
}

/// `฿1,284.50`, as the window writes amounts.
fn baht(amount: Money) -> String {
    let text = amount.abs().to_string();
    let (whole, satang) = text.split_once('.').expect("an amount has two decimals");
    let mut grouped = String::new();
    for (at, digit) in whole.char_indices() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("฿{grouped}.{satang}")
}

/// Minutes and seconds until `moment`, as in `0:48`.
fn countdown(moment: Timestamp, now: Timestamp) -> String {
    // Rounded up, so that it never says 0:00 while it still waits.
    let seconds = moment.ms_since(now).max(0).saturating_add(999) / 1_000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

const MONTHS_TH: [&str; 12] = [
    "ม.ค.",
    "ก.พ.",
    "มี.ค.",
    "เม.ย.",
    "พ.ค.",
    "มิ.ย.",
    "ก.ค.",
    "ส.ค.",
    "ก.ย.",
    "ต.ค.",
    "พ.ย.",
    "ธ.ค.",
];
const MONTHS_EN: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const BANGKOK_OFFSET_MS: i64 = 7 * 3_600_000;
const MS_PER_DAY: i64 = 86_400_000;
/// Years that the Buddhist era is ahead.
const BUDDHIST_YEARS: i64 = 543;

/// A Bangkok time as people say it: today, yesterday, or a day; with the year when it is another one.
fn when(moment: Timestamp, now: Timestamp, era: Era) -> Both {
    let day = moment.bangkok_day();
    let today = now.bangkok_day();
    let clock = bangkok_clock(moment);
    let (day_th, day_en) = if day == today {
        ("วันนี้".to_owned(), "today".to_owned())
    } else if day.next() == today {
        ("เมื่อวาน".to_owned(), "yesterday".to_owned())
    } else {
        let (year, month, date) = day.civil();
        let month = usize::try_from(month - 1).expect("months run from 1 to 12");
        let shown_year = match era {
            Era::Common => year,
            Era::Buddhist => year.saturating_add(BUDDHIST_YEARS),
        };
        let year_text = if year == today.civil().0 {
            String::new()
        } else {
            format!(" {shown_year}")
        };
        (
            format!("{date} {}{year_text}", MONTHS_TH[month]),
            format!("{date} {}{year_text}", MONTHS_EN[month]),
        )
    };
    Both {
        th: format!("{day_th} {clock}"),
        en: format!("{day_en} {clock}"),
    }
}

/// `HH:MM`, 24 hours.
fn bangkok_clock(moment: Timestamp) -> String {
    let minutes = moment.plus_ms(BANGKOK_OFFSET_MS).ms().rem_euclid(MS_PER_DAY) / 60_000;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
