//! A customer's picture to the texts of its QR codes, however hard it was treated.
//!
//! Stages go from cheap to dear, and the search ends with the first text the caller wants. Most pictures are
//! screenshots, which the first stage, ZXing on the picture as it is, reads in milliseconds. What it misses goes two
//! ways: ZXing again on filtered pictures, and a search of our own that asks less of a code than ZXing does: `finders`
//! finds corners, `fit` lays a grid over them, `modules` undoes what happened to the picture, `symbol` decodes.
//!
//! A wrong text would be worse than none. Error correction stands behind every text, and a text that only a later stage
//! has seen counts only when the caller wants it, which is to say when the text's own checksum holds.
//!
//! What a text means is the caller's business, and so is the clock: the work is bounded by the picture's size, and the
//! caller may end it sooner between two stages.
#![expect(
    clippy::float_arithmetic,
    clippy::as_conversions,
    reason = "places and levels in a picture; there is no money in it"
)]

mod finders;
mod fit;
mod hint;
mod modules;
mod plane;
mod reed_solomon;
mod symbol;

pub use hint::Hint;

use crate::raster::{DecodeError, DecodeLimits, isolated, open_grey};
use crate::read::{self, Effort, Found};
use crate::sniff::{ImageKind, sniff};
use fit::Fit;
use image::GrayImage;
use modules::Levels;
use std::borrow::Cow;

/// What a slip's picture may cost.
#[derive(Clone, Copy)]
pub struct SlipLimits<'a> {
    pub decode: DecodeLimits,
    /// Asked between stages, each of which takes some tens of milliseconds at most: whether there is time for more.
    pub may_go_on: &'a dyn Fn() -> bool,
}

impl Default for SlipLimits<'_> {
    fn default() -> Self {
        Self {
            decode: DecodeLimits::default(),
            may_go_on: &|| true,
        }
    }
}

/// Why a picture gave no text at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    Picture(#[from] DecodeError),
    #[error("no QR could be read in the picture: {hint}")]
    NoQr { hint: Hint },
}

/// The texts of the QR codes in a PNG, JPEG, GIF or WebP, without repeats and never empty.
///
/// Tries harder until `wanted` holds for a text; let it check the slip's form and checksum. A text that is not wanted
/// (the shop's own QR, for one) is returned only if it was read without any tricks.
///
/// # Errors
/// [`ReadError::Picture`] before anything is searched, [`ReadError::NoQr`] with what the cashier may try. Never panics,
/// whatever the bytes.
pub fn read_slip(
    bytes: &[u8],
    limits: &SlipLimits<'_>,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Found>, ReadError> {
    // Nobody photographs an SVG; drawing one costs more than it could ever be worth here.
    if bytes.len() <= limits.decode.max_bytes && sniff(bytes) == Some(ImageKind::Svg) {
        return Err(DecodeError::UnsupportedFormat { found: "SVG" }.into());
    }
    let (_, picture) = open_grey(bytes, &limits.decode)?;
    let mut search = Search {
        wanted: &wanted,
        may_go_on: limits.may_go_on,
        found: Vec::new(),
        is_over: false,
        best: None,
    };
    search.plain(&picture);
    if !search.is_over {
        let picture = shrunk(picture);
        let half = plane::halved(&picture);
        let copies = Copies { picture, half };
        // The search is our own and young: a fault in it must cost one picture, not the till.
        isolated(|| search.further(&copies));
        if search.found.is_empty() {
            let hint = hint::of(&copies.picture, search.best.as_ref());
            return Err(ReadError::NoQr { hint });
        }
    }
    Ok(search.found)
}

/// Beyond this a photo is halved before it is searched further: its codes are large, and time is short.
const SEARCHED_MAX_PIXELS: u64 = 4_500_000;
/// From here on reading the half costs less than halving it does, and looking at the whole much more than both.
const HALVED_FIRST_FROM_PIXELS: u64 = 1_000_000;
/// Below this a code may be too small for its pixels, and doubling helps.
const DOUBLE_BELOW_PIXELS: u64 = 1_500_000;
/// No code fits into less.
const LEAST_SIDE_PX: u32 = 21;
/// How many grids are read in one view.
const FITS_READ: usize = 3;

fn shrunk(mut picture: GrayImage) -> GrayImage {
    while plane::pixels(&picture) > SEARCHED_MAX_PIXELS {
        picture = plane::halved(&picture);
    }
    picture
}

/// What views are made of.
struct Copies {
    picture: GrayImage,
    half: GrayImage,
}

