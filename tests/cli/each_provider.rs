//! `keptang charge` at every provider: it takes a payment, loses it, finds it again, and refuses what cannot be.
//!
//! Cash and the shop's own PromptPay, which nobody is asked about, have their own files.

use crate::ways::{
    ALL, ASKED, CRYPTO, DEPOSIT, JWT, OMISE, TRANSFER, assert_paid, no_violation, pay, tracking,
};
use keptang_simulator::control::{ActRequest, Action};
use keptang_simulator::faults::{Fault, FaultRule, WebhookVariant};
use keptang_simulator::settings::{Adjust, DepositSettings, Settings};
use keptang_tests::till::{TestTill, flags, newest, until};
use serde_json::{Value, json};

#[tokio::test]
async fn a_polled_payment_ends_paid() {
    for way in ASKED {
        let till = way.till().await;
        let (charge, order) = way.waiting(&till).await;
        let without: Vec<_> = way
            .tracking
            .iter()
            .copied()
            .filter(|word| *word != "callback")
            .collect();
        assert_eq!(tracking(&order), without, "{}: callbacks are off", way.name);
        pay(&till, &order).await;
        let ended = charge.end().await;
        ended.expect(0);
        assert_paid(way, &ended.last(), "query");
        let charges = till.charges().await;
        let there = TestTill::only_one_of(&charges, &ended.last());
        assert_eq!(newest(&ended.last())["provider_ref"], there.id.as_str());
        no_violation(way, &till).await;
    }
}

#[tokio::test]
async fn a_payment_that_is_called_in_ends_paid_without_polling() {
    for way in ALL {
        let mut till = way.till_with_callbacks().await;
        till.with_seldom_polling();
        let (charge, order) = way.waiting(&till).await;
        assert_eq!(tracking(&order), way.tracking, "{}", way.name);
        pay(&till, &order).await;
        let ended = charge.end().await;
        ended.expect(0);
        // A signed callback is confirmed by a query where there is one.
        let by = if way.provider == "deposit_gateway" {
            "callback"
        } else {
            "query"
        };
        assert_paid(way, &ended.last(), by);
        no_violation(way, &till).await;
    }
}

#[tokio::test]
async fn the_instruction_says_what_the_provider_made() {
    for way in ALL {
        let till = way.till().await;
        let order = way.left_alone(&till).await;
        let charges = till.charges().await;
        let there = TestTill::only_one_of(&charges, &order);
        let instruction = &newest(&order)["instruction"];
        assert_eq!(instruction["kind"], way.instruction, "{}", way.name);
        assert_eq!(instruction.get("qr"), None, "the drawing is for the window only");
        let keys: Vec<&str> = instruction
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        match way.instruction {
            "qr_image" => {
                assert_eq!(keys, ["kind", "png_base64", "text"], "{}", way.name);
                assert_eq!(
                    instruction["text"].as_str(),
                    there.qr_text.as_deref(),
                    "{}",
                    way.name
                );
            }
            "bank_account" => {
                assert_eq!(keys, ["bank_code", "kind", "name", "number"]);
                assert_eq!(instruction["bank_code"], "KBANK");
                assert_eq!(instruction["name"], "บริษัท เครื่องจำลอง จำกัด");
            }
            _ => {
                assert_eq!(
                    keys,
                    ["address", "amount", "coin", "kind", "network", "qr_png_base64"]
                );
                for (ours, theirs) in [
                    ("address", "address"),
                    ("amount", "payer_amount"),
                    ("coin", "coin"),
                    ("network", "network"),
                ] {
                    assert_eq!(instruction[ours], there.metadata[theirs], "{ours}");
                }
            }
        }
        let deadline = newest(&order)["deadline"].as_str().unwrap();
        assert!(deadline.ends_with("+07:00"), "{}: {deadline}", way.name);
    }
}

#[tokio::test]
async fn declined_is_a_clear_no_with_a_reason() {
    for way in ALL {
        let Some((state, reason)) = way.declined else {
            continue;
        };
        let till = way.till_with_callbacks().await;
        let (charge, order) = way.waiting(&till).await;
        till.act_on(&order, Action::Fail, &ActRequest::default()).await;
        let ended = charge.end().await;
        ended.expect(3);
        let order = ended.last();
        assert_eq!(newest(&order)["state"], state, "{}", way.name);
        assert_eq!(newest(&order)["reason"], reason, "{}", way.name);
        assert_eq!(order["received"], "0.00", "{}", way.name);
        assert_eq!(order["flags"], json!([]), "{}", way.name);
    }
}

