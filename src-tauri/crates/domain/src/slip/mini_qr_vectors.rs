//! The vectors of thai-qr-formats.md, section 6, every refusal by its cause, and properties. Only samples that
//! libraries publish and synthetic ones: a real slip points at somebody's transfer.

use proptest::prelude::*;

use super::*;
use crate::promptpay::tlv::push_field;

const S1: &str = "004000060000010103002021900021231231212000115102TH91049C30";
const S12: &str = "0046000600000101030140225202601010TESTTESTTEST00015102TH91040C18";
const T1: &str = "00480002010102010203P2P0313TXN00012345670408250120249104b425";
const T3: &str = "00490002010102010203P2P0314500000000000010408311220269104c96a";
const P10: &str = "00020101021229370016A0000006770101110113006680111111153037645802TH540520.15630442BE";

fn sealed(fields: &str, crc_tag: &str) -> String {
    let covered = format!("{fields}{crc_tag}");
    let crc = crc16(covered.as_bytes());
    format!("{covered}{crc:04X}")
}

fn field(tag: u8, value: &str) -> String {
    let mut text = String::new();
    push_field(&mut text, tag, value);
    text
}

fn bank_fields(bank: &str, reference: &str) -> String {
    let template = field(0, "000001") + &field(1, bank) + &field(2, reference);
    field(0, &template) + &field(51, "TH")
}

fn truemoney_fields(markers: [&str; 2], event: &str, id: &str, day: &str) -> String {
    let template =
        field(0, markers[0]) + &field(1, markers[1]) + &field(2, event) + &field(3, id) + &field(4, day);
    field(0, &template)
}

fn bank(code: &SlipCode) -> &BankSlipCode {
    match code {
        SlipCode::Bank(code) => code,
        other => panic!("expected a bank slip, got {other:?}"),
    }
}

#[test]
fn published_bank_slips_are_read() {
    for (text, code, reference) in [
        (S1, "002", "0002123123121200011"),
        (
            "004100060000010103014022000111222233344ABCD125102TH910417DF",
            "014",
            "00111222233344ABCD12",
        ),
        (
            "0034000600000101039990213mamauishigure5102TH91046B93",
            "999",
            "mamauishigure",
        ),
        (
            "004000060000010103002021900000000000000000015102TH9104A51E",
            "002",
            "0000000000000000001",
        ),
        (
            "0041000600000101030040220010000000000TST000015102TH9104809D",
            "004",
            "010000000000TST00001",
        ),
        (
            "0043000600000101030060222C2026000000000000000A15102TH910426D2",
            "006",
            "C2026000000000000000A1",
        ),
        (
            "0041000600000101030110220202601010000000000015102TH9104772E",
            "011",
            "20260101000000000001",
        ),
        (S12, "014", "202601010TESTTESTTEST0001"),
        (
            "0043000600000101030250222TEST0000000000000000255102TH91046E5E",
            "025",
            "TEST000000000000000025",
        ),
        (
            "0041000600000101030300220TEST00000000000000305102TH9104EDD1",
            "030",
            "TEST0000000000000030",
        ),
        (
            "00330006000001010306902126100000000015102TH9104C3A6",
            "069",
            "610000000001",
        ),
    ] {
        let read = read(text);
        let slip = bank(&read);
        assert_eq!(
            (slip.sending_bank.as_str(), slip.trans_ref.as_str()),
            (code, reference)
        );
        assert_eq!((slip.payload.as_str(), &slip.payload_padded), (text, &None));
        let name = read.reference().unwrap();
        assert_eq!(
            (name.sending_bank.word(), name.trans_ref.as_str()),
            (code, reference)
        );
    }
}

#[test]
fn truemoney_slips_are_read_with_a_checksum_in_either_case() {
    for (text, id, day) in [
        (T1, "TXN0001234567", "2024-01-25"),
        (&T1.replace("b425", "B425"), "TXN0001234567", "2024-01-25"),
        (T3, "50000000000001", "2026-12-31"),
    ] {
        let code = read(text);
        assert_eq!(
            code,
            SlipCode::TrueMoney(TrueMoneySlipCode {
                event: "P2P".to_owned(),
                transaction_id: TransRef::new(id).unwrap(),
                day: day.parse().unwrap(),
            }),
            "{text}"
        );
        assert_eq!(code.reference().unwrap().sending_bank.word(), "truemoney");
    }
}

#[test]
fn dropped_zeros_of_the_checksum_are_put_back() {
    let dropped = S12.replace("91040C18", "9104C18");
    let code = read(&dropped);
    assert_eq!(bank(&code).trans_ref.as_str(), "202601010TESTTESTTEST0001");
    assert_eq!(bank(&code).payload, dropped);
    assert_eq!(bank(&code).payload_padded.as_deref(), Some(S12));
    // The digits that are left must still be the right ones, at the right end.
    for wrong in ["91040C1", "9104C1", "910418", "91048", "9104C180"] {
        let text = S12.replace("91040C18", wrong);
        assert_eq!(read(&text), SlipCode::Damaged(Damage::WrongCrc), "{wrong}");
    }
    assert_eq!(
        read(&S12.replace("91040C18", "9104")),
        SlipCode::Damaged(Damage::MalformedCrc)
    );
}

