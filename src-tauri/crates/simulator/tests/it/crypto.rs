//! 2328.io from the outside: what it takes, what it answers, how it spoils answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use keptang_simulator::control::{ActRequest, Action};
use keptang_simulator::faults::{Endpoint, Fault, FaultRule, QrForm};
use keptang_simulator::stats::ViolationKind;
use keptang_simulator::{TRAINING_CRYPTO_API_KEY, TRAINING_CRYPTO_PROJECT};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::stage::{Stage, answer, decode_png};

/// A stage without the rate limit: on a fixed clock all requests fall into one second.
pub(crate) async fn stage() -> Stage {
    let mut config = crate::stage::config();
    config.settings.crypto.rate_per_s = None;
    Stage::with(config).await
}

/// The signer of the tests, apart from the simulator's.
pub(crate) fn sign(key: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(STANDARD.encode(body).as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

fn request(stage: &Stage, method: Method, path: &str, body: &str) -> RequestBuilder {
    stage
        .till
        .http
        .request(method, format!("{}{path}", stage.running.crypto_base_url()))
        .header("user-agent", "Keptang/0.1 (+https://keptang.example)")
        .header("project", TRAINING_CRYPTO_PROJECT)
        .header("sign", sign(TRAINING_CRYPTO_API_KEY, body))
}

pub(crate) async fn post(stage: &Stage, path: &str, body: &Value) -> (u16, Value) {
    let body = body.to_string();
    let request = request(stage, Method::POST, path, &body).header("content-type", "application/json");
    answer(request.body(body)).await
}

pub(crate) async fn get(stage: &Stage, path: &str) -> (u16, Value) {
    answer(request(stage, Method::GET, path, "")).await
}

pub(crate) fn order(id: &str, url_callback: &str) -> Value {
    json!({
        "amount": "365.00", "currency": "THB", "order_id": id, "to_currency": "USDT", "network": "TRX-TRC20",
        "url_callback": url_callback, "description": "กาแฟ / 1", "ttl_seconds": 900,
    })
}

/// A payment; its `result`.
pub(crate) async fn create(stage: &Stage, body: &Value) -> Value {
    let (status, answer) = post(stage, "/v1/payment", body).await;
    assert_eq!((status, &answer["state"]), (200, &json!(0)), "{answer}");
    answer["result"].clone()
}

pub(crate) async fn info(stage: &Stage, order_id: &str) -> Value {
    let (status, answer) = post(stage, "/v1/payment/info", &json!({"order_id": order_id})).await;
    assert_eq!((status, &answer["state"]), (200, &json!(0)), "{answer}");
    answer["result"].clone()
}

async fn violations(stage: &Stage) -> Vec<ViolationKind> {
    let stats = stage.control.stats().await.unwrap();
    stats.violations.iter().map(|violation| violation.kind).collect()
}

const URL: &str = "https://relay.example.com/cb/2328";

#[tokio::test]
async fn a_payment_is_answered_as_the_page_says() {
    let stage = stage().await;
    let result = create(&stage, &order("POS-0001", URL)).await;
    let uuid = result["uuid"].as_str().unwrap().to_owned();
    assert_eq!(uuid.len(), 36);
    assert_eq!(
        uuid.split('-').map(str::len).collect::<Vec<_>>(),
        [8, 4, 4, 4, 12]
    );
    let address = result["address"].as_str().unwrap().to_owned();
    assert!(address.starts_with('T') && address.len() == 34, "{address}");
    let mut rest = result.clone();
    let qr = rest["qr"].take();
    let bare = json!({
        "uuid": uuid, "order_id": "POS-0001", "amount": "365.00", "currency": "THB", "amount_usd": "10.00",
        "exchange_rate": "0.02739726", "url": format!("https://2328.io/pay/{uuid}"),
        "tg_deeplink": format!("https://t.me/my2328bot?start=pay_{uuid}"), "expires_at": "2025-10-09T09:08:20Z",
        "created_at": "2025-10-09T08:53:20Z", "payer_currency": "USDT", "payer_amount": "9.9999999",
        "network": "TRX-TRC20", "address": address, "payment_status": "check", "txid": null,
        "payment_amount": null, "qr": null,
    });
    assert_eq!(rest, bare);
    let png = qr
        .as_str()
        .unwrap()
        .strip_prefix("data:image/png;base64,")
        .unwrap();
    assert_eq!(
        decode_png(&STANDARD.decode(png).unwrap()).as_deref(),
        Some(address.as_str())
    );
    let mut found = info(&stage, "POS-0001").await;
    assert_eq!(found["merchant_amount"].take(), Value::Null);
    found.as_object_mut().unwrap().remove("merchant_amount");
    assert_eq!(found, result);
    let view = &stage.control.charges().await.unwrap()[0];
    assert_eq!(
        (view.provider.as_str(), view.id.as_str(), view.amount_satang),
        ("crypto_2328", uuid.as_str(), 36_500)
    );
}

#[tokio::test]
async fn headers_are_checked_one_by_one() {
    let stage = stage().await;
    let body = order("H-1", URL).to_string();
    let right = [
        ("user-agent", "Keptang/0.1".to_owned()),
        ("project", TRAINING_CRYPTO_PROJECT.to_owned()),
        ("sign", sign(TRAINING_CRYPTO_API_KEY, &body)),
    ];
    let escaped = body.replace('/', "\\/");
    let table = [
        ("user-agent", None, ViolationKind::MissingUserAgent),
        ("project", None, ViolationKind::BadCredentials),
        (
            "project",
            Some("5f0c1a52-0000-4b6a-9c1f-6b657074616e".to_owned()),
            ViolationKind::BadCredentials,
        ),
        ("sign", None, ViolationKind::BadSignature),
        (
            "sign",
            Some(sign("payout key", &body)),
            ViolationKind::BadSignature,
        ),
        (
            "sign",
            Some(sign(TRAINING_CRYPTO_API_KEY, &escaped)),
            ViolationKind::BadSignature,
        ),
        (
            "sign",
            Some(sign(TRAINING_CRYPTO_API_KEY, "")),
            ViolationKind::BadSignature,
        ),
        (
            "sign",
            Some(sign(TRAINING_CRYPTO_API_KEY, &body).to_uppercase()),
            ViolationKind::BadSignature,
        ),
    ];
    let url = format!("{}/v1/payment", stage.running.crypto_base_url());
    let mut expected = Vec::new();
    for (name, value, kind) in table {
        let mut request = stage
            .till
            .http
            .post(&url)
            .header("content-type", "application/json");
        for (header, good) in &right {
            if *header != name {
                request = request.header(*header, good);
            }
        }
        if let Some(value) = &value {
            request = request.header(name, value);
        }
        let (status, problem) = answer(request.body(body.clone())).await;
        assert_eq!((status, &problem["state"]), (403, &json!(1)), "{name} {value:?}");
        assert!(problem["message"].is_string());
        expected.push(kind);
    }
    assert_eq!(violations(&stage).await, expected);
    assert!(stage.control.charges().await.unwrap().is_empty());
    // Other bytes of the same JSON are fine when they are the signed ones.
    let spaced = body.replace("\":", "\" : ");
    let request = request(&stage, Method::POST, "/v1/payment", &spaced);
    let (status, _) = answer(request.header("content-type", "application/json").body(spaced)).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn bodies_are_checked_field_by_field() {
    let stage = stage().await;
    let table = [
        ("amount", json!(null)),
        ("amount", json!("0")),
        ("amount", json!("-1")),
        ("amount", json!("1,000")),
        ("amount", json!("0.000000001")),
        ("amount", json!("10.00")),
        ("currency", json!(null)),
        ("currency", json!("NOMONEY")),
        ("order_id", json!(null)),
        ("order_id", json!("x".repeat(129))),
        ("order_id", json!(5)),
        ("to_currency", json!("NOCOIN")),
        ("to_currency", json!("GRAM")),
        ("network", json!(null)),
        ("network", json!("BTC")),
        ("url_callback", json!("relay.example.com")),
        ("url_return", json!("x")),
        ("fee_split", json!("100.01")),
        ("fee_split", json!(-1)),
        ("price_markup", json!("-99.01")),
        ("price_markup", json!(101)),
        ("description", json!("ก".repeat(201))),
        ("ttl_seconds", json!(299)),
        ("ttl_seconds", json!(86_401)),
        ("ttl_seconds", json!("900")),
        ("memo", json!("x")),
    ];
    for (field, value) in table {
        let mut body = order("B-1", URL);
        body[field] = value.clone();
        let (status, problem) = post(&stage, "/v1/payment", &body).await;
        assert_eq!(
            (status, &problem["state"]),
            (422, &json!(1)),
            "{field} {value}: {problem}"
        );
        assert!(
            problem["errors"][field][0].is_string(),
            "{field} {value}: {problem}"
        );
    }
    let mut lonely = order("B-1", URL);
    lonely["to_currency"] = Value::Null;
    assert_eq!(
        post(&stage, "/v1/payment", &lonely).await.0,
        422,
        "a network without a coin"
    );
    assert_eq!(post(&stage, "/v1/payment", &json!([])).await.0, 422);
    assert!(stage.control.charges().await.unwrap().is_empty());
    let mut long = order(&"x".repeat(128), URL);
    long["description"] = json!("ก".repeat(200));
    long["fee_split"] = json!(100);
    long["price_markup"] = json!("5");
    // 9.9999999 × 1.05 × 1.003, upwards.
    assert_eq!(create(&stage, &long).await["payer_amount"], "10.5314999");
}

#[tokio::test]
async fn callbacks_can_be_demanded_and_must_then_be_public() {
    let stage = stage().await;
    let mut settings = stage.control.settings().await.unwrap();
    settings.crypto.is_callback_demanded = true;
    settings.crypto.is_callback_public_only = true;
    stage.control.set_settings(&settings).await.unwrap();
    let mut none = order("C-1", URL);
    none.as_object_mut().unwrap().remove("url_callback");
    for body in [none, order("C-1", "http://127.0.0.1:8787/callbacks")] {
        let (status, problem) = post(&stage, "/v1/payment", &body).await;
        assert_eq!(status, 422);
        assert!(problem["errors"]["url_callback"][0].is_string(), "{problem}");
    }
    create(&stage, &order("C-1", URL)).await;
}

#[tokio::test]
async fn creating_again_returns_what_is_there() {
    let stage = stage().await;
    let rule = FaultRule::once(Fault::CutAfter).at(Endpoint::CryptoPaymentCreate);
    stage.control.set_fault(&rule).await.unwrap();
    let body = order("I-1", URL).to_string();
    let lost = request(&stage, Method::POST, "/v1/payment", &body);
    lost.header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap_err();
    let found = info(&stage, "I-1").await;
    let again = create(&stage, &order("I-1", URL)).await;
    assert_eq!(again["uuid"], found["uuid"]);
    assert!(violations(&stage).await.is_empty());
    let mut other = order("I-1", URL);
    other["amount"] = json!("400.00");
    let kept = create(&stage, &other).await;
    assert_eq!(
        (&kept["uuid"], &kept["amount"]),
        (&found["uuid"], &json!("365.00"))
    );
    assert_eq!(violations(&stage).await, [ViolationKind::RepeatedReference]);
    assert_eq!(stage.control.charges().await.unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_coin_there_is_only_the_page_until_the_customer_chooses() {
    let stage = stage().await;
    let mut body = order("P-1", URL);
    body.as_object_mut().unwrap().remove("to_currency");
    body.as_object_mut().unwrap().remove("network");
    let bare = create(&stage, &body).await;
    assert_eq!(bare["payment_status"], "pending");
    for field in [
        "exchange_rate",
        "payer_currency",
        "payer_amount",
        "network",
        "address",
        "qr",
    ] {
        assert_eq!(bare[field], Value::Null, "{field}");
    }
    stage
        .fault(Fault::QrForm {
            form: QrForm::Missing,
        })
        .await;
    assert_eq!(create(&stage, &order("P-2", URL)).await["address"], Value::Null);
    let choose = |coin: &str, network: &str| ActRequest {
        coin: Some(coin.to_owned()),
        network: Some(network.to_owned()),
        ..ActRequest::default()
    };
    let uuid = bare["uuid"].as_str().unwrap();
    let wrong = stage
        .control
        .act_with(uuid, Action::Choose, &choose("BTC", "SOL"))
        .await;
    wrong.unwrap_err();
    assert_eq!(
        info(&stage, "P-1").await["address"],
        Value::Null,
        "and nothing changed"
    );
    stage
        .control
        .act_with(uuid, Action::Choose, &choose("BTC", "BTC"))
        .await
        .unwrap();
    let chosen = info(&stage, "P-1").await;
    assert_eq!(
        (
            &chosen["payment_status"],
            &chosen["payer_currency"],
            &chosen["payer_amount"]
        ),
        (&json!("check"), &json!("BTC"), &json!("0.00015385"))
    );
    assert!(chosen["address"].as_str().unwrap().starts_with("bc1q"));
}

#[tokio::test]
async fn invoices_may_be_in_dollars_or_in_coins() {
    let stage = stage().await;
    let mut dollars = order("V-1", URL);
    dollars["currency"] = json!("USD");
    dollars["amount"] = json!("10.5");
    let result = create(&stage, &dollars).await;
    assert_eq!(
        (
            &result["amount"],
            &result["payer_amount"],
            &result["exchange_rate"]
        ),
        (&json!("10.50"), &json!("10.50"), &json!("1.00000000"))
    );
    let coins = json!({"amount": "0.00123", "currency": "BTC", "network": "BTC", "order_id": "V-2"});
    let result = create(&stage, &coins).await;
    assert_eq!(
        (
            &result["amount"],
            &result["payer_currency"],
            &result["payer_amount"],
            &result["amount_usd"]
        ),
        (
            &json!("0.00123"),
            &json!("BTC"),
            &json!("0.00123"),
            &json!("79.95")
        )
    );
    let mut settings = stage.control.settings().await.unwrap();
    settings.crypto.has_thb = false;
    stage.control.set_settings(&settings).await.unwrap();
    let (status, problem) = post(&stage, "/v1/payment", &order("V-3", URL)).await;
    assert_eq!(status, 422);
    assert!(problem["errors"]["currency"][0].is_string());
    let (_, rates) = get(&stage, "/v1/exchange-rates").await;
    assert_eq!(rates["result"].get("THB"), None);
    assert_eq!(rates["result"]["USD"]["BTC"], "65000.00000000");
}

#[tokio::test]
async fn ton_turns_into_gram_and_networks_close() {
    let stage = stage().await;
    let mut settings = stage.control.settings().await.unwrap();
    settings.crypto.is_ton_gram = true;
    settings.crypto.disabled_networks = vec!["TRX-TRC20".to_owned()];
    stage.control.set_settings(&settings).await.unwrap();
    let (_, directions) = get(&stage, "/v1/directions").await;
    let pairs = directions["result"].as_array().unwrap();
    assert_eq!(pairs.len(), 23);
    let of = |coin: &str, network: &str| {
        let mut found = pairs
            .iter()
            .filter(|pair| pair["currency"] == coin && pair["network_code"] == network);
        found.next().cloned().unwrap_or_default()
    };
    assert_eq!(of("USDT", "TRX-TRC20")["deposit_status"], "inactive");
    assert_eq!(of("USDT", "TON")["deposit_status"], "active");
    assert_eq!(of("GRAM", "TON")["min_deposit"], "0.08333334");
    assert_eq!(of("TON", "TON"), Value::Null);
    let (status, problem) = post(&stage, "/v1/payment", &order("G-1", URL)).await;
    assert_eq!(status, 422);
    assert!(problem["errors"]["network"][0].is_string(), "{problem}");
    for (id, coin) in [("G-2", "TON"), ("G-3", "GRAM")] {
        let mut body = order(id, URL);
        body["to_currency"] = json!(coin);
        body["network"] = json!("TON");
        assert_eq!(create(&stage, &body).await["payer_currency"], "GRAM", "{coin}");
    }
}

#[tokio::test]
async fn queries_need_an_id_and_lists_come_in_pages() {
    let stage = stage().await;
    for number in 0..5 {
        create(&stage, &order(&format!("L-{number}"), URL)).await;
    }
    let (status, _) = post(&stage, "/v1/payment/info", &json!({})).await;
    assert_eq!(status, 422);
    let (status, problem) = post(&stage, "/v1/payment/info", &json!({"order_id": "L-9"})).await;
    assert_eq!((status, &problem["state"]), (404, &json!(1)));
    let uuid = info(&stage, "L-3").await["uuid"].clone();
    let (_, found) = post(&stage, "/v1/payment/info", &json!({"uuid": uuid})).await;
    assert_eq!(found["result"]["order_id"], "L-3");
    stage
        .control
        .act(uuid.as_str().unwrap(), Action::Pay)
        .await
        .unwrap();

    let list = async |body: Value| post(&stage, "/v1/payment/list", &body).await;
    let (_, page) = list(json!({"page": 2, "per_page": 2})).await;
    assert_eq!(
        page["result"]["paginate"],
        json!({"count": 2, "current_page": 2, "per_page": 2, "total": 5, "total_pages": 3, "has_more": true})
    );
    let ids: Vec<&Value> = page["result"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["order_id"])
        .collect();
    assert_eq!(ids, [&json!("L-2"), &json!("L-1")], "newest first");
    let (_, last) = list(json!({"page": 3, "per_page": 2})).await;
    assert_eq!(last["result"]["paginate"]["has_more"], json!(false));
    let (_, beyond) = list(json!({"page": 9})).await;
    assert_eq!(beyond["result"]["paginate"]["count"], json!(0));
    for (filter, total) in [
        (json!({"status": "paid"}), 1),
        (json!({"status": "check"}), 4),
        (json!({"date_from": "2025-10-09", "date_to": "2025-10-09"}), 5),
        (json!({"date_to": "2025-10-08"}), 0),
        (json!({"date_from": "2025-10-10"}), 0),
    ] {
        assert_eq!(
            list(filter.clone()).await.1["result"]["paginate"]["total"],
            json!(total),
            "{filter}"
        );
    }
    for bad in [
        json!({"status": "aml_lock"}),
        json!({"status": "settled"}),
        json!({"date_from": "09-10-2025"}),
        json!({"date_to": "2025-13-01"}),
        json!({"page": 0}),
        json!({"per_page": 5001}),
        json!({"per_page": "15"}),
    ] {
        assert_eq!(list(bad.clone()).await.0, 422, "{bad}");
    }
    let (_, balance) = get(&stage, "/v1/balance").await;
    assert_eq!(
        (
            &balance["result"][0]["currency_code"],
            &balance["result"][0]["balance"]
        ),
        (&json!("USDT"), &json!("9.96999990"))
    );
}

#[tokio::test]
async fn answers_differ_as_the_menu_says() {
    let stage = stage().await;
    create(&stage, &order("F-1", URL)).await;
    let at_info = |fault| FaultRule::once(fault).at(Endpoint::CryptoPaymentInfo);
    for (fault, field, expected) in [
        (
            Fault::StatusWord {
                word: "settled".into(),
            },
            "payment_status",
            json!("settled"),
        ),
        (Fault::QueryAmount { amount_satang: 100 }, "amount", json!("1.00")),
        (
            Fault::Currency {
                currency: "EUR".into(),
            },
            "currency",
            json!("EUR"),
        ),
        (
            Fault::OtherOrder {
                order_id: "F-9".into(),
            },
            "order_id",
            json!("F-9"),
        ),
    ] {
        stage.control.set_fault(&at_info(fault)).await.unwrap();
        assert_eq!(info(&stage, "F-1").await[field], expected);
        assert_ne!(info(&stage, "F-1").await[field], expected);
    }
    stage.fault(Fault::StateMissing).await;
    let (_, answer) = post(&stage, "/v1/payment", &order("F-2", URL)).await;
    assert!(answer.get("state").is_none() && answer["result"].is_object());
    stage.fault(Fault::ResultNull).await;
    let (_, answer) = post(&stage, "/v1/payment", &order("F-2", URL)).await;
    assert_eq!(answer, json!({"state": 0, "result": null}));
    let code = "project is frozen".to_owned();
    stage
        .fault(Fault::Refuse {
            status: 403,
            code: code.clone(),
        })
        .await;
    let (status, answer) = post(&stage, "/v1/payment", &order("F-3", URL)).await;
    assert_eq!((status, answer), (403, json!({"state": 1, "message": code})));
    stage.fault(Fault::RefuseOtherForm { status: 404, code }).await;
    let (status, answer) = post(&stage, "/v1/payment", &order("F-3", URL)).await;
    assert_eq!((status, &answer["state"]), (200, &json!(1)));
    stage.fault(Fault::QrBrokenBase64).await;
    let broken = create(&stage, &order("F-4", URL)).await["qr"].clone();
    let base64 = broken
        .as_str()
        .unwrap()
        .strip_prefix("data:image/png;base64,")
        .unwrap()
        .to_owned();
    STANDARD.decode(base64).unwrap_err();
}

#[tokio::test]
async fn the_eleventh_request_of_a_second_is_one_too_many() {
    let stage = Stage::open().await;
    for _ in 0..10 {
        assert_eq!(get(&stage, "/v1/directions").await.0, 200);
    }
    let refused = request(&stage, Method::GET, "/v1/directions", "")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["retry-after"]),
        (429, &"1".parse().unwrap())
    );
    stage.control.advance_clock_ms(1_000).await.unwrap();
    assert_eq!(get(&stage, "/v1/directions").await.0, 200);
    // Another provider's requests are counted apart.
    assert_eq!(violations(&stage).await, [ViolationKind::RateLimitExceeded]);
}
