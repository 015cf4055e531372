//! Killing the simulator loses nothing it answered; several may share one file.

use keptang_simulator::control::Action;
use keptang_simulator::faults::{Fault, FaultRule};
use keptang_simulator::{Config, StartError, start};
use reqwest::Method;
use serde_json::json;

use crate::stage::{Stage, answer, config, order};

fn with_file(folder: &tempfile::TempDir) -> Config {
    Config {
        state_file: Some(folder.path().join("state/simulator.json")),
        ..config()
    }
}

#[tokio::test]
async fn a_dropped_simulator_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::with(with_file(&folder)).await;
    let (paid, _) = stage.till.charge(400_000).await;
    stage.control.act(&paid, Action::Pay).await.unwrap();
    let (_, refund) = stage
        .till
        .post(&format!("/charges/{paid}/refunds"), &json!({"amount": 1_000}))
        .await;
    let source = stage.till.source(300_000).await;
    let secret = stage.control.rotate_secret(None).await.unwrap();
    stage
        .control
        .set_fault(&FaultRule::once(Fault::QrSvg))
        .await
        .unwrap();
    let (_, before) = stage.till.get(&format!("/charges/{paid}")).await;
    drop(stage);

    let stage = Stage::with(with_file(&folder)).await;
    let (_, mut after) = stage.till.get(&format!("/charges/{paid}")).await;
    // Only the port differs.
    after["source"]["scannable_code"] = before["source"]["scannable_code"].clone();
    assert_eq!(after, before);
    let path = format!("/charges/{paid}/refunds/{}", refund["id"].as_str().unwrap());
    assert_eq!(stage.till.get(&path).await, (200, refund));
    assert_eq!(stage.control.faults().await.unwrap()[0].rule.fault, Fault::QrSvg);
    let mut body = order(300_000);
    body["source"] = source["id"].clone();
    let (status, charge) = stage.till.post("/charges", &body).await;
    assert_eq!(status, 200, "{charge}");
    assert_ne!(charge["id"], json!(paid), "the sequence of ids goes on");
    assert!(stage.till.qr(&charge).await.1.starts_with(b"<svg"));
    assert_ne!(stage.control.rotate_secret(None).await.unwrap(), secret);
}

#[tokio::test]
async fn a_lost_answer_is_saved_before_the_connection_ends() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::with(with_file(&folder)).await;
    stage.fault(Fault::CutAfter).await;
    stage
        .till
        .request(Method::POST, "/charges")
        .json(&order(400_000))
        .send()
        .await
        .unwrap_err();
    drop(stage);
    let stage = Stage::with(with_file(&folder)).await;
    assert_eq!(stage.control.charges().await.unwrap().len(), 1);
    assert!(
        stage.control.faults().await.unwrap().is_empty(),
        "the fault was used up"
    );
}

#[tokio::test]
async fn timers_go_on_after_a_kill_and_keep_their_time() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::with(with_file(&folder)).await;
    stage.fault(Fault::AutoPay { after_ms: 5_000 }).await;
    let (id, _) = stage.till.charge(400_000).await;
    stage.control.advance_clock_ms(4_000).await.unwrap();
    drop(stage);
    let stage = Stage::with(with_file(&folder)).await;
    assert_eq!(stage.till.status_of(&id).await, "pending");
    stage.control.advance_clock_ms(3_000).await.unwrap();
    let (_, charge) = stage.till.get(&format!("/charges/{id}")).await;
    assert_eq!(
        (&charge["status"], &charge["paid_at"]),
        (&json!("successful"), &json!("2025-10-09T08:53:25Z"))
    );
}

#[tokio::test]
async fn start_faults_hold_only_for_a_fresh_file() {
    let folder = tempfile::tempdir().unwrap();
    let faults = || vec![FaultRule::always(Fault::AutoPay { after_ms: 1 })];
    let stage = Stage::with(Config {
        faults: faults(),
        ..with_file(&folder)
    })
    .await;
    stage.control.clear_faults().await.unwrap();
    drop(stage);
    let stage = Stage::with(Config {
        faults: faults(),
        ..with_file(&folder)
    })
    .await;
    assert!(stage.control.faults().await.unwrap().is_empty());
}

#[tokio::test]
async fn two_simulators_on_one_file_are_one_provider() {
    let folder = tempfile::tempdir().unwrap();
    let one = Stage::with(with_file(&folder)).await;
    let two = Stage::with(with_file(&folder)).await;
    let (id, _) = one.till.charge(400_000).await;
    assert_eq!(two.till.status_of(&id).await, "pending");
    two.control.act(&id, Action::Pay).await.unwrap();
    assert_eq!(one.till.status_of(&id).await, "successful");
    let (other, _) = two.till.charge(500_000).await;
    assert_ne!(id, other);
    drop(two);
    assert_eq!(one.till.get("/charges").await.1["total"], 2);
}

#[tokio::test]
async fn a_stopped_simulator_is_gone_and_its_port_is_free() {
    let stage = Stage::open().await;
    let addr = stage.running.addr();
    // A kept-alive connection must die with it.
    assert_eq!(stage.till.get("/account").await.0, 200);
    stage.running.stop().await;
    assert!(stage.till.request(Method::GET, "/account").send().await.is_err());
    let again = Stage::with(Config {
        listen: addr,
        ..config()
    })
    .await;
    assert_eq!(answer(again.till.request(Method::GET, "/account")).await.0, 200);
}

#[tokio::test]
async fn senseless_set_ups_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.json");
    std::fs::write(&path, "not json").unwrap();
    let outward = start(Config {
        listen: "0.0.0.0:0".parse().unwrap(),
        ..config()
    })
    .await;
    assert!(matches!(outward, Err(StartError::NotLoopback(_))));
    let secret = start(Config {
        webhook_secret: "???".into(),
        ..config()
    })
    .await;
    assert!(matches!(secret, Err(StartError::WebhookSecret)));
    let swapped = start(Config {
        secret_key: "pkey_test_1".into(),
        ..config()
    })
    .await;
    assert!(matches!(swapped, Err(StartError::Keys)));
    let mixed = start(Config {
        secret_key: "skey_live".into(),
        ..config()
    })
    .await;
    assert!(matches!(mixed, Err(StartError::Keys)));
    let broken = start(Config {
        state_file: Some(path),
        ..config()
    })
    .await;
    assert!(matches!(broken, Err(StartError::State { .. })));
    let stage = Stage::open().await;
    let taken = start(Config {
        listen: stage.running.addr(),
        ..config()
    })
    .await;
    assert!(matches!(taken, Err(StartError::Bind { .. })));
}
