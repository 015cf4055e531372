//! The JWT gateway from the outside: what it takes, what it answers, how it spoils answers.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use keptang_simulator::faults::{AmountForm, Endpoint, Fault, FaultRule, QrForm};
use keptang_simulator::settings::Adjust;
use keptang_simulator::stats::ViolationKind;
use keptang_simulator::{TRAINING_JWT_API_KEY, TRAINING_JWT_MERCHANT_ID};
use reqwest::RequestBuilder;
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::stage::{START_S, Stage, answer, decode_png};

pub(crate) const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// A stage without the rate limit: on a fixed clock all requests fall into one second.
pub(crate) async fn stage() -> Stage {
    let mut config = crate::stage::config();
    config.settings.jwt.rate_per_s = None;
    Stage::with(config).await
}

/// Segments over these texts; the signer of the tests, apart from the simulator's.
pub(crate) fn token(key: &str, header: &str, payload: &str) -> String {
    let covered = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(covered.as_bytes());
    format!(
        "{covered}.{}",
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    )
}

/// Sorted and compact, whatever features `serde_json` has.
pub(crate) fn payload(body: &Value) -> String {
    let sorted: BTreeMap<_, _> = body.as_object().unwrap().iter().collect();
    serde_json::to_string(&sorted).unwrap()
}

pub(crate) fn signed(mut body: Value) -> Value {
    let token = token(TRAINING_JWT_API_KEY, HEADER, &payload(&body));
    body["signature"] = json!(token);
    body
}

pub(crate) fn post(stage: &Stage, path: &str) -> RequestBuilder {
    let url = format!("{}{path}", stage.running.jwt_base_url());
    stage
        .till
        .http
        .post(url)
        .header("x-api-key", TRAINING_JWT_API_KEY)
}

pub(crate) async fn send(stage: &Stage, path: &str, body: Value) -> (u16, Value) {
    answer(post(stage, path).json(&signed(body))).await
}

pub(crate) fn order(id: &str, amount: Value, callback_url: &str) -> Value {
    json!({
        "merchantId": TRAINING_JWT_MERCHANT_ID, "transactionId": id, "bankAccountNumber": "1234567890",
        "bankName": "KBANK", "name": "สมชาย ใจดี & \"ลูก\" / 😀", "amount": amount, "callbackUrl": callback_url,
        "type": "QR", "timestamp": START_S,
    })
}

/// A deposit; its `data`.
pub(crate) async fn deposit(stage: &Stage, id: &str, amount: Value, callback_url: &str) -> Value {
    let (status, answer) = send(stage, "/deposit", order(id, amount, callback_url)).await;
    assert_eq!((status, &answer["status"]), (200, &json!("success")), "{answer}");
    answer["data"].clone()
}

pub(crate) async fn query(stage: &Stage, id: &str) -> Value {
    let body = json!({"agent_order_no": id, "timestamp": START_S});
    let (status, answer) = send(stage, "/order/query", body).await;
    assert_eq!((status, &answer["code"]), (200, &json!(200)), "{answer}");
    answer["data"].clone()
}

pub(crate) async fn violations(stage: &Stage) -> Vec<ViolationKind> {
    let stats = stage.control.stats().await.unwrap();
    stats.violations.iter().map(|violation| violation.kind).collect()
}

pub(crate) fn is_error(answer: &(u16, Value), code: u16, message: &str) -> bool {
    *answer == (code, json!({"code": code, "message": message}))
}

pub(crate) const URL: &str = "https://relay.example.com/cb";

