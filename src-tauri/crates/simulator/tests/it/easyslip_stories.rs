//! Slips on order: when EasySlip can see them, and what customers with a story hold up.

use keptang_simulator::control::{Action, ControlError};
use keptang_simulator::easyslip::{MadeSlip, MakeSlip, NewSlip, Party, Publish, SlipKind, Story};
use serde_json::{Value, json};

use crate::easyslip::{data, picture, set, slip, stage, verify, wallet};
use crate::stage::{START_S, Stage, decode_png};

/// A day before the stage begins.
const DAY_S: u32 = 86_400;
/// P17 and P20 of the QR page.
const PROMPTPAY_QR: &str =
    "00020101021229370016A000000677010111011300668000000005303764540599.505802TH63046CF2";
const BILL_QR: &str = "00020101021230610016A00000067701011201150105536000000000209ORDER00010305POS0153037645802TH5406250.00630412A7";

async fn told(stage: &Stage, story: Story) -> MadeSlip {
    let wish = MakeSlip {
        payment_qr: Some(PROMPTPAY_QR.to_owned()),
        story,
        ..MakeSlip::default()
    };
    stage.control.make_slip(&wish).await.unwrap()
}

async fn code_of(stage: &Stage, qr_text: &str) -> (u16, Value) {
    let (status, found) = verify(stage, &json!({"payload": qr_text, "checkDuplicate": true})).await;
    (status, found["error"]["code"].clone())
}

