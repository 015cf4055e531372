use super::super::wire::{Event, Offer, Page, Refund, Source as WireSource};
use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

const CHARGE: &str = "chrg_test_0000000000000000001a";
const ATTEMPT: &str = "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0000";

fn fixture(name: &str) -> Vec<u8> {
    let path = format!(
        "{}/../../../tests/fixtures/providers/omise_truemoney/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn charge(name: &str) -> Charge {
    Charge::from_body(&fixture(&format!("charge/{name}"))).unwrap_or_else(|| panic!("{name} is no charge"))
}

fn attempt() -> AttemptId {
    ATTEMPT.parse().unwrap()
}

fn expected() -> Expected<'static> {
    Expected {
        attempt: attempt(),
        order_number: "1-0007",
        payable: Money::from_satang(25_000),
        live: false,
    }
}

fn verdict_of(charge: &Charge) -> Option<Verdict> {
    report(charge, CHARGE, &expected()).map(|report| report.verdict)
}

fn paid(fee: Option<i64>) -> Verdict {
    Verdict::Paid(Evidence {
        key: CHARGE.to_owned(),
        source: Source::Query,
        amount: Money::from_satang(25_000),
        fee: fee.map(Money::from_satang),
    })
}

#[test]
fn every_state_means_what_the_page_says() {
    for (name, verdict) in [
        ("pending", Verdict::Pending),
        ("pending_2017_11_02", Verdict::Pending),
        ("successful", paid(Some(427))),
        ("successful_2017_11_02", paid(Some(427))),
        ("amount_as_text", paid(Some(427))),
        ("voided", paid(Some(427))),
        ("amount_as_float", Verdict::Contradiction("amount")),
        ("failed", Verdict::Declined(Reason::FailedProcessing)),
        ("failed_unknown_code", Verdict::Declined(Reason::Declined)),
        ("expired", Verdict::Lapsed),
        ("reversed", Verdict::Declined(Reason::Declined)),
        ("unknown_status", Verdict::Unrecognised("settling".to_owned())),
    ] {
        assert_eq!(verdict_of(&charge(name)), Some(verdict), "{name}");
    }
    for name in ["no_status", "null_everything"] {
        assert_eq!(verdict_of(&charge(name)), None, "{name}");
    }
    for name in ["malformed", "html"] {
        assert_eq!(
            Charge::from_body(&fixture(&format!("charge/{name}"))),
            None,
            "{name}"
        );
    }
}

#[test]
fn success_counts_only_when_every_field_is_ours() {
    let successful = charge("successful");
    type Change = fn(&mut Charge);
    let table: [(Change, &str); 13] = [
        (|c| c.amount = Some(24_999), "amount"),
        (|c| c.amount = Some(2_500_000), "amount"),
        (|c| c.amount = None, "amount"),
        (|c| c.currency = Some("USD".to_owned()), "currency"),
        (|c| c.currency = None, "currency"),
        (|c| c.livemode = Some(true), "mode"),
        (|c| c.livemode = None, "mode"),
        (|c| c.order_id = Some("1-0008".to_owned()), "reference"),
        (|c| c.order_id = None, "reference"),
        (|c| c.attempt = Some(AttemptId::from_bits(1)), "reference"),
        (|c| c.attempt = None, "reference"),
        (|c| c.paid = Some(false), "paid"),
        (|c| c.paid = None, "paid"),
    ];
    for (change, word) in table {
        let mut charge = successful.clone();
        change(&mut charge);
        assert_eq!(verdict_of(&charge), Some(Verdict::Contradiction(word)));
    }
}

#[test]
fn an_answer_about_another_charge_ends_nothing() {
    for (name, verdict) in [
        ("successful", Some(Verdict::Contradiction("reference"))),
        ("failed", None),
        ("expired", None),
        ("pending", None),
    ] {
        let report = report(&charge(name), "chrg_test_other", &expected());
        assert_eq!(report.map(|report| report.verdict), verdict, "{name}");
    }
}

