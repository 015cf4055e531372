//! The sentences, and what none of them may say.

use proptest::prelude::*;

use super::*;
use crate::slip::mini_qr::Damage;

/// 2026-11-21 13:30 in Bangkok.
const NOW: Timestamp = Timestamp::from_ms(1_795_242_600_000);

fn satang(satang: i64) -> Money {
    Money::from_satang(satang)
}

fn every_judgement() -> Vec<Judgement> {
    let used = |is_this_order| Use {
        order_number: "A-0093".to_owned(),
        at: NOW.plus_ms(-82 * 60_000),
        is_this_order,
    };
    let mut all = vec![
        Judgement::Accepted,
        Judgement::WrongReceiver,
        Judgement::NotFound,
        Judgement::AlreadyUsed(used(false)),
        Judgement::AlreadyUsed(used(true)),
        Judgement::BankPending {
            retry_at: NOW.plus_ms(48_000),
        },
        Judgement::TooOld {
            sent_at: NOW.plus_ms(-9_000_000),
            earliest: NOW,
        },
    ];
    for slip in [None, Some(satang(20_000)), Some(satang(30_000))] {
        all.push(Judgement::WrongAmount {
            slip,
            owed: satang(25_000),
        });
    }
    all.extend([NoSlip::PaymentQr, NoSlip::OtherCode, NoSlip::Picture].map(Judgement::NotASlip));
    let unreadable = [
        Unreadable::Code(Damage::WrongCrc),
        Unreadable::UnusualCode,
        Unreadable::WalletCode,
        Unreadable::Picture,
    ];
    let flaws = [
        Flaw::Dark,
        Flaw::Blurred,
        Flaw::Small,
        Flaw::CutOff,
        Flaw::Covered,
    ];
    let files = [
        BadFile::TooLarge,
        BadFile::OtherFormat("HEIC"),
        BadFile::NotAPicture,
        BadFile::Broken,
    ];
    let pictures = flaws
        .map(Unreadable::Photo)
        .into_iter()
        .chain(files.map(Unreadable::File));
    all.extend(pictures.map(Judgement::Damaged));
    all.extend(unreadable.map(Judgement::Damaged));
    all.extend(shops_side());
    let receiver = [
        ReceiverDoubt::NoShopAccounts,
        ReceiverDoubt::NothingToCompare,
        ReceiverDoubt::TooFewDigits,
        ReceiverDoubt::OtherName,
        ReceiverDoubt::OtherBank,
        ReceiverDoubt::Contradiction,
        ReceiverDoubt::UnlistedAccount,
    ];
    let doubts = receiver.map(Doubt::Receiver);
    let others = [
        Doubt::FutureTime,
        Doubt::OtherTransfer,
        Doubt::BankSilent,
        Doubt::ToldForAnother,
    ];
    all.extend(doubts.into_iter().chain(others).map(Judgement::NeedsReview));
    all
}

/// Faults that are not the customer's.
fn shops_side() -> Vec<Judgement> {
    let mut all = Vec::new();
    for outage in [
        Outage::Unreachable,
        Outage::Busy,
        Outage::Theirs,
        Outage::QuotaGone,
        Outage::Ours,
    ] {
        for retry_at in [None, Some(NOW.plus_ms(1_500))] {
            all.push(Judgement::Unavailable { outage, retry_at });
        }
    }
    all.push(Judgement::Unavailable {
        outage: Outage::Link,
        retry_at: None,
    });
    let faults = [Fault::Key, Fault::Address, Fault::Account, Fault::Disabled];
    all.extend(faults.map(Judgement::Misconfigured));
    all
}

fn texts(words: &Words) -> [&str; 4] {
    [
        &words.cashier.th,
        &words.cashier.en,
        &words.customer.th,
        &words.customer.en,
    ]
}