async fn refusal_of(stage: &Stage, wish: &MakeSlip) -> u16 {
    match stage.control.make_slip(wish).await {
        Err(ControlError::Refused { status, .. }) => status,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn banks_that_are_late_are_pending_until_their_time() {
    let stage = stage().await;
    let five_min = 300_000;
    let not_found = (404, json!("SLIP_NOT_FOUND"));
    let pending = (404, json!("SLIP_PENDING"));
    let found = (200, Value::Null);
    for (publish, before, after) in [
        (Publish::Known, &found, &found),
        (
            Publish::Pending {
                for_ms: Some(five_min),
            },
            &pending,
            &found,
        ),
        (Publish::Pending { for_ms: None }, &pending, &pending),
        (Publish::Unpublished { for_ms: five_min }, &not_found, &found),
        (Publish::Never, &not_found, &not_found),
    ] {
        let new = NewSlip {
            sending_bank: Some("002".to_owned()),
            amount_satang: 10_000,
            publish,
            ..NewSlip::default()
        };
        let slip = stage.control.add_slip(&new).await.unwrap();
        assert_eq!(&code_of(&stage, &slip.qr_text).await, before, "{publish:?}");
        stage.control.advance_clock_ms(five_min - 1).await.unwrap();
        assert_eq!(&code_of(&stage, &slip.qr_text).await, before, "{publish:?}");
        stage.control.advance_clock_ms(1).await.unwrap();
        assert_eq!(&code_of(&stage, &slip.qr_text).await, after, "{publish:?}");
    }
    // Before that code existed.
    set(&stage, |settings| settings.is_pending_untold = true).await;
    let late = told(&stage, Story::Pending { for_ms: None }).await;
    assert_eq!(code_of(&stage, &late.qr_text).await, not_found);
    let id = &late.slip.unwrap().id;
    assert!(!stage.control.slips().await.unwrap().last().unwrap().is_known);
    let view = stage.control.publish_slip(id, Publish::Known).await.unwrap();
    assert!(view.is_known);
    assert_eq!(code_of(&stage, &late.qr_text).await, found);
}

#[tokio::test]
async fn old_slips_may_be_forgotten() {
    let stage = stage().await;
    let old = told(&stage, Story::Old { age_s: 10 * DAY_S }).await;
    let found = data(&stage, &json!({"payload": old.qr_text})).await;
    assert_eq!(found["rawSlip"]["date"], "2025-09-29T15:53:20+07:00");
    set(&stage, |settings| settings.window_days = Some(7)).await;
    assert_eq!(
        code_of(&stage, &old.qr_text).await,
        (404, json!("SLIP_NOT_FOUND"))
    );
    set(&stage, |settings| settings.window_days = Some(10)).await;
    assert_eq!(code_of(&stage, &old.qr_text).await, (200, Value::Null));
}

#[tokio::test]
async fn a_checksum_without_its_zeros_is_a_matter_of_the_switch() {
    let stage = stage().await;
    let new = NewSlip {
        sending_bank: Some("014".to_owned()),
        trans_ref: Some("202601010TESTTESTTEST0001".to_owned()),
        amount_satang: 10_000,
        ..NewSlip::default()
    };
    let slip = stage.control.add_slip(&new).await.unwrap();
    // S12 of the QR page: its checksum is 0C18.
    let short = "0046000600000101030140225202601010TESTTESTTEST00015102TH9104C18";
    assert_eq!(slip.qr_text.replace("0C18", "C18"), short);
    assert_eq!(code_of(&stage, short).await, (200, Value::Null));
    set(&stage, |settings| settings.is_short_checksum_taken = false).await;
    assert_eq!(code_of(&stage, short).await, (404, json!("SLIP_NOT_FOUND")));
    assert_eq!(code_of(&stage, &slip.qr_text).await, (200, Value::Null));
}

#[tokio::test]
async fn stories_are_what_they_say() {
    let stage = stage().await;
    let honest = told(&stage, Story::Honest).await;
    let asked = |made: &MadeSlip| json!({"payload": made.qr_text, "matchAmount": 99.5, "matchAccount": true, "checkDuplicate": true});
    let found = data(&stage, &asked(&honest)).await;
    assert_eq!(
        (&found["isAmountMatched"], &found["isDuplicate"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(found["matchedAccount"]["bankNumber"], "123-4-56789-0");
    let receiver = &found["rawSlip"]["receiver"];
    assert_eq!(
        receiver["account"]["proxy"],
        json!({"type": "MSISDN", "account": "08xxxxxx00"})
    );
    let reused = told(&stage, Story::Reused).await;
    assert_eq!(reused.qr_text, honest.qr_text);
    assert_eq!(data(&stage, &asked(&reused)).await["isDuplicate"], json!(true));

    let edited = told(
        &stage,
        Story::Edited {
            printed_satang: 995_000,
        },
    )
    .await;
    assert_eq!(edited.printed_satang, 995_000);
    assert_eq!(data(&stage, &asked(&edited)).await["amountInSlip"], json!(99.5));

    let other_shop = told(&stage, Story::OtherShop).await;
    let found = data(&stage, &asked(&other_shop)).await;
    assert_eq!(found["matchedAccount"], Value::Null);
    assert_eq!(found["rawSlip"]["receiver"]["bank"]["id"], "014");

    for satang in [-1, 1] {
        let off = told(&stage, Story::OffBy { satang }).await;
        let found = data(&stage, &asked(&off)).await;
        assert_eq!(found["isAmountMatched"], json!(false));
        assert_eq!(off.slip.unwrap().amount_satang, 9_950 + satang);
    }

    let elsewhere = told(&stage, Story::SeenElsewhere).await;
    assert_eq!(data(&stage, &asked(&elsewhere)).await["isDuplicate"], json!(true));

    let fake = told(&stage, Story::Fake).await;
    assert_eq!(
        code_of(&stage, &fake.qr_text).await,
        (404, json!("SLIP_NOT_FOUND"))
    );

    let shop_qr = told(&stage, Story::ShopQr).await;
    assert_eq!((shop_qr.qr_text.as_str(), shop_qr.slip), (PROMPTPAY_QR, None));
    let junk = told(&stage, Story::Junk).await;
    assert_eq!(
        code_of(&stage, &junk.qr_text).await,
        (404, json!("SLIP_NOT_FOUND"))
    );

    let hour_s = 3_600;
    let scheduled = told(
        &stage,
        Story::Scheduled {
            in_s: hour_s,
            is_known: false,
        },
    )
    .await;
    assert_eq!(
        code_of(&stage, &scheduled.qr_text).await,
        (404, json!("SLIP_NOT_FOUND"))
    );
    let known = told(
        &stage,
        Story::Scheduled {
            in_s: hour_s,
            is_known: true,
        },
    )
    .await;
    let found = data(&stage, &asked(&known)).await;
    assert_eq!(found["rawSlip"]["date"], "2025-10-09T16:53:20+07:00");
    stage
        .control
        .advance_clock_ms(u64::from(hour_s) * 1_000)
        .await
        .unwrap();
    assert_eq!(code_of(&stage, &scheduled.qr_text).await, (200, Value::Null));
}

#[tokio::test]
async fn slips_follow_charges_and_payment_qrs() {
    let stage = stage().await;
    let (id, _) = stage.till.charge(12_345).await;
    stage.control.act(&id, Action::Pay).await.unwrap();
    let of_charge = MakeSlip {
        charge: Some(id),
        ..MakeSlip::default()
    };
    let made = stage.control.make_slip(&of_charge).await.unwrap();
    let found = data(&stage, &json!({"payload": made.qr_text, "matchAccount": true})).await;
    assert_eq!(found["amountInSlip"], json!(123.45));
    assert_eq!(
        found["rawSlip"]["receiver"]["account"]["proxy"]["type"],
        "EWALLETID"
    );
    assert!(found["matchedAccount"].is_object());

    let of_bill = MakeSlip {
        payment_qr: Some(BILL_QR.to_owned()),
        ..MakeSlip::default()
    };
    let made = stage.control.make_slip(&of_bill).await.unwrap();
    let found = data(&stage, &json!({"payload": made.qr_text})).await;
    let receiver = &found["rawSlip"]["receiver"];
    assert_eq!(found["amountInSlip"], json!(250.0));
    assert_eq!(
        receiver["account"]["proxy"],
        json!({"type": "BILLERID", "account": "01xxxxxxxxxxx00"})
    );
    assert_eq!(receiver["bank"], json!({"id": "", "name": "", "short": ""}));

    let wished = MakeSlip {
        payment_qr: Some(PROMPTPAY_QR.to_owned()),
        amount_satang: Some(777),
        receiver: Some(Party {
            bank: Some("025".to_owned()),
            account: Some("7778889991".into()),
            ..Party::default()
        }),
        sending_bank: Some("069".to_owned()),
        ..MakeSlip::default()
    };
    let made = stage.control.make_slip(&wished).await.unwrap();
    let found = data(&stage, &json!({"payload": made.qr_text})).await;
    assert_eq!(found["amountInSlip"], json!(7.77));
    assert_eq!(found["rawSlip"]["receiver"]["bank"]["short"], "BAY");
    assert_eq!(found["rawSlip"]["sender"]["bank"]["short"], "KKP");
    assert_eq!(made.slip.unwrap().trans_ref.len(), 12);

    let wallet_slip = MakeSlip {
        slip: SlipKind::Truewallet,
        amount_satang: Some(5_000),
        ..MakeSlip::default()
    };
    let made = stage.control.make_slip(&wallet_slip).await.unwrap().slip.unwrap();
    let png = picture(&stage, &made).await;
    assert_eq!(decode_png(&png), Some(made.qr_text));
    let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, png);
    let (status, found) = wallet(&stage, &json!({"base64": base64, "matchAccount": true})).await;
    assert_eq!((status, &found["data"]["amountInSlip"]), (200, &json!(50.0)));
    assert_eq!(found["data"]["matchedAccount"]["type"], "JURISTIC");
}

#[tokio::test]
async fn transfer_numbers_are_as_long_as_the_banks_and_never_repeat() {
    let stage = stage().await;
    let mut ids = std::collections::BTreeSet::new();
    for (bank, chars) in [
        ("002", 19),
        ("004", 20),
        ("006", 22),
        ("014", 25),
        ("069", 12),
        ("999", 20),
    ] {
        for _ in 0..3 {
            let new = NewSlip {
                sending_bank: Some(bank.to_owned()),
                amount_satang: 100,
                ..NewSlip::default()
            };
            let slip = stage.control.add_slip(&new).await.unwrap();
            assert_eq!(slip.trans_ref.len(), chars, "{bank}");
            assert_eq!(slip.at_ms, START_S * 1_000);
            assert!(ids.insert(slip.id));
        }
    }
}

#[tokio::test]
async fn senseless_wishes_are_refused() {
    let stage = stage().await;
    let slip = slip(&stage, 100).await;
    for (status, new) in [
        (400, NewSlip::default()),
        (
            400,
            NewSlip {
                amount_satang: -1,
                ..NewSlip::default()
            },
        ),
        (
            400,
            NewSlip {
                amount_satang: 1,
                sending_bank: Some("4".into()),
                ..NewSlip::default()
            },
        ),
        (
            400,
            NewSlip {
                amount_satang: 1,
                trans_ref: Some("a b".into()),
                ..NewSlip::default()
            },
        ),
        (
            400,
            NewSlip {
                amount_satang: 1,
                trans_ref: Some("x".repeat(36)),
                ..NewSlip::default()
            },
        ),
        (
            409,
            NewSlip {
                amount_satang: 1,
                trans_ref: Some(slip.trans_ref),
                ..NewSlip::default()
            },
        ),
    ] {
        match stage.control.add_slip(&new).await {
            Err(ControlError::Refused { status: got, .. }) => assert_eq!(got, status, "{new:?}"),
            other => panic!("{other:?}"),
        }
    }
    let wish = MakeSlip::default;
    assert_eq!(refusal_of(&stage, &wish()).await, 400, "no amount");
    let junk = MakeSlip {
        payment_qr: Some("https://example.com".into()),
        ..wish()
    };
    assert_eq!(refusal_of(&stage, &junk).await, 400);
    let unknown = MakeSlip {
        charge: Some("chrg_test_none".into()),
        ..wish()
    };
    assert_eq!(refusal_of(&stage, &unknown).await, 404);
    stage.control.reset().await.unwrap();
    let reused = MakeSlip {
        story: Story::Reused,
        ..wish()
    };
    assert_eq!(refusal_of(&stage, &reused).await, 409, "no slip yet");
    assert!(
        stage
            .control
            .publish_slip("004-none", Publish::Known)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn slips_and_their_use_survive_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let open = async || {
        let mut config = crate::stage::config();
        config.settings.easyslip.rate_per_s = None;
        config.state_file = Some(folder.path().join("sim.json"));
        Stage::with(config).await
    };
    let first = open().await;
    let slip = slip(&first, 10_000).await;
    let body = json!({"payload": slip.qr_text, "checkDuplicate": true});
    assert_eq!(data(&first, &body).await["isDuplicate"], json!(false));
    drop(first);
    let second = open().await;
    assert_eq!(data(&second, &body).await["isDuplicate"], json!(true));
    assert_eq!(crate::easyslip::used(&second, "Till").await, 1);
}

#[test]
fn account_numbers_stay_out_of_debug_output() {
    let party = Party {
        account: Some("1234567890".into()),
        ..Party::default()
    };
    assert!(!format!("{party:?}").contains("1234567890"));
}
