//! EasySlip from the outside: what it takes, what it answers, in every dialect.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keptang_simulator::easyslip::{
    BankForm, Dialect, LocalForm, MaskForm, MerchantIdForm, NamesForm, NewSlip, Party, Proxy, ProxyType,
    RegisteredAccount, SlipKind, SlipView,
};
use keptang_simulator::faults::{AmountForm, Fault};
use keptang_simulator::settings::EasySlipSettings;
use keptang_simulator::stats::ViolationKind;
use keptang_simulator::{TRAINING_EASYSLIP_API_KEY, TRAINING_EASYSLIP_OTHER_BRANCH_API_KEY};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::stage::{Stage, answer};

/// A stage without the rate limit: on a fixed clock all requests fall into one second.
pub(crate) async fn stage() -> Stage {
    let mut config = crate::stage::config();
    config.settings.easyslip.rate_per_s = None;
    Stage::with(config).await
}

pub(crate) fn bare(stage: &Stage, method: Method, path: &str) -> RequestBuilder {
    stage
        .till
        .http
        .request(method, format!("{}{path}", stage.running.easyslip_base_url()))
}

pub(crate) fn request(stage: &Stage, path: &str) -> RequestBuilder {
    bare(stage, Method::POST, path).bearer_auth(TRAINING_EASYSLIP_API_KEY)
}

pub(crate) async fn verify(stage: &Stage, body: &Value) -> (u16, Value) {
    answer(request(stage, "/verify/bank").json(body)).await
}

pub(crate) async fn wallet(stage: &Stage, body: &Value) -> (u16, Value) {
    answer(request(stage, "/verify/truewallet").json(body)).await
}

pub(crate) async fn info(stage: &Stage) -> (u16, Value) {
    answer(bare(stage, Method::GET, "/info").bearer_auth(TRAINING_EASYSLIP_API_KEY)).await
}

/// Verified with 200; its `data`.
pub(crate) async fn data(stage: &Stage, body: &Value) -> Value {
    let (status, answer) = verify(stage, body).await;
    assert_eq!((status, &answer["success"]), (200, &json!(true)), "{answer}");
    answer["data"].clone()
}

pub(crate) fn refused(code: &str, message: &str) -> Value {
    json!({"success": false, "error": {"code": code, "message": message}})
}

pub(crate) async fn slip(stage: &Stage, amount_satang: i64) -> SlipView {
    let new = NewSlip {
        amount_satang,
        ..NewSlip::default()
    };
    stage.control.add_slip(&new).await.unwrap()
}

pub(crate) async fn set(stage: &Stage, change: impl FnOnce(&mut EasySlipSettings)) {
    let mut settings = stage.control.settings().await.unwrap();
    change(&mut settings.easyslip);
    stage.control.set_settings(&settings).await.unwrap();
}

pub(crate) async fn violations(stage: &Stage) -> Vec<ViolationKind> {
    let stats = stage.control.stats().await.unwrap();
    stats.violations.iter().map(|violation| violation.kind).collect()
}

pub(crate) async fn used(stage: &Stage, branch: &str) -> u64 {
    let usage = stage.control.slip_usage().await.unwrap();
    usage.get(branch).map_or(0, |usage| usage.used)
}

pub(crate) async fn picture(stage: &Stage, slip: &SlipView) -> Vec<u8> {
    let url = stage.control.slip_picture_url(&slip.id);
    let answer = stage.till.http.get(url).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "image/png");
    answer.bytes().await.unwrap().to_vec()
}

/// A form with one file and some texts, as a browser writes it.
pub(crate) fn form(stage: &Stage, path: &str, file: &[u8], texts: &[(&str, &str)]) -> RequestBuilder {
    form_with(stage, path, "image", file, texts)
}

pub(crate) fn form_with(
    stage: &Stage,
    path: &str,
    name: &str,
    file: &[u8],
    texts: &[(&str, &str)],
) -> RequestBuilder {
    let mut body = format!(
        "--line\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"slip.png\"\r\n\
         Content-Type: image/png\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    for (name, text) in texts {
        let part = format!("\r\n--line\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}");
        body.extend_from_slice(part.as_bytes());
    }
    body.extend_from_slice(b"\r\n--line--\r\n");
    request(stage, path)
        .header("content-type", "multipart/form-data; boundary=line")
        .body(body)
}

fn sample_account() -> RegisteredAccount {
    RegisteredAccount {
        promptpay: vec!["081234567889".into()],
        ..RegisteredAccount::training()
    }
}

