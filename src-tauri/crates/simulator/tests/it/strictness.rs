//! Every bad request is refused with the code of the page (§7), and nothing is created by it.

use keptang_simulator::stats::ViolationKind;
use keptang_simulator::{TRAINING_PUBLIC_KEY, TRAINING_SECRET_KEY};
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Stage, answer, download_uri, order};

fn without(name: &str) -> Value {
    let mut body = order(400_000);
    body.as_object_mut().unwrap().remove(name);
    body
}

fn with(name: &str, value: Value) -> Value {
    let mut body = order(400_000);
    body[name] = value;
    body
}

#[tokio::test]
async fn bad_charges_are_refused_and_create_nothing() {
    let stage = Stage::open().await;
    let table = [
        (without("amount"), 400, "bad_request"),
        (with("amount", json!("400000")), 400, "bad_request"),
        (with("amount", json!(4000.5)), 400, "bad_request"),
        (with("amount", json!(400_000.0)), 400, "bad_request"),
        (with("amount", json!(9_999)), 400, "invalid_charge"),
        (with("amount", json!(5_000_001)), 400, "invalid_charge"),
        (with("amount", json!(0)), 400, "invalid_charge"),
        (with("amount", json!(-10_000)), 400, "invalid_charge"),
        (without("currency"), 400, "bad_request"),
        (with("currency", json!("USD")), 400, "invalid_charge"),
        (without("source"), 400, "bad_request"),
        (with("source", json!({})), 400, "bad_request"),
        (
            with("source", json!({"type": "bitcoin"})),
            400,
            "feature_not_supported",
        ),
        (
            with("source", json!({"type": "truemoney_qr", "amount": 1})),
            400,
            "invalid_charge",
        ),
        (
            with("source", json!({"type": "truemoney_qr", "currency": "USD"})),
            400,
            "invalid_charge",
        ),
        (
            with("source", json!({"type": "truemoney_qr", "phone": "1"})),
            400,
            "bad_request",
        ),
        (with("source", json!("src_test_nobody")), 404, "not_found"),
        (with("amuont", json!(1)), 400, "bad_request"),
        (with("metadata", json!("text")), 400, "bad_request"),
        (with("description", json!(5)), 400, "bad_request"),
        (with("return_uri", json!("nowhere")), 400, "bad_request"),
        (
            with("webhook_endpoints", json!("https://x.example")),
            400,
            "bad_request",
        ),
        (
            with("webhook_endpoints", json!(["ftp://x.example"])),
            400,
            "bad_request",
        ),
        (with("capture", json!(false)), 400, "feature_not_supported"),
        (json!([1]), 400, "bad_request"),
    ];
    for (body, status, code) in table {
        let (got, error) = stage.till.post("/charges", &body).await;
        assert_eq!((got, error["code"].as_str()), (status, Some(code)), "{body}");
        assert_eq!(error["object"], "error");
        assert!(error["location"].is_string() && error["message"].is_string());
    }
    assert!(stage.control.charges().await.unwrap().is_empty());
    for amount in [10_000, 5_000_000] {
        stage.till.charge(amount).await;
    }
}

#[tokio::test]
async fn bodies_that_are_neither_json_nor_form_are_refused() {
    let stage = Stage::open().await;
    let table = [
        ("application/json", "{".to_owned()),
        ("text/plain", order(400_000).to_string()),
        (
            "application/x-www-form-urlencoded",
            "amount=1&amount=2".to_owned(),
        ),
        (
            "application/json",
            format!("{{\"description\":\"{}\"}}", "x".repeat(70_000)),
        ),
    ];
    for (content_type, body) in table {
        let request = stage
            .till
            .request(Method::POST, "/charges")
            .header("content-type", content_type);
        let (status, error) = answer(request.body(body)).await;
        assert_eq!(
            (status, error["code"].as_str()),
            (400, Some("bad_request")),
            "{content_type}"
        );
    }
}

