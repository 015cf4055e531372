//! Synthetic slips: a drawn phone screen with a mini-QR, and what happens to it before it reaches the till.
//!
//! No real slip was looked at. Banks, references, layouts and the camera are made up; every picture follows from a
//! seed, a class and a number, so a figure can be had again. The number decides how hard the picture is: the first of a
//! class is the mildest, the last the hardest.
#![allow(
    clippy::unwrap_used,
    clippy::float_arithmetic,
    clippy::as_conversions,
    reason = "a model of screens and lenses; there is no money in it"
)]

mod camera;
mod chance;
mod plane;
mod screen;

use camera::View;
pub(crate) use chance::Chance;
use image::ImageFormat;
use plane::Plane;
use screen::Look;

/// What happened to the slip on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Screenshot,
    LineJpeg,
    SmallCopy,
    DarkMode,
    Rotated,
    Perspective,
    Blur,
    Noise,
    LowContrast,
    Glare,
    CoveredMargin,
    ScreenPhoto,
    LowLight,
    Webcam720,
    Webcam480,
    BesideShopQr,
}

impl Class {
    pub(crate) const ALL: [Self; 16] = [
        Self::Screenshot,
        Self::LineJpeg,
        Self::SmallCopy,
        Self::DarkMode,
        Self::Rotated,
        Self::Perspective,
        Self::Blur,
        Self::Noise,
        Self::LowContrast,
        Self::Glare,
        Self::CoveredMargin,
        Self::ScreenPhoto,
        Self::LowLight,
        Self::Webcam720,
        Self::Webcam480,
        Self::BesideShopQr,
    ];

    /// For people, with the range from the mildest to the hardest picture.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Screenshot => "screenshot, PNG, module 8-3 px",
            Self::LineJpeg => "LINE-like JPEG, quality 60-25",
            Self::SmallCopy => "small copy, module 3.4-1.5 px",
            Self::DarkMode => "dark mode, inverted, 200-50 levels",
            Self::Rotated => "turned by 5-40 degrees",
            Self::Perspective => "perspective, tilt 15-55 degrees",
            Self::Blur => "blur, sigma 0.25-0.85 module",
            Self::Noise => "noise, sigma 12-80",
            Self::LowContrast => "contrast 80-16 levels",
            Self::Glare => "glare, burnt radius 5-20 % of the side",
            Self::CoveredMargin => "margin covered on 1-4 sides, to the code",
            Self::ScreenPhoto => "photo of a screen, moire, 1200x1600",
            Self::LowLight => "low light, white at 100-28",
            Self::Webcam720 => "webcam 1280x720, QR 200-60 px",
            Self::Webcam480 => "webcam 640x480, QR 200-60 px",
            Self::BesideShopQr => "beside the shop's own QR",
        }
    }
}

/// How much of the slip a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A whole phone screen or photo, as customers send it.
    Whole,
    /// The part around the code: the same trouble in a tenth of the pixels, for tests without optimisation.
    Close,
}

/// One picture, and what it holds.
pub(crate) struct Sample {
    /// The slip's text; `None` when there is no slip in the picture.
    pub(crate) payload: Option<String>,
    /// Other codes that are rightly found in it.
    pub(crate) others: Vec<String>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) width_px: u32,
    pub(crate) height_px: u32,
}

/// The checksum of Thai QR texts: CRC-16/CCITT-FALSE.
fn crc(text: &str) -> u16 {
    text.bytes().fold(0xffff, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 {
                crc << 1
            } else {
                (crc << 1) ^ 0x1021
            }
        })
    })
}

/// Whether the text closes with a checksum that holds, as every slip and payment QR does: what the till asks for.
pub(crate) fn is_intact(text: &str) -> bool {
    text.len() > 8
        && text.is_ascii()
        && text.split_at(text.len() - 4).0.ends_with("04")
        && u16::from_str_radix(&text[text.len() - 4..], 16) == Ok(crc(&text[..text.len() - 4]))
}

/// Whether the text is a slip of the generator's kind.
pub(crate) fn is_slip(text: &str) -> bool {
    text.starts_with("00") && text.get(4..14) == Some("0006000001") && is_intact(text)
}

fn slip_text(chance: &mut Chance) -> String {
    let bank = *chance.pick(&["002", "004", "006", "011", "014", "025", "030", "069"]);
    let length = *chance.pick(&[12, 18, 19, 20, 20, 22, 25]);
    let letters = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mixed = b"0123456789abcdefghjkmnpqrstvwxyzABCDEFGHJKMNPQRSTVWXYZ";
    let sets: [&[u8]; 4] = [&letters[..10], letters, letters, mixed];
    let from = *chance.pick(&sets);
    let reference: String = (0..length).map(|_| char::from(*chance.pick(from))).collect();
    let inner = format!("00060000010103{bank}02{length:02}{reference}");
    let open = format!("00{:02}{inner}5102TH9104", inner.len());
    format!("{open}{:04X}", crc(&open))
}