/// One way to look at the picture.
struct View<'a> {
    seen: Cow<'a, GrayImage>,
    /// How many of the picture's pixels make one of the view's.
    factor: f32,
    /// Whether ZXing looks, too; it has seen the picture itself already.
    with_zxing: bool,
    /// Whether two finders suffice. Dear, and worth it where the view is unlike those before.
    with_pairs: bool,
}

/// In order of what they found for their time, on the bench's pictures.
const VIEWS: [fn(&Copies) -> Option<View<'_>>; 9] = [
    |copies| View::of(Cow::Borrowed(&copies.half), 2.0, false),
    |copies| {
        Some(View {
            with_zxing: false,
            ..View::of(Cow::Borrowed(&copies.picture), 1.0, true)?
        })
    },
    |copies| View::of(Cow::Owned(plane::smoothed(&copies.picture)), 1.0, false),
    |copies| View::of(Cow::Owned(plane::sharpened(&copies.picture, 4)), 1.0, true),
    |copies| View::of(Cow::Owned(plane::sharpened(&copies.half, 4)), 2.0, false),
    |copies| View::of(Cow::Owned(plane::flattened(&copies.half, 5)), 2.0, true),
    |copies| {
        let is_small = plane::pixels(&copies.picture) < DOUBLE_BELOW_PIXELS;
        is_small
            .then(|| View::of(Cow::Owned(plane::doubled(&copies.picture)), 0.5, false))
            .flatten()
    },
    |copies| {
        let is_small = plane::pixels(&copies.picture) < DOUBLE_BELOW_PIXELS;
        let sharp = || plane::sharpened(&plane::doubled(&copies.picture), 4);
        is_small
            .then(|| View::of(Cow::Owned(sharp()), 0.5, false))
            .flatten()
    },
    |copies| View::of(Cow::Owned(plane::flattened(&copies.picture, 8)), 1.0, true),
];

impl<'a> View<'a> {
    fn of(seen: Cow<'a, GrayImage>, factor: f32, with_pairs: bool) -> Option<Self> {
        let is_enough = seen.width().min(seen.height()) >= LEAST_SIDE_PX;
        is_enough.then_some(Self {
            seen,
            factor,
            with_zxing: true,
            with_pairs,
        })
    }
}

struct Search<'a> {
    wanted: &'a dyn Fn(&str) -> bool,
    may_go_on: &'a dyn Fn() -> bool,
    found: Vec<Found>,
    is_over: bool,
    /// The grid that fitted best, in the picture's pixels: what a hint goes by.
    best: Option<Fit>,
}

impl Search<'_> {
    /// ZXing on the picture: first on a large one's half, where a phone's screenshot is read for a quarter of the time,
    /// then as it is, and only then with all it can try.
    fn plain(&mut self, picture: &GrayImage) {
        if plane::pixels(picture) >= HALVED_FIRST_FROM_PIXELS {
            for text in read::texts(&plane::halved(picture), Effort::Quick) {
                self.take(text, false);
            }
        }
        for effort in [Effort::Quick, Effort::Most] {
            if self.is_over {
                return;
            }
            for text in read::texts(picture, effort) {
                self.take(text, true);
            }
        }
    }

    fn further(&mut self, copies: &Copies) {
        for view in VIEWS {
            if self.is_over || !(self.may_go_on)() {
                return;
            }
            if let Some(view) = view(copies) {
                self.look(&copies.picture, &view);
            }
        }
    }

    fn look(&mut self, picture: &GrayImage, view: &View<'_>) {
        if view.with_zxing {
            for text in read::texts(&view.seen, Effort::Most) {
                self.take(text, false);
            }
            if self.is_over {
                return;
            }
        }
        let finders = finders::find(&view.seen);
        let mut fits = fit::fits(&view.seen, &finders);
        if fits.is_empty() && view.with_pairs {
            fits = fit::fits_of_pairs(&view.seen, &finders);
        }
        for fit in fits.into_iter().take(FITS_READ) {
            let on_picture = fit.scaled(view.factor);
            // The filter helped to find it, but took away as much as it gave.
            self.read_grid(picture, &on_picture);
            if !self.is_over && view.with_zxing {
                self.read_grid(&view.seen, &fit);
            }
            if self.is_over {
                return;
            }
            if self.best.as_ref().is_none_or(|best| best.score < fit.score) {
                self.best = Some(on_picture);
            }
        }
    }

    fn read_grid(&mut self, picture: &GrayImage, fit: &Fit) {
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

    fn take(&mut self, text: String, is_plain: bool) {
        let is_wanted = (self.wanted)(&text);
        self.is_over |= is_wanted;
        if (is_wanted || is_plain) && !self.found.iter().any(|found| found.text == text) {
            self.found.push(Found { text });
        }
    }
}
