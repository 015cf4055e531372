//! A report on A4: the sum first, then what it is made of.

use keptang_domain::Money;

use super::{Grouping, Report, ReportKind, Section};
use crate::amount::{grouped, grouped_count};
use crate::document::{Document, INK_RULE, Paper, put_page_numbers, put_warnings};
use crate::flow::{Flow, Sheet, Side, Type};
use crate::grid::{Bars, GRID_TYPE, put_table};
use crate::language::Locale;
use crate::measure::{Length, mm, scale};
use crate::page::Grey;
use crate::table::{Cell, Column, Table};

const BODY: Type = Type::regular(95);
const HEADING: Type = Type::regular(115).bold();

/// The report as a PDF of A4 pages.
pub fn report_pdf(report: &Report) -> Vec<u8> {
    report_document(report).to_pdf()
}

/// The report, laid out.
pub fn report_document(report: &Report) -> Document {
    let locale = report.manner.locale;
    let mut flow = Flow::new(Sheet::a4());
    put_head(&mut flow, report);
    put_sum(&mut flow, report);
    put_proof(&mut flow, report);
    for section in &report.sections {
        put_section(&mut flow, report, section);
    }
    put_drawer(&mut flow, report);
    put_counts(&mut flow, report);
    put_exceptions(&mut flow, report);
    put_sign_off(&mut flow, report);
    if let Some(orders) = &report.orders {
        heading(&mut flow, orders.title());
        put_table(&mut flow, orders, None);
        if orders.rows().is_empty() {
            nothing(&mut flow, report);
        }
    }
    let mut pages = flow.finish();
    let title = full_title(report);
    let words = format!("{title} · {} · {}", locale.day(report.day), report.seller.name);
    put_page_numbers(&mut pages, locale, &words);
    Document::new(pages, &title, &report.seller.name, report.manner, report.made_at)
}

fn title(report: &Report) -> &'static str {
    let locale = report.manner.locale;
    match report.kind {
        ReportKind::X => locale.pick("รายงาน X", "X report"),
        ReportKind::Z => locale.pick("รายงาน Z", "Z report"),
        ReportKind::Day => locale.pick("รายงานประจำวัน", "Day report"),
    }
}

pub(super) fn full_title(report: &Report) -> String {
    match &report.number {
        Some(number) => format!("{} {number}", title(report)),
        None => title(report).to_owned(),
    }
}

/// Whether the day is closed, where the report's name does not say it.
pub(super) fn closing_words(report: &Report) -> &'static str {
    let locale = report.manner.locale;
    match report.kind {
        ReportKind::X => locale.pick("ยอดถึงตอนนี้ ยังไม่ปิดวัน", "Totals so far; the day is not closed"),
        ReportKind::Z => locale.pick("ปิดวันแล้ว แก้ไม่ได้", "The day is closed and cannot be changed"),
        ReportKind::Day => "",
    }
}

/// The shop on the left, the report on the right.
fn put_head(flow: &mut Flow, report: &Report) {
    let locale = report.manner.locale;
    put_warnings(flow, report.manner, Paper::A4);
    let (top, middle) = (flow.place(), flow.left() + flow.width() / 2);
    let left = (flow.left(), middle - mm(6));
    flow.paragraph_between(&report.seller.name, Paper::A4.title(), Side::Left, left);
    let tax_id = report.seller.tax_id.as_ref();
    let tax_id = tax_id.map(|id| format!("{} {id}", locale.pick("เลขประจำตัวผู้เสียภาษี", "Tax ID")));
    for line in [report.seller.branch.clone(), tax_id].iter().flatten() {
        flow.paragraph_between(line, BODY, Side::Left, left);
    }
    let left_end = flow.place();

    flow.go_to(top);
    let right = (middle, flow.right());
    flow.paragraph_between(&full_title(report), Paper::A4.title(), Side::Right, right);
    let words = closing_words(report);
    if !words.is_empty() {
        flow.paragraph_between(words, BODY, Side::Right, right);
    }
    for (label, value) in facts(report) {
        flow.pair_between(label, &value, BODY.quiet(), BODY, right);
    }
    flow.go_to(flow.place().max(left_end));
    flow.gap(mm(3));
    flow.rule(INK_RULE, Grey::INK);
}