#[tokio::test]
async fn every_endpoint_wants_its_own_key_and_no_password() {
    let stage = Stage::open().await;
    let (id, _) = stage.till.charge(400_000).await;
    let secret = [
        (Method::POST, "/charges".to_owned()),
        (Method::GET, "/charges".to_owned()),
        (Method::GET, format!("/charges/{id}")),
        (Method::POST, format!("/charges/{id}/expire")),
        (Method::POST, format!("/charges/{id}/refunds")),
        (Method::GET, format!("/charges/{id}/refunds")),
        (Method::GET, format!("/charges/{id}/refunds/rfnd_test_1")),
        (Method::GET, "/events/evnt_test_1".to_owned()),
        (Method::GET, "/capability".to_owned()),
        (Method::GET, "/account".to_owned()),
    ];
    let source = [(Method::POST, "/sources".to_owned())];
    let wrong_for_secret = [
        (TRAINING_PUBLIC_KEY, ""),
        ("skey_test_other", ""),
        (TRAINING_SECRET_KEY, "pw"),
        ("", ""),
    ];
    let wrong_for_source = [
        (TRAINING_SECRET_KEY, ""),
        ("pkey_test_other", ""),
        (TRAINING_PUBLIC_KEY, "pw"),
        ("", ""),
    ];
    let mut refused = 0;
    for (routes, wrong) in [(&secret[..], wrong_for_secret), (&source[..], wrong_for_source)] {
        for (method, path) in routes {
            for (user, password) in wrong {
                let request = stage
                    .till
                    .bare(method.clone(), path)
                    .basic_auth(user, Some(password));
                let (status, error) = answer(request).await;
                assert_eq!(
                    (status, error["code"].as_str()),
                    (401, Some("authentication_failure")),
                    "{path}"
                );
                refused += 1;
            }
        }
    }
    let (status, _) = answer(stage.till.bare(Method::GET, "/account")).await;
    assert_eq!(status, 401);
    let stats = stage.control.stats().await.unwrap();
    let recorded = stats
        .violations
        .iter()
        .filter(|one| one.kind == ViolationKind::BadCredentials)
        .count();
    assert_eq!(recorded, refused + 1);
    assert_eq!(stage.till.status_of(&id).await, "pending");
}

#[tokio::test]
async fn unknown_ids_paths_and_methods_are_not_found() {
    let stage = Stage::open().await;
    let (id, _) = stage.till.charge(400_000).await;
    let table = [
        (Method::GET, "/charges/chrg_test_nobody".to_owned()),
        (Method::POST, "/charges/chrg_test_nobody/expire".to_owned()),
        (Method::GET, "/charges/chrg_test_nobody/refunds".to_owned()),
        (Method::GET, format!("/charges/{id}/refunds/rfnd_test_nobody")),
        (Method::GET, "/events/evnt_test_nobody".to_owned()),
        (Method::PUT, format!("/charges/{id}")),
        (Method::DELETE, format!("/charges/{id}")),
        (Method::GET, format!("/charges/{id}/expire")),
        (Method::GET, "/charges/".to_owned()),
        (Method::GET, "/nothing".to_owned()),
    ];
    for (method, path) in table {
        let (status, error) = answer(stage.till.request(method, &path)).await;
        assert_eq!(
            (status, error["code"].as_str()),
            (404, Some("not_found")),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_source_is_used_once_and_for_its_own_amount() {
    let stage = Stage::open().await;
    let source = stage.till.source(400_000).await;
    assert_eq!(
        (&source["flow"], &source["charge_status"]),
        (&json!("offline"), &json!("unknown"))
    );
    assert_eq!(source["scannable_code"], Value::Null);
    let mut body = order(400_100);
    body["source"] = source["id"].clone();
    let (status, error) = stage.till.post("/charges", &body).await;
    assert_eq!((status, error["code"].as_str()), (400, Some("invalid_charge")));
    body["amount"] = json!(400_000);
    let (status, charge) = stage.till.post("/charges", &body).await;
    assert_eq!((status, &charge["source"]["id"]), (200, &source["id"]));
    let (status, error) = stage.till.post("/charges", &body).await;
    assert_eq!((status, error["code"].as_str()), (400, Some("invalid_charge")));
}

#[tokio::test]
async fn broken_contract_rules_are_recorded() {
    let stage = Stage::open().await;
    let mut body = order(400_000);
    body["metadata"] = json!({"order_id": "o1", "attempt": "a1"});
    for _ in 0..2 {
        // The provider knows no idempotency: both are created.
        assert_eq!(stage.till.post("/charges", &body).await.0, 200);
    }
    body["metadata"] = json!({"order_id": "o1", "attempt": "a2"});
    let (_, charge) = stage.till.post("/charges", &body).await;
    let http = &stage.till.http;
    let key = TRAINING_SECRET_KEY;
    let (status, _) = answer(http.get(download_uri(&charge)).basic_auth(key, Some(""))).await;
    assert_eq!(status, 400);
    answer(
        http.get(format!("{}/account", stage.till.base))
            .basic_auth(key, Some("")),
    )
    .await;
    answer(stage.till.request(Method::GET, "/moved")).await;
    let kinds: Vec<_> = stage
        .control
        .stats()
        .await
        .unwrap()
        .violations
        .iter()
        .map(|one| one.kind)
        .collect();
    let expected = [
        ViolationKind::RepeatedAttempt,
        ViolationKind::CredentialsOnQrDownload,
        ViolationKind::MissingVersion,
        ViolationKind::RedirectFollowed,
    ];
    assert_eq!(kinds, expected);
}
