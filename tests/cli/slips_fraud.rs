//! The fraud drill: what dishonest customers hold up, each as text and as a picture where there is one. Not one satang
//! is credited, and what can be seen without the bank is answered without it.

use crate::slips_stage::*;
use keptang_simulator::easyslip::{MakeSlip, Mismatch, Story};
use keptang_simulator::faults::{Endpoint, Fault, FaultRule};
use keptang_tests::till::until;
use serde_json::{Value, json};

/// Shows a code as text and as a picture; both end with this code. Gives the second line.
async fn both_ways(counter: &Counter, qr_text: &str, bill: &Bill, code: i32) -> Value {
    let by_text = counter.verify_text(qr_text, bill, code).await;
    let file = counter.file("shown.png", &picture(qr_text));
    let by_picture = counter.verify(&[&file, "--order", &bill.number], code).await;
    assert_eq!(by_text["verdict"], by_picture["verdict"]);
    by_picture
}

async fn nothing_was_credited(counter: &Counter, bill: &Bill) {
    let order = counter.show(&bill.number).await;
    assert_eq!(
        (&order["state"], &order["received"]),
        (&json!("due"), &json!("0.00"))
    );
    counter.assert_proven().await;
}

#[tokio::test]
async fn an_edited_picture_with_a_genuine_code() {
    let counter = Counter::new().await;
    let bill = counter.bill("250").await;
    let made = counter
        .made(MakeSlip {
            payment_qr: Some(bill.qr.clone()),
            amount_satang: Some(100),
            story: Story::Edited {
                printed_satang: 25_000,
            },
            ..MakeSlip::default()
        })
        .await;
    assert_eq!(made.printed_satang, 25_000);
    let line = both_ways(&counter, &made.qr_text, &bill, 3).await;
    assert_eq!(
        (&line["verdict"], &line["amount"]),
        (&json!("wrong_amount"), &json!("1.00"))
    );
    assert!(
        text(&line["message_en"]).contains("249.00"),
        "what is missing is said: {line}"
    );
    nothing_was_credited(&counter, &bill).await;
}

#[tokio::test]
async fn a_slip_shown_twice() {
    let counter = Counter::new().await;
    let bill = counter.bill("250").await;
    let made = counter.told(&bill, Story::Honest).await;
    counter.verify_text(&made.qr_text, &bill, 0).await;
    let asked = counter.asked().await;
    let next = counter.bill("250").await;
    let again = counter.told(&next, Story::Reused).await;
    let line = both_ways(&counter, &again.qr_text, &next, 3).await;
    assert_eq!(
        (&line["verdict"], &line["used_by"]),
        (&json!("already_used"), &json!(bill.number))
    );
    let unnamed = counter.verify(&["--text", &again.qr_text], 3).await;
    assert_eq!(unnamed["verdict"], "already_used");
    // Nor when its checksum is written in another way.
    let lower = again.qr_text.to_lowercase();
    let (body, checksum) = again.qr_text.split_at(again.qr_text.len() - 4);
    assert!(lower.ends_with(&checksum.to_lowercase()));
    let rewritten = format!("{body}{}", checksum.to_lowercase());
    let line = counter.verify_text(&rewritten, &next, 3).await;
    assert_eq!(line["verdict"], "already_used");
    assert_eq!(counter.asked().await, asked, "our own books are enough");
    nothing_was_credited(&counter, &next).await;
}

#[tokio::test]
async fn a_slip_of_another_shop() {
    let counter = Counter::new().await;
    let bill = counter.bill("250").await;
    let made = counter.told(&bill, Story::OtherShop).await;
    let line = both_ways(&counter, &made.qr_text, &bill, 3).await;
    assert_eq!(
        (&line["verdict"], &line["may_override"]),
        (&json!("wrong_receiver"), &json!(false))
    );
    nothing_was_credited(&counter, &bill).await;
}

