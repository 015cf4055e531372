//! Tables as an Excel workbook, a sheet each: amounts are numbers, days are dates, words are words.
//!
//! Text is stored as a string cell, which no spreadsheet runs, so nothing is put in front of it here. The file says
//! nothing about when or by whom it was made: the same tables give the same bytes.

use crate::table::{Align, Cell, Column, Table};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};
use std::collections::HashSet;

/// Why tables cannot be a workbook.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// A sheet ends at 1,048,576 rows.
    #[error("\"{title}\" has {rows} rows, more than a sheet holds")]
    TooManyRows {
        /// The table.
        title: String,
        /// How many it has.
        rows: usize,
    },
    /// A cell ends at 32,767 characters.
    #[error("row {row} of \"{title}\" has a text longer than a cell holds")]
    TextTooLong {
        /// The table.
        title: String,
        /// The row, from 1 below the header; one past the last row is the totals.
        row: u32,
    },
    /// The workbook could not be put together for another reason.
    #[error("the workbook could not be written")]
    Write(#[source] XlsxError),
}

/// The rows of a sheet below its header.
const ROWS_MAX: usize = 1_048_575;
/// UTF-16 units in the name of a sheet (Excel, "Rename a worksheet").
const SHEET_NAME_MAX: usize = 31;
/// An Excel number is an IEEE double, which gives back every decimal of up to 15 digits unchanged (IEEE 754, DBL_DIG).
const DIGITS_MAX: usize = 15;

/// The tables as one workbook, in their order. No table at all gives a workbook with one empty sheet.
pub fn write(tables: &[Table]) -> Result<Vec<u8>, SheetError> {
    let mut workbook = Workbook::new();
    // Any fixed moment does; the format has to have one.
    let epoch = ExcelDateTime::from_ymd(2000, 1, 1).map_err(SheetError::Write)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&epoch));
    let formats = Formats::new();
    let mut names = HashSet::new();
    for table in tables {
        let sheet = workbook.add_worksheet();
        sheet
            .set_name(sheet_name(table.title(), &mut names))
            .map_err(SheetError::Write)?;
        write_sheet(sheet, table, &formats)?;
    }
    workbook.save_to_buffer().map_err(SheetError::Write)
}

struct Formats {
    header_left: Format,
    header_right: Format,
    body: Row,
    totals: Row,
}

/// How the cells of one kind of row look.
struct Row {
    left: Format,
    right: Format,
    money: Format,
    count: Format,
    day: Format,
}

impl Row {
    fn new(base: &Format) -> Self {
        Self {
            left: base.clone(),
            right: base.clone().set_align(FormatAlign::Right),
            money: base.clone().set_num_format("#,##0.00"),
            count: base.clone().set_num_format("#,##0"),
            day: base.clone().set_num_format("yyyy-mm-dd"),
        }
    }

    fn text(&self, column: &Column) -> &Format {
        match column.align {
            Align::Left => &self.left,
            Align::Right => &self.right,
        }
    }
}

impl Formats {
    fn new() -> Self {
        let header = Format::new()
            .set_bold()
            .set_text_wrap()
            .set_border_bottom(FormatBorder::Thin);
        Self {
            header_right: header.clone().set_align(FormatAlign::Right),
            header_left: header,
            body: Row::new(&Format::new()),
            totals: Row::new(&Format::new().set_bold().set_border_top(FormatBorder::Thin)),
        }
    }
}

fn write_sheet(sheet: &mut Worksheet, table: &Table, formats: &Formats) -> Result<(), SheetError> {
    let rows = table.rows().len() + usize::from(table.totals().is_some());
    if rows > ROWS_MAX {
        return Err(SheetError::TooManyRows {
            title: table.title().to_owned(),
            rows,
        });
    }
    for (at, column) in (0_u16..).zip(table.columns()) {
        let format = match column.align {
            Align::Left => &formats.header_left,
            Align::Right => &formats.header_right,
        };
        sheet
            .set_column_width(at, u16::from(column.width_chars))
            .and_then(|sheet| sheet.write_string_with_format(0, at, &column.header, format))
            .map_err(|error| sheet_error(error, table, 0))?;
    }
    sheet.set_freeze_panes(1, 0).map_err(SheetError::Write)?;
    let body = table.rows().iter().map(|row| (row.as_slice(), &formats.body));
    let totals = table.totals().map(|row| (row, &formats.totals));
    for (at, (row, format)) in (1_u32..).zip(body.chain(totals)) {
        write_row(sheet, at, table.columns(), row, format).map_err(|error| sheet_error(error, table, at))?;
    }
    Ok(())
}

