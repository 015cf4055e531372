//! The vectors of thai-qr-formats.md, section 5, every refusal by its cause, and the properties that tie the
//! generator to the parser.

use proptest::prelude::*;

use super::tlv::{Fields, Reader, TlvError, crc16, push_field};
use super::*;
use crate::Money;
use crate::money::AmountError;

const P1: &str = "00020101021129370016A000000677010111011300668012345675802TH530376463046197";
const P2: &str = "00020101021129370016A000000677010111011300668912345675802TH5303764630429C1";
const P3: &str = "00020101021129370016A000000677010111021311111111111115802TH530376463047B5A";
const P4: &str = "00020101021129370016A000000677010111021301234567890125802TH530376463040CBD";
const P6: &str = "00020101021129390016A00000067701011103150123456789012345802TH530376463049781";
const P7: &str = "00020101021229370016A000000677010111011300660000000005802TH530376454044.226304E469";
const P8: &str = "00020101021229370016A000000677010111011300668012345675802TH53037645406456.256304483D";
const P10: &str = "00020101021229370016A0000006770101110113006680111111153037645802TH540520.15630442BE";
const P12: &str = "00020101021130620016A000000677010112011301122334455660211CUSTOMER0010306INV00153037645802TH62070703SCB6304780E";
const P13: &str = "00020101021230650016A00000067701011201150994000165501000212123456789012030667042953037645802TH54073649.2263044534";
const P15: &str = "00020101021229370016A0000006770101110113006680000000053037645802TH54041.0063048D80";
const P16: &str = "00020101021229370016A0000006770101110113006680000000053037645802TH54040.0163046002";
const P17: &str = "00020101021229370016A000000677010111011300668000000005303764540599.505802TH63046CF2";
const P18: &str = "00020101021229370016A0000006770101110213010553600000053037645802TH54101234567.8963045259";
const P19: &str =
    "00020101021229370016A0000006770101110113006680000000053037645802TH540599.5062120508INV-000163045049";
const P20: &str = "00020101021230610016A00000067701011201150105536000000000209ORDER00010305POS0153037645802TH5406250.00630412A7";
const N3: &str = "00020101021129370016A0000006770101110113006680111111153037645802TH63041DCF";

fn target(text: &str) -> Target {
    text.parse().unwrap()
}

fn baht(text: &str) -> Money {
    crate::money::parse_amount(text).unwrap()
}

/// A well-formed root around `fields`, for texts no generator would write.
fn sealed(fields: &str) -> String {
    let covered = format!("{fields}6304");
    let crc = crc16(covered.as_bytes());
    format!("{covered}{crc:04X}")
}

/// The same fields with the country in front of the amount, the order of the promptparse family.
fn country_first(text: &str) -> String {
    let fields: Vec<_> = Reader::new(text)
        .map(Result::unwrap)
        .filter(|field| field.tag != 63)
        .collect();
    let place = |tag: u8| match tag {
        54 => 58,
        58 => 54,
        _ => tag,
    };
    let mut reordered = fields.clone();
    reordered.sort_by_key(|field| place(field.tag));
    let mut written = String::new();
    for field in reordered {
        push_field(&mut written, field.tag, field.value);
    }
    sealed(&written)
}

fn transfer(to: &str, amount: Option<&str>) -> PaymentQr {
    PaymentQr {
        initiation: Some(if amount.is_some() {
            Initiation::Dynamic
        } else {
            Initiation::Static
        }),
        recipient: Recipient::CreditTransfer(target(to)),
        amount: amount.map(baht),
        country: "TH".to_owned(),
        category: None,
        name: None,
        city: None,
        post_code: None,
        additional: AdditionalData::default(),
    }
}

fn bill(biller: &str, ref1: &str, ref2: &str, amount: Option<&str>) -> PaymentQr {
    let recipient = Recipient::BillPayment(BillPayment {
        biller: BillerId::new(biller).unwrap(),
        ref1: ref1.to_owned(),
        ref2: Some(ref2.to_owned()),
    });
    PaymentQr {
        recipient,
        ..transfer("0800000000", amount)
    }
}