#[tokio::test]
async fn a_right_slip_for_another_bill() {
    let counter = Counter::new().await;
    let theirs = counter.bill("300").await;
    let bill = counter.bill("250").await;
    let made = counter.told(&theirs, Story::Honest).await;
    let line = both_ways(&counter, &made.qr_text, &bill, 3).await;
    assert_eq!(
        (&line["verdict"], &line["amount"]),
        (&json!("wrong_amount"), &json!("300.00"))
    );
    nothing_was_credited(&counter, &bill).await;
    // It still pays its own, and once that is done it pays no other.
    counter.verify(&["--text", &made.qr_text], 0).await;
    assert_eq!(counter.received(&theirs).await, "300.00");
    let same = counter.bill("300").await;
    let line = both_ways(&counter, &made.qr_text, &same, 3).await;
    assert_eq!(
        (&line["verdict"], &line["used_by"]),
        (&json!("already_used"), &json!(theirs.number))
    );
    nothing_was_credited(&counter, &same).await;
}

#[tokio::test]
async fn an_old_slip() {
    let counter = Counter::new().await;
    let bill = counter.bill("250").await;
    for age_s in [200, 3_600, 30 * 86_400] {
        let made = counter.told(&bill, Story::Old { age_s }).await;
        let line = both_ways(&counter, &made.qr_text, &bill, 3).await;
        assert_eq!(line["verdict"], "too_old", "{age_s}");
    }
    nothing_was_credited(&counter, &bill).await;
}

#[tokio::test]
async fn a_scheduled_transfer() {
    let counter = Counter::new().await;
    let bill = counter.bill("250").await;
    for (is_known, code, verdict) in [(true, 4, "needs_review"), (false, 5, "bank_pending")] {
        let story = Story::Scheduled {
            in_s: 3_600,
            is_known,
        };
        let made = counter.told(&bill, story).await;
        let line = both_ways(&counter, &made.qr_text, &bill, code).await;
        assert_eq!(line["verdict"], verdict);
    }
    nothing_was_credited(&counter, &bill).await;
}

#[tokio::test]
async fn a_wrong_amount_by_one_satang() {
    let counter = Counter::new().await;
    let bill = counter.bill("250").await;
    for (satang, shown) in [(-1, "249.99"), (1, "250.01")] {
        let made = counter.told(&bill, Story::OffBy { satang }).await;
        let line = both_ways(&counter, &made.qr_text, &bill, 3).await;
        assert_eq!(
            (&line["verdict"], &line["amount"]),
            (&json!("wrong_amount"), &json!(shown))
        );
        let unnamed = counter.verify(&["--text", &made.qr_text], 3).await;
        assert_eq!(unnamed["verdict"], "wrong_amount");
    }
    nothing_was_credited(&counter, &bill).await;
}

#[tokio::test]
async fn no_slip_at_all_is_answered_without_asking() {
    let counter = Counter::new().await;
    let bill = counter.bill("250").await;
    let own_qr = counter.told(&bill, Story::ShopQr).await.qr_text;
    let junk = counter.told(&bill, Story::Junk).await.qr_text;
    for shown in [own_qr.as_str(), junk.as_str(), bill.qr.as_str(), "1234567890128"] {
        let line = both_ways(&counter, shown, &bill, 3).await;
        assert_eq!(line["verdict"], "not_a_slip", "{shown}");
    }
    let honest = counter.told(&bill, Story::Honest).await.qr_text;
    let too_large = [picture(&honest), vec![0; 4 * 1024 * 1024]].concat();
    let exact = too_large.len() - 4 * 1024 * 1024;
    for (name, bytes) in [
        ("large.png", too_large[..=4 * 1024 * 1024].to_vec()),
        ("much.png", [too_large.clone(), too_large].concat()),
        ("bomb.png", bomb()),
        ("empty.png", Vec::new()),
        ("page.png", b"<html><body>slip</body></html>".to_vec()),
    ] {
        let file = counter.file(name, &bytes);
        let line = counter.verify(&[&file, "--order", &bill.number], 3).await;
        assert_eq!(line["verdict"], "damaged", "{name}");
    }
    assert_eq!(counter.asked().await, 0);
    nothing_was_credited(&counter, &bill).await;
    // One byte less is taken, so it was the size.
    assert!(exact > 0);
    let fits = [picture(&honest), vec![0; 4 * 1024 * 1024 - exact]].concat();
    assert_eq!(fits.len(), 4 * 1024 * 1024);
    let file = counter.file("fits.png", &fits);
    let line = counter.verify(&[&file, "--order", &bill.number], 0).await;
    assert_eq!(line["verdict"], "accepted");
}

