//! The two bundled faces. Sarabun, SIL Open Font License 1.1: one file has Thai, Latin and the baht sign.

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
        Self {
            data,
            weight,
            shaper,
            thai,
            latin,
            replacement,
        }
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
