//! Picture to texts. Runs a cascade from cheap to dear and stops as soon as the caller has what it wants:
//! most pictures are screenshots, which the first step reads in milliseconds.

use image::GrayImage;
use image::imageops::{FilterType, resize};
use zxingcpp::{Barcode, BarcodeFormat, BarcodeReader, ImageFormat, ImageView, TextMode};

use crate::raster::{DecodeError, DecodeLimits, isolated, open_grey};

/// One QR of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub text: String,
}

/// One way to prepare a picture for the reader; `None` when it makes no sense for this one.
type Step = fn(&GrayImage) -> Option<GrayImage>;

/// After the plain picture, in order of cost.
const FURTHER_STEPS: [Step; 1] = [doubled];

/// Above this a QR that needs enlarging is not what is wrong with the picture.
const DOUBLE_BELOW_PIXELS: u64 = 1_500_000;

/// The texts of all QR codes in `bytes`, without repeats; empty when the picture holds none.
///
/// # Errors
/// Everything [`DecodeError`] names; never panics, whatever the bytes.
pub fn decode_image(bytes: &[u8], limits: &DecodeLimits) -> Result<Vec<Found>, DecodeError> {
    decode_image_until(bytes, limits, |_| true)
}

/// Like [`decode_image`], but keeps trying harder until `wanted` holds for some code. A slip photographed
/// beside another QR is the reason: the easy code must not end the search for the hard one. Returns
/// everything seen on the way, wanted or not.
///
/// # Errors
/// As [`decode_image`].
pub fn decode_image_until(
    bytes: &[u8],
    limits: &DecodeLimits,
    wanted: impl Fn(&Found) -> bool,
) -> Result<Vec<Found>, DecodeError> {
    let (_, picture) = open_grey(bytes, limits)?;
    let mut found = Vec::new();
    read_into(&mut found, &picture);
    for step in FURTHER_STEPS {
        if found.iter().any(&wanted) {
            break;
        }
        if let Some(prepared) = step(&picture) {
            read_into(&mut found, &prepared);
        }
    }
    Ok(found)
}

fn read_into(found: &mut Vec<Found>, picture: &GrayImage) {
    for text in texts(picture, Effort::Most) {
        if !found.iter().any(|earlier| earlier.text == text) {
            found.push(Found { text });
        }
    }
}

/// How hard ZXing tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Each row, dark on light and inverted, at the size it has: most of what there is, for two thirds of the time.
    Quick,
    Most,
}

/// The texts of the codes in `picture`, as far as error correction vouches for them.
pub(crate) fn texts(picture: &GrayImage, effort: Effort) -> Vec<String> {
    isolated(|| read(picture, effort)).unwrap_or_default()
}

fn read(picture: &GrayImage, effort: Effort) -> Vec<String> {
    let tries_all = effort == Effort::Most;
    let Ok(view) = ImageView::from_slice(
        picture.as_raw(),
        picture.width(),
        picture.height(),
        ImageFormat::Lum,
    ) else {
        return Vec::new();
    };
    let codes = BarcodeReader::new()
        // Payment and slip codes are all ordinary QR. Micro QR is read out of noise now and then, and stripes
        // out of table rows.
        .formats([BarcodeFormat::QRCodeModel2])
        // Without it rows are skipped, and small codes in large pictures are overlooked.
        .try_harder(true)
        .try_invert(true)
        .try_rotate(tries_all)
        .try_downscale(tries_all)
        // The default prettifies some contents (GS1, ISO 15434) for people.
        .text_mode(TextMode::Plain)
        .from(view);
    let valid = codes.unwrap_or_default().into_iter().filter(Barcode::is_valid);
    valid
        .map(|code| text_of(&code))
        .filter(|text| !text.is_empty())
        .collect()
}

/// Without a charset mark the reader guesses, and it takes short Thai for Chinese. Valid UTF-8 is no accident.
fn text_of(code: &Barcode) -> String {
    if code.has_eci() {
        return code.text();
    }
    String::from_utf8(code.bytes()).unwrap_or_else(|_| code.text())
}

fn doubled(picture: &GrayImage) -> Option<GrayImage> {
    let (width, height) = picture.dimensions();
    (u64::from(width) * u64::from(height) < DOUBLE_BELOW_PIXELS)
        .then(|| resize(picture, width * 2, height * 2, FilterType::CatmullRom))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Thumbnails of about 1.2 pixels per module: the plain step misses them, so the doubled one earns its place.
    #[test]
    fn doubling_reads_what_the_plain_step_cannot() {
        let text = "004000060000010103002021900021231231212000115102TH91049C30";
        let png = crate::encode(text).unwrap().to_png(8, 4);
        let full = image::load_from_memory(&png).unwrap().into_luma8();
        for side in [42, 48] {
            let small = resize(&full, side, side, FilterType::Triangle);
            assert!(
                read(&small, Effort::Most).is_empty(),
                "{side}: the plain step suffices, choose another size"
            );
            assert_eq!(read(&doubled(&small).unwrap(), Effort::Most), [text], "{side}");

            let mut small_png = std::io::Cursor::new(Vec::new());
            small.write_to(&mut small_png, image::ImageFormat::Png).unwrap();
            let found = decode_image(small_png.get_ref(), &DecodeLimits::default()).unwrap();
            assert_eq!(
                found,
                [Found {
                    text: text.to_owned()
                }]
            );
        }
        assert!(
            doubled(&GrayImage::new(1500, 1000)).is_none(),
            "large pictures are left as they are"
        );
    }

    /// A byte-mode Thai text without a charset mark, as other generators write it.
    #[test]
    fn unmarked_thai_is_read_as_utf8() {
        let mut bits = qrcode::bits::Bits::new(qrcode::Version::Normal(3));
        bits.push_byte_data("ร้านฝึก".as_bytes()).unwrap();
        bits.push_terminator(qrcode::EcLevel::M).unwrap();
        let code = qrcode::QrCode::with_bits(bits, qrcode::EcLevel::M).unwrap();
        let dark = |x: u32, y: u32| {
            let at = |px: u32| {
                usize::try_from(px / 4)
                    .unwrap()
                    .checked_sub(4)
                    .filter(|at| *at < code.width())
            };
            at(x).zip(at(y)).is_some_and(|at| code[at] == qrcode::Color::Dark)
        };
        let side = u32::try_from((code.width() + 8) * 4).unwrap();
        let picture = GrayImage::from_fn(side, side, |x, y| image::Luma([if dark(x, y) { 0 } else { 255 }]));
        assert_eq!(read(&picture, Effort::Most), ["ร้านฝึก"]);
    }
}
