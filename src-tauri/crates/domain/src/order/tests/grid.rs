//! The whole table, written down a second time from architecture.md §5 and compared with [`rule`]; then every cell
//! driven through [`Order::record`].
//!
//! Readings where the page is silent:
//! - A reply that comes twice, or that a callback, a cancel or an end overtook, changes no state; what it tells
//!   (reference, payable) is kept.
//! - "Refused" means that nothing exists there, so a cancel that was waiting is done.
//! - "Lapsed" is the provider's own end of time. Unlike our deadline it also ends what was seen or held.
//! - A decline while cancelling ends in `failed`, for the order shows what really happened (product.md §2.6).
//! - A person may still vouch for an expired QR: the customer paid in the last second and the till missed it.
//! - A decline or a refusal of a paid attempt is a "no" (row Paid): it is looked at, nothing else.
//! - Paid wins in `prepared` too: money for something never sent is strange, and still money.

use super::*;

/// Cells: a state to go to · `=` stays, facts are kept · `$` paid · `+` credited, undecided · `!x` a flag, by its
/// first letter · `.` nothing · `x` cannot happen.
const GRID: &str = "
                     prep  subm  awai  conf  canc  unkn  held  paid  fail  expi  cncl
    submit_started   subm  x     x     x     x     x     x     x     x     x     x
    accepted         x     awai  .     =     =     awai  =     =     =     =     =
    unshowable       x     canc  x     =     =     canc  =     =     =     =     =
    refused          fail  fail  x     .     cncl  fail  .     !c    .     .     .
    outcome_lost     x     unkn  .     .     .     .     .     .     .     .     .
    seen             x     conf  conf  .     conf  conf  .     .     conf  conf  conf
    short            +     +     +     +     +     +     +     +     +     +     +
    confirmed        $     $     $     $     $     $     $     $     $     $     $
    cash_taken       x     $     x     x     x     x     x     x     x     x     x
    word             x     x     $     $     x     $     x     x     x     $     x
    declined         x     fail  fail  fail  fail  fail  fail  !c    =     =     =
    lapsed           x     expi  expi  expi  cncl  expi  expi  !c    .     .     .
    held             x     held  held  held  held  held  .     !h    held  held  held
    unrecognised     !u    !u    !u    !u    !u    !u    !u    !u    !u    !u    !u
    contradicted     !c    !c    !c    !c    !c    !c    !c    !c    !c    !c    !c
    weak             !w    !w    !w    !w    !w    !w    !w    !w    !w    !w    !w
    deadline         x     .     expi  .     .     .     .     .     .     .     .
    cancel_asked     cncl  canc  canc  canc  .     canc  x     x     x     x     x
    cancel_done      x     x     x     .     cncl  x     .     .     .     .     .
    listen_closed    x     expi  expi  expi  cncl  expi  expi  .     =     =     =
";

const COLUMNS: [(&str, AttemptState); 11] = [
    ("prep", AttemptState::Prepared),
    ("subm", AttemptState::Submitted),
    ("awai", AttemptState::Awaiting),
    ("conf", AttemptState::Confirming),
    ("canc", AttemptState::Cancelling),
    ("unkn", AttemptState::Unknown),
    ("held", AttemptState::Held),
    ("paid", AttemptState::Paid),
    ("fail", AttemptState::Failed),
    ("expi", AttemptState::Expired),
    ("cncl", AttemptState::Cancelled),
];

/// A real event for each row, carrying facts that no earlier event of these tests carried.
fn event_of(row: &str) -> AttemptEvent {
    match row {
        "submit_started" => AttemptEvent::SubmitStarted,
        "accepted" => accepted(baht("100.37"), Some(moment(900))),
        "unshowable" => AttemptEvent::Unshowable {
            provider_ref: Some("chrg_1".to_owned()),
            payable: baht("107.00"),
            why: Unshowable::AdjustedTooMuch,
        },
        "refused" => AttemptEvent::Refused {
            reason: Reason::Refused,
        },
        "outcome_lost" => AttemptEvent::OutcomeLost,
        "seen" => AttemptEvent::Seen {
            source: Source::Callback,
        },
        "short" => AttemptEvent::Short {
            evidence: proof("part", baht("40.00"), None),
        },
        "confirmed" => AttemptEvent::Confirmed {
            evidence: proof("whole", baht("100.37"), None),
        },
        "cash_taken" => AttemptEvent::CashTaken {
            payable: baht("100.00"),
            tendered: baht("500.00"),
        },
        "word" => AttemptEvent::OperatorConfirmed {
            by: "Som".to_owned(),
            reason: ConfirmReason::BankAppShown,
            note: None,
        },
        "declined" => AttemptEvent::Declined {
            reason: Reason::FailedProcessing,
        },
        "lapsed" => AttemptEvent::Lapsed,
        "held" => AttemptEvent::Held,
        "unrecognised" => AttemptEvent::Unrecognised {
            word: "maybe".to_owned(),
        },
        "contradicted" => AttemptEvent::Contradicted,
        "weak" => AttemptEvent::WeakEvidence,
        "deadline" => AttemptEvent::DeadlinePassed,
        "cancel_asked" => AttemptEvent::CancelRequested { by: None },
        "cancel_done" => AttemptEvent::CancelDone,
        "listen_closed" => AttemptEvent::ListenClosed,
        other => panic!("no such row: {other}"),
    }
}

