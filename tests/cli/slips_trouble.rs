//! Slips when something else is wrong: late banks, lost answers, outages and missing settings. None of it is said to be
//! the customer's slip, and none of it writes a secret down.

use crate::slips_stage::*;
use keptang_simulator::easyslip::{AccountState, Publish, Story};
use keptang_simulator::faults::{Endpoint, Fault, FaultRule};
use keptang_tests::till::until;
use serde_json::{Value, json};

#[tokio::test]
async fn a_slip_nobody_knows_is_asked_about_again_before_it_is_not_found() {
    let counter = Counter::new().await;
    let bill = counter.bill("250").await;
    let made = counter.told(&bill, Story::Fake).await;
    let first = counter.verify_text(&made.qr_text, &bill, 5).await;
    assert_eq!(
        first["verdict"], "bank_pending",
        "the bill is younger than banks are slow"
    );
    let ended = counter
        .run(&[
            "slip",
            "verify",
            "--text",
            &made.qr_text,
            "--order",
            &bill.number,
            "--wait",
            "50",
        ])
        .await;
    ended.expect(3);
    let line = slip_of(&ended);
    assert_eq!(line["verdict"], "not_found");
    assert!(!text(&line["message_en"]).to_lowercase().contains("fake"));
    assert_eq!(ended.lines()[0]["verdict"], "bank_pending");
    assert_eq!(counter.received(&bill).await, "0.00");
}

#[tokio::test]
async fn a_fault_of_the_shop_or_the_service_is_never_a_bad_slip() {
    let mut counter = Counter::new().await;
    let bill = counter.bill("250").await;
    let made = counter.told(&bill, Story::Honest).await;
    let blurred = counter.file("white.png", &white());
    let slip = made.qr_text.clone();

    counter.unset(KEY);
    for shown in [&["--text", &slip][..], &[&blurred]] {
        let line = counter
            .verify(&[shown, &["--order", &bill.number]].concat(), 1)
            .await;
        assert_eq!(
            (&line["verdict"], &line["setting"]),
            (&json!("misconfigured"), &json!(KEY))
        );
        assert_not_the_customers_fault(&line);
    }
    counter.set(KEY, "00000000-0000-4000-8000-000000000000");
    let line = counter.verify_text(&slip, &bill, 1).await;
    assert_eq!(
        (&line["verdict"], &line["setting"]),
        (&json!("misconfigured"), &json!(KEY))
    );
    assert_not_the_customers_fault(&line);

    counter.set(KEY, keptang_simulator::TRAINING_EASYSLIP_API_KEY);
    for account in [
        AccountState::BranchInactive,
        AccountState::ServiceBanned,
        AccountState::ServiceDeleted,
        AccountState::IpNotAllowed,
        AccountState::UserBanned,
        AccountState::Expired,
    ] {
        counter.easyslip(|easyslip| easyslip.account = account).await;
        let line = counter.verify_text(&slip, &bill, 1).await;
        assert_eq!(line["verdict"], "misconfigured", "{account:?}");
        assert_not_the_customers_fault(&line);
    }
    counter
        .easyslip(|easyslip| {
            easyslip.account = AccountState::Active;
            easyslip.quota_max = Some(0);
        })
        .await;
    let line = counter.verify_text(&slip, &bill, 1).await;
    assert_eq!(
        (&line["verdict"], &line["retry_at"]),
        (&json!("unavailable"), &Value::Null)
    );
    assert_not_the_customers_fault(&line);
    counter.easyslip(|easyslip| easyslip.quota_max = None).await;

    for fault in [
        Fault::ServerError { status: 500 },
        Fault::ServerError { status: 503 },
        Fault::RateLimited {
            retry_after_s: Some(1),
        },
        Fault::Html { status: 200 },
        Fault::Empty,
        Fault::Malformed,
        Fault::CutBefore,
        Fault::ResultNull,
    ] {
        counter
            .fault(FaultRule::always(fault.clone()).at(Endpoint::EasySlipVerifyBank))
            .await;
        let line = counter.verify_text(&slip, &bill, 1).await;
        assert_eq!(line["verdict"], "unavailable", "{fault:?}");
        assert_not_the_customers_fault(&line);
        counter.panel().clear_faults().await.unwrap();
    }
    let nowhere = [
        "--url",
        "https://pictures.example/none.png",
        "--order",
        &bill.number,
    ];
    let line = counter.verify(&nowhere, 1).await;
    assert_eq!(line["verdict"], "unavailable");
    assert_not_the_customers_fault(&line);
    assert_eq!(counter.received(&bill).await, "0.00");
    // After all of that the slip is as good as it was.
    counter.verify_text(&slip, &bill, 0).await;
    assert_eq!(counter.received(&bill).await, "250.00");
    counter.run(&["ledger", "verify"]).await.expect(0);
}

/// A picture without a code.
fn white() -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    image::GrayImage::from_pixel(64, 64, image::Luma([255]))
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    png.into_inner()
}

