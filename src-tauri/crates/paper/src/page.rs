//! A page as a list of marks: what stands where, before anybody decides how it is written.
//!
//! Places are measured from the top left corner, downwards, in thousandths of a point. Ink is black or grey: paper
//! of this shop has no colours (design.md §1).

use std::sync::Arc;

use crate::measure::{Length, from_units};
use crate::text::{Face, ShapedLine, Weight};

/// How dark a mark is, 0 black to 255 white.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grey(pub(crate) u8);

impl Grey {
    pub(crate) const INK: Self = Self(0x0e);
    pub(crate) const QUIET: Self = Self(0x4c);
    pub(crate) const RULE: Self = Self(0xcb);
    /// Under text that must stay readable.
    pub(crate) const WATERMARK: Self = Self(0xe4);
    pub(crate) const WHITE: Self = Self(0xff);
}

#[derive(Debug, Clone)]
pub(crate) enum Mark {
    Text(TextMark),
    /// A filled rectangle.
    Fill {
        x: Length,
        y: Length,
        width: Length,
        height: Length,
        grey: Grey,
    },
    /// Rectangles painted as one shape, so that no seam shows between neighbours: the modules of a QR.
    Mosaic(Vec<[Length; 4]>),
}

#[derive(Debug, Clone)]
pub(crate) struct TextMark {
    pub(crate) line: Arc<ShapedLine>,
    pub(crate) weight: Weight,
    pub(crate) size: Length,
    pub(crate) grey: Grey,
    /// Start of the line.
    pub(crate) x: Length,
    /// Its baseline.
    pub(crate) y: Length,
    /// Rising from left to right, as a watermark does.
    pub(crate) rises: bool,
}

/// The slope of text that rises, 35 degrees.
pub(crate) const RISE_COS: f32 = 0.819_152;
pub(crate) const RISE_SIN: f32 = 0.573_576;

impl TextMark {
    pub(crate) fn width(&self) -> Length {
        let face = Face::of(self.weight);
        from_units(self.line.advance, face.units_per_em(), self.size)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) width: Length,
    pub(crate) height: Length,
    pub(crate) marks: Vec<Mark>,
}