#[test]
fn failure_codes_of_the_sibling_methods_are_known() {
    for (code, reason) in [
        (Some("failed_processing"), Reason::FailedProcessing),
        (Some("insufficient_balance"), Reason::InsufficientBalance),
        (Some("payment_cancelled"), Reason::PaymentCancelled),
        (Some("timeout"), Reason::Timeout),
        (Some("payment_expired"), Reason::Timeout),
        (Some("brand_new_code"), Reason::Declined),
        (None, Reason::Declined),
    ] {
        assert_eq!(failure_reason(code), reason, "{code:?}");
    }
}

#[test]
fn a_fee_is_told_or_absent_never_guessed() {
    for (fee_satang, vat, told) in [
        (Some(399), Some(28), Some(427)),
        (Some(399), None, Some(399)),
        (None, Some(28), None),
        (Some(-1), None, None),
    ] {
        let charge = Charge {
            fee: fee_satang,
            fee_vat: vat,
            ..Charge::default()
        };
        assert_eq!(fee(&charge), told.map(Money::from_satang));
    }
}

#[test]
fn a_created_charge_is_checked_before_it_is_shown() {
    let asked = Money::from_satang(25_000);
    let made = |charge: &Charge, live| draft(charge, attempt(), asked, live);
    let pending = charge("pending");
    let shown = made(&pending, false).unwrap();
    assert_eq!(shown.provider_ref, CHARGE);
    assert_eq!((shown.payable, shown.lifetime_ms), (asked, Some(86_400_000)));
    assert!(
        shown
            .picture
            .unwrap()
            .starts_with("https://api.omise.co/charges/chrg_test_")
    );

    let wrong_mode = made(&pending, true).unwrap();
    assert_eq!(
        (wrong_mode.payable, wrong_mode.picture),
        (asked, Err(Unshowable::ModeMismatch))
    );
    let more = made(
        &Charge {
            amount: Some(25_001),
            ..pending.clone()
        },
        false,
    )
    .unwrap();
    assert_eq!((more.payable.satang(), more.picture.is_ok()), (25_001, true));
    let dollars = made(
        &Charge {
            currency: Some("usd".to_owned()),
            amount: Some(700),
            ..pending.clone()
        },
        false,
    );
    let dollars = dollars.unwrap();
    assert_eq!(
        (dollars.payable, dollars.picture),
        (asked, Err(Unshowable::QrMismatch))
    );
    let blind = made(
        &Charge {
            qr_address: None,
            ..pending.clone()
        },
        false,
    )
    .unwrap();
    assert_eq!(blind.picture, Err(Unshowable::QrUnavailable));
    let timeless = made(&charge("pending_2017_11_02"), false).unwrap();
    assert_eq!(timeless.lifetime_ms, None);
    let backwards = made(
        &Charge {
            expires_at_ms: Some(0),
            ..pending.clone()
        },
        false,
    )
    .unwrap();
    assert_eq!(backwards.lifetime_ms, None);

    for foreign in [
        Charge {
            attempt: None,
            ..pending.clone()
        },
        Charge {
            attempt: Some(AttemptId::from_bits(1)),
            ..pending.clone()
        },
        Charge {
            amount: None,
            ..pending.clone()
        },
        Charge {
            amount: Some(0),
            ..pending
        },
    ] {
        assert_eq!(made(&foreign, false), None);
    }
}

