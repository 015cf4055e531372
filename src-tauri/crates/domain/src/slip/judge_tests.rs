//! Every verdict of cli.md from every cause, and what must never be accepted.

use proptest::prelude::*;

use super::*;
use crate::slip::mini_qr::read;
use crate::slip::reference::{SendingBank, TransRef};
use crate::slip::timetable::Next;
use crate::slip::{BankCode, MaskedNumber, Party};

const OPENED: Timestamp = Timestamp::from_ms(1_795_200_000_000);
const NOW: Timestamp = Timestamp::from_ms(OPENED.ms() + 90_000);

fn reference(text: &str) -> SlipRef {
    SlipRef {
        sending_bank: SendingBank::Bank(BankCode::new("014").unwrap()),
        trans_ref: TransRef::new(text).unwrap(),
    }
}

fn shop() -> [ShopAccount; 1] {
    [ShopAccount::new("004", "1234556789", ["สมชาย ใจดี".to_owned()], None).unwrap()]
}

fn receiver(number: &str) -> Party {
    Party {
        bank: BankCode::new("004"),
        account: MaskedNumber::read(number),
        name_th: Some("นาย สมชาย ใ".to_owned()),
        ..Party::default()
    }
}

fn facts() -> SlipFacts {
    SlipFacts {
        reference: reference("REF1"),
        amount: Money::from_satang(25_000),
        sent_at: OPENED.plus_ms(60_000),
        sender: Party::default(),
        receiver: receiver("xxx-x-x5678-x"),
        matched: None,
    }
}

fn expected<'a>(accounts: &'a [ShopAccount]) -> Expected<'a> {
    Expected {
        owed: Money::from_satang(25_000),
        payables: &[],
        order_opened_at: OPENED,
        accounts,
        max_age_ms: None,
        presented_at: NOW,
        now: NOW,
        asked: None,
        used_by: None,
    }
}

fn used(is_this_order: bool) -> Use {
    Use {
        order_number: "A-0093".to_owned(),
        at: OPENED,
        is_this_order,
    }
}

#[test]
fn a_right_slip_is_accepted() {
    let judgement = judge(&facts(), &expected(&shop()));
    assert_eq!(judgement, Judgement::Accepted);
    assert_eq!(judgement.verdict().word(), "accepted");
}

#[test]
fn a_slip_pays_the_sum_owed_or_a_gateways_own() {
    let owed = Money::from_satang(128_400);
    let payables = [Money::from_satang(128_437)];
    let shop = shop();
    let expected = Expected {
        owed,
        payables: &payables,
        ..expected(&shop)
    };
    for (satang, is_right) in [
        (128_400, true),
        (128_437, true),
        (128_399, false),
        (128_401, false),
        (128_436, false),
        (128_438, false),
        (0, false),
        (-128_400, false),
        (i64::MAX, false),
    ] {
        let amount = Money::from_satang(satang);
        let judgement = judge(&SlipFacts { amount, ..facts() }, &expected);
        let wrong = Judgement::WrongAmount {
            slip: Some(amount),
            owed,
        };
        assert_eq!(
            judgement,
            if is_right { Judgement::Accepted } else { wrong },
            "{satang}"
        );
    }
}

