//! Text set from top to bottom, on pages or on a strip as long as it needs.
//!
//! Knows paper, lines and columns; what a receipt or a report says is decided by those modules.

use std::collections::HashMap;
use std::sync::Arc;

use keptang_qr::Modules;

use crate::measure::{Length, from_units, mm, pt10, scale, to_units};
use crate::page::{Grey, Mark, Page, TextMark};
use crate::text::{Face, ShapedLine, Weight, wrap_lines};

/// Where a line stands between the edges it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Centre,
    Right,
}

/// How letters look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Type {
    pub(crate) size: Length,
    pub(crate) weight: Weight,
    pub(crate) grey: Grey,
}

impl Type {
    /// Ink of this size, in tenths of a point.
    pub(crate) const fn regular(size_pt10: i32) -> Self {
        Self {
            size: pt10(size_pt10),
            weight: Weight::Regular,
            grey: Grey::INK,
        }
    }

    pub(crate) const fn bold(self) -> Self {
        Self {
            weight: Weight::Bold,
            ..self
        }
    }

    pub(crate) const fn quiet(self) -> Self {
        Self {
            grey: Grey::QUIET,
            ..self
        }
    }

    pub(crate) const fn in_grey(self, grey: Grey) -> Self {
        Self { grey, ..self }
    }

    /// Thai stacks two marks above a letter and one below: less than 1.5 em cuts them.
    pub(crate) const fn line_height(self) -> Length {
        self.size * 3 / 2
    }

    /// From the top of a line to its baseline.
    pub(crate) const fn ascent(self) -> Length {
        self.size * 11 / 10
    }

    pub(crate) fn length(self, units: i32) -> Length {
        from_units(units, Face::of(self.weight).units_per_em(), self.size)
    }
}

/// The paper and its margins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sheet {
    pub(crate) width: Length,
    /// `None`: as long as what stands on it.
    pub(crate) height: Option<Length>,
    pub(crate) side: Length,
    pub(crate) top: Length,
    pub(crate) bottom: Length,
}

impl Sheet {
    /// A strip of thermal paper. Heads print 48 of 58 mm and 72 of 80 mm.
    pub(crate) const fn strip(width_mm: i32, side_mm: i32) -> Self {
        Self {
            width: mm(width_mm),
            height: None,
            side: mm(side_mm),
            top: mm(4),
            bottom: mm(6),
        }
    }

    pub(crate) const fn a4() -> Self {
        Self {
            width: mm(210),
            height: Some(mm(297)),
            side: mm(16),
            top: mm(15),
            bottom: mm(18),
        }
    }

    pub(crate) const fn a4_landscape() -> Self {
        Self {
            width: mm(297),
            height: Some(mm(210)),
            ..Self::a4()
        }
    }
}

/// No side of a page is longer than 14,400 points (ISO 32000-1, annex C); a longer strip goes on on the next.
const STRIP_MAX: Length = pt10(140_000);

/// Where the next line begins: a page, and how far down on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    page: usize,
    y: Length,
}

/// The lines of a text that was set.
type Lines = Arc<[Arc<ShapedLine>]>;

fn empty_page(sheet: &Sheet) -> Page {
    Page {
        width: sheet.width,
        height: sheet.height.unwrap_or(STRIP_MAX),
        marks: Vec::new(),
    }
}

/// Sets text.
pub(crate) struct Flow {
    sheet: Sheet,
    pages: Vec<Page>,
    place: Place,
    /// Reports say the same words thousands of times.
    shaped: HashMap<(Weight, i32), HashMap<String, Lines>>,
}

impl Flow {
    pub(crate) fn new(sheet: Sheet) -> Self {
        Self {
            sheet,
            pages: vec![empty_page(&sheet)],
            place: Place {
                page: 0,
                y: sheet.top,
            },
            shaped: HashMap::new(),
        }
    }

    pub(crate) fn left(&self) -> Length {
        self.sheet.side
    }

    pub(crate) fn right(&self) -> Length {
        self.sheet.width - self.sheet.side
    }

    pub(crate) fn width(&self) -> Length {
        self.right() - self.left()
    }

    pub(crate) fn y(&self) -> Length {
        self.place.y
    }

    /// Goes further up or down on the same page.
    pub(crate) fn set_y(&mut self, y: Length) {
        self.place.y = y;
    }

    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// Goes back to where one column began, or on to where the longer of two ended.
    pub(crate) fn go_to(&mut self, place: Place) {
        self.place = place;
    }

