//! Documents of a made-up shop, for the tests and for the timings.
#![allow(dead_code, reason = "each test file uses its own part")]

use keptang_domain::{Money, Timestamp};
use keptang_paper::document::{Manner, Seller};
use keptang_paper::language::{Era, Language, Locale};
use keptang_paper::receipt::{
    Adjustment, AdjustmentKind, CashHanded, PaidBy, Receipt, ReceiptLine, VatSplit,
};

/// 21 Nov 2025 14:32 in Bangkok.
pub const AFTERNOON: Timestamp = Timestamp::from_ms(1_763_710_320_000);

pub const ENGLISH: Manner = Manner {
    locale: Locale {
        language: Language::English,
        era: Era::Common,
    },
    is_copy: false,
    is_training: false,
};

pub fn baht(satang: i64) -> Money {
    Money::from_satang(satang)
}

pub fn seller() -> Seller {
    Seller {
        name: "ร้านน้ำชาป้าญี่ปุ่น".to_owned(),
        branch: Some("สำนักงานใหญ่".to_owned()),
        address: Some("12/3 ซอยสีลม 9 แขวงสีลม เขตบางรัก กรุงเทพมหานคร 10500".to_owned()),
        phone: Some("02-123-4567".to_owned()),
        tax_id: Some("0105561234567".to_owned()),
        pos_id: Some("E0200000001234".to_owned()),
    }
}

/// Everything a receipt can hold at once.
pub fn full_receipt() -> Receipt {
    let line = |description: &str, satang| ReceiptLine {
        description: description.to_owned(),
        amount: baht(satang),
    };
    Receipt {
        manner: Manner::default(),
        seller: seller(),
        number: "R-2568-000147".to_owned(),
        order_number: "A-0147".to_owned(),
        issued_at: AFTERNOON,
        cashier: Some("ปุ้ย".to_owned()),
        lines: vec![
            line("ชาเย็น 2 แก้ว", 9_000),
            line("ก๋วยเตี๋ยวเรือน้ำตก เส้นเล็ก พิเศษ ไม่ใส่ถั่วงอก", 7_500),
            line("เปี๊ยะไข่เค็ม กล่องใหญ่", 111_900),
        ],
        due: baht(128_400),
        adjustments: vec![Adjustment {
            kind: AdjustmentKind::Gateway,
            amount: baht(37),
        }],
        total: baht(128_437),
        payments: vec![PaidBy {
            words: "พร้อมเพย์ · เกตเวย์ JWT".to_owned(),
            amount: baht(128_437),
            reference: Some("TX20251121143155A0147".to_owned()),
        }],
        cash: None,
        vat: Some(VatSplit {
            rate_basis_points: 700,
            base: baht(120_034),
            vat: baht(8_403),
        }),
        note: Some("ฝากไว้ที่เคาน์เตอร์ ลูกค้ามารับตอนเย็น".to_owned()),
        e_receipt: Some("https://example.test/r/R-2568-000147?k=4f6a1c".to_owned()),
        closing: Some("ขอบคุณค่ะ แล้วแวะมาใหม่นะคะ".to_owned()),
    }
}

/// What most receipts are: one line, paid in cash, no VAT.
pub fn plain_receipt() -> Receipt {
    Receipt {
        lines: vec![ReceiptLine {
            description: "ขายสินค้า".to_owned(),
            amount: baht(24_990),
        }],
        due: baht(24_990),
        adjustments: vec![Adjustment {
            kind: AdjustmentKind::CashRounding,
            amount: baht(10),
        }],
        total: baht(25_000),
        payments: vec![PaidBy {
            words: "เงินสด".to_owned(),
            amount: baht(25_000),
            reference: None,
        }],
        cash: Some(CashHanded {
            tendered: baht(50_000),
            change: baht(25_000),
        }),
        vat: None,
        note: None,
        e_receipt: None,
        seller: Seller {
            tax_id: None,
            pos_id: None,
            ..seller()
        },
        ..full_receipt()
    }
}
