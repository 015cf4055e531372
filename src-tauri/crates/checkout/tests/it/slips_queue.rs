//! Slips that wait: when they are asked about, by whom, over restarts, and how long their pictures are kept.

use crate::slips::assert_not_the_customers_fault;
use crate::slips_stage::*;
use crate::world::*;
use keptang_checkout::{Shown, SlipDetail};
use keptang_domain::order::OrderState;
use keptang_domain::{SlipId, Timestamp};
use keptang_ports::{Clock, Ledger, SlipError, SlipFilter, SlipInput, SlipRecord};
use keptang_testkit::scripted_verifier::transfer;

/// How late a look may be: the queue looks twice a second.
const LATE_MS: i64 = 600;

/// Has the verifier always say the same from now on, and notes when it is asked.
fn always(shop: &Shop, error: SlipError) -> Moments {
    let moments = Moments::default();
    let (clock, from, noted) = (shop.clock.clone(), shop.now(), moments.clone());
    shop.verifier.checks.always(move |_| {
        noted.0.lock().unwrap().push(clock.now().ms_since(from));
        Err(error.clone())
    });
    moments
}

fn assert_gaps(moments: &Moments, expected_s: &[i64], spread_ms: i64) {
    let gaps = moments.gaps();
    assert_eq!(gaps.len(), expected_s.len(), "{gaps:?}");
    for (gap, expected) in gaps.iter().zip(expected_s) {
        let earliest = expected * 1_000;
        assert!(
            (earliest..=earliest + spread_ms).contains(gap),
            "{gaps:?}, not {expected_s:?}"
        );
    }
}

async fn stored(shop: &Shop, id: SlipId) -> SlipRecord {
    let filter = SlipFilter {
        id: Some(id),
        ..SlipFilter::default()
    };
    shop.ledger.slips(filter).await.unwrap().pop().unwrap()
}

