//! What is left out where, and why. The test at the end fails when this is not exactly what follows from the two
//! tables, so a provider cannot lose an ability, nor a scenario gain a need, without somebody writing down why.

use crate::SCENARIOS;
use crate::provider::Player;
use keptang_domain::ProviderId;
use std::collections::BTreeSet;

/// Scenarios that one reason keeps from one provider. The reasons are those of the providers' pages.
struct Skipped {
    player: Player,
    why: &'static str,
    scenarios: &'static [&'static str],
}

const SKIPPED: &[Skipped] = &[
    Skipped {
        player: Player::OmiseTrueMoney,
        why: "omise-truemoney.md §3: a charge goes from pending to its end once and is for one sum; a second payment or a part cannot come",
        scenarios: &[
            "money::pay_twice",
            "money::pay_again_when_settled",
            "money::underpay_and_top_up",
        ],
    },
    Skipped {
        player: Player::OmiseTrueMoney,
        why: "omise-truemoney.md §2: the charge is over the amount that was asked",
        scenarios: &["money::adjusted_amount", "money::adjusted_beyond_the_limit"],
    },
    Skipped {
        player: Player::OmiseTrueMoney,
        why: "omise-truemoney.md §5: nothing asks for a webhook again",
        scenarios: &["money::pay_and_call_again"],
    },
    Skipped {
        player: Player::OmiseTrueMoney,
        why: "omise-truemoney.md §5: one webhook address for the whole account",
        scenarios: &["forge::another_address"],
    },
    Skipped {
        player: Player::OmiseTrueMoney,
        why: "omise-truemoney.md §3: no status says that money is held",
        scenarios: &["restart::held"],
    },
    Skipped {
        player: Player::OmiseTrueMoney,
        why: "omise-truemoney.md §2: the answer carries no reference of ours besides the metadata, which another charge's would too",
        scenarios: &["wire::answer_about_another_order"],
    },
    Skipped {
        player: Player::DepositGateway,
        why: "deposit-gateway.md §2: there is no status query",
        scenarios: &[
            "money::pay_and_be_asked",
            "money::payment_beats_cancel",
            "wire::slow_down_when_asked_about",
            "wire::page_when_asked_about",
            "wire::hang_when_asked_about",
            "callbacks::contradicted_by_the_provider",
        ],
    },
    Skipped {
        player: Player::DepositGateway,
        why: "deposit-gateway.md §2: no query and no cancel, so nothing is left to wait for in between",
        scenarios: &["restart::confirming", "restart::cancelling"],
    },
    Skipped {
        player: Player::DepositGateway,
        why: "deposit-gateway.md §6: callbacks carry no signature and no time of one",
        scenarios: &["forge::wrong_signature", "forge::old_signature"],
    },
    Skipped {
        player: Player::DepositGateway,
        why: "deposit-gateway.md §6: one callback for a reference and status, any further one counts as its repeat",
        scenarios: &["money::pay_twice", "money::pay_again_when_settled"],
    },
    Skipped {
        player: Player::DepositGateway,
        why: "deposit-gateway.md §6: a deposit is matched by its whole amount",
        scenarios: &["money::underpay_and_top_up"],
    },
    Skipped {
        player: Player::DepositGateway,
        why: "deposit-gateway.md §7: no status says that money is held",
        scenarios: &["restart::held"],
    },
    Skipped {
        player: Player::JwtGateway,
        why: "jwt-gateway.md §8: completed is told once, with no sum of several payments",
        scenarios: &["money::pay_twice", "money::pay_again_when_settled"],
    },
    Skipped {
        player: Player::JwtGateway,
        why: "jwt-gateway.md §7: a deposit completes with its whole amount",
        scenarios: &["money::underpay_and_top_up"],
    },
    Skipped {
        player: Player::JwtGateway,
        why: "jwt-gateway.md §2: nothing asks for a callback again",
        scenarios: &["money::pay_and_call_again"],
    },
    Skipped {
        player: Player::JwtGateway,
        why: "jwt-gateway.md §8: no status says that money is held",
        scenarios: &["restart::held"],
    },
    Skipped {
        player: Player::JwtGatewayUnasked,
        why: "jwt-gateway.md §2: the path of the order query is not given, and this gateway has none",
        scenarios: &[
            "money::pay_and_be_asked",
            "money::payment_beats_cancel",
            "wire::slow_down_when_asked_about",
            "wire::page_when_asked_about",
            "wire::hang_when_asked_about",
            "callbacks::contradicted_by_the_provider",
            "restart::confirming",
            "restart::cancelling",
        ],
    },
    Skipped {
        player: Player::JwtGatewayUnasked,
        why: "jwt-gateway.md §7: an old time is no reason to refuse a signed callback, for a retry may re-send one",
        scenarios: &["forge::old_signature"],
    },
    Skipped {
        player: Player::JwtGatewayUnasked,
        why: "jwt-gateway.md §8: completed is told once, with no sum of several payments",
        scenarios: &["money::pay_twice", "money::pay_again_when_settled"],
    },
    Skipped {
        player: Player::JwtGatewayUnasked,
        why: "jwt-gateway.md §7: a deposit completes with its whole amount",
        scenarios: &["money::underpay_and_top_up"],
    },
    Skipped {
        player: Player::JwtGatewayUnasked,
        why: "jwt-gateway.md §2: nothing asks for a callback again",
        scenarios: &["money::pay_and_call_again"],
    },
    Skipped {
        player: Player::JwtGatewayUnasked,
        why: "jwt-gateway.md §8: no status says that money is held",
        scenarios: &["restart::held"],
    },
    Skipped {
        player: Player::Crypto2328,
        why: "crypto-2328.md §7: no status says that a payment failed; it is cancelled or underpaid",
        scenarios: &["money::fail", "restart::failed"],
    },
    Skipped {
        player: Player::Crypto2328,
        why: "crypto-2328.md §4: the invoice is over the amount that was asked",
        scenarios: &["money::adjusted_amount", "money::adjusted_beyond_the_limit"],
    },
    Skipped {
        player: Player::Crypto2328,
        why: "crypto-2328.md §4: the QR holds the address and no amount",
        scenarios: &["money::wrong_qr"],
    },
    Skipped {
        player: Player::Crypto2328,
        why: "crypto-2328.md §9: nothing asks for a webhook again",
        scenarios: &["money::pay_and_call_again"],
    },
    Skipped {
        player: Player::Crypto2328,
        why: "crypto-2328.md §6: webhooks carry no time of their signature",
        scenarios: &["forge::old_signature"],
    },
    Skipped {
        player: Player::PromptPayDirect,
        why: "thai-qr-formats.md §2: the till writes the QR itself, and nobody tells what came of it; a slip or a person does",
        scenarios: &[
            "money::pay_and_be_asked",
            "money::pay_and_call_back",
            "money::pay_and_call_again",
            "money::pay_late_after_expiry",
            "money::pay_late_after_cancel",
            "money::pay_twice",
            "money::pay_again_when_settled",
            "money::pay_two_attempts",
            "money::underpay",
            "money::underpay_and_top_up",
            "money::overpay",
            "money::fail",
            "money::expire",
            "money::payment_beats_cancel",
            "money::manual_word_before_the_payment",
            "money::adjusted_amount",
            "money::adjusted_beyond_the_limit",
            "money::wrong_qr",
        ],
    },
    Skipped {
        player: Player::PromptPayDirect,
        why: "thai-qr-formats.md §2: nothing is sent anywhere",
        scenarios: &[
            "wire::answer_lost",
            "wire::answer_lost_and_called_back",
            "wire::answer_about_another_order",
            "wire::request_lost",
            "wire::slow_down_when_asked_to_create",
            "wire::slow_down_when_asked_about",
            "wire::page_instead_of_the_answer",
            "wire::page_instead_of_the_provider",
            "wire::page_when_asked_about",
            "wire::hang",
            "wire::hang_when_asked_about",
        ],
    },
    Skipped {
        player: Player::PromptPayDirect,
        why: "thai-qr-formats.md §2: nobody calls back",
        scenarios: &[
            "forge::wrong_signature",
            "forge::wrong_order",
            "forge::wrong_reference",
            "forge::wrong_amount",
            "forge::wrong_kind",
            "forge::old_signature",
            "forge::another_address",
            "forge::unsigned",
            "callbacks::early",
            "callbacks::out_of_order",
            "callbacks::repeated",
            "callbacks::contradicted_by_the_provider",
        ],
    },
    Skipped {
        player: Player::PromptPayDirect,
        why: "thai-qr-formats.md §2: without anybody to ask, a QR stands until a person ends it",
        scenarios: &[
            "restart::submitted",
            "restart::confirming",
            "restart::cancelling",
            "restart::unknown",
            "restart::held",
            "restart::paid",
            "restart::failed",
            "restart::expired",
            "restart::cancelled",
            "restart::vouched_for",
        ],
    },
];

