//! Lays a QR's grid over three finder patterns and moves it until the parts every QR has (finders, timing lines, the
//! alignment pattern) agree with the picture as well as they can.
//!
//! That agreement is a number between -1 and 1, the correlation. It tells a code from a logo before anything is
//! decoded, picks the code's size, and follows perspective that three points alone cannot show.

use super::finders::Finder;
use super::plane::size;
use image::GrayImage;

pub(super) type Point = (f32, f32);

/// A grid over the picture.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    /// Modules to a side.
    pub(super) modules: usize,
    pub(super) is_inverted: bool,
    /// Correlation with what every QR has.
    pub(super) score: f32,
    /// Top left, top right, bottom right, bottom left: the finders' centres and where a fourth would be.
    quad: [Point; 4],
}

/// Below this it is a logo or writing.
const LEAST_SCORE: f32 = 0.45;
/// Before the grid was moved into place.
const LEAST_FIRST_SCORE: f32 = 0.22;
const TRIPLES: usize = 10;
const PAIRS: usize = 10;
/// Versions 2 to 10; a slip's text needs 3 to 6.
const SIZES: std::ops::RangeInclusive<usize> = 2..=10;

/// The grids that fit, the best first.
pub(super) fn fits(picture: &GrayImage, finders: &[Finder]) -> Vec<Fit> {
    best(picture, triples(finders))
}

/// The grids that fit when one of the three finders is not to be seen: burnt out by a lamp, or under a thumb.
pub(super) fn fits_of_pairs(picture: &GrayImage, finders: &[Finder]) -> Vec<Fit> {
    best(picture, pairs(finders))
}

fn best(picture: &GrayImage, corners: Vec<Corner>) -> Vec<Fit> {
    let mut found: Vec<Fit> = corners.iter().filter_map(|corner| corner.fit(picture)).collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found
}

/// Two finders seen and the third where a square would have it.
fn pairs(finders: &[Finder]) -> Vec<Corner> {
    let mut corners = Vec::new();
    let mut pairs = 0;
    for (at, a) in finders.iter().enumerate().take(12) {
        for b in finders.iter().take(at) {
            let (dx, dy) = (b.x - a.x, b.y - a.y);
            let legs = dx.hypot(dy) * 2.0 / (a.module_px + b.module_px);
            let alike = (a.module_px / b.module_px).ln().abs() < 0.2;
            if !alike || a.is_inverted != b.is_inverted || !(12.0..56.0).contains(&legs) || pairs >= PAIRS {
                continue;
            }
            pairs += 1;
            let at = |from: &Finder, x: f32, y: f32| Finder {
                x: from.x + x,
                y: from.y + y,
                ..*from
            };
            let thirds = [
                (a, b, at(a, -dy, dx)),
                (a, b, at(a, dy, -dx)),
                (b, a, at(b, -dy, dx)),
                (b, a, at(b, dy, -dx)),
            ];
            corners.extend(
                thirds
                    .iter()
                    .filter_map(|(corner, p, q)| Corner::new(corner, p, q)),
            );
            let middles = [
                at(a, (dx - dy) / 2.0, (dy + dx) / 2.0),
                at(a, (dx + dy) / 2.0, (dy - dx) / 2.0),
            ];
            corners.extend(middles.iter().filter_map(|corner| Corner::new(corner, a, b)));
        }
    }
    corners
}

/// Three finders in a code's order: the one between the others first.
struct Corner {
    top_left: Point,
    top_right: Point,
    bottom_left: Point,
    module_px: f32,
    is_inverted: bool,
    /// How far from a square's corner; 0 is perfect.
    oddness: f32,
}

fn triples(finders: &[Finder]) -> Vec<Corner> {
    let mut corners = Vec::new();
    for (at, a) in finders.iter().enumerate() {
        for (then, b) in finders.iter().enumerate().skip(at + 1) {
            for c in finders.iter().skip(then + 1) {
                let choices = [(a, b, c), (b, a, c), (c, a, b)];
                corners.extend(
                    choices
                        .into_iter()
                        .filter_map(|(corner, p, q)| Corner::new(corner, p, q)),
                );
            }
        }
    }
    corners.sort_by(|a, b| a.oddness.total_cmp(&b.oddness));
    corners.truncate(TRIPLES);
    corners
}

