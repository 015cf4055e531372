//! The receipt: 58 mm, 80 mm and A4.
//!
//! Every amount arrives decided. For a VAT-registered shop it is an abbreviated tax invoice: the words
//! ใบกำกับภาษีอย่างย่อ, the seller's name and tax ID, number, day, what was sold, the price and that it includes VAT
//! (Revenue Code, section 86/6). Those words stay Thai on an English receipt, because the section asks for them.

use keptang_domain::{Money, Timestamp};
use keptang_qr::encode;

use crate::amount::grouped;
use crate::document::{
    Document, HAIR_RULE, INK_RULE, Letterhead, Manner, Paper, PaperError, Seller, TRAINING, percent,
    put_page_numbers, sum_edges,
};
use crate::flow::{Flow, Side};
use crate::language::Locale;
use crate::measure::mm;
use crate::page::Grey;

/// A receipt, every word and amount of it decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Words, copy, training.
    pub manner: Manner,
    /// Whose receipt it is.
    pub seller: Seller,
    /// Its number in the shop's gapless series.
    pub number: String,
    /// The bill it is for.
    pub order_number: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Who stood at the till.
    pub cashier: Option<String>,
    /// What was sold.
    pub lines: Vec<ReceiptLine>,
    /// The sum of the lines.
    pub due: Money,
    /// What was added to or taken off the sum to make the total.
    pub adjustments: Vec<Adjustment>,
    /// What the customer had to pay.
    pub total: Money,
    /// How it was paid.
    pub payments: Vec<PaidBy>,
    /// Notes and coins handed over, and what went back.
    pub cash: Option<CashHanded>,
    /// The VAT inside the total, when the shop is registered.
    pub vat: Option<VatSplit>,
    /// A note for the customer.
    pub note: Option<String>,
    /// The text of the QR that leads to this receipt online.
    pub e_receipt: Option<String>,
    /// The shop's last words: its thanks, its opening hours.
    pub closing: Option<String>,
}

/// Something sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptLine {
    /// What it was.
    pub description: String,
    /// What it cost.
    pub amount: Money,
}

/// A difference between what was sold and what was to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Adjustment {
    /// Where it comes from.
    pub kind: AdjustmentKind,
    /// Added, or taken off when negative.
    pub amount: Money,
}

/// Where an adjustment comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdjustmentKind {
    /// There are no coins below 25 satang in use.
    CashRounding,
    /// A gateway changed the satang to tell bills apart.
    Gateway,
}

/// One way the money came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidBy {
    /// Method and provider, in the language of the receipt.
    pub words: String,
    /// How much came that way.
    pub amount: Money,
    /// The payment's reference.
    pub reference: Option<String>,
}

/// Notes and coins over the counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CashHanded {
    /// What the customer handed over.
    pub tendered: Money,
    /// What went back.
    pub change: Money,
}

/// An amount with VAT, split once by whoever knows the rate of its day. `base + vat` is the amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VatSplit {
    /// The rate in hundredths of a percent: 700 is 7 %.
    pub rate_basis_points: u32,
    /// Without VAT.
    pub base: Money,
    /// The VAT.
    pub vat: Money,
}

/// The receipt as a PDF.
///
/// # Errors
/// When the text of the e-receipt is empty or does not fit a QR.
pub fn receipt_pdf(receipt: &Receipt, paper: Paper) -> Result<Vec<u8>, PaperError> {
    Ok(receipt_document(receipt, paper)?.to_pdf())
}

