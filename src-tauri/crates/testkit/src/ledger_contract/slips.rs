//! Slips that were shown.

use super::{AnyLedger, open, record};
use crate::builders::{after_ms, of};
use crate::clock::TestIds;
use keptang_domain::order::{AttemptEvent, Evidence, SLIPS, Source};
use keptang_domain::{Money, OrderId, ProviderId, SlipId, Timestamp};
use keptang_ports::{LedgerError, SlipFilter, SlipPicture, SlipRecord};

const LEASE_MS: i64 = 30_000;

pub(super) fn slip(n: u128, shown_ms: i64, next_at: Option<Timestamp>) -> SlipRecord {
    SlipRecord {
        id: SlipId::from_bits(n),
        presented_at: after_ms(shown_ms),
        by: Some("นก".to_owned()),
        wanted: None,
        order: None,
        code: Some("0041000600000101030040220".to_owned()),
        reference: None,
        picture: Some(SlipPicture {
            file: Some("a.png".to_owned()),
            sha256: "00ff".to_owned(),
        }),
        url: None,
        next_at,
        verdict: "bank_pending".to_owned(),
        times: 1,
        failure: Some("pending".to_owned()),
        detail: "{}".to_owned(),
    }
}

async fn listed(ledger: &AnyLedger, filter: SlipFilter) -> Vec<u128> {
    let slips = ledger.slips(filter).await.expect("it answers");
    slips.iter().map(|slip| slip.id.bits()).collect()
}

pub async fn slips_come_back_as_they_were_stored(ledger: AnyLedger) {
    let order = open(&ledger, &TestIds::default()).await;
    let shown = SlipRecord {
        wanted: Some(order.id),
        ..slip(1, 0, Some(after_ms(100)))
    };
    ledger.put_slip(shown.clone()).await.expect("it is taken");
    ledger.put_slip(slip(2, 50, None)).await.expect("it is taken");
    let all = ledger.slips(SlipFilter::default()).await.expect("it answers");
    assert_eq!(all, [slip(2, 50, None), shown.clone()], "newest first");
    for (from, before, expected) in [
        (0, 50, vec![1]),
        (0, 51, vec![2, 1]),
        (50, 51, vec![2]),
        (1, 50, vec![]),
    ] {
        let during = SlipFilter {
            shown: Some((after_ms(from), after_ms(before))),
            ..SlipFilter::default()
        };
        assert_eq!(listed(&ledger, during).await, expected, "{from}..{before}");
    }
    let paid = SlipRecord {
        order: Some(order.id),
        reference: Some("004:0002".to_owned()),
        picture: Some(SlipPicture {
            file: None,
            sha256: "00ff".to_owned(),
        }),
        next_at: None,
        verdict: "accepted".to_owned(),
        failure: None,
        ..shown
    };
    ledger.put_slip(paid.clone()).await.expect("it is taken");
    let filter = |filter| listed(&ledger, filter);
    let of_order = SlipFilter {
        order: Some(order.id),
        ..SlipFilter::default()
    };
    assert_eq!(ledger.slips(of_order).await.expect("it answers"), [paid]);
    let by_id = SlipFilter {
        id: Some(SlipId::from_bits(2)),
        ..SlipFilter::default()
    };
    assert_eq!(filter(by_id).await, [2]);
    let other_order = SlipFilter {
        order: Some(OrderId::from_bits(9)),
        ..SlipFilter::default()
    };
    assert_eq!(filter(other_order).await, [0_u128; 0]);
    let with_picture = |before_ms| SlipFilter {
        with_picture_before: Some(after_ms(before_ms)),
        ..SlipFilter::default()
    };
    assert_eq!(filter(with_picture(50)).await, [0_u128; 0], "wiped, or too young");
    assert_eq!(filter(with_picture(51)).await, [2]);
    let one = SlipFilter {
        limit: 1,
        ..SlipFilter::default()
    };
    assert_eq!(filter(one).await, [2]);
}

pub async fn a_waiting_slip_is_asked_about_by_one(ledger: AnyLedger) {
    for waiting in [
        slip(1, 0, Some(after_ms(200))),
        slip(2, 1, Some(after_ms(100))),
        slip(3, 2, None),
    ] {
        ledger.put_slip(waiting).await.expect("it is taken");
    }
    let waiting = SlipFilter {
        waiting: Some(true),
        ..SlipFilter::default()
    };
    assert_eq!(listed(&ledger, waiting).await, [2, 1]);
    let claim = async |at: Timestamp, limit| {
        let slips = ledger.claim_slips(at, LEASE_MS, limit).await.expect("it answers");
        slips.iter().map(|slip| slip.id.bits()).collect::<Vec<_>>()
    };
    assert_eq!(claim(after_ms(99), 9).await, [0_u128; 0]);
    assert_eq!(claim(after_ms(200), 1).await, [2], "the one that waits longest");
    assert_eq!(claim(after_ms(200), 9).await, [1]);
    assert_eq!(claim(after_ms(200), 9).await, [0_u128; 0], "both are held");
    ledger
        .put_slip(slip(2, 1, Some(after_ms(300))))
        .await
        .expect("it is taken");
    assert_eq!(claim(after_ms(300), 9).await, [2], "given back");
    assert_eq!(claim(after_ms(200 + LEASE_MS), 9).await, [1], "the claim ran out");
}

pub async fn a_slip_pays_one_order_whoever_serves_it(ledger: AnyLedger) {
    let ids = TestIds::default();
    let paid_by_slip = |attempt| {
        let evidence = Evidence {
            key: "004:0002123".to_owned(),
            source: Source::Slip,
            amount: Money::from_satang(25_000),
            fee: None,
        };
        of(attempt, AttemptEvent::Confirmed { evidence })
    };
    let first = open(&ledger, &ids).await;
    let other = super::open_new(
        &ledger,
        keptang_ports::NewOrder {
            provider: ProviderId::PromptPayDirect,
            ..crate::builders::new_order(&ids)
        },
    )
    .await;
    assert_eq!(holder(&ledger).await, None);
    let event = paid_by_slip(first.attempts[0].id);
    record(&ledger, &first, event, after_ms(7))
        .await
        .expect("nobody used it");
    assert_eq!(holder(&ledger).await, Some((first.id, after_ms(7))));
    let event = paid_by_slip(other.attempts[0].id);
    let refused = record(&ledger, &other, event, after_ms(8)).await;
    assert!(
        matches!(refused, Err(LedgerError::EvidenceUsed { order }) if order == first.id),
        "{refused:?}"
    );
    super::assert_sound(&ledger).await;
}

async fn holder(ledger: &AnyLedger) -> Option<(OrderId, Timestamp)> {
    ledger
        .evidence_holder(SLIPS, "004:0002123")
        .await
        .expect("it answers")
}
