//! The QR behind `scannable_code`: its text, and the image the provider hands out.
//!
//! What a real Omise TrueMoney QR contains is unknown (QR page §2); this one is a PromptPay credit transfer
//! to an e-wallet, so a wallet, a till and a test can read the amount. Grammar: QR page §1 and §2.

use std::fmt::Write as _;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use qrcode::{Color, EcLevel, QrCode};

use super::state::QrKind;
use crate::answer::Reply;

const AID: &str = "A000000677010111";
/// `14000` marks a TrueMoney wallet; the number behind it belongs to nobody.
const WALLET_ID: &str = "140000800000000";
const MODULE_PIXELS: usize = 8;
const QUIET_MODULES: usize = 4;

/// The text of a one-use QR for `amount_satang` with `reference` in tag 62-05.
pub(super) fn text(amount_satang: i64, reference: &str) -> String {
    let baht = format!("{}.{:02}", amount_satang / 100, amount_satang % 100);
    let account = tlv("00", AID) + &tlv("03", WALLET_ID);
    let mut text = tlv("00", "01")
        + &tlv("01", "12")
        + &tlv("29", &account)
        + &tlv("53", "764")
        + &tlv("54", &baht)
        + &tlv("58", "TH")
        + &tlv("62", &tlv("05", reference))
        + "6304";
    let checksum = crc(text.as_bytes());
    text.push_str(&format!("{checksum:04X}"));
    text
}

fn tlv(tag: &str, value: &str) -> String {
    format!("{tag}{:02}{value}", value.len())
}

/// CRC-16/CCITT-FALSE.
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 {
                crc << 1
            } else {
                (crc << 1) ^ 0x1021
            }
        })
    })
}

/// The download's answer.
pub(super) fn image(kind: &QrKind, text: &str) -> Reply {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .expect("a payment text is far below a QR's capacity");
    let modules = code.width();
    let dark: Vec<bool> = code
        .to_colors()
        .into_iter()
        .map(|color| color == Color::Dark)
        .collect();
    match kind {
        QrKind::Png => png(modules, &dark),
        QrKind::Svg => svg(modules, &dark),
        // Only the dots with an even position: the finder patterns are gone.
        QrKind::Undecodable => {
            let broken: Vec<bool> = dark
                .iter()
                .enumerate()
                .map(|(place, dark)| *dark && place % 2 == 0)
                .collect();
            png(modules, &broken)
        }
    }
}

fn png(modules: usize, dark: &[bool]) -> Reply {
    let side = (modules + 2 * QUIET_MODULES) * MODULE_PIXELS;
    let mut pixels = vec![255_u8; side * side];
    for (place, _) in dark.iter().enumerate().filter(|(_, is_dark)| **is_dark) {
        let left = (place % modules + QUIET_MODULES) * MODULE_PIXELS;
        let top = (place / modules + QUIET_MODULES) * MODULE_PIXELS;
        for row in top..top + MODULE_PIXELS {
            pixels[row * side + left..][..MODULE_PIXELS].fill(0);
        }
    }
    let side = u32::try_from(side).expect("a QR has at most 177 modules");
    let mut body = Vec::new();
    PngEncoder::new(&mut body)
        .write_image(&pixels, side, side, ExtendedColorType::L8)
        .expect("writing to memory does not fail");
    Reply {
        status: 200,
        content_type: "image/png",
        body,
    }
}

fn svg(modules: usize, dark: &[bool]) -> Reply {
    let side = modules + 2 * QUIET_MODULES;
    let mut path = String::new();
    for (place, _) in dark.iter().enumerate().filter(|(_, is_dark)| **is_dark) {
        let (x, y) = (place % modules + QUIET_MODULES, place / modules + QUIET_MODULES);
        write!(path, "M{x} {y}h1v1h-1z").expect("writing to a string does not fail");
    }
    let body = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    );
    Reply {
        status: 200,
        content_type: "image/svg+xml",
        body: body.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(crc(b"123456789"), 0x29B1);
        // Vector P19 of the QR page.
        let p19 = "00020101021229370016A0000006770101110113006680000000053037645802TH540599.50\
                   62120508INV-00016304";
        assert_eq!(crc(p19.as_bytes()), 0x5049);
    }

    #[test]
    fn the_text_names_wallet_amount_and_reference() {
        let text = text(400_005, "abc");
        assert!(
            text.starts_with(
                "00020101021229390016A000000677010111031514000080000000053037645407\
                 4000.055802TH62070503abc6304"
            ),
            "{text}"
        );
        assert_eq!(text.len(), text.find("6304").unwrap() + 8);
    }
}