#[test]
fn the_time_must_lie_between_the_order_and_now() {
    const MINUTE: i64 = 60_000;
    let shop = shop();
    let at_counter = expected(&shop);
    let later = Expected {
        now: NOW.plus_ms(30 * MINUTE),
        ..at_counter
    };
    let limited = Expected {
        max_age_ms: Some(MINUTE),
        ..at_counter
    };
    // The bank answered half an hour later: the slip was fresh when it was shown.
    let limited_later = Expected {
        max_age_ms: Some(MINUTE),
        ..later
    };
    let generous = Expected {
        max_age_ms: Some(600 * MINUTE),
        ..at_counter
    };
    for (expected, sent_at, verdict) in [
        (&at_counter, OPENED, Verdict::Accepted),
        (&at_counter, OPENED.plus_ms(-2 * MINUTE), Verdict::Accepted),
        (&at_counter, OPENED.plus_ms(-2 * MINUTE - 1), Verdict::TooOld),
        (&at_counter, OPENED.plus_ms(-24 * 60 * MINUTE), Verdict::TooOld),
        (&at_counter, NOW, Verdict::Accepted),
        (&at_counter, NOW.plus_ms(2 * MINUTE), Verdict::Accepted),
        // A scheduled transfer, or a wrong clock.
        (&at_counter, NOW.plus_ms(2 * MINUTE + 1), Verdict::NeedsReview),
        (&at_counter, NOW.plus_ms(24 * 60 * MINUTE), Verdict::NeedsReview),
        (&later, NOW.plus_ms(24 * MINUTE), Verdict::Accepted),
        (&limited, NOW.plus_ms(-MINUTE), Verdict::Accepted),
        (&limited, NOW.plus_ms(-MINUTE - 1), Verdict::TooOld),
        (&limited_later, NOW.plus_ms(-MINUTE), Verdict::Accepted),
        (&generous, OPENED.plus_ms(-2 * MINUTE - 1), Verdict::TooOld),
        (&at_counter, Timestamp::from_ms(i64::MIN), Verdict::TooOld),
        (&at_counter, Timestamp::from_ms(i64::MAX), Verdict::NeedsReview),
    ] {
        let judgement = judge(&SlipFacts { sent_at, ..facts() }, expected);
        assert_eq!(judgement.verdict(), verdict, "{sent_at:?}");
    }
    let future = SlipFacts {
        sent_at: NOW.plus_ms(3_600_000),
        ..facts()
    };
    assert_eq!(
        judge(&future, &at_counter),
        Judgement::NeedsReview(Doubt::FutureTime)
    );
    let old = SlipFacts {
        sent_at: OPENED.plus_ms(-3_600_000),
        ..facts()
    };
    let earliest = OPENED.plus_ms(-120_000);
    assert_eq!(
        judge(&old, &at_counter),
        Judgement::TooOld {
            sent_at: old.sent_at,
            earliest
        }
    );
}

#[test]
fn the_receiver_decides_or_is_left_to_a_person() {
    let shop = shop();
    for (number, accounts, judgement) in [
        ("xxx-x-x1111-x", &shop[..], Judgement::WrongReceiver),
        (
            "xxx-x-xxxxx-9",
            &shop,
            Judgement::NeedsReview(Doubt::Receiver(ReceiverDoubt::TooFewDigits)),
        ),
        (
            "xxx-x-x5678-x",
            &[],
            Judgement::NeedsReview(Doubt::Receiver(ReceiverDoubt::NoShopAccounts)),
        ),
    ] {
        let facts = SlipFacts {
            receiver: receiver(number),
            ..facts()
        };
        assert_eq!(judge(&facts, &expected(accounts)), judgement, "{number}");
    }
}

#[test]
fn our_ledger_alone_says_a_slip_is_used() {
    let shop = shop();
    for is_this_order in [true, false] {
        let used = used(is_this_order);
        let expected = Expected {
            used_by: Some(&used),
            ..expected(&shop)
        };
        assert_eq!(judge(&facts(), &expected), Judgement::AlreadyUsed(used.clone()));
    }
}

#[test]
fn an_answer_about_another_transfer_accepts_nothing() {
    let shop = shop();
    let asked = |text, bank: &str| SlipRef {
        sending_bank: SendingBank::Bank(BankCode::new(bank).unwrap()),
        ..reference(text)
    };
    for (asked, judgement) in [
        (asked("REF1", "014"), Judgement::Accepted),
        // The verifier names the sender's bank in its own way.
        (asked("REF1", "065"), Judgement::Accepted),
        (asked("REF2", "014"), Judgement::NeedsReview(Doubt::OtherTransfer)),
        (asked("ref1", "014"), Judgement::NeedsReview(Doubt::OtherTransfer)),
    ] {
        let expected = Expected {
            asked: Some(&asked),
            ..expected(&shop)
        };
        assert_eq!(judge(&facts(), &expected), judgement, "{asked:?}");
    }
}

#[test]
fn the_no_that_helps_most_comes_first() {
    let shop = shop();
    let used = used(false);
    let other = reference("REF2");
    let mut facts = SlipFacts {
        receiver: receiver("xxx-x-x1111-x"),
        amount: Money::from_satang(1),
        sent_at: OPENED.plus_ms(-9_999_999),
        ..facts()
    };
    let mut expected = Expected {
        used_by: Some(&used),
        asked: Some(&other),
        ..expected(&shop)
    };
    assert_eq!(judge(&facts, &expected).verdict(), Verdict::AlreadyUsed);
    expected.used_by = None;
    assert_eq!(judge(&facts, &expected).verdict(), Verdict::NeedsReview);
    expected.asked = None;
    assert_eq!(judge(&facts, &expected).verdict(), Verdict::WrongReceiver);
    facts.receiver = receiver("xxx-x-xxxxx-9");
    assert_eq!(judge(&facts, &expected).verdict(), Verdict::WrongAmount);
    facts.amount = expected.owed;
    assert_eq!(judge(&facts, &expected).verdict(), Verdict::TooOld);
    facts.sent_at = OPENED;
    assert_eq!(judge(&facts, &expected).verdict(), Verdict::NeedsReview);
}

