//! The audit trail.

use super::AnyLedger;
use crate::builders::after_ms;
use keptang_ports::{AuditLine, LedgerError};

fn line(what: &str, subject: &str) -> AuditLine {
    AuditLine {
        at: after_ms(1),
        by: Some("นก".to_owned()),
        what: what.to_owned(),
        subject: subject.to_owned(),
        detail: r#"{"amount_satang":100}"#.to_owned(),
    }
}

pub async fn the_trail_is_read_by_its_words(ledger: AnyLedger) {
    assert_eq!(ledger.trail(&["a"]).await.expect("it answers"), (0, vec![]));
    for noted in [
        line("a", "1"),
        line("b", "2"),
        line("c'; --", "3"),
        line("a", "4"),
    ] {
        ledger.note(noted, None).await.expect("it is taken");
    }
    assert_eq!(
        ledger.trail(&["a", "c'; --"]).await.expect("it answers"),
        (4, vec![line("a", "1"), line("c'; --", "3"), line("a", "4")])
    );
    assert_eq!(ledger.trail(&["other"]).await.expect("it answers"), (4, vec![]));
    assert_eq!(ledger.trail(&[]).await.expect("it answers"), (4, vec![]));
}

pub async fn of_two_decisions_on_one_trail_one_is_refused(ledger: AnyLedger) {
    ledger
        .note(line("a", "1"), Some(0))
        .await
        .expect("nothing was before");
    let late = ledger.note(line("a", "2"), Some(0)).await;
    assert!(matches!(late, Err(LedgerError::VersionMoved)), "{late:?}");
    ledger
        .note(line("a", "2"), Some(1))
        .await
        .expect("it was read again");
    let (newest, lines) = ledger.trail(&["a"]).await.expect("it answers");
    assert_eq!((newest, lines.len()), (2, 2));
}
