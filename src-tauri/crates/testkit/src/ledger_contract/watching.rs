//! Who asks about which attempt when.

use super::{AnyLedger, assert_sound, open};
use crate::builders::{LEASE_MS, WORKER, after_ms};
use crate::clock::{START, TestIds};
use keptang_domain::{AttemptId, Timestamp};
use keptang_ports::{Claim, Ids, LedgerError, Schedule, Watch, WorkerId};
use std::collections::HashSet;
use std::sync::Arc;

const OTHER: WorkerId = WorkerId(2);

async fn due(ledger: &AnyLedger, worker: WorkerId, now: Timestamp, limit: usize) -> Vec<Claim> {
    ledger
        .claim_due(worker, now, LEASE_MS, limit)
        .await
        .expect("it answers")
}

async fn one(ledger: &AnyLedger, attempt: AttemptId, worker: WorkerId, now: Timestamp) -> Option<Claim> {
    ledger
        .claim_one(attempt, worker, now, LEASE_MS)
        .await
        .expect("it answers")
}

async fn watch(ledger: &AnyLedger, attempt: AttemptId) -> Option<Watch> {
    ledger.watch(attempt).await.expect("it answers")
}

async fn wake(ledger: &AnyLedger, attempt: AttemptId, at: Timestamp) {
    ledger.wake(attempt, at).await.expect("the attempt exists");
}

async fn release(ledger: &AnyLedger, claim: &Claim, schedule: Schedule) {
    ledger.release(claim, schedule).await.expect("it answers");
}

fn at(next_at: Timestamp) -> Schedule {
    Schedule::Again(Watch {
        next_at,
        asked_at: None,
        answered_at: None,
        looks: 0,
        nothing_found_at: None,
    })
}

/// An attempt whose watch nobody holds, due at `next_at`.
async fn free_watch(ledger: &AnyLedger, ids: &TestIds, next_at: Timestamp) -> AttemptId {
    let order = open(ledger, ids).await;
    let opener = Claim {
        attempt: order.attempts[0].id,
        order: order.id,
        worker: WORKER,
        until: START,
        watch: watch(ledger, order.attempts[0].id)
            .await
            .expect("a new attempt is followed"),
    };
    release(ledger, &opener, at(next_at)).await;
    opener.attempt
}

pub async fn what_is_due_is_claimed_oldest_first(ledger: AnyLedger) {
    let ids = TestIds::default();
    let late = free_watch(&ledger, &ids, after_ms(300)).await;
    let early = free_watch(&ledger, &ids, after_ms(100)).await;
    let middle = free_watch(&ledger, &ids, after_ms(200)).await;
    assert!(due(&ledger, OTHER, after_ms(99), 10).await.is_empty());
    let claims = due(&ledger, OTHER, after_ms(250), 1).await;
    assert_eq!(claims[0].attempt, early);
    assert_eq!(
        (claims[0].worker, claims[0].until),
        (OTHER, after_ms(250 + LEASE_MS))
    );
    assert_eq!(claims[0].watch.next_at, after_ms(100));
    assert_eq!(claims.len(), 1);
    let claimed: Vec<AttemptId> = due(&ledger, OTHER, after_ms(300), 10)
        .await
        .iter()
        .map(|claim| claim.attempt)
        .collect();
    assert_eq!(claimed, [middle, late]);
}

pub async fn a_claim_excludes_everyone(ledger: AnyLedger) {
    let ids = TestIds::default();
    let attempt = free_watch(&ledger, &ids, after_ms(60_000)).await;
    let claim = one(&ledger, attempt, WORKER, START)
        .await
        .expect("free, due or not");
    assert_eq!(
        (claim.attempt, claim.worker, claim.until),
        (attempt, WORKER, after_ms(LEASE_MS))
    );
    for worker in [WORKER, OTHER] {
        assert!(one(&ledger, attempt, worker, after_ms(1)).await.is_none());
        assert!(due(&ledger, worker, after_ms(LEASE_MS - 1), 10).await.is_empty());
    }
    release(&ledger, &claim, at(after_ms(5))).await;
    assert_eq!(due(&ledger, OTHER, after_ms(5), 10).await.len(), 1);
}

pub async fn many_workers_never_share_a_watch(ledger: AnyLedger) {
    let ids = TestIds::default();
    for _ in 0..20 {
        free_watch(&ledger, &ids, START).await;
    }
    let tasks: Vec<_> = (10..18)
        .map(|worker| {
            let ledger = Arc::clone(&ledger);
            tokio::spawn(async move { due(&ledger, WorkerId(worker), START, 4).await })
        })
        .collect();
    let claims: Vec<AttemptId> = futures::future::join_all(tasks)
        .await
        .into_iter()
        .flat_map(|claims| claims.expect("no task panics"))
        .map(|claim| claim.attempt)
        .collect();
    assert_eq!(claims.len(), 20);
    assert_eq!(claims.iter().collect::<HashSet<_>>().len(), 20);
}

