//! EasySlip's account from the outside: keys, states, quota, rate limit, and answers that go wrong on the way.

use keptang_simulator::easyslip::{AccountState, Mismatch};
use keptang_simulator::faults::{Endpoint, Fault, FaultRule};
use keptang_simulator::stats::ViolationKind;
use keptang_simulator::{TRAINING_EASYSLIP_API_KEY, TRAINING_EASYSLIP_OTHER_BRANCH_API_KEY};
use reqwest::Method;
use serde_json::{Value, json};

use crate::easyslip::{bare, data, info, refused, request, set, slip, stage, used, verify, violations};
use crate::stage::{Stage, answer};

#[tokio::test]
async fn keys_are_checked_at_every_endpoint_but_health() {
    let stage = stage().await;
    let missing = (
        401,
        refused("MISSING_API_KEY", "Authorization header is required"),
    );
    let invalid = (401, refused("INVALID_API_KEY", "The provided API key is invalid"));
    for (method, path) in [
        (Method::POST, "/verify/bank"),
        (Method::POST, "/verify/truewallet"),
        (Method::GET, "/info"),
    ] {
        let request = || bare(&stage, method.clone(), path);
        assert_eq!(answer(request()).await, missing, "{path}");
        for value in [
            "Bearer 00000000-0000-4000-8000-000000000000".to_owned(),
            format!("Basic {TRAINING_EASYSLIP_API_KEY}"),
            TRAINING_EASYSLIP_API_KEY.to_owned(),
            format!("Bearer {}", TRAINING_EASYSLIP_API_KEY.to_uppercase()),
            "Bearer ".to_owned(),
        ] {
            let request = request().header("authorization", &value);
            assert_eq!(answer(request).await, invalid, "{path} {value}");
        }
    }
    assert_eq!(violations(&stage).await, [ViolationKind::BadCredentials; 18]);
    let (status, found) = answer(bare(&stage, Method::GET, "/health")).await;
    assert_eq!((status, &found["success"]), (200, &json!(true)));
}

#[tokio::test]
async fn wrong_routes_are_not_found() {
    let stage = stage().await;
    for (method, path) in [
        (Method::GET, "/verify/bank"),
        (Method::POST, "/verify"),
        (Method::POST, "/v1/verify"),
        (Method::POST, "/info"),
    ] {
        let expected = (404, refused("NOT_FOUND", "Resource not found"));
        assert_eq!(answer(bare(&stage, method, path)).await, expected, "{path}");
    }
    assert_eq!(violations(&stage).await, [ViolationKind::UnknownRoute; 4]);
}

#[tokio::test]
async fn every_state_of_the_account_refuses_with_its_code() {
    let stage = stage().await;
    let slip = slip(&stage, 10_000).await;
    let body = json!({"payload": slip.qr_text});
    for (state, code, message) in [
        (
            AccountState::BranchInactive,
            "BRANCH_INACTIVE",
            "This API branch has been deactivated",
        ),
        (
            AccountState::ServiceBanned,
            "SERVICE_BANNED",
            "Service has been banned",
        ),
        (
            AccountState::ServiceDeleted,
            "SERVICE_DELETED",
            "Service has been deleted",
        ),
        (
            AccountState::IpNotAllowed,
            "IP_NOT_ALLOWED",
            "Your IP address is not in the allowed list",
        ),
        (AccountState::UserBanned, "USER_BANNED", "User has been banned"),
        (
            AccountState::Expired,
            "APPLICATION_EXPIRED",
            "Application has expired",
        ),
    ] {
        set(&stage, |settings| settings.account = state).await;
        let expected = (403, refused(code, message));
        assert_eq!(verify(&stage, &body).await, expected);
        let (status, found) = info(&stage).await;
        if state == AccountState::BranchInactive {
            assert_eq!(
                (status, &found["data"]["branch"]["isActive"]),
                (200, &json!(false))
            );
        } else {
            assert_eq!((status, found), expected);
        }
    }
    set(&stage, |settings| settings.account = AccountState::Active).await;
    data(&stage, &body).await;
    assert_eq!(used(&stage, "Till").await, 1);
    assert!(violations(&stage).await.is_empty());
}

