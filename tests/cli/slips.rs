//! `keptang slip verify` and `slip queue`: every verdict with its exit code and line, and what it does to the sale.

use crate::slips_stage::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keptang_simulator::control::{Action, ChargeView};
use keptang_simulator::easyslip::{HostedPicture, MakeSlip, SlipKind, Story};
use keptang_tests::till::flags;
use serde_json::{Value, json};

#[tokio::test]
async fn a_right_slip_pays_the_shops_own_qr_by_text_picture_and_address() {
    let counter = Counter::new().await;
    for way in ["text", "file", "url"] {
        let bill = counter.bill("250").await;
        let made = counter.told(&bill, Story::Honest).await;
        let png = picture(&made.qr_text);
        let line = match way {
            "text" => counter.verify_text(&made.qr_text, &bill, 0).await,
            "file" => {
                let file = counter.file("slip.png", &png);
                counter.verify(&[&file, "--order", &bill.number], 0).await
            }
            _ => {
                let url = "https://pictures.example/slip.png";
                let hosted = HostedPicture {
                    url: url.to_owned(),
                    content_type: "image/png".to_owned(),
                    base64: STANDARD.encode(&png),
                };
                counter.panel().host_picture(&hosted).await.unwrap();
                counter.verify(&["--url", url, "--order", &bill.number], 0).await
            }
        };
        let slip = made.slip.unwrap();
        assert_eq!(line["verdict"], "accepted", "{way}");
        assert_eq!(line["order"], bill.number.as_str());
        assert_eq!(line["amount"], "250.00");
        assert_eq!(line["sending_bank"], slip.sending_bank.as_str());
        assert_eq!(line["trans_ref"], slip.trans_ref.as_str());
        assert_eq!(
            (&line["used_by"], &line["retry_at"]),
            (&Value::Null, &Value::Null)
        );
        assert!(
            text(&line["receiver"]).contains('x'),
            "accounts stay masked: {line}"
        );
        let order = counter.show(&bill.number).await;
        assert_eq!(
            (&order["state"], &order["received"]),
            (&json!("settled"), &json!("250.00"))
        );
        assert_eq!(flags(&order), [""; 0]);
        assert_eq!(order["attempts"][0]["state"], "paid");
        assert_eq!(order["attempts"][0]["confirmed_by"], "slip");
    }
    counter.assert_proven().await;
}

#[tokio::test]
async fn a_slip_is_a_clear_no_with_its_reason() {
    let counter = Counter::new().await;
    let bill = counter.bill("250").await;
    for (story, verdict, amount) in [
        (Story::OffBy { satang: -1 }, "wrong_amount", json!("249.99")),
        (Story::OffBy { satang: 1 }, "wrong_amount", json!("250.01")),
        (Story::OtherShop, "wrong_receiver", json!("250.00")),
        (Story::Old { age_s: 3_600 }, "too_old", json!("250.00")),
        (Story::ShopQr, "not_a_slip", Value::Null),
        (Story::Junk, "not_a_slip", Value::Null),
    ] {
        let made = counter.told(&bill, story).await;
        let line = counter.verify_text(&made.qr_text, &bill, 3).await;
        assert_eq!(
            (&line["verdict"], &line["amount"]),
            (&json!(verdict), &amount),
            "{story:?}"
        );
        assert_eq!(line["retry_at"], Value::Null, "{story:?}");
    }
    let made = counter.told(&bill, Story::Honest).await;
    let broken = made.qr_text.replacen("9104", "9105", 1);
    let line = counter.verify_text(&broken, &bill, 3).await;
    assert_eq!(line["verdict"], "damaged");
    assert_eq!(counter.received(&bill).await, "0.00");

    counter.verify_text(&made.qr_text, &bill, 0).await;
    let next = counter.bill("250").await;
    let line = counter.verify_text(&made.qr_text, &next, 3).await;
    assert_eq!(line["verdict"], "already_used");
    assert_eq!(line["used_by"], bill.number.as_str());
    assert!(text(&line["message_th"]).contains(&bill.number), "{line}");
    assert_eq!(counter.received(&next).await, "0.00");
    counter.assert_proven().await;
}

#[tokio::test]
async fn what_a_person_has_to_decide_is_a_review() {
    let counter = Counter::new().await;
    let first = counter.bill("250").await;
    let scheduled = Story::Scheduled {
        in_s: 3_600,
        is_known: true,
    };
    let made = counter.told(&first, scheduled).await;
    let line = counter.verify_text(&made.qr_text, &first, 4).await;
    assert_eq!(
        (&line["verdict"], &line["may_override"]),
        (&json!("needs_review"), &json!(true))
    );

    let second = counter.bill("250").await;
    let made = counter.told(&second, Story::Honest).await;
    let line = counter.verify(&["--text", &made.qr_text], 4).await;
    assert_eq!(
        (&line["verdict"], &line["order"]),
        (&json!("needs_review"), &Value::Null)
    );
    let mut choices: Vec<String> = line["choices"].as_array().unwrap().iter().map(text).collect();
    choices.sort();
    assert_eq!(choices, [first.number.clone(), second.number.clone()]);
    let line = counter.verify_text(&made.qr_text, &second, 0).await;
    assert_eq!(line["order"], second.number.as_str());
    assert_eq!(counter.received(&first).await, "0.00");
    assert_eq!(counter.received(&second).await, "250.00");
}