/// Exhaustive on purpose: a new kind of event does not compile until it has a row.
fn row_of(kind: EventKind) -> &'static str {
    match kind {
        EventKind::SubmitStarted => "submit_started",
        EventKind::Accepted => "accepted",
        EventKind::Unshowable => "unshowable",
        EventKind::Refused => "refused",
        EventKind::OutcomeLost => "outcome_lost",
        EventKind::Seen => "seen",
        EventKind::Short => "short",
        EventKind::Confirmed => "confirmed",
        EventKind::CashTaken => "cash_taken",
        EventKind::OperatorConfirmed => "word",
        EventKind::Declined => "declined",
        EventKind::Lapsed => "lapsed",
        EventKind::Held => "held",
        EventKind::Unrecognised => "unrecognised",
        EventKind::Contradicted => "contradicted",
        EventKind::WeakEvidence => "weak",
        EventKind::DeadlinePassed => "deadline",
        EventKind::CancelRequested => "cancel_asked",
        EventKind::CancelDone => "cancel_done",
        EventKind::ListenClosed => "listen_closed",
    }
}

struct Cell {
    row: &'static str,
    state: AttemptState,
    expected: Move,
}

fn move_of(cell: &str) -> Move {
    match cell {
        "=" => Move::Keep,
        "$" => Move::Pay,
        "+" => Move::Credit,
        "." => Move::Ignore,
        "x" => Move::Illegal,
        "!c" => Move::Raise(Flag::Contradiction),
        "!h" => Move::Raise(Flag::Held),
        "!u" => Move::Raise(Flag::UnrecognisedStatus),
        "!w" => Move::Raise(Flag::WeakEvidence),
        state => {
            let (_, state) = COLUMNS
                .iter()
                .find(|(short, _)| *short == state)
                .unwrap_or_else(|| panic!("no such cell: {state}"));
            Move::To(*state)
        }
    }
}

fn cells() -> Vec<Cell> {
    let mut lines = GRID.lines().filter(|line| !line.trim().is_empty());
    let head: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    assert_eq!(head, COLUMNS.map(|(short, _)| short));
    let mut cells = Vec::new();
    for line in lines {
        let (row, rest) = line.trim().split_once(' ').unwrap();
        let columns: Vec<&str> = rest.split_whitespace().collect();
        assert_eq!(columns.len(), COLUMNS.len(), "{row}");
        for (cell, (_, state)) in columns.into_iter().zip(COLUMNS) {
            cells.push(Cell {
                row,
                state,
                expected: move_of(cell),
            });
        }
    }
    cells
}

#[test]
fn the_table_is_the_one_of_the_page() {
    let cells = cells();
    assert_eq!(COLUMNS.len(), AttemptState::ALL.len());
    assert_eq!(cells.len(), 20 * 11, "20 events by 11 states");
    for Cell { row, state, expected } in cells {
        let kind = event_of(row).kind();
        assert_eq!(row_of(kind), row);
        assert_eq!(rule(state, kind), expected, "{row} while {state}");
    }
}

/// An attempt over 100.00 that stands in `state`; `replied` when the provider's answer came before that.
fn standing(state: AttemptState, replied: bool) -> Option<Order> {
    standing_at(ProviderId::OmiseTrueMoney, state, replied)
}

fn standing_at(provider: ProviderId, state: AttemptState, replied: bool) -> Option<Order> {
    let mut path = match state {
        AttemptState::Prepared => vec![],
        _ => vec![AttemptEvent::SubmitStarted],
    };
    if replied {
        path.push(accepted(baht("100.37"), Some(moment(900))));
    }
    let rest: &[&str] = match (state, replied) {
        (AttemptState::Prepared | AttemptState::Submitted, false) | (AttemptState::Awaiting, true) => &[],
        (AttemptState::Unknown, false) => &["outcome_lost"],
        (
            AttemptState::Prepared | AttemptState::Submitted | AttemptState::Awaiting | AttemptState::Unknown,
            _,
        ) => return None,
        (AttemptState::Confirming, _) => &["seen"],
        (AttemptState::Cancelling, _) => &["cancel_asked"],
        (AttemptState::Held, _) => &["held"],
        (AttemptState::Paid, _) => &["confirmed"],
        (AttemptState::Failed, _) => &["refused_or_declined"],
        (AttemptState::Expired, _) => &["lapsed"],
        (AttemptState::Cancelled, _) => &["cancel_asked", "cancel_done"],
    };
    for row in rest {
        path.push(match (*row, replied) {
            ("refused_or_declined", true) => AttemptEvent::Declined {
                reason: Reason::Declined,
            },
            ("refused_or_declined", false) => event_of("refused"),
            ("confirmed", _) => AttemptEvent::Confirmed {
                evidence: proof("earlier", baht("100.37"), None),
            },
            (row, _) => event_of(row),
        });
    }
    let mut order = opened(baht("100.00")).after;
    let opening = opens_at(provider, 1, baht("100.00"));
    let events = std::iter::once(opening).chain(path.into_iter().map(|event| of(1, event)));
    for (n, event) in (1..).zip(events) {
        order = order.record(event, moment(n)).unwrap().unwrap().after;
    }
    assert_eq!(order.attempts[0].state, state);
    Some(order)
}

