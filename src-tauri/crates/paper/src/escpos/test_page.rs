//! The test page. In both languages: whoever sets up the printer may not have set up the till yet.

use keptang_domain::Money;
use keptang_qr::encode;

use super::ThermalHead;
use crate::flow::{Flow, Side};
use crate::measure::{Length, mm, pt10};
use crate::page::{Grey, Page};

/// Words that go wrong first: tone marks on upper vowels, a foot that gives way to a lower vowel, ำ, a descender.
const HARD_WORDS: &str = "ที่ นี้ ป้า น้ำ กตัญญู เปี๊ยะ ฐานะ ญี่ปุ่น ปั๊ม";

pub(super) fn pages(head: ThermalHead) -> Vec<Page> {
    let paper = head.paper();
    let mut flow = Flow::new(paper.sheet());
    let body = paper.body();
    flow.paragraph("ทดสอบเครื่องพิมพ์", paper.title(), Side::Centre);
    flow.paragraph("Printer test", paper.title(), Side::Centre);
    let width = match head {
        ThermalHead::Mm58 => "58 mm · 384 dots",
        ThermalHead::Mm80 => "80 mm · 576 dots",
    };
    flow.paragraph(width, body, Side::Centre);
    flow.gap(mm(1));
    ruler(&mut flow, head);
    flow.paragraph("ต้องเห็นขีดริมสุดทั้งสองข้าง", body, Side::Left);
    flow.paragraph("Both outer marks must show", body, Side::Left);
    flow.gap(mm(2));
    flow.paragraph(HARD_WORDS, body, Side::Left);
    flow.paragraph(HARD_WORDS, body.bold(), Side::Left);
    flow.pair("ABC abc 0123456789", "฿1,234.50", body, body.bold());
    flow.paragraph(
        &Money::from_satang(123_450).thai_words(),
        body.quiet(),
        Side::Right,
    );
    flow.gap(mm(2));
    flow.paragraph("ความเข้ม / Darkness", body, Side::Left);
    ramp(&mut flow);
    flow.gap(mm(1));
    flow.paragraph("แถบดำต้องไม่มีเส้นขาว", body, Side::Left);
    flow.paragraph("No white streaks in the bar", body, Side::Left);
    let corner = (flow.left(), flow.y());
    flow.fill(corner, (flow.width(), mm(4)), Grey::INK);
    flow.gap(mm(7));
    let modules = encode("KEPTANG PRINTER TEST").expect("a short text fits a QR");
    let side = mm(24);
    flow.qr(&modules, side, flow.left() + (flow.width() - side) / 2);
    flow.paragraph("สแกนได้ = พร้อมใช้ / Scans = ready", body, Side::Centre);
    flow.finish()
}

/// A tick for each millimetre the head prints, longer at five and ten.
fn ruler(flow: &mut Flow, head: ThermalHead) {
    let millimetres = i32::try_from(head.dots() / 8).expect("a head is less than a metre wide");
    let (left, top) = (flow.left(), flow.y());
    let dot: Length = mm(1) / 8;
    for at in 0..=millimetres {
        let height = match (at % 10, at % 5) {
            (0, _) => mm(4),
            (_, 0) => mm(3),
            _ => mm(2),
        };
        // The last tick stands inside the last millimetre, or no head could print it.
        let x = left + mm(at) - if at == millimetres { dot } else { 0 };
        flow.fill((x, top), (dot, height), Grey::INK);
    }
    flow.gap(mm(4));
    let style = crate::flow::Type::regular(70);
    let y = flow.y() + style.ascent();
    for ten in 1..millimetres.div_euclid(10) + 1 {
        let edges = (left + mm(ten * 10 - 5), left + mm(ten * 10 + 5));
        for line in flow.lines(&(ten * 10).to_string(), style, mm(10)).iter() {
            flow.put(line, style, edges, Side::Centre, y);
        }
    }
    flow.gap(style.line_height() + pt10(10));
}

/// Eight fields from nearly white to black.
fn ramp(flow: &mut Flow) {
    let (left, top, width) = (flow.left(), flow.y(), flow.width());
    let shades = [0xe0, 0xc0, 0xa0, 0x80, 0x60, 0x40, 0x20, 0x00];
    for (at, shade) in (0..).zip(shades) {
        flow.fill((left + width * at / 8, top), (width / 8, mm(6)), Grey(shade));
    }
    flow.gap(mm(6));
}