#[tokio::test]
async fn a_late_bank_is_waited_for() {
    let counter = Counter::new().await;
    for story in [
        Story::Pending { for_ms: None },
        Story::Unpublished { for_ms: 3_600_000 },
    ] {
        let bill = counter.bill("250").await;
        let made = counter.told(&bill, story).await;
        let mut verify = counter.start(&[
            "slip",
            "verify",
            "--text",
            &made.qr_text,
            "--order",
            &bill.number,
            "--wait",
            "60",
        ]);
        let pending = verify
            .line("pending", |line| line["verdict"] == "bank_pending")
            .await;
        assert!(pending["retry_at"].is_string(), "{pending}");
        assert!(
            text(&pending["customer_en"]).contains("no need to pay again"),
            "{pending}"
        );
        let id = made.slip.unwrap().id;
        counter.panel().publish_slip(&id, Publish::Known).await.unwrap();
        let ended = verify.end().await;
        ended.expect(0);
        assert_eq!(slip_of(&ended)["verdict"], "accepted");
        assert_eq!(counter.received(&bill).await, "250.00");
    }
    counter.assert_proven().await;
}

#[tokio::test]
async fn a_slip_that_waits_is_in_the_queue_until_another_process_has_its_answer() {
    let counter = Counter::new().await;
    let bill = counter.bill("250").await;
    let made = counter.told(&bill, Story::Pending { for_ms: None }).await;
    let line = counter.verify_text(&made.qr_text, &bill, 5).await;
    assert_eq!(line["verdict"], "bank_pending");
    let queue = counter.run(&["slip", "queue"]).await;
    queue.expect(0);
    let waiting = queue.lines();
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    assert_eq!(waiting[0]["slip_id"], line["slip_id"]);
    assert_eq!(slip_of(&queue)["order"], bill.number.as_str());

    let id = made.slip.unwrap().id;
    counter.panel().publish_slip(&id, Publish::Known).await.unwrap();
    let mut serve = counter.start(&["serve"]);
    serve.line("serve", |line| line["type"] == "serve").await;
    until("the slip's answer", async || {
        (counter.received(&bill).await == "250.00").then_some(())
    })
    .await;
    until("an empty queue", async || {
        let queue = counter.run(&["slip", "queue"]).await;
        queue.lines().is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_costs_nothing() {
    let counter = Counter::new().await;
    let bill = counter.bill("250").await;
    let made = counter.told(&bill, Story::Honest).await;
    counter
        .fault(FaultRule::once(Fault::CutAfter).at(Endpoint::EasySlipVerifyBank))
        .await;
    let ended = counter
        .run(&[
            "slip",
            "verify",
            "--text",
            &made.qr_text,
            "--order",
            &bill.number,
            "--wait",
            "50",
        ])
        .await;
    ended.expect(0);
    assert_eq!(ended.lines()[0]["verdict"], "unavailable");
    assert_not_the_customers_fault(&ended.lines()[0]);
    assert_eq!(slip_of(&ended)["verdict"], "accepted");
    assert_eq!(counter.received(&bill).await, "250.00");
    let used = counter.panel().slip_usage().await.unwrap();
    assert_eq!(used.values().map(|usage| usage.used).sum::<u64>(), 1);
}

/// With the log turned all the way up, neither the key nor a name nor a whole account is written anywhere but where a
/// person reads the slip.
#[tokio::test]
async fn no_key_and_no_account_is_written_down() {
    let mut counter = Counter::new().await;
    counter.set("RUST_LOG", "trace");
    let bill = counter.bill("250").await;
    let mut said = String::new();
    for (story, code) in [
        (Story::OtherShop, 3),
        (Story::Pending { for_ms: None }, 5),
        (Story::Honest, 0),
    ] {
        let made = counter.told(&bill, story).await;
        let file = counter.file("slip.png", &picture(&made.qr_text));
        for shown in [&["--text", &made.qr_text][..], &[&file]] {
            let arguments = [&["slip", "verify"], shown, &["--order", &bill.number]].concat();
            let ended = counter.run(&arguments).await;
            if shown.len() == 2 {
                ended.expect(code);
            }
            let line = slip_of(&ended).to_string();
            assert!(
                !line.contains("1234567890") && !line.contains("1234987655"),
                "{line}"
            );
            said += &ended.stderr;
        }
    }
    assert!(said.contains("TRACE"), "the log is up");
    let key = keptang_simulator::TRAINING_EASYSLIP_API_KEY;
    for secret in [key, "1234567890", "1234987655", "ผู้โอน", "SENDER"] {
        assert!(!said.contains(secret), "{secret} is in the log");
    }
    let mut folders = vec![counter.data_dir().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            for secret in [key, "1234567890", "1234987655"] {
                let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
                assert!(!found, "{secret} is in {}", path.display());
            }
        }
    }
}