fn drive(cell: &Cell, before: &Order, replied: bool) {
    let Cell { row, state, expected } = cell;
    let name = format!("{row} while {state}, replied: {replied}");
    let event = of(1, event_of(row));
    let result = before.record(event.clone(), moment(50));
    let change = match (expected, result) {
        (Move::Illegal, result) => {
            assert_eq!(result, Err(TransitionError::AttemptState(*state)), "{name}");
            return;
        }
        (Move::Ignore, result) => {
            assert_eq!(result, Ok(None), "{name}");
            return;
        }
        // Only facts that are new are worth a row.
        (Move::Keep, Ok(None)) => {
            assert!(replied, "{name}: the reply is news");
            return;
        }
        (_, result) => result
            .unwrap()
            .unwrap_or_else(|| panic!("{name}: nothing was recorded")),
    };
    assert_sound(before, &change);
    assert_eq!((&change.event, change.at), (&event, moment(50)), "{name}");
    let after = &change.after.attempts[0];
    let grown = change.after.received().checked_sub(before.received()).unwrap();
    match expected {
        Move::To(to) => assert_eq!(after.state, *to, "{name}"),
        Move::Pay => {
            assert_eq!(after.state, AttemptState::Paid, "{name}");
            assert_eq!(change.after.state, OrderState::Settled, "{name}");
        }
        Move::Raise(flag) => {
            assert_eq!(after.state, *state, "{name}");
            assert!(change.after.flags().contains(flag), "{name}");
        }
        _ => assert_eq!(after.state, *state, "{name}"),
    }
    let brought = match *row {
        "confirmed" => baht("100.37"),
        "short" => baht("40.00"),
        "cash_taken" | "word" => baht("100.00"),
        _ => Money::ZERO,
    };
    assert_eq!(grown, brought, "{name}");
    let clearing: i64 = change
        .postings
        .iter()
        .map(|posting| match (posting.debit, posting.credit) {
            (Account::Clearing(_), _) => posting.amount.satang(),
            (_, Account::Clearing(_)) => -posting.amount.satang(),
            _ => 0,
        })
        .sum();
    assert_eq!(
        clearing,
        brought.satang(),
        "{name}: the books move with the money"
    );
    let repeated = change.after.record(event, moment(51));
    assert!(
        !matches!(&repeated, Ok(Some(again)) if again.after.received() != change.after.received()
            || again.after.flags() != change.after.flags()),
        "{name}: told twice, it means the same"
    );
}

#[test]
fn every_cell_does_what_it_says() {
    let mut driven = 0;
    for cell in cells() {
        for replied in [false, true] {
            // Only the drawer takes cash.
            let provider = if cell.row == "cash_taken" {
                ProviderId::Cash
            } else {
                ProviderId::OmiseTrueMoney
            };
            if let Some(order) = standing_at(provider, cell.state, replied) {
                drive(&cell, &order, replied);
                driven += 1;
            }
        }
    }
    // Four states have one way in, seven have two.
    assert_eq!(driven, 20 * (4 + 7 * 2));
}

#[test]
fn a_wish_to_cancel_is_the_reason_whatever_was_before() {
    for state in [
        AttemptState::Submitted,
        AttemptState::Confirming,
        AttemptState::Unknown,
    ] {
        let order = standing(state, false).unwrap();
        let asked = order
            .record(of(1, event_of("cancel_asked")), moment(50))
            .unwrap()
            .unwrap();
        assert_eq!(
            asked.after.attempts[0].reason,
            Some(Reason::CancelledByPerson),
            "{state}"
        );
    }
}

#[test]
fn a_reply_that_was_overtaken_is_kept_but_not_shown() {
    for (state, shown) in [
        (AttemptState::Confirming, true),
        (AttemptState::Cancelling, false),
        (AttemptState::Held, false),
        (AttemptState::Paid, false),
        (AttemptState::Failed, false),
        (AttemptState::Expired, false),
        (AttemptState::Cancelled, false),
    ] {
        let order = standing(state, false).unwrap();
        let after = order
            .record(of(1, event_of("accepted")), moment(50))
            .unwrap()
            .unwrap();
        let attempt = &after.after.attempts[0];
        assert_eq!(attempt.provider_ref.as_deref(), Some("chrg_1"), "{state}");
        assert_eq!(attempt.payable, baht("100.37"), "{state}");
        assert_eq!(attempt.instruction.is_some(), shown, "{state}");
    }
}
