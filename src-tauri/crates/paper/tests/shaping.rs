//! Our shaping against HarfBuzz, and lines broken as a Thai reader would.
#![allow(clippy::unwrap_used)]

use keptang_paper::text::{Face, Weight, fit_line, printable, shape_line, wrap_lines};
use proptest::prelude::*;

/// What `hb-shape` 6.0 says of the hard words, one line each: face, text, `[glyph@x,y+advance|…]`. Recorded with
/// `hb-shape --no-glyph-names --no-clusters --direction=ltr --script=…`.
const RECORDED: &str = include_str!("fixtures/hb_shape.tsv");

/// Glyph, x and y from the start of the line, and the whole advance.
fn recorded(glyphs: &str) -> (Vec<(u16, i32, i32)>, i32) {
    let mut pen = 0;
    let placed = glyphs
        .trim_matches(['[', ']'])
        .split('|')
        .map(|glyph| {
            let (head, advance) = glyph.split_once('+').unwrap();
            let (id, at) = head.split_once('@').unwrap_or((head, "0,0"));
            let (x, y) = at.split_once(',').unwrap();
            let placed = (
                id.parse().unwrap(),
                pen + x.parse::<i32>().unwrap(),
                y.parse().unwrap(),
            );
            pen += advance.parse::<i32>().unwrap();
            placed
        })
        .collect();
    (placed, pen)
}

#[test]
fn hard_words_are_shaped_as_harfbuzz_shapes_them() {
    let mut words = 0;
    for line in RECORDED.lines() {
        let [weight, text, glyphs] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("three columns: {line}")
        };
        let face = Face::of(if weight == "Bold" {
            Weight::Bold
        } else {
            Weight::Regular
        });
        let shaped = shape_line(face, text);
        let placed: Vec<_> = shaped.glyphs.iter().map(|g| (g.id, g.x, g.y)).collect();
        assert_eq!((placed, shaped.advance), recorded(glyphs), "{weight} {text}");
        assert_eq!(shaped.text, text);
        words += 1;
    }
    assert_eq!(words, 34, "two faces, seventeen texts");
}

#[test]
fn a_mixed_line_is_shaped_run_by_run() {
    let face = Face::of(Weight::Regular);
    let parts: i32 = ["A ", "น้ำ 9 ", "B"]
        .map(|part| shape_line(face, part).advance)
        .iter()
        .sum();
    assert_eq!(shape_line(face, "A น้ำ 9 B").advance, parts);
}

#[test]
fn figures_are_equally_wide_so_that_columns_line_up() {
    for weight in [Weight::Regular, Weight::Bold] {
        let face = Face::of(weight);
        let width = |text| shape_line(face, text).advance;
        assert_eq!(width("1,111,111.11"), width("9,876,540.32"));
        assert_eq!(width("74.11"), width("00.00"));
    }
}

#[test]
fn what_the_face_cannot_draw_is_one_visible_sign() {
    let face = Face::of(Weight::Regular);
    let one = shape_line(face, "\u{25CA}");
    assert!(one.advance > 0);
    for text in ["🧋", "👨‍👩‍👧‍👦", "🇹🇭", "漢", "ع", "\u{25A1}"] {
        let line = shape_line(face, text);
        assert_eq!(line.glyphs, one.glyphs, "{text}");
        assert_eq!(line.advance, one.advance, "{text}");
        assert_eq!(line.text, text);
    }
    assert_eq!(
        shape_line(face, "ชา🧋2").glyphs.len(),
        shape_line(face, "ชา2").glyphs.len() + 1
    );
}

#[test]
fn nothing_invisible_changes_how_a_line_reads() {
    assert_eq!(printable("a\tb\r\nc"), "a b  c");
    assert_eq!(printable("\u{202E}05.1\u{202C}"), "05.1");
    assert_eq!(printable("น้ำ"), "น้ำ");
    assert_eq!(
        shape_line(Face::of(Weight::Regular), "ก\u{200B}ข").glyphs.len(),
        2
    );
}

fn lines(text: &str, width: i32) -> Vec<String> {
    wrap_lines(Face::of(Weight::Regular), text, width)
        .into_iter()
        .map(|line| line.text)
        .collect()
}

#[test]
fn lines_end_between_words() {
    for (text, width, expected) in [
        ("", 5000, vec![""]),
        ("สั้น", 5000, vec!["สั้น"]),
        ("หนึ่ง\nสอง", 5000, vec!["หนึ่ง", "สอง"]),
        ("ก๋วยเตี๋ยวเรือน้ำตก", 5000, vec!["ก๋วยเตี๋ยว", "เรือน้ำตก"]),
        ("ใบกำกับภาษีอย่างย่อ", 5500, vec!["ใบกำกับภาษี", "อย่างย่อ"]),
        ("iced tea 2 cups", 4000, vec!["iced tea", "2 cups"]),
        ("ร้าน Sweet Café สาขาสีลม", 7000, vec!["ร้าน Sweet Café", "สาขาสีลม"]),
    ] {
        assert_eq!(lines(text, width), expected, "{text}");
    }
}

#[test]
fn a_word_wider_than_the_line_is_parted_between_clusters() {
    assert_eq!(lines("AAAAAAAA", 1900), ["AAA", "AAA", "AA"]);
    for line in lines("ปี่ปี่ปี่ปี่ปี่", 1300) {
        assert!(line.starts_with('ป') && line.ends_with('\u{0E48}'), "{line}");
    }
    assert_eq!(lines("กำ", 10), ["กำ"]);
}

#[test]
fn a_line_cut_short_says_so() {
    let face = Face::of(Weight::Regular);
    let cut = fit_line(face, "ข้าวผัดกระเพราหมูสับไข่ดาว", 5000);
    assert!(cut.text.ends_with('…') && cut.advance <= 5000, "{}", cut.text);
    assert_eq!(fit_line(face, "ข้าว", 5000).text, "ข้าว");
    assert_eq!(fit_line(face, "ข้าว", 10).text, "…");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_shaped_and_wrapped(text in "\\PC{0,60}|[ก-๛ a-z\n]{0,60}|.{0,20}", width in -10..9000_i32) {
        let face = Face::of(Weight::Regular);
        let line = shape_line(face, &text);
        prop_assert_eq!(line.text, printable(&text));
        let wrapped = wrap_lines(face, &text, width);
        let without = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let joined: String = wrapped.iter().map(|line| line.text.as_str()).collect();
        let paragraphs: String = text.lines().map(printable).collect();
        prop_assert_eq!(without(&joined), without(&paragraphs));
        // Only a single cluster may be wider. On a paper of one unit each stands alone.
        let clusters = wrap_lines(face, &text, 1);
        for line in &wrapped {
            let is_cluster = clusters.iter().any(|cluster| cluster.text == line.text);
            prop_assert!(is_cluster || line.advance <= width, "{:?} is {} wide", line.text, line.advance);
        }
        prop_assert!(fit_line(face, &text, width.max(900)).advance <= width.max(900));
    }
}
