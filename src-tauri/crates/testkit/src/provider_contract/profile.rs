//! What a provider says of itself.

use super::{Act, Stage, within};
use keptang_domain::{Money, Tracking};

pub async fn tracking_is_backed_by_a_capability(stage: &dyn Stage) {
    let provider = stage.provider();
    let says = |tracking| provider.profile().tracking.contains(&tracking);
    assert!(
        !provider.profile().tracking.is_empty(),
        "an outcome must be learnt somehow"
    );
    assert_eq!(says(Tracking::Poll), provider.status().is_some());
    assert_eq!(says(Tracking::Callback), provider.notices().is_some());
}

pub async fn the_limits_make_sense(stage: &dyn Stage) {
    let profile = stage.provider().profile();
    assert!(profile.min.is_positive());
    assert!(profile.min < profile.max && profile.max <= Money::LARGEST_SALE);
    assert!(profile.requests_per_second > 0);
    assert_eq!(profile.fault, None, "on this stage everything is set up right");
    assert!(profile.own_life_ms.is_none_or(|life_ms| life_ms > 0));
}

pub async fn the_connection_test_is_honest(stage: &dyn Stage) {
    let report = within(stage.provider().test()).await;
    assert_eq!(report.fault, None);
    assert!(!report.message_th.is_empty() && !report.message_en.is_empty());
    let fault = within(stage.unreachable().test()).await.fault;
    let fault = fault.expect("where nobody listens something is wrong");
    assert_eq!(fault.code, "unreachable");
    assert!(!fault.setting.is_empty());
    assert!(stage.payments().await.is_empty(), "a test changes nothing there");
    assert_eq!(stage.requests(Act::Create).await, 0);
}
