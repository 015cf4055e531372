//! Modules with their levels to text: ISO/IEC 18004 for versions 2 to 10, which is all a slip may need.
//!
//! Unlike ZXing this decoder knows how sure each module is. Codewords that hold doubtful modules are given to the error
//! correction as erased, the most doubtful first. It reads numeric, alphanumeric and byte segments and nothing else.

use super::modules::Levels;
use super::reed_solomon::correct;

/// Codewords by version, from 2.
const CODEWORDS: [usize; 9] = [44, 70, 100, 134, 172, 196, 242, 292, 346];
/// Check codewords to a block, and blocks, by version from 2 and by level L, M, Q, H (table 9 of the standard).
const BLOCKS: [[(usize, usize); 4]; 9] = [
    [(10, 1), (16, 1), (22, 1), (28, 1)],
    [(15, 1), (26, 1), (18, 2), (22, 2)],
    [(20, 1), (18, 2), (26, 2), (16, 4)],
    [(26, 1), (24, 2), (18, 4), (22, 4)],
    [(18, 2), (16, 4), (24, 4), (28, 4)],
    [(20, 2), (18, 4), (18, 6), (26, 5)],
    [(24, 2), (22, 4), (22, 6), (26, 6)],
    [(30, 2), (22, 5), (20, 8), (24, 8)],
    [(18, 4), (26, 5), (24, 8), (28, 8)],
];
/// How many checks stay unused when codewords are given up as erased: two make an accident one in ten thousands, and
/// the text's own checksum stands behind them.
const SPARE: usize = 2;

/// The text, when error correction can make sense of the modules.
pub(super) fn decode(levels: &Levels) -> Option<String> {
    let version = (levels.side() - 17) / 4;
    let at = version.checked_sub(2)?;
    let total = *CODEWORDS.get(at)?;
    let doubts = levels.doubts();
    formats(levels).into_iter().find_map(|(level, mask)| {
        let (checks, blocks) = BLOCKS[at][level];
        let codewords = read_codewords(levels, &doubts, version, mask, total);
        text(&data(&codewords, checks, blocks)?, version)
    })
}

/// Level (0 to 3 for L, M, Q, H) and mask, the two likeliest: the sum over both copies decides.
fn formats(levels: &Levels) -> Vec<(usize, u8)> {
    let side = levels.side();
    let mut all: Vec<(f32, usize, u8)> = Vec::new();
    for (level, bits) in [(0, 1_u32), (1, 0), (2, 3), (3, 2)] {
        for mask in 0..8_u8 {
            let data = (bits << 3) | u32::from(mask);
            let rest = (0..10).fold(data, |rest, _| (rest << 1) ^ ((rest >> 9) * 0x537));
            let word = ((data << 10) | rest) ^ 0x5412;
            let agreement = (0..15_usize).map(|bit| {
                let first = match bit {
                    0..=5 => (8, bit),
                    6 | 7 => (8, bit + 1),
                    8 => (7, 8),
                    _ => (14 - bit, 8),
                };
                let second = if bit < 8 {
                    (side - 1 - bit, 8)
                } else {
                    (8, side - 15 + bit)
                };
                let both = levels.get(first.0, first.1).clamp(-1.0, 1.0)
                    + levels.get(second.0, second.1).clamp(-1.0, 1.0);
                if (word >> bit) & 1 == 1 { -both } else { both }
            });
            all.push((agreement.sum(), level, mask));
        }
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    all.into_iter()
        .take(2)
        .map(|(_, level, mask)| (level, mask))
        .collect()
}

/// Whether a module belongs to the code's furniture and carries no data.
fn is_furniture(version: usize, side: usize, x: usize, y: usize) -> bool {
    let (right, bottom) = (x + 8 >= side, y + 8 >= side);
    let finder = (x < 9 || right) && (y < 9 || bottom) && !(right && bottom);
    let version_mark = version >= 7 && ((x < 6 && y + 11 >= side) || (y < 6 && x + 11 >= side));
    let far = side - 7;
    let middle = if version >= 7 { far / 2 + 3 } else { far };
    let centre = |at: usize| {
        [6, middle, far]
            .into_iter()
            .find(|centre| at.abs_diff(*centre) <= 2)
    };
    let alignment = centre(x).zip(centre(y)).is_some_and(|(cx, cy)| {
        // Three corners hold finders instead; small versions have the one opposite only.
        let in_corner = matches!((cx, cy), (6, 6)) || (cx, cy) == (6, far) || (cx, cy) == (far, 6);
        !in_corner && (version >= 7 || (cx == far && cy == far))
    });
    finder || version_mark || alignment || x == 6 || y == 6
}

fn is_masked(mask: u8, x: usize, y: usize) -> bool {
    (match mask {
        0 => (x + y) % 2,
        1 => y % 2,
        2 => x % 3,
        3 => (x + y) % 3,
        4 => (x / 3 + y / 2) % 2,
        5 => x * y % 2 + x * y % 3,
        6 => (x * y % 2 + x * y % 3) % 2,
        _ => ((x + y) % 2 + x * y % 3) % 2,
    }) == 0
}

/// A codeword, and how sure its least sure module is.
type Codeword = (u8, f32);

fn read_codewords(levels: &Levels, sure: &[f32], version: usize, mask: u8, total: usize) -> Vec<Codeword> {
    let side = levels.side();
    let mut words = Vec::with_capacity(total);
    let (mut word, mut least, mut bits) = (0_u8, f32::MAX, 0);
    let columns = (0..side).rev().filter(|x| *x != 6).collect::<Vec<_>>();
    for (pair, columns) in columns.chunks(2).enumerate() {
        for step in 0..side {
            let y = if pair % 2 == 0 { side - 1 - step } else { step };
            for x in columns
                .iter()
                .copied()
                .filter(|x| !is_furniture(version, side, *x, y))
            {
                let is_dark = levels.get(x, y) < 0.0;
                word = (word << 1) | u8::from(is_dark != is_masked(mask, x, y));
                least = least.min(sure[y * side + x]);
                bits += 1;
                if bits == 8 {
                    words.push((word, least));
                    (word, least, bits) = (0, f32::MAX, 0);
                }
            }
        }
    }
    words.truncate(total);
    words
}

/// The data codewords, corrected and in order.
fn data(words: &[Codeword], checks: usize, blocks: usize) -> Option<Vec<u8>> {
    let short = words.len() / blocks - checks;
    let longer = words.len() % blocks;
    let mut parts: Vec<Vec<Codeword>> = vec![Vec::new(); blocks];
    let longest = short + usize::from(longer > 0);
    let order = (0..longest)
        .flat_map(|row| (0..blocks).filter(move |block| row < short || *block >= blocks - longer))
        .chain((0..checks).flat_map(|_| 0..blocks));
    for (word, block) in words.iter().zip(order) {
        parts[block].push(*word);
    }
    let mut data = Vec::new();
    for part in parts {
        let block = corrected(&part, checks)?;
        data.extend_from_slice(&block[..block.len() - checks]);
    }
    Some(data)
}

/// Tries without erasures, then gives up more and more of the least sure codewords.
fn corrected(part: &[Codeword], checks: usize) -> Option<Vec<u8>> {
    let mut by_doubt: Vec<usize> = (0..part.len()).collect();
    by_doubt.sort_by(|a, b| part[*a].1.total_cmp(&part[*b].1));
    let most = checks - SPARE;
    (0..=most).step_by(2).find_map(|erased| {
        let mut block: Vec<u8> = part.iter().map(|(word, _)| *word).collect();
        let spare = if erased == 0 { 0 } else { SPARE };
        correct(&mut block, checks, &by_doubt[..erased], spare).then_some(block)
    })
}

/// Reads the segments of the data.
struct Bits<'a> {
    data: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Option<usize> {
        let mut value = 0;
        for _ in 0..count {
            let byte = *self.data.get(self.at / 8)?;
            value = (value << 1) | usize::from((byte >> (7 - self.at % 8)) & 1);
            self.at += 1;
        }
        Some(value)
    }
}

