//! The `create_deposit` gateway's charges and what the shop is told about them.

use keptang_simulator::Config;
use keptang_simulator::control::{ActRequest, Action, ControlError};
use keptang_simulator::faults::{AmountForm, Fault, WebhookVariant};
use reqwest::Method;
use serde_json::{Value, json};

use crate::deposit::{call, create, order, send, sign};
use crate::stage::{Shop, Stage, answer, config};

async fn opened(stage: &Stage, shop: &Shop, order_id: &str) -> String {
    let deposit = create(stage, order_id, "8032.00", &shop.url).await;
    deposit["ref_id"].as_str().unwrap().to_owned()
}

async fn resend(stage: &Stage, ref_id: &str) -> (u16, Value) {
    let request = call(
        stage,
        Method::POST,
        "/resend_callback_for_transaction",
        &sign("", ""),
    );
    answer(request.json(&json!({"ref_id": ref_id}))).await
}

fn is_wrong_state(result: Result<impl std::fmt::Debug, ControlError>) -> bool {
    matches!(result, Err(ControlError::Refused { status: 409, .. }))
}

#[tokio::test]
async fn a_payment_is_told_in_the_words_of_the_page() {
    let stage = Stage::open().await;
    let mut shop = Shop::open().await;
    let id = opened(&stage, &shop, "C-1").await;
    let view = stage.control.act(&id, Action::Pay).await.unwrap();
    assert_eq!(
        (view.status.as_str(), view.amount_satang),
        ("AUTO_SUCCESS", 803_200)
    );
    let arrival = shop.next().await;
    let text = String::from_utf8(arrival.body.clone()).unwrap();
    assert!(
        text.starts_with(
            r#"{"type":"DEPOSIT","status":"AUTO_SUCCESS","status_desc":"DEPOSIT_MATCH","amount":8032,"mdr_amount":108.43,"stm_desc":"#
        ),
        "{text}"
    );
    let body = arrival.event();
    let mut keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    let mut expected = vec![
        "type",
        "status",
        "status_desc",
        "amount",
        "mdr_amount",
        "stm_desc",
        "stm_ref_id",
        "stm_bank_code",
        "stm_bank_acc_no",
        "stm_bank_acc_name",
        "stm_timestamp",
        "txn_ref_id",
        "txn_ref_user_id",
        "txn_ref1",
        "txn_ref2",
        "txn_ref_order_id",
        "txn_ref_bank_code",
        "txn_ref_bank_acc_no",
        "txn_ref_bank_acc_name_en",
        "txn_ref_bank_acc_name_th",
        "txn_timestamp",
    ];
    expected.sort_unstable();
    assert_eq!(keys, expected);
    assert_eq!(body["txn_ref_id"], json!(id));
    assert_eq!(body["txn_ref_order_id"], "C-1");
    assert_eq!(body["txn_ref1"], Value::Null, "sent empty");
    assert_eq!(body["txn_ref_bank_acc_no"], "9876543210");
}

#[tokio::test]
async fn every_action_in_every_state_is_decided() {
    let stage = Stage::open().await;
    let shop = Shop::open().await;
    let ways: [(&str, &[Action]); 5] = [
        ("CREATED", &[]),
        ("PROCESSING", &[Action::Hold]),
        ("AUTO_SUCCESS", &[Action::Pay]),
        ("FAILED", &[Action::Fail]),
        ("EXPIRED", &[Action::Expire]),
    ];
    for (place, (state, way)) in ways.into_iter().enumerate() {
        for action in [
            Action::Pay,
            Action::PayLate,
            Action::PayTwice,
            Action::Hold,
            Action::Fail,
            Action::Expire,
            Action::Reverse,
            Action::SetStatus,
        ] {
            let id = opened(
                &stage,
                &shop,
                &format!("L-{place}-{}", action.word().replace('_', "-")),
            )
            .await;
            for step in way {
                stage.control.act(&id, *step).await.unwrap();
            }
            let is_open = state == "CREATED" || state == "PROCESSING";
            let expected = match action {
                Action::Pay | Action::PayTwice if is_open => Some("AUTO_SUCCESS"),
                Action::PayLate if state == "FAILED" || state == "EXPIRED" => Some("AUTO_SUCCESS"),
                Action::PayTwice if state == "AUTO_SUCCESS" => Some("AUTO_SUCCESS"),
                Action::Hold if is_open => Some("PROCESSING"),
                Action::Fail if is_open => Some("FAILED"),
                Action::Expire if is_open => Some("EXPIRED"),
                Action::SetStatus => Some("Success "),
                _ => None,
            };
            let details = ActRequest {
                status: (action == Action::SetStatus).then(|| "Success ".to_owned()),
                ..ActRequest::default()
            };
            let result = stage.control.act_with(&id, action, &details).await;
            match expected {
                Some(word) => assert_eq!(result.unwrap().status, word, "{action:?} in {state}"),
                None => assert!(is_wrong_state(result), "{action:?} in {state}"),
            }
        }
    }
}

