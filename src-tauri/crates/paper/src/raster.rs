//! Pages to dots: black or white for a thermal head, shades of grey for a screen.
//!
//! The same pages as the PDF's, so a receipt says the same on every kind of paper. Places are rounded to whole dots
//! first and letters are drawn from there: equal letters look equal, and the same page gives the same dots.

use rustybuzz::ttf_parser::{GlyphId, OutlineBuilder};
use tiny_skia::{FillRule, Mask, Path, PathBuilder, Transform};

use crate::measure::Length;
use crate::page::{Grey, Mark, Page, RISE_COS, RISE_SIN, TextMark};
use crate::text::Face;

/// Dots per inch, in tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Resolution(pub(crate) i32);

impl Resolution {
    /// 8 dots a millimetre, the usual thermal head.
    pub(crate) const THERMAL: Self = Self(2_032);

    /// The dot nearest to a place.
    pub(crate) fn dots(self, length: Length) -> i32 {
        // An inch is 72,000 thousandths of a point.
        let tenths = i64::from(length) * i64::from(self.0);
        let dots = (tenths + 360_000).div_euclid(720_000);
        i32::try_from(dots).unwrap_or(if dots < 0 { i32::MIN } else { i32::MAX })
    }
}

/// A rectangle of coverage, 0 to 255, somewhere on the page.
struct Patch {
    left: i32,
    top: i32,
    width: usize,
    coverage: Vec<u8>,
}

/// What a dot is drawn with.
#[derive(Debug, Clone, Copy)]
struct Ink {
    grey: Grey,
    shape: Shape,
}

#[derive(Debug, Clone, Copy)]
enum Shape {
    Words,
    /// A filled rectangle, and how many dots it has at its thinner side.
    Area {
        thinner_side: i32,
    },
}

impl Ink {
    /// Whether a head that knows no grey shows it as black. Grey words would be hard to read and a thin grey line
    /// would be gone; a watermark and an area become a pattern of dots.
    fn is_solid(self) -> bool {
        match self.shape {
            Shape::Words => self.grey.0 <= Grey::QUIET.0,
            Shape::Area { thinner_side } => self.grey.0 <= Grey::INK.0 || thinner_side <= 2,
        }
    }
}

/// Draws a page mark by mark: `put` gets each covered dot, its coverage and its ink.
fn draw(page: &Page, resolution: Resolution, mut put: impl FnMut((i32, i32), u8, Ink)) {
    for mark in &page.marks {
        match mark {
            Mark::Text(text) => {
                let Some(patch) = text_patch(text, page, resolution) else {
                    continue;
                };
                let ink = Ink {
                    grey: text.grey,
                    shape: Shape::Words,
                };
                for (y, row) in (patch.top..).zip(patch.coverage.chunks_exact(patch.width)) {
                    for (x, coverage) in (patch.left..).zip(row) {
                        if *coverage > 0 {
                            put((x, y), *coverage, ink);
                        }
                    }
                }
            }
            Mark::Fill {
                x,
                y,
                width,
                height,
                grey,
            } => fill([*x, *y, *width, *height], *grey, resolution, &mut put),
            Mark::Mosaic(tiles) => {
                for tile in tiles {
                    fill(*tile, Grey(0), resolution, &mut put);
                }
            }
        }
    }
}

fn fill(
    [x, y, width, height]: [Length; 4],
    grey: Grey,
    resolution: Resolution,
    put: &mut impl FnMut((i32, i32), u8, Ink),
) {
    // Edges are rounded, not sizes: neighbours touch. What is there is at least a dot.
    let span = |start: Length, length: Length| {
        let first = resolution.dots(start);
        first
            ..resolution
                .dots(start.saturating_add(length))
                .max(first.saturating_add(1))
    };
    let (columns, rows) = (span(x, width), span(y, height));
    let thinner_side = (columns.end - columns.start).min(rows.end - rows.start);
    let ink = Ink {
        grey,
        shape: Shape::Area { thinner_side },
    };
    for y in rows {
        for x in columns.clone() {
            put((x, y), u8::MAX, ink);
        }
    }
}

