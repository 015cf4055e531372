//! A report on the paper of the receipt printer: what a shop staples to its takings at the end of a shift.
//!
//! One figure a line. The bills themselves are left to A4 and to the exports.

use super::layout::{closing_words, facts, full_title, grouping_words};
use super::{Report, ReportKind};
use crate::amount::{grouped, grouped_count};
use crate::document::{Document, HAIR_RULE, INK_RULE, Paper, put_warnings};
use crate::flow::{Flow, Side};
use crate::measure::mm;
use crate::page::Grey;

/// The report, laid out for a strip of `paper`.
pub fn report_strip(report: &Report, paper: Paper) -> Document {
    let mut flow = Flow::new(paper.sheet());
    put_head(&mut flow, report, paper);
    put_sums(&mut flow, report, paper);
    put_sections(&mut flow, report, paper);
    put_drawer(&mut flow, report, paper);
    put_exceptions(&mut flow, report, paper);
    put_sign_off(&mut flow, report, paper);
    Document::new(
        flow.finish(),
        &full_title(report),
        &report.seller.name,
        report.manner,
        report.made_at,
    )
}

fn put_head(flow: &mut Flow, report: &Report, paper: Paper) {
    let body = paper.body();
    put_warnings(flow, report.manner, paper);
    flow.paragraph(&report.seller.name, paper.title(), Side::Centre);
    if let Some(branch) = &report.seller.branch {
        flow.paragraph(branch, body, Side::Centre);
    }
    flow.paragraph(&full_title(report), paper.title(), Side::Centre);
    let closing = closing_words(report);
    if !closing.is_empty() {
        flow.paragraph(closing, body, Side::Centre);
    }
    for (label, value) in facts(report) {
        flow.pair(label, &value, body.quiet(), body);
    }
}

fn put_sums(flow: &mut Flow, report: &Report, paper: Paper) {
    let locale = report.manner.locale;
    let (body, sums) = (paper.body(), &report.sums);
    part(flow);
    for (words, amount) in [
        (locale.pick("ยอดขาย", "Gross"), grouped(sums.gross)),
        (locale.pick("− คืนเงิน", "− Refunds"), grouped(sums.refunds)),
        (locale.pick("− ค่าธรรมเนียม", "− Fees"), grouped(sums.fees)),
    ] {
        flow.pair(words, &amount, body, body);
    }
    flow.pair(
        locale.pick("สุทธิ", "Net"),
        &format!("฿{}", grouped(sums.net)),
        body.bold(),
        paper.total(),
    );
    part(flow);
    let bills = i64::try_from(sums.orders).map_or_else(|_| sums.orders.to_string(), grouped_count);
    let figures = [
        (locale.pick("บิลที่จ่ายแล้ว", "Bills paid"), bills),
        (
            locale.pick("ระบบยืนยันเอง", "Confirmed by the provider"),
            grouped(sums.automatic),
        ),
        (locale.pick("ยืนยันด้วยสลิป", "Confirmed by slip"), grouped(sums.slip)),
        (
            locale.pick("ยืนยันด้วยคน", "Confirmed by a person"),
            grouped(sums.manual),
        ),
        (locale.pick("เงินสด", "Cash"), grouped(sums.cash)),
        (
            locale.pick("เศษสตางค์ที่เกตเวย์ปรับ", "Satang added by gateways"),
            grouped(sums.adjustments),
        ),
        (
            locale.pick("เงินเข้าบิลที่ยกเลิก", "For bills called off"),
            grouped(sums.suspense),
        ),
    ];
    let remarks = report
        .remarks
        .iter()
        .map(|(words, value)| (words.as_str(), value));
    for (words, value) in figures
        .iter()
        .map(|(words, value)| (*words, value))
        .chain(remarks)
    {
        flow.pair(words, value, body, body);
    }
}

fn put_sections(flow: &mut Flow, report: &Report, paper: Paper) {
    let body = paper.body();
    for section in report
        .sections
        .iter()
        .filter(|section| !section.shares.is_empty())
    {
        part(flow);
        flow.paragraph(
            grouping_words(report.manner.locale, section.by),
            body.bold(),
            Side::Left,
        );
        for share in &section.shares {
            let words = format!("{} ×{}", share.label, share.orders);
            flow.pair(&words, &grouped(share.gross), body, body);
        }
    }
}

fn put_drawer(flow: &mut Flow, report: &Report, paper: Paper) {
    let locale = report.manner.locale;
    let body = paper.body();
    if !report.drawer.is_empty() {
        part(flow);
        flow.paragraph(locale.pick("ลิ้นชักเงินสด", "Cash drawer"), body.bold(), Side::Left);
    }
    for line in &report.drawer {
        flow.pair(&line.words, &grouped(line.amount), body, body);
    }
    if !report.counts.is_empty() {
        part(flow);
        let words = locale.pick("นับจริงเทียบกับระบบ", "Counted against the ledger");
        flow.paragraph(words, body.bold(), Side::Left);
    }
    for line in &report.counts {
        flow.paragraph(&line.words, body, Side::Left);
        let figures = [
            (locale.pick("ระบบ", "Ledger"), Some(line.expected)),
            (locale.pick("นับได้", "Counted"), line.counted),
            (locale.pick("ต่าง", "Difference"), line.difference),
        ];
        let edges = (flow.left() + body.size, flow.right());
        for (words, amount) in figures {
            let amount = amount.map_or_else(|| "–".to_owned(), grouped);
            flow.pair_between(words, &amount, body.quiet(), body, edges);
        }
    }
}

fn put_exceptions(flow: &mut Flow, report: &Report, paper: Paper) {
    let locale = report.manner.locale;
    let body = paper.body();
    part(flow);
    let count = grouped_count(i64::try_from(report.exceptions.len()).unwrap_or(i64::MAX));
    flow.pair(
        locale.pick("รายการที่ต้องดู", "Exceptions"),
        &count,
        body.bold(),
        body.bold(),
    );
    for line in &report.exceptions {
        let words = format!("{} {}", line.order_number, line.what);
        flow.pair(&words, &grouped(line.amount), body, body);
        let open = locale.pick("ยังไม่จัดการ", "Still open");
        let edges = (flow.left() + body.size, flow.right());
        let settled = line.settlement.as_deref().unwrap_or(open);
        flow.paragraph_between(settled, body.quiet(), Side::Left, edges);
    }
}

/// Who signed; a Z without a signature has a line for one.
fn put_sign_off(flow: &mut Flow, report: &Report, paper: Paper) {
    let locale = report.manner.locale;
    let body = paper.body();
    let words = locale.pick("ผู้รับรองยอด", "Signed off");
    match &report.sign_off {
        Some(sign_off) => {
            part(flow);
            flow.pair(words, &sign_off.by, body.quiet(), body);
            flow.paragraph(&locale.moment(sign_off.at), body, Side::Right);
            if let Some(note) = &sign_off.note {
                flow.paragraph(note, body, Side::Left);
            }
        }
        None if report.kind == ReportKind::Z => {
            flow.gap(mm(14));
            flow.rule(HAIR_RULE, Grey::INK);
            flow.paragraph(words, body.quiet(), Side::Centre);
        }
        None => {}
    }
}

fn part(flow: &mut Flow) {
    flow.gap(mm(1));
    flow.rule(INK_RULE, Grey::INK);
    flow.gap(mm(1));
}
