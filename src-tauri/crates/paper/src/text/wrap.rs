//! Lines that fit a width. Thai has no spaces between words: a dictionary finds them, and the rules of Thai spelling
//! say where a line must not end even if the dictionary would.

use icu_segmenter::options::{LineBreakOptions, LineBreakStrictness};
use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed};
use std::sync::LazyLock;

use super::shape::{Stop, shape_with_stops};
use super::{Face, ShapedLine, shape_line};

static SEGMENTER: LazyLock<LineSegmenterBorrowed<'static>> = LazyLock::new(|| {
    let mut options = LineBreakOptions::default();
    options.strictness = Some(LineBreakStrictness::Strict);
    LineSegmenter::new_dictionary(options)
});

/// Breaks `text` into lines of at most `width` font units: at line ends and between words; inside a word only when
/// it alone is wider, and never inside a cluster. A single cluster wider than `width` stands alone and sticks out.
///
/// An empty text is one empty line, so that a form keeps its shape.
pub fn wrap_lines(face: &Face, text: &str, width: i32) -> Vec<ShapedLine> {
    text.lines()
        .chain(text.is_empty().then_some(""))
        .flat_map(|paragraph| wrap_paragraph(face, paragraph, width))
        .collect()
}

fn wrap_paragraph(face: &Face, paragraph: &str, width: i32) -> Vec<ShapedLine> {
    let (whole, stops) = shape_with_stops(face, paragraph);
    if whole.advance <= width {
        return vec![whole];
    }
    let text = whole.text.as_str();
    let stops: Vec<&Stop> = stops.iter().filter(|stop| may_part(text, stop.byte)).collect();
    let words: Vec<usize> = SEGMENTER.segment_str(text).collect();

    let mut lines = Vec::new();
    let mut start = 0;
    while let Some(first) = stops.get(start)
        && first.byte < text.len()
    {
        let mut ends = Vec::new();
        for (end, stop) in stops.iter().enumerate().skip(start + 1) {
            let line = text[first.byte..stop.byte].trim_end_matches(' ');
            // A space at the end of a line takes no room.
            let hanging = trailing_spaces(face, text, first.byte + line.len(), stop.byte);
            if stop.x - first.x - hanging > width {
                break;
            }
            ends.push(end);
        }
        let line_to = |end: usize| shape_line(face, text[first.byte..stops[end].byte].trim_end_matches(' '));
        // A line shaped by itself may be a kern wider than its part of the whole was.
        let longest = |end: &usize| Some((*end, line_to(*end))).filter(|(_, line)| line.advance <= width);
        let ends_word = |end: &&usize| {
            let byte = stops[**end].byte;
            byte == text.len() || words.binary_search(&byte).is_ok()
        };
        let (next, line) = ends
            .iter()
            .rev()
            .filter(ends_word)
            .find_map(longest)
            .or_else(|| ends.iter().rev().find_map(longest))
            .unwrap_or_else(|| {
                let end = (start + 1).min(stops.len() - 1);
                (end, line_to(end))
            });
        lines.push(line);
        start = next;
    }
    lines
}

fn trailing_spaces(face: &Face, text: &str, from: usize, to: usize) -> i32 {
    let space = face
        .outlines()
        .glyph_index(' ')
        .map_or(0, |id| face.glyph_advance(id.0));
    i32::try_from(text[from..to].len()).map_or(i32::MAX, |count| count.saturating_mul(space))
}

/// One line of at most `width` font units. What does not fit is cut between clusters and ends in `…`.
pub fn fit_line(face: &Face, text: &str, width: i32) -> ShapedLine {
    let (whole, stops) = shape_with_stops(face, text);
    if whole.advance <= width {
        return whole;
    }
    const ELLIPSIS: &str = "…";
    stops
        .iter()
        .rev()
        .filter(|stop| stop.x <= width && may_part(&whole.text, stop.byte))
        // The two are shaped together: the sign may stand a kern further than both alone are wide.
        .map(|stop| shape_line(face, &format!("{}{ELLIPSIS}", whole.text[..stop.byte].trim_end())))
        .find(|line| line.advance <= width)
        .unwrap_or_else(|| shape_line(face, ELLIPSIS))
}

/// Whether the letters before and after `byte`, a grapheme border, may stand on two lines. The clusters of Thai
/// spelling: a vowel written before its consonant stays with it, one written after it too, ั ็ ื need the consonant
/// that closes the syllable, and ๆ ฯ and a silenced letter (์) belong to what they follow.
fn may_part(text: &str, byte: usize) -> bool {
    let (before, after) = text.split_at(byte);
    let mut backwards = before.chars().rev();
    let (Some(last), Some(next)) = (backwards.next(), after.chars().next()) else {
        return true;
    };
    if matches!(last, 'เ'..='ไ') || matches!(next, 'ะ' | 'า' | 'ำ' | 'ๅ' | 'ๆ' | 'ฯ') {
        return false;
    }
    if !is_consonant(next) {
        return true;
    }
    let after_next = after
        .chars()
        .find(|c| !is_consonant(*c) && !matches!(c, '\u{0E34}' | '\u{0E38}'));
    let is_silenced = after_next == Some('\u{0E4C}') && silenced_length(after) <= 2;
    // The marks above and below the last consonant, without its tone.
    let wants_final = before
        .chars()
        .rev()
        .take_while(|c| !is_consonant(*c))
        .any(|c| matches!(c, '\u{0E31}' | '\u{0E37}' | '\u{0E47}'));
    !is_silenced && !wants_final && !is_split_vowel(before, next)
}

/// How many consonants stand before the mark that silences them.
fn silenced_length(after: &str) -> usize {
    after
        .chars()
        .take_while(|c| *c != '\u{0E4C}')
        .filter(|c| is_consonant(*c))
        .count()
}

/// เ–ีย and เ–ือ are one vowel around a consonant.
fn is_split_vowel(before: &str, next: char) -> bool {
    let mut marks = before
        .chars()
        .rev()
        .skip_while(|c| matches!(c, '\u{0E48}'..='\u{0E4B}'));
    next == 'ย' && marks.next() == Some('\u{0E35}') && marks.take(3).any(|c| c == 'เ')
}

fn is_consonant(c: char) -> bool {
    matches!(c, 'ก'..='ฮ')
}