#[test]
fn the_error_table_is_the_page_s() {
    use ProviderError as E;
    let error =
        |code: &str| json!({ "object": "error", "location": "x", "code": code, "message": "m" }).to_string();
    let refused = |code: &str| E::Refused {
        code: code.to_owned(),
    };
    let bad_key = || misconfigured(fault::key_rejected());
    let wrong_path = || misconfigured(fault::path_not_found());
    let html = "<html>no</html>".to_owned();
    for (status, body, once, repeatable) in [
        (400, error("bad_request"), refused("bad_request"), E::Unavailable),
        (
            400,
            error("invalid_charge"),
            refused("invalid_charge"),
            E::Unavailable,
        ),
        (
            400,
            error("failed_refund"),
            refused("failed_refund"),
            E::Unavailable,
        ),
        (400, error("backend_error"), E::OutcomeUnknown, E::Unavailable),
        (400, html.clone(), E::OutcomeUnknown, E::Unavailable),
        (400, String::new(), E::OutcomeUnknown, E::Unavailable),
        (401, error("authentication_failure"), bad_key(), bad_key()),
        (401, html.clone(), bad_key(), bad_key()),
        (
            403,
            error("forbidden"),
            refused("forbidden"),
            misconfigured(fault::not_permitted()),
        ),
        (
            403,
            html.clone(),
            refused("http_403"),
            misconfigured(fault::not_permitted()),
        ),
        (422, String::new(), refused("http_422"), E::Unavailable),
        (404, error("not_found"), refused("not_found"), E::NotFound),
        (404, html.clone(), wrong_path(), E::NotFound),
        (301, String::new(), wrong_path(), wrong_path()),
        (408, html.clone(), E::OutcomeUnknown, E::Unavailable),
        (409, error("conflict"), E::OutcomeUnknown, E::Unavailable),
        (500, error("internal_error"), E::OutcomeUnknown, E::Unavailable),
        (502, html.clone(), E::OutcomeUnknown, E::Unavailable),
        (503, String::new(), E::OutcomeUnknown, E::Unavailable),
        (100, String::new(), E::OutcomeUnknown, E::Unavailable),
    ] {
        assert_eq!(
            refusal(Act::Once, status, body.as_bytes(), None),
            once,
            "{status} {body}"
        );
        assert_eq!(
            refusal(Act::Repeatable, status, body.as_bytes(), None),
            repeatable,
            "{status} {body}"
        );
    }
    for after_ms in [None, Some(7_000)] {
        assert_eq!(
            refusal(Act::Once, 429, html.as_bytes(), after_ms),
            E::Throttled { after_ms }
        );
    }
}

#[test]
fn a_code_that_is_no_word_never_reaches_a_log() {
    for code in ["", "a b", "x\ny", "skey_live\u{0}", &"a".repeat(65)] {
        let body = json!({ "object": "error", "code": code }).to_string();
        assert_eq!(error_code(body.as_bytes()), None, "{code:?}");
    }
    assert_eq!(error_code(&fixture("error/not_an_object")), None);
    assert_eq!(
        error_code(&fixture("error/failed_expire")).as_deref(),
        Some("failed_expire")
    );
}

#[test]
fn the_other_objects_of_the_page_are_read() {
    let source = WireSource::from_body(&fixture("source/created")).unwrap();
    assert_eq!(
        (source.amount, is_baht(source.currency.as_deref())),
        (Some(25_000), true)
    );
    let refund = Refund::from_body(&fixture("refund/void")).unwrap();
    assert_eq!((refund.voided, refund.amount), (Some(true), Some(25_000)));
    for (name, offer) in [
        ("offered", Offer::Offered),
        ("not_offered", Offer::NotOffered),
        ("other_currency", Offer::OtherCurrencies),
    ] {
        assert_eq!(
            Offer::from_body(&fixture(&format!("capability/{name}"))),
            Some(offer),
            "{name}"
        );
    }
    assert_eq!(Offer::from_body(&fixture("charge/pending")), None);
    let page = Page::from_body(&fixture("list/ours_among_others")).unwrap();
    assert_eq!((page.data.len(), page.total), (3, Some(3)));
    assert!(Page::from_body(&fixture("charge/html")).is_none());
}