/// Waits until the slip has this verdict.
async fn until(shop: &Shop, id: SlipId, within_s: u64, verdict: &str) -> SlipRecord {
    let end = tokio::time::Instant::now() + secs(within_s);
    loop {
        let slip = stored(shop, id).await;
        if slip.verdict == verdict {
            return slip;
        }
        assert!(tokio::time::Instant::now() < end, "still {}", slip.verdict);
        tokio::time::sleep(secs(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_bank_has_six_minutes_and_then_a_person_decides() {
    let shop = Shop::new();
    let till = shop.till(1);
    let order = shop.bill(&till, SALE).await;
    let moments = always(&shop, SlipError::Pending);
    let outcome = show(&till, code(BANGKOK_BANK, "R1"), Some(&order)).await;
    let slip = until(&shop, outcome.record.id, 700, "needs_review").await;
    assert_eq!(slip.next_at, None);
    let gaps = moments.gaps();
    assert_eq!(gaps.len(), 7, "{gaps:?}");
    assert!((30_000..=30_000 + LATE_MS).contains(&gaps[0]), "{gaps:?}");
    assert!(
        gaps[1..6]
            .iter()
            .all(|gap| (60_000..=60_000 + LATE_MS).contains(gap)),
        "{gaps:?}"
    );
    let last = *moments.all().last().unwrap();
    assert!((360_000..=360_000 + LATE_MS).contains(&last), "{last}");
    assert!(till.waiting_slips().await.unwrap().is_empty());
    tokio::time::sleep(secs(3_600)).await;
    assert_eq!(moments.all().len(), 8, "never again by itself");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_slip_that_may_still_come_is_asked_about_three_times_more() {
    for (bank, opened_before_s, named) in [
        (BANGKOK_BANK, 600, true),
        (BANGKOK_BANK, 600, false),
        // Any bank's, when the bill is so young that the transfer must be.
        (KBANK, 5, true),
        (KBANK, 5, false),
    ] {
        let shop = Shop::new();
        let till = shop.till(1);
        let order = shop.bill(&till, SALE).await;
        tokio::time::sleep(secs(opened_before_s)).await;
        let moments = always(&shop, SlipError::NotFound);
        let outcome = show(&till, code(bank, "R1"), named.then_some(&order)).await;
        assert_eq!(outcome.record.verdict, "bank_pending");
        until(&shop, outcome.record.id, 400, "not_found").await;
        assert_gaps(&moments, &[20, 60, 180], LATE_MS);
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_tried_soon_and_then_at_leisure() {
    for error in [
        SlipError::OutcomeUnknown,
        SlipError::NotSent,
        SlipError::Unavailable { after_ms: None },
        SlipError::Throttled { after_ms: None },
    ] {
        let shop = Shop::new();
        let till = shop.till(1);
        let order = shop.bill(&till, SALE).await;
        let moments = always(&shop, error);
        show(&till, code(KBANK, "R1"), Some(&order)).await;
        tokio::time::sleep(secs(150)).await;
        // A random part of a second is added.
        assert_gaps(&moments, &[1, 2, 4, 8, 60, 60], 1_000 + LATE_MS);
    }
}

#[tokio::test(start_paused = true)]
async fn the_verifiers_own_pause_is_kept() {
    let shop = Shop::new();
    let till = shop.till(1);
    let order = shop.bill(&till, SALE).await;
    let moments = always(
        &shop,
        SlipError::Throttled {
            after_ms: Some(45_000),
        },
    );
    show(&till, code(KBANK, "R1"), Some(&order)).await;
    tokio::time::sleep(secs(100)).await;
    assert_gaps(&moments, &[45, 45], LATE_MS);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_made_good_and_its_repeat_is_no_reproach() {
    let shop = Shop::new();
    let till = shop.till(1);
    let order = shop.bill(&till, SALE).await;
    let mut repeat = transfer(KBANK, "R1", SALE, shop.now(), OURS);
    repeat.is_duplicate = Some(true);
    shop.verifier
        .checks
        .then(Err(SlipError::OutcomeUnknown))
        .then(Ok(repeat));
    let outcome = show(&till, code(KBANK, "R1"), Some(&order)).await;
    assert_eq!(outcome.record.verdict, "unavailable");
    let slip = until(&shop, outcome.record.id, 5, "accepted").await;
    assert_eq!(slip.order, Some(order.id));
    assert_eq!(shop.order(order.id).await.received(), SALE);
}

#[tokio::test(start_paused = true)]
async fn a_slip_that_waits_survives_a_restart() {
    for named in [true, false] {
        let shop = Shop::new();
        let till = shop.till(1);
        let order = shop.bill(&till, SALE).await;
        let slip = shop.transfers(BANGKOK_BANK, "R1", SALE, shop.now(), OURS);
        shop.verifier.checks.then(Err(SlipError::Pending));
        let outcome = show(&till, slip, named.then_some(&order)).await;
        assert_eq!(outcome.record.verdict, "bank_pending");
        drop(till);
        tokio::time::sleep(secs(600)).await;
        assert_eq!(shop.asked(), 1, "nobody is there to ask");
        let _till = shop.till(2);
        let slip = until(&shop, outcome.record.id, 2, "accepted").await;
        assert_eq!(slip.order, Some(order.id));
        assert_eq!(
            shop.order(order.id).await.state,
            OrderState::Settled,
            "its age counts to when it was shown"
        );
        assert_eq!(shop.asked(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_slip_that_waits_for_two_bills_pays_one() {
    let shop = Shop::new();
    let (one, two) = (shop.till(1), shop.till(2));
    let (first, second) = (shop.bill(&one, SALE).await, shop.bill(&two, SALE).await);
    let slip = shop.transfers(BANGKOK_BANK, "R1", SALE, shop.now(), OURS);
    for _ in 0..2 {
        shop.verifier.checks.then(Err(SlipError::Pending));
    }
    let waiting = [
        show(&one, slip.clone(), Some(&first)).await,
        show(&two, slip, Some(&second)).await,
    ];
    shop.verifier.checks.takes(secs(2));
    tokio::time::sleep(secs(40)).await;
    let mut verdicts = Vec::new();
    for outcome in waiting {
        let slip = stored(&shop, outcome.record.id).await;
        assert_eq!(slip.next_at, None);
        let said = SlipDetail::from_json(&slip.detail);
        verdicts.push((slip.verdict, said.used_by));
    }
    let (first, second) = (shop.order(first.id).await, shop.order(second.id).await);
    let winner = if first.received() == SALE { &first } else { &second };
    verdicts.sort();
    let used_by = Some(winner.opening.number.clone());
    assert_eq!(
        verdicts,
        [
            ("accepted".to_owned(), None),
            ("already_used".to_owned(), used_by)
        ]
    );
    assert_eq!(
        first.received().satang() + second.received().satang(),
        SALE.satang()
    );
}

#[tokio::test(start_paused = true)]
async fn two_tills_never_ask_about_one_slip_at_once() {
    /// As long as a picture may take, and longer than half of a claim.
    const ANSWER_MS: i64 = 30_000;
    let shop = Shop::new();
    let (one, _two) = (shop.till(1), shop.till(2));
    let order = shop.bill(&one, SALE).await;
    let clock = shop.clock.clone();
    let (of_first, of_second) = (Moments::default(), Moments::default());
    let both = [("R1", of_first.clone()), ("R2", of_second.clone())];
    let from = shop.now();
    shop.verifier.checks.always(move |question| {
        let SlipInput::Payload(text) = &question.input else {
            unreachable!("both have a code")
        };
        let (_, moments) = both.iter().find(|(name, _)| text.contains(name)).unwrap();
        moments.0.lock().unwrap().push(clock.now().ms_since(from));
        Err(SlipError::Pending)
    });
    let mut slips = Vec::new();
    for reference in ["R1", "R2"] {
        let outcome = show(&one, code(BANGKOK_BANK, reference), Some(&order)).await;
        slips.push(outcome.record.id);
    }
    shop.verifier.checks.takes(secs(30));
    for slip in slips {
        until(&shop, slip, 900, "needs_review").await;
    }
    for moments in [of_first, of_second] {
        let gaps = moments.gaps();
        assert_eq!(gaps.len(), 5, "{gaps:?}");
        // The first was answered at once; after that the next question comes after the answer and a pause.
        assert!(
            gaps[1..4].iter().all(|gap| *gap >= ANSWER_MS + 60_000),
            "{gaps:?}"
        );
        assert!(gaps[4] >= ANSWER_MS, "{gaps:?}");
    }
    assert_eq!(
        shop.verifier.checks.most_open(),
        2,
        "but about both at the same time"
    );
}

#[tokio::test(start_paused = true)]
async fn a_picture_is_kept_for_its_days_and_its_proof_for_ever() {
    const DAY_MS: i64 = 86_400_000;
    let shop = Shop::new();
    let till = shop.till(1);
    let order = shop.bill(&till, SALE).await;
    let Shown::Text(text) = shop.pays("R1", SALE) else {
        unreachable!()
    };
    let outcome = show(&till, picture(&text), Some(&order)).await;
    let kept = outcome.record.picture.clone().unwrap();
    assert_eq!(shop.pictures.files(), [kept.file.clone().unwrap()]);
    assert_eq!(kept.sha256.len(), 64);

    shop.clock.shift(30 * DAY_MS - 3 * 3_600_000);
    tokio::time::sleep(secs(2 * 3_600)).await;
    assert_eq!(shop.pictures.files().len(), 1, "not a day too soon");
    tokio::time::sleep(secs(3 * 3_600)).await;
    assert!(shop.pictures.files().is_empty());
    let slip = stored(&shop, outcome.record.id).await;
    let picture = slip.picture.unwrap();
    assert_eq!((picture.file, picture.sha256), (None, kept.sha256));
    assert_eq!(
        (slip.verdict.as_str(), slip.reference.as_deref()),
        ("accepted", Some("004:R1"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_picture_that_the_disk_lost_is_not_the_customers_fault() {
    let shop = Shop::new();
    let till = shop.till(1);
    let order = shop.bill(&till, SALE).await;
    shop.verifier.checks.then(Err(SlipError::Pending));
    let outcome = show(&till, Shown::Picture(WHITE.to_vec()), Some(&order)).await;
    assert_eq!(outcome.record.verdict, "bank_pending");
    shop.pictures.lose_all();
    let slip = until(&shop, outcome.record.id, 60, "unavailable").await;
    assert_eq!(slip.next_at, None);
    assert_not_the_customers_fault(&SlipDetail::from_json(&slip.detail));
    assert_eq!(shop.asked(), 1);
}

/// A slow bank makes no slip too old, however short the owner's limit is.
#[tokio::test(start_paused = true)]
async fn waiting_makes_no_slip_older() {
    let shop = Shop::new();
    let till = shop.till(1);
    let order = shop.bill(&till, SALE).await;
    let sent_at: Timestamp = shop.now();
    let slip = shop.transfers(BANGKOK_BANK, "R1", SALE, sent_at, OURS);
    shop.verifier
        .checks
        .then(Err(SlipError::Pending))
        .then(Err(SlipError::Pending));
    let outcome = show(&till, slip, Some(&order)).await;
    until(&shop, outcome.record.id, 120, "accepted").await;
}
