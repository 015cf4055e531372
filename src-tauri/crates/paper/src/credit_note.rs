//! What a shop gives when money goes back: a credit note (ใบลดหนี้) when it is registered for VAT, else a note of the
//! return (ใบคืนเงิน). Either names the receipt it takes back from.
//!
//! A credit note says: the words, seller and tax ID, its number and day, the number and day of the tax invoice, the
//! value there, the right value, the difference, its VAT, and why (Revenue Code, section 86/10). Like the words of a
//! tax invoice, ใบลดหนี้ stays Thai in an English document.

use keptang_domain::{Money, Timestamp};

use crate::amount::grouped;
use crate::document::{
    Document, INK_RULE, Letterhead, Manner, Paper, Seller, TRAINING, put_page_numbers, sum_edges,
};
use crate::flow::{Flow, Side};
use crate::language::Language;
use crate::measure::mm;
use crate::page::Grey;
use crate::receipt::{VatSplit, put_vat};

/// Money that went back, every word and amount of it decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditNote {
    /// Words, copy, training.
    pub manner: Manner,
    /// Whose note it is.
    pub seller: Seller,
    /// Its number in the gapless series of credit notes.
    pub number: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// The receipt it refers to.
    pub receipt_number: String,
    /// When that was issued.
    pub receipt_issued_at: Timestamp,
    /// The bill of both.
    pub order_number: String,
    /// The buyer, where the shop knows one.
    pub buyer: Option<String>,
    /// The total on the receipt.
    pub receipt_total: Money,
    /// What the total should have been, or is after this note and those before it.
    pub right_total: Money,
    /// What goes back.
    pub returned: Money,
    /// The VAT inside what goes back, when the shop is registered.
    pub vat: Option<VatSplit>,
    /// How it goes back: method and provider, in the language of the note.
    pub way: String,
    /// The reference of the refund or of the transfer.
    pub reference: Option<String>,
    /// Why.
    pub reason: String,
    /// Who gave it back.
    pub cashier: Option<String>,
    /// Who approved.
    pub approved_by: Option<String>,
}

/// The note as a PDF.
pub fn credit_note_pdf(note: &CreditNote, paper: Paper) -> Vec<u8> {
    credit_note_document(note, paper).to_pdf()
}

/// The note, laid out.
pub fn credit_note_document(note: &CreditNote, paper: Paper) -> Document {
    let locale = note.manner.locale;
    let body = paper.body();
    let mut flow = Flow::new(paper.sheet());
    let head = Letterhead {
        manner: note.manner,
        seller: &note.seller,
        titles: &titles(note),
        facts: &facts(note),
    };
    head.put(&mut flow, paper);
    flow.rule(INK_RULE, Grey::INK);
    flow.gap(mm(1));
    put_amounts(&mut flow, note, paper);
    flow.gap(mm(2));
    flow.paragraph(
        &format!("{} {}", locale.pick("เหตุผล", "Reason"), note.reason),
        body,
        Side::Left,
    );
    flow.gap(mm(10));
    put_signature(&mut flow, note, paper);
    if note.manner.is_training && paper != Paper::A4 {
        flow.gap(mm(2));
        flow.bar(TRAINING, body.bold());
    }
    let title = format!("{} {}", title(note), note.number);
    let mut pages = flow.finish();
    if paper == Paper::A4 {
        put_page_numbers(&mut pages, locale, &title);
    }
    Document::new(pages, &title, &note.seller.name, note.manner, note.issued_at)
}

fn title(note: &CreditNote) -> &'static str {
    match note.vat {
        Some(_) => "ใบลดหนี้",
        None => note.manner.locale.pick("ใบคืนเงิน", "Refund note"),
    }
}

fn titles(note: &CreditNote) -> Vec<&'static str> {
    match (note.vat, note.manner.locale.language) {
        (Some(_), Language::English) => vec![title(note), "Credit note"],
        _ => vec![title(note)],
    }
}

fn facts(note: &CreditNote) -> Vec<(&'static str, String)> {
    let locale = note.manner.locale;
    let mut facts = vec![
        (locale.pick("เลขที่", "No."), note.number.clone()),
        (locale.pick("วันที่", "Date"), locale.moment(note.issued_at)),
        (
            match note.vat {
                Some(_) => locale.pick("อ้างถึงใบกำกับภาษี", "Tax invoice"),
                None => locale.pick("อ้างถึงใบเสร็จ", "Receipt"),
            },
            note.receipt_number.clone(),
        ),
        (locale.pick("ลงวันที่", "of"), locale.moment(note.receipt_issued_at)),
        (locale.pick("บิล", "Bill"), note.order_number.clone()),
    ];
    let people = [
        (locale.pick("ลูกค้า", "Customer"), &note.buyer),
        (locale.pick("แคชเชียร์", "Cashier"), &note.cashier),
        (locale.pick("ผู้อนุมัติ", "Approved by"), &note.approved_by),
    ];
    for (label, who) in people {
        facts.extend(who.clone().map(|who| (label, who)));
    }
    facts
}

fn put_amounts(flow: &mut Flow, note: &CreditNote, paper: Paper) {
    let locale = note.manner.locale;
    let (body, edges) = (paper.body(), sum_edges(flow, paper));
    let rows = [
        (
            locale.pick("มูลค่าตามเอกสารเดิม", "Value on the receipt"),
            note.receipt_total,
        ),
        (locale.pick("มูลค่าที่ถูกต้อง", "Right value"), note.right_total),
    ];
    for (label, amount) in rows {
        flow.pair_between(label, &grouped(amount), body, body, edges);
    }
    let label = locale.pick("คืนเงิน", "Returned");
    flow.pair_between(
        label,
        &format!("฿{}", grouped(note.returned)),
        body.bold(),
        paper.total(),
        edges,
    );
    flow.paragraph_between(
        &format!("({})", note.returned.thai_words()),
        body,
        Side::Right,
        edges,
    );
    flow.gap(mm(1));
    let way = format!("{} {}", locale.pick("คืนทาง", "Returned by"), note.way);
    flow.pair_between(&way, &grouped(note.returned), body, body, edges);
    if let Some(reference) = &note.reference {
        let reference = format!("{} {reference}", locale.pick("อ้างอิง", "Ref."));
        flow.paragraph_between(&reference, body.quiet(), Side::Left, edges);
    }
    if let Some(vat) = &note.vat {
        put_vat(
            flow,
            vat,
            locale.pick("ภาษีในยอดที่คืน", "VAT in what goes back"),
            locale,
            paper,
        );
    }
}

/// Whoever took the money signs.
fn put_signature(flow: &mut Flow, note: &CreditNote, paper: Paper) {
    let locale = note.manner.locale;
    let width = flow.width().min(mm(70));
    let edges = (flow.right() - width, flow.right());
    flow.make_room(paper.body().line_height() * 2);
    flow.rule_between(INK_RULE / 2, Grey::INK, edges);
    let words = locale.pick("ผู้รับเงินคืน", "Received by");
    flow.paragraph_between(words, paper.body().quiet(), Side::Centre, edges);
}
