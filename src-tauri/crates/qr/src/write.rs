//! Text to QR modules, and modules to PNG or an SVG path. Always error level M: level Q would cost a version
//! or two in size, and the QR is shown on a clean screen.

use image::ImageEncoder as _;
use qrcode::bits::Bits;
use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode, Version};

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    #[error("there is no text to put into the QR")]
    Empty,
    #[error("the text is too long for a QR ({len_bytes} bytes)")]
    TooLong { len_bytes: usize },
    #[error("the text cannot be put into a QR")]
    Unencodable,
}

/// A QR as a square of dark and light modules, without its quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modules {
    /// Modules per side.
    pub size: usize,
    dark: Vec<bool>,
}

/// Largest module that [`Modules::to_png`] draws; a version-40 QR at this size is about 12,000 pixels wide.
const MODULE_MAX_PX: u32 = 64;
/// The standard asks for 4 quiet modules; more than this is a layout question, not a QR's.
const QUIET_MAX_MODULES: u32 = 16;

/// Encodes `text` at error level M in the smallest version that holds it.
///
/// # Errors
/// When the text is empty or longer than a version-40 QR holds (2331 bytes).
pub fn encode(text: &str) -> Result<Modules, EncodeError> {
    if text.is_empty() {
        return Err(EncodeError::Empty);
    }
    let code = if text.is_ascii() {
        QrCode::with_error_correction_level(text, EcLevel::M)
    } else {
        utf8_bits(text).and_then(|bits| QrCode::with_bits(bits, EcLevel::M))
    };
    let code = code.map_err(|error| match error {
        QrError::DataTooLong => EncodeError::TooLong {
            len_bytes: text.len(),
        },
        _ => EncodeError::Unencodable,
    })?;
    let size = code.width();
    let dark = code
        .into_colors()
        .into_iter()
        .map(|color| color == Color::Dark)
        .collect();
    Ok(Modules { size, dark })
}

/// Marked as UTF-8 and kept in byte mode: the encoder's own choice takes Thai bytes for Shift-JIS and writes
/// Kanji, and a reader without the mark guesses among Chinese charsets.
fn utf8_bits(text: &str) -> Result<Bits, QrError> {
    const ECI_UTF8: u32 = 26;
    let mut too_long = QrError::DataTooLong;
    for version in 1..=40 {
        let mut bits = Bits::new(Version::Normal(version));
        bits.push_eci_designator(ECI_UTF8)?;
        match bits
            .push_byte_data(text.as_bytes())
            .and_then(|()| bits.push_terminator(EcLevel::M))
        {
            Ok(()) => return Ok(bits),
            Err(error) => too_long = error,
        }
    }
    Err(too_long)
}

impl Modules {
    /// Whether the module in column `x`, row `y` is dark; outside the symbol everything is light.
    #[must_use]
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.size && self.dark.get(y * self.size + x).copied().unwrap_or(false)
    }

    /// Rows from top to bottom, each `size` modules from left to right, `true` for dark.
    pub fn rows(&self) -> impl Iterator<Item = &[bool]> {
        self.dark.chunks_exact(self.size)
    }

    /// An 8-bit grey PNG. `module_px` is held to 1..=64 and `quiet_modules` to 0..=16; scanners want 4.
    #[must_use]
    pub fn to_png(&self, module_px: u32, quiet_modules: u32) -> Vec<u8> {
        const FITS: &str = "at most 177 modules, 2 * 16 quiet modules and 64 pixels each";
        let module_px = usize::try_from(module_px.clamp(1, MODULE_MAX_PX)).expect(FITS);
        let quiet = usize::try_from(quiet_modules.min(QUIET_MAX_MODULES)).expect(FITS);
        let side_modules = self.size + 2 * quiet;

        let mut pixels = Vec::with_capacity((side_modules * module_px).pow(2));
        for y in 0..side_modules {
            let line_start = pixels.len();
            for x in 0..side_modules {
                let inside = x >= quiet && y >= quiet && self.is_dark(x - quiet, y - quiet);
                pixels.extend(std::iter::repeat_n(if inside { 0 } else { u8::MAX }, module_px));
            }
            let line_end = pixels.len();
            for _ in 1..module_px {
                pixels.extend_from_within(line_start..line_end);
            }
        }

        let side_px = u32::try_from(side_modules * module_px).expect(FITS);
        let mut png = Vec::new();
        image::codecs::png::PngEncoder::new(&mut png)
            .write_image(&pixels, side_px, side_px, image::ExtendedColorType::L8)
            .expect("the buffer holds side * side bytes and a Vec takes every write");
        png
    }

    /// The dark modules as the `d` of one SVG path, one unit per module, the symbol's corner at 0 0.
    /// With the standard quiet zone the view box is `-4 -4 {size + 8} {size + 8}`.
    #[must_use]
    pub fn to_svg_path(&self) -> String {
        let mut path = String::new();
        for (y, row) in self.rows().enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|a, b| a == b) {
                if run.first() == Some(&true) {
                    let width = run.len();
                    path.push_str(&format!("M{x} {y}h{width}v1h-{width}z"));
                }
                x += run.len();
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_does_not_fit() {
        assert_eq!(encode(""), Err(EncodeError::Empty));
        assert_eq!(encode(&"a".repeat(2331)).unwrap().size, 177);
        assert_eq!(
            encode(&"a".repeat(2332)),
            Err(EncodeError::TooLong { len_bytes: 2332 })
        );
    }

    #[test]
    fn finder_patterns_and_bounds() {
        let modules = encode("HELLO").unwrap();
        assert_eq!(modules.size, 21);
        assert_eq!(modules.rows().count(), 21);
        assert!(modules.rows().all(|row| row.len() == 21));
        for corner in [(0, 0), (20, 0), (0, 20)] {
            assert!(modules.is_dark(corner.0, corner.1));
        }
        assert!(!modules.is_dark(7, 7), "the separator is light");
        assert!(
            !modules.is_dark(21, 0),
            "a column outside must not wrap into the next row"
        );
        assert!(!modules.is_dark(0, 21));
        assert!(modules.to_svg_path().starts_with("M0 0h7v1h-7z"));
    }

    #[test]
    fn png_has_the_asked_size_and_quiet_zone() {
        let modules = encode("HELLO").unwrap();
        let picture = image::load_from_memory(&modules.to_png(3, 4))
            .unwrap()
            .into_luma8();
        assert_eq!(picture.dimensions(), ((21 + 8) * 3, (21 + 8) * 3));
        assert_eq!(picture.get_pixel(11, 11).0, [255]);
        assert_eq!(picture.get_pixel(12, 12).0, [0]);
        let smallest = image::load_from_memory(&modules.to_png(0, 0)).unwrap();
        assert_eq!(smallest.width(), 21);
    }
}
