use super::*;
use crate::json::Object;
use proptest::prelude::*;
use serde_json::Value;

const DP: &str = "DP1640995200ABC123";
const ATTEMPT: &str = "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0000";

fn fixture(name: &str) -> Vec<u8> {
    let path = format!(
        "{}/../../../tests/fixtures/providers/jwt_gateway/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn attempt() -> AttemptId {
    ATTEMPT.parse().unwrap()
}

fn data(name: &str) -> Object {
    let envelope = Envelope::from_body(&fixture(name)).unwrap_or_else(|| panic!("{name} has no envelope"));
    assert!(envelope.is_success(), "{name}");
    envelope.data.unwrap_or_else(|| panic!("{name} has no data"))
}

fn drafted(name: &str, kind: DepositType) -> Result<Draft, ProviderError> {
    draft(
        Deposit::read(&data(&format!("deposit/{name}"))),
        attempt(),
        "M0001",
        kind,
    )
}

fn bank(bank_code: &str, number: &str) -> Instruction {
    Instruction::BankAccount {
        bank_code: bank_code.to_owned(),
        number: number.to_owned(),
        name: "Platform Bank Account".to_owned(),
    }
}

fn kbank() -> Instruction {
    bank("KBANK", "1112223334")
}

#[test]
fn both_envelopes_are_opened() {
    for name in ["created", "other_envelope", "code_as_text"] {
        let draft = drafted(name, DepositType::Qr).unwrap();
        assert_eq!(
            (draft.provider_ref.as_str(), draft.payable.satang()),
            (DP, 100_000),
            "{name}"
        );
        assert_eq!(draft.expires_ms, Some(1_704_110_700_000), "{name}");
        assert!(
            matches!(draft.show, Ok(Show::Ready(Instruction::QrImage { .. }))),
            "{name}"
        );
    }
    for (name, opened) in [
        ("deposit/no_data", false),
        ("deposit/data_not_object", false),
        ("deposit/error_status", false),
        ("deposit/code_400_in_200", false),
        ("error/empty_object", false),
        ("order_query/completed", true),
        ("order_query/completed_other_envelope", true),
    ] {
        let envelope = Envelope::from_body(&fixture(name)).unwrap();
        assert_eq!(envelope.is_success() && envelope.data.is_some(), opened, "{name}");
    }
    for name in ["deposit/html", "deposit/malformed", "error/express"] {
        assert!(Envelope::from_body(&fixture(name)).is_none(), "{name}");
    }
}

#[test]
fn amount_is_payable_and_never_what_the_shop_is_credited() {
    for (name, satang) in [
        ("created", 100_000),
        ("adjusted", 100_003),
        ("amount_text", 100_000),
    ] {
        let draft = drafted(name, DepositType::Qr).unwrap();
        assert_eq!(draft.payable.satang(), satang, "{name}");
    }
}

#[test]
fn a_qr_comes_in_three_forms_and_an_account_stands_in_for_it() {
    let emv = "00020101021229370016A000000677010111011300668000000005303764540510005802TH6304ABCD";
    let link = |otherwise| {
        Ok(Show::Link {
            address: "https://x.example/qr/1.png".to_owned(),
            otherwise,
        })
    };
    let text = Instruction::QrText { text: emv.to_owned() };
    for (name, show) in [
        ("emv_text", Ok(Show::Ready(text))),
        ("broken_qr", Ok(Show::Ready(kbank()))),
        ("no_qr", Ok(Show::Ready(kbank()))),
        ("promptpay_only", Ok(Show::Ready(bank("PROMPTPAY", "0812345678")))),
        ("nothing_to_show", Err(Unshowable::QrUnavailable)),
        ("other_merchant", Err(Unshowable::QrMismatch)),
    ] {
        assert_eq!(drafted(name, DepositType::Qr).unwrap().show, show, "{name}");
    }
    let mut linked = Deposit::read(&data("deposit/created"));
    linked.qrcode = Some("https://x.example/qr/1.png".to_owned());
    let shown = draft(linked, attempt(), "M0001", DepositType::Qr).unwrap().show;
    assert_eq!(shown, link(Some(kbank())));
    let bare = drafted("bare_base64", DepositType::Qr).unwrap().show;
    assert!(matches!(bare, Ok(Show::Ready(Instruction::QrImage { .. }))));

    // A transfer shows the account, and a QR only where there is none.
    let shown = drafted("created", DepositType::BankTransfer).unwrap().show;
    assert_eq!(shown, Ok(Show::Ready(kbank())));
    let mut bare = Deposit::read(&data("deposit/emv_text"));
    (bare.account_number, bare.promptpay_number) = (None, None);
    let shown = draft(bare, attempt(), "M0001", DepositType::BankTransfer)
        .unwrap()
        .show;
    assert!(matches!(shown, Ok(Show::Ready(Instruction::QrText { .. }))));
}

#[test]
fn what_is_not_surely_ours_and_whole_leaves_the_outcome_open() {
    for name in [
        "other_order",
        "no_order",
        "no_reference",
        "no_amount",
        "amount_zero",
        "amount_negative",
        "amount_three_decimals",
        "null_everything",
    ] {
        assert_eq!(
            drafted(name, DepositType::Qr),
            Err(ProviderError::OutcomeUnknown),
            "{name}"
        );
    }
    let refused = ProviderError::Refused {
        code: "failed".to_owned(),
    };
    assert_eq!(drafted("failed", DepositType::Qr), Err(refused));
}

fn expected() -> Expected<'static> {
    Expected {
        attempt: attempt(),
        provider_ref: Some(DP),
        payable: Money::from_satang(100_000),
    }
}

