//! The page's examples and everything that real answers do otherwise, read from the fixtures.

use super::*;
use crate::easyslip::calls;
use crate::http::Answer;
use keptang_domain::slip::judge::{Fault as FaultKind, LookupFailure, Outage};
use proptest::prelude::*;

fn fixture(name: &str) -> Vec<u8> {
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/providers/easyslip"
    );
    std::fs::read(format!("{root}/{name}.json")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn read(status: u16, body: Vec<u8>, kind: SlipKind) -> Result<SlipAnswer, SlipError> {
    let data = calls::data(Answer {
        status,
        body,
        retry_after_ms: None,
    })?;
    let slip = Slip::read(&data).ok_or(SlipError::Unusable { part: "rawSlip" })?;
    answer(slip, kind, None)
}

fn bank(case: &str) -> Result<SlipAnswer, SlipError> {
    read(200, fixture(&format!("verify_bank/{case}")), SlipKind::Bank)
}

fn facts(case: &str) -> SlipFacts {
    bank(case)
        .unwrap_or_else(|error| panic!("{case}: {error:?}"))
        .facts
}

fn wallet(case: &str) -> Result<SlipAnswer, SlipError> {
    read(
        200,
        fixture(&format!("verify_truewallet/{case}")),
        SlipKind::TrueMoneyWallet,
    )
}

fn number(text: &str) -> Option<MaskedNumber> {
    MaskedNumber::read(text)
}

/// What the page's example says (easyslip.md §3).
fn example() -> SlipFacts {
    let both = |th: &str, en: Option<&str>| (Some(th.to_owned()), en.map(str::to_owned));
    let party = |bank, account, proxy, (name_th, name_en)| Party {
        bank: BankCode::new(bank),
        account: number(account),
        proxy,
        name_th,
        name_en,
    };
    SlipFacts {
        reference: SlipRef {
            sending_bank: SendingBank::from_word("004").unwrap(),
            trans_ref: TransRef::new("68370160657749I376388B35").unwrap(),
        },
        amount: Money::from_satang(150_000),
        // 2024-01-15T07:30:00Z
        sent_at: Timestamp::from_ms(1_705_303_800_000),
        sender: party(
            "004",
            "123-4-xxxxx-5",
            None,
            both("นาย ผู้โอน ทดสอบ", Some("MR. SENDER TEST")),
        ),
        receiver: party(
            "014",
            "xxx-x-x5678-x",
            Some(Proxy {
                kind: ProxyKind::Mobile,
                number: number("08xxxxxxxx89"),
            }),
            both("บริษัท ตัวอย่าง จำกัด", None),
        ),
        matched: Some(party(
            "004",
            "123-4-56789-0",
            None,
            both("บริษัท ตัวอย่าง จำกัด", Some("EXAMPLE CO., LTD.")),
        )),
    }
}

#[test]
fn the_page_s_example_gives_every_fact() {
    let answer = bank("page_example").unwrap();
    assert_eq!(answer.facts, example());
    assert_eq!(
        (answer.is_duplicate, answer.is_amount_matched),
        (Some(false), Some(true))
    );
}

#[test]
fn other_writings_of_the_same_transfer_are_the_same_facts() {
    for case in [
        "duplicate",
        "amount_differs",
        "no_order_amount",
        "currency_764",
        "currency_764_number",
        "currency_empty_local_zero",
        "currency_missing",
        "merchant_id_empty",
        "merchant_id_missing",
        "bank_names_long",
        "amounts_as_text",
        "amount_plain",
        "amount_missing",
        "payload_of_another",
        "date_utc",
        "duplicate_unknown",
        "unknown_fields",
    ] {
        assert_eq!(facts(case), example(), "{case}");
    }
}

#[test]
fn notes_of_the_verifier_are_passed_on_and_nothing_more() {
    for (case, is_duplicate, is_amount_matched) in [
        ("duplicate", Some(true), Some(true)),
        ("duplicate_unknown", None, Some(true)),
        ("amount_differs", Some(false), Some(false)),
        ("no_order_amount", Some(false), None),
    ] {
        let answer = bank(case).unwrap();
        assert_eq!(
            (answer.is_duplicate, answer.is_amount_matched),
            (is_duplicate, is_amount_matched),
            "{case}"
        );
    }
}

#[test]
fn what_is_missing_stays_unknown() {
    assert_eq!(facts("not_matched").matched, None);
    assert_eq!(facts("matched_pseudo_bank").matched.unwrap().bank, None);
    assert_eq!(facts("matched_bare").matched, Some(Party::default()));
    for case in ["receiver_bank_missing", "receiver_bank_empty"] {
        let receiver = facts(case).receiver;
        assert_eq!(
            (receiver.bank, receiver.account),
            (None, number("xxx-x-x5678-x")),
            "{case}"
        );
    }
    let receiver = facts("receiver_proxy_only").receiver;
    assert_eq!((receiver.bank, receiver.account), (None, None));
    assert_eq!(receiver.proxy, example().receiver.proxy);
    let en_only = facts("names_en_only");
    assert_eq!(en_only.receiver.name_th, None);
    assert_eq!(en_only.receiver.name_en.as_deref(), Some("EXAMPLE CO"));
    assert_eq!(en_only.sender.name_th, None);
    let nameless = facts("names_missing");
    assert_eq!((nameless.sender.name_th, nameless.receiver.name_en), (None, None));
}

#[test]
fn numbers_are_kept_as_printed_and_only_of_real_accounts() {
    for (case, receiver, sender) in [
        ("mask_other_places", Some("1234xxxx5678"), Some("xxx-x-xx345-6")),
        ("account_unmasked", Some("014-2-55678-9"), Some("004-1-23456-7")),
        ("account_token", None, Some("123-4-xxxxx-5")),
        ("account_dummy", None, Some("123-4-xxxxx-5")),
        ("account_unknown_type", None, Some("123-4-xxxxx-5")),
    ] {
        let facts = facts(case);
        assert_eq!(facts.receiver.account, receiver.and_then(number), "{case}");
        assert_eq!(facts.sender.account, sender.and_then(number), "{case}");
    }
    for (case, kind, digits) in [
        ("proxy_natid", ProxyKind::NationalId, Some("x-xxxx-xxxx1-23-4")),
        ("proxy_ewalletid", ProxyKind::EWallet, Some("14000xxxxxx4321")),
        ("proxy_billerid", ProxyKind::Biller, Some("010553600000000")),
        ("proxy_email", ProxyKind::Email, None),
    ] {
        let number = digits.and_then(number);
        assert_eq!(facts(case).receiver.proxy, Some(Proxy { kind, number }), "{case}");
    }
    assert_eq!(facts("proxy_crystalball").receiver.proxy, None);
}

#[test]
fn amounts_are_exact() {
    for (case, satang) in [
        ("amount_one_satang", 1),
        ("amount_29_satang", 29),
        ("amount_1_10", 110),
        ("amount_19_99", 1_999),
        ("amount_1500_5", 150_050),
        ("page_example", 150_000),
        ("amount_1e3", 100_000),
        ("amount_largest", 9_999_999_999),
    ] {
        assert_eq!(facts(case).amount.satang(), satang, "{case}");
    }
}

#[test]
fn an_answer_that_cannot_be_judged_is_not_used() {
    for (case, part) in [
        ("amount_three_decimals", "amount"),
        ("amount_float_artefact", "amount"),
        ("amount_zero", "amount"),
        ("amount_negative", "amount"),
        ("amount_huge", "amount"),
        ("amount_commas", "amount"),
        ("amount_contradicts", "amount"),
        ("amount_local_contradicts", "amount"),
        ("amount_missing_everywhere", "amount"),
        ("amount_twice_escaped", "amount"),
        ("currency_usd", "currency"),
        ("currency_list", "currency"),
        ("sender_bank_missing", "sender bank"),
        ("trans_ref_missing", "transRef"),
        ("trans_ref_spaced", "transRef"),
        ("trans_ref_too_long", "transRef"),
        ("date_without_offset", "date"),
        ("date_words", "date"),
        ("date_missing", "date"),
        ("no_raw_slip", "rawSlip"),
        ("raw_slip_list", "rawSlip"),
        ("null_everything", "transRef"),
    ] {
        let error = bank(case).unwrap_err();
        assert_eq!(error, SlipError::Unusable { part }, "{case}");
        assert_eq!(error.failure(), LookupFailure::Outage(Outage::Ours));
    }
}

#[test]
fn what_is_no_answer_is_a_lost_one() {
    for case in [
        "no_data",
        "data_null",
        "no_success",
        "success_as_text",
        "success_with_error",
        "name_twice",
        "half",
        "empty",
        "list",
        "html",
    ] {
        let error = bank(case).unwrap_err();
        assert_eq!(error, SlipError::OutcomeUnknown, "{case}");
        assert_eq!(error.failure(), LookupFailure::Outage(Outage::Unreachable));
    }
    // Success under a status that says otherwise.
    for status in [301, 400, 404] {
        let error = read(status, fixture("verify_bank/page_example"), SlipKind::Bank).unwrap_err();
        assert_eq!(error, SlipError::OutcomeUnknown, "{status}");
    }
}

#[test]
fn a_transfer_is_named_by_its_code_first() {
    let named = |case: &str, asked: Option<&SlipRef>| {
        let data = calls::data(Answer {
            status: 200,
            body: fixture(&format!("verify_bank/{case}")),
            retry_after_ms: None,
        })
        .unwrap();
        let answer = answer(Slip::read(&data).unwrap(), SlipKind::Bank, asked).unwrap();
        answer.facts.reference.sending_bank.word().to_owned()
    };
    // The code in the answer says 004, the sender 025.
    assert_eq!(named("payload_of_s9", None), "004");
    let asked = |trans_ref: &str| SlipRef {
        sending_bank: SendingBank::from_word("011").unwrap(),
        trans_ref: TransRef::new(trans_ref).unwrap(),
    };
    assert_eq!(
        named("payload_of_s9", Some(&asked("010000000000TST00001"))),
        "011"
    );
    // A code of another transfer names nothing here, whoever sent it.
    assert_eq!(
        named("payload_of_s9", Some(&asked("010000000000TST00002"))),
        "004"
    );
    assert_eq!(named("payload_of_another", None), "004");
}

#[test]
fn a_wallet_s_slip_has_its_own_shape() {
    let facts = wallet("verified").unwrap().facts;
    assert_eq!(facts.reference.sending_bank, SendingBank::TrueMoney);
    assert_eq!(facts.reference.trans_ref.as_str(), "50000000000001");
    assert_eq!(facts.amount.satang(), 12_000);
    assert_eq!(facts.sender.name_th.as_deref(), Some("ผู้โอน ท***"));
    assert_eq!(
        facts.receiver.proxy,
        Some(Proxy {
            kind: ProxyKind::TrueMoneyPhone,
            number: number("098-***-4321"),
        })
    );
    for case in [
        "duplicate",
        "transaction_id_number",
        "amount_object",
        "amount_text",
    ] {
        assert_eq!(wallet(case).unwrap().facts, facts, "{case}");
    }
    let both = wallet("name_object").unwrap().facts.receiver;
    assert_eq!(both.name_en.as_deref(), Some("EXAMPLE SHOP"));
    assert_eq!(wallet("no_phone").unwrap().facts.receiver.proxy, None);
    assert_eq!(wallet("no_parties").unwrap().facts.receiver, Party::default());
    for (case, part) in [
        ("trans_ref_instead", "transactionId"),
        ("amount_three_decimals", "amount"),
    ] {
        assert_eq!(wallet(case).unwrap_err(), SlipError::Unusable { part }, "{case}");
    }
    // The shape of one kind is no answer about the other.
    let error = read(200, fixture("verify_truewallet/verified"), SlipKind::Bank).unwrap_err();
    assert_eq!(error, SlipError::Unusable { part: "transRef" });
}

#[test]
fn evidence_shows_no_name_and_no_whole_number() {
    let kept: Value = serde_json::from_str(&bank("account_unmasked").unwrap().kept).unwrap();
    assert_eq!(
        kept,
        json!({
            "verifier": "easyslip",
            "kind": "bank",
            "sending_bank": "004",
            "trans_ref": "68370160657749I376388B35",
            "sent_at_ms": 1_705_303_800_000_i64,
            "amount": "1500.00",
            "currency": "THB",
            "fee": "0.00",
            "sender": { "bank": "004", "account": "xxx-x-xx456-7" },
            "receiver": {
                "bank": "014",
                "account": "xxx-x-xx678-9",
                "proxy_type": "MSISDN",
                "proxy": "xxxxxx5689",
            },
            "matched_account": { "bank": "004", "account": "xxx-x-xx789-0" },
            "is_duplicate": false,
            "is_amount_matched": true,
        })
    );
    let kept: Value = serde_json::from_str(&wallet("verified").unwrap().kept).unwrap();
    assert_eq!(
        kept["receiver"],
        json!({ "proxy_type": "TRUEMONEY_PHONE", "proxy": "xxx-***-4321" })
    );
    assert_eq!(kept["kind"], "truemoney_wallet");
}

fn misconfigured(code: &'static str, setting: &str) -> impl Fn(&SlipError) -> bool {
    move |error| {
        matches!(error, SlipError::Misconfigured(found)
        if found.fault.code == code && found.fault.setting == setting)
    }
}

fn refusal(status: u16, case: &str) -> SlipError {
    read(status, fixture(&format!("error/{case}")), SlipKind::Bank).unwrap_err()
}

#[test]
fn each_error_has_its_action() {
    use LookupFailure as Class;
    let ours = Class::Outage(Outage::Ours);
    let theirs = Class::Outage(Outage::Theirs);
    let unreachable = Class::Outage(Outage::Unreachable);
    let (key, account) = (Class::Fault(FaultKind::Key), Class::Fault(FaultKind::Account));
    for (status, case, class) in [
        // The page's table, row by row (§5).
        (400, "validation_error", ours),
        (400, "url_protocol_not_allowed", ours),
        (400, "url_invalid_ip_range", ours),
        (400, "image_url_unreachable", ours),
        (400, "invalid_image_type", ours),
        (400, "image_size_too_large", Class::PictureRefused),
        (400, "invalid_image_format", Class::PictureRefused),
        (400, "invalid_image", Class::NoSlipInPicture),
        (422, "invalid_image", Class::NoSlipInPicture),
        (404, "invalid_image", Class::NoSlipInPicture),
        (401, "missing_api_key", key),
        (401, "invalid_api_key", key),
        (403, "branch_inactive", account),
        (403, "service_banned", account),
        (403, "service_deleted", account),
        (403, "user_banned", account),
        (401, "user_banned", account),
        (400, "user_banned", account),
        (403, "ip_not_allowed", Class::Fault(FaultKind::Address)),
        (403, "quota_exceeded", Class::Outage(Outage::QuotaGone)),
        (404, "slip_not_found", Class::NotFound),
        (404, "slip_pending", Class::Pending),
        (404, "not_found", ours),
        (429, "rate_limited", Class::Outage(Outage::Busy)),
        (500, "api_server_error", theirs),
        (500, "internal_server_error", theirs),
        (400, "account_not_match", Class::OtherReceiver),
        (400, "account_not_match_lower", Class::OtherReceiver),
        (400, "amount_not_match", Class::OtherAmount),
        (400, "amount_not_match_lower", Class::OtherAmount),
        // Under another status their word still decides.
        (200, "slip_pending", Class::Pending),
        (200, "quota_exceeded", Class::Outage(Outage::QuotaGone)),
        (429, "quota_exceeded", Class::Outage(Outage::QuotaGone)),
        (200, "api_server_error", theirs),
        // An unknown word is classed by the status, and is never about the slip.
        (400, "something_new", ours),
        (401, "something_new", key),
        (403, "something_new", account),
        (404, "something_new", ours),
        (408, "something_new", theirs),
        (418, "something_new", ours),
        (500, "something_new", theirs),
        (503, "something_new", theirs),
        (200, "something_new", unreachable),
        (404, "v1_shape", ours),
        (403, "gateway_message", account),
        (404, "code_number", ours),
        (404, "error_text", ours),
        (400, "empty_object", ours),
        // What accuses a slip is not believed beside a status of the account's or of EasySlip's own trouble.
        (401, "slip_not_found", key),
        (403, "slip_not_found", account),
        (403, "invalid_image", account),
        (429, "slip_not_found", Class::Outage(Outage::Busy)),
        (500, "slip_not_found", theirs),
        (502, "invalid_image", theirs),
        // No answer of theirs at all.
        (200, "html", unreachable),
        (400, "html", unreachable),
        (401, "html", unreachable),
        (403, "html", unreachable),
        (404, "html", unreachable),
        (404, "empty", unreachable),
        (404, "half", unreachable),
        (404, "code_twice", ours),
        (302, "html", unreachable),
        (502, "html", theirs),
        (503, "empty", theirs),
        (429, "html", Class::Outage(Outage::Busy)),
        (413, "html", Class::PictureRefused),
    ] {
        assert_eq!(refusal(status, case).failure(), class, "{status} {case}");
    }
}

#[test]
fn each_wrong_setting_is_named() {
    const KEY: &str = "KEPTANG_SECRET__EASYSLIP__API_KEY";
    const ACCOUNT: &str = "EasySlip account";
    for (status, case, code, setting) in [
        (401, "missing_api_key", "bad_key", KEY),
        (401, "invalid_api_key", "bad_key", KEY),
        (403, "ip_not_allowed", "ip_not_allowed", "IP allow-list"),
        (403, "branch_inactive", "disabled", ACCOUNT),
        (403, "service_banned", "disabled", ACCOUNT),
        (403, "service_deleted", "disabled", ACCOUNT),
        (403, "user_banned", "disabled", ACCOUNT),
        (403, "something_new", "other", ACCOUNT),
    ] {
        let error = refusal(status, case);
        assert!(misconfigured(code, setting)(&error), "{case}: {error:?}");
    }
}

#[test]
fn a_pause_they_ask_for_is_passed_on() {
    for status in [429, 503] {
        let error = failure(status, None, Some(7_000));
        assert_eq!(error.retry_after_ms(), Some(7_000), "{status}");
    }
}

#[test]
fn errors_repeat_nothing_of_what_they_echo() {
    for status in [400, 401, 403, 404, 500] {
        let error = refusal(status, "echoes_secrets");
        let printed = format!("{error:?} {error}");
        assert!(
            !printed.to_lowercase().contains("canary") && !printed.contains("0812345678"),
            "{printed}"
        );
    }
}

#[test]
fn facts_are_printed_without_names_and_whole_numbers() {
    let printed = format!("{:?}", bank("account_unmasked").unwrap());
    for hidden in [
        "ทดสอบ",
        "SENDER",
        "EXAMPLE",
        "014-2-55678-9",
        "0812345689",
        "123-4-56789-0",
    ] {
        assert!(!printed.contains(hidden), "{hidden} in {printed}");
    }
    let data = calls::data(Answer {
        status: 200,
        body: fixture("verify_bank/account_unmasked"),
        retry_after_ms: None,
    })
    .unwrap();
    let printed = format!("{:?}", Slip::read(&data).unwrap());
    for hidden in ["ทดสอบ", "EXAMPLE", "55678", "0812345689", "56789"] {
        assert!(!printed.contains(hidden), "{hidden} in {printed}");
    }
}

fn info(case: &str) -> SlipAccount {
    let data = calls::data(Answer {
        status: 200,
        body: fixture(&format!("info/{case}")),
        retry_after_ms: None,
    })
    .unwrap();
    account(Info::read(&data), Timestamp::from_ms(5))
}

#[test]
fn the_account_is_read_without_the_owner_s_address() {
    let full = info("answered");
    assert_eq!(
        full,
        SlipAccount {
            application: Some("ร้านตัวอย่าง".to_owned()),
            branch: Some("สาขา 1".to_owned()),
            is_branch_active: Some(true),
            product: Some("Starter".to_owned()),
            quota: Quota {
                used: Some(120),
                max: Allowance::Checks(500),
                remaining: Allowance::Checks(380),
                as_of: Timestamp::from_ms(5),
            },
            // 2026-12-01T00:00:00+07:00
            expires_at: Some(Timestamp::from_ms(1_796_058_000_000)),
        }
    );
    assert_eq!(info("numbers_as_text"), full);
    assert_eq!(info("remaining_missing").quota.remaining, Allowance::Checks(380));
}

#[test]
fn no_limit_is_told_from_no_answer() {
    use Allowance::{Checks, Unknown, Unlimited};
    for (case, used, max, remaining, is_low, is_used_up) in [
        ("answered", Some(120), Checks(500), Checks(380), false, false),
        ("unlimited", Some(120), Unlimited, Unlimited, false, false),
        ("low", Some(451), Checks(500), Checks(49), true, false),
        ("used_up", Some(500), Checks(500), Checks(0), true, true),
        ("overdrawn", Some(507), Checks(500), Checks(0), true, true),
        ("odd_numbers", None, Unknown, Unknown, false, false),
        ("bare", None, Unknown, Unknown, false, false),
    ] {
        let quota = info(case).quota;
        assert_eq!(
            (quota.used, quota.max, quota.remaining),
            (used, max, remaining),
            "{case}"
        );
        assert_eq!(
            (quota.is_low(), quota.is_used_up()),
            (is_low, is_used_up),
            "{case}"
        );
    }
}

/// Every amount written in a body, as satang.
fn sums_in(body: &str) -> Vec<i64> {
    let numeric = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
    body.split(|c| !numeric(c))
        .filter_map(|text| crate::decimal::Decimal::parse(text).ok()?.baht().ok())
        .map(Money::satang)
        .collect()
}

proptest! {
    #[test]
    fn no_body_makes_it_panic(status in 100_u16..600, body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(status, body, SlipKind::Bank);
    }

    #[test]
    fn a_damaged_answer_never_yields_an_amount_it_does_not_hold(
        wallets in any::<bool>(),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..12, "[-0-9.eE,:{}\"a-z\\[\\]]{0,6}"), 1..4),
    ) {
        let (case, kind) = if wallets {
            ("verify_truewallet/verified", SlipKind::TrueMoneyWallet)
        } else {
            ("verify_bank/page_example", SlipKind::Bank)
        };
        let mut body = fixture(case);
        for (at, length, instead) in cuts {
            let at = at.index(body.len() + 1);
            let end = (at + length).min(body.len());
            body.splice(at..end, instead.into_bytes());
        }
        if let Ok(answer) = read(200, body.clone(), kind) {
            let body = String::from_utf8(body).unwrap();
            let satang = answer.facts.amount.satang();
            prop_assert!(satang > 0 && sums_in(&body).contains(&satang), "{satang} in {body}");
        }
    }

    #[test]
    fn every_amount_is_read_back_exactly_in_every_writing(satang in 1_i64..=999_999_999_999, quoted in any::<bool>(), places in 0_usize..3) {
        let fixed = Money::from_satang(satang).to_string();
        let short = crate::decimal::shortest(Money::from_satang(satang));
        let text = [fixed.clone(), short, format!("{fixed}0")][places].clone();
        let text = if quoted { format!("\"{text}\"") } else { text };
        let body = String::from_utf8(fixture("verify_bank/page_example")).unwrap().replace("1500.00", &text);
        let facts = read(200, body.into_bytes(), SlipKind::Bank).unwrap().facts;
        prop_assert_eq!(facts.amount.satang(), satang);
    }

    #[test]
    fn a_tenth_of_a_satang_is_never_rounded(satang in 0_i64..=9_999_999, tenth in 1_u8..10) {
        let text = format!("{}{tenth}", Money::from_satang(satang));
        let body = String::from_utf8(fixture("verify_bank/page_example")).unwrap().replace("1500.00", &text);
        prop_assert_eq!(
            read(200, body.into_bytes(), SlipKind::Bank).unwrap_err(),
            SlipError::Unusable { part: "amount" }
        );
    }
}
