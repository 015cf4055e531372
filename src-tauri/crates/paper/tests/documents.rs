//! Documents read back: what they say, where it stands, and that nothing a shop types breaks them.
#![allow(clippy::unwrap_used, clippy::as_conversions, clippy::float_arithmetic)]

mod read;
mod samples;

use keptang_domain::{Money, Timestamp};
use keptang_paper::credit_note::{CreditNote, credit_note_pdf};
use keptang_paper::document::{Manner, Paper, PaperError};
use keptang_paper::receipt::{PaidBy, Receipt, ReceiptLine, receipt_pdf};
use keptang_paper::report::{Report, ReportKind, ReportSums, report_pdf};
use keptang_paper::sheet::table_pdf;
use keptang_paper::table::{Cell, Column, Table};
use keptang_paper::test_page::test_page_pdf;
use keptang_paper::text::{Face, Weight, shape_line};
use proptest::prelude::*;
use read::{File, read};
use rustybuzz::ttf_parser::GlyphId;
use samples::{
    ENGLISH, baht, credit_note, full_receipt, order_table, plain_receipt, table_document, test_page, z_report,
};

const PAPERS: [Paper; 3] = [Paper::Mm58, Paper::Mm80, Paper::A4];

/// Every glyph is in the embedded font, is none of its empty boxes, and stands on the page.
fn check_drawn(file: &File) {
    for page in &file.pages {
        for line in &page.lines {
            for (glyph, x, y) in &line.glyphs {
                assert_ne!(*glyph, 0, "{:?} has a glyph the font does not", line.text);
                // Marks that follow no letter pile up on each other, out of any line.
                let pile = if line.text.chars().any(|c| !"ัิีึืฺุู็่้๊๋์ํ๎".contains(c))
                {
                    0.5
                } else {
                    2.0 * line.size
                };
                let inside =
                    (-pile..=page.width + pile).contains(x) && (-pile..=page.height + pile).contains(y);
                assert!(
                    inside,
                    "{:?} stands at {x} {y} of {} {}",
                    line.text, page.width, page.height
                );
            }
        }
    }
}

/// What is drawn for a line is what was shaped: the same outlines at the same distances.
fn check_shapes(file: &File) {
    for line in file.pages.iter().flat_map(|page| &page.lines) {
        let weight = if line.font.ends_with("Bold") {
            Weight::Bold
        } else {
            Weight::Regular
        };
        let (face, shaped) = (Face::of(weight), shape_line(Face::of(weight), &line.text));
        assert_eq!(shaped.glyphs.len(), line.glyphs.len(), "{}", line.text);
        let Some((_, start, base)) = line.glyphs.first().copied() else {
            continue;
        };
        let first = shaped.glyphs[0];
        for (wanted, (drawn, x, y)) in shaped.glyphs.iter().zip(&line.glyphs) {
            let outline = face.outlines().glyph_bounding_box(GlyphId(wanted.id));
            assert_eq!(outline, file.outline(&line.font, *drawn), "{}", line.text);
            let at = |units: i32| units as f32 / 1000.0 * line.size;
            assert!((x - start - at(wanted.x - first.x)).abs() < 0.05, "{}", line.text);
            assert!((y - base - at(wanted.y - first.y)).abs() < 0.05, "{}", line.text);
        }
    }
}

#[test]
fn a_plain_receipt_says_this_and_no_more() {
    let file = read(&receipt_pdf(&plain_receipt(), Paper::Mm80).unwrap());
    assert_eq!(file.title, "ใบเสร็จรับเงิน R-2568-000147");
    assert_eq!(
        file.texts(),
        [
            "ร้านน้ำชาป้าญี่ปุ่น",
            "สำนักงานใหญ่",
            "12/3 ซอยสีลม 9 แขวงสีลม เขตบางรัก",
            "กรุงเทพมหานคร 10500",
            "โทร. 02-123-4567",
            "ใบเสร็จรับเงิน",
            "เลขที่",
            "R-2568-000147",
            "บิล",
            "A-0147",
            "วันที่",
            "21 พ.ย. 2568 14:32",
            "แคชเชียร์",
            "ปุ้ย",
            "รายการ",
            "บาท",
            "ขายสินค้า",
            "249.90",
            "ยอดขาย",
            "249.90",
            "ปัดเศษเงินสด",
            "0.10",
            "รวมทั้งสิ้น",
            "฿250.00",
            "(สองร้อยห้าสิบบาทถ้วน)",
            "จ่ายด้วย เงินสด",
            "250.00",
            "รับเงินมา",
            "500.00",
            "เงินทอน",
            "250.00",
            "ขอบคุณค่ะ แล้วแวะมาใหม่นะคะ",
        ]
    );
}