pub async fn a_lease_runs_out(ledger: AnyLedger) {
    let ids = TestIds::default();
    let attempt = free_watch(&ledger, &ids, START).await;
    one(&ledger, attempt, WORKER, START).await.expect("free");
    assert!(
        one(&ledger, attempt, OTHER, after_ms(LEASE_MS - 1))
            .await
            .is_none()
    );
    let claim = one(&ledger, attempt, OTHER, after_ms(LEASE_MS))
        .await
        .expect("the lease is over");
    assert_eq!(claim.until, after_ms(2 * LEASE_MS));
}

pub async fn a_released_watch_keeps_what_was_learnt(ledger: AnyLedger) {
    let ids = TestIds::default();
    let attempt = free_watch(&ledger, &ids, START).await;
    let claim = one(&ledger, attempt, WORKER, START).await.expect("free");
    let learnt = Watch {
        next_at: after_ms(4_000),
        asked_at: Some(after_ms(10)),
        answered_at: Some(after_ms(20)),
        looks: 3,
        nothing_found_at: Some(after_ms(30)),
    };
    release(&ledger, &claim, Schedule::Again(learnt)).await;
    assert_eq!(watch(&ledger, attempt).await, Some(learnt));
    assert!(due(&ledger, OTHER, after_ms(3_999), 10).await.is_empty());
    assert_eq!(due(&ledger, OTHER, after_ms(4_000), 10).await[0].watch, learnt);
}

pub async fn a_finished_watch_is_gone(ledger: AnyLedger) {
    let ids = TestIds::default();
    let attempt = free_watch(&ledger, &ids, START).await;
    let claim = one(&ledger, attempt, WORKER, START).await.expect("free");
    release(&ledger, &claim, Schedule::Done).await;
    assert_eq!(watch(&ledger, attempt).await, None);
    assert!(one(&ledger, attempt, OTHER, after_ms(LEASE_MS)).await.is_none());
    assert!(due(&ledger, OTHER, after_ms(LEASE_MS), 10).await.is_empty());
    assert_eq!(ledger.next_due().await.expect("it answers"), None);
    assert_sound(&ledger).await;
}

pub async fn a_lost_claim_changes_nothing(ledger: AnyLedger) {
    let ids = TestIds::default();
    let attempt = free_watch(&ledger, &ids, START).await;
    let lost = one(&ledger, attempt, WORKER, START).await.expect("free");
    let held = one(&ledger, attempt, OTHER, after_ms(LEASE_MS))
        .await
        .expect("the lease is over");
    release(&ledger, &lost, Schedule::Done).await;
    release(&ledger, &lost, at(after_ms(1))).await;
    assert_eq!(watch(&ledger, attempt).await, Some(held.watch));
    assert!(
        one(&ledger, attempt, WORKER, after_ms(LEASE_MS + 1))
            .await
            .is_none()
    );
    release(&ledger, &held, Schedule::Done).await;
    assert_eq!(watch(&ledger, attempt).await, None);
}

pub async fn a_wake_up_only_makes_it_sooner(ledger: AnyLedger) {
    let ids = TestIds::default();
    let attempt = free_watch(&ledger, &ids, after_ms(1_000)).await;
    wake(&ledger, attempt, after_ms(2_000)).await;
    assert_eq!(
        watch(&ledger, attempt).await.expect("followed").next_at,
        after_ms(1_000)
    );
    wake(&ledger, attempt, after_ms(500)).await;
    assert_eq!(
        watch(&ledger, attempt).await.expect("followed").next_at,
        after_ms(500)
    );
    assert_eq!(due(&ledger, OTHER, after_ms(500), 10).await.len(), 1);
}

pub async fn a_wake_up_during_a_claim_is_not_lost(ledger: AnyLedger) {
    let ids = TestIds::default();
    for schedule in [at(after_ms(60_000)), Schedule::Done] {
        let attempt = free_watch(&ledger, &ids, START).await;
        let claim = one(&ledger, attempt, WORKER, START).await.expect("free");
        wake(&ledger, attempt, after_ms(7)).await;
        assert!(
            one(&ledger, attempt, OTHER, after_ms(8)).await.is_none(),
            "the claim stands"
        );
        release(&ledger, &claim, schedule).await;
        assert_eq!(
            watch(&ledger, attempt).await.expect("followed").next_at,
            after_ms(7)
        );
        let again = one(&ledger, attempt, OTHER, after_ms(8)).await.expect("free");
        // That look answered the wake-up.
        release(&ledger, &again, Schedule::Done).await;
        assert_eq!(watch(&ledger, attempt).await, None);
    }
}

