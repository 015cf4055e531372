//! The control panel itself.

use keptang_simulator::control::{ActRequest, Action, ControlError};
use keptang_simulator::faults::{Fault, FaultRule};
use serde_json::json;

use crate::stage::{Stage, answer};

fn status_of(refused: Result<impl std::fmt::Debug, ControlError>) -> u16 {
    match refused.unwrap_err() {
        ControlError::Refused { status, .. } => status,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn people_get_a_page_in_both_languages() {
    let stage = Stage::open().await;
    let page = stage
        .till
        .http
        .get(format!("{}/_control", stage.running.base_url()))
        .send()
        .await
        .unwrap();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let page = page.text().await.unwrap();
    assert!(page.contains("เครื่องจำลอง") && page.contains("Provider simulator"));
}

#[tokio::test]
async fn every_fault_on_the_page_is_one_the_panel_takes() {
    let page = include_str!("../../src/control/page.html");
    let stage = Stage::open().await;
    let url = format!("{}/_control/faults", stage.running.base_url());
    // The menu's kinds, with the fields that the page fills in.
    let mut kinds = Vec::new();
    for part in page.split("{ kind: \"").skip(1) {
        kinds.push(part.split('"').next().unwrap());
    }
    assert!(kinds.len() > 25, "{kinds:?}");
    let fields = json!({
        "delay_ms": 1, "status": 500, "retry_after_s": 1, "amount_satang": 1, "after_ms": 1, "word": "x",
        "currency": "USD", "copies": 2, "code": "x",
        "by_satang": 1, "order_id": "x", "form": "text",
    });
    for kind in kinds {
        let mut fault = fields.clone();
        fault["kind"] = json!(kind);
        let as_fault = serde_json::from_value::<Fault>(fault.clone()).is_ok();
        let variant = json!({"kind": "webhook", "variant": fault});
        let is_known = as_fault || kind == "webhook" || serde_json::from_value::<Fault>(variant).is_ok();
        assert!(is_known, "{kind}");
    }
    let body = json!({"fault": {"kind": "slow", "delay_ms": 5}, "endpoint": null, "lasts": "always"});
    let (status, rule) = answer(stage.till.http.post(url).json(&body)).await;
    assert_eq!(
        (status, &rule["id"], &rule["fault"]["kind"]),
        (200, &json!(1), &json!("slow"))
    );
}

#[tokio::test]
async fn rules_can_be_listed_and_removed() {
    let stage = Stage::open().await;
    let first = stage
        .control
        .set_fault(&FaultRule::always(Fault::Empty))
        .await
        .unwrap();
    let second = stage
        .control
        .set_fault(&FaultRule::once(Fault::QrSvg))
        .await
        .unwrap();
    assert_eq!(
        stage.control.faults().await.unwrap(),
        [first.clone(), second.clone()]
    );
    stage.control.remove_fault(first.id).await.unwrap();
    assert_eq!(status_of(stage.control.remove_fault(first.id).await), 404);
    assert_eq!(stage.control.faults().await.unwrap(), [second]);
    stage.control.clear_faults().await.unwrap();
    assert!(stage.control.faults().await.unwrap().is_empty());
    let senseless = FaultRule::once(Fault::ServerError { status: 200 });
    assert_eq!(status_of(stage.control.set_fault(&senseless).await), 400);
}

#[tokio::test]
async fn actions_say_why_they_cannot_be_done() {
    let stage = Stage::open().await;
    let (id, _) = stage.till.charge(400_000).await;
    assert_eq!(
        status_of(stage.control.act("chrg_test_x", Action::Pay).await),
        404
    );
    assert_eq!(status_of(stage.control.act(&id, Action::PayLate).await), 409);
    let url = format!("{}/_control/charges/{id}/explode", stage.running.base_url());
    let (status, problem) = answer(stage.till.http.post(&url)).await;
    assert_eq!((status, problem["error"].is_string()), (404, true));
    let url = format!("{}/_control/charges/{id}/pay", stage.running.base_url());
    assert_eq!(
        answer(stage.till.http.post(&url).body("{\"amuont\":1}")).await.0,
        400
    );
    assert_eq!(answer(stage.till.http.post(&url)).await.0, 200);
}

#[tokio::test]
async fn an_action_can_wait_and_can_pay_another_amount() {
    let stage = Stage::open().await;
    let (id, _) = stage.till.charge(400_000).await;
    let details = ActRequest {
        after_ms: Some(500),
        amount_satang: Some(399_900),
        ..ActRequest::default()
    };
    assert_eq!(
        stage
            .control
            .act_with(&id, Action::Pay, &details)
            .await
            .unwrap()
            .status,
        "pending"
    );
    stage.control.advance_clock_ms(500).await.unwrap();
    let view = &stage.control.charges().await.unwrap()[0];
    assert_eq!(
        (view.status.as_str(), view.amount_satang),
        ("successful", 399_900)
    );
    assert_eq!(
        stage.till.get(&format!("/charges/{id}")).await.1["amount"],
        399_900
    );
}

#[tokio::test]
async fn reset_forgets_everything() {
    let stage = Stage::open().await;
    let (id, _) = stage.till.charge(400_000).await;
    stage
        .control
        .set_fault(&FaultRule::always(Fault::QrSvg))
        .await
        .unwrap();
    stage.control.advance_clock_ms(5_000).await.unwrap();
    stage.control.reset().await.unwrap();
    assert!(stage.control.charges().await.unwrap().is_empty());
    assert!(stage.control.faults().await.unwrap().is_empty());
    let stats = stage.control.stats().await.unwrap();
    assert!(stats.requests.is_empty() && stats.violations.is_empty());
    let (fresh, charge) = stage.till.charge(400_000).await;
    assert_ne!(fresh, id, "ids are not used twice");
    assert_eq!(charge["created_at"], "2025-10-09T08:53:20Z");
}
