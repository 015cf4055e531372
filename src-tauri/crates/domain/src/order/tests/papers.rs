//! Receipts, credit notes, and what reports say of a sale, told as tables; the language is [`tell`]'s.

use super::tell::tell;
use super::*;

#[test]
fn a_receipt_completes_a_sale_and_is_given_once() {
    tell(
        "
        due 250.00
        receipt 1 -- no: not possible while the order is due
        a opens
        a sent
        a asks 250.00
        a paid k 250.00
        receipt 0 -- no: the document's number is empty
        credit r1 2 -- no: the order has no such refund
        receipt 1
        = completed received 250.00 order 250.00 clearing 250.00 flags none
        receipt 2 -- no: the document was issued already
        b opens 1.00 -- no: not possible while the order is completed
        void -- no: not possible while the order is completed
        a paid late 50.00
        = completed received 300.00 order 300.00 suspense 0.00 flags duplicate_payment
        ",
    );
}

#[test]
fn a_credit_note_is_for_money_that_went_back_after_a_receipt() {
    tell(
        "
        due 250.00
        a opens
        a sent
        a asks 250.00
        a paid k 250.00
        refund r1 a 50.00
        r1 done
        credit r1 1 -- no: no receipt was issued
        receipt 1
        credit r1 2
        credit r1 3 -- no: the document was issued already
        refund r2 a 200.00
        credit r2 3 -- no: the refund is not done
        = completed refunded 50.00
        r2 done
        = voided refunded 250.00 clearing 0.00 order 0.00
        credit r2 3
        = voided refunded 250.00
        receipt 4 -- no: the document was issued already
        ",
    );
}

#[test]
fn a_sale_that_was_called_off_gets_no_receipt() {
    tell(
        "
        due 250.00
        void
        receipt 1 -- no: not possible while the order is voided
        ",
    );
}

#[test]
fn money_is_counted_under_what_it_rests_on() {
    let opening = "
        due 100.00
        a opens
        a sent
        a asks 100.37
    ";
    let cases = [
        // The provider.
        ("a paid k 100.37", "settled automatic 100.37 sales 1"),
        (
            "a short k 40.00\n a paid l 60.37",
            "settled automatic 100.37 sales 1",
        ),
        // A slip, and the provider after it.
        (
            "a slip s 100.37\n a paid k 100.37",
            "settled slip 100.37 automatic 0.00 sales 1",
        ),
        // A person's word: a provider that tells of the same money later takes nothing from it.
        ("a word", "settled manual 100.00 automatic 0.00 sales 1"),
        (
            "a word\n a paid k 100.37",
            "settled manual 100.37 automatic 0.00 sales 1",
        ),
        // What was told before the word is not the word's.
        (
            "a short k 40.00\n a word",
            "settled automatic 40.00 manual 60.00 sales 1",
        ),
        // A return has the proof of what it returns.
        (
            "a word\n refund r1 a 30.00\n r1 done",
            "settled manual 100.00 returned 30.00 sales 1",
        ),
    ];
    for (what, stands) in cases {
        tell(&format!("{opening}\n{what}\n= {stands}"));
    }
    tell(
        "
        due 120.37
        a opens cash
        a sent
        a counted 120.25 of 200.00
        = settled cash 120.25 manual 0.00 automatic 0.00 sales 1
        ",
    );
}

#[test]
fn a_bill_counts_once() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        a short k 40.00
        = due sales 1 automatic 40.00
        a cancel
        a let_go
        b opens
        b sent
        b asks 60.00
        b paid m 60.00
        a paid k 100.00
        = settled sales 1 automatic 160.00
        ",
    );
}

/// An order after these events, one a second.
fn after(due: &str, events: Vec<OrderEvent>) -> Order {
    let mut order = opened(baht(due)).after;
    for (n, event) in (1..).zip(events) {
        order = order.record(event, moment(n)).unwrap().unwrap().after;
    }
    order
}

fn asked(n: usize, due: &str, payable: &str) -> Vec<OrderEvent> {
    vec![
        opens(n, baht(due)),
        of(n, AttemptEvent::SubmitStarted),
        of(n, accepted(baht(payable), None)),
    ]
}

fn paid(n: usize, amount: &str) -> OrderEvent {
    let evidence = proof(&format!("k{n}"), baht(amount), None);
    of(n, AttemptEvent::Confirmed { evidence })
}

fn goes_back(n: usize, attempt: usize, amount: &str) -> Vec<OrderEvent> {
    let refund = refund_id(n);
    vec![
        OrderEvent::RefundRequested {
            refund,
            attempt: attempt_id(attempt),
            amount: baht(amount),
            kind: RefundKind::Refund,
            reason: RefundReason::DuplicatePayment,
            by: "Som".to_owned(),
        },
        OrderEvent::RefundResolved {
            refund,
            state: RefundState::Done,
            kind: RefundKind::Refund,
            provider_ref: None,
        },
    ]
}

#[test]
fn a_receipt_stands_for_what_paid_the_sale_and_a_later_payment_changes_no_copy() {
    let both = [asked(1, "180.00", "180.12"), asked(2, "180.00", "180.37")].concat();
    let once = after("180.00", [both.clone(), vec![paid(2, "180.37")]].concat());
    let parts = [SalePart {
        attempt: attempt_id(2),
        of_due: baht("180.00"),
        rounding: baht("0.37"),
    }];
    assert_eq!(once.sale_parts(), parts);
    assert_eq!(once.sale_total(), baht("180.37"));

    let twice = after(
        "180.00",
        [both, vec![paid(2, "180.37"), paid(1, "180.12")]].concat(),
    );
    assert_eq!(twice.received(), baht("360.49"));
    assert_eq!(
        twice.sale_parts(),
        parts,
        "opened first, paid second: it paid nothing of the sale"
    );

    let too_much = after(
        "180.00",
        [asked(1, "180.00", "180.00"), vec![paid(1, "200.00")]].concat(),
    );
    assert_eq!(too_much.sale_total(), baht("180.00"));
}

#[test]
fn only_what_lowers_the_sale_is_on_a_credit_note() {
    let both = [asked(1, "180.00", "180.00"), asked(2, "180.00", "180.00")].concat();
    let mut events = [both, vec![paid(1, "180.00"), paid(2, "180.00")]].concat();
    events.extend(goes_back(1, 2, "180.00"));
    let twice_less_once = after("180.00", events.clone());
    assert_eq!(twice_less_once.refund_of_sale(refund_id(1)), Money::ZERO);
    events.extend(goes_back(2, 1, "30.00"));
    let lowered = after("180.00", events);
    assert_eq!(lowered.refund_of_sale(refund_id(1)), Money::ZERO);
    assert_eq!(lowered.refund_of_sale(refund_id(2)), baht("30.00"));

    let mut over = [asked(1, "180.00", "180.00"), vec![paid(1, "200.00")]].concat();
    over.extend(goes_back(1, 1, "50.00"));
    assert_eq!(after("180.00", over).refund_of_sale(refund_id(1)), baht("30.00"));
}
