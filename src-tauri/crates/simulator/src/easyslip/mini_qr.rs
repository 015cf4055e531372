//! The mini-QRs of slips: their text from facts, and back (QR page §4).

use crate::clock::bangkok_digits;

/// What a bank slip's QR says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MiniQr {
    Bank { sending_bank: String, trans_ref: String },
    Truewallet { transaction_id: String },
}

fn tlv(tag: &str, value: &str) -> String {
    format!("{tag}{:02}{value}", value.len())
}

/// CRC-16/CCITT-FALSE (QR page §1).
fn crc(text: &str) -> u16 {
    let mut crc = 0xFFFF_u16;
    for byte in text.bytes() {
        crc ^= u16::from(byte) << 8;
        for _ in 0..8 {
            let carry = crc & 0x8000 != 0;
            crc <<= 1;
            if carry {
                crc ^= 0x1021;
            }
        }
    }
    crc
}

/// The text of a bank slip's QR.
pub(super) fn bank_text(sending_bank: &str, trans_ref: &str) -> String {
    let template = tlv("00", "000001") + &tlv("01", sending_bank) + &tlv("02", trans_ref);
    let text = tlv("00", &template) + &tlv("51", "TH") + "9104";
    format!("{text}{:04X}", crc(&text))
}

/// The text of a wallet slip's QR. Its checksum is in lower case.
pub(super) fn truewallet_text(transaction_id: &str, at_ms: i64) -> String {
    let digits = bangkok_digits(at_ms);
    let day = match (digits.get(6..8), digits.get(4..6), digits.get(0..4)) {
        (Some(day), Some(month), Some(year)) => format!("{day}{month}{year}"),
        _ => String::new(),
    };
    let template = tlv("00", "01")
        + &tlv("01", "01")
        + &tlv("02", "P2P")
        + &tlv("03", transaction_id)
        + &tlv("04", &day);
    let text = tlv("00", &template) + "9104";
    format!("{text}{:04x}", crc(&text))
}

/// Splits `text` into its tags; `None` when it is no such text.
pub(super) fn split(text: &str) -> Option<Vec<(&str, &str)>> {
    let mut rest = text;
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let tag = rest.get(..2)?;
        let length = rest.get(2..4)?;
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(tag) || !is_digits(length) {
            return None;
        }
        let end = 4 + length.parse::<usize>().ok()?;
        fields.push((tag, rest.get(4..end)?));
        rest = rest.get(end..)?;
    }
    Some(fields)
}

pub(super) fn field<'a>(fields: &[(&str, &'a str)], tag: &str) -> Option<&'a str> {
    fields
        .iter()
        .find(|(name, _)| *name == tag)
        .map(|(_, value)| *value)
}

/// What stands before a right checksum of so many digits; its tag claims four whatever there are.
fn checked(text: &str, digits: usize) -> Option<&str> {
    let (covered, checksum) = text.split_at_checked(text.len().checked_sub(digits)?)?;
    let body = covered.strip_suffix("9104")?;
    (u16::from_str_radix(checksum, 16).ok()? == crc(covered)).then_some(body)
}

