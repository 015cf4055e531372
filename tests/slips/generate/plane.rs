//! A grey picture with fractions, and what optics and software do to one.

use super::Chance;
use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, RgbImage};
use std::io::Cursor;

#[derive(Clone)]
pub(crate) struct Plane {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// 0 is black, 255 white.
    pub(crate) values: Vec<f32>,
}

impl Plane {
    pub(crate) fn new(width: usize, height: usize, value: f32) -> Self {
        Self {
            width,
            height,
            values: vec![value; width * height],
        }
    }

    /// Coordinates beyond the edge mean the edge.
    pub(crate) fn get(&self, x: isize, y: isize) -> f32 {
        let x = x.clamp(0, self.width as isize - 1) as usize;
        let y = y.clamp(0, self.height as isize - 1) as usize;
        self.values[y * self.width + x]
    }

    /// Between pixels, whose centres lie at .5.
    pub(crate) fn at(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (right_part, low_part) = (x - left, y - top);
        let (left, top) = (left as isize, top as isize);
        let upper = self.get(left, top) * (1.0 - right_part) + self.get(left + 1, top) * right_part;
        let lower = self.get(left, top + 1) * (1.0 - right_part) + self.get(left + 1, top + 1) * right_part;
        upper * (1.0 - low_part) + lower * low_part
    }

    pub(crate) fn fill(&mut self, x: f32, y: f32, width: f32, height: f32, value: f32) {
        let clamp = |at: f32, end: usize| (at.round().max(0.0) as usize).min(end);
        for row in clamp(y, self.height)..clamp(y + height, self.height) {
            let line = row * self.width;
            self.values[line + clamp(x, self.width)..line + clamp(x + width, self.width)].fill(value);
        }
    }

    pub(crate) fn ring(&mut self, centre: (f32, f32), inner: f32, outer: f32, value: f32) {
        let rows = (centre.1 - outer) as isize..=(centre.1 + outer) as isize;
        for y in rows.filter(|y| (0..self.height as isize).contains(y)) {
            let columns = (centre.0 - outer) as isize..=(centre.0 + outer) as isize;
            for x in columns.filter(|x| (0..self.width as isize).contains(x)) {
                let away = (x as f32 - centre.0).hypot(y as f32 - centre.1);
                if away >= inner && away <= outer {
                    self.values[y as usize * self.width + x as usize] = value;
                }
            }
        }
    }

    /// Resized by the mean of what falls into a pixel.
    pub(crate) fn scaled(&self, factor: f32) -> Self {
        let width = ((self.width as f32 * factor) as usize).max(1);
        let height = ((self.height as f32 * factor) as usize).max(1);
        let step = 1.0 / factor;
        let taps = step.ceil().max(1.0) as usize;
        let mut out = Self::new(width, height, 0.0);
        for y in 0..height {
            for x in 0..width {
                let mut sum = 0.0;
                for tap_y in 0..taps {
                    for tap_x in 0..taps {
                        let inside = |tap: usize| (tap as f32 + 0.5) / taps as f32;
                        sum += self.at(
                            (x as f32 + inside(tap_x)) * step,
                            (y as f32 + inside(tap_y)) * step,
                        );
                    }
                }
                out.values[y * width + x] = sum / (taps * taps) as f32;
            }
        }
        out
    }

    /// Out of focus, as a Gaussian.
    pub(crate) fn blurred(&self, sigma_px: f32) -> Self {
        let reach = (sigma_px * 3.0).ceil() as isize;
        let mut weights: Vec<f32> = (-reach..=reach)
            .map(|at| (-(at * at) as f32 / (2.0 * sigma_px * sigma_px)).exp())
            .collect();
        let total: f32 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= total);
        self.along(&weights, reach, true).along(&weights, reach, false)
    }

    fn along(&self, weights: &[f32], reach: isize, is_row: bool) -> Self {
        let mut out = Self::new(self.width, self.height, 0.0);
        for y in 0..self.height {
            for x in 0..self.width {
                let taps = weights.iter().zip(-reach..);
                let sum = taps.map(|(weight, at)| {
                    let (dx, dy) = if is_row { (at, 0) } else { (0, at) };
                    weight * self.get(x as isize + dx, y as isize + dy)
                });
                out.values[y * self.width + x] = sum.sum();
            }
        }
        out
    }

    /// Moved while the shutter was open.
    pub(crate) fn smeared(&self, length_px: f32, angle: f32) -> Self {
        let taps = (length_px.ceil() as usize).max(1) * 2;
        let mut out = Self::new(self.width, self.height, 0.0);
        for y in 0..self.height {
            for x in 0..self.width {
                let sum: f32 = (0..taps)
                    .map(|tap| ((tap as f32 + 0.5) / taps as f32 - 0.5) * length_px)
                    .map(|away| {
                        self.at(
                            x as f32 + 0.5 + away * angle.cos(),
                            y as f32 + 0.5 + away * angle.sin(),
                        )
                    })
                    .sum();
                out.values[y * self.width + x] = sum / taps as f32;
            }
        }
        out
    }

    pub(crate) fn add_noise(&mut self, chance: &mut Chance, sigma: f32) {
        for value in &mut self.values {
            *value += chance.normal() * sigma;
        }
    }

    /// White falls to `part` of itself, black stays.
    pub(crate) fn expose(&mut self, part: f32) {
        self.values
            .iter_mut()
            .for_each(|value| *value = *value * part + 4.0);
    }

    /// Darker towards the corners.
    pub(crate) fn add_falloff(&mut self, strength: f32) {
        let (middle_x, middle_y) = (self.width as f32 / 2.0, self.height as f32 / 2.0);
        for y in 0..self.height {
            for x in 0..self.width {
                let away =
                    ((x as f32 - middle_x) / middle_x).powi(2) + ((y as f32 - middle_y) / middle_y).powi(2);
                self.values[y * self.width + x] *= 1.0 - strength * away / 2.0;
            }
        }
    }

    /// A lamp's reflection: burnt out within the radius, fading outside, longer than wide.
    pub(crate) fn add_glare(&mut self, centre: (f32, f32), radius_px: f32, stretch: f32) {
        for y in 0..self.height {
            for x in 0..self.width {
                let away =
                    ((x as f32 - centre.0) / stretch).hypot((y as f32 - centre.1) * stretch) / radius_px;
                if away < 5.0 {
                    self.values[y * self.width + x] += 300.0 * (-(away * away - 0.6).max(0.0) * 0.7).exp();
                }
            }
        }
    }

    fn to_rgb(&self) -> RgbImage {
        let mut bytes = Vec::with_capacity(self.values.len() * 3);
        for value in &self.values {
            let grey = value.clamp(0.0, 255.0).round() as u8;
            // A screen is never quite grey.
            bytes.extend([grey, grey, grey.saturating_add(3)]);
        }
        RgbImage::from_raw(self.width as u32, self.height as u32, bytes).unwrap()
    }

    pub(crate) fn to_jpeg(&self, quality: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.to_rgb()
            .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality))
            .unwrap();
        bytes
    }

    pub(crate) fn to_file(&self, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        match format {
            ImageFormat::Gif => image::DynamicImage::from(self.to_rgb())
                .to_rgba8()
                .write_to(&mut bytes, format),
            _ => self.to_rgb().write_to(&mut bytes, format),
        }
        .unwrap();
        bytes.into_inner()
    }
}
