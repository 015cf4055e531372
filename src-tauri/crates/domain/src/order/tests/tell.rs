//! The language of the sales in [`super::sales`]: what happens, then what must stand in the books.
//!
//! A line does one thing, or, beginning with `=`, says what is so now. `-- nothing` after a line: nothing is recorded;
//! `-- no: text`: refused with that sentence. Letters name attempts, `r1` a refund. Every sale is replayed at its end.

use super::auditor::post;
use super::*;
use std::collections::BTreeMap;

struct Sale {
    history: Vec<Change>,
    balances: BTreeMap<String, i64>,
    clock: usize,
}

fn number_of(letter: &str) -> usize {
    letter
        .bytes()
        .next()
        .map(|byte| usize::from(byte - b'a'))
        .unwrap_or_else(|| panic!("no attempt named"))
}

impl Sale {
    fn order(&self) -> &Order {
        &self.history.last().expect("a sale begins with `due`").after
    }

    fn event(&self, words: &[&str]) -> OrderEvent {
        match words {
            ["void"] => OrderEvent::Voided { by: None },
            ["receipt", running] => issued(DocumentKind::Receipt, None, running.parse().unwrap()),
            ["credit", id, running] => {
                let refund = refund_id(id[1..].parse().unwrap());
                issued(DocumentKind::CreditNote, Some(refund), running.parse().unwrap())
            }
            ["refund", id, letter, amount] => OrderEvent::RefundRequested {
                refund: refund_id(id[1..].parse().unwrap()),
                attempt: attempt_id(number_of(letter)),
                amount: baht(amount),
                kind: RefundKind::Refund,
                reason: RefundReason::CustomerRequest,
                by: "Som".to_owned(),
            },
            [id, state @ ("done" | "failed" | "unknown")] => OrderEvent::RefundResolved {
                refund: refund_id(id[1..].parse().unwrap()),
                state: state.parse().unwrap(),
                kind: RefundKind::Void,
                provider_ref: None,
            },
            [letter, "opens", "cash"] => {
                opens_at(ProviderId::Cash, number_of(letter), self.order().missing())
            }
            [letter, "opens"] => opens(number_of(letter), self.order().missing()),
            [letter, "opens", amount] => opens(number_of(letter), baht(amount)),
            [letter, rest @ ..] => of(number_of(letter), Self::attempt_event(rest)),
            [] => panic!("an empty line does nothing"),
        }
    }

    fn attempt_event(words: &[&str]) -> AttemptEvent {
        match words {
            ["sent"] => AttemptEvent::SubmitStarted,
            ["asks", amount] => accepted(baht(amount), None),
            ["lost"] => AttemptEvent::OutcomeLost,
            ["seen"] => AttemptEvent::Seen {
                source: Source::Callback,
            },
            ["short", key, amount] => AttemptEvent::Short {
                evidence: proof(key, baht(amount), None),
            },
            ["slip", key, amount] => AttemptEvent::Confirmed {
                evidence: Evidence {
                    source: Source::Slip,
                    ..proof(key, baht(amount), None)
                },
            },
            ["paid", key, amount] => AttemptEvent::Confirmed {
                evidence: proof(key, baht(amount), None),
            },
            ["paid", key, amount, "fee", fee] => AttemptEvent::Confirmed {
                evidence: proof(key, baht(amount), Some(baht(fee))),
            },
            ["counted", payable, "of", tendered] => AttemptEvent::CashTaken {
                payable: baht(payable),
                tendered: baht(tendered),
            },
            ["word"] => AttemptEvent::OperatorConfirmed {
                by: "Som".to_owned(),
                reason: ConfirmReason::BankAppShown,
                note: None,
            },
            ["declined"] => AttemptEvent::Declined {
                reason: Reason::FailedProcessing,
            },
            ["lapsed"] => AttemptEvent::Lapsed,
            ["held"] => AttemptEvent::Held,
            ["deadline"] => AttemptEvent::DeadlinePassed,
            ["cancel"] => AttemptEvent::CancelRequested { by: None },
            ["let_go"] => AttemptEvent::CancelDone,
            other => panic!("unknown line: {other:?}"),
        }
    }

    fn happen(&mut self, line: &str) {
        let (line, expected) = line.split_once(" -- ").unwrap_or((line, ""));
        let words: Vec<&str> = line.split_whitespace().collect();
        self.clock += 1;
        if let ["due", amount] = words[..] {
            self.history.push(opened(baht(amount)));
            return;
        }
        let result = self.order().record(self.event(&words), moment(self.clock));
        if let Some(sentence) = expected.trim().strip_prefix("no: ") {
            assert_eq!(result.unwrap_err().to_string(), sentence, "{line}");
            return;
        }
        let change = result.unwrap_or_else(|error| panic!("{line}: {error}"));
        if expected.trim() == "nothing" {
            assert_eq!(change, None, "{line}");
            return;
        }
        assert_eq!(expected, "", "{line}");
        let change = change.unwrap_or_else(|| panic!("{line}: nothing was recorded"));
        assert_sound(self.order(), &change);
        post(&mut self.balances, &change.postings);
        self.history.push(change);
    }

    fn check(&self, line: &str) {
        let order = self.order();
        let mut words = line.split_whitespace();
        assert_eq!(order.state.word(), words.next().unwrap(), "{line}");
        while let (Some(name), Some(expected)) = (words.next(), words.next()) {
            let is = match name {
                "received" => order.received().to_string(),
                "refunded" => order.refunded().to_string(),
                "missing" => order.missing().to_string(),
                "excess" => order.excess().to_string(),
                "flags" => {
                    let flags = order.flags();
                    let words: Vec<&str> = flags.iter().map(|flag| flag.word()).collect();
                    if words.is_empty() {
                        "none".to_owned()
                    } else {
                        words.join(",")
                    }
                }
                "clearing" | "order" | "rounding" | "fees" | "suspense" => {
                    Money::from_satang(self.balances.get(name).copied().unwrap_or(0)).to_string()
                }
                "automatic" | "slip" | "manual" | "cash" | "sales" | "returned" => self.taken(name),
                letter => order.attempts[number_of(letter)].state.to_string(),
            };
            assert_eq!(is, expected, "{name} in: {line}");
        }
    }
}

impl Sale {
    /// What reports would say of it.
    fn taken(&self, name: &str) -> String {
        let takings = self.history.iter().filter_map(Change::taking);
        match name {
            "sales" => takings.filter(|taking| taking.is_sale).count().to_string(),
            "returned" => Money::checked_sum(takings.map(|taking| taking.refunds))
                .unwrap()
                .to_string(),
            proof => {
                let of_proof = takings.filter(|taking| taking.proof.word() == proof);
                Money::checked_sum(of_proof.map(|taking| taking.received))
                    .unwrap()
                    .to_string()
            }
        }
    }
}

/// Lets a sale happen and checks it.
pub(super) fn tell(story: &str) {
    let mut sale = Sale {
        history: Vec::new(),
        balances: BTreeMap::new(),
        clock: 0,
    };
    for line in story.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_prefix('=') {
            Some(line) => sale.check(line),
            None => sale.happen(line),
        }
    }
    assert_eq!(&replayed(&sale.history), sale.order());
}
