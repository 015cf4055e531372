//! Callbacks of a provider that cannot be asked: believed only on the attempt's own address, with the exact order,
//! reference and sum.

use crate::world::*;
use keptang_checkout::{Charge, CheckOutcome};
use keptang_domain::order::{Attempt, AttemptState, Evidence, Flag, Order, Reason, Source};
use keptang_domain::{CallbackToken, Method, Money, ProviderId};
use keptang_ports::{Notice, NoticeError, RawNotice, Strength, Verdict};
use keptang_testkit::scripted_provider::{ScriptedProvider, accepts, reference_of};

const GATEWAY: ProviderId = ProviderId::DepositGateway;

/// `<verdict> <attempt> <reference> <satang>`, believed because of the address it came to.
fn reading(raw: &RawNotice) -> Result<Notice, NoticeError> {
    let text = String::from_utf8(raw.body.clone()).map_err(|_| NoticeError::Unreadable)?;
    let words: Vec<&str> = text.split(' ').collect();
    let [verdict, order, reference, satang] = words[..] else {
        return Err(NoticeError::Unreadable);
    };
    let evidence = Evidence {
        key: reference.to_owned(),
        source: Source::Callback,
        amount: Money::from_satang(satang.parse().map_err(|_| NoticeError::Unreadable)?),
        fee: None,
    };
    Ok(Notice {
        our_ref: order.parse().ok(),
        provider_ref: Some(reference.to_owned()),
        verdict: match verdict {
            "paid" => Verdict::Paid(evidence),
            "failed" => Verdict::Declined(Reason::Declined),
            _ => Verdict::Pending,
        },
        strength: Strength::SecretPath,
        said: None,
    })
}

fn gateway() -> World {
    World::with(ScriptedProvider::new(GATEWAY).with_notices(false, reading))
}

fn sale() -> Charge {
    Charge {
        method: Method::PromptPay,
        ..charge()
    }
}

async fn awaiting(world: &World, till: &keptang_checkout::Till) -> Order {
    let order = till.charge(sale()).await.unwrap();
    world.until_state(order.id, secs(1), AttemptState::Awaiting).await
}

fn call(token: CallbackToken, body: String) -> RawNotice {
    RawNotice {
        provider: GATEWAY,
        token: Some(token),
        headers: Vec::new(),
        body: body.into_bytes(),
    }
}

fn says(attempt: &Attempt, verdict: &str, amount: Money) -> RawNotice {
    let body = format!(
        "{verdict} {} {} {}",
        attempt.id,
        reference_of(attempt.id),
        amount.satang()
    );
    call(attempt.token, body)
}

#[tokio::test(start_paused = true)]
async fn the_exact_callback_settles_once_however_often_it_comes() {
    let world = gateway();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    let attempt = order.newest().unwrap();
    for _ in 0..5 {
        assert_eq!(deliver(&till, says(attempt, "paid", SALE)).await.status, 200);
    }
    let order = world.order(order.id).await;
    assert_eq!(order.newest().unwrap().state, AttemptState::Paid);
    assert_eq!(order.received(), SALE);
    assert_eq!(flags(&order), []);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_order_reference_or_sum_is_flagged_and_settles_nothing() {
    let world = gateway();
    let till = world.till(1);
    let other = awaiting(&world, &till).await;
    let other = other.newest().unwrap().clone();
    type Wrong = fn(&Attempt, &Attempt) -> String;
    let wrong: [(&str, Wrong); 4] = [
        ("another order", |a, b| {
            format!("paid {} {} {}", b.id, reference_of(a.id), SALE.satang())
        }),
        ("another reference", |a, b| {
            format!("paid {} {} {}", a.id, reference_of(b.id), SALE.satang())
        }),
        ("another sum", |a, _| {
            format!("paid {} {} {}", a.id, reference_of(a.id), SALE.satang() - 1)
        }),
        ("no order", |a, _| {
            format!("paid nobody {} {}", reference_of(a.id), SALE.satang())
        }),
    ];
    for (what, body) in wrong {
        let order = awaiting(&world, &till).await;
        let attempt = order.newest().unwrap();
        let answer = deliver(&till, call(attempt.token, body(attempt, &other))).await;
        assert_eq!(answer.status, 200, "{what}: stored, and not worth sending again");
        let order = world.order(order.id).await;
        assert_eq!(order.newest().unwrap().state, AttemptState::Awaiting, "{what}");
        assert_eq!(flags(&order), [Flag::WeakEvidence], "{what}");
        assert_eq!(order.received(), Money::ZERO, "{what}");
        // The real one still counts.
        deliver(&till, says(attempt, "paid", SALE)).await;
        assert_eq!(world.order(order.id).await.received(), SALE, "{what}");
    }
    let nobody = call(CallbackToken::from_bits(7), "paid x y 1".to_owned());
    assert_eq!(deliver(&till, nobody).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn the_adjusted_sum_is_the_one_that_counts() {
    let world = gateway();
    let till = world.till(1);
    let payable = SALE.checked_add(satang(37)).unwrap();
    world
        .omise
        .creates
        .always(move |payment| Ok(accepts(payment, payable)));
    let order = awaiting(&world, &till).await;
    let attempt = order.newest().unwrap();
    deliver(&till, says(attempt, "paid", SALE)).await;
    let now = world.order(order.id).await;
    assert_eq!(
        (now.received(), flags(&now)),
        (Money::ZERO, vec![Flag::WeakEvidence])
    );
    deliver(&till, says(attempt, "paid", payable)).await;
    let now = world.order(order.id).await;
    assert_eq!((now.received(), now.excess()), (payable, Money::ZERO));
}

#[tokio::test(start_paused = true)]
async fn before_the_answer_a_sum_within_the_owners_limit_is_enough() {
    let world = gateway();
    let till = world.till(1);
    let _held = world.omise.creates.then_hang();
    let order = till.charge(sale()).await.unwrap();
    tokio::time::sleep(secs(1)).await;
    let attempt = order.newest().unwrap();
    let beyond = SALE.checked_add(satang(101)).unwrap();
    deliver(&till, says(attempt, "paid", beyond)).await;
    assert_eq!(world.order(order.id).await.received(), Money::ZERO);
    let within = SALE.checked_add(satang(12)).unwrap();
    deliver(&till, says(attempt, "paid", within)).await;
    let now = world.order(order.id).await;
    assert_eq!(now.newest().unwrap().state, AttemptState::Paid);
    assert_eq!(now.received(), within);
}

#[tokio::test(start_paused = true)]
async fn failed_and_then_paid_is_looked_at_by_a_person() {
    let world = gateway();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    let attempt = order.newest().unwrap();
    deliver(&till, says(attempt, "failed", SALE)).await;
    assert_eq!(
        world.order(order.id).await.newest().unwrap().state,
        AttemptState::Failed
    );
    deliver(&till, says(attempt, "paid", SALE)).await;
    let now = world.order(order.id).await;
    assert_eq!(now.newest().unwrap().state, AttemptState::Paid);
    assert_eq!(flags(&now), [Flag::Contradiction]);
}

#[tokio::test(start_paused = true)]
async fn a_check_says_that_nobody_can_be_asked() {
    let world = gateway();
    let till = world.till(1);
    let order = awaiting(&world, &till).await;
    let (_, outcome) = till.check(order.id).await.unwrap();
    assert_eq!(outcome, CheckOutcome::CannotAsk);
}
