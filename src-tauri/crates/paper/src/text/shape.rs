//! One line of text to positioned glyphs.
//!
//! A line is cut into runs of Thai and of everything else, and each run is shaped under its own script: a mixed
//! line shaped as Latin loses the parts of ำ and the places of the tone marks.

use std::borrow::Cow;

use rustybuzz::{BufferFlags, Direction, Script, UnicodeBuffer, script, shape_with_plan};
use unicode_segmentation::UnicodeSegmentation as _;

use super::Face;

/// A glyph and where its origin stands, in font units from the start of the line, y upwards from the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyph {
    /// Its number in the face.
    pub id: u16,
    /// To the right of the start of the line.
    pub x: i32,
    /// Above the baseline.
    pub y: i32,
}

/// A shaped line: what is drawn, how wide it is, and the text a reader copies from it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShapedLine {
    /// The glyphs, from left to right.
    pub glyphs: Vec<Glyph>,
    /// How far the pen moved, in font units.
    pub advance: i32,
    /// The text the glyphs came from.
    pub text: String,
}

/// Where the letters of a line may be parted: a byte of the text and the pen before it, in font units.
pub(super) struct Stop {
    pub(super) byte: usize,
    pub(super) x: i32,
}

/// Shapes one line. A grapheme for which the face has no glyph becomes one visible sign; control characters become
/// spaces. The text kept beside the glyphs is what [`printable`] leaves of it.
pub fn shape_line(face: &Face, text: &str) -> ShapedLine {
    shape_with_stops(face, text).0
}

/// The line and a stop before each of its graphemes and at its end.
pub(super) fn shape_with_stops(face: &Face, text: &str) -> (ShapedLine, Vec<Stop>) {
    let text = printable(text);
    let mut line = ShapedLine {
        glyphs: Vec::with_capacity(text.len()),
        ..ShapedLine::default()
    };
    let mut stops = Vec::new();
    let mut start = 0;
    for (end, script) in runs(&text) {
        shape_run(face, script, &text[start..end], start, &mut line, &mut stops);
        start = end;
    }
    stops.push(Stop {
        byte: text.len(),
        x: line.advance,
    });
    line.text = text.into_owned();
    (line, stops)
}

fn shape_run(
    face: &Face,
    script: Script,
    run: &str,
    at: usize,
    line: &mut ShapedLine,
    stops: &mut Vec<Stop>,
) {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(run);
    buffer.set_direction(Direction::LeftToRight);
    buffer.set_script(script);
    buffer.set_flags(BufferFlags::REMOVE_DEFAULT_IGNORABLES);
    let shaped = shape_with_plan(face.shaper(), face.plan(script), buffer);
    let mut glyphs = shaped
        .glyph_infos()
        .iter()
        .zip(shaped.glyph_positions())
        .peekable();

    for (start, grapheme) in run.grapheme_indices(true) {
        stops.push(Stop {
            byte: at + start,
            x: line.advance,
        });
        let (first, before) = (line.glyphs.len(), line.advance);
        let mut is_missing = false;
        while let Some((info, position)) =
            glyphs.next_if(|(info, _)| is_before(info.cluster, start + grapheme.len()))
        {
            is_missing |= info.glyph_id == 0;
            line.glyphs.push(Glyph {
                // A TrueType file holds at most 65,535 glyphs.
                id: u16::try_from(info.glyph_id).unwrap_or(0),
                x: line.advance.saturating_add(position.x_offset),
                y: position.y_offset,
            });
            line.advance = line.advance.saturating_add(position.x_advance);
        }
        if is_missing {
            line.glyphs.truncate(first);
            line.glyphs.push(Glyph {
                id: face.replacement(),
                x: before,
                y: 0,
            });
            line.advance = before.saturating_add(face.glyph_advance(face.replacement()));
        }
    }
}

fn is_before(cluster: u32, byte: usize) -> bool {
    usize::try_from(cluster).is_ok_and(|cluster| cluster < byte)
}

/// The text as it can stand on one line: control characters and line ends are spaces; marks that turn the writing
/// direction are gone, because with them a note could be printed to read as another amount.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| is_control(c) || turns_direction(c)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .filter(|c| !turns_direction(*c))
            .map(|c| if is_control(c) { ' ' } else { c })
            .collect(),
    )
}

fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// The ends of the runs of one script. Digits, spaces and signs belong to the run before them.
fn runs(text: &str) -> Vec<(usize, Script)> {
    let mut runs = Vec::new();
    let mut current = None;
    for (at, c) in text.char_indices() {
        let Some(script) = script_of(c) else { continue };
        if let Some(before) = current.replace(script)
            && before != script
        {
            runs.push((at, before));
        }
    }
    if !text.is_empty() {
        runs.push((text.len(), current.unwrap_or(script::LATIN)));
    }
    runs
}

fn script_of(c: char) -> Option<Script> {
    match c {
        '฿' => None,
        '\u{0E00}'..='\u{0E7F}' => Some(script::THAI),
        _ if c.is_alphabetic() => Some(script::LATIN),
        _ => None,
    }
}
