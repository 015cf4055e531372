//! Who was paid, in tables: every printed form of the pages, the shop's accounts being one of them, or another's.

use proptest::prelude::*;

use super::*;

const NAMES: [&str; 2] = ["นาย สมชาย ใจดี", "Somchai Jaidee"];

fn account(bank: &str, number: &str, names: &[&str], promptpay: Option<&str>) -> ShopAccount {
    let names = names.iter().map(|name| (*name).to_owned());
    ShopAccount::new(bank, number, names, promptpay).unwrap()
}

fn id(text: &str) -> ShopAccount {
    ShopAccount::promptpay(text.parse().unwrap())
}

fn paid(bank: &str, number: &str, name: &str) -> Party {
    Party {
        bank: BankCode::new(bank),
        account: MaskedNumber::read(number),
        proxy: None,
        name_th: (!name.is_empty()).then(|| name.to_owned()),
        name_en: None,
    }
}

fn with_proxy(party: Party, kind: ProxyKind, number: &str) -> Party {
    Party {
        proxy: Some(Proxy {
            kind,
            number: MaskedNumber::read(number),
        }),
        ..party
    }
}

fn paid_to(kind: ProxyKind, number: &str, name: &str) -> Party {
    with_proxy(paid("", "", name), kind, number)
}

const fn doubt(doubt: ReceiverDoubt) -> ReceiverMatch {
    ReceiverMatch::CannotTell(doubt)
}

const ELSE: ReceiverMatch = ReceiverMatch::SomebodyElse;

#[test]
fn an_account_is_known_by_its_visible_digits_and_name() {
    let shop = [
        account("014", "1112223334", &[], None),
        account("004", "123-4-55678-9", &NAMES, None),
    ];
    let ours = ReceiverMatch::Shop(1);
    for (receiver, expected) in [
        (paid("004", "xxx-x-x5678-x", "นาย สมชาย ใ"), ours),
        (paid("004", "xxx-x-x5678-x", "SOMCHAI J"), ours),
        (paid("004", "xxx-x-x5678-x", ""), ours),
        (paid("", "123-4-xxxxx-9", "สมชาย ใxxx"), ours),
        (paid("004", "1234xxxx98", "สมชาย ใจดี"), ELSE),
        (paid("004", "1234xxx789", "สมชาย ใจดี"), ours),
        // A whole number needs no name, whatever a bank prints there.
        (paid("004", "1234556789", "ร้านกาแฟ"), ours),
        (paid("004", "1234556780", "สมชาย ใจดี"), ELSE),
        (paid("004", "xxx-x-x5679-x", "นาย สมชาย ใจดี"), ELSE),
        (
            paid("004", "xxx-x-x5678-x", "นาย สมศักดิ์ ร"),
            doubt(ReceiverDoubt::OtherName),
        ),
        (
            paid("025", "xxx-x-x5678-x", "สมชาย ใจดี"),
            doubt(ReceiverDoubt::OtherBank),
        ),
        (paid("025", "xxx-x-x1234-x", "สมชาย ใจดี"), ELSE),
        (paid("025", "xxx-x-xxxxx-x", "สมชาย ใจดี"), ELSE),
        (paid("025", "", "สมชาย ใจดี"), ELSE),
        // A code that stands for another bank says nothing about the bank.
        (paid("001", "xxx-x-x5678-x", "สมชาย ใจดี"), ours),
        (
            paid("004", "xxx-x-xx678-x", "สมชาย ใจดี"),
            doubt(ReceiverDoubt::TooFewDigits),
        ),
        (
            paid("004", "xxx-x-xxxxx-x", "สมชาย ใจดี"),
            doubt(ReceiverDoubt::NothingToCompare),
        ),
        (
            paid("004", "", "สมชาย ใจดี"),
            doubt(ReceiverDoubt::NothingToCompare),
        ),
        (paid("", "", ""), doubt(ReceiverDoubt::NothingToCompare)),
        // Places are not known when the length is another; then the name must help.
        (paid("004", "xxx5678xxxxxx", "สมชาย ใจดี"), ours),
        (
            paid("004", "xxx5678xxxxxx", ""),
            doubt(ReceiverDoubt::TooFewDigits),
        ),
        (
            paid("004", "xxx5678xxxxxx", "วันดี มีสุข"),
            doubt(ReceiverDoubt::TooFewDigits),
        ),
        (
            paid("004", "xxx5679xxxxxx", "สมชาย ใจดี"),
            doubt(ReceiverDoubt::TooFewDigits),
        ),
        // At the ends they are.
        (paid("004", "12xxxxxxxxx89", ""), ours),
        (
            paid("004", "12xxxxxxxxx89", "วันดี มีสุข"),
            doubt(ReceiverDoubt::OtherName),
        ),
        (paid("014", "xxx-x-x2333-x", "ใครก็ได้"), ReceiverMatch::Shop(0)),
    ] {
        assert_eq!(compare(&receiver, None, &shop), expected, "{receiver:?}");
    }
}