fn sample_slip() -> NewSlip {
    let at: jiff::Timestamp = "2024-01-15T14:30:00+07:00".parse().unwrap();
    NewSlip {
        sending_bank: Some("004".to_owned()),
        trans_ref: Some("68370160657749I376388B35".to_owned()),
        amount_satang: 150_000,
        at_ms: Some(at.as_millisecond()),
        sender: Some(Party {
            bank: Some("004".to_owned()),
            name_th: Some("นาย ผู้โอน ทดสอบ".to_owned()),
            name_en: Some("MR. SENDER TEST".to_owned()),
            account: Some("123-4-xxxxx-5".into()),
            ..Party::default()
        }),
        receiver: Some(Party {
            bank: Some("014".to_owned()),
            name_th: Some("บริษัท ตัวอย่าง จำกัด".to_owned()),
            account: Some("xxx-x-x5678-x".into()),
            proxy: Some(Proxy {
                kind: ProxyType::Msisdn,
                number: "08xxxxxxxx89".into(),
            }),
            ..Party::default()
        }),
        ..NewSlip::default()
    }
}

#[tokio::test]
async fn the_answer_is_the_given_one_to_the_byte() {
    let stage = stage().await;
    set(&stage, |settings| settings.accounts = vec![sample_account()]).await;
    let slip = stage.control.add_slip(&sample_slip()).await.unwrap();
    let asked = json!({
        "payload": slip.qr_text, "remark": "Order #12345", "matchAccount": true, "matchAmount": 1500.0,
        "checkDuplicate": true,
    });
    let answer = request(&stage, "/verify/bank").json(&asked).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/json");
    let expected = concat!(
        r#"{"success":true,"data":{"remark":"Order #12345","isDuplicate":false,"matchedAccount":{"bank":{"#,
        r#""nameTh":"กสิกรไทย","nameEn":"KASIKORNBANK","code":"004","shortCode":"KBANK"},"#,
        r#""nameTh":"บริษัท ตัวอย่าง จำกัด","nameEn":"EXAMPLE CO., LTD.","type":"JURISTIC","#,
        r#""bankNumber":"123-4-56789-0"},"amountInOrder":1500.00,"amountInSlip":1500.00,"#,
        r#""isAmountMatched":true,"rawSlip":{"payload":"PAYLOAD","transRef":"68370160657749I376388B35","#,
        r#""date":"2024-01-15T14:30:00+07:00","countryCode":"TH","amount":{"amount":1500.00,"#,
        r#""local":{"amount":1500.00,"currency":"THB"}},"fee":0,"ref1":"","ref2":"","ref3":"","#,
        r#""sender":{"bank":{"id":"004","name":"กสิกรไทย","short":"KBANK"},"account":{"name":{"#,
        r#""th":"นาย ผู้โอน ทดสอบ","en":"MR. SENDER TEST"},"bank":{"type":"BANKAC","account":"123-4-xxxxx-5"}}},"#,
        r#""receiver":{"bank":{"id":"014","name":"ไทยพาณิชย์","short":"SCB"},"account":{"name":{"#,
        r#""th":"บริษัท ตัวอย่าง จำกัด"},"bank":{"type":"BANKAC","account":"xxx-x-x5678-x"},"#,
        r#""proxy":{"type":"MSISDN","account":"08xxxxxxxx89"}},"merchantId":null}}},"#,
        r#""message":"Bank slip verified successfully"}"#,
    );
    assert_eq!(
        answer.text().await.unwrap(),
        expected.replace("PAYLOAD", &slip.qr_text)
    );
    assert!(violations(&stage).await.is_empty());
}

#[tokio::test]
async fn without_options_the_answer_leaves_their_fields_out() {
    let stage = stage().await;
    let slip = slip(&stage, 29).await;
    let found = data(&stage, &json!({"payload": slip.qr_text})).await;
    let keys: Vec<_> = found.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["amountInSlip", "isDuplicate", "matchedAccount", "rawSlip"]);
    assert_eq!(
        (
            &found["isDuplicate"],
            &found["matchedAccount"],
            &found["amountInSlip"]
        ),
        (&json!(false), &Value::Null, &json!(0.29))
    );
}

