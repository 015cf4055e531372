//! Which bill a slip pays, and that no money counts twice.

use crate::slips_stage::*;
use crate::world::*;
use keptang_checkout::{Override, SlipOutcome, Till};
use keptang_domain::order::{AttemptState, DocumentKind, Flag, Order, OrderEvent, OrderState};
use keptang_ports::{AuditLine, Clock, Ledger, SlipError};
use keptang_testkit::scripted_provider::{accepts, report};
use keptang_testkit::scripted_verifier::transfer;

fn verdict(outcome: &SlipOutcome) -> &str {
    &outcome.record.verdict
}

#[tokio::test(start_paused = true)]
async fn the_bill_is_found_by_its_amount() {
    let shop = Shop::new();
    let till = shop.till(1);
    let other = shop.bill(&till, satang(30_000)).await;
    let order = shop.bill(&till, SALE).await;
    let newest = shop.bill(&till, satang(9_900)).await;
    let outcome = show(&till, shop.pays("R1", SALE), None).await;
    assert_eq!(verdict(&outcome), "accepted");
    assert_eq!(detail(&outcome).order, Some(order.opening.number));
    assert_eq!(shop.order(order.id).await.state, OrderState::Settled);
    for untouched in [other, newest] {
        assert_eq!(shop.order(untouched.id).await.received(), satang(0));
    }
}

#[tokio::test(start_paused = true)]
async fn the_bill_is_found_by_the_time() {
    let shop = Shop::new();
    let till = shop.till(1);
    let first = shop.bill(&till, SALE).await;
    let slip = shop.pays("R1", SALE);
    // The next bill of that amount is opened when the transfer is too old for it.
    tokio::time::sleep(secs(180)).await;
    let second = shop.bill(&till, SALE).await;
    let outcome = show(&till, slip, None).await;
    assert_eq!(verdict(&outcome), "accepted");
    assert_eq!(outcome.record.order, Some(first.id));
    assert_eq!(shop.order(second.id).await.received(), satang(0));
}

#[tokio::test(start_paused = true)]
async fn two_bills_that_fit_are_a_question() {
    let shop = Shop::new();
    let till = shop.till(1);
    let first = shop.bill(&till, SALE).await;
    let second = shop.bill(&till, SALE).await;
    let slip = shop.pays("R1", SALE);
    let question = show(&till, slip.clone(), None).await;
    assert_eq!(verdict(&question), "needs_review");
    let said = detail(&question);
    let mut choices = said.choices.clone();
    choices.sort();
    assert_eq!(
        choices,
        [first.opening.number.clone(), second.opening.number.clone()]
    );
    assert!(
        said.message_en.contains("several bills fit"),
        "{}",
        said.message_en
    );
    for order in [&first, &second] {
        assert_eq!(shop.order(order.id).await.received(), satang(0));
    }
    let answer = show(&till, slip, Some(&second)).await;
    assert_eq!(verdict(&answer), "accepted");
    assert_eq!(shop.order(second.id).await.state, OrderState::Settled);
    assert_eq!(shop.order(first.id).await.received(), satang(0));
}

/// The money that a gateway told of is on a slip too, and would pay the next bill for nothing.
#[tokio::test(start_paused = true)]
async fn a_bill_that_the_gateway_told_of_may_be_the_one() {
    for (with_receipt, later_s, verdict_then) in [
        (false, 0, "needs_review"),
        (true, 0, "needs_review"),
        (false, 300, "accepted"),
    ] {
        let shop = Shop::new();
        let till = shop.till(1);
        let told = shop.gateway_bill(&till).await;
        let open = shop.bill(&till, SALE).await;
        shop.omise
            .queries()
            .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
        deliver(&till, seen(told.newest().unwrap())).await;
        let paid_up = shop.until_state(told.id, secs(5), AttemptState::Paid).await;
        if with_receipt {
            let receipt = receipt(&paid_up);
            let change = paid_up.record(receipt, shop.clock.now()).unwrap().unwrap();
            shop.ledger.commit(vec![change], None).await.unwrap();
        }
        // A transfer made long after that is another one.
        tokio::time::sleep(secs(later_s)).await;
        let slip = shop.pays("R1", SALE);
        let outcome = show(&till, slip.clone(), None).await;
        assert_eq!(verdict(&outcome), verdict_then, "{later_s}");
        if verdict_then == "needs_review" {
            let numbers = [open.opening.number.clone(), told.opening.number.clone()];
            assert_eq!(detail(&outcome).choices, numbers);
            assert_eq!(shop.order(open.id).await.received(), satang(0));
            let outcome = show(&till, slip, Some(&told)).await;
            assert_eq!(verdict(&outcome), "accepted");
        }
        let told = shop.order(told.id).await;
        assert_eq!((told.received(), flags(&told)), (SALE, vec![]));
    }
}