/// One change to a JSON document.
#[derive(Debug, Clone)]
enum Mutation {
    Byte { at: usize, to: u8 },
    Cut { at: usize },
    Field { at: usize, to: Value },
    Drop { at: usize },
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop_oneof![
            Just("successful"),
            Just("pending"),
            Just("THB"),
            Just("25000"),
            Just("-25000"),
            Just(ATTEMPT)
        ]
        .prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!({ "attempt": ATTEMPT })),
    ]
}

fn any_mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, to)| Mutation::Byte { at, to }),
        any::<usize>().prop_map(|at| Mutation::Cut { at }),
        (any::<usize>(), any_value()).prop_map(|(at, to)| Mutation::Field { at, to }),
        any::<usize>().prop_map(|at| Mutation::Drop { at }),
    ]
}

fn mutate(body: Vec<u8>, mutation: &Mutation) -> Vec<u8> {
    let change = |change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
        let Ok(mut value) = serde_json::from_slice::<Value>(&body) else {
            return body.clone();
        };
        if let Some(object) = value.as_object_mut() {
            change(object);
        }
        value.to_string().into_bytes()
    };
    let key = |object: &serde_json::Map<String, Value>, at: usize| {
        object.keys().nth(at % object.len().max(1)).cloned()
    };
    match mutation {
        Mutation::Byte { at, to } => {
            let mut body = body;
            let at = at % body.len().max(1);
            if let Some(byte) = body.get_mut(at) {
                *byte = *to;
            }
            body
        }
        Mutation::Cut { at } => body[..at % (body.len() + 1)].to_vec(),
        Mutation::Field { at, to } => change(&|object| {
            if let Some(key) = key(object, *at) {
                object.insert(key, to.clone());
            }
        }),
        Mutation::Drop { at } => change(&|object| {
            if let Some(key) = key(object, *at) {
                object.remove(&key);
            }
        }),
    }
}

/// The paid rule again, over the raw document and written another way.
fn rule_holds(body: &[u8]) -> bool {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return false;
    };
    value["object"] == "charge"
        && value["status"] == "successful"
        && value["paid"] == true
        && (value["amount"] == 25_000 || value["amount"] == "25000")
        && value["currency"]
            .as_str()
            .is_some_and(|currency| currency.to_uppercase() == "THB")
        && value["livemode"] == false
        && value["id"] == CHARGE
        && value["metadata"]["order_id"] == "1-0007"
        && value["metadata"]["attempt"]
            .as_str()
            .and_then(|text| text.parse().ok())
            == Some(attempt())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn nothing_but_the_rule_makes_a_payment(
        name in prop_oneof![
            3 => Just("successful"), 1 => Just("successful_2017_11_02"), 1 => Just("amount_as_text"),
            1 => Just("pending"), 1 => Just("failed"), 1 => Just("null_everything"), 1 => Just("html"),
        ],
        mutations in prop::collection::vec(any_mutation(), 0..4),
    ) {
        let body = mutations.iter().fold(fixture(&format!("charge/{name}")), mutate);
        let found = Charge::from_body(&body).and_then(|charge| verdict_of(&charge));
        let is_paid = matches!(found, Some(Verdict::Paid(_)));
        prop_assert_eq!(is_paid, rule_holds(&body));
    }

    #[test]
    fn no_body_makes_a_reader_panic(
        name in prop_oneof![
            Just("list/ours_among_others"), Just("event/charge_complete_successful"), Just("refund/list"),
            Just("refund/void"), Just("error/failed_expire"), Just("capability/offered"), Just("source/created"),
        ],
        mutations in prop::collection::vec(any_mutation(), 0..4),
    ) {
        let body = mutations.iter().fold(fixture(name), mutate);
        let page = Page::from_body(&body);
        for item in page.iter().flat_map(|page| &page.data) {
            let _ = (Charge::read(item), Refund::read(item));
        }
        let _ = (Event::from_body(&body), Refund::from_body(&body), Offer::from_body(&body));
        let _ = (WireSource::from_body(&body), error_code(&body));
    }
}
