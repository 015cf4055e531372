//! A table as CSV that Excel opens right, also in Thai: UTF-8 with a byte order mark, RFC 4180 quoting, CRLF.
//!
//! A spreadsheet runs text that looks like a formula, and much of the text here comes from strangers (payer names,
//! notes, slips). Such text gets an apostrophe in front, which a spreadsheet shows as text (OWASP, "CSV Injection").
//! Numbers that we wrote ourselves keep their minus sign.

use crate::table::{Cell, Table};
use std::borrow::Cow;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The table with its headers, without its title and its totals.
pub fn write(table: &Table) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.to_vec());
    let in_memory = "memory takes every byte, and a table's rows are equally long";
    writer
        .write_record(
            table
                .columns()
                .iter()
                .map(|column| harmless(&column.header).into_owned()),
        )
        .expect(in_memory);
    for row in table.rows() {
        writer
            .write_record(row.iter().map(|cell| field(cell).into_owned()))
            .expect(in_memory);
    }
    writer.into_inner().expect(in_memory)
}

fn field(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Text(text) => harmless(text),
        Cell::Money(money) => Cow::Owned(money.to_string()),
        Cell::Count(count) => Cow::Owned(count.to_string()),
        Cell::Day(day) => Cow::Owned(day.to_string()),
        Cell::Empty => Cow::Borrowed(""),
    }
}

/// `text`, with an apostrophe before what a spreadsheet could take for the start of a formula. The full-width forms
/// count too: Excel in East Asian settings reads them as the narrow ones.
fn harmless(text: &str) -> Cow<'_, str> {
    let starts_formula = |c| {
        matches!(
            c,
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'
        )
    };
    if text.starts_with(starts_formula) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;
    use keptang_domain::{BusinessDay, Money};
    use proptest::prelude::*;

    fn read_back(bytes: &[u8]) -> Vec<Vec<String>> {
        let text = bytes.strip_prefix(BYTE_ORDER_MARK).expect("a mark stands first");
        csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text)
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect()
    }

    fn one_column(cells: Vec<Cell>) -> Table {
        let mut table = Table::new("โต๊ะ", vec![Column::words("หมายเหตุ", 20)]);
        for cell in cells {
            table.push(vec![cell]);
        }
        table
    }

    #[test]
    fn the_bytes_are_what_excel_expects() {
        let mut table = Table::new(
            "บิล",
            vec![
                Column::words("วันที่", 10),
                Column::words("ลูกค้า", 20),
                Column::figures("ยอด", 12),
                Column::figures("จำนวน", 8),
                Column::words("ช่อง", 8),
            ],
        );
        table.push(vec![
            Cell::Day(BusinessDay::from_civil(2026, 11, 21).unwrap()),
            Cell::text("ป้าน้ำ, \"เปี๊ยะ\""),
            Cell::Money(Money::from_satang(-123_450)),
            Cell::Count(-3),
            Cell::Empty,
        ]);
        table.set_totals(vec![
            Cell::Empty,
            Cell::text("รวม"),
            Cell::Money(Money::from_satang(-123_450)),
            Cell::Count(-3),
            Cell::Empty,
        ]);
        let expected = "\u{feff}วันที่,ลูกค้า,ยอด,จำนวน,ช่อง\r\n\
                        2026-11-21,\"ป้าน้ำ, \"\"เปี๊ยะ\"\"\",-1234.50,-3,\r\n";
        assert_eq!(String::from_utf8(write(&table)).unwrap(), expected);
    }

    #[test]
    fn text_that_looks_like_a_formula_is_text() {
        let rows = [
            ("=1+1", "'=1+1"),
            (
                "=HYPERLINK(\"http://a\",\"b\")",
                "'=HYPERLINK(\"http://a\",\"b\")",
            ),
            ("+66812345678", "'+66812345678"),
            ("-5", "'-5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("\n=1", "'\n=1"),
            ("＝1+1", "'＝1+1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠SUM(A1)", "'＠SUM(A1)"),
            ("1=1", "1=1"),
            ("ก-ข", "ก-ข"),
            ("'=1", "'=1"),
            ("", ""),
        ];
        let table = one_column(rows.iter().map(|(text, _)| Cell::text(*text)).collect());
        let back = read_back(&write(&table));
        for ((text, expected), found) in rows.iter().zip(&back[1..]) {
            assert_eq!(found[0], *expected, "{text:?}");
        }
        assert_eq!(back.len(), rows.len() + 1);
        let header = Table::new("t", vec![Column::words("=cmd", 1), Column::words("b", 1)]);
        assert_eq!(read_back(&write(&header))[0][0], "'=cmd");
    }

    #[test]
    fn a_minus_that_we_wrote_stays_a_number() {
        let table = one_column(vec![Cell::Money(Money::from_satang(-1)), Cell::Count(i64::MIN)]);
        let back = read_back(&write(&table));
        assert_eq!(back[1][0].parse::<f64>().unwrap(), -0.01);
        assert_eq!(back[2][0].parse::<i64>().unwrap(), i64::MIN);
    }

    proptest! {
        #[test]
        fn every_text_comes_back_and_none_starts_a_formula(
            texts in prop::collection::vec(("(?s)[=+@\\-\t\r\n\"',;ก-๛＝]{0,3}.{0,12}", "\\PC{0,8}"), 0..8),
        ) {
            let mut table = Table::new("t", vec![Column::words("a", 1), Column::words("b", 1)]);
            for (first, second) in &texts {
                table.push(vec![Cell::text(first), Cell::text(second)]);
            }
            let back = read_back(&write(&table));
            prop_assert_eq!(back.len(), texts.len() + 1);
            for ((first, second), found) in texts.iter().zip(&back[1..]) {
                for (text, found) in [(first, &found[0]), (second, &found[1])] {
                    prop_assert!(found == text || *found == format!("'{text}"), "{text:?} became {found:?}");
                    let opens = found.chars().next().is_some_and(|c| "=+-@\t\r\n＝＋－＠".contains(c));
                    prop_assert!(!opens, "{found:?} could start a formula");
                }
            }
        }
    }
}