#[tokio::test]
async fn expired_there_is_a_clear_no() {
    for way in ASKED {
        let till = way.till().await;
        let (charge, order) = way.waiting(&till).await;
        till.act_on(&order, Action::Expire, &ActRequest::default()).await;
        let ended = charge.end().await;
        ended.expect(3);
        assert_eq!(newest(&ended.last())["state"], "expired", "{}", way.name);
        assert_eq!(newest(&ended.last())["reason"], "deadline", "{}", way.name);
        assert_eq!(ended.last()["received"], "0.00", "{}", way.name);
    }
}

#[tokio::test]
async fn a_gateway_that_never_says_so_expires_by_its_own_deadline_and_money_after_it_is_late() {
    let till = DEPOSIT.till_with_callbacks().await;
    let deposit = DepositSettings {
        ttl_seconds: 1,
        ..DepositSettings::default()
    };
    till.switches(&Settings {
        deposit,
        ..Settings::default()
    })
    .await;
    let ended = till.run(&DEPOSIT.charge("250", &[])).await;
    ended.expect(3);
    assert_eq!(newest(&ended.last())["state"], "expired");
    till.act_on(&ended.last(), Action::PayLate, &ActRequest::default())
        .await;
    let checked = till.run(&["order", "check", "A-0001"]).await;
    checked.expect(4);
    assert_eq!(checked.last()["received"], "250.00");
    assert_eq!(flags(&checked.last()), ["paid_late"]);
}

#[tokio::test]
async fn refused_there_is_a_clear_no_and_nothing_was_made() {
    for (way, status, code) in [
        (&DEPOSIT, 422, "amount: invalid format"),
        (&JWT, 400, "Amount is below the minimum"),
        (&OMISE, 400, "invalid_charge"),
        (&CRYPTO, 422, "The amount is too small"),
    ] {
        let till = way.till().await;
        let code = code.to_owned();
        till.fault(FaultRule::once(Fault::Refuse { status, code }).at(way.create))
            .await;
        let ended = till.run(&way.charge("250", &[])).await;
        ended.expect(3);
        let attempt = newest(&ended.last()).clone();
        assert_eq!(attempt["state"], "failed", "{}", way.name);
        assert_eq!(attempt["provider_ref"], Value::Null, "{}", way.name);
        assert_eq!(attempt["instruction"], Value::Null, "{}", way.name);
        assert_eq!(till.charges().await, [], "{}", way.name);
    }
}

#[tokio::test]
async fn an_amount_outside_the_limits_is_bad_input_and_the_limits_are_said() {
    let till = TestTill::with_every_provider().await;
    for (way, amount, said) in [
        (&JWT, "0.99", ["฿1.00", "฿9999999.99"]),
        (&TRANSFER, "0.01", ["฿1.00", "฿9999999.99"]),
        (&OMISE, "99.99", ["฿100.00", "฿50000.00"]),
        (&OMISE, "50000.01", ["฿100.00", "฿50000.00"]),
    ] {
        let ended = till.run(&way.charge(amount, &[])).await;
        ended.expect(2);
        assert_eq!(ended.stdout, "", "{amount} at {}", way.name);
        for limit in said {
            assert!(ended.stderr.contains(limit), "{}: {}", way.name, ended.stderr);
        }
    }
    assert_eq!(till.charges().await, []);
    let listed = till.run(&["order", "list"]).await;
    assert_eq!(listed.stdout, "", "nothing was opened");
}

#[tokio::test]
async fn after_a_lost_answer_the_same_payment_is_found_and_taken() {
    for way in [&OMISE, &CRYPTO] {
        let till = way.till().await;
        till.fault(FaultRule::once(Fault::CutAfter).at(way.create)).await;
        let mut charge = till.start(&way.charge("250", &[]));
        charge.attempt_in("unknown").await;
        let order = charge.attempt_in("awaiting").await;
        assert_eq!(
            newest(&order)["instruction"]["kind"],
            way.instruction,
            "{}",
            way.name
        );
        pay(&till, &order).await;
        let ended = charge.end().await;
        ended.expect(0);
        assert_paid(way, &ended.last(), "query");
        assert_eq!(till.charges().await.len(), 1, "{}", way.name);
    }
}