impl Corner {
    fn new(corner: &Finder, p: &Finder, q: &Finder) -> Option<Self> {
        if corner.is_inverted != p.is_inverted || corner.is_inverted != q.is_inverted {
            return None;
        }
        let module_px = (corner.module_px + p.module_px + q.module_px) / 3.0;
        let sizes = [corner, p, q].map(|finder| (finder.module_px / module_px).ln().abs());
        let spread = sizes.into_iter().fold(0.0, f32::max);
        let to = |other: &Finder| (other.x - corner.x, other.y - corner.y);
        let (to_p, to_q) = (to(p), to(q));
        let (far_p, far_q) = (to_p.0.hypot(to_p.1), to_q.0.hypot(to_q.1));
        let legs = [far_p / module_px, far_q / module_px];
        if spread > 0.5 || legs.iter().any(|leg| !(9.0..65.0).contains(leg)) {
            return None;
        }
        let cosine = ((to_p.0 * to_q.0 + to_p.1 * to_q.1) / (far_p * far_q)).abs();
        let uneven = (far_p / far_q).ln().abs();
        if cosine > 0.6 || uneven > 0.8 {
            return None;
        }
        let is_clockwise = to_p.0 * to_q.1 - to_p.1 * to_q.0 > 0.0;
        let (right, below) = if is_clockwise { (p, q) } else { (q, p) };
        Some(Self {
            top_left: (corner.x, corner.y),
            top_right: (right.x, right.y),
            bottom_left: (below.x, below.y),
            module_px,
            is_inverted: corner.is_inverted,
            oddness: cosine + uneven + spread,
        })
    }

    fn fit(&self, picture: &GrayImage) -> Option<Fit> {
        let leg = |to: Point| (to.0 - self.top_left.0).hypot(to.1 - self.top_left.1);
        let legs = (leg(self.top_right) + leg(self.bottom_left)) / 2.0;
        let guess = legs / self.module_px + 7.0;
        let near = SIZES
            .map(|version| version * 4 + 17)
            .filter(|modules| (*modules as f32 - guess).abs() <= (guess * 0.14).max(3.0));
        let fits = near.filter_map(|modules| self.fit_size(picture, modules));
        fits.max_by(|a, b| a.score.total_cmp(&b.score))
    }

    fn fit_size(&self, picture: &GrayImage, modules: usize) -> Option<Fit> {
        let marks = Marks::new(modules, self.is_inverted);
        let span = modules as f32 - 7.0;
        let along = |to: Point| ((to.0 - self.top_left.0) / span, (to.1 - self.top_left.1) / span);
        let (right, down) = (along(self.top_right), along(self.bottom_left));
        let mut best: (f32, [Point; 4]) = (-1.0, [self.top_left; 4]);
        let straight = (
            self.top_right.0 + self.bottom_left.0 - self.top_left.0,
            self.top_right.1 + self.bottom_left.1 - self.top_left.1,
        );
        let first = [self.top_left, self.top_right, straight, self.bottom_left];
        if marks.score(picture, &first) < LEAST_FIRST_SCORE {
            return None;
        }
        // The fourth corner strays from the parallelogram's by a few modules when the phone is tilted.
        for shift_x in (-4..=4_i8).step_by(2) {
            for shift_y in (-4..=4_i8).step_by(2) {
                let (x, y) = (span + f32::from(shift_x), span + f32::from(shift_y));
                let fourth = (
                    self.top_left.0 + right.0 * x + down.0 * y,
                    self.top_left.1 + right.1 * x + down.1 * y,
                );
                let quad = [self.top_left, self.top_right, fourth, self.bottom_left];
                let score = marks.score(picture, &quad);
                if score > best.0 {
                    best = (score, quad);
                }
            }
        }
        let module_px = (right.0.hypot(right.1) + down.0.hypot(down.1)) / 2.0;
        let (score, quad) = settle(picture, &marks, best, module_px);
        (score >= LEAST_SCORE).then_some(Fit {
            modules,
            is_inverted: self.is_inverted,
            score,
            quad,
        })
    }
}

/// Moves one corner at a time as long as it helps, in ever smaller steps.
fn settle(
    picture: &GrayImage,
    marks: &Marks,
    (mut score, mut quad): (f32, [Point; 4]),
    module_px: f32,
) -> (f32, [Point; 4]) {
    for step in [0.6, 0.3, 0.15, 0.07].map(|part| part * module_px) {
        for _ in 0..3 {
            let before = score;
            for corner in 0..4 {
                for (dx, dy) in [(step, 0.0), (-step, 0.0), (0.0, step), (0.0, -step)] {
                    let mut moved = quad;
                    moved[corner] = (quad[corner].0 + dx, quad[corner].1 + dy);
                    let moved_score = marks.score(picture, &moved);
                    if moved_score > score {
                        (score, quad) = (moved_score, moved);
                    }
                }
            }
            if score <= before {
                break;
            }
        }
    }
    (score, quad)
}

impl Fit {
    /// From modules to pixels.
    pub(super) fn grid(&self) -> Grid {
        Grid::new(&self.quad, self.modules)
    }

    /// The same grid on the picture doubled (2.0) or halved (0.5).
    pub(super) fn scaled(&self, factor: f32) -> Self {
        Self {
            quad: self.quad.map(|(x, y)| (x * factor, y * factor)),
            ..self.clone()
        }
    }

    pub(super) fn module_px(&self) -> f32 {
        let [a, b, _, d] = self.quad;
        let legs = (b.0 - a.0).hypot(b.1 - a.1) + (d.0 - a.0).hypot(d.1 - a.1);
        legs / (2.0 * (self.modules as f32 - 7.0))
    }
}