pub(crate) fn is_written_down(scenario: &str, player: Player) -> bool {
    SKIPPED
        .iter()
        .any(|skipped| skipped.player == player && skipped.scenarios.contains(&scenario))
}

#[test]
fn nothing_is_left_out_silently() {
    let mut follows = BTreeSet::new();
    for player in Player::ALL {
        let left_out = SCENARIOS.iter().filter(|scenario| !scenario.runs_at(player));
        follows.extend(left_out.map(|scenario| (player, scenario.name)));
    }
    let mut written = BTreeSet::new();
    for skipped in SKIPPED {
        assert!(!skipped.why.is_empty());
        for scenario in skipped.scenarios {
            assert!(
                written.insert((skipped.player, *scenario)),
                "{scenario} twice at {:?}",
                skipped.player
            );
        }
    }
    let silent: Vec<_> = follows.difference(&written).collect();
    let stale: Vec<_> = written.difference(&follows).collect();
    assert!(
        silent.is_empty() && stale.is_empty(),
        "left out without a reason: {silent:#?}\nwritten down, but it runs or does not exist: {stale:#?}"
    );
}

#[test]
fn every_provider_of_the_till_is_here() {
    // Cash is no provider: money lies in the drawer when the sale is recorded.
    let here: BTreeSet<ProviderId> = Player::ALL
        .into_iter()
        .map(Player::provider)
        .chain([ProviderId::Cash])
        .collect();
    assert_eq!(here, ProviderId::ALL.iter().copied().collect());
}