#[test]
fn a_merged_bank_keeps_its_accounts() {
    let shop = [account("065", "1234556789", &[], None)];
    for bank in ["011", "065", "076"] {
        let receiver = paid(bank, "xxx-x-x5678-x", "");
        assert_eq!(compare(&receiver, None, &shop), ReceiverMatch::Shop(0), "{bank}");
    }
}

#[test]
fn a_promptpay_id_is_known_in_every_printed_form() {
    let phone = [id("0812345689")];
    let national = [id("1234567890123")];
    let wallet = [id("004000012345678")];
    let truemoney = [account("TRUEMONEYWALLET", "0981234321", &[], None)];
    let truemoney_id = [id("140000981234321")];
    let company = [id("0105536000000")];
    let ours = ReceiverMatch::Shop(0);
    use ProxyKind as Kind;
    for (shop, kind, number, expected) in [
        (&phone[..], Kind::Mobile, "081-xxx-5689", ours),
        (&phone, Kind::Mobile, "xxx-xxx-5689", ours),
        (&phone, Kind::Mobile, "0812345689", ours),
        (&phone, Kind::Mobile, "6681xxx5689", ours),
        (&phone, Kind::Mobile, "+66 81 234 5689", ours),
        (&phone, Kind::Mobile, "0066xxxxx5689", ours),
        (&phone, Kind::Mobile, "xxx-xxx-5680", ELSE),
        (&phone, Kind::Mobile, "6689xxx5689", ELSE),
        (
            &phone,
            Kind::Mobile,
            "xxxxxxxx89",
            doubt(ReceiverDoubt::TooFewDigits),
        ),
        (
            &phone,
            Kind::Mobile,
            "xxxxxxxxxx",
            doubt(ReceiverDoubt::NothingToCompare),
        ),
        (
            &phone,
            Kind::Mobile,
            "xxx2345xxxxx",
            doubt(ReceiverDoubt::TooFewDigits),
        ),
        // The given page's own mask, two places longer than any number.
        (&phone, Kind::Mobile, "08xxxxxxxx89", ours),
        (
            &phone,
            Kind::Mobile,
            "08xxxxxxxx88",
            doubt(ReceiverDoubt::TooFewDigits),
        ),
        (&phone, Kind::Mobile, "", doubt(ReceiverDoubt::NothingToCompare)),
        (
            &phone,
            Kind::NationalId,
            "x-xxxx-xxxx0-12-3",
            doubt(ReceiverDoubt::NothingToCompare),
        ),
        (&phone, Kind::Email, "", doubt(ReceiverDoubt::NothingToCompare)),
        (&national, Kind::NationalId, "x-xxxx-xxxx0-12-3", ours),
        (&national, Kind::NationalId, "1-2345-xxxxx-xx-x", ours),
        (&national, Kind::NationalId, "x-xxxx-xxxx0-12-4", ELSE),
        (&wallet, Kind::EWallet, "0040000xxxx5678", ours),
        (&wallet, Kind::EWallet, "0040000xxxx5679", ELSE),
        (&truemoney, Kind::EWallet, "14000xxxxxx4321", ours),
        (&truemoney, Kind::EWallet, "14000xxxxxx4322", ELSE),
        (&truemoney, Kind::TrueMoneyPhone, "098-***-4321", ours),
        (&truemoney, Kind::TrueMoneyPhone, "098-***-4322", ELSE),
        (
            &truemoney,
            Kind::Mobile,
            "098-xxx-4321",
            doubt(ReceiverDoubt::NothingToCompare),
        ),
        (&truemoney_id, Kind::TrueMoneyPhone, "098-***-4321", ours),
        (&truemoney_id, Kind::EWallet, "14000xxxxxx4321", ours),
        // The shop's phone may have a wallet; another phone may be the shop's wallet all the same.
        (&phone, Kind::TrueMoneyPhone, "081-***-5689", ours),
        (
            &phone,
            Kind::TrueMoneyPhone,
            "098-***-4321",
            doubt(ReceiverDoubt::NothingToCompare),
        ),
        (&company, Kind::Biller, "0105536000000", ours),
        // The bank's suffix, or its own number for the shop.
        (
            &company,
            Kind::Biller,
            "010553600000001",
            doubt(ReceiverDoubt::NothingToCompare),
        ),
        (
            &company,
            Kind::Biller,
            "099400016550100",
            doubt(ReceiverDoubt::NothingToCompare),
        ),
    ] {
        let receiver = paid_to(kind, number, "");
        assert_eq!(compare(&receiver, None, shop), expected, "{kind:?} {number}");
    }
}

