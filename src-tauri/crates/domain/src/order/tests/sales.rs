//! Sales told as tables; the language is [`tell`]'s.

use super::tell::tell;
use super::*;

#[test]
fn paid_to_the_satang() {
    tell(
        "
        due 250.00
        = due received 0.00 missing 250.00 flags none
        a opens
        a sent
        a asks 250.00
        a paid k 250.00 fee 4.13
        = settled a paid received 250.00 missing 0.00 order 250.00 fees 4.13 clearing 245.87 flags none
        a paid k 250.00 fee 4.13 -- nothing
        a seen -- nothing
        a short k 100.00 -- nothing
        b opens 1.00 -- no: not possible while the order is settled
        void -- no: not possible while the order is settled
        ",
    );
}

#[test]
fn a_gateway_that_adds_satang() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.37
        = due missing 100.00
        a paid k 100.37
        = settled received 100.37 missing 0.00 excess 0.00 order 100.00 rounding 0.37 clearing 100.37 flags none
        ",
    );
}

#[test]
fn a_gateway_that_takes_satang() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 99.97
        a paid k 99.97
        = settled received 99.97 missing 0.00 order 100.00 rounding -0.03 clearing 99.97 flags none
        ",
    );
}

#[test]
fn cash_in_coins_that_exist() {
    tell(
        "
        due 120.37
        a opens cash
        a sent
        a counted 120.00 of 500.00 -- no: the amount is out of range
        a counted 120.50 of 120.25 -- no: the amount is out of range
        a counted 120.25 of 500.00
        = settled a paid received 120.25 missing 0.00 excess 0.00 order 120.37 rounding -0.12 clearing 120.25 flags none
        a counted 120.25 of 500.00 -- no: not possible while the attempt is paid
        ",
    );
}

#[test]
fn a_slip_and_the_callback_that_follows_are_one_payment() {
    tell(
        "
        due 250.00
        a opens
        a sent
        a asks 250.37
        a slip s1 250.37
        = settled a paid received 250.37 excess 0.00 order 250.00 rounding 0.37 clearing 250.37 flags none
        a paid k 250.37 fee 2.00
        = settled received 250.37 excess 0.00 order 250.00 rounding 0.37 fees 2.00 clearing 248.37 flags none
        a slip s1 250.37 -- nothing
        ",
    );
}

#[test]
fn two_slips_are_two_payments() {
    tell(
        "
        due 250.00
        a opens
        a sent
        a asks 250.00
        a slip s1 250.00
        a slip s2 250.00
        = settled received 500.00 excess 250.00 flags duplicate_payment
        ",
    );
}

#[test]
fn one_slip_pays_one_attempt_of_a_sale() {
    tell(
        "
        due 250.00
        a opens
        a sent
        a asks 250.00
        b opens
        b sent
        b asks 250.00
        a slip s1 250.00
        b slip s1 250.00
        = settled received 250.00 flags contradiction
        ",
    );
}

#[test]
fn a_payment_found_again_without_its_qr_is_followed() {
    let order = opened(baht("250.00")).after;
    let found = AttemptEvent::Accepted {
        provider_ref: Some("DP1".to_owned()),
        payable: baht("250.00"),
        instruction: None,
        deadline: Some(moment(900)),
    };
    let events = [
        opens(1, baht("250.00")),
        of(1, AttemptEvent::SubmitStarted),
        of(1, AttemptEvent::OutcomeLost),
        of(1, found),
    ];
    let order = (1..).zip(events).fold(order, |order, (n, event)| {
        order.record(event, moment(n)).unwrap().unwrap().after
    });
    let attempt = &order.attempts[0];
    assert_eq!(
        (attempt.state, attempt.reason, &attempt.instruction),
        (AttemptState::Awaiting, Some(Reason::QrUnavailable), &None)
    );
}

#[test]
fn only_the_drawer_takes_cash() {
    tell(
        "
        due 120.00
        a opens
        a sent
        a counted 120.00 of 120.00 -- no: the amount is out of range
        ",
    );
}

#[test]
fn cash_for_a_sale_whose_qr_is_paid_after_all() {
    tell(
        "
        due 250.00
        a opens
        a sent
        a asks 250.00
        b opens cash
        b sent
        b counted 250.00 of 250.00
        = settled b paid received 250.00 flags none
        a paid k 250.00
        = settled received 500.00 excess 250.00 flags duplicate_payment
        ",
    );
}

#[test]
fn an_adjusted_payment_in_parts() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.37
        a short k 60.00
        = due a awaiting received 60.00 missing 40.00 order 60.00 rounding 0.00 flags underpaid
        a short k2 40.37
        = settled a awaiting received 100.37 order 100.00 rounding 0.37 flags none
        a paid k2 40.37
        = settled a paid received 100.37 order 100.00 rounding 0.37 flags none
        ",
    );
}