#[test]
fn a_tax_invoice_says_what_the_revenue_code_asks_for_in_every_language_and_size() {
    for paper in PAPERS {
        for manner in [Manner::default(), ENGLISH] {
            let receipt = Receipt {
                manner,
                ..full_receipt()
            };
            let file = read(&receipt_pdf(&receipt, paper).unwrap());
            let text = file.texts().join(" ");
            for wanted in [
                "ใบกำกับภาษีอย่างย่อ",
                "ร้านน้ำชาป้าญี่ปุ่น",
                "สำนักงานใหญ่",
                "0105561234567",
                "E0200000001234",
                "R-2568-000147",
                "14:32",
                "เปี๊ยะไข่เค็ม กล่องใหญ่",
                "฿1,284.37",
                "VAT รวมอยู่แล้ว / VAT INCLUDED",
                "7%",
                "1,200.34",
                "84.03",
                "TX20251121143155A0147",
            ] {
                assert!(text.contains(wanted), "{paper:?} {manner:?}: {wanted} in {text}");
            }
        }
    }
}

#[test]
fn without_vat_nothing_looks_like_a_tax_invoice() {
    for paper in PAPERS {
        let file = read(&receipt_pdf(&plain_receipt(), paper).unwrap());
        assert!(
            !file
                .texts()
                .iter()
                .any(|line| line.contains("ภาษี") || line.contains("VAT"))
        );
        let note = CreditNote {
            vat: None,
            ..credit_note()
        };
        let file = read(&credit_note_pdf(&note, paper));
        assert!(file.texts().contains(&"ใบคืนเงิน"));
        assert!(
            !file
                .texts()
                .iter()
                .any(|line| line.contains("ลดหนี้") || line.contains("VAT"))
        );
    }
}

#[test]
fn a_credit_note_names_the_receipt_the_values_and_the_reason() {
    for paper in PAPERS {
        let text = read(&credit_note_pdf(&credit_note(), paper)).texts().join(" ");
        for wanted in [
            "ใบลดหนี้",
            "C-2568-000012",
            "R-2568-000147",
            "1,284.37",
            "1,209.37",
            "฿75.00",
            "(เจ็ดสิบห้าบาทถ้วน)",
            "4.91",
            "ก๋วยเตี๋ยวเรือน้ำตก",
            "คุณชื่นจิต",
        ] {
            assert!(text.contains(wanted), "{paper:?}: {wanted} in {text}");
        }
    }
}

#[test]
fn what_is_drawn_is_what_was_shaped() {
    for paper in PAPERS {
        for bytes in [
            receipt_pdf(&full_receipt(), paper).unwrap(),
            credit_note_pdf(&credit_note(), paper),
            test_page_pdf(&test_page(), paper).unwrap(),
        ] {
            let file = read(&bytes);
            check_drawn(&file);
            check_shapes(&file);
        }
    }
    let file = read(&report_pdf(&z_report(3)));
    check_drawn(&file);
    check_shapes(&file);
}