#[tokio::test]
async fn a_deposit_is_answered_as_the_page_says() {
    let stage = stage().await;
    let data = deposit(&stage, "POS-0001", json!(1000), URL).await;
    assert_eq!(data["amount"], json!(1000));
    assert_eq!(data["depositAmount"], json!(995));
    assert_eq!(data["status"], "pending");
    assert_eq!(data["transactionId"], "POS-0001");
    assert_eq!(data["merchantId"], TRAINING_JWT_MERCHANT_ID);
    assert_eq!(data["expireDate"], "2025-10-09T08:58:20.000Z");
    assert_eq!(data["customerData"]["name"], "สมชาย ใจดี & \"ลูก\" / 😀");
    let number = data["referenceId"].as_str().unwrap();
    assert!(
        number.starts_with("DP1760000000") && number.len() == 18,
        "{number}"
    );
    let qr = data["qrcode"]
        .as_str()
        .unwrap()
        .strip_prefix("data:image/png;base64,")
        .unwrap();
    let text = decode_png(&STANDARD.decode(qr).unwrap()).unwrap();
    assert!(text.contains("54071000.00") && text.contains(number), "{text}");
    let found = query(&stage, "POS-0001").await;
    assert_eq!(
        found,
        json!({
            "order_no": number, "agent_order_no": "POS-0001", "status": "pending", "amount": 1000, "fee": 5,
            "actual_amount": 995, "created_at": "2025-10-09T08:53:20.000Z", "completed_at": null,
        })
    );
    let view = &stage.control.charges().await.unwrap()[0];
    assert_eq!(
        (view.provider.as_str(), view.id.as_str()),
        ("jwt_gateway", number)
    );
}

#[tokio::test]
async fn amounts_of_every_shape_are_signed_as_javascript_prints_them() {
    let stage = stage().await;
    for (place, amount) in [
        json!(1),
        json!(1000),
        json!(1000.5),
        json!(1000.25),
        json!(99999.99),
    ]
    .into_iter()
    .enumerate()
    {
        let data = deposit(&stage, &format!("N-{place}"), amount.clone(), URL).await;
        assert_eq!(data["amount"], amount);
    }
    // 1000.0 in body and token decodes equal, and JavaScript would have written 1000.
    let mut body = order("N-9", json!(1000), URL);
    let text = payload(&body).replace(":1000,", ":1000.0,");
    let foreign = token(TRAINING_JWT_API_KEY, HEADER, &text);
    body["signature"] = json!(foreign);
    let refused = answer(post(&stage, "/deposit").json(&body)).await;
    assert!(is_error(&refused, 400, "Invalid signature"), "{refused:?}");
    assert_eq!(violations(&stage).await, [ViolationKind::ForeignSignature]);
}