fn write_row(
    sheet: &mut Worksheet,
    row: u32,
    columns: &[Column],
    cells: &[Cell],
    format: &Row,
) -> Result<(), XlsxError> {
    for ((at, column), cell) in (0_u16..).zip(columns).zip(cells) {
        let number = match cell {
            Cell::Text(text) => {
                sheet.write_string_with_format(row, at, text, format.text(column))?;
                continue;
            }
            Cell::Day(day) => {
                match excel_day(*day) {
                    Some(date) => sheet.write_datetime_with_format(row, at, date, &format.day)?,
                    None => sheet.write_string_with_format(row, at, day.to_string(), format.text(column))?,
                };
                continue;
            }
            Cell::Empty => {
                sheet.write_blank(row, at, format.text(column))?;
                continue;
            }
            Cell::Money(money) => (money.to_string(), &format.money),
            Cell::Count(count) => (count.to_string(), &format.count),
        };
        match exact_number(&number.0) {
            Some(value) => sheet.write_number_with_format(row, at, value, number.1)?,
            None => sheet.write_string_with_format(row, at, &number.0, &format.right)?,
        };
    }
    Ok(())
}

/// The number for a decimal that a double gives back digit by digit; a longer one has to stay text.
fn exact_number(decimal: &str) -> Option<f64> {
    let digits = decimal.bytes().filter(u8::is_ascii_digit).count();
    (digits <= DIGITS_MAX).then(|| decimal.parse().ok()).flatten()
}

/// Excel counts days from 1900 to 9999.
fn excel_day(day: keptang_domain::BusinessDay) -> Option<ExcelDateTime> {
    let (year, month, day) = day.civil();
    ExcelDateTime::from_ymd(
        u16::try_from(year).ok()?,
        u8::try_from(month).ok()?,
        u8::try_from(day).ok()?,
    )
    .ok()
}

fn sheet_error(error: XlsxError, table: &Table, row: u32) -> SheetError {
    match error {
        XlsxError::MaxStringLengthExceeded => SheetError::TextTooLong {
            title: table.title().to_owned(),
            row,
        },
        other => SheetError::Write(other),
    }
}

/// A name that Excel takes for `title`: no `[ ] : * ? / \`, no apostrophe at an end, not too long, not taken (upper and
/// lower case are the same to Excel), and not empty.
fn sheet_name(title: &str, taken: &mut HashSet<String>) -> String {
    let spoken: String = title
        .chars()
        .map(|c| {
            if "[]:*?/\\".contains(c) || c.is_control() {
                ' '
            } else {
                c
            }
        })
        .collect();
    let spoken = spoken.trim_matches(|c: char| c == '\'' || c.is_whitespace());
    // Excel keeps this name for itself.
    let spoken = if spoken.is_empty() || spoken.eq_ignore_ascii_case("history") {
        "Sheet"
    } else {
        spoken
    };
    for number in 1_u32.. {
        let suffix = if number == 1 {
            String::new()
        } else {
            format!(" {number}")
        };
        let start = within(spoken, SHEET_NAME_MAX - suffix.len());
        let name = format!(
            "{}{suffix}",
            start.trim_end_matches(|c: char| c == '\'' || c.is_whitespace())
        );
        if taken.insert(name.to_lowercase()) {
            return name;
        }
    }
    unreachable!("a workbook has fewer sheets than there are numbers")
}

