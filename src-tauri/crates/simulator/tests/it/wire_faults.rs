//! Every fault that spoils an answer, and whether the request was carried out all the same.

use keptang_simulator::faults::{Endpoint, Fault, FaultRule, Lasts};
use keptang_simulator::stats::ViolationKind;
use reqwest::Method;
use serde_json::json;

use crate::stage::{Stage, decode_png, order};

async fn charges_created(stage: &Stage) -> usize {
    stage.control.charges().await.unwrap().len()
}

#[tokio::test]
async fn spoiled_answers_look_as_named() {
    let stage = Stage::open().await;
    // Fault, status, content type, start of the body, charges created.
    let table = [
        (
            Fault::ServerError { status: 500 },
            500,
            "text/plain",
            "Internal",
            0,
        ),
        (
            Fault::ServerError { status: 503 },
            503,
            "text/plain",
            "Internal",
            0,
        ),
        (
            Fault::Html { status: 200 },
            200,
            "text/html",
            "<!doctype html>",
            0,
        ),
        (
            Fault::Html { status: 502 },
            502,
            "text/html",
            "<!doctype html>",
            0,
        ),
        (Fault::Empty, 200, "text/plain", "", 1),
        (Fault::Malformed, 200, "application/json", "{", 1),
        (
            Fault::Refuse {
                status: 400,
                code: "backend_error".into(),
            },
            400,
            "application/json",
            "{\"code\":\"backend_error\"",
            0,
        ),
    ];
    for (fault, status, content_type, start, created) in table {
        stage.control.reset().await.unwrap();
        stage.fault(fault.clone()).await;
        let request = stage.till.request(Method::POST, "/charges").json(&order(400_000));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{fault:?}");
        let got_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
        assert!(got_type.starts_with(content_type), "{fault:?}: {got_type}");
        let body = answer.text().await.unwrap();
        assert!(body.starts_with(start), "{fault:?}: {body}");
        if fault == Fault::Malformed {
            assert!(serde_json::from_str::<serde_json::Value>(&body).is_err());
        }
        assert_eq!(charges_created(&stage).await, created, "{fault:?}");
        assert!(stage.control.faults().await.unwrap().is_empty(), "used up");
        stage.till.charge(400_000).await;
    }
}

#[tokio::test]
async fn a_spoiled_answer_can_be_set_to_commit_first() {
    let stage = Stage::open().await;
    let rule = FaultRule {
        processed: Some(true),
        ..FaultRule::once(Fault::ServerError { status: 500 })
    };
    stage.control.set_fault(&rule).await.unwrap();
    let answer = stage
        .till
        .request(Method::POST, "/charges")
        .json(&order(400_000))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 500);
    assert_eq!(charges_created(&stage).await, 1);
}

#[tokio::test]
async fn a_rate_limit_says_when_to_come_back() {
    let stage = Stage::open().await;
    stage
        .fault(Fault::RateLimited {
            retry_after_s: Some(7),
        })
        .await;
    let answer = stage.till.request(Method::GET, "/charges").send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["retry-after"]),
        (429, &"7".parse().unwrap())
    );
    stage.fault(Fault::RateLimited { retry_after_s: None }).await;
    let answer = stage.till.request(Method::GET, "/charges").send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.headers().get("retry-after")),
        (429, None)
    );
}

#[tokio::test]
async fn a_cut_connection_gives_no_answer_and_says_nothing_about_the_charge() {
    let stage = Stage::open().await;
    for (fault, created) in [(Fault::CutBefore, 0), (Fault::CutAfter, 1)] {
        stage.control.reset().await.unwrap();
        stage.fault(fault.clone()).await;
        let request = stage.till.request(Method::POST, "/charges").json(&order(400_000));
        let error = request.send().await.unwrap_err();
        assert!(error.is_request(), "{fault:?}: {error}");
        assert_eq!(charges_created(&stage).await, created, "{fault:?}");
    }
    let (_, list) = stage.till.get("/charges").await;
    assert_eq!(list["total"], 1, "the lost charge can be found by listing");
}

#[tokio::test]
async fn a_slow_answer_waits_for_its_time_after_committing() {
    let stage = Stage::open().await;
    stage.fault(Fault::Slow { delay_ms: 4_000 }).await;
    let till = stage.till.clone();
    let asked = tokio::spawn(async move { till.charge(400_000).await });
    // Committed before the wait, so this loop ends without the answer.
    while charges_created(&stage).await == 0 {
        tokio::task::yield_now().await;
    }
    stage.control.advance_clock_ms(3_999).await.unwrap();
    assert!(!asked.is_finished());
    stage.control.advance_clock_ms(1).await.unwrap();
    asked.await.unwrap();
}

