//! The two bundled faces. Sarabun, SIL Open Font License 1.1: one file has Thai, Latin and the baht sign.

use std::collections::HashMap;
use std::sync::LazyLock;

use rustybuzz::ttf_parser::GlyphId;
use rustybuzz::{Direction, Script, ShapePlan, script};

/// How heavy the letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Running text.
    Regular,
    /// Titles and totals.
    Bold,
}

/// A face ready to shape with.
pub struct Face {
    data: &'static [u8],
    weight: Weight,
    shaper: rustybuzz::Face<'static>,
    thai: ShapePlan,
    latin: ShapePlan,
    replacement: GlyphId,
    letters: HashMap<u16, String>,
}

static REGULAR: LazyLock<Face> =
    LazyLock::new(|| Face::parse(Weight::Regular, include_bytes!("../../fonts/Sarabun-Regular.ttf")));
static BOLD: LazyLock<Face> =
    LazyLock::new(|| Face::parse(Weight::Bold, include_bytes!("../../fonts/Sarabun-Bold.ttf")));

impl Face {
    /// The bundled face of this weight. It is read once per process.
    pub fn of(weight: Weight) -> &'static Self {
        match weight {
            Weight::Regular => &REGULAR,
            Weight::Bold => &BOLD,
        }
    }

    fn parse(weight: Weight, data: &'static [u8]) -> Self {
        let shaper = rustybuzz::Face::from_slice(data, 0).expect("the bundled face is a TrueType file");
        // Making a plan costs more than shaping a short line with it.
        let plan = |script| ShapePlan::new(&shaper, Direction::LeftToRight, Some(script), None, &[]);
        let (thai, latin) = (plan(script::THAI), plan(script::LATIN));
        let replacement = shaper
            .glyph_index(REPLACEMENT)
            .expect("the bundled face has a lozenge");
        let letters = letters(&shaper);
        Self {
            data,
            weight,
            shaper,
            thai,
            latin,
            replacement,
            letters,
        }
    }

    /// The letters a glyph stands for, taken alone; a mark moved out of another's way still is that mark.
    pub fn letters_of(&self, id: u16) -> Option<&str> {
        self.letters.get(&id).map(String::as_str)
    }

    /// The whole TrueType file.
    pub fn data(&self) -> &'static [u8] {
        self.data
    }

    /// Its weight.
    pub fn weight(&self) -> Weight {
        self.weight
    }

    /// Outlines and metrics, for whoever draws the glyphs.
    pub fn outlines(&self) -> &rustybuzz::ttf_parser::Face<'static> {
        &self.shaper
    }

    /// Font units per em: a glyph at size `s` is `units * s / units_per_em` large.
    pub fn units_per_em(&self) -> i32 {
        self.shaper.units_per_em()
    }

    /// How far the pen moves after a glyph, in font units.
    pub fn glyph_advance(&self, id: u16) -> i32 {
        i32::from(self.shaper.glyph_hor_advance(GlyphId(id)).unwrap_or(0))
    }

    pub(super) fn shaper(&self) -> &rustybuzz::Face<'static> {
        &self.shaper
    }

    pub(super) fn plan(&self, script: Script) -> &ShapePlan {
        if script == script::THAI {
            &self.thai
        } else {
            &self.latin
        }
    }

    /// What stands where the face has no glyph.
    pub(super) fn replacement(&self) -> u16 {
        self.replacement.0
    }
}

/// A visible sign with a width of its own. An empty box would look like a fault of the printer.
const REPLACEMENT: char = '\u{25CA}';

/// Glyphs a character leads to, and their variants by name: `yoYingthai.less` is the ญ without its foot.
fn letters(face: &rustybuzz::ttf_parser::Face<'_>) -> HashMap<u16, String> {
    let mut letters = HashMap::new();
    let mut by_name = HashMap::new();
    for subtable in face.tables().cmap.iter().flat_map(|cmap| cmap.subtables) {
        if !subtable.is_unicode() {
            continue;
        }
        subtable.codepoints(|code| {
            let (Some(c), Some(id)) = (char::from_u32(code), subtable.glyph_index(code)) else {
                return;
            };
            let text = letters.entry(id.0).or_insert_with(|| c.to_string());
            if let Some(name) = face.glyph_name(id) {
                by_name.insert(name.to_owned(), text.clone());
            }
        });
    }
    for id in (1..face.number_of_glyphs()).map(GlyphId) {
        let Some(name) = face.glyph_name(id) else { continue };
        let base = name.split('.').next().unwrap_or(name);
        if let Some(text) = by_name.get(base).cloned().or_else(|| spelled_out(base)) {
            letters.entry(id.0).or_insert(text);
        }
    }
    letters
}

/// `uni0E4D0E48` names two characters drawn as one glyph.
fn spelled_out(name: &str) -> Option<String> {
    let digits = name.strip_prefix("uni").filter(|digits| digits.is_ascii())?;
    let letter = |at| char::from_u32(u32::from_str_radix(digits.get(at..at + 4)?, 16).ok()?);
    (0..digits.len()).step_by(4).map(letter).collect()
}
