//! The clipboard of this machine, for a till whose owner switched on that it is watched for slips. Web views do not let a
//! page read it by itself; the shell may.
//!
//! Nothing is kept but a number that tells whether something new lies there.

use base64::Engine as _;
use serde::Serialize;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Cursor;
use std::sync::Mutex;

/// A slip's text is much shorter; what is longer is nobody's business here.
const TEXT_BYTES_MAX: usize = 256;

/// What lies on the clipboard.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Clip {
    /// The same as the last time: nothing is told twice.
    unchanged: bool,
    /// A picture, as PNG in base64.
    picture_base64: Option<String>,
    /// A short text.
    text: Option<String>,
}

/// What was there the last time, as a number.
#[derive(Debug, Default)]
pub(crate) struct LastSeen(Mutex<Option<u64>>);

impl LastSeen {
    fn is_new(&self, content: &impl Hash) -> bool {
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        let now = Some(hasher.finish());
        let mut last = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_new = *last != now;
        *last = now;
        is_new
    }

    /// Reads the clipboard. Blocks for as long as the program that owns it takes to answer.
    pub(crate) fn look(&self) -> Result<Clip, arboard::Error> {
        let mut clipboard = arboard::Clipboard::new()?;
        match clipboard.get_image() {
            Ok(picture) => {
                let content = (picture.width, picture.height, &picture.bytes);
                Ok(if self.is_new(&content) {
                    Clip {
                        picture_base64: png(&picture),
                        ..Clip::default()
                    }
                } else {
                    same()
                })
            }
            Err(arboard::Error::ContentNotAvailable) => match clipboard.get_text() {
                Ok(text) if text.len() <= TEXT_BYTES_MAX => Ok(if self.is_new(&text) {
                    Clip {
                        text: Some(text),
                        ..Clip::default()
                    }
                } else {
                    same()
                }),
                Ok(_) | Err(arboard::Error::ContentNotAvailable) => Ok(Clip::default()),
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        }
    }
}

fn same() -> Clip {
    Clip {
        unchanged: true,
        ..Clip::default()
    }
}

fn png(picture: &arboard::ImageData<'_>) -> Option<String> {
    let (width, height) = (
        u32::try_from(picture.width).ok()?,
        u32::try_from(picture.height).ok()?,
    );
    let pixels = image::RgbaImage::from_raw(width, height, picture.bytes.to_vec())?;
    let mut file = Cursor::new(Vec::new());
    pixels.write_to(&mut file, image::ImageFormat::Png).ok()?;
    Some(base64::engine::general_purpose::STANDARD.encode(file.into_inner()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_again_is_not_told_again() {
        let seen = LastSeen::default();
        assert!(seen.is_new(&"a"));
        assert!(!seen.is_new(&"a"));
        assert!(seen.is_new(&"b"));
        assert!(seen.is_new(&"a"));
    }

    #[test]
    fn a_picture_becomes_a_png() {
        let picture = arboard::ImageData {
            width: 2,
            height: 1,
            bytes: vec![255, 0, 0, 255, 0, 0, 255, 255].into(),
        };
        let encoded = png(&picture).unwrap();
        let file = base64::engine::general_purpose::STANDARD.decode(encoded).unwrap();
        let read = image::load_from_memory(&file).unwrap().to_rgba8();
        assert_eq!(read.into_raw(), [255, 0, 0, 255, 0, 0, 255, 255]);
        let broken = arboard::ImageData {
            width: 2,
            height: 2,
            bytes: vec![0; 4].into(),
        };
        assert_eq!(png(&broken), None);
    }
}
