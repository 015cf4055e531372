//! The slip on the customer's screen: bars, rows of writing, logos, and the mini-QR on its card.

use super::plane::Plane;
use super::{Chance, Frame};
use qrcode::{Color, EcLevel, QrCode};

/// What the banking app shows.
#[derive(Clone)]
pub(crate) struct Look {
    payload: String,
    pub(crate) shop: Option<String>,
    pub(crate) has_code: bool,
    frame: Frame,
    pub(crate) module_px: f32,
    pub(crate) is_dark: bool,
    /// Between the code's dark and light modules.
    pub(crate) levels: f32,
    /// Something dark touches the code, from one side (0) to all four (1).
    pub(crate) covered: Option<f32>,
}

pub(crate) struct Scene {
    pub(crate) plane: Plane,
    /// Left, top and side, margin not counted.
    pub(crate) code: (f32, f32, f32),
    pub(crate) module_px: f32,
}

impl Look {
    pub(crate) fn new(chance: &mut Chance, frame: Frame, payload: String) -> Self {
        Self {
            payload,
            shop: None,
            has_code: true,
            frame,
            module_px: match frame {
                Frame::Whole => *chance.pick(&[5.0, 6.0, 7.0, 8.0]),
                Frame::Close => *chance.pick(&[4.0, 5.0]),
            },
            is_dark: false,
            levels: 0.0,
            covered: None,
        }
    }

    pub(crate) fn draw(self, chance: &mut Chance) -> Scene {
        let (width, height) = match self.frame {
            Frame::Whole => *chance.pick(&[
                (1080, 2400),
                (1080, 2400),
                (1080, 2400),
                (1170, 2532),
                (1080, 1920),
            ]),
            Frame::Close if self.shop.is_some() => (480, 310),
            Frame::Close => (300, 310),
        };
        let (paper, ink) = if self.is_dark {
            (chance.from(10.0, 45.0), chance.from(190.0, 250.0))
        } else {
            (chance.from(215.0, 255.0), chance.from(0.0, 70.0))
        };
        let mut plane = Plane::new(width, height, paper);
        let fade = chance.from(-0.06, 0.06);
        for y in 0..height {
            let shade = paper + fade * paper * y as f32 / height as f32;
            plane.fill(0.0, y as f32, width as f32, 1.0, shade);
        }
        write_rows(&mut plane, chance, ink, paper);

        let level = *chance.pick(&[EcLevel::L, EcLevel::M, EcLevel::M, EcLevel::Q]);
        let code = QrCode::with_error_correction_level(&self.payload, level).unwrap();
        let side = code.width() as f32 * self.module_px;
        let margin = *chance.pick(&[2.0, 3.0, 4.0]) * self.module_px;
        let room = margin + 2.0 * self.module_px;
        // Banks put it into a corner below the writing; the picture's middle is rarer.
        let is_crowded = self.shop.is_some() && self.frame == Frame::Close;
        let rightmost = width as f32 - side - room;
        let left = if is_crowded {
            rightmost
        } else {
            chance.from(room, rightmost).round()
        };
        let lowest = height as f32 - side - room;
        let top = chance.from((lowest * 0.5).max(room), lowest).round();
        let (dark, light) = self.shades(chance);
        if self.has_code {
            plane.fill(
                left - margin,
                top - margin,
                side + 2.0 * margin,
                side + 2.0 * margin,
                light,
            );
            place(&mut plane, &code, left, top, self.module_px, dark, light);
        }
        if let Some(text) = &self.shop {
            self.put_shop_code(&mut plane, chance, text);
        }
        if let Some(hard) = self.covered {
            self.cover(&mut plane, chance, (left, top, side), hard);
        }
        Scene {
            plane,
            code: (left, top, side),
            module_px: self.module_px,
        }
    }

    /// Dark and light modules; dark mode swaps them.
    fn shades(&self, chance: &mut Chance) -> (f32, f32) {
        let (dark, light) = if self.levels > 0.0 {
            let dark = chance.from(20.0, 230.0 - self.levels);
            (dark, dark + self.levels)
        } else {
            (chance.from(0.0, 50.0), chance.from(235.0, 255.0))
        };
        if self.is_dark {
            (light, dark)
        } else {
            (dark, light)
        }
    }