pub(super) fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let locale = report.manner.locale;
    let mut facts = vec![(locale.pick("วันทำการ", "Business day"), locale.day(report.day))];
    if let Some((from, to)) = report.period {
        let period = format!("{} – {}", locale.moment(from), locale.moment(to));
        facts.push((locale.pick("ช่วงเวลา", "Period"), period));
    }
    facts.extend(
        report
            .counter
            .clone()
            .map(|counter| (locale.pick("เครื่อง", "Counter"), counter)),
    );
    facts.extend(
        report
            .made_by
            .clone()
            .map(|who| (locale.pick("ผู้ออกรายงาน", "Made by"), who)),
    );
    facts.push((locale.pick("ออกเมื่อ", "Made"), locale.moment(report.made_at)));
    facts
}

/// gross − refunds − fees = net, on one line with its signs (design.md §5, Tile).
fn put_sum(flow: &mut Flow, report: &Report) {
    let locale = report.manner.locale;
    let sums = &report.sums;
    let (figure, result) = (Type::regular(150).bold(), Type::regular(190).bold());
    let terms = [
        (locale.pick("ยอดขาย", "Gross"), sums.gross, "−"),
        (locale.pick("คืนเงิน", "Refunds"), sums.refunds, "−"),
        (locale.pick("ค่าธรรมเนียม", "Fees"), sums.fees, "="),
    ];
    flow.gap(mm(2));
    let top = flow.y();
    let column = flow.width() * 23 / 100;
    for ((words, amount, sign), at) in terms.iter().zip(0..) {
        let left = flow.left() + column * at;
        flow.set_y(top);
        flow.paragraph_between(words, BODY.quiet(), Side::Left, (left, left + column));
        let y = flow.y() + result.ascent();
        put_fitted(
            flow,
            &grouped(*amount),
            figure,
            (left, left + column - mm(8)),
            Side::Left,
            y,
        );
        put_fitted(
            flow,
            sign,
            figure,
            (left + column - mm(7), left + column),
            Side::Left,
            y,
        );
    }
    let edges = (flow.left() + column * 3, flow.right());
    flow.set_y(top);
    flow.paragraph_between(locale.pick("สุทธิ", "Net"), BODY.quiet(), Side::Right, edges);
    let y = flow.y() + result.ascent();
    put_fitted(
        flow,
        &format!("฿{}", grouped(sums.net)),
        result,
        edges,
        Side::Right,
        y,
    );
    flow.gap(result.line_height());
    flow.rule(INK_RULE, Grey::INK);
}

/// One line, set smaller when it would not fit.
fn put_fitted(flow: &mut Flow, text: &str, style: Type, edges: (Length, Length), side: Side, y: Length) {
    let lines = flow.lines(text, style, Length::MAX);
    let width = edges.1 - edges.0;
    for line in lines.iter() {
        let needed = style.length(line.advance);
        let size = if needed > width {
            scale(style.size, width, needed)
        } else {
            style.size
        };
        flow.put(line, Type { size, ..style }, edges, side, y);
    }
}