#[test]
fn account_and_promptpay_id_must_not_contradict() {
    let linked = [account("004", "1234556789", &NAMES, Some("0812345689"))];
    let both = [id("0812345689"), linked[0].clone()];
    let apart = [account("004", "1234556789", &NAMES, None), id("0812345689")];
    let right_id = |party| with_proxy(party, ProxyKind::Mobile, "xxxxxx5689");
    let wrong_id = |party| with_proxy(party, ProxyKind::Mobile, "xxxxxx5680");
    let hidden_id = |party| with_proxy(party, ProxyKind::Mobile, "xxxxxxxxxx");
    let right = || paid("004", "xxx-x-x5678-x", "สมชาย ใ");
    let wrong = |name| paid("004", "xxx-x-x1111-x", name);
    let contradiction = doubt(ReceiverDoubt::Contradiction);
    for (shop, receiver, expected) in [
        (&linked[..], right_id(right()), ReceiverMatch::Shop(0)),
        (&linked, hidden_id(right()), ReceiverMatch::Shop(0)),
        (&linked, wrong_id(right()), contradiction),
        (&linked, right_id(wrong("สมชาย ใ")), contradiction),
        (&linked, wrong_id(wrong("สมชาย ใ")), ELSE),
        (&linked, hidden_id(wrong("สมชาย ใ")), ELSE),
        (
            &linked,
            right_id(paid("004", "xxx-x-xx678-x", "")),
            ReceiverMatch::Shop(0),
        ),
        (&linked, wrong_id(paid("004", "xxx-x-xx678-x", "")), contradiction),
        // The same ID once more without its account opens no gap.
        (&both, right_id(wrong("สมชาย ใ")), contradiction),
        (&both, wrong("สมชาย ใ"), ELSE),
        // Nobody said which account is behind this ID, so any may be.
        (&apart, right_id(wrong("สมชาย ใ")), ReceiverMatch::Shop(1)),
        (&apart, wrong("สมชาย ใ"), doubt(ReceiverDoubt::UnlistedAccount)),
        (&apart, wrong("วันดี มีสุข"), ELSE),
        (&apart, wrong(""), ELSE),
        (&apart, wrong_id(wrong("สมชาย ใ")), ELSE),
        (&apart, wrong_id(paid("", "", "สมชาย ใ")), ELSE),
    ] {
        assert_eq!(compare(&receiver, None, shop), expected, "{receiver:?}");
    }
}

#[test]
fn the_verifiers_match_helps_only_where_the_slip_shows_too_little() {
    let shop = [account("004", "1234556789", &NAMES, None)];
    let found = paid("004", "123-4-55678-9", "Somchai Jaidee");
    let other = paid("004", "999-9-99999-9", "Somchai Jaidee");
    for (receiver, matched, expected) in [
        (paid("004", "", "ร้าน"), Some(&found), ReceiverMatch::Shop(0)),
        (
            paid("004", "xxxxxxxx89", ""),
            Some(&found),
            ReceiverMatch::Shop(0),
        ),
        (
            paid_to(ProxyKind::Biller, "099400016550100", ""),
            Some(&found),
            ReceiverMatch::Shop(0),
        ),
        (
            paid("004", "", "ร้าน"),
            Some(&other),
            doubt(ReceiverDoubt::NothingToCompare),
        ),
        (
            paid("004", "", "ร้าน"),
            None,
            doubt(ReceiverDoubt::NothingToCompare),
        ),
        (paid("004", "xxx-x-x5679-x", ""), Some(&found), ELSE),
        (
            paid("004", "xxx-x-x5678-x", "วันดี มีสุข"),
            Some(&found),
            doubt(ReceiverDoubt::OtherName),
        ),
        (
            paid("025", "xxx-x-x5678-x", ""),
            Some(&found),
            doubt(ReceiverDoubt::OtherBank),
        ),
        // It registers accounts on its own list, so nothing found there says nothing.
        (paid("004", "xxx-x-x5678-x", ""), None, ReceiverMatch::Shop(0)),
    ] {
        assert_eq!(
            compare(&receiver, matched, &shop),
            expected,
            "{receiver:?} {matched:?}"
        );
    }
    assert_eq!(
        compare(&found, Some(&found), &[]),
        doubt(ReceiverDoubt::NoShopAccounts)
    );
}

