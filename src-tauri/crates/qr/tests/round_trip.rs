//! What we draw can be read back, in every format and in rough shape.
#![allow(clippy::unwrap_used)]

use image::{DynamicImage, GrayImage, ImageFormat, Luma, imageops};
use keptang_qr::{
    DecodeLimits, ImageKind, decode_image, decode_image_until, encode, normalise_to_png, sniff,
};

/// Payloads P1–P20 of the Thai QR page, section 5. (P5, P9, P11 and P14 do not exist there.)
const PAYMENTS: [&str; 16] = [
    "00020101021129370016A000000677010111011300668012345675802TH530376463046197",
    "00020101021129370016A000000677010111011300668912345675802TH5303764630429C1",
    "00020101021129370016A000000677010111021311111111111115802TH530376463047B5A",
    "00020101021129370016A000000677010111021301234567890125802TH530376463040CBD",
    "00020101021129390016A00000067701011103150123456789012345802TH530376463049781",
    "00020101021229370016A000000677010111011300660000000005802TH530376454044.226304E469",
    "00020101021229370016A000000677010111011300668012345675802TH53037645406456.256304483D",
    "00020101021229370016A0000006770101110113006680111111153037645802TH540520.15630442BE",
    "00020101021130620016A000000677010112011301122334455660211CUSTOMER0010306INV00153037645802TH62070703SCB6304780E",
    "00020101021230650016A00000067701011201150994000165501000212123456789012030667042953037645802TH54073649.2263044534",
    "00020101021229370016A0000006770101110113006680000000053037645802TH54041.0063048D80",
    "00020101021229370016A0000006770101110113006680000000053037645802TH54040.0163046002",
    "00020101021229370016A000000677010111011300668000000005303764540599.505802TH63046CF2",
    "00020101021229370016A0000006770101110213010553600000053037645802TH54101234567.8963045259",
    "00020101021229370016A0000006770101110113006680000000053037645802TH540599.5062120508INV-000163045049",
    "00020101021230610016A00000067701011201150105536000000000209ORDER00010305POS0153037645802TH5406250.00630412A7",
];
const SLIP: &str = "004000060000010103002021900021231231212000115102TH91049C30";

fn texts(bytes: &[u8]) -> Vec<String> {
    decode_image(bytes, &DecodeLimits::default())
        .unwrap()
        .into_iter()
        .map(|found| found.text)
        .collect()
}

fn picture(text: &str, module_px: u32) -> DynamicImage {
    image::load_from_memory(&encode(text).unwrap().to_png(module_px, 4)).unwrap()
}

fn as_bytes(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn as_svg(text: &str) -> String {
    let modules = encode(text).unwrap();
    let (side, path) = (modules.size + 8, modules.to_svg_path());
    format!(
        r#"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 {side} {side}"><path d="{path}"/></svg>"#
    )
}

#[test]
fn png_and_svg_give_every_payment_payload_back() {
    for payload in PAYMENTS {
        assert_eq!(texts(&encode(payload).unwrap().to_png(4, 4)), [payload]);
        assert_eq!(texts(as_svg(payload).as_bytes()), [payload], "as SVG");
    }
}

#[test]
fn other_formats() {
    let qr = picture(SLIP, 5);
    let cases = [
        (ImageFormat::Jpeg, ImageKind::Jpeg),
        (ImageFormat::Gif, ImageKind::Gif),
        (ImageFormat::WebP, ImageKind::WebP),
    ];
    for (format, kind) in cases {
        let source = if format == ImageFormat::Jpeg {
            qr.clone()
        } else {
            qr.to_rgba8().into()
        };
        let bytes = as_bytes(&source, format);
        assert_eq!(sniff(&bytes), Some(kind));
        assert_eq!(texts(&bytes), [SLIP], "{kind:?}");
    }
}

#[test]
fn turned_inverted_transparent_and_deep_pictures() {
    let qr = picture(SLIP, 4);
    let mut inverted = qr.clone();
    inverted.invert();
    let see_through = DynamicImage::from(image::RgbaImage::from_fn(qr.width(), qr.height(), |x, y| {
        let dark = qr.to_luma8().get_pixel(x, y).0 == [0];
        image::Rgba([0, 0, 0, if dark { 255 } else { 0 }])
    }));
    let deep = DynamicImage::from(qr.to_luma16());
    for (name, variant) in [
        ("turned", qr.rotate90()),
        ("inverted", inverted),
        ("see-through", see_through),
        ("16 bit", deep),
    ] {
        assert_eq!(texts(&as_bytes(&variant, ImageFormat::Png)), [SLIP], "{name}");
    }
}

#[test]
fn svg_drawn_module_by_module_by_reuse_without_quiet_zone_and_with_doctype() {
    let modules = encode(SLIP).unwrap();
    let mut uses = String::new();
    for (y, row) in modules.rows().enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, dark)| **dark) {
            uses.push_str(&format!(r##"<use xlink:href="#m" x="{x}" y="{y}"/>"##));
        }
    }
    let svg = format!(
        r#"<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
        <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{0}" height="{0}">
        <defs><rect id="m" width="1" height="1"/></defs>{uses}</svg>"#,
        modules.size
    );
    assert_eq!(texts(svg.as_bytes()), [SLIP]);
}

#[test]
fn all_codes_of_a_picture_are_returned() {
    let (left, right) = (picture(SLIP, 4).to_luma8(), picture(PAYMENTS[0], 4).to_luma8());
    let mut both = GrayImage::from_pixel(left.width() + right.width(), 220, Luma([255]));
    imageops::overlay(&mut both, &left, 0, 0);
    imageops::overlay(&mut both, &right, i64::from(left.width()), 0);
    let mut seen = texts(&as_bytes(&both.into(), ImageFormat::Png));
    seen.sort();
    let mut expected = [SLIP.to_owned(), PAYMENTS[0].to_owned()];
    expected.sort();
    assert_eq!(seen, expected);
}

#[test]
fn a_picture_without_a_code_is_no_error() {
    let blank = DynamicImage::from(GrayImage::from_pixel(300, 200, Luma([200])));
    assert!(texts(&as_bytes(&blank, ImageFormat::Png)).is_empty());
    let dot = DynamicImage::from(GrayImage::from_pixel(1, 1, Luma([0])));
    assert!(texts(&as_bytes(&dot, ImageFormat::Png)).is_empty());
}

#[test]
fn a_search_that_wants_another_code_keeps_what_it_saw() {
    let bytes = encode(SLIP).unwrap().to_png(3, 4);
    let seen = decode_image_until(&bytes, &DecodeLimits::default(), |_| false).unwrap();
    assert_eq!(seen.len(), 1, "every step read the same code; it is listed once");
}

#[test]
fn normalised_pictures_are_plain_png() {
    let svg = as_svg(SLIP);
    let jpeg = as_bytes(&picture(SLIP, 5), ImageFormat::Jpeg);
    let deep = as_bytes(
        &DynamicImage::from(picture(SLIP, 5).to_rgba16()),
        ImageFormat::Png,
    );
    for bytes in [svg.as_bytes(), &jpeg, &deep] {
        let png = normalise_to_png(bytes, &DecodeLimits::default()).unwrap();
        assert_eq!(sniff(&png), Some(ImageKind::Png));
        assert_eq!(
            image::load_from_memory(&png).unwrap().color().bits_per_pixel() % 8,
            0
        );
        assert_eq!(texts(&png), [SLIP]);
    }
}
