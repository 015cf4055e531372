//! Slips are read through every kind of trouble, and never wrongly. The pictures are the bench's, cut down to the part
//! around the code: this runs without optimisation.
#![allow(clippy::unwrap_used)]

mod generate;

use generate::{Class, Frame, Sample, is_slip, sample, without_code};
use keptang_qr::{ReadError, SlipLimits, read_slip};

/// Neither the tuning's nor the bench's.
const SEED: u64 = 4;

fn texts(sample: &Sample) -> Vec<String> {
    match read_slip(&sample.bytes, &SlipLimits::default(), is_slip) {
        Ok(found) => found.into_iter().map(|found| found.text).collect(),
        Err(ReadError::NoQr { .. }) => Vec::new(),
        Err(error) => panic!(
            "a good picture of {} x {} px: {error}",
            sample.width_px, sample.height_px
        ),
    }
}

/// The mildest three of eight: what a cashier would call a good enough picture.
#[test]
fn mild_trouble_of_every_kind_is_no_obstacle() {
    for class in Class::ALL {
        for number in 0..3 {
            let sample = sample(SEED, class, number, 8, Frame::Close);
            let payload = sample.payload.clone().unwrap();
            assert!(
                texts(&sample).contains(&payload),
                "{}, picture {number}",
                class.words()
            );
        }
    }
}

fn nothing_is_made_up(numbers: std::ops::Range<usize>) {
    for number in numbers {
        for class in Class::ALL {
            let sample = sample(SEED + 1, class, number, EACH, Frame::Close);
            for text in texts(&sample) {
                let is_there = Some(&text) == sample.payload.as_ref() || sample.others.contains(&text);
                assert!(is_there, "{class:?} {number} gave {text:?}");
            }
        }
        let empty = without_code(SEED, number, EACH, Frame::Close);
        assert_eq!(texts(&empty), [""; 0], "no code was drawn, {number}");
    }
}

/// Pictures to a class; the hardest cannot be read, and must not be guessed.
const EACH: usize = 12;

// Four tests of a quarter each, for they run side by side.
#[test]
fn nothing_is_made_up_in_mild_trouble() {
    nothing_is_made_up(0..3);
}

#[test]
fn nothing_is_made_up_in_trouble() {
    nothing_is_made_up(3..6);
}

#[test]
fn nothing_is_made_up_in_deep_trouble() {
    nothing_is_made_up(6..9);
}

#[test]
fn nothing_is_made_up_in_hopeless_trouble() {
    nothing_is_made_up(9..12);
}