#[test]
fn a_callback_that_overtakes_the_reply() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a paid k 100.37
        = settled a paid received 100.37 order 100.37 flags overpaid
        a asks 100.37
        = settled a paid received 100.37 order 100.00 rounding 0.37 flags none
        a asks 99.00 -- nothing
        = settled received 100.37 order 100.00
        ",
    );
}

#[test]
fn a_persons_word_then_the_real_payment() {
    for (payable, word, told, after) in [
        // The same sum: matched, not credited again.
        (
            "100.00",
            "100.00",
            "100.00",
            "received 100.00 order 100.00 rounding 0.00",
        ),
        // The gateway's satang come to light with the evidence.
        (
            "100.37",
            "100.00",
            "100.37",
            "received 100.37 order 100.00 rounding 0.37",
        ),
        (
            "99.97",
            "99.97",
            "99.97",
            "received 99.97 order 100.00 rounding -0.03",
        ),
        // Less than the person vouched for: nothing already credited is taken back.
        (
            "100.00",
            "100.00",
            "60.00",
            "received 100.00 order 100.00 rounding 0.00",
        ),
    ] {
        tell(&format!(
            "
            due 100.00
            a opens
            a sent
            a asks {payable}
            a word
            = settled a paid received {word} missing 0.00 excess 0.00 order 100.00 flags manual_confirm
            a paid k {told}
            = settled a paid {after} missing 0.00 excess 0.00 flags manual_confirm
            a paid k {told} -- nothing
            "
        ));
    }
}

#[test]
fn a_persons_word_includes_what_already_came() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        a short k 60.00
        a word
        = settled a paid received 100.00 order 100.00 flags manual_confirm
        a short k 100.00
        = settled received 100.00 order 100.00 flags manual_confirm
        a short k 120.00
        = settled received 120.00 excess 20.00 flags overpaid,manual_confirm
        ",
    );
}

#[test]
fn a_persons_word_only_where_money_is_owed() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        b opens
        b sent
        b asks 100.00
        a paid k 100.00
        b word -- no: not possible while the order is settled
        b deadline
        b word -- no: not possible while the order is settled
        = settled b expired received 100.00 flags none
        ",
    );
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        a deadline
        void
        a word -- no: not possible while the order is voided
        = voided received 0.00 suspense 0.00
        ",
    );
}

#[test]
fn one_qr_paid_twice() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.37
        a paid k1 100.37
        a paid k2 100.37
        = settled received 200.74 order 200.37 rounding 0.37 excess 100.37 flags duplicate_payment
        ",
    );
}

#[test]
fn two_attempts_both_paid() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        b opens
        b sent
        b asks 100.00
        b paid k1 100.00
        = settled a awaiting b paid received 100.00 flags none
        a paid k2 100.00
        = settled a paid b paid received 200.00 excess 100.00 flags duplicate_payment
        refund r1 a 100.00
        r1 done
        = settled refunded 100.00 order 100.00 clearing 100.00 flags duplicate_payment
        ",
    );
}

#[test]
fn one_payment_reported_for_two_attempts_is_credited_once() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        b opens
        b sent
        b asks 100.00
        a paid k 100.00
        b paid k 100.00
        = settled a paid b awaiting received 100.00 order 100.00 flags contradiction
        b paid k 100.00 -- nothing
        ",
    );
}

#[test]
fn underpaid_then_topped_up() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        a short k1 60.00
        = due a awaiting missing 40.00 flags underpaid
        b opens
        b sent
        b asks 40.00
        b paid k2 40.00
        = settled a awaiting b paid received 100.00 missing 0.00 flags none
        ",
    );
    // Asking for more than is missing would make an overpayment.
    tell(
        "
        due 100.00
        a opens 100.01 -- no: the amount is out of range
        a opens
        a sent
        a short k1 60.00
        b opens 40.01 -- no: the amount is out of range
        b opens 40.00
        ",
    );
}

#[test]
fn paid_but_less_than_asked() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        a paid k1 60.00
        = due a paid received 60.00 missing 40.00 flags underpaid
        void -- no: not possible while the order is due
        a paid k1 100.00
        = settled a paid received 100.00 flags none
        ",
    );
}

#[test]
fn overpaid_in_one_payment() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        a paid k 150.00
        = settled received 150.00 excess 50.00 order 150.00 flags overpaid
        ",
    );
}

#[test]
fn a_confirmation_of_nothing_is_refused() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        a paid k 0.00 -- no: the amount is out of range
        a short k -1.00 -- no: the amount is out of range
        = due a awaiting received 0.00 flags none
        ",
    );
}

#[test]
fn late_money() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        a deadline
        = due a expired missing 100.00 flags none
        a paid k 100.00
        = settled a paid order 100.00 flags paid_late
        ",
    );
    // What came in time is not late because it is told again.
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        a short k 60.00
        a deadline
        a short k 60.00 -- nothing
        a short k 30.00 -- nothing
        = due a expired flags underpaid
        a short k 100.00
        = settled flags paid_late
        ",
    );
}