#[test]
fn a_code_is_judged_without_asking_anybody() {
    const SLIP: &str = "004000060000010103002021900021231231212000115102TH91049C30";
    const WALLET: &str = "00480002010102010203P2P0313TXN00012345670408250120249104b425";
    const SHOP_QR: &str = "00020101021129370016A000000677010111011300668012345675802TH530376463046197";
    let used = used(false);
    for (text, used_by, verdict) in [
        (SLIP, None, None),
        (WALLET, None, None),
        (SLIP, Some(&used), Some(Verdict::AlreadyUsed)),
        (WALLET, Some(&used), Some(Verdict::AlreadyUsed)),
        (SHOP_QR, None, Some(Verdict::NotASlip)),
        ("AAAA0000", None, Some(Verdict::NotASlip)),
        ("", None, Some(Verdict::NotASlip)),
        (&SLIP[..50], None, Some(Verdict::Damaged)),
        (&SLIP.replace("9C30", "9C31"), None, Some(Verdict::Damaged)),
    ] {
        let judgement = judge_code(&read(text), used_by);
        assert_eq!(judgement.as_ref().map(Judgement::verdict), verdict, "{text}");
    }
    assert_eq!(
        judge_code(&read(SHOP_QR), None),
        Some(Judgement::NotASlip(NoSlip::PaymentQr))
    );
    let unusual = SlipCode::NotASlip(mini_qr::NotASlip::Unusual);
    assert_eq!(
        judge_code(&unusual, None),
        Some(Judgement::Damaged(Unreadable::UnusualCode))
    );
}

#[test]
fn no_failure_to_look_up_is_a_verdict_on_the_customer() {
    let owed = Money::from_satang(25_000);
    let again = Next::AskAt(NOW);
    for (failure, next, verdict, retry_at) in [
        (LookupFailure::NotFound, again, Verdict::BankPending, Some(NOW)),
        (LookupFailure::NotFound, Next::GiveUp, Verdict::NotFound, None),
        (LookupFailure::Pending, again, Verdict::BankPending, Some(NOW)),
        (LookupFailure::Pending, Next::GiveUp, Verdict::NeedsReview, None),
        (
            LookupFailure::NoSlipInPicture,
            Next::GiveUp,
            Verdict::NotASlip,
            None,
        ),
        (
            LookupFailure::PictureRefused,
            Next::GiveUp,
            Verdict::Damaged,
            None,
        ),
        (
            LookupFailure::OtherReceiver,
            Next::GiveUp,
            Verdict::WrongReceiver,
            None,
        ),
        (
            LookupFailure::OtherAmount,
            Next::GiveUp,
            Verdict::WrongAmount,
            None,
        ),
        (
            LookupFailure::Outage(Outage::Busy),
            again,
            Verdict::Unavailable,
            Some(NOW),
        ),
        (
            LookupFailure::Outage(Outage::Unreachable),
            Next::GiveUp,
            Verdict::Unavailable,
            None,
        ),
        (
            LookupFailure::Outage(Outage::Theirs),
            again,
            Verdict::Unavailable,
            Some(NOW),
        ),
        (
            LookupFailure::Outage(Outage::QuotaGone),
            Next::GiveUp,
            Verdict::Unavailable,
            None,
        ),
        (
            LookupFailure::Outage(Outage::Ours),
            Next::GiveUp,
            Verdict::Unavailable,
            None,
        ),
        (
            LookupFailure::Fault(Fault::Key),
            Next::GiveUp,
            Verdict::Misconfigured,
            None,
        ),
        (
            LookupFailure::Fault(Fault::Address),
            Next::GiveUp,
            Verdict::Misconfigured,
            None,
        ),
        (
            LookupFailure::Fault(Fault::Account),
            Next::GiveUp,
            Verdict::Misconfigured,
            None,
        ),
        (
            LookupFailure::Fault(Fault::Disabled),
            Next::GiveUp,
            Verdict::Misconfigured,
            None,
        ),
    ] {
        let judgement = judge_failure(failure, next, owed);
        assert_eq!(
            (judgement.verdict(), judgement.retry_at()),
            (verdict, retry_at),
            "{failure:?}"
        );
        assert!(!judgement.may_be_overridden(), "{failure:?}");
    }
}

