//! Every verdict at the counter, what it leaves behind, and what is answered without asking anybody.

use crate::slips_stage::*;
use crate::world::*;
use keptang_checkout::{Shown, SlipDetail, SlipError as TillError, SlipWish};
use keptang_domain::order::OrderState;
use keptang_domain::slip::judge::Fault as FaultKind;
use keptang_domain::{Method, ProviderId};
use keptang_ports::{Fault, SlipAnswer, SlipError, SlipFault, SlipInput, SlipKind};
use keptang_testkit::scripted_provider::ScriptedProvider;
use keptang_testkit::scripted_verifier::{slip_code, transfer};
use std::sync::Arc;

/// A payment QR (P10 of thai-qr-formats.md) and a TrueMoney slip (T1).
const PAYMENT_QR: &str =
    "00020101021229370016A0000006770101110113006680111111153037645802TH540520.15630442BE";
const WALLET_SLIP: &str = "00480002010102010203P2P0313TXN00012345670408250120249104b425";

#[tokio::test(start_paused = true)]
async fn a_right_slip_pays_the_bill() {
    let shop = Shop::new();
    let till = shop.till(1);
    let order = shop.bill(&till, SALE).await;
    let outcome = show(&till, shop.pays("R1", SALE), Some(&order)).await;
    let paid = shop.order(order.id).await;
    assert_eq!((paid.state, flags(&paid)), (OrderState::Settled, vec![]));
    assert_eq!(paid.received(), SALE);
    let said = detail(&outcome);
    assert_eq!(
        (said.verdict.as_str(), said.order.as_ref()),
        ("accepted", Some(&order.opening.number))
    );
    assert_eq!(said.amount.as_deref(), Some("250.00"));
    assert_eq!(outcome.record.order, Some(order.id));
    assert_eq!(outcome.record.reference.as_deref(), Some("004:R1"));
    let asked = shop.verifier.checks.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].amount, Some(SALE));
    assert_eq!(asked[0].remark.as_ref(), Some(&order.opening.number));
    assert!(matches!(&asked[0].input, SlipInput::Payload(text) if *text == slip_code("004", "R1")));
    shop.assert_proven().await;
}

#[tokio::test(start_paused = true)]
async fn facts_that_do_not_fit_pay_nothing() {
    let shop = Shop::new();
    let till = shop.till(1);
    let order = shop.bill(&till, SALE).await;
    let made = |change: fn(SlipAnswer) -> SlipAnswer| change(transfer(KBANK, "R1", SALE, shop.now(), OURS));
    for (answer, verdict) in [
        (
            transfer(KBANK, "R1", satang(24_999), shop.now(), OURS),
            "wrong_amount",
        ),
        (
            transfer(KBANK, "R1", satang(25_001), shop.now(), OURS),
            "wrong_amount",
        ),
        (transfer(KBANK, "R1", SALE, shop.now(), THEIRS), "wrong_receiver"),
        (
            transfer(KBANK, "R1", SALE, order.created_at.plus_ms(-120_001), OURS),
            "too_old",
        ),
        (
            transfer(KBANK, "R1", SALE, shop.now().plus_ms(3_600_000), OURS),
            "needs_review",
        ),
        (
            transfer(KBANK, "R1", SALE, shop.now(), "xxx-x-xx789-x"),
            "needs_review",
        ),
        (transfer(KBANK, "R2", SALE, shop.now(), OURS), "needs_review"),
        // A note of the verifier's that this is a repeat, or that the sum is another, decides nothing.
        (
            made(|mut answer| {
                answer.facts.amount = satang(1);
                answer.is_amount_matched = Some(true);
                answer
            }),
            "wrong_amount",
        ),
    ] {
        shop.verifier.checks.then(Ok(answer));
        let outcome = show(&till, code(KBANK, "R1"), Some(&order)).await;
        assert_eq!(outcome.record.verdict, verdict);
        assert_eq!(outcome.record.next_at, None, "{verdict}");
        assert_eq!(outcome.record.order, None, "{verdict}");
        let after = shop.order(order.id).await;
        assert_eq!(
            (after.state, after.received()),
            (OrderState::Due, satang(0)),
            "{verdict}"
        );
    }
    // None of those used it up.
    let outcome = show(&till, shop.pays("R1", SALE), Some(&order)).await;
    assert_eq!(outcome.record.verdict, "accepted");
}

