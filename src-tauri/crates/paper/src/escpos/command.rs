//! The bytes.

use crate::raster::Raster;

/// `ESC @`: forget what the last job set.
const INITIALIZE: [u8; 2] = [0x1b, b'@'];
/// `GS v 0`, normal size: print a picture.
const PICTURE: [u8; 4] = [0x1d, b'v', b'0', 0];
/// `ESC d`: print and feed lines; enough to tear the paper behind the last word.
const FEED_TO_TEAR: [u8; 3] = [0x1b, b'd', 4];
/// `GS V`, function B: feed to the cutter and cut, leaving a corner.
const PARTIAL_CUT: [u8; 4] = [0x1d, b'V', 66, 0];

/// Rows of one picture command. Cheap printers hold little; and when a job is cut off, a printer waits for the rest of
/// one such picture, which is therefore shorter than the zeros that bring it back (`keptang_printer::RESYNC_BYTES`).
const BAND_ROWS: usize = 128;

/// What happens around the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finish {
    /// Cut the paper behind it; a printer without a cutter feeds it instead.
    pub cut: bool,
    /// Open the cash drawer first.
    pub drawer: Option<DrawerPin>,
}

/// Which pin of the printer's drawer socket a drawer hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrawerPin {
    /// Pin 2: the first drawer, and nearly always the only one.
    Two,
    /// Pin 5: the second drawer.
    Five,
}

/// What a printer has to be sent to open the drawer: `ESC p`, 50 ms on and half a second off.
pub fn drawer_pulse(pin: DrawerPin) -> Vec<u8> {
    let number = match pin {
        DrawerPin::Two => 0,
        DrawerPin::Five => 1,
    };
    vec![0x1b, b'p', number, 25, 250]
}

pub(super) fn print(picture: &Raster, finish: Finish) -> Vec<u8> {
    let mut bytes = INITIALIZE.to_vec();
    bytes.extend(finish.drawer.map(drawer_pulse).unwrap_or_default());
    let row_bytes = picture.width().div_ceil(8);
    for band in picture.rows().chunks(BAND_ROWS) {
        bytes.extend(PICTURE);
        bytes.extend(size(row_bytes));
        bytes.extend(size(band.len()));
        for row in band {
            bytes.extend(row.chunks(8).map(packed));
        }
    }
    if finish.cut {
        bytes.extend(PARTIAL_CUT);
    } else {
        bytes.extend(FEED_TO_TEAR);
    }
    bytes
}

fn size(count: usize) -> [u8; 2] {
    u16::try_from(count)
        .expect("a head and a band have fewer dots than that")
        .to_le_bytes()
}

/// Eight dots, the leftmost in the highest bit.
fn packed(dots: &[bool]) -> u8 {
    (0..8).fold(0, |byte, at| {
        byte << 1 | u8::from(dots.get(at).copied().unwrap_or(false))
    })
}