#[tokio::test]
async fn the_bill_is_found_by_the_slip() {
    let counter = Counter::new().await;
    let other = counter.bill("99").await;
    let bill = counter.bill("250.50").await;
    counter.bill("1000").await;
    let made = counter.told(&bill, Story::Honest).await;
    let file = counter.file("slip.png", &picture(&made.qr_text));
    let line = counter.verify(&[&file], 0).await;
    assert_eq!(
        (&line["verdict"], &line["order"]),
        (&json!("accepted"), &json!(bill.number))
    );
    assert_eq!(counter.received(&bill).await, "250.50");
    assert_eq!(counter.received(&other).await, "0.00");
}

#[tokio::test]
async fn a_wallets_slip_is_verified_by_its_picture() {
    let counter = Counter::new().await;
    let bill = counter.bill("250").await;
    let made = counter
        .made(MakeSlip {
            amount_satang: Some(25_000),
            slip: SlipKind::Truewallet,
            ..MakeSlip::default()
        })
        .await;
    let line = counter.verify_text(&made.qr_text, &bill, 3).await;
    assert!(text(&line["message_en"]).contains("Use the picture"), "{line}");
    assert_eq!(counter.asked().await, 0);
    let file = counter.file("wallet.png", &picture(&made.qr_text));
    let line = counter.verify(&[&file, "--order", &bill.number], 0).await;
    assert_eq!(
        (&line["verdict"], &line["sending_bank"]),
        (&json!("accepted"), &json!("truemoney"))
    );
    assert_eq!(counter.received(&bill).await, "250.00");
    let next = counter.bill("250").await;
    let line = counter.verify_text(&made.qr_text, &next, 3).await;
    assert_eq!(line["used_by"], bill.number.as_str());
    counter.assert_proven().await;
}

#[tokio::test]
async fn a_wallets_slip_is_verified_by_its_address() {
    let counter = Counter::new().await;
    let bill = counter.bill("250").await;
    let made = counter
        .made(MakeSlip {
            amount_satang: Some(25_000),
            slip: SlipKind::Truewallet,
            ..MakeSlip::default()
        })
        .await;
    let url = "https://pictures.example/wallet.png";
    let hosted = HostedPicture {
        url: url.to_owned(),
        content_type: "image/png".to_owned(),
        base64: STANDARD.encode(picture(&made.qr_text)),
    };
    counter.panel().host_picture(&hosted).await.unwrap();
    let line = counter.verify(&["--url", url, "--order", &bill.number], 0).await;
    assert_eq!(
        (&line["verdict"], &line["sending_bank"]),
        (&json!("accepted"), &json!("truemoney"))
    );
    assert_eq!(counter.received(&bill).await, "250.00");
    counter.assert_proven().await;
}

#[tokio::test]
async fn a_person_reads_what_to_do_and_what_to_say() {
    let counter = Counter::new().await;
    let bill = counter.bill("250").await;
    let made = counter.told(&bill, Story::OffBy { satang: -50 }).await;
    let shown = counter
        .run_as_text(&["slip", "verify", "--text", &made.qr_text, "--order", &bill.number])
        .await;
    assert_eq!(shown.code, Some(3));
    for part in ["฿249.50", "฿250.00", "0.50 short", &bill.number, "“This slip is"] {
        assert!(shown.stdout.contains(part), "{part} is not in {}", shown.stdout);
    }
}

