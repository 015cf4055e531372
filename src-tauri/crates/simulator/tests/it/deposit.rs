//! The `create_deposit` gateway from the outside: what it takes, what it answers, how it spoils answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keptang_simulator::control::Action;
use keptang_simulator::faults::{AmountForm, Endpoint, Fault, FaultRule, QrForm};
use keptang_simulator::settings::{Adjust, DepositSettings, Settings};
use keptang_simulator::stats::ViolationKind;
use keptang_simulator::{TRAINING_DEPOSIT_API_KEY, TRAINING_DEPOSIT_SECRET_KEY, TRAINING_DEPOSIT_TOKEN};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::stage::{Stage, answer, config, decode_png};

const CLIENT: &str = "/api/v1/client";

pub(crate) fn sign(order_id: &str, amount: &str) -> String {
    STANDARD.encode(format!("{TRAINING_DEPOSIT_SECRET_KEY}:{order_id}:{amount}"))
}

pub(crate) fn call(stage: &Stage, method: Method, path: &str, signature: &str) -> RequestBuilder {
    let url = format!("{}{CLIENT}{path}", stage.running.deposit_base_url());
    stage
        .till
        .http
        .request(method, url)
        .bearer_auth(TRAINING_DEPOSIT_TOKEN)
        .header("x-api-key", TRAINING_DEPOSIT_API_KEY)
        .header("x-signature", signature)
}

/// The body as the till writes it: the amount with two decimals.
pub(crate) fn order(order_id: &str, amount: &str, callback_url: &str) -> String {
    format!(
        r#"{{"order_id":"{order_id}","amount":{amount},"ref_account":"9876543210","ref_bank_code":"014","ref_name_th":"ลูกค้า หน้าร้าน","ref_user_id":"T1","ref1":"","callback_url":"{callback_url}"}}"#
    )
}

pub(crate) async fn send(stage: &Stage, body: String, signature: &str) -> (u16, Value) {
    let request = call(stage, Method::POST, "/create_deposit", signature);
    answer(request.header("content-type", "application/json").body(body)).await
}

/// A deposit; its answer.
pub(crate) async fn create(stage: &Stage, order_id: &str, amount: &str, callback_url: &str) -> Value {
    let body = order(order_id, amount, callback_url);
    let (status, deposit) = send(stage, body, &sign(order_id, amount)).await;
    assert_eq!(status, 200, "{deposit}");
    deposit
}

async fn violations(stage: &Stage) -> Vec<ViolationKind> {
    let stats = stage.control.stats().await.unwrap();
    stats.violations.iter().map(|violation| violation.kind).collect()
}

#[tokio::test]
async fn a_deposit_is_answered_as_the_page_says() {
    let stage = Stage::open().await;
    let deposit = create(&stage, "POS-0001", "1000.50", "http://127.0.0.1:9/cb").await;
    let keys: Vec<&str> = deposit.as_object().unwrap().keys().map(String::as_str).collect();
    for key in [
        "status",
        "ref_id",
        "dest_bank_code",
        "dest_bank_acc_no",
        "dest_bank_acc_name",
        "order_id",
        "amount",
        "qr_image",
        "create_time",
        "expire_time",
        "deposit_channel",
    ] {
        assert!(keys.contains(&key), "{key}");
    }
    assert_eq!(deposit["status"], "CREATED");
    assert_eq!(deposit["order_id"], "POS-0001");
    assert_eq!(deposit["amount"], json!(1000.5));
    assert_eq!(deposit["deposit_channel"], "PROMPTPAY");
    assert_eq!(deposit["create_time"], "2025-10-09T15:53:20.000000+07:00");
    assert_eq!(deposit["expire_time"], "2025-10-09T16:08:20.000000+07:00");
    let reference: Vec<&str> = deposit["ref_id"].as_str().unwrap().split('-').collect();
    assert_eq!(
        (reference[0].len(), reference[1], reference[2], reference[3].len()),
        (6, "1760000000000", "20251009155320", 6)
    );
    let png = STANDARD.decode(deposit["qr_image"].as_str().unwrap()).unwrap();
    let text = decode_png(&png).unwrap();
    assert!(
        text.contains("29370016A000000677010111") && text.contains("54071000.50"),
        "{text}"
    );
    let view = &stage.control.charges().await.unwrap()[0];
    assert_eq!(
        (view.provider.as_str(), view.amount_satang),
        ("deposit_gateway", 100_050)
    );
    assert_eq!(view.qr_text.as_deref(), Some(text.as_str()));
    assert_eq!(view.metadata["order_id"], "POS-0001");
}

