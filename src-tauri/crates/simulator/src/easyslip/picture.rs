//! Finds the QRs in a slip's picture, by the limits of the given page: 4 MB, four formats.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits};

use super::refusal::Refusal;

/// Page §2: 4 MB, of the file itself.
const BYTES_MAX: usize = 4 * 1024 * 1024;
/// No phone takes a larger photo; a small file that unpacks to more is an attack.
const SIDE_MAX: u32 = 12_000;
const MEMORY_MAX: u64 = 256 * 1024 * 1024;

/// The texts of all QRs in the picture.
pub(super) fn qr_texts(bytes: &[u8]) -> Result<Vec<String>, Refusal> {
    if bytes.len() > BYTES_MAX {
        return Err(Refusal::of("IMAGE_SIZE_TOO_LARGE"));
    }
    let is_taken = matches!(
        image::guess_format(bytes),
        Ok(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::Gif | ImageFormat::WebP)
    );
    let no_image = || Refusal::of("INVALID_IMAGE_FORMAT");
    if !is_taken {
        return Err(no_image());
    }
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| no_image())?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    let pixels = reader.decode().map_err(|_| no_image())?.into_luma8();
    let (width, height) = pixels.dimensions();
    let view = zxingcpp::ImageView::from_slice(pixels.as_raw(), width, height, zxingcpp::ImageFormat::Lum)
        .map_err(|_| no_image())?;
    let found = zxingcpp::read()
        .formats([zxingcpp::BarcodeFormat::QRCode])
        .from(view)
        .map_err(|_| no_image())?;
    Ok(found.iter().map(zxingcpp::Barcode::text).collect())
}
