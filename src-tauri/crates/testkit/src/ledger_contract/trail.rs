//! The audit trail.

use super::AnyLedger;
use crate::builders::after_ms;
use keptang_ports::{AuditLine, LedgerError, TrailFilter};

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

pub async fn the_trail_is_read_by_what_it_is_about(ledger: AnyLedger) {
    for (n, what, subject, by) in [
        (1, "a", "x", "นก"),
        (2, "b", "x", "แดง"),
        (3, "a", "y", "นก"),
        (4, "a", "x", "แดง"),
    ] {
        let line = AuditLine {
            at: after_ms(n),
            by: Some(by.to_owned()),
            what: what.to_owned(),
            subject: subject.to_owned(),
            detail: "{}".to_owned(),
        };
        ledger.note(line, Some(n - 1)).await.expect("it follows");
    }
    let all = TrailFilter::default;
    let some = |text: &str| Some(text.to_owned());
    for (filter, expected) in [
        (all(), vec![1, 2, 3, 4]),
        (
            TrailFilter {
                newest_first: true,
                limit: 3,
                ..all()
            },
            vec![4, 3, 2],
        ),
        (TrailFilter { limit: 2, ..all() }, vec![1, 2]),
        (
            TrailFilter {
                what: vec!["a".to_owned()],
                ..all()
            },
            vec![1, 3, 4],
        ),
        (
            TrailFilter {
                what: vec!["a".to_owned(), "b".to_owned()],
                subject: some("x"),
                ..all()
            },
            vec![1, 2, 4],
        ),
        (
            TrailFilter {
                what: vec!["c".to_owned()],
                ..all()
            },
            vec![],
        ),
        (
            TrailFilter {
                subject: some("x"),
                newest_first: true,
                limit: 1,
                ..all()
            },
            vec![4],
        ),
        (
            TrailFilter {
                by: some("นก"),
                ..all()
            },
            vec![1, 3],
        ),
        (
            TrailFilter {
                during: Some((after_ms(2), after_ms(4))),
                ..all()
            },
            vec![2, 3],
        ),
        (
            TrailFilter {
                after: Some(2),
                ..all()
            },
            vec![3, 4],
        ),
        (
            TrailFilter {
                before: Some(2),
                ..all()
            },
            vec![1],
        ),
        (
            TrailFilter {
                after: Some(1),
                before: Some(4),
                newest_first: true,
                ..all()
            },
            vec![3, 2],
        ),
    ] {
        let lines = ledger.trail_lines(filter.clone()).await.expect("it answers");
        let numbers: Vec<i64> = lines.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, expected, "{filter:?}");
        for (number, line) in lines {
            assert_eq!(line.at, after_ms(number));
        }
    }
}