pub async fn a_later_wake_up_outlives_an_earlier_look(ledger: AnyLedger) {
    let ids = TestIds::default();
    let attempt = free_watch(&ledger, &ids, after_ms(60_000)).await;
    wake(&ledger, attempt, after_ms(5_000)).await;
    let early = one(&ledger, attempt, WORKER, after_ms(1_000))
        .await
        .expect("free");
    release(&ledger, &early, at(after_ms(60_000))).await;
    assert_eq!(
        watch(&ledger, attempt).await.expect("followed").next_at,
        after_ms(5_000)
    );
    let in_time = one(&ledger, attempt, WORKER, after_ms(5_000))
        .await
        .expect("free");
    release(&ledger, &in_time, at(after_ms(60_000))).await;
    assert_eq!(
        watch(&ledger, attempt).await.expect("followed").next_at,
        after_ms(60_000)
    );
}

pub async fn a_wake_up_has_an_attempt_followed_again(ledger: AnyLedger) {
    let ids = TestIds::default();
    let attempt = free_watch(&ledger, &ids, START).await;
    let claim = one(&ledger, attempt, WORKER, START).await.expect("free");
    release(&ledger, &claim, Schedule::Done).await;
    wake(&ledger, attempt, after_ms(9)).await;
    let claims = due(&ledger, OTHER, after_ms(9), 10).await;
    assert_eq!(
        (claims[0].attempt, claims[0].order, claims[0].watch.looks),
        (attempt, claim.order, 0)
    );
    let unknown = ledger.wake(AttemptId::from_bits(ids.next_id()), START).await;
    assert!(matches!(unknown, Err(LedgerError::NotFound)));
}

pub async fn the_next_due_moment_respects_leases(ledger: AnyLedger) {
    let ids = TestIds::default();
    let next = || async { ledger.next_due().await.expect("it answers") };
    assert_eq!(next().await, None);
    let attempt = free_watch(&ledger, &ids, after_ms(1_000)).await;
    assert_eq!(next().await, Some(after_ms(1_000)));
    let claim = one(&ledger, attempt, WORKER, after_ms(1_000))
        .await
        .expect("free");
    // Held and due: nothing to do before the lease is over.
    assert_eq!(next().await, Some(after_ms(1_000 + LEASE_MS)));
    let sooner = free_watch(&ledger, &ids, after_ms(3_000)).await;
    assert_eq!(next().await, Some(after_ms(3_000)));
    release(&ledger, &claim, at(after_ms(2_000))).await;
    assert_eq!(next().await, Some(after_ms(2_000)));
    wake(&ledger, sooner, after_ms(1_500)).await;
    assert_eq!(next().await, Some(after_ms(1_500)));
}

pub async fn broken_claims_are_free(ledger: AnyLedger) {
    let ids = TestIds::default();
    let dead = free_watch(&ledger, &ids, START).await;
    let alive = free_watch(&ledger, &ids, START).await;
    let lost = one(&ledger, dead, WORKER, START).await.expect("free");
    one(&ledger, alive, OTHER, START).await.expect("free");
    ledger.break_claims(WORKER).await.expect("it answers");
    release(&ledger, &lost, Schedule::Done).await;
    let claims = due(&ledger, OTHER, START, 10).await;
    assert_eq!(
        claims.iter().map(|claim| claim.attempt).collect::<Vec<_>>(),
        [dead]
    );
}

pub async fn a_clock_set_back_wakes_everything(ledger: AnyLedger) {
    let ids = TestIds::default();
    let later = free_watch(&ledger, &ids, after_ms(3_600_000)).await;
    let sooner = free_watch(&ledger, &ids, after_ms(100)).await;
    let held = free_watch(&ledger, &ids, after_ms(3_600_000)).await;
    one(&ledger, held, OTHER, after_ms(3_600_000))
        .await
        .expect("free");
    ledger
        .wake_all(after_ms(200), LEASE_MS)
        .await
        .expect("it is taken");
    let claimed: Vec<AttemptId> = due(&ledger, WORKER, after_ms(200), 10)
        .await
        .iter()
        .map(|claim| claim.attempt)
        .collect();
    assert_eq!(claimed, [sooner, later]);
    let over = after_ms(200 + LEASE_MS);
    assert!(one(&ledger, held, WORKER, over.plus_ms(-1)).await.is_none());
    assert!(one(&ledger, held, WORKER, over).await.is_some());
}
