//! A fitted grid to black and white modules, in several ways, each of which some kind of trouble needs.
//!
//! The parts every QR has are known before anything is read. They serve as a training signal: from them the blur that
//! the picture suffered is estimated (each module's brightness as a weighted sum of its neighbours'), whatever its
//! direction, and then undone.

use super::fit::{Fit, brightness, marks_of};
use image::GrayImage;

/// Brightness by module: about 1 for light, -1 for dark.
#[derive(Clone)]
pub(super) struct Levels {
    side: usize,
    values: Vec<f32>,
    /// How much the modules about each differed when they were measured.
    contrast: Vec<f32>,
}

/// Weights of a module's neighbourhood, row by row, and a constant.
type Blur = [f32; 10];

impl Levels {
    /// Measures the modules; `None` when the known ones do not differ.
    pub(super) fn measure(picture: &GrayImage, fit: &Fit) -> Option<Self> {
        let side = fit.modules;
        let grid = fit.grid();
        let taps = (fit.module_px().round() as usize).clamp(2, 6);
        let mut values = Vec::with_capacity(side * side);
        for y in 0..side {
            for x in 0..side {
                let mut sum = 0.0;
                for tap in 0..taps * taps {
                    // Across the middle seven tenths: the module's edge belongs half to its neighbour.
                    let inside = |tap: usize| 0.15 + 0.7 * (tap as f32 + 0.5) / taps as f32;
                    let place = (x as f32 + inside(tap % taps), y as f32 + inside(tap / taps));
                    sum += brightness(picture, grid.pixel(place.0, place.1));
                }
                let value = sum / (taps * taps) as f32;
                values.push(if fit.is_inverted { 255.0 - value } else { value });
            }
        }
        let mut levels = Self {
            side,
            values,
            contrast: Vec::new(),
        };
        let differs = levels.scale_by_marks();
        levels.note_contrast();
        differs.then_some(levels)
    }

    /// The levels as they are, then without the troubles they may have suffered, the likeliest first.
    pub(super) fn guesses(self) -> Vec<Self> {
        let evened = self.evened(3);
        let mut guesses = vec![evened.edged(0.6), evened.edged(1.5), self.edged(0.6)];
        for levels in [&evened, &self] {
            if let Some(blur) = levels.estimate_blur() {
                guesses.insert(0, levels.deblurred(&blur));
            }
        }
        guesses.insert(0, self.evened(2));
        guesses.insert(0, evened);
        guesses.insert(0, self);
        guesses
    }

    pub(super) fn side(&self) -> usize {
        self.side
    }

    /// How sure each module is: its distance from the middle, times how much the modules about it differed in the
    /// picture. Where nine in a square agree, something lies over them, or a lamp shines.
    pub(super) fn doubts(&self) -> Vec<f32> {
        let both = self.values.iter().zip(&self.contrast);
        both.map(|(value, contrast)| value.abs().min(1.0) * contrast)
            .collect()
    }

    /// How many modules of a hundred have no contrast about them.
    pub(super) fn flat_percent(&self) -> usize {
        let flat = self.contrast.iter().filter(|contrast| **contrast < 0.35).count();
        flat * 100 / self.contrast.len().max(1)
    }

    fn note_contrast(&mut self) {
        for y in 0..self.side {
            for x in 0..self.side {
                let (low, high) = self.extremes(x, y, 1);
                self.contrast.push((high - low).min(1.5));
            }
        }
    }

    /// The darkest and the lightest module about a place.
    fn extremes(&self, x: usize, y: usize, radius: usize) -> (f32, f32) {
        let (mut low, mut high) = (f32::MAX, f32::MIN);
        for near_y in y.saturating_sub(radius)..(y + radius + 1).min(self.side) {
            for near_x in x.saturating_sub(radius)..(x + radius + 1).min(self.side) {
                let value = self.get(near_x, near_y);
                (low, high) = (low.min(value), high.max(value));
            }
        }
        (low, high)
    }

    pub(super) fn get(&self, x: usize, y: usize) -> f32 {
        self.values[y * self.side + x]
    }

    fn scale_by_marks(&mut self) -> bool {
        let (mut dark, mut light) = ((0.0, 0.0), (0.0, 0.0));
        for (x, y, is_dark) in marks_of(self.side) {
            let of = if is_dark { &mut dark } else { &mut light };
            of.0 += self.get(x, y);
            of.1 += 1.0;
        }
        let (dark, light) = (dark.0 / dark.1, light.0 / light.1);
        let (middle, half) = ((dark + light) / 2.0, (light - dark) / 2.0);
        self.values
            .iter_mut()
            .for_each(|value| *value = (*value - middle) / half.max(0.01));
        half > 0.5
    }

    /// Against uneven light: each module between the darkest and the lightest about it.
    fn evened(&self, radius: usize) -> Self {
        let mut out = self.clone();
        for y in 0..self.side {
            for x in 0..self.side {
                let (low, high) = self.extremes(x, y, radius);
                let half = ((high - low) / 2.0).max(0.05);
                out.values[y * self.side + x] = (self.get(x, y) - (high + low) / 2.0) / half;
            }
        }
        out
    }