#[test]
fn fonts_hold_what_the_document_uses() {
    let whole = Face::of(Weight::Regular).data().len();
    let file = read(&receipt_pdf(&plain_receipt(), Paper::Mm58).unwrap());
    assert_eq!(file.fonts.len(), 2);
    for (name, program) in &file.fonts {
        assert!(program.len() < whole / 3, "{name} has {} bytes", program.len());
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for paper in PAPERS {
        assert_eq!(
            receipt_pdf(&full_receipt(), paper).unwrap(),
            receipt_pdf(&full_receipt(), paper).unwrap()
        );
        assert_eq!(
            credit_note_pdf(&credit_note(), paper),
            credit_note_pdf(&credit_note(), paper)
        );
    }
    assert_eq!(report_pdf(&z_report(80)), report_pdf(&z_report(80)));
    let later = Receipt {
        issued_at: full_receipt().issued_at.plus_ms(60_000),
        ..full_receipt()
    };
    assert_ne!(
        receipt_pdf(&later, Paper::A4).unwrap(),
        receipt_pdf(&full_receipt(), Paper::A4).unwrap()
    );
}

#[test]
fn a_strip_is_as_long_as_its_text() {
    let short = read(&receipt_pdf(&plain_receipt(), Paper::Mm80).unwrap());
    let long = read(&receipt_pdf(&full_receipt(), Paper::Mm80).unwrap());
    assert_eq!((short.pages.len(), long.pages.len()), (1, 1));
    assert!(short.pages[0].height < long.pages[0].height);
    assert!((short.pages[0].width - 226.77).abs() < 0.01, "80 mm");
    // A roll of lines longer than a PDF page may be goes on on the next.
    let line = full_receipt().lines[0].clone();
    let roll = Receipt {
        lines: vec![line; 2_000],
        ..full_receipt()
    };
    let roll = read(&receipt_pdf(&roll, Paper::Mm80).unwrap());
    assert!(roll.pages.len() > 1);
    assert!(roll.pages.iter().all(|page| page.height <= 14_400.0));
    check_drawn(&roll);
}

#[test]
fn long_tables_say_their_header_and_their_page_on_every_page() {
    let file = read(&table_pdf(&table_document(order_table(400))));
    let count = file.pages.len();
    assert!((8..=12).contains(&count), "{count} pages");
    for (at, page) in file.pages.iter().enumerate() {
        let texts = page.texts();
        assert_eq!(texts.iter().filter(|text| **text == "รายละเอียด").count(), 1);
        assert!(texts.contains(&format!("หน้า {}/{count}", at + 1).as_str()));
    }
    let numbers: Vec<_> = file
        .texts()
        .into_iter()
        .filter(|text| text.starts_with("A-"))
        .collect();
    let expected: Vec<_> = (0..400).map(|number| format!("A-{number:04}")).collect();
    assert_eq!(numbers, expected, "every bill once, in order");
    check_drawn(&file);
}

#[test]
fn a_z_report_says_every_sum_and_every_exception() {
    let file = read(&report_pdf(&z_report(40)));
    let text = file.texts().join(" ");
    for wanted in [
        "รายงาน Z 0323",
        "48,920.00",
        "450.00",
        "612.35",
        "฿47,857.65",
        "40,225.00",
        "3,395.00",
        "ยืนยันด้วยคน",
        "500.00",
        "4,800.00",
        "12.37",
        "320.00",
        "ตามผู้ให้บริการ",
        "รายชั่วโมง",
        "-5.00",
        "A-0144",
        "คืนเงินแล้ว · คุณชื่นจิต",
        "ยังไม่จัดการ",
        "A-0120 รอธนาคารตอบพรุ่งนี้",
        "A-0039",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    assert!(file.pages[0].fills > 8, "bars are drawn");
}

#[test]
fn an_empty_day_is_a_whole_report() {
    for kind in [ReportKind::X, ReportKind::Z, ReportKind::Day] {
        for manner in [Manner::default(), ENGLISH] {
            let report = Report {
                manner,
                kind,
                number: None,
                sums: ReportSums::default(),
                sections: z_report(0)
                    .sections
                    .into_iter()
                    .map(|section| keptang_paper::report::Section {
                        shares: Vec::new(),
                        ..section
                    })
                    .collect(),
                remarks: Vec::new(),
                drawer: Vec::new(),
                counts: Vec::new(),
                exceptions: Vec::new(),
                orders: Some(order_table(0)),
                sign_off: None,
                ..z_report(0)
            };
            let file = read(&report_pdf(&report));
            let nothing = manner.locale.pick("ไม่มีรายการ", "No entries");
            // Four groupings, the exceptions and the bills.
            assert_eq!(file.texts().iter().filter(|text| **text == nothing).count(), 6);
            assert!(file.texts().contains(&"฿0.00"));
            check_drawn(&file);
        }
    }
    let file = read(&table_pdf(&table_document(Table::new("ว่าง", Vec::new()))));
    assert_eq!(file.pages.len(), 1);
}

#[test]
fn training_and_copies_cannot_be_taken_for_the_real_thing() {
    let manner = Manner {
        is_copy: true,
        is_training: true,
        ..Manner::default()
    };
    let receipt = Receipt {
        manner,
        ..full_receipt()
    };
    let mut files = vec![
        read(&report_pdf(&Report {
            manner,
            ..z_report(120)
        })),
        read(
            &test_page_pdf(
                &keptang_paper::test_page::TestPage {
                    manner,
                    ..test_page()
                },
                Paper::A4,
            )
            .unwrap(),
        ),
    ];
    for paper in PAPERS {
        let receipt = read(&receipt_pdf(&receipt, paper).unwrap());
        assert!(
            receipt.texts().iter().any(|text| text.contains("สำเนา")),
            "{paper:?}"
        );
        files.push(receipt);
        files.push(read(&credit_note_pdf(
            &CreditNote {
                manner,
                ..credit_note()
            },
            paper,
        )));
    }
    for page in files.iter().flat_map(|file| &file.pages) {
        assert!(page.texts().contains(&"ฝึก TRAINING ใช้ไม่ได้"));
    }
    let real = read(&receipt_pdf(&full_receipt(), Paper::A4).unwrap());
    assert!(
        !real
            .texts()
            .iter()
            .any(|text| text.contains("TRAINING") || text.contains("สำเนา"))
    );
}

#[test]
fn the_largest_amounts_stand_whole_on_the_narrowest_paper() {
    for satang in [0, 1, 999_999_999, -999_999_999, i64::MAX, i64::MIN] {
        let receipt = Receipt {
            total: baht(satang),
            due: baht(satang),
            lines: vec![ReceiptLine {
                description: "ก".repeat(40),
                amount: baht(satang),
            }],
            payments: vec![PaidBy {
                words: "พร้อมเพย์ · เกตเวย์ที่ชื่อยาวกว่าที่ใครจะตั้งจริงๆ".to_owned(),
                amount: baht(satang),
                reference: Some("X".repeat(120)),
            }],
            ..full_receipt()
        };
        let file = read(&receipt_pdf(&receipt, Paper::Mm58).unwrap());
        check_drawn(&file);
        if satang.unsigned_abs() < 1_000_000_000 {
            let amount = keptang_paper::amount::grouped(baht(satang));
            assert!(file.texts().contains(&format!("฿{amount}").as_str()), "{amount}");
        }
        let mut report = z_report(1);
        let money = baht(satang);
        report.sums = ReportSums {
            gross: money,
            refunds: money,
            fees: money,
            net: money,
            ..report.sums
        };
        check_drawn(&read(&report_pdf(&report)));
    }
}

#[test]
fn a_qr_that_cannot_be_made_is_an_error_not_a_gap() {
    for text in [String::new(), "x".repeat(3_000)] {
        let receipt = Receipt {
            e_receipt: Some(text),
            ..full_receipt()
        };
        assert!(matches!(receipt_pdf(&receipt, Paper::A4), Err(PaperError::Qr(_))));
    }
}

/// What people type, paste and import: Thai, Latin, emoji, controls, marks without letters, nothing.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ก-๛ ]{0,40}",
        "[\\u{E31}\\u{E34}-\\u{E3A}\\u{E47}-\\u{E4E}]{1,6}",
        "\\PC{0,40}",
        ".{0,12}",
        "[🧋👩‍👧🇹🇭\u{200D}\u{FE0F}]{1,8}",
        "[A-Za-z0-9]{60,90}",
        Just("ยาว".repeat(150)),
        Just(String::new()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn nothing_a_shop_types_breaks_a_document(
        (name, note, who) in (typed(), typed(), typed()),
        lines in proptest::collection::vec((typed(), any::<i64>()), 0..6),
        (total, at) in (any::<i64>(), any::<i64>()),
        paper in prop_oneof![Just(Paper::Mm58), Just(Paper::Mm80), Just(Paper::A4)],
    ) {
        let mut receipt = Receipt {
            number: who.clone(),
            cashier: Some(who.clone()),
            note: Some(note.clone()),
            closing: Some(name.clone()),
            total: Money::from_satang(total),
            issued_at: Timestamp::from_ms(at),
            lines: lines
                .iter()
                .map(|(description, satang)| ReceiptLine { description: description.clone(), amount: baht(*satang) })
                .collect(),
            ..full_receipt()
        };
        receipt.seller.name.clone_from(&name);
        receipt.seller.address = Some(note.clone());
        check_drawn(&read(&receipt_pdf(&receipt, paper).unwrap()));

        let mut table = Table::new(name, vec![Column::words(note.clone(), 3), Column::figures(who, 0)]);
        for (words, satang) in lines {
            table.push(vec![Cell::Text(words), Cell::Money(baht(satang))]);
        }
        check_drawn(&read(&table_pdf(&table_document(table))));
    }
}
