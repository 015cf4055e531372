//! What `read_slip` promises about any picture. How well it reads is measured over the synthetic slips of the
//! workspace's tests.
#![allow(clippy::unwrap_used)]

use image::{DynamicImage, GrayImage, ImageFormat, Luma, imageops};
use keptang_qr::{BombKind, DecodeError, Found, Hint, ReadError, SlipLimits, encode, read_slip};
use std::cell::Cell;
use std::time::{Duration, Instant};

const SLIP: &str = "004000060000010103002021900021231231212000115102TH91049C30";
const SHOP: &str = "00020101021129370016A000000677010111011300668012345675802TH530376463046197";

fn picture(text: &str, module_px: u32) -> GrayImage {
    let png = encode(text).unwrap().to_png(module_px, 4);
    image::load_from_memory(&png).unwrap().into_luma8()
}

fn as_bytes(picture: &GrayImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = DynamicImage::from(picture.clone());
    let picture = if format == ImageFormat::Gif || format == ImageFormat::WebP {
        DynamicImage::from(picture.into_rgba8())
    } else {
        picture
    };
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn read(picture: &GrayImage) -> Result<Vec<Found>, ReadError> {
    let png = as_bytes(picture, ImageFormat::Png);
    read_slip(&png, &SlipLimits::default(), |text| text == SLIP)
}

fn hint(picture: &GrayImage) -> Hint {
    match read(picture) {
        Err(ReadError::NoQr { hint }) => hint,
        other => panic!("{other:?}"),
    }
}

fn found(text: &str) -> Found {
    Found {
        text: text.to_owned(),
    }
}

/// White paper with the picture on it.
fn on_paper(picture: &GrayImage) -> GrayImage {
    let mut paper = GrayImage::from_pixel(picture.width() + 200, picture.height() + 200, Luma([240]));
    imageops::overlay(&mut paper, picture, 100, 100);
    paper
}

#[test]
fn all_four_formats_are_read_and_an_svg_is_not() {
    let qr = picture(SLIP, 5);
    for format in [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::Gif,
        ImageFormat::WebP,
    ] {
        let bytes = as_bytes(&qr, format);
        let read = read_slip(&bytes, &SlipLimits::default(), |_| true);
        assert_eq!(read, Ok(vec![found(SLIP)]), "{format:?}");
    }
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><path d='M0 0h9v9z'/></svg>";
    let refused = ReadError::Picture(DecodeError::UnsupportedFormat { found: "SVG" });
    assert_eq!(read_slip(svg, &SlipLimits::default(), |_| true), Err(refused));
}

#[test]
fn bombs_large_files_and_other_files_are_refused_at_once() {
    let limits = SlipLimits::default();
    let refused = |bytes: &[u8]| match read_slip(bytes, &limits, |_| true) {
        Err(ReadError::Picture(error)) => error,
        other => panic!("{other:?}"),
    };
    // The header of a PNG that claims more than is taken, its checksum right.
    let mut bomb = as_bytes(&GrayImage::new(1, 1), ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let crc = bomb[12..29].iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 * (crc & 1))
        })
    });
    bomb[29..33].copy_from_slice(&(!crc).to_be_bytes());
    let mut large = as_bytes(&picture(SLIP, 4), ImageFormat::Png);
    large.resize(4_194_305, 0);

    let started = Instant::now();
    let dimensions = BombKind::Dimensions {
        width_px: 30_000,
        height_px: 30_000,
    };
    assert_eq!(refused(&bomb), DecodeError::Bomb { what: dimensions });
    let too_large = DecodeError::TooLarge {
        size_bytes: 4_194_305,
        limit_bytes: 4_194_304,
    };
    assert_eq!(refused(&large), too_large);
    assert_eq!(refused(b"{\"slip\":1}"), DecodeError::NotAnImage);
    let took = started.elapsed();
    assert!(
        took < Duration::from_millis(200),
        "nothing was decoded, but it took {took:?}"
    );

    large.pop();
    assert_eq!(
        read_slip(&large, &limits, |_| true),
        Ok(vec![found(SLIP)]),
        "exactly four MiB are taken"
    );
}

