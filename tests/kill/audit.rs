//! What the till says against what the provider knows.

use crate::victim::Run;
use keptang_simulator::control::ChargeView;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// An order line of the till, as far as money is concerned.
#[derive(Debug, Clone)]
pub(crate) struct Sale {
    pub(crate) id: String,
    pub(crate) number: String,
    amount_satang: i64,
    received_satang: i64,
    flags: Vec<String>,
    attempts: Vec<Attempt>,
}

#[derive(Debug, Clone)]
struct Attempt {
    id: String,
    state: String,
    reason: Option<String>,
    provider_ref: Option<String>,
    received_satang: i64,
    is_shown: bool,
}

impl Attempt {
    fn is_over(&self) -> bool {
        matches!(self.state.as_str(), "paid" | "failed" | "expired" | "cancelled")
    }
}

impl Sale {
    pub(crate) fn read(line: &str) -> Self {
        let order: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"));
        assert_eq!(order["type"], "order", "{line}");
        let attempts = order["attempts"].as_array().unwrap().iter();
        Self {
            id: text(&order, "order_id").unwrap(),
            number: text(&order, "number").unwrap(),
            amount_satang: satang(&order, "amount_due"),
            received_satang: satang(&order, "received"),
            flags: order["flags"]
                .as_array()
                .unwrap()
                .iter()
                .map(|flag| flag.as_str().unwrap().to_owned())
                .collect(),
            attempts: attempts
                .map(|attempt| Attempt {
                    id: text(attempt, "attempt_id").unwrap(),
                    state: text(attempt, "state").unwrap(),
                    reason: text(attempt, "reason"),
                    provider_ref: text(attempt, "provider_ref"),
                    received_satang: satang(attempt, "received"),
                    is_shown: !attempt["instruction"].is_null(),
                })
                .collect(),
        }
    }

    /// Nothing can happen any more on its own.
    pub(crate) fn is_over(&self) -> bool {
        self.attempts.iter().all(Attempt::is_over)
    }

    /// The customer can pay, or could.
    pub(crate) fn is_shown(&self) -> bool {
        self.attempts.iter().any(|attempt| attempt.is_shown)
    }

    fn is_paid(&self) -> bool {
        self.attempts.iter().any(|attempt| attempt.state == "paid")
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    value[key].as_str().map(str::to_owned)
}

/// Baht with exactly two digits, as cli.md has it.
fn satang(value: &Value, key: &str) -> i64 {
    let text = value[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {value}"));
    let (baht, digits) = text.split_once('.').unwrap();
    assert_eq!(digits.len(), 2, "{key} {text}");
    baht.parse::<i64>().unwrap() * 100 + digits.parse::<i64>().unwrap()
}

/// How the sales of one shop ended.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) sales: usize,
    pub(crate) paid: usize,
    pub(crate) declined: usize,
    /// Given up because the provider never had them.
    pub(crate) never_created: usize,
    pub(crate) received_satang: i64,
}

/// Compares the books of one shop with the provider's charges of that shop.
pub(crate) fn books(counter: &str, sales: &[Sale], charges: &[ChargeView]) -> Totals {
    let numbers: Vec<&str> = sales.iter().map(|sale| sale.number.as_str()).collect();
    let expected: Vec<String> = (1..=sales.len()).map(|no| format!("{counter}-{no:04}")).collect();
    assert_eq!(numbers, expected, "order numbers run without a gap or a repeat");

    let mut by_attempt: BTreeMap<&str, &ChargeView> = BTreeMap::new();
    for charge in charges {
        let attempt = charge.metadata["attempt"].as_str().unwrap();
        let twice = by_attempt.insert(attempt, charge);
        assert!(
            twice.is_none(),
            "two charges for one attempt: {twice:?} and {charge:?}"
        );
    }
    let mut totals = Totals::default();
    for sale in sales {
        sale_against(sale, &mut by_attempt, &mut totals);
    }
    assert!(by_attempt.is_empty(), "charges no sale knows of: {by_attempt:?}");

    let successful = charges.iter().filter(|charge| charge.status == "successful");
    let taken_satang: i64 = successful.map(|charge| charge.amount_satang).sum();
    assert_eq!(
        totals.received_satang, taken_satang,
        "what the till holds is what customers paid"
    );
    totals
}

fn sale_against(sale: &Sale, charges: &mut BTreeMap<&str, &ChargeView>, totals: &mut Totals) {
    totals.sales += 1;
    let mut paid_satang = 0;
    for attempt in &sale.attempts {
        let charge = charges.remove(attempt.id.as_str());
        let reason = attempt.reason.as_deref();
        match (charge, attempt.state.as_str()) {
            (Some(charge), "paid") => {
                assert_eq!(
                    charge.status, "successful",
                    "paid without money: {sale:?} {charge:?}"
                );
                assert_eq!(charge.amount_satang, sale.amount_satang, "{sale:?} {charge:?}");
                assert_eq!(
                    attempt.received_satang, charge.amount_satang,
                    "{sale:?} {charge:?}"
                );
                assert_eq!(
                    attempt.provider_ref.as_deref(),
                    Some(charge.id.as_str()),
                    "{sale:?}"
                );
                paid_satang += charge.amount_satang;
                totals.paid += 1;
            }
            (Some(charge), _) => {
                assert!(
                    matches!(charge.status.as_str(), "failed" | "expired"),
                    "money or a payable charge is lost: {sale:?} {charge:?}"
                );
                assert_ne!(reason, Some("never_created"), "{sale:?} {charge:?}");
                totals.declined += 1;
            }
            (None, state) => {
                assert_eq!(state, "failed", "the provider knows of no charge: {sale:?}");
                totals.never_created += usize::from(reason == Some("never_created"));
            }
        }
        if attempt.state != "paid" {
            assert_eq!(attempt.received_satang, 0, "{sale:?}");
        }
    }
    assert_eq!(
        sale.received_satang, paid_satang,
        "each payment is credited once: {sale:?}"
    );
    assert!(sale.flags.is_empty(), "nothing here is doubtful: {sale:?}");
    totals.received_satang += sale.received_satang;
}

/// What a process said stays true: its sale exists, and what it called paid is paid.
pub(crate) fn promises(runs: &[Run], sales: &[Sale]) {
    let by_id: BTreeMap<&str, &Sale> = sales.iter().map(|sale| (sale.id.as_str(), sale)).collect();
    let mut told = BTreeSet::new();
    for run in runs {
        for said in &run.printed {
            let sale = by_id
                .get(said.id.as_str())
                .unwrap_or_else(|| panic!("a sale that was shown is lost: {said:?}"));
            assert_eq!(
                (&said.number, said.amount_satang),
                (&sale.number, sale.amount_satang)
            );
            assert!(
                sale.received_satang >= said.received_satang,
                "money went away: {said:?} {sale:?}"
            );
            assert!(
                sale.is_paid() || !said.is_paid(),
                "paid is final: {said:?} {sale:?}"
            );
        }
        if let Some(said) = run.printed.first() {
            assert!(told.insert(said.id.as_str()), "two processes opened {said:?}");
        }
        exit_fits(run, &by_id);
    }
}

/// The exit codes of cli.md, for those that lived to give one.
fn exit_fits(run: &Run, sales: &BTreeMap<&str, &Sale>) {
    let sale = run.printed.last().map(|said| sales[said.id.as_str()]);
    match (run.exit, sale) {
        (None, _) => {}
        (Some(0), Some(sale)) => assert!(sale.is_paid(), "exit 0 means paid: {sale:?}"),
        // 3 is a no of the provider; 1 that it could not be asked.
        (Some(1 | 3), Some(sale)) => assert!(!sale.is_paid(), "exit {:?}: {sale:?}", run.exit),
        (code, sale) => panic!("a charge ended with {code:?}, its sale is {sale:?}"),
    }
}

/// The audit is the judge of the whole test, so it is shown what it must not let pass.
mod judged {
    use super::*;
    use serde_json::json;