#[test]
fn every_vector_reads_as_its_values() {
    let with_terminal = AdditionalData {
        terminal: Some("SCB".to_owned()),
        ..AdditionalData::default()
    };
    let with_reference = AdditionalData {
        reference: Some("INV-0001".to_owned()),
        ..AdditionalData::default()
    };
    for (name, text, expected) in [
        ("P1", P1, transfer("0801234567", None)),
        ("P2", P2, transfer("+66-89-123-4567", None)),
        ("P3", P3, transfer("1111111111111", None)),
        ("P4", P4, transfer("0123456789012", None)),
        ("P6", P6, transfer("012345678901234", None)),
        ("P7", P7, transfer("0000000000", Some("4.22"))),
        ("P8", P8, transfer("0801234567", Some("456.25"))),
        ("P10", P10, transfer("0801111111", Some("20.15"))),
        (
            "P12",
            P12,
            PaymentQr {
                additional: with_terminal,
                ..bill("0112233445566", "CUSTOMER001", "INV001", None)
            },
        ),
        (
            "P13",
            P13,
            bill("099400016550100", "123456789012", "670429", Some("3649.22")),
        ),
        ("P15", P15, transfer("0800000000", Some("1.00"))),
        ("P16", P16, transfer("0800000000", Some("0.01"))),
        ("P17", P17, transfer("0800000000", Some("99.50"))),
        ("P18", P18, transfer("0105536000000", Some("1234567.89"))),
        (
            "P19",
            P19,
            PaymentQr {
                additional: with_reference,
                ..transfer("0800000000", Some("99.50"))
            },
        ),
        (
            "P20",
            P20,
            bill("010553600000000", "ORDER0001", "POS01", Some("250.00")),
        ),
    ] {
        assert_eq!(parse(text), Ok(expected), "{name}");
    }
}

/// P17 is in our own tag order; P15, P16 and P18 to P20 have the country in front of the amount, so ours must
/// be theirs byte for byte once that one pair is swapped and the checksum follows.
#[test]
fn the_generator_writes_the_vectors() {
    let shop = target("0800000000");
    let amount = |text| Some(baht(text));
    let ours = credit_transfer(&shop, amount("99.50"), None).unwrap();
    assert_eq!(ours, P17);
    let biller = BillerId::new("010553600000000").unwrap();
    for (name, ours, vector) in [
        ("P15", credit_transfer(&shop, amount("1.00"), None), P15),
        ("P16", credit_transfer(&shop, amount("0.01"), None), P16),
        (
            "P18",
            credit_transfer(&target("0105536000000"), amount("1234567.89"), None),
            P18,
        ),
        (
            "P19",
            credit_transfer(&shop, amount("99.50"), Some("INV-0001")),
            P19,
        ),
        (
            "P20",
            bill_payment(&biller, "ORDER0001", Some("POS01"), amount("250.00")),
            P20,
        ),
    ] {
        let ours = ours.unwrap();
        assert_eq!(country_first(&ours), vector, "{name}");
        assert_eq!(parse(&ours), parse(vector), "{name}");
        let tags: Vec<_> = Fields::read(&ours).unwrap().tags().collect();
        assert!(tags.is_sorted(), "{name} {tags:?}");
    }
}

#[test]
fn bad_vectors_are_refused_by_cause() {
    let n1 = format!("{}FFFF", P10.strip_suffix("42BE").unwrap());
    assert_eq!(parse(&n1), Err(PaymentQrError::WrongCrc), "N1");
    assert_eq!(
        parse("AAAA0000"),
        Err(PaymentQrError::Fields(TlvError::Tag)),
        "N2"
    );
    assert_eq!(parse(N3), Err(PaymentQrError::WrongCrc), "N3");
    let true_crc = format!("{}94FC", N3.strip_suffix("1DCF").unwrap());
    assert_eq!(parse(&true_crc), Ok(transfer("0801111111", None)));
}