#[tokio::test]
async fn a_hanging_request_ends_with_the_release() {
    let stage = Stage::open().await;
    let (id, _) = stage.till.charge(400_000).await;
    stage
        .control
        .set_fault(&FaultRule::once(Fault::Hang).at(Endpoint::OmiseChargeGet))
        .await
        .unwrap();
    let (till, path) = (stage.till.clone(), format!("/charges/{id}"));
    let asked = tokio::spawn(async move { till.get(&path).await });
    while !stage.control.faults().await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    // Others are served meanwhile.
    assert_eq!(stage.till.get("/account").await.0, 200);
    assert!(!asked.is_finished());
    while !asked.is_finished() {
        stage.control.release().await.unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(asked.await.unwrap().0, 200);
}

#[tokio::test]
async fn a_followed_redirect_is_recorded() {
    let stage = Stage::open().await;
    stage.fault(Fault::Redirect).await;
    let answer = stage.till.request(Method::GET, "/charges").send().await.unwrap();
    assert_eq!(answer.status(), 307);
    let target = answer.headers()["location"].to_str().unwrap();
    assert!(stage.control.stats().await.unwrap().violations.is_empty());
    assert_eq!(stage.till.http.get(target).send().await.unwrap().status(), 404);
    let violations = stage.control.stats().await.unwrap().violations;
    assert_eq!(violations[0].kind, ViolationKind::RedirectFollowed);
}

#[tokio::test]
async fn a_rule_keeps_to_its_endpoint_and_count() {
    let stage = Stage::open().await;
    let (id, _) = stage.till.charge(400_000).await;
    let rule = FaultRule {
        lasts: Lasts::Times(2),
        ..FaultRule::once(Fault::ServerError { status: 503 })
    };
    stage
        .control
        .set_fault(&rule.at(Endpoint::OmiseChargeGet))
        .await
        .unwrap();
    assert_eq!(stage.till.get("/account").await.0, 200);
    for expected in [503, 503, 200] {
        let path = format!("/charges/{id}");
        assert_eq!(
            stage
                .till
                .request(Method::GET, &path)
                .send()
                .await
                .unwrap()
                .status(),
            expected
        );
    }
    let stats = stage.control.stats().await.unwrap();
    assert_eq!(stats.count(Endpoint::OmiseChargeGet), 3);
    assert_eq!(stats.count(Endpoint::OmiseChargeCreate), 1);
}

#[tokio::test]
async fn lying_answers_change_only_what_they_name() {
    let stage = Stage::open().await;
    let (id, honest) = stage.till.charge(400_000).await;
    let path = format!("/charges/{id}");
    let table = [
        (
            Fault::StatusWord {
                word: "mystery".into(),
            },
            "status",
            json!("mystery"),
        ),
        (
            Fault::QueryAmount {
                amount_satang: 40_000,
            },
            "amount",
            json!(40_000),
        ),
        (Fault::LivemodeFlipped, "livemode", json!(true)),
        (
            Fault::Currency {
                currency: "USD".into(),
            },
            "currency",
            json!("USD"),
        ),
    ];
    for (fault, name, lie) in table {
        stage.fault(fault.clone()).await;
        let (_, mut charge) = stage.till.get(&path).await;
        assert_eq!(charge[name], lie, "{fault:?}");
        charge[name] = honest[name].clone();
        assert_eq!(charge, honest, "{fault:?}");
        stage.fault(fault).await;
        let (_, list) = stage.till.get("/charges").await;
        assert_eq!(list["data"][0][name], lie);
        assert_eq!(stage.till.get(&path).await.1, honest, "the lie is over");
    }
    stage.fault(Fault::QueryAmount { amount_satang: 1 }).await;
    assert_eq!(
        stage.till.charge(500_000).await.1["amount"],
        500_000,
        "creating tells the truth"
    );
}

#[tokio::test]
async fn the_qr_can_lie_too() {
    let stage = Stage::open().await;
    stage
        .fault(Fault::QrAmount {
            amount_satang: 99_901,
        })
        .await;
    let (_, charge) = stage.till.charge(400_000).await;
    assert_eq!(charge["amount"], 400_000);
    assert!(
        decode_png(&stage.till.qr(&charge).await.1)
            .unwrap()
            .contains("5406999.01")
    );

    stage.fault(Fault::QrSvg).await;
    let (_, charge) = stage.till.charge(400_000).await;
    let (content_type, svg) = stage.till.qr(&charge).await;
    assert_eq!(content_type, "image/svg+xml");
    assert!(svg.starts_with(b"<svg"));
    assert_eq!(
        charge["source"]["scannable_code"]["image"]["filename"],
        "qrcode.png"
    );

    stage.fault(Fault::QrUndecodable).await;
    let (_, charge) = stage.till.charge(400_000).await;
    let (content_type, png) = stage.till.qr(&charge).await;
    assert_eq!((content_type.as_str(), decode_png(&png)), ("image/png", None));
    assert_eq!(stage.control.charges().await.unwrap()[2].qr_text, None);
}
