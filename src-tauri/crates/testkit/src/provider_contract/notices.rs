//! Reading callbacks: only genuine ones, and no more in them than they prove.

use super::{NoticeKind, Stage, open};
use keptang_ports::{Notice, NoticeError, NoticeOutcome, NoticeReader, RawNotice, Strength, Verdict};

fn reader(stage: &dyn Stage) -> &dyn NoticeReader {
    let reader = stage.provider().notices();
    reader.expect("this provider calls back, or its suite leaves `notices` out")
}

fn read(stage: &dyn Stage, raw: &RawNotice) -> Result<Notice, NoticeError> {
    reader(stage).read(raw, stage.now())
}

/// A callback that says "paid" about a payment that is.
async fn genuine(stage: &dyn Stage) -> (String, RawNotice) {
    let (_, payment) = open(stage).await;
    stage.pay(&payment.provider_ref).await;
    let raw = stage.notice(&payment.provider_ref, NoticeKind::Genuine).await;
    (payment.provider_ref, raw)
}

pub async fn a_genuine_callback_names_the_payment(stage: &dyn Stage) {
    let (reference, raw) = genuine(stage).await;
    let notice = read(stage, &raw).expect("it is genuine");
    assert_eq!(notice.provider_ref, Some(reference));
    let says_paid = matches!(notice.verdict, Verdict::Seen | Verdict::Paid(_));
    assert!(says_paid, "{notice:?}");
    assert_ne!(notice.strength, Strength::Weak, "it was checked");
}

pub async fn a_callback_alone_proves_nothing_where_the_provider_can_be_asked(stage: &dyn Stage) {
    let (_, raw) = genuine(stage).await;
    let notice = read(stage, &raw).expect("it is genuine");
    if stage.provider().status().is_some() {
        assert_eq!(notice.verdict, Verdict::Seen, "the question that follows decides");
    }
}

pub async fn what_is_not_genuine_is_not_read(stage: &dyn Stage) {
    let (reference, _) = genuine(stage).await;
    for kind in [NoticeKind::Forged, NoticeKind::Altered, NoticeKind::Stale] {
        let raw = stage.notice(&reference, kind).await;
        assert_eq!(read(stage, &raw), Err(NoticeError::BadSignature), "{kind:?}");
    }
}

pub async fn a_changed_byte_is_noticed(stage: &dyn Stage) {
    let (_, raw) = genuine(stage).await;
    assert!(raw.body.len() > 10);
    // Every part of the body, and one byte more.
    for place in (0..raw.body.len()).step_by(raw.body.len() / 9) {
        let mut changed = raw.clone();
        changed.body[place] ^= 1;
        assert!(read(stage, &changed).is_err(), "byte {place}");
    }
    let mut longer = raw.clone();
    longer.body.push(b' ');
    assert!(read(stage, &longer).is_err());
    let mut shorter = raw;
    shorter.body.pop();
    assert!(read(stage, &shorter).is_err());
}

pub async fn what_is_missing_is_noticed(stage: &dyn Stage) {
    let (_, raw) = genuine(stage).await;
    let mut bare = raw.clone();
    bare.headers.clear();
    assert!(read(stage, &bare).is_err(), "no header");
    let mut empty = raw;
    empty.body.clear();
    assert!(read(stage, &empty).is_err(), "no body");
}

pub async fn the_same_callback_reads_the_same_again(stage: &dyn Stage) {
    let (_, raw) = genuine(stage).await;
    let first = read(stage, &raw).expect("it is genuine");
    for _ in 0..3 {
        assert_eq!(
            read(stage, &raw).as_ref(),
            Ok(&first),
            "a repeat is no other message"
        );
    }
}

pub async fn an_old_state_that_comes_late_claims_no_money(stage: &dyn Stage) {
    let (_, payment) = open(stage).await;
    let before = stage.notice(&payment.provider_ref, NoticeKind::Genuine).await;
    stage.pay(&payment.provider_ref).await;
    let notice = read(stage, &before).expect("it is genuine");
    let claims = matches!(
        notice.verdict,
        Verdict::Seen | Verdict::Paid(_) | Verdict::Short(_) | Verdict::ShortForGood(_)
    );
    assert!(!claims, "when it was sent nobody had paid: {notice:?}");
    assert!(
        !matches!(notice.verdict, Verdict::Declined(_) | Verdict::Lapsed),
        "nor had anything ended: {notice:?}"
    );
}

pub async fn answers_say_what_became_of_it(stage: &dyn Stage) {
    let is_ok = |outcome| (200..300).contains(&reader(stage).answer(outcome).status);
    assert!(is_ok(NoticeOutcome::Stored));
    for outcome in [
        NoticeOutcome::BadSignature,
        NoticeOutcome::Unreadable,
        NoticeOutcome::UnknownAddress,
        NoticeOutcome::NotStored,
    ] {
        assert!(
            !is_ok(outcome),
            "the provider must not take this for done: {outcome:?}"
        );
    }
    let retried = reader(stage).answer(NoticeOutcome::NotStored).status;
    assert!(
        retried >= 500,
        "what could not be stored must come again: {retried}"
    );
}
