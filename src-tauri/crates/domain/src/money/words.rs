//! Amounts in Thai words, as a receipt and the paid screen say them.
//!
//! Reading only: words are never parsed back into money.

use super::Money;

/// Below the million, by place: ones, tens … hundred thousands.
const PLACES: [&str; 6] = ["", "สิบ", "ร้อย", "พัน", "หมื่น", "แสน"];

impl Money {
    /// The amount in Thai words: `สองร้อยห้าสิบบาทห้าสิบสตางค์`, `หนึ่งร้อยบาทถ้วน`. A negative amount begins
    /// with `ลบ`.
    ///
    /// A last 1 is เอ็ด wherever a higher digit stands before it, so 101 is หนึ่งร้อยเอ็ด: the common reading,
    /// and the one the Royal Society gives.
    pub fn thai_words(self) -> String {
        let size = self.satang().unsigned_abs();
        let (baht, satang) = (size / 100, size % 100);
        let mut words = String::new();
        if self.is_negative() {
            words.push_str("ลบ");
        }
        if baht > 0 || satang == 0 {
            push_number(&mut words, baht);
            words.push_str("บาท");
        }
        if satang == 0 {
            words.push_str("ถ้วน");
        } else {
            push_number(&mut words, satang);
            words.push_str("สตางค์");
        }
        words
    }
}

fn push_number(words: &mut String, number: u64) {
    if number == 0 {
        words.push_str("ศูนย์");
        return;
    }
    let digits = number.to_string();
    for (index, digit) in digits.chars().enumerate() {
        let place = digits.len() - 1 - index;
        push_digit(words, digit, place % PLACES.len(), index == 0);
        // Thai counts millions of millions by saying the word again, so it is due even after six zeros.
        if place > 0 && place.is_multiple_of(PLACES.len()) {
            words.push_str("ล้าน");
        }
    }
}

fn push_digit(words: &mut String, digit: char, place: usize, leads: bool) {
    words.push_str(match (digit, place) {
        ('0', _) => return,
        ('1', 0) if !leads => "เอ็ด",
        ('1', 1) => "",
        ('2', 1) => "ยี่",
        ('1', _) => "หนึ่ง",
        ('2', _) => "สอง",
        ('3', _) => "สาม",
        ('4', _) => "สี่",
        ('5', _) => "ห้า",
        ('6', _) => "หก",
        ('7', _) => "เจ็ด",
        ('8', _) => "แปด",
        _ => "เก้า",
    });
    words.push_str(PLACES[place]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_people_say_them() {
        for (satang, words) in [
            (0, "ศูนย์บาทถ้วน"),
            (1, "หนึ่งสตางค์"),
            (10, "สิบสตางค์"),
            (11, "สิบเอ็ดสตางค์"),
            (25, "ยี่สิบห้าสตางค์"),
            (100, "หนึ่งบาทถ้วน"),
            (101, "หนึ่งบาทหนึ่งสตางค์"),
            (1000, "สิบบาทถ้วน"),
            (1100, "สิบเอ็ดบาทถ้วน"),
            (1200, "สิบสองบาทถ้วน"),
            (2000, "ยี่สิบบาทถ้วน"),
            (2100, "ยี่สิบเอ็ดบาทถ้วน"),
            (2221, "ยี่สิบสองบาทยี่สิบเอ็ดสตางค์"),
            (10_000, "หนึ่งร้อยบาทถ้วน"),
            (10_100, "หนึ่งร้อยเอ็ดบาทถ้วน"),
            (11_000, "หนึ่งร้อยสิบบาทถ้วน"),
            (11_111, "หนึ่งร้อยสิบเอ็ดบาทสิบเอ็ดสตางค์"),
            (25_050, "สองร้อยห้าสิบบาทห้าสิบสตางค์"),
            (100_100, "หนึ่งพันเอ็ดบาทถ้วน"),
            (1_002_000, "หนึ่งหมื่นยี่สิบบาทถ้วน"),
            (65_432_100, "หกแสนห้าหมื่นสี่พันสามร้อยยี่สิบเอ็ดบาทถ้วน"),
            (100_000_000, "หนึ่งล้านบาทถ้วน"),
            (100_000_100, "หนึ่งล้านเอ็ดบาทถ้วน"),
            (123_456_789, "หนึ่งล้านสองแสนสามหมื่นสี่พันห้าร้อยหกสิบเจ็ดบาทแปดสิบเก้าสตางค์"),
            (
                999_999_999,
                "เก้าล้านเก้าแสนเก้าหมื่นเก้าพันเก้าร้อยเก้าสิบเก้าบาทเก้าสิบเก้าสตางค์",
            ),
            (1_100_000_000, "สิบเอ็ดล้านบาทถ้วน"),
            (2_100_002_100, "ยี่สิบเอ็ดล้านยี่สิบเอ็ดบาทถ้วน"),
            (100_000_000_000_000, "หนึ่งล้านล้านบาทถ้วน"),
            (200_000_300_000_000, "สองล้านสามล้านบาทถ้วน"),
            (-12_050, "ลบหนึ่งร้อยยี่สิบบาทห้าสิบสตางค์"),
            (-5, "ลบห้าสตางค์"),
        ] {
            assert_eq!(Money::from_satang(satang).thai_words(), words, "{satang} satang");
        }
    }

    #[test]
    fn the_ends_of_the_type_have_words() {
        let words = Money::from_satang(i64::MIN).thai_words();
        // 92,233,720,368,547,758.08
        assert_eq!(
            words,
            "ลบเก้าหมื่นสองพันสองร้อยสามสิบสามล้านเจ็ดแสนสองหมื่นสามร้อยหกสิบแปดล้าน\
             ห้าแสนสี่หมื่นเจ็ดพันเจ็ดร้อยห้าสิบแปดบาทแปดสตางค์"
        );
    }
}