#[tokio::test]
async fn a_gateway_that_cannot_be_asked_calls_in_what_was_lost() {
    let till = DEPOSIT.till_with_callbacks().await;
    till.fault(FaultRule::once(Fault::CutAfter).at(DEPOSIT.create))
        .await;
    let mut charge = till.start(&DEPOSIT.charge("250", &[]));
    let order = charge.attempt_in("unknown").await;
    assert_eq!(newest(&order)["reason"], "outcome_unknown");
    pay(&till, &order).await;
    let ended = charge.end().await;
    ended.expect(0);
    assert_paid(&DEPOSIT, &ended.last(), "callback");
    assert_eq!(till.charges().await.len(), 1);
}

#[tokio::test]
async fn a_lost_jwt_deposit_that_was_paid_is_taken_by_query() {
    let till = JWT.till().await;
    till.fault(FaultRule::once(Fault::CutAfter).at(JWT.create)).await;
    till.fault(FaultRule::once(Fault::AutoPay { after_ms: 0 })).await;
    let ended = till.run(&JWT.charge("250", &[])).await;
    ended.expect(0);
    assert_paid(&JWT, &ended.last(), "query");
    assert_eq!(till.charges().await.len(), 1, "nothing was asked for twice");
}

#[tokio::test]
async fn a_lost_jwt_deposit_has_no_qr_and_is_followed_to_its_money_all_the_same() {
    // Only the answer that was lost carried the QR; no query tells it again.
    let till = JWT.till().await;
    till.fault(FaultRule::once(Fault::CutAfter).at(JWT.create)).await;
    let mut charge = till.start(&JWT.charge("250", &[]));
    let order = charge.attempt_in("awaiting").await;
    assert_eq!(newest(&order)["reason"], "qr_unavailable");
    assert_eq!(newest(&order)["instruction"], Value::Null);
    pay(&till, &order).await;
    let ended = charge.end().await;
    ended.expect(0);
    assert_paid(&JWT, &ended.last(), "query");
    assert_eq!(till.charges().await.len(), 1);
}

#[tokio::test]
async fn killed_while_the_customer_pays_the_sale_is_found_by_the_next_command() {
    for way in ALL {
        let till = way.till_with_callbacks().await;
        let (charge, before) = way.waiting(&till).await;
        charge.kill().await;
        let shown = till.show("A-0001").await;
        for key in ["instruction", "deadline", "payable", "our_ref", "provider_ref"] {
            assert_eq!(newest(&shown)[key], newest(&before)[key], "{}: {key}", way.name);
        }
        pay(&till, &before).await;
        let checked = till.run(&["order", "check", "A-0001"]).await;
        checked.expect(0);
        let by = if way.provider == "deposit_gateway" {
            "callback"
        } else {
            "query"
        };
        assert_paid(way, &checked.last(), by);
        assert_eq!(till.charges().await.len(), 1, "{}", way.name);
        till.run(&["ledger", "verify"]).await.expect(0);
    }
}

#[tokio::test]
async fn killed_before_the_answer_came_the_payment_is_found_and_not_made_twice() {
    for way in [&OMISE, &CRYPTO] {
        let till = way.till().await;
        till.fault(FaultRule::once(Fault::Hang).at(way.create)).await;
        let mut charge = till.start(&way.charge("250", &[]));
        charge.attempt_in("submitted").await;
        until("it is made there", async || {
            (!till.charges().await.is_empty()).then_some(())
        })
        .await;
        charge.kill().await;
        till.provider.release().await.unwrap();
        let mut serve = till.start(&["serve"]);
        serve.line("serve", |line| line["type"] == "serve").await;
        let order = until("the customer can pay", async || {
            let order = till.show("A-0001").await;
            (newest(&order)["state"] == "awaiting").then_some(order)
        })
        .await;
        assert_eq!(
            newest(&order)["instruction"]["kind"],
            way.instruction,
            "{}",
            way.name
        );
        pay(&till, &order).await;
        until("it is paid", async || {
            let order = till.show("A-0001").await;
            (order["state"] == "settled").then_some(())
        })
        .await;
        assert_eq!(till.charges().await.len(), 1, "{}", way.name);
    }
}