#[tokio::test]
async fn info_tells_the_quota_of_account_and_branch() {
    let stage = stage().await;
    for key in [
        TRAINING_EASYSLIP_API_KEY,
        TRAINING_EASYSLIP_API_KEY,
        TRAINING_EASYSLIP_OTHER_BRANCH_API_KEY,
    ] {
        let slip = slip(&stage, 10_000).await;
        let request = bare(&stage, Method::POST, "/verify/bank").bearer_auth(key);
        let (status, _) = answer(request.json(&json!({"payload": slip.qr_text}))).await;
        assert_eq!(status, 200);
    }
    let (status, found) = info(&stage).await;
    let expected = json!({
        "success": true,
        "data": {
            "application": {
                "name": "Keptang training",
                "autoRenew": {
                    "expired": false, "quota": false, "createdAt": "2025-10-09T15:53:20+07:00",
                    "expiresAt": "2025-11-08T15:53:20+07:00",
                },
                "quota": {"used": 3, "max": 1000, "remaining": 997, "totalUsed": 3},
            },
            "branch": {"name": "Till", "isActive": true, "quota": {"used": 2, "totalUsed": 2}},
            "account": {"email": "owner@shop.example.com", "credit": 0},
            "product": {"name": "Training"},
        },
        "message": "Application information retrieved successfully",
    });
    assert_eq!((status, found), (200, expected));
    set(&stage, |settings| settings.quota_max = None).await;
    let (_, found) = info(&stage).await;
    let quota = &found["data"]["application"]["quota"];
    assert_eq!((&quota["max"], &quota["remaining"]), (&Value::Null, &Value::Null));
    set(&stage, |settings| settings.quota_max = Some(2)).await;
    let (_, found) = info(&stage).await;
    assert_eq!(found["data"]["application"]["quota"]["remaining"], json!(0));
}

#[tokio::test]
async fn a_used_up_quota_still_answers_free_repeats() {
    let stage = stage().await;
    set(&stage, |settings| settings.quota_max = Some(1)).await;
    let first = slip(&stage, 10_000).await;
    let second = slip(&stage, 10_000).await;
    let asked = |payload: &str| json!({"payload": payload, "checkDuplicate": true});
    data(&stage, &asked(&first.qr_text)).await;
    let expected = (403, refused("QUOTA_EXCEEDED", "Your API quota has been exceeded"));
    assert_eq!(verify(&stage, &asked(&second.qr_text)).await, expected);
    assert_eq!(
        verify(&stage, &json!({"payload": first.qr_text})).await,
        expected,
        "charged without the check"
    );
    assert_eq!(
        data(&stage, &asked(&first.qr_text)).await["isDuplicate"],
        json!(true)
    );
    assert_eq!(used(&stage, "Till").await, 1);
}

#[tokio::test]
async fn errors_are_free_unless_switched() {
    let stage = stage().await;
    let body = json!({"payload": "0000"});
    let (status, _) = verify(&stage, &body).await;
    assert_eq!((status, used(&stage, "Till").await), (404, 0));
    set(&stage, |settings| settings.is_error_charged = true).await;
    let (status, _) = verify(&stage, &body).await;
    assert_eq!((status, used(&stage, "Till").await), (404, 1));
}

