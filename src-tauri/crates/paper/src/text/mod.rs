//! Letters to glyphs: Thai shaped by the HarfBuzz algorithm, and lines broken where a reader would break them.
//!
//! Everything that reaches paper goes through here, the PDF as well as the raster for thermal printers, so that a
//! tone mark stands in the same place on both. Sizes are left to the caller: glyph positions are in font units.

mod face;
mod shape;
mod wrap;

pub use face::{Face, Weight};
pub use shape::{Glyph, ShapedLine, printable, shape_line};
pub use wrap::{fit_line, wrap_lines};
