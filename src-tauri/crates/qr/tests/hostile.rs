//! Bytes built to hurt: none may panic, hang or eat memory, and each gets the error that says why.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use keptang_qr::{
    BombKind, DecodeError, DecodeLimits, ImageKind, decode_image, encode, normalise_to_png, sniff,
};
use proptest::prelude::*;

const TEXT: &str = "00020101021129370016A000000677010111011300668012345675802TH530376463046197";

fn refused(bytes: &[u8]) -> DecodeError {
    decode_image(bytes, &DecodeLimits::default()).unwrap_err()
}

fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 0, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    png.extend(&header);
    png.extend(crc32(&header).to_be_bytes());
    png.extend(b"\0\0\0\x0aIDAT\x78\x9c\x63\x00\x00\x00\x01\x00\x01\x00");
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

fn encoded(format: image::ImageFormat) -> Vec<u8> {
    let picture = image::load_from_memory(&encode(TEXT).unwrap().to_png(2, 4)).unwrap();
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.to_rgb8().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn samples() -> Vec<Vec<u8>> {
    let modules = encode(TEXT).unwrap();
    let svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}"><g opacity=".9"><path d="{1}"/></g></svg>"#,
        modules.size,
        modules.to_svg_path()
    );
    use image::ImageFormat::{Gif, Jpeg, Png, WebP};
    let mut samples: Vec<_> = [Png, Jpeg, Gif, WebP].into_iter().map(encoded).collect();
    samples.push(svg.into_bytes());
    samples
}

#[test]
fn refusals_name_their_cause() {
    let limit_bytes = DecodeLimits::default().max_bytes;
    assert_eq!(limit_bytes, 4 * 1024 * 1024);
    let mut large = encode(TEXT).unwrap().to_png(4, 4);
    large.resize(limit_bytes, 0);
    assert!(
        decode_image(&large, &DecodeLimits::default()).is_ok(),
        "exactly the limit is read"
    );
    large.push(0);
    assert_eq!(
        refused(&large),
        DecodeError::TooLarge {
            size_bytes: limit_bytes + 1,
            limit_bytes
        }
    );

    assert_eq!(refused(b""), DecodeError::NotAnImage);
    assert_eq!(
        refused(b"<html><body>504 Gateway Timeout</body></html>"),
        DecodeError::NotAnImage
    );
    assert_eq!(refused(b"{\"object\":\"error\"}"), DecodeError::NotAnImage);
    assert_eq!(
        refused(b"%PDF-1.4 slip"),
        DecodeError::UnsupportedFormat { found: "PDF" }
    );
    assert_eq!(
        refused(b"\0\0\0\x18ftypheicmif1"),
        DecodeError::UnsupportedFormat { found: "HEIC" }
    );
}

#[test]
fn image_bombs_are_refused_by_their_header() {
    let started = Instant::now();
    for (width_px, height_px) in [(60_000, 60_000), (12_001, 1), (1, 12_001), (5_001, 5_000)] {
        let png = png_claiming(width_px, height_px);
        assert_eq!(
            refused(&png),
            DecodeError::Bomb {
                what: BombKind::Dimensions { width_px, height_px }
            }
        );
        let error = normalise_to_png(&png, &DecodeLimits::default()).unwrap_err();
        assert!(
            error.to_string().contains(&format!("{width_px} by {height_px}")),
            "{error}"
        );
    }
    assert!(started.elapsed() < Duration::from_secs(1), "nothing was decoded");

    let tight = DecodeLimits {
        max_alloc_bytes: 1_000,
        ..DecodeLimits::default()
    };
    let png = encode(TEXT).unwrap().to_png(4, 4);
    assert_eq!(
        decode_image(&png, &tight),
        Err(DecodeError::Bomb {
            what: BombKind::Memory
        })
    );

    let mut gif = b"GIF89a".to_vec();
    gif.extend([0xff, 0xff, 0xff, 0xff, 0, 0, 0]);
    gif.extend([
        0x2c, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 0xff, 0xff, 0xff, 2, 1, 0, 0, 0x3b,
    ]);
    let dimensions = BombKind::Dimensions {
        width_px: 65_535,
        height_px: 65_535,
    };
    assert_eq!(refused(&gif), DecodeError::Bomb { what: dimensions });
}

#[test]
fn svg_bombs_are_refused() {
    let laughs = br#"<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg"><text>&b;</text></svg>"#;
    assert_eq!(
        refused(laughs),
        DecodeError::Bomb {
            what: BombKind::Drawing
        }
    );
    let mut long = b"<svg xmlns='http://www.w3.org/2000/svg'><!--".to_vec();
    long.resize(2_000_000, b'x');
    assert_eq!(
        refused(&long),
        DecodeError::Bomb {
            what: BombKind::Drawing
        }
    );
}

#[test]
fn files_cut_anywhere_are_broken_or_read_but_never_a_panic() {
    for sample in samples() {
        let kind = sniff(&sample).unwrap();
        for cut in (0..sample.len()).step_by(sample.len() / 40 + 1) {
            let part = sample.get(..cut).unwrap();
            match decode_image(part, &DecodeLimits::default()) {
                Ok(found) => assert!(found.iter().all(|code| code.text == TEXT)),
                Err(error) => assert!(
                    matches!(error, DecodeError::Broken { kind: k } if k == kind)
                        || (cut < 16 && error == DecodeError::NotAnImage),
                    "{kind:?} cut at {cut}: {error:?}"
                ),
            }
        }
    }
    let png = samples().remove(0);
    let half = png.get(..png.len() / 2).unwrap();
    assert_eq!(refused(half), DecodeError::Broken { kind: ImageKind::Png });
}

/// Limits small enough that a mutated header cannot make one case slow.
const QUICK: DecodeLimits = DecodeLimits {
    max_bytes: 65_536,
    max_side_px: 2_000,
    max_pixels: 1_000_000,
    max_alloc_bytes: 16_000_000,
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_behind_any_magic_do_not_panic(
        magic in prop::sample::select(vec![
            b"".as_slice(), b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\x40\0\0\0WEBPVP8L", b"<svg ",
            b"<svg xmlns='http://www.w3.org/2000/svg'>",
        ]),
        tail in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let bytes = [magic, &tail].concat();
        let _ = decode_image(&bytes, &QUICK);
        let _ = normalise_to_png(&bytes, &QUICK);
    }

    #[test]
    fn mutated_pictures_do_not_panic_and_never_yield_another_text(
        which in 0_usize..5,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut bytes = samples().swap_remove(which);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok(found) = decode_image(&bytes, &QUICK) {
            prop_assert!(found.iter().all(|code| code.text == TEXT), "{found:?}");
        }
    }

    #[test]
    fn any_text_that_fits_comes_back(text in "[ -~\u{0e01}-\u{0e3a}\u{0e40}-\u{0e4e}]{1,120}") {
        let png = encode(&text).unwrap().to_png(4, 4);
        let found = decode_image(&png, &DecodeLimits::default()).unwrap();
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!(&found[0].text, &text);
    }
}
