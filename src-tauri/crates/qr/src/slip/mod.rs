//! A customer's picture to the texts of its QR codes, however hard it was treated.
//!
//! Stages from cheap to dear; the search ends with the first text the caller wants. Most pictures are screenshots, which
//! the first stage, ZXing on the picture as it is, reads in milliseconds. What it misses goes two ways: ZXing again on
//! filtered pictures, and a search of our own (`finders`, `fit`, `modules`) that knows more about codes than ZXing asks
//! for and hands it a redrawn, clean one.
//!
//! A wrong text would be worse than none. ZXing's own error correction stands behind every text, and a text that only a
//! later stage has seen counts only when the caller wants it, which is to say when its own checksum holds.
#![expect(
    clippy::float_arithmetic,
    clippy::as_conversions,
    reason = "places and levels in a picture; there is no money in it"
)]

mod finders;
mod fit;
mod modules;
mod plane;
mod reed_solomon;
mod symbol;

use crate::raster::{DecodeError, DecodeLimits, open_grey};
use crate::read::{self, Found};
use fit::Fit;
use image::GrayImage;
use modules::Levels;

pub fn read_slip(
    bytes: &[u8],
    limits: &DecodeLimits,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Found>, DecodeError> {
    let (_, picture) = open_grey(bytes, limits)?;
    let mut search = Search {
        wanted: &wanted,
        found: Vec::new(),
        is_over: false,
        fits: Vec::new(),
        stage: 0,
    };
    search.run(&picture);
    Ok(search.found)
}

struct Search<'a> {
    wanted: &'a dyn Fn(&str) -> bool,
    found: Vec<Found>,
    is_over: bool,
    fits: Vec<Fit>,
    stage: u32,
}

impl Search<'_> {
    fn run(&mut self, picture: &GrayImage) {
        self.stage = 1;
        for text in read::texts(picture) {
            self.take(text, true);
        }
        if self.is_over {
            return;
        }
        let t0 = std::time::Instant::now();
        let half = plane::halved(picture);
        if std::env::var("QRDBG").is_ok() {
            eprintln!("   halved {:?}", t0.elapsed());
        }
        self.both(3, &half, picture, 2.0);
        if self.is_over {
            return;
        }
        self.stage = 2;
        self.locate(picture, picture, 1.0);
        let t0 = std::time::Instant::now();
        let sharp = plane::sharpened(picture, 4);
        if std::env::var("QRDBG").is_ok() {
            eprintln!("   sharp {:?}", t0.elapsed());
        }
        self.both(4, &sharp, picture, 1.0);
        let hs = plane::sharpened(&half, 4);
        self.both(7, &hs, picture, 2.0);
        let hs = plane::flattened(&half, 5);
        self.both(20, &hs, picture, 2.0);
        if plane::pixels(picture) < 1_500_000 {
            let double = plane::doubled(picture);
            self.both(8, &double, picture, 0.5);
            let double = plane::sharpened(&double, 4);
            self.both(9, &double, picture, 0.5);
        }
        let flat = plane::flattened(picture, 24);
        self.both(5, &flat, picture, 1.0);
        let smooth = plane::smoothed(picture);
        self.both(6, &smooth, picture, 1.0);
    }

    fn both(&mut self, stage: u32, seen: &GrayImage, picture: &GrayImage, factor: f32) {
        if self.is_over {
            return;
        }
        let t0 = std::time::Instant::now();
        self.stage = stage;
        for text in read::texts(seen) {
            self.take(text, false);
        }
        if std::env::var("QRDBG").is_ok() {
            eprintln!("   zxing {:?}", t0.elapsed());
        }
        if self.is_over {
            return;
        }
        self.stage = stage + 10;
        self.locate(seen, picture, factor);
    }

    fn take(&mut self, text: String, is_plain: bool) {
        let is_wanted = (self.wanted)(&text);
        if is_wanted && std::env::var("QRDBG").is_ok() {
            eprintln!("stage {}", self.stage);
        }
        self.is_over |= is_wanted;
        if (is_wanted || is_plain) && !self.found.iter().any(|f| f.text == text) {
            self.found.push(Found { text });
        }
    }

    fn locate(&mut self, seen: &GrayImage, picture: &GrayImage, factor: f32) {
        let t0 = std::time::Instant::now();
        let finders = finders::find(seen);
        let t1 = t0.elapsed();
        let mut fits = fit::fits(seen, &finders);
        let t2 = t0.elapsed();
        if fits.is_empty() && [2, 14, 30].contains(&self.stage) {
            fits = fit::fits_of_pairs(seen, &finders);
        }
        let t3 = t0.elapsed();
        if std::env::var("QRDBG").is_ok() {
            eprintln!("   find {t1:?} fit {:?} pairs {:?}", t2 - t1, t3 - t2);
        }
        if std::env::var("QRDBG").is_ok() {
            eprintln!(
                "stage {} finders {} fits {:?}",
                self.stage,
                finders.len(),
                fits.iter().map(|f| (f.modules, f.score)).collect::<Vec<_>>()
            );
        }
        for fit in fits.into_iter().take(3) {
            self.read_fit(seen, &fit);
            if !self.is_over && !std::ptr::eq(seen, picture) {
                self.read_fit(picture, &fit.scaled(factor));
            }
            if self.is_over {
                return;
            }
            self.fits.push(fit.scaled(factor));
        }
    }

    fn read_fit(&mut self, picture: &GrayImage, fit: &Fit) {
        let Some(levels) = Levels::measure(picture, fit) else {
            return;
        };
        for guess in levels.guesses() {
            if let Some(text) = symbol::decode(&guess) {
                self.take(text, false);
            }
            if self.is_over {
                return;
            }
        }
    }
}
