//! Paper for a receipt printer: ESC/POS commands around a picture.
//!
//! Letters go as dots, never as codes: which Thai code page a printer has, and where it puts a tone mark, differs from
//! model to model. The commands are the few that every ESC/POS printer knows (Epson, "ESC/POS Command Reference").

mod command;
mod test_page;

pub use command::{DrawerPin, Finish, drawer_pulse};

use crate::document::Paper;
use crate::page::Page;
use crate::raster::{Raster, Resolution};

/// A thermal head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThermalHead {
    /// 384 dots, for paper 58 mm wide.
    Mm58,
    /// 576 dots, for paper 80 mm wide.
    Mm80,
}

impl ThermalHead {
    /// How many dots it has.
    pub const fn dots(self) -> usize {
        match self {
            Self::Mm58 => 384,
            Self::Mm80 => 576,
        }
    }

    /// The paper it prints on.
    pub const fn paper(self) -> Paper {
        match self {
            Self::Mm58 => Paper::Mm58,
            Self::Mm80 => Paper::Mm80,
        }
    }
}

/// A page that shows whether a printer is set up right: its width, its dots, hard Thai words, how dark it prints, and a
/// QR to scan.
pub fn test_page(head: ThermalHead) -> Raster {
    raster(&test_page::pages(head), head)
}

/// What a printer has to be sent for a picture.
pub fn print(picture: &Raster, finish: Finish) -> Vec<u8> {
    command::print(picture, finish)
}

pub(crate) fn raster(pages: &[Page], head: ThermalHead) -> Raster {
    Raster::of(pages, Resolution::THERMAL, head.dots())
}
