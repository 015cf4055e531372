//! QR's error correction (ISO/IEC 18004, section 7.5 and annex A), with erasures.
//!
//! ZXing corrects errors only. A codeword that is known to be unreadable, under a lamp's reflection for one, costs half
//! as much when the decoder is told so.

/// Exponents and logarithms in GF(256) with x^8 + x^4 + x^3 + x^2 + 1.
struct Field {
    powers: [u8; 255],
    logs: [u8; 256],
}

const FIELD: Field = Field::new();

impl Field {
    const fn new() -> Self {
        let (mut powers, mut logs) = ([0; 255], [0; 256]);
        let mut value: u16 = 1;
        let mut at: u8 = 0;
        while at < 255 {
            powers[at as usize] = value.to_le_bytes()[0];
            logs[value as usize] = at;
            value <<= 1;
            if value & 0x100 != 0 {
                value ^= 0x11d;
            }
            at += 1;
        }
        Self { powers, logs }
    }

    fn power(exponent: usize) -> u8 {
        FIELD.powers[exponent % 255]
    }

    fn times(a: u8, b: u8) -> u8 {
        if a == 0 || b == 0 {
            return 0;
        }
        Self::power(usize::from(FIELD.logs[usize::from(a)]) + usize::from(FIELD.logs[usize::from(b)]))
    }

    fn over(a: u8, b: u8) -> u8 {
        if a == 0 {
            return 0;
        }
        Self::power(usize::from(FIELD.logs[usize::from(a)]) + 255 - usize::from(FIELD.logs[usize::from(b)]))
    }
}

/// The value of a polynomial, constant term first.
fn value_at(polynomial: &[u8], x: u8) -> u8 {
    let terms = polynomial.iter().rev();
    terms.fold(0, |sum, term| Field::times(sum, x) ^ term)
}

fn product(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut out = vec![0; a.len() + b.len() - 1];
    for (i, a) in a.iter().enumerate() {
        for (j, b) in b.iter().enumerate() {
            out[i + j] ^= Field::times(*a, *b);
        }
    }
    out
}

/// Corrects a block in place, knowing that nothing can be said of the codewords at `erased`.
///
/// At least `spare` of the check codewords are left to vouch for the result. `false` when the block cannot be
/// corrected; its content means nothing then.
pub(super) fn correct(block: &mut [u8], checks: usize, erased: &[usize], spare: usize) -> bool {
    let syndromes = syndromes(block, checks);
    if syndromes.iter().all(|syndrome| *syndrome == 0) {
        return true;
    }
    let Some(free) = checks.checked_sub(erased.len() + spare) else {
        return false;
    };
    let last = block.len() - 1;
    // Codeword `at` is the coefficient of x^(last - at).
    let erasures = erased.iter().fold(vec![1], |locator, at| {
        product(&locator, &[1, Field::power(last - at)])
    });
    let mut shifted = product(&syndromes, &erasures);
    shifted.truncate(checks);
    let errors = shortest_register(&shifted[erased.len()..]);
    if errors.len() - 1 > free / 2 {
        return false;
    }
    let locator = product(&errors, &erasures);
    let mut evaluator = product(&syndromes, &locator);
    evaluator.truncate(checks);
    // The formal derivative keeps the odd terms only.
    let slope: Vec<u8> = locator.iter().skip(1).step_by(2).copied().collect();

    let mut roots = 0;
    for (at, codeword) in block.iter_mut().enumerate() {
        let place = last - at;
        let inverse = Field::power(255 - place % 255);
        if value_at(&locator, inverse) != 0 {
            continue;
        }
        roots += 1;
        let slope = value_at(&slope, Field::times(inverse, inverse));
        if slope == 0 {
            return false;
        }
        let size = Field::over(value_at(&evaluator, inverse), slope);
        *codeword ^= Field::times(size, Field::power(place));
    }
    roots == locator.len() - 1
        && self::syndromes(block, checks)
            .iter()
            .all(|syndrome| *syndrome == 0)
}

fn syndromes(block: &[u8], checks: usize) -> Vec<u8> {
    let at = |exponent| {
        let x = Field::power(exponent);
        block
            .iter()
            .fold(0, |sum, codeword| Field::times(sum, x) ^ codeword)
    };
    (0..checks).map(at).collect()
}

/// Berlekamp and Massey's algorithm: the shortest recurrence that gives the sequence, without trailing zeros.
fn shortest_register(sequence: &[u8]) -> Vec<u8> {
    let (mut register, mut before) = (vec![1_u8], vec![1_u8]);
    let (mut length, mut shift, mut scale) = (0, 1, 1_u8);
    for at in 0..sequence.len() {
        let terms = register.iter().enumerate().take(at + 1);
        let gap = terms.fold(0, |sum, (back, term)| {
            sum ^ Field::times(*term, sequence[at - back])
        });
        if gap == 0 {
            shift += 1;
            continue;
        }
        let old = register.clone();
        register.resize(register.len().max(before.len() + shift), 0);
        let factor = Field::over(gap, scale);
        for (place, term) in before.iter().enumerate() {
            register[place + shift] ^= Field::times(factor, *term);
        }
        if 2 * length <= at {
            (length, before, scale, shift) = (at + 1 - length, old, gap, 1);
        } else {
            shift += 1;
        }
    }
    while register.len() > 1 && register.last() == Some(&0) {
        register.pop();
    }
    register
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Long division by the generator, the way an encoder does it.
    fn with_checks(data: &[u8], checks: usize) -> Vec<u8> {
        let generator = (0..checks).fold(vec![1], |of, at| product(&of, &[Field::power(at), 1]));
        let mut rest = [data, &vec![0; checks]].concat();
        for at in 0..data.len() {
            let lead = rest[at];
            for (place, term) in generator.iter().rev().enumerate() {
                rest[at + place] ^= Field::times(lead, *term);
            }
        }
        [data, &rest[data.len()..]].concat()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn all_that_theory_allows_is_corrected(
            data in prop::collection::vec(any::<u8>(), 9..60),
            checks in 7_usize..30,
            part in 0.0..1.0_f64,
            wrong in prop::collection::vec(1_u8..=255, 30),
            start: prop::sample::Index,
        ) {
            let sound = with_checks(&data, checks);
            let erased = (part * checks as f64) as usize;
            let errors = (checks - erased) / 2;
            let mut block = sound.clone();
            let places: Vec<usize> = (0..erased + errors).map(|at| (start.index(sound.len()) + at) % sound.len()).collect();
            for (place, wrong) in places.iter().zip(&wrong) {
                block[*place] ^= wrong;
            }
            prop_assert!(correct(&mut block, checks, &places[..erased], 0));
            prop_assert_eq!(block, sound);
        }
    }

    #[test]
    fn too_much_damage_is_refused() {
        let sound = with_checks(b"0041000600000101030040220", 10);
        let mut block = sound.clone();
        for (at, codeword) in block.iter_mut().enumerate().take(11) {
            *codeword ^= at.to_le_bytes()[0] + 1;
        }
        let all: Vec<usize> = (0..11).collect();
        assert!(!correct(&mut block, 10, &all, 0), "eleven erasures, ten checks");
        let mut block = sound;
        for codeword in block.iter_mut().take(9) {
            *codeword ^= 0x5a;
        }
        assert!(
            !correct(&mut block, 10, &all[..9], 2),
            "two checks are to be spared"
        );
    }
}
