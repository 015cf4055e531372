//! Payment QR codes: their text, and the images the providers hand out.
//!
//! What a real Omise TrueMoney QR contains is unknown (QR page §2); this one is a PromptPay credit transfer
//! to an e-wallet, so a wallet, a till and a test can read the amount. Grammar: QR page §1 and §2. Every
//! number paid to here belongs to nobody.

use std::fmt::Write as _;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use qrcode::{Color, EcLevel, QrCode};

use serde::{Deserialize, Serialize};

use crate::money::fixed;

const AID: &str = "A000000677010111";
const MODULE_PIXELS: usize = 8;
const QUIET_MODULES: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum QrKind {
    Png,
    Svg,
    Undecodable,
}

/// Who a PromptPay QR pays.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Payee {
    /// A TrueMoney wallet, which is what `14000` marks.
    Wallet,
    Mobile,
}

impl Payee {
    fn field(self) -> String {
        match self {
            Self::Wallet => tlv("03", "140000800000000"),
            Self::Mobile => tlv("01", "0066800000000"),
        }
    }
}

/// The text of a one-use QR for `amount_satang` with `reference` (25 characters at most) in tag 62-05.
pub(crate) fn text(payee: Payee, amount_satang: i64, reference: &str) -> String {
    let baht = fixed(amount_satang, 2);
    let account = tlv("00", AID) + &payee.field();
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

/// An image file and its content type.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// `text` as a QR.
pub(crate) fn image(kind: QrKind, text: &str) -> Picture {
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

fn png(modules: usize, dark: &[bool]) -> Picture {
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
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(&pixels, side, side, ExtendedColorType::L8)
        .expect("writing to memory does not fail");
    Picture {
        content_type: "image/png",
        bytes,
    }
}

fn svg(modules: usize, dark: &[bool]) -> Picture {
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
    Picture {
        content_type: "image/svg+xml",
        bytes: body.into_bytes(),
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
        let text = text(Payee::Wallet, 400_005, "abc");
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