fn payment_text(chance: &mut Chance) -> String {
    let mobile: String = (0..8).map(|_| char::from(*chance.pick(b"0123456789"))).collect();
    let open = format!("00020101021129370016A000000677010111011300668{mobile}5802TH53037646304");
    format!("{open}{:04X}", crc(&open))
}

/// Picture `number` of `of` in a class; the same arguments give the same bytes.
pub(crate) fn sample(seed: u64, class: Class, number: usize, of: usize, frame: Frame) -> Sample {
    let mut chance = Chance::new(seed ^ ((class as u64 + 1) << 40) ^ ((number as u64) << 20));
    let hard = (number as f32 + 0.5) / of as f32;
    let payload = slip_text(&mut chance);
    let shop = (class == Class::BesideShopQr).then(|| payment_text(&mut chance));
    let mut look = Look::new(&mut chance, frame, payload.clone());
    look.shop = shop.clone();
    let (picture, format) = take(class, hard, look, frame, &mut chance);
    finish(picture, format, Some(payload), shop.into_iter().collect())
}

/// A picture without any code: a slip whose QR was cut away, through the same trouble.
pub(crate) fn without_code(seed: u64, number: usize, of: usize, frame: Frame) -> Sample {
    let class = Class::ALL[number % Class::ALL.len()];
    let mut chance = Chance::new(seed ^ (99 << 40) ^ ((number as u64) << 20));
    let hard = (number as f32 + 0.5) / of as f32;
    let text = slip_text(&mut chance);
    let mut look = Look::new(&mut chance, frame, text);
    look.has_code = false;
    let (picture, format) = take(class, hard, look, frame, &mut chance);
    finish(picture, format, None, Vec::new())
}

fn finish(picture: Plane, format: File, payload: Option<String>, others: Vec<String>) -> Sample {
    Sample {
        payload,
        others,
        width_px: picture.width as u32,
        height_px: picture.height as u32,
        bytes: match format {
            File::Jpeg(quality) => picture.to_jpeg(quality),
            File::Lossless(format) => picture.to_file(format),
        },
    }
}

enum File {
    Jpeg(u8),
    Lossless(ImageFormat),
}

fn between(from: f32, to: f32, hard: f32) -> f32 {
    from + (to - from) * hard
}

fn quality(from: f32, to: f32, hard: f32) -> File {
    File::Jpeg(between(from, to, hard) as u8)
}

fn take(class: Class, hard: f32, mut look: Look, frame: Frame, chance: &mut Chance) -> (Plane, File) {
    match class {
        Class::Screenshot => {
            let largest = if frame == Frame::Whole { 8.0 } else { 6.0 };
            look.module_px = between(largest, 3.0, hard).round();
            let format = *chance.pick(&[
                ImageFormat::Png,
                ImageFormat::Png,
                ImageFormat::Png,
                ImageFormat::WebP,
                ImageFormat::Gif,
            ]);
            (look.draw(chance).plane, File::Lossless(format))
        }
        Class::LineJpeg => {
            let scene = look.draw(chance);
            let plane = scene.plane.scaled(between(1.0, 0.6, chance.part()));
            (plane, quality(60.0, 25.0, hard))
        }
        Class::SmallCopy => {
            let scene = look.draw(chance);
            let plane = scene.plane.scaled(between(3.4, 1.5, hard) / scene.module_px);
            (plane, quality(85.0, 70.0, hard))
        }
        Class::DarkMode => {
            look.is_dark = true;
            look.levels = between(200.0, 50.0, hard);
            (look.draw(chance).plane, quality(90.0, 55.0, chance.part()))
        }
        Class::Blur | Class::Noise | Class::LowContrast | Class::Glare | Class::CoveredMargin => {
            spoiled_copy(class, hard, look, chance)
        }
        Class::BesideShopQr => {
            let scene = look.draw(chance);
            let plane = scene.plane.scaled(between(0.9, 0.4, hard));
            (plane, quality(85.0, 50.0, hard))
        }
        Class::Rotated | Class::Perspective | Class::ScreenPhoto | Class::LowLight => {
            photo(class, hard, &look, frame, chance)
        }
        Class::Webcam720 | Class::Webcam480 => webcam(class, hard, &look, frame, chance),
    }
}