    fn sale(number: u32, state: &str, received: &str) -> Sale {
        let order = json!({
            "type": "order", "order_id": format!("o{number}"), "number": format!("A-{number:04}"),
            "amount_due": "250.00", "received": received, "flags": [],
            "attempts": [{
                "attempt_id": format!("a{number}"), "state": state, "provider_ref": format!("c{number}"),
                "received": received, "reason": null, "instruction": null,
            }],
        });
        Sale::read(&order.to_string())
    }

    fn charge(number: u32, attempt: u32, status: &str) -> ChargeView {
        let view = json!({
            "provider": "omise", "id": format!("c{number}"), "status": status, "amount_satang": 25_000,
            "refunded_satang": 0, "voided": false, "description": null,
            "metadata": { "attempt": format!("a{attempt}") },
            "created_at": "", "expires_at": "", "qr_text": null,
        });
        serde_json::from_value(view).unwrap()
    }

    fn passes(sales: &[Sale], charges: &[ChargeView]) -> bool {
        std::panic::catch_unwind(|| books("A", sales, charges)).is_ok()
    }

    #[test]
    fn the_audit_lets_nothing_wrong_pass() {
        let paid = || sale(1, "paid", "250.00");
        let taken = || charge(1, 1, "successful");
        assert!(passes(&[paid()], &[taken()]), "what is right passes");
        assert!(passes(&[sale(1, "expired", "0.00")], &[charge(1, 1, "expired")]));
        let wrong: [(&str, Vec<Sale>, Vec<ChargeView>); 9] = [
            ("paid without money", vec![paid()], vec![charge(1, 1, "expired")]),
            ("paid without a charge", vec![paid()], vec![]),
            ("a payment lost", vec![sale(1, "expired", "0.00")], vec![taken()]),
            (
                "a charge left payable",
                vec![sale(1, "failed", "0.00")],
                vec![charge(1, 1, "pending")],
            ),
            ("credited twice", vec![sale(1, "paid", "500.00")], vec![taken()]),
            (
                "another charge's money",
                vec![paid()],
                vec![charge(2, 1, "successful")],
            ),
            (
                "two charges",
                vec![paid()],
                vec![taken(), charge(2, 1, "pending")],
            ),
            (
                "a charge without a sale",
                vec![paid()],
                vec![taken(), charge(2, 2, "successful")],
            ),
            ("a gap", vec![sale(2, "failed", "0.00")], vec![]),
        ];
        for (what, sales, charges) in wrong {
            assert!(!passes(&sales, &charges), "{what}");
        }
    }

    #[test]
    fn a_broken_promise_is_noticed() {
        let run = |said: Sale, exit| Run {
            printed: vec![said],
            exit,
        };
        let kept = |run: Run, sales: &[Sale]| std::panic::catch_unwind(|| promises(&[run], sales)).is_ok();
        let paid = || sale(1, "paid", "250.00");
        let open = || sale(1, "awaiting", "0.00");
        assert!(kept(run(open(), None), &[paid()]));
        assert!(kept(run(paid(), Some(0)), &[paid()]));
        assert!(!kept(run(open(), None), &[]), "a sale is lost");
        assert!(!kept(run(paid(), None), &[open()]), "paid is taken back");
        assert!(
            !kept(run(open(), Some(0)), &[sale(1, "failed", "0.00")]),
            "exit 0 without money"
        );
    }
}
