//! A table as everything that exports one takes it: CSV, XLSX and the PDF reports.
//!
//! Cells are typed so that each format can say "this is a number" in its own way. Words arrive in the language the
//! caller chose, and nothing is added up here: a row of totals is handed in like any other figure.

use keptang_domain::{BusinessDay, Money};

/// What stands in one place of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Words, from whoever wrote them; never believed to be a formula.
    Text(String),
    /// An amount of baht.
    Money(Money),
    /// A number of things.
    Count(i64),
    /// A business day, written `YYYY-MM-DD` in the Common Era. A Buddhist year is a [`Cell::Text`] of the caller.
    Day(BusinessDay),
    /// Nothing is known or nothing applies.
    Empty,
}

impl Cell {
    /// A text cell.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// To which side a column's cells and its header lean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Amounts and numbers, so that their digits stand below each other.
    Right,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, in the language of the document.
    pub header: String,
    /// To which side it leans.
    pub align: Align,
    /// Its width, in digits of the body type; a page scales all columns by the same measure to fit.
    pub width_chars: u8,
}

impl Column {
    /// A column of words.
    pub fn words(header: impl Into<String>, width_chars: u8) -> Self {
        Self {
            header: header.into(),
            align: Align::Left,
            width_chars,
        }
    }

    /// A column of amounts or numbers.
    pub fn figures(header: impl Into<String>, width_chars: u8) -> Self {
        Self {
            header: header.into(),
            align: Align::Right,
            width_chars,
        }
    }
}

/// A title, columns and rows; every row has as many cells as there are columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    title: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    totals: Option<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    pub fn new(title: impl Into<String>, columns: Vec<Column>) -> Self {
        Self {
            title: title.into(),
            columns,
            rows: Vec::new(),
            totals: None,
        }
    }

    /// Adds a row.
    ///
    /// # Panics
    /// When the row has more or fewer cells than the table has columns: whoever built it has mixed up two tables.
    pub fn push(&mut self, row: Vec<Cell>) {
        self.check(&row);
        self.rows.push(row);
    }

    /// Sets the row of totals that a printed page and a sheet show below the rest. A CSV leaves it out, because a
    /// program that adds up the column would count everything twice.
    ///
    /// # Panics
    /// As [`Table::push`].
    pub fn set_totals(&mut self, row: Vec<Cell>) {
        self.check(&row);
        self.totals = Some(row);
    }

    fn check(&self, row: &[Cell]) {
        assert_eq!(
            row.len(),
            self.columns.len(),
            "a row of \"{}\" has a cell for each column",
            self.title
        );
    }

    /// What the table is about; the name of its sheet.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The columns, from left to right.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The rows, from top to bottom.
    pub fn rows(&self) -> &[Vec<Cell>] {
        &self.rows
    }

    /// The row of totals, if the caller gave one.
    pub fn totals(&self) -> Option<&[Cell]> {
        self.totals.as_deref()
    }
}