fn receipt(order: &Order) -> OrderEvent {
    OrderEvent::DocumentIssued {
        kind: DocumentKind::Receipt,
        refund: None,
        series: "R".to_owned(),
        running: 1,
        number: "R000001".to_owned(),
        day: order.opening.business_day,
        vat_rate_bp: None,
        by: None,
    }
}

/// A bill of the gateway's that is paid by its word alone.
async fn told(shop: &Shop, till: &Till) -> Order {
    let order = shop.gateway_bill(till).await;
    shop.omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    deliver(till, seen(order.newest().unwrap())).await;
    shop.until_state(order.id, secs(5), AttemptState::Paid).await
}

/// Naming the bill is no proof that the money is not another's.
#[tokio::test(start_paused = true)]
async fn a_named_bill_is_not_paid_by_money_that_was_told_of_for_another() {
    let shop = Shop::new();
    let till = shop.till(1);
    let other = told(&shop, &till).await;
    let named = shop.bill(&till, SALE).await;
    let slip = shop.pays("R1", SALE);
    let said = detail(&show(&till, slip.clone(), Some(&named)).await);
    assert_eq!((said.verdict.as_str(), said.may_override), ("needs_review", true));
    let numbers = [named.opening.number.clone(), other.opening.number.clone()];
    assert_eq!(
        (said.order.as_ref(), &said.choices[..]),
        (Some(&numbers[0]), &numbers[1..])
    );
    assert!(
        said.message_en.ends_with(&format!(": {}", numbers[1])),
        "{}",
        said.message_en
    );
    assert!(
        said.message_th.ends_with(&format!(": {}", numbers[1])),
        "{}",
        said.message_th
    );
    assert_eq!(shop.order(named.id).await.received(), satang(0));

    // Shown for the other bill, it is that bill's, once and for all.
    let answer = show(&till, slip.clone(), Some(&other)).await;
    assert_eq!(verdict(&answer), "accepted");
    let other = shop.order(other.id).await;
    assert_eq!((other.received(), flags(&other)), (SALE, vec![]));
    assert_eq!(verdict(&show(&till, slip, Some(&named)).await), "already_used");
    assert_eq!(shop.order(named.id).await.received(), satang(0));
    // Now that the other bill has its slip, the next transfer is nobody's but the named bill's.
    let next = shop.pays("R2", SALE);
    assert_eq!(verdict(&show(&till, next, Some(&named)).await), "accepted");
    assert!(overridden(&shop).await.is_empty());
    shop.assert_proven().await;
}

#[tokio::test(start_paused = true)]
async fn a_manager_may_say_that_it_is_a_second_transfer() {
    let shop = Shop::new();
    let till = shop.till(1);
    let other = told(&shop, &till).await;
    let named = shop.bill(&till, SALE).await;
    let outcome = show_with(&till, shop.pays("R1", SALE), Some(&named), word()).await;
    assert_eq!(
        (verdict(&outcome), outcome.record.order),
        ("accepted", Some(named.id))
    );
    assert_eq!(overridden(&shop).await.len(), 1);
    for order in [named, other] {
        assert_eq!(shop.order(order.id).await.received(), SALE);
    }
}