#[test]
fn an_owners_account_is_read_or_refused_by_cause() {
    for (bank, number, promptpay, error) in [
        ("SCB", "1234567890", None, ShopAccountError::Bank),
        ("", "1234567890", None, ShopAccountError::Bank),
        ("004", "12345", None, ShopAccountError::Number),
        ("004", "123456789x", None, ShopAccountError::Number),
        ("004", &"1".repeat(21), None, ShopAccountError::Number),
        ("TRUEWALLET", "1234567890", None, ShopAccountError::Number),
        (
            "004",
            "1234567890",
            Some("12"),
            ShopAccountError::PromptPay(TargetError::DigitCount(2)),
        ),
    ] {
        let made = ShopAccount::new(bank, number, [], promptpay);
        assert_eq!(made.unwrap_err(), error, "{bank} {number}");
    }
    let made = ShopAccount::new(" 004 ", "123-4-56789 0", [], Some("081-234-5678")).unwrap();
    assert_eq!(format!("{made:?}"), "ShopAccount(004)");
    assert_eq!(format!("{:?}", id("0812345678")), "ShopAccount(promptpay)");
    assert_eq!(
        format!("{:?}", paid("004", "1234567890", "สมชาย")),
        "Party { bank: Some(BankCode(004)), account: Some(MaskedNumber(xxxxxx7890)), proxy: None, .. }"
    );
}

/// The shop's number with some digits hidden.
fn hide(digits: &str, hidden: &[bool]) -> String {
    let places = digits.chars().zip(hidden);
    places
        .map(|(digit, hidden)| if *hidden { 'x' } else { digit })
        .collect()
}

proptest! {
    #[test]
    fn hiding_digits_of_a_right_account_never_makes_it_somebody_elses(
        digits in "[0-9]{10}",
        phone in "0[0-9]{9}",
        hidden in proptest::collection::vec(any::<bool>(), 10),
        hidden_phone in proptest::collection::vec(any::<bool>(), 10),
        shows_bank in any::<bool>(),
        shows_proxy in any::<bool>(),
        name in prop_oneof![Just(""), Just("นาย สมชาย ใ"), Just("SOMCHAI JAIDEE"), Just("ร้านกาแฟ")],
    ) {
        let shop = [account("014", "9988776655", &[], None), account("004", &digits, &NAMES, Some(&phone))];
        let mut receiver = paid(if shows_bank { "004" } else { "" }, &hide(&digits, &hidden), name);
        if shows_proxy {
            receiver = with_proxy(receiver, ProxyKind::Mobile, &hide(&phone, &hidden_phone));
        }
        let result = compare(&receiver, None, &shop);
        prop_assert_ne!(result, ReceiverMatch::SomebodyElse);
        if hidden.iter().filter(|hidden| !**hidden).count() >= 4 && name != "ร้านกาแฟ" {
            prop_assert!(matches!(result, ReceiverMatch::Shop(_)), "{result:?}");
        }
    }

    #[test]
    fn a_changed_visible_digit_is_never_the_shops(
        digits in "[0-9]{10}",
        hidden in proptest::collection::vec(any::<bool>(), 10),
        at in 0_usize..10,
        by in 1_u8..10,
        shows_bank in any::<bool>(),
        name in prop_oneof![Just(""), Just("นาย สมชาย ใจดี"), Just("SOMCHAI JAIDEE")],
        is_matched in any::<bool>(),
    ) {
        let shop = [account("004", &digits, &NAMES, Some("0812345689"))];
        let mut changed = digits.clone().into_bytes();
        changed[at] = (changed[at] - b'0' + by) % 10 + b'0';
        let mut hidden = hidden;
        hidden[at] = false;
        let printed = hide(&String::from_utf8(changed).unwrap(), &hidden);
        let bank = if shows_bank { "004" } else { "" };
        let registered = paid("004", &digits, "Somchai Jaidee");
        let matched = is_matched.then_some(&registered);
        let receiver = paid(bank, &printed, name);
        prop_assert_eq!(compare(&receiver, matched, &shop), ReceiverMatch::SomebodyElse);
        let receiver = with_proxy(receiver, ProxyKind::Mobile, "0812345689");
        prop_assert_eq!(
            compare(&receiver, matched, &shop),
            ReceiverMatch::CannotTell(ReceiverDoubt::Contradiction)
        );
    }

    #[test]
    fn a_name_alone_never_makes_it_the_shops(name in prop_oneof![Just("สมชาย ใจดี".to_owned()), "\\PC*"]) {
        let shop = [account("004", "1234556789", &NAMES, Some("0812345689"))];
        let result = compare(&paid("", "", &name), None, &shop);
        prop_assert_eq!(result, ReceiverMatch::CannotTell(ReceiverDoubt::NothingToCompare));
    }
}