#[tokio::test]
async fn paying_twice_leaves_two_lines_on_the_statement() {
    let stage = Stage::open().await;
    let mut shop = Shop::open().await;
    let id = opened(&stage, &shop, "T-1").await;
    let view = stage.control.act(&id, Action::PayTwice).await.unwrap();
    assert_eq!(view.metadata["received_satang"], json!(1_606_400));
    let (one, two) = (shop.next().await.event(), shop.next().await.event());
    assert_ne!(one["stm_ref_id"], two["stm_ref_id"]);
    assert_eq!(one["txn_ref_id"], two["txn_ref_id"]);
    stage.control.act(&id, Action::PayTwice).await.unwrap();
    let three = shop.next().await.event();
    assert_ne!(three["stm_ref_id"], two["stm_ref_id"]);
    assert_eq!(resend(&stage, &id).await.0, 200);
    for expected in [&one, &two, &three] {
        assert_eq!(shop.next().await.event(), *expected, "a resend repeats");
    }
}

#[tokio::test]
async fn less_more_and_any_order_of_words() {
    let stage = Stage::open().await;
    let mut shop = Shop::open().await;
    let id = opened(&stage, &shop, "O-1").await;
    let less = ActRequest {
        amount_satang: Some(800_000),
        ..ActRequest::default()
    };
    let view = stage.control.act_with(&id, Action::Pay, &less).await.unwrap();
    assert_eq!(view.amount_satang, 800_000);
    assert_eq!(shop.next().await.event()["amount"], json!(8000));
    for word in ["PROCESSING", "SUCCESS", "Failed", "MYSTERY"] {
        let details = ActRequest {
            status: Some(word.to_owned()),
            ..ActRequest::default()
        };
        stage
            .control
            .act_with(&id, Action::SetStatus, &details)
            .await
            .unwrap();
        assert_eq!(shop.next().await.event()["status"], word);
    }
}

#[tokio::test]
async fn a_resend_repeats_what_was_told_and_nothing_else() {
    let stage = Stage::open().await;
    let mut shop = Shop::open().await;
    let id = opened(&stage, &shop, "S-1").await;
    let (status, body) = resend(&stage, &id).await;
    assert_eq!(
        (status, &body["detail"]),
        (200, &json!("resend callback success"))
    );
    stage.control.act(&id, Action::Hold).await.unwrap();
    assert_eq!(
        shop.next().await.event()["status"],
        "PROCESSING",
        "none before the first"
    );
    resend(&stage, &id).await;
    assert_eq!(shop.next().await.event()["status"], "PROCESSING");
    assert_eq!(resend(&stage, "nothing").await.0, 404);
    let unsigned = call(
        &stage,
        Method::POST,
        "/resend_callback_for_transaction",
        &sign("S-1", "8032.00"),
    );
    assert_eq!(answer(unsigned.json(&json!({"ref_id": id}))).await.0, 401);
}

#[tokio::test]
async fn deposits_run_out_silently_and_can_be_paid_late() {
    let stage = Stage::open().await;
    let mut shop = Shop::open().await;
    stage.fault(Fault::PayAfterExpire { after_ms: 2_000 }).await;
    opened(&stage, &shop, "X-1").await;
    stage.control.advance_clock_ms(899_999).await.unwrap();
    assert_eq!(stage.control.charges().await.unwrap()[0].status, "CREATED");
    stage.control.advance_clock_ms(1).await.unwrap();
    assert_eq!(stage.control.charges().await.unwrap()[0].status, "EXPIRED");
    stage.control.advance_clock_ms(2_000).await.unwrap();
    let body = shop.next().await.event();
    assert_eq!(body["status"], "AUTO_SUCCESS", "the first news after creation");
    assert_eq!(body["stm_timestamp"], "2025-10-09T16:08:22.000000+07:00");
}

#[tokio::test]
async fn refused_callbacks_are_tried_at_the_assumed_times() {
    let stage = Stage::open().await;
    let mut shop = Shop::answering(&[500, 404, 503, 500, 500]).await;
    let id = opened(&stage, &shop, "Y-1").await;
    stage.control.act(&id, Action::Pay).await.unwrap();
    let first = shop.next().await;
    for gap_ms in [10_000, 20_000, 30_000, 240_000] {
        // One millisecond short: nothing may come; then it must.
        stage.control.advance_clock_ms(gap_ms - 1).await.unwrap();
        assert!(shop.here().is_empty());
        stage.control.advance_clock_ms(1).await.unwrap();
        assert_eq!(shop.next().await, first, "byte for byte");
    }
}