fn misconfigured() -> SlipError {
    SlipError::Misconfigured(Box::new(SlipFault {
        kind: FaultKind::Address,
        fault: Fault {
            code: "ip_not_allowed",
            setting: "slips.easyslip".to_owned(),
            message_th: String::new(),
            message_en: String::new(),
        },
    }))
}

#[tokio::test(start_paused = true)]
async fn every_failure_is_said_as_what_it_is() {
    let bad = |code: &str| SlipError::BadQuestion {
        code: code.to_owned(),
    };
    for (bank, error, verdict, waits) in [
        (KBANK, SlipError::NotFound, "not_found", false),
        (BANGKOK_BANK, SlipError::NotFound, "bank_pending", true),
        (KBANK, SlipError::Pending, "bank_pending", true),
        (KBANK, SlipError::NoSlipInPicture, "not_a_slip", false),
        (KBANK, SlipError::PictureRefused, "damaged", false),
        (KBANK, SlipError::OtherReceiver, "wrong_receiver", false),
        (KBANK, SlipError::OtherAmount, "wrong_amount", false),
        (KBANK, misconfigured(), "misconfigured", false),
        (KBANK, SlipError::QuotaExceeded, "unavailable", false),
        (KBANK, bad("VALIDATION_ERROR"), "unavailable", false),
        (KBANK, SlipError::Unusable { part: "date" }, "unavailable", false),
        (KBANK, SlipError::NotSent, "unavailable", true),
        (KBANK, SlipError::OutcomeUnknown, "unavailable", true),
        (
            KBANK,
            SlipError::Throttled { after_ms: None },
            "unavailable",
            true,
        ),
        (
            KBANK,
            SlipError::Unavailable { after_ms: None },
            "unavailable",
            true,
        ),
    ] {
        let shop = Shop::new();
        let till = shop.till(1);
        let order = shop.bill(&till, SALE).await;
        // Old enough that a slip of today's banks would be known by now.
        tokio::time::sleep(secs(120)).await;
        shop.verifier.checks.then(Err(error.clone()));
        let outcome = show(&till, code(bank, "R1"), Some(&order)).await;
        let case = format!("{error:?}");
        assert_eq!(outcome.record.verdict, verdict, "{case}");
        assert_eq!(outcome.record.next_at.is_some(), waits, "{case}");
        assert_eq!(
            till.waiting_slips().await.unwrap().len(),
            usize::from(waits),
            "{case}"
        );
        let said = detail(&outcome);
        assert_eq!(said.setting.is_some(), verdict == "misconfigured", "{case}");
        if matches!(verdict, "misconfigured" | "unavailable") {
            assert_not_the_customers_fault(&said);
        }
        assert_eq!(shop.order(order.id).await.received(), satang(0), "{case}");
    }
}