#[test]
fn two_and_three_zeros_are_put_back_too() {
    let mut seen = [false; 4];
    for number in 0..40_000 {
        let whole = sealed(&bank_fields("014", &format!("REF{number:09}")), CRC);
        let (covered, crc) = whole.split_at(whole.len() - 4);
        let short = crc.trim_start_matches('0');
        let zeros = crc.len() - short.len();
        if zeros > 3 || seen[zeros] {
            continue;
        }
        seen[zeros] = true;
        let code = read(&format!("{covered}{short}"));
        let expected = (zeros > 0).then_some(whole.as_str());
        assert_eq!(bank(&code).payload_padded.as_deref(), expected, "{zeros} zeros");
    }
    assert_eq!(seen, [true; 4]);
}

#[test]
fn a_payment_code_is_told_apart_whole_or_damaged() {
    for text in [
        "00020101021129370016A000000677010111011300668012345675802TH530376463046197",
        P10,
        "00020101021130620016A000000677010112011301122334455660211CUSTOMER0010306INV00153037645802TH62070703SCB6304780E",
        "00020101021230650016A00000067701011201150994000165501000212123456789012030667042953037645802TH54073649.2263044534",
        // A wrong checksum makes it no more of a slip: N1, N3 of section 5.
        &P10.replace("42BE", "FFFF"),
        "00020101021129370016A0000006770101110113006680111111153037645802TH63041DCF",
        "|099400016550100\r123456789012\r670429\r364922",
        "|0112233445566\rCUSTOMER001\rINV001\r0",
    ] {
        assert_eq!(read(text), SlipCode::PaymentQr, "{text}");
        assert_eq!(read(text).reference(), None);
    }
}

#[test]
fn junk_is_no_slip() {
    for (text, reason) in [
        ("", NotASlip::Empty),
        (" \r\n", NotASlip::Empty),
        ("AAAA0000", NotASlip::OtherKind),
        ("https://example.com/slip", NotASlip::OtherKind),
        ("8850999320007", NotASlip::OtherKind),
        ("|123\rA", NotASlip::OtherKind),
        ("|0112233445566", NotASlip::OtherKind),
        ("00", NotASlip::OtherKind),
        ("004", NotASlip::OtherKind),
        ("004๐0006000001", NotASlip::OtherKind),
        // Another API type.
        (
            &sealed("004000060000020103002021900021231231212000115102TH", CRC),
            NotASlip::OtherKind,
        ),
        // One of TrueMoney's two markers alone.
        (
            &sealed(&truemoney_fields(["01", "02"], "P2P", "TXN1", "25012024"), CRC),
            NotASlip::OtherKind,
        ),
        (
            &sealed(&truemoney_fields(["02", "01"], "P2P", "TXN1", "25012024"), CRC),
            NotASlip::OtherKind,
        ),
    ] {
        assert_eq!(read(text), SlipCode::NotASlip(reason), "{text:?}");
        assert!(!read(text).is_worth_a_picture());
    }
    let long = sealed(&(bank_fields("014", "REF1") + &field(60, &"A".repeat(99))), CRC);
    assert_eq!(read(&long), SlipCode::NotASlip(NotASlip::TooLong));
}

#[test]
fn a_broken_slip_code_says_how() {
    for (text, damage) in [
        // X3, X4 and X6 of the page.
        ("009900060000010103014", Damage::Fields(TlvError::CutOff(0))),
        ("00100006000001", Damage::MissingCrc),
        (&format!("{S1}0"), Damage::AfterCrc),
        (&format!("{S1}00"), Damage::AfterCrc),
        (&format!("{S1}AB"), Damage::AfterCrc),
        (&S1.replace("0002123", "0002124"), Damage::WrongCrc),
        (&S1.replace("9C30", "9C31"), Damage::WrongCrc),
        (&S1.replace("9C30", "9C3G"), Damage::MalformedCrc),
        (&S1.replace("9C30", "+C30"), Damage::MalformedCrc),
        (&S1.replace("91049C30", ""), Damage::MissingCrc),
        (
            &S1.replace("91049C30", "91"),
            Damage::Fields(TlvError::Length(91)),
        ),
        (&S1.replace("91049C30", "91059C300"), Damage::MissingCrc),
        (&T1.replace("b425", "b426"), Damage::WrongCrc),
        (
            &sealed(&(bank_fields("014", "REF1") + &field(51, "TH")), CRC),
            Damage::Fields(TlvError::Duplicate(51)),
        ),
        (
            &sealed(&format!("{}5102TH", field(0, "000600000101030140299A")), CRC),
            Damage::Template(TlvError::CutOff(2)),
        ),
    ] {
        assert_eq!(read(text), SlipCode::Damaged(damage), "{text}");
        assert!(read(text).is_worth_a_picture());
    }
}