#[tokio::test]
async fn callbacks_go_wrong_as_named() {
    let stage = Stage::open().await;
    let mut shop = Shop::open().await;
    let other = opened(&stage, &shop, "V-0").await;
    let id = opened(&stage, &shop, "V-1").await;
    stage.control.act(&id, Action::Pay).await.unwrap();
    let good = shop.next().await;
    let table = [
        (WebhookVariant::Altered, "amount", json!(8032.02)),
        (WebhookVariant::OtherCharge, "txn_ref_id", json!(other)),
        (
            WebhookVariant::WrongAmount { amount_satang: 100 },
            "amount",
            json!(1),
        ),
        (
            WebhookVariant::WrongReference,
            "txn_ref_id",
            json!("NOBODY-0-0-000000"),
        ),
        (
            WebhookVariant::AmountForm {
                form: AmountForm::Text,
            },
            "amount",
            json!("8032.01"),
        ),
        (
            WebhookVariant::LegacyKeys,
            "txn_timestamp",
            json!("2025-10-09T15:53:20.000000"),
        ),
        (WebhookVariant::ExtraField, "undocumented", json!("ไม่มีในคู่มือ")),
    ];
    for (variant, field, expected) in table {
        stage
            .control
            .resend_webhook(&id, Some(variant.clone()))
            .await
            .unwrap();
        let bad = shop.next().await;
        assert_eq!(bad.path, good.path);
        assert_eq!(bad.event()[field], expected, "{variant:?}");
        assert_ne!(bad.event()[field], good.event()[field], "{variant:?}");
    }
    stage
        .control
        .resend_webhook(&id, Some(WebhookVariant::LegacyKeys))
        .await
        .unwrap();
    let legacy = shop.next().await.event();
    assert!(legacy.get("status_des").is_some() && legacy.get("txn_ref_bank_acc_name").is_some());
    stage
        .control
        .resend_webhook(&id, Some(WebhookVariant::Forged))
        .await
        .unwrap();
    let forged = shop.next().await;
    assert_eq!((forged.path.as_str(), &forged.body), ("/hoo0", &good.body));
    let refused = stage
        .control
        .resend_webhook(&id, Some(WebhookVariant::AlgNone))
        .await;
    assert!(is_wrong_state(refused), "another provider's");
    stage
        .control
        .resend_webhook(&id, Some(WebhookVariant::Duplicate { copies: 5 }))
        .await
        .unwrap();
    for _ in 0..5 {
        assert_eq!(shop.next().await, good);
    }
}

#[tokio::test]
async fn a_callback_can_come_before_the_answer() {
    let stage = Stage::open().await;
    let mut shop = Shop::open().await;
    stage.fault(Fault::AutoPay { after_ms: 0 }).await;
    stage.fault(Fault::webhook(WebhookVariant::Early)).await;
    let body = order("Z-1", "15.00", &shop.url);
    let (status, deposit) = send(&stage, body, &sign("Z-1", "15.00")).await;
    // It is here already: the answer came after it.
    let arrivals = shop.here();
    assert_eq!((status, arrivals.len()), (200, 1));
    assert_eq!(arrivals[0].event()["txn_ref_id"], deposit["ref_id"]);
    assert_eq!(deposit["status"], "CREATED");
}

#[tokio::test]
async fn the_profile_address_serves_orders_without_one() {
    let mut config = config();
    let mut shop = Shop::open().await;
    config.settings.deposit.callback_url = Some(shop.url.clone());
    let stage = Stage::with(config).await;
    let deposit = create(&stage, "P-1", "1.00", "").await;
    stage
        .control
        .act(deposit["ref_id"].as_str().unwrap(), Action::Fail)
        .await
        .unwrap();
    assert_eq!(shop.next().await.event()["status"], "FAILED");
}

#[tokio::test]
async fn deposits_plans_and_switches_survive_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let with_file = || Config {
        state_file: Some(folder.path().join("simulator.json")),
        ..config()
    };
    let stage = Stage::with(with_file()).await;
    let mut settings = stage.control.settings().await.unwrap();
    settings.deposit.ttl_seconds = 60;
    stage.control.set_settings(&settings).await.unwrap();
    stage.fault(Fault::AutoPay { after_ms: 5_000 }).await;
    let deposit = create(&stage, "K-1", "10.00", "").await;
    let paid_id = deposit["ref_id"].as_str().unwrap();
    create(&stage, "K-2", "10.00", "").await;
    let before = stage.control.charges().await.unwrap();
    drop(stage);

    let stage = Stage::with(with_file()).await;
    assert_eq!(stage.control.charges().await.unwrap(), before);
    assert_eq!(stage.control.settings().await.unwrap(), settings);
    let (status, _) = send(&stage, order("K-1", "10.00", ""), &sign("K-1", "10.00")).await;
    assert_eq!(status, 422, "the order id is still taken");
    stage.control.advance_clock_ms(60_000).await.unwrap();
    let after = stage.control.charges().await.unwrap();
    assert_eq!(
        (after[0].id.as_str(), after[0].status.as_str()),
        (paid_id, "AUTO_SUCCESS")
    );
    assert_eq!(after[1].status, "EXPIRED");
    stage.control.reset().await.unwrap();
    assert!(stage.control.charges().await.unwrap().is_empty());
    assert_eq!(stage.control.settings().await.unwrap(), config().settings);
}
