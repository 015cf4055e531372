//! Tables on pages: the header stands again on every page, a row is never torn.

use std::sync::Arc;

use crate::amount::{grouped, grouped_count};
use crate::document::{HAIR_RULE, INK_RULE};
use crate::flow::{Flow, Side, Type};
use crate::measure::{Length, mm, scale};
use crate::page::Grey;
use crate::table::{Align, Cell, Column, Table};
use crate::text::{Face, ShapedLine, fit_line};

/// Letters of tables.
pub(crate) const GRID_TYPE: Type = Type::regular(85);
/// Between columns.
const GUTTER: Length = mm(3);
/// Above and below the words of a row.
const PADDING: Length = mm(1) / 2;
/// A cell longer than this is cut and says so: a row has to fit a page.
const CELL_LINES_MAX: usize = 12;

/// Bars drawn in a column of empty cells.
pub(crate) struct Bars {
    /// The column.
    pub(crate) column: usize,
    /// How much of it each row fills, in thousandths.
    pub(crate) permille: Vec<i32>,
}

/// Sets the table at the flow's place, over as many pages as it takes.
pub(crate) fn put_table(flow: &mut Flow, table: &Table, bars: Option<&Bars>) {
    let columns = column_edges(flow, table.columns());
    put_header(flow, table.columns(), &columns);
    for (at, row) in table.rows().iter().enumerate() {
        let row = lay_out(flow, row, table.columns(), &columns, GRID_TYPE);
        if flow.make_room(row.height) {
            put_header(flow, table.columns(), &columns);
        }
        if let Some(bars) = bars {
            put_bar(flow, bars, at, &columns);
        }
        put_row(flow, &row, &columns);
        flow.rule(HAIR_RULE, Grey::RULE);
    }
    if let Some(totals) = table.totals() {
        let row = lay_out(flow, totals, table.columns(), &columns, GRID_TYPE.bold());
        if flow.make_room(row.height + INK_RULE) {
            put_header(flow, table.columns(), &columns);
        }
        flow.rule(INK_RULE, Grey::INK);
        put_row(flow, &row, &columns);
    }
}

/// Whether the columns need a page turned on its side to be read.
pub(crate) fn is_wide(table: &Table) -> bool {
    const PORTRAIT_CHARS: u32 = 105;
    table
        .columns()
        .iter()
        .map(|column| u32::from(column.width_chars))
        .sum::<u32>()
        > PORTRAIT_CHARS
}

type Edges = (Length, Length);

/// Shares the width of the page as the columns asked for it.
fn column_edges(flow: &Flow, columns: &[Column]) -> Vec<Edges> {
    let wish = |column: &Column| i32::from(column.width_chars.max(1));
    let all: i32 = columns.iter().map(wish).sum();
    let gutters =
        i32::try_from(columns.len().saturating_sub(1)).map_or(0, |count| count.saturating_mul(GUTTER));
    let room = (flow.width() - gutters).max(0);
    let mut before = 0;
    let mut edges = Vec::with_capacity(columns.len());
    for (column, at) in columns.iter().zip(0..) {
        let left = flow.left() + scale(before, room, all) + GUTTER * at;
        before += wish(column);
        edges.push((left, flow.left() + scale(before, room, all) + GUTTER * at));
    }
    edges
}

fn side(column: &Column) -> Side {
    match column.align {
        Align::Left => Side::Left,
        Align::Right => Side::Right,
    }
}

fn put_header(flow: &mut Flow, columns: &[Column], edges: &[Edges]) {
    let style = GRID_TYPE.bold();
    let cells: Vec<_> = columns
        .iter()
        .zip(edges)
        .map(|(column, (left, right))| words(flow, &column.header, style, right - left, side(column)))
        .collect();
    let row = LaidRow::of(cells);
    put_row(flow, &row, edges);
    flow.rule(INK_RULE, Grey::INK);
}

/// A cell with its lines, before its row has a place.
struct LaidCell {
    lines: Vec<Arc<ShapedLine>>,
    style: Type,
    side: Side,
}

struct LaidRow {
    cells: Vec<LaidCell>,
    height: Length,
}

impl LaidRow {
    fn of(cells: Vec<LaidCell>) -> Self {
        let tallest = cells
            .iter()
            .map(|cell| cell.lines.len())
            .max()
            .unwrap_or(1)
            .max(1);
        let height = i32::try_from(tallest).map_or(0, |lines| GRID_TYPE.line_height().saturating_mul(lines));
        Self {
            cells,
            height: height + 2 * PADDING,
        }
    }
}

fn lay_out(flow: &mut Flow, row: &[Cell], columns: &[Column], edges: &[Edges], style: Type) -> LaidRow {
    let cells = row
        .iter()
        .zip(columns)
        .zip(edges)
        .map(|((cell, column), (left, right))| {
            let width = right - left;
            match cell {
                Cell::Text(text) => words(flow, text, style, width, side(column)),
                Cell::Money(amount) => figure(flow, &grouped(*amount), style, width, side(column)),
                Cell::Count(count) => figure(flow, &grouped_count(*count), style, width, side(column)),
                Cell::Day(day) => figure(flow, &day.to_string(), style, width, side(column)),
                Cell::Empty => LaidCell {
                    lines: Vec::new(),
                    style,
                    side: side(column),
                },
            }
        });
    LaidRow::of(cells.collect())
}

fn words(flow: &mut Flow, text: &str, style: Type, width: Length, side: Side) -> LaidCell {
    let all = flow.lines(text, style, width);
    let mut lines: Vec<_> = all.iter().take(CELL_LINES_MAX).cloned().collect();
    if all.len() > CELL_LINES_MAX
        && let Some(last) = lines.last_mut()
    {
        let units = last.advance;
        *last = Arc::new(fit_line(
            Face::of(style.weight),
            &format!("{} …", last.text),
            units,
        ));
    }
    LaidCell { lines, style, side }
}

/// A figure is never broken: half an amount reads as another amount. One too wide for its column is set smaller.
fn figure(flow: &mut Flow, text: &str, style: Type, width: Length, side: Side) -> LaidCell {
    let lines = flow.lines(text, style, Length::MAX);
    let needed = lines
        .iter()
        .map(|line| style.length(line.advance))
        .max()
        .unwrap_or(0);
    let size = if needed > width {
        scale(style.size, width, needed)
    } else {
        style.size
    };
    LaidCell {
        lines: lines.to_vec(),
        style: Type { size, ..style },
        side,
    }
}

fn put_bar(flow: &mut Flow, bars: &Bars, row: usize, edges: &[Edges]) {
    let (Some((left, right)), Some(permille)) = (edges.get(bars.column), bars.permille.get(row)) else {
        return;
    };
    let width = scale(right - left, *permille, 1000);
    let height = GRID_TYPE.size * 3 / 4;
    let top = flow.y() + PADDING + (GRID_TYPE.line_height() - height) / 2;
    flow.fill((*left, top), (width, height), Grey::INK);
}

fn put_row(flow: &mut Flow, row: &LaidRow, edges: &[Edges]) {
    let top = flow.y() + PADDING;
    for (cell, edges) in row.cells.iter().zip(edges) {
        for (line, at) in cell.lines.iter().zip(0..) {
            let y = top + GRID_TYPE.line_height() * at + GRID_TYPE.ascent();
            flow.put(line, cell.style, *edges, cell.side, y);
        }
    }
    flow.set_y(flow.y() + row.height);
}
