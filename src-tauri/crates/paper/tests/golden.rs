//! The hard words as pictures that somebody looked at. A picture that differs is written beside the test's other
//! files; after looking at it, it can be put in place of the old one.
#![allow(clippy::unwrap_used, clippy::as_conversions, clippy::float_arithmetic)]

use std::path::Path;

use keptang_paper::text::{Face, Weight, shape_line};
use rustybuzz::ttf_parser::{GlyphId, OutlineBuilder};
use tiny_skia::{FillRule, Paint, PathBuilder, Pixmap, Transform};

/// Marks above marks, a foot that gives way, ำ after a tone, a mark beside a tall letter.
const LINES: [&str; 4] = [
    "ที่ นี้ ป้า น้ำ กตัญญู",
    "เปี๊ยะ ฐานะ ญี่ปุ่น ปั๊ม",
    "ฝั่ง ฟื้น ผู้ซื้อ ฎีกา ฏิ ฐูฤๅ",
    "A วันที่ 9 น้ำ ฿1,234.50 ๙๐",
];
const SIZE_PX: f32 = 48.0;
const LINE_PX: f32 = SIZE_PX * 1.5;
/// How far a shade may be off: outlines are filled with floats, and machines may round one differently.
const TOLERANCE: u8 = 2;

struct Outline(PathBuilder);

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to(x1, y1, x, y);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.cubic_to(x1, y1, x2, y2, x, y);
    }
    fn close(&mut self) {
        self.0.close();
    }
}

fn draw(weight: Weight) -> Pixmap {
    let face = Face::of(weight);
    let scale = SIZE_PX / face.units_per_em() as f32;
    let lines = LINES.map(|text| shape_line(face, text));
    let width = lines.iter().map(|line| line.advance).max().unwrap() as f32 * scale + 2.0 * SIZE_PX / 4.0;
    let mut picture = Pixmap::new(
        width.ceil() as u32,
        (LINE_PX * LINES.len() as f32 + SIZE_PX / 4.0) as u32,
    )
    .unwrap();
    picture.fill(tiny_skia::Color::WHITE);
    let paint = Paint::default();
    for (at, line) in lines.iter().enumerate() {
        let baseline = LINE_PX * at as f32 + SIZE_PX * 1.35;
        for glyph in &line.glyphs {
            let mut outline = Outline(PathBuilder::new());
            let drawn = face.outlines().outline_glyph(GlyphId(glyph.id), &mut outline);
            let (Some(_), Some(path)) = (drawn, outline.0.finish()) else {
                continue;
            };
            let x = SIZE_PX / 4.0 + glyph.x as f32 * scale;
            let place = Transform::from_row(scale, 0.0, 0.0, -scale, x, baseline - glyph.y as f32 * scale);
            picture.fill_path(&path, &paint, FillRule::Winding, place, None);
        }
    }
    picture
}

#[test]
fn hard_words_look_as_they_did_when_somebody_looked() {
    let mut differ = Vec::new();
    for (weight, name) in [
        (Weight::Regular, "hard-words-regular.png"),
        (Weight::Bold, "hard-words-bold.png"),
    ] {
        let picture = draw(weight);
        let golden = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures")
            .join(name);
        let is_same = std::fs::read(golden)
            .ok()
            .and_then(|png| Pixmap::decode_png(&png).ok())
            .is_some_and(|golden| is_like(&picture, &golden));
        if !is_same {
            let beside = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
            std::fs::write(&beside, picture.encode_png().unwrap()).unwrap();
            differ.push(beside);
        }
    }
    assert!(differ.is_empty(), "look at {differ:?}");
}

fn is_like(picture: &Pixmap, golden: &Pixmap) -> bool {
    let same_size = (picture.width(), picture.height()) == (golden.width(), golden.height());
    let pairs = picture.data().iter().zip(golden.data());
    same_size && pairs.into_iter().all(|(a, b)| a.abs_diff(*b) <= TOLERANCE)
}

#[test]
fn a_tone_mark_one_pixel_off_would_be_seen() {
    let picture = draw(Weight::Regular);
    let mut moved = picture.clone();
    let row = usize::try_from(moved.width() * 4).unwrap();
    // The rows of the first line's tone marks, one row lower.
    moved.data_mut().copy_within(0..row * 24, row);
    assert!(is_like(&picture, &picture.clone()));
    assert!(!is_like(&picture, &moved));
}