/// The picture itself is a screenshot; something was done to it afterwards.
fn spoiled_copy(class: Class, hard: f32, mut look: Look, chance: &mut Chance) -> (Plane, File) {
    if class == Class::LowContrast {
        look.levels = between(80.0, 16.0, hard);
    }
    if class == Class::CoveredMargin {
        look.covered = Some(hard);
    }
    let scene = look.draw(chance);
    let (module_px, code) = (scene.module_px, scene.code);
    let mut plane = scene.plane;
    match class {
        Class::Blur if chance.part() < 0.35 => {
            let angle = chance.from(0.0, std::f32::consts::PI);
            plane = plane.smeared(between(0.6, 1.7, hard) * module_px, angle);
            plane.add_noise(chance, 2.0);
        }
        Class::Blur => {
            plane = plane.blurred(between(0.25, 0.85, hard) * module_px);
            plane.add_noise(chance, 2.0);
        }
        Class::Noise => plane.add_noise(chance, between(12.0, 80.0, hard)),
        Class::LowContrast => plane.add_noise(chance, 1.5),
        Class::Glare => {
            let (x, y, side) = code;
            let at = (x + side * chance.from(0.1, 0.9), y + side * chance.from(0.1, 0.9));
            plane.add_glare(at, side * between(0.05, 0.2, hard), chance.from(0.6, 1.6));
            plane.add_noise(chance, 2.0);
        }
        _ => {}
    }
    (plane, quality(90.0, 75.0, chance.part()))
}

/// Another phone's photo of the screen.
fn photo(class: Class, hard: f32, look: &Look, frame: Frame, chance: &mut Chance) -> (Plane, File) {
    let scene = look.clone().draw(chance);
    let (width, height) = match frame {
        Frame::Whole => (1200, 1600),
        Frame::Close => (300, 310),
    };
    let mut view = View {
        width,
        height,
        module_px: chance.from(3.2, 5.0),
        turn: chance.from(-0.05, 0.05),
        ..View::default()
    };
    let (mut blur, mut noise, mut file) = (0.15, 2.0, quality(88.0, 75.0, chance.part()));
    let sign = if chance.part() < 0.5 { -1.0 } else { 1.0 };
    match class {
        Class::Rotated => {
            let quarter = chance.pick(&[0.0, 0.0, 90.0, 180.0, 270.0]) + 0.0;
            view.turn = (quarter + sign * between(5.0, 40.0, hard)).to_radians();
        }
        Class::Perspective => {
            let tilt = sign * between(15.0_f32, 55.0, hard).to_radians();
            let share = chance.from(0.0, 1.57);
            (view.yaw, view.pitch) = (tilt * share.cos(), tilt * share.sin());
            view.turn = chance.from(-0.3, 0.3);
        }
        Class::ScreenPhoto => {
            view.module_px = between(5.0, 2.8, hard);
            view.yaw = chance.from(-1.0, 1.0) * between(0.05, 0.45, hard);
            view.pitch = chance.from(-1.0, 1.0) * between(0.05, 0.45, hard);
            view.turn = chance.from(-0.2, 0.2);
            view.screen_grid = between(0.15, 0.6, hard);
            (blur, noise) = (between(0.15, 0.4, hard), between(3.0, 10.0, hard));
            file = quality(85.0, 55.0, hard);
        }
        _ => {
            view.yaw = chance.from(-0.15, 0.15);
            view.pitch = chance.from(-0.15, 0.15);
            view.turn = chance.from(-0.15, 0.15);
            (blur, noise) = (0.3, between(4.0, 9.0, hard));
            file = quality(85.0, 70.0, hard);
        }
    }
    let mut plane = view.of(&scene, chance).blurred(blur * view.module_px);
    if class == Class::LowLight {
        plane.expose(between(100.0, 28.0, hard) / 255.0);
    }
    if class == Class::ScreenPhoto {
        plane.add_falloff(chance.from(0.1, 0.5));
    }
    plane.add_noise(chance, noise);
    (plane, file)
}

/// A slip held into the counter's camera.
fn webcam(class: Class, hard: f32, look: &Look, frame: Frame, chance: &mut Chance) -> (Plane, File) {
    let scene = look.clone().draw(chance);
    let modules = scene.code.2 / scene.module_px;
    let (width, height) = match (class, frame) {
        (_, Frame::Close) => (250, 240),
        (Class::Webcam720, Frame::Whole) => (1280, 720),
        (_, Frame::Whole) => (640, 480),
    };
    let view = View {
        width,
        height,
        module_px: between(200.0, 60.0, hard) / modules,
        turn: chance.from(-0.25, 0.25),
        yaw: chance.from(-0.3, 0.3),
        pitch: chance.from(-0.3, 0.3),
        screen_grid: chance.from(0.0, 0.2),
    };
    let mut plane = view.of(&scene, chance).blurred(chance.from(0.5, 0.9));
    plane.expose(chance.from(0.55, 1.0));
    let noise = chance.from(3.0, 7.0);
    plane.add_noise(chance, noise);
    (plane, quality(95.0, 80.0, chance.part()))
}
