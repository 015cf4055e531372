//! Documents of a made-up shop, for the tests and for the timings.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]

use keptang_domain::{BusinessDay, Money, Timestamp};
use keptang_paper::credit_note::CreditNote;
use keptang_paper::document::{Manner, Seller};
use keptang_paper::language::{Era, Language, Locale};
use keptang_paper::receipt::{
    Adjustment, AdjustmentKind, CashHanded, PaidBy, Receipt, ReceiptLine, VatSplit,
};
use keptang_paper::report::{
    CountLine, DrawerLine, ExceptionLine, Grouping, Report, ReportKind, ReportSums, Section, Share, SignOff,
};
use keptang_paper::sheet::TableDocument;
use keptang_paper::table::{Cell, Column, Table};
use keptang_paper::test_page::TestPage;

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

/// A part of [`full_receipt`] given back.
pub fn credit_note() -> CreditNote {
    CreditNote {
        manner: Manner::default(),
        seller: seller(),
        number: "C-2568-000012".to_owned(),
        issued_at: AFTERNOON.plus_ms(3_600_000),
        receipt_number: "R-2568-000147".to_owned(),
        receipt_issued_at: AFTERNOON,
        order_number: "A-0147".to_owned(),
        buyer: None,
        receipt_total: baht(128_437),
        right_total: baht(120_937),
        returned: baht(7_500),
        vat: Some(VatSplit {
            rate_basis_points: 700,
            base: baht(7_009),
            vat: baht(491),
        }),
        way: "โอนคืนผ่านพร้อมเพย์".to_owned(),
        reference: Some("RF20251121153301".to_owned()),
        reason: "ก๋วยเตี๋ยวเรือน้ำตกหมด ลูกค้าขอเงินคืน".to_owned(),
        cashier: Some("ปุ้ย".to_owned()),
        approved_by: Some("คุณชื่นจิต".to_owned()),
    }
}

pub fn today() -> BusinessDay {
    BusinessDay::from_civil(2025, 11, 21).expect("there is such a day")
}

fn share(label: &str, orders: u64, gross: i64, refunds: i64, fees: i64) -> Share {
    Share {
        label: label.to_owned(),
        orders,
        gross: baht(gross),
        refunds: baht(refunds),
        fees: baht(fees),
        net: baht(gross - refunds - fees),
    }
}