#[tokio::test]
async fn the_documented_paths_work_at_the_root_too() {
    let stage = Stage::open().await;
    let url = format!("{}{CLIENT}/get_balance", stage.running.base_url());
    let request = stage
        .till
        .http
        .get(url)
        .bearer_auth(TRAINING_DEPOSIT_TOKEN)
        .header("x-api-key", TRAINING_DEPOSIT_API_KEY)
        .header("x-signature", sign("", ""));
    let (status, balance) = answer(request).await;
    assert_eq!(
        (status, &balance["current_deposit_balance"]),
        (200, &json!(100_000))
    );
}

#[tokio::test]
async fn bad_credentials_are_refused_one_by_one() {
    let stage = Stage::open().await;
    let url = format!("{}{CLIENT}/create_deposit", stage.running.deposit_base_url());
    let right = [
        ("authorization", format!("Bearer {TRAINING_DEPOSIT_TOKEN}")),
        ("x-api-key", TRAINING_DEPOSIT_API_KEY.to_owned()),
        ("x-signature", sign("A1", "10.00")),
    ];
    let wrong = [
        ("authorization", None, "Invalid token"),
        ("authorization", Some(TRAINING_DEPOSIT_TOKEN), "Invalid token"),
        ("authorization", Some("Bearer x"), "Invalid token"),
        ("x-api-key", None, "Invalid api key"),
        ("x-api-key", Some("x"), "Invalid api key"),
        ("x-signature", None, "Invalid signature"),
        ("x-signature", Some("c2tfZGVtb181ZjJhOjo="), "Invalid signature"),
    ];
    for (name, value, sentence) in wrong {
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
        if let Some(value) = value {
            request = request.header(name, value);
        }
        let (status, problem) = answer(request.body(order("A1", "10.00", ""))).await;
        assert_eq!(
            (status, &problem["detail"]),
            (401, &json!(sentence)),
            "{name} {value:?}"
        );
    }
    assert!(stage.control.charges().await.unwrap().is_empty());
    let violations = violations(&stage).await;
    assert_eq!(
        violations
            .iter()
            .filter(|kind| **kind == ViolationKind::BadSignature)
            .count(),
        2
    );
}