#[test]
fn a_slip_code_is_recognised() {
    for slip in [
        "004000060000010103002021900021231231212000115102TH91049C30",
        "0046000600000101030140225202601010TESTTESTTEST00015102TH91040C18",
        "00480002010102010203P2P0313TXN00012345670408250120249104b425",
    ] {
        assert_eq!(parse(slip), Err(PaymentQrError::IsSlip), "{slip}");
    }
}

const MOBILE: &str = "29370016A00000067701011101130066801234567";

#[test]
fn amounts_are_read_in_every_form_in_use() {
    for (form, satang) in [("20.15", 2015), ("50", 5000), ("50.5", 5050), ("0050.00", 5000)] {
        let mut fields = format!("000201010211{MOBILE}5303764");
        push_field(&mut fields, 54, form);
        let qr = parse(&sealed(&format!("{fields}5802TH"))).unwrap();
        assert_eq!(qr.amount, Some(Money::from_satang(satang)), "{form}");
        assert_eq!(qr.initiation, Some(Initiation::Static));
    }
    for (form, error) in [
        ("", AmountError::Empty),
        ("50.", AmountError::MissingDecimals),
        ("0.00", AmountError::TooSmall),
        ("1,000", AmountError::UnexpectedCharacter(',')),
        ("๕๐", AmountError::UnexpectedCharacter('๕')),
        ("-5", AmountError::UnexpectedCharacter('-')),
        ("1.005", AmountError::TooManyDecimals),
        ("10000000", AmountError::TooLarge),
    ] {
        let mut fields = format!("000201010212{MOBILE}5303764");
        push_field(&mut fields, 54, form);
        let text = sealed(&format!("{fields}5802TH"));
        assert_eq!(parse(&text), Err(PaymentQrError::Amount(error)), "{form}");
    }
}

#[test]
fn text_that_breaks_a_root_rule_is_refused() {
    use PaymentQrError as E;
    let tail = "53037645802TH";
    for (text, error) in [
        (String::new(), E::Empty),
        ("0".repeat(513), E::TooLong),
        (format!("{P1}\n"), E::ControlCharacter),
        (format!("{P1}xx"), E::AfterCrc),
        (format!("{P1}5802TH"), E::AfterCrc),
        (format!("000201{MOBILE}{tail}"), E::MissingCrc),
        (format!("000201{MOBILE}{tail}6303ABC"), E::MalformedCrc),
        (format!("000201{MOBILE}{tail}6304+ABC"), E::MalformedCrc),
        (
            format!("000201{MOBILE}{tail}6304AB"),
            E::Fields(TlvError::CutOff(63)),
        ),
        (sealed(&format!("000202{MOBILE}{tail}")), E::Format),
        (sealed(&format!("010211000201{MOBILE}{tail}")), E::Format),
        (sealed(&format!("000201010213{MOBILE}{tail}")), E::Initiation),
        (sealed(&format!("000201{MOBILE}5802TH")), E::MissingCurrency),
        (
            sealed(&format!("000201{MOBILE}53037025802TH")),
            E::ForeignCurrency,
        ),
        (sealed(&format!("000201{MOBILE}5303764")), E::MissingCountry),
        (sealed(&format!("000201{MOBILE}53037645802th")), E::Country),
        (
            sealed(&format!("000201{MOBILE}{tail}5802TH")),
            E::Fields(TlvError::Duplicate(58)),
        ),
        (sealed(&format!("000201{tail}")), E::MissingRecipient),
        (
            sealed(&format!("000201{MOBILE}{tail}62050599A")),
            E::Template {
                tag: 62,
                cause: TlvError::CutOff(5),
            },
        ),
    ] {
        assert_eq!(parse(&text), Err(error), "{text}");
    }
}