/// Reads a slip's QR. Some bank apps drop leading zeros of the checksum; `is_short_taken` says whether that is
/// understood.
pub(super) fn read(text: &str, is_short_taken: bool) -> Option<MiniQr> {
    let shortest = if is_short_taken { 1 } else { 4 };
    let body = (shortest..=4).rev().find_map(|digits| checked(text, digits))?;
    let fields = split(body)?;
    let template = split(field(&fields, "00")?)?;
    match field(&template, "00")? {
        "000001" => Some(MiniQr::Bank {
            sending_bank: field(&template, "01")?.to_owned(),
            trans_ref: field(&template, "02")?.to_owned(),
        }),
        "01" if field(&template, "01") == Some("01") => Some(MiniQr::Truewallet {
            transaction_id: field(&template, "03")?.to_owned(),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_the_published_vectors() {
        // QR page §6: S1, S2, S4, S8 to S15.
        for (bank, trans_ref, text) in [
            (
                "002",
                "0002123123121200011",
                "004000060000010103002021900021231231212000115102TH91049C30",
            ),
            (
                "014",
                "00111222233344ABCD12",
                "004100060000010103014022000111222233344ABCD125102TH910417DF",
            ),
            (
                "999",
                "mamauishigure",
                "0034000600000101039990213mamauishigure5102TH91046B93",
            ),
            (
                "002",
                "0000000000000000001",
                "004000060000010103002021900000000000000000015102TH9104A51E",
            ),
            (
                "004",
                "010000000000TST00001",
                "0041000600000101030040220010000000000TST000015102TH9104809D",
            ),
            (
                "006",
                "C2026000000000000000A1",
                "0043000600000101030060222C2026000000000000000A15102TH910426D2",
            ),
            (
                "011",
                "20260101000000000001",
                "0041000600000101030110220202601010000000000015102TH9104772E",
            ),
            (
                "014",
                "202601010TESTTESTTEST0001",
                "0046000600000101030140225202601010TESTTESTTEST00015102TH91040C18",
            ),
            (
                "025",
                "TEST000000000000000025",
                "0043000600000101030250222TEST0000000000000000255102TH91046E5E",
            ),
            (
                "030",
                "TEST0000000000000030",
                "0041000600000101030300220TEST00000000000000305102TH9104EDD1",
            ),
            (
                "069",
                "610000000001",
                "00330006000001010306902126100000000015102TH9104C3A6",
            ),
        ] {
            assert_eq!(bank_text(bank, trans_ref), text);
            let expected = MiniQr::Bank {
                sending_bank: bank.to_owned(),
                trans_ref: trans_ref.to_owned(),
            };
            assert_eq!(read(text, false), Some(expected), "{text}");
        }
        // T1 and T3.
        let noon = |text: &str| {
            let time: jiff::Timestamp = text.parse().unwrap();
            time.as_millisecond()
        };
        for (id, at_ms, text) in [
            (
                "TXN0001234567",
                noon("2024-01-25T12:00:00+07:00"),
                "00480002010102010203P2P0313TXN00012345670408250120249104b425",
            ),
            (
                "50000000000001",
                noon("2026-12-31T12:00:00+07:00"),
                "00490002010102010203P2P0314500000000000010408311220269104c96a",
            ),
        ] {
            assert_eq!(truewallet_text(id, at_ms), text);
            let transaction_id = id.to_owned();
            assert_eq!(read(text, false), Some(MiniQr::Truewallet { transaction_id }));
        }
    }

    #[test]
    fn a_checksum_may_look_like_its_own_tag() {
        let texts = (0..1_000_000).map(|number| bank_text("004", &format!("{number:020}")));
        let text = texts.into_iter().find(|text| text.ends_with("91049104")).unwrap();
        assert!(read(&text, true).is_some() && read(&text, false).is_some());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bank in "[0-9]{3}", trans_ref in "[0-9A-Za-z]{1,35}") {
            let expected = MiniQr::Bank { sending_bank: bank.clone(), trans_ref: trans_ref.clone() };
            prop_assert_eq!(read(&bank_text(&bank, &trans_ref), false), Some(expected));
        }

        #[test]
        fn nothing_makes_it_stumble(text in "\\PC{0,80}") {
            prop_assert_eq!(read(&text, true), None);
        }
    }

    #[test]
    fn what_is_no_slip_is_not_read() {
        let s12 = "0046000600000101030140225202601010TESTTESTTEST00015102TH9104";
        assert!(read(&format!("{s12}C18"), true).is_some());
        for (text, is_short_taken) in [
            (format!("{s12}C18"), false),
            (format!("{s12}0C19"), true),
            (format!("{s12}0C1800"), true),
            ("009900060000010103014".to_owned(), true),
            ("00100006000001".to_owned(), true),
            (String::new(), true),
            ("ไทย9104".to_owned(), true),
            // A payment QR (P17).
            (
                "00020101021229370016A000000677010111011300668000000005303764540599.505802TH63046CF2"
                    .to_owned(),
                true,
            ),
        ] {
            assert_eq!(read(&text, is_short_taken), None, "{text}");
        }
    }
}