#[tokio::test]
async fn two_requests_a_second_and_no_more() {
    let stage = Stage::with(crate::stage::config()).await;
    let slip = slip(&stage, 10_000).await;
    let body = json!({"payload": slip.qr_text, "checkDuplicate": true});
    for _ in 0..2 {
        data(&stage, &body).await;
    }
    let refusal = request(&stage, "/verify/bank").json(&body).send().await.unwrap();
    assert_eq!(refusal.status(), 429);
    assert_eq!(refusal.headers()["retry-after"], "1");
    let found: Value = refusal.json().await.unwrap();
    assert_eq!(found, refused("TOO_MANY_REQUESTS", "Too many requests"));
    assert_eq!(violations(&stage).await, [ViolationKind::RateLimitExceeded]);
    stage.control.advance_clock_ms(1_000).await.unwrap();
    data(&stage, &body).await;
}

#[tokio::test]
async fn a_mismatch_can_come_as_an_error() {
    let stage = stage().await;
    let slip = slip(&stage, 10_000).await;
    let wrong_amount = json!({"payload": slip.qr_text, "matchAmount": 1});
    let wrong_account = json!({"payload": slip.qr_text, "matchAccount": true});
    set(&stage, |settings| settings.accounts.clear()).await;
    let found = data(&stage, &wrong_amount).await;
    assert_eq!(found["isAmountMatched"], json!(false));
    assert_eq!(data(&stage, &wrong_account).await["matchedAccount"], Value::Null);
    for (mismatch, amount, account) in [
        (Mismatch::Error, "AMOUNT_NOT_MATCH", "ACCOUNT_NOT_MATCH"),
        (Mismatch::LowerCaseError, "amount_not_match", "account_not_match"),
    ] {
        set(&stage, |settings| settings.mismatch = mismatch).await;
        for (body, code) in [(&wrong_amount, amount), (&wrong_account, account)] {
            let (status, found) = verify(&stage, body).await;
            assert_eq!((status, &found["error"]["code"]), (400, &json!(code)));
        }
    }
}