/// The perspective that takes the unit square onto four points, and modules onto the unit square.
pub(super) struct Grid {
    span: f32,
    x: [f32; 3],
    y: [f32; 3],
    w: [f32; 2],
}

impl Grid {
    fn new(&[a, b, c, d]: &[Point; 4], modules: usize) -> Self {
        let (dx, dy) = (a.0 - b.0 + c.0 - d.0, a.1 - b.1 + c.1 - d.1);
        let (bx, by, ex, ey) = (b.0 - c.0, b.1 - c.1, d.0 - c.0, d.1 - c.1);
        let det = bx * ey - ex * by;
        let det = if det.abs() < 1e-6 { 1e-6 } else { det };
        let (g, h) = ((dx * ey - ex * dy) / det, (bx * dy - dx * by) / det);
        Self {
            span: modules as f32 - 7.0,
            x: [b.0 - a.0 + g * b.0, d.0 - a.0 + h * d.0, a.0],
            y: [b.1 - a.1 + g * b.1, d.1 - a.1 + h * d.1, a.1],
            w: [g, h],
        }
    }

    /// The pixel under a place counted in modules from the code's top left edge.
    pub(super) fn pixel(&self, x: f32, y: f32) -> Point {
        let (u, v) = ((x - 3.5) / self.span, (y - 3.5) / self.span);
        let w = self.w[0] * u + self.w[1] * v + 1.0;
        let along = |of: &[f32; 3]| (of[0] * u + of[1] * v + of[2]) / w;
        (along(&self.x), along(&self.y))
    }
}

/// The brightness at a point, between pixels; beyond the edge it is the edge's.
pub(super) fn brightness(picture: &GrayImage, (x, y): Point) -> f32 {
    let (columns, rows) = size(picture);
    let (x, y) = (x - 0.5, y - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let (right_part, low_part) = (x - left, y - top);
    // Not a number and far away both end at the edge.
    let clamp = |at: f32, end: usize| (at.max(0.0) as usize).min(end - 1);
    let (x0, x1) = (clamp(left, columns), clamp(left + 1.0, columns));
    let (y0, y1) = (clamp(top, rows), clamp(top + 1.0, rows));
    let bytes = picture.as_raw();
    let at = |x: usize, y: usize| f32::from(bytes[y * columns + x]);
    let upper = at(x0, y0) * (1.0 - right_part) + at(x1, y0) * right_part;
    let lower = at(x0, y1) * (1.0 - right_part) + at(x1, y1) * right_part;
    upper * (1.0 - low_part) + lower * low_part
}

/// What every QR of a size shows: column, row, and whether dark.
pub(super) fn marks_of(modules: usize) -> Vec<(usize, usize, bool)> {
    let mut marks = Vec::new();
    let far = modules - 7;
    for y in 0..modules {
        for x in 0..modules {
            // Distance from the heart of the finder this module belongs to.
            let (left, top) = (x < 8, y < 8);
            let (right, bottom) = (x + 8 >= modules, y + 8 >= modules);
            if (left || right) && (top || bottom) && !(right && bottom) {
                let away_x = x.abs_diff(if right { modules - 4 } else { 3 });
                let away_y = y.abs_diff(if bottom { modules - 4 } else { 3 });
                marks.push((x, y, matches!(away_x.max(away_y), 0 | 1 | 3)));
            } else if x == 6 || y == 6 {
                marks.push((x, y, (x + y) % 2 == 0));
            } else if x.abs_diff(far) <= 2 && y.abs_diff(far) <= 2 {
                marks.push((x, y, x.abs_diff(far).max(y.abs_diff(far)) != 1));
            }
        }
    }
    marks
}

struct Marks {
    modules: usize,
    /// Place in modules, and 1 for light, -1 for dark.
    marks: Vec<(f32, f32, f32)>,
}

impl Marks {
    fn new(modules: usize, is_inverted: bool) -> Self {
        let marks = marks_of(modules).into_iter().map(|(x, y, is_dark)| {
            let sign = if is_dark == is_inverted { 1.0 } else { -1.0 };
            (x as f32 + 0.5, y as f32 + 0.5, sign)
        });
        Self {
            modules,
            marks: marks.collect(),
        }
    }

    fn score(&self, picture: &GrayImage, quad: &[Point; 4]) -> f32 {
        let grid = Grid::new(quad, self.modules);
        let (mut sum, mut squares, mut signs, mut product) = (0.0, 0.0, 0.0, 0.0);
        for &(x, y, sign) in &self.marks {
            let value = brightness(picture, grid.pixel(x, y));
            sum += value;
            squares += value * value;
            signs += sign;
            product += value * sign;
        }
        let count = self.marks.len() as f32;
        let spread = (squares - sum * sum / count).max(0.0) * (count - signs * signs / count);
        // A flat spot agrees with nothing.
        if spread < 1.0 {
            0.0
        } else {
            (product - sum * signs / count) / spread.sqrt()
        }
    }
}