/// What the cashier says must not doubt the slip.
pub(crate) fn assert_not_the_customers_fault(said: &SlipDetail) {
    assert!(
        said.message_en.contains("not the customer's slip"),
        "{}",
        said.message_en
    );
    assert!(said.message_th.contains("ไม่เกี่ยวกับสลิปลูกค้า"), "{}", said.message_th);
    assert!(
        said.customer_en.starts_with("Our system is slow"),
        "{}",
        said.customer_en
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_plain_to_see_is_answered_without_asking() {
    let shop = Shop::new();
    let till = shop.till(1);
    let order = shop.bill(&till, SALE).await;
    let text = |text: &str| Shown::Text(text.to_owned());
    let slip = slip_code(KBANK, "R1");
    let edited = slip.replacen("R1", "R7", 1);
    for (shown, verdict) in [
        (text(PAYMENT_QR), "not_a_slip"),
        (picture(PAYMENT_QR), "not_a_slip"),
        (text("https://menu.example.com/table/7"), "not_a_slip"),
        (picture("https://menu.example.com/table/7"), "not_a_slip"),
        (text(""), "not_a_slip"),
        (text(&edited), "damaged"),
        (text(&slip[..slip.len() - 6]), "damaged"),
        (text(WALLET_SLIP), "damaged"),
        (Shown::Picture(Vec::new()), "damaged"),
        (Shown::Picture(b"<svg/>".to_vec()), "damaged"),
        (Shown::Picture([&WHITE[..20], &[7; 90]].concat()), "damaged"),
        (
            Shown::Picture([WHITE, &vec![0; 4 * 1024 * 1024]].concat()),
            "damaged",
        ),
    ] {
        let outcome = show(&till, shown, Some(&order)).await;
        assert_eq!(outcome.record.verdict, verdict, "{}", detail(&outcome).message_en);
        assert_eq!(outcome.record.next_at, None);
    }
    assert_eq!(shop.asked(), 0);
    assert_eq!(shop.order(order.id).await.received(), satang(0));
}

#[tokio::test(start_paused = true)]
async fn a_used_slip_is_told_from_our_own_books() {
    let shop = Shop::new();
    let till = shop.till(1);
    let first = shop.bill(&till, SALE).await;
    let slip = shop.pays("R1", SALE);
    show(&till, slip.clone(), Some(&first)).await;
    assert_eq!(shop.asked(), 1);

    let second = shop.bill(&till, SALE).await;
    let other_till = shop.till(2);
    let Shown::Text(text) = &slip else { unreachable!() };
    for shown in [slip.clone(), picture(text)] {
        for wanted in [Some(&second), None] {
            let outcome = show(&other_till, shown.clone(), wanted).await;
            let said = detail(&outcome);
            assert_eq!(said.verdict, "already_used");
            assert_eq!(said.used_by.as_ref(), Some(&first.opening.number));
            assert!(
                said.message_en.contains(&first.opening.number),
                "{}",
                said.message_en
            );
        }
    }
    // Shown again for the bill it paid, nobody is accused of anything.
    let again = show(&till, slip, Some(&first)).await;
    assert!(detail(&again).customer_en.contains("thank you"));
    assert_eq!(shop.asked(), 1);
    assert_eq!(shop.order(second.id).await.received(), satang(0));
    assert_eq!(shop.order(first.id).await.received(), SALE);
}

/// The bank whose slip it is may be told in another way when only its picture is sent; then the books decide all the
/// same.
#[tokio::test(start_paused = true)]
async fn a_used_slip_is_told_also_when_only_the_verifier_can_read_it() {
    let shop = Shop::new();
    let till = shop.till(1);
    let first = shop.bill(&till, SALE).await;
    show(&till, shop.pays("R1", SALE), Some(&first)).await;
    let second = shop.bill(&till, SALE).await;
    shop.verifier
        .checks
        .then(Ok(transfer(KBANK, "R1", SALE, shop.now(), OURS)));
    let outcome = show(&till, Shown::Picture(WHITE.to_vec()), Some(&second)).await;
    assert_eq!(shop.asked(), 2);
    assert_eq!(outcome.record.verdict, "already_used");
    assert_eq!(detail(&outcome).used_by, Some(first.opening.number));
    assert_eq!(shop.order(second.id).await.received(), satang(0));
}

#[tokio::test(start_paused = true)]
async fn pictures_are_sent_only_when_their_code_is_not_enough() {
    let shop = Shop::new();
    let till = shop.till(1);
    let order = shop.bill(&till, SALE).await;
    let slip = slip_code(KBANK, "R1");
    let damaged = slip.replacen("R1", "R7", 1);
    for shown in [
        picture(&slip),
        Shown::Picture(WHITE.to_vec()),
        picture(&damaged),
        picture(WALLET_SLIP),
        Shown::Link("https://pictures.example/slip.png".to_owned()),
    ] {
        show(&till, shown, Some(&order)).await;
    }
    let sent: Vec<(SlipKind, &str)> = shop
        .verifier
        .checks
        .asked()
        .iter()
        .map(|question| {
            let input = match &question.input {
                SlipInput::Payload(_) => "payload",
                SlipInput::Image(_) => "image",
                SlipInput::Base64(_) => "base64",
                SlipInput::Url(_) => "url",
            };
            (question.kind, input)
        })
        .collect();
    assert_eq!(
        sent,
        [
            (SlipKind::Bank, "payload"),
            // Where the code does not say whose slip it is, a wallet's is thought of when no bank's was found.
            (SlipKind::Bank, "image"),
            (SlipKind::TrueMoneyWallet, "image"),
            (SlipKind::Bank, "image"),
            (SlipKind::TrueMoneyWallet, "image"),
            (SlipKind::TrueMoneyWallet, "image"),
            (SlipKind::Bank, "url"),
            (SlipKind::TrueMoneyWallet, "url"),
        ]
    );
}

fn link() -> Shown {
    Shown::Link("https://pictures.example/slip.png".to_owned())
}

/// A wallet's slip is known at its own address, and nothing about a link or an unread picture says that it is one.
#[tokio::test(start_paused = true)]
async fn a_wallets_slip_is_found_by_its_link_and_by_a_picture_that_was_not_read() {
    for shown in [link(), Shown::Picture(WHITE.to_vec())] {
        for banks_word in [SlipError::NoSlipInPicture, SlipError::NotFound] {
            let shop = Shop::new();
            let till = shop.till(1);
            let order = shop.bill(&till, SALE).await;
            shop.verifier.checks.then(Err(banks_word.clone()));
            let wallets = transfer("truemoney", "TXN0001234567", SALE, shop.now(), OURS);
            shop.verifier.checks.then(Ok(wallets));
            let outcome = show(&till, shown.clone(), Some(&order)).await;
            assert_eq!(outcome.record.verdict, "accepted", "{banks_word:?}");
            let kinds: Vec<SlipKind> = shop
                .verifier
                .checks
                .asked()
                .iter()
                .map(|asked| asked.kind)
                .collect();
            assert_eq!(kinds, [SlipKind::Bank, SlipKind::TrueMoneyWallet]);
        }
    }
}

/// That it is no wallet's slip takes nothing back of what the banks said; that the wallets could not be asked does.
#[tokio::test(start_paused = true)]
async fn the_wallets_answer_counts_only_where_it_says_more() {
    let bad = || SlipError::BadQuestion {
        code: "NOT_FOUND".to_owned(),
    };
    let none = || SlipError::NoSlipInPicture;
    let down = || SlipError::Unavailable { after_ms: None };
    for (banks, wallets, verdict) in [
        (none(), none(), "damaged"),
        (none(), SlipError::PictureRefused, "damaged"),
        (none(), bad(), "damaged"),
        (none(), SlipError::NotFound, "not_found"),
        (none(), SlipError::OtherReceiver, "wrong_receiver"),
        (none(), down(), "unavailable"),
        (none(), SlipError::QuotaExceeded, "unavailable"),
        (none(), misconfigured(), "misconfigured"),
        (SlipError::NotFound, none(), "not_found"),
        (SlipError::NotFound, bad(), "not_found"),
        (SlipError::NotFound, down(), "unavailable"),
    ] {
        let shop = Shop::new();
        let till = shop.till(1);
        let order = shop.bill(&till, SALE).await;
        tokio::time::sleep(secs(200)).await;
        shop.verifier.checks.then(Err(banks.clone()));
        shop.verifier.checks.then(Err(wallets.clone()));
        let outcome = show(&till, Shown::Picture(WHITE.to_vec()), Some(&order)).await;
        assert_eq!(outcome.record.verdict, verdict, "{banks:?}, then {wallets:?}");
        assert_eq!(shop.asked(), 2);
    }
    // Anything else that the banks' side says ends it.
    for error in [
        down(),
        SlipError::Pending,
        SlipError::OtherAmount,
        misconfigured(),
    ] {
        let shop = Shop::new();
        let till = shop.till(1);
        let order = shop.bill(&till, SALE).await;
        shop.verifier.checks.then(Err(error.clone()));
        show(&till, link(), Some(&order)).await;
        assert_eq!(shop.asked(), 1, "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_without_a_picture_asks_for_the_picture() {
    for code in [
        "IMAGE_URL_UNREACHABLE",
        "URL_PROTOCOL_NOT_ALLOWED",
        "INVALID_IMAGE_TYPE",
        "url_malformed",
    ] {
        let shop = Shop::new();
        let till = shop.till(1);
        let order = shop.bill(&till, SALE).await;
        shop.verifier.checks.then(Err(SlipError::BadQuestion {
            code: code.to_owned(),
        }));
        let outcome = show(&till, link(), Some(&order)).await;
        let said = detail(&outcome);
        assert_eq!(
            (said.verdict.as_str(), outcome.record.next_at),
            ("unavailable", None)
        );
        assert!(
            said.message_en.contains("Use the picture of the slip"),
            "{}",
            said.message_en
        );
        assert_not_the_customers_fault(&said);
    }
}

/// What is wrong with a picture is seen here, and said once nobody else has read it either.
#[tokio::test(start_paused = true)]
async fn an_unreadable_picture_gets_a_useful_hint() {
    let shop = Shop::new();
    let till = shop.till(1);
    let order = shop.bill(&till, SALE).await;
    let heic = [&[0, 0, 0, 24][..], b"ftypheic", &[0; 40]].concat();
    for (shown, hint, asked) in [
        (Shown::Picture(WHITE.to_vec()), "too few pixels", 2),
        (Shown::Picture(Vec::new()), "This file is no picture", 0),
        (
            Shown::Picture(b"some notes".to_vec()),
            "This file is no picture",
            0,
        ),
        (Shown::Picture(heic), "HEIC files cannot be checked", 0),
        (
            Shown::Picture(b"%PDF-1.7".to_vec()),
            "PDF files cannot be checked",
            0,
        ),
        (
            Shown::Picture(b"<svg/>".to_vec()),
            "SVG files cannot be checked",
            0,
        ),
        (
            Shown::Picture([&WHITE[..20], &[7; 90]].concat()),
            "file is damaged or cut off",
            0,
        ),
        (
            Shown::Picture([WHITE, &vec![0; 4 * 1024 * 1024]].concat()),
            "picture is too large",
            0,
        ),
        (Shown::Text(WALLET_SLIP.to_owned()), "TrueMoney slip", 0),
    ] {
        let before = shop.asked();
        let said = detail(&show(&till, shown, Some(&order)).await);
        assert_eq!(said.verdict, "damaged");
        assert!(said.message_en.contains(hint), "{}", said.message_en);
        assert_eq!(shop.asked() - before, asked, "{hint}");
    }
}

/// What is counted as a saved check (product.md §3) is what was answered here, and nothing else.
#[tokio::test(start_paused = true)]
async fn checks_that_were_saved_are_counted_one_by_one() {
    let shop = Shop::new();
    let till = shop.till(1);
    let order = shop.bill(&till, SALE).await;
    let paid = shop.bill(&till, satang(9_900)).await;
    let used = shop.pays("USED", satang(9_900));
    show(&till, used.clone(), Some(&paid)).await;
    let slip = slip_code(KBANK, "R1");
    let edited = slip.replacen("R1", "R7", 1);
    let text = |text: &str| Shown::Text(text.to_owned());
    for (what, shown, verdict, saved, asked) in [
        ("payment QR", text(PAYMENT_QR), "not_a_slip", 1, 0),
        ("picture of one", picture(PAYMENT_QR), "not_a_slip", 1, 0),
        (
            "junk",
            text("https://menu.example.com/table/7"),
            "not_a_slip",
            1,
            0,
        ),
        (
            "picture of junk",
            picture("https://menu.example.com/table/7"),
            "not_a_slip",
            1,
            0,
        ),
        ("bad checksum", text(&edited), "damaged", 1, 0),
        ("cut off code", text(&slip[..slip.len() - 6]), "damaged", 1, 0),
        ("used", used.clone(), "already_used", 1, 0),
        (
            "picture of it",
            picture(&slip_code(KBANK, "USED")),
            "already_used",
            1,
            0,
        ),
        ("wallet's code", text(WALLET_SLIP), "damaged", 1, 0),
        ("no picture", Shown::Picture(b"notes".to_vec()), "damaged", 1, 0),
        // Whoever is asked may read more than we do, so these cost a check or two.
        ("picture of a bad checksum", picture(&edited), "not_a_slip", 0, 2),
        ("unread picture", Shown::Picture(WHITE.to_vec()), "damaged", 0, 2),
        ("unknown slip", code(BANGKOK_BANK, "R9"), "bank_pending", 0, 1),
        ("right slip", shop.pays("R1", SALE), "accepted", 0, 1),
    ] {
        let before = (
            till.slips_of_day(till.today()).await.unwrap().calls_saved,
            shop.asked(),
        );
        let outcome = show(&till, shown, Some(&order)).await;
        assert_eq!(outcome.record.verdict, verdict, "{what}");
        let after = (
            till.slips_of_day(till.today()).await.unwrap().calls_saved,
            shop.asked(),
        );
        assert_eq!((after.0 - before.0, after.1 - before.1), (saved, asked), "{what}");
        assert_eq!(detail(&outcome).asked, asked > 0, "{what}");
    }
    // A key that is missing saves nothing: nothing was checked.
    let shop = Shop::without_a_verifier();
    let till = shop.till(1);
    show(&till, code(KBANK, "R1"), None).await;
    assert_eq!(till.slips_of_day(till.today()).await.unwrap().calls_saved, 0);
}

/// Bank apps drop the checksum's leading zeros. The text goes out as scanned, and once: its other form is the verifier's to
/// try, and asking for both here asked four times for nothing.
#[tokio::test(start_paused = true)]
async fn a_short_checksum_is_one_question() {
    let short = "0046000600000101030140225202601010TESTTESTTEST00015102TH9104C18";
    for (error, verdict) in [
        (None, "accepted"),
        (Some(SlipError::NotFound), "not_found"),
        (
            Some(SlipError::BadQuestion {
                code: "VALIDATION_ERROR".to_owned(),
            }),
            "unavailable",
        ),
    ] {
        let shop = Shop::new();
        let till = shop.till(1);
        let order = shop.bill(&till, SALE).await;
        shop.transfers("014", "202601010TESTTESTTEST0001", SALE, shop.now(), OURS);
        // Old enough that a transfer of today's banks would be known by now.
        tokio::time::sleep(secs(120)).await;
        if let Some(error) = error {
            shop.verifier.checks.then(Err(error));
        }
        let outcome = show(&till, Shown::Text(short.to_owned()), Some(&order)).await;
        assert_eq!(outcome.record.verdict, verdict);
        let asked = shop.verifier.checks.asked();
        assert_eq!(asked.len(), 1, "{verdict}");
        assert!(
            matches!(&asked[0].input, SlipInput::Payload(text) if text == short),
            "{verdict}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_key_no_slip_is_called_bad() {
    let shop = Shop::without_a_verifier();
    let till = shop.till(1);
    let order = shop.bill(&till, SALE).await;
    let slip = slip_code(KBANK, "R1");
    let edited = slip.replacen("R1", "R7", 1);
    for shown in [
        code(KBANK, "R1"),
        picture(&slip),
        picture(&edited),
        picture(WALLET_SLIP),
        Shown::Text(WALLET_SLIP.to_owned()),
        Shown::Picture(WHITE.to_vec()),
        Shown::Link("https://pictures.example/slip.png".to_owned()),
    ] {
        for wanted in [Some(&order), None] {
            let outcome = show(&till, shown.clone(), wanted).await;
            let said = detail(&outcome);
            assert_eq!(said.verdict, "misconfigured");
            assert_eq!(said.setting.as_deref(), Some("KEPTANG_SECRET__EASYSLIP__API_KEY"));
            assert_not_the_customers_fault(&said);
        }
    }
    // What needs no verifier is answered as ever.
    let outcome = show(&till, Shown::Text(PAYMENT_QR.to_owned()), None).await;
    assert_eq!(outcome.record.verdict, "not_a_slip");
}

#[tokio::test(start_paused = true)]
async fn a_bill_in_coins_takes_no_slip_and_costs_no_check() {
    let mut world = World::new();
    world
        .others
        .push(Arc::new(ScriptedProvider::new(ProviderId::Crypto2328)));
    let shop = Shop::at(world);
    let till = shop.till(1);
    let mut wish = charge();
    wish.method = Method::Crypto;
    let order = till.charge(wish).await.unwrap();
    let refused = till
        .verify_slip(SlipWish {
            shown: shop.pays("R1", SALE),
            order: Some(order.id),
            by: None,
            overriding: None,
        })
        .await;
    assert!(matches!(refused, Err(TillError::NothingToPay)));
    assert_eq!(shop.asked(), 0);
    // Nor is it found by the slip's amount.
    let outcome = show(&till, shop.pays("R1", SALE), None).await;
    assert_eq!(outcome.record.verdict, "needs_review");
    assert_eq!(shop.order(order.id).await.received(), satang(0));
}
