//! Untrusted bytes to pixels, within limits. Refuses by size before it decodes, and treats the picture decoders
//! as fallible strangers: an error or a panic inside one of them is a broken picture, not a broken till.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use crate::sniff::{ImageKind, sniff, sniff_unsupported};
use crate::svg;

/// What a picture may cost. The defaults take any phone photo and refuse anything built to hurt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeLimits {
    /// The file itself; EasySlip takes no more either.
    pub max_bytes: usize,
    /// Either side of the picture.
    pub max_side_px: u32,
    /// Width times height.
    pub max_pixels: u64,
    /// What a decoder may allocate.
    pub max_alloc_bytes: u64,
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self {
            max_bytes: 4_194_304,
            max_side_px: 12_000,
            max_pixels: 25_000_000,
            max_alloc_bytes: 256 * 1024 * 1024,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("the file has {size_bytes} bytes; at most {limit_bytes} are read")]
    TooLarge { size_bytes: usize, limit_bytes: usize },
    #[error("this is not a picture")]
    NotAnImage,
    #[error("{found} files are not read; send a PNG, JPEG, GIF, WebP or SVG")]
    UnsupportedFormat { found: &'static str },
    #[error("the picture was refused before it was opened: {what}")]
    Bomb { what: BombKind },
    #[error("the {} file is damaged or cut off", .kind.media_type())]
    Broken { kind: ImageKind },
}

/// Which limit a small file would have blown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BombKind {
    #[error("{width_px} by {height_px} pixels")]
    Dimensions { width_px: u32, height_px: u32 },
    #[error("decoding it would take too much memory")]
    Memory,
    #[error("the drawing is too complex")]
    Drawing,
}

/// Any accepted picture as PNG bytes: the first frame, upright, without metadata or scripts.
///
/// # Errors
/// Everything [`DecodeError`] names; never panics, whatever the bytes.
pub fn normalise_to_png(bytes: &[u8], limits: &DecodeLimits) -> Result<Vec<u8>, DecodeError> {
    let (kind, picture) = open(bytes, limits)?;
    let broken = DecodeError::Broken { kind };
    // 16-bit and float samples double the size of what is only shown on a screen.
    let picture = match picture {
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_) | DynamicImage::ImageRgba8(_) => picture,
        other if other.color().has_alpha() => DynamicImage::ImageRgba8(other.into_rgba8()),
        other => DynamicImage::ImageRgb8(other.into_rgb8()),
    };
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).map_err(|_| broken)?;
    Ok(png.into_inner())
}

/// The picture's luma on white: transparent pixels of a QR are its light modules.
pub(crate) fn open_grey(bytes: &[u8], limits: &DecodeLimits) -> Result<(ImageKind, GrayImage), DecodeError> {
    let (kind, picture) = open(bytes, limits)?;
    let (width, height) = (picture.width(), picture.height());
    let bytes: Vec<u8> = match &picture {
        // By hand: the library's conversion takes longer than finding a code.
        DynamicImage::ImageRgb8(picture) => picture.as_raw().chunks_exact(3).map(luma).collect(),
        DynamicImage::ImageRgba8(picture) => {
            let pixels = picture.as_raw().chunks_exact(4);
            pixels.map(|pixel| on_white(luma(pixel), pixel[3])).collect()
        }
        other if other.color().has_alpha() => {
            let picture = other.to_luma_alpha8();
            let pixels = picture.as_raw().chunks_exact(2);
            pixels.map(|pixel| on_white(pixel[0], pixel[1])).collect()
        }
        _ => return Ok((kind, picture.into_luma8())),
    };
    let grey = GrayImage::from_raw(width, height, bytes).ok_or(DecodeError::Broken { kind })?;
    Ok((kind, grey))
}

/// Rec. 709 weights in 256ths; they add up to 256, so that the sum of bytes stays below 65,536.
fn luma(pixel: &[u8]) -> u8 {
    let sum = u16::from(pixel[0]) * 54 + u16::from(pixel[1]) * 183 + u16::from(pixel[2]) * 19;
    let [_, mean] = sum.to_le_bytes();
    mean
}

fn on_white(luma: u8, alpha: u8) -> u8 {
    // Most pictures that could be transparent are not.
    if alpha == u8::MAX {
        return luma;
    }
    let (luma, alpha) = (u32::from(luma), u32::from(alpha));
    u8::try_from((luma * alpha + 255 * (255 - alpha)) / 255).expect("a weighted mean of two bytes is a byte")
}

fn open(bytes: &[u8], limits: &DecodeLimits) -> Result<(ImageKind, DynamicImage), DecodeError> {
    if bytes.len() > limits.max_bytes {
        return Err(DecodeError::TooLarge {
            size_bytes: bytes.len(),
            limit_bytes: limits.max_bytes,
        });
    }
    let Some(kind) = sniff(bytes) else {
        return Err(match sniff_unsupported(bytes) {
            Some(found) => DecodeError::UnsupportedFormat { found },
            None => DecodeError::NotAnImage,
        });
    };
    let decoded = isolated(|| match kind {
        ImageKind::Png => open_raster(bytes, ImageFormat::Png, kind, limits),
        ImageKind::Jpeg => open_raster(bytes, ImageFormat::Jpeg, kind, limits),
        ImageKind::Gif => open_raster(bytes, ImageFormat::Gif, kind, limits),
        ImageKind::WebP => open_raster(bytes, ImageFormat::WebP, kind, limits),
        ImageKind::Svg => svg::rasterise(bytes),
    });
    let picture = decoded.unwrap_or(Err(DecodeError::Broken { kind }))?;
    Ok((kind, picture))
}

/// Runs third-party decoding; `None` when it panicked. Nothing outlives the call, so no state can be torn.
pub(crate) fn isolated<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn open_raster(
    bytes: &[u8],
    format: ImageFormat,
    kind: ImageKind,
    limits: &DecodeLimits,
) -> Result<DynamicImage, DecodeError> {
    let mut allocation = Limits::default();
    allocation.max_alloc = Some(limits.max_alloc_bytes);
    let error = |error: ImageError| match error {
        ImageError::Limits(_) => DecodeError::Bomb {
            what: BombKind::Memory,
        },
        _ => DecodeError::Broken { kind },
    };

    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(allocation.clone());
    let mut decoder = reader.into_decoder().map_err(error)?;

    let (width_px, height_px) = decoder.dimensions();
    let too_wide = width_px > limits.max_side_px || height_px > limits.max_side_px;
    if too_wide || u64::from(width_px) * u64::from(height_px) > limits.max_pixels {
        return Err(DecodeError::Bomb {
            what: BombKind::Dimensions { width_px, height_px },
        });
    }
    allocation.reserve(decoder.total_bytes()).map_err(error)?;

    // A picture with a broken EXIF block is still a picture.
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(error)?;
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    if picture.width() == 0 || picture.height() == 0 {
        return Err(DecodeError::Broken { kind });
    }
    Ok(picture)
}
