//! Any table as pages: exports of orders, of a reconciliation, of people.

use keptang_domain::Timestamp;

use crate::document::{Document, Manner, Paper, put_page_numbers, put_warnings};
use crate::flow::{Flow, Sheet, Side, Type};
use crate::grid::{GRID_TYPE, is_wide, put_table};
use crate::measure::mm;
use crate::table::Table;

/// A table with what has to stand above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDocument {
    /// Words, copy, training.
    pub manner: Manner,
    /// The shop's name.
    pub shop: String,
    /// Lines below the title: which days, which filter.
    pub about: Vec<String>,
    /// Who asked for it.
    pub made_by: Option<String>,
    /// When.
    pub made_at: Timestamp,
    /// The table; its title is the document's.
    pub table: Table,
}

/// The table as a PDF of A4 pages, turned on their side when it has many columns.
pub fn table_pdf(document: &TableDocument) -> Vec<u8> {
    table_document(document).to_pdf()
}

/// The same, laid out.
pub fn table_document(document: &TableDocument) -> Document {
    let (table, locale) = (&document.table, document.manner.locale);
    let sheet = if is_wide(table) {
        Sheet::a4_landscape()
    } else {
        Sheet::a4()
    };
    let mut flow = Flow::new(sheet);
    put_warnings(&mut flow, document.manner, Paper::A4);
    flow.paragraph(table.title(), Paper::A4.title(), Side::Left);
    flow.paragraph(&document.shop, Type::regular(105), Side::Left);
    for line in &document.about {
        flow.paragraph(line, GRID_TYPE, Side::Left);
    }
    flow.paragraph(&made(document), GRID_TYPE.quiet(), Side::Left);
    flow.gap(mm(4));
    put_table(&mut flow, table, None);
    if table.rows().is_empty() {
        flow.gap(mm(1));
        flow.paragraph(
            locale.pick("ไม่มีรายการ", "No entries"),
            GRID_TYPE.quiet(),
            Side::Left,
        );
    }
    let mut pages = flow.finish();
    put_page_numbers(
        &mut pages,
        locale,
        &format!("{} · {}", table.title(), document.shop),
    );
    Document::new(
        pages,
        table.title(),
        &document.shop,
        document.manner,
        document.made_at,
    )
}

fn made(document: &TableDocument) -> String {
    let locale = document.manner.locale;
    let when = locale.moment(document.made_at);
    match &document.made_by {
        Some(who) => format!("{} {when} · {who}", locale.pick("พิมพ์เมื่อ", "Printed")),
        None => format!("{} {when}", locale.pick("พิมพ์เมื่อ", "Printed")),
    }
}
