//! Every scenario against every provider that declares what it needs.
//!
//! The real till over the real clients against the real simulator, with the real callback listener in between; only
//! the clocks and ids are the tests' own, so that nothing waits, and where no process ends the ledger is in memory. A scenario is written once. Which
//! provider runs it follows from two tables, what a scenario needs and what a provider can; what is left out by that
//! is written down a third time in `skipped.rs`, with the reason, so that nothing is left out silently. At the end of
//! each the books are compared with the simulator's own record of what it took. `credited_once.rs` then mixes everything.
#![allow(clippy::unwrap_used)]

mod books;
mod callbacks;
mod credited_once;
mod forge;
mod gate;
mod money;
mod provider;
mod restart;
mod skipped;
mod stage;
mod truth;
mod wire;

use provider::{Can, Player};
use stage::Stage;

/// The scenarios and what each needs, handed to the macro `$then` after whatever it wants for itself.
macro_rules! every_scenario {
    ($then:ident $($with:tt)*) => {
        $then! { [$($with)*]
            money {
                create [],
                pay_and_be_asked [BeCalled, BePolled],
                pay_and_call_back [BeCalled, CallBack],
                pay_and_call_again [BeCalled, Resend],
                pay_late_after_expiry [BeCalled, Expire],
                pay_late_after_cancel [BeCalled],
                pay_twice [BeCalled, TakeTwice],
                pay_again_when_settled [BeCalled, TakeTwice],
                pay_two_attempts [BeCalled],
                underpay [BeCalled],
                underpay_and_top_up [BeCalled, TakePart],
                overpay [BeCalled],
                fail [BeCalled, Fail],
                expire [BeCalled, Expire],
                cancel [],
                payment_beats_cancel [BeCalled, BePolled],
                manual_word [],
                manual_word_before_the_payment [BeCalled],
                adjusted_amount [BeCalled, Adjust],
                adjusted_beyond_the_limit [BeCalled, Adjust],
                wrong_qr [BeCalled, PrintAmount],
            }
            wire {
                answer_lost [BeCalled],
                answer_lost_and_called_back [BeCalled, CallBack],
                answer_about_another_order [BeCalled, CallAttempt],
                request_lost [BeCalled],
                slow_down_when_asked_to_create [BeCalled],
                slow_down_when_asked_about [BeCalled, BePolled],
                page_instead_of_the_answer [BeCalled],
                page_instead_of_the_provider [BeCalled],
                page_when_asked_about [BeCalled, BePolled],
                hang [BeCalled],
                hang_when_asked_about [BeCalled, BePolled],
            }
            forge {
                wrong_signature [BeCalled, CallBack, Sign],
                wrong_order [BeCalled, CallBack],
                wrong_reference [BeCalled, CallBack],
                wrong_amount [BeCalled, CallBack],
                wrong_kind [BeCalled, CallBack],
                old_signature [BeCalled, CallBack, SignTime],
                another_address [BeCalled, CallBack, CallAttempt],
                unsigned [BeCalled, CallBack],
            }
            callbacks {
                early [BeCalled, CallBack],
                out_of_order [BeCalled, CallBack],
                repeated [BeCalled, CallBack],
                contradicted_by_the_provider [BeCalled, CallBack, BePolled],
            }
            restart {
                submitted [BeCalled],
                awaiting [],
                confirming [BeCalled, CallBack, BePolled],
                cancelling [BeCalled, BePolled],
                unknown [BeCalled],
                held [BeCalled, Hold],
                paid [BeCalled],
                failed [BeCalled, Fail],
                expired [BeCalled, Expire],
                cancelled [BeCalled],
                vouched_for [BeCalled],
            }
        }
    };
}

/// What a scenario needs, by its name.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) needs: &'static [Can],
}

impl Scenario {
    pub(crate) fn runs_at(&self, player: Player) -> bool {
        self.needs.iter().all(|need| player.can(*need))
    }
}

macro_rules! list {
    ([] $($group:ident { $($name:ident [$($need:ident),*],)* })*) => {
        &[$($(Scenario {
            name: concat!(stringify!($group), "::", stringify!($name)),
            needs: &[$(Can::$need),*],
        },)*)*]
    };
}

pub(crate) const SCENARIOS: &[Scenario] = every_scenario!(list);

/// A test for each scenario at one provider. Where it cannot run, the test is that this is written down.
macro_rules! tests_at {
    ([$player:ident] $($group:ident { $($name:ident [$($need:ident),*],)* })*) => {
        $(mod $group {
            $(#[tokio::test]
            async fn $name() {
                let scenario = concat!(stringify!($group), "::", stringify!($name));
                let player = crate::provider::Player::$player;
                if let Some(mut stage) = crate::set(scenario, player).await {
                    crate::$group::$name(&mut stage).await;
                    stage.expect_sound().await;
                }
            })*
        })*
    };
}

/// The stage of a scenario, unless the provider cannot play it.
async fn set(scenario: &str, player: Player) -> Option<Stage> {
    let known = SCENARIOS.iter().find(|known| known.name == scenario).unwrap();
    if known.runs_at(player) {
        let ends_a_process = scenario.starts_with("restart::");
        return Some(if ends_a_process {
            Stage::open_on_disk(player).await
        } else {
            Stage::open(player).await
        });
    }
    assert!(
        skipped::is_written_down(scenario, player),
        "{player:?} leaves out {scenario}, and skipped.rs does not say why"
    );
    None
}

mod omise_truemoney {
    every_scenario!(tests_at OmiseTrueMoney);
}
mod deposit_gateway {
    every_scenario!(tests_at DepositGateway);
}
mod jwt_gateway {
    every_scenario!(tests_at JwtGateway);
}
mod jwt_gateway_unasked {
    every_scenario!(tests_at JwtGatewayUnasked);
}
mod crypto_2328 {
    every_scenario!(tests_at Crypto2328);
}
mod promptpay_direct {
    every_scenario!(tests_at PromptPayDirect);
}