/// A Z with something in every part, and a list of `orders` bills.
pub fn z_report(orders: usize) -> Report {
    let section = |by, shares| Section { by, shares };
    let hours = [
        1_100, 2_300, 4_000, 2_700, 1_700, 1_400, 1_900, 2_500, 4_400, 6_100, 6_890, 5_700, 4_400, 2_600,
        1_000, 230,
    ];
    Report {
        manner: Manner::default(),
        seller: seller(),
        kind: ReportKind::Z,
        number: Some("0323".to_owned()),
        day: today(),
        counter: None,
        period: Some((
            AFTERNOON.plus_ms(-5 * 3_600_000),
            AFTERNOON.plus_ms(11 * 3_600_000),
        )),
        made_by: Some("คุณชื่นจิต".to_owned()),
        made_at: AFTERNOON.plus_ms(12 * 3_600_000),
        sums: ReportSums {
            gross: baht(4_892_000),
            refunds: baht(45_000),
            fees: baht(61_235),
            net: baht(4_785_765),
            orders: 214,
            automatic: baht(4_022_500),
            slip: baht(339_500),
            manual: baht(50_000),
            cash: baht(480_000),
            adjustments: baht(1_237),
            suspense: baht(32_000),
        },
        sections: vec![
            section(
                Grouping::Method,
                vec![
                    share("พร้อมเพย์", 158, 3_641_000, 27_000, 40_000),
                    share("ทรูมันนี่", 34, 626_000, 18_000, 21_235),
                    share("เงินสด", 19, 480_000, 0, 0),
                    share("คริปโต", 3, 145_000, 0, 0),
                ],
            ),
            section(
                Grouping::Provider,
                vec![
                    share("เกตเวย์ JWT", 120, 2_841_000, 27_000, 40_000),
                    share("พร้อมเพย์ของร้าน", 38, 800_000, 0, 0),
                    share("Omise TrueMoney", 34, 626_000, 18_000, 21_235),
                    share("เงินสด", 19, 480_000, 0, 0),
                    share("2328.io", 3, 145_000, 0, 0),
                ],
            ),
            section(
                Grouping::Cashier,
                vec![
                    share("ปุ้ย", 120, 2_700_000, 45_000, 30_000),
                    share("บอย", 94, 2_192_000, 0, 31_235),
                ],
            ),
            section(
                Grouping::Hour,
                hours
                    .iter()
                    .zip(10..)
                    .map(|(baht, hour)| share(&format!("{:02}:00", hour % 24), 13, baht * 100, 0, 0))
                    .collect(),
            ),
        ],
        remarks: vec![
            ("มัธยฐานเวลาจนได้เงิน".to_owned(), "17 วินาที".to_owned()),
            ("สลิปที่กันไว้".to_owned(), "3 ใบ 1,950.00 บาท".to_owned()),
        ],
        drawer: vec![
            DrawerLine {
                words: "เงินทอนตั้งต้น".to_owned(),
                amount: baht(200_000),
            },
            DrawerLine {
                words: "เบิกซื้อน้ำแข็ง".to_owned(),
                amount: baht(-12_000),
            },
        ],
        counts: vec![
            CountLine {
                words: "เงินสด".to_owned(),
                expected: baht(668_000),
                counted: Some(baht(667_500)),
                difference: Some(baht(-500)),
            },
            CountLine {
                words: "พร้อมเพย์".to_owned(),
                expected: baht(3_641_000),
                counted: None,
                difference: None,
            },
        ],
        exceptions: vec![
            ExceptionLine {
                order_number: "A-0144".to_owned(),
                what: "จ่ายซ้ำ ลูกค้าจ่ายทั้งพร้อมเพย์และทรูมันนี่".to_owned(),
                amount: baht(18_000),
                settlement: Some("คืนเงินแล้ว · คุณชื่นจิต".to_owned()),
            },
            ExceptionLine {
                order_number: "A-0120".to_owned(),
                what: "ยืนยันด้วยคน เงินจริงยังไม่เข้า".to_owned(),
                amount: baht(50_000),
                settlement: None,
            },
        ],
        orders: Some(order_table(orders)),
        sign_off: Some(SignOff {
            by: "คุณชื่นจิต".to_owned(),
            at: AFTERNOON.plus_ms(12 * 3_600_000),
            note: Some("A-0120 รอธนาคารตอบพรุ่งนี้".to_owned()),
        }),
    }
}

/// Bills, one row each.
pub fn order_table(orders: usize) -> Table {
    let columns = vec![
        Column::words("บิล", 10),
        Column::words("เวลา", 8),
        Column::words("รายละเอียด", 34),
        Column::words("วิธีจ่าย", 20),
        Column::words("แคชเชียร์", 12),
        Column::figures("บาท", 14),
    ];
    let mut table = Table::new("รายการบิล", columns);
    let methods = ["พร้อมเพย์ · เกตเวย์ JWT", "ทรูมันนี่", "เงินสด"];
    let notes = ["", "ชาเย็น 2 แก้ว", "เปี๊ยะไข่เค็ม กล่องใหญ่", "ก๋วยเตี๋ยวเรือน้ำตก"];
    let mut sum = 0;
    for (order, number) in (0..orders).zip(0_i64..) {
        let satang = 2_500 + number * 7_919 % 150_000;
        sum += satang;
        table.push(vec![
            Cell::Text(format!("A-{number:04}")),
            Cell::Text(format!("{:02}:{:02}", 10 + number / 60 % 14, number % 60)),
            Cell::text(notes[order % notes.len()]),
            Cell::text(methods[order % methods.len()]),
            Cell::text(if order % 2 == 0 {
                "ปุ้ย"
            } else {
                "บอย"
            }),
            Cell::Money(baht(satang)),
        ]);
    }
    let mut totals = vec![Cell::Empty; 5];
    totals[0] = Cell::text("รวม");
    totals.push(Cell::Money(baht(sum)));
    table.set_totals(totals);
    table
}

pub fn table_document(table: Table) -> TableDocument {
    TableDocument {
        manner: Manner::default(),
        shop: seller().name,
        about: vec!["21 พ.ย. 2568 · ทุกวิธีจ่าย".to_owned()],
        made_by: Some("คุณชื่นจิต".to_owned()),
        made_at: AFTERNOON,
        table,
    }
}

pub fn test_page() -> TestPage {
    TestPage {
        manner: Manner::default(),
        shop: seller().name,
        printer: "192.168.1.50:9100".to_owned(),
        made_at: AFTERNOON,
    }
}
