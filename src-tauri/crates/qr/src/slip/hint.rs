//! Why nothing was read, as far as the picture tells: something the cashier can ask the customer to do.

use super::fit::Fit;
use super::modules::Levels;
use super::plane::size;
use image::GrayImage;

/// The likeliest reason. The words for people are the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Hint {
    #[error("it is too dark")]
    TooDark,
    #[error("it is blurred")]
    TooBlurry,
    #[error("the code has too few pixels")]
    TooSmall,
    #[error("the code is cut off")]
    CutOff,
    #[error("part of the code is hidden or outshone")]
    Covered,
    #[error("there is nothing like a QR in it")]
    NothingLikeQr,
}

/// From here a grid is a code, whether it can be read or not; pictures without one stay below 0.55.
const SURE_SCORE: f32 = 0.62;
/// Fewer pixels to a module leave nothing to read.
const LEAST_MODULE_PX: f32 = 1.7;
/// A picture whose brightest tenth stays below this was taken in the dark.
const DARK_BELOW: u8 = 70;
/// An edge that rises by less than this part of the picture's contrast from pixel to pixel is no edge.
const BLURRED_BELOW_PERCENT: u32 = 22;
/// The share of modules without any contrast about them, in percent, that says something lies over the code.
const COVERED_FROM_PERCENT: usize = 6;
/// A slip, which is higher than wide, that could be read is wider than this; so is a picture of its code alone, or it
/// would have been read.
const SMALL_BELOW_PX: usize = 150;

pub(super) fn of(picture: &GrayImage, best: Option<&Fit>) -> Hint {
    if let Some(fit) = best.filter(|fit| fit.score >= SURE_SCORE) {
        return of_code(picture, fit);
    }
    let light = Light::of(picture);
    let (columns, rows) = size(picture);
    if light.bright < DARK_BELOW {
        Hint::TooDark
    } else if columns.min(rows) < SMALL_BELOW_PX {
        Hint::TooSmall
    } else if light.is_blurred() {
        Hint::TooBlurry
    } else {
        Hint::NothingLikeQr
    }
}

fn of_code(picture: &GrayImage, fit: &Fit) -> Hint {
    let (columns, rows) = size(picture);
    let grid = fit.grid();
    let side = fit.modules as f32;
    let slack = fit.module_px();
    let is_outside = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)]
        .into_iter()
        .any(|(x, y)| {
            let (x, y) = grid.pixel(x, y);
            x < -slack || y < -slack || x > columns as f32 + slack || y > rows as f32 + slack
        });
    if is_outside {
        return Hint::CutOff;
    }
    if slack < LEAST_MODULE_PX {
        return Hint::TooSmall;
    }
    let light = Light::of(picture);
    if light.bright < DARK_BELOW {
        return Hint::TooDark;
    }
    let flat = Levels::measure(picture, fit).map_or(0, |levels| levels.flat_percent());
    if flat >= COVERED_FROM_PERCENT {
        Hint::Covered
    } else {
        Hint::TooBlurry
    }
}

/// How bright and how sharp a picture is.
struct Light {
    /// Nine tenths of the pixels are darker.
    bright: u8,
    dark: u8,
    /// The steepest thousandth of the steps between neighbours begins here.
    steep: u8,
}

impl Light {
    fn of(picture: &GrayImage) -> Self {
        let (columns, _) = size(picture);
        let (mut values, mut steps) = ([0_usize; 256], [0_usize; 256]);
        for row in picture.as_raw().chunks(columns.max(1)) {
            for pair in row.windows(2) {
                values[usize::from(pair[0])] += 1;
                steps[usize::from(pair[0].abs_diff(pair[1]))] += 1;
            }
        }
        Self {
            bright: level(&values, 900),
            dark: level(&values, 20),
            steep: level(&steps, 999),
        }
    }

    fn is_blurred(&self) -> bool {
        let contrast = u32::from(self.bright.saturating_sub(self.dark));
        contrast > 20 && u32::from(self.steep) * 100 < contrast * BLURRED_BELOW_PERCENT
    }
}

/// The level that so many thousandths of the pixels do not exceed.
fn level(counts: &[usize; 256], thousandths: usize) -> u8 {
    let total: usize = counts.iter().sum();
    let mut seen = 0;
    let reached = counts.iter().position(|count| {
        seen += count;
        seen * 1000 >= total * thousandths
    });
    reached
        .and_then(|level| u8::try_from(level).ok())
        .unwrap_or(u8::MAX)
}