#[tokio::test]
async fn a_timeout_cancels_nothing_and_check_finds_the_money() {
    for way in ALL {
        let till = way.till_with_callbacks().await;
        let ended = till.run(&way.charge("250", &["--timeout", "1"])).await;
        ended.expect(5);
        assert_eq!(newest(&ended.last())["state"], "awaiting", "{}", way.name);
        pay(&till, &ended.last()).await;
        let checked = till.run(&["order", "check", "A-0001"]).await;
        checked.expect(0);
        assert_eq!(checked.last()["received"], "250.00", "{}", way.name);
    }
}

#[tokio::test]
async fn check_finds_nothing_where_there_is_nothing() {
    for way in ALL {
        let till = way.till_with_callbacks().await;
        way.left_alone(&till).await;
        let checked = till.run(&["order", "check", "A-0001"]).await;
        checked.expect(5);
        assert_eq!(newest(&checked.last())["state"], "awaiting", "{}", way.name);
        assert_eq!(checked.last()["received"], "0.00", "{}", way.name);
    }
}

#[tokio::test]
async fn a_cancelled_sale_is_still_listened_to_and_late_money_is_flagged() {
    // Omise lets go of a cancelled charge, so that nobody can pay it; these have no such call.
    for way in [&DEPOSIT, &JWT, &CRYPTO] {
        let till = way.till_with_callbacks().await;
        let order = way.left_alone(&till).await;
        let cancelled = till.run(&["order", "cancel", "A-0001"]).await;
        cancelled.expect(0);
        assert_eq!(cancelled.last()["state"], "voided", "{}", way.name);
        assert_eq!(newest(&cancelled.last())["reason"], "cancelled_by_person");
        pay(&till, &order).await;
        let checked = till.run(&["order", "check", "A-0001"]).await;
        checked.expect(4);
        assert_eq!(checked.last()["received"], "250.00", "{}", way.name);
        assert_eq!(flags(&checked.last()), ["paid_late"], "{}", way.name);
    }
}

#[tokio::test]
async fn a_paid_sale_is_not_cancelled() {
    for way in ASKED {
        let till = way.till().await;
        let order = way.left_alone(&till).await;
        pay(&till, &order).await;
        // Nobody has asked yet: the cancel itself finds the money.
        let ended = till.run(&["order", "cancel", "A-0001"]).await;
        ended.expect(3);
        assert_eq!(ended.last()["received"], "250.00", "{}", way.name);
        assert_eq!(ended.last()["flags"], json!([]), "{}", way.name);
    }
}

#[tokio::test]
async fn the_timeline_tells_everything_in_order() {
    for way in ASKED {
        let till = way.till().await;
        let order = way.left_alone(&till).await;
        pay(&till, &order).await;
        till.run(&["order", "check", "A-0001"]).await.expect(0);
        let timeline = till.run(&["order", "timeline", "A-0001"]).await;
        timeline.expect(0);
        let lines = timeline.lines();
        let events: Vec<&Value> = lines.iter().map(|line| &line["event"]).collect();
        assert_eq!(
            events,
            [
                "opened",
                "attempt_opened",
                "submit_started",
                "accepted",
                "confirmed"
            ],
            "{}",
            way.name
        );
        assert_eq!(lines[1]["facts"]["provider"], way.provider);
        assert_eq!(lines[4]["facts"]["source"], "query");
        assert_eq!(lines[4]["facts"]["amount"], "250.00");
    }
}

#[tokio::test]
async fn an_amount_that_the_gateway_changed_is_shown_and_neither_over_nor_underpaid() {
    let till = DEPOSIT.till_with_callbacks().await;
    DEPOSIT.left_alone(&till).await;
    // The gateway tells two open payments of one amount apart by a satang.
    let (charge, order) = DEPOSIT.waiting(&till).await;
    assert_eq!(order["amount_due"], "250.00");
    assert_eq!(newest(&order)["payable"], "250.01");
    assert_eq!(newest(&order)["adjustment"], "0.01");
    pay(&till, &order).await;
    let ended = charge.end().await;
    ended.expect(0);
    let order = ended.last();
    assert_eq!(order["received"], "250.01");
    assert_eq!(newest(&order)["received"], "250.01");
    assert_eq!(order["flags"], json!([]));
    assert_eq!(
        (&order["missing"], &order["excess"]),
        (&json!("0.00"), &json!("0.00"))
    );
}