#[test]
fn the_sentences_of_the_design_are_said() {
    let of = |judgement: &Judgement| words(judgement, NOW, Era::Common);
    let used = Judgement::AlreadyUsed(Use {
        order_number: "A-0093".to_owned(),
        at: NOW.plus_ms(-82 * 60_000),
        is_this_order: false,
    });
    let said = of(&used);
    assert_eq!(said.cashier.th, "สลิปนี้ใช้ไปแล้ว กับบิล A-0093 วันนี้ 12:08");
    assert_eq!(said.cashier.en, "This slip was used for bill A-0093, today 12:08");
    assert_eq!(
        said.customer.en,
        "This one was used today 12:08. Could you show the latest slip?"
    );
    let pending = of(&Judgement::BankPending {
        retry_at: NOW.plus_ms(47_100),
    });
    assert!(pending.cashier.th.starts_with("ธนาคารยังไม่ตอบ ถามใหม่เองใน 0:48"));
    assert!(
        pending
            .cashier
            .en
            .starts_with("The bank has not answered. Asking again in 0:48")
    );
    assert_eq!(pending.customer.th, "ธนาคารส่งข้อมูลช้าค่ะ ขอรอสักครู่ ไม่ต้องโอนซ้ำค่ะ");
    assert_eq!(
        pending.customer.en,
        "The bank is slow. One moment, no need to pay again"
    );
    let short = of(&Judgement::WrongAmount {
        slip: Some(satang(20_000)),
        owed: satang(25_000),
    });
    assert_eq!(short.cashier.th, "สลิปนี้ ฿200.00 บิลนี้ ฿250.00 ขาด ฿50.00");
    assert_eq!(
        short.cashier.en,
        "This slip is ฿200.00, the bill ฿250.00. ฿50.00 short"
    );
    let more = of(&Judgement::WrongAmount {
        slip: Some(satang(123_456_789)),
        owed: satang(100),
    });
    assert!(more.cashier.th.contains("฿1,234,567.89") && more.cashier.th.contains("เกิน ฿1,234,566.89"));
    let shop_qr = of(&Judgement::NotASlip(NoSlip::PaymentQr));
    assert!(shop_qr.cashier.th.starts_with("นี่คือคิวอาร์รับเงิน ไม่ใช่สลิป"));
    assert!(shop_qr.cashier.en.starts_with("This is a payment QR, not a slip"));
    assert!(
        of(&Judgement::WrongReceiver)
            .cashier
            .th
            .starts_with("เงินเข้าบัญชีอื่น ไม่ใช่ของร้าน")
    );
    assert_eq!(of(&Judgement::Accepted).customer.th, "ได้รับเงินแล้วค่ะ ขอบคุณค่ะ");
}

#[test]
fn every_judgement_has_words_in_both_languages_and_accuses_nobody() {
    // The sign ฿ stands in the same block and in both languages.
    let is_thai = |text: &str| text.contains(|c: char| ('\u{0E01}'..='\u{0E3A}').contains(&c));
    for judgement in every_judgement() {
        let said = words(&judgement, NOW, Era::Common);
        for text in texts(&said) {
            let lower = text.to_lowercase();
            for word in [
                "ปลอม",
                "โกง",
                "หลอก",
                "ขออภัย",
                "fake",
                "forged",
                "fraud",
                "cheat",
                "false",
                "genuine",
                "สลิปจริง",
                "sorry",
                "please",
                "!",
                "error",
                "“",
                "\n",
                "  ",
            ] {
                assert!(!lower.contains(word), "{judgement:?}: {text}");
            }
            assert!(
                !text.trim().is_empty() && !text.ends_with('.'),
                "{judgement:?}: {text}"
            );
        }
        assert!(
            is_thai(&said.cashier.th) && is_thai(&said.customer.th),
            "{judgement:?}"
        );
        assert!(
            !is_thai(&said.cashier.en) && !is_thai(&said.customer.en),
            "{judgement:?}"
        );
        assert!(
            ["ค่ะ", "คะ"].iter().any(|word| said.customer.th.contains(word)),
            "{judgement:?}"
        );
    }
}

#[test]
fn a_fault_of_the_shops_side_is_said_to_be_none_of_the_customers() {
    for judgement in shops_side() {
        let said = words(&judgement, NOW, Era::Common);
        assert!(said.cashier.th.contains("(ไม่เกี่ยวกับสลิปลูกค้า)"), "{judgement:?}");
        assert!(
            said.cashier.en.contains("(not the customer's slip)"),
            "{judgement:?}"
        );
        assert!(!said.customer.th.contains("สลิป"), "{judgement:?}");
        assert!(!said.customer.en.to_lowercase().contains("slip"), "{judgement:?}");
    }
}