#[test]
fn the_shops_own_code_is_returned_so_that_the_cashier_can_be_told() {
    assert_eq!(read(&picture(SHOP, 4)), Ok(vec![found(SHOP)]));
}

/// A dark frame right up to the code: ZXing alone does not see it.
#[test]
fn a_code_without_any_margin_is_read() {
    let qr = picture(SLIP, 6);
    let inner = imageops::crop_imm(&qr, 24, 24, qr.width() - 48, qr.height() - 48).to_image();
    let mut framed = GrayImage::from_pixel(inner.width() + 120, inner.height() + 120, Luma([30]));
    imageops::overlay(&mut framed, &inner, 60, 60);
    assert_eq!(read(&framed), Ok(vec![found(SLIP)]));
}

/// What only the further search has seen is believed when the caller wants it, and else forgotten.
#[test]
fn an_unwanted_text_out_of_the_further_search_does_not_count() {
    let qr = picture(SHOP, 6);
    let inner = imageops::crop_imm(&qr, 24, 24, qr.width() - 48, qr.height() - 48).to_image();
    let mut framed = GrayImage::from_pixel(inner.width() + 120, inner.height() + 120, Luma([30]));
    imageops::overlay(&mut framed, &inner, 60, 60);
    assert!(matches!(read(&framed), Err(ReadError::NoQr { .. })));
    let png = as_bytes(&framed, ImageFormat::Png);
    let wanted = read_slip(&png, &SlipLimits::default(), |text| text == SHOP);
    assert_eq!(wanted, Ok(vec![found(SHOP)]));
}

#[test]
fn the_caller_may_end_the_search() {
    let asked = Cell::new(0);
    let may_go_on = || {
        asked.set(asked.get() + 1);
        asked.get() < 3
    };
    let limits = SlipLimits {
        may_go_on: &may_go_on,
        ..SlipLimits::default()
    };
    let blank = as_bytes(&GrayImage::from_pixel(400, 400, Luma([200])), ImageFormat::Png);
    assert!(read_slip(&blank, &limits, |_| true).is_err());
    assert_eq!(asked.get(), 3, "two stages ran, and no other after the refusal");
}

#[test]
fn hints_name_what_the_customer_can_change() {
    let stripes = GrayImage::from_fn(500, 500, |x, y| {
        Luma([if x / 7 % 3 == 0 && y / 11 % 4 != 0 {
            40
        } else {
            230
        }])
    });
    assert_eq!(hint(&stripes), Hint::NothingLikeQr, "writing, sharp and bright");
    assert_eq!(hint(&GrayImage::from_pixel(500, 500, Luma([12]))), Hint::TooDark);
    for (width, height) in [(90, 60), (90, 200)] {
        let small = GrayImage::from_pixel(width, height, Luma([200]));
        assert_eq!(hint(&small), Hint::TooSmall, "{width} x {height}");
    }
    let qr = on_paper(&picture(SLIP, 6));
    assert_eq!(hint(&imageops::blur(&qr, 9.0)), Hint::TooBlurry);

    // The lower half is missing; a third would still be read.
    let cut = imageops::crop_imm(&qr, 0, 0, qr.width(), 100 + 24 + 6 * 16).to_image();
    assert_eq!(hint(&cut), Hint::CutOff);

    let mut hidden = qr.clone();
    let card = GrayImage::from_pixel(6 * 15, 6 * 16, Luma([128]));
    imageops::overlay(&mut hidden, &card, 100 + 24 + 6 * 8, 100 + 24 + 6 * 9);
    assert_eq!(hint(&hidden), Hint::Covered);
}

#[test]
fn tiny_and_narrow_pictures_are_no_trouble() {
    for (width, height) in [
        (1, 1),
        (1, 900),
        (900, 1),
        (2, 2),
        (20, 21),
        (21, 21),
        (41, 43),
        (3000, 22),
    ] {
        for value in [0, 128, 255] {
            let result = read(&GrayImage::from_pixel(width, height, Luma([value])));
            assert!(
                matches!(result, Err(ReadError::NoQr { .. })),
                "{width} x {height}"
            );
        }
    }
}