fn asked(name: &str) -> Option<Verdict> {
    let order = Order::read(&data(&format!("order_query/{name}")));
    report(&order, &expected()).map(|report| {
        assert_eq!(report.provider_ref, DP, "{name}");
        report.verdict
    })
}

fn paid(source: Source, satang: i64, fee: Option<i64>) -> Verdict {
    Verdict::Paid(Evidence {
        key: DP.to_owned(),
        source,
        amount: Money::from_satang(satang),
        fee: fee.map(Money::from_satang),
    })
}

#[test]
fn every_state_means_what_the_page_says() {
    let paid = |fee| Some(paid(Source::Query, 100_000, fee));
    let contradiction = |word| Some(Verdict::Contradiction(word));
    for (name, verdict) in [
        ("completed", paid(Some(500))),
        ("completed_other_envelope", paid(Some(500))),
        ("completed_amount_text", paid(Some(500))),
        ("completed_upper_case", paid(Some(500))),
        ("completed_fee_near", paid(Some(501))),
        ("completed_fee_off", paid(None)),
        ("completed_no_fee", paid(None)),
        ("completed_other_amount", contradiction("amount")),
        ("completed_more", contradiction("amount")),
        ("completed_three_decimals", contradiction("amount")),
        ("completed_no_amount", contradiction("amount")),
        ("completed_other_agent", contradiction("reference")),
        ("completed_no_agent", contradiction("reference")),
        ("completed_other_order", contradiction("reference")),
        ("completed_no_order", contradiction("reference")),
        ("pending", Some(Verdict::Pending)),
        ("failed", Some(Verdict::Declined(Reason::Declined))),
        ("expired", Some(Verdict::Lapsed)),
        (
            "unknown_status",
            Some(Verdict::Unrecognised("reversed".to_owned())),
        ),
        ("pending_other_agent", None),
        ("failed_other_order", None),
        ("no_status", None),
        ("null_everything", None),
    ] {
        assert_eq!(asked(name), verdict, "{name}");
    }
}

#[test]
fn a_callback_is_a_hint_where_the_order_can_be_asked_for() {
    let claimed = |name: &str, askable| {
        let order = Order::read(&Object::parse(&fixture(&format!("callback/{name}"))).unwrap());
        claim(&order, askable)
    };
    let full = |fee| Some(paid(Source::Callback, 100_000, fee));
    let unknown = || Some(Verdict::Unrecognised("reversed".to_owned()));
    for (name, asked, alone) in [
        ("completed", Some(Verdict::Seen), full(Some(500))),
        ("no_fee", Some(Verdict::Seen), full(None)),
        ("fee_near", Some(Verdict::Seen), full(Some(501))),
        (
            "fee_off",
            Some(Verdict::Seen),
            Some(Verdict::Contradiction("fee")),
        ),
        (
            "no_type",
            Some(Verdict::Seen),
            Some(Verdict::Contradiction("type")),
        ),
        (
            "page_example",
            Some(Verdict::Seen),
            Some(Verdict::Contradiction("order")),
        ),
        (
            "satang",
            Some(Verdict::Seen),
            Some(paid(Source::Callback, 100_025, Some(500))),
        ),
        ("pending", Some(Verdict::Pending), Some(Verdict::Pending)),
        (
            "failed",
            Some(Verdict::Pending),
            Some(Verdict::Declined(Reason::Declined)),
        ),
        ("expired", Some(Verdict::Pending), Some(Verdict::Lapsed)),
        ("unknown_status", unknown(), unknown()),
        ("withdrawal", None, None),
    ] {
        assert_eq!(claimed(name, true), asked, "{name}");
        assert_eq!(claimed(name, false), alone, "{name} alone");
    }
}