#[tokio::test]
async fn a_manager_accepts_an_old_slip_by_name_and_pin() {
    let mut counter = Counter::new().await;
    counter.add_owner("นก", "482913").await;
    counter.set("KEPTANG_NEW_PIN", "7777");
    for (name, role) in [("cashier1", "cashier"), ("manager1", "manager")] {
        counter
            .run(&["user", "add", name, "--role", role, "--as", "นก"])
            .await
            .expect(0);
    }
    let bill = counter.bill("250").await;
    let old = counter.told(&bill, Story::Old { age_s: 3_600 }).await.qr_text;
    let short = counter.told(&bill, Story::OffBy { satang: -1 }).await.qr_text;
    let overriding = |text: &str| -> Vec<String> {
        [
            "slip",
            "verify",
            "--text",
            text,
            "--order",
            &bill.number,
            "--override",
        ]
        .map(str::to_owned)
        .into()
    };
    let run = async |text: &str, more: &[&str]| {
        let arguments = overriding(text);
        let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        arguments.extend(more);
        counter.run(&arguments).await
    };
    let why = ["--reason", "seen in the bank's app"];
    run(&old, &[]).await.expect(2);
    run(&old, &why).await.expect(2);
    run(&old, &[&why[..], &["--as", "นก"]].concat()).await.expect(0);
    assert_eq!(counter.received(&bill).await, "250.00");

    // The PIN in the environment is the owner's.
    let bill = counter.bill("250").await;
    let old = counter.told(&bill, Story::Old { age_s: 3_600 }).await.qr_text;
    counter.set("KEPTANG_PIN", "7777");
    for (who, slip, code, verdict) in [
        ("cashier1", &old, 3, Value::Null),
        ("นก", &old, 3, Value::Null),
        ("manager1", &short, 3, json!("wrong_amount")),
        ("manager1", &old, 0, json!("accepted")),
    ] {
        let ended = counter
            .run(&[
                "slip",
                "verify",
                "--text",
                slip,
                "--order",
                &bill.number,
                "--override",
                "--reason",
                "known",
                "--as",
                who,
            ])
            .await;
        ended.expect(code);
        let line = ended.lines().pop().unwrap_or(Value::Null);
        assert_eq!(line["verdict"], verdict, "{who}");
    }
    assert_eq!(counter.received(&bill).await, "250.00");
    counter.assert_proven().await;
}

#[tokio::test]
async fn bad_usage_is_said() {
    let counter = Counter::new().await;
    for arguments in [
        &["slip", "verify"][..],
        &["slip", "verify", "/no/such/file.png"],
        &[
            "slip",
            "verify",
            "--text",
            "x",
            "--url",
            "https://pictures.example/a.png",
        ],
        &["slip", "verify", "--text", "x", "--override"],
        &["slip", "verify", "--text", "x", "--reason", "known"],
        &["slip", "verify", "--text", "x", "--order", "A-9999"],
    ] {
        let ended = counter.run(arguments).await;
        ended.expect(2);
        assert!(!ended.stderr.is_empty(), "{arguments:?}");
    }
    let queue = counter.run(&["slip", "queue"]).await;
    queue.expect(0);
    assert_eq!(queue.stdout, "");
}

async fn gateway_sale(counter: &Counter) -> (Bill, ChargeView) {
    let opened = counter
        .run(&[
            "charge",
            "--amount",
            "250",
            "--method",
            "promptpay",
            "--provider",
            "jwt_gateway",
            "--no-wait",
        ])
        .await;
    opened.expect(0);
    let charge = counter.only_charge().await;
    let bill = Bill {
        number: text(&opened.last()["number"]),
        qr: String::new(),
    };
    (bill, charge)
}

#[tokio::test]
async fn a_slip_and_the_gateways_word_are_one_payment() {
    for is_slip_first in [true, false] {
        let counter = Counter::new().await;
        let (bill, charge) = gateway_sale(&counter).await;
        let made = counter
            .made(MakeSlip {
                charge: Some(charge.id.clone()),
                ..MakeSlip::default()
            })
            .await;
        for is_slip in [is_slip_first, !is_slip_first] {
            if is_slip {
                let line = counter.verify_text(&made.qr_text, &bill, 0).await;
                assert_eq!(line["verdict"], "accepted");
            } else {
                counter.panel().act(&charge.id, Action::Pay).await.unwrap();
                counter.run(&["order", "check", &bill.number]).await.expect(0);
            }
            let order = counter.show(&bill.number).await;
            assert_eq!(
                (&order["state"], &order["received"]),
                (&json!("settled"), &json!("250.00"))
            );
            assert_eq!(flags(&order), [""; 0]);
        }
        counter.assert_proven().await;
    }
}

/// The customer's one transfer, which the gateway has told of, is held up for the next bill of that sum.
#[tokio::test]
async fn money_that_the_gateway_told_of_does_not_pay_a_named_bill_too() {
    let counter = Counter::new().await;
    let (told, charge) = gateway_sale(&counter).await;
    let made = counter
        .made(MakeSlip {
            charge: Some(charge.id.clone()),
            ..MakeSlip::default()
        })
        .await;
    counter.panel().act(&charge.id, Action::Pay).await.unwrap();
    counter.run(&["order", "check", &told.number]).await.expect(0);

    let named = counter.bill("250").await;
    let line = counter.verify_text(&made.qr_text, &named, 4).await;
    assert_eq!(line["verdict"], "needs_review");
    assert_eq!(
        (&line["order"], &line["choices"]),
        (&json!(named.number), &json!([told.number]))
    );
    assert_eq!(counter.received(&named).await, "0.00");

    let line = counter.verify_text(&made.qr_text, &told, 0).await;
    assert_eq!(line["verdict"], "accepted");
    assert_eq!(flags(&counter.show(&told.number).await), [""; 0]);
    let line = counter.verify_text(&made.qr_text, &named, 3).await;
    assert_eq!(line["used_by"], told.number.as_str());
    assert_eq!(counter.received(&named).await, "0.00");
    counter.assert_proven().await;
}