    fn next_page(&mut self) {
        self.place = Place {
            page: self.place.page + 1,
            y: self.sheet.top,
        };
        if self.place.page == self.pages.len() {
            self.pages.push(empty_page(&self.sheet));
        }
    }

    /// Begins a new page when less than `height` is left on this one; says whether it did.
    pub(crate) fn make_room(&mut self, height: Length) -> bool {
        let end = self.sheet.height.unwrap_or(STRIP_MAX) - self.sheet.bottom;
        let is_full = self.place.y + height > end && self.place.y > self.sheet.top;
        if is_full {
            self.next_page();
        }
        is_full
    }

    pub(crate) fn gap(&mut self, height: Length) {
        self.place.y += height;
    }

    fn draw(&mut self, mark: Mark) {
        let page = self.pages.get_mut(self.place.page);
        page.expect("a place is on a page that was begun")
            .marks
            .push(mark);
    }

    /// The lines of `text` that fit `width`.
    pub(crate) fn lines(&mut self, text: &str, style: Type, width: Length) -> Lines {
        let face = Face::of(style.weight);
        let units = to_units(width, face.units_per_em(), style.size);
        let known = self.shaped.entry((style.weight, units)).or_default();
        if let Some(lines) = known.get(text) {
            return Arc::clone(lines);
        }
        let lines: Lines = wrap_lines(face, text, units).into_iter().map(Arc::new).collect();
        known.insert(text.to_owned(), Arc::clone(&lines));
        lines
    }

    /// One line between `left` and `right`, its baseline at `y`.
    pub(crate) fn put(
        &mut self,
        line: &Arc<ShapedLine>,
        style: Type,
        (left, right): (Length, Length),
        side: Side,
        y: Length,
    ) {
        let slack = right - left - style.length(line.advance);
        let x = match side {
            Side::Left => left,
            Side::Centre => left + slack / 2,
            Side::Right => left + slack,
        };
        self.draw(Mark::Text(TextMark {
            line: Arc::clone(line),
            weight: style.weight,
            size: style.size,
            grey: style.grey,
            x,
            y,
            rises: false,
        }));
    }

    /// A paragraph as wide as the page.
    pub(crate) fn paragraph(&mut self, text: &str, style: Type, side: Side) {
        self.paragraph_between(text, style, side, (self.left(), self.right()));
    }

    /// A paragraph between two edges.
    pub(crate) fn paragraph_between(&mut self, text: &str, style: Type, side: Side, edges: (Length, Length)) {
        for line in self.lines(text, style, edges.1 - edges.0).iter() {
            self.make_room(style.line_height());
            self.put(line, style, edges, side, self.place.y + style.ascent());
            self.place.y += style.line_height();
        }
    }

    /// Words on the left, a figure on the right, as wide as the page.
    pub(crate) fn pair(&mut self, words: &str, figure: &str, words_style: Type, figure_style: Type) {
        self.pair_between(
            words,
            figure,
            words_style,
            figure_style,
            (self.left(), self.right()),
        );
    }

    /// Words and a figure between two edges. Words that need more room than the figure leaves go on below; a figure
    /// that leaves too little room has a line of its own.
    pub(crate) fn pair_between(
        &mut self,
        words: &str,
        figure: &str,
        words_style: Type,
        figure_style: Type,
        (left, right): (Length, Length),
    ) {
        let width = right - left;
        let figures = self.lines(figure, figure_style, width);
        let figure_width = figures
            .iter()
            .map(|line| figure_style.length(line.advance))
            .max()
            .unwrap_or(0);
        let room = width - figure_width - words_style.size;
        let whole = self.lines(words, words_style, width);
        let fits = whole.len() == 1 && whole.iter().all(|line| words_style.length(line.advance) <= room);
        if figures.len() > 1 || (room < width / 3 && !fits) {
            self.paragraph_between(words, words_style, Side::Left, (left, right));
            self.paragraph_between(figure, figure_style, Side::Right, (left, right));
            return;
        }
        let height = words_style.line_height().max(figure_style.line_height());
        let ascent = words_style.ascent().max(figure_style.ascent());
        for (at, line) in self.lines(words, words_style, room).iter().enumerate() {
            self.make_room(height);
            self.put(
                line,
                words_style,
                (left, left + room),
                Side::Left,
                self.place.y + ascent,
            );
            if at == 0 {
                for figure in figures.iter() {
                    self.put(
                        figure,
                        figure_style,
                        (left, right),
                        Side::Right,
                        self.place.y + ascent,
                    );
                }
            }
            self.place.y += if at == 0 {
                height
            } else {
                words_style.line_height()
            };
        }
    }