fn failed(act: Act, http_status: u16, name: &str, ahead_ms: Option<i64>) -> ProviderError {
    let envelope = Envelope::from_body(&fixture(name));
    Failure {
        act,
        endpoint: Endpoint::OrderQuery,
        http_status,
        envelope: envelope.as_ref(),
        retry_after_ms: Some(7_000),
        ahead_ms,
    }
    .error()
}

#[test]
fn every_row_of_the_error_table_names_its_setting() {
    const PATH: &str = "providers.jwt_gateway.paths.order_query";
    for (status, name, ahead_ms, code, setting) in [
        (
            400,
            "error/invalid_signature",
            None,
            "bad_signature",
            fault::API_KEY,
        ),
        (
            400,
            "error/invalid_signature",
            Some(60_000),
            "bad_signature",
            fault::API_KEY,
        ),
        (
            400,
            "error/invalid_signature",
            Some(600_000),
            "clock_skew",
            "system clock",
        ),
        (
            400,
            "error/invalid_signature",
            Some(-600_000),
            "clock_skew",
            "system clock",
        ),
        (
            200,
            "error/invalid_signature",
            None,
            "bad_signature",
            fault::API_KEY,
        ),
        (
            200,
            "error/status_envelope",
            None,
            "bad_signature",
            fault::API_KEY,
        ),
        (
            400,
            "error/status_envelope",
            None,
            "bad_signature",
            fault::API_KEY,
        ),
        (401, "error/invalid_api_key", None, "bad_key", fault::API_KEY),
        (200, "error/invalid_api_key", None, "bad_key", fault::API_KEY),
        (401, "error/html", None, "bad_key", fault::API_KEY),
        (
            403,
            "error/ip_not_in_whitelist",
            None,
            "ip_not_allowed",
            "IP allow-list",
        ),
        (403, "error/html", None, "ip_not_allowed", "IP allow-list"),
        (
            403,
            "error/wrong_merchant",
            None,
            "wrong_merchant",
            fault::MERCHANT_ID,
        ),
        (
            200,
            "error/wrong_merchant",
            None,
            "wrong_merchant",
            fault::MERCHANT_ID,
        ),
        (404, "error/express", None, "path_not_found", PATH),
        (404, "error/html", None, "path_not_found", PATH),
        (404, "error/route_not_found", None, "path_not_found", PATH),
        (405, "error/html", None, "path_not_found", PATH),
        (302, "error/html", None, "path_not_found", PATH),
    ] {
        for act in [Act::Once, Act::Repeatable] {
            let ProviderError::Misconfigured(fault) = failed(act, status, name, ahead_ms) else {
                panic!("{status} {name} names no setting");
            };
            assert_eq!(
                (fault.code, fault.setting.as_str()),
                (code, setting),
                "{status} {name}"
            );
            assert!(!fault.message_th.is_empty() && !fault.message_en.is_empty());
        }
    }
}

#[test]
fn every_other_failure_says_what_may_exist_now() {
    let refused = |code: &str| ProviderError::Refused {
        code: code.to_owned(),
    };
    let lost = || (ProviderError::OutcomeUnknown, ProviderError::Unavailable);
    let throttled = || ProviderError::Throttled {
        after_ms: Some(7_000),
    };
    for (status, name, (once, repeatable)) in [
        (400, "error/already_exists", lost()),
        (200, "error/already_exists", lost()),
        (400, "error/status_envelope_exists", lost()),
        (409, "error/already_exists", lost()),
        (500, "error/internal", lost()),
        (200, "error/internal", lost()),
        (502, "error/html", lost()),
        (200, "error/html", lost()),
        (200, "error/empty_object", lost()),
        (200, "error/success_code_in_error", lost()),
        (200, "error/status_envelope_refused", lost()),
        (200, "deposit/no_data", lost()),
        (400, "error/html", lost()),
        (408, "error/amount_too_small", lost()),
        (
            400,
            "error/amount_too_small",
            (refused("amount must be at least 1"), ProviderError::Unavailable),
        ),
        (
            200,
            "error/amount_too_small",
            (refused("amount must be at least 1"), ProviderError::Unavailable),
        ),
        (
            400,
            "error/status_envelope_refused",
            (refused("amount must be at least 1"), ProviderError::Unavailable),
        ),
        (
            400,
            "error/echoes_secrets",
            (refused("account *** of *** refused"), ProviderError::Unavailable),
        ),
        (
            404,
            "error/order_not_found",
            (ProviderError::NotFound, ProviderError::NotFound),
        ),
        (
            200,
            "error/order_not_found",
            (ProviderError::NotFound, ProviderError::NotFound),
        ),
        (429, "error/html", (throttled(), throttled())),
    ] {
        assert_eq!(failed(Act::Once, status, name, None), once, "{status} {name}");
        assert_eq!(
            failed(Act::Repeatable, status, name, None),
            repeatable,
            "{status} {name}"
        );
    }
}