#[test]
fn money_after_a_cancel_waits_in_suspense() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.37
        a cancel
        void -- no: not possible while the attempt is cancelling
        a let_go
        void
        = voided a cancelled missing 0.00 flags none
        a paid k 100.37
        = voided a paid received 100.37 missing 0.00 order 0.00 suspense 100.00 rounding 0.37 clearing 100.37 flags paid_late
        refund r1 a 100.37
        r1 done
        = voided refunded 100.37 order 0.00 clearing 0.00
        ",
    );
}

#[test]
fn payment_wins_over_cancel() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        a cancel
        a paid k 100.00
        = settled a paid received 100.00 flags none
        a let_go -- nothing
        a cancel -- no: not possible while the attempt is paid
        ",
    );
}

#[test]
fn a_no_and_a_payment_contradict_each_other_in_any_order() {
    for told in [
        ["a declined", "a paid k 100.00"],
        ["a paid k 100.00", "a declined"],
        ["a declined", "a short k 100.00"],
        ["a short k 100.00", "a declined"],
    ] {
        let [first, second] = told;
        tell(&format!(
            "
            due 100.00
            a opens
            a sent
            a asks 100.00
            {first}
            {second}
            = settled received 100.00 order 100.00 flags contradiction
            a declined -- nothing
            "
        ));
    }
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        a paid k 100.00
        a lapsed
        = settled a paid received 100.00 flags contradiction
        ",
    );
}

#[test]
fn held_money_is_neither_here_nor_gone() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        a held
        = due a held received 0.00 flags held
        a deadline -- nothing
        a cancel -- no: not possible while the attempt is held
        a paid k 100.00
        = settled a paid flags held
        ",
    );
}

#[test]
fn a_full_return_undoes_the_sale() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        a paid k 100.00 fee 1.65
        refund r1 a 100.01 -- no: more would be returned than was received
        refund r1 a 0.00 -- no: the amount is out of range
        refund r1 a 40.00
        refund r1 a 1.00 -- no: the id is already used in this order
        refund r2 a 60.01 -- no: more would be returned than was received
        = settled refunded 0.00 order 100.00
        r1 unknown
        r1 unknown -- nothing
        refund r2 a 60.01 -- no: more would be returned than was received
        r1 done
        r1 failed -- nothing
        = settled refunded 40.00 order 60.00 clearing 58.35 flags none
        refund r2 a 60.00
        r2 failed
        r2 done -- nothing
        = settled refunded 40.00 flags refund_failed
        refund r3 a 60.00
        r3 done
        = voided refunded 100.00 missing 0.00 order 0.00 fees 1.65 clearing -1.65 flags refund_failed
        refund r4 a 0.01 -- no: more would be returned than was received
        a paid k2 100.00
        = voided received 200.00 suspense 100.00
        ",
    );
}

#[test]
fn what_went_back_is_owed_again_until_the_sale_is_settled() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        a short k1 60.00
        refund r1 a 20.00
        = due missing 40.00
        r1 done
        = due received 60.00 refunded 20.00 missing 60.00
        b opens
        b sent
        b asks 60.00
        b paid k2 60.00
        = settled received 120.00 order 100.00 missing 0.00
        ",
    );
}

#[test]
fn a_part_given_back_ends_a_sale_nobody_pays_any_longer() {
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        a short k1 60.00
        a deadline
        refund r1 a 60.00
        r1 done
        = voided a expired received 60.00 refunded 60.00 missing 0.00 order 0.00
        ",
    );
    // While a QR is still up the customer may yet pay; calling it off is possible again.
    tell(
        "
        due 100.00
        a opens
        a sent
        a asks 100.00
        a short k1 60.00
        refund r1 a 60.00
        r1 done
        = due a awaiting missing 100.00
        a cancel
        a let_go
        = voided a cancelled
        ",
    );
}

#[test]
fn the_reason_other_needs_a_note() {
    let order = {
        let order = opened(baht("100.00")).after;
        let events = [
            opens(0, baht("100.00")),
            of(0, AttemptEvent::SubmitStarted),
            of(0, accepted(baht("100.00"), None)),
        ];
        events.into_iter().fold(order, |order, event| {
            order.record(event, moment(1)).unwrap().unwrap().after
        })
    };
    let word = |note: Option<&str>| {
        let event = AttemptEvent::OperatorConfirmed {
            by: "Som".to_owned(),
            reason: ConfirmReason::Other,
            note: note.map(str::to_owned),
        };
        order.record(of(0, event), moment(2))
    };
    assert_eq!(word(None), Err(TransitionError::NoteMissing));
    assert_eq!(word(Some("  ")), Err(TransitionError::NoteMissing));
    assert!(word(Some("the line was down")).unwrap().is_some());
}
