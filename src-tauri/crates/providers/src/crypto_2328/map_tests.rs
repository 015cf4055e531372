use super::super::json::Json;
use super::super::wire::result;
use super::*;
use keptang_ports::{Asset, ProviderError as Error};
use proptest::prelude::*;

const UUID: &str = "db17d490-15b6-47b9-9015-91d1d8b119f2";
const ATTEMPT: &str = "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0000";

fn fixture(name: &str) -> Vec<u8> {
    let path = format!(
        "{}/../../../tests/fixtures/providers/crypto_2328/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn payment(name: &str) -> Payment {
    result(&fixture(name))
        .and_then(|result| Payment::read(&result))
        .unwrap_or_else(|| panic!("{name} is no payment"))
}

fn expected() -> Expected {
    Expected {
        attempt: ATTEMPT.parse().unwrap(),
        payable: Money::from_satang(12_050),
        invoiced: Decimal::parse("120.50").unwrap(),
        currency: "THB".to_owned(),
    }
}

fn in_dollars() -> Expected {
    Expected {
        invoiced: Decimal::parse("3.31").unwrap(),
        currency: "USD".to_owned(),
        ..expected()
    }
}

fn quoted(coin: &str, network: &str) -> Quote {
    Quote {
        coin: coin.to_owned(),
        network: network.to_owned(),
        invoiced: "120.50".to_owned(),
        currency: "THB".to_owned(),
        rate: None,
        source: "none".to_owned(),
        at: keptang_domain::Timestamp::from_ms(0),
    }
}

fn usdt() -> Quote {
    quoted("USDT", "TRX-TRC20")
}

fn money(satang: i64) -> Evidence {
    Evidence {
        key: UUID.to_owned(),
        source: Source::Query,
        amount: Money::from_satang(satang),
        fee: None,
    }
}

fn verdict_of(payment: &Payment, expected: &Expected) -> Option<Verdict> {
    report(payment, UUID, expected).map(|report| report.verdict)
}

#[test]
fn every_status_means_what_the_page_says() {
    let unrecognised = |word: &str| Verdict::Unrecognised(word.to_owned());
    for (name, verdict) in [
        ("pending", Verdict::Pending),
        ("check", Verdict::Pending),
        ("awaiting_confirmation", Verdict::Seen),
        ("paid", Verdict::Paid(money(12_050))),
        ("amounts_as_numbers", Verdict::Paid(money(12_050))),
        ("paid_without_amounts", Verdict::Paid(money(12_050))),
        // 120.50 × 4 / 3.31 = 145.619…
        ("overpaid", Verdict::Paid(money(14_561))),
        ("overpaid_without_amounts", Verdict::Paid(money(12_050))),
        ("underpaid_check", Verdict::Short(money(6_025))),
        ("underpaid_check_without_amounts", Verdict::Seen),
        // A last digit of 10^-18 short is a satang short: rounded down.
        ("underpaid", Verdict::ShortForGood(money(12_049))),
        ("underpaid_without_amounts", unrecognised("underpaid")),
        ("cancel", Verdict::Lapsed),
        ("aml_lock", Verdict::Held),
        ("refund_process", unrecognised("refund_process")),
        ("refund_fail", unrecognised("refund_fail")),
        ("refund_paid", unrecognised("refund_paid")),
        ("unknown_status", unrecognised("paid_over")),
        ("paid_nothing", Verdict::Contradiction("payment_amount")),
        ("overpaid_beyond_belief", Verdict::Contradiction("payment_amount")),
        (
            "underpaid_yet_all_there",
            Verdict::Contradiction("payment_amount"),
        ),
        ("paid_other_amount", Verdict::Contradiction("amount")),
        ("paid_other_currency", Verdict::Contradiction("currency")),
        ("paid_other_order", Verdict::Contradiction("reference")),
        ("paid_other_uuid", Verdict::Contradiction("reference")),
    ] {
        let found = verdict_of(&payment(&format!("info/{name}")), &expected());
        assert_eq!(found, Some(verdict), "{name}");
    }
    for name in ["no_status", "cancel_other_uuid"] {
        assert_eq!(
            verdict_of(&payment(&format!("info/{name}")), &expected()),
            None,
            "{name}"
        );
    }
    let dollars = verdict_of(&payment("info/paid_in_dollars"), &in_dollars());
    assert_eq!(dollars, Some(Verdict::Paid(money(12_050))));
}

#[test]
fn money_counts_only_when_every_field_is_ours() {
    type Change = fn(&mut Payment);
    let table: [(Change, &str); 8] = [
        (|p| p.amount = Decimal::parse("120.49"), "amount"),
        (|p| p.amount = Decimal::parse("12050"), "amount"),
        (|p| p.amount = None, "amount"),
        (|p| p.currency = Some("USD".to_owned()), "currency"),
        (|p| p.currency = None, "currency"),
        (|p| p.order_id = None, "reference"),
        (
            |p| p.order_id = Some("0192aaaa-bbbb-7ccc-8ddd-eeeeffff0001".to_owned()),
            "reference",
        ),
        (|p| p.order_id = Some("POS-0001".to_owned()), "reference"),
    ];
    for name in ["info/paid", "info/overpaid"] {
        for (change, word) in table {
            let mut payment = payment(name);
            change(&mut payment);
            assert_eq!(
                verdict_of(&payment, &expected()),
                Some(Verdict::Contradiction(word))
            );
        }
    }
    // A part of somebody else's money is none of ours either.
    let mut short = payment("info/underpaid_check");
    short.amount = Decimal::parse("120.49");
    assert_eq!(
        verdict_of(&short, &expected()),
        Some(Verdict::Contradiction("amount"))
    );
    short.order_id = Some("POS-0001".to_owned());
    assert_eq!(verdict_of(&short, &expected()), None);
}

#[test]
fn a_rate_that_changed_since_is_for_a_person() {
    let dearer = Expected {
        invoiced: Decimal::parse("3.35").unwrap(),
        ..in_dollars()
    };
    let found = verdict_of(&payment("info/paid_in_dollars"), &dearer);
    assert_eq!(found, Some(Verdict::Contradiction("amount")));
}

fn tron() -> Asset {
    Asset {
        coin: "USDT".to_owned(),
        network: "TRX-TRC20".to_owned(),
    }
}

fn offered(name: &str, asset: &Asset) -> Result<Instruction, Unshowable> {
    let request = Request {
        quote: &quoted(&asset.coin, &asset.network),
        at_home: false,
    };
    draft(&payment(&format!("create/{name}")), &expected(), &request)
        .unwrap_or_else(|| panic!("{name} is not ours"))
        .offer
}

fn address(amount: &str, coin: &str, network: &str, with_picture: bool) -> Instruction {
    let qr_png = payment("create/address").qr.as_deref().and_then(picture).unwrap();
    assert!(qr_png.starts_with(PNG_MAGIC));
    Instruction::CryptoAddress {
        address: "TXYZabc123FakeAddressForTestsOnly1".to_owned(),
        amount: amount.to_owned(),
        coin: coin.to_owned(),
        network: network.to_owned(),
        qr_png: if with_picture { qr_png } else { vec![] },
    }
}

fn page_at(url: &str) -> Instruction {
    Instruction::Redirect { url: url.to_owned() }
}

#[test]
fn an_offer_is_shown_only_when_it_is_what_was_asked() {
    let pair = |coin: &str, network: &str| Asset {
        coin: coin.to_owned(),
        network: network.to_owned(),
    };
    let on_page = "https://2328.io/pay/db17d490-15b6-47b9-9015-91d1d8b119f2";
    let on_short_host = "https://go.2328.io/db17d490-15b6-47b9-9015-91d1d8b119f2";
    let ton = pair("TON", "TON");
    for (name, asset, offer) in [
        ("address", tron(), Ok(address("3.31", "USDT", "TRX-TRC20", true))),
        (
            "amount_as_number",
            tron(),
            Ok(address("3.31", "USDT", "TRX-TRC20", true)),
        ),
        (
            "address_without_picture",
            tron(),
            Ok(address("3.31", "USDT", "TRX-TRC20", false)),
        ),
        (
            "picture_of_another_kind",
            tron(),
            Ok(address("3.31", "USDT", "TRX-TRC20", false)),
        ),
        (
            "renamed_coin",
            ton.clone(),
            Ok(address("1.250000000", "GRAM", "TON", true)),
        ),
        (
            "amount_with_exponent",
            pair("BTC", "BTC"),
            Ok(address("0.00000001", "BTC", "BTC", true)),
        ),
        ("address_without_amount", tron(), Ok(page_at(on_page))),
        ("page_only", tron(), Ok(page_at(on_page))),
        ("page_on_short_host", tron(), Ok(page_at(on_short_host))),
        ("page_elsewhere", tron(), Err(Unshowable::QrMismatch)),
        ("nothing_to_show", tron(), Err(Unshowable::QrUnavailable)),
        ("other_network", tron(), Err(Unshowable::QrMismatch)),
        ("other_coin", tron(), Err(Unshowable::QrMismatch)),
        ("other_amount", tron(), Err(Unshowable::QrMismatch)),
        ("other_currency", tron(), Err(Unshowable::QrMismatch)),
        ("address", ton, Err(Unshowable::QrMismatch)),
    ] {
        assert_eq!(offered(name, &asset), offer, "{name}");
    }
}

#[test]
fn pages_are_the_providers_own_only() {
    for (url, at_home, shown) in [
        ("https://2328.io/pay/x", false, true),
        ("https://GO.2328.io/x", false, true),
        ("https://a.b.2328.io/x", false, true),
        ("http://2328.io/pay/x", false, false),
        ("https://evil2328.io/pay/x", false, false),
        ("https://2328.io.example.com/x", false, false),
        ("https://2328.su/x", false, false),
        ("https://me@2328.io/x", false, false),
        ("https://2328.io@example.com/x", false, false),
        ("http://127.0.0.1:9000/pay/x", false, false),
        ("http://127.0.0.1:9000/pay/x", true, true),
        ("http://localhost:9000/pay/x", true, true),
        ("http://10.0.0.1/pay/x", true, false),
        ("javascript:alert(1)", true, false),
        ("not an address", true, false),
    ] {
        let payment = Payment {
            url: Some(url.to_owned()),
            ..Payment::default()
        };
        let request = Request {
            quote: &usdt(),
            at_home,
        };
        assert_eq!(offer(&payment, &request).is_ok(), shown, "{url}");
    }
}

#[test]
fn a_payment_of_another_order_is_no_answer_to_our_request() {
    let request = Request {
        quote: &usdt(),
        at_home: false,
    };
    assert_eq!(draft(&payment("create/other_order"), &expected(), &request), None);
    for name in [
        "result_null",
        "state_missing",
        "state_one",
        "html",
        "malformed",
        "key_twice",
    ] {
        assert_eq!(result(&fixture(&format!("create/{name}"))), None, "{name}");
    }
    assert_eq!(
        result(&fixture("create/null_everything")).and_then(|result| Payment::read(&result)),
        None
    );
}

#[test]
fn the_life_is_the_difference_of_their_own_two_times() {
    let request = Request {
        quote: &usdt(),
        at_home: false,
    };
    let life = |payment: &Payment| draft(payment, &expected(), &request).unwrap().lifetime_ms;
    assert_eq!(life(&payment("create/address")), Some(900_000));
    assert_eq!(life(&payment("info/paid")), Some(900_000), "with offsets");
    let mut backwards = payment("create/address");
    std::mem::swap(&mut backwards.created_at_ms, &mut backwards.expires_at_ms);
    assert_eq!(life(&backwards), None);
    assert_eq!(
        life(&Payment {
            expires_at_ms: None,
            ..payment("create/address")
        }),
        None
    );
}

fn error(act: Act, status: u16, name: &str) -> Error {
    refusal(act, status, &fixture(name), None)
}

fn named(error: &Error) -> Option<(&'static str, &str)> {
    match error {
        Error::Misconfigured(fault) => Some((fault.code, fault.setting.as_str())),
        _ => None,
    }
}

#[test]
fn a_refusal_names_the_setting_it_is_about() {
    let (project, base_url) = ("providers.crypto_2328.project", "providers.crypto_2328.base_url");
    for act in [Act::Once, Act::Repeatable] {
        for (status, name, code, setting) in [
            (403, "error/bad_sign", "bad_signature", fault::API_KEY),
            (401, "error/bad_sign", "bad_signature", fault::API_KEY),
            (200, "error/bad_sign", "bad_signature", fault::API_KEY),
            (422, "error/bad_sign", "bad_signature", fault::API_KEY),
            (403, "error/bad_project", "wrong_merchant", project),
            (403, "error/ip", "ip_not_allowed", base_url),
            (403, "error/forbidden", "bad_key", fault::API_KEY),
            (401, "error/forbidden", "bad_key", fault::API_KEY),
            (403, "create/html", "ip_not_allowed", base_url),
            (401, "create/html", "bad_key", fault::API_KEY),
            (404, "create/html", "path_not_found", base_url),
            (302, "create/html", "path_not_found", base_url),
        ] {
            let error = error(act, status, name);
            assert_eq!(named(&error), Some((code, setting)), "{act:?} {status} {name}");
        }
    }
}

#[test]
fn only_a_clear_no_ends_a_create() {
    let refused = |code: &str| Error::Refused {
        code: code.to_owned(),
    };
    for (status, name, error_found) in [
        (422, "error/validation", refused("invalid:amount,network")),
        (400, "error/validation", refused("invalid:amount,network")),
        (200, "create/state_one", refused("state")),
        (400, "create/state_one", refused("http_400")),
        (404, "error/unknown_payment", refused("http_404")),
        (422, "create/malformed", refused("http_422")),
        (200, "error/message_only", Error::OutcomeUnknown),
        (200, "error/state_of_another_kind", Error::OutcomeUnknown),
        (409, "error/validation", Error::OutcomeUnknown),
        (408, "create/state_one", Error::OutcomeUnknown),
        (400, "create/html", Error::OutcomeUnknown),
        (200, "create/result_null", Error::OutcomeUnknown),
        (200, "create/state_missing", Error::OutcomeUnknown),
        (200, "create/html", Error::OutcomeUnknown),
        (200, "create/malformed", Error::OutcomeUnknown),
        (500, "create/state_one", Error::OutcomeUnknown),
        (500, "error/bad_sign", Error::OutcomeUnknown),
        (503, "error/slow_down", Error::OutcomeUnknown),
        (502, "create/html", Error::OutcomeUnknown),
        (429, "create/html", Error::Throttled { after_ms: None }),
        (200, "error/slow_down", Error::Throttled { after_ms: None }),
    ] {
        assert_eq!(error(Act::Once, status, name), error_found, "{status} {name}");
    }
}

#[test]
fn unknown_is_told_from_trouble() {
    for (status, name, error_found) in [
        (404, "error/unknown_payment", Error::NotFound),
        (404, "error/busy", Error::NotFound),
        (200, "error/unknown_payment", Error::NotFound),
        (200, "error/message_only", Error::Unavailable),
        (400, "error/message_only", Error::NotFound),
        (200, "error/busy", Error::Unavailable),
        (422, "error/validation", Error::Unavailable),
        (500, "error/unknown_payment", Error::Unavailable),
        (200, "create/html", Error::Unavailable),
        (200, "create/result_null", Error::Unavailable),
        (429, "error/slow_down", Error::Throttled { after_ms: None }),
    ] {
        assert_eq!(
            error(Act::Repeatable, status, name),
            error_found,
            "{status} {name}"
        );
    }
    assert_eq!(refusal(Act::Repeatable, 404, b"", None), Error::NotFound);
    let slower = refusal(Act::Repeatable, 429, b"", Some(1_000));
    assert_eq!(
        slower,
        Error::Throttled {
            after_ms: Some(1_000)
        }
    );
}

/// Mutates a fixture's text and checks that money is only ever believed while the rule holds.
fn holds_the_rule(body: &[u8]) -> Result<(), TestCaseError> {
    let Some(payment) = result(body).and_then(|result| Payment::read(&result)) else {
        return Ok(());
    };
    let expected = expected();
    let request = Request {
        quote: &usdt(),
        at_home: false,
    };
    let _ = draft(&payment, &expected, &request);
    let Some(report) = report(&payment, UUID, &expected) else {
        return Ok(());
    };
    let rule = payment.uuid == UUID
        && payment.order_id.as_deref() == Some(ATTEMPT)
        && payment.amount == Some(expected.invoiced)
        && payment
            .currency
            .as_deref()
            .is_some_and(|word| word.eq_ignore_ascii_case("THB"));
    match report.verdict {
        Verdict::Paid(evidence) => {
            prop_assert!(rule && claims_success(&payment));
            prop_assert!(evidence.amount >= expected.payable && evidence.amount <= Money::LARGEST_SALE);
        }
        Verdict::Short(evidence) | Verdict::ShortForGood(evidence) => {
            prop_assert!(rule && evidence.amount.is_positive() && evidence.amount < expected.payable);
        }
        _ => {}
    }
    Ok(())
}

const SEEDS: [&str; 6] = [
    "info/paid",
    "info/overpaid",
    "info/underpaid_check",
    "info/amounts_as_numbers",
    "info/aml_lock",
    "create/address",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_garbled_answer_never_panics_and_never_pays(
        seed in 0..SEEDS.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 0..6),
    ) {
        let mut body = fixture(SEEDS[seed]);
        for (at, byte, kind) in edits {
            if body.is_empty() {
                break;
            }
            let at = at.index(body.len());
            match kind {
                0 => body[at] = byte,
                1 => { body.remove(at); }
                _ => body.insert(at, byte),
            }
        }
        holds_the_rule(&body)?;
    }

    #[test]
    fn a_field_of_another_kind_never_panics_and_never_pays(
        seed in 0..SEEDS.len(),
        field in any::<prop::sample::Index>(),
        value in prop_oneof![
            Just("null".to_owned()), Just("true".to_owned()), Just("[]".to_owned()), Just("{}".to_owned()),
            Just("1e60".to_owned()), Just("-1".to_owned()), Just("\"-0.01\"".to_owned()), Just("\"paid\"".to_owned()),
            (0..1_000_000_u64, 0..20_u32).prop_map(|(digits, power)| format!("\"{digits}e-{power}\"")),
        ],
    ) {
        let Json::Object(mut answer) = Json::parse(&fixture(SEEDS[seed])).unwrap() else { unreachable!() };
        let Json::Object(members) = &mut answer[1].value else { unreachable!() };
        let at = field.index(members.len());
        members[at].value = Json::parse(value.as_bytes()).unwrap();
        let mut body = String::new();
        Json::Object(answer).write(&mut body);
        holds_the_rule(body.as_bytes())?;
    }

    #[test]
    fn a_part_is_never_worth_more_than_the_whole(arrived in 1..u64::MAX, asked in 1..u64::MAX, satang in 1..999_999_999_i64) {
        let payment = Payment {
            payer_amount: Some(asked.to_string()),
            payment_amount: Decimal::parse(&arrived.to_string()),
            ..payment("info/underpaid")
        };
        let payable = Money::from_satang(satang);
        if let Some(worth) = super::arrived(&payment, payable) {
            prop_assert_eq!(worth >= payable, arrived >= asked);
        }
    }
}
