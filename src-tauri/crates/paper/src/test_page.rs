//! A page to see what a printer does: its edges, its blacks, its Thai, its QR.

use keptang_domain::Timestamp;
use keptang_qr::encode;

use crate::document::{Document, HAIR_RULE, INK_RULE, Manner, Paper, PaperError};
use crate::flow::{Flow, Side};
use crate::measure::mm;
use crate::page::Grey;

/// A page to try a printer with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestPage {
    /// Words, copy, training.
    pub manner: Manner,
    /// The shop's name.
    pub shop: String,
    /// Which printer it went to: its name or address.
    pub printer: String,
    /// When.
    pub made_at: Timestamp,
}

/// Words in which a printer that cannot set Thai shows it: marks above marks, letters that lose their foot.
const HARD_WORDS: &str = "ที่ นี้ ป้า น้ำ กตัญญู เปี๊ยะ ฐานะ ญี่ปุ่น ปั๊ม";

/// The page as a PDF.
///
/// # Errors
/// None of the texts it is made with is too long for its QR; the result is one like that of the other documents.
pub fn test_page_pdf(page: &TestPage, paper: Paper) -> Result<Vec<u8>, PaperError> {
    Ok(test_page_document(page, paper)?.to_pdf())
}

/// The page, laid out.
///
/// # Errors
/// As [`test_page_pdf`].
pub fn test_page_document(page: &TestPage, paper: Paper) -> Result<Document, PaperError> {
    let locale = page.manner.locale;
    let body = paper.body();
    let mut flow = Flow::new(paper.sheet());
    flow.rule(INK_RULE, Grey::INK);
    let title = locale.pick("หน้าทดสอบเครื่องพิมพ์", "Printer test page");
    flow.paragraph(title, paper.title(), Side::Centre);
    flow.paragraph(&page.shop, body, Side::Centre);
    flow.paragraph(&page.printer, body, Side::Centre);
    flow.paragraph(&locale.moment(page.made_at), body, Side::Centre);
    flow.rule(HAIR_RULE, Grey::INK);
    flow.gap(mm(2));
    for style in [body, body.bold(), paper.title(), paper.total()] {
        flow.paragraph(HARD_WORDS, style, Side::Left);
    }
    flow.paragraph("The quick brown fox 0123456789 ๐๑๒๓๔๕๖๗๘๙", body, Side::Left);
    flow.pair(locale.pick("ชิดขวา", "Right edge"), "฿9,999,999.99", body, body);
    flow.gap(mm(2));
    put_shades(&mut flow);
    flow.gap(mm(2));
    let side = mm(30);
    let x = flow.left() + (flow.width() - side) / 2;
    let modules = encode("KEPTANG TEST PAGE").map_err(PaperError::Qr)?;
    flow.qr(&modules, side, x);
    let words = locale.pick(
        "สแกนแล้วต้องอ่านว่า KEPTANG TEST PAGE",
        "A scan must read KEPTANG TEST PAGE",
    );
    flow.paragraph(words, body, Side::Centre);
    flow.rule(INK_RULE, Grey::INK);
    Ok(Document::new(
        flow.finish(),
        title,
        &page.shop,
        page.manner,
        page.made_at,
    ))
}

/// Eight steps from black to nearly white, side by side from edge to edge.
fn put_shades(flow: &mut Flow) {
    const STEPS: i32 = 8;
    let (top, height) = (flow.y(), mm(6));
    for step in 0..STEPS {
        let left = flow.left() + flow.width() * step / STEPS;
        let right = flow.left() + flow.width() * (step + 1) / STEPS;
        let grey = Grey(u8::try_from(step * 32).expect("seven times 32 is a byte"));
        flow.fill((left, top), (right - left, height), grey);
    }
    flow.set_y(top + height);
}