fn any_value() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        Just(None),
        Just(Some(Value::Null)),
        any::<bool>().prop_map(|flag| Some(Value::from(flag))),
        any::<i64>().prop_map(|number| Some(Value::from(number))),
        "[ -~]{0,12}".prop_map(|text| Some(Value::from(text))),
        prop::sample::select(vec![
            "1000",
            "1000.00",
            "completed",
            "failed",
            "deposit",
            "withdrawal",
            DP,
            ATTEMPT
        ])
        .prop_map(|text| Some(Value::from(text))),
        Just(Some(serde_json::json!([{ "amount": 1000 }]))),
    ]
}

fn changed(name: &str, field: &str, to: Option<Value>) -> Value {
    let mut value: Value = serde_json::from_slice(&fixture(name)).unwrap();
    let object = match name.starts_with("order_query") {
        true => value["data"].as_object_mut().unwrap(),
        false => value.as_object_mut().unwrap(),
    };
    match to {
        Some(to) => object.insert(field.to_owned(), to),
        None => object.remove(field),
    };
    value
}

const FIELDS: [&str; 8] = [
    "order_no",
    "agent_order_no",
    "status",
    "amount",
    "fee",
    "actual_amount",
    "type",
    "created_at",
];

proptest! {
    /// Whatever is done to one field of a completed order, it counts only while the paid rule still holds.
    #[test]
    fn a_changed_order_counts_only_while_the_rule_holds(
        field in prop::sample::select(FIELDS.to_vec()),
        to in any_value(),
    ) {
        let value = changed("order_query/completed", field, to);
        let body = value["data"].to_string();
        let order = Order::read(&Object::parse(body.as_bytes()).unwrap());
        if let Some(Report { verdict: Verdict::Paid(evidence), .. }) = report(&order, &expected()) {
            let read = &value["data"];
            prop_assert!(read["status"].as_str().unwrap_or_default().trim().eq_ignore_ascii_case("completed"));
            prop_assert_eq!(&read["agent_order_no"], ATTEMPT);
            prop_assert_eq!(&read["order_no"], DP);
            prop_assert_eq!(evidence.amount, Money::from_satang(100_000));
            prop_assert_eq!(&evidence.key, DP);
        }
    }

    #[test]
    fn a_changed_callback_counts_only_while_the_rule_holds(
        field in prop::sample::select(FIELDS.to_vec()),
        to in any_value(),
    ) {
        let value = changed("callback/completed", field, to);
        let order = Order::read(&Object::parse(value.to_string().as_bytes()).unwrap());
        let asked = claim(&order, true);
        prop_assert!(!matches!(asked, Some(Verdict::Paid(_))), "{:?}", asked);
        if let Some(Verdict::Paid(evidence)) = claim(&order, false) {
            prop_assert!(value["status"].as_str().unwrap_or_default().trim().eq_ignore_ascii_case("completed"));
            prop_assert!(value["type"].as_str().unwrap_or_default().trim().eq_ignore_ascii_case("deposit"));
            prop_assert_eq!(&value["agent_order_no"], ATTEMPT);
            prop_assert!(evidence.amount.is_positive() && !evidence.key.is_empty());
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(body in prop::collection::vec(any::<u8>(), 0..200), status in 100_u16..600) {
        let envelope = Envelope::from_body(&body);
        let failure = Failure {
            act: Act::Once,
            endpoint: Endpoint::Deposit,
            http_status: status,
            envelope: envelope.as_ref(),
            retry_after_ms: None,
            ahead_ms: None,
        };
        let _ = failure.error();
        if let Some(object) = Object::parse(&body) {
            let _ = claim(&Order::read(&object), false);
            let _ = draft(Deposit::read(&object), attempt(), "M0001", DepositType::Qr);
        }
    }
}
