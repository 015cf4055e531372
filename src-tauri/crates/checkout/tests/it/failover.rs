//! Which provider serves when the first choice does not.

use crate::world::*;
use keptang_checkout::{Charge, Particulars, RouteError};
use keptang_domain::order::{AttemptState, Order};
use keptang_domain::{Method, ProviderId};
use keptang_ports::{Fault, ProviderError};
use keptang_testkit::scripted_provider::ScriptedProvider;
use std::sync::Arc;

const FIRST: ProviderId = ProviderId::JwtGateway;
const SECOND: ProviderId = ProviderId::PromptPayDirect;

fn two() -> World {
    let mut world = World::with(ScriptedProvider::new(FIRST));
    world.others.push(Arc::new(ScriptedProvider::new(SECOND)));
    world
}

fn sale() -> Charge {
    Charge {
        method: Method::PromptPay,
        ..charge()
    }
}

async fn failed(world: &World, till: &keptang_checkout::Till, error: ProviderError) -> Order {
    world.omise.creates.then(Err(error));
    let order = till.charge(sale()).await.unwrap();
    world
        .until(order.id, secs(1), |order| {
            order.newest().is_some_and(|a| a.state != AttemptState::Submitted)
        })
        .await
}

#[tokio::test(start_paused = true)]
async fn the_next_is_offered_only_when_nothing_can_exist_at_the_one_before() {
    let world = two();
    let till = world.till(1);
    let refused = || ProviderError::Refused {
        code: "no".to_owned(),
    };
    let fault = Fault {
        code: "bad_key",
        setting: "key".to_owned(),
        message_th: String::new(),
        message_en: String::new(),
    };
    for error in [
        refused(),
        ProviderError::NotSent,
        ProviderError::Misconfigured(Box::new(fault)),
        ProviderError::Throttled {
            after_ms: Some(60_000),
        },
    ] {
        let order = failed(&world, &till, error.clone()).await;
        assert_eq!(till.next_provider(&order), Some(SECOND), "{error:?}");
    }
    let lost = failed(&world, &till, ProviderError::OutcomeUnknown).await;
    assert_eq!(lost.newest().unwrap().state, AttemptState::Unknown);
    assert_eq!(till.next_provider(&lost), None, "something may exist there");

    let order = failed(&world, &till, refused()).await;
    let order = till
        .retry(
            order.id,
            Method::PromptPay,
            till.next_provider(&order),
            &Particulars::default(),
        )
        .await
        .unwrap();
    let order = world.until_state(order.id, secs(1), AttemptState::Awaiting).await;
    assert_eq!(order.newest().unwrap().provider, SECOND);
    assert_eq!(till.next_provider(&order), None);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_keeps_failing_is_passed_over_for_a_while() {
    let world = two();
    let till = world.till(1);
    for _ in 0..3 {
        assert_eq!(till.route(Method::PromptPay, None, SALE), Ok(FIRST));
        failed(&world, &till, ProviderError::NotSent).await;
    }
    assert_eq!(
        till.route(Method::PromptPay, None, SALE),
        Ok(SECOND),
        "the breaker is open"
    );
    assert_eq!(
        till.route(Method::PromptPay, Some(FIRST), SALE),
        Ok(FIRST),
        "a person may insist"
    );
    tokio::time::sleep(secs(31)).await;
    assert_eq!(
        till.route(Method::PromptPay, None, SALE),
        Ok(FIRST),
        "one sale tries again"
    );
}

#[tokio::test(start_paused = true)]
async fn the_first_choices_own_reason_is_told_when_nobody_can_serve() {
    let first = ScriptedProvider::new(FIRST).with_profile(|profile| profile.min = satang(50_000));
    let mut world = World::with(first);
    let second = ScriptedProvider::new(SECOND).with_profile(|profile| profile.max = satang(1_000));
    world.others.push(Arc::new(second));
    let till = world.till(1);
    assert_eq!(
        till.route(Method::PromptPay, None, SALE),
        Err(RouteError::AmountOutside {
            method: Method::PromptPay,
            min: satang(50_000),
            max: keptang_domain::Money::LARGEST_SALE
        })
    );
    assert_eq!(
        till.route(Method::PromptPay, None, satang(500)),
        Ok(SECOND),
        "the amount fits the second"
    );
    assert_eq!(
        till.route(Method::Cash, None, SALE),
        Err(RouteError::NoProvider { method: Method::Cash })
    );
}