#[tokio::test]
async fn signatures_are_checked_in_both_ways() {
    let stage = stage().await;
    let body = order("S-1", json!(1000), URL);
    let good = payload(&body);
    let key = TRAINING_JWT_API_KEY;
    let table = [
        (json!(null), ViolationKind::BadSignature),
        (json!(""), ViolationKind::BadSignature),
        (json!(token("other", HEADER, &good)), ViolationKind::BadSignature),
        (
            json!(token(key, HEADER, &good.replace(":1000,", ":1001,"))),
            ViolationKind::BadSignature,
        ),
        (
            json!(token(key, HEADER, &good.replacen('{', "{\"iat\":1760000000,", 1))),
            ViolationKind::BadSignature,
        ),
        (
            json!(token(key, r#"{"alg":"none","typ":"JWT"}"#, &good)),
            ViolationKind::BadSignature,
        ),
        (
            json!(token(key, r#"{"typ":"JWT","alg":"HS256"}"#, &good)),
            ViolationKind::ForeignSignature,
        ),
        (
            json!(token(key, HEADER, &good.replace(":1000,", ": 1000,"))),
            ViolationKind::ForeignSignature,
        ),
    ];
    let mut expected = Vec::new();
    for (signature, kind) in table {
        let mut body = body.clone();
        body["signature"] = signature.clone();
        let refused = answer(post(&stage, "/deposit").json(&body)).await;
        assert!(
            is_error(&refused, 400, "Invalid signature"),
            "{signature}: {refused:?}"
        );
        expected.push(kind);
    }
    assert_eq!(violations(&stage).await, expected);
    assert!(stage.control.charges().await.unwrap().is_empty());
    deposit(&stage, "S-1", json!(1000), URL).await;
}

#[tokio::test]
async fn keys_merchants_and_addresses_are_checked() {
    let stage = stage().await;
    let url = format!("{}/deposit", stage.running.jwt_base_url());
    let body = signed(order("K-1", json!(1000), URL));
    let no_key = answer(stage.till.http.post(&url).json(&body)).await;
    assert!(is_error(&no_key, 401, "Invalid API key"), "{no_key:?}");
    let request = stage.till.http.post(&url).header("x-api-key", "x");
    let bad_key = answer(request.json(&body)).await;
    assert!(is_error(&bad_key, 401, "Invalid API key"), "{bad_key:?}");
    let mut other = order("K-1", json!(1000), URL);
    other["merchantId"] = json!("M0002");
    let refused = send(&stage, "/deposit", other).await;
    assert!(
        is_error(&refused, 403, "merchantId does not match API key"),
        "{refused:?}"
    );
    let mut settings = stage.control.settings().await.unwrap();
    settings.jwt.is_ip_listed = false;
    stage.control.set_settings(&settings).await.unwrap();
    let refused = send(&stage, "/deposit", order("K-1", json!(1000), URL)).await;
    assert!(is_error(&refused, 403, "IP not in whitelist"), "{refused:?}");
    for path in ["/banks", "/health"] {
        let url = format!("{}{path}", stage.running.jwt_base_url());
        let request = stage.till.http.get(url).header("x-api-key", TRAINING_JWT_API_KEY);
        assert_eq!(answer(request).await.0, 403, "{path}");
    }
}

#[tokio::test]
async fn bodies_are_checked_field_by_field() {
    let stage = stage().await;
    let table = [
        ("merchantId", json!(null)),
        ("transactionId", json!(null)),
        ("transactionId", json!("a b")),
        ("transactionId", json!("x".repeat(37))),
        ("bankAccountNumber", json!("")),
        ("bankName", json!(null)),
        ("name", json!(7)),
        ("amount", json!(null)),
        ("amount", json!("1000")),
        ("amount", json!(0.99)),
        ("amount", json!(1.001)),
        ("callbackUrl", json!("ftp://x")),
        ("callbackUrl", json!(null)),
        ("type", json!("CARD")),
        ("timestamp", json!(null)),
        ("timestamp", json!("1760000000")),
        ("timestamp", json!(1760000000.5)),
    ];
    for (field, value) in table {
        let mut body = order("B-1", json!(1000), URL);
        if value.is_null() {
            body.as_object_mut().unwrap().remove(field);
        } else {
            body[field] = value.clone();
        }
        let refused = send(&stage, "/deposit", body).await;
        assert!(
            is_error(&refused, 400, &format!("{field} is missing or invalid")),
            "{field} {value}: {refused:?}"
        );
    }
    let mut extra = order("B-1", json!(1000), URL);
    extra["note"] = json!("x");
    assert_eq!(send(&stage, "/deposit", extra).await.0, 400);
    assert_eq!(violations(&stage).await, [ViolationKind::UnknownField]);
    for body in ["", "[]", "{\"a\":1,\"a\":2}"] {
        let request = post(&stage, "/deposit").header("content-type", "application/json");
        let refused = answer(request.body(body)).await;
        assert!(is_error(&refused, 400, "Invalid request body"), "{body}");
    }
    assert!(stage.control.charges().await.unwrap().is_empty());
}

#[tokio::test]
async fn timestamps_may_be_off_by_five_minutes_in_either_unit() {
    let stage = stage().await;
    let at = async |id: &str, timestamp: i64| {
        let mut body = order(id, json!(5), URL);
        body["timestamp"] = json!(timestamp);
        send(&stage, "/deposit", body).await
    };
    for (place, (timestamp, expected)) in [
        (START_S + 300, 200),
        (START_S - 300, 200),
        (START_S * 1000, 200),
        (START_S + 301, 400),
        (START_S - 301, 400),
        ((START_S + 600) * 1000, 400),
    ]
    .into_iter()
    .enumerate()
    {
        let (status, body) = at(&format!("T-{place}"), timestamp).await;
        assert_eq!(status, expected, "{timestamp}: {body}");
        assert!(status == 200 || body["message"] == "Invalid signature");
    }
    // Waiting through the panel is no wrong clock.
    stage.control.advance_clock_ms(86_400_000).await.unwrap();
    assert_eq!(at("T-7", START_S).await.0, 200);
    assert_eq!(at("T-8", START_S + 86_400).await.0, 200);
    let mut settings = stage.control.settings().await.unwrap();
    settings.clock_ahead_s = 600;
    stage.control.set_settings(&settings).await.unwrap();
    assert_eq!(at("T-9", START_S).await.0, 400);
    assert_eq!(at("T-9", START_S + 600).await.0, 200);
    let url = format!("{}/health", stage.running.jwt_base_url());
    let request = stage.till.http.get(url).header("x-api-key", TRAINING_JWT_API_KEY);
    let date = request.send().await.unwrap().headers()["date"].clone();
    assert_eq!(date, "Thu, 09 Oct 2025 09:03:20 GMT");
    settings.jwt.is_clock_checked = false;
    stage.control.set_settings(&settings).await.unwrap();
    assert_eq!(at("T-10", START_S).await.0, 200);
}

#[tokio::test]
async fn a_transaction_id_works_once_and_a_lost_answer_can_be_adopted() {
    let stage = stage().await;
    stage
        .control
        .set_fault(&FaultRule::once(Fault::CutAfter).at(Endpoint::JwtDeposit))
        .await
        .unwrap();
    let body = signed(order("D-1", json!(1000), URL));
    post(&stage, "/deposit").json(&body).send().await.unwrap_err();
    let refused = send(&stage, "/deposit", order("D-1", json!(1000), URL)).await;
    assert!(
        is_error(&refused, 400, "transactionId already exists"),
        "{refused:?}"
    );
    assert_eq!(query(&stage, "D-1").await["amount"], json!(1000));
    assert_eq!(violations(&stage).await, [ViolationKind::RepeatedReference]);
}

#[tokio::test]
async fn queries_find_by_either_number() {
    let stage = stage().await;
    let data = deposit(&stage, "Q-1", json!(20), URL).await;
    let number = &data["referenceId"];
    let table = [
        (json!({"order_no": number}), 200),
        (json!({"agent_order_no": "Q-1"}), 200),
        (json!({"order_no": number, "agent_order_no": "Q-1"}), 200),
        (json!({"order_no": number, "agent_order_no": "Q-2"}), 404),
        (json!({"agent_order_no": "Q-2"}), 404),
        (json!({}), 400),
        (json!({"agent_order_no": null}), 400),
    ];
    for (ids, expected) in table {
        let mut body: Map<String, Value> = ids.as_object().unwrap().clone();
        body.insert("timestamp".into(), json!(START_S));
        let found = send(&stage, "/order/query", Value::Object(body)).await;
        assert_eq!(found.0, expected, "{ids}: {found:?}");
        assert!(expected != 404 || is_error(&found, 404, "Order not found"));
    }
    let url = format!("{}/order/status", stage.running.jwt_base_url());
    assert_eq!(
        answer(stage.till.http.post(url)).await.0,
        404,
        "a path nobody knows"
    );
}

#[tokio::test]
async fn the_eleventh_request_of_a_second_is_one_too_many() {
    let stage = Stage::open().await;
    let url = format!("{}/health", stage.running.jwt_base_url());
    let ask = || {
        stage
            .till
            .http
            .get(&url)
            .header("x-api-key", TRAINING_JWT_API_KEY)
            .send()
    };
    for _ in 0..10 {
        assert_eq!(ask().await.unwrap().status(), 200);
    }
    for _ in 0..2 {
        let refused = ask().await.unwrap();
        assert_eq!(
            (refused.status().as_u16(), &refused.headers()["retry-after"]),
            (429, &"1".parse().unwrap())
        );
    }
    stage.control.advance_clock_ms(999).await.unwrap();
    assert_eq!(ask().await.unwrap().status(), 429);
    stage.control.advance_clock_ms(1).await.unwrap();
    assert_eq!(ask().await.unwrap().status(), 200);
    assert_eq!(violations(&stage).await, [ViolationKind::RateLimitExceeded; 3]);
}

#[tokio::test]
async fn answers_differ_as_the_menu_says() {
    let stage = stage().await;
    let (status, code) = (400, "backend says no".to_owned());
    stage
        .fault(Fault::Refuse {
            status,
            code: code.clone(),
        })
        .await;
    let refused = send(&stage, "/deposit", order("F-1", json!(5), URL)).await;
    assert!(is_error(&refused, 400, "backend says no"));
    stage.fault(Fault::RefuseOtherForm { status, code }).await;
    let refused = send(&stage, "/deposit", order("F-1", json!(5), URL)).await;
    assert_eq!(
        refused.1,
        json!({"status": "error", "message": "backend says no"})
    );
    stage.fault(Fault::ResultNull).await;
    let (status, answer) = send(&stage, "/deposit", order("F-1", json!(5), URL)).await;
    assert_eq!((status, answer.get("data")), (200, Some(&Value::Null)));
    let at_query = |fault| FaultRule::once(fault).at(Endpoint::JwtOrderQuery);
    for (fault, field, expected) in [
        (
            Fault::StatusWord {
                word: "review".into(),
            },
            "status",
            json!("review"),
        ),
        (Fault::QueryAmount { amount_satang: 499 }, "amount", json!(4.99)),
        (
            Fault::OtherOrder {
                order_id: "F-9".into(),
            },
            "agent_order_no",
            json!("F-9"),
        ),
        (
            Fault::AmountForm {
                form: AmountForm::Text,
            },
            "amount",
            json!("5.00"),
        ),
    ] {
        stage.control.set_fault(&at_query(fault)).await.unwrap();
        assert_eq!(query(&stage, "F-1").await[field], expected);
        assert_ne!(query(&stage, "F-1").await[field], expected);
    }
    stage.fault(Fault::AdjustAmount { by_satang: 3 }).await;
    let data = deposit(&stage, "F-2", json!(5), URL).await;
    assert_eq!(data["amount"], json!(5.03));
    let mut settings = stage.control.settings().await.unwrap();
    settings.jwt.adjust = Adjust::Unique;
    stage.control.set_settings(&settings).await.unwrap();
    assert_eq!(
        deposit(&stage, "F-3", json!(5.03), URL).await["amount"],
        json!(5.04)
    );
}

#[tokio::test]
async fn the_qr_comes_in_every_form() {
    let stage = stage().await;
    stage.fault(Fault::QrForm { form: QrForm::Text }).await;
    let data = deposit(&stage, "Q-1", json!(20), URL).await;
    let text = data["qrcode"].as_str().unwrap();
    assert!(
        text.starts_with("000201010212") && text.contains("540520.00"),
        "{text}"
    );
    stage.fault(Fault::QrForm { form: QrForm::Link }).await;
    let data = deposit(&stage, "Q-2", json!(20), URL).await;
    let link = data["qrcode"].as_str().unwrap();
    let png = stage
        .till
        .http
        .get(link)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert!(decode_png(&png).unwrap().contains("540520.00"));
    let leaky = stage
        .till
        .http
        .get(link)
        .header("x-api-key", "x")
        .send()
        .await
        .unwrap();
    assert_eq!(leaky.status(), 400);
    stage.fault(Fault::QrBrokenBase64).await;
    let data = deposit(&stage, "Q-3", json!(20), URL).await;
    let broken = data["qrcode"]
        .as_str()
        .unwrap()
        .strip_prefix("data:image/png;base64,")
        .unwrap();
    STANDARD.decode(broken).unwrap_err();
    let mut transfer = order("Q-4", json!(20), URL);
    transfer["type"] = json!("BANK_TRANSFER");
    let (status, answer) = send(&stage, "/deposit", transfer).await;
    assert_eq!((status, &answer["data"]["qrcode"]), (200, &json!("")));
    let views = stage.control.charges().await.unwrap();
    let texts: Vec<bool> = views.iter().map(|view| view.qr_text.is_some()).collect();
    assert_eq!(texts, [true, true, false, false]);
}