#[tokio::test]
async fn an_amount_changed_by_more_than_the_owner_allows_is_not_shown() {
    let till = DEPOSIT.till_with_callbacks().await;
    let deposit = DepositSettings {
        adjust: Adjust::By { satang: 101 },
        ..DepositSettings::default()
    };
    till.switches(&Settings {
        deposit,
        ..Settings::default()
    })
    .await;
    let ended = till.run(&DEPOSIT.charge("250", &["--no-wait"])).await;
    ended.expect(4);
    assert_eq!(flags(&ended.last()), ["adjusted_too_much"]);
    for line in ended.lines() {
        assert_eq!(newest(&line)["instruction"], Value::Null, "never shown: {line}");
    }
}

#[tokio::test]
async fn a_call_on_the_right_address_with_wrong_facts_is_stored_and_never_settles() {
    for variant in [
        WebhookVariant::WrongAmount {
            amount_satang: 24_999,
        },
        WebhookVariant::WrongReference,
        WebhookVariant::OtherCharge,
    ] {
        let till = DEPOSIT.till_with_callbacks().await;
        DEPOSIT.left_alone(&till).await;
        let (charge, order) = DEPOSIT.waiting(&till).await;
        till.fault(FaultRule::once(Fault::webhook(variant.clone()))).await;
        pay(&till, &order).await;
        till.provider.flush_webhooks().await.unwrap();
        let shown = until("it is flagged", async || {
            let order = till.show("A-0002").await;
            (!flags(&order).is_empty()).then_some(order)
        })
        .await;
        assert_eq!(shown["received"], "0.00", "{variant:?}");
        assert_eq!(flags(&shown), ["weak_evidence"], "{variant:?}");
        charge.kill().await;
    }
}

#[tokio::test]
async fn a_gateway_without_a_qr_shows_its_account() {
    let till = DEPOSIT.till().await;
    till.fault(FaultRule::once(Fault::BankTransfer)).await;
    let order = DEPOSIT.left_alone(&till).await;
    let instruction = &newest(&order)["instruction"];
    assert_eq!(instruction["kind"], "bank_account");
    let number = instruction["number"].as_str().unwrap().to_owned();
    till.fault(FaultRule::once(Fault::BankTransfer)).await;
    let text = till.run_as_text(&DEPOSIT.charge("250", &["--no-wait"])).await;
    assert_eq!(text.code, Some(0), "{}", text.stderr);
    assert!(text.stdout.contains(&number), "{}", text.stdout);
}

#[tokio::test]
async fn a_qr_over_another_amount_is_never_shown() {
    for way in [&DEPOSIT, &JWT, &OMISE] {
        let till = way.till().await;
        till.fault(FaultRule::once(Fault::QrAmount { amount_satang: 1 }).at(way.create))
            .await;
        let ended = till.run(&way.charge("250", &["--no-wait"])).await;
        ended.expect(4);
        assert_eq!(flags(&ended.last()), ["qr_mismatch"], "{}", way.name);
        for line in ended.lines() {
            assert_eq!(newest(&line)["instruction"], Value::Null, "{}: {line}", way.name);
        }
    }
}

#[tokio::test]
async fn the_same_call_five_times_is_one_payment() {
    for way in ALL {
        let mut till = way.till_with_callbacks().await;
        till.with_seldom_polling();
        let mut serve = till.start(&["serve"]);
        serve.line("serve", |line| line["type"] == "serve").await;
        let order = way.left_alone(&till).await;
        let copies = WebhookVariant::Duplicate { copies: 5 };
        till.fault(FaultRule::once(Fault::webhook(copies))).await;
        pay(&till, &order).await;
        till.provider.flush_webhooks().await.unwrap();
        let shown = until("it is paid", async || {
            let order = till.show("A-0001").await;
            (order["state"] == "settled").then_some(order)
        })
        .await;
        assert_eq!(shown["received"], "250.00", "{}", way.name);
        assert_eq!(shown["flags"], json!([]), "{}", way.name);
    }
}