/// The receipt, laid out.
///
/// # Errors
/// As [`receipt_pdf`].
pub fn receipt_document(receipt: &Receipt, paper: Paper) -> Result<Document, PaperError> {
    let mut flow = Flow::new(paper.sheet());
    let locale = receipt.manner.locale;
    let head = Letterhead {
        manner: receipt.manner,
        seller: &receipt.seller,
        titles: &titles(receipt),
        facts: &facts(receipt),
    };
    head.put(&mut flow, paper);
    put_lines(&mut flow, receipt, paper);
    put_total(&mut flow, receipt, paper);
    put_payments(&mut flow, receipt, paper);
    if let Some(vat) = &receipt.vat {
        put_vat(&mut flow, vat, "VAT รวมอยู่แล้ว / VAT INCLUDED", locale, paper);
    }
    put_foot(&mut flow, receipt, paper)?;

    let title = format!("{} {}", title(receipt), receipt.number);
    let mut pages = flow.finish();
    if paper == Paper::A4 {
        put_page_numbers(&mut pages, locale, &title);
    }
    Ok(Document::new(
        pages,
        &title,
        &receipt.seller.name,
        receipt.manner,
        receipt.issued_at,
    ))
}

/// The words that make the paper what it is.
fn title(receipt: &Receipt) -> &'static str {
    let locale = receipt.manner.locale;
    if receipt.vat.is_some() {
        "ใบเสร็จรับเงิน/ใบกำกับภาษีอย่างย่อ"
    } else {
        locale.pick("ใบเสร็จรับเงิน", "Receipt")
    }
}

fn titles(receipt: &Receipt) -> Vec<&'static str> {
    let locale = receipt.manner.locale;
    match receipt.vat {
        Some(_) => vec![
            "ใบกำกับภาษีอย่างย่อ",
            locale.pick("ใบเสร็จรับเงิน", "Abbreviated tax invoice / Receipt"),
        ],
        None => vec![locale.pick("ใบเสร็จรับเงิน", "Receipt")],
    }
}

/// What identifies the receipt, label and value.
fn facts(receipt: &Receipt) -> Vec<(&'static str, String)> {
    let locale = receipt.manner.locale;
    let mut facts = vec![
        (locale.pick("เลขที่", "No."), receipt.number.clone()),
        (locale.pick("บิล", "Bill"), receipt.order_number.clone()),
        (locale.pick("วันที่", "Date"), locale.moment(receipt.issued_at)),
    ];
    if let Some(cashier) = &receipt.cashier {
        facts.push((locale.pick("แคชเชียร์", "Cashier"), cashier.clone()));
    }
    facts
}

fn put_lines(flow: &mut Flow, receipt: &Receipt, paper: Paper) {
    let locale = receipt.manner.locale;
    let body = paper.body();
    flow.rule(INK_RULE, Grey::INK);
    flow.gap(mm(1));
    flow.pair(
        locale.pick("รายการ", "Item"),
        locale.pick("บาท", "Baht"),
        body.quiet(),
        body.quiet(),
    );
    for line in &receipt.lines {
        if paper == Paper::A4 {
            flow.make_room(body.line_height());
            flow.rule(HAIR_RULE, Grey::RULE);
            flow.gap(mm(1));
        }
        flow.pair(&line.description, &grouped(line.amount), body, body);
        if paper == Paper::A4 {
            flow.gap(mm(1));
        }
    }
    flow.gap(mm(1));
    flow.rule(INK_RULE, Grey::INK);
    flow.gap(mm(1));
}

fn put_total(flow: &mut Flow, receipt: &Receipt, paper: Paper) {
    let locale = receipt.manner.locale;
    let (body, edges) = (paper.body(), sum_edges(flow, paper));
    if !receipt.adjustments.is_empty() {
        let due = locale.pick("ยอดขาย", "Sale");
        flow.pair_between(due, &grouped(receipt.due), body, body, edges);
    }
    for adjustment in &receipt.adjustments {
        let words = match adjustment.kind {
            AdjustmentKind::CashRounding => locale.pick("ปัดเศษเงินสด", "Cash rounding"),
            AdjustmentKind::Gateway => locale.pick("ปรับเศษสตางค์", "Satang added by the gateway"),
        };
        flow.pair_between(words, &grouped(adjustment.amount), body, body, edges);
    }
    let words = locale.pick("รวมทั้งสิ้น", "Total");
    // The words, the amount and the amount in words belong on one page.
    flow.make_room(paper.total().line_height() * 3);
    flow.pair_between(
        words,
        &format!("฿{}", grouped(receipt.total)),
        body.bold(),
        paper.total(),
        edges,
    );
    let in_words = format!("({})", receipt.total.thai_words());
    flow.paragraph_between(&in_words, body, Side::Right, edges);
    flow.gap(mm(1));
}