#[test]
fn while_money_may_be_on_its_way_nobody_is_told_to_pay_again() {
    for judgement in every_judgement() {
        let may_come = matches!(
            judgement,
            Judgement::NotFound
                | Judgement::BankPending { .. }
                | Judgement::Unavailable { .. }
                | Judgement::Misconfigured(_)
                | Judgement::NeedsReview(_)
        );
        let said = words(&judgement, NOW, Era::Common).customer.th;
        assert_eq!(said.contains("ต้องโอนซ้ำ"), may_come, "{judgement:?}");
    }
}

#[test]
fn different_causes_have_different_words() {
    let mut seen = std::collections::BTreeMap::new();
    for judgement in every_judgement() {
        let said = words(&judgement, NOW, Era::Common);
        for text in [said.cashier.th, said.cashier.en] {
            let before = seen.insert(text.clone(), judgement.clone());
            assert_eq!(before, None, "{text}");
        }
    }
}

/// Every way in which a picture fails tells what to do about it.
#[test]
fn a_picture_that_cannot_be_read_gets_a_hint() {
    for (what, does) in [
        (Unreadable::Photo(Flaw::Dark), "brightness up"),
        (Unreadable::Photo(Flaw::Blurred), "Hold still"),
        (Unreadable::Photo(Flaw::Small), "Go closer"),
        (Unreadable::Photo(Flaw::CutOff), "all its corners"),
        (Unreadable::Photo(Flaw::Covered), "Tilt the phone"),
        (Unreadable::File(BadFile::TooLarge), "up to 4 MB"),
        (
            Unreadable::File(BadFile::OtherFormat("HEIC")),
            "HEIC files cannot be checked. Use a JPEG",
        ),
        (Unreadable::File(BadFile::NotAPicture), "Choose the picture"),
        (Unreadable::File(BadFile::Broken), "again"),
        (Unreadable::WalletCode, "Use the picture"),
    ] {
        let said = words(&Judgement::Damaged(what), NOW, Era::Common);
        assert!(said.cashier.en.contains(does), "{what:?}: {}", said.cashier.en);
    }
    let no_code = words(&Judgement::NotASlip(NoSlip::Picture), NOW, Era::Common);
    assert!(no_code.cashier.en.contains("the whole slip in view"));
}

#[test]
fn times_are_said_as_people_say_them() {
    const HOUR: i64 = 3_600_000;
    for (before_ms, era, th, en) in [
        (0, Era::Common, "วันนี้ 13:30", "today 13:30"),
        (13 * HOUR, Era::Common, "วันนี้ 00:30", "today 00:30"),
        (14 * HOUR, Era::Common, "เมื่อวาน 23:30", "yesterday 23:30"),
        (48 * HOUR, Era::Common, "19 พ.ย. 13:30", "19 Nov 13:30"),
        (
            365 * 24 * HOUR,
            Era::Common,
            "21 พ.ย. 2025 13:30",
            "21 Nov 2025 13:30",
        ),
        (
            365 * 24 * HOUR,
            Era::Buddhist,
            "21 พ.ย. 2568 13:30",
            "21 Nov 2568 13:30",
        ),
        (-24 * HOUR, Era::Common, "22 พ.ย. 13:30", "22 Nov 13:30"),
    ] {
        let said = when(NOW.plus_ms(-before_ms), NOW, era);
        assert_eq!((said.th.as_str(), said.en.as_str()), (th, en));
    }
    for (wait_ms, text) in [
        (48_000, "0:48"),
        (1, "0:01"),
        (0, "0:00"),
        (-5, "0:00"),
        (300_000, "5:00"),
        (59_001, "1:00"),
    ] {
        assert_eq!(countdown(NOW.plus_ms(wait_ms), NOW), text);
    }
}

proptest! {
    #[test]
    fn any_numbers_have_words(a in any::<i64>(), b in any::<i64>(), c in any::<i64>(), buddhist in any::<bool>()) {
        let era = if buddhist { Era::Buddhist } else { Era::Common };
        let (earlier, later) = (Timestamp::from_ms(a), Timestamp::from_ms(b));
        for judgement in [
            Judgement::WrongAmount { slip: Some(satang(a)), owed: satang(b) },
            Judgement::TooOld { sent_at: earlier, earliest: later },
            Judgement::BankPending { retry_at: earlier },
        ] {
            words(&judgement, Timestamp::from_ms(c), era);
        }
    }
}