/// The coverage of a line of text; `None` for one that leaves no trace.
fn text_patch(text: &TextMark, page: &Page, resolution: Resolution) -> Option<Patch> {
    let outline = outline(text)?;
    let (x, y) = (resolution.dots(text.x), resolution.dots(text.y));
    let size = resolution.dots(text.size);
    let [left, top, right, bottom] = if text.rises {
        [0, 0, resolution.dots(page.width), resolution.dots(page.height)]
    } else {
        // A mark may stand beside its letter, two marks above it and one below.
        let width = resolution.dots(text.width());
        [x - size, y - size * 3 / 2, x + width + size, y + size]
    };
    let (width, height) = (
        u32::try_from(right - left).ok()?,
        u32::try_from(bottom - top).ok()?,
    );
    let mut mask = Mask::new(width, height)?;
    let place = letter_transform(text, resolution).post_translate(whole(x - left), whole(y - top));
    mask.fill_path(&outline, FillRule::Winding, true, place);
    Some(Patch {
        left,
        top,
        width: usize::try_from(width).ok()?,
        coverage: mask.take(),
    })
}

/// All letters of a line as one shape, in font units: where a mark overlaps its letter, ink is ink.
fn outline(text: &TextMark) -> Option<Path> {
    let face = Face::of(text.weight).outlines();
    let mut line = PathBuilder::new();
    for glyph in &text.line.glyphs {
        let mut pen = Pen(PathBuilder::new());
        face.outline_glyph(GlyphId(glyph.id), &mut pen);
        let place = Transform::from_translate(whole(glyph.x), whole(glyph.y));
        if let Some(letter) = pen.0.finish().and_then(|letter| letter.transform(place)) {
            line.push_path(&letter);
        }
    }
    line.finish()
}

struct Pen(PathBuilder);

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}

/// Font units to dots. Dots count downwards, font units upwards.
#[expect(
    clippy::float_arithmetic,
    clippy::as_conversions,
    reason = "the size of a letter, no money"
)]
fn letter_transform(text: &TextMark, resolution: Resolution) -> Transform {
    let em_dots = f64::from(text.size) * f64::from(resolution.0) / 720_000.0;
    let scale = (em_dots / f64::from(Face::of(text.weight).units_per_em())) as f32;
    let upright = Transform::from_scale(scale, -scale);
    if text.rises {
        upright.post_concat(Transform::from_row(
            RISE_COS, -RISE_SIN, RISE_SIN, RISE_COS, 0.0, 0.0,
        ))
    } else {
        upright
    }
}

/// A whole number of dots or font units; all of them are far below what a float holds exactly.
#[expect(clippy::as_conversions, reason = "a place on paper, no money")]
fn whole(value: i32) -> f32 {
    value as f32
}

/// A picture of black and white dots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    width: usize,
    rows: Vec<Vec<bool>>,
}

/// From this coverage on a dot is black. Below the half: a thermal head prints thin strokes thinner than they are.
const BLACK_FROM: u8 = 112;

impl Raster {
    /// The middle `width` dots of pages below each other.
    pub(crate) fn of(pages: &[Page], resolution: Resolution, width: usize) -> Self {
        let mut rows = Vec::new();
        for page in pages {
            let top = rows.len();
            let height = usize::try_from(resolution.dots(page.height)).unwrap_or(0);
            rows.resize(top + height, vec![false; width]);
            let page_rows = &mut rows[top..];
            let head = i32::try_from(width).expect("a head is less than a metre wide");
            let margin = (resolution.dots(page.width) - head).max(0) / 2;
            draw(page, resolution, |(x, y), coverage, ink| {
                let (Ok(row), Ok(column)) = (usize::try_from(y), usize::try_from(x - margin)) else {
                    return;
                };
                let dot = page_rows.get_mut(row).and_then(|row| row.get_mut(column));
                if let Some(dot) = dot
                    && coverage >= BLACK_FROM
                {
                    *dot = match ink.grey {
                        Grey::WHITE => false,
                        grey => *dot || ink.is_solid() || is_dot_of(grey, row, column),
                    };
                }
            });
        }
        Self { width, rows }
    }