const LETTERS: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

fn text(data: &[u8], version: usize) -> Option<String> {
    let mut bits = Bits { data, at: 0 };
    let mut bytes: Vec<u8> = Vec::new();
    let is_large = version >= 10;
    // No room for another mode is an end like any.
    while let Some(mode) = bits.take(4).filter(|mode| *mode != 0) {
        match mode {
            1 => {
                let count = bits.take(if is_large { 12 } else { 10 })?;
                for at in (0..count).step_by(3) {
                    let digits = (count - at).min(3);
                    let value = bits.take(digits * 3 + 1)?;
                    bytes.extend(format!("{value:0digits$}").bytes());
                }
            }
            2 => {
                let count = bits.take(if is_large { 11 } else { 9 })?;
                for at in (0..count).step_by(2) {
                    let is_pair = at + 1 < count;
                    let value = bits.take(if is_pair { 11 } else { 6 })?;
                    if is_pair {
                        bytes.push(*LETTERS.get(value / 45)?);
                    }
                    bytes.push(*LETTERS.get(value % 45)?);
                }
            }
            4 => {
                let count = bits.take(if is_large { 16 } else { 8 })?;
                for _ in 0..count {
                    bytes.push(u8::try_from(bits.take(8)?).ok()?);
                }
            }
            _ => return None,
        }
    }
    String::from_utf8(bytes).ok().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use qrcode::{Color, EcLevel, QrCode, Version};

    fn levels(code: &QrCode) -> Levels {
        let dark = code.to_colors().into_iter().map(|color| color == Color::Dark);
        Levels::clear(code.width(), dark)
    }

    /// Digits, capitals and bytes, so that the encoder uses all three modes.
    fn text(length: usize) -> String {
        "004000060000010103SLIP-NO:$%*+./ abcdefg"
            .chars()
            .cycle()
            .take(length)
            .collect()
    }

    #[test]
    fn every_version_and_level_is_read() {
        for version in 2..=10_i16 {
            for level in [EcLevel::L, EcLevel::M, EcLevel::Q, EcLevel::H] {
                let fits = (1..300).rev().find_map(|length| {
                    let text = text(length);
                    let code = QrCode::with_version(&text, Version::Normal(version), level).ok()?;
                    Some((text, code))
                });
                let (text, code) = fits.unwrap();
                assert_eq!(decode(&levels(&code)), Some(text), "{version} {level:?}");
            }
        }
    }

    /// Level L corrects 7 % of errors; a hole of which the place is known may be twice as large.
    #[test]
    fn a_hole_costs_half_of_what_errors_cost() {
        let text = "004100060000010103004022001000000000TTST000015102TH9104809D";
        let code = QrCode::with_version(text, Version::Normal(3), EcLevel::L).unwrap();
        let mut levels = levels(&code);
        for y in 10..18 {
            for x in 12..18 {
                levels.outshine(x, y);
            }
        }
        assert_eq!(decode(&levels).as_deref(), Some(text));
    }

    #[test]
    fn other_sizes_and_noise_are_no_code() {
        for side in [21, 61] {
            assert_eq!(
                decode(&Levels::clear(side, std::iter::repeat_n(true, side * side))),
                None
            );
        }
        let mut bits = 1_u32;
        for side in [25, 29, 33] {
            let noise = (0..side * side).map(|_| {
                bits = bits.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                bits >> 31 == 1
            });
            assert_eq!(decode(&Levels::clear(side, noise)), None, "{side}");
        }
    }
}
