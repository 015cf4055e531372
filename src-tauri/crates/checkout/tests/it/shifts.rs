//! Shifts at one counter: blind counts, what is expected, and numbers without gaps.

use crate::books::*;
use crate::world::*;
use keptang_checkout::{ShiftError, Till};
use keptang_domain::Method;
use keptang_domain::shift::{Direction, Shift};
use keptang_ports::{AuditLine, Ledger};

fn by(name: &str) -> Option<String> {
    Some(name.to_owned())
}

fn differences(shift: &Shift) -> Vec<(Method, i64)> {
    let closing = shift.closing.as_ref().unwrap();
    closing
        .differences
        .iter()
        .map(|line| (line.method, line.difference.satang()))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_shift_from_float_to_difference() {
    let world = World::new();
    let till = world.till(1);
    cash(&till, 99_900).await;
    let shift = till.open_shift(by("Som"), satang(100_000)).await.unwrap();
    assert_eq!((shift.number, shift.counter.as_str()), (1, "A"));
    assert!(matches!(
        till.open_shift(by("Nok"), satang(0)).await,
        Err(ShiftError::AlreadyOpen(open)) if open.number == 1
    ));

    let sold = cash(&till, 25_000).await;
    till.refund(give_back(&sold, Some(5_000))).await.unwrap();
    wallet(&world, &till).await;
    till.move_drawer(by("Som"), Direction::Out, satang(12_000), " ice ")
        .await
        .unwrap();
    till.move_drawer(by("Som"), Direction::In, satang(2_000), "coins")
        .await
        .unwrap();
    let left = unpaid(&world, &till).await;

    // Expected: 1000 + 250 - 50 - 120 + 20 = 1100 baht, and 250 by wallet. The sale before the shift is not in it.
    let counted = till
        .count_shift(
            by("Som"),
            vec![
                (Method::Cash, satang(109_000)),
                (Method::TrueMoney, satang(25_000)),
            ],
        )
        .await
        .unwrap();
    assert!(!counted.agrees && counted.may_recount);
    let counted = till
        .count_shift(
            by("Som"),
            vec![
                (Method::Cash, satang(109_500)),
                (Method::TrueMoney, satang(25_000)),
            ],
        )
        .await
        .unwrap();
    assert!(!counted.agrees && !counted.may_recount);
    assert!(matches!(
        till.count_shift(by("Som"), vec![]).await,
        Err(ShiftError::CountsUsed)
    ));

    let shift = till.close_shift(by("Nok")).await.unwrap();
    assert_eq!(
        differences(&shift),
        [(Method::Cash, -500), (Method::TrueMoney, 0)]
    );
    let closing = shift.closing.as_ref().unwrap();
    assert_eq!(closing.carried_over, [left.opening.number]);
    assert!(closing.has_difference());
    assert_eq!(shift.moves[0].reason, "ice");
    assert!(matches!(till.close_shift(None).await, Err(ShiftError::NotOpen)));

    let state = till.shift_state("A").await.unwrap();
    assert_eq!((state.open, state.last), (None, vec![shift]));
    let ends = till.shifts_closed_on(till.today()).await.unwrap();
    assert_eq!((ends.len(), ends[0].number), (1, 1));
    assert_eq!(till.open_shift(None, satang(0)).await.unwrap().number, 2);
}

#[tokio::test(start_paused = true)]
async fn a_drawer_with_something_in_it_has_to_be_counted() {
    let world = World::new();
    let till = world.till(1);
    till.open_shift(None, satang(0)).await.unwrap();
    let shift = till.close_shift(None).await.unwrap();
    assert_eq!(differences(&shift), [(Method::Cash, 0)]);

    till.open_shift(None, satang(1)).await.unwrap();
    assert!(matches!(
        till.close_shift(None).await,
        Err(ShiftError::NeedsCount)
    ));
    let counted = till
        .count_shift(None, vec![(Method::Cash, satang(1))])
        .await
        .unwrap();
    assert!(
        counted.agrees && !counted.may_recount,
        "nobody is sent to count what agrees"
    );
    let shift = till.close_shift(None).await.unwrap();
    assert_eq!((shift.number, differences(&shift)), (2, vec![(Method::Cash, 0)]));
}

#[tokio::test(start_paused = true)]
async fn money_after_the_count_asks_for_another_one() {
    let world = World::new();
    let till = world.till(1);
    for moved_by_hand in [false, true] {
        let shift = till.open_shift(None, satang(10_000)).await.unwrap();
        let full = vec![(Method::Cash, satang(10_000))];
        assert!(till.count_shift(None, full.clone()).await.unwrap().agrees);
        if moved_by_hand {
            till.move_drawer(None, Direction::In, satang(5_000), "change")
                .await
                .unwrap();
        } else {
            cash(&till, 5_000).await;
        }
        assert!(matches!(
            till.close_shift(None).await,
            Err(ShiftError::MovedSinceCount)
        ));
        assert!(!till.count_shift(None, full).await.unwrap().agrees);
        // No count is left, so what moves now is part of the difference.
        cash(&till, 1_000).await;
        let closed = till.close_shift(None).await.unwrap();
        assert_eq!(closed.number, shift.number);
        assert_eq!(differences(&closed), [(Method::Cash, -6_000)]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_amount_or_no_reason_is_refused() {
    let world = World::new();
    let till = world.till(1);
    let long = "ก".repeat(121);
    assert!(matches!(
        till.open_shift(None, satang(-1)).await,
        Err(ShiftError::Amount)
    ));
    assert!(matches!(
        till.move_drawer(None, Direction::In, satang(100), "ice").await,
        Err(ShiftError::NotOpen)
    ));
    till.open_shift(None, satang(0)).await.unwrap();
    for (amount, reason, is_amount) in [
        (0, "ice", true),
        (-1, "ice", true),
        (1, " ", false),
        (1, &long, false),
    ] {
        let refused = till
            .move_drawer(None, Direction::Out, satang(amount), reason)
            .await
            .unwrap_err();
        assert_eq!(
            matches!(refused, ShiftError::Amount),
            is_amount,
            "{amount} {reason}"
        );
        assert_eq!(
            matches!(refused, ShiftError::Reason),
            !is_amount,
            "{amount} {reason}"
        );
    }
    for counted in [
        vec![(Method::Cash, satang(-1))],
        vec![(Method::Cash, satang(1)), (Method::Cash, satang(2))],
    ] {
        assert!(matches!(
            till.count_shift(None, counted).await,
            Err(ShiftError::Amount)
        ));
    }
    assert!(
        till.shift_state("A")
            .await
            .unwrap()
            .open
            .unwrap()
            .counts
            .is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn of_two_tills_one_opens_the_shift() {
    let world = World::new();
    let tills = [world.till(1), world.till(2), world.till(3)];
    for round in 1..=5 {
        let opened =
            futures::future::join_all(tills.iter().map(|till| till.open_shift(None, satang(0)))).await;
        let numbers: Vec<u64> = opened.iter().flatten().map(|shift| shift.number).collect();
        assert_eq!(numbers, [round]);
        tills[0].close_shift(None).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_that_cannot_be_read_is_damage() {
    let world = World::new();
    let till = world.till(1);
    let line = AuditLine {
        at: world.now(),
        by: None,
        what: "shift_opened".to_owned(),
        subject: "A".to_owned(),
        detail: "{}".to_owned(),
    };
    world.ledger.note(line, None).await.unwrap();
    assert!(Till::shift_state(&till, "A").await.is_err());
    assert!(
        till.open_shift(None, satang(0)).await.is_err(),
        "no number is guessed"
    );
}
