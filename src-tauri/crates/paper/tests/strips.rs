//! What a receipt printer is sent, read back by a small printer of this file and compared with pictures that were
//! looked at. A picture that differs is written beside the test's other files; after looking at it, it can be put in
//! place of the old one.

#![allow(clippy::unwrap_used)]

mod samples;

use keptang_paper::credit_note::credit_note_document;
use keptang_paper::document::{Manner, Paper};
use keptang_paper::escpos::{DrawerPin, Finish, ThermalHead, drawer_pulse, print, test_page};
use keptang_paper::raster::Raster;
use keptang_paper::receipt::{Receipt, receipt_document};
use keptang_paper::report::report_strip;
use proptest::prelude::*;
use samples::{full_receipt, plain_receipt};
use std::path::{Path, PathBuf};

const TORN: Finish = Finish {
    cut: false,
    drawer: None,
};
const CUT: Finish = Finish {
    cut: true,
    drawer: None,
};

/// What a printer did.
#[derive(Debug, Default, PartialEq, Eq)]
struct Printed {
    rows: Vec<Vec<bool>>,
    done: Vec<&'static str>,
    longest_band: usize,
}

/// A printer that knows the commands of the reference that we use, and stops at every other.
fn printer(mut bytes: &[u8]) -> Printed {
    let mut paper = Printed::default();
    while let [first, rest @ ..] = bytes {
        bytes = match (first, rest) {
            (0, rest) | (0x1b | 0x1d, [0, rest @ ..]) => rest,
            (0x1b, [b'@', rest @ ..]) => {
                paper.done.push("initialized");
                rest
            }
            (0x1b, [b'p', 0 | 1, _, _, rest @ ..]) => {
                paper.done.push("drawer");
                rest
            }
            (0x1b, [b'd', _, rest @ ..]) => {
                paper.done.push("fed");
                rest
            }
            (0x1d, [b'V', 0 | 66, rest @ ..]) => {
                paper.done.push("cut");
                // Function A has no second argument; it is followed by zeros here or by nothing.
                rest.strip_prefix(&[0]).unwrap_or(rest)
            }
            (0x1d, [b'v', b'0', 0, xl, xh, yl, yh, rest @ ..]) => {
                let width = usize::from(u16::from_le_bytes([*xl, *xh]));
                let height = usize::from(u16::from_le_bytes([*yl, *yh]));
                let (picture, rest) = rest.split_at(width * height);
                paper.longest_band = paper.longest_band.max(picture.len());
                for row in picture.chunks(width.max(1)) {
                    let dots = row
                        .iter()
                        .flat_map(|byte| (0..8).map(move |at| byte << at & 0x80 != 0));
                    paper.rows.push(dots.collect());
                }
                paper.done.push("picture");
                rest
            }
            _ => panic!("{:x?} is no command", &bytes[..bytes.len().min(8)]),
        };
    }
    paper
}

fn strip(receipt: &Receipt, head: ThermalHead) -> Raster {
    receipt_document(receipt, head.paper()).unwrap().to_raster(head)
}

/// Where the picture as it was printed lies, if it is not the one of this name.
fn difference(name: &str, picture: &Raster) -> Option<PathBuf> {
    let printed = printer(&print(picture, CUT));
    let printed = Raster::from_rows(picture.width(), printed.rows);
    let golden = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/strips")
        .join(name)
        .with_extension("png");
    let known = std::fs::read(&golden).ok().map(|png| {
        let mask = tiny_skia::Mask::decode_png(&png).unwrap();
        let width = usize::try_from(mask.width()).unwrap();
        let rows = mask
            .data()
            .chunks(width)
            .map(|row| row.iter().map(|shade| *shade < 128).collect());
        Raster::from_rows(width, rows.collect())
    });
    if known.as_ref() == Some(&printed) {
        return None;
    }
    let new = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(name)
        .with_extension("png");
    std::fs::write(&new, printed.to_png()).unwrap();
    Some(new)
}

#[test]
fn papers_look_as_they_did_when_somebody_looked() {
    let training = Receipt {
        manner: Manner {
            is_training: true,
            is_copy: true,
            ..samples::ENGLISH
        },
        ..plain_receipt()
    };
    let credit_note = credit_note_document(&samples::credit_note(), Paper::Mm58);
    let credit_note = credit_note.to_raster(ThermalHead::Mm58);
    let z = report_strip(&samples::z_report(0), Paper::Mm80).to_raster(ThermalHead::Mm80);
    let differences: Vec<PathBuf> = [
        ("full-58", full_receipt(), ThermalHead::Mm58),
        ("full-80", full_receipt(), ThermalHead::Mm80),
        ("plain-58", plain_receipt(), ThermalHead::Mm58),
        ("training-80", training, ThermalHead::Mm80),
    ]
    .into_iter()
    .filter_map(|(name, receipt, head)| difference(name, &strip(&receipt, head)))
    .chain(difference("credit-note-58", &credit_note))
    .chain(difference("z-80", &z))
    .collect();
    assert!(differences.is_empty(), "look at {differences:?}");
}