/// A small file whose head promises 3.6 thousand million pixels.
fn bomb() -> Vec<u8> {
    let mut png = picture("x");
    for at in [16, 20] {
        png[at..at + 4].copy_from_slice(&60_000_u32.to_be_bytes());
    }
    let checksum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());
    png
}

/// The checksum of a PNG's parts.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            };
        }
    }
    !crc
}

#[tokio::test]
async fn one_slip_racing_at_two_tills() {
    let counter = Counter::new().await;
    for _ in 0..3 {
        let bills = [counter.bill("250").await, counter.bill("250").await];
        let made = counter.told(&bills[0], Story::Honest).await;
        let asked = counter.asked().await;
        // Neither is answered before both have asked.
        counter
            .fault(FaultRule::always(Fault::Hang).at(Endpoint::EasySlipVerifyBank))
            .await;
        let verify = |bill: &Bill| {
            counter.start(&["slip", "verify", "--text", &made.qr_text, "--order", &bill.number])
        };
        let (one, two) = (verify(&bills[0]), verify(&bills[1]));
        until("both to ask", async || {
            (counter.asked().await == asked + 2).then_some(())
        })
        .await;
        counter.panel().clear_faults().await.unwrap();
        counter.panel().release().await.unwrap();
        let (one, two) = tokio::join!(one.end(), two.end());
        let (winner, loser, loses) = if one.code == Some(0) {
            (&bills[0], &bills[1], two)
        } else {
            two.expect(0);
            (&bills[1], &bills[0], one)
        };
        loses.expect(3);
        let line = slip_of(&loses);
        assert_eq!(
            (&line["verdict"], &line["used_by"]),
            (&json!("already_used"), &json!(winner.number))
        );
        assert_eq!(counter.received(winner).await, "250.00");
        nothing_was_credited(&counter, loser).await;
    }
}

/// Another branch of the account has checked the slip, which is not the same as having been paid with it.
#[tokio::test]
async fn a_slip_that_the_service_has_seen_is_no_fraud() {
    let counter = Counter::new().await;
    let bill = counter.bill("250").await;
    let made = counter.told(&bill, Story::SeenElsewhere).await;
    let line = counter.verify_text(&made.qr_text, &bill, 0).await;
    assert_eq!(line["verdict"], "accepted");
    assert_eq!(counter.received(&bill).await, "250.00");
}

/// The service may say these as errors; they are still told apart from its own trouble.
#[tokio::test]
async fn the_services_own_no_is_a_no() {
    let counter = Counter::new().await;
    let bill = counter.bill("250").await;
    for mismatch in [Mismatch::Error, Mismatch::LowerCaseError] {
        counter.easyslip(|easyslip| easyslip.mismatch = mismatch).await;
        for (story, verdict) in [
            (Story::OffBy { satang: 1 }, "wrong_amount"),
            (Story::OtherShop, "wrong_receiver"),
        ] {
            let made = counter.told(&bill, story).await;
            let line = both_ways(&counter, &made.qr_text, &bill, 3).await;
            assert_eq!(line["verdict"], verdict, "{mismatch:?}");
        }
    }
    nothing_was_credited(&counter, &bill).await;
}
