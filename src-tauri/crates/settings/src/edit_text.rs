//! Where in the text of settings.toml a change goes. Every answer is a guess about layout; `edit` reads each one back
//! and takes the first that means what was asked for, so a wrong guess is never written.

use std::fmt::Write as _;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::check::{Row, Value};
use crate::schema::{Column, Key, Kind};

/// Texts that may hold `value` for `key`, the nicest first; with `None`, texts that no longer set it.
pub(crate) fn candidates(text: &str, key: &Key, value: Option<&Value>) -> Vec<String> {
    let Ok(document) = DeTable::parse(text) else {
        return Vec::new();
    };
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let found = locate(text, document.get_ref(), key.path);
    let mut texts = match (&found.place, value) {
        (Place::Value { value: at, .. }, Some(value)) => {
            vec![splice(text, at.clone(), &rendered(key, value))]
        }
        (Place::Value { entry, value: at }, None) => {
            let named = text.get(entry.clone()).unwrap_or_default();
            vec![splice(
                text,
                entry.start..at.end,
                &format!("#{named} = {}", key.shown),
            )]
        }
        (Place::Tables(ranges), value) => vec![replace_tables(text, ranges, key, value)],
        (Place::Nowhere, Some(value)) => insertions(text, key, &rendered(key, value), found.header),
        (Place::Nowhere, None) => Vec::new(),
    };
    if newline == "\r\n" {
        for text in &mut texts {
            *text = text.replace("\r\n", "\n").replace('\n', "\r\n");
        }
    }
    texts
}

enum Place {
    /// `name = value`: from the first letter of the line to the end of the name, and the value.
    Value {
        entry: Range<usize>,
        value: Range<usize>,
    },
    /// `[[name]]` blocks.
    Tables(Vec<Range<usize>>),
    Nowhere,
}

struct Found {
    place: Place,
    /// Behind the `[section]` line that the key belongs to, when there is one.
    header: Option<usize>,
}

fn locate(text: &str, root: &DeTable<'_>, path: &str) -> Found {
    let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
    let (mut table, mut header) = (root, None);
    for part in parent.split('.').filter(|part| !part.is_empty()) {
        let Some(inner) = table.get(part) else {
            return Found {
                place: Place::Nowhere,
                header: None,
            };
        };
        let DeValue::Table(next) = inner.get_ref() else {
            return Found {
                place: Place::Nowhere,
                header: None,
            };
        };
        let is_header = text.get(inner.span()).is_some_and(|own| own.starts_with('['));
        header = is_header.then_some(inner.span().end);
        table = next;
    }
    let place = match table.get_key_value(name) {
        None => Place::Nowhere,
        Some((key, value)) => match value.get_ref() {
            DeValue::Array(rows) if text.get(value.span()).is_some_and(|own| own.starts_with("[[")) => {
                let range = |row: &toml::Spanned<DeValue<'_>>| {
                    let cells = row.get_ref().as_table().into_iter().flatten();
                    let end = cells.map(|(_, cell)| cell.span().end).max();
                    row.span().start..end.unwrap_or(row.span().end)
                };
                Place::Tables(rows.iter().map(range).collect())
            }
            _ => {
                let line = line_start(text, key.span().start);
                let own = text.get(line..key.span().start).unwrap_or_default();
                let indent = own.len() - own.trim_start().len();
                Place::Value {
                    entry: line + indent..key.span().end,
                    value: value.span(),
                }
            }
        },
    };
    Found { place, header }
}

/// The commented line that `keptang init` wrote for it; else behind its section's header; else a section of its own.
fn insertions(text: &str, key: &Key, value: &str, header: Option<usize>) -> Vec<String> {
    let (parent, name) = key.path.rsplit_once('.').unwrap_or(("", key.path));
    let entry = format!("{name} = {value}");
    let mut texts = Vec::new();
    if let Some(line) = commented_line(text, parent, name) {
        texts.push(splice(text, line, &entry));
    }
    if let Some(header) = header {
        let end = line_end(text, header);
        let gap = if text.get(end..).is_some_and(str::is_empty) {
            "\n"
        } else {
            ""
        };
        texts.push(splice(text, end..end, &format!("{gap}{entry}\n")));
    }
    if parent.is_empty() {
        texts.push(format!("{entry}\n{text}"));
    } else {
        let gap = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        texts.push(format!("{text}{gap}\n[{parent}]\n{entry}\n"));
    }
    texts
}

fn commented_line(text: &str, parent: &str, name: &str) -> Option<Range<usize>> {
    let (mut section, mut at) = (String::new(), 0);
    for line in text.split_inclusive('\n') {
        let own = line.trim_end_matches(['\n', '\r']);
        let bare = own.trim();
        if let Some(rest) = bare.strip_prefix('[') {
            section = rest.split(']').next().unwrap_or_default().trim().to_owned();
        } else if section == parent
            && let Some(comment) = bare.strip_prefix('#')
            && let Some(after) = comment.trim_start().strip_prefix(name)
            && after.trim_start().starts_with('=')
        {
            return Some(at..at + own.len());
        }
        at += line.len();
    }
    None
}

fn replace_tables(text: &str, ranges: &[Range<usize>], key: &Key, value: Option<&Value>) -> String {
    let mut text = text.to_owned();
    // From the end, so that the places before stay right.
    for (at, range) in ranges.iter().enumerate().rev() {
        let blocks = match value {
            Some(Value::Rows(rows)) if at == 0 => blocks(key, rows),
            _ => String::new(),
        };
        let end = if blocks.is_empty() {
            let end = line_end(&text, range.end);
            let rest = text.get(range.end..end).unwrap_or_default();
            if rest.trim().is_empty() { end } else { range.end }
        } else {
            range.end
        };
        text = splice(&text, range.start..end, &blocks);
    }
    text
}

fn splice(text: &str, range: Range<usize>, with: &str) -> String {
    let mut text = text.to_owned();
    text.replace_range(range, with);
    text
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |newline| newline + 1)
}

/// Behind the newline of the line that `at` is in.
fn line_end(text: &str, at: usize) -> usize {
    text.get(at..)
        .and_then(|after| after.find('\n'))
        .map_or(text.len(), |newline| at + newline + 1)
}

fn rendered(key: &Key, value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text),
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Texts(texts) => {
            let texts: Vec<_> = texts.iter().map(|text| quoted(text)).collect();
            format!("[{}]", texts.join(", "))
        }
        Value::Rows(rows) if rows.is_empty() => "[]".to_owned(),
        Value::Rows(rows) => {
            let mut text = "[\n".to_owned();
            for row in rows {
                let cells: Vec<_> = cells(key, row)
                    .map(|(name, cell)| format!("{name} = {cell}"))
                    .collect();
                let _ = writeln!(text, "  {{ {} }},", cells.join(", "));
            }
            text.push(']');
            text
        }
    }
}

/// `[[name]]` for every row, without the last newline.
fn blocks(key: &Key, rows: &[Row]) -> String {
    let block = |row: &Row| {
        let mut text = format!("[[{}]]", key.path);
        for (name, cell) in cells(key, row) {
            let _ = write!(text, "\n{name} = {cell}");
        }
        text
    };
    rows.iter().map(block).collect::<Vec<_>>().join("\n\n")
}

/// In the order of the schema.
fn cells<'a>(key: &Key, row: &'a Row) -> impl Iterator<Item = (&'static str, String)> + 'a {
    let columns: &'static [Column] = match key.kind {
        Kind::Rows(columns) => columns,
        _ => &[],
    };
    columns
        .iter()
        .filter_map(|column| Some((column.name, quoted(row.get(column.name)?))))
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