fn put_payments(flow: &mut Flow, receipt: &Receipt, paper: Paper) {
    let locale = receipt.manner.locale;
    let (body, edges) = (paper.body(), sum_edges(flow, paper));
    for payment in &receipt.payments {
        let words = format!("{} {}", locale.pick("จ่ายด้วย", "Paid by"), payment.words);
        flow.pair_between(&words, &grouped(payment.amount), body, body, edges);
        if let Some(reference) = &payment.reference {
            let reference = format!("{} {reference}", locale.pick("อ้างอิง", "Ref."));
            flow.paragraph_between(&reference, body.quiet(), Side::Left, edges);
        }
    }
    if let Some(cash) = &receipt.cash {
        let (tendered, change) = (
            locale.pick("รับเงินมา", "Received"),
            locale.pick("เงินทอน", "Change"),
        );
        flow.pair_between(tendered, &grouped(cash.tendered), body, body, edges);
        flow.pair_between(change, &grouped(cash.change), body, body, edges);
    }
}

/// The VAT inside an amount, under words that say which.
pub(crate) fn put_vat(flow: &mut Flow, vat: &VatSplit, words: &str, locale: Locale, paper: Paper) {
    let (body, edges) = (paper.body(), sum_edges(flow, paper));
    flow.gap(mm(1));
    flow.rule_between(HAIR_RULE, Grey::RULE, edges);
    flow.gap(mm(1));
    flow.paragraph_between(words, body.bold(), Side::Left, edges);
    let base = locale.pick("มูลค่าก่อนภาษี", "Before VAT");
    flow.pair_between(base, &grouped(vat.base), body, body, edges);
    let words = format!(
        "{} {}",
        locale.pick("ภาษีมูลค่าเพิ่ม", "VAT"),
        percent(vat.rate_basis_points)
    );
    flow.pair_between(&words, &grouped(vat.vat), body, body, edges);
}

fn put_foot(flow: &mut Flow, receipt: &Receipt, paper: Paper) -> Result<(), PaperError> {
    let locale = receipt.manner.locale;
    let body = paper.body();
    let side = if paper == Paper::A4 {
        Side::Left
    } else {
        Side::Centre
    };
    if let Some(note) = receipt.note.as_ref().filter(|note| !note.trim().is_empty()) {
        flow.gap(mm(2));
        let note = format!("{} {note}", locale.pick("หมายเหตุ", "Note"));
        flow.paragraph(&note, body, Side::Left);
    }
    if let Some(text) = &receipt.e_receipt {
        let modules = encode(text).map_err(PaperError::Qr)?;
        let qr_side = if paper == Paper::A4 { mm(36) } else { mm(32) };
        flow.gap(mm(3));
        flow.make_room(qr_side + body.line_height());
        let x = match side {
            Side::Left => flow.left(),
            Side::Centre | Side::Right => flow.left() + (flow.width() - qr_side) / 2,
        };
        flow.qr(&modules, qr_side, x);
        let words = locale.pick("สแกนเก็บใบเสร็จไว้ในโทรศัพท์", "Scan to keep this receipt");
        flow.paragraph(words, body.quiet(), side);
    }
    if let Some(closing) = receipt
        .closing
        .as_ref()
        .filter(|closing| !closing.trim().is_empty())
    {
        flow.gap(mm(2));
        flow.paragraph(closing, body, side);
    }
    if receipt.manner.is_training && paper != Paper::A4 {
        flow.gap(mm(2));
        flow.bar(TRAINING, body.bold());
    }
    Ok(())
}
