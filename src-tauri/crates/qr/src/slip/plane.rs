//! Filters over whole grey pictures, in integers and row by row: they run on millions of pixels.

use image::GrayImage;
use image::imageops::{FilterType, resize};

/// Sums of all pixels above and to the left, for means over any window in four look-ups.
pub(super) struct Sums {
    /// One more than the picture's, for the row and column of zeros.
    width: usize,
    sums: Vec<u32>,
}

impl Sums {
    /// Exact up to 16.8 million pixels; beyond it wraps, and differences of wrapped sums are still right.
    pub(super) fn of(picture: &GrayImage) -> Self {
        let (columns, rows) = size(picture);
        let width = columns + 1;
        let mut sums = vec![0_u32; width * (rows + 1)];
        let mut above = vec![0_u32; width];
        for (line, out) in picture
            .as_raw()
            .chunks_exact(columns)
            .zip(sums.chunks_exact_mut(width).skip(1))
        {
            let mut row = 0_u32;
            for ((value, sum), above) in line
                .iter()
                .zip(out.iter_mut().skip(1))
                .zip(above.iter_mut().skip(1))
            {
                row = row.wrapping_add(u32::from(*value));
                *sum = row.wrapping_add(*above);
                *above = *sum;
            }
        }
        Self { width, sums }
    }

    /// Calls `each` for every pixel, in order, with the sum of the window about it and the window's size, which is
    /// smaller at the edges.
    pub(super) fn windows(&self, radius: usize, mut each: impl FnMut(u32, u32)) {
        let (columns, rows) = (self.width - 1, self.sums.len() / self.width - 1);
        for y in 0..rows {
            let (top, bottom) = (y.saturating_sub(radius), (y + radius + 1).min(rows));
            let upper = &self.sums[top * self.width..(top + 1) * self.width];
            let lower = &self.sums[bottom * self.width..(bottom + 1) * self.width];
            for x in 0..columns {
                let (left, right) = (x.saturating_sub(radius), (x + radius + 1).min(columns));
                let sum = lower[right]
                    .wrapping_sub(lower[left])
                    .wrapping_sub(upper[right])
                    .wrapping_add(upper[left]);
                each(sum, ((right - left) * (bottom - top)) as u32);
            }
        }
    }
}

pub(super) fn size(picture: &GrayImage) -> (usize, usize) {
    let side = |px: u32| usize::try_from(px).expect("a picture in memory has sides that fit");
    (side(picture.width()), side(picture.height()))
}

pub(super) fn pixels(picture: &GrayImage) -> u64 {
    u64::from(picture.width()) * u64::from(picture.height())
}

fn byte(value: u32) -> u8 {
    u8::try_from(value.min(255)).unwrap_or(u8::MAX)
}

/// The picture with every byte replaced by what `of` makes of it and of the mean about it.
fn with_means(picture: &GrayImage, radius: usize, of_both: impl Fn(u32, u32) -> u8) -> GrayImage {
    let mut bytes = Vec::with_capacity(picture.as_raw().len());
    let mut values = picture.as_raw().iter();
    // A division for each pixel would take most of the time; the inverse is right to one grey level.
    let (mut count, mut inverse) = (1, u64::from(u32::MAX));
    Sums::of(picture).windows(radius, |sum, of| {
        if of != count {
            (count, inverse) = (of, u64::from(u32::MAX / of) + 1);
        }
        let mean = (u64::from(sum) * inverse) >> 32;
        if let Some(value) = values.next() {
            bytes.push(of_both(u32::from(*value), mean as u32));
        }
    });
    GrayImage::from_raw(picture.width(), picture.height(), bytes).unwrap_or_default()
}

/// Edges three times as steep: undoes blur, and lifts a code out of a grey haze.
pub(super) fn sharpened(picture: &GrayImage, radius: usize) -> GrayImage {
    with_means(picture, radius, |value, mean| {
        byte((value * 4).saturating_sub(mean * 3))
    })
}

/// The mean of three by three pixels: against noise and JPEG's rings.
pub(super) fn smoothed(picture: &GrayImage) -> GrayImage {
    with_means(picture, 1, |_, mean| byte(mean))
}

/// What differs from the mean about it, eight times as strong, about a middle grey: against thin contrast, dark
/// pictures and uneven light.
pub(super) fn flattened(picture: &GrayImage, radius: usize) -> GrayImage {
    with_means(&smoothed(picture), radius, |value, mean| {
        byte((128 + value * 8).saturating_sub(mean * 8))
    })
}

/// Half as wide and high; every pixel the mean of four.
pub(super) fn halved(picture: &GrayImage) -> GrayImage {
    let (columns, _) = size(picture);
    let (width, height) = (picture.width() / 2, picture.height() / 2);
    let mut bytes = Vec::with_capacity(picture.as_raw().len() / 4);
    for pair in picture.as_raw().chunks_exact((columns * 2).max(1)) {
        let (upper, lower) = pair.split_at(columns);
        bytes.extend(
            upper
                .chunks_exact(2)
                .zip(lower.chunks_exact(2))
                .map(|(upper, lower)| {
                    let of = |pair: &[u8]| u16::from(pair[0]) + u16::from(pair[1]);
                    let [mean, _] = ((of(upper) + of(lower) + 2) / 4).to_le_bytes();
                    mean
                }),
        );
    }
    GrayImage::from_raw(width, height, bytes).unwrap_or_default()
}

pub(super) fn doubled(picture: &GrayImage) -> GrayImage {
    resize(
        picture,
        picture.width() * 2,
        picture.height() * 2,
        FilterType::CatmullRom,
    )
}