#[test]
fn recipients_that_could_mean_two_things_are_refused() {
    use PaymentQrError as E;
    let parse_template = |tag: u8, content: &str| {
        let mut fields = "000201".to_owned();
        push_field(&mut fields, tag, content);
        parse(&sealed(&format!("{fields}53037645802TH"))).map(|qr| qr.recipient)
    };
    let account = BankAccount {
        bank_code: "004".to_owned(),
        number: "1234567890".to_owned(),
    };
    assert_eq!(format!("{account:?}"), "BankAccount(004 xxxxxx7890)");
    let cross_border = BillPayment {
        biller: BillerId::new("010553600000000").unwrap(),
        ref1: "A1".to_owned(),
        ref2: None,
    };
    for (tag, content, expected) in [
        (
            29,
            "0016A00000067701011104130041234567890",
            Ok(Recipient::BankAccount(account)),
        ),
        (29, "0016A0000006770101140510ABCDEFGHIJ", Ok(Recipient::Other)),
        (26, "0009SG.PAYNOW", Ok(Recipient::Other)),
        (
            30,
            "0016A00000067701200601150105536000000000202A1",
            Ok(Recipient::BillPayment(cross_border)),
        ),
        (30, "0016A0000006770199990100", Ok(Recipient::Other)),
        (29, "01130066801234567", Err(E::MissingApplication(29))),
        (30, "0202A1", Err(E::MissingApplication(30))),
        (29, "0016A000000677010111", Err(E::MissingRecipient)),
        (
            29,
            "0016A0000006770101110113006680123456702131111111111111",
            Err(E::SeveralRecipients),
        ),
        (
            29,
            "0016A0000006770101110113006680123456704130041234567890",
            Err(E::SeveralRecipients),
        ),
        (29, "0016A00000067701011101100801234567", Err(E::Target)),
        (29, "0016A00000067701011101131166801234567", Err(E::Target)),
        (29, "0016A000000677010111021311111111111A1", Err(E::Target)),
        (29, "0016A0000006770101110403004", Err(E::BankAccount)),
        (29, "0016A0000006770101110404กกกก", Err(E::BankAccount)),
        (
            29,
            "0016A0000006770101110113",
            Err(E::Template {
                tag: 29,
                cause: TlvError::CutOff(1),
            }),
        ),
        (30, "0016A0000006770101120202A1", Err(E::Biller)),
        (30, "0016A00000067701011201030100202A1", Err(E::Biller)),
        (30, "0016A0000006770101120115010553600000000", Err(E::MissingRef1)),
    ] {
        assert_eq!(parse_template(tag, content), expected, "{tag} {content}");
    }
    let both = sealed(&format!(
        "000201{MOBILE}30440016A0000006770101120115010553600000000020153037645802TH"
    ));
    assert!(parse(&both).is_err(), "{both}");
}

#[test]
fn a_merchant_is_named_and_a_lower_case_checksum_accepted() {
    let mut additional = String::new();
    for (tag, value) in [
        (1, "B01"),
        (2, "0801234567"),
        (3, "ST1"),
        (5, "R1"),
        (7, "T1"),
        (8, "หมูปิ้ง"),
    ] {
        push_field(&mut additional, tag, value);
    }
    let mut fields = format!("000201{MOBILE}");
    for (tag, value) in [
        (52, "5812"),
        (53, "764"),
        (58, "TH"),
        (59, "ร้านป้าแดง"),
        (60, "BANGKOK"),
        (61, "10110"),
        (62, &additional),
        (80, "VAT"),
    ] {
        push_field(&mut fields, tag, value);
    }
    let text = sealed(&fields);
    let (covered, crc) = text.split_at(text.len() - 4);
    let qr = parse(&format!("{covered}{}", crc.to_lowercase())).unwrap();
    assert_eq!(qr.initiation, None);
    assert_eq!(qr.category.as_deref(), Some("5812"));
    assert_eq!(qr.name.as_deref(), Some("ร้านป้าแดง"));
    assert_eq!(qr.city.as_deref(), Some("BANGKOK"));
    assert_eq!(qr.post_code.as_deref(), Some("10110"));
    let some = |text: &str| Some(text.to_owned());
    let expected = AdditionalData {
        bill_number: some("B01"),
        store: some("ST1"),
        reference: some("R1"),
        terminal: some("T1"),
        purpose: some("หมูปิ้ง"),
    };
    assert_eq!(qr.additional, expected);
}