/// The start of `text` that is at most `units` UTF-16 units long.
fn within(text: &str, units: usize) -> &str {
    let mut used = 0;
    let end = text
        .char_indices()
        .find(|(_, c)| {
            used += c.len_utf16();
            used > units
        })
        .map_or(text.len(), |(at, _)| at);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx};
    use keptang_domain::{BusinessDay, Money};
    use proptest::prelude::*;
    use std::io::Cursor;

    fn open(bytes: &[u8]) -> Xlsx<Cursor<Vec<u8>>> {
        Xlsx::new(Cursor::new(bytes.to_vec())).unwrap()
    }

    /// The satang of a cell as another program reads it.
    fn satang(cell: &Data) -> i64 {
        let text = match cell {
            Data::Float(number) => format!("{number:.2}"),
            Data::Int(number) => format!("{number}.00"),
            other => panic!("{other:?} is no number"),
        };
        text.replace('.', "").parse().unwrap()
    }

    fn day(year: i64, month: i64, date: i64) -> Cell {
        Cell::Day(BusinessDay::from_civil(year, month, date).unwrap())
    }

    #[test]
    fn another_reader_finds_every_cell_as_what_it_is() {
        let columns = || {
            vec![
                Column::words("วันที่", 12),
                Column::words("ลูกค้า", 24),
                Column::figures("ยอด", 14),
                Column::figures("บิล", 8),
            ]
        };
        let mut orders = Table::new("บิล", columns());
        orders.push(vec![
            day(2026, 11, 21),
            Cell::text("=1+1 ป้าน้ำ"),
            Cell::Money(Money::from_satang(-123_450)),
            Cell::Count(2),
        ]);
        orders.push(vec![
            day(1850, 1, 2),
            Cell::text("'\t\u{1}<&>"),
            Cell::Money(Money::LARGEST_SALE),
            Cell::Empty,
        ]);
        orders.set_totals(vec![
            Cell::Empty,
            Cell::text("รวม"),
            Cell::Money(Money::from_satang(999_876_549)),
            Cell::Count(2),
        ]);
        let methods = Table::new("ตามวิธีจ่าย", columns());
        let mut book = open(&write(&[orders, methods]).unwrap());
        assert_eq!(book.sheet_names(), ["บิล", "ตามวิธีจ่าย"]);
        let sheet = book.worksheet_range("บิล").unwrap();
        let rows: Vec<&[Data]> = sheet.rows().collect();
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[0][1], Data::String("ลูกค้า".to_owned()));
        let Data::DateTime(date) = &rows[1][0] else {
            panic!("{:?} is a date", rows[1][0]);
        };
        assert_eq!(date.as_f64(), 46_347.0, "days since 1900, 2026-11-21");
        assert_eq!(rows[1][1], Data::String("=1+1 ป้าน้ำ".to_owned()));
        assert_eq!(satang(&rows[1][2]), -123_450);
        assert_eq!(rows[1][3], Data::Float(2.0));
        assert_eq!(
            rows[2][0],
            Data::String("1850-01-02".to_owned()),
            "older than Excel's calendar"
        );
        assert_eq!(rows[2][1], Data::String("'\t\u{1}<&>".to_owned()));
        assert_eq!(satang(&rows[2][2]), 999_999_999);
        assert_eq!(rows[2][3], Data::Empty);
        assert_eq!(satang(&rows[3][2]), 999_876_549);
        let formulas = book.worksheet_formula("บิล").unwrap();
        assert!(formulas.cells().all(|(_, _, formula)| formula.is_empty()));
    }

    #[test]
    fn the_same_tables_give_the_same_bytes() {
        let mut table = Table::new("a", vec![Column::figures("x", 5)]);
        table.push(vec![Cell::Count(1)]);
        let bytes = write(&[table.clone()]).unwrap();
        assert_eq!(bytes, write(&[table]).unwrap());
        // Two runs within one second agree anyway, so the moment itself is looked at.
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let properties = std::io::read_to_string(archive.by_name("docProps/core.xml").unwrap()).unwrap();
        let moments = properties.matches("2000-01-01T00:00:00Z").count();
        assert_eq!(moments, properties.matches("W3CDTF").count());
        assert!(moments > 0, "{properties}");
        assert!(!write(&[]).unwrap().is_empty());
    }

    #[test]
    fn a_number_too_long_for_a_double_is_text() {
        let mut table = Table::new("a", vec![Column::figures("x", 5)]);
        let longest = 999_999_999_999_999;
        table.push(vec![Cell::Money(Money::from_satang(longest))]);
        table.push(vec![Cell::Money(Money::from_satang(longest + 1))]);
        table.push(vec![Cell::Count(i64::MIN)]);
        let sheet = open(&write(&[table]).unwrap()).worksheet_range("a").unwrap();
        let cells: Vec<&Data> = sheet.rows().map(|row| &row[0]).collect();
        assert_eq!(satang(cells[1]), longest);
        assert_eq!(*cells[2], Data::String("10000000000000.00".to_owned()));
        assert_eq!(*cells[3], Data::String(i64::MIN.to_string()));
    }

    #[test]
    fn sheets_get_names_that_excel_takes() {
        let mut taken = HashSet::new();
        let rows = [
            ("บิล 21/11/2569", "บิล 21 11 2569"),
            ("BILL", "BILL"),
            ("bill", "bill 2"),
            ("'a'", "a"),
            ("", "Sheet"),
            ("[]", "Sheet 2"),
            ("History", "Sheet 3"),
            (
                "0123456789012345678901234567890123",
                "0123456789012345678901234567890",
            ),
            (
                "0123456789012345678901234567890999",
                "01234567890123456789012345678 2",
            ),
            (
                "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
                "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
            ),
        ];
        for (title, expected) in rows {
            assert_eq!(sheet_name(title, &mut taken), expected, "{title:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let mut table = Table::new("notes", vec![Column::words("x", 5)]);
        table.push(vec![Cell::text("ก".repeat(32_767))]);
        write(&[table.clone()]).unwrap();
        table.push(vec![Cell::text("ก".repeat(32_768))]);
        assert!(
            matches!(write(&[table]), Err(SheetError::TextTooLong { title, row: 2 }) if title == "notes")
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn sums_and_texts_survive(rows in prop::collection::vec(("\\PC{0,20}", -999_999_999_i64..=999_999_999), 1..30)) {
            let mut table = Table::new("t", vec![Column::words("a", 9), Column::figures("b", 9)]);
            for (text, amount) in &rows {
                table.push(vec![Cell::text(text), Cell::Money(Money::from_satang(*amount))]);
            }
            let sheet = open(&write(&[table]).unwrap()).worksheet_range("t").unwrap();
            let read: i64 = sheet.rows().skip(1).map(|row| satang(&row[1])).sum();
            prop_assert_eq!(read, rows.iter().map(|(_, amount)| amount).sum::<i64>());
            for ((text, _), row) in rows.iter().zip(sheet.rows().skip(1)) {
                let found = match &row[0] { Data::String(found) => found.as_str(), _ => "" };
                prop_assert_eq!(found, text);
            }
        }
    }
}
