//! QR out and QR in. Bytes only: no network, no files, no clock, and no idea what a QR's text means.
//!
//! * [`encode`] turns text into [`Modules`], which draw themselves as PNG or as an SVG path.
//! * [`decode_image`] takes untrusted picture bytes (a gateway's QR) and returns the text
//!   of every QR in them; [`decode_image_until`] lets the caller say when it has seen what it was looking for.
//! * [`read_slip`] does the same for a customer's picture, which may be dark, blurred, tilted or half covered: it
//!   tries much harder, and says what may be wrong when it finds nothing.
//! * [`normalise_to_png`] turns any accepted picture into plain PNG bytes that are safe to show.
//!
//! What arrives is judged by its content, never by a name or a declared type, and its size is checked before
//! anything is decoded. Whether a text is a slip, a payment QR or nonsense is the domain's question.

mod raster;
mod read;
mod slip;
mod sniff;
mod svg;
mod write;

pub use raster::{BombKind, DecodeError, DecodeLimits, normalise_to_png};
pub use read::{Found, decode_image, decode_image_until};
pub use slip::{Hint, ReadError, SlipLimits, read_slip};
pub use sniff::{ImageKind, sniff};
pub use write::{EncodeError, Modules, encode};