    /// The shop's own QR lies on the counter next to the phone, or is shown on the same screen: larger and easier.
    fn put_shop_code(&self, plane: &mut Plane, chance: &mut Chance, text: &str) {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let module_px = match self.frame {
            Frame::Whole => chance.from(9.0, 14.0).round(),
            Frame::Close => 5.0,
        };
        let side = code.width() as f32 * module_px;
        let (left, top) = match self.frame {
            Frame::Whole => ((plane.width as f32 - side) / 2.0, plane.height as f32 * 0.12),
            Frame::Close => (20.0, 20.0),
        };
        let margin = 4.0 * module_px;
        plane.fill(
            left - margin,
            top - margin,
            side + 2.0 * margin,
            side + 2.0 * margin,
            255.0,
        );
        place(plane, &code, left.round(), top.round(), module_px, 0.0, 255.0);
    }

    /// A thumb, a case's edge or a sticker over the margin: first a module and a half away, at last half a module
    /// into the code.
    fn cover(&self, plane: &mut Plane, chance: &mut Chance, code: (f32, f32, f32), hard: f32) {
        let (left, top, side) = code;
        let reach = self.module_px * 5.0;
        let bite = self.module_px * (2.0 * hard - 1.5);
        let first = chance.bits() % 4;
        let sides = 1 + (hard * 3.99) as u64;
        for at in (0..sides).map(|at| (first + at) % 4) {
            let shade = chance.from(0.0, 90.0);
            let (long, short) = (side + 2.0 * reach, reach + bite);
            match at {
                0 => plane.fill(left - reach, top - reach, long, short, shade),
                1 => plane.fill(left + side - bite, top - reach, short, long, shade),
                2 => plane.fill(left - reach, top + side - bite, long, short, shade),
                _ => plane.fill(left - reach, top - reach, short, long, shade),
            }
        }
    }
}

fn place(plane: &mut Plane, code: &QrCode, left: f32, top: f32, module_px: f32, dark: f32, light: f32) {
    for y in 0..code.width() {
        for x in 0..code.width() {
            let shade = if code[(x, y)] == Color::Dark { dark } else { light };
            let (x, y) = (left + x as f32 * module_px, top + y as f32 * module_px);
            plane.fill(x, y, module_px, module_px, shade);
        }
    }
}

/// Rows of signs, rules, a coloured head and round logos: what may look like a finder pattern and is none.
fn write_rows(plane: &mut Plane, chance: &mut Chance, ink: f32, paper: f32) {
    let (width, height) = (plane.width as f32, plane.height as f32);
    plane.fill(
        0.0,
        0.0,
        width,
        height * 0.1,
        (ink + paper) * chance.from(0.3, 0.6),
    );
    let mut y = height * 0.03;
    while y < height {
        let size = chance.from(14.0, 38.0);
        let mut x = chance.from(30.0, 90.0);
        let end = x + (width - x) * chance.from(0.3, 0.95);
        while x < end {
            let stroke = chance.from(2.0, 5.0);
            plane.fill(x, y, stroke, size, ink);
            if chance.part() < 0.7 {
                plane.fill(
                    x,
                    y + *chance.pick(&[0.0, 0.4, 0.8]) * size,
                    size * 0.6,
                    stroke,
                    ink,
                );
            }
            if chance.part() < 0.6 {
                plane.fill(x + size * 0.5, y, stroke, size, ink);
            }
            x += size * if chance.part() < 0.15 { 1.4 } else { 0.75 };
        }
        if chance.part() < 0.15 {
            plane.fill(40.0, y + size * 1.5, width - 80.0, 2.0, (ink + paper) / 2.0);
        }
        if chance.part() < 0.15 {
            let centre = (chance.from(60.0, width - 60.0), y + size * 2.0);
            let radius = chance.from(20.0, 60.0);
            plane.ring(centre, 0.0, radius, ink);
            plane.ring(centre, radius * 0.55, radius * 0.75, paper);
        }
        y += size * chance.from(1.5, 4.0);
    }
}