#[tokio::test]
async fn the_signature_covers_order_and_amount() {
    let stage = Stage::open().await;
    let table = [
        ("1000.00", "1000.00", 200),
        ("1000", "1000.00", 200),
        ("1000.00", "1000", 200),
        (r#""1000.00""#, "1000.00", 200),
        ("1000.00", "1000.01", 401),
        ("1000.00", "1,000.00", 401),
        ("1000.00", "", 401),
    ];
    for (place, (amount, signed, expected)) in table.into_iter().enumerate() {
        let id = format!("S-{place}");
        let (status, body) = send(&stage, order(&id, amount, ""), &sign(&id, signed)).await;
        assert_eq!(status, expected, "{amount} signed as {signed}: {body}");
    }
    let (status, _) = send(&stage, order("S-9", "5.00", ""), &sign("S-8", "5.00")).await;
    assert_eq!(status, 401);

    let strict = Settings {
        deposit: DepositSettings {
            is_fixed2_demanded: true,
            ..DepositSettings::default()
        },
        ..Settings::default()
    };
    stage.control.set_settings(&strict).await.unwrap();
    assert_eq!(stage.control.settings().await.unwrap(), strict);
    for (signed, expected) in [("7", 401), ("7.0", 401), ("7.00", 200)] {
        let (status, _) = send(&stage, order("F-1", "7.00", ""), &sign("F-1", signed)).await;
        assert_eq!(status, expected, "{signed}");
    }
}

#[tokio::test]
async fn bodies_are_checked_field_by_field() {
    let stage = Stage::open().await;
    let good: Value = serde_json::from_str(&order("B-1", "10.00", "")).unwrap();
    let table = [
        ("order_id", None, "field required"),
        ("order_id", Some(json!("")), "invalid format"),
        ("order_id", Some(json!("a:b")), "invalid format"),
        ("order_id", Some(json!("x".repeat(37))), "invalid format"),
        ("order_id", Some(json!(7)), "str type expected"),
        ("amount", None, "field required"),
        ("amount", Some(json!(0)), "invalid format"),
        ("amount", Some(json!(-1)), "invalid format"),
        ("amount", Some(json!(1.005)), "invalid format"),
        ("amount", Some(json!("1,000.00")), "invalid format"),
        ("amount", Some(json!(true)), "value is not a valid float"),
        ("ref_account", None, "field required"),
        ("ref_account", Some(json!("")), "invalid format"),
        ("ref_bank_code", None, "field required"),
        ("ref_bank_code", Some(json!("SCB")), "invalid format"),
        ("ref_name_th", None, "field required"),
        ("ref_user_id", None, "field required"),
        ("ref1", Some(json!(1)), "str type expected"),
        ("callback_url", Some(json!("relay.example.com")), "invalid format"),
        ("reference", Some(json!("x")), "extra fields not permitted"),
    ];
    for (field, value, message) in table {
        let mut body = good.clone();
        match &value {
            Some(value) => body[field] = value.clone(),
            None => drop(body.as_object_mut().unwrap().remove(field)),
        }
        let (status, problem) = send(&stage, body.to_string(), &sign("B-1", "10.00")).await;
        assert_eq!(status, 422, "{field} {value:?}: {problem}");
        let detail = &problem["detail"][0];
        assert_eq!(detail["loc"], json!(["body", field]), "{problem}");
        assert_eq!(detail["msg"], message, "{field} {value:?}");
    }
    for body in ["", "[]", "{\"order_id\":\"a\",\"order_id\":\"b\"}", "{"] {
        assert_eq!(send(&stage, body.to_owned(), "").await.0, 422, "{body}");
    }
    let form = call(&stage, Method::POST, "/create_deposit", &sign("B-1", "10.00"));
    assert_eq!(
        answer(form.body(order("B-1", "10.00", ""))).await.0,
        422,
        "no content type"
    );
    for (field, value) in [("ref_user_id", json!("")), ("ref_bank_code", json!(""))] {
        let mut body = good.clone();
        body[field] = value;
        let id = format!("E-{}", field.len());
        body["order_id"] = json!(id);
        assert_eq!(
            send(&stage, body.to_string(), &sign(&id, "10.00")).await.0,
            200,
            "{field}"
        );
    }
}

#[tokio::test]
async fn an_order_id_works_once() {
    let stage = Stage::open().await;
    create(&stage, "D-1", "10.00", "").await;
    let (status, problem) = send(&stage, order("D-1", "10.00", ""), &sign("D-1", "10.00")).await;
    assert_eq!(
        (status, &problem["detail"]),
        (422, &json!("order_id already exists"))
    );
    assert_eq!(violations(&stage).await, [ViolationKind::RepeatedReference]);
    assert_eq!(stage.control.charges().await.unwrap().len(), 1);
}

#[tokio::test]
async fn amounts_are_adjusted_as_set() {
    let stage = Stage::open().await;
    let satang = |deposit: &Value| deposit["amount"].to_string();
    assert_eq!(satang(&create(&stage, "U-1", "100.00", "").await), "100");
    let second = create(&stage, "U-2", "100.00", "").await;
    assert_eq!(satang(&second), "100.01");
    let png = STANDARD.decode(second["qr_image"].as_str().unwrap()).unwrap();
    assert!(decode_png(&png).unwrap().contains("5406100.01"), "the QR too");
    assert_eq!(satang(&create(&stage, "U-3", "100.01", "").await), "100.02");
    stage
        .control
        .act(second["ref_id"].as_str().unwrap(), Action::Pay)
        .await
        .unwrap();
    assert_eq!(
        satang(&create(&stage, "U-4", "100.00", "").await),
        "100.01",
        "free again"
    );
    stage.fault(Fault::AdjustAmount { by_satang: -75 }).await;
    assert_eq!(satang(&create(&stage, "U-5", "100.00", "").await), "99.25");
    let mut settings = Settings::default();
    for (adjust, expected) in [
        (Adjust::None, "100"),
        (Adjust::By { satang: 250 }, "102.5"),
        (Adjust::Unique, "100.03"),
    ] {
        settings.deposit.adjust = adjust;
        stage.control.set_settings(&settings).await.unwrap();
        let id = format!("V-{expected}").replace('.', "-");
        assert_eq!(
            satang(&create(&stage, &id, "100.00", "").await),
            expected,
            "{adjust:?}"
        );
    }
}

#[tokio::test]
async fn answers_differ_as_the_menu_says() {
    let stage = Stage::open().await;
    let mut settings = Settings::default();
    settings.deposit.adjust = Adjust::None;
    stage.control.set_settings(&settings).await.unwrap();
    let forms = [
        (AmountForm::Shortest, "1000"),
        (AmountForm::OneDecimal, "1000.0"),
        (AmountForm::TwoDecimals, "1000.00"),
        (AmountForm::Text, "\"1000.00\""),
    ];
    for (place, (form, expected)) in forms.into_iter().enumerate() {
        stage.fault(Fault::AmountForm { form }).await;
        let id = format!("A-{place}");
        let request = call(&stage, Method::POST, "/create_deposit", &sign(&id, "1000.00"));
        let request = request
            .header("content-type", "application/json")
            .body(order(&id, "1000.00", ""));
        let body = request.send().await.unwrap().text().await.unwrap();
        assert!(
            body.contains(&format!("\"amount\":{expected},")),
            "{form:?}: {body}"
        );
    }
    stage.fault(Fault::StatusWord { word: "NEW".into() }).await;
    assert_eq!(create(&stage, "W-1", "5.00", "").await["status"], "NEW");
    stage.fault(Fault::OtherOrder { order_id: "X".into() }).await;
    assert_eq!(create(&stage, "W-2", "5.00", "").await["order_id"], "X");
    // Not this provider's fault to have.
    stage.fault(Fault::LivemodeFlipped).await;
    create(&stage, "W-3", "5.00", "").await;
    assert_eq!(stage.control.faults().await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_qr_comes_in_every_form() {
    let stage = Stage::open().await;
    stage.fault(Fault::QrForm { form: QrForm::Link }).await;
    let deposit = create(&stage, "Q-1", "20.00", "").await;
    assert!(deposit.get("qr_image").is_none());
    let link = deposit["qr_image_link"].as_str().unwrap();
    assert!(link.starts_with(&stage.running.deposit_base_url()), "{link}");
    let png = stage.till.http.get(link).send().await.unwrap();
    assert_eq!(png.headers()["content-type"], "image/png");
    let text = decode_png(&png.bytes().await.unwrap()).unwrap();
    assert!(text.contains("540520.00"), "{text}");
    let leaky = stage.till.http.get(link).bearer_auth("x").send().await.unwrap();
    assert_eq!(leaky.status(), 400);
    assert_eq!(violations(&stage).await, [ViolationKind::CredentialsOnQrDownload]);

    for (id, fault) in [
        (
            "Q-2",
            Fault::QrForm {
                form: QrForm::Missing,
            },
        ),
        ("Q-3", Fault::BankTransfer),
    ] {
        stage.fault(fault.clone()).await;
        let deposit = create(&stage, id, "20.00", "").await;
        assert!(deposit.get("qr_image").is_none() && deposit.get("qr_image_link").is_none());
        assert_eq!(deposit["dest_bank_acc_no"], "0000000000");
        let channel = if fault == Fault::BankTransfer {
            "BANK_TRANSFER"
        } else {
            "PROMPTPAY"
        };
        assert_eq!(deposit["deposit_channel"], channel);
    }
    stage.fault(Fault::QrBrokenBase64).await;
    let deposit = create(&stage, "Q-4", "20.00", "").await;
    STANDARD
        .decode(deposit["qr_image"].as_str().unwrap())
        .unwrap_err();
    stage.fault(Fault::QrUndecodable).await;
    let deposit = create(&stage, "Q-5", "20.00", "").await;
    let png = STANDARD.decode(deposit["qr_image"].as_str().unwrap()).unwrap();
    assert_eq!(decode_png(&png), None);
    stage.fault(Fault::QrAmount { amount_satang: 1_900 }).await;
    let deposit = create(&stage, "Q-6", "20.00", "").await;
    let png = STANDARD.decode(deposit["qr_image"].as_str().unwrap()).unwrap();
    assert!(decode_png(&png).unwrap().contains("540519.00"));
}

#[tokio::test]
async fn wire_faults_and_both_shapes_of_detail() {
    let stage = Stage::open().await;
    let refuse = |code: &str| (422, code.to_owned());
    let (status, code) = refuse("account is blocked");
    stage
        .fault(Fault::Refuse {
            status,
            code: code.clone(),
        })
        .await;
    let (got, body) = send(&stage, order("R-1", "1.00", ""), &sign("R-1", "1.00")).await;
    assert_eq!((got, &body["detail"]), (422, &json!("account is blocked")));
    stage.fault(Fault::RefuseOtherForm { status, code }).await;
    let (got, body) = send(&stage, order("R-1", "1.00", ""), &sign("R-1", "1.00")).await;
    assert_eq!(
        (got, &body["detail"][0]["msg"]),
        (422, &json!("account is blocked"))
    );
    assert!(stage.control.charges().await.unwrap().is_empty());

    stage
        .control
        .set_fault(&FaultRule::once(Fault::CutAfter).at(Endpoint::DepositCreate))
        .await
        .unwrap();
    let request = call(&stage, Method::POST, "/create_deposit", &sign("R-2", "1.00"));
    let lost = request
        .header("content-type", "application/json")
        .body(order("R-2", "1.00", ""));
    lost.send().await.unwrap_err();
    assert_eq!(
        stage.control.charges().await.unwrap().len(),
        1,
        "it was carried out"
    );
    stage.fault(Fault::Redirect).await;
    let request = call(&stage, Method::GET, "/get_balance", &sign("", ""));
    let moved = request.send().await.unwrap();
    assert_eq!(moved.status(), 307);
    let target = moved.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(answer(stage.till.http.get(target)).await.0, 404);
    assert_eq!(violations(&stage).await, [ViolationKind::RedirectFollowed]);
    let stats = stage.control.stats().await.unwrap();
    assert_eq!(
        (
            stats.count(Endpoint::DepositCreate),
            stats.count(Endpoint::DepositBalance)
        ),
        (3, 1)
    );
}

#[tokio::test]
async fn money_can_be_withdrawn_while_there_is_some() {
    let stage = Stage::open().await;
    let deposit = create(&stage, "M-1", "8032.00", "").await;
    stage
        .control
        .act(deposit["ref_id"].as_str().unwrap(), Action::Pay)
        .await
        .unwrap();
    let body = |amount: &str, id: &str| {
        format!(
            r#"{{"amount":{amount},"dest_bank_acc_no":"1","dest_bank_acc_name":"ร้าน","dest_bank_code":"004","order_id":"{id}"}}"#
        )
    };
    let withdraw = async |amount: &str, id: &str| {
        let request = call(&stage, Method::POST, "/create_withdraw", &sign(id, amount));
        answer(
            request
                .header("content-type", "application/json")
                .body(body(amount, id)),
        )
        .await
    };
    let (status, payout) = withdraw("5000.00", "P-1").await;
    assert_eq!((status, &payout["status"]), (200, &json!("PROCESSING")));
    assert_eq!(withdraw("5000.00", "P-1").await.0, 422, "repeated");
    assert_eq!(withdraw("9000000.00", "P-2").await.0, 422, "too much");
    let (_, balance) = answer(call(&stage, Method::GET, "/get_balance", &sign("", ""))).await;
    assert_eq!(balance["current_withdraw_balance"], json!(102_923.57));
}

#[tokio::test]
async fn a_second_open_deposit_of_one_payer_can_be_refused() {
    let mut config = config();
    config.settings.deposit.is_same_account_refused = true;
    let stage = Stage::with(config).await;
    let first = create(&stage, "N-1", "10.00", "").await;
    let (status, _) = send(&stage, order("N-2", "10.00", ""), &sign("N-2", "10.00")).await;
    assert_eq!(status, 422);
    stage
        .control
        .act(first["ref_id"].as_str().unwrap(), Action::Expire)
        .await
        .unwrap();
    create(&stage, "N-2", "10.00", "").await;
}