#[tokio::test]
async fn spoiled_answers_look_as_named() {
    let stage = stage().await;
    let json_type = "application/json";
    let known = |status: u16, code: &str| Fault::Refuse {
        status,
        code: code.to_owned(),
    };
    // Fault, status, content type, start of the body, quota used.
    for (fault, status, content_type, start, charged) in [
        (
            Fault::ServerError { status: 503 },
            503,
            "text/plain",
            "Internal",
            0,
        ),
        (
            Fault::Html { status: 502 },
            502,
            "text/html",
            "<!doctype html>",
            0,
        ),
        (
            Fault::Html { status: 200 },
            200,
            "text/html",
            "<!doctype html>",
            0,
        ),
        (Fault::Empty, 200, "text/plain", "", 1),
        (Fault::Malformed, 200, json_type, "{\"success\":true,", 1),
        (
            known(500, "API_SERVER_ERROR"),
            500,
            json_type,
            r#"{"success":false,"error":{"code":"API_SERVER_ERROR","message":"External API error"}}"#,
            0,
        ),
        (
            known(500, "INTERNAL_SERVER_ERROR"),
            500,
            json_type,
            r#"{"success":false,"error":{"code":"INTERNAL_SERVER_ERROR","message":"Internal server error"}}"#,
            0,
        ),
        (
            known(403, "USER_BANNED"),
            403,
            json_type,
            r#"{"success":false,"error":{"code":"USER_BANNED","message":"User has been banned"}}"#,
            0,
        ),
        (
            known(429, "SOME_LIMIT"),
            429,
            json_type,
            r#"{"success":false,"error":{"code":"SOME_LIMIT","message":"Request failed"}}"#,
            0,
        ),
        (
            Fault::RefuseOtherForm {
                status: 400,
                code: "DUPLICATE_SLIP".into(),
            },
            400,
            json_type,
            r#"{"status":400,"message":"duplicate_slip"}"#,
            0,
        ),
    ] {
        stage.control.reset().await.unwrap();
        let slip = slip(&stage, 10_000).await;
        stage.fault(fault.clone()).await;
        let body = json!({"payload": slip.qr_text, "checkDuplicate": true});
        let spoiled = request(&stage, "/verify/bank").json(&body).send().await.unwrap();
        assert_eq!(spoiled.status(), status, "{fault:?}");
        let got_type = spoiled.headers()["content-type"].to_str().unwrap().to_owned();
        assert!(got_type.starts_with(content_type), "{fault:?}: {got_type}");
        let text = spoiled.text().await.unwrap();
        assert!(text.starts_with(start), "{fault:?}: {text}");
        if fault == Fault::Malformed {
            assert!(serde_json::from_str::<Value>(&text).is_err());
        }
        assert_eq!(used(&stage, "Till").await, charged, "{fault:?}");
        let found = data(&stage, &body).await;
        assert_eq!(found["isDuplicate"], json!(charged == 1), "{fault:?}");
        assert_eq!(used(&stage, "Till").await, 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_lost_answer_makes_the_honest_retry_a_duplicate() {
    let stage = stage().await;
    for (fault, is_duplicate) in [(Fault::CutBefore, false), (Fault::CutAfter, true)] {
        let slip = slip(&stage, 10_000).await;
        let body = json!({"payload": slip.qr_text, "checkDuplicate": true});
        let used_before = used(&stage, "Till").await;
        stage.fault(fault).await;
        assert!(request(&stage, "/verify/bank").json(&body).send().await.is_err());
        let found = data(&stage, &body).await;
        assert_eq!(found["isDuplicate"], json!(is_duplicate));
        assert_eq!(used(&stage, "Till").await, used_before + 1, "the retry is free");
    }
}

#[tokio::test]
async fn an_answer_that_hangs_is_counted_as_used() {
    let stage = stage().await;
    let slip = slip(&stage, 10_000).await;
    let body = json!({"payload": slip.qr_text, "checkDuplicate": true});
    stage.fault(Fault::Hang).await;
    let hanging = tokio::spawn(request(&stage, "/verify/bank").json(&body).send());
    while used(&stage, "Till").await == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!hanging.is_finished());
    // The till gives up.
    hanging.abort();
    assert_eq!(data(&stage, &body).await["isDuplicate"], json!(true));
    // Slow: the answer comes once the time is over.
    stage.fault(Fault::Slow { delay_ms: 60_000 }).await;
    let slow = tokio::spawn(request(&stage, "/verify/bank").json(&body).send());
    while stage
        .control
        .stats()
        .await
        .unwrap()
        .count(Endpoint::EasySlipVerifyBank)
        < 3
    {
        tokio::task::yield_now().await;
    }
    while !stage.control.faults().await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    stage.control.advance_clock_ms(60_000).await.unwrap();
    assert_eq!(slow.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn calls_are_counted_by_endpoint_and_faults_keep_to_theirs() {
    let stage = stage().await;
    let slip = slip(&stage, 10_000).await;
    let rule = FaultRule::once(Fault::Empty).at(Endpoint::EasySlipInfo);
    stage.control.set_fault(&rule).await.unwrap();
    // A fault that EasySlip cannot have waits for a provider that can.
    stage.fault(Fault::StatusWord { word: "x".into() }).await;
    data(&stage, &json!({"payload": slip.qr_text})).await;
    let (status, _) = crate::easyslip::wallet(&stage, &json!({})).await;
    assert_eq!(status, 400);
    let request = bare(&stage, Method::GET, "/info").bearer_auth(TRAINING_EASYSLIP_API_KEY);
    assert_eq!(request.send().await.unwrap().text().await.unwrap(), "");
    assert_eq!(info(&stage).await.0, 200);
    let stats = stage.control.stats().await.unwrap();
    for (endpoint, count) in [
        (Endpoint::EasySlipVerifyBank, 1),
        (Endpoint::EasySlipVerifyTruewallet, 1),
        (Endpoint::EasySlipInfo, 2),
        (Endpoint::EasySlipHealth, 0),
    ] {
        assert_eq!(stats.count(endpoint), count, "{endpoint:?}");
    }
    assert_eq!(stage.control.faults().await.unwrap().len(), 1);
}