#[tokio::test]
async fn every_dialect_of_the_page_can_be_spoken() {
    let stage = stage().await;
    let slip = stage
        .control
        .add_slip(&NewSlip {
            receiver: Some(Party {
                proxy: Some(Proxy {
                    kind: ProxyType::Natid,
                    number: "0105536000000".into(),
                }),
                ..sample_slip().receiver.unwrap()
            }),
            sender: None,
            ..sample_slip()
        })
        .await
        .unwrap();
    let own = Dialect::default;
    let raw = "/rawSlip";
    let table: Vec<(Dialect, &str, Value)> = vec![
        (
            Dialect {
                local: LocalForm::Iso764,
                ..own()
            },
            "/amount/local/currency",
            json!("764"),
        ),
        (
            Dialect {
                local: LocalForm::Empty,
                ..own()
            },
            "/amount/local",
            json!({"amount": 0, "currency": ""}),
        ),
        (
            Dialect {
                merchant_id: MerchantIdForm::Empty,
                ..own()
            },
            "/receiver/merchantId",
            json!(""),
        ),
        (
            Dialect {
                merchant_id: MerchantIdForm::Missing,
                ..own()
            },
            "/receiver/merchantId",
            json!("missing"),
        ),
        (
            Dialect {
                is_bank_name_formal: true,
                ..own()
            },
            "/sender/bank/name",
            json!("ธนาคารกสิกรไทย"),
        ),
        (
            Dialect {
                receiver_bank: BankForm::Blank,
                ..own()
            },
            "/receiver/bank",
            json!({"id": "", "name": "", "short": ""}),
        ),
        (
            Dialect {
                receiver_bank: BankForm::Empty,
                ..own()
            },
            "/receiver/bank",
            json!({}),
        ),
        (
            Dialect {
                receiver_bank: BankForm::Missing,
                ..own()
            },
            "/receiver/bank",
            json!("missing"),
        ),
        (
            Dialect {
                names: NamesForm::Thai,
                ..own()
            },
            "/sender/account/name",
            json!({"th": "นาย ผู้โอน ทดสอบ"}),
        ),
        (
            Dialect {
                names: NamesForm::English,
                ..own()
            },
            "/sender/account/name",
            json!({"en": "MR. SENDER TEST"}),
        ),
        (
            Dialect {
                names: NamesForm::Neither,
                ..own()
            },
            "/sender/account/name",
            json!({}),
        ),
        (
            Dialect {
                is_surname_cut: true,
                ..own()
            },
            "/sender/account/name",
            json!({"th": "นาย ผู้โอน ท", "en": "MR. SENDER T"}),
        ),
        (
            Dialect {
                mask: MaskForm::Head,
                ..own()
            },
            "/sender/account/bank/account",
            json!("123-4-xxxxx-5"),
        ),
        (
            Dialect {
                mask: MaskForm::Tail,
                ..own()
            },
            "/sender/account/bank/account",
            json!("xxx-x-x8765-x"),
        ),
        (
            Dialect {
                mask: MaskForm::Middle,
                ..own()
            },
            "/sender/account/bank/account",
            json!("1234xx7655"),
        ),
        (
            own(),
            "/receiver/account/proxy",
            json!({"type": "NATID", "account": "01xxxxxxxxx00"}),
        ),
        (
            Dialect {
                amounts: AmountForm::Text,
                ..own()
            },
            "/amount/amount",
            json!("1500.00"),
        ),
        (
            Dialect {
                amounts: AmountForm::Shortest,
                ..own()
            },
            "/amount/amount",
            json!(1500),
        ),
        (
            Dialect {
                has_extra_field: true,
                ..own()
            },
            "/channel",
            json!("MOBILE"),
        ),
    ];
    for (dialect, path, expected) in table {
        set(&stage, |settings| settings.dialect = dialect.clone()).await;
        let found = data(&stage, &json!({"payload": slip.qr_text})).await;
        let place = found.pointer(&format!("{raw}{path}")).cloned();
        assert_eq!(place.unwrap_or(json!("missing")), expected, "{dialect:?} {path}");
    }
    set(&stage, |settings| settings.dialect.amounts = AmountForm::Text).await;
    let found = data(&stage, &json!({"payload": slip.qr_text, "matchAmount": 1500})).await;
    assert_eq!(
        (
            &found["amountInSlip"],
            &found["amountInOrder"],
            &found["isAmountMatched"]
        ),
        (&json!("1500.00"), &json!("1500.00"), &json!(true))
    );
}