    /// What differs from its four neighbours, stronger.
    fn edged(&self, strength: f32) -> Self {
        let mut out = self.clone();
        for y in 0..self.side {
            for x in 0..self.side {
                let value = self.get(x, y);
                let mean = (self.beside(x, y, -1, 0)
                    + self.beside(x, y, 1, 0)
                    + self.beside(x, y, 0, -1)
                    + self.beside(x, y, 0, 1))
                    / 4.0;
                out.values[y * self.side + x] = value + strength * (value - mean);
            }
        }
        out
    }

    /// A neighbour's level; the margin about the code is light.
    fn beside(&self, x: usize, y: usize, right: isize, down: isize) -> f32 {
        match (x.checked_add_signed(right), y.checked_add_signed(down)) {
            (Some(x), Some(y)) if x < self.side && y < self.side => self.get(x, y),
            _ => 1.0,
        }
    }

    /// Least squares over the known modules whose neighbours are known, too.
    fn estimate_blur(&self) -> Option<Blur> {
        let mut known: Vec<Option<f32>> = vec![None; self.side * self.side];
        for (x, y, is_dark) in marks_of(self.side) {
            known[y * self.side + x] = Some(if is_dark { -1.0 } else { 1.0 });
        }
        let mut normal = [[0.0_f64; 11]; 10];
        for y in 1..self.side - 1 {
            for x in 1..self.side - 1 {
                let mut row = [1.0_f64; 11];
                let all_known = NEAR.iter().zip(row.iter_mut()).all(|((right, down), cell)| {
                    let at = (y.wrapping_add_signed(*down)) * self.side + x.wrapping_add_signed(*right);
                    known[at].map(|value| *cell = f64::from(value)).is_some()
                });
                if !all_known {
                    continue;
                }
                row[10] = f64::from(self.get(x, y));
                for (line, weight) in normal.iter_mut().zip(row) {
                    for (cell, value) in line.iter_mut().zip(row) {
                        *cell += weight * value;
                    }
                }
            }
        }
        // A little weight on "no blur" keeps what the few known modules cannot tell near zero.
        for (at, line) in normal.iter_mut().enumerate() {
            line[at] += 2.0;
            line[10] += if at == 4 { 1.0 } else { 0.0 };
        }
        solved(normal)
    }

    /// The levels that, blurred, give what was measured: a few dozen small corrections, kept within black and white.
    fn deblurred(&self, blur: &Blur) -> Self {
        let mut out = self.clone();
        out.values
            .iter_mut()
            .for_each(|value| *value = value.clamp(-1.0, 1.0));
        for _ in 0..40 {
            let before = out.clone();
            for y in 0..self.side {
                for x in 0..self.side {
                    let near = NEAR.iter().zip(blur);
                    let sum: f32 = near
                        .map(|((right, down), weight)| weight * before.beside(x, y, *right, *down))
                        .sum();
                    let error = self.get(x, y) - sum - blur[9];
                    let value = &mut out.values[y * self.side + x];
                    *value = (*value + error).clamp(-1.2, 1.2);
                }
            }
        }
        out
    }
}

const NEAR: [(isize, isize); 9] = [
    (-1, -1),
    (0, -1),
    (1, -1),
    (-1, 0),
    (0, 0),
    (1, 0),
    (-1, 1),
    (0, 1),
    (1, 1),
];

/// Gauss's elimination with the largest pivot.
fn solved(mut rows: [[f64; 11]; 10]) -> Option<Blur> {
    for at in 0..10 {
        let pivot = (at..10).max_by(|a, b| rows[*a][at].abs().total_cmp(&rows[*b][at].abs()))?;
        rows.swap(at, pivot);
        if rows[at][at].abs() < 1e-9 {
            return None;
        }
        let lead = rows[at];
        for (number, row) in rows.iter_mut().enumerate() {
            if number == at {
                continue;
            }
            let factor = row[at] / lead[at];
            row.iter_mut()
                .zip(lead)
                .for_each(|(cell, lead)| *cell -= factor * lead);
        }
    }
    let mut blur = [0.0; 10];
    for (at, weight) in blur.iter_mut().enumerate() {
        *weight = (rows[at][10] / rows[at][at]) as f32;
    }
    Some(blur)
}

#[cfg(test)]
impl Levels {
    /// A perfect picture.
    pub(super) fn clear(side: usize, dark: impl Iterator<Item = bool>) -> Self {
        let values: Vec<f32> = dark.map(|dark| if dark { -1.0 } else { 1.0 }).collect();
        let contrast = vec![1.5; values.len()];
        Self {
            side,
            values,
            contrast,
        }
    }

    /// A lamp's reflection over one module.
    pub(super) fn outshine(&mut self, x: usize, y: usize) {
        self.values[y * self.side + x] = 1.0;
        self.contrast[y * self.side + x] = 0.0;
    }
}
