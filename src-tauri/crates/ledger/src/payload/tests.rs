use super::*;
use proptest::prelude::*;
use proptest::sample::select;

fn money() -> impl Strategy<Value = Money> {
    any::<i64>().prop_map(Money::from_satang)
}

fn maybe_text() -> impl Strategy<Value = Option<String>> {
    prop::option::of(any::<String>())
}

fn evidence() -> impl Strategy<Value = Evidence> {
    (
        any::<String>(),
        select(Source::ALL),
        money(),
        prop::option::of(money()),
    )
        .prop_map(|(key, source, amount, fee)| Evidence {
            key,
            source,
            amount,
            fee,
        })
}

fn instruction() -> impl Strategy<Value = Instruction> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..64);
    prop_oneof![
        any::<String>().prop_map(|text| Instruction::QrText { text }),
        (bytes(), maybe_text()).prop_map(|(png, text)| Instruction::QrImage { png, text }),
        any::<(String, String, String)>().prop_map(|(bank_code, number, name)| {
            Instruction::BankAccount {
                bank_code,
                number,
                name,
            }
        }),
        any::<String>().prop_map(|url| Instruction::Redirect { url }),
        (any::<(String, String, String, String)>(), bytes()).prop_map(
            |((address, amount, coin, network), qr_png)| Instruction::CryptoAddress {
                address,
                amount,
                coin,
                network,
                qr_png,
            }
        ),
    ]
}

fn attempt_event() -> impl Strategy<Value = AttemptEvent> {
    let unshowable = select(
        [
            Unshowable::QrMismatch,
            Unshowable::QrUnavailable,
            Unshowable::AdjustedTooMuch,
            Unshowable::ModeMismatch,
        ]
        .as_slice(),
    );
    let bare = select(
        [
            AttemptEvent::SubmitStarted,
            AttemptEvent::OutcomeLost,
            AttemptEvent::Lapsed,
            AttemptEvent::Held,
            AttemptEvent::Contradicted,
            AttemptEvent::WeakEvidence,
            AttemptEvent::DeadlinePassed,
            AttemptEvent::CancelDone,
            AttemptEvent::ListenClosed,
        ]
        .as_slice(),
    );
    let deadline = prop::option::of(any::<i64>().prop_map(Timestamp::from_ms));
    prop_oneof![
        bare,
        (maybe_text(), money(), prop::option::of(instruction()), deadline).prop_map(
            |(provider_ref, payable, instruction, deadline)| AttemptEvent::Accepted {
                provider_ref,
                payable,
                instruction,
                deadline,
            }
        ),
        (maybe_text(), money(), unshowable).prop_map(|(provider_ref, payable, why)| {
            AttemptEvent::Unshowable {
                provider_ref,
                payable,
                why,
            }
        }),
        select(Reason::ALL).prop_map(|reason| AttemptEvent::Refused { reason }),
        select(Source::ALL).prop_map(|source| AttemptEvent::Seen { source }),
        evidence().prop_map(|evidence| AttemptEvent::Short { evidence }),
        evidence().prop_map(|evidence| AttemptEvent::Confirmed { evidence }),
        (money(), money()).prop_map(|(payable, tendered)| AttemptEvent::CashTaken { payable, tendered }),
        (any::<String>(), select(ConfirmReason::ALL), maybe_text())
            .prop_map(|(by, reason, note)| AttemptEvent::OperatorConfirmed { by, reason, note }),
        select(Reason::ALL).prop_map(|reason| AttemptEvent::Declined { reason }),
        any::<String>().prop_map(|word| AttemptEvent::Unrecognised { word }),
        maybe_text().prop_map(|by| AttemptEvent::CancelRequested { by }),
    ]
}