/// How sure the money is, and what it holds that no bill asked for.
fn put_proof(flow: &mut Flow, report: &Report) {
    let locale = report.manner.locale;
    let sums = &report.sums;
    flow.gap(mm(2));
    let (top, middle) = (flow.place(), flow.left() + flow.width() / 2);
    let left = (flow.left(), middle - mm(5));
    let proof = [
        (
            locale.pick("ระบบยืนยันเอง", "Confirmed by the provider"),
            sums.automatic,
        ),
        (locale.pick("ยืนยันด้วยสลิป", "Confirmed by slip"), sums.slip),
        (locale.pick("ยืนยันด้วยคน", "Confirmed by a person"), sums.manual),
        (locale.pick("เงินสดนับแล้ว", "Cash"), sums.cash),
    ];
    flow.paragraph_between(
        locale.pick("ยอดขายนี้ รู้ได้อย่างไรว่าเข้า", "How the gross is known"),
        BODY.bold(),
        Side::Left,
        left,
    );
    for (words, amount) in proof {
        flow.pair_between(words, &grouped(amount), BODY, BODY, left);
    }
    let left_end = flow.place();

    flow.go_to(top);
    let right = (middle + mm(5), flow.right());
    flow.paragraph_between(locale.pick("ในยอดนี้", "Within it"), BODY.bold(), Side::Left, right);
    let orders = i64::try_from(sums.orders).map_or_else(|_| sums.orders.to_string(), grouped_count);
    let within = [
        (locale.pick("บิลที่จ่ายแล้ว", "Bills paid"), orders),
        (
            locale.pick("เศษสตางค์ที่เกตเวย์ปรับ", "Satang added by gateways"),
            grouped(sums.adjustments),
        ),
        (
            locale.pick("เงินเข้าบิลที่ยกเลิก", "For bills called off"),
            grouped(sums.suspense),
        ),
    ];
    for (words, value) in within {
        flow.pair_between(words, &value, BODY, BODY, right);
    }
    for (words, value) in &report.remarks {
        flow.pair_between(words, value, BODY, BODY, right);
    }
    flow.go_to(flow.place().max(left_end));
    flow.gap(mm(2));
}

fn heading(flow: &mut Flow, words: &str) {
    // A heading alone at the foot of a page belongs to nothing.
    flow.make_room(mm(32));
    flow.gap(mm(4));
    flow.paragraph(words, HEADING, Side::Left);
    flow.gap(mm(1));
}

fn nothing(flow: &mut Flow, report: &Report) {
    flow.gap(mm(1));
    let words = report.manner.locale.pick("ไม่มีรายการ", "No entries");
    flow.paragraph(words, GRID_TYPE.quiet(), Side::Left);
}

pub(super) fn grouping_words(locale: Locale, by: Grouping) -> &'static str {
    match by {
        Grouping::Method => locale.pick("ตามวิธีจ่าย", "By method"),
        Grouping::Provider => locale.pick("ตามผู้ให้บริการ", "By provider"),
        Grouping::Cashier => locale.pick("ตามแคชเชียร์", "By cashier"),
        Grouping::Hour => locale.pick("รายชั่วโมง", "By hour"),
    }
}

fn put_section(flow: &mut Flow, report: &Report, section: &Section) {
    let locale = report.manner.locale;
    let words = grouping_words(locale, section.by);
    let name = match section.by {
        Grouping::Method => locale.pick("วิธีจ่าย", "Method"),
        Grouping::Provider => locale.pick("ผู้ให้บริการ", "Provider"),
        Grouping::Cashier => locale.pick("แคชเชียร์", "Cashier"),
        Grouping::Hour => locale.pick("ชั่วโมง", "Hour"),
    };
    heading(flow, words);
    let columns = vec![
        Column::words(name, 22),
        Column::words("", 16),
        Column::figures(locale.pick("บิล", "Bills"), 7),
        Column::figures(locale.pick("ยอดขาย", "Gross"), 14),
        Column::figures(locale.pick("คืนเงิน", "Refunds"), 12),
        Column::figures(locale.pick("ค่าธรรมเนียม", "Fees"), 12),
        Column::figures(locale.pick("สุทธิ", "Net"), 14),
    ];
    let largest = section
        .shares
        .iter()
        .map(|share| share.gross)
        .max()
        .unwrap_or(Money::ZERO);
    let bars = Bars {
        column: 1,
        permille: section
            .shares
            .iter()
            .map(|share| permille(share.gross, largest))
            .collect(),
    };
    let mut table = Table::new(words, columns);
    for share in &section.shares {
        table.push(vec![
            Cell::text(&share.label),
            Cell::Empty,
            Cell::Count(i64::try_from(share.orders).unwrap_or(i64::MAX)),
            Cell::Money(share.gross),
            Cell::Money(share.refunds),
            Cell::Money(share.fees),
            Cell::Money(share.net),
        ]);
    }
    put_table(flow, &table, Some(&bars));
    if section.shares.is_empty() {
        nothing(flow, report);
    }
}