#[test]
fn test_pages_look_as_they_did_when_somebody_looked() {
    let differences: Vec<PathBuf> = [("test-58", ThermalHead::Mm58), ("test-80", ThermalHead::Mm80)]
        .into_iter()
        .filter_map(|(name, head)| difference(name, &test_page(head)))
        .collect();
    assert!(differences.is_empty(), "look at {differences:?}");
}

#[test]
fn the_qr_on_a_strip_can_be_scanned() {
    let expected = full_receipt().e_receipt.unwrap();
    for head in [ThermalHead::Mm58, ThermalHead::Mm80] {
        for (picture, text) in [
            (strip(&full_receipt(), head), expected.as_str()),
            (test_page(head), "KEPTANG PRINTER TEST"),
        ] {
            let found =
                keptang_qr::decode_image(&picture.to_png(), &keptang_qr::DecodeLimits::default()).unwrap();
            let texts: Vec<&str> = found.iter().map(|code| code.text.as_str()).collect();
            assert_eq!(texts, [text], "{head:?}");
        }
    }
}

#[test]
fn a_screen_shows_every_page_with_a_qr_that_scans() {
    let receipt = full_receipt();
    // Widths of the papers at 144 dots an inch.
    for (paper, width) in [(Paper::Mm58, 329), (Paper::Mm80, 454), (Paper::A4, 1191)] {
        let pages = receipt_document(&receipt, paper).unwrap().to_pngs();
        assert_eq!(pages.len(), 1);
        let mask = tiny_skia::Mask::decode_png(&pages[0]).unwrap();
        assert_eq!(mask.width(), width, "{paper:?}");
        let shades: std::collections::HashSet<&u8> = mask.data().iter().collect();
        assert!(shades.len() > 10, "letters have soft edges");
        let found = keptang_qr::decode_image(&pages[0], &keptang_qr::DecodeLimits::default()).unwrap();
        assert_eq!(Some(&found[0].text), receipt.e_receipt.as_ref(), "{paper:?}");
    }
}

#[test]
fn a_job_is_a_start_a_picture_and_an_end() {
    let picture = Raster::from_rows(384, vec![vec![true; 384]; 300]);
    let bands = ["picture"; 3];
    let rows = [
        (TORN, [&["initialized"][..], &bands, &["fed"]].concat()),
        (CUT, [&["initialized"][..], &bands, &["cut"]].concat()),
        (
            Finish {
                cut: true,
                drawer: Some(DrawerPin::Two),
            },
            [&["initialized", "drawer"][..], &bands, &["cut"]].concat(),
        ),
    ];
    for (finish, expected) in rows {
        let paper = printer(&print(&picture, finish));
        assert_eq!(paper.done, expected);
        assert_eq!(paper.rows, picture.rows());
    }
    assert_eq!(drawer_pulse(DrawerPin::Two), [0x1b, b'p', 0, 25, 250]);
    assert_eq!(drawer_pulse(DrawerPin::Five), [0x1b, b'p', 1, 25, 250]);
}

/// The zeros that the print queue sends ahead after a job was cut off.
const RESYNC: [u8; 16 * 1024] = [0; 16 * 1024];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn wherever_a_job_is_cut_off_zeros_bring_the_printer_back(cut in 0..18_800_usize) {
        let black = print(&Raster::from_rows(576, vec![vec![true; 576]; 260]), CUT);
        let next = test_pattern();
        let sent = [&black[..cut.min(black.len())], &RESYNC, &print(&next, TORN)].concat();
        let paper = printer(&sent);
        prop_assert!(paper.longest_band < RESYNC.len());
        prop_assert!(paper.rows.ends_with(next.rows()));
        prop_assert_eq!(&paper.done[paper.done.len() - 3..], ["initialized", "picture", "fed"]);
    }
}

/// A picture that is not mistaken for another.
fn test_pattern() -> Raster {
    let row = |row: usize| (0..576).map(|column| (row * row + column) % 7 < 3).collect();
    Raster::from_rows(576, (0..40).map(row).collect())
}