#[tokio::test]
async fn a_wallet_slip_has_its_own_form() {
    let stage = stage().await;
    let at: jiff::Timestamp = "2023-01-01T00:00:00+07:00".parse().unwrap();
    let slip = stage
        .control
        .add_slip(&NewSlip {
            kind: SlipKind::Truewallet,
            trans_ref: Some("50000000000001".to_owned()),
            amount_satang: 100_000,
            at_ms: Some(at.as_millisecond()),
            receiver: Some(Party {
                name_th: Some("อีซี่ สลิป".to_owned()),
                account: Some("0987654321".into()),
                ..Party::default()
            }),
            ..NewSlip::default()
        })
        .await
        .unwrap();
    assert!(
        slip.qr_text
            .starts_with("00490002010102010203P2P03145000000000000104080101")
    );
    let base64 = STANDARD.encode(picture(&stage, &slip).await);
    let asked = json!({"base64": base64, "checkDuplicate": true, "matchAmount": 1000, "matchAccount": true});
    let (status, found) = wallet(&stage, &asked).await;
    let expected = json!({
        "success": true,
        "data": {
            "isDuplicate": false, "matchedAccount": null, "amountInOrder": 1000.0, "amountInSlip": 1000.0,
            "isAmountMatched": true,
            "rawSlip": {
                "transactionId": "50000000000001", "date": "2023-01-01T00:00:00+07:00", "amount": 1000.0,
                "sender": {"name": "นาย ผู้โอน ทดสอบ"},
                "receiver": {"name": "อีซี่ สลิป", "phone": "098-***-4321"},
            },
        },
        "message": "TrueMoney Wallet slip verified successfully",
    });
    assert_eq!((status, found), (200, expected));
    let (status, found) = wallet(&stage, &asked).await;
    assert_eq!((status, &found["data"]["isDuplicate"]), (200, &json!(true)));
    // No payload at this endpoint, and no wallet slip at the other one.
    let message = "At least one of image, url, or base64 is required";
    let expected = (400, refused("VALIDATION_ERROR", message));
    assert_eq!(wallet(&stage, &json!({"payload": slip.qr_text})).await, expected);
    for body in [json!({"payload": slip.qr_text}), json!({"base64": base64})] {
        let (status, found) = verify(&stage, &body).await;
        assert_eq!((status, &found["error"]["code"]), (404, &json!("SLIP_NOT_FOUND")));
    }
    let (status, found) = answer(form(
        &stage,
        "/verify/truewallet",
        &STANDARD.decode(&base64).unwrap(),
        &[("checkDuplicate", "true")],
    ))
    .await;
    assert_eq!((status, &found["data"]["isDuplicate"]), (200, &json!(true)));
}

#[tokio::test]
async fn repeats_are_told_and_charged_by_branch() {
    let stage = stage().await;
    let slip = slip(&stage, 10_000).await;
    let checked = json!({"payload": slip.qr_text, "checkDuplicate": true});
    let by_other = async || {
        let request = bare(&stage, Method::POST, "/verify/bank");
        answer(
            request
                .bearer_auth(TRAINING_EASYSLIP_OTHER_BRANCH_API_KEY)
                .json(&checked),
        )
        .await
    };
    for (is_duplicate, till, other) in [(false, 1, 0), (true, 1, 0), (true, 1, 0)] {
        assert_eq!(data(&stage, &checked).await["isDuplicate"], json!(is_duplicate));
        assert_eq!(
            (used(&stage, "Till").await, used(&stage, "Other branch").await),
            (till, other)
        );
    }
    // Another branch: told, and charged once.
    for _ in 0..2 {
        let (status, found) = by_other().await;
        assert_eq!((status, &found["data"]["isDuplicate"]), (200, &json!(true)));
        assert_eq!(
            (used(&stage, "Till").await, used(&stage, "Other branch").await),
            (1, 1)
        );
    }
    // Without the check: never told, always charged, unless switched.
    let unchecked = json!({"payload": slip.qr_text});
    assert_eq!(data(&stage, &unchecked).await["isDuplicate"], json!(false));
    assert_eq!(used(&stage, "Till").await, 2);
    set(&stage, |settings| {
        settings.is_unasked_repeat_told = true;
        settings.is_unasked_repeat_charged = false;
    })
    .await;
    assert_eq!(data(&stage, &unchecked).await["isDuplicate"], json!(true));
    assert_eq!(used(&stage, "Till").await, 2);
}

#[tokio::test]
async fn answers_lie_when_told_to() {
    let stage = stage().await;
    let slip = slip(&stage, 10_000).await;
    let body = json!({"payload": slip.qr_text, "remark": "B-1"});
    for (fault, path, expected) in [
        (
            Fault::QueryAmount { amount_satang: 1 },
            "/data/rawSlip/amount/amount",
            json!(0.01),
        ),
        (
            Fault::QueryAmount { amount_satang: 1 },
            "/data/amountInSlip",
            json!(0.01),
        ),
        (
            Fault::Currency {
                currency: "USD".into(),
            },
            "/data/rawSlip/amount/local/currency",
            json!("USD"),
        ),
        (
            Fault::OtherOrder {
                order_id: "B-2".into(),
            },
            "/data/remark",
            json!("B-2"),
        ),
        (
            Fault::OtherSlip {
                trans_ref: "X".into(),
            },
            "/data/rawSlip/transRef",
            json!("X"),
        ),
        (Fault::ResultNull, "/data", Value::Null),
        (Fault::StateMissing, "/success", json!("missing")),
    ] {
        stage.fault(fault.clone()).await;
        let (status, found) = verify(&stage, &body).await;
        let place = found.pointer(path).cloned().unwrap_or(json!("missing"));
        assert_eq!((status, place), (200, expected), "{fault:?}");
    }
}