fn quote() -> impl Strategy<Value = Quote> {
    let text = any::<String>;
    (
        (text(), text(), text()),
        (text(), maybe_text(), text(), any::<i64>()),
    )
        .prop_map(
            |((coin, network, invoiced), (currency, rate, source, at))| Quote {
                coin,
                network,
                invoiced,
                currency,
                rate,
                source,
                at: Timestamp::from_ms(at),
            },
        )
}

fn order_event() -> impl Strategy<Value = OrderEvent> {
    let attempt = || any::<u128>().prop_map(AttemptId::from_bits);
    let refund = || any::<u128>().prop_map(RefundId::from_bits);
    // Days that can be written: the years 0 to 9999.
    let day = (-719_528_i64..=2_932_896).prop_map(|day| Timestamp::from_ms(day * 86_400_000).bangkok_day());
    prop_oneof![
        1 => (
            (select(DocumentKind::ALL), prop::option::of(refund()), day.clone(), prop::option::of(any::<u32>())),
            (any::<String>(), any::<u64>(), any::<String>(), maybe_text())
        )
            .prop_map(|((kind, refund, day, vat_rate_bp), (series, running, number, by))| {
                OrderEvent::DocumentIssued { kind, refund, series, running, number, day, vat_rate_bp, by }
            }),
        1 => (any::<String>(), money(), maybe_text(), maybe_text(), day).prop_map(
            |(number, amount_due, note, cashier, business_day)| OrderEvent::Opened(Opening {
                number,
                amount_due,
                note,
                cashier,
                business_day,
            })
        ),
        1 => (attempt(), select(ProviderId::ALL), any::<u128>(), money(), prop::option::of(quote())).prop_map(
            |(attempt, provider, token, asked, quote)| OrderEvent::AttemptOpened {
                attempt,
                provider,
                token: CallbackToken::from_bits(token),
                asked,
                quote,
            }
        ),
        8 => (attempt(), attempt_event(), maybe_text())
            .prop_map(|(attempt, event, said)| OrderEvent::Attempt { attempt, event, said }),
        1 => maybe_text().prop_map(|by| OrderEvent::Voided { by }),
        1 => (
            (refund(), attempt(), money()),
            (select(RefundKind::ALL), select(RefundReason::ALL), any::<String>())
        )
            .prop_map(|((refund, attempt, amount), (kind, reason, by))| OrderEvent::RefundRequested {
                refund,
                attempt,
                amount,
                kind,
                reason,
                by,
            }),
        1 => (refund(), select(RefundState::ALL), select(RefundKind::ALL), maybe_text()).prop_map(
            |(refund, state, kind, provider_ref)| OrderEvent::RefundResolved {
                refund,
                state,
                kind,
                provider_ref,
            }
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_event_comes_back_from_its_text(event in order_event()) {
        let text = encode(&event);
        prop_assert_eq!(decode(&text).unwrap(), event.clone());
        prop_assert_eq!(stamp(&text).unwrap(), None);
        prop_assert_eq!(encode(&event), text);
    }

    #[test]
    fn a_stamp_leaves_the_event_as_it_is(event in order_event(), days in -719_528_i64..=2_932_896) {
        let day = Timestamp::from_ms(days * 86_400_000).bangkok_day();
        let text = stamped(&event, day);
        prop_assert_eq!(decode(&text).unwrap(), event);
        prop_assert_eq!(stamp(&text).unwrap(), Some(day));
    }
}

/// One event of each shape, as stored by version 0.1.0 and by those that added it. These texts are in files out there: they may get company but
/// never change.
const STORED: [(&str, &str); 14] = [
    (
        "opened",
        r#"{"kind":"opened","number":"A-0147","amount_due_satang":25000,"note":"ชา","cashier":"nok","business_day":"2026-11-20"}"#,
    ),
    (
        "attempt_opened",
        r#"{"kind":"attempt_opened","attempt":"00000000-0000-0000-0000-000000000001","provider":"omise_truemoney","token":"00000000000000000000000000000002","asked_satang":25000}"#,
    ),
    (
        "accepted",
        r#"{"kind":"attempt","attempt":"00000000-0000-0000-0000-000000000001","event":{"kind":"accepted","provider_ref":"chrg_1","payable_satang":25000,"instruction":{"type":"qr_image","png_base64":"iVBO","text":"x"},"deadline_ms":1795143600000}}"#,
    ),
    (
        "accepted",
        r#"{"kind":"attempt","attempt":"00000000-0000-0000-0000-000000000001","event":{"kind":"accepted","payable_satang":1,"instruction":{"type":"crypto_address","address":"T","amount":"7.1","coin":"USDT","network":"TRX","qr_png_base64":""}}}"#,
    ),
    (
        "unshowable",
        r#"{"kind":"attempt","attempt":"00000000-0000-0000-0000-000000000001","event":{"kind":"unshowable","payable_satang":1,"why":"qr_mismatch"}}"#,
    ),
    (
        "submit_started",
        r#"{"kind":"attempt","attempt":"00000000-0000-0000-0000-000000000001","event":{"kind":"submit_started"}}"#,
    ),
    (
        "confirmed",
        r#"{"kind":"attempt","attempt":"00000000-0000-0000-0000-000000000001","event":{"kind":"confirmed","evidence":{"key":"chrg_1","source":"query","amount_satang":25000,"fee_satang":402}}}"#,
    ),
    (
        "operator_confirmed",
        r#"{"kind":"attempt","attempt":"00000000-0000-0000-0000-000000000001","event":{"kind":"operator_confirmed","by":"owner","reason":"phone_call"}}"#,
    ),
    (
        "seen",
        r#"{"kind":"attempt","attempt":"00000000-0000-0000-0000-000000000001","event":{"kind":"seen","source":"callback"}}"#,
    ),
    ("voided", r#"{"kind":"voided","by":"nok"}"#),
    (
        "refund_requested",
        r#"{"kind":"refund_requested","refund":"00000000-0000-0000-0000-000000000003","attempt":"00000000-0000-0000-0000-000000000001","amount_satang":100,"how":"refund","reason":"customer_request","by":"owner"}"#,
    ),
    (
        "refund_resolved",
        r#"{"kind":"refund_resolved","refund":"00000000-0000-0000-0000-000000000003","state":"done","how":"void","provider_ref":"rfnd_1"}"#,
    ),
    (
        "document_issued",
        r#"{"kind":"document_issued","document":"credit_note","refund":"00000000-0000-0000-0000-000000000003","series":"A","running":7,"number":"A000007","issued_on":"2026-11-21","vat_rate_bp":700,"by":"nok"}"#,
    ),
    (
        "document_issued",
        r#"{"kind":"document_issued","document":"receipt","series":"A","running":1,"number":"A000001","issued_on":"2026-11-21"}"#,
    ),
];

#[test]
fn stored_texts_keep_their_meaning_and_form() {
    for (word, text) in STORED {
        let event = decode(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(kind(&event), word);
        assert_eq!(encode(&event), text);
    }
}

#[test]
fn fields_of_a_newer_till_are_skipped() {
    let text = r#"{"kind":"voided","by":"nok","why":"rain","score":7}"#;
    let event = OrderEvent::Voided {
        by: Some("nok".to_owned()),
    };
    assert_eq!(decode(text).unwrap(), event);
}

#[test]
fn nonsense_is_refused_without_telling_secrets() {
    for text in [
        "",
        "{}",
        "[]",
        r#"{"kind":"party"}"#,
        r#"{"kind":"attempt","attempt":"1"}"#,
    ] {
        assert!(decode(text).is_err(), "{text}");
    }
    let text = r#"{"kind":"attempt_opened","attempt":"00000000-0000-0000-0000-000000000001","provider":"cash","token":"c4n4ry","asked_satang":1}"#;
    assert!(!decode(text).unwrap_err().to_string().contains("c4n4ry"));
}
