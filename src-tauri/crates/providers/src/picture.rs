//! Pictures that come inside an answer: base64, bare or as a data address.
//!
//! Only the form is checked here. What a QR says is decoded and compared before it is shown, and not in this crate.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The PNG in a base64 text, with or without `data:image/…;base64,` before it; `None` when there is none.
pub(crate) fn png_of_base64(text: &str) -> Option<Vec<u8>> {
    let bare = match text.trim().strip_prefix("data:") {
        Some(address) => address.split_once(";base64,")?.1,
        None => text,
    };
    // Some encoders break lines.
    let bare: String = bare.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(&bare).or_else(|_| STANDARD_NO_PAD.decode(&bare));
    bytes.ok().filter(|bytes| is_png(bytes))
}

/// Whether the bytes begin as a PNG does.
pub(crate) fn is_png(bytes: &[u8]) -> bool {
    bytes.len() > PNG_SIGNATURE.len() && bytes.starts_with(PNG_SIGNATURE)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG of one pixel.
    const PIXEL: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg==";

    #[test]
    fn a_png_is_read_in_every_dress() {
        let png = png_of_base64(PIXEL).unwrap();
        assert!(is_png(&png));
        let unpadded = PIXEL.trim_end_matches('=');
        let broken_in_lines = format!("{}\r\n{}\n", &PIXEL[..40], &PIXEL[40..]);
        let address = format!("data:image/png;base64,{PIXEL}");
        let named = format!("data:image/png;charset=utf-8;base64,{PIXEL}");
        for text in [unpadded, &broken_in_lines, &address, &named] {
            assert_eq!(png_of_base64(text).as_ref(), Some(&png), "{text}");
        }
    }

    #[test]
    fn what_is_no_png_is_none() {
        let cut = &PIXEL[..21];
        let not_base64 = format!("data:image/png,{PIXEL}");
        for text in [
            "",
            "data:",
            "not base64!",
            "aGVsbG8=",
            "iVBORw0KGgo=",
            cut,
            &not_base64,
        ] {
            assert_eq!(png_of_base64(text), None, "{text}");
        }
    }
}