#[test]
fn verdict_words_are_those_of_the_command_line() {
    let words: Vec<_> = Verdict::ALL.iter().map(|verdict| verdict.word()).collect();
    assert_eq!(
        words.join("|"),
        "accepted|wrong_amount|wrong_receiver|already_used|too_old|not_a_slip|damaged|not_found|bank_pending|\
         unavailable|misconfigured|needs_review"
    );
}

#[test]
fn what_is_wrong_with_a_picture_explains_only_that_nothing_was_found_in_it() {
    let picture = Judgement::NotASlip(NoSlip::Picture);
    assert_eq!(picture.clone().because_of(None), picture);
    let dark = Judgement::Damaged(Unreadable::Photo(Flaw::Dark));
    assert_eq!(picture.because_of(Some(Flaw::Dark)), dark);
    for other in [
        Judgement::NotASlip(NoSlip::PaymentQr),
        Judgement::NotFound,
        Judgement::WrongReceiver,
        Judgement::Misconfigured(Fault::Key),
    ] {
        assert_eq!(other.clone().because_of(Some(Flaw::Dark)), other);
    }
}

#[test]
fn a_person_may_overrule_time_and_doubt_but_no_fact() {
    let owed = Money::from_satang(1);
    let too_old = Judgement::TooOld {
        sent_at: OPENED,
        earliest: NOW,
    };
    for judgement in [
        too_old,
        Judgement::NeedsReview(Doubt::FutureTime),
        Judgement::NeedsReview(Doubt::Receiver(ReceiverDoubt::OtherName)),
        Judgement::NeedsReview(Doubt::ToldForAnother),
    ] {
        assert!(judgement.may_be_overridden(), "{judgement:?}");
    }
    for judgement in [
        Judgement::Accepted,
        Judgement::WrongAmount { slip: None, owed },
        Judgement::WrongReceiver,
        Judgement::AlreadyUsed(used(false)),
        Judgement::NotFound,
        Judgement::NeedsReview(Doubt::OtherTransfer),
        Judgement::NeedsReview(Doubt::BankSilent),
    ] {
        assert!(!judgement.may_be_overridden(), "{judgement:?}");
    }
}

proptest! {
    #[test]
    fn a_satang_off_is_never_accepted(owed in 1_i64..=999_999_999, amount in 1_i64..=999_999_999, off in -3_i64..=3) {
        let shop = shop();
        let expected = Expected { owed: Money::from_satang(owed), ..expected(&shop) };
        for satang in [amount, owed + off] {
            let judged = judge(&SlipFacts { amount: Money::from_satang(satang), ..facts() }, &expected);
            prop_assert_eq!(judged == Judgement::Accepted, satang == owed);
        }
    }

    #[test]
    fn only_a_time_inside_the_window_is_accepted(
        offset_ms in -400_000_i64..400_000,
        max_age_ms in proptest::option::of(0_i64..400_000),
        waited_ms in 0_i64..400_000,
    ) {
        let shop = shop();
        let expected = Expected { max_age_ms, now: NOW.plus_ms(waited_ms), ..expected(&shop) };
        let sent_at = NOW.plus_ms(offset_ms);
        let is_inside = sent_at >= OPENED.plus_ms(-120_000)
            && sent_at <= NOW.plus_ms(waited_ms + 120_000)
            && max_age_ms.is_none_or(|age| sent_at >= NOW.plus_ms(-age));
        let judged = judge(&SlipFacts { sent_at, ..facts() }, &expected);
        prop_assert_eq!(judged == Judgement::Accepted, is_inside);
    }

    #[test]
    fn a_used_slip_is_never_accepted(
        amount in any::<i64>(),
        sent in any::<i64>(),
        now in any::<i64>(),
        max_age_ms in any::<Option<i64>>(),
    ) {
        let (shop, used) = (shop(), used(false));
        let facts = SlipFacts { amount: Money::from_satang(amount), sent_at: Timestamp::from_ms(sent), ..facts() };
        let open = Expected { max_age_ms, now: Timestamp::from_ms(now), ..expected(&shop) };
        let judged = judge(&facts, &Expected { used_by: Some(&used), ..open });
        prop_assert_eq!(judged.verdict(), Verdict::AlreadyUsed);
        prop_assert_ne!(judge(&facts, &open).verdict(), Verdict::AlreadyUsed);
    }
}
