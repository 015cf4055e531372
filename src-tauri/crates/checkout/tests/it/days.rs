//! X, Z and the signature: gapless numbers, each baht in one Z, and races that nobody loses.

use crate::books::*;
use crate::world::*;
use keptang_checkout::{DayError, Outcome, ReviewKind, ZReport};
use keptang_domain::day::{Group, Totals};
use keptang_domain::{Method, Money};
use keptang_ports::{AuditLine, Ledger, LedgerError, TrailFilter};

fn owner() -> String {
    "Mali".to_owned()
}

#[tokio::test(start_paused = true)]
async fn an_x_says_what_came_so_far() {
    let world = World::new();
    let till = world.till(1);
    let day = till.today();
    assert_eq!(till.x_report(day).await.unwrap().totals, Totals::default());
    let sold = cash_by(&till, 10_000, Some("Som")).await;
    wallet(&world, &till).await;
    till.refund(give_back(&sold, Some(4_000))).await.unwrap();
    let x = till.x_report(day).await.unwrap();
    assert_eq!(
        (x.totals.orders, x.totals.gross, x.totals.refunds, x.totals.net),
        (2, satang(35_000), satang(4_000), satang(31_000))
    );
    assert_eq!((x.totals.cash, x.totals.automatic), (satang(10_000), SALE));
    assert_eq!((x.found.drawer, x.found.bank), (satang(6_000), SALE));
    let keys: Vec<_> = x.by_method.iter().map(|group| group.key).collect();
    assert_eq!(keys, [Method::TrueMoney, Method::Cash]);
    let cashiers: Vec<_> = x
        .by_cashier
        .iter()
        .map(|group: &Group<_>| group.key.clone())
        .collect();
    assert_eq!(cashiers, [None, Some("Som".to_owned())]);
    assert_eq!((x.by_hour.len(), x.by_hour[0].key), (1, 10));
    assert_eq!((x.facts.opened, x.facts.paid), (2, 2));
    assert!(till.z_list(day).await.unwrap().is_empty(), "an X changes nothing");
}

