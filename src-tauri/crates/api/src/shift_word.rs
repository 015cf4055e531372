//! The word that belongs to a business day, shown and spoken with each paid sale, so that a recorded "ding" from a
//! phone gives itself away (features.md, fraud seen).

use keptang_domain::BusinessDay;
use std::path::Path;

/// Short, unlike each other, and easy to say loudly.
const WORDS: [&str; 24] = [
    "มะลิ",
    "กุหลาบ",
    "บัวหลวง",
    "ทานตะวัน",
    "ลีลาวดี",
    "จำปี",
    "พุดซ้อน",
    "ราตรี",
    "ช้างน้อย",
    "เสือดาว",
    "กระต่าย",
    "นกยูง",
    "ปลาทอง",
    "ม้าขาว",
    "ผีเสื้อ",
    "หิ่งห้อย",
    "ทุเรียน",
    "มังคุด",
    "ส้มโอ",
    "ลิ้นจี่",
    "ขนุน",
    "มะม่วง",
    "ฝรั่ง",
    "สับปะรด",
];

/// The word of a day. A random seed kept beside the ledger makes it unguessable from the date alone.
pub(crate) fn shift_word(data_dir: &Path, day: BusinessDay) -> &'static str {
    let seed = seed(data_dir).unwrap_or_default();
    let mut mixed = seed ^ u64::from_ne_bytes(day.days().to_ne_bytes()).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    // SplitMix64 finaliser: neighbouring days must not give neighbouring words.
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    let at = usize::try_from((mixed >> 33) % 24).unwrap_or(0);
    WORDS[at]
}

fn seed(data_dir: &Path) -> Option<u64> {
    let path = data_dir.join("shift.seed");
    if let Ok(text) = std::fs::read_to_string(&path)
        && let Ok(seed) = u64::from_str_radix(text.trim(), 16)
    {
        return Some(seed);
    }
    let mut bits = [0_u8; 8];
    getrandom::fill(&mut bits).ok()?;
    let seed = u64::from_be_bytes(bits);
    std::fs::write(&path, format!("{seed:016x}\n")).ok()?;
    Some(seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_keeps_its_word_and_days_differ() {
        let dir = tempfile::tempdir().unwrap();
        let days: Vec<BusinessDay> = [
            "2026-11-20",
            "2026-11-21",
            "2026-11-22",
            "2026-11-23",
            "2026-11-24",
            "2026-11-25",
        ]
        .iter()
        .map(|day| day.parse().unwrap())
        .collect();
        let words: Vec<&str> = days.iter().map(|day| shift_word(dir.path(), *day)).collect();
        assert_eq!(
            words,
            days.iter()
                .map(|day| shift_word(dir.path(), *day))
                .collect::<Vec<_>>()
        );
        assert!(
            words.iter().collect::<std::collections::BTreeSet<_>>().len() > 1,
            "{words:?}"
        );
    }
}