/// The question is asked only where the money may be the same.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_the_same_money_is_no_question() {
    for (what, waits_s, sum) in [("made later", 300, SALE), ("of another sum", 0, satang(30_000))] {
        let shop = Shop::new();
        let till = shop.till(1);
        told(&shop, &till).await;
        tokio::time::sleep(secs(waits_s)).await;
        let named = shop.bill(&till, sum).await;
        let outcome = show(&till, shop.pays("R1", sum), Some(&named)).await;
        assert_eq!(verdict(&outcome), "accepted", "{what}");
    }
    let shop = Shop::new();
    let till = shop.till(1);
    let (one, two) = (told(&shop, &till).await, told(&shop, &till).await);
    // Sent to somebody else, it is a clear no.
    let elsewhere = shop.transfers(KBANK, "R1", SALE, shop.now(), THEIRS);
    let named = shop.bill(&till, SALE).await;
    assert_eq!(
        verdict(&show(&till, elsewhere, Some(&named)).await),
        "wrong_receiver"
    );
    // And of two that were told of, the named one takes it as its own proof.
    for (order, reference) in [(&two, "R2"), (&one, "R3")] {
        let outcome = show(&till, shop.pays(reference, SALE), Some(order)).await;
        assert_eq!(
            (verdict(&outcome), outcome.record.order),
            ("accepted", Some(order.id))
        );
        assert_eq!(flags(&shop.order(order.id).await), []);
    }
}

/// Also when the bank was late and the question comes up in the queue.
#[tokio::test(start_paused = true)]
async fn a_slip_that_waited_is_asked_the_same_question() {
    let shop = Shop::new();
    let till = shop.till(1);
    told(&shop, &till).await;
    let named = shop.bill(&till, SALE).await;
    let slip = shop.transfers(BANGKOK_BANK, "R1", SALE, shop.now(), OURS);
    shop.verifier.checks.then(Err(SlipError::Pending));
    let outcome = show(&till, slip, Some(&named)).await;
    assert_eq!(verdict(&outcome), "bank_pending");
    tokio::time::sleep(secs(40)).await;
    let slip = till.slip(outcome.record.id).await.unwrap();
    assert_eq!((slip.verdict.as_str(), slip.order), ("needs_review", None));
    assert_eq!(shop.order(named.id).await.received(), satang(0));
}

#[tokio::test(start_paused = true)]
async fn a_right_slip_without_a_bill_is_for_a_person() {
    let shop = Shop::new();
    let till = shop.till(1);
    let outcome = show(&till, shop.pays("R1", SALE), None).await;
    assert_eq!(verdict(&outcome), "needs_review");
    assert_eq!(outcome.record.order, None);
    // It is not used up: the bill is opened, and the slip shown again.
    let order = shop.bill(&till, SALE).await;
    let outcome = show(&till, shop.pays("R1", SALE), Some(&order)).await;
    assert_eq!(verdict(&outcome), "accepted");
}

async fn overridden(shop: &Shop) -> Vec<AuditLine> {
    shop.ledger.trail(&["slip_overridden"]).await.unwrap().1
}

fn word() -> Option<Override> {
    Some(Override {
        by: "Som".to_owned(),
        reason: "Seen in the bank's app".to_owned(),
    })
}