    /// The picture of these rows.
    ///
    /// # Panics
    /// When rows are not equally long.
    pub fn from_rows(width: usize, rows: Vec<Vec<bool>>) -> Self {
        assert!(rows.iter().all(|row| row.len() == width), "rows are equally long");
        Self { width, rows }
    }

    /// Dots from left to right.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Dots from top to bottom.
    pub fn height(&self) -> usize {
        self.rows.len()
    }

    /// The rows from top to bottom; `true` is black.
    pub fn rows(&self) -> &[Vec<bool>] {
        &self.rows
    }

    /// The picture as PNG, as it will look on paper.
    pub fn to_png(&self) -> Vec<u8> {
        let shades = self
            .rows
            .iter()
            .flatten()
            .map(|black| if *black { 0 } else { u8::MAX })
            .collect();
        png(self.width, self.rows.len(), shades)
    }
}

/// A page as a screen shows it, as PNG.
pub(crate) fn page_png(page: &Page, resolution: Resolution) -> Vec<u8> {
    let side = |length| usize::try_from(resolution.dots(length)).unwrap_or(0).max(1);
    let (width, height) = (side(page.width), side(page.height));
    let mut shades = vec![u8::MAX; width * height];
    draw(page, resolution, |(x, y), coverage, ink| {
        let (Ok(row), Ok(column)) = (usize::try_from(y), usize::try_from(x)) else {
            return;
        };
        if column < width && row < height {
            let shade = &mut shades[row * width + column];
            let (under, over, part) = (u32::from(*shade), u32::from(ink.grey.0), u32::from(coverage));
            let mixed = (under * (255 - part) + over * part + 127) / 255;
            *shade = u8::try_from(mixed).expect("a mixture lies between its parts");
        }
    });
    png(width, height, shades)
}

fn png(width: usize, height: usize, shades: Vec<u8>) -> Vec<u8> {
    let side = |dots| u32::try_from(dots).expect("a strip of paper has fewer dots than that");
    let size = tiny_skia::IntSize::from_wh(side(width), side(height));
    size.and_then(|size| Mask::from_vec(shades, size))
        .and_then(|mask| mask.encode_png().ok())
        .expect("a picture with a row and a column can be written to memory")
}

/// Whether a grey area has a dot here: of 16 dots in a square as many are black as the shade asks for, spread evenly
/// (Bayer, "An optimum method for two-level rendition of continuous-tone pictures", 1973).
fn is_dot_of(grey: Grey, row: usize, column: usize) -> bool {
    const ORDER: [[u8; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];
    let darkness = u8::MAX - grey.0;
    darkness / 16 > ORDER[row % 4][column % 4]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_dots_are_a_millimetre() {
        for (millimetres, dots) in [(0, 0), (1, 8), (48, 384), (72, 576), (80, 640), (-1, -8)] {
            assert_eq!(Resolution::THERMAL.dots(crate::measure::mm(millimetres)), dots);
        }
    }

    #[test]
    fn a_shade_is_as_many_dots_as_it_asks_for() {
        let dots = |grey| {
            let all = (0..16).filter(|at| is_dot_of(Grey(grey), at / 4, at % 4));
            all.count()
        };
        for (grey, expected) in [
            (255, 0),
            (240, 0),
            (239, 1),
            (128, 7),
            (127, 8),
            (16, 14),
            (15, 15),
        ] {
            assert_eq!(dots(grey), expected, "{grey}");
        }
        let darker: Vec<usize> = (0..=255).rev().map(dots).collect();
        assert!(darker.is_sorted());
    }
}
