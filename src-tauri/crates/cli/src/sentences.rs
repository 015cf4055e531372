//! What a refused command says to people: one sentence, what happened and what to do, in Thai and English.

use crate::exit::pick;
use keptang_api::{ApiError, ErrorCode};
use std::collections::BTreeMap;

/// The setting an error is about.
pub(crate) fn failed_setting(error: &ApiError) -> Option<&str> {
    error.params.get("setting").map(String::as_str)
}

pub(crate) fn api_sentence(error: &ApiError, thai: bool) -> String {
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
        ErrorCode::Forbidden if error.params.contains_key("right") => {
            let (th, en) = who_may(&param("right"));
            (
                format!("{} ไม่มีสิทธิ์ทำสิ่งนี้ ต้องเป็น{th}", param("user")),
                format!("{} may not do this; it takes {en}.", param("user")),
            )
        }
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
        ErrorCode::NoPeople | ErrorCode::Locked | ErrorCode::ApprovalNeeded => (
            "ยังไม่มีคนที่มีสิทธิ์ เพิ่มเจ้าของด้วย keptang user add ชื่อ --role owner".to_owned(),
            "There is nobody yet who may do this. Add an owner: keptang user add NAME --role owner."
                .to_owned(),
        ),
        ErrorCode::DayOpenItems => (
            format!(
                "ยังมี {} รายการที่ต้องดูก่อน ดูด้วย keptang report หรือเขียนเหตุผลด้วย --reason",
                param("count")
            ),
            format!(
                "{} items are still to be looked at: see keptang report, or explain them with --reason.",
                param("count")
            ),
        ),
        ErrorCode::PersonRefused
        | ErrorCode::ShiftRefused
        | ErrorCode::DayRefused
        | ErrorCode::BackupRefused => refused(&param("why")),
        ErrorCode::NoPrinter => (
            "ยังไม่ได้ตั้งเครื่องพิมพ์ ดู printer.kind".to_owned(),
            "No printer is set up: see printer.kind.".to_owned(),
        ),
        ErrorCode::BadSetting => (
            format!("ค่าของ {} ใช้ไม่ได้", param("setting")),
            format!("The value of {} cannot be used.", param("setting")),
        ),
        ErrorCode::ChangedMeanwhile => (
            "settings.toml เปลี่ยนไปแล้ว เปิดดูใหม่ก่อนแก้".to_owned(),
            "settings.toml was changed meanwhile. Look at it again first.".to_owned(),
        ),
        ErrorCode::FileNotWritten => (
            format!("เขียนไฟล์ {} ไม่ได้ ตรวจโฟลเดอร์และดิสก์", param("path")),
            format!(
                "{} cannot be written. Check the folder and the disk.",
                param("path")
            ),
        ),
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
        "not_paid_yet" => (
            "บิลนี้ยังไม่ได้รับเงินครบ จึงยังไม่มีใบเสร็จ",
            "This order is not paid in full yet, so there is no receipt.",
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

/// Who has a right, for people.
fn who_may(right: &str) -> (&'static str, &'static str) {
    match right {
        "own" => ("เจ้าของ", "an owner"),
        "decide" => ("ผู้จัดการหรือเจ้าของ", "a manager or an owner"),
        "review" => ("ผู้ตรวจสอบ ผู้จัดการ หรือเจ้าของ", "an auditor, a manager or an owner"),
        _ => ("แคชเชียร์ ผู้จัดการ หรือเจ้าของ", "a cashier, a manager or an owner"),
    }
}

/// Why a shift, a day, a copy or a person was refused.
fn refused(why: &str) -> (String, String) {
    let (th, en) = match why {
        "open_already" => (
            "กะของเครื่องนี้เปิดอยู่แล้ว",
            "A shift is already open at this counter. Close it first: keptang shift close.",
        ),
        "not_open" => (
            "ยังไม่ได้เปิดกะของเครื่องนี้ สั่ง keptang shift open",
            "No shift is open at this counter. Open one: keptang shift open.",
        ),
        "count_first" => (
            "นับเงินในลิ้นชักก่อน แล้วสั่ง keptang shift close --counted ยอดที่นับได้",
            "Count the drawer first: keptang shift close --counted A.",
        ),
        "count_again" => (
            "มีเงินเข้าออกหลังนับ นับใหม่แล้วสั่ง keptang shift close อีกครั้ง",
            "Money moved since the count. Count again, then keptang shift close.",
        ),
        "no_recount" => (
            "นับครบสองครั้งแล้ว ปิดกะด้วยยอดที่นับไว้",
            "It was counted twice already. Close the shift with what was counted.",
        ),
        "reason" => ("เขียนเหตุผลด้วย --reason", "Say what for: --reason T."),
        "nothing_new" => (
            "ไม่มีเงินใหม่หลัง Z ครั้งก่อนของวันนี้",
            "Nothing moved since the last Z of that day.",
        ),
        "future" => ("วันนั้นยังมาไม่ถึง", "That day has not begun."),
        "not_over" => (
            "วันนี้ยังไม่จบ ปิดยอดด้วย keptang day z ก่อน",
            "The day is not over. Close it first: keptang day z.",
        ),
        "not_closed" => (
            "ยังไม่ได้ปิดยอด Z ของวันนั้น สั่ง keptang day z ก่อน",
            "That day is not closed yet: keptang day z first.",
        ),
        "signed" => ("วันนั้นรับรองไปแล้ว", "That day is signed off already."),
        "exists" => (
            "มีไฟล์นั้นอยู่แล้ว ไม่เขียนทับ ตั้งชื่ออื่น",
            "That file is already there and is never overwritten. Choose another name.",
        ),
        "wrong_passphrase_or_damaged" => (
            "รหัสผ่านของสำเนาไม่ถูก หรือไฟล์เสียหาย",
            "The passphrase is wrong, or the copy is damaged.",
        ),
        "truncated" => (
            "ไฟล์สำเนาไม่ครบ",
            "The copy is cut short. Take it from another place.",
        ),
        "not_a_backup" => ("ไฟล์นี้ไม่ใช่สำเนาของเก็บตัง", "This file is no copy made by Keptang."),
        "too_new" => (
            "สำเนานี้ทำด้วยโปรแกรมรุ่นใหม่กว่า ติดตั้งรุ่นล่าสุดก่อน",
            "The copy was made by a newer version. Install that first.",
        ),
        "not_intact" => (
            "สมุดบัญชีในสำเนาไม่ครบถ้วน ไม่ได้เปลี่ยนอะไร",
            "The ledger inside the copy is not intact. Nothing was replaced.",
        ),
        "no_file" => (
            "สมุดบัญชีนี้ไม่ใช่ไฟล์ สำรองด้วยเครื่องมือของฐานข้อมูล",
            "This ledger is no file. Copy it with the database's own tools.",
        ),
        "no_folder" => (
            "ใช้โฟลเดอร์ข้อมูลไม่ได้ ตรวจ --data-dir",
            "The data directory cannot be used. Check --data-dir.",
        ),
        "settings" => (
            "settings.toml ในสำเนาใช้กับเครื่องนี้ไม่ได้ ไม่ได้เปลี่ยนอะไร ตรวจค่า KEPTANG__ ที่ตั้งไว้",
            "The settings inside the copy cannot be used here. Nothing was replaced; check KEPTANG__ variables.",
        ),
        "in_use" => (
            "มีโปรแกรมเก็บตังเปิดอยู่ ปิดก่อนแล้วกู้ใหม่",
            "A till is running on this ledger. Close it, then restore again.",
        ),
        "name_shape" => ("ชื่อต้องยาว 1 ถึง 40 ตัวอักษร", "A name is 1 to 40 visible characters."),
        "name_taken" => ("มีคนชื่อนี้แล้ว", "There is already someone with this name."),
        "pin_shape" => ("รหัสต้องเป็นตัวเลข 4 ถึง 12 หลัก", "A PIN is 4 to 12 digits."),
        "last_owner" => ("ร้านต้องมีเจ้าของอย่างน้อยหนึ่งคน", "The shop needs at least one owner."),
        "owner_first" => ("คนแรกของร้านต้องเป็นเจ้าของ", "The first person has to be an owner."),
        other => return (format!("ทำไม่ได้ ({other})"), format!("Not possible ({other}).")),
    };
    (th.to_owned(), en.to_owned())
}