#[tokio::test(start_paused = true)]
async fn each_z_covers_what_came_since_the_one_before() {
    let world = World::new();
    let till = world.till(1);
    let day = till.today();
    assert!(matches!(
        till.z_close(day, owner()).await,
        Err(DayError::NothingNew)
    ));
    cash(&till, 10_000).await;
    let first = till.z_close(day, owner()).await.unwrap();
    assert_eq!((first.number, first.by.as_str()), (1, "Mali"));
    assert_eq!(first.report.totals.gross, satang(10_000));
    assert!(matches!(
        till.z_close(day, owner()).await,
        Err(DayError::NothingNew)
    ));
    assert_eq!(till.unclosed(day).await.unwrap(), None);

    let sold = cash(&till, 500).await;
    till.refund(give_back(&sold, None)).await.unwrap();
    assert_eq!(till.unclosed(day).await.unwrap().unwrap().gross, satang(500));
    let second = till.z_close(day, owner()).await.unwrap();
    assert_eq!(
        (
            second.number,
            second.report.totals.gross,
            second.report.totals.net
        ),
        (2, satang(500), Money::ZERO)
    );
    assert_eq!(second.report.after, first.report.upto);
    assert_eq!(till.z_list(day).await.unwrap(), [first.clone(), second.clone()]);
    assert_eq!(till.z_get(1).await.unwrap(), Some(first));
    assert_eq!(till.z_get(3).await.unwrap(), None);
    assert_eq!(till.next_z().await.unwrap(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_z_stays_what_it_was() {
    let world = World::new();
    let till = world.till(1);
    let day = till.today();
    let order = wallet(&world, &till).await;
    let z = till.z_close(day, owner()).await.unwrap();
    // Later facts about the same sale, and another till.
    till.refund(give_back(&order, None)).await.unwrap();
    unpaid(&world, &till).await;
    assert_eq!(world.till(2).z_get(z.number).await.unwrap(), Some(z));
}

#[tokio::test(start_paused = true)]
async fn late_money_belongs_to_the_day_it_came_and_a_day_may_be_closed_late() {
    let world = World::new();
    let till = world.till(1);
    let (first, second) = (till.today(), till.today().next());
    cash(&till, 10_000).await;
    let sold = cash(&till, 20_000).await;
    till.z_close(first, owner()).await.unwrap();
    cash(&till, 300).await;
    assert!(matches!(
        till.z_close(second, owner()).await,
        Err(DayError::Future)
    ));

    world.clock.advance(secs(86_400));
    till.refund(give_back(&sold, None)).await.unwrap();
    let z = till.z_close(second, owner()).await.unwrap();
    assert_eq!((z.number, z.report.totals.refunds), (2, satang(20_000)));
    // What the first day took after its Z has not been forgotten.
    assert_eq!(till.unclosed(first).await.unwrap().unwrap().gross, satang(300));
    let rest = till.z_close(first, owner()).await.unwrap();
    assert_eq!((rest.number, rest.report.totals.gross), (3, satang(300)));
    assert!(matches!(
        till.z_close(first, owner()).await,
        Err(DayError::NothingNew)
    ));
}

#[tokio::test(start_paused = true)]
async fn tills_that_close_at_once_make_one_z() {
    let world = World::new();
    let tills = [world.till(1), world.till(2)];
    let day = tills[0].today();
    let mut made: Vec<ZReport> = Vec::new();
    for round in 0..10 {
        let (sale, one, other) = tokio::join!(
            cash(&tills[0], 100 + round),
            tills[0].z_close(day, owner()),
            tills[1].z_close(day, owner()),
        );
        assert!(sale.received().is_positive());
        made.extend([one, other].into_iter().flatten());
    }
    made.extend(tills[1].z_close(day, owner()).await);
    made.sort_by_key(|z| z.number);
    let numbers: Vec<u64> = made.iter().map(|z| z.number).collect();
    let up_to_last: Vec<u64> = (1..=numbers.len().try_into().unwrap()).collect();
    assert_eq!(numbers, up_to_last);
    assert!(
        made.windows(2)
            .all(|pair| pair[0].report.upto == pair[1].report.after)
    );
    let all = sum(made.iter().map(|z| &z.report.totals));
    assert_eq!(all, tills[0].x_report(day).await.unwrap().totals);
    assert_eq!(all.orders, 10);
    assert_eq!(tills[0].unclosed(day).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_day_is_signed_when_nothing_is_left_to_explain() {
    let world = World::new();
    let till = world.till(1);
    let day = till.today();
    assert!(matches!(
        till.sign_day(day.next(), owner(), None).await,
        Err(DayError::Future)
    ));
    assert!(matches!(
        till.sign_day(day, owner(), None).await,
        Err(DayError::NotOver)
    ));
    till.open_shift(None, satang(1_000)).await.unwrap();
    till.count_shift(None, vec![(Method::Cash, satang(900))])
        .await
        .unwrap();
    till.count_shift(None, vec![(Method::Cash, satang(900))])
        .await
        .unwrap();
    till.close_shift(None).await.unwrap();
    cash(&till, 100).await;
    assert!(matches!(
        till.sign_day(day, owner(), None).await,
        Err(DayError::NotClosed)
    ));
    let z = till.z_close(day, owner()).await.unwrap();
    assert!(matches!(
        till.sign_day(day, owner(), None).await,
        Err(DayError::OpenItems(1))
    ));
    let items = till.exceptions(day).await.unwrap();
    assert_eq!(items[0].kind, ReviewKind::ShiftDifference);
    assert_eq!(items[0].amount, Some(satang(-100)));
    till.settle_item(&items[0].key, Outcome::Explained, "a coin fell down", owner())
        .await
        .unwrap();
    let signed = till
        .sign_day(day, owner(), Some("quiet day".to_owned()))
        .await
        .unwrap();
    assert_eq!(
        (signed.upto, signed.stands, signed.note.as_deref()),
        (z.report.upto, true, Some("quiet day"))
    );
    assert!(matches!(
        till.sign_day(day, owner(), None).await,
        Err(DayError::AlreadySigned(_))
    ));
    // The day went on after all: the signature does not cover it, and a new one is needed.
    cash(&till, 200).await;
    assert!(!till.signed(day).await.unwrap().unwrap().stands);
    assert!(matches!(
        till.sign_day(day, owner(), None).await,
        Err(DayError::NotClosed)
    ));
    till.z_close(day, owner()).await.unwrap();
    assert!(till.sign_day(day, owner(), None).await.unwrap().stands);
}

#[tokio::test(start_paused = true)]
async fn a_day_without_money_is_signed_once_it_is_over() {
    let world = World::new();
    let till = world.till(1);
    let day = till.today();
    world.clock.advance(secs(86_400));
    assert!(till.sign_day(day, owner(), None).await.unwrap().stands);
}

#[tokio::test(start_paused = true)]
async fn a_z_of_a_newer_till_is_not_guessed_at() {
    let world = World::new();
    let till = world.till(1);
    let day = till.today();
    cash(&till, 100).await;
    till.z_close(day, owner()).await.unwrap();
    let newest = TrailFilter {
        what: vec!["day_closed".to_owned()],
        ..TrailFilter::default()
    };
    let (_, line) = world.ledger.trail_lines(newest).await.unwrap().remove(0);
    let later = AuditLine {
        detail: line.detail.replace(r#""form":1"#, r#""form":2"#),
        ..line
    };
    world.ledger.note(later, None).await.unwrap();
    assert!(matches!(till.z_list(day).await, Err(LedgerError::TooNew)));
    assert!(matches!(
        till.z_close(day, owner()).await,
        Err(DayError::Ledger(LedgerError::TooNew))
    ));
}
