use super::*;
use proptest::prelude::*;
use serde_json::Value;

const REF: &str = "QPDKXA-1751342400123-20250701110000-a1b2c3";
const ATTEMPT: &str = "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0000";

fn fixture(name: &str) -> Vec<u8> {
    let path = format!(
        "{}/../../../tests/fixtures/providers/deposit_gateway/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn attempt() -> AttemptId {
    ATTEMPT.parse().unwrap()
}

fn drafted(name: &str) -> Result<Draft, ProviderError> {
    let body = fixture(&format!("create_deposit/{name}"));
    draft(
        Deposit::from_body(&body).ok_or(ProviderError::OutcomeUnknown)?,
        attempt(),
    )
}

fn account() -> Option<Instruction> {
    Some(Instruction::BankAccount {
        bank_code: "014".to_owned(),
        number: "1112223334".to_owned(),
        name: "บจก. รับเงินแทน".to_owned(),
    })
}

#[test]
fn a_deposit_offers_its_picture_its_link_and_its_account() {
    for (name, png, link, has_account) in [
        ("created", true, true, true),
        ("without_channel", true, true, true),
        ("unknown_fields", true, true, true),
        ("data_uri", true, true, true),
        ("link_only", false, true, true),
        ("broken_base64", false, true, true),
        ("broken_base64_no_link", false, false, true),
        ("no_qr", false, false, true),
        ("null_qr", false, false, true),
        ("bank_transfer", false, false, true),
        ("bank_transfer_with_picture", false, false, true),
        ("nothing_to_show", false, false, false),
    ] {
        let draft = drafted(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((draft.png.is_some(), draft.link.is_some()), (png, link), "{name}");
        assert_eq!(draft.account, account().filter(|_| has_account), "{name}");
        assert_eq!(draft.provider_ref, REF, "{name}");
        assert_eq!(
            (draft.payable.satang(), draft.lifetime_ms),
            (100_000, Some(900_000)),
            "{name}"
        );
    }
}

#[test]
fn the_answer_s_amount_is_payable_however_it_is_written() {
    for (name, satang) in [
        ("amount_integer", 100_000),
        ("amount_one_decimal", 100_000),
        ("amount_two_decimals", 100_000),
        ("amount_text", 100_000),
        ("amount_exponent", 100_000),
        ("adjusted", 100_003),
    ] {
        assert_eq!(
            drafted(name).map(|draft| draft.payable.satang()),
            Ok(satang),
            "{name}"
        );
    }
}

#[test]
fn the_life_is_the_difference_of_the_gateway_s_own_times() {
    for (name, life_ms) in [
        ("created", Some(900_000)),
        ("times_without_offset", Some(900_000)),
        ("no_times", None),
        ("times_backwards", None),
    ] {
        assert_eq!(
            drafted(name).map(|draft| draft.lifetime_ms),
            Ok(life_ms),
            "{name}"
        );
    }
}

#[test]
fn what_is_not_surely_ours_and_whole_leaves_the_outcome_open() {
    for name in [
        "other_order",
        "no_order",
        "no_ref_id",
        "amount_half_satang",
        "amount_zero",
        "amount_negative",
        "amount_words",
        "amount_null",
        "null_everything",
        "malformed",
        "duplicate_name",
        "html",
    ] {
        assert_eq!(drafted(name), Err(ProviderError::OutcomeUnknown), "{name}");
    }
    let refused = ProviderError::Refused {
        code: "failed".to_owned(),
    };
    assert_eq!(drafted("failed"), Err(refused));
}

fn claimed(name: &str) -> Option<Verdict> {
    let body = fixture(&format!("callback/{name}"));
    verdict(&Callback::from_body(&body).unwrap_or_else(|| panic!("{name} is no callback")))
}

fn paid_with(fee: Option<i64>) -> Verdict {
    Verdict::Paid(Evidence {
        key: REF.to_owned(),
        source: Source::Callback,
        amount: Money::from_satang(803_200),
        fee: fee.map(Money::from_satang),
    })
}

#[test]
fn every_callback_means_what_the_page_says() {
    for (name, verdict) in [
        ("auto_success", paid_with(Some(10_843))),
        ("success", paid_with(Some(10_843))),
        ("success_other_case", paid_with(Some(10_843))),
        ("older_form", paid_with(Some(10_843))),
        ("amount_text", paid_with(Some(10_843))),
        ("bare", paid_with(None)),
        ("fee_null", paid_with(None)),
        ("fee_three_decimals", paid_with(None)),
        ("fee_negative", paid_with(None)),
        ("processing", Verdict::Pending),
        ("failed", Verdict::Declined(Reason::Declined)),
        ("failed_other_case", Verdict::Declined(Reason::Declined)),
        ("unknown_status", Verdict::Unrecognised("REVERSED".to_owned())),
        ("no_status", Verdict::Unrecognised(String::new())),
        ("null_everything", Verdict::Unrecognised(String::new())),
        ("no_type", Verdict::Contradiction("type")),
        ("no_amount", Verdict::Contradiction("amount")),
        ("amount_half_satang", Verdict::Contradiction("amount")),
        ("amount_zero", Verdict::Contradiction("amount")),
        ("amount_negative", Verdict::Contradiction("amount")),
        ("no_reference", Verdict::Contradiction("reference")),
        ("no_order", Verdict::Contradiction("order")),
        ("order_of_another_system", Verdict::Contradiction("order")),
    ] {
        assert_eq!(claimed(name), Some(verdict), "{name}");
    }
    assert_eq!(claimed("withdraw"), None);
    for name in ["malformed", "duplicate_name", "printed_with_comment"] {
        assert_eq!(
            Callback::from_body(&fixture(&format!("callback/{name}"))),
            None,
            "{name}"
        );
    }
    let older = Callback::from_body(&fixture("callback/older_form")).unwrap();
    assert_eq!(older.status_desc.as_deref(), Some("DEPOSIT_MATCH"));
}

fn refused(act: Act, status: u16, name: &str) -> ProviderError {
    refusal(act, status, &fixture(&format!("error/{name}")), Some(7_000))
}

#[test]
fn a_refused_create_says_what_may_exist_now() {
    let says = |code: &str| ProviderError::Refused {
        code: code.to_owned(),
    };
    for (status, name, error) in [
        (422, "detail_list", says("ref_account: field required")),
        (422, "detail_text", says("ref_account has a pending deposit")),
        (422, "given_msg", says("invalid format")),
        (422, "html", says("http_422")),
        (422, "detail_null", says("http_422")),
        (400, "detail_text", says("ref_account has a pending deposit")),
        (404, "not_found_ref", says("transaction not found")),
        (422, "echoes_secrets", says("account *** of *** refused")),
        (422, "duplicate_order", ProviderError::OutcomeUnknown),
        (422, "duplicate_order_list", ProviderError::OutcomeUnknown),
        (409, "duplicate_order", ProviderError::OutcomeUnknown),
        (400, "html", ProviderError::OutcomeUnknown),
        (409, "detail_text", ProviderError::OutcomeUnknown),
        (500, "detail_text", ProviderError::OutcomeUnknown),
        (502, "html", ProviderError::OutcomeUnknown),
        (418, "detail_text", ProviderError::OutcomeUnknown),
        (
            429,
            "detail_text",
            ProviderError::Throttled {
                after_ms: Some(7_000),
            },
        ),
    ] {
        assert_eq!(refused(Act::Once, status, name), error, "{status} {name}");
    }
}

#[test]
fn a_refused_question_changes_nothing() {
    assert_eq!(
        refused(Act::Repeatable, 404, "not_found_ref"),
        ProviderError::NotFound
    );
    for (status, name) in [
        (500, "detail_text"),
        (502, "html"),
        (400, "html"),
        (409, "duplicate_order"),
    ] {
        assert_eq!(
            refused(Act::Repeatable, status, name),
            ProviderError::Unavailable,
            "{status} {name}"
        );
    }
}

#[test]
fn a_wrong_setting_is_named_by_the_gateway_s_own_words() {
    for (status, name, code, setting) in [
        (401, "bad_token", "bad_key", fault::TOKEN),
        (401, "html", "bad_key", fault::TOKEN),
        (403, "bad_token", "bad_key", fault::TOKEN),
        (401, "bad_api_key", "bad_key", fault::API_KEY),
        (401, "bad_signature", "bad_signature", fault::SECRET_KEY),
        (400, "bad_signature", "bad_signature", fault::SECRET_KEY),
        (422, "missing_signature", "bad_signature", fault::SECRET_KEY),
        (403, "ip", "ip_not_allowed", "IP allow-list"),
        (403, "html", "ip_not_allowed", "IP allow-list"),
        (404, "not_found_path", "path_not_found", fault::BASE_URL),
        (404, "html", "path_not_found", fault::BASE_URL),
        (405, "html", "path_not_found", fault::BASE_URL),
        (302, "html", "path_not_found", fault::BASE_URL),
    ] {
        for act in [Act::Once, Act::Repeatable] {
            let ProviderError::Misconfigured(fault) = refused(act, status, name) else {
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

/// Puts another value into one field, or takes it away.
fn change(body: &[u8], name: &str, to: Option<Value>) -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(body).unwrap();
    let object = value.as_object_mut().unwrap();
    match to {
        Some(to) => object.insert(name.to_owned(), to),
        None => object.remove(name),
    };
    value.to_string().into_bytes()
}

fn any_value() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        Just(None),
        Just(Some(Value::Null)),
        any::<bool>().prop_map(|flag| Some(Value::from(flag))),
        any::<i64>().prop_map(|number| Some(Value::from(number))),
        "[ -~]{0,12}".prop_map(|text| Some(Value::from(text))),
        prop::sample::select(vec![
            "8032", "8032.00", "SUCCESS", "FAILED", "DEPOSIT", "WITHDRAW", REF, ATTEMPT
        ])
        .prop_map(|text| Some(Value::from(text))),
        Just(Some(serde_json::json!([{ "amount": 8032 }]))),
    ]
}

proptest! {
    /// Whatever is done to one field of a success, it counts only while every field of the rule still says it.
    #[test]
    fn a_changed_success_counts_only_while_the_rule_holds(
        name in prop::sample::select(vec![
            "type", "status", "amount", "mdr_amount", "txn_ref_id", "txn_ref_order_id", "stm_ref_id", "txn_ref1",
        ]),
        to in any_value(),
    ) {
        let body = change(&fixture("callback/auto_success"), name, to);
        let callback = Callback::from_body(&body).unwrap();
        if let Some(Verdict::Paid(evidence)) = verdict(&callback) {
            let read: Value = serde_json::from_slice(&body).unwrap();
            let word = |name: &str| read[name].as_str().unwrap_or_default().trim().to_ascii_uppercase();
            prop_assert_eq!(word("type"), "DEPOSIT");
            prop_assert!(["SUCCESS", "AUTO_SUCCESS"].contains(&word("status").as_str()));
            prop_assert_eq!(&read["txn_ref_order_id"], ATTEMPT);
            prop_assert!(evidence.amount.is_positive());
            let reference = &read["txn_ref_id"];
            prop_assert_eq!(&evidence.key, &reference.as_str().map_or_else(|| reference.to_string(), str::to_owned));
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(body in prop::collection::vec(any::<u8>(), 0..200), status in 100_u16..600) {
        let _ = Callback::from_body(&body).map(|callback| verdict(&callback));
        let _ = Deposit::from_body(&body).map(|deposit| draft(deposit, attempt()));
        let _ = refusal(Act::Once, status, &body, None);
    }

    #[test]
    fn a_cut_or_stained_callback_never_counts_as_another_sum(at in 0_usize..900, byte in any::<u8>()) {
        let mut body = fixture("callback/auto_success");
        // Cut behind the last brace, it would still be whole.
        let at = at % body.trim_ascii_end().len();
        body[at] = byte;
        if let Some(Verdict::Paid(evidence)) = Callback::from_body(&body).and_then(|callback| verdict(&callback)) {
            // A stained digit makes another sum or reference, which the till then compares with its own.
            let same = evidence.amount == Money::from_satang(803_200) && evidence.key == REF;
            let text = String::from_utf8_lossy(&body);
            prop_assert!(same || !text.contains("\"amount\": 8032,") || !text.contains(REF));
        }
        body.truncate(at);
        prop_assert!(Callback::from_body(&body).is_none());
    }

    #[test]
    fn a_changed_create_answer_is_ours_or_nothing(
        name in prop::sample::select(vec!["order_id", "ref_id", "amount", "status", "qr_image", "expire_time"]),
        to in any_value(),
    ) {
        let body = change(&fixture("create_deposit/created"), name, to);
        if let Ok(draft) = draft(Deposit::from_body(&body).unwrap(), attempt()) {
            let read: Value = serde_json::from_slice(&body).unwrap();
            prop_assert_eq!(&read["order_id"], ATTEMPT);
            prop_assert!(draft.payable.is_positive() && !draft.provider_ref.is_empty());
        }
    }
}
