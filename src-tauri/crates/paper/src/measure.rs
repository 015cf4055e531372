//! Lengths on paper, in thousandths of a point: whole numbers, so that a layout is the same on every machine.

/// A length in thousandths of a point (1/72 inch).
pub(crate) type Length = i32;

/// Millimetres.
pub(crate) const fn mm(millimetres: i32) -> Length {
    // 72 points are 25.4 mm.
    (millimetres * 360_000 + 63) / 127
}

/// Tenths of a point, the usual steps of type sizes.
pub(crate) const fn pt10(tenths: i32) -> Length {
    tenths * 100
}

/// How long `units` of a face with `units_per_em` are at `size`.
pub(crate) fn from_units(units: i32, units_per_em: i32, size: Length) -> Length {
    scale(units, size, units_per_em)
}

/// How many units of a face with `units_per_em` fill `length` at `size`.
pub(crate) fn to_units(length: Length, units_per_em: i32, size: Length) -> i32 {
    scale(length, units_per_em, size)
}

/// `value * by / of`, held to the range of a length; nothing when `of` is nothing.
pub(crate) fn scale(value: i32, by: i32, of: i32) -> i32 {
    let scaled = (i64::from(value) * i64::from(by))
        .checked_div(i64::from(of))
        .unwrap_or(0);
    i32::try_from(scaled).unwrap_or(if scaled < 0 { i32::MIN } else { i32::MAX })
}