#[test]
fn an_odd_code_with_a_right_checksum_is_left_to_the_picture() {
    let template_of = |content: &str| sealed(&(field(0, content) + &field(51, "TH")), CRC);
    for text in [
        // Checksum under tag 63, no country: an oddity that a library holds as a sample.
        sealed(
            &field(0, &(field(0, "000001") + &field(1, "014") + &field(2, "REF1"))),
            PAYMENT_CRC,
        ),
        sealed(&bank_fields("014", "REF1"), PAYMENT_CRC),
        sealed(
            &field(0, &(field(0, "000001") + &field(1, "014") + &field(2, "REF1"))),
            CRC,
        ),
        sealed(&bank_fields("014", "REF1").replace("5102TH", "5102SG"), CRC),
        template_of("0006000001"),
        template_of(&(field(0, "000001") + &field(1, "014"))),
        template_of(&(field(0, "000001") + &field(2, "REF1"))),
        template_of(&(field(0, "000001") + &field(1, "14") + &field(2, "REF1"))),
        template_of(&(field(0, "000001") + &field(1, "014") + &field(2, ""))),
        template_of(&(field(0, "000001") + &field(1, "014") + &field(2, &"A".repeat(36)))),
        template_of(&(field(0, "000001") + &field(1, "014") + &field(2, "REF 1"))),
        sealed(
            &(truemoney_fields(["01", "01"], "P2P", "TXN1", "25012024") + "5102TH"),
            CRC,
        ),
        sealed(
            &truemoney_fields(["01", "01"], "P2P", "TXN1", "25012024"),
            PAYMENT_CRC,
        ),
        sealed(&truemoney_fields(["01", "01"], "", "TXN1", "25012024"), CRC),
        sealed(&truemoney_fields(["01", "01"], "P2P", "", "25012024"), CRC),
        sealed(&truemoney_fields(["01", "01"], "P2P", "TXN1", "31022024"), CRC),
        sealed(&truemoney_fields(["01", "01"], "P2P", "TXN1", "2501202"), CRC),
        sealed(&truemoney_fields(["01", "01"], "P2P", "TXN1", "+5012024"), CRC),
    ] {
        assert_eq!(read(&text), SlipCode::NotASlip(NotASlip::Unusual), "{text}");
        assert!(read(&text).is_worth_a_picture());
    }
}

#[test]
fn white_space_of_a_scanner_is_not_part_of_the_code() {
    let code = read(&format!(" {S1}\r\n"));
    assert_eq!(bank(&code).payload, S1);
    assert_eq!(
        read(&S1.replace("5102TH", "5102TH ")),
        SlipCode::Damaged(Damage::Fields(TlvError::Tag))
    );
}

#[test]
fn root_tags_may_stand_in_any_order_between_template_and_checksum() {
    let template = field(0, &(field(0, "000001") + &field(1, "014") + &field(2, "REF1")));
    let text = sealed(&format!("{template}{}5102TH", field(60, "BANGKOK")), CRC);
    assert_eq!(bank(&read(&text)).trans_ref.as_str(), "REF1");
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC*") {
        let code = read(&text);
        prop_assert!(!matches!(code, SlipCode::Bank(_) | SlipCode::TrueMoney(_)));
    }

    #[test]
    fn any_text_that_begins_as_a_slip_is_answered(tail in "[0-9A-F]{0,80}") {
        read(&format!("00400006000001{tail}"));
        read(&format!("0048000201010201{tail}"));
    }

    #[test]
    fn every_reference_reads_back(bank_code in "[0-9]{3}", reference in "[0-9A-Za-z]{1,35}") {
        prop_assume!(bank_code != "076");
        let text = sealed(&bank_fields(&bank_code, &reference), CRC);
        let code = read(&text);
        prop_assert_eq!(bank(&code).sending_bank.as_str(), bank_code);
        prop_assert_eq!(bank(&code).trans_ref.as_str(), reference);
    }

    #[test]
    fn one_changed_character_is_never_a_slip_of_another_transfer(
        at in 0..S1.len(),
        to in "[0-9A-Za-z]",
    ) {
        let mut text = S1.to_owned();
        text.replace_range(at..=at, &to);
        if let Some(reference) = read(&text).reference() {
            // Only the checksum's own letters may change their case.
            prop_assert!(text.eq_ignore_ascii_case(S1));
            prop_assert_eq!(Some(reference), read(S1).reference());
        }
    }
}
