//! Finder patterns: the three large squares in a QR's corners.
//!
//! ZXing wants them whole and with a clear margin. This search asks for less, the ring and the heart inside it, and so
//! also finds what ZXing misses: a code whose margin is covered, or whose edges are washed out. It finds other things,
//! too, a bank's round logo for one; `fit` decides.

use super::plane::{Sums, size};
use image::GrayImage;

/// Where a finder pattern may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finder {
    /// Of its centre, in pixels; pixel centres lie at .5.
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) module_px: f32,
    /// Light on dark, as in dark mode.
    pub(super) is_inverted: bool,
    /// How many rows said so.
    pub(super) rows: u32,
}

/// Enough for a slip full of logos; the strongest are kept.
const KEPT: usize = 36;

/// Noise looks like anything, now and then. From here on what was noise is dropped.
const SEEN_AT_MOST: usize = 400;
/// A finder's heart is not higher than this.
const PASSED_PX: f32 = 50.0;

/// About three modules of a large code: wide enough to see past a finder's heart, narrow enough to follow the light.
const WINDOW_PX: usize = 20;

/// All places that look like a finder pattern, the surest first.
pub(super) fn find(picture: &GrayImage) -> Vec<Finder> {
    let bits = Bits::of(picture);
    let mut found: Vec<Finder> = Vec::new();
    let step = if bits.rows > 700 { 2 } else { 1 };
    let mut runs = Vec::new();
    for y in (0..bits.rows).step_by(step) {
        bits.runs(y, &mut runs);
        for (at, window) in runs.windows(5).enumerate() {
            let is_inverted = (at % 2 == 0) != bits.is_dark(0, y);
            let lengths = [window[0].1, window[1].1, window[2].1, window[3].1, window[4].1];
            if !looks_right(lengths) {
                continue;
            }
            let middle = window[2].0 + window[2].1 / 2;
            if let Some(finder) = bits.confirm(middle, y, is_inverted) {
                join(&mut found, finder);
            }
        }
    }
    found.sort_by_key(|finder| std::cmp::Reverse(finder.rows));
    found.truncate(KEPT);
    found
}

/// Ring, gap, heart, gap, ring: the three inside must be 1:3:1, the ring may be thin or run into something else.
fn looks_right([before, left, heart, right, after]: [usize; 5]) -> bool {
    let inside = left + heart + right;
    inside >= 5
        // A fifth of the inside is a module; everything is kept times twenty-five to stay with integers.
        && (25 * left > 2 * inside && 25 * left < 9 * inside)
        && (25 * right > 2 * inside && 25 * right < 9 * inside)
        && (25 * heart > 10 * inside && 25 * heart < 21 * inside)
        && 25 * before.min(after) >= 2 * inside
}

/// Sightings of the same pattern become one, at their mean.
fn join(found: &mut Vec<Finder>, new: Finder) {
    let same = found.iter_mut().find(|old| {
        let near = old.module_px * 1.5;
        old.is_inverted == new.is_inverted
            && (old.x - new.x).abs() < near
            && (old.y - new.y).abs() < near
            && old.module_px < new.module_px * 1.7
            && new.module_px < old.module_px * 1.7
    });
    let Some(old) = same else {
        if found.len() >= SEEN_AT_MOST {
            // What few rows agreed on and the search has passed was noise.
            found.retain(|old| old.rows > 2 || old.y > new.y - PASSED_PX);
        }
        found.push(new);
        return;
    };
    let weight = old.rows.min(1000) as f32;
    let mean = |old: f32, new: f32| (old * weight + new) / (weight + 1.0);
    old.x = mean(old.x, new.x);
    old.y = mean(old.y, new.y);
    old.module_px = mean(old.module_px, new.module_px);
    old.rows += 1;
}

/// The picture in black and white, each pixel against the mean about it.
struct Bits {
    columns: usize,
    rows: usize,
    dark: Vec<bool>,
}

impl Bits {
    fn of(picture: &GrayImage) -> Self {
        let (columns, rows) = size(picture);
        let mut dark = Vec::with_capacity(columns * rows);
        let mut values = picture.as_raw().iter();
        Sums::of(picture).windows(WINDOW_PX, |sum, count| {
            dark.push(values.next().is_some_and(|value| u32::from(*value) * count < sum));
        });
        Self { columns, rows, dark }
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        self.dark[y * self.columns + x]
    }

    /// Start and length of each run of one colour.
    fn runs(&self, y: usize, runs: &mut Vec<(usize, usize)>) {
        runs.clear();
        let row = &self.dark[y * self.columns..(y + 1) * self.columns];
        let mut start = 0;
        for part in row.chunk_by(|a, b| a == b) {
            runs.push((start, part.len()));
            start += part.len();
        }
    }

    /// The five runs through a point, along a row or a column, the middle one holding the point; with its start.
    fn through(&self, x: usize, y: usize, is_row: bool) -> Option<([usize; 5], usize)> {
        let (at, end) = if is_row { (x, self.columns) } else { (y, self.rows) };
        let dark = |at: usize| {
            if is_row {
                self.is_dark(at, y)
            } else {
                self.is_dark(x, at)
            }
        };
        let heart = dark(at);
        let mut lengths = [0; 5];
        let mut here = at;
        for run in 0..3 {
            let colour = if run == 1 { !heart } else { heart };
            let from = here;
            while here < end && dark(here) == colour {
                here += 1;
            }
            lengths[2 + run] = here - from;
        }
        let mut here = at;
        let mut start = at;
        for run in 0..3 {
            let colour = if run == 1 { !heart } else { heart };
            let from = here;
            while here > 0 && dark(here - 1) == colour {
                here -= 1;
            }
            lengths[2 - run] += from - here;
            if run == 0 {
                start = here;
            }
        }
        lengths
            .iter()
            .all(|length| *length > 0)
            .then_some((lengths, start))
    }

    fn confirm(&self, x: usize, y: usize, is_inverted: bool) -> Option<Finder> {
        if self.is_dark(x, y) == is_inverted {
            return None;
        }
        let (down, top) = self.through(x, y, false)?;
        let middle_y = top + down[2] / 2;
        let (across, left) = self.through(x, middle_y, true)?;
        let inside = |lengths: [usize; 5]| lengths[1] + lengths[2] + lengths[3];
        let (wide, high) = (inside(across), inside(down));
        let is_square = wide <= high * 5 / 2 && high <= wide * 5 / 2;
        (looks_right(down) && looks_right(across) && is_square).then(|| Finder {
            x: left as f32 + across[2] as f32 / 2.0,
            y: top as f32 + down[2] as f32 / 2.0,
            module_px: (wide + high) as f32 / 10.0,
            is_inverted,
            rows: 1,
        })
    }
}