#[test]
fn no_error_and_no_debug_text_shows_an_id() {
    let qr = parse(P8).unwrap();
    assert!(!format!("{qr:?}").contains("801234567"), "{qr:?}");
    let qr = parse(P20).unwrap();
    assert!(!format!("{qr:?}").contains("0105536"), "{qr:?}");
}

fn any_target() -> impl Strategy<Value = Target> {
    prop_oneof!["0[0-9]{9}", "[1-9][0-9]{12}", "[0-9]{15}"].prop_map(|digits| target(&digits))
}

fn any_amount() -> impl Strategy<Value = Option<Money>> {
    proptest::option::of((1..=999_999_999_i64).prop_map(Money::from_satang))
}

proptest! {
    #[test]
    fn transfers_read_back(
        to in any_target(),
        amount in any_amount(),
        reference in proptest::option::of("[ -~]{1,25}"),
    ) {
        let text = credit_transfer(&to, amount, reference.as_deref()).unwrap();
        let qr = parse(&text).unwrap();
        prop_assert_eq!(&qr, &parse(&country_first(&text)).unwrap());
        prop_assert_eq!(qr.recipient, Recipient::CreditTransfer(to));
        prop_assert_eq!(qr.amount, amount);
        prop_assert_eq!(qr.additional.reference, reference);
        prop_assert_eq!(qr.initiation == Some(Initiation::Dynamic), amount.is_some());
    }

    #[test]
    fn bills_read_back(
        biller in "[0-9]{13}([0-9]{2})?",
        ref1 in "[A-Z0-9]{1,20}",
        ref2 in proptest::option::of("[A-Z0-9]{1,20}"),
        amount in any_amount(),
    ) {
        let biller = BillerId::new(&biller).unwrap();
        let text = bill_payment(&biller, &ref1, ref2.as_deref(), amount).unwrap();
        let qr = parse(&text).unwrap();
        prop_assert_eq!(qr.recipient, Recipient::BillPayment(BillPayment { biller, ref1, ref2 }));
        prop_assert_eq!(qr.amount, amount);
    }

    /// One changed character never yields another code: the checksum catches every burst of 8 bits.
    #[test]
    fn one_changed_character_is_noticed(at in 0..P13.len(), to in "[ -~]") {
        let mut text = P13.to_owned();
        text.replace_range(at..=at, &to);
        match parse(&text) {
            Ok(qr) => prop_assert_eq!(qr, parse(P13).unwrap(), "{}", text),
            Err(_) => prop_assert_ne!(text.as_str(), P13),
        }
    }

    #[test]
    fn any_text_is_answered(text in "\\PC*") {
        prop_assert!(parse(&text).is_err());
    }

    /// Past the checksum, so that every field's reader meets text it does not expect.
    #[test]
    fn any_fields_are_answered(
        fields in proptest::collection::vec((0..100_u8, "[0-9A-Zก .]{0,40}"), 0..8),
        template in proptest::collection::vec((0..6_u8, "[0-9ก]{0,16}"), 0..4),
    ) {
        let mut content = "0016A000000677010111".to_owned();
        template.iter().for_each(|(tag, value)| push_field(&mut content, *tag, value));
        let mut text = "000201".to_owned();
        push_field(&mut text, 53, "764");
        push_field(&mut text, 58, "TH");
        push_field(&mut text, 29, &content);
        fields.iter().for_each(|(tag, value)| push_field(&mut text, *tag, value));
        if let Ok(qr) = parse(&sealed(&text)) {
            prop_assert!(qr.amount.is_none_or(Money::is_positive));
            prop_assert_eq!(qr.country, "TH");
        }
    }
}