    /// A rule across the page.
    pub(crate) fn rule(&mut self, thickness: Length, grey: Grey) {
        self.rule_between(thickness, grey, (self.left(), self.right()));
    }

    pub(crate) fn rule_between(&mut self, thickness: Length, grey: Grey, (left, right): (Length, Length)) {
        self.fill((left, self.place.y), (right - left, thickness), grey);
        self.place.y += thickness;
    }

    /// A filled rectangle: its corner, then its width and height.
    pub(crate) fn fill(&mut self, (x, y): (Length, Length), (width, height): (Length, Length), grey: Grey) {
        self.draw(Mark::Fill {
            x,
            y,
            width,
            height,
            grey,
        });
    }

    /// White words on a black bar across the page.
    pub(crate) fn bar(&mut self, text: &str, style: Type) {
        let style = style.in_grey(Grey::WHITE);
        // The highest tone mark stands above its line: outside the bar it would be white on white.
        let padding = style.size / 4;
        let lines = self.lines(text, style, self.width() - style.size);
        for line in lines.iter() {
            let height = style.line_height() + padding;
            self.make_room(height);
            let corner = (self.left(), self.place.y);
            self.fill(corner, (self.width(), height), Grey::INK);
            let baseline = self.place.y + padding + style.ascent();
            self.put(line, style, (self.left(), self.right()), Side::Centre, baseline);
            self.place.y += height;
        }
    }

    /// A QR with its quiet zone, `side` long in all, its left edge at `x`.
    pub(crate) fn qr(&mut self, modules: &Modules, side: Length, x: Length) {
        const QUIET_MODULES: usize = 4;
        self.make_room(side);
        let count = |modules: usize| i32::try_from(modules).expect("a QR has at most 177 modules a side");
        let all = count(modules.size + 2 * QUIET_MODULES);
        // Each edge is rounded by itself, so that no module is more than a thousandth off its place.
        let edge = |at: usize| scale(count(at + QUIET_MODULES), side, all);
        let mut tiles = Vec::new();
        for (row, dark) in modules.rows().enumerate() {
            let (top, bottom) = (self.place.y + edge(row), self.place.y + edge(row + 1));
            let mut at = 0;
            for run in dark.chunk_by(|a, b| a == b) {
                if run.first() == Some(&true) {
                    let (left, right) = (edge(at), edge(at + run.len()));
                    tiles.push([x + left, top, right - left, bottom - top]);
                }
                at += run.len();
            }
        }
        // Nothing may show through a QR, a watermark least of all.
        self.fill((x, self.place.y), (side, side), Grey::WHITE);
        self.draw(Mark::Mosaic(tiles));
        self.place.y += side;
    }

    /// The pages; a strip is cut where its text ends.
    pub(crate) fn finish(mut self) -> Vec<Page> {
        if self.sheet.height.is_none()
            && let Some(last) = self.pages.last_mut()
        {
            last.height = self.place.y + self.sheet.bottom;
        }
        self.pages
    }
}

/// Words across every page, under everything else, often enough that no useful part of a page is without them.
pub(crate) fn watermark(pages: &mut [Page], text: &str) {
    for page in pages {
        // As long as a slope of 35 degrees from edge to edge, less a margin.
        let style = |size| Type {
            size,
            weight: Weight::Bold,
            grey: Grey::WATERMARK,
        };
        let line = Arc::new(crate::text::shape_line(Face::of(Weight::Bold), text));
        let per_point = style(pt10(10)).length(line.advance);
        let size = scale(page.width, pt10(10), per_point);
        let rise = page.width * 3 / 5;
        let mut marks = Vec::new();
        let mut y = page.height.min(rise + size);
        while y <= page.height {
            marks.push(Mark::Text(TextMark {
                line: Arc::clone(&line),
                weight: Weight::Bold,
                size,
                grey: Grey::WATERMARK,
                x: page.width / 10,
                y,
                rises: true,
            }));
            y += rise;
        }
        marks.append(&mut page.marks);
        page.marks = marks;
    }
}