/// How much of `largest` an amount is; nothing is less than no bar.
fn permille(amount: Money, largest: Money) -> i32 {
    let part = amount
        .satang()
        .max(0)
        .saturating_mul(1000)
        .checked_div(largest.satang());
    part.and_then(|part| i32::try_from(part).ok())
        .unwrap_or(0)
        .clamp(0, 1000)
}

fn put_drawer(flow: &mut Flow, report: &Report) {
    if report.drawer.is_empty() {
        return;
    }
    let locale = report.manner.locale;
    let words = locale.pick("ลิ้นชักเงินสด", "Cash drawer");
    heading(flow, words);
    let columns = vec![
        Column::words(locale.pick("รายการ", "Entry"), 80),
        Column::figures(locale.pick("บาท", "Baht"), 18),
    ];
    let mut table = Table::new(words, columns);
    for line in &report.drawer {
        table.push(vec![Cell::text(&line.words), Cell::Money(line.amount)]);
    }
    put_table(flow, &table, None);
}

fn put_counts(flow: &mut Flow, report: &Report) {
    if report.counts.is_empty() {
        return;
    }
    let locale = report.manner.locale;
    let words = locale.pick("นับจริงเทียบกับระบบ", "Counted against the ledger");
    heading(flow, words);
    let columns = vec![
        Column::words(locale.pick("วิธีจ่าย", "Method"), 40),
        Column::figures(locale.pick("ระบบ", "Ledger"), 18),
        Column::figures(locale.pick("นับได้", "Counted"), 18),
        Column::figures(locale.pick("ต่าง", "Difference"), 18),
    ];
    let mut table = Table::new(words, columns);
    let known = |amount: Option<Money>| amount.map_or_else(|| Cell::text("–"), Cell::Money);
    for line in &report.counts {
        table.push(vec![
            Cell::text(&line.words),
            Cell::Money(line.expected),
            known(line.counted),
            known(line.difference),
        ]);
    }
    put_table(flow, &table, None);
}

fn put_exceptions(flow: &mut Flow, report: &Report) {
    let locale = report.manner.locale;
    let words = locale.pick("รายการที่ต้องดู", "Exceptions");
    heading(flow, words);
    if report.exceptions.is_empty() {
        nothing(flow, report);
        return;
    }
    let columns = vec![
        Column::words(locale.pick("บิล", "Bill"), 12),
        Column::words(locale.pick("เรื่อง", "What"), 34),
        Column::figures(locale.pick("บาท", "Baht"), 14),
        Column::words(locale.pick("จัดการแล้วอย่างไร", "Settled"), 40),
    ];
    let mut table = Table::new(words, columns);
    for line in &report.exceptions {
        let open = locale.pick("ยังไม่จัดการ", "Still open");
        table.push(vec![
            Cell::text(&line.order_number),
            Cell::text(&line.what),
            Cell::Money(line.amount),
            Cell::text(line.settlement.as_deref().unwrap_or(open)),
        ]);
    }
    put_table(flow, &table, None);
}

/// Who signed; a Z without a signature has a line for one.
fn put_sign_off(flow: &mut Flow, report: &Report) {
    let locale = report.manner.locale;
    match &report.sign_off {
        Some(sign_off) => {
            heading(flow, locale.pick("ผู้รับรองยอด", "Signed off"));
            flow.paragraph(
                &format!("{} · {}", sign_off.by, locale.moment(sign_off.at)),
                BODY,
                Side::Left,
            );
            if let Some(note) = &sign_off.note {
                flow.paragraph(note, BODY, Side::Left);
            }
        }
        None if report.kind == ReportKind::Z => {
            flow.make_room(mm(24));
            flow.gap(mm(16));
            let edges = (flow.right() - mm(70), flow.right());
            flow.rule_between(INK_RULE / 2, Grey::INK, edges);
            flow.paragraph_between(
                locale.pick("ผู้รับรองยอด", "Signed off"),
                BODY.quiet(),
                Side::Centre,
                edges,
            );
        }
        None => {}
    }
}
