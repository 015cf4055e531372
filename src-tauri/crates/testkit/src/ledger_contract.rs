//! What every ledger does, whatever it is made of.
//!
//! A crate with a ledger writes `keptang_testkit::ledger_contract!(new_ledger);` in a test file, where `new_ledger` is
//! an `async fn() -> (Arc<dyn Ledger>, Guard)` that gives an empty ledger and whatever must outlive it.

pub mod committing;
pub mod opening;
pub mod people;
pub mod reading;
pub mod reports;
pub mod slips;
pub mod trail;
pub mod watching;

use crate::builders::{accepted, new_order};
use crate::clock::TestIds;
use keptang_domain::Timestamp;
use keptang_domain::order::{Change, Order, OrderEvent};
use keptang_ports::{Ledger, LedgerError, NewOrder, OrderKey};
use std::sync::Arc;

/// A ledger under test.
pub type AnyLedger = Arc<dyn Ledger>;

/// What `event` does to `order`; it must do something.
pub fn change(order: &Order, event: OrderEvent, at: Timestamp) -> Change {
    let change = order.record(event, at).expect("the domain allows it");
    change.expect("it changes something")
}

/// Records one event and gives the order after it.
pub(crate) async fn record(
    ledger: &AnyLedger,
    order: &Order,
    event: OrderEvent,
    at: Timestamp,
) -> Result<Order, LedgerError> {
    let change = change(order, event, at);
    let after = change.after.clone();
    ledger.commit(vec![change], None).await?;
    Ok(after)
}

async fn open(ledger: &AnyLedger, ids: &TestIds) -> Order {
    open_new(ledger, new_order(ids)).await
}

async fn open_new(ledger: &AnyLedger, new: NewOrder) -> Order {
    ledger.open_order(new).await.expect("a new order is taken")
}

/// Opens an order whose attempt the provider took under `reference`.
async fn open_accepted(ledger: &AnyLedger, ids: &TestIds, reference: &str) -> Order {
    let order = open(ledger, ids).await;
    let event = accepted(&order, reference);
    let at = order.created_at.plus_ms(200);
    record(ledger, &order, event, at)
        .await
        .expect("nobody else writes this order")
}

async fn assert_stored(ledger: &AnyLedger, order: &Order) {
    let stored = ledger.load(OrderKey::Id(order.id)).await.expect("it is there");
    assert_eq!(stored, *order);
}

async fn assert_sound(ledger: &AnyLedger) {
    let report = ledger.verify().await.expect("the ledger can be read");
    assert_eq!(report.first_fault, None);
}

/// Makes a test of every case of the contract; see the module of the same name.
#[macro_export]
macro_rules! ledger_contract {
    ($constructor:ident) => {
        $crate::ledger_contract! { $constructor:
            opening {
                an_opened_order_is_loaded_as_it_was_answered
                numbers_count_up_per_counter
                numbers_have_no_gaps_when_many_open_at_once
                a_used_order_id_is_refused_and_takes_no_number
                a_used_attempt_id_or_token_is_refused
                an_impossible_sale_is_refused
                the_opener_holds_the_watch
            }
            committing {
                a_change_is_stored
                a_second_writer_of_one_version_is_refused
                of_many_writers_of_one_version_one_wins
                several_changes_are_stored_together
                one_refused_change_refuses_all
                changes_that_do_not_follow_each_other_are_refused
                an_unknown_order_is_not_found
                nothing_to_store_is_fine
                evidence_belongs_to_one_order
                evidence_claimed_by_two_orders_at_once_has_one_winner
                the_same_key_at_another_provider_is_other_evidence
                two_attempts_of_one_order_may_hear_of_one_payment
                a_reference_belongs_to_one_attempt
                a_callback_may_overtake_the_answer
                a_retry_is_held_by_its_opener
                a_long_life_is_rebuilt_from_its_events
                every_kind_of_event_comes_back
                strange_texts_come_back
            }
            reading {
                an_empty_ledger_answers
                every_key_finds_the_order
                an_unknown_key_is_not_found
                the_list_is_newest_first_and_pages
                the_list_filters
                the_search_finds
                the_search_takes_wildcards_literally
                changes_are_heard_once
                the_history_is_complete
                the_proof_counts
            }
            reports {
                money_is_counted_in_cells_on_the_day_it_moved
                a_day_says_what_became_of_its_orders
                a_series_of_papers_has_no_gap
                many_tills_number_papers_without_a_gap
                a_figure_opens_its_orders
                a_bill_is_found_by_its_slip
            }
            slips {
                slips_come_back_as_they_were_stored
                a_waiting_slip_is_asked_about_by_one
                a_slip_pays_one_order_whoever_serves_it
            }
            trail {
                the_trail_is_read_by_its_words
                of_two_decisions_on_one_trail_one_is_refused
                the_trail_is_read_by_what_it_is_about
            }
            watching {
                what_is_due_is_claimed_oldest_first
                a_claim_excludes_everyone
                many_workers_never_share_a_watch
                a_lease_runs_out
                a_clock_set_back_wakes_everything
                a_released_watch_keeps_what_was_learnt
                a_finished_watch_is_gone
                a_lost_claim_changes_nothing
                a_wake_up_only_makes_it_sooner
                a_wake_up_during_a_claim_is_not_lost
                a_later_wake_up_outlives_an_earlier_look
                a_wake_up_has_an_attempt_followed_again
                the_next_due_moment_respects_leases
                broken_claims_are_free
            }
            people {
                people_are_stored_by_name
            }
        }
    };
    ($constructor:ident: $($group:ident { $($case:ident)+ })+) => {
        $($(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let (ledger, _guard) = $constructor().await;
                $crate::ledger_contract::$group::$case(ledger).await;
            }
        )+)+
    };
}