#[tokio::test(start_paused = true)]
async fn a_manager_decides_about_time_and_receiver_and_about_nothing_else() {
    let doubtful = [
        ("too_old", -3_600_000, 25_000, OURS, true),
        ("needs_review", 3_600_000, 25_000, OURS, true),
        ("needs_review", 0, 25_000, "xxx-x-xx789-x", true),
        ("wrong_amount", 0, 24_999, OURS, false),
        ("wrong_amount", -3_600_000, 24_999, OURS, false),
        ("wrong_receiver", 0, 25_000, THEIRS, false),
        ("wrong_receiver", -3_600_000, 25_000, THEIRS, false),
    ];
    for (before, age_ms, amount, to, may) in doubtful {
        // With the bill named, and found by the slip.
        for is_named in [true, false] {
            let shop = Shop::new();
            let till = shop.till(1);
            let order = shop.bill(&till, SALE).await;
            let named = is_named.then_some(&order);
            let slip = shop.transfers(KBANK, "R1", satang(amount), shop.now().plus_ms(age_ms), to);
            let plain = show(&till, slip.clone(), named).await;
            assert_eq!(verdict(&plain), before);
            assert_eq!(detail(&plain).may_override, may, "{before} {age_ms} {to}");
            assert!(overridden(&shop).await.is_empty());

            let outcome = show_with(&till, slip, named, word()).await;
            let case = format!("{before} {age_ms} {to} {is_named}");
            let expected = if may {
                ("accepted", SALE, 1)
            } else {
                (before, satang(0), 0)
            };
            let noted = overridden(&shop).await;
            let received = shop.order(order.id).await.received();
            assert_eq!((verdict(&outcome), received, noted.len()), expected, "{case}");
            if let [line] = &noted[..] {
                assert_eq!(line.by.as_deref(), Some("Som"));
                assert_eq!(line.subject, outcome.record.id.to_string());
                assert!(line.detail.contains("Seen in the bank's app"), "{}", line.detail);
                assert!(line.detail.contains(before), "{}", line.detail);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_managers_word_makes_no_transfer_exist() {
    let shop = Shop::new();
    let till = shop.till(1);
    let first = shop.bill(&till, SALE).await;
    let order = shop.bill(&till, SALE).await;
    show(&till, shop.pays("USED", SALE), Some(&first)).await;
    shop.verifier
        .checks
        .then(Ok(transfer(KBANK, "OTHER", SALE, shop.now(), OURS)));
    for (shown, expected) in [
        (code(KBANK, "ASKED"), "needs_review"),
        (code(BANGKOK_BANK, "UNKNOWN"), "bank_pending"),
        (code(KBANK, "USED"), "already_used"),
    ] {
        let outcome = show_with(&till, shown, Some(&order), word()).await;
        assert_eq!(verdict(&outcome), expected);
    }
    assert!(overridden(&shop).await.is_empty());
    assert_eq!(shop.order(order.id).await.received(), satang(0));
}

#[tokio::test(start_paused = true)]
async fn a_managers_word_is_for_one_bill() {
    let shop = Shop::new();
    let till = shop.till(1);
    let first = shop.bill(&till, SALE).await;
    let second = shop.bill(&till, SALE).await;
    let old = shop.transfers(KBANK, "R1", SALE, shop.now().plus_ms(-3_600_000), OURS);
    let outcome = show_with(&till, old, None, word()).await;
    assert_eq!(verdict(&outcome), "needs_review");
    assert_eq!(detail(&outcome).choices.len(), 2);
    assert!(overridden(&shop).await.is_empty());
    for order in [first, second] {
        assert_eq!(shop.order(order.id).await.received(), satang(0));
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_tills_with_one_slip_one_wins() {
    for round in 0..8 {
        let shop = Shop::new();
        let (one, two) = (shop.till(2 * round + 1), shop.till(2 * round + 2));
        let first = shop.bill(&one, SALE).await;
        let second = shop.bill(&two, SALE).await;
        let slip = shop.pays("R1", SALE);
        // Both have asked before either is answered.
        shop.verifier.checks.takes(secs(1));
        let (a, b) = tokio::join!(
            show(&one, slip.clone(), Some(&first)),
            show(&two, slip.clone(), Some(&second))
        );
        assert_eq!(shop.verifier.checks.most_open(), 2);
        let (winner, loser, loses) = if verdict(&a) == "accepted" {
            (&first, &second, &b)
        } else {
            (&second, &first, &a)
        };
        assert_eq!(verdict(loses), "already_used");
        assert_eq!(detail(loses).used_by.as_ref(), Some(&winner.opening.number));
        assert_eq!(shop.order(winner.id).await.received(), SALE);
        let lost = shop.order(loser.id).await;
        assert_eq!(
            (lost.state, lost.received(), flags(&lost)),
            (OrderState::Due, satang(0), vec![])
        );
        shop.assert_proven().await;
    }
}

#[tokio::test(start_paused = true)]
async fn one_slip_at_two_tills_for_one_bill_is_one_payment() {
    let shop = Shop::new();
    let (one, two) = (shop.till(1), shop.till(2));
    let order = shop.bill(&one, SALE).await;
    let slip = shop.pays("R1", SALE);
    shop.verifier.checks.takes(secs(1));
    let (a, b) = tokio::join!(
        show(&one, slip.clone(), Some(&order)),
        show(&two, slip, Some(&order))
    );
    for outcome in [a, b] {
        let said = detail(&outcome);
        assert!(
            said.verdict == "accepted" || said.customer_en.contains("We have this one already"),
            "{said:?}"
        );
    }
    let paid = shop.order(order.id).await;
    assert_eq!((paid.received(), flags(&paid)), (SALE, vec![]));
}

#[tokio::test(start_paused = true)]
async fn two_slips_are_two_payments() {
    let shop = Shop::new();
    let till = shop.till(1);
    let order = shop.bill(&till, SALE).await;
    for reference in ["R1", "R2"] {
        let outcome = show(&till, shop.pays(reference, SALE), Some(&order)).await;
        assert_eq!(verdict(&outcome), "accepted", "{reference}");
    }
    let paid = shop.order(order.id).await;
    assert_eq!((paid.received(), paid.excess()), (satang(50_000), SALE));
    assert_eq!(flags(&paid), [Flag::DuplicatePayment]);
}

#[tokio::test(start_paused = true)]
async fn the_gateways_word_after_a_slip_is_the_same_money() {
    for by in [0, 37] {
        let shop = Shop::new();
        let till = shop.till(1);
        shop.omise
            .creates
            .always(move |payment| Ok(accepts(payment, satang(payment.amount.satang() + by))));
        let order = shop.gateway_bill(&till).await;
        let payable = satang(25_000 + by);
        let outcome = show(&till, shop.pays("R1", payable), Some(&order)).await;
        assert_eq!(verdict(&outcome), "accepted");
        let paid_by_slip = shop.order(order.id).await;
        assert_eq!(
            (paid_by_slip.state, paid_by_slip.received()),
            (OrderState::Settled, payable)
        );

        shop.omise
            .queries()
            .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
        deliver(&till, seen(order.newest().unwrap())).await;
        let order = shop
            .until(order.id, secs(5), |order| {
                !order.newest().unwrap().rests_on_word()
            })
            .await;
        assert_eq!((order.received(), order.excess()), (payable, satang(0)));
        assert_eq!(flags(&order), []);
        shop.assert_proven().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_slip_after_the_gateways_word_is_the_same_money() {
    let shop = Shop::new();
    let till = shop.till(1);
    let order = shop.gateway_bill(&till).await;
    shop.omise
        .queries()
        .always(|payment| Ok(report(&payment.provider_ref, paid(payment))));
    deliver(&till, seen(order.newest().unwrap())).await;
    shop.until_state(order.id, secs(5), AttemptState::Paid).await;
    let outcome = show(&till, shop.pays("R1", SALE), Some(&order)).await;
    assert_eq!(verdict(&outcome), "accepted");
    let order = shop.order(order.id).await;
    assert_eq!(
        (order.received(), order.excess(), flags(&order)),
        (SALE, satang(0), vec![])
    );
    // And the slip is used up by it.
    let other = shop.bill(&till, SALE).await;
    let again = show(&till, code(KBANK, "R1"), Some(&other)).await;
    assert_eq!(verdict(&again), "already_used");
    assert_eq!(detail(&again).used_by, Some(order.opening.number));
}

#[tokio::test(start_paused = true)]
async fn a_slip_after_the_end_is_paid_late() {
    let shop = Shop::new();
    shop.omise.creates.always(|payment| {
        let mut created = accepts(payment, payment.amount);
        created.lifetime_ms = Some(60_000);
        Ok(created)
    });
    let till = shop.till(1);
    let order = shop.gateway_bill(&till).await;
    shop.until_state(order.id, secs(62), AttemptState::Expired).await;
    let outcome = show(&till, shop.pays("R1", SALE), Some(&order)).await;
    assert_eq!(verdict(&outcome), "accepted");
    let order = shop.order(order.id).await;
    assert_eq!((order.received(), flags(&order)), (SALE, vec![Flag::PaidLate]));
}

#[tokio::test(start_paused = true)]
async fn a_slip_for_a_bill_that_was_called_off_is_kept_and_flagged() {
    let shop = Shop::new();
    let till = shop.till(1);
    let order = shop.gateway_bill(&till).await;
    till.cancel(order.id, None).await.unwrap();
    shop.until(order.id, secs(10), |order| order.state == OrderState::Voided)
        .await;
    let outcome = show(&till, shop.pays("R1", SALE), Some(&order)).await;
    assert_eq!(verdict(&outcome), "accepted");
    let order = shop.order(order.id).await;
    assert_eq!(order.received(), SALE);
    assert!(!flags(&order).is_empty(), "a person has to see it");
}
